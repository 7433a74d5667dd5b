"""Dead ends: reached road from which a truck can only come back the way that it came.

A dead end is all reached road behind one segment that nothing goes round: a bridge, as graph
theory calls it, of what the truck reaches. What a norm limits is how far a truck has to reverse:
out of the dead end, or to where it can go forward to a place to turn. Such a place is

- a loop, if it is as long as the turning circle of a truck, else perhaps;
- a mapped turning circle or loop as wide as that circle, perhaps one whose diameter is not mapped;
- a road as wide as that circle.

Backing into a side road is not counted, nor is what OpenStreetMap lacks, as it often does: that a
truck can turn nowhere is said only where all that is mapped is too small. The survey has no table
of turning areas. One-way rules part nothing here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from fireaccess.analysis.houses import Doors
from fireaccess.analysis.reach import Reach
from fireaccess.model.answers import BoolArray, FloatArray, IntArray, ObjectArray, at_least, below
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.layers import LAYERS
from fireaccess.model.norm import Norm
from fireaccess.model.text import parse_length
from fireaccess.model.vehicle import Vehicle
from fireaccess.network.build import SAME_NODE_M
from fireaccess.network.network import Network
from fireaccess.network.paths import NOWHERE, sparse_rows
from fireaccess.network.place import Places, Snapper
from fireaccess.network.scenario import Scenario
from fireaccess.sources.named import joined

#: Figures of a norm that a turning circle must measure up to, the first that it gives.
_CIRCLES: Final = ("turning_circle_diameter_m", "turning_circle_kerb_diameter_m")


@dataclass(frozen=True, slots=True, eq=False)
class Hanging:
    """What hangs on the through network by one segment each, in one case.

    Segments are cut into edges where OpenStreetMap maps a turning or passing place.

    Parameters
    ----------
    mouth
        The segment by which each dead end leaves the through network, ascending, shape ``(d,)``.
    segment, piece, tail, head, length_m
        Segment, dead end, vertex at either end and length of each edge, shape ``(e,)``.
    loop_m
        Length of all that can be driven round together with each edge; 0 where nothing can.
    through
        Vertices of the through network, shape ``(v,)``.
    mark_row, mark_vertex, mark_piece
        Row, vertex and dead end of the mapped places that lie in a dead end, shape ``(k,)``.
    """

    mouth: IntArray
    segment: IntArray
    piece: IntArray
    tail: IntArray
    head: IntArray
    length_m: FloatArray
    loop_m: FloatArray
    through: BoolArray
    mark_row: IntArray
    mark_vertex: IntArray
    mark_piece: IntArray

    def farthest_m(self) -> FloatArray:
        """Return how far the farthest place of each dead end is from the through network."""
        return self._longest(self._ways_from(self.through)[0])

    def reverse_m(self, turns: IntArray, roomy: BoolArray) -> FloatArray:
        """Return how far a truck has to reverse at most in each dead end.

        Whoever goes forward to a place to turn need not reverse, wherever that place is; from a
        side branch a truck has to come back to where it can go forward to one.

        Parameters
        ----------
        turns, roomy
            Vertices and edges where a truck can turn.
        """
        far_m, before = self._ways_from(self.through)
        led = self.through.copy()
        ahead = np.unique(np.concatenate([turns, self.tail[roomy], self.head[roomy]]))
        while len(ahead):
            led[ahead] = True
            ahead = np.unique(before[ahead])
            ahead = ahead[ahead >= 0]
        forward = led[self.tail] & led[self.head]
        forward &= np.abs(far_m[self.tail] - far_m[self.head]) == self.length_m
        along_m = self._ways_from(led)[0]
        return self._longest(along_m, without=forward | roomy)

    def _ways_from(self, sources: BoolArray) -> tuple[FloatArray, IntArray]:
        """Return the least way to each vertex from the nearest of some, and the vertex before."""
        count = len(self.through)
        tail, head = np.r_[self.tail, self.head], np.r_[self.head, self.tail]
        length_m = np.tile(self.length_m, 2)
        # A sparse matrix would add parallel edges up: keep the shortest.
        order = np.lexsort((length_m, head, tail))
        order = order[
            np.diff(tail[order], prepend=NOWHERE) | np.diff(head[order], prepend=NOWHERE) != 0
        ]
        start = np.concatenate([[0], np.cumsum(np.bincount(tail[order], minlength=count))])
        far_m, before, _ = dijkstra(
            sparse_rows(length_m[order], head[order], start),
            indices=np.flatnonzero(sources),
            min_only=True,
            return_predecessors=True,
        )
        return far_m, before.astype(np.int64)

    def _longest(self, far_m: FloatArray, *, without: BoolArray | None = None) -> FloatArray:
        along_m = (far_m[self.tail] + far_m[self.head] + self.length_m) / 2
        if without is not None:
            along_m[without] = 0.0
        return _greatest(self.piece, along_m, len(self.mouth))


def hanging(
    network: Network,
    scenario: Scenario,
    found: Reach,
    through: BoolArray,
    beyond: BoolArray,
    marks: Places,
) -> Hanging:
    """Return what hangs by one segment of what the truck reaches.

    Parameters
    ----------
    network, scenario, found
        The network, a case and its reach.
    through
        Segments of the through network whatever else holds, such as arterials, shape ``(s,)``.
    beyond
        Nodes so far out that what leads on from them is not loaded, shape ``(n,)``.
    marks
        Mapped places on the network; rows as in `Places`.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("primary", [(0, 0), (50, 0), (99, 0)]),
    ...                       ("service", [(50, 0), (50, 80)])])
    >>> from fireaccess.analysis.reach import reach
    >>> starts = np.array([True, True, False])
    >>> case = Scenario("all open", np.ones(town.n_passages, bool), starts,
    ...                 np.ones(town.n_nodes, bool), np.zeros(town.n_passages))
    >>> nothing = Snapper(town, starts).nearest(np.array([]), 1)
    >>> hung = hanging(town, case, reach(town, case), starts, np.zeros(4, bool), nothing)
    >>> hung.mouth.tolist(), hung.farthest_m().tolist()
    ([2], [80.0])
    """
    vertex, root = _vertices(network, scenario, found, through, beyond)
    roads = np.flatnonzero(found.segments)
    tail, head = vertex[2 * roads], vertex[2 * roads + 1]
    bridge = _bridges(tail, head)
    block = np.arange(len(vertex) + 1)
    round_trip = joined(tail[~bridge], head[~bridge])
    block[tail[~bridge]] = block[head[~bridge]] = len(block) + round_trip
    core = block == block[root]
    loop_m = np.zeros(len(roads))
    lengths = np.bincount(round_trip, weights=network.segment_length_m[roads[~bridge]])
    loop_m[~bridge] = lengths[round_trip]

    hangs = ~(core[tail] & core[head])
    roads, tail, head, loop_m = roads[hangs], tail[hangs], head[hangs], loop_m[hangs]
    leaves = core[tail] | core[head]
    # Each hangs on one vertex of the through network alone, which parts it from the others there.
    inner = np.where(core[tail], head, tail)
    label = joined(inner, np.where(core[head], tail, head))
    number = np.full(len(label), NOWHERE, dtype=np.int64)
    number[label[leaves]] = np.arange(leaves.sum())
    piece = number[label]

    position = np.full(network.n_segments, NOWHERE, dtype=np.int64)
    position[roads] = np.arange(len(roads))
    on = position[marks.segment]
    inside = on >= 0
    on, along_m = on[inside], marks.along_m[inside]
    mark_vertex = len(core) + np.arange(len(on))
    length_m = network.segment_length_m[roads]
    edge = np.concatenate([np.arange(len(roads)), on, np.arange(len(roads))])
    at_m = np.concatenate([np.zeros(len(roads)), np.minimum(along_m, length_m[on]), length_m])
    corner = np.concatenate([tail, mark_vertex, head])
    # Edges of no length keep their two ends in order by the index given as last key.
    order = np.lexsort((np.arange(len(edge)), at_m, edge))
    edge, at_m, corner = edge[order], at_m[order], corner[order]
    same = edge[1:] == edge[:-1]
    of = edge[:-1][same]
    return Hanging(
        mouth=roads[leaves],
        segment=roads[of],
        piece=piece[of],
        tail=corner[:-1][same],
        head=corner[1:][same],
        length_m=np.diff(at_m)[same],
        loop_m=loop_m[of],
        through=np.concatenate([core, np.zeros(len(on), dtype=bool)]),
        mark_row=marks.row[inside],
        mark_vertex=mark_vertex,
        mark_piece=piece[on],
    )


def _vertices(
    network: Network, scenario: Scenario, found: Reach, through: BoolArray, beyond: BoolArray
) -> tuple[IntArray, int]:
    """Return the vertex at either end of each segment, and that of the through network.

    Ends at one node are one vertex if the truck gets from one to the other: an obstacle parts
    them. End ``2 i`` is segment ``i``'s at ``u``, where its passage ``2 i`` begins.
    """
    count = 2 * network.n_segments
    turns = network.turns
    goes = scenario.open[count:] & found.passages[turns.arriving] & found.passages[turns.leaving]
    # A passage ends where the one back begins.
    here, there = turns.arriving[goes] ^ 1, turns.leaving[goes]
    node = np.stack([network.segment_u, network.segment_v], axis=1).ravel()
    rooted = np.flatnonzero(np.repeat(through & found.segments, 2) | beyond[node])
    ends = np.arange(count + 1)
    label = joined(
        np.concatenate([ends, here, rooted]),
        np.concatenate([ends, there, np.full(len(rooted), count)]),
    )[: count + 1]
    return label[:count], int(label[count])


def _bridges(tail: IntArray, head: IntArray) -> BoolArray:
    """Which edges nothing goes round: without one, its ends would be parted."""
    import networkx as nx

    ends = np.stack([np.minimum(tail, head), np.maximum(tail, head)], axis=1)
    pairs, number, count = np.unique(ends, axis=0, return_inverse=True, return_counts=True)
    # A graph with parallel edges would be turned into one without them first.
    graph = nx.Graph(pairs[pairs[:, 0] != pairs[:, 1]].tolist())
    position = {(u, v): i for i, (u, v) in enumerate(pairs.tolist())}
    alone = np.zeros(len(pairs), dtype=bool)
    alone[[position[min(edge), max(edge)] for edge in nx.bridges(graph)]] = True
    return np.asarray((alone & (count == 1))[number.reshape(-1)])


@dataclass(frozen=True, slots=True, eq=False)
class _Turning:
    """Where in the dead ends of one case a truck can turn: for certain, and perhaps."""

    vertices: IntArray
    perhaps_vertices: IntArray
    edges: BoolArray
    perhaps_edges: BoolArray

    def reverse_m(self, hung: Hanging) -> FloatArray:
        """Return how far a truck has to reverse at most, by what is certain and what may be."""
        return np.stack(
            [
                hung.reverse_m(self.vertices, self.edges),
                hung.reverse_m(self.perhaps_vertices, self.perhaps_edges),
            ]
        )


def dead_ends(
    network: Network,
    width_m: FloatArray,
    worst: tuple[Scenario, Reach],
    best: tuple[Scenario, Reach],
    *,
    through: BoolArray,
    beyond: BoolArray,
    mapped: gpd.GeoDataFrame,
    doors: Doors,
    norm: Norm,
    vehicle: Vehicle,
    findings: Findings,
) -> gpd.GeoDataFrame:
    """List the dead ends of the worst case's reach, and what becomes of each in the best case.

    Parameters
    ----------
    network, width_m
        The network, and the known width of each segment, NaN where none is, shape ``(s,)``.
    worst, best
        The two cases, each with its reach.
    through, beyond
        As for `hanging`.
    mapped
        What the roads file maps, turning and passing places among it, in the network's CRS.
    doors
        Doors of the houses, which are counted.
    norm, vehicle
        How long a dead end may be, and the circle that a truck turns on.
    findings
        Takes note of diameters that can't be read.

    Returns
    -------
    The columns of SPEC §12 and the segments as ``geometry``, in the network's CRS, in the order of
    the segment by which each leaves the through network. Where the norm is silent, cells are empty.
    """
    places = mapped[mapped["kind"] == "road_places"].reset_index(drop=True)
    circle_m = _circle_m(norm, vehicle)
    passing = (places["type"] == "passing_place").to_numpy(dtype=bool)
    diameter_m = _diameters(places, findings)
    hung, turning = [], []
    for scenario, found in (worst, best):
        # The place of a node is a vertex of its road; other roads may share it.
        marks = Snapper(network, found.segments).nearest(places.geometry.to_numpy(), SAME_NODE_M)
        case = hanging(network, scenario, found, through, beyond, marks)
        hung.append(case)
        turning.append(_turning(case, passing, diameter_m, width_m, circle_m))
    in_worst, in_best = hung
    count = len(in_worst.mouth)
    piece = np.full(network.n_segments, NOWHERE, dtype=np.int64)
    piece[in_worst.segment] = in_worst.piece
    member = np.flatnonzero(piece >= 0)
    length_m = in_worst.farthest_m()

    # What is one in the best case leaves the through network by a segment of one of these.
    same = piece[in_best.mouth]
    length_best_m = _greatest(same, in_best.farthest_m(), count)
    certain = np.bincount(same[same >= 0], minlength=count) > 0
    reverse_m = turning[0].reverse_m(in_worst)
    in_both = [*reverse_m, *(_greatest(same, m, count) for m in turning[1].reverse_m(in_best))]
    limit_m = norm.value_or_none("dead_end_m")

    narrowest_m = np.full(count, np.inf)
    np.fmin.at(narrowest_m, piece[member], width_m[member])
    narrowest_m[np.isinf(narrowest_m)] = np.nan
    widths_known = np.bincount(piece[member], np.isnan(width_m[member]), minlength=count) == 0
    on = piece[doors.places.segment]
    is_passing = passing[in_worst.mark_row]
    of_way = network.segment_way
    way_id = network.ways["way_id"].to_numpy()[of_way]
    frame = pd.DataFrame(
        {
            "dead_end_id": [f"dead_end:{network.segment_id[i]}" for i in in_worst.mouth],
            "name": _names(network.tag("name")[of_way], in_worst.mouth, member, piece[member]),
            "length_m": length_m,
            "length_best_m": np.where(certain, length_best_m, np.nan),
            "certain": pd.array(certain, dtype="boolean"),
            "reverse_m": reverse_m[0],
            "limit_m": np.full(count, np.nan if limit_m is None else limit_m),
            "too_long": _too_long(in_both, limit_m),
            "turning": _answers(in_worst, turning[0], passing),
            "turning_m": _widest(in_worst, passing, diameter_m),
            "passing_places": np.bincount(in_worst.mark_piece[is_passing], minlength=count),
            "passing_needed": _passing_needed(length_m, narrowest_m, widths_known, norm),
            "width_m": narrowest_m,
            "houses": np.bincount(on[on >= 0], minlength=count),
            "osm_ids": [
                ";".join(map(str, np.unique(way_id[member[piece[member] == k]])))
                for k in range(count)
            ],
        }
    )[list(LAYERS["dead_ends"])]
    order = member[np.argsort(piece[member], kind="stable")]
    lines = (
        shapely.multilinestrings(network.lines[order], indices=piece[order])
        if count
        else np.zeros(0, dtype=object)
    )
    return gpd.GeoDataFrame(frame, geometry=lines, crs=network.crs)


def _circle_m(norm: Norm, vehicle: Vehicle) -> float:
    """Return the diameter that a place to turn must have: the norm's, else the vehicle's own."""
    given = (norm.value_or_none(name) for name in _CIRCLES)
    return next((m for m in given if m is not None), 2 * vehicle.turning_radius_m.value)


def _diameters(places: gpd.GeoDataFrame, findings: Findings) -> FloatArray:
    """Read the diameters of turning places, NaN where none is mapped or it can't be read."""
    diameter_m = np.full(len(places), np.nan)
    for i in np.flatnonzero(places["diameter"].notna()):
        text = places["diameter"][i]
        quantity = parse_length(text)
        if quantity is not None and quantity.value > 0:
            diameter_m[i] = quantity.value
            continue
        findings.add(
            "hint",
            "tag_not_read",
            Message("{object_id}: diameter {text} is no figure that can be used; it is ignored"),
            remedy=Message("correct the tag in OpenStreetMap, or measure the place"),
            params={"object_id": places["object_id"][i], "text": text},
        )
    return diameter_m


