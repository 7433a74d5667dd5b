"""Files of an office, opened: rows of a sheet saved as CSV, features of a layer.

Excel writes CSV with semicolons where the comma is the decimal sign, as in Việt Nam, and in more
than one encoding: what can be told for sure is read, all else is refused with row and remedy.
"""

from __future__ import annotations

import csv
import io
import unicodedata
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pyproj import CRS

from fireaccess.model.answers import BoolArray, FloatArray
from fireaccess.model.errors import Findings, InputError
from fireaccess.sources.coordinates import WGS84

_SHEET_SUFFIXES: Final = (".csv", ".tsv", ".txt")
_WORKBOOK_SUFFIXES: Final = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
_AS_CSV: Final = 'in Excel: File, Save As, "CSV UTF-8 (Comma delimited)"'

#: Takes note of what is wrong with row or feature ``i``, counted from 0: called with ``i``,
#: column, code, message, remedy and, where it is no error, ``severity=``.
Tell = Callable[..., None]


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row of a sheet: its number as the user's own program counts, and its cells.

    Parameters
    ----------
    number
        The first row of the file is row 1.
    cells
        One text for each heading, None where blank.
    too_many
        Cells beyond the last heading.
    """

    number: int
    cells: tuple[str | None, ...]
    too_many: tuple[str, ...]


def is_sheet(path: Path) -> bool:
    """Whether a file is a sheet of text rather than a layer.

    Examples
    --------
    >>> is_sheet(Path("houses.csv")), is_sheet(Path("houses.gpkg"))
    (True, False)
    """
    return path.suffix.lower() in _SHEET_SUFFIXES


def read_content(path: Path, what: str) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    InputError
        If the file is missing, empty or can't be opened.
    """
    if not path.is_file():
        raise InputError(
            f"there is no such {what} file",
            file=path,
            remedy=f"check the name of {what} in fireaccess.toml; paths are relative to it",
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            f"the {what} file can't be opened: {error.strerror or error}",
            file=path,
            remedy="close it where it is open, or ask for the right to read it",
        ) from None
    if not content:
        raise InputError(f"the {what} file is empty (0 bytes)", file=path, remedy="save it again")
    return content


def read_sheet(path: Path, what: str) -> tuple[list[str], list[SheetRow]]:
    """Read headings and rows of a CSV file; rows that are all blank are no rows.

    Commas, semicolons and tabs are told apart by the heading.

    Raises
    ------
    InputError
        If the file can't be read as a sheet, has one heading twice, or holds no row.
    """
    text = _decode(read_content(path, what), path, what)
    first = text.lstrip().partition("\n")[0]
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=max(",;\t", key=first.count),
        skipinitialspace=True,
        strict=True,
    )
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        raise InputError(
            f"the {what} table can't be read from this row on: {error}",
            file=path,
            row=len(records) + 1,
            remedy=f"a quotation mark there has no partner: delete it, or save anew, {_AS_CSV}",
        ) from None
    filled = [
        (number, record)
        for number, record in enumerate(records, start=1)
        if any(cell.strip() for cell in record)
    ]
    headings = [cell.strip().lower() for cell in filled[0][1]] if filled else []
    _refuse_twins(headings, path, what)
    rows = [_sheet_row(number, record, len(headings)) for number, record in filled[1:]]
    if not rows:
        raise InputError(
            f"the {what} table holds no row", file=path, remedy="fill it in, or leave it out"
        )
    return headings, rows


def _sheet_row(number: int, record: list[str], width: int) -> SheetRow:
    cells = [cell.strip() or None for cell in record]
    blanks = [None] * (width - len(cells))
    return SheetRow(number, (*cells[:width], *blanks), tuple(filter(None, cells[width:])))


def _decode(content: bytes, path: Path, what: str) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return unicodedata.normalize("NFC", content.decode(encoding))
    except UnicodeDecodeError as error:
        raise InputError(
            f"the {what} table is not UTF-8 text",
            file=path,
            row=content[: error.start].count(b"\n") + 1,
            remedy=f"save it anew, {_AS_CSV}",
        ) from None


def _refuse_twins(headings: list[str], path: Path, what: str) -> None:
    for heading in headings:
        if heading and headings.count(heading) > 1:
            raise InputError(
                f"the {what} table has two columns {heading!r}",
                file=path,
                row=1,
                column=heading,
                remedy="rename or delete one of them",
            )


def read_vector(path: Path, *, what: str) -> gpd.GeoDataFrame:
    """Read every feature of a vector file, in the CRS that it names.

    A feature whose shape can't be built stays, without a geometry.

    Raises
    ------
    InputError
        If the file is missing, can't be read, or holds no feature with a place.
    """
    if path.suffix.lower() in _WORKBOOK_SUFFIXES:
        raise InputError(
            f"the {what} file is a workbook, which this version doesn't read",
            file=path,
            remedy=f"save its sheet, {_AS_CSV}, and name that file",
        )
    read_content(path, what)
    try:
        frame = _read_features(path, what)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError) as error:
        raise InputError(
            f"the {what} file can't be read: {error}",
            file=path,
            remedy="open it in QGIS and export it again as GeoJSON or GeoPackage; if it doesn't "
            "open there, it is cut short: copy it again",
        ) from None
    bounds, known = (
        _bounds(frame) if isinstance(frame, gpd.GeoDataFrame) else (None, np.zeros(0, dtype=bool))
    )
    if bounds is None or not known.any():
        raise InputError(
            f"the {what} file holds no feature with a place",
            file=path,
            remedy="export the layer with its geometry, or leave it out of fireaccess.toml",
        )
    if frame.crs is None:
        frame = frame.set_crs(WGS84)
    if CRS(frame.crs).is_geographic and (np.abs(bounds[known]).max(axis=1) > 360).all():
        west, south = bounds[known][0, :2]
        raise InputError(
            f"the coordinates ({west:.0f}, {south:.0f}) are no degrees, but the file "
            f"says {CRS(frame.crs).name}",
            file=path,
            remedy="set the layer's CRS (for VN-2000 105°00′: EPSG:5897) and export it again",
        )
    return frame


