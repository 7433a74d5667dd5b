"""Water solutions for alleys without a truck: towns worked out on paper, and both samples."""

import itertools
import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import dijkstra
from towns import CRS, EAST, NORTH, Town, alley

import fireaccess
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.network.drawn import drawn_network
from fireaccess.network.paths import foot_graph
from fireaccess.network.place import Snapper
from fireaccess.planning.solutions import WHY, Tree, cost_of, lay, water_solutions
from fireaccess.sources.costs import Cost, Costs
from fireaccess.sources.sample import write_sample

NARROW = "2.0"  # too narrow for the truck, wide enough to build in
CHEAP_RISER = {"hydrant": 50e6, "riser": 1e6, "pipe": (1000, "m"), "tank_pump": 1e9}


def prices(table, source="ours"):
    """Return costs from đồng a piece, or pairs of đồng and unit."""
    pairs = {k: v if isinstance(v, tuple) else (v, "piece") for k, v in table.items()}
    return Costs({k: Cost(float(vnd), per, source) for k, (vnd, per) in pairs.items()})


def planned(*points):
    """Return planned hydrants at points of the drawing."""
    places = [shapely.Point(EAST + x, NORTH + y) for x, y in points]
    return gpd.GeoDataFrame({"kind": "hydrant"}, index=range(len(places)), geometry=places, crs=CRS)


def main_road(*mouths, length=1600):
    """Draw the main road along the x axis with nodes at some mouths."""
    return Town().road("Đường Lớn", [(x, 0) for x in (0, *mouths, length)], highway="primary")


def dead_end(depth, *, width=NARROW, house=True, mouths=(), **tags):
    """Draw an alley from (200, 0) to the north; its house is as deep as the alley, and 10 m off."""
    town = main_road(200, *mouths).road("Ngõ 1", [(200, 0), (200, depth)], width=width, **tags)
    return town.house("h", (210, depth) if house else (100, 10))


def solve(town, folder, *, hydrants=(), costs=None, **changes):
    """Run a town; return its ward and the solutions."""
    ward = replace(town.run(folder).ward, costs=prices(costs or {}), **changes)
    return ward, water_solutions(ward, planned(*hydrants))


def only(solutions, name="Ngõ 1"):
    """Return the row of the one alley with a name."""
    rows = solutions.frame[solutions.frame["name"] == name]
    assert len(rows) == 1
    return rows.iloc[0]


# --- hydrant ----------------------------------------------------------------------------------
def test_a_hydrant_at_the_mouth_serves_as_far_as_its_hose(tmp_path):
    _, found = solve(dead_end(389), tmp_path)
    row = only(found)
    assert (row.solution, row.state, row.pieces, row.pipe_m) == ("hydrant", "proposed", 1, 0)
    assert row.why == "norms_order"
    assert row.others == "tank_pump"  # no water for a riser, no open water, and no pipe is needed
    assert row.clause.startswith("QCVN 06:2022/BXD 5.1.4.7")
    assert math.isnan(row.cost_vnd)
    assert found.figures["share"] == 1
    assert found.figures["cost_vnd"] is None


def test_beyond_that_a_pipe_brings_hydrants_inside(tmp_path):
    """392 + 10 m is 2 m too far: so much pipe, in whole metres, and one hydrant at its end."""
    row = only(solve(dead_end(392), tmp_path)[1])
    assert (row.solution, row.state, row.pieces) == ("pipe", "proposed", 1)
    assert 2 <= row.pipe_m <= 3
    assert row.others == "tank_pump"


def test_a_deep_alley_has_a_hydrant_at_every_spacing(tmp_path):
    """700 + 10 - 400 = 310 m of pipe: hydrants at its end, 150 m and 300 m before."""
    town = dead_end(700).house("near", (190, 15))
    row = only(solve(town, tmp_path, costs={"pipe": (2e6, "m"), "hydrant": 3e7})[1])
    assert (row.solution, row.pieces) == ("pipe", 3)
    assert 310 <= row.pipe_m <= 311
    assert row.cost_vnd == pytest.approx(row.pipe_m * 2e6 + 3 * 3e7)
    assert row.cost_from == "ours"


