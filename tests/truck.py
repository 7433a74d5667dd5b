"""A simulated truck at simulated junctions, which knows nothing of any formula for turns.

Every junction is turned so that the truck comes along the x axis and turns left, round the inner
corner at the origin. Two numbers say where a point lies: ``q``, how far it is to the right of the
inner wall of the arriving street, and ``s``, how far it is to the right of the inner wall of the
leaving one. All that is no road are wedges, each bounded by one line of equal q and one of equal s.

A truck is a rectangle that follows its rear axle: no step goes sideways, and the front outer corner
never runs on a circle tighter than the truck's own. The wheels may turn at once, and they only roll
forward. A drive is sought in coarse steps and counts as it comes out in steps of at most 5 cm.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray

from fireaccess.model.vehicle import Vehicle

Floats = NDArray[np.float64]

STEP_M = 0.05
#: What a drive may be short of and still be called free of collisions: rounding of numbers.
TOUCH_M = 1e-6


@dataclass(frozen=True)
class Truck:
    """The measures of a truck that matter when it turns."""

    width_m: float
    ahead_m: float
    """Rear axle to front bumper."""
    behind_m: float
    """Rear axle to rear bumper."""
    radius_m: float
    """Outer turning radius, wall to wall."""

    @classmethod
    def of(cls, vehicle: Vehicle) -> Truck:
        ahead_m = vehicle.axle_to_bumper_m
        return cls(
            width_m=vehicle.width_m.value,
            ahead_m=ahead_m,
            behind_m=vehicle.length_m.value - ahead_m,
            radius_m=vehicle.turning_radius_m.value,
        )

    @property
    def length_m(self) -> float:
        return self.ahead_m + self.behind_m

    @property
    def most_curved(self) -> float:
        """Curvature of the rear axle's path when the wheels are turned as far as they go."""
        return 1 / (math.sqrt(self.radius_m**2 - self.ahead_m**2) - self.width_m / 2)


@dataclass(frozen=True)
class Junctions:
    """Junctions as four wedges without road each; all fields have one value per junction.

    No road are: left of both inner walls; farther than ``leaving_m`` from the leaving street's
    inner wall and nearer than ``ahead_from_m`` to the arriving one's; farther than ``arriving_m``
    from the arriving street's inner wall and nearer than ``side_from_m`` to the leaving one's; and
    beyond both ``ahead_to_m`` and ``side_to_m``. So an outer wall is whole where ``…_from_m`` is
    infinite, and ends at an arm going on ahead, or at one going off to the outer side, elsewhere.
    """

    arriving_m: Floats
    leaving_m: Floats
    deflection_deg: Floats
    ahead_from_m: Floats
    ahead_to_m: Floats
    side_from_m: Floats
    side_to_m: Floats

    def __len__(self) -> int:
        return self.arriving_m.size

    def __getitem__(self, rows: slice | NDArray[np.bool_] | NDArray[np.intp]) -> Junctions:
        return Junctions(*(getattr(self, field.name)[rows] for field in fields(self)))

    @property
    def wedges(self) -> tuple[tuple[int, Floats, int, Floats], ...]:
        """Side and place in q, side and place in s: −1 is all that is less, +1 all that is more."""
        zero = np.zeros_like(self.arriving_m)
        return (
            (-1, zero, -1, zero),
            (-1, self.ahead_from_m, +1, self.leaving_m),
            (+1, self.arriving_m, -1, self.side_from_m),
            (+1, self.ahead_to_m, +1, self.side_to_m),
        )


def bends(arriving_m: Floats, leaving_m: Floats, deflection_deg: Floats) -> Junctions:
    """Junctions of two arms: both outer walls are whole and meet in a point."""
    a, b, angle = np.broadcast_arrays(
        *(np.asarray(given, dtype=float) for given in (arriving_m, leaving_m, deflection_deg))
    )
    never = np.full(a.shape, np.inf)
    return Junctions(a, b, angle, never, never, never, never)


def tees_into_the_stem(plain: Junctions, ahead_m: Floats) -> Junctions:
    """The same turns, with an arm ahead: its width counts from the arriving street's outer wall."""
    return replace(plain, ahead_from_m=plain.arriving_m - ahead_m)


def tees_from_the_stem(plain: Junctions, side_m: Floats) -> Junctions:
    """The same turns, with an arm to the outer side, in line with the leaving street."""
    return replace(plain, side_from_m=plain.leaving_m - side_m)


