"""Which kinds of the norm's catalogue serve which alleys, what to build, and what is not known.

hydrant
    Where the truck stops on the way to the alley's entrance. Houses beyond the norm's radius may
    be served from where their own hose lines begin, with one more hydrant for each such place.
pipe
    Where no hydrant at the mouth is enough: hydrants inside, as `fireaccess.planning.pipes` lays
    pipe.
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
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.water import TRUCK_SOURCES
from fireaccess.model.answers import Answer, BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.model.norm_tables import SolutionRule
from fireaccess.network.paths import NOWHERE, approach, nearest_place
from fireaccess.network.place import Places, Snapper
from fireaccess.planning.pipes import lay, ways_from
from fireaccess.planning.waiting import (
    Waiting,
    alley_segments,
    limit_of,
    ways_to,
)
from fireaccess.planning.ward import Ward

#: Why a kind does not serve an alley.
NO_WAY, TOO_FAR, TOO_NARROW = "no_way", "too_far", "too_narrow"
NO_WATER_AT_MOUTH, NO_DRAFT_POINT, NO_SOURCE = (
    "no_water_at_mouth",
    "no_draft_point",
    "no_source",
)
MOUTH_IS_ENOUGH, HOSE_IS_ENOUGH = "mouth_is_enough", "hose_is_enough"

#: What to find out first where it may.
MEASURE_WIDTH, NARROW_PLACES, MEASURE_MOUTH = "measure_width", "narrow_places", "measure_mouth"
WATER_AT_MOUTH, CHECK_DRAFT_POINT, CHECK_SOURCE = (
    "water_at_mouth",
    "check_draft_point",
    "check_source",
)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """Whether a kind serves each alley, and what to build.

    Parameters
    ----------
    answer
        Numbers of `Answer`, shape ``(alleys,)``.
    why
        Why not, or what to find out first, joined by ";"; None where it serves for certain.
    pipe_m, pieces
        Pipe to lay, and how many hydrants, outlets, tanks, pits or draft points.
    where
        The places of the pieces, where alleys may share them: vertices, or ids of draft points;
        else None.
    """

    answer: IntArray
    why: ObjectArray
    pipe_m: FloatArray
    pieces: IntArray
    where: ObjectArray

    @classmethod
    def nowhere(cls, waiting: Waiting) -> Fit:
        """Return one that serves no alley, for want of a way from where trucks get to."""
        count = len(waiting.waits)
        # The best case may have a truck beyond a wall that nobody gets through on foot.
        best_m = waiting.ward.best_lines.distance_m[waiting.entrance]
        may = waiting.waits & (waiting.mouth < 0) & np.isfinite(best_m)
        return cls(
            answer=np.where(may, Answer.UNKNOWN, Answer.BLOCKED).astype(np.int64),
            why=np.where(may, MEASURE_MOUTH, NO_WAY).astype(object),
            pipe_m=np.zeros(count),
            pieces=np.ones(count, dtype=np.int64),
            where=np.full(count, None, dtype=object),
        )

    def serves(self, alleys: Any, pipe_m: Any = 0.0, pieces: Any = 1) -> None:
        """Note that alleys are served for certain."""
        self.answer[alleys], self.why[alleys] = Answer.PASS, None
        self.pipe_m[alleys], self.pieces[alleys] = pipe_m, pieces

    def rule_out(self, alleys: Any, why: str) -> None:
        """Note why alleys are not served."""
        self.answer[alleys], self.why[alleys] = Answer.BLOCKED, why

    def doubt(self, alleys: BoolArray, why: str) -> None:
        """Let alleys be served no longer for certain; what to find out first is added."""
        served = alleys & (self.answer == Answer.PASS)
        asked = alleys & (self.answer == Answer.UNKNOWN)
        self.answer[served], self.why[served] = Answer.UNKNOWN, why
        self.why[asked] = [f"{before};{why}" for before in self.why[asked]]


def fits_of(waiting: Waiting) -> dict[str, Fit]:
    """Check each kind of the norm's catalogue against each alley with places that wait.

    Parameters
    ----------
    waiting
        Who waits. Of alleys where nobody does the answer tells nothing.

    Returns
    -------
    By kind, in the norm's order.
    """
    inside = _inside(waiting)
    fits = {
        kind: _INSIDE[kind](waiting, rule, inside[kind])
        if kind in inside
        else _FROM_OUTSIDE[kind](waiting, rule)
        for kind, rule in waiting.ward.norm.solutions
    }
    if {"pipe", "hydrant"} <= set(fits):
        fits["pipe"].rule_out(fits["hydrant"].answer == Answer.PASS, MOUTH_IS_ENOUGH)
    return fits


def _value(waiting: Waiting, name: str | None) -> float:
    """Return a figure of the norm that a rule names, NaN where it names none."""
    return np.nan if name is None else waiting.ward.norm.value(name)


# From the mouth or from open water --------------------------------------------------------------


def _hydrant(waiting: Waiting, rule: SolutionRule) -> Fit:
    """Hydrants at the mouth, and where the hose lines of houses beyond its radius begin."""
    fit = Fit.nowhere(waiting)
    reach_m, ward = _value(waiting, rule.reach), waiting.ward
    lines = ward.worst_lines
    way = approach(ward.graph, lines.distance_m, waiting.places)
    own_m = way.distance_m + waiting.places.distance_m
    from_mouth = waiting.from_mouth_m <= reach_m
    served = waiting.farthest(np.where(from_mouth, 0.0, own_m)) <= reach_m
    stand = np.where(from_mouth, waiting.mouth[waiting.alley], lines.stops.begins[way.vertex])
    fit.rule_out(waiting.waits & (waiting.mouth >= 0), TOO_FAR)
    for i in np.flatnonzero(waiting.waits & (waiting.mouth >= 0) & served).tolist():
        stands = np.unique(stand[waiting.of_alley(i)])
        fit.serves(i, pieces=len(stands))
        fit.where[i] = tuple(stands.tolist())
    return fit


def _draft_point(waiting: Waiting, _: SolutionRule) -> Fit:
    """Draft points within the limit of their kind of water."""
    fit = Fit.nowhere(waiting)
    fit.rule_out(waiting.waits, NO_DRAFT_POINT)
    ward, drafts = waiting.ward, waiting.ward.drafts
    answer = drafts["answer"].to_numpy(dtype=object)
    limit_m = np.array(
        [
            limit_of(ward, _draft_limit(str(kind), str(access)))
            for kind, access in zip(drafts["kind"], drafts["access"], strict=True)
        ],
        dtype=float,
    )
    for doubtful in (True, False):
        usable = np.isin(answer, ["yes", "unknown"] if doubtful else ["yes"])
        best_m = np.full(len(waiting.alley), np.inf)
        which = np.full(len(waiting.alley), NOWHERE, dtype=np.int64)
        for limit in np.unique(limit_m[~np.isnan(limit_m)]):
            rows = np.flatnonzero(usable & (limit_m == limit))
            places = _on_roads(ward, drafts.iloc[rows])
            way_m, source = ways_to(ward.graph, places, waiting.places)
            nearer = (way_m <= limit) & (way_m < best_m)
            best_m[nearer] = way_m[nearer]
            which[nearer] = rows[places.row[source[nearer]]]
        served = waiting.waits & (waiting.farthest(best_m) < np.inf)
        for i in np.flatnonzero(served).tolist():
            used = np.unique(which[waiting.of_alley(i)])
            fit.serves(i, pieces=len(used))
            fit.where[i] = tuple(drafts["draft_point_id"].to_numpy(dtype=object)[used])
        if doubtful:
            fit.doubt(served, CHECK_DRAFT_POINT)
    return fit


def _draft_limit(kind: str, access: str) -> str:
    """Return the figure that limits a draft point: as its houses were counted."""
    if access == "portable_pump":
        return "portable_pump_m"
    if kind in TRUCK_SOURCES:
        return f"{kind}_radius_m"
    return "river_radius_m" if kind == "canal" else "pond_radius_m"


def _pit(waiting: Waiting, rule: SolutionRule) -> Fit:
    """A pit at the mouth, fed from open water."""
    fit = Fit.nowhere(waiting)
    ward, drafts = waiting.ward, waiting.ward.drafts
    reach_m, pipe_m = _value(waiting, rule.reach), _value(waiting, rule.pipe)
    objects = ward.water_objects.frame
    open_water = objects["type"].isin(("pond", "river")) & objects["working"].astype(bool)
    rows = ward.water_objects.places.row
    seen = ward.water_objects.places[open_water.to_numpy(dtype=bool)[rows]]
    mapped = (drafts["source"] == "osm") & ~drafts["kind"].isin(("pit", "suction_point"))
    missing = drafts["missing"].fillna("").astype(str)
    asked = missing.str.contains("ask_|salt_water|repair") | (drafts["perennial"] != "yes")
    gets_there = waiting.waits & (waiting.mouth >= 0)
    near = gets_there & (waiting.farthest(waiting.from_mouth_m) <= reach_m)
    fit.rule_out(gets_there, TOO_FAR)
    fit.rule_out(near, NO_SOURCE)
    mouth = np.maximum(waiting.mouth, 0)
    for doubtful in (True, False):
        kept = (mapped & (doubtful | ~asked)).to_numpy(dtype=bool)
        sources = seen.followed_by(_on_roads(ward, drafts[kept]))
        way_m = nearest_place(ward.graph, sources).distance_m[mouth]
        fed = near & (way_m <= pipe_m)
        fit.serves(fed, pipe_m=way_m[fed])
        for i in np.flatnonzero(fed):
            fit.where[i] = (int(mouth[i]),)
        if doubtful:
            fit.doubt(fed, CHECK_SOURCE)
    return fit


def _on_roads(ward: Ward, drafts: pd.DataFrame) -> Places:
    """Return where draft points stand on the foot network, their ways to the water as offsets."""
    stands = shapely.points(drafts[["stand_x", "stand_y"]].to_numpy(dtype=float))
    places = Snapper(ward.network, ward.network.on_foot).nearest(stands, np.inf)
    offset_m = drafts["distance_m"].to_numpy(dtype=float)[places.row]
    return Places(places.row, places.segment, places.along_m, offset_m, places.xy)


_FROM_OUTSIDE: Final[Mapping[str, Callable[[Waiting, SolutionRule], Fit]]] = MappingProxyType(
    {"hydrant": _hydrant, "draft_point": _draft_point, "pit": _pit}
)


# Inside -----------------------------------------------------------------------------------------


def _inside(waiting: Waiting) -> dict[str, Fit]:
    """Pieces inside each alley, on the ways from its mouth to its houses."""
    graph = waiting.ward.graph
    rules = {kind: rule for kind, rule in waiting.ward.norm.solutions if kind in _INSIDE}
    fits = {kind: Fit.nowhere(waiting) for kind in rules}
    root = np.where(waiting.mouth >= 0, waiting.mouth, waiting.entrance)
    alleys = np.flatnonzero(waiting.waits) if rules else np.zeros(0, dtype=np.int64)
    last = NOWHERE
    for i in alleys[np.argsort(root[alleys], kind="stable")]:
        if root[i] != last:
            last = root[i]
            tree = ways_from(graph, int(last))
        places = waiting.places[waiting.of_alley(i)]
        connected = np.isfinite(approach(graph, tree.distance_m, places).distance_m).all()
        for kind, rule in rules.items():
            fit = fits[kind]
            if waiting.mouth[i] < 0 and kind != "tank_pump":
                continue
            fit.rule_out(i, TOO_FAR if connected else NO_WAY)
            if not connected:
                continue
            names = (rule.reach, rule.spacing, rule.pipe)
            laid = lay(graph, tree, places, *(_value(waiting, name) for name in names))
            if laid is not None:
                fit.serves(i, *laid)
    return fits


def _riser(waiting: Waiting, _: SolutionRule, fit: Fit) -> Fit:
    """A pipe that a truck with water feeds at the mouth."""
    fit.rule_out((fit.answer == Answer.PASS) & (fit.pipe_m == 0), HOSE_IS_ENOUGH)
    ward, mouth = waiting.ward, np.maximum(waiting.mouth, 0)
    planned_m = nearest_place(ward.graph, waiting.planned).distance_m[mouth]
    certain = ward.water.vertex_worst[mouth] | (planned_m <= limit_of(ward, "hydrant_radius_m"))
    dry = (fit.answer == Answer.PASS) & ~certain
    fit.doubt(dry & ward.water.vertex_best[mouth], WATER_AT_MOUTH)
    fit.rule_out(dry & ~ward.water.vertex_best[mouth], NO_WATER_AT_MOUTH)
    return fit


def _tank_pump(waiting: Waiting, rule: SolutionRule, fit: Fit) -> Fit:
    """Tanks inside with pumps: a tank is filled where it stands."""
    fit.pipe_m[:] = 0.0
    return _in_room(waiting, rule, fit)


def _in_room(waiting: Waiting, rule: SolutionRule, fit: Fit) -> Fit:
    """Let a kind serve only where the alley is wide enough."""
    if rule.width is None:
        return fit
    ward, needed_m = waiting.ward, _value(waiting, rule.width)
    members = alley_segments(ward)
    alley, width_m = ward.alleys.of_segment[members], ward.passability.width_m[members]
    known, narrow = np.ones((2, len(waiting.waits)), dtype=bool)
    np.logical_and.at(known, alley, ~np.isnan(width_m))
    np.logical_and.at(narrow, alley, width_m < needed_m)
    narrowest_m = ward.alleys.frame["min_width_m"].to_numpy(dtype=float)
    fit.rule_out(narrow & (fit.answer != Answer.BLOCKED), TOO_NARROW)
    fit.doubt(narrowest_m < needed_m, NARROW_PLACES)
    fit.doubt(~known & ~(narrowest_m < needed_m), MEASURE_WIDTH)
    return fit


_INSIDE: Final[Mapping[str, Callable[[Waiting, SolutionRule, Fit], Fit]]] = MappingProxyType(
    {"pipe": _in_room, "riser": _riser, "tank_pump": _tank_pump}
)
