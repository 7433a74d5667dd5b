"""Routes: the true ways behind the metres, as trees, and one of them as a line when asked for.

The shortest ways to one kind of thing form a tree, which the search for the metres has found
already. Kept is how the way goes on from each vertex or passage, and where each house joins it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import shapely

from fireaccess.analysis.houses import Doors, HoseLines, TruckWays, WaysOnFoot
from fireaccess.analysis.water import Objects, PointAnswers, WaterAnswers
from fireaccess.model.answers import FloatArray, IntArray, ObjectArray
from fireaccess.network.paths import NOWHERE, FootGraph, Leaves

#: What a way on foot leads to: a stand of the worst or of the best case, or an object.
OnFoot = Literal["hose", "hose_best", "hydrant", "water", "water_best", "point"]
#: What a truck drives to.
Driven = Literal["houses", "alleys", "barriers"]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Routes:
    """The ways of all houses on foot, and those of the truck, in the order of the network.

    Parameters
    ----------
    graph
        The foot graph.
    doors, houses
        The houses' doors, and the houses' geometries in the analysis CRS.
    objects
        The objects that the ways lead to, by kind of way; none for the two kinds of hose line.
    on_foot
        The ways on foot, by kind.
    before, begin_m
        The passage before each on the truck's shortest way, `NOWHERE` where that begins; and how
        far along its first passage it begins: at the end of the starting piece, or where the
        engine's station is. NaN elsewhere. Shapes ``(2 s,)``.
    last
        The last passage of the truck's way to each house's stand, to where it stops for each alley,
        and to each barrier in or at the area; `NOWHERE` where it doesn't get.

    Examples
    --------
    A house beside an alley, whose hose is laid from the corner, and a hydrant beyond the corner:

    >>> import geopandas as gpd; import pandas as pd
    >>> from fireaccess.analysis.houses import find_doors
    >>> from fireaccess.analysis.water import nearest_object
    >>> from fireaccess.network.drawn import drawn_network
    >>> from fireaccess.network.paths import approach, foot_graph, nearest_vertex
    >>> from fireaccess.network.place import Snapper
    >>> from fireaccess.project import Settings
    >>> town = drawn_network(
    ...     [("primary", [(0, 0), (50, 0), (99, 0)]), ("service", [(50, 0), (50, 80)])])
    >>> graph = foot_graph(town, np.ones(town.n_nodes, bool))
    >>> snapper = Snapper(town, town.has_doors)
    >>> frame = pd.DataFrame({"geometry": [shapely.Point(57, 60)], "address": None})
    >>> doors = find_doors(snapper, frame, Settings())
    >>> stands = nearest_vertex(graph, np.array([0, 1, 2]))
    >>> nothing = np.full(graph.n_vertices, NOWHERE)
    >>> hose = WaysOnFoot(
    ...     leaves=approach(graph, stands.distance_m, doors.places).leaves, row=nothing[:1],
    ...     onward=stands.onward(graph), ending=nothing)
    >>> hydrants = gpd.GeoDataFrame(geometry=[shapely.Point(90, 3)])
    >>> works = np.array([True])
    >>> objects = Objects(
    ...     hydrants, snapper.nearest(hydrants.geometry.to_numpy(), 30.0), works, works)
    >>> found = nearest_object(graph, objects, works, doors)
    >>> routes = Routes(
    ...     graph, doors, frame["geometry"].to_numpy(), {"hydrant": objects},
    ...     {"hose": hose, "hydrant": found.ways}, before=np.full(6, NOWHERE),
    ...     begin_m=np.array([50.0, 0, 49, 0, 0, 0]), last={"houses": np.array([0])})
    >>> print(routes.hose_line(0))
    LINESTRING (50 0, 50 60, 57 60)
    >>> print(routes.line_to("hydrant", 0), found.distance_m.tolist())
    LINESTRING (90 3, 90 0, 50 0, 50 60, 57 60) [110.0]
    >>> print(routes.truck_way(0))
    LINESTRING (50 0, 50 0)
    """

    graph: FootGraph
    doors: Doors
    houses: ObjectArray
    objects: Mapping[OnFoot, Objects]
    on_foot: Mapping[OnFoot, WaysOnFoot]
    before: IntArray
    begin_m: FloatArray
    last: Mapping[Driven, IntArray]

    def __repr__(self) -> str:
        return f"<Routes of {self.doors.count} houses: {', '.join(self.on_foot)}>"

    def hose_line(self, house: int, *, best: bool = False) -> shapely.LineString | None:
        """Return the hose line to a house, from its stand past its door to the house itself.

        Parameters
        ----------
        house
            Row of the house.
        best
            In the best case rather than in the worst.

        Returns
        -------
        A line in the analysis CRS, as long as ``hose_m`` or ``hose_best_m``; None where there is
        no way, or no door. A house that stands on its stand has a line of two equal points.
        """
        return self._on_foot("hose_best" if best else "hose", house)

    def line_to(
        self, kind: Literal["hydrant", "water", "water_best", "point"], house: int
    ) -> shapely.LineString | None:
        """Return the way from the nearest object of a kind to a house.

        Parameters
        ----------
        kind
            The nearest hydrant, water (of the worst or of the best case) or fire point.
        house
            Row of the house.

        Returns
        -------
        A line in the analysis CRS, as long as ``hydrant_m``, ``water_m``, ``water_best_m`` or
        ``point_m``; None where there is no way, or no door.
        """
        return self._on_foot(kind, house)

    def truck_way(self, row: int, *, to: Driven = "houses") -> shapely.LineString | None:
        """Return the truck's shortest way to where it stops for a house, an alley or a barrier.

        Parameters
        ----------
        row
            Row of the layer ``to``.
        to
            Which layer that is.

        Returns
        -------
        A line in the analysis CRS, of a house as long as ``truck_m``; None where no truck gets
        there. On the starting piece, where nothing counts, it has two equal points.
        """
        passage = int(self.last[to][row])
        if passage < 0:
            return None
        length = self.graph.network.segment_length_m
        end_m = float(length[passage // 2])
        if to == "houses" and self.on_foot["hose"].leaves[row] == Leaves.THERE:
            along_m = float(self.doors.places.along_m[self._place_of(row)])
            end_m = end_m - along_m if passage % 2 else along_m
        pieces = []
        while True:
            before = int(self.before[passage])
            begin_m = min(float(self.begin_m[passage]), end_m) if before < 0 else 0.0
            pieces.append(self._driven(passage, begin_m, end_m))
            if before < 0:
                return _line(pieces[::-1])
            passage, end_m = before, float(length[before // 2])

    def _on_foot(self, kind: OnFoot, house: int) -> shapely.LineString | None:
        """Walk from the house to what the way leads to, and return the way back."""
        ways, ends = self.on_foot[kind], (self.graph.end_u, self.graph.end_v)
        leaves = int(ways.leaves[house])
        if leaves == Leaves.NO_WAY:
            return None
        network = self.graph.network
        length, start, vertex_xy = (
            network.segment_length_m,
            network.segment_start,
            network.vertex_xy,
        )
        place = self._place_of(house)
        segment = int(self.doors.places.segment[place])
        along_m = float(self.doors.places.along_m[place])
        door = self._along(segment, along_m, along_m)
        pieces = [_nearest(self.houses[house], door[0]), door]
        if leaves != Leaves.THERE:
            side = leaves - Leaves.BY_U
            pieces.append(self._along(segment, along_m, side * length[segment]))
            vertex = int(ends[side][segment])
            while (segment := int(ways.onward[vertex])) >= 0:
                side = int(ends[0][segment] == vertex)
                whole = vertex_xy[start[segment] : start[segment + 1]]
                pieces.append(whole if side else whole[::-1])
                vertex = int(ends[side][segment])
        row = int(ways.row[house])
        if row >= 0:
            objects = self.objects[kind]
            place = int(np.searchsorted(objects.places.row, row))
            segment = int(objects.places.segment[place])
            at_m = float(objects.places.along_m[place])
            if leaves != Leaves.THERE:
                by_u, by_v = (bool(end[segment] == vertex) for end in ends)
                # On a loop both ends are there: the nearer one.
                from_u = by_u and (not by_v or at_m <= length[segment] - at_m)
                along_m = 0.0 if from_u else length[segment]
            pieces.append(self._along(segment, along_m, at_m))
            pieces.append(_nearest(objects.frame.geometry.iloc[row], pieces[-1][-1]))
        return _line([piece[::-1] for piece in pieces[::-1]])

    def _place_of(self, house: int) -> int:
        return int(np.searchsorted(self.doors.places.row, house))

    def _driven(self, passage: int, begin_m: float, end_m: float) -> FloatArray:
        """Return the coordinates of a piece of a passage, in the direction that it goes."""
        segment = passage // 2
        if passage % 2 == 0:
            return self._along(segment, begin_m, end_m)
        length = self.graph.network.segment_length_m[segment]
        return self._along(segment, length - begin_m, length - end_m)

    def _along(self, segment: int, from_m: float, to_m: float) -> FloatArray:
        """Return the coordinates of a piece of a segment, first and last place included."""
        network = self.graph.network
        here = slice(network.segment_start[segment], network.segment_start[segment + 1])
        along_m, xy = network.vertex_along_m[here], network.vertex_xy[here]
        low, high = min(from_m, to_m), max(from_m, to_m)
        ends = np.column_stack([np.interp((low, high), along_m, axis) for axis in xy.T])
        inner = xy[(along_m > low) & (along_m < high)]
        piece = np.concatenate([ends[:1], inner, ends[1:]])
        return piece if from_m <= to_m else piece[::-1]


def _nearest(shape: Any, xy: FloatArray) -> FloatArray:
    """Return the point of a shape nearest to a place."""
    return np.asarray(shapely.get_coordinates(shapely.shortest_line(shape, shapely.Point(xy)))[:1])


def _line(pieces: list[FloatArray]) -> shapely.LineString:
    """Join pieces that begin where the one before ends."""
    xy = np.concatenate(pieces)
    moves = np.r_[True, (np.diff(xy, axis=0) != 0).any(axis=1)]
    kept = xy[moves]
    return shapely.LineString(kept if len(kept) > 1 else kept[[0, 0]])


def routes_of(
    graph: FootGraph,
    doors: Doors,
    houses: ObjectArray,
    *,
    worst: HoseLines,
    best: HoseLines,
    water: WaterAnswers,
    points: PointAnswers,
    water_objects: Objects,
    point_objects: Objects,
    truck: TruckWays,
    stands_of_alleys: IntArray,
    barrier_nodes: IntArray,
) -> Routes:
    """Put together the ways that the analysis has found.

    Parameters
    ----------
    graph, doors, houses
        The foot graph, the houses' doors and their geometries.
    worst, best
        Hose lines of the two cases.
    water, points, water_objects, point_objects
        Nearest water and fire points, and those themselves.
    truck
        The truck's ways, of the worst case.
    stands_of_alleys, barrier_nodes
        Where the truck stops for each alley, `NOWHERE` for nowhere; and where each barrier stands.
    """
    network = graph.network
    _, arriving = truck.driven.to_node(network)
    return Routes(
        graph=graph,
        doors=doors,
        houses=houses,
        objects={
            "hydrant": water_objects,
            "water": water_objects,
            "water_best": water_objects,
            "point": point_objects,
        },
        on_foot={
            "hose": worst.ways,
            "hose_best": best.ways,
            "hydrant": water.hydrant.ways,
            "water": water.water.ways,
            "water_best": water.water_best.ways,
            "point": points.point.ways,
        },
        before=truck.driven.before,
        begin_m=truck.driven.begin * np.repeat(network.segment_length_m, 2),
        last={
            "houses": truck.last,
            "alleys": np.where(
                stands_of_alleys >= 0, arriving[np.maximum(stands_of_alleys, 0)], NOWHERE
            ),
            "barriers": arriving[barrier_nodes],
        },
    )
