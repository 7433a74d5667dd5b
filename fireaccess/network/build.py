"""From mapped ways to a network: where ways share a node, and where the survey sets one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from fireaccess.model.answers import FloatArray, IntArray
from fireaccess.network.network import Network
from fireaccess.sources.roads import Roads

#: Within this distance of a node is that node (SPEC §1).
SAME_NODE_M: Final = 0.001


def build_network(roads: Roads) -> Network:
    """Split ways into segments at their ends, at shared nodes and at mapped barriers.

    Only shared node ids join; ways that merely cross do not. Parallel segments and loops stay.

    Parameters
    ----------
    roads
        Ways in the analysis CRS.
    """
    ids, vertex_node, counts = np.unique(roads.vertex_node, return_inverse=True, return_counts=True)
    is_node = (counts > 1)[vertex_node]
    is_node[roads.start[:-1]] = True
    is_node[roads.start[1:] - 1] = True
    if roads.barriers:
        is_node |= np.isin(roads.vertex_node, list(roads.barriers))
    way = np.repeat(np.arange(len(roads)), np.diff(roads.start))
    # An end of a way opens no segment; every other node of it does.
    opens = is_node.copy()
    opens[roads.start[1:] - 1] = False
    first = np.flatnonzero(opens)
    nodes = np.flatnonzero(is_node)
    last = nodes[np.searchsorted(nodes, first) + 1]
    size = last - first + 1
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    vertex = np.arange(start[-1]) - np.repeat(start[:-1], size) + np.repeat(first, size)
    used, node_of = np.unique(vertex_node[nodes], return_inverse=True)
    node_xy = np.empty((len(used), 2))
    node_xy[node_of] = roads.vertex_xy[nodes]
    ends = np.searchsorted(used, vertex_node)
    ways = roads.tags.copy()
    ways.insert(0, "way_id", roads.way_id)
    return Network(
        crs=roads.crs,
        ways=ways,
        node_xy=node_xy,
        node_osm_id=ids[used],
        segment_way=way[first],
        segment_u=ends[first],
        segment_v=ends[last],
        segment_start=start,
        vertex_xy=roads.vertex_xy[vertex],
    )


@dataclass(frozen=True, slots=True, eq=False)
class Insertion:
    """A network with more nodes.

    Parameters
    ----------
    network
        The new network.
    node
        Node of each place asked for, in the order asked, shape ``(k,)``.
    parent
        For each segment of the new network the segment of the old one that it is part of.
    """

    network: Network
    node: IntArray
    parent: IntArray


def insert_nodes(network: Network, segment: IntArray, along_m: FloatArray) -> Insertion:
    """Set nodes at places along segments; a place within 1 mm of a node is that node.

    Parameters
    ----------
    network
        The network to split; it stays as it is.
    segment, along_m
        The places, shape ``(k,)``: which segment, how far from its start.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("service", [(0, 0), (100, 0)])])
    >>> inserted = insert_nodes(town, np.array([0, 0]), np.array([40.0, 100.0]))
    >>> inserted.network.segment_length_m.tolist(), inserted.node.tolist()
    ([40.0, 60.0], [2, 1])
    """
    segment = np.asarray(segment, dtype=np.int64)
    along_m = np.asarray(along_m, dtype=float)
    length = network.segment_length_m[segment]
    at_u = (along_m <= SAME_NODE_M) & (along_m <= length / 2)
    at_v = (length - along_m <= SAME_NODE_M) & ~at_u
    node = np.where(at_u, network.segment_u[segment], network.segment_v[segment])
    inside = np.flatnonzero(~(at_u | at_v))
    inside = inside[np.lexsort((along_m[inside], segment[inside]))]
    if len(inside) == 0:
        return Insertion(network, node, np.arange(network.n_segments))
    apart = np.r_[
        True,
        (np.diff(segment[inside]) != 0) | (np.diff(along_m[inside]) > SAME_NODE_M),
    ]
    cut = inside[apart]
    node[inside] = network.n_nodes + np.cumsum(apart) - 1
    cut_xy = points_along(network, segment[cut], along_m[cut])

    # Vertices and cuts of each segment in order; a vertex right at a cut gives way to it.
    all_segment = np.concatenate([network.vertex_segment, segment[cut]])
    all_along = np.concatenate([network.vertex_along_m, along_m[cut]])
    all_xy = np.concatenate([network.vertex_xy, cut_xy])
    all_node = np.full(len(all_segment), -1)
    all_node[network.segment_start[:-1]] = network.segment_u
    all_node[network.segment_start[1:] - 1] = network.segment_v
    all_node[len(network.vertex_xy) :] = network.n_nodes + np.arange(len(cut))
    order = np.lexsort((np.arange(len(all_segment)), all_along, all_segment))
    # Zero-length segments keep their two ends in order by the index given as last key.
    all_segment, all_along = all_segment[order], all_along[order]
    all_xy, all_node = all_xy[order], all_node[order]
    close = (np.diff(all_along) < SAME_NODE_M / 1000) & (np.diff(all_segment) == 0)
    shadowed = np.zeros(len(order), dtype=bool)
    shadowed[1:] |= close & (all_node[:-1] >= network.n_nodes)
    shadowed[:-1] |= close & (all_node[1:] >= network.n_nodes)
    keep = ~(shadowed & (all_node < 0))
    all_segment, all_xy, all_node = all_segment[keep], all_xy[keep], all_node[keep]

    is_node = all_node >= 0
    nodes = np.flatnonzero(is_node)
    opens = is_node & np.r_[all_segment[1:] == all_segment[:-1], False]
    first = np.flatnonzero(opens)
    last = nodes[np.searchsorted(nodes, first) + 1]
    size = last - first + 1
    start = np.concatenate([[0], np.cumsum(size)]).astype(np.int64)
    vertex = np.arange(start[-1]) - np.repeat(start[:-1], size) + np.repeat(first, size)
    parent = all_segment[first]
    split = replace(
        network,
        node_xy=np.concatenate([network.node_xy, cut_xy]),
        node_osm_id=np.concatenate([network.node_osm_id, np.zeros(len(cut), dtype=np.int64)]),
        segment_way=network.segment_way[parent],
        segment_u=all_node[first],
        segment_v=all_node[last],
        segment_start=start,
        vertex_xy=all_xy[vertex],
    )
    return Insertion(split, node, parent)


def points_along(network: Network, segment: IntArray, along_m: FloatArray) -> FloatArray:
    """Return the coordinates of places along segments, shape ``(k, 2)``."""
    # Vertices of all segments lie on one growing scale: a segment's own start plus the distance.
    base = np.concatenate([[0.0], np.cumsum(network.segment_length_m + 1.0)])
    scale = base[network.vertex_segment] + network.vertex_along_m
    wanted = base[segment] + np.clip(along_m, 0.0, network.segment_length_m[segment])
    after = np.searchsorted(scale, wanted, side="left")
    after = np.clip(
        after, network.segment_start[segment] + 1, network.segment_start[segment + 1] - 1
    )
    before = after - 1
    span = network.vertex_along_m[after] - network.vertex_along_m[before]
    part = along_m - network.vertex_along_m[before]
    share = np.clip(np.divide(part, span, out=np.zeros_like(part), where=span > 0), 0.0, 1.0)
    start, end = network.vertex_xy[before], network.vertex_xy[after]
    return np.asarray(start + (end - start) * share[:, None])
