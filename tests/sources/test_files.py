"""Vector files: the CRS that they name, and shapes that can be used."""

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from fireaccess.sources.files import read_vector, usable_shapes

# As another program writes VN-2000, meridian 105°45′, with seven parameters of its own.
WRITTEN_OUT = (
    "+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
    "+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,"
    "0.252906278 +units=m"
)


def test_zone_that_is_written_out_is_that_of_epsg(tmp_path):
    path = tmp_path / "houses.gpkg"
    points = gpd.GeoDataFrame(geometry=[shapely.Point(507_000, 2_320_000)], crs=WRITTEN_OUT)
    points.to_file(path)
    # Else the file tells of no datum shift, and the test of nothing.
    assert CRS(gpd.read_file(path).crs).to_epsg() is None
    frame = read_vector(path, what="houses")
    assert frame.crs == CRS.from_epsg(9210)
    assert (frame.geometry[0].x, frame.geometry[0].y) == (507_000, 2_320_000)


def test_a_line_with_a_coordinate_that_is_no_number_can_not_be_used():
    """Its bounds are those of its other coordinates, and would pass."""
    with np.errstate(invalid="ignore"):
        line = shapely.LineString([(105.8, 21.0), (np.nan, 21.1), (105.9, 21.2)])
    places = gpd.GeoSeries([line, shapely.Point(105.8, 21.0)], crs="EPSG:4326")
    told = []
    _, usable = usable_shapes(places, lambda *finding, **_: told.append(finding[:3]))
    assert usable.tolist() == [False, True]
    assert told == [(0, "geometry", "no_place")]
