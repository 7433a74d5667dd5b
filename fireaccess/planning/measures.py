"""Which barriers to deal with first: alone, and several where one is worth nothing without others.

A plan grows greedily, by what a measure brings for its cost. Behind two posts in a row lies a
street that neither of them opens alone. So the greedy choice looks ahead: beside single obstacles
it may take all that keep a truck from some piece of road at once. What it finds is then improved
by exchanging measures, and is never worse than what the choice among single obstacles alone finds.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heappop, heappush
from itertools import combinations
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fireaccess.analysis.reach import Reach
from fireaccess.model.answers import Answer, FloatArray, IntArray, ObjectArray
from fireaccess.model.layers import GAINS, PLAN_LAYERS
from fireaccess.network.scenario import Scenario
from fireaccess.planning.actions import proposed_actions
from fireaccess.planning.removal import Gain, Opening, Removals, openings, single_gains, together
from fireaccess.planning.ward import Ward

#: Rows of ``ward.obstacles``.
Rows = frozenset[int]
#: Houses, houses within 60 m, hose saved, houses of the best case: what counts, in this order.
_Worth = tuple[float, float, float, float]

#: Where a piece of road has more ways in, that many are tried.
_WAYS_IN: Final = 6
#: How many of the candidates that bring most, and of those that bring most for their cost, are
#: put into a plan to see what it gains without something else.
_EXCHANGED: Final = 10
#: Up to this size of a plan pairs of its obstacles are exchanged too.
_PAIRS: Final = 4
_NOTHING: Final[_Worth] = (0, 0, 0.0, 0)
#: Candidates are compared by what they bring for their cost, or by what they bring alone.
_BY: Final[tuple[Literal["cost", "gain"], ...]] = ("cost", "gain")


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Barriers, readings and corners to deal with.

    Parameters
    ----------
    frame
        The columns of the layer ``measures``, in the analysis CRS: every obstacle alone, and every
        set in series that brings more than its parts; those of the plan first, in their order.
    single
        What removing each obstacle alone brings: the columns of `GAINS`, indexed as
        ``ward.obstacles``.
    figures
        ``singles``, ``series`` and ``chosen`` measures, ``obstacles`` that the chosen ones deal
        with, ``gain_houses`` and ``gain_people`` of them all, ``cost_vnd`` (None where a cost is
        not known) and whether a cost is an ``example``.
    """

    frame: gpd.GeoDataFrame
    single: pd.DataFrame
    figures: Mapping[str, Any]


def plan_measures(
    ward: Ward, *, most: int | None = None, budget_vnd: float | None = None
) -> Measures:
    """Return what removing obstacles brings, and in which order to remove them.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    most
        How many obstacles are dealt with at most; None for no limit.
    budget_vnd
        How much may be spent; None for no limit. Obstacles without a cost are then not chosen.

    Returns
    -------
    What counts are houses newly covered in the worst case: measures that bring none are listed
    without a rank. They are compared by houses for each obstacle; with a budget, for each đồng.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "ward"))).ward
    >>> plan = plan_measures(ward, most=2)
    >>> plan.frame["rank"].dropna().tolist(), plan.figures["obstacles"]
    ([1, 2], 2)
    """
    single = single_gains(ward)
    actions = proposed_actions(ward)
    opens = openings(ward)
    cost_vnd = actions["cost_vnd"].to_numpy(dtype=float)
    removable = [
        row
        for row, action in enumerate(actions["action"].tolist())
        if action is not None and opens[row] is not None
    ]
    gains = _Gains(ward, opens)
    ids = ward.obstacles["barrier_id"].tolist()

    sets = _sets(ward, opens, removable, gains)
    payable = removable
    if budget_vnd is not None:
        payable = [row for row in removable if not np.isnan(cost_vnd[row])]
    candidates = {frozenset([row]) for row in payable}
    candidates |= {rows for rows in sets if rows.issubset(payable)}
    if budget_vnd is not None:
        # The way in with the fewest obstacles need not be the one that costs least.
        candidates |= _sets(ward, opens, payable, gains, cost_vnd)
    search = _Search(gains, candidates, cost_vnd, ids, most, budget_vnd)
    steps = search.steps(search.best())

    series = {rows for rows in sets if len(rows) > 1 and _more_than_parts(rows, gains)}
    shown = {frozenset([row]) for row in removable} | series | {step for step, _ in steps}
    frame = _frame(ward, gains, actions, sorted(shown, key=lambda rows: sorted(rows)), steps)
    chosen = frozenset().union(*(step for step, _ in steps))
    total = gains.of(chosen)
    spent = float(cost_vnd[sorted(chosen)].sum())
    figures = {
        "singles": len(removable),
        "series": len(series),
        "chosen": len(steps),
        "obstacles": len(chosen),
        "gain_houses": total.gain_houses,
        "gain_people": total.gain_people,
        "cost_vnd": None if np.isnan(spent) else spent,
        "example": bool((actions["cost_from"].iloc[sorted(chosen)] == "example").any()),
    }
    return Measures(frame, single, figures)