def crossings(plain: Junctions, ahead_m: Floats, side_m: Floats, set_back_m: Floats) -> Junctions:
    """The same turns with both arms; the far corner is ``set_back_m`` back from both walls."""
    with_both = tees_from_the_stem(tees_into_the_stem(plain, ahead_m), side_m)
    return replace(
        with_both,
        ahead_to_m=plain.arriving_m + set_back_m,
        side_to_m=plain.leaving_m + set_back_m,
    )


@dataclass(frozen=True)
class Poses:
    """Where the rear axle is and where the truck heads; (junctions, drives, poses)."""

    x_m: Floats
    y_m: Floats
    heading: Floats


def clearance_m(junctions: Junctions, truck: Truck, poses: Poses) -> Floats:
    """Return how far each drive stays clear of all walls: (junctions, drives).

    Below 0 it is how deep the outline gets into a wall at worst. By the theorem of separating
    axes: the outline and a wedge are apart if they are so along a normal of an edge of either.
    """
    turn = np.radians(junctions.deflection_deg)[:, None, None]
    cos_turn, sin_turn = np.cos(turn), np.sin(turn)
    along_x, along_y = np.cos(poses.heading), np.sin(poses.heading)
    # The heading as seen from the leaving street.
    ahead_of = cos_turn * along_x + sin_turn * along_y
    left_of = sin_turn * along_x - cos_turn * along_y
    half_length, half_width = truck.length_m / 2, truck.width_m / 2
    middle = truck.ahead_m - half_length
    x, y = poses.x_m + middle * along_x, poses.y_m + middle * along_y
    q, s = -y, sin_turn * x - cos_turn * y
    reach_q = half_length * np.abs(along_y) + half_width * np.abs(along_x)
    reach_s = half_length * np.abs(left_of) + half_width * np.abs(ahead_of)
    least = np.full(poses.heading.shape, np.inf)
    for side_q, edge_q, side_s, edge_s in junctions.wedges:
        at_q, at_s = edge_q[:, None, None], edge_s[:, None, None]
        apart = side_s * (at_s - s) - reach_s if _bounds(side_s, edge_s) else -np.inf
        if _bounds(side_q, edge_q):
            apart = np.maximum(apart, side_q * (at_q - q) - reach_q)
        has_point = np.isfinite(at_q) & np.isfinite(at_s)
        if has_point.any():
            point_q, point_s = np.where(has_point, at_q, 0.0), np.where(has_point, at_s, 0.0)
            to_x, to_y = (point_s - cos_turn * point_q) / sin_turn - x, -point_q - y
            # The sides of the wedge run away from its point; an edge of the outline is between if
            # both run away from it.
            for to_point, first, second, half in (
                (
                    along_x * to_x + along_y * to_y,
                    side_s * along_x,
                    -side_q * ahead_of,
                    half_length,
                ),
                (along_x * to_y - along_y * to_x, -side_s * along_y, -side_q * left_of, half_width),
            ):
                beyond = np.sign(first + second) * to_point - half
                between = (first * second >= 0) & has_point
                apart = np.maximum(apart, np.where(between, beyond, -np.inf))
        least = np.minimum(least, apart)
    nearest: Floats = least.min(axis=-1)
    return nearest


def _bounds(side: int, edge_m: Floats) -> bool:
    """Whether any wedge ends there: a wedge that begins at infinity is a half-plane."""
    return not np.isneginf(side * edge_m).all()


@dataclass(frozen=True)
class Drives:
    """Drives in phases of one curvature each, which together turn by the deflection.

    Lanes have the shape (junctions, drives): where the rear axle goes before and after, as q and s.
    Curvature (left is above 0) and length have the shape (junctions, drives, phases).
    """

    arriving_lane_m: Floats
    leaving_lane_m: Floats
    curvature: Floats
    length_m: Floats

    def poses(self, junctions: Junctions, steps: Sequence[int]) -> Poses:
        """Return the poses at equal steps, so many for each phase, first and last included."""
        step = self.length_m / np.asarray(steps)
        bend = self.curvature * step
        # A step along a circle: its chord, in the direction halfway.
        chord = np.repeat(step * np.sinc(bend / (2 * np.pi)), steps, axis=-1)
        bend = np.repeat(bend, steps, axis=-1)
        heading = _from_zero(bend)
        halfway = heading[..., :-1] + bend / 2
        x, y = _from_zero(chord * np.cos(halfway)), _from_zero(chord * np.sin(halfway))
        y = y - self.arriving_lane_m[..., None]
        # The turn begins where it has to, to end in its lane.
        turn = np.radians(junctions.deflection_deg)[:, None]
        end_x = (self.leaving_lane_m + np.cos(turn) * y[..., -1]) / np.sin(turn)
        return Poses(x + (end_x - x[..., -1])[..., None], y, heading)

    def only(self, rows: NDArray[np.intp]) -> Drives:
        """Return one drive for each junction."""
        every = np.arange(rows.size)
        return Drives(*(getattr(self, field.name)[every, rows][:, None] for field in fields(self)))

    def with_straights(self, junctions: Junctions, truck: Truck) -> Drives:
        """Return the drives from far before the corner until far behind it."""
        poses = self.poses(junctions, [1] * self.length_m.shape[-1])
        turn = np.radians(junctions.deflection_deg)[:, None]
        start = poses.x_m[..., 0]
        end = np.cos(turn) * poses.x_m[..., -1] + np.sin(turn) * poses.y_m[..., -1]
        far = 2 * truck.length_m
        before, behind = np.maximum(start + far, far), np.maximum(far - end, far)
        none = np.zeros_like(before)
        return replace(
            self,
            curvature=np.concatenate([none[..., None], self.curvature, none[..., None]], axis=-1),
            length_m=np.concatenate([before[..., None], self.length_m, behind[..., None]], axis=-1),
        )


