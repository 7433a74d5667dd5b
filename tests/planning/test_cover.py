"""Optima against every choice there is, and against spopt; what must never change them."""

import warnings
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from fireaccess.planning import cover
from fireaccess.planning.cover import cover_all, cover_at_least, cover_most, in_turn


@st.composite
def problems(draw):
    """Houses, sites, weights and costs, small enough to try every choice."""
    houses, sites = draw(st.integers(0, 7)), draw(st.integers(0, 6))
    cells = draw(st.lists(st.booleans(), min_size=houses * sites, max_size=houses * sites))
    weight = draw(st.lists(st.integers(0, 9), min_size=houses, max_size=houses))
    cost = draw(st.lists(st.integers(1, 9), min_size=sites, max_size=sites))
    within = np.array(cells, dtype=bool).reshape(houses, sites)
    return within, np.array(weight, dtype=int), np.array(cost, dtype=int)


def choices(sites):
    """Every choice of some sites."""
    return [list(some) for n in range(sites + 1) for some in combinations(range(sites), n)]


def once(within, some, weight):
    return int(weight[within[:, some].any(axis=1)].sum())


def twice(within, some, weight):
    return int(weight[within[:, some].sum(axis=1) > 1].sum())


def full(within):
    """The choices that cover all that can be covered."""
    return [
        some
        for some in choices(within.shape[1])
        if (within[:, some].any(axis=1) == within.any(axis=1)).all()
    ]


@settings(max_examples=40)
@given(problems())
def test_the_fewest_and_the_cheapest_for_all_are_those_of_every_choice(problem):
    within, _, cost = problem
    found = cover_all(csr_array(within))
    assert found.value == len(found.sites) == min(map(len, full(within)))
    assert found.sites.tolist() in full(within)
    cheapest = cover_all(csr_array(within), cost)
    assert cheapest.value == cost[cheapest.sites].sum()
    assert cheapest.value == min(cost[some].sum() for some in full(within))
    assert cheapest.sites.tolist() in full(within)
    assert (found.status, found.gap, cheapest.gap) == ("optimal", 0.0, 0.0)


@settings(max_examples=40)
@given(problems(), st.integers(0, 7))
def test_the_best_for_a_number_is_that_of_every_choice(problem, most):
    within, weight, _ = problem
    found = cover_most(csr_array(within), weight, most=most)
    best = max(once(within, s, weight) for s in choices(within.shape[1]) if len(s) <= most)
    assert len(found.sites) <= most
    assert found.value == once(within, found.sites, weight) == best
    assert found.status == "optimal"


@settings(max_examples=40)
@given(problems(), st.integers(0, 30), st.none() | st.integers(0, 4))
def test_the_best_for_a_budget_is_that_of_every_choice(problem, budget, most):
    within, weight, cost = problem
    found = cover_most(csr_array(within), weight, most=most, budget=budget, cost=cost)
    allowed = [
        s
        for s in choices(within.shape[1])
        if cost[s].sum() <= budget and (most is None or len(s) <= most)
    ]
    assert found.sites.tolist() in allowed
    assert found.value == once(within, found.sites, weight)
    assert found.value == max(once(within, some, weight) for some in allowed)


@settings(max_examples=40)
@given(problems(), st.integers(-1, 40))
def test_the_fewest_for_a_share_are_those_of_every_choice(problem, wanted):
    within, weight, _ = problem
    found = cover_at_least(csr_array(within), weight, wanted)
    enough = [len(s) for s in choices(within.shape[1]) if once(within, s, weight) >= wanted]
    if not enough:
        assert found is None
        return
    assert found.value == len(found.sites) == min(enough)
    assert once(within, found.sites, weight) >= wanted
    assert found.gap == 0


@settings(max_examples=40)
@given(problems())
def test_backup_never_costs_a_site_and_is_the_most_there_is(problem):
    within, weight, _ = problem
    found = cover_all(csr_array(within), backup=weight)
    fewest = [s for s in full(within) if len(s) == min(map(len, full(within)))]
    assert found.value == len(found.sites) == len(fewest[0])
    assert found.sites.tolist() in fewest
    assert found.backup == twice(within, found.sites, weight)
    assert found.backup == max(twice(within, some, weight) for some in fewest)
    assert found.status == "optimal"


@settings(max_examples=40)
@given(problems(), st.integers(0, 6))
def test_backup_never_costs_a_house_covered_once(problem, most):
    within, weight, _ = problem
    found = cover_most(csr_array(within), weight, most=most, backup=True)
    allowed = [s for s in choices(within.shape[1]) if len(s) <= most]
    best = max(once(within, some, weight) for some in allowed)
    as_good = [some for some in allowed if once(within, some, weight) == best]
    assert found.value == once(within, found.sites, weight) == best
    assert found.backup == twice(within, found.sites, weight)
    assert found.backup == max(twice(within, some, weight) for some in as_good)


@settings(max_examples=40)
@given(problems(), st.data())
def test_one_more_candidate_never_lowers_the_cover(problem, data):
    within, weight, _ = problem
    more = data.draw(st.lists(st.booleans(), min_size=len(weight), max_size=len(weight)))
    wider = np.column_stack([within, np.array(more, dtype=bool)])
    for most in (1, 2, 3):
        before = cover_most(csr_array(within), weight, most=most)
        assert cover_most(csr_array(wider), weight, most=most).value >= before.value
    wanted = int(weight.sum()) // 2
    before, after = (cover_at_least(csr_array(m), weight, wanted) for m in (within, wider))
    assert before is None or after.value <= before.value