def test_hydrants_at_both_mouths(tmp_path):
    """Each side of the loop is near enough to its own mouth only."""
    loop = [(200, 0), (200, 500), (800, 500), (800, 0)]
    town = main_road(200, 800).road("Ngõ 1", loop, width=NARROW)
    town.house("west", (210, 380)).house("east", (790, 380))
    found = solve(town, tmp_path)[1]
    row = only(found)
    assert (row.solution, row.pieces, row.pipe_m) == ("hydrant", 2, 0)
    places = found.places.geometry
    assert sorted(round(x - EAST) for x in places.x) == [200, 800]
    assert set(found.places["alley_id"]) == {row.alley_id}


def test_only_houses_without_water_count(tmp_path):
    """The deep house has a hydrant of its own."""
    town = dead_end(900).house("near", (210, 100)).water("W", (205, 890))
    row = only(solve(town, tmp_path)[1])
    assert (row.solution, row.pieces) == ("hydrant", 1)


def test_an_alley_without_houses_is_judged_at_its_end(tmp_path):
    assert only(solve(dead_end(390, house=False), tmp_path)[1]).solution == "hydrant"
    assert only(solve(dead_end(410, house=False), tmp_path / "b")[1]).solution == "pipe"


def test_an_alley_behind_an_alley_has_its_mouth_where_the_truck_stops(tmp_path):
    town = dead_end(250).road("Ngách 2", [(200, 250), (300, 250)], width=NARROW)
    town.house("inner", (300, 260))
    ward, found = solve(town, tmp_path)
    inner = only(found, "Ngách 2")
    assert (inner.solution, inner.pieces) == ("hydrant", 1)  # 250 + 100 + 10 = 360
    # Both share the hydrant: it is built, and paid, once.
    ward = replace(ward, costs=prices({"hydrant": 4e7}, "example"))
    figures = water_solutions(ward, planned()).figures
    assert figures["by_kind"]["hydrant"] == {"proposed": 2, "not_known": 0, "pieces": 1}
    assert figures["cost_vnd"] == 4e7
    assert figures["example"]


# --- planned and existing ---------------------------------------------------------------------
def test_planned_hydrants_may_be_enough(tmp_path):
    town = dead_end(300)
    ward, found = solve(town, tmp_path, hydrants=[(260, 0)])
    row = only(found)
    assert (row.solution, row.state, row.why) == ("hydrant", "proposed", "planned_hydrants")
    assert (row.pieces, row.cost_vnd, row.others) == (0, 0, None)
    for place in [(400, 0), (200, -150)]:  # 200 + 310 m; farther than 100 m from any road
        assert only(water_solutions(ward, planned(place))).why != "planned_hydrants"


def test_existing_water_needs_nothing(tmp_path):
    row = only(solve(dead_end(200).water("W", (200, 5)), tmp_path)[1])
    assert (row.state, row.why, row.solution) == ("existing", "has_water", None)
    assert pd.isna(row.pieces)
    installed = dead_end(600).row("solutions", "S", (200, 300), type="riser", serves_m=400)
    row = only(solve(installed, tmp_path / "b")[1])
    assert (row.state, row.why) == ("existing", "installed")


# --- width ------------------------------------------------------------------------------------
def test_a_width_that_nobody_measured(tmp_path):
    row = only(solve(dead_end(700, width=None, highway="steps"), tmp_path)[1])
    assert (row.solution, row.state, row.why) == ("pipe", "not_known", "measure_width")
    assert row.others == "tank_pump?"
    assert row.pieces == 3


def test_an_alley_too_narrow_all_along(tmp_path):
    _, found = solve(dead_end(700, width="1.0"), tmp_path)
    row = only(found)
    assert (row.solution, row.state) == (None, "none")
    assert row.why.split(";") == ["too_far", "too_narrow", "no_draft_point"]
    assert found.figures["none"] == 1
    assert found.figures["share"] == 0


