"""Which door a house has, and how far it is from the road."""

import pytest
from towns import BY_WIDTH, Town, drawn, hoses, house, metres, missing, one_alley, way_of


def flags(row):
    return set() if missing(row["flags"]) else set(filter(None, row["flags"].split(";")))


# --- nearest ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("place", "offset", "worst"),
    [
        ((206, 8), 6, 14),  # the alley, 8 m up; neighbour: 8 if straight to the main road
        ((208, 6), 6, 6),  # the main road
        ((230, 25), 25, 25),
    ],
)
def test_a_corner_house_has_its_door_on_the_nearer_road(tmp_path, place, offset, worst):
    row = house(one_alley().house("h", place).run(tmp_path), "h")
    assert row.offset_m == metres(offset)
    assert (row.hose_m, row.hose_best_m) == metres((worst, offset))


def test_a_polygon_is_measured_from_its_edge(tmp_path):
    """A diamond whose western corner is 8 m off the alley; neighbour: 20 from its centre."""
    diamond = [(208, 250), (220, 240), (232, 250), (220, 260)]
    row = house(one_alley().house("h", diamond).run(tmp_path), "h")
    assert row.offset_m == metres(8)
    assert row.hose_m == metres(258)
    assert drawn(row.door_lon, row.door_lat) == (200, 250)


def test_a_polygon_that_touches_the_road(tmp_path):
    """It reaches 2 m over the alley's line between 100 and 120."""
    square = [(198, 100), (220, 100), (220, 120), (198, 120)]
    row = house(one_alley().house("h", square).run(tmp_path), "h")
    assert row.offset_m == metres(0)
    assert 100 - 0.03 <= row.hose_m <= 120 + 0.03
    assert row.hose_best_m == metres(0)


def test_a_polygon_between_two_roads_takes_the_nearer_edge(tmp_path):
    """Stairs 4 m from its tip, the alley 10 m from its long side but nearer to its centre."""
    town = one_alley().road("Ngõ 2", [(240, 0), (240, 300)], highway="steps")
    town.ways[1][0].insert(2, town.node_id((240, 0)))
    result = town.house("h", [(210, 95), (236, 100), (210, 105)]).run(tmp_path)
    assert house(result, "h").offset_m == metres(4)
    assert hoses(result) == metres((104, 104))


@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway", "footway": "sidewalk"},
        {"highway": "footway", "footway": "crossing"},
        {"highway": "path", "footway": "traffic_island"},
        {"highway": "primary", "bridge": "yes"},
        {"highway": "service", "bridge": "viaduct"},
        {"highway": "primary", "tunnel": "yes"},
        {"highway": "motorway"},
        {"highway": "motorway_link"},
    ],
    ids=str,
)
def test_no_door_on_sidewalks_bridges_and_tunnels(tmp_path, tags):
    """Such a way runs 4 m from the house, the main road 10 m."""
    town = one_alley().road(None, [(20, 6), (180, 6)], **tags).house("h", (100, 10))
    result = town.run(tmp_path)
    assert house(result, "h").offset_m == metres(10)
    assert hoses(result) == metres((10, 10))


@pytest.mark.parametrize(
    "tags",
    [
        {"bridge": "no"},
        {"tunnel": "no"},
        {"tunnel": "building_passage"},
        {"highway": "footway"},
        {"highway": "steps"},
        {"highway": "service", "foot": "no"},
    ],
    ids=str,
)
def test_a_door_on_any_other_way(tmp_path, tags):
    town = one_alley().road(None, [(20, 6), (180, 6)], **tags).house("h", (100, 10))
    assert house(town.run(tmp_path), "h").offset_m == metres(4)


# --- by name ------------------------------------------------------------------------------------
NEAR, FAR = 8, 20  # metres from the house to the two alleys beside it


def street(near, far, address, *, far_m=FAR):
    """Draw two alleys, the house between them: 8 m from the western one, 20 m from the other."""
    west, east = 100, 100 + NEAR + far_m
    town = Town().road("Đại Lộ", [(x, 0) for x in (0, west, east, 400)], highway="primary")
    town.road(near, [(west, 0), (west, 200)], way_id=11)
    town.road(far, [(east, 0), (east, 200)], way_id=12)
    return town.house("h", (100 + NEAR, 100), address=address)


@pytest.mark.parametrize(
    ("near", "far", "address", "named"),
    [
        ("Phố Vọng", "Ngõ 12", "Số 5 Ngõ 12", True),
        # accents, đ, case, commas, runs of blanks
        (None, "Đường Láng", "so 5 DUONG  lang", True),
        (None, "Ngõ 1 Láng", "5, ngõ 1, Láng", True),
        (None, "Ngõ 1, Láng", "5 ngõ 1 láng", True),
        (None, "Ngõ 8", "5 Ngo\u0303 8", True),  # the accent as a sign of its own
        # whole words only
        (None, "Ngõ 1", "Số 5 Ngõ 12", False),
        (None, "Ngõ 12", "Số 5 Ngõ 1", False),
        (None, "Lá", "Số 5 Đường Láng", False),
        # the longest name wins, in whichever order they stand near
        ("Khương Trung", "Ngõ 12 Khương Trung", "5 Ngõ 12 Khương Trung", True),
        ("Ngõ 12 Khương Trung", "Khương Trung", "5 Ngõ 12 Khương Trung", False),
        # longest in characters: "ngo 1" has 5, "langthuong" 10
        ("Ngõ 1", "Lángthượng", "5 Ngõ 1 Lángthượng", True),
        # no name, no address
        ("Phố Vọng", None, "Số 5 Ngõ 12", False),
        ("Phố Vọng", "Ngõ 12", None, False),
    ],
)
def test_the_address_names_the_road(tmp_path, near, far, address, named):
    row = house(street(near, far, address).run(tmp_path), "h")
    assert row.offset_m == metres(FAR if named else NEAR)
    assert way_of(row.segment_id) == (12 if named else 11)
    assert "name_mismatch" not in flags(row) or not named


