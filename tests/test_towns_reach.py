"""Where the truck starts, how far it comes, and the hose from there."""

import pytest
from towns import BY_WIDTH, Town, drawn, hoses, house, metres, missing, one_alley, segment, way_of

import fireaccess


# --- starts ---------------------------------------------------------------------------------
def two_pieces(**link):
    """Draw two arterial pieces of 400 and 200 m, 300 m apart, and an alley between them.

    The shorter one is drawn in more pieces.
    """
    town = Town().road("Đường Dài", [(0, 0), (100, 0), (400, 0)], highway="tertiary")
    for x in (0, 50, 100, 150):
        town.road("Đường Ngắn", [(x, 300), (x + 50, 300)], highway="primary")
    return town.road("Ngõ", [(100, 0), (100, 300)], **link).house("h", (150, 310))


def test_the_longer_piece_is_the_start_not_the_higher_class(tmp_path):
    """Worst: 10 + 50 + 300. Best: over the alley. Neighbour: 10 if both were starts."""
    assert hoses(two_pieces().run(tmp_path)) == metres((360, 10))


def test_the_shorter_piece_is_reached_over_a_wide_alley(tmp_path):
    assert hoses(two_pieces(width=BY_WIDTH).run(tmp_path)) == metres((10, 10))


def test_a_barrier_does_not_part_the_start_piece(tmp_path):
    """Joined at (400, 0) by a shared node on which a block stands: one piece of 700 m."""
    town = two_pieces().road("Đường Dài", [(400, 0), (400, 300)], highway="secondary")
    town.node((400, 0), barrier="block").house("beyond", (410, 200))
    assert hoses(town.run(tmp_path), "beyond") == metres((10, 10))


@pytest.mark.parametrize("highway", ["trunk", "primary", "secondary", "tertiary", "primary_link"])
def test_classes_that_start(tmp_path, highway):
    town = Town().road("Đường", [(0, 0), (200, 0)], highway=highway)
    town.road("Phố", [(200, 0), (900, 0)], highway="residential").house("h", (300, 10))
    assert hoses(town.run(tmp_path)) == metres((110, 10))  # 10 + 300 - 200


def test_a_narrow_arterial_is_no_start(tmp_path):
    """500 m of secondary are blocked by their width; the 200 m of tertiary start."""
    town = Town().road("Đường Hẹp", [(0, 0), (500, 0)], highway="secondary", width="2")
    town.road("Đường Rộng", [(0, 0), (0, 200)], highway="tertiary").house("h", (300, 10))
    assert hoses(town.run(tmp_path)) == metres((310, 310))


# --- shapes of alleys -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "expected", "road"),
    [
        ({"width": BY_WIDTH}, (10, 10), "covered"),
        ({}, (290, 10), "needs_survey"),
        ({"highway": "steps"}, (290, 290), "not_covered"),
    ],
    ids=["wide", "unknown", "steps"],
)
def test_a_dead_end(tmp_path, tags, expected, road):
    row = house(one_alley(300, **tags).house("h", (210, 280)).run(tmp_path), "h")
    assert (row.hose_m, row.hose_best_m) == metres(expected)
    assert row.road == road
    assert row.offset_m == metres(10)
    assert drawn(row.door_lon, row.door_lat) == (200, 280)
    assert drawn(row.stand_lon, row.stand_lat) == ((200, 280) if expected[0] == 10 else (200, 0))
    if expected[0] == 10:
        assert missing(row.stopped_by)
    else:
        assert row.stopped_by == f"segment:{row.segment_id}"


