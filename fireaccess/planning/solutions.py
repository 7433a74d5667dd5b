"""A water solution for each road or alley without a truck, from the norm's catalogue.

All places of an alley that wait for water (`fireaccess.planning.waiting`) have to be served by a
kind of the catalogue that fits there (`fireaccess.planning.fits`).

Of the kinds that serve an alley for certain the cheapest is proposed, those without a price after
those with one, and of equal ones the first of the norm. Where none is certain the same order is
taken among those that may serve; what to find out first stands beside it.

Limits: no map tells of water mains, nor where on a plot a tank finds room. Alleys are judged one by
one, each by the full price: what two of them share is not cheaper for being shared. What it costs
is then divided equally among them, so that a column of costs adds up to what is paid.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.model.answers import Answer
from fireaccess.model.catalogue import Message
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.model.norm_tables import SOLUTION_KINDS
from fireaccess.planning.fits import (
    CHECK_DRAFT_POINT,
    CHECK_SOURCE,
    HOSE_IS_ENOUGH,
    MEASURE_MOUTH,
    MEASURE_WIDTH,
    MOUTH_IS_ENOUGH,
    NARROW_PLACES,
    NO_DRAFT_POINT,
    NO_SOURCE,
    NO_WATER_AT_MOUTH,
    NO_WAY,
    TOO_FAR,
    TOO_NARROW,
    WATER_AT_MOUTH,
    Fit,
    fits_of,
)
from fireaccess.planning.waiting import placed_by_name, who_waits
from fireaccess.planning.ward import Ward
from fireaccess.sources.costs import Cost, Costs

#: States of an alley's solution.
EXISTING, PROPOSED, NONE, NOT_KNOWN = "existing", "proposed", "none", "not_known"

HAS_WATER, INSTALLED, PLANNED_HYDRANTS = "has_water", "installed", "planned_hydrants"
CHEAPEST, ONLY_ONE, NORMS_ORDER = "cheapest", "only_one", "norms_order"
DEPENDS_ON_SURVEY, FIND_HOUSES = "depends_on_survey", "find_houses"
SHARED = "shared"
NO_CATALOGUE = "no_catalogue"

#: What stands in ``why``, joined by ";", and what it tells. Those that begin with ``no_`` or
#: ``too_``, and `MOUTH_IS_ENOUGH` and `HOSE_IS_ENOUGH`, say why kinds of the catalogue don't serve.
WHY: Final[Mapping[str, Message]] = MappingProxyType(
    {
        HAS_WATER: Message("All its houses have usable water near enough."),
        INSTALLED: Message("An installed solution serves it."),
        PLANNED_HYDRANTS: Message("The planned hydrants serve all its houses: no more is needed."),
        CHEAPEST: Message("The cheapest that serves all houses without water."),
        ONLY_ONE: Message("The only one that serves all houses without water."),
        NORMS_ORDER: Message(
            "The first in the norm's order that serves all houses without water: prices are missing"
            " to find the cheapest."
        ),
        DEPENDS_ON_SURVEY: Message("Whether it is needed depends on a survey."),
        MEASURE_WIDTH: Message("Measure first whether the alley is wide enough to build in."),
        NARROW_PLACES: Message("Look first whether it can be built past the narrow places."),
        WATER_AT_MOUTH: Message("Check first whether a truck has water at the mouth."),
        CHECK_DRAFT_POINT: Message("Check first what is not known of the draft point."),
        CHECK_SOURCE: Message("Check first whether the open water may feed a pit all year round."),
        MEASURE_MOUTH: Message("Measure first whether a truck gets to the mouth."),
        FIND_HOUSES: Message("Find out first where houses placed by a road's name stand."),
        SHARED: Message("Shares what is built with other alleys: the cost is divided among them."),
        NO_CATALOGUE: Message("The norm has no catalogue of water solutions."),
        NO_WAY: Message("No way on foot is mapped from where trucks get to."),
        TOO_FAR: Message("Houses are too far from the mouth."),
        TOO_NARROW: Message("The alley is too narrow to build in, all along."),
        NO_WATER_AT_MOUTH: Message("A truck has no water at the mouth."),
        NO_DRAFT_POINT: Message("No draft point is near enough to all houses."),
        NO_SOURCE: Message("No open water is near enough to feed a pit."),
        MOUTH_IS_ENOUGH: Message("A hydrant at the mouth is enough."),
        HOSE_IS_ENOUGH: Message("A hose from the mouth is enough."),
    }
)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Solutions:
    """The water solution of each alley.

    Parameters
    ----------
    frame
        One row for each alley in their order, columns ``solutions`` of
        `fireaccess.model.layers.PLAN_LAYERS`, the alleys as ``geometry`` in the analysis CRS.
    places
        Where hydrants, pits and draft points of it stand: ``alley_id``, ``kind``, a point as
        ``geometry``. Alleys that share one have a row each.
    figures
        Counts by state and kind, shares, costs; ready for JSON.
    """

    frame: gpd.GeoDataFrame
    places: gpd.GeoDataFrame
    figures: Mapping[str, Any]

    def __repr__(self) -> str:
        return f"<Solutions of {len(self.frame)} alleys>"


def water_solutions(ward: Ward, hydrants: gpd.GeoDataFrame) -> Solutions:
    """Propose a water solution for each alley that has none.

    Parameters
    ----------
    ward
        The ward.
    hydrants
        Planned hydrants, points in the analysis CRS; may be empty. One farther than the setting
        ``snap_limit_m`` from any road serves nobody.

    Returns
    -------
    ``state`` is ``existing``, ``proposed``, ``not_known`` (what decides has to be found out first)
    or ``none``; ``why`` holds codes of `WHY`. ``pieces`` are hydrants, outlets, tanks, places or
    pits to build, ``pipe_m`` the pipe to lay; ``cost_vnd`` is the alley's share of what they cost:
    a place that alleys of the same state share is paid by each of them alike. ``others`` are the
    other kinds that serve, and with "?" those that may. Fire points and other vehicles stand beside
    the solution and are no water.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> import fireaccess
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = fireaccess.run(fireaccess.Project.open(write_sample(Path(folder) / "w"))).ward
    >>> found = water_solutions(ward, gpd.GeoDataFrame(geometry=[], crs=ward.network.crs))
    >>> sorted(set(found.frame["state"]))
    ['existing', 'proposed']
    """
    has = ward.alleys.frame["has_water_solution"].to_numpy(dtype=object)
    waiting = who_waits(ward, hydrants)
    fits = fits_of(waiting)
    waits, by_name = waiting.waits, placed_by_name(ward)
    rows = []
    for i in range(len(has)):
        if has[i] == "yes":
            rows.append(_Row(EXISTING, (INSTALLED if waiting.lacks[i] else HAS_WATER,)))
            continue
        if waits[i]:
            row = _chosen(i, fits, ward)
        else:
            row = _Row(
                PROPOSED,
                (PLANNED_HYDRANTS,),
                "hydrant",
                clause=_clause(ward, "hydrant"),
                cost_vnd=0.0,
            )
        rows.append(row.told(unknown=has[i] == "unknown", by_name=bool(by_name[i])))
    rows = _shared(rows)
    return Solutions(_frame(ward, rows), _places(ward, rows), _figures(rows))


# The choice ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """What is said of one alley."""

    state: str
    why: tuple[str, ...]
    kind: str | None = None
    clause: str | None = None
    pipe_m: float = 0.0
    pieces: int = 0
    others: tuple[str, ...] = ()
    cost_vnd: float = np.nan
    cost_from: tuple[str, ...] = ()
    where: tuple[Any, ...] | None = None

    def told(self, *, unknown: bool, by_name: bool) -> _Row:
        """Add what the answer hangs on."""
        if self.kind is None:
            return self
        why = (
            *self.why,
            *((DEPENDS_ON_SURVEY,) if unknown else ()),
            *((FIND_HOUSES,) if by_name else ()),
        )
        return replace(self, why=why, state=NOT_KNOWN if by_name else self.state)


def _clause(ward: Ward, kind: str) -> str | None:
    return next((rule.clause for name, rule in ward.norm.solutions if name == kind), None)


def _chosen(i: int, fits: Mapping[str, Fit], ward: Ward) -> _Row:
    """Choose among the kinds that serve an alley: certain ones first, then by cost and norm."""
    if not fits:
        return _Row(NONE, (NO_CATALOGUE,))
    costs = {
        kind: cost_of(kind, int(fit.pieces[i]), float(fit.pipe_m[i]), ward.costs)
        for kind, fit in fits.items()
    }

    def by_cost(kind: str) -> tuple[bool, float]:
        vnd = costs[kind][0]
        return bool(np.isnan(vnd)), vnd if np.isfinite(vnd) else 0.0

    # A stable order: of equal ones the norm's first stays in front.
    certain = sorted((k for k, fit in fits.items() if fit.answer[i] == Answer.PASS), key=by_cost)
    perhaps = sorted((k for k, fit in fits.items() if fit.answer[i] == Answer.UNKNOWN), key=by_cost)
    if not certain and not perhaps:
        return _Row(NONE, tuple(dict.fromkeys(str(fit.why[i]) for fit in fits.values())))
    kind = (certain or perhaps)[0]
    fit = fits[kind]
    in_order = [other for other in fits if other != kind]
    others = (
        *(other for other in in_order if other in certain),
        *(f"{other}?" for other in in_order if other in perhaps),
    )
    vnd, sources = costs[kind]
    if not certain:
        why = tuple(str(fit.why[i]).split(";"))
    elif len(certain) == 1:
        why = (ONLY_ONE,)
    else:
        why = (NORMS_ORDER,) if np.isnan([costs[k][0] for k in certain]).any() else (CHEAPEST,)
    return _Row(
        PROPOSED if certain else NOT_KNOWN,
        why,
        kind,
        _clause(ward, kind),
        float(fit.pipe_m[i]),
        int(fit.pieces[i]),
        others,
        vnd,
        sources,
        fit.where[i],
    )


def cost_of(kind: str, pieces: int, pipe_m: float, costs: Costs) -> tuple[float, tuple[str, ...]]:
    """Return what a water solution costs, in đồng, and who says so.

    Pieces are hydrants where the kind is a pipe. The pipe of a riser or a pit is priced as a pipe,
    unless the riser or pit is itself priced by the metre.

    Returns
    -------
    NaN and no names where a price is missing.

    Examples
    --------
    >>> costs = Costs({"pipe": Cost(2e6, "m", "ours"), "hydrant": Cost(3e7, "piece", "example")})
    >>> cost_of("pipe", 2, 100.0, costs)
    (260000000.0, ('example', 'ours'))
    >>> cost_of("pit", 1, 20.0, costs)
    (nan, ())
    """
    own = costs.of(kind)
    parts: list[tuple[Cost | None, int]] = [(own, 1 if kind == "pipe" else pieces)]
    if kind == "pipe":
        parts.append((costs.of("hydrant"), pieces))
    elif pipe_m > 0 and own is not None and own.per != "m":
        parts.append((costs.of("pipe"), 1))
    total, sources = 0.0, set()
    for cost, number in parts:
        if cost is None:
            return np.nan, ()
        total += cost.vnd * (pipe_m if cost.per == "m" else number)
        sources.add(cost.source)
    return total, tuple(sorted(sources))


def _shared(rows: list[_Row]) -> list[_Row]:
    """Divide what each place costs among the alleys that share it.

    Alleys of the same state: what is proposed is to be built whatever a survey finds for others.
    """
    users = Counter((row.state, row.kind, place) for row in rows for place in row.where or ())
    divided = []
    for row in rows:
        among = [users[row.state, row.kind, place] for place in row.where or ()]
        if any(count > 1 for count in among):
            # All places of a row cost the same.
            share = sum(1 / count for count in among) / len(among)
            row = replace(row, cost_vnd=row.cost_vnd * share, why=(*row.why, SHARED))
        divided.append(row)
    return divided


# What comes out ------------------------------------------------------------------------------


def _frame(ward: Ward, rows: list[_Row]) -> gpd.GeoDataFrame:
    alleys = ward.alleys.frame

    def texts(values: list[str | None]) -> Any:
        return pd.Series([value or None for value in values], dtype=object)

    columns = {
        **{
            name: alleys[name].to_numpy()
            for name in (
                "alley_id",
                "name",
                "depth_m",
                "length_m",
                "min_width_m",
                "houses",
                "has_water_solution",
            )
        },
        "group": ward.groups_at(alleys.geometry.to_numpy()),
        "solution": texts([row.kind for row in rows]),
        "state": texts([row.state for row in rows]),
        "clause": texts([row.clause for row in rows]),
        "why": texts([";".join(row.why) for row in rows]),
        "pipe_m": np.array([row.pipe_m if row.kind else np.nan for row in rows], dtype=float),
        "pieces": pd.array([row.pieces if row.kind else pd.NA for row in rows], dtype="Int64"),
        "others": texts([";".join(row.others) for row in rows]),
        "fire_points": _fire_points(ward),
        "vehicles": texts(_vehicles(ward)),
        "cost_vnd": np.array([row.cost_vnd for row in rows], dtype=float),
        "cost_from": texts([";".join(row.cost_from) for row in rows]),
    }
    return gpd.GeoDataFrame(
        {name: columns[name] for name in PLAN_LAYERS["solutions"]},
        geometry=alleys.geometry.to_numpy(),
        crs=ward.network.crs,
    )


def _places(ward: Ward, rows: list[_Row]) -> gpd.GeoDataFrame:
    """Return where the pieces stand that a truck gets to."""
    ids = ward.alleys.frame["alley_id"].to_numpy(dtype=object)
    built = [(ids[i], row, place) for i, row in enumerate(rows) for place in row.where or ()]
    stands = ward.drafts.set_index("draft_point_id")[["stand_x", "stand_y"]]
    xy = [
        stands.loc[place].to_numpy(dtype=float)
        if row.kind == "draft_point"
        else ward.network.node_xy[ward.graph.vertex_node[place]]
        for _, row, place in built
    ]
    return gpd.GeoDataFrame(
        {
            "alley_id": pd.Series([alley for alley, _, _ in built], dtype=object),
            "kind": pd.Series([row.kind for _, row, _ in built], dtype=object),
        },
        geometry=shapely.points(np.array(xy, dtype=float).reshape(-1, 2)),
        crs=ward.network.crs,
    )


def _fire_points(ward: Ward) -> Any:
    """Return how many fire points each alley needs: one every so many metres of its length."""
    alleys = ward.alleys.frame
    apart_m = ward.norm.value_or_none("fire_point_m")
    needs = alleys["needs_fire_point"]
    number = pd.array([pd.NA] * len(alleys), dtype="Int64")
    if apart_m is not None:
        each = np.maximum(1, np.ceil(alleys["length_m"].to_numpy(dtype=float) / apart_m))
        wanted = np.where(needs.fillna(False).to_numpy(dtype=bool), each, 0).astype(np.int64)
        number = pd.array(wanted, dtype="Int64")
    number[needs.isna().to_numpy()] = pd.NA
    return number


def _vehicles(ward: Ward) -> list[str | None]:
    """Return the other vehicles that get into each alley, with "?" where that is not known."""
    table = ward.vehicles
    prefix = "vehicle:"
    table = table[table["scenario"].astype(str).str.startswith(prefix)]
    table = table[table["opened"].isin(("yes", "unknown"))]
    names: dict[str, list[str]] = {}
    for alley, scenario, opened in zip(
        table["alley_id"], table["scenario"], table["opened"], strict=True
    ):
        mark = "" if opened == "yes" else "?"
        names.setdefault(alley, []).append(scenario.removeprefix(prefix) + mark)
    return [";".join(names.get(alley, ())) or None for alley in ward.alleys.frame["alley_id"]]


def _figures(rows: list[_Row]) -> dict[str, Any]:
    """Count the rows; a piece that alleys share is counted once, and each has paid its part."""
    states = [row.state for row in rows]
    proposed = [row for row in rows if row.state == PROPOSED]
    built = {
        (row.kind, place)
        for number, row in enumerate(proposed)
        for place in row.where or ((number, piece) for piece in range(row.pieces))
    }
    pieces = Counter(kind for kind, _ in built)
    known = [row.cost_vnd for row in proposed if not np.isnan(row.cost_vnd)]

    def share(number: int) -> float | None:
        return number / len(rows) if rows else None

    existing = states.count(EXISTING)
    kinds = sorted({row.kind for row in rows if row.kind}, key=SOLUTION_KINDS.index)
    return {
        "alleys": len(rows),
        "existing": existing,
        "proposed": len(proposed),
        "none": states.count(NONE),
        "not_known": states.count(NOT_KNOWN),
        "share_now": share(existing),
        "share": share(existing + len(proposed)),
        "by_kind": {
            kind: {
                "proposed": sum(row.kind == kind for row in proposed),
                "not_known": sum(row.kind == kind and row.state == NOT_KNOWN for row in rows),
                "pieces": pieces[kind],
            }
            for kind in kinds
        },
        # Thirds of a price add up to the price but for the last digits.
        "cost_vnd": round(sum(known)) if known or not proposed else None,
        "without_cost": sum(bool(np.isnan(row.cost_vnd)) for row in proposed),
        "example": any("example" in row.cost_from for row in proposed),
    }
