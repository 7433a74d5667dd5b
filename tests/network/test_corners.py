"""Corners: the check values of SPEC §4.4, what narrows and what widens, and its literal rule."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fireaccess.model.vehicle import load_vehicle
from fireaccess.network.corners import (
    corner_answers,
    corner_blocks,
    corner_passes,
    needed_width_m,
)

PASS, UNKNOWN, BLOCKED = 2, 1, 0
PUMPER = load_vehicle("standard")


def vehicle(*, width=2.5, length=8.0, to_bumper=6.0, radius=9.0):
    """Return a vehicle with measures of its own."""
    figures = {
        "width_m": width,
        "length_m": length,
        "wheelbase_m": to_bumper - 1.0,
        "front_overhang_m": 1.0,
        "turning_radius_m": radius,
    }
    return PUMPER.model_copy(
        update={
            name: getattr(PUMPER, name).model_copy(update={"value": value})
            for name, value in figures.items()
        }
    )


widths_m = st.floats(2.0, 14.0)
angles_deg = st.floats(5.5, 149.5)


@pytest.mark.parametrize(("angle", "needed"), [(30, 3.97), (45, 4.61), (90, 6.02)])
def test_the_check_values_of_the_specification(angle, needed):
    assert needed_width_m(angle, PUMPER) == pytest.approx(needed, abs=0.005)


@pytest.mark.parametrize("angle", [10, 30, 60, 85])
def test_without_a_limit_on_the_radius_it_is_the_closed_formula(angle):
    half = np.radians(angle) / 2
    nimble = vehicle(radius=6.5)
    expected = 2.5 * np.cos(half) + 6.0 * np.sin(half)
    assert needed_width_m(angle, nimble) == pytest.approx(expected, abs=0.001)


def by_the_letter(arriving, leaving, angle, radius=9.0, width=2.5, length=6.0):
    """Whether SPEC §4.4 passes a corner between walls, by trying many radii."""
    rho = np.concatenate([np.linspace(radius, 60, 20_000), np.geomspace(60, 5_000, 20_000)])
    cosine, sine = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    u, v = rho - arriving, rho - leaving
    both = np.sqrt(np.maximum(u**2 + v**2 - 2 * u * v * cosine, 0)) / sine
    away = np.where(v <= u * cosine, u, np.where(u <= v * cosine, v, both))
    return bool((away <= np.sqrt(rho**2 - length**2) - width).any())


def test_the_best_radius_is_found():
    rng = np.random.default_rng(7)
    arriving, leaving = rng.uniform(2.5, 14, (2, 400))
    angle = rng.uniform(5.5, 149.5, 400)
    expected = [by_the_letter(*one) for one in zip(arriving, leaving, angle, strict=True)]
    found = corner_passes(arriving, leaving, angle, PUMPER)
    assert 100 < np.sum(expected) < 350
    assert found.tolist() == expected


@given(widths_m, widths_m, angles_deg, st.floats(0, 3), st.floats(0, 3))
def test_a_wider_street_never_closes_a_corner(arriving, leaving, angle, more, more_still):
    wider = (arriving + more, leaving + more_still)
    assert corner_passes(*wider, angle, PUMPER) >= corner_passes(arriving, leaving, angle, PUMPER)
    assert corner_blocks(*wider, angle, PUMPER) <= corner_blocks(arriving, leaving, angle, PUMPER)


@given(
    widths_m, widths_m, angles_deg, st.floats(2.0, 2.6), st.floats(4.0, 7.0), st.floats(7.5, 14.0),
    st.floats(0, 0.5), st.floats(0, 1.5), st.floats(0, 4.0),
)  # fmt: skip
def test_a_smaller_vehicle_gets_round_wherever_a_larger_one_does(
    arriving, leaving, angle, width, to_bumper, radius, wider, longer, clumsier
):
    small = vehicle(width=width, length=to_bumper + 1.5, to_bumper=to_bumper, radius=radius + 2)
    large = vehicle(
        width=width + wider,
        length=to_bumper + longer + 1.5,
        to_bumper=to_bumper + longer,
        radius=radius + 2 + clumsier,
    )
    streets = (arriving, leaving, angle)
    assert corner_passes(*streets, small) >= corner_passes(*streets, large)
    assert corner_blocks(*streets, small) <= corner_blocks(*streets, large)


@given(widths_m, widths_m, angles_deg)
def test_the_way_out_is_as_wide_as_the_way_in(arriving, leaving, angle):
    """The ring and the rectangle know no direction."""
    for rule in (corner_passes, corner_blocks):
        assert rule(arriving, leaving, angle, PUMPER) == rule(leaving, arriving, angle, PUMPER)


@given(widths_m, widths_m, angles_deg)
def test_no_corner_is_passed_and_blocked(arriving, leaving, angle):
    assume(corner_passes(arriving, leaving, angle, PUMPER))
    assert not corner_blocks(arriving, leaving, angle, PUMPER)


def answers(least, most, sharpest, gentlest=None, *, walled=True):
    gentlest = sharpest if gentlest is None else gentlest
    return corner_answers(
        np.array([least], dtype=float), np.array([most], dtype=float),
        np.array([sharpest], dtype=float), np.array([gentlest], dtype=float),
        np.array([walled]), PUMPER,
    ).item()  # fmt: skip


@pytest.mark.parametrize(
    ("streets", "angle", "answer"),
    [
        ((6.1, 6.1), 90, PASS),
        ((5.9, 5.9), 90, UNKNOWN),
        ((4.5, 4.5), 90, BLOCKED),
        ((3.5, 3.5), 4.9, PASS),
        ((2.6, 2.6), 4.9, PASS),
        ((20.0, 20.0), 151, BLOCKED),
        ((20.0, 20.0), 149, PASS),
    ],
)
def test_three_answers(streets, angle, answer):
    assert answers(streets, streets, angle) == answer


def test_a_width_known_to_a_few_decimetres_decides_by_its_bounds():
    assert answers((6.1, 6.1), (6.7, 6.7), 90) == PASS
    assert answers((5.9, 6.1), (6.5, 6.7), 90) == UNKNOWN
    assert answers((4.2, 4.2), (4.5, 4.5), 90) == BLOCKED
    assert answers((4.2, 4.2), (4.8, 4.8), 90) == UNKNOWN


def test_a_street_without_a_width_is_taken_to_be_ten_metres_at_most():
    nothing = np.nan
    assert answers((nothing, nothing), (nothing, nothing), 90) == UNKNOWN
    assert answers((3.0, nothing), (3.0, nothing), 90) == UNKNOWN
    assert answers((nothing, nothing), (nothing, nothing), 151) == BLOCKED
    long_ladder = vehicle(width=2.55, length=13.0, to_bumper=10.0, radius=11.5)
    asked = np.array([[2.6, nothing]])
    blocked = corner_answers(
        asked, asked, np.array([90.0]), np.array([90.0]), np.array([True]), long_ladder
    )
    assert blocked.tolist() == [BLOCKED]


def test_an_open_outer_side_blocks_nothing_and_proves_nothing():
    assert answers((3.5, 3.5), (3.5, 3.5), 90, walled=False) == UNKNOWN
    assert answers((6.1, 6.1), (6.1, 6.1), 90, walled=False) == PASS


def test_what_is_sharp_at_most_does_not_block_and_gentle_at_least_does_not_pass():
    assert answers((3.6, 3.6), (3.6, 3.6), 90, 20) == UNKNOWN
    assert answers((3.6, 3.6), (3.6, 3.6), 20, 20) == PASS
