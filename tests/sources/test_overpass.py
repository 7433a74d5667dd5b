"""Roads from the network, from a stand-in server on this computer that also fails on request."""

import gzip
import hashlib
import json
import os
import re
import socket
import subprocess
import sys
from types import SimpleNamespace

import geopandas as gpd
import osmium
import pandas as pd
import pyproj
import pytest
import shapely
from overpass_server import MAPPER, OSM_BASE, OverpassServer
from towns import CRS, EAST, NORTH, Town, degrees

from fireaccess.model.errors import InputError, OutputError
from fireaccess.pipeline import run
from fireaccess.project import Project
from fireaccess.sources import overpass
from fireaccess.sources.coordinates import WGS84, transform_geometry
from fireaccess.sources.houses import read_area
from fireaccess.sources.overpass import Where, fetch, fetched, find_place

TIMEOUT_S = 1


@pytest.fixture(autouse=True)
def only_this_computer(monkeypatch):
    """Let nothing leave this computer."""
    connect = socket.socket.connect

    def connect_here(self, address):
        assert address[0] == "127.0.0.1", address
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", connect_here)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def town():
    """Draw a small town whose map goes on beyond the area and its margin of 500 m.

    Roads 1 to 3 touch area or margin; road 2 leads 2 km out, with a hydrant at its far end.
    Road 4 lies 900 m to the north, road 5 crosses a corner of the margin without a node in it.
    """
    drawn = Town()
    drawn.road("Đường Lớn", [(-700, 0), (0, 0), (200, 0), (900, 0)], highway="primary")
    drawn.road("Ngõ 1", [(200, 0), (200, 150), (200, 300), (200, 2000)], width="4.5")
    drawn.road("Ngõ 1/2", [(200, 150), (320, 150)], highway="footway")
    drawn.road("Đường Xa", [(-500, 1200), (900, 1200)], highway="secondary")
    drawn.road("Đường Chéo", [(480, 890), (880, 590)])
    drawn.node((200, 300), barrier="bollard", bollard="fixed", maxwidth__physical="2.9")
    drawn.node((210, 40), emergency="fire_hydrant")
    drawn.node((205, 100), emergency="fire_hydrant", disused="yes")
    drawn.node((205, 200), disused__emergency="fire_hydrant")
    drawn.node((180, 1950), emergency="fire_hydrant", name="far end")
    drawn.node((-500, 1210), emergency="fire_hydrant", name="beyond")
    drawn.node((-300, 20), amenity="fire_station")
    drawn.road(None, [(210, 60), (230, 60), (230, 80), (210, 60)], highway=None, building="yes")
    drawn.road(None, [(330, 140), (350, 140), (350, 160), (330, 140)], highway=None, building="hut")
    drawn.road(None, [(210, 1900), (230, 1900), (230, 9), (210, 1900)], highway=None, building="no")
    drawn.road(None, [(100, 50), (140, 50), (140, 90), (100, 50)], highway=None, natural="water")
    drawn.road(None, [(-100, 500), (400, 480)], highway=None, waterway="river")
    drawn.road(None, [(260, 100), (260, 130)], highway=None)  # two pieces of one outline
    drawn.road(None, [(260, 130), (290, 130), (290, 100), (260, 100)], highway=None)
    drawn.area((0, -50), (400, -50), (400, 350), (0, 350))
    drawn.house("h1", (215, 100)).house("h2", (215, 280)).house("h3", (330, 160))
    return drawn


