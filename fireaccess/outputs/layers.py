"""The layers of a result: columns of SPEC §12 in their order, geometry in EPSG:4326."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.alleys import Alleys
from fireaccess.analysis.houses import Doors, HoseLines, three_way
from fireaccess.analysis.reach import Reach
from fireaccess.analysis.water import Objects
from fireaccess.model.answers import BoolArray, IntArray, answer_words
from fireaccess.model.layers import LAYERS
from fireaccess.model.norm import Norm
from fireaccess.network.network import Network
from fireaccess.network.passability import Passability
from fireaccess.sources.coordinates import WGS84, transform_geometry, transform_xy
from fireaccess.sources.houses import Houses

#: Columns of the houses that the statistics rest on and that follow those of SPEC §12.
HOUSE_EXTRAS = (
    "use",
    "extinguisher",
    "extinguisher_checked",
    "extinguisher_ok",
    "transmitter",
    "registered_month",
    "installed_date",
    "approved",
)


def to_wgs84(geometry: Any, network: Network) -> gpd.GeoSeries:
    """Carry geometries from the analysis CRS to EPSG:4326."""
    return gpd.GeoSeries(transform_geometry(geometry, network.crs, WGS84), crs=WGS84)


def houses_layer(
    network: Network,
    houses: Houses,
    columns: pd.DataFrame,
    doors: Doors,
    worst: HoseLines,
) -> gpd.GeoDataFrame:
    """Put the houses layer together: own columns, computed ones, doors and stands in degrees."""
    frame = pd.concat([houses.frame.drop(columns="geometry"), columns], axis=1)
    for name, xy in (("door", _spread_xy(doors)), ("stand", worst.stand_xy)):
        known = np.isfinite(xy[:, 0])
        lon, lat = np.full(len(xy), np.nan), np.full(len(xy), np.nan)
        lon[known], lat[known] = transform_xy(xy[known, 0], xy[known, 1], network.crs, WGS84)
        frame[f"{name}_lon"], frame[f"{name}_lat"] = lon, lat
    frame = frame[[*LAYERS["houses"], *HOUSE_EXTRAS]]
    return gpd.GeoDataFrame(frame, geometry=houses.wgs84, crs=WGS84)


def _spread_xy(doors: Doors) -> Any:
    xy = np.full((doors.count, 2), np.nan)
    xy[doors.places.row] = doors.places.xy
    return xy


def segments_layer(
    network: Network,
    passability: Passability,
    worst: Reach,
    best: Reach,
    alleys: Alleys,
    norm: Norm,
    shown: BoolArray,
) -> gpd.GeoDataFrame:
    """Return the segments that touch the area or that a house's door opens on."""
    i = np.flatnonzero(shown)
    way = network.segment_way[i]
    passable = np.isin(network.tag("highway"), norm.classes.passable)
    frame = pd.DataFrame(
        {
            "segment_id": network.segment_id[i],
            "osm_id": network.ways["way_id"].to_numpy()[way],
            "name": network.tag("name")[way],
            "highway": network.tag("highway")[way],
            "length_m": network.segment_length_m[i],
            "width_m": passability.width_m[i],
            "width_source": passability.width_source[i],
            "width_date": passability.width_date[i],
            "truck": answer_words(passability.segment_answer[i]),
            "truck_reason": passability.segment_reason[i],
            "reached": three_way(worst.segments[i], best.segments[i]),
            "alley_id": alleys.ids(i),
            "beside_a_road": network.beside_a_road[i],
            "passable_class": passable[way],
        }
    )
    geometry = to_wgs84(network.lines[i], network)
    return gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=WGS84)


def obstacles_near(
    network: Network, obstacles: pd.DataFrame, area: shapely.Geometry, near_m: float
) -> pd.DataFrame:
    """Return the barriers, narrow readings and low clearances in or at the area."""
    points = shapely.points(network.node_xy[obstacles["node"].to_numpy(dtype=np.int64)])
    inside = np.asarray(shapely.dwithin(points, area, near_m), dtype=bool)
    return obstacles.loc[inside].reset_index(drop=True)


def barriers_layer(network: Network, obstacles: pd.DataFrame, *, persons: bool) -> gpd.GeoDataFrame:
    """Return barriers, narrow readings and low clearances where each stands.

    Who holds the key of one is told only if persons may be named.
    """
    columns = [*LAYERS["barriers"], "rule", "date", *(("keyholder",) if persons else ())]
    frame = obstacles[columns].copy()
    frame["dealt_with"] = frame["dealt_with"].astype(bool).astype("boolean")
    frame["clear_width_m"] = frame["clear_width_m"].astype(float)
    points = shapely.points(network.node_xy[obstacles["node"].to_numpy(dtype=np.int64)])
    geometry = to_wgs84(points, network)
    return gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=WGS84)


def alleys_layer(network: Network, alleys: Alleys) -> gpd.GeoDataFrame:
    """Return the alleys with their entrances in degrees."""
    frame = pd.DataFrame(alleys.frame.drop(columns=["geometry", "entrance_x", "entrance_y"]))
    frame["entrance_lon"], frame["entrance_lat"] = transform_xy(
        alleys.frame["entrance_x"].to_numpy(dtype=float),
        alleys.frame["entrance_y"].to_numpy(dtype=float),
        network.crs,
        WGS84,
    )
    geometry = to_wgs84(alleys.frame.geometry.to_numpy(), network)
    return gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=WGS84)


def objects_layer(
    network: Network, objects: Objects, served: IntArray, table: str
) -> gpd.GeoDataFrame:
    """Return water objects or fire points with whether they are usable and whom they serve."""
    rows = objects.frame
    frame = pd.DataFrame(
        {
            "object_id": rows["object_id"].to_numpy(dtype=object),
            "type": rows["type"].to_numpy(dtype=object),
            "working": pd.array(rows["working"].to_numpy(dtype=bool), dtype="boolean"),
            "usable": three_way(objects.worst, objects.best),
            "houses_served": served,
            "source": rows["source"].to_numpy(dtype=object),
            "last_checked": rows["last_checked"].to_numpy(dtype=object),
        }
    )[[*LAYERS[table], "source", "last_checked"]]
    geometry = to_wgs84(rows.geometry.to_numpy(), network)
    return gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=WGS84)


def violations_layer(network: Network, violations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the violations that the survey lists, without the names of owners."""
    columns = ["object_id", "kind", "road_name", "found", "due", "authority", "fixed"]
    geometry = to_wgs84(violations.geometry.to_numpy(), network)
    return gpd.GeoDataFrame(
        pd.DataFrame(violations[columns]), geometry=geometry.to_numpy(), crs=WGS84
    )


def stations_layer(network: Network, stations: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the fire stations, surveyed and mapped, used or not."""
    geometry = to_wgs84(stations.geometry.to_numpy(), network)
    return gpd.GeoDataFrame(
        pd.DataFrame(stations[["object_id", "name"]]), geometry=geometry.to_numpy(), crs=WGS84
    )


def groups_layer(network: Network, groups: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the outlines of the groups with their names."""
    geometry = to_wgs84(groups.geometry.to_numpy(), network)
    return gpd.GeoDataFrame(
        pd.DataFrame(groups[["group"]]), geometry=geometry.to_numpy(), crs=WGS84
    )
