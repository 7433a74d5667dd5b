"""Shortest ways on foot: sparse matrices and `scipy.sparse.csgraph` (SPEC §5, §7)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from fireaccess.model.answers import BoolArray, FloatArray, IntArray
from fireaccess.network.network import Network
from fireaccess.network.place import Places

#: scipy's mark for no vertex, taken over for every index that may lead nowhere. It never leaves
#: the analysis: in results such a place is None.
NOWHERE: Final = -9999


def sparse_rows(data: Any, column: Any, start: Any) -> Any:
    """Return a square sparse matrix, row by row, with the 32-bit indices that csgraph asks for."""
    count = len(start) - 1
    return csr_array((data, column.astype(np.int32), start.astype(np.int32)), shape=(count, count))


@dataclass(frozen=True, slots=True, eq=False)
class FootGraph:
    """The foot network as vertices; a node that nobody gets through is one vertex for each arm.

    Parameters
    ----------
    network
        The network.
    end_u, end_v
        Vertex at either end of each segment, shape ``(s,)``.
    n_vertices
        Number of vertices; the first ``network.n_nodes`` are the nodes.
    matrix
        Lengths between vertices, both ways; of parallel segments the shortest.
    edge_segment
        The segment behind each entry of ``matrix``.
    vertex_node
        The node of each vertex.
    """

    network: Network
    end_u: IntArray
    end_v: IntArray
    n_vertices: int
    matrix: Any
    edge_segment: IntArray
    vertex_node: IntArray

    def segment_between(self, tail: IntArray, head: IntArray) -> IntArray:
        """Return the shortest segment between pairs of neighbouring vertices."""
        rows = np.repeat(np.arange(self.n_vertices), np.diff(self.matrix.indptr))
        key = rows * self.n_vertices + self.matrix.indices
        return self.edge_segment[np.searchsorted(key, tail * self.n_vertices + head)]

    def vertices_of(self, segments: BoolArray) -> IntArray:
        """Return the vertices at the ends of some segments of the foot network."""
        chosen = segments & self.network.on_foot
        return np.unique(np.concatenate([self.end_u[chosen], self.end_v[chosen]]))


def foot_graph(network: Network, foot_open: BoolArray) -> FootGraph:
    """Build the graph of the foot network.

    Parameters
    ----------
    network
        The network.
    foot_open
        Nodes that people get through, shape ``(n,)``.
    """
    end_u, end_v = network.segment_u.copy(), network.segment_v.copy()
    count = network.n_nodes
    for ends in (end_u, end_v):
        parted = np.flatnonzero(~foot_open[ends])
        ends[parted] = count + np.arange(len(parted))
        count += len(parted)
    vertex_node = np.arange(count)
    vertex_node[end_u] = network.segment_u
    vertex_node[end_v] = network.segment_v
    walked = np.flatnonzero(network.on_foot & (end_u != end_v))
    tail = np.concatenate([end_u[walked], end_v[walked]])
    head = np.concatenate([end_v[walked], end_u[walked]])
    length = np.tile(network.segment_length_m[walked], 2)
    segment = np.tile(walked, 2)
    # A sparse matrix would add parallel segments up: keep the shortest.
    order = np.lexsort((segment, length, head, tail))
    if len(order):
        tail_sorted, head_sorted = tail[order], head[order]
        order = order[np.r_[True, (np.diff(tail_sorted) != 0) | (np.diff(head_sorted) != 0)]]
    indptr = np.concatenate([[0], np.cumsum(np.bincount(tail[order], minlength=count))])
    matrix = sparse_rows(length[order], head[order], indptr)
    return FootGraph(network, end_u, end_v, count, matrix, segment[order], vertex_node)


@dataclass(frozen=True, slots=True, eq=False)
class Nearest:
    """The nearest of some sources for every vertex.

    Parameters
    ----------
    distance_m
        Least distance, inf where no source can be reached, shape ``(vertices,)``.
    source
        Which source, as a position in what was asked; `NOWHERE` where none.
    predecessor
        The vertex before on the way from the source; `NOWHERE` at a source.
    """

    distance_m: FloatArray
    source: IntArray
    predecessor: IntArray

    def onward(self, graph: FootGraph) -> IntArray:
        """Return the segment to take next from each vertex to its source.

        `NOWHERE` at a source, where there is no way, and where the source is a place on a segment
        that begins at the vertex.
        """
        segment = np.full(graph.n_vertices, NOWHERE, dtype=np.int64)
        goes = np.flatnonzero((self.predecessor >= 0) & (self.predecessor < graph.n_vertices))
        segment[goes] = graph.segment_between(goes, self.predecessor[goes])
        return segment


def nearest_vertex(graph: FootGraph, sources: IntArray) -> Nearest:
    """Return for every vertex the nearest of some vertices."""
    if len(sources) == 0:
        return _nowhere(graph.n_vertices)
    distance, predecessor, source = dijkstra(
        graph.matrix, indices=sources, min_only=True, return_predecessors=True
    )
    return Nearest(distance, source.astype(np.int64), predecessor.astype(np.int64))


def nearest_place(graph: FootGraph, places: Places) -> Nearest:
    """Return for every vertex the nearest of some places, their straight distances included.

    Parameters
    ----------
    graph
        The foot graph.
    places
        Places on its segments; ``distance_m`` is what lies between the object and its place.

    Returns
    -------
    ``source`` counts the entries of ``places``; ``predecessor`` of a vertex that a place's own
    segment leads to is the number of vertices or more.
    """
    if len(places) == 0:
        return _nowhere(graph.n_vertices)
    count, extra = graph.n_vertices, len(places)
    length = graph.network.segment_length_m[places.segment]
    ends = np.stack([graph.end_u[places.segment], graph.end_v[places.segment]], axis=1)
    ways = np.stack([places.along_m, length - places.along_m], axis=1)
    ways += places.distance_m[:, None]
    # Each object is a vertex of its own with two ways out; on a loop both lead to one vertex.
    same = ends[:, 0] == ends[:, 1]
    ways[same] = ways[same].min(axis=1, keepdims=True)
    inner = graph.matrix
    matrix = sparse_rows(
        np.concatenate([inner.data, ways.ravel()]),
        np.concatenate([inner.indices, ends.ravel()]),
        np.concatenate([inner.indptr, inner.indptr[-1] + 2 * np.arange(1, extra + 1)]),
    )
    if same.any():
        matrix = _without_repeats(matrix)
    distance, predecessor, source = dijkstra(
        matrix,
        indices=np.arange(count, count + extra),
        min_only=True,
        return_predecessors=True,
    )
    known = source[:count] >= 0
    return Nearest(
        distance[:count],
        np.where(known, source[:count].astype(np.int64) - count, source[:count]),
        predecessor[:count].astype(np.int64),
    )


def _without_repeats(matrix: Any) -> Any:
    """Keep the least of entries that stand twice at one place."""
    rows = np.repeat(np.arange(matrix.shape[0]), np.diff(matrix.indptr))
    order = np.lexsort((matrix.data, matrix.indices, rows))
    rows, columns, data = rows[order], matrix.indices[order], matrix.data[order]
    first = np.r_[True, (np.diff(rows) != 0) | (np.diff(columns) != 0)]
    kept = np.bincount(rows[first], minlength=matrix.shape[0])
    return sparse_rows(data[first], columns[first], np.concatenate([[0], np.cumsum(kept)]))


def _nowhere(count: int) -> Nearest:
    nothing = np.full(count, NOWHERE, dtype=np.int64)
    return Nearest(np.full(count, np.inf), nothing, nothing)


class Leaves(IntEnum):
    """How a way leaves a place on a segment."""

    NO_WAY = -1
    #: It ends right there, or elsewhere on the same segment.
    THERE = 0
    BY_U = 1
    BY_V = 2


@dataclass(frozen=True, slots=True, eq=False)
class Approach:
    """The least way from places on segments to a source, through one of the segment's ends.

    Parameters
    ----------
    distance_m
        Least way along the network, inf where there is none, shape ``(k,)``.
    vertex
        The end of the segment through which it leads.
    leaves
        Which end that is, as a number of `Leaves`: a loop has one vertex at both.
    """

    distance_m: FloatArray
    vertex: IntArray
    leaves: IntArray


def approach(graph: FootGraph, distance_m: FloatArray, places: Places) -> Approach:
    """Return the least way from places to what vertex distances lead to."""
    length = graph.network.segment_length_m[places.segment]
    u, v = graph.end_u[places.segment], graph.end_v[places.segment]
    by_u = places.along_m + distance_m[u]
    by_v = length - places.along_m + distance_m[v]
    least = np.minimum(by_u, by_v)
    side = np.where(by_u <= by_v, Leaves.BY_U, Leaves.BY_V)
    leaves = np.where(np.isfinite(least), side, Leaves.NO_WAY)
    return Approach(least, np.where(by_u <= by_v, u, v), leaves)


def along_same_segment(places: Places, sources: Places) -> tuple[FloatArray, IntArray]:
    """Return the nearest source on each place's own segment.

    Returns
    -------
    Distance along the segment plus the source's own straight distance, inf where no source lies
    there, and the position of that source (`NOWHERE` where none), shapes ``(k,)``.
    """
    best = np.full(len(places), np.inf)
    who = np.full(len(places), NOWHERE, dtype=np.int64)
    if len(sources) == 0 or len(places) == 0:
        return best, who
    order = np.argsort(sources.segment, kind="stable")
    first = np.searchsorted(sources.segment[order], places.segment, side="left")
    number = np.searchsorted(sources.segment[order], places.segment, side="right") - first
    place = np.repeat(np.arange(len(places)), number)
    within = np.arange(len(place)) - np.repeat(np.cumsum(number) - number, number)
    source = order[first[place] + within]
    distance = np.abs(places.along_m[place] - sources.along_m[source])
    distance += sources.distance_m[source]
    ranked = np.lexsort((source, distance, place))
    kept = ranked[np.r_[True, np.diff(place[ranked]) != 0]] if len(ranked) else ranked
    best[place[kept]] = distance[kept]
    who[place[kept]] = source[kept]
    return best, who


def first_step(nearest: Nearest) -> tuple[IntArray, IntArray]:
    """Return for every vertex its source vertex and the vertex next to that source on the way.

    A source's own next vertex is itself. Found by pointer doubling: the predecessor of the
    predecessor, and so on, until every pointer stands at a source or right behind one.
    """
    count = len(nearest.predecessor)
    here = np.arange(count)
    before = np.where(nearest.predecessor >= 0, nearest.predecessor, here)
    is_source = before == here
    # `jump` leads to the vertex whose predecessor is a source; sources lead to themselves.
    jump = np.where(is_source[before], here, before)
    while True:
        further = jump[jump]
        if np.array_equal(further, jump):
            break
        jump = further
    return before[jump], jump