def _from_zero(steps: Floats) -> Floats:
    """Return the running sum, with the 0 before the first step."""
    sums = np.zeros((*steps.shape[:-1], steps.shape[-1] + 1))
    np.cumsum(steps, axis=-1, out=sums[..., 1:])
    return sums


@dataclass(frozen=True)
class Driver:
    """A way to turn knobs between 0 and 1 into drives, and how long to try."""

    drives: Callable[[Junctions, Truck, Floats], Drives]
    knobs: int
    coarse_steps: Sequence[int]
    tries: int
    rounds: int


def one_arc(junctions: Junctions, truck: Truck, knobs: Floats) -> Drives:
    """Straight, one arc of any radius that the truck can drive, straight."""
    arriving, leaving, eased = np.moveaxis(knobs, -1, 0)
    turn = np.radians(junctions.deflection_deg)[:, None]
    curvature = _curvature(eased, truck)
    return Drives(
        _lane(arriving, junctions.arriving_m, truck),
        _lane(leaving, junctions.leaving_m, truck),
        curvature[..., None],
        (turn / curvature)[..., None],
    )


def all_the_tricks(junctions: Junctions, truck: Truck, knobs: Floats) -> Drives:
    """Swing out, straight on, two arcs with a straight between, swing back: each may be nothing."""
    (
        arriving, leaving, second_eased, out, out_eased, on, share, first_eased, between, back,
        back_eased,
    ) = np.moveaxis(knobs, -1, 0)  # fmt: skip
    turn = np.radians(junctions.deflection_deg)[:, None]
    out_angle, back_angle = np.radians(60) * out, np.radians(60) * back
    inward = turn + out_angle + back_angle
    angles = np.stack(
        [-out_angle, 0 * on, share * inward, 0 * on, (1 - share) * inward, -back_angle], axis=-1
    )
    eased = np.stack([out_eased, on, first_eased, on, second_eased, back_eased], axis=-1)
    curvature = _curvature(eased, truck)
    straight = np.zeros_like(angles)
    straight[..., 1], straight[..., 3] = truck.length_m * on, truck.length_m * between
    turns = np.array([-1.0, 0.0, 1.0, 0.0, 1.0, -1.0])
    return Drives(
        _lane(arriving, junctions.arriving_m, truck),
        _lane(leaving, junctions.leaving_m, truck),
        turns * curvature,
        np.abs(angles) / curvature + straight,
    )


def _lane(knob: Floats, clear_m: Floats, truck: Truck) -> Floats:
    """Where the rear axle goes in a street: from along its inner wall (0) to along its outer."""
    side = truck.width_m / 2
    room = np.clip(clear_m - truck.width_m, 0.0, 2 * truck.radius_m)[:, None]
    return np.minimum(side, clear_m[:, None] / 2) + knob * room


def _curvature(knob: Floats, truck: Truck) -> Floats:
    """How far the wheels are turned: from all the way (0) to nearly not at all."""
    return truck.most_curved ** (1 - knob) * (1 / (400 * truck.radius_m)) ** knob


PLAIN_DRIVER = Driver(drives=one_arc, knobs=3, coarse_steps=(20,), tries=24, rounds=12)
STRONG_DRIVER = Driver(
    drives=all_the_tricks, knobs=11, coarse_steps=(4, 2, 7, 2, 7, 4), tries=40, rounds=12
)

_FIRST_TRIES = 4
_AT_ONCE = 8


