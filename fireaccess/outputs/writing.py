"""Result files: written aside, then renamed, so that the last good results stay whole (SPEC §12).

All files are first written into a folder ``.fireaccess-new`` beside their places, the manifest of
their hashes last. When every one is complete a marker says so, and they are renamed into place. If
that is cut short, the next run ends it; if the writing itself is cut short, the old results were
never touched. A results.gpkg that another program holds open is not replaced: SQLite would play
that program's journal back into the new file, and ruin it.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError
from fireaccess.model.formats import Language
from fireaccess.model.interruption import stop_if_pressed
from fireaccess.model.layers import SCENARIO_TABLES
from fireaccess.outputs.manifest import MANIFEST, RESULT_LAYERS, manifest
from fireaccess.outputs.plain import plain_cell
from fireaccess.outputs.result import Result
from fireaccess.sources.coordinates import WGS84

_ASIDE: Final = ".fireaccess-new"
_COMPLETE: Final = "COMPLETE"
#: GeoPackage keeps the time of its last change: a fixed one, so that same inputs are same bytes.
_CHANGED: Final = "2000-01-01T00:00:00.000Z"
MAP_FILE: Final = "map.html"
PLAN_FILE: Final = "plan.gpkg"
PLAN_FIGURES: Final = "plan.json"


def write(result: Result, *, with_map: bool = True) -> dict[str, Path]:
    """Write all files of a result.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    with_map
        Also write the map.

    Returns
    -------
    The files written, by name.

    Raises
    ------
    OutputError
        If a folder can't be written to, or a file there is open in another program.
    """
    results, maps = result.project.results_folder, result.project.maps_folder
    frames = {**{name: getattr(result, name) for name in RESULT_LAYERS}, **result.side_by_side}
    layers = {name: rounded(frame) for name, frame in frames.items()}
    files: dict[Path, Callable[[Path], None]] = {
        results / "results.gpkg": partial(
            _write_geopackage, layers, result.project.options.language
        ),
        **{
            results / f"{name}.parquet": partial(_write_parquet, frame)
            for name, frame in layers.items()
        },
        results / "statistics.json": partial(_write_json, result.statistics),
        results / "statistics.csv": partial(_write_statistics_csv, result.statistics),
        results / "findings.csv": partial(_write_findings, result),
    }
    if result.plan is not None:
        proposed = {name: rounded(frame) for name, frame in result.plan.layers.items()}
        files[results / PLAN_FILE] = partial(
            _write_geopackage, proposed, result.project.options.language
        )
        files[results / PLAN_FIGURES] = partial(_write_json, result.plan.figures)
    if with_map:
        from fireaccess.outputs.map import write_map

        files[maps / MAP_FILE] = partial(write_map, result)
    folders = sorted({path.parent for path in files})
    for folder in folders:
        _finish_or_forget(folder)
    folder = results
    try:
        for folder in folders:
            (folder / _ASIDE).mkdir(parents=True)
        aside = {path: path.parent / _ASIDE / path.name for path in files}
        for path, write_one in files.items():
            folder = path.parent
            write_one(aside[path])
        folder = results
        (results / _ASIDE / MANIFEST).write_text(
            manifest(aside, result.statistics["inputs"], results), encoding="utf-8", newline="\n"
        )
        stop_if_pressed()
        for folder in folders:
            (folder / _ASIDE / _COMPLETE).touch()
    except (OSError, pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise _refused(error, folder) from None
    for folder in folders:
        _finish_or_forget(folder)
    may_be_there = {*(f"{name}.parquet" for name in SCENARIO_TABLES), PLAN_FILE, PLAN_FIGURES}
    _forget(results, may_be_there - {path.name for path in files})
    return {path.name: path for path in (*files, results / MANIFEST)}


def _finish_or_forget(folder: Path) -> None:
    """Rename complete files into place; forget incomplete ones."""
    aside = folder / _ASIDE
    try:
        if not aside.is_dir():
            return
        if (aside / _COMPLETE).exists():
            _put_in_place(sorted(path for path in aside.iterdir() if path.name != _COMPLETE))
        shutil.rmtree(aside)
    except OSError as error:
        raise _refused(error, folder) from None


def _forget(folder: Path, names: Collection[str]) -> None:
    """Remove what an earlier run wrote and nobody asks for any more: it tells of other inputs."""
    for name in sorted(names):
        try:
            (folder / name).unlink(missing_ok=True)
        except OSError as error:
            raise _refused(error, folder) from None


def _put_in_place(new: list[Path]) -> None:
    """Rename files out of their folder; none of them if one of the old is open elsewhere."""
    for path in new:
        place = path.parent.parent / path.name
        try:
            if place.suffix == ".gpkg":
                _settle_journal(place)
            if place.exists():
                # Windows refuses to rename what is open elsewhere, be it to its own name.
                os.rename(place, place)
        except OSError as error:
            raise _open_elsewhere(error, path, place) from None
    for path in new:
        place = path.parent.parent / path.name
        try:
            os.replace(path, place)
        except OSError as error:
            raise _open_elsewhere(error, path, place) from None


def _settle_journal(path: Path) -> None:
    """Make sure that no journal is left which SQLite would play back into a new GeoPackage.

    Raises
    ------
    BlockingIOError
        If another program holds the GeoPackage.
    """
    journals = [path.with_name(f"{path.name}-{end}") for end in ("journal", "wal")]
    if not path.exists():
        for journal in journals:
            journal.unlink(missing_ok=True)
        return
    try:
        # Whoever gets the lock also ends what a program that died left behind.
        with closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        held = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
    else:
        held = False
    # The last program to close a GeoPackage takes its journals away.
    if held or any(journal.exists() for journal in journals):
        raise BlockingIOError(errno.EBUSY, Message("it is open in another program"))


def _open_elsewhere(error: OSError, path: Path, place: Path) -> OutputError:
    return OutputError(
        Message("the file can't be replaced: {reason}"),
        file=place,
        remedy=Message(
            "close it in QGIS, Excel or the browser and run again; the new file is kept in {folder}"
        ),
        reason=error.strerror or str(error),
        folder=path.parent,
    )


def _refused(error: Exception, folder: Path) -> OutputError:
    reason = getattr(error, "strerror", None) or str(error)
    return OutputError(
        Message("the results can't be written: {reason}"),
        file=folder,
        remedy=Message(
            "choose another folder under [outputs], or ask for the right to write there; the last "
            "results are untouched"
        ),
        reason=reason,
    )


def rounded(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a layer as files hold it: metres to centimetres, degrees to 7 decimals, typed text."""
    frame = frame.copy()
    for name in frame.columns:
        column = frame[name]
        if name.endswith(("_lon", "_lat")):
            frame[name] = column.round(7)
        elif name.endswith("_m") and pd.api.types.is_float_dtype(column.dtype):
            frame[name] = column.round(2)
        elif name.endswith("_s") and pd.api.types.is_float_dtype(column.dtype):
            frame[name] = column.round(1)
        elif column.dtype == object:
            flags = pd.api.types.infer_dtype(column, skipna=True) == "boolean"
            frame[name] = column.astype("boolean" if flags else "string")
    if isinstance(frame, gpd.GeoDataFrame) and len(frame):
        shapes = shapely.transform(frame.geometry.to_numpy(), lambda xy: np.round(xy, 7))
        frame = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=WGS84))
    return frame


