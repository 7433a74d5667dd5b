"""What joins and what does not: ways, nodes, bridges, the edge of the area."""

import pytest
from towns import BY_WIDTH, Town, drawn, hoses, house, metres, missing, one_alley, segment, way_of

import fireaccess

# --- which ways ----------------------------------------------------------------------------
# fmt: off
CLASSES_LEFT_OUT = [
    "proposed", "construction", "abandoned", "disused", "razed", "platform", "raceway", "elevator",
    "bus_stop", "rest_area", "services", "escape", "via_ferrata",
]
# fmt: on
LEFT_OUT = [
    *({"highway": kind} for kind in CLASSES_LEFT_OUT),
    {"area": "yes", "highway": "pedestrian"},
    {"highway": None, "railway": "rail"},
    {"highway": None, "building": "yes"},
]
KEPT = [
    {"highway": "footway", "foot": "no"},
    {"highway": "service", "access": "private"},
    {"highway": "path", "access": "no"},
    {"highway": "steps"},
    {"highway": "corridor"},
    {"highway": "pedestrian", "area": "no"},
    {"highway": "track", "indoor": "no"},
]


@pytest.fixture(scope="module")
def beside(tmp_path_factory):
    """Draw short ways 12 m north of the main road, each with a house 2 m north of it."""
    ways = LEFT_OUT + KEPT
    east = 60 * len(ways)
    town = Town().road("Đường Lớn", [(0, 0), (east, 0)], highway="primary")
    for number, tags in enumerate(ways):
        x = 60 * number
        town.road(None, [(x + 10, 12), (x + 40, 12)], way_id=1000 + number, **tags)
        town.house(f"h{number}", (x + 25, 14))
    return town.run(tmp_path_factory.mktemp("beside"))


@pytest.mark.parametrize("number", range(len(LEFT_OUT)), ids=lambda n: str(LEFT_OUT[n]))
def test_ways_left_out(beside, number):
    assert house(beside, f"h{number}").offset_m == metres(14)
    assert 1000 + number not in {way_of(s) for s in beside.segments.segment_id}


@pytest.mark.parametrize("number", range(len(KEPT)), ids=lambda n: str(KEPT[n]))
def test_ways_kept(beside, number):
    number += len(LEFT_OUT)
    assert house(beside, f"h{number}").offset_m == metres(2)
    assert 1000 + number in {way_of(s) for s in beside.segments.segment_id}


def test_a_truck_drives_on_a_motorway(tmp_path):
    """The only way to the wide alley at (600, 0) is 200 m of motorway."""
    town = one_alley().road("Cao tốc", [(400, 0), (600, 0)], highway="motorway")
    town.road("Ngõ 2", [(600, 0), (600, 300)], width=BY_WIDTH).house("h", (610, 100))
    result = town.run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert segment(result, (500, 0)).truck == "pass"


def test_no_hose_is_laid_from_a_motorway_and_no_door_lies_on_it(tmp_path):
    """The alley leaves the motorway at (500, 0) and comes back to the main road at (400, 0).

    (400,300)--------(500,300)
        |                |   h
    ==(400,0)~~~~~~~~(500,0)~~~ motorway
    """
    town = one_alley().road("Cao tốc", [(400, 0), (500, 0), (800, 0)], highway="motorway")
    town.road("Ngõ 2", [(500, 0), (500, 300), (400, 300), (400, 0)])
    result = town.house("h", (510, 100)).house("door", (430, -10)).run(tmp_path)
    # 10 + 200 + 100 + 300; neighbour: 110 from the motorway
    assert hoses(result) == metres((610, 10))
    assert house(result, "door").offset_m == metres(1000**0.5)  # 30 and 10 m from (400, 0)


# --- what joins ----------------------------------------------------------------------------
def test_a_bridge_does_not_join_the_road_below(tmp_path):
    """The alley crosses the main road on a bridge and comes down at (400, 0).

      (250, 100)---h--(400, 100)
          #                |
    ======#=============(400, 0)       # bridge, no shared node
          #
    """
    town = Town().road("Đường Lớn", [(0, 0), (400, 0)], highway="primary")
    town.road("Cầu", [(250, -100), (250, 100)], bridge="yes")
    town.road("Ngõ 2", [(250, 100), (400, 100), (400, 0)]).house("h", (300, 110))
    # 10 + 100 + 100; neighbour: 10 + 50 + 100 = 160 with a joint below
    assert hoses(town.run(tmp_path)) == metres((210, 10))


