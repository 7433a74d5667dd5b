"""Covering houses by sites, to the optimum: the fewest for all, the best for a number or budget.

The location set covering problem (LSCP, Toregas and others 1971), the maximal covering location
problem (MCLP, Church and ReVelle 1974) and backup coverage (BACOP1, Hogan and ReVelle 1986), solved
by HiGHS on sparse matrices. Weights and costs are whole numbers, so that an optimum is one exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack

from fireaccess.model.answers import BoolArray, IntArray

#: How a search ended: with the optimum proven, or before that with the best found.
Status = Literal["optimal", "time_limit"]

# HiGHS holds whole numbers and rows to a millionth.
_TOLERANCE: Final = 1e-6
# Pairs of rows with a site in common that are looked at together, some thirty bytes each.
_MOST_PAIRS: Final = 10_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Cover:
    """Chosen sites, and how far they may be from the best choice.

    Parameters
    ----------
    sites
        Columns of the matrix, ascending.
    value
        What was made least (sites or their cost) or most (weight covered).
    bound
        No choice has a lesser, or a greater, value.
    backup
        Weight covered twice or more, where that was asked for; None where not.
    backup_bound
        No choice as good by ``value`` has more of it.
    """

    sites: IntArray
    value: int
    bound: int
    backup: int | None = None
    backup_bound: int | None = None

    @property
    def gap(self) -> float:
        """How far the value may be from the best, as a share of the greater of both."""
        return _gap(self.value, self.bound)

    @property
    def backup_gap(self) -> float | None:
        """The same for what is covered twice."""
        if self.backup is None or self.backup_bound is None:
            return None
        return _gap(self.backup, self.backup_bound)

    @property
    def status(self) -> Status:
        """Whether the best is proven."""
        return "optimal" if self.gap == 0 and not self.backup_gap else "time_limit"


def _gap(value: int, bound: int) -> float:
    return abs(value - bound) / max(value, bound, 1)


def cover_all(
    within: Any,
    cost: IntArray | None = None,
    *,
    backup: IntArray | None = None,
    time_limit_s: float = 60.0,
) -> Cover:
    """Choose the fewest sites, or the cheapest, that cover every house that any site covers.

    Parameters
    ----------
    within
        Which houses (rows) each site (column) covers, boolean, shape ``(h, c)``.
    cost
        Cost of each site, whole and not negative; all alike if None, shape ``(c,)``.
    backup
        Weight of each house, whole: of the choices that are as good, one that covers most weight
        twice. None if that is all the same, shape ``(h,)``.
    time_limit_s
        Seconds for each search; then the best found is returned.

    Examples
    --------
    >>> within = csr_array(np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool))
    >>> found = cover_all(within)
    >>> len(found.sites), found.value, found.gap, found.status
    (2, 2, 0.0, 'optimal')
    >>> cover_all(within, np.array([1, 5, 1])).sites.tolist()
    [0, 2]
    >>> cover_all(csr_array((3, 2), dtype=bool)).sites.tolist()
    []
    """
    houses, count = within.shape
    cost = _whole(np.ones(count) if cost is None else cost)
    problem = _essential(_reduced(within, _whole(np.ones(houses)), cost))
    greedy = _without_idle(problem.matrix, _greedy(problem, problem.total, _Limits()))
    found = _search(
        problem.cost,
        [LinearConstraint(problem.matrix, lb=1)],
        count=len(problem.cost),
        time_limit_s=time_limit_s,
    )
    sites = _best_of(
        [greedy, found.sites],
        allowed=lambda sites: problem.covered(sites) == problem.total,
        worth=lambda sites: -int(problem.cost[sites].sum()),
    )
    sites = _without_idle(problem.matrix, sites)
    value = int(problem.cost[sites].sum())
    chosen = Cover(problem.column[sites], value, min(found.at_least(0, value), value))
    if backup is None:
        return chosen
    weights = np.column_stack([np.ones(houses), backup])
    return _with_backup(within, weights, cost, _Limits(None, value), chosen, time_limit_s)


def cover_most(
    within: Any,
    weight: IntArray,
    *,
    most: int | None = None,
    budget: int | None = None,
    cost: IntArray | None = None,
    backup: bool = False,
    time_limit_s: float = 60.0,
) -> Cover:
    """Choose sites, so many at most or for so much money, that cover the most weight.

    Parameters
    ----------
    within
        Which houses (rows) each site (column) covers, boolean, shape ``(h, c)``.
    weight
        What each house counts, whole and not negative, shape ``(h,)``.
    most
        How many sites at most; None for any number.
    budget
        What they may cost together; None for any sum.
    cost
        Cost of each site, whole and not negative, shape ``(c,)``; needed for a budget.
    backup
        Of the choices that are as good, take one that covers most weight twice.
    time_limit_s
        Seconds for each search; then the best found is returned.

    Returns
    -------
    Sites without which as much would be covered are left out.

    Raises
    ------
    ValueError
        If there is a budget and no cost.

    Examples
    --------
    >>> within = csr_array(np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]], dtype=bool))
    >>> found = cover_most(within, np.array([4, 1, 2]), most=1)
    >>> found.sites.tolist(), found.value
    ([1], 5)
    >>> cover_most(within, np.array([4, 1, 2]), budget=7, cost=np.array([3, 8, 4])).sites.tolist()
    [0, 2]
    """
    if budget is not None and cost is None:
        raise ValueError("a budget needs the cost of each site")
    weight = _whole(weight)
    limits = _Limits(most, budget)
    cost = _whole(np.zeros(within.shape[1]) if cost is None or budget is None else cost)
    problem = _reduced(within, weight, cost)
    greedy = _greedy(problem, problem.total, limits)
    count, houses = len(problem.cost), problem.matrix.shape[0]
    found = _search(
        np.concatenate([np.zeros(count), -problem.weight]),
        [
            LinearConstraint(hstack([problem.matrix, -eye_array(houses)], format="csr"), lb=0),
            *limits.rows(problem.cost, houses),
        ],
        count=count,
        time_limit_s=time_limit_s,
    )
    sites = _best_of(
        [greedy, found.sites],
        allowed=lambda sites: limits.allow(problem.cost[sites]),
        worth=problem.covered,
    )
    value = problem.covered(sites)
    bound = min(-found.at_least(-problem.total, -value), problem.total)
    sites = _without_idle(problem.matrix, sites)
    chosen = Cover(problem.column[sites], value, max(bound, value))
    if not backup:
        return chosen
    weights = np.column_stack([weight, weight])
    return _with_backup(within, weights, cost, limits, chosen, time_limit_s)


def cover_at_least(
    within: Any, weight: IntArray, wanted: int, *, time_limit_s: float = 60.0
) -> Cover | None:
    """Choose the fewest sites that cover at least so much weight; None if all together don't.

    Parameters
    ----------
    within
        Which houses (rows) each site (column) covers, boolean, shape ``(h, c)``.
    weight
        What each house counts, whole and not negative, shape ``(h,)``.
    wanted
        The weight to cover.
    time_limit_s
        Seconds for the search; then the best found is returned.

    Examples
    --------
    >>> within = csr_array(np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1], [0, 0, 0]], dtype=bool))
    >>> [cover_at_least(within, np.ones(4, dtype=int), n).value for n in (0, 2, 3)]
    [0, 1, 2]
    >>> cover_at_least(within, np.ones(4, dtype=int), 4) is None
    True
    """
    problem = _reduced(within, _whole(weight), _whole(np.ones(within.shape[1])))
    if wanted > problem.total:
        return None
    greedy = _greedy(problem, wanted, _Limits())
    count, houses = len(problem.cost), problem.matrix.shape[0]
    asked = csr_array(np.concatenate([np.zeros(count), problem.weight])[None, :])
    found = _search(
        np.concatenate([problem.cost, np.zeros(houses)]),
        [
            LinearConstraint(hstack([problem.matrix, -eye_array(houses)], format="csr"), lb=0),
            LinearConstraint(asked, lb=wanted),
        ],
        count=count,
        time_limit_s=time_limit_s,
    )
    sites = _best_of(
        [greedy, found.sites],
        allowed=lambda sites: problem.covered(sites) >= wanted,
        worth=lambda sites: -len(sites),
    )
    bound = min(found.at_least(0, len(sites)), len(sites))
    return Cover(problem.column[sites], len(sites), bound)


def in_turn(within: Any, sites: IntArray, weight: IntArray) -> IntArray:
    """Put chosen sites in the order in which to build them: each time what brings most.

    Parameters
    ----------
    within
        Which houses (rows) each site (column) covers, boolean, shape ``(h, c)``.
    sites
        Columns; of equally good ones the earlier in the matrix comes first, shape ``(k,)``.
    weight
        What each house counts, shape ``(h,)``.

    Examples
    --------
    >>> within = csr_array(np.array([[1, 1, 0], [0, 1, 1], [0, 0, 1]], dtype=bool))
    >>> in_turn(within, np.array([0, 1, 2]), np.array([1, 1, 5])).tolist()
    [2, 0, 1]
    """
    sites = np.sort(sites)
    chosen = within.astype(np.int64).tocsc()[:, sites].tocsr()
    left = _whole(weight).copy()
    gain = chosen.T @ left
    order = []
    for _ in range(len(sites)):
        best = int(np.argmax(gain))
        order.append(best)
        gain -= _take(chosen, best, left)
        gain[order] = -1
    return np.asarray(sites[order], dtype=np.int64)


def _take(matrix: Any, site: int, left: IntArray) -> IntArray:
    """Take what a site covers out of the weight that is left; return what each site loses."""
    covered = matrix[:, [site]].toarray()[:, 0] > 0
    loss: IntArray = matrix.T @ np.where(covered, left, 0)
    left[covered] = 0
    return loss


@dataclass(frozen=True, slots=True, eq=False)
class _Problem:
    """What is left of a matrix: houses with the same sites in one row, no needless sites.

    Parameters
    ----------
    matrix
        Ones as numbers, shape ``(h, c)``.
    weight
        Of each row, shape ``(h,)``.
    cost, column
        Of each column, and which one of the whole matrix it is, shape ``(c,)``.
    """

    matrix: Any
    weight: IntArray
    cost: IntArray
    column: IntArray

    @property
    def total(self) -> int:
        return int(self.weight.sum())

    def times(self, sites: IntArray) -> IntArray:
        """Return how many of some sites cover each row."""
        chosen = np.zeros(self.matrix.shape[1], dtype=np.int64)
        chosen[sites] = 1
        times: IntArray = self.matrix @ chosen
        return times

    def covered(self, sites: IntArray) -> int:
        """Return the weight that some sites cover."""
        return int(self.weight[self.times(sites) > 0].sum())


def _reduced(within: Any, weight: IntArray, cost: IntArray) -> _Problem:
    """Merge houses with the same sites, and leave out sites that another covers as cheaply."""
    matrix, weight = _merged(within, weight)
    column = np.flatnonzero(~_dominated(matrix, cost))
    matrix, weight = _merged(matrix.tocsc()[:, column].tocsr(), weight)
    return _Problem(matrix, weight, cost[column], column)


def _essential(problem: _Problem) -> _Problem:
    """Leave out rows that are covered whenever another is, and sites needless without them.

    Only where all rows must be covered.
    """
    while True:
        matrix = problem.matrix
        per_site = np.bincount(matrix.indices, minlength=matrix.shape[1])
        if int((per_site**2).sum()) > _MOST_PAIRS:
            return problem
        shared = (matrix @ matrix.T).tocoo()
        row, other = shared.coords
        # All sites of the other row are sites of this one; no two rows have the same.
        implied = (shared.data == np.diff(matrix.indptr)[other]) & (row != other)
        if not implied.any():
            return problem
        kept = np.setdiff1d(np.arange(matrix.shape[0]), row[implied])
        inner = _reduced(matrix[kept], _whole(np.ones(len(kept))), problem.cost)
        problem = _Problem(inner.matrix, inner.weight, inner.cost, problem.column[inner.column])


def _merged(within: Any, weight: IntArray) -> tuple[Any, IntArray]:
    """Merge rows with the same sites, their weights summed; those without either are left out."""
    matrix = within.astype(np.int64).tocsr()
    matrix.sum_duplicates()
    matrix.eliminate_zeros()
    matrix.data[:] = 1
    counts = weight != 0 if weight.ndim == 1 else weight.any(axis=1)
    kept = np.flatnonzero((np.diff(matrix.indptr) > 0) & counts)
    begin, end = matrix.indptr[kept], matrix.indptr[kept + 1]
    sites = matrix.indices
    keys = np.empty(len(kept), dtype=object)
    keys[:] = [sites[a:b].tobytes() for a, b in zip(begin.tolist(), end.tolist(), strict=True)]
    # Sorted, so that the order of the houses changes nothing.
    code, _ = pd.factorize(keys, sort=True)
    first = np.unique(code, return_index=True)[1]
    summed = np.zeros((len(first), *weight.shape[1:]), dtype=np.int64)
    np.add.at(summed, code, weight[kept])
    return matrix[kept[first]], summed


def _dominated(matrix: Any, cost: IntArray) -> BoolArray:
    """Tell which columns cover nothing, or no more than another that costs no more."""
    size = np.bincount(matrix.indices, minlength=matrix.shape[1])
    needless = size == 0
    shared = (matrix.T @ matrix).tocoo()
    j, k = shared.coords
    inside = (shared.data == size[j]) & (j != k) & (cost[k] <= cost[j])
    # Of two that are alike in all the first stays.
    alike = (size[j] == size[k]) & (cost[j] == cost[k])
    needless[j[inside & (~alike | (k < j))]] = True
    return np.asarray(needless)


@dataclass(frozen=True, slots=True)
class _Limits:
    """How many sites at most, and what they may cost together; None for as many and as much."""

    most: int | None = None
    budget: int | None = None

    def allow(self, cost: IntArray) -> bool:
        """Tell whether sites of these costs may be built together."""
        few = self.most is None or len(cost) <= self.most
        return few and (self.budget is None or int(cost.sum()) <= self.budget)

    def rows(self, cost: IntArray, others: int) -> list[LinearConstraint]:
        """Return them as rows over the sites and so many variables that don't count."""
        rows = []
        if self.most is not None:
            rows.append((np.ones(len(cost)), self.most))
        if self.budget is not None:
            unit = max(int(np.gcd.reduce(cost)), 1)
            rows.append((cost / unit, self.budget // unit))
        return [
            LinearConstraint(csr_array(np.concatenate([row, np.zeros(others)])[None, :]), ub=limit)
            for row, limit in rows
        ]


def _greedy(problem: _Problem, wanted: int, limits: _Limits) -> IntArray:
    """Take the site that brings most for its cost, until so much is covered or none fits."""
    left = problem.weight.copy()
    gain = problem.matrix.T @ left
    price = np.maximum(problem.cost, 0.5)
    taken: list[int] = []
    spent = 0
    while problem.total - int(left.sum()) < wanted and len(taken) != limits.most:
        fits = gain > 0
        if limits.budget is not None:
            fits &= problem.cost + spent <= limits.budget
        if not fits.any():
            break
        best = int(np.argmax(np.where(fits, gain / price, 0.0)))
        taken.append(best)
        spent += int(problem.cost[best])
        gain -= _take(problem.matrix, best, left)
    return np.sort(np.array(taken, dtype=np.int64))


def _without_idle(matrix: Any, sites: IntArray, times: int = 1) -> IntArray:
    """Drop sites, the last first, all of whose rows others cover at least so many times."""
    by_site = matrix.tocsc()
    chosen = np.zeros(matrix.shape[1], dtype=np.int64)
    chosen[sites] = 1
    covers = matrix @ chosen
    kept = []
    for site in sites[::-1].tolist():
        rows = by_site.indices[by_site.indptr[site] : by_site.indptr[site + 1]]
        if (covers[rows] > times).all():
            covers[rows] -= 1
        else:
            kept.append(site)
    return np.array(kept[::-1], dtype=np.int64)


def _with_backup(
    within: Any,
    weights: IntArray,
    cost: IntArray,
    limits: _Limits,
    chosen: Cover,
    time_limit_s: float,
) -> Cover:
    """Return, of the choices as good as one, that which covers most weight twice.

    ``weights`` holds for each house what it counts covered once and covered twice. A site that
    another dominates may serve as a second one: here all sites count.
    """
    matrix, merged = _merged(within, _whole(weights))
    once, twice = merged.T
    houses, count = matrix.shape

    def times(sites: IntArray) -> IntArray:
        taken = np.zeros(count, dtype=np.int64)
        taken[sites] = 1
        return np.asarray(matrix @ taken)

    def doubled(sites: IntArray) -> int:
        return int(twice[times(sites) > 1].sum())

    covered = int(once[times(chosen.sites) > 0].sum())
    asked = np.concatenate([np.zeros(count), once, np.zeros(houses)])
    found = _search(
        np.concatenate([np.zeros(count + houses), -twice]),
        [
            LinearConstraint(
                hstack([matrix, -eye_array(houses), -eye_array(houses)], format="csr"), lb=0
            ),
            LinearConstraint(csr_array(asked[None, :]), lb=covered),
            *limits.rows(cost, 2 * houses),
        ],
        count=count,
        time_limit_s=time_limit_s,
    )
    sites = _best_of(
        [chosen.sites, found.sites],
        allowed=lambda sites: (
            limits.allow(cost[sites]) and int(once[times(sites) > 0].sum()) >= covered
        ),
        worth=doubled,
    )
    value = doubled(sites)
    bound = min(-found.at_least(-int(twice.sum()), -value), int(twice.sum()))
    return Cover(
        _without_idle(matrix, sites, times=2),
        chosen.value,
        chosen.bound,
        backup=value,
        backup_bound=max(bound, value),
    )


def _best_of(
    offered: list[IntArray | None],
    *,
    allowed: Callable[[IntArray], bool],
    worth: Callable[[IntArray], int],
) -> IntArray:
    """Return the choice of most worth; the last of equals."""
    kept = [sites for sites in offered if sites is not None and allowed(sites)]
    return max(reversed(kept), key=worth)


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """What HiGHS came to: the sites, None if it found none; the least that its objective can be."""

    sites: IntArray | None
    bound: float | None
    proven: bool

    def at_least(self, otherwise: int, value: int) -> int:
        """Return what a whole objective is at least, when a choice has this value."""
        if self.bound is None or not np.isfinite(self.bound):
            return otherwise
        slack = _TOLERANCE * max(1.0, abs(self.bound))
        # HiGHS holds rows to its tolerance: what it takes for the best may be off by that.
        if self.proven and abs(value - self.bound) <= slack:
            return value
        return max(int(np.ceil(self.bound - min(slack, 0.5))), otherwise)


def _search(
    objective: Any, rows: list[LinearConstraint], *, count: int, time_limit_s: float
) -> _Found:
    """Make an objective least over sites, taken or not, and shares of houses covered."""
    others = len(objective) - count
    if count == 0:
        return _Found(None, None, proven=False)
    result = milp(
        objective,
        integrality=np.concatenate([np.ones(count), np.zeros(others)]),
        bounds=Bounds(0, 1),
        constraints=rows,
        options={"time_limit": time_limit_s, "mip_rel_gap": 0.0},
    )
    sites = None if result.x is None else np.flatnonzero(result.x[:count] > 0.5)
    return _Found(sites, result.mip_dual_bound, proven=result.status == 0)


def _whole(values: Any) -> IntArray:
    return np.asarray(values).astype(np.int64)
