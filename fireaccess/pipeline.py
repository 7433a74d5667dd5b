"""The one place that runs the stages in order: sources, network, analysis, outputs."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import replace
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis import statistics as figures
from fireaccess.analysis.alleys import alley_table, find_alleys
from fireaccess.analysis.approved import approved_houses
from fireaccess.analysis.cells import goals_of
from fireaccess.analysis.dead_ends import dead_ends
from fireaccess.analysis.draft_points import draft_points
from fireaccess.analysis.houses import (
    add_flags,
    ask_where,
    find_doors,
    hose_lines,
    house_columns,
    truck_ways,
)
from fireaccess.analysis.reach import reach
from fireaccess.analysis.routes import routes_of
from fireaccess.analysis.side_by_side import Outcome, Variant, outcome_of, side_by_side
from fireaccess.analysis.water import (
    Objects,
    PointAnswers,
    WaterAnswers,
    gather,
    hydrant_gaps,
    need_a_stand,
    point_answers,
    water_answers,
    water_limits,
)
from fireaccess.analysis.water import houses_served as count_served
from fireaccess.inputs import Inputs, read_inputs, told_of
from fireaccess.model.answers import COVERED, BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings, InputError
from fireaccess.model.layers import SCENARIO_TABLES, stacked
from fireaccess.model.norm import Norm
from fireaccess.model.vehicle import Vehicle
from fireaccess.network.build import build_network
from fireaccess.network.checks import check_map, check_survey, no_alley_mapped
from fireaccess.network.evidence import evidence_table
from fireaccess.network.need import need_of, not_verified, turns_count
from fireaccess.network.network import Network
from fireaccess.network.obstacles import dealt_with_in_both
from fireaccess.network.passability import Passability, start_segments
from fireaccess.network.paths import foot_graph
from fireaccess.network.place import Places, Snapper
from fireaccess.network.scenario import best_case, worst_case
from fireaccess.network.stopping import corner_evidence, corner_obstacles
from fireaccess.outputs import layers
from fireaccess.outputs.result import Result
from fireaccess.outputs.sentences import Stops, house_sentences
from fireaccess.outputs.why import house_rows
from fireaccess.planning.plan import make_plan
from fireaccess.planning.ward import Ward
from fireaccess.project import Project
from fireaccess.sources.coordinates import WGS84, transform_geometry
from fireaccess.sources.named import BY_NAME
from fireaccess.sources.survey import Survey
from fireaccess.variants import driven_by, flooded, known, tell_no_starts

#: Told the name of each stage as it begins.
Progress = Callable[[str], None]

STAGES = ("read", "network", "analysis", "layers", "barriers", "siting", "draws")


def run(project: Project, *, progress: Progress | None = None) -> Result:
    """Compute a project's result; nothing is written.

    Parameters
    ----------
    project
        What `Project.open` returns.
    progress
        Told the name of each stage as it begins.

    Raises
    ------
    FireaccessError
        If an input can't be used, or no fire engine has anywhere to start from.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = run(Project.open(write_sample(Path(folder) / "ward")))
    >>> sorted(set(result.houses["road"].dropna()))
    ['covered', 'needs_survey', 'not_covered']
    """
    timings: dict[str, float] = {}

    @contextmanager
    def stage(name: str) -> Iterator[None]:
        if progress is not None:
            progress(name)
        begun = time.perf_counter()
        yield
        timings[name] = time.perf_counter() - begun

    findings = Findings()
    try:
        with stage("read"), told_of(project):
            inputs = read_inputs(project, findings)
        return compute(project, inputs, stage=stage, timings=timings)
    except InputError as error:
        error.earlier = findings.sorted()
        raise


def compute(
    project: Project,
    inputs: Inputs,
    *,
    stage: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext(),
    timings: dict[str, float] | None = None,
) -> Result:
    """Compute the result of inputs that are read.

    Parameters
    ----------
    project
        Its options and settings count; its files aren't read.
    inputs
        What `read_inputs` returns; findings are added to its own.
    stage
        Entered around each stage, by its name.
    timings
        Seconds of each stage, kept in the result.
    """
    norm, vehicle, findings = inputs.norm, inputs.vehicle, inputs.findings
    settings, survey = project.settings, inputs.survey
    houses = inputs.houses.frame
    with stage("network"):
        need = need_of(norm, vehicle, project.options.mode)
        roads = build_network(inputs.roads)
        surveyed, passability = known(project, inputs, roads, need, vehicle, findings)
        network = surveyed.network
        known_stations = _stations(inputs)
        stations, far_stations = _place_stations(
            known_stations, network, settings.snap_limit_m, findings
        )
        starts = _starts(project, inputs, network, passability, stations)
        _tell_obstacles_on_starts(network, passability, starts, survey, findings)
        base = Variant(
            "base", "base", vehicle.name, need, tuple(sorted(need.assumed)), passability, starts
        )
        variants = [*flooded(project, inputs, network, base)]
        for other in inputs.vehicles:
            variant, obstacles = driven_by(other, project, inputs, roads, base)
            variants.append(variant)
            surveyed = replace(
                surveyed, obstacles=dealt_with_in_both(surveyed.obstacles, obstacles)
            )
        tell_no_starts(variants, project, findings)
        area = inputs.houses.area
        roads_file = None if inputs.roads.file is None else inputs.roads.file.name
        findings.extend(check_survey(surveyed, survey, area, need=need, settings=settings))
        findings.extend(check_map(network, surveyed.obstacles, area, file=roads_file))
    with stage("analysis"):
        scenario = worst_case(network, passability, starts)
        best_scenario = best_case(network, passability, starts)
        worst, best = reach(network, scenario), reach(network, best_scenario)
        graph = foot_graph(network, scenario.foot_open)
        snapper = Snapper(network, network.has_doors)
        doors = find_doors(snapper, houses, settings)
        has_door = doors.places.found(doors.count)
        findings.extend(no_alley_mapped(houses, has_door, settings.snap_limit_m))
        worst_lines = hose_lines(graph, passability, worst, doors)
        best_lines = hose_lines(graph, passability, best, doors)
        columns = house_columns(
            network, doors, worst_lines, best_lines, worst.segments, houses, norm
        )
        truck = truck_ways(network, scenario, worst, norm, stations, doors, worst_lines)
        columns["truck_m"], columns["truck_s"] = truck.metres, truck.seconds
        mapped = inputs.roads.objects
        water_objects = need_a_stand(
            gather("water", survey, mapped, snapper, settings, findings),
            network,
            worst,
            best,
            norm.value_or_none("draft_m"),
        )
        point_objects = gather("fire_points", survey, mapped, snapper, settings, findings)
        water = water_answers(graph, water_objects, doors, houses, norm)
        points = point_answers(graph, point_objects, doors, houses, norm)
        columns = pd.concat([columns, water.columns, points.columns], axis=1)
        columns = ask_where(columns, (houses["placed_by"] == BY_NAME).to_numpy())
        if "estimate" in houses:
            columns["flags"] = add_flags(columns["flags"], houses["estimate"])
        columns["status"] = figures.house_status(columns)
        by_name = (houses["placed_by"] == BY_NAME).to_numpy()
        outcomes = [outcome_of(network, variant, doors, by_name, norm) for variant in variants]
        shown = shapely.intersects(area, network.lines)
        shown[doors.places.segment] = True
        of_segment, names = find_alleys(graph, worst, shown, worst_lines)
        alleys = alley_table(
            graph,
            passability,
            snapper,
            of_segment,
            names,
            worst=worst,
            best=best,
            worst_lines=worst_lines,
            best_lines=best_lines,
            doors=doors,
            houses=columns,
            water=water,
            points=points,
            water_ids=water_objects.frame["object_id"].to_numpy(dtype=object),
            obstacles=surveyed.obstacles,
            survey=survey,
            norm=norm,
            settings=settings,
            findings=findings,
        )
        columns["alley_id"] = doors.spread(alleys.ids(doors.places.segment), None)
        beside = side_by_side(
            Outcome(base, worst, best, columns),
            outcomes,
            houses,
            alleys=alleys,
            doors=doors,
            network=network,
            shown=shown,
        )
        columns["approved"] = approved_houses(
            survey["approved"],
            houses,
            doors.spread(network.way_name[network.segment_way[doors.places.segment]], ""),
            findings,
        )
        gaps = hydrant_gaps(
            network,
            scenario.foot_open,
            worst,
            water_objects,
            norm.value_or_none("hydrant_spacing_m"),
        )
        drafts = draft_points(
            graph,
            worst,
            best,
            inputs.roads.open_water,
            water_objects,
            doors,
            (columns["water"] == COVERED).to_numpy(dtype=bool),
            area,
            norm,
            None if inputs.elevation is None else inputs.elevation.sample,
        )
        nodes = shapely.points(network.node_xy)
        ends = dead_ends(
            network,
            passability.width_m,
            (scenario, worst),
            (best_scenario, best),
            # A station may stand on a side street: the arterials lead on all the same.
            through=starts | start_segments(network, passability, norm),
            beyond=~np.asarray(shapely.dwithin(nodes, area, settings.load_margin_m)),
            mapped=mapped,
            doors=doors,
            norm=norm,
            vehicle=vehicle,
            findings=findings,
        )
        stopped_by = [worst_lines.stopped_by, best_lines.stopped_by, alleys.frame["stopped_by"]]
        hindering, at_corners = _with_corners(
            surveyed.obstacles, network, passability, vehicle, np.concatenate(stopped_by)
        )
        obstacles = layers.obstacles_near(network, hindering, area, settings.same_object_m)
        routes = routes_of(
            graph,
            doors,
            houses.geometry.to_numpy(),
            worst=worst_lines,
            best=best_lines,
            water=water,
            points=points,
            water_objects=water_objects,
            point_objects=point_objects,
            truck=truck,
            stands_of_alleys=alleys.stand_node,
            barrier_nodes=obstacles["node"].to_numpy(dtype=np.int64),
        )
        ward = Ward(
            network=network,
            passability=passability,
            surveyed=surveyed,
            obstacles=obstacles,
            worst=scenario,
            best=best_scenario,
            worst_reach=worst,
            best_reach=best,
            graph=graph,
            snapper=snapper,
            doors=doors,
            worst_lines=worst_lines,
            best_lines=best_lines,
            houses=houses.reset_index(drop=True).join(columns.reset_index(drop=True)),
            by_name=by_name,
            alleys=alleys,
            water_objects=water_objects,
            point_objects=point_objects,
            water=water,
            points=points,
            drafts=drafts,
            vehicles=beside.tables.get(
                "alley_scenarios", pd.DataFrame(columns=list(SCENARIO_TABLES["alley_scenarios"]))
            ),
            area=area,
            norm=norm,
            settings=settings,
            costs=inputs.costs,
            candidates=inputs.candidates,
        )
    with stage("layers"):
        stops = Stops(network, passability, hindering, need)
        columns["reason_vi"], columns["reason_en"] = house_sentences(
            columns, doors, stops, norm, settings.snap_limit_m
        )
        evidence = evidence_table(
            network,
            passability,
            surveyed,
            survey,
            inputs.roads,
            norm,
            shown,
            surveyed.unplaced
            | water_objects.unplaced("water")
            | point_objects.unplaced("fire_point")
            | alleys.unplaced
            | far_stations,
            at_corners,
        )
        persons = project.options.personal_data
        served = _water_served(water_objects, water, norm)
        points_served = _points_served(point_objects, points, norm)
        frames = {
            "houses": layers.houses_layer(network, inputs.houses, columns, doors, worst_lines),
            "segments": layers.segments_layer(
                network, passability, worst, best, alleys, norm, shown
            ),
            "barriers": layers.barriers_layer(network, obstacles, persons=persons),
            "alleys": layers.alleys_layer(network, alleys),
            "water": layers.objects_layer(network, water_objects, served, "water"),
            "fire_points": layers.objects_layer(
                network, point_objects, points_served, "fire_points"
            ),
            "hydrant_gaps": layers.within_area(network, gaps, area),
            "dead_ends": layers.within_area(network, ends, area),
            "draft_points": layers.draft_points_layer(network, drafts),
            "violations": layers.violations_layer(network, survey["violations"]),
        }
        statistics = _statistics(project, inputs, frames, evidence)
        if beside.figures:
            statistics["scenarios"] = beside.figures
    return Result(
        project=project,
        norm=norm,
        vehicle=vehicle,
        **frames,
        evidence=evidence,
        statistics=statistics,
        findings=findings.sorted(),
        area=transform_geometry(area, network.crs, WGS84),
        network=network,
        stops=stops,
        house_rows=house_rows(inputs.houses, best_lines, water.water_best.distance_m, network),
        routes=routes,
        side_by_side=beside.tables,
        goals=goals_of(graph, worst, best, worst_lines, best_lines, water, points),
        stations=layers.stations_layer(network, known_stations),
        groups=layers.groups_layer(network, inputs.houses.groups),
        open_water=layers.open_water_layer(network, inputs.roads.open_water, area),
        ward=ward,
        openstreetmap=inputs.roads.openstreetmap,
        timings=timings or {},
    )


def plan(result: Result, *, progress: Progress | None = None) -> Result:
    """Return a result with a plan: what to do first, and what removing each barrier brings.

    Parameters
    ----------
    result
        What `run` returns.
    progress
        Told the name of each stage as it begins.

    Raises
    ------
    ProjectError
        If nothing says in which month to begin.
    ValueError
        If the result was not computed by `run`, but put together.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     result = run(Project.open(write_sample(Path(folder) / "commune", kind="commune")))
    >>> planned = plan(result)
    >>> planned.plan["measures"]["measure_id"].tolist()
    ['reading:W4', 'barrier:B1']
    """
    if result.ward is None:
        raise ValueError("this result holds no ward to plan for")
    project, as_of = result.project, result.statistics["dates"]["newest_evidence"]
    with told_of(project):
        made, gains = make_plan(
            result.ward,
            project.plan,
            as_of=None if as_of is None else date.fromisoformat(as_of),
            deadline=project.options.deadline,
            targets=project.targets,
            progress=progress or (lambda _: None),
        )
    barriers = result.barriers.join(gains.set_axis(result.barriers.index))
    return replace(result, barriers=barriers, plan=made)


def _with_corners(
    obstacles: pd.DataFrame,
    network: Network,
    passability: Passability,
    vehicle: Vehicle,
    stopped_by: ObjectArray,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the obstacles and the corners at which trucks stop, and the evidence for those."""
    if passability.corners is None:
        return obstacles, pd.DataFrame()
    corners = corner_obstacles(network, passability.corners, vehicle, stopped_by)
    evidence = corner_evidence(corners, passability.corners, passability.width_m, vehicle)
    return stacked([obstacles, corners], list(corners.columns)), evidence


