"""Where one may stand, and distances against a plain computation of networkx."""

from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from fireaccess.analysis.houses import Doors
from fireaccess.network.drawn import drawn_network
from fireaccess.network.paths import foot_graph
from fireaccess.network.place import Places
from fireaccess.planning.candidates import houses_within, laid_out, mouths_of

# A block with two ways between the same corners, a loop, a dead end and a way by itself.
TOWN = drawn_network(
    [
        ("primary", [(0, 0), (120, 0), (240, 0)]),
        ("service", [(120, 0), (120, 80)]),
        ("service", [(120, 80), (160, 90), (160, 0), (120, 0)]),
        ("path", [(120, 80), (120, 110), (150, 140), (90, 140), (120, 110)]),
        ("path", [(240, 0), (240, 75)]),
        ("path", [(500, 500), (530, 500)]),
    ]
)


def opened(network, walls=()):
    open_nodes = np.ones(network.n_nodes, dtype=bool)
    open_nodes[list(walls)] = False
    return foot_graph(network, open_nodes)


def places(network, segment, share, offset_m):
    segment = np.array(segment, dtype=np.int64)
    along_m = network.segment_length_m[segment] * np.array(share, dtype=float)
    lines = network.lines[segment]
    xy = shapely.get_coordinates(shapely.line_interpolate_point(lines, along_m)).reshape(-1, 2)
    return Places(np.arange(len(segment)), segment, along_m, np.array(offset_m, dtype=float), xy)


def by_networkx(network, walls, doors, sites):
    """Distances with every door and site a node of its own, shape (doors, sites)."""
    graph = nx.Graph()

    def link(a, b, length_m):
        if not graph.has_edge(a, b) or graph[a][b]["m"] > length_m:
            graph.add_edge(a, b, m=length_m)

    def end(segment, which):
        node = int((network.segment_u if which == "u" else network.segment_v)[segment])
        return ("arm", segment, which) if node in walls else ("node", node)

    for segment in range(network.n_segments):
        stops = [(0.0, end(segment, "u")), (network.segment_length_m[segment], end(segment, "v"))]
        for name, what in (("door", doors), ("site", sites)):
            for i in np.flatnonzero(what.segment == segment).tolist():
                stops.append((what.along_m[i], (name, i)))
        stops.sort(key=lambda stop: stop[0])
        for (a_m, a), (b_m, b) in pairwise(stops):
            link(a, b, b_m - a_m)
    found = np.full((len(doors), len(sites)), np.inf)
    for j in range(len(sites)):
        far = nx.single_source_dijkstra_path_length(graph, ("site", j), weight="m")
        for i in range(len(doors)):
            found[i, j] = far.get(("door", i), np.inf)
    return found + doors.distance_m[:, None] + sites.distance_m[None]


some_places = st.lists(
    st.tuples(
        st.integers(0, TOWN.n_segments - 1),
        st.sampled_from([0.0, 0.25, 0.4, 0.7, 1.0]),
        st.sampled_from([0.0, 3.5, 12.0]),
    ),
    max_size=6,
)


@settings(max_examples=60)
@given(some_places, some_places, st.sets(st.integers(0, TOWN.n_nodes - 1), max_size=2))
def test_houses_within_a_limit_are_those_of_networkx(at_doors, at_sites, walls):
    doors, sites = (
        places(TOWN, *(zip(*rows, strict=True) if rows else ([], [], [])))
        for rows in (at_doors, at_sites)
    )
    # Every second house has no door: rows of the matrix are houses.
    houses = Places(2 * doors.row, doors.segment, doors.along_m, doors.distance_m, doors.xy)
    count = 2 * len(doors) + 1
    known = Doors(houses, count, np.full(count, None), np.zeros(count))
    metres = by_networkx(TOWN, walls, doors, sites)
    for limit_m in (0.0, 40.013, 100.013, 251.013, 900.013):
        within = houses_within(opened(TOWN, walls), known, sites, limit_m)
        assert within.shape == (count, len(sites))
        assert within.dtype == bool
        assert (within.toarray()[0:-1:2] == (metres <= limit_m)).all()
        assert not within.toarray()[1::2].any()


