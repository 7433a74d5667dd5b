"""Roads as they are mapped: ways with their tags and vertices, before they become a network.

Whatever the file (OSM, a graph of OSMnx, plain lines), it becomes these arrays: ways sorted by
id, their vertices one after another, and a node id for each vertex. Vertices join where, and only
where, they share a node id.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from fireaccess.model.answers import FloatArray, IntArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError
from fireaccess.sources.coordinates import WGS84, transform_geometry, transform_xy

#: Values of ``highway`` that are no road to walk or drive on (SPEC §4).
NOT_A_ROAD: Final = frozenset(
    "proposed construction abandoned disused razed platform raceway elevator bus_stop rest_area "
    "services escape via_ferrata".split()
)

#: Tags of a way that some figure rests on; the others are not kept.
WAY_TAGS: Final = (
    "highway",
    "name",
    "service",
    "footway",
    "oneway",
    "junction",
    "foot",
    "access",
    "bridge",
    "tunnel",
    "covered",
    "layer",
    "width",
    "width:carriageway",
    "est_width",
    "maxwidth",
    "maxwidth:physical",
    "maxheight",
    "maxheight:physical",
    "maxweight",
    "incline",
    "surface",
)

#: Columns of the open water that a roads file maps, beside its geometry.
OPEN_WATER: Final = ("object_id", "kind", "name", "perennial", "private", "salt")

_NO: Final = frozenset(("no", "false", "0"))


def is_yes(value: object) -> bool:
    """Whether a tag such as ``bridge=*`` is set to anything but no.

    Examples
    --------
    >>> is_yes("viaduct"), is_yes("no"), is_yes(None)
    (True, False, False)
    """
    return isinstance(value, str) and value.lower() not in _NO


def is_road(tags: Mapping[str, str]) -> bool:
    """Whether a way with these tags belongs to the network (SPEC §4).

    Examples
    --------
    >>> is_road({"highway": "service"}), is_road({"highway": "pedestrian", "area": "yes"})
    (True, False)
    """
    highway = tags.get("highway")
    return highway is not None and highway not in NOT_A_ROAD and tags.get("area") != "yes"


@dataclass(frozen=True, slots=True, eq=False)
class Roads:
    """Ways with tags and vertices, and what else the roads file tells.

    Parameters
    ----------
    crs
        CRS of ``vertex_xy`` and of the geometries.
    way_id
        OSM way ids, ascending, shape ``(w,)``; one way may stand several times where nodes of it
        are missing from the extract.
    tags
        One column per tag of `WAY_TAGS`, rows as ``way_id``; None where a way lacks it.
    start
        Offsets of each way's vertices, shape ``(w + 1,)``.
    vertex_node, vertex_xy
        Node id and coordinates of each vertex, shapes ``(v,)`` and ``(v, 2)``.
    barriers
        Tags of the nodes of these ways that carry ``barrier=*``, by node id.
    objects
        Water, extinguishers, fire stations, turning and passing places that the file maps:
        ``object_id``, ``kind`` (water, fire_points, stations, road_places), ``type``, ``working``,
        ``diameter`` (as text, of places to turn), ``geometry``.
    buildings
        Building outlines with ``house_id`` and ``address``, or None if not asked for.
    open_water
        Ponds, lakes, rivers and canals with the columns of `OPEN_WATER`; None where the file is of
        a kind that has none.
    file, dated
        Where the roads come from, and the newest date that the file gives.
    left_out
        How many ways were left out, by reason.
    openstreetmap
        Whether they are OpenStreetMap's, which its licence asks to be said wherever they are shown.
    """

    crs: CRS
    way_id: IntArray
    tags: pd.DataFrame
    start: IntArray
    vertex_node: IntArray
    vertex_xy: FloatArray
    barriers: Mapping[int, Mapping[str, str]]
    objects: gpd.GeoDataFrame
    buildings: gpd.GeoDataFrame | None = None
    open_water: gpd.GeoDataFrame | None = None
    file: Path | None = None
    dated: date | None = None
    left_out: Mapping[str, int] = field(default_factory=dict)
    openstreetmap: bool = False

    def __len__(self) -> int:
        return len(self.way_id)

    @property
    def lines(self) -> Any:
        """One LineString per way, shape ``(w,)``."""
        rows = np.repeat(np.arange(len(self)), np.diff(self.start))
        return shapely.linestrings(self.vertex_xy, indices=rows)

    def to_crs(self, crs: CRS) -> Roads:
        """Return the same roads in another CRS."""
        x, y = transform_xy(self.vertex_xy[:, 0], self.vertex_xy[:, 1], self.crs, crs)

        def carried(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
            geometry = transform_geometry(frame.geometry.to_numpy(), self.crs, crs)
            return frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=crs))

        return replace(
            self,
            crs=crs,
            vertex_xy=np.column_stack([x, y]),
            objects=carried(self.objects),
            buildings=None if self.buildings is None else carried(self.buildings),
            open_water=None if self.open_water is None else carried(self.open_water),
        )

    def within(self, area: shapely.Geometry, margin_m: float) -> Roads:
        """Return the whole ways, and open water, that touch an area or come within a margin of it.

        Raises
        ------
        InputError
            If no way does: the roads are those of another town.
        """
        shapely.prepare(area)
        keep = shapely.dwithin(self.lines, area, margin_m)
        if not keep.any():
            away_km = float(np.min(shapely.distance(self.lines, area))) / 1000
            raise InputError(
                Message(
                    "no road lies within {margin_m:g} m of the area: the nearest is "
                    "{away_km:,.1f} km away"
                ),
                file=self.file,
                remedy=Message(
                    "check that roads, area and houses are of the same ward and that their "
                    "coordinates are in the CRS that the files name"
                ),
                margin_m=margin_m,
                away_km=away_km,
            )
        outside = int((~keep).sum())
        counts = Counter(self.left_out)
        if outside:
            counts["beyond_margin"] += outside
        vertex = np.repeat(keep, np.diff(self.start))
        start = np.concatenate([[0], np.cumsum(np.diff(self.start)[keep])]).astype(np.int64)
        nodes = self.vertex_node[vertex]
        used = set(nodes.tolist())
        water = self.open_water
        if water is not None:
            near = shapely.dwithin(water.geometry.to_numpy(), area, margin_m)
            water = water[near].reset_index(drop=True)
        return replace(
            self,
            way_id=self.way_id[keep],
            tags=self.tags[keep].reset_index(drop=True),
            start=start,
            vertex_node=nodes,
            vertex_xy=self.vertex_xy[vertex],
            barriers={node: tags for node, tags in self.barriers.items() if node in used},
            open_water=water,
            left_out=dict(counts),
        )


def make_roads(
    ways: Sequence[tuple[int, Mapping[str, str], list[int], list[tuple[float, float]]]],
    *,
    barriers: Mapping[int, Mapping[str, str]],
    crs: CRS = WGS84,
    **rest: Any,
) -> Roads:
    """Gather ways into arrays, sorted by way id; a node twice in a row counts once.

    Parameters
    ----------
    ways
        Way id, tags, node ids and coordinates of each way, in any order.
    barriers
        Tags of nodes with ``barrier=*``; those on none of the ways are dropped.
    crs
        CRS of the coordinates.
    rest
        The other fields of `Roads`.
    """
    order = sorted(range(len(ways)), key=lambda i: ways[i][0])
    kept: list[tuple[int, Mapping[str, str]]] = []
    nodes: list[int] = []
    xy: list[tuple[float, float]] = []
    start = [0]
    degenerate = 0
    for i in order:
        way_id, tags, way_nodes, way_xy = ways[i]
        fresh = [k for k in range(len(way_nodes)) if k == 0 or way_nodes[k] != way_nodes[k - 1]]
        if len(fresh) < 2:
            degenerate += 1
            continue
        kept.append((way_id, tags))
        nodes.extend(way_nodes[k] for k in fresh)
        xy.extend(way_xy[k] for k in fresh)
        start.append(len(nodes))
    columns = {
        key: pd.Series([tags.get(key) for _, tags in kept], dtype=object) for key in WAY_TAGS
    }
    left_out = Counter(rest.pop("left_out", {}))
    if degenerate:
        left_out["fewer_than_two_nodes"] += degenerate
    on_ways = set(nodes)
    return Roads(
        crs=crs,
        way_id=np.array([way_id for way_id, _ in kept], dtype=np.int64),
        tags=pd.DataFrame(columns),
        start=np.array(start, dtype=np.int64),
        vertex_node=np.array(nodes, dtype=np.int64),
        vertex_xy=np.array(xy, dtype=float).reshape(-1, 2),
        barriers={node: tags for node, tags in sorted(barriers.items()) if node in on_ways},
        left_out=dict(left_out),
        **rest,
    )


def no_objects(crs: CRS = WGS84) -> gpd.GeoDataFrame:
    """Return the empty table of mapped objects, with its columns."""
    return gpd.GeoDataFrame(
        {"object_id": [], "kind": [], "type": [], "working": [], "diameter": []},
        geometry=gpd.GeoSeries([], crs=crs),
        crs=crs,
    ).astype(
        {"object_id": object, "kind": object, "type": object, "working": bool, "diameter": object}
    )
