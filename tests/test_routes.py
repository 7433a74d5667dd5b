"""The true ways: as long as the figures tell, from where the hose begins to the house itself."""

import numpy as np
import pytest
import shapely
from towns import BY_WIDTH, CLOSE, EAST, NORTH, Town, drawn, house, metres, missing, one_alley

import fireaccess
from fireaccess.project import Project
from fireaccess.sources.coordinates import WGS84, transform_geometry, transform_xy
from fireaccess.sources.sample import write_sample

KINDS = ("hydrant", "water", "water_best", "point")


def expect_true_ways(result, *, every=1):
    """Check the ways of every so manieth house against the layers; count those of each kind."""
    routes, houses, own = result.routes, result.houses, result.house_rows
    figures = {
        "hose": houses["hose_m"],
        "hose_best": houses["hose_best_m"],
        "hydrant": houses["hydrant_m"],
        "water": houses["water_m"],
        "water_best": own["water_best_m"],
        "point": houses["point_m"],
        "truck": houses["truck_m"],
    }
    shapes = in_metres(result, houses.geometry)
    stands = places(result, houses["stand_lon"], houses["stand_lat"])
    begins = {
        "hose": stands,
        "hose_best": places(result, own["best_stand_lon"], own["best_stand_lat"]),
        "hydrant": objects(result, result.water, houses["hydrant_id"]),
        "water": objects(result, result.water, houses["water_id"]),
        "point": objects(result, result.fire_points, houses["fire_point_id"]),
    }
    counts = dict.fromkeys(figures, 0)
    for i in range(0, len(houses), every):
        lines = {
            "hose": routes.hose_line(i),
            "hose_best": routes.hose_line(i, best=True),
            **{kind: routes.line_to(kind, i) for kind in KINDS},
            "truck": routes.truck_way(i),
        }
        for kind, line in lines.items():
            told, name = figures[kind].iloc[i], (kind, houses["house_id"].iloc[i])
            assert (line is None) == bool(np.isnan(told)), name
            if line is None:
                continue
            counts[kind] += 1
            assert abs(line.length - told) <= 1e-6 * max(told, 1), name
            first, last = shapely.Point(line.coords[0]), shapely.Point(line.coords[-1])
            assert shapely.distance(last, stands[i] if kind == "truck" else shapes[i]) < 0.001, name
            if kind in begins:
                assert shapely.distance(first, begins[kind][i]) < 0.001, name
    return counts


def in_metres(result, geometry):
    return transform_geometry(geometry.to_numpy(), WGS84, result.network.crs)


def places(result, lon, lat):
    return shapely.points(*transform_xy(lon.to_numpy(), lat.to_numpy(), WGS84, result.network.crs))


def objects(result, layer, ids):
    """Return the object of each house, None where it has none."""
    shape = dict(zip(layer["object_id"], in_metres(result, layer.geometry), strict=True))
    return [shape.get(name) for name in ids]


def way(line):
    """Return a line's vertices in metres of the drawing; None as it is."""
    return None if line is None else [(x - EAST, y - NORTH) for x, y in line.coords]


def along(*points):
    """Return the vertices of a way, to compare with."""
    return [pytest.approx(point, abs=CLOSE) for point in points]


def routes_of(town, folder, **options):
    """Run a town, check all its ways, and return them with the row of the house h."""
    result = town.run(folder, **options)
    expect_true_ways(result)
    return result, result.routes, result.houses["house_id"].tolist().index("h")


