"""Dead ends: how far a truck has to come back, and where it can turn."""

from pathlib import Path

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from properties.strategies import PHASES, compute, plans
from towns import BY_WIDTH, CRS, Town, metres, missing, one_alley, told

import fireaccess
from fireaccess.analysis.dead_ends import hanging
from fireaccess.network.place import Snapper

WIDE = {"highway": "residential", "width": BY_WIDTH}


def only(result):
    """Return the row of the one dead end of a town."""
    assert len(result.dead_ends) == 1, result.dead_ends["dead_end_id"].tolist()
    return result.dead_ends.iloc[0]


def lengths(result):
    """Length of each dead end by the name of its road."""
    rows = result.dead_ends
    assert rows["name"].is_unique
    return dict(zip(rows["name"], rows["length_m"], strict=True))


def lollipop(stem, side):
    """Draw an alley that ends in a square: ``stem`` metres to it, its sides so long."""
    town = one_alley(stem, **WIDE)
    corners = [(0, 0), (0, side), (side, side), (side, 0), (0, 0)]
    return town.road("Vòng", [(200 + x, stem + y) for x, y in corners], **WIDE)


def horseshoe(**tags):
    """Draw a road of 80, 200 and 80 m with both ends on the main road; the last two have tags.

    (100, 80)--------(300, 80)
        |                |
    =(100, 0)========(300, 0)=
    """
    points = [(0, 0), (100, 0), (300, 0), (400, 0)]
    town = Town().road("Đường Lớn", points, highway="primary")
    town.road("Ngõ 1", [(100, 0), (100, 80)], **WIDE)
    town.road("Ngõ 2", [(100, 80), (300, 80), (300, 0)], **(tags or WIDE))
    return town.house("h", (110, 40))


# --- shapes -----------------------------------------------------------------------------------
def test_a_stub(tmp_path):
    town = one_alley(60, bends=[30], **WIDE).house("h", (210, 40)).house("elsewhere", (20, 10))
    row = only(town.run(tmp_path))
    assert row.dead_end_id == "dead_end:2-0"
    assert (row["name"], row.osm_ids, row.houses) == ("Ngõ 1", "2", 1)
    assert (row.length_m, row.length_best_m, row.reverse_m) == metres((60, 60, 60))
    assert row.certain
    assert (row.limit_m, row.too_long) == (46, "yes")
    assert row.turning == "unknown"
    assert missing(row.turning_m)
    assert (row.passing_places, row.passing_needed, row.width_m) == (0, 0, 4.5)


def test_a_stub_shorter_than_the_limit(tmp_path):
    row = only(one_alley(40, **WIDE).house("h", (210, 20)).run(tmp_path))
    assert (row.too_long, row.turning) == ("no", "unknown")


def test_branches_are_one_dead_end_as_long_as_its_farthest_end(tmp_path):
    town = one_alley(50, **WIDE).house("h", (210, 20))
    town.road("Ngách", [(160, 50), (200, 50), (230, 50)], **{**WIDE, "width": "4"})
    row = only(town.run(tmp_path))
    assert (row.length_m, row.reverse_m) == metres((90, 90))
    assert (row["name"], row.osm_ids, row.width_m) == ("Ngõ 1", "2;3", 4)
    assert len(row.geometry.geoms) == 3


def test_two_stubs_at_one_node_are_two(tmp_path):
    town = one_alley(50, **WIDE).road("Ngõ 2", [(200, 0), (200, -70)], **WIDE)
    assert lengths(town.house("h", (210, 20)).run(tmp_path)) == metres({"Ngõ 1": 50, "Ngõ 2": 70})


