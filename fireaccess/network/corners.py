"""Corners: whether a vehicle gets from one street into another (SPEC §4.4).

Three answers from two bounds. A corner is passed for sure where one arc, no tighter than the
vehicle's turning circle, leads round it between two outer walls. It is blocked for sure where
not even a rigid rectangle of the vehicle's outline could be moved round it in any number of
moves. What lies between is not known.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from fireaccess.model.answers import Answer, AnswerArray, BoolArray, FloatArray
from fireaccess.model.vehicle import Vehicle

#: A deflection below this needs no more than the street's own width; beyond the other no street
#: lets a truck turn.
STRAIGHT_DEG: Final = 5.0
SHARPEST_DEG: Final = 150.0
#: No street is taken to be wider than this where its width is not known.
WIDEST_M: Final = 10.0

# Headings at which a rectangle is tried, on each of the two ways to turn it.
_HEADINGS: Final = 48
_SAME_M: Final = 1e-9


def corner_answers(
    least_m: FloatArray,
    most_m: FloatArray,
    sharpest_deg: FloatArray,
    gentlest_deg: FloatArray,
    walled: BoolArray,
    vehicle: Vehicle,
) -> AnswerArray:
    """Answer for each corner whether the vehicle gets round it.

    Parameters
    ----------
    least_m, most_m
        Least and greatest clear width that the arriving and the leaving street may have, shape
        ``(k, 2)``; both NaN where nothing is known of a street.
    sharpest_deg, gentlest_deg
        How far the road turns there, 0 for straight on, at most and at least, shape ``(k,)``.
    walled
        Whether both outer sides are walls, shape ``(k,)``. Where another street leaves on the
        outer side there may be room, or none: the corner passes as if there were a wall, and
        nothing is blocked for sure.
    vehicle
        Its width, length, turning radius, and length from rear axle to front bumper.

    Examples
    --------
    >>> from fireaccess.model.vehicle import load_vehicle
    >>> streets_m = np.array([[6.5, 6.5], [5.0, 5.0], [3.5, 3.5], [3.5, np.nan]])
    >>> turned = np.full(4, 90.0)
    >>> corner_answers(streets_m, streets_m, turned, turned, np.full(4, True),
    ...     load_vehicle("standard")).tolist()
    [2, 1, 0, 1]
    """
    answers = np.full(len(sharpest_deg), Answer.UNKNOWN, dtype=np.int8)
    known = np.flatnonzero(~np.isnan(least_m).any(axis=1) & (sharpest_deg <= SHARPEST_DEG))
    round_m = least_m[known]
    turned = np.maximum(sharpest_deg[known], STRAIGHT_DEG)
    answers[known[corner_passes(round_m[:, 0], round_m[:, 1], turned, vehicle)]] = Answer.PASS
    most_m = np.where(np.isnan(most_m), WIDEST_M, most_m)
    closed = np.flatnonzero(walled & (gentlest_deg >= STRAIGHT_DEG))
    room_m = most_m[closed]
    turned = np.minimum(gentlest_deg[closed], SHARPEST_DEG)
    answers[closed[corner_blocks(room_m[:, 0], room_m[:, 1], turned, vehicle)]] = Answer.BLOCKED
    answers[sharpest_deg < STRAIGHT_DEG] = Answer.PASS
    answers[gentlest_deg > SHARPEST_DEG] = Answer.BLOCKED
    return answers


def corner_passes(
    arriving_m: ArrayLike, leaving_m: ArrayLike, deflection_deg: ArrayLike, vehicle: Vehicle
) -> BoolArray:
    """Return where one arc leads round corners with walls on both outer sides.

    On outer radius ρ the vehicle sweeps the ring from r = √(ρ² − L²) − W to ρ. With the ring
    within both outer walls, the nearest that its centre comes to the inner corner must be no
    farther than r, for some ρ of at least the vehicle's turning radius.

    Parameters
    ----------
    arriving_m, leaving_m
        Clear widths of the two streets, broadcast against one another.
    deflection_deg
        How far the road turns, more than 0 and less than 180.
    vehicle
        What is to get round.

    Notes
    -----
    The distance grows convexly with ρ and r concavely, so what is left between them has one
    greatest value: bisection on its slope finds it.

    Examples
    --------
    >>> from fireaccess.model.vehicle import load_vehicle
    >>> corner_passes(6.03, [6.01, 6.03], 90.0, load_vehicle("standard")).tolist()
    [False, True]
    """
    arriving, leaving, deflection = _alike(arriving_m, leaving_m, deflection_deg)
    width_m, length_m = vehicle.width_m.value, vehicle.axle_to_bumper_m
    # On a tighter circle the vehicle would sweep over the centre itself.
    tightest = max(vehicle.turning_radius_m.value, float(np.hypot(length_m, width_m)))
    cos, sin = np.cos(deflection / 2), np.sin(deflection / 2)
    mean, half = (arriving + leaving) / 2, np.abs(arriving - leaving) / 2

    def centre(radius: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the distance of the ring's centre from the inner corner, and its slope."""
        beyond = radius - mean
        narrower = beyond + half
        by_one = beyond - half <= narrower * np.cos(deflection)
        by_both = np.hypot(beyond / cos, half / sin)
        slope = np.divide(beyond / cos**2, by_both, out=np.ones_like(by_both), where=by_both > 0)
        return np.where(by_one, narrower, by_both), np.where(by_one, 1.0, slope)

    low = np.full(arriving.shape, tightest)
    # Beyond this the centre moves away faster than the ring's inner edge, whatever the widths.
    high = np.maximum(low, np.maximum(1.5 * length_m / sin, mean + 1.5 * half * (cos / sin) ** 2))
    for _ in range(50):
        radius = (low + high) / 2
        grows = radius / np.sqrt(radius**2 - length_m**2) > centre(radius)[1]
        low, high = np.where(grows, radius, low), np.where(grows, high, radius)
    inner = np.sqrt(low**2 - length_m**2) - width_m
    return np.asarray(centre(low)[0] <= inner + _SAME_M)


