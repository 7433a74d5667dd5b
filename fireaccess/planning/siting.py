"""Where hydrants and fire points go in a ward, to the optimum, those that stand there kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import csr_array
from scipy.spatial import cKDTree

from fireaccess.analysis.houses import NO_WAY, PLACED_BY_NAME, TOO_FAR, UNCONNECTED
from fireaccess.analysis.water import Objects, nearest_object
from fireaccess.model.answers import COVERED, BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.model.text import nfc, normalise_all
from fireaccess.planning.candidates import (
    NO_CANDIDATES,
    Candidates,
    Kind,
    candidates_of,
    houses_within,
)
from fireaccess.planning.cover import Cover, cover_all, cover_at_least, cover_most, in_turn
from fireaccess.planning.ward import Ward
from fireaccess.project import PlanSection

#: How much more a house counts by its use where risk is the weight: nobody measured this, it is an
#: assumption, which ``use_weights`` of the project replaces.
USE_WEIGHTS: Final[Mapping[str, float]] = MappingProxyType(
    {
        "chợ": 5.0,
        "market": 5.0,
        "kinh doanh": 3.0,
        "sản xuất": 3.0,
        "xưởng": 3.0,
        "workshop": 3.0,
    }
)

#: Shares of the ward's houses for which the number of sites is told.
SHARES: Final = ("0.90", "0.95")

_LIMIT: Final = {"hydrant": "hydrant_radius_m", "fire_point": "fire_point_m"}
_ANSWER: Final = {"hydrant": "water", "fire_point": "point"}
_DENSE_M: Final = 50.0
_MEANS_SOMETHING_ELSE: Final = ("cho",)
# Weights are whole numbers in thousandths.
_PARTS: Final = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Siting:
    """Where hydrants or fire points go.

    Parameters
    ----------
    sites
        The layer ``sites`` of `PLAN_LAYERS` and points, in the order in which to build them.
    not_covered
        The layer ``not_covered``: houses that no candidate covers, with ``too_far``, ``no_way``,
        ``unconnected`` or ``placed_by_name`` as ``why``.
    covers
        Rows of the houses within the limit of each site, those with one before among them.
    figures
        What it comes to, ready for JSON.
    """

    sites: gpd.GeoDataFrame
    not_covered: gpd.GeoDataFrame
    covers: tuple[IntArray, ...]
    figures: Mapping[str, Any]


def site(ward: Ward, kind: Kind, options: PlanSection) -> Siting:
    """Choose where hydrants or fire points go.

    Houses that have water, or a fire point, in the worst case need none. Without a greatest number
    and without a budget the sites are the fewest, or the cheapest where candidates cost
    differently, that cover all that can be covered; else those that cover most.

    Parameters
    ----------
    ward
        The ward.
    kind
        What goes there.
    options
        The greatest number and budget, the weight of houses, the spacing of candidates, whether
        houses should be covered twice, and the seconds for each search.

    Notes
    -----
    ``needed`` of the figures counts houses, whatever the weight: the fewest sites with which that
    share of the ward's houses has one, None where all candidates together don't reach it. ``gap``
    tells how far a choice may be from the best; it is 0 unless a search ran out of time.
    """
    limit_m = ward.norm.value_or_none(_LIMIT[kind])
    houses = ward.houses
    before = (houses[_ANSWER[kind]] == COVERED).to_numpy(dtype=bool)
    weight, told = house_weights(houses, options)
    if limit_m is None:
        candidates = NO_CANDIDATES
        within = csr_array((len(houses), 0), dtype=bool)
    else:
        candidates = candidates_of(ward, kind, options.candidate_spacing_m)
        within = houses_within(ward.graph, ward.doors, candidates.places, limit_m)
    # Of a house placed by name only its road is known: nothing is near it for certain.
    open_houses = np.flatnonzero(~before & ~ward.by_name)
    demand = within[open_houses]
    cost, cost_from = _costs(ward, kind, candidates)
    most, budget = _limits(kind, options)
    chosen = _choose(demand, weight[open_houses], cost, most, budget, options)
    order = in_turn(demand, chosen.sites, weight[open_houses])
    columns = within.tocsc()
    covers = tuple(
        np.sort(columns.indices[columns.indptr[i] : columns.indptr[i + 1]]).astype(np.int64)
        for i in order.tolist()
    )
    added = _added(covers, before | ward.by_name)
    sites = _site_rows(
        ward, kind, candidates, order, added, int(before.sum()), cost[order], cost_from[order]
    )
    left = ~before & (limit_m is not None)
    left[open_houses[np.diff(demand.indptr) > 0]] = False
    not_covered = _not_covered(ward, kind, candidates, left)
    needed = {} if limit_m is None else _needed(demand, before, options.time_limit_s)
    covered = int(before.sum()) + sum(len(rows) for rows in added)
    total_vnd = float(cost[order].sum())
    figures = {
        **_asked_for(kind, options),
        "limit_m": limit_m,
        "spacing_m": None if candidates.own else options.candidate_spacing_m,
        "candidates": len(candidates),
        "candidates_own": candidates.own,
        "candidates_far": candidates.far,
        "candidates_not_reached": candidates.not_reached,
        "candidates_without_cost": int(np.isnan(cost).sum()),
        "houses": len(houses),
        "covered_before": int(before.sum()),
        "covered": covered,
        "not_covered": len(houses) - covered,
        "not_coverable": _counted(not_covered["why"]),
        "sites": len(order),
        "needed": _for_each(needed, lambda found: len(found.sites)),
        "needed_gaps": _for_each(needed, lambda found: found.gap),
        "gap": chosen.gap,
        "status": chosen.status,
        "covered_twice": _covered_twice(covers, before | ward.by_name) if options.backup else None,
        "backup_gap": chosen.backup_gap,
        "cost_vnd": None if np.isnan(total_vnd) else round(total_vnd),
        **told,
    }
    return Siting(sites, not_covered, covers, figures)


def house_weights(houses: pd.DataFrame, options: PlanSection) -> tuple[IntArray, dict[str, Any]]:
    """Return what each house counts, and what was assumed for that.

    ``people``: those who live there; where they aren't counted the median of the others, 1 if none
    are counted. ``risk``: the factor of its use, the greatest of several, else 1. ``density``: 1,
    and the number of other houses within 50 m as a share of that number's median.

    Parameters
    ----------
    houses
        ``people``, ``use`` and ``geometry``.
    options
        Which weight; the factors of uses, the shipped ones if there are none.

    Returns
    -------
    Whole numbers, in thousandths unless every house counts 1, shape ``(houses,)``; and figures.

    Examples
    --------
    >>> houses = pd.DataFrame({"people": [3.0, np.nan, 5.0], "use": ["Chợ Mơ", "nhà ở", None]})
    >>> [house_weights(houses, PlanSection(weight=name))[0].tolist()
    ...  for name in ("houses", "people", "risk")]
    [[1, 1, 1], [3000, 4000, 5000], [5000, 1000, 1000]]
    """
    count = len(houses)
    told: dict[str, Any] = {}
    if options.weight == "people":
        people = houses["people"].to_numpy(dtype=float, na_value=np.nan)
        unknown = np.isnan(people)
        assumed = 1.0 if unknown.all() else float(np.nanmedian(people))
        told["people_assumed"] = int(unknown.sum())
        parts = np.where(unknown, assumed, people)
    elif options.weight == "risk":
        table = options.use_weights or USE_WEIGHTS
        parts = use_factors(houses["use"].to_numpy(dtype=object), table)
        told["use_weights"] = dict(table)
        told["use_weights_assumed"] = not options.use_weights
    elif options.weight == "density":
        parts = 1 + _near_houses(houses)
    else:
        return np.ones(count, dtype=np.int64), told
    return np.round(parts * _PARTS).astype(np.int64), told


def use_factors(uses: ObjectArray, table: Mapping[str, float]) -> FloatArray:
    """Return the factor of each use: the greatest of the table's words that stand in it, else 1.

    Whole words are compared, without accents if one side has none. Without its accent ``chợ``
    (market) would be ``cho``, as in *nhà cho thuê* (house to let): it is never taken for that.

    Parameters
    ----------
    uses
        What houses are used for, None where not known, shape ``(n,)``.
    table
        Factors by word or words.

    Examples
    --------
    >>> uses = np.array(["nhà cho thuê", "XƯỞNG mộc", "xuong moc", "Chợ, kinh doanh", None])
    >>> use_factors(uses, USE_WEIGHTS).tolist()
    [1.0, 3.0, 3.0, 5.0, 1.0]
    """
    factors = np.ones(len(uses))
    code, texts = pd.factorize(uses)
    if len(texts) == 0:
        return factors
    of_text = np.ones(len(texts))
    for word, factor in table.items():
        (wanted,), (wanted_plain,) = _words([word])
        for i, (text, text_plain) in enumerate(zip(*_words(texts), strict=True)):
            accented = wanted != wanted_plain
            if accented and (text != text_plain or wanted_plain in _MEANS_SOMETHING_ELSE):
                stands = f" {wanted} " in f" {text} "
            else:
                stands = f" {wanted_plain} " in f" {text_plain} "
            if stands:
                of_text[i] = max(of_text[i], factor)
    factors[code >= 0] = of_text[code[code >= 0]]
    return factors


def _words(texts: Any) -> tuple[list[str], list[str]]:
    """Return texts as words between blanks: as they are written, and without accents."""
    written = [" ".join(re.sub(r"\W+", " ", nfc(str(text)).lower()).split()) for text in texts]
    return written, normalise_all(written)


def _near_houses(houses: pd.DataFrame) -> FloatArray:
    """Return how many other houses stand within 50 m of each, by the median of that number."""
    xy = _middles(houses)
    if len(xy) == 0:
        return np.zeros(0)
    tree = cKDTree(xy)
    near = np.asarray(tree.query_ball_point(xy, _DENSE_M, return_length=True), dtype=float) - 1
    return near / max(float(np.median(near)), 1.0)


def _middles(houses: pd.DataFrame) -> FloatArray:
    return np.asarray(shapely.get_coordinates(shapely.centroid(houses["geometry"].to_numpy())))


def _costs(ward: Ward, kind: Kind, candidates: Candidates) -> tuple[FloatArray, ObjectArray]:
    """Return what each candidate costs and who says so: the office's own place, else the table."""
    cost, source = candidates.cost_vnd.copy(), candidates.cost_from.copy()
    usual = ward.costs.of(kind)
    if usual is not None:
        unknown = np.isnan(cost)
        cost[unknown], source[unknown] = usual.vnd, usual.source
    return cost, source


