"""What tags and road class say of a segment: width, height and mass.

Norm vn: 3.5 m wide, 4.5 m high. Accuracy: maxwidth:physical 0.1, width 0.3, est_width 0.5.
Every case is one alley of a comb off the main road.
"""

import pytest
from towns import BY_WIDTH, comb, hoses, metres, missing, segment, told, tooth

import fireaccess

# Hose to the house 80 m up the alley, 10 m off it: worst and best case
HOSES = {"pass": (10, 10), "unknown": (90, 10), "blocked": (90, 90)}


def the_segment(result, number):
    return segment(result, (tooth(number), 60))


def run_comb(teeth, tmp_path_factory, **options):
    return comb(teeth).run(tmp_path_factory.mktemp("town"), **options)


# --- by class -----------------------------------------------------------------------------
CLASSES = [
    *(({"highway": name}, "pass") for name in ("trunk", "primary", "secondary", "tertiary")),
    *(({"highway": f"{name}_link"}, "pass") for name in ("trunk", "primary", "tertiary")),
    ({"highway": "busway"}, "pass"),
    ({"highway": "bridleway"}, "blocked"),
    ({"highway": "steps"}, "blocked"),
    ({"highway": "corridor"}, "blocked"),
    *(
        ({"highway": name}, "unknown")
        for name in ("residential", "unclassified", "living_street", "service", "pedestrian")
    ),
    *(
        ({"highway": name}, "unknown")
        for name in ("track", "road", "footway", "path", "cycleway", "no_such_class")
    ),
    # a width speaks before the class, but does not make steps or corridors passable
    ({"highway": "footway", "width": "5"}, "pass"),
    ({"highway": "tertiary", "width": "3"}, "blocked"),
    ({"highway": "tertiary", "width": "3.5"}, "unknown"),
    ({"highway": "steps", "width": "5"}, "blocked"),
    ({"highway": "corridor", "width": "5"}, "blocked"),
    # what a driver may not do does not stop a fire engine
    ({"highway": "tertiary", "access": "no"}, "pass"),
    ({"highway": "tertiary", "motor_vehicle": "private", "foot": "no"}, "pass"),
]


@pytest.fixture(scope="module")
def by_class(tmp_path_factory):
    return run_comb([tags for tags, _ in CLASSES], tmp_path_factory)


@pytest.mark.parametrize("number", range(len(CLASSES)), ids=lambda n: str(CLASSES[n][0]))
def test_class(by_class, number):
    _, truck = CLASSES[number]
    assert the_segment(by_class, number).truck == truck
    assert the_segment(by_class, number).truck_reason
    assert hoses(by_class, f"h{number}") == metres(HOSES[truck])


@pytest.mark.parametrize("kind", ["sidewalk", "crossing", "traffic_island"])
def test_footways_beside_a_road_are_blocked(tmp_path, kind):
    town = comb([{"highway": "footway", "footway": kind}]).house("h", (20, 10))
    assert the_segment(town.run(tmp_path), 0).truck == "blocked"


# --- by width -----------------------------------------------------------------------------
WIDTHS = [
    # width ± 0.3
    ({"width": "3.8"}, "pass", 3.8),  # 3.5 >= 3.5
    ({"width": "3.7"}, "unknown", 3.7),  # 3.4 < 3.5 <= 4.0
    ({"width": "3.2"}, "unknown", 3.2),  # 2.9 < 3.5 <= 3.5
    ({"width": "3.1"}, "blocked", 3.1),  # 3.4 < 3.5
    ({"width:carriageway": "3.8"}, "pass", 3.8),
    ({"width:carriageway": "3.1"}, "blocked", 3.1),
    # rounded to 0.1 mm: 3.79996 - 0.3 -> 3.5000, 3.7999 - 0.3 = 3.4999
    ({"width": "3.79996"}, "pass", 3.8),
    ({"width": "3.7999"}, "unknown", 3.8),
    # maxwidth:physical ± 0.1
    ({"maxwidth:physical": "3.6"}, "pass", 3.6),
    ({"maxwidth:physical": "3.5"}, "unknown", 3.5),
    ({"maxwidth:physical": "3.4"}, "unknown", 3.4),
    ({"maxwidth:physical": "3.3"}, "blocked", 3.3),
    # est_width ± 0.5
    ({"est_width": "4"}, "pass", 4.0),
    ({"est_width": "3.9"}, "unknown", 3.9),
    ({"est_width": "3"}, "unknown", 3.0),
    ({"est_width": "2.9"}, "blocked", 2.9),
    # the best source that says anything decides, even if it says "unknown"
    ({"maxwidth:physical": "3.5", "width": "6"}, "unknown", 3.5),
    ({"maxwidth:physical": "3.6", "width": "2"}, "pass", 3.6),
    ({"width": "3.1", "est_width": "6"}, "blocked", 3.1),
    ({"width": "wide", "est_width": "6"}, "pass", 6.0),
    # maxwidth is a sign: it weakens a pass by class, and says nothing else
    ({"highway": "tertiary", "maxwidth": "3"}, "unknown", None),
    ({"highway": "tertiary", "maxwidth": "3.5"}, "pass", None),
    ({"highway": "tertiary", "maxwidth": "3", "width": "4.5"}, "pass", 4.5),
    ({"maxwidth": "3"}, "unknown", None),
    ({"maxwidth": "6"}, "unknown", None),
    ({"highway": "bridleway", "maxwidth": "3"}, "blocked", None),
]