def test_a_nameless_stub_has_the_name_of_a_road_farther_in(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    town.road(None, [(200, 0), (200, 20)], **WIDE).road("Ngách", [(200, 20), (230, 20)], **WIDE)
    town.road(None, [(0, 0), (0, 9)], **WIDE)
    one, other = town.house("h", (210, 20)).run(tmp_path).dead_ends["name"]
    assert one == "Ngách"
    assert missing(other)


def test_a_way_round_is_none(tmp_path):
    assert len(horseshoe().run(tmp_path).dead_ends) == 0


@pytest.mark.parametrize(
    ("stem", "side", "length", "reverse", "turning", "too_long"),
    [
        (30, 20, 70, 0, "yes", "no"),
        (80, 20, 120, 0, "yes", "no"),
        # 40 m round are less than the circle of 18 m: the truck may have to come back from behind.
        (30, 10, 50, 50, "unknown", "unknown"),
        (10, 10, 30, 30, "unknown", "no"),
    ],
)
def test_a_loop_at_the_end(tmp_path, stem, side, length, reverse, turning, too_long):
    row = only(lollipop(stem, side).house("h", (190, 5)).run(tmp_path))
    assert (row.length_m, row.reverse_m) == metres((length, reverse))
    assert (row.turning, row.too_long) == (turning, too_long)


def test_a_loop_on_the_way(tmp_path):
    """40 m to the square, 40 along it, 30 on from its far corner, from where a truck reverses."""
    town = lollipop(40, 20).road("Đuôi", [(220, 60), (220, 90)], **WIDE)
    row = only(town.house("h", (190, 5)).run(tmp_path))
    assert (row.length_m, row.reverse_m) == metres((110, 30))
    assert (row.turning, row.too_long) == ("yes", "no")


def test_a_road_as_wide_as_the_circle_is_a_place_to_turn(tmp_path):
    """The wide half: 60 m to reverse from the end of the other, not 110."""
    town = one_alley(50, highway="residential", width="18")
    town.road("Ngách", [(200, 50), (200, 110)], **WIDE)
    row = only(town.house("h", (210, 20)).run(tmp_path))
    assert (row.length_m, row.reverse_m) == metres((110, 60))
    assert (row.turning, row.width_m) == ("yes", 4.5)


def test_from_a_side_branch_a_truck_comes_back_to_the_way_to_the_circle(tmp_path):
    town = one_alley(90, bends=[30], **WIDE).road("Ngách", [(200, 30), (250, 30)], **WIDE)
    town.node((200, 90), highway="turning_circle", diameter="20").house("h", (210, 20))
    row = only(town.run(tmp_path))
    assert (row.length_m, row.reverse_m) == metres((90, 50))
    assert (row.turning, row.too_long) == ("yes", "yes")


# --- turning circles ----------------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["turning_circle", "turning_loop"])
@pytest.mark.parametrize(
    ("tags", "turning", "diameter", "reverse", "too_long"),
    [
        ({}, "unknown", None, 60, "unknown"),
        ({"diameter": "20"}, "yes", 20, 0, "no"),
        ({"diameter": "18 m"}, "yes", 18, 0, "no"),
        ({"width": "20"}, "yes", 20, 0, "no"),
        ({"diameter": "12"}, "no", 12, 60, "yes"),
        ({"diameter": "12", "width": "20"}, "no", 12, 60, "yes"),
        ({"diameter": "big"}, "unknown", None, 60, "unknown"),
    ],
)
def test_a_circle_at_the_end(tmp_path, kind, tags, turning, diameter, reverse, too_long):
    """Where it is large enough a truck goes forward to it from everywhere."""
    town = one_alley(60, **WIDE).node((200, 60), highway=kind, **tags).house("h", (210, 40))
    result = town.run(tmp_path)
    row = only(result)
    assert (row.length_m, row.reverse_m) == metres((60, reverse))
    assert (row.turning, row.too_long) == (turning, too_long)
    assert missing(row.turning_m) if diameter is None else row.turning_m == diameter
    findings = told(result, "diameter", "big")
    assert len(findings) == (tags == {"diameter": "big"})
    assert all(finding.params["object_id"] == f"n{town.node_id((200, 60))}" for finding in findings)


def test_a_circle_within_a_segment_parts_no_segment(tmp_path):
    town = one_alley(100, bends=[30], **WIDE).house("h", (210, 40))
    plain = town.run(tmp_path / "plain")
    town.node((200, 30), highway="turning_circle", diameter="20")
    result = town.run(tmp_path / "circle")
    assert only(plain).reverse_m == metres(100)
    assert only(result).reverse_m == metres(70)
    for name in ("houses", "segments", "alleys", "water", "barriers"):
        frames = (pd.DataFrame(getattr(each, name)) for each in (plain, result))
        pd.testing.assert_frame_equal(*frames)


def test_the_norm_says_how_large_a_circle_must_be(tmp_path):
    """Of 17 m: enough for 16.8 m between kerbs, too little for the truck's own 18 m."""
    town = one_alley(60, highway="residential", width="6")
    town.node((200, 60), highway="turning_circle", diameter="17").house("h", (210, 40))
    assert only(town.run(tmp_path / "vn")).turning == "no"
    assert only(town.run(tmp_path / "uk", norm="uk")).turning == "yes"


def test_a_circle_that_a_road_without_trucks_shares(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    town.road("Lối đi", [(200, 60), (200, 90)], highway="steps")
    town.road("Ngõ 1", [(200, 0), (200, 60)], **WIDE)
    town.node((200, 60), highway="turning_circle", diameter="20").house("h", (210, 40))
    assert only(town.run(tmp_path)).turning == "yes"


# --- what stops the truck -------------------------------------------------------------------------
def test_the_reach_ends_at_a_barrier(tmp_path):
    town = one_alley(100, bends=[50], **WIDE).node((200, 50), barrier="block")
    row = only(town.house("h", (210, 90)).run(tmp_path))
    assert (row.length_m, row.length_best_m) == metres((50, 50))
    assert (row.certain, row.too_long, row.houses) == (True, "yes", 0)


@pytest.mark.parametrize(("barrier", "certain"), [("block", True), ("gate", False)])
def test_a_barrier_on_a_way_round_makes_two(tmp_path, barrier, certain):
    """80 m on the one side, 280 on the other; open, there is none."""
    town = horseshoe().node((100, 80), barrier=barrier)
    result = town.run(tmp_path)
    rows = result.dead_ends
    assert lengths(result) == metres({"Ngõ 1": 80, "Ngõ 2": 280})
    assert rows["certain"].tolist() == [certain] * 2
    assert rows["too_long"].tolist() == ["yes" if certain else "unknown"] * 2
    assert rows["length_best_m"].isna().tolist() == [not certain] * 2


def test_a_barrier_at_a_junction_parts_all_arms(tmp_path):
    town = one_alley(50, **WIDE).road("Ngách", [(160, 50), (200, 50), (230, 50)], **WIDE)
    town.node((200, 50), barrier="block").house("h", (210, 20))
    assert only(town.run(tmp_path)).length_m == metres(50)


def test_the_best_case_opens_the_other_end(tmp_path):
    row = only(horseshoe(highway="service").run(tmp_path))
    assert (row["name"], row.certain, row.too_long) == ("Ngõ 1", False, "unknown")
    assert row.length_m == metres(80)
    assert missing(row.length_best_m)


@pytest.mark.parametrize(("wide", "too_long"), [(30, "unknown"), (60, "yes")])
def test_the_best_case_leads_farther_in(tmp_path, wide, too_long):
    town = one_alley(wide, **WIDE).road("Ngách", [(200, wide), (200, 150)])
    row = only(town.house("h", (210, 20)).run(tmp_path))
    assert (row.length_m, row.length_best_m) == metres((wide, 150))
    assert (row.certain, row.too_long) == (True, too_long)


def test_no_truck_no_dead_end(tmp_path):
    assert len(one_alley(100).house("h", (210, 90)).run(tmp_path).dead_ends) == 0


# --- where the through network is -----------------------------------------------------------------
def test_stations_start_on_side_streets(tmp_path):
    """Seen from the station all roads lie behind one segment, but the arterial leads on."""
    town = one_alley(60, **WIDE).road("Ngõ 2", [(400, 0), (400, 70)], **WIDE)
    town.row("stations", "S", (205, 55)).house("h", (410, 20))
    assert lengths(town.run(tmp_path, starts="stations")) == metres({"Ngõ 2": 70})


@pytest.mark.parametrize(("margin", "count"), [(800, 1), (500, 0)])
def test_beyond_the_margin_roads_may_lead_on(tmp_path, margin, count):
    """700 m of road, 650 of them outside the area: roads that meet its end are not loaded."""
    town = one_alley(700, **WIDE).house("h", (210, 20))
    town.area((-50, -50), (450, -50), (450, 50), (-50, 50))
    assert len(town.run(tmp_path, settings={"load_margin_m": margin}).dead_ends) == count


def test_only_those_in_the_area_are_listed(tmp_path):
    town = one_alley(60, **WIDE).road("Ngõ 2", [(400, 0), (400, 70)], **WIDE)
    town.house("h", (210, 20)).area((0, -50), (250, -50), (250, 100), (0, 100))
    assert lengths(town.run(tmp_path)) == metres({"Ngõ 1": 60})


# --- what norms ask for ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "length", "needed"),
    [
        ({"width": "4.5"}, 90, 0),
        ({"width": "4.5"}, 110, 1),
        ({"width": "4.5"}, 250, 2),
        ({"width": "8"}, 250, 0),
        ({"highway": "busway"}, 250, None),  # passes by its class: no width is known
        ({"highway": "busway"}, 90, 0),
    ],
)
def test_passing_places(tmp_path, tags, length, needed):
    town = one_alley(length, bends=[40], **{"highway": "residential", **tags})
    town.node((200, 40), highway="passing_place").house("h", (210, 20))
    row = only(town.run(tmp_path))
    assert row.passing_places == 1
    assert missing(row.passing_needed) if needed is None else row.passing_needed == needed
    assert row.turning == "unknown"


def test_a_norm_that_is_silent(tmp_path):
    row = only(one_alley(300, **WIDE).house("h", (210, 20)).run(tmp_path, norm="germany"))
    assert row.length_m == metres(300)
    assert missing(row.limit_m)
    assert missing(row.too_long)
    assert missing(row.passing_needed)


# --- the layer and its figures --------------------------------------------------------------------
def test_figures_and_files(tmp_path):
    town = one_alley(60, **WIDE).road("Ngõ 2", [(400, 0), (400, 30)], **WIDE)
    town.road("Ngõ 3", [(0, 0), (0, 60)], **WIDE)
    town.node((0, 60), highway="turning_circle").house("h", (410, 20))
    project = fireaccess.Project.open(town.write(tmp_path))
    result = fireaccess.run(project)
    assert result.statistics["area"]["dead_ends"] == {
        "dead_ends": 3,
        "certain": 3,
        "too_long": {"yes": 1, "unknown": 1, "no": 1},
        "without_turning_known": 1,
    }
    assert str(result.dead_ends.crs) == "EPSG:4326"
    assert result.dead_ends.to_crs(CRS).length.tolist() == metres([60, 30, 60])
    fireaccess.write(result, with_map=False)
    written = pd.read_parquet(Path(tmp_path) / "results" / "dead_ends.parquet")
    assert written["dead_end_id"].tolist() == ["dead_end:2-0", "dead_end:3-0", "dead_end:4-0"]


def test_order_of_rows_changes_nothing(tmp_path):
    town = lollipop(40, 20).road("Ngõ 2", [(400, 0), (400, 90)], **WIDE)
    for number, x in enumerate((190, 390, 410)):
        town.house(f"h{number}", (x, 20)).width(f"W{number}", (round(x, -2), 30 + number), 4.2)
    one, other = (
        town.run(tmp_path / str(back), backwards=back).dead_ends for back in (False, True)
    )
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(other))


