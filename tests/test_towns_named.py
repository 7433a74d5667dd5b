"""Rows without coordinates that name a road or an address.

The alley Ngõ 1 runs north from the main road at (200, 0). Houses stand 10 m off it. Need: 3.5 m.
Where a lane leaves it at 200, the alley has two stretches: 0-200 and 200-300.
"""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.strategies import PHASES, Plan, compute, plans
from towns import (
    BY_WIDTH,
    Town,
    alley,
    barrier,
    drawn,
    hoses,
    house,
    metres,
    missing,
    one_alley,
    segment,
    told,
    way_of,
)

from fireaccess.model.answers import Answer
from fireaccess.model.text import normalise

WIDE, NARROW = 4.0, 2.5


def two_stretches(**tags):
    """Draw the alley and a lane that leaves it at 200, so wide by its tag that nobody asks."""
    town = one_alley(300, bends=[200], **tags)
    return town.road("Hẻm 9", [(200, 200), (260, 200)], width=BY_WIDTH)


def evidence(result, name):
    """Tell whether each row of an object counts."""
    rows = result.evidence[result.evidence["object"] == name]
    return rows["used"].tolist()


def place_of(result, barrier_id):
    point = barrier(result, barrier_id).geometry
    return point.x, point.y


# --- widths: a road of one stretch ------------------------------------------------------------
def test_a_narrow_road_is_closed_at_its_middle(tmp_path):
    town = one_alley(300, width=BY_WIDTH).width("W1", None, NARROW, road_name="Ngõ 1")
    result = town.house("h", (210, 250)).run(tmp_path)
    assert hoses(result) == metres((110, 110))  # 10 + 250 - 150
    row = house(result, "h")
    assert row.stopped_by == "reading:W1"
    assert row.road == "covered"
    assert drawn(*place_of(result, "reading:W1")) == (200, 150)
    assert barrier(result, "reading:W1").effect == "blocked"
    assert barrier(result, "reading:W1").clear_width_m == metres(NARROW)


def test_a_wide_road_is_certified_whole(tmp_path):
    """Nothing else is known of it; a reading at the middle would certify nothing at all."""
    town = one_alley(300).width("W1", None, WIDE, road_name="ngo 1", date="2026-03-01")
    result = town.house("h", (210, 290)).run(tmp_path)
    assert hoses(result) == metres((10, 10))
    row = segment(result, (200, 290))
    assert (row.truck, row.truck_reason, row.width_source) == ("pass", "survey", "survey")
    assert row.width_m == metres(WIDE)
    assert str(row.width_date).startswith("2026-03-01")
    assert "reading:W1" not in set(result.barriers.barrier_id)


@pytest.mark.parametrize("narrowest", ["", "no", "yes"])
def test_its_width_is_the_least_whatever_the_cell_says(tmp_path, narrowest):
    town = one_alley(300, width="2").width("W1", None, WIDE, road_name="Ngõ 1", narrowest=narrowest)
    assert hoses(town.house("h", (210, 290)).run(tmp_path)) == metres((10, 10))


def test_an_open_question_on_one_stretch(tmp_path):
    town = one_alley(300, width=BY_WIDTH)
    town.width("W1", None, 3.6, accuracy_m=0.2, road_name="Ngõ 1")
    result = town.house("h", (210, 250)).run(tmp_path)
    assert hoses(result) == metres((110, 10))
    assert house(result, "h").stopped_by == "reading:W1"


# --- widths: a road of several stretches ------------------------------------------------------
@pytest.mark.parametrize("tags", [{}, {"width": BY_WIDTH}, {"width": "2"}], ids=str)
@pytest.mark.parametrize("reading", [(NARROW, 0), (3.6, 0.2)], ids=["narrow", "open"])
def test_narrow_somewhere_is_a_question_on_every_stretch(tmp_path, tags, reading):
    """Neighbours: 160 if the tag let the truck come to the first middle, 110 with one middle."""
    width_m, accuracy_m = reading
    town = two_stretches(**tags)
    town.width("W1", None, width_m, accuracy_m=accuracy_m, road_name="Ngõ 1")
    result = town.house("h", (210, 250)).house("mouth", (210, 20)).run(tmp_path)
    best = 260 if tags.get("width") == "2" else 10  # what blocks for certain still blocks
    assert hoses(result) == metres((260, best))
    assert hoses(result, "mouth") == metres((30, 30 if best == 260 else 10))
    expected = "not_covered" if best == 260 else "needs_survey"
    assert house(result, "h").road == expected
    assert segment(result, (200, 20)).truck == ("blocked" if best == 260 else "unknown")


