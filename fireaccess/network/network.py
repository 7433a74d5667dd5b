"""The network: segments between nodes, and the directed passages of SPEC §1, as arrays.

A segment is a stretch of one way between two nodes. A passage is one directed way to go: along a
segment (two of them a segment) or through a node from one segment into another. Everything that
is later said about roads (an answer, a scenario, a reach) is an array over these passages,
segments or nodes, in the order laid down here.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS

from fireaccess.model.answers import BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.model.text import normalise
from fireaccess.sources.roads import is_yes

_Scalar = TypeVar("_Scalar", bound=np.generic)

_MOTORWAY: Final = ("motorway", "motorway_link")
_NO_TRUCK: Final = ("steps", "corridor")
_BESIDE_A_ROAD: Final = ("sidewalk", "crossing", "traffic_island")


@dataclass(frozen=True, eq=False)
class Turns:
    """Passages through nodes: every ordered pair of arms, turning back left out.

    Parameters
    ----------
    arriving, leaving
        Passages along segments, shape ``(t,)``: from which, into which.
    node
        The node that each goes through, shape ``(t,)``.
    """

    arriving: IntArray
    leaving: IntArray
    node: IntArray

    def __len__(self) -> int:
        return len(self.node)


@dataclass(frozen=True, eq=False, repr=False)
class Network:
    """Segments and nodes of all kept ways, immutable, in one order for good.

    Segments are sorted by way id and position along the way, so the smaller segment id of SPEC §5
    is the smaller index. Passage ``2 i`` goes along segment ``i`` from ``u`` to ``v``, passage
    ``2 i + 1`` back; passages through nodes follow in the order of `turns`.

    Parameters
    ----------
    crs
        The analysis CRS.
    ways
        ``way_id`` and tags of each way, shape ``(w, …)``.
    node_xy
        Coordinates of nodes, shape ``(n, 2)``.
    node_osm_id
        OSM ids of nodes; 0, which OSM never gives, for nodes that the survey set.
    segment_way
        Row of ``ways`` of each segment, shape ``(s,)``.
    segment_u, segment_v
        Nodes at the two ends, in the direction in which the way is drawn.
    segment_start
        Offsets of each segment's vertices, shape ``(s + 1,)``.
    vertex_xy
        Vertices of all segments one after another, ends included.

    Raises
    ------
    ValueError
        If the arrays contradict one another.
    """

    crs: CRS
    ways: pd.DataFrame
    node_xy: FloatArray
    node_osm_id: IntArray
    segment_way: IntArray
    segment_u: IntArray
    segment_v: IntArray
    segment_start: IntArray
    vertex_xy: FloatArray

    def __post_init__(self) -> None:
        count = len(self.segment_way)
        for name in ("segment_u", "segment_v"):
            ends = getattr(self, name)
            if len(ends) != count:
                raise ValueError(f"{name} has {len(ends)} entries for {count} segments")
            if count and not 0 <= ends.min() <= ends.max() < len(self.node_xy):
                raise ValueError(f"{name} names node {ends.max()} of {len(self.node_xy)}")
        if len(self.segment_start) != count + 1 or self.segment_start[-1] != len(self.vertex_xy):
            raise ValueError("segment_start does not cover vertex_xy")
        if (np.diff(self.segment_start) < 2).any():
            raise ValueError("a segment has fewer than two vertices")
        if (np.diff(self.segment_way) < 0).any():
            raise ValueError("segments are not sorted by way")
        for item in fields(self):
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.setflags(write=False)

    def __repr__(self) -> str:
        return (
            f"<Network: {len(self.ways)} ways, {self.n_segments} segments, {self.n_nodes} nodes, "
            f"{self.segment_length_m.sum() / 1000:.1f} km>"
        )

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return len(self.node_xy)

    @property
    def n_segments(self) -> int:
        """Number of segments."""
        return len(self.segment_way)

    @property
    def n_passages(self) -> int:
        """Number of passages: along segments both ways, and through nodes."""
        return 2 * self.n_segments + len(self.turns)

    @cached_property
    def vertex_segment(self) -> IntArray:
        """The segment of each vertex."""
        return np.repeat(np.arange(self.n_segments), np.diff(self.segment_start))

    @cached_property
    def vertex_along_m(self) -> FloatArray:
        """How far along its segment each vertex lies."""
        step = np.hypot(*np.diff(self.vertex_xy, axis=0, prepend=self.vertex_xy[:1]).T)
        step[self.segment_start[:-1]] = 0.0
        total = np.cumsum(step)
        before = np.repeat(total[self.segment_start[:-1]], np.diff(self.segment_start))
        return np.asarray(total - before)

    @cached_property
    def segment_length_m(self) -> FloatArray:
        """Length of each segment."""
        length: FloatArray = self.vertex_along_m[self.segment_start[1:] - 1]
        length.setflags(write=False)
        return length

    @cached_property
    def segment_position(self) -> IntArray:
        """The how-manieth segment of its way each is, counted from 0."""
        # A way cut where the extract lacks its nodes stands in several rows.
        way = self.ways["way_id"].to_numpy()[self.segment_way]
        first = np.r_[True, np.diff(way) != 0]
        index = np.arange(self.n_segments)
        return index - np.maximum.accumulate(np.where(first, index, 0))

    @cached_property
    def segment_id(self) -> ObjectArray:
        """Text ids: way id and position along the way."""
        ways = self.ways["way_id"].to_numpy()[self.segment_way]
        pairs = zip(ways.tolist(), self.segment_position.tolist(), strict=True)
        return np.array([f"{way}-{position}" for way, position in pairs], dtype=object)

    @cached_property
    def lines(self) -> Any:
        """One LineString per segment, shape ``(s,)``."""
        return shapely.linestrings(self.vertex_xy, indices=self.vertex_segment)

    @cached_property
    def turns(self) -> Turns:
        """Passages through nodes, sorted by the passage that arrives, then by the one that leaves.

        Notes
        -----
        Turning back into the segment one came from opens nothing and is left out, except on a loop,
        where the other end of the same segment is another arm.
        """
        segments = np.arange(self.n_segments)
        passage = np.concatenate([2 * segments, 2 * segments + 1])
        tail = np.concatenate([self.segment_u, self.segment_v])
        head = np.concatenate([self.segment_v, self.segment_u])
        by_tail = np.lexsort((passage, tail))
        leaving_from = np.searchsorted(tail[by_tail], np.arange(self.n_nodes + 1))
        order = np.argsort(passage)
        passage, head = passage[order], head[order]
        degree = np.diff(leaving_from)[head]
        arriving = np.repeat(passage, degree)
        node = np.repeat(head, degree)
        within = np.arange(len(arriving)) - np.repeat(np.cumsum(degree) - degree, degree)
        leaving = passage_at(by_tail, leaving_from[node] + within, self.n_segments)
        kept = leaving != (arriving ^ 1)
        return Turns(arriving[kept], leaving[kept], node[kept])

    def tag(self, key: str) -> ObjectArray:
        """Return one tag of each way, None where it is missing, shape ``(w,)``."""
        return self.ways[key].to_numpy(dtype=object)

    def of_segments(self, of_ways: NDArray[_Scalar]) -> NDArray[_Scalar]:
        """Spread an array over ways to their segments."""
        return of_ways[self.segment_way]

    @cached_property
    def on_foot(self) -> BoolArray:
        """Segments of the foot network: all but motorways."""
        return self.of_segments(~np.isin(self.tag("highway"), _MOTORWAY))

    @cached_property
    def for_trucks(self) -> BoolArray:
        """Segments of the truck network: all but steps and corridors."""
        return self.of_segments(~np.isin(self.tag("highway"), _NO_TRUCK))

    @cached_property
    def beside_a_road(self) -> BoolArray:
        """Segments that are a sidewalk, a crossing or a traffic island."""
        return self.of_segments(np.isin(self.tag("footway"), _BESIDE_A_ROAD))

    @cached_property
    def on_bridge(self) -> BoolArray:
        """Segments on a bridge of any kind."""
        return self.of_segments(np.array([is_yes(value) for value in self.tag("bridge")], bool))

    @cached_property
    def in_tunnel(self) -> BoolArray:
        """Segments with ``tunnel=yes``; a passage through a building is none."""
        return self.of_segments(np.asarray(self.tag("tunnel") == "yes"))

    @cached_property
    def has_doors(self) -> BoolArray:
        """Segments that a house's door can open on (SPEC §5)."""
        return self.on_foot & ~self.beside_a_road & ~self.on_bridge & ~self.in_tunnel

    @cached_property
    def takes_survey(self) -> BoolArray:
        """Segments that a surveyed width, clearance or barrier can belong to (SPEC §6)."""
        steps = self.of_segments(np.asarray(self.tag("highway") == "steps"))
        return np.asarray(~(self.beside_a_road | self.on_bridge | self.in_tunnel | steps))

    @cached_property
    def way_name(self) -> ObjectArray:
        """Normalised name of each way; empty where it has none."""
        return np.array([normalise(name or "") for name in self.tag("name")], dtype=object)


def passage_at(order: IntArray, index: IntArray, n_segments: int) -> IntArray:
    """Return passages for positions in a list sorted by tail.

    ``order`` indexes the concatenation of all forward and all backward passages.
    """
    entry = order[index]
    backward = entry >= n_segments
    return np.where(backward, 2 * (entry - n_segments) + 1, 2 * entry)
