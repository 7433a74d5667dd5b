"""Who waits for water in an alley, and where its truck stops."""

from dataclasses import replace

import numpy as np
from dead_ends import NARROW, dead_end, main_road, only, planned, prices, solve
from towns import metres

from fireaccess.planning.solutions import water_solutions
from fireaccess.planning.waiting import placed_by_name, who_waits


def deepest_m(waiting):
    """Return how far the farthest place of the first alley is from its mouth."""
    return waiting.farthest(waiting.from_mouth_m)[0]


def test_only_houses_without_water_count(tmp_path):
    """The deep house has a hydrant of its own."""
    town = dead_end(900).house("near", (210, 100)).water("W", (205, 890))
    ward, found = solve(town, tmp_path)
    row = only(found)
    assert (row.solution, row.pieces) == ("hydrant", 1)
    waiting = who_waits(ward, planned())
    assert len(waiting.places) == 1
    assert deepest_m(waiting) == metres(110)


def test_an_alley_without_houses_is_judged_at_its_end(tmp_path):
    assert only(solve(dead_end(390, house=False), tmp_path)[1]).solution == "hydrant"
    assert only(solve(dead_end(410, house=False), tmp_path / "b")[1]).solution == "pipe"


def test_an_alley_behind_an_alley_has_its_mouth_where_the_truck_stops(tmp_path):
    town = dead_end(250).road("Ngách 2", [(200, 250), (300, 250)], width=NARROW)
    town.house("inner", (300, 260))
    ward, found = solve(town, tmp_path)
    inner = only(found, "Ngách 2")
    assert (inner.solution, inner.pieces) == ("hydrant", 1)  # 250 + 100 + 10 = 360
    waiting = who_waits(ward, planned())
    assert len(set(waiting.mouth)) == 1
    assert len(set(waiting.entrance)) == 2
    assert sorted(waiting.farthest(waiting.from_mouth_m)) == [metres(250), metres(360)]
    # Both share the hydrant: it is built, and paid, once.
    ward = replace(ward, costs=prices({"hydrant": 4e7}, "example"))
    figures = water_solutions(ward, planned()).figures
    assert figures["by_kind"]["hydrant"] == {"proposed": 2, "not_known": 0, "pieces": 1}
    assert figures["cost_vnd"] == 4e7
    assert figures["example"]


def test_who_has_a_planned_hydrant_waits_no_longer(tmp_path):
    ward, _ = solve(dead_end(380).house("near", (210, 100)), tmp_path)
    # 60 + 110 m and 60 + 390 m from a hydrant beside the mouth.
    one = who_waits(ward, planned((260, 0)))
    assert one.places.along_m.tolist() == [metres(380)]
    assert one.waits.all()
    both = who_waits(ward, planned((200, 380)))
    assert len(both.places) == 0
    assert not both.waits.any()
    assert both.lacks.all()  # without the plan they do
    assert deepest_m(both) == -np.inf


def test_nobody_waits_in_a_ward_without_alleys(tmp_path):
    ward, _ = solve(main_road().house("h", (100, 10)), tmp_path)
    waiting = who_waits(ward, planned((100, 0)))
    assert len(waiting.places) == len(waiting.mouth) == len(waiting.waits) == 0


def test_a_house_placed_by_name_marks_its_own_alley_only(tmp_path):
    town = dead_end(100, mouths=[800]).road("Ngõ 2", [(800, 0), (800, 100)], width=NARROW)
    ward, _ = solve(town.house("other", (810, 100)), tmp_path)
    by_name = ward.houses["house_id"].to_numpy() == "other"
    found = placed_by_name(replace(ward, by_name=by_name))
    assert dict(zip(ward.alleys.frame["name"], found, strict=True)) == {
        "Ngõ 1": False,
        "Ngõ 2": True,
    }
