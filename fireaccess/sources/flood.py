"""A flood: the depth of water on the ground, as a raster or as polygons.

A cell without data is dry, since that is how models of floods write it, and so is all that lies
outside the file. A polygon without a depth closes its roads to every vehicle.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from fireaccess.model.answers import FloatArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings, InputError
from fireaccess.model.text import parse_number
from fireaccess.sources.coordinates import transform_geometry, transform_xy
from fireaccess.sources.files import read_vector, tell_features, usable_shapes
from fireaccess.sources.grids import GridWords, open_grid, refuse, transformed

_RASTERS: Final = (".tif", ".tiff")
_DEPTH: Final = "depth_m"
#: Deeper water was written in centimetres: no river of a delta is that deep.
_DEEPEST_M: Final = 30.0

_ELSEWHERE: Final = (
    Message("the flood lies nowhere near the area"),
    Message("take the flood of this ward, and check the CRS that its file names"),
)
_WORDS: Final = GridWords(
    "flood",
    unreadable=Message("the flood raster is no GeoTIFF that can be read to its end"),
    no_crs=Message("the flood raster names no CRS"),
    unusable_crs=Message("the CRS of the flood raster can't be used: {reason}"),
    elsewhere=_ELSEWHERE,
    bands=(
        Message("the flood raster has {count} bands, and one is needed"),
        Message("export the band of depths as a GeoTIFF of its own"),
    ),
)


@dataclass(frozen=True, slots=True, eq=False)
class FloodGrid:
    """Depths in the cells of a raster.

    Parameters
    ----------
    depth_m
        Depth in each cell, 0 where it is dry, shape ``(rows, columns)``.
    cell_at
        What makes column and row, counted from those of ``depth_m``, of coordinates.
    grid_crs, crs
        The raster's CRS and the analysis CRS.
    """

    depth_m: FloatArray
    cell_at: Any
    grid_crs: CRS
    crs: CRS

    def depth_along(self, lines: Any) -> FloatArray:
        """Return the greatest depth along each line, looked up at every half cell.

        Parameters
        ----------
        lines
            LineStrings in the analysis CRS, shape ``(k,)``.

        Examples
        --------
        >>> from rasterio.transform import from_origin
        >>> utm = CRS.from_epsg(32648)
        >>> street = FloodGrid(np.array([[0.2, 0.7, 0.0]]), ~from_origin(0, 10, 10, 10), utm, utm)
        >>> street.depth_along(shapely.linestrings([[(2, 5), (9, 5)], [(2, 5), (90, 5)]])).tolist()
        [0.2, 0.7]
        """
        vertices, of = shapely.get_coordinates(lines, return_index=True)
        x, y = transform_xy(vertices[:, 0], vertices[:, 1], self.crs, self.grid_crs)
        in_cells = shapely.linestrings(np.column_stack(transformed(self.cell_at, x, y)), indices=of)
        places, of = shapely.get_coordinates(shapely.segmentize(in_cells, 0.5), return_index=True)
        column, row = np.floor(places).astype(np.int64).T
        rows, columns = self.depth_m.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        greatest = np.zeros(len(lines))
        np.maximum.at(greatest, of[inside], self.depth_m[row[inside], column[inside]])
        return greatest


@dataclass(frozen=True, slots=True, eq=False)
class FloodAreas:
    """Flooded areas.

    Parameters
    ----------
    shapes
        Polygons in the analysis CRS, shape ``(p,)``.
    depth_m
        Depth in each, inf where the file tells none.
    """

    shapes: Any
    depth_m: FloatArray

    def depth_along(self, lines: Any) -> FloatArray:
        """Return the greatest depth along each line; one along the edge stays dry.

        Parameters
        ----------
        lines
            LineStrings in the analysis CRS, shape ``(k,)``.

        Examples
        --------
        >>> pond = FloodAreas(np.array([shapely.box(0, 0, 9, 9)]), np.array([0.4]))
        >>> pond.depth_along(shapely.linestrings([[(5, 5), (20, 5)], [(0, 9), (9, 9)]])).tolist()
        [0.4, 0.0]
        """
        area, line = shapely.STRtree(lines).query(self.shapes, "intersects")
        within = ~shapely.touches(self.shapes[area], lines[line])
        greatest = np.zeros(len(lines))
        np.maximum.at(greatest, line[within], self.depth_m[area[within]])
        return greatest


Flood = FloodGrid | FloodAreas


def read_flood(
    path: Path, area: shapely.Geometry, margin_m: float, crs: CRS, findings: Findings
) -> Flood:
    """Read a flood: a GeoTIFF of depths in metres, else polygons.

    Parameters
    ----------
    path
        A GeoTIFF with one band, or a vector file, in any CRS; a column ``depth_m`` of the latter
        tells the depth of each polygon.
    area, margin_m
        The area in the analysis CRS, and how far around it there are roads.
    crs
        The analysis CRS.
    findings
        Takes note of a flood that covers the area in part, or leaves it dry, and of features that
        can't be used.

    Raises
    ------
    InputError
        If the file can't be read, names no CRS, lies elsewhere, or holds what is no depth.

    Examples
    --------
    >>> import tempfile
    >>> utm = CRS.from_epsg(32648)
    >>> ward = shapely.box(585000, 2323000, 586000, 2324000)
    >>> pond = gpd.GeoDataFrame({"depth_m": [0.4]}, geometry=[shapely.buffer(ward, -400)], crs=utm)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     pond.to_file(Path(folder) / "flood.gpkg")
    ...     flood = read_flood(Path(folder) / "flood.gpkg", ward, 500.0, utm, Findings())
    >>> flood.depth_m.tolist()
    [0.4]
    """
    near = shapely.buffer(area, margin_m)
    if path.suffix.lower() in _RASTERS:
        return _read_grid(path, area, near, crs, findings)
    return _read_areas(path, near, crs, findings)


def _read_areas(path: Path, near: shapely.Geometry, crs: CRS, findings: Findings) -> FloodAreas:
    frame = read_vector(path, what="flood")
    shapes, usable = usable_shapes(frame.geometry, tell_features(path, findings))
    usable &= shapely.area(shapes) > 0
    if not usable.any():
        raise InputError(
            Message("the flood file holds no polygon"),
            file=path,
            remedy=Message("export the flooded areas as polygons, or the depths as a GeoTIFF"),
        )
    local = transform_geometry(shapes[usable], CRS(frame.crs), crs)
    depth_m = _depths(frame, path, findings)[usable]
    reaches = shapely.intersects(near, local)
    if not reaches.any():
        message, remedy = _ELSEWHERE
        raise InputError(message, file=path, remedy=remedy)
    _check_depths(depth_m[np.isfinite(depth_m)], path)
    return FloodAreas(local[reaches], depth_m[reaches])


def _depths(frame: gpd.GeoDataFrame, path: Path, findings: Findings) -> FloatArray:
    """Return the depth of each feature, inf where it tells none."""
    if _DEPTH not in frame:
        return np.full(len(frame), np.inf)
    tell = tell_features(path, findings)
    depth_m = np.full(len(frame), np.inf)
    for i, cell in enumerate(frame[_DEPTH]):
        if pd.isna(cell) or not str(cell).strip():
            continue
        quantity = parse_number(f"{cell}")
        if quantity is None:
            tell(
                i,
                _DEPTH,
                "depth_not_readable",
                Message("{value!r} is no depth in metres; the area counts as closed"),
                Message("write a number of metres, as in 0.4"),
                params={"value": f"{cell}"},
            )
            continue
        depth_m[i] = quantity.value
    return depth_m


def _read_grid(
    path: Path, area: shapely.Geometry, near: shapely.Geometry, crs: CRS, findings: Findings
) -> FloodGrid:
    with open_grid(path, _WORDS) as grid:
        around = grid.placed(near, crs)
        grid.require(around)
        if not grid.covers(grid.placed(area, crs)):
            findings.add(
                "warning",
                "flood_in_part",
                Message("the flood raster covers only a part of the area; elsewhere it is dry"),
                remedy=Message("take a raster that covers all of the ward"),
                file=path.name,
            )
        cells, grid_crs = grid.read(around), grid.crs
    depth_m = np.nan_to_num(cells.values, nan=0.0, posinf=np.inf, neginf=-np.inf)
    _check_depths(depth_m, path)
    if not (depth_m > 0).any():
        findings.add(
            "warning",
            "flood_dry",
            Message("the flood raster holds no water in or around the area"),
            remedy=Message("check that it holds depths in metres, and the CRS that it names"),
            file=path.name,
        )
    return FloodGrid(depth_m, ~cells.transform, grid_crs, crs)


def _check_depths(depth_m: FloatArray, path: Path) -> None:
    """Refuse what can be no depth in metres."""
    refuse(
        depth_m,
        depth_m < 0,
        Message("{count:,} depths of the flood are negative, such as {value:g}"),
        file=path,
        remedy=Message(
            "if that means no data, open it in QGIS, set its nodata value, and export it"
        ),
    )
    refuse(
        depth_m,
        depth_m > _DEEPEST_M,
        Message(
            "{count:,} depths of the flood are above {most:g} m, such as {value:g}: they look "
            "like centimetres, or like heights above the sea"
        ),
        file=path,
        remedy=Message("give the depth of the water above the ground, in metres"),
        most=_DEEPEST_M,
    )