def test_two_nodes_at_one_place_do_not_join(tmp_path):
    """The alley's first node only looks as if it were the main road's."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(200, 0), (200, 100), (400, 100), (400, 0)], own_nodes=[(200, 0)])
    town.house("h", (250, 110))
    # 10 + 150 + 100 by the true joint at (400, 0); neighbour: 10 + 50 + 100 by the false one
    assert hoses(town.run(tmp_path)) == metres((260, 10))


def test_an_island_has_no_way_on_foot(tmp_path):
    town = one_alley().road("Ngõ Đảo", [(300, 100), (300, 200)], width=BY_WIDTH)
    row = house(town.house("h", (310, 150)).run(tmp_path), "h")
    assert row.offset_m == metres(10)
    assert missing(row.hose_m)
    assert missing(row.hose_best_m)
    assert missing(row.hose_rolls)
    assert missing(row.stand_lon)
    assert missing(row.stand_lat)
    assert row.road == row.road_60 == "not_covered"
    assert row.status == "no_road_no_water"


@pytest.mark.parametrize("tags", [{}, {"width": BY_WIDTH}], ids=["unknown", "wide"])
def test_a_node_listed_twice_in_a_row(tmp_path, tags):
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (200, 0), (400, 0)], highway="primary")
    alley = [(200, 0), (200, 0), (200, 100), (200, 100), (200, 300), (200, 300)]
    town.road("Ngõ 1", alley, **tags).house("h", (210, 150))
    result = town.run(tmp_path)
    assert hoses(result) == metres((10 if tags else 160, 10))
    assert result.segments.length_m.min() > 1
    assert len(result.segments) == 3  # two of the main road, one alley


def test_a_way_that_comes_back_to_itself(tmp_path):
    """A lollipop: 100 m of stick, a loop of 400 m. The door is 150 m round one way, 250 the other.

    (200,200)---(300,200)
        |           |  h
    (200,100)---(300,100)
        |
     (200, 0)
    """
    loop = [(200, 100), (300, 100), (300, 200), (200, 200), (200, 100)]
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    result = town.road("Ngõ 1", [(200, 0), *loop]).house("h", (310, 150)).run(tmp_path)
    assert hoses(result) == metres((260, 10))  # 10 + 150 + 100
    assert sorted(result.segments.length_m.round()) == [100, 200, 200, 400]


def test_a_closed_way_on_a_junction(tmp_path):
    """A loop by itself, whose first and last node is its only joint."""
    loop = [(200, 0), (300, 100), (200, 200), (100, 100), (200, 0)]
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    result = town.road("Ngõ Tròn", loop).house("h", (200, 210)).run(tmp_path)
    assert hoses(result) == metres((10 + 2 * 100 * 2**0.5, 10))


def test_parallel_ways_the_shorter_counts(tmp_path):
    """Two ways between the same nodes, 100 and 128 m; neighbour: 338 if they were added up.

        (200, 100)---(200, 300)
          |    \\
          |   (240, 50)
          |    /
        (200, 0)
    """
    for first, order in enumerate((1, -1)):
        town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
        ways = [[(200, 0), (200, 100)], [(200, 0), (240, 50), (200, 100)]]
        for points in ways[::order]:
            town.road("Ngõ 1", points)
        town.road("Ngõ 1", [(200, 100), (200, 300)]).house("h", (190, 200))
        assert hoses(town.run(tmp_path / str(first))) == metres((210, 10))


@pytest.mark.parametrize("order", [1, -1])
def test_parallel_ways_the_truck_takes_the_open_one(tmp_path, order):
    """Stairs of 100 m beside a lane of 128 m: the truck takes the lane, the hose needs none."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    ways = [
        ([(200, 0), (200, 100)], {"highway": "steps"}),
        ([(200, 0), (240, 50), (200, 100)], {"width": BY_WIDTH}),
    ]
    for points, tags in ways[::order]:
        town.road("Ngõ 1", points, **tags)
    town.road("Ngõ 1", [(200, 100), (200, 300)]).house("h", (190, 200))
    # stand at (200, 100): 10 + 100
    assert hoses(town.run(tmp_path)) == metres((110, 10))


# --- the edge of the area -------------------------------------------------------------------
def round_by_the_next_ward():
    """Draw an alley with a post at 100; a lane leads round it outside the area (x < 400).

    (200,300)
        |
    (200,200)---(450,200)-----+ (700,200)
        |             :       |
        o post        : area  |
        |             : ends  |
    ==(200,0)=========:====(700,0)
    """
    town = Town().area((0, -50), (400, -50), (400, 400), (0, 400))
    town.road("Đường Lớn", [(0, 0), (200, 0), (700, 0)], highway="primary")
    alley = [(200, 0), (200, 100), (200, 200), (200, 300)]
    town.road("Ngõ 1", alley, width=BY_WIDTH).node((200, 100), barrier="block")
    town.road("Ngõ 2", [(200, 200), (450, 200)], width=BY_WIDTH, way_id=21)
    town.road("Ngõ 3", [(450, 200), (700, 200), (700, 0)], width=BY_WIDTH, way_id=22)
    return town.house("h", (210, 250)).house("outside", (600, 210))


def test_a_way_round_through_the_next_ward_counts(tmp_path):
    town = round_by_the_next_ward()
    result = town.run(tmp_path / "default")
    assert hoses(result) == metres((10, 10))
    # results are for the area only
    ways = {way_of(s) for s in result.segments.segment_id}
    assert 21 in ways
    assert 22 not in ways
    assert "outside" not in set(result.houses.house_id)
    # the lane beyond begins 50 m outside the area
    assert hoses(town.run(tmp_path / "60", settings={"load_margin_m": 60})) == metres((10, 10))


