"""The command line: parse, call, print.

Exit codes: 0 done, 1 the data has errors, 2 wrong use.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fireaccess.model.catalogue import Message, Plural
from fireaccess.model.errors import Finding, FireaccessError, InputError
from fireaccess.model.interruption import remembered
from fireaccess.terminal import (
    errors,
    language,
    print_comparison,
    print_figures,
    print_findings,
    print_json,
    print_result,
    progress,
    say,
    speak_as,
    spinner,
)

if TYPE_CHECKING:
    from fireaccess.model.norm import Norm
    from fireaccess.outputs.result import Result
    from fireaccess.project import Project

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help=say(
        Message(
            "Which alleys a fire engine can't reach, why, and how far each house is from truck, "
            "hydrant and fire point."
        )
    ),
)
DONE, FINDINGS, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

ProjectPath = Annotated[Path, typer.Argument(help=say(Message("fireaccess.toml or its folder")))]
Quiet = Annotated[
    bool, typer.Option("--quiet", "-q", help=say(Message("Print nothing but errors.")))
]
Json = Annotated[bool, typer.Option("--json", help=say(Message("Print JSON for other programs.")))]
WithPlan = Annotated[
    bool, typer.Option("--plan", help=say(Message("With the plan: what to do first.")))
]


def main() -> None:
    """Run the command line; errors are told with file, row and remedy, never as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A Windows console in a legacy code page would break on Vietnamese.
            stream.reconfigure(encoding="utf-8", errors="replace")
    # One command and out: to look for cycles among millions of cells takes a sixth of the time.
    gc.disable()
    atexit.unregister(_leave)
    atexit.register(_leave)
    try:
        with remembered() as pressed:
            code = _code_of_command(pressed)
    finally:
        gc.enable()
    sys.exit(code)


def _leave() -> None:
    """Let Python end at once: not looking for cycles either, and too late to be stopped."""
    gc.freeze()
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _code_of_command(pressed: Callable[[], bool]) -> int:
    """Run the command and tell what went wrong; return the exit code."""
    try:
        code = app(standalone_mode=False) or DONE
        sys.stdout.flush()
    except (KeyboardInterrupt, typer.Abort):
        code = INTERRUPTED
    except BrokenPipeError:
        # Whoever reads, such as `head`, has seen enough; Python would complain when it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE
    except Exception as error:
        if not pressed():
            return _told(error)
        code = INTERRUPTED
    if code == INTERRUPTED:
        # Typer gives back this code where Ctrl-C went through it.
        stopped = Message("Stopped. Every result file is whole: run again to renew them.")
        print(say(stopped), file=sys.stderr)
    return code


def _told(error: Exception) -> int:
    """Tell what is wrong with data or arguments; a fault of ours stays visible as it is."""
    if isinstance(error, FireaccessError):
        if "--json" in sys.argv:
            print_json({"findings": [error.finding.as_dict()]})
        told = say(Message("Error: {error}"), error=error.told(language()))
        errors().print(told, style="red", soft_wrap=True)
        return FINDINGS if isinstance(error, InputError) else WRONG_USE
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    return getattr(error, "exit_code", WRONG_USE)


@app.callback()
def options(context: typer.Context, quiet: Quiet = False, as_json: Json = False) -> None:
    """Let --quiet and --json stand before the command as well as after it."""
    speak_as(None)
    given = {key: True for key, value in (("quiet", quiet), ("as_json", as_json)) if value}
    commands = (
        "sample",
        "template",
        "fetch",
        "check",
        "run",
        "plan",
        "lists",
        "report",
        "rasters",
        "verify",
        "compare",
        "why",
        "demo",
        "norms",
    )
    context.default_map = dict.fromkeys(commands, given)