def _choose(
    demand: Any,
    weight: IntArray,
    cost: FloatArray,
    most: int | None,
    budget: int | None,
    options: PlanSection,
) -> Cover:
    time_limit_s = options.time_limit_s
    known = ~np.isnan(cost)
    if most is None and budget is None:
        differ = known.all() and len(np.unique(cost)) > 1
        return cover_all(
            demand,
            np.round(cost).astype(np.int64) if differ else None,
            backup=weight if options.backup else None,
            time_limit_s=time_limit_s,
        )
    if budget is None:
        return cover_most(
            demand, weight, most=most, backup=options.backup, time_limit_s=time_limit_s
        )
    # What nobody knows the cost of can't be kept within a budget.
    column = np.flatnonzero(known)
    found = cover_most(
        demand.tocsc()[:, column].tocsr(),
        weight,
        most=most,
        budget=budget,
        cost=np.round(cost[column]).astype(np.int64),
        backup=options.backup,
        time_limit_s=time_limit_s,
    )
    return replace(found, sites=column[found.sites])


def _needed(demand: Any, before: BoolArray, time_limit_s: float) -> dict[str, Cover | None]:
    """Return the fewest sites for shares of the ward's houses, and for all that can be covered."""
    ones = np.ones(demand.shape[0], dtype=np.int64)
    covered = int(before.sum())
    found = {
        share: cover_at_least(
            demand, ones, _share_of(share, len(before)) - covered, time_limit_s=time_limit_s
        )
        for share in SHARES
    }
    return {**found, "all": cover_all(demand, time_limit_s=time_limit_s)}


