"""What taking obstacles away brings, against a full recomputation without them."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from planning.mouths import survey_mouths
from properties.strategies import NORM, PHASES, compute, plans
from towns import BY_WIDTH, Town, comb, metres, one_alley

from fireaccess.analysis.houses import (
    NEW_BUILDING_M,
    Doors,
    answers_within,
    hose_lines,
    in_doubt,
)
from fireaccess.analysis.reach import reach
from fireaccess.model.answers import Answer
from fireaccess.model.layers import GAINS
from fireaccess.network.paths import foot_graph
from fireaccess.network.place import Snapper
from fireaccess.network.scenario import best_case, worst_case
from fireaccess.pipeline import run
from fireaccess.planning.removal import Removals, openings, single_gains, together
from fireaccess.project import Project
from fireaccess.sources.sample import write_sample

WIDE = "7.0"  # passes any corner of 90°
TIGHT = "4.2"  # wide enough to drive on; too tight at 90°
ROUNDING = 1e-6  # metres: sums over many houses


# --- the plain recomputation ------------------------------------------------------------------
def passability_without(ward, rows):
    """Return what is known of every passage once some rows of the obstacles are gone.

    Answers at nodes are put together anew from all other obstacles, corners by their names.
    """
    network, known, obstacles = ward.network, ward.passability, ward.surveyed.obstacles
    names = ward.obstacles["barrier_id"].iloc[rows].tolist()
    at_node = np.full(network.n_nodes, int(Answer.PASS))
    closed = np.zeros(network.n_nodes, dtype=bool)
    for row in obstacles[~obstacles["barrier_id"].isin(names)].itertuples():
        for node in (row.node, *row.further_nodes):
            at_node[node] = min(at_node[node], row.answer)
        closed[row.node] |= bool(row.closes_foot)
    answer = np.concatenate([np.repeat(known.segment_answer, 2), at_node[network.turns.node]])
    if known.corners is not None:
        bend = known.corners.answer.copy()
        arriving, leaving = network.turns.arriving // 2, network.turns.leaving // 2
        for name in names:
            if not name.startswith("corner:"):
                continue
            one, _, other = name.removeprefix("corner:").partition("/")
            i = network.segment_id.tolist().index(one)
            if not other:
                bend[[2 * i, 2 * i + 1]] = Answer.PASS
                continue
            j = network.segment_id.tolist().index(other)
            met = (arriving == i) & (leaving == j) | (arriving == j) & (leaving == i)
            bend[2 * network.n_segments :][met] = Answer.PASS
        answer = np.minimum(answer, bend)
    return replace(known, answer=answer.astype(np.int8), closes_foot=closed)


def recomputed(ward, rows):
    """Return both reaches, both hose lines and the houses' answers without some obstacles."""
    known = passability_without(ward, rows)
    worst = worst_case(ward.network, known, ward.worst.starts)
    best = best_case(ward.network, known, ward.worst.starts)
    found = [reach(ward.network, scenario) for scenario in (worst, best)]
    graph = foot_graph(ward.network, worst.foot_open)
    hoses = [hose_lines(graph, known, reached, ward.doors).hose_m for reached in found]
    has_door = ward.doors.places.found(ward.doors.count)
    road, road_60 = (
        in_doubt(answers_within(*hoses, limit_m, has_door), ward.by_name)
        for limit_m in (ward.norm.value("hose_limit_m"), NEW_BUILDING_M)
    )
    return SimpleNamespace(found=found, hoses=hoses, road=road, road_60=road_60)


def figures(ward, before, after):
    """Return what SPEC §9 counts, from two recomputations."""
    counts = {}
    for column, middle in (("road", ""), ("road_60", "60_")):
        was, now = getattr(before, column), getattr(after, column)
        counts[f"gain_{middle}houses"] = int(((was != "covered") & (now == "covered")).sum())
        likely = (was == "not_covered") & (now != "not_covered")
        counts[f"gain_best_{middle}houses"] = int(likely.sum())
    covered = (before.road != "covered") & (after.road == "covered")
    people = ward.houses["people"].to_numpy(dtype=float, na_value=np.nan)
    counts["gain_people"] = np.nansum(people[covered])
    counts["hose_saved_m"] = np.nansum(before.hoses[0] - after.hoses[0])
    return counts, np.flatnonzero(covered)