def _stations(inputs: Inputs) -> gpd.GeoDataFrame:
    """Return surveyed and mapped fire stations."""
    own, mapped = inputs.survey["stations"], inputs.roads.objects
    mapped = mapped[mapped["kind"] == "stations"]
    columns = ["object_id", "name", "source", "file", "sheet", "row", "geometry"]
    rows = stacked([own.assign(source="survey"), mapped.assign(source="osm")], columns)
    return gpd.GeoDataFrame(rows, geometry="geometry", crs=inputs.crs)


def _place_stations(
    stations: gpd.GeoDataFrame, network: Network, limit_m: float, findings: Findings
) -> tuple[Places | None, frozenset[str]]:
    """Put fire stations on the network.

    Returns
    -------
    Their places, None if there is none; and the surveyed ones too far from any road.
    """
    if len(stations) == 0:
        return None, frozenset()
    drivable = network.for_trucks & ~network.beside_a_road
    places = Snapper(network, drivable).nearest(stations.geometry.to_numpy(), limit_m)
    far = ~places.found(len(stations)) & (stations["source"] == "survey").to_numpy()
    for i in np.flatnonzero(far):
        row = stations.iloc[i]
        findings.add(
            "error",
            "far_from_any_road",
            Message("{object_id} is farther than {limit_m:g} m from any road; it is not used"),
            remedy=Message("check its coordinates, or map the road in OpenStreetMap"),
            params={"object_id": row["object_id"], "limit_m": limit_m},
            file=row["file"],
            sheet=row["sheet"],
            row=int(row["row"]),
        )
    unplaced = frozenset(f"station:{name}" for name in stations["object_id"][far])
    return (places if len(places) else None), unplaced


