"""Tables of an office: CSV, GeoJSON and GeoPackage, cell by cell, with the row each came from.

A cell that can't be read is told with file, row and column, and the rest of its row is used; a
row whose required cell or place can't be read is left out, told and counted. Nothing else is
ever dropped.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from fireaccess.model.answers import BoolArray
from fireaccess.model.errors import Findings, InputError
from fireaccess.model.layers import TABLES, kind_of, needs_place
from fireaccess.model.text import nfc, normalise, parse_number
from fireaccess.sources.coordinates import WGS84, transform_geometry, transform_xy
from fireaccess.sources.files import (
    SheetRow,
    is_sheet,
    not_on_earth,
    read_sheet,
    read_vector,
    usable_shapes,
)

_YES: Final = frozenset(("yes", "y", "co", "true", "1", "x"))
_NO: Final = frozenset(("no", "n", "khong", "false", "0"))
_DAY_MONTH_YEAR: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_YEAR_MONTH_DAY: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_PLACE_COLUMNS: Final = frozenset(("lon", "lat", "x", "y", "crs", "geometry"))


def read_table(
    path: Path, name: str, *, crs: CRS, project_crs: CRS | None, findings: Findings
) -> gpd.GeoDataFrame:
    """Read one table of SPEC §11: typed columns, ``geometry`` in ``crs``, ``file`` and ``row``.

    Parameters
    ----------
    path
        A sheet saved as CSV, or a vector file.
    name
        The table's key in the project file, such as ``widths``.
    crs
        The analysis CRS, which the geometries are carried to.
    project_crs
        The CRS of columns ``x`` and ``y`` where the table itself names none in a column ``crs``.
    findings
        Takes what is wrong, cell by cell.

    Raises
    ------
    InputError
        If the file can't be read, has no row, or lacks a required column.
    """
    schema = TABLES[name]
    raw, place, too_long = _read_rows(path, name)
    _require_columns(raw, schema, path, has_geometry=place is not None)
    _tell_unknown_columns(raw, schema, path, findings)
    rows_read = len(raw) + len(too_long)
    for row in too_long:
        findings.add(
            "error",
            "too_many_cells",
            "the row has more cells than the heading: which belongs where can't be told",
            remedy="put the cell that holds a comma into quotation marks, or save the sheet anew; "
            "the row is left out",
            file=path.name,
            row=row.number,
            value=", ".join(row.too_many),
        )
    reader = _Cells(raw, path, findings)
    frame = pd.DataFrame(index=raw.index)
    usable = np.ones(len(raw), dtype=bool)
    for column, rule in schema.columns.items():
        if column not in raw:
            frame[column] = np.nan if kind_of(rule) == "number" else _cells([None] * len(raw))
            continue
        frame[column] = reader.read(column, kind_of(rule), required=bool(rule.required))
    usable &= _check(frame, schema, reader)
    if place is None:
        geometry, placed = _points(raw, reader, crs, project_crs, required=needs_place(schema))
    else:
        geometry, placed = _shapes(place, reader, crs, required=needs_place(schema))
    usable &= placed
    frame["file"] = path.name
    frame["row"] = raw["row"]
    frame = gpd.GeoDataFrame(frame, geometry=geometry, crs=crs)
    frame = frame[usable].reset_index(drop=True)
    frame.attrs["rows_read"] = rows_read
    frame.attrs["rows_left_out"] = rows_read - len(frame)
    return frame


def _read_rows(path: Path, name: str) -> tuple[pd.DataFrame, gpd.GeoSeries | None, list[SheetRow]]:
    """Read the cells as text, None where blank, and the geometries of a vector file.

    Rows of a sheet that have more cells than its heading come apart.
    """
    if not is_sheet(path):
        vector = read_vector(path, what=name).reset_index(drop=True)
        cells = pd.DataFrame(vector.drop(columns=vector.geometry.name))
        text = {nfc(str(key)).lower(): _cells(map(_as_text, cells[key])) for key in cells}
        text["row"] = pd.Series(cells.index + 1)
        return pd.DataFrame(text, index=cells.index), vector.geometry, []
    headings, rows = read_sheet(path, name)
    fitting = [row for row in rows if not row.too_many]
    text = {
        heading: _cells(row.cells[k] for row in fitting)
        for k, heading in enumerate(headings)
        if heading
    }
    text["row"] = pd.Series([row.number for row in fitting], dtype=np.int64)
    return pd.DataFrame(text), None, [row for row in rows if row.too_many]


def _cells(values: Iterable[Any]) -> pd.Series:
    """Return texts or flags as a column of objects, so that a blank cell stays None."""
    return pd.Series(list(values), dtype=object)


def _as_text(value: Any) -> str | None:
    if value is None or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return None
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, pd.Timestamp):
        return str(value.date())
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return nfc(str(value)) or None


def _require_columns(
    raw: pd.DataFrame, schema: pa.DataFrameSchema, path: Path, *, has_geometry: bool
) -> None:
    required = [name for name, rule in schema.columns.items() if rule.required]
    if needs_place(schema) and not has_geometry and not {"x", "y"} <= set(raw.columns):
        required += ["lon", "lat"]
    for column in required:
        if column in raw.columns:
            continue
        near = difflib.get_close_matches(column, list(raw.columns), n=1)
        raise InputError(
            f"the {schema.name} table has no column {column!r}",
            file=path,
            remedy=f"rename {near[0]!r} to {column!r}"
            if near
            else f"add it; the columns found are: {', '.join(str(c) for c in raw if c != 'row')}",
        )


def _tell_unknown_columns(
    raw: pd.DataFrame, schema: pa.DataFrameSchema, path: Path, findings: Findings
) -> None:
    """Warn of a column that looks like a known one; an office's own columns are its own."""
    missing = [column for column in schema.columns if column not in raw.columns]
    for column in raw.columns:
        near = difflib.get_close_matches(column, missing, n=1, cutoff=0.8)
        if column in schema.columns or not near:
            continue
        findings.add(
            "warning",
            "unknown_column",
            "no column {column!r} is known, so it is not read: is {near!r} meant?",
            remedy="rename it to {near!r}, or leave it as it is",
            params={"column": column, "near": near[0]},
            file=path.name,
            column=column,
        )


