"""What the command line prints, in the language of the project or of the terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.table import Table

from fireaccess.model.catalogue import Message, Plural, language_of_locale
from fireaccess.model.errors import Finding, Severity
from fireaccess.model.formats import Language
from fireaccess.model.interruption import stop_if_pressed
from fireaccess.outputs.numbers import number, share, share_range

if TYPE_CHECKING:
    from fireaccess.comparison import Comparison
    from fireaccess.outputs.result import Result
    from fireaccess.planning.ward import Plan
    from fireaccess.project import Project

_SPOKEN: Final[ContextVar[Language]] = ContextVar("language of the terminal")

_STAGES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "read": Message("reading roads, houses and survey"),
        "network": Message("building the network"),
        "analysis": Message("laying hose lines"),
        "layers": Message("putting results together"),
        "barriers": Message("removing barriers one by one"),
        "siting": Message("siting hydrants and fire points"),
        "draws": Message("drawing what is not measured"),
        "write": Message("writing results and map"),
    }
)
_SEVERITIES: Final[Mapping[Severity, tuple[Message, Plural, str]]] = MappingProxyType(
    {
        "error": (Message("error"), Plural("{count} error", "{count} errors"), "red"),
        "warning": (Message("warning"), Plural("{count} warning", "{count} warnings"), "yellow"),
        "hint": (Message("hint"), Plural("{count} hint", "{count} hints"), "dim"),
    }
)
_SCENARIOS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "flood": Message("Truck and hose in the flood"),
        "vehicle": Message("Truck and hose, vehicle {vehicle}"),
    }
)


_SITES: Final[Mapping[str, Message]] = MappingProxyType(
    {"hydrant": Message("Hydrants"), "fire_point": Message("Fire points")}
)


def language() -> Language:
    """Return the language that the terminal speaks: that of its locale until a project is open."""
    return _SPOKEN.get(language_of_locale())


def speak_as(project: Project | None) -> None:
    """Speak the language of a project, unless the variable LANGUAGE asks for one; None forgets."""
    if project is None or os.environ.get("LANGUAGE"):
        _SPOKEN.set(language_of_locale())
    else:
        _SPOKEN.set(project.options.language)


def say(text: Message, **params: Any) -> str:
    """Return a text in the language of the terminal."""
    return text.into(language(), **params)


def errors() -> Console:
    """Return the console for whatever is wrong."""
    return Console(stderr=True, markup=False, highlight=False)


def console() -> Console:
    """Return the console for results."""
    return Console(width=None if sys.stdout.isatty() else 110, markup=False, highlight=False)


@contextmanager
def progress(silent: bool) -> Iterator[Callable[[str], None]]:
    """Show on a terminal which stage is being worked on."""
    with spinner(silent) as show:
        yield lambda stage: show(say(_STAGES[stage]))


@contextmanager
def spinner(silent: bool) -> Iterator[Callable[[str], None]]:
    """Show on a terminal what is being done; what is done within a second is not worth a line."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    shown = Console(stderr=True)
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=shown,
        transient=True,
        disable=silent or not shown.is_terminal,
    )
    with bar:
        task = bar.add_task(say(Message("starting")), total=None)

        def show(text: str) -> None:
            stop_if_pressed()
            bar.update(task, description=text)

        yield show


