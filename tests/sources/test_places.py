"""Where rows lie: every way to write it down, and what is told where it can't be read."""

from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS, Geod

from fireaccess.model.errors import InputError
from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.ground import Ground
from fireaccess.sources.osm import read_osm
from fireaccess.sources.places import read_places
from fireaccess.sources.zones import PROVINCIAL_ZONES, VN2000, VN_UTM_ZONES, tm3

WARD = Path(__file__).parents[2] / "data" / "sample-ward"
HANOI = tm3(105.0)
UTM = CRS.from_epsg(32648)
WIDTHS = pd.read_csv(WARD / "survey" / "widths.csv")
LON, LAT = WIDTHS["lon"].to_numpy(), WIDTHS["lat"].to_numpy()
COUNT = len(WIDTHS)


@pytest.fixture(scope="module")
def ground():
    area = gpd.read_file(WARD / "area.geojson").union_all()
    return Ground.of(read_osm(WARD / "roads.osm"), area, 500.0, zone=HANOI)


class Told(list):
    """What was told of a table: every template has to be one that its parameters fill in."""

    def __init__(self, raw):
        super().__init__()
        self.raw = raw

    def __call__(
        self,
        i,
        column,
        code,
        message,
        remedy,
        *,
        severity="error",
        params=None,
        rows=None,
        fix=None,
    ):
        value = self.raw[column].iloc[i] if column in self.raw else None
        params = {"value": value, **(params or {})}
        assert rows is None or (len(rows) > 1 and rows[0] == i)
        self.append(
            SimpleNamespace(
                rows=[i] if rows is None else [int(row) for row in rows],
                column=column,
                code=code,
                what=message.format(**params),
                how=remedy.format(**params),
                severity=severity,
                fix=fix,
            )
        )

    @property
    def codes(self):
        return [(f.rows, f.column, f.code) for f in self]


def read(columns, *, required=True, accepted=(), project_crs=HANOI, crs=None, ground=None, **more):
    """Read columns of texts; return what was placed and what was told."""
    raw = pd.DataFrame(
        {name: pd.Series(list(cells), dtype=object) for name, cells in columns.items()}
    )
    before = raw.copy(deep=True)
    told = Told(raw)
    placed = read_places(
        raw,
        told,
        project_crs=project_crs,
        crs=crs,
        ground=ground,
        name="widths",
        accepted=frozenset(accepted),
        required=required,
        **more,
    )
    pd.testing.assert_frame_equal(raw, before)
    assert (np.isfinite(placed.geometry_wgs84).all(axis=1) == placed.ok).all()
    assert not (placed.ok & ~placed.given).any()
    return placed, told


def quietly(columns, **more):
    """Read columns of which nothing has to be told; return longitude and latitude."""
    placed, told = read(columns, **more)
    assert not told, [f.what for f in told]
    assert placed.ok.all()
    return placed.geometry_wgs84


def degrees(values, places=7):
    return [f"{value:.{places}f}" for value in values]


def metres(values, places=3):
    return [f"{value:.{places}f}" for value in values]


def projected(code, lon=LON, lat=LAT):
    crs = CRS.from_epsg(code) if isinstance(code, int) else code
    return transform_xy(np.asarray(lon), np.asarray(lat), WGS84, crs)


def assert_at(places, lon=LON, lat=LAT, within_m=0.01):
    apart = Geod(ellps="WGS84").inv(*np.asarray(places).T, lon, lat)[2]
    assert np.max(apart) < within_m


def sexagesimal(value):
    minutes, seconds = divmod(round(value * 3600, 4), 60)
    return f"{minutes // 60:.0f}°{minutes % 60:.0f}'{seconds:.4f}\""


# Every way to write a place
def test_degrees_in_two_columns():
    assert_at(quietly({"lon": degrees(LON), "lat": degrees(LAT)}))


def test_degrees_with_minutes_and_seconds():
    lon, lat = map(sexagesimal, LON), map(sexagesimal, LAT)
    assert_at(quietly({"lon": [f"{text}Đ" for text in lon], "lat": [f"{text} B" for text in lat]}))