def check(ward, sets):
    """Check gains, reach and every hose line of some sets of obstacles, rows of the ward's."""
    start, opened = Removals(ward), openings(ward)
    before = recomputed(ward, [])
    assert np.array_equal(before.found[0].passages, ward.worst_reach.passages)
    assert np.array_equal(before.found[1].passages, ward.best_reach.passages)
    doors = ward.doors.places.row
    gains = []
    for rows in sets:
        told = ward.obstacles["barrier_id"].iloc[rows].tolist()
        opening = together([opened[row] for row in rows])
        after = recomputed(ward, rows)
        gain, state = start.gain(opening), start.removed(opening)
        counts, covered = figures(ward, before, after)
        for name in GAINS:
            assert getattr(gain, name) == pytest.approx(counts[name], abs=ROUNDING), (told, name)
        assert gain.houses.tolist() == covered.tolist(), told
        for case, found, hose_m in zip(
            (state.worst, state.best), after.found, after.hoses, strict=True
        ):
            assert np.array_equal(case.passages, found.passages), told
            assert np.array_equal(case.segments, found.segments), told
            expected = np.where(np.isnan(hose_m), np.inf, hose_m)[doors]
            assert np.array_equal(case.hose_m, expected), told
        gains.append(gain)
    return gains


def to_remove(ward):
    """Return the rows of the ward's obstacles that there is something to remove of."""
    return [row for row, opening in enumerate(openings(ward)) if opening is not None]


def row_of(ward, barrier_id):
    return ward.obstacles["barrier_id"].tolist().index(barrier_id)


def gain_of(ward, *barrier_ids):
    """Return what removing some obstacles at once brings; a full recomputation says the same."""
    return check(ward, [[row_of(ward, name) for name in barrier_ids]])[0]


# --- the samples ------------------------------------------------------------------------------
@pytest.fixture(scope="module", params=["ward", "commune", "ward turns", "commune turns"])
def sample(request, tmp_path_factory):
    kind, _, turns = request.param.partition(" ")
    file = write_sample(tmp_path_factory.mktemp("sample") / kind, kind=kind)
    if turns:
        text = file.read_text("utf-8")
        assert text.count('turns = "auto"') == 1
        file.write_text(text.replace('turns = "auto"', "turns = true"), "utf-8")
    return run(Project.open(file)).ward


def test_every_obstacle_of_the_samples_alone(sample):
    rows = to_remove(sample)
    gains = check(sample, [[row] for row in rows])
    table = single_gains(sample)
    assert list(table.columns) == list(GAINS)
    assert table.index.equals(sample.obstacles.index)
    told = sample.obstacles["effect"].isin(["blocked", "unknown"]).to_numpy()
    assert np.flatnonzero(told).tolist() == rows
    assert table[~told].isna().all(axis=None)
    for row, gain in zip(rows, gains, strict=True):
        assert table.iloc[row].tolist() == [getattr(gain, name) for name in GAINS]


def test_gains_count_from_the_answers_of_the_houses(sample):
    nothing_gone = recomputed(sample, [])
    for answer in ("road", "road_60"):
        expected = sample.houses[answer].astype(object)
        known = expected.notna().to_numpy()
        assert known.tolist() == sample.doors.places.found(sample.doors.count).tolist()
        assert (getattr(nothing_gone, answer)[known] == expected[known]).all()


def test_several_of_the_samples_at_once(sample):
    rows, random = to_remove(sample), np.random.default_rng(1)
    some = [
        random.choice(rows, size=min(size, len(rows)), replace=False).tolist()
        for size in (2, 3, 5, 8)
    ]
    check(sample, [*some, rows])


def test_in_any_order_the_same_is_gone(sample):
    """What several bring one after another is what they bring at once."""
    opened = [opening for opening in openings(sample) if opening is not None]
    start = Removals(sample)
    at_once = start.gain(together(opened))
    for order in (opened, opened[::-1]):
        state, people, saved = start, 0.0, []
        houses = np.zeros(0, dtype=np.int64)
        for opening in order:
            gain = state.gain(opening)
            people, houses = people + gain.gain_people, np.concatenate([houses, gain.houses])
            saved.append(gain.hose_saved_m)
            state = state.removed(opening)
        assert np.sort(houses).tolist() == at_once.houses.tolist()
        assert people == pytest.approx(at_once.gain_people)
        # A house without any hose line may get one first, and a shorter one later.
        assert sum(saved) >= at_once.hose_saved_m - ROUNDING
        assert state.gain(together(opened)).gain_houses == 0
    assert start.gain(together(opened)).hose_saved_m == at_once.hose_saved_m


