"""Bends: how far the road turns on every passage (SPEC §4.4).

What counts is not the angle at a drawn vertex but the road's mean direction over the metres
behind and the metres ahead. Two deflections at one place add up, two that are farther apart than
these metres are two bends, and a curve gives the same answer drawn with few vertices or many.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from fireaccess.model.answers import BoolArray, FloatArray, IntArray
from fireaccess.model.vehicle import Vehicle
from fireaccess.network.corners import SHARPEST_DEG, STRAIGHT_DEG, corner_passes
from fireaccess.network.network import Network

#: A street that leaves within this angle of another continues it: their common side is a wall.
_CONTINUES_DEG: Final = 30.0


@dataclass(frozen=True, slots=True, eq=False)
class Bends:
    """How far the road turns on each passage.

    Parameters
    ----------
    sharpest_deg, gentlest_deg
        The greatest deflection on each passage, along a segment or through a node, over the
        metres that decide whether it is passed and whether it is blocked, shape ``(p,)``.
    vertex
        The vertex at which each segment turns most, its first one if straight, shape ``(s,)``.
    walled
        Whether both outer sides of each passage are walls, shape ``(p,)``.
    """

    sharpest_deg: FloatArray
    gentlest_deg: FloatArray
    vertex: IntArray
    walled: BoolArray


def find_bends(network: Network, vehicle: Vehicle) -> Bends:
    """Return how far the road turns on each passage of a network.

    Parameters
    ----------
    network
        The network.
    vehicle
        Whether it passes is decided over its length from rear axle to front bumper, whether it
        is blocked over half its length at most.

    Examples
    --------
    >>> from fireaccess.model.vehicle import load_vehicle
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("service", [(0, 0), (50, 0), (50, 50)])])
    >>> find_bends(town, load_vehicle("standard")).sharpest_deg.round(1).tolist()
    [90.0, 90.0]
    """
    roads = _Roads(network)
    over_m, over_half_m = vehicle.axle_to_bumper_m, vehicle.length_m.value / 2
    at_joints = roads.at_joints(over_m)
    counts = roads.summits(at_joints, over_m)
    sharp, vertex = roads.on_passages(np.where(counts, at_joints, 0.0))
    gentle, _ = roads.on_passages(np.where(counts, roads.at_joints(over_half_m), 0.0))
    sharpest, gentlest = np.abs(sharp), np.abs(gentle)
    turns = slice(2 * network.n_segments, None)
    arrival_deg = roads.arrivals(over_m)
    through = roads.at_junctions(arrival_deg)
    crossing = ~np.isnan(through)
    sharpest[turns][crossing] = np.abs(through[crossing])
    nearer = np.abs(roads.at_junctions(roads.arrivals(over_half_m)))
    gentlest[turns][crossing] = nearer[crossing]
    # A bend begun on the way into a short piece goes on behind it.
    carried = roads.carried(np.nan_to_num(through), over_m)
    sharpest[turns] += np.where(sharpest[turns] >= STRAIGHT_DEG, carried, 0.0)
    walled = np.ones(network.n_passages, dtype=bool)
    walled[turns] = roads.walled(arrival_deg, through)
    return Bends(sharpest, np.minimum(sharpest, gentlest), vertex, walled)


def sharp_bends(network: Network, vehicle: Vehicle, width_m: float) -> tuple[IntArray, FloatArray]:
    """Return the bends within segments that a street of some width alone does not carry.

    Returns
    -------
    Segment and how far along it each bend lies, shapes ``(k,)``.

    Examples
    --------
    >>> from fireaccess.model.vehicle import load_vehicle
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("service", [(0, 0), (50, 0), (50, 50), (90, 55)])])
    >>> segment, along_m = sharp_bends(town, load_vehicle("standard"), 3.5)
    >>> segment.tolist(), along_m.tolist()
    ([0, 0], [50.0, 100.0])
    """
    roads = _Roads(network)
    over_m = vehicle.axle_to_bumper_m
    at_joints = roads.at_joints(over_m)
    chosen = roads.summits(at_joints, over_m) & ~roads.crosses
    angle_deg = np.clip(np.abs(at_joints), STRAIGHT_DEG, SHARPEST_DEG)
    chosen[chosen] = ~corner_passes(width_m, width_m, angle_deg[chosen], vehicle)
    vertex = roads.joint_vertex[chosen]
    return network.vertex_segment[vertex], network.vertex_along_m[vertex]


class _Roads:
    """Roads between junctions: segments joined where just two arms meet, and how they turn.

    Each is walked one way. Where two of its straight pieces meet is a joint.

    Parameters
    ----------
    network
        The network.

    Attributes
    ----------
    joint_vertex
        The vertex of each joint, shape ``(j,)``.
    crosses
        Whether a joint is a node, where one segment ends and the next begins.
    """

    def __init__(self, network: Network) -> None:
        self.network = network
        self._passage, self._start = _walk(network)
        entry, begin, dx, dy = _pieces(network, self._passage)
        length = np.hypot(dx, dy)
        real = length > 0
        entry, begin, length = entry[real], begin[real], length[real]
        heading = np.degrees(np.arctan2(dy[real], dx[real]))
        count = len(self._start) - 1
        road = np.repeat(np.arange(count), np.diff(self._start))[entry]
        inside = road[1:] == road[:-1]
        # Directions of one road are told from its first on, so that they never jump by 360°.
        total = np.concatenate(
            [[0.0], np.cumsum(np.where(inside, wrapped_deg(np.diff(heading)), 0))]
        )
        first = np.searchsorted(road, road)
        relative = total[: len(road)] - total[first]
        self._at_m = np.concatenate([[0.0], np.cumsum(length)])
        self._sum = np.concatenate([[0.0], np.cumsum(relative * length)])
        begins = np.searchsorted(road, np.arange(count))
        self._begin_m = self._at_m[begins]
        self._end_m = self._at_m[np.searchsorted(road, np.arange(count), side="right")]
        self._heading = np.where(
            self._end_m > self._begin_m, np.append(heading, 0.0)[begins], np.nan
        )
        joint = np.flatnonzero(inside)
        self._joint_m = self._at_m[joint + 1]
        self._joint_road = road[joint]
        self._before, self._behind = self._passage[entry[joint]], self._passage[entry[joint + 1]]
        self.crosses = entry[joint] != entry[joint + 1]
        self.joint_vertex = begin[joint + 1]

    def at_joints(self, over_m: float) -> FloatArray:
        """Return how far the road turns at its joints, to the left, over metres behind and ahead.

        Fewer metres count where a junction is nearer.
        """
        place = self._joint_m
        ahead = self._mean(place, np.minimum(place + over_m, self._end_m[self._joint_road]))
        return ahead - self._mean(
            np.maximum(place - over_m, self._begin_m[self._joint_road]), place
        )

    def _mean(self, begin_m: FloatArray, end_m: FloatArray) -> FloatArray:
        """Mean direction between two places of a road, from the direction that it begins with."""
        sums = np.interp(end_m, self._at_m, self._sum) - np.interp(begin_m, self._at_m, self._sum)
        far = end_m - begin_m
        return np.asarray(np.divide(sums, far, out=np.zeros(len(sums)), where=far > 0))

    def summits(self, deflection_deg: FloatArray, over_m: float) -> BoolArray:
        """Return the joints at which the road turns more than at any other so many metres away.

        What the others turn is the same bend, which a truck meets where it turns most.
        """
        kept = np.zeros(len(deflection_deg), dtype=bool)
        chosen = np.flatnonzero(np.abs(deflection_deg) >= STRAIGHT_DEG)
        # Rounded, so that a steady curve keeps its first joint and not one by chance.
        steepest = chosen[np.lexsort((chosen, -np.abs(deflection_deg[chosen]).round(6)))]
        left = np.searchsorted(self._joint_m, self._joint_m[steepest] - over_m, side="right")
        right = np.searchsorted(self._joint_m, self._joint_m[steepest] + over_m, side="left")
        spoken_for = np.zeros(len(deflection_deg), dtype=bool)
        for i, begin, end in zip(steepest.tolist(), left.tolist(), right.tolist(), strict=True):
            if not spoken_for[i]:
                kept[i] = True
                spoken_for[begin:end] |= self._joint_road[begin:end] == self._joint_road[i]
        return kept

    def on_passages(self, at_joints: FloatArray) -> tuple[FloatArray, IntArray]:
        """Return the deflection on every passage that is no turn at a junction.

        Returns
        -------
        Deflections of shape ``(p,)``, and the vertex at which each segment turns most.
        """
        network = self.network
        along = np.zeros(network.n_segments)
        vertex = network.segment_start[:-1].copy()
        within = np.flatnonzero(~self.crosses)
        within = within[np.argsort(np.abs(at_joints[within]), kind="stable")]
        segment = self._before[within] // 2
        along[segment] = at_joints[within]
        vertex[segment] = self.joint_vertex[within]
        through = np.zeros(len(network.turns))
        forward, backward = _turn_index(
            network, self._before[self.crosses], self._behind[self.crosses]
        )
        through[forward] = at_joints[self.crosses]
        through[backward] = -at_joints[self.crosses]
        return np.concatenate([np.repeat(along, 2), through]), vertex

    def arrivals(self, over_m: float) -> FloatArray:
        """Return the mean direction in which each road's last metres arrive at its junction.

        Returns
        -------
        Degrees from the x axis by passage, NaN for one that ends at no junction, ``(2 s,)``.
        """
        begin, end = self._begin_m, self._end_m
        arrival_deg = np.full(2 * self.network.n_segments, np.nan)
        last, first = self._passage[self._start[1:] - 1], self._passage[self._start[:-1]]
        arrival_deg[last] = self._heading + self._mean(np.maximum(end - over_m, begin), end)
        backwards = self._heading + self._mean(begin, np.minimum(begin + over_m, end)) + 180.0
        arrival_deg[first ^ 1] = backwards
        return arrival_deg

    def at_junctions(self, arrival_deg: FloatArray) -> FloatArray:
        """Return how far turns at junctions go to the left, NaN for the others, shape ``(t,)``."""
        turns = self.network.turns
        leaves = arrival_deg[turns.leaving ^ 1] + 180.0
        return np.asarray(wrapped_deg(leaves - arrival_deg[turns.arriving]))

    def carried(self, through_deg: FloatArray, over_m: float) -> FloatArray:
        """Return what each passage through a node adds to a bend begun a short way before it.

        On a road shorter than the metres that count, between two junctions, a truck comes out of
        one turn into the next. What every way into the road turns to that side is carried on.
        """
        turns = self.network.turns
        count = 2 * self.network.n_segments
        share = np.maximum(1.0 - (self._end_m - self._begin_m) / over_m, 0.0)
        first, last = self._passage[self._start[:-1]], self._passage[self._start[1:] - 1]
        enters = np.full(count, -1, dtype=np.int64)
        enters[last], enters[first ^ 1] = first, last ^ 1
        weight = np.zeros(count)
        weight[last], weight[first ^ 1] = share, share
        drivable = self.network.for_trucks[turns.arriving // 2]
        carried = np.zeros(len(turns))
        for side in (1.0, -1.0):
            least = np.full(count, np.inf)
            turned = np.maximum(side * through_deg, 0.0)
            np.minimum.at(least, turns.leaving[drivable], turned[drivable])
            least[np.isinf(least)] = 0.0
            before = enters[turns.arriving]
            comes = np.where(before >= 0, least[before] * weight[turns.arriving], 0.0)
            carried = np.where(side * through_deg > 0, comes, carried)
        return carried

    def walled(self, arrival_deg: FloatArray, through_deg: FloatArray) -> BoolArray:
        """Return whether both outer sides of each passage through a node are walls."""
        network, turns = self.network, self.network.turns
        tail = np.stack([network.segment_u, network.segment_v], axis=1).ravel()
        passage = np.arange(len(tail))
        leaves = (arrival_deg[passage ^ 1] + 180.0) % 360.0
        order = np.lexsort((leaves, tail))
        starts = np.searchsorted(tail[order], np.arange(network.n_nodes + 1))
        place = np.empty(len(tail), dtype=np.int64)
        place[order] = passage

        def neighbour(of: IntArray, step: IntArray) -> IntArray:
            """The next arm at the same node, counter-clockwise for a step of 1."""
            node = tail[of]
            arms = starts[node + 1] - starts[node]
            return order[starts[node] + (place[of] - starts[node] + step) % arms]

        left = np.where(through_deg > 0, 1, -1)
        beside_arriving = neighbour(turns.arriving ^ 1, left)
        beside_leaving = neighbour(turns.leaving, -left)
        ahead = wrapped_deg(leaves[beside_arriving] - arrival_deg[turns.arriving])
        behind = wrapped_deg(leaves[beside_leaving] - leaves[turns.leaving] + 180.0)
        continued = (np.abs(ahead) <= _CONTINUES_DEG) & (np.abs(behind) <= _CONTINUES_DEG)
        none_between = beside_arriving == turns.leaving
        two_arms = np.diff(starts)[turns.node] == 2
        return np.asarray(none_between | continued | two_arms)


def _walk(network: Network) -> tuple[IntArray, IntArray]:
    """Walk every road between junctions once.

    Returns
    -------
    Passages of all roads one after another, and the offset of each road, shape ``(r + 1,)``.
    """
    turns = network.turns
    count = 2 * network.n_segments
    onward = np.full(count, -1, dtype=np.int64)
    onward[turns.arriving] = turns.leaving
    onward[np.bincount(turns.arriving, minlength=count) != 1] = -1
    following = onward.tolist()
    ends = np.flatnonzero(onward[np.arange(count) ^ 1] < 0).tolist()
    walked = bytearray(network.n_segments)
    passages: list[int] = []
    start = [0]
    # Roads first, then rings on which there is no end to begin at.
    for first in (*ends, *range(0, count, 2)):
        passage = first
        while passage >= 0 and not walked[passage >> 1]:
            walked[passage >> 1] = 1
            passages.append(passage)
            passage = following[passage]
        if len(passages) > start[-1]:
            start.append(len(passages))
    return np.array(passages, dtype=np.int64), np.array(start, dtype=np.int64)


def wrapped_deg(angle_deg: FloatArray) -> FloatArray:
    """Return angles as they are between -180° and 180°.

    Examples
    --------
    >>> wrapped_deg(np.array([190.0, -270.0, 30.0])).tolist()
    [-170.0, 90.0, 30.0]
    """
    return np.asarray((angle_deg + 180.0) % 360.0 - 180.0)


def _pieces(
    network: Network, passages: IntArray
) -> tuple[IntArray, IntArray, FloatArray, FloatArray]:
    """Return the straight pieces of passages in the direction in which they are walked.

    Returns
    -------
    For each piece the passage's position in what was asked, the vertex at which it begins, and
    its two sides.
    """
    segment, backward = passages // 2, passages % 2 == 1
    first = network.segment_start[segment]
    count = network.segment_start[segment + 1] - first - 1
    entry = np.repeat(np.arange(len(passages)), count)
    within = np.arange(len(entry)) - np.repeat(np.cumsum(count) - count, count)
    back = backward[entry]
    begin = first[entry] + np.where(back, count[entry] - within, within)
    end = begin + np.where(back, -1, 1)
    side = network.vertex_xy[end] - network.vertex_xy[begin]
    return entry, begin, side[:, 0], side[:, 1]


def _turn_index(
    network: Network, arriving: IntArray, leaving: IntArray
) -> tuple[IntArray, IntArray]:
    """Return where passages through nodes stand among the turns, and where their reverses do."""
    turns = network.turns
    count = 2 * network.n_segments
    key = turns.arriving * count + turns.leaving
    forward = np.searchsorted(key, arriving * count + leaving)
    backward = np.searchsorted(key, (leaving ^ 1) * count + (arriving ^ 1))
    return forward, backward