@pytest.mark.parametrize("column", ["coordinates", "lon", "lat"])
@pytest.mark.parametrize(
    "write",
    [
        lambda lon, lat: f"{lat:.7f}, {lon:.7f}",
        lambda lon, lat: f"{lon:.7f}, {lat:.7f}",
        lambda lon, lat: f"{lat:.7f}; {lon:.7f}".replace(".", ","),
        lambda lon, lat: f"({lat:.7f} {lon:.7f})",
        lambda lon, lat: f"{sexagesimal(lat)}N {sexagesimal(lon)}E",
    ],
)
def test_pairs_in_one_column(column, write):
    blank = {"lon": "lat", "lat": "lon"}.get(column)
    columns = {column: map(write, LON, LAT)} | ({blank: [None] * COUNT} if blank else {})
    assert_at(quietly(columns))


def test_pairs_of_metres_in_one_column():
    east, north = map(metres, projected(HANOI))
    for write in ("{n}; {e}", "{e}, {n}", "X={n} Y={e}", "E: {e}, N: {n}", "({n} {e})"):
        assert_at(
            quietly(
                {"coordinates": [write.format(e=e, n=n) for e, n in zip(east, north, strict=True)]}
            )
        )


@pytest.mark.parametrize("code", [*PROVINCIAL_ZONES.values(), *VN_UTM_ZONES.values(), 32648, 32649])
@pytest.mark.parametrize("x_is", ["north", "east"])
def test_metres_in_x_and_y_are_told_apart_by_size(code, x_is):
    east, north = map(metres, projected(code, LON, LAT))
    x, y = (north, east) if x_is == "north" else (east, north)
    if max(map(float, east)) > 850_000 or min(map(float, east)) < 150_000:
        x, y = east, north  # too far from that meridian to be told by size
    assert_at(quietly({"x": x, "y": y}, project_crs=CRS.from_epsg(code)))


@pytest.mark.parametrize("code", [5897, 9210, 32648])
def test_easting_and_northing_are_what_they_say(code):
    east, north = map(metres, projected(code))
    columns = {"easting": east, "northing": north}
    assert_at(quietly(columns, project_crs=CRS.from_epsg(code)))


def test_elsewhere_x_is_the_easting():
    tm35 = CRS.from_epsg(3067)
    x, y = transform_xy(np.array([24.94]), np.array([60.17]), WGS84, tm35)
    places = quietly({"x": metres(x), "y": metres(y)}, project_crs=tm35)
    assert_at(places, [24.94], [60.17])


@pytest.mark.parametrize(
    ("east", "north"),
    [
        ("585.053,12", "2.323.171,32"),
        ("585,053.12", "2,323,171.32"),
        ("585 053.12", "2 323 171.32"),
        ("585053.12 m", "2323171.32m"),
    ],
)
def test_thousands_set_apart(east, north):
    assert_at(quietly({"easting": [east], "northing": [north]}), [105.82], [21.0], 0.02)


def test_vn2000_goes_through_its_pinned_transformation():
    lon, lat = transform_xy(*projected(9210), tm3(105.75), WGS84)
    x, y = metres(projected(9210)[0], 6), metres(projected(9210)[1], 6)
    written_out = CRS.from_proj4(
        "+proj=tmerc +lon_0=105.75 +k=0.9999 +x_0=500000 +ellps=WGS84 +units=m +towgs84="
        "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"
    )
    for crs in (tm3(105.75), written_out):
        assert_at(quietly({"x": x, "y": y}, project_crs=crs), lon, lat, 1e-4)


# Which way counts
def test_row_by_row_the_first_way_that_is_filled_in_counts():
    east, north = projected(HANOI)
    columns = {name: [None] * 5 for name in ("lon", "lat", "coordinates", "x", "y")}
    columns |= {"easting": [None] * 5, "northing": [None] * 5}
    columns["lon"][0], columns["lat"][0] = degrees([LON[0]])[0], degrees([LAT[0]])[0]
    columns["coordinates"][1] = f"{LAT[1]:.7f}, {LON[1]:.7f}"
    columns["x"][2], columns["y"][2] = metres([north[2]])[0], metres([east[2]])[0]
    columns["easting"][3], columns["northing"][3] = metres([east[3]])[0], metres([north[3]])[0]
    placed, told = read(columns)
    assert_at(placed.geometry_wgs84[:4], LON[:4], LAT[:4])
    assert placed.given.tolist() == placed.ok.tolist() == [True, True, True, True, False]
    assert told.codes == [([4], "lon", "no_place")]


def test_two_ways_that_agree_are_no_finding():
    east, north = projected(HANOI)
    assert_at(
        quietly(
            {"lon": degrees(LON), "lat": degrees(LAT), "x": metres(north), "y": metres(east + 40)}
        )
    )


