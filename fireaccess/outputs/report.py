"""The report that an office sends on: what it says, and how it fills the template.

All figures are those of the statistics and of the lists; they are written here as text, so that a
template has only to name them. Names of people and lists of houses have no place in it. Text of the
survey is only ever text: no markup, no placeholder.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from zipfile import BadZipFile

import pandas as pd
from docx.opc.exceptions import OpcError
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage
from jinja2 import StrictUndefined, TemplateError, UndefinedError
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError
from fireaccess.model.formats import Language, day, decimal
from fireaccess.outputs.files import SAVED, put_office_file, same_bytes
from fireaccess.outputs.lists import Listing, lists, words
from fireaccess.outputs.numbers import (
    NOTHING,
    between,
    change,
    money,
    number,
    share,
    share_range,
)
from fireaccess.outputs.order import by_group
from fireaccess.outputs.pictures import (
    WIDTH_MM,
    coverage_chart,
    group_charts,
    houses_map,
    roads_map,
)
from fireaccess.outputs.plain import plain_text
from fireaccess.outputs.plan_lists import by_month, has_examples, if_passable, total_cost_vnd
from fireaccess.outputs.report_template import report_template
from fireaccess.outputs.result import Result
from fireaccess.outputs.sentences import figure_text
from fireaccess.outputs.texts import texts
from fireaccess.outputs.told import FIGURES, no_answer, silent, synthetic, thresholds, told_on_paper
from fireaccess.planning.ward import Plan

#: Sentences of the report that the template can't hold, since they come or not.
_TEXTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "yes": Message("yes"),
        "assumed": Message("no: assumed"),
        "not_set": Message("not set"),
        "some_shown": Message("{shown} of {all}, all in the workbook"),
        "all_shown": Message("all {all}"),
        "hose": Message("Hose from the truck, {case}"),
        # What is measured
        "measured_share": Message("The width of {share} of the length of roads and alleys"),
        "rows.widths": Message("{count} readings of widths"),
        "rows.clearances": Message("{count} readings of heights"),
        "rows.barriers": Message("{count} barriers surveyed"),
        "rows.water": Message("{count} water sources surveyed"),
        "rows.fire_points": Message("{count} fire points surveyed"),
        "rows.solutions": Message("{count} water solutions installed"),
        "no_measurement": Message("nothing yet"),
        # What is not known
        "needs_survey": Message("{count} houses"),
        "unconnected": Message("{count} houses that no alley is mapped for"),
        "unknown_km": Message("{count} km of road: whether a truck gets there"),
        "unknown_alleys": Message("{count} roads and alleys that perhaps a truck gets to"),
        "unknown_solutions": Message(
            "{count} roads and alleys: whether they have a water solution"
        ),
        "unknown_barriers": Message("{count} barriers and readings: whether a truck passes"),
        "unknown_corners": Message("{count} corners: whether a truck gets round"),
        "unknown_dead_ends": Message("{count} dead ends: whether a truck has to reverse too far"),
        "unknown_water": Message("{count} water sources and fire points: whether they can be used"),
        "unknown_draft_points": Message(
            "{count} places to draw open water: whether it can be done"
        ),
        "people_unknown": Message("{count} houses: how many live there"),
        "left_out": Message("{count} rows of the survey that could not be used (see findings.csv)"),
        "none_unknown": Message("nothing"),
        # The plan
        "cost_of": Message("{cost} ({sources})"),
        "within": Message("{kind}, within {limit} m"),
    }
)
_ANSWERS: Final = ("road", "road_60", "water", "point")
#: Rows of a list that a section shows; the workbook has all.
_ROWS: Final = 30
#: Rows of what to do first, and of where to measure first.
_FIRST: Final = 10
#: What is told of a plan beside its tables, in the template as ``plan_…``.
_PLAN: Final = (
    *("houses", "expected", "share", "low", "high", "share_low", "share_high", "draws", "cost"),
    *("cost_note", "measures_shown", "if_passable", "solved_share", "alleys", "walk_shown"),
)
#: The order in which what becomes of an alley's water is told.
_STATES: Final = ("existing", "proposed", "none", "not_known")
_COUNTED: Final = ("houses", "expected", "low", "high")
_PLAN_TABLES: Final = ("measures", "sites", "solutions", "walk", "months")


def write_report(result: Result, path: Path, *, template: Path | None = None) -> tuple[str, ...]:
    """Write the report of a result; same input, same bytes.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    path
        The .docx file to write.
    template
        A template that was edited; without it the one that is shipped.

    Returns
    -------
    The placeholders that the template does without, in alphabetical order.

    Raises
    ------
    OutputError
        If the template can't be read, asks for what the report doesn't know or is wrong
        otherwise, or if the report can't be written.
    """
    language = result.project.options.language
    source = report_template(language) if template is None else _content(template)
    document = _opened(source, template)
    teller = _Teller.of(result)
    values, pictures = teller.tell(), teller.pictures()
    environment = SandboxedEnvironment(undefined=StrictUndefined, finalize=_as_typed)
    try:
        asked = document.get_undeclared_template_variables(environment)
    except TemplateError as error:
        raise _wrong(str(error), template) from error
    known = {*values, *pictures}
    if asked - known:
        told = ", ".join(sorted(asked - known))
        what = Message("the template has placeholders that the report does not know: {told}")
        raise _unknown(what, told, known, values, template)
    for name, draw in pictures.items():
        if name in asked:
            values[name] = [
                InlineImage(document, io.BytesIO(drawn), width=Mm(WIDTH_MM)) for drawn in draw()
            ]
    try:
        document.render(values, environment, autoescape=True)
    except UndefinedError as error:
        what = Message("the template has a placeholder that is not known: {told}")
        raise _unknown(what, str(error), known, values, template) from error
    except (
        TemplateError,
        SyntaxError,
        ArithmeticError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise _wrong(str(error), template) from error
    about = document.docx.core_properties
    about.title = plain_text(result.project.name)[:255]
    about.modified = SAVED  # an edited template may have none
    content = io.BytesIO()
    document.save(content)
    put_office_file(path, same_bytes(content.getvalue()))
    return tuple(sorted(known - asked))


def figures(result: Result) -> dict[str, Any]:
    """Return all that a template may ask for but the pictures, as text in the report's language.

    Lists are lists of dictionaries, or of sentences.
    """
    return _Teller.of(result).tell()


@dataclass(frozen=True, slots=True)
class _Teller:
    """Puts the figures of one result into words."""

    result: Result
    language: Language
    lists: Mapping[str, Listing]

    @classmethod
    def of(cls, result: Result) -> _Teller:
        language = result.project.options.language
        return cls(result, language, {made.name: made for made in lists(result, language)})

    def say(self, key: str, **figures: str) -> str:
        return _TEXTS[key].into(self.language, **figures)

    def number(self, value: Any, digits: int = 0) -> str:
        return number(None if value is None else float(value), self.language, digits)

    def tell(self) -> dict[str, Any]:
        result, language = self.result, self.language
        area, dates = result.statistics["area"], result.statistics["dates"]
        roads, alleys, barriers = area["roads"], area["alleys"], area["barriers"]
        deadline = result.project.options.deadline
        norm = result.norm
        deep = norm.deep_alley_m is not None
        pointed = norm.fire_point_depth_m is not None
        return {
            "project": result.project.name,
            "synthetic": synthetic(language) if result.project.options.synthetic else "",
            "basis": told_on_paper(result, language),
            "thresholds": self.thresholds(),
            "measured": share(roads["measured_share"], language),
            "road_km": self.number(roads["km"], 1),
            "alley_measured": share(roads["alley_measured_share"], language),
            "alley_km": self.number(roads["alley_km"], 1),
            "houses": self.number(area["houses"]),
            "people": self.people(area["people"]),
            "people_unknown": self.number(area["houses_without_people_count"]),
            "unconnected": self.number(area["status"]["unconnected"]),
            "coverage": self.coverage(),
            "statuses": self.statuses(),
            "distances": self.distances(),
            "alleys_worst": self.number(alleys["without_truck_worst"]),
            "alleys_best": self.number(alleys["without_truck_best"]),
            "deep_limit": silent(self.language)
            if norm.deep_alley_m is None
            else figure_text(norm.deep_alley_m, language),
            "deep_worst": self.number(alleys["deep"] if deep else None),
            "deep_best": self.number(alleys["deep_certain"] if deep else None),
            "with_water": self.number(alleys["water_solution"]["yes"]),
            "water_unknown": self.number(alleys["water_solution"]["unknown"]),
            "without_water": self.number(alleys["water_solution"]["no"]),
            "with_point": self.number(alleys["with_fire_point"]),
            "needing_point": self.number(alleys["needs_fire_point"] if pointed else None),
            **self.deep_alleys(),
            "barriers_all": self.number(barriers["barriers"]),
            "barriers_dealt_with": self.number(barriers["dealt_with"]),
            "narrow_places": self.number(barriers["narrow_readings"]),
            "open_places": self.number(barriers["open_readings"]),
            "low_places": self.number(barriers["low_clearances"]),
            **self.corners(),
            **self.dead_ends(),
            **self.draft_points(),
            "scenarios": self.scenarios(),
            "effects": [
                {"name": self.word(f"effect.{name}"), "count": self.number(count)}
                for name, count in reversed(barriers["by_effect"].items())
            ],
            **self.barriers(),
            "hydrant_near": self.number(area["hydrant_within_150_m"]),
            "gaps_km": self.number(
                area["hydrant_gaps_km"] if norm.hydrant_spacing_m is not None else None, 1
            ),
            "water": self.objects("water"),
            "fire_points": self.objects("fire_points"),
            "due": day(deadline.isoformat() if deadline else None, language) or self.say("not_set"),
            "newest": day(dates["newest_evidence"], language) or NOTHING,
            "targets": self.targets(),
            "approved": self.approved(),
            "measurements": self.measurements(),
            "assumed": self.assumed(),
            "unknown": self.unknown(),
            **self.plan(),
            **self.groups(),
        }

    def pictures(self) -> dict[str, Callable[[], list[bytes]]]:
        """Return what draws each picture that a template may ask for."""
        result, language = self.result, self.language
        area = result.statistics["area"]
        bars = [(self.requirement(answer), area[answer]) for answer in _ANSWERS]
        groups = [
            {"group": row["group"], "road": _of(row, "road"), "water": _of(row, "water")}
            for row in _records(self.lists["groups"].rows)
        ]
        return {
            "coverage_chart": lambda: [coverage_chart(bars, language)],
            "group_charts": lambda: group_charts(groups, language),
            "houses_map": lambda: [houses_map(result, language)],
            "roads_map": lambda: [roads_map(result, language)],
        }

    def word(self, key: str) -> str:
        return texts(self.language)[key]

    def people(self, count: Any) -> str:
        """Write a number of people; nothing where nobody counted any."""
        area = self.result.statistics["area"]
        nobody = area["houses_without_people_count"] == area["houses"]
        return NOTHING if nobody else self.number(count)

    def requirement(self, answer: str) -> str:
        """Say what an answer asks of a house, with the limit that the norm gives."""
        norm = self.result.norm
        limit = {
            "road": norm.hose_limit_m,
            "road_60": norm.new_building_limit_m,
            "point": norm.fire_point_m,
        }.get(answer)
        key = "coverage.point_any" if answer == "point" and limit is None else f"coverage.{answer}"
        told = NOTHING if limit is None else f"{decimal(limit.value, self.language)} {limit.unit}"
        return f"{self.word('coverage.what')} {self.word(key).format(told)}"

    def coverage(self) -> list[dict[str, str]]:
        area = self.result.statistics["area"]
        rows = []
        for answer in _ANSWERS:
            of = area[answer]
            if of is None:
                cells = {"houses": NOTHING, "people": NOTHING}
                cells["share"] = no_answer(self.result, self.language)
            else:
                people = [self.people(of[f"people_{case}"]) for case in ("worst", "best")]
                cells = {
                    "houses": self.houses_between(of),
                    "share": share_range(of, self.language),
                    "people": between(*people),
                }
            rows.append({"name": self.requirement(answer), **cells})
        return rows

    def houses_between(self, of: Mapping[str, Any]) -> str:
        worst, best = of["covered"], of["covered"] + of["needs_survey"]
        return between(self.number(worst), self.number(best))

    def statuses(self) -> list[dict[str, str]]:
        area = self.result.statistics["area"]
        whole = area["houses"]
        return [
            {
                "name": self.word(f"status.{status}"),
                "houses": self.number(count),
                "share": share(count / whole if whole else None, self.language),
            }
            for status, count in area["status"].items()
        ]

    def distances(self) -> list[dict[str, str]]:
        cases = {"hose_m": "worst", "hose_best_m": "best"}
        return [
            {
                "name": self.say("hose", case=self.word(cases[name]))
                if name in cases
                else self.word(f"label.{name}"),
                "median": self.number(of["median"], 1),
                "p90": self.number(of["p90"], 1),
                "without": self.number(of["without"]),
            }
            for name, of in self.result.statistics["area"]["percentiles"].items()
        ]

    def thresholds(self) -> list[dict[str, str]]:
        rows = []
        for name, figure in thresholds(self.result, self.language):
            told = {"value": silent(self.language), "clause": NOTHING, "verified": NOTHING}
            if figure is not None:
                told = {
                    "value": f"{decimal(figure.value, self.language, 2)} {figure.unit}",
                    "clause": figure.clause,
                    "verified": self.say("yes" if figure.verified else "assumed"),
                }
            rows.append({"name": name, **told})
        return rows

    def shown(self, shown: int, count: int) -> str:
        """Say how many rows of a list stand here."""
        key = "all_shown" if shown == count else "some_shown"
        return self.say(key, shown=self.number(shown), all=self.number(count))

    def alley_row(self, row: Mapping[str, Any]) -> dict[str, str]:
        return {
            "name": row["name"],
            "groups": _or_nothing(row["groups"]),
            "length": self.number(row["length_m"], 1),
            "depth": self.number(row["depth_m"], 1),
            "width": self.number(row["min_width_m"], 2),
            "houses": self.number(row["houses"]),
            "people": self.people(row["people"]),
            "stopped_by": _or_nothing(row["stopped_by"]),
            "water": _or_nothing(row["has_water_solution"]),
            "fire_point": _or_nothing(row["has_fire_point"]),
            "certain": _or_nothing(row["certain"]),
        }

    def deep_alleys(self) -> dict[str, Any]:
        """Return the deepest alleys; those that nobody gets to on foot come first."""
        alleys = self.result.alleys
        deep = set(alleys["alley_id"][alleys["deep"].eq(True).fillna(False).astype(bool)])
        rows = self.lists["alleys"].rows
        rows = rows[rows["at"].isin(deep)]
        depth = pd.to_numeric(rows["depth_m"]).fillna(float("inf"))
        rows = rows.loc[depth.sort_values(ascending=False, kind="stable").index]
        return {
            "alleys_shown": self.shown(len(rows[:_ROWS]), len(rows)),
            "alleys": [self.alley_row(row) for row in _records(rows[:_ROWS])],
        }

    def barriers(self) -> dict[str, Any]:
        """Return what may stop a truck and is not dealt with, by the houses that it stops."""
        layer = self.result.barriers
        stopping = layer["effect"].isin(("blocked", "unknown")) & ~(
            layer["dealt_with"].eq(True).fillna(False).astype(bool)
        )
        rows = self.lists["barriers"].rows
        rows = rows[rows["at"].isin(set(layer["barrier_id"][stopping]))]
        stopped = self.result.houses["stopped_by"].value_counts()
        houses = rows["at"].map(stopped).fillna(0).astype(int)
        order = houses[houses > 0].sort_values(ascending=False, kind="stable").index[:_ROWS]
        return {
            "barriers_shown": self.shown(len(order), len(rows)),
            "barriers": [
                {
                    "type": _or_nothing(row["type"]),
                    "described": _or_nothing(row["described"]),
                    "state": _or_nothing(row["state"]),
                    "width": self.number(row["clear_width_m"], 2),
                    "effect": _or_nothing(row["effect"]),
                    "houses": self.number(count),
                }
                for row, count in zip(_records(rows.loc[order]), houses[order], strict=True)
            ],
        }

    def corners(self) -> dict[str, str]:
        """Return how many corners may stop a truck; blanks where none does."""
        of = self.result.statistics["area"]["barriers"]
        counts = {name: of[name] for name in ("tight_corners", "open_corners")}
        there = any(counts.values())
        return {name: self.number(count) if there else "" for name, count in counts.items()}

    def dead_ends(self) -> dict[str, Any]:
        """Return figures of dead ends, and those that need a look; blanks where there is none."""
        of = self.result.statistics["area"]["dead_ends"]
        limit = self.result.norm.dead_end_m
        told = dict.fromkeys(("all", "limit", "too_long", "unknown", "shown"), "")
        rows = pd.DataFrame()
        if "dead_ends" in self.lists:
            known = words(self.language)
            rows = self.lists["dead_ends"].rows
            rows = rows[rows["too_long"].isin([known["too_long.yes"], known["too_long.unknown"]])]
            counts = of["too_long"] if limit is not None else {}
            told = {
                "all": self.number(of["dead_ends"]),
                "limit": silent(self.language)
                if limit is None
                else figure_text(limit, self.language),
                "too_long": self.number(counts.get("yes")),
                "unknown": self.number(counts.get("unknown")),
                "shown": self.shown(len(rows[:_ROWS]), len(rows)),
            }
        return {
            **{f"dead_ends_{name}": text for name, text in told.items()},
            "dead_ends": [
                {
                    "name": row["name"],
                    "reverse": self.number(row["reverse_m"], 1),
                    "length": self.number(row["dead_end_m"], 1),
                    "turning": _or_nothing(row["turning"]),
                    "too_long": _or_nothing(row["too_long"]),
                    "houses": self.number(row["houses"]),
                }
                for row in _records(rows[:_ROWS])
            ],
        }

    def draft_points(self) -> dict[str, Any]:
        """Return figures of draft points, and those that bring water; blanks where none is."""
        of = self.result.statistics["area"]["draft_points"]
        told = dict.fromkeys(("all", "yes", "unknown", "no", "gained", "shown"), "")
        rows = pd.DataFrame()
        if "draft_points" in self.lists:
            rows = self.lists["draft_points"].rows
            gained = pd.to_numeric(rows["houses_gained"])
            rows = rows[gained > 0]
            told = {
                "all": self.number(of["draft_points"]),
                **{answer: self.number(count) for answer, count in of["by_answer"].items()},
                "gained": self.number(of["houses_gained"] if gained.notna().any() else None),
                "shown": self.shown(len(rows[:_ROWS]), len(rows)),
            }
        return {
            **{f"draft_points_{name}": text for name, text in told.items()},
            "draft_points": [
                {
                    "code": row["code"],
                    "type": _or_nothing(row["type"]),
                    "name": _or_nothing(row["called"]),
                    "answer": _or_nothing(row["draftable"]),
                    "access": _or_nothing(row["access"]),
                    "missing": _or_nothing(row["missing"]),
                    "houses": self.number(row["houses_gained"]),
                }
                for row in _records(rows[:_ROWS])
            ],
        }

    def scenarios(self) -> list[dict[str, str]]:
        """Return the scenarios side by side; none where the project asks for no other one."""
        if "scenarios" not in self.lists:
            return []
        opened = {}
        if "alley_scenarios" in self.result.side_by_side:
            table = self.result.side_by_side["alley_scenarios"]
            opened = table["opened"].eq("yes").groupby(table["scenario"]).sum().to_dict()
        rows = _records(self.lists["scenarios"].rows)
        return [
            {
                "name": row["scenario"],
                "vehicle": row["vehicle"],
                "need": f"{self.number(row['need_width_m'], 2)} × "
                f"{self.number(row['need_height_m'], 2)}",
                "houses": self.range_of(self.number, row, "houses"),
                "share": self.range_of(partial(share, language=self.language), row, "share"),
                "more": self.range_of(partial(change, language=self.language), row, "more"),
                "opened": self.number(opened.get(of["scenario"])),
            }
            for row, of in zip(rows, self.result.statistics["scenarios"], strict=True)
        ]

    def range_of(self, told: Callable[[Any], str], row: Mapping[str, Any], part: str) -> str:
        """Write what houses in hose reach come to in both cases; a dash where nothing is known."""
        ends = (row.get(f"road.{part}_{case}") for case in ("worst", "best"))
        return between(*map(told, ends))

    def objects(self, layer: str) -> list[dict[str, str]]:
        """Return water sources or fire points by type."""
        yes, unknown = self.word("answer.yes"), self.word("answer.unknown")
        return [
            {
                "name": str(kind),
                "count": self.number(len(rows)),
                "working": self.number((rows["working"] == yes).sum()),
                "usable": self.number((rows["usable"] == yes).sum()),
                "unknown": self.number((rows["usable"] == unknown).sum()),
                "houses": self.number(pd.to_numeric(rows["houses_served"]).sum(min_count=1)),
            }
            for kind, rows in self.lists[layer].rows.groupby("type", sort=False)
        ]

    def targets(self) -> list[dict[str, str]]:
        return [
            {
                "name": row["target_name"],
                **{name: self.number(row[name]) for name in ("target", "done", "left")},
                "per_month": self.number(row["per_month"], 2),
                "share": share(row["done_share"], self.language),
                "owner": _or_nothing(row["owner"]),
                "due": day(figures["due"], self.language) or NOTHING,
                "product": _or_nothing(row["target_product"]),
                "authority": _or_nothing(row["target_authority"]),
            }
            for row, figures in zip(
                _records(self.lists["targets"].rows),
                self.result.statistics["targets"].values(),
                strict=True,
            )
        ]

    def approved(self) -> list[dict[str, str]]:
        """Return the whole area's figures of the approved list; none where there is no list."""
        listing = self.lists.get("approved")
        if listing is None or listing.whole is None:
            return []
        return [
            {"name": column.heading, "count": self.number(listing.whole[column.name])}
            for column in listing.columns
            if column.kind == "count" and column.name != "houses"
        ]

    def plan(self) -> dict[str, Any]:
        """Return what to do first; blanks where there is no plan."""
        plan = self.result.plan
        if plan is None:
            return {
                "planned": "",
                **{f"plan_{name}": "" for name in _PLAN},
                **{f"plan_{name}": [] for name in _PLAN_TABLES},
            }
        coverage, solutions = plan.figures["coverage"], plan.figures["solutions"]
        measures, walk = self.lists["measures"].rows, plan["walk"]
        chosen = int(measures["rank"].notna().sum())
        draws = coverage.get("draws", plan.figures.get("draws"))
        return {
            "planned": "1",
            **{f"plan_{name}": self.number(coverage[name]) for name in _COUNTED},
            **{
                f"plan_{name}": share(coverage[name], self.language)
                for name in ("share", "share_low", "share_high")
            },
            "plan_draws": self.number(draws),
            "plan_cost": self.cost(total_cost_vnd(plan), self.sources(self.lists["schedule"].rows)),
            "plan_cost_note": self.words("costs.example") if has_examples(plan) else "",
            "plan_measures_shown": self.shown(min(chosen, _FIRST), chosen),
            "plan_if_passable": if_passable(plan, self.language),
            "plan_measures": self.plan_measures(measures[:chosen]),
            "plan_sites": self.plan_sites(),
            "plan_solved_share": share(solutions["share"], self.language),
            "plan_alleys": self.number(solutions["alleys"]),
            "plan_solutions": self.plan_solutions(),
            "plan_walk_shown": self.shown(len(walk[:_FIRST]), len(walk)),
            "plan_walk": self.plan_walk(),
            "plan_months": self.plan_months(),
        }

    def plan_measures(self, rows: pd.DataFrame) -> list[dict[str, str]]:
        return [
            {
                "rank": self.number(row["rank"]),
                "described": _or_nothing(row["described"]),
                "action": _or_nothing(row["action"]),
                "road": _or_nothing(row["name"]),
                "group": _or_nothing(row["group"]),
                "worst": self.number(row["gain_houses"]),
                "best": self.number(row["gain_best_houses"]),
                "people": self.people(row["gain_people"]),
                "total": self.number(row["total_houses"]),
                "cost": self.cost(row["alone_cost_vnd"], row["cost_from"]),
            }
            for row in _records(rows[:_FIRST])
        ]

    def plan_sites(self) -> list[dict[str, str]]:
        """Return how many hydrants and fire points it takes; none of a norm that sets no limit."""
        plan, listed = _planned(self.result), self.lists["sites"].rows
        rows = []
        for kind, of in plan.figures["siting"].items():
            if of["limit_m"] is None:
                continue
            name = self.word(f"type.{kind}")
            limit = decimal(of["limit_m"], self.language)
            needed = of["needed"]
            mine = listed[listed["site_kind"] == name]
            rows.append(
                {
                    "name": self.say("within", kind=name.capitalize(), limit=limit),
                    "before": self.number(of["covered_before"]),
                    "covered": self.number(of["covered"]),
                    "not_covered": self.number(of["not_covered"]),
                    "sites": self.number(of["sites"]),
                    "ninety": self.number(needed["0.90"]),
                    "ninety_five": self.number(needed["0.95"]),
                    "all": self.number(needed["all"]),
                    "gap": share(of["gap"], self.language),
                    "cost": self.cost_of_all(mine),
                }
            )
        return rows

    def plan_solutions(self) -> list[dict[str, str]]:
        """Return the water solutions by kind: how many alleys and houses have which."""
        rows = self.lists["solutions"].rows
        order = {self.words(f"plan_state.{state}"): at for at, state in enumerate(_STATES)}
        found = [
            (str(state), str(solution), of)
            for (state, solution), of in rows.fillna({"solution": NOTHING}).groupby(
                ["plan_state", "solution"], sort=False
            )
        ]
        found.sort(key=lambda part: (order.get(part[0], len(order)), -len(part[2]), part[1]))
        return [
            {
                "name": solution,
                "state": state,
                "alleys": self.number(len(of)),
                "houses": self.number(pd.to_numeric(of["houses"]).sum(min_count=1)),
                "cost": self.cost_of_all(of),
            }
            for state, solution, of in found
        ]

    def plan_walk(self) -> list[dict[str, str]]:
        # The list has its rows by group, and one for each segment.
        frame = _planned(self.result)["walk"].sort_values("rank", kind="stable")[:_FIRST]
        rows = self.lists["walk"].rows.drop_duplicates("rank").set_index("rank")
        return [
            {
                "rank": self.number(rank),
                "name": row["name"],
                "group": _or_nothing(row["group"]),
                "length": self.number(row["length_m"], 1),
                "open": self.number(row["open_houses"]),
                "settles": self.number(row["settles_houses"], 1),
                "total": self.number(row["total_settles"], 1),
                "share": share(row["walk_share"], self.language),
            }
            for rank, row in zip(frame["rank"], _records(rows.loc[frame["rank"]]), strict=True)
        ]

    def plan_months(self) -> list[dict[str, str]]:
        """Return what to do in each month, and what that costs."""
        rows = by_month(_planned(self.result)["schedule"])
        works = rows.columns[1:-3].tolist()
        sources = self.lists["months"].rows["cost_from"]
        return [
            {
                "month": str(row["month"]),
                "work": "; ".join(
                    f"{self.words(f'work.{work}')}: {self.number(row[work])}"
                    for work in works
                    if row[work]
                ),
                "cost": self.cost(row["cost_vnd"], of),
                "total": money(row["total_cost_vnd"], self.language),
            }
            for row, of in zip(_records(rows), sources, strict=True)
        ]

    def words(self, key: str) -> str:
        """Return a word of the lists, or a code that has none."""
        return words(self.language).get(key, key.partition(".")[2])

    def cost(self, value: Any, sources: Any) -> str:
        """Write a price with where it is from: an example is never told as the office's own."""
        told = money(None if pd.isna(value) else float(value), self.language)
        if told == NOTHING or pd.isna(sources):
            return told
        return self.say("cost_of", cost=told, sources=str(sources))

    def cost_of_all(self, rows: pd.DataFrame) -> str:
        """Write what some rows of a list cost together."""
        costs = pd.to_numeric(rows["cost_vnd"])
        return self.cost(costs.sum(min_count=1), self.sources(rows))

    def sources(self, rows: pd.DataFrame) -> str | None:
        """Return where the prices of some rows of a list are from."""
        return ", ".join(dict.fromkeys(rows["cost_from"].dropna())) or None

    def measurements(self) -> list[str]:
        statistics = self.result.statistics
        measured = statistics["area"]["roads"]["measured_share"]
        sentences = []
        if measured:
            sentences.append(self.say("measured_share", share=share(measured, self.language)))
        for key in _TEXTS:
            if key.startswith("rows."):
                count = statistics["rows_read"].get(key.removeprefix("rows."), 0)
                sentences += [self.say(key, count=self.number(count))] if count else []
        return sentences or [self.say("no_measurement")]

    def assumed(self) -> list[str]:
        of = {"norm": self.result.norm, "vehicle": self.result.vehicle}
        sentences = []
        for kind, names in self.result.statistics["not_verified"].items():
            for name, value in names.items():
                unit = getattr(of[kind], name).unit
                told = f"{decimal(value, self.language, 2)} {unit}"
                sentences.append(f"{FIGURES[name].into(self.language).capitalize()}: {told}")
        return sentences or [self.say("none_unknown")]

    def unknown(self) -> list[str]:
        result = self.result
        statistics, area = result.statistics, result.statistics["area"]
        alleys, barriers = area["alleys"], area["barriers"]
        usable = pd.concat([result.water["usable"], result.fire_points["usable"]])
        counts: dict[str, float] = {
            "needs_survey": area["status"]["needs_survey"],
            "unconnected": area["status"]["unconnected"],
            "unknown_km": area["roads"]["km_by_reached"]["unknown"],
            "unknown_alleys": alleys["without_truck_worst"] - alleys["without_truck_best"],
            "unknown_solutions": alleys["water_solution"]["unknown"],
            "unknown_barriers": barriers["by_effect"]["unknown"] + barriers["open_readings"],
            "unknown_corners": barriers["open_corners"],
            "unknown_dead_ends": area["dead_ends"]["too_long"]["unknown"],
            "unknown_water": int((usable == "unknown").sum()),
            "unknown_draft_points": area["draft_points"]["by_answer"]["unknown"],
            "people_unknown": area["houses_without_people_count"],
            "left_out": sum(statistics["left_out"]["survey"].values()),
        }
        return [
            self.say(name, count=self.number(count, 1 if name == "unknown_km" else 0))
            for name, count in counts.items()
            if count
        ] or [self.say("none_unknown")]

    def groups(self) -> dict[str, Any]:
        """Return the figures of each residential group, and its alleys without a truck."""
        result = self.result
        living = result.houses.dropna(subset=["alley_id"]).groupby("group")["alley_id"]
        of_group = {group: set(alleys) for group, alleys in living}
        names = {of["group"] for of in result.statistics["groups"]} | set(result.groups["group"])
        alleys = self.lists["alleys"].rows
        in_a_group = alleys["at"].isin(set().union(*of_group.values()))
        sixty = {row["group"]: row for row in _records(self.lists["distances"].rows)}
        rows = _records(self.lists["groups"].rows)
        made = []
        # The list has its groups in the same order, under the names that it shows.
        for name, row in zip(sorted(names, key=by_group), rows, strict=True):
            of = {**sixty[row["group"]], **row}
            mine = alleys[alleys["at"].isin(of_group.get(name, set()))]
            made.append(
                {
                    "name": row["group"],
                    "houses": self.number(row["houses"]),
                    "people": self.people(row["people"]),
                    "unconnected": self.number(row["unconnected"]),
                    "measured": share(row["alley_measured_share"], self.language),
                    "coverage": [
                        {
                            "name": self.requirement(answer),
                            "houses": self.houses_between(covered),
                            "share": share_range(covered, self.language),
                        }
                        for answer in _ANSWERS
                        if (covered := _of(of, answer)) is not None
                    ],
                    "alleys": [self.alley_row(alley) for alley in _records(mine)],
                }
            )
        return {"groups": made, "alleys_in_no_group": self.number((~in_a_group).sum())}


