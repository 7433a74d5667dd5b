"""All that the page shows, as one document ready for JSON.

The page's own types of it stand in ``scripts/ward.d.ts``. Nothing here names a person, unless the
project says that it may.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.water import water_limits
from fireaccess.model.formats import LANGUAGES, Language
from fireaccess.outputs.map import payload
from fireaccess.outputs.map.payload import Column
from fireaccess.outputs.map.planned import (
    GAIN_COLUMNS,
    PLAN_COLUMNS,
    PLAN_EARLY,
    chances,
    plan_frames,
    plan_tables,
)
from fireaccess.outputs.map.routes import no_routes, routes
from fireaccess.outputs.order import by_group
from fireaccess.outputs.result import Result
from fireaccess.outputs.texts import plan_texts, texts
from fireaccess.outputs.told import told
from fireaccess.outputs.why.teller import telling_tags
from fireaccess.planning.ward import Plan

STATUSES: Final = (
    "ok",
    "needs_survey",
    "no_road",
    "no_water",
    "no_road_no_water",
    "unconnected",
)
REACHED: Final = ("yes", "unknown", "no")
EFFECTS: Final = ("blocked", "unknown", "delay", "pass")
#: Corners are among the barriers, but none to deal with.
CORNERS: Final = ("corner_blocked", "corner_unknown")
ALLEYS: Final = ("deep", "perhaps_deep", "other", "perhaps_other")
WORKS: Final = ("usable", "unknown", "unusable", "broken")
TOO_LONG: Final = ("yes", "unknown", "no", "silent")
DRAFTS: Final = ("yes", "unknown", "no")
_COVERED: Final = payload.words("covered", "needs_survey", "not_covered")

_POINT_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "object_id": payload.text,
        "type": payload.often,
        "works": payload.words(*WORKS),
        "houses_served": payload.number(0),
        "source": payload.often,
        "last_checked": payload.often,
    }
)

_LAYERS: Final[Mapping[str, Mapping[str, Column]]] = MappingProxyType(
    {
        "houses": {
            "house_id": payload.ids,
            "address": payload.text,
            "group": payload.often,
            "status": payload.words(*STATUSES),
            "road": _COVERED,
            "road_60": _COVERED,
            "water": _COVERED,
            "point": _COVERED,
            "hose_m": payload.number(1),
            "hose_best_m": payload.number(1),
            "hose_rolls": payload.number(0),
            "truck_m": payload.number(0),
            "truck_s": payload.number(0),
            "hydrant_m": payload.number(1),
            "hydrant_id": payload.often,
            "near_150": payload.flag,
            "water_m": payload.number(1),
            "water_best_m": payload.number(1),
            "water_id": payload.often,
            "point_m": payload.number(1),
            "fire_point_id": payload.often,
            "alley_id": payload.often,
            "stopped_by": payload.often,
            "best_stopped_by": payload.often,
            "flags": payload.often,
        },
        "segments": {
            "segment_id": payload.text,
            "name": payload.often,
            "highway": payload.often,
            "length_m": payload.number(2),
            "width_m": payload.number(2),
            "width_source": payload.often,
            "width_date": payload.often,
            "truck": payload.words("pass", "unknown", "blocked"),
            "truck_reason": payload.often,
            "reached": payload.words(*REACHED),
            "certified_by": payload.often,
            "alley_id": payload.often,
        },
        "alleys": {
            "alley_id": payload.often,
            "name": payload.often,
            "alley": payload.words(*ALLEYS),
            "depth_m": payload.number(1),
            "depth_best_m": payload.number(1),
            "length_m": payload.number(1),
            "min_width_m": payload.number(2),
            "stopped_by": payload.often,
            "certain": payload.flag,
            "houses": payload.number(0),
            "houses_not_covered": payload.number(0),
            "houses_needs_survey": payload.number(0),
            "water_id": payload.often,
            "water_m": payload.number(1),
            "has_water_solution": payload.words("yes", "no", "unknown"),
            "has_fire_point": payload.flag,
            "needs_fire_point": payload.flag,
        },
        "barriers": {
            "barrier_id": payload.text,
            "type": payload.often,
            "state": payload.often,
            "clear_width_m": payload.number(2),
            "effect": payload.words(*EFFECTS),
            "dealt_with": payload.flag,
            "source": payload.often,
            "date": payload.often,
        },
        "water": _POINT_COLUMNS,
        "fire_points": _POINT_COLUMNS,
        "dead_ends": {
            "dead_end_id": payload.text,
            "name": payload.often,
            "length_m": payload.number(1),
            "length_best_m": payload.number(1),
            "certain": payload.flag,
            "reverse_m": payload.number(1),
            "too_long": payload.words(*TOO_LONG),
            "turning": payload.words("yes", "unknown", "no"),
            "turning_m": payload.number(1),
            "passing_places": payload.number(0),
            "passing_needed": payload.number(0),
            "width_m": payload.number(2),
            "houses": payload.number(0),
        },
        "draft_points": {
            "draft_point_id": payload.text,
            "object_id": payload.text,
            "type": payload.often,
            "name": payload.often,
            "source": payload.often,
            "distance_m": payload.number(1),
            "access": payload.words("truck", "unknown", "portable_pump", "none"),
            "perennial": payload.words("yes", "unknown"),
            "lift_m": payload.number(1),
            "answer": payload.words(*DRAFTS),
            "houses_served": payload.number(0),
            "houses_without_water": payload.number(0),
            "houses_gained": payload.number(0),
            "missing": payload.often,
        },
        "stations": {"object_id": payload.text, "name": payload.text},
        "groups": {"group": payload.text},
    }
)

#: What became of a house between two states, in the legend's order.
CHANGES: Final = ("better", "worse", "other", "new", "same")
_CHANGE_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "change": payload.words(*CHANGES),
        "why": payload.often,
        "status_old": payload.often,
    }
)
_EVIDENCE: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "object": payload.text,
        "source": payload.often,
        "file": payload.often,
        "row": payload.number(0),
        "value": payload.text,
        "date": payload.often,
        "method": payload.often,
        "accuracy_m": payload.number(2),
        "used": payload.flag,
        "replaced_by": payload.text,
    }
)

_FIGURES: Final = (
    "houses",
    "people",
    "houses_without_people_count",
    "status",
    "road",
    "road_60",
    "water",
    "point",
    "hydrant_within_150_m",
)
#: What the first picture and the panel show.
_EARLY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "houses": ("group", "status", "road", "road_60", "water", "point", "near_150", "change"),
        "segments": ("length_m", "reached"),
        "alleys": ("alley",),
        "barriers": ("effect",),
        "water": ("works",),
        "fire_points": ("works",),
        "groups": ("group",),
        "dead_ends": ("too_long",),
        "draft_points": ("answer",),
        **PLAN_EARLY,
    }
)
#: Layers that the first picture does without: their shapes come with the details.
_LATE: Final = ("dead_ends", "draft_points", "open_water", *PLAN_COLUMNS)
#: Layers whose lines mostly are segments.
_OF_SEGMENTS: Final = ("alleys", "dead_ends", "walk")
_DISTANCES: Final = ("hose_m", "hose_best_m", "hydrant_m", "water_m", "water_best_m", "point_m")
#: Stands in a reason for the description of what stops the truck.
_STOP: Final = "\x01"
_NEAR_HYDRANT_M: Final = 150  # the column is called near_150
_NEW_BUILDING_M: Final = 60  # the column is called road_60


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What is another than it was, for a map of the new state.

    Parameters
    ----------
    houses
        Houses of which something is another: ``house_id``, ``change`` (one of `CHANGES`), ``why``
        and the ``status_old``.
    old
        The result of the state before.
    """

    houses: pd.DataFrame
    old: Result


