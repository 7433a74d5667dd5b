"""Hydrants, ponds and fire points: the nearest one that works and can be used.

The main road runs from (0, 0) to (1100, 0) and is all stand; norm vn: hydrant within 400 m
of hose, draft 20 m, fire point within 100 m.
"""

import pytest
from towns import BY_WIDTH, Town, house, metres, missing


def main_road(**alley):
    """Draw the main road, and an alley at (200, 0) going 300 m north if it is given tags."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (1100, 0)], highway="primary")
    if alley:
        town.road("Ngõ 1", [(200, 0), (200, 300)], **alley)
    return town


# --- hydrants -------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("x", "water", "near_150"),
    [
        (235, "covered", True),  # 10 + 135 + 4 = 149
        (237, "covered", False),  # 151
        (485, "covered", False),  # 10 + 385 + 4 = 399
        (487, "not_covered", False),  # 401
    ],
)
def test_a_hydrant_along_the_road(tmp_path, x, water, near_150):
    """House at 100, 10 m south of the road; hydrant 4 m north of it."""
    row = house(main_road().house("h", (100, -10)).water("H1", (x, 4)).run(tmp_path), "h")
    assert row.hydrant_id == row.water_id == "H1"
    assert row.hydrant_m == row.water_m == metres(14 + x - 100)
    assert row.straight_hydrant_m == metres(((x - 100) ** 2 + 14**2) ** 0.5)
    assert row.water == water
    assert bool(row.near_150) is near_150


def test_house_and_hydrant_on_one_segment_both_ways(tmp_path):
    """1100 m between joints; neighbour: over 1000 if measured by the segment's ends."""
    town = Town().road("Đường Lớn", [(0, 0), (1100, 0)], highway="primary")
    town.house("west", (500, 10)).house("east", (620, 10)).water("H1", (550, 4))
    result = town.run(tmp_path)
    assert house(result, "west").hydrant_m == metres(64)  # 10 + 50 + 4
    assert house(result, "east").hydrant_m == metres(84)  # 10 + 70 + 4


def test_the_nearest_on_foot_is_not_the_nearest_straight(tmp_path):
    """H1 stands 50 m behind the house, but on the alley: 10 + 60 + 100 + 4; H2 144 on."""
    town = main_road(highway="steps").house("h", (140, -10)).water("H1", (196, 100))
    result = town.water("H2", (280, 4)).run(tmp_path)
    row = house(result, "h")
    assert (row.hydrant_id, row.hydrant_m) == ("H2", metres(154))
    assert row.straight_hydrant_m == metres((140**2 + 14**2) ** 0.5)


@pytest.mark.parametrize(
    ("answer", "works"),
    [("", True), ("yes", True), ("có", True), ("no", False), ("không", False)],
)
def test_only_a_working_hydrant_counts(tmp_path, answer, works):
    """H1 at 150 (64), H2 at 250 (164)."""
    town = main_road().house("h", (100, 10)).water("H1", (150, 4), working=answer)
    result = town.water("H2", (250, 4)).run(tmp_path)
    row = house(result, "h")
    expected = ("H1", metres(64)) if works else ("H2", metres(164))
    assert (row.hydrant_id, row.hydrant_m) == expected
    shown = result.water.set_index("object_id")
    assert set(shown.index) == {"H1", "H2"}
    assert bool(shown.loc["H1"].working) is works


def test_no_hydrant_at_all(tmp_path):
    row = house(main_road().house("h", (100, 10)).run(tmp_path), "h")
    for column in ("hydrant_id", "hydrant_m", "water_id", "water_m", "straight_hydrant_m"):
        assert missing(row[column]), column
    assert row.water == "not_covered"
    assert not row.near_150


def test_a_hydrant_on_an_island_is_none(tmp_path):
    town = main_road().road("Đảo", [(100, 50), (300, 50)]).house("h", (100, 10))
    row = house(town.water("H1", (150, 54)).run(tmp_path), "h")
    assert missing(row.hydrant_m)
    assert row.water == "not_covered"


def test_a_wall_stands_before_the_hydrant(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (1100, 0)], highway="primary")
    town.node((200, 0), barrier="wall").house("h", (150, 10)).water("H1", (250, 4))
    assert missing(house(town.run(tmp_path), "h").hydrant_m)


# --- hydrants of the map ----------------------------------------------------------------------
def test_a_hydrant_of_the_map(tmp_path):
    town = main_road().house("h", (100, 10)).node((150, 4), emergency="fire_hydrant")
    row = house(town.run(tmp_path), "h")
    assert (row.hydrant_id, row.hydrant_m) == (f"n{town.node_id((150, 4))}", metres(64))


@pytest.mark.parametrize(
    "tags",
    [
        {"disused__emergency": "fire_hydrant"},
        {"abandoned__emergency": "fire_hydrant"},
        {"emergency": "phone"},
    ],
    ids=str,
)
def test_what_is_no_hydrant(tmp_path, tags):
    town = main_road().house("h", (100, 10)).node((150, 4), **tags)
    assert missing(house(town.run(tmp_path), "h").water_m)