def test_an_alley_with_a_narrow_place(tmp_path):
    town = main_road(200).road("Ngõ 1", [(200, 0), (200, 500)], width=NARROW)
    town.road("Ngõ 1", [(200, 500), (200, 700)], width="1.2").house("h", (210, 700))
    row = only(solve(town, tmp_path)[1])
    assert (row.solution, row.state, row.why) == ("pipe", "not_known", "narrow_places")


# --- riser, pit, draft point, tank ------------------------------------------------------------
def test_a_riser_needs_water_at_the_mouth(tmp_path):
    """350 + 10 - 200 = 160 m of pipe; the hydrant is 300 m from the mouth."""
    town = dead_end(350).water("W", (500, 0))
    row = only(solve(town, tmp_path, costs=CHEAP_RISER)[1])
    assert (row.solution, row.state, row.why, row.pieces) == ("riser", "proposed", "cheapest", 1)
    assert 160 <= row.pipe_m <= 161
    assert row.cost_vnd == pytest.approx(1e6 + 1000 * row.pipe_m)
    assert row.others == "hydrant;tank_pump"
    far = dead_end(350).water("W", (610, 0))
    row = only(solve(far, tmp_path / "b", costs=CHEAP_RISER)[1])
    assert (row.solution, row.others) == ("hydrant", "tank_pump")
    # A planned hydrant that is too far from the house may feed it.
    row = only(solve(dead_end(350), tmp_path / "c", costs=CHEAP_RISER, hydrants=[(500, 0)])[1])
    assert row.solution == "riser"


def test_a_riser_with_perhaps_water_at_the_mouth(tmp_path):
    """The pond can be drawn from only if a truck gets up a road of unknown width."""
    town = dead_end(350, mouths=[450]).road("Ngõ 9", [(450, 0), (450, 60)])
    town.water("P", [(445, 65), (455, 65), (455, 75), (445, 75)], "pond")
    row = only(solve(town, tmp_path)[1])
    assert (row.solution, row.state) == ("hydrant", "proposed")
    assert "riser?" in row.others.split(";")


def test_a_pit_is_fed_from_a_pond(tmp_path):
    """The pond is 150 + 5 m from the mouth, and so too far from the house: 155 + 360 m."""
    pond = [(345, 5), (355, 5), (355, 15), (345, 15)]
    town = dead_end(350).water("P", pond, "pond")
    costs = {"pit": 1e6, "pipe": (1e4, "m"), "hydrant": 1e8, "tank_pump": 1e9, "riser": 1e9}
    row = only(solve(town, tmp_path, costs=costs)[1])
    assert (row.solution, row.why, row.pieces) == ("pit", "cheapest", 1)
    assert row.pipe_m == pytest.approx(155, abs=6)
    assert row.cost_vnd == pytest.approx(1e6 + 1e4 * row.pipe_m)
    further = [(x + 80, y) for x, y in pond]
    row = only(solve(dead_end(350).water("P", further, "pond"), tmp_path / "b", costs=costs)[1])
    assert row.solution == "hydrant"


def test_a_draft_point_that_is_sure_and_one_that_is_not(tmp_path):
    """Open water of the map beside the main road, 100 m from the mouth: nobody knows its level."""
    town = dead_end(250)
    town.shape([(290, 5), (310, 5), (310, 40), (290, 40)], natural="water", water="pond")
    costs = {"draft_point": 1e6, "hydrant": 1e8}
    ward, found = solve(town, tmp_path, costs=costs)
    row = only(found)
    assert row.solution == "hydrant"
    assert "draft_point?" in row.others.split(";")
    sure = replace(ward, drafts=ward.drafts.assign(answer="yes"))
    row = only(water_solutions(sure, planned()))
    assert (row.solution, row.state, row.pieces) == ("draft_point", "proposed", 1)
    only_draft = tuple(pair for pair in ward.norm.solutions if pair[0] == "draft_point")
    norm = ward.norm.model_copy(update={"solutions": only_draft})
    row = only(water_solutions(replace(ward, norm=norm), planned()))
    assert (row.state, row.why) == ("not_known", "check_draft_point")


