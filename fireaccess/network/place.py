"""Where houses, survey rows and water lie on the network: the nearest place of a segment."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import shapely

from fireaccess.model.answers import BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.network.network import Network
from fireaccess.sources.named import named_roads as named_roads

_FIRST_LOOK_M: Final = 8.0


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Places on segments, for those rows of a table that have one.

    Parameters
    ----------
    row
        Positions in the table, ascending; a row out of reach is missing here.
    segment
        The segment of each.
    along_m
        Distance from the segment's start.
    distance_m
        Straight distance from the row's geometry to the place.
    xy
        Coordinates of the place, shape ``(k, 2)``.
    """

    row: IntArray
    segment: IntArray
    along_m: FloatArray
    distance_m: FloatArray
    xy: FloatArray

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, chosen: Any) -> Places:
        """Return some of the places: those of a mask, of positions, or of a slice."""
        return Places(*(getattr(self, item.name)[chosen] for item in fields(self)))

    def followed_by(self, others: Places) -> Places:
        """Return these places and then the others."""
        pairs = ((getattr(self, item.name), getattr(others, item.name)) for item in fields(self))
        return Places(*map(np.concatenate, pairs))

    def found(self, count: int) -> BoolArray:
        """Which of ``count`` rows have a place."""
        mask = np.zeros(count, dtype=bool)
        mask[self.row] = True
        return mask


