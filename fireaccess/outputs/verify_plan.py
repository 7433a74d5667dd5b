"""Figures of a plan computed once more, from the published layers alone.

Of plan.json follow from the layers of plan.gpkg and results.gpkg, and are recomputed:

- ``coverage``: houses, the expected number and its share, those within 60 m besides; the ends of
  the interval are held between the houses that are certain and those that may be,
- ``measures``: singles, chosen, obstacles, houses gained and how many of them hang on what is to be
  measured, cost and whether it is an example; people gained and series are held between the least
  and the most that the rows allow,
- ``siting``: houses, covered before and after, not covered and why, sites and their cost,
- ``solutions``: alleys by state, shares, kinds, cost, those without cost and examples; pieces are
  held to the sum of the rows at most, since alleys share them,
- ``walk``: all of it,
- ``schedule``: all that is planned, done and late, months and sums of money.

Of plan.gpkg itself: ranks and running sums of measures, sites, the walking list and the schedule;
gains and costs of sets and of barriers against those of single measures; chances against the
answers of houses; lengths against the segments; which houses and alleys are listed.

What asks for the network, for prices or for a search can't follow from layers, and is covered by
the manifest alone: how many sites are needed, how near to the best a choice is, what candidates
there were, the classes that answers are drawn by, and what the project asked for.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
import pyogrio

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError
from fireaccess.model.formats import Language
from fireaccess.model.layers import GAINS, PLAN_LAYERS

PLAN_FILE: Final = "plan.gpkg"
PLAN_FIGURES: Final = "plan.json"

#: Where, what was published, what was found.
Parts = tuple[str, str, str]

_ANSWER_OF: Final = {"hydrant": "water", "fire_point": "point"}
#: Of these works the layers list every single item.
_WORK_OF: Final = {"hydrants": "hydrant", "fire_points": "fire_point"}
_WORKS: Final = (
    *("barriers", "hydrants", "fire_points", "solutions", "transmitters"),
    "alleys_measured",
)
_STATES: Final = ("existing", "proposed", "none", "not_known")
#: Columns of results.gpkg that a plan is held against.
_NEEDED: Final = {
    "barriers": ("barrier_id", *GAINS),
    "alleys": ("houses",),
}
_NOT_FROM_LAYERS: Final = re.compile(
    r"coverage\.(draws|seed|classes.*)"
    r"|siting\.\w+\.(problem|objective|most|budget_vnd|weight|backup|limit_m|spacing_m|gap|status"
    r"|candidates\w*|covered_twice|backup_gap|needed\..*|needed_gaps\..*|people_assumed"
    r"|use_weights.*)"
    r"|schedule\.(start|deadline|example|works\.\w+\.(per_month|due|late_vnd|without_cost))"
)
#: Half of the last place that a file keeps.
_CENTIMETRES: Final = 0.005
_CHANCES: Final = 0.00005
_TENTHS: Final = 0.05
_DONG: Final = 0.5
_NOTHING: Final = Message("nothing")
_AGAIN: Final = Message("make the plan again: fireaccess plan")


def held_plan(
    folder: Path, layers: Mapping[str, pd.DataFrame], language: Language
) -> tuple[int, list[Parts]]:
    """Hold the figures of a plan against the layers; nothing is done where there is no plan.

    Parameters
    ----------
    folder
        The folder of the results.
    layers
        The layers of results.gpkg, by name.
    language
        That of the differences.

    Returns
    -------
    How many figures and columns were held, and the parts of every difference.

    Raises
    ------
    OutputError
        If the layers or the figures can't be read at all.

    Examples
    --------
    >>> held_plan(Path("no such folder"), {}, "en")
    (0, [])
    """
    if not all((folder / name).is_file() for name in (PLAN_FILE, PLAN_FIGURES)):
        return 0, []  # told as files already
    figures, plan = _figures(folder / PLAN_FIGURES), _layers(folder / PLAN_FILE)
    for name, columns in _NEEDED.items():
        _lacks_none(folder / "results.gpkg", name, columns, layers[name])
    published = dict(flat(figures))
    computed = dict(flat(recomputed_plan(plan, layers, published)))
    names = {
        name
        for name in published.keys() | computed.keys()
        if name in computed or not _NOT_FROM_LAYERS.fullmatch(name)
    }
    differences: list[Parts] = []
    for name in sorted(names):
        one, other = published.get(name, _NOTHING), computed.get(name, _NOTHING)
        if one != other or isinstance(one, bool) != isinstance(other, bool):
            differences.append((f"{PLAN_FIGURES}: {name}", _told(one), _told(other)))
    columns_held = 0
    for column, listed, expected, slack in _columns(plan, layers):
        columns_held += 1
        rows = _unlike(listed, expected, slack)
        if len(rows):
            i = int(rows[0])
            where = Message("{file}: {column}, row {row}, and {more} more").into(
                language, file=PLAN_FILE, column=column, row=i + 1, more=len(rows) - 1
            )
            differences.append((where, _cell(listed, i), _cell(expected, i)))
    return len(names) + columns_held, differences


def flat(figures: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield figures by their paths; those of a list by their numbers.

    >>> dict(flat({"walk": {"alleys": 8}, "late": {}, "classes": [{"a": 1}]}))
    {'walk.alleys': 8, 'classes.0.a': 1}
    """
    if isinstance(figures, Mapping | list):
        pairs = figures.items() if isinstance(figures, Mapping) else enumerate(figures)
        for key, value in pairs:
            yield from flat(value, f"{before}.{key}" if before else str(key))
    else:
        yield before, figures


