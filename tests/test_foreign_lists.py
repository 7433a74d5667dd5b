"""Lists of others, as they publish them, through a mapping in the project file."""

import csv
import json

import pytest
from spoiled import here

import fireaccess
from fireaccess.inputs import read_inputs
from fireaccess.model.errors import Findings, InputError, ProjectError

TAICHUNG = """
[inputs.mappings.water]
fill = { type = "hydrant" }
[inputs.mappings.water.columns]
object_id = "消防栓編號"
owner = "水公司單位名稱"
working = "是否停用"
defect = "水壓不足"
[inputs.mappings.water.values]
working = { "True" = "no", "False" = "yes" }
defect = { "True" = "low pressure", "False" = "" }
"""
GYEONGNAM = """
[inputs.mappings.water]
encoding = "cp949"
values = { working = { "Y" = "yes", "N" = "no" } }
fill = { type = "hydrant" }
[inputs.mappings.water.columns]
object_id = "시설번호"
lon = "경도"
lat = "위도"
working = "사용가능여부"
date = "데이터기준일자"
"""


def project(folder, file, box, mapping):
    """Write a project around a list: a road across it, and a house beside the road."""
    west, south, east, north = box
    middle = (south + north) / 2
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    road = {"type": "LineString", "coordinates": [[west, middle], [east, middle]]}
    for name, properties, geometry in (
        ("area", {}, {"type": "Polygon", "coordinates": [ring]}),
        ("roads", {"highway": "primary", "name": "Main"}, road),
    ):
        feature = {"type": "Feature", "properties": properties, "geometry": geometry}
        content = {"type": "FeatureCollection", "features": [feature]}
        (folder / f"{name}.geojson").write_text(json.dumps(content), encoding="utf-8")
    house = f"house_id,lon,lat\nh,{(west + east) / 2},{middle + 0.0001}\n"
    (folder / "houses.csv").write_text(house, encoding="utf-8")
    (folder / "fireaccess.toml").write_text(
        '[project]\nname = "Elsewhere"\n\n[inputs]\nroads = "roads.geojson"\n'
        'area = "area.geojson"\nhouses = "houses.csv"\n\n'
        f"[inputs.survey]\nwater = {json.dumps(file.name)}\n{mapping}",
        encoding="utf-8",
    )
    return fireaccess.Project.open(folder)


def water_of(project):
    """Return the table of water, and what was told."""
    findings = Findings()
    survey = read_inputs(project, findings).survey
    assert survey.rows_left_out == {"water": 0}
    return survey["water"], survey.rows_read["water"], list(findings)


# Taichung: 是否停用 says that a hydrant is out of service, 水壓不足 that its pressure is low.
@pytest.fixture
def taichung(data_dir, tmp_path):
    text = (data_dir / "hydrant-lists/taichung_800.geojson").read_text(encoding="utf-8")

    def write(change=lambda number, properties: None):
        content = json.loads(text)
        for number, feature in enumerate(content["features"]):
            change(number, feature["properties"])
        path = tmp_path / "trụ nước.geojson"
        path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        return project(tmp_path, path, (120.61, 24.09, 120.76, 24.17), TAICHUNG)

    return write


def test_a_list_of_taichung(taichung):
    water, count, told = water_of(taichung())
    assert count == len(water) == 800
    assert set(water["type"]) == {"hydrant"}
    assert [value for value in water["working"] if value is not True] == []
    assert water["defect"].isna().all()
    assert {f.severity for f in told} <= {"hint", "warning"}
    first = water.set_index("object_id").loc["6025.0"]
    assert (first["owner"], first["row"]) == ("大里服務所", 1)
    lon, lat = water.to_crs(4326).set_index("object_id").geometry["6025.0"].coords[0]
    assert (lon, lat) == (pytest.approx(120.695594, abs=1e-7), pytest.approx(24.1018706, abs=1e-7))


def test_hydrants_that_taichung_lists_as_out_of_service(taichung):
    def change(number, properties):
        properties["是否停用"] = "True" if number % 8 == 0 else "False"
        properties["水壓不足"] = "True" if number % 16 == 0 else "False"

    water, _, _ = water_of(taichung(change))
    assert sum(value is False for value in water["working"]) == 100
    assert sum(value is True for value in water["working"]) == 700
    assert (water["defect"] == "low pressure").sum() == 50
    dry = water[water["defect"] == "low pressure"]
    assert all(value is False for value in dry["working"])


def test_flags_that_are_no_text(taichung):
    water, _, _ = water_of(
        taichung(lambda number, properties: properties.update({"是否停用": number < 3}))
    )
    assert sum(value is False for value in water["working"]) == 3


def test_the_result_counts_all_of_taichung(taichung):
    result = fireaccess.run(taichung())
    assert result.statistics["rows_read"]["water"] == 800
    assert result.statistics["left_out"]["survey"]["water"] == 0
    evidence = result.evidence[result.evidence["file"] == "trụ nước.geojson"]
    assert sorted(evidence["row"]) == list(range(1, 801))
    far = {f.row for f in result.findings if f.code == "far_from_any_road"}
    assert set(evidence.loc[~evidence["used"].astype(bool), "row"]) == far


