"""The result of a run: layers to show and to write, figures, findings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import geopandas as gpd
import pandas as pd
from shapely.geometry.base import BaseGeometry

from fireaccess.analysis.cells import Goal
from fireaccess.analysis.routes import Routes
from fireaccess.model.errors import Finding
from fireaccess.model.norm import Norm
from fireaccess.model.vehicle import Vehicle
from fireaccess.network.network import Network
from fireaccess.outputs.sentences import Stops
from fireaccess.planning.ward import Plan, Ward
from fireaccess.project import Project
from fireaccess.sources.coordinates import WGS84

if TYPE_CHECKING:
    from fireaccess.outputs.map.inline import WardLayers, WardMap

#: Columns of `Result.house_rows`.
HOUSE_ROWS: Final = (
    "house_id",
    "file",
    "sheet",
    "row",
    "best_stand_lon",
    "best_stand_lat",
    "best_stopped_by",
    "water_best_m",
)


def _no_rows(*columns: str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({name: [] for name in columns}, geometry=[], crs=WGS84)


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Result:
    """Everything that one run found out, in EPSG:4326 and unrounded metres.

    Parameters
    ----------
    project, norm, vehicle
        What was asked.
    houses, segments, barriers, alleys, water, fire_points, hydrant_gaps, dead_ends, draft_points
        Layers with the columns of SPEC §12 first.
    violations
        Violations of traffic and water conditions that the survey lists; without names of owners.
    evidence
        What was said of each object, by whom, when, and whether it was used.
    statistics
        The figures, ready for JSON.
    findings
        What is wrong or doubtful in the data, errors first.
    area
        The area, in EPSG:4326.
    network
        The network, in the analysis CRS.
    stops
        What is known of every passage, also beyond the area, to say what stops a truck.
    house_rows
        Where each house was read, where its hose line begins in the best case, and how far its
        nearest water is then.
    routes
        The ways behind the metres: hose lines, to water and fire points, and those of the truck;
        rows and analysis CRS are those of the layers and of the network.
    goals
        How far every vertex of the foot graph is from stand, hydrant, water and fire point, by
        the column of the houses that tells so.
    side_by_side
        Tables of other scenarios by name, those of `SCENARIO_TABLES` that the project asks for.
    stations
        Fire stations, surveyed and mapped, with ``object_id`` and ``name``.
    groups
        Outlines of the residential groups, with their names in ``group``; no rows where the project
        names none.
    open_water
        Ponds, lakes, rivers and canals of the map, with ``kind`` and ``name``, to be drawn: what
        goes on far beyond the area is cut off. No rows where the roads come without any.
    ward
        What a plan starts from.
    plan
        What to do first, once that was asked for; the barriers then tell what removing each brings.
    openstreetmap
        Whether roads are OpenStreetMap's, which has to be said wherever they are shown.
    timings
        Seconds that each stage took.
    """

    project: Project
    norm: Norm
    vehicle: Vehicle
    houses: gpd.GeoDataFrame
    segments: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    alleys: gpd.GeoDataFrame
    water: gpd.GeoDataFrame
    fire_points: gpd.GeoDataFrame
    hydrant_gaps: gpd.GeoDataFrame
    dead_ends: gpd.GeoDataFrame
    draft_points: gpd.GeoDataFrame
    violations: gpd.GeoDataFrame
    evidence: pd.DataFrame
    statistics: dict[str, Any]
    findings: tuple[Finding, ...]
    area: BaseGeometry
    network: Network
    stops: Stops | None = None
    house_rows: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=HOUSE_ROWS))
    routes: Routes | None = None
    goals: Mapping[str, Goal] = field(default_factory=dict)
    side_by_side: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    stations: gpd.GeoDataFrame = field(default_factory=lambda: _no_rows("object_id", "name"))
    groups: gpd.GeoDataFrame = field(default_factory=lambda: _no_rows("group"))
    open_water: gpd.GeoDataFrame = field(default_factory=lambda: _no_rows("kind", "name"))
    ward: Ward | None = None
    plan: Plan | None = None
    openstreetmap: bool = False
    timings: dict[str, float] = field(default_factory=dict)

    def map(self) -> WardMap:
        """Return the map, which a notebook shows in place and which can be saved as a file."""
        from fireaccess.outputs.map.inline import WardMap
        from fireaccess.outputs.map.page import page

        return WardMap(page(self), title=self.project.name)

    def map_layer(self, *names: str) -> WardLayers:
        """Return layers of the map to add to a folium map of one's own.

        Parameters
        ----------
        *names
            One or more of houses, segments, alleys, barriers, water, fire_points, dead_ends,
            draft_points, stations, groups, open_water and area; of a plan measures, sites and
            walk.

        Raises
        ------
        ValueError
            If a name is none of these, or none is given.
        """
        from fireaccess.outputs.map.inline import WardLayers

        return WardLayers(self, names)

    def __repr__(self) -> str:
        return (
            f'<Result "{self.project.name}": {len(self.houses)} houses, {len(self.alleys)} alleys '
            f"without a truck, {len(self.findings)} findings>"
        )
