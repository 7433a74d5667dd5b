"""VN-2000 by one transformation everywhere, compared with the arithmetic written out here."""

import numpy as np
import pytest
from pyproj import CRS, Geod, Proj

from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.zones import PROVINCIAL_ZONES, VN2000, VN_UTM_ZONES, tm3

# WGS 84 ellipsoid, which both datums are on
SEMI_MAJOR_M = 6378137.0
FLATTENING = 1 / 298.257223563
ECCENTRICITY_2 = FLATTENING * (2 - FLATTENING)
# EPSG:6960, coordinate frame: metres, arc seconds, parts per million
SHIFT_M = np.array([-191.90441429, -39.30318279, -111.45032835])
TURN = np.radians(np.array([-0.00928836, 0.01975479, -0.00427372]) / 3600)
SCALE = 1 + 0.252906278e-6

CLOSE_M = 0.001
ZONES = [
    *((code, meridian, 0.9999) for meridian, code in PROVINCIAL_ZONES.items()),
    *((code, number * 6 - 183, 0.9996) for number, code in VN_UTM_ZONES.items()),
]
#: Longitude and latitude in WGS 84, from Lũng Cú to Đất Mũi and from Lai Châu to Khánh Hòa.
PLACES = np.array(
    [
        (105.82, 20.99),
        (102.15, 22.4),
        (105.33, 23.38),
        (104.73, 8.6),
        (106.7, 10.77),
        (109.45, 12.65),
        (107.59, 16.46),
    ]
)


def to_cartesian(lon, lat):
    lon, lat = np.radians(lon), np.radians(lat)
    normal = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_2 * np.sin(lat) ** 2)
    return np.array(
        [
            normal * np.cos(lat) * np.cos(lon),
            normal * np.cos(lat) * np.sin(lon),
            normal * (1 - ECCENTRICITY_2) * np.sin(lat),
        ]
    )


def to_degrees(xyz):
    x, y, z = xyz
    across = np.hypot(x, y)
    lat = np.arctan2(z, across * (1 - ECCENTRICITY_2))
    for _ in range(10):
        normal = SEMI_MAJOR_M / np.sqrt(1 - ECCENTRICITY_2 * np.sin(lat) ** 2)
        lat = np.arctan2(z + ECCENTRICITY_2 * normal * np.sin(lat), across)
    return np.degrees(np.arctan2(y, x)), np.degrees(lat)


def to_wgs84(lon, lat):
    """Carry VN-2000 degrees to WGS 84: EPSG:6960 in its coordinate-frame form."""
    rx, ry, rz = TURN
    frame = np.array([[1, rz, -ry], [-rz, 1, rx], [ry, -rx, 1]])
    return to_degrees(SHIFT_M[:, None] + SCALE * frame @ to_cartesian(lon, lat))


def apart_m(lon, lat, other_lon, other_lat):
    return np.asarray(Geod(ellps="WGS84").inv(lon, lat, other_lon, other_lat)[2])


@pytest.mark.parametrize(("code", "meridian", "scale"), ZONES)
def test_a_zone_goes_there_and_back(code, meridian, scale):
    crs = CRS.from_epsg(code)
    east, north = transform_xy(*PLACES.T, WGS84, crs)
    apart = apart_m(*transform_xy(east, north, crs, WGS84), *PLACES.T)
    assert apart[0] < CLOSE_M  # Hà Nội
    assert apart.max() < CLOSE_M


@pytest.mark.parametrize(("code", "meridian", "scale"), ZONES)
def test_a_zone_agrees_with_the_arithmetic_written_out(code, meridian, scale):
    crs = CRS.from_epsg(code)
    plane = Proj(proj="tmerc", lat_0=0, lon_0=meridian, k=scale, x_0=500_000, ellps="WGS84")
    east, north = transform_xy(*PLACES.T, WGS84, crs)
    expected = to_wgs84(*plane(east, north, inverse=True))
    assert apart_m(*transform_xy(east, north, crs, WGS84), *expected).max() < 1e-6
    assert apart_m(*expected, *PLACES.T).max() < CLOSE_M


def test_degrees_on_vn2000_agree_with_the_arithmetic_written_out():
    expected = to_wgs84(*PLACES.T)
    assert apart_m(*transform_xy(*PLACES.T, VN2000, WGS84), *expected).max() < CLOSE_M


def test_the_datum_left_out_moves_points_by_some_225_m():
    moved = apart_m(*transform_xy(*PLACES.T, VN2000, WGS84), *PLACES.T)
    assert 224 < moved[0] < 226  # Hà Nội
    assert 221 < moved.min() < moved.max() < 226


def test_vn2000_taken_for_wgs84_lies_too_far_west_and_north():
    lon, lat = transform_xy(*PLACES.T, WGS84, VN2000)
    assert (lon < PLACES[:, 0]).all()
    assert (lat > PLACES[:, 1]).all()


@pytest.mark.parametrize(
    ("used", "right", "km"),
    [(105.75, 105.5, 26), (105.75, 106.0, -26), (105.75, 105.0, 78), (104.75, 105.0, -26)],
)
def test_a_wrong_meridian_moves_points_26_km_for_each_quarter_of_a_degree(used, right, km):
    hanoi = np.array([105.82]), np.array([20.99])
    figures = transform_xy(*hanoi, WGS84, tm3(right))
    lon, lat = transform_xy(*figures, tm3(used), WGS84)
    assert apart_m(lon, lat, *hanoi)[0] == pytest.approx(abs(km) * 1000, rel=0.003)
    assert np.sign(lon - hanoi[0]) == np.sign(km)


@pytest.mark.parametrize("code", [32648, 32649, 3857])
def test_no_datum_is_changed_where_none_has_to_be(code):
    crs = CRS.from_epsg(code)
    back = transform_xy(*transform_xy(*PLACES.T, WGS84, crs), crs, WGS84)
    assert apart_m(*back, *PLACES.T).max() < CLOSE_M
