"""Gaps between buildings by brute force: cross-sections of a road, one beside the other."""

from itertools import pairwise

import numpy as np
import shapely

REACH_M = 15.0


def least_gap(line, polygons, *, step_m, near=None, within_m=np.inf):
    """Return the least gap of a segment at places a step apart, NaN if none has both sides.

    Only places within so many metres of the point ``near`` are looked at, if it is given.
    """
    beside = polygons[shapely.dwithin(polygons, line, REACH_M)]
    touched = shapely.intersects(beside, line)
    walls, over = shapely.STRtree(beside[~touched]), shapely.STRtree(beside[touched])
    least = np.inf
    for start, end in pairwise(shapely.get_coordinates(line)):
        length_m = np.hypot(*(end - start))
        if length_m == 0:
            continue
        along_m = np.append(np.arange(0.0, length_m, step_m), length_m)
        places = start + (end - start) / length_m * along_m[:, None]
        if near is not None:
            places = places[np.hypot(*(places - near).T) <= within_m]
        across = np.array([start[1] - end[1], end[0] - start[0]]) / length_m * REACH_M
        least = min(least, np.min(_gaps(places, across, walls, over), initial=np.inf))
    return least if np.isfinite(least) else np.nan


def _gaps(places, across, walls, over):
    """Return the gap at places of a straight piece; infinite where a side is open.

    It is infinite too where the cross-section meets a building that the segment touches.
    """
    gap_m = np.zeros(len(places))
    for side in (across, -across):
        rays = shapely.linestrings(np.stack([places, places + side], axis=1))
        ray, house = walls.query(rays, predicate="intersects")
        hit = shapely.intersection(rays[ray], walls.geometries[house])
        nearest = np.full(len(places), np.inf)
        np.minimum.at(nearest, ray, shapely.distance(shapely.points(places)[ray], hit))
        gap_m += nearest
        gap_m[over.query(rays, predicate="intersects")[0]] = np.inf
    return gap_m