# --- hose lines ---------------------------------------------------------------------------------
def test_a_hose_follows_the_bends_of_the_alley(tmp_path):
    """It begins at the mouth and leaves the alley where the house's door is."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(200, 0), (200, 100), (260, 180), (260, 300)]).house("h", (272, 250))
    _, routes, h = routes_of(town, tmp_path)
    expected = along((200, 0), (200, 100), (260, 180), (260, 250), (272, 250))
    assert way(routes.hose_line(h)) == expected
    assert way(routes.hose_line(h, best=True)) == along((260, 250), (272, 250))


def test_the_stand_at_the_door(tmp_path):
    """Nothing is laid but the way from the road to the house."""
    _, routes, h = routes_of(one_alley().house("h", (100, 8)), tmp_path)
    assert way(routes.hose_line(h)) == along((100, 0), (100, 8))


def test_a_house_on_the_road_itself_has_a_line_of_no_length(tmp_path):
    result, routes, h = routes_of(one_alley().house("h", (100, 0)), tmp_path)
    assert house(result, "h").hose_m == metres(0)
    assert way(routes.hose_line(h)) == along((100, 0), (100, 0))


def test_the_hose_begins_where_a_post_stops_the_truck(tmp_path):
    town = one_alley(300, bends=[40], width=BY_WIDTH).barrier("B1", (200, 100), "block")
    result, routes, h = routes_of(town.house("h", (210, 250)), tmp_path)
    assert house(result, "h").stopped_by == "barrier:B1"
    assert way(routes.hose_line(h)) == along((200, 100), (200, 250), (210, 250))


def test_a_polygon_is_met_at_its_edge(tmp_path):
    diamond = [(208, 250), (220, 240), (232, 250), (220, 260)]
    _, routes, h = routes_of(one_alley().house("h", diamond), tmp_path)
    assert way(routes.hose_line(h)) == along((200, 0), (200, 250), (208, 250))


def test_a_polygon_over_the_road_is_met_on_the_road(tmp_path):
    square = [(198, 100), (220, 100), (220, 120), (198, 120)]
    result, routes, h = routes_of(one_alley().house("h", square), tmp_path)
    line = routes.hose_line(h)
    row = house(result, "h")
    assert drawn(row.door_lon, row.door_lat) == way(line)[-1]


def test_no_road_and_no_way(tmp_path):
    """An unconnected house has no way to anything; one on an island of roads has none either."""
    town = one_alley().road("Đảo", [(400, 200), (400, 300)]).house("h", (100, 8))
    town.house("far", (300, 150)).house("island", (410, 250))
    town.water("N1", (100, 4)).row("fire_points", "P1", (100, 4))
    result, routes, h = routes_of(town, tmp_path)
    ids = result.houses["house_id"].tolist()
    for name in ("far", "island"):
        i = ids.index(name)
        assert routes.hose_line(i) is routes.hose_line(i, best=True) is routes.truck_way(i) is None
        assert [routes.line_to(kind, i) for kind in KINDS] == [None] * 4
    assert routes.line_to("point", h) is not None


def test_of_two_parallel_alleys_the_shorter_is_taken(tmp_path):
    """Both leave the main road at 200 and meet again 200 m up; the direct one is the shorter."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(200, 0), (260, 100), (200, 200)])
    town.road("Ngõ 2", [(200, 0), (200, 200)]).road("Ngõ 3", [(200, 200), (200, 300)])
    _, routes, h = routes_of(town.house("h", (210, 280)), tmp_path)
    expected = along((200, 0), (200, 200), (200, 280), (210, 280))
    assert way(routes.hose_line(h)) == expected


def test_a_wall_parts_the_way_of_the_hose(tmp_path):
    """The straight way is walled 100 m up, so the hose comes round from the other mouth.

        (200,300)-------------(300,300)
            |  h                  |
          wall                    |
            |                     |
    ====(200,0)===============(300,0)====
    """
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (300, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(200, 0), (200, 100), (200, 300), (300, 300), (300, 0)])
    town.node((200, 100), barrier="wall").house("h", (210, 120)).house("below", (210, 90))
    result, routes, h = routes_of(town, tmp_path)
    expected = along((300, 0), (300, 300), (200, 300), (200, 120), (210, 120))
    assert way(routes.hose_line(h)) == expected
    below = result.houses["house_id"].tolist().index("below")
    assert way(routes.hose_line(below)) == along((200, 0), (200, 90), (210, 90))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ((90, 120), [(200, 0), (200, 100), (100, 100), (100, 120), (90, 120)]),
        ((310, 120), [(200, 0), (200, 100), (300, 100), (300, 120), (310, 120)]),
    ],
)
def test_a_lane_that_is_a_loop(tmp_path, place, expected):
    """Leaves the alley's end and comes back to it; each side's houses go round their own side."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(200, 0), (200, 100)])
    loop = [(200, 100), (300, 100), (300, 200), (100, 200), (100, 100), (200, 100)]
    town.road("Ngõ 2", loop).house("h", place)
    _, routes, h = routes_of(town, tmp_path)
    assert way(routes.hose_line(h)) == along(*expected)


# --- objects ------------------------------------------------------------------------------------
def test_a_hydrant_round_the_corner(tmp_path):
    town = one_alley().house("h", (210, 250)).water("N1", (320, 6))
    _, routes, h = routes_of(town, tmp_path)
    expected = along((320, 6), (320, 0), (200, 0), (200, 250), (210, 250))
    for kind in ("hydrant", "water", "water_best"):
        assert way(routes.line_to(kind, h)) == expected
    assert routes.line_to("point", h) is None


@pytest.mark.parametrize("y", [280, 100])
def test_a_fire_point_on_the_same_segment(tmp_path, y):
    """Above the door or below it: straight along the alley, not round by an end of it."""
    town = one_alley().house("h", (210, 250)).row("fire_points", "P1", (195, y))
    _, routes, h = routes_of(town, tmp_path)
    assert way(routes.line_to("point", h)) == along((195, y), (200, y), (200, 250), (210, 250))


def test_an_object_nearer_round_the_loop_than_along_it(tmp_path):
    """Door and hydrant on one looping lane, nearest past the node where it begins and ends."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    loop = [(200, 0), (300, 100), (300, 300), (100, 300), (100, 100), (200, 0)]
    town.road("Ngõ 1", loop).house("h", (310, 110)).water("N1", (90, 120))
    _, routes, h = routes_of(town, tmp_path)
    expected = along(
        (90, 120), (100, 120), (100, 100), (200, 0), (300, 100), (300, 110), (310, 110)
    )
    assert way(routes.line_to("hydrant", h)) == expected


