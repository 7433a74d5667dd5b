"""Where a project lies, and the mistakes in coordinates that this gives away."""

from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from pyproj import CRS

from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.ground import Ground
from fireaccess.sources.mistakes import recognise, recognise_metres, tell_mistake
from fireaccess.sources.osm import read_osm
from fireaccess.sources.roads import make_roads, no_objects
from fireaccess.sources.zones import PROVINCIAL_ZONES, VN2000, tm3, zone_name

DATA = Path(__file__).parents[2] / "data"
MARGIN_M = 500.0
HANOI = tm3(105.0)
#: Zones that somebody may use by mistake for a ward of Hà Nội.
OTHERS = [m for m in PROVINCIAL_ZONES if m != 105.0]


def project(folder):
    """Return the ground of a project and its tables: lon, lat, and what each row says of a road."""
    area = folder / "area.geojson"
    area = gpd.read_file(area).union_all() if area.exists() else None
    roads = read_osm(folder / "roads.osm")
    tables = {}
    for path in (*sorted(folder.glob("houses.*")), *sorted(folder.glob("survey/*.*"))):
        frame = pd.read_csv(path) if path.suffix == ".csv" else gpd.read_file(path)
        if "lon" in frame:
            lon, lat = frame["lon"].to_numpy(float), frame["lat"].to_numpy(float)
        elif "geometry" in frame:
            point = shapely.point_on_surface(frame.geometry.to_numpy())
            lon, lat = shapely.get_x(point), shapely.get_y(point)
        else:
            continue
        said = next((frame[c] for c in ("address", "road_name") if c in frame), None)
        said = None if said is None else said.where(said.notna(), None).tolist()
        tables[path.stem] = SimpleNamespace(lon=lon, lat=lat, roads=said)
    return Ground.of(roads, area, MARGIN_M, zone=HANOI), tables


@pytest.fixture(scope="module")
def ward():
    return project(DATA / "sample-ward")


@pytest.fixture(scope="module")
def commune():
    return project(DATA / "sample-commune")


@pytest.fixture(scope="module")
def khuong_dinh(data_dir):
    return project(data_dir / "khuong-dinh")


def by_row(table, rows):
    """Return some rows of a table: figures and what they say of a road."""
    said = None if table.roads is None else [table.roads[i] for i in rows]
    return (table.lon[rows], table.lat[rows]), said


def said(mistake):
    return mistake.message.format(**mistake.params)


def metres(lon, lat, crs):
    return transform_xy(lon, lat, WGS84, crs)


def close(places, lon, lat):
    """Whether places are right within a centimetre."""
    return np.allclose(places, (lon, lat), rtol=0, atol=1e-7)


# The ground
def way(*places, name=None, way_id=1):
    tags = {"highway": "service"} | ({"name": name} if name else {})
    return way_id, tags, list(range(way_id * 100, way_id * 100 + len(places))), list(places)


def drawn(*ways, area=None, margin_m=100.0, **more):
    return Ground.of(
        make_roads(list(ways), barriers={}, objects=no_objects()), area, margin_m, **more
    )


def test_inside_is_the_area_with_its_margin():
    area = shapely.box(105.82, 20.99, 105.83, 21.0)
    ground = drawn(way((105.82, 20.99), (105.83, 20.99)), area=area)
    metre = 1 / 104_000
    lon = np.array([105.82, 105.82 - 99 * metre, 105.82 - 101 * metre, 20.995, np.nan, np.inf])
    lat = np.array([20.995, 20.995, 20.995, 105.82, 20.995, 20.995])
    assert ground.inside(lon, lat).tolist() == [True, True, False, False, False, False]
    assert ground.inside(lon[:0], lat[:0]).tolist() == []


def test_without_an_area_the_roads_tell_the_extent():
    ground = drawn(way((105.82, 20.99), (105.83, 21.0)))
    inside = ground.inside(np.array([105.821, 105.9]), np.array([20.999, 20.999]))
    assert inside.tolist() == [True, False]


