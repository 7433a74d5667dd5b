"""Draft points: where open water and a road come so close that a pump can draw from it.

They are places to make usable, beside the water of SPEC §7 and without any say in its answers. A
draft point asks for four things: a truck that gets there, water all year round, a lift that a pump
can suck, and nobody to be asked first. Each is yes, no or unknown, and the point is as good as the
worst of them.

Bodies of water that touch are one water: rivers are mapped in pieces. Along one water draft points
stand no nearer to one another, along the road, than hydrants may stand apart; where the norm is
silent on that, one water has one draft point. Shores from which no house is served are left out,
but for the best place of a water that serves none.

Where no truck gets to a water, a portable pump may be carried to it: it stands on a way on foot
within the same distance of the water, and serves houses within the norm's radius of such pumps. How
far it is carried is no matter of the norm's.

Limits: what stands between road and water (a wall, a house, a railway) is not looked at; the line
of a river without an outline is taken for its bank; bridges and tunnels are no place to draw from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, dijkstra

from fireaccess.analysis.houses import Doors
from fireaccess.analysis.reach import Reach
from fireaccess.analysis.water import TRUCK_SOURCES, Objects
from fireaccess.model.answers import Answer, AnswerArray, BoolArray, FloatArray, IntArray
from fireaccess.model.layers import LAYERS
from fireaccess.model.norm import Norm
from fireaccess.network.network import Network
from fireaccess.network.paths import NOWHERE, FootGraph
from fireaccess.network.place import Snapper

#: Height above the sea of places of shape ``(n, 2)`` in the analysis CRS, NaN where not known.
ElevationAt = Callable[[FloatArray], FloatArray]

#: Columns of the draft points before they become a layer, places still in the network's CRS.
COLUMNS: Final = tuple(
    name.replace("_lon", "_x").replace("_lat", "_y") for name in LAYERS["draft_points"]
)

#: Water whose houses may be as far as those of a river; all other water is taken for a pond.
_FLOWING: Final = frozenset(("river", "canal"))
_ANSWER_WORDS: Final = np.array(["no", "unknown", "yes"], dtype=object)
# Places to stand are tried every so many metres of road, and where road and water are nearest.
_STEP_M: Final = 10.0
# Water is level: its height is read inside it, off the bank that a coarse grid mixes it with.
_SURFACE_M: Final = 50.0
# Nearer bodies touch, and shorter ends of lines are none: drawings are off by centimetres.
_TOUCH_M: Final = 1.0
_AT_ONCE: Final = 64


class Access(IntEnum):
    """What gets to a draft point, ordered from best to worst."""

    TRUCK = 0
    UNKNOWN = 1
    PORTABLE_PUMP = 2
    NONE = 3

    @property
    def word(self) -> str:
        """The access as result files write it."""
        return self.name.lower()


@dataclass(frozen=True, slots=True, eq=False)
class Stands:
    """Places on the network that water can be drawn from, one row each.

    Parameters
    ----------
    body
        Position of the body of water, shape ``(k,)``.
    segment, along_m
        Where on the network.
    distance_m
        Straight distance to the water.
    access
        What gets there, as numbers of `Access`.
    """

    body: IntArray
    segment: IntArray
    along_m: FloatArray
    distance_m: FloatArray
    access: IntArray

    def __len__(self) -> int:
        return len(self.body)

    def __getitem__(self, rows: Any) -> Stands:
        return Stands(
            self.body[rows],
            self.segment[rows],
            self.along_m[rows],
            self.distance_m[rows],
            self.access[rows],
        )


def draft_points(
    graph: FootGraph,
    worst: Reach,
    best: Reach,
    open_water: gpd.GeoDataFrame | None,
    objects: Objects,
    doors: Doors,
    has_water: BoolArray,
    area: shapely.Geometry,
    norm: Norm,
    elevation_at: ElevationAt | None,
) -> pd.DataFrame:
    """Find the places from which open water can be drawn, and what each of them lacks.

    Parameters
    ----------
    graph
        The foot graph of the worst case.
    worst, best
        Reach of the worst and the best case.
    open_water
        Open water of the map in the network's CRS, with the columns of `Roads.open_water`; None if
        the map has none.
    objects
        Water objects, usable ones marked for both cases: ponds, rivers, pits and suction points
        among them are draft points whose state is the survey's.
    doors
        The houses' doors.
    has_water
        Which houses have water for certain today, shape ``(houses,)``.
    area
        The area. A draft point beyond it counts if it serves a house.
    norm
        How far a truck draws, how far apart points stand, how far houses may be, how high a pump
        sucks. Where it is silent on the first, nothing is known to draw from any water.
    elevation_at
        Height of places, if the ground's is known. A difference of two heights is as accurate as
        the norm takes a grid's rise to be.

    Returns
    -------
    One row for each draft point with the columns of `COLUMNS`, coordinates in the network's CRS,
    by water and place along it; a water that nothing gets to has one row all the same.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> import fireaccess
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = write_sample(Path(folder) / "commune", kind="commune")
    ...     found = fireaccess.run(fireaccess.Project.open(file)).draft_points
    >>> sorted(set(found["kind"]))
    ['pond', 'river', 'water']
    """
    network = graph.network
    surveyed = _of_objects(objects)
    mapped = _of_map(open_water, surveyed)
    bodies = pd.concat([surveyed, mapped], ignore_index=True)
    if len(bodies) == 0:
        return pd.DataFrame({name: [] for name in COLUMNS})
    shapes = bodies["shape"].to_numpy()
    draft_m = norm.value_or_none("draft_m")
    pump_m = norm.value_or_none("portable_pump_m")
    access = np.full(network.n_segments, Access.NONE, dtype=np.int64)
    access[network.on_foot & (pump_m is not None)] = Access.PORTABLE_PUMP
    access[network.on_foot & best.segments] = Access.UNKNOWN
    access[network.on_foot & worst.segments] = Access.TRUCK
    ashore = np.where(network.on_bridge | network.in_tunnel, Access.NONE, access)
    own = np.arange(len(surveyed))
    water = _waters(shapes, own, draft_m)
    taken = _nearest_stands(network, access, shapes, own, draft_m)
    free = _stands_along(network, ashore, shapes, np.arange(len(own), len(shapes)), draft_m)
    free = free[_spaced(graph, free, taken, water, norm.value_or_none("hydrant_spacing_m"))]
    left = np.flatnonzero(~np.isin(water, [*water[free.body], *water[own]]))
    left = left[shapely.intersects(shapes[left], area)]
    far = _one_of_each(_out_of_reach(network, shapes, left), water)
    unreached = _out_of_reach(network, shapes, np.setdiff1d(own, taken.body))
    stands = _joined([taken, unreached, free, far])
    found = _described(network, bodies, stands, norm, elevation_at)
    counted = _houses(graph, stands, _limits(found, norm), doors, has_water, found["answer"])
    found = pd.concat([found, counted], axis=1)
    points = shapely.points(found[["edge_x", "edge_y"]].to_numpy(dtype=float))
    serves = found["houses_served"].fillna(0).to_numpy(dtype=np.int64) > 0
    useful = _useful(serves | found["houses_served"].isna().to_numpy(), water[stands.body])
    kept = useful | (stands.body < len(own))
    found = found[kept & (shapely.intersects(points, area) | serves)].sort_values(
        ["object_id", "segment", "along_m"], kind="stable"
    )
    number = found.groupby("object_id").cumcount() + 1
    found["draft_point_id"] = found["object_id"] + "-" + number.astype(str)
    return found[[*COLUMNS]].reset_index(drop=True)


# Bodies of water ----------------------------------------------------------------------------


def _of_objects(objects: Objects) -> pd.DataFrame:
    """Return the surveyed and mapped objects that water is drawn from."""
    rows = np.flatnonzero(objects.frame["type"].isin(TRUCK_SOURCES))
    frame = objects.frame.iloc[rows]
    working = frame["working"].to_numpy(dtype=bool)
    return pd.DataFrame(
        {
            "object_id": frame["object_id"].to_numpy(dtype=object),
            "kind": frame["type"].to_numpy(dtype=object),
            "name": None,
            "source": frame["source"].to_numpy(dtype=object),
            "perennial": working,
            "private": False,
            "salt": False,
            "surveyed": True,
            "working": working,
            "usable": (objects.worst[rows].astype(int) + objects.best[rows]),
            "needs_stand": frame["truck_source"].to_numpy(dtype=bool),
            "shape": frame.geometry.to_numpy(),
        }
    )


def _of_map(open_water: gpd.GeoDataFrame | None, surveyed: pd.DataFrame) -> pd.DataFrame:
    """Return the open water of the map that no line and no surveyed pond stands for twice."""
    if open_water is None or len(open_water) == 0:
        return surveyed.iloc[:0]
    shapes = open_water.geometry.to_numpy().copy()
    is_area = shapely.get_dimensions(shapes) == 2
    tree = shapely.STRtree(shapes[is_area])
    line, outline = tree.query(shapes[~is_area], predicate="intersects")
    lines = shapes[~is_area]
    for i in np.unique(line):
        # What runs within an outline is the same river.
        covered = shapely.union_all(shapes[is_area][outline[line == i]])
        lines[i] = shapely.difference(lines[i], covered)
    shapes[~is_area] = lines
    kept = is_area | (shapely.length(shapes) > _TOUCH_M)
    ponds = surveyed["shape"][surveyed["kind"] == "pond"].to_numpy()
    still = is_area & ~open_water["kind"].isin(_FLOWING).to_numpy()
    if len(ponds):
        twice = shapely.STRtree(ponds).query(shapes, predicate="intersects")[0]
        kept[twice] &= ~still[twice]
    frame = open_water[kept]
    return pd.DataFrame(
        {
            **{key: frame[key].to_numpy() for key in ("object_id", "kind", "name")},
            "source": "osm",
            **{key: frame[key].to_numpy(bool) for key in ("perennial", "private", "salt")},
            "surveyed": False,
            "working": True,
            "usable": 0,
            "needs_stand": True,
            "shape": shapes[kept],
        }
    )


def _waters(shapes: Any, own: IntArray, draft_m: float | None) -> IntArray:
    """Return the water that each body belongs to: bodies that touch are one.

    A surveyed object belongs to the water that a pump there would draw from.
    """
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="dwithin", distance=_TOUCH_M)
    if draft_m is not None and len(own):
        of_own, near = tree.query(shapes[own], predicate="dwithin", distance=draft_m)
        one, other = np.concatenate([one, own[of_own]]), np.concatenate([other, near])
    pairs = coo_array((np.ones(len(one), dtype=np.int8), (one, other)), shape=(len(shapes),) * 2)
    return np.asarray(connected_components(pairs, directed=False)[1], dtype=np.int64)


# Places to stand ----------------------------------------------------------------------------


def _nearest_stands(
    network: Network, access: IntArray, shapes: Any, rows: IntArray, draft_m: float | None
) -> Stands:
    """Return for some bodies the nearest place of the best access that there is."""
    found = []
    left = rows
    for kind in (Access.TRUCK, Access.UNKNOWN, Access.PORTABLE_PUMP):
        if draft_m is None:
            break
        places = Snapper(network, access == kind).nearest(shapes[left], draft_m)
        kinds = np.full(len(places), kind, dtype=np.int64)
        found.append(
            Stands(left[places.row], places.segment, places.along_m, places.distance_m, kinds)
        )
        left = np.delete(left, places.row)
    return _joined(found)


def _stands_along(
    network: Network, access: IntArray, shapes: Any, rows: IntArray, draft_m: float | None
) -> Stands:
    """Return places all along the roads that come within drafting distance of some bodies."""
    segments = np.flatnonzero(access != Access.NONE)
    if draft_m is None or len(segments) == 0 or len(rows) == 0:
        return _joined([])
    tree = shapely.STRtree(network.lines[segments])
    of_row, of_segment = tree.query(shapes[rows], predicate="dwithin", distance=draft_m)
    body, segment = rows[of_row], segments[of_segment]
    lines = network.lines[segment]
    meets = shapely.get_point(shapely.shortest_line(lines, shapes[body]), 0)
    steps = (network.segment_length_m[segment] // _STEP_M).astype(np.int64) + 1
    pair = np.repeat(np.arange(len(body)), steps)
    step = np.arange(len(pair)) - np.repeat(np.cumsum(steps) - steps, steps)
    pair = np.concatenate([np.arange(len(body)), pair])
    along = np.concatenate([shapely.line_locate_point(lines, meets), _STEP_M * step])
    shapely.prepare(shapes)
    distance = shapely.distance(
        shapes[body[pair]], shapely.line_interpolate_point(lines[pair], along)
    )
    # The nearest place of a pair is within the distance, whatever its last digit says.
    near = (distance <= draft_m) | (np.arange(len(pair)) < len(body))
    pair = pair[near]
    return Stands(body[pair], segment[pair], along[near], distance[near], access[segment[pair]])


def _spaced(
    graph: FootGraph, free: Stands, taken: Stands, water: IntArray, spacing_m: float | None
) -> IntArray:
    """Return the places that stay if no two of one water are nearer along the road than a spacing.

    Better access goes before, then the shorter distance to the water; ``taken`` places go first.
    """
    # Along a bank, places that differ by a digit of the drawing are equally near.
    order = np.lexsort((free.along_m, free.segment, free.distance_m.round(1), free.access))
    both = _joined([taken, free[order]])
    network = graph.network
    ends = np.stack([graph.end_u[both.segment], graph.end_v[both.segment]])
    vertices, at = np.unique(ends, return_inverse=True)
    at_u, at_v = at.reshape(ends.shape)
    way_m = np.vstack(
        [
            dijkstra(graph.matrix, indices=vertices[i : i + _AT_ONCE], limit=spacing_m or 0.0)[
                :, vertices
            ]
            for i in range(0, len(vertices), _AT_ONCE)
        ]
        or [np.zeros((0, 0))]
    )
    to_u, to_v = both.along_m, network.segment_length_m[both.segment] - both.along_m
    of_water = water[both.body]
    waits = np.arange(len(both)) >= len(taken)
    kept = []
    for i in range(len(both)):
        if i >= len(taken):
            if not waits[i]:
                continue
            kept.append(i)
        others = np.flatnonzero(waits & (of_water == of_water[i]))
        if spacing_m is not None:
            apart = np.minimum(
                to_u[i] + _from(way_m, at_u[i], at_u, at_v, to_u, to_v, others),
                to_v[i] + _from(way_m, at_v[i], at_u, at_v, to_u, to_v, others),
            )
            same = both.segment[others] == both.segment[i]
            along = np.abs(both.along_m[others] - both.along_m[i])
            apart = np.where(same, np.minimum(apart, along), apart)
            others = others[apart < spacing_m]
        waits[others] = False
    return np.asarray(order[np.array(kept, dtype=np.int64) - len(taken)])


def _from(
    way_m: FloatArray,
    vertex: int,
    at_u: IntArray,
    at_v: IntArray,
    to_u: FloatArray,
    to_v: FloatArray,
    others: IntArray,
) -> FloatArray:
    """Return the least way from a vertex to some places, through either end of their segments."""
    by_u = way_m[vertex, at_u[others]] + to_u[others]
    return np.asarray(np.minimum(by_u, way_m[vertex, at_v[others]] + to_v[others]))


def _out_of_reach(network: Network, shapes: Any, rows: IntArray) -> Stands:
    """Return the nearest place of any way for bodies that nothing gets to."""
    places = Snapper(network, network.on_foot).nearest(shapes[rows], np.inf)
    none = np.full(len(places), Access.NONE, dtype=np.int64)
    return Stands(rows[places.row], places.segment, places.along_m, places.distance_m, none)


def _useful(serves: BoolArray, water: IntArray) -> BoolArray:
    """Return the places that serve a house, and the first of each water where none does."""
    first = ~pd.Series(water).duplicated().to_numpy()
    return np.asarray(serves | (first & ~np.isin(water, water[serves])))


def _one_of_each(stands: Stands, water: IntArray) -> Stands:
    """Return the nearest place to each water."""
    order = np.lexsort((stands.segment, stands.distance_m, water[stands.body]))
    first = np.r_[True, np.diff(water[stands.body][order]) != 0] if len(order) else order > 0
    return stands[order[first]]


def _joined(parts: list[Stands]) -> Stands:
    def column(name: str, kind: type) -> Any:
        return np.concatenate([np.zeros(0, kind), *(getattr(part, name) for part in parts)])

    return Stands(
        column("body", np.int64),
        column("segment", np.int64),
        column("along_m", np.float64),
        column("distance_m", np.float64),
        column("access", np.int64),
    )


# Answers ------------------------------------------------------------------------------------


def _described(
    network: Network,
    bodies: pd.DataFrame,
    stands: Stands,
    norm: Norm,
    elevation_at: ElevationAt | None,
) -> pd.DataFrame:
    """Say of each place where it is, whether it can be used, and what it lacks."""
    rows = bodies.iloc[stands.body].reset_index(drop=True)
    shapes = rows["shape"].to_numpy()
    stand = shapely.line_interpolate_point(network.lines[stands.segment], stands.along_m)
    edge = shapely.get_point(shapely.shortest_line(shapes, stand), 0)
    lift_m = np.full(len(rows), np.nan)
    if elevation_at is not None:
        surface = shapely.intersection(shapes, shapely.buffer(edge, _SURFACE_M))
        inside = shapely.get_coordinates(shapely.point_on_surface(surface))
        lift_m = elevation_at(shapely.get_coordinates(stand)) - elevation_at(inside)
    limit_m, accuracy_m = (
        norm.value_or_none(name) for name in ("suction_lift_m", "accuracy_elevation_m")
    )
    lift = _lift_answer(lift_m, limit_m, accuracy_m)
    access = stands.access
    surveyed, working = rows["surveyed"].to_numpy(bool), rows["working"].to_numpy(bool)
    asked = ~rows["perennial"] | rows["private"] | rows["salt"]
    answer = np.minimum(lift, np.where(asked, Answer.UNKNOWN, Answer.PASS))
    answer = np.minimum(answer, np.where(access == Access.TRUCK, Answer.PASS, Answer.UNKNOWN))
    answer[access == Access.NONE] = Answer.BLOCKED
    # What somebody saw working is as usable as the answers on water take it to be.
    carried = working & (access == Access.PORTABLE_PUMP)
    said = np.maximum(rows["usable"].to_numpy(), np.where(carried, Answer.UNKNOWN, Answer.BLOCKED))
    answer = np.where(surveyed, said, answer)
    wanting = access * (rows["needs_stand"].to_numpy(bool) | (access == Access.NONE))
    to_draw = ~surveyed & (access != Access.NONE)
    codes = {
        "repair": ~working,
        "no_way": access == Access.NONE,
        "clear_road": wanting == Access.PORTABLE_PUMP,
        "portable_pump": wanting == Access.PORTABLE_PUMP,
        "survey_road": wanting == Access.UNKNOWN,
        "build_place": ~surveyed & (access <= Access.UNKNOWN),
        "measure_lift": to_draw & (lift == Answer.UNKNOWN),
        "lift_too_high": to_draw & (lift == Answer.BLOCKED),
        "ask_season": to_draw & ~rows["perennial"].to_numpy(bool),
        "ask_owner": to_draw & rows["private"].to_numpy(bool),
        "salt_water": to_draw & rows["salt"].to_numpy(bool),
    }
    missing = [
        ";".join(code for code, lacks in zip(codes, row, strict=True) if lacks) or None
        for row in np.column_stack(list(codes.values()))
    ]
    return pd.DataFrame(
        {
            **{key: rows[key] for key in ("object_id", "kind", "source")},
            "name": rows["name"].astype(object).where(rows["name"].notna(), None),
            "stand_x": shapely.get_x(stand),
            "stand_y": shapely.get_y(stand),
            "edge_x": shapely.get_x(edge),
            "edge_y": shapely.get_y(edge),
            "distance_m": stands.distance_m,
            "access": np.array([kind.word for kind in Access], dtype=object)[access],
            "perennial": np.where(rows["perennial"], "yes", "unknown").astype(object),
            "lift_m": lift_m,
            "answer": _ANSWER_WORDS[answer],
            "missing": pd.Series(missing, dtype=object),
            "segment": stands.segment,
            "along_m": stands.along_m,
        }
    )


def _lift_answer(
    lift_m: FloatArray, limit_m: float | None, accuracy_m: float | None
) -> AnswerArray:
    """Return whether a pump can suck so high, three answers; heights not known are unknown."""
    answer = np.full(len(lift_m), Answer.UNKNOWN, dtype=np.int8)
    if limit_m is not None and accuracy_m is not None:
        answer[lift_m + accuracy_m <= limit_m] = Answer.PASS
        answer[lift_m - accuracy_m > limit_m] = Answer.BLOCKED
    return answer


def _limits(found: pd.DataFrame, norm: Norm) -> FloatArray:
    """Return how far a house may be from each draft point; NaN where the norm is silent."""
    names = [
        "portable_pump_m"
        if access == Access.PORTABLE_PUMP.word
        else f"{kind}_radius_m"
        if kind in TRUCK_SOURCES
        else "river_radius_m"
        if kind in _FLOWING
        else "pond_radius_m"
        for kind, access in zip(found["kind"], found["access"], strict=True)
    ]
    limits = {name: norm.value_or_none(name) for name in sorted(set(names))}
    return np.array([limits[name] for name in names], dtype=float)


# Houses -------------------------------------------------------------------------------------


def _houses(
    graph: FootGraph,
    stands: Stands,
    limit_m: FloatArray,
    doors: Doors,
    has_water: BoolArray,
    answer: pd.Series,
) -> pd.DataFrame:
    """Count the houses that each draft point serves along the foot network.

    Returns
    -------
    ``houses_served``; ``houses_without_water``, those of them without water today; and
    ``houses_gained``, those of these whose nearest draft point it is, so that they add up. A point
    that answers no gains none. Missing where the norm gives no limit.
    """
    lacking = ~has_water[doors.places.row]
    may_gain = (answer != "no").to_numpy()
    reached = np.where(stands.access == Access.NONE, -np.inf, limit_m)
    served, without = np.zeros(len(stands), np.int64), np.zeros(len(stands), np.int64)
    nearest_m = np.full(len(doors.places), np.inf)
    nearest = np.full(len(doors.places), NOWHERE, dtype=np.int64)
    for rows, distance in _distances(graph, stands, reached, doors):
        within = distance <= reached[rows, None]
        served[rows], without[rows] = within.sum(axis=1), (within & lacking).sum(axis=1)
        offered = np.where(within & may_gain[rows, None], distance, np.inf)
        first = offered.argmin(axis=0)
        least = offered[first, np.arange(offered.shape[1])]
        nearer = least < nearest_m
        nearest_m[nearer], nearest[nearer] = least[nearer], rows[first[nearer]]
    gained = np.bincount(nearest[lacking & (nearest != NOWHERE)], minlength=len(stands))
    counts = pd.DataFrame(
        {"houses_served": served, "houses_without_water": without, "houses_gained": gained},
        dtype="Int64",
    )
    counts[np.isnan(reached)] = pd.NA
    return counts


def _distances(
    graph: FootGraph, stands: Stands, limit_m: FloatArray, doors: Doors
) -> Iterator[tuple[IntArray, FloatArray]]:
    """Yield some draft points at a time with their distances to all doors, both offsets included.

    Ways longer than the greatest limit are infinite.
    """
    places = doors.places
    length = graph.network.segment_length_m
    u, v = graph.end_u[places.segment], graph.end_v[places.segment]
    door_u, door_v = places.along_m, length[places.segment] - places.along_m
    farthest = np.nanmax(limit_m, initial=0.0)
    for begin in range(0, len(stands), _AT_ONCE):
        rows = np.arange(begin, min(begin + _AT_ONCE, len(stands)))
        some = stands[rows]
        ends = np.stack([graph.end_u[some.segment], graph.end_v[some.segment]])
        way = dijkstra(graph.matrix, indices=ends.ravel(), limit=farthest)
        by_u, by_v = way[: len(rows)], way[len(rows) :]
        to_u, to_v = some.along_m[:, None], (length[some.segment] - some.along_m)[:, None]
        vertex = np.minimum(to_u + by_u, to_v + by_v)
        distance = np.minimum(vertex[:, u] + door_u, vertex[:, v] + door_v)
        same = some.segment[:, None] == places.segment
        distance[same] = np.minimum(distance, np.abs(to_u - places.along_m))[same]
        yield rows, distance + some.distance_m[:, None] + places.distance_m