@pytest.mark.parametrize(("x", "worst"), [(200, 260), (250, 210), (300, 160)])
def test_a_loop_with_both_mouths_on_the_main_road(tmp_path, x, worst):
    """U: 150 up, 200 across, 150 down. From the middle 10 + 100 + 150 either way.

    (100,150)---x---(300,150)
        |               |
    =(100,0)=========(300,0)=
    """
    town = Town().road("Đường Lớn", [(0, 0), (100, 0), (300, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(100, 0), (100, 150), (300, 150), (300, 0)]).house("h", (x, 160))
    assert hoses(town.run(tmp_path)) == metres((worst, 10))


def test_stairs_stop_the_truck_and_carry_the_hose(tmp_path):
    """Neighbours: 10 if the truck climbed them, null if the hose did not."""
    town = one_alley(100, width=BY_WIDTH)
    town.road("Bậc", [(200, 100), (200, 120)], highway="steps", way_id=7)
    town.road("Ngõ 2", [(200, 120), (200, 300)], width=BY_WIDTH).house("h", (210, 250))
    result = town.run(tmp_path)
    row = house(result, "h")
    assert hoses(result) == metres((160, 160))  # 10 + 250 - 100
    assert drawn(row.stand_lon, row.stand_lat) == (200, 100)
    assert way_of(row.stopped_by) == 7
    reached = {y: segment(result, (200, y)).reached for y in (50, 110, 200)}
    assert reached == {50: "yes", 110: "no", 200: "no"}


def test_reached_yes_no_unknown(tmp_path):
    """Unknown, then stairs, then wide: reached in the best case only; never; never."""
    town = one_alley(100).road("Bậc", [(200, 100), (200, 120)], highway="steps")
    town.road("Ngõ 2", [(200, 120), (200, 300)], width=BY_WIDTH).house("h", (210, 250))
    result = town.run(tmp_path)
    reached = [segment(result, point).reached for point in ((100, 0), (200, 50), (200, 200))]
    assert reached == ["yes", "unknown", "no"]
    assert segment(result, (200, 200)).truck == "pass"


def test_the_nearest_stand_wins_even_from_behind(tmp_path):
    """The door is 150 m up the alley; a reached lane ends 60 m beyond it at (200, 210)."""
    town = one_alley(210).road("Ngõ 2", [(200, 210), (400, 210), (400, 0)], width=BY_WIDTH)
    row = house(town.house("h", (210, 150)).run(tmp_path), "h")
    assert row.hose_m == metres(70)
    assert drawn(row.stand_lon, row.stand_lat) == (200, 210)


# --- limits -----------------------------------------------------------------------------------
LIMITS = [
    # door at y: hose 10 + y over stairs, certain in both cases
    # y, rolls = ceil(1.1 (10 + y) / 20), road_60, road
    (45, 4, "covered", "covered"),  # 60.5 / 20 = 3.03
    (55, 4, "not_covered", "covered"),  # 71.5 / 20 = 3.58
    (171, 10, "not_covered", "covered"),  # 199.1 / 20 = 9.955
    (172, 11, "not_covered", "covered"),  # 200.2 / 20 = 10.01
    (189, 11, "not_covered", "covered"),  # 218.9 / 20 = 10.9
    (191, 12, "not_covered", "not_covered"),  # 221.1 / 20 = 11.06
]


@pytest.fixture(scope="module")
def limits(tmp_path_factory):
    town = one_alley(300, highway="steps")
    for y, *_ in LIMITS:
        town.house(f"h{y}", (210, y))
    return town.run(tmp_path_factory.mktemp("limits"))


@pytest.mark.parametrize(("y", "rolls", "road_60", "road"), LIMITS)
def test_limits(limits, y, rolls, road_60, road):
    row = house(limits, f"h{y}")
    assert row.hose_m == metres(10 + y)
    assert (row.hose_rolls, row.road_60, row.road) == (rolls, road_60, road)


@pytest.mark.parametrize(
    ("y", "road_60", "road"),
    [
        (45, "covered", "covered"),  # 55 even in the worst case
        (55, "needs_survey", "covered"),  # 65 or 10
        (191, "needs_survey", "needs_survey"),  # 201 or 10
    ],
)
def test_three_answers(tmp_path, y, road_60, road):
    row = house(one_alley(300).house("h", (210, y)).run(tmp_path), "h")
    assert (row.road_60, row.road) == (road_60, road)


def test_a_house_beside_the_main_road(tmp_path):
    row = house(one_alley().house("h", (100, 8)).run(tmp_path), "h")
    assert row.hose_m == metres(8)
    assert row.hose_rolls == 1  # 8.8 / 20
    assert row.road == row.road_60 == "covered"
    assert missing(row.stopped_by)


# --- the way there ----------------------------------------------------------------------------
def test_truck_m_from_the_piece_of_starts(tmp_path):
    """250 m up a wide alley; 0 on the main road itself."""
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 250)).house("main", (100, 10))
    result = town.run(tmp_path)
    assert house(result, "h").truck_m == metres(250)
    assert house(result, "main").truck_m == metres(0)


def test_truck_m_from_the_nearest_station(tmp_path):
    """Stations on the main road at 50 and at 380: 150 + 250 against 180 + 250."""
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 250))
    town.row("stations", "S1", (50, 0), name="Đội 1").row("stations", "S2", (380, 0), name="Đội 2")
    assert house(town.run(tmp_path), "h").truck_m == metres(400)


