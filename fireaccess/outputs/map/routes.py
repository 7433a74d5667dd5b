"""The ways of a ward packed small: trees over those segments and vertices that some way uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from fireaccess.analysis.routes import Driven, OnFoot, Routes
from fireaccess.model.answers import BoolArray, FloatArray, IntArray
from fireaccess.network.paths import NOWHERE, Leaves
from fireaccess.network.place import Places
from fireaccess.outputs.layers import to_wgs84
from fireaccess.outputs.map import payload
from fireaccess.outputs.result import Result

_TO_WATER: Final[tuple[OnFoot, ...]] = ("hydrant", "water", "water_best")
_TO_OBJECTS: Final[tuple[OnFoot, ...]] = (*_TO_WATER, "point")
_ON_FOOT: Final[tuple[OnFoot, ...]] = ("hose", "hose_best", *_TO_OBJECTS)
_DRIVEN: Final[tuple[Driven, ...]] = ("houses", "alleys", "barriers")


def routes(result: Result) -> dict[str, Any]:
    """Return the ways of a result's houses, alleys and barriers, as the page's scripts follow them.

    Segments are numbered as the layer has them; the ones that ways use beyond it follow, and of
    these alone the lines and lengths stand here. Vertices of the foot graph are numbered along
    these segments. What no way uses is -1, which packs to nothing. A result made by hand has no
    ways: every list is empty.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    """
    found, network = result.routes, result.network
    if found is None:
        return no_routes()
    walked = {kind: _walked(found, kind) for kind in _ON_FOOT}
    driven = _driven(found)
    shown = pd.Index(network.segment_id).get_indexer(result.segments["segment_id"])
    kept = np.concatenate([shown, np.setdiff1d(_used_segments(found, walked, driven), shown)])
    number = np.full(network.n_segments, -1, dtype=np.int64)
    number[kept] = np.arange(len(kept))
    both = np.stack([found.graph.end_u[kept], found.graph.end_v[kept]], axis=1)
    ends, vertex = pd.factorize(both.ravel())
    return {
        "lines": payload.geometry(to_wgs84(network.lines[kept[len(shown) :]], network).to_numpy()),
        "length_m": _rounded(network.segment_length_m[kept[len(shown) :]], 2),
        "u": ends[0::2].tolist(),
        "v": ends[1::2].tolist(),
        "trees": {
            kind: _tree(found, kind, walked[kind], number)[vertex].tolist() for kind in _ON_FOOT
        },
        "doors": {
            "houses": _doors(found.doors.places, found.doors.places.row, found.doors.count, number),
            "water": _doors_of_objects(found, _TO_WATER, number),
            "fire_points": _doors_of_objects(found, ("point",), number),
        },
        "ways": {kind: found.on_foot[kind].leaves.tolist() for kind in _ON_FOOT},
        "objects": {kind: np.maximum(found.on_foot[kind].row, -1).tolist() for kind in _TO_OBJECTS},
        "truck": _truck(found, kept, driven, number),
    }


def no_routes() -> dict[str, Any]:
    """Return what a map without ways has in their place."""
    no_doors: dict[str, list[Any]] = {"segment": [], "along_m": []}
    return {
        "lines": payload.geometry([]),
        "length_m": [],
        "u": [],
        "v": [],
        "trees": {kind: [] for kind in _ON_FOOT},
        "doors": {name: no_doors for name in ("houses", "water", "fire_points")},
        "ways": {kind: [] for kind in _ON_FOOT},
        "objects": {kind: [] for kind in _TO_OBJECTS},
        "truck": {"parent": [], "begin_m": {}, "to_door": [], **{name: [] for name in _DRIVEN}},
    }


def _walked(found: Routes, kind: OnFoot) -> BoolArray:
    """Return the vertices that the ways of some house go through."""
    graph, ways, places = found.graph, found.on_foot[kind], found.doors.places
    side = ways.leaves[places.row] - Leaves.BY_U
    joins = side >= 0
    ends = np.stack([graph.end_u, graph.end_v])
    there = np.unique(ends[side[joins], places.segment[joins]])
    used = np.zeros(graph.n_vertices, dtype=bool)
    while len(there):
        used[there] = True
        there = there[ways.onward[there] >= 0]
        segment = ways.onward[there]
        there = np.unique(graph.end_u[segment] + graph.end_v[segment] - there)
        there = there[~used[there]]
    return used


def _driven(found: Routes) -> BoolArray:
    """Return the passages that some way of the truck goes along."""
    used = np.zeros(len(found.before), dtype=bool)
    there = np.unique(np.concatenate([found.last[name] for name in _DRIVEN]))
    there = there[there >= 0]
    while len(there):
        used[there] = True
        there = np.unique(found.before[there])
        there = there[there >= 0]
        there = there[~used[there]]
    return used


def _used_segments(
    found: Routes, walked: Mapping[OnFoot, BoolArray], driven: BoolArray
) -> IntArray:
    used = [found.doors.places.segment, np.flatnonzero(driven) // 2]
    for kind, ways in found.on_foot.items():
        onward = ways.onward[walked[kind]]
        used.append(onward[onward >= 0])
    for kind in _TO_OBJECTS:
        places = found.objects[kind].places
        used.append(places.segment[np.isin(places.row, found.on_foot[kind].row)])
    return np.unique(np.concatenate(used))


def _tree(found: Routes, kind: OnFoot, walked: BoolArray, number: IntArray) -> IntArray:
    ways = found.on_foot[kind]
    step = np.where(ways.onward >= 0, number[np.maximum(ways.onward, 0)], -1)
    step = np.where(ways.ending >= 0, -(ways.ending + 2), step)
    return np.where(walked, step, -1)


def _doors(places: Places, rows: IntArray, count: int, number: IntArray) -> dict[str, Any]:
    """Return where some rows of a layer lie; the others have no segment."""
    asked = np.isin(places.row, rows)
    segment, along_m = np.full(count, -1, dtype=np.int64), np.full(count, np.nan)
    segment[places.row[asked]] = number[places.segment[asked]]
    along_m[places.row[asked]] = places.along_m[asked]
    return {"segment": segment.tolist(), "along_m": _rounded(along_m, 1)}


def _doors_of_objects(found: Routes, kinds: Sequence[OnFoot], number: IntArray) -> dict[str, Any]:
    objects = found.objects[kinds[0]]
    rows = np.concatenate([found.on_foot[kind].row for kind in kinds])
    return _doors(objects.places, rows, len(objects.frame), number)


def _truck(found: Routes, kept: IntArray, driven: BoolArray, number: IntArray) -> dict[str, Any]:
    length_m = found.graph.network.segment_length_m[kept]
    passages = (2 * kept[:, None] + np.arange(2)).ravel()
    before = np.where(driven, found.before, NOWHERE)[passages]
    begin_m = found.begin_m[passages]
    # A way that begins at the end of its first passage, on the piece that engines come from, needs
    # no figure.
    told = driven[passages] & (before < 0) & (begin_m < np.repeat(length_m, 2))

    def numbered(passage: IntArray) -> list[int]:
        there = np.maximum(passage, 0)
        numbers = np.where(passage >= 0, 2 * number[there // 2] + there % 2, -1)
        return [*map(int, numbers)]

    return {
        "parent": numbered(before),
        "begin_m": {str(i): round(float(begin_m[i]), 2) for i in np.flatnonzero(told).tolist()},
        "to_door": (found.on_foot["hose"].leaves == Leaves.THERE).astype(int).tolist(),
        **{name: numbered(found.last[name]) for name in _DRIVEN},
    }


def _rounded(values: FloatArray, digits: int) -> Any:
    return payload.number(digits)(pd.Series(values))
