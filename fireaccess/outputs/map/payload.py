"""Frames as one compressed columnar payload.

A layer is a set of columns of equal length: coordinates as whole numbers, each the difference
from the one before it, words from a short list as their numbers, and the rest as it is. The whole
is JSON, gzip, base64: letters that no template, script or page can mistake for anything else.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import shapely

UNITS = 2**29
"""Units along a side of the Mercator square, as Leaflet maps the world: 7.5 cm at the equator."""

Column = Callable[[pd.Series], Any]

# A whole number that is written the way JavaScript writes it.
_NUMBER = re.compile(r"(?<![0-9])(0|[1-9][0-9]{0,8})(?![0-9])")
_BLANK = "\0"
# As shapely.get_type_id has them: lines, rings and polygons, the first of those with several parts.
_LINE = 1
_RINGS = (2, 3)
_SEVERAL = 4
_ID = re.compile(r"(.*?)([0-9]{1,9})", re.DOTALL)


def pack(document: Any) -> str:
    """Return a document as JSON, gzip and base64; the same document gives the same text."""
    try:
        text = orjson.dumps(document)
    except orjson.JSONEncodeError:
        # Half a letter of UTF-16, which a file may hold, is no text to it.
        written = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text = written.encode("utf-8", "replace")
    buffer = io.BytesIO()
    # GzipFile rather than gzip.compress: its header names no operating system.
    with gzip.GzipFile(filename="", mode="wb", compresslevel=5, fileobj=buffer, mtime=0) as file:
        file.write(text)
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def layer(
    frame: gpd.GeoDataFrame,
    columns: Mapping[str, Column],
    lines: npt.NDArray[np.object_] | None = None,
) -> dict[str, Any]:
    """Return a frame as columns.

    Parameters
    ----------
    frame
        Objects in EPSG:4326.
    columns
        The columns to keep, each with what makes it ready for JSON.
    lines
        Lines that the page has already, as `geometry` takes them.
    """
    shapes = geometry(frame.geometry.to_numpy(), lines=lines)
    return {**table(frame, columns), "geometry": shapes}


def units(lonlat: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return places on the Mercator square, from its north-western corner.

    Parameters
    ----------
    lonlat
        Degrees in WGS 84, shape ``(n, 2)``. The square ends at 85° north and south.

    Returns
    -------
    array of int64, shape (n, 2)
        Whole `UNITS` to the east and to the south.

    Examples
    --------
    >>> units(np.array([[0.0, 0.0], [180.0, -90.0]])) / UNITS
    array([[0.5       , 0.5       ],
           [1.        , 0.99836208]])
    """
    lon, lat = lonlat.T
    north = np.arcsinh(np.tan(np.radians(np.clip(lat, -85, 85))))
    square = np.stack([lon / 360 + 0.5, 0.5 - north / math.tau], axis=1)
    whole: npt.NDArray[np.int64] = np.rint(UNITS * square).astype(np.int64)
    return whole