def test_a_gain_leaves_the_ward_as_it_is(sample):
    before = [array.copy() for array in (sample.worst.open, sample.worst_lines.hose_m)]
    first = single_gains(sample)
    pd.testing.assert_frame_equal(first, single_gains(sample))
    for array, now in zip(before, (sample.worst.open, sample.worst_lines.hose_m), strict=True):
        assert np.array_equal(array, now, equal_nan=True)


# --- drawn towns ------------------------------------------------------------------------------
def posted(*posts, length=300):
    """Draw a wide alley with obstacles at so many metres from the main road, and a house."""
    town = one_alley(length, width=BY_WIDTH)
    for number, (kind, along) in enumerate(posts, start=1):
        town.barrier(f"B{number}", (200, along), kind)
    return town.house("h", (210, 250), people=4).house("near", (210, 100))


def test_one_post(tmp_path):
    ward = posted(("bollard", 20)).run(tmp_path).ward
    gain = gain_of(ward, "barrier:B1")
    assert (gain.gain_houses, gain.gain_best_houses, gain.gain_people) == (1, 1, 4.0)
    assert (gain.gain_60_houses, gain.gain_best_60_houses) == (2, 2)
    assert gain.hose_saved_m == metres(230 + 80)
    assert ward.houses["house_id"].iloc[gain.houses].tolist() == ["h"]


def test_two_posts_at_one_node_open_together(tmp_path):
    ward = posted(("bollard", 20), ("chain", 20)).run(tmp_path).ward
    assert len(set(ward.obstacles["node"])) == 1
    assert single_gains(ward).sum().sum() == 0
    assert gain_of(ward, "barrier:B1", "barrier:B2").gain_houses == 1
    opened, state = openings(ward), Removals(ward)
    state = state.removed(opened[0])
    assert state.gain(opened[1]).gain_houses == 1
    assert state.removed(opened[1]).gain(opened[0]).hose_saved_m == 0


def test_a_post_and_a_gate_at_one_node(tmp_path):
    """Without the post the gate is a question: only the best case gains."""
    ward = posted(("bollard", 20), ("gate", 20)).run(tmp_path).ward
    post, gate = (gain_of(ward, f"barrier:B{number}") for number in (1, 2))
    assert (post.gain_houses, post.gain_best_houses, post.hose_saved_m) == (0, 1, 0)
    assert (gate.gain_houses, gate.gain_best_houses) == (0, 0)
    assert gain_of(ward, "barrier:B1", "barrier:B2").gain_houses == 1


def test_two_posts_in_series(tmp_path):
    ward = posted(("bollard", 10), ("bollard", 30)).run(tmp_path).ward
    first, second = (gain_of(ward, f"barrier:B{number}") for number in (1, 2))
    assert (first.gain_houses, second.gain_houses) == (0, 0)
    assert first.hose_saved_m == metres(40)  # two houses, from the second post on
    assert second.hose_saved_m == 0
    assert gain_of(ward, "barrier:B1", "barrier:B2").gain_houses == 1


def test_a_wall_parts_hose_and_truck(tmp_path):
    ward = posted(("wall", 20)).run(tmp_path).ward
    assert ward.houses["hose_m"].isna().all()
    gain = gain_of(ward, "barrier:B1")
    assert (gain.gain_houses, gain.gain_best_houses) == (2, 2)
    assert gain.hose_saved_m == 0  # where there was no hose line none is saved


def test_behind_a_post_a_wall_lets_only_hoses_through(tmp_path):
    ward = posted(("bollard", 20), ("wall", 60)).run(tmp_path).ward
    assert gain_of(ward, "barrier:B1").gain_houses == 0
    wall = gain_of(ward, "barrier:B2")
    assert ward.houses["house_id"].iloc[wall.houses].tolist() == ["near"]  # 80 m from the post
    assert gain_of(ward, "barrier:B1", "barrier:B2").gain_houses == 2


def test_two_walls_at_one_node(tmp_path):
    ward = posted(("wall", 20), ("fence", 20)).run(tmp_path).ward
    assert single_gains(ward).sum().sum() == 0
    assert gain_of(ward, "barrier:B1", "barrier:B2").gain_houses == 2


def test_a_wall_and_a_post_at_one_node(tmp_path):
    ward = posted(("wall", 20), ("bollard", 20)).run(tmp_path).ward
    wall = gain_of(ward, "barrier:B1")
    assert ward.houses["house_id"].iloc[wall.houses].tolist() == ["near"]
    assert gain_of(ward, "barrier:B2").gain_houses == 0