@pytest.mark.parametrize(
    ("x", "kind", "same"),
    [(154, "hydrant", True), (156, "hydrant", False), (154, "tank", False)],
)
def test_a_surveyed_one_stands_for_the_map_s_within_5_m(tmp_path, x, kind, same):
    """The surveyed one is out of order."""
    town = main_road().house("h", (100, 10)).node((150, 4), emergency="fire_hydrant")
    result = town.water("H1", (x, 4), kind, working="no").run(tmp_path)
    row = house(result, "h")
    osm_id = f"n{town.node_id((150, 4))}"
    if same:
        assert missing(row.hydrant_m)
        assert set(result.water.object_id) == {"H1"}
    else:
        assert (row.hydrant_id, row.hydrant_m) == (osm_id, metres(64))
        assert set(result.water.object_id) == {"H1", osm_id}


# --- sources that a truck must reach ----------------------------------------------------------
@pytest.mark.parametrize("kind", ["pond", "river", "pit", "suction_point"])
@pytest.mark.parametrize(
    ("y", "fields", "usable"),
    [
        (18, {}, True),  # 10 + 100 + 18 = 128
        (22, {}, False),  # farther than 20 m from any stand
        (22, {"truck_source": "no"}, True),  # a pump is carried there
    ],
)
def test_a_source_needs_a_stand_within_20_m(tmp_path, kind, y, fields, usable):
    town = main_road().house("h", (200, -10)).water("N1", (300, y), kind, **fields)
    result = town.run(tmp_path)
    row = house(result, "h")
    if usable:
        assert (row.water_id, row.water_m) == ("N1", metres(110 + y))
        assert row.water == "covered"
    else:
        assert missing(row.water_m)
        assert row.water == "not_covered"
    assert missing(row.hydrant_m)


def test_a_tank_needs_none(tmp_path):
    """60 m from the road, and 200 m up the stairs."""
    town = main_road(highway="steps").house("h", (190, 250)).water("N1", (240, 50), "tank")
    row = house(town.run(tmp_path), "h")
    assert row.water_m == metres(250)  # 10 + 250 - 50 + 40
    assert row.water == "covered"


def test_the_stand_may_be_on_another_road_than_the_way_on_foot(tmp_path):
    """The pond lies 12 m off the stairs and 18 m off the main road, in a straight line."""
    town = main_road(highway="steps").house("h", (190, 100)).water("N1", (212, 18), "pond")
    row = house(town.run(tmp_path), "h")
    assert row.water_m == metres(104)  # 10 + 100 - 18 + 12


def test_a_pond_is_measured_from_its_edge(tmp_path):
    """Its southern corner is 15 m off the road at 300, its middle 35 m."""
    pond = [(300, 15), (320, 35), (300, 55), (280, 35)]
    row = house(main_road().house("h", (200, -10)).water("N1", pond, "pond").run(tmp_path), "h")
    assert row.water_m == metres(125)  # 10 + 100 + 15
    assert row.straight_water_m == metres((80**2 + 45**2) ** 0.5)  # to its western corner


def test_a_pond_with_a_stand_in_the_best_case_only(tmp_path):
    """15 m off an alley of unknown width, 100 m up. A hydrant farther off changes the answer."""
    town = main_road(highway="service").house("h", (190, 200)).water("N1", (215, 100), "pond")
    row = house(town.run(tmp_path / "pond"), "h")
    assert missing(row.water_m)
    assert row.water == "needs_survey"
    row = house(town.water("H1", (300, 4)).run(tmp_path / "both"), "h")
    assert (row.water_id, row.water_m) == ("H1", metres(314))  # 10 + 200 + 100 + 4
    assert row.water == "covered"


def test_a_hydrant_that_only_a_truck_can_use(tmp_path):
    """Said to be a truck's source: 15 m off an alley of unknown width, like the pond above."""
    town = main_road(highway="service").house("h", (190, 200))
    row = house(town.water("H1", (215, 100), truck_source="yes").run(tmp_path), "h")
    assert missing(row.hydrant_m)
    assert row.water == "needs_survey"


def test_a_pond_with_no_stand_behind_a_post(tmp_path):
    """A post at the alley's mouth: the truck gets nowhere near, in neither case."""
    town = main_road(width=BY_WIDTH).barrier("B1", (200, 40), "block")
    row = house(town.house("h", (190, 200)).water("N1", (215, 100), "pond").run(tmp_path), "h")
    assert row.water == "not_covered"


def test_a_stand_in_the_middle_of_a_segment_counts(tmp_path):
    """The pond lies by the middle of the main road, far from its ends and joints."""
    town = Town().road("Đường Lớn", [(0, 0), (1000, 0)], highway="primary")
    town.house("h", (450, 10)).water("N1", (500, 15), "pond")
    assert house(town.run(tmp_path), "h").water_m == metres(75)


