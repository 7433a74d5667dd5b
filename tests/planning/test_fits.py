"""Which kinds serve an alley: towns worked out on paper, and what is built comes to the same."""

import math
from dataclasses import replace

import numpy as np
import pytest
from dead_ends import NARROW, dead_end, main_road, only, planned, solve
from towns import EAST, alley

from fireaccess.model.answers import Answer
from fireaccess.planning.fits import fits_of
from fireaccess.planning.solutions import water_solutions
from fireaccess.planning.waiting import who_waits

CHEAP_RISER = {"hydrant": 50e6, "riser": 1e6, "pipe": (1000, "m"), "tank_pump": 1e9}


# --- hydrant and pipe -------------------------------------------------------------------------
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


def test_each_kind_says_why_it_does_not_fit(tmp_path):
    ward, _ = solve(dead_end(300), tmp_path)
    fits = fits_of(who_waits(ward, planned()))
    assert {kind: fit.why[0] for kind, fit in fits.items()} == {
        "hydrant": None,
        "pipe": "mouth_is_enough",
        "riser": "no_water_at_mouth",
        "tank_pump": None,
        "draft_point": "no_draft_point",
        "pit": "no_source",
    }
    assert list(fits) == [kind for kind, _ in ward.norm.solutions]
    assert [fit.answer[0] == Answer.PASS for fit in fits.values()] == [
        fit.why[0] is None for fit in fits.values()
    ]
    tank = fits["tank_pump"]
    tank.doubt(np.array([True]), "narrow_places")
    tank.doubt(np.array([True]), "measure_width")
    assert (tank.answer[0], tank.why[0]) == (Answer.UNKNOWN, "narrow_places;measure_width")


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
