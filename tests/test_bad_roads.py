"""Roads that can't be used: cut short, no OpenStreetMap, of another town, or with no start."""

import bz2
import gzip
import shutil

import osmium
import pytest
from spoiled import name_input, refused, replace, town
from towns import one_alley


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town") / "ward"
    town().write(folder)
    return folder


@pytest.fixture
def ward(original, tmp_path):
    return shutil.copytree(original, tmp_path / "ward")


@pytest.mark.parametrize("left", range(10, 100, 10))
def test_truncated_xml(ward, left):
    whole = (ward / "roads.osm").read_bytes()
    (ward / "roads.osm").write_bytes(whole[: len(whole) * left // 100])
    refused(ward, "roads.osm", "can't be read", "cut short")


def test_xml_that_ends_between_two_elements(ward):
    lines = (ward / "roads.osm").read_text(encoding="utf-8").splitlines(keepends=True)
    (ward / "roads.osm").write_text("".join(lines[:-1]), encoding="utf-8")
    refused(ward, "roads.osm", "can't be read", "cut short")


@pytest.mark.parametrize("left", [0.1, 0.5, 0.9, 0.99])
def test_a_pbf_cut_short(ward, left):
    with osmium.SimpleWriter(str(ward / "roads.osm.pbf")) as writer:
        for item in osmium.FileProcessor(str(ward / "roads.osm")):
            writer.add(item)
    name_input(ward, "roads", "roads.osm.pbf")
    whole = (ward / "roads.osm.pbf").read_bytes()
    (ward / "roads.osm.pbf").write_bytes(whole[: int(left * len(whole))])
    refused(ward, "roads.osm.pbf", "can't be read", "cut short")


@pytest.mark.parametrize(("end", "compress"), [("gz", gzip.compress), ("bz2", bz2.compress)])
@pytest.mark.parametrize("left", [0.5, 0.95])
def test_a_compressed_file_cut_short(ward, end, compress, left):
    whole = compress((ward / "roads.osm").read_bytes())
    (ward / f"roads.osm.{end}").write_bytes(whole[: int(left * len(whole))])
    name_input(ward, "roads", f"roads.osm.{end}")
    refused(ward, f"roads.osm.{end}", "can't be read", "cut short")


def test_a_file_without_a_road(ward):
    town_of_paths_only = '<osm version="0.6"><node id="1" lat="21" lon="105"/></osm>'
    (ward / "roads.osm").write_text(town_of_paths_only, encoding="utf-8")
    refused(ward, "roads.osm", "holds no road", "highway")


def test_ways_that_come_before_their_nodes(ward):
    text = (ward / "roads.osm").read_text(encoding="utf-8")
    node, way, end = text.index("<node"), text.index("<way"), text.index("</osm>")
    turned = text[:node] + text[way:end] + text[node:way] + text[end:]
    (ward / "roads.osm").write_text(turned, encoding="utf-8")
    refused(ward, "roads.osm", "are missing", "nodes before ways")


@pytest.mark.parametrize("wrong", ["NaN", "", "bắc"])
def test_a_node_without_a_latitude(ward, wrong):
    replace(ward / "roads.osm", 'lat="20.9967', f'lat="{wrong}" x="')
    refused(ward, "roads.osm", "can't be read")


def test_roads_with_lon_and_lat_swapped(ward):
    text = (ward / "roads.osm").read_text(encoding="utf-8")
    swapped = text.replace("lat=", "x=").replace("lon=", "lat=").replace("x=", "lon=")
    (ward / "roads.osm").write_text(swapped, encoding="utf-8")
    refused(ward, "roads.osm", "lon and lat")


def test_roads_of_another_town(ward):
    replace(ward / "roads.osm", 'lat="20.', 'lat="19.')
    refused(ward, "roads.osm", "no road lies within 500 m", "km away", "same ward")


def test_no_start(tmp_path):
    drawn = one_alley(300, width="4.5").house("h", (205, 20))
    drawn.write(tmp_path / "ward")
    replace(tmp_path / "ward/roads.osm", "primary", "residential")
    refused(tmp_path / "ward", "roads.osm", "anywhere to start from", "stations")


def test_stations_asked_for_and_none_there(ward):
    replace(ward / "fireaccess.toml", "[project]", '[project]\nstarts = "stations"')
    refused(ward, "fireaccess.toml", "no fire station", "arterial")


def test_no_building_in_the_roads_file(ward):
    name_input(ward, "houses", "osm")
    refused(ward, "roads.osm", "no building", "list of houses")