def test_a_wall_at_a_crossing_joins_all_arms(tmp_path):
    town = one_alley(300, bends=[100], width=BY_WIDTH)
    town.road("Hẻm", [(100, 100), (200, 100), (300, 100)]).node((200, 100), barrier="wall")
    for name, place in {"west": (120, 110), "east": (280, 110), "north": (210, 250)}.items():
        town.house(name, place)
    ward = town.run(tmp_path).ward
    assert ward.houses["hose_m"].isna().all()
    assert gain_of(ward, *ward.obstacles["barrier_id"]).gain_houses == 3


def test_a_low_arch_and_a_narrow_place(tmp_path):
    town = comb([{"width": BY_WIDTH}] * 2)
    town.clearance("C1", (40, 20), 3.0).width("W1", (80, 20), 2.0)
    ward = town.run(tmp_path).ward
    for name in ("clearance:C1", "reading:W1"):
        gain = gain_of(ward, name)
        assert (gain.gain_60_houses, gain.hose_saved_m) == (1, metres(60))


def test_a_widened_place_certifies_nothing_else(tmp_path):
    """An alley of unknown width stays unknown behind its narrow place."""
    town = one_alley(300).width("W1", (200, 20), 2.0).house("h", (210, 290))
    gain = gain_of(town.run(tmp_path).ward, "reading:W1")
    assert (gain.gain_houses, gain.gain_best_houses) == (0, 1)


def test_what_may_stand_at_several_places_goes_at_all(tmp_path):
    """A narrow place somewhere on a road: its stretches stay in doubt."""
    town = one_alley(300, bends=[100], width=BY_WIDTH).road("Hẻm 9", [(200, 100), (260, 100)])
    town.barrier("B1", None, "bollard", road_name="Ngõ 1").house("h", (210, 290))
    ward = town.run(tmp_path / "post").ward
    assert len(ward.obstacles["further_nodes"].iloc[0]) == 1
    assert gain_of(ward, "barrier:B1").gain_houses == 1
    town.tables.clear()
    town.width("W1", None, 2.0, road_name="Ngõ 1")
    ward = town.run(tmp_path / "narrow").ward
    assert gain_of(ward, "reading:W1").gain_houses == 0


def test_houses_of_which_only_the_road_is_known_never_count(tmp_path):
    town = posted(("bollard", 20)).house("somewhere", None, address="Ngõ 1")
    ward = town.run(tmp_path).ward
    assert ward.by_name.sum() == 1
    gain = gain_of(ward, "barrier:B1")
    assert (gain.gain_houses, gain.gain_60_houses) == (1, 2)
    assert gain.hose_saved_m == metres(230 + 80 + 130)


def test_people_that_nobody_counted_are_nobody(tmp_path):
    town = posted(("bollard", 20)).house("unknown", (210, 280))
    gain = gain_of(town.run(tmp_path).ward, "barrier:B1")
    assert (gain.gain_houses, gain.gain_people) == (2, 4.0)


def test_a_ward_without_obstacles(tmp_path):
    ward = one_alley(300).house("h", (210, 250)).run(tmp_path).ward
    assert openings(ward) == ()
    table = single_gains(ward)
    assert (len(table), list(table.columns)) == (0, list(GAINS))
    assert Removals(ward).gain(together([])).gain_houses == 0


def test_what_lets_a_truck_through_is_nothing_to_remove(tmp_path):
    town = posted(("cattle_grid", 20)).node((200, 0), barrier="lift_gate", locked="no")
    ward = town.run(tmp_path).ward
    assert set(ward.obstacles["effect"]) == {"pass", "delay"}
    assert openings(ward) == (None, None)
    assert single_gains(ward).isna().all(axis=None)


def test_a_post_where_a_loop_closes(tmp_path):
    town = one_alley(100, width=BY_WIDTH)
    town.road("Vòng", [(200, 100), (300, 100), (300, 200), (200, 200), (200, 100)], width=BY_WIDTH)
    town.node((200, 100), barrier="bollard").house("h", (310, 190))
    gain = gain_of(town.run(tmp_path).ward, "barrier:n104")
    assert (gain.gain_60_houses, gain.hose_saved_m) == (1, metres(190))