def _for_each(needed: Mapping[str, Cover | None], figure: Callable[[Cover], Any]) -> dict[str, Any]:
    found = {name: needed.get(name) for name in (*SHARES, "all")}
    return {name: None if cover is None else figure(cover) for name, cover in found.items()}


def _share_of(share: str, houses: int) -> int:
    """Return how many houses are at least that share, in whole numbers."""
    return -(-round(100 * float(share)) * houses // 100)


def _added(covers: tuple[IntArray, ...], done: BoolArray) -> list[IntArray]:
    """Return the houses that each site adds at its turn."""
    done = done.copy()
    added = []
    for rows in covers:
        new = rows[~done[rows]]
        done[new] = True
        added.append(new)
    return added


def _covered_twice(covers: tuple[IntArray, ...], done: BoolArray) -> int:
    """Count the houses within the limit of two sites or more that needed one."""
    times = np.zeros(len(done), dtype=np.int64)
    for rows in covers:
        times[rows] += 1
    return int((times[~done] > 1).sum())


def _site_rows(
    ward: Ward,
    kind: Kind,
    candidates: Candidates,
    order: IntArray,
    added: list[IntArray],
    before: int,
    cost: FloatArray,
    cost_from: ObjectArray,
) -> gpd.GeoDataFrame:
    network, houses = ward.network, ward.houses
    people = houses["people"].to_numpy(dtype=float, na_value=np.nan)
    gains = np.array([len(rows) for rows in added], dtype=np.int64)
    total = before + np.cumsum(gains)
    segment = candidates.places.segment[order]
    points = candidates.points[order]
    rank = np.arange(1, len(order) + 1)
    frame = pd.DataFrame(
        {
            "site_id": _texts([f"{kind}:{i}" for i in rank.tolist()]),
            "kind": _texts([kind] * len(order)),
            "rank": rank,
            "candidate_id": candidates.candidate_id[order],
            "road": network.tag("name")[network.segment_way[segment]],
            "group": ward.groups_at(points),
            "segment_id": network.segment_id[segment],
            "gain_houses": gains,
            "gain_people": np.array([np.nansum(people[rows]) for rows in added], dtype=float),
            "total_houses": total,
            "total_share": total / max(len(houses), 1),
            "cost_vnd": cost,
            "total_cost_vnd": np.cumsum(cost),
            "cost_from": cost_from,
        }
    )
    return gpd.GeoDataFrame(frame[[*PLAN_LAYERS["sites"]]], geometry=points, crs=network.crs)


def _texts(values: list[str]) -> ObjectArray:
    texts = np.empty(len(values), dtype=object)
    texts[:] = values
    return texts


def _not_covered(
    ward: Ward, kind: Kind, candidates: Candidates, left: BoolArray
) -> gpd.GeoDataFrame:
    """Return the houses that no candidate covers, why, and how far the nearest candidate is."""
    doors = ward.doors
    usable = np.ones(len(candidates), dtype=bool)
    placed = Objects(
        gpd.GeoDataFrame(geometry=candidates.points, crs=ward.network.crs),
        candidates.places,
        usable,
        usable,
    )
    nearest_m = nearest_object(ward.graph, placed, usable, doors).distance_m
    nearest_m[ward.by_name] = np.nan
    why = np.full(doors.count, TOO_FAR, dtype=object)
    if len(candidates):
        why[np.isnan(nearest_m)] = NO_WAY
    why[ward.by_name] = PLACED_BY_NAME
    why[~doors.places.found(doors.count)] = UNCONNECTED
    houses = ward.houses[left]
    frame = pd.DataFrame(
        {
            "house_id": houses["house_id"].to_numpy(dtype=object),
            "kind": _texts([kind] * len(houses)),
            "why": why[left],
            "nearest_m": nearest_m[left],
        }
    )
    return gpd.GeoDataFrame(
        frame[[*PLAN_LAYERS["not_covered"]]],
        geometry=shapely.points(_middles(houses)),
        crs=ward.network.crs,
    )


def _counted(values: pd.Series) -> dict[str, int]:
    return {str(name): int(n) for name, n in values.value_counts().sort_index().items()}


def _limits(kind: Kind, options: PlanSection) -> tuple[int | None, int | None]:
    """Return how many are asked for at most, and for how much money."""
    if kind == "hydrant":
        return options.hydrants, options.budgets_vnd.get("hydrants")
    return options.fire_points, options.budgets_vnd.get("fire_points")


def _asked_for(kind: Kind, options: PlanSection) -> dict[str, Any]:
    most, budget = _limits(kind, options)
    problem = "budget" if budget is not None else "all" if most is None else "most"
    return {
        "problem": problem,
        "objective": problem,
        "most": most,
        "budget_vnd": budget,
        "weight": options.weight,
        "backup": options.backup,
    }