def test_one_reading_is_one_row_of_the_barriers(tmp_path):
    town = two_stretches(width=BY_WIDTH).width("W1", None, NARROW, road_name="Ngõ 1")
    result = town.house("h", (210, 250)).run(tmp_path)
    assert result.barriers.barrier_id.tolist() == ["reading:W1"]
    row = barrier(result, "reading:W1")
    assert (row.object_id, row.effect, row.source) == ("W1", "unknown", "reading")
    # On the stretch that holds the middle of the road, at 150.
    assert drawn(*place_of(result, "reading:W1")) == (200, 100)
    figures = result.statistics["area"]["barriers"]
    assert figures["barriers"] == 0
    assert evidence(result, "reading:W1") == [True]


def test_wide_certifies_every_stretch_of_that_road_only(tmp_path):
    town = one_alley(300, bends=[200]).road("Hẻm 9", [(200, 200), (260, 200)])
    town.width("W1", None, WIDE, road_name="Ngõ 1")
    town.house("h", (210, 290)).house("lane", (250, 210))
    result = town.run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert hoses(result, "lane") == metres((60, 10))  # 10 + 250 - 200


def test_arterials_stay_open(tmp_path):
    """Engines come from either side, whatever the survey says of an arterial."""
    town = one_alley(300, width=BY_WIDTH).width("W1", None, NARROW, road_name="Đường Lớn")
    result = town.house("h", (210, 250)).house("west", (50, 10)).run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert hoses(result, "west") == metres((10, 10))
    assert told(result, "W1", "arterial")


# --- widths: what a located reading knows better ----------------------------------------------
def test_the_narrow_place_is_known(tmp_path):
    """W2 was read at 250 and no wider: nothing stands in the middle, at 150."""
    town = one_alley(300, width=BY_WIDTH).width("W1", None, NARROW, road_name="Ngõ 1")
    town.width("W2", (200, 250), 2.4).house("h", (210, 200)).house("end", (210, 290))
    result = town.run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert hoses(result, "end") == metres((50, 50))
    assert result.barriers.barrier_id.tolist() == ["reading:W2"]


def test_another_narrow_place_is_still_to_be_found(tmp_path):
    town = one_alley(300, width=BY_WIDTH).width("W1", None, NARROW, road_name="Ngõ 1")
    town.width("W2", (200, 250), 3.0).house("h", (210, 200))
    result = town.run(tmp_path)
    assert hoses(result) == metres((60, 60))  # 10 + 200 - 150
    assert set(result.barriers.barrier_id) == {"reading:W1", "reading:W2"}


def test_it_is_not_on_a_stretch_that_was_measured_wide(tmp_path):
    """W2 certifies 0-200: the narrow place lies on 200-300, whose middle is 250."""
    town = two_stretches(width=BY_WIDTH).width("W1", None, NARROW, road_name="Ngõ 1")
    town.width("W2", (200, 50), WIDE, narrowest="yes")
    result = town.house("h", (210, 290)).house("before", (210, 190)).run(tmp_path)
    assert hoses(result, "before") == metres((10, 10))
    assert hoses(result) == metres((50, 50))
    assert barrier(result, "reading:W1").effect == "blocked"


def test_it_is_not_on_a_stretch_whose_least_width_is_another(tmp_path):
    """W2 is narrow too, but wider: 200-300 must hold the least width."""
    town = two_stretches(width=BY_WIDTH).width("W1", None, NARROW, road_name="Ngõ 1")
    town.width("W2", (200, 50), 3.0, narrowest="yes").house("h", (210, 290))
    result = town.run(tmp_path)
    assert barrier(result, "reading:W1").effect == "blocked"
    assert drawn(*place_of(result, "reading:W1")) == (200, 250)
    assert hoses(result) == metres((250, 250))  # stopped at 50
    assert house(result, "h").stopped_by == "reading:W2"


