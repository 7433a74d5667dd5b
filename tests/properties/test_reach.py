"""What can only grow: reach when something opens, hose lines when something goes or comes."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from properties.strategies import NORM, PHASES, SETTINGS, STREETS, Plan, compute, plans

from fireaccess.analysis.houses import Doors, hose_lines
from fireaccess.analysis.reach import reach
from fireaccess.model.answers import Answer
from fireaccess.network.passability import start_segments
from fireaccess.network.paths import foot_graph
from fireaccess.network.place import Snapper
from fireaccess.network.scenario import best_case, with_removed, worst_case
from fireaccess.project import Settings

pytestmark = pytest.mark.slow

ROUNDING = 1e-6  # metres: the same way summed up from another end
SNAP_M = Settings(**SETTINGS).snap_limit_m


def doors_of(found, eligible=None):
    eligible = found.network.has_doors if eligible is None else eligible
    places = Snapper(found.network, eligible).nearest(found.houses.geometry.to_numpy(), SNAP_M)
    count = len(found.houses)
    return Doors(places, count, np.full(count, None), np.full(count, np.nan))


def hoses(found, scenario, doors=None):
    """Hose to each house in a scenario, inf where there is no way, NaN without a door."""
    doors = doors_of(found) if doors is None else doors
    graph = foot_graph(found.network, scenario.foot_open)
    lines = hose_lines(graph, found.passability, reach(found.network, scenario), doors)
    known = doors.places.found(doors.count)
    return np.where(known & np.isnan(lines.hose_m), np.inf, lines.hose_m)


def none_longer(after, before):
    known = ~np.isnan(before)
    assert np.array_equal(known, ~np.isnan(after))
    assert (after[known] <= before[known] + ROUNDING).all(), (after, before)


def contains(larger, smaller):
    assert not (smaller.passages & ~larger.passages).any()
    assert not (smaller.segments & ~larger.segments).any()
    assert not (smaller.nodes & ~larger.nodes).any()


def literal_reach(network, scenario):
    """Say which passages are got to, by going on as long as one leads to another."""
    turns = network.turns
    through = scenario.open[2 * network.n_segments :]
    into = scenario.open[: 2 * network.n_segments] | np.repeat(scenario.starts, 2)
    got_to = np.repeat(scenario.starts, 2)
    while True:
        more = [
            leaving
            for arriving, leaving, is_open in zip(
                turns.arriving, turns.leaving, through, strict=True
            )
            if got_to[arriving] and is_open and into[leaving] and not got_to[leaving]
        ]
        if not more:
            return got_to
        got_to[more] = True


@settings(max_examples=30, phases=PHASES)
@given(plans())
def test_reach_is_all_that_passages_lead_to(plan):
    found = compute(plan)
    assert np.array_equal(literal_reach(found.network, found.worst), found.worst_reach.passages)
    assert np.array_equal(literal_reach(found.network, found.best), found.best_reach.passages)


@settings(max_examples=30, phases=PHASES)
@given(st.data())
def test_opening_passages_loses_nothing(data):
    found = compute(data.draw(plans()))
    network = found.network
    more = found.worst.open.copy()
    opened = st.lists(st.integers(0, network.n_passages - 1), max_size=10)
    more[data.draw(opened)] = True
    contains(reach(network, replace(found.worst, open=more)), found.worst_reach)
    starts = found.starts.copy()
    starts[data.draw(st.integers(0, network.n_segments - 1))] = True
    contains(reach(network, worst_case(network, found.passability, starts)), found.worst_reach)


@settings(max_examples=30, phases=PHASES)
@given(plans())
def test_best_case_holds_the_worst(plan):
    found = compute(plan)
    contains(found.best_reach, found.worst_reach)
    none_longer(hoses(found, found.best), hoses(found, found.worst))


@settings(max_examples=30, phases=PHASES)
@given(plans(), st.tuples(*[st.sampled_from([2.4, 2.9, 3.2, 3.25, 3.5, 3.9, 4.3])] * 2))
def test_a_narrower_truck_never_reaches_less(plan, widths):
    """Engines coming from the same roads: those of the wider truck are open to the narrower."""
    wide = compute(plan, width_m=max(widths))
    narrow = compute(plan, width_m=min(widths), starts=wide.starts)
    assert (narrow.passability.answer >= wide.passability.answer).all()
    contains(narrow.worst_reach, wide.worst_reach)
    contains(narrow.best_reach, wide.best_reach)
    none_longer(hoses(narrow, narrow.worst), hoses(wide, wide.worst))
    none_longer(hoses(narrow, narrow.best), hoses(wide, wide.best))


@settings(max_examples=30, phases=PHASES)
@given(st.data())
def test_removing_what_stands_at_a_node_makes_no_hose_longer(data):
    found = compute(data.draw(plans()))
    standing = np.unique(found.surveyed.obstacles["node"].to_numpy(dtype=np.int64))
    assume(len(standing))
    node = data.draw(st.sampled_from(standing.tolist()))
    for scenario in (found.worst, found.best):
        without = with_removed(scenario, found.network, node)
        contains(reach(found.network, without), reach(found.network, scenario))
        none_longer(hoses(found, without), hoses(found, scenario))
        assert (without.delay_s <= scenario.delay_s).all()


@settings(max_examples=30, phases=PHASES)
@given(st.data())
def test_a_barrier_surveyed_as_removed_makes_no_hose_longer(data):
    plan = data.draw(plans(barriers=1))
    standing = plan.tables["barriers"]
    number = data.draw(st.integers(0, len(standing) - 1))
    place, row = standing[number]
    rows = [*standing[:number], (place, {**row, "state": "removed"}), *standing[number + 1 :]]
    before, after = compute(plan), compute(replace(plan, tables={**plan.tables, "barriers": rows}))
    assert np.array_equal(before.starts, after.starts)
    contains(after.worst_reach, before.worst_reach)
    contains(after.best_reach, before.best_reach)
    none_longer(hoses(after, after.worst), hoses(before, before.worst))
    none_longer(hoses(after, after.best), hoses(before, before.best))


@settings(max_examples=30, phases=PHASES)
@given(st.data())
def test_a_removal_in_the_survey_is_a_removal_in_the_scenario(data):
    """Where nothing else stands at the node, both ways to take a barrier away agree."""
    plan = data.draw(plans(barriers=2))
    rows = [(place, {**row, "state": "removed"}) for place, row in plan.tables["barriers"]]
    before, after = compute(plan), compute(replace(plan, tables={**plan.tables, "barriers": rows}))
    obstacles = before.surveyed.obstacles
    gone = obstacles[(obstacles["kind"] == "barrier") & obstacles["object_id"].notna()]
    others = obstacles.drop(gone.index)
    nodes = set(gone["node"]) - set(others["node"])
    assume(nodes == set(gone["node"]))
    for name in ("worst", "best"):
        scenario = getattr(before, name)
        for node in sorted(nodes):
            scenario = with_removed(scenario, before.network, node)
        after_survey = getattr(after, name)
        assert np.array_equal(scenario.open, after_survey.open)
        assert np.array_equal(scenario.foot_open, after_survey.foot_open)


@settings(max_examples=30, phases=PHASES)
@given(st.data())
def test_another_road_makes_no_hose_longer(data):
    """Doors and starts as before, and no reading: a new crossing ends what a reading certifies.

    The new road is no arterial, lest engines start from elsewhere.
    """
    plan = data.draw(plans())
    plan.tables.pop("widths", None)
    plan.tables.pop("barriers", None)  # they would move to the new road, and so would clearances
    plan.tables.pop("clearances", None)
    points = sorted({point for way, _ in plan.roads for point in way})
    ends = data.draw(st.lists(st.sampled_from(points), min_size=2, max_size=4))
    way = [ends[0], *(b for a, b in pairwise(ends) if a != b)]
    assume(len(way) > 1)
    small = [tags for tags in STREETS if tags["highway"] not in ("tertiary", "secondary")]
    longer = Plan([*plan.roads, (way, data.draw(st.sampled_from(small)))], plan.nodes, plan.houses)
    before, after = compute(plan), compute(longer)
    old = after.network.segment_way < len(plan.roads)
    doors_before = doors_of(before)
    doors_after = doors_of(after, after.network.has_doors & old)
    none_longer(hoses(after, after.worst, doors_after), hoses(before, before.worst, doors_before))
    none_longer(hoses(after, after.best, doors_after), hoses(before, before.best, doors_before))


@settings(max_examples=30, phases=PHASES)
@given(plans())
def test_starts_are_one_piece_of_arterials_that_pass(plan):
    found = compute(plan)
    starts = np.flatnonzero(found.starts)
    highway = found.network.of_segments(found.network.tag("highway"))
    assert np.isin(highway[starts], NORM.classes.start).all()
    assert (found.passability.segment_answer[starts] == Answer.PASS).all()
    assert found.worst_reach.segments[starts].all()
    assert np.array_equal(start_segments(found.network, found.passability, NORM), found.starts)
    best = best_case(found.network, found.passability, found.starts)
    assert np.array_equal(best.open, found.best.open)
