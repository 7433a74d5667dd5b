"""Roads and alleys without a truck: one row each, how deep, with what water."""

import pytest
from towns import BY_WIDTH, Town, alley, house, metres, missing, segment

MOUTHS = (100, 200, 300, 400, 500)


def comb():
    """Draw a main road with joints every 100 m."""
    return Town().road("Đường Lớn", [(x, 0) for x in (0, *MOUTHS, 700)], highway="primary")


# --- depth ------------------------------------------------------------------------------------
def test_a_dead_end(tmp_path):
    """150 m of unknown width: outside in the worst case only."""
    town = comb().road("Ngõ 1", [(100, 0), (100, 150)]).house("h", (110, 100))
    result = town.run(tmp_path)
    row = alley(result, "Ngõ 1")
    assert row.depth_m == metres(150)
    assert missing(row.depth_best_m) or row.depth_best_m == metres(0)
    assert row.length_m == metres(150)
    assert not row.certain
    assert not row.deep
    assert row.stopped_by == f"segment:{segment(result, (100, 75)).segment_id}"
    assert (row.houses, row.houses_not_covered, row.houses_needs_survey) == (1, 0, 0)
    assert house(result, "h").alley_id == row.alley_id


def test_a_dead_end_behind_a_post(tmp_path):
    """A block 20 m up a wide alley: 230 m beyond it, in both cases."""
    town = comb().road("Ngõ 1", [(100, 0), (100, 20), (100, 250)], width=BY_WIDTH)
    town.node((100, 20), barrier="block").house("h", (110, 240)).house("mouth", (110, 15))
    result = town.run(tmp_path)
    row = alley(result, "Ngõ 1")
    assert (row.depth_m, row.depth_best_m, row.length_m) == metres((230, 230, 230))
    assert row.certain
    assert row.deep
    assert row.stopped_by == f"barrier:n{town.node_id((100, 20))}"
    assert row.min_width_m == metres(4.5)
    # 10 + 220 > 200
    assert (row.houses, row.houses_not_covered, row.houses_needs_survey) == (1, 1, 0)
    assert house(result, "h").alley_id == row.alley_id
    assert missing(house(result, "mouth").alley_id)


@pytest.mark.parametrize(("length", "deep"), [(199, False), (201, True)])
def test_deep(tmp_path, length, deep):
    town = comb().road("Ngõ 1", [(100, 0), (100, length)], highway="steps").house("h", (110, 50))
    assert bool(alley(town.run(tmp_path), "Ngõ 1").deep) is deep


def test_depth_of_a_through_alley_is_half_its_length(tmp_path):
    """150 + 100 + 150 m, reached at both ends; the deepest place is in its middle."""
    town = comb().road("Ngõ 1", [(100, 0), (100, 150), (200, 150), (200, 0)], highway="steps")
    row = alley(town.house("h", (150, 160)).run(tmp_path), "Ngõ 1")
    assert row.length_m == metres(400)
    assert row.depth_m == metres(200)
    assert not row.deep  # not more than 200


def test_depth_best(tmp_path):
    """100 m unknown, then 80 m of stairs: 180 from the main road, 80 from the best reach."""
    town = comb().road("Ngõ 1", [(100, 0), (100, 100)])
    town.road("Ngõ 1", [(100, 100), (100, 180)], highway="steps").house("h", (110, 170))
    row = alley(town.run(tmp_path), "Ngõ 1")
    assert (row.depth_m, row.depth_best_m, row.length_m) == metres((180, 80, 180))


def test_narrowest_known_width(tmp_path):
    town = comb().road("Ngõ 1", [(100, 0), (100, 100)], width="3.2")
    town.road("Ngõ 1", [(100, 100), (100, 180)], width="2.1").house("h", (110, 170))
    town.road("Ngõ 2", [(300, 0), (300, 100)])
    result = town.run(tmp_path)
    assert alley(result, "Ngõ 1").min_width_m == metres(2.1)
    assert missing(alley(result, "Ngõ 2").min_width_m)


# --- which pieces are one -----------------------------------------------------------------------
def test_pieces_of_one_name_that_hang_together_are_one_alley(tmp_path):
    """Two ways, 100 and 60 m, and another alley of that name elsewhere."""
    town = comb().road("Ngõ 1", [(100, 0), (100, 100)]).road("Ngõ 1", [(100, 100), (160, 100)])
    town.road("Ngõ 1", [(500, 0), (500, 70)]).house("h", (110, 50))
    alleys = town.run(tmp_path).alleys
    assert sorted(alleys[alleys["name"] == "Ngõ 1"].length_m) == metres([70, 160])
    assert len(alleys) == 2
    assert alleys.alley_id.is_unique


def test_two_names_are_two_alleys(tmp_path):
    """Ngách 2 leaves Ngõ 1 at 60: its depth counts from the main road, 60 + 80."""
    town = comb().road("Ngõ 1", [(100, 0), (100, 60), (100, 100)])
    town.road("Ngách 2", [(100, 60), (180, 60)]).house("h", (110, 50))
    result = town.run(tmp_path)
    assert (alley(result, "Ngõ 1").depth_m, alley(result, "Ngõ 1").length_m) == metres((100, 100))
    assert alley(result, "Ngách 2").depth_m == metres(140)
    assert alley(result, "Ngách 2").length_m == metres(80)


