"""Sentences for reasons, in every language.

The analysis gives codes and figures; only here do they become text. Each place that stops a truck
is described once and used for every house behind it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from fireaccess.analysis.houses import (
    AT_DOOR,
    NO_WAY,
    NOT_KNOWN,
    PLACED_BY_NAME,
    TOO_FAR,
    UNCONNECTED,
    WITHIN_HOSE,
    Doors,
)
from fireaccess.model.answers import NEEDS_SURVEY, NOT_COVERED, Answer, ObjectArray
from fireaccess.model.catalogue import Message
from fireaccess.model.figure import Figure
from fireaccess.model.formats import LANGUAGES, Language, day, decimal
from fireaccess.model.norm import Norm
from fireaccess.network.need import Need
from fireaccess.network.network import Network
from fireaccess.network.obstacles import SOMEWHERE
from fireaccess.network.passability import Passability

_TYPES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "bollard": Message("bollard", "reason"),
        "block": Message("concrete block"),
        "jersey_barrier": Message("jersey barrier"),
        "planter": Message("planter"),
        "log": Message("log"),
        "debris": Message("debris", "reason"),
        "gate": Message("gate"),
        "lift_gate": Message("lift gate", "reason"),
        "swing_gate": Message("swing gate", "reason"),
        "sliding_gate": Message("sliding gate"),
        "chain": Message("chain"),
        "wall": Message("wall"),
        "fence": Message("fence"),
        "city_wall": Message("city wall"),
        "kerb": Message("kerb"),
        "height_restrictor": Message("height restrictor", "reason"),
        "cycle_barrier": Message("cycle barrier", "reason"),
        "motorcycle_barrier": Message("motorcycle barrier"),
        "ditch": Message("ditch"),
        "turnstile": Message("turnstile"),
    }
)
_ANY_BARRIER: Final = Message("barrier")

_RULES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "fixed": Message("fixed"),
        "no_keyholder": Message("openable, keyholder not known"),
        "kerb": Message("height not known"),
        "height": Message("height not known"),
        "not_known": Message("kind not known"),
    }
)
#: Why a stretch of road stops a truck, or may: for certain where that has words of its own.
_STRETCHES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "steps": Message("steps or a corridor"),
        "class": Message("width not measured"),
        "width": Message("{width} m wide by tag {source}, {need}, not certain enough"),
        "sign_width": Message("a sign limits the width", "reason"),
        "height": Message("clear height too low, {need}"),
        "sign_height": Message("a sign limits the height", "reason"),
        "covered": Message("covered, height not measured"),
        "weight": Message("a bridge too weak, {need}"),
        "grade": Message("perhaps too steep, {grade:.1%}"),
        "survey": Message("narrow somewhere, not known where"),
        "facade": Message("{width} m between buildings, {need}, not certain enough"),
    }
)
_BLOCKED: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "class": Message("not for vehicles"),
        "width": Message("{width} m wide by tag {source}, {need}"),
        "facade": Message("{width} m between buildings, {need}"),
        "grade": Message("too steep, {grade:.1%}"),
    }
)
_NEEDED: Final[Mapping[str, str]] = MappingProxyType({"height": "height_m", "weight": "mass_t"})
_ASSUMED: Final = Message("assumed")
_AT_THE_MOUTH: Final = Message("at the mouth of")
_ON: Final = Message("on")
_UNKNOWN: Final = Message("not known whether a truck passes")
_NOT_ROUND: Final = Message("too tight for a truck")
_ROUND_UNKNOWN: Final = Message("not known whether a truck gets round")
_MAPPED: Final = Message("as mapped in OpenStreetMap")


def figure_text(figure: Figure, language: Language) -> str:
    """Write a norm's figure in metres, marked where no source was verified."""
    text = f"{decimal(figure.value, language)} m"
    return text if figure.verified else f"{text} ({_ASSUMED.into(language)})"