def _write_geopackage(layers: Mapping[str, pd.DataFrame], language: Language, path: Path) -> None:
    from fireaccess.outputs.styles import write_styles

    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": _CHANGED})
    try:
        for name, frame in layers.items():
            options: dict[str, Any] = {"layer": name, "driver": "GPKG", "use_arrow": True}
            if isinstance(frame, gpd.GeoDataFrame) and len(set(frame.geometry.geom_type)) != 1:
                options["geometry_type"] = "Unknown"
            pyogrio.write_dataframe(frame, path, append=path.exists(), **options)
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    write_styles(path, language)


def _write_parquet(frame: pd.DataFrame, path: Path) -> None:
    frame.to_parquet(path, index=False)


def _write_json(content: Mapping[str, Any], path: Path) -> None:
    """Write one key or list entry to a line: quick to write, and still fit to read and compare."""

    def compact(value: Any) -> str:
        return json.dumps(value, ensure_ascii=False, allow_nan=False)

    lines = []
    for key, value in content.items():
        if isinstance(value, list) and value:
            text = "[\n  " + ",\n  ".join(map(compact, value)) + "\n ]"
        elif isinstance(value, Mapping) and value:
            pairs = (f"{compact(k)}: {compact(v)}" for k, v in value.items())
            text = "{\n  " + ",\n  ".join(pairs) + "\n }"
        else:
            text = compact(value)
        lines.append(f" {compact(key)}: {text}")
    path.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8", newline="\n")


def _write_statistics_csv(content: Mapping[str, Any], path: Path) -> None:
    rows = [
        {"level": level, "name": plain_cell(name), "figure": figure, "value": plain_cell(value)}
        for level, name, figures in _levels(content)
        for figure, value in flat_figures(figures)
    ]
    frame = pd.DataFrame(rows, columns=["level", "name", "figure", "value"], dtype=object)
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")


def _levels(content: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    yield "area", content["project"]["name"], content["area"]
    yield "targets", content["project"]["name"], content["targets"]
    for scenario in content.get("scenarios", ()):
        figures = {k: v for k, v in scenario.items() if k != "scenario"}
        yield "scenario", scenario["scenario"], figures
    for row in content["transmitters_by_month"]:
        yield "month", row["month"] or "", {k: v for k, v in row.items() if k != "month"}
    for group in content["groups"]:
        yield "group", group["group"], {k: v for k, v in group.items() if k != "group"}
    for alley in content["alleys"]:
        figures = {k: v for k, v in alley.items() if k not in ("alley_id", "name")}
        yield "alley", alley["alley_id"], figures


def flat_figures(figures: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield figures by their paths: ``road.covered``."""
    for key, value in figures.items():
        if isinstance(value, Mapping):
            yield from flat_figures(value, f"{before}{key}.")
        else:
            yield f"{before}{key}", value


def _write_findings(result: Result, path: Path) -> None:
    columns = "severity code file sheet row rows column value message remedy fix original".split()
    language = result.project.options.language
    rows = [finding.as_dict(language) for finding in result.findings]
    frame = pd.DataFrame(rows, columns=columns, dtype=object)
    frame["rows"] = [" ".join(map(str, rows)) for rows in frame["rows"]]
    frame["original"] = ["\n".join(texts) or None for texts in frame["original"]]
    for name in ("file", "sheet", "column", "value", "message", "remedy", "fix", "original"):
        frame[name] = [plain_cell(value) for value in frame[name]]
    frame.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\n")
