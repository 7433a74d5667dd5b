"""The lists of a plan: what to do first, where to build, where to walk, by when, at what cost."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
import shapely

from fireaccess.model.formats import Language, day
from fireaccess.model.layers import GAINS
from fireaccess.outputs.headings import COLUMNS, TEXTS
from fireaccess.outputs.listing import (
    Column,
    Listing,
    Teller,
    in_order,
    known_cells,
    told_columns,
    words,
)
from fireaccess.outputs.numbers import money, number, share
from fireaccess.outputs.order import by_group
from fireaccess.outputs.result import Result
from fireaccess.planning.solutions import WHY
from fireaccess.planning.ward import Plan
from fireaccess.sources.houses import NO_GROUP

#: What marks a price that no office has set.
EXAMPLE: Final = "example"
#: What there is to do of a solution comes before what is there.
_TO_DO: Final = MappingProxyType({"proposed": 0, "not_known": 1, "none": 2})
#: Gains that belong on paper beside a barrier; the others stand in the workbook alone.
_PRINTED_GAINS: Final = ("gain_houses", "gain_best_houses")


def plan_lists(result: Result, language: Language) -> tuple[Listing, ...]:
    """Return the lists of a result's plan; none where it has no plan.

    Parameters
    ----------
    result
        What `fireaccess.plan` returns.
    language
        Language of titles, headings and words.

    Returns
    -------
    Measures, sites, houses that none of them covers (if there are any), water solutions, the
    walking list, and the schedule by group and by month.
    """
    if result.plan is None:
        return ()
    teller = _PlanLists(result, language)
    return (
        teller.measures(result.plan),
        teller.sites(result.plan),
        *([teller.not_covered(result.plan)] if len(result.plan["not_covered"]) else []),
        teller.solutions(result.plan),
        teller.walk(result.plan),
        teller.schedule(result.plan),
        teller.months(result.plan),
    )


def gain_columns(result: Result, language: Language) -> dict[str, list[Column]]:
    """Return the columns that tell what removing a barrier brings, by whether they are printed.

    Parameters
    ----------
    result
        What `fireaccess.run` or `fireaccess.plan` returns.
    language
        Language of the headings.

    Returns
    -------
    Columns as ``gains`` and ``more_gains``; none where the result has no plan.
    """
    if result.plan is None:
        return {}
    made = {
        name: Column(name, heading.into(language), kind, width)
        for name, (heading, kind, width) in ((name, COLUMNS[name]) for name in GAINS)
    }
    return {
        "gains": [made[name] for name in _PRINTED_GAINS],
        "more_gains": [made[name] for name in GAINS if name not in _PRINTED_GAINS],
    }


def total_cost_vnd(plan: Plan) -> float:
    """Return what all that the schedule names and that has a price costs.

    Examples
    --------
    >>> import pandas as pd
    >>> total_cost_vnd(Plan({"schedule": pd.DataFrame({"cost_vnd": [2.0e6, None]})}, {}))
    2000000.0
    """
    return float(pd.to_numeric(plan["schedule"]["cost_vnd"]).sum())


def has_examples(plan: Plan) -> bool:
    """Tell whether any price is one of those that are shipped as an example.

    Examples
    --------
    >>> import pandas as pd
    >>> has_examples(Plan({"walk": pd.DataFrame({"cost_from": ["example", None]})}, {}))
    True
    """
    return any(
        EXAMPLE in str(source).split(";")
        for frame in plan.layers.values()
        if "cost_from" in frame
        for source in frame["cost_from"].dropna().unique()
    )


def if_passable(plan: Plan, language: Language) -> str:
    """Say how many of the houses gained hang on what is to be measured; nothing if none does.

    Parameters
    ----------
    plan
        The plan.
    language
        Language of the sentence.

    Examples
    --------
    >>> figures = {"measures": {"gain_houses": 195, "houses_if_passable": 33}}
    >>> if_passable(Plan({}, figures), "en")
    'Houses gained only if what has yet to be measured lets a truck through: 33 of 195.'
    """
    of = plan.figures["measures"]
    if not of["houses_if_passable"]:
        return ""
    return TEXTS["told.if_passable"].into(
        language,
        open=number(of["houses_if_passable"], language),
        houses=number(of["gain_houses"], language),
    )


def by_month(schedule: pd.DataFrame) -> pd.DataFrame:
    """Add up a schedule by month, all groups together.

    Parameters
    ----------
    schedule
        The table ``schedule`` of a plan.

    Returns
    -------
    One row for each month, in order: ``month``, a column for each work, ``cost_vnd`` (NaN where
    nothing of the month has a price), ``total_cost_vnd``, and ``cost_from``, the sources of the
    month's prices with ``;`` between them.

    Examples
    --------
    >>> rows = {"month": ["2026-12"] * 2, "work": ["barriers", "hydrants"], "planned": [2, 1],
    ...         "cost_vnd": [3e6, None], "cost_from": ["example", None]}
    >>> by_month(pd.DataFrame(rows)).to_dict("records")  # doctest: +NORMALIZE_WHITESPACE
    [{'month': '2026-12', 'barriers': 2, 'hydrants': 1, 'cost_vnd': 3000000.0,
      'total_cost_vnd': 3000000.0, 'cost_from': 'example'}]
    """
    works = list(dict.fromkeys(schedule["work"]))
    rows = []
    total = 0.0
    for month, of in sorted(schedule.groupby("month"), key=lambda part: str(part[0])):
        cost = pd.to_numeric(of["cost_vnd"]).sum(min_count=1)
        total += 0.0 if np.isnan(cost) else float(cost)
        sources = {name for text in of["cost_from"].dropna() for name in str(text).split(";")}
        planned = of.groupby("work")["planned"].sum()
        rows.append(
            {
                "month": month,
                **{work: int(planned.get(work, 0)) for work in works},
                "cost_vnd": float(cost),
                "total_cost_vnd": total,
                "cost_from": ";".join(sorted(sources)) or None,
            }
        )
    names = ["month", *works, "cost_vnd", "total_cost_vnd", "cost_from"]
    return pd.DataFrame(rows, columns=names)


class _PlanLists(Teller):
    """Makes the lists of one plan in one language."""

    __slots__ = ()

    def measures(self, plan: Plan) -> Listing:
        """Return barriers and corners to deal with, in the plan's order, then the others."""
        frame = plan["measures"]
        chosen = frame[frame["rank"].notna()]
        rows = {
            **told_columns(frame),
            **self.where(shapely.point_on_surface(frame.geometry.to_numpy())),
            "described": self._what_stands_there(frame["barrier_ids"]),
            "name": known_cells(frame["road"]),
            "group": self._groups(frame["group"]),
            "action": self.told_each("measure.", frame["action"], ", "),
            "alone_cost_vnd": known_cells(frame["cost_vnd"]),
            "cost_from": self._sources(frame),
            "code": frame["measure_id"].to_numpy(),
            # The map shows the first of those in series.
            "at": [str(ids).partition(";")[0] for ids in frame["barrier_ids"]],
        }
        told = TEXTS["told.measures"].into(
            self.language,
            count=number(len(chosen), self.language),
            houses=number(_sum(chosen["more_houses"]), self.language),
            cost=money(_sum(chosen["cost_vnd"]), self.language),
        )
        told = " ".join(filter(None, (told, if_passable(plan, self.language))))
        note = {"told": told, "costs": self._costs(frame)}
        return self.listing("measures", pd.DataFrame(rows), "barriers", note=note, paper="A3")

    def sites(self, plan: Plan) -> Listing:
        """Return proposed hydrants and fire points, in the order in which to build them."""
        frame = plan["sites"]
        rows = {
            **told_columns(frame),
            **self.where(shapely.point_on_surface(frame.geometry.to_numpy())),
            "site_kind": self.told("type.", frame["kind"]),
            "name": known_cells(frame["road"]),
            "group": self._groups(frame["group"]),
            "site_houses": known_cells(frame["gain_houses"]),
            "site_people": known_cells(frame["gain_people"]),
            "cost_from": self._sources(frame),
            "code": frame["site_id"].to_numpy(),
            "at": frame["segment_id"].to_numpy(),
        }
        told = " ".join(
            TEXTS["told.sites"].into(
                self.language,
                kind=words(self.language)[f"type.{kind}"].capitalize(),
                ninety=self._count(of["needed"]["0.90"]),
                most=self._count(of["needed"]["0.95"]),
                all=self._count(of["needed"]["all"]),
                gap=share(of["gap"], self.language),
            )
            for kind, of in plan.figures["siting"].items()
            if of["limit_m"] is not None
        )
        note = {"told": told, "costs": self._costs(frame)}
        return self.listing("sites", pd.DataFrame(rows, dtype=object), "segments", note=note)

    def not_covered(self, plan: Plan) -> Listing:
        """Return the houses that no place covers, by group."""
        frame = plan["not_covered"]
        houses = self.result.houses.drop_duplicates("house_id").set_index("house_id")
        houses = houses[["address", "group"]].reindex(frame["house_id"])
        groups = [NO_GROUP if pd.isna(group) else str(group) for group in houses["group"]]
        rows = {
            **told_columns(frame),
            **self.where(shapely.point_on_surface(frame.geometry.to_numpy())),
            "code": frame["house_id"].to_numpy(),
            "address": known_cells(houses["address"]),
            "group": self._groups(groups),
            "site_kind": self.told("type.", frame["kind"]),
            "why_not": self.told("why_not.", frame["why"]),
            "by_kind": frame["kind"].to_numpy(),
            "by_group": [by_group(group) for group in groups],
            "at": frame["house_id"].to_numpy(),
        }
        return self.listing("not_covered", in_order(rows, "by_kind", "by_group", "code"), "houses")

    def solutions(self, plan: Plan) -> Listing:
        """Return a water solution for each road or alley without a truck, those to build first."""
        frame = plan["solutions"]
        rows = {
            **told_columns(frame),
            **self.where(shapely.point_on_surface(frame.geometry.to_numpy())),
            "name": self._names(frame["name"]),
            "group": self._groups(frame["group"]),
            "has_water_solution": self.told("answer.", frame["has_water_solution"]),
            "solution": self.told("measure.", frame["solution"]),
            "plan_state": self.told("plan_state.", frame["state"]),
            "why": self._reasons(frame["why"]),
            "others": self._perhaps("measure.", frame["others"]),
            "fire_points_near": known_cells(frame["fire_points"]),
            "vehicles_in": [
                text and text.replace(";", ", ") for text in known_cells(frame["vehicles"])
            ],
            "cost_from": self._sources(frame),
            "code": frame["alley_id"].to_numpy(),
            "at": frame["alley_id"].to_numpy(),
            "order": [_TO_DO.get(state, len(_TO_DO)) for state in frame["state"]],
        }
        note = {"costs": self._costs(frame)}
        ordered = in_order(rows, "order", "name", "code")
        return self.listing("solutions", ordered, "alleys", note=note, paper="A3")

    def walk(self, plan: Plan) -> Listing:
        """Return where to measure next by group: a row for each segment, to be filled in.

        What is told of an alley stands in the row of its first segment.
        """
        frame = plan["walk"]
        groups = [NO_GROUP if pd.isna(group) else str(group) for group in frame["group"]]
        alleys = in_order(
            {
                **told_columns(frame),
                **self.where(shapely.point_on_surface(frame.geometry.to_numpy())),
                "name": self._names(frame["name"]),
                "group": self._groups(groups),
                "by_group": [by_group(group) for group in groups],
                "open_houses": known_cells(frame["houses_needs_survey"]),
                "total_settles": known_cells(frame["total_settles"]),
                "walk_share": known_cells(frame["total_share"]),
                "cost_from": self._sources(frame),
                "at": frame["alley_id"].to_numpy(),
                "segment_id": [str(ids).split(";") for ids in frame["segment_ids"]],
            },
            "by_group",
            "rank",
        )
        rows = alleys.reset_index(drop=True).explode("segment_id")
        further = rows.index.duplicated()
        kept = ["rank", "name", "group", "segment_id", "alley_id", "at", "lon", "lat"]
        rows.loc[further, [name for name in rows if name not in (*kept, "east", "north")]] = None
        note = {"costs": self._costs(frame)}
        return self.listing("walk", rows, "alleys", note=note, section="group")

    def schedule(self, plan: Plan) -> Listing:
        """Return what to do month by month, by group and work."""
        frame = plan["schedule"]
        rows = {
            **told_columns(frame),
            "group": self._groups(frame["group"]),
            "work": self.told("work.", frame["work"]),
            "done_then": known_cells(frame["total"]),
            "planned_share": known_cells(frame["share"]),
            "cost_from": self._sources(frame),
        }
        note = {"due": self._due(), "costs": self._costs(frame)}
        return self.listing("schedule", pd.DataFrame(rows, dtype=object), note=note)

    def months(self, plan: Plan) -> Listing:
        """Return what to do month by month, all groups together."""
        frame = plan["schedule"]
        rows = by_month(frame)
        works = rows.columns[1:-3].tolist()
        told = self.told("work.", works)
        columns = [
            Column(work, heading, "count", 13, (work,))
            for work, heading in zip(works, told, strict=True)
        ]
        rows = rows.assign(cost_from=self._sources(rows))
        note = {"due": self._due(), "costs": self._costs(frame)}
        return self.listing("months", rows, note=note, columns={"works": columns})

    def _what_stands_there(self, several: pd.Series) -> list[str | None]:
        """Describe the obstacles of each measure."""
        ids = [str(of).split(";") for of in several]
        every = pd.Series([token for of in ids for token in of], dtype=object)
        described = dict(zip(every, self.described(every), strict=True))
        return ["; ".join(described[token] or token for token in of) for of in ids]

    def _groups(self, groups: Sequence[Any]) -> list[Any]:
        return self.told("group.", [NO_GROUP if pd.isna(group) else group for group in groups])

    def _names(self, names: pd.Series) -> list[Any]:
        return [name or self.word("")("unnamed") for name in known_cells(names)]

    def _sources(self, frame: pd.DataFrame) -> list[Any]:
        return self.told_each("cost_from.", frame["cost_from"], ", ")

    def _reasons(self, codes: pd.Series) -> list[Any]:
        """Say why each solution is what it is; a code that nobody explains is told as it is."""
        told = {code: text.into(self.language) for code, text in WHY.items()}
        return [
            None
            if several is None
            else " ".join(told.get(code, code) for code in several.split(";"))
            for several in known_cells(codes)
        ]

    def _perhaps(self, prefix: str, codes: pd.Series) -> list[Any]:
        """Return words for cells of several codes; one that ends with a question mark keeps it."""
        word = self.word(prefix)
        return [
            None
            if several is None
            else ", ".join(
                f"{word(code.rstrip('?'))}{'?' * code.endswith('?')}" for code in several.split(";")
            )
            for several in known_cells(codes)
        ]

    def _count(self, value: Any) -> str:
        return number(None if value is None else float(value), self.language)

    def _due(self) -> str:
        deadline = self.result.project.options.deadline
        told = day(deadline.isoformat() if deadline else None, self.language)
        return told or words(self.language)["not_set"]

    def _costs(self, frame: pd.DataFrame) -> str:
        """Say of prices that are an example that they are no quotation."""
        shown = Plan({"shown": frame}, {})
        return words(self.language)["costs.example"] if has_examples(shown) else ""


def _sum(values: pd.Series) -> float:
    return float(pd.to_numeric(values).sum())
