"""The clear gap between building footprints on both sides of each segment (SPEC §4.1)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import shapely

from fireaccess.model.answers import BoolArray, FloatArray, IntArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.network.layer_shift import layer_shift
from fireaccess.network.network import Network

#: How far a ray looks for a facade on either side. An assumption: where the nearest footprint
#: stands farther from a road's middle, what bounds the road is no facade but a fence or a field.
REACH_M: Final = 15.0
#: A line that runs in a footprint for less only touches it: many end on the wall of a house.
_TOUCH_M: Final = 0.1
#: Places along a piece that lie no farther apart are one.
_SAME_PLACE_M: Final = 1e-6
#: How many pairs of a place and a wall are compared at once, for the memory that they take.
_PAIRS_AT_ONCE: Final = 4_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Facades:
    """What building footprints tell of each segment's width.

    Parameters
    ----------
    gap_m
        The least gap, NaN where at no place both sides are built, shape ``(s,)``.
    xy
        Where on the segment it is, NaN where there is none, shape ``(s, 2)``.
    drawn_over
        Segments that run in a footprint somewhere: there the gap is not known.
    over_segment, over_footprint
        Those segments and the footprints that they run in, pair by pair, shape ``(k,)``.
    file
        Name of the file that the footprints come from.
    """

    gap_m: FloatArray
    xy: FloatArray
    drawn_over: BoolArray
    over_segment: IntArray
    over_footprint: IntArray
    file: str | None = None

    @property
    def deciding_m(self) -> FloatArray:
        """Gaps that speak for a whole segment, NaN for the others, shape ``(s,)``.

        Where a segment runs in a footprint, its least gap may be at the very place that can't be
        measured.
        """
        return np.where(self.drawn_over, np.nan, self.gap_m)

    def of_parts(self, parent: IntArray) -> Facades:
        """Return what holds of segments that are parts of these: a gap speaks for all of one."""
        return replace(
            self,
            gap_m=self.gap_m[parent],
            xy=self.xy[parent],
            drawn_over=self.drawn_over[parent],
        )


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Straight pieces of segments, each with a frame: along it, and to its left.

    ``offset_m`` sets all pieces one after another on one scale, a metre apart.
    """

    segment: IntArray
    start_xy: FloatArray
    along_xy: FloatArray
    length_m: FloatArray
    offset_m: FloatArray

    @property
    def lines(self) -> Any:
        end_xy = self.start_xy + self.along_xy * self.length_m[:, None]
        return shapely.linestrings(np.stack([self.start_xy, end_xy], axis=1))

    @property
    def left_xy(self) -> FloatArray:
        return np.column_stack([-self.along_xy[:, 1], self.along_xy[:, 0]])

    def local(self, piece: IntArray, xy: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return how far along the piece, and how far to its left, each point lies."""
        away = xy - self.start_xy[piece]
        along = np.einsum("ij,ij->i", away, self.along_xy[piece])
        left = np.einsum("ij,ij->i", away, self.left_xy[piece])
        return along, left


@dataclass(frozen=True, slots=True, eq=False)
class _Walls:
    """Parts of walls beside a piece: where they begin and end on its scale, and how far off."""

    begin: FloatArray
    end: FloatArray
    begin_off: FloatArray
    end_off: FloatArray

    def taken(self, which: BoolArray) -> _Walls:
        return _Walls(
            self.begin[which], self.end[which], self.begin_off[which], self.end_off[which]
        )


def facade_gaps(network: Network, footprints: Any) -> Facades:
    """Measure the least gap between footprints on both sides of every segment, and where it is.

    At a place of a segment the gap is the distance to the nearest footprint on the left, at a
    right angle to the segment, plus the same on the right; each within `REACH_M`.

    Parameters
    ----------
    network
        Its segments for trucks are measured, but for bridges, tunnels, and what runs beside a road.
    footprints
        Polygons in the network's CRS, shape ``(b,)``.

    Notes
    -----
    Each straight piece of a segment is taken by itself. Along it the distance to the nearest wall
    is, on either side, the least of straight functions: between two ends of walls it is concave,
    and so is the sum of both sides. The least sum is therefore found at an end of a wall, at the
    end of a piece, or where a wall leaves the reach; these places are looked at and no others.

    Nothing is measured where a ray meets a footprint that the segment touches. On the outer side of
    a bend there is a wedge that no ray of either piece goes into.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("service", [(0, 0), (50, 0)])])
    >>> houses = [shapely.box(0, 1.5, 20, 9), shapely.box(10, -9, 40, -2)]
    >>> found = facade_gaps(town, houses)
    >>> found.gap_m.tolist(), found.xy.tolist()
    ([3.5], [[10.0, 0.0]])
    >>> facade_gaps(town, []).gap_m.tolist()
    [nan]
    """
    polygons, owner = _polygons(footprints)
    measured = network.for_trucks & ~network.beside_a_road
    measured &= ~network.on_bridge & ~network.in_tunnel
    pieces = _pieces(network, measured)
    tree = shapely.STRtree(polygons)
    chosen = np.flatnonzero(measured)
    touching, touched = tree.query(network.lines[chosen], predicate="intersects")
    touching = chosen[touching]
    inside_m = shapely.length(shapely.intersection(network.lines[touching], polygons[touched]))
    over = inside_m > _TOUCH_M
    drawn_over = np.zeros(network.n_segments, dtype=bool)
    drawn_over[touching[over]] = True
    piece, walls = _walls_beside(pieces, polygons, touching * len(polygons) + touched)
    left_out = _left_out(pieces, polygons, touching, touched)
    place, gap_m = _gaps(pieces, piece, walls, left_out)
    at = np.searchsorted(pieces.offset_m, place + 0.5, side="right") - 1
    gaps = np.full(network.n_segments, np.nan)
    xy = np.full((network.n_segments, 2), np.nan)
    # Along parallel walls the last digits differ: the first place of the least gap is taken.
    order = np.lexsort((place, np.round(gap_m, 4), pieces.segment[at]))
    segment, at = pieces.segment[at[order]], at[order]
    first = np.flatnonzero(np.r_[True, np.diff(segment) != 0]) if len(order) else order
    along = place[order[first]] - pieces.offset_m[at[first]]
    gaps[segment[first]] = gap_m[order[first]]
    xy[segment[first]] = pieces.start_xy[at[first]] + pieces.along_xy[at[first]] * along[:, None]
    return Facades(gaps, xy, drawn_over, touching[over], owner[touched[over]])


def measured_facades(
    network: Network, footprints: gpd.GeoDataFrame, findings: Findings
) -> Facades | None:
    """Measure gaps between facades, and tell what is wrong with the footprints.

    Parameters
    ----------
    network
        The network.
    footprints
        ``house_id`` and polygons in the network's CRS; ``attrs["file"]`` names their file.
    findings
        Takes note of footprints drawn over a road, and of a layer that lies beside its place.

    Returns
    -------
    The gaps; None where the layer is shifted, for a gap would be a guess then.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("service", [(0, 0), (50, 0)])])
    >>> house = gpd.GeoDataFrame({"house_id": ["h"]}, geometry=[shapely.box(9, -3, 20, 3)])
    >>> findings = Findings()
    >>> measured_facades(town, house, findings).gap_m.tolist()
    [nan]
    >>> [finding.code for finding in findings]
    ['building_over_road']
    """
    file = footprints.attrs.get("file")
    geometry = footprints.geometry.to_numpy()
    shift = layer_shift(network, geometry)
    if shift.is_certain:
        findings.add(
            "warning",
            "buildings_shifted",
            Message(
                "the buildings lie beside their place on the roads: {inside_m:,.0f} m of road run "
                "in buildings, and only {best_m:,.0f} m if all buildings are moved by "
                "{east_m:+.0f} m to the east and {north_m:+.0f} m to the north; no width is taken "
                "from facades"
            ),
            remedy=Message(
                "compare both layers with an aerial picture and move the wrong one by that much "
                "(the roads the other way)"
            ),
            params={
                "inside_m": shift.inside_m,
                "best_m": shift.best_m,
                "east_m": shift.east_m,
                "north_m": shift.north_m,
            },
            file=file,
        )
        return None
    facades = facade_gaps(network, geometry)
    under_roof = (network.tag("tunnel") == "building_passage") | (network.tag("covered") == "yes")
    reported = ~network.of_segments(under_roof)[facades.over_segment]
    ids = np.unique(footprints["house_id"].to_numpy(str)[facades.over_footprint[reported]])
    if len(ids):
        findings.add(
            "hint",
            "building_over_road",
            Message(
                "{count} buildings are drawn over a road (first: {first}); the {roads} stretches "
                "of road that run in them take no width from facades"
            ),
            remedy=Message(
                "correct the road or the building in OpenStreetMap; where the road leads through "
                "the building, map tunnel=building_passage"
            ),
            params={
                "count": len(ids),
                "first": ", ".join(ids[:3]),
                "roads": len(np.unique(facades.over_segment[reported])),
            },
            file=file,
        )
    return replace(facades, file=file)


def _polygons(footprints: Any) -> tuple[Any, IntArray]:
    """Return valid polygons without area-less leftovers, and the footprint of each."""
    shapes = np.array(footprints, dtype=object)
    crooked = ~shapely.is_valid(shapes)
    shapes[crooked] = shapely.make_valid(shapes[crooked])
    parts, owner = shapely.get_parts(shapes, return_index=True)
    # What is left of a crooked outline may be a collection of polygons and lines.
    parts, within = shapely.get_parts(parts, return_index=True)
    areal = shapely.get_type_id(parts) == 3
    return parts[areal], owner[within[areal]]


def _pieces(network: Network, measured: BoolArray) -> _Pieces:
    inner = measured[network.vertex_segment]
    inner[network.segment_start[1:] - 1] = False
    vertex = np.flatnonzero(inner)
    start = network.vertex_xy[vertex]
    vector = network.vertex_xy[vertex + 1] - start
    length_m = np.hypot(*vector.T)
    long = length_m > 0
    length_m = length_m[long]
    offset_m = np.concatenate([[0.0], np.cumsum(length_m + 1.0)])[:-1]
    along_xy = vector[long] / length_m[:, None]
    segment = network.vertex_segment[vertex[long]]
    return _Pieces(segment, start[long], along_xy, length_m, offset_m)


def _walls_beside(pieces: _Pieces, polygons: Any, touched: IntArray) -> tuple[IntArray, _Walls]:
    """Return the parts of walls that rays from each piece can hit, and the piece of each.

    ``touched`` holds pairs of segment and polygon, as one number, whose walls are left out.
    Distances are positive on the left and negative on the right.
    """
    rings, of_ring = shapely.get_rings(polygons, return_index=True)
    xy, of_vertex = shapely.get_coordinates(rings, return_index=True)
    vertex = np.flatnonzero(of_vertex[1:] == of_vertex[:-1])
    ends = np.stack([xy[vertex], xy[vertex + 1]], axis=1)
    polygon = of_ring[of_vertex[vertex]]
    tree = shapely.STRtree(np.asarray(shapely.linestrings(ends)))
    piece, wall = tree.query(pieces.lines, predicate="dwithin", distance=REACH_M)
    pair = pieces.segment[piece] * len(polygons) + polygon[wall]
    free = ~np.isin(pair, touched)
    piece, wall = piece[free], wall[free]
    along, off = pieces.local(piece, ends[wall, 0])
    next_along, next_off = pieces.local(piece, ends[wall, 1])
    step, rise = next_along - along, next_off - off
    begin, end = np.zeros(len(piece)), np.ones(len(piece))
    for value, change, low, high in (
        (along, step, 0.0, pieces.length_m[piece]),
        (off, rise, -REACH_M, REACH_M),
    ):
        flat = change == 0
        share = np.divide(
            [low - value, high - value], change, where=~flat, out=np.zeros((2, len(flat)))
        )
        always = (low <= value) & (value <= high)
        enters = np.where(flat, np.where(always, 0.0, 2.0), share.min(axis=0))
        leaves = np.where(flat, np.where(always, 1.0, -1.0), share.max(axis=0))
        begin, end = np.maximum(begin, enters), np.minimum(end, leaves)
    hit = begin <= end
    piece = piece[hit]
    first, last = (
        (pieces.offset_m[piece] + (along + share * step)[hit], (off + share * rise)[hit])
        for share in (begin, end)
    )
    turned = first[0] > last[0]
    return piece, _Walls(
        begin=np.where(turned, last[0], first[0]),
        end=np.where(turned, first[0], last[0]),
        begin_off=np.where(turned, last[1], first[1]),
        end_off=np.where(turned, first[1], last[1]),
    )


def _left_out(
    pieces: _Pieces, polygons: Any, touching: IntArray, touched: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return where on the scale stretches beside touched polygons begin and end."""
    first = np.searchsorted(pieces.segment, touching, side="left")
    count = np.searchsorted(pieces.segment, touching, side="right") - first
    piece = np.repeat(first - np.cumsum(count) + count, count) + np.arange(count.sum())
    polygon = np.repeat(touched, count)
    start, along = pieces.start_xy[piece], pieces.along_xy[piece]
    end = start + along * pieces.length_m[piece, None]
    side = pieces.left_xy[piece] * REACH_M
    bands = shapely.polygons(np.stack([start + side, end + side, end - side, start - side], axis=1))
    # Each part of a polygon within the band stands beside one stretch of the piece.
    parts, pair = shapely.get_parts(
        shapely.intersection(polygons[polygon], bands), return_index=True
    )
    xy, part = shapely.get_coordinates(parts, return_index=True)
    beside = piece[pair[part]]
    place = pieces.offset_m[beside] + pieces.local(beside, xy)[0]
    opens = np.flatnonzero(np.r_[True, np.diff(part) != 0]) if len(part) else part
    # Where it ends the ray still meets it: what is measured begins right beyond.
    begin = np.minimum.reduceat(place, opens) - 10 * _SAME_PLACE_M
    end = np.maximum.reduceat(place, opens) + 10 * _SAME_PLACE_M
    return begin, end


