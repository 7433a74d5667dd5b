"""Water and fire points: the nearest working one of every house, and who has none (SPEC §7)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.houses import Doors, WaysOnFoot
from fireaccess.analysis.reach import Reach
from fireaccess.model.answers import BoolArray, FloatArray, IntArray, ObjectArray, coverage
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.layers import stacked
from fireaccess.model.norm import Norm
from fireaccess.network.build import insert_nodes
from fireaccess.network.network import Network
from fireaccess.network.paths import (
    NOWHERE,
    FootGraph,
    Leaves,
    along_same_segment,
    approach,
    foot_graph,
    nearest_place,
    nearest_vertex,
)
from fireaccess.network.place import Places, Snapper
from fireaccess.project import Settings
from fireaccess.sources.survey import Survey

#: Types that a truck draws from, unless the survey says otherwise.
TRUCK_SOURCES: Final = frozenset(("river", "pond", "pit", "suction_point"))
_NEAR_HYDRANT_M: Final = 150.0  # the column is called near_150


@dataclass(frozen=True, slots=True, eq=False)
class Objects:
    """Water objects or fire points, surveyed and mapped, on the network.

    Parameters
    ----------
    frame
        ``object_id``, ``type``, ``working``, ``truck_source``, ``source``, ``last_checked`` and
        ``geometry``, sorted by ``object_id``.
    places
        Where each lies on the foot network; the others are too far from any road.
    worst, best
        Which of them are usable in the worst and in the best case, shape ``(n,)``.
    """

    frame: gpd.GeoDataFrame
    places: Places
    worst: BoolArray
    best: BoolArray

    def unplaced(self, kind: str) -> frozenset[str]:
        """Return the surveyed objects too far from any road, as ``kind:id``."""
        far = ~self.places.found(len(self.frame)) & (self.frame["source"] == "survey").to_numpy()
        return frozenset(f"{kind}:{name}" for name in self.frame["object_id"][far])


def gather(
    table: str,
    survey: Survey,
    mapped: gpd.GeoDataFrame,
    snapper: Snapper,
    settings: Settings,
    findings: Findings,
) -> Objects:
    """Put surveyed and mapped objects together and on the network.

    Parameters
    ----------
    table
        ``water`` or ``fire_points``.
    survey, mapped
        The ward's survey, and what the roads file maps, in the analysis CRS.
    snapper, settings
        Finds places on the segments that doors can open on, and how near one must be.
    findings
        Takes note of objects that are too far from any road.
    """
    own = survey[table]
    crs = snapper.network.crs
    surveyed = gpd.GeoDataFrame(
        {
            "object_id": own["object_id"],
            "type": own["type"] if table == "water" else "fire_point",
            # Blank is yes: an object is listed because somebody saw it work.
            "working": [value is not False for value in own["working"]],
            "truck_source": own["truck_source"] if table == "water" else False,
            "source": "survey",
            "last_checked": own["last_checked"],
            "file": own["file"],
            "sheet": own["sheet"],
            "row": own["row"],
        },
        geometry=own.geometry.to_numpy(),
        crs=crs,
    )
    found = mapped[mapped["kind"] == table]
    found = found[~_surveyed_too(found, surveyed, settings.same_object_m, table)]
    mapped_rows = gpd.GeoDataFrame(
        {
            "object_id": found["object_id"],
            "type": found["type"],
            "working": found["working"].astype(bool),
            "truck_source": None,
            "source": "osm",
            "last_checked": None,
            "file": None,
            "sheet": None,
            "row": None,
        },
        geometry=found.geometry.to_numpy(),
        crs=crs,
    )
    whole = stacked([surveyed, mapped_rows], list(surveyed.columns))
    frame = gpd.GeoDataFrame(whole, geometry="geometry", crs=crs)
    frame = frame.sort_values("object_id", kind="stable").reset_index(drop=True)
    by_type = frame["type"].isin(TRUCK_SOURCES)
    frame["truck_source"] = [
        default if pd.isna(said) else bool(said)
        for said, default in zip(frame["truck_source"], by_type, strict=True)
    ]
    places = snapper.nearest(frame.geometry.to_numpy(), settings.snap_limit_m)
    _tell_far(frame, places, settings.snap_limit_m, findings)
    usable = frame["working"].to_numpy(dtype=bool) & places.found(len(frame))
    return Objects(frame, places, usable, usable)


def _surveyed_too(
    mapped: gpd.GeoDataFrame, surveyed: gpd.GeoDataFrame, within_m: float, table: str
) -> BoolArray:
    """Mapped objects that a surveyed one of their type stands for."""
    same = np.zeros(len(mapped), dtype=bool)
    if len(mapped) == 0 or len(surveyed) == 0:
        return same
    tree = shapely.STRtree(surveyed.geometry.to_numpy())
    i, j = tree.query(mapped.geometry.to_numpy(), predicate="dwithin", distance=within_m)
    types = mapped["type"].to_numpy()[i] == surveyed["type"].to_numpy()[j]
    same[i[types | (table == "fire_points")]] = True
    return same


def _tell_far(frame: gpd.GeoDataFrame, places: Places, limit_m: float, findings: Findings) -> None:
    for i in np.flatnonzero(~places.found(len(frame))):
        row = frame.iloc[i]
        findings.add(
            "error" if row["source"] == "survey" else "hint",
            "far_from_any_road",
            Message("{object_id} is farther than {limit_m:g} m from any road; it is not used"),
            remedy=Message("check its coordinates, or map the road in OpenStreetMap"),
            params={"object_id": row["object_id"], "limit_m": limit_m},
            file=row["file"],
            sheet=row["sheet"],
            row=None if row["row"] is None or pd.isna(row["row"]) else int(row["row"]),
        )


def need_a_stand(
    objects: Objects, network: Network, worst: Reach, best: Reach, draft_m: float | None
) -> Objects:
    """Let truck sources count only where a truck stands within drafting distance.

    Parameters
    ----------
    objects
        Water objects that work.
    network
        The network.
    worst, best
        Reach of the worst and the best case.
    draft_m
        How far, straight, a truck can draw; None if the norm is silent: then no source counts for
        certain.
    """
    source = objects.frame["truck_source"].to_numpy(dtype=bool)
    if not source.any():
        return objects
    geometry = objects.frame.geometry.to_numpy()

    def stands_near(found: Reach) -> BoolArray:
        near = np.zeros(len(geometry), dtype=bool)
        roads = found.segments & network.on_foot
        if draft_m is not None and roads.any():
            tree = shapely.STRtree(network.lines[roads])
            near[np.unique(tree.query(geometry, predicate="dwithin", distance=draft_m)[0])] = True
        return near

    best_near = stands_near(best) if draft_m is not None else np.ones(len(geometry), dtype=bool)
    return Objects(
        objects.frame,
        objects.places,
        objects.worst & (~source | stands_near(worst)),
        objects.best & (~source | best_near),
    )


@dataclass(frozen=True, slots=True, eq=False)
class NearestObject:
    """The nearest of some objects for every house, and for every vertex of the foot graph.

    Parameters
    ----------
    distance_m
        Foot distance, both offsets included; NaN where there is none, shape ``(houses,)``.
    index
        Row of the objects, `NOWHERE` where there is none.
    vertex_m, vertex_index
        Distance from each vertex, the object's offset included (inf where there is none), and the
        object's row.
    ways
        The ways there, from the houses' doors.
    chosen
        Where the objects lie that could be the nearest.
    """

    distance_m: FloatArray
    index: IntArray
    vertex_m: FloatArray
    vertex_index: IntArray
    ways: WaysOnFoot
    chosen: Places


def nearest_object(
    graph: FootGraph, objects: Objects, usable: BoolArray, doors: Doors
) -> NearestObject:
    """Find the nearest usable object of every house along the foot network."""
    chosen = objects.places[usable[objects.places.row]]
    nearest = nearest_place(graph, chosen)
    way = approach(graph, nearest.distance_m, doors.places)
    same_m, same = along_same_segment(doors.places, chosen)
    direct = same_m < way.distance_m
    distance = np.where(direct, same_m, way.distance_m) + doors.places.distance_m
    source = np.where(direct, same, nearest.source[way.vertex])
    known = np.isfinite(distance)
    distance[~known] = np.nan
    index = np.full(len(distance), NOWHERE, dtype=np.int64)
    index[known] = chosen.row[source[known]]
    vertex_index = np.full(graph.n_vertices, NOWHERE, dtype=np.int64)
    reached = nearest.source >= 0
    vertex_index[reached] = chosen.row[nearest.source[reached]]
    of_house = doors.spread(index, NOWHERE)
    ways = WaysOnFoot(
        leaves=doors.spread(np.where(direct, Leaves.THERE, way.leaves), Leaves.NO_WAY),
        row=of_house,
        onward=nearest.onward(graph),
        ending=np.where(nearest.predecessor >= graph.n_vertices, vertex_index, NOWHERE),
    )
    return NearestObject(
        doors.spread(distance), of_house, nearest.distance_m, vertex_index, ways, chosen
    )


def water_limits(norm: Norm) -> Mapping[str, float]:
    """Return how far each kind of water may be from a house.

    Kinds on which the norm is silent are missing.

    Examples
    --------
    >>> from fireaccess.model.norm import load_norm
    >>> water_limits(load_norm("vn"))["hydrant"]
    400.0
    """
    kinds = ("hydrant", "tank", "pond", "river", "pit", "suction_point")
    limits = {kind: norm.value_or_none(f"{kind}_radius_m") for kind in kinds}
    return {kind: limit for kind, limit in limits.items() if limit is not None}


@dataclass(frozen=True, slots=True, eq=False)
class WaterAnswers:
    """Who has water.

    Parameters
    ----------
    columns
        Columns of the houses layer that tell of water.
    vertex_worst, vertex_best
        Whether usable water lies within its limit of each vertex, per case.
    hydrant, water
        The nearest usable hydrant and water of any kind, of the worst case.
    water_best
        The nearest usable water of any kind, of the best case.
    """

    columns: pd.DataFrame
    vertex_worst: BoolArray
    vertex_best: BoolArray
    hydrant: NearestObject
    water: NearestObject
    water_best: NearestObject


def water_answers(
    graph: FootGraph, objects: Objects, doors: Doors, houses: pd.DataFrame, norm: Norm
) -> WaterAnswers:
    """Answer for every house which water is nearest and whether it is near enough.

    Parameters
    ----------
    graph
        The foot graph.
    objects
        Water objects, usable ones marked for the worst and the best case.
    doors, houses
        The houses and their doors.
    norm
        The limit of each kind.
    """
    types = objects.frame["type"].to_numpy()
    is_hydrant = np.asarray(types == "hydrant")
    hydrant = nearest_object(graph, objects, objects.worst & is_hydrant, doors)
    water = nearest_object(graph, objects, objects.worst, doors)
    limits = water_limits(norm)
    by_limit = {
        limit: np.isin(types, [kind for kind in limits if limits[kind] == limit])
        for limit in sorted(set(limits.values()))
    }

    def within(usable: BoolArray) -> tuple[BoolArray, BoolArray]:
        houses_in = np.zeros(doors.count, dtype=bool)
        vertices_in = np.zeros(graph.n_vertices, dtype=bool)
        for limit, of_kind in by_limit.items():
            found = nearest_object(graph, objects, usable & of_kind, doors)
            houses_in |= found.distance_m <= limit
            vertices_in |= found.vertex_m <= limit
        return houses_in, vertices_in

    worst, vertex_worst = within(objects.worst)
    same = np.array_equal(objects.worst, objects.best)
    best, vertex_best = (worst, vertex_worst) if same else within(objects.best)
    water_best = water if same else nearest_object(graph, objects, objects.best, doors)
    known = doors.places.found(doors.count)
    answer = coverage(worst, best, known=known & bool(limits))
    near = pd.array(hydrant.distance_m <= _NEAR_HYDRANT_M, dtype="boolean")
    near[~known] = pd.NA
    columns = pd.DataFrame(
        {
            **_object_columns("hydrant", "hydrant_id", hydrant, objects, houses),
            "near_150": near,
            **_object_columns("water", "water_id", water, objects, houses),
            "water": answer,
        },
        index=houses.index,
    )
    return WaterAnswers(columns, vertex_worst, vertex_best, hydrant, water, water_best)


def _object_columns(
    prefix: str, id_column: str, found: NearestObject, objects: Objects, houses: pd.DataFrame
) -> dict[str, Any]:
    known = found.index >= 0
    ids: ObjectArray = np.full(len(houses), None, dtype=object)
    ids[known] = objects.frame["object_id"].to_numpy()[found.index[known]]
    straight = np.full(len(houses), np.nan)
    straight[known] = shapely.distance(
        houses["geometry"].to_numpy()[known],
        objects.frame.geometry.to_numpy()[found.index[known]],
    )
    return {
        id_column: ids,
        f"{prefix}_m": found.distance_m,
        f"straight_{prefix}_m": straight,
    }


@dataclass(frozen=True, slots=True, eq=False)
class PointAnswers:
    """Who has a fire point (điểm chữa cháy công cộng): as `WaterAnswers`."""

    columns: pd.DataFrame
    vertex_within: BoolArray
    point: NearestObject


def point_answers(
    graph: FootGraph, objects: Objects, doors: Doors, houses: pd.DataFrame, norm: Norm
) -> PointAnswers:
    """Answer for every house which fire point is nearest and whether it is near enough."""
    point = nearest_object(graph, objects, objects.worst, doors)
    limit_m = norm.value_or_none("fire_point_m")
    known = doors.places.found(doors.count) & (limit_m is not None)
    within = point.distance_m <= (np.nan if limit_m is None else limit_m)
    columns = pd.DataFrame(
        {
            **_object_columns("point", "fire_point_id", point, objects, houses),
            "point": coverage(within, within, known=known),
        },
        index=houses.index,
    )
    near = point.vertex_m <= (np.nan if limit_m is None else limit_m)
    return PointAnswers(columns, near, point)


def houses_served(objects: Objects, nearest: list[tuple[NearestObject, Any]]) -> IntArray:
    """Count for each object the houses whose nearest it is, within its limit.

    Parameters
    ----------
    objects
        The objects.
    nearest
        Nearest objects of the houses, each with the limits of the objects, shape ``(n,)``.
    """
    pairs = []
    for found, limit_m in nearest:
        house = np.flatnonzero(found.index >= 0)
        index = found.index[house]
        served = found.distance_m[house] <= np.broadcast_to(limit_m, len(objects.frame))[index]
        pairs.append(np.stack([index[served], house[served]], axis=1))
    once = np.unique(np.concatenate(pairs), axis=0)
    return np.bincount(once[:, 0], minlength=len(objects.frame)).astype(np.int64)


def hydrant_gaps(
    network: Network,
    foot_open: BoolArray,
    found: Reach,
    objects: Objects,
    spacing_m: float | None,
) -> gpd.GeoDataFrame:
    """List stretches of reached road farther than half the spacing from any working hydrant.

    Parameters
    ----------
    network, foot_open
        The network, and the nodes that people get through.
    found
        Reach of the worst case.
    objects
        Water objects.
    spacing_m
        The norm's hydrant spacing along roads; None if it is silent: nothing is listed.

    Returns
    -------
    ``segment_id``, ``name``, ``length_m`` and the stretch as ``geometry``, in the network's CRS.
    """
    columns = ["segment_id", "name", "length_m", "geometry"]
    if spacing_m is None:
        return gpd.GeoDataFrame(columns=columns, geometry="geometry", crs=network.crs)
    half = spacing_m / 2
    usable = objects.worst & (objects.frame["type"] == "hydrant").to_numpy()
    places = objects.places[usable[objects.places.row]]
    # With every hydrant a node, the road between two nodes is at its farthest in one place.
    split = insert_nodes(network, places.segment, places.along_m)
    finer = split.network
    opened = np.ones(finer.n_nodes, dtype=bool)
    opened[: network.n_nodes] = foot_open
    graph = foot_graph(finer, opened)
    at_hydrant = np.zeros(finer.n_nodes, dtype=bool)
    at_hydrant[split.node] = True
    sources = np.flatnonzero(at_hydrant[graph.vertex_node])
    distance = nearest_vertex(graph, sources).distance_m
    roads = np.flatnonzero(found.segments[split.parent] & finer.on_foot)
    length = finer.segment_length_m[roads]
    begin = np.clip(half - distance[graph.end_u[roads]], 0.0, None)
    end = np.clip(length - half + distance[graph.end_v[roads]], None, length)
    long_enough = end - begin > 0.01
    roads, begin, end = roads[long_enough], begin[long_enough], end[long_enough]
    lines = finer.lines[roads]
    stretches = _substrings(lines, begin, end)
    way = finer.segment_way[roads]
    return gpd.GeoDataFrame(
        {
            "segment_id": network.segment_id[split.parent[roads]],
            "name": network.tag("name")[way],
            "length_m": end - begin,
        },
        geometry=stretches,
        crs=network.crs,
    )


def _substrings(lines: Any, begin: FloatArray, end: FloatArray) -> Any:
    from shapely.ops import substring

    return np.array(
        [substring(line, a, b) for line, a, b in zip(lines, begin, end, strict=True)], dtype=object
    )