def test_an_island_without_a_way_can_have_a_tank(tmp_path):
    town = main_road().road("Ngõ 1", [(500, 300), (500, 900)], width=NARROW)
    town.house("h", (510, 300)).house("end", (510, 900))
    row = only(solve(town, tmp_path)[1])
    assert math.isnan(row.depth_m)
    assert (row.solution, row.state, row.why) == ("tank_pump", "proposed", "only_one")
    assert row.pieces == 2  # 620 m from door to door, 300 m to either side of a tank
    blocked = (
        main_road().road("Ngõ 1", [(500, 300), (500, 900)], width="1.0").house("h", (510, 300))
    )
    row = only(solve(blocked, tmp_path / "b")[1])
    assert (row.state, row.why) == ("none", "no_way;too_narrow;no_draft_point")


def test_a_mouth_that_only_the_best_case_gets_to(tmp_path):
    """Nobody walks there; a truck may. A norm without tanks has to ask."""
    town = main_road().road("Ngõ 1", [(500, 300), (500, 400)], width=NARROW)
    ward, _ = solve(town.house("h", (510, 300)), tmp_path)
    norm = ward.norm.model_copy(update={"solutions": ward.norm.solutions[:2]})
    lines = replace(ward.best_lines, distance_m=np.zeros_like(ward.best_lines.distance_m))
    row = only(water_solutions(replace(ward, norm=norm, best_lines=lines), planned()))
    assert (row.solution, row.state, row.why) == ("hydrant", "not_known", "measure_mouth")


def test_the_order_of_the_houses_changes_nothing(tmp_path):
    town = dead_end(700).road("Ngách 2", [(200, 300), (500, 300)], width=NARROW)
    town.house("a", (500, 310)).house("b", (210, 500)).house("c", (190, 690))
    frames = [
        water_solutions(town.run(tmp_path / name, backwards=name == "b").ward, planned()).frame
        for name in "ab"
    ]
    assert frames[0].to_wkb().equals(frames[1].to_wkb())


# --- the choice -------------------------------------------------------------------------------
def test_the_cheapest_then_the_norms_order(tmp_path):
    town = dead_end(300)
    ward, _ = solve(town, tmp_path)

    def chosen(costs):
        return only(water_solutions(replace(ward, costs=prices(costs)), planned()))

    assert chosen({"hydrant": 5, "tank_pump": 4}).solution == "tank_pump"
    assert chosen({"hydrant": 5, "tank_pump": 4}).why == "cheapest"
    assert chosen({"hydrant": 4, "tank_pump": 4}).solution == "hydrant"
    assert chosen({}).solution == "hydrant"
    assert chosen({"tank_pump": 4}).solution == "tank_pump"  # what has a price goes before
    assert chosen({"tank_pump": 4}).why == "norms_order"
    turned = ward.norm.model_copy(update={"solutions": ward.norm.solutions[::-1]})
    row = only(water_solutions(replace(ward, norm=turned), planned()))
    assert (row.solution, row.others) == ("tank_pump", "hydrant")


def test_a_norm_without_a_catalogue(tmp_path):
    ward, _ = solve(dead_end(300), tmp_path)
    silent = replace(ward, norm=ward.norm.model_copy(update={"solutions": ()}))
    found = water_solutions(silent, planned())
    assert (only(found).state, only(found).why) == ("none", "no_catalogue")
    assert found.figures["none"] == 1
    assert only(water_solutions(silent, planned((200, 0)))).why == "planned_hydrants"


def test_houses_placed_by_name_settle_nothing(tmp_path):
    ward, _ = solve(dead_end(300), tmp_path)
    row = only(water_solutions(replace(ward, by_name=np.array([True])), planned()))
    assert (row.solution, row.state, row.why) == (
        "hydrant",
        "not_known",
        "norms_order;find_houses",
    )


def test_what_depends_on_a_survey_is_proposed_for_the_worst_case(tmp_path):
    """The pond serves the alley if a truck gets to it."""
    town = dead_end(100, mouths=[300]).road("Ngõ 9", [(300, 0), (300, 60)])
    town.water("P", [(295, 65), (305, 65), (305, 75), (295, 75)], "pond")
    row = only(solve(town, tmp_path)[1])
    assert row.has_water_solution == "unknown"
    assert (row.solution, row.state) == ("hydrant", "proposed")
    assert row.why.endswith(";depends_on_survey")


