"""The bounds on corners against a simulated truck, which is driven round them or is not.

The truck proves one side only: where it gets round, there is a way; where the best drive found
ends in a wall, there may be a better one.
"""

from dataclasses import replace

import numpy as np
import pytest
import shapely
from shapely import affinity
from truck import (
    PLAIN_DRIVER,
    STEP_M,
    STRONG_DRIVER,
    TOUCH_M,
    Drives,
    Poses,
    Truck,
    bends,
    best_clearance_m,
    clearance_m,
    crossings,
    rectangle_gets_round,
    tees_from_the_stem,
    tees_into_the_stem,
)

from fireaccess.model.answers import Answer
from fireaccess.model.vehicle import load_vehicle
from fireaccess.network.corners import corner_answers, corner_blocks, corner_passes

pytestmark = pytest.mark.slow

#: How deep in a wall the best drive found may end where the formula says that one arc leads round.
#: Drives are sought in coarse steps.
SEARCH_M = 0.01
STANDARD = load_vehicle("standard")
SHIPPED = [load_vehicle(name) for name in ("standard", "medium", "light", "pickup")]


def made_up_vehicles(count):
    """Vehicles from vans to ladder trucks, some of which turn nearly on the spot."""
    rng = np.random.default_rng(11)
    for i in range(count):
        width_m, length_m = rng.uniform(1.6, 2.6), rng.uniform(4.5, 12.0)
        ahead_m = length_m * rng.uniform(0.65, 0.85)
        measures = {
            "width_m": width_m,
            "length_m": length_m,
            "wheelbase_m": 0.75 * ahead_m,
            "front_overhang_m": 0.25 * ahead_m,
            "turning_radius_m": np.hypot(ahead_m, rng.uniform(0.6, 4.0) * width_m),
        }
        figures = {
            name: getattr(STANDARD, name).model_copy(update={"value": float(value)})
            for name, value in measures.items()
        }
        yield STANDARD.model_copy(update={"name": f"made up {i}", **figures})


VEHICLES = [*SHIPPED, *made_up_vehicles(6)]
each_vehicle = pytest.mark.parametrize("vehicle", VEHICLES, ids=lambda vehicle: vehicle.name)
each_shipped = pytest.mark.parametrize("vehicle", SHIPPED, ids=lambda vehicle: vehicle.name)


def random_corners(rng, count, widest_m=14.0):
    """Both clear widths in metres and the deflection in degrees."""
    widths_m = rng.uniform(2.6, widest_m, (2, count))
    return *widths_m, rng.uniform(5, 150, count)


def widths_between(is_wide_enough, count):
    """Return widths in metres that are just too narrow, and just wide enough: (count,) each."""
    narrow, wide = np.full(count, 1.0), np.full(count, 14.0)
    for _ in range(25):
        middle = (narrow + wide) / 2
        enough = is_wide_enough(middle)
        narrow, wide = np.where(enough, narrow, middle), np.where(enough, middle, wide)
    return narrow, wide


def passing(rng, vehicle, count):
    """Corners that pass: a third only just, and a third only just between equal streets."""
    arriving, leaving, angle = random_corners(rng, 8 * count)
    drawn = np.flatnonzero(corner_passes(arriving, leaving, angle, vehicle))[:count]
    arriving, leaving, angle = arriving[drawn], leaving[drawn], angle[drawn]
    just = widths_between(lambda width: corner_passes(arriving, width, angle, vehicle), drawn.size)[
        1
    ]
    equal = widths_between(lambda width: corner_passes(width, width, angle, vehicle), drawn.size)[1]
    third = np.arange(drawn.size) % 3
    return bends(
        np.where(third == 2, equal, arriving), np.choose(third, [leaving, just, equal]), angle
    )


def blocked(rng, vehicle, count):
    """Corners that are blocked, no street of them narrower than the vehicle: half only just."""
    # In a street as wide as its diagonal a vehicle could be turned right round.
    diagonal_m = np.hypot(vehicle.length_m.value, vehicle.width_m.value)
    arriving, leaving, angle = random_corners(rng, 30 * count, diagonal_m)
    drawn = np.flatnonzero(corner_blocks(arriving, leaving, angle, vehicle))[:count]
    arriving, leaving, angle = arriving[drawn], leaving[drawn], angle[drawn]
    just = widths_between(
        lambda width: ~corner_blocks(arriving, width, angle, vehicle), drawn.size
    )[0]
    return bends(arriving, np.where(np.arange(drawn.size) % 2, just, leaving), angle)


def patiently_driven(junctions, truck):
    """The clearance of the best arc found, sought longer where the first search ended in a wall."""
    clear = best_clearance_m(junctions, truck, PLAIN_DRIVER)
    again = np.flatnonzero(clear < -SEARCH_M)
    patient = replace(PLAIN_DRIVER, coarse_steps=(60,), tries=80, rounds=40)
    clear[again] = best_clearance_m(junctions[again], truck, patient)
    return clear


