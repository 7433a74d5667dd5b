"""The office's own places for hydrants and fire points: where it wants the plan to look."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.model.answers import BoolArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings, InputError, Severity
from fireaccess.sources.intake import Intake
from fireaccess.sources.tables import read_table

#: The columns of candidates, beside their points.
COLUMNS: Final = ("candidate_id", "kind", "cost_vnd", "file", "sheet", "row")
_TABLE: Final = "candidates"
_BOTH: Final = "both"
#: Nearer to each other than this, two candidates are one place.
_SAME_PLACE_M: Final = 0.5


def read_candidates(
    path: Path, intake: Intake, area: shapely.Geometry, margin_m: float
) -> gpd.GeoDataFrame:
    r"""Read the office's own places for hydrants and fire points.

    Parameters
    ----------
    path
        A table with coordinates, or a layer; of shapes that are no points a point on them counts.
    intake
        What it is read against; its CRS is the analysis CRS.
    area
        The project's area in that CRS.
    margin_m
        Candidates farther than this from the area are left out.

    Returns
    -------
    ``candidate_id``, ``kind`` (``hydrant``, ``fire_point``, or None for both), ``cost_vnd`` (NaN
    where none is given), ``file``, ``sheet``, ``row`` and points, sorted by ``candidate_id``.

    Raises
    ------
    InputError
        If the file can't be read, or none of its rows can be used.

    Examples
    --------
    >>> import tempfile
    >>> from pyproj import CRS
    >>> intake = Intake(CRS.from_epsg(32648), None, Findings())
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "places.csv"
    ...     _ = path.write_text("id,x,y,crs,loại\nK1,50,60,EPSG:32648,trụ nước\n", "utf-8")
    ...     read_candidates(path, intake, shapely.box(0, 0, 99, 99), 500.0)["kind"].tolist()
    ['hydrant']
    """
    rows = read_table(path, _TABLE, intake)
    teller = _Teller(intake.findings)
    placed = rows.geometry.notna().to_numpy()
    teller.tell(
        rows[~placed],
        "no_place",
        Message("{count} candidates have an address and no coordinates: they can't be used"),
        Message("give lon and lat; they are left out"),
    )
    rows = rows[placed].reset_index(drop=True)
    rows["candidate_id"] = _ids(rows)
    kind = rows["kind"].to_numpy(dtype=object)
    rows["kind"] = pd.Series(np.where(kind == _BOTH, None, kind), dtype=object)
    rows = rows.set_geometry(
        gpd.GeoSeries(_as_points(rows, teller), index=rows.index, crs=intake.crs)
    )
    near = shapely.dwithin(rows.geometry.to_numpy(), area, margin_m)
    teller.tell(
        rows[~near],
        "candidate_far_away",
        Message("{count} candidates lie farther than {metres:g} m from the area (first: {first})"),
        Message("check their coordinates; they are left out"),
        severity="warning",
        metres=margin_m,
    )
    rows = _once_each(rows[near], teller)
    if len(rows) == 0:
        raise InputError(
            Message("none of the candidates can be used"),
            file=path,
            remedy=Message("correct the findings of `fireaccess check`"),
        )
    return rows[[*COLUMNS, "geometry"]].reset_index(drop=True)


def _ids(rows: gpd.GeoDataFrame) -> pd.Series:
    """Return the ids of the rows, those that have none by sheet and row."""
    sheets = ["" if sheet is None else f"{sheet} " for sheet in rows["sheet"]]
    several = len(set(sheets)) > 1
    return pd.Series(
        [
            f"{sheet if several else ''}{row}" if own is None else own
            for own, sheet, row in zip(rows["candidate_id"], sheets, rows["row"], strict=True)
        ],
        index=rows.index,
        dtype=object,
    )


def _as_points(rows: gpd.GeoDataFrame, teller: _Teller) -> Any:
    """Return a point for each row: of an outline one in it, of a line its middle."""
    shapes = rows.geometry.to_numpy()
    kinds = shapely.get_type_id(shapes)
    points = np.where(kinds == 0, shapes, shapely.point_on_surface(shapes))
    lines = np.isin(kinds, (1, 2))
    points[lines] = shapely.line_interpolate_point(shapes[lines], 0.5, normalized=True)
    teller.tell(
        rows[kinds != 0],
        "not_a_point",
        Message("{count} candidates are no points: a point on each counts (first: {first})"),
        Message("draw the points where they are to stand, if it matters"),
        severity="hint",
    )
    return points


def _once_each(rows: gpd.GeoDataFrame, teller: _Teller) -> gpd.GeoDataFrame:
    """Sort by id; of candidates with one id, or of one kind at one place, keep the first."""
    points = rows.geometry.to_numpy()
    order = pd.DataFrame(
        {
            "id": rows["candidate_id"],
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
            "kind": rows["kind"].fillna(""),
            "cost": rows["cost_vnd"],
        },
        index=rows.index,
    ).sort_values(["id", "x", "y", "kind", "cost"], kind="stable")
    rows = rows.loc[order.index].reset_index(drop=True)
    again = rows["candidate_id"].duplicated().to_numpy()
    for i in np.flatnonzero(again):
        teller.tell(
            rows.iloc[[i]],
            "candidate_twice",
            Message("the candidate {first} stands in the table twice"),
            Message("give every candidate its own candidate_id; this row is left out"),
        )
    rows = rows[~again].reset_index(drop=True)
    same = _same_place(rows)
    teller.tell(
        rows[same],
        "candidate_twice",
        Message("{count} candidates lie where another of the same kind does (first: {first})"),
        Message("delete one of the two; the one whose id comes first counts"),
        severity="warning",
    )
    return rows[~same]


def _same_place(rows: gpd.GeoDataFrame) -> BoolArray:
    """Which rows lie where one that is kept does."""
    again = np.zeros(len(rows), dtype=bool)
    kind = rows["kind"].fillna("").to_numpy(dtype=object)
    points = rows.geometry.to_numpy()
    first, second = shapely.STRtree(points).query(points, "dwithin", _SAME_PLACE_M)
    pairs = (first < second) & (kind[first] == kind[second])
    # Pairs in the order of the later one: whether the earlier is kept is known by then.
    for i, j in sorted(zip(second[pairs].tolist(), first[pairs].tolist(), strict=True)):
        again[i] |= not again[j]
    return again


class _Teller:
    """Tells of rows of the table, many in one finding."""

    def __init__(self, findings: Findings) -> None:
        self.findings = findings

    def tell(
        self,
        rows: gpd.GeoDataFrame,
        code: str,
        message: Message,
        remedy: Message,
        *,
        severity: Severity = "error",
        **params: Any,
    ) -> None:
        if len(rows) == 0:
            return
        rows = rows.sort_values(["file", "row"], kind="stable")
        numbers = tuple(int(row) for row in rows["row"])
        self.findings.add(
            severity,
            code,
            message,
            remedy=remedy,
            params={"count": len(rows), "first": rows["candidate_id"].iloc[0], **params},
            file=rows["file"].iloc[0],
            sheet=rows["sheet"].iloc[0],
            row=numbers[0],
            rows=numbers if len(numbers) > 1 else (),
            original=tuple(rows["original"].dropna()),
        )
