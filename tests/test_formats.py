"""One survey in every format: the same rows, the same places, the same evidence."""

import datetime
import zipfile

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from towns import degrees
from troubles import cp1258, vn2000, with_tables, write_csv, write_ward, write_workbook

import fireaccess
from fireaccess.inputs import read_inputs
from fireaccess.model.errors import Findings

VN2000 = 5897
PLACES = [(200, 20), (200.5, 100.25), (199.3, 180.75)]
WIDTHS = {
    "object_id": ["W1", "W2", "W03"],
    "width_m": [4.2, 4.35, 5.0],
    "road_name": ["Ngõ 1", "NGÕ 1", None],
    "date": [datetime.date(2026, 5, 12), None, datetime.date(2026, 11, 1)],
    "surveyor": ["Đỗ Thị Ưởng", None, "Tổ 5"],
    "accuracy_m": [0.1, None, 0.05],
}
WATER = {
    "object_id": ["N1", "N2", "N03"],
    "type": ["trụ nước", "bể nước", "hydrant"],
    "working": ["có", "không", None],
    "truck_source": [None, "có", "không"],
    "flow_l_s": [10.5, None, 20],
    "last_checked": [datetime.date(2026, 5, 12), None, None],
    "owner": ["Công ty Nước sạch", None, "UBND phường"],
}
TABLES = {"widths": WIDTHS, "water": WATER}


# Older wheels of GDAL lack the driver that these files are written with.
pytestmark = pytest.mark.slow


def frame(columns, epsg, *, dates=str):
    """Return a table with its points; ``dates`` is what a day becomes."""
    cells = {
        name: [dates(cell) if isinstance(cell, datetime.date) else cell for cell in values]
        for name, values in columns.items()
    }
    xy = [degrees(place) if epsg == 4326 else vn2000(place) for place in PLACES]
    return gpd.GeoDataFrame(cells, geometry=[shapely.Point(*p) for p in xy], crs=epsg)


def grid_of(columns, epsg):
    """Return a table as a grid, its places in two columns and, if they are metres, their CRS."""
    axes = ("lon", "lat") if epsg == 4326 else ("x", "y", "crs")
    rows = [
        (*degrees(place),) if epsg == 4326 else (*vn2000(place), f"EPSG:{epsg}") for place in PLACES
    ]
    cells = zip(*columns.values(), strict=True)
    return [(*columns, *axes), *((*own, *row) for own, row in zip(cells, rows, strict=True))]


def geo(path, columns, epsg, *, dates=str, **options):
    frame(columns, epsg, dates=dates).to_file(path, engine="pyogrio", **options)


def workbook(path, columns, epsg):
    write_workbook(path, {"Trang 1": grid_of(columns, epsg)})


def geojson(path, columns, epsg):
    # RFC 7946 knows no CRS; QGIS and older programs write and read the member "crs".
    geo(path, columns, epsg, driver="GeoJSON", RFC7946="NO", COORDINATE_PRECISION=9)


def geopackage(path, columns, epsg):
    geo(path, columns, epsg, dates=pd.Timestamp, driver="GPKG", layer="bất kỳ")


def parquet(path, columns, epsg):
    frame(columns, epsg, dates=lambda day: day).to_parquet(path)


def shapefile(encoding, *, named):
    def write(path, columns, epsg):
        cut = {name[:10]: values for name, values in columns.items()}
        geo(path, cut, epsg, driver="ESRI Shapefile", encoding="utf-8")
        path.with_suffix(".cpg").unlink()
        if encoding == "cp1258":
            _into_cp1258(path.with_suffix(".dbf"), columns)
        if named:
            path.with_suffix(".cpg").write_text({"cp1258": "1258", "utf-8": "UTF-8"}[encoding])

    return write


def _into_cp1258(table, columns):
    """Put every text of a table of dBASE into another encoding, each as long as before."""
    content = table.read_bytes()
    texts = {cell for values in columns.values() for cell in values if isinstance(cell, str)}
    for text in sorted(texts, key=len, reverse=True):
        assert text.encode() in content
        content = content.replace(text.encode(), cp1258(text).ljust(len(text.encode())))
    table.write_bytes(content)


def kml(path, columns, epsg):
    assert epsg == 4326
    geo(path, columns, epsg, driver="LIBKML")


def kmz(path, columns, epsg):
    inner = path.with_name("doc.kml")
    kml(inner, columns, epsg)
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(inner, "doc.kml")
    inner.unlink()


def gpx(path, columns, epsg):
    """Waypoints have a name; what else was noted stands in comment and description."""
    assert epsg == 4326
    table = frame(columns, epsg)
    points = table[["geometry"]].assign(
        name=table["object_id"], **{GPX[c]: table[c].astype(object) for c in GPX if c in table}
    )
    points.to_file(path, driver="GPX", engine="pyogrio", layer="waypoints")


GPX = {"width_m": "desc", "road_name": "cmt", "type": "desc", "working": "cmt", "date": "src"}
MAPPED = """
[inputs.mappings.widths]
columns = { width_m = "desc", road_name = "cmt", date = "src" }
[inputs.mappings.water]
columns = { type = "desc", working = "cmt" }
"""