def _turning(
    hung: Hanging, passing: BoolArray, diameter_m: FloatArray, width_m: FloatArray, circle_m: float
) -> _Turning:
    wide = at_least(width_m[hung.segment], circle_m)
    too_small = passing | below(diameter_m, circle_m)
    return _Turning(
        hung.mark_vertex[(~passing & at_least(diameter_m, circle_m))[hung.mark_row]],
        hung.mark_vertex[~too_small[hung.mark_row]],
        wide | at_least(hung.loop_m, np.pi * circle_m),
        wide | (hung.loop_m > 0),
    )


def _greatest(group: IntArray, values: FloatArray, count: int) -> FloatArray:
    """Return the greatest value of each group, 0 where it has none; `NOWHERE` is no group."""
    greatest = np.zeros(count)
    np.maximum.at(greatest, group[group >= 0], values[group >= 0])
    return greatest


def _too_long(reverse_m: Sequence[FloatArray], limit_m: float | None) -> ObjectArray:
    """Answer by what is known for certain and what may be, in the worst and in the best case."""
    if limit_m is None:
        return np.full(len(reverse_m[0]), None, dtype=object)
    over = np.stack(reverse_m) > limit_m
    return np.where(over.all(axis=0), "yes", np.where(over.any(axis=0), "unknown", "no")).astype(
        object
    )


