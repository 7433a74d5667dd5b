"""Frames as one compressed columnar payload.

A layer is a set of columns of equal length: coordinates as whole millionths of a degree, each
the difference from the one before it, words from a short list as their numbers, and the rest as
it is. The whole is JSON, gzip, base64: letters that no template, script or page can mistake for
anything else.
"""

from __future__ import annotations

import base64
import gzip
import io
import json
import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

SCALE = 1_000_000
"""Units per degree: 1e-6° is 11 cm at most."""

Column = Callable[[pd.Series], Any]


def pack(document: Mapping[str, Any]) -> str:
    """Return a document as JSON, gzip and base64; the same document gives the same text."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    buffer = io.BytesIO()
    # GzipFile rather than gzip.compress: its header names no operating system.
    with gzip.GzipFile(filename="", mode="wb", compresslevel=6, fileobj=buffer, mtime=0) as file:
        file.write(text.encode("utf-8", "replace"))
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def layer(frame: gpd.GeoDataFrame, columns: Mapping[str, Column]) -> dict[str, Any]:
    """Return a frame as columns.

    Parameters
    ----------
    frame
        Objects in EPSG:4326.
    columns
        The columns to keep, each with what makes it ready for JSON.
    """
    return {
        "count": len(frame),
        "geometry": geometry(frame.geometry.to_numpy()),
        "columns": {name: convert(frame[name]) for name, convert in columns.items()},
    }


def geometry(geometries: Sequence[Any] | npt.NDArray[np.object_]) -> dict[str, Any]:
    """Return geometries as columns of whole numbers.

    Of each geometry only the parts of its highest dimension are kept. Missing and empty ones
    have no parts.

    Returns
    -------
    dict
        ``dimension`` of each geometry (0 point, 1 line, 2 polygon), ``parts`` of each geometry
        (points, lines or rings), ``vertices`` of each part, and the coordinates ``x`` and ``y``
        of all vertices one after another as differences.

    Examples
    --------
    >>> geometry([shapely.Point(105.8, 21.0), None])
    {'dimension': [0, -1], 'parts': [1, 0], 'vertices': [1], 'x': [105800000], 'y': [21000000]}
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
    whole = np.rint(coordinates * SCALE).astype(np.int64)
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    parts = np.bincount(owner, minlength=len(array))
    dimension = np.where(parts > 0, shapely.get_dimensions(array), -1)
    return {
        "dimension": dimension.tolist(),
        "parts": parts.tolist(),
        "vertices": np.bincount(piece, minlength=len(pieces)).tolist(),
        "x": steps[:, 0].tolist(),
        "y": steps[:, 1].tolist(),
    }


def _pieces(
    array: npt.NDArray[np.object_],
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.intp]]:
    """Return the points, lines and rings of geometries, and the geometry that each belongs to."""
    parts, owner = shapely.get_parts(array, return_index=True)
    # A collection may hold collections; few do, and not deep.
    while np.isin(shapely.get_type_id(parts), (4, 5, 6, 7)).any():
        parts, outer = shapely.get_parts(parts, return_index=True)
        owner = owner[outer]
    keep = (shapely.get_dimensions(parts) == shapely.get_dimensions(array)[owner]) & (
        ~shapely.is_empty(parts)
    )
    parts, owner = parts[keep], owner[keep]
    polygon = shapely.get_type_id(parts) == 3
    rings, of_polygon = shapely.get_rings(parts[polygon], return_index=True)
    pieces = np.concatenate([parts[~polygon], rings])
    owners = np.concatenate([owner[~polygon], owner[polygon][of_polygon]])
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
    numbers = {word: number for number, word in enumerate(known)}

    def convert(series: pd.Series) -> dict[str, Any]:
        missing = series.isna().to_numpy()
        codes: list[int] = []
        for value, absent in zip(series.to_list(), missing, strict=True):
            if not absent and value not in numbers:
                raise ValueError(f"{series.name}: {value!r} is none of {', '.join(known)}")
            codes.append(-1 if absent else numbers[value])
        return {"words": list(known), "codes": codes}

    return convert


def text(series: pd.Series) -> list[str | None]:
    """Return a column as text, None where it is missing; a time is told by its day."""
    values: list[str | None] = []
    for value, absent in zip(series.to_list(), series.isna().to_numpy(), strict=True):
        if absent:
            values.append(None)
        elif isinstance(value, pd.Timestamp):
            values.append(value.date().isoformat())
        else:
            values.append(str(value))
    return values


def number(digits: int) -> Column:
    """Return what rounds a column of numbers; None where it is missing or not finite."""

    def convert(series: pd.Series) -> list[float | int | None]:
        values = pd.to_numeric(series).to_numpy(dtype=float, na_value=np.nan)
        return [
            None if not math.isfinite(value) else int(value) if value.is_integer() else value
            for value in np.round(values, digits).tolist()
        ]

    return convert


def flag(series: pd.Series) -> list[int | None]:
    """Return a column of yes and no as 1 and 0; None where it is neither."""
    known = {True: 1, "yes": 1, False: 0, "no": 0}
    return [
        None if absent else known.get(value)
        for value, absent in zip(series.to_list(), series.isna().to_numpy(), strict=True)
    ]
