"""Graphs of OSMnx: its settings, ways put together again, and the same answers as the file."""

import re
import shutil

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
import shapely
from towns import Town, hoses, metres

import fireaccess
from fireaccess.model.errors import InputError
from fireaccess.sources.graph import NODE_TAGS, read_graphml, roads_from_graph
from fireaccess.sources.osm import read_osm
from fireaccess.sources.roads import NOT_A_ROAD, WAY_TAGS

# What houses must agree on, whichever way the roads came in.
DISTANCES = ["offset_m", "hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m"]
ANSWERS = ["road", "road_60", "water", "point", "status", "reason"]
GENTLY = {"node_attrs_include": ["barrier"], "edge_attrs_differ": ["osmid"]}


def graph_of(osm, **options):
    """Return the graph that OSMnx makes of a file, whole and with every tag that counts."""
    with fireaccess.osmnx_settings():
        return ox.graph_from_xml(osm, simplify=False, retain_all=True, **options)


def all_oneway(osm):
    """Return a graph with each edge once and the tag ``oneway`` as it is."""
    before, ox.settings.all_oneway = ox.settings.all_oneway, True
    try:
        return graph_of(osm)
    finally:
        ox.settings.all_oneway = before


MADE = {
    "plain": graph_of,
    "bidirectional": lambda osm: graph_of(osm, bidirectional=True),
    "all_oneway": all_oneway,
    "projected": lambda osm: ox.project_graph(graph_of(osm)),
    "simplified": lambda osm: ox.simplify_graph(graph_of(osm), **GENTLY),
}


def saved(graph, path):
    ox.save_graphml(graph, path)
    return path


def ways(roads):
    """Return nodes and tags of each way, by its id."""
    nodes = np.split(roads.vertex_node, roads.start[1:-1])
    tags = roads.tags.where(roads.tags.notna(), None).to_dict("records")
    rows = zip(roads.way_id.tolist(), nodes, tags, strict=True)
    return {way: (line.tolist(), of_way) for way, line, of_way in rows}


def bent_town():
    """Ways that meet themselves, meet twice, or run against their drawing."""
    town = Town().road("Đường Lớn", [(0, 0), (100, 0), (200, 0), (300, 0)], highway="primary")
    town.road("Ngõ cụt", [(100, 0), (100, 40), (130, 60), (100, 80), (70, 60), (100, 40)])
    town.road("Ngõ số tám", [(200, 0), (200, 50), (230, 50), (200, 80), (200, 50), (200, 120)])
    town.road("Vòng", [(300, 0), (330, 0), (330, 30), (300, 30), (300, 0)], junction="roundabout")
    town.road("Một chiều", [(300, 30), (300, 90), (320, 120)], oneway="yes", width="3,2")
    town.road("Ngược chiều", [(330, 30), (330, 90), (320, 120)], oneway="-1", maxwidth="2.5")
    town.road("Đôi", [(0, 0), (50, 30), (100, 0)], maxheight__physical="3.1")
    town.road("Sân", [(0, 0), (0, 30), (30, 30)], highway="pedestrian", area="yes")
    town.road("Đang làm", [(0, 0), (0, 60)], highway="construction")
    return town.node((330, 90), barrier="bollard", bollard="removable").node((50, 30), kerb="flush")


# Settings
def test_settings_add_the_tags_and_put_the_lists_back():
    before = list(ox.settings.useful_tags_way), list(ox.settings.useful_tags_node)
    with fireaccess.osmnx_settings():
        assert {*WAY_TAGS, "area", *before[0]} == set(ox.settings.useful_tags_way)
        assert {*NODE_TAGS, *before[1]} == set(ox.settings.useful_tags_node)
        assert "barrier" in ox.settings.useful_tags_node
    with pytest.raises(KeyError), fireaccess.osmnx_settings():
        raise KeyError

    assert (ox.settings.useful_tags_way, ox.settings.useful_tags_node) == before


@pytest.mark.parametrize(
    ("highway", "kept"),
    [("service", True), ("services", False), ("footway", True), ("steps", True)]
    + [(highway, False) for highway in sorted(NOT_A_ROAD)],
)
def test_filter_keeps_alleys_and_drops_what_is_no_road(highway, kept):
    with fireaccess.osmnx_settings() as custom_filter:
        dropped = re.search(r'\["highway"!~"([^"]+)"\]', custom_filter)[1]

    assert (re.search(dropped, highway) is None) == kept
    assert '"service"' not in custom_filter