def test_points_fit_the_road_that_they_name_else_the_nearest():
    ground = drawn(
        way((105.82, 20.99), (105.83, 20.99), name="Ngõ 1"),
        way((105.82, 20.9902), (105.83, 20.9902), name="Ngõ 2", way_id=2),
    )
    names = ground.road_names(["Số 3, ngõ 2", "NGÕ  1", "Ngõ 7", None])
    assert names.tolist() == ["ngo 2", "ngo 1", None, None]
    xy = ground.flat(np.full(5, 105.825), np.array([20.99] * 4 + [50.0]))
    distance = ground.fit_m(xy[None], np.array([*names, None], dtype=object))
    assert distance[0] == pytest.approx([22.1, 0, 0, 0, 30], abs=1.1)


def test_an_area_without_any_road_tells_what_areas_tell():
    area = shapely.box(105.82, 20.99, 105.83, 21.0)
    ground = drawn(way((106.7, 10.77), (106.71, 10.77)), area=area)
    lon, lat = np.full(9, 105.825), np.full(9, 20.995)
    assert recognise(ground, lon, lat) == ()
    assert [m.kind for m in recognise(ground, lat, lon)] == ["swapped"]
    assert [m.kind for m in recognise(ground, *metres(lon, lat, HANOI), tm3(107.0))] == ["zone"]


@pytest.mark.parametrize(
    ("place", "answer"), [((105.8, 21), True), ((106.7, 10.8), True), ((24.9, 60.2), False)]
)
def test_the_zones_of_viet_nam_are_meant_only_there(place, answer):
    ground = drawn(way(place, (place[0] + 0.01, place[1])))
    assert ground.in_viet_nam is answer
    assert len(ground.zones) == (22 if answer else 0)


# Swapped axes
def test_swapped_axes_are_told_row_by_row(ward):
    ground, tables = ward
    lon, lat = tables["widths"].lon.copy(), tables["widths"].lat.copy()
    rows = [0, 7, 46]
    lon[rows], lat[rows] = lat[rows], lon[rows]
    [mistake] = recognise(ground, lon, lat)
    assert (mistake.kind, mistake.slug) == ("swapped", "swapped")
    assert mistake.rows.tolist() == rows
    assert said(mistake) == "3 points have lon and lat exchanged"
    right = mistake.correction.apply(lon[rows], lat[rows])
    assert close(right, lat[rows], lon[rows])


def test_one_swapped_row_is_enough(ward):
    ground, tables = ward
    lon, lat = tables["stations"].lon, tables["stations"].lat
    [mistake] = recognise(ground, lat, lon)
    assert said(mistake) == "1 point has lon and lat exchanged"


def test_a_row_of_another_town_is_not_called_swapped(ward):
    ground, _ = ward
    assert recognise(ground, np.array([106.7, 10.77]), np.array([10.77, 106.7])) == ()


def test_axes_are_told_as_swapped_in_any_country():
    ground = drawn(way((24.93, 60.16), (24.95, 60.17)))
    [mistake] = recognise(ground, np.array([24.94, 60.165]), np.array([60.165, 24.94]))
    assert mistake.rows.tolist() == [1]
    tm35 = CRS.from_epsg(3067)
    east, north = metres(np.array([24.94]), np.array([60.165]), tm35)
    [mistake] = recognise(ground, north, east, tm35)
    assert said(mistake) == "1 point has x and y exchanged"
    assert close(mistake.correction.apply(north, east), [24.94], [60.165])


# Wrong zones
@pytest.mark.parametrize("used", OTHERS)
@pytest.mark.parametrize("table", ["widths", "barriers", "stations", "houses"])
def test_metres_read_in_another_zone(ward, table, used):
    ground, tables = ward
    lon, lat = tables[table].lon, tables[table].lat
    x, y = metres(lon, lat, HANOI)
    [mistake] = recognise(ground, x, y, tm3(used), roads=tables[table].roads)
    assert (mistake.kind, len(mistake.rows)) == ("zone", len(lon))
    side = "west" if used < 105 else "east"
    far = abs(used - 105) * 103.9
    assert mistake.side == side
    assert mistake.moved_m == pytest.approx(far * 1000, rel=0.01)
    noun = "point falls" if len(lon) == 1 else "points fall"
    name = zone_name(tm3(used))
    assert said(mistake) == (
        f"{len(lon)} {noun} {mistake.params['distance']} {side}: zone {name} instead of 105°00′"
    )
    assert close(mistake.correction.apply(x, y), lon, lat)


