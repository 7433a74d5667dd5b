"""Houses: a ward's list or the buildings of the roads file, those of the area, by group."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from fireaccess.model.answers import ObjectArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings, InputError
from fireaccess.model.layers import TABLES, kind_of
from fireaccess.model.phrases import Phrase
from fireaccess.model.text import nfc
from fireaccess.project import Project
from fireaccess.sources.coordinates import WGS84, transform_geometry
from fireaccess.sources.files import read_vector, tell_features, usable_shapes
from fireaccess.sources.intake import Intake
from fireaccess.sources.parts import has_rows, tables_in
from fireaccess.sources.roads import Roads
from fireaccess.sources.survey import PlaceNamed
from fireaccess.sources.tables import read_table

#: The group of houses that lie in none.
NO_GROUP: Final = "no group"


@dataclass(frozen=True, slots=True, eq=False)
class Houses:
    """The houses of the area, sorted by ``house_id``, in the analysis CRS.

    Parameters
    ----------
    frame
        Columns of SPEC §11 with ``group`` filled in; ``geometry`` is a point or an outline.
    wgs84
        The same geometries in EPSG:4326, as they were read.
    area
        The area in the analysis CRS.
    groups
        The outlines of the groups, with their names in ``group``, in the analysis CRS; no rows
        where the project names none.
    rows_read
        How many houses the source names.
    left_out
        How many of them were left out, by reason.
    """

    frame: gpd.GeoDataFrame
    wgs84: ObjectArray
    area: shapely.Geometry
    groups: gpd.GeoDataFrame
    rows_read: int
    left_out: Mapping[str, int]


def read_area(project: Project, *, findings: Findings | None = None) -> shapely.Geometry | None:
    """Read the project's area in WGS 84, or None if it names none.

    A project that names a place has the area that was fetched for it.

    Raises
    ------
    InputError
        If the file can't be read or holds no polygon.
    """
    if project.inputs.area is not None:
        return read_area_file(project.path(project.inputs.area), findings)
    if project.inputs.place is None:
        return None
    from fireaccess.sources.overpass import fetched

    found = fetched(project.roads)
    if found is None:
        raise InputError(
            Message(
                "the roads were changed since they were fetched, and what they were fetched for is "
                "not known any more"
            ),
            file=project.roads,
            remedy=Message(
                "name an area file in the project, or fetch them again under another name"
            ),
        )
    return found.area


def read_area_file(path: Path, findings: Findings | None = None) -> shapely.Geometry:
    """Read the polygons of a file as one area in WGS 84.

    Raises
    ------
    InputError
        If the file can't be read or holds no polygon.
    """
    frame = read_vector(path, what="area")
    told = Findings() if findings is None else findings
    shapes, usable = usable_shapes(frame.geometry, tell_features(path, told))
    if not usable.any():
        raise InputError(
            Message("the area is no place on earth"),
            file=path,
            remedy=Message("lon and lat look swapped: exchange the two, or export the layer again"),
        )
    area = shapely.union_all(shapes[usable])
    if shapely.area(area) == 0:
        raise InputError(
            Message("the area file holds no polygon"),
            file=path,
            remedy=Message("export the ward's boundary as a polygon"),
        )
    carried: shapely.Geometry = transform_geometry(area, CRS(frame.crs), WGS84)
    return carried


def read_house_rows(project: Project, roads: Roads, intake: Intake) -> gpd.GeoDataFrame:
    """Read all houses that the project names, in WGS 84, whatever area they lie in.

    Rows of a list that have an address and no coordinates stay, without a geometry.

    Parameters
    ----------
    project, roads
        The project, and its roads: their buildings are the houses if it says so.
    intake
        What a list is read against; its CRS is WGS 84.
    """
    if project.house_list is not None:
        return _read_list(project, project.house_list, intake)
    buildings = roads.buildings
    if buildings is None or len(buildings) == 0:
        raise InputError(
            Message("the roads file holds no building with an outline"),
            file=roads.file,
            remedy=Message('name a list of houses instead of houses = "osm"'),
        )
    return as_house_rows(buildings, None if roads.file is None else roads.file.name)


def read_footprints(
    project: Project, roads: Roads, rows: gpd.GeoDataFrame, area: shapely.Geometry
) -> gpd.GeoDataFrame:
    """Return the outlines of buildings that widths are measured between, near the area.

    Parameters
    ----------
    project
        The project, which names its list of houses.
    roads
        In the analysis CRS; their buildings are taken if there are any.
    rows
        Houses as `read_house_rows` returns them: else those of a list that are outlines.
    area
        The area in the analysis CRS; buildings as far from it as roads are loaded count too.

    Returns
    -------
    ``house_id`` and ``geometry`` in the analysis CRS, the name of their file in ``attrs["file"]``.

    Raises
    ------
    InputError
        If no building near the area has an outline.
    """
    found, file = roads.buildings, roads.file
    if (found is None or len(found) == 0) and project.house_list is not None:
        file = project.house_list
        geometry = transform_geometry(rows.geometry.to_numpy(), WGS84, roads.crs)
        found = gpd.GeoDataFrame({"house_id": rows["house_id"]}, geometry=geometry, crs=roads.crs)
    if found is not None:
        geometry = found.geometry.to_numpy()
        outlines = np.isin(shapely.get_type_id(geometry), (3, 6))
        near = outlines & shapely.dwithin(geometry, area, project.settings.load_margin_m)
        found = found[near].reset_index(drop=True)
    if found is None or len(found) == 0:
        raise InputError(
            Message("facade_widths = true, but no building near the area has an outline"),
            file=project.file,
            remedy=Message(
                "export the roads with their buildings, name a list of houses with outlines, or "
                "write facade_widths = false"
            ),
        )
    found.attrs["file"] = None if file is None else file.name
    return found


def as_house_rows(houses: gpd.GeoDataFrame, file: str | None) -> gpd.GeoDataFrame:
    """Return houses that come from no table with all columns that those of a table have.

    Parameters
    ----------
    houses
        ``house_id`` and ``geometry``, in WGS 84, and what else is known of them.
    file
        Name of the file that they come from.
    """
    frame = houses.copy()
    for key, rule in TABLES["houses"].columns.items():
        if key not in frame:
            frame[key] = np.nan if kind_of(rule) == "number" else None
    frame["file"] = file
    frame["sheet"] = None
    frame["row"] = pd.NA
    frame["original"] = None
    frame.attrs["rows_read"] = len(frame)
    frame.attrs["rows_left_out"] = 0
    return frame


def _read_list(project: Project, path: Path, intake: Intake) -> gpd.GeoDataFrame:
    rows = read_table(path, "houses", intake)
    workbook = project.survey_workbook
    if workbook is not None and workbook != path:
        sheets = tables_in(workbook, replace(intake, findings=Findings())).get("houses", [])
        if sheets and has_rows(sheets, "houses", workbook):
            intake.findings.add(
                "warning",
                "houses_twice",
                Message(
                    "the survey's sheet of houses is not read, since the project names {houses}"
                ),
                remedy=Message("write houses = {workbook!r} to read that sheet instead"),
                params={"houses": project.inputs.houses, "workbook": str(project.inputs.survey)},
                file=workbook.name,
                sheet=sheets[0].name,
            )
    if len(rows):
        return rows
    count = rows.attrs["rows_read"]
    first = next(f for f in intake.findings if f.file == path.name and f.severity == "error")
    raise InputError(
        Message("none of the {count} houses can be used; the first: {first}"),
        file=path,
        sheet=first.sheet,
        row=first.row,
        column=first.column,
        remedy=Phrase(first.remedy_in),
        fix=first.fix,
        count=count,
        first=Phrase(first.what_in),
    )


def select_houses(
    rows: gpd.GeoDataFrame,
    area: shapely.Geometry | None,
    project: Project,
    *,
    crs: CRS,
    findings: Findings,
    place_named: PlaceNamed,
) -> Houses:
    """Keep the houses of the area, once each, and give each its group.

    Parameters
    ----------
    rows
        Houses as `read_house_rows` returns them.
    area
        The project's area in WGS 84; None means the extent of the houses.
    project, crs, findings
        The project, the analysis CRS, and what takes note of rows left out.
    place_named
        Gives rows without coordinates the place that their address names.

    Raises
    ------
    InputError
        If no house lies in the area.
    """
    geometry = transform_geometry(rows.geometry.to_numpy(), WGS84, crs)
    frame = rows.set_geometry(gpd.GeoSeries(geometry, index=rows.index, crs=crs))
    name = str(rows["file"].iloc[0])
    left_out = {"not_readable": rows.attrs["rows_left_out"]}
    frame = place_named(frame, "houses")
    wgs84 = rows.geometry.to_numpy(copy=True)
    by_name = frame["placed_by"].notna().to_numpy()
    wgs84[by_name] = transform_geometry(frame.geometry.to_numpy()[by_name], crs, WGS84)
    placed = frame.geometry.notna().to_numpy()
    left_out["not_readable"] += int((~placed).sum())
    frame, wgs84 = frame[placed].reset_index(drop=True), wgs84[placed]
    if area is None:
        local = shapely.box(*frame.total_bounds)
    else:
        local = transform_geometry(area, WGS84, crs)
    shapely.prepare(local)
    inside = shapely.intersects(local, frame.geometry.to_numpy())
    if not inside.any():
        away_m = shapely.distance(local, frame.geometry.to_numpy())
        raise _outside(float(np.min(away_m, initial=np.inf)), len(frame), name)
    if not inside.all():
        left_out["outside_area"] = int((~inside).sum())
        findings.add(
            "hint",
            "outside_area",
            Message("{count} houses lie outside the area and are left out (first: {first})"),
            remedy=Message("nothing to do if the list covers more than the ward"),
            params={
                "count": left_out["outside_area"],
                "first": ", ".join(sorted(frame["house_id"][~inside])[:3]),
            },
            file=name,
            sheet=frame["sheet"].iloc[0],
            original=tuple(frame["original"][~inside].dropna()),
        )
    frame = _once_each(frame[inside], name, left_out, findings)
    wgs84 = wgs84[frame.index]
    frame = frame.reset_index(drop=True)
    groups = read_groups(project, crs, findings)
    frame["group"] = _groups(frame, groups, project, findings)
    if groups is None:
        groups = gpd.GeoDataFrame({"group": []}, geometry=[], crs=crs)
    return Houses(frame, wgs84, local, groups, rows.attrs["rows_read"], left_out)


def _outside(nearest_m: float, count: int, name: str) -> InputError:
    """Tell that no house lies in the area; infinity stands for no house at all."""
    if np.isinf(nearest_m):
        message = Message("none of the {count} houses lies in the area")
    elif nearest_m < 1000:
        message = Message(
            "none of the {count} houses lies in the area: the nearest is {metres:,.0f} m away"
        )
    else:
        message = Message(
            "none of the {count} houses lies in the area: the nearest is {km:,.1f} km away"
        )
    return InputError(
        message,
        file=name,
        remedy=Message(
            "check that lon and lat are not swapped and that area and houses are of the same ward"
        ),
        count=count,
        metres=nearest_m,
        km=nearest_m / 1000,
    )


def _once_each(
    frame: gpd.GeoDataFrame, name: str, left_out: dict[str, int], findings: Findings
) -> gpd.GeoDataFrame:
    """Sort by id; of two houses with one id keep the first in the order of places, then of text."""
    bounds = shapely.bounds(frame.geometry.to_numpy())
    keys = {"id": frame["house_id"].to_numpy(), "x": bounds[:, 0], "y": bounds[:, 1]}
    order = pd.DataFrame(keys, index=frame.index)
    twice = order["id"].duplicated(keep=False).to_numpy()
    cells = (
        frame[twice]
        .drop(columns=["file", "sheet", "row", "original", "geometry"])
        .itertuples(index=False)
    )
    order["text"] = ""
    order.loc[twice, "text"] = [f"{tuple(row)}" for row in cells]
    order = order.sort_values(["id", "x", "y", "text"], kind="stable")
    frame = frame.loc[order.index]
    again = frame["house_id"].duplicated().to_numpy()
    for i in np.flatnonzero(again):
        row = frame["row"].iloc[i]
        findings.add(
            "error",
            "house_twice",
            Message("the house {house_id} stands in the list twice; this row is left out"),
            remedy=Message("give every house its own house_id"),
            params={"house_id": frame["house_id"].iloc[i]},
            file=name,
            sheet=frame["sheet"].iloc[i],
            row=None if pd.isna(row) else int(row),
            column="house_id",
            value=frame["house_id"].iloc[i],
            original=tuple(frame["original"].iloc[i : i + 1].dropna()),
        )
    if again.any():
        left_out["house_twice"] = int(again.sum())
    return frame[~again]


def read_groups(project: Project, crs: CRS, findings: Findings) -> gpd.GeoDataFrame | None:
    """Read the residential groups (tổ dân phố) sorted by name, or None if none are named.

    A feature without a name or a usable outline is told of and left out.

    Raises
    ------
    InputError
        If the file can't be read or has no column ``group``.
    """
    if project.inputs.groups is None:
        return None
    path = project.path(project.inputs.groups)
    frame = read_vector(path, what="groups")
    if "group" not in frame:
        raise InputError(
            Message("the groups file has no column 'group'"),
            file=path,
            remedy=Message("name the column of names 'group'; found: {columns}"),
            columns=", ".join(frame.columns),
        )
    tell = tell_features(path, findings)
    shapes, usable = usable_shapes(frame.geometry, tell)
    named = frame["group"].notna().to_numpy()
    for i in np.flatnonzero(usable & ~named):
        tell(
            i,
            "group",
            "blank",
            Message("the group has no name"),
            Message("give it one; it is left out"),
        )
    usable &= named
    local = transform_geometry(shapes[usable], CRS(frame.crs), crs)
    names = [nfc(str(name)) for name in frame["group"][usable]]
    groups = gpd.GeoDataFrame({"group": names}, geometry=list(local), crs=crs)
    return groups.sort_values("group", kind="stable").reset_index(drop=True)


def _groups(
    frame: gpd.GeoDataFrame,
    groups: gpd.GeoDataFrame | None,
    project: Project,
    findings: Findings,
) -> pd.Series:
    if groups is None:
        return pd.Series(frame["group"].where(frame["group"].notna(), NO_GROUP))
    places = frame.geometry.to_numpy()
    if (shapely.get_type_id(places) != 0).any():
        places = shapely.point_on_surface(places)
    group, house = shapely.STRtree(places).query(groups.geometry.to_numpy(), "intersects")
    # A house on a common edge belongs to the group whose name comes first.
    first = pd.Series(group).groupby(house).min()
    names = pd.Series(NO_GROUP, index=frame.index, dtype=object)
    names.iloc[first.index] = groups["group"].to_numpy()[first.to_numpy()]
    if len(first) == 0:
        findings.add(
            "error",
            "no_house_in_a_group",
            Message("no house lies in any of the {count} groups"),
            remedy=Message(
                "check that the groups are those of this ward and in the CRS that they name"
            ),
            params={"count": len(groups)},
            file=project.inputs.groups,
        )
    return names