def test_beyond_the_margin_it_is_not_loaded(tmp_path):
    town = round_by_the_next_ward()
    result = town.run(tmp_path, settings={"load_margin_m": 40})
    assert hoses(result) == metres((160, 160))  # 10 + 250 - 100
    assert house(result, "h").stopped_by == f"barrier:n{town.node_id((200, 100))}"


def test_a_way_is_loaded_whole(tmp_path):
    """The alley's nodes lie outside the area, its joint with the main road 800 m off; the
    main road itself is loaded as its other end lies 200 m from the area.
    """
    town = Town().area((0, 100), (100, 100), (100, 200), (0, 200))
    town.road("Đường Lớn", [(900, 150), (900, 300), (300, 300)], highway="primary")
    town.road("Ngõ 1", [(-50, 150), (900, 150)])
    # 10 + 900 - 50
    assert hoses(town.house("h", (50, 160)).run(tmp_path)) == metres((860, 10))


def without_area(south):
    town = Town().no_area().house("h", (0, 10)).house("g", (100, 10))
    town.road("Đường Lớn", [(0, -south), (50, -south), (100, -south)], highway="primary")
    return town.road("Ngõ 1", [(50, -south), (50, 0), (0, 0)])


def test_without_an_area_the_extent_of_the_houses_counts(tmp_path):
    """The main road lies 410 m from the nearest house."""
    result = without_area(400).run(tmp_path)
    assert hoses(result) == metres((460, 10))  # 10 + 50 + 400
    assert len(result.houses) == 2


def test_without_a_start_in_reach_of_the_area_there_is_no_answer(tmp_path):
    """The main road lies 710 m from the nearest house, and load_margin_m is 500."""
    with pytest.raises(fireaccess.FireaccessError):
        without_area(700).run(tmp_path)


# --- direction ------------------------------------------------------------------------------
@pytest.mark.parametrize("oneway", ["yes", "-1", "1"])
def test_one_way_is_driven_against(tmp_path, oneway):
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary", oneway="-1")
    town.road("Ngõ 1", [(200, 300), (200, 0)], width=BY_WIDTH, oneway=oneway)
    assert hoses(town.house("h", (210, 250)).run(tmp_path)) == metres((10, 10))


LAWFUL_VEHICLE = """
title = { vi = "Xe tuân luật", en = "Lawful truck" }
source = "none"
respect_oneway = true
""" + "".join(
    f"""
[{name}]
value = {value}
unit = "{name[-1]}"
clause = "none"
status = "assumption"
"""
    for name, value in {
        "width_m": 2.5,
        "height_m": 3.2,
        "length_m": 8,
        "wheelbase_m": 4.6,
        "front_overhang_m": 1.4,
        "turning_radius_m": 9,
        "mass_t": 16,
    }.items()
)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ({}, 10),
        ({"oneway": "no"}, 10),
        ({"oneway": "yes"}, 260),  # drawn towards the main road: 10 + 250
        ({"oneway": "-1"}, 10),
    ],
    ids=str,
)
def test_a_vehicle_that_respects_one_way(tmp_path, tags, expected):
    vehicle = tmp_path / "lawful.toml"
    vehicle.write_text(LAWFUL_VEHICLE, encoding="utf-8")
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(200, 300), (200, 0)], width=BY_WIDTH, **tags)
    town.house("h", (210, 250))
    assert hoses(town.run(tmp_path, vehicle=str(vehicle))) == metres((expected, expected))


# --- which segment --------------------------------------------------------------------------
@pytest.mark.parametrize("ids", [(9, 10), (10, 9)])
def test_a_tie_goes_to_the_smaller_id(tmp_path, ids):
    """The bend at (200, 100) is the nearest point of both; 9 comes before 10 as a number."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary", way_id=99)
    town.road("Ngõ 1", [(200, 0), (200, 100)], way_id=ids[0])
    town.road("Ngõ 2", [(200, 100), (300, 100)], way_id=ids[1]).house("h", (190, 110))
    row = house(town.run(tmp_path), "h")
    assert way_of(row.segment_id) == 9
    assert row.offset_m == metres(10 * 2**0.5)
    assert drawn(row.door_lon, row.door_lat) == (200, 100)


def test_segments_end_at_joints_not_at_bends(tmp_path):
    """Main road: joints at 0, 200, 400. The alley bends at 100 and is crossed at 200."""
    town = one_alley(bends=[100, 200]).road("Ngõ 2", [(100, 200), (200, 200)])
    town.house("h", (210, 250))
    result = town.run(tmp_path)
    lengths = result.segments.set_index("segment_id").length_m.round()
    assert sorted(lengths[[way_of(s) == 1 for s in lengths.index]]) == [200, 200]
    assert sorted(lengths[[way_of(s) == 2 for s in lengths.index]]) == [100, 200]
    assert result.segments.length_m.sum() == pytest.approx(800, abs=0.1)
    assert {segment(result, (200, y)).osm_id for y in (50, 250)} in ({2}, {"2"})
