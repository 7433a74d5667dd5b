"""Turns on drawn networks: what is one bend, what is a wall, and what a corner is called."""

import math

import numpy as np
import pytest

from fireaccess.model.vehicle import load_vehicle
from fireaccess.network.bends import find_bends
from fireaccess.network.build import insert_nodes
from fireaccess.network.corners import needed_width_m
from fireaccess.network.drawn import drawn_network
from fireaccess.network.turns import (
    NO_CORNER,
    corner_names,
    corners_named,
    judge_corners,
)

PASS, UNKNOWN, BLOCKED = 2, 1, 0
PUMPER = load_vehicle("standard")


def turned(ways, *, gentlest=False):
    """Return the deflections by what is turned: one segment, or an arriving and a leaving one."""
    network = drawn_network(ways)
    bends = find_bends(network, PUMPER)
    deflection = bends.gentlest_deg if gentlest else bends.sharpest_deg
    names = corner_names(network, np.arange(network.n_passages))
    return {
        name.removeprefix("corner:"): round(float(value), 1)
        for name, value in zip(names, deflection, strict=True)
    }


def answered(ways, width_m):
    network = drawn_network(ways)
    width = np.full(network.n_segments, float(width_m))
    return network, judge_corners(network, width, width, PUMPER)


def curve(radius_m, vertices, angle_deg=90.0):
    """Return a road with straight ends round a curve drawn with so many vertices."""
    angle = np.linspace(0, math.radians(angle_deg), vertices)
    x, y = radius_m * np.sin(angle), radius_m * (1 - np.cos(angle))
    end = (x[-1] + 50 * math.cos(angle[-1]), y[-1] + 50 * math.sin(angle[-1]))
    return [("service", [(-50.0, 0.0), *zip(x.tolist(), y.tolist(), strict=True), end])]


def test_a_bend_within_a_way_and_one_at_a_joint_are_the_same():
    assert turned([("service", [(0, 0), (50, 0), (50, 50)])]) == {"1-0": 90.0}
    joined = turned([("service", [(0, 0), (50, 0)]), ("service", [(50, 0), (50, 50)])])
    assert joined == {"1-0": 0.0, "2-0": 0.0, "1-0/2-0": 90.0, "2-0/1-0": 90.0}


def test_a_survey_node_on_a_straight_piece_changes_nothing():
    network = drawn_network([("service", [(0, 0), (50, 0), (50, 50)])])
    whole = find_bends(network, PUMPER).sharpest_deg.max()
    for along in (20.0, 46.0, 50.0, 53.0):
        parted = insert_nodes(network, np.array([0]), np.array([along])).network
        assert find_bends(parted, PUMPER).sharpest_deg.max() == pytest.approx(whole)


def test_a_t_turns_from_the_stem_and_from_the_through_street():
    found = turned([("primary", [(0, 0), (50, 0), (99, 0)]), ("service", [(50, 0), (50, 80)])])
    assert found["1-0/1-1"] == 0.0
    assert found["1-0/2-0"] == found["2-0/1-1"] == found["2-0/1-0"] == 90.0


def test_a_crossing_turns_to_every_side():
    found = turned(
        [("service", [(0, 0), (50, 0), (99, 0)]), ("service", [(50, -50), (50, 0), (50, 80)])]
    )
    turns = {name: value for name, value in found.items() if "/" in name}
    assert len(turns) == 12
    assert sorted(turns.values()) == [0.0] * 4 + [90.0] * 8


def test_a_hairpin_turns_right_round():
    assert turned([("service", [(0, 0), (50, 0), (0, 4)])])["1-0"] == pytest.approx(175.4, abs=0.1)
    _network, corners = answered([("service", [(0, 0), (50, 0), (0, 4)])], 9.0)
    assert corners.answer[:2].tolist() == [BLOCKED, BLOCKED]


def test_deflections_at_one_place_are_one_bend_and_apart_they_are_two():

    def two_bends(apart):
        cut = [(0, 0), (50, 0), (50 + apart, apart), (50 + apart, 50)]
        return turned([("service", cut)])["1-0"]

    assert two_bends(0.01) == pytest.approx(89.9, abs=0.2)
    assert two_bends(10) == 45.0
    between = [two_bends(apart) for apart in (0.5, 1, 2, 3, 4)]
    assert between == sorted(between, reverse=True)


def test_a_jog_is_no_corner():
    """To the right and at once to the left again leads straight on."""
    jog = [("service", [(0, 0), (50, 0), (50.5, 0.8), (99, 0.8)])]
    assert turned(jog)["1-0"] < 12
    _, corners = answered(jog, 3.5)
    assert BLOCKED not in corners.answer


