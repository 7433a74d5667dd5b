"""Two states of a town: what changed is listed, all of it and nothing else, and what changed it."""

import json
import subprocess
import sys

import pandas as pd
import pytest
from towns import one_alley

import fireaccess
from fireaccess.comparison import ANSWERS
from fireaccess.model.errors import ProjectError


def town(*, barrier="fixed", width=None, hydrant=(190, -5), houses=range(6), **tags):
    """Draw an alley behind a bollard, with six houses and a hydrant at its mouth."""
    drawn = one_alley(400, bends=[100, 200, 300], **({"width": "4.5"} | tags))
    for number in houses:
        drawn.house(f"h{number}", (205, 60 * number + 40), people=3, group=f"Tổ {number % 2}")
    drawn.barrier("B1", (200, 20), "bollard", state=barrier)
    if width is not None:
        drawn.width("W1", (200, 160), width, date="2026-06-01")
    drawn.water("H1", hydrant, working="yes")
    return drawn


@pytest.fixture
def compared(tmp_path):
    """Write two towns and compare them."""

    def compare(old, new, *, settings=None, **project):
        folders = tmp_path / "old", tmp_path / "new"
        old.write(folders[0])
        new.write(folders[1], settings=settings, **project)
        return fireaccess.compare(*map(fireaccess.Project.open, folders))

    return compare


def changes(found):
    return {row.house_id: (row.change, row.why) for row in found.houses.itertuples()}


def test_the_same_town_twice_has_changed_in_nothing(compared):
    found = compared(town(), town())
    assert len(found.houses) == len(found.barriers) == len(found.rules) == 0
    assert (found.targets["done_old"] == found.targets["done_new"]).all()
    assert list(found.groups["houses_old"]) == list(found.groups["houses_new"]) == [3, 3]


def test_a_barrier_taken_away_changes_the_houses_behind_it(compared):
    found = compared(town(), town(barrier="removed"))
    before, after = (
        state.houses.set_index("house_id")[list(ANSWERS)] for state in (found.old, found.new)
    )
    behind = before.index[(before != after).any(axis=1)]
    assert len(behind) >= 2
    assert changes(found) == {name: ("better", "survey") for name in behind}
    [barrier] = found.barriers.to_dict("records")
    assert (barrier["barrier_id"], barrier["change"]) == ("barrier:B1", "changed")
    assert (barrier["state_old"], barrier["state_new"]) == ("fixed", "removed")
    assert (barrier["effect_old"], barrier["effect_new"]) == ("blocked", "pass")
    target = found.targets.set_index("target").loc["barriers_dealt_with"]
    assert (target["done_old"], target["done_new"], target["target_new"]) == (0, 1, 1)
    assert found.groups["road_covered_new"].sum() == 6


def test_a_narrow_reading_makes_it_worse_for_the_houses_beyond(compared):
    found = compared(town(barrier="removed"), town(barrier="removed", width=2.0))
    assert set(changes(found).values()) == {("worse", "survey")}
    assert "h5" in changes(found)
    assert "h0" not in changes(found)
    assert [(row.change, row.barrier_id) for row in found.barriers.itertuples()] == [
        ("new", "reading:W1")
    ]


def test_a_road_mapped_anew_is_told_as_the_roads(compared):
    old = one_alley(400, bends=[100, 200, 300], width="2.0")
    new = one_alley(400, bends=[100, 200, 300], width="4.5")
    for drawn in (old, new):
        drawn.house("far", (205, 390))
        drawn.water("H1", (190, -5), working="yes")
    assert changes(compared(old, new)) == {"far": ("better", "roads")}


def test_another_vehicle_is_told_as_the_norm(compared):
    drawn = {"barrier": "removed", "width": 3.0}
    found = compared(town(**drawn), town(**drawn), vehicle="light", mode="vehicle")
    assert set(changes(found).values()) == {("better", "norm")}
    assert found.rules["figure"].str.startswith("vehicle.").any()


def test_water_that_broke_is_told_as_the_survey(compared):
    found = compared(town(barrier="removed"), town(barrier="removed", hydrant=(190, -2000)))
    assert {why for _, why in changes(found).values()} == {"survey"}
    assert (found.houses["water_old"] != found.houses["water_new"]).all()


def test_houses_that_come_and_go_are_listed(compared):
    found = compared(town(houses=range(1, 6)), town(houses=range(5)))
    assert changes(found) == {"h5": ("gone", "houses"), "h0": ("new", "houses")}
    gone = found.houses.set_index("house_id").loc["h5"]
    assert gone[[f"{answer}_new" for answer in ANSWERS]].isna().all()
    assert not gone["geometry"].is_empty


def test_an_answer_that_two_causes_moved_tells_both(compared):
    old = one_alley(400, bends=[100, 200, 300], width="2.0")
    new = one_alley(400, bends=[100, 200, 300])
    for drawn in (old, new):
        drawn.house("far", (205, 390))
        drawn.water("H1", (190, -5), working="yes")
    new.width("W1", (200, 160), 4.5, narrowest="yes", date="2026-06-01")
    assert changes(compared(old, new)) == {"far": ("better", "roads, survey")}


def test_two_crs_are_refused_with_a_remedy(compared):
    with pytest.raises(ProjectError, match="same crs"):
        compared(town(), town(), crs="EPSG:5897")


def test_the_command_counts_changes_and_writes_tables(tmp_path):
    drawn = town(barrier="removed")
    drawn.house("=1+1", (205, 385), address="=HYPERLINK(1)")
    town().write(tmp_path / "old")
    drawn.write(tmp_path / "new")
    command = [sys.executable, "-m", "fireaccess", "compare", tmp_path / "old", tmp_path / "new"]
    done = subprocess.run([*command, "--to", tmp_path / "to"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "better (survey)" in done.stdout
    assert "1 new (houses)" in done.stdout
    assert "Barriers: 1 changed" in done.stdout
    assert "barriers_dealt_with: done 0 of 1 → 1 of 1" in done.stdout
    houses = pd.read_csv(tmp_path / "to" / "houses.csv").set_index("house_id")
    assert houses.loc["'=1+1", "address"] == "'=HYPERLINK(1)"
    assert {path.stem for path in (tmp_path / "to").iterdir()} == {
        "houses",
        "barriers",
        "targets",
        "groups",
        "rules",
    }
    told = json.loads(subprocess.run([*command, "--json"], capture_output=True).stdout)
    assert [row["house_id"] for row in told["houses"]] == [
        name.removeprefix("'") for name in houses.index
    ]