# --- beside it --------------------------------------------------------------------------------
def test_fire_points_and_vehicles_stand_beside_and_change_nothing(tmp_path):
    ward, found = solve(dead_end(350), tmp_path)
    row = only(found)
    assert row.fire_points == 4  # 350 m, one every 100 m
    assert row.vehicles is None
    table = pd.DataFrame(
        {
            "alley_id": row.alley_id,
            "scenario": ["vehicle:light", "vehicle:pickup", "vehicle:motorcycle", "flood:10"],
            "opened": ["no", "unknown", "yes", "yes"],
        }
    )
    other = only(water_solutions(replace(ward, vehicles=table), planned()))
    assert other.vehicles == "pickup?;motorcycle"
    assert other.drop("vehicles").equals(row.drop("vehicles"))
    silent = ward.norm.model_copy(update={"fire_point_m": None})
    assert pd.isna(only(water_solutions(replace(ward, norm=silent), planned())).fire_points)
    assert only(solve(dead_end(40), tmp_path / "b")[1]).fire_points == 0


def test_a_ward_without_alleys(tmp_path):
    ward, found = solve(main_road().house("h", (100, 10)), tmp_path)
    assert len(found.frame) == 0
    assert list(found.frame.columns) == [*PLAN_LAYERS["solutions"], "geometry"]
    assert found.frame.crs == ward.network.crs
    assert found.figures["share"] is None
    json.dumps(found.figures, allow_nan=False)


def test_costs():
    costs = prices({"pipe": (10, "m"), "hydrant": 100, "riser": (7, "m"), "pit": 50})
    assert cost_of("hydrant", 3, 0, costs) == (300, ("ours",))
    assert cost_of("pipe", 2, 30, costs) == (500, ("ours",))
    assert cost_of("riser", 1, 30, costs) == (210, ("ours",))  # its pipe is in its price
    assert cost_of("pit", 1, 30, costs) == (350, ("ours",))
    assert math.isnan(cost_of("tank_pump", 1, 0, costs)[0])
    assert math.isnan(cost_of("pit", 1, 30, prices({"pit": 50}))[0])
    whole = prices({"pipe": 1000, "hydrant": 100})  # a pipe for a price, however long
    assert cost_of("pipe", 2, 30, whole)[0] == 1200


def test_every_code_has_its_sentence():
    for code, message in WHY.items():
        assert code == code.lower()
        assert message.into("en").endswith(".")


