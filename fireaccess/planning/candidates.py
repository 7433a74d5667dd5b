"""Where a hydrant or a fire point may stand, and which houses it would serve there (SPEC §7)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from fireaccess.analysis.houses import Doors
from fireaccess.model.answers import BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.network.paths import FootGraph, sparse_rows
from fireaccess.network.place import Places
from fireaccess.planning.ward import Ward

#: What is sited.
Kind = Literal["hydrant", "fire_point"]

# Candidates of one search: their distances to all vertices are held at a time.
_AT_A_TIME: Final = 256
_AT_THE_END_M: Final = 0.01


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Places where one may stand, in the order in which equally good ones are taken.

    Parameters
    ----------
    candidate_id
        The office's ids, None for places that were laid out along roads, shape ``(c,)``.
    places
        Where each lies on the foot network.
    points
        Where each stands: the office's point, or the place itself.
    cost_vnd, cost_from
        What the office says one costs there and which file says so; NaN and None where it doesn't,
        shape ``(c,)``.
    own
        They are the office's own.
    far, not_reached
        Places of the office that are left out: too far from any road, or no truck gets to them.
    """

    candidate_id: ObjectArray
    places: Places
    points: Any
    cost_vnd: FloatArray
    cost_from: ObjectArray
    own: bool
    far: int = 0
    not_reached: int = 0

    def __len__(self) -> int:
        return len(self.candidate_id)


_NONE: Final = np.zeros(0, dtype=np.int64)
_NOTHING: Final = np.full(0, None, dtype=object)

#: Nowhere.
NO_CANDIDATES: Final = Candidates(
    _NOTHING,
    Places(_NONE, _NONE, np.zeros(0), np.zeros(0), np.zeros((0, 2))),
    _NOTHING,
    np.zeros(0),
    _NOTHING,
    own=False,
)


def candidates_of(ward: Ward, kind: Kind, spacing_m: float) -> Candidates:
    """Return where hydrants or fire points may stand in a ward.

    Hydrants stand on roads that the truck gets to in the worst case, along them and where other
    ways leave them; fire points along every road or alley that doors can open on, on those without
    a truck first of all. Both stand in the area. The office's own places for this kind, if it names
    any, are taken instead: those that no truck gets to aren't taken for hydrants.

    Parameters
    ----------
    ward
        The ward.
    kind
        What is to stand there.
    spacing_m
        How far apart they may be along a road, at most.
    """
    network = ward.network
    named = None if ward.candidates is None else _of_kind(ward.candidates, kind)
    if named is not None and len(named):
        return _own(ward, kind, named)
    on_road = network.has_doors & ward.worst_reach.segments
    if kind == "hydrant":
        segment, along_m = laid_out(ward.graph, on_road, spacing_m)
        mouths = mouths_of(ward.graph, on_road, network.has_doors & ~on_road)
        segment = np.concatenate([segment, mouths[0]])
        along_m = np.concatenate([along_m, mouths[1]])
        segment, along_m = _once(ward.graph, on_road, segment, along_m)
        order = np.lexsort((along_m, segment))
    else:
        segment, along_m = laid_out(ward.graph, network.has_doors, spacing_m)
        order = np.lexsort((along_m, segment, on_road[segment]))
    segment, along_m = segment[order], along_m[order]
    points = shapely.line_interpolate_point(network.lines[segment], along_m)
    inside = np.asarray(shapely.intersects(ward.area, points), dtype=bool)
    segment, along_m, points = segment[inside], along_m[inside], points[inside]
    count = len(segment)
    places = Places(
        np.arange(count), segment, along_m, np.zeros(count), shapely.get_coordinates(points)
    )
    nothing = np.full(count, None, dtype=object)
    return Candidates(nothing, places, points, np.full(count, np.nan), nothing, own=False)