# Files --------------------------------------------------------------------------------------


def _figures(path: Path) -> dict[str, Any]:
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise OutputError(
            Message("the figures of the plan can't be read: {reason}"),
            file=path,
            remedy=_AGAIN,
            reason=str(error),
        ) from None


def _layers(path: Path) -> dict[str, pd.DataFrame]:
    try:
        layers = {
            name: pyogrio.read_dataframe(path, layer=name, read_geometry=False)
            for name in PLAN_LAYERS
        }
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OutputError(
            Message("the layers can't be read: {reason}"),
            file=path,
            remedy=_AGAIN,
            reason=str(error),
        ) from None
    for name, columns in PLAN_LAYERS.items():
        _lacks_none(path, name, columns, layers[name])
    return layers


def _lacks_none(path: Path, name: str, columns: tuple[str, ...], layer: pd.DataFrame) -> None:
    missing = [column for column in columns if column not in layer]
    if missing:
        raise OutputError(
            Message("the layer {name} lacks {columns}: another version computed it"),
            file=path,
            remedy=_AGAIN,
            name=name,
            columns=", ".join(missing),
        )


def _told(value: Any) -> str:
    # A message has to stay one.
    return value if isinstance(value, str) else str(value)


def _cell(values: Any, i: int) -> str:
    value = values.iloc[i] if i < len(values) else None
    return _NOTHING if value is None or pd.isna(value) else str(value)


# Figures ------------------------------------------------------------------------------------


def recomputed_plan(
    plan: Mapping[str, pd.DataFrame],
    layers: Mapping[str, pd.DataFrame],
    published: Mapping[str, Any],
) -> dict[str, Any]:
    """Return the figures of a plan as they follow from the layers.

    Parameters
    ----------
    plan, layers
        The layers of plan.gpkg and of results.gpkg, by name.
    published
        The published figures by their paths: layers hold rounded values, so that one of these is
        returned where it is within what rounding, or the rows, allow.

    Returns
    -------
    The parts of plan.json; figures that don't follow are left out.
    """
    return {
        "coverage": _of_coverage(plan["house_chances"], layers["houses"], published),
        "measures": _of_measures(plan["measures"], layers, published),
        "siting": {kind: _of_sites(kind, plan, layers["houses"], published) for kind in _ANSWER_OF},
        "solutions": _of_solutions(plan["solutions"], published),
        "walk": _of_walk(plan["walk"], layers["houses"], published),
        "schedule": _of_schedule(plan, layers, published),
    }


