"""Plain lines of a GIS, in GeoJSON or GeoPackage: columns are tags, and places become nodes.

Where the file names no nodes, lines join at their vertices, within a tolerance (SPEC §4). Joining
gives vertices one node id; it moves none of them.
"""

from __future__ import annotations

import difflib
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import KDTree

from fireaccess.model.answers import FloatArray, IntArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError
from fireaccess.model.text import nfc
from fireaccess.sources.coordinates import WGS84, analysis_crs, transform_xy
from fireaccess.sources.files import read_vector
from fireaccess.sources.roads import WAY_TAGS, Roads, is_road, make_roads, no_objects

#: Columns that can hold way ids; the first whose values are whole and unique is taken.
_ID_COLUMNS: Final = ("osm_id", "way_id", "id")
_LINES: Final = (shapely.GeometryType.LINESTRING, shapely.GeometryType.LINEARRING)
#: Distances that differ by less than this are the same, so that a shift of the CRS, which moves
#: the last digits, can't change which vertices join first.
_SAME_DISTANCE_DECIMALS: Final = 6

_Cells = dict[str, list[str | None]]


def read_lines(path: Path, *, snap_m: float) -> Roads:
    """Read roads from a vector file of lines.

    Columns are tags of OSM, in any case, ``highway`` among them; ``_`` may stand for ``:``, as in
    ``maxwidth_physical``. The parts of a MultiLineString are lines of their own with one id. The
    id is that of column ``osm_id``, ``way_id`` or ``id`` if its values are whole numbers and
    unique (``way/123`` is 123), else the feature's number in the file, counted from 1.

    Columns ``u`` and ``v`` name the nodes at the two ends; lines then join there and nowhere else.
    Without them vertices join as `shared_nodes` tells. A file of lines holds no barrier and no
    water: those come from the survey.

    Parameters
    ----------
    path
        GeoJSON or GeoPackage, in the CRS that it names.
    snap_m
        Vertices of different lines within this distance are one node.

    Raises
    ------
    InputError
        If the file can't be read, holds no line, lacks ``highway``, or names only some nodes.
    """
    frame = read_vector(path, what="roads").reset_index(drop=True)
    crs = CRS(frame.crs)
    cells = _cells(frame)
    if "highway" not in cells:
        near = difflib.get_close_matches("highway", list(cells), n=1)
        raise InputError(
            Message("the roads file has no column 'highway'"),
            file=path,
            remedy=Message("rename {near!r} to 'highway'")
            if near
            else Message(
                "add it, with the classes of OSM such as residential or service; the columns "
                "found are: {columns}"
            ),
            near=next(iter(near), None),
            columns=", ".join(cells),
        )
    tags = _tags(cells)
    left_out: Counter[str] = Counter()
    wanted = np.zeros(len(frame), dtype=bool)
    for row, of_row in enumerate(tags):
        wanted[row] = is_road(of_row)
        if not wanted[row]:
            left_out["not_a_road" if "highway" in of_row else "without_highway"] += 1
    lines, row_of = _parts(frame)
    left_out["without_line"] += int(wanted.sum() - wanted[np.unique(row_of)].sum())
    lines, row_of = lines[wanted[row_of]], row_of[wanted[row_of]]
    if len(lines) == 0:
        raise InputError(
            Message("the file holds no road (no line with a highway that can be used)"),
            file=path,
            remedy=Message("export the lines of the roads, with their column highway"),
        )
    xy, line = shapely.get_coordinates(lines, return_index=True)
    if {"u", "v"} <= cells.keys() and any(cells["u"] + cells["v"]):
        node = _named_nodes(cells, row_of[line], path)
    else:
        layer = np.array([_layer(of_row) for of_row in tags])[row_of]
        node = shared_nodes(xy, _in_metres(xy, crs, path), line, layer[line], snap_m=snap_m)
    way_id = _way_ids(cells, len(frame))
    first = np.searchsorted(line, np.arange(len(lines) + 1))
    ways = [
        (
            way_id[row],
            tags[row],
            node[first[i] : first[i + 1]].tolist(),
            [(x, y) for x, y in xy[first[i] : first[i + 1]].tolist()],
        )
        for i, row in enumerate(row_of.tolist())
    ]
    return make_roads(
        # Parts of one way in the order of their places, not of the file's rows.
        sorted(ways, key=lambda way: (way[0], way[3])),
        barriers={},
        crs=crs,
        objects=no_objects(crs),
        file=path,
        left_out=+left_out,
    )