def _bounds(frame: gpd.GeoDataFrame) -> tuple[FloatArray, BoolArray]:
    bounds: FloatArray = shapely.bounds(frame.geometry.to_numpy())
    return bounds, _all_finite(bounds)


def _all_finite(bounds: FloatArray) -> BoolArray:
    finite: BoolArray = np.asarray(np.isfinite(bounds).all(axis=1))
    return finite


def _read_features(path: Path, what: str) -> Any:
    layer = _layer(path, what)
    with warnings.catch_warnings():
        # GDAL warns of rings that it can't close; they are told feature by feature.
        warnings.simplefilter("ignore", RuntimeWarning)
        try:
            return pyogrio.read_dataframe(path, layer=layer)
        except shapely.errors.ShapelyError:
            frame = pyogrio.read_dataframe(path, layer=layer, read_geometry=False)
            meta, _, shapes, _ = pyogrio.raw.read(path, layer=layer, columns=[])
            shapes = shapely.from_wkb(shapes, on_invalid="ignore")
    return gpd.GeoDataFrame(frame, geometry=shapes, crs=meta["crs"])


def _layer(path: Path, what: str) -> str | None:
    """Choose the layer of a file: its only one, or that with the name of what it is for."""
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    if len(layers) <= 1:
        return layers[0] if layers else None
    for name in (what, path.stem):
        if name in layers:
            return name
    raise InputError(
        f"the {what} file holds several layers: {', '.join(layers)}",
        file=path,
        remedy=f"export the one that is meant to a file of its own, or name it {what!r}",
    )


def tell_features(path: Path, findings: Findings) -> Tell:
    """Return what notes findings about the features of a layer, the first being row 1."""

    def tell(
        i: Any, column: str, code: str, message: str, remedy: str, *, severity: str = "error"
    ) -> None:
        findings.add(
            severity,  # type: ignore[arg-type]
            code,
            message,
            remedy=remedy,
            file=path.name,
            row=int(i) + 1,
            column=column,
        )

    return tell


def usable_shapes(
    place: gpd.GeoSeries, tell: Tell, *, may_be_blank: bool = False
) -> tuple[Any, BoolArray]:
    """Return the shapes of a layer, flat and mended, and which of them can be used.

    Parameters
    ----------
    place
        Shapes in the CRS that they name.
    tell
        Takes note of shapes that are missing, not finite, not on earth, or not valid.
    may_be_blank
        A feature without a shape is not told of.
    """
    shapes = shapely.force_2d(place.to_numpy())
    blank = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    bounds = shapely.bounds(shapes)
    usable = ~blank & _all_finite(bounds)
    for i in np.flatnonzero(~usable & ~(blank & may_be_blank)):
        tell(
            i,
            "geometry",
            "no_place",
            "the feature has no usable place",
            "draw it again; it is left out",
        )
    if CRS(place.crs).is_geographic:
        outside = usable & ~_on_earth(bounds)
        for i in np.flatnonzero(outside):
            wrong = not_on_earth(bounds[i, 0], bounds[i, 1], needed=not may_be_blank)
            tell(i, "geometry", "not_on_earth", *wrong)
        usable &= ~outside
    invalid = usable & ~shapely.is_valid(shapes)
    for i in np.flatnonzero(invalid):
        tell(
            i,
            "geometry",
            "invalid_geometry",
            f"the outline is not valid ({shapely.is_valid_reason(shapes[i])}); it was mended",
            "look at the shape in QGIS and draw it again",
            severity="warning",
        )
    shapes[invalid] = shapely.make_valid(shapes[invalid])
    return shapes, usable


def _on_earth(bounds: FloatArray) -> BoolArray:
    lon, lat = bounds[:, [0, 2]], bounds[:, [1, 3]]
    on_earth = (np.abs(lon) <= 180).all(axis=1) & (np.abs(lat) <= 90).all(axis=1)
    return np.asarray(on_earth)


def not_on_earth(lon: float, lat: float, *, needed: bool) -> tuple[str, str]:
    """Return what is wrong with a place outside the degrees that there are, and what to do.

    Parameters
    ----------
    lon, lat
        The place.
    needed
        A row without a place can't be used.
    """
    swapped = abs(lon) <= 90 and abs(lat) <= 180
    remedy = (
        "lon and lat look swapped: exchange the two"
        if swapped
        else "write degrees, as in 105.8216 and 20.9886"
    )
    outcome = "the row is left out" if needed else "the row is used without a place"
    return f"lon {lon:g}, lat {lat:g} is no place on earth", f"{remedy}; {outcome}"
