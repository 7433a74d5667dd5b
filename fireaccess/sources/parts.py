"""Sheets and layers as the parts of a table: known columns as text, with the row each came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError, ProjectError
from fireaccess.model.layers import ALL_TABLES
from fireaccess.model.text import nfc
from fireaccess.model.words import (
    FINDINGS_TITLE,
    HELP_TITLE,
    PLACE_COLUMNS,
    PLAN_TITLES,
    TABLE_TITLES,
    plain,
)
from fireaccess.project import MappingSection
from fireaccess.sources.delimited import is_delimited, read_delimited
from fireaccess.sources.files import read_vector
from fireaccess.sources.headings import Columns, find_columns, find_headings, table_of
from fireaccess.sources.intake import Intake
from fireaccess.sources.sheets import Sheet, SheetRow
from fireaccess.sources.workbook import is_workbook
from fireaccess.sources.zones import read_crs

#: Begins the row of the template that shows how to fill it in.
_EXAMPLE: Final = "vi du"


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One sheet or layer of a table, as text.

    Parameters
    ----------
    raw
        Known columns as text, None where blank, and ``row``.
    place
        Geometries of a layer.
    columns
        Which columns the file has, and what it calls them.
    sheet
        Title of the sheet in its workbook.
    texts
        The whole text of each row.
    too_long
        Rows of a CSV file with more cells than its heading.
    uncalculated
        Row and column of cells whose formula was never calculated.
    """

    raw: pd.DataFrame
    place: gpd.GeoSeries | None
    columns: Columns
    sheet: str | None
    texts: Sequence[str]
    too_long: Sequence[SheetRow] = ()
    uncalculated: frozenset[tuple[int, str]] = frozenset()


def tables_in(path: Path, intake: Intake) -> dict[str, list[Sheet]]:
    """Return the sheets of a survey workbook by the table that they hold.

    A sheet that holds none is told of, unless it is the template's own help.
    """
    found: dict[str, list[Sheet]] = {}
    for sheet in intake.sheets(path, "survey"):
        table = table_of(sheet, path)
        if table is not None:
            found.setdefault(table, []).append(sheet)
        elif sheet.rows and sheet.name not in (HELP_TITLE, FINDINGS_TITLE):
            intake.findings.add(
                "warning",
                "sheet_not_read",
                Message("which table the sheet {name!r} holds can't be told, so it is not read"),
                remedy=Message(
                    "give it the title of a table: {titles}; or nothing, if it holds none"
                ),
                params={"name": sheet.name, "titles": ", ".join(TABLE_TITLES.values())},
                file=path.name,
                sheet=sheet.name,
            )
    return found


def has_rows(sheets: Sequence[Sheet], name: str, path: Path) -> bool:
    """Whether sheets of a survey workbook hold more of a table than headings and an example."""
    return any(
        _data_rows(sheet, find_headings(sheet, name, file=path).first_row) for sheet in sheets
    )


def _data_rows(sheet: Sheet, first_row: int) -> list[SheetRow]:
    def is_example(row: SheetRow) -> bool:
        first = next(cell for cell in row.cells if cell)
        # Most cells are told apart by one letter, much sooner than by folding all of them.
        return first[0] in "vV" and plain(first).startswith(_EXAMPLE)

    return [row for row in sheet.rows[first_row:] if not is_example(row)]


def read_parts(
    path: Path,
    name: str,
    mapping: MappingSection,
    intake: Intake,
    sheets: Sequence[Sheet] | None,
) -> list[Part]:
    """Read the sheets or the layer that hold a table.

    Parameters
    ----------
    path, name, mapping, intake
        The file, the table's key, and how it is read.
    sheets
        Those of a survey workbook, if they are known.

    Raises
    ------
    InputError
        If the file can't be read or holds no row of the table.
    """
    accepted = intake.accepted.get(path.name, frozenset())
    if sheets is None and is_workbook(path):
        sheets = _sheets_of(path, name, mapping, intake)
    if sheets is None and is_delimited(path):
        sheets = [read_delimited(path, name, encoding=mapping.encoding)]
    if sheets is None:
        return [_layer_part(path, name, mapping, accepted, intake)]
    parts = [
        _sheet_part(sheet, path, name, mapping, accepted, name if k == 1 else f"{name}-{k}")
        for k, sheet in enumerate(sheets, start=1)
    ]
    parts = [part for part in parts if len(part.raw) or part.too_long] or parts[:1]
    if not any(len(part.raw) or part.too_long for part in parts):
        raise InputError(
            Message("the {table} table holds no row"),
            file=path,
            sheet=parts[0].sheet,
            remedy=Message("fill it in, or leave it out"),
            table=name,
        )
    return parts


def _sheets_of(path: Path, name: str, mapping: MappingSection, intake: Intake) -> list[Sheet]:
    """Return the sheets of a workbook that hold a table of the project file."""
    sheets = intake.sheets(path, name)
    if mapping.sheet is not None:
        chosen = [sheet for sheet in sheets if plain(sheet.name or "") == plain(mapping.sheet)]
    elif name in TABLE_TITLES:
        chosen = [sheet for sheet in sheets if table_of(sheet, path) == name]
    else:
        titles = {plain(title) for title in (name, *PLAN_TITLES[name])}
        chosen = [sheet for sheet in sheets if plain(sheet.name or "") in titles]
    if mapping.sheet is None and not chosen and len(sheets) == 1:
        chosen = list(sheets)
    if not chosen:
        raise InputError(
            Message("the workbook has no sheet {wanted!r}")
            if mapping.sheet is not None
            else Message("which sheet of the workbook holds the {table} table can't be told"),
            file=path,
            remedy=Message(
                "give it the title {title!r}, or name it in the project file: "
                '[inputs.mappings.{table}] sheet = "…"; the sheets are: {sheets}'
            ),
            wanted=mapping.sheet,
            table=name,
            title=TABLE_TITLES[name] if name in TABLE_TITLES else PLAN_TITLES[name][0],
            sheets=", ".join(sheet.name or "" for sheet in sheets),
        )
    return chosen


