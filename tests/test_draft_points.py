"""Draft points: where a pump can draw from open water, what each lacks, whom each serves.

The main road runs from (0, 0) to (1100, 0) and is all stand; norm vn: draft 20 m, hydrants 150 m
apart, a pond or river within 400 m of the houses it serves, within 300 m with a portable pump.
"""

import math
from itertools import pairwise

import geopandas as gpd
import networkx as nx
import pandas as pd
import pytest
import shapely
from reference import osmxml
from towns import BY_WIDTH, CRS, EAST, NORTH, Town, house, metres, missing

import fireaccess
from fireaccess import inputs, pipeline
from fireaccess.model.norm import load_norm
from fireaccess.outputs.verify import verify
from fireaccess.sources.open_water import open_water_of

VN = load_norm("vn")
POND = [(500, 15), (540, 15), (540, 45), (500, 45)]
LACKS = "build_place;measure_lift"


def main_road():
    return Town().road("Đường Lớn", [(0, 0), (200, 0), (1100, 0)], highway="primary")


def moved(corners, east, north):
    return [(x + east, y + north) for x, y in corners]


def only(result):
    """Return the one draft point of a result."""
    assert len(result.draft_points) == 1, result.draft_points.to_string()
    return result.draft_points.iloc[0]


def state(row):
    return (row.access, row.answer, row.missing)


# One pond
def test_a_pond_beside_the_road(tmp_path):
    town = main_road().shape(POND, natural="water", water="pond", name="Ao Làng")
    row = only(town.house("h", (600, 10)).run(tmp_path))
    assert (row.draft_point_id, row.object_id, row.kind) == ("w2-1", "w2", "pond")
    assert (row["name"], row.source, row.perennial) == ("Ao Làng", "osm", "yes")
    assert state(row) == ("truck", "unknown", LACKS)
    assert row.distance_m == metres(15)
    assert missing(row.lift_m)
    stand, edge = (row.stand_lon, row.stand_lat), (row.edge_lon, row.edge_lat)
    assert (row.geometry.x, row.geometry.y) == stand
    # Anywhere along the pond is as near.
    place = shapely.get_coordinates(
        gpd.GeoSeries(gpd.points_from_xy(*zip(stand, edge, strict=True)), crs=4326).to_crs(CRS)
    )
    x = place[0, 0] - EAST
    assert 500 - 0.1 <= x <= 540 + 0.1
    assert stand == drawn_degrees((x, 0))
    assert edge == drawn_degrees((x, 15))
    assert (row.houses_served, row.houses_without_water, row.houses_gained) == (1, 1, 1)


def drawn_degrees(point):
    """Return longitude and latitude to compare, a tenth of a metre around a drawn point."""
    place = gpd.GeoSeries([shapely.Point(EAST + point[0], NORTH + point[1])], crs=CRS).to_crs(4326)
    return pytest.approx((place.x[0], place.y[0]), abs=1e-6)


@pytest.mark.parametrize(
    ("y", "access", "answer", "lacks"),
    [(19.9, "truck", "unknown", LACKS), (20.1, "none", "no", "no_way")],
)
def test_the_truck_draws_no_farther_than_the_norm_says(tmp_path, y, access, answer, lacks):
    town = main_road().shape(moved(POND, 0, y - 15), natural="water").house("h", (600, 10))
    row = only(town.run(tmp_path))
    assert state(row) == (access, answer, lacks)
    assert row.distance_m == metres(y)
    assert row.houses_served == (1 if access == "truck" else 0)