def _answers(hung: Hanging, turning: _Turning, passing: BoolArray) -> ObjectArray:
    """Whether a truck can turn in each dead end; OSM's silence is no answer."""
    count = len(hung.mouth)

    def somewhere(vertices: IntArray, edges: BoolArray) -> BoolArray:
        here = np.zeros(count, dtype=bool)
        here[hung.mark_piece[np.isin(hung.mark_vertex, vertices)]] = True
        here[hung.piece[edges]] = True
        return here

    mapped = np.zeros(count, dtype=bool)
    mapped[hung.mark_piece[~passing[hung.mark_row]]] = True
    known = somewhere(turning.vertices, turning.edges)
    perhaps = somewhere(turning.perhaps_vertices, turning.perhaps_edges) | ~mapped
    return np.where(known, "yes", np.where(perhaps, "unknown", "no")).astype(object)


def _widest(hung: Hanging, passing: BoolArray, diameter_m: FloatArray) -> FloatArray:
    """Return the greatest mapped diameter in each dead end, NaN where none is."""
    widest_m = np.full(len(hung.mouth), np.nan)
    turns = ~passing[hung.mark_row]
    np.fmax.at(widest_m, hung.mark_piece[turns], diameter_m[hung.mark_row[turns]])
    return widest_m


def _passing_needed(
    length_m: FloatArray, narrowest_m: FloatArray, widths_known: BoolArray, norm: Norm
) -> Any:
    """Return how many passing places the longest line of each dead end needs, none if it is wide.

    Empty where the norm is silent, or where no width tells whether there is one lane.
    """
    spacing_m = norm.value_or_none("passing_place_spacing_m")
    wide_m = norm.value_or_none("passing_place_width_m")
    needed = pd.array([pd.NA] * len(length_m), dtype="Int64")
    if spacing_m is None or wide_m is None:
        return needed
    short = length_m <= spacing_m
    one_lane = below(narrowest_m, wide_m)
    needed[short | (widths_known & ~one_lane)] = 0
    long = np.flatnonzero(~short & one_lane)
    needed[long] = (np.ceil(length_m[long] / spacing_m) - 1).astype(np.int64)
    return needed


def _names(names: ObjectArray, mouth: IntArray, member: IntArray, piece: IntArray) -> ObjectArray:
    """Return the name of the road at each mouth, else the first name farther in."""
    found: ObjectArray = np.full(len(mouth), None, dtype=object)
    for i, k in zip(member[::-1], piece[::-1], strict=True):
        if names[i]:
            found[k] = names[i]
    named = np.array([bool(name) for name in names[mouth]], dtype=bool)
    found[named] = names[mouth][named]
    return found
