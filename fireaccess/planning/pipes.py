"""Pipe laid from the mouth of an alley, and how many pieces on it serve the houses that wait.

Pieces are hydrants, outlets of a riser, or tanks. Of the houses that wait the deepest comes first:
a piece stands as far out on the way there as it may (in whole metres of pipe), and serves all
houses near enough; on a tree of alleys no other choice needs fewer. Where pieces may be no more
than a given spacing apart, further ones stand back along the pipe that is new, and serve as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.sparse.csgraph import dijkstra

from fireaccess.model.answers import BoolArray, FloatArray, IntArray
from fireaccess.network.paths import NOWHERE, Approach, FootGraph, Leaves, approach
from fireaccess.network.place import Places


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The shortest ways on foot from one vertex.

    Parameters
    ----------
    distance_m
        Distance of each vertex, inf where there is no way, shape ``(vertices,)``.
    predecessor
        The vertex before on the way; `NOWHERE` at the root.
    segment
        The segment between the two; `NOWHERE` at the root.
    """

    distance_m: FloatArray
    predecessor: IntArray
    segment: IntArray


def ways_from(graph: FootGraph, root: int) -> Tree:
    """Return the shortest ways on foot from a vertex.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> from fireaccess.network.paths import foot_graph
    >>> alley = drawn_network([("service", [(0, 0), (900, 0)])])
    >>> ways_from(foot_graph(alley, np.ones(alley.n_nodes, dtype=bool)), 0).distance_m
    array([  0., 900.])
    """
    ways_m, steps = dijkstra(graph.matrix, indices=np.array([root]), return_predecessors=True)
    before = steps[0].astype(np.int64)
    segment = np.full(graph.n_vertices, NOWHERE, dtype=np.int64)
    goes = np.flatnonzero(before >= 0)
    segment[goes] = graph.segment_between(before[goes], goes)
    return Tree(ways_m[0], before, segment)


class _Stretch(NamedTuple):
    """A stretch of a way, on one segment: where it begins and ends, in metres from the root."""

    segment: int
    from_u: bool
    begin_m: float
    end_m: float


def lay(
    graph: FootGraph,
    tree: Tree,
    places: Places,
    reach_m: float,
    spacing_m: float = np.nan,
    longest_m: float = np.nan,
) -> tuple[float, int] | None:
    """Lay a pipe from the root of a tree of ways so that all places are near enough to a piece.

    Parameters
    ----------
    graph
        The foot graph.
    tree
        The shortest ways from the root.
    places
        Places that all have a way from the root; ``distance_m`` is their offset.
    reach_m
        How far a place may be from a piece, along the hose.
    spacing_m
        How far apart pieces of one run of pipe may be; NaN for no limit.
    longest_m
        How far a piece may be from the root; NaN for no limit.

    Returns
    -------
    Metres of pipe and number of pieces; None where no such pipe serves all places.

    Examples
    --------
    A hydrant 510 m from the mouth reaches the deep house; the three further ones back along the
    pipe reach the other.

    >>> import shapely
    >>> from fireaccess.network.drawn import drawn_network
    >>> from fireaccess.network.paths import foot_graph
    >>> from fireaccess.network.place import Snapper
    >>> alley = drawn_network([("service", [(0, 0), (900, 0)])])
    >>> graph = foot_graph(alley, np.ones(alley.n_nodes, dtype=bool))
    >>> doors = Snapper(alley, alley.has_doors).nearest(shapely.points([[50, 9], [900, 10]]), 100)
    >>> lay(graph, ways_from(graph, 0), doors, 400.0, spacing_m=150.0)
    (510.0, 4)
    """
    way = approach(graph, tree.distance_m, places)
    far_m = way.distance_m + places.distance_m
    waits = np.ones(len(places), dtype=bool)
    laid: dict[tuple[int, bool], float] = {}
    pieces = 0
    for i in np.lexsort((places.along_m, places.segment, -far_m)):
        if not waits[i]:
            continue
        # In whole metres, and no farther than the door.
        needed_m = far_m[i] - reach_m
        piece_m = min(float(np.ceil(needed_m)), float(way.distance_m[i]))
        if needed_m > way.distance_m[i] or piece_m > longest_m:
            return None
        if needed_m <= 0:
            pieces += 1
            break  # all others are nearer to the root still
        stretches = _way_back(graph, tree, places, way, i)
        added_m = 0.0
        for segment, from_u, begin_m, end_m in stretches:
            run_m = min(end_m, piece_m) - begin_m
            before_m = laid.get((segment, from_u), 0.0)
            if run_m > before_m:
                added_m += run_m - before_m
                laid[segment, from_u] = run_m
        stands_m = [piece_m]
        if not np.isnan(spacing_m):
            further = max(1, int(np.ceil(added_m / spacing_m - 1e-9)))
            stands_m = [piece_m - spacing_m * number for number in range(further)]
        pieces += len(stands_m)
        for stand_m in stands_m:
            waits &= ~_near(graph, places, *_place(graph, stretches, stand_m), reach_m)
        waits[i] = False
    return sum(laid.values()), pieces


def _way_back(
    graph: FootGraph, tree: Tree, places: Places, way: Approach, i: int
) -> list[_Stretch]:
    """Return the way from a place back to the root."""
    vertex = int(way.vertex[i])
    begin_m = float(tree.distance_m[vertex])
    by_u = bool(way.leaves[i] == Leaves.BY_U)
    stretches = [_Stretch(int(places.segment[i]), by_u, begin_m, float(way.distance_m[i]))]
    while tree.predecessor[vertex] >= 0:
        tail, segment, end_m = int(tree.predecessor[vertex]), int(tree.segment[vertex]), begin_m
        begin_m = float(tree.distance_m[tail])
        stretches.append(_Stretch(segment, bool(graph.end_u[segment] == tail), begin_m, end_m))
        vertex = tail
    return stretches


def _place(graph: FootGraph, stretches: list[_Stretch], at_m: float) -> tuple[int, float]:
    """Return the segment on which a way is so long, and how far from the segment's start."""
    segment, from_u, begin_m, _ = next(s for s in stretches if s.begin_m < at_m)
    length_m = float(graph.network.segment_length_m[segment])
    return segment, at_m - begin_m if from_u else length_m - (at_m - begin_m)


def _near(
    graph: FootGraph, places: Places, segment: int, along_m: float, reach_m: float
) -> BoolArray:
    """Tell which places are within reach of a piece on a segment."""
    ends = [graph.end_u[segment], graph.end_v[segment]]
    by_u, by_v = dijkstra(graph.matrix, indices=ends, limit=reach_m)
    length_m = graph.network.segment_length_m[segment]
    vertex_m = np.minimum(along_m + by_u, length_m - along_m + by_v)
    way_m = approach(graph, vertex_m, places).distance_m
    own = places.segment == segment
    way_m[own] = np.minimum(way_m, np.abs(places.along_m - along_m))[own]
    return way_m + places.distance_m <= reach_m