def document(result: Result, changes: Changes | None = None) -> dict[str, Any]:
    """Return all that the page shows, ready for JSON."""
    frames = _frames(result)
    if changes is not None:
        frames["houses"] = _with_changes(frames["houses"], changes)
    area = [] if result.area is None or result.area.is_empty else [result.area]
    statistics = result.statistics
    stops = _stops(result)
    segments = frames["segments"].geometry.to_numpy()
    layers = {
        name: payload.layer(frames[name], _columns(result, name), _lines(name, segments))
        for name in _LAYERS
    }
    if changes is not None:
        layers["houses"]["columns"] |= {
            name: pack(frames["houses"][name]) for name, pack in _CHANGE_COLUMNS.items()
        }
    _pack_closer(layers["houses"]["columns"], frames["houses"], stops)
    shown = {
        "language": result.project.options.language,
        "texts": {language: dict(texts(language)) for language in LANGUAGES},
        "project": result.project.name,
        "synthetic": result.project.options.synthetic,
        "told": {
            language: told(result, language, None if changes is None else changes.old)
            for language in LANGUAGES
        },
        "osm": result.openstreetmap,
        "starts": result.project.options.starts,
        "tiles": _tiles(result),
        "bounds": payload.bounds(
            area, *(getattr(result, name).geometry.to_numpy() for name in ("houses", *_LAYERS))
        ),
        "limits": _limits(result),
        "figures": {
            "area": _figures(statistics["area"]),
            "groups": [
                {"group": group["group"], **_figures(group)}
                for group in sorted(
                    statistics["groups"], key=lambda group: by_group(str(group["group"]))
                )
            ],
        },
        "measured": statistics["area"]["roads"]["alley_measured_share"],
        "stops": stops,
        "evidence": payload.table(_evidence(result.evidence), _EVIDENCE),
        "layers": {
            **layers,
            "open_water": payload.layer(result.open_water, {}),
            "area": {"count": len(area), "geometry": payload.geometry(area), "columns": {}},
        },
        "outlines": _outlines(result.houses),
        "routes": routes(result),
    }
    if result.plan is not None:
        _add_plan(shown, result.plan, frames["houses"]["house_id"], segments)
    return shown