@pytest.mark.parametrize(("far_m", "offset"), [(29, 29), (31, 8)])
def test_a_named_road_too_far_away(tmp_path, far_m, offset):
    row = house(street("Phố Vọng", "Ngõ 12", "5 Ngõ 12", far_m=far_m).run(tmp_path), "h")
    assert row.offset_m == metres(offset)
    assert ("name_mismatch" in flags(row)) is (offset == 8)


def test_name_snap_is_a_setting(tmp_path):
    town = street("Phố Vọng", "Ngõ 12", "5 Ngõ 12", far_m=40)
    row = house(town.run(tmp_path, settings={"name_snap_m": 45}), "h")
    assert row.offset_m == metres(40)


def test_the_nearest_segment_of_the_named_road(tmp_path):
    """ "Ngõ 12" runs 20 m east and again 12 m south of the house."""
    town = street("Phố Vọng", "Ngõ 12", "5 Ngõ 12").road("Ngõ 12", [(104, 88), (120, 88)])
    assert house(town.run(tmp_path), "h").offset_m == metres(12)


# --- far off ------------------------------------------------------------------------------------
def test_a_house_beyond_snap_limit_is_unconnected(tmp_path):
    """110 m from the main road; kept, with no figure."""
    town = one_alley().house("h", (100, -110)).house("near", (100, -90))
    result = town.run(tmp_path)
    row = house(result, "h")
    assert row.status == "unconnected"
    for column in ("offset_m", "hose_m", "hose_best_m", "hose_rolls", "road", "road_60", "water"):
        assert missing(row[column]), column
    for column in ("point", "truck_m", "hydrant_m", "stopped_by", "segment_id", "alley_id"):
        assert missing(row[column]), column
    near = house(result, "near")
    assert near.offset_m == metres(90)
    assert near.road == "covered"
    assert near.road_60 == "not_covered"
    assert "far_door" in flags(near)
    assert len(result.houses) == 2


def test_snap_limit_is_a_setting(tmp_path):
    town = one_alley().house("h", (100, -110)).house("near", (100, -90))
    result = town.run(tmp_path / "120", settings={"snap_limit_m": 120})
    assert house(result, "h").offset_m == metres(110)
    result = town.run(tmp_path / "80", settings={"snap_limit_m": 80})
    assert house(result, "near").status == "unconnected"


# --- flags --------------------------------------------------------------------------------------
@pytest.mark.parametrize(("y", "flag"), [(-29, False), (-31, True)])
def test_far_door(tmp_path, y, flag):
    row = house(one_alley().house("h", (100, y)).run(tmp_path), "h")
    assert ("far_door" in flags(row)) is flag


@pytest.mark.parametrize(
    ("y", "length", "flag"),
    [
        (18, 300, True),  # 18 m from the main road; by hose 10 + 282 + 100 + 300 = 692
        (22, 300, False),  # 22 m from it
        (18, 30, False),  # by hose 10 + 12 + 100 + 30 = 152: within the limit
    ],
)
def test_behind(tmp_path, y, length, flag):
    """A lane runs back behind the houses of the main road, and ends blind above it.

    (200,length)---(100,length)
         |              |
         |            h |
    ==(200,0)=====   (100,18)   the lane's blind end
    """
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    lane = [(200, 0), (200, length), (100, length), (100, 15)]
    town.road("Ngõ 1", lane, highway="steps").house("h", (110, y))
    row = house(town.run(tmp_path), "h")
    assert row.offset_m == metres(10)
    assert ("behind" in flags(row)) is flag


# --- more than one house ------------------------------------------------------------------------
def test_every_house_is_answered_once(tmp_path):
    """Ten doors along an alley with a post at 55: 10 before it, 10 + y - 55 beyond."""
    town = one_alley(110, bends=[55], width=BY_WIDTH).node((200, 55), barrier="bollard")
    for y in range(10, 110, 10):
        town.house(f"h{y}", (210, y))
    result = town.run(tmp_path)
    assert len(result.houses) == 10
    for y in range(10, 110, 10):
        assert hoses(result, f"h{y}") == metres((10 + max(0, y - 55),) * 2)


def test_buildings_of_the_map_as_houses(tmp_path):
    """A closed way tagged as a building, 8 m off the alley; its id is w<way>."""
    diamond = [(208, 250), (220, 240), (232, 250), (220, 260), (208, 250)]
    town = one_alley().road(None, diamond, way_id=55, highway=None, building="yes")
    path = town.house("dummy", (100, 10)).write(tmp_path)
    text = path.read_text(encoding="utf-8").replace('houses = "houses.csv"', 'houses = "osm"')
    path.write_text(text, encoding="utf-8")
    import fireaccess

    result = fireaccess.run(fireaccess.Project.open(path))
    assert result.houses.house_id.tolist() == ["w55"]
    assert hoses(result, "w55") == metres((258, 8))