def laid_out(
    graph: FootGraph, eligible: BoolArray, spacing_m: float
) -> tuple[IntArray, FloatArray]:
    """Lay places out along roads: at both ends of each way and evenly between.

    Parameters
    ----------
    graph
        The foot graph.
    eligible
        Segments on which they may lie, shape ``(s,)``.
    spacing_m
        The greatest distance between two of one way, along it.

    Returns
    -------
    Segments, and how far along them. Where ways meet there is one place; where nobody gets through
    a node, one on each arm.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> from fireaccess.network.paths import foot_graph
    >>> town = drawn_network([("service", [(0, 0), (90, 0), (120, 0)]),
    ...                       ("path", [(90, 0), (90, 9)])])
    >>> graph = foot_graph(town, np.ones(town.n_nodes, dtype=bool))
    >>> segment, along_m = laid_out(graph, town.has_doors, 50)
    >>> segment.tolist(), along_m.tolist()
    ([0, 0, 0, 1, 2, 2], [0.0, 40.0, 80.0, 30.0, 0.0, 9.0])
    >>> len(laid_out(graph, np.zeros(3, dtype=bool), 50)[0])
    0
    """
    network = graph.network
    chosen = np.flatnonzero(eligible)
    if len(chosen) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    # A run goes on from one segment into the next of its way.
    follows = (
        (np.diff(chosen) == 1)
        & (np.diff(network.segment_way[chosen]) == 0)
        & (network.segment_v[chosen[:-1]] == network.segment_u[chosen[1:]])
    )
    first = np.flatnonzero(np.concatenate([[True], ~follows]))
    length_m = network.segment_length_m[chosen]
    run_m = np.add.reduceat(length_m, first)
    pieces = np.maximum(np.ceil(run_m / spacing_m - 1e-9), 1).astype(np.int64)
    number = pieces + 1
    of_run = np.repeat(np.arange(len(number)), number)
    step = np.arange(len(of_run)) - np.repeat(np.cumsum(number) - number, number)
    along_run_m = run_m[of_run] * step / pieces[of_run]
    end_m = np.cumsum(length_m)
    begin_m = end_m - length_m
    base_m = begin_m[first]
    # The position among all segments of the run that holds the place.
    last = np.concatenate([first[1:], [len(chosen)]]) - 1
    at = np.searchsorted(end_m, base_m[of_run] + along_run_m)
    at = np.clip(at, first[of_run], last[of_run])
    along_m = np.clip(base_m[of_run] + along_run_m - begin_m[at], 0.0, length_m[at])
    along_m[step == 0] = 0.0
    at_last = step == pieces[of_run]
    along_m[at_last] = length_m[at[at_last]]
    return _once(graph, eligible, chosen[at], along_m)


def mouths_of(
    graph: FootGraph, eligible: BoolArray, others: BoolArray
) -> tuple[IntArray, FloatArray]:
    """Return the ends of eligible segments at which others meet them.

    Returns
    -------
    Segments, and how far along them: 0 or their length.
    """
    network = graph.network
    met = np.zeros(network.n_nodes, dtype=bool)
    met[network.segment_u[others]] = True
    met[network.segment_v[others]] = True
    by_u = np.flatnonzero(eligible & met[network.segment_u])
    by_v = np.flatnonzero(eligible & met[network.segment_v])
    return _once(
        graph,
        eligible,
        np.concatenate([by_u, by_v]),
        np.concatenate([np.zeros(len(by_u)), network.segment_length_m[by_v]]),
    )


def _once(
    graph: FootGraph, eligible: BoolArray, segment: IntArray, along_m: FloatArray
) -> tuple[IntArray, FloatArray]:
    """Keep one of places at the same vertex, on the smallest segment; in order of segments."""
    length_m = graph.network.segment_length_m[segment]
    at_u, at_v = along_m <= _AT_THE_END_M, along_m >= length_m - _AT_THE_END_M
    vertex = np.where(at_u, graph.end_u[segment], np.where(at_v, graph.end_v[segment], -1))
    along_m = np.where(at_u, 0.0, np.where(at_v, length_m, along_m))
    order = np.lexsort((along_m, segment, vertex))
    at_vertex = vertex[order] >= 0
    repeated = np.concatenate([[False], np.diff(vertex[order]) == 0]) & at_vertex
    kept = order[~repeated] if len(order) else order
    kept = kept[np.lexsort((along_m[kept], segment[kept]))]
    return segment[kept], along_m[kept]


