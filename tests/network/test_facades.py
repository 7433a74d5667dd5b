"""Gaps between facades on drawn streets, with figures worked out on squared paper."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from rays import least_gap
from shapely import affinity

from fireaccess.model.errors import Findings
from fireaccess.network.drawn import drawn_network
from fireaccess.network.facades import REACH_M, facade_gaps, measured_facades
from fireaccess.network.layer_shift import layer_shift

CENTIMETRE = 0.01
STREET = [(0, 0), (50, 0)]


def street(*houses, line=STREET, highway="service", **tags):
    """Measure one street between houses, each the corners of a box or a polygon."""
    return facade_gaps(drawn_network([(highway, line)], **tags), shapes(houses))


def shapes(houses):
    return [shapely.box(*house) if isinstance(house, tuple) else house for house in houses]


def exactly(gap_m):
    return pytest.approx(gap_m, abs=CENTIMETRE)


def place(found, segment=0):
    return found.xy[segment].tolist()


def at(x, y):
    return pytest.approx([x, y], abs=CENTIMETRE)


# --- drawn streets ------------------------------------------------------------------------
def test_a_plain_street():
    found = street((0, 3, 50, 9), (0, -9, 50, -2))
    assert found.gap_m.tolist() == [exactly(5.0)]
    assert place(found) == at(0, 0)  # the first of many
    assert not found.drawn_over.any()


def test_a_corner_that_juts_out_is_found_exactly():
    corner = shapely.Polygon([(23.7, 1.2), (30, 9), (18, 9)])
    found = street((0, 3, 18, 9), (30, 3, 50, 9), corner, (0, -9, 50, -2))
    assert found.gap_m.tolist() == [exactly(3.2)]
    assert place(found) == at(23.7, 0)


def test_a_pinch_is_no_mean():
    # 46 m of 5 m and 4 m of 2.5 m: 4.8 m in the mean
    walls = (0, 2.5, 50, 9), (0, -9, 50, -2.5)
    found = street(*walls, (31, 1.25, 35, 2.5), (31, -2.5, 35, -1.25))
    assert found.gap_m.tolist() == [exactly(2.5)]
    assert place(found) == at(31, 0)


def test_the_two_sides_are_taken_at_one_place():
    # 1 m to the left and 1 m to the right, but not across from one another
    found = street((0, 3, 50, 9), (0, -9, 50, -3), (10, 1, 12, 3), (30, -3, 32, -1))
    assert found.gap_m.tolist() == [exactly(4.0)]


def test_where_a_side_is_open_there_is_no_gap():
    assert np.isnan(street((0, 3, 50, 9)).gap_m).all()
    # nor where one side ends before the other begins
    found = street((0, 3, 20, 9), (30, -9, 50, -2))
    assert np.isnan(found.gap_m).all()
    assert np.isnan(found.xy).all()


def test_where_both_sides_are_built_for_a_part_only():
    found = street((0, 1, 20, 9), (0, 3, 40, 9), (30, -9, 50, -2))
    assert found.gap_m.tolist() == [exactly(5.0)]
    assert place(found) == at(30, 0)


def test_facades_beyond_the_reach_are_none():
    just_within = street((0, REACH_M - 0.5, 50, 30), (0, -9, 50, -2))
    assert just_within.gap_m.tolist() == [exactly(REACH_M + 1.5)]
    assert np.isnan(street((0, REACH_M + 0.5, 50, 30), (0, -9, 50, -2)).gap_m).all()


def test_a_wall_that_leaves_the_reach_is_measured_up_to_there():
    # The left wall runs from 10 m at x=0 to 20 m at x=50; the right one comes nearer twice as fast.
    left = shapely.Polygon([(0, 10), (50, 20), (0, 30)])
    right = shapely.Polygon([(0, -14), (50, -0.5), (50, -30), (0, -30)])
    found = street(left, right)
    # At x=25, where the left one is 15 m off: 15 + 14 - 13.5 * 25 / 50
    assert found.gap_m.tolist() == [exactly(15 + 7.25)]
    assert place(found) == at(25, 0)


def test_an_oblique_wall():
    wall = shapely.Polygon([(0, 4), (40, 2), (40, 9), (0, 9)])
    found = street(wall, (0, -9, 30, -2))
    assert found.gap_m.tolist() == [exactly(4 - 2 * 30 / 40 + 2)]
    assert place(found) == at(30, 0)


def test_a_bend():
    # Each leg by itself: 4 m between the walls of the first, 3 m between those of the second.
    #   inner block (0, 2) to (27, 40), outer blocks below and to the right
    line = [(0, 0), (30, 0), (30, 40)]
    found = street((0, 2, 28.5, 40), (0, -9, 40, -2), (31.5, -2, 40, 40), line=line)
    assert found.gap_m.tolist() == [exactly(3.0)]
    assert place(found) == at(30, 2)
    wide = street((0, 2, 25, 40), (0, -9, 40, -2), (35, -2, 40, 40), line=line)
    assert wide.gap_m.tolist() == [exactly(4.0)]
    assert place(wide) == at(0, 0)


def test_a_courtyard_has_walls_all_round():
    block = shapely.box(-10, -12, 60, 12) - shapely.box(-5, -2, 55, 3)
    found = street(block)
    assert found.gap_m.tolist() == [exactly(5.0)]
    assert not found.drawn_over.any()


def test_parts_of_a_footprint_and_crooked_outlines():
    both_sides = shapely.MultiPolygon(shapes([(0, 3, 50, 9), (0, -9, 50, -2)]))
    assert street(both_sides).gap_m.tolist() == [exactly(5.0)]
    bow_tie = shapely.Polygon([(0, 3), (50, 9), (50, 3), (0, 9)])
    assert street(bow_tie, (0, -9, 50, -2)).gap_m.tolist() == [exactly(5.0)]


def test_every_segment_has_its_own_gap():
    town = drawn_network([("service", [(0, 0), (50, 0), (100, 0)]), ("path", [(50, 0), (50, 90)])])
    houses = shapes([(0, 3, 45, 9), (0, -9, 45, -2), (60, 1, 90, 9), (60, -9, 90, -2)])
    found = facade_gaps(town, houses)
    assert found.gap_m[:2].tolist() == [exactly(5.0), exactly(3.0)]
    # up the path, the two corners at its mouth: from 45 to 60
    assert found.gap_m[2] == exactly(15.0)


# --- buildings over the road --------------------------------------------------------------
OVER = (0, 3, 50, 9), (0, -9, 50, -2), (20, -1, 30, 1)


def test_beside_a_building_over_the_road_nothing_is_measured():
    found = street(*OVER, (24, 1.5, 26, 3), (24, -3, 26, -1.5))
    assert found.gap_m.tolist() == [exactly(5.0)]
    assert found.drawn_over.tolist() == [True]
    assert found.over_footprint.tolist() == [2]
    # The pinch may be the place that is not measured: the rest does not speak for the segment.
    assert np.isnan(found.deciding_m).all()


def test_a_pinch_right_beside_a_building_over_the_road_is_measured():
    found = street(*OVER, (30, 1.5, 33, 3))
    assert found.gap_m.tolist() == [exactly(3.5)]


def test_a_street_that_ends_at_a_door_is_not_drawn_over():
    # an oblique facade at its end, which rays would meet at no distance
    end = shapely.Polygon([(50, 0), (52, 8), (60, 8), (60, -8), (48, -8)])
    found = street((0, 3, 45, 9), (0, -9, 45, -2), end)
    assert found.gap_m.tolist() == [exactly(5.0)]
    assert not found.drawn_over.any()


def test_a_street_within_a_building_has_no_gap():
    found = street((-40, -40, 90, 40))
    assert np.isnan(found.gap_m).all()
    assert found.drawn_over.all()


def told(*houses, **tags):
    frame = gpd.GeoDataFrame(
        {"house_id": [f"b{i}" for i in range(len(houses))]}, geometry=shapes(houses)
    )
    findings = Findings()
    facades = measured_facades(drawn_network([("service", STREET)], **tags), frame, findings)
    return facades, list(findings)


def test_buildings_over_the_road_are_told_once():
    facades, findings = told(*OVER, (40, -1, 42, 1))
    assert [finding.code for finding in findings] == ["building_over_road"]
    assert findings[0].params == {"count": 2, "first": "b2, b3", "roads": 1}
    assert facades.drawn_over.all()


@pytest.mark.parametrize("tags", [{"tunnel": "building_passage"}, {"covered": "yes"}])
def test_a_way_through_a_building_is_not_told_but_is_not_judged_either(tags):
    facades, findings = told(*OVER, **tags)
    assert findings == []
    assert np.isnan(facades.deciding_m).all()


# --- what is measured ---------------------------------------------------------------------
@pytest.mark.parametrize(
    ("highway", "tags"),
    [
        ("service", {"bridge": "yes"}),
        ("service", {"tunnel": "yes"}),
        ("footway", {"footway": "sidewalk"}),
        ("steps", {}),
    ],
)
def test_what_has_no_facades_of_its_own_is_not_measured(highway, tags):
    found = street((0, 3, 50, 9), (0, -9, 50, -2), highway=highway, **tags)
    assert np.isnan(found.gap_m).all()


def test_without_buildings_or_streets():
    assert np.isnan(street().gap_m).all()
    empty = facade_gaps(drawn_network([]), shapes([(0, 0, 1, 1)]))
    assert empty.gap_m.shape == (0,)
    assert empty.xy.shape == (0, 2)


# --- properties ---------------------------------------------------------------------------
def random_town(seed):
    """Draw a crooked street among small crooked houses, some of them on it."""
    rng = np.random.default_rng(seed)
    line = np.cumsum(rng.uniform([5, -12], [25, 12], (6, 2)), axis=0)
    middle = rng.uniform(line.min(axis=0) - 12, line.max(axis=0) + 12, (60, 2))
    houses = [
        affinity.rotate(shapely.box(x, y, x + width, y + depth), angle)
        for (x, y), width, depth, angle in zip(
            middle, *rng.uniform(2, 9, (2, 60)), rng.uniform(0, 90, 60), strict=True
        )
    ]
    return line, np.array(houses)


@pytest.mark.parametrize("seed", range(40))
def test_no_sampled_place_is_narrower_and_the_place_found_is_as_narrow(seed):
    line, houses = random_town(seed)
    found = facade_gaps(drawn_network([("service", line.tolist())]), houses)
    road = shapely.LineString(line)
    sampled = least_gap(road, houses, step_m=0.1)
    if np.isnan(found.gap_m[0]):
        assert np.isnan(sampled)
        return
    assert not sampled < found.gap_m[0] - 1e-6
    near = least_gap(road, houses, step_m=0.001, near=found.xy[0], within_m=0.05)
    assert near == exactly(found.gap_m[0])


@pytest.mark.parametrize("degrees", [17, 90, 200])
def test_turning_the_drawing_and_shuffling_the_houses_change_nothing(degrees):
    line, houses = random_town(3)
    straight = facade_gaps(drawn_network([("service", line.tolist())]), houses)
    turned = [affinity.rotate(house, degrees, origin=(0, 0)) for house in houses[::-1]]
    road = affinity.rotate(shapely.LineString(line), degrees, origin=(0, 0))
    found = facade_gaps(drawn_network([("service", list(road.coords))]), turned)
    assert found.gap_m.tolist() == [pytest.approx(straight.gap_m[0], abs=1e-6)]


# --- shifted layers -----------------------------------------------------------------------
LINES = [[(0, y), (400, y)] for y in range(0, 401, 130)]
LINES += [[(x, 0), (x, 400)] for x in range(0, 401, 130)]
TOWN = [("service", line) for line in LINES]
BLOCKS = [(x + 2, y + 2, x + 128, y + 128) for x in (0, 130, 260) for y in (0, 130, 260)]


@pytest.mark.parametrize("moved", [(31, -22), (-8, 5), (-55, -38)])
def test_a_shift_is_found_and_told_and_no_gap_is_measured(moved):
    blocks = [affinity.translate(block, *moved) for block in shapes(BLOCKS)]
    shift = layer_shift(drawn_network(TOWN), blocks)
    assert shift.is_certain
    assert np.hypot(shift.east_m + moved[0], shift.north_m + moved[1]) <= 3
    frame = gpd.GeoDataFrame({"house_id": [f"b{i}" for i in range(9)]}, geometry=blocks)
    frame.attrs["file"] = "houses.gpkg"
    findings = Findings()
    assert measured_facades(drawn_network(TOWN), frame, findings) is None
    (finding,) = findings
    assert (finding.code, finding.file) == ("buildings_shifted", "houses.gpkg")
    assert f"{shift.east_m:+.0f} m to the east" in finding.what


def test_layers_that_fit_are_not_called_shifted():
    shift = layer_shift(drawn_network(TOWN), shapes(BLOCKS))
    assert (shift.inside_m, shift.best_m) == (0.0, 0.0)
    assert (shift.east_m, shift.north_m) == (0.0, 0.0)
    assert not shift.is_certain


def test_one_house_on_a_long_road_is_no_shifted_layer():
    shift = layer_shift(drawn_network([("service", [(0, 0), (900, 0)])]), shapes([(0, -5, 90, 5)]))
    assert shift.inside_m > 80
    assert shift.best_m == 0
    assert not shift.is_certain


def test_buildings_far_from_all_roads_have_no_shift():
    shift = layer_shift(drawn_network(TOWN), shapes([(9000, 9000, 9010, 9010)]))
    assert (shift.inside_m, shift.is_certain) == (0.0, False)
