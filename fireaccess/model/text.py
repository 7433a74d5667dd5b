"""Text as people write it: names to compare, lengths and weights in tags and cells."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

_LINE = "\n"
#: Combining marks: accents of Latin letters.
_COMBINING = re.compile("[\u0300-\u036f]+")
_METRES_PER_FOOT = 0.3048
_METRES_PER_INCH = 0.0254
_NUMBER = r"(\d+(?:[.,]\d+)?|[.,]\d+)"
_LENGTH = re.compile(rf"{_NUMBER}\s*(m|cm|ft)?")
_FEET_INCHES = re.compile(r"(\d+)'\s*(?:(\d+(?:\.\d+)?)\")?")
_WEIGHT = re.compile(r"(\d+(?:\.\d+)?|\.\d+)\s*(t|kg)?")
_INCLINE = re.compile(rf"([+-]?){_NUMBER}\s*([%°])")
#: Groups of three digits, or a figure, and what it is counted in.
_MONEY = re.compile(
    r"(?:([1-9]\d{0,2}([., \u00a0\u202f])\d{3}(?:\2\d{3})*)(?:(?!\2)[.,]00?)?)?(\d+(?:[.,]\d+)?)?"
    r"\s*(tỷ|tỉ|triệu|tr|nghìn|ngàn)?\s*(?:đồng|đ|vnđ|vnd|₫)?",
    re.IGNORECASE,
)
_UNIT_M = {None: 1.0, "m": 1.0, "cm": 0.01, "ft": _METRES_PER_FOOT}


def nfc(text: str) -> str:
    """Return the text in Unicode NFC, trimmed.

    Examples
    --------
    >>> nfc("Ngo\u0303 5 ") == "Ng\u00f5 5"
    True
    """
    return unicodedata.normalize("NFC", text).strip()


def normalise(text: str) -> str:
    """Return a name or address as it is compared (SPEC §6).

    NFC, lower case, accents stripped, đ to d, commas and runs of blanks to one blank; words
    then lie between blanks.

    Examples
    --------
    >>> normalise("Số 12,  Ngõ 29/70 Phố Khương Hạ")
    'so 12 ngo 29/70 pho khuong ha'
    >>> normalise("")
    ''
    """
    return normalise_all([text])[0]


def normalise_all(texts: Sequence[str]) -> list[str]:
    """Return many names or addresses as `normalise` does, in one go.

    Examples
    --------
    >>> normalise_all(["Ngõ 5,  Đường A", ""])
    ['ngo 5 duong a', '']
    """
    whole = _LINE.join(text.replace(_LINE, " ") for text in texts)
    plain = unicodedata.normalize("NFC", whole).lower().replace("đ", "d").replace(",", " ")
    letters = _COMBINING.sub("", unicodedata.normalize("NFD", plain))
    return [" ".join(text.split()) for text in letters.split(_LINE)] if texts else []


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure read from text; ``decimal_comma`` tells that it was written as ``3,5``."""

    value: float
    decimal_comma: bool = False


def parse_length(text: str) -> Quantity | None:
    r"""Read a length as OSM and survey sheets write it, in metres; None for anything else.

    Examples
    --------
    >>> [parse_length(t).value for t in ("3.5", "3.5 m", "350 cm", "12 ft")]
    [3.5, 3.5, 3.5, 3.6576]
    >>> round(parse_length("11'6\"").value, 4)
    3.5052
    >>> parse_length("3,5")
    Quantity(value=3.5, decimal_comma=True)
    >>> parse_length("wide") is None
    True
    """
    text = text.strip()
    if match := _LENGTH.fullmatch(text):
        figure, unit = match.groups()
        value = float(figure.replace(",", ".")) * _UNIT_M[unit]
        return Quantity(round(value, 9), "," in figure)
    if match := _FEET_INCHES.fullmatch(text):
        feet, inches = match.groups()
        return Quantity(int(feet) * _METRES_PER_FOOT + float(inches or 0) * _METRES_PER_INCH)
    return None


def parse_weight(text: str) -> Quantity | None:
    """Read a weight limit in tonnes: ``10``, ``10 t``, ``10000 kg``; None for anything else.

    Examples
    --------
    >>> [parse_weight(t).value for t in ("10", "7.5 t", "10000 kg")]
    [10.0, 7.5, 10.0]
    >>> parse_weight("10 st") is None
    True
    """
    if match := _WEIGHT.fullmatch(text.strip()):
        figure, unit = match.groups()
        return Quantity(float(figure) / (1000.0 if unit == "kg" else 1.0))
    return None


def parse_incline(text: str) -> Quantity | None:
    """Read a gradient as OSM writes it, as rise over run; None for anything else.

    Examples
    --------
    >>> [round(parse_incline(t).value, 4) for t in ("10%", "-8 %", "5.7°")]
    [0.1, -0.08, 0.0998]
    >>> parse_incline("up") is None, parse_incline("12") is None
    (True, True)
    """
    match = _INCLINE.fullmatch(text.strip())
    if match is None:
        return None
    sign, figure, unit = match.groups()
    size = float(figure.replace(",", "."))
    if unit == "°" and size >= 90:
        return None
    rise = math.tan(math.radians(size)) if unit == "°" else size / 100
    return Quantity(-rise if sign == "-" else rise, "," in figure)


def parse_number(text: str) -> Quantity | None:
    """Read a plain number, with a decimal point or comma; None for anything else.

    Examples
    --------
    >>> parse_number("-2,5").value, parse_number("1e3") is None
    (-2.5, True)
    """
    if match := re.fullmatch(r"([+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+))", text.strip()):
        return Quantity(float(match[1].replace(",", ".")), "," in match[1])
    return None


def amount_of_money(text: str) -> str:
    """Return an amount of đồng in plain digits; any other text as it is.

    Đồng have no parts: three digits after a point or comma are thousands.

    Examples
    --------
    >>> [amount_of_money(text) for text in ("75.000.000 đ", "75,000", "2,5 triệu", "1 tỷ")]
    ['75000000', '75000', '2500000', '1000000000']
    >>> amount_of_money("about 5"), amount_of_money("1.250 triệu")
    ('about 5', '1.250 triệu')
    """
    match = _MONEY.fullmatch(nfc(text))
    if match is None:
        return text
    grouped, _, figure, word = match.groups()
    # Of 1.250 triệu nobody can tell whether it is one of them or a thousand.
    if (grouped is None) == (figure is None) or (grouped is not None and word is not None):
        return text
    if grouped is not None:
        return re.sub(r"\D", "", grouped)
    if word is None:
        return str(figure)
    zeros = 6 if word.lower().startswith("tr") else 9 if word.lower().startswith("t") else 3
    amount = Decimal(figure.replace(",", ".")).scaleb(zeros)
    return f"{amount:f}"