def best_clearance_m(junctions: Junctions, truck: Truck, driver: Driver, seed: int = 0) -> Floats:
    """Return for each junction how far the best drive found stays clear of the walls.

    At or above 0 the truck gets round; below, the best drive found gets that deep into a wall.
    """
    generator = np.random.default_rng(seed)
    parts = [
        _search(junctions[start : start + _AT_ONCE], truck, driver, generator)
        for start in range(0, len(junctions), _AT_ONCE)
    ]
    return np.concatenate(parts) if parts else np.zeros(0)


def _search(
    junctions: Junctions, truck: Truck, driver: Driver, generator: np.random.Generator
) -> Floats:
    """Seek drives by differential evolution in coarse steps, and drive the best in fine ones."""
    n, tries = len(junctions), driver.tries

    def tried(knobs: Floats) -> Floats:
        drives = driver.drives(junctions, truck, knobs)
        return clearance_m(junctions, truck, drives.poses(junctions, driver.coarse_steps))

    def some_of(knobs: Floats) -> Floats:
        rows = generator.integers(knobs.shape[1], size=(n, tries, 1))
        return np.take_along_axis(knobs, rows, axis=1)

    knobs = generator.random((n, _FIRST_TRIES * tries, driver.knobs))
    # Half of them are one arc: the first three knobs say where and how tight.
    knobs[:, ::2, 3:] = 0.0
    clear = tried(knobs)
    best = np.argsort(-clear, axis=1, kind="stable")[:, :tries]
    knobs = np.take_along_axis(knobs, best[..., None], axis=1)
    clear = np.take_along_axis(clear, best, axis=1)
    for _ in range(driver.rounds):
        best = np.argsort(-clear, axis=1, kind="stable")[:, : tries // 8]
        towards = some_of(np.take_along_axis(knobs, best[..., None], axis=1)) - knobs
        moved = knobs + 0.7 * towards + 0.7 * (some_of(knobs) - some_of(knobs))
        changed = generator.random(knobs.shape) < 0.9
        new = np.clip(np.where(changed, moved, knobs), 0.0, 1.0)
        new_clear = tried(new)
        better = new_clear > clear
        knobs, clear = np.where(better[..., None], new, knobs), np.where(better, new_clear, clear)
    drives = driver.drives(junctions, truck, knobs).only(np.argmax(clear, axis=1))
    whole = drives.with_straights(junctions, truck)
    steps = np.maximum(1, np.ceil(whole.length_m.max(axis=(0, 1)) / STEP_M).astype(int))
    return clearance_m(junctions, truck, whole.poses(junctions, steps))[:, 0]


_HEADINGS = 90


def rectangle_gets_round(corners: Junctions, length_m: float, width_m: float) -> NDArray[np.bool_]:
    """Return where a rectangle, moved in any way, gets round corners between two whole walls.

    At each heading it lies in the arriving street or in the leaving one, and changes from one to
    the other where it fits between the inner corner and the point of the outer walls. It may turn
    by the deflection, or the other way round and leave tail first. Exact but for the headings,
    which are 1° to 2° apart.
    """
    rectangle = Truck(width_m, length_m / 2, length_m / 2, np.inf)
    deflection = np.radians(corners.deflection_deg)[:, None]
    no_wall = np.full(len(corners), np.inf)
    inner_corner = replace(corners, arriving_m=no_wall, leaving_m=no_wall)
    share = np.linspace(0.0, 1.0, _HEADINGS)
    gets_round = np.zeros(len(corners), dtype=bool)
    for heading in (share * deflection, np.pi - share * (np.pi - deflection)):
        spare, middle = [], []
        for street_m, angle in (
            (corners.arriving_m, heading),
            (corners.leaving_m, heading - deflection),
        ):
            reach = length_m * np.abs(np.sin(angle)) + width_m * np.abs(np.cos(angle))
            spare.append(street_m[:, None] - reach)
            # The middle of the rectangle when it touches the outer wall.
            middle.append(street_m[:, None] - reach / 2)
        x = (middle[1] - np.cos(deflection) * middle[0]) / np.sin(deflection)
        touching = Poses(x[..., None], -middle[0][..., None], heading[..., None])
        changes = clearance_m(inner_corner, rectangle, touching) >= 0
        in_arriving, in_leaving = (room >= 0 for room in spare)
        here, there = in_arriving[:, 0], np.zeros(len(corners), dtype=bool)
        for i in range(_HEADINGS):
            either = (here | there) & changes[:, i]
            here, there = (here & in_arriving[:, i]) | either, (there & in_leaving[:, i]) | either
        gets_round |= there & in_leaving[:, -1]
    return gets_round
