"""Files of an office, opened: their bytes, and the features of a layer.

GeoJSON, GeoPackage, Shapefile, KML and KMZ, GPX through GDAL, GeoParquet through pyarrow.
"""

from __future__ import annotations

import codecs
import warnings
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pyogrio
import shapely
from pyproj import CRS
from pyproj.exceptions import ProjError

from fireaccess.model.answers import BoolArray, FloatArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings, InputError, Severity
from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.zones import zone_of

_WORKBOOK_SUFFIXES: Final = (".xlsx", ".xls", ".xlsm", ".ods", ".numbers")
#: A KMZ that unpacks to more than this is no list of a ward.
_MOST_BYTES: Final = 300_000_000

_EXPORT_ANEW: Final = Message(
    "open it in QGIS and export it again as GeoJSON or GeoPackage; if it doesn't open there, it is "
    "cut short: copy it again"
)
_SET_CRS: Final = Message(
    "set the layer's CRS (for VN-2000 105°00′: EPSG:5897) and export it again"
)

#: Takes note of what is wrong with row or feature ``i``, counted from 0: called with ``i``,
#: column, code, message, remedy and, where there is anything to fill in, ``params=``; where it is
#: no error, ``severity=``.
Tell = Callable[..., None]


def read_content(path: Path, what: str) -> bytes:
    """Return a file's bytes.

    Raises
    ------
    InputError
        If the file is missing, empty or can't be opened.
    """
    if not path.is_file():
        raise InputError(
            Message("there is no such {what} file"),
            file=path,
            remedy=Message("check the name of {what} in fireaccess.toml; paths are relative to it"),
            what=what,
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(
            Message("the {what} file can't be opened: {error}"),
            file=path,
            remedy=Message("close it where it is open, or ask for the right to read it"),
            what=what,
            error=error.strerror or error,
        ) from None
    if not content:
        raise InputError(
            Message("the {what} file is empty (0 bytes)"),
            file=path,
            remedy=Message("save it again"),
            what=what,
        )
    return content


def read_vector(
    path: Path,
    *,
    what: str,
    layer: str | None = None,
    encoding: str | None = None,
    crs: CRS | None = None,
) -> gpd.GeoDataFrame:
    """Read every feature of a vector file, in the CRS that it names.

    A feature whose shape can't be built stays, without a geometry.

    Parameters
    ----------
    path
        GeoJSON, GeoPackage, Shapefile, KML, KMZ, GPX, GeoParquet or what else GDAL reads.
    what
        What the file is for: a key of the project file, and the layer's name if there are several.
    layer
        The layer to read, if the project names one.
    encoding
        Of the texts of a shapefile, if the project names one.
    crs
        The CRS that the project names; it wins over that of the file.

    Raises
    ------
    InputError
        If the file is missing, can't be read, or holds no feature with a place.
    """
    if path.suffix.lower() in _WORKBOOK_SUFFIXES:
        raise InputError(
            Message("the {what} file is a workbook, and a file with shapes is needed"),
            file=path,
            remedy=Message("export it from QGIS as GeoJSON or GeoPackage"),
            what=what,
        )
    read_content(path, what)
    if path.suffix.lower() == ".kmz":
        _refuse_bomb(path, what)
    try:
        frame = (
            gpd.read_parquet(path)
            if path.suffix.lower() in (".parquet", ".geoparquet")
            else _read_features(path, what, layer, encoding)
        )
    except InputError:
        raise
    except Exception as error:
        # GDAL, pyarrow and PROJ raise what they like on a damaged file; none of it is a fault here.
        raise _unreadable(path, what, error) from None
    bounds, known = (
        _bounds(frame) if isinstance(frame, gpd.GeoDataFrame) else (None, np.zeros(0, dtype=bool))
    )
    if bounds is None or not known.any():
        raise InputError(
            Message("the {what} file holds no feature with a place"),
            file=path,
            remedy=Message(
                "export the layer with its geometry, or leave it out of fireaccess.toml"
            ),
            what=what,
        )
    if crs is not None or frame.crs is None:
        frame = frame.set_crs(crs or WGS84, allow_override=True)
    try:
        zone = zone_of(CRS(frame.crs))
        if zone is not None:
            # However the file writes it out: its own datum shift is another one, by a metre.
            frame = frame.set_crs(zone, allow_override=True)
        transform_xy(np.zeros(1), np.zeros(1), CRS(frame.crs), WGS84)
    except ProjError as error:
        raise InputError(
            Message("the CRS of the {what} file can't be used: {error}"),
            file=path,
            remedy=_SET_CRS,
            what=what,
            error=error,
        ) from None
    if CRS(frame.crs).is_geographic and (np.abs(bounds[known]).max(axis=1) > 360).all():
        west, south = bounds[known][0, :2]
        raise InputError(
            Message(
                "the coordinates ({west:.0f}, {south:.0f}) are no degrees, but the file says {crs}"
            ),
            file=path,
            remedy=_SET_CRS,
            west=west,
            south=south,
            crs=CRS(frame.crs).name,
        )
    return frame


def _bounds(frame: gpd.GeoDataFrame) -> tuple[FloatArray, BoolArray]:
    bounds: FloatArray = shapely.bounds(frame.geometry.to_numpy())
    return bounds, np.asarray(np.isfinite(bounds).all(axis=1))


def _unreadable(path: Path, what: str, error: Exception) -> InputError:
    return InputError(
        Message("the {what} file can't be read: {error}"),
        file=path,
        remedy=_EXPORT_ANEW,
        what=what,
        error=error,
    )


def _refuse_bomb(path: Path, what: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(part.file_size for part in archive.infolist())
            # A part that says that it is smaller than it is doesn't fit its checksum.
            damaged = archive.testzip() if size <= _MOST_BYTES else None
    except Exception as error:
        # zipfile and zlib raise what they like too.
        raise _unreadable(path, what, error) from None
    if damaged is not None:
        raise InputError(
            Message("the {what} file can't be read: {part} is damaged"),
            file=path,
            remedy=_EXPORT_ANEW,
            what=what,
            part=damaged,
        )
    if size > _MOST_BYTES:
        raise InputError(
            Message("the {what} file unpacks to {size:,.0f} MB, more than any ward's list"),
            file=path,
            remedy=Message("export it again as GeoJSON or GeoPackage"),
            what=what,
            size=size / 1e6,
        )


def _read_features(path: Path, what: str, layer: str | None, encoding: str | None) -> Any:
    source = _source(path)
    layers = _layers(path, source, what, layer)
    if path.suffix.lower() == ".shp" and encoding is None:
        encoding = _shapefile_encoding(path)
    frames = [_read_layer(source, name, encoding) for name in layers]
    if len(frames) == 1:
        return frames[0]
    frames = [frame for frame in frames if isinstance(frame, gpd.GeoDataFrame) and len(frame)]
    columns = dict.fromkeys(column for frame in frames for column in frame.columns)
    whole = {
        column: [cell for f in frames for cell in (f[column] if column in f else [None] * len(f))]
        for column in columns
        if column != "geometry"
    }
    shapes = [shape for frame in frames for shape in frame.geometry]
    return gpd.GeoDataFrame(whole, geometry=shapes, crs=frames[0].crs if frames else WGS84)


def _source(path: Path) -> str:
    """Return what GDAL is to open: of a KMZ the KML in it.

    Of a KMZ whose place marks lie in folders it leaves out all columns of their own.
    """
    if path.suffix.lower() == ".kmz":
        with zipfile.ZipFile(path) as archive:
            inner = [name for name in archive.namelist() if name.lower().endswith(".kml")]
        if len(inner) == 1:
            return f"/vsizip/{path.resolve().as_posix()}/{inner[0]}"
    return str(path)


def _read_layer(path: str, layer: str | None, encoding: str | None) -> Any:
    # GDAL waits for a tone after the last letter of a text in Windows-1258, and loses the letter.
    tones = encoding is not None and codecs.lookup(encoding).name == "cp1258"
    options = {"layer": layer, "encoding": "ISO-8859-1" if tones else encoding}
    with warnings.catch_warnings():
        # GDAL warns of rings that it can't close; they are told feature by feature.
        warnings.simplefilter("ignore")
        try:
            frame = pyogrio.read_dataframe(path, **options)
        except shapely.errors.ShapelyError:
            cells = pyogrio.read_dataframe(path, read_geometry=False, **options)
            meta, _, shapes, _ = pyogrio.raw.read(path, layer=layer, columns=[])
            shapes = shapely.from_wkb(shapes, on_invalid="ignore")
            frame = gpd.GeoDataFrame(cells, geometry=shapes, crs=meta["crs"])
    if not tones:
        return frame
    for column in frame.columns.drop("geometry", errors="ignore"):
        frame[column] = frame[column].map(_with_tones)
    return frame.rename(columns=_with_tones)


def _with_tones(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    return cell.encode("latin-1").decode("cp1258", errors="replace")


def _layers(path: Path, source: str, what: str, layer: str | None) -> list[str | None]:
    """Choose the layers of a file: its only one, that with the name of what it is for, or all.

    The folders of a KML are layers that belong together; of a GPX the waypoints are meant.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        layers = [str(name) for name, _ in pyogrio.list_layers(source)]
    if layer is not None:
        if layer in layers:
            return [layer]
        raise InputError(
            Message("the {what} file has no layer {layer!r}"),
            file=path,
            remedy=Message("name one of: {layers}"),
            what=what,
            layer=layer,
            layers=", ".join(layers),
        )
    if len(layers) <= 1:
        return [layers[0] if layers else None]
    if path.suffix.lower() in (".kml", ".kmz"):
        return list(layers)
    for name in (what, path.stem, *(("waypoints",) if path.suffix.lower() == ".gpx" else ())):
        if name in layers:
            return [name]
    raise InputError(
        Message("the {what} file holds several layers: {layers}"),
        file=path,
        remedy=Message("export the one that is meant to a file of its own, or name it {what!r}"),
        what=what,
        layers=", ".join(layers),
    )


def _shapefile_encoding(path: Path) -> str | None:
    """Return the encoding of a shapefile that doesn't name it: UTF-8 where its bytes are that."""
    named = [path.with_suffix(suffix) for suffix in (".cpg", ".CPG")]
    for file in named:
        if file.is_file():
            return "cp1258" if b"1258" in file.read_bytes() else None
    table = path.with_suffix(".dbf")
    if not table.is_file():
        return None
    content = table.read_bytes()
    try:
        # The length of the header, which is no text, stands in bytes 8 and 9.
        content[int.from_bytes(content[8:10], "little") :].decode("utf-8")
    except UnicodeDecodeError:
        return "cp1258"
    return "utf-8"


def tell_features(path: Path, findings: Findings) -> Tell:
    """Return what notes findings about the features of a layer, the first being row 1."""

    def tell(
        i: Any,
        column: str,
        code: str,
        message: Message,
        remedy: Message,
        *,
        severity: Severity = "error",
        params: Mapping[str, Any] | None = None,
    ) -> None:
        findings.add(
            severity,
            code,
            message,
            remedy=remedy,
            params=params or {},
            file=path.name,
            row=int(i) + 1,
            column=column,
        )

    return tell


def usable_shapes(
    place: gpd.GeoSeries, tell: Tell, *, may_be_blank: bool | BoolArray = False
) -> tuple[Any, BoolArray]:
    """Return the shapes of a layer, flat and mended, and which of them can be used.

    Parameters
    ----------
    place
        Shapes in the CRS that they name.
    tell
        Takes note of shapes that are missing, not finite, not on earth, or not valid.
    may_be_blank
        A feature without a shape is not told of; one answer for all, or one for each.
    """
    with np.errstate(invalid="ignore"):  # it warns of coordinates that are no numbers
        shapes = shapely.force_2d(place.to_numpy())
    blank = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    bounds = shapely.bounds(shapes)
    # Of a line some of whose coordinates are no numbers the bounds are those of the others.
    coordinates, of = shapely.get_coordinates(shapes, return_index=True)
    finite = np.ones(len(shapes), dtype=bool)
    finite[of[~np.isfinite(coordinates).all(axis=1)]] = False
    usable = ~blank & finite
    for i in np.flatnonzero(~usable & ~(blank & may_be_blank)):
        tell(
            i,
            "geometry",
            "no_place",
            Message("the feature has no usable place"),
            Message("draw it again; it is left out"),
        )
    if CRS(place.crs).is_geographic:
        outside = usable & ~_on_earth(bounds)
        for i in np.flatnonzero(outside):
            needed = not np.broadcast_to(may_be_blank, len(shapes))[i]
            what, how, params = not_on_earth(bounds[i, 0], bounds[i, 1], needed=needed)
            tell(i, "geometry", "not_on_earth", what, how, params=params)
        usable &= ~outside
    invalid = usable & ~shapely.is_valid(shapes)
    for i in np.flatnonzero(invalid):
        tell(
            i,
            "geometry",
            "invalid_geometry",
            Message("the outline is not valid ({reason}); it was mended"),
            Message("look at the shape in QGIS and draw it again"),
            severity="warning",
            params={"reason": shapely.is_valid_reason(shapes[i])},
        )
    shapes[invalid] = shapely.make_valid(shapes[invalid])
    return shapes, usable


def _on_earth(bounds: FloatArray) -> BoolArray:
    lon, lat = bounds[:, [0, 2]], bounds[:, [1, 3]]
    on_earth = (np.abs(lon) <= 180).all(axis=1) & (np.abs(lat) <= 90).all(axis=1)
    return np.asarray(on_earth)


def not_on_earth(
    lon: float, lat: float, *, needed: bool
) -> tuple[Message, Message, dict[str, Any]]:
    """Return what is wrong with a place outside the degrees that there are, and what to do.

    Both are templates; what fills them in comes last.

    Parameters
    ----------
    lon, lat
        The place.
    needed
        A row without a place can't be used.
    """
    swapped = abs(lon) <= 90 and abs(lat) <= 180
    outcome = (
        Message("the row is left out") if needed else Message("the row is used without a place")
    )
    return (
        Message("lon {lon}, lat {lat} is no place on earth"),
        Message("lon and lat look swapped: exchange the two; {outcome}")
        if swapped
        else Message("write degrees, as in 105.8216 and 20.9886; {outcome}"),
        {"lon": f"{lon:g}", "lat": f"{lat:g}", "outcome": outcome},
    )
