"""A water solution for each road or alley without a truck, from the norm's catalogue.

What counts is the worst case: the houses of an alley that lack usable water for certain, the
planned hydrants counted in, have to be served, each along the hose with its own offset. An alley
without houses is judged at the ends of its segments, as if houses stood there. Houses that have
water need no more of it.

hydrant
    Where the truck stops on the way to the alley's entrance. Houses beyond the norm's radius may
    be served from where their own hose lines begin, with one more hydrant for each such place.
pipe
    Where no hydrant at the mouth is enough. Of the houses that wait the deepest comes first: a
    hydrant stands as far out on the way there as it may (in whole metres of pipe), and serves all
    houses within the radius; on a tree of alleys no other choice needs fewer. Between two hydrants
    of one run of pipe no more than the spacing lies.
riser
    In the same way, its outlets within a hose line of the houses, its pipe no longer than the norm
    allows. The truck that feeds it must have water at the mouth.
tank_pump
    In the same way. The only kind that needs no way on foot from where trucks get to.
draft_point
    Draft points that answer yes serve for certain; those of which something is not known may.
pit
    At the mouth. Its pipe follows roads and paths from open water.

Pipes and tanks need room: it is there for certain if every segment of the alley has a width and no
place is too narrow; there is none if all of them are; else somebody has to look or to measure.

Of the kinds that serve an alley for certain the cheapest is proposed, those without a price after
those with one, and of equal ones the first of the norm. Where none is certain the same order is
taken among those that may serve; what to find out first stands beside it.

Limits: no map tells of water mains, nor where on a plot a tank finds room. Alleys are judged one by
one: a hydrant at the mouth of two of them stands in both rows, but once in the sum of costs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from fireaccess.analysis.water import TRUCK_SOURCES
from fireaccess.model.answers import COVERED, Answer, BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.model.catalogue import Message
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.model.norm import SOLUTION_KINDS, SolutionRule
from fireaccess.network.paths import (
    NOWHERE,
    Approach,
    FootGraph,
    Leaves,
    along_same_segment,
    approach,
    nearest_place,
)
from fireaccess.network.place import Places, Snapper
from fireaccess.planning.ward import Ward
from fireaccess.sources.costs import Cost, Costs

#: States of an alley's solution.
EXISTING, PROPOSED, NONE, NOT_KNOWN = "existing", "proposed", "none", "not_known"

#: What stands in ``why``, joined by ";", and what it tells. Those that begin with ``no_`` or
#: ``too_``, and `MOUTH_IS_ENOUGH` and `HOSE_IS_ENOUGH`, say why kinds of the catalogue don't serve.
HAS_WATER, INSTALLED = "has_water", "installed"
PLANNED_HYDRANTS, CHEAPEST, ONLY_ONE, NORMS_ORDER = (
    "planned_hydrants",
    "cheapest",
    "only_one",
    "norms_order",
)
DEPENDS_ON_SURVEY, MEASURE_WIDTH, WATER_AT_MOUTH, CHECK_DRAFT_POINT, CHECK_SOURCE = (
    "depends_on_survey",
    "measure_width",
    "water_at_mouth",
    "check_draft_point",
    "check_source",
)
NARROW_PLACES, MEASURE_MOUTH, FIND_HOUSES = "narrow_places", "measure_mouth", "find_houses"
NO_CATALOGUE, NO_WAY, TOO_FAR, TOO_NARROW = "no_catalogue", "no_way", "too_far", "too_narrow"
NO_WATER_AT_MOUTH, NO_DRAFT_POINT, NO_SOURCE = (
    "no_water_at_mouth",
    "no_draft_point",
    "no_source",
)
MOUTH_IS_ENOUGH, HOSE_IS_ENOUGH = "mouth_is_enough", "hose_is_enough"

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

# The dense distances of so many places are held at a time.
_AT_ONCE: Final = 64


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
    pits to build, ``pipe_m`` the pipe to lay. ``others`` are the other kinds that serve, and with
    "?" those that may. Fire points and other vehicles stand beside the solution and are no water.

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
    frame = ward.alleys.frame
    has = frame["has_water_solution"].to_numpy(dtype=object)
    members = _members(ward)
    wants = _wants(ward)
    lacks = np.bincount(wants.alley, minlength=len(frame)) > 0
    planned = _hydrant_ways(ward, hydrants, wants.places) <= _or_nan(ward, "hydrant_radius_m")
    wants = wants[(has[wants.alley] != "yes") & ~planned]
    waits = np.bincount(wants.alley, minlength=len(frame)) > 0
    entrance, mouth = _mouths(ward, members)
    case = _Case(
        ward=ward,
        hydrants=hydrants,
        wants=wants,
        start=np.searchsorted(wants.alley, np.arange(len(frame) + 1)),
        waits=waits,
        entrance=entrance,
        mouth=mouth,
        from_mouth_m=_from_mouths(ward, mouth[wants.alley], wants.places),
    )
    inside = _inside(case)
    fits = {
        kind: _INSIDE[kind](case, rule, inside[kind]) if kind in inside else _FIT[kind](case, rule)
        for kind, rule in ward.norm.solutions
    }
    if {"pipe", "hydrant"} <= set(fits):
        _rule_out(fits["pipe"], fits["hydrant"].answer == Answer.PASS, MOUTH_IS_ENOUGH)
    placed_by_name = _placed_by_name(ward)
    rows = []
    for i in range(len(frame)):
        if has[i] == "yes":
            rows.append(_Row(EXISTING, (INSTALLED if lacks[i] else HAS_WATER,)))
            continue
        if waits[i] or not lacks[i]:
            row = _chosen(i, fits, ward)
        else:
            row = _Row(PROPOSED, (PLANNED_HYDRANTS,), "hydrant", clause=_clause(ward, "hydrant"))
        rows.append(row.told(unknown=has[i] == "unknown", placed_by_name=bool(placed_by_name[i])))
    return Solutions(_frame(ward, rows), _places(ward, rows), _figures(rows))


# Who lacks water -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Wants:
    """Doors of houses without certain water, and ends of alleys without houses, by alley."""

    alley: IntArray
    places: Places

    def __getitem__(self, kept: BoolArray) -> _Wants:
        return _Wants(self.alley[kept], _of(self.places, kept))


@dataclass(frozen=True, slots=True, eq=False)
class _Case:
    """What the conditions of all kinds are checked against.

    ``start`` tells where the wants of each alley begin; ``waits`` which alleys have any;
    ``entrance`` and ``mouth`` are vertices, `NOWHERE` where no truck and no foot gets to the alley.
    """

    ward: Ward
    hydrants: gpd.GeoDataFrame
    wants: _Wants
    start: IntArray
    waits: BoolArray
    entrance: IntArray
    mouth: IntArray
    from_mouth_m: FloatArray

    def value(self, name: str | None) -> float:
        """Return a figure of the norm that a condition names."""
        return np.nan if name is None else self.ward.norm.value(name)

    def farthest(self, values: FloatArray) -> FloatArray:
        """Return the greatest of some values of the wants for each alley."""
        greatest = np.full(len(self.waits), -np.inf)
        np.maximum.at(greatest, self.wants.alley, values)
        return greatest

    def of_alley(self, alley: int) -> Places:
        """Return the places that want water in an alley."""
        return _of(self.wants.places, slice(self.start[alley], self.start[alley + 1]))


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """The shortest ways on foot from one vertex: distance of each vertex, and the one before."""

    distance_m: FloatArray
    predecessor: IntArray


def _of(places: Places, kept: Any) -> Places:
    return Places(
        places.row[kept],
        places.segment[kept],
        places.along_m[kept],
        places.distance_m[kept],
        places.xy[kept],
    )


def _members(ward: Ward) -> IntArray:
    return np.flatnonzero(ward.alleys.of_segment >= 0)


def _wants(ward: Ward) -> _Wants:
    """Return the places in alleys that have no water for certain, by alley."""
    network, graph, doors = ward.network, ward.graph, ward.doors
    of_door = ward.alleys.of_segment[doors.places.segment]
    water = ward.houses["water"].to_numpy(dtype=object)[doors.places.row]
    lacking = np.flatnonzero((of_door >= 0) & (water != COVERED))
    segment = _members(ward)
    empty = ward.alleys.frame["houses"].to_numpy(dtype=np.int64) == 0
    segment = segment[empty[ward.alleys.of_segment[segment]]]
    dry_u = segment[~ward.water.vertex_worst[graph.end_u[segment]]]
    dry_v = segment[~ward.water.vertex_worst[graph.end_v[segment]]]
    ends = np.concatenate([dry_u, dry_v])
    along = np.concatenate([np.zeros(len(dry_u)), network.segment_length_m[dry_v]])
    node = np.concatenate([network.segment_u[dry_u], network.segment_v[dry_v]])
    homes = _of(doors.places, lacking)
    places = Places(
        np.concatenate([homes.row, np.full(len(ends), NOWHERE)]),
        np.concatenate([homes.segment, ends]),
        np.concatenate([homes.along_m, along]),
        np.concatenate([homes.distance_m, np.zeros(len(ends))]),
        np.concatenate([homes.xy, network.node_xy[node]]),
    )
    alley = ward.alleys.of_segment[places.segment]
    order = np.argsort(alley, kind="stable")
    return _Wants(alley[order], _of(places, order))


def _placed_by_name(ward: Ward) -> BoolArray:
    """Tell which alleys have houses of which only the road is known."""
    places = ward.doors.places
    alley = ward.alleys.of_segment[places.segment][ward.by_name[places.row]]
    found = np.zeros(len(ward.alleys.frame), dtype=bool)
    found[alley[alley >= 0]] = True
    return found


def _mouths(ward: Ward, members: IntArray) -> tuple[IntArray, IntArray]:
    """Return the vertex at which each alley is entered, and where the truck stops for it."""
    graph, lines, count = ward.graph, ward.worst_lines, len(ward.alleys.frame)
    alley = np.tile(ward.alleys.of_segment[members], 2)
    vertex = np.concatenate([graph.end_u[members], graph.end_v[members]])
    distance = lines.distance_m[vertex]
    begins = lines.stops.begins[vertex]
    other = graph.vertex_node[begins] != ward.alleys.stand_node[alley]
    order = np.lexsort((vertex, other, distance, alley))
    first = order[np.r_[True, np.diff(alley[order]) != 0]] if len(order) else order
    entrance = np.full(count, NOWHERE, dtype=np.int64)
    mouth = np.full(count, NOWHERE, dtype=np.int64)
    entrance[alley[first]] = vertex[first]
    near = first[np.isfinite(distance[first])]
    mouth[alley[near]] = begins[near]
    return entrance, mouth


# Ways ----------------------------------------------------------------------------------------


def _ways_to(graph: FootGraph, sources: Places, places: Places) -> tuple[FloatArray, IntArray]:
    """Return how far the nearest of some sources is from places, and which; offsets included."""
    nearest = nearest_place(graph, sources)
    way = approach(graph, nearest.distance_m, places)
    same_m, same = along_same_segment(places, sources)
    direct = same_m < way.distance_m
    least = np.where(direct, same_m, way.distance_m) + places.distance_m
    return least, np.where(direct, same, nearest.source[way.vertex])


def _hydrant_ways(ward: Ward, hydrants: gpd.GeoDataFrame, places: Places) -> FloatArray:
    snapped = ward.snapper.nearest(hydrants.geometry.to_numpy(), ward.settings.snap_limit_m)
    return _ways_to(ward.graph, snapped, places)[0]


def _from_mouths(ward: Ward, mouth: IntArray, places: Places) -> FloatArray:
    """Return the way of each place from the mouth of its alley, inf beyond every limit."""
    graph = ward.graph
    limit_m = max((ward.norm.value(r.reach) for _, r in ward.norm.solutions if r.reach), default=0)
    u, v = graph.end_u[places.segment], graph.end_v[places.segment]
    to_v = graph.network.segment_length_m[places.segment] - places.along_m
    found = np.full(len(places), np.inf)
    known = np.flatnonzero(mouth >= 0)
    vertices, which = np.unique(mouth[known], return_inverse=True)
    for begin in range(0, len(vertices), _AT_ONCE):
        some = (which >= begin) & (which < begin + _AT_ONCE)
        row, pair = which[some] - begin, known[some]
        chunk = vertices[begin : begin + _AT_ONCE]
        way = dijkstra(graph.matrix, indices=chunk, limit=limit_m)
        by_u = places.along_m[pair] + way[row, u[pair]]
        found[pair] = np.minimum(by_u, to_v[pair] + way[row, v[pair]])
    return found + places.distance_m


# Kinds ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class _Fit:
    """Whether a kind serves each alley, why not or not for certain, and what to build.

    ``where`` are the places of the pieces, where alleys may share them; else None.
    """

    answer: IntArray
    why: ObjectArray
    pipe_m: FloatArray
    pieces: IntArray
    where: ObjectArray

    @classmethod
    def nowhere(cls, case: _Case) -> _Fit:
        """Return one that serves no alley, for want of a way from where trucks get to."""
        count = len(case.waits)
        # The best case may have a truck beyond a wall that nobody gets through on foot.
        best_m = case.ward.best_lines.distance_m[case.entrance]
        may = case.waits & (case.mouth < 0) & np.isfinite(best_m)
        return cls(
            answer=np.where(may, Answer.UNKNOWN, Answer.BLOCKED).astype(np.int64),
            why=np.where(may, MEASURE_MOUTH, NO_WAY).astype(object),
            pipe_m=np.zeros(count),
            pieces=np.ones(count, dtype=np.int64),
            where=np.full(count, None, dtype=object),
        )

    def serves(self, alley: Any, pipe_m: Any = 0.0, pieces: Any = 1) -> None:
        """Note that an alley is served for certain."""
        self.answer[alley], self.why[alley] = Answer.PASS, None
        self.pipe_m[alley], self.pieces[alley] = pipe_m, pieces


def _rule_out(fit: _Fit, alleys: BoolArray, why: str) -> None:
    fit.answer[alleys], fit.why[alleys] = Answer.BLOCKED, why


def _doubt(fit: _Fit, alleys: BoolArray, why: str) -> None:
    """Let a kind serve no longer for certain; what to find out first is added."""
    served = alleys & (fit.answer == Answer.PASS)
    asked = alleys & (fit.answer == Answer.UNKNOWN)
    fit.answer[served], fit.why[served] = Answer.UNKNOWN, why
    fit.why[asked] = [f"{before};{why}" for before in fit.why[asked]]


def _hydrant(case: _Case, rule: SolutionRule) -> _Fit:
    """Hydrants at the mouth, and where the hose lines of houses beyond its radius begin."""
    fit = _Fit.nowhere(case)
    reach_m, ward, wants = case.value(rule.reach), case.ward, case.wants
    lines = ward.worst_lines
    way = approach(ward.graph, lines.distance_m, wants.places)
    own_m = way.distance_m + wants.places.distance_m
    from_mouth = case.from_mouth_m <= reach_m
    served = case.farthest(np.where(from_mouth, 0.0, own_m)) <= reach_m
    stand = np.where(from_mouth, case.mouth[wants.alley], lines.stops.begins[way.vertex])
    _rule_out(fit, case.waits & (case.mouth >= 0), TOO_FAR)
    for i in np.flatnonzero(case.waits & (case.mouth >= 0) & served):
        stands = np.unique(stand[case.start[i] : case.start[i + 1]])
        fit.serves(i, pieces=len(stands))
        fit.where[i] = tuple(stands.tolist())
    return fit


def _inside(case: _Case) -> dict[str, _Fit]:
    """Pieces inside each alley, on the ways from its mouth to its houses."""
    graph = case.ward.graph
    rules = {kind: rule for kind, rule in case.ward.norm.solutions if kind in _INSIDE}
    fits = {kind: _Fit.nowhere(case) for kind in rules}
    root = np.where(case.mouth >= 0, case.mouth, case.entrance)
    waiting = np.flatnonzero(case.waits) if rules else np.zeros(0, dtype=np.int64)
    last = NOWHERE
    for i in waiting[np.argsort(root[waiting], kind="stable")]:
        if root[i] != last:
            last = root[i]
            distance, before = dijkstra(
                graph.matrix, indices=np.array([last]), return_predecessors=True
            )
            tree = Tree(distance[0], before[0])
        places = case.of_alley(i)
        connected = np.isfinite(approach(graph, tree.distance_m, places).distance_m).all()
        for kind, rule in rules.items():
            fit = fits[kind]
            if case.mouth[i] < 0 and kind != "tank_pump":
                continue
            fit.answer[i], fit.why[i] = Answer.BLOCKED, TOO_FAR if connected else NO_WAY
            if not connected:
                continue
            names = (rule.reach, rule.spacing, rule.pipe)
            laid = lay(graph, tree, places, *(case.value(name) for name in names))
            if laid is not None:
                fit.serves(i, *laid)
    return fits


def _tank_pump(case: _Case, rule: SolutionRule, fit: _Fit) -> _Fit:
    """Tanks inside with pumps: a tank is filled where it stands."""
    fit.pipe_m[:] = 0.0
    return _in_room(case, rule, fit)


def _riser(case: _Case, _: SolutionRule, fit: _Fit) -> _Fit:
    """A pipe that a truck with water feeds at the mouth."""
    _rule_out(fit, (fit.answer == Answer.PASS) & (fit.pipe_m == 0), HOSE_IS_ENOUGH)
    ward, mouth = case.ward, np.maximum(case.mouth, 0)
    snapped = ward.snapper.nearest(case.hydrants.geometry.to_numpy(), ward.settings.snap_limit_m)
    planned_m = nearest_place(ward.graph, snapped).distance_m[mouth]
    planned = planned_m <= _or_nan(ward, "hydrant_radius_m")
    certain = ward.water.vertex_worst[mouth] | planned
    fits = fit.answer == Answer.PASS
    _doubt(fit, fits & ~certain & ward.water.vertex_best[mouth], WATER_AT_MOUTH)
    _rule_out(fit, fits & ~certain & ~ward.water.vertex_best[mouth], NO_WATER_AT_MOUTH)
    return fit


def _in_room(case: _Case, rule: SolutionRule, fit: _Fit) -> _Fit:
    """Let a kind serve only where the alley is wide enough."""
    if rule.width is None:
        return fit
    ward, needed_m = case.ward, case.value(rule.width)
    members = _members(ward)
    alley, width_m = ward.alleys.of_segment[members], ward.passability.width_m[members]
    known, narrow = np.ones((2, len(case.waits)), dtype=bool)
    np.logical_and.at(known, alley, ~np.isnan(width_m))
    np.logical_and.at(narrow, alley, width_m < needed_m)
    narrowest_m = ward.alleys.frame["min_width_m"].to_numpy(dtype=float)
    _rule_out(fit, narrow & (fit.answer != Answer.BLOCKED), TOO_NARROW)
    _doubt(fit, narrowest_m < needed_m, NARROW_PLACES)
    _doubt(fit, ~known & ~(narrowest_m < needed_m), MEASURE_WIDTH)
    return fit


_INSIDE: Final[Mapping[str, Callable[[_Case, SolutionRule, _Fit], _Fit]]] = MappingProxyType(
    {"pipe": _in_room, "riser": _riser, "tank_pump": _tank_pump}
)


def lay(
    graph: FootGraph,
    tree: Tree,
    places: Places,
    reach_m: float,
    spacing_m: float = np.nan,
    longest_m: float = np.nan,
) -> tuple[float, int] | None:
    """Lay a pipe from the root of a tree of ways so that all places are near enough to a piece.

    Parameters
    ----------
    graph
        The foot graph.
    tree
        The shortest ways from the root.
    places
        Places that all have a way from the root; ``distance_m`` is their offset.
    reach_m
        How far a place may be from a piece, along the hose.
    spacing_m
        How far apart pieces of one run of pipe may be; NaN for no limit.
    longest_m
        How far a piece may be from the root; NaN for no limit.

    Returns
    -------
    Metres of pipe and number of pieces; None where no such pipe serves all places.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> from fireaccess.network.paths import foot_graph
    >>> alley = drawn_network([("service", [(0, 0), (900, 0)])])
    >>> graph = foot_graph(alley, np.ones(alley.n_nodes, dtype=bool))
    >>> distance, before = dijkstra(graph.matrix, indices=0, return_predecessors=True)
    >>> doors = Snapper(alley, alley.has_doors).nearest(shapely.points([[50, 9], [900, 10]]), 100)
    >>> lay(graph, Tree(distance, before), doors, 400.0, spacing_m=150.0)
    (510.0, 5)
    """
    length = graph.network.segment_length_m
    way = approach(graph, tree.distance_m, places)
    far_m = way.distance_m + places.distance_m
    waits = np.ones(len(places), dtype=bool)
    laid: dict[Any, float] = {}
    pieces = 0
    for i in np.lexsort((places.along_m, places.segment, -far_m)):
        if not waits[i]:
            continue
        # In whole metres, and no farther than the door.
        needed_m = far_m[i] - reach_m
        piece_m = min(float(np.ceil(needed_m)), float(way.distance_m[i]))
        if needed_m > way.distance_m[i] or piece_m > longest_m:
            return None
        if needed_m <= 0:
            pieces += 1
            break  # all others are nearer to the root still
        runs, segment, along_m = _run(graph, tree, places, way, i, piece_m)
        added_m = 0.0
        for edge, run_m in runs:
            added_m += max(0.0, run_m - laid.get(edge, 0.0))
            laid[edge] = max(run_m, laid.get(edge, 0.0))
        pieces += 1 if np.isnan(spacing_m) else max(1, int(np.ceil(added_m / spacing_m - 1e-9)))
        ends = [graph.end_u[segment], graph.end_v[segment]]
        by_u, by_v = dijkstra(graph.matrix, indices=ends, limit=reach_m)
        vertex_m = np.minimum(along_m + by_u, length[segment] - along_m + by_v)
        served_m = approach(graph, vertex_m, places).distance_m
        own = places.segment == segment
        served_m[own] = np.minimum(served_m, np.abs(places.along_m - along_m))[own]
        waits &= served_m + places.distance_m > reach_m
        waits[i] = False
    return sum(laid.values()), pieces


def _run(
    graph: FootGraph, tree: Tree, places: Places, way: Approach, i: int, piece_m: float
) -> tuple[list[tuple[Any, float]], int, float]:
    """Return the pipe on the way from the root to a piece, and the segment it ends on."""
    length = graph.network.segment_length_m
    distance_m, before = tree.distance_m, tree.predecessor
    vertex = int(way.vertex[i])
    if piece_m >= distance_m[vertex]:
        segment, run_m = int(places.segment[i]), piece_m - float(distance_m[vertex])
        by_u = way.leaves[i] == Leaves.BY_U
        runs: list[tuple[Any, float]] = [((segment, bool(by_u)), run_m)]
    else:
        while distance_m[before[vertex]] > piece_m:
            vertex = int(before[vertex])
        tail = int(before[vertex])
        segment = int(graph.segment_between(np.array([tail]), np.array([vertex]))[0])
        run_m = piece_m - float(distance_m[tail])
        by_u = graph.end_u[segment] == tail
        runs = [(vertex, run_m)]
        vertex = tail
    while before[vertex] >= 0:
        runs.append((vertex, float(distance_m[vertex] - distance_m[before[vertex]])))
        vertex = int(before[vertex])
    return runs, segment, run_m if by_u else float(length[segment]) - run_m


def _draft_point(case: _Case, _: SolutionRule) -> _Fit:
    """Draft points within the limit of their kind of water."""
    fit = _Fit.nowhere(case)
    _rule_out(fit, case.waits, NO_DRAFT_POINT)
    ward, wants = case.ward, case.wants
    drafts = ward.drafts
    answer = drafts["answer"].to_numpy(dtype=object)
    limit_m = np.array(
        [
            _or_nan(ward, _draft_limit(str(kind), str(access)))
            for kind, access in zip(drafts["kind"], drafts["access"], strict=True)
        ],
        dtype=float,
    )
    for doubtful in (True, False):
        usable = np.isin(answer, ["yes", "unknown"] if doubtful else ["yes"])
        best_m = np.full(len(wants.alley), np.inf)
        which = np.full(len(wants.alley), NOWHERE, dtype=np.int64)
        for limit in np.unique(limit_m[~np.isnan(limit_m)]):
            rows = np.flatnonzero(usable & (limit_m == limit))
            places = _on_roads(ward, drafts.iloc[rows])
            way_m, source = _ways_to(ward.graph, places, wants.places)
            nearer = (way_m <= limit) & (way_m < best_m)
            best_m[nearer] = way_m[nearer]
            which[nearer] = rows[places.row[source[nearer]]]
        served = case.waits & (case.farthest(best_m) < np.inf)
        for i in np.flatnonzero(served):
            used = np.unique(which[case.start[i] : case.start[i + 1]])
            fit.serves(i, pieces=len(used))
            fit.where[i] = tuple(drafts["draft_point_id"].to_numpy(dtype=object)[used])
        if doubtful:
            _doubt(fit, served, CHECK_DRAFT_POINT)
    return fit


def _draft_limit(kind: str, access: str) -> str:
    """Return the figure that limits a draft point: as its houses were counted."""
    if access == "portable_pump":
        return "portable_pump_m"
    if kind in TRUCK_SOURCES:
        return f"{kind}_radius_m"
    return "river_radius_m" if kind == "canal" else "pond_radius_m"


def _on_roads(ward: Ward, drafts: pd.DataFrame) -> Places:
    """Return where draft points stand on the foot network, their ways to the water as offsets."""
    stands = shapely.points(drafts[["stand_x", "stand_y"]].to_numpy(dtype=float))
    places = Snapper(ward.network, ward.network.on_foot).nearest(stands, np.inf)
    offset_m = drafts["distance_m"].to_numpy(dtype=float)[places.row]
    return Places(places.row, places.segment, places.along_m, offset_m, places.xy)


def _pit(case: _Case, rule: SolutionRule) -> _Fit:
    """A pit at the mouth, fed from open water."""
    fit = _Fit.nowhere(case)
    ward, drafts = case.ward, case.ward.drafts
    reach_m, pipe_m = case.value(rule.reach), case.value(rule.pipe)
    objects = ward.water_objects.frame
    open_water = objects["type"].isin(("pond", "river")) & objects["working"].astype(bool)
    rows = ward.water_objects.places.row
    seen = _of(ward.water_objects.places, open_water.to_numpy(dtype=bool)[rows])
    mapped = (drafts["source"] == "osm") & ~drafts["kind"].isin(("pit", "suction_point"))
    missing = drafts["missing"].fillna("").astype(str)
    asked = missing.str.contains("ask_|salt_water|repair") | (drafts["perennial"] != "yes")
    gets_there = case.waits & (case.mouth >= 0)
    near = gets_there & (case.farthest(case.from_mouth_m) <= reach_m)
    _rule_out(fit, gets_there, TOO_FAR)
    _rule_out(fit, near, NO_SOURCE)
    mouth = np.maximum(case.mouth, 0)
    for doubtful in (True, False):
        kept = (mapped & (doubtful | ~asked)).to_numpy(dtype=bool)
        sources = _joined(seen, _on_roads(ward, drafts[kept]))
        way_m = nearest_place(ward.graph, sources).distance_m[mouth]
        fed = near & (way_m <= pipe_m)
        fit.serves(fed, pipe_m=way_m[fed])
        for i in np.flatnonzero(fed):
            fit.where[i] = (int(mouth[i]),)
        if doubtful:
            _doubt(fit, fed, CHECK_SOURCE)
    return fit


def _joined(one: Places, other: Places) -> Places:
    return Places(
        *(
            np.concatenate([getattr(one, name), getattr(other, name)])
            for name in ("row", "segment", "along_m", "distance_m", "xy")
        )
    )


_FIT: Final[Mapping[str, Callable[[_Case, SolutionRule], _Fit]]] = MappingProxyType(
    {"hydrant": _hydrant, "draft_point": _draft_point, "pit": _pit}
)


def _or_nan(ward: Ward, name: str) -> float:
    figure = ward.norm.value_or_none(name)
    return np.nan if figure is None else figure


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

    def told(self, *, unknown: bool, placed_by_name: bool) -> _Row:
        """Add what the answer hangs on."""
        why, state = self.why, self.state
        if self.kind is not None and unknown:
            why = (*why, DEPENDS_ON_SURVEY)
        if self.kind is not None and placed_by_name:
            why, state = (*why, FIND_HOUSES), NOT_KNOWN
        free = self.kind is not None and self.pieces == 0
        return _Row(
            state,
            why,
            self.kind,
            self.clause,
            self.pipe_m,
            self.pieces,
            self.others,
            0.0 if free else self.cost_vnd,
            self.cost_from,
            self.where,
        )


def _clause(ward: Ward, kind: str) -> str | None:
    return next((rule.clause for name, rule in ward.norm.solutions if name == kind), None)


def _chosen(i: int, fits: Mapping[str, _Fit], ward: Ward) -> _Row:
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


# What comes out ------------------------------------------------------------------------------


def _frame(ward: Ward, rows: list[_Row]) -> gpd.GeoDataFrame:
    alleys = ward.alleys.frame

    def texts(values: list[str | None]) -> Any:
        return pd.Series([value or None for value in values], dtype=object)

    count = len(rows)
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
        "cost_vnd": np.array([row.cost_vnd for row in rows], dtype=float).reshape(count),
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
    """Count the rows; what alleys share is counted and paid once."""
    states = [row.state for row in rows]
    proposed = [row for row in rows if row.state == PROPOSED]
    pieces: dict[str, int] = {}
    paid: dict[Any, float] = {}
    for number, row in enumerate(rows):
        if row.kind is None or row.state == NONE:
            continue
        places = row.where or tuple((number, piece) for piece in range(row.pieces))
        for place in places:
            if (row.kind, place) not in paid and row.state == PROPOSED:
                pieces[row.kind] = pieces.get(row.kind, 0) + 1
                paid[row.kind, place] = row.cost_vnd / len(places)
    known = [vnd for vnd in paid.values() if not np.isnan(vnd)]

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
                "pieces": pieces.get(kind, 0),
            }
            for kind in kinds
        },
        "cost_vnd": sum(known) if known else (None if paid or not proposed else 0.0),
        "without_cost": sum(bool(np.isnan(row.cost_vnd)) for row in proposed),
        "example": any("example" in row.cost_from for row in proposed),
    }
