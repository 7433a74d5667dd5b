"""Distances on random networks against networkx, and what setting nodes leaves as it was."""

import math
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.strategies import PHASES, Plan, compute, places_on, plans
from scipy.sparse.csgraph import dijkstra

from fireaccess.network.build import build_network, insert_nodes
from fireaccess.network.paths import (
    along_same_segment,
    approach,
    foot_graph,
    nearest_place,
    nearest_vertex,
)
from fireaccess.network.place import Snapper

CLOSE = 1e-6  # metres: nothing but the order of sums may differ


def streets():
    """Networks without a survey: barriers and odd streets are there all the same."""
    return plans(survey=False).map(Plan.network)


@st.composite
def closed(draw, network):
    """Nodes that people get through: all but a few."""
    nodes = st.integers(0, network.n_nodes - 1)
    is_open = np.ones(network.n_nodes, dtype=bool)
    is_open[draw(st.lists(nodes, max_size=3))] = False
    return is_open


def walked(network, foot_open, **places):
    """Return the foot network as a multigraph in which every place is a node of its own.

    A node is ``("node", i)``, or one for each end of a segment there where it is closed. Place i
    of ``doors=…`` becomes ``("doors", i)``, hung onto the street by its straight distance.
    """
    graph = nx.MultiGraph()
    for i in range(network.n_segments):
        ends = []
        for side, node in (("u", int(network.segment_u[i])), ("v", int(network.segment_v[i]))):
            ends.append(("node", node) if foot_open[node] else ("arm", node, i, side))
        stops = [(0.0, ends[0]), (float(network.segment_length_m[i]), ends[1])]
        for name, given_places in places.items():
            for k in np.flatnonzero(given_places.segment == i):
                stops.insert(1, (float(given_places.along_m[k]), (name, int(k), "street")))
                graph.add_edge(
                    (name, int(k)), (name, int(k), "street"), length=given_places.distance_m[k]
                )
        if network.on_foot[i]:
            stops.sort(key=lambda stop: stop[0])
            # at one place the ends of the segment stay first and last
            inner = [stop for stop in stops if stop[1] not in ends]
            stops = [(0.0, ends[0]), *inner, (float(network.segment_length_m[i]), ends[1])]
            for (here, a), (there, b) in pairwise(stops):
                graph.add_edge(a, b, length=there - here)
    return graph


def least(graph, sources):
    sources = [source for source in sources if source in graph]
    if not sources:
        return {}
    return nx.multi_source_dijkstra_path_length(graph, sources, weight="length")


@settings(max_examples=40, phases=PHASES)
@given(plans(survey=False))
def test_only_shared_nodes_join_and_nothing_is_lost(plan):
    """The network against a graph of every vertex of the plan."""
    roads = plan.in_memory_roads()
    network = build_network(roads)
    graph = nx.MultiGraph()
    ids = dict(zip(roads.vertex_node.tolist(), roads.vertex_xy.tolist(), strict=True))
    way = np.repeat(np.arange(len(roads)), np.diff(roads.start))
    for i in np.flatnonzero(np.diff(way) == 0):
        a, b = int(roads.vertex_node[i]), int(roads.vertex_node[i + 1])
        if roads.tags["highway"][way[i]] != "motorway":
            graph.add_edge(a, b, length=math.dist(ids[a], ids[b]))
    everything = foot_graph(network, np.ones(network.n_nodes, dtype=bool))
    ours = dijkstra(everything.matrix)
    osm = network.node_osm_id.tolist()
    assert network.segment_length_m.sum() == pytest.approx(shapely.length(roads.lines).sum())
    for i, source in enumerate(osm):
        theirs = least(graph, [source]) or {source: 0.0}
        assert ours[i] == pytest.approx([theirs.get(node, math.inf) for node in osm], abs=CLOSE)


@settings(max_examples=40, phases=PHASES)
@given(st.data())
def test_nearest_vertex_agrees_with_networkx(data):
    network = data.draw(streets())
    foot_open = data.draw(closed(network))
    graph = foot_graph(network, foot_open)
    number = st.integers(0, graph.n_vertices - 1)
    sources = np.array(data.draw(st.lists(number, min_size=1, max_size=4, unique=True)))
    nearest = nearest_vertex(graph, sources)

    vertex = {("node", i): i for i in np.flatnonzero(foot_open).tolist()}
    for i in range(network.n_segments):
        for side, nodes, ends in (
            ("u", network.segment_u, graph.end_u),
            ("v", network.segment_v, graph.end_v),
        ):
            if not foot_open[nodes[i]]:
                vertex["arm", int(nodes[i]), i, side] = int(ends[i])
    theirs = walked(network, foot_open)
    found = least(theirs, [name for name, number in vertex.items() if number in sources])
    for name, number in vertex.items():
        expected = 0.0 if number in sources else found.get(name, math.inf)
        assert nearest.distance_m[number] == pytest.approx(expected, abs=CLOSE), name
    one = nearest_vertex(graph, sources[:1]).distance_m
    others = nearest_vertex(graph, sources[1:]).distance_m
    assert np.array_equal(np.minimum(one, others), nearest.distance_m)