@pytest.fixture(scope="module")
def by_width(tmp_path_factory):
    return run_comb([tags for tags, *_ in WIDTHS], tmp_path_factory)


@pytest.mark.parametrize("number", range(len(WIDTHS)), ids=lambda n: str(WIDTHS[n][0]))
def test_width(by_width, number):
    _, truck, width_m = WIDTHS[number]
    row = the_segment(by_width, number)
    assert row.truck == truck
    assert hoses(by_width, f"h{number}") == metres(HOSES[truck])
    if width_m is not None:
        assert row.width_m == metres(width_m)
        assert row.width_source


def test_vehicle_mode_asks_for_the_vehicle_and_its_margin(tmp_path):
    vehicle, norm = fireaccess.load_vehicle("standard"), fireaccess.load_norm("vn")
    need = vehicle.width_m.value + norm.value("width_margin_m")
    assert need < norm.value("clear_width_m") - 0.1  # else the neighbours below say nothing
    teeth = [{"width": f"{need + more:.2f}"} for more in (0.3, 0.25, -0.35)]
    town = comb(teeth)
    by_vehicle = town.run(tmp_path / "vehicle", mode="vehicle")
    assert [the_segment(by_vehicle, n).truck for n in range(3)] == ["pass", "unknown", "blocked"]
    by_norm = town.run(tmp_path / "norm", mode="norm")
    assert the_segment(by_norm, 0).truck != "pass"


# --- units --------------------------------------------------------------------------------
UNITS = [
    ("4", "pass", 4.0),
    ("4.0 m", "pass", 4.0),
    ("400 cm", "pass", 4.0),  # neighbour: 400 read as metres passes as well, so look at width_m
    ("310 cm", "blocked", 3.1),
    ("11'6\"", "unknown", 3.5052),  # 11 x 0.3048 + 6 x 0.0254; 3.2052 < 3.5
    ("13'6\"", "pass", 4.1148),
    ("12 ft", "unknown", 3.6576),  # 3.3576 < 3.5 <= 3.9576
    ("13 ft", "pass", 3.9624),
    ("10 ft", "blocked", 3.048),
    ("3,8", "pass", 3.8),
    ("3,1", "blocked", 3.1),
    ("wide", "unknown", None),  # by class, service
    ("-4", "unknown", None),
    ("3;5", "unknown", None),
]


@pytest.fixture(scope="module")
def units(tmp_path_factory):
    return run_comb([{"width": text} for text, *_ in UNITS], tmp_path_factory)


@pytest.mark.parametrize("number", range(len(UNITS)), ids=lambda n: UNITS[n][0])
def test_units(units, number):
    _, truck, width_m = UNITS[number]
    row = the_segment(units, number)
    assert row.truck == truck
    if width_m is None:
        assert missing(row.width_m)
    else:
        assert row.width_m == metres(width_m)


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        ({"width": "wide"}, "wide"),
        ({"width": "3,8"}, "3,8"),
        ({"maxheight": "lowish", "width": "5"}, "lowish"),
        ({"highway": "tertiary", "bridge": "yes", "maxweight": "heavy"}, "heavy"),
    ],
    ids=str,
)
def test_a_length_that_is_none_and_a_decimal_comma_are_told(tmp_path, tags, text):
    town = comb([tags, {"width": "4"}]).house("h", (30, 10))
    findings = told(town.run(tmp_path), text)
    assert findings
    if "," in text:
        assert {f.severity for f in findings} == {"warning"}


def test_a_plain_length_is_not_told(tmp_path):
    assert not told(comb([{"width": "3.75"}]).run(tmp_path), "3.75")


