"""What tags, facades and class say of width, height and load (SPEC §4.1, §4.2)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from fireaccess.model.answers import (
    Answer,
    AnswerArray,
    BoolArray,
    FloatArray,
    ObjectArray,
    at_least,
    below,
)
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.norm import Norm
from fireaccess.model.text import Quantity, parse_length, parse_weight
from fireaccess.network.facades import Facades
from fireaccess.network.need import Need
from fireaccess.network.network import Network
from fireaccess.sources.roads import is_yes

_WIDTH_TAGS: Final = (
    ("maxwidth:physical", "accuracy_maxwidth_physical_m"),
    ("width", "accuracy_width_m"),
    ("width:carriageway", "accuracy_width_m"),
    ("est_width", "accuracy_est_width_m"),
)
#: What tells a width, in the order in which it decides, with the norm's figure for its accuracy.
WIDTH_SOURCES: Final = (*_WIDTH_TAGS, ("facade", "accuracy_facade_m"))
#: Widths that somebody measured, as against estimated or assumed by class.
MEASURED_SOURCES: Final = ("survey", "maxwidth:physical", "width", "width:carriageway")


@dataclass(frozen=True, slots=True, eq=False)
class WidthAnswers:
    """What tags, facades and class say of each segment's width, arrays of shape ``(s,)``.

    Parameters
    ----------
    answer
        Three answers.
    reason
        ``width``, ``facade`` or ``class``; ``sign_width`` where a legal sign made a pass unknown.
    width_m
        The deciding figure, NaN where the class decides.
    source
        The deciding tag, ``facade``, or ``class``.
    accuracy_m
        Accuracy of that figure.
    """

    answer: AnswerArray
    reason: ObjectArray
    width_m: FloatArray
    source: ObjectArray
    accuracy_m: FloatArray


def figures_of(
    network: Network,
    key: str,
    parse: Callable[[str], Quantity | None],
    findings: Findings,
) -> FloatArray:
    """Read one tag of every way; text that is no figure is told and ignored.

    Returns
    -------
    Figures of the ways, NaN where the tag is missing or can't be read, shape ``(w,)``.
    """
    values = network.tag(key)
    figures = np.full(len(values), np.nan)
    for i in np.flatnonzero(values != None):  # noqa: E711 - compares element by element
        text = str(values[i])
        quantity = parse(text)
        where = {
            "params": {"way": int(network.ways["way_id"].iloc[i]), "key": key, "text": text},
            "value": text,
        }
        if quantity is None or quantity.value <= 0:
            findings.add(
                "hint",
                "tag_not_read",
                Message("way {way}: {key}={text} is no figure that can be used; it is ignored"),
                remedy=Message("correct the tag in OpenStreetMap, or measure the place"),
                **where,
            )
            continue
        if quantity.decimal_comma:
            findings.add(
                "warning",
                "decimal_comma",
                Message("way {way}: {key}={text} was read with a decimal comma"),
                remedy=Message("correct the tag in OpenStreetMap to a decimal point"),
                **where,
            )
        figures[i] = quantity.value
    return figures


def width_answers(
    network: Network, need: Need, norm: Norm, facades: Facades | None, findings: Findings
) -> WidthAnswers:
    """Return what the best width tag says of each segment, else the facades, else its class.

    With accuracy α: width − α ≥ need passes, width + α < need blocks, between is unknown.
    """
    count = len(network.ways)
    width_m = np.full(count, np.nan)
    accuracy_m = np.full(count, np.nan)
    source = np.full(count, "class", dtype=object)
    for key, accuracy in _WIDTH_TAGS:
        figures = figures_of(network, key, parse_length, findings)
        fresh = np.isnan(width_m) & ~np.isnan(figures)
        width_m[fresh] = figures[fresh]
        accuracy_m[fresh] = norm.value(accuracy)
        source[fresh] = key
    sign_m = network.of_segments(figures_of(network, "maxwidth", parse_length, findings))
    width_m, accuracy_m = network.of_segments(width_m), network.of_segments(accuracy_m)
    source = network.of_segments(source)
    if facades is not None:
        fresh = np.isnan(width_m) & ~np.isnan(facades.deciding_m)
        width_m[fresh] = facades.deciding_m[fresh]
        accuracy_m[fresh] = norm.value("accuracy_facade_m")
        source[fresh] = "facade"
    answer = network.of_segments(class_answers(network, norm))
    reason = np.full(network.n_segments, "class", dtype=object)
    figured = ~np.isnan(width_m)
    signed = ~figured & (answer == Answer.PASS) & below(sign_m, need.width_m)
    answer[signed] = Answer.UNKNOWN
    reason[signed] = "sign_width"
    reason[figured] = np.where(source[figured] == "facade", "facade", "width")
    answer[figured] = three_answers(width_m[figured], accuracy_m[figured], need.width_m)
    return WidthAnswers(answer, reason, width_m, source, accuracy_m)


def three_answers(figure_m: FloatArray, accuracy_m: FloatArray, need_m: float) -> AnswerArray:
    """Return pass, blocked or unknown for figures with an accuracy.

    Examples
    --------
    >>> three_answers(np.array([3.8, 3.7, 3.1]), np.full(3, 0.3), 3.5).tolist()
    [2, 1, 0]
    """
    wide = at_least(figure_m - accuracy_m, need_m)
    narrow = below(figure_m + accuracy_m, need_m)
    answers = np.where(wide, Answer.PASS, np.where(narrow, Answer.BLOCKED, Answer.UNKNOWN))
    return answers.astype(np.int8)


def class_answers(network: Network, norm: Norm) -> AnswerArray:
    """Return what the norm's table says of each way's class, shape ``(w,)``."""
    highway = network.tag("highway")
    classes = norm.classes
    answer = np.full(len(highway), Answer.UNKNOWN, dtype=np.int8)
    answer[np.isin(highway, classes.passable)] = Answer.PASS
    answer[np.isin(highway, classes.blocked)] = Answer.BLOCKED
    answer[np.isin(network.tag("footway"), classes.footway_blocked)] = Answer.BLOCKED
    return answer


@dataclass(frozen=True, slots=True, eq=False)
class HeightAnswers:
    """What tags say of each way's clear height and load, arrays of shape ``(w,)``.

    Parameters
    ----------
    too_low
        The physical height is below the need.
    sign_too_low
        Only a sign says so.
    height_not_known
        The way leads through a building or is covered, and no tag tells how high.
    height_m
        The deciding figure, NaN where there is none.
    too_weak
        A bridge that does not carry the vehicle.
    weight_t
        Its weight limit.
    """

    too_low: BoolArray
    sign_too_low: BoolArray
    height_not_known: BoolArray
    height_m: FloatArray
    too_weak: BoolArray
    weight_t: FloatArray


def height_answers(network: Network, need: Need, findings: Findings) -> HeightAnswers:
    """Return what ``maxheight*``, covers, ``maxweight`` and bridges say of each way."""
    physical_m = figures_of(network, "maxheight:physical", parse_length, findings)
    sign_m = figures_of(network, "maxheight", parse_length, findings)
    weight_t = figures_of(network, "maxweight", parse_weight, findings)
    covered = (network.tag("tunnel") == "building_passage") | (network.tag("covered") == "yes")
    bridge = np.array([is_yes(value) for value in network.tag("bridge")], bool)
    limited = ~np.isnan(weight_t) & ~bridge & (weight_t < need.mass_t)
    if limited.any():
        ids = network.ways["way_id"].to_numpy()[limited]
        findings.add(
            "hint",
            "weight_limit_off_bridge",
            Message(
                "{count} ways have a maxweight below the vehicle's mass but are no bridge; the "
                "limit is noted and does not stop a fire engine (first: {first})"
            ),
            params={"count": len(ids), "first": ", ".join(map(str, ids[:3]))},
        )
    silent = np.isnan(physical_m)
    return HeightAnswers(
        too_low=below(physical_m, need.height_m),
        sign_too_low=silent & below(sign_m, need.height_m),
        height_not_known=silent & np.isnan(sign_m) & covered,
        height_m=np.where(silent, sign_m, physical_m),
        too_weak=bridge & (weight_t < need.mass_t),
        weight_t=weight_t,
    )
