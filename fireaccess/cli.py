"""The command line: parse, call, print.

Exit codes: 0 done, 1 the data has errors, 2 wrong use.
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

from fireaccess.model.errors import Finding, FireaccessError, InputError

if TYPE_CHECKING:
    from fireaccess.comparison import Comparison
    from fireaccess.outputs.result import Result
    from fireaccess.project import Project

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Which alleys a fire engine can't reach, why, and how far each house is from truck, "
    "hydrant and fire point.",
)
DONE, FINDINGS, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

ProjectPath = Annotated[Path, typer.Argument(help="fireaccess.toml or its folder")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for other programs.")]


def main() -> None:
    """Run the command line; errors are told with file, row and remedy, never as a traceback."""
    # One command and out: to look for cycles among millions of cells takes a sixth of the time.
    gc.disable()
    try:
        _main()
    finally:
        gc.enable()


def _main() -> None:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # A Windows console in a legacy code page would break on Vietnamese.
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
        if code == INTERRUPTED:
            # That is how typer gives back Ctrl-C.
            raise KeyboardInterrupt
    except FireaccessError as error:
        if "--json" in sys.argv:
            _print_json({"findings": [error.finding.as_dict()]})
        _errors().print(f"Error: {error}", style="red", soft_wrap=True)
        sys.exit(FINDINGS if isinstance(error, InputError) else WRONG_USE)
    except (KeyboardInterrupt, typer.Abort):
        print("Stopped. Every result file is whole: run again to renew them.", file=sys.stderr)
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        # Whoever reads, such as `head`, has seen enough; Python would complain when it closes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(DONE)
    except Exception as error:
        _exit_as_click_asks(error)
    sys.exit(code or DONE)


def _exit_as_click_asks(error: Exception) -> NoReturn:
    """Show what is wrong with the arguments; anything else is a fault of ours and stays visible."""
    show = getattr(error, "show", None)
    if show is None:
        raise error
    show()
    sys.exit(getattr(error, "exit_code", WRONG_USE))


@app.callback()
def options(context: typer.Context, quiet: Quiet = False, as_json: Json = False) -> None:
    """Let --quiet and --json stand before the command as well as after it."""
    given = {key: True for key, value in (("quiet", quiet), ("as_json", as_json)) if value}
    commands = (
        "sample",
        "template",
        "fetch",
        "check",
        "run",
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


@app.command()
def sample(
    folder: Annotated[Path, typer.Argument(help="Where to write it.")],
    rural: Annotated[bool, typer.Option("--rural", help="The commune, not the ward.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Write a synthetic sample project to try and to copy."""
    from fireaccess.sources.sample import write_sample

    file = write_sample(folder, kind="commune" if rural else "ward")
    if as_json:
        _print_json({"project": str(file)})
    elif not quiet:
        print(f"A synthetic sample is in {folder}. Next: fireaccess run {folder}")
    return DONE


