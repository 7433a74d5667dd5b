"""Houses in areas without road or water that the city has approved (Law 55/2024, Art. 20(5))."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.model.answers import ObjectArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.text import normalise, normalise_all
from fireaccess.sources.named import named_roads, roads_meant


def approved_houses(
    listed: gpd.GeoDataFrame, houses: gpd.GeoDataFrame, door_road: ObjectArray, findings: Findings
) -> Any:
    """Return which houses the approved list means.

    A row that names a house means that house alone. Else it means the houses of which all holds
    that it names: the road that the address names, or that of the door if it names none; the
    group; and an outline around them.

    Parameters
    ----------
    listed
        The survey's table ``approved``, in the CRS of the houses.
    houses
        ``house_id``, ``address``, ``group`` and geometry.
    door_road
        Normalised name of the road at each house's door, empty where there is none, shape ``(n,)``.
    findings
        Takes the rows that mean no house.

    Returns
    -------
    pandas.arrays.BooleanArray
        For each house; missing for all if there is no such list.

    Examples
    --------
    >>> from fireaccess.model.errors import Findings
    >>> houses = gpd.GeoDataFrame(
    ...     {
    ...         "house_id": ["H1", "H2", "H3"],
    ...         "address": ["5 Ngõ 12", None, "7 Phố Chợ"],
    ...         "group": ["Tổ 1", "Tổ 1", "Tổ 2"],
    ...     },
    ...     geometry=gpd.points_from_xy([0, 5, 9], [0, 0, 0]),
    ... )
    >>> listed = gpd.GeoDataFrame(
    ...     {"house_id": ["H3", None], "road_name": [None, "ngõ 12"], "group": [None, None]},
    ...     geometry=[None, None],
    ... )
    >>> roads = np.array(["pho cho", "pho cho", "pho cho"], dtype=object)
    >>> approved_houses(listed, houses, roads, Findings()).tolist()
    [True, False, True]
    """
    if len(listed) == 0:
        return pd.array([pd.NA] * len(houses), dtype="boolean")
    named = listed["road_name"].dropna()
    road = _roads(houses["address"], door_road, [normalise(name) for name in named])
    group = np.array(normalise_all(houses["group"].fillna("").tolist()), dtype=object)
    number = pd.Series(range(len(houses)), index=houses["house_id"])
    geometry = houses.geometry.to_numpy()
    approved = np.zeros(len(houses), dtype=bool)
    rows: Any = pd.DataFrame(listed).astype(object).where(listed.notna(), None)
    for row, outline in zip(rows.itertuples(), listed.geometry, strict=True):
        around = outline is not None and shapely.get_dimensions(outline) == 2
        if row.house_id is not None:
            theirs = np.zeros(len(houses), dtype=bool)
            theirs[number.get(row.house_id, [])] = True
        elif row.road_name is None and row.group is None and not around:
            nothing = Message("the row names no house, road or group")
            _tell(findings, row, "approved_says_nothing", nothing)
            continue
        else:
            theirs = np.ones(len(houses), dtype=bool)
            if row.road_name is not None:
                theirs &= road == normalise(row.road_name)
            if row.group is not None:
                theirs &= group == normalise(row.group)
            if around:
                theirs &= shapely.intersects(outline, geometry)
        if not theirs.any():
            no_house = Message("no house of the project is meant")
            _tell(findings, row, "approved_without_house", no_house)
        approved |= theirs
    return pd.array(approved, dtype="boolean")


def _roads(addresses: pd.Series, door_road: ObjectArray, listed: list[str]) -> ObjectArray:
    """Return the road of each house: what its address names, else what its door lies on."""
    texts = normalise_all(addresses.fillna("").tolist())
    names = {*door_road, *listed}
    # An alley that is on no map is not the street that it leaves.
    meant, silent = roads_meant(texts, names), named_roads(texts, names) == None  # noqa: E711
    return np.where(silent, door_road, meant)


def _tell(findings: Findings, row: Any, code: str, message: Message) -> None:
    findings.add(
        "warning",
        code,
        message,
        remedy=Message(
            "write house_id, road_name or group as the list of houses and the map have them; the "
            "row counts for nothing until then"
        ),
        file=row.file,
        sheet=row.sheet,
        row=int(row.row),
    )