# Ways put together again
@pytest.mark.parametrize("made", ["plain", "all_oneway", "projected"])
def test_ways_are_those_of_the_file(made, tmp_path):
    town = bent_town()
    town.write(tmp_path)
    drawn = ways(read_osm(tmp_path / "roads.osm"))
    graph = MADE[made](tmp_path / "roads.osm")

    for roads in (roads_from_graph(graph), read_graphml(saved(graph, tmp_path / "g.graphml"))):
        found = ways(roads)
        assert found.keys() == drawn.keys()
        if made != "all_oneway":
            # OSMnx turns the way around and forgets that it was drawn against the traffic.
            nodes, tags = drawn[6]
            assert found.pop(6) == (nodes[::-1], {**tags, "oneway": "yes"})
            # A roundabout is one-way without the tag; OSMnx writes it down.
            assert found[4][1].pop("oneway") == "yes"
            assert drawn[4][1].pop("oneway", None) is None
        for way, (nodes, tags) in found.items():
            assert nodes == drawn[way][0], way
            assert {**tags, "oneway": None} == {**drawn[way][1], "oneway": None}, way
            assert tags.get("oneway") == drawn[way][1].get("oneway"), way
        assert roads.barriers == {
            town.node_id((330, 90)): {"barrier": "bollard", "bollard": "removable"}
        }
        assert roads.left_out == {"not_a_road": 2}


def test_bidirectional_graph_gives_every_way_once(tmp_path):
    bent_town().write(tmp_path)
    drawn = read_osm(tmp_path / "roads.osm")
    roads = roads_from_graph(MADE["bidirectional"](tmp_path / "roads.osm"))

    assert {way: nodes for way, (nodes, _) in ways(roads).items()} == {
        way: nodes for way, (nodes, _) in ways(drawn).items()
    }
    assert roads.tags["oneway"].isna().all()


def test_simplified_graph_has_every_line_once(tmp_path):
    bent_town().write(tmp_path)
    drawn = read_osm(tmp_path / "roads.osm")
    for options in ({}, GENTLY):
        roads = roads_from_graph(ox.simplify_graph(graph_of(tmp_path / "roads.osm"), **options))
        length = shapely.length(roads.lines).sum()

        assert length == pytest.approx(shapely.length(drawn.lines).sum(), rel=1e-12)
        assert shapely.union_all(roads.lines).equals(shapely.union_all(drawn.lines))
        assert set(roads.way_id) <= set(drawn.way_id)


def test_a_ring_begins_at_its_junction(tmp_path):
    town = Town().road("Vòng", [(0, 0), (30, 0), (30, 30), (0, 30), (0, 0)])
    town.road("Ngõ", [(30, 30), (60, 60)]).write(tmp_path)
    nodes, _ = ways(roads_from_graph(graph_of(tmp_path / "roads.osm")))[1]

    assert nodes[0] == nodes[-1] == town.node_id((30, 30))
    assert set(nodes) == {town.node_id(p) for p in [(0, 0), (30, 0), (30, 30), (0, 30)]}


def test_a_way_there_and_back_has_both(tmp_path):
    Town().road("Ngõ", [(0, 0), (30, 0), (60, 0), (30, 0)]).write(tmp_path)
    drawn = read_osm(tmp_path / "roads.osm")

    assert ways(roads_from_graph(graph_of(tmp_path / "roads.osm"))) == ways(drawn)


def test_a_way_cut_by_the_edge_of_the_graph_stands_twice(tmp_path):
    town = Town().road("Ngõ", [(x, 0) for x in (0, 10, 20, 30, 40, 50)])
    town.write(tmp_path)
    graph = graph_of(tmp_path / "roads.osm")
    graph.remove_node(town.node_id((20, 0)))
    roads = roads_from_graph(graph)

    assert roads.way_id.tolist() == [1, 1]
    assert np.diff(roads.start).tolist() == [2, 3]


def test_an_edge_that_was_edited_is_a_way_of_its_own(tmp_path):
    town = Town().road("Ngõ", [(0, 0), (10, 0), (20, 0)], width="4")
    town.write(tmp_path)
    graph = graph_of(tmp_path / "roads.osm")
    u, v = town.node_id((10, 0)), town.node_id((20, 0))
    graph.edges[u, v, 0]["width"] = 2.5  # one direction only: the narrower counts for both
    roads = roads_from_graph(graph)

    assert roads.way_id.tolist() == [1, 1]
    assert sorted(roads.tags["width"]) == ["2.5", "4"]