def _gaps(
    pieces: _Pieces, piece: IntArray, walls: _Walls, left_out: tuple[FloatArray, FloatArray]
) -> tuple[FloatArray, FloatArray]:
    """Return the places with a wall on both sides where a gap can be least, and the gaps."""
    on_left = walls.begin_off + walls.end_off > 0
    sides = [
        np.bincount(piece[which], minlength=len(pieces.segment)) > 0
        for which in (on_left, ~on_left)
    ]
    facing = (sides[0] & sides[1])[piece]
    on_left, walls = on_left[facing], walls.taken(facing)
    place = np.unique(np.concatenate([walls.begin, walls.end, *left_out]))
    place = place[~_within(place, *left_out)]
    gap_m = np.zeros(len(place))
    for which in (on_left, ~on_left):
        gap_m += _nearest(place, walls.taken(which))
    both = np.isfinite(gap_m)
    return place[both], gap_m[both]


def _within(place: FloatArray, begin: FloatArray, end: FloatArray) -> BoolArray:
    """Which of some ascending places lie within any of the stretches, their ends not counted."""
    depth = np.zeros(len(place) + 1, dtype=np.int64)
    first = np.searchsorted(place, begin + _SAME_PLACE_M, side="right")
    after = np.searchsorted(place, end - _SAME_PLACE_M, side="left")
    np.add.at(depth, first, 1)
    np.add.at(depth, np.maximum(after, first), -1)
    return np.cumsum(depth)[:-1] > 0