def test_two_ways_that_disagree_are_told_and_the_first_counts():
    east, north = projected(HANOI)
    north[[3, 5]] += [60, -1200]
    columns = {"x": metres(north), "y": metres(east), "lon": degrees(LON), "lat": degrees(LAT)}
    placed, [finding] = read(columns)
    assert_at(placed.geometry_wgs84)
    assert (finding.rows, finding.column, finding.code) == ([3, 5], "x", "two_places")
    assert finding.severity == "warning"
    assert finding.what == "lon, lat and x, y say two places in 2 rows, up to 1.2 km apart"
    assert finding.how == "correct one of them; lon, lat count"
    _, [finding] = read({name: list(cells)[3:4] for name, cells in columns.items()})
    assert finding.what == "lon, lat and x, y say two places, 60 m apart"


def test_metres_in_no_known_crs_beside_degrees_are_not_needed():
    columns = {"lon": degrees(LON), "lat": degrees(LAT), "x": ["1"] * COUNT, "y": ["2"] * COUNT}
    assert_at(quietly(columns, project_crs=None))


# Cells that can't be read
def test_cells_that_are_no_number():
    placed, told = read(
        {
            "lon": ["abc", "105.8", "NaN", "105.8", "abc"],
            "lat": ["20.9", "20°70'", "20.9", "inf", "20.9"],
        }
    )
    assert told.codes == [
        ([0, 4], "lon", "not_a_number"),
        ([2], "lon", "not_a_number"),
        ([1], "lat", "not_a_number"),
        ([3], "lat", "not_a_number"),
    ]
    assert told[0].what == "'abc' is no number"
    assert all(f.how.endswith("; the row is left out") for f in told)
    assert placed.given.all()
    assert not placed.ok.any()


def test_braces_in_a_cell_are_told_as_they_are():
    _, [finding] = read({"coordinates": ["{0} {x}"]})
    assert (finding.code, finding.what) == ("not_a_place", "'{0} {x}' is no pair of coordinates")


@pytest.mark.parametrize("required", [True, False])
def test_rows_without_coordinates(required):
    columns = {"lon": [None, "105.8", None], "lat": [None, None, "20.9"]}
    _, told = read(columns, required=required)
    half = [([1], "lat", "no_place"), ([2], "lon", "no_place")]
    assert told.codes == ([*half, ([0], "lon", "no_place")] if required else half)
    outcome = "the row is left out" if required else "the row is used without a place"
    assert all(f.how == f"give lon and lat; {outcome}" for f in told)


@pytest.mark.parametrize(
    ("columns", "column", "how"),
    [
        (["coordinates"], "coordinates", "give coordinates"),
        (["x", "y"], "x", "give x and y"),
        (["easting", "northing"], "easting", "give easting and northing"),
        (["lon", "lat", "x", "y"], "lon", "give lon and lat"),
        (["road_name"], "lon", "give lon and lat"),
    ],
)
def test_what_is_missing_is_what_the_table_has_columns_for(columns, column, how):
    placed, [finding] = read({name: [None, None] for name in columns})
    assert (finding.rows, finding.column, finding.code) == ([0, 1], column, "no_place")
    assert finding.how.startswith(how)
    assert not placed.given.any()


def test_rows_that_name_a_road_may_lack_coordinates():
    columns = {"lon": [None, None], "lat": [None, None], "road_name": ["Ngõ 1", None]}
    _, told = read(columns, named=np.array([True, False]))
    assert told.codes == [([1], "lon", "no_place")]


def test_decimal_commas_are_told_once_for_a_column():
    columns = {
        "lon": [text.replace(".", ",") for text in degrees(LON)],
        "lat": [degrees(LAT)[0], *(text.replace(".", ",") for text in degrees(LAT)[1:])],
    }
    placed, told = read(columns)
    assert_at(placed.geometry_wgs84)
    assert [(f.column, f.code, f.severity, len(f.rows)) for f in told] == [
        ("lon", "decimal_comma", "warning", COUNT),
        ("lat", "decimal_comma", "warning", COUNT - 1),
    ]
    assert told[0].what == f"{columns['lon'][0]!r} was read with a decimal comma"


def test_places_that_are_not_on_earth():
    columns = {"lon": ["20.99", "105.8", "505.8", "-181"], "lat": ["105.8", "91", "20.9", "5"]}
    placed, told = read(columns)
    assert [f.code for f in told] == ["not_on_earth"] * 4
    assert "swapped" in told[0].how
    assert not placed.ok.any()
    _, [finding] = read({"x": ["1e99"], "y": ["5"]})
    assert (finding.column, finding.code) == ("y", "not_on_earth")