def test_a_zone_of_quarters_says_26_km(ward):
    ground, tables = ward
    table = tables["widths"]
    [mistake] = recognise(ground, *metres(table.lon, table.lat, HANOI), tm3(104.75))
    assert said(mistake) == "47 points fall 26 km west: zone 104°45′ instead of 105°00′"
    assert mistake.slug == "zone-10445-10500"


@pytest.mark.parametrize("used", OTHERS)
def test_degrees_that_somebody_computed_in_another_zone(ward, used):
    ground, tables = ward
    lon, lat = tables["widths"].lon, tables["widths"].lat
    wrong = transform_xy(*metres(lon, lat, HANOI), tm3(used), WGS84)
    [mistake] = recognise(ground, *wrong)
    assert mistake.slug == f"zone-{zone_name(tm3(used)).translate({176: None, 8242: None})}-10500"
    assert said(mistake).endswith(
        f"converted to degrees in zone {zone_name(tm3(used))} instead of 105°00′"
    )
    assert close(mistake.correction.apply(*wrong), lon, lat)


@pytest.mark.parametrize(("used", "side"), [(104.75, "west"), (105.5, "east")])
def test_without_a_zone_of_the_project_only_the_distance_is_told(ward, used, side):
    _, tables = ward
    area = gpd.read_file(DATA / "sample-ward" / "area.geojson").union_all()
    ground = Ground.of(read_osm(DATA / "sample-ward" / "roads.osm"), area, MARGIN_M)
    lon, lat = tables["widths"].lon, tables["widths"].lat
    wrong = transform_xy(*metres(lon, lat, HANOI), tm3(used), WGS84)
    [mistake] = recognise(ground, *wrong)
    apart = "0°15′" if used == 104.75 else "0°30′"
    assert said(mistake).endswith(f"{side}: converted to degrees in a zone {apart} too far {side}")
    assert close(mistake.correction.apply(*wrong), lon, lat)


@pytest.mark.parametrize("code", [32648, 3405])
@pytest.mark.parametrize("used", [104.75, 105.75, 107.0])
def test_metres_of_utm_read_in_a_zone_far_away(ward, code, used):
    ground, tables = ward
    lon, lat = tables["widths"].lon, tables["widths"].lat
    x, y = metres(lon, lat, CRS.from_epsg(code))
    [mistake] = recognise(ground, x, y, tm3(used))
    assert mistake.correction.right.to_epsg() == code
    assert close(mistake.correction.apply(x, y), lon, lat)


def test_only_rows_that_the_zone_brings_in_are_in_the_mistake(ward):
    ground, tables = ward
    lon, lat = tables["widths"].lon, tables["widths"].lat
    wrong = transform_xy(*metres(lon[:5], lat[:5], HANOI), tm3(105.75), WGS84)
    lon = np.r_[wrong[0], lon[5:], 106.7, np.nan]
    lat = np.r_[wrong[1], lat[5:], 10.77, np.nan]
    [mistake] = recognise(ground, lon, lat)
    assert mistake.rows.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("count", [1, 2])
def test_one_or_two_rows_of_many_may_as_well_be_right(ward, count):
    ground, tables = ward
    lon, lat = tables["widths"].lon.copy(), tables["widths"].lat.copy()
    some = slice(0, count)
    lon[some], lat[some] = transform_xy(*metres(lon[some], lat[some], HANOI), tm3(105.75), WGS84)
    assert recognise(ground, lon, lat) == ()
    assert len(recognise(ground, lon[some], lat[some])) == 1


def test_the_list_of_a_whole_region_is_not_accused(ward):
    # Some of these rows lie exactly 26 or 52 km beside the ward, as any region has some.
    ground, _ = ward
    lon, lat = np.meshgrid(np.arange(105.2, 106.5, 0.01), np.arange(20.7, 21.3, 0.01))
    assert recognise(ground, lon.ravel(), lat.ravel()) == ()
    for crs in (HANOI, CRS.from_epsg(32648)):
        assert recognise(ground, *metres(lon.ravel(), lat.ravel(), crs), crs) == ()