@pytest.mark.parametrize(
    ("tags", "perennial", "lacks"),
    [
        ({"intermittent": "yes"}, "unknown", f"{LACKS};ask_season"),
        ({"seasonal": "dry_season"}, "unknown", f"{LACKS};ask_season"),
        ({"access": "private"}, "yes", f"{LACKS};ask_owner"),
        ({"salt": "yes"}, "yes", f"{LACKS};salt_water"),
        ({"natural": None, "leisure": "swimming_pool"}, "yes", f"{LACKS};ask_owner"),
    ],
    ids=str,
)
@pytest.mark.parametrize("known", [False, True])
def test_what_has_to_be_asked(tmp_path, monkeypatch, tags, perennial, lacks, known):
    """Even with a lift that is known to be small, the answer stays open."""
    if known:
        lifted(monkeypatch, 0.0)
    town = main_road().shape(POND, **{"natural": "water", **tags}).house("h", (600, 10))
    row = only(town.run(tmp_path))
    expected = lacks.replace("measure_lift;", "") if known else lacks
    assert (row.perennial, state(row)) == (perennial, ("truck", "unknown", expected))


def lifted(monkeypatch, lift_m):
    """Let the ground north of y = 10 lie so much lower."""
    original = pipeline.draft_points

    def height(xy):
        return -lift_m * (xy[:, 1] > NORTH + 10)

    monkeypatch.setattr(pipeline, "draft_points", lambda *given: original(*given[:-1], height))


OFF_M = VN.value("accuracy_elevation_m") if VN.accuracy_elevation_m else math.nan
MOST_M = VN.value("suction_lift_m")


@pytest.mark.parametrize(
    ("lift_m", "answer", "lacks"),
    [
        (MOST_M - OFF_M - 0.1, "yes", "build_place"),
        (MOST_M - OFF_M + 0.1, "unknown", LACKS),
        (MOST_M + OFF_M - 0.1, "unknown", LACKS),
        (MOST_M + OFF_M + 0.1, "no", "build_place;lift_too_high"),
    ],
)
def test_the_lift_by_the_ground_has_three_answers(tmp_path, monkeypatch, lift_m, answer, lacks):
    lifted(monkeypatch, lift_m)
    row = only(main_road().shape(POND, natural="water").house("h", (600, 10)).run(tmp_path))
    assert state(row) == ("truck", answer, lacks)
    assert row.lift_m == pytest.approx(lift_m)
    assert row.houses_gained == (0 if answer == "no" else 1)


# Roads
def test_a_road_that_a_truck_may_get_along(tmp_path):
    town = main_road().road("Ngõ 1", [(200, 0), (200, 300)])
    town.shape(moved(POND, -285, 185), natural="water").house("h", (210, 100))
    row = only(town.run(tmp_path))
    assert state(row) == ("unknown", "unknown", f"survey_road;{LACKS}")
    assert row.distance_m == metres(15)


@pytest.mark.parametrize(("y", "served"), [(15, True), (-50, True), (-75, False)])
def test_a_portable_pump_where_no_truck_gets(tmp_path, y, served):
    """The pump stands 215 to 220 m up the steps, 15 m from the pond; the house 10 m off them."""
    town = main_road().road("Ngõ 1", [(200, 0), (200, 300)], highway="steps")
    town.road("Ngõ 2", [(200, 0), (200, -300)], highway="steps")
    town.shape(moved(POND, -285, 200), natural="water").house("h", (210, y))
    row = only(town.run(tmp_path))
    assert state(row) == ("portable_pump", "unknown", "clear_road;portable_pump;measure_lift")
    assert row.houses_served == int(served)


def test_a_better_way_to_the_same_stretch_of_shore_goes_before(tmp_path):
    """The alley comes nearer to the pond than the main road, and no truck is known to get there."""
    town = main_road().road("Ngõ 1", [(400, 0), (400, 200)])
    town.shape([(410, 15), (520, 15), (520, 100), (410, 100)], natural="water")
    row = only(town.house("h", (300, 10)).run(tmp_path))
    assert (row.access, row.distance_m) == ("truck", metres(15))