@app.command()
def template(
    project: ProjectPath,
    file: Annotated[Path, typer.Argument(help="The workbook to write, such as survey.xlsx.")],
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Write a survey workbook to fill in: alleys to measure and barriers to confirm are in it."""
    from fireaccess.outputs.template import write_template
    from fireaccess.pipeline import run
    from fireaccess.project import Project

    with _progress(quiet or as_json) as tell:
        opened = Project.open(project)
        try:
            result, stopped = run(opened, progress=tell), None
        except InputError as error:
            # A ward that has no houses yet needs the empty template most of all.
            result, stopped = None, error
    write_template(file, result=result)
    if as_json:
        _print_json(
            {
                "file": str(file),
                "prefilled": result is not None,
                "findings": [] if stopped is None else [stopped.finding.as_dict()],
            }
        )
        return DONE
    if stopped is not None:
        _errors().print(
            f"Nothing is filled in beforehand, since the project can't be computed yet: {stopped}",
            soft_wrap=True,
        )
    if not quiet:
        print(f'The template is {file}. Filled in, name it in the project: survey = "{file.name}"')
    return DONE


@app.command()
def fetch(
    project: ProjectPath,
    place: Annotated[str | None, typer.Option(help="Fetch for a named place.")] = None,
    box: Annotated[
        str | None, typer.Option(metavar="W,S,E,N", help="Fetch for a box in degrees.")
    ] = None,
    area: Annotated[Path | None, typer.Option(help="Fetch for the polygons of a file.")] = None,
    buildings: Annotated[bool, typer.Option("--buildings", help="Buildings too.")] = False,
    water: Annotated[bool, typer.Option("--water", help="Ponds, rivers and pools too.")] = False,
    server: Annotated[str | None, typer.Option(help="Another Overpass server.")] = None,
    nominatim: Annotated[str | None, typer.Option(help="Another server for names.")] = None,
    refresh: Annotated[bool, typer.Option("--refresh", help="Ask anew.")] = False,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Fetch a project's roads from OpenStreetMap, once; nothing else needs a network."""
    from fireaccess.project import Project
    from fireaccess.sources.houses import read_area, read_area_file
    from fireaccess.sources.overpass import Where, find_place
    from fireaccess.sources.overpass import fetch as fetch_roads

    opened = Project.open(project)
    inputs, settings = opened.inputs, opened.settings
    if sum(given is not None for given in (place, box, area)) > 1:
        raise typer.BadParameter("give one of --place, --box and --area")
    cache = opened.folder / ".fireaccess-cache"
    with _spinner(quiet or as_json) as show:
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
            )
        elif (shape := read_area(opened)) is not None:
            where = Where(opened.name, shape)
        else:
            raise typer.BadParameter("the project names no area: give --place, --box or --area")
        got = fetch_roads(
            where,
            opened.roads,
            buildings=buildings or inputs.houses == "osm",
            water=water,
            url=server,
            margin_m=settings.load_margin_m,
            snap_limit_m=settings.snap_limit_m,
            cache=cache,
            refresh=refresh,
            tell=show,
        )
    if as_json:
        _print_json({"file": str(got.file), "source": got.source.model_dump(mode="json")})
    elif not quiet:
        print(f"{got.source.ways} ways as of {got.source.osm_base} are in {got.file}")
        print(f"{got.source.attribution}, {got.source.licence}")
    return DONE


