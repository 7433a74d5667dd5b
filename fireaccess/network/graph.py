"""A network as a graph of OSMnx, for everything that OSMnx and networkx can do with one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from fireaccess.network.network import Network

if TYPE_CHECKING:
    import networkx as nx

_ONE_WAY = ("yes", "true", "1")
_ONE_WAY_BACK = ("-1", "reverse")


def to_graph(network: Network, *, bidirectional: bool = False) -> nx.MultiDiGraph:
    """Return a network as a MultiDiGraph that the functions of OSMnx accept.

    Nodes carry ``x``, ``y`` and ``street_count``; edges ``osmid``, ``length`` in metres,
    ``geometry``, ``oneway``, ``reversed``, ``segment_id`` and the tags of their way. Every
    segment is an edge in each direction; a one-way street only in its own, as OSMnx has it.

    Parameters
    ----------
    network
        The network, such as ``Result.network``.
    bidirectional
        Give one-way streets both directions too, as a fire engine may go.

    Returns
    -------
    A simplified graph in the network's CRS. Nodes have their OSM ids; those that the survey set
    have the ids that follow the largest of them.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> graph = to_graph(drawn_network([("service", [(0, 0), (60, 0), (60, 40)])]))
    >>> graph.graph["crs"], len(graph), graph.edges[1, 3, 0]["length"]
    ('EPSG:32648', 2, 100.0)
    """
    import networkx as nx

    graph = nx.MultiDiGraph(crs=network.crs.to_string(), simplified=True)
    node_ids = _node_ids(network)
    ends = np.concatenate([network.segment_u, network.segment_v])
    streets = np.bincount(ends, minlength=network.n_nodes).tolist()
    for i, (x, y) in enumerate(network.node_xy.tolist()):
        graph.add_node(node_ids[i], x=x, y=y, street_count=streets[i])
    lines = network.lines
    turned = shapely.reverse(lines)
    length_m = network.segment_length_m.tolist()
    tags = [_attributes(row) for row in network.ways.to_dict("records")]
    for i, way in enumerate(network.segment_way.tolist()):
        u, v = node_ids[network.segment_u[i]], node_ids[network.segment_v[i]]
        forward, back = (True, True) if bidirectional else _directions(tags[way])
        of_edge = {
            **tags[way],
            "segment_id": network.segment_id[i],
            "length": length_m[i],
            "oneway": not (forward and back),
        }
        if forward:
            graph.add_edge(u, v, **of_edge, reversed=False, geometry=lines[i])
        if back:
            # OSMnx turns a street that is one-way against its drawing, and calls that drawn.
            graph.add_edge(v, u, **of_edge, reversed=forward, geometry=turned[i])
    return graph


def _node_ids(network: Network) -> list[int]:
    """Return an id for each node: that of OSM, or one after the largest."""
    ids = network.node_osm_id.copy()
    own = ids == 0
    ids[own] = max(0, int(ids.max(initial=0))) + 1 + np.arange(int(own.sum()))
    return [int(node) for node in ids]


def _attributes(way: Mapping[Any, Any]) -> dict[str, Any]:
    tags = {key: value for key, value in way.items() if isinstance(value, str)}
    return {"osmid": int(way["way_id"]), **tags}


def _directions(tags: dict[str, Any]) -> tuple[bool, bool]:
    """Tell whether traffic may go along a way as it is drawn, and against it."""
    oneway = tags.get("oneway")
    if oneway in _ONE_WAY_BACK:
        return False, True
    circle = oneway is None and tags.get("junction") == "roundabout"
    return True, not (oneway in _ONE_WAY or circle)