class _Cells:
    """Reads cells column by column and tells which ones it can't."""

    def __init__(self, raw: pd.DataFrame, path: Path, findings: Findings) -> None:
        self.raw = raw
        self.path = path
        self.findings = findings

    def read(self, column: str, kind: str, *, required: bool) -> pd.Series:
        text = self.raw[column]
        if kind == "number":
            return self._numbers(column, required=required)
        if kind in ("date", "flag"):
            parse = _parse_date if kind == "date" else _parse_flag
            known = {cell: parse(cell) for cell in text.dropna().unique()}
            unread = [cell is not None and known[cell] is None for cell in text]
            for i in np.flatnonzero(unread):
                self.tell(
                    i,
                    column,
                    f"not_a_{kind}",
                    "{value!r} is no date" if kind == "date" else "{value!r} is neither yes nor no",
                    "write 2026-05-12 or 12/5/2026; taken as blank"
                    if kind == "date"
                    else "write yes or no; taken as blank",
                )
            return _cells(known.get(cell) for cell in text)
        if kind == "code":
            return _cells(None if cell is None else cell.lower() for cell in text)
        return text

    def _numbers(self, column: str, *, required: bool) -> pd.Series:
        text = self.raw[column]
        plain = pd.to_numeric(text, errors="coerce").astype(float)
        plain[~np.isfinite(plain)] = np.nan
        for i in text.index[text.notna() & plain.isna()]:
            quantity = parse_number(text[i])
            if quantity is None:
                self.tell(
                    i,
                    column,
                    "not_a_number",
                    "{value!r} is no number",
                    "write it with digits and a point, as in 3.5; "
                    + ("the row is left out" if required else "taken as blank"),
                )
                continue
            plain[i] = quantity.value
            self.tell(
                i,
                column,
                "decimal_comma",
                "{value!r} was read with a decimal comma",
                "write it with a point, as in 3.5",
                severity="warning",
            )
        return plain

    def tell(
        self,
        i: Any,
        column: str,
        code: str,
        message: str,
        remedy: str,
        *,
        severity: str = "error",
    ) -> None:
        """Note a finding about one cell."""
        value = self.raw[column][i] if column in self.raw else None
        self.findings.add(
            severity,  # type: ignore[arg-type]
            code,
            message,
            remedy=remedy,
            params={"value": value},
            file=self.path.name,
            row=int(self.raw["row"][i]),
            column=column,
            value=value,
        )


def _parse_date(text: str) -> str | None:
    """Return an ISO date; Vietnamese papers write day/month/year."""
    if match := _YEAR_MONTH_DAY.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_MONTH_YEAR.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _parse_flag(text: str) -> bool | None:
    word = normalise(text)
    return True if word in _YES else False if word in _NO else None