def with_further_arms(rng, corners):
    """The same turns at the three kinds of junctions with open sides, by name."""
    ahead_m, side_m, set_back_m = (rng.uniform(low, 14, len(corners)) for low in (2.6, 2.6, 0))
    return {
        "T, into the stem": tees_into_the_stem(corners, ahead_m),
        "T, from the stem": tees_from_the_stem(corners, side_m),
        "crossing": crossings(corners, ahead_m, side_m, set_back_m),
    }


def drawn_wedges(junctions, row):
    """All that is no road at one junction, as polygons: another way to say the same."""
    turn = np.radians(junctions.deflection_deg[row])

    def at(q, s):
        return (s - q * np.cos(turn)) / np.sin(turn), -q

    polygons = []
    for side_q, edge_q, side_s, edge_s in junctions.wedges:
        q = np.clip([edge_q[row], side_q * 500], -500, 500)
        s = np.clip([edge_s[row], side_s * 500], -500, 500)
        corners = [at(q[0], s[0]), at(q[1], s[0]), at(q[1], s[1]), at(q[0], s[1])]
        polygons.append(shapely.Polygon(corners))
    return polygons


@pytest.mark.parametrize("kind", ["bend", "T, into the stem", "T, from the stem", "crossing"])
def test_the_clearance_is_what_shapely_measures(kind):
    rng = np.random.default_rng(1)
    corners = bends(*random_corners(rng, 30))
    junctions = {"bend": corners, **with_further_arms(rng, corners)}[kind]
    truck = Truck.of(STANDARD)
    poses = Poses(
        rng.uniform(-8, 12, (30, 40, 1)),
        rng.uniform(-12, 8, (30, 40, 1)),
        rng.uniform(-1, 4, (30, 40, 1)),
    )
    clear = clearance_m(junctions, truck, poses)
    half = truck.width_m / 2
    outline = shapely.box(-truck.behind_m, -half, truck.ahead_m, half)
    for row in range(30):
        wedges = drawn_wedges(junctions, row)
        for drive in range(40):
            turned = affinity.rotate(
                outline, poses.heading[row, drive, 0], origin=(0, 0), use_radians=True
            )
            x, y = poses.x_m[row, drive, 0], poses.y_m[row, drive, 0]
            placed = affinity.translate(turned, x, y)
            overlaps = max(placed.intersection(wedge).area for wedge in wedges) > 1e-9
            assert overlaps == (clear[row, drive] < 0)
            if not overlaps:
                # Past the end of an edge the gap along a normal is less than the distance.
                assert clear[row, drive] <= min(map(placed.distance, wedges)) + 1e-9


@each_vehicle
def test_the_front_corner_runs_on_the_turning_circle_in_steps_of_5_cm(vehicle):
    truck = Truck.of(vehicle)
    radius_m = 1 / truck.most_curved
    length_m = np.full((1, 1, 1), radius_m * np.pi / 2)
    lane = np.full((1, 1), 3.0)
    circle = Drives(lane, lane, np.full((1, 1, 1), truck.most_curved), length_m)
    steps = int(np.ceil(length_m.max() / STEP_M))
    poses = circle.poses(bends(6.0, [6.0], 90.0), [steps])
    x, y, heading = poses.x_m[0, 0], poses.y_m[0, 0], poses.heading[0, 0]
    np.testing.assert_allclose([y[0], x[-1], heading[-1]], [-3.0, 3.0, np.pi / 2])
    assert np.hypot(np.diff(x), np.diff(y)).max() <= STEP_M
    # It rolls: each step goes where the truck heads, halfway through it.
    halfway = (heading[1:] + heading[:-1]) / 2
    np.testing.assert_allclose(np.arctan2(np.diff(y), np.diff(x)), halfway)
    right = -truck.width_m / 2
    corner_x = x + truck.ahead_m * np.cos(heading) - right * np.sin(heading)
    corner_y = y + truck.ahead_m * np.sin(heading) + right * np.cos(heading)
    from_centre = np.hypot(corner_x - x[0], corner_y - (y[0] + radius_m))
    np.testing.assert_allclose(from_centre, truck.radius_m)


@each_vehicle
def test_the_truck_is_driven_by_one_arc_round_whatever_passes(vehicle):
    corners = passing(np.random.default_rng(2), vehicle, 200)
    assert len(corners) == 200
    clear = patiently_driven(corners, Truck.of(vehicle))
    assert clear.min() >= -SEARCH_M, told(corners, clear)


@each_vehicle
def test_further_arms_leave_what_passes_passable(vehicle):
    rng = np.random.default_rng(3)
    corners = passing(rng, vehicle, 24)
    for junctions in with_further_arms(rng, corners).values():
        clear = patiently_driven(junctions, Truck.of(vehicle))
        assert clear.min() >= -SEARCH_M, told(junctions, clear)


@each_vehicle
def test_the_truck_is_driven_round_nothing_blocked(vehicle):
    corners = blocked(np.random.default_rng(4), vehicle, 200)
    assert len(corners) == 200
    clear = best_clearance_m(corners, Truck.of(vehicle), STRONG_DRIVER)
    assert clear.max() < -TOUCH_M, told(corners, -clear)