FORMATS = {
    "xlsx": (workbook, "xlsx"),
    "csv": (lambda path, columns, epsg: write_csv(path, grid_of(columns, epsg)), "csv"),
    "geojson": (geojson, "geojson"),
    "geopackage": (geopackage, "gpkg"),
    "geoparquet": (parquet, "parquet"),
    "shapefile with its encoding": (shapefile("utf-8", named=True), "shp"),
    "shapefile without": (shapefile("utf-8", named=False), "shp"),
    "shapefile in cp1258": (shapefile("cp1258", named=False), "shp"),
    "shapefile in cp1258 that says so": (shapefile("cp1258", named=True), "shp"),
    "kml": (kml, "kml"),
    "kmz": (kmz, "kmz"),
    "gpx": (gpx, "gpx"),
}
IN_DEGREES_ONLY = ("kml", "kmz", "gpx")
CASES = [
    (name, epsg)
    for name in FORMATS
    for epsg in (4326, VN2000)
    if epsg == 4326 or name not in IN_DEGREES_ONLY
]


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    return write_ward(tmp_path_factory.mktemp("town") / "ward")


@pytest.fixture(scope="module")
def read(ward, tmp_path_factory):
    """Return what is read of a format: tables, evidence and findings, each format once."""
    known = {}

    def of(name, epsg):
        if (name, epsg) not in known:
            folder = tmp_path_factory.mktemp("format")
            write, suffix = FORMATS[name]
            for table, columns in TABLES.items():
                write(folder / f"{table}.{suffix}", columns, epsg)
            names = {table: f"{table}.{suffix}" for table in TABLES}
            more = MAPPED if name == "gpx" else ""
            project = fireaccess.Project.open(with_tables(ward, folder, names, more=more))
            findings = Findings()
            inputs = read_inputs(project, findings)
            known[name, epsg] = inputs.survey, list(findings)
        return known[name, epsg]

    return of


def cells(table, columns):
    return {
        name: [None if cell is None or cell != cell else cell for cell in table[name]]
        for name in columns
    }


@pytest.mark.parametrize(("name", "epsg"), CASES)
def test_nothing_is_told_of_it(read, name, epsg):
    assert read(name, epsg)[1] == []


@pytest.mark.parametrize(("name", "epsg"), CASES)
def test_the_rows_are_the_same(read, name, epsg):
    """Sorted by object_id, W03 comes first."""
    survey, _ = read(name, epsg)
    columns = list(WIDTHS) if name != "gpx" else ["object_id", "width_m", "road_name", "date"]
    assert cells(survey["widths"], columns) == {
        name: cell
        for name, cell in {
            "object_id": ["W03", "W1", "W2"],
            "width_m": [5.0, 4.2, 4.35],
            "road_name": [None, "Ngõ 1", "NGÕ 1"],
            "date": ["2026-11-01", "2026-05-12", None],
            "surveyor": ["Tổ 5", "Đỗ Thị Ưởng", None],
            "accuracy_m": [0.05, 0.1, None],
        }.items()
        if name in columns
    }
    columns = list(WATER) if name != "gpx" else ["object_id", "type", "working"]
    assert cells(survey["water"], columns) == {
        name: cell
        for name, cell in {
            "object_id": ["N03", "N1", "N2"],
            "type": ["hydrant", "hydrant", "tank"],
            "working": [None, True, False],
            "truck_source": [False, None, True],
            "flow_l_s": [20, 10.5, None],
            "last_checked": [None, "2026-05-12", None],
            "owner": ["UBND phường", "Công ty Nước sạch", None],
        }.items()
        if name in columns
    }


@pytest.mark.parametrize(("name", "epsg"), CASES)
@pytest.mark.parametrize("table", TABLES)
def test_the_places_are_the_same_within_a_centimetre(read, table, name, epsg):
    survey, _ = read(name, epsg)
    placed = survey[table].set_index("object_id").geometry
    expected = dict(zip(TABLES[table]["object_id"], map(vn2000, PLACES), strict=True))
    for object_id, place in expected.items():
        point = placed[object_id]
        assert np.hypot(point.x - place[0], point.y - place[1]) <= 0.01


@pytest.mark.parametrize(("name", "epsg"), CASES)
def test_the_evidence_is_the_same(read, name, epsg):
    """A feature's number is its row; in a sheet the headings stand above the first."""
    survey, _ = read(name, epsg)
    evidence = survey.evidence()
    heading = 1 if name in ("xlsx", "csv") else 0
    suffix = FORMATS[name][1]
    dated = None if name == "gpx" else "2026-05-12"
    known = [
        (
            row.object,
            row.file,
            row.row - heading,
            row.value,
            None if row.date != row.date else row.date,
        )
        for row in evidence.itertuples()
    ]
    assert known == [
        ("reading:W03", f"widths.{suffix}", 3, "5.0", "2026-11-01"),
        ("reading:W1", f"widths.{suffix}", 1, "4.2", "2026-05-12"),
        ("reading:W2", f"widths.{suffix}", 2, "4.35", None),
        ("water:N03", f"water.{suffix}", 3, "hydrant", None),
        ("water:N1", f"water.{suffix}", 1, "hydrant", dated),
        ("water:N2", f"water.{suffix}", 2, "tank", None),
    ]
    assert evidence["used"].all()
    assert dict(survey.rows_read) == {"water": 3, "widths": 3}
    assert dict(survey.rows_left_out) == {"water": 0, "widths": 0}