def test_a_question_ends_no_stretch(tmp_path):
    """Nodes at 0, 40 wide, 130; the question at 65 is no place where anything was seen.

    Neighbour: 10 if the 25 m between 40 and 65 counted as a stretch of their own.
    """
    town = one_alley(130).width("W1", None, 3.6, accuracy_m=0.2, road_name="Ngõ 1")
    result = town.width("W2", (200, 40), WIDE).house("h", (210, 60)).run(tmp_path)
    assert hoses(result) == metres((30, 10))


@pytest.mark.parametrize("width_m", [3.0, 3.9])
def test_a_narrower_reading_contradicts_a_wide_road(tmp_path, width_m):
    town = one_alley(300).width("W1", None, WIDE, road_name="Ngõ 1", accuracy_m=0.05)
    town.width("W2", (200, 200), width_m).house("h", (210, 290))
    result = town.run(tmp_path)
    (finding,) = told(result, "W1", "W2", "narrowest_disagree")
    assert finding.severity == ("warning" if width_m == 3.0 else "hint")
    assert hoses(result) == metres((100, 100) if width_m == 3.0 else (10, 10))


def test_readings_of_a_road_that_agree_are_not_told(tmp_path):
    town = two_stretches().width("W1", None, WIDE, road_name="Ngõ 1")
    town.width("W2", (200, 250), 5.0, narrowest="yes").width("W3", (200, 50), 4.0)
    town.width("W4", None, WIDE, road_name="Ngõ 1")
    assert not told(town.house("h", (210, 250)).run(tmp_path), "narrowest_disagree")


def test_two_least_widths_of_one_road_are_told_once(tmp_path):
    town = two_stretches().width("W1", None, WIDE, road_name="Ngõ 1")
    town.width("W2", None, NARROW, road_name="Ngõ 1")
    result = town.house("h", (210, 250)).run(tmp_path)
    (finding,) = told(result, "W1", "W2", "narrowest_disagree")
    assert finding.severity == "warning"
    assert hoses(result) == metres((160, 10))  # certified up to the first question, at 100


# --- barriers and clearances ------------------------------------------------------------------
@pytest.mark.parametrize(
    ("table", "fields"), [("barriers", {"type": "block"}), ("clearances", {"height_m": 3})]
)
def test_what_blocks_a_road_of_one_stretch_stands_in_its_middle(tmp_path, table, fields):
    town = one_alley(300, width=BY_WIDTH).row(table, "X1", None, road_name="Ngõ 1", **fields)
    result = town.house("h", (210, 250)).run(tmp_path)
    assert hoses(result) == metres((110, 110))
    (row,) = result.barriers.itertuples()
    assert row.effect == "blocked"


@pytest.mark.parametrize(
    ("table", "fields"), [("barriers", {"type": "block"}), ("clearances", {"height_m": 3})]
)
def test_what_blocks_one_of_several_stretches_is_a_question_on_each(tmp_path, table, fields):
    """The tag is not in doubt: the truck comes up to the first question, at 100."""
    town = two_stretches(width=BY_WIDTH).row(table, "X1", None, road_name="Ngõ 1", **fields)
    result = town.house("h", (210, 290)).house("before", (210, 90)).run(tmp_path)
    assert hoses(result) == metres((200, 10))
    assert hoses(result, "before") == metres((10, 10))
    (row,) = result.barriers.itertuples()
    assert row.effect == "unknown"


def test_a_removed_barrier_stays_in_the_count(tmp_path):
    town = two_stretches(width=BY_WIDTH)
    town.barrier("B1", None, "block", state="removed", road_name="Ngõ 1")
    result = town.house("h", (210, 290)).run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert barrier(result, "barrier:B1").dealt_with
    assert result.statistics["area"]["barriers"]["barriers"] == 1