def _nearest(place: FloatArray, walls: _Walls) -> FloatArray:
    """Return the distance to the nearest wall at each of some ascending places."""
    nearest = np.full(len(place), np.inf)
    first = np.searchsorted(place, walls.begin - _SAME_PLACE_M, side="left")
    count = np.searchsorted(place, walls.end + _SAME_PLACE_M, side="right") - first
    for some in _chunks(count):
        wall = np.repeat(np.arange(some.start, some.stop), count[some])
        before = np.cumsum(count[some]) - count[some]
        at = np.repeat(first[some] - before, count[some]) + np.arange(len(wall))
        begin, end = walls.begin[wall], walls.end[wall]
        begin_off, end_off = walls.begin_off[wall], walls.end_off[wall]
        length = end - begin
        across = length <= _SAME_PLACE_M
        share = np.divide(place[at] - begin, length, where=~across, out=np.zeros(len(wall)))
        off = begin_off + np.clip(share, 0.0, 1.0) * (end_off - begin_off)
        off = np.where(across, np.minimum(np.abs(begin_off), np.abs(end_off)), np.abs(off))
        np.minimum.at(nearest, at, off)
    return nearest


def _chunks(count: IntArray) -> Iterator[slice]:
    """Yield slices over walls that make up about `_PAIRS_AT_ONCE` pairs each."""
    group = np.cumsum(count) // _PAIRS_AT_ONCE
    edges = np.flatnonzero(np.diff(group, prepend=-1, append=-1))
    yield from map(slice, edges[:-1], edges[1:])
