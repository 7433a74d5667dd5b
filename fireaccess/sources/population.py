"""People of a population grid, spread over the houses, or standing in for a list of them.

The grid counts with those of its cells whose centres lie in the area. Of each are taken off, never
below 0, the people of its houses that have a count. What is left becomes whole by the largest
remainder, so its sum is kept, rounded to whole people, and that of each cell to less than one.
Where no house has a count it is the sum of the grid.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from fireaccess.model.answers import BoolArray, FloatArray, IntArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings, InputError
from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.grids import GridWords, open_grid, refuse, transformed
from fireaccess.sources.houses import Houses, as_house_rows

#: Flags of houses whose people are an estimate, and of cells that stand in for houses.
PEOPLE_ESTIMATED: Final = "people_estimated"
STAND_IN: Final = "stand_in"

_WORDS: Final = GridWords(
    "population",
    unreadable=Message("the population grid is no GeoTIFF that can be read to its end"),
    no_crs=Message("the population grid names no CRS"),
    unusable_crs=Message("the CRS of the population grid can't be used: {reason}"),
    elsewhere=(
        Message("the population grid lies nowhere near the area"),
        Message("take the grid of this ward, and check the CRS that its file names"),
    ),
    bands=(
        Message("the population grid has {count} bands, and one is needed"),
        Message("export the band that counts all people as a GeoTIFF of its own"),
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """The cells of a grid that hold people and whose centres lie in the area.

    Parameters
    ----------
    file
        Name of the grid's file.
    grid_crs, cell_at
        The grid's CRS, and what makes column and row of coordinates in it.
    row, column
        Of each cell, counted from 0, sorted by row and column.
    people
        People in each, as the grid has them.
    lon, lat
        Each cell's centre in EPSG:4326.
    xy
        The same in the analysis CRS, shape ``(n, 2)``.
    crs
        The analysis CRS.
    """

    file: str
    grid_crs: CRS
    cell_at: Any
    row: IntArray
    column: IntArray
    people: FloatArray
    lon: FloatArray
    lat: FloatArray
    xy: FloatArray
    crs: CRS

    def cells_of(self, points: Any) -> tuple[IntArray, BoolArray]:
        """Return the cell in which each point lies, and whether it lies in any.

        Parameters
        ----------
        points
            Points in the analysis CRS.
        """
        x, y = transform_xy(shapely.get_x(points), shapely.get_y(points), self.crs, self.grid_crs)
        column, row = (np.floor(part).astype(np.int64) for part in transformed(self.cell_at, x, y))
        cells = pd.MultiIndex.from_arrays([self.row, self.column])
        found: IntArray = cells.get_indexer(pd.MultiIndex.from_arrays([row, column]))
        return found, found >= 0


def read_population(path: Path, area: shapely.Geometry, crs: CRS, findings: Findings) -> Population:
    """Read the people of an area from a grid.

    Parameters
    ----------
    path
        A GeoTIFF with one band of people per cell, in any CRS.
    area, crs
        The area in the analysis CRS, and that.
    findings
        Takes note of a grid that covers the area in part.

    Raises
    ------
    InputError
        If the grid can't be read, names no CRS, holds negative numbers, or nobody in the area.
    """
    with open_grid(path, _WORDS) as grid:
        there = grid.placed(area, crs)
        grid.require(there)
        if not grid.covers(there, spare_cells=0.5):
            findings.add(
                "warning",
                "population_in_part",
                Message(
                    "the population grid covers only a part of the area; nobody is counted "
                    "elsewhere"
                ),
                remedy=Message("take a grid that covers all of the ward"),
                file=path.name,
            )
        cells = grid.read(there)
        grid_crs, transform = grid.crs, grid.transform
    values = cells.values
    refuse(
        values,
        (values < 0) | np.isinf(values),
        Message(
            "{count:,} cells of the population grid hold what is no number of people, such as "
            "{value:g}"
        ),
        file=path,
    )
    row, column = np.nonzero(values > 0)
    people = values[row, column]
    row, column = row + cells.first_row, column + cells.first_column
    x, y = transformed(transform, column + 0.5, row + 0.5)
    lon, lat = transform_xy(x, y, grid_crs, WGS84)
    x, y = transform_xy(lon, lat, WGS84, crs)
    inside = shapely.intersects_xy(area, x, y)
    if not inside.any():
        raise InputError(
            Message("the population grid holds nobody in the area"),
            file=path,
            remedy=Message("check that it counts people per cell, and the CRS that it names"),
        )
    return Population(
        path.name,
        grid_crs,
        ~transform,
        row[inside],
        column[inside],
        people[inside],
        lon[inside],
        lat[inside],
        np.column_stack([x, y])[inside],
        crs,
    )


def whole_people(people: FloatArray) -> IntArray:
    """Return whole numbers with the same rounded sum, by the largest remainder.

    Of equal remainders those that come first are rounded up.

    Examples
    --------
    >>> whole_people(np.array([1.5, 0.25, 2.5, 0.25])).tolist()
    [2, 0, 3, 0]
    >>> whole_people(np.array([])).tolist()
    []
    """
    whole = np.floor(people)
    remainder = np.round(people - whole, 9)
    short = int(np.floor(people.sum() + 0.5) - whole.sum())
    whole[np.argsort(-remainder, kind="stable")[:short]] += 1
    return whole.astype(np.int64)


def stand_ins(population: Population, findings: Findings) -> gpd.GeoDataFrame:
    """Return a house at the centre of each cell, as `houses.read_house_rows` would.

    A cell that comes to less than one person has none: fields would count as houses.
    """
    whole = whole_people(population.people)
    kept = np.flatnonzero(whole)
    if len(kept) == 0:
        raise InputError(
            Message("the population grid holds less than one person in the area"),
            file=population.file,
            remedy=Message("check that it counts people per cell, and name a list of houses"),
        )
    cells = zip(population.row[kept], population.column[kept], strict=True)
    frame = gpd.GeoDataFrame(
        {
            "house_id": [f"cell:{row}-{column}" for row, column in cells],
            "people": whole[kept].astype(float),
            "estimate": f"{PEOPLE_ESTIMATED};{STAND_IN}",
        },
        geometry=shapely.points(population.lon[kept], population.lat[kept]),
        crs=WGS84,
    )
    findings.add(
        "warning",
        "population_stands_in",
        Message(
            "the project names no houses: {cells} cells of the population grid with {people} "
            "people stand in for them, each at its centre"
        ),
        remedy=Message(
            "name a list of houses; distances are those of the cells' centres until then"
        ),
        params={"cells": len(frame), "people": int(whole.sum())},
        file=population.file,
    )
    return as_house_rows(frame, population.file)


def spread(population: Population, houses: Houses, findings: Findings) -> Houses:
    """Give the people of a grid to the houses that have no count of their own.

    What a cell holds beyond the counts of its houses goes in equal shares to its houses without
    one, first those that come first if it doesn't divide; if it has none, to the nearest.

    Parameters
    ----------
    population
        The cells with people.
    houses
        The houses of the area; those without a count get one, and the flag in ``estimate``.
    findings
        Takes note of how many people went to how many houses.
    """
    frame = houses.frame.copy()
    counts = frame["people"].to_numpy(dtype=float)
    places = frame.geometry.to_numpy()
    points = np.where(shapely.get_type_id(places) == 0, places, shapely.point_on_surface(places))
    cell, in_cell = population.cells_of(points)
    counted = np.isfinite(counts)
    number = len(population.people)
    own = np.bincount(cell[counted & in_cell], weights=counts[counted & in_cell], minlength=number)
    whole = whole_people(np.clip(population.people - own, 0, None))
    got = np.zeros(len(frame))
    asking = np.flatnonzero(~counted & in_cell)
    sharing = np.bincount(cell[asking], minlength=number)
    share, over = np.divmod(whole, np.maximum(sharing, 1))
    turn = pd.Series(cell[asking]).groupby(cell[asking]).cumcount().to_numpy()
    got[asking] = share[cell[asking]] + (turn < over[cell[asking]])
    alone = np.flatnonzero((sharing == 0) & (whole > 0))
    takers = np.flatnonzero(~counted)
    if len(alone) and len(takers):
        centres = shapely.points(population.xy[alone])
        at, taker = shapely.STRtree(places[takers]).query_nearest(centres, all_matches=True)
        nearest = pd.Series(takers[taker]).groupby(at).min().to_numpy()
        np.add.at(got, nearest, whole[alone])
    frame["people"] = np.where(counted, counts, got)
    frame["estimate"] = np.where(counted, "", PEOPLE_ESTIMATED)
    findings.add(
        "hint",
        "people_estimated",
        Message(
            "{people} people of the population grid were spread over the {houses} houses that have "
            "no count of their own; {counted} have one"
        )
        if len(takers)
        else Message("every house has a count of its own: the population grid is not used"),
        remedy=Message("nothing to do if an estimate will do; a count in the list takes its place"),
        params={
            "people": int(got.sum()),
            "houses": len(takers),
            "counted": int(counted.sum()),
        },
        file=population.file,
    )
    return replace(houses, frame=frame)