# --- height -------------------------------------------------------------------------------
WIDE = {"width": "5"}
HEIGHTS = [
    ({**WIDE}, "pass"),
    ({**WIDE, "maxheight": "4.4"}, "unknown"),
    ({**WIDE, "maxheight": "4.5"}, "pass"),
    ({**WIDE, "maxheight": "14'9\""}, "unknown"),  # 4.4958 m
    ({**WIDE, "maxheight:physical": "4.4"}, "blocked"),
    ({**WIDE, "maxheight:physical": "4.5"}, "pass"),
    ({**WIDE, "maxheight:physical": "4.5", "maxheight": "4"}, "pass"),
    ({**WIDE, "maxheight:physical": "4", "maxheight": "5"}, "blocked"),
    ({**WIDE, "tunnel": "building_passage"}, "unknown"),
    ({**WIDE, "tunnel": "building_passage", "maxheight": "4.5"}, "pass"),
    ({**WIDE, "tunnel": "building_passage", "maxheight:physical": "5"}, "pass"),
    ({**WIDE, "tunnel": "building_passage", "maxheight": "4"}, "unknown"),
    ({**WIDE, "covered": "yes"}, "unknown"),
    ({**WIDE, "covered": "no"}, "pass"),
    ({**WIDE, "tunnel": "no"}, "pass"),
    ({"highway": "tertiary", "maxheight": "4"}, "unknown"),
    # a height never mends a width
    ({"width": "3", "maxheight": "4"}, "blocked"),
    ({"width": "3", "maxheight:physical": "6"}, "blocked"),
    ({"width": "3.5", "maxheight:physical": "4"}, "blocked"),
]


@pytest.fixture(scope="module")
def by_height(tmp_path_factory):
    return run_comb([tags for tags, _ in HEIGHTS], tmp_path_factory)


@pytest.mark.parametrize("number", range(len(HEIGHTS)), ids=lambda n: str(HEIGHTS[n][0]))
def test_height(by_height, number):
    _, truck = HEIGHTS[number]
    assert the_segment(by_height, number).truck == truck
    assert hoses(by_height, f"h{number}") == metres(HOSES[truck])


@pytest.mark.parametrize(
    ("height_m", "tags", "expected"),
    [
        (4.4, WIDE, (50, 50)),  # an obstacle 40 m up: 10 + 80 - 40
        (4.5, WIDE, (10, 10)),
        (5.0, {**WIDE, "covered": "yes"}, (10, 10)),  # a figure, so no longer unknown
        (5.0, {**WIDE, "tunnel": "building_passage"}, (10, 10)),
        (4.0, {**WIDE, "maxheight:physical": "5"}, (50, 50)),
    ],
)
def test_surveyed_clearance(tmp_path, height_m, tags, expected):
    town = comb([tags]).clearance("C1", (tooth(0), 40), height_m)
    result = town.run(tmp_path)
    assert hoses(result, "h0") == metres(expected)
    if expected == (50, 50):
        row = result.houses.set_index("house_id").loc["h0"]
        assert row.stopped_by == "clearance:C1"


# --- mass (standard: 15-16 t) ---------------------------------------------------------------
THROUGH = {"highway": "tertiary"}
MASSES = [
    ({**THROUGH, "bridge": "yes", "maxweight": "10"}, "blocked"),
    ({**THROUGH, "bridge": "yes", "maxweight": "10 t"}, "blocked"),
    ({**THROUGH, "bridge": "yes", "maxweight": "10000 kg"}, "blocked"),
    ({**THROUGH, "bridge": "viaduct", "maxweight": "3.5"}, "blocked"),
    ({**THROUGH, "bridge": "yes", "maxweight": "20"}, "pass"),
    ({**THROUGH, "bridge": "yes", "maxweight": "20000 kg"}, "pass"),
    ({**THROUGH, "bridge": "yes"}, "pass"),
    ({**THROUGH, "bridge": "yes", "maxweight": "heavy"}, "pass"),
    ({**THROUGH, "maxweight": "10"}, "pass"),
    ({**THROUGH, "bridge": "no", "maxweight": "10"}, "pass"),
]


@pytest.fixture(scope="module")
def by_mass(tmp_path_factory):
    return run_comb([tags for tags, _ in MASSES], tmp_path_factory)


@pytest.mark.parametrize("number", range(len(MASSES)), ids=lambda n: str(MASSES[n][0]))
def test_mass(by_mass, number):
    _, truck = MASSES[number]
    assert the_segment(by_mass, number).truck == truck


def test_a_mass_off_a_bridge_is_ignored_and_noted(tmp_path):
    assert told(comb([{**THROUGH, "maxweight": "10"}]).run(tmp_path), "weight")


def test_mass_is_the_vehicle_s_in_norm_mode_too(tmp_path):
    mass_t = fireaccess.load_vehicle("standard").mass_t.value
    teeth = [
        {**THROUGH, "bridge": "yes", "maxweight": f"{mass_t + more:g}"} for more in (0.1, -0.1)
    ]
    result = comb(teeth).run(tmp_path, mode="norm")
    assert [the_segment(result, n).truck for n in range(2)] == ["pass", "blocked"]


def test_by_width_passes_by_itself(tmp_path):
    """The other towns lean on this tag."""
    assert the_segment(comb([{"width": BY_WIDTH}]).run(tmp_path), 0).truck == "pass"
