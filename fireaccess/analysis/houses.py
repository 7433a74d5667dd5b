"""Houses: doors on the network, hose lines, and what stopped the truck (SPEC §5)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.reach import Drive, Reach, drive
from fireaccess.model.answers import (
    COVERED,
    NEEDS_SURVEY,
    NOT_COVERED,
    Answer,
    BoolArray,
    FloatArray,
    IntArray,
    ObjectArray,
    coverage,
)
from fireaccess.model.norm import Norm
from fireaccess.model.text import normalise_all
from fireaccess.network.network import Network
from fireaccess.network.passability import Passability
from fireaccess.network.paths import (
    NOWHERE,
    FootGraph,
    Leaves,
    approach,
    first_step,
    nearest_vertex,
)
from fireaccess.network.place import Places, Snapper, combine, named_roads
from fireaccess.network.scenario import Scenario
from fireaccess.network.turns import NO_CORNER, corner_names
from fireaccess.project import Settings

#: Reasons behind ``road``; outputs make sentences of them.
AT_DOOR, WITHIN_HOSE, TOO_FAR, NOT_KNOWN, NO_WAY, UNCONNECTED, PLACED_BY_NAME = (
    "at_door",
    "within_hose",
    "too_far",
    "not_known",
    "no_way",
    "unconnected",
    "placed_by_name",
)

NEW_BUILDING_M = 60.0  # the column is called road_60
_FAR_DOOR_M = 30.0
_BEHIND_M = 20.0


@dataclass(frozen=True, slots=True, eq=False)
class Doors:
    """Where each house meets the foot network.

    Parameters
    ----------
    places
        Doors of the houses that have one; the others are unconnected.
    count
        Number of houses.
    wanted
        The road that each address names, None where it names none.
    nearest_road_m
        Straight distance of each house to the nearest road, whatever the limit.
    """

    places: Places
    count: int
    wanted: ObjectArray
    nearest_road_m: FloatArray

    def spread(self, values: Any, missing: Any = np.nan) -> Any:
        """Spread an array over doors to all houses, shape ``(count,)``."""
        values = np.asarray(values)
        whole = np.full(self.count, missing, dtype=values.dtype if missing is not None else object)
        whole[self.places.row] = values
        return whole


def find_doors(snapper: Snapper, houses: pd.DataFrame, settings: Settings) -> Doors:
    """Find each house's door: on the road that its address names, else on the nearest.

    Parameters
    ----------
    snapper
        Finds places on the segments that doors can open on.
    houses
        ``geometry`` in the analysis CRS and ``address``.
    settings
        How near a named road and any road must be.
    """
    network = snapper.network
    geometry = houses["geometry"].to_numpy()
    names = np.unique(network.way_name[network.segment_way[network.has_doors]])
    code, texts = pd.factorize(houses["address"].to_numpy(dtype=object))
    wanted = np.full(len(houses), None, dtype=object)
    wanted[code >= 0] = named_roads(normalise_all(list(texts)), names)[code[code >= 0]]
    near = snapper.nearest(geometry, settings.snap_limit_m)
    # Most houses stand nearest to the road that they name: only the others are looked for.
    name_at = np.full(len(houses), None, dtype=object)
    name_at[near.row] = network.way_name[network.segment_way[near.segment]]
    within = np.full(len(houses), np.inf)
    within[near.row] = near.distance_m
    elsewhere = wanted.copy()
    elsewhere[(name_at == wanted) & (within <= settings.name_snap_m)] = None
    named = snapper.nearest_named(geometry, elsewhere, settings.name_snap_m)
    places = combine(named, near)
    far = np.flatnonzero(~places.found(len(houses)))
    nearest_road_m = np.full(len(houses), np.nan)
    nearest_road_m[places.row] = places.distance_m
    if len(far):
        anywhere = snapper.nearest(geometry[far], np.inf)
        nearest_road_m[far[anywhere.row]] = anywhere.distance_m
    return Doors(places, len(houses), wanted, nearest_road_m)


@dataclass(frozen=True, slots=True, eq=False)
class WaysOnFoot:
    """The shortest ways of all houses to stands or to objects: where each joins which tree.

    Parameters
    ----------
    leaves
        How the way leaves each house's door, as numbers of `Leaves`, shape ``(houses,)``.
    row
        The object that it leads to; `NOWHERE` if that is a stand, or if there is no way.
    onward
        The segment to take next from each vertex of the foot graph; `NOWHERE` where the way ends.
    ending
        Where it ends, the object that lies on a segment that begins at the vertex; else `NOWHERE`.
    """

    leaves: IntArray
    row: IntArray
    onward: IntArray
    ending: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class HoseLines:
    """The hose lines of one scenario, arrays over houses.

    Parameters
    ----------
    hose_m
        Offset and foot length to the nearest stand; NaN where there is no way or no door.
    at_door
        The door lies on a road that the truck reaches.
    stand_xy
        Where the hose begins, NaN where there is none, shape ``(n, 2)``.
    stand_node
        Node of the stand; a house with the stand at its door has the mark `NOWHERE`.
    stopped_by
        What stopped the truck there, as ``kind:id``; None at the door or without a way.
    distance_m
        Foot distance from the reach to each vertex of the foot graph.
    stops
        Where the hose to each vertex begins, and what stopped the truck there.
    ways
        The lines themselves, from the houses to their stands.
    """

    hose_m: FloatArray
    at_door: BoolArray
    stand_xy: FloatArray
    stand_node: IntArray
    stopped_by: ObjectArray
    distance_m: FloatArray
    stops: Stops
    ways: WaysOnFoot


@dataclass(frozen=True, slots=True, eq=False)
class Stops:
    """Where the way on foot to each vertex leaves the reach, and what stopped the truck there.

    Parameters
    ----------
    graph, passability
        The foot graph and what hinders at its nodes.
    found
        The reach that the ways begin at.
    begins, following
        For each vertex the one at which its way begins, and the next one on it.
    """

    graph: FootGraph
    passability: Passability
    found: Reach
    begins: IntArray
    following: IntArray

    def node(self, vertex: IntArray) -> IntArray:
        """Return the node at which the truck stops for the way to some vertices."""
        return self.graph.vertex_node[self.begins[vertex]]

    def by(self, vertex: IntArray, segment: IntArray) -> ObjectArray:
        """Return what stops the truck there: the obstacle, the corner, else the next segment.

        Parameters
        ----------
        vertex
            Vertices that a way on foot leads to.
        segment
            The segment that is entered from each vertex, for ways that begin right there.
        """
        network = self.graph.network
        begins = self.begins[vertex]
        first = segment.copy()
        inner = np.flatnonzero(begins != vertex)
        first[inner] = self.graph.segment_between(begins[inner], self.following[vertex[inner]])
        node = self.graph.vertex_node[begins]
        known = self.passability
        hinders = known.node_obstacle[node]
        named = np.array([f"segment:{name}" for name in network.segment_id[first]], dtype=object)
        if known.corners is not None:
            corner = known.corners.that_stop(
                network, self.found.passages, node, first, known.segment_answer
            )
            named[corner != NO_CORNER] = corner_names(network, corner[corner != NO_CORNER])
        return np.where(hinders != None, hinders, named)  # noqa: E711 - element by element


def hose_lines(graph: FootGraph, passability: Passability, found: Reach, doors: Doors) -> HoseLines:
    """Lay the shortest hose line from a stand to each house.

    Parameters
    ----------
    graph
        The foot graph.
    passability
        What hinders at each node, to name what stopped the truck.
    found
        The scenario's reach.
    doors
        The houses' doors.
    """
    network = graph.network
    places = doors.places
    # A stand is any place of the reach that is no motorway; inside a segment its ends are as near.
    nearest = nearest_vertex(graph, graph.vertices_of(found.segments))
    at_door = found.segments[places.segment]
    way = approach(graph, nearest.distance_m, places)
    on_foot = np.where(at_door, 0.0, way.distance_m)
    hose_m = places.distance_m + on_foot
    hose_m[~np.isfinite(hose_m)] = np.nan

    walked = ~at_door & np.isfinite(way.distance_m)
    stops = Stops(graph, passability, found, *first_step(nearest))
    vertex = way.vertex[walked]
    node = stops.node(vertex)
    stopped = np.full(len(places), None, dtype=object)
    stopped[walked] = stops.by(vertex, places.segment[walked])
    stand_xy = np.full((len(places), 2), np.nan)
    stand_xy[at_door] = places.xy[at_door]
    stand_xy[walked] = network.node_xy[node]
    stand_node = np.full(len(places), NOWHERE, dtype=np.int64)
    stand_node[walked] = node

    whole_xy = np.full((doors.count, 2), np.nan)
    whole_xy[places.row] = stand_xy
    return HoseLines(
        hose_m=doors.spread(hose_m),
        at_door=doors.spread(at_door, False),
        stand_xy=whole_xy,
        stand_node=doors.spread(stand_node, NOWHERE),
        stopped_by=doors.spread(stopped, None),
        distance_m=nearest.distance_m,
        stops=stops,
        ways=WaysOnFoot(
            leaves=doors.spread(np.where(at_door, Leaves.THERE, way.leaves), Leaves.NO_WAY),
            row=np.full(doors.count, NOWHERE, dtype=np.int64),
            onward=nearest.onward(graph),
            ending=np.full(graph.n_vertices, NOWHERE, dtype=np.int64),
        ),
    )


@dataclass(frozen=True, slots=True, eq=False)
class TruckWays:
    """How far and how long a truck drives to each house's stand.

    Parameters
    ----------
    metres, seconds
        NaN where no engine gets to a stand of the house.
    last
        The passage on which the shortest of these ways ends; `NOWHERE` where there is none.
    driven
        The shortest ways to the ends of all passages.
    """

    metres: FloatArray
    seconds: FloatArray
    last: IntArray
    driven: Drive


def truck_ways(
    network: Network,
    scenario: Scenario,
    found: Reach,
    norm: Norm,
    stations: Places | None,
    doors: Doors,
    lines: HoseLines,
) -> TruckWays:
    """Drive a truck to each house's stand, on the shortest way and on the quickest.

    Parameters
    ----------
    network, scenario, found
        The network, the scenario and its reach.
    norm
        Speeds by class of road.
    stations
        Where engines stand; None to count from the piece of arterials that they come from.
    doors, lines
        The houses' doors and hose lines.
    """
    count = 2 * network.n_segments
    speed_kmh = np.array([norm.speed_km_h(str(h)) for h in network.tag("highway")])
    length = np.repeat(network.segment_length_m, 2)
    seconds = length / (np.repeat(network.of_segments(speed_kmh), 2) / 3.6)
    delay_s = scenario.delay_s[count:]
    shortest = drive(
        network, scenario, found, cost=length, through=np.zeros_like(delay_s), stations=stations
    )
    quickest = drive(network, scenario, found, cost=seconds, through=delay_s, stations=stations)
    metres, last = _to_stand(network, shortest, doors, lines, from_piece=stations is None)
    time, _ = _to_stand(network, quickest, doors, lines, from_piece=stations is None)
    return TruckWays(metres, time, last, shortest)


def _to_stand(
    network: Network, driven: Drive, doors: Doors, lines: HoseLines, *, from_piece: bool
) -> tuple[FloatArray, IntArray]:
    """Return the least sum to each house's stand, and the passage on which it is reached."""
    places = doors.places
    at_node, arriving = driven.to_node(network)
    length = network.segment_length_m[places.segment]
    share = np.divide(places.along_m, length, out=np.zeros(len(length)), where=length > 0)
    forward = 2 * places.segment
    by_u = driven.to_end[forward] - (1 - share) * driven.cost[forward]
    by_v = driven.to_end[forward + 1] - share * driven.cost[forward + 1]
    if from_piece:
        by_u, by_v = np.maximum(by_u, 0.0), np.maximum(by_v, 0.0)
    else:
        # Less than nothing: a station further along this segment, which the other way counts.
        by_u = np.where(by_u < -1e-9, np.inf, by_u)
        by_v = np.where(by_v < -1e-9, np.inf, by_v)
    node = np.maximum(lines.stand_node[places.row], 0)
    at_door = lines.at_door[places.row]
    on_foot = lines.stand_node[places.row] >= 0
    sums = np.where(at_door, np.minimum(by_u, by_v), np.where(on_foot, at_node[node], np.inf))
    last = np.where(at_door, forward + (by_v < by_u), arriving[node])
    last[~np.isfinite(sums)] = NOWHERE
    sums[~np.isfinite(sums)] = np.nan
    return np.asarray(doors.spread(sums), dtype=float), doors.spread(last, NOWHERE)