class _Gains:
    """What sets of obstacles bring, each set looked at once.

    Obstacles of different parts of the ward don't meddle with one another: what a set brings is
    the sum over its parts.
    """

    def __init__(self, ward: Ward, opens: Sequence[Opening | None]) -> None:
        self._opens = opens
        self._removals = Removals(ward)
        self._part = _parts(ward, opens).tolist()
        self._known: dict[Rows, Gain] = {}

    def of(self, rows: Rows) -> Gain:
        """Return what removing some obstacles at once brings."""
        if rows not in self._known:
            parts = [opening for row in sorted(rows) if (opening := self._opens[row]) is not None]
            self._known[rows] = self._removals.gain(together(parts))
        return self._known[rows]

    def worth(self, rows: Rows) -> _Worth:
        """Return what counts of what a set brings, of whatever parts."""
        parts = [_worth(self.of(part)) for part in self.by_part(rows).values()]
        houses, sixty, saved_m, best = zip(_NOTHING, *parts, strict=True)
        return sum(houses), sum(sixty), round(sum(saved_m), 2), sum(best)

    def added(self, rows: Rows, chosen: Rows) -> _Worth:
        """Return what obstacles bring beside others of the same parts."""
        after, before = _worth(self.of(rows | chosen)), _worth(self.of(chosen))
        houses, sixty, saved_m, best = (a - b for a, b in zip(after, before, strict=True))
        return houses, sixty, round(saved_m, 2), best

    def part(self, rows: Rows) -> int:
        """Return the part of the ward that some obstacles belong to."""
        return int(self._part[min(rows)])

    def by_part(self, rows: Iterable[int]) -> dict[int, Rows]:
        """Return the obstacles of each part of the ward."""
        found: dict[int, set[int]] = {}
        for row in rows:
            found.setdefault(self._part[row], set()).add(row)
        return {part: frozenset(its) for part, its in found.items()}


def _worth(gain: Gain) -> _Worth:
    return gain.gain_houses, gain.gain_60_houses, gain.hose_saved_m, gain.gain_best_houses


def _parts(ward: Ward, opens: Sequence[Opening | None]) -> IntArray:
    """Number parts of the ward such that removals in one change nothing in another.

    Outside the worst case's reach, roads belong together where they meet; but not at a place that
    the truck gets to and past which it goes every way: hoses begin there whatever else opens.
    """
    network, turns = ward.network, ward.network.turns
    count = 2 * network.n_segments
    reached = ward.worst_reach
    stands = np.zeros(network.n_nodes, dtype=bool)
    on_foot = reached.segments & network.on_foot
    stands[network.segment_u[on_foot]] = stands[network.segment_v[on_foot]] = True
    closed = np.bincount(turns.node, ~ward.worst.open[count:], minlength=network.n_nodes) > 0
    settled = (stands & ~closed)[turns.node]
    settled &= ~reached.segments[turns.arriving // 2] & ~reached.segments[turns.leaving // 2]
    out = ~reached.passages
    joins = out[turns.arriving] & out[turns.leaving] & ~settled
    outside = np.flatnonzero(~reached.segments)
    tails, heads = [turns.arriving[joins], 2 * outside], [turns.leaving[joins], 2 * outside + 1]
    for row, opening in enumerate(opens):
        if opening is not None:
            touched = [turns.arriving[opening.turns], turns.leaving[opening.turns]]
            passages = np.concatenate([*touched, opening.passages])
            tails.append(passages[out[passages]])
            heads.append(np.full(len(tails[-1]), count + row))
    tail, head = np.concatenate(tails), np.concatenate(heads)
    size = count + len(opens)
    graph = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(size, size))
    part = connected_components(graph, directed=False)[1][count:]
    return part.astype(np.int64)