def test_a_motorway_is_no_stand(tmp_path):
    town = main_road().road("Cao tốc", [(1100, 0), (1500, 0)], highway="motorway")
    town.road("Ngõ", [(1100, 0), (1100, 60), (1400, 60)], highway="steps")
    town.house("h", (1090, 30)).water("N1", (1300, 15), "pond")
    row = house(town.run(tmp_path), "h")
    assert missing(row.water_m)
    assert row.water == "not_covered"


def test_a_dry_riser_is_no_water(tmp_path):
    town = main_road().house("h", (100, 10)).water("R1", (150, 4), "riser")
    assert missing(house(town.run(tmp_path), "h").water_m)


def test_the_nearest_of_any_kind_and_the_hydrant_apart(tmp_path):
    town = main_road().house("h", (100, 10)).water("N1", (130, 5), "tank")
    row = house(town.water("H1", (200, 4)).run(tmp_path), "h")
    assert (row.water_id, row.water_m) == ("N1", metres(45))
    assert (row.hydrant_id, row.hydrant_m) == ("H1", metres(114))


# --- fire points ------------------------------------------------------------------------------
@pytest.mark.parametrize(("x", "point"), [(185, "covered"), (187, "not_covered")])
def test_fire_points(tmp_path, x, point):
    """10 + (x - 100) + 4 against 100 m."""
    town = main_road().house("h", (100, 10)).row("fire_points", "P1", (x, 4))
    row = house(town.run(tmp_path), "h")
    assert (row.fire_point_id, row.point_m) == ("P1", metres(x - 86))
    assert row.point == point
    assert row.straight_point_m == metres(((x - 100) ** 2 + 6**2) ** 0.5)


def test_a_fire_point_out_of_order_and_one_of_the_map(tmp_path):
    town = main_road().house("h", (100, 10)).row("fire_points", "P1", (120, 4), working="no")
    town.node((150, 4), emergency="fire_extinguisher")
    row = house(town.run(tmp_path), "h")
    assert (row.fire_point_id, row.point_m) == (f"n{town.node_id((150, 4))}", metres(64))


# --- status -----------------------------------------------------------------------------------
STATUSES = {
    # hydrant at (100, 4), stairs at 120, 600 and 700, unknown alleys at 150, 560 and 750
    "ok": (140, -10),  # 10 to the truck, 54 to the hydrant
    "no_road": (130, 300),  # 310 by hose; hydrant 10 + 300 + 20 + 4 = 334
    "needs_survey": (160, 250),  # 260 or 10; hydrant 10 + 250 + 50 + 4 = 314
    "no_water": (1050, -10),  # hydrant 964; the pond of the best case 10 + 490 + 95
    "no_road_no_water": (710, 300),  # pond 10 + 300 + 140 + 95 = 545
    # a certain failure comes before an open question
    "no_water (road open)": (760, 250),  # 260 or 10; pond 10 + 250 + 190 + 95 = 545
    "no_road (water open)": (610, 210),  # 220 by hose; pond 10 + 210 + 40 + 95 = 355
    "needs_survey (water open)": (500, -10),  # hydrant 414; pond 10 + 60 + 95 = 165
    "unconnected": (300, -140),
}


@pytest.fixture(scope="module")
def statuses(tmp_path_factory):
    mouths = {x: "steps" for x in (120, 600, 700)} | {x: "service" for x in (150, 560, 750)}
    town = Town().road("Đường", [(x, 0) for x in sorted([0, *mouths, 1100])], highway="primary")
    for x, highway in mouths.items():
        town.road(None, [(x, 0), (x, 80 if x == 560 else 350)], highway=highway)
    town.water("H1", (100, 4)).water("N1", (575, 80), "pond")  # 80 + 15 = 95 from the main road
    for name, place in STATUSES.items():
        town.house(name, place)
    return town.run(tmp_path_factory.mktemp("statuses"))


@pytest.mark.parametrize("name", STATUSES)
def test_status(statuses, name):
    assert house(statuses, name).status == name.split(" ")[0]


@pytest.mark.parametrize(
    ("name", "road", "water"),
    [
        ("ok", "covered", "covered"),
        ("no_road", "not_covered", "covered"),
        ("needs_survey", "needs_survey", "covered"),
        ("no_water", "covered", "not_covered"),
        ("no_road_no_water", "not_covered", "not_covered"),
        ("no_water (road open)", "needs_survey", "not_covered"),
        ("no_road (water open)", "not_covered", "needs_survey"),
        ("needs_survey (water open)", "covered", "needs_survey"),
    ],
)
def test_the_two_answers_behind_a_status(statuses, name, road, water):
    row = house(statuses, name)
    assert (row.road, row.water) == (road, water)
