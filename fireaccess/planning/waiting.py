"""Which places of roads and alleys without a truck wait for water, and where its truck stops.

What counts is the worst case: the houses that lack usable water for certain, each along the hose
with its own offset, wait unless the planned hydrants serve them. An alley without houses is judged
at the ends of its segments, as if houses stood there. In an alley that has water nobody waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import geopandas as gpd
import numpy as np
from scipy.sparse.csgraph import dijkstra

from fireaccess.model.answers import COVERED, BoolArray, FloatArray, IntArray
from fireaccess.network.paths import (
    NOWHERE,
    FootGraph,
    along_same_segment,
    approach,
    nearest_place,
)
from fireaccess.network.place import Places
from fireaccess.planning.ward import Ward

# The dense distances of so many places are held at a time.
_AT_ONCE: Final = 64


@dataclass(frozen=True, slots=True, eq=False)
class Waiting:
    """The places that wait for water in each alley, and how trucks get near them.

    Parameters
    ----------
    ward
        The ward.
    planned
        Where the planned hydrants stand on the network.
    lacks
        Alleys with places that lack water now, shape ``(alleys,)``.
    alley, places
        The places that wait, by alley, shape ``(k,)``: doors, and ends of alleys without houses.
    start
        Where the places of each alley begin, shape ``(alleys + 1,)``.
    entrance
        The vertex at which each alley is entered, shape ``(alleys,)``.
    mouth
        The vertex at which the truck stops for it; `NOWHERE` where nobody walks from there.
    from_mouth_m
        The way of each place from the mouth, its offset included; inf beyond every limit of the
        catalogue, shape ``(k,)``.
    """

    ward: Ward
    planned: Places
    lacks: BoolArray
    alley: IntArray
    places: Places
    start: IntArray
    entrance: IntArray
    mouth: IntArray
    from_mouth_m: FloatArray

    @property
    def waits(self) -> BoolArray:
        """Alleys with places that wait, shape ``(alleys,)``."""
        return np.diff(self.start) > 0

    def of_alley(self, alley: int) -> slice:
        """Return where the places of an alley stand among all."""
        return slice(self.start[alley], self.start[alley + 1])

    def farthest(self, values: FloatArray) -> FloatArray:
        """Return the greatest of some values of the places for each alley, -inf where none."""
        greatest = np.full(len(self.start) - 1, -np.inf)
        np.maximum.at(greatest, self.alley, values)
        return greatest


def who_waits(ward: Ward, hydrants: gpd.GeoDataFrame) -> Waiting:
    """Return who waits for water if some hydrants are built.

    Parameters
    ----------
    ward
        The ward.
    hydrants
        Planned hydrants, points in the analysis CRS. One farther than the setting ``snap_limit_m``
        from any road serves nobody.
    """
    count = len(ward.alleys.frame)
    has = ward.alleys.frame["has_water_solution"].to_numpy(dtype=object)
    planned = ward.snapper.nearest(hydrants.geometry.to_numpy(), ward.settings.snap_limit_m)
    alley, places = _lacking(ward)
    lacks = np.bincount(alley, minlength=count) > 0
    planned_m, _ = ways_to(ward.graph, planned, places)
    waits = (has[alley] != "yes") & ~(planned_m <= limit_of(ward, "hydrant_radius_m"))
    alley, places = alley[waits], places[waits]
    entrance, mouth = _mouths(ward)
    return Waiting(
        ward=ward,
        planned=planned,
        lacks=lacks,
        alley=alley,
        places=places,
        start=np.searchsorted(alley, np.arange(count + 1)),
        entrance=entrance,
        mouth=mouth,
        from_mouth_m=_from_mouths(ward, mouth[alley], places),
    )


def _lacking(ward: Ward) -> tuple[IntArray, Places]:
    """Return the places in alleys that have no water for certain, by alley."""
    network, graph, doors = ward.network, ward.graph, ward.doors
    of_door = ward.alleys.of_segment[doors.places.segment]
    water = ward.houses["water"].to_numpy(dtype=object)[doors.places.row]
    homes = doors.places[(of_door >= 0) & (water != COVERED)]
    segment = alley_segments(ward)
    empty = ward.alleys.frame["houses"].to_numpy(dtype=np.int64) == 0
    segment = segment[empty[ward.alleys.of_segment[segment]]]
    dry_u = segment[~ward.water.vertex_worst[graph.end_u[segment]]]
    dry_v = segment[~ward.water.vertex_worst[graph.end_v[segment]]]
    node = np.concatenate([network.segment_u[dry_u], network.segment_v[dry_v]])
    ends = Places(
        row=np.full(len(node), NOWHERE),
        segment=np.concatenate([dry_u, dry_v]),
        along_m=np.concatenate([np.zeros(len(dry_u)), network.segment_length_m[dry_v]]),
        distance_m=np.zeros(len(node)),
        xy=network.node_xy[node],
    )
    places = homes.followed_by(ends)
    alley = ward.alleys.of_segment[places.segment]
    order = np.argsort(alley, kind="stable")
    return alley[order], places[order]


def _mouths(ward: Ward) -> tuple[IntArray, IntArray]:
    """Return the vertex at which each alley is entered, and where the truck stops for it."""
    graph, lines, count = ward.graph, ward.worst_lines, len(ward.alleys.frame)
    members = alley_segments(ward)
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


def placed_by_name(ward: Ward) -> BoolArray:
    """Tell which alleys have houses of which only the road is known, shape ``(alleys,)``."""
    places = ward.doors.places
    alley = ward.alleys.of_segment[places.segment][ward.by_name[places.row]]
    return np.bincount(alley[alley >= 0], minlength=len(ward.alleys.frame)) > 0


def alley_segments(ward: Ward) -> IntArray:
    """Return the segments that belong to an alley."""
    return np.flatnonzero(ward.alleys.of_segment >= 0)


def limit_of(ward: Ward, name: str) -> float:
    """Return a figure of the norm, NaN where it is silent: nothing is near enough then."""
    figure = ward.norm.value_or_none(name)
    return np.nan if figure is None else figure


def ways_to(graph: FootGraph, sources: Places, places: Places) -> tuple[FloatArray, IntArray]:
    """Return how far the nearest of some sources is from places, and which; offsets included."""
    nearest = nearest_place(graph, sources)
    way = approach(graph, nearest.distance_m, places)
    same_m, same = along_same_segment(places, sources)
    direct = same_m < way.distance_m
    least = np.where(direct, same_m, way.distance_m) + places.distance_m
    return least, np.where(direct, same, nearest.source[way.vertex])
