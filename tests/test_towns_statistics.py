"""Counts and shares of a whole town, and the stretches of road without a hydrant."""

import pytest
from towns import BY_WIDTH, Town, house, metres, one_alley


# --- houses -------------------------------------------------------------------------------------
def five_houses():
    """Draw one house each: covered, open, not covered, unconnected; and one outside the area."""
    main = [(0, 0), (200, 0), (300, 0), (400, 0)]
    town = Town().road("Đường Lớn", main, highway="primary")
    town.road("Ngõ 1", [(200, 0), (200, 300)])
    town.road("Bậc", [(300, 0), (300, 300)], highway="steps")
    town.area((-100, -200), (500, -200), (500, 400), (-100, 400))
    town.house("covered", (100, 10), people=4, group="Tổ 1")
    town.house("open", (210, 290), people=3, group="Tổ 2")
    town.house("not", (310, 290), people=2, group="Tổ 1")
    town.house("unconnected", (100, -150), people=1)
    return town.house("outside", (1000, 0), people=9, group="Tổ 9")


def test_unconnected_houses_stay_in_every_denominator(tmp_path):
    result = five_houses().run(tmp_path)
    area = result.statistics["area"]
    assert area["houses"] == len(result.houses) == 4
    assert area["people"] == 10
    road = area["road"]
    assert (road["covered"], road["needs_survey"], road["not_covered"]) == (1, 1, 1)
    assert (road["share_worst"], road["share_best"]) == (0.25, 0.5)
    assert (road["people_worst"], road["people_best"]) == (4, 7)
    assert area["status"]["unconnected"] == 1
    assert sum(area["status"].values()) == 4


def test_the_house_outside_is_counted_as_left_out(tmp_path):
    left_out = five_houses().run(tmp_path).statistics["left_out"]["houses"]
    assert sum(left_out.values()) == 1


def test_groups_add_up_and_every_house_is_in_one(tmp_path):
    result = five_houses().run(tmp_path)
    groups = {row["group"]: row for row in result.statistics["groups"]}
    assert sorted(row["houses"] for row in groups.values()) == [1, 1, 2]
    assert {"Tổ 1", "Tổ 2"} < set(groups)
    assert groups["Tổ 1"]["people"] == 6
    assert sum(row["houses"] for row in groups.values()) == result.statistics["area"]["houses"]
    assert sum(row["people"] for row in groups.values()) == result.statistics["area"]["people"]
    assert house(result, "unconnected").group in groups


def test_shares_by_hose(tmp_path):
    """Hoses of 10, 300 and 300 m in the worst case; 10, 10 and 300 in the best."""
    percentiles = five_houses().run(tmp_path).statistics["area"]["percentiles"]
    assert percentiles["hose_m"]["median"] == metres(300)
    assert percentiles["hose_best_m"]["median"] == metres(10)
    assert percentiles["hose_m"]["without"] == 1


# --- roads --------------------------------------------------------------------------------------
def test_kilometres_by_answer(tmp_path):
    """400 m of main road, 300 m of unknown alley, 300 m of stairs; a sidewalk does not count."""
    town = five_houses().road(None, [(0, 5), (90, 5)], highway="footway", footway="sidewalk")
    roads = town.run(tmp_path).statistics["area"]["roads"]
    assert roads["km"] == pytest.approx(1.0, abs=0.001)
    assert roads["km_by_truck"] == pytest.approx(
        {"pass": 0.4, "unknown": 0.3, "blocked": 0.3}, abs=0.001
    )
    assert roads["km_by_reached"] == pytest.approx(
        {"yes": 0.4, "unknown": 0.3, "no": 0.3}, abs=0.001
    )


@pytest.mark.parametrize(
    ("y", "narrowest", "share"),
    [
        (None, "", 0),
        (40, "", 40 / 300),  # stretches of 40 and 260 m: only the first is certified
        (100, "yes", 1),
    ],
)
def test_how_much_of_the_alleys_is_measured(tmp_path, y, narrowest, share):
    town = one_alley(300).house("h", (210, 100))
    if y is not None:
        town.width("W1", (200, y), 4, narrowest=narrowest)
    roads = town.run(tmp_path).statistics["area"]["roads"]
    assert roads["alley_km"] == pytest.approx(0.3, abs=0.001)
    assert roads["alley_measured_share"] == pytest.approx(share, abs=0.001)


# --- barriers and targets -----------------------------------------------------------------------
def test_removed_barriers_stay_in_the_denominator(tmp_path):
    town = one_alley(300, bends=[200]).node((200, 200), barrier="bollard").house("h", (210, 250))
    town.barrier("B1", (200, 50), "block", state="removed", date="2026-05-20")
    town.barrier("B2", (200, 100), "gate", state="openable", keyholder="Ông Ba")
    town.barrier("B3", (200, 150), "block")
    statistics = town.run(tmp_path).statistics
    barriers = statistics["area"]["barriers"]
    assert barriers["barriers"] == 4
    assert barriers["dealt_with"] == 1
    assert barriers["by_effect"] == {"pass": 1, "delay": 1, "unknown": 0, "blocked": 2}
    target = statistics["targets"]["barriers_dealt_with"]
    assert (target["target"], target["done"], target["left"]) == (4, 1, 3)


# --- hydrants along the road ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("hydrants", "expected"),
    [
        ([], 400),
        ([100], 25 + 225),  # covered from 25 to 175
        ([100, 240], 25 + 85),  # 25 to 175, 165 to 315
        ([60, 200, 340], 0),
        ([100, 300], 25 + 50 + 25),  # open from 175 to 225
    ],
)
def test_stretches_far_from_any_hydrant(tmp_path, hydrants, expected):
    """Half of 150 m along the road; the main road is 400 m, the alley of no truck is no road."""
    town = one_alley(300).house("h", (100, 10))
    for number, x in enumerate(hydrants):
        town.water(f"H{number}", (x, -12))
    gaps = town.run(tmp_path).hydrant_gaps
    assert gaps.length_m.sum() == metres(expected)


def test_a_hydrant_at_a_mouth_serves_both_roads(tmp_path):
    """From (200, 0): the main road from 125 to 275, the wide alley up to 75 of its 300 m."""
    town = one_alley(300, width=BY_WIDTH).house("h", (100, 10)).water("H1", (200, -3))
    town.water("H2", (210, 250), working="no").water("N1", (210, 250), "tank")
    gaps = town.run(tmp_path).hydrant_gaps
    assert sorted(gaps.length_m) == metres([125, 125, 225])