def test_a_nameless_branch_belongs_to_the_alley_it_hangs_on(tmp_path):
    """Ngõ 1 outside the reach, 100 m; a nameless branch of 80 m at 60."""
    town = comb().road("Ngõ 1", [(100, 0), (100, 60), (100, 100)])
    result = town.road(None, [(100, 60), (180, 60)]).house("h", (170, 70)).run(tmp_path)
    row = alley(result, "Ngõ 1")
    assert len(result.alleys) == 1
    assert (row.depth_m, row.length_m) == metres((140, 180))
    assert house(result, "h").alley_id == row.alley_id


@pytest.mark.parametrize("parent", ["main", "alley"])
def test_a_nameless_piece_is_a_branch_of_the_road_it_leaves(tmp_path, parent):
    town = comb().road("Ngõ 1", [(100, 0), (100, 60), (100, 100)], width=BY_WIDTH)
    start = (300, 0) if parent == "main" else (100, 60)
    end = (300, 80) if parent == "main" else (180, 60)
    result = town.road(None, [start, end], highway="steps").house("h", (150, 65)).run(tmp_path)
    name = "nhánh của Đường Lớn" if parent == "main" else "nhánh của Ngõ 1"
    assert alley(result, name).length_m == metres(80)
    assert len(result.alleys) == 1


def test_reached_roads_are_no_alleys(tmp_path):
    town = comb().road("Ngõ 1", [(100, 0), (100, 150)], width=BY_WIDTH).house("h", (110, 100))
    result = town.run(tmp_path)
    assert result.alleys.empty
    assert missing(house(result, "h").alley_id)


def test_houses_by_answer(tmp_path):
    """On 400 m of unknown width: 110 and 190 by hose are covered, 260 and 400 open."""
    town = comb().road("Ngõ 1", [(100, 0), (100, 400)])
    for y in (100, 180, 250, 390):
        town.house(f"h{y}", (110, y))
    row = alley(town.run(tmp_path), "Ngõ 1")
    assert (row.houses, row.houses_not_covered, row.houses_needs_survey) == (4, 0, 2)


# --- water --------------------------------------------------------------------------------------
def stairs(length=150):
    """Draw stairs of 150 m with two houses, 10 m off it at 60 and at 140."""
    town = comb().road("Ngõ 1", [(100, 0), (100, length)], highway="steps")
    return town.house("low", (110, 60)).house("high", (110, 140))


@pytest.mark.parametrize(
    ("x", "answer"),
    [
        (150, "yes"),  # high: 10 + 140 + 50 + 4 = 204
        (400, "no"),  # low 10 + 60 + 300 + 4 = 374, high 454
        (700, "no"),  # both too far
    ],
)
def test_water_solution_by_a_hydrant(tmp_path, x, answer):
    row = alley(stairs().water("H1", (x, 4)).run(tmp_path), "Ngõ 1")
    assert row.has_water_solution == answer


def test_no_water_no_solution(tmp_path):
    row = alley(stairs().run(tmp_path), "Ngõ 1")
    assert row.has_water_solution == "no"
    assert missing(row.water_id)
    assert missing(row.water_m)


def test_water_that_only_the_best_case_can_use(tmp_path):
    """A pond 15 m off an alley of unknown width at 200; 10 + 140 + 100 + 80 + 15 = 345."""
    town = stairs().road("Ngõ 2", [(200, 0), (200, 80)]).water("N1", (215, 80), "pond")
    assert alley(town.run(tmp_path), "Ngõ 1").has_water_solution == "unknown"


@pytest.mark.parametrize("kind", ["riser", "pipe", "tank_pump", "hose_cabinet"])
def test_an_installed_solution_serves_the_alley(tmp_path, kind):
    """At the mouth, for 200 m."""
    town = stairs().row("solutions", "S1", (102, 5), type=kind, serves_m=200)
    result = town.run(tmp_path)
    expected = "no" if kind == "hose_cabinet" else "yes"
    assert alley(result, "Ngõ 1").has_water_solution == expected


def test_a_solution_on_another_alley_does_not_serve(tmp_path):
    town = stairs().road("Ngõ 2", [(500, 0), (500, 80)], highway="steps").house("h", (510, 40))
    result = town.row("solutions", "S1", (502, 5), type="riser", serves_m=200).run(tmp_path)
    assert alley(result, "Ngõ 1").has_water_solution == "no"
    assert alley(result, "Ngõ 2").has_water_solution == "yes"


# --- fire points --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("length", "place", "needs"),
    [
        (150, None, True),
        (150, (104, 100), False),  # 10 + 40 + 4 to either house
        (150, (104, 20), True),  # 10 + 120 + 4 = 134 to the upper one
        (150, (696, 4), True),
    ],
)
def test_needs_fire_point(tmp_path, length, place, needs):
    """Deeper than 50 m and a house without one within 100 m."""
    town = stairs(length)
    if place:
        town.row("fire_points", "P1", place)
    row = alley(town.run(tmp_path), "Ngõ 1")
    assert bool(row.needs_fire_point) is needs


@pytest.mark.parametrize(("place", "has"), [(None, False), ((104, 100), True), ((696, 4), False)])
def test_has_fire_point(tmp_path, place, has):
    """None at all, one on the alley, one 600 m away on the main road."""
    town = stairs()
    if place:
        town.row("fire_points", "P1", place)
    assert bool(alley(town.run(tmp_path), "Ngõ 1").has_fire_point) is has


@pytest.mark.parametrize(("length", "needs"), [(48, False), (52, True)])
def test_a_short_alley_needs_no_fire_point(tmp_path, length, needs):
    town = comb().road("Ngõ 1", [(100, 0), (100, length)], highway="steps").house("h", (110, 40))
    assert bool(alley(town.run(tmp_path), "Ngõ 1").needs_fire_point) is needs
