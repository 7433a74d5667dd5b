"""The drawing itself: the files that it writes say what was drawn."""

import tomllib
from xml.etree import ElementTree

import geopandas as gpd
import pandas as pd
import pytest
from towns import CRS, EAST, NORTH, Town, comb, degrees, drawn, metres, one_alley


def read_osm(path):
    root = ElementTree.parse(path).getroot()
    nodes = {n.get("id"): (float(n.get("lon")), float(n.get("lat"))) for n in root.iter("node")}
    ways = {w.get("id"): [nd.get("ref") for nd in w.iter("nd")] for w in root.iter("way")}
    tags = {
        element.get("id"): {t.get("k"): t.get("v") for t in element.iter("tag")} for element in root
    }
    return nodes, ways, tags


def test_equal_points_share_a_node_unless_told_otherwise(tmp_path):
    town = Town().road("A", [(0, 0), (100, 0)]).road("B", [(100, 0), (200, 0)])
    town.road("C", [(100, 0), (100, 50)], own_nodes=[(100, 0)])
    town.write(tmp_path)
    nodes, ways, _ = read_osm(tmp_path / "roads.osm")
    assert ways["1"][1] == ways["2"][0]
    assert ways["3"][0] != ways["1"][1]
    assert nodes[ways["3"][0]] == nodes[ways["1"][1]]


def test_tags_stand_where_they_were_put(tmp_path):
    town = one_alley(bends=[100], maxwidth__physical="3.6").node((200, 100), barrier="bollard")
    town.write(tmp_path)
    _, ways, tags = read_osm(tmp_path / "roads.osm")
    assert tags["1"] == {"name": "Đường Lớn", "highway": "primary"}
    assert tags["2"] == {"name": "Ngõ 1", "highway": "service", "maxwidth:physical": "3.6"}
    assert tags[ways["2"][1]] == {"barrier": "bollard"}
    assert ways["2"][1] == str(town.node_id((200, 100)))


@pytest.mark.parametrize("point", [(0, 0), (5000, -300.25), (17.5, 9000)])
def test_degrees_lie_within_a_centimetre_of_the_drawing(point):
    assert point == drawn(*degrees(point))


def test_tables_hold_every_column_and_blanks(tmp_path):
    town = one_alley().house("a", (10, 10), people=3).house("b", (20, 10), address="Số 5, Ngõ 1")
    town.width("W1", (200, 50), 3.5).width("W2", (200, 60), 2.5, narrowest="yes")
    town.write(tmp_path)
    houses = pd.read_csv(tmp_path / "houses.csv")
    assert houses.columns.tolist() == ["lon", "lat", "house_id", "people", "address"]
    assert houses.address.tolist()[1] == "Số 5, Ngõ 1"
    widths = pd.read_csv(tmp_path / "widths.csv")
    assert widths.width_m.tolist() == [3.5, 2.5]
    assert widths.narrowest.isna().tolist() == [True, False]


def test_polygons_are_written_as_a_layer_in_metres_as_drawn(tmp_path):
    square = [(0, 0), (20, 0), (20, 10), (0, 10)]
    one_alley().house("a", square).house("b", (50, 50)).write(tmp_path)
    houses = gpd.read_file(tmp_path / "houses.geojson").to_crs(CRS)
    assert houses.area.tolist() == pytest.approx([200, 0], abs=0.5)
    assert houses.geometry.iloc[1].x - EAST == metres(50)
    assert houses.geometry.iloc[1].y - NORTH == metres(50)


def test_the_project_names_its_files(tmp_path):
    town = one_alley().house("a", (10, 10)).width("W1", (200, 50), 3.5)
    path = town.write(tmp_path, settings={"snap_limit_m": 80}, mode="vehicle")
    project = tomllib.loads(path.read_text(encoding="utf-8"))
    assert project["inputs"].pop("survey") == {"widths": "widths.csv"}
    assert project["inputs"] == {
        "roads": "roads.osm",
        "area": "area.geojson",
        "houses": "houses.csv",
    }
    assert project["settings"] == {"snap_limit_m": 80}
    assert project["project"]["mode"] == "vehicle"
    assert project["project"]["turns"] is False


def test_the_area_holds_all_that_is_drawn_unless_drawn_itself(tmp_path):
    town = one_alley().house("a", (-300, 10))
    town.write(tmp_path / "around")
    area = gpd.read_file(tmp_path / "around" / "area.geojson").to_crs(CRS)
    assert area.total_bounds[0] - EAST == pytest.approx(-350, abs=1)
    town.area((0, 0), (100, 0), (100, 100)).write(tmp_path / "drawn")
    area = gpd.read_file(tmp_path / "drawn" / "area.geojson").to_crs(CRS)
    assert area.area.iloc[0] == pytest.approx(5000, abs=5)
    project = town.no_area().write(tmp_path / "none").read_text(encoding="utf-8")
    assert "area" not in tomllib.loads(project)["inputs"]


def test_rows_can_be_turned_round(tmp_path):
    comb([{}, {}, {}]).write(tmp_path, backwards=True)
    assert pd.read_csv(tmp_path / "houses.csv").house_id.tolist() == ["h2", "h1", "h0"]