# --- corners ----------------------------------------------------------------------------------
def two_alleys(width):
    """Draw two alleys that meet at right angles; only the first leaves the main road."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary", width="30")
    town.road("Ngõ Một", [(200, 0), (200, 100)], width=WIDE, way_id=7)
    town.road("Ngõ Hai", [(200, 100), (300, 100)], width=width, way_id=8)
    return town.house("h", (290, 110))


def test_a_corner(tmp_path):
    ward = two_alleys(TIGHT).run(tmp_path, turns=True).ward
    gain = gain_of(ward, "corner:7-0/8-0")
    assert (gain.gain_60_houses, gain.hose_saved_m) == (1, metres(90))
    opening = openings(ward)[row_of(ward, "corner:7-0/8-0")]
    assert len(opening.turns) == 2  # both ways


def test_a_corner_with_a_post(tmp_path):
    ward = two_alleys(TIGHT).node((200, 100), barrier="bollard").run(tmp_path, turns=True).ward
    post = next(name for name in ward.obstacles["barrier_id"] if name.startswith("barrier"))
    # The corner is behind the post: only once that is gone a truck stops at it.
    assert gain_of(ward, post).gain_60_houses == 0
    rows = pd.DataFrame(
        {
            **ward.obstacles.iloc[0].to_dict(),
            "barrier_id": "corner:7-0/8-0",
            "kind": "corner",
            "effect": "unknown",
            "closes_foot": False,
            "segments": [corner_segments(ward, "7-0", "8-0")],
            "further_nodes": [()],
        }
    )
    ward = replace(ward, obstacles=pd.concat([ward.obstacles, rows], ignore_index=True))
    assert gain_of(ward, "corner:7-0/8-0").gain_60_houses == 0
    assert gain_of(ward, post, "corner:7-0/8-0").gain_60_houses == 1


def corner_segments(ward, *names):
    ids = ward.network.segment_id.tolist()
    return tuple(ids.index(name) for name in names)


@pytest.mark.parametrize(("width", "best"), [("5.2", 0), (TIGHT, 1)])
def test_a_bend_of_an_alley(tmp_path, width, best):
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary", width="30")
    town.road("Ngõ 1", [(200, 0), (200, 100), (300, 100)], width=width, way_id=7)
    town.house("h", (290, 110))
    ward = town.run(tmp_path, turns=True).ward
    gain = gain_of(ward, "corner:7-0/7-1")
    assert (gain.gain_60_houses, gain.gain_best_60_houses) == (1, best)


def bent_inside(ward, segment_id, answer):
    """Return the ward as if one of its segments bent so that the truck does not follow it.

    Bends too sharp for the width that is needed are nodes: a drawing has no other.
    """
    segment = ward.network.segment_id.tolist().index(segment_id)
    along = [2 * segment, 2 * segment + 1]
    known, corners = ward.passability, ward.passability.corners
    turned = corners.answer.copy()
    turned[along] = answer
    known = replace(
        known,
        answer=np.minimum(known.answer, turned),
        corners=replace(corners, answer=turned),
    )
    bend = pd.DataFrame(
        {
            "barrier_id": [f"corner:{segment_id}"],
            "kind": "corner",
            "effect": "unknown",
            "closes_foot": False,
            "segments": [(segment,)],
            "further_nodes": [()],
        }
    )
    worst = worst_case(ward.network, known, ward.worst.starts)
    best = best_case(ward.network, known, ward.worst.starts)
    found = reach(ward.network, worst), reach(ward.network, best)
    lines = [hose_lines(ward.graph, known, reached, ward.doors) for reached in found]
    return replace(
        ward,
        passability=known,
        obstacles=bend,
        worst=worst,
        best=best,
        worst_reach=found[0],
        best_reach=found[1],
        worst_lines=lines[0],
        best_lines=lines[1],
    )


def through_alley(**tags):
    """Draw three alleys in a row, the middle one (way 7) with these tags; a house at their end."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary", width="30")
    town.road("Ngõ 1", [(200, 0), (200, 50)], width="10", way_id=6)
    town.road("Ngõ 2", [(200, 50), (200, 150)], width=WIDE, way_id=7, **tags)
    town.road("Ngõ 3", [(200, 150), (200, 300)], width=WIDE, way_id=8)
    return town.house("middle", (210, 100)).house("h", (210, 290))


@pytest.mark.parametrize(("answer", "best"), [(Answer.UNKNOWN, 0), (Answer.BLOCKED, 1)])
def test_a_bend_inside_a_segment(tmp_path, answer, best):
    ward = bent_inside(through_alley().run(tmp_path, turns=True).ward, "7-0", answer)
    opening = openings(ward)[0]
    assert (len(opening.passages), len(opening.turns)) == (2, 0)
    gain = gain_of(ward, "corner:7-0")
    assert (gain.gain_houses, gain.gain_best_houses) == (1, best)
    assert gain.hose_saved_m == metres(240 + 50)