def test_nobody_draws_from_a_bridge(tmp_path):
    """The road meets the river on its bridge only; the ramps end 15 m before the water."""
    town = Town().road("Đường Lớn", [(0, 0), (400, 0)], highway="primary")
    town.road("Cầu", [(400, 0), (500, 0)], highway="primary", bridge="yes")
    town.road("Đường Lớn", [(500, 0), (900, 0)], highway="primary")
    town.shape([(415, -300), (470, -300), (470, 300), (415, 300)], waterway="riverbank")
    row = only(town.house("h", (300, 10)).run(tmp_path))
    assert (row.kind, row.distance_m) == ("river", metres(15))
    assert (row.stand_lon, row.stand_lat) == drawn_degrees((400, 0))


def test_a_lake_around_an_island(tmp_path):
    """On the island, between its bridges, the truck stands 8 m from the bank."""
    town = Town().road("Đường Lớn", [(0, 0), (85, 0)], highway="primary")
    town.road("Cầu 1", [(85, 0), (170, 0)], highway="primary", bridge="yes")
    town.road("Đường Đảo", [(170, 0), (230, 0)], highway="primary")
    town.road("Cầu 2", [(230, 0), (315, 0)], highway="primary", bridge="yes")
    town.road("Đường Lớn", [(315, 0), (400, 0)], highway="primary")
    town.road(None, [(100, -60), (300, -60), (300, 60)], highway=None)
    town.road(None, [(300, 60), (100, 60), (100, -60)], highway=None)
    town.shape([(150, -8), (250, -8), (250, 12), (150, 12)])
    town.relation([(6, "outer"), (7, "outer"), (8, "inner")], natural="water", water="lake")
    row = only(town.house("h", (50, 10)).run(tmp_path))
    assert (row.object_id, row.kind, row.distance_m) == ("r1", "lake", metres(8))


# Shores
def along_the_main_road(points):
    """Return how far along the main road, and how far from it, points stand."""
    stands = points.to_crs(CRS).geometry
    assert (abs(stands.y - NORTH) < 0.1).all()
    return sorted(stands.x - EAST)


def test_a_canal_has_a_draft_point_every_so_often(tmp_path):
    town = main_road().road("Kênh", [(-50, 12), (1150, 12)], highway=None, waterway="canal")
    for x in range(0, 1101, 50):
        town.house(f"h{x}", (x, -10))
    points = town.run(tmp_path).draft_points
    assert set(points["kind"]) == {"canal"}
    assert list(points["draft_point_id"]) == [f"w2-{n}" for n in range(1, len(points) + 1)]
    places = along_the_main_road(points)
    apart = [b - a for a, b in pairwise(places)]
    assert min(apart) >= 150 - 0.01
    # No stretch is left where one more would have room.
    assert max(apart) < 2 * 150
    assert places[0] < 150
    assert places[-1] > 1100 - 150


def test_a_norm_without_spacing_gives_a_water_one_draft_point(tmp_path):
    town = main_road().road("Kênh", [(-50, 12), (1150, 12)], highway=None, waterway="canal")
    row = only(town.house("h", (600, -10)).run(tmp_path, norm="uk"))
    assert (row.access, row.answer) == ("truck", "unknown")
    assert missing(row.houses_served)  # the norm is silent on how far a river may be
    assert missing(row.houses_gained)


def test_a_river_in_pieces_is_one_water(tmp_path):
    """Two outlines that touch, and the line in their middle."""
    town = main_road()
    town.shape([(400, 12), (500, 12), (500, 40), (400, 40)], waterway="riverbank")
    town.shape([(500, 12), (530, 12), (530, 40), (500, 40)], natural="water", water="river")
    town.road("Sông", [(400, 26), (530, 26)], highway=None, waterway="river")
    town.house("h", (300, 10))
    points = town.run(tmp_path).draft_points
    assert list(points["object_id"]) == ["w2"]


def test_shores_that_serve_no_house_are_left_out(tmp_path):
    """The pond of the west serves nobody, and is told of once; the canal only where it serves."""
    town = main_road().shape(moved(POND, -400, 0), natural="water")
    town.road("Kênh", [(600, 12), (3000, 12)], highway=None, waterway="canal")
    town.road("Đường Lớn", [(1100, 0), (3000, 0)], highway="primary")
    town.house("h", (2900, -10))
    points = town.run(tmp_path).draft_points.set_index("object_id")
    assert points["houses_served"]["w2"] == 0
    canal = points.loc[["w3"]]
    assert (canal["houses_served"] == 1).all()
    assert canal["houses_gained"].sum() == 1
    assert len(canal) < 5