def _between(published: Any, low: float, high: float) -> Any:
    """Return a figure if it is within limits, else the nearer of these.

    >>> _between(7, 5, 9), _between(12, 5, 9), _between(None, 5, 9)
    (7, 9, 5)
    """
    if isinstance(published, bool) or not isinstance(published, int | float):
        return low
    return min(max(published, low), high)


def _about(published: Any, value: float, slack: float) -> Any:
    """Return a figure if it is as near to a value as rounding leaves it, else the value.

    >>> _about(2908.8, 2908.83, 0.05), _about(2990.0, 2908.83, 0.05)
    (2908.8, 2908.83)
    """
    if isinstance(published, bool) or not isinstance(published, int | float):
        return value
    return published if abs(published - value) <= slack + 1e-9 * abs(value) else value


def _of_coverage(
    chances: pd.DataFrame, houses: pd.DataFrame, published: Mapping[str, Any]
) -> dict[str, Any]:
    def interval(path: str, chance: pd.Series, answer: pd.Series) -> dict[str, Any]:
        count = len(houses)
        certain = int((answer == "covered").sum())
        possible = certain + int((answer == "needs_survey").sum())
        # Only chances between none and all were rounded.
        rounded = int(((chance > 0) & (chance < 1)).sum())
        total = float(chance.sum())
        slack = _CHANCES * rounded + _TENTHS
        numbers = {
            "expected": _about(published.get(f"{path}.expected"), total, slack),
            "low": _between(published.get(f"{path}.low"), certain, possible),
            "high": _between(published.get(f"{path}.high"), certain, possible),
        }
        shares = {"expected": "share", "low": "share_low", "high": "share_high"}
        return {
            "houses": count,
            **numbers,
            **{
                name: _about(
                    published.get(f"{path}.{name}"),
                    round(numbers[of] / count, 4),
                    _TENTHS / count + 2 * _CHANCES,
                )
                if count
                else None
                for of, name in shares.items()
            },
        }

    return {
        **interval("coverage", chances["chance"], houses["road"]),
        "within_60": interval("coverage.within_60", chances["chance_60"], houses["road_60"]),
    }


def _of_measures(
    measures: pd.DataFrame, layers: Mapping[str, pd.DataFrame], published: Mapping[str, Any]
) -> dict[str, Any]:
    houses = layers["houses"]
    known = set(layers["barriers"]["barrier_id"])
    single = measures["obstacles"] == 1
    chosen = measures["rank"].notna()
    ranked = measures[chosen]
    obstacles = {one for cell in ranked["barrier_ids"] for one in _ids_in(cell, known)}
    alone = measures[single & measures["barrier_ids"].isin(obstacles)]
    vnd = alone["cost_vnd"]
    uncovered = houses.loc[houses["road"] != "covered", "people"].sum()
    least = float(ranked["gain_people"].max()) if len(ranked) else 0.0
    most = max(least, float(uncovered)) if len(ranked) else 0.0
    sets = int((~single & ~chosen).sum())
    priced = len(alone) == len(obstacles) and bool(vnd.notna().all())
    return {
        "singles": int(single.sum()),
        # What the plan chose need not bring more than its parts.
        "series": _between(published.get("measures.series"), sets, int((~single).sum())),
        "chosen": len(ranked),
        "obstacles": len(obstacles),
        "gain_houses": int(ranked["more_houses"].sum()),
        "gain_people": _between(published.get("measures.gain_people"), least, most),
        "houses_if_passable": int(ranked["total_if_passable"].fillna(0).tail(1).sum()),
        "cost_vnd": _about(
            published.get("measures.cost_vnd"), float(vnd.sum()), _DONG * len(obstacles)
        )
        if priced
        else None,
        "example": bool((alone["cost_from"] == "example").any()),
    }


