"""Reach: every place on the network that the vehicle gets to (SPEC §5).

`reach` is a pure function of a network and a scenario. A node with an obstacle is arrived at and
not passed, for an obstacle closes the passages through its node and not those to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse.csgraph import breadth_first_order, dijkstra

from fireaccess.model.answers import BoolArray, FloatArray, IntArray
from fireaccess.network.network import Network
from fireaccess.network.paths import NOWHERE, sparse_rows
from fireaccess.network.place import Places
from fireaccess.network.scenario import Scenario, expect_sizes


@dataclass(frozen=True, slots=True, eq=False)
class Reach:
    """What the vehicle gets to.

    Parameters
    ----------
    passages
        Passages along segments that it goes, shape ``(2 s,)``.
    segments
        Segments that it goes along in at least one direction, shape ``(s,)``.
    nodes
        Nodes that it arrives at, shape ``(n,)``.
    """

    passages: BoolArray
    segments: BoolArray
    nodes: BoolArray


def reach(network: Network, scenario: Scenario) -> Reach:
    """Return everything that the vehicle gets to from the scenario's starts.

    Parameters
    ----------
    network
        The network.
    scenario
        Which passages are open, and where engines start.

    Raises
    ------
    ValueError
        If the scenario is one of another network.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network(
    ...     [("primary", [(0, 0), (50, 0), (99, 0)]), ("service", [(50, 0), (50, 80)])])
    >>> everything = Scenario(
    ...     "all open", np.ones(town.n_passages, bool), np.array([True, False, False]),
    ...     np.ones(town.n_nodes, bool), np.zeros(town.n_passages))
    >>> reach(town, everything).segments.tolist()
    [True, True, True]
    """
    expect_sizes(network, scenario)
    count = 2 * network.n_segments
    turns = network.turns
    goes = scenario.open[count:] & (
        scenario.open[turns.leaving] | np.repeat(scenario.starts, 2)[turns.leaving]
    )
    arriving, leaving = turns.arriving[goes], turns.leaving[goes]
    starts = np.flatnonzero(np.repeat(scenario.starts, 2))
    # One more vertex leads to every start, so that one search finds everything.
    indptr = np.concatenate([[0], np.cumsum(np.bincount(arriving, minlength=count))])
    graph = sparse_rows(
        np.ones(len(leaving) + len(starts), dtype=np.int8),
        np.concatenate([leaving, starts]),
        np.concatenate([indptr, [indptr[-1] + len(starts)]]),
    )
    found = breadth_first_order(graph, count, directed=True, return_predecessors=False)
    passages = np.zeros(count + 1, dtype=bool)
    passages[found] = True
    passages = passages[:count]
    segments = passages[0::2] | passages[1::2]
    nodes = np.zeros(network.n_nodes, dtype=bool)
    nodes[network.segment_u[segments]] = True
    nodes[network.segment_v[segments]] = True
    return Reach(passages, segments, nodes)


@dataclass(frozen=True, slots=True, eq=False)
class Drive:
    """How far and how long a vehicle drives to the end of each passage, inf where it can't.

    Parameters
    ----------
    to_end
        Least sum to the end of each passage along a segment, shape ``(2 s,)``.
    cost
        What each such passage itself costs, shape ``(2 s,)``.
    before
        The passage before each on the least way; `NOWHERE` where that begins, or where none is.
    begin
        The share of a passage that lies behind an engine that begins on it: 1 on the start piece,
        which counts as nothing; NaN where no engine begins, shape ``(2 s,)``.
    """

    to_end: FloatArray
    cost: FloatArray
    before: IntArray
    begin: FloatArray

    def to_node(self, network: Network) -> tuple[FloatArray, IntArray]:
        """Return the least sum to each node, and the passage on which it is reached.

        Returns
        -------
        Sums, inf where it can't be reached, and passages, `NOWHERE` there, shapes ``(n,)``.
        """
        head = np.stack([network.segment_v, network.segment_u], axis=1).ravel()
        order = np.lexsort((self.to_end, head))
        node, first = np.unique(head[order], return_index=True)
        first = order[first]
        least = np.full(network.n_nodes, np.inf)
        least[node] = self.to_end[first]
        last = np.full(network.n_nodes, NOWHERE, dtype=np.int64)
        last[node] = np.where(np.isfinite(self.to_end[first]), first, NOWHERE)
        return least, last


def drive(
    network: Network,
    scenario: Scenario,
    found: Reach,
    *,
    cost: FloatArray,
    through: FloatArray,
    stations: Places | None,
) -> Drive:
    """Return the least driving to every passage, from stations or from the start piece.

    Parameters
    ----------
    network, scenario, found
        The network, a scenario and its reach.
    cost
        Cost of going along each passage (metres or seconds), shape ``(2 s,)``.
    through
        Cost of each passage through a node, shape ``(t,)``.
    stations
        Where engines stand; None to count from the start piece, on which all is 0.
    """
    count = 2 * network.n_segments
    turns = network.turns
    goes = scenario.open[count:] & found.passages[turns.arriving] & found.passages[turns.leaving]
    arriving, leaving = turns.arriving[goes], turns.leaving[goes]
    weight = cost[leaving] + through[goes]
    begin = np.full(count, np.nan)
    if stations is None:
        first = np.flatnonzero(np.repeat(scenario.starts, 2))
        weight = np.where(np.repeat(scenario.starts, 2)[leaving], 0.0, weight)
        first_cost = np.zeros(len(first))
        begin[first] = 1.0
    else:
        length = network.segment_length_m[stations.segment]
        share = np.divide(stations.along_m, length, out=np.zeros(len(length)), where=length > 0)
        forward = 2 * stations.segment
        first = np.concatenate([forward, forward + 1])
        behind = np.concatenate([share, 1 - share])
        usable = found.passages[first]
        first, behind = first[usable], behind[usable]
        order = np.lexsort((-behind, first))
        first, behind = first[order], behind[order]
        once = np.r_[True, np.diff(first) != 0] if len(first) else np.zeros(0, dtype=bool)
        first, behind = first[once], behind[once]
        first_cost = (1 - behind) * cost[first]
        begin[first] = behind
    indptr = np.concatenate([[0], np.cumsum(np.bincount(arriving, minlength=count))])
    graph = sparse_rows(
        np.concatenate([weight, first_cost]),
        np.concatenate([leaving, first]),
        np.concatenate([indptr, [indptr[-1] + len(first)]]),
    )
    to_end, before = dijkstra(graph, indices=[count], return_predecessors=True)
    before = before[0, :count].astype(np.int64)
    return Drive(to_end[0, :count], cost, np.where(before == count, NOWHERE, before), begin)