def test_water_beyond_the_area_counts_if_it_serves_a_house(tmp_path):
    town = main_road().area((0, -50), (300, -50), (300, 50), (0, 50)).house("h", (200, 10))
    town.shape(POND, natural="water").shape(moved(POND, 400, 0), natural="water")
    assert only(town.run(tmp_path)).object_id == "w2"


# Survey
def test_a_surveyed_pond_stands_for_the_one_of_the_map(tmp_path):
    town = main_road().shape(POND, natural="water").house("h", (600, 10))
    row = only(town.water("N1", (520, 30), "pond").run(tmp_path / "point"))
    assert (row.object_id, row.source) == ("N1", "survey")
    assert state(row) == ("none", "no", "no_way")  # a point 30 m off, as the answers take it
    town.tables.clear()
    row = only(town.water("N1", POND, "pond").run(tmp_path / "outline"))
    assert (row.object_id, row.source, row.distance_m) == ("N1", "survey", metres(15))
    assert (row.access, row.answer) == ("truck", "yes")
    assert missing(row.missing)


@pytest.mark.parametrize(
    ("kind", "columns", "expected"),
    [
        ("pond", {}, ("truck", "yes", None)),
        ("pit", {}, ("truck", "yes", None)),
        ("suction_point", {"working": "no"}, ("truck", "no", "repair")),
        ("river", {"truck_source": "no"}, ("truck", "yes", None)),
    ],
)
def test_the_survey_tells_the_state_of_its_own(tmp_path, kind, columns, expected):
    town = main_road().water("N1", (520, 15), kind, **columns).house("h", (600, 10))
    result = town.run(tmp_path)
    assert state(only(result)) == expected
    assert result.water["usable"].iloc[0] == only(result).answer
    assert only(result).houses_served == 1


@pytest.mark.parametrize("kind", ["hydrant", "tank"])
def test_what_needs_no_drafting_is_no_draft_point(tmp_path, kind):
    town = main_road().water("N1", (520, 15), kind).house("h", (600, 10))
    assert len(town.run(tmp_path).draft_points) == 0


def test_a_surveyed_suction_point_takes_its_stretch_of_a_river(tmp_path):
    town = main_road().road("Sông", [(300, 12), (700, 12)], highway=None, waterway="river")
    for x in range(0, 1101, 50):
        town.house(f"h{x}", (x, -10))
    points = town.water("S1", (500, 8), "suction_point").run(tmp_path).draft_points
    assert set(points["object_id"]) == {"S1", "w2"}
    others = along_the_main_road(points[points["source"] == "osm"])
    assert len(others) == 2
    assert all(abs(x - 500) >= 150 - 0.01 for x in others)


