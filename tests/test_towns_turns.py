"""Turns on whole towns: a corner stops the truck, is named, drawn and explained (SPEC §4.4).

The standard pumper needs two streets of 6.02 m for 90° and can't be moved round below 4.60 m.
"""

import pytest
from towns import Town, degrees, house, metres, way_of

import fireaccess
from fireaccess.outputs.why import explain

WIDE = "7.0"  # passes any corner of 90°, with its accuracy of 0.3 m
TIGHT = "4.2"  # wide enough to drive on; too tight at 90°, even 0.3 m wider
MIDDLING = "5.2"  # neither for certain


def bent(width, **tags):
    """Draw an alley that goes north for 100 m and then east; a house before and one behind.

             h1          h2
             (200, 100) -------- (300, 100)
                 |
    (0, 0) ===(200, 0)=== (400, 0)  Đường Lớn, 30 m wide
    """
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary", width="30")
    town.road("Ngõ 1", [(200, 0), (200, 100), (300, 100)], width=width, **tags)
    return town.house("before", (210, 50)).house("behind", (290, 110))


def reached(result, house_id):
    row = house(result, house_id)
    return round(row.hose_m), round(row.hose_best_m)


@pytest.mark.parametrize(
    ("width", "behind"), [(WIDE, (10, 10)), (MIDDLING, (100, 10)), (TIGHT, (100, 100))]
)
def test_a_bend_within_an_alley_has_three_answers(tmp_path, width, behind):
    result = bent(width, way_id=7).run(tmp_path, turns=True)
    assert reached(result, "before") == (10, 10)
    assert reached(result, "behind") == behind


def test_without_turns_no_corner_stops_anybody(tmp_path):
    result = bent(TIGHT).run(tmp_path, turns=False)
    assert reached(result, "behind") == (10, 10)
    assert "corner" not in set(result.barriers["source"])


def test_auto_counts_turns_only_for_a_verified_radius(tmp_path):
    town = bent(TIGHT)
    assert reached(town.run(tmp_path / "assumed", turns="auto"), "behind") == (10, 10)
    vehicle = tmp_path / "verified" / "own.toml"
    vehicle.parent.mkdir()
    vehicle.write_text(
        'name = "own"\ntitle = { vi = "Xe", en = "Own" }\nsource = "its sheet"\n'
        + "".join(
            f'[{name}]\nvalue = {value}\nunit = "{unit}"\nclause = "sheet"\nstatus = "V"\n'
            for name, value, unit in (
                ("width_m", 2.5, "m"), ("height_m", 3.2, "m"), ("length_m", 8.0, "m"),
                ("wheelbase_m", 4.6, "m"), ("front_overhang_m", 1.4, "m"),
                ("turning_radius_m", 9.0, "m"), ("mass_t", 16.0, "t"),
            )
        ),
        encoding="utf-8",
    )  # fmt: skip
    result = town.run(tmp_path / "verified", turns="auto", vehicle="own.toml")
    assert reached(result, "behind") == (100, 100)


