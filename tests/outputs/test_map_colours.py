"""The map's colours: told apart by every kind of colour sight, and on a grey print by hatch."""

import itertools
import json
import re
from pathlib import Path

import numpy as np
import pytest
from colorspacious import cspace_convert

from fireaccess.outputs.map import figure

SCRIPT = (Path(figure.__file__).parent / "scripts" / "styles.js").read_text(encoding="utf-8")
COLOURS = dict(re.findall(r'^const ([A-Z]+) = "(#[0-9A-F]{6})";$', SCRIPT, re.M))
FOUR = ("BLUE", "YELLOW", "VERMILION", "GREY")

# The least distance of two of the four colours in CAM02-UCS, by kind of sight; from about 10 on,
# two colours are told apart side by side without a doubt.
LEAST = {"normal": 34, "deuteranomaly": 30, "protanomaly": 35, "tritanomaly": 17}
LEAST_OF_SHADES = 20
LEAST_SIDE_BY_SIDE = 10


def seen(colour, sight):
    """Return a colour as those see it who lack one kind of cone altogether, in CAM02-UCS."""
    red_green_blue = np.array([int(colour[k : k + 2], 16) for k in (1, 3, 5)]) / 255
    if sight != "normal":
        space = {"name": "sRGB1+CVD", "cvd_type": sight, "severity": 100}
        red_green_blue = np.clip(cspace_convert(red_green_blue, space, "sRGB1"), 0, 1)
    return cspace_convert(red_green_blue, "sRGB1", "CAM02-UCS")


def least_distance(names, sight):
    places = [seen(COLOURS[name], sight) for name in names]
    return min(np.linalg.norm(one - other) for one, other in itertools.combinations(places, 2))


@pytest.mark.parametrize("sight", LEAST)
def test_the_four_colours_of_houses_differ_for_every_kind_of_sight(sight):
    assert least_distance(FOUR, sight) >= LEAST[sight]


@pytest.mark.parametrize("sight", LEAST)
def test_shades_of_blue_differ_from_one_another_and_from_the_other_colours(sight):
    assert least_distance(("NAVY", "BLUE", "SKY"), sight) >= LEAST_OF_SHADES
    for shade, other in itertools.product(("NAVY", "SKY"), ("YELLOW", "VERMILION", "GREY")):
        assert least_distance((shade, other), sight) >= LEAST_OF_SHADES, (shade, other)


@pytest.mark.parametrize("sight", LEAST)
def test_water_of_the_ground_is_taken_for_nothing_that_is_judged(sight):
    for ground, other in itertools.product(("WATER", "SHORE"), (*FOUR, "NAVY", "SKY")):
        assert least_distance((ground, other), sight) >= LEAST_SIDE_BY_SIDE, (ground, other)
    # What passes is blue too.
    assert least_distance(("WATER", "BLUE"), sight) >= 2 * LEAST_OF_SHADES
    assert least_distance(("SHORE", "BLUE"), sight) >= LEAST_OF_SHADES


def test_the_measure_finds_traffic_lights_wanting():
    lights = [seen(colour, "deuteranomaly") for colour in ("#2E9E3F", "#D9342B")]
    assert np.linalg.norm(lights[0] - lights[1]) < LEAST["deuteranomaly"]


@pytest.fixture(scope="module")
def styles(browser):
    """The looks of all classes, as the script has them."""
    page = browser.new_page()
    found = page.evaluate(f"() => {{ {SCRIPT}\nreturn {{ STYLES, STATUSES, CHANGES }}; }}")
    page.close()
    return found


FAILING = ("no_water", "no_road", "no_road_no_water", "beyond", "no_way", "worse")


def looks_of_houses(styles):
    by_distance = ["nearest", "near", "within", "beyond", "no_way", "placed_by_name", "unconnected"]
    for keys in (styles["STATUSES"], by_distance, styles["CHANGES"]):
        yield {key: styles["STYLES"]["houses"][key] for key in keys}


def test_classes_of_one_colour_differ_by_hatch(styles):
    for looks in looks_of_houses(styles):
        signs = [(look["fill"], look.get("hatch")) for look in looks.values()]
        assert len(set(signs)) == len(signs)


def test_classes_that_fail_are_hatched_and_needs_survey_has_a_look_of_its_own(styles):
    for looks in looks_of_houses(styles):
        for key, look in looks.items():
            failing = key in FAILING
            assert (look["fill"] == COLOURS["VERMILION"]) == failing, key
            if failing:
                assert look["hatch"] in ("level", "slant", "cross")
    dotted = {
        key for key, look in styles["STYLES"]["houses"].items() if look.get("hatch") == "dots"
    }
    assert dotted == {"needs_survey", "placed_by_name"}


@pytest.mark.parametrize(
    "layer",
    [
        *("barriers", "water", "fire_points", "draft_points"),
        *("segments", "alleys", "dead_ends"),
    ],
)
def test_classes_of_other_layers_differ_by_their_sign_or_their_lightness(layer, styles):
    looks = styles["STYLES"][layer].values()
    signs = ("shape", "mark", "edge", "dash", "width")
    told = [json.dumps([look.get(name) for name in signs]) for look in looks]
    light = [seen(look.get("fill") or look["stroke"], "normal")[0] for look in looks]
    for (one, lightness), (other, light_too) in itertools.combinations(
        zip(told, light, strict=True), 2
    ):
        assert one != other or abs(lightness - light_too) > LEAST_OF_SHADES
