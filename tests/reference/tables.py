"""Tables, vector files and coordinates, for the literal computation."""

import math
import re
import unicodedata

import geopandas
import numpy
import pandas
import pyproj
import shapely

HELMERT = (
    "+proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835 "
    "+rx=-0.00928836 +ry=0.01975479 +rz=-0.00427372 +s=0.252906278 +convention=coordinate_frame"
)


def from_lonlat(crs):
    """Return a transformer from WGS 84 longitude, latitude to a CRS; VN-2000 by EPSG:6960."""
    crs = pyproj.CRS.from_user_input(crs)
    if crs.geodetic_crs is None or crs.geodetic_crs.name != "VN-2000":
        return pyproj.Transformer.from_crs("EPSG:4326", crs, always_xy=True)
    steps = "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad"
    steps += f" +step +proj=cart +ellps=WGS84 +step +inv {HELMERT} +step +inv +proj=cart"
    steps += " +ellps=WGS84"
    if not crs.is_projected:
        return pyproj.Transformer.from_pipeline(
            steps + " +step +proj=unitconvert +xy_in=rad +xy_out=deg"
        )
    how = {entry.name: entry.value for entry in crs.coordinate_operation.params}
    return pyproj.Transformer.from_pipeline(
        steps + f" +step +proj=tmerc +lat_0=0 +lon_0={how['Longitude of natural origin']}"
        f" +k={how['Scale factor at natural origin']} +x_0={how['False easting']} +y_0=0"
        " +ellps=WGS84"
    )


def moved(geometry, transformer, direction="FORWARD"):
    """Return a geometry, or an array of them, with every vertex transformed."""

    def move(points):
        x, y = transformer.transform(points[:, 0], points[:, 1], direction=direction)
        return numpy.column_stack([x, y])

    return shapely.transform(geometry, move)


def utm(lon, lat):
    """Return the UTM zone of a place as an EPSG code."""
    return f"EPSG:{(32600 if lat >= 0 else 32700) + int((lon + 180) // 6) + 1}"


def vector(path):
    """Return the rows of a vector file as dictionaries of texts, each with ``geometry``."""
    frame = geopandas.read_file(path)
    shapes = frame.geometry.to_numpy()
    if frame.crs is not None and frame.crs.to_epsg() != 4326:
        shapes = moved(shapes, from_lonlat(frame.crs), "INVERSE")
    columns = frame.drop(columns=frame.geometry.name)
    rows = [{key: text(value) for key, value in row.items()} for row in columns.to_dict("records")]
    return [{**row, "geometry": shape} for row, shape in zip(rows, shapes, strict=True)]


def table(path):
    """Return the rows of a table or vector file as dictionaries of texts with ``geometry``."""
    if path is None:
        return []
    if path.suffix.lower() not in (".csv", ".txt"):
        return [row for row in vector(path) if usable(row["geometry"])]
    frame = pandas.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    rows = []
    for row in frame.to_dict("records"):
        lon, lat = number(row.get("lon")), number(row.get("lat"))
        if lon is not None and lat is not None:
            row = {key: text(value) for key, value in row.items()}
            rows.append({**row, "geometry": shapely.Point(lon, lat)})
    return rows


def usable(shape):
    """Tell whether a geometry is there and its positions are degrees."""
    if shape is None or shape.is_empty:
        return False
    west, south, east, north = shape.bounds
    return -180 <= west <= east <= 180 and -90 <= south <= north <= 90


def latest(rows):
    """Keep of each ``object_id`` the row with the latest date; without dates, the last as text."""
    kept = {}
    for row in rows:
        words = tuple(str(value) for value in row.values())
        rank = (day(row.get("date")), words)
        name = row.get("object_id") or words
        if name not in kept or kept[name][0] < rank:
            kept[name] = (rank, row)
    return [row for _, row in kept.values()]


def day(value):
    """Return a date, 2026-08-31 or 31/08/2026, as text that sorts; blank if it is none."""
    found = re.match(r"(\d{4})-(\d\d?)-(\d\d?)", text(value))
    parts = found.groups() if found else ()
    if not found and (found := re.match(r"(\d\d?)[/.-](\d\d?)[/.-](\d{4})", text(value))):
        parts = found.groups()[::-1]
    return "-".join(part.zfill(2) for part in parts)


def text(value):
    """Return a cell as NFC text, blank where it is missing."""
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pandas.NaT:
        return ""
    return unicodedata.normalize("NFC", str(value)).strip()


def number(value):
    """Return a cell as a number, None where it is none; a decimal comma is allowed."""
    found = re.fullmatch(r"-?\d+(?:[.,]\d*)?", text(value))
    return float(found[0].replace(",", ".")) if found else None


def measure(value):
    """Return a cell as a length, None where it is none or not above zero."""
    length = number(value)
    return length if length is not None and length > 0 else None


def answer(value, blank):
    """Return a yes/no cell as a boolean, or ``blank``."""
    word = plain(value)
    if word in ("yes", "y", "true", "1", "1.0", "co", "x"):
        return True
    return False if word in ("no", "n", "false", "0", "0.0", "khong") else blank


def plain(value):
    """Normalise text for comparing (SPEC §6): no accents, no case, single blanks."""
    lowered = unicodedata.normalize("NFC", str(value or "")).lower()
    letters = unicodedata.normalize("NFD", lowered)
    bare = "".join(letter for letter in letters if not unicodedata.combining(letter))
    return " ".join(bare.replace("đ", "d").replace(",", " ").split())
