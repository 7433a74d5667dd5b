"""Laying pipes: against brute force on combs, and by hand."""

import itertools
import math

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fireaccess.network.drawn import drawn_network
from fireaccess.network.paths import foot_graph
from fireaccess.network.place import Snapper
from fireaccess.planning.pipes import lay, ways_from


@st.composite
def trees(draw):
    """Draw a trunk with side alleys and doors on them, all in steps of 10 m."""
    trunk = draw(st.integers(10, 40)) * 10
    branches = draw(
        st.lists(st.tuples(st.integers(1, trunk // 10), st.integers(1, 25)), max_size=3)
    )
    by_place = {at: length for at, length in branches}
    doors = draw(
        st.lists(st.tuples(st.integers(0, len(by_place)), st.floats(0, 1)), min_size=1, max_size=6)
    )
    return trunk, sorted(by_place.items()), doors, draw(st.integers(4, 30)) * 10


@given(trees())
@settings(max_examples=60, deadline=None)
def test_no_fewer_pieces_would_do(town):
    """Brute force over all places in steps of 10 m: fewer than three pieces are told right."""
    trunk, branches, doors, reach_m = town
    stops = sorted({0, trunk, *(at * 10 for at, _ in branches)})
    ways = [("service", [(x, 0) for x in stops])]
    ways += [("service", [(at * 10, 0), (at * 10, n * 10)]) for at, n in branches]
    network = drawn_network(ways)
    graph = foot_graph(network, np.ones(network.n_nodes, dtype=bool))
    root = int(np.flatnonzero((network.node_xy == 0).all(axis=1))[0])

    def at(line, share):
        if line == 0:
            return (round(share * trunk / 10) * 10, 0)
        x, n = branches[line - 1]
        return (x * 10, round(share * n) * 10)

    def apart(one, other):
        """On a comb: along both teeth and the trunk between them."""
        if one[0] == other[0]:
            return abs(one[1] - other[1])
        return one[1] + other[1] + abs(one[0] - other[0])

    spots = [at(line, share) for line, share in doors]
    places = Snapper(network, network.has_doors).nearest(shapely.points(spots), 1.0)
    tree = ways_from(graph, root)
    pipe_m, pieces = lay(graph, tree, places, float(reach_m))

    sites = [(x, 0) for x in range(0, trunk + 1, 10)]
    sites += [(at * 10, y) for at, n in branches for y in range(10, n * 10 + 1, 10)]
    covers = np.array([[apart(s, d) <= reach_m for d in spots] for s in sites])
    if pieces > 1:
        assert not covers.all(axis=1).any()
    if pieces == 3:
        for one, other in itertools.combinations(range(len(sites)), 2):
            assert not (covers[one] | covers[other]).all()
    far = max(apart((0, 0), d) for d in spots)
    assert pipe_m >= max(0, far - reach_m) - 1e-6
    if pieces == 1:
        assert pipe_m == pytest.approx(max(0, far - reach_m), abs=1e-6)
    spaced_m, spaced = lay(graph, tree, places, float(reach_m), 50.0)
    assert spaced_m <= pipe_m + 1e-6
    assert spaced >= max(pieces, math.ceil(spaced_m / 50 - 1e-9))
    longest = lay(graph, tree, places, float(reach_m), longest_m=100.0)
    assert (longest is None) == (far - reach_m > 100)


def test_a_door_farther_off_its_road_than_the_hose_is_never_served():
    network = drawn_network([("service", [(0, 0), (300, 0)])])
    graph = foot_graph(network, np.ones(network.n_nodes, dtype=bool))
    tree = ways_from(graph, 0)
    door = Snapper(network, network.has_doors).nearest(shapely.points([[200, 60]]), 100)
    assert lay(graph, tree, door, 50.0) is None
    assert lay(graph, tree, door, 60.0) == (200.0, 1)


def line(*stops):
    """Draw a road along the x axis, cut at some stops; return its graph and the ways from 0."""
    pairs = itertools.pairwise(stops)
    network = drawn_network([("service", [(x, 0), (y, 0)]) for x, y in pairs])
    graph = foot_graph(network, np.ones(network.n_nodes, dtype=bool))
    root = int(np.flatnonzero((network.node_xy == 0).all(axis=1))[0])
    return graph, ways_from(graph, root)


def doors_on(graph, *xs):
    """Place doors right on the road."""
    points = shapely.points([[x, 0] for x in xs])
    return Snapper(graph.network, graph.network.has_doors).nearest(points, 1)


@pytest.mark.parametrize("stops", [(0, 900), (0, 300, 900), (900, 300, 0), (0, 200, 300, 900)])
def test_a_piece_on_a_pipe_that_is_there_needs_no_pipe_of_its_own(stops):
    """850 m of pipe for the deepest door; the piece at 230 m stands on it."""
    graph, tree = line(*stops)
    doors = doors_on(graph, 280, 900)
    assert lay(graph, tree, doors, 50.0) == (850.0, 2)
    # Pieces at 850 m and every 150 m before; the one at 250 m is near enough to the door.
    assert lay(graph, tree, doors, 50.0, spacing_m=150.0) == (850.0, 6)
    assert lay(graph, tree, doors_on(graph, 20, 900), 50.0, spacing_m=150.0) == (850.0, 7)


def test_ways_from_know_the_shorter_of_two_parallel_segments():
    lines = [[(0, 0), (300, 0)], [(0, 0), (150, 200), (300, 0)], [(300, 0), (600, 0)]]
    network = drawn_network([("service", points) for points in lines])
    graph = foot_graph(network, np.ones(network.n_nodes, dtype=bool))
    root = int(np.flatnonzero((network.node_xy == 0).all(axis=1))[0])
    tree = ways_from(graph, root)
    goes = np.flatnonzero(tree.predecessor >= 0)
    run_m = tree.distance_m[goes] - tree.distance_m[tree.predecessor[goes]]
    assert network.segment_length_m[tree.segment[goes]] == pytest.approx(run_m)
    assert (tree.segment[tree.predecessor < 0] < 0).all()
    # A door on the longer way has a pipe of its own: 2 * 250 m around, from either end.
    door = Snapper(network, network.has_doors).nearest(shapely.points([[150, 200], [600, 0]]), 1)
    assert lay(graph, tree, door, 0.0) == (850.0, 2)
