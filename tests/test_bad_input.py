"""Tables and layers that can't be used: each is told with its name and a remedy."""

import os
import shutil

import geopandas as gpd
import pytest
import shapely
from spoiled import content, here, layer, name_input, refused, replace, ring, sheet, there, town
from towns import CRS, EAST, NORTH, degrees

import fireaccess
from fireaccess.model.errors import Findings, InputError
from fireaccess.sources.houses import read_area

AROUND = [(-50, -50), (450, -50), (450, 350), (-50, 350)]


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town") / "ward"
    town().area(*AROUND).write(folder)
    return folder


@pytest.fixture
def ward(original, tmp_path):
    return shutil.copytree(original, tmp_path / "ward")


def test_nothing_is_told_of_a_town_that_is_right(ward):
    outcome = here("check", ward)
    assert (outcome.code, outcome.out, outcome.err) == (0, "No findings.\n", "")


# Any file
@pytest.mark.parametrize("file", ["roads.osm", "area.geojson", "houses.csv", "widths.csv"])
def test_a_missing_file(ward, file):
    (ward / file).unlink()
    refused(ward, file, "there is no such", "check")


@pytest.mark.parametrize("file", ["roads.osm", "area.geojson", "houses.csv", "widths.csv"])
def test_a_folder_in_place_of_a_file(ward, file):
    (ward / file).unlink()
    (ward / file).mkdir()
    refused(ward, file, "there is no such", "check")


@pytest.mark.parametrize("file", ["roads.osm", "area.geojson", "houses.csv", "widths.csv"])
def test_a_file_of_0_bytes(ward, file):
    (ward / file).write_bytes(b"")
    refused(ward, file, "empty (0 bytes)", "again")


@pytest.mark.parametrize("file", ["roads.osm", "area.geojson", "houses.csv", "widths.csv"])
@pytest.mark.parametrize("garbage", [b"\x00\x01\xff\xfe\x80garbage\n\xff", b"<html>429</html>"])
def test_a_file_of_something_else(ward, file, garbage):
    (ward / file).write_bytes(garbage)
    refused(ward, file)


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permission bits don't bind root")
@pytest.mark.parametrize("file", ["roads.osm", "area.geojson", "houses.csv", "fireaccess.toml"])
def test_a_file_that_may_not_be_read(ward, file):
    (ward / file).chmod(0)
    outcome = here("check", ward)
    assert outcome.code in (1, 2)
    assert file in outcome.text
    assert "→ " in outcome.text


# Tables
def test_a_table_of_headings_only(ward):
    sheet(ward / "widths.csv", "object_id,lon,lat,width_m", [])
    refused(ward, "widths.csv", "holds no row", "leave it out")


def test_a_table_without_a_column_that_it_needs(ward):
    replace(ward / "houses.csv", "house_id", "houseid")
    refused(ward, "houses.csv", "no column 'house_id'", "rename 'houseid'")


def test_a_table_without_coordinates(ward):
    replace(ward / "houses.csv", "lon,lat", "dài,rộng")
    replace(ward / "houses.csv", "address", "ghi chú")
    refused(ward, "houses.csv", "no column 'lon'", "add it")


def test_a_table_with_addresses_and_no_coordinates_is_placed_by_name(ward):
    replace(ward / "houses.csv", "lon,lat", "dài,rộng")
    outcome = here("check", ward)
    assert outcome.code == 0
    assert "6 rows without coordinates were placed on the road that they name" in outcome.out


def test_a_table_with_one_column_twice(ward):
    replace(ward / "houses.csv", "address", "house_id")
    refused(ward, "houses.csv", "row 1", "two columns 'house_id'", "rename or delete")


def test_a_column_that_looks_misspelt_is_told_and_the_table_is_used(ward):
    replace(ward / "widths.csv", "date", "date,acuracy_m")
    outcome = here("check", ward)
    assert outcome.code == 0
    assert "column acuracy_m" in outcome.out
    assert "rename it to 'accuracy_m'" in outcome.out


def test_a_quotation_mark_without_its_partner(ward):
    replace(ward / "houses.csv", '"Số 2, Ngõ 1"', '"Số 2, Ngõ 1')
    refused(ward, "houses.csv", "row 4", "quotation mark")


def test_a_table_in_an_old_encoding(ward):
    text = (ward / "houses.csv").read_bytes()
    (ward / "houses.csv").write_bytes(text.replace("Ngõ".encode(), b"Ng\xf5"))
    refused(ward, "houses.csv", "row 2", "not UTF-8", "CSV UTF-8")


