"""What a plan starts from: the ward as the analysis left it, in the analysis CRS."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.alleys import Alleys
from fireaccess.analysis.houses import Doors, HoseLines
from fireaccess.analysis.reach import Reach
from fireaccess.analysis.water import Objects, PointAnswers, WaterAnswers
from fireaccess.model.answers import BoolArray, ObjectArray
from fireaccess.model.norm import Norm
from fireaccess.network.network import Network
from fireaccess.network.obstacles import Surveyed
from fireaccess.network.passability import Passability
from fireaccess.network.paths import FootGraph
from fireaccess.network.place import Snapper
from fireaccess.network.scenario import Scenario
from fireaccess.project import Settings
from fireaccess.sources.costs import Costs


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Ward:
    """One ward with its reach, hose lines, water and alleys.

    Parameters
    ----------
    network, passability, surveyed
        The network, what is known of every passage, and the survey set on it.
    obstacles
        Barriers, narrow readings, low clearances and corners in or at the area: the rows of the
        layer ``barriers``, with ``kind``, ``node`` and ``further_nodes``.
    worst, best
        The scenarios of both cases.
    worst_reach, best_reach
        What the truck gets to in them.
    graph
        The foot graph; the same in both cases.
    snapper
        Finds places on the segments that doors can open on.
    doors, worst_lines, best_lines
        The houses' doors, and the hose lines of both cases.
    houses
        One row for each house, in the order of the doors: ``house_id``, ``group``, ``people``
        (NaN where not counted), ``use``, what the survey tells of extinguishers and transmitters
        where it does, ``geometry``, and the columns that the analysis found.
    by_name
        Houses placed by the name of their road: nothing is sure of those, shape ``(houses,)``.
    alleys
        Roads and alleys without a truck.
    water_objects, point_objects, water, points
        Water and fire points, and who has them.
    drafts
        Draft points of open water.
    vehicles
        The table ``alley_scenarios``: what other vehicles of the project get into; no rows where
        none are compared.
    area
        The area.
    norm, settings
        Limits, and distances that the computation rests on.
    costs
        What each measure costs.
    candidates
        The office's own places for hydrants and fire points; None where it names none.
    """

    network: Network
    passability: Passability
    surveyed: Surveyed
    obstacles: pd.DataFrame
    worst: Scenario
    best: Scenario
    worst_reach: Reach
    best_reach: Reach
    graph: FootGraph
    snapper: Snapper
    doors: Doors
    worst_lines: HoseLines
    best_lines: HoseLines
    houses: gpd.GeoDataFrame
    by_name: BoolArray
    alleys: Alleys
    water_objects: Objects
    point_objects: Objects
    water: WaterAnswers
    points: PointAnswers
    drafts: pd.DataFrame
    vehicles: pd.DataFrame
    area: shapely.Geometry
    norm: Norm
    settings: Settings
    costs: Costs
    candidates: gpd.GeoDataFrame | None

    def groups_at(self, geometry: Any) -> ObjectArray:
        """Return the residential group of some places: that of the nearest house that has one.

        Parameters
        ----------
        geometry
            Points or lines in the analysis CRS, shape ``(k,)``.

        Returns
        -------
        Groups, None where no house of the ward has any, shape ``(k,)``.
        """
        geometry = np.asarray(geometry, dtype=object)
        groups = np.full(len(geometry), None, dtype=object)
        known = self.houses[self.houses["group"].notna()]
        if len(known) == 0 or len(geometry) == 0:
            return groups
        tree = shapely.STRtree(known.geometry.to_numpy())
        row, house = tree.query_nearest(geometry, all_matches=True)
        # Of houses equally near the first counts.
        order = np.lexsort((house, row))
        row, first = np.unique(row[order], return_index=True)
        groups[row] = known["group"].to_numpy(dtype=object)[house[order][first]]
        return groups


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Plan:
    """What to do first, in EPSG:4326.

    Parameters
    ----------
    layers
        The layers and tables of `fireaccess.model.layers.PLAN_LAYERS`, by name.
    figures
        What they come to, ready for JSON.
    """

    layers: Mapping[str, pd.DataFrame]
    figures: Mapping[str, Any]

    def __getitem__(self, name: str) -> Any:
        """Return one layer or table."""
        return self.layers[name]