def _sets(
    ward: Ward,
    opens: Sequence[Opening | None],
    removable: Sequence[int],
    gains: _Gains,
    cost_vnd: FloatArray | None = None,
) -> set[Rows]:
    """Return sets of obstacles that may bring more than their parts.

    The truck needs all that stand on its way to a piece of road, in the worst or the best case;
    a hose needs the walls on its way, and what keeps the truck from where it begins.
    """
    weight = dict.fromkeys(removable, 1.0)
    if cost_vnd is not None:
        weight = {row: float(cost_vnd[row]) for row in removable}
    found: set[Rows] = set()
    for scenario, reached, least in (
        (ward.worst, ward.worst_reach, Answer.PASS),
        (ward.best, ward.best_reach, Answer.UNKNOWN),
    ):
        found |= _ways_in(ward, scenario, reached, least, opens, weight)
    walls = [row for row in removable if len(_known(opens[row]).nodes)]
    if walls:
        xy = ward.network.node_xy[ward.obstacles["node"].to_numpy(dtype=np.int64)]
        limit_m = ward.norm.value("hose_limit_m")
        alone = [frozenset([row]) for row in removable]
        for wall in walls:
            for rows in sorted({*found, *alone}, key=sorted):
                more = rows | {wall}
                away_m = np.hypot(*(xy[sorted(rows)] - xy[wall]).T)
                if len(gains.by_part(more)) == 1 and away_m.min() <= limit_m:
                    found.add(more)
    return found


def _ways_in(
    ward: Ward,
    scenario: Scenario,
    reached: Reach,
    least: Answer,
    opens: Sequence[Opening | None],
    weight: Mapping[int, float],
) -> set[Rows]:
    """Return what keeps the truck from each piece of road, the lightest few ways into each."""
    turns, count = ward.network.turns, 2 * ward.network.n_segments
    keeps = _Closed(ward, least, opens, weight)
    enters = scenario.open[:count].copy()
    enters[list(keeps.bends)] = True
    used = np.flatnonzero(~reached.passages[turns.leaving] & enters[turns.leaving])
    onward: dict[int, list[tuple[int, Rows]]] = {}
    queue: list[tuple[float, int, list[int], int]] = []
    for turn in used.tolist():
        arriving, leaving = int(turns.arriving[turn]), int(turns.leaving[turn])
        closed_by = keeps.passage(scenario, turn, leaving)
        if closed_by is None:
            continue
        if reached.passages[arriving]:
            queue.append(_entry(closed_by, leaving, weight))
        else:
            onward.setdefault(arriving, []).append((leaving, closed_by))
    queue.sort()
    ways: dict[int, list[Rows]] = {}
    found: set[Rows] = set()
    while queue:
        _, _, listed, passage = heappop(queue)
        rows = frozenset(listed)
        before = ways.setdefault(passage, [])
        if len(before) == _WAYS_IN or any(other <= rows for other in before):
            continue
        before.append(rows)
        found.add(rows)
        for leaving, closed_by in onward.get(passage, ()):
            heappush(queue, _entry(rows | closed_by, leaving, weight))
    return found


def _entry(
    rows: Rows, passage: int, weight: Mapping[int, float]
) -> tuple[float, int, list[int], int]:
    listed = sorted(rows)
    return sum(weight[row] for row in listed), len(listed), listed, passage