@app.command(help=say(Message("Write a synthetic sample project to try and to copy.")))
def sample(
    folder: Annotated[Path, typer.Argument(help=say(Message("Where to write it.")))],
    rural: Annotated[
        bool, typer.Option("--rural", help=say(Message("The commune, not the ward.")))
    ] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    from fireaccess.sources.sample import write_sample

    file = write_sample(folder, kind="commune" if rural else "ward")
    if as_json:
        print_json({"project": str(file)})
    elif not quiet:
        wrote = Message("A synthetic sample is in {folder}. Next: fireaccess run {folder}")
        print(say(wrote, folder=folder))
    return DONE


@app.command(
    help=say(
        Message(
            "Write a survey workbook to fill in: alleys to measure and barriers to confirm are in "
            "it."
        )
    )
)
def template(
    project: ProjectPath,
    file: Annotated[
        Path, typer.Argument(help=say(Message("The workbook to write, such as survey.xlsx.")))
    ],
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    from fireaccess.outputs.template import write_template
    from fireaccess.pipeline import run

    with progress(quiet or as_json) as tell:
        opened = _opened(project)
        try:
            result, stopped = run(opened, progress=tell), None
        except InputError as error:
            # A ward that has no houses yet needs the empty template most of all.
            result, stopped = None, error
    write_template(file, result=result)
    if as_json:
        print_json(
            {
                "file": str(file),
                "prefilled": result is not None,
                "findings": [] if stopped is None else [stopped.finding.as_dict()],
            }
        )
        return DONE
    if stopped is not None:
        empty = Message(
            "Nothing is filled in beforehand, since the project can't be computed yet: {error}"
        )
        errors().print(say(empty, error=stopped.told(language())), soft_wrap=True)
    if not quiet:
        wrote = Message(
            'The template is {file}. Filled in, name it in the project: survey = "{name}"'
        )
        print(say(wrote, file=file, name=file.name))
    return DONE


@app.command(
    help=say(
        Message("Fetch a project's roads from OpenStreetMap, once; nothing else needs a network.")
    )
)
def fetch(
    project: ProjectPath,
    place: Annotated[
        str | None, typer.Option(help=say(Message("Fetch for a named place.")))
    ] = None,
    box: Annotated[
        str | None,
        typer.Option(metavar="W,S,E,N", help=say(Message("Fetch for a box in degrees."))),
    ] = None,
    area: Annotated[
        Path | None, typer.Option(help=say(Message("Fetch for the polygons of a file.")))
    ] = None,
    buildings: Annotated[
        bool, typer.Option("--buildings", help=say(Message("Buildings too.")))
    ] = False,
    water: Annotated[
        bool, typer.Option("--water", help=say(Message("Ponds, rivers and pools too.")))
    ] = False,
    server: Annotated[
        str | None, typer.Option(help=say(Message("Another Overpass server.")))
    ] = None,
    nominatim: Annotated[
        str | None, typer.Option(help=say(Message("Another server for names.")))
    ] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help=say(Message("Ask anew.")))] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    from fireaccess.sources.houses import read_area, read_area_file
    from fireaccess.sources.overpass import Where, find_place
    from fireaccess.sources.overpass import fetch as fetch_roads

    opened = _opened(project)
    inputs, settings = opened.inputs, opened.settings
    if sum(given is not None for given in (place, box, area)) > 1:
        raise typer.BadParameter(say(Message("give one of --place, --box and --area")))
    cache = opened.folder / ".fireaccess-cache"
    with spinner(quiet or as_json) as show:
        if box is not None:
            where = Where.from_box(box)
        elif area is not None:
            where = Where(area.name, read_area_file(area))
        elif place is not None or (inputs.area is None and inputs.place is not None):
            where = find_place(
                place or str(inputs.place),
                url=nominatim,
                cache=cache,
                refresh=refresh,
                tell=show,
                language=language(),
            )
        elif (shape := read_area(opened)) is not None:
            where = Where(opened.name, shape)
        else:
            nowhere = Message("the project names no area: give --place, --box or --area")
            raise typer.BadParameter(say(nowhere))
        got = fetch_roads(
            where,
            opened.roads,
            buildings=buildings or inputs.houses == "osm" or opened.options.facade_widths,
            water=water,
            url=server,
            margin_m=settings.load_margin_m,
            snap_limit_m=settings.snap_limit_m,
            cache=cache,
            refresh=refresh,
            tell=show,
            language=language(),
        )
    if as_json:
        print_json({"file": str(got.file), "source": got.source.model_dump(mode="json")})
    elif not quiet:
        fetched = Message("{ways} ways as of {date} are in {file}")
        print(say(fetched, ways=got.source.ways, date=got.source.osm_base, file=got.file))
        print(f"{got.source.attribution}, {got.source.licence}")
    return DONE


@app.command(
    help=say(
        Message(
            "Tell what is wrong in a project's data, where, and what to do; no result is written."
        )
    )
)
def check(
    project: ProjectPath,
    accept_fix: Annotated[
        list[str] | None,
        typer.Option(
            "--accept-fix", metavar="ID", help=say(Message("Apply a proposed fix from now on."))
        ),
    ] = None,
    copies: Annotated[
        Path | None,
        typer.Option(
            "--copies",
            help=say(Message("A folder for copies of the tables with bad cells coloured.")),
        ),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    from fireaccess.sources.fixes import accept_fixes

    opened = _opened(project)
    with progress(quiet or as_json) as tell:
        findings = _findings(opened, tell)
        if accept_fix:
            accept_fixes(opened, accept_fix, findings)
            findings = _findings(opened, tell)
        written: list[Path] = []
        if copies is not None:
            from fireaccess.outputs.checked import write_checked

            files = [file for _, file in opened.input_files()]
            written = write_checked(findings, files, copies, language=language())
    if as_json:
        content: dict[str, Any] = {"findings": [finding.as_dict() for finding in findings]}
        if copies is not None:
            content["copies"] = [str(path) for path in written]
        print_json(content)
    else:
        print_findings(findings, most=None, quiet=quiet)
        for path in written if not quiet else []:
            print(f"  {path}")
    return _code_of(findings)


def _findings(project: Project, tell: Callable[[str], None]) -> tuple[Finding, ...]:
    from fireaccess.pipeline import run

    try:
        return run(project, progress=tell).findings
    except InputError as error:
        return (error.finding, *error.earlier)


@app.command(help=say(Message("Compute a project and write its results and its map.")))
def run(project: ProjectPath, quiet: Quiet = False, as_json: Json = False) -> int:
    return _run(project, quiet=quiet, as_json=as_json)


@app.command(
    help=say(
        Message(
            "Write the sample ward if it isn't there, compute it, and say where map and tables are."
        )
    )
)
def demo(
    folder: Annotated[Path, typer.Argument(help=say(Message("Where to write it.")))] = Path(
        "fireaccess-demo"
    ),
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    from fireaccess.project import PROJECT_FILE
    from fireaccess.sources.sample import write_sample

    file = folder / PROJECT_FILE
    return _run(file if file.exists() else write_sample(folder), quiet=quiet, as_json=as_json)


@app.command(
    help=say(
        Message(
            "Compute a project and say what to do first: barriers, water, survey, by month and "
            "cost."
        )
    )
)
def plan(project: ProjectPath, quiet: Quiet = False, as_json: Json = False) -> int:
    from fireaccess.outputs.writing import write
    from fireaccess.terminal import print_plan

    with progress(quiet or as_json) as tell:
        result = _computed(_opened(project), tell, plan=True)
        tell("write")
        files = write(result)
    if as_json:
        made = result.plan
        print_json(
            {
                "files": {name: str(file) for name, file in files.items()},
                "plan": {} if made is None else made.figures,
                "findings": [finding.as_dict() for finding in result.findings],
            }
        )
    else:
        if not quiet:
            print_plan(result, files)
        print_findings(result.findings, most=5, quiet=quiet)
    return _code_of(result.findings)


@app.command(
    help=say(
        Message(
            "Compute a project and write a workbook of statistics and lists, to filter and to "
            "print."
        )
    )
)
def lists(
    project: ProjectPath,
    file: Annotated[
        Path | None,
        typer.Argument(help=say(Message("The workbook to write; else one beside the results."))),
    ] = None,
    plan: WithPlan = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    from fireaccess.outputs.book import book_name, write_book

    opened = _opened(project)
    path = file or opened.results_folder / book_name(opened.name)
    if path.suffix.lower() != ".xlsx":
        wrong = Message("{name} is no name of a workbook: end it with .xlsx")
        raise typer.BadParameter(say(wrong, name=path.name))
    with progress(quiet or as_json) as tell:
        result = _computed(opened, tell, plan=plan)
        tell("write")
        write_book(result, path)
    if as_json:
        print_json({"file": str(path)})
    elif not quiet:
        print(path)
    return _code_of(result.findings)


@app.command(
    help=say(
        Message("Compute a project and write a report as a document, with tables, maps and charts.")
    )
)
def report(
    project: ProjectPath,
    file: Annotated[
        Path | None,
        typer.Argument(help=say(Message("The document to write; else one beside the results."))),
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", help=say(Message("A template that was edited.")))
    ] = None,
    save_template: Annotated[
        Path | None,
        typer.Option(
            "--save-template", help=say(Message("Only write the template, to edit it in Word."))
        ),
    ] = None,
    plan: WithPlan = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    opened = _opened(project)
    if save_template is not None:
        if file is not None or template is not None:
            alone = Message("--save-template writes the template and nothing else")
            raise typer.BadParameter(say(alone))
        return _save_template(_document(save_template), opened, quiet=quiet, as_json=as_json)
    from fireaccess.outputs.book import book_name
    from fireaccess.outputs.report import write_report

    path = file or (opened.results_folder / book_name(opened.name)).with_suffix(".docx")
    _document(path)
    with progress(quiet or as_json) as tell:
        result = _computed(opened, tell, plan=plan)
        tell("write")
        without = write_report(result, path, template=template)
    if without:
        note = Message("Note: the template does without these placeholders: {names}")
        errors().print(say(note, names=", ".join(without)), soft_wrap=True)
    if as_json:
        print_json({"file": str(path), "not_in_template": list(without)})
    elif not quiet:
        print(path)
    return _code_of(result.findings)


def _document(path: Path) -> Path:
    if path.suffix.lower() != ".docx":
        wrong = Message("{name} is no name of a document: end it with .docx")
        raise typer.BadParameter(say(wrong, name=path.name))
    return path


def _save_template(path: Path, project: Project, *, quiet: bool, as_json: bool) -> int:
    from fireaccess.outputs.report_template import save_template

    save_template(path, project.options.language)
    if as_json:
        print_json({"file": str(path)})
    elif not quiet:
        wrote = Message(
            "The template is {file}. Edited: fireaccess report PROJECT --template {file}"
        )
        print(say(wrote, file=path))
    return DONE


@app.command(
    help=say(
        Message(
            "Compute a project and write distances to stand, hydrant, water and fire point as "
            "GeoTIFFs."
        )
    )
)
def rasters(
    project: ProjectPath,
    cell_m: Annotated[
        float, typer.Option("--cell-m", help=say(Message("Side of a cell in metres.")))
    ] = 5.0,
    to: Annotated[
        Path | None,
        typer.Option("--to", help=say(Message("Another folder than that of the results."))),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    from fireaccess.outputs.rasters import write_rasters
    from fireaccess.pipeline import run as compute

    with progress(quiet or as_json) as tell:
        result = compute(_opened(project), progress=tell)
        tell("write")
        files = write_rasters(result, to, cell_m=cell_m)
    if as_json:
        print_json({"files": {name: str(path) for name, path in files.items()}})
    elif not quiet:
        print(*files.values(), sep="\n")
    return _code_of(result.findings)


@app.command(
    help=say(
        Message(
            "Recompute every published figure from the layers, and hold all files against their "
            "hashes."
        )
    )
)
def verify(project: ProjectPath, quiet: Quiet = False, as_json: Json = False) -> int:
    from dataclasses import asdict

    from fireaccess.outputs.verify import verify as hold

    opened = _opened(project)
    held = hold(opened, language="en" if as_json else language())
    if as_json:
        print_json(asdict(held))
    else:
        if not quiet:
            checked = Message(
                "{inputs} inputs, {files} result files and {figures:,} figures: {told}"
            )
            told = Message("no differences").into(language())
            if held.differences:
                counted = Plural("{count} difference", "{count} differences")
                told = counted.into(language(), len(held.differences))
            print(
                say(checked, inputs=held.inputs, files=held.files, figures=held.figures, told=told)
            )
        for difference in held.differences:
            print(f"  {difference.text_in(language())}", file=sys.stderr)
    return FINDINGS if held.differences else DONE


@app.command(
    help=say(
        Message(
            "Tell which houses and barriers changed between two states, and which input changed "
            "them."
        )
    )
)
def compare(
    old: Annotated[Path, typer.Argument(help=say(Message("The project as it was.")))],
    new: Annotated[Path, typer.Argument(help=say(Message("The project as it is.")))],
    to: Annotated[
        Path | None,
        typer.Option(
            "--to", help=say(Message("A folder for the changes: workbook, map and CSV tables."))
        ),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    from fireaccess.comparison import compare as beside
    from fireaccess.comparison import write_comparison

    with spinner(quiet or as_json) as show:
        found = beside(_opened(old), _opened(new), progress=show)
    written = [] if to is None else write_comparison(found, to)
    if as_json:
        tables = found.tables()
        print_json(
            {
                **{
                    name: json.loads(table.to_json(orient="records", force_ascii=False))
                    for name, table in tables.items()
                },
                "files": [str(path) for path in written],
            }
        )
    elif not quiet:
        print_comparison(found)
        for path in written:
            print(f"  {path}")
    return DONE


@app.command(
    help=say(
        Message(
            "Print the whole chain behind an answer: readings, rows, dates, and the deciding "
            "clause."
        )
    )
)
def why(
    project: ProjectPath,
    name: Annotated[
        str, typer.Argument(help=say(Message("A house, segment, alley, barrier or reading.")))
    ],
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    from fireaccess.outputs.why import as_dict, explain, lines
    from fireaccess.pipeline import run

    with progress(quiet or as_json) as tell:
        chain = explain(run(_opened(project), progress=tell), name)
    if as_json:
        print_json(as_dict(chain))
    elif not quiet:
        # Plain lines: rich would wrap them anew, and what a survey says is no markup.
        print(*lines(chain), sep="\n")
    return DONE


@app.command(
    help=say(
        Message(
            "List the figures of the norms and vehicles, each with its clause and how sure it is."
        )
    )
)
def norms(
    name: Annotated[
        str | None, typer.Argument(help=say(Message("One of them, or a path.")))
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    from fireaccess.model.norm import entries, figures, load_norm, shipped_norms, tables
    from fireaccess.model.vehicle import load_vehicle, measures, shipped_vehicles

    listed: dict[str, list[tuple[str, Any]]] = {}
    read: dict[str, Norm] = {}
    if name is None or name not in shipped_vehicles():
        for norm in [name] if name is not None else shipped_norms():
            loaded = load_norm(norm)
            title = f"{loaded.name}: {getattr(loaded.title, language())}"
            listed[title], read[title] = figures(loaded), loaded
    if name is None or name in shipped_vehicles():
        for vehicle in [name] if name is not None else shipped_vehicles():
            title = say(Message("vehicle {name}"), name=vehicle)
            listed[title] = measures(load_vehicle(vehicle))
    if as_json:
        print_json(
            {
                title: {key: figure.model_dump(mode="json") for key, figure in rows}
                | (tables(read[title]) if title in read else {})
                for title, rows in listed.items()
            }
        )
    elif not quiet:
        for title, rows in listed.items():
            print_figures(title, rows)
            # In a table of their own: names of figures are wide, and would fold those above.
            if title in read and (more := entries(read[title])):
                names = ", ".join(f"[{table}]" for table in tables(read[title]))
                print_figures(f"{read[title].name}: {names}", more)
    return DONE


def _run(path: Path, *, quiet: bool, as_json: bool) -> int:
    from fireaccess.outputs.writing import write
    from fireaccess.pipeline import run as compute

    with progress(quiet or as_json) as tell:
        result = compute(_opened(path), progress=tell)
        tell("write")
        files = write(result)
    if as_json:
        print_json(
            {
                "files": {name: str(file) for name, file in files.items()},
                "area": result.statistics["area"],
                "targets": result.statistics["targets"],
                "scenarios": result.statistics.get("scenarios", []),
                "findings": [finding.as_dict() for finding in result.findings],
            }
        )
    else:
        if not quiet:
            print_result(result, files)
        print_findings(result.findings, most=5, quiet=quiet)
    return _code_of(result.findings)


def _computed(project: Project, tell: Callable[[str], None], *, plan: bool) -> Result:
    """Compute a project, with its plan if that is asked for."""
    from fireaccess import pipeline

    result = pipeline.run(project, progress=tell)
    return pipeline.plan(result, progress=tell) if plan else result


def _opened(path: Path) -> Project:
    """Open a project, and speak its language from now on."""
    from fireaccess.project import Project

    project = Project.open(path)
    speak_as(project)
    return project


def _code_of(findings: tuple[Finding, ...]) -> int:
    return FINDINGS if any(finding.severity == "error" for finding in findings) else DONE