def _of_kind(frame: gpd.GeoDataFrame, kind: Kind) -> gpd.GeoDataFrame:
    """Return the office's places for one kind; those without a kind are for both."""
    if "kind" not in frame:
        return frame
    said = frame["kind"]
    return frame[said.isna() | (said == "") | (said == kind)]


def _own(ward: Ward, kind: Kind, frame: gpd.GeoDataFrame) -> Candidates:
    frame = frame.iloc[np.argsort(frame["candidate_id"].astype(str).to_numpy(), kind="stable")]
    points = frame.geometry.to_numpy()
    places = ward.snapper.nearest(points, ward.settings.snap_limit_m)
    far = len(frame) - len(places)
    kept = np.ones(len(places), dtype=bool)
    if kind == "hydrant":
        kept = _truck_gets_to(ward, places)
    row = places.row[kept]
    nothing = np.full(len(frame), None, dtype=object)
    cost = np.asarray(frame.get("cost_vnd", np.full(len(frame), np.nan)), dtype=float)[row]
    file = np.asarray(frame.get("file", nothing), dtype=object)[row]
    return Candidates(
        frame["candidate_id"].to_numpy(dtype=object)[row],
        Places(
            np.arange(len(row)),
            places.segment[kept],
            places.along_m[kept],
            places.distance_m[kept],
            places.xy[kept],
        ),
        points[row],
        cost,
        np.where(np.isnan(cost), nothing[row], file),
        own=True,
        far=far,
        not_reached=int((~kept).sum()),
    )


def _truck_gets_to(ward: Ward, places: Places) -> BoolArray:
    """Tell at which places the truck stands: on its roads, or at the very mouth of another."""
    network, found = ward.network, ward.worst_reach
    at_u = places.along_m <= _AT_THE_END_M
    at_v = places.along_m >= network.segment_length_m[places.segment] - _AT_THE_END_M
    return np.asarray(
        found.segments[places.segment]
        | (at_u & found.nodes[network.segment_u[places.segment]])
        | (at_v & found.nodes[network.segment_v[places.segment]])
    )