def print_json(content: Any) -> None:
    """Print what other programs read: codes, figures, and messages in English."""
    print(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


def print_findings(findings: tuple[Finding, ...], *, most: int | None, quiet: bool) -> None:
    """Print findings, the first ones if there are more than ``most``; of errors even if quiet."""
    if quiet:
        findings = tuple(finding for finding in findings if finding.severity == "error")
        if not findings:
            return
    out = errors() if quiet else console()
    if not findings:
        out.print(say(Message("No findings.")))
        return
    counts = {name: sum(f.severity == name for f in findings) for name in _SEVERITIES}
    told = [_SEVERITIES[name][1].into(language(), n) for name, n in counts.items() if n]
    out.print(say(Message("Findings: {counts}"), counts=", ".join(told)))
    for finding in findings[:most]:
        word, _, style = _SEVERITIES[finding.severity]
        out.print(f"  {say(word)}: {finding.text_in(language())}", style=style, soft_wrap=True)
        if remedy := finding.remedy_in(language()):
            out.print(f"    → {remedy}", soft_wrap=True)
        if finding.fix and finding.code != "fix_out_of_date":
            out.print(f"    --accept-fix {finding.fix}", soft_wrap=True)
    if most is not None and len(findings) > most:
        more = Message("… and {count} more: `fireaccess check` lists them")
        out.print(f"  {say(more, count=len(findings) - most)}")


def print_figures(title: str, rows: list[tuple[str, Any]]) -> None:
    """Print the figures of a norm or a vehicle, and what a norm says in tables."""
    table = Table(title=title, title_justify="left", show_edge=False)
    table.add_column(say(Message("figure")))
    table.add_column(say(Message("value")), justify="right")
    for heading in (Message("unit"), Message("status"), Message("clause")):
        table.add_column(say(heading))
    for key, figure in rows:
        value = figure.value if isinstance(figure.value, str) else f"{figure.value:g}"
        table.add_row(key, value, figure.unit, figure.status, figure.clause)
    console().print(table)
    legend = Message(
        "V, V2 read in the source or in an unofficial copy; T tested; M from memory and "
        "assumption: not verified."
    )
    console().print(f"{say(legend)}\n", style="dim")


def print_comparison(found: Comparison) -> None:
    """Print how many houses and barriers changed and why, the targets, and rules that changed."""
    from fireaccess.outputs.changes import change_words

    words = change_words(language())
    for name, table in (("houses", found.houses), ("barriers", found.barriers)):
        rows = table.assign(why="") if name == "barriers" else table
        told = []
        for (change, why), count in rows.groupby(["change", "why"]).size().items():
            reasons = ", ".join(words[f"why.{step}"] for step in why.split(", ") if step)
            told.append(
                f"{count} {words[f'change.{change}'].lower()}{f' ({reasons})' if reasons else ''}"
            )
        print(f"{words[name]}: {', '.join(told) or say(Message('no changes'))}")
    progress = Message("{target}: done {done_old} of {target_old} → {done_new} of {target_new}")
    for name, *counts in found.targets.itertuples(index=False, name=None):
        of = dict(zip(found.targets.columns[1:], counts, strict=True))
        print(say(progress, target=words[f"target.{name}"], **of))
    for figure, old, new in found.rules[["figure", "old", "new"]].itertuples(index=False):
        print(f"{figure}: {old} → {new}")


def print_result(result: Result, files: Mapping[str, Path]) -> None:
    """Print one screen: what is covered, what is not known, and where the files are."""
    area = result.statistics["area"]
    out = console()
    out.print(result.project.name, style="bold")
    houses = Message(
        "Norm {norm}, vehicle {vehicle}; houses: {houses:,} ({people:,} people); "
        "{unconnected:,} houses without a mapped alley"
    )
    out.print(
        say(
            houses,
            norm=result.norm.name,
            vehicle=result.vehicle.name,
            houses=area["houses"],
            people=area["people"],
            unconnected=area["status"]["unconnected"],
        )
    )
    out.print(_coverage(area, result.statistics.get("scenarios", ())))
    alleys, barriers, roads = area["alleys"], area["barriers"], area["roads"]
    without = Message(
        "Roads and alleys without a truck: {worst} (certain: {best}; deep alleys: {deep}; "
        "with a water solution: {solution})"
    )
    out.print(
        say(
            without,
            worst=alleys["without_truck_worst"],
            best=alleys["without_truck_best"],
            deep=alleys["deep"],
            solution=alleys["water_solution"]["yes"],
        )
    )
    out.print(
        say(
            Message("Barriers: {barriers} (dealt with: {dealt}); {share} of alley length measured"),
            barriers=barriers["barriers"],
            dealt=barriers["dealt_with"],
            share=share(roads["alley_measured_share"], language()),
        )
    )
    assumed = [
        f"{name} = {value:g}"
        for kind in ("norm", "vehicle")
        for name, value in result.statistics["not_verified"][kind].items()
    ]
    if assumed:
        told = say(Message("Assumed, not verified: {figures}"), figures=", ".join(assumed))
        out.print(told, style="dim")
    for name in ("map.html", "results.gpkg", "statistics.json", "findings.csv"):
        if name in files:
            out.print(f"  {files[name]}", soft_wrap=True)


def print_plan(result: Result, files: Mapping[str, Path]) -> None:
    """Print one screen of a plan: expected coverage, first measures, sites, survey and money."""
    from fireaccess.outputs.plan_lists import if_passable

    plan, out, spoken = result.plan, console(), language()
    if plan is None:
        raise ValueError("the result holds no plan")
    figures = plan.figures
    out.print(result.project.name, style="bold")
    coverage = figures["coverage"]
    expected = Message(
        "Houses covered, as expected from {draws} draws of what is not measured: {share} "
        "({low} – {high} in nine of ten draws). An estimate, not a measurement."
    )
    out.print(
        say(
            expected,
            draws=number(coverage["draws"], spoken),
            share=share(coverage["share"], spoken),
            low=share(coverage["share_low"], spoken),
            high=share(coverage["share_high"], spoken),
        )
    )
    out.print(_first_measures(plan))
    if perhaps := if_passable(plan, spoken):
        out.print(perhaps)
    for kind, found in figures["siting"].items():
        if found["limit_m"] is None:
            continue
        needed = Message(
            "{kind}: {sites} proposed, {before} → {covered} of {houses} houses; for 90% {ninety}, "
            "for all that can be covered {all}; {none} can't be covered"
        )
        out.print(
            say(
                needed,
                kind=say(_SITES[kind]),
                sites=number(found["sites"], spoken),
                before=number(found["covered_before"], spoken),
                covered=number(found["covered"], spoken),
                houses=number(found["houses"], spoken),
                ninety=number(found["needed"]["0.90"], spoken),
                all=number(found["needed"]["all"], spoken),
                none=number(found["not_covered"], spoken),
            )
        )
        if found["gap"]:
            gap = Message("The time limit was met: at most {gap} from the best.")
            out.print(f"  {say(gap, gap=share(found['gap'], spoken))}")
    solutions, walk = figures["solutions"], figures["walk"]
    told = Message(
        "Water solutions: {existing} of {alleys} roads and alleys have one, {proposed} are "
        "proposed; {share} with them"
    )
    out.print(
        say(
            told,
            existing=number(solutions["existing"], spoken),
            alleys=number(solutions["alleys"], spoken),
            proposed=number(solutions["proposed"], spoken),
            share=share(solutions["share"], spoken),
        )
    )
    told = Message(
        "To measure: {alleys} alleys, which are expected to settle {settles} of {houses} houses "
        "that need a survey"
    )
    out.print(
        say(
            told,
            alleys=number(walk["alleys"], spoken),
            settles=number(walk["settles_houses"], spoken),
            houses=number(walk["houses_needs_survey"], spoken),
        )
    )
    money = figures["schedule"]
    total = Message("Cost of what has a price: {total} ₫")
    out.print(say(total, total=number(money["total_vnd"], spoken)))
    if money["example"]:
        example = Message(
            "Prices are examples that come with fireaccess: name the office's own under costs."
        )
        out.print(say(example), style="dim")
    for name in ("map.html", "plan.gpkg", "plan.json", "results.gpkg"):
        if name in files:
            out.print(f"  {files[name]}", soft_wrap=True)


def _first_measures(plan: Plan) -> Table:
    """Return the first ten measures against barriers, those of the plan before the others."""
    table = Table(title=say(Message("First measures")), title_justify="left", show_edge=False)
    table.add_column("")
    table.add_column(say(Message("measure")))
    table.add_column(say(Message("road")))
    for heading in (
        Message("houses"),
        Message("in the best case"),
        Message("people"),
        Message("hose saved, m"),
        Message("cost, ₫"),
    ):
        table.add_column(say(heading), justify="right")
    first = plan["measures"].head(10)
    for row, unranked in zip(first.itertuples(), first["rank"].isna(), strict=True):
        rank = "" if unranked else str(row.rank)
        ids = str(row.barrier_ids).replace(";", " + ")
        figures = (row.gain_houses, row.gain_best_houses, row.gain_people, row.hose_saved_m)
        told = [number(float(value), language()) for value in (*figures, row.cost_vnd)]
        table.add_row(rank, ids, row.road or "", *told)
    return table


def _coverage(area: Mapping[str, Any], scenarios: Sequence[Mapping[str, Any]]) -> Table:
    table = Table(show_edge=False)
    table.add_column("")
    table.add_column(say(Message("worst – best")), justify="right")
    table.add_column(say(Message("not known")), justify="right")
    for name, title in (
        ("road", Message("Truck and hose")),
        ("road_60", Message("Hose within 60 m")),
        ("water", Message("Water")),
        ("point", Message("Fire point", "chain")),
    ):
        figures = area[name]
        if figures is not None:
            told = share_range(figures, language())
            table.add_row(say(title), told, number(figures["needs_survey"], language()))
    for scenario in scenarios:
        figures = scenario["road"]
        if figures is not None and scenario["kind"] != "base":
            title = _SCENARIOS[scenario["kind"]]
            told = share_range(figures, language())
            table.add_row(
                say(title, vehicle=scenario["vehicle"]),
                told,
                number(figures["needs_survey"], language()),
            )
    return table
