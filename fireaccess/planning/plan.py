"""The plan: all that a ward may do first, put together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import ProjectError
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.planning.chances import draw_chances
from fireaccess.planning.measures import plan_measures
from fireaccess.planning.schedule import schedule
from fireaccess.planning.siting import site
from fireaccess.planning.solutions import water_solutions
from fireaccess.planning.walk import walking_list
from fireaccess.planning.ward import Plan, Ward
from fireaccess.planning.works import works_of
from fireaccess.project import PlanSection, TargetsSection
from fireaccess.sources.coordinates import WGS84, transform_geometry


def make_plan(
    ward: Ward,
    options: PlanSection,
    *,
    as_of: date | None,
    deadline: date | None,
    targets: TargetsSection,
    progress: Callable[[str], None] = lambda _: None,
) -> tuple[Plan, pd.DataFrame]:
    """Return what to do first in a ward.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    options
        How many, for how much money, by what weight; seed and number of draws.
    as_of
        What the ward is known as of: the schedule begins in the month after, unless the options
        name a month.
    deadline
        When all has to be done; None if the project has no deadline.
    targets
        Targets with deadlines of their own.
    progress
        Told the name of each stage as it begins: ``barriers``, ``siting`` and ``draws``.

    Raises
    ------
    ProjectError
        If nothing says in which month to begin.

    Returns
    -------
    The plan, and what removing each barrier alone brings: the columns of `GAINS`, indexed as the
    layer of barriers.
    """
    progress("barriers")
    measures = plan_measures(ward, most=options.barriers, budget_vnd=_budget(options, "barriers"))
    progress("siting")
    hydrants, points = site(ward, "hydrant", options), site(ward, "fire_point", options)
    solutions = water_solutions(ward, hydrants.sites)
    progress("draws")
    chances = draw_chances(ward, draws=options.draws, seed=options.seed)
    walk = walking_list(ward, chances)
    sites = pd.concat([hydrants.sites, points.sites], ignore_index=True)
    works = works_of(ward, measures.frame, sites, solutions.frame, walk.frame, targets=targets)
    begin = options.start or _month_after(as_of)
    timed = schedule(works, start=begin, deadline=deadline, per_month=options.per_month)
    tables = {
        "measures": measures.frame,
        "sites": sites,
        "not_covered": pd.concat([hydrants.not_covered, points.not_covered], ignore_index=True),
        "solutions": solutions.frame,
        "walk": walk.frame,
        "house_chances": chances.frame,
        "schedule": timed.frame,
    }
    figures = {
        "coverage": chances.figures,
        "measures": measures.figures,
        "siting": {"hydrant": hydrants.figures, "fire_point": points.figures},
        "solutions": solutions.figures,
        "walk": walk.figures,
        "schedule": timed.figures,
    }
    layers = {name: _as_shown(tables[name], columns) for name, columns in PLAN_LAYERS.items()}
    return Plan(layers, figures), measures.single


def _budget(options: PlanSection, work: Any) -> float | None:
    budget = options.budgets_vnd.get(work)
    return None if budget is None else float(budget)


def _month_after(day: date | None) -> str:
    if day is None:
        raise ProjectError(
            Message("no row of the survey and no road has a date for the schedule to begin after"),
            remedy=Message('write the first month under [plan], as in start = "2026-12"'),
        )
    month = 12 * day.year + day.month  # January is 0: this is the month after
    return f"{month // 12:04d}-{month % 12 + 1:02d}"


def _as_shown(frame: pd.DataFrame, columns: tuple[str, ...]) -> pd.DataFrame:
    """Return a table with its columns in order, shapes in degrees, shares to four decimals."""
    frame = frame.reset_index(drop=True)
    for name in frame.columns:
        if name in ("chance", "chance_60") or name.endswith("_share") or name == "share":
            frame[name] = np.round(frame[name].astype(float), 4)
        elif name in ("settles_houses", "total_settles"):
            frame[name] = np.round(frame[name].astype(float), 1)
        elif name.endswith("_vnd"):
            frame[name] = np.round(frame[name].astype(float))
    plain: pd.DataFrame = pd.DataFrame(frame)[list(columns)]
    if not isinstance(frame, gpd.GeoDataFrame):
        return plain
    shapes = transform_geometry(frame.geometry.to_numpy(), frame.crs, WGS84)
    shown: pd.DataFrame = gpd.GeoDataFrame(plain, geometry=shapes, crs=WGS84)
    return shown
