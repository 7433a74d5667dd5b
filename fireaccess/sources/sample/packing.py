"""Line roads with houses that stand on no road, no pond and no other house."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import hypot

from fireaccess.sources.sample.drawing import Dice, Ground, Road

CELL_M = 20.0
"""Side of the squares by which neighbours are found."""

OVERLAP_M = 0.05
"""Shapes that share less than this only touch."""


@dataclass(frozen=True)
class Plots:
    """How a place is built up; all pairs are least and most.

    Parameters
    ----------
    frontage_m, depth_m
        Size of a house along and away from its road.
    setback_m
        From the edge of the road to the house.
    gap_share, gap_m
        How often a plot beside a house lies empty, and how wide it is.
    """

    frontage_m: tuple[float, float]
    depth_m: tuple[float, float]
    setback_m: tuple[float, float]
    gap_share: float
    gap_m: tuple[float, float]


@dataclass(frozen=True)
class House:
    """One house: its road, its number there, and its four corners on the ground."""

    road: Road
    number: int
    corners: tuple[Ground, ...]

    @property
    def centre(self) -> Ground:
        """The middle of the house."""
        return Ground(
            round(sum(corner.east_m for corner in self.corners) / 4, 2),
            round(sum(corner.north_m for corner in self.corners) / 4, 2),
        )


class _Shape:
    """A convex outline, with what is needed to tell whether two of them overlap."""

    def __init__(self, corners: Sequence[tuple[float, float]]) -> None:
        self.corners = tuple(corners)
        xs = [x for x, _ in corners]
        ys = [y for _, y in corners]
        self.box = (min(xs), min(ys), max(xs), max(ys))
        self._sides: list[tuple[float, float, float, float]] = []
        for start, end in pairwise([*corners, corners[0]]):
            length = hypot(end[0] - start[0], end[1] - start[1])
            normal = (end[1] - start[1]) / length, (start[0] - end[0]) / length
            reach = [x * normal[0] + y * normal[1] for x, y in corners]
            self._sides.append((*normal, min(reach), max(reach)))

    def overlaps(self, other: _Shape) -> bool:
        mine, theirs = self.box, other.box
        if (
            mine[2] <= theirs[0]
            or theirs[2] <= mine[0]
            or mine[3] <= theirs[1]
            or theirs[3] <= mine[1]
        ):
            return False
        return not (self._parted_from(other) or other._parted_from(self))

    def _parted_from(self, other: _Shape) -> bool:
        for across, along, low, high in self._sides:
            reach = [x * across + y * along for x, y in other.corners]
            if max(reach) < low + OVERLAP_M or min(reach) > high - OVERLAP_M:
                return True
        return False


class _Squares:
    """Shapes by the squares of ground that they touch."""

    def __init__(self) -> None:
        self._shapes: dict[tuple[int, int], list[_Shape]] = {}

    def add(self, shape: _Shape) -> None:
        for cell in self._cells(shape):
            self._shapes.setdefault(cell, []).append(shape)

    def free(self, shape: _Shape) -> bool:
        return not any(
            shape.overlaps(other)
            for cell in self._cells(shape)
            for other in self._shapes.get(cell, ())
        )

    @staticmethod
    def _cells(shape: _Shape) -> Iterator[tuple[int, int]]:
        low_x, low_y, high_x, high_y = (int(side // CELL_M) for side in shape.box)
        for x in range(low_x, high_x + 1):
            for y in range(low_y, high_y + 1):
                yield x, y


def line_with_houses(
    roads: Sequence[Road],
    *,
    plots: Plots,
    keep_free: Iterable[Sequence[Ground]],
    inside: Callable[[Ground], bool],
    dice: Dice,
) -> list[House]:
    """Return houses on both sides of the roads, odd numbers on the left, even on the right.

    Parameters
    ----------
    roads
        In the order in which they are built up; all of them are kept free of houses.
    keep_free
        Convex outlines of ponds and the like.
    inside
        Tells whether a house may stand with its middle there.

    Examples
    --------
    >>> lane = Road("Ngõ 1", [], {}, room_m=3.0, line=[Ground(0, 0), Ground(0, 40)])
    >>> plots = Plots((4, 4), (10, 10), (0, 0), 0, (0, 0))
    >>> houses = line_with_houses(
    ...     [lane], plots=plots, keep_free=[], inside=lambda place: True, dice=Dice(1))
    >>> len(houses), houses[0].number, houses[0].centre
    (20, 1, Ground(east_m=-6.5, north_m=2.0))
    """
    taken = _Squares()
    for outline in keep_free:
        taken.add(_Shape(outline))
    for road in roads:
        for start, end in pairwise(road.line):
            if road.room_m:
                taken.add(_strip(start, end, 0.0, _length(start, end), -0.5, 0.5, road.room_m))
    houses: list[House] = []
    for road in roads:
        if road.lined:
            for side in (1, -1):
                houses += _row(road, side, plots=plots, taken=taken, inside=inside, dice=dice)
    return houses


def _row(
    road: Road,
    side: int,
    *,
    plots: Plots,
    taken: _Squares,
    inside: Callable[[Ground], bool],
    dice: Dice,
) -> Iterator[House]:
    """Build one side of a road, from its start on."""
    number = 1 if side == 1 else 2
    for start, end in pairwise(road.line):
        length = _length(start, end)
        along = 0.0
        while True:
            frontage = dice.between(*plots.frontage_m)
            if along + frontage > length + 0.5:
                break
            setback = road.room_m / 2 + dice.between(*plots.setback_m)
            deep = dice.between(*plots.depth_m)
            for depth in (deep, deep * 0.75, deep * 0.55):
                near, far = side * setback, side * (setback + depth)
                shape = _strip(start, end, along, along + frontage, near, far, 1.0)
                if not taken.free(shape):
                    continue
                house = House(road, number, tuple(_centimetres(corner) for corner in shape.corners))
                if inside(house.centre):
                    taken.add(shape)
                    yield house
                    number += 2
                    along += frontage
                    if dice.happens(plots.gap_share):
                        along += dice.between(*plots.gap_m)
                    break
            else:
                along += 1.0


def _strip(
    start: Ground,
    end: Ground,
    begin: float,
    stop: float,
    near: float,
    far: float,
    scale: float,
) -> _Shape:
    """Return the rectangle beside a stretch, from ``near`` to ``far`` to its left."""
    length = _length(start, end)
    across = (end.east_m - start.east_m) / length
    along = (end.north_m - start.north_m) / length
    return _Shape(
        [
            (
                start.east_m + across * far_along - along * aside * scale,
                start.north_m + along * far_along + across * aside * scale,
            )
            for far_along, aside in ((begin, near), (stop, near), (stop, far), (begin, far))
        ]
    )


def _length(start: Ground, end: Ground) -> float:
    return hypot(end.east_m - start.east_m, end.north_m - start.north_m)


def _centimetres(corner: tuple[float, float]) -> Ground:
    return Ground(round(corner[0], 2), round(corner[1], 2))
