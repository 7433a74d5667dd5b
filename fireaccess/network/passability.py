"""What is known of every passage, and the evidence behind it (SPEC §4.1–§4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np
import pandas as pd

from fireaccess.model.answers import (
    Answer,
    AnswerArray,
    BoolArray,
    FloatArray,
    IntArray,
    ObjectArray,
)
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.formats import Language
from fireaccess.model.norm import Norm
from fireaccess.model.phrases import Phrase
from fireaccess.model.vehicle import Vehicle
from fireaccess.network.facades import Facades
from fireaccess.network.grades import Grades, grade_answers
from fireaccess.network.need import Need
from fireaccess.network.network import Network
from fireaccess.network.obstacles import Surveyed, obstacle_at_nodes
from fireaccess.network.stretches import stretches_at_nodes
from fireaccess.network.tags import (
    WIDTH_SOURCES,
    HeightAnswers,
    WidthAnswers,
    height_answers,
    width_answers,
)
from fireaccess.network.turns import Corners, judge_corners
from fireaccess.project import Settings
from fireaccess.sources.named import joined

#: Why a segment's answer is what it is; outputs make sentences of these codes.
SEGMENT_REASONS: Final = (
    "survey",
    "width",
    "facade",
    "class",
    "sign_width",
    "steps",
    "height",
    "sign_height",
    "covered",
    "weight",
    "grade",
)


@dataclass(frozen=True, slots=True, eq=False)
class Passability:
    """One of three answers for every passage, and why.

    Parameters
    ----------
    answer
        Answer of every passage, in the network's order, shape ``(p,)``.
    delay_s
        Time that a passage costs beside driving, shape ``(p,)``.
    segment_answer, segment_reason
        Answer of each segment whatever the direction, and the code of its reason.
    width_m, width_source, width_date
        The deciding width of each segment: NaN with source ``class`` where none is known.
    node_answer, node_obstacle
        Answer of going through each node, and the id of what hinders there (None if nothing).
    closes_foot
        Nodes that hose and people don't get past.
    certified_by
        Reading whose place certifies each segment, None where none does.
    facades
        Gaps between buildings; None if no width is taken from them.
    grades
        How steep each segment is.
    corners
        Whether the vehicle follows the road where that turns; None if turns don't count.
    """

    answer: AnswerArray
    delay_s: FloatArray
    segment_answer: AnswerArray
    segment_reason: ObjectArray
    width_m: FloatArray
    width_source: ObjectArray
    width_date: ObjectArray
    node_answer: AnswerArray
    node_obstacle: ObjectArray
    closes_foot: BoolArray
    certified_by: ObjectArray
    facades: Facades | None
    grades: Grades
    corners: Corners | None


def assess(
    surveyed: Surveyed,
    *,
    facades: Facades | None,
    grades: Grades,
    need: Need,
    norm: Norm,
    vehicle: Vehicle,
    settings: Settings,
    turns_count: bool,
    findings: Findings,
) -> Passability:
    """Answer for every passage whether the truck gets through.

    Parameters
    ----------
    surveyed
        The network with the survey set on it.
    facades
        Gaps between buildings along its segments; None if no width is taken from them.
    grades
        How steep its segments are.
    need
        Clear width, height and load that a passage must offer.
    norm, vehicle, settings
        The table by class and accuracies, one-way rules, and how far a reading speaks.
    turns_count
        Whether the vehicle must get round corners too.
    findings
        Takes note of tags that can't be read, of readings that disagree and of steep roads.
    """
    network = surveyed.network
    widths = width_answers(network, need, norm, facades, findings)
    heights = height_answers(network, need, findings)
    certified_by = _certify(surveyed, settings.reading_gap_m)
    _tell_disagreement(surveyed, findings)
    _tell_contradicted_roads(surveyed, findings)
    arterial = network.of_segments(np.isin(network.tag("highway"), norm.classes.start))
    by_grade = grade_answers(network, grades, norm, findings)
    answer, reason = _segments(surveyed, widths, heights, by_grade, certified_by, arterial)
    width_m, source, dates = _deciding_widths(surveyed, widths, certified_by)
    obstacles = surveyed.obstacles
    node_answer, node_obstacle = obstacle_at_nodes(obstacles, network.n_nodes)
    closes_foot = np.zeros(network.n_nodes, dtype=bool)
    closes_foot[obstacles["node"][obstacles["closes_foot"].astype(bool)].to_numpy(np.int64)] = True
    opening = np.zeros(network.n_nodes)
    delayed = obstacles["node"][obstacles["effect"] == "delay"].to_numpy(np.int64)
    opening[delayed] = norm.value("opening_delay_s")
    through = network.turns.node
    along = np.repeat(answer, 2)
    if vehicle.respect_oneway:
        along = np.minimum(along, by_direction(network))
    passages = np.concatenate([along, node_answer[through]])
    corners = None
    if turns_count:
        streets_m = _street_widths(surveyed, certified_by, width_m, source, norm)
        corners = judge_corners(network, *streets_m, vehicle)
        passages = np.minimum(passages, corners.answer)
    return Passability(
        answer=passages,
        delay_s=np.concatenate([np.zeros(len(along)), opening[through]]),
        segment_answer=answer,
        segment_reason=reason,
        width_m=width_m,
        width_source=source,
        width_date=dates,
        node_answer=node_answer,
        node_obstacle=node_obstacle,
        closes_foot=closes_foot,
        certified_by=certified_by,
        facades=facades,
        grades=grades,
        corners=corners,
    )


def _certify(surveyed: Surveyed, gap_m: float) -> ObjectArray:
    """Return for each segment the wide reading that certifies it, None where none does.

    A wide reading certifies the spans at its node that are no longer than the gap; with
    ``narrowest`` the whole stretch that it lies on, whatever its length. The least width of a road
    certifies all stretches that it speaks of.
    """
    network = surveyed.network
    # Written from the weakest to the strongest: roads first, then near readings, then narrowest.
    of_road = _wide(surveyed.road_readings)
    by_stretch = np.full(int(surveyed.stretch.max(initial=-1)) + 1, None, dtype=object)
    by_stretch[of_road["stretch"].to_numpy()] = of_road["object_id"].to_numpy()
    certified: ObjectArray = by_stretch[surveyed.stretch]
    wide = _wide(surveyed.readings)
    if len(wide) == 0:
        return certified
    span_m = np.bincount(surveyed.span, weights=network.segment_length_m)
    short = np.round(span_m, 4) <= round(gap_m, 4)
    everywhere = np.ones(len(by_stretch), dtype=bool)
    for part, readings, among in (
        (surveyed.span, wide, short),
        (surveyed.stretch, wide[wide["narrowest"]], everywhere),
    ):
        at_node = np.full(network.n_nodes, None, dtype=object)
        at_node[readings["node"].to_numpy()] = readings["object_id"].to_numpy()
        for ends in (network.segment_v, network.segment_u):
            who = at_node[ends]
            has = who != None  # noqa: E711 - compares element by element
            by_part = np.full(len(among), None, dtype=object)
            by_part[part[has]] = who[has]
            by_part[~among] = None
            has = by_part[part] != None  # noqa: E711
            certified[has] = by_part[part[has]]
    return certified


def _wide(readings: pd.DataFrame) -> pd.DataFrame:
    """Return the wide ones, those with the smaller id last: what is written last stays."""
    return readings[readings["answer"] == Answer.PASS].sort_values("object_id", ascending=False)


def _tell_disagreement(surveyed: Surveyed, findings: Findings) -> None:
    """Note stretches with two ``narrowest`` readings that differ by more than their accuracy."""
    readings = surveyed.readings
    narrowest = readings[readings["narrowest"]]
    if len(narrowest) < 2:
        return
    owner = stretches_at_nodes(surveyed.network, surveyed.stretch)
    on_stretch = narrowest.merge(owner, on="node")
    told: set[tuple[str, ...]] = set()
    for _, rows in on_stretch.groupby("stretch", sort=True):
        spread_m = rows["width_m"].max() - rows["width_m"].min()
        if len(rows) < 2 or round(spread_m, 4) <= round(rows["accuracy_m"].sum(), 4):
            continue
        rows = rows.sort_values("object_id")
        ids = tuple(rows["object_id"])
        if ids in told:
            continue
        told.add(ids)
        first = rows.iloc[0]
        findings.add(
            "warning" if len(set(rows["answer"])) > 1 else "hint",
            "narrowest_disagree",
            Message(
                "{ids} each claim to be the narrowest place of one stretch but disagree: {figures} "
                "m"
            ),
            remedy=Message(
                "measure again; a wide one certifies the stretch, a narrow one stays an obstacle "
                "at its place"
            ),
            params={
                "ids": ", ".join(ids),
                "figures": ", ".join(f"{value:g}" for value in rows["width_m"]),
            },
            file=first["file"],
            sheet=first["sheet"],
            row=int(first["row"]),
            column="width_m",
        )


_READING: Final = Message("{name} {width_m:g} m")


def _readings_told(names: Iterable[str], widths_m: Iterable[float], language: Language) -> str:
    return ", ".join(
        _READING.into(language, name=name, width_m=width_m)
        for name, width_m in zip(names, widths_m, strict=True)
    )


def _tell_contradicted_roads(surveyed: Surveyed, findings: Findings) -> None:
    """Note least widths of roads that another reading of the road contradicts.

    One that is narrower does, wherever it was taken; so does a wider ``narrowest`` one of the only
    stretch, and another least width of the same road, by more than their accuracies together.
    """
    roads = surveyed.road_readings
    if len(roads) == 0:
        return
    owner = stretches_at_nodes(surveyed.network, surveyed.stretch)
    columns = ["object_id", "width_m", "accuracy_m", "answer", "narrowest", "stretch"]
    others = surveyed.readings.merge(owner, on="node")[columns].assign(of_road=False)
    same = roads.assign(narrowest=True, of_road=True)[[*columns, "of_road"]]
    only = roads["object_id"].map(roads["object_id"].value_counts()) == 1
    pairs = pd.concat(
        [
            roads.assign(only=only).merge(part, on="stretch", suffixes=("", "_other"))
            for part in (others, same)
            if len(part)
        ]
    )
    apart_m = (pairs["width_m"] - pairs["width_m_other"]).round(4)
    slack_m = (pairs["accuracy_m"] + pairs["accuracy_m_other"]).round(4)
    narrower = (apart_m > slack_m) & ~pairs["of_road"]
    wider = (-apart_m > slack_m) & pairs["narrowest_other"] & pairs["only"] & ~pairs["of_road"]
    twice = (apart_m.abs() > slack_m) & pairs["of_road"]
    twice &= pairs["object_id"] < pairs["object_id_other"]
    pairs = pairs[narrower | wider | twice].drop_duplicates(["object_id", "object_id_other"])
    for object_id, rows in pairs.groupby("object_id", sort=True):
        rows = rows.sort_values("object_id_other")
        first = rows.iloc[0]
        differ = (rows["answer_other"] != first["answer"]).any()
        findings.add(
            "warning" if differ else "hint",
            "narrowest_disagree",
            Message(
                "{object_id} gives {width_m:g} m as the least width of {road}, but there: {others}"
            ),
            remedy=Message(
                "measure again; what hinders stays an obstacle, what is wide certifies the road"
            ),
            params={
                "object_id": object_id,
                "width_m": float(first["width_m"]),
                "road": first["road_name"],
                "others": Phrase(
                    partial(_readings_told, rows["object_id_other"], rows["width_m_other"])
                ),
            },
            file=first["file"],
            sheet=first["sheet"],
            row=int(first["row"]),
            column="width_m",
        )


def _segments(
    surveyed: Surveyed,
    widths: WidthAnswers,
    heights: HeightAnswers,
    by_grade: AnswerArray,
    certified_by: ObjectArray,
    arterial: BoolArray,
) -> tuple[AnswerArray, ObjectArray]:
    """Combine width, height, load and grade; what blocks comes before what is unknown."""
    network = surveyed.network
    way = network.segment_way
    certified = certified_by != None  # noqa: E711
    answer = np.where(certified, Answer.PASS, widths.answer).astype(np.int8)
    reason = np.where(certified, "survey", widths.reason).astype(object)
    # Narrow somewhere: a tag or class can't tell that it is not here. Nothing parts an arterial.
    doubted = surveyed.doubted & (answer == Answer.PASS) & ~certified & ~arterial
    answer[doubted] = Answer.UNKNOWN
    reason[doubted] = "survey"
    passes = answer == Answer.PASS
    sign = passes & heights.sign_too_low[way]
    cleared = _with_clearance(surveyed)
    covered = passes & heights.height_not_known[way] & ~cleared
    # Engines drive up the arterials every day, whatever a grid leaves open.
    steep = passes & (by_grade == Answer.UNKNOWN) & ~arterial
    answer[sign | covered | steep] = Answer.UNKNOWN
    reason[steep] = "grade"
    reason[covered] = "covered"
    reason[sign] = "sign_height"
    for blocks, code in (
        (by_grade == Answer.BLOCKED, "grade"),
        (heights.too_weak[way], "weight"),
        (heights.too_low[way], "height"),
        (~network.for_trucks, "steps"),
    ):
        answer[blocks] = Answer.BLOCKED
        reason[blocks] = code
    return answer, reason


def _with_clearance(surveyed: Surveyed) -> BoolArray:
    """Segments of a stretch with a surveyed clearance: its height is known."""
    network = surveyed.network
    at_node = np.zeros(network.n_nodes, dtype=bool)
    at_node[surveyed.clearances["node"].to_numpy(dtype=np.int64)] = True
    touches = at_node[network.segment_u] | at_node[network.segment_v]
    stretch = np.zeros(int(surveyed.stretch.max(initial=-1)) + 1, dtype=bool)
    stretch[surveyed.stretch[touches]] = True
    return stretch[surveyed.stretch]


def _deciding_widths(
    surveyed: Surveyed, widths: WidthAnswers, certified_by: ObjectArray
) -> tuple[FloatArray, ObjectArray, ObjectArray]:
    width_m, source = widths.width_m.copy(), widths.source.copy()
    dates = np.full(len(width_m), None, dtype=object)
    certified = np.flatnonzero(certified_by != None)  # noqa: E711
    if len(certified):
        columns = ["object_id", "width_m", "date"]
        of_roads = surveyed.road_readings[columns].drop_duplicates("object_id")
        readings = surveyed.readings[columns]
        if len(of_roads):
            readings = pd.concat([readings, of_roads])
        who = readings.set_index("object_id").loc[certified_by[certified].tolist()]
        width_m[certified] = who["width_m"].to_numpy()
        source[certified] = "survey"
        dates[certified] = who["date"].to_numpy(dtype=object)
    return width_m, source, dates


def _street_widths(
    surveyed: Surveyed,
    certified_by: ObjectArray,
    width_m: FloatArray,
    source: ObjectArray,
    norm: Norm,
) -> tuple[FloatArray, FloatArray]:
    """Return the least and the greatest width that each segment may have at its corners.

    An arterial without a width has the carriageway that the norm assumes for its class.
    """
    network = surveyed.network
    accuracy_m = np.zeros(len(width_m))
    for name, figure in WIDTH_SOURCES:
        accuracy_m[source == name] = norm.value(figure)
    readings = pd.concat([surveyed.readings, surveyed.road_readings])
    of_reading = dict(zip(readings["object_id"], readings["accuracy_m"], strict=True))
    read = source == "survey"
    accuracy_m[read] = [of_reading[name] for name in certified_by[read]]
    carriageway_m = dict(norm.carriageway_m.values)
    assumed = [carriageway_m.get(highway, np.nan) for highway in network.tag("highway")]
    middle_m = np.where(np.isnan(width_m), network.of_segments(np.array(assumed)), width_m)
    return middle_m - accuracy_m, middle_m + accuracy_m


def by_direction(network: Network) -> AnswerArray:
    """Answers of passages along segments by one-way rules, for vehicles that keep to them."""
    oneway = network.tag("oneway")
    ring = np.isin(network.tag("junction"), ("roundabout", "circular"))
    motorway = network.tag("highway") == "motorway"
    implied = (oneway == None) & (ring | motorway)  # noqa: E711
    only_forward = np.isin(oneway, ("yes", "true", "1")) | implied
    only_backward = np.isin(oneway, ("-1", "reverse"))
    answers = np.full((network.n_segments, 2), Answer.PASS, dtype=np.int8)
    answers[network.of_segments(only_backward), 0] = Answer.BLOCKED
    answers[network.of_segments(only_forward), 1] = Answer.BLOCKED
    return answers.reshape(-1)


def start_segments(network: Network, passability: Passability, norm: Norm) -> BoolArray:
    """Return the largest piece of passable arterials, from which engines come (SPEC §5).

    Pieces are joined at shared nodes whatever stands there; of two equally long ones the piece
    with the smaller segment id is taken.
    """
    arterial = network.of_segments(np.isin(network.tag("highway"), norm.classes.start))
    arterial &= passability.segment_answer == Answer.PASS
    chosen = np.flatnonzero(arterial)
    start = np.zeros(network.n_segments, dtype=bool)
    if len(chosen) == 0:
        return start
    piece = connected_pieces(network, chosen)
    length_m = np.bincount(piece, weights=network.segment_length_m[chosen])
    start[chosen[piece == np.argmax(np.round(length_m, 6))]] = True
    return start


def connected_pieces(network: Network, segments: IntArray) -> IntArray:
    """Number the pieces that segments form when joined at shared nodes.

    Returns
    -------
    Piece of each segment, counted in the order of their smallest segment, shape ``(k,)``.
    """
    return joined(network.segment_u[segments], network.segment_v[segments])
