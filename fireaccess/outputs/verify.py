"""Published figures computed once more, from the published layers alone.

Whoever doubts a figure can do what stands here with a spreadsheet: nothing of the analysis is
used, and of geometry nothing at all. Every file is held against the manifest besides, so that an
edit is found even where layers and figures were changed alike.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
import pyogrio

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError
from fireaccess.model.formats import Language
from fireaccess.model.layers import GAINS, SCENARIO_TABLES
from fireaccess.outputs.manifest import RESULT_LAYERS, digest, read_manifest
from fireaccess.outputs.verify_plan import PLAN_FIGURES, PLAN_FILE, Parts, held_plan
from fireaccess.project import Project

_ANSWERS: Final = ("road", "road_60", "water", "point")
_WORDS: Final = ("covered", "needs_survey", "not_covered")
_DISTANCES: Final = ("hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m")
_STATUSES: Final = (
    "no_road_no_water",
    "no_road",
    "no_water",
    "needs_survey",
    "ok",
    "unconnected",
)
_MEASURED: Final = ("survey", "maxwidth:physical", "width", "width:carriageway")
#: Columns that the figures follow from.
_NEEDED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "houses": (
            *("house_id", "group", "people", "status", *_ANSWERS, *_DISTANCES, "near_150"),
            *(
                "segment_id",
                "alley_id",
                "flags",
                "extinguisher",
                "extinguisher_checked",
                "transmitter",
            ),
            *("registered_month", "installed_date", "approved"),
        ),
        "segments": (
            *("segment_id", "length_m", "width_source", "truck", "reached", "alley_id"),
            *("beside_a_road", "passable_class"),
        ),
        "barriers": ("source", "state", "effect", "dealt_with"),
        "alleys": (
            *("alley_id", "name", "deep", "certain", "has_water_solution", "has_fire_point"),
            "needs_fire_point",
        ),
        "water": ("last_checked",),
        "fire_points": ("last_checked",),
        "hydrant_gaps": ("length_m",),
        "dead_ends": ("certain", "too_long", "turning"),
        "draft_points": ("access", "answer", "houses_gained"),
        "violations": ("fixed",),
        "evidence": ("date",),
    }
)
#: Layers hold centimetres, and the statistics were computed before they were rounded to them.
_HALF_A_CENTIMETRE_M: Final = 0.005
#: Decimals of figures that rest on lengths.
_DECIMALS: Final[Mapping[str, int]] = MappingProxyType({"km": 3, "share": 6, "m": 2})
_SPREADSHEET: Final = ("=", "+", "-", "@", "\t", "\r")
_NOTHING: Final = Message("nothing")
_NO_FILE: Final = Message("no such file")
_AGAIN: Final = Message("compute them again: fireaccess run")


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it was published.

    Parameters
    ----------
    where
        A file, or a figure by its path: ``statistics.json: area.road.covered``.
    published, found
        What was published, and what is there or follows from the layers.
    """

    where: str
    published: str
    found: str

    def text_in(self, language: Language) -> str:
        """Return all of it in a language, in one line."""
        text = Message("{where}: published {published}, found {found}")
        return text.into(language, **asdict(self))

    def __str__(self) -> str:
        return self.text_in("en")


@dataclass(frozen=True, slots=True)
class Verification:
    """What was held against what: counts, and every difference.

    Parameters
    ----------
    inputs, files, figures
        How many inputs, result files and figures were looked at.
    differences
        What is not as it was published; empty if all is well.
    """

    inputs: int
    files: int
    figures: int
    differences: tuple[Difference, ...]


def verify(project: Project, *, language: Language = "en") -> Verification:
    """Hold a project's results against their manifest, their inputs and their own layers.

    Parameters
    ----------
    project
        A project whose results were written.
    language
        That of the differences.

    Raises
    ------
    OutputError
        If there are no results, or their manifest, layers or statistics, or those of a plan that
        was made, can't be read at all.
    """
    folder = project.results_folder
    manifest = read_manifest(folder)
    files, layers, statistics = manifest["files"], _layers(folder), _statistics(folder)
    computed = dict(_flat(recomputed(layers, statistics, project)))
    published = {
        name: value
        for part in ("area", "targets", "transmitters_by_month", "groups", "alleys", "dates")
        for name, value in _flat({part: statistics.get(part)})
    } | dict(_flat({"scenarios": _published_scenarios(statistics)}))
    of_plan, other_plan = held_plan(folder, layers, language)
    differences = (
        *_changed_inputs(project, manifest["inputs"], statistics, language),
        *_changed_files(folder, files),
        *_missing_plan(folder, files, layers["barriers"]),
        *_other_figures(published, computed, layers),
        *_other_table(folder, statistics),
        *_other_copies(folder, layers, language),
        *other_plan,
    )
    return Verification(
        inputs=len(manifest["inputs"]),
        files=len(files),
        figures=len(published) + of_plan,
        differences=tuple(_difference(parts, language) for parts in differences),
    )