def shared_nodes(
    xy: FloatArray, xy_m: FloatArray, line: IntArray, layer: FloatArray, *, snap_m: float
) -> IntArray:
    """Return which node each vertex of some lines is, counted from 1.

    Vertices at exactly one place are one node, also within one line: that is a loop. Beyond that
    vertices of different lines within ``snap_m`` are one node, nearest first; two places of one
    line never become one, however near, since that would take a piece out of the line. The order
    of the lines does not matter.

    Vertices of different layers join only where a line ends, as a bridge does on the road that
    leads up to it: two ends within ``snap_m``, or an end exactly on a vertex. What a bridge passes
    over it never joins.

    Parameters
    ----------
    xy, xy_m
        Coordinates of the vertices as drawn and in metres, shape ``(v, 2)``, line after line.
    line, layer
        Line and layer of each vertex, shape ``(v,)``.
    snap_m
        The tolerance.

    Examples
    --------
    >>> xy = np.array([[0, 0], [9, 0], [9.1, 0], [9.3, 5]])
    >>> ground = np.zeros(4)
    >>> shared_nodes(xy, xy, np.array([0, 0, 1, 1]), ground, snap_m=0.5).tolist()
    [1, 2, 2, 3]
    >>> shared_nodes(xy, xy, np.array([0, 0, 1, 1]), ground, snap_m=0.05).tolist()
    [1, 2, 3, 4]
    """
    if len(xy) == 0:
        return np.zeros(0, dtype=np.int64)
    # Sorted by layer and coordinates: the number of a place does not depend on the file's order.
    keys, index, place = np.unique(
        np.column_stack([layer, xy]), axis=0, return_index=True, return_inverse=True
    )
    place = place.reshape(-1)
    change = np.diff(line) != 0
    ends = np.zeros(len(keys), dtype=bool)
    ends[place[np.r_[True, change] | np.r_[change, True]]] = True
    pairs = KDTree(xy_m[index]).query_pairs(snap_m, output_type="ndarray")
    a, b = keys[pairs[:, 0]], keys[pairs[:, 1]]
    one_place = (a[:, 1:] == b[:, 1:]).all(axis=1)
    end_meets = np.where(one_place, ends[pairs].any(axis=1), ends[pairs].all(axis=1))
    pairs = pairs[(a[:, 0] == b[:, 0]) | end_meets]
    groups = _components(len(keys), pairs)
    # Each line once per place; a group with two places of one line can't become one node.
    used = np.unique(np.column_stack([groups[place], line, place]), axis=0)
    twice = (np.diff(used[:, :2], axis=0) == 0).all(axis=1)
    contested = np.isin(groups[pairs[:, 0]], used[1:][twice, 0])
    joined = np.concatenate(
        [
            pairs[~contested],
            _nearest_first(pairs[contested], xy_m[index], place, line),
        ]
    )
    groups = _components(len(keys), joined)
    # Numbered by the first place of each group.
    _, first, group = np.unique(groups, return_index=True, return_inverse=True)
    number = np.empty(len(first), dtype=np.int64)
    number[np.argsort(first)] = np.arange(1, len(first) + 1)
    return number[group.reshape(-1)[place]]


def _components(count: int, pairs: IntArray) -> IntArray:
    links = coo_array((np.ones(len(pairs), dtype=bool), pairs.T), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _nearest_first(
    pairs: IntArray, place_m: FloatArray, place: IntArray, line: IntArray
) -> IntArray:
    """Return the pairs that join where some would put two places of one line together."""
    contested = np.isin(place, pairs)
    lines: dict[int, set[int]] = defaultdict(set)
    for p, of_line in zip(place[contested].tolist(), line[contested].tolist(), strict=True):
        lines[p].add(of_line)
    leader = {p: p for p in lines}

    def found(p: int) -> int:
        while leader[p] != p:
            leader[p] = p = leader[leader[p]]
        return p

    apart = np.hypot(*(place_m[pairs[:, 0]] - place_m[pairs[:, 1]]).T)
    order = np.lexsort((pairs[:, 1], pairs[:, 0], apart.round(_SAME_DISTANCE_DECIMALS)))
    joined = []
    for i in order:
        a, b = found(int(pairs[i, 0])), found(int(pairs[i, 1]))
        if a == b or lines[a] & lines[b]:
            continue
        leader[b] = a
        lines[a] |= lines[b]
        joined.append(pairs[i])
    return np.array(joined, dtype=np.int64).reshape(-1, 2)


def tag_text(value: Any) -> str | None:
    """Return a cell as OSM would have it as a tag; None where it is blank.

    Examples
    --------
    >>> tag_text(3.0), tag_text(3.5), tag_text(True), tag_text(" ngõ "), tag_text(float("nan"))
    ('3', '3.5', 'yes', 'ngõ', None)
    """
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, np.floating)):
        if np.isnan(value):
            return None
        return str(int(value)) if float(value).is_integer() else str(float(value))
    return nfc(str(value)) or None