# --- against brute force --------------------------------------------------------------------------
def literal(network, scenario, found, through):
    """Say what hangs by one segment: take each away, and see what the through network loses.

    Returns the segments and the length of each dead end, by the segment that it leaves by.
    """
    joins = nx.Graph()
    joins.add_nodes_from(range(2 * network.n_segments))
    turns = network.turns
    is_open = scenario.open[2 * network.n_segments :]
    for arriving, leaving, goes in zip(turns.arriving, turns.leaving, is_open, strict=True):
        if goes and found.passages[arriving] and found.passages[leaving]:
            joins.add_edge(int(arriving) ^ 1, int(leaving))
    nx.add_path(
        joins, ["root", *(end for i in np.flatnonzero(through) for end in (2 * i, 2 * i + 1))]
    )
    vertex = {end: n for n, part in enumerate(nx.connected_components(joins)) for end in part}
    root = vertex["root"]
    graph = nx.MultiGraph()
    for i in np.flatnonzero(found.segments).tolist():
        graph.add_edge(vertex[2 * i], vertex[2 * i + 1], key=i, length=network.segment_length_m[i])
    lost_with = {}
    for u, v, i in graph.edges(keys=True):
        less = graph.copy()
        less.remove_edge(u, v, i)
        kept = nx.node_connected_component(less, root)
        lost = {k for a, b, k in less.edges(keys=True) if a not in kept}
        if v not in kept or u not in kept:
            lost_with[i] = lost | {i}
    mouths = [i for i in lost_with if not any(i in lost_with[k] for k in lost_with if k != i)]
    return {mouth: (lost_with[mouth], depth(graph, lost_with[mouth], mouth)) for mouth in mouths}


