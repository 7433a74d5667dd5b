"""How a reach grows and hose lines shorten when a few passages open: only what changes is found.

Nothing that opens takes anything away. So the new reach begins at the passages that open and ends
where the old one does, and distances on foot change only around stands that are new. Both come
out as `fireaccess.analysis.reach.reach` and `fireaccess.analysis.houses.hose_lines` find them in
the whole network, to the last digit.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

import numpy as np

from fireaccess.analysis.houses import Doors, HoseLines
from fireaccess.analysis.reach import Reach
from fireaccess.model.answers import BoolArray, FloatArray, IntArray
from fireaccess.network.paths import FootGraph
from fireaccess.network.scenario import Scenario


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """The positions at which each key stands in an array.

    Parameters
    ----------
    position
        Positions, sorted by key.
    start
        Where those of each key begin, shape ``(keys + 1,)``.

    Examples
    --------
    >>> groups = Groups.by(np.array([2, 0, 2]), 3)
    >>> groups.of(np.array([2])).tolist(), groups.of(np.array([1])).tolist()
    ([0, 2], [])
    """

    position: IntArray
    start: IntArray

    @classmethod
    def by(cls, key: IntArray, count: int) -> Groups:
        """Group the positions of an array of keys from 0 to ``count``, that left out."""
        start = np.concatenate([[0], np.cumsum(np.bincount(key, minlength=count))])
        return cls(np.argsort(key, kind="stable"), start)

    def of(self, keys: IntArray) -> IntArray:
        """Return the positions of some keys, one key after another."""
        number = self.start[keys + 1] - self.start[keys]
        before = np.cumsum(number) - number
        within = np.arange(number.sum()) - np.repeat(before, number)
        chosen: IntArray = self.position[np.repeat(self.start[keys], number) + within]
        return chosen


class Streets:
    """What no opening changes: the network, the foot graph and the houses' doors.

    Parameters
    ----------
    graph
        The foot graph in which every wall still stands.
    doors
        The houses' doors.
    """

    def __init__(self, graph: FootGraph, doors: Doors) -> None:
        network = graph.network
        turns, count = network.turns, 2 * network.n_segments
        self.network, self.graph, self.places = network, graph, doors.places
        self.turns_into = Groups.by(turns.leaving, count)
        self._ends_at = Groups.by(np.concatenate([graph.end_u, graph.end_v]), graph.n_vertices)
        self._doors_on = Groups.by(doors.places.segment, network.n_segments)
        # A loop over few passages or vertices reads lists faster than arrays. Turns are sorted by
        # the passage that arrives.
        self.first_turn = np.searchsorted(turns.arriving, np.arange(count + 1)).tolist()
        self.leaving = turns.leaving.tolist()
        self._start = graph.matrix.indptr.tolist()
        self._head = graph.matrix.indices.tolist()
        self._length_m = graph.matrix.data.tolist()
        self._node = graph.vertex_node.tolist()

    def arms(self, node: int) -> list[int]:
        """Return the vertices that a node is on foot: one for each arm where a wall stands."""
        network, graph = self.network, self.graph
        arms: list[int] = np.unique(
            np.concatenate(
                [graph.end_u[network.segment_u == node], graph.end_v[network.segment_v == node]]
            )
        ).tolist()
        return arms

    def doors_at(self, segments: IntArray, vertices: IntArray) -> IntArray:
        """Return the doors on some segments and on those that end at some vertices, sorted."""
        count = self.network.n_segments
        ending = self._ends_at.of(vertices) % count
        return np.sort(self._doors_on.of(_distinct([segments, ending], count)))

    def nearer(
        self, distance_m: FloatArray, stands: IntArray, joined: dict[int, list[int]]
    ) -> tuple[IntArray, FloatArray]:
        """Return the vertices that get nearer to a stand, and how near.

        Parameters
        ----------
        distance_m
            Distance of each vertex so far, shape ``(vertices,)``.
        stands
            Vertices that are a stand now.
        joined
            Arms of the nodes where a wall was taken away: no way lies between them.
        """
        was = distance_m.data
        now: dict[int, float] = {}
        for vertex in stands.tolist():
            if was[vertex] > 0.0:
                now[vertex] = 0.0
        for arms in joined.values():
            least = min(now.get(arm, was[arm]) for arm in arms)
            now.update({arm: least for arm in arms if now.get(arm, was[arm]) > least})
        queue = [(away_m, vertex) for vertex, away_m in now.items()]
        heapify(queue)
        while queue:
            away_m, vertex = heappop(queue)
            if away_m > now[vertex]:
                continue
            steps = range(self._start[vertex], self._start[vertex + 1])
            ways = [(self._head[step], away_m + self._length_m[step]) for step in steps]
            ways += [(arm, away_m) for arm in joined.get(self._node[vertex], ())]
            for head, length_m in ways:
                if length_m < now.get(head, was[head]):
                    now[head] = length_m
                    heappush(queue, (length_m, head))
        return np.array(list(now), dtype=np.int64), np.array(list(now.values()), dtype=float)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """The worst or the best case of a ward, with what was opened so far.

    Parameters
    ----------
    streets
        Network, foot graph and doors.
    through
        Whether each passage through a node is open, shape ``(t,)``.
    into
        Whether each passage along a segment is open, or a start, shape ``(2 s,)``.
    passages
        Passages along segments that the truck goes, shape ``(2 s,)``.
    distance_m
        Foot distance from a stand to each vertex of the foot graph, inf where there is no way.
    hose_m
        Length of the hose line to each door, inf where there is none, shape ``(doors,)``.
    joined
        Arms of the nodes where a wall was taken away.
    """

    streets: Streets
    through: BoolArray
    into: BoolArray
    passages: BoolArray
    distance_m: FloatArray
    hose_m: FloatArray
    joined: dict[int, list[int]]

    @classmethod
    def of(cls, streets: Streets, scenario: Scenario, found: Reach, lines: HoseLines) -> Case:
        """Begin with a scenario, its reach and its hose lines."""
        count = 2 * streets.network.n_segments
        hose_m = lines.hose_m[streets.places.row]
        return cls(
            streets,
            scenario.open[count:],
            scenario.open[:count] | np.repeat(scenario.starts, 2),
            found.passages,
            lines.distance_m,
            np.where(np.isnan(hose_m), np.inf, hose_m),
            {},
        )

    @property
    def segments(self) -> BoolArray:
        """Segments that the truck goes along in at least one direction, shape ``(s,)``."""
        return self.passages[0::2] | self.passages[1::2]

    def opened(self, turns: IntArray, passages: IntArray, nodes: Iterable[int]) -> Case:
        """Return the case with more open; what does not change is shared, not copied.

        Parameters
        ----------
        turns
            Passages through nodes, as positions among the network's turns.
        passages
            Passages along segments.
        nodes
            Nodes that hose and people then get through.
        """
        turns, passages = turns[~self.through[turns]], passages[~self.into[passages]]
        nodes = [node for node in nodes if node not in self.joined]
        if not (len(turns) or len(passages) or nodes):
            return self
        case = replace(
            self,
            through=_with(self.through, turns, True),
            into=_with(self.into, passages, True),
            joined=self.joined | {node: self.streets.arms(node) for node in nodes},
        )
        more = case._grown(np.concatenate([turns, self.streets.turns_into.of(passages)]))
        return case._with_reach(more) if len(more) or nodes else case

    def _grown(self, turns: IntArray) -> IntArray:
        """Return the passages along segments that the truck gets to by some turns, and beyond."""
        streets = self.streets
        # Views of the arrays: a loop over few passages reads them faster, and nothing is copied.
        through, into, got = self.through.data, self.into.data, self.passages.data
        arriving = streets.network.turns.arriving[turns]
        ahead = streets.network.turns.leaving[
            turns[self.through[turns] & self.passages[arriving]]
        ].tolist()
        found: set[int] = set()
        while ahead:
            passage = ahead.pop()
            if not into[passage] or got[passage] or passage in found:
                continue
            found.add(passage)
            ahead += [
                streets.leaving[turn]
                for turn in range(streets.first_turn[passage], streets.first_turn[passage + 1])
                if through[turn]
            ]
        return np.array(sorted(found), dtype=np.int64)

    def _with_reach(self, more: IntArray) -> Case:
        """Return the case with further passages reached, and with what hose lines they save."""
        streets, graph, places = self.streets, self.streets.graph, self.streets.places
        segments = _distinct([more // 2], streets.network.n_segments)
        segments = segments[~self.segments[segments]]
        on_foot = segments[streets.network.on_foot[segments]]
        stands = _distinct([graph.end_u[on_foot], graph.end_v[on_foot]], graph.n_vertices)
        vertices, away_m = streets.nearer(self.distance_m, stands, self.joined)
        distance_m = _with(self.distance_m, vertices, away_m)
        passages = _with(self.passages, more, True)
        doors = streets.doors_at(segments, vertices)
        segment, along_m = places.segment[doors], places.along_m[doors]
        rest_m = streets.network.segment_length_m[segment] - along_m
        by_u = along_m + distance_m[graph.end_u[segment]]
        by_v = rest_m + distance_m[graph.end_v[segment]]
        at_door = passages[2 * segment] | passages[2 * segment + 1]
        hose_m = places.distance_m[doors] + np.where(at_door, 0.0, np.minimum(by_u, by_v))
        return replace(
            self,
            passages=passages,
            distance_m=distance_m,
            hose_m=_with(self.hose_m, doors, hose_m),
        )


def _distinct(positions: Iterable[IntArray], count: int) -> IntArray:
    """Return the distinct ones of positions from 0 to ``count``, that left out, sorted."""
    among = np.zeros(count, dtype=bool)
    for some in positions:
        among[some] = True
    return np.flatnonzero(among)


def _with(values: np.ndarray, where: IntArray, value: object) -> np.ndarray:
    """Return an array with other values at some places; the same array where there are none."""
    if len(where) == 0:
        return values
    values = values.copy()
    values[where] = value
    return values