#: What is told of a house by its reason, and of its water.
_SENTENCES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        UNCONNECTED: Message(
            "No alley is mapped within {near_m:.0f} m of the house (the nearest road is "
            "{away_m:.0f} m away): it needs a survey."
        ),
        PLACED_BY_NAME: Message(
            "Only the road of the house is known, not its place: distances are those of the middle "
            "of that road. Give its coordinates."
        ),
        NO_WAY: Message("The map has no way on foot from where the truck stops to the house."),
        AT_DOOR: Message(
            "The truck gets to the road at the house; {hose_m:.0f} m of hose from there."
        ),
        WITHIN_HOSE: Message(
            "The truck stops at {at}; {hose_m:.0f} m of hose from there, within {limit}."
        ),
        TOO_FAR: Message(
            "The truck stops at {at}; {hose_m:.0f} m of hose from there, beyond {limit}."
        ),
        "too_far_at_best": Message(
            "The truck stops at {at}; {best_m:.0f} m of hose from there, beyond {limit}."
        ),
        "too_far_anyway": Message(
            "The truck stops at {at}; {hose_m:.0f} m of hose from there, beyond {limit}; even if "
            "all that is not known lets it pass, {best_m:.0f} m."
        ),
        NOT_KNOWN: Message(
            "Not known whether the truck passes {at}: {hose_m:.0f} m of hose if it stops there, "
            "beyond {limit}; {best_m:.0f} m if all that is not known lets it pass. Measure here."
        ),
        "not_known_without": Message(
            "Not known: {best_m:.0f} m of hose if all that is not known lets the truck pass. "
            "Measure here."
        ),
        "not_known_elsewhere": Message(
            "The truck stops at {at}; {hose_m:.0f} m of hose from there, beyond {limit}. Whether "
            "there is another way is not known: {best_m:.0f} m if all that is not known lets it "
            "pass. Measure there."
        ),
        "water_open": Message(
            "Water is not certain: it is not known whether a truck can draw from it."
        ),
        "water_none": Message("No usable water can be reached by hose."),
        "water_far": Message(
            "The nearest usable water ({water_id}) is {water_m:.0f} m of hose away: too far."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class _Roads:
    """The road to name at a node, None where all are nameless, and whether ways meet there."""

    name: str | None
    several: bool


def _where(roads: _Roads, language: Language) -> str:
    if roads.name is None:
        return ""
    where = _AT_THE_MOUTH if roads.several else _ON
    return f" {where.into(language)} {roads.name}"


@dataclass(frozen=True, slots=True)
class Stops:
    """Describes whatever can stop a truck.

    Parameters
    ----------
    network, passability
        The network and what is known of it.
    obstacles
        Barriers, readings and clearances, by ``barrier_id``.
    need
        What a passage must offer.
    """

    network: Network
    passability: Passability
    obstacles: pd.DataFrame
    need: Need
    # What was described once: the reasons and the map tell of the same places.
    _known: dict[str, dict[Language, str]] = field(default_factory=dict, repr=False)

    def describe(self, tokens: list[str]) -> dict[str, dict[Language, str]]:
        """Return the description of each ``kind:id`` in every language."""
        self._known.update(self._described(set(tokens) - self._known.keys()))
        return {token: self._known[token] for token in sorted(set(tokens))}

    def _described(self, wanted: set[str]) -> dict[str, dict[Language, str]]:
        of_tokens = self.obstacles[self.obstacles["barrier_id"].isin(wanted)]
        rows = {row["barrier_id"]: row for row in of_tokens.to_dict("records")}
        roads = self._names_at({int(row["node"]) for row in rows.values()})
        index = {
            f"segment:{name}": i
            for i, name in enumerate(self.network.segment_id)
            if f"segment:{name}" in wanted
        }
        return {
            token: {
                language: self._segment(index[token], language)
                if token in index
                else self._obstacle(rows[token], roads, language)
                for language in LANGUAGES
            }
            for token in sorted(wanted)
        }

    def certain(self, tokens: list[str]) -> frozenset[str]:
        """Return those that stop the truck for certain, whatever a survey may find."""
        blocked = self.passability.segment_answer == Answer.BLOCKED
        segments = {f"segment:{name}" for name in self.network.segment_id[blocked]}
        rows = self.obstacles
        obstacles = set(rows["barrier_id"][rows["answer"].to_numpy() == Answer.BLOCKED])
        return frozenset(tokens) & (segments | obstacles)

    def _obstacle(self, row: Any, roads: Mapping[int, _Roads], language: Language) -> str:
        if row["kind"] == "corner":
            return self._corner(row, language)
        name = row["osm_id"] if pd.isna(row["object_id"]) else row["object_id"]
        figure = decimal(row["figure_m"], language, 2)
        notes: list[str] = []
        if row["kind"] == "reading":
            open_yet = row["answer"] == Answer.UNKNOWN
            what = Message("open reading") if open_yet else Message("narrow place")
            notes.append(Message("width {figure} m").into(language, figure=figure))
            notes.append(self._needs("width_m", language))
        elif row["kind"] == "clearance":
            what = Message("low clearance")
            notes.append(Message("height {figure} m").into(language, figure=figure))
            notes.append(self._needs("height_m", language))
        else:
            what = _TYPES.get(row["type"], _ANY_BARRIER)
            if row["rule"] == "gap" and not np.isnan(row["figure_m"]):
                notes.append(Message("gap {figure} m").into(language, figure=figure))
                notes.append(self._needs("width_m", language))
            if row["rule"] in _RULES:
                notes.append(_RULES[row["rule"]].into(language))
            if row["answer"] == Answer.UNKNOWN:
                notes.append(_UNKNOWN.into(language))
        if row["rule"] == SOMEWHERE:
            notes.append(Message("where on the road is not known").into(language))
        when = day(row["date"], language)
        if when:
            notes.append(Message("measured {when}").into(language, when=when))
        elif row["source"] == "osm":
            notes.append(_MAPPED.into(language))
        where = _where(roads[int(row["node"])], language)
        inside = ", ".join(notes)
        return f"{what.into(language)} {name}{where}" + (f" ({inside})" if inside else "")

    def _corner(self, row: Any, language: Language) -> str:
        """Say where the truck does not get round, and what it would need there."""
        streets = [self._road(i, language) for i in row["segments"]]
        turned = f"{row['deflection_deg']:.0f}°"
        bends = len(streets) == 1
        where = Message("bend of {road}") if bends else Message("corner {road} – {into}")
        notes = [turned, *(self._street(i, language) for i in row["segments"])]
        if not np.isnan(row["needed_m"]):
            needed = decimal(row["needed_m"], language)
            notes.append(Message("for sure from {needed} m on").into(language, needed=needed))
        blocked = row["answer"] == Answer.BLOCKED
        notes.append((_NOT_ROUND if blocked else _ROUND_UNKNOWN).into(language))
        told = where.into(language, road=streets[0], into=streets[-1])
        return f"{told} ({', '.join(notes)})"

    def _street(self, i: int, language: Language) -> str:
        """Say how wide a street is at its corner."""
        known = self.passability
        width_m = known.width_m[i]
        if not np.isnan(width_m):
            text = Message("{width} m wide")
        elif known.corners is not None and not np.isnan(known.corners.least_m[i]):
            width_m, text = known.corners.least_m[i], Message("{width} m wide as assumed")
        else:
            text = _STRETCHES["class"]
        return text.into(language, width=decimal(width_m, language, 2))

    def _road(self, i: int, language: Language) -> str:
        name = self.network.tag("name")[self.network.segment_way[i]]
        return str(name or Message("an unnamed way").into(language))

    def _needs(self, name: str, language: Language) -> str:
        """Say what the truck needs, marked where no source verifies it."""
        unit = "t" if name == "mass_t" else "m"
        figure = f"{decimal(getattr(self.need, name), language, 2)} {unit}"
        assumed = name in self.need.assumed
        text = Message("needs {figure} as assumed") if assumed else Message("needs {figure}")
        return text.into(language, figure=figure)

    def _names_at(self, nodes: set[int]) -> dict[int, _Roads]:
        """Return the names of the roads that meet at some nodes, and whether they are several."""
        network = self.network
        found: dict[int, list[int]] = {node: [] for node in nodes}
        for ends in (network.segment_u, network.segment_v):
            for i in np.flatnonzero(np.isin(ends, list(nodes))).tolist():
                found[int(ends[i])].append(i)
        names = network.tag("name")
        roads = {}
        for node, arms in found.items():
            # A loop meets its node with both ends, and is one road there.
            ways = network.segment_way[np.unique(np.array(arms, dtype=np.int64))]
            counts = Counter(name for name in names[ways] if name)
            # The alley that begins here is the road that the fewest arms belong to.
            least = min(counts, key=lambda name: (counts[name], name), default=None)
            roads[node] = _Roads(least, several=len(np.unique(ways)) > 1)
        return roads

    def _segment(self, i: int, language: Language) -> str:
        known = self.passability
        reason, answer = known.segment_reason[i], known.segment_answer[i]
        why = _BLOCKED.get(reason) if answer == Answer.BLOCKED else None
        if why is None and not (reason == "survey" and answer == Answer.PASS):
            why = _STRETCHES[reason]
        told = why and why.into(
            language,
            width=decimal(known.width_m[i], language, 2),
            source=known.width_source[i],
            need=self._needs(_NEEDED.get(reason, "width_m"), language),
            grade=float(known.grades.grade[i]),
        )
        road = self._road(i, language)
        return f"{road} ({told})" if told else road


def house_sentences(
    houses: pd.DataFrame,
    doors: Doors,
    stops: Stops,
    norm: Norm,
    snap_limit_m: float,
) -> tuple[ObjectArray, ObjectArray]:
    """Return the reason of every house as a sentence, in Vietnamese and in English.

    Parameters
    ----------
    houses
        ``reason``, ``stopped_by``, ``hose_m``, ``hose_best_m``, ``water``, ``water_id``,
        ``water_m``.
    doors
        How far the nearest road is from a house without a door.
    stops
        Describes what stops a truck.
    norm
        The hose limit, marked where it is an assumption.
    snap_limit_m
        How near a mapped road must be.
    """
    tokens = houses["stopped_by"].dropna().unique().tolist()
    described = stops.describe(tokens)
    certain = stops.certain(tokens)
    columns = ["reason", "stopped_by", "hose_m", "hose_best_m", "water", "water_id", "water_m"]
    cells = [houses[name].to_numpy(dtype=object).tolist() for name in columns]
    rows = list(zip(*cells[:4], doors.nearest_road_m.tolist(), *cells[4:], strict=True))
    texts: list[ObjectArray] = []
    for language in LANGUAGES:
        limit = figure_text(norm.hose_limit_m, language)  # type: ignore[arg-type]
        told = {reason: sentence.into(language) for reason, sentence in _SENTENCES.items()}
        at_house = Message("the road at the house").into(language)
        sentences = []
        for reason, stop, hose_m, best_m, away_m, water, water_id, water_m in rows:
            at = described[stop][language] if isinstance(stop, str) else at_house
            sentence = told[_case(reason, stop in certain, hose_m, best_m)].format(
                at=at, hose_m=hose_m, best_m=best_m, limit=limit, away_m=away_m, near_m=snap_limit_m
            )
            lack = None if reason == PLACED_BY_NAME else _lack(water, water_m)
            if lack is not None:
                sentence += " " + told[lack].format(water_id=water_id, water_m=water_m)
            sentences.append(sentence)
        texts.append(np.array(sentences, dtype=object))
    return texts[0], texts[1]


def _case(reason: str, stop_is_certain: bool, hose_m: float, best_m: float) -> str:
    """Return which sentence tells of a house."""
    if reason == TOO_FAR:
        if np.isnan(hose_m):
            return "too_far_at_best"
        return reason if round(best_m) == round(hose_m) else "too_far_anyway"
    if reason == NOT_KNOWN:
        if np.isnan(hose_m):
            return "not_known_without"
        return "not_known_elsewhere" if stop_is_certain else reason
    return reason


def _lack(answer: Any, water_m: float) -> str | None:
    """Return which sentence tells what is wrong with the water; none where it is near enough."""
    if answer == NEEDS_SURVEY:
        return "water_open"
    if answer != NOT_COVERED:
        return None
    return "water_none" if np.isnan(water_m) else "water_far"
