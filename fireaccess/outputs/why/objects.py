"""Why a source of water or a fire point counts or not; and what else the survey lists."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.water import TRUCK_SOURCES
from fireaccess.model.answers import NOT_COVERED
from fireaccess.outputs.why.chain import Chain, Clause, Evidence, Link
from fireaccess.outputs.why.teller import Teller, code
from fireaccess.sources.coordinates import WGS84, transform_geometry

#: How many objects that don't count are named before the rest is counted.
_MOST: Final = 3


def layer_of(teller: Teller, kind: str) -> gpd.GeoDataFrame:
    """Return the layer of water objects or of fire points."""
    return teller.result.water if kind == "water" else teller.result.fire_points


def object_row(teller: Teller, kind: str, ident: str) -> pd.Series | None:
    """Return one object of its layer, None where the layer has none of this id."""
    frame = layer_of(teller, kind)
    found = frame[(frame["object_id"] == ident).to_numpy()]
    return found.iloc[0] if len(found) else None


def object_evidence(teller: Teller, kind: str, ident: str) -> tuple[Evidence, ...]:
    """Return what was said of an object; of a mapped one the evidence lists nothing."""
    row = object_row(teller, kind, ident)
    if row is None or row["source"] != "osm":
        return teller.evidence(f"{kind}:{ident}")
    made = teller.made_row(
        object=f"{kind}:{ident}", source="osm", file=teller.roads_file, value=row["type"]
    )
    return (made,)


def object_chain(teller: Teller, kind: str, ident: str) -> Chain:
    """Tell whether a source of water or a fire point is usable, and why not."""
    row = object_row(teller, kind, ident)
    if row is None:
        return listed_chain(teller, kind, ident)
    clauses = _drafting(teller, row)
    if row["usable"] == "yes":
        limit = teller.clause(f"{row['type']}_radius_m" if kind == "water" else "fire_point_m")
        served = teller.say("object.usable", count=int(row["houses_served"]))
        sentence = served if limit else teller.silent()
        clauses += limit
    else:
        sentence = _why_not_usable(teller, row)
    return Chain(
        object=f"{kind}:{ident}",
        title=f"{teller.say(f'kind.{kind}')} {ident}: {teller.kind(row['type'])}",
        sentence="",
        answers=MappingProxyType({key: code(row[key]) for key in ("working", "usable")}),
        links=(
            Link("working", "", object_evidence(teller, kind, ident)),
            Link("usable", sentence, clauses=clauses),
        ),
        language=teller.language,
    )


def listed_chain(teller: Teller, kind: str, ident: str) -> Chain:
    """Tell what the survey says of something that no layer shows, such as a station."""
    name = f"{kind}:{ident}"
    return Chain(
        object=name,
        title=f"{teller.say(f'kind.{kind}')} {ident}",
        sentence="",
        answers=MappingProxyType({}),
        links=(Link("read_from", "", teller.evidence(name)),),
        language=teller.language,
    )


def others_near(
    teller: Teller, house: pd.Series, kind: str, answer: Any, limits: Mapping[str, float]
) -> tuple[Link, ...]:
    """Tell of objects near a house that don't count, or not for certain, and why.

    Parameters
    ----------
    teller, house
        The teller, and the house's row of its layer.
    kind, answer
        ``water`` or ``fire_point``, and the house's answer.
    limits
        How far one of each type may be; what lies farther as the crow flies is of no use anyway.
    """
    frame, crs = layer_of(teller, kind), teller.network.crs
    here = transform_geometry(np.array([house["geometry"]], dtype=object), WGS84, crs)[0]
    there = transform_geometry(frame.geometry.to_numpy(), WGS84, crs)
    straight_m = np.asarray(shapely.distance(here, there), dtype=float)
    limit_m = np.array([limits.get(type_, np.nan) for type_ in frame["type"]], dtype=float)
    links: list[Link] = []
    for what, usable in (("not_certain", "unknown"), ("not_counted", "no")):
        near = np.flatnonzero((straight_m <= limit_m) & (frame["usable"] == usable).to_numpy())
        near = near[np.argsort(straight_m[near], kind="stable")]
        for i in near[:_MOST]:
            row = frame.iloc[i]
            why = _why_not_usable(teller, row)
            if usable == "unknown" and answer == NOT_COVERED:
                why = f"{why}; {teller.say('object.beyond')}"
            sentence = teller.say(
                "object.straight",
                kind=teller.kind(row["type"]),
                id=row["object_id"],
                straight=teller.number(straight_m[i]),
                why=why,
            )
            evidence = object_evidence(teller, kind, row["object_id"])
            clauses = _drafting(teller, row) if row["working"] else ()
            links.append(Link(what, sentence, evidence, clauses))
        if len(near) > _MOST:
            links.append(Link(what, teller.say("object.more", count=len(near) - _MOST)))
    return tuple(links)


def _why_not_usable(teller: Teller, row: pd.Series) -> str:
    """Say why an object does not count, or not for certain."""
    if not row["working"]:
        return teller.say("object.broken")
    if not _near_a_road(teller, row["geometry"]):
        limit = teller.exact(teller.result.project.settings.snap_limit_m)
        return teller.say("object.far", limit=limit)
    draft_m = teller.result.norm.value_or_none("draft_m")
    if draft_m is None:
        return teller.say("silent.draft", name=teller.result.norm.name)
    key = "object.no_stand" if row["usable"] == "no" else "object.open_stand"
    return teller.say(key, limit=teller.exact(draft_m))


def _drafting(teller: Teller, row: pd.Series) -> tuple[Clause, ...]:
    """Return how far a truck can draw, where that decides."""
    if row["usable"] == "yes":
        return teller.clause("draft_m") if row["type"] in TRUCK_SOURCES else ()
    decides = row["working"] and _near_a_road(teller, row["geometry"])
    return teller.clause("draft_m") if decides else ()


def _near_a_road(teller: Teller, geometry: Any) -> bool:
    network = teller.network
    here = transform_geometry(np.array([geometry], dtype=object), WGS84, network.crs)[0]
    limit_m = teller.result.project.settings.snap_limit_m
    return bool(shapely.dwithin(network.lines[network.has_doors], here, limit_m).any())
