"""Tables of an office, cell by cell, whatever file they come in, with the row each came from.

A cell that can't be read is told with file, sheet, row and column, and the rest of its row is
used; a row whose required cell or place can't be read is left out, told with its text, and
counted. Nothing else is ever dropped, and nothing is corrected but what was accepted.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pandera.pandas as pa
import shapely
from pyproj import CRS

from fireaccess.model.answers import BoolArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError
from fireaccess.model.layers import ALL_TABLES, kind_of, may_be_ahead, needs_place, stacked
from fireaccess.project import MappingSection
from fireaccess.sources.cells import Cells, check_cells
from fireaccess.sources.coordinates import WGS84, transform_geometry
from fireaccess.sources.files import usable_shapes
from fireaccess.sources.headings import has_place
from fireaccess.sources.intake import Intake
from fireaccess.sources.mistakes import recognise, tell_mistake
from fireaccess.sources.parts import Part, as_column, joined_cells, named_crs, read_parts
from fireaccess.sources.places import read_places
from fireaccess.sources.sheets import Sheet


def read_table(
    path: Path, name: str, intake: Intake, *, sheets: Sequence[Sheet] | None = None
) -> gpd.GeoDataFrame:
    """Read one table of SPEC §11: typed columns, ``geometry``, ``file``, ``sheet`` and ``row``.

    Rows without coordinates that name a road or an address stay, without a geometry.

    Parameters
    ----------
    path
        CSV, a workbook, or a vector file.
    name
        The table's key in the project file, such as ``widths``.
    intake
        What it is read against.
    sheets
        The sheets of a survey workbook that hold the table.

    Raises
    ------
    InputError
        If the file can't be read, has no row, or lacks a required column.
    """
    mapping = intake.mappings.get(name, MappingSection())
    parts = read_parts(path, name, mapping, intake, sheets)
    frames = []
    for k, part in enumerate(parts, start=1):
        fixes = name if k == 1 else f"{name}-{k}"
        frames.append(_read_part(part, path, name, fixes, mapping, intake))
    if len(frames) == 1:
        return frames[0]
    whole = stacked([pd.DataFrame(frame) for frame in frames], list(frames[0].columns))
    for column, rule in ALL_TABLES[name].columns.items():
        if kind_of(rule) == "number":
            whole[column] = whole[column].astype(float)
    whole["row"] = whole["row"].astype(np.int64)
    table = gpd.GeoDataFrame(whole, geometry="geometry", crs=intake.crs)
    for count in ("rows_read", "rows_left_out"):
        table.attrs[count] = sum(frame.attrs[count] for frame in frames)
    return table


def _read_part(
    part: Part, path: Path, name: str, fixes: str, mapping: MappingSection, intake: Intake
) -> gpd.GeoDataFrame:
    schema = ALL_TABLES[name]
    raw = part.raw
    accepted = intake.accepted.get(path.name, frozenset())
    _require_columns(part, schema, path, fixes)
    reader = Cells(part, path, intake)
    reader.tell_headings(name, fixes, accepted)
    for row in part.too_long:
        intake.findings.add(
            "error",
            "too_many_cells",
            Message("the row has more cells than the heading: which belongs where can't be told"),
            remedy=Message(
                "put the cell that holds a comma into quotation marks, or save the sheet anew; "
                "the row is left out"
            ),
            file=path.name,
            row=row.number,
            value=", ".join(filter(None, row.cells[part.columns.width :])),
            original=(joined_cells(row.cells),),
        )
    waiting = reader.tell_waiting(name)
    frame = pd.DataFrame(index=raw.index)
    for column, rule in schema.columns.items():
        if column not in raw:
            frame[column] = np.nan if kind_of(rule) == "number" else as_column([None] * len(raw))
            continue
        frame[column] = reader.read(name, column, rule)
        if kind_of(rule) == "date" and not may_be_ahead(rule):
            reader.tell_ahead(column, frame[column])
    reader.tell_centimetres(frame, fixes, accepted)
    usable = check_cells(frame, schema, reader) & ~waiting
    named = _names_a_place(raw)
    required = needs_place(schema)
    if part.place is None:
        places = read_places(
            raw,
            reader.tell,
            project_crs=intake.project_crs,
            crs=named_crs(mapping, name, intake),
            ground=intake.ground,
            name=fixes,
            accepted=accepted,
            required=required,
            named=named,
            file=path,
        )
        geometry = places.points(intake.crs)
        placed = places.ok | (named & ~places.given) | (not required)
    else:
        geometry, placed = _shapes(
            part.place, reader, intake, fixes, accepted, required=required, named=named
        )
    usable &= placed
    frame["file"] = path.name
    frame["sheet"] = as_column([part.sheet] * len(raw))
    frame["row"] = raw["row"]
    frame["original"] = as_column(part.texts)
    if "address" not in frame and "address" in raw:
        frame["address"] = raw["address"]
    table = gpd.GeoDataFrame(
        frame, geometry=gpd.GeoSeries(geometry, index=raw.index, crs=intake.crs)
    )
    table = table[usable].reset_index(drop=True)
    table.attrs["rows_read"] = len(raw) + len(part.too_long)
    table.attrs["rows_left_out"] = table.attrs["rows_read"] - len(table)
    return table


def _names_a_place(raw: pd.DataFrame) -> BoolArray:
    """Which rows name a road or an address."""
    named = np.zeros(len(raw), dtype=bool)
    for column in ("road_name", "address"):
        if column in raw:
            named |= raw[column].notna().to_numpy()
    return named


def _require_columns(part: Part, schema: pa.DataFrameSchema, path: Path, fixes: str) -> None:
    required = [name for name, rule in schema.columns.items() if rule.required]
    columns = part.columns
    if needs_place(schema) and part.place is None and not has_place(part.raw.columns):
        required += [name for name in ("lon", "lat") if name not in part.raw.columns]
    for column in required:
        if column in part.raw.columns:
            continue
        near = [text for text, meant in columns.near.items() if meant == column]
        found = ", ".join(columns.heading_of.values())
        fix = f"{fixes}-heading-{column}" if near else None
        if near:
            remedy = Message(
                "rename {near!r} to {needed!r}, or accept it: fireaccess check PROJECT "
                "--accept-fix {accept}"
            )
        elif found:
            remedy = Message("add it; the columns found are: {found}")
        else:
            remedy = Message("add it; the columns found are: none")
        raise InputError(
            Message("the {table} table has no column {needed!r}"),
            file=path,
            sheet=part.sheet,
            remedy=remedy,
            fix=fix,
            table=schema.name,
            needed=column,
            near=near[0] if near else None,
            accept=fix,
            found=found,
        )


def _shapes(
    place: gpd.GeoSeries,
    reader: Cells,
    intake: Intake,
    fixes: str,
    accepted: frozenset[str],
    *,
    required: bool,
    named: BoolArray,
) -> tuple[Any, BoolArray]:
    """Carry the shapes of a layer to the analysis CRS and mend what is not valid."""
    blank = named if required else np.ones(len(place), dtype=bool)
    shapes, usable = usable_shapes(place, reader.tell, may_be_blank=blank)
    given = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    crs = CRS(place.crs)
    carried = np.full(len(shapes), None, dtype=object)
    carried[usable] = transform_geometry(shapes[usable], crs, intake.crs)
    if intake.ground is not None:
        middle = shapely.centroid(np.where(usable, shapes, None))
        x, y = shapely.get_x(middle), shapely.get_y(middle)
        roads = next(
            (reader.raw[c].tolist() for c in ("road_name", "address") if c in reader.raw), None
        )
        for mistake in recognise(intake.ground, x, y, crs, roads=roads):
            rows, fix = mistake.rows, f"{fixes}-{mistake.slug}"
            usable[rows] = tell_mistake(
                mistake, reader.tell, "geometry", fix=fix, accepted=accepted, needed=required
            )
            carried[rows] = None
            if usable[rows].all():
                right = shapely.transform(shapes[rows], mistake.correction.apply, interleaved=False)  # type: ignore[arg-type]
                carried[rows] = transform_geometry(right, WGS84, intake.crs)
    return carried, usable | (blank & ~given) | (not required)