def geometry(
    geometries: Sequence[Any] | npt.NDArray[np.object_],
    places: npt.NDArray[np.int64] | None = None,
    lines: npt.NDArray[np.object_] | None = None,
) -> dict[str, Any]:
    """Return geometries as columns of whole numbers.

    Of each geometry only the parts of its highest dimension are kept. Missing and empty ones
    have no parts. Rings come without the last vertex, which is their first.

    Parameters
    ----------
    geometries
        In EPSG:4326.
    places
        For each geometry a place in `units` that it begins at, shape ``(n, 2)``; by default it
        begins where the one before it ends.
    lines
        Lines that the page has already: a part that is one of them needs no vertices.

    Returns
    -------
    dict
        ``dimension`` of each geometry (0 point, 1 line, 2 polygon), ``parts`` of each geometry
        (points, lines or rings), ``vertices`` of each part, and the `units` ``x`` and ``y`` of
        all vertices one after another as differences. With ``lines`` also ``line``: for each part
        the number of the line that it is, as the difference from the one before; None for a part
        that has vertices of its own.

    Examples
    --------
    >>> geometry([shapely.Point(105.8, 21.0), None])
    {'dimension': [0, -1], 'parts': [1, 0], 'vertices': [1], 'x': [426215852], 'y': [236392299]}
    >>> roads = np.array([shapely.LineString([(0, k), (1, k)]) for k in range(9)])
    >>> packed = geometry([shapely.union_all(roads[[4, 6]]), shapely.Point(0, 0)], lines=roads)
    >>> packed["line"], packed["parts"], packed["vertices"]
    ([4, 2, None], [2, 1], [1])
    """
    array = np.asarray(geometries, dtype=object)
    pieces, owner = _pieces(array)
    coordinates, piece = shapely.get_coordinates(pieces, return_index=True)
    # A piece with a coordinate that is no number can't be drawn anywhere.
    bad = np.unique(piece[~np.isfinite(coordinates).all(axis=1)])
    if len(bad):
        good = np.ones(len(pieces), dtype=bool)
        good[bad] = False
        pieces, owner = pieces[good], owner[good]
        coordinates, piece = shapely.get_coordinates(pieces, return_index=True)
    parts = np.bincount(owner, minlength=len(array))
    known = {}
    if lines is not None:
        line = _which(pieces, lines)
        steps = iter(np.diff(line[line >= 0], prepend=0).tolist())
        known["line"] = [next(steps) if there else None for there in line >= 0]
        pieces, owner = pieces[line < 0], owner[line < 0]
        coordinates, piece = shapely.get_coordinates(pieces, return_index=True)
    closing = np.diff(piece, append=-1) != 0
    closing &= np.isin(shapely.get_type_id(pieces), _RINGS)[piece]
    whole, piece = units(coordinates[~closing]), piece[~closing]
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    if places is not None:
        of = owner[piece]
        first = np.flatnonzero(np.diff(of, prepend=-1))
        steps[first] = whole[first] - places[of[first]]
    dimension = np.where(parts > 0, shapely.get_dimensions(array), -1)
    return {
        "dimension": dimension.tolist(),
        "parts": parts.tolist(),
        "vertices": np.bincount(piece, minlength=len(pieces)).tolist(),
        "x": steps[:, 0].tolist(),
        "y": steps[:, 1].tolist(),
        **known,
    }


def _which(
    pieces: npt.NDArray[np.object_], lines: npt.NDArray[np.object_]
) -> npt.NDArray[np.int64]:
    """Return the number of the line that each piece is, vertex by vertex; -1 for none."""
    whole = np.flatnonzero((shapely.get_type_id(lines) == _LINE) & ~shapely.is_empty(lines))
    numbers = dict(zip(shapely.to_wkb(lines[whole]), whole.tolist(), strict=True))
    return np.array([numbers.get(piece, -1) for piece in shapely.to_wkb(pieces)], dtype=np.int64)


def middles(
    geometries: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.int64]]:
    """Return the middle of each geometry's box: as points, none for none, and in `units`.

    Examples
    --------
    >>> points, places = middles(np.array([shapely.box(105.8, 21.0, 105.9, 21.2), None]))
    >>> points
    array([<POINT (105.85 21.1)>, None], dtype=object)
    """
    boxes = shapely.bounds(geometries)
    there = np.isfinite(boxes).all(axis=1)
    points = np.full(len(boxes), None, dtype=object)
    points[there] = shapely.points((boxes[there, :2] + boxes[there, 2:]) / 2)
    places = np.zeros((len(boxes), 2), dtype=np.int64)
    places[there] = units(shapely.get_coordinates(points[there]))
    return points, places