@settings(max_examples=40, phases=PHASES)
@given(st.data())
def test_nearest_place_agrees_with_networkx(data):
    """Houses and hydrants anywhere on streets, both with their straight distance."""
    network = data.draw(streets())
    foot_open = data.draw(closed(network))
    if not network.has_doors.any():
        return
    doors, sources = data.draw(places_on(network)), data.draw(places_on(network))
    graph = foot_graph(network, foot_open)
    nearest = nearest_place(graph, sources)
    way = approach(graph, nearest.distance_m, doors)
    same_m, same = along_same_segment(doors, sources)
    ours = np.minimum(way.distance_m, same_m) + doors.distance_m
    which = np.where(same_m < way.distance_m, same, nearest.source[way.vertex])

    theirs = walked(network, foot_open, doors=doors, sources=sources)
    by_source = [least(theirs, [("sources", k)]) for k in range(len(sources))]
    for i in range(len(doors)):
        distances = [found.get(("doors", i), math.inf) for found in by_source]
        assert ours[i] == pytest.approx(min(distances), abs=CLOSE)
        if np.isfinite(ours[i]):
            assert distances[which[i]] == pytest.approx(min(distances), abs=CLOSE)


@settings(max_examples=40, phases=PHASES)
@given(st.data())
def test_another_source_makes_no_distance_longer(data):
    network = data.draw(streets())
    foot_open = data.draw(closed(network))
    sources = data.draw(places_on(network))
    fewer = type(sources)(
        sources.row[1:], sources.segment[1:], sources.along_m[1:], sources.distance_m[1:],
        sources.xy[1:],
    )  # fmt: skip
    graph = foot_graph(network, foot_open)
    after = nearest_place(graph, sources).distance_m
    before = nearest_place(graph, fewer).distance_m
    assert (after <= before).all()


@settings(max_examples=25, phases=PHASES)
@given(st.data())
def test_driving_agrees_with_networkx(data):
    """From stations, over a graph of directed passages; delays count in seconds."""
    found = compute(data.draw(plans()))
    network, scenario = found.network, found.worst
    stations = data.draw(places_on(network, max_size=2, offsets=(0.0,)))
    from fireaccess.analysis.reach import drive

    count = 2 * network.n_segments
    length = np.repeat(network.segment_length_m, 2)
    delay = scenario.delay_s[count:]
    ours = drive(
        network, scenario, found.worst_reach, cost=length, through=delay, stations=stations
    )
    graph = nx.DiGraph()
    reached = found.worst_reach.passages
    turns = network.turns
    for k in range(len(turns)):
        a, b = int(turns.arriving[k]), int(turns.leaving[k])
        if scenario.open[count + k] and reached[a] and reached[b]:
            graph.add_edge(a, b, cost=length[b] + delay[k])
    for k in range(len(stations)):
        forward = 2 * int(stations.segment[k])
        to_v = network.segment_length_m[stations.segment[k]] - stations.along_m[k]
        for passage, cost in ((forward, to_v), (forward + 1, stations.along_m[k])):
            if reached[passage]:
                known = graph.get_edge_data("engine", passage, {"cost": math.inf})["cost"]
                graph.add_edge("engine", passage, cost=min(cost, known))
    theirs = {}
    if "engine" in graph:
        theirs = nx.single_source_dijkstra_path_length(graph, "engine", weight="cost")
    expected = [theirs.get(passage, math.inf) for passage in range(count)]
    assert ours.to_end == pytest.approx(expected, abs=CLOSE)


def node_distances(network, nodes):
    graph = foot_graph(network, np.ones(network.n_nodes, dtype=bool))
    return dijkstra(graph.matrix, indices=nodes)[:, nodes]


def same_networks(first, second):
    for name in ("node_xy", "segment_way", "segment_u", "segment_v", "segment_start", "vertex_xy"):
        assert np.array_equal(getattr(first, name), getattr(second, name)), name