def test_it_may_be_any_barrier_of_its_road(tmp_path):
    """The mapped bollard stays: that B1 was removed may be of another one."""
    town = one_alley(300, bends=[150], width=BY_WIDTH).node((200, 150), barrier="bollard")
    town.barrier("B1", None, "bollard", state="removed", road_name="Ngõ 1")
    result = town.house("h", (210, 290)).run(tmp_path)
    assert hoses(result) == metres((150, 150))
    assert len(result.barriers) == 2


def test_unless_it_names_its_osm_node(tmp_path):
    town = one_alley(300, bends=[150], width=BY_WIDTH).node((200, 150), barrier="bollard")
    node = town.node_id((200, 150))
    town.barrier("B1", None, "bollard", state="removed", road_name="Ngõ 1", osm_id=node)
    result = town.house("h", (210, 290)).run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert len(result.barriers) == 1


def test_a_wall_needs_its_place(tmp_path):
    """On one stretch it stands in the middle; on one of two, nobody knows whom it cuts off."""
    town = one_alley(300, width=BY_WIDTH).barrier("B1", None, "wall", road_name="Ngõ 1")
    result = town.house("h", (210, 250)).run(tmp_path / "one")
    assert missing(house(result, "h").hose_m)
    town = two_stretches(width=BY_WIDTH).barrier("B1", None, "wall", road_name="Ngõ 1")
    result = town.house("h", (210, 250)).run(tmp_path / "two")
    assert hoses(result) == metres((10, 10))
    assert [f.severity for f in told(result, "wall_needs_a_place")] == ["error"]
    assert evidence(result, "barrier:B1") == [False]


def test_a_high_clearance_vouches_for_a_road_of_one_stretch(tmp_path):
    """Covered ways are unknown until their height is measured."""
    town = one_alley(300, width=BY_WIDTH, covered="yes")
    town.row("clearances", "C1", None, height_m=5, road_name="Ngõ 1").house("h", (210, 250))
    assert hoses(town.run(tmp_path / "one")) == metres((10, 10))
    town = two_stretches(width=BY_WIDTH, covered="yes").house("h", (210, 250))
    town.row("clearances", "C1", None, height_m=5, road_name="Ngõ 1")
    assert hoses(town.run(tmp_path / "two")) == metres((260, 10))


def test_a_road_of_steps_takes_no_reading(tmp_path):
    town = one_alley(300, width=BY_WIDTH).road("Dốc 1", [(200, 290), (240, 290)], highway="steps")
    town.width("W1", None, NARROW, road_name="Dốc 1").house("h", (210, 250))
    result = town.run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert told(result, "W1", "road_takes_no_survey")
    assert evidence(result, "reading:W1") == [False]


# --- which road -------------------------------------------------------------------------------
def twins(apart):
    """Draw two alleys of one name, so far apart, and a house on each."""
    town = Town().road("Đường Lớn", [(0, 0), (100, 0), (100 + apart, 0)], highway="primary")
    for x, name in ((100, "west"), (100 + apart, "east")):
        town.road("Ngõ 5", [(x, 0), (x, 100)], width=BY_WIDTH).house(name, (x + 10, 90))
    return town.width("W1", None, NARROW, road_name="Ngõ 5")


def test_two_roads_of_one_name_are_told(tmp_path):
    result = twins(300).run(tmp_path)
    assert hoses(result, "west") == metres((10, 10))
    assert hoses(result, "east") == metres((10, 10))
    (finding,) = told(result, "name_ambiguous", "Ngõ 5")
    assert (finding.file, finding.row, finding.severity) == ("widths.csv", 2, "error")
    assert result.statistics["left_out"]["survey"]["widths"] == 1


def test_of_two_the_one_in_the_area_is_meant(tmp_path):
    town = twins(300).area((0, -50), (300, -50), (300, 150), (0, 150))
    result = town.run(tmp_path)
    assert hoses(result, "west") == metres((50, 50))  # 10 + 90 - 50
    assert not told(result, "name_ambiguous")


def test_pieces_near_one_another_are_one_road(tmp_path):
    """Narrow is one of the two: each is in question."""
    result = twins(150).run(tmp_path)
    assert hoses(result, "west") == metres((100, 10))
    assert hoses(result, "east") == metres((100, 10))
    assert result.barriers.barrier_id.tolist() == ["reading:W1"]


