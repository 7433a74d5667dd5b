"""What is known of every passage, and the evidence behind it (SPEC §4.1–§4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fireaccess.model.answers import (
    Answer,
    AnswerArray,
    BoolArray,
    FloatArray,
    IntArray,
    ObjectArray,
)
from fireaccess.model.errors import Findings
from fireaccess.model.norm import Norm
from fireaccess.model.vehicle import Vehicle
from fireaccess.network.need import Need
from fireaccess.network.network import Network
from fireaccess.network.obstacles import Surveyed, obstacle_at_nodes
from fireaccess.network.tags import HeightAnswers, WidthAnswers, height_answers, width_answers
from fireaccess.project import Settings

#: Why a segment's answer is what it is; outputs make sentences of these codes.
SEGMENT_REASONS: Final = (
    "survey",
    "width",
    "class",
    "sign_width",
    "steps",
    "height",
    "sign_height",
    "covered",
    "weight",
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


def assess(
    surveyed: Surveyed,
    *,
    need: Need,
    norm: Norm,
    vehicle: Vehicle,
    settings: Settings,
    findings: Findings,
) -> Passability:
    """Answer for every passage whether the truck gets through.

    Parameters
    ----------
    surveyed
        The network with the survey set on it.
    need
        Clear width, height and load that a passage must offer.
    norm, vehicle, settings
        The table by class and accuracies, one-way rules, and how far a reading speaks.
    findings
        Takes note of tags that can't be read and of readings that disagree.
    """
    network = surveyed.network
    widths = width_answers(network, need, norm, findings)
    heights = height_answers(network, need, findings)
    certified_by = _certify(surveyed, settings.reading_gap_m)
    _tell_disagreement(surveyed, findings)
    answer, reason = _segments(surveyed, widths, heights, certified_by)
    width_m, source, dates = _deciding_widths(surveyed, widths, certified_by)
    obstacles = surveyed.obstacles
    node_answer, node_obstacle = obstacle_at_nodes(obstacles, network.n_nodes)
    closes_foot = np.zeros(network.n_nodes, dtype=bool)
    closes_foot[obstacles["node"][obstacles["closes_foot"].astype(bool)].to_numpy(np.int64)] = True
    opening = np.zeros(network.n_nodes)
    delayed = obstacles["node"][obstacles["effect"] == "delay"].to_numpy(np.int64)
    opening[delayed] = norm.value("opening_delay_s")
    turns = network.turns
    along = np.repeat(answer, 2)
    if vehicle.respect_oneway:
        along = np.minimum(along, _by_direction(network))
    return Passability(
        answer=np.concatenate([along, node_answer[turns.node]]),
        delay_s=np.concatenate([np.zeros(len(along)), opening[turns.node]]),
        segment_answer=answer,
        segment_reason=reason,
        width_m=width_m,
        width_source=source,
        width_date=dates,
        node_answer=node_answer,
        node_obstacle=node_obstacle,
        closes_foot=closes_foot,
        certified_by=certified_by,
    )


def _certify(surveyed: Surveyed, gap_m: float) -> ObjectArray:
    """Return for each segment the wide reading that certifies it, None where none does.

    A wide reading certifies the segments at its node that are no longer than the gap; with
    ``narrowest`` the whole stretch that it lies on, whatever its length.
    """
    network = surveyed.network
    readings = surveyed.readings
    certified: ObjectArray = np.full(network.n_segments, None, dtype=object)
    wide = readings[readings["answer"] == Answer.PASS].sort_values("object_id", ascending=False)
    if len(wide) == 0:
        return certified
    # Written from the weakest to the strongest: near readings first, then narrowest ones.
    at_node = np.full(network.n_nodes, None, dtype=object)
    at_node[wide["node"].to_numpy()] = wide["object_id"].to_numpy()
    short = np.round(network.segment_length_m, 4) <= round(gap_m, 4)
    for ends in (network.segment_v, network.segment_u):
        who = at_node[ends]
        near = short & (who != None)  # noqa: E711 - compares element by element
        certified[near] = who[near]
    narrowest = wide[wide["narrowest"]]
    by_node = np.full(network.n_nodes, None, dtype=object)
    by_node[narrowest["node"].to_numpy()] = narrowest["object_id"].to_numpy()
    by_stretch = np.full(int(surveyed.stretch.max(initial=-1)) + 1, None, dtype=object)
    for ends in (network.segment_v, network.segment_u):
        who = by_node[ends]
        has = who != None  # noqa: E711
        by_stretch[surveyed.stretch[has]] = who[has]
    who = by_stretch[surveyed.stretch]
    has = who != None  # noqa: E711
    certified[has] = who[has]
    return certified


def _tell_disagreement(surveyed: Surveyed, findings: Findings) -> None:
    """Note stretches with two ``narrowest`` readings that differ by more than their accuracy."""
    readings = surveyed.readings
    narrowest = readings[readings["narrowest"]]
    if len(narrowest) < 2:
        return
    network = surveyed.network
    owner = pd.DataFrame(
        {
            "node": np.concatenate([network.segment_u, network.segment_v]),
            "stretch": np.concatenate([surveyed.stretch, surveyed.stretch]),
        }
    ).drop_duplicates()
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
            "{ids} each claim to be the narrowest place of one stretch but disagree: {figures} m",
            remedy="measure again; a wide one certifies the stretch, a narrow one stays an "
            "obstacle at its place",
            params={
                "ids": ", ".join(ids),
                "figures": ", ".join(f"{value:g}" for value in rows["width_m"]),
            },
            file=first["file"],
            row=int(first["row"]),
            column="width_m",
        )


def _segments(
    surveyed: Surveyed, widths: WidthAnswers, heights: HeightAnswers, certified_by: ObjectArray
) -> tuple[AnswerArray, ObjectArray]:
    """Combine width, height and load; what blocks for certain comes before what is unknown."""
    network = surveyed.network
    way = network.segment_way
    certified = certified_by != None  # noqa: E711
    answer = np.where(certified, Answer.PASS, widths.answer[way]).astype(np.int8)
    reason = np.where(certified, "survey", widths.reason[way]).astype(object)
    passes = answer == Answer.PASS
    sign = passes & heights.sign_too_low[way]
    cleared = _with_clearance(surveyed)
    covered = passes & heights.height_not_known[way] & ~cleared
    answer[sign | covered] = Answer.UNKNOWN
    reason[covered] = "covered"
    reason[sign] = "sign_height"
    for blocks, code in (
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
    way = surveyed.network.segment_way
    width_m = widths.width_m[way].copy()
    source = widths.source[way].copy()
    dates = np.full(len(way), None, dtype=object)
    certified = np.flatnonzero(certified_by != None)  # noqa: E711
    if len(certified):
        readings = surveyed.readings.set_index("object_id")
        who = readings.loc[certified_by[certified].tolist()]
        width_m[certified] = who["width_m"].to_numpy()
        source[certified] = "survey"
        dates[certified] = who["date"].to_numpy(dtype=object)
    return width_m, source, dates


def _by_direction(network: Network) -> AnswerArray:
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
    ends = (network.segment_u[segments], network.segment_v[segments])
    graph = coo_array((np.ones(len(segments)), ends), shape=(network.n_nodes, network.n_nodes))
    _, label = connected_components(graph, directed=False)
    piece = label[ends[0]]
    _, first, number = np.unique(piece, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[number]