@settings(max_examples=40, phases=PHASES)
@given(st.data())
def test_inserted_nodes_lie_where_asked_and_nothing_gets_longer(data):
    network = data.draw(streets())
    places = data.draw(places_on(network))
    inserted = insert_nodes(network, places.segment, places.along_m)
    finer, old = inserted.network, np.arange(network.n_nodes)

    assert finer.segment_length_m.sum() == pytest.approx(network.segment_length_m.sum())
    pieces = np.bincount(
        inserted.parent, weights=finer.segment_length_m, minlength=network.n_segments
    )
    assert pieces == pytest.approx(network.segment_length_m)
    assert finer.node_xy[inserted.node] == pytest.approx(places.xy, abs=0.0011)
    assert np.array_equal(finer.node_xy[: network.n_nodes], network.node_xy)
    assert node_distances(finer, old) == pytest.approx(node_distances(network, old), abs=CLOSE)
    # every segment begins and ends where its vertices do
    first, last = finer.segment_start[:-1], finer.segment_start[1:] - 1
    assert np.array_equal(finer.vertex_xy[first], finer.node_xy[finer.segment_u])
    assert np.array_equal(finer.vertex_xy[last], finer.node_xy[finer.segment_v])


@settings(max_examples=40, phases=PHASES)
@given(st.data())
def test_nodes_inserted_again_are_there_already(data):
    network = data.draw(streets())
    places = data.draw(places_on(network))
    once = insert_nodes(network, places.segment, places.along_m)
    # asked for twice at once
    twice = insert_nodes(network, np.tile(places.segment, 2), np.tile(places.along_m, 2))
    same_networks(once.network, twice.network)
    assert twice.node.tolist() == once.node.tolist() * 2
    # asked for again, found anew by their coordinates on the pieces of the same segment
    for i in range(len(places)):
        pieces = once.parent == places.segment[i]
        found = Snapper(once.network, pieces).nearest(
            shapely.points(once.network.node_xy[once.node[i : i + 1]]), 1.0
        )
        again = insert_nodes(once.network, found.segment, found.along_m)
        same_networks(once.network, again.network)
        where = again.network.node_xy[again.node]
        assert where == pytest.approx(once.network.node_xy[once.node[i : i + 1]], abs=0.001)


@settings(max_examples=40, phases=PHASES)
@given(st.data())
def test_order_of_inserted_places_changes_no_distance(data):
    network = data.draw(streets())
    places = data.draw(places_on(network))
    order = np.array(data.draw(st.permutations(range(len(places)))))
    one = insert_nodes(network, places.segment, places.along_m)
    other = insert_nodes(network, places.segment[order], places.along_m[order])
    at_once = node_distances(one.network, one.node[order])
    assert node_distances(other.network, other.node) == pytest.approx(at_once, abs=CLOSE)
    # one after the other, as barriers, clearances and readings are
    finer, ancestor, nodes = network, np.arange(network.n_segments), []
    for i in range(len(places)):
        pieces = Snapper(finer, ancestor == places.segment[i])
        found = pieces.nearest(shapely.points(places.xy[i : i + 1]), 1.0)
        step = insert_nodes(finer, found.segment, found.along_m)
        finer, ancestor = step.network, ancestor[step.parent]
        nodes.append(int(step.node[0]))
    in_turn = node_distances(finer, np.array(nodes))[np.ix_(order, order)]
    assert in_turn == pytest.approx(at_once, abs=CLOSE)


@settings(max_examples=40, phases=PHASES)
@given(st.data())
def test_snapper_finds_what_a_look_at_every_street_finds(data):
    network = data.draw(streets())
    coordinate = st.integers(-40, 320)
    xy = data.draw(st.lists(st.tuples(coordinate, coordinate), min_size=1, max_size=6))
    points = shapely.points(xy)
    limit_m = data.draw(st.sampled_from([10.0, 60.0, math.inf]))
    found = Snapper(network, network.has_doors).nearest(points, limit_m)
    away = shapely.distance(points[:, None], network.lines[network.has_doors][None, :])
    nearest = away.min(axis=1, initial=math.inf)
    assert found.found(len(points)).tolist() == (nearest <= limit_m).tolist()
    assert found.distance_m == pytest.approx(nearest[found.row], abs=CLOSE)
    on_line = shapely.line_interpolate_point(network.lines[found.segment], found.along_m)
    assert shapely.get_coordinates(on_line).reshape(-1, 2) == pytest.approx(found.xy, abs=CLOSE)
    smaller = [
        np.flatnonzero(network.has_doors)[np.argmax(np.isclose(away[i], nearest[i], atol=1e-9))]
        for i in found.row
    ]
    assert (found.segment >= smaller).all()
