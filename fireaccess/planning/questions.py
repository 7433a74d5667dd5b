"""What is not known of a ward's passages, taken apart into questions.

A question is a stretch of road of unknown width, an obstacle of which nobody knows whether the
truck gets by, or a corner that it may get round. Each has a class, the row of the norm's priors
that names it, shares its chance with the others of its road, and belongs to the alley that one
walks to answer it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array

from fireaccess.model.answers import Answer, BoolArray, IntArray, ObjectArray
from fireaccess.model.norm_tables import Priors
from fireaccess.network.network import Network
from fireaccess.network.obstacles import SOMEWHERE
from fireaccess.network.paths import NOWHERE
from fireaccess.planning.ward import Ward
from fireaccess.sources.named import joined

#: Without a table of the norm every chance is as likely as any other: Beta(1, 1).
EVEN: Final = Priors(clause="fireaccess default", status="assumption")


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """All that is not known of the passages, each to be answered with pass or blocked.

    Parameters
    ----------
    segment
        A segment at which each lies: its own, or the one to walk there, shape ``(q,)``.
    row
        The class of each: a row of the norm's priors.
    never
        Questions of which only the place is open: what stands there lets no truck pass.
    draw
        Questions of one draw share their chance: stretches of one road and class.
    place
        Obstacles that stand at one of several places, as numbers from 0; `NOWHERE` for others.
    unit
        The alley that one walks to answer it, as a number from 0, shape ``(q,)``.
    unit_key
        What each of those is: as `unit_keys` has it, shape ``(units,)``.
    passages
        The passages whose answer is unknown, shape ``(k,)``.
    of_passages
        Which questions stand in the way of each of them, sparse, shape ``(q, k)``.
    """

    segment: IntArray
    row: ObjectArray
    never: BoolArray
    draw: IntArray
    place: IntArray
    unit: IntArray
    unit_key: IntArray
    passages: IntArray
    of_passages: Any

    def __len__(self) -> int:
        return len(self.segment)

    def open(self, passes: BoolArray) -> BoolArray:
        """Return which passages are open if questions are answered so.

        Parameters
        ----------
        passes
            Answers, shape ``(draws, q)``.

        Returns
        -------
        Shape ``(draws, k)``.
        """
        closed = (~passes).astype(np.float32) @ self.of_passages
        return np.asarray(closed == 0)


def priors_of(ward: Ward) -> Priors:
    """Return the norm's priors, even ones where it has none."""
    return EVEN if ward.norm.priors is None else ward.norm.priors


