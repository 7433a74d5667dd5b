"""Distances of every cell of the area as Cloud-Optimised GeoTIFFs, one for each column.

A cell holds what a house would get that stood at its centre and whose address names no road. Cells
begin at whole multiples of their size in the analysis CRS, so rasters of neighbouring wards fit
together.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import shapely

from fireaccess.analysis.cells import distances
from fireaccess.model.answers import FloatArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError
from fireaccess.network.place import Snapper
from fireaccess.outputs.files import put_whole
from fireaccess.outputs.result import Result
from fireaccess.sources.coordinates import WGS84, transform_geometry

CELL_M: Final = 5.0
_SMALLEST_M: Final = 1.0
_LARGEST_M: Final = 1_000.0
#: Some 500 MB while they are computed: 25 km² in cells of a metre, 625 km² in cells of five.
_MOST_CELLS: Final = 25_000_000
#: Cells looked at in one go.
_BLOCK_CELLS: Final = 100_000

#: What a raster tells, in Vietnamese and English, by the column of the houses that tells the same.
_TEXTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "hose_m": Message("Hose line to where the fire engine stands, worst case"),
        "hose_best_m": Message("Hose line to where the fire engine stands, best case"),
        "hydrant_m": Message("Way on foot to the nearest usable hydrant, worst case"),
        "water_m": Message("Way on foot to the nearest usable water, worst case"),
        "point_m": Message("Way on foot to the nearest working fire point"),
    }
)
_SYNTHETIC: Final = Message("Synthetic data")
_CREDIT: Final = "© OpenStreetMap contributors, ODbL"


@dataclass(frozen=True, slots=True)
class Grid:
    """Square cells over an area, rows from north to south.

    Parameters
    ----------
    west, north
        Outer corner of the first cell, in the analysis CRS.
    cell_m
        Side of a cell.
    rows, columns
        How many there are.

    Examples
    --------
    >>> Grid.over(shapely.box(12, 3, 31, 17), 10.0)
    Grid(west=10.0, north=20.0, cell_m=10.0, rows=2, columns=3)
    """

    west: float
    north: float
    cell_m: float
    rows: int
    columns: int

    @classmethod
    def over(cls, area: shapely.Geometry, cell_m: float) -> Grid:
        """Return the cells that cover an area."""
        west, south, east, north = (float(side) / cell_m for side in shapely.bounds(area))
        left, top = math.floor(west), math.ceil(north)
        return cls(
            left * cell_m,
            top * cell_m,
            cell_m,
            rows=max(top - math.floor(south), 1),
            columns=max(math.ceil(east) - left, 1),
        )

    def centres(self, rows: slice) -> FloatArray:
        """Return the centres of the cells of some rows, shape ``(rows, columns, 2)``."""
        x = self.west + (np.arange(self.columns) + 0.5) * self.cell_m
        y = self.north - (np.arange(rows.start, rows.stop) + 0.5) * self.cell_m
        return np.stack(np.meshgrid(x, y), axis=-1)

    def blocks(self) -> Iterator[slice]:
        """Yield the rows, some at a time."""
        step = max(_BLOCK_CELLS // self.columns, 1)
        for first in range(0, self.rows, step):
            yield slice(first, min(first + step, self.rows))


def write_rasters(
    result: Result, folder: Path | None = None, *, cell_m: float = CELL_M
) -> dict[str, Path]:
    """Write how far every cell of the area is from stand, hydrant, water and fire point.

    Metres to centimetres, as 32-bit floats in the analysis CRS; NaN, which the file names as its
    value for no data, outside the area, farther than ``snap_limit_m`` from any road, and where
    there is no way.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    folder
        Where to write them; the project's results folder if None.
    cell_m
        Side of a cell.

    Returns
    -------
    The files, by the column of the houses that tells the same.

    Raises
    ------
    OutputError
        If cells of that size can't be made, or a file can't be written.
    """
    if not _SMALLEST_M <= cell_m <= _LARGEST_M:
        raise OutputError(
            Message("cells of {cell_m:g} m can't be written"),
            remedy=Message("take a size from {least:g} to {most:g} m"),
            cell_m=cell_m,
            least=_SMALLEST_M,
            most=_LARGEST_M,
        )
    area = transform_geometry(result.area, WGS84, result.network.crs)
    grid = Grid.over(area, cell_m)
    if grid.rows * grid.columns > _MOST_CELLS:
        enough = math.ceil(cell_m * math.sqrt(grid.rows * grid.columns / _MOST_CELLS))
        raise OutputError(
            Message("in cells of {cell_m:g} m the area is {cells:,} cells"),
            remedy=Message("take cells of {enough} m or more"),
            cell_m=cell_m,
            cells=grid.rows * grid.columns,
            enough=enough,
        )
    metres = _metres(result, area, grid)
    place = result.project.results_folder if folder is None else folder
    files = {name: place / f"{name}.tif" for name in metres}
    for name, path in files.items():
        put_whole(path, _geotiff(result, name, metres[name], grid))
    return files


def _metres(result: Result, area: shapely.Geometry, grid: Grid) -> dict[str, Any]:
    """Return the cells' distances by column, shapes ``(rows, columns)``, block by block."""
    snapper = Snapper(result.network, result.network.has_doors)
    limit_m = result.project.settings.snap_limit_m
    shape = (grid.rows, grid.columns)
    whole = {name: np.full(shape, np.nan, dtype=np.float32) for name in result.goals}
    shapely.prepare(area)
    for rows in grid.blocks():
        xy = grid.centres(rows)
        inside = shapely.intersects_xy(area, xy[..., 0], xy[..., 1])
        found = distances(snapper, result.goals, xy[inside], limit_m)
        for name, metres in found.items():
            whole[name][rows][inside] = np.round(metres, 2)
    return whole


def _geotiff(result: Result, name: str, metres: Any, grid: Grid) -> bytes:
    """Return a raster as a Cloud-Optimised GeoTIFF: same cells, same bytes."""
    from rasterio.io import MemoryFile
    from rasterio.transform import from_origin

    options = result.project.options
    language = options.language
    title = f"{result.project.name}: {_TEXTS[name].into(language)}"
    if options.synthetic:
        title += f" ({_SYNTHETIC.into(language)})"
    with MemoryFile() as memory:
        with memory.open(
            driver="COG",
            width=grid.columns,
            height=grid.rows,
            count=1,
            dtype="float32",
            nodata=math.nan,
            crs=result.network.crs.to_wkt(),
            transform=from_origin(grid.west, grid.north, grid.cell_m, grid.cell_m),
            blocksize=256,
            compress="DEFLATE",
            predictor="FLOATING_POINT",
            # An overview shows what some of its cells hold, never a figure in between.
            overview_resampling="NEAREST",
            num_threads=1,
        ) as raster:
            raster.write(metres, 1)
            raster.set_band_description(1, name)
            raster.units = ("m",)
            raster.update_tags(TIFFTAG_IMAGEDESCRIPTION=title)
            raster.update_tags(1, description=_TEXTS[name].into(language))
            if result.openstreetmap:
                raster.update_tags(TIFFTAG_COPYRIGHT=_CREDIT)
        return bytes(memory.read())
