"""The layers of a result: columns of SPEC §12 in their order, geometry in EPSG:4326."""

from __future__ import annotations

from typing import Any, Final

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

#: Open water is drawn this exactly: less is not seen on a screen.
_SEEN_M: Final = 1.0
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
            "grade": passability.grades.grade[i].round(4),
        }
    )
    geometry = to_wgs84(network.lines[i], network)
    return gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=WGS84)


def obstacles_near(
    network: Network, obstacles: pd.DataFrame, area: shapely.Geometry, near_m: float
) -> pd.DataFrame:
    """Return the barriers, narrow readings, low clearances and corners in or at the area."""
    inside = np.asarray(shapely.dwithin(_stand(network, obstacles), area, near_m), dtype=bool)
    return obstacles.loc[inside].reset_index(drop=True)


def _stand(network: Network, obstacles: pd.DataFrame) -> Any:
    """Return where obstacles stand: at their nodes, or in the bend of a road."""
    xy = network.node_xy[obstacles["node"].to_numpy(dtype=np.int64)]
    if "x" in obstacles:
        own = obstacles[["x", "y"]].to_numpy(dtype=float)
        xy = np.where(np.isnan(own), xy, own)
    return shapely.points(xy)


def barriers_layer(network: Network, obstacles: pd.DataFrame, *, persons: bool) -> gpd.GeoDataFrame:
    """Return barriers, narrow readings, low clearances and corners where each stands.

    Who holds the key of one is told only if persons may be named.
    """
    columns = [*LAYERS["barriers"], "rule", "date", *(("keyholder",) if persons else ())]
    frame = obstacles[columns].copy()
    frame["dealt_with"] = pd.array(frame["dealt_with"].tolist(), dtype="boolean")
    frame["clear_width_m"] = frame["clear_width_m"].astype(float)
    geometry = to_wgs84(_stand(network, obstacles), network)
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


def within_area(
    network: Network, found: gpd.GeoDataFrame, area: shapely.Geometry
) -> gpd.GeoDataFrame:
    """Return the rows that touch the area, in the analysis CRS, in EPSG:4326."""
    inside = found[shapely.intersects(area, found.geometry.to_numpy())].reset_index(drop=True)
    geometry = to_wgs84(inside.geometry.to_numpy(), network)
    return inside.set_geometry(geometry.to_numpy(), crs=WGS84)


def draft_points_layer(network: Network, found: pd.DataFrame) -> gpd.GeoDataFrame:
    """Return the draft points where a pump stands, with the water's edge in degrees."""
    frame = found.copy()
    for name in ("stand", "edge"):
        frame[f"{name}_lon"], frame[f"{name}_lat"] = transform_xy(
            found[f"{name}_x"].to_numpy(dtype=float),
            found[f"{name}_y"].to_numpy(dtype=float),
            network.crs,
            WGS84,
        )
    points = shapely.points(frame[["stand_lon", "stand_lat"]].to_numpy(dtype=float))
    return gpd.GeoDataFrame(frame[[*LAYERS["draft_points"]]], geometry=points, crs=WGS84)


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


def open_water_layer(
    network: Network, open_water: gpd.GeoDataFrame | None, area: shapely.Geometry
) -> gpd.GeoDataFrame:
    """Return the mapped open water to draw, as exact as a map shows it, with its kind and name.

    What goes on beyond the area ends as far from it as the area is long, where a screen that shows
    all of the area ends too.
    """
    if open_water is None:
        open_water = gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs=network.crs)
    west, south, east, north = shapely.bounds(area)
    margin_m = max(east - west, north - south)
    shapes = shapely.clip_by_rect(
        shapely.simplify(open_water.geometry.to_numpy(), _SEEN_M),
        *(west - margin_m, south - margin_m, east + margin_m, north + margin_m),
    )
    seen = ~shapely.is_empty(shapes)
    frame = pd.DataFrame(open_water.loc[seen, ["kind", "name"]]).reset_index(drop=True)
    geometry = to_wgs84(shapes[seen], network)
    return gpd.GeoDataFrame(frame, geometry=geometry.to_numpy(), crs=WGS84)