def test_a_workbook(ward):
    name_input(ward, "houses", "houses.xlsx")
    (ward / "houses.xlsx").write_bytes(b"PK\x03\x04")
    refused(ward, "houses.xlsx", "workbook", "save it again as .xlsx")


@pytest.mark.parametrize("delimiter", [";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_tables_as_excel_writes_them_are_read(ward, delimiter, encoding):
    rows = [("h1", *degrees((205, 20)), "Số 1, Ngõ 1"), ("h2", *degrees((205, 60)), "Số 2, Ngõ 1")]
    lines = [
        delimiter.join(map(str, row)) for row in [("house_id", "lon", "lat", "address"), *rows]
    ]
    (ward / "houses.csv").write_bytes("\r\n".join(lines).encode(encoding))
    result = fireaccess.run(fireaccess.Project.open(ward))
    assert result.houses["address"].tolist() == ["Số 1, Ngõ 1", "Số 2, Ngõ 1"]
    assert not result.findings


def test_an_unknown_crs_in_a_table(ward):
    sheet(ward / "houses.csv", "house_id,x,y,crs", [("h", "585000", "2322000", "EPSG:99999")])
    refused(ward, "houses.csv", "column crs", "'EPSG:99999'", "EPSG:5897")


def test_x_and_y_in_no_crs(ward):
    replace(ward / "fireaccess.toml", f'"{CRS}"', '"auto"')
    sheet(ward / "houses.csv", "house_id,x,y", [("h", "585000", "2322000")])
    refused(ward, "houses.csv", "no CRS", "EPSG:5897")


def test_all_houses_with_lon_and_lat_swapped(ward):
    replace(ward / "houses.csv", "lon,lat", "lat,lon")
    text = refused(ward, "houses.csv", "none of the 6 houses", "swapped")
    assert "row 2, column lat" in text


def test_houses_of_another_town(ward):
    sheet(ward / "houses.csv", "house_id,lon,lat", [("h", (90_000, 0))])
    refused(ward, "houses.csv", "none of the 1 houses", "89.6 km", "same ward")


# Layers
def test_an_empty_layer(ward):
    layer(ward / "area.geojson")
    refused(ward, "area.geojson", "no feature with a place", "export")


def test_a_geopackage_without_a_feature(ward):
    name_input(ward, "area", "area.gpkg")
    empty = gpd.GeoDataFrame({"name": []}, geometry=[], crs=CRS)
    empty.to_file(ward / "area.gpkg", layer="area", geometry_type="Polygon")
    refused(ward, "area.gpkg", "no feature with a place", "export")


def test_a_geopackage_of_several_layers(ward):
    name_input(ward, "houses", "all.gpkg")
    for name in ("nhà", "ngõ"):
        frame = gpd.GeoDataFrame({"house_id": ["h"]}, geometry=[shapely.Point(0, 0)], crs=CRS)
        frame.to_file(ward / "all.gpkg", layer=name)
    refused(ward, "all.gpkg", "several layers: nhà, ngõ", "export", "houses")


def test_the_layer_with_the_name_of_its_input_is_taken(ward):
    name_input(ward, "houses", "all.gpkg")
    for name, x in (("old", 9000), ("houses", 205)):
        places = [shapely.Point(EAST + x, NORTH + 20)]
        frame = gpd.GeoDataFrame({"house_id": [name]}, geometry=places, crs=CRS)
        frame.to_file(ward / "all.gpkg", layer=name)
    result = fireaccess.run(fireaccess.Project.open(ward))
    assert result.houses["house_id"].tolist() == ["houses"]


@pytest.mark.parametrize("left", [0.2, 0.6, 0.95])
def test_a_layer_cut_short(ward, left):
    whole = (ward / "area.geojson").read_bytes()
    (ward / "area.geojson").write_bytes(whole[: int(left * len(whole))])
    refused(ward, "area.geojson", "can't be read", "export it again")


@pytest.mark.parametrize("left", [0.3, 0.7])
def test_a_geopackage_cut_short(ward, left):
    name_input(ward, "area", "area.gpkg")
    gpd.read_file(ward / "area.geojson").to_file(ward / "area.gpkg")
    whole = (ward / "area.gpkg").read_bytes()
    (ward / "area.gpkg").write_bytes(whole[: int(left * len(whole))])
    refused(ward, "area.gpkg")


def test_metres_in_a_layer_that_says_degrees(ward):
    metres = [[EAST, NORTH], [EAST + 400, NORTH], [EAST, NORTH + 400], [EAST, NORTH]]
    layer(ward / "area.geojson", ({}, {"type": "Polygon", "coordinates": [metres]}))
    refused(ward, "area.geojson", "no degrees", "EPSG:5897")


def test_degrees_in_a_layer_that_says_metres(ward):
    layer(ward / "area.geojson", ({}, ring(*AROUND)), epsg=32648)
    refused(ward, "houses.csv", "lies in the area", "same ward")


def test_an_area_with_lon_and_lat_swapped(ward):
    swapped = ring(*AROUND)
    swapped["coordinates"] = [[place[::-1] for place in swapped["coordinates"][0]]]
    layer(ward / "area.geojson", ({}, swapped))
    refused(ward, "area.geojson", "swapped")


def test_an_area_without_an_outline(ward):
    layer(ward / "area.geojson", ({}, {"type": "Point", "coordinates": degrees((0, 0))}))
    refused(ward, "area.geojson", "no polygon", "boundary")


@pytest.mark.parametrize(
    "geometry",
    [
        None,
        {"type": "Point", "coordinates": [float("nan"), 21.0]},
        {"type": "Polygon", "coordinates": [[[float("nan"), 21], [105, 21], [105, 22]]]},
    ],
)
def test_an_area_without_a_place(ward, geometry):
    layer(ward / "area.geojson", ({}, geometry))
    refused(ward, "area.geojson", "no feature with a place", "export")


def test_an_area_that_crosses_itself_is_mended_and_told(ward):
    west, south, east, north = -50, -50, 450, 350
    bowtie = ring((west, south), (east, north), (east, south), (west, north))
    layer(ward / "area.geojson", ({}, bowtie), ({}, None))
    findings = Findings()
    area = read_area(fireaccess.Project.open(ward), findings=findings)
    assert area.is_valid
    assert [(f.code, f.row, f.severity) for f in findings] == [
        ("no_place", 2, "error"),
        ("invalid_geometry", 1, "warning"),
    ]


def test_groups_that_are_wrong_are_told_and_the_others_used(ward):
    name_input(ward, "groups", "groups.geojson")
    layer(
        ward / "groups.geojson",
        ({"group": "Tổ 1"}, ring((100, -50), (300, -50), (300, 100), (100, 100))),
        ({"group": None}, ring((100, 100), (300, 100), (300, 200), (100, 200))),
        ({"group": "Tổ 3"}, None),
        ({"group": "Tổ 4"}, ring((100, 200), (300, 200), (100, 250), (300, 250))),
    )
    result = fireaccess.run(fireaccess.Project.open(ward))
    told = {(f.row, f.code) for f in result.findings if f.file == "groups.geojson"}
    assert told == {(2, "blank"), (3, "no_place"), (4, "invalid_geometry")}
    assert set(result.houses["group"]) == {"Tổ 1", "no group", "Tổ 4"}


def test_groups_of_another_town_are_told(ward):
    name_input(ward, "groups", "groups.geojson")
    layer(ward / "groups.geojson", ({"group": "Tổ 1"}, ring((9e4, 0), (9e4, 100), (9.1e4, 0))))
    outcome = here("check", ward)
    assert outcome.code == 1
    assert "groups.geojson: no house lies in any of the 1 groups" in outcome.out


def test_groups_without_names(ward):
    name_input(ward, "groups", "groups.geojson")
    layer(ward / "groups.geojson", ({"tên": "Tổ 1"}, ring(*AROUND)))
    refused(ward, "groups.geojson", "no column 'group'", "tên")


# The process itself
@pytest.mark.parametrize(
    ("spoil", "file"),
    [
        (lambda ward: (ward / "houses.csv").unlink(), "houses.csv"),
        (lambda ward: (ward / "roads.osm").write_bytes(b""), "roads.osm"),
        (lambda ward: layer(ward / "area.geojson"), "area.geojson"),
    ],
)
def test_a_run_that_is_stopped_by_a_file_ends_with_1_and_writes_nothing(ward, spoil, file):
    spoil(ward)
    before = content(ward)
    outcome = there("run", ward)
    assert outcome.code == 1
    assert outcome.out == ""
    assert outcome.err.startswith("Error: ")
    assert file in outcome.err
    assert "→ " in outcome.err
    assert "Traceback" not in outcome.err
    assert content(ward) == before


def test_in_python_the_error_carries_file_and_remedy(ward):
    (ward / "widths.csv").unlink()
    with pytest.raises(InputError, match=r"widths\.csv: there is no such") as caught:
        fireaccess.run(fireaccess.Project.open(ward))
    assert caught.value.finding.file == str(ward / "widths.csv")
    assert caught.value.finding.what_to_do