def write(drawn, folder, **options):
    """Write a town, and into its map a building that is put together from two ways."""
    file = drawn.write(folder, **options)
    roads = folder / "roads.osm"
    ways = [way for way, (_, tags) in drawn.ways.items() if not tags]
    building = (
        '<relation id="9" version="1">'
        + "".join(f'<member type="way" ref="{way}" role="outer"/>' for way in ways)
        + '<tag k="type" v="multipolygon"/><tag k="building" v="yes"/></relation></osm>'
    )
    text = roads.read_text(encoding="utf-8")
    roads.write_text(text.replace("</osm>", building), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """The town as a project with its whole map."""
    return Project.open(write(town(), tmp_path_factory.mktemp("town")))


@pytest.fixture(scope="module")
def where(project):
    return Where("the town", read_area(project))


@pytest.fixture
def server(project):
    outline = json.loads(shapely.to_geojson(read_area(project)))
    with OverpassServer(project.path("roads.osm"), places={"Phường Vẽ": outline}) as server:
        yield server


@pytest.fixture
def ask(server, where, tmp_path):
    """`fetch` from the stand-in into a new folder; ``ask.waits`` are the waits."""

    def ask(file="roads.osm", **options):
        options = {"url": server.api, "timeout_s": TIMEOUT_S, "wait": ask.waits.append, **options}
        return fetch(options.pop("where", where), tmp_path / file, **options)

    ask.waits = []
    return ask


def content(file):
    """What a file holds: tags by kind and id, and the nodes of each way."""
    tags, nodes = {}, {}
    for item in osmium.FileProcessor(str(file)):
        tags[f"{item.type_str()}{item.id}"] = dict(item.tags)
        if item.is_way():
            nodes[item.id] = [node.ref for node in item.nodes]
    return tags, nodes


def names(file):
    return {tags["name"] for tags in content(file)[0].values() if "name" in tags}


# What is fetched
def test_whole_ways_that_touch_area_or_margin(ask, project):
    got = ask()
    tags, ways = content(got.file)
    all_tags, all_ways = content(project.path("roads.osm"))
    assert set(ways) == {1, 2, 3, 5}
    assert all(tags[key] == all_tags[key] for key in tags)
    assert all(ways[way] == all_ways[way] for way in ways)
    bollard = {"barrier": "bollard", "bollard": "fixed", "maxwidth:physical": "2.9"}
    assert bollard in tags.values()


def test_hydrants_and_stations_come_along_even_at_the_far_end_of_a_way(ask):
    got = ask()
    tags = content(got.file)[0].values()
    assert {"emergency": "fire_hydrant", "name": "far end"} in tags
    assert {"emergency": "fire_hydrant", "disused": "yes"} in tags
    assert {"disused:emergency": "fire_hydrant"} in tags
    assert {"amenity": "fire_station"} in tags
    assert not any(tag.get("name") == "beyond" for tag in tags)
    assert not any({"natural", "waterway", "building"} & set(tag) for tag in tags)


def test_buildings_and_open_water_on_request(ask):
    tags, ways = content(ask("b.osm", buildings=True).file)
    assert sum("building" in tag for tag in tags.values()) == 4
    assert tags["r9"]["building"] == "yes"
    assert {11, 12} <= set(ways), "the ways that a building is put together from"
    assert not any("natural" in tag for tag in tags.values())
    tags, _ = content(ask("w.osm", water=True).file)
    assert sum("natural" in tag or "waterway" in tag for tag in tags.values()) == 2
    assert not any("building" in tag for tag in tags.values())


def test_a_larger_margin_brings_more(ask):
    near = content(ask("near.osm", margin_m=50).file)[1]
    far = content(ask("far.osm", margin_m=900).file)[1]
    assert set(near) == {1, 2, 3}
    assert set(far) == {1, 2, 3, 4, 5}


def test_a_box(ask, where):
    box = ",".join(f"{degree:.7f}" for degree in where.shape.bounds)
    got = ask(where=Where.from_box(box))
    assert set(content(got.file)[1]) == {1, 2, 3, 5}
    assert "poly" not in got.source.query
    assert got.source.place == box


NO_BOXES = {
    "nothing": "",
    "three numbers": "105.8,20.9,105.9",
    "letters": "a,b,c,d",
    "east before west": "105.9,20.9,105.8,21",
    "latitude first": "20.9,105.8,21,105.9",
    "no number": "nan,0,1,1",
}


@pytest.mark.parametrize("text", NO_BOXES.values(), ids=NO_BOXES)
def test_no_box(text):
    with pytest.raises(InputError, match="no box on earth"):
        Where.from_box(text)


# The file
def test_file_is_sorted_dated_and_without_names_of_mappers(ask):
    got = ask()
    items = [(i.type_str(), i.id) for i in osmium.FileProcessor(str(got.file))]
    assert items == sorted(items, key=lambda item: ("nwr".index(item[0]), item[1]))
    text = got.file.read_text(encoding="utf-8")
    assert MAPPER not in text
    assert 'uid="' not in text
    assert 'changeset="' not in text
    assert text.count('timestamp="2026-02-03T04:05:06Z"') == len(items)
    assert [path.name for path in sorted(got.file.parent.iterdir())] == [
        "roads.osm",
        "roads.osm.source.json",
    ]


def test_source_stands_beside(ask, server, where):
    got = ask()
    source = json.loads((got.file.parent / "roads.osm.source.json").read_text(encoding="utf-8"))
    tags, ways = content(got.file)
    assert source["attribution"] == "© OpenStreetMap contributors"
    assert source["licence"] == "ODbL 1.0"
    assert source["licence_url"] == "https://opendatacommons.org/licenses/odbl/1-0/"
    assert source["server"] == f"{server.api}/interpreter"
    assert source["osm_base"] == OSM_BASE
    assert source["query"] == server.log[0][1]["data"]
    assert source["ways"] == len(ways)
    assert source["nodes"] == sum(key.startswith("n") for key in tags)
    assert source["relations"] == 0
    assert source["sha256"] == hashlib.sha256(got.file.read_bytes()).hexdigest()
    assert shapely.box(*source["bbox"]).contains(where.shape)
    assert fetched(got.file).area.equals_exact(where.shape, 1e-7)


def test_same_answer_same_bytes_whatever_its_order(ask, server):
    first = ask("a/roads.osm")
    server.faults = ["backwards"]
    second = ask("b/roads.osm")
    assert first.file.read_bytes() == second.file.read_bytes()
    assert first.source == second.source


@pytest.mark.parametrize("suffix", [".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf"])
def test_other_formats_hold_the_same(ask, suffix):
    plain = ask()
    other = ask(f"roads{suffix}")
    assert content(other.file) == content(plain.file)
    again = ask(f"again{suffix}")
    assert again.file.read_bytes() == other.file.read_bytes()


@pytest.mark.parametrize("name", ["roads.geojson", "roads.graphml", "roads"])
def test_a_name_of_no_osm_file_is_refused(ask, server, name):
    with pytest.raises(OutputError, match="format"):
        ask(name)
    assert server.queries == 0


def test_introduces_itself_and_asks_politely(ask, server):
    ask()
    [(_, sent)] = server.log
    assert sent["agent"].startswith("fireaccess/")
    assert "[timeout:1][maxsize:" in sent["data"]


def test_server_with_a_password_is_not_named_with_it(ask, server):
    got = ask(url=f"http://user:secret@127.0.0.1:{server.server_port}/api")
    assert "secret" not in (got.file.parent / "roads.osm.source.json").read_text(encoding="utf-8")
    assert got.source.server == f"{server.api}/interpreter"


@pytest.mark.parametrize("url", ["overpass-api.de/api", "ftp://overpass-api.de", "https://", ""])
def test_no_address(ask, url):
    with pytest.raises(InputError, match="no address of a server"):
        ask(url=url)


def test_both_forms_of_the_address(ask, server):
    ask("a.osm", url=f"{server.api}/")
    ask("b.osm", url=f"{server.api}/interpreter")
    assert [path for path, _ in server.log] == ["/api/interpreter"] * 2


# Faults
ONCE = {
    "hang": 5,
    "slow": 5,
    "429": 23,  # as the status page says
    "429 after": 20,
    "504": 5,
    "empty": 5,
    "cut": 5,
    "cut unannounced": 5,
    "cut packed": 5,
    "hung up": 5,
    "remark": 5,
    "page": 5,
    "login": 5,
    "other": 5,
    "lacking": 5,
}


@pytest.mark.parametrize(("fault", "wait_s"), ONCE.items())
def test_one_fault_is_overcome(ask, server, fault, wait_s):
    well = ask("well.osm").file.read_bytes()
    server.faults = [fault]
    server.log.clear()
    assert ask().file.read_bytes() == well
    assert server.queries == 2
    assert ask.waits == [wait_s]


ALWAYS = {
    "hang": "silent",
    "slow": "not complete",
    "429": "rate_limited",
    "429 after": "asks to wait 20 s",
    "504": "too busy",
    "empty": "empty",
    "cut": "broke off",
    "cut unannounced": "cut off",
    "cut packed": "cut off|broke off",
    "hung up": "broke off",
    "remark": "timed out",
    "page": "too busy",
    "login": "web page",
    "other": "no OpenStreetMap data",
    "lacking": "lacks 1 nodes",
}


@pytest.mark.slow
@pytest.mark.parametrize(("fault", "told"), ALWAYS.items())
def test_lasting_fault_is_told_after_four_tries(ask, server, tmp_path, fault, told):
    server.always = fault
    with pytest.raises(InputError, match=told) as caught:
        ask(cache=tmp_path / "cache")
    assert server.queries == 4
    assert ask.waits == [max(wait_s, ONCE[fault] * (ONCE[fault] > 5)) for wait_s in (5, 15, 45)]
    assert "after 4 tries" in str(caught.value)
    assert caught.value.finding.what_to_do
    assert list(tmp_path.iterdir()) == []


FINAL = {
    "400": "Unknown type",
    "403": "refuses",
    "moved": "moved to https://overpass.example/api/interpreter",
    "memory": "out of memory",
    "429 for long": "asks to wait 3600 s",
    "nothing": "no road within 500 m of the town",
}


@pytest.mark.parametrize(("fault", "told"), FINAL.items())
def test_what_will_not_pass_is_told_at_once(ask, server, tmp_path, fault, told):
    server.always = fault
    with pytest.raises(InputError, match=told) as caught:
        ask(cache=tmp_path / "cache")
    assert server.queries == 1
    assert ask.waits == []
    assert caught.value.finding.what_to_do
    assert list(tmp_path.iterdir()) == []


def test_harmless_remark(ask, server):
    server.faults = ["harmless"]
    ask()
    assert server.queries == 1


def test_data_that_cannot_be_read(ask, server, tmp_path):
    server.faults = ["garbled"]
    with pytest.raises(InputError, match="can't be read"):
        ask()
    assert list(tmp_path.iterdir()) == []


def test_no_network(ask):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        with pytest.raises(InputError, match=r"can't be reached .*refused") as caught:
            ask(url=f"http://127.0.0.1:{port}/api")
    assert "network connection" in caught.value.finding.what_to_do
    assert ask.waits == []


def test_progress_is_told(ask, server):
    said = []
    server.faults = ["504"]
    ask(tell=said.append)
    assert len(said) == 2
    assert "the town" in said[0]
    assert "trying again in 5 s" in said[1]


# Cache
def test_same_query_is_asked_once(ask, server, tmp_path):
    first = ask("a.osm", cache=tmp_path / "cache")
    second = ask("b.osm.pbf", cache=tmp_path / "cache")
    third = ask("a.osm", cache=tmp_path / "cache")
    assert server.queries == 1
    assert content(second.file) == content(first.file)
    assert third.source == first.source
    ask("a.osm", cache=tmp_path / "cache", refresh=True)
    assert server.queries == 2
    ask("a.osm", cache=tmp_path / "cache", water=True)
    assert server.queries == 3


def test_refreshed_answer_replaces_the_kept_one(ask, server, tmp_path):
    options = {"cache": tmp_path / "cache"}
    ask(**options)
    server.extract.items["w"][1]["tags"]["name"] = "Đường Mới"
    assert "Đường Mới" not in names(ask(**options).file)
    assert "Đường Mới" in names(ask(**options, refresh=True).file)
    assert "Đường Mới" in names(ask(**options).file)
    server.extract.items["w"][1]["tags"]["name"] = "Đường Lớn"


@pytest.mark.parametrize("damage", ["cut", "other bytes", "no source", "no json", "gone"])
def test_damaged_cache_is_asked_anew(ask, server, tmp_path, damage):
    cache = tmp_path / "cache"
    first = ask("a.osm", cache=cache)
    [kept] = cache.glob("*.osm.gz")
    beside = kept.with_name(f"{kept.name}.source.json")
    if damage == "cut":
        kept.write_bytes(kept.read_bytes()[:-20])
    elif damage == "other bytes":
        kept.write_bytes(gzip.compress(b"<osm version='0.6'></osm>"))
    elif damage == "no source":
        beside.unlink()
    elif damage == "no json":
        beside.write_text("{")
    else:
        kept.unlink()
    second = ask("b.osm", cache=cache)
    assert server.queries == 2
    assert second.file.read_bytes() == first.file.read_bytes()
    assert fetched(kept) is not None


# Files that stand there
def test_file_of_somebody_else_stays(ask, server, tmp_path):
    (tmp_path / "roads.osm").write_text("drawn by hand")
    with pytest.raises(OutputError, match="not fetched"):
        ask()
    assert (tmp_path / "roads.osm").read_text() == "drawn by hand"
    assert server.queries == 0


def test_fetched_file_is_replaced_until_somebody_changes_it(ask, server):
    file = ask().file
    ask(margin_m=50)
    assert "Đường Chéo" not in names(file)
    file.write_text(file.read_text(encoding="utf-8").replace("Ngõ 1", "Ngõ 7"), encoding="utf-8")
    with pytest.raises(OutputError, match="changed since") as caught:
        ask()
    assert "Ngõ 7" in names(file)
    assert "move it away" in caught.value.finding.what_to_do
    assert fetched(file) is None
    assert server.queries == 2


@pytest.mark.parametrize("left", [0, 1])
def test_cut_short_between_the_renames(ask, monkeypatch, left):
    file = ask(margin_m=50).file
    rename, done = os.replace, []

    def dying(source, target):
        if len(done) == left:
            raise KeyboardInterrupt
        done.append(target)
        rename(source, target)

    monkeypatch.setattr(os, "replace", dying)
    with pytest.raises(KeyboardInterrupt):
        ask()
    monkeypatch.setattr(os, "replace", rename)
    assert "Đường Chéo" not in names(file)
    assert "Đường Chéo" in names(ask().file)
    assert sorted(path.suffix for path in file.parent.iterdir()) == [".json", ".osm"]


def test_folder_that_cannot_be_written(ask, tmp_path):
    (tmp_path / "taken").write_text("no folder")
    with pytest.raises(OutputError, match="can't be read or written"):
        ask("taken/roads.osm")


def test_writing_that_fails_leaves_the_old_file(ask, monkeypatch):
    file = ask(margin_m=50).file
    before = file.read_bytes()

    def full(self, *_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("pathlib.Path.write_text", full)
    with pytest.raises(OutputError, match="No space left on device"):
        ask()
    assert file.read_bytes() == before
    assert fetched(file).source.margin_m == 50
    assert sorted(path.suffix for path in file.parent.iterdir()) == [".json", ".osm"]


# Places
@pytest.fixture
def find(server, monkeypatch):
    """`find_place` from the stand-in; ``find.waits`` are the waits."""
    # OSMnx waits a second before each search, as the public server asks of everybody.
    monkeypatch.setattr("osmnx._nominatim.time", SimpleNamespace(sleep=lambda seconds: None))

    def find(name="Phường Vẽ", **options):
        options = {"url": server.root, "timeout_s": TIMEOUT_S, "wait": find.waits.append, **options}
        return find_place(name, **options)

    find.waits = []
    return find


@pytest.fixture
def settings():
    """The settings of OSMnx, which must be the same before and after."""
    import osmnx

    def all_settings():
        return {key: value for key, value in vars(osmnx.settings).items() if key[0] != "_"}

    before = all_settings()
    yield before
    assert all_settings() == before


def test_place_by_name(find, server, where, settings, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    said = []
    found = find(tell=said.append)
    assert found.name == "Phường Vẽ, Việt Nam"
    assert found.shape.equals(where.shape)
    assert server.log[0][1]["agent"].startswith("fireaccess/")
    assert "Phường Vẽ, Việt Nam" in said[-1]
    assert list(tmp_path.iterdir()) == [], "OSMnx must leave no cache behind"


def test_roads_of_a_place(find, ask):
    got = ask(where=find())
    assert set(content(got.file)[1]) == {1, 2, 3, 5}
    assert got.source.place == "Phường Vẽ, Việt Nam"


def test_place_that_nobody_knows(find, server, settings):
    with pytest.raises(InputError, match=r"'Phường Không': .* knows nothing of that name"):
        find("Phường Không")
    assert server.queries == 1
    server.places["Giữa Đồng"] = {"type": "Point", "coordinates": [105.8, 21.0]}
    with pytest.raises(InputError, match=r"'Giữa Đồng': .* not its outline"):
        find("Giữa Đồng")


def test_outline_that_crosses_itself_is_mended(find, server):
    ring = [[105.8, 21.0], [105.81, 21.01], [105.81, 21.0], [105.8, 21.01], [105.8, 21.0]]
    server.places["Nơ"] = {"type": "Polygon", "coordinates": [ring]}
    assert find("Nơ").shape.is_valid


@pytest.mark.parametrize("fault", ["429 after", "504", "hang", "cut", "empty", "page", "nothing"])
def test_search_is_repeated(find, server, settings, fault):
    server.faults = [fault]
    assert find().km2 == pytest.approx(0.16, rel=0.01)
    assert server.queries == 2
    assert find.waits == [20 if fault == "429 after" else 5]


@pytest.mark.parametrize(("fault", "tries"), [("504", 4), ("429", 4), ("other", 4), ("403", 1)])
def test_search_comes_to_an_end(find, server, settings, fault, tries):
    server.always = fault
    with pytest.raises(InputError, match="gave no usable answer"):
        find()
    assert server.queries == tries


def test_place_is_kept(find, server, tmp_path):
    first = find(cache=tmp_path)
    assert find(cache=tmp_path).shape.equals_exact(first.shape, 0)
    assert server.queries == 1
    find(cache=tmp_path, refresh=True)
    assert server.queries == 2
    [kept] = tmp_path.glob("*.place.json")
    for damaged in ("{", "[]", "{}", '{"name": "x", "shape": {"type": "Polygon"}}'):
        kept.write_text(damaged)
        assert find(cache=tmp_path).name == first.name
    assert server.queries == 6


# The outline
def outline(where, margin_m):
    return overpass._surround(where, margin_m)


def odd_shapes():
    """Areas of every kind, drawn in metres."""
    ell = shapely.Polygon([(0, 0), (3000, 0), (3000, 400), (400, 400), (400, 3000), (0, 3000)])
    return {
        "ell": ell,
        "sliver": shapely.LineString([(0, 0), (9000, 100)]).buffer(3),
        "ring": shapely.Point(0, 0).buffer(4000).difference(shapely.Point(0, 0).buffer(2000)),
        "two": shapely.union(shapely.Point(0, 0).buffer(700), shapely.box(9000, 0, 9900, 500)),
        "star": shapely.MultiLineString(
            [[(0, 0), (x, y)] for x in (-5000, 0, 6000) for y in (-4000, 5000)]
        ).buffer(20),
        "coast": shapely.Point(0, 0).buffer(9000, quad_segs=4000),
        "long": shapely.box(0, 0, 40000, 300),
    }


@pytest.mark.parametrize("margin_m", [0, 500, 3000])
@pytest.mark.parametrize("name", odd_shapes())
def test_outline_holds_area_and_margin(name, margin_m):
    local = shapely.affinity.translate(odd_shapes()[name], EAST, NORTH)
    wanted = shapely.segmentize(transform_geometry(local, pyproj.CRS(CRS), WGS84), 1e-3)
    drawn = outline(Where(name, wanted), margin_m)
    assert shapely.get_num_interior_rings(shapely.get_parts(drawn)).sum() == 0
    for crs in map(pyproj.CRS, (CRS, "EPSG:5897", "EPSG:9211")):
        needed = shapely.buffer(transform_geometry(wanted, WGS84, crs), margin_m)
        around = transform_geometry(shapely.segmentize(drawn, 1e-3), WGS84, crs)
        assert around.contains(needed)
        assert shapely.get_num_coordinates(drawn) <= 250 + around.length / 1000


def test_real_wards_have_few_corners_and_little_more_than_their_margin(data_dir):
    wards = gpd.read_file(data_dir / "boundaries/hanoi_wards_2025.geojson").to_crs(WGS84)
    for shape in wards.geometry[::6]:
        where = Where("ward", shape)
        drawn = outline(where, 500)
        local = gpd.GeoSeries([shape, drawn], crs=WGS84).to_crs(CRS)
        grown = local.iloc[0].buffer(500)
        assert local.iloc[1].contains(grown)
        assert shapely.get_num_coordinates(drawn) < 300
        assert local.iloc[1].area < 1.1 * grown.convex_hull.area


def test_too_much_or_nothing_to_ask_for(ask, server):
    with pytest.raises(InputError, match="up to 2,500 km²") as caught:
        ask(where=Where.from_box("105,20,106,21"))
    assert "geofabrik" in caught.value.finding.what_to_do
    with pytest.raises(InputError, match="0 km²") as caught:
        ask(where=Where("here", shapely.Point(105.8, 21)))
    assert "an area" in caught.value.finding.what_to_do
    assert server.queries == 0


# From the server to the answers
def assert_same_answers(whole, part):
    """Compare all layers; a map of the whole town also lists water that no loaded road is near."""
    roads = ("segments", "barriers", "alleys", "hydrant_gaps", "dead_ends")
    for layer in ("houses", "fire_points", *roads):
        frames = (pd.DataFrame(getattr(result, layer)) for result in (whole, part))
        pd.testing.assert_frame_equal(*frames, obj=layer)
    here = whole.water["object_id"].isin(part.water["object_id"])
    water = pd.DataFrame(whole.water[here]).reset_index(drop=True)
    pd.testing.assert_frame_equal(water, pd.DataFrame(part.water), obj="water")
    assert (whole.water["usable"][~here] == "no").all()


def with_roads(project, folder, roads):
    """Write a project into another folder, with the same inputs but for the roads."""

    def named(match):
        path = roads if match[1] == project.inputs.roads else project.folder / match[1]
        return json.dumps(str(path)) if path.is_file() or path is roads else match[0]

    folder.mkdir()
    text = re.sub(r'"([\w/.-]+)"', named, project.file.read_text(encoding="utf-8"))
    (folder / "fireaccess.toml").write_text(text, encoding="utf-8")
    return Project.open(folder)


def on_fetched_roads(project, folder, api, **options):
    """Run a project on the roads that are fetched for its area."""
    copy = with_roads(project, folder, folder / "fetched.osm")
    fetch(
        Where(copy.name, read_area(copy)),
        copy.path(copy.inputs.roads),
        url=api,
        margin_m=copy.settings.load_margin_m,
        snap_limit_m=copy.settings.snap_limit_m,
        **options,
    )
    return run(copy)


def test_same_answers_as_on_the_whole_map(project, server, tmp_path):
    whole, part = run(project), on_fetched_roads(project, tmp_path / "copy", server.api)
    assert_same_answers(whole, part)
    assert len(whole.water) == 4
    assert len(part.water) == 3
    assert whole.houses["hydrant_m"].notna().all()


def test_same_answers_for_houses_and_water_of_the_map(tmp_path):
    file = write(town(), tmp_path / "town", starts="stations")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('houses = "houses.csv"', 'houses = "osm"'), encoding="utf-8")
    project = Project.open(file)
    with OverpassServer(project.path("roads.osm")) as server:
        options = {"buildings": True, "water": True}
        part = on_fetched_roads(project, tmp_path / "copy", server.api, **options)
    assert_same_answers(run(project), part)
    assert list(part.houses["house_id"]) == ["r9", "w6", "w7"]


@pytest.mark.slow
@pytest.mark.parametrize("roads", ["roads.osm", "district.osm.pbf"])
def test_same_answers_for_khuong_dinh(data_dir, tmp_path, roads):
    original = Project.open(data_dir / "khuong-dinh")
    project = with_roads(original, tmp_path / "whole", original.path(roads))
    with OverpassServer(project.path(project.inputs.roads)) as server:
        part = on_fetched_roads(project, tmp_path / "part", server.api)
    assert_same_answers(run(project), part)
    assert len(part.houses) > 10_000


def test_importing_asks_nobody_and_loads_no_osmnx():
    script = "import sys, fireaccess.sources.overpass; print('osmnx' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, "False"), done.stderr


def test_stand_in_answers_as_the_protocol_has_it(server):
    """The stand-in itself: a way is found by a node inside or a stretch across, and is whole."""

    def ask_around(x, y):
        (west, south), (east, north) = degrees((x - 9, y - 9)), degrees((x + 9, y + 9))
        ways = f'(way["highway"]({south},{west},{north},{east}););'
        return server.extract.ask(f"[out:xml][timeout:9];{ways}(._;>;);out meta;")

    nodes = {("n", node) for node in server.extract.items["w"][5]["nodes"]}
    assert ask_around(480, 890) == {("w", 5)} | nodes
    assert ask_around(680, 740) == {("w", 5)} | nodes
    assert ask_around(680, 840) == set()
