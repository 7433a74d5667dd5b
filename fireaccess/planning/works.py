"""All that there is to do in a ward, beside what has been done: what a schedule is made of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.statistics import STATUSES
from fireaccess.model.answers import BoolArray
from fireaccess.planning.actions import proposed_actions
from fireaccess.planning.schedule import Work
from fireaccess.planning.ward import Ward
from fireaccess.project import TargetsSection

#: The target of the project file that a work serves.
_TARGET_OF: Final[Mapping[str, str]] = {
    "barriers": "barriers_dealt_with",
    "solutions": "water_solutions",
    "transmitters": "transmitters_installed",
}
_LETS_THROUGH: Final = ("pass", "delay")
#: A house that is certain to lack road or water, if the city has approved no list yet.
_FAILING: Final = STATUSES[:3]


def works_of(
    ward: Ward,
    measures: pd.DataFrame,
    sites: pd.DataFrame,
    solutions: pd.DataFrame,
    walk: pd.DataFrame,
    *,
    targets: TargetsSection | None = None,
) -> list[Work]:
    """Return all that there is to do in a ward, the worst first, beside what has been done.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    measures, sites, solutions, walk
        The tables of `PLAN_LAYERS`.
    targets
        A target's own deadline is that of its work.

    Returns
    -------
    Barriers, hydrants, fire points, water solutions, alarm transmitters and alleys to measure, in
    this order.

    Notes
    -----
    Barriers are those of the layer, with narrow readings, low clearances and corners that stop a
    truck or may; those that the plan chose come first, the barriers of one set one after another.
    Transmitters are those of the houses that the city approved, as the statistics count them:
    until it has approved any, of those that are certain to lack road or water. Of hydrants, fire
    points and alleys to measure nothing tells what of an earlier plan has been done: it is part
    of the ward, and no longer of the plan.
    """
    due = {
        work: None if targets is None else getattr(targets, target).deadline
        for work, target in _TARGET_OF.items()
    }
    return [
        _barriers(ward, measures, due["barriers"]),
        *(
            Work.of(work, _ranked(sites[(sites["kind"] == kind).to_numpy(dtype=bool)], "site_id"))
            for work, kind in (("hydrants", "hydrant"), ("fire_points", "fire_point"))
        ),
        _solutions(solutions, due["solutions"]),
        _transmitters(ward, due["transmitters"]),
        Work.of("alleys_measured", _ranked(walk, "alley_id")),
    ]


def _ranked(frame: pd.DataFrame, id_column: str) -> pd.DataFrame:
    """Return the rows of a table that have a rank, in its order."""
    rows = pd.DataFrame(frame)[frame["rank"].notna().to_numpy(dtype=bool)]
    return rows.sort_values(["rank", id_column], kind="stable").assign(id=lambda f: f[id_column])


def _barriers(ward: Ward, measures: pd.DataFrame, due: date | None) -> Work:
    """Return the barriers: those that the plan chose, then what blocks, then what may."""
    obstacles = ward.obstacles
    dealt_with = obstacles["dealt_with"].to_numpy(dtype=bool)
    effect = obstacles["effect"].to_numpy(dtype=object)
    lets_through = np.isin(effect, _LETS_THROUGH)
    # A gate that opens and that nobody has checked is still to be dealt with; a reading that
    # lets the truck through is not.
    to_do = ~dealt_with & (~lets_through | (obstacles["kind"] == "barrier").to_numpy(dtype=bool))
    rank_of = _rank_of_barriers(measures, set(obstacles["barrier_id"]))
    chosen = obstacles["barrier_id"].map(rank_of).to_numpy(dtype=float)
    last = max(rank_of.values(), default=0.0)
    certain = effect == "blocked"
    rank = last + np.select([certain, ~lets_through], [1.0, 2.0], 3.0)
    group = ward.groups_at(_places(ward))
    frame = proposed_actions(ward).assign(
        id=obstacles["barrier_id"], group=group, rank=np.where(np.isnan(chosen), rank, chosen)
    )
    return Work.of("barriers", frame[to_do].sort_values("id"), done=group[dealt_with], due=due)


def _places(ward: Ward) -> Any:
    """Return where each obstacle is: at its node, or in the bend of a road."""
    xy = ward.network.node_xy[ward.obstacles["node"].to_numpy(dtype=np.int64)]
    if "x" in ward.obstacles:
        own = ward.obstacles[["x", "y"]].to_numpy(dtype=float)
        xy = np.where(np.isnan(own), xy, own)
    return shapely.points(xy)


def _rank_of_barriers(measures: pd.DataFrame, known: set[str]) -> dict[str, float]:
    """Return the rank of each barrier that the plan chose: that of its first measure."""
    found: dict[str, float] = {}
    rows = _ranked(measures, "measure_id")
    for cell, rank in zip(rows["barrier_ids"], rows["rank"], strict=True):
        for barrier in _ids_in(cell, known):
            found.setdefault(barrier, float(rank))
    return found


def _ids_in(cell: str, known: set[str]) -> list[str]:
    """Return the ids that a cell lists; one id alone may have a semicolon in it."""
    return [cell] if cell in known else cell.split(";")


def _solutions(solutions: pd.DataFrame, due: date | None) -> Work:
    """Return the water solutions: roads that lack water for certain first, of them the deepest.

    A solution that only needs a planned hydrant costs nothing more. What alleys share is divided
    among their rows, so that costs may be added up. What has to be found out first, or has no
    solution at all, can't be planned yet.
    """
    rows = pd.DataFrame(solutions)
    state = rows["state"].to_numpy(dtype=object)
    proposed = rows[state == "proposed"]
    # Other codes may stand behind the first.
    only_hydrants = [str(why).split(";")[0] == "planned_hydrants" for why in proposed["why"]]
    frame = proposed.assign(
        id=proposed["alley_id"],
        maybe=proposed["has_water_solution"] == "unknown",
        after=["hydrants" if only else None for only in only_hydrants],
    ).sort_values(
        ["maybe", "depth_m", "houses", "alley_id"],
        ascending=[True, False, False, True],
        na_position="first",
        kind="stable",
    )
    return Work.of(
        "solutions",
        frame,
        done=rows["group"][state == "existing"],
        due=due,
        not_planned=int(np.isin(state, ("not_known", "none")).sum()),
    )


def _transmitters(ward: Ward, due: date | None) -> Work:
    """Return the alarm transmitters: by registered month, then of houses that fail worst."""
    houses = ward.houses
    asked, installed = _asked_for(houses), _true(houses, "transmitter")
    frame = houses[asked & ~installed]
    severity = {status: float(k) for k, status in enumerate(_FAILING)}
    cost = ward.costs.of("transmitter")
    return Work.of(
        "transmitters",
        pd.DataFrame(
            {
                "id": frame["house_id"],
                "group": frame["group"],
                "rank": frame["status"].map(severity).astype(float).fillna(len(_FAILING)),
                "month": frame.get("registered_month"),
                "cost_vnd": np.nan if cost is None else cost.vnd,
                "cost_from": None if cost is None else cost.source,
            }
        ),
        done=houses["group"][asked & installed],
        due=due,
    )


def _asked_for(houses: pd.DataFrame) -> BoolArray:
    """Which houses are asked to have a transmitter, as the statistics count them."""
    if "approved" in houses and houses["approved"].notna().any():
        return _true(houses, "approved")
    return houses["status"].isin(_FAILING).to_numpy(dtype=bool)


def _true(houses: pd.DataFrame, name: str) -> BoolArray:
    if name not in houses:
        return np.zeros(len(houses), dtype=bool)
    return np.array([value is True for value in houses[name].astype(object)], dtype=bool)
