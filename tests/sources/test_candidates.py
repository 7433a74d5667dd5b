"""Candidates: the office's own places, as points in the analysis CRS, each once."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS
from shapely import affinity
from towns import CRS as UTM
from towns import EAST, NORTH, degrees, one_alley

from fireaccess import InputError, Project
from fireaccess.inputs import read_inputs
from fireaccess.model.errors import Findings
from fireaccess.sources.candidates import read_candidates
from fireaccess.sources.intake import Intake

AREA = shapely.box(EAST, NORTH, EAST + 400, NORTH + 300)


def read(path, *, margin_m=500):
    findings = Findings()
    intake = Intake(CRS(UTM), None, findings)
    return read_candidates(path, intake, AREA, margin_m), list(findings)


def table(path, *rows, columns=("candidate_id", "kind", "cost_vnd")):
    """Write rows: a place in metres, then their cells."""
    lines = [",".join(["lon", "lat", *columns])]
    for place, *cells in rows:
        where = ["", ""] if place is None else [f"{d:.7f}" for d in degrees(place)]
        lines.append(",".join([*where, *(f'"{cell}"' if cell else "" for cell in cells)]))
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    return path


def layer(path, shapes, **columns):
    moved = [affinity.translate(shape, EAST, NORTH) for shape in shapes]
    gpd.GeoDataFrame(columns, geometry=moved, crs=UTM).to_file(path)
    return path


def told(findings, code):
    return [finding for finding in findings if finding.code == code]


def test_points_of_a_table(tmp_path):
    path = table(
        tmp_path / "c.csv",
        ((100, 50), "K2", "trụ nước", "80.000.000 đ"),
        ((10, 20), "K1", "", ""),
        ((30, 40), "K3", "Điểm chữa cháy", "8 triệu"),
        ((50, 60), "K4", "cả hai", ""),
    )
    rows, findings = read(path)
    assert rows["candidate_id"].tolist() == ["K1", "K2", "K3", "K4"]
    assert rows["kind"].tolist() == [None, "hydrant", "fire_point", None]
    np.testing.assert_array_equal(rows["cost_vnd"], [np.nan, 8e7, 8e6, np.nan])
    xy = shapely.get_coordinates(rows.geometry) - (EAST, NORTH)
    np.testing.assert_allclose(xy, [(10, 20), (100, 50), (30, 40), (50, 60)], atol=0.02)
    assert rows.crs == CRS(UTM)
    assert rows["row"].tolist() == [3, 2, 4, 5]
    assert findings == []


def test_rows_without_an_id_are_named_by_their_row(tmp_path):
    path = table(tmp_path / "c.csv", ((1, 1), "trụ"), ((9, 9), ""), columns=("kind",))
    rows, findings = read(path)
    assert rows["candidate_id"].tolist() == ["2", "3"]
    assert findings == []


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp"])
def test_points_of_a_layer(tmp_path, suffix):
    path = layer(
        tmp_path / f"c.{suffix}", shapely.points([(10, 20), (5, 5)]), kind=["hydrant", "both"]
    )
    rows, findings = read(path)
    xy = shapely.get_coordinates(rows.geometry) - (EAST, NORTH)
    np.testing.assert_allclose(xy, [(10, 20), (5, 5)], atol=0.02)
    assert rows["kind"].tolist() == ["hydrant", None]
    assert findings == []


def test_of_outlines_and_lines_a_point_on_them_counts_and_that_is_told(tmp_path):
    bent = shapely.Polygon([(0, 0), (90, 0), (90, 90), (80, 90), (80, 10), (0, 10)])
    line = shapely.LineString([(0, 100), (100, 100)])
    rows, findings = read(layer(tmp_path / "c.gpkg", [bent, line, shapely.Point(7, 8)]))
    points = [affinity.translate(point, -EAST, -NORTH) for point in rows.geometry]
    assert {p.geom_type for p in points} == {"Point"}
    assert bent.buffer(0.01).contains(points[0])
    assert points[1].distance(shapely.Point(50, 100)) < 0.01
    (finding,) = told(findings, "not_a_point")
    assert (finding.severity, finding.every_row) == ("hint", (1, 2))


def test_rows_without_a_place_are_told_and_left_out(tmp_path):
    path = table(
        tmp_path / "c.csv",
        ((1, 1), "K1", ""),
        (None, "K2", ""),
        (None, "K3", "Số 5 Ngõ 1"),
        columns=("candidate_id", "address"),
    )
    rows, findings = read(path)
    assert rows["candidate_id"].tolist() == ["K1"]
    assert sorted(f.row for f in told(findings, "no_place")) == [3, 4]
    assert {f.severity for f in findings} == {"error"}


def test_a_kind_that_is_none_is_told_and_taken_as_both(tmp_path):
    rows, findings = read(table(tmp_path / "c.csv", ((1, 1), "K1", "bể", "-5")))
    assert rows["kind"].tolist() == [None]
    assert rows["cost_vnd"].isna().all()
    assert sorted(f.column for f in told(findings, "out_of_range")) == ["cost_vnd", "kind"]


def test_what_is_far_from_the_area_is_told_and_left_out(tmp_path):
    path = table(
        tmp_path / "c.csv", ((1, 1), "K1", ""), ((-400, 1), "K2", ""), ((-900, 1), "K3", "")
    )
    rows, findings = read(path)
    assert rows["candidate_id"].tolist() == ["K1", "K2"]
    (finding,) = told(findings, "candidate_far_away")
    assert (finding.severity, finding.row, finding.params["first"]) == ("warning", 4, "K3")


@pytest.mark.parametrize("backwards", [False, True])
def test_each_counts_once_whatever_the_order_of_the_rows(tmp_path, backwards):
    lines = [
        ((10, 10), "K1", "hydrant", ""),
        ((20, 10), "K1", "hydrant", ""),
        ((30, 10), "K2", "hydrant", ""),
        ((30.1, 10), "K3", "hydrant", ""),
        ((30.1, 10), "K4", "fire_point", ""),
        ((30.4, 10), "K5", "hydrant", ""),
    ]
    rows, findings = read(table(tmp_path / "c.csv", *(lines[::-1] if backwards else lines)))
    assert rows["candidate_id"].tolist() == ["K1", "K2", "K4"]
    assert rows.geometry.iloc[0].x == pytest.approx(EAST + 10, abs=0.02)
    again = told(findings, "candidate_twice")
    assert [f.severity for f in again] == ["error", "warning"]
    assert again[1].params["count"] == 2


@pytest.mark.parametrize(
    ("place", "words"), [((-9000, 1), "none of the candidates"), (None, "none of the candidates")]
)
def test_no_candidate_at_all_is_refused(tmp_path, place, words):
    with pytest.raises(InputError, match=words) as caught:
        read(table(tmp_path / "c.csv", (place, "K1", "")))
    assert "fireaccess check" in caught.value.finding.what_to_do


def test_a_project_reads_its_candidates(tmp_path):
    one_alley(100, width="4.5").house("h", (205, 50)).write(tmp_path)
    assert read_inputs(Project.open(tmp_path), Findings()).candidates is None
    file = tmp_path / "fireaccess.toml"
    text = file.read_text(encoding="utf-8")
    named = text.replace("[inputs]\n", '[inputs]\ncandidates = "c.csv"\n')
    file.write_text(named, encoding="utf-8")
    lon, lat = degrees((200, 20))
    # Exchanged degrees are told by where the project lies.
    (tmp_path / "c.csv").write_text(
        f"lon,lat,candidate_id\n{lon},{lat},K1\n{lat},{lon},K2\n", encoding="utf-8"
    )
    findings = Findings()
    rows = read_inputs(Project.open(tmp_path), findings).candidates
    assert rows["candidate_id"].tolist() == ["K1"]
    assert [(f.file, f.row) for f in findings if f.severity == "error"] == [("c.csv", 3)]