def _check(frame: pd.DataFrame, schema: pa.DataFrameSchema, reader: _Cells) -> BoolArray:
    """Apply the schema's checks: blank what fails, drop the row if the column is required."""
    usable = np.ones(len(frame), dtype=bool)
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        failed = errors.failure_cases
        failed = failed[failed["index"].notna() & failed["column"].notna()]
        for column, check, i in zip(
            failed["column"], failed["check"], failed["index"].astype(int), strict=True
        ):
            required = bool(schema.columns[column].required)
            usable[i] &= not required
            if check == "not_nullable":
                if reader.raw[column][i] is None:
                    reader.tell(
                        i,
                        column,
                        "blank",
                        "the cell is blank and the row can't do without it",
                        "fill it in; the row is left out",
                    )
                continue
            reader.tell(
                i,
                column,
                "out_of_range",
                "{value!r} can't be right: it must be " + str(check).replace("{", "{{"),
                "correct it; the row is left out" if required else "correct it; taken as blank",
            )
            if not required:
                number = kind_of(schema.columns[column]) == "number"
                frame.loc[i, column] = np.nan if number else None
    return usable


def _points(
    raw: pd.DataFrame, reader: _Cells, crs: CRS, project_crs: CRS | None, *, required: bool
) -> tuple[gpd.GeoSeries, BoolArray]:
    """Make points of lon/lat (WGS 84), or of x/y in a named CRS."""
    degrees = {"lon", "lat"} <= set(raw.columns)
    first, second = ("lon", "lat") if degrees else ("x", "y")
    if first not in raw or second not in raw:
        return gpd.GeoSeries([None] * len(raw), crs=crs), np.ones(len(raw), dtype=bool)
    x = reader.read(first, "number", required=required).to_numpy(dtype=float, na_value=np.nan)
    y = reader.read(second, "number", required=required).to_numpy(dtype=float, na_value=np.nan)
    source = WGS84 if degrees else _table_crs(raw, reader.path, project_crs)
    known = np.isfinite(x) & np.isfinite(y)
    if degrees:
        outside = known & ((np.abs(y) > 90) | (np.abs(x) > 180))
        for i in np.flatnonzero(outside):
            reader.tell(i, "lat", "not_on_earth", *not_on_earth(x[i], y[i], needed=required))
        known &= ~outside
    if required:
        # A cell that holds something has been told of as no number.
        blank = [raw[column].isna().to_numpy() for column in (first, second)]
        for i in np.flatnonzero(blank[0] | blank[1]):
            reader.tell(
                i,
                first if blank[0][i] else second,
                "no_place",
                "the row has no coordinates",
                f"give {first} and {second}; the row is left out",
            )
    easting, northing = transform_xy(x[known], y[known], source, crs)
    geometry = np.full(len(raw), None, dtype=object)
    geometry[known] = shapely.points(easting, northing)
    usable = known if required else np.ones(len(raw), dtype=bool)
    return gpd.GeoSeries(geometry, index=raw.index, crs=crs), usable


def _table_crs(raw: pd.DataFrame, path: Path, project_crs: CRS | None) -> CRS:
    named = list(raw["crs"].dropna().unique()) if "crs" in raw else []
    if len(named) == 1:
        try:
            return CRS.from_user_input(str(named[0]))
        except CRSError:
            raise InputError(
                f"{str(named[0])!r} is not a coordinate reference system that PROJ knows",
                file=path,
                column="crs",
                remedy='write an EPSG code such as "EPSG:5897" (VN-2000, 105°00′)',
            ) from None
    if len(named) == 0 and project_crs is not None:
        return project_crs
    raise InputError(
        "the columns x and y are in no CRS that is known"
        if len(named) == 0
        else f"the column crs names several: {', '.join(sorted(map(str, named)))}",
        file=path,
        remedy='add a column crs such as "EPSG:5897", or give the project its crs',
    )


def _shapes(
    place: gpd.GeoSeries, reader: _Cells, crs: CRS, *, required: bool
) -> tuple[gpd.GeoSeries, BoolArray]:
    """Carry the shapes of a vector file to the analysis CRS and mend what is not valid."""
    shapes, usable = usable_shapes(place, reader.tell, may_be_blank=not required)
    carried = np.full(len(shapes), None, dtype=object)
    carried[usable] = transform_geometry(shapes[usable], CRS(place.crs), crs)
    usable = usable if required else np.ones(len(shapes), dtype=bool)
    return gpd.GeoSeries(carried, index=reader.raw.index, crs=crs), usable
