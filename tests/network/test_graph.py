"""A network as a graph of OSMnx: accepted by its functions, and read back as the same network."""

import networkx as nx
import numpy as np
import osmnx as ox
import pytest
from pyproj import CRS
from towns import Town

import fireaccess
from fireaccess.network.build import build_network, insert_nodes
from fireaccess.sources.graph import roads_from_graph
from fireaccess.sources.osm import read_osm

UTM = CRS.from_epsg(32648)


def network_of(town, folder):
    town.write(folder)
    return build_network(read_osm(folder / "roads.osm").to_crs(UTM))


def crossroads():
    """A main road with an alley that forks, a one-way pair and a loop at the end."""
    town = Town().road("Đường Lớn", [(0, 0), (100, 0), (200, 0)], highway="primary")
    town.road("Ngõ 1", [(100, 0), (100, 50), (100, 100)], width="3.5")
    town.road("Đi", [(100, 100), (150, 120), (200, 100)], oneway="yes")
    town.road("Về", [(100, 100), (150, 80), (200, 100)], oneway="-1")
    town.road(None, [(200, 100), (230, 100), (230, 130), (200, 100)], highway="footway")
    return town


@pytest.fixture(scope="module")
def ward_graph(tmp_path_factory):
    folder = tmp_path_factory.mktemp("ward")
    fireaccess.write_sample(folder / "ward")
    result = fireaccess.run(fireaccess.Project.open(folder / "ward"))
    return result.network, fireaccess.to_graph(result.network)


def test_edges_carry_what_is_known(tmp_path):
    town = crossroads()
    network = network_of(town, tmp_path)
    graph = fireaccess.to_graph(network)
    main, alley = town.node_id((100, 0)), town.node_id((100, 100))

    edge = graph.edges[main, alley, 0]
    back = graph.edges[alley, main, 0]
    assert edge["osmid"] == 2
    assert (edge["name"], edge["highway"], edge["width"]) == ("Ngõ 1", "service", "3.5")
    assert edge["segment_id"] == back["segment_id"] == "2-0"
    assert edge["length"] == pytest.approx(100, abs=0.03)
    assert (edge["oneway"], edge["reversed"], back["reversed"]) == (False, False, True)
    assert edge["geometry"].coords[0] == (graph.nodes[main]["x"], graph.nodes[main]["y"])
    assert back["geometry"].coords[0] == (graph.nodes[alley]["x"], graph.nodes[alley]["y"])
    assert "maxheight" not in edge
    assert graph.nodes[main]["street_count"] == 3


def test_oneway_streets_have_one_direction(tmp_path):
    town = crossroads()
    network = network_of(town, tmp_path)
    fork, end = town.node_id((100, 100)), town.node_id((200, 100))
    graph = fireaccess.to_graph(network)

    assert [data["name"] for data in graph[fork][end].values()] == ["Đi"]
    assert [data["name"] for data in graph[end][fork].values()] == ["Về"]
    assert not graph.edges[end, fork, 0]["reversed"]
    both = fireaccess.to_graph(network, bidirectional=True)
    assert both.number_of_edges(fork, end) == both.number_of_edges(end, fork) == 2
    assert both.number_of_edges() == 2 * network.n_segments


def test_nodes_of_the_survey_get_ids_of_their_own(tmp_path):
    network = network_of(crossroads(), tmp_path)
    longer = insert_nodes(network, np.array([0, 1]), np.array([20.0, 30.0])).network
    graph = fireaccess.to_graph(longer)

    assert len(graph) == longer.n_nodes
    assert max(network.node_osm_id) + 2 == max(graph.nodes)
    assert graph.nodes[max(graph.nodes)]["street_count"] == 2


def test_the_network_stays_as_it_is(ward_graph):
    network, graph = ward_graph

    assert len(graph) == network.n_nodes
    one_way = sum(data["oneway"] for *_, data in graph.edges(data=True))
    assert graph.number_of_edges() == 2 * network.n_segments - one_way
    assert ox.convert.to_undirected(graph).number_of_edges() == network.n_segments


# What OSMnx does with it
def test_osmnx_counts_the_same_streets(ward_graph):
    _, graph = ward_graph

    assert ox.stats.count_streets_per_node(graph) == nx.get_node_attributes(graph, "street_count")
    stats = ox.basic_stats(graph)
    assert stats["n"] == len(graph)
    assert stats["street_length_total"] == pytest.approx(
        sum(data["length"] for *_, data in ox.convert.to_undirected(graph).edges(data=True))
    )


def test_osmnx_measures_the_same_lengths(ward_graph):
    network, graph = ward_graph
    nodes, edges = ox.graph_to_gdfs(graph)

    assert nodes.crs == edges.crs == network.crs
    assert edges["length"].to_numpy() == pytest.approx(edges.length.to_numpy())
    again = ox.graph_from_gdfs(nodes, edges)
    assert set(again.edges) == set(graph.edges)


def test_osmnx_finds_ways(ward_graph):
    _, graph = ward_graph
    origin, *_, target = sorted(max(nx.strongly_connected_components(graph), key=len))
    path = ox.routing.shortest_path(graph, origin, target, weight="length")

    assert path[0] == origin
    assert path[-1] == target
    timed = ox.add_edge_travel_times(ox.add_edge_speeds(graph, fallback=20))
    assert ox.routing.shortest_path(timed, origin, target, weight="travel_time")
    assert (
        ox.distance.nearest_nodes(graph, graph.nodes[origin]["x"], graph.nodes[origin]["y"])
        in graph
    )


def test_osmnx_projects_it(ward_graph):
    network, graph = ward_graph
    projected = ox.project_graph(graph, to_crs="EPSG:4326")

    assert projected.graph["crs"] == "EPSG:4326"
    assert len(ox.project_graph(graph, to_crs=UTM)) == network.n_nodes
    lon = [x for _, x in projected.nodes(data="x")]
    assert 105.7 < min(lon) <= max(lon) < 105.9


def test_osmnx_saves_and_loads_it(ward_graph, tmp_path):
    _, graph = ward_graph
    ox.save_graphml(graph, tmp_path / "ward.graphml")
    loaded = ox.load_graphml(tmp_path / "ward.graphml")

    assert set(loaded.edges) == set(graph.edges)
    for edge, data in graph.edges.items():
        found = loaded.edges[edge]
        assert {**found, "geometry": None} == {**data, "geometry": None}, edge
        assert found["geometry"].equals_exact(data["geometry"], 1e-6), edge


# And back again
@pytest.mark.parametrize("bidirectional", [False, True])
def test_graph_gives_the_same_network(bidirectional, tmp_path):
    network = network_of(crossroads(), tmp_path)
    roads = roads_from_graph(fireaccess.to_graph(network, bidirectional=bidirectional))
    again = build_network(roads)

    assert again.crs == network.crs
    assert again.segment_id.tolist() == network.segment_id.tolist()
    assert again.segment_length_m.tolist() == pytest.approx(network.segment_length_m.tolist())
    assert again.node_osm_id.tolist() == network.node_osm_id.tolist()
    assert sorted(again.tag("width").tolist(), key=str) == sorted(
        network.tag("width").tolist(), key=str
    )


def test_graph_gives_the_same_ward(ward_graph):
    folder_network, graph = ward_graph
    again = build_network(roads_from_graph(graph))

    assert again.segment_length_m.sum() == pytest.approx(folder_network.segment_length_m.sum())
    assert len(again.ways) == len(folder_network.ways)