def corner_town(width="4.2"):
    """Draw two alleys that meet at right angles; only the first leaves the main road."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary", width="30")
    town.road("Ngõ Một", [(200, 0), (200, 100)], width=WIDE, way_id=7)
    town.road("Ngõ Hai", [(200, 100), (300, 100)], width=width, way_id=8)
    return town.house("h", (290, 110))


def test_the_corner_is_named_in_the_reason_and_drawn(tmp_path):
    town = corner_town()
    result = town.run(tmp_path, turns=True)
    row = house(result, "h")
    assert row.stopped_by == "corner:7-0/8-0"
    assert row.hose_m == metres(100)
    assert "corner Ngõ Một – Ngõ Hai (90°, 7 m wide, 4.2 m wide" in row.reason_en
    assert "góc Ngõ Một – Ngõ Hai" in row.reason_vi
    corner = result.barriers.set_index("barrier_id").loc["corner:7-0/8-0"]
    assert (corner.source, corner.type, corner.effect) == ("corner", "corner", "unknown")
    assert (corner.geometry.x, corner.geometry.y) == pytest.approx(degrees((200, 100)), abs=1e-6)


def test_the_corner_is_explained_with_what_it_rests_on(tmp_path):
    result = corner_town().run(tmp_path, turns=True)
    chain = explain(result, "corner:7-0/8-0", language="en")
    assert chain.answers["effect"] == "unknown"
    assert "the road turns 90°" in chain.links[0].sentence
    assert {clause.figure for clause in chain.links[0].clauses} >= {"turning_radius_m", "width_m"}
    evidence = result.evidence[result.evidence["object"] == "corner:7-0/8-0"].iloc[0]
    assert evidence["value"] == "deflection=90;width=6.70-7.30/3.90-4.50;radius=9"
    house_chain = explain(result, "house:h", language="en")
    assert "corner Ngõ Một – Ngõ Hai" in str(house_chain)


def test_corners_are_no_barriers_to_deal_with(tmp_path):
    result = corner_town().run(tmp_path, turns=True)
    figures = result.statistics["area"]["barriers"]
    assert figures["barriers"] == 0
    assert (figures["tight_corners"], figures["open_corners"]) == (0, 1)


def test_an_alley_that_is_not_passable_is_named_rather_than_its_corner(tmp_path):
    result = corner_town(width="3.0").run(tmp_path, turns=True)
    assert way_of(house(result, "h").stopped_by) == 8


def test_a_barrier_at_the_corner_is_named_first(tmp_path):
    town = corner_town().barrier("B1", (200, 100), "bollard", state="fixed")
    assert house(town.run(tmp_path, turns=True), "h").stopped_by == "barrier:B1"


def test_engines_turn_freely_on_the_arterials_that_they_start_from(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (200, 200)], highway="primary", width="3.9")
    town.house("h", (210, 190))
    assert reached(town.run(tmp_path, turns=True), "h") == (10, 10)


def test_a_mouth_is_judged_by_the_carriageway_that_the_norm_assumes(tmp_path):
    """From a tertiary road without a width (5.5 m assumed) into an alley of 4.2 m: not known."""
    town = Town().road("Đường Vừa", [(0, 0), (200, 0), (400, 0)], highway="tertiary")
    town.road("Ngõ 1", [(200, 0), (200, 100)], width="4.2")
    result = town.house("h", (210, 80)).run(tmp_path, turns=True)
    assert reached(result, "h") == (90, 10)
    assert "5.5 m wide as assumed" in house(result, "h").reason_en
    told = result.evidence["value"][result.evidence["source"] == "corner"].tolist()
    assert told == ["deflection=90;width=assumed 5.50/3.90-4.50;radius=9"]
    corners = result.barriers[result.barriers["source"] == "corner"]
    assert corners["clear_width_m"].isna().all()
    assert corners["dealt_with"].isna().all()


def test_a_bend_changes_nothing_of_what_a_reading_certifies(tmp_path):
    """A reading of the narrowest place speaks for the alley on both sides of its bend."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary", width="30")
    town.road("Ngõ 1", [(200, 0), (200, 100), (300, 100)])
    town.width("W1", (200, 30), 7.0, narrowest="yes").house("behind", (290, 110))
    assert reached(town.run(tmp_path, turns=True), "behind") == (10, 10)


def test_the_same_town_drawn_backwards_has_the_same_answers(tmp_path):
    runs = [
        bent(MIDDLING).run(tmp_path / str(backwards), backwards=backwards, turns=True)
        for backwards in (False, True)
    ]
    columns = ["house_id", "hose_m", "hose_best_m", "road", "stopped_by"]
    first, second = (run.houses[columns].sort_values("house_id") for run in runs)
    assert first.reset_index(drop=True).equals(second.reset_index(drop=True))


def test_figures_of_the_turn_that_nobody_verified_are_told(tmp_path):
    result = corner_town().run(tmp_path, turns=True)
    assert "turning_radius_m" in result.statistics["not_verified"]["vehicle"]
    assert isinstance(result, fireaccess.Result)