@pytest.mark.parametrize(("x", "side"), [(90, 100), (310, 300)])
def test_an_object_on_a_loop_is_left_by_its_nearer_side(tmp_path, x, side):
    town = one_alley(100).house("h", (210, 50))
    loop = [(200, 100), (300, 100), (300, 200), (100, 200), (100, 100), (200, 100)]
    town.road("Ngõ 2", loop).water("N1", (x, 130))
    _, routes, h = routes_of(town, tmp_path)
    expected = [(x, 130), (side, 130), (side, 100), (200, 100), (200, 50), (210, 50)]
    assert way(routes.line_to("hydrant", h)) == along(*expected)


def test_a_pond_counts_from_its_edge(tmp_path):
    pond = [(260, 10), (300, 10), (300, 60), (260, 60)]
    town = one_alley().house("h", (210, 250)).water("N1", pond, "pond")
    result, routes, h = routes_of(town, tmp_path)
    line = way(routes.line_to("water", h))
    assert line[-4:] == along((*line[-4],), (200, 0), (200, 250), (210, 250))
    assert 260 - CLOSE <= line[0][0] <= 300 + CLOSE
    assert line[0][1] == metres(10)
    assert routes.line_to("hydrant", h) is None
    assert house(result, "h").water_m == metres(10 + (line[0][0] - 200) + 250 + 10)


def test_the_best_case_has_a_nearer_pond(tmp_path):
    """Beside the alley, whose width nobody knows: a truck draws from it in the best case only."""
    town = one_alley().house("h", (210, 250)).water("N1", (194, 200), "pond")
    town.water("N2", (320, 6))
    result, routes, h = routes_of(town, tmp_path)
    assert house(result, "h").water_id == "N2"
    assert house(result, "h").water_m == metres(6 + 120 + 250 + 10)
    assert result.house_rows["water_best_m"].iloc[h] == metres(6 + 50 + 10)
    assert way(routes.line_to("water", h))[0] == along((320, 6))[0]
    assert way(routes.line_to("water_best", h)) == along(
        (194, 200), (200, 200), (200, 250), (210, 250)
    )


# --- the truck ----------------------------------------------------------------------------------
def test_the_truck_comes_from_the_starting_piece(tmp_path):
    """250 m up a wide alley to the door; on the main road itself it needs no way."""
    town = one_alley(300, bends=[100], width=BY_WIDTH).house("h", (210, 250))
    result, routes, h = routes_of(town.house("main", (100, 10)), tmp_path)
    line = routes.truck_way(h)
    assert shapely.remove_repeated_points(line, CLOSE).length == metres(250)
    assert way(line)[0] == along((200, 0))[0]
    assert way(line)[-1] == along((200, 250))[0]
    main = result.houses["house_id"].tolist().index("main")
    assert way(routes.truck_way(main)) == along((100, 0), (100, 0))