def test_truck_s_by_the_class_speeds_and_what_must_be_opened(tmp_path):
    """250 m of alley at the norm's speed for service; then with a gate on the way."""
    norm = fireaccess.load_norm("vn")
    driving = 250 / (norm.speed_km_h("service") / 3.6)
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 250))
    row = house(town.run(tmp_path / "open"), "h")
    assert row.truck_s == pytest.approx(driving, abs=0.1)
    town.barrier("B1", (200, 100), "gate", state="openable", keyholder="Ông Ba")
    row = house(town.run(tmp_path / "gate"), "h")
    assert row.truck_s == pytest.approx(driving + norm.value("opening_delay_s"), abs=0.1)
    assert row.truck_m == metres(250)


def test_truck_m_ends_where_the_truck_stops(tmp_path):
    """At the post, 100 m up; none where no hose gets to."""
    town = one_alley(300, width=BY_WIDTH).barrier("B1", (200, 100), "block")
    town.road("Đảo", [(300, 100), (300, 200)]).house("h", (210, 250)).house("island", (310, 150))
    result = town.run(tmp_path)
    assert house(result, "h").truck_m == metres(100)
    assert missing(house(result, "island").truck_m)


def test_stations_as_starts(tmp_path):
    """The station stands on the main road, but the block at 100 is no longer looked past."""
    town = Town().road("Đường Lớn", [(0, 0), (100, 0), (400, 0)], highway="primary")
    town.node((100, 0), barrier="block").row("stations", "S1", (50, 0), name="Đội 1")
    town.house("h", (300, 10)).house("near", (80, 10))
    result = town.run(tmp_path / "stations", starts="stations")
    assert hoses(result) == metres((210, 210))  # 10 + 300 - 100
    assert hoses(result, "near") == metres((10, 10))
    assert hoses(town.run(tmp_path / "arterial")) == metres((10, 10))


# --- sweeping truths --------------------------------------------------------------------------
def mixed():
    """Draw a town with some of everything."""
    main = [(0, 0), (200, 0), (300, 0), (400, 0)]
    town = Town().road("Đường Lớn", main, highway="primary")
    town.road("Ngõ 1", [(200, 0), (200, 150), (200, 200), (200, 450)])
    town.node((200, 150), barrier="lift_gate")
    town.road("Ngõ 2", [(200, 200), (100, 200), (100, 400)], width="3.4")
    town.road("Ngõ 3", [(300, 0), (300, 200), (200, 200)], width=BY_WIDTH)
    for number, place in enumerate([(210, 50), (190, 180), (110, 300), (310, 150), (210, 440)]):
        town.house(f"h{number}", place, people=number)
    town.width("W1", (300, 100), 2.4).width("W2", (200, 30), 4).width("W3", (300, 40), 3.9)
    town.barrier("B1", (200, 300), "bollard").barrier("B2", (100, 250), "gate", state="openable")
    town.water("N1", (310, 10)).water("N2", (90, 210), "pond").water("N3", (10, 10), working="no")
    return town.row("fire_points", "P1", (205, 400)).row("fire_points", "P2", (295, 150))


def test_shuffled_rows_give_the_same_figures(tmp_path):
    there = mixed().run(tmp_path / "there")
    back = mixed().run(tmp_path / "back", backwards=True)
    for layer, key in (("houses", "house_id"), ("segments", "segment_id")):
        one, two = (getattr(r, layer).set_index(key).sort_index() for r in (there, back))
        assert one.to_json() == two.to_json(), layer
    for layer in ("barriers", "alleys", "water", "fire_points"):
        one, two = (getattr(r, layer) for r in (there, back))
        key = one.columns[0]
        assert sorted(one[key]) == sorted(two[key]), layer
        one, two = (frame.set_index(key).sort_index() for frame in (one, two))
        assert one.to_json() == two.to_json(), layer


def test_the_zone_found_by_itself_gives_the_same_figures(tmp_path):
    """The town lies in UTM zone 48N, which is also what the drawing was made in."""
    named = mixed().run(tmp_path / "named")
    found = mixed().run(tmp_path / "auto", crs="auto")
    assert found.houses.to_json() == named.houses.to_json()


def test_a_smaller_vehicle_never_reaches_less(tmp_path):
    """A motorcycle passes where a pumper does, and through some of the narrow places too."""
    big, small = (
        mixed().run(tmp_path / name, mode="vehicle", vehicle=name).houses
        for name in ("standard", "motorcycle")
    )
    assert (small.hose_m <= big.hose_m + 1e-9).all()
    assert (small.hose_best_m <= big.hose_best_m + 1e-9).all()
    assert (small.hose_m < big.hose_m - 1).any()


def test_the_best_case_is_never_worse_than_the_worst(tmp_path):
    houses = mixed().run(tmp_path).houses
    assert (houses.hose_best_m <= houses.hose_m + 1e-9).all()
    assert (houses.offset_m <= houses.hose_best_m + 1e-9).all()
