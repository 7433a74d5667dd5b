"""Turns: whether the vehicle follows the road on every passage, and which corner stops it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from fireaccess.model.answers import (
    Answer,
    AnswerArray,
    BoolArray,
    FloatArray,
    IntArray,
    ObjectArray,
)
from fireaccess.model.vehicle import Vehicle
from fireaccess.network.bends import Bends, find_bends
from fireaccess.network.corners import STRAIGHT_DEG, corner_answers
from fireaccess.network.network import Network

#: No corner stops the truck there.
NO_CORNER: Final = -1


@dataclass(frozen=True, slots=True, eq=False)
class Corners:
    """Whether the vehicle follows the road on each passage, and what that rests on.

    Parameters
    ----------
    answer
        Answer of every passage, shape ``(p,)``: pass where the road is straight.
    bends
        How far the road turns.
    least_m, most_m
        Least and greatest clear width of each segment, NaN where not known, shape ``(s,)``.
    """

    answer: AnswerArray
    bends: Bends
    least_m: FloatArray
    most_m: FloatArray

    def that_stop(
        self,
        network: Network,
        passages: BoolArray,
        node: IntArray,
        segment: IntArray,
        segment_answer: AnswerArray,
    ) -> IntArray:
        """Return the corners that keep the vehicle from some segments at their nodes.

        Parameters
        ----------
        network
            The network.
        passages
            Passages along segments that the vehicle goes, shape ``(2 s,)``.
        node, segment
            Nodes that it gets to, and a segment at each that it does not go into, shape ``(k,)``.
        segment_answer
            What is known of each segment apart from its bends: a corner is what stops the
            vehicle only where less is known of it, or worse.

        Returns
        -------
        Passages: through the node from the arm that it gets round from best, or along the segment
        if that bends; `NO_CORNER` where it is the segment itself, shape ``(k,)``.
        """
        turns, count = network.turns, 2 * network.n_segments
        leaving = 2 * segment + (network.segment_u[segment] != node)
        wanted = np.zeros(count, dtype=bool)
        wanted[leaving] = True
        chosen = np.flatnonzero(passages[turns.arriving] & wanted[turns.leaving])
        easiest_last = chosen[np.lexsort((-chosen, self.answer[count + chosen]))]
        easiest = np.full(count, NO_CORNER, dtype=np.int64)
        easiest[turns.leaving[easiest_last]] = count + easiest_last
        through = easiest[leaving]
        stopped = np.where(self.answer[leaving] < segment_answer[segment], leaving, NO_CORNER)
        turned = (through >= 0) & (self.answer[through] < segment_answer[segment])
        return np.where(turned, through, stopped)


def judge_corners(
    network: Network, least_m: FloatArray, most_m: FloatArray, vehicle: Vehicle
) -> Corners:
    """Answer for each passage whether the vehicle follows its bend.

    Parameters
    ----------
    network
        The network.
    least_m, most_m
        Least and greatest clear width of each segment, NaN where it is not known, shape ``(s,)``.
    vehicle
        What is to get round.

    Examples
    --------
    >>> from fireaccess.model.vehicle import load_vehicle
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network(
    ...     [("service", [(0, 0), (50, 0)]), ("service", [(50, 0), (50, 50), (99, 80)])])
    >>> width_m = np.array([3.5, 3.5])
    >>> judge_corners(town, width_m, width_m, load_vehicle("standard")).answer.tolist()
    [2, 2, 0, 0, 0, 0]
    """
    bends = find_bends(network, vehicle)
    along = np.repeat(np.arange(network.n_segments), 2)
    turns = network.turns
    arriving = np.concatenate([along, turns.arriving // 2])
    leaving = np.concatenate([along, turns.leaving // 2])
    answers = np.full(network.n_passages, Answer.PASS, dtype=np.int8)
    asked = bends.sharpest_deg >= STRAIGHT_DEG
    asked &= network.for_trucks[arriving] & network.for_trucks[leaving]
    # One corner is asked about once, however many passages lead round one like it.
    streets = np.stack([arriving[asked], leaving[asked]], axis=1)
    alike = np.column_stack(
        [
            least_m[streets],
            most_m[streets],
            bends.sharpest_deg[asked],
            bends.gentlest_deg[asked],
            bends.walled[asked],
        ]
    )
    alike, which = np.unique(alike.round(9), axis=0, return_inverse=True)
    of_alike = corner_answers(
        alike[:, 0:2], alike[:, 2:4], alike[:, 4], alike[:, 5], alike[:, 6].astype(bool), vehicle
    )
    answers[asked] = of_alike[which.ravel()]
    return Corners(answers, bends, least_m, most_m)


def corner_names(network: Network, passages: IntArray) -> ObjectArray:
    """Return what corners are called: both segments of a turn, or the segment that bends.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("service", [(0, 0), (50, 0)]), ("service", [(50, 0), (50, 50)])])
    >>> corner_names(town, np.array([1, 4])).tolist()
    ['corner:1-0', 'corner:1-0/2-0']
    """
    turns, count = network.turns, 2 * network.n_segments
    names = np.full(len(passages), None, dtype=object)
    along = passages < count
    names[along] = [f"corner:{name}" for name in network.segment_id[passages[along] // 2]]
    turn = passages[~along] - count
    before = network.segment_id[turns.arriving[turn] // 2]
    after = network.segment_id[turns.leaving[turn] // 2]
    names[~along] = [f"corner:{one}/{other}" for one, other in zip(before, after, strict=True)]
    return names


def corners_named(network: Network, corners: Corners, names: Sequence[str]) -> IntArray:
    """Return the passages that `corner_names` calls so; of two alike that which passes worse."""
    turns, count = network.turns, 2 * network.n_segments
    index = {name: i for i, name in enumerate(network.segment_id)}
    found = []
    for name in names:
        before, _, after = name.removeprefix("corner:").partition("/")
        if not after:
            found.append(2 * index[before])
            continue
        alike = np.flatnonzero(
            (turns.arriving // 2 == index[before]) & (turns.leaving // 2 == index[after])
        )
        found.append(count + int(alike[np.argmin(corners.answer[count + alike])]))
    return np.array(found, dtype=np.int64)
