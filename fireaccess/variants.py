"""What is known of the ward's roads: for the main run, under a flood, for other vehicles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pandas as pd

from fireaccess.analysis.side_by_side import Variant
from fireaccess.inputs import Inputs
from fireaccess.model.answers import Answer, BoolArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.vehicle import Vehicle
from fireaccess.network.bends import sharp_bends
from fireaccess.network.facades import measured_facades
from fireaccess.network.flooding import depth_answers, under_water
from fireaccess.network.grades import grades_of
from fireaccess.network.need import Need, need_of, turns_count
from fireaccess.network.network import Network
from fireaccess.network.obstacles import Surveyed, parted, set_survey
from fireaccess.network.passability import Passability, assess, start_segments
from fireaccess.project import Project


def known(
    project: Project,
    inputs: Inputs,
    roads: Network,
    need: Need,
    vehicle: Vehicle,
    findings: Findings,
    *,
    main: Passability | None = None,
) -> tuple[Surveyed, Passability]:
    """Set the survey on the roads, and answer for every passage whether a vehicle gets through.

    Parameters
    ----------
    project, inputs
        The project, and all that its files hold.
    roads
        The network of its roads, before the survey.
    need, vehicle
        What a passage must offer, and to whom.
    findings
        Takes what is wrong in the data.
    main
        The main run, whose facades and grades are taken over: they are the same for all vehicles,
        for which the survey sets the same nodes.
    """
    surveyed = set_survey(
        roads,
        inputs.roads.barriers,
        inputs.survey,
        need=need,
        norm=inputs.norm,
        settings=project.settings,
        findings=findings,
        compared=bool(inputs.vehicles),
    )
    network, footprints = surveyed.network, inputs.footprints
    if main is not None:
        facades, grades = main.facades, main.grades
    else:
        facades = None if footprints is None else measured_facades(network, footprints, findings)
        grades = grades_of(network, inputs.elevation, inputs.norm, findings)
    if turns_count(project.options.turns, inputs.vehicle):
        # Where the main vehicle may be stopped inside a segment, whichever one is asked about.
        width_m = need_of(inputs.norm, inputs.vehicle, project.options.mode).width_m
        surveyed, parent = parted(surveyed, *sharp_bends(network, inputs.vehicle, width_m))
        if main is None:
            facades = None if facades is None else facades.of_parts(parent)
            grades = grades.of_parts(parent)
    passability = assess(
        surveyed,
        facades=facades,
        grades=grades,
        need=need,
        norm=inputs.norm,
        vehicle=vehicle,
        settings=project.settings,
        turns_count=turns_count(project.options.turns, vehicle),
        findings=findings,
    )
    return surveyed, passability


def flooded(project: Project, inputs: Inputs, network: Network, base: Variant) -> Iterator[Variant]:
    """Yield the main run under the project's flood, if it names one.

    Parameters
    ----------
    project, inputs
        The project, and all that its files hold.
    network, base
        The network of the main run, and that run.
    """
    if inputs.flood is None:
        return
    wading = inputs.vehicle.wading_depth_m
    depth_m = inputs.flood.depth_along(network.lines)
    water = depth_answers(network, depth_m, None if wading is None else wading.value)
    passability = under_water(network, base.passability, water)
    starts = _other_starts(project, inputs, network, passability, base.starts)
    assumed = base.assumed
    if wading is not None and not wading.verified:
        assumed = (*assumed, "wading_depth_m")
    yield replace(
        base,
        name="flood",
        kind="flood",
        assumed=assumed,
        passability=passability,
        starts=starts & (water == Answer.PASS),
    )


def driven_by(
    vehicle: Vehicle, project: Project, inputs: Inputs, roads: Network, base: Variant
) -> tuple[Variant, pd.DataFrame]:
    """Return the ward for another vehicle, by its own width and height, and its obstacles.

    Parameters
    ----------
    vehicle
        The other vehicle.
    project, inputs
        The project, and all that its files hold.
    roads
        The network of its roads, before the survey.
    base
        The main run.
    """
    need = need_of(inputs.norm, vehicle, "vehicle")
    # What is wrong in the data is told of the main run.
    surveyed, passability = known(
        project, inputs, roads, need, vehicle, Findings(), main=base.passability
    )
    starts = _other_starts(project, inputs, surveyed.network, passability, base.starts)
    name, assumed = f"vehicle:{vehicle.name}", tuple(sorted(need.assumed))
    variant = Variant(name, "vehicle", vehicle.name, need, assumed, passability, starts)
    return variant, surveyed.obstacles


def _other_starts(
    project: Project,
    inputs: Inputs,
    network: Network,
    passability: Passability,
    starts: BoolArray,
) -> BoolArray:
    """Return the segments that engines start from in another scenario; there may be none."""
    if project.options.starts == "stations":
        return starts
    return start_segments(network, passability, inputs.norm)


def tell_no_starts(variants: Iterable[Variant], project: Project, findings: Findings) -> None:
    """Tell of scenarios in which no fire engine has anywhere to start from."""
    for variant in variants:
        if not variant.starts.any():
            findings.add(
                "warning",
                "scenario_without_starts",
                Message("in the scenario {scenario} no fire engine has anywhere to start from"),
                remedy=Message("load a larger piece of the map, with roads that stay open"),
                params={"scenario": variant.name},
                file=project.file.name,
            )