def test_twins_without_reversed_are_taken_once(tmp_path):
    bent_town().write(tmp_path)
    graph = graph_of(tmp_path / "roads.osm", bidirectional=True)
    for _, _, data in graph.edges(data=True):
        del data["reversed"]
    roads = roads_from_graph(graph)
    drawn = read_osm(tmp_path / "roads.osm")

    assert roads.way_id.tolist() == drawn.way_id.tolist()
    assert shapely.length(roads.lines) == pytest.approx(shapely.length(drawn.lines))


# Tags of merged edges
def merged(**values):
    """Return the tags of one edge that OSMnx merged of several ways."""
    graph = nx.MultiDiGraph(crs="EPSG:32648", simplified=True)
    graph.add_node(1, x=0.0, y=0.0)
    graph.add_node(2, x=100.0, y=0.0)
    for u, v in [(1, 2), (2, 1)]:
        data = {"highway": "service", "osmid": [31, 12], "reversed": [True, False]} | values
        graph.add_edge(u, v, **data, geometry=graph_line(graph, u, v))
    roads = roads_from_graph(graph)
    assert roads.way_id.tolist() == [12]
    assert len(roads.vertex_node) == len(set(roads.vertex_node)) == 3
    tags = roads.tags.iloc[0].dropna().to_dict()
    return {key: tags.get(key) for key in values}


def graph_line(graph, u, v):
    ends = [(graph.nodes[node]["x"], graph.nodes[node]["y"]) for node in (u, v)]
    return shapely.LineString([ends[0], (50, 20), ends[1]])


@pytest.mark.parametrize(
    ("key", "values", "least"),
    [
        ("width", ["3.5", "12 ft", "3"], "3"),
        ("maxwidth", ["250 cm", "3"], "250 cm"),
        ("est_width", ["wide", "4"], "4"),
        ("maxheight:physical", ["4", "3.9 m"], "3.9 m"),
        ("maxweight", ["10", "7500 kg"], "7500 kg"),
        ("highway", ["primary", "residential"], "residential"),
        ("highway", ["residential", "steps", "service"], "steps"),
        ("highway", ["primary", "motorway_link"], "motorway_link"),
        ("highway", ["tertiary", "trunk"], "tertiary"),
        ("highway", ["emergency_bay", "busway"], "emergency_bay"),
        ("footway", ["alley", "sidewalk"], "sidewalk"),
        ("tunnel", ["yes", "building_passage", "no"], "building_passage"),
        ("bridge", ["no", "viaduct"], "viaduct"),
        ("covered", ["no", "yes"], "yes"),
        ("name", ["Ngõ 7", "Ngõ 12"], "Ngõ 12"),
        ("oneway", [True, False], None),
        ("oneway", True, "yes"),
        ("oneway", False, None),
        ("width", 3.5, "3.5"),
        ("width", float("nan"), None),
        ("name", "[tạm]", "[tạm]"),
    ],
)
def test_of_several_values_the_least_favourable_counts(key, values, least):
    assert merged(**{key: values}) == {key: least}
    # As GraphML holds it.
    assert merged(**{key: str(values)}) == {key: least}


# What is no graph of roads
def road_graph(**graph):
    made = nx.MultiDiGraph(**{"crs": "epsg:4326", **graph})
    made.add_node(1, x=105.8, y=21.0)
    made.add_node(2, x=105.9, y=21.0)
    made.add_edge(1, 2, osmid=5, highway="service", reversed=False)
    return made


def spoilt(change):
    graph = road_graph()
    change(graph)
    return graph


@pytest.mark.parametrize(
    ("graph", "words"),
    [
        (nx.MultiDiGraph(crs="epsg:4326"), "no edge"),
        (nx.MultiGraph(road_graph()), "undirected"),
        (road_graph(crs=None), "no CRS"),
        (road_graph(crs="VN-2000 somewhere"), "VN-2000 somewhere"),
        (spoilt(lambda g: g.edges[1, 2, 0].pop("highway")), "highway"),
        (spoilt(lambda g: g.edges[1, 2, 0].update(highway="construction")), "holds no road"),
        (spoilt(lambda g: g.edges[1, 2, 0].update(osmid=None)), "osmid"),
        (spoilt(lambda g: g.edges[1, 2, 0].update(osmid="new")), "new"),
        (spoilt(lambda g: g.nodes[2].pop("x")), "node 2"),
        (spoilt(lambda g: g.nodes[2].update(y=float("inf"))), "node 2"),
    ],
)
def test_what_is_no_road_graph_is_refused(graph, words):
    with pytest.raises(InputError, match=words) as told:
        roads_from_graph(graph)

    assert told.value.finding.what_to_do


