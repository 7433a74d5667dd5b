"""Grids: GeoTIFFs with a figure in each cell, opened, checked, and read around a place.

Only the file itself is looked at, none that lies beside it: its hash stands for all of it.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from fireaccess.model.answers import BoolArray, FloatArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError
from fireaccess.sources.coordinates import WGS84, transform_geometry, transform_xy
from fireaccess.sources.files import read_content
from fireaccess.sources.zones import zone_of

#: What to do about cells whose figures make no sense.
NAME_NODATA: Final = Message(
    "if that means no data, open it in QGIS, set its CRS and nodata value, and export it again as "
    "GeoTIFF"
)
_EXPORT: Final = Message(
    "open it in QGIS, set its CRS and nodata value, and export it again as GeoTIFF"
)


@dataclass(frozen=True, slots=True)
class GridWords:
    """What is said of a kind of grid that can't be used, in whole sentences.

    Parameters
    ----------
    key
        The grid's key in the project file.
    unreadable, no_crs
        That it is no GeoTIFF, and that it names no CRS.
    unusable_crs
        That its CRS can't be used, with the ``{reason}``.
    elsewhere
        That it misses the area, and what to do.
    bands
        That it has ``{count}`` bands, and what to do; None where the first of them is taken.
    """

    key: str
    unreadable: Message
    no_crs: Message
    unusable_crs: Message
    elsewhere: tuple[Message, Message]
    bands: tuple[Message, Message] | None


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Cells of a grid around a place.

    Parameters
    ----------
    values
        Figure of each, scale and offset applied; NaN where there is none, shape
        ``(rows, columns)``.
    first_row, first_column
        Row and column of the first of them in the grid.
    transform
        What makes coordinates of column and row, counted from those of the first.
    """

    values: FloatArray
    first_row: int
    first_column: int
    transform: Any


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """A grid that is open.

    Parameters
    ----------
    file
        Its file.
    words
        What is said where it can't be used.
    raster
        What rasterio opened.
    crs
        Its CRS, without heights.
    """

    file: Path
    words: GridWords
    raster: Any
    crs: CRS

    @property
    def bands(self) -> int:
        """How many bands it has; the first one is read."""
        return int(self.raster.count)

    @property
    def transform(self) -> Any:
        """What makes coordinates of column and row."""
        return self.raster.transform

    def placed(self, shape: shapely.Geometry, crs: CRS) -> shapely.Geometry:
        """Return a shape in the grid's CRS, where its straight edges may be bent.

        Parameters
        ----------
        shape, crs
            A shape in the analysis CRS, and that.
        """
        placed: shapely.Geometry = transform_geometry(
            shapely.segmentize(shape, 100.0), crs, self.crs
        )
        return placed

    def require(self, place: shapely.Geometry) -> None:
        """Refuse a grid that misses a place in its CRS.

        Raises
        ------
        InputError
            If the two have no more than an edge in common, or the place is beyond the CRS.
        """
        extent = self._extent()
        known = np.isfinite(shapely.bounds(place)).all()
        if not known or shapely.disjoint(extent, place) or shapely.touches(extent, place):
            message, remedy = self.words.elsewhere
            raise InputError(message, file=self.file, remedy=remedy)

    def covers(self, place: shapely.Geometry, *, spare_cells: float = 0.0) -> bool:
        """Return whether the grid covers all of a place in its CRS.

        Parameters
        ----------
        place
            A place that the grid meets.
        spare_cells
            How many sides of a cell may be missing at the edge.
        """
        extent = self._extent()
        side = float(np.sqrt(shapely.area(extent) / (self.raster.width * self.raster.height)))
        return bool(shapely.covers(shapely.buffer(extent, spare_cells * side), place))

    def read(self, place: shapely.Geometry, *, more_cells: int = 0) -> Cells:
        """Return the cells around a place.

        Parameters
        ----------
        place
            A place in the grid's CRS that the grid meets.
        more_cells
            How many further cells on each side, as far as there are any.
        """
        from rasterio.windows import Window

        west, south, east, north = shapely.bounds(place)
        x, y = np.array([west, west, east, east]), np.array([south, north, south, north])
        column, row = transformed(~self.transform, x, y)
        (left, right), (top, bottom) = (
            np.clip(
                [np.floor(at.min()) - more_cells, np.ceil(at.max()) + more_cells], 0, count
            ).astype(int)
            for at, count in ((column, self.raster.width), (row, self.raster.height))
        )
        window = Window(int(left), int(top), int(right - left), int(bottom - top))
        band = self.raster.read(1, window=window, masked=True).astype(float)
        values = band.filled(np.nan) * self.raster.scales[0] + self.raster.offsets[0]
        return Cells(values, int(top), int(left), self.raster.window_transform(window))

    def _extent(self) -> Any:
        across = np.array([0, 1, 1, 0]) * self.raster.width
        down = np.array([0, 0, 1, 1]) * self.raster.height
        return shapely.polygons(np.column_stack(transformed(self.transform, across, down)))