def test_more_places_than_one_search_holds_change_nothing(monkeypatch):
    from fireaccess.planning import candidates

    graph = opened(TOWN)
    segment, along_m = laid_out(graph, TOWN.has_doors, 7)
    sites = places(TOWN, segment, along_m / TOWN.segment_length_m[segment], 0 * along_m)
    doors = Doors(sites, len(sites), np.full(len(sites), None), np.zeros(len(sites)))
    whole = houses_within(graph, doors, sites, 60.0).toarray()
    monkeypatch.setattr(candidates, "_AT_A_TIME", 5)
    assert (houses_within(graph, doors, sites, 60.0).toarray() == whole).all()
    assert (whole == whole.T).all()


@pytest.mark.parametrize("spacing_m", [5.0, 40.0, 50.0, 1000.0])
def test_places_lie_no_farther_apart_than_the_spacing_and_at_every_end(spacing_m):
    segment, along_m = laid_out(opened(TOWN), TOWN.has_doors, spacing_m)
    assert (along_m >= 0).all()
    assert (along_m <= TOWN.segment_length_m[segment]).all()
    points = shapely.line_interpolate_point(TOWN.lines[segment], along_m)
    assert len(np.unique(np.round(shapely.get_coordinates(points), 6), axis=0)) == len(points)
    ends = shapely.points(
        [(0, 0), (240, 0), (120, 0), (120, 80), (240, 75), (500, 500), (530, 500)]
    )
    assert shapely.dwithin(shapely.multipoints(points), ends, 1e-6).all()
    # From every place of a road the next is half the spacing away at most.
    covered = shapely.union_all(shapely.buffer(points, spacing_m / 2 + 0.01, quad_segs=64))
    straight = [TOWN.lines[i] for i in np.flatnonzero(TOWN.segment_way == 0)]
    assert covered.covers(shapely.union_all(straight))


def test_nobody_passes_a_wall_so_there_is_a_place_on_either_side():
    town = drawn_network([("service", [(0, 0), (60, 0)]), ("service", [(60, 0), (90, 0)])])
    segment, along_m = laid_out(opened(town, walls=[1]), town.has_doors, 100)
    assert list(zip(segment.tolist(), along_m.tolist(), strict=True)) == [
        (0, 0.0), (0, 60.0), (1, 0.0), (1, 30.0)
    ]  # fmt: skip
    segment, _ = laid_out(opened(town), town.has_doors, 100)
    assert segment.tolist() == [0, 0, 1]


def test_a_way_that_is_reached_in_two_parts_has_ends_of_its_own_in_each():
    town = drawn_network(
        [("service", [(0, 0), (60, 0), (90, 0), (150, 0)]), ("path", [(60, 0), (60, 9)]),
         ("path", [(90, 0), (90, 9)])]
    )  # fmt: skip
    eligible = np.array([True, False, True, False, False])
    segment, along_m = laid_out(opened(town), eligible, 40)
    assert segment.tolist() == [0, 0, 0, 2, 2, 2]
    assert along_m.tolist() == [0.0, 30.0, 60.0, 0.0, 30.0, 60.0]


def test_mouths_are_where_other_ways_meet_the_road():
    road = TOWN.segment_way == 0
    segment, along_m = mouths_of(opened(TOWN), road, TOWN.has_doors & ~road)
    points = shapely.line_interpolate_point(TOWN.lines[segment], along_m)
    assert sorted(shapely.get_coordinates(points).tolist()) == [[120.0, 0.0], [240.0, 0.0]]
    nothing = mouths_of(opened(TOWN), road, np.zeros(TOWN.n_segments, dtype=bool))
    assert len(nothing[0]) == 0
