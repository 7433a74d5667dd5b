"""Where to measure next: held against the plain recomputation of both cases."""

import dataclasses

import numpy as np
import pytest
from simulated import PRIORS, comb_of_alleys, draw_truth, with_priors
from towns import BY_WIDTH, Town, one_alley

from fireaccess.analysis.houses import hose_lines
from fireaccess.analysis.reach import reach
from fireaccess.model.answers import Answer
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.model.norm_tables import Priors
from fireaccess.pipeline import run
from fireaccess.planning.chances import draw_chances
from fireaccess.planning.questions import find_questions
from fireaccess.planning.settling import settled_by
from fireaccess.planning.walk import walking_list
from fireaccess.project import Project
from fireaccess.sources.sample import write_sample

FLAT = Priors(
    values={"ngo": 0.7, "ngach": 0.9}, correlation=1, strength=1e6, clause="test", status="M"
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return run(Project.open(write_sample(tmp_path_factory.mktemp("sample") / "ward"))).ward


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return comb_of_alleys(tmp_path_factory.mktemp("town"), 12)


def settled_plainly(ward, questions, order, truth):
    """Return what each alley settles in one draw, both cases recomputed after each."""
    needed = np.asarray(questions.of_passages.todense()) != 0
    limit_m = ward.norm.value("hose_limit_m")

    def covered(is_open):
        found = reach(ward.network, dataclasses.replace(ward.worst, open=is_open))
        return hose_lines(ward.graph, ward.passability, found, ward.doors).hose_m <= limit_m

    settled = []
    for count in range(len(order) + 1):
        measured = np.isin(questions.unit, order[:count])
        worst, best = ward.worst.open.copy(), ward.best.open.copy()
        doubt = needed & ~(measured & truth)[:, None]
        worst[questions.passages] = ~doubt.any(axis=0)
        shut = needed & (measured & ~truth)[:, None]
        best[questions.passages] = ~shut.any(axis=0)
        same = covered(worst) == covered(best)
        settled.append((same & ~ward.by_name).sum())
    return np.diff(settled)


@pytest.mark.parametrize("seed", range(2))
def test_what_is_settled_equals_the_plain_recomputation(town, seed):
    questions = find_questions(town)
    generator = np.random.default_rng(seed)
    order = generator.permutation(len(questions.unit_key))
    truths = np.array([draw_truth(questions, PRIORS, generator) for _ in range(4)])
    plainly = [settled_plainly(town, questions, order, truth) for truth in truths]
    assert settled_by(town, questions, order, truths) == pytest.approx(np.mean(plainly, axis=0))


@pytest.mark.slow
def test_what_is_settled_in_the_sample_equals_the_plain_recomputation(sample):
    chances = draw_chances(sample, draws=3, seed=2)
    questions = chances.questions
    order = np.random.default_rng(1).permutation(len(questions.unit_key))
    plainly = [settled_plainly(sample, questions, order, truth) for truth in chances.passes]
    found = settled_by(sample, questions, order, chances.passes)
    assert found == pytest.approx(np.mean(plainly, axis=0))
    assert found.sum() > 0


def test_the_mouth_comes_before_what_lies_behind_it(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (300, 0), (600, 0)], highway="primary")
    town.road("Ngõ 1", [(0, 0), (0, 400)]).road("Ngách 1/1", [(0, 400), (400, 400)])
    for number in range(10):
        town.house(f"deep{number}", (395, 405))
    town.road("Ngõ 2", [(600, 0), (600, 400)]).house("a", (605, 395)).house("b", (605, 396))
    ward = with_priors(town.run(tmp_path).ward, FLAT)
    chances = draw_chances(ward, draws=400, seed=1)
    walk = walking_list(ward, chances)
    assert walk.frame["name"].tolist()[0] == "Ngõ 1"
    assert set(walk.frame["name"]) == {"Ngõ 1", "Ngách 1/1", "Ngõ 2"}
    settles = dict(zip(walk.frame["name"], walk.frame["settles_houses"], strict=True))
    # A narrow mouth settles the houses behind it, a wide one leaves them to the lane.
    assert settles["Ngõ 1"] == pytest.approx(10 * 0.3, abs=1.5)
    assert settles["Ngách 1/1"] == pytest.approx(10 * 0.7, abs=1.5)
    assert walk.frame["name"].tolist()[1] == "Ngách 1/1"
    assert settles["Ngõ 2"] == 2.0
    assert walk.frame["total_settles"].iloc[-1] == pytest.approx(12)
    assert walk.frame["total_share"].iloc[-1] == pytest.approx(1)