def _pieces(
    array: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
    """Return the points, lines and rings of geometries, and the geometry that each belongs to.

    A polygon without holes stands for its ring: to take a geometry apart is to copy it.
    """
    owner = np.flatnonzero(shapely.get_type_id(array) >= 0)
    parts = array[owner]
    # A collection may hold collections; few do, and not deep.
    while (several := shapely.get_type_id(parts) >= _SEVERAL).any():
        inner, outer = shapely.get_parts(parts[several], return_index=True)
        parts = np.concatenate([parts[~several], inner])
        owner = np.concatenate([owner[~several], owner[several][outer]])
    keep = (shapely.get_dimensions(parts) == shapely.get_dimensions(array)[owner]) & (
        ~shapely.is_empty(parts)
    )
    parts, owner = parts[keep], owner[keep]
    holed = shapely.get_num_interior_rings(parts) > 0
    rings, of_polygon = shapely.get_rings(parts[holed], return_index=True)
    pieces = np.concatenate([parts[~holed], rings])
    owners = np.concatenate([owner[~holed], owner[holed][of_polygon]])
    order = np.argsort(owners, kind="stable")
    return pieces[order], owners[order]


def bounds(*layers: Sequence[Any] | npt.NDArray[np.object_]) -> list[float] | None:
    """Return west, south, east and north of the first of several sets that has any extent.

    >>> bounds([], [shapely.Point(105.8, 21.0)])
    [105.8, 21.0, 105.8, 21.0]
    """
    for geometries in layers:
        boxes = shapely.bounds(np.asarray(geometries, dtype=object)).reshape(-1, 4)
        boxes = boxes[np.isfinite(boxes).all(axis=1)]
        if len(boxes):
            box = [*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0)]
            return [round(float(value), 6) for value in box]
    return None


def words(*known: str) -> Column:
    """Return what numbers a column's words by a list: −1 is missing, any other word an error."""
    index = pd.Index(known, dtype=object)

    def convert(series: pd.Series) -> dict[str, Any]:
        codes = index.get_indexer(pd.Index(series, dtype=object))
        other = series[(codes < 0) & series.notna().to_numpy()]
        if len(other):
            raise ValueError(f"{series.name}: {other.iloc[0]!r} is none of {', '.join(known)}")
        return {"words": list(known), "codes": codes.tolist()}

    return convert


def text(series: pd.Series) -> list[str | None]:
    """Return a column as text, None where it is missing; a time is told by its day."""
    if pd.api.types.infer_dtype(series, skipna=True) in ("string", "empty"):
        return series.astype(object).where(series.notna(), None).tolist()
    values: list[str | None] = []
    for value, absent in zip(series.to_list(), series.isna().to_numpy(), strict=True):
        if absent:
            values.append(None)
        elif isinstance(value, pd.Timestamp):
            values.append(value.date().isoformat())
        else:
            values.append(str(value))
    return values


def number(digits: int, *, limits: Collection[float] = ()) -> Column:
    """Return what rounds a column of numbers; None where it is missing or not finite.

    Parameters
    ----------
    digits
        Decimals to keep.
    limits
        What numbers are held against: one that is beyond a limit stays beyond it.

    Examples
    --------
    >>> number(1, limits=[60])(pd.Series([59.98, 60.0, 60.004, 60.06]))
    [60, 60, 60.001, 60.1]
    """

    def convert(series: pd.Series) -> list[float | int | None]:
        values = pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)
        rounded = np.round(values, digits)
        for limit in limits:
            rounded[(values > limit) & (rounded <= limit)] = limit + 0.001
        known = np.isfinite(rounded)
        whole = known & (rounded == np.trunc(rounded))
        numbers = rounded.astype(object)
        numbers[whole] = rounded[whole].astype(np.int64)
        numbers[~known] = None
        written: list[float | int | None] = numbers.tolist()
        return written

    return convert


def flag(series: pd.Series) -> list[int | None]:
    """Return a column of yes and no as 1 and 0; None where it is neither."""
    known = {True: 1, "yes": 1, False: 0, "no": 0}
    return [
        None if absent else known.get(value)
        for value, absent in zip(series.to_list(), series.isna().to_numpy(), strict=True)
    ]