def test_degrees_that_no_road_bears_out_are_not_accused():
    area = shapely.box(105.80, 20.98, 105.84, 21.02)
    ground = drawn(way((105.80, 20.98), (105.801, 20.98)), area=area, zone=HANOI)
    off_the_road = np.array([105.83, 105.831, 105.832]), np.array([21.01, 21.011, 21.012])
    wrong = transform_xy(*metres(*off_the_road, HANOI), tm3(105.75), WGS84)
    assert recognise(ground, *wrong) == ()
    on_the_road = np.array([105.8, 105.8005, 105.801]), np.array([20.98, 20.98, 20.98])
    wrong = transform_xy(*metres(*on_the_road, HANOI), tm3(105.75), WGS84)
    assert len(recognise(ground, *wrong)) == 1


def test_an_area_so_wide_that_two_zones_bring_rows_in_leaves_them_open():
    area = shapely.box(105.0, 20.5, 106.0, 21.5)
    ground = drawn(way((105.1, 20.6), (105.11, 20.6)), area=area)
    far = np.array([107.5, 107.51, 107.52]), np.array([21.0, 21.0, 21.0])
    assert recognise(ground, *metres(*far, tm3(107.5)), tm3(107.5)) == ()


# Metres in columns of degrees
@pytest.mark.parametrize("exchange", [False, True])
@pytest.mark.parametrize("right", [105.0, 105.75, 107.0])
def test_metres_in_columns_of_degrees(ward, right, exchange):
    ground, tables = ward
    table = tables["widths"]
    x, y = metres(table.lon, table.lat, tm3(right))
    if exchange:
        x, y = y, x
    rows = np.arange(0, 47, 2)
    [mistake] = recognise_metres(ground, x, y, rows)
    assert mistake.rows.tolist() == rows.tolist()
    assert said(mistake) == (
        f"24 rows hold metres, not degrees: read in zone {zone_name(tm3(right))} they lie in "
        "the area"
    )
    assert close(mistake.correction.apply(x, y), table.lon, table.lat)


def test_one_row_of_metres_is_enough(ward):
    ground, _ = ward
    figures = np.array([584_744.0, 584_744.0]), np.array([2_322_957.0, 9_322_957.0])
    [mistake] = recognise_metres(ground, *figures, np.array([0, 1]))
    assert mistake.rows.tolist() == [0]
    assert said(mistake).startswith("the row holds metres, not degrees: read in zone 105°00′")


# The datum
BAD = {
    "datum-wgs84-vn2000": lambda lon, lat: transform_xy(lon, lat, WGS84, VN2000),
    "datum-vn2000-wgs84": lambda lon, lat: transform_xy(lon, lat, VN2000, WGS84),
}


@pytest.mark.parametrize("slug", BAD)
@pytest.mark.parametrize(
    ("table", "named"),
    [
        ("widths", False),
        ("widths", True),
        ("barriers", False),
        ("barriers", True),
        ("houses", True),
    ],
)
def test_a_table_whose_datum_was_left_out_is_recognised(ward, table, named, slug):
    ground, tables = ward
    table = tables[table]
    wrong = BAD[slug](table.lon, table.lat)
    [mistake] = recognise(ground, *wrong, roads=table.roads if named else None)
    assert (mistake.kind, mistake.slug) == ("datum", slug)
    assert len(mistake.rows) == len(table.lon)
    read, are, side = (
        ("WGS 84", "VN-2000", "northwest")
        if slug == "datum-wgs84-vn2000"
        else ("VN-2000", "WGS 84", "southeast")
    )
    assert said(mistake) == (
        f"{len(table.lon)} points fall 224 m {side}: they are {are}, read as {read}"
    )
    right = mistake.correction.apply(*wrong)
    assert np.allclose(right, (table.lon, table.lat), rtol=0, atol=2e-8)


@pytest.mark.parametrize(
    ("used", "right", "slug"),
    [
        (3405, 5897, "zone-vn2000utm48n-10500"),
        (32648, 5897, "zone-wgs84utm48n-10500"),
        (5897, 3405, "zone-10500-vn2000utm48n"),
        (5897, 32648, "zone-10500-wgs84utm48n"),
        (32648, 3405, "datum-wgs84-vn2000"),
        (3405, 32648, "datum-vn2000-wgs84"),
    ],
)
def test_utm_and_tm3_of_one_meridian_are_told_apart_by_the_roads(ward, used, right, slug):
    ground, tables = ward
    lon, lat = tables["widths"].lon, tables["widths"].lat
    x, y = metres(lon, lat, CRS.from_epsg(right))
    [mistake] = recognise(ground, x, y, CRS.from_epsg(used))
    assert mistake.slug == slug
    assert close(mistake.correction.apply(x, y), lon, lat)