OWN = """name = "own"
title = { vi = "Xe", en = "Own" }
source = "its sheet"
respect_oneway = true
"""


@pytest.mark.parametrize(("oneway", "gains"), [("yes", 1), ("-1", 0)])
@pytest.mark.parametrize("answer", [Answer.UNKNOWN, Answer.BLOCKED])
def test_a_widened_bend_stays_one_way(tmp_path, oneway, gains, answer):
    """For a vehicle that keeps to one-way streets."""
    (tmp_path / "own.toml").write_text(
        OWN
        + "".join(
            f'[{name}]\nvalue = {value}\nunit = "{unit}"\nclause = "sheet"\nstatus = "V"\n'
            for name, value, unit in (
                ("width_m", 2.5, "m"), ("height_m", 3.2, "m"), ("length_m", 8.0, "m"),
                ("wheelbase_m", 4.6, "m"), ("front_overhang_m", 1.4, "m"),
                ("turning_radius_m", 9.0, "m"), ("mass_t", 16.0, "t"),
            )
        ),
        encoding="utf-8",
    )  # fmt: skip
    town = through_alley(oneway=oneway)
    ward = town.run(tmp_path / "town", turns=True, vehicle="../own.toml").ward
    ward = bent_inside(ward, "7-0", answer)
    assert Removals(ward).gain(openings(ward)[0]).gain_houses == gains


# --- random towns -----------------------------------------------------------------------------
@settings(max_examples=30, phases=PHASES)
@given(st.data())
def test_in_random_towns(data):
    found = compute(data.draw(plans(barriers=2)))
    assume(len(found.surveyed.obstacles))
    network, count = found.network, len(found.houses)
    snapper = Snapper(network, network.has_doors)
    places = snapper.nearest(found.houses.geometry.to_numpy(), 100.0)
    doors = Doors(places, count, np.full(count, None), np.full(count, np.nan))
    graph = foot_graph(network, found.worst.foot_open)
    ward = SimpleNamespace(
        network=network,
        passability=found.passability,
        surveyed=found.surveyed,
        obstacles=found.surveyed.obstacles,
        worst=found.worst,
        best=found.best,
        worst_reach=found.worst_reach,
        best_reach=found.best_reach,
        graph=graph,
        doors=doors,
        worst_lines=hose_lines(graph, found.passability, found.worst_reach, doors),
        best_lines=hose_lines(graph, found.passability, found.best_reach, doors),
        houses=found.houses,
        by_name=np.arange(count) % 5 == 4,
        norm=NORM,
    )
    rows = to_remove(ward)
    assume(rows)
    some = data.draw(st.lists(st.sampled_from(rows), min_size=2, unique=True)) if rows[1:] else rows
    check(ward, [*([row] for row in rows), some, rows])


# --- a real ward ------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def mouths(data_dir, tmp_path_factory):
    """A real ward, of twenty thousand houses, with posts at the mouths of sixty wide alleys."""
    folder = tmp_path_factory.mktemp("mouths") / "khuong-dinh"
    ignore = shutil.ignore_patterns("*.pbf")
    shutil.copytree(data_dir / "khuong-dinh", folder, ignore=ignore)
    project = Project.open(folder)
    survey_mouths(run(project), folder, 60)
    return run(project).ward


@pytest.mark.slow
def test_forty_posts_of_a_real_ward(mouths):
    posts = mouths.obstacles["barrier_id"].str.startswith("barrier:M").to_numpy()
    rows = np.intersect1d(np.flatnonzero(posts), to_remove(mouths))
    chosen = np.random.default_rng(7).choice(rows, size=40, replace=False).tolist()
    gains = check(mouths, [[row] for row in chosen])
    assert sum(gain.gain_houses > 0 for gain in gains) > 20


@pytest.mark.slow
def test_other_obstacles_and_sets_of_a_real_ward(mouths):
    rows, random = to_remove(mouths), np.random.default_rng(8)
    others = [[row] for row in random.choice(rows, size=8, replace=False).tolist()]
    check(mouths, [*others, random.choice(rows, size=10, replace=False).tolist(), rows])


@pytest.mark.slow
def test_all_of_a_real_ward(mouths):
    table = single_gains(mouths)
    assert (table["gain_houses"] > 0).sum() > 30
    assert table["gain_houses"].notna().sum() == len(to_remove(mouths))
