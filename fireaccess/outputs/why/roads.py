"""Why a truck passes a stretch of road, a barrier or a reading, or is stopped by it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from fireaccess.model.answers import Answer, at_least
from fireaccess.model.text import parse_length, parse_weight
from fireaccess.network.corners import SHARPEST_DEG
from fireaccess.network.obstacles import SOMEWHERE
from fireaccess.network.tags import WIDTH_SOURCES
from fireaccess.outputs.why.chain import Chain, Clause, Evidence, Link
from fireaccess.outputs.why.teller import Teller, code, given, tags_of

#: How many segments are named before the rest is counted.
_MOST: Final = 8

Reason = tuple[str, tuple[Clause, ...]]


def stop_link(teller: Teller, name: str, what: str = "stopped_by") -> Link:
    """Tell what stops a truck, and by what evidence and clause."""
    kind, _, ident = name.partition(":")
    links: tuple[Link, ...]
    if kind == "segment":
        i = teller.index[ident]
        links = (truck_link(teller, i, "because"),)
        if (
            teller.passability.segment_answer[i] == Answer.PASS
            and teller.result.vehicle.respect_oneway
        ):
            links = (Link("because", teller.say("truck.oneway")),)
    else:
        links = (_effect_link(teller, name, "because"), *_stands_for(teller, name))
    return Link(what, f"{teller.described(name)} [{name}]", links=links)


# Stretches of road ---------------------------------------------------------------------------


def segment_chain(teller: Teller, kind: str, ident: str) -> Chain:
    """Tell why a truck passes a segment or not, and whether it gets there."""
    i = teller.index[ident]
    network, layer = teller.network, teller.result.segments
    shown = layer[(layer["segment_id"] == ident).to_numpy()]
    answers: dict[str, Any] = {"truck": Answer(teller.passability.segment_answer[i]).word}
    links = [truck_link(teller, i, "truck")]
    rows = teller.stops.obstacles
    hinder = np.isin(
        rows["node"].to_numpy(dtype=np.int64), (network.segment_u[i], network.segment_v[i])
    )
    hinder &= ((rows["answer"] != Answer.PASS) & (rows["rule"] != SOMEWHERE)).to_numpy()
    links += [
        Link("at_its_end", f"{teller.described(name)} [{name}]")
        for name in rows["barrier_id"][hinder]
    ]
    if len(shown) == 0:
        links.append(Link("reached", teller.say("outside")))
    else:
        answers["reached"] = code(shown["reached"].iloc[0])
        links += _alley_of(teller, shown["alley_id"].iloc[0], but=f"segment:{ident}")
    length = teller.number(network.segment_length_m[i])
    about = teller.say("segment", road=teller.road(i), length=length)
    return Chain(
        object=f"segment:{ident}",
        title=f"{teller.say('kind.segment')} {ident}: {about}",
        sentence="",
        answers=MappingProxyType(answers),
        links=tuple(links),
        language=teller.language,
    )


def _alley_of(teller: Teller, alley_id: Any, *, but: str) -> Iterator[Link]:
    """Tell which alley without a truck a segment is part of, and what stops the truck there."""
    if not given(alley_id):
        return
    alleys = teller.result.alleys
    row = alleys[(alleys["alley_id"] == alley_id).to_numpy()].iloc[0]
    by = row["stopped_by"]
    links = (stop_link(teller, by),) if given(by) and by != but else ()
    yield Link("part_of", f"{row['name']} [{alley_id}]", links=links)


def truck_link(teller: Teller, i: int, what: str) -> Link:
    """Tell why a truck passes a segment or not, with all that was said of it."""
    sentence, clauses = _truck_reason(teller, i)
    by = teller.passability.certified_by[i]
    read: tuple[Evidence, ...] = ()
    for name in _narrow_somewhere(teller, i) if by is None else [f"reading:{by}"]:
        read += teller.evidence(name)
    return Link(what, sentence, read + teller.of_segment(i), clauses)


def _narrow_somewhere(teller: Teller, i: int) -> list[str]:
    """Return the readings that say of a segment's road that it is narrow, but not where."""
    known, network = teller.passability, teller.network
    if known.segment_reason[i] != "survey":
        return []
    rows = teller.stops.obstacles
    rows = rows[((rows["rule"] == SOMEWHERE) & (rows["kind"] == "reading")).to_numpy()]
    same = network.way_name[network.segment_way] == network.way_name[network.segment_way[i]]
    nodes = set(np.concatenate([network.segment_u[same], network.segment_v[same]]).tolist())
    places = zip(rows["node"], rows["further_nodes"], strict=True)
    on_road = [not nodes.isdisjoint((node, *further)) for node, further in places]
    return list(rows["barrier_id"][np.array(on_road, dtype=bool)])


