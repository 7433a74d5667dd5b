"""Which sets of obstacles to take away within a limit, and in which order.

A plan grows greedily, by what a measure brings for its cost. Behind two posts in a row lies a
street that neither of them opens alone. So the greedy choice looks ahead: beside single obstacles
it may take all that keep a truck from some piece of road at once. What it finds is then improved
by exchanging measures, and is never worse than what the choice among single obstacles alone finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, Final, Literal

import numpy as np

from fireaccess.model.answers import FloatArray
from fireaccess.planning.gains import Gains, Rows

#: How many of the candidates that bring most, and of those that bring most for their cost, are
#: put into a plan to see what it gains without something else.
_EXCHANGED: Final = 10
#: Up to this size of a plan pairs of its obstacles are exchanged too.
_PAIRS: Final = 4
#: Candidates are compared by what they bring for their cost, or by what they bring alone.
_BY: Final[tuple[Literal["cost", "gain"], ...]] = ("cost", "gain")


@dataclass(frozen=True, slots=True, eq=False)
class _Offer:
    """What may be added to a plan: the least key is best; uncertain, it brings at most that."""

    rows: Rows
    key: tuple[Any, ...]
    houses: int
    certain: bool


class Choice:
    """Chooses sets of obstacles within a limit.

    Parameters
    ----------
    gains
        What sets bring.
    candidates
        Sets to choose from, each of one part of the ward.
    cost_vnd
        What removing each obstacle costs, NaN where nobody says.
    ids
        Names of the obstacles, by which ties are settled.
    most, budget_vnd
        How many obstacles and how much money at most; None for no limit.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.planning.removal import openings
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "ward"))).ward
    >>> opens = openings(ward)
    >>> removable = [row for row, opening in enumerate(opens) if opening is not None]
    >>> gains = Gains(ward, opens)
    >>> names, cost_vnd = ward.obstacles["barrier_id"].tolist(), np.full(len(opens), 1e6)
    >>> alone = {frozenset([row]) for row in removable}
    >>> choice = Choice(gains, alone, cost_vnd, names, most=2, budget_vnd=None)
    >>> [houses for _, houses in choice.steps(choice.best())]
    [53, 53]
    """

    def __init__(
        self,
        gains: Gains,
        candidates: Iterable[Rows],
        cost_vnd: FloatArray,
        ids: Sequence[str],
        most: int | None,
        budget_vnd: float | None,
    ) -> None:
        self._gains = gains
        self._candidates = sorted(candidates, key=lambda rows: (len(rows), sorted(rows)))
        self._singles = [rows for rows in self._candidates if len(rows) == 1]
        self._together: dict[int, set[int]] = {}
        for rows in self._candidates:
            for row in rows:
                self._together.setdefault(row, set()).update(rows)
        self._cost: list[float] = cost_vnd.tolist()
        self._ids = ids
        self._most, self._budget_vnd = most, budget_vnd

    def best(self) -> Rows:
        """Return the best plan found: never worse than the greedy choice of single obstacles."""
        if self._most is None and self._budget_vnd is None:
            return self._tidy(self._grown(among=self._candidates))
        plans = [
            self._tidy(self._grown(among=among, by=by))
            for by in _BY
            for among in (self._candidates, self._singles)
        ]
        best = max(plans, key=self._value)
        better: Rows | None = best
        while better is not None:
            best, value = better, self._value(better)
            better = next((p for p in self._exchanged(best) if self._value(p) > value), None)
        return best

    def steps(self, plan: Rows) -> list[tuple[Rows, int]]:
        """Return the order in which to carry a plan out, with the houses that each step adds."""
        among = [rows for rows in self._candidates if rows <= plan]
        steps: list[tuple[Rows, int]] = []
        done = self._grown(among=among, within=False, tell=lambda *step: steps.append(step))
        if plan - done:
            more = self._gains.worth(plan)[0] - self._gains.worth(done)[0]
            steps.append((plan - done, int(more)))
        return steps

    def _grown(
        self,
        start: Rows = frozenset(),
        *,
        among: Sequence[Rows],
        by: Literal["cost", "gain"] = "cost",
        within: bool = True,
        tell: Callable[[Rows, int], None] | None = None,
    ) -> Rows:
        """Return a plan with one candidate after another, as long as any brings houses."""
        chosen = start
        offers: dict[Rows, _Offer] = {}
        self._gains.keep_at_hand(chosen)
        self._renew(offers, among, frozenset(), chosen, by, within=within)
        while True:
            worthy = (offer for offer in offers.values() if offer.houses > 0)
            best = min(worthy, key=lambda offer: offer.key, default=None)
            if best is None:
                return chosen
            if not best.certain:
                beside = self._gains.by_part(chosen)
                offers[best.rows] = self._offer(best.rows, beside, by, certain=True)
                continue
            if tell is not None:
                tell(best.rows, best.houses)
            before, chosen = chosen, chosen | best.rows
            self._gains.keep_at_hand(chosen)
            self._renew(offers, list(offers), before, chosen, by, within=within)

    def _renew(
        self,
        offers: dict[Rows, _Offer],
        among: Iterable[Rows],
        before: Rows,
        chosen: Rows,
        by: Literal["cost", "gain"],
        *,
        within: bool,
    ) -> None:
        """Say anew what may be added once more is chosen; what no longer fits never will again.

        What is closed together with something newly chosen may bring more than before, and is
        looked at again. All else brings at most what it did: that is looked at when it is best.
        """
        near = frozenset().union(*(self._together[row] for row in chosen - before))
        beside = self._gains.by_part(chosen)
        for rows in dict.fromkeys(among):
            left = rows - chosen
            fits = bool(left) and (not within or self._allows(chosen | left))
            if left != rows or not fits:
                offers.pop(rows, None)
            if not fits:
                continue
            if left not in offers or not left.isdisjoint(near):
                certain = not left.isdisjoint(near)
                offers[left] = self._offer(left, beside, by, certain=certain or not chosen)
            elif offers[left].certain:
                offers[left] = replace(offers[left], certain=False)

    def _offer(
        self,
        rows: Rows,
        chosen: Mapping[int, Rows],
        by: Literal["cost", "gain"],
        *,
        certain: bool,
    ) -> _Offer:
        """Return what obstacles bring beside those chosen; alone, where that is uncertain."""
        beside = chosen.get(self._gains.part(rows), frozenset()) if certain else frozenset()
        houses, sixty, saved_m, best = self._gains.added(rows, beside)
        cost = self._spent(rows)
        weight = 1.0
        if by == "cost":
            weight = float(len(rows)) if self._budget_vnd is None else cost
        ratio = houses / weight if weight > 0 else np.inf
        known = np.inf if np.isnan(cost) else cost
        names = sorted(self._ids[row] for row in rows)
        key = (-ratio, -sixty, -saved_m, -best, known, names)
        return _Offer(rows, key, int(houses), certain)

    def _exchanged(self, plan: Rows) -> Iterator[Rows]:
        """Yield plans in which something else takes the place of one or two obstacles."""
        for size in (1, 2) if len(plan) <= _PAIRS else (1,):
            for gone in combinations(sorted(plan), size):
                others = [rows for rows in self._candidates if rows.isdisjoint(gone)]
                kept = self._tidy(plan.difference(gone))
                for by in _BY:
                    yield self._tidy(self._grown(kept, among=others, by=by))
        new = [rows for rows in self._candidates if not rows <= plan and self._allows(rows)]
        offered = [(rows, self._gains.worth(rows)[0]) for rows in new]
        by_gain = sorted(offered, key=lambda offer: -offer[1])[:_EXCHANGED]
        by_cost = sorted(offered, key=lambda offer: -offer[1] / (self._spent(offer[0]) or 1.0))
        for rows, _ in [*by_gain, *by_cost[:_EXCHANGED]]:
            old = [other for other in self._candidates if other <= plan | rows]
            for by in _BY:
                kept = self._grown(rows, among=old, by=by)
                yield self._tidy(self._grown(kept, among=self._candidates, by=by))

    def _tidy(self, plan: Rows) -> Rows:
        """Return a plan without what adds nothing to it, the dearest left out first."""
        cost = {row: np.nan_to_num(self._cost[row], nan=np.inf) for row in plan}
        kept: Rows = frozenset()
        for part in self._gains.by_part(plan).values():
            dear = sorted(part, key=lambda row: (cost[row], self._ids[row]), reverse=True)
            kept |= self._needed(dear, frozenset(), self._gains.of(part).gain_houses)
        return kept

    def _needed(self, rows: Sequence[int], beside: Rows, houses: int) -> Rows:
        """Return obstacles without those that add nothing, one after another, beside others.

        One half is looked at beside the other, so that what stays is taken away once for many.
        """
        if len(rows) == 1:
            needless = self._gains.of(beside).gain_houses == houses
            return frozenset() if needless else frozenset(rows)
        self._gains.keep_at_hand(beside)
        half = len(rows) // 2
        first = self._needed(rows[:half], beside.union(rows[half:]), houses)
        return first | self._needed(rows[half:], beside | first, houses)

    def _allows(self, rows: Rows) -> bool:
        few = self._most is None or len(rows) <= self._most
        return few and (self._budget_vnd is None or self._spent(rows) <= self._budget_vnd)

    def _spent(self, rows: Rows) -> float:
        return sum(self._cost[row] for row in sorted(rows))

    def _value(self, plan: Rows) -> tuple[float, ...]:
        spent = self._spent(plan)
        return (*self._gains.worth(plan), -np.inf if np.isnan(spent) else -spent)
