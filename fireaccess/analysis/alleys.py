"""Roads and alleys without a truck: what lies outside the reach, by name (SPEC §8).

The places are those of the worst case; what the best case adds stands beside it. Sidewalks,
crossings and motorways are no alleys.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fireaccess.analysis.houses import Doors, HoseLines
from fireaccess.analysis.reach import Reach
from fireaccess.analysis.water import PointAnswers, WaterAnswers, water_limits
from fireaccess.model.answers import BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.norm import Norm
from fireaccess.model.text import normalise
from fireaccess.network.network import Network
from fireaccess.network.obstacles import at_every_node
from fireaccess.network.passability import Passability
from fireaccess.network.paths import (
    NOWHERE,
    FootGraph,
    along_same_segment,
    approach,
    nearest_place,
)
from fireaccess.network.place import Snapper, combine
from fireaccess.project import Settings
from fireaccess.sources.survey import Survey

#: A nameless alley is called after the road it leaves.
_BRANCH_OF: Final = Message("branch of {name}")
_NAMELESS: Final = Message("unnamed road")
#: Solutions that bring water; a hose cabinet alone does not.
_BRINGS_WATER: Final = frozenset(("riser", "pipe", "tank_pump"))


@dataclass(frozen=True, slots=True, eq=False)
class Alleys:
    """The alleys, and which segment belongs to which.

    Parameters
    ----------
    frame
        Columns of SPEC §12 and the entrance, one row per alley; ``geometry`` in the analysis CRS.
    of_segment
        Row of ``frame`` of each segment, `NOWHERE` for segments of no alley, shape ``(s,)``.
    stand_node
        The node of the reach from which each alley's entrance is nearest on foot: the entrance
        itself, unless another alley lies before it; `NOWHERE` where no way leads there.
    unplaced
        Surveyed solutions too far from any road, as ``kind:id``.
    """

    frame: gpd.GeoDataFrame
    of_segment: IntArray
    stand_node: IntArray
    unplaced: frozenset[str] = frozenset()

    def ids(self, segment: IntArray) -> ObjectArray:
        """Return the alley's id of some segments, None where they belong to none."""
        row = self.of_segment[segment]
        ids = np.full(len(row), None, dtype=object)
        ids[row >= 0] = self.frame["alley_id"].to_numpy(dtype=object)[row[row >= 0]]
        return ids


def find_alleys(
    graph: FootGraph,
    worst: Reach,
    shown: BoolArray,
    lines: HoseLines,
) -> tuple[IntArray, ObjectArray]:
    """Group the segments outside the worst case's reach into alleys, and name them.

    Parameters
    ----------
    graph
        The foot graph.
    worst
        Reach of the worst case.
    shown
        Segments of the area: an alley is told as far as it lies in it.
    lines
        Foot distance from the reach to each vertex, of the worst case.

    Returns
    -------
    Alley of each segment (`NOWHERE` for none), counted in the order of their smallest segment; and
    the alleys' names.
    """
    network = graph.network
    outside = np.flatnonzero(~worst.segments & network.on_foot & ~network.beside_a_road)
    if len(outside) == 0:
        return np.full(network.n_segments, NOWHERE, dtype=np.int64), np.zeros(0, dtype=object)
    name = network.way_name[network.segment_way]
    piece = _pieces_of_one_name(network, outside, name[outside])
    piece = _hang_nameless(graph, outside, piece, name[outside] == "", lines.distance_m)
    outside, piece = outside[shown[outside]], piece[shown[outside]]
    of_segment = np.full(network.n_segments, NOWHERE, dtype=np.int64)
    if len(outside) == 0:
        return of_segment, np.zeros(0, dtype=object)
    _, first, number = np.unique(piece, return_index=True, return_inverse=True)
    rank = np.argsort(np.argsort(first))
    of_segment[outside] = rank[number]
    label = network.of_segments(network.tag("name"))
    names = np.full(len(first), None, dtype=object)
    for i in outside[::-1]:
        if label[i]:
            names[of_segment[i]] = label[i]
    return of_segment, names