# Files --------------------------------------------------------------------------------------


def _difference(parts: Parts, language: Language) -> Difference:
    told = (part.into(language) if isinstance(part, Message) else part for part in parts)
    return Difference(*told)


def _changed_inputs(
    project: Project, known: Mapping[str, Any], statistics: Mapping[str, Any], language: Language
) -> Iterator[Parts]:
    if known != statistics.get("inputs"):
        yield "statistics.json: inputs", Message("those of the manifest"), Message("others")
    now = dict(project.input_files())
    for key in sorted(known.keys() | now.keys()):
        published = known.get(key, {}).get("sha256", Message("no such input"))
        path = now.get(key)
        found = digest(path) if path is not None and path.is_file() else _NO_FILE
        if found != published:
            name = key if path is None else f"{key} ({path.name})"
            where = Message("input {name}").into(language, name=name)
            yield where, _short(published), _short(found)


def _changed_files(folder: Path, known: Mapping[str, str]) -> Iterator[Parts]:
    for name, published in known.items():
        path = folder / name
        found = digest(path) if path.is_file() else _NO_FILE
        if found != published:
            yield name, _short(published), _short(found)


def _missing_plan(
    folder: Path, known: Mapping[str, str], barriers: pd.DataFrame
) -> Iterator[Parts]:
    """Tell of files of a plan that the manifest does not know either, though barriers have gains.

    Barriers have columns for them only where a plan was made.
    """
    if not any(name in barriers for name in GAINS):
        return
    for name in (PLAN_FILE, PLAN_FIGURES):
        if name not in known and not (folder / name).is_file():
            yield name, Message("gains of a plan in the layer barriers"), _NO_FILE


def _short(told: str) -> str:
    """Return a hash by its beginning, which is enough to tell two apart."""
    return told if isinstance(told, Message) else f"SHA-256 {told[:12]}…"


def _layers(folder: Path) -> dict[str, pd.DataFrame]:
    path = folder / "results.gpkg"
    try:
        layers = {
            name: pyogrio.read_dataframe(path, layer=name, read_geometry=False)
            for name in (*RESULT_LAYERS, *_scenario_tables(path))
        }
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError) as error:
        raise OutputError(
            Message("the layers can't be read: {reason}"),
            file=path,
            remedy=_AGAIN,
            reason=str(error),
        ) from None
    for name, columns in _NEEDED.items():
        missing = [column for column in columns if column not in layers[name]]
        if missing:
            raise OutputError(
                Message("the layer {name} lacks {columns}: another version computed it"),
                file=path,
                remedy=_AGAIN,
                name=name,
                columns=", ".join(missing),
            )
    return layers


def _scenario_tables(path: Path) -> list[str]:
    """Return the tables of scenarios that a GeoPackage holds."""
    there = [name for name, _ in pyogrio.list_layers(path)]
    return [name for name in SCENARIO_TABLES if name in there]


def _statistics(folder: Path) -> dict[str, Any]:
    path = folder / "statistics.json"
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as error:
        raise OutputError(
            Message("the statistics can't be read: {reason}"),
            file=path,
            remedy=_AGAIN,
            reason=str(error),
        ) from None