def _truck_reason(teller: Teller, i: int) -> Reason:
    """Return why a segment has its answer (SPEC §4.2), and what decided."""
    known, need = teller.passability, teller.stops.need
    reason, highway = known.segment_reason[i], teller.tag(i, "highway")
    by = known.certified_by[i]
    if reason == "survey" and by is None:
        return teller.say("truck.somewhere", road=teller.road(i)), teller.need("width_m")
    if reason == "survey":
        longer = teller.network.segment_length_m[i] > teller.result.project.settings.reading_gap_m
        sentence = teller.say(
            "truck.survey",
            id=by,
            narrowest=teller.say("truck.narrowest") if longer else "",
            compared=_reading(teller, by),
        )
        return sentence, teller.need("width_m")
    if reason in ("width", "facade"):
        key = known.width_source[i]
        accuracy = dict(WIDTH_SOURCES)[key]
        compared = teller.least(known.width_m[i], teller.result.norm.value(accuracy), need.width_m)
        sentence = (
            teller.say("truck.facade", compared=compared)
            if reason == "facade"
            else teller.say("truck.width", tag=f"{key}={teller.tag(i, key)}", compared=compared)
        )
        return sentence, teller.need("width_m") + teller.clause(accuracy)
    if reason == "class":
        footway = teller.tag(i, "footway")
        beside = footway in teller.result.norm.classes.footway_blocked
        word = Answer(known.segment_answer[i]).word
        named = f"footway={footway}" if beside else highway
        return teller.say(f"truck.class.{word}", highway=named), teller.classes()
    if reason == "sign_width":
        sign = f"maxwidth={teller.tag(i, 'maxwidth')}"
        width = teller.exact(need.width_m)
        sentence = teller.say("truck.sign_width", highway=highway, tag=sign, need=width)
        return sentence, teller.need("width_m") + teller.classes()
    if reason in ("height", "sign_height"):
        key = "maxheight:physical" if reason == "height" else "maxheight"
        compared = teller.least(_length(teller.tag(i, key)), 0.0, need.height_m)
        return teller.say(f"truck.{reason}", compared=compared), teller.need("height_m")
    if reason == "weight":
        read = parse_weight(teller.tag(i, "maxweight"))
        compared = teller.least(read.value if read else np.nan, 0.0, need.mass_t, "t")
        return teller.say("truck.weight", compared=compared), teller.measure("mass_t")
    if reason == "grade":
        return _steepness(teller, i)
    return teller.say(f"truck.{reason}", highway=highway), ()


def _steepness(teller: Teller, i: int) -> Reason:
    """Compare how steep a segment is with what the norm allows."""
    grades, most = teller.passability.grades, teller.result.norm.value("max_grade")
    compared = teller.steep(grades.grade[i], grades.accuracy[i], most)
    clauses = teller.clause("max_grade")
    if grades.source[i] == "incline":
        tag = f"incline={teller.tag(i, 'incline')}"
        return teller.say("truck.incline", tag=tag, compared=compared), clauses
    sentence = teller.say("truck.grade", base=teller.number(grades.base_m), compared=compared)
    return sentence, clauses + teller.clause("accuracy_elevation_m")


# Barriers, readings and clearances -----------------------------------------------------------


def obstacle_chain(teller: Teller, kind: str, ident: str) -> Chain:
    """Tell what a barrier, reading, clearance or corner does to a truck, and by which rule."""
    name = f"{kind}:{ident}"
    rows = teller.stops.obstacles
    found = rows[(rows["barrier_id"] == name).to_numpy()]
    evidence = teller.evidence(name)
    answers: dict[str, Any] = {}
    title = f"{teller.say(f'kind.{kind}')} {ident}"
    if len(found) == 0 and not any(row["used"] for row in evidence):
        links = [Link("read_from", "", evidence), *_replaced_by(teller, evidence)]
    else:
        answers["effect"] = found["effect"].iloc[0] if len(found) else Answer.PASS.word
        links = [_effect_link(teller, name, "effect"), *_stands_for(teller, name)]
        if len(found):
            title = f"{title}: {teller.described(name)}"
        if len(found) and kind != "corner":
            answers["dealt_with"] = code(found["dealt_with"].iloc[0])
            links.append(Link("dealt_with", _dealt_with(teller, found.iloc[0])))
        if kind == "reading":
            links += _certifies(teller, ident, evidence)
    return Chain(
        object=name,
        title=title,
        sentence="",
        answers=MappingProxyType(answers),
        links=tuple(links),
        language=teller.language,
    )


def _effect_link(teller: Teller, name: str, what: str) -> Link:
    """Tell by which rule an obstacle has its effect."""
    kind, _, ident = name.partition(":")
    evidence = teller.evidence(name)
    rows = teller.stops.obstacles
    found = rows[(rows["barrier_id"] == name).to_numpy()]
    reason: Reason = ("", ())
    if kind == "reading":
        reason = _reading(teller, ident), teller.need("width_m")
    elif kind == "clearance":
        height_m = float(_used(evidence)["value"])
        compared = teller.least(height_m, 0.0, teller.stops.need.height_m)
        reason = compared, teller.need("height_m")
    elif found["rule"].iloc[0] != SOMEWHERE:
        reason = _rule(teller, found.iloc[0])
    said = [reason[0]] if reason[0] else []
    if (found["rule"] == SOMEWHERE).any():
        count = 1 + len(found["further_nodes"].iloc[0])
        said.append(teller.say("rule.somewhere", count=count))
    return Link(what, "; ".join(said), evidence, reason[1])