@pytest.mark.parametrize(
    ("radius", "width", "answer"),
    [
        (6, 3.0, BLOCKED), (6, 4.0, UNKNOWN), (6, 6.0, PASS),
        (9, 3.0, BLOCKED), (9, 3.8, UNKNOWN), (9, 5.0, PASS),
        (15, 2.6, BLOCKED), (15, 3.3, UNKNOWN), (15, 4.2, PASS),
        (30, 2.5, BLOCKED), (30, 2.9, UNKNOWN), (30, 3.5, PASS),
        (60, 2.65, UNKNOWN), (60, 3.0, PASS),
    ],
)  # fmt: skip
def test_a_curve_drawn_with_few_and_with_many_vertices_has_one_answer(radius, width, answer):
    few = math.ceil(math.pi / 2 * radius / 3.0) + 1
    for count in (few, 2 * few, 8 * few, 400):
        _, corners = answered(curve(radius, count), width)
        assert corners.answer[:2].tolist() == [answer, answer], count


def test_a_wide_curve_passes_where_its_sharp_corner_would_not():
    _, gentle = answered(curve(30, 60), 3.5)
    _, sharp = answered([("service", [(0, 0), (50, 0), (50, 50)])], 3.5)
    assert gentle.answer[0] == PASS
    assert sharp.answer[0] == BLOCKED


def test_a_curve_needs_what_its_steady_arc_sweeps():
    """Width at need: ρ − √(ρ² − L²) + W on the outer radius ρ of the curve itself."""
    for radius in (12.0, 20.0, 40.0):
        needed = needed_width_m(turned(curve(radius, 300))["1-0"], PUMPER)
        outer = radius + needed / 2
        swept = outer - math.sqrt(outer**2 - 36) + 2.5
        assert needed == pytest.approx(swept, abs=0.12)


def test_what_every_way_into_a_short_piece_turns_is_carried_on():
    """A dog-leg of two 60° bends, two metres apart between two junctions with steps."""
    leg = [(0.0, 0.0), (50.0, 0.0), (51.0, 1.732), (26.0, 45.03)]
    parts = [("service", [leg[0], leg[1]]), ("service", [leg[1], leg[2]])]
    parts += [("service", [leg[2], leg[3]])]
    steps = [("steps", [leg[1], (50.0, -20.0)]), ("steps", [leg[2], (80.0, 1.732)])]
    alone = turned([("service", leg)])["1-0"]
    parted = turned(parts + steps)
    assert parted["1-0/2-0"] == 60.0
    assert parted["2-0/3-0"] == pytest.approx(alone, abs=0.5)


def walls(ways):
    network = drawn_network(ways)
    bends = find_bends(network, PUMPER)
    names = corner_names(network, np.arange(network.n_passages))
    return {
        name.removeprefix("corner:"): bool(value)
        for name, value in zip(names, bends.walled, strict=True)
        if "/" in name
    }


def test_outer_sides_are_walls_unless_a_street_leaves_there():
    corner = walls([("service", [(0, 0), (50, 0)]), ("service", [(50, 0), (50, 50)])])
    assert corner["1-0/2-0"]
    assert corner["2-0/1-0"]
    tee = walls([("service", [(0, 0), (50, 0), (99, 0)]), ("service", [(50, 0), (50, 80)])])
    assert not tee["1-0/2-0"]
    assert not tee["2-0/1-1"]
    inner = walls([("service", [(0, 0), (50, 0)]), ("service", [(50, 0), (50, 50)]),
                   ("service", [(50, 0), (15, 35)])])  # fmt: skip
    assert inner["1-0/2-0"]
    assert inner["2-0/1-0"]


def test_the_corner_is_named_where_it_and_not_the_street_stops_the_truck():
    ways = [("service", [(0, 0), (50, 0)]), ("service", [(50, 0), (50, 50)])]
    network, corners = answered(ways, 3.5)
    comes = np.array([True, False, False, False])
    node, segment = np.array([1]), np.array([1])
    passes = np.array([PASS, PASS], dtype=np.int8)
    found = corners.that_stop(network, comes, node, segment, passes)
    assert corner_names(network, found).tolist() == ["corner:1-0/2-0"]
    assert corners_named(network, corners, ["corner:1-0/2-0"]).tolist() == found.tolist()
    closed = np.array([PASS, BLOCKED], dtype=np.int8)
    assert corners.that_stop(network, comes, node, segment, closed).tolist() == [NO_CORNER]


def test_a_segment_that_bends_is_named_by_itself():
    ways = [("service", [(0, 0), (50, 0)]), ("service", [(50, 0), (90, 0), (90, 50)])]
    network, corners = answered(ways, 3.5)
    found = corners.that_stop(
        network, np.array([True, False, False, False]), np.array([1]), np.array([1]),
        np.array([PASS, PASS], dtype=np.int8),
    )  # fmt: skip
    assert corner_names(network, found).tolist() == ["corner:2-0"]


def test_a_ring_is_walked_once_and_turns_at_its_seam():
    square = [("service", [(0, 0), (50, 0), (50, 50), (0, 50), (0, 0)])]
    found = turned(square)
    assert found["1-0"] == found["1-0/1-0"] == 90.0