def _add_plan(shown: dict[str, Any], plan: Plan, house_ids: pd.Series, segments: Any) -> None:
    for language in LANGUAGES:
        shown["texts"][language] |= plan_texts(language)
    shown["layers"]["houses"]["columns"] |= chances(plan, house_ids)
    shown["layers"] |= {
        name: payload.layer(frame, PLAN_COLUMNS[name], _lines(name, segments))
        for name, frame in plan_frames(plan).items()
    }
    shown["plan"] = plan_tables(plan)


def _lines(layer: str, segments: Any) -> Any:
    """Return the lines that the page has already and a layer is made of; None if it isn't."""
    return segments if layer in _OF_SEGMENTS else None


def _with_changes(houses: gpd.GeoDataFrame, changes: Changes) -> gpd.GeoDataFrame:
    columns = changes.houses.set_index("house_id")[["change", "why", "status_old"]]
    joined = houses.join(columns, on="house_id")
    return joined.assign(change=joined["change"].fillna("same"))


def _columns(result: Result, layer: str) -> Mapping[str, Column]:
    """Return the columns of a layer that the page shows; names of persons only if it may."""
    columns = dict(_LAYERS[layer])
    if layer == "barriers" and result.project.options.personal_data:
        columns["keyholder"] = payload.text
    if layer == "barriers" and result.plan is not None:
        columns |= GAIN_COLUMNS
    limits = _limits(result)
    if layer == "barriers" and result.barriers["source"].eq("corner").any():
        columns["effect"] = payload.words(*EFFECTS, *CORNERS)
    if layer == "dead_ends":
        limit_m = limits["dead_end_m"]
        judged = limit_m is not None
        columns["too_long"] = payload.words(*(TOO_LONG[:-1] if judged else TOO_LONG[-1:]))
        columns["reverse_m"] = payload.number(1, limits=[limit_m] if judged else ())
    if layer == "houses":
        # Rounding must not bring a house within a limit that it is beyond.
        names = ("hose_m", "hydrant_m", "near_m", "new_building_m", "point_m")
        known = [limits[name] for name in names if limits[name] is not None]
        distance = payload.number(1, limits=[*known, *(limit / 2 for limit in known)])
        columns |= dict.fromkeys(_DISTANCES, distance)
    return columns


