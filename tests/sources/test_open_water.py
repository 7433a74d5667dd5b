"""Open water of OpenStreetMap: which tags mean it, and what they say of it."""

import pytest
import shapely
from pyproj import CRS
from towns import CRS as TOWN_CRS
from towns import EAST, NORTH, Town

from fireaccess.sources.open_water import open_water_of
from fireaccess.sources.osm import read_osm

UTM = CRS.from_user_input(TOWN_CRS)
WATER = {"natural": "water"}


@pytest.mark.parametrize(
    ("tags", "kind", "is_area"),
    [
        (WATER, "water", True),
        ({**WATER, "water": "pond"}, "pond", True),
        ({**WATER, "water": "fish_pond"}, "pond", True),
        ({**WATER, "water": "lake"}, "lake", True),
        ({**WATER, "water": "river"}, "river", True),
        ({**WATER, "water": "canal"}, "canal", True),
        ({**WATER, "water": "lotus"}, "water", True),
        ({**WATER, "tunnel": "no", "covered": "no"}, "water", True),
        ({"waterway": "riverbank"}, "river", True),
        ({"waterway": "dock"}, "dock", True),
        ({"landuse": "reservoir"}, "reservoir", True),
        ({"landuse": "basin"}, "basin", True),
        ({"leisure": "swimming_pool"}, "pool", True),
        ({"waterway": "river"}, "river", False),
        ({"waterway": "canal"}, "canal", False),
    ],
)
def test_what_is_open_water(tags, kind, is_area):
    found = open_water_of(tags)
    assert (found.kind, found.is_area) == (kind, is_area)


@pytest.mark.parametrize(
    "tags",
    [
        {"natural": "coastline"},
        {"natural": "wetland"},
        {"waterway": "stream"},
        {"waterway": "ditch"},
        {"waterway": "drain"},
        {"waterway": "weir"},
        {"water": "pond"},
        {**WATER, "water": "wastewater"},
        {**WATER, "water": "fountain"},
        {**WATER, "amenity": "fountain"},
        {**WATER, "water": "stream"},
        {**WATER, "content": "sewage"},
        {"landuse": "reservoir", "reservoir_type": "tailings"},
        {"landuse": "basin", "man_made": "wastewater_plant"},
        {"landuse": "basin", "covered": "yes"},
        {"landuse": "reservoir", "location": "underground"},
        {"waterway": "canal", "tunnel": "culvert"},
        {"leisure": "swimming_pool", "location": "indoor"},
        {"leisure": "swimming_pool", "building": "yes"},
        {"leisure": "park"},
        {},
    ],
    ids=str,
)
def test_what_is_none(tags):
    assert open_water_of(tags) is None


@pytest.mark.parametrize(
    ("tags", "perennial", "private", "salt"),
    [
        ({}, True, False, False),
        ({"intermittent": "no", "seasonal": "no", "salt": "no"}, True, False, False),
        ({"intermittent": "yes"}, False, False, False),
        ({"seasonal": "wet_season"}, False, False, False),
        ({"landuse": "basin", "natural": "", "basin": "detention"}, False, False, False),
        ({"access": "private"}, True, True, False),
        ({"access": "customers"}, True, False, False),
        ({"leisure": "swimming_pool", "natural": ""}, True, True, False),
        ({"salt": "yes"}, True, False, True),
    ],
    ids=str,
)
def test_what_the_tags_say_of_it(tags, perennial, private, salt):
    found = open_water_of({**WATER, **tags})
    assert (found.perennial, found.private, found.salt) == (perennial, private, salt)


# Files
def town():
    return Town().road("Đường Lớn", [(0, 0), (900, 0)], highway="primary")


def read(drawn, folder):
    """Return the open water of a town, on its drawing."""
    drawn.house("h", (10, 10)).write(folder)
    water = read_osm(folder / "roads.osm").to_crs(UTM).open_water
    shapes = shapely.transform(water.geometry.to_numpy(), lambda xy: xy - (EAST, NORTH))
    return water.set_index("object_id").assign(geometry=shapes), read_osm(folder / "roads.osm")


def test_a_pond_by_its_outline(tmp_path):
    pond = [(100, 20), (140, 20), (140, 50), (100, 50)]
    water, _ = read(town().shape(pond, natural="water", water="pond", name="Ao Làng"), tmp_path)
    assert list(water.index) == ["w2"]
    assert (water.loc["w2", "kind"], water.loc["w2", "name"]) == ("pond", "Ao Làng")
    assert water.loc["w2", "geometry"].area == pytest.approx(1200, rel=1e-3)


def test_a_lake_of_several_ways_with_an_island(tmp_path):
    drawn = town().road(None, [(100, 20), (300, 20), (300, 120)], highway=None)
    drawn.road(None, [(300, 120), (100, 120), (100, 20)], highway=None)
    drawn.shape([(180, 60), (220, 60), (220, 80), (180, 80)])
    drawn.relation([(2, "outer"), (3, "outer"), (4, "inner")], natural="water", water="lake")
    water, _ = read(drawn, tmp_path)
    assert list(water.index) == ["r1"]
    lake = water.loc["r1", "geometry"]
    assert lake.area == pytest.approx(200 * 100 - 40 * 20, rel=1e-3)
    assert not lake.contains(shapely.Point(200, 70))


def test_a_relation_is_read_beside_other_relations(tmp_path):
    """Its number is that of a way too, whose area is another."""
    drawn = town().shape([(100, 20), (140, 20), (140, 50)], natural="water", way_id=7)
    drawn.shape([(200, 20), (240, 20), (240, 50)], way_id=8)
    drawn.shape([(300, 20), (340, 20), (340, 50)], way_id=9)
    drawn.relation([(9, "outer")], landuse="forest").relation([(8, "outer")], landuse="basin")
    water, _ = read(drawn, tmp_path)
    assert water["kind"].to_dict() == {"r2": "basin", "w7": "water"}


def test_lines_and_outlines_that_are_cut(tmp_path):
    drawn = town().road("Kênh", [(0, 30), (900, 30)], highway=None, waterway="canal")
    drawn.shape([(0, 40), (90, 40), (90, 60)], waterway="river")
    drawn.road(None, [(0, 70), (90, 70), (90, 90)], highway=None, natural="water")
    drawn.relation([(99, "outer")], natural="water")
    water, roads = read(drawn, tmp_path)
    assert water["kind"].to_dict() == {"w2": "canal", "w3": "river"}
    assert {shape.geom_type for shape in water["geometry"]} == {"LineString"}
    assert roads.left_out["open_water_without_outline"] == 2  # a line, and ways beyond the extract


def test_trees_are_no_water_and_barriers_of_roads_stay(tmp_path):
    drawn = Town().road("Ngõ 1", [(0, 0), (450, 0), (900, 0)])
    drawn.node((450, 0), barrier="gate").node((20, 40), natural="tree")
    water, roads = read(drawn, tmp_path)
    assert len(water) == 0
    assert len(roads.objects) == 0
    assert roads.barriers == {drawn.node_id((450, 0)): {"barrier": "gate"}}


def test_water_beyond_the_margin_is_left_out(tmp_path):
    drawn = town().shape([(100, 20), (140, 20), (140, 50)], natural="water")
    drawn.shape([(100, 2000), (140, 2000), (140, 2050)], natural="water")
    drawn.house("h", (10, 10)).write(tmp_path)
    roads = read_osm(tmp_path / "roads.osm").to_crs(UTM)
    area = shapely.box(EAST, NORTH, EAST + 900, NORTH + 100)
    assert len(roads.open_water) == 2
    assert list(roads.within(area, 500).open_water["object_id"]) == ["w2"]