class _Closed:
    """Which obstacles keep passages closed that would be open without them."""

    def __init__(
        self,
        ward: Ward,
        least: Answer,
        opens: Sequence[Opening | None],
        removable: Collection[int],
    ) -> None:
        network, corners = ward.network, ward.passability.corners
        self._count = 2 * network.n_segments
        self._node = network.turns.node
        self._corner = None if corners is None else corners.answer[self._count :] < least
        row_of: dict[int, int] = {}
        self._corners: dict[int, int] = {}
        self.bends: dict[int, int] = {}
        for row in removable:
            opening = _known(opens[row])
            row_of.update(dict.fromkeys(opening.obstacles.tolist(), row))
            self._corners.update(dict.fromkeys(opening.corners.tolist(), row))
            straight = ward.passability.segment_answer[opening.passages // 2] >= least
            self.bends.update(dict.fromkeys(opening.passages[straight].tolist(), row))
        standing = ward.surveyed.obstacles
        hinders = standing["answer"].to_numpy(dtype=np.int64) < least
        self._standing: dict[int, set[int | None]] = {}
        for place in np.flatnonzero(hinders).tolist():
            who = row_of.get(place)
            for node in (standing["node"].iloc[place], *standing["further_nodes"].iloc[place]):
                self._standing.setdefault(int(node), set()).add(who)

    def passage(self, scenario: Scenario, turn: int, leaving: int) -> Rows | None:
        """Return what closes a turn and the passage behind it; None if that can't be removed."""
        rows: set[int | None] = set()
        if not scenario.open[self._count + turn]:
            rows |= self._standing.get(int(self._node[turn]), set())
            if self._corner is not None and self._corner[turn]:
                rows.add(self._corners.get(turn))
        if not scenario.open[leaving]:
            rows.add(self.bends.get(leaving))
        known = frozenset(row for row in rows if row is not None)
        return known if len(known) == len(rows) else None


def _known(opening: Opening | None) -> Opening:
    if opening is None:
        raise ValueError("an obstacle that lets the truck through is nothing to remove")
    return opening


def _more_than_parts(rows: Rows, gains: _Gains) -> bool:
    """Whether a set brings more houses than it does part by part, in either case."""
    listed = sorted(rows)
    splits: Iterable[Rows]
    if len(listed) <= 5:
        sizes = range(1, len(listed) // 2 + 1)
        splits = (frozenset(some) for size in sizes for some in combinations(listed, size))
    else:
        splits = (frozenset([row]) for row in listed)
    counts = GAINS[:4]
    whole = np.array([getattr(gains.of(rows), name) for name in counts])
    most = np.zeros(len(counts))
    for some in splits:
        apart = [[getattr(gains.of(part), n) for n in counts] for part in (some, rows - some)]
        most = np.maximum(most, np.sum(apart, axis=0))
    return bool((whole > most).any())


@dataclass(frozen=True, slots=True, eq=False)
class _Offer:
    """What may be added to a plan: the least key is best; uncertain, it brings at most that."""

    rows: Rows
    key: tuple[Any, ...]
    houses: int
    certain: bool


class _Search:
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
        The limits.
    """

    def __init__(
        self,
        gains: _Gains,
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
        self._renew(offers, among, frozenset(), chosen, by)
        while True:
            allowed = (
                offer
                for offer in offers.values()
                if offer.houses > 0
                if not within or self._allows(chosen | offer.rows)
            )
            best = min(allowed, key=lambda offer: offer.key, default=None)
            if best is None:
                return chosen
            if not best.certain:
                self._put(offers, best.rows, chosen, by, certain=True)
                continue
            if tell is not None:
                tell(best.rows, best.houses)
            before, chosen = chosen, chosen | best.rows
            self._renew(offers, list(offers), before, chosen, by)

    def _renew(
        self,
        offers: dict[Rows, _Offer],
        among: Iterable[Rows],
        before: Rows,
        chosen: Rows,
        by: Literal["cost", "gain"],
    ) -> None:
        """Say anew what may be added once more is chosen.

        What is closed together with something newly chosen may bring more than before, and is
        looked at again. All else brings at most what it did: that is looked at when it is best.
        """
        near = frozenset().union(*(self._together[row] for row in chosen - before))
        for rows in dict.fromkeys(among):
            left = rows - chosen
            if left != rows:
                offers.pop(rows, None)
            if left and left not in offers:
                self._put(offers, left, chosen, by, certain=not left.isdisjoint(near))
            elif left and not left.isdisjoint(near):
                self._put(offers, left, chosen, by, certain=True)
            elif left:
                offers[left] = replace(offers[left], certain=False)

    def _put(
        self,
        offers: dict[Rows, _Offer],
        rows: Rows,
        chosen: Rows,
        by: Literal["cost", "gain"],
        *,
        certain: bool,
    ) -> None:
        """Take up what obstacles bring beside those chosen; alone, where that is uncertain."""
        beside: Rows = frozenset()
        if certain:
            beside = self._gains.by_part(chosen).get(self._gains.part(rows), frozenset())
        houses, sixty, saved_m, best = self._gains.added(rows, beside)
        cost = self._spent(rows)
        weight = 1.0
        if by == "cost":
            weight = float(len(rows)) if self._budget_vnd is None else cost
        ratio = houses / weight if weight > 0 else np.inf
        known = np.inf if np.isnan(cost) else cost
        names = sorted(self._ids[row] for row in rows)
        key = (-ratio, -sixty, -saved_m, -best, known, names)
        offers[rows] = _Offer(rows, key, int(houses), certain or not chosen)

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
        houses = self._gains.worth(plan)[0]
        cost = {row: np.nan_to_num(self._cost[row], nan=np.inf) for row in plan}
        for row in sorted(plan, key=lambda row: (cost[row], self._ids[row]), reverse=True):
            if self._gains.worth(plan - {row})[0] == houses:
                plan = plan - {row}
        return plan

    def _allows(self, rows: Rows) -> bool:
        few = self._most is None or len(rows) <= self._most
        return few and (self._budget_vnd is None or self._spent(rows) <= self._budget_vnd)

    def _spent(self, rows: Rows) -> float:
        return sum(self._cost[row] for row in sorted(rows))

    def _value(self, plan: Rows) -> tuple[float, ...]:
        spent = self._spent(plan)
        return (*self._gains.worth(plan), -np.inf if np.isnan(spent) else -spent)


def _frame(
    ward: Ward,
    gains: _Gains,
    actions: pd.DataFrame,
    sets: Sequence[Rows],
    steps: Sequence[tuple[Rows, int]],
) -> gpd.GeoDataFrame:
    """Return one row for each set: those of the plan in their order, then by what they bring."""
    listed = [sorted(rows) for rows in sets]
    ids = ward.obstacles["barrier_id"].to_numpy(dtype=object)
    action, source = (actions[name].to_numpy(dtype=object) for name in ("action", "cost_from"))
    cost_vnd = actions["cost_vnd"].to_numpy(dtype=float)
    places = _places(ward)
    geometry = np.array(
        [
            places[rows[0]] if len(rows) == 1 else shapely.multipoints(places[rows])
            for rows in listed
        ],
        dtype=object,
    )
    roads = _roads(ward)
    rank = {rows: number for number, (rows, _) in enumerate(steps, start=1)}
    cost = np.array([cost_vnd[rows].sum() for rows in listed], dtype=float)
    more = np.array([houses for _, houses in steps], dtype=np.int64)
    spent = np.cumsum([cost_vnd[sorted(rows)].sum() for rows, _ in steps])
    turn = [rank.get(rows) for rows in sets]

    def at_turn(values: Any) -> list[Any]:
        return [None if number is None else values[number - 1] for number in turn]

    found = [gains.of(rows) for rows in sets]
    columns: dict[str, Any] = {
        "measure_id": pd.Series(["+".join(ids[rows]) for rows in listed], dtype=object),
        "barrier_ids": pd.Series([";".join(ids[rows]) for rows in listed], dtype=object),
        "obstacles": pd.Series([len(rows) for rows in listed], dtype=np.int64),
        "action": _joined(action, listed),
        "road": _joined(roads, listed),
        "group": pd.Series(ward.groups_at(geometry), dtype=object),
        "rank": pd.Series(turn, dtype="Int64"),
        **{
            name: pd.Series(
                [getattr(gain, name) for gain in found],
                dtype=np.int64 if name.endswith("houses") else float,
            )
            for name in GAINS
        },
        "more_houses": pd.Series(at_turn(more), dtype="Int64"),
        "total_houses": pd.Series(at_turn(np.cumsum(more)), dtype="Int64"),
        "cost_vnd": pd.Series(cost, dtype=float),
        "total_cost_vnd": pd.Series(at_turn(spent), dtype=float),
        "cost_from": _joined(source, listed),
    }
    frame = pd.DataFrame(columns)[list(PLAN_LAYERS["measures"])]
    order = frame.sort_values(
        ["rank", *GAINS, "measure_id"],
        ascending=[True, *(False for _ in GAINS), True],
        na_position="last",
        kind="stable",
    ).index.to_numpy()
    return gpd.GeoDataFrame(
        frame.loc[order].reset_index(drop=True), geometry=geometry[order], crs=ward.network.crs
    )


def _joined(values: ObjectArray, listed: Sequence[Sequence[int]]) -> pd.Series[Any]:
    """Return the distinct values of each set in one text, None where there is none."""
    texts = [
        ";".join(dict.fromkeys(values[row] for row in rows if values[row] is not None)) or None
        for rows in listed
    ]
    return pd.Series(texts, dtype=object)


def _places(ward: Ward) -> ObjectArray:
    """Return where obstacles stand: at their nodes, or in the bend of a road."""
    xy = ward.network.node_xy[ward.obstacles["node"].to_numpy(dtype=np.int64)]
    if "x" in ward.obstacles:
        own = ward.obstacles[["x", "y"]].to_numpy(dtype=float)
        xy = np.where(np.isnan(own), xy, own)
    return np.asarray(shapely.points(xy), dtype=object)


def _roads(ward: Ward) -> ObjectArray:
    """Return the name of the road that each obstacle closes: one out of reach, if any has one."""
    network = ward.network
    names = network.tag("name")[network.segment_way]
    node = np.concatenate([network.segment_u, network.segment_v])
    segment = np.tile(np.arange(network.n_segments), 2)
    named = np.array([bool(name) for name in names[segment]], dtype=bool)
    node, segment = node[named], segment[named]
    order = np.lexsort((segment, ward.worst_reach.segments[segment], node))
    at, first = np.unique(node[order], return_index=True)
    road = np.full(network.n_nodes, None, dtype=object)
    road[at] = names[segment[order[first]]]
    roads: ObjectArray = road[ward.obstacles["node"].to_numpy(dtype=np.int64)]
    return roads