def _ids_in(cell: str, known: set[str]) -> list[str]:
    """Return the ids that a cell lists; one id alone may have a semicolon in it."""
    return [cell] if cell in known else str(cell).split(";")


def _of_sites(
    kind: str,
    plan: Mapping[str, pd.DataFrame],
    houses: pd.DataFrame,
    published: Mapping[str, Any],
) -> dict[str, Any]:
    sites, missed = (frame[frame["kind"] == kind] for frame in (plan["sites"], plan["not_covered"]))
    before = int((houses[_ANSWER_OF[kind]] == "covered").sum())
    covered = before + int(sites["gain_houses"].sum())
    vnd, path = sites["cost_vnd"], f"siting.{kind}.cost_vnd"
    total = _about(published.get(path), round(float(vnd.sum())), _DONG * (len(sites) + 1))
    return {
        "houses": len(houses),
        "covered_before": before,
        "covered": covered,
        "not_covered": len(houses) - covered,
        "not_coverable": {str(why): int(n) for why, n in missed["why"].value_counts().items()},
        "sites": len(sites),
        "cost_vnd": total if bool(vnd.notna().all()) else None,
    }


def _of_solutions(rows: pd.DataFrame, published: Mapping[str, Any]) -> dict[str, Any]:
    states = {state: int((rows["state"] == state).sum()) for state in _STATES}
    proposed = rows[rows["state"] == "proposed"]
    vnd = proposed["cost_vnd"]
    unpriced = int(vnd.isna().sum())
    kinds = [str(kind) for kind in rows["solution"].dropna().unique()]
    with_water = states["existing"] + states["proposed"]
    return {
        "alleys": len(rows),
        **states,
        "share_now": states["existing"] / len(rows) if len(rows) else None,
        "share": with_water / len(rows) if len(rows) else None,
        "by_kind": {
            kind: {
                "proposed": int((proposed["solution"] == kind).sum()),
                "not_known": int(
                    ((rows["solution"] == kind) & (rows["state"] == "not_known")).sum()
                ),
                "pieces": _between(
                    published.get(f"solutions.by_kind.{kind}.pieces"),
                    0,
                    int(proposed.loc[proposed["solution"] == kind, "pieces"].sum()),
                ),
            }
            for kind in kinds
        },
        # What alleys share is divided among their rows.
        "cost_vnd": _about(
            published.get("solutions.cost_vnd"),
            round(float(vnd.sum())),
            _DONG * (len(proposed) + 1),
        )
        if unpriced < len(proposed) or proposed.empty
        else None,
        "without_cost": unpriced,
        "example": bool(_is_example(proposed["cost_from"]).any()),
    }


def _of_walk(
    walk: pd.DataFrame, houses: pd.DataFrame, published: Mapping[str, Any]
) -> dict[str, Any]:
    total = walk["total_settles"].to_numpy(dtype=float)
    count, tenth = len(walk), math.ceil(len(walk) / 10)
    settles = float(total[-1]) if count else 0.0
    # Rounding may have moved what stands at the very half.
    first, last = (
        int(np.searchsorted(total, settles / 2 + off)) + 1 if count else 0
        for off in (-2 * _TENTHS, 2 * _TENTHS)
    )
    first_tenth = float(total[tenth - 1]) if count else 0.0
    return {
        "alleys": count,
        "settles_houses": _about(published.get("walk.settles_houses"), settles, 2 * _TENTHS),
        "houses_needs_survey": int((houses["road"] == "needs_survey").sum()),
        "first_tenth": tenth,
        "first_tenth_settles": _about(
            published.get("walk.first_tenth_settles"), first_tenth, 2 * _TENTHS
        ),
        "settle_half": _between(published.get("walk.settle_half"), first, min(last, count)),
    }


