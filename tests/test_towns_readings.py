"""Widths that somebody measured at a place: obstacles and certificates.

The alley runs north from the main road at (200, 0). It has no width tag unless the test
says so, so that the class (service) leaves it unknown: worst case closed, best case open.
Houses stand 10 m off the alley. Need: 3.5 m. reading_gap_m: 50.
"""

import pytest
from towns import (
    BY_WIDTH,
    barrier,
    comb,
    drawn,
    hoses,
    house,
    metres,
    one_alley,
    segment,
    told,
    tooth,
    way_of,
)

WIDE, NARROW = 4.0, 2.5


# --- a narrow reading is an obstacle --------------------------------------------------------
def test_a_pinch_stops_the_truck_at_its_place(tmp_path):
    """Neighbours: 410 if the reading closed the alley from its mouth, 10 if it did nothing."""
    town = one_alley(450, width=BY_WIDTH).width("W1", (200, 150), NARROW)
    result = town.house("h", (210, 400)).run(tmp_path)
    row = house(result, "h")
    assert hoses(result) == metres((260, 260))  # 10 + 400 - 150
    assert drawn(row.stand_lon, row.stand_lat) == (200, 150)
    assert row.stopped_by == "reading:W1"
    assert row.road == "not_covered"
    assert row.hose_rolls == 15  # 1.1 x 260 / 20 = 14.3


def test_a_pinch_can_be_walked_round_by_the_truck(tmp_path):
    """A second mouth at (400, 0), 200 + 200 m round, lets the truck come from behind."""
    town = one_alley(300, bends=[200], width=BY_WIDTH).width("W1", (200, 150), NARROW)
    town.road("Ngõ 2", [(200, 200), (400, 200), (400, 0)], width=BY_WIDTH)
    result = town.house("h", (210, 280)).house("before", (210, 151)).run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert hoses(result, "before") == metres((10, 10))


def test_a_pinch_in_an_alley_of_unknown_width(tmp_path):
    """Worst: not even the mouth. Best: up to the pinch."""
    town = one_alley(300).width("W1", (200, 150), NARROW).house("h", (210, 250))
    result = town.run(tmp_path)
    assert hoses(result) == metres((260, 110))
    assert house(result, "h").road == "needs_survey"
    assert way_of(house(result, "h").stopped_by) == 2


JUDGED = [
    # a reading 40 m up the alley, the door 80 m up: 10, or 10 + 80 - 40
    (3.5, "", (10, 10)),
    (3.49, "", (50, 50)),
    (3.49996, "", (10, 10)),  # 3.5000 when rounded to 0.1 mm
    (3.4999, "", (50, 50)),
    (3.7, 0.2, (10, 10)),  # 3.5 >= 3.5
    (3.6, 0.2, (50, 10)),  # 3.4 < 3.5 <= 3.8
    (3.3, 0.2, (50, 10)),  # 3.5 < 3.5 is false
    (3.2, 0.2, (50, 50)),  # 3.4 < 3.5
    (4.0, 0.5, (10, 10)),
    (3.0, 0.5, (50, 10)),
]


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    town = comb([{"width": BY_WIDTH}] * len(JUDGED))
    for number, (width_m, accuracy_m, _) in enumerate(JUDGED):
        town.width(f"W{number}", (tooth(number), 40), width_m, accuracy_m=accuracy_m)
    return town.run(tmp_path_factory.mktemp("judged"))


@pytest.mark.parametrize("number", range(len(JUDGED)), ids=lambda n: str(JUDGED[n][:2]))
def test_wide_narrow_or_an_open_question(judged, number):
    expected = JUDGED[number][-1]
    assert hoses(judged, f"h{number}") == metres(expected)
    if expected[0] == 50:
        assert house(judged, f"h{number}").stopped_by == f"reading:W{number}"


def test_readings_that_stop_a_truck_are_listed_as_barriers(tmp_path):
    town = one_alley(300, width=BY_WIDTH).width("W1", (200, 50), WIDE)
    town.width("W2", (200, 100), 3.6, accuracy_m=0.2).width("W3", (200, 150), NARROW)
    result = town.house("h", (210, 250)).run(tmp_path)
    assert set(result.barriers.barrier_id) == {"reading:W2", "reading:W3"}
    for object_id, width_m, effect in (("W2", 3.6, "unknown"), ("W3", NARROW, "blocked")):
        row = barrier(result, f"reading:{object_id}")
        assert (row.object_id, row.source, row.effect) == (object_id, "reading", effect)
        assert row.clear_width_m == metres(width_m)
        assert not row.dealt_with