@each_vehicle
def test_a_rectangle_is_moved_round_all_that_is_not_blocked_and_nothing_else(vehicle):
    rng = np.random.default_rng(5)
    length_m, width_m = vehicle.length_m.value, vehicle.width_m.value
    # Both sides try a rectangle at some headings only.
    slack_m = 0.02
    stuck = blocked(rng, vehicle, 200)
    assert not rectangle_gets_round(stuck, length_m + slack_m, width_m + slack_m).any()
    arriving, leaving, angle = random_corners(rng, 2000)
    free = ~corner_blocks(arriving, leaving, angle, vehicle)
    rest = bends(arriving[free], leaving[free], angle[free])
    assert rectangle_gets_round(rest, length_m - slack_m, width_m - slack_m).all()


@pytest.mark.parametrize("kind", ["T, into the stem", "T, from the stem", "crossing"])
def test_an_open_side_lets_trucks_round_that_two_walls_would_stop(kind):
    rng = np.random.default_rng(6)
    corners = blocked(rng, STANDARD, 100)
    junctions = with_further_arms(rng, corners)[kind]
    gets_round = best_clearance_m(junctions, Truck.of(STANDARD), STRONG_DRIVER) >= -TOUCH_M
    assert gets_round.any()
    streets_m = np.column_stack([junctions.arriving_m, junctions.leaving_m])[gets_round]
    angle = junctions.deflection_deg[gets_round]
    walled = np.full(angle.size, False)
    answers = corner_answers(streets_m, streets_m, angle, angle, walled, STANDARD)
    assert (answers != Answer.BLOCKED).all()


def passes_by_the_letter(street_m, truck, *, wall_arriving, wall_leaving):
    """The rule for 90° between equal streets if an open side is to set no condition at all."""
    radius_m = np.linspace(truck.radius_m, 100, 1000)
    inner_m = np.sqrt(radius_m**2 - truck.ahead_m**2) - truck.width_m
    beyond = [radius_m - street_m for wall in (wall_arriving, wall_leaving) if wall]
    distance_m = np.hypot(*beyond) if len(beyond) == 2 else np.array(beyond or [-np.inf])
    return bool((distance_m <= inner_m).any())


@pytest.mark.parametrize(
    ("kind", "wall_arriving", "wall_leaving"),
    [
        ("T, into the stem", True, False),
        ("T, from the stem", False, True),
        ("crossing", False, False),
    ],
)
def test_an_open_side_is_no_proof_of_room(kind, wall_arriving, wall_leaving):
    truck = Truck.of(STANDARD)
    street_m = np.full(1, 3.5)
    corner = bends(street_m, street_m, np.full(1, 90.0))
    junction = {
        "T, into the stem": tees_into_the_stem(corner, street_m),
        "T, from the stem": tees_from_the_stem(corner, street_m),
        "crossing": crossings(corner, street_m, street_m, 0 * street_m),
    }[kind]
    by_the_letter = passes_by_the_letter(
        3.5, truck, wall_arriving=wall_arriving, wall_leaving=wall_leaving
    )
    assert by_the_letter
    assert not passes_by_the_letter(3.5, truck, wall_arriving=True, wall_leaving=True)
    # The best drive found gets more than 1 m deep into a wall.
    assert best_clearance_m(junction, truck, STRONG_DRIVER)[0] < -1
    streets_m, angle = np.array([[3.5, 3.5]]), np.array([90.0])
    answers = corner_answers(streets_m, streets_m, angle, angle, np.array([False]), STANDARD)
    assert answers.tolist() == [Answer.UNKNOWN]


#: Per cent of random corners between walls that pass, are not known and are blocked, and per cent
#: of those not known round which the simulated truck is driven.
SHARES = {
    "standard": (74, 22, 4, 43),
    "medium": (82, 16, 2, 43),
    "light": (87, 11, 1, 43),
    "pickup": (92, 7, 1, 48),
}


@each_shipped
def test_no_more_corners_than_recorded_are_unknown(vehicle):
    rng = np.random.default_rng(7)
    arriving, leaving, angle = random_corners(rng, 4000)
    passes = corner_passes(arriving, leaving, angle, vehicle)
    blocks = corner_blocks(arriving, leaving, angle, vehicle)
    assert not (passes & blocks).any()
    between = np.flatnonzero(~passes & ~blocks)
    some = between[:60]
    corners = bends(arriving[some], leaving[some], angle[some])
    clear = best_clearance_m(corners, Truck.of(vehicle), STRONG_DRIVER)
    gets_round = (clear >= -TOUCH_M).mean()
    shares = np.array([passes.mean(), between.size / 4000, blocks.mean(), gets_round]) * 100
    # Searches end otherwise where sums round otherwise, so the last one is loose.
    off = np.abs(shares - SHARES[vehicle.name])
    assert (off <= [2, 2, 2, 10]).all(), shares.round(1).tolist()


def told(junctions, worst_first):
    """Name the junction with the least clearance, for the message of a failure."""
    row = int(np.argmin(worst_first))
    return (
        f"{junctions.arriving_m[row]:.3f} m into {junctions.leaving_m[row]:.3f} m at "
        f"{junctions.deflection_deg[row]:.1f}°: {worst_first[row]:.3f} m"
    )