# Houses
def test_houses_are_those_within_the_limit_along_the_foot_network(tmp_path):
    """Every house is measured by networkx, from each of three ponds in a grid of alleys."""
    town = Town()
    lines = {}
    for i in range(6):
        ways = [[(100 * k, 100 * i) for k in range(6)], [(100 * i, 100 * k) for k in range(6)]]
        for way in ways:
            kind = "primary" if i == 0 else "service"
            town.road(f"Ngõ {len(lines)}", way, highway=kind, width=BY_WIDTH)
            for a, b in pairwise(way):
                lines[a, b] = shapely.LineString([a, b])
    houses = {
        f"h{i}{j}": (37 * i % 480 + 11, 53 * j % 490 + 9) for i in range(13) for j in range(9)
    }
    for name, place in houses.items():
        town.house(name, place)
    ponds = {"N1": (130, 212), "N2": (340, 88), "N3": (590, 100)}
    for name, place in ponds.items():
        town.water(name, place, "pond")
    town.water("H", (110, 404), "hydrant")
    town.water("N4", (0, 300), "tank", working="no")
    result = town.run(tmp_path)

    walk = nx.Graph()
    for a, b in lines:
        walk.add_edge(a, b, weight=100)
    at_home = {name: projected(place, lines) for name, place in houses.items()}
    covered = set(result.houses["house_id"][result.houses["water"] == "covered"])
    found = result.draft_points.set_index("object_id")
    assert found["access"].to_dict() == {"N1": "truck", "N2": "truck", "N3": "none"}
    assert found.loc["N3", "houses_served"] == 0  # 90 m from any road
    assert found["houses_gained"].sum() == 0  # ponds that work are water today
    for name in ("N1", "N2"):
        at_pond = projected(ponds[name], lines)
        way = {home: on_foot(walk, at_pond, place) for home, place in at_home.items()}
        within = {home for home, metres_ in way.items() if metres_ <= 400}
        assert all(abs(metres_ - 400) > 0.1 for metres_ in way.values())
        assert 10 < len(within) < len(houses)
        assert found.loc[name, "houses_served"] == len(within)
        assert found.loc[name, "houses_without_water"] == len(within - covered)


def projected(place, lines):
    """Return segment, place along it and offset of the nearest of some lines."""
    point = shapely.Point(place)
    ends = min(lines, key=lambda key: (lines[key].distance(point), key))
    return ends, lines[ends].project(point), lines[ends].distance(point)


def on_foot(walk, one, other):
    """Return the way between two places on segments of 100 m, offsets included."""
    (ends, along, offset), (other_ends, other_along, other_offset) = one, other
    ways = [
        (along if end == ends[0] else 100 - along)
        + nx.shortest_path_length(walk, end, last, weight="weight")
        + (other_along if last == other_ends[0] else 100 - other_along)
        for end in ends
        for last in other_ends
    ]
    if ends == other_ends:
        ways.append(abs(along - other_along))
    return min(ways) + offset + other_offset


def test_gains_add_up_over_the_points_that_may_be_used(tmp_path):
    """Two ponds serve both houses: each house is gained once, at the nearer one."""
    town = main_road().shape(POND, natural="water").shape(moved(POND, 200, 0), natural="water")
    town.house("west", (450, -10)).house("east", (800, -10))
    points = town.run(tmp_path).draft_points.set_index("object_id")
    assert points["houses_served"].to_dict() == {"w2": 2, "w3": 2}
    assert points["houses_without_water"].to_dict() == {"w2": 2, "w3": 2}
    assert points["houses_gained"].to_dict() == {"w2": 1, "w3": 1}


def test_answers_on_water_do_not_change(tmp_path):
    """Open water of the map is no water of SPEC §7."""
    dry = main_road().house("h", (600, 10)).run(tmp_path / "dry")
    wet = main_road().shape(POND, natural="water").house("h", (600, 10)).run(tmp_path / "wet")
    pd.testing.assert_frame_equal(pd.DataFrame(dry.houses), pd.DataFrame(wet.houses))
    assert house(wet, "h").water == "not_covered"
    assert len(wet.water) == 0
    assert len(dry.draft_points) == 0
    assert list(dry.draft_points.columns) == list(wet.draft_points.columns)


def test_the_files_hold_the_draft_points_and_verify(tmp_path):
    town = main_road().shape(POND, natural="water").house("h", (600, 10))
    result = town.run(tmp_path)
    fireaccess.write(result)
    found = verify(result.project)
    assert found.differences == ()
    layer = gpd.read_file(tmp_path / "results" / "results.gpkg", layer="draft_points")
    assert list(layer["draft_point_id"]) == ["w2-1"]
    assert result.statistics["area"]["draft_points"] == {
        "draft_points": 1,
        "by_answer": {"yes": 0, "unknown": 1, "no": 0},
        "by_access": {"truck": 1, "unknown": 0, "portable_pump": 0, "none": 0},
        "houses_gained": 1,
    }