def houses_within(graph: FootGraph, doors: Doors, places: Places, limit_m: float) -> Any:
    """Tell which houses lie within a limit of which places along the foot network.

    Both offsets count: from the house to its door's road and from the place's point to its own.

    Parameters
    ----------
    graph
        The foot graph.
    doors
        The houses' doors.
    places
        Where candidates lie, shape ``(c,)``.
    limit_m
        How far at most.

    Returns
    -------
    A boolean matrix of houses and places, shape ``(houses, c)``.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> from fireaccess.network.paths import foot_graph
    >>> town = drawn_network([("service", [(0, 0), (100, 0)])])
    >>> graph = foot_graph(town, np.ones(2, dtype=bool))
    >>> def on_road(along_m, offset_m):
    ...     row = np.arange(len(along_m))
    ...     xy = np.column_stack([along_m, 0 * row])
    ...     return Places(row, 0 * row, np.array(along_m), np.array(offset_m), xy)
    >>> doors = Doors(on_road([10.0, 90.0], [5.0, 5.0]), 2, np.array([None, None]), np.zeros(2))
    >>> houses_within(graph, doors, on_road([40.0, 60.0], [0.0, 1.0]), 36.0).toarray().tolist()
    [[True, False], [False, True]]
    """
    door = doors.places
    length_m = graph.network.segment_length_m[door.segment]
    ends = np.concatenate([graph.end_u[door.segment], graph.end_v[door.segment]])
    legs_m = np.concatenate([door.along_m, length_m - door.along_m])
    who = np.tile(np.arange(len(door)), 2)
    order = np.argsort(ends, kind="stable")
    ends, legs_m, who = ends[order], legs_m[order], who[order]
    first = np.searchsorted(ends, np.arange(graph.n_vertices + 1))
    rows, columns = [], []
    for start in range(0, len(places), _AT_A_TIME):
        some = np.arange(start, min(start + _AT_A_TIME, len(places)))
        distance_m = _to_vertices(graph, places, some, limit_m)
        column, vertex = np.nonzero(distance_m <= limit_m)
        number = first[vertex + 1] - first[vertex]
        pair = np.repeat(np.arange(len(vertex)), number)
        entry = first[vertex[pair]] + (
            np.arange(len(pair)) - np.repeat(np.cumsum(number) - number, number)
        )
        total_m = legs_m[entry] + distance_m[column[pair], vertex[pair]]
        near = total_m + door.distance_m[who[entry]] <= limit_m
        rows.append(who[entry[near]])
        columns.append(some[column[pair[near]]])
    row, column = _on_same_segment(door, places, limit_m)
    row = door.row[np.concatenate([*rows, row])]
    column = np.concatenate([*columns, column])
    shape = (doors.count, len(places))
    # A pair may be found by both ends of the house's segment, and on it.
    key = np.unique(row * max(len(places), 1) + column)
    row, column = np.divmod(key, max(len(places), 1))
    begin = np.searchsorted(row, np.arange(doors.count + 1))
    return csr_array(
        (np.ones(len(row), dtype=bool), column.astype(np.int32), begin.astype(np.int32)),
        shape=shape,
    )


def _to_vertices(graph: FootGraph, places: Places, some: IntArray, limit_m: float) -> FloatArray:
    """Return how far each vertex is from some places, inf beyond a limit, shape ``(k, vertices)``.

    Each place is a vertex of its own with two ways out; on a loop both lead to one vertex, and the
    shorter counts, for a sparse matrix would add them up.
    """
    segment = places.segment[some]
    ends = np.stack([graph.end_u[segment], graph.end_v[segment]], axis=1)
    along_m = places.along_m[some]
    ways_m = np.stack([along_m, graph.network.segment_length_m[segment] - along_m], axis=1)
    ways_m += places.distance_m[some][:, None]
    loop = ends[:, 0] == ends[:, 1]
    ways_m[loop] = ways_m[loop].min(axis=1, keepdims=True)
    out = np.column_stack([np.ones(len(some), dtype=bool), ~loop])
    inner = graph.matrix
    matrix = sparse_rows(
        np.concatenate([inner.data, ways_m[out]]),
        np.concatenate([inner.indices, ends[out]]),
        np.concatenate([inner.indptr, inner.indptr[-1] + np.cumsum(out.sum(axis=1))]),
    )
    found: FloatArray = dijkstra(
        matrix, indices=graph.n_vertices + np.arange(len(some)), limit=limit_m
    )
    return found[:, : graph.n_vertices]


def _on_same_segment(door: Places, places: Places, limit_m: float) -> tuple[IntArray, IntArray]:
    """Return doors and places on one segment within the limit, straight along it."""
    order = np.argsort(places.segment, kind="stable")
    segment = places.segment[order]
    first = np.searchsorted(segment, door.segment, side="left")
    number = np.searchsorted(segment, door.segment, side="right") - first
    row = np.repeat(np.arange(len(door)), number)
    column = order[first[row] + np.arange(len(row)) - np.repeat(np.cumsum(number) - number, number)]
    along_m = np.abs(door.along_m[row] - places.along_m[column]) + places.distance_m[column]
    near = along_m + door.distance_m[row] <= limit_m
    return row[near], column[near]