def _used(evidence: tuple[Evidence, ...]) -> Evidence:
    return next(row for row in evidence if row["used"])


def _reading(teller: Teller, ident: str) -> str:
    """Compare a reading with the width that a truck needs."""
    row = _used(teller.evidence(f"reading:{ident}"))
    return teller.least(float(row["value"]), row["accuracy_m"] or 0.0, teller.stops.need.width_m)


def _rule(teller: Teller, row: pd.Series) -> Reason:
    """Return the rule of SPEC §4.3 that decided on a barrier."""
    rule, effect, need = row["rule"], row["effect"], teller.stops.need
    if row["kind"] == "corner":
        return _corner(teller, row)
    tags = _mapped_tags(teller, row)
    if rule == "gap":
        gap_m = row["figure_m"]
        if np.isnan(gap_m):
            gap_m = _length(tags.get("maxwidth:physical"))
        compared = teller.least(gap_m, 0.0, need.width_m)
        return teller.say("rule.gap", compared=compared), teller.need("width_m")
    if rule == "height" and effect != "unknown":
        physical = tags.get("maxheight:physical")
        height_m = _length(physical if physical is not None else tags.get("maxheight"))
        compared = teller.least(height_m, 0.0, need.height_m)
        return teller.say("rule.height", compared=compared), teller.need("height_m")
    if rule == "kerb":
        limit = teller.exact(teller.result.norm.value("kerb_height_m"))
        return teller.say(f"rule.kerb.{effect}", limit=limit), teller.clause("kerb_height_m")
    if rule == "type":
        return teller.say(f"rule.type.{effect}"), ()
    if effect == "delay":
        delay = teller.exact(teller.result.norm.value("opening_delay_s"))
        return teller.say(f"rule.{rule}", delay=delay), teller.clause("opening_delay_s")
    return teller.say("rule.no_height" if rule == "height" else f"rule.{rule}"), ()


def _corner(teller: Teller, row: pd.Series) -> Reason:
    """Return why a truck does not get round a corner, or may not (SPEC §4.4)."""
    vehicle = teller.result.vehicle
    sharp = row["rule"] == "sharp"
    sentence = teller.say(
        "rule.sharp" if sharp else f"rule.corner.{row['effect']}",
        turned=teller.whole(row["deflection_deg"]),
        sharpest=teller.whole(SHARPEST_DEG),
        radius=teller.exact(vehicle.turning_radius_m.value),
        needed=teller.number(row["needed_m"]),
        length=teller.exact(vehicle.length_m.value),
        width=teller.exact(vehicle.width_m.value),
    )
    measures = {
        "unknown": ("turning_radius_m", "width_m", "wheelbase_m", "front_overhang_m"),
        "blocked": () if sharp else ("length_m", "width_m"),
    }
    clauses = [teller.measure(name) for name in measures[row["effect"]]]
    return sentence, sum(clauses, ())


def _mapped_tags(teller: Teller, row: pd.Series) -> Mapping[str, str]:
    """Return the tags of the mapped barrier that a row is, or stands for."""
    mapped = [one for one in teller.evidence(f"barrier:{row['osm_id']}") if one["source"] == "osm"]
    return dict(tags_of(mapped[0]["value"])) if mapped else {}


def _length(tag: str | None) -> float:
    read = None if tag is None else parse_length(tag)
    return np.nan if read is None else read.value


def _stands_for(teller: Teller, name: str) -> Iterator[Link]:
    for row in teller.replaced_by(name):
        yield Link("stands_for", row["object"], (row,))


def _replaced_by(teller: Teller, evidence: tuple[Evidence, ...]) -> Iterator[Link]:
    for row in evidence:
        if row["source"] == "osm" and row["replaced_by"] is not None:
            yield stop_link(teller, row["replaced_by"], "replaced_by")


def _dealt_with(teller: Teller, row: pd.Series) -> str:
    """Return why nothing is left to do at an obstacle, or what is."""
    if row["dealt_with"]:
        key = {"removed": "removed", "keyholder": "checked"}.get(row["rule"], "pass")
    else:
        key = "not_checked" if row["rule"] == "keyholder" else row["effect"]
    return teller.say(f"dealt_with.{key}")


def _certifies(teller: Teller, ident: str, evidence: tuple[Evidence, ...]) -> Iterator[Link]:
    """Tell which segments pass by a reading."""
    segments = teller.network.segment_id[teller.passability.certified_by == ident].tolist()
    if segments:
        shown = ", ".join(segments[:_MOST])
        if len(segments) > _MOST:
            shown += f" {teller.say('more', count=len(segments) - _MOST)}"
        yield Link("certifies", teller.say("certifies", count=len(segments), segments=shown))
        return
    row = _used(evidence)
    certain_m = float(row["value"]) - (row["accuracy_m"] or 0.0)
    if at_least(certain_m, teller.stops.need.width_m):
        gap = teller.exact(teller.result.project.settings.reading_gap_m)
        yield Link("certifies", teller.say("certifies.none", gap=gap))
