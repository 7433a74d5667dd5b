"""What is known of where the project lies: its area, and the roads that points should lie on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from scipy.spatial import KDTree

from fireaccess.model.answers import BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.model.text import normalise_all
from fireaccess.sources.coordinates import WGS84, analysis_crs, transform_geometry, transform_xy
from fireaccess.sources.named import named_roads
from fireaccess.sources.roads import Roads
from fireaccess.sources.zones import TM3_ZONES, VN_UTM_ZONES, zone_of

#: Roads so far beyond the margin still say something of points that are some hundred metres off.
REACH_M: Final = 1_500.0
#: Beyond this a point says nothing of how well points fit the roads.
FIT_CAP_M: Final = 30.0

#: West, south, east, north of the mainland, in degrees.
_VIET_NAM: Final = (102.0, 8.0, 110.0, 23.5)
_METRES_PER_DEGREE: Final = 110_000.0
#: Roads are points for this: every 2 m, farther apart if they are those of a whole province.
_ROAD_STEP_M: Final = 2.0
_MOST_ROAD_POINTS: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Area and roads of a project, in metres.

    Parameters
    ----------
    crs
        UTM zone of the area's centre.
    area
        The area, or the roads' extent.
    bounds
        West, south, east, north of the area with its margin, in WGS 84 degrees.
    margin_m
        Up to so far from the area a place counts as inside.
    roads
        Points along the roads in and around the area.
    named
        Positions in ``roads.data`` of each road, by its normalised name.
    zone
        The project's own CRS if it is projected: where zones are named, this is the right one.
    """

    crs: CRS
    area: shapely.Geometry
    bounds: tuple[float, float, float, float]
    margin_m: float
    roads: KDTree
    named: Mapping[str, IntArray]
    zone: CRS | None = None

    @classmethod
    def of(
        cls,
        roads: Roads,
        area: shapely.Geometry | None,
        margin_m: float,
        *,
        zone: CRS | None = None,
    ) -> Ground:
        """Gather what is known of where a project lies.

        Parameters
        ----------
        roads
            The ways, in any CRS.
        area
            The project's area in WGS 84; None means the extent of the roads.
        margin_m
            Up to so far from the area a place counts as inside.
        zone
            The project's CRS, if it names one.

        Examples
        --------
        >>> from fireaccess.sources.roads import make_roads, no_objects
        >>> way = (1, {"highway": "service"}, [1, 2], [(105.82, 20.99), (105.83, 20.99)])
        >>> ground = Ground.of(make_roads([way], barriers={}, objects=no_objects()), None, 100.0)
        >>> ground.inside(np.array([105.825, 20.99]), np.array([20.9905, 105.825])).tolist()
        [True, False]
        """
        lon, lat = transform_xy(roads.vertex_xy[:, 0], roads.vertex_xy[:, 1], roads.crs, WGS84)
        if area is None:
            area = shapely.box(lon.min(), lat.min(), lon.max(), lat.max())
        west, south, east, north = (float(side) for side in shapely.bounds(area))
        crs = analysis_crs("auto", (west, south, east, north))
        flat: shapely.Geometry = transform_geometry(area, WGS84, crs)
        shapely.prepare(flat)
        way = np.repeat(np.arange(len(roads)), np.diff(roads.start))
        xy = np.column_stack(transform_xy(lon, lat, WGS84, crs))
        lines: Any = shapely.linestrings(xy, indices=way)
        near = np.flatnonzero(shapely.dwithin(lines, flat, margin_m + REACH_M))
        step_m = max(_ROAD_STEP_M, float(shapely.length(lines[near]).sum()) / _MOST_ROAD_POINTS)
        points, of_line = shapely.get_coordinates(
            shapely.segmentize(lines[near], step_m), return_index=True
        )
        names: ObjectArray = np.full(len(near), "", dtype=object)
        names[:] = normalise_all([str(name or "") for name in roads.tags["name"].to_numpy()[near]])
        up = 1.1 * margin_m / _METRES_PER_DEGREE
        across = up / np.cos(np.radians(max(abs(south), abs(north))))
        return cls(
            crs=crs,
            area=flat,
            bounds=(west - across, south - up, east + across, north + up),
            margin_m=margin_m,
            roads=KDTree(points),
            named=MappingProxyType(_rows_of(names[of_line])),
            zone=(zone_of(zone) or zone) if zone is not None and zone.is_projected else None,
        )

    @property
    def in_viet_nam(self) -> bool:
        """Whether the zones of VN-2000 may be meant."""
        west, south, east, north = self.bounds
        left, bottom, right, top = _VIET_NAM
        return bool(left <= (west + east) / 2 <= right and bottom <= (south + north) / 2 <= top)

    @property
    def zones(self) -> tuple[CRS, ...]:
        """The CRSs that figures in metres may be in."""
        own = () if self.zone is None else (self.zone,)
        if not self.in_viet_nam:
            return own
        wgs84_utm = (32600 + number for number in VN_UTM_ZONES)
        codes = (*TM3_ZONES.values(), *VN_UTM_ZONES.values(), *wgs84_utm)
        return tuple(dict.fromkeys((*own, *map(CRS.from_epsg, codes))))

    def inside(self, lon: FloatArray, lat: FloatArray) -> BoolArray:
        """Which places lie in the area or within the margin of it.

        Parameters
        ----------
        lon, lat
            WGS 84 degrees, shape ``(n,)``; what is no place on earth lies outside.
        """
        west, south, east, north = self.bounds
        answer = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
        x, y = transform_xy(lon[answer], lat[answer], WGS84, self.crs)
        answer[answer] = shapely.dwithin(shapely.points(x, y), self.area, self.margin_m)
        return np.asarray(answer)

    def flat(self, lon: FloatArray, lat: FloatArray) -> FloatArray:
        """Return places in metres, shape ``(n, 2)``; NaN where they are a degree or more away."""
        west, south, east, north = self.bounds
        near = (lon > west - 1) & (lon < east + 1) & (lat > south - 1) & (lat < north + 1)
        xy = np.full((len(lon), 2), np.nan)
        xy[near] = np.column_stack(transform_xy(lon[near], lat[near], WGS84, self.crs))
        return xy

    def distance_m(self, xy: FloatArray, most_m: float) -> FloatArray:
        """Return how far places are from the nearest road, infinity beyond the most.

        Parameters
        ----------
        xy
            Places in metres, shape ``(n, 2)``; NaN counts as far away.
        most_m
            Where not to look any farther.
        """
        return _nearest_m(self.roads, xy, most_m)

    def fit_m(self, xy: FloatArray, wanted: ObjectArray) -> FloatArray:
        """Return how far places are from the roads they belong to, 30 m at most.

        Parameters
        ----------
        xy
            Places in metres, shape ``(k, n, 2)``: n rows, each in k places.
        wanted
            The name of each row's road, a key of ``named``; None for the nearest of all, shape
            ``(n,)``.
        """
        distance = np.empty(xy.shape[:2])
        for name, rows in _rows_of(wanted).items():
            tree = KDTree(self.roads.data[self.named[name]]) if name else self.roads
            some = xy[:, rows]
            nearest = _nearest_m(tree, some.reshape(-1, 2), FIT_CAP_M)
            distance[:, rows] = np.minimum(nearest, FIT_CAP_M).reshape(some.shape[:2])
        return distance

    def road_names(self, texts: Sequence[str | None]) -> ObjectArray:
        """Return the name of the road that stands in each text, a key of ``named``, or None."""
        plain = normalise_all([text if isinstance(text, str) else "" for text in texts])
        return named_roads(plain, self.named)


def _rows_of(names: ObjectArray) -> dict[str, IntArray]:
    """Return the rows of each name; those without one are under the empty name."""
    rows = pd.Series(np.arange(len(names)), dtype=np.int64)
    of_name = rows.groupby(np.where(pd.isna(names), "", names)).indices
    return {str(name): np.asarray(at, dtype=np.int64) for name, at in of_name.items()}


def _nearest_m(tree: KDTree, xy: FloatArray, most_m: float) -> FloatArray:
    known = np.isfinite(xy).all(axis=1)
    distance = np.full(len(xy), np.inf)
    distance[known] = tree.query(xy[known], distance_upper_bound=most_m)[0]
    return distance


def as_points(xy: FloatArray) -> ObjectArray:
    """Return places as points, None where a coordinate is not finite.

    Examples
    --------
    >>> as_points(np.array([[1.0, 2.0], [np.nan, 2.0]]))
    array([<POINT (1 2)>, None], dtype=object)
    """
    points: ObjectArray = np.full(len(xy), None, dtype=object)
    known = np.isfinite(xy).all(axis=1)
    points[known] = shapely.points(xy[known])
    return points