@pytest.mark.parametrize("slug", BAD)
@pytest.mark.parametrize(
    ("table", "count"), [("houses", 20), ("houses", 40), ("widths", 20), ("barriers", 12)]
)
def test_most_parts_of_a_table_show_that_the_datum_was_left_out(ward, table, count, slug):
    ground, tables = ward
    draw = np.random.default_rng(5)
    recognised = 0
    for _ in range(20):
        rows = draw.choice(len(tables[table].lon), count, replace=False)
        figures, roads = by_row(tables[table], rows)
        found = [m.slug for m in recognise(ground, *BAD[slug](*figures), roads=roads)]
        assert found in ([], [slug])
        recognised += found == [slug]
    assert recognised >= 19


def test_houses_without_addresses_prove_nothing_where_alleys_repeat_themselves(ward):
    # The sample's alleys run side by side, 28 m apart: one alley farther the houses fit as well.
    ground, tables = ward
    draw = np.random.default_rng(5)
    for _ in range(10):
        rows = draw.choice(len(tables["houses"].lon), 20, replace=False)
        figures, _ = by_row(tables["houses"], rows)
        assert recognise(ground, *BAD["datum-wgs84-vn2000"](*figures)) == ()


def test_fewer_than_eight_points_tell_nothing_of_the_datum(ward):
    ground, tables = ward
    figures, roads = by_row(tables["widths"], np.arange(7))
    assert recognise(ground, *BAD["datum-wgs84-vn2000"](*figures), roads=roads) == ()


# Streets that repeat themselves. What the datum moves points by is 196 m east and 108 m south.
UTM = CRS.from_epsg(32648)
EAST, NORTH = 585_000.0, 2_322_000.0


def streets(*, rows_m, columns_m=None):
    """Draw streets of 1.5 km, one every so many metres to the north, and to the east."""
    lines = [[(0, at), (1500, at)] for at in np.arange(0, 1500, rows_m)]
    if columns_m:
        lines += [[(at, 0), (at, 1500)] for at in np.arange(0, 1500, columns_m)]
    ways = []
    for k, line in enumerate(lines, start=1):
        x, y = np.transpose(line) + np.array([[EAST], [NORTH]])
        ways.append(way(*zip(*transform_xy(x, y, UTM, WGS84), strict=True), way_id=k))
    return drawn(*ways, zone=HANOI)


def places(x, y):
    return transform_xy(np.asarray(x) + EAST, np.asarray(y) + NORTH, UTM, WGS84)


@pytest.mark.parametrize("columns_m", [None, 196.2, 98.1, 70.0])
@pytest.mark.parametrize("rows_m", [108.1, 54.05, 36.03, 50.0])
def test_points_on_streets_that_repeat_themselves_are_not_accused(rows_m, columns_m):
    ground = streets(rows_m=rows_m, columns_m=columns_m)
    draw = np.random.default_rng(2)
    for _ in range(10):
        y = rows_m * draw.integers(0, int(1500 / rows_m), 30) + draw.normal(0, 4, 30)
        assert recognise(ground, *places(draw.uniform(0, 1500, 30), y)) == ()


@pytest.mark.parametrize("columns_m", [None, 130.8])
def test_points_in_alleys_that_no_map_has_are_not_accused(columns_m):
    # Half-way between mapped streets; without the datum they would lie on them, and so they
    # would in many other places.
    ground = streets(rows_m=72.07, columns_m=columns_m)
    draw = np.random.default_rng(2)
    for _ in range(10):
        y = 72.07 * (draw.integers(4, 12, 30) + 0.5) + draw.normal(0, 2, 30)
        x = 65.4 * (2 * draw.integers(1, 7, 30) + 1) + draw.normal(0, 2, 30)
        assert recognise(ground, *places(x, y)) == ()


def test_points_along_one_straight_alley_prove_nothing():
    # They lie on a mapped street once corrected, but so they would anywhere along it.
    ground = streets(rows_m=400.0)
    lon, lat = places(np.arange(500, 800, 10.5), np.full(29, 400.0))
    assert recognise(ground, lon, lat) == ()
    assert recognise(ground, *BAD["datum-wgs84-vn2000"](lon, lat)) == ()