# Gyeongnam: 사용가능여부 says whether it can be used, in CP949.
@pytest.fixture
def gyeongnam(data_dir, tmp_path):
    text = (data_dir / "hydrant-lists/gyeongnam_cp949.csv").read_bytes().decode("cp949")

    def write(change=lambda number, row: None, mapping=GYEONGNAM):
        rows = list(csv.reader(text.splitlines()))
        for number, row in enumerate(rows[1:]):
            change(number, dict_row := dict(zip(rows[0], row, strict=True)))
            row[:] = dict_row.values()
        path = tmp_path / "hydrants.csv"
        with path.open("w", encoding="cp949", newline="") as file:
            csv.writer(file, quoting=csv.QUOTE_ALL).writerows(rows)
        return project(tmp_path, path, (128.92, 35.30, 129.20, 35.51), mapping)

    return write


def test_a_list_of_gyeongnam(gyeongnam):
    water, count, told = water_of(gyeongnam())
    assert count == len(water) == 599
    assert set(water["type"]) == {"hydrant"}
    assert all(value is True for value in water["working"])
    assert set(water["date"]) == {"2019-09-19"}
    assert {f.severity for f in told} <= {"hint", "warning"}
    first = water.set_index("object_id").loc["4-1-014"]
    assert first["row"] == 2
    lon, lat = water.to_crs(4326).set_index("object_id").geometry["4-1-014"].coords[0]
    assert (lon, lat) == (
        pytest.approx(129.0589521, abs=1e-7),
        pytest.approx(35.41504115, abs=1e-7),
    )


def test_hydrants_that_gyeongnam_can_not_use(gyeongnam):
    water, _, _ = water_of(
        gyeongnam(lambda number, row: row.update({"사용가능여부": "N" if number < 40 else "Y"}))
    )
    assert sum(value is False for value in water["working"]) == 40


def test_a_list_in_another_encoding_than_it_is_told_of(gyeongnam):
    with pytest.raises(InputError, match=r"hydrants\.csv.*not UTF-8") as caught:
        water_of(gyeongnam(mapping=GYEONGNAM.replace('encoding = "cp949"\n', "")))
    assert 'encoding = "cp949"' in caught.value.finding.what_to_do
    with pytest.raises(InputError, match="not in utf-16"):
        water_of(gyeongnam(mapping=GYEONGNAM.replace('"cp949"', '"utf-16"')))


def test_a_heading_that_the_list_lacks(gyeongnam):
    with pytest.raises(InputError, match="'사용가능'") as caught:
        water_of(gyeongnam(mapping=GYEONGNAM.replace("사용가능여부", "사용가능")))
    assert "사용가능여부" in caught.value.finding.what_to_do


# The mapping itself
@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        (
            '[inputs.mappings.watter]\nfill = { type = "hydrant" }',
            ("inputs.mappings.watter", "did you mean 'water'?"),
        ),
        (
            '[inputs.mappings.water]\ncolumns = { workin = "사용가능여부" }',
            ("inputs.mappings.water.columns.workin", "did you mean 'working'?"),
        ),
        (
            '[inputs.mappings.water]\nvalues = { typ = { "01" = "hydrant" } }',
            ("inputs.mappings.water.values.typ", "did you mean 'type'?"),
        ),
        (
            '[inputs.mappings.water]\nfill = { tipe = "hydrant" }',
            ("inputs.mappings.water.fill.tipe", "did you mean 'type'?"),
        ),
        (
            '[inputs.mappings.water]\ncolums = { type = "hydrant" }',
            ("inputs.mappings.water.colums", "did you mean 'columns'?"),
        ),
        (
            '[inputs.mappings.water]\nencoding = "cp9499"',
            ("'cp9499'", "no encoding that is known", "cp949"),
        ),
        (
            '[inputs.mappings.water]\ncrs = "EPSG:99999"',
            ("inputs.mappings.water.crs", "'EPSG:99999'", "EPSG:5897"),
        ),
        (
            '[inputs.mappings.water]\ncrs = "Quảng Trị"',
            ("inputs.mappings.water.crs", "two meridians", "105°00′"),
        ),
    ],
)
def test_a_mapping_that_can_not_be(tmp_path, mapping, words):
    path = tmp_path / "water.csv"
    path.write_text("object_id,type,lon,lat\nN1,hydrant,120.7,24.1\n", encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        fireaccess.run(project(tmp_path, path, (120.6, 24.0, 120.8, 24.2), mapping))
    told = f"{caught.value.finding.what} {caught.value.finding.what_to_do}"
    for word in words:
        assert word in told
    outcome = here("check", tmp_path)
    assert outcome.code == 2
    assert "fireaccess.toml" in outcome.err