def _other_table(folder: Path, statistics: Mapping[str, Any]) -> Iterator[Parts]:
    """Hold statistics.csv against statistics.json."""
    name = statistics["project"]["name"]
    parts = [
        ("area", name, statistics["area"]),
        ("targets", name, statistics["targets"]),
        *(("scenario", row["scenario"], row) for row in statistics.get("scenarios", ())),
        *(("month", row["month"] or "", row) for row in statistics["transmitters_by_month"]),
        *(("group", group["group"], group) for group in statistics["groups"]),
        *(("alley", alley["alley_id"], alley) for alley in statistics["alleys"]),
    ]
    published = {
        (level, of, figure): "" if value is None else str(value)
        for level, of, figures in parts
        for figure, value in _flat(figures)
        if figure not in ("month", "group", "alley_id", "name", "scenario")
    }
    path = folder / "statistics.csv"
    if not path.is_file():  # told as a file already
        return
    with path.open(encoding="utf-8-sig", newline="") as file:
        found = {
            (row["level"], _as_typed(row["name"]), row["figure"]): _as_typed(row["value"])
            for row in csv.DictReader(file)
        }
    for key in sorted(published.keys() | found.keys()):
        one, other = published.get(key, _NOTHING), found.get(key, _NOTHING)
        if one != other:
            yield f"statistics.csv: {' / '.join(key)}", one, other


