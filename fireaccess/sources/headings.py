"""Which sheet holds which table, which row is its heading, and which column is which.

Offices put titles above the headings, write headings with or without accents and units, and name
sheets as they like. What a heading says for sure is taken; what it may mean is offered.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError
from fireaccess.model.layers import ALL_TABLES, TABLES, needs_place
from fireaccess.model.words import columns_by_heading, heading, plain, tables_by_title
from fireaccess.sources.sheets import Sheet

#: Headings are looked for down to this row.
_LAST_HEADING_ROW: Final = 10
_NEAR: Final = 0.8
#: Shapefiles cut the names of columns to this many characters.
_SHAPEFILE_NAME: Final = 10


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a sheet or layer.

    Parameters
    ----------
    at
        Position of each known column.
    heading_of
        What the file calls it.
    near
        Headings that may mean a column that was not found: heading to column.
    first_row
        Position in the sheet's rows of the first row below the headings.
    width
        How many columns have a heading.
    """

    at: Mapping[str, int]
    heading_of: Mapping[str, str]
    near: Mapping[str, str]
    first_row: int = 0
    width: int = 0


def find_columns(
    headings: Sequence[str | None],
    table: str,
    *,
    file: Path,
    sheet: str | None = None,
    row: int = 1,
    mapped: Mapping[str, str] | None = None,
    accepted: Collection[str] = (),
    cut: bool = False,
) -> Columns:
    """Tell which heading means which column of a table.

    Parameters
    ----------
    headings
        As the file has them.
    table
        The table's key.
    file, sheet, row
        Where the headings stand.
    mapped
        Column to heading, as the project's mapping says; it wins over all else.
    accepted
        Columns for which a near heading was accepted.
    cut
        Names are cut to ten characters, as in a shapefile.

    Raises
    ------
    InputError
        If two headings mean one column, or the mapping names a heading that isn't there.

    Examples
    --------
    >>> found = find_columns(["Mã", "BE RONG (m)", "Ghi chú"], "widths", file=Path("a.csv"))
    >>> dict(found.at)
    {'object_id': 0, 'width_m': 1}
    """
    texts = [heading or "" for heading in headings]
    at: dict[str, int] = {}
    for wanted, text in (mapped or {}).items():
        places = [i for i, own in enumerate(texts) if own == text] or [
            i for i, own in enumerate(texts) if own and plain(own) == plain(text)
        ]
        if not places:
            raise InputError(
                Message("the mapping reads {wanted} from the column {text!r}, which isn't there"),
                file=file,
                sheet=sheet,
                row=row,
                remedy=Message("correct it in the project file; the columns found are: {found}"),
                wanted=wanted,
                text=text,
                found=", ".join(filter(None, texts)),
            )
        at[wanted] = places[0]
    taken = set(at.values())
    known = columns_by_heading(table)
    candidates: dict[str, list[int]] = {}
    for i, text in enumerate(texts):
        meant = known.get(plain(text)) or (_whole_name(text, table) if cut else None)
        if text and meant is not None and meant not in at and i not in taken:
            candidates.setdefault(meant, []).append(i)
    for column, places in candidates.items():
        own = {plain(column), plain(heading(table, column).vi)}
        exact = [i for i in places if plain(texts[i]) in own] or places
        if len(exact) > 1:
            raise InputError(
                Message("the {table} table has two columns {one!r}")
                if plain(texts[exact[0]]) == plain(texts[exact[1]])
                else Message(
                    "the {table} table has two columns for {meant}: {one!r} and {other!r}"
                ),
                file=file,
                sheet=sheet,
                row=row,
                column=texts[exact[0]],
                remedy=Message("rename or delete one of them"),
                table=table,
                meant=column,
                one=texts[exact[0]],
                other=texts[exact[1]],
            )
        at[column] = exact[0]
    near = _near(texts, set(at.values()), at, table)
    for text, column in list(near.items()):
        if column in accepted:
            at[column] = texts.index(text)
            del near[text]
    return Columns(
        at=at,
        heading_of={column: texts[i] for column, i in at.items()},
        near=near,
        width=max((i + 1 for i, text in enumerate(texts) if text), default=0),
    )


