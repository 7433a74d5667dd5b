"""Barriers: what a mapped or surveyed one does to a fire engine (SPEC §4.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fireaccess.model.answers import Answer, at_least
from fireaccess.model.text import parse_length

POSTS: Final = frozenset("bollard block jersey_barrier planter log debris".split())
GATES: Final = frozenset("gate lift_gate swing_gate sliding_gate".split())
#: What neither truck nor hose gets past.
WALLS: Final = frozenset("wall fence city_wall".split())

_BLOCKED: Final = (
    POSTS
    | WALLS
    | frozenset(
        "chain cycle_barrier motorcycle_barrier stile turnstile full-height_turnstile "
        "kissing_gate wicket_gate spikes ditch guard_rail bus_trap sump_buster".split()
    )
)
_PASS: Final = frozenset("cattle_grid toll_booth border_control entrance sally_port".split())
_FLAT_KERBS: Final = frozenset("flush lowered rolled no".split())


@dataclass(frozen=True, slots=True)
class Effect:
    """What a barrier does: an answer, whether it has to be opened first, and by which rule.

    Parameters
    ----------
    answer
        pass, unknown or blocked.
    delay
        It lets the truck through only after being opened.
    rule
        ``removed``, ``gap``, ``keyholder``, ``no_keyholder``, ``fixed``, ``type``, ``unlocked``,
        ``yielding``, ``kerb``, ``height`` or ``not_known``.
    """

    answer: Answer
    rule: str
    delay: bool = False

    @property
    def word(self) -> str:
        """The effect as result files write it: pass, delay, unknown or blocked."""
        return "delay" if self.delay else self.answer.word


def family(type_: str) -> str:
    """Return what a surveyed barrier must have in common with a mapped one to be the same.

    Examples
    --------
    >>> family("planter"), family("lift_gate"), family("kerb")
    ('post', 'gate', 'kerb')
    """
    return "post" if type_ in POSTS else "gate" if type_ in GATES else type_


def barrier_effect(
    type_: str,
    tags: Mapping[str, str],
    *,
    need_width_m: float,
    need_height_m: float,
    kerb_height_m: float,
    state: str | None = None,
    clear_width_m: float | None = None,
    keyholder: bool = False,
) -> Effect:
    """Return what a barrier does to the truck, by the first rule of SPEC §4.3 that applies.

    Parameters
    ----------
    type_
        Value of ``barrier=*``, or the surveyed type.
    tags
        The OSM node's tags; empty for one that only the survey has.
    need_width_m, need_height_m
        Clear width and height that the vehicle or norm needs.
    kerb_height_m
        Height of a kerb that a truck still drives over.
    state
        Surveyed state: fixed, openable, removed or None.
    clear_width_m
        Surveyed gap when opened.
    keyholder
        Whether somebody is named who opens it.

    Examples
    --------
    >>> need = {"need_width_m": 3.5, "need_height_m": 4.5, "kerb_height_m": 0.2}
    >>> barrier_effect("bollard", {}, **need).word
    'blocked'
    >>> barrier_effect("lift_gate", {}, state="openable", keyholder=True, **need).word
    'delay'
    >>> barrier_effect("gate", {}, **need).word
    'unknown'
    """
    if state == "removed":
        return Effect(Answer.PASS, "removed")
    gap_m = clear_width_m if clear_width_m is not None else _length(tags, "maxwidth:physical")
    if gap_m is not None:
        wide = bool(at_least(gap_m, need_width_m))
        return Effect(Answer.PASS if wide else Answer.BLOCKED, "gap")
    if state == "openable":
        if keyholder:
            return Effect(Answer.PASS, "keyholder", delay=True)
        return Effect(Answer.UNKNOWN, "no_keyholder")
    if state == "fixed":
        return Effect(Answer.BLOCKED, "fixed")
    return _by_type(type_, tags, need_height_m=need_height_m, kerb_height_m=kerb_height_m)


def _by_type(
    type_: str, tags: Mapping[str, str], *, need_height_m: float, kerb_height_m: float
) -> Effect:
    if type_ == "bollard" and tags.get("bollard", "fixed") != "fixed":
        if tags["bollard"] in ("low", "flexible"):
            return Effect(Answer.PASS, "yielding", delay=True)
        return Effect(Answer.UNKNOWN, "type")
    if type_ in _BLOCKED:
        return Effect(Answer.BLOCKED, "type")
    if type_ in GATES:
        if tags.get("locked") == "no":
            return Effect(Answer.PASS, "unlocked", delay=True)
        return Effect(Answer.UNKNOWN, "type")
    if type_ == "kerb":
        height_m = _length(tags, "height")
        flat = tags.get("kerb") in _FLAT_KERBS
        low = height_m is not None and bool(at_least(kerb_height_m, height_m))
        return Effect(Answer.PASS if flat or low else Answer.UNKNOWN, "kerb")
    if type_ == "height_restrictor":
        height_m = _length(tags, "maxheight:physical") or _length(tags, "maxheight")
        if height_m is None:
            return Effect(Answer.UNKNOWN, "height")
        high = bool(at_least(height_m, need_height_m))
        return Effect(Answer.PASS if high else Answer.BLOCKED, "height")
    if type_ in _PASS:
        return Effect(Answer.PASS, "type")
    return Effect(Answer.UNKNOWN, "not_known")


def _length(tags: Mapping[str, str], key: str) -> float | None:
    quantity = parse_length(tags[key]) if key in tags else None
    return None if quantity is None else quantity.value
