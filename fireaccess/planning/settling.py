"""What measuring one alley after another settles, computed exactly in many draws at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import numpy as np
from scipy.sparse.csgraph import dijkstra

from fireaccess.model.answers import BoolArray, FloatArray, IntArray
from fireaccess.planning.questions import Questions
from fireaccess.planning.ward import Ward

#: Houses and sources of ways that are dealt with at once: keeps the memory of large wards bounded.
_HOUSES: Final = 2000
_SOURCES: Final = 256
_SLACK_M: Final = 1e-6


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
    return Settling(ward, questions, Stands(ward, askable(ward))).gains(order, truth)


def askable(ward: Ward) -> BoolArray:
    """Return the houses that measuring alleys can settle."""
    limit_m = ward.norm.value("hose_limit_m")
    open_answer = (ward.best_lines.hose_m <= limit_m) & ~(ward.worst_lines.hose_m <= limit_m)
    return np.asarray(open_answer & ~ward.by_name)


class Stands:
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


class Settling:
    """After how many measured alleys each house is settled, in many draws at once.

    A passage opens in the worst case once the last of its alleys is measured, if all let the truck
    pass; it closes in the best case once the first blocked one is. The truck gets to a place after
    the least, over its ways, of the latest passage; it no longer gets there after the greatest,
    over its ways, of the first to close. Both are the same search for a bottleneck.
    """

    def __init__(self, ward: Ward, questions: Questions, stands: Stands) -> None:
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