class Snapper:
    """Finds the nearest place among some segments of a network.

    Segments are indexed piece by straight piece: the boxes are tighter and the place on a piece is
    one projection.

    Parameters
    ----------
    network
        The network.
    eligible
        Segments that may be chosen, shape ``(s,)``.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("service", [(0, 0), (100, 0)]), ("service", [(0, 50), (100, 50)])])
    >>> places = Snapper(town, town.has_doors).nearest(shapely.points([[30, 10], [30, 400]]), 100)
    >>> places.row.tolist(), places.segment.tolist(), places.along_m.tolist()
    ([0], [0], [30.0])
    """

    def __init__(self, network: Network, eligible: BoolArray) -> None:
        self.network = network
        inner = np.ones(len(network.vertex_xy), dtype=bool)
        inner[network.segment_start[1:] - 1] = False
        inner &= eligible[network.vertex_segment]
        self.vertex = np.flatnonzero(inner)
        self.segment = network.vertex_segment[self.vertex]
        ends = np.stack(
            [network.vertex_xy[self.vertex], network.vertex_xy[self.vertex + 1]], axis=1
        )
        self.start_xy = ends[:, 0]
        self.vector = ends[:, 1] - ends[:, 0]
        self.pieces: Any = np.asarray(shapely.linestrings(ends))
        self.tree = shapely.STRtree(self.pieces)

    def nearest(self, geometry: Any, limit_m: float) -> Places:
        """Return the nearest place of each geometry within a limit; ties: the smaller segment.

        Parameters
        ----------
        geometry
            Points or shapes in the analysis CRS, shape ``(n,)``; from their edge if polygons.
        limit_m
            Farther is nowhere; math.inf for no limit.
        """
        geometry = np.asarray(geometry, dtype=object)
        if len(geometry) == 0 or len(self.pieces) == 0:
            return self._at(geometry, np.zeros(0, np.int64), np.zeros(0, np.int64))
        if np.isfinite(limit_m) and (shapely.get_type_id(geometry) == 0).all():
            return self._at(geometry, *self._nearest_of_points(geometry, limit_m))
        (row, piece), distance = self.tree.query_nearest(
            geometry,
            max_distance=limit_m if np.isfinite(limit_m) else None,
            return_distance=True,
            all_matches=True,
        )
        first = self._first(row, distance, piece)
        return self._at(geometry, row[first], piece[first])

    def _nearest_of_points(self, points: Any, limit_m: float) -> tuple[IntArray, IntArray]:
        """Return points and their nearest pieces, looking in ever larger squares around each.

        Most houses stand a few metres from their road: a small square holds few pieces, and the
        distances to those are one line of arithmetic.
        """
        xy = shapely.get_coordinates(points)
        squared = np.einsum("ij,ij->i", self.vector, self.vector)
        rows, pieces = [], []
        left = np.arange(len(xy))
        radius_m = min(_FIRST_LOOK_M, limit_m)
        while len(left):
            row, piece = self.tree.query(
                shapely.box(*(xy[left] - radius_m).T, *(xy[left] + radius_m).T)
            )
            row = left[row]
            out = xy[row] - self.start_xy[piece]
            share = np.einsum("ij,ij->i", out, self.vector[piece])
            span = squared[piece]
            share = np.clip(np.divide(share, span, out=np.zeros(len(row)), where=span > 0), 0, 1)
            distance = np.hypot(*(out - self.vector[piece] * share[:, None]).T)
            near = distance <= radius_m
            first = self._first(row[near], distance[near], piece[near])
            rows.append(row[near][first])
            pieces.append(piece[near][first])
            if radius_m >= limit_m:
                break
            left = np.setdiff1d(left, rows[-1], assume_unique=True)
            radius_m = min(4 * radius_m, limit_m)
        row, piece = np.concatenate(rows), np.concatenate(pieces)
        order = np.argsort(row)
        return row[order], piece[order]

    def nearest_named(self, geometry: Any, wanted: ObjectArray, limit_m: float) -> Places:
        """Return the nearest place on the road that each row wants, for rows that have one near.

        Parameters
        ----------
        geometry
            Points or shapes, shape ``(n,)``.
        wanted
            Normalised road name of each, None for rows that want none.
        limit_m
            How near the road must be.
        """
        asking = np.flatnonzero([name is not None for name in wanted])
        row, piece, distance = self._near(geometry, asking, limit_m)
        names = self.network.way_name[self.network.segment_way[self.segment[piece]]]
        same = names == wanted[row]
        row, piece, distance = row[same], piece[same], distance[same]
        first = self._first(row, distance, piece)
        return self._at(geometry, row[first], piece[first])

    def nearest_matching(self, geometry: Any, text: ObjectArray, limit_m: float) -> Places:
        """Return the nearest place of a near road whose name stands in each row's text.

        Of several such roads the one with the longest name is taken.

        Parameters
        ----------
        geometry
            Points or shapes, shape ``(n,)``.
        text
            Normalised text of each row; None or empty for rows that name no road.
        limit_m
            How near the road must be.
        """
        asking = np.flatnonzero([bool(t) for t in text])
        row, piece, distance = self._near(geometry, asking, limit_m)
        names = self.network.way_name[self.network.segment_way[self.segment[piece]]]
        stands = np.array(
            [bool(n) and f" {n} " in f" {t} " for n, t in zip(names, text[row], strict=True)], bool
        )
        row, piece, distance = row[stands], piece[stands], distance[stands]
        length = np.array([len(name) for name in names[stands]], dtype=np.int64)
        longest = np.zeros(len(geometry), dtype=np.int64)
        np.maximum.at(longest, row, length)
        keep = length == longest[row]
        row, piece, distance = row[keep], piece[keep], distance[keep]
        first = self._first(row, distance, piece)
        return self._at(geometry, row[first], piece[first])

    def _near(
        self, geometry: Any, asking: IntArray, limit_m: float
    ) -> tuple[IntArray, IntArray, FloatArray]:
        geometry = np.asarray(geometry, dtype=object)
        if len(asking) == 0 or len(self.pieces) == 0:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        row, piece = self.tree.query(geometry[asking], predicate="dwithin", distance=limit_m)
        row = asking[row]
        return row, piece, np.asarray(shapely.distance(geometry[row], self.pieces[piece]))

    def _first(self, row: IntArray, distance: FloatArray, piece: IntArray) -> IntArray:
        """Return for each row the entry with the least distance, then segment, then place."""
        order = np.lexsort((piece, distance, row))
        kept = np.r_[True, np.diff(row[order]) != 0] if len(order) else np.zeros(0, bool)
        return np.asarray(order[kept], dtype=np.int64)

    def _at(self, geometry: Any, row: IntArray, piece: IntArray) -> Places:
        network = self.network
        segment = self.segment[piece]
        shapes = np.asarray(geometry, dtype=object)[row]
        is_point = shapely.get_type_id(shapes) == 0
        target = np.column_stack([shapely.get_x(shapes), shapely.get_y(shapes)])
        # A shape meets the whole segment, not only one piece of it.
        other = np.flatnonzero(~is_point)
        if len(other):
            lines = network.lines[segment[other]]
            shortest = shapely.shortest_line(shapes[other], lines)
            end = shapely.get_point(shortest, -1)
            target[other] = np.column_stack([shapely.get_x(end), shapely.get_y(end)])
        start, vector = self.start_xy[piece], self.vector[piece]
        squared = np.einsum("ij,ij->i", vector, vector)
        share = np.einsum("ij,ij->i", target - start, vector)
        share = np.clip(
            np.divide(share, squared, out=np.zeros_like(share), where=squared > 0), 0, 1
        )
        xy = start + vector * share[:, None]
        along = network.vertex_along_m[self.vertex[piece]] + share * np.sqrt(squared)
        distance = np.hypot(*(target - xy).T) if len(row) else np.zeros(0)
        if len(other):
            along[other] = shapely.line_locate_point(lines, end)
            xy[other] = target[other]
            distance[other] = shapely.length(shortest)
        # Adding up pieces may pass the end by the last digit; no way is shorter than nothing.
        along = np.minimum(along, network.segment_length_m[segment])
        return Places(row, segment, along, distance, xy)


def combine(preferred: Places, otherwise: Places) -> Places:
    """Return the preferred place of each row that has one, else the other."""
    both = preferred.followed_by(otherwise[~np.isin(otherwise.row, preferred.row)])
    return both[np.argsort(both.row, kind="stable")]
