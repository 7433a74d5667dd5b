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

from fireaccess.analysis.reach import drive
from fireaccess.model.answers import NEEDS_SURVEY, Answer, BoolArray, FloatArray, IntArray
from fireaccess.network.paths import NOWHERE
from fireaccess.planning.chances import Chances
from fireaccess.planning.questions import Questions, unit_keys
from fireaccess.planning.settling import Settling, Stands, askable
from fireaccess.planning.ward import Ward

#: Draws that the list is chosen on, and as many others that tell what it settles.
_DRAWS: Final = 100
#: Orders that are tried.
_ROUNDS: Final = 8


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
    asked = askable(ward)
    draws = len(chances.passes)
    half = min(_DRAWS, (draws + 1) // 2)
    chosen_on = chances.passes[:half]
    seen_on = chances.passes[half : 2 * half] if draws > 1 else chosen_on
    settling = Settling(ward, questions, Stands(ward, asked))
    sets = _in_order(_ways(ward, questions, settling, chosen_on))
    on_ways = np.array([unit for members in sets for unit in members], dtype=np.int64)
    # An alley on no best way may still decide another.
    others = np.setdiff1d(np.arange(len(questions.unit_key)), on_ways)
    order = np.concatenate([on_ways, others])
    decides = settling.gains(order, chosen_on)[len(on_ways) :] > 0
    order = _improved(settling, np.concatenate([on_ways, others[decides]]), chosen_on)
    order, gains = _worth_it(settling, order, seen_on)
    return _listed(ward, chances, order, gains)


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


def _ways(ward: Ward, questions: Questions, settling: Settling, truth: BoolArray) -> list[_Way]:
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


def _best_passages(ward: Ward, questions: Questions, stands: Stands) -> tuple[IntArray, IntArray]:
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


def _improved(settling: Settling, order: IntArray, truth: BoolArray) -> IntArray:
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


def _worth_it(settling: Settling, order: IntArray, truth: BoolArray) -> tuple[IntArray, FloatArray]:
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