def house_columns(
    network: Network,
    doors: Doors,
    worst: HoseLines,
    best: HoseLines,
    reached: BoolArray,
    houses: pd.DataFrame,
    norm: Norm,
) -> pd.DataFrame:
    """Return the columns of the houses layer that tell of roads, doors and hose lines.

    Parameters
    ----------
    network, doors
        The network and the houses' doors.
    worst, best
        Hose lines of the worst and the best case.
    reached
        Segments reached in the worst case.
    houses
        ``geometry`` of the houses.
    norm
        Hose limit, length of a hose and the slack it is laid with.
    """
    places = doors.places
    known = places.found(doors.count)
    limit_m = norm.value("hose_limit_m")
    no_way = known & np.isnan(worst.hose_m) & np.isnan(best.hose_m)
    road = answers_within(worst.hose_m, best.hose_m, limit_m, known)
    rolls = np.ceil(
        np.round(norm.value("hose_slack") * worst.hose_m / norm.value("hose_roll_m"), 9)
    )
    reason = np.select(
        [~known, no_way, road == "not_covered", road == "needs_survey", worst.at_door],
        [UNCONNECTED, NO_WAY, TOO_FAR, NOT_KNOWN, AT_DOOR],
        WITHIN_HOSE,
    ).astype(object)
    return pd.DataFrame(
        {
            "offset_m": doors.spread(places.distance_m),
            "hose_m": worst.hose_m,
            "hose_best_m": best.hose_m,
            "hose_rolls": pd.array(rolls, dtype="Int64"),
            "road": road,
            "road_60": answers_within(worst.hose_m, best.hose_m, NEW_BUILDING_M, known),
            "stopped_by": worst.stopped_by,
            "segment_id": doors.spread(network.segment_id[places.segment], None),
            "flags": _flags(network, doors, worst, reached, houses, limit_m),
            "reason": reason,
        },
        index=houses.index,
    )


