"""A grid of elevations, read around the area and sampled between the centres of its cells."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS

from fireaccess.model.answers import FloatArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings, InputError
from fireaccess.sources.coordinates import transform_xy
from fireaccess.sources.grids import Cells, GridWords, open_grid, refuse, transformed

#: The Dead Sea's shore and Mount Everest lie between: what is beyond is no elevation in metres.
_LOWEST_M: Final = -500.0
_HIGHEST_M: Final = 9000.0

_WORDS: Final = GridWords(
    "elevation",
    unreadable=Message("the elevation grid is no GeoTIFF that can be read to its end"),
    no_crs=Message("the elevation grid names no CRS"),
    unusable_crs=Message("the CRS of the elevation grid can't be used: {reason}"),
    elsewhere=(
        Message("the elevation grid lies nowhere near the area"),
        Message("take the grid of this ward, and check the CRS that its file names"),
    ),
    bands=None,
)


@dataclass(frozen=True, slots=True, eq=False)
class Elevation:
    """Elevations of the cells around an area.

    Parameters
    ----------
    file
        Name of the grid's file.
    grid_crs, cell_at
        The grid's CRS, and what makes column and row of coordinates in it.
    first_row, first_column
        The grid's row and column of the first of `metres`.
    metres
        Elevation of each cell, NaN where the grid has none, shape ``(rows, columns)``.
    cell_diagonal_m
        Length of a cell's diagonal on the ground, at the area.
    crs
        The analysis CRS.

    Examples
    --------
    >>> from rasterio.transform import from_origin
    >>> utm = CRS.from_epsg(32648)
    >>> slope = Elevation("dem.tif", utm, ~from_origin(0, 20, 10, 10), 0, 0,
    ...                   np.array([[1.0, 2.0], [1.0, 2.0]]), 14.1, utm)
    >>> slope.sample(np.array([[5.0, 10.0], [12.5, 10.0], [99.0, 10.0]])).tolist()
    [1.0, 1.75, nan]
    >>> slope.sample(np.empty((0, 2))).shape
    (0,)
    """

    file: str
    grid_crs: CRS
    cell_at: Any
    first_row: int
    first_column: int
    metres: FloatArray
    cell_diagonal_m: float
    crs: CRS

    def sample(self, xy: FloatArray) -> FloatArray:
        """Return the elevation at places, bilinear between the four centres of cells around each.

        Parameters
        ----------
        xy
            Places in the analysis CRS, shape ``(n, 2)``.

        Returns
        -------
        Metres, NaN beyond the outer centres and beside a cell without elevation, shape ``(n,)``.
        """
        x, y = transform_xy(xy[:, 0], xy[:, 1], self.crs, self.grid_crs)
        column, row = transformed(self.cell_at, x, y)
        # A cell's elevation is that of its centre.
        column, row = column - 0.5 - self.first_column, row - 0.5 - self.first_row
        rows, columns = self.metres.shape
        inside = (column >= 0) & (column < columns - 1) & (row >= 0) & (row < rows - 1)
        column, row = column[inside], row[inside]
        left, top = np.floor(column).astype(np.int64), np.floor(row).astype(np.int64)
        across, down = column - left, row - top
        upper = self.metres[top, left] * (1 - across) + self.metres[top, left + 1] * across
        lower = self.metres[top + 1, left] * (1 - across) + self.metres[top + 1, left + 1] * across
        found = np.full(len(xy), np.nan)
        found[inside] = upper * (1 - down) + lower * down
        return found


def read_elevation(
    path: Path, area: shapely.Geometry, crs: CRS, margin_m: float, findings: Findings
) -> Elevation:
    """Read the elevations of an area and of a margin around it.

    Parameters
    ----------
    path
        A GeoTIFF of metres above whatever level, in any CRS, geographic or projected.
    area, crs
        The area in the analysis CRS, and that.
    margin_m
        How far around the area roads are loaded.
    findings
        Takes note of further bands, of cells without elevation, and of a grid that covers the
        area in part.

    Raises
    ------
    InputError
        If the grid can't be read, names no CRS, lies elsewhere, holds what is no elevation, or
        none in the area.
    """
    with open_grid(path, _WORDS) as grid:
        there = grid.placed(area, crs)
        grid.require(there)
        if grid.bands > 1:
            findings.add(
                "hint",
                "elevation_bands",
                Message("the elevation grid has {count} bands; the first is used"),
                remedy=Message("nothing to do if the first one holds the elevation in metres"),
                params={"count": grid.bands},
                file=path.name,
            )
        if not grid.covers(there):
            findings.add(
                "warning",
                "elevation_in_part",
                Message(
                    "the elevation grid covers only a part of the area; elsewhere no grade is known"
                ),
                remedy=Message("take a grid that covers all of the ward"),
                file=path.name,
            )
        around = grid.placed(shapely.buffer(area, margin_m).envelope, crs)
        # A cell more on each side: between centres both are needed.
        cells = grid.read(around, more_cells=1)
        grid_crs, cell_at = grid.crs, ~grid.transform
    metres = cells.values
    refuse(
        metres,
        (metres < _LOWEST_M) | (metres > _HIGHEST_M),
        Message(
            "{count:,} cells of the elevation grid hold what is no elevation in metres, such as "
            "{value:g}"
        ),
        file=path,
    )
    _tell_voids(cells, there, path, findings)
    return Elevation(
        path.name,
        grid_crs,
        cell_at,
        cells.first_row,
        cells.first_column,
        metres,
        _cell_diagonal_m(cell_at, grid_crs, area, crs),
        crs,
    )


def _tell_voids(cells: Cells, there: shapely.Geometry, path: Path, findings: Findings) -> None:
    """Tell of the area's cells that have no elevation."""
    from rasterio.features import geometry_mask

    # All that it touches: an area within one cell has no cell's centre.
    within = geometry_mask(
        [there], cells.values.shape, cells.transform, all_touched=True, invert=True
    )
    void = within & np.isnan(cells.values)
    if void.sum() == within.sum():
        raise InputError(
            Message("the elevation grid holds no elevation in the area"),
            file=path,
            remedy=Message("check its nodata value, and the CRS that it names"),
        )
    if void.any():
        findings.add(
            "hint",
            "elevation_voids",
            Message(
                "{share:.1%} of the area's cells of the elevation grid hold no elevation; no grade "
                "is known there"
            ),
            remedy=Message("nothing to do where that is water"),
            params={"share": float(void.sum() / within.sum())},
            file=path.name,
        )


def _cell_diagonal_m(cell_at: Any, grid_crs: CRS, area: shapely.Geometry, crs: CRS) -> float:
    """Return the length of the diagonal of the cell at an area's centre, by its two sides."""
    centre = shapely.centroid(area)
    x, y = transform_xy(
        np.array([shapely.get_x(centre)]), np.array([shapely.get_y(centre)]), crs, grid_crs
    )
    column, row = transformed(cell_at, x, y)
    corners = transformed(~cell_at, column + np.array([0, 1, 0]), row + np.array([0, 0, 1]))
    x, y = transform_xy(*corners, grid_crs, crs)
    return float(np.hypot(np.hypot(x[1] - x[0], y[1] - y[0]), np.hypot(x[2] - x[0], y[2] - y[0])))