def _pieces_of_one_name(network: Network, segments: IntArray, name: ObjectArray) -> IntArray:
    """Number the connected pieces with the same name, nameless ones among themselves."""
    _, code = np.unique(name.astype(str), return_inverse=True)
    # A node is another one for each name: pieces of different names then never join.
    split = np.unique(
        np.concatenate([network.segment_u[segments], network.segment_v[segments]])
        * (code.max() + 1)
        + np.concatenate([code, code]),
        return_inverse=True,
    )[1]
    u, v = split[: len(segments)], split[len(segments) :]
    count = int(split.max()) + 1
    _, label = connected_components(
        coo_array((np.ones(len(u)), (u, v)), shape=(count, count)), directed=False
    )
    return label[u].astype(np.int64)


def _hang_nameless(
    graph: FootGraph,
    segments: IntArray,
    piece: IntArray,
    nameless: BoolArray,
    distance_m: FloatArray,
) -> IntArray:
    """Give each nameless piece to the named one that it meets nearest to the reach."""
    network = graph.network
    ends = pd.DataFrame(
        {
            "node": np.concatenate([network.segment_u[segments], network.segment_v[segments]]),
            "piece": np.tile(piece, 2),
            "nameless": np.tile(nameless, 2),
            "depth": np.concatenate(
                [distance_m[graph.end_u[segments]], distance_m[graph.end_v[segments]]]
            ),
        }
    ).drop_duplicates(["node", "piece"])
    met = ends[ends["nameless"]].merge(ends[~ends["nameless"]], on="node", suffixes=("", "_named"))
    if len(met) == 0:
        return piece
    met = met.sort_values(["piece", "depth", "piece_named"], kind="stable")
    chosen = met.drop_duplicates("piece").set_index("piece")["piece_named"]
    given = pd.Series(piece).map(chosen)
    return np.where(given.notna(), given.fillna(0), piece).astype(np.int64)


def alley_table(
    graph: FootGraph,
    passability: Passability,
    snapper: Snapper,
    of_segment: IntArray,
    names: ObjectArray,
    *,
    worst: Reach,
    best: Reach,
    worst_lines: HoseLines,
    best_lines: HoseLines,
    doors: Doors,
    houses: pd.DataFrame,
    water: WaterAnswers,
    points: PointAnswers,
    water_ids: ObjectArray,
    obstacles: pd.DataFrame,
    survey: Survey,
    norm: Norm,
    settings: Settings,
    findings: Findings,
) -> Alleys:
    """Return one row for each alley: how deep, why, who lives there, and what water serves it.

    Parameters
    ----------
    graph, passability, snapper
        The foot graph, what is known of its passages, and what finds places on it.
    of_segment, names
        What `find_alleys` returns.
    worst, best, worst_lines, best_lines
        Reach and foot distances of the two cases.
    doors, houses
        Doors, and the houses with ``road``, ``water`` and ``point``.
    water, points, water_ids
        Answers on water and fire points, and the ids of water objects.
    obstacles, survey
        Readings count for the narrowest width; installed solutions serve an alley.
    norm, settings
        Depths at which an alley is deep, and how near a road a solution must be.
    findings
        Takes note of solutions that are too far from any road.
    """
    network = graph.network
    count = len(names)
    member = np.flatnonzero(of_segment >= 0)
    alley = of_segment[member]
    length_m = network.segment_length_m[member]

    depth_m = _greatest(alley, _farthest(graph, worst_lines.distance_m, member), count)
    best_far = np.where(best.segments[member], 0.0, _farthest(graph, best_lines.distance_m, member))
    depth_best_m = _greatest(alley, best_far, count)
    certain = np.bincount(alley, weights=best.segments[member], minlength=count) == 0

    entrance, stand_node, stopped_by = _entrances(
        graph, passability, member, alley, worst_lines, count
    )
    filled = _names(graph, worst, member, alley, names, entrance)
    width_m = np.full(count, np.inf)
    np.fmin.at(width_m, alley, passability.width_m[member])
    _narrow_readings(network, obstacles, of_segment, width_m)
    width_m[~np.isfinite(width_m)] = np.nan

    house_alley = np.full(doors.count, NOWHERE, dtype=np.int64)
    house_alley[doors.places.row] = of_segment[doors.places.segment]
    per = pd.DataFrame(
        {
            "alley": house_alley,
            "not_covered": (houses["road"] == "not_covered").to_numpy(bool),
            "needs_survey": (houses["road"] == "needs_survey").to_numpy(bool),
            "no_water": (houses["water"] == "not_covered").to_numpy(bool),
            "water_open": (houses["water"].isna() | (houses["water"] == "needs_survey")).to_numpy(
                bool
            ),
            "no_point": (houses["point"] != "covered").to_numpy(bool),
        }
    )
    of_alleys = per[per["alley"] >= 0].groupby("alley")
    sums = pd.DataFrame(of_alleys.sum()).reindex(range(count), fill_value=0)
    size = np.bincount(house_alley[house_alley >= 0], minlength=count).astype(np.int64)

    solution, unplaced = _has_solution(
        graph, snapper, of_segment, count, names, doors, house_alley, survey, settings, findings
    )
    water_answer = _water_solution(graph, member, alley, count, size, sums, water, solution, norm)
    nearest_m, nearest_id = _nearest_water(graph, member, alley, count, water, water_ids)
    has_point, needs_point = _fire_points(
        graph, member, alley, count, size, sums, points, depth_m, norm
    )
    deep_m = norm.value_or_none("deep_alley_m")
    deep = pd.array(depth_m > (deep_m or 0.0), dtype="boolean")
    if deep_m is None:
        deep[:] = pd.NA
    xy = network.node_xy[entrance]
    frame = gpd.GeoDataFrame(
        {
            "alley_id": [f"alley:{network.segment_id[i]}" for i in _first_of(member, alley, count)],
            "name": filled,
            "depth_m": _finite(depth_m),
            "depth_best_m": _finite(depth_best_m),
            "length_m": np.bincount(alley, weights=length_m, minlength=count),
            "min_width_m": width_m,
            "stopped_by": stopped_by,
            "certain": pd.array(certain, dtype="boolean"),
            "deep": deep,
            "houses": size,
            "houses_not_covered": sums["not_covered"].to_numpy(dtype=np.int64),
            "houses_needs_survey": sums["needs_survey"].to_numpy(dtype=np.int64),
            "water_id": nearest_id,
            "water_m": nearest_m,
            "has_water_solution": water_answer,
            "has_fire_point": has_point,
            "needs_fire_point": needs_point,
            "entrance_x": xy[:, 0],
            "entrance_y": xy[:, 1],
        },
        geometry=_geometry(network, member, alley, count),
        crs=network.crs,
    )
    return Alleys(frame, of_segment, stand_node, unplaced)