def answers_within(
    worst_m: FloatArray, best_m: FloatArray, limit_m: float, known: BoolArray
) -> ObjectArray:
    """Return whether hose lines of both cases keep within a limit, three answers.

    Parameters
    ----------
    worst_m, best_m
        Length of the hose lines, NaN where there is no way, shape ``(n,)``.
    limit_m
        The longest that will do.
    known
        Which houses have a door; the others have no answer.

    Examples
    --------
    >>> answers_within(np.array([60.0, 90.0]), np.array([10.0, 50.0]), 60.0, np.array([True, True]))
    array(['covered', 'needs_survey'], dtype=object)
    """
    return coverage(worst_m <= limit_m, best_m <= limit_m, known=known)


def _flags(
    network: Network,
    doors: Doors,
    worst: HoseLines,
    reached: BoolArray,
    houses: pd.DataFrame,
    limit_m: float,
) -> ObjectArray:
    """Return what deserves a look by eye, joined with semicolons; empty where nothing does."""
    places = doors.places
    far_door = doors.spread(places.distance_m > _FAR_DOOR_M, False)
    door_name = doors.spread(network.way_name[network.segment_way[places.segment]], None)
    mismatch = (doors.wanted != None) & (door_name != doors.wanted)  # noqa: E711
    behind = np.zeros(doors.count, dtype=bool)
    beyond = np.flatnonzero(~(worst.hose_m <= limit_m) & places.found(doors.count))
    roads = reached & network.on_foot
    if len(beyond) and roads.any():
        tree = shapely.STRtree(network.lines[roads])
        geometry = houses["geometry"].to_numpy()[beyond]
        near, _ = tree.query(geometry, predicate="dwithin", distance=_BEHIND_M)
        behind[beyond[np.unique(near)]] = True
    flags = np.full(doors.count, "", dtype=object)
    for name, mask in (("behind", behind), ("far_door", far_door), ("name_mismatch", mismatch)):
        mask = np.asarray(mask, dtype=bool)
        flags[mask] = [f"{text};{name}" if text else name for text in flags[mask]]
    return flags