def test_what_passes_is_said_of_one_piece_only(tmp_path):
    town = twins(150)
    town.tables.clear()
    for _, tags in town.ways.values():
        tags.pop("width", None)
    town.road("Ngõ 5", [(100, 100), (100, 130)]).width("W1", None, WIDE, road_name="Ngõ 5")
    result = town.run(tmp_path)
    assert hoses(result, "west") == metres((10, 10))  # the longer piece
    assert hoses(result, "east") == metres((100, 10))


def test_a_name_that_is_not_on_the_map_is_told_with_what_it_may_be(tmp_path):
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 250))
    town.road("Ngõ 7 Phố Hạ", [(100, 0), (100, 90)])
    town.width("W1", None, NARROW, road_name="Ngõ 7").width("W2", None, NARROW, road_name="Ngo 11")
    result = town.run(tmp_path)
    assert hoses(result) == metres((10, 10))
    first, second = (told(result, "name_not_found", name) for name in ("ngõ 7'", "ngo 11"))
    assert "Ngõ 7 Phố Hạ" in first[0].what_to_do
    assert "Ngõ 1" in second[0].what_to_do
    assert result.statistics["left_out"]["survey"]["widths"] == 2


def test_an_unknown_alley_is_not_its_street(tmp_path):
    town = one_alley(300, width=BY_WIDTH).width("W1", None, NARROW, road_name="Ngõ 5 Đường Lớn")
    result = town.house("h", (210, 250)).run(tmp_path)
    assert not len(result.barriers)
    assert told(result, "name_not_found", "Ngõ 5 Đường Lớn")


def test_rows_that_name_nothing_stay_left_out(tmp_path):
    town = one_alley(300, width=BY_WIDTH).width("W1", None, NARROW).house("h", (210, 250))
    result = town.width("W2", (200, 20), 5).run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert result.statistics["left_out"]["survey"]["widths"] == 1
    assert [f for f in result.findings if f.file == "widths.csv" and f.row == 2]


# --- houses and the rest ----------------------------------------------------------------------
def test_a_house_is_placed_on_its_road(tmp_path):
    """Ngõ 1 is narrow at 100: from there to its middle, at 150, and no offset."""
    town = one_alley(300, width=BY_WIDTH).width("W1", (200, 100), NARROW)
    town.house("h", None, address="Số 5, Ngõ 1, Hà Nội").house("x", (210, 250))
    result = town.run(tmp_path)
    assert hoses(result) == metres((50, 50))
    assert house(result, "h").offset_m == metres(0)
    (finding,) = told(result, "placed_by_name")
    assert (finding.severity, finding.file, finding.every_row) == ("hint", "houses.csv", (2,))


def test_or_at_the_house_with_its_address(tmp_path):
    town = one_alley(300, width=BY_WIDTH).width("W1", (200, 100), NARROW)
    town.house("x", (210, 250), address="Số 5, Ngõ 1").house("h", None, address="số 5 ngõ 1")
    result = town.run(tmp_path)
    assert hoses(result) == metres((160, 160))
    assert hoses(result, "x") == metres((160, 160))


def test_a_reading_at_an_address_has_a_place(tmp_path):
    """It is no least width of its road: set at 250, where the house stands."""
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 250), address="Số 5, Ngõ 1")
    town.width("W1", None, NARROW, road_name="Số 5 Ngõ 1").house("end", (210, 290))
    result = town.run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert hoses(result, "end") == metres((50, 50))


def test_a_house_that_nobody_can_place_is_left_out(tmp_path):
    town = one_alley(300, width=BY_WIDTH).house("x", (210, 250))
    town.house("h", None, address="Số 5, Ngõ 404").house("nothing", None)
    result = town.run(tmp_path)
    assert result.houses["house_id"].tolist() == ["x"]
    assert sum(result.statistics["left_out"]["houses"].values()) == 2
    assert told(result, "name_not_found", "404")


def test_a_solution_serves_the_road_that_it_names(tmp_path):
    town = one_alley(300, width="2").house("h", (210, 290))
    town.row("solutions", "S1", None, type="riser", road_name="Ngõ 1")
    result = town.run(tmp_path)
    assert alley(result, "Ngõ 1").has_water_solution == "yes"