def _farthest(graph: FootGraph, distance_m: FloatArray, segments: IntArray) -> FloatArray:
    """Return how far the farthest place of each segment lies: inside it on a through alley."""
    by_u = distance_m[graph.end_u[segments]]
    by_v = distance_m[graph.end_v[segments]]
    with np.errstate(invalid="ignore"):
        middle = (by_u + by_v + graph.network.segment_length_m[segments]) / 2
    return np.where(np.isfinite(by_u) & np.isfinite(by_v), middle, np.inf)


def _greatest(group: IntArray, values: FloatArray, count: int) -> FloatArray:
    greatest = np.zeros(count)
    np.maximum.at(greatest, group, values)
    return greatest


def _finite(values: FloatArray) -> FloatArray:
    return np.where(np.isfinite(values), values, np.nan)


def _first_of(member: IntArray, alley: IntArray, count: int) -> IntArray:
    first = np.full(count, np.iinfo(np.int64).max)
    np.minimum.at(first, alley, member)
    return first


def _entrances(
    graph: FootGraph,
    passability: Passability,
    member: IntArray,
    alley: IntArray,
    lines: HoseLines,
    count: int,
) -> tuple[IntArray, IntArray, ObjectArray]:
    """Return the node of each alley nearest to the reach, the stand there, and what stops it."""
    ends = pd.DataFrame(
        {
            "alley": np.tile(alley, 2),
            "vertex": np.concatenate([graph.end_u[member], graph.end_v[member]]),
            "segment": np.tile(member, 2),
        }
    )
    ends["distance"] = lines.distance_m[ends["vertex"].to_numpy()]
    ends["free"] = passability.segment_answer[ends["segment"].to_numpy()]
    ends["node"] = graph.vertex_node[ends["vertex"].to_numpy()]
    ends = ends.sort_values(["alley", "distance", "free", "segment", "node"], kind="stable")
    first = ends.drop_duplicates("alley").set_index("alley").reindex(range(count))
    node = first["node"].to_numpy(dtype=np.int64)
    vertex = first["vertex"].to_numpy(dtype=np.int64)
    segment = first["segment"].to_numpy(dtype=np.int64)
    stopped = np.full(count, None, dtype=object)
    on_foot = np.isfinite(first["distance"].to_numpy(dtype=float))
    stopped[on_foot] = lines.stops.by(vertex[on_foot], segment[on_foot])
    stand = np.full(count, NOWHERE, dtype=np.int64)
    stand[on_foot] = lines.stops.node(vertex[on_foot])
    return node, stand, stopped


