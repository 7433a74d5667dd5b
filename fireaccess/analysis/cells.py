"""Distances from any places: what a house would get that stood there (SPEC §5, §7).

The searches that answer for the houses know how far every vertex of the foot graph is from its
goal. So a million places cost no search more: a look for the nearest road, and two sums for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from fireaccess.analysis.houses import HoseLines
from fireaccess.analysis.reach import Reach
from fireaccess.analysis.water import PointAnswers, WaterAnswers
from fireaccess.model.answers import BoolArray, FloatArray
from fireaccess.network.paths import FootGraph, along_same_segment, approach
from fireaccess.network.place import Places, Snapper


@dataclass(frozen=True, slots=True, eq=False)
class Goal:
    """What ways on foot lead to, and how far every vertex is from it.

    Parameters
    ----------
    graph
        The foot graph.
    vertex_m
        Least way from each vertex of the foot graph, inf where there is none.
    objects
        Where it lies on segments, if it is one of some objects.
    segments
        Segments all along which it is at hand, if it is a stand, shape ``(s,)``.
    """

    graph: FootGraph
    vertex_m: FloatArray
    objects: Places | None = None
    segments: BoolArray | None = None

    def way_m(self, places: Places) -> FloatArray:
        """Return the least way from places on segments, inf where there is none."""
        way_m = approach(self.graph, self.vertex_m, places).distance_m
        if self.objects is not None:
            way_m = np.minimum(way_m, along_same_segment(places, self.objects)[0])
        if self.segments is not None:
            way_m[self.segments[places.segment]] = 0.0
        return way_m


def goals_of(
    graph: FootGraph,
    worst: Reach,
    best: Reach,
    worst_lines: HoseLines,
    best_lines: HoseLines,
    water: WaterAnswers,
    points: PointAnswers,
) -> dict[str, Goal]:
    """Return the goals of the ways on foot, by the column of the houses that tells how far.

    Parameters
    ----------
    graph
        The foot graph.
    worst, best, worst_lines, best_lines
        Reach and hose lines of the two cases.
    water, points
        The nearest water and fire points.
    """
    objects = {"hydrant_m": water.hydrant, "water_m": water.water, "point_m": points.point}
    return {
        "hose_m": Goal(graph, worst_lines.distance_m, segments=worst.segments),
        "hose_best_m": Goal(graph, best_lines.distance_m, segments=best.segments),
        **{
            name: Goal(graph, found.vertex_m, objects=found.chosen)
            for name, found in objects.items()
        },
    }


def distances(
    snapper: Snapper, goals: Mapping[str, Goal], xy: FloatArray, limit_m: float
) -> dict[str, FloatArray]:
    """Return how far places are from each goal: to the nearest road straight, then on foot.

    Parameters
    ----------
    snapper
        Finds places on the segments that doors can open on.
    goals
        What `goals_of` returns.
    xy
        The places in the analysis CRS, shape ``(n, 2)``.
    limit_m
        How far a road may be; a place farther from any has no distance.

    Returns
    -------
    Metres by goal, shapes ``(n,)``; NaN where there is no road or no way.

    Examples
    --------
    An alley off a road that a truck gets to, and a field:

    >>> from fireaccess.network.drawn import drawn_network
    >>> from fireaccess.network.paths import foot_graph, nearest_vertex
    >>> town = drawn_network(
    ...     [("primary", [(0, 0), (50, 0), (99, 0)]), ("service", [(50, 0), (50, 80)])])
    >>> graph = foot_graph(town, np.ones(town.n_nodes, bool))
    >>> road = np.array([True, True, False])
    >>> stands = nearest_vertex(graph, graph.vertices_of(road))
    >>> snapper = Snapper(town, town.has_doors)
    >>> goals = {"hose_m": Goal(graph, stands.distance_m, segments=road)}
    >>> xy = np.array([[57.0, 60.0], [20.0, 4.0], [500.0, 500.0]])
    >>> distances(snapper, goals, xy, 30.0)["hose_m"].tolist()
    [67.0, 4.0, nan]
    >>> distances(snapper, goals, xy[:0], 30.0)["hose_m"].tolist()
    []
    """
    places = snapper.nearest(shapely.points(xy), limit_m)
    found: dict[str, FloatArray] = {}
    for name, goal in goals.items():
        metres = places.distance_m + goal.way_m(places)
        found[name] = np.full(len(xy), np.nan)
        found[name][places.row] = np.where(np.isfinite(metres), metres, np.nan)
    return found