def sentences(told: Mapping[str, Sequence[str | None]]) -> dict[str, Any]:
    r"""Return sentences as a few forms with blanks, and the whole numbers that fill them.

    Of twenty thousand houses most are told the same but for their metres: so packed, two languages
    take less room than one did. Where their numbers differ, the sentences are kept whole.

    Parameters
    ----------
    told
        For each language the sentences of all rows, None where there is none.

    Examples
    --------
    >>> packed = sentences({"vi": ["vòi 12 m", "vòi 7 m"], "en": ["12 m of hose", "7 m of hose"]})
    >>> packed["forms"], packed["form"], packed["numbers"]
    ({'vi': ['vòi \x00 m'], 'en': ['\x00 m of hose']}, [0, 0], [12, 7])
    """
    forms: dict[tuple[str, ...], int] = {}
    # By the form of the first text: all forms, and what fills those of the other texts.
    known: dict[str, tuple[tuple[str, ...], list[str]]] = {}
    form: list[int] = []
    numbers: list[int] = []
    for row in zip(*told.values(), strict=True):
        # A blank in the text itself would be taken for one of the form's.
        texts = tuple((text or "").replace(_BLANK, "\N{REPLACEMENT CHARACTER}") for text in row)
        first, *figures = _take_apart(texts[0])
        filling = known.get(first)
        if filling is not None and all(
            other % tuple(figures) == text
            for other, text in zip(filling[1], texts[1:], strict=True)
        ):
            blanked = filling[0]
        else:
            parts = [_take_apart(text) for text in texts]
            if all(part[1:] == figures for part in parts):
                blanked = tuple(part[0] for part in parts)
                fillings = [text.replace("%", "%%").replace(_BLANK, "%s") for text in blanked[1:]]
                known[first] = blanked, fillings
            else:
                blanked, figures = texts, []
        numbers.extend(map(int, figures))
        form.append(forms.setdefault(blanked, len(forms)))
    return {
        "forms": {language: [row[k] for row in forms] for k, language in enumerate(told)},
        "form": form,
        "numbers": numbers,
    }


def _take_apart(text: str) -> list[str]:
    """Return a sentence's form and the numbers that fill its blanks."""
    parts = _NUMBER.split(text)
    return [_BLANK.join(parts[::2]), *parts[1::2]]


def often(series: pd.Series) -> dict[str, Any]:
    """Return a column of texts that come again and again as their numbers in a list.

    Examples
    --------
    >>> often(pd.Series(["Ngõ 1", "Ngõ 2", None, "Ngõ 1"]))
    {'words': ['Ngõ 1', 'Ngõ 2'], 'codes': [0, 1, -1, 0]}
    """
    codes, found = pd.factorize(np.array(text(series), dtype=object))
    return {"words": list(found), "codes": codes.tolist()}


def ids(series: pd.Series) -> list[str | None] | dict[str, Any]:
    """Return a column of ids as one beginning and the steps from number to number, if they are so.

    Examples
    --------
    >>> ids(pd.Series(["H007", "H008", "H011"]))
    {'begin': 'H', 'digits': 3, 'steps': [7, 1, 3]}
    >>> ids(pd.Series(["H7", "7"]))
    ['H7', '7']
    """
    texts = text(series)
    found = [_ID.fullmatch(each or "") for each in texts]
    if not texts or None in found:
        return texts
    matches = [match.groups() for match in found if match is not None]
    begin, digits = matches[0][0], len(matches[0][1])
    if any(each != begin or len(figure) != digits for each, figure in matches):
        return texts
    steps = np.diff([int(figure) for _, figure in matches], prepend=0)
    return {"begin": begin, "digits": digits, "steps": steps.tolist()}


def mostly_as(other: str, its: Sequence[Any], own: Sequence[Any]) -> dict[str, Any]:
    """Return a packed column of numbers that mostly are those of another one.

    Examples
    --------
    >>> mostly_as("hydrant_m", [10, 20, None], [10, 15, None])
    {'as': 'hydrant_m', 'values': [-1, 15, -1]}
    """
    same = [-1 if one == another else one for one, another in zip(own, its, strict=True)]
    return {"as": other, "values": same}


def table(frame: pd.DataFrame, columns: Mapping[str, Column]) -> dict[str, Any]:
    """Return a frame without geometry as columns, as `layer` does."""
    return {
        "count": len(frame),
        "columns": {name: convert(frame[name]) for name, convert in columns.items()},
    }


def no_rows() -> dict[str, Any]:
    """Return a packed layer that has no objects."""
    return {"count": 0, "geometry": geometry([]), "columns": {}}
