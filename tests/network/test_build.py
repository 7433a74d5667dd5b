"""From ways to segments: what joins, what splits, and what the ids are."""

import numpy as np
import pytest
import shapely
from pyproj import CRS

from fireaccess.network.build import build_network, insert_nodes, points_along
from fireaccess.network.drawn import drawn_network
from fireaccess.network.network import Network
from fireaccess.sources.roads import make_roads, no_objects

METRIC = CRS.from_epsg(32648)


def roads(*ways, barriers=None):
    rows = [
        (way_id, {"highway": "service"}, nodes, [(float(n), 0.0) for n in nodes])
        for way_id, nodes in ways
    ]
    return make_roads(rows, barriers=barriers or {}, crs=METRIC, objects=no_objects(METRIC))


def test_a_way_in_two_pieces_counts_its_segments_on():
    """Nodes 3 and 4 are missing from the extract: the way stands in two rows."""
    network = build_network(roads((7, [1, 2]), (7, [5, 6, 8]), (9, [6, 20])))
    assert network.segment_id.tolist() == ["7-0", "7-1", "7-2", "9-0"]


def test_ways_in_any_order_give_one_network():
    one = build_network(roads((3, [1, 2, 5]), (2, [2, 9])))
    other = build_network(roads((2, [2, 9]), (3, [1, 2, 5])))
    assert one.segment_id.tolist() == other.segment_id.tolist() == ["2-0", "3-0", "3-1"]
    assert np.array_equal(one.segment_u, other.segment_u)


def test_a_barrier_within_a_way_is_a_node():
    network = build_network(roads((1, [1, 4, 9]), barriers={4: {"barrier": "gate"}}))
    assert network.segment_length_m.tolist() == [3.0, 5.0]


def test_a_node_twice_in_a_row_counts_once():
    assert build_network(roads((1, [1, 4, 4, 9]))).segment_length_m.tolist() == [8.0]


def test_a_way_of_one_place_is_told_and_left_out():
    assert roads((1, [4, 4]), (2, [1, 2])).left_out == {"fewer_than_two_nodes": 1}


def test_inserting_keeps_length_and_names_the_parents():
    town = drawn_network([("service", [(0, 0), (60, 0), (60, 80)]), ("service", [(0, 0), (0, 9)])])
    places = np.array([100.0, 20.0, 20.0005, 60.0])
    split = insert_nodes(town, np.zeros(4, dtype=int), places)
    assert split.network.segment_length_m.tolist() == [20.0, 40.0, 40.0, 40.0, 9.0]
    assert split.parent.tolist() == [0, 0, 0, 0, 1]
    assert split.node[1] == split.node[2]  # half a millimetre apart is one node
    found = split.network.node_xy[split.node]
    assert np.allclose(found, [(60, 40), (20, 0), (20, 0), (60, 0)], atol=0.001)


def test_inserting_nothing_changes_nothing():
    town = drawn_network([("service", [(0, 0), (60, 0)])])
    split = insert_nodes(town, np.array([0, 0]), np.array([0.0004, 59.9996]))
    assert split.network is town
    assert split.node.tolist() == [0, 1]


def test_points_along_follow_the_line():
    town = drawn_network([("service", [(0, 0), (3, 4), (3, 10)]), ("service", [(50, 0), (60, 0)])])
    segment, along = np.array([0, 0, 0, 1]), np.array([0.0, 5.0, 8.0, 10.0])
    there = shapely.line_interpolate_point(town.lines[segment], along)
    assert np.allclose(points_along(town, segment, along), shapely.get_coordinates(there))


def test_turns_are_every_ordered_pair_of_arms_but_not_back():
    crossing = drawn_network([("service", [(0, 0), (x, y)]) for x, y in [(9, 0), (0, 9), (-9, 0)]])
    assert len(crossing.turns) == 6
    assert (crossing.turns.node == 0).all()
    loop = drawn_network([("service", [(0, 0), (9, 0), (9, 9), (0, 0)])])
    assert len(loop.turns) == 2  # round and round, either way


def test_a_network_is_immutable_and_checks_itself():
    town = drawn_network([("service", [(0, 0), (60, 0)])])
    with pytest.raises(ValueError, match="read-only"):
        town.node_xy[0] = 0
    fields = {name: getattr(town, name) for name in town.__dataclass_fields__}
    with pytest.raises(ValueError, match="names node 7 of 2"):
        Network(**{**fields, "segment_v": np.array([7])})
    with pytest.raises(ValueError, match="does not cover"):
        Network(**{**fields, "segment_start": np.array([0, 1])})