def _names(
    graph: FootGraph,
    worst: Reach,
    member: IntArray,
    alley: IntArray,
    names: ObjectArray,
    entrance: IntArray,
) -> ObjectArray:
    """Call a nameless alley a branch of the road that it leaves."""
    network = graph.network
    shown = network.of_segments(network.tag("name"))
    filled = names.copy()
    for i in np.flatnonzero(names == None):  # noqa: E711
        node = entrance[i]
        meets = np.flatnonzero((network.segment_u == node) | (network.segment_v == node))
        roads = [j for j in meets if shown[j]]
        roads.sort(key=lambda j: (not worst.segments[j], j))
        # A name is data and Vietnamese like those of the map, whatever the project's language.
        filled[i] = _BRANCH_OF.into("vi", name=shown[roads[0]] if roads else _NAMELESS)
    return filled


def _narrow_readings(
    network: Network, obstacles: pd.DataFrame, of_segment: IntArray, width_m: FloatArray
) -> None:
    """Let readings that stop the truck count for the narrowest width of their alleys."""
    readings = at_every_node(obstacles[obstacles["kind"] == "reading"])
    at_node = np.full(network.n_nodes, np.inf)
    np.fmin.at(
        at_node,
        readings["node"].to_numpy(dtype=np.int64),
        readings["figure_m"].to_numpy(dtype=float),
    )
    for ends in (network.segment_u, network.segment_v):
        inside = of_segment >= 0
        np.fmin.at(width_m, of_segment[inside], at_node[ends[inside]])


def _has_solution(
    graph: FootGraph,
    snapper: Snapper,
    of_segment: IntArray,
    count: int,
    names: ObjectArray,
    doors: Doors,
    house_alley: IntArray,
    survey: Survey,
    settings: Settings,
    findings: Findings,
) -> tuple[BoolArray, frozenset[str]]:
    """Whether an installed riser, pipe, tank or pump serves each alley.

    One with ``serves_m`` serves the alleys all of whose houses it reaches within that length on
    foot; one without serves the alley that it lies on, or whose road it names.
    """
    served = np.zeros(count, dtype=bool)
    rows = survey["solutions"]
    rows = rows[rows["type"].isin(_BRINGS_WATER)].reset_index(drop=True)
    if len(rows) == 0:
        return served, frozenset()
    geometry = rows.geometry.to_numpy()
    text = np.array([normalise(name or "") for name in rows["road_name"]], dtype=object)
    places = combine(
        snapper.nearest_matching(geometry, text, settings.survey_snap_m),
        snapper.nearest(geometry, settings.snap_limit_m),
    )
    for i in np.flatnonzero(~places.found(len(rows))):
        row = rows.iloc[i]
        findings.add(
            "error",
            "far_from_any_road",
            Message("{object_id} is farther than {limit_m:g} m from any road; it is not used"),
            remedy=Message("check its coordinates"),
            params={"object_id": row["object_id"], "limit_m": settings.snap_limit_m},
            file=row["file"],
            sheet=row["sheet"],
            row=int(row["row"]),
        )
    on_alley = of_segment[places.segment]
    whole = rows["serves_m"].isna().to_numpy()[places.row] & (on_alley >= 0)
    served[on_alley[whole]] = True
    plain = np.array([normalise(name or "") for name in names], dtype=object)
    for i in np.flatnonzero(rows["serves_m"].isna() & (text != "")):
        served |= plain == text[i]
    for k in np.flatnonzero(rows["serves_m"].notna().to_numpy()[places.row]):
        one = places[k : k + 1]
        near = nearest_place(graph, one)
        way = approach(graph, near.distance_m, doors.places).distance_m
        same, _ = along_same_segment(doors.places, one)
        reach_m = float(rows["serves_m"].iloc[places.row[k]])
        far = np.full(count, -np.inf)
        at = house_alley[doors.places.row]
        inside = at >= 0
        np.maximum.at(far, at[inside], np.minimum(way, same)[inside])
        served |= np.isfinite(far) & (far <= reach_m)
        if on_alley[k] >= 0 and not np.isfinite(far[on_alley[k]]) and far[on_alley[k]] < 0:
            served[on_alley[k]] = True  # on an alley without houses there is nobody to reach
    far_ids = rows["object_id"][~places.found(len(rows))]
    return served, frozenset(f"solution:{name}" for name in far_ids)