@pytest.mark.parametrize(
    "content",
    [None, "", "<graphml", "<osm version='0.6'/>", "highway,name\nservice,Ngõ 1\n", "\x00\x01"],
)
def test_what_is_no_graphml_is_refused(content, tmp_path):
    path = tmp_path / "roads.graphml"
    if content is not None:
        path.write_text(content, encoding="utf-8")

    with pytest.raises(InputError) as told:
        read_graphml(path)
    assert told.value.finding.file == str(path)
    assert told.value.finding.what_to_do


def test_graph_that_is_cut_short_is_refused(tmp_path):
    path = saved(road_graph(), tmp_path / "roads.graphml")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])

    with pytest.raises(InputError, match="can't be read"):
        read_graphml(path)


def test_labels_that_are_no_numbers_get_some():
    graph = nx.relabel_nodes(road_graph(), {1: "a", 2: "b"})

    assert roads_from_graph(graph).vertex_node.tolist() == [1, 2]


# The same answers as the file
def without_objects(path):
    """Take water and stations out of an OSM file: a graph only holds the nodes of its roads."""
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'\s*<tag k="(emergency|amenity)"[^>]*/>', "", text), encoding="utf-8")


def run_with(folder, roads):
    """Compute a project with other roads."""
    path = folder / "fireaccess.toml"
    text = path.read_text(encoding="utf-8")
    changed = re.sub(r'(?m)^roads = "[^"]*"', f'roads = "{roads}"', text)
    path.write_text(changed, encoding="utf-8")
    return fireaccess.run(fireaccess.Project.open(path)).houses.set_index("house_id")


def assert_same_houses(theirs, ours):
    theirs = theirs.loc[ours.index]
    for column in DISTANCES:
        apart = (theirs[column] - ours[column]).abs()
        assert (theirs[column].isna() == ours[column].isna()).all(), column
        assert apart.max() <= 0.01, (column, apart.idxmax())
    for column in ANSWERS:
        same = theirs[column].eq(ours[column]) | (theirs[column].isna() & ours[column].isna())
        assert same.all(), (column, same.idxmin())


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    """Write the sample ward without OSM's water; give its folder and its houses."""
    folder = tmp_path_factory.mktemp("graph") / "ward"
    fireaccess.write_sample(folder)
    without_objects(folder / "roads.osm")
    return folder, run_with(folder, "roads.osm")


@pytest.mark.parametrize("made", MADE)
def test_ward_has_the_same_answers(made, ward):
    folder, houses = ward
    saved(MADE[made](folder / "roads.osm"), folder / f"{made}.graphml")

    assert houses["hose_m"].notna().any()
    assert_same_houses(run_with(folder, f"{made}.graphml"), houses)


@pytest.mark.slow
def test_khuong_dinh_has_the_same_answers(data_dir, tmp_path):
    folder = tmp_path / "ward"
    shutil.copytree(
        data_dir / "khuong-dinh", folder, ignore=shutil.ignore_patterns("*.pbf", "results", "maps")
    )
    without_objects(folder / "roads.osm")
    saved(graph_of(folder / "roads.osm"), folder / "roads.graphml")

    assert_same_houses(run_with(folder, "roads.graphml"), run_with(folder, "roads.osm"))


def test_barriers_of_a_graph_stop_the_truck(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(200, 0), (200, 50), (200, 300)], width="4.5")
    town.node((200, 50), barrier="bollard").house("h", (210, 250))
    town.write(tmp_path)
    saved(graph_of(tmp_path / "roads.osm"), tmp_path / "with.graphml")
    saved(
        ox.graph_from_xml(tmp_path / "roads.osm", simplify=False, retain_all=True),
        tmp_path / "without.graphml",
    )

    assert run_with(tmp_path, "with.graphml").loc["h", "hose_m"] == metres(210)
    # OSMnx left to itself: nothing tells that a barrier is missing.
    assert run_with(tmp_path, "without.graphml").loc["h", "hose_m"] == metres(10)
    assert hoses(town.run(tmp_path / "osm")) == (metres(210), metres(210))