@app.command()
def check(
    project: ProjectPath,
    accept_fix: Annotated[
        list[str] | None,
        typer.Option("--accept-fix", metavar="ID", help="Apply a proposed fix from now on."),
    ] = None,
    copies: Annotated[
        Path | None,
        typer.Option("--copies", help="A folder for copies of the tables with bad cells coloured."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Tell what is wrong in a project's data, where, and what to do; no result is written."""
    from fireaccess.project import Project
    from fireaccess.sources.fixes import accept_fixes

    opened = Project.open(project)
    with _progress(quiet or as_json) as tell:
        findings = _findings(opened, tell)
        if accept_fix:
            accept_fixes(opened, accept_fix, findings)
            findings = _findings(opened, tell)
        written: list[Path] = []
        if copies is not None:
            from fireaccess.outputs.checked import write_checked

            written = write_checked(findings, [file for _, file in opened.input_files()], copies)
    if as_json:
        content: dict[str, Any] = {"findings": [finding.as_dict() for finding in findings]}
        if copies is not None:
            content["copies"] = [str(path) for path in written]
        _print_json(content)
    else:
        _print_findings(findings, most=None, quiet=quiet)
        for path in written if not quiet else []:
            print(f"  {path}")
    return _code_of(findings)


def _findings(project: Project, tell: Callable[[str], None]) -> tuple[Finding, ...]:
    from fireaccess.pipeline import run

    try:
        return run(project, progress=tell).findings
    except InputError as error:
        return (error.finding, *error.earlier)


@app.command()
def run(project: ProjectPath, quiet: Quiet = False, as_json: Json = False) -> int:
    """Compute a project and write its results and its map."""
    return _run(project, quiet=quiet, as_json=as_json)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(help="Where to write it.")] = Path("fireaccess-demo"),
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Write the sample ward if it isn't there, compute it, and say where map and tables are."""
    from fireaccess.project import PROJECT_FILE
    from fireaccess.sources.sample import write_sample

    file = folder / PROJECT_FILE
    return _run(file if file.exists() else write_sample(folder), quiet=quiet, as_json=as_json)


@app.command()
def lists(
    project: ProjectPath,
    file: Annotated[
        Path | None, typer.Argument(help="The workbook to write; else one beside the results.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Compute a project and write a workbook of statistics and lists, to filter and to print."""
    from fireaccess.outputs.book import book_name, write_book
    from fireaccess.pipeline import run as compute
    from fireaccess.project import Project

    opened = Project.open(project)
    path = file or opened.results_folder / book_name(opened.name)
    if path.suffix.lower() != ".xlsx":
        raise typer.BadParameter(f"{path.name} is no name of a workbook: end it with .xlsx")
    with _progress(quiet or as_json) as tell:
        result = compute(opened, progress=tell)
        tell("write")
        write_book(result, path)
    if as_json:
        _print_json({"file": str(path)})
    elif not quiet:
        print(path)
    return _code_of(result.findings)


@app.command()
def report(
    project: ProjectPath,
    file: Annotated[
        Path | None, typer.Argument(help="The document to write; else one beside the results.")
    ] = None,
    template: Annotated[
        Path | None, typer.Option("--template", help="A template that was edited.")
    ] = None,
    save_template: Annotated[
        Path | None,
        typer.Option("--save-template", help="Only write the template, to edit it in Word."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Compute a project and write a report as a document, with tables, maps and charts."""
    from fireaccess.project import Project

    opened = Project.open(project)
    if save_template is not None:
        if file is not None or template is not None:
            raise typer.BadParameter("--save-template writes the template and nothing else")
        return _save_template(_document(save_template), opened, quiet=quiet, as_json=as_json)
    from fireaccess.outputs.book import book_name
    from fireaccess.outputs.report import write_report
    from fireaccess.pipeline import run as compute

    path = file or (opened.results_folder / book_name(opened.name)).with_suffix(".docx")
    _document(path)
    with _progress(quiet or as_json) as tell:
        result = compute(opened, progress=tell)
        tell("write")
        without = write_report(result, path, template=template)
    if without:
        _errors().print(
            f"Note: the template does without these placeholders: {', '.join(without)}",
            soft_wrap=True,
        )
    if as_json:
        _print_json({"file": str(path), "not_in_template": list(without)})
    elif not quiet:
        print(path)
    return _code_of(result.findings)


def _document(path: Path) -> Path:
    if path.suffix.lower() != ".docx":
        raise typer.BadParameter(f"{path.name} is no name of a document: end it with .docx")
    return path


def _save_template(path: Path, project: Project, *, quiet: bool, as_json: bool) -> int:
    from fireaccess.outputs.report_template import save_template

    save_template(path, project.options.language)
    if as_json:
        _print_json({"file": str(path)})
    elif not quiet:
        print(f"The template is {path}. Edited: fireaccess report PROJECT --template {path}")
    return DONE


@app.command()
def rasters(
    project: ProjectPath,
    cell_m: Annotated[float, typer.Option("--cell-m", help="Side of a cell in metres.")] = 5.0,
    to: Annotated[
        Path | None, typer.Option("--to", help="Another folder than that of the results.")
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Compute a project and write distances to stand, hydrant, water and fire point as GeoTIFFs."""
    from fireaccess.outputs.rasters import write_rasters
    from fireaccess.pipeline import run as compute
    from fireaccess.project import Project

    with _progress(quiet or as_json) as tell:
        result = compute(Project.open(project), progress=tell)
        tell("write")
        files = write_rasters(result, to, cell_m=cell_m)
    if as_json:
        _print_json({"files": {name: str(path) for name, path in files.items()}})
    elif not quiet:
        print(*files.values(), sep="\n")
    return _code_of(result.findings)


@app.command()
def verify(project: ProjectPath, quiet: Quiet = False, as_json: Json = False) -> int:
    """Recompute every published figure from the layers, and hold all files against their hashes."""
    from dataclasses import asdict

    from fireaccess.outputs.verify import verify as hold
    from fireaccess.project import Project

    held = hold(Project.open(project))
    if as_json:
        _print_json(asdict(held))
    else:
        if not quiet:
            print(
                f"{held.inputs} inputs, {held.files} result files and {held.figures:,} figures: "
                f"{len(held.differences) or 'no'} differences"
            )
        for difference in held.differences:
            print(f"  {difference}", file=sys.stderr)
    return FINDINGS if held.differences else DONE


@app.command()
def compare(
    old: Annotated[Path, typer.Argument(help="The project as it was.")],
    new: Annotated[Path, typer.Argument(help="The project as it is.")],
    to: Annotated[
        Path | None,
        typer.Option("--to", help="A folder for the changes: workbook, map and CSV tables."),
    ] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Tell which houses and barriers changed between two states, and which input changed them."""
    from fireaccess.comparison import compare as beside
    from fireaccess.comparison import write_comparison
    from fireaccess.project import Project

    with _spinner(quiet or as_json) as show:
        found = beside(Project.open(old), Project.open(new), progress=show)
    written = [] if to is None else write_comparison(found, to)
    if as_json:
        tables = found.tables()
        _print_json(
            {
                **{
                    name: json.loads(table.to_json(orient="records", force_ascii=False))
                    for name, table in tables.items()
                },
                "files": [str(path) for path in written],
            }
        )
    elif not quiet:
        _print_comparison(found)
        for path in written:
            print(f"  {path}")
    return DONE


@app.command()
def why(
    project: ProjectPath,
    name: Annotated[str, typer.Argument(help="A house, segment, alley, barrier or reading.")],
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """Print the whole chain behind an answer: readings, rows, dates, and the deciding clause."""
    from fireaccess.outputs.why import as_dict, explain, lines
    from fireaccess.pipeline import run
    from fireaccess.project import Project

    with _progress(quiet or as_json) as tell:
        chain = explain(run(Project.open(project), progress=tell), name)
    if as_json:
        _print_json(as_dict(chain))
    elif not quiet:
        # Plain lines: rich would wrap them anew, and what a survey says is no markup.
        print(*lines(chain), sep="\n")
    return DONE


@app.command()
def norms(
    name: Annotated[str | None, typer.Argument(help="One of them, or a path.")] = None,
    quiet: Quiet = False,
    as_json: Json = False,
) -> int:
    """List the figures of the norms and vehicles, each with its clause and how sure it is."""
    from fireaccess.model.norm import figures, load_norm, shipped_norms
    from fireaccess.model.vehicle import load_vehicle, measures, shipped_vehicles

    tables: dict[str, list[tuple[str, Any]]] = {}
    if name is None or name not in shipped_vehicles():
        for norm in [name] if name is not None else shipped_norms():
            loaded = load_norm(norm)
            tables[f"{loaded.name}: {loaded.title.en}"] = figures(loaded)
    if name is None or name in shipped_vehicles():
        for vehicle in [name] if name is not None else shipped_vehicles():
            tables[f"vehicle {vehicle}"] = measures(load_vehicle(vehicle))
    if as_json:
        _print_json(
            {
                title: {key: figure.model_dump(mode="json") for key, figure in rows}
                for title, rows in tables.items()
            }
        )
    elif not quiet:
        for title, rows in tables.items():
            _print_figures(title, rows)
    return DONE


def _run(path: Path, *, quiet: bool, as_json: bool) -> int:
    from fireaccess.outputs.writing import write
    from fireaccess.pipeline import run as compute
    from fireaccess.project import Project

    with _progress(quiet or as_json) as tell:
        result = compute(Project.open(path), progress=tell)
        tell("write")
        files = write(result)
    if as_json:
        _print_json(
            {
                "files": {name: str(file) for name, file in files.items()},
                "area": result.statistics["area"],
                "targets": result.statistics["targets"],
                "findings": [finding.as_dict() for finding in result.findings],
            }
        )
    else:
        if not quiet:
            _print_figures_of(result, files)
        _print_findings(result.findings, most=5, quiet=quiet)
    return _code_of(result.findings)


def _code_of(findings: tuple[Finding, ...]) -> int:
    return FINDINGS if any(finding.severity == "error" for finding in findings) else DONE


@contextmanager
def _progress(silent: bool) -> Iterator[Callable[[str], None]]:
    """Show on a terminal which stage is being worked on."""
    names = {
        "read": "reading roads, houses and survey",
        "network": "building the network",
        "analysis": "laying hose lines",
        "layers": "putting results together",
        "write": "writing results and map",
    }
    with _spinner(silent) as show:
        yield lambda stage: show(names[stage])


@contextmanager
def _spinner(silent: bool) -> Iterator[Callable[[str], None]]:
    """Show on a terminal what is being done; what is done within a second is not worth a line."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    console = Console(stderr=True)
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=silent or not console.is_terminal,
    )
    with bar:
        task = bar.add_task("starting", total=None)
        yield lambda text: bar.update(task, description=text)


def _print_json(content: Any) -> None:
    print(json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False))


def _print_figures(title: str, rows: list[tuple[str, Any]]) -> None:
    table = Table(title=title, title_justify="left", show_edge=False)
    for column in ("figure", "value", "unit", "status", "clause"):
        table.add_column(column, justify="right" if column == "value" else "left")
    for key, figure in rows:
        table.add_row(key, f"{figure.value:g}", figure.unit, figure.status, figure.clause)
    _console().print(table)
    _console().print(
        "V, V2 read in the source or in an unofficial copy; T tested; M from memory and "
        "assumption: not verified.\n",
        style="dim",
    )


def _errors() -> Console:
    return Console(stderr=True, markup=False, highlight=False)


def _console() -> Console:
    return Console(width=None if sys.stdout.isatty() else 110, markup=False, highlight=False)


_SEVERITY_STYLE = {"error": "red", "warning": "yellow", "hint": "dim"}


def _print_findings(findings: tuple[Finding, ...], *, most: int | None, quiet: bool) -> None:
    """Print findings, the first ones if there are more than ``most``; of errors even if quiet."""
    if quiet:
        findings = tuple(finding for finding in findings if finding.severity == "error")
        if not findings:
            return
    console = _errors() if quiet else _console()
    if not findings:
        console.print("No findings.")
        return
    counts = {name: sum(f.severity == name for f in findings) for name in _SEVERITY_STYLE}
    console.print(
        "Findings: "
        + ", ".join(
            f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items() if count
        )
    )
    for finding in findings[:most]:
        console.print(
            f"  {finding.severity}: {finding.text}",
            style=_SEVERITY_STYLE[finding.severity],
            soft_wrap=True,
        )
        if finding.what_to_do:
            console.print(f"    → {finding.what_to_do}", soft_wrap=True)
        if finding.fix and finding.code != "fix_out_of_date":
            console.print(f"    --accept-fix {finding.fix}", soft_wrap=True)
    if most is not None and len(findings) > most:
        console.print(f"  … and {len(findings) - most} more: `fireaccess check` lists them")


def _print_comparison(found: Comparison) -> None:
    for name, table in (("Houses", found.houses), ("Barriers", found.barriers)):
        rows = table.assign(why="") if name == "Barriers" else table
        counts = rows.groupby(["change", "why"]).size()
        told = ", ".join(
            f"{count} {change}{f' ({why})' if why else ''}"
            for (change, why), count in counts.items()
        )
        print(f"{name}: {told or 'no changes'}")
    for row in found.targets.itertuples():
        print(
            f"{row.target}: done {row.done_old} of {row.target_old} → {row.done_new} of "
            f"{row.target_new}"
        )
    for row in found.rules.itertuples():
        print(f"{row.figure}: {row.old} → {row.new}")


_LABELS = {
    "vi": {
        "houses": "Nhà",
        "people": "người",
        "covered": "trong giới hạn vòi",
        "road": "Xe chữa cháy và vòi",
        "road_60": "Vòi trong 60 m",
        "water": "Nguồn nước",
        "point": "Điểm chữa cháy công cộng",
        "open": "chưa rõ",
        "alleys": "Đường, ngõ xe không vào được",
        "deep": "ngõ sâu",
        "certain": "chắc chắn",
        "solution": "có giải pháp cấp nước",
        "barriers": "Vật cản",
        "dealt": "đã xử lý",
        "unconnected": "nhà chưa có ngõ trên bản đồ",
        "measured": "chiều dài ngõ đã đo bề rộng",
        "norm": "Quy chuẩn",
        "vehicle": "xe",
        "range": "thấp nhất – cao nhất",
        "assumed": "Số liệu giả định, chưa kiểm chứng",
    },
    "en": {
        "houses": "Houses",
        "people": "people",
        "covered": "within the hose limit",
        "road": "Truck and hose",
        "road_60": "Hose within 60 m",
        "water": "Water",
        "point": "Fire point",
        "open": "not known",
        "alleys": "Roads and alleys without a truck",
        "deep": "deep alleys",
        "certain": "certain",
        "solution": "with a water solution",
        "barriers": "Barriers",
        "dealt": "dealt with",
        "unconnected": "houses without a mapped alley",
        "measured": "of alley length measured",
        "norm": "Norm",
        "vehicle": "vehicle",
        "range": "worst – best",
        "assumed": "Assumed, not verified",
    },
}


def _print_figures_of(result: Result, files: dict[str, Path]) -> None:
    """Print one screen: what is covered, what is not known, and where the files are."""
    area = result.statistics["area"]
    words = _LABELS[result.project.options.language]
    console = _console()
    console.print(f"{result.project.name}", style="bold")
    console.print(
        f"{words['norm']} {result.norm.name}, {words['vehicle']} {result.vehicle.name}; "
        f"{words['houses']}: {area['houses']} ({area['people']} {words['people']}); "
        f"{area['status']['unconnected']} {words['unconnected']}"
    )
    table = Table(show_edge=False)
    for column in ("", words["range"], words["open"]):
        table.add_column(column, justify="left" if not column else "right")
    for name in ("road", "road_60", "water", "point"):
        figures = area[name]
        if figures is None:
            continue
        table.add_row(
            words[name],
            f"{_percent(figures['share_worst'])} – {_percent(figures['share_best'])}",
            str(figures["needs_survey"]),
        )
    console.print(table)
    alleys, barriers, roads = area["alleys"], area["barriers"], area["roads"]
    console.print(
        f"{words['alleys']}: {alleys['without_truck_worst']} "
        f"({words['certain']}: {alleys['without_truck_best']}; {words['deep']}: {alleys['deep']}; "
        f"{words['solution']}: {alleys['water_solution']['yes']})"
    )
    console.print(
        f"{words['barriers']}: {barriers['barriers']} "
        f"({words['dealt']}: {barriers['dealt_with']}); "
        f"{_percent(roads['alley_measured_share'])} {words['measured']}"
    )
    assumed = [
        f"{name} = {value:g}"
        for kind in ("norm", "vehicle")
        for name, value in result.statistics["not_verified"][kind].items()
    ]
    if assumed:
        console.print(f"{words['assumed']}: {', '.join(assumed)}", style="dim")
    for name in ("map.html", "results.gpkg", "statistics.json", "findings.csv"):
        if name in files:
            console.print(f"  {files[name]}", soft_wrap=True)


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"