def _of_schedule(
    plan: Mapping[str, pd.DataFrame],
    layers: Mapping[str, pd.DataFrame],
    published: Mapping[str, Any],
) -> dict[str, Any]:
    schedule = plan["schedule"]
    works: dict[str, dict[str, Any]] = {}
    for name, (target, done, not_planned) in _counts(plan, layers).items():
        path = f"schedule.works.{name}"
        rows = schedule[schedule["work"] == name]
        count = int(rows["planned"].sum())
        late = target - done - count
        items = _items(name, plan)
        vnd = rows["cost_vnd"] if items is None or late else items["cost_vnd"]
        given_vnd = published.get(f"{path}.planned_vnd")
        planned_vnd = _about(given_vnd, round(float(vnd.sum())), _DONG * (len(vnd) + 1))
        unbound = all(published.get(f"{path}.{name}") is None for name in ("due", "per_month"))
        figures = {
            "target": target,
            "done": done,
            "planned": count,
            "late": late,
            "not_planned": not_planned,
            "last_month": str(rows["month"].max()) if count else None,
            "planned_vnd": planned_vnd,
            "all_at_once": unbound and count > 0,
        }
        if items is not None:
            all_vnd = float(items["cost_vnd"].sum())
            figures["late_vnd"] = _about(
                published.get(f"{path}.late_vnd"),
                round(all_vnd) - planned_vnd if late else 0,
                _DONG * (len(items) + 2),
            )
            figures["without_cost"] = int(items["cost_vnd"].isna().sum())
        elif not late:
            figures["late_vnd"] = 0
        works[name] = figures
    months = schedule["month"].dropna()
    total_vnd = round(float(schedule["cost_vnd"].sum()))
    late_works = {name: work["late"] for name, work in works.items() if work["late"]}
    given_vnd = published.get("schedule.total_vnd")
    found: dict[str, Any] = {
        "months": int(months.nunique()),
        "last_month": str(months.max()) if len(months) else None,
        "total_vnd": _about(given_vnd, total_vnd, _DONG * (len(schedule) + 1)),
        "works": works,
        "late": late_works,
    }
    for name in ("late_vnd", "without_cost"):
        # Prices of barriers and transmitters are no layer: those published count.
        parts = [
            works[work].get(name, published.get(f"schedule.works.{work}.{name}")) for work in works
        ]
        found[name] = sum(part for part in parts if isinstance(part, int | float))
    is_example = bool(_is_example(schedule["cost_from"]).any())
    if is_example or not late_works:
        found["example"] = is_example
    return found


def _is_example(sources: pd.Series) -> pd.Series:
    return pd.Series(
        ["example" in str(cell).split(";") for cell in sources], index=sources.index, dtype=bool
    )


def _items(work: str, plan: Mapping[str, pd.DataFrame]) -> pd.DataFrame | None:
    """Return what there is to do of a work, with its group and cost, where layers list it."""
    if work in _WORK_OF:
        return plan["sites"][plan["sites"]["kind"] == _WORK_OF[work]]
    if work == "solutions":
        return plan["solutions"][plan["solutions"]["state"] == "proposed"]
    return plan["walk"] if work == "alleys_measured" else None


def _counts(
    plan: Mapping[str, pd.DataFrame], layers: Mapping[str, pd.DataFrame]
) -> dict[str, tuple[int, int, int]]:
    """Return how many there are of each work, done and not, done, and not to be planned yet."""
    barriers, states = layers["barriers"], plan["solutions"]["state"]
    dealt_with = _true(barriers["dealt_with"])
    hinders = ~barriers["effect"].isin(["pass", "delay"])
    own = barriers["source"].isin(["survey", "osm"])
    asked, installed = _transmitters(layers["houses"])
    existing = int((states == "existing").sum())
    counts = {
        "barriers": (int((dealt_with | hinders | own).sum()), int(dealt_with.sum()), 0),
        "solutions": (
            existing + int((states == "proposed").sum()),
            existing,
            int(states.isin(["not_known", "none"]).sum()),
        ),
        "transmitters": (int(asked.sum()), int((asked & installed).sum()), 0),
        "alleys_measured": (len(plan["walk"]), 0, 0),
        **{
            work: (int((plan["sites"]["kind"] == kind).sum()), 0, 0)
            for work, kind in _WORK_OF.items()
        },
    }
    return {name: counts[name] for name in _WORKS}