@settings(max_examples=40)
@given(problems(), st.randoms(use_true_random=False))
def test_neither_the_order_of_houses_nor_merging_them_changes_anything(problem, random):
    within, weight, cost = problem
    rows = np.repeat(np.arange(len(weight)), weight)
    order = rows.tolist()
    random.shuffle(order)
    each = np.ones(len(order), dtype=int)
    apart = csr_array(within[order].reshape(len(order), within.shape[1]))
    merged, alone = (
        cover_most(m, w, most=2) for m, w in ((csr_array(within), weight), (apart, each))
    )
    assert merged.value == alone.value
    assert merged.sites.tolist() == alone.sites.tolist()
    shuffled = list(range(len(weight)))
    random.shuffle(shuffled)
    there = csr_array(within[shuffled].reshape(within.shape))
    assert (
        cover_all(csr_array(within), cost).sites.tolist() == cover_all(there, cost).sites.tolist()
    )


def test_weights_in_the_millions_stay_exact():
    within = csr_array(np.array([[1, 0], [0, 1]], dtype=bool))
    found = cover_most(within, np.array([10_000_000, 10_000_001]), most=1)
    assert (found.sites.tolist(), found.value, found.gap) == ([1], 10_000_001, 0.0)


def test_costs_in_dong_stay_exact():
    within = csr_array(np.eye(3, dtype=bool))
    cost = np.array([85_000_001, 85_000_000, 5_000_000])
    found = cover_most(within, np.array([3, 2, 1]), budget=90_000_000, cost=cost)
    assert found.sites.tolist() == [1, 2]
    with pytest.raises(ValueError, match="budget"):
        cover_most(within, np.ones(3, dtype=int), budget=1)


def hard(houses=400, sites=120, chance=0.06):
    """A cover without any shape of a town, which takes HiGHS a while."""
    within = np.random.default_rng(3).random((houses, sites)) < chance
    within[np.arange(houses), np.arange(houses) % sites] = True
    return csr_array(within)


def test_a_time_limit_gives_the_best_found_and_an_honest_gap():
    within = hard()
    dense, ones = within.toarray(), np.ones(within.shape[0], dtype=int)
    found = cover_all(within, time_limit_s=0.05)
    assert dense[:, found.sites].any(axis=1).all()
    assert found.status == "time_limit"
    assert found.gap == (found.value - found.bound) / found.value > 0
    part = cover_at_least(within, ones, 390, time_limit_s=0.05)
    assert once(dense, part.sites, ones) >= 390
    assert part.bound <= part.value <= found.value
    most = cover_most(within, ones, most=12, time_limit_s=0.05)
    assert len(most.sites) <= 12
    assert most.value == once(dense, most.sites, ones) <= most.bound <= 400


def test_without_any_solution_of_highs_the_greedy_one_stands(monkeypatch):
    class Nothing:
        x, status, mip_dual_bound = None, 1, None

    monkeypatch.setattr(cover, "milp", lambda *_, **__: Nothing())
    within = np.array([[1, 1, 0, 0], [0, 1, 1, 0], [0, 0, 1, 1], [1, 0, 0, 1]], dtype=bool)
    ones = np.ones(4, dtype=int)
    found = cover_all(csr_array(within), backup=ones)
    assert within[:, found.sites].any(axis=1).all()
    assert (found.bound, found.gap, found.status) == (0, 1.0, "time_limit")
    most = cover_most(csr_array(within), ones, most=1)
    assert (most.value, most.bound, most.gap) == (2, 4, 0.5)
    assert cover_at_least(csr_array(within), ones, 3).status == "time_limit"
    budget = cover_most(csr_array(within), ones, budget=3, cost=np.array([3, 4, 2, 2]))
    assert budget.value == 2


def test_sites_come_in_the_order_of_what_they_add():
    within = csr_array(
        np.array([[1, 0, 1, 0], [1, 0, 1, 0], [1, 1, 0, 0], [0, 1, 0, 1]], dtype=bool)
    )
    assert in_turn(within, np.array([3, 1, 0]), np.ones(4, dtype=int)).tolist() == [0, 1, 3]
    # Of equally good ones the earlier in the matrix.
    assert in_turn(within, np.array([3, 2, 1]), np.array([1, 1, 1, 1])).tolist() == [1, 2, 3]
    assert in_turn(within, np.array([], dtype=int), np.ones(4, dtype=int)).tolist() == []


def by_spopt(within, weight, most=None):
    """Return what spopt makes least or most."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pulp
        from spopt.locate import LSCP, MCLP

        far = np.where(within, 1.0, 9.0)
        solver = pulp.PULP_CBC_CMD(msg=False)
        if most is None:
            model = LSCP.from_cost_matrix(far, 2.0)
        else:
            model = MCLP.from_cost_matrix(far, weight, 2.0, p_facilities=most)
        return round(model.solve(solver).problem.objective.value())


@pytest.mark.slow  # spopt is not installed beside the oldest dependencies
@pytest.mark.parametrize("seed", range(6))
def test_spopt_finds_the_same_optimum(seed, spopt):
    random = np.random.default_rng(seed)
    houses, sites = random.random((60, 2)), random.random((20, 2))
    within = np.hypot(*(houses[:, None] - sites[None]).transpose(2, 0, 1)) < 0.3
    within = within[within.any(axis=1)]
    weight = random.integers(1, 9, len(within))
    assert cover_all(csr_array(within)).value == by_spopt(within, weight)
    for most in (1, 4):
        mine = cover_most(csr_array(within), weight, most=most)
        assert mine.value == by_spopt(within, weight, most)
