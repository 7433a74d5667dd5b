"""Draw roads on a flat sheet and join them where they meet.

A sample is designed on squared paper, in metres. `Sheet.bend` then bends the paper a little, so
that the alleys wind as real ones do; what was joined on paper stays joined.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import ceil, hypot
from random import Random
from typing import NamedTuple, TypeVar

Thing = TypeVar("Thing")

TOUCH_M = 0.01
"""A point this near to a road's line on paper is a point of the road."""


class Paper(NamedTuple):
    """A point of the design, in metres on squared paper."""

    x_m: float
    y_m: float


class Ground(NamedTuple):
    """A point on the ground, in metres east and north of the sheet's origin, to the centimetre."""

    east_m: float
    north_m: float


class LonLat(NamedTuple):
    """A point in WGS 84, rounded to 7 decimals."""

    lon: float
    lat: float


class Dice:
    """Chance that falls alike on every machine: only `random.Random.random` is promised to.

    Examples
    --------
    >>> Dice(1).between(0, 10) == Dice(1).between(0, 10)
    True
    """

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def between(self, low: float, high: float) -> float:
        """Return a figure between two others."""
        return low + (high - low) * self._random.random()

    def whole(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + int((high - low + 1) * self._random.random())

    def happens(self, share: float) -> bool:
        """Tell whether something with this probability happens now."""
        return self._random.random() < share

    def pick(self, weighted: Sequence[tuple[Thing, float]]) -> Thing:
        """Return one of several things, by weight."""
        left = self._random.random() * sum(weight for _, weight in weighted)
        for thing, weight in weighted:
            left -= weight
            if left < 0:
                return thing
        return weighted[-1][0]

    def date(self, *, first_month: int = 1, last_month: int = 6) -> str:
        """Return a day of 2026, ISO."""
        return f"2026-{self.whole(first_month, last_month):02d}-{self.whole(1, 28):02d}"


@dataclass(eq=False)
class Road:
    """One way of the sheet: a road, an alley, or a line or ring of water.

    Parameters
    ----------
    title
        The name that house addresses use, also where the map lacks it.
    corners
        The design, on paper.
    tags
        Tags of the OSM way.
    room_m
        Width that houses keep free, pavements included.
    mapped
        False for lanes that people know and the map lacks.
    wind_m
        How far the points between junctions may stray sideways.
    """

    title: str
    corners: list[Paper]
    tags: dict[str, str]
    room_m: float = 0.0
    lined: bool = True
    mapped: bool = True
    wind_m: float = 0.0
    way_id: int = 0
    node_ids: list[int] = field(default_factory=list)
    line: list[Ground] = field(default_factory=list)

    @property
    def level(self) -> str:
        """What may meet: roads of one level share their points."""
        return self.tags.get("layer", "0")


@dataclass(frozen=True)
class Node:
    """One node of the OSM file."""

    node_id: int
    where: LonLat
    tags: Mapping[str, str]


class Sheet:
    """A sheet of roads, its place on earth, and its OSM objects.

    Parameters
    ----------
    origin
        WGS 84 place of ground (0, 0).
    degree_m
        Metres per degree of longitude and of latitude at the origin.
    bend
        From paper to ground.
    """

    def __init__(
        self,
        *,
        origin: LonLat,
        degree_m: tuple[float, float],
        bend: Callable[[Paper], tuple[float, float]],
        dice: Dice,
    ) -> None:
        self.roads: list[Road] = []
        self.nodes: dict[Paper, Node] = {}
        self._spots: dict[Paper, dict[str, str]] = {}
        self._origin = origin
        self._degree_m = degree_m
        self._bend = bend
        self._dice = dice

    def road(
        self,
        title: str,
        corners: Iterable[tuple[float, float]],
        tags: Mapping[str, str],
        *,
        room_m: float = 0.0,
        lined: bool = True,
        mapped: bool = True,
        named: bool = True,
        wind_m: float = 0.0,
    ) -> Road:
        """Draw one way; ``named`` tells whether the map has its name."""
        road = Road(
            title,
            [_paper(*corner) for corner in corners],
            {"name": title, **tags} if title and named else dict(tags),
            room_m=room_m,
            lined=lined,
            mapped=mapped,
            wind_m=wind_m,
        )
        self.roads.append(road)
        return road

    def spot(self, place: tuple[float, float], tags: Mapping[str, str]) -> Paper:
        """Set an OSM node, which becomes a point of the road that it lies on."""
        point = _paper(*place)
        self._spots[point] = dict(tags)
        return point

    def ground(self, x_m: float, y_m: float) -> Ground:
        """Go from paper to ground."""
        east, north = self._bend(Paper(x_m, y_m))
        return Ground(round(east, 2), round(north, 2))

    def lonlat(self, ground: Ground) -> LonLat:
        """Go from ground to WGS 84."""
        return LonLat(
            round(self._origin.lon + ground.east_m / self._degree_m[0], 7),
            round(self._origin.lat + ground.north_m / self._degree_m[1], 7),
        )

    def at(self, x_m: float, y_m: float) -> LonLat:
        """Go from paper to WGS 84."""
        return self.lonlat(self.ground(x_m, y_m))

    def ring(self, corners: Sequence[tuple[float, float]], *, step_m: float) -> list[LonLat]:
        """Return a closed line with points every ``step_m``, the same ones from either side."""
        points: list[LonLat] = []
        for start, end in pairwise([*corners, corners[0]]):
            low, high = sorted((start, end))
            pieces = max(1, ceil(hypot(high[0] - low[0], high[1] - low[1]) / step_m))
            edge = [
                self.at(
                    low[0] + (high[0] - low[0]) * part / pieces,
                    low[1] + (high[1] - low[1]) * part / pieces,
                )
                for part in range(pieces + 1)
            ]
            points.extend((edge if start == low else edge[::-1])[:-1])
        return [*points, points[0]]

    def junctions(self, road: Road) -> list[Paper]:
        """Return the points of a drawn road that are its ends, junctions or OSM nodes with tags."""
        others = {
            corner
            for other in self.roads
            if other is not road and other.mapped and "highway" in other.tags
            for corner in other.corners
        }
        first, last = road.corners[0], road.corners[-1]
        return [
            corner
            for corner in self._joined(road)
            if corner in others or corner in self._spots or corner in (first, last)
        ]

    def finish(self, *, first_id: int, step_m: float) -> None:
        """Join the roads, set points every ``step_m`` along them and number everything."""
        ways = first_id + 100_000
        for road in self.roads:
            points = list(self._between(road, step_m))
            road.line = [self.ground(*point) for point in points]
            if not road.mapped:
                continue
            ways += 1
            road.way_id = ways
            road.node_ids = [self._node(point, first_id).node_id for point in points]
        for point in self._spots:
            self._node(point, first_id)

    def node_at(self, point: Paper) -> Node:
        """Return the OSM node of a point on paper."""
        return self.nodes[point]

    def _node(self, point: Paper, first_id: int) -> Node:
        if point not in self.nodes:
            number = first_id + len(self.nodes) + 1
            self.nodes[point] = Node(number, self.at(*point), self._spots.get(point, {}))
        return self.nodes[point]

    def _joined(self, road: Road) -> list[Paper]:
        """Return the corners of a road, with those of others that lie on it."""
        if not road.mapped:
            return road.corners
        others = dict.fromkeys(
            corner
            for other in self.roads
            if other is not road
            and other.mapped
            and other.level == road.level
            and ("highway" in other.tags) == ("highway" in road.tags)
            for corner in other.corners
        )
        if "highway" in road.tags:
            others |= dict.fromkeys(self._spots)
        joined = [road.corners[0]]
        for start, end in pairwise(road.corners):
            inside = (other for other in others if _is_between(start, end, other))
            joined += sorted(inside, key=lambda p: hypot(p.x_m - start.x_m, p.y_m - start.y_m))
            joined.append(end)
        return joined

    def _between(self, road: Road, step_m: float) -> Iterator[Paper]:
        joined = self._joined(road)
        yield joined[0]
        for start, end in pairwise(joined):
            across, along = end.x_m - start.x_m, end.y_m - start.y_m
            length = hypot(across, along)
            pieces = max(1, ceil(length / step_m))
            for part in range(1, pieces):
                stray = self._dice.between(-road.wind_m, road.wind_m) if road.wind_m else 0.0
                yield _paper(
                    start.x_m + across * part / pieces - along / length * stray,
                    start.y_m + along * part / pieces + across / length * stray,
                )
            yield end


def _paper(x_m: float, y_m: float) -> Paper:
    return Paper(round(x_m, 2), round(y_m, 2))


def _is_between(start: Paper, end: Paper, point: Paper) -> bool:
    """Tell whether a point lies on a stretch, ends left out."""
    across, along = end.x_m - start.x_m, end.y_m - start.y_m
    length = hypot(across, along)
    from_start = point.x_m - start.x_m, point.y_m - start.y_m
    part = (from_start[0] * across + from_start[1] * along) / length
    aside = abs(from_start[0] * along - from_start[1] * across) / length
    return aside < TOUCH_M and TOUCH_M < part < length - TOUCH_M