# --- a wide reading certifies its neighbourhood --------------------------------------------
def test_wide_readings_40_m_apart_certify_the_way_between(tmp_path):
    """Nodes at 0, 40, 80, 300: stretches of 40, 40, 220 m."""
    town = one_alley(300).width("W1", (200, 40), WIDE).width("W2", (200, 80), WIDE)
    result = town.house("h", (210, 100)).run(tmp_path)
    assert hoses(result) == metres((30, 10))  # 10 + 100 - 80
    row = house(result, "h")
    assert drawn(row.stand_lon, row.stand_lat) == (200, 80)
    assert way_of(row.stopped_by) == 2
    assert row.stopped_by == f"segment:{segment(result, (200, 200)).segment_id}"
    assert segment(result, (200, 60)).truck == "pass"
    assert segment(result, (200, 100)).truck == "unknown"


def test_wide_readings_60_m_apart_do_not(tmp_path):
    """Nodes at 0, 40, 100, 300. Neighbour: 40 if a reading certified 50 m of any stretch."""
    town = one_alley(300).width("W1", (200, 40), WIDE).width("W2", (200, 100), WIDE)
    result = town.house("h", (210, 130)).run(tmp_path)
    assert hoses(result) == metres((100, 10))  # 10 + 130 - 40
    trucks = [segment(result, (200, y)).truck for y in (20, 70, 200)]
    assert trucks == ["pass", "unknown", "unknown"]


@pytest.mark.parametrize(("gap_m", "expected"), [(70, 40), (30, 140)])
def test_reading_gap_is_a_setting(tmp_path, gap_m, expected):
    """Nodes at 0, 40, 100, 300: gap 70 certifies up to 100, gap 30 nothing at all."""
    town = one_alley(300).width("W1", (200, 40), WIDE).width("W2", (200, 100), WIDE)
    result = town.house("h", (210, 130)).run(tmp_path, settings={"reading_gap_m": gap_m})
    assert house(result, "h").hose_m == metres(expected)


@pytest.mark.parametrize(("length", "expected"), [(85, 10), (95, 50)])
def test_one_wide_reading_is_enough_at_one_end(tmp_path, length, expected):
    """Nodes at 0, 40 and the alley's end: the last stretch is 45 or 55 m; the door is at 80."""
    town = one_alley(length).width("W1", (200, 40), WIDE).house("h", (210, 80))
    assert house(town.run(tmp_path), "h").hose_m == metres(expected)


@pytest.mark.parametrize(("accuracy_m", "best"), [(0, 30), (1.1, 10)])
def test_between_a_wide_and_a_narrow_reading(tmp_path, accuracy_m, best):
    """Nodes at 0, 40 wide, 80 narrow (or open): certified up to 80, and stopped there."""
    town = one_alley(300).width("W1", (200, 40), WIDE)
    town.width("W2", (200, 80), NARROW, accuracy_m=accuracy_m).house("h", (210, 100))
    result = town.run(tmp_path)
    assert hoses(result) == metres((30, best))
    assert house(result, "h").stopped_by == "reading:W2"


def test_a_reading_without_a_neighbour_near_it_certifies_nothing(tmp_path):
    town = one_alley(300).width("W1", (200, 150), WIDE).house("h", (210, 200))
    assert hoses(town.run(tmp_path)) == metres((210, 10))


@pytest.mark.parametrize("tag", [{"width": "2"}, {"maxwidth__physical": "2"}, {"est_width": "2"}])
def test_a_reading_outranks_every_tag(tmp_path, tag):
    town = one_alley(300, **tag).width("W1", (200, 150), WIDE, narrowest="yes", date="2026-03-01")
    result = town.house("h", (210, 250)).run(tmp_path)
    assert hoses(result) == metres((10, 10))
    row = segment(result, (200, 250))
    assert row.truck == "pass"
    assert row.width_m == metres(4.0)
    assert str(row.width_date).startswith("2026-03-01")


def test_where_no_reading_certifies_the_tag_speaks(tmp_path):
    """width 2 closes 40-300; the reading certifies only 0-40."""
    town = one_alley(300, width="2").width("W1", (200, 40), WIDE).house("h", (210, 100))
    assert hoses(town.run(tmp_path)) == metres((70, 70))


# --- junctions ------------------------------------------------------------------------------
def crossing():
    """Draw arms from (200, 40): 40 m north, 40 m east, 60 m west, 40 m to the main road."""
    town = one_alley(80, bends=[40])
    town.road("Ngõ 2", [(200, 40), (240, 40)]).road("Ngõ 3", [(140, 40), (200, 40)])
    return town.house("north", (210, 75)).house("east", (230, 50)).house("west", (150, 50))


def test_a_wide_reading_on_a_junction_certifies_each_arm(tmp_path):
    result = crossing().width("W1", (200, 40), WIDE).run(tmp_path)
    assert hoses(result, "north") == metres((10, 10))
    assert hoses(result, "east") == metres((10, 10))
    # the western arm is longer than 50 m: 10 + 200 - 150
    assert hoses(result, "west") == metres((60, 10))