def needed_width_m(deflection_deg: float, vehicle: Vehicle) -> float:
    """Return the clear width that two equal streets need for a corner to pass for sure.

    Examples
    --------
    >>> from fireaccess.model.vehicle import load_vehicle
    >>> [round(needed_width_m(turned, load_vehicle("standard")), 2) for turned in (30, 45, 90)]
    [3.97, 4.61, 6.02]
    """
    # A street as wide as the turning circle lets the vehicle turn right round.
    low, high = vehicle.width_m.value, 2 * vehicle.turning_radius_m.value
    while high - low > 1e-4:
        middle = (low + high) / 2
        passes = corner_passes(middle, middle, deflection_deg, vehicle)
        low, high = (low, middle) if passes else (middle, high)
    return high


def corner_blocks(
    arriving_m: ArrayLike, leaving_m: ArrayLike, deflection_deg: ArrayLike, vehicle: Vehicle
) -> BoolArray:
    """Return where no rectangle of the vehicle's outline can be moved round, walls on both sides.

    On its way the rectangle has every heading between those of the two streets, one way round or
    the other. At each it lies in one street, or in the other, or touches the inner corner with a
    side and reaches into both. Where a heading on either way allows neither, it can't get round.

    Parameters
    ----------
    arriving_m, leaving_m
        Clear widths of the two streets, broadcast against one another.
    deflection_deg
        How far the road turns, more than 0 and less than 180.
    vehicle
        What is to get round.

    Examples
    --------
    For equal streets of 90° the standard pumper, 2.5 m by 8 m, needs 2.5 cos 45° + 4 sin 45° =
    4.60 m, front and rear wheels steered by hand if need be:

    >>> from fireaccess.model.vehicle import load_vehicle
    >>> corner_blocks([4.58, 4.60], [4.58, 4.60], 90.0, load_vehicle("standard")).tolist()
    [True, False]
    """
    streets = _alike(arriving_m, leaving_m, deflection_deg)
    long_m, short_m = vehicle.length_m.value, vehicle.width_m.value
    # Where one street is wide enough to turn right round in, every heading is possible.
    narrow = np.maximum(streets[0], streets[1]) < np.hypot(long_m, short_m)
    arriving, leaving, deflection = (street[narrow][:, None] for street in streets)
    share = (np.arange(_HEADINGS) + 0.5) / _HEADINGS
    stuck = np.ones(len(arriving), dtype=bool)
    for heading in (share * deflection, deflection + share * (np.pi - deflection)):
        fits = _within(heading, arriving, long_m, short_m)
        fits |= _within(heading - deflection, leaving, long_m, short_m)
        fits |= _round(heading, arriving, leaving, deflection, long_m, short_m)
        # A short side lies at right angles to the long one.
        across = (heading + np.pi / 2) % np.pi
        fits |= _round(across, arriving, leaving, deflection, short_m, long_m)
        stuck &= ~fits.all(axis=-1)
    blocked = np.zeros(narrow.shape, dtype=bool)
    blocked[narrow] = stuck
    return blocked


def _alike(
    arriving_m: ArrayLike, leaving_m: ArrayLike, deflection_deg: ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return widths and deflections, these in radians, broadcast against one another."""
    arriving, leaving, deflection = np.broadcast_arrays(
        np.asarray(arriving_m, dtype=float),
        np.asarray(leaving_m, dtype=float),
        np.radians(np.asarray(deflection_deg, dtype=float)),
    )
    return arriving, leaving, deflection


def _within(heading: FloatArray, street_m: FloatArray, long_m: float, short_m: float) -> BoolArray:
    """Whether a rectangle with some heading to a street lies within it."""
    across_m = long_m * np.abs(np.sin(heading)) + short_m * np.abs(np.cos(heading))
    return np.asarray(across_m <= street_m)


def _round(
    heading: FloatArray,
    arriving: FloatArray,
    leaving: FloatArray,
    deflection: FloatArray,
    along_m: float,
    deep_m: float,
) -> BoolArray:
    """Whether a rectangle fits whose side of some heading touches the inner corner.

    ``along_m`` is the length of that side, ``deep_m`` that of the other.
    """
    between = (heading > 0) & (heading < deflection)
    ahead = deflection - heading
    with np.errstate(divide="ignore", invalid="ignore"):
        behind_m = (arriving - deep_m * np.maximum(np.cos(heading), 0)) / np.sin(heading)
        ahead_m = (leaving - deep_m * np.maximum(np.cos(ahead), 0)) / np.sin(ahead)
    return between & (behind_m + ahead_m >= along_m)