# Real data
def counted(osm):
    """Return the open water of an OSM file as (id, shape), read by the standard library."""
    found = []
    for ref, (nodes, tags) in osm.ways.items():
        water = None if "highway" in tags else open_water_of(tags)
        if water is not None:
            line = shapely.LineString([osm.positions[n] for n in nodes if n in osm.positions])
            shape = osmxml.polygon(osm, nodes) if water.is_area else line
            found.append((f"w{ref}", shape))
    for ref, (members, tags) in osm.relations.items():
        water = open_water_of(tags)
        if water is not None and water.is_area and tags.get("type") == "multipolygon":
            found.append((f"r{ref}", osmxml.multipolygon(osm, members)))
    return {ref: shape for ref, shape in found if shape is not None}


def real_project(name, data_dir, folder):
    if name == "commune":
        from fireaccess.sources.sample import write_sample

        return write_sample(folder, kind="commune")
    roads = {"helsinki": "helsinki.osm.pbf", "neubrandenburg": "neubrandenburg.osm.bz2"}[name]
    path = folder / "fireaccess.toml"
    path.write_text(
        f'[project]\nname = "{name}"\ncrs = "auto"\nnorm = "vn"\n\n[inputs]\n'
        f'roads = "{data_dir / name / roads}"\nhouses = "osm"\n',
        encoding="utf-8",
    )
    return path


@pytest.mark.slow
@pytest.mark.parametrize("name", ["commune", "helsinki", "neubrandenburg"])
def test_real_water_has_its_draft_points(name, tmp_path, request):
    data_dir = None if name == "commune" else request.getfixturevalue("data_dir")
    project = fireaccess.Project.open(real_project(name, data_dir, tmp_path))
    waters = counted(osmxml.read(project.roads))
    read = inputs.read_osm(project.roads).open_water.set_index("object_id").geometry
    assert set(read.index) == set(waters)
    for ref, shape in waters.items():
        assert read[ref].symmetric_difference(shape.buffer(0) if shape.area else shape).area < 1e-12

    result = fireaccess.run(project)
    network, points = result.network, result.draft_points
    shapes = gpd.GeoSeries(waters, crs=4326).to_crs(network.crs)
    stands = gpd.GeoSeries(gpd.points_from_xy(points.stand_lon, points.stand_lat), crs=4326)
    mapped = (points["source"] == "osm").to_numpy() & points["object_id"].isin(shapes.index)
    away = stands.to_crs(network.crs)[mapped].reset_index(drop=True)
    away = away.distance(shapes[points["object_id"][mapped]].reset_index(drop=True))
    assert abs(away.to_numpy() - points["distance_m"][mapped].to_numpy()).max() < 0.05
    reached = points["access"].isin(["truck", "unknown", "portable_pump"])
    assert (points["distance_m"][reached] <= 20 + 1e-6).all()
    assert (points["distance_m"][~reached] > 0).all()

    # Every water in the area that a reached road passes has a draft point on one of its bodies.
    area = gpd.GeoSeries([result.area], crs=4326).to_crs(network.crs)[0]
    segments = result.segments.merge(
        pd.DataFrame({"segment_id": network.segment_id, "bridge": network.on_bridge}),
        on="segment_id",
    )
    open_road = segments[(segments["reached"] == "yes") & ~segments["bridge"]].to_crs(network.crs)
    road = shapely.union_all(open_road.geometry.to_numpy())
    near = shapes[shapes.distance(road) <= 19.9]
    near = near[near.intersects(area)]
    assert len(near) > 1
    groups = shapely.union_all(shapes.buffer(0.01).to_numpy())
    parts = gpd.GeoSeries(list(getattr(groups, "geoms", [groups])), crs=network.crs)
    edges = gpd.GeoSeries(gpd.points_from_xy(points.edge_lon, points.edge_lat), crs=4326)
    has = parts[parts.distance(shapely.union_all(edges.to_crs(network.crs).to_numpy())) < 25]
    assert near.intersects(shapely.union_all(has.to_numpy())).all()
