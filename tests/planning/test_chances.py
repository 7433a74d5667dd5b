"""How likely each house is covered: held against hand-worked towns and simulated truth."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from simulated import PRIORS, comb_of_alleys, covered_in, draw_truth, measured, with_priors
from towns import BY_WIDTH, Town, one_alley

from fireaccess.analysis.houses import hose_lines
from fireaccess.analysis.reach import reach
from fireaccess.model.answers import Answer
from fireaccess.model.errors import NormError
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.model.norm import load_norm
from fireaccess.model.norm_tables import Priors
from fireaccess.pipeline import run
from fireaccess.planning.chances import draw_chances, drawn_scenario
from fireaccess.planning.questions import find_questions
from fireaccess.project import Project
from fireaccess.sources.sample import write_sample

FLAT = Priors(
    values={"ngo": 0.7, "ngach": 0.2}, correlation=1, strength=4, clause="test", status="assumption"
)


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    return run(Project.open(write_sample(tmp_path_factory.mktemp("sample") / "ward"))).ward


def chance_of(ward, chances):
    return dict(zip(ward.houses["house_id"], chances.house, strict=True))


def same(one, other):
    return (
        one.frame.equals(other.frame)
        and one.figures == other.figures
        and one.passes.tobytes() == other.passes.tobytes()
    )


def test_the_same_seed_draws_the_same_and_another_seed_draws_others(sample):
    first = draw_chances(sample, draws=30, seed=7)
    assert same(first, draw_chances(sample, draws=30, seed=7))
    other = draw_chances(sample, draws=30, seed=8)
    assert first.passes.tobytes() != other.passes.tobytes()
    assert tuple(first.frame.columns) == PLAN_LAYERS["house_chances"]


def test_every_draw_is_that_scenario_recomputed_and_lies_between_both_cases(sample):
    chances = draw_chances(sample, draws=25, seed=3)
    limits_m = (sample.norm.value("hose_limit_m"), 60.0)
    sums = np.zeros((2, len(sample.houses)))
    for number, passes in enumerate(chances.passes):
        opened = chances.questions.open(passes[None])[0]
        scenario = drawn_scenario(sample, chances.questions, opened)
        assert not (sample.worst.open & ~scenario.open).any()
        assert not (scenario.open & ~sample.best.open).any()
        found = reach(sample.network, scenario)
        lines = hose_lines(sample.graph, sample.passability, found, sample.doors)
        for k, limit_m in enumerate(limits_m):
            covered = lines.hose_m <= limit_m
            assert not ((sample.worst_lines.hose_m <= limit_m) & ~covered).any()
            assert not (covered & ~(sample.best_lines.hose_m <= limit_m)).any()
            sums[k] += covered
            assert covered.sum() == (chances.covered, chances.covered_60)[k][number]
    connected = sample.doors.places.found(sample.doors.count)
    assert np.array_equal(chances.house[connected], sums[0][connected] / 25)
    assert np.array_equal(chances.house_60[connected], sums[1][connected] / 25)
    assert np.isnan(chances.house[~connected]).all()
    assert (~connected).any()


def test_every_unknown_passage_has_a_question(sample):
    questions = find_questions(sample)
    assert np.array_equal(np.flatnonzero(sample.best.open & ~sample.worst.open), questions.passages)
    assert not questions.open(np.zeros((1, len(questions)), dtype=bool)).any()
    assert questions.open(np.ones((1, len(questions)), dtype=bool)).all()


def test_where_all_is_known_chances_are_certain(tmp_path):
    town = one_alley(500, width=BY_WIDTH).house("near", (205, 480))
    town.road("Ngõ 2", [(0, 0), (0, 500)], width="1.5").house("far", (5, 480))
    ward = town.run(tmp_path).ward
    chances = draw_chances(ward, draws=10, seed=1)
    assert chance_of(ward, chances) == {"near": 1.0, "far": 0.0}
    figures = chances.figures
    assert (figures["low"], figures["expected"], figures["high"]) == (1.0, 1.0, 1.0)
    assert (figures["share_low"], figures["share"], figures["share_high"]) == (0.5, 0.5, 0.5)
    assert figures["classes"] == []


def two_alleys():
    """Draw an alley of one stretch and a deeper one of two, with a lane at its end."""
    town = Town().road("Đường Lớn", [(0, 0), (300, 0), (600, 0)], highway="primary")
    town.road("Ngõ 1", [(0, 0), (0, 400)]).house("one", (5, 395))
    town.road("Ngõ 2", [(300, 0), (300, 300), (300, 600)]).house("two", (305, 295))
    town.road("Lối đi", [(300, 300), (330, 300)], width=BY_WIDTH)
    town.road("Ngách 2/1", [(300, 600), (700, 600)]).house("end", (305, 595))
    return town.house("lane", (695, 605))


def test_chances_of_a_town_worked_by_hand(tmp_path):
    ward = with_priors(two_alleys().run(tmp_path).ward, FLAT)
    chance = chance_of(ward, draw_chances(ward, draws=3000, seed=1))
    # Both stretches of an alley answer alike, and a lane shares nothing with its alley.
    assert chance["one"] == pytest.approx(0.7, abs=0.03)
    assert chance["two"] == pytest.approx(0.7, abs=0.03)
    assert chance["end"] == chance["two"]
    assert chance["lane"] == pytest.approx(0.7 * 0.2, abs=0.03)


def test_the_answers_of_one_alley_are_as_correlated_as_the_norm_says(tmp_path):
    priors = FLAT.model_copy(update={"correlation": 0.4, "strength": 1e6})
    ward = with_priors(two_alleys().run(tmp_path).ward, priors)
    chances = draw_chances(ward, draws=4000, seed=1)
    names = ward.network.way_name[ward.network.segment_way[chances.questions.segment]]
    of_alley = np.flatnonzero(names == "ngo 2")
    assert len(of_alley) == 2
    table = np.corrcoef(chances.passes[:, [*of_alley, *np.flatnonzero(names == "ngo 1")]].T)
    assert table[0, 1] == pytest.approx(0.4, abs=0.04)
    assert table[0, 2] == pytest.approx(0.0, abs=0.04)


def test_twenty_readings_of_one_alley_are_one_observation(tmp_path):
    town = two_alleys().road("Ngõ 3", [(600, 0), *((600, y) for y in range(100, 1001, 100))])
    for y in range(50, 1000, 50):
        town.width(f"W{y}", (600, y), 5.0)
    ward = with_priors(town.run(tmp_path).ward, FLAT)
    chances = draw_chances(ward, draws=5, seed=1)
    rows = {row["row"]: row for row in chances.figures["classes"]}
    assert (rows["ngo"]["passes"], rows["ngo"]["blocked"]) == (1.0, 0.0)
    assert rows["ngo"]["chance"] == pytest.approx((0.7 * 4 + 1) / 5)
    assert (rows["ngach"]["passes"], rows["ngach"]["blocked"]) == (0.0, 0.0)


def test_what_is_measured_of_an_alley_tells_of_the_rest_of_it(tmp_path):
    def chances(width_m):
        town = two_alleys().width("W1", (300, 20), width_m, narrowest=True)
        folder = tmp_path / str(width_m)
        ward = with_priors(town.run(folder).ward, FLAT.model_copy(update={"correlation": 0.8}))
        return chance_of(ward, draw_chances(ward, draws=2000, seed=1))

    wide, narrow = chances(5.0), chances(2.0)
    assert wide["two"] == 1.0
    assert wide["end"] > 0.9
    assert narrow["two"] == 0.0
    # Of the other alley it tells no more than one alley of its class does.
    assert wide["one"] == pytest.approx((0.7 * 4 + 1) / 5, abs=0.03)
    assert narrow["one"] == pytest.approx(0.7 * 4 / 5, abs=0.03)


def test_a_gate_that_nobody_has_asked_about_is_a_question_of_its_own(tmp_path):
    town = one_alley(500, bends=(40,), width=BY_WIDTH).house("h", (205, 480))
    town.barrier("B1", (200, 40), "gate")
    ward = with_priors(town.run(tmp_path).ward, FLAT.model_copy(update={"other": 0.25}))
    questions = find_questions(ward)
    assert questions.row.tolist() == ["barrier"]
    assert questions.passages.tolist()
    chances = draw_chances(ward, draws=2000, seed=1)
    assert chances.house[0] == pytest.approx(0.25, abs=0.03)


def test_what_stands_somewhere_on_a_road_stands_at_one_place_in_each_draw(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (300, 0), (600, 0)], highway="primary")
    town.road("Ngõ 1", [(300, 0), (300, 300), (300, 600)], width=BY_WIDTH)
    town.road("Lối đi", [(300, 300), (330, 300)], width=BY_WIDTH)
    town.house("deep", (305, 595)).row("widths", "W1", None, width_m=2.0, road_name="Ngõ 1")
    ward = with_priors(town.run(tmp_path).ward, FLAT)
    chances = draw_chances(ward, draws=400, seed=1)
    questions = chances.questions
    somewhere = np.flatnonzero(questions.place >= 0)
    assert len(somewhere) == 2
    assert questions.never[somewhere].all()
    assert ((~chances.passes[:, somewhere]).sum(axis=1) == 1).all()
    share = chances.passes[:, somewhere].mean(axis=0)
    assert share == pytest.approx([0.5, 0.5], abs=0.1)


def test_corners_that_may_be_too_tight_are_questions(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (300, 0)], highway="primary")
    town.road("Ngõ 1", [(150, 0), (150, 300), (450, 300)], width="4.5", own_nodes=())
    town.house("h", (440, 305))
    wide = town.run(tmp_path / "wide", turns=True).ward
    known = wide.passability.corners.answer
    questions = find_questions(wide)
    asked = np.isin(questions.passages, np.flatnonzero(known == Answer.UNKNOWN))
    assert (questions.row == "corner").any() == asked.any()
    assert not questions.open(np.zeros((1, len(questions)), dtype=bool)).any()
    # There and back is one corner.
    corners = questions.of_passages.tocsr()[np.flatnonzero(questions.row == "corner")]
    assert (np.diff(corners.indptr) == 2).all()


def test_without_priors_every_chance_is_even(tmp_path):
    ward = with_priors(two_alleys().run(tmp_path).ward, None)
    chance = chance_of(ward, draw_chances(ward, draws=3000, seed=1))
    assert chance["one"] == pytest.approx(0.5, abs=0.03)


def test_there_must_be_draws(sample):
    with pytest.raises(ValueError, match="at least 1"):
        draw_chances(sample, draws=0, seed=1)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    return comb_of_alleys(tmp_path_factory.mktemp("town"), 9)


@pytest.fixture(scope="module")
def simulated(town):
    """Two hundred wards with some alleys measured: what was said, and what is true."""
    questions = find_questions(town)
    generator = np.random.Generator(np.random.PCG64(5))
    units = len(questions.unit_key)
    figures, said, true = [], [], []
    for number in range(200):
        truth = draw_truth(questions, PRIORS, generator)
        chosen = generator.permutation(units)[: generator.integers(0, units // 2)]
        ward = measured(town, questions, truth, chosen)
        chances = draw_chances(ward, draws=60, seed=number)
        figures.append(chances.figures)
        said.append(chances.house)
        true.append(covered_in(town, questions, truth))
    return SimpleNamespace(figures=figures, said=np.array(said), true=np.array(true))


@pytest.mark.slow
def test_the_interval_holds_the_truth_in_nine_of_ten_wards(simulated):
    held = [
        figures["low"] <= true.sum() <= figures["high"]
        for figures, true in zip(simulated.figures, simulated.true, strict=True)
    ]
    assert 0.85 <= np.mean(held) <= 0.95


@pytest.mark.slow
def test_chances_are_calibrated(simulated):
    tenth = np.minimum((simulated.said * 10).astype(int), 9)
    for number in range(10):
        those = tenth == number
        assert those.sum() > 100
        # Houses of one ward stand and fall together: the error of a tenth is that of some wards.
        assert simulated.true[those].mean() == pytest.approx(simulated.said[those].mean(), abs=0.1)
    error = np.abs(simulated.true - simulated.said).mean()
    assert error < np.abs(simulated.true - simulated.true.mean()).mean()


def norm_with(tmp_path, lines):
    text = (run_text := _vn_text()).partition("[priors]")[0]
    rest = run_text.partition("# Water for firefighting in residential areas")
    path = tmp_path / "own.toml"
    path.write_text(text + lines + "\n" + rest[1] + rest[2], encoding="utf-8")
    return load_norm(path)


def _vn_text():
    from importlib import resources

    return (resources.files("fireaccess") / "norms" / "vn.toml").read_text(encoding="utf-8")


def test_priors_of_a_norm_are_read_and_are_an_assumption(tmp_path):
    priors = load_norm("vn").priors
    assert priors.status == "assumption"
    assert load_norm("uk").priors is None
    assert norm_with(tmp_path, "").priors is None
    own = norm_with(
        tmp_path,
        '[priors]\nclause = "ours"\nstatus = "M"\n[priors.values]\n"service ngo" = 0.25\nngo = 0.5',
    ).priors
    assert own.row("service", "ngo") == "service ngo"
    assert own.row("residential", "ngo") == "ngo"
    assert own.share(own.row("path", "")) == 0.5


@pytest.mark.parametrize("share", ["0", "1", "1.5", "true", '"half"'])
def test_a_prior_that_is_no_share_is_refused(tmp_path, share):
    lines = f'[priors]\nclause = "ours"\nstatus = "M"\n[priors.values]\nngo = {share}'
    with pytest.raises(NormError, match="share between 0 and 1"):
        norm_with(tmp_path, lines)


def test_a_ward_without_unknowns_has_no_questions(town):
    everything = dataclasses.replace(town, worst=town.best)
    assert len(find_questions(everything)) == 0