def _as_typed(text: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if text[:1] == "'" and text[1:2] in _SPREADSHEET else text


def _other_copies(
    folder: Path, layers: Mapping[str, pd.DataFrame], language: Language
) -> Iterator[Parts]:
    """Hold the GeoParquet files against the layers of the GeoPackage."""
    for name, layer in layers.items():
        path = folder / f"{name}.parquet"
        if not path.is_file():  # told as a file already
            continue
        copy = pd.read_parquet(path).drop(columns="geometry", errors="ignore")
        if list(copy.columns) != list(layer.columns) or len(copy) != len(layer):
            size = Message("{shape} rows and columns of {name}").into(
                language, shape=layer.shape, name=name
            )
            yield path.name, size, str(copy.shape)
            continue
        for column in layer.columns:
            other = np.flatnonzero(_plain(copy[column]) != _plain(layer[column]))
            if len(other):
                i = int(other[0])
                where = Message("{file}: {column}, row {row}, and {more} more").into(
                    language, file=path.name, column=column, row=i + 1, more=len(other) - 1
                )
                yield where, str(layer[column].iloc[i]), str(copy[column].iloc[i])


def _plain(column: pd.Series) -> Any:
    """Return values that are equal whatever the file kept them as; None where missing."""
    return column.astype(object).where(column.notna(), None).to_numpy()


# Figures ------------------------------------------------------------------------------------


def _other_figures(
    published: Mapping[str, Any], computed: Mapping[str, Any], layers: Mapping[str, pd.DataFrame]
) -> Iterator[Parts]:
    # What rounding may have done at most: each length is off by half a centimetre.
    segments, gaps = layers["segments"], layers["hydrant_gaps"]
    off_m = _HALF_A_CENTIMETRE_M * max(len(segments), len(gaps))
    shortest_m = max(segments.loc[~_true(segments["passable_class"]), "length_m"].sum(), 1.0)
    slack = {
        "km": off_m / 1000,
        "share": 2 * off_m / shortest_m,
        "m": _HALF_A_CENTIMETRE_M,
    }
    for name in sorted(published.keys() | computed.keys()):
        one, other = published.get(name, _NOTHING), computed.get(name, _NOTHING)
        if one == other:
            continue
        kind = _kind(name)
        if (
            kind is not None
            and isinstance(one, int | float)
            and isinstance(other, int | float)
            and abs(one - other) <= slack[kind] + 0.6 * 10 ** -_DECIMALS[kind]
        ):
            continue
        # A message has to stay one.
        one, other = (part if isinstance(part, str) else str(part) for part in (one, other))
        yield f"statistics.json: {name}", one, other


def _kind(name: str) -> str | None:
    """Return what a figure rests on if that is lengths, which the layers hold rounded."""
    parts = name.split(".")
    if "percentiles" in parts and parts[-1] in ("median", "p90"):
        return "m"
    if parts[-1].endswith("measured_share"):
        return "share"
    return "km" if any("km" in part.split("_") for part in parts[-2:]) else None


def recomputed(
    layers: Mapping[str, pd.DataFrame], statistics: Mapping[str, Any], project: Project
) -> dict[str, Any]:
    """Return the published figures as they follow from the layers.

    Parameters
    ----------
    layers
        The layers of results.gpkg, by name.
    statistics
        For what no layer has: the date of the roads, and for which kinds of answer the norm gives
        any.
    project
        For the deadlines, and who answers for the targets.

    Returns
    -------
    dict
        The parts ``area``, ``targets``, ``transmitters_by_month``, ``groups``, ``alleys`` and
        ``dates`` of statistics.json, and what ``scenarios`` tells of houses, by scenario.
    """
    houses, alleys, barriers = (layers[name] for name in ("houses", "alleys", "barriers"))
    violations, segments = layers["violations"], layers["segments"]
    fixed = int(violations["fixed"].notna().sum())
    listed = bool(houses["approved"].notna().any())
    area = {
        **_of_houses(houses, listed),
        "roads": _of_roads(segments),
        "barriers": _of_barriers(barriers),
        "alleys": _of_alleys(alleys),
        "violations": {"found": len(violations), "fixed": fixed},
        "reviews": {name: _of_reviews(layers[name]) for name in ("water", "fire_points")},
        "hydrant_gaps_km": round(layers["hydrant_gaps"]["length_m"].sum() / 1000, 3),
        "dead_ends": _of_dead_ends(layers["dead_ends"]),
        "draft_points": _of_draft_points(layers["draft_points"]),
    }
    roads = statistics["dates"]["roads"]
    dates = [*layers["evidence"]["date"].dropna().astype(str), *([roads] if roads else [])]
    newest = max(dates, default=None)
    return {
        "area": area,
        "targets": _targets(area, newest, project),
        "transmitters_by_month": _by_month(houses),
        "groups": [
            {
                "group": name,
                **_of_houses(some, listed),
                "alley_measured_share": _of_roads(
                    segments[segments["segment_id"].isin(some["segment_id"])]
                )["alley_measured_share"],
            }
            for name, some in houses.groupby("group", sort=True)
        ],
        "alleys": _by_alley(alleys, houses, segments),
        "dates": {"roads": roads, "newest_evidence": newest},
        "scenarios": _of_scenarios(layers),
    }


def _published_scenarios(statistics: Mapping[str, Any]) -> dict[str, Any]:
    return {
        row["scenario"]: {answer: row[answer] for answer in ("road", "road_60")}
        for row in statistics.get("scenarios", ())
    }


def _of_scenarios(layers: Mapping[str, pd.DataFrame]) -> dict[str, Any]:
    """Return the answers of each scenario; those of the main run stand in the houses layer."""
    if "house_scenarios" not in layers:
        return {}
    houses = layers["houses"]
    people = houses[["house_id", "people"]]
    parts = {
        "base": houses,
        **{
            str(name): rows.merge(people, on="house_id")
            for name, rows in layers["house_scenarios"].groupby("scenario", sort=False)
        },
    }
    return {
        name: {answer: _coverage(rows, answer) for answer in ("road", "road_60")}
        for name, rows in parts.items()
    }


def _of_houses(houses: pd.DataFrame, listed: bool) -> dict[str, Any]:
    people = houses["people"]
    estimated = houses["flags"].fillna("").str.contains("people_estimated", regex=False)
    equipped, installed = _true(houses["extinguisher"]), _true(houses["transmitter"])
    failing, approved = houses["status"].str.startswith("no_"), _true(houses["approved"])
    asked = approved if listed else failing
    open_question = houses["status"].isin(["needs_survey", "unconnected"])
    return {
        "houses": len(houses),
        "people": round(people.sum()),
        "houses_without_people_count": int((people.isna() | estimated).sum()),
        "status": {name: int((houses["status"] == name).sum()) for name in _STATUSES},
        **{name: _coverage(houses, name) for name in _ANSWERS},
        "hydrant_within_150_m": int(_true(houses["near_150"]).sum()),
        "percentiles": {
            name: {
                "median": _quantile(houses[name], 0.5),
                "p90": _quantile(houses[name], 0.9),
                "without": int(houses[name].isna().sum()),
            }
            for name in _DISTANCES
        },
        "extinguishers": {
            "equipped": int(equipped.sum()),
            "checked": int((equipped & houses["extinguisher_checked"].notna()).sum()),
        },
        "transmitters": {
            "registered": int(houses["registered_month"].notna().sum()),
            "installed": int(installed.sum()),
            "asked": int(asked.sum()),
            "installed_of_asked": int((asked & installed).sum()),
        },
        "approved": {
            "listed": int(approved.sum()),
            "both": int((approved & failing).sum()),
            "only_listed": int((approved & ~failing).sum()),
            "only_listed_open": int((approved & open_question).sum()),
            "only_computed": int((failing & ~approved).sum()),
        }
        if listed
        else None,
    }


def _of_reviews(objects: pd.DataFrame) -> dict[str, Any]:
    checked = objects["last_checked"].dropna().astype(str)
    return {
        "objects": len(objects),
        "checked": len(checked),
        "oldest": None if checked.empty else checked.min(),
        "newest": None if checked.empty else checked.max(),
    }


def _by_month(houses: pd.DataFrame) -> list[dict[str, Any]]:
    installed = houses[_true(houses["transmitter"])]
    month = installed["installed_date"].astype("string").str.slice(0, 7)
    registered = houses["registered_month"]
    rows: list[dict[str, Any]] = [
        {
            "month": name,
            "registered": int((registered == name).sum()),
            "installed": int((month == name).sum()),
        }
        for name in sorted({*registered.dropna(), *month.dropna()})
    ]
    undated = int(month.isna().sum())
    if undated:
        rows.append({"month": None, "registered": 0, "installed": undated})
    return rows


def _coverage(houses: pd.DataFrame, answer: str) -> dict[str, Any] | None:
    given, people = houses[answer], houses["people"]
    if len(houses) and given.isna().all():
        return None
    covered, needs_survey, not_covered = (given == word for word in _WORDS)
    best = covered | needs_survey
    return {
        "covered": int(covered.sum()),
        "needs_survey": int(needs_survey.sum()),
        "not_covered": int(not_covered.sum()),
        "no_answer": int(given.isna().sum()),
        "share_worst": _share(covered.sum(), len(houses)),
        "share_best": _share(best.sum(), len(houses)),
        "people_worst": round(people[covered].sum()),
        "people_best": round(people[best].sum()),
    }


def _of_roads(segments: pd.DataFrame) -> dict[str, Any]:
    roads = segments[~_true(segments["beside_a_road"])]
    alley = ~_true(roads["passable_class"])
    length = roads["length_m"]
    measured = roads["width_source"].isin(_MEASURED)

    def km(rows: Any) -> float:
        return round(float(length[rows].sum()) / 1000, 3)

    return {
        "km": km(slice(None)),
        "km_by_truck": {
            word: km(roads["truck"] == word) for word in ("pass", "unknown", "blocked")
        },
        "km_by_reached": {word: km(roads["reached"] == word) for word in ("yes", "unknown", "no")},
        "measured_share": _share(length[measured].sum(), length.sum()),
        "alley_km": km(alley),
        "alley_measured_share": _share(length[alley & measured].sum(), length[alley].sum()),
    }


def _of_barriers(barriers: pd.DataFrame) -> dict[str, Any]:
    source, effect = barriers["source"], barriers["effect"]
    own = barriers[source.isin(["survey", "osm"])]
    states = own["state"].fillna("not_given").value_counts()
    effects = own["effect"].value_counts()
    return {
        "barriers": len(own),
        "by_state": {
            state: int(states.get(state, 0))
            for state in ("fixed", "openable", "removed", "not_given")
        },
        "by_effect": {
            word: int(effects.get(word, 0)) for word in ("pass", "delay", "unknown", "blocked")
        },
        "dealt_with": int(_true(own["dealt_with"]).sum()),
        "narrow_readings": int(((source == "reading") & (effect == "blocked")).sum()),
        "open_readings": int(((source == "reading") & (effect == "unknown")).sum()),
        "low_clearances": int((source == "clearance").sum()),
        "tight_corners": int(((source == "corner") & (effect == "blocked")).sum()),
        "open_corners": int(((source == "corner") & (effect == "unknown")).sum()),
    }


def _of_alleys(alleys: pd.DataFrame) -> dict[str, Any]:
    deep, certain = _true(alleys["deep"]), _true(alleys["certain"])
    solutions = alleys["has_water_solution"].value_counts()
    return {
        "without_truck_worst": len(alleys),
        "without_truck_best": int(certain.sum()),
        "deep": int(deep.sum()),
        "deep_certain": int((deep & certain).sum()),
        "water_solution": {word: int(solutions.get(word, 0)) for word in ("yes", "unknown", "no")},
        "with_fire_point": int(_true(alleys["has_fire_point"]).sum()),
        "needs_fire_point": int(_true(alleys["needs_fire_point"]).sum()),
    }


def _of_dead_ends(ends: pd.DataFrame) -> dict[str, Any]:
    answers = ends["too_long"].value_counts()
    cannot_turn = ends["turning"].isin(["no", "unknown"]) & ends["too_long"].eq("yes")
    return {
        "dead_ends": len(ends),
        "certain": int(_true(ends["certain"]).sum()),
        "too_long": {word: int(answers.get(word, 0)) for word in ("yes", "unknown", "no")},
        "without_turning_known": int(cannot_turn.sum()),
    }


def _of_draft_points(points: pd.DataFrame) -> dict[str, Any]:
    answers, access = points["answer"].value_counts(), points["access"].value_counts()
    ways = ("truck", "unknown", "portable_pump", "none")
    return {
        "draft_points": len(points),
        "by_answer": {word: int(answers.get(word, 0)) for word in ("yes", "unknown", "no")},
        "by_access": {word: int(access.get(word, 0)) for word in ways},
        "houses_gained": int(points["houses_gained"].sum()),
    }


def _by_alley(
    alleys: pd.DataFrame, houses: pd.DataFrame, segments: pd.DataFrame
) -> list[dict[str, Any]]:
    lengths = segments.groupby(["alley_id", segments["width_source"].isin(_MEASURED)])["length_m"]
    length = lengths.sum().unstack(fill_value=0).reindex(columns=[False, True], fill_value=0)
    shares = length[True] / length.sum(axis=1)
    people = houses.groupby("alley_id")["people"].sum()
    counts = {answer: houses.groupby(["alley_id", answer]).size() for answer in _ANSWERS}
    return [
        {
            "alley_id": alley_id,
            "name": name if isinstance(name, str) else None,
            "people": round(people.get(alley_id, 0)),
            "measured_share": round(float(shares[alley_id]), 6),
            **{
                answer: {word: int(counts[answer].get((alley_id, word), 0)) for word in _WORDS}
                for answer in _ANSWERS
                if answer != "road_60"
            },
        }
        for alley_id, name in zip(alleys["alley_id"], alleys["name"], strict=True)
    ]


def _targets(area: Mapping[str, Any], newest: str | None, project: Project) -> dict[str, Any]:
    solutions, reviews = area["alleys"]["water_solution"], area["reviews"]
    transmitters, required = area["transmitters"], project.options.central_city
    rows = {
        "water_solutions": (sum(solutions.values()), solutions["yes"]),
        "barriers_dealt_with": (area["barriers"]["barriers"], area["barriers"]["dealt_with"]),
        "violations_fixed": (area["violations"]["found"], area["violations"]["fixed"]),
        "extinguishers_checked": (
            area["extinguishers"]["equipped"],
            area["extinguishers"]["checked"],
        ),
        "transmitters_installed": (transmitters["asked"], transmitters["installed_of_asked"]),
        "water_reviewed": (reviews["water"]["objects"], reviews["water"]["checked"]),
        "fire_points_reviewed": (
            reviews["fire_points"]["objects"],
            reviews["fire_points"]["checked"],
        ),
    }
    return {
        name: {
            **_progress(target, done, newest, project, name),
            "required": required if name == "transmitters_installed" else True,
        }
        for name, (target, done) in rows.items()
    }


def _progress(
    target: int, done: int, newest: str | None, project: Project, name: str
) -> dict[str, Any]:
    plan = getattr(project.targets, name)
    due = project.options.deadline if plan.deadline is None else plan.deadline
    months = None
    if newest is not None and due is not None:
        first = date.fromisoformat(newest)
        months = max(12 * (due.year - first.year) + due.month - first.month, 1)
    return {
        "target": target,
        "done": done,
        "left": target - done,
        "per_month": None if months is None else round((target - done) / months, 2),
        "due": None if due is None else due.isoformat(),
        "owner": plan.owner,
        "product": plan.product,
        "authority": plan.authority,
    }


def _true(column: pd.Series) -> pd.Series:
    """Return where a column says yes, whatever the file kept it as; missing is no."""
    return column.isin([True, 1, "true", "True", "yes"])


def _quantile(column: pd.Series, share: float) -> float | None:
    known = column.dropna()
    return None if known.empty else round(float(known.quantile(share)), 2)


def _share(part: float, whole: float) -> float | None:
    return None if not whole else round(float(part) / float(whole), 6)


def _flat(figures: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Yield figures by their paths; of a list, by the name or id of each entry."""
    if isinstance(figures, Mapping):
        for key, value in figures.items():
            yield from _flat(value, f"{before}.{key}" if before else str(key))
    elif isinstance(figures, list):
        for i, value in enumerate(figures):
            name = value.get("group", value.get("alley_id", i))
            yield from _flat(value, f"{before}[{name}]")
    else:
        yield before, figures