def _transmitters(houses: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return which houses are asked to have a transmitter, and which have one."""
    listed = bool(houses["approved"].notna().any())
    failing = houses["status"].str.startswith("no_").astype(bool)
    return (_true(houses["approved"]) if listed else failing), _true(houses["transmitter"])


def _true(column: pd.Series) -> pd.Series:
    """Return where a column says yes, whatever the file kept it as; missing is no."""
    return column.isin([True, 1, "true", "True", "yes"])


# Layers -------------------------------------------------------------------------------------

#: A column by its name, what it holds, what follows, and how far apart these may be.
_Column = tuple[str, pd.Series, pd.Series, Any]


def _columns(
    plan: Mapping[str, pd.DataFrame], layers: Mapping[str, pd.DataFrame]
) -> Iterator[_Column]:
    yield from _measure_columns(plan["measures"], layers["barriers"])
    for _, sites in plan["sites"].groupby("kind", sort=True):
        yield from _site_columns(sites.reset_index(drop=True), layers["houses"])
    yield from _house_columns(plan, layers["houses"])
    solutions, alleys = plan["solutions"], layers["alleys"]
    for name in ("alley_id", "has_water_solution", "houses"):
        yield f"solutions.{name}", solutions[name], alleys[name], 0
    yield from _walk_columns(plan["walk"], layers)
    yield from _schedule_columns(plan, layers["houses"])


def _measure_columns(measures: pd.DataFrame, barriers: pd.DataFrame) -> Iterator[_Column]:
    known = set(barriers["barrier_id"])
    ids = [_ids_in(cell, known) for cell in measures["barrier_ids"]]
    yield "measures.obstacles", measures["obstacles"], pd.Series([*map(len, ids)], dtype=int), 0
    single = measures[measures["obstacles"] == 1].reset_index(drop=True)
    alone = barriers.drop_duplicates("barrier_id").set_index("barrier_id")
    for name in GAINS:
        gains = alone[name].reindex(single["barrier_ids"]).reset_index(drop=True)
        yield f"measures.{name}", single[name], gains.astype(float), 1e-6
    vnd = single.drop_duplicates("barrier_ids").set_index("barrier_ids")["cost_vnd"]
    sums = [float(vnd.reindex(each).sum(skipna=False)) for each in ids]
    slack = _DONG * (measures["obstacles"].to_numpy() + 1)
    yield "measures.cost_vnd", measures["cost_vnd"], pd.Series(sums, dtype=float), slack
    ranked = measures[measures["rank"].notna()].reset_index(drop=True)
    turn = pd.Series(np.arange(1, len(ranked) + 1))
    yield "measures.rank", ranked["rank"], turn, 0
    yield "measures.total_houses", ranked["total_houses"], ranked["more_houses"].cumsum(), 0
    if_passable = _if_passable(ranked)
    yield "measures.total_if_passable", ranked["total_if_passable"], if_passable, 0
    spent = ranked["cost_vnd"].cumsum(skipna=False)
    yield "measures.total_cost_vnd", ranked["total_cost_vnd"], spent, _DONG * (turn + 1)


def _if_passable(ranked: pd.DataFrame) -> pd.Series:
    """Return how many houses hang on what is to be measured, as near as the rows of a plan tell.

    Measuring alone makes no house certain, and no measure makes one less certain. What needs no
    measuring makes certain at least what it brings alone.
    """
    found: list[int] = []
    certain, asked = 0, False
    totals, published, alone = (
        ranked[name].fillna(0).astype(int).tolist()
        for name in ("total_houses", "total_if_passable", "gain_houses")
    )
    for action, total, told, gain in zip(ranked["action"], totals, published, alone, strict=True):
        actions = set(str(action).split(";"))
        asked |= "measure" in actions
        if "measure" not in actions:
            certain = max(certain, gain)
        most = total - certain if asked else 0
        least = most if actions == {"measure"} else 0
        found.append(int(_between(told, least, most)))
        certain = total - found[-1]
    return pd.Series(found, dtype=int)


def _site_columns(sites: pd.DataFrame, houses: pd.DataFrame) -> Iterator[_Column]:
    turn = pd.Series(np.arange(1, len(sites) + 1))
    kind = str(sites["kind"].iloc[0])
    if kind not in _ANSWER_OF:
        yield "sites.kind", sites["kind"], pd.Series([None] * len(sites)), 0
        return
    before = int((houses[_ANSWER_OF[kind]] == "covered").sum())
    total = before + sites["gain_houses"].cumsum()
    yield "sites.rank", sites["rank"], turn, 0
    yield "sites.site_id", sites["site_id"], kind + ":" + turn.astype(str), 0
    yield "sites.total_houses", sites["total_houses"], total, 0
    share = (total / max(len(houses), 1)).round(4)
    yield "sites.total_share", sites["total_share"], share, _CHANCES
    spent = sites["cost_vnd"].cumsum(skipna=False)
    yield "sites.total_cost_vnd", sites["total_cost_vnd"], spent, _DONG * (turn + 1)


def _house_columns(plan: Mapping[str, pd.DataFrame], houses: pd.DataFrame) -> Iterator[_Column]:
    chances, missed = plan["house_chances"], plan["not_covered"]
    yield "house_chances.house_id", chances["house_id"], houses["house_id"], 0
    for name, answer in (("chance", "road"), ("chance_60", "road_60")):
        chance = chances[name].reindex(houses.index)
        expected = chance.clip(0, 1)
        expected = expected.mask(houses[answer] == "covered", 1.0)
        expected = expected.mask(houses[answer] == "not_covered", 0.0)
        expected = expected.mask(houses[answer].isna())
        # Whoever needs a survey has some chance or other.
        expected = expected.mask(houses[answer].eq("needs_survey") & chance.isna(), 0.0)
        yield f"house_chances.{name}", chances[name], expected, 0
    by_id = houses.drop_duplicates("house_id").set_index("house_id")
    for kind, answer in _ANSWER_OF.items():
        rows = missed[missed["kind"] == kind].reset_index(drop=True)
        answers = by_id[answer].reindex(rows["house_id"]).to_numpy(dtype=object)
        wrong = (answers == "covered") | ~rows["house_id"].isin(by_id.index).to_numpy()
        wrong |= rows["house_id"].duplicated().to_numpy()
        expected = rows["house_id"].mask(wrong)
        yield "not_covered.house_id", rows["house_id"], expected, 0


def _walk_columns(walk: pd.DataFrame, layers: Mapping[str, pd.DataFrame]) -> Iterator[_Column]:
    turn = pd.Series(np.arange(1, len(walk) + 1))
    needs_survey = max(1, int((layers["houses"]["road"] == "needs_survey").sum()))
    yield "walk.rank", walk["rank"], turn, 0
    total = walk["settles_houses"].cumsum()
    yield "walk.total_settles", walk["total_settles"], total, _TENTHS * (turn + 1)
    share = (walk["total_settles"] / needs_survey).round(4)
    yield "walk.total_share", walk["total_share"], share, _TENTHS / needs_survey + 2 * _CHANCES
    length_m = layers["segments"].drop_duplicates("segment_id").set_index("segment_id")["length_m"]
    ids = [str(cell).split(";") for cell in walk["segment_ids"]]
    # Of an alley that goes on beyond the ward the layer has a part.
    known_m = [length_m.reindex(each) for each in ids]
    sums = [
        max(float(each.sum()), published_m) if each.isna().any() else float(each.sum())
        for each, published_m in zip(known_m, walk["length_m"], strict=True)
    ]
    slack = _CENTIMETRES * (np.array([*map(len, ids)], dtype=float) + 1)
    yield "walk.length_m", walk["length_m"], pd.Series(sums, dtype=float), slack


def _schedule_columns(plan: Mapping[str, pd.DataFrame], houses: pd.DataFrame) -> Iterator[_Column]:
    schedule = plan["schedule"]
    months = schedule["month"].sort_values(kind="stable").reset_index(drop=True)
    yield "schedule.month", schedule["month"], months, 0
    known = schedule["work"].isin(_WORKS)
    yield "schedule.work", schedule["work"], schedule["work"].where(known), 0
    asked, installed = _transmitters(houses)
    states = plan["solutions"]["state"]
    done_of = {
        "solutions": plan["solutions"]["group"][states == "existing"],
        "transmitters": houses["group"][asked & installed],
    }
    todo_of = {"transmitters": houses["group"][asked & ~installed]}
    nobody = pd.Series([], dtype=object)
    for work in _WORKS:
        rows = schedule[schedule["work"] == work].reset_index(drop=True)
        group = rows["group"].fillna("")
        so_far = rows.groupby(group)["planned"].cumsum()
        items = _items(work, plan)
        if work == "barriers":
            # The layer of barriers has no groups: what was done before is that of the first row.
            first = rows.groupby(group)[["total", "planned", "target"]].transform("first")
            before = (first["total"] - first["planned"]).clip(lower=0)
            target = first["target"]
        else:
            todo = todo_of[work] if items is None else items["group"]
            done = done_of.get(work, nobody).fillna("").value_counts()
            left = todo.fillna("").value_counts()
            before, others = (
                counts.reindex(group).fillna(0).reset_index(drop=True) for counts in (done, left)
            )
            target = before + others
        total = (before + so_far).clip(upper=target)
        yield "schedule.total", rows["total"], total, 0
        yield "schedule.target", rows["target"], target, 0
        share = (rows["total"] / rows["target"]).round(4)
        yield "schedule.share", rows["share"], share, _CHANCES
        priced = rows["cost_vnd"].notna().groupby(group).cummax()
        spent = rows["cost_vnd"].fillna(0).groupby(group).cumsum().where(priced)
        number = rows.groupby(group).cumcount() + 2
        yield "schedule.total_cost_vnd", rows["total_cost_vnd"], spent, _DONG * number


def _unlike(listed: pd.Series, expected: pd.Series, slack: Any) -> Any:
    """Return the rows in which a column differs from what follows, shape ``(n,)``.

    >>> _unlike(pd.Series([1.0, 2.0, None]), pd.Series([1.0, 2.5, None]), 0.1).tolist()
    [1]
    >>> _unlike(pd.Series(["a"]), pd.Series(["a", "b"]), 0).tolist()
    [1]
    """
    count = min(len(listed), len(expected))
    rest = np.arange(count, max(len(listed), len(expected)))
    one, other = listed.iloc[:count], expected.iloc[:count]
    missing = one.isna().to_numpy(), other.isna().to_numpy()
    if pd.api.types.is_numeric_dtype(expected.dtype):
        numbers = [
            pd.to_numeric(each, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
            for each in (one, other)
        ]
        apart = np.abs(numbers[0] - numbers[1]) > np.broadcast_to(slack, len(expected))[:count]
    else:
        apart = one.to_numpy(dtype=object) != other.to_numpy(dtype=object)
    differs = (missing[0] != missing[1]) | (apart & ~missing[0] & ~missing[1])
    return np.concatenate([np.flatnonzero(differs), rest])