def _of(row: Mapping[str, Any], answer: str) -> dict[str, Any] | None:
    """Return the coverage that a group's row of the lists tells, None where the norm is silent."""
    parts = ("covered", "needs_survey", "not_covered", "share_worst", "share_best")
    if f"{answer}.covered" not in row:
        return None
    return {part: row[f"{answer}.{part}"] for part in parts} | {"no_answer": row["unconnected"]}


def _planned(result: Result) -> Plan:
    """Return the plan of a result that has one."""
    if result.plan is None:
        raise ValueError("the result holds no plan")
    return result.plan


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): value for name, value in row.items()} for row in rows.to_dict("records")]


def _or_nothing(value: Any) -> str:
    return NOTHING if pd.isna(value) else str(value)


def _as_typed(value: Any) -> Any:
    """Make text safe in XML, and keep docxtpl from reading braces in it as its own."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    text = str(escape(plain_text(value)))
    return Markup(text.replace("{", "&#123;").replace("}", "&#125;"))


def _content(template: Path) -> bytes:
    try:
        return template.read_bytes()
    except OSError as error:
        raise OutputError(
            Message("the template can't be read: {reason}"),
            file=template,
            remedy=Message("name a .docx file, or leave --template out"),
            reason=error.strerror or str(error),
        ) from None


def _opened(content: bytes, template: Path | None) -> DocxTemplate:
    document = DocxTemplate(io.BytesIO(content))
    try:
        document.init_docx()
    except (OpcError, SyntaxError, OSError, LookupError, ValueError, BadZipFile) as error:
        raise OutputError(
            Message("the template is no Word document: {reason}"),
            file=template,
            remedy=Message("open it in Word, and save it as .docx (not .doc, .docm or .dotx)"),
            reason=str(error),
        ) from error
    return document


def _unknown(
    what: Message,
    told: str,
    known: Iterable[str],
    values: Mapping[str, Any],
    template: Path | None,
) -> OutputError:
    return OutputError(
        what,
        file=template,
        remedy=Message("known are: {known}"),
        told=told,
        known=", ".join(map(partial(_described, values), sorted(known))),
    )


def _described(values: Mapping[str, Any], name: str) -> str:
    """Return a placeholder's name, for a list with what a row of it has."""
    match values.get(name):
        case [{**row}, *_]:
            return f"{name} ({', '.join(map(str, row))})"
        case _:
            return name


def _wrong(reason: str, template: Path | None) -> OutputError:
    return OutputError(
        Message("the template can't be filled in: {reason}"),
        file=template,
        remedy=Message("compare it with the one that --save-template writes"),
        reason=reason,
    )