def find_questions(ward: Ward) -> Questions:
    """Return all that is not known of a ward's passages.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    """
    network, known, priors = ward.network, ward.passability, priors_of(ward)
    turns, count = network.turns, 2 * network.n_segments
    passages = np.flatnonzero(ward.best.open & ~ward.worst.open)
    along, through = passages[passages < count], passages[passages >= count] - count
    road = roads_of(network)

    # Stretches: what reads or bars in the middle of one does not make two of it.
    open_segment = np.unique(along[known.segment_answer[along // 2] == Answer.UNKNOWN] // 2)
    stretch, first, of_stretch = np.unique(
        ward.surveyed.stretch[open_segment], return_index=True, return_inverse=True
    )
    stretch_at = np.full(network.n_segments, NOWHERE, dtype=np.int64)
    stretch_at[open_segment] = of_stretch
    segment = [open_segment[first]]
    row = [classes_of(network, open_segment[first], priors)]
    asked = np.flatnonzero(stretch_at[along // 2] >= 0)
    pairs = [(stretch_at[along[asked] // 2], asked)]

    # Obstacles, at each place at which one may stand.
    obstacles = _open_obstacles(ward)
    obstacles = obstacles[np.isin(obstacles["node"], turns.node[through])]
    begin = len(stretch)
    segment.append(_homes(ward, obstacles["node"].to_numpy(np.int64)))
    row.append(obstacles["row"].to_numpy(dtype=object))
    at_node = pd.DataFrame(
        {"node": turns.node[through], "passage": len(along) + np.arange(len(through))}
    )
    met = at_node.merge(
        pd.DataFrame({"node": obstacles["node"], "question": begin + np.arange(len(obstacles))}),
        on="node",
    )
    pairs.append((met["question"].to_numpy(np.int64), met["passage"].to_numpy(np.int64)))

    # Corners: one of both directions.
    begin += len(obstacles)
    corner_segment = np.zeros(0, dtype=np.int64)
    if known.corners is not None:
        at = np.flatnonzero(known.corners.answer[passages] == Answer.UNKNOWN)
        corner_segment, which = _corners(ward, passages[at])
        pairs.append((begin + which, at))
    segment.append(corner_segment)
    row.append(np.full(len(corner_segment), "corner", dtype=object))

    home = np.concatenate(segment).astype(np.int64)
    rows = np.concatenate(row).astype(object)
    question = np.concatenate([one for one, _ in pairs]).astype(np.int64)
    passage = np.concatenate([other for _, other in pairs]).astype(np.int64)
    place = np.full(len(home), NOWHERE, dtype=np.int64)
    never = np.zeros(len(home), dtype=bool)
    those = np.arange(len(stretch), len(stretch) + len(obstacles))
    place[those] = obstacles["place"].to_numpy(np.int64)
    never[those] = obstacles["never"].to_numpy(bool)
    # Obstacles each by itself, one that stands at one of several places as one.
    by_itself = network.n_segments + np.arange(len(home))
    shared = np.where(place >= 0, -1 - place, by_itself)
    alone = np.isin(np.arange(len(home)), those)
    draw = _numbered(np.where(alone, shared, road[home]), rows)
    unit_key, unit = np.unique(unit_keys(ward, home), return_inverse=True)
    return Questions(
        segment=home,
        row=rows,
        never=never,
        draw=draw,
        place=_compact(place),
        unit=unit.astype(np.int64).reshape(-1),
        unit_key=unit_key,
        passages=passages,
        of_passages=csr_array(
            (np.ones(len(question), dtype=np.float32), (question, passage)),
            shape=(len(home), len(passages)),
        ),
    )


def roads_of(network: Network) -> IntArray:
    """Return the road of each segment: a connected piece of one name, or a nameless way.

    Parameters
    ----------
    network
        The network.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> ways = [("path", [(0, 0), (9, 0)]), ("path", [(9, 0), (9, 9)])]
    >>> roads_of(drawn_network(ways)).tolist()
    [0, 1]
    >>> roads_of(drawn_network(ways, name="Ngõ 5")).tolist()
    [0, 0]
    """
    if network.n_segments == 0:
        return np.zeros(0, dtype=np.int64)
    names = network.of_segments(network.way_name).astype(str)
    way = network.ways["way_id"].to_numpy()[network.segment_way]
    code = pd.factorize(names)[0]
    code = np.where(names == "", int(code.max()) + 1 + pd.factorize(way)[0], code)
    # A node is another one for each name: roads of two names then never join.
    tail, head = (
        ends.astype(np.int64) * (int(code.max()) + 1) + code
        for ends in (network.segment_u, network.segment_v)
    )
    return joined(tail, head)


def classes_of(network: Network, segments: IntArray, priors: Priors) -> ObjectArray:
    """Return the row of the priors that each segment belongs to, by class and kind of name."""
    way = network.segment_way[segments]
    rows = np.full(len(segments), None, dtype=object)
    if len(segments):
        words = pd.DataFrame({"class": network.tag("highway")[way], "name": network.way_name[way]})
        pair, kinds = pd.factorize(pd.MultiIndex.from_frame(words.astype(str)))
        of_pair = [priors.row(highway, name.split(" ")[0]) for highway, name in kinds]
        rows[:] = np.array(of_pair, dtype=object)[pair]
    return rows


def _open_obstacles(ward: Ward) -> pd.DataFrame:
    """Return the obstacles that are an open question, one row for each of their places.

    Columns: ``node``; ``row`` of the priors; ``never``, where only the place of something that lets
    no truck pass is open; ``place``, the number of one that stands at one of several places.
    """
    obstacles = ward.surveyed.obstacles
    obstacles = obstacles[obstacles["answer"].to_numpy(dtype=np.int64) == Answer.UNKNOWN]
    roads = ward.surveyed.road_readings
    narrow = set(roads["object_id"][roads["answer"] == Answer.BLOCKED]) if len(roads) else set()
    rows = []
    for number, one in enumerate(obstacles.itertuples()):
        somewhere = one.rule == SOMEWHERE
        surely = somewhere and (
            one.kind == "clearance" or (one.kind == "reading" and one.object_id in narrow)
        )
        kind = "reading" if one.kind == "reading" else "barrier"
        for node in (one.node, *one.further_nodes):
            rows.append((int(node), kind, bool(surely), number if somewhere else NOWHERE))
    return pd.DataFrame(rows, columns=["node", "row", "never", "place"]).astype(
        {"node": np.int64, "row": object, "never": bool, "place": np.int64}
    )


def _homes(ward: Ward, nodes: IntArray) -> IntArray:
    """Return for some nodes the segment at each that one walks: unknown, then of an alley."""
    network = ward.network
    segments = np.arange(network.n_segments)
    ends = pd.DataFrame(
        {
            "node": np.concatenate([network.segment_u, network.segment_v]),
            "segment": np.tile(segments, 2),
        }
    )
    ends["rank"] = _worth_walking(ward, ends["segment"].to_numpy())
    first = ends.sort_values(["node", "rank", "segment"]).drop_duplicates("node")
    return first.set_index("node")["segment"].reindex(nodes).to_numpy(dtype=np.int64)


def _worth_walking(ward: Ward, segments: IntArray) -> IntArray:
    """Return 0 for unknown segments of alleys, 1 for their others, 2 for unknown, 3 for others."""
    unknown = ward.passability.segment_answer[segments] == Answer.UNKNOWN
    in_alley = ward.alleys.of_segment[segments] >= 0
    rank: IntArray = np.where(in_alley, 1, 3) - unknown.astype(np.int64)
    return rank


def _corners(ward: Ward, passages: IntArray) -> tuple[IntArray, IntArray]:
    """Return the segments of corners, and which of them each of some passages goes round."""
    network = ward.network
    count = 2 * network.n_segments
    turn = np.maximum(passages - count, 0)
    is_turn = passages >= count
    if len(network.turns):
        arriving, leaving = network.turns.arriving[turn], network.turns.leaving[turn]
    else:
        arriving = leaving = passages
    arriving, leaving = np.where(is_turn, arriving, passages), np.where(is_turn, leaving, passages)
    # There and back are one corner; along a segment, arriving and leaving are the same passage.
    there, back = arriving * count + leaving, (leaving ^ 1) * count + (arriving ^ 1)
    _, first, which = np.unique(np.minimum(there, back), return_index=True, return_inverse=True)
    one, other = arriving[first] // 2, leaving[first] // 2
    worth, other_worth = _worth_walking(ward, one), _worth_walking(ward, other)
    swap = (other_worth < worth) | ((other_worth == worth) & (other < one))
    return np.where(swap, other, one), which.ravel().astype(np.int64)


def _numbered(of: IntArray, rows: ObjectArray) -> IntArray:
    """Number pairs of a road and a class in the order of their first question."""
    if len(of) == 0:
        return np.zeros(0, dtype=np.int64)
    pairs = pd.MultiIndex.from_arrays([of, rows.astype(str)])
    return pd.factorize(pairs)[0].astype(np.int64)


def _compact(place: IntArray) -> IntArray:
    """Number what is not `NOWHERE` from 0."""
    numbered = np.full(len(place), NOWHERE, dtype=np.int64)
    has = place >= 0
    numbered[has] = np.unique(place[has], return_inverse=True)[1]
    return numbered


def unit_keys(ward: Ward, segments: IntArray) -> IntArray:
    """Return what one walks to see some segments: the row of the alley, else a number beyond.

    Segments of no alley go by their road: the number of alleys and that of the road.
    """
    alley = ward.alleys.of_segment[segments]
    beyond = len(ward.alleys.frame) + roads_of(ward.network)[segments]
    return np.where(alley >= 0, alley, beyond).astype(np.int64)