def _starts(
    project: Project,
    inputs: Inputs,
    network: Network,
    passability: Passability,
    stations: Places | None,
) -> BoolArray:
    """Return the segments that engines start from, by the project's choice."""
    if project.options.starts == "stations":
        if stations is None:
            raise InputError(
                Message('starts = "stations", but there is no fire station near a road'),
                file=project.file,
                remedy=Message(
                    'name a table of stations under [inputs.survey], or write starts = "arterial"'
                ),
            )
        starts = np.zeros(network.n_segments, dtype=bool)
        starts[stations.segment] = True
        return starts
    starts = start_segments(network, passability, inputs.norm)
    if not starts.any():
        raise InputError(
            Message(
                "no fire engine has anywhere to start from: the roads hold no passable {classes} "
                "road"
            ),
            file=inputs.roads.file,
            remedy=Message(
                "load a larger piece of the map, with the arterials around the ward, or write "
                'starts = "stations"'
            ),
            classes=", ".join(inputs.norm.classes.start[::2]),
        )
    return starts


def _tell_obstacles_on_starts(
    network: Network,
    passability: Passability,
    starts: BoolArray,
    survey: Survey,
    findings: Findings,
) -> None:
    """Tell of obstacles between two stretches of the arterials that engines come from."""
    arms = np.bincount(
        np.concatenate([network.segment_u, network.segment_v]), minlength=network.n_nodes
    )
    on_start = np.bincount(
        np.concatenate([network.segment_u[starts], network.segment_v[starts]]),
        minlength=network.n_nodes,
    )
    where = survey.rows_of_objects()
    names = passability.node_obstacle
    told: set[str] = set()
    for node in np.flatnonzero((on_start > 0) & (names != None)):  # noqa: E711
        if names[node] in told:
            continue
        told.add(names[node])
        # Where a side street leaves, the obstacle closes that; on the open road it closes nothing.
        at_mouth = arms[node] > on_start[node]
        findings.add(
            "hint" if at_mouth else "warning",
            "obstacle_on_arterial",
            Message(
                "{name} stands on an arterial that fire engines start from; it closes the side "
                "streets there, not the arterial"
            )
            if at_mouth
            else Message(
                "{name} stands on an arterial that fire engines start from; it does not part it"
            ),
            remedy=Message("nothing to do if it stands in the side street")
            if at_mouth
            else Message("check its place: it may belong to a side street"),
            params={"name": names[node]},
            **where.get(names[node], {}),
        )