def depth(graph, segments, mouth):
    """How far the farthest place of some segments is from the outer end of one of them."""
    edges = [edge for edge in graph.edges(keys=True) if edge[2] in segments]
    part = graph.edge_subgraph(edges)
    outer = min(next(edge[:2] for edge in edges if edge[2] == mouth), key=part.degree)
    far = nx.single_source_dijkstra_path_length(part, outer, weight="length")
    return max((far[u] + far[v] + part.edges[u, v, k]["length"]) / 2 for u, v, k in edges)


def computed(network, scenario, found, through):
    nowhere = np.zeros(network.n_nodes, dtype=bool)
    no_marks = Snapper(network, through).nearest(np.array([]), 1)
    hung = hanging(network, scenario, found, through, nowhere, no_marks)
    return {
        int(mouth): (set(hung.segment[hung.piece == k].tolist()), length)
        for k, (mouth, length) in enumerate(zip(hung.mouth, hung.farthest_m(), strict=True))
    }


@settings(max_examples=40, phases=PHASES)
@given(plans())
def test_brute_force_finds_the_same(plan):
    town = compute(plan)
    through_of = []
    for scenario, found in ((town.worst, town.worst_reach), (town.best, town.best_reach)):
        ours = computed(town.network, scenario, found, town.starts)
        brute = literal(town.network, scenario, found, town.starts)
        assert ours.keys() == brute.keys()
        for mouth, (segments, length) in brute.items():
            assert ours[mouth][0] == segments
            assert ours[mouth][1] == pytest.approx(length, abs=1e-6)
        hanging_ones = set().union(*(segments for segments, _ in ours.values()))
        through_of.append(set(np.flatnonzero(found.segments).tolist()) - hanging_ones)
    # What the worst case goes through the best case goes through too.
    assert through_of[0] <= through_of[1]