# Nobody is accused without cause
def parts(table, draw, *, times):
    """Yield rows drawn at random, rows that lie together, rows that stand together."""
    count = len(table.lon)
    for k in range(times):
        size = min(int(draw.integers(8, 41)), count)
        one = int(draw.integers(count))
        if k % 3 == 0:
            yield draw.choice(count, size, replace=False)
        elif k % 3 == 1:
            apart = np.hypot(table.lon - table.lon[one], table.lat - table.lat[one])
            yield np.argsort(apart, kind="stable")[:size]
        else:
            yield np.arange(size) + min(one, count - size)


def assert_none_accused(ground, tables, *, times):
    draw = np.random.default_rng(11)
    for table in tables.values():
        assert recognise(ground, table.lon, table.lat, roads=table.roads) == ()
        assert recognise(ground, table.lon, table.lat) == ()
        for crs in (HANOI, CRS.from_epsg(32648), CRS.from_epsg(3405)):
            assert recognise(ground, *metres(table.lon, table.lat, crs), crs) == ()
        for rows in parts(table, draw, times=times):
            figures, roads = by_row(table, rows)
            assert recognise(ground, *figures, roads=roads) == ()
            assert recognise(ground, *figures) == ()


def test_no_clean_table_of_the_sample_ward_is_accused(ward):
    assert_none_accused(*ward, times=60)


def test_no_clean_table_of_the_sample_commune_is_accused(commune):
    assert_none_accused(*commune, times=60)


def test_no_clean_table_of_khuong_dinh_is_accused(khuong_dinh):
    assert_none_accused(*khuong_dinh, times=45)


@pytest.mark.parametrize("slug", BAD)
@pytest.mark.parametrize("table", ["widths", "barriers", "water", "fire_points", "houses"])
def test_the_datum_left_out_of_a_table_of_khuong_dinh(khuong_dinh, table, slug):
    ground, tables = khuong_dinh
    table = tables[table]
    for named in {False, table.roads is not None}:
        wrong = BAD[slug](table.lon, table.lat)
        found = recognise(ground, *wrong, roads=table.roads if named else None)
        assert [m.slug for m in found] == [slug]


def test_rows_in_another_order_make_the_same_mistake(ward):
    ground, tables = ward
    table = tables["houses"]
    order = np.random.default_rng(3).permutation(len(table.lon))
    lon, lat = BAD["datum-wgs84-vn2000"](table.lon, table.lat)
    [mistake] = recognise(ground, lon, lat, roads=table.roads)
    [shuffled] = recognise(ground, lon[order], lat[order], roads=[table.roads[i] for i in order])
    assert (said(shuffled), shuffled.slug) == (said(mistake), mistake.slug)


# Telling
@pytest.mark.parametrize("accepted", [False, True])
@pytest.mark.parametrize(
    ("count", "needed", "outcome"),
    [
        (47, True, "the rows are left out"),
        (47, False, "the rows are used without a place"),
        (1, True, "the row is left out"),
    ],
)
def test_a_mistake_is_told_once_with_all_its_rows(ward, count, needed, outcome, accepted):
    ground, tables = ward
    lon, lat = tables["widths"].lon[:count], tables["widths"].lat[:count]
    [mistake] = recognise(ground, *metres(lon, lat, HANOI), tm3(105.75))
    told = []

    def tell(i, column, code, message, remedy, *, severity="error", params, rows, fix=None):
        texts = message.format(**params), remedy.format(**params)
        told.append((i, column, code, severity, *texts, rows, fix))

    ids = frozenset(["widths-zone-10545-10500"]) if accepted else frozenset()
    fix = f"widths-{mistake.slug}"
    assert tell_mistake(mistake, tell, "x", fix=fix, accepted=ids, needed=needed) is accepted
    [(i, column, code, severity, message, remedy, rows, offered)] = told
    assert (i, column) == (0, "x")
    assert (None if rows is None else len(rows)) == (None if count == 1 else count)
    assert said(mistake) in message
    if accepted:
        assert (code, severity, offered) == ("fix_applied", "hint", None)
        assert fix in message
    else:
        assert (code, severity, offered) == ("zone", "error", fix)
        assert f"--accept-fix {fix}" in remedy
        assert remedy.endswith(outcome)