def test_a_letter_for_the_other_axis_is_read_as_swapped(ground):
    columns = {"lon": [f"{LAT[0]}N"], "lat": [f"{LON[0]}E"]}
    assert [f.code for f in read(columns)[1]] == ["not_on_earth"]
    assert [f.code for f in read(columns, ground=ground)[1]] == ["swapped"]


# Coordinate reference systems
@pytest.mark.parametrize(
    "text", ["EPSG:5897", "5897", "105", "KTT 105°00′", "VN-2000, 105-00", "Hà Nội", "tp Hà Nội"]
)
def test_a_row_names_its_crs(text):
    east, north = map(metres, projected(HANOI))
    columns = {"x": north, "y": east, "crs": [text] * COUNT}
    assert_at(quietly(columns, project_crs=None))
    assert_at(quietly(columns, project_crs=UTM, crs=tm3(107.0)))


def test_each_row_may_name_another():
    names = [("105°45'", 9210), ("EPSG:32648", 32648), (None, 5897), ("Thái Nguyên", 9213)]
    rows = [projected(code, LON[k : k + 1], LAT[k : k + 1]) for k, (_, code) in enumerate(names)]
    columns = {
        "x": [metres(north)[0] for _, north in rows],
        "y": [metres(east)[0] for east, _ in rows],
    }
    columns["crs"] = [name for name, _ in names]
    assert_at(quietly(columns), LON[:4], LAT[:4])


def test_the_mapping_goes_before_the_project():
    east, north = map(metres, projected(9210))
    assert_at(quietly({"x": north, "y": east}, crs=tm3(105.75)))


@pytest.mark.parametrize("text", ["VN-2000", "Hà Nội 105°45′", "10500", "EPSG:6957"])
def test_of_several_zones_the_one_in_the_area_is_meant(ground, text):
    east, north = map(metres, projected(HANOI))
    columns = {"x": north, "y": east, "crs": [text] * COUNT}
    assert_at(quietly(columns, project_crs=None, ground=ground))
    placed, [finding] = read(columns, project_crs=None)
    assert (finding.column, finding.code, len(finding.rows)) == ("crs", "crs_ambiguous", COUNT)
    assert not placed.ok.any()


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("UTM 48N", "WGS 84 UTM 48N or VN-2000 UTM 48N"),  # both lie in the area
        ("Bắc Ninh", "107°00′ or 105°30′"),  # neither does
    ],
)
def test_what_the_area_can_not_tell_is_left_open(ground, text, names):
    east, north = map(metres, projected(UTM))
    columns = {
        "x": [*north, north[0]],
        "y": [*east, east[0]],
        "crs": [*[text] * COUNT, "EPSG:32648"],
    }
    placed, [finding] = read(columns, ground=ground)
    assert finding.what == (
        f"{text!r} may mean {names}, and where the project lies doesn't tell which"
    )
    assert placed.ok.tolist() == [False] * COUNT + [True]


def test_rows_whose_crs_is_not_known():
    east, north = map(metres, projected(HANOI, LON[:4], LAT[:4]))
    columns = {"x": north, "y": east, "crs": ["5897", "abc", None, "abc"]}
    placed, told = read(columns, project_crs=None)
    assert told.codes == [([1, 3], "crs", "unknown_crs"), ([2], "crs", "no_crs")]
    assert told[0].what == "'abc' is no coordinate reference system that is known"
    assert placed.ok.tolist() == [True, False, False, False]


def test_a_crs_of_degrees_beside_metres():
    columns = {"x": ["2323171", "2323171"], "y": ["585053", "585053"], "crs": ["WGS84", "5897"]}
    _, [finding] = read(columns)
    assert (finding.rows, finding.code) == ([0], "unknown_crs")
    assert finding.what == "'WGS84' is a system of degrees, but the row gives metres"


@pytest.mark.parametrize(
    ("crs", "message"),
    [
        (None, "the columns x and y are in no CRS that is known"),
        ("abc", "'abc' is not a coordinate reference system that PROJ knows"),
    ],
)
def test_without_any_crs_the_file_is_refused(crs, message):
    columns = {"x": ["2323171"], "y": ["585053"]} | ({"crs": [crs]} if crs else {})
    with pytest.raises(InputError, match=message) as caught:
        read(columns, project_crs=None, file="widths.csv")
    assert caught.value.finding.file == "widths.csv"
    assert "EPSG:5897" in caught.value.finding.what_to_do