def ask_where(columns: pd.DataFrame, by_name: BoolArray) -> pd.DataFrame:
    """Let no house be covered or not covered of which only its road is known.

    Such a house stands in the middle of the road that its address names. Its distances are those
    of that place; whether they are its own, nobody knows.

    Parameters
    ----------
    columns
        ``road``, ``road_60``, ``water``, ``point``, ``reason`` and ``flags`` of the houses.
    by_name
        Which houses were placed by the name of their road.

    Examples
    --------
    >>> columns = pd.DataFrame({"road": ["covered", "covered"], "road_60": "not_covered",
    ...     "water": None, "point": "covered", "reason": "at_door", "flags": ["", "far_door"]})
    >>> asked = ask_where(columns, np.array([False, True]))
    >>> asked.iloc[1].tolist()[:4], asked["flags"].tolist()
    (['needs_survey', 'needs_survey', None, 'needs_survey'], ['', 'far_door;placed_by_name'])
    """
    columns = columns.copy()
    for name in ("road", "road_60", "water", "point"):
        columns[name] = in_doubt(columns[name].to_numpy(dtype=object), by_name)
    connected = by_name & (columns["reason"] != UNCONNECTED).to_numpy()
    columns.loc[connected, "reason"] = PLACED_BY_NAME
    columns.loc[by_name, "flags"] = [
        f"{text};{PLACED_BY_NAME}" if text else PLACED_BY_NAME for text in columns["flags"][by_name]
    ]
    return columns


