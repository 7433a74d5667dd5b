"""Zones and provinces: the tables are whole, and a cell means what an officer means by it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS

from fireaccess.sources.coordinates import WGS84
from fireaccess.sources.zones import (
    NEW_PROVINCES,
    OLD_PROVINCES,
    PROVINCIAL_ZONES,
    TM3_ZONES,
    VN_UTM_ZONES,
    meridians_of,
    read_crs,
    tm3,
    zone_name,
    zone_of,
)

TOWGS84 = "-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,0.252906278"


def codes(text):
    return [crs.to_epsg() for crs in read_crs(text)]


def written_out(meridian, scale="0.9999", datum=f"+towgs84={TOWGS84}"):
    return CRS.from_proj4(
        f"+proj=tmerc +lat_0=0 +lon_0={meridian} +k={scale} +x_0=500000 +y_0=0 +ellps=WGS84 "
        f"{datum} +units=m +no_defs"
    )


# Tables
def test_the_tables_are_whole():
    assert len(PROVINCIAL_ZONES) == 17
    assert len(OLD_PROVINCES) == 63
    assert len(NEW_PROVINCES) == 34
    assert set(OLD_PROVINCES.values()) == set(PROVINCIAL_ZONES)
    assert set(NEW_PROVINCES.values()) <= set(PROVINCIAL_ZONES)


@pytest.mark.parametrize(("meridian", "code"), TM3_ZONES.items())
def test_each_code_is_the_zone_of_its_meridian(meridian, code):
    crs = CRS.from_epsg(code)
    figures = {param.name: param.value for param in crs.coordinate_operation.params}
    assert figures["Longitude of natural origin"] == meridian
    assert figures["Scale factor at natural origin"] == 0.9999
    assert figures["False easting"] == 500_000
    assert crs.geodetic_crs.to_epsg() == 4756
    assert not crs.is_deprecated


@pytest.mark.parametrize(
    ("province", "old", "new"),
    [
        ("Lai Châu", 103.0, 104.75),
        ("Bắc Ninh", 105.5, 107.0),
        ("Quảng Trị", 106.25, 106.0),
        ("Gia Lai", 108.5, 108.25),
        ("Tây Ninh", 105.5, 105.75),
    ],
)
def test_a_province_with_another_meridian_since_2025_may_mean_both(province, old, new):
    assert meridians_of(province) == (new, old)
    assert meridians_of(f"tỉnh {province} (cũ)") == (old,)
    assert meridians_of(f"{province} mới") == (new,)


def test_no_other_province_of_today_had_another_meridian():
    changed = {name for name, m in NEW_PROVINCES.items() if OLD_PROVINCES.get(name, m) != m}
    assert changed == {"Lai Châu", "Bắc Ninh", "Quảng Trị", "Gia Lai", "Tây Ninh"}


@pytest.mark.parametrize("province", sorted({*OLD_PROVINCES, *NEW_PROVINCES}))
def test_every_province_is_understood(province):
    expected = {table[province] for table in (OLD_PROVINCES, NEW_PROVINCES) if province in table}
    if province in ("Huế", "Thừa Thiên Huế"):
        expected = {107.0}
    bare = province.removeprefix("TP. ")
    for text in (province, f"Tỉnh {bare}", province.upper(), f"thành phố {bare}"):
        assert {crs.to_epsg() for crs in read_crs(text)} == {TM3_ZONES[m] for m in expected}


@pytest.mark.parametrize(
    ("text", "meridian"),
    [
        ("TP.HCM", 105.75),
        ("TP HCM", 105.75),
        ("TPHCM", 105.75),
        ("TP Hồ Chí Minh", 105.75),
        ("Thành phố Hồ Chí Minh", 105.75),
        ("Ho Chi Minh City", 105.75),
        ("Sài Gòn", 105.75),
        ("Hanoi", 105.0),
        ("HN", 105.0),
        ("Bà Rịa - Vũng Tàu", 107.75),
        ("Bà Rịa–Vũng Tàu", 107.75),
        ("BR-VT", 107.75),
        ("Thừa Thiên - Huế", 107.0),
        ("Thừa Thiên Huế", 107.0),
        ("TP. Huế", 107.0),
        ("Đắc Lắc", 108.5),
        ("Dak Lak", 108.5),
        ("Hoà Bình", 106.0),
        ("Hoà Bình (cũ)", 106.0),
        ("Phú Thọ (Hòa Bình cũ)", 106.0),
    ],
)
def test_the_common_forms_of_a_name(text, meridian):
    assert meridians_of(text) == (meridian,)


@pytest.mark.parametrize(
    "text", ["", "Lào", "Hà", "Nam", "Phường Khương Đình", "cũ", "Hòa Bình mới", "Huế cũ mới"]
)
def test_what_is_no_province(text):
    assert meridians_of(text) == ()


# What a cell says
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EPSG:5897", [5897]),
        ("epsg 5897", [5897]),
        ("urn:ogc:def:crs:EPSG::5897", [5897]),
        ("5897", [5897]),
        ("EPSG:6957", [5897, 6957]),  # withdrawn: false easting and northing were exchanged
        ("EPSG:32648", [32648]),
        ("105", [5897]),
        ("105.0", [5897]),
        ("105°", [5897]),
        ("105°00'", [5897]),
        ("105°00′00″", [5897]),
        ("105-45", [9210]),
        ("105:45", [9210]),
        ("105 45", [9210]),
        ("105 45 00", [9210]),
        ("105.75", [9210]),
        ("105,75", [9210]),
        ("105o45'", [9210]),
        ("105º45’", [9210]),
        ("105 độ 45 phút", [9210]),
        ("105°45' Đông", [9210]),
        ("kinh tuyến trục 105°45′", [9210]),
        ("KTT 105.45", [9210]),
        ("KTTT: 105°45'; múi 3°", [9210]),
        ("108.3", [9218]),  # 108.30 in Excel
        ("108.30", [9218]),
        ("108.15", [9217]),
        ("106.5", [9213]),
        ("102", [5896]),
        ("VN-2000 105°00'", [5897]),
        ("VN2000 105-45", [9210]),
        ("VN2000 / TM-3 105-45", [9210]),
        ("VN-2000 / TM-3 zone 482", [5897]),
        ("VN_2000_TM3_105_45", [9210]),
        ("VN2000 múi 3 độ, KTT 105°45'", [9210]),
        ("VN-2000 múi 6 độ 105°", [3405]),
        ("VN-2000 UTM 48", [3405]),
        ("VN-2000 / UTM zone 49N", [3406]),
        ("WGS84", [4326]),
        ("WGS 84", [4326]),
        ("WGS 84 UTM 48N", [32648]),
        ("WGS 84 / UTM zone 48N", [32648]),
        ("UTM 33N", [32633]),
        ("WGS 84 UTM 56S", [32756]),
        ("UTM 48N", [32648, 3405]),
        ("Hà Nội", [5897]),
        ("VN-2000 Hà Nội", [5897]),
        ("Hà Nội 105°00'", [5897]),
        ("Hà Nội 105°45'", [9210, 5897]),
        ("Bắc Ninh", [9214, 9209]),
        ("ETRS89 / TM35FIN(E,N)", [3067]),
        (written_out(105.75).to_wkt(), [9210]),
        (f"+proj=tmerc +lon_0=105.75 +k=0.9999 +x_0=500000 +towgs84={TOWGS84}", [9210]),
    ],
)
def test_what_a_cell_may_mean(text, expected):
    assert codes(text) == expected


@pytest.mark.parametrize("mark", ["°{:02d}'", "-{:02d}", " {:02d}", ".{:02d}", "°{:02d}′00″"])
@pytest.mark.parametrize("meridian", PROVINCIAL_ZONES)
def test_every_meridian_in_every_spelling(meridian, mark):
    text = f"{int(meridian)}{mark.format(round(meridian % 1 * 60))}"
    assert codes(text) == [PROVINCIAL_ZONES[meridian]]
    assert codes(f"{meridian:g}") == [PROVINCIAL_ZONES[meridian]]
    assert codes(f"{meridian:.2f}".replace(".", ",")) == [PROVINCIAL_ZONES[meridian]]


def test_vn2000_alone_may_be_degrees_or_any_provincial_zone():
    assert codes("VN-2000") == [4756, *PROVINCIAL_ZONES.values()]


def test_figures_run_together_may_be_a_meridian_or_a_code():
    assert codes("10545") == [9210, 10545]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "0",
        "105°20'",
        "105°75'",
        "105.20",
        "ngõ 105",
        "105 ngõ 3",
        "EPSG:1",
        "9999999",
        "WGS84 105°",
        "VN-2000 WGS84",
        "VN-2000 UTM 33",
        "UTM 61",
        "TM35FIN",
        "+proj=nothing",
        "{0}",
        "%s",
    ],
)
def test_what_is_not_understood(text):
    assert read_crs(text) == ()


@given(st.text(max_size=40))
def test_any_text_is_read_or_not_understood(text):
    assert isinstance(read_crs(text), tuple)


# CRSs written out
@pytest.mark.parametrize("meridian", PROVINCIAL_ZONES)
def test_a_zone_written_out_is_recognised(meridian):
    crs = written_out(meridian)
    assert crs.to_epsg() is None
    assert zone_of(crs) == tm3(meridian)


@pytest.mark.parametrize("code", [*TM3_ZONES.values(), *VN_UTM_ZONES.values(), 32648, 32649])
def test_a_zone_in_the_words_of_another_program_is_recognised(code):
    other = CRS.from_wkt(CRS.from_epsg(code).to_wkt("WKT1_ESRI"))
    assert zone_of(other) == CRS.from_epsg(code)


@pytest.mark.parametrize(
    "crs",
    [
        written_out(105.2),
        written_out(105, scale="0.9998"),
        written_out(105, datum="+towgs84=0,0,0"),
        written_out(105, datum="+towgs84=-180,-39,-111"),
        written_out(105, datum=""),
        written_out(105).source_crs,
        CRS.from_proj4("+proj=tmerc +lon_0=105 +k=0.9999 +x_0=0 +datum=WGS84"),
        CRS.from_epsg(4756),
        CRS.from_epsg(32633),
        CRS.from_epsg(3857),
        WGS84,
    ],
    ids=str,
)
def test_what_is_no_zone_of_viet_nam(crs):
    assert zone_of(crs) is None


@pytest.mark.parametrize("scale", ["0.9996"])
def test_utm_written_out_is_recognised_on_its_datum(scale):
    assert zone_of(written_out(105, scale)).to_epsg() == 3405
    assert zone_of(written_out(111, scale, datum="+towgs84=0,0,0")).to_epsg() == 32649


def test_a_zone_is_called_by_its_meridian():
    assert zone_name(written_out(105.75)) == "105°45′"
    assert [zone_name(tm3(m)) for m in (102.0, 104.5, 108.25)] == ["102°00′", "104°30′", "108°15′"]
