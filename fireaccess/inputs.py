"""The inputs: all that a project's files hold, read, checked and in one CRS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import shapely
from pyproj import CRS

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings, InputError, NormError, ProjectError
from fireaccess.model.layers import TABLES
from fireaccess.model.norm import Norm, load_norm
from fireaccess.model.vehicle import Vehicle, load_vehicle
from fireaccess.project import Project
from fireaccess.sources.candidates import read_candidates
from fireaccess.sources.coordinates import WGS84, analysis_crs, transform_geometry
from fireaccess.sources.costs import Costs, example_costs, read_costs
from fireaccess.sources.elevation import Elevation, read_elevation
from fireaccess.sources.fixes import accepted_fixes
from fireaccess.sources.flood import Flood, read_flood
from fireaccess.sources.ground import Ground
from fireaccess.sources.houses import (
    Houses,
    read_area,
    read_footprints,
    read_house_rows,
    select_houses,
)
from fireaccess.sources.intake import Intake
from fireaccess.sources.named import addresses, place_by_name
from fireaccess.sources.osm import is_osm_file, read_osm
from fireaccess.sources.population import read_population, spread, stand_ins
from fireaccess.sources.roads import Roads
from fireaccess.sources.survey import Survey, read_survey


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """All that a project's files hold, read and in the analysis CRS."""

    norm: Norm
    vehicle: Vehicle
    crs: CRS
    roads: Roads
    houses: Houses
    survey: Survey
    findings: Findings
    vehicles: tuple[Vehicle, ...] = ()
    flood: Flood | None = None
    elevation: Elevation | None = None
    footprints: gpd.GeoDataFrame | None = None
    costs: Costs = field(default_factory=example_costs)
    candidates: gpd.GeoDataFrame | None = None


def read_inputs(project: Project, findings: Findings) -> Inputs:
    """Read norm, vehicle, roads, houses and survey of a project.

    Parameters
    ----------
    project
        What `Project.open` returns.
    findings
        Takes what is wrong within a file.

    Raises
    ------
    FireaccessError
        If a file can't be used.
    """
    with told_of(project):
        norm = load_norm(_shipped_or_path(project, project.options.norm))
        vehicle = load_vehicle(_shipped_or_path(project, project.options.vehicle))
        vehicles = _vehicles(project)
        crs_name = project.options.crs
        named = None if crs_name == "auto" else analysis_crs(crs_name, (0,) * 4)
    roads = _read_roads(project)
    area = read_area(project, findings=findings)
    intake = Intake(
        crs=WGS84,
        project_crs=named,
        findings=findings,
        ground=Ground.of(roads, area, project.settings.load_margin_m, zone=named),
        mappings=project.inputs.mappings,
        accepted=accepted_fixes(project, findings),
    )
    grid = project.population
    if project.inputs.houses is None and grid is not None:
        rows = _cells_as_houses(project, grid, area, findings)
    else:
        rows = read_house_rows(project, roads, intake)
    if len(rows) == 0:
        raise InputError(
            Message("no house can be used"),
            file=project.inputs.houses,
            remedy=Message("correct the findings of `fireaccess check`"),
        )
    if area is None and not rows.geometry.notna().any():
        raise InputError(
            Message("the project names no area, and no house has coordinates"),
            file=project.inputs.houses,
            remedy=Message(
                "name an area file in the project, or give the houses their coordinates"
            ),
        )
    bounds = rows.total_bounds if area is None else shapely.bounds(area)
    crs = analysis_crs(crs_name, tuple(bounds))
    local = roads.to_crs(crs)
    named_in = None if area is None else transform_geometry(area, WGS84, crs)
    at_address: dict[str, shapely.Geometry] = {}

    def place_named(frame: gpd.GeoDataFrame, table: str) -> gpd.GeoDataFrame:
        if table == "houses":
            at_address.update(addresses(frame))
        column = "road_name" if "road_name" in TABLES[table].columns else "address"
        return place_by_name(
            frame, local, column, named_in, known=at_address, findings=findings, what=table
        )

    houses = select_houses(rows, area, project, crs=crs, findings=findings, place_named=place_named)
    if project.inputs.houses is not None and grid is not None:
        people = read_population(grid, houses.area, crs, findings)
        houses = spread(people, houses, findings)
    survey = read_survey(project, replace(intake, crs=crs), place_named)
    near = local.within(houses.area, project.settings.load_margin_m)
    flood = None
    if project.inputs.flood is not None:
        path, margin_m = project.path(project.inputs.flood), project.settings.load_margin_m
        flood = read_flood(path, houses.area, margin_m, crs, findings)
    elevation = None
    if project.inputs.elevation is not None:
        path, margin_m = project.path(project.inputs.elevation), project.settings.load_margin_m
        elevation = read_elevation(path, houses.area, crs, margin_m, findings)
    footprints = None
    if project.options.facade_widths:
        footprints = read_footprints(project, near, rows, houses.area)
    costs, candidates = example_costs(), None
    if project.inputs.costs is not None:
        costs = read_costs(project.path(project.inputs.costs), intake)
    if project.inputs.candidates is not None:
        path, margin_m = project.path(project.inputs.candidates), project.settings.load_margin_m
        candidates = read_candidates(path, replace(intake, crs=crs), houses.area, margin_m)
    return Inputs(
        norm,
        vehicle,
        crs,
        near,
        houses,
        survey,
        findings,
        vehicles,
        flood,
        elevation,
        footprints,
        costs,
        candidates,
    )