def _sheet_part(
    sheet: Sheet,
    path: Path,
    name: str,
    mapping: MappingSection,
    accepted: frozenset[str],
    fixes: str,
) -> Part:
    columns = find_headings(
        sheet, name, file=path, mapped=mapping.columns, accepted=accepted_columns(accepted, fixes)
    )
    rows = _data_rows(sheet, columns.first_row)
    # What stands beyond the headings of a workbook is a note; in CSV it is a comma too many.
    too_long = (
        [row for row in rows if any(row.cells[columns.width :])] if sheet.name is None else []
    )
    long_rows = {row.number for row in too_long}
    fitting = [row for row in rows if row.number not in long_rows]
    text = {
        column: as_column(row.cells[k] if k < len(row.cells) else None for row in fitting)
        for column, k in columns.at.items()
    }
    text["row"] = pd.Series([row.number for row in fitting], dtype=np.int64)
    raw = pd.DataFrame(text)
    place_of = {row.number: i for i, row in enumerate(fitting)}
    column_at = {k: column for column, k in columns.at.items()}
    uncalculated = frozenset(
        (place_of[number], column_at[k])
        for number, k in sheet.uncalculated
        if number in place_of and k in column_at
    )
    return Part(
        _mapped(raw, mapping),
        None,
        columns,
        sheet.name,
        [joined_cells(row.cells) for row in fitting],
        too_long,
        uncalculated,
    )


def named_crs(mapping: MappingSection, name: str, intake: Intake) -> CRS | None:
    """Return the CRS that the project names for a table."""
    if mapping.crs is None:
        return None
    meant = read_crs(mapping.crs)
    if len(meant) != 1:
        raise ProjectError(
            Message("inputs.mappings.{table}.crs = {crs!r} names a province of two meridians")
            if meant
            else Message("inputs.mappings.{table}.crs = {crs!r} names no CRS that is known"),
            remedy=Message('write an EPSG code or a meridian, as in "EPSG:5897" or "105°00′"'),
            table=name,
            crs=mapping.crs,
        )
    return meant[0]


def _layer_part(
    path: Path, name: str, mapping: MappingSection, accepted: frozenset[str], intake: Intake
) -> Part:
    vector = read_vector(
        path,
        what=name,
        layer=mapping.sheet,
        encoding=mapping.encoding,
        crs=named_crs(mapping, name, intake),
    ).reset_index(drop=True)
    cells = pd.DataFrame(vector.drop(columns=vector.geometry.name))
    headings = [nfc(str(key)) for key in cells]
    columns = find_columns(
        headings,
        name,
        file=path,
        mapped=mapping.columns,
        accepted=accepted_columns(accepted, name),
        cut=path.suffix.lower() == ".shp",
    )
    at = dict(columns.at)
    key = next(iter(ALL_TABLES[name].columns))
    if path.suffix.lower() in (".kml", ".kmz", ".gpx"):
        # What a phone or Google Earth calls the name of a place mark is all the key there is; GDAL
        # adds a column "id" of what place marks are called within the file, mostly blank.
        names = [i for i, text in enumerate(headings) if text.lower() == "name"]
        if names and (key not in at or headings[at[key]] == "id"):
            at[key] = names[0]
    text = {
        column: as_column(map(_as_text, cells.iloc[:, k]))
        for column, k in at.items()
        # A layer has its place in its shapes.
        if column not in PLACE_COLUMNS
    }
    text["row"] = pd.Series(cells.index + 1)
    raw = pd.DataFrame(text, index=cells.index)

    texts = [map(_as_text, cells.iloc[:, k]) for k in range(cells.shape[1])]
    whole = [joined_cells(row) for row in zip(*texts, strict=True)] or [""] * len(cells)
    found = Columns(at, {c: headings[k] for c, k in at.items()}, columns.near)
    return Part(_mapped(raw, mapping), vector.geometry, found, None, whole)


def accepted_columns(accepted: frozenset[str], fixes: str) -> list[str]:
    """Return the columns for which a near heading was accepted."""
    begins = f"{fixes}-heading-"
    return [fix.removeprefix(begins) for fix in accepted if fix.startswith(begins)]


def _mapped(raw: pd.DataFrame, mapping: MappingSection) -> pd.DataFrame:
    """Put the words of the mapping in place of the file's own, and fill in what it lacks."""
    for column, words in mapping.values.items():
        if column not in raw:
            continue
        known = {plain(text): word or None for text, word in words.items()}
        # What a file shows as true or false is read as yes or no.
        for shown, read in (("true", "yes"), ("false", "no")):
            if shown in known:
                known.setdefault(read, known[shown])
        raw[column] = as_column(
            None if cell is None else known.get(plain(cell), cell) for cell in raw[column]
        )
    for column, text in mapping.fill.items():
        own = raw[column] if column in raw else as_column([None] * len(raw))
        raw[column] = as_column(text if cell is None else cell for cell in own)
    return raw


def as_column(values: Iterable[Any]) -> pd.Series:
    """Return texts or flags as a column of objects, so that a blank cell stays None."""
    return pd.Series(list(values), dtype=object)


def joined_cells(cells: Iterable[str | None]) -> str:
    """Return the whole text of a row, as findings keep it."""
    return " | ".join(cell or "" for cell in cells).rstrip(" |")


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