# --- order ------------------------------------------------------------------------------------
def test_the_order_of_rows_changes_nothing(tmp_path):
    town = two_stretches(width=BY_WIDTH).house("h", (210, 290)).house("x", None, address="Ngõ 1")
    town.width("W1", None, NARROW, road_name="Ngõ 1").width("W2", None, 3.0, road_name="Ngõ 1")
    town.barrier("B1", None, "block", road_name="Ngõ 1").width("W3", (200, 30), WIDE)
    results = [town.run(tmp_path / str(back), backwards=back) for back in (False, True)]
    for name in ("h", "x"):
        assert hoses(results[0], name) == metres(hoses(results[1], name))
        rows = [house(result, name) for result in results]
        assert rows[0].stopped_by == rows[1].stopped_by
    assert way_of(house(results[0], "h").stopped_by) == 2
    ids = [result.barriers[["barrier_id", "effect"]].to_numpy().tolist() for result in results]
    assert ids[0] == ids[1]


# --- properties ----------------------------------------------------------------------------------
class ByName(Plan):
    """A random town of which every other row of the survey tells of a road as a whole."""

    def in_memory(self):
        roads, houses, survey = super().in_memory()
        named = np.flatnonzero(roads.tags["name"].notna())
        for number, table in enumerate(("widths", "clearances", "barriers")):
            rows = survey.tables[table].copy()
            way = named[(np.arange(len(rows)) + number) % len(named)]
            said = np.arange(len(rows)) % 2 == number % 2
            names = [normalise(name) for name in roads.tags["name"].iloc[way]]
            rows["placed_on"] = np.where(said, np.array(names, dtype=object), None)
            middle = shapely.line_interpolate_point(roads.lines[way], 0.5, normalized=True)
            rows.geometry = np.where(said, middle, rows.geometry.to_numpy())
            survey.tables[table] = rows
        return roads, houses, survey


def lines_of(found, segments):
    return shapely.union_all(found.network.lines[segments])


@settings(max_examples=20, phases=PHASES)
@given(plans(), st.tuples(*[st.sampled_from([2.4, 2.9, 3.2, 3.5, 3.9, 4.3])] * 2))
def test_a_narrower_truck_never_reaches_less(plan, widths):
    """Readings without an accuracy; the two networks have different nodes, so lines are compared.

    Engines come from the same roads.
    """
    for _, row in plan.tables.get("widths", []):
        row.pop("accuracy_m", None)
    town = ByName(plan.roads, plan.nodes, plan.houses, plan.tables)
    wide, narrow = compute(town, width_m=max(widths)), compute(town, width_m=min(widths))
    middles = shapely.line_interpolate_point(narrow.network.lines, 0.5, normalized=True)
    starts = shapely.dwithin(middles, lines_of(wide, wide.starts), 0.001)
    narrow = compute(town, width_m=min(widths), starts=starts)
    for case in ("worst_reach", "best_reach"):
        most = lines_of(narrow, getattr(narrow, case).segments)
        least = lines_of(wide, getattr(wide, case).segments)
        assert shapely.length(shapely.difference(least, shapely.buffer(most, 0.001))) < 0.001


@settings(max_examples=20, phases=PHASES)
@given(plans())
def test_every_row_said_of_a_road_counts_once(plan):
    found = compute(ByName(plan.roads, plan.nodes, plan.houses, plan.tables))
    surveyed = found.surveyed
    assert surveyed.obstacles["barrier_id"].is_unique
    for row in surveyed.obstacles[surveyed.obstacles["further_nodes"].map(len) > 0].itertuples():
        nodes = np.array([row.node, *row.further_nodes])
        assert len(np.unique(nodes)) == len(nodes)
        assert (row.effect, row.rule, row.closes_foot) == ("unknown", "somewhere", False)
        assert (found.passability.node_answer[nodes] != Answer.PASS).all()
    # Spans and stretches follow one another, and a span lies in one stretch.
    assert (np.diff(surveyed.span) >= 0).all()
    assert (np.diff(surveyed.stretch) >= 0).all()
    assert (np.diff(surveyed.stretch)[np.diff(surveyed.span) == 0] == 0).all()