def test_degrees_may_be_on_vn2000():
    lon, lat = (degrees(values, 9) for values in transform_xy(LON, LAT, WGS84, VN2000))
    assert_at(quietly({"lon": lon, "lat": lat, "crs": ["EPSG:4756"] * COUNT}))
    assert_at(quietly({"lon": lon, "lat": lat, "crs": ["VN-2000"] * COUNT}))
    assert_at(quietly({"lon": lon, "lat": lat}, crs=VN2000))


def test_a_province_beside_degrees_says_nothing_of_them():
    assert_at(quietly({"lon": degrees(LON), "lat": degrees(LAT), "crs": ["Hà Nội"] * COUNT}))


# Mistakes
def test_both_orders_in_one_table_are_hinted_at():
    east, north = map(metres, projected(HANOI))
    x, y = [*east[:5], *north[5:]], [*north[:5], *east[5:]]
    placed, [finding] = read({"x": x, "y": y})
    assert_at(placed.geometry_wgs84)
    assert (finding.code, finding.severity) == ("x_is_north", "hint")
    assert finding.rows == list(range(5, COUNT))


def mistaken(kind):
    """Return columns with one mistake, the rows that have it, its code and fix."""
    lon, lat = LON.copy(), LAT.copy()
    east, north = projected(HANOI)
    everywhere = list(range(COUNT))
    if kind == "swapped":
        lon[[2, 9]], lat[[2, 9]] = lat[[2, 9]], lon[[2, 9]]
        return {"lon": degrees(lon), "lat": degrees(lat)}, [2, 9], "swapped", "widths-swapped"
    if kind == "exchanged":
        e, n = metres(east), metres(north)
        e[:3], n[:3] = n[:3], e[:3]
        columns = {"easting": e, "northing": n}
        return columns, [0, 1, 2], "swapped", "widths-swapped-easting"
    if kind == "zone":
        columns = {"x": metres(north), "y": metres(east), "crs": ["105°45′"] * COUNT}
        return columns, everywhere, "zone", "widths-zone-10545-10500-x"
    if kind == "degrees of a zone":
        lon, lat = transform_xy(east, north, tm3(105.75), WGS84)
        columns = {"lon": degrees(lon), "lat": degrees(lat)}
        return columns, everywhere, "zone", "widths-zone-10545-10500"
    if kind == "datum":
        lon, lat = transform_xy(LON, LAT, WGS84, VN2000)
        columns = {"lon": degrees(lon, 9), "lat": degrees(lat, 9)}
        return columns, everywhere, "datum", "widths-datum-wgs84-vn2000"
    if kind == "datum of pairs":
        lon, lat = transform_xy(LON, LAT, WGS84, VN2000)
        pairs = [f"{b:.9f}, {a:.9f}" for a, b in zip(lon, lat, strict=True)]
        columns = {"coordinates": pairs}
        return columns, everywhere, "datum", "widths-datum-wgs84-vn2000-coordinates"
    if kind == "metres":
        lon, lat = degrees(lon), degrees(lat)
        lon[4:7], lat[4:7] = metres(east)[4:7], metres(north)[4:7]
        columns = {"lon": lon, "lat": lat}
        return columns, [4, 5, 6], "metres_in_degrees", "widths-metres-10500"
    columns = {"lon": metres(north), "lat": metres(east)}
    return columns, everywhere, "metres_in_degrees", "widths-metres-10500-exchanged"