def test_the_truck_stops_where_the_hose_begins(tmp_path):
    town = one_alley(300, width=BY_WIDTH).barrier("B1", (200, 100), "block")
    result, routes, h = routes_of(town.house("h", (210, 250)), tmp_path)
    expected = along((200, 0), (200, 100))
    assert way(routes.truck_way(h)) == expected
    assert way(routes.truck_way(0, to="barriers")) == expected
    assert way(routes.truck_way(0, to="alleys")) == expected
    assert result.barriers["barrier_id"].tolist() == ["barrier:B1"]


def test_for_an_alley_behind_another_the_truck_stops_before_both(tmp_path):
    town = one_alley(300, width=BY_WIDTH).road("Ngõ 2", [(200, 300), (200, 400)])
    town.road("Ngõ 3", [(200, 400), (300, 400)]).house("h", (290, 410))
    result, routes, _ = routes_of(town, tmp_path)
    names = result.alleys["name"].tolist()
    for name in ("Ngõ 2", "Ngõ 3"):
        line = way(routes.truck_way(names.index(name), to="alleys"))
        assert [line[0], line[-1]] == along((200, 0), (200, 300))


def test_no_truck_gets_to_a_barrier_behind_another(tmp_path):
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 250))
    town.barrier("B1", (200, 100), "block").barrier("B2", (200, 200), "block")
    result, routes, _ = routes_of(town, tmp_path)
    assert result.barriers["barrier_id"].tolist() == ["barrier:B1", "barrier:B2"]
    assert routes.truck_way(1, to="barriers") is None


@pytest.mark.parametrize("starts", ["arterial", "stations"])
def test_the_truck_comes_from_the_nearest_station(tmp_path, starts):
    """Stations on the main road at 50 and at 380; the nearer for the alley is the first."""
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 250)).house("near", (30, 10))
    town.row("stations", "S1", (50, 5), name="Đội 1").row("stations", "S2", (380, 0), name="Đội 2")
    result, routes, h = routes_of(town, tmp_path, starts=starts)
    assert way(routes.truck_way(h)) == along((50, 0), (200, 0), (200, 250))
    near = result.houses["house_id"].tolist().index("near")
    assert way(routes.truck_way(near)) == along((50, 0), (30, 0))
    assert result.stations["object_id"].tolist() == ["S1", "S2"]
    assert result.stations["name"].tolist() == ["Đội 1", "Đội 2"]
    first = result.stations.geometry.iloc[0]
    assert drawn(first.x, first.y) == (50, 5)


# --- what the result holds beside ---------------------------------------------------------------
def test_a_town_without_stations_and_groups_has_empty_layers(tmp_path):
    result = one_alley().house("h", (100, 8)).run(tmp_path)
    assert list(result.stations.columns) == ["object_id", "name", "geometry"]
    assert list(result.groups.columns) == ["group", "geometry"]
    assert len(result.stations) == len(result.groups) == 0
    assert result.stations.crs == result.groups.crs == "EPSG:4326"
    assert missing(result.house_rows["water_best_m"].iloc[0])


@pytest.fixture(scope="module", params=["ward", "commune"])
def sample(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("sample") / request.param
    return fireaccess.run(Project.open(write_sample(folder, kind=request.param)))


@pytest.mark.slow
def test_every_way_of_the_samples(sample):
    counts = expect_true_ways(sample)
    assert all(counts.values()), counts
    assert counts["hose"] == sample.houses["hose_m"].notna().sum()


def test_the_ways_of_the_samples_lie_on_the_roads(sample):
    roads = shapely.buffer(shapely.union_all(sample.network.lines), 0.01)
    shapely.prepare(roads)
    for i in range(0, len(sample.houses), 7):
        lines = [sample.routes.hose_line(i), *(sample.routes.line_to(k, i) for k in KINDS)]
        for line in filter(None, lines):
            # what is left without the straight bits to the house and from the object
            if len(line.coords) > 4:
                assert roads.covers(shapely.LineString(line.coords[1:-1])), i
        truck = sample.routes.truck_way(i)
        assert truck is None or roads.covers(truck)


@pytest.mark.slow
def test_ways_of_a_real_ward(data_dir):
    result = fireaccess.run(Project.open(data_dir / "khuong-dinh"))
    counts = expect_true_ways(result, every=7)
    assert len(result.houses) == 20_282
    assert min(counts.values()) > 20_000 / 7, counts
    assert sorted(result.groups["group"]) == result.groups["group"].tolist()
    assert set(result.houses["group"]) - {"no group"} <= set(result.groups["group"])
