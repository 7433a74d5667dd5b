"""Degrees as people write them: decimals, degrees with minutes and seconds, pairs in one cell.

``N`` is north always, as GPS receivers write it, though it is also the initial of the Vietnamese
word for south: who means south spells it out, ``Nam``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

Axis = Literal["lon", "lat"]

_MOST: Final[dict[Axis, float]] = {"lat": 90.0, "lon": 180.0}

#: What tells the axis and the sign of a figure: initials and words, without accents; only Đ keeps
#: its stroke, since d stands for degrees.
_SIDES: Final[dict[str, tuple[Axis, int]]] = {
    **dict.fromkeys(("n", "b", "north", "bac"), ("lat", 1)),
    **dict.fromkeys(("s", "south", "nam"), ("lat", -1)),
    **dict.fromkeys(("e", "đ", "east", "đong", "dong"), ("lon", 1)),
    **dict.fromkeys(("w", "t", "west", "tay"), ("lon", -1)),
}
_LABELS: Final[dict[str, Axis]] = {
    **dict.fromkeys(("lat", "latitude", "vi đo", "vi do", "vi tuyen"), "lat"),
    **dict.fromkeys(("lon", "long", "lng", "longitude", "kinh đo", "kinh do", "kinh tuyen"), "lon"),
}

_COMBINING: Final = re.compile("[\u0300-\u036f]+")
_LETTER: Final = r"[^\W\d_]"
_LABEL: Final = re.compile(
    rf"(?<!{_LETTER})({'|'.join(sorted(_LABELS, key=len, reverse=True))})(?!{_LETTER})\s*[:=]?"
)
_SIDE: Final = f"({'|'.join(sorted(_SIDES, key=len, reverse=True))})"
_SIDE_BEFORE: Final = re.compile(rf"{_SIDE}(?!{_LETTER})\s*:?\s*")
_SIDE_AFTER: Final = re.compile(rf"\s*(?<!{_LETTER}){_SIDE}$")

# Every mark in one spelling: ° degrees, ' minutes, " seconds; a side's letter may follow a word.
_DEGREES_LETTER: Final = re.compile(r"(?<=\d)\s*d(?=\s*\d)")
_MARKS: Final = (
    (re.compile(rf"[º˚∘⁰*]|(?<=\d)\s*(?:đo|deg|o)(?!{_LETTER}{{2}})"), "°"),
    (re.compile(rf"[″”“]|['’‘′]{{2}}|(?<=\d)\s*giay(?!{_LETTER}{{2}})"), '"'),
    (re.compile(rf"[’‘′´ʹ`]|(?<=\d)\s*phut(?!{_LETTER}{{2}})"), "'"),
)

_PLAIN: Final = re.compile(r"[+-]?(?:\d+(?:\.\d*|,\d+)?|[.,]\d+)(?:[eE][+-]?\d+)?")
_FIGURE: Final = r"(\d+(?:[.,]\d+)?)"
_PARTS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"([+-]?)\s*{_FIGURE}\s*°\s*(?:{_FIGURE}(?:(?:\s*'\s*|\s+){_FIGURE}\s*\"?|\s*'?))?",
        rf"([+-]?)\s*{_FIGURE}:{_FIGURE}(?::{_FIGURE})?",
        rf"([+-]?)\s*{_FIGURE}\s+{_FIGURE}(?:\s+{_FIGURE})?",
        rf"([+-]?)\s*{_FIGURE}()()",
    )
)

_BRACKETS: Final = re.compile(r"\s*[\[({]\s*(.*?)\s*[\])}]\s*", re.DOTALL)
_WKT_POINT: Final = re.compile(
    r"\s*point\s*\(\s*([+-]?[\d.]+)\s+([+-]?[\d.]+)\s*\)\s*", re.IGNORECASE
)
#: Letters; more are no place, and trying every comma of a long text takes its time.
_LONGEST: Final = 250
#: What may stand between the two halves of a pair, the clearest first.
_SEPARATORS: Final = tuple(
    re.compile(pattern)
    for pattern in (r"\s*[;|\n\t]\s*", r",\s+", ",", r"\s*/\s*", r"\s[–-]\s", r"\s+")
)
_SEAM: Final = re.compile(rf"(?<=[\d°'\"])(?={_LETTER})|(?<={_LETTER})(?=[\d+-])", re.IGNORECASE)


class Pair(NamedTuple):
    """A place in degrees.

    Parameters
    ----------
    lat, lon
        Degrees, north and east positive.
    stated
        The order was told, by letters, labels or size; else latitude first was taken, as is
        usual.
    """

    lat: float
    lon: float
    stated: bool


def read_degrees(text: str, axis: Axis) -> float | None:
    r"""Read one coordinate in degrees; None if it can't be understood.

    Parameters
    ----------
    text
        Decimals with point or comma, or degrees, minutes and seconds with their marks, colons or
        blanks; a letter or word for the side before or after it, in English or Vietnamese.
    axis
        ``lon`` or ``lat``: a letter for the other axis is not understood. How large a figure may
        be is left to the caller, since a plain one may as well be metres.

    Examples
    --------
    >>> read_degrees("105,8216", "lon"), read_degrees("20.9886° B", "lat")
    (105.8216, 20.9886)
    >>> round(read_degrees("20°59'19\"N", "lat"), 6), round(read_degrees("Đ 105 49 18", "lon"), 6)
    (20.988611, 105.821667)
    >>> read_degrees("20°61'", "lat"), read_degrees("105.8 E", "lat"), read_degrees("", "lat")
    (None, None, None)
    """
    found = _read(text) if len(text) <= _LONGEST else None
    if found is None or found[1] not in (None, axis):
        return None
    return found[0]


def read_pair(text: str) -> Pair | None:
    r"""Read latitude and longitude from one text; None if it can't be told which is which.

    Letters, labels and size decide which figure is which; without any of them the latitude is
    taken to stand first.

    Examples
    --------
    >>> read_pair("20.9886, 105.8216")
    Pair(lat=20.9886, lon=105.8216, stated=True)
    >>> read_pair("105,8216; 20,9886") == read_pair("105.8216E 20.9886N") == _
    True
    >>> read_pair("60.17, 24.94").stated, read_pair("20.9886"), read_pair("")
    (False, None, None)
    """
    if len(text) > _LONGEST:
        return None
    if point := _WKT_POINT.fullmatch(text):
        lon, lat = float(point[1]), float(point[2])
        return Pair(lat, lon, stated=True) if abs(lat) <= 90 and abs(lon) <= 180 else None
    while bracketed := _BRACKETS.fullmatch(text):
        text = bracketed[1]
    text = text.strip()
    for separator in _SEPARATORS:
        pairs = list(_split(text, separator))
        if pairs:
            # "105 49 20 59" is two coordinates with minutes, not one with seconds and a bare one.
            least = min(uneven for uneven, _ in pairs)
            even = {pair for uneven, pair in pairs if uneven == least}
            return even.pop() if len(even) == 1 else None
    seams = {
        pair
        for seam in _SEAM.finditer(text)
        if (pair := _halves(text[: seam.start()], text[seam.end() :], both=True)) is not None
    }
    return seams.pop() if len(seams) == 1 else None


def _split(text: str, separator: re.Pattern[str]) -> Iterator[tuple[int, Pair]]:
    """Yield each pair that a separator cuts a text into, with how uneven the halves are."""
    cuts = list(separator.finditer(text))
    for k, cut in enumerate(cuts):
        pair = _halves(text[: cut.start()], text[cut.end() :])
        if pair is not None:
            yield abs(2 * k + 1 - len(cuts)), pair


def _halves(first: str, second: str, *, both: bool = False) -> Pair | None:
    """Return the pair of two halves, or None; ``both``: each has to tell its axis."""
    one, other = _read(first), _read(second)
    if one is None or other is None:
        return None
    (a, a_axis), (b, b_axis) = one, other
    stated = a_axis is not None or b_axis is not None
    if a_axis is not None and a_axis == b_axis:
        return None
    if both and (a_axis is None or b_axis is None):
        return None
    # Two bare whole numbers may be degrees and minutes, or one figure with a decimal comma.
    if not stated and first.strip().isdigit() and second.strip().isdigit():
        return None
    swapped = a_axis == "lon" or b_axis == "lat" or (not stated and abs(a) > _MOST["lat"])
    lat, lon = (b, a) if swapped else (a, b)
    if abs(lat) > _MOST["lat"] or abs(lon) > _MOST["lon"]:
        return None
    return Pair(lat, lon, stated or abs(lon) > _MOST["lat"])


def _read(text: str) -> tuple[float, Axis | None] | None:
    """Return a figure and the axis that the text states, if any."""
    text = text.strip().replace("−", "-")
    if _PLAIN.fullmatch(text):
        return float(text.replace(",", ".")), None
    text = _one_spelling(text)
    labels = {_LABELS[label] for label in _LABEL.findall(text)}
    text = _LABEL.sub(" ", text).strip()
    before, after = _SIDE_BEFORE.match(text), _SIDE_AFTER.search(text)
    if (before and after) or len(labels) > 1:
        return None
    side = before or after
    if before:
        text = text[before.end() :]
    elif after:
        text = text[: after.start()]
    value = _value(text, signed=side is None)
    if value is None:
        return None
    axis, sign = _SIDES[side[1]] if side else (None, 1)
    if axis is not None and labels - {axis}:
        return None
    return sign * value, axis or next(iter(labels), None)


def _one_spelling(text: str) -> str:
    """Return the text in lower case, without accents but with đ, every mark spelled one way."""
    lower = unicodedata.normalize("NFC", text).lower()
    if _DEGREES_LETTER.search(lower):
        # Only beside a d does a small s stand for seconds, not for south.
        text = re.sub(r"(?<=\d)\s*s(?=\s|$|[^\W\d_])", '"', text)
        lower = unicodedata.normalize("NFC", text).lower()
        lower = _DEGREES_LETTER.sub("°", lower)
        lower = re.sub(rf"(?<=\d)\s*m(?!{_LETTER})", "'", lower)
    elif re.search(r"\d\s*s$", text) and len(re.findall(r"[\d.,]+", text)) == 3:
        return "?"
    plain = _COMBINING.sub("", unicodedata.normalize("NFD", lower))
    for pattern, mark in _MARKS:
        plain = pattern.sub(mark, plain)
    return plain


def _value(text: str, *, signed: bool) -> float | None:
    for pattern in _PARTS:
        if parts := pattern.fullmatch(text.strip()):
            break
    else:
        return None
    sign, *figures = parts.groups()
    if sign and not signed:
        return None
    written = [figure.replace(",", ".") for figure in figures if figure]
    if any("." in figure for figure in written[:-1]):
        return None
    degrees, minutes, seconds = (*(float(figure) for figure in written), 0.0, 0.0)[:3]
    if minutes >= 60 or seconds >= 60:
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if value > _MOST["lon"]:
        return None
    return -value if sign == "-" else value