KINDS = ["swapped", "exchanged", "zone", "degrees of a zone", "datum", "datum of pairs", "metres"]
KINDS += ["metres, north first"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_mistake_is_told_with_its_rows_and_they_are_left_out(ground, kind):
    columns, rows, code, fix = mistaken(kind)
    placed, [finding] = read(columns, ground=ground)
    assert (finding.rows, finding.code, finding.fix) == (rows, code, fix)
    assert finding.severity == "error"
    assert f"--accept-fix {fix}" in finding.how
    assert finding.how.endswith("left out")
    assert np.flatnonzero(~placed.ok).tolist() == rows
    others = placed.ok
    if others.any():
        assert_at(placed.geometry_wgs84[others], LON[others], LAT[others])


@pytest.mark.parametrize("kind", KINDS)
def test_an_accepted_correction_is_applied_and_told(ground, kind):
    columns, rows, _, fix = mistaken(kind)
    placed, [finding] = read(columns, ground=ground, accepted=[fix, "widths-another"])
    assert (finding.code, finding.severity, finding.fix) == ("fix_applied", "hint", None)
    assert finding.rows == rows
    assert np.flatnonzero(placed.corrected).tolist() == rows
    assert placed.ok.all()
    assert_at(placed.geometry_wgs84)


def test_a_wrong_zone_and_no_datum_are_two_mistakes(ground):
    lon, lat = transform_xy(*projected(HANOI), tm3(104.75), VN2000)
    columns = {"lon": degrees(lon, 9), "lat": degrees(lat, 9)}
    zone, datum = "widths-zone-10445-10500", "widths-datum-wgs84-vn2000"
    _, told = read(columns, ground=ground)
    assert [f.fix for f in told] == [zone]
    placed, told = read(columns, ground=ground, accepted=[zone])
    assert [(f.code, f.fix) for f in told] == [("fix_applied", None), ("datum", datum)]
    assert not placed.ok.any()
    placed, told = read(columns, ground=ground, accepted=[zone, datum])
    assert [f.code for f in told] == ["fix_applied", "fix_applied"]
    assert_at(placed.geometry_wgs84, within_m=0.5)


def test_without_a_ground_nothing_is_recognised():
    east, north = map(metres, projected(HANOI))
    places = quietly({"x": north, "y": east, "crs": ["105°45′"] * COUNT})
    assert_at(places, *transform_xy(*projected(HANOI), tm3(105.75), WGS84))


def test_nobody_is_accused_who_did_nothing(ground):
    east, north = map(metres, projected(HANOI))
    roads = {"road_name": WIDTHS["road_name"].where(WIDTHS["road_name"].notna(), None)}
    assert_at(quietly({"lon": degrees(LON), "lat": degrees(LAT), **roads}, ground=ground))
    assert_at(quietly({"x": north, "y": east, **roads}, ground=ground))


def test_a_mistake_in_a_table_that_needs_no_place(ground):
    columns, rows, _, _ = mistaken("swapped")
    _, [finding] = read(columns, ground=ground, required=False)
    assert finding.rows == rows
    assert finding.how.endswith("the rows are used without a place")


# Shapes and sizes
@pytest.mark.parametrize(
    "columns", [[], ["lon", "lat"], ["coordinates"], ["x", "y", "crs"], ["road_name"]]
)
def test_no_rows(ground, columns):
    placed, told = read({name: [] for name in columns}, ground=ground)
    assert not told
    assert placed.geometry_wgs84.shape == (0, 2)
    assert placed.points(UTM).shape == placed.given.shape == placed.ok.shape == (0,)


def test_the_index_of_the_rows_does_not_matter(ground):
    columns, rows, _, _ = mistaken("swapped")
    raw = pd.DataFrame(columns, dtype=object, index=np.arange(COUNT)[::-1] * 7)
    told = Told(raw)
    placed = read_places(
        raw,
        told,
        project_crs=None,
        ground=ground,
        name="widths",
        accepted=frozenset(),
        required=True,
    )
    assert told[0].rows == rows
    assert np.flatnonzero(~placed.ok).tolist() == rows


def test_points_are_carried_to_the_analysis_crs():
    placed, _ = read({"lon": [*degrees(LON), "x"], "lat": [*degrees(LAT), "5"]})
    points = placed.points(HANOI)
    assert points[-1] is None
    east, north = projected(HANOI)
    assert np.allclose(shapely.get_coordinates(points), np.column_stack([east, north]), atol=0.02)


CELLS = st.one_of(
    st.none(),
    st.text("0123456789.,;:°'\"NSEBĐ -+xy{}", min_size=1, max_size=16),
    st.sampled_from(["105.82", "20.99", "105,82", "585053", "2323171", "20.99, 105.82", "5897"]),
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {name: CELLS for name in ("lon", "lat", "coordinates", "x", "y", "crs")}
        ),
        min_size=1,
        max_size=8,
    ),
    st.booleans(),
)
def test_every_row_is_placed_or_told(rows, required):
    # One row in degrees: the file isn't refused, whatever the others say of their CRS.
    rows = [*rows, dict.fromkeys(rows[0]) | {"lon": "105.82", "lat": "20.99"}]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    placed, told = read(columns, required=required)
    blamed = {row for f in told if f.severity == "error" for row in f.rows}
    assert set(np.flatnonzero(placed.given & ~placed.ok)) <= blamed
    assert blamed.isdisjoint(np.flatnonzero(placed.ok))
    if required:
        assert set(np.flatnonzero(~placed.ok)) == blamed
