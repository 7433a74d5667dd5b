"""Where to measure next: the fewest alleys that settle most houses first.

A house is settled once the worst and the best case, with what is measured by then, give it one
answer. A deep alley behind another that nobody measured settles nothing by itself. So alleys are
taken in sets: for each house those on its best way from the reach to a stand within the hose limit,
its *closure*. The list takes, again and again, the set that settles most houses for each alley in
it, as the draws of `fireaccess.planning.chances` have it: a house is covered once its whole way is
measured and open, and not covered once one alley of it is measured and blocked, if it has no other.

What each alley settles when its turn comes can be computed exactly in a draw, other ways included.
By that the order is improved; and what the list says that each is expected to settle is that, on
draws that the choice has not seen.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from fireaccess.analysis.reach import drive
from fireaccess.model.answers import NEEDS_SURVEY, Answer, BoolArray, FloatArray, IntArray
from fireaccess.network.paths import NOWHERE
from fireaccess.planning.chances import Chances, Questions, unit_keys
from fireaccess.planning.ward import Ward

#: Draws that the list is chosen on, and as many others that tell what it settles.
_DRAWS: Final = 100
#: Orders that are tried.
_ROUNDS: Final = 8
#: Houses and sources of ways that are dealt with at once: keeps the memory of large wards bounded.
_HOUSES: Final = 2000
_SOURCES: Final = 256
_SLACK_M: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Walk:
    """Where to measure next.

    Parameters
    ----------
    frame
        Columns of ``PLAN_LAYERS["walk"]``, alleys in the order in which to measure them; the
        geometry is what nobody has measured of them, in the analysis CRS.
    figures
        Number of alleys, houses that they are expected to settle, houses that need a survey, and
        how soon: what the first tenth of the alleys settles, and how many settle half.
    """

    frame: gpd.GeoDataFrame
    figures: Mapping[str, Any]


def walking_list(ward: Ward, chances: Chances) -> Walk:
    """Return the alleys to measure, those first that settle most houses.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    chances
        What was drawn for it.

    Returns
    -------
    Alleys that settle nothing are left out. Houses placed by the name of their road need a survey
    of their place: no alley settles them.
    """
    questions = chances.questions
    asked = _askable(ward)
    draws = len(chances.passes)
    half = min(_DRAWS, (draws + 1) // 2)
    chosen_on = chances.passes[:half]
    seen_on = chances.passes[half : 2 * half] if draws > 1 else chosen_on
    settling = _Settling(ward, questions, _Stands(ward, asked))
    sets = _in_order(_ways(ward, questions, settling, chosen_on))
    on_ways = np.array([unit for members in sets for unit in members], dtype=np.int64)
    # An alley on no best way may still decide another.
    others = np.setdiff1d(np.arange(len(questions.unit_key)), on_ways)
    order = np.concatenate([on_ways, others])
    decides = settling.gains(order, chosen_on)[len(on_ways) :] > 0
    order = _improved(settling, np.concatenate([on_ways, others[decides]]), chosen_on)
    order, gains = _worth_it(settling, order, seen_on)
    return _listed(ward, chances, order, gains)


def settled_by(ward: Ward, questions: Questions, order: IntArray, truth: BoolArray) -> FloatArray:
    """Return how many houses are settled as alleys are measured one after another.

    Parameters
    ----------
    ward, questions
        The ward and what is not known of it.
    order
        Alleys to measure, as ``questions.unit`` numbers them, shape ``(k,)``.
    truth
        What the measurements find, shape ``(draws, q)``; the mean over the draws is returned.

    Returns
    -------
    Houses that each alley settles when its turn comes, shape ``(k,)``.
    """
    return _Settling(ward, questions, _Stands(ward, _askable(ward))).gains(order, truth)


def _askable(ward: Ward) -> BoolArray:
    """Return the houses that measuring alleys can settle."""
    limit_m = ward.norm.value("hose_limit_m")
    open_answer = (ward.best_lines.hose_m <= limit_m) & ~(ward.worst_lines.hose_m <= limit_m)
    return np.asarray(open_answer & ~ward.by_name)


class _Stands:
    """For each house the places from which a hose line to it keeps within the limit.

    A place is a vertex of the foot graph, or, at the number of vertices and more, the segment of
    the house's own door: a truck that gets there lays no hose along the road.
    """

    def __init__(self, ward: Ward, asked: BoolArray) -> None:
        places = ward.doors.places
        self.ward = ward
        self.at = np.flatnonzero(asked[places.row])
        self.count = len(self.at)
        self.limit_m = ward.norm.value("hose_limit_m")
        graph = ward.graph
        segment = places.segment[self.at]
        length_m = ward.network.segment_length_m[segment]
        self.offset_m = places.distance_m[self.at]
        self.ends = np.stack([graph.end_u[segment], graph.end_v[segment]], axis=1)
        self.along_m = np.stack([places.along_m[self.at], length_m - places.along_m[self.at]], 1)
        self.segment = segment
        is_stand = np.zeros(graph.n_vertices, dtype=bool)
        is_stand[graph.vertices_of(ward.best_reach.segments)] = True
        self.source, of = np.unique(self.ends, return_inverse=True)
        self.of = of.reshape(self.ends.shape)
        vertex, away_m, number = [], [], [np.zeros(1, dtype=np.int64)]
        for begin in range(0, len(self.source), _SOURCES):
            some = self.source[begin : begin + _SOURCES]
            distance_m = dijkstra(graph.matrix, indices=some, limit=self.limit_m)
            distance_m[:, ~is_stand] = np.inf
            row, column = np.nonzero(np.isfinite(distance_m))
            d = distance_m[row, column]
            order = np.lexsort((column, d, row))
            vertex.append(column[order])
            away_m.append(d[order])
            number.append(np.bincount(row, minlength=len(some)))
        self.first = np.cumsum(np.concatenate(number))
        self.vertex = np.concatenate([*vertex, np.zeros(0)]).astype(np.int64)
        self.away_m = np.concatenate([*away_m, np.zeros(0)])
        # One key that rises throughout: how many of a source's vertices lie within some distance.
        self.stride = self.limit_m + 1.0
        source = np.repeat(np.arange(len(self.source)), np.diff(self.first))
        self.key = source * self.stride + self.away_m

    def blocks(self) -> Iterator[tuple[slice, IntArray, IntArray]]:
        """Return blocks of houses, with the pairs of house (within the block) and place."""
        for begin in range(0, self.count, _HOUSES):
            block = slice(begin, min(begin + _HOUSES, self.count))
            yield block, *self._pairs(block)

    def _pairs(self, block: slice) -> tuple[IntArray, IntArray]:
        count = block.stop - block.start
        houses, stands = [], []
        on_road = np.flatnonzero(
            self.ward.best_reach.segments[self.segment[block]]
            & (self.offset_m[block] <= self.limit_m)
        )
        houses.append(on_road)
        stands.append(self.ward.graph.n_vertices + self.segment[block][on_road])
        for side in (0, 1):
            before_m = self.along_m[block, side]
            left_m = self.limit_m - self.offset_m[block] - before_m + _SLACK_M
            of = self.of[block, side]
            first = self.first[of]
            last = np.searchsorted(
                self.key, of * self.stride + np.minimum(left_m, self.limit_m), side="right"
            )
            number = np.where(left_m >= 0, np.maximum(last - first, 0), 0)
            house = np.repeat(np.arange(count), number)
            within = np.arange(len(house)) - np.repeat(np.cumsum(number) - number, number)
            pair = first[house] + within
            hose_m = self.offset_m[block][house] + (before_m[house] + self.away_m[pair])
            kept = hose_m <= self.limit_m
            houses.append(house[kept])
            stands.append(self.vertex[pair[kept]])
        house, stand = np.concatenate(houses), np.concatenate(stands)
        order = np.lexsort((stand, house))
        house, stand = house[order], stand[order]
        once = np.r_[True, (np.diff(house) != 0) | (np.diff(stand) != 0)][: len(house)]
        return house[once], stand[once]

    def least(self, of_stands: Any) -> Iterator[tuple[slice, Any]]:
        """Return blocks of houses with the least value among the places of each.

        Parameters
        ----------
        of_stands
            Values of vertices, then of segments, shape ``(vertices + s, …)``.
        """
        for block, house, stand in self.blocks():
            first = np.flatnonzero(np.diff(house, prepend=-1))
            yield block, np.minimum.reduceat(of_stands[stand], first, axis=0)

    def of_passages(self, values: Any, nothing: Any) -> Any:
        """Return the least value at each vertex and segment, from those of the passages there.

        Parameters
        ----------
        values
            Values of passages along segments, shape ``(2 s, …)``.
        nothing
            That of a vertex that no truck can stand at.
        """
        graph, on_foot = self.ward.graph, np.flatnonzero(self.ward.network.on_foot)
        segments = np.minimum(values[0::2], values[1::2])
        vertices = np.full((graph.n_vertices, *values.shape[1:]), nothing, dtype=values.dtype)
        end = np.concatenate([graph.end_u[on_foot], graph.end_v[on_foot]])
        order = np.argsort(end, kind="stable")
        if len(order):
            first = np.flatnonzero(np.diff(end[order], prepend=-1))
            at = np.tile(on_foot, 2)[order]
            vertices[end[order][first]] = np.minimum.reduceat(segments[at], first, axis=0)
        return np.concatenate([vertices, segments])


class _Settling:
    """After how many measured alleys each house is settled, in many draws at once.

    A passage opens in the worst case once the last of its alleys is measured, if all let the truck
    pass; it closes in the best case once the first blocked one is. The truck gets to a place after
    the least, over its ways, of the latest passage; it no longer gets there after the greatest,
    over its ways, of the first to close. Both are the same search for a bottleneck.
    """

    def __init__(self, ward: Ward, questions: Questions, stands: _Stands) -> None:
        self.ward, self.questions, self.stands = ward, questions, stands
        network = ward.network
        turns, count = network.turns, 2 * network.n_segments
        best, starts = ward.best.open, np.repeat(ward.best.starts, 2)
        goes = best[count:] & (best[turns.leaving] | starts[turns.leaving])
        goes &= ward.best_reach.passages[turns.arriving]
        goes &= ~ward.worst_reach.passages[turns.leaving]
        # Ways into one passage as layers: the first of each, the second of each that has two, and
        # so on; passages with most come first, so that each layer begins as the one before.
        turn = np.flatnonzero(goes)
        self.into, of, number = np.unique(
            turns.leaving[turn], return_inverse=True, return_counts=True
        )
        busiest = np.argsort(-number, kind="stable")
        self.into, place = self.into[busiest], np.argsort(busiest)[of]
        turn = turn[np.argsort(place, kind="stable")]
        number = number[busiest]
        which = np.arange(len(turn)) - np.repeat(np.cumsum(number) - number, number)
        turn = turn[np.argsort(which, kind="stable")]
        self.layer = np.concatenate([[0], np.cumsum(np.bincount(which))]).astype(np.int64)
        # Position among the unknown passages of the turn and of what it leads to, the last: none.
        at = np.full(network.n_passages, len(questions.passages), dtype=np.int64)
        at[questions.passages] = np.arange(len(questions.passages))
        self.arriving = turns.arriving[turn]
        self.through, self.along = at[count + turn], at[turns.leaving[turn]]
        columns = questions.of_passages.tocsc()
        self.question, self.begin = columns.indices, columns.indptr[:-1]

    def steps(self, order: IntArray, truth: BoolArray) -> tuple[Any, Any]:
        """Return the search of both cases: values of passages, shape ``(2 s, draws)`` each.

        Step ``k`` is that of the ``k``-th alley; one more than their number is never. The second
        are counted back from never, so that the least is wanted there too.
        """
        never = len(order) + 1
        rank = np.full(len(self.questions.unit_key), never, dtype=np.min_scalar_type(never))
        rank[order] = np.arange(1, never)
        of_question = rank[self.questions.unit][:, None]
        opens = np.where(truth.T, of_question, never).astype(rank.dtype)
        closes = np.where(truth.T, never, of_question).astype(rank.dtype)
        if len(self.begin):
            opens = np.maximum.reduceat(opens[self.question], self.begin, axis=0)
            closes = np.minimum.reduceat(closes[self.question], self.begin, axis=0)
        weights = opens, (never - closes).astype(rank.dtype)
        reached = self.ward.worst_reach.passages
        return tuple(self._bottleneck(weight, reached, never) for weight in weights)

    def _bottleneck(self, weight: Any, reached: BoolArray, never: int) -> Any:
        """Return the least greatest weight on the ways to each passage."""
        nothing = np.zeros((1, weight.shape[1]), dtype=weight.dtype)
        weight = np.concatenate([weight, nothing])
        of_turn = np.maximum(weight[self.through], weight[self.along])
        values = np.full((len(reached), weight.shape[1]), never, dtype=weight.dtype)
        values[reached] = 0
        least = values[self.into]
        while True:
            by_turn = np.maximum(values[self.arriving], of_turn)
            for begin, end in zip(self.layer[:-1], self.layer[1:], strict=True):
                part = least[: end - begin]
                np.minimum(part, by_turn[begin:end], out=part)
            if np.array_equal(least, values[self.into]):
                return values
            values[self.into] = least

    def gains(self, order: IntArray, truth: BoolArray) -> FloatArray:
        """Return how many houses each alley settles when its turn comes, the mean of the draws."""
        never = len(order) + 1
        totals = np.zeros(never + 1)
        if self.stands.count and len(order):
            opens, closes = (
                self.stands.of_passages(values, never) for values in self.steps(order, truth)
            )
            for (_, open_at), (_, closed_at) in zip(
                self.stands.least(opens), self.stands.least(closes), strict=True
            ):
                settled = np.minimum(open_at, never - closed_at)
                totals += np.bincount(settled.ravel(), minlength=never + 1)
        return totals[1:never] / max(1, len(truth))

    def covered(self, truth: BoolArray) -> BoolArray:
        """Return which of the houses each draw covers, shape ``(houses, draws)``."""
        order = np.arange(len(self.questions.unit_key))
        values = self.stands.of_passages(self.steps(order, truth)[0], len(order) + 1)
        covered = np.zeros((self.stands.count, len(truth)), dtype=bool)
        for block, open_at in self.stands.least(values):
            covered[block] = open_at <= len(order)
        return covered


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """One way in, and the houses for which it is the best.

    Parameters
    ----------
    closure
        The alleys on it that nobody has measured, in the order of the way in.
    blocked
        For each of them the draws in which it blocks the way, as the bits of a number.
    if_open
        Houses that the way covers, times the share of draws in which it is open.
    if_blocked
        Houses that go without once the way is known to be blocked, for each such draw.
    """

    closure: tuple[int, ...]
    blocked: Mapping[int, int]
    if_open: float
    if_blocked: float


def _ways(ward: Ward, questions: Questions, settling: _Settling, truth: BoolArray) -> list[_Way]:
    """Return the best ways of the houses, alike ones as one."""
    passage, before = _best_passages(ward, questions, settling.stands)
    on_way = _on_ways(ward, questions, passage, before)
    alike: dict[tuple[int, ...], int] = {}
    way = np.array([alike.setdefault(on_way[i], len(alike)) for i in passage.tolist()], np.int64)
    covered = settling.covered(truth)
    houses = np.bincount(way, minlength=len(alike)).astype(float)
    without = np.zeros((len(alike), len(truth)))
    np.add.at(without, way, ~covered)
    found = []
    for number, asked in enumerate(alike):
        unit = questions.unit[list(asked)]
        members = list(dict.fromkeys(unit.tolist()))
        closed = np.array(
            [(~truth[:, np.array(asked)[unit == one]]).any(axis=1) for one in members]
        ).reshape(len(members), len(truth))
        shut = np.asarray(closed.any(axis=0), dtype=bool)
        found.append(
            _Way(
                closure=tuple(members),
                blocked=dict(zip(members, map(_bits, closed), strict=True)),
                if_open=float(houses[number] * (~shut).mean()),
                if_blocked=float(without[number, shut].sum()) / max(1, int(shut.sum())) / len(shut),
            )
        )
    return found


def _bits(flags: BoolArray) -> int:
    return int.from_bytes(np.packbits(flags).tobytes(), "big")


def _best_passages(ward: Ward, questions: Questions, stands: _Stands) -> tuple[IntArray, IntArray]:
    """Return for each house the passage that ends its way in with the fewest unknowns.

    Returns
    -------
    Passages, shape ``(houses,)``, and for each passage the one before it.
    """
    network = ward.network
    count = 2 * network.n_segments
    unknown = np.zeros(network.n_passages)
    unknown[questions.passages] = np.diff(questions.of_passages.tocsc().indptr)
    metres = np.repeat(network.segment_length_m, 2)
    driven = drive(
        network,
        ward.best,
        ward.best_reach,
        # Of ways with equally few unknowns the shortest.
        cost=unknown[:count] + metres / max(1.0, 2 * float(metres.sum())),
        through=unknown[count:],
        stations=None,
    )
    order = np.lexsort((np.arange(count), driven.to_end))
    rank = np.empty(count, dtype=np.int64)
    rank[order] = np.arange(count)
    passage = np.zeros(stands.count, dtype=np.int64)
    for block, least in stands.least(stands.of_passages(rank, count)):
        passage[block] = order[least]
    return passage, driven.before


def _on_ways(
    ward: Ward, questions: Questions, passages: IntArray, before: IntArray
) -> dict[int, tuple[int, ...]]:
    """Return the questions on the way to some passages, in the order of the way in."""
    network = ward.network
    turns, count = network.turns, 2 * network.n_segments
    at = np.full(network.n_passages, NOWHERE, dtype=np.int64)
    at[questions.passages] = np.arange(len(questions.passages))
    columns = questions.of_passages.tocsc()
    key = turns.arriving * count + turns.leaving
    known: dict[int, tuple[int, ...]] = {NOWHERE: ()}

    def asked(passage: int) -> Iterator[int]:
        if at[passage] >= 0:
            begin, end = columns.indptr[at[passage] : at[passage] + 2]
            yield from columns.indices[begin:end].tolist()

    for last in np.unique(passages).tolist():
        chain = []
        passage = last
        while passage not in known:
            chain.append(passage)
            passage = int(before[passage])
        for passage in reversed(chain):
            earlier = int(before[passage])
            new = list(asked(passage))
            if earlier != NOWHERE:
                turn = int(np.searchsorted(key, earlier * count + passage))
                new = [*asked(count + turn), *new]
            known[passage] = tuple(dict.fromkeys([*known[earlier], *new]))
    return known


def _in_order(ways: Sequence[_Way]) -> list[tuple[int, ...]]:
    """Return sets of alleys, that first which settles most for each alley in it.

    Candidates are the beginnings of all closures, and single alleys. What a candidate brings
    changes only when an alley of one of its ways is taken: only then is it computed again.
    """
    ways_of: dict[int, list[int]] = {}
    candidates: dict[tuple[int, ...], None] = {}
    for number, way in enumerate(ways):
        for end, unit in enumerate(way.closure, start=1):
            ways_of.setdefault(unit, []).append(number)
            candidates[way.closure[:end]] = None
            candidates[(unit,)] = None
    candidates_of: dict[int, list[tuple[int, ...]]] = {}
    for candidate in candidates:
        for unit in candidate:
            candidates_of.setdefault(unit, []).append(candidate)
    taken: set[int] = set()
    left = [len(way.closure) for way in ways]
    shut = [0] * len(ways)

    def brings(added: tuple[int, ...]) -> float:
        total = 0.0
        for number in sorted({number for unit in added for number in ways_of[unit]}):
            way, more, missing = ways[number], shut[number], left[number]
            for unit in added:
                if unit in way.blocked:
                    more |= way.blocked[unit]
                    missing -= 1
            total += way.if_blocked * (more.bit_count() - shut[number].bit_count())
            total += way.if_open * (missing == 0)
        return total

    queue: list[tuple[float, int, tuple[int, ...], tuple[int, ...]]] = []
    standing: dict[tuple[int, ...], tuple[float, int, tuple[int, ...], tuple[int, ...]]] = {}

    def offer(candidate: tuple[int, ...]) -> None:
        added = tuple(unit for unit in candidate if unit not in taken)
        standing.pop(candidate, None)
        worth = round(brings(added) / len(added), 9) if added else 0.0
        if worth > 0:
            standing[candidate] = (-worth, len(added), added, candidate)
            heapq.heappush(queue, standing[candidate])

    for candidate in candidates:
        offer(candidate)
    chosen: list[tuple[int, ...]] = []
    while queue:
        best = heapq.heappop(queue)
        if standing.get(best[3]) is not best:
            continue
        added = best[2]
        chosen.append(added)
        taken |= set(added)
        touched = {number for unit in added for number in ways_of[unit]}
        for number in touched:
            for unit in added:
                if unit in ways[number].blocked:
                    shut[number] |= ways[number].blocked[unit]
                    left[number] -= 1
        units = {unit for number in touched for unit in ways[number].closure}
        for candidate in dict.fromkeys(c for unit in sorted(units) for c in candidates_of[unit]):
            offer(candidate)
    return chosen


def _improved(settling: _Settling, order: IntArray, truth: BoolArray) -> IntArray:
    """Return the alleys in an order in which more is settled sooner.

    An alley that settles much when its turn comes should come sooner; but what it settles depends
    on those before it. So the alleys are sorted by what each settled in all orders tried so far,
    the mean, again and again, and of these orders the best is kept.
    """
    mean = np.zeros(len(settling.questions.unit_key))
    best, most = order, -1.0
    for tried in range(_ROUNDS):
        gains = settling.gains(order, truth)
        soon = float(np.cumsum(gains).sum())
        if soon > most:
            best, most = order, soon
        mean[order] += (gains - mean[order]) / (tried + 1)
        order = order[np.argsort(-mean[order].round(9), kind="stable")]
    return best


def _worth_it(
    settling: _Settling, order: IntArray, truth: BoolArray
) -> tuple[IntArray, FloatArray]:
    """Return alleys with what each settles, without those that settle nothing.

    Alleys that settle nothing themselves stay if without them others settle less.
    """
    gains = settling.gains(order, truth)
    useful = gains > 0
    without = settling.gains(order[useful], truth)
    if without.sum() >= gains.sum() - 1e-9:
        return order[useful], without
    end = int(np.flatnonzero(useful)[-1]) + 1
    return order[:end], gains[:end]


def _listed(ward: Ward, chances: Chances, order: IntArray, gains: FloatArray) -> Walk:
    """Return the list with what there is to know of each alley."""
    questions, network = chances.questions, ward.network
    key = questions.unit_key[order]
    rank = np.full(len(questions.unit_key), NOWHERE, dtype=np.int64)
    rank[order] = np.arange(len(order))
    # Its unknown segments; where an obstacle alone is the question, the segment that it stands on.
    along = questions.passages[questions.passages < 2 * network.n_segments] // 2
    unknown = np.unique(along[ward.passability.segment_answer[along] == Answer.UNKNOWN])
    unit = np.searchsorted(questions.unit_key, unit_keys(ward, unknown))
    unit = np.minimum(unit, max(0, len(questions.unit_key) - 1))
    fits = questions.unit_key[unit] == unit_keys(ward, unknown) if len(unit) else unit.astype(bool)
    pairs = pd.DataFrame({"rank": rank[unit[fits]], "segment": unknown[fits]})
    only = ~np.isin(questions.unit, unit[fits])
    pairs = pd.concat(
        [
            pairs,
            pd.DataFrame({"rank": rank[questions.unit[only]], "segment": questions.segment[only]}),
        ]
    )
    pairs = pairs[pairs["rank"] >= 0].drop_duplicates().sort_values(["rank", "segment"])
    place, segment = pairs["rank"].to_numpy(np.int64), pairs["segment"].to_numpy(np.int64)
    count = len(order)
    geometry = np.full(count, None, dtype=object)
    if count:
        geometry = shapely.multilinestrings(network.lines[segment], indices=place)
    ids = pairs.assign(id=network.segment_id[segment]).groupby("rank")["id"].agg(";".join)
    first = np.zeros(count, dtype=np.int64)
    first[place[::-1]] = segment[::-1]
    alleys = ward.alleys.frame
    is_alley = key < len(alleys)
    alley_id = np.full(count, None, dtype=object)
    name = network.tag("name")[network.segment_way[first]].astype(object)
    alley_id[is_alley] = alleys["alley_id"].to_numpy(dtype=object)[key[is_alley]]
    name[is_alley] = alleys["name"].to_numpy(dtype=object)[key[is_alley]]
    asked = np.bincount(questions.unit, minlength=len(questions.unit_key))
    passed = np.bincount(
        questions.unit, weights=chances.passes.mean(axis=0), minlength=len(questions.unit_key)
    )
    cost = ward.costs.of("measure")
    length_m = np.bincount(place, weights=network.segment_length_m[segment], minlength=count)
    vnd = np.nan if cost is None else cost.vnd
    needs_survey = int((ward.houses["road"] == NEEDS_SURVEY).sum())
    total = np.cumsum(gains)
    frame = gpd.GeoDataFrame(
        {
            "rank": np.arange(1, count + 1),
            "alley_id": alley_id,
            "name": name,
            "group": ward.groups_at(geometry),
            "segment_ids": ids.reindex(range(count)).to_numpy(dtype=object),
            "length_m": length_m,
            "chance": passed[order] / np.maximum(asked[order], 1),
            "houses_needs_survey": _in_doubt(ward, key),
            "settles_houses": gains,
            "total_settles": total,
            "total_share": total / max(1, needs_survey),
            "cost_vnd": vnd * length_m if cost is not None and cost.per == "m" else vnd,
            "cost_from": None if cost is None else cost.source,
        },
        geometry=geometry,
        crs=network.crs,
    )
    settles = float(total[-1]) if count else 0.0
    tenth = math.ceil(count / 10)
    figures = {
        "alleys": count,
        "settles_houses": round(settles, 1),
        "houses_needs_survey": needs_survey,
        "first_tenth": tenth,
        "first_tenth_settles": round(float(total[tenth - 1]), 1) if count else 0.0,
        "settle_half": int(np.searchsorted(total, settles / 2)) + 1 if count else 0,
    }
    return Walk(frame, figures)


def _in_doubt(ward: Ward, key: IntArray) -> IntArray:
    """Count the houses that need a survey whose door opens on each of some alleys."""
    places = ward.doors.places
    asked = (ward.houses["road"] == NEEDS_SURVEY).to_numpy()[places.row]
    doors = pd.Series(unit_keys(ward, places.segment[asked])).value_counts()
    return np.asarray(doors.reindex(key, fill_value=0), dtype=np.int64)