def _whole_name(text: str, table: str) -> str | None:
    """Return the only column whose name begins with a cut one."""
    if len(text) != _SHAPEFILE_NAME:
        return None
    names = [name for name in ALL_TABLES[table].columns if name.startswith(text.lower())]
    return names[0] if len(names) == 1 else None


def _near(
    texts: Sequence[str], taken: Collection[int], found: Mapping[str, int], table: str
) -> dict[str, str]:
    """Return headings that look like those of columns that were not found."""
    columns = ALL_TABLES[table].columns
    missing = {
        known: column
        for known, column in columns_by_heading(table).items()
        if column in columns and column not in found
    }
    near: dict[str, str] = {}
    for i, text in enumerate(texts):
        if i in taken or not text:
            continue
        own = plain(text)
        close = difflib.get_close_matches(own, list(missing), n=1, cutoff=_NEAR)
        # "be rong do duoc" begins with what a column is called.
        begins = [k for k in missing if " " in k and f"{own} ".startswith(f"{k} ")]
        if close or begins:
            column = missing[close[0] if close else max(begins, key=len)]
            if column not in near.values():
                near[text] = column
    return near


def find_headings(
    sheet: Sheet,
    table: str,
    *,
    file: Path,
    mapped: Mapping[str, str] | None = None,
    accepted: Collection[str] = (),
) -> Columns:
    """Find the heading row of a sheet, among its first ten rows, and its columns.

    The row with most known headings is the heading; a second row of headings below it, as the
    template has one in English, is not taken for data.

    Raises
    ------
    InputError
        As `find_columns`.
    """
    rows = [row for row in sheet.rows if row.number <= _LAST_HEADING_ROW] or list(sheet.rows[:1])
    if not rows:
        return Columns({}, {}, {})
    known = columns_by_heading(table)
    wanted = {plain(text) for text in (mapped or {}).values()}

    def meanings(cells: Sequence[str | None]) -> dict[int, str]:
        plains = {i: plain(cell) for i, cell in enumerate(cells) if cell}
        return {i: known.get(p, p) for i, p in plains.items() if p in known or p in wanted}

    best = max(range(len(rows)), key=lambda k: (len(set(meanings(rows[k].cells).values())), -k))
    row = rows[best]
    columns = find_columns(
        row.cells,
        table,
        file=file,
        sheet=sheet.name,
        row=row.number,
        mapped=mapped,
        accepted=accepted,
    )
    first = best + 1
    own = meanings(row.cells)
    while first < len(rows):
        again = meanings(rows[first].cells)
        same = sum(own.get(i) == column for i, column in again.items())
        if len(again) < 2 or same < len(again):
            break
        first += 1
    return Columns(columns.at, columns.heading_of, columns.near, first, columns.width)


def table_of(sheet: Sheet, file: Path) -> str | None:
    """Return which table a sheet of a workbook holds, by its title, else by its headings.

    Examples
    --------
    >>> table_of(Sheet("VAT CAN (2)", ()), Path("survey.xlsx"))
    'barriers'
    """
    title = plain(sheet.name or "")
    titles = tables_by_title()
    begins = [known for known in titles if f"{title} ".startswith(f"{known} ")]
    if begins:
        return titles[max(begins, key=len)]
    found: dict[str, int] = {}
    for table, schema in TABLES.items():
        try:
            columns = find_headings(sheet, table, file=file)
        except InputError:
            # Two columns with one meaning: told when the sheet is read as that table.
            continue
        required = [name for name, rule in schema.columns.items() if rule.required]
        if not required or not set(required) <= set(columns.at):
            continue
        if needs_place(schema) and not has_place(columns.at):
            continue
        found[table] = len(columns.at)
    most = max(found.values(), default=0)
    best = [table for table, count in found.items() if count == most]
    return best[0] if len(best) == 1 else None


def has_place(columns: Collection[str]) -> bool:
    """Whether a table's columns can say where a row is.

    Examples
    --------
    >>> has_place({"lon", "lat"}), has_place({"lon", "width_m"}), has_place({"road_name"})
    (True, False, True)
    """
    ways = (
        {"lon", "lat"},
        {"coordinates"},
        {"x", "y"},
        {"easting", "northing"},
        {"road_name"},
        {"address"},
    )
    return any(way <= set(columns) for way in ways)