# --- laying pipes -----------------------------------------------------------------------------
@st.composite
def trees(draw):
    """Draw a trunk with side alleys and doors on them, all in steps of 10 m."""
    trunk = draw(st.integers(10, 40)) * 10
    branches = draw(
        st.lists(st.tuples(st.integers(1, trunk // 10), st.integers(1, 25)), max_size=3)
    )
    by_place = {at: length for at, length in branches}
    doors = draw(
        st.lists(st.tuples(st.integers(0, len(by_place)), st.floats(0, 1)), min_size=1, max_size=6)
    )
    return trunk, sorted(by_place.items()), doors, draw(st.integers(4, 30)) * 10


@given(trees())
@settings(max_examples=60, deadline=None)
def test_no_fewer_pieces_would_do(tree):
    """Brute force over all places in steps of 10 m: fewer than three pieces are told right."""
    trunk, branches, doors, reach_m = tree
    stops = sorted({0, trunk, *(at * 10 for at, _ in branches)})
    ways = [("service", [(x, 0) for x in stops])]
    ways += [("service", [(at * 10, 0), (at * 10, n * 10)]) for at, n in branches]
    network = drawn_network(ways)
    graph = foot_graph(network, np.ones(network.n_nodes, dtype=bool))
    root = int(np.flatnonzero((network.node_xy == 0).all(axis=1))[0])

    def at(line, share):
        if line == 0:
            return (round(share * trunk / 10) * 10, 0)
        x, n = branches[line - 1]
        return (x * 10, round(share * n) * 10)

    def apart(one, other):
        """On a comb: along both teeth and the trunk between them."""
        if one[0] == other[0]:
            return abs(one[1] - other[1])
        return one[1] + other[1] + abs(one[0] - other[0])

    spots = [at(line, share) for line, share in doors]
    places = Snapper(network, network.has_doors).nearest(shapely.points(spots), 1.0)
    distance, before = dijkstra(graph.matrix, indices=root, return_predecessors=True)
    pipe_m, pieces = lay(graph, Tree(distance, before), places, float(reach_m))

    sites = [(x, 0) for x in range(0, trunk + 1, 10)]
    sites += [(at * 10, y) for at, n in branches for y in range(10, n * 10 + 1, 10)]
    covers = np.array([[apart(s, d) <= reach_m for d in spots] for s in sites])
    if pieces > 1:
        assert not covers.all(axis=1).any()
    if pieces == 3:
        for one, other in itertools.combinations(range(len(sites)), 2):
            assert not (covers[one] | covers[other]).all()
    far = max(apart((0, 0), d) for d in spots)
    assert pipe_m >= max(0, far - reach_m) - 1e-6
    if pieces == 1:
        assert pipe_m == pytest.approx(max(0, far - reach_m), abs=1e-6)
    spaced_m, spaced = lay(graph, Tree(distance, before), places, float(reach_m), 50.0)
    assert spaced_m == pipe_m
    assert spaced >= max(pieces, math.ceil(pipe_m / 50 - 1e-9))
    longest = lay(graph, Tree(distance, before), places, float(reach_m), longest_m=100.0)
    assert (longest is None) == (far - reach_m > 100)


def test_a_door_farther_off_its_road_than_the_hose_is_never_served():
    network = drawn_network([("service", [(0, 0), (300, 0)])])
    graph = foot_graph(network, np.ones(network.n_nodes, dtype=bool))
    distance, before = dijkstra(graph.matrix, indices=0, return_predecessors=True)
    door = Snapper(network, network.has_doors).nearest(shapely.points([[200, 60]]), 100)
    assert lay(graph, Tree(distance, before), door, 50.0) is None
    assert lay(graph, Tree(distance, before), door, 60.0) == (200.0, 1)


# --- built, they serve ------------------------------------------------------------------------
def test_a_built_pipe_serves(tmp_path):
    """The hydrants of the 310 m of pipe, where the plan puts them."""
    town = dead_end(700).house("near", (190, 15))
    assert only(solve(town, tmp_path)[1]).pieces == 3
    for number, y in enumerate((311, 161, 11)):
        town.water(f"W{number}", (200, y))
    assert alley(town.run(tmp_path / "built"), "Ngõ 1").has_water_solution == "yes"


@pytest.mark.parametrize(("kind", "y", "serves_m"), [("riser", 161, 200), ("tank_pump", 61, 300)])
def test_a_built_riser_or_tank_serves(tmp_path, kind, y, serves_m):
    """Outlet and tank as far out as they must be: 361 - 200 m, 361 - 300 m."""
    town = dead_end(350).water("W", (500, 0))
    row = only(solve(town, tmp_path)[1])
    assert kind in row.others.split(";")
    town.row("solutions", "S", (200, y), type=kind, serves_m=serves_m)
    assert alley(town.run(tmp_path / "built"), "Ngõ 1").has_water_solution == "yes"


def test_a_built_pit_serves(tmp_path):
    town = dead_end(350).water("P", [(345, 5), (355, 5), (355, 15), (345, 15)], "pond")
    assert "pit" in only(solve(town, tmp_path)[1]).others.split(";")
    town.water("pit", (200, 0), "pit")
    assert alley(town.run(tmp_path / "built"), "Ngõ 1").has_water_solution == "yes"


@pytest.fixture(scope="module", params=["ward", "commune"])
def sample(request, tmp_path_factory):
    """Return the folder of a sample and its ward."""
    folder = tmp_path_factory.mktemp(request.param) / "p"
    write_sample(folder, kind=request.param)
    return folder, fireaccess.run(fireaccess.Project.open(folder)).ward


def test_each_alley_of_a_sample_has_one_row_and_a_reason(sample):
    _, ward = sample
    found = water_solutions(ward, planned().to_crs(ward.network.crs))
    frame, alleys = found.frame, ward.alleys.frame
    assert frame["alley_id"].tolist() == alleys["alley_id"].tolist()
    assert frame["alley_id"].is_unique
    assert frame.geometry.tolist() == alleys.geometry.tolist()
    assert frame.crs == ward.network.crs
    for why in frame["why"]:
        assert set(why.split(";")) <= set(WHY)
    yes = alleys["has_water_solution"] == "yes"
    assert ((frame["state"] == "existing") == yes).all()
    assert frame["solution"][~yes & (frame["state"] != "none")].notna().all()
    figures = found.figures
    states = ("existing", "proposed", "none", "not_known")
    assert sum(figures[state] for state in states) == figures["alleys"] == len(alleys)
    assert figures["share"] == (figures["existing"] + figures["proposed"]) / len(alleys)
    json.dumps(figures, allow_nan=False)
    again = water_solutions(ward, planned().to_crs(ward.network.crs)).frame
    assert again.to_wkb().equals(frame.to_wkb())


def test_the_hydrants_of_a_sample_serve_when_they_are_built(sample, tmp_path):
    """Write the proposed hydrants into the survey and compute the ward anew."""
    folder, ward = sample
    found = water_solutions(ward, planned().to_crs(ward.network.crs))
    frame, points = found.frame, hydrants_of(found)
    chosen = np.flatnonzero(frame["solution"] == "hydrant")
    assert len(chosen)
    assert len(points) == found.figures["by_kind"]["hydrant"]["pieces"]
    lonlat = points.to_crs("EPSG:4326").geometry
    built = tmp_path / "built"
    shutil.copytree(folder, built)
    add_water(built, lonlat)
    result = fireaccess.run(fireaccess.Project.open(built))
    after = result.alleys.set_index("alley_id")["has_water_solution"]
    assert (after[frame["alley_id"].to_numpy()[chosen]] == "yes").all()
    # As planned hydrants they come to the same.
    same = water_solutions(ward, points).frame.iloc[chosen]
    assert (same["why"].str.split(";").str[0] == "planned_hydrants").all()


def hydrants_of(solutions):
    """Return the proposed hydrants, each once."""
    places = solutions.places
    return places[places["kind"] == "hydrant"].drop_duplicates("geometry")


def add_water(folder, lonlat):
    """Add hydrants to a sample's survey of water."""
    path = next(Path(folder, "survey").glob("water.*"))
    if path.suffix == ".geojson":
        layer = json.loads(path.read_text(encoding="utf-8"))
        for number, point in enumerate(lonlat):
            layer["features"].append(
                {
                    "type": "Feature",
                    "properties": {"object_id": f"NEW{number}", "type": "hydrant"},
                    "geometry": {"type": "Point", "coordinates": [point.x, point.y]},
                }
            )
        path.write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")
        return
    rows = pd.read_csv(path, dtype=str)
    new = pd.DataFrame({"lon": lonlat.x.astype(str), "lat": lonlat.y.astype(str)})
    new["object_id"] = [f"NEW{number}" for number in range(len(new))]
    new["type"] = "hydrant"
    pd.concat([rows, new]).to_csv(path, index=False)


@pytest.mark.slow
def test_the_hydrants_of_khuong_dinh_reach_all_that_lack_water(data_dir):
    ward = fireaccess.run(fireaccess.Project.open(data_dir / "khuong-dinh")).ward
    found = water_solutions(ward, planned().to_crs(ward.network.crs))
    frame = found.frame
    assert len(frame) == len(ward.alleys.frame)
    chosen = np.flatnonzero(frame["solution"] == "hydrant")
    after = water_solutions(ward, hydrants_of(found)).frame.iloc[chosen]
    assert (after["why"].str.split(";").str[0] == "planned_hydrants").all()