@contextmanager
def open_grid(path: Path, words: GridWords) -> Iterator[Grid]:
    """Open a grid; what turns out unreadable while it is open is told as well.

    Parameters
    ----------
    path
        A GeoTIFF in any CRS.
    words
        What is said where it can't be used.

    Raises
    ------
    InputError
        If the file is missing, empty or no whole GeoTIFF, has bands that nobody asked for, names
        no CRS, or one that can't be used.

    Examples
    --------
    >>> import tempfile, rasterio
    >>> from rasterio.transform import from_origin
    >>> words = GridWords(
    ...     "depth", Message("no GeoTIFF"), Message("no CRS"), Message("no use: {reason}"),
    ...     (Message("it lies elsewhere"), Message("take another")), bands=None,
    ... )
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "depth.tif"
    ...     with rasterio.open(
    ...         path, "w", "GTiff", width=2, height=1, count=1, crs="EPSG:32648",
    ...         transform=from_origin(0, 10, 10, 10), dtype="float32", nodata=-1,
    ...     ) as raster:
    ...         raster.write(np.array([[[0.5, -1]]]))
    ...     with open_grid(path, words) as grid:
    ...         place = grid.placed(shapely.box(2, 2, 18, 8), grid.crs)
    ...         grid.covers(place), grid.read(place).values.tolist()
    (True, [[0.5, nan]])
    """
    from rasterio.errors import NotGeoreferencedWarning, RasterioError
    from rasterio.io import MemoryFile

    content = read_content(path, words.key)
    try:
        with warnings.catch_warnings(), MemoryFile(content) as memory:
            # Without georeference it has no CRS either, which is told.
            warnings.simplefilter("ignore", NotGeoreferencedWarning)
            with memory.open(driver="GTiff") as raster:
                if words.bands is not None and raster.count != 1:
                    message, remedy = words.bands
                    raise InputError(message, file=path, remedy=remedy, count=raster.count)
                yield Grid(path, words, raster, _crs_of(raster, path, words))
    except RasterioError:
        # What GDAL says of it names only the copy in memory.
        raise InputError(words.unreadable, file=path, remedy=_EXPORT) from None


def _crs_of(raster: Any, path: Path, words: GridWords) -> CRS:
    if raster.crs is None or raster.transform.is_degenerate:
        raise InputError(words.no_crs, file=path, remedy=_EXPORT)
    try:
        # Elevation models often name what their heights are above as well.
        crs = CRS.from_wkt(raster.crs.to_wkt()).to_2d()
        # However the file writes it out: its own datum shift is another one, by a metre.
        crs = zone_of(crs) or crs
        transform_xy(np.zeros(1), np.zeros(1), crs, WGS84)
    except ProjError as error:
        raise InputError(words.unusable_crs, file=path, remedy=_EXPORT, reason=str(error)) from None
    return crs


def transformed(transform: Any, x: Any, y: Any) -> tuple[FloatArray, FloatArray]:
    """Return where an affine transformation puts some coordinates.

    Parameters
    ----------
    transform
        From column and row to coordinates; its inverse leads back.
    x, y
        Arrays of one shape.

    Examples
    --------
    >>> from rasterio.transform import from_origin
    >>> x, y = transformed(from_origin(100, 50, 10, 10), np.array([0, 1.5]), np.array([0, 2]))
    >>> x.tolist(), y.tolist()
    ([100.0, 115.0], [50.0, 30.0])
    """
    a, b, c, d, e, f = tuple(transform)[:6]
    return a * x + b * y + c, d * x + e * y + f


def refuse(
    values: FloatArray,
    wrong: BoolArray,
    message: Message,
    *,
    file: Path,
    remedy: Message = NAME_NODATA,
    **params: Any,
) -> None:
    """Refuse a file some of whose figures can't be meant.

    Parameters
    ----------
    values, wrong
        The figures, and which of them are wrong, arrays of one shape.
    message
        What is said of them: their ``{count}``, and the first one as ``{value}``.
    file, remedy
        The file, and what to do.
    **params
        What else is filled in.

    Raises
    ------
    InputError
        If any is wrong.

    Examples
    --------
    >>> depth_m = np.array([0.5, -1.0])
    >>> refuse(depth_m, depth_m > 9, Message("{count} are too deep"), file=Path("depth.tif"))
    >>> refuse(depth_m, depth_m < 0, Message("{count} are like {value:g}"), file=Path("depth.tif"))
    Traceback (most recent call last):
        ...
    fireaccess.model.errors.InputError: depth.tif: 1 are like -1
    → if that means no data, ...
    """
    if wrong.any():
        raise InputError(
            message,
            file=file,
            remedy=remedy,
            count=int(wrong.sum()),
            value=float(values[wrong][0]),
            **params,
        )