def _water_served(objects: Objects, water: WaterAnswers, norm: Norm) -> IntArray:
    limits = water_limits(norm)
    by_kind: FloatArray = np.array(
        [limits.get(kind, np.nan) for kind in objects.frame["type"]], dtype=float
    )
    return count_served(objects, [(water.hydrant, by_kind), (water.water, by_kind)])


def _points_served(objects: Objects, points: PointAnswers, norm: Norm) -> IntArray:
    limit_m = norm.value_or_none("fire_point_m")
    return count_served(objects, [(points.point, np.nan if limit_m is None else limit_m)])


def _statistics(
    project: Project,
    inputs: Inputs,
    frames: Mapping[str, gpd.GeoDataFrame],
    evidence: pd.DataFrame,
) -> dict[str, Any]:
    """Return all figures of the layers, with what they rest on."""
    options = project.options
    houses, segments, alleys = frames["houses"], frames["segments"], frames["alleys"]
    violations = frames["violations"]
    of_houses = figures.HouseFigures.of_layer(houses)
    area = {
        **of_houses.statistics(),
        "roads": figures.road_statistics(segments),
        "barriers": figures.barrier_statistics(frames["barriers"]),
        "alleys": figures.alley_statistics(alleys),
        "violations": {"found": len(violations), "fixed": int(violations["fixed"].notna().sum())},
        "reviews": {
            "water": figures.review_statistics(frames["water"]),
            "fire_points": figures.review_statistics(frames["fire_points"]),
        },
        "hydrant_gaps_km": round(float(frames["hydrant_gaps"]["length_m"].sum()) / 1000, 3),
        "dead_ends": figures.dead_end_statistics(frames["dead_ends"]),
        "draft_points": figures.draft_point_statistics(frames["draft_points"]),
    }
    as_of = figures.newest([*evidence["date"], str(inputs.roads.dated or "") or None])
    return {
        "project": {
            "name": project.name,
            **options.model_dump(mode="json", exclude={"name"}),
            "analysis_crs": inputs.crs.to_string(),
        },
        "settings": project.settings.model_dump(),
        "norm": inputs.norm.model_dump(mode="json"),
        "not_verified": not_verified(
            inputs.norm,
            inputs.vehicle,
            options.mode,
            turns=turns_count(options.turns, inputs.vehicle),
            facades=options.facade_widths,
            terrain=inputs.elevation is not None,
        ),
        "vehicle": inputs.vehicle.model_dump(mode="json"),
        "inputs": {
            key: {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
            for key, path in project.input_files()
        },
        "dates": {
            "roads": None if inputs.roads.dated is None else inputs.roads.dated.isoformat(),
            "newest_evidence": None if as_of is None else as_of.isoformat(),
        },
        "left_out": {
            "houses": dict(sorted(inputs.houses.left_out.items())),
            "roads": dict(sorted(inputs.roads.left_out.items())),
            "survey": dict(sorted(inputs.survey.rows_left_out.items())),
        },
        "rows_read": {
            "houses": inputs.houses.rows_read,
            "roads": len(inputs.roads)
            + sum(inputs.roads.left_out.get(why, 0) for why in ("beyond_margin", "not_a_road")),
            **dict(sorted(inputs.survey.rows_read.items())),
        },
        "findings": {
            severity: sum(f.severity == severity for f in inputs.findings)
            for severity in ("error", "warning", "hint")
        },
        "area": area,
        "targets": figures.targets(area, options, project.targets, as_of),
        "transmitters_by_month": figures.transmitters_by_month(houses),
        "groups": figures.by_group(houses, of_houses, segments),
        "alleys": figures.by_alley(alleys, houses, of_houses, segments),
    }