def in_doubt(answers: ObjectArray, doubted: BoolArray) -> ObjectArray:
    """Let no answer be certain of some houses; where there is none, none comes.

    Examples
    --------
    >>> in_doubt(np.array(["covered", "covered", None]), np.array([False, True, True]))
    array(['covered', 'needs_survey', None], dtype=object)
    """
    sure = doubted & np.isin(answers, (COVERED, NOT_COVERED))
    return np.where(sure, NEEDS_SURVEY, answers).astype(object)


def add_flags(flags: pd.Series, more: pd.Series) -> list[str]:
    """Join further flags of the houses to those that they have.

    Examples
    --------
    >>> add_flags(pd.Series(["", "behind", "behind"]), pd.Series(["stand_in", "stand_in", ""]))
    ['stand_in', 'behind;stand_in', 'behind']
    """
    return [";".join(filter(None, both)) for both in zip(flags, more, strict=True)]


def three_way(worst: BoolArray, best: BoolArray) -> ObjectArray:
    """Return yes, no or unknown for what holds in the worst and in the best case."""
    return np.where(worst, "yes", np.where(best, "unknown", "no")).astype(object)


def worst_is_pass(passability: Passability) -> BoolArray:
    """Whether each segment passes for certain."""
    return np.asarray(passability.segment_answer == Answer.PASS)