def test_of_two_ways_to_a_house_one_that_is_open_settles_it(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(0, 0), (0, 500)]).road("Ngõ 2", [(400, 0), (400, 500)])
    town.road("Phố Nối", [(0, 500), (200, 500), (400, 500)], width=BY_WIDTH)
    for number in range(4):
        town.house(f"h{number}", (200 + number, 505))
    ward = with_priors(town.run(tmp_path).ward, FLAT)
    walk = walking_list(ward, draw_chances(ward, draws=400, seed=1))
    # The first settles them if it is open; if not, the second does.
    assert walk.frame["settles_houses"].tolist() == pytest.approx([4 * 0.7, 4 * 0.3], abs=0.8)
    assert walk.frame["total_settles"].iloc[-1] == pytest.approx(4)


def test_the_list_has_its_columns_and_the_ids_of_the_template(sample):
    chances = draw_chances(sample, draws=60, seed=1)
    walk = walking_list(sample, chances)
    frame = walk.frame
    assert tuple(frame.columns) == (*PLAN_LAYERS["walk"], "geometry")
    assert frame.crs == sample.network.crs
    assert frame["rank"].tolist() == list(range(1, len(frame) + 1))
    assert set(frame.geometry.geom_type) == {"MultiLineString"}
    network, obstacles = sample.network, sample.surveyed.obstacles
    unknown = sample.passability.segment_answer == Answer.UNKNOWN
    # Where a gate or a reading alone is the question: the segment on which it stands.
    at = obstacles["node"][obstacles["answer"] == Answer.UNKNOWN]
    unknown |= np.isin(network.segment_u, at) | np.isin(network.segment_v, at)
    listed = [name for ids in frame["segment_ids"] for name in ids.split(";")]
    assert len(listed) == len(set(listed))
    assert set(listed) <= set(network.segment_id[unknown])
    assert set(frame["alley_id"]) <= set(sample.alleys.frame["alley_id"])
    assert frame["length_m"].to_numpy() == pytest.approx(frame.geometry.length.to_numpy())
    assert frame["chance"].between(0, 1).all()
    assert frame["group"].notna().all()
    assert frame["total_settles"].is_monotonic_increasing
    needs_survey = (sample.houses["road"] == "needs_survey").sum()
    assert frame["total_settles"].iloc[-1] <= needs_survey
    assert walk.figures["houses_needs_survey"] == needs_survey
    assert walk.figures["alleys"] == len(frame)
    alleys = sample.alleys.frame.set_index("alley_id")["houses_needs_survey"]
    assert frame["houses_needs_survey"].tolist() == alleys[frame["alley_id"]].tolist()


def test_the_list_is_the_same_each_time(sample):
    chances = [draw_chances(sample, draws=40, seed=4) for _ in range(2)]
    one, other = (walking_list(sample, each) for each in chances)
    assert one.frame.to_json() == other.frame.to_json()
    assert one.figures == other.figures


def test_measuring_all_of_the_list_settles_all_that_alleys_can(town):
    chances = draw_chances(town, draws=200, seed=1)
    walk = walking_list(town, chances)
    assert walk.figures["settles_houses"] == pytest.approx(
        (town.houses["road"] == "needs_survey").sum()
    )


def test_where_all_is_known_there_is_nothing_to_walk(tmp_path):
    ward = one_alley(500, width=BY_WIDTH).house("h", (205, 480)).run(tmp_path).ward
    walk = walking_list(ward, draw_chances(ward, draws=3, seed=1))
    assert len(walk.frame) == 0
    assert tuple(walk.frame.columns) == (*PLAN_LAYERS["walk"], "geometry")
    assert walk.frame.crs == ward.network.crs
    assert walk.figures["settles_houses"] == 0.0


def test_one_draw_will_do(town):
    assert len(walking_list(town, draw_chances(town, draws=1, seed=1)).frame) > 0


@pytest.mark.slow
def test_the_list_settles_more_than_measuring_at_random(town, sample):
    for ward in (town, sample):
        chances = draw_chances(ward, draws=200, seed=1)
        questions = chances.questions
        listed = walking_list(ward, chances).frame["segment_ids"]
        at = {name: i for i, name in enumerate(ward.network.segment_id)}
        unit = {int(s): int(u) for s, u in zip(questions.segment, questions.unit, strict=True)}
        order = np.array(
            [next(unit[at[i]] for i in ids.split(";") if at[i] in unit) for ids in listed]
        )
        generator = np.random.default_rng(9)
        truths = np.array([draw_truth(questions, ward.norm.priors, generator) for _ in range(40)])
        by_list = np.cumsum(settled_by(ward, questions, order, truths))
        at_random = np.mean(
            [
                np.cumsum(settled_by(ward, questions, generator.permutation(order), truths))
                for _ in range(10)
            ],
            axis=0,
        )
        # Even among the alleys of the list itself, which leaves out what settles nothing.
        few = max(1, len(order) // 4)
        assert by_list[few - 1] > 1.3 * at_random[few - 1]
        assert (by_list >= at_random - 1e-9).mean() > 0.95