def _water_solution(
    graph: FootGraph,
    member: IntArray,
    alley: IntArray,
    count: int,
    size: IntArray,
    sums: pd.DataFrame,
    water: WaterAnswers,
    solution: BoolArray,
    norm: Norm,
) -> ObjectArray:
    """Answer yes, no or unknown: all houses have water, or an installed solution serves them.

    An alley without houses is judged at its farthest ends, as if a house stood there.
    """
    ends_worst = _all_ends(graph, member, alley, count, water.vertex_worst)
    ends_best = _all_ends(graph, member, alley, count, water.vertex_best)
    empty = size == 0
    yes = np.where(empty, ends_worst, (sums["no_water"] + sums["water_open"]) == 0)
    no = np.where(empty, ~ends_best, sums["no_water"] > 0)
    answer = np.where(yes, "yes", np.where(no, "no", "unknown")).astype(object)
    if not water_limits(norm):
        answer[:] = "unknown"  # the norm is silent: how near is near enough, nobody says
    answer[solution] = "yes"
    return answer


def _all_ends(
    graph: FootGraph, member: IntArray, alley: IntArray, count: int, holds: BoolArray
) -> BoolArray:
    everywhere = np.ones(count, dtype=bool)
    for ends in (graph.end_u, graph.end_v):
        np.logical_and.at(everywhere, alley, holds[ends[member]])
    return everywhere


def _nearest_water(
    graph: FootGraph,
    member: IntArray,
    alley: IntArray,
    count: int,
    water: WaterAnswers,
    water_ids: ObjectArray,
) -> tuple[FloatArray, ObjectArray]:
    """Return how far the nearest usable water lies from each alley's nearest end, and its id."""
    ends = pd.DataFrame(
        {
            "alley": np.tile(alley, 2),
            "vertex": np.concatenate([graph.end_u[member], graph.end_v[member]]),
        }
    )
    ends["distance"] = water.water.vertex_m[ends["vertex"].to_numpy()]
    ends = ends.sort_values(["alley", "distance", "vertex"], kind="stable")
    first = ends.drop_duplicates("alley").set_index("alley").reindex(range(count))
    distance = first["distance"].to_numpy(dtype=float)
    source = water.water.vertex_index[first["vertex"].to_numpy(dtype=np.int64)]
    ids = np.full(count, None, dtype=object)
    ids[source >= 0] = water_ids[source[source >= 0]]
    return _finite(distance), ids


def _fire_points(
    graph: FootGraph,
    member: IntArray,
    alley: IntArray,
    count: int,
    size: IntArray,
    sums: pd.DataFrame,
    points: PointAnswers,
    depth_m: FloatArray,
    norm: Norm,
) -> tuple[Any, Any]:
    has = np.where(
        size == 0,
        _all_ends(graph, member, alley, count, points.vertex_within),
        sums["no_point"] == 0,
    )
    limit_m = norm.value_or_none("fire_point_depth_m")
    needs = (depth_m > (limit_m or 0.0)) & (sums["no_point"] > 0).to_numpy()
    has_point = pd.array(has.astype(bool), dtype="boolean")
    needs_point = pd.array(needs, dtype="boolean")
    if norm.value_or_none("fire_point_m") is None:
        has_point[:] = pd.NA
    if limit_m is None or norm.value_or_none("fire_point_m") is None:
        needs_point[:] = pd.NA
    return has_point, needs_point


def _geometry(network: Network, member: IntArray, alley: IntArray, count: int) -> Any:
    """Return one MultiLineString per alley."""
    if count == 0:
        return np.zeros(0, dtype=object)
    order = np.argsort(alley, kind="stable")
    return shapely.multilinestrings(network.lines[member[order]], indices=alley[order])
