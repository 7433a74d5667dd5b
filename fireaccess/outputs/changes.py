"""What changed between two states, as lists for a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from fireaccess.model.catalogue import Message
from fireaccess.model.formats import Language
from fireaccess.outputs.headings import Kind
from fireaccess.outputs.lists import Column, Listing, in_order, known_cells, words
from fireaccess.outputs.order import by_group

_STATES: Final = ("old", "new")

#: Lists: title (of at most 31 letters), what it tells, and columns; what follows | isn't printed.
_LISTS: Final[Mapping[str, tuple[Message, Message, str]]] = MappingProxyType(
    {
        "summary": (
            Message("Summary"),
            Message("How many houses and barriers changed, and which input changed them."),
            "what change why count",
        ),
        "houses": (
            Message("Houses", "changed"),
            Message(
                "Houses that are new, gone, or answered otherwise. Why: norm, roads, survey and "
                "houses are exchanged one after another."
            ),
            "map house_id address group change why status_old status_new road_old road_new "
            "water_old water_new hose_old_m hose_new_m | point_old point_new lon lat",
        ),
        "barriers": (
            Message("Barriers", "changed"),
            Message("Barriers and narrow places that are new, gone, or in another state."),
            "map barrier_id type change state_old state_new effect_old effect_new dealt_with_old "
            "dealt_with_new | lon lat",
        ),
        "targets": (
            Message("Targets"),
            Message("Progress to each target, before and now."),
            "target total_old done_old left_old total_new done_new left_new",
        ),
        "groups": (
            Message("Groups"),
            Message("Houses, and those that are covered for certain, before and now."),
            "group houses_old houses_new road_covered_old road_covered_new water_covered_old "
            "water_covered_new",
        ),
        "rules": (
            Message("Norm and settings"),
            Message("Figures of norm, vehicle and settings that are others."),
            "figure old new",
        ),
    }
)
#: Columns: heading, kind, width; {when} is "before" or "now".
_COLUMNS: Final[Mapping[str, tuple[Message, Kind, float]]] = MappingProxyType(
    {
        "what": (Message("What"), "text", 16),
        "change": (Message("Change"), "word", 18),
        "why": (Message("Why"), "text", 24),
        "count": (Message("Count"), "count", 10),
        "map": (Message("Map"), "place", 7),
        "house_id": (Message("Code"), "text", 14),
        "address": (Message("Address"), "text", 26),
        "group": (Message("Group", "heading"), "text", 16),
        "status": (Message("Status, {when}"), "word", 17),
        "road": (Message("Road, {when}"), "word", 11),
        "water": (Message("Water, {when}"), "word", 11),
        "point": (Message("Fire point, {when}"), "word", 11),
        "hose_m": (Message("Hose (m), {when}"), "metres", 9),
        "barrier_id": (Message("Code"), "text", 18),
        "type": (Message("Type"), "text", 16),
        "state": (Message("State, {when}"), "text", 12),
        "effect": (Message("To a truck, {when}"), "word", 14),
        "dealt_with": (Message("Dealt with, {when}"), "word", 9),
        "target": (Message("Target"), "text", 46),
        "total": (Message("Target, {when}"), "count", 9),
        "done": (Message("Done, {when}"), "count", 9),
        "left": (Message("Left, {when}"), "count", 9),
        "houses": (Message("Houses, {when}"), "count", 9),
        "road_covered": (Message("Road covered, {when}"), "count", 9),
        "water_covered": (Message("Water covered, {when}"), "count", 9),
        "figure": (Message("Figure", "value"), "text", 34),
        "old": (Message("Before"), "text", 30),
        "new": (Message("Now"), "text", 30),
        "lon": (Message("Longitude (WGS 84)"), "degrees", 12),
        "lat": (Message("Latitude (WGS 84)"), "degrees", 12),
    }
)
_TEXTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "houses": Message("Houses", "map"),
        "barriers": Message("Barriers, narrow places"),
        "when.old": Message("before"),
        "when.new": Message("now"),
        "change.gone": Message("Gone"),
        "change.changed": Message("Changed"),
        "change.new": Message("New"),
    }
)
#: What stands before the codes of a column in the keys of their words.
_PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "change": "change.",
        "why": "why.",
        "group": "group.",
        "type": "type.",
        "target": "target.",
        "status": "status.",
        "state": "state.",
        "effect": "effect.",
        "dealt_with": "answer.",
        **dict.fromkeys(("road", "water", "point"), ""),
    }
)
_SUMMED: Final = ("count", "houses", "road_covered", "water_covered")


def change_lists(
    tables: Mapping[str, pd.DataFrame | gpd.GeoDataFrame], language: Language
) -> tuple[Listing, ...]:
    """Return what changed as lists: a summary, houses, barriers, targets, groups, rules.

    Parameters
    ----------
    tables
        By these names, the summary left out: those of a comparison, houses and barriers with
        their places in EPSG:4326.
    language
        Language of titles, headings and words.
    """
    barriers = tables["barriers"]
    kinds = barriers["barrier_id"].str.split(":").str[0]
    barriers = barriers.assign(type=barriers["type"].where(kinds == "barrier", kinds))
    known = change_words(language)
    frames = {
        "summary": _summary(tables, known),
        "houses": _placed(tables["houses"], known, "group_order", "address", "house_id"),
        "barriers": _placed(barriers, known, "type", "barrier_id"),
        "targets": tables["targets"].rename(columns=lambda name: name.replace("target_", "total_")),
        "groups": tables["groups"],
        "rules": tables["rules"],
    }
    return tuple(_listing(name, frame, known, language) for name, frame in frames.items())


def change_words(language: Language) -> dict[str, str]:
    """Return the words of the lists and those of changes alone."""
    return words(language) | {key: text.into(language) for key, text in _TEXTS.items()}


def _summary(tables: Mapping[str, pd.DataFrame], known: Mapping[str, str]) -> pd.DataFrame:
    """Return how many objects changed, by how and why."""
    counts = [
        _with_why(tables[name])
        .value_counts(["change", "why"], sort=False)
        .sort_index()
        .reset_index(name="count")
        .assign(what=known[name])
        for name in ("houses", "barriers")
    ]
    return pd.concat(counts, ignore_index=True)


def _with_why(frame: pd.DataFrame) -> pd.DataFrame:
    # A barrier is changed by its own row alone.
    return frame if "why" in frame else frame.assign(why="")


def _placed(frame: gpd.GeoDataFrame, known: Mapping[str, str], *by: str) -> pd.DataFrame:
    """Return objects in the order in which people look for them, with their places."""
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    rows = {name: known_cells(frame[name]) for name in frame.columns.drop("geometry")}
    rows |= {"at": rows[by[-1]], "map": [known["open"]] * len(frame)}
    rows |= {"lon": shapely.get_x(points), "lat": shapely.get_y(points)}
    if "group" in rows:
        rows["group_order"] = [by_group(group) for group in rows["group"]]
    return in_order(rows, *by)


def _listing(
    name: str, frame: pd.DataFrame, known: Mapping[str, str], language: Language
) -> Listing:
    title, note, names = _LISTS[name]
    printed, _, _ = names.partition("|")
    columns = []
    for key in names.replace("|", "").split():
        base, state = _parted(key)
        told, kind, width = _COLUMNS[base]
        heading = told.into(language, when=known[f"when.{state}"] if state else "")
        columns.append(Column(key, heading, kind, width, (key,) if base in _SUMMED else ()))
    frame = frame.reset_index(drop=True)
    rows = {column.name: _told(frame[column.name], known) for column in columns}
    return Listing(
        name=name,
        title=title.into(language),
        note=note.into(language),
        columns=tuple(columns),
        printed=len(printed.split()),
        rows=pd.DataFrame({**rows, "at": frame.get("at")}, dtype=object),
        layer=name if "at" in frame else None,
    )


def _parted(key: str) -> tuple[str, str | None]:
    """Return a column's name without the state that it is of, and that state.

    Examples
    --------
    >>> _parted("hose_old_m"), _parted("status_new"), _parted("new")
    (('hose_m', 'old'), ('status', 'new'), ('new', None))
    """
    for state in _STATES:
        if f"_{state}" in key:
            return key.replace(f"_{state}", ""), state
    return key, None


def _told(values: pd.Series, known: Mapping[str, str]) -> list[Any]:
    """Return a column with words for its codes; a code without a word is told as it is."""
    base, _ = _parted(str(values.name))
    flags = {True: "yes", False: "no"}

    def word(code: Any) -> Any:
        if base == "why":
            return ", ".join(known[f"why.{step}"] for step in code.split(", ") if step)
        return known.get(f"{_PREFIXES[base]}{flags.get(code, code)}", code)

    cells = known_cells(values)
    if base not in _PREFIXES:
        return cells
    return [None if cell is None else word(cell) for cell in cells]