def halves(document: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part a document into what the first picture needs and all that it doesn't.

    A page shows its picture in half the time so: most of the data only answer what is asked later.
    """
    late = {
        "outlines": None,
        "stops": {},
        "evidence": payload.table(pd.DataFrame(), {}),
        "routes": no_routes(),
    }
    if "plan" in document:
        late["plan"] = None
    layers, columns, shapes = {}, {}, {}
    for name, layer in document["layers"].items():
        own = layer["columns"]
        early = {key: own[key] for key in own if key in _EARLY.get(name, ())}
        layers[name] = {**layer, "columns": early}
        columns[name] = {key: own[key] for key in own if key not in early}
        if name in _LATE:
            shapes[name] = layer["geometry"]
            layers[name]["geometry"] = payload.geometry([])
    first = {**document, **late, "layers": layers}
    details = {"columns": columns, "shapes": shapes}
    return first, details | {key: document[key] for key in late}


def _outlines(houses: gpd.GeoDataFrame) -> dict[str, Any] | None:
    """Return the outlines of houses, each from its middle on; None if all are points."""
    outlines = houses.geometry.to_numpy()
    if not (shapely.get_dimensions(outlines) > 0).any():
        return None
    return payload.geometry(outlines, payload.middles(outlines)[1])


def _pack_closer(
    columns: dict[str, Any], houses: gpd.GeoDataFrame, stops: Mapping[str, Mapping[Language, str]]
) -> None:
    """Pack what the columns of the houses repeat of one another."""
    # The nearest water mostly is a hydrant, in both cases.
    columns["water_best_m"] = payload.mostly_as(
        "water_m", columns["water_m"], columns["water_best_m"]
    )
    columns["water_m"] = payload.mostly_as("hydrant_m", columns["hydrant_m"], columns["water_m"])
    tokens = payload.text(houses["stopped_by"])

    def without_stop(language: Language) -> list[str | None]:
        texts = [
            None if text is None else text.replace(_STOP, "\N{REPLACEMENT CHARACTER}")
            for text in payload.text(houses[f"reason_{language}"])
        ]
        return [
            text
            if text is None or token is None or token not in stops
            else text.replace(stops[token][language], _STOP)
            for text, token in zip(texts, tokens, strict=True)
        ]

    columns["reason"] = payload.sentences(
        {language: without_stop(language) for language in LANGUAGES}
    )


def _frames(result: Result) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers with the columns that only the map has."""
    frames = {name: getattr(result, name) for name in _LAYERS}
    rows = result.house_rows[["best_stopped_by", "water_best_m"]]
    # From afar a house is a dot: its outline comes with the details.
    middles, _ = payload.middles(frames["houses"].geometry.to_numpy())
    frames["houses"] = frames["houses"].join(rows).set_geometry(middles, crs=frames["houses"].crs)
    frames["segments"] = frames["segments"].assign(certified_by=_certified_by(result))
    frames["alleys"] = frames["alleys"].assign(alley=_alley(frames["alleys"]))
    corner = frames["barriers"]["source"].eq("corner")
    effect = frames["barriers"]["effect"]
    frames["barriers"] = frames["barriers"].assign(effect=effect.mask(corner, "corner_" + effect))
    too_long = frames["dead_ends"]["too_long"]
    frames["dead_ends"] = frames["dead_ends"].assign(too_long=too_long.fillna(TOO_LONG[-1]))
    frames["draft_points"] = frames["draft_points"].rename(columns={"kind": "type"})
    for name in ("water", "fire_points"):
        frames[name] = frames[name].assign(works=_works(frames[name]))
    return frames


def _certified_by(result: Result) -> Any:
    """Return the reading that certifies each segment of the layer, as the evidence names it."""
    if result.stops is None:
        return None
    known = result.stops.passability.certified_by
    names = pd.Series(known, index=result.stops.network.segment_id).dropna()
    return ("reading:" + names).reindex(result.segments["segment_id"]).to_numpy()


def _evidence(evidence: pd.DataFrame) -> pd.DataFrame:
    """Return the evidence without tags of mapped barriers that say nothing of a truck."""
    mapped = evidence["object"].str.startswith("barrier:") & (evidence["source"] == "osm")
    values = evidence["value"].astype(object)
    values[mapped] = [telling_tags(value) for value in values[mapped]]
    return evidence.assign(value=values)


def _alley(alleys: gpd.GeoDataFrame) -> Any:
    """Return one word for how deep each alley is, and whether it is without a truck for certain."""
    # Where the norm says nothing of depth, none is deep.
    deep, certain = (
        alleys[name].astype("boolean").fillna(False).to_numpy(dtype=bool)
        for name in ("deep", "certain")
    )
    words = np.array(ALLEYS, dtype=object)
    return words[2 * ~deep + ~certain]


def _works(objects: gpd.GeoDataFrame) -> list[str]:
    """Return one word for what each object is good for; no word on ``working`` means that it is."""
    known = {"yes": "usable", True: "usable", "no": "unusable", False: "unusable"}
    return [
        "broken" if working is not pd.NA and working == False else known.get(usable, "unknown")  # noqa: E712
        for working, usable in zip(objects["working"], objects["usable"], strict=True)
    ]


def _figures(statistics: Mapping[str, Any]) -> dict[str, Any]:
    return {name: statistics[name] for name in _FIGURES}


def _limits(result: Result) -> dict[str, Any]:
    norm = result.norm
    return {
        "hose_m": norm.value_or_none("hose_limit_m"),
        "hydrant_m": norm.value_or_none("hydrant_radius_m"),
        "near_m": _NEAR_HYDRANT_M,
        "new_building_m": _NEW_BUILDING_M,
        "water_m": dict(water_limits(norm)),
        "dead_end_m": norm.value_or_none("dead_end_m"),
        "draft_m": norm.value_or_none("draft_m"),
        "suction_lift_m": norm.value_or_none("suction_lift_m"),
        "point_m": norm.value_or_none("fire_point_m"),
    }


def _tiles(result: Result) -> dict[str, str] | None:
    base = result.project.base_map
    return None if base.tiles is None else {"url": base.tiles, "attribution": base.attribution}


def _stops(result: Result) -> dict[str, dict[Language, str]]:
    """Return every barrier, and whatever else stops a truck on its way, described in words."""
    if result.stops is None:
        return {}
    columns = (
        result.houses["stopped_by"],
        result.house_rows["best_stopped_by"],
        result.alleys["stopped_by"],
        result.barriers["barrier_id"],
    )
    tokens = {token for column in columns for token in column.dropna()}
    return result.stops.describe(sorted(tokens))