def test_a_narrow_reading_on_a_junction_closes_every_way_through(tmp_path):
    town = crossing().width("W1", (200, 40), NARROW)
    for nodes, tags in town.ways.values():
        assert nodes
        tags["width"] = "6"
    result = town.run(tmp_path)
    # the truck arrives at the junction
    assert hoses(result, "north") == metres((45, 45))  # 10 + 75 - 40
    assert hoses(result, "east") == metres((40, 40))  # 10 + 230 - 200
    assert hoses(result, "west") == metres((60, 60))
    assert {house(result, h).stopped_by for h in ("north", "east", "west")} == {"reading:W1"}


# --- narrowest ------------------------------------------------------------------------------
def test_narrowest_certifies_the_whole_stretch_up_to_a_junction(tmp_path):
    """A lane crosses at 200: 0-200 is certified though 100 m of it lie beyond the reading."""
    town = one_alley(300, bends=[200]).road("Ngõ 2", [(100, 200), (200, 200), (300, 200)])
    town.width("W1", (200, 100), WIDE, narrowest="yes")
    town.house("h", (210, 170)).house("beyond", (210, 280)).house("lane", (290, 210))
    result = town.run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert hoses(result, "beyond") == metres((90, 10))  # 10 + 280 - 200
    assert hoses(result, "lane") == metres((100, 10))  # 10 + 290 - 200


@pytest.mark.parametrize("how", ["map", "survey"])
def test_narrowest_certifies_up_to_a_barrier(tmp_path, how):
    """The barrier at 200 lets through, but ends the stretch."""
    town = one_alley(300, bends=[200])
    if how == "map":
        town.node((200, 200), barrier="cattle_grid")
    else:
        town.barrier("B1", (200, 200), "gate", state="removed")
    town.width("W1", (200, 100), WIDE, narrowest="yes").house("h", (210, 280))
    assert hoses(town.run(tmp_path)) == metres((90, 10))


def test_a_bend_or_a_post_box_does_not_end_the_stretch(tmp_path):
    town = one_alley(300, bends=[200]).node((200, 200), amenity="post_box")
    town.width("W1", (200, 100), WIDE, narrowest="yes").house("h", (210, 280))
    assert hoses(town.run(tmp_path)) == metres((10, 10))


def test_narrowest_looks_past_other_readings(tmp_path):
    """Readings at 40 and 240 don't end the stretch; 40-100 and 100-240 exceed 50 m."""
    town = one_alley(300).width("W1", (200, 100), WIDE, narrowest="yes")
    town.width("W2", (200, 40), 5).width("W3", (200, 240), 5).house("h", (210, 290))
    assert hoses(town.run(tmp_path)) == metres((10, 10))


def test_a_narrow_reading_stays_an_obstacle_on_a_certified_stretch(tmp_path):
    """Neighbours: 10 if the certificate silenced it, 260 if it undid the certificate."""
    town = one_alley(300).width("W1", (200, 100), WIDE, narrowest="yes")
    town.width("W2", (200, 150), NARROW).house("h", (210, 250))
    result = town.run(tmp_path)
    assert hoses(result) == metres((110, 110))
    assert house(result, "h").stopped_by == "reading:W2"


def test_ways_to_say_narrowest_and_to_deny_it(tmp_path):
    """Alleys of 100 m, read at 40: the last 60 m are certified if it was the narrowest place."""
    yes, no = ["yes", "Yes", "có", "true", "1"], ["no", "không", "false", "0", ""]
    town = comb([{}] * 10)
    for number, answer in enumerate(yes + no):
        town.width(f"W{number}", (tooth(number), 40), WIDE, narrowest=answer)
    result = town.run(tmp_path)
    for number, answer in enumerate(yes + no):
        # 10, or 10 + 80 - 40
        assert house(result, f"h{number}").hose_m == metres(10 if answer in yes else 50), answer


def two_narrowest(first, second, *, bends=()):
    town = one_alley(300, bends=bends).house("h", (210, 290))
    town.width("W1", (200, 100), first, narrowest="yes")
    return town.width("W2", (200, 200), second, narrowest="yes")


def test_two_narrowest_of_one_stretch_that_disagree_are_told(tmp_path):
    assert told(two_narrowest(4.0, 3.0).run(tmp_path), "W1", "W2")


def test_two_narrowest_that_agree_are_not_told(tmp_path):
    assert not told(two_narrowest(4.0, 4.0).run(tmp_path), "W1", "W2")


def test_two_narrowest_of_two_stretches_are_not_told(tmp_path):
    town = two_narrowest(4.0, 3.0, bends=[150]).road("Ngõ 2", [(200, 150), (260, 150)])
    assert not told(town.run(tmp_path), "W1", "W2")


# --- on the start piece ---------------------------------------------------------------------
def test_a_narrow_reading_on_the_arterial_is_told_and_stops_nobody(tmp_path):
    """Engines come from either side: both ends of the main road stay starts."""
    town = one_alley().width("W1", (100, 0), NARROW)
    town.house("west", (50, 10)).house("h", (150, 10))
    result = town.run(tmp_path)
    assert told(result, "W1")
    assert hoses(result) == metres((10, 10))
    assert hoses(result, "west") == metres((10, 10))
