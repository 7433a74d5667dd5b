"""The ward's own survey: its tables read, twice-entered objects settled, nothing lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.layers import LAYERS, TABLES, kind_of, needs_place, stacked
from fireaccess.project import Project
from fireaccess.sources.intake import Intake
from fireaccess.sources.parts import has_rows, tables_in
from fireaccess.sources.tables import read_table

#: Gives the rows of a table that have no coordinates the place that their road or address has.
PlaceNamed = Callable[[gpd.GeoDataFrame, str], gpd.GeoDataFrame]

#: Survey tables in the order in which the evidence lists them.
SURVEY_TABLES: Final = tuple(name for name in TABLES if name != "houses")

#: What a row of each table is called in the evidence and in ``stopped_by``.
OBJECT_KIND: Final[Mapping[str, str]] = {
    "widths": "reading",
    "clearances": "clearance",
    "barriers": "barrier",
    "water": "water",
    "fire_points": "fire_point",
    "solutions": "solution",
    "stations": "station",
    "violations": "violation",
    "approved": "approved",
}

#: The figure of each table that the evidence quotes.
_VALUE: Final[Mapping[str, str]] = {
    "widths": "width_m",
    "clearances": "height_m",
    "barriers": "type",
    "water": "type",
    "fire_points": "contents",
    "solutions": "type",
    "stations": "name",
    "violations": "kind",
    "approved": "road_name",
}


@dataclass(frozen=True, slots=True, eq=False)
class Survey:
    """The survey's tables, one frame each, sorted by ``object_id``; absent tables are empty.

    Parameters
    ----------
    tables
        Usable rows that stand: typed columns, ``geometry`` in the analysis CRS, ``file``,
        ``sheet``, ``row``, and ``placed_by`` (None, name or address).
    replaced
        Earlier rows of an ``object_id`` that a later one replaces, with ``replaced_by``; and risers
        that don't work, which are neither water nor a solution.
    rows_read, rows_left_out
        Counts by table.
    """

    tables: Mapping[str, gpd.GeoDataFrame]
    replaced: Mapping[str, gpd.GeoDataFrame]
    rows_read: Mapping[str, int]
    rows_left_out: Mapping[str, int]

    def __getitem__(self, name: str) -> gpd.GeoDataFrame:
        return self.tables[name]

    def rows_of_objects(self) -> dict[str, dict[str, Any]]:
        """Return file, sheet and row of each surveyed object, by ``kind:id``."""
        return {
            f"{OBJECT_KIND[name]}:{object_id}": {"file": file, "sheet": sheet, "row": int(row)}
            for name, frame in self.tables.items()
            if "object_id" in frame
            for object_id, file, sheet, row in zip(
                frame["object_id"], frame["file"], frame["sheet"], frame["row"], strict=True
            )
        }

    def evidence(self) -> pd.DataFrame:
        """Return one row for each surveyed row, used or replaced, with where it came from."""
        parts = []
        for name in SURVEY_TABLES:
            for frame, used in ((self.tables[name], True), (self.replaced[name], False)):
                if len(frame):
                    parts.append(_evidence_rows(name, frame, used=used))
        return stacked(parts, LAYERS["evidence"])


def _evidence_rows(name: str, frame: gpd.GeoDataFrame, *, used: bool) -> pd.DataFrame:
    def column(key: str) -> pd.Series:
        if key in frame:
            return pd.Series(frame[key])
        return pd.Series([None] * len(frame), index=frame.index, dtype=object)

    ids = frame["object_id"] if "object_id" in frame else frame["row"].astype(str)
    value = column(_VALUE[name])
    return pd.DataFrame(
        {
            "object": f"{OBJECT_KIND[name]}:" + ids,
            "source": "survey",
            "file": frame["file"],
            "sheet": frame["sheet"],
            "row": frame["row"],
            "value": [None if v is None or pd.isna(v) else f"{v}" for v in value],
            "date": _dates(frame),
            "method": _methods(column("method"), column("placed_by")),
            "accuracy_m": pd.to_numeric(column("accuracy_m")),
            "used": used,
            "replaced_by": column("replaced_by"),
        },
        index=frame.index,
    )


def _methods(method: pd.Series, placed_by: pd.Series) -> list[str | None]:
    """Return how each row was measured, and that its place was taken from a name."""
    return [
        how if by is None else f"placed by {by}" + (f"; {how}" if how is not None else "")
        for how, by in zip(method, placed_by, strict=True)
    ]


def _dates(frame: gpd.GeoDataFrame) -> pd.Series:
    """Return when each row was observed: its date, else when it was last checked."""
    found = pd.Series([None] * len(frame), index=frame.index, dtype=object)
    for key in ("date", "last_checked", "checked", "found"):
        if key in frame:
            found = found.where(found.notna(), frame[key])
    return found


def read_survey(project: Project, intake: Intake, place_named: PlaceNamed) -> Survey:
    """Read every survey table that the project names.

    The same ``object_id`` twice: the later date replaces, the earlier stays in the evidence.
    Water rows of type ``riser`` are no water: they become solutions, with a hint.

    Parameters
    ----------
    project
        Names the tables, one by one or as one workbook.
    intake
        What they are read against.
    place_named
        Gives rows without coordinates the place that their road or address has.

    Raises
    ------
    InputError
        If a table can't be read or lacks a required column.
    """
    crs, findings = intake.crs, intake.findings
    workbook = project.survey_workbook
    sheets = {} if workbook is None else tables_in(workbook, intake)
    tables: dict[str, gpd.GeoDataFrame] = {}
    replaced: dict[str, gpd.GeoDataFrame] = {}
    read: dict[str, int] = {}
    left_out: dict[str, int] = {}
    for name in SURVEY_TABLES:
        value = getattr(project.survey, name)
        path = workbook if name in sheets else None if value is None else project.path(value)
        if path is None or (name in sheets and not has_rows(sheets[name], name, path)):
            tables[name] = _empty(name, crs)
            replaced[name] = _empty(name, crs)
            continue
        frame = read_table(path, name, intake, sheets=sheets.get(name))
        read[name] = frame.attrs["rows_read"]
        left_out[name] = frame.attrs["rows_left_out"]
        if needs_place(TABLES[name]):
            frame = place_named(frame, name)
            placed = frame.geometry.notna().to_numpy()
            left_out[name] += int((~placed).sum())
            frame = frame[placed].reset_index(drop=True)
        tables[name], replaced[name] = _settle_twice_entered(frame, findings)
    tables["water"], risers, dead = _split_risers(tables["water"], findings)
    if len(dead):
        unused = stacked([replaced["water"], dead], [*dead.columns, "replaced_by"])
        replaced["water"] = gpd.GeoDataFrame(unused, geometry="geometry", crs=crs)
    if len(risers):
        own = tables["solutions"]
        joined = stacked([own, risers], list(own.columns))
        joined["serves_m"] = joined["serves_m"].astype(float)
        tables["solutions"] = gpd.GeoDataFrame(joined, geometry="geometry", crs=crs)
    return Survey(tables, replaced, read, left_out)


@lru_cache(maxsize=64)
def _empty(name: str, crs: CRS) -> gpd.GeoDataFrame:
    columns = {
        key: pd.Series(dtype=float if kind_of(rule) == "number" else object)
        for key, rule in TABLES[name].columns.items()
    }
    columns |= {
        "file": pd.Series(dtype=object),
        "sheet": pd.Series(dtype=object),
        "row": pd.Series(dtype="int64"),
        "original": pd.Series(dtype=object),
        "placed_by": pd.Series(dtype=object),
    }
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries([], crs=crs), crs=crs)


def _settle_twice_entered(
    frame: gpd.GeoDataFrame, findings: Findings
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Keep the latest row of each object; rows without a date to tell are told of."""
    if "object_id" not in frame:
        return frame, frame.iloc[:0].copy()
    dates = _dates(frame).fillna("")
    cells = frame.drop(columns=["file", "sheet", "row", "original", "geometry"]).itertuples(
        index=False
    )
    content = [f"{row}" for row in zip(cells, frame.geometry.to_wkt(), strict=True)]
    order = pd.DataFrame(
        {"id": frame["object_id"], "date": dates, "content": content}, index=frame.index
    )
    order = order.sort_values(["id", "date", "content"], kind="stable")
    frame = frame.loc[order.index]
    last = ~order["id"].duplicated(keep="last")
    same = order.duplicated(["id", "date"], keep=False) & ~order.duplicated(keep=False)
    for i in order.index[same & last]:
        findings.add(
            "warning",
            "entered_twice",
            Message(
                "{object_id} stands in the table more than once with the same date or none: which "
                "row is right can't be told"
            ),
            remedy=Message("give each row its date, or delete the wrong ones"),
            params={"object_id": frame["object_id"][i]},
            file=frame["file"][i],
            sheet=frame["sheet"][i],
            row=int(frame["row"][i]),
            column="object_id",
            value=frame["object_id"][i],
        )
    kept = frame[last].reset_index(drop=True)
    titles = ["" if name is None else f" sheet {name}" for name in kept["sheet"]]
    sheet = pd.Series(titles, index=kept.index, dtype=object)
    row_of = pd.Series(kept["file"] + sheet + " row " + kept["row"].astype(str))
    row_of = row_of.set_axis(kept["object_id"])
    earlier = frame[~last].reset_index(drop=True)
    return kept, earlier.assign(replaced_by=earlier["object_id"].map(row_of))


def _split_risers(
    water: gpd.GeoDataFrame, findings: Findings
) -> tuple[gpd.GeoDataFrame, gpd.GeoDataFrame, gpd.GeoDataFrame]:
    """Return water, risers that work as solutions, and risers that don't."""
    riser = (water["type"] == "riser").to_numpy()
    if not riser.any():
        return water, water.iloc[:0], water.iloc[:0]
    rows = water[riser]
    findings.add(
        "hint",
        "riser_is_no_water",
        Message(
            "{count} rows of type riser are no water of their own: those that work are taken as "
            "solutions"
        ),
        remedy=Message("move them to the table of solutions"),
        params={"count": int(riser.sum())},
        file=str(rows["file"].iloc[0]),
        sheet=rows["sheet"].iloc[0],
        column="type",
    )
    works = np.array([value is not False for value in rows["working"]], dtype=bool)
    installed = rows[works]
    solutions = installed[
        ["object_id", "type", "date", "file", "sheet", "row", "original", "placed_by", "geometry"]
    ].copy()
    solutions["serves_m"] = np.nan
    solutions["road_name"] = pd.Series([None] * len(solutions), solutions.index, dtype=object)
    return water[~riser].reset_index(drop=True), solutions, rows[~works]