def _cells_as_houses(
    project: Project, grid: Path, area: shapely.Geometry | None, findings: Findings
) -> gpd.GeoDataFrame:
    """Return the cells of the population grid in place of the houses that the project lacks."""
    if area is None:
        raise InputError(
            Message("the project names neither an area nor houses"),
            file=project.file,
            remedy=Message("name an area file in the project"),
        )
    crs = analysis_crs(project.options.crs, tuple(shapely.bounds(area)))
    local = transform_geometry(area, WGS84, crs)
    return stand_ins(read_population(grid, local, crs, findings), findings)


def _vehicles(project: Project) -> tuple[Vehicle, ...]:
    """Read the vehicles that are compared, in the order of the project file."""
    vehicles: dict[str, Vehicle] = {}
    for name in project.options.vehicles:
        vehicle = load_vehicle(_shipped_or_path(project, name))
        if vehicle.name in vehicles:
            raise ProjectError(
                Message("project.vehicles names {vehicle!r} twice"),
                file=project.file,
                remedy=Message("name every vehicle once, and give each file a name of its own"),
                vehicle=vehicle.name,
            )
        vehicles[vehicle.name] = vehicle
    return tuple(vehicles.values())


@contextmanager
def told_of(project: Project) -> Iterator[None]:
    """Let an error about a value of the project file name that file."""
    try:
        yield
    except (NormError, ProjectError) as error:
        told = error.finding
        if told.file is not None:
            raise
        raise type(error)(
            told.message, file=project.file, remedy=told.remedy, **told.params
        ) from None


def _shipped_or_path(project: Project, name: str) -> Any:
    own = project.path(name)
    return own if name.endswith(".toml") else name


def _read_roads(project: Project) -> Roads:
    path = project.roads
    if project.inputs.roads is None and not path.is_file():
        raise ProjectError(
            Message("the roads of {place!r} are not here yet"),
            file=project.file,
            remedy=Message("run `fireaccess fetch PROJECT` first, once, with a network"),
            place=project.inputs.place,
        )
    buildings = project.inputs.houses == "osm" or project.options.facade_widths
    if is_osm_file(path):
        return read_osm(path, buildings=buildings)
    if path.suffix.lower() == ".graphml":
        from fireaccess.sources.graph import read_graphml

        return read_graphml(path)
    from fireaccess.sources.lines import read_lines

    return read_lines(path, snap_m=project.settings.snap_m)
