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
    from fireaccess.outputs.result import Result

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
    context.default_map = dict.fromkeys(("sample", "check", "run", "demo", "norms"), given)


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
def check(project: ProjectPath, quiet: Quiet = False, as_json: Json = False) -> int:
    """Tell what is wrong in a project's data, where, and what to do; write nothing."""
    from fireaccess.pipeline import run
    from fireaccess.project import Project

    with _progress(quiet or as_json) as tell:
        try:
            findings: tuple[Finding, ...] = run(Project.open(project), progress=tell).findings
        except InputError as error:
            findings = (error.finding, *error.earlier)
    if as_json:
        _print_json({"findings": [finding.as_dict() for finding in findings]})
    else:
        _print_findings(findings, most=None, quiet=quiet)
    return _code_of(findings)


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
    """Show on a terminal what is being done; what is done within a second is not worth a line."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    names = {
        "read": "reading roads, houses and survey",
        "network": "building the network",
        "analysis": "laying hose lines",
        "layers": "putting results together",
        "write": "writing results and map",
    }
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
        yield lambda stage: bar.update(task, description=names[stage])


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
    if most is not None and len(findings) > most:
        console.print(f"  … and {len(findings) - most} more: `fireaccess check` lists them")


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