def node_numbers(labels: Iterable[object]) -> dict[object, int]:
    """Return a whole number for each label of a node: its own where all of them are such.

    0 stands for nodes that no map has (see `Network`), so a label 0 gets a number after the last.

    Examples
    --------
    >>> node_numbers(["12", "7"]), node_numbers(["b", "a"]), node_numbers([0, 1])
    ({'12': 12, '7': 7}, {'b': 2, 'a': 1}, {0: 2, 1: 1})
    """
    distinct = list(dict.fromkeys(labels))
    numbers = [_whole(label) for label in distinct]
    if None in numbers or len(set(numbers)) < len(numbers):
        order = {label: i for i, label in enumerate(sorted(distinct, key=str), start=1)}
        return {label: order[label] for label in distinct}
    after = max((n for n in numbers if n is not None), default=0) + 1
    return {label: n or after for label, n in zip(distinct, numbers, strict=True)}


def _whole(label: object) -> int | None:
    try:
        return int(str(label))
    except ValueError:
        return None


def _cells(frame: gpd.GeoDataFrame) -> _Cells:
    """Return all columns but the geometry as text, by their names in lower case."""
    columns = (key for key in frame.columns if key != frame.geometry.name)
    return {nfc(str(key)).lower(): [tag_text(value) for value in frame[key]] for key in columns}


def _tags(cells: _Cells) -> list[dict[str, str]]:
    """Return the tags of each row; programs that can't write a colon write ``_``."""
    kept = {}
    for key in (*WAY_TAGS, "area"):
        column = cells.get(key, cells.get(key.replace(":", "_")))
        if column is not None:
            kept[key] = column
    rows: list[dict[str, str]] = [{} for _ in cells["highway"]]
    for key, column in kept.items():
        for tags, text in zip(rows, column, strict=True):
            if text is not None:
                tags[key] = text
    return rows


def _parts(frame: gpd.GeoDataFrame) -> tuple[Any, IntArray]:
    """Return the lines of all features and the row of each; what is no line is left out."""
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    # Twice, for a MultiLineString within a collection.
    outer, row_of = shapely.get_parts(shapes, return_index=True)
    parts, index = shapely.get_parts(outer, return_index=True)
    usable = np.isin(shapely.get_type_id(parts), _LINES) & ~shapely.is_empty(parts)
    usable &= np.isfinite(shapely.bounds(parts)).all(axis=1)
    return parts[usable], np.asarray(row_of[index][usable], dtype=np.int64)


def _layer(tags: Mapping[str, str]) -> float:
    try:
        return float(tags.get("layer", "0"))
    except ValueError:
        return 0.0


def _in_metres(xy: FloatArray, crs: CRS, path: Path) -> FloatArray:
    """Return coordinates in the UTM zone of the lines' centre: degrees can't be measured in."""
    lon, lat = transform_xy(xy[:, 0], xy[:, 1], crs, WGS84)
    if not (np.isfinite(lon) & np.isfinite(lat)).all():
        raise InputError(
            Message("some coordinates lie outside of {crs}, the CRS that the file names"),
            file=path,
            remedy=Message("set the layer's CRS to the one it was drawn in and export it again"),
            crs=crs.name,
        )
    zone = analysis_crs("auto", (lon.min(), lat.min(), lon.max(), lat.max()))
    return np.column_stack(transform_xy(xy[:, 0], xy[:, 1], crs, zone))


def _named_nodes(cells: _Cells, row: IntArray, path: Path) -> IntArray:
    """Return nodes by columns ``u`` and ``v``; every vertex between is a node of its own."""
    for column in ("u", "v"):
        blank = [i for i in np.unique(row).tolist() if cells[column][i] is None]
        if blank:
            raise InputError(
                Message("{count} line(s) name no node at one end"),
                file=path,
                row=blank[0] + 1,
                column=column,
                remedy=Message(
                    "fill in u and v for all lines, or leave both columns out: lines then "
                    "join where they meet"
                ),
                count=len(blank),
            )
    first = np.flatnonzero(np.r_[True, np.diff(row) != 0])
    last = np.r_[first[1:] - 1, len(row) - 1]
    ends = [cells["u"][i] for i in row[first]], [cells["v"][i] for i in row[last]]
    numbers = node_numbers([*ends[0], *ends[1]])
    node = np.arange(len(row), dtype=np.int64) + max(0, *numbers.values()) + 1
    node[first] = [numbers[label] for label in ends[0]]
    node[last] = [numbers[label] for label in ends[1]]
    return node


def _way_ids(cells: _Cells, count: int) -> Sequence[int]:
    for column in _ID_COLUMNS:
        ids = [_whole((text or "").removeprefix("way/")) for text in cells.get(column, ())]
        whole = [number for number in ids if number is not None and number > 0]
        if len(set(whole)) == count:
            return whole
    return range(1, count + 1)
