"""Figures of a plan are held against its layers: what follows is found, what can't is known."""

import json
import shutil
import sqlite3
from contextlib import closing

import pyogrio
import pytest

import fireaccess
from fireaccess.model.errors import OutputError
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.outputs.manifest import RESULT_LAYERS
from fireaccess.outputs.verify_plan import flat, held_plan
from fireaccess.project import Project
from fireaccess.sources.sample import write_sample

#: What no layer tells: the network, prices and searches do.
NOT_FOLLOWING = {
    *("coverage.draws", "coverage.seed", "schedule.start", "schedule.deadline"),
    *(
        f"siting.{kind}.{name}"
        for kind in ("hydrant", "fire_point")
        for name in (
            *("problem", "objective", "most", "budget_vnd", "weight", "backup", "limit_m"),
            *("spacing_m", "candidates", "candidates_own", "candidates_far"),
            *("candidates_not_reached", "candidates_without_cost", "gap", "status"),
            *("covered_twice", "backup_gap"),
            *(
                f"{figure}.{share}"
                for figure in ("needed", "needed_gaps")
                for share in ("0.90", "0.95", "all")
            ),
        )
    ),
    *(
        f"schedule.works.{work}.{name}"
        for work in (
            "barriers",
            "hydrants",
            "fire_points",
            "solutions",
            "transmitters",
            "alleys_measured",
        )
        for name in ("per_month", "due")
    ),
    "schedule.works.barriers.without_cost",
    "schedule.works.transmitters.without_cost",
}


def made(folder, kind="ward", **sections):
    """Write a sample with its plan, with lines added to sections of its project file."""
    write_sample(folder, kind=kind)
    file = folder / "fireaccess.toml"
    text = file.read_text("utf-8")
    for section, lines in sections.items():
        begin = f"\n[plan{section.removeprefix('plan').replace('_', '.', 1)}]"
        assert text.count(begin) == 1
        text = text.replace(begin, begin + "\n" + lines + "\n")
    file.write_text(text, "utf-8")
    project = Project.open(folder)
    fireaccess.write(fireaccess.plan(fireaccess.run(project)), with_map=False)
    return folder / "results"


def layers_of(results):
    path = results / "results.gpkg"
    return {
        name: pyogrio.read_dataframe(path, layer=name, read_geometry=False)
        for name in RESULT_LAYERS
    }


def held(results, layers=None):
    return held_plan(results, layers_of(results) if layers is None else layers, "en")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    results = made(tmp_path_factory.mktemp("planned") / "ward")
    return results, layers_of(results)


@pytest.fixture
def ward(written, tmp_path):
    """A copy of the plan to tamper with, and the layers of the ward."""
    results, layers = written
    for name in ("plan.gpkg", "plan.json"):
        shutil.copy(results / name, tmp_path / name)
    return tmp_path, layers


def edit_figures(folder, change):
    path = folder / "plan.json"
    content = json.loads(path.read_text("utf-8"))
    content = change(content) or content
    path.write_text(json.dumps(content), "utf-8")


def edit_layer(folder, statement):
    with closing(sqlite3.connect(folder / "plan.gpkg")) as connection, connection:
        named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in named.fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        assert connection.execute(statement).rowcount > 0, statement


def higher(value):
    """Return figures each of which is another than it was, by more than any limit."""
    if isinstance(value, dict):
        return {key: higher(each) for key, each in value.items()}
    if isinstance(value, bool):
        return not value
    return value + 10**12 if isinstance(value, int | float) else value


# Well
@pytest.mark.parametrize(
    "sections",
    [
        pytest.param({}, id="all that is needed"),
        pytest.param(
            {
                "plan_per_month": "barriers = 1\nhydrants = 0\nfire_points = 2\nsolutions = 1\n"
                "transmitters = 1\nalleys_measured = 1"
            },
            id="more than can be done",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {
                "plan": "hydrants = 1\nweight = 'people'\n"
                "budgets_vnd.barriers = 4_000_000\nbudgets_vnd.fire_points = 30_000_000"
            },
            id="less money",
            marks=pytest.mark.slow,
        ),
        pytest.param(
            {"plan": "barriers = 0\nhydrants = 0\nfire_points = 0\ndraws = 1"},
            id="nothing",
            marks=pytest.mark.slow,
        ),
    ],
)
@pytest.mark.parametrize("kind", ["ward", "commune"])
def test_plans_hold(kind, sections, tmp_path):
    figures, differences = held(made(tmp_path / kind, kind, **sections))
    assert differences == []
    assert figures > 130


def test_every_figure_is_held_or_known_not_to_follow(ward):
    folder, layers = ward
    edit_figures(folder, higher)
    before = dict(flat(json.loads((folder / "plan.json").read_text("utf-8"))))
    _, differences = held(folder, layers)
    told = {where.removeprefix("plan.json: ") for where, _, _ in differences}
    numbers = {
        name
        for name, value in before.items()
        if isinstance(value, bool | int | float) and not name.startswith("coverage.classes.")
    }
    followed = numbers - NOT_FOLLOWING
    assert len(followed) > 90
    # Nothing tells how fast unless neither a deadline nor a limit is given: that is no number.
    assert told & numbers == followed


def test_figures_that_are_left_out_or_added_are_told(ward):
    folder, layers = ward

    def change(figures):
        del figures["measures"]["chosen"]
        figures["walk"]["streets"] = 3
        figures["siting"]["hydrant"]["not_coverable"]["sold"] = 2

    edit_figures(folder, change)
    _, differences = held(folder, layers)
    told = {where: (str(one), str(other)) for where, one, other in differences}
    assert told.keys() == {
        "plan.json: measures.chosen",
        "plan.json: walk.streets",
        "plan.json: siting.hydrant.not_coverable.sold",
    }
    assert told["plan.json: measures.chosen"][0] == "nothing"
    assert told["plan.json: walk.streets"] == ("3", "nothing")


@pytest.mark.parametrize("spoiled", [0, 32, 195])
def test_houses_that_hang_on_measuring_are_recomputed(ward, spoiled):
    folder, layers = ward
    assert (
        json.loads((folder / "plan.json").read_text("utf-8"))["measures"]["houses_if_passable"]
        == 33
    )
    edit_figures(folder, lambda figures: figures["measures"].update(houses_if_passable=spoiled))
    assert held(folder, layers)[1] == [
        ("plan.json: measures.houses_if_passable", str(spoiled), "33")
    ]


# Edits
@pytest.mark.parametrize(
    ("statement", "where"),
    [
        ("UPDATE measures SET gain_houses = gain_houses + 1 WHERE fid = 1", "measures.gain_houses"),
        ("UPDATE measures SET hose_saved_m = 1 WHERE fid = 2", "measures.hose_saved_m"),
        ("UPDATE measures SET total_houses = 999 WHERE rank = 3", "measures.total_houses"),
        ("UPDATE measures SET total_if_passable = 1 WHERE rank = 1", "total_if_passable, row 1,"),
        ("UPDATE measures SET total_if_passable = 32 WHERE rank = 3", "total_if_passable, row 3"),
        ("UPDATE measures SET total_if_passable = 60 WHERE rank = 5", "total_if_passable, row 5"),
        ("UPDATE measures SET total_if_passable = NULL WHERE rank = 4", "total_if_passable, row 4"),
        ("UPDATE measures SET total_if_passable = 0 WHERE rank = 5", "houses_if_passable"),
        ("UPDATE measures SET cost_vnd = 1 WHERE obstacles = 3", "measures.cost_vnd"),
        ("UPDATE measures SET total_cost_vnd = 1 WHERE rank = 5", "measures.total_cost_vnd"),
        ("UPDATE measures SET rank = 9 WHERE rank = 5", "measures.rank"),
        ("UPDATE measures SET more_houses = 90 WHERE rank = 5", "measures.gain_houses"),
        ("UPDATE measures SET obstacles = 2 WHERE rank = 1", "measures.obstacles"),
        ("UPDATE sites SET gain_houses = 300 WHERE site_id = 'hydrant:1'", "sites.total_houses"),
        ("UPDATE sites SET total_share = 1 WHERE site_id = 'hydrant:1'", "sites.total_share"),
        ("UPDATE sites SET cost_vnd = 1 WHERE site_id = 'fire_point:2'", "sites.total_cost_vnd"),
        ("UPDATE sites SET kind = 'pond' WHERE site_id = 'fire_point:45'", "sites.kind"),
        ("DELETE FROM sites WHERE site_id = 'fire_point:45'", "siting.fire_point.sites"),
        ("DELETE FROM not_covered WHERE kind = 'hydrant'", "hydrant.not_coverable.unconnected"),
        ("UPDATE not_covered SET house_id = 'MAU-0001' WHERE fid = 1", "not_covered.house_id"),
        ("UPDATE solutions SET state = 'none' WHERE state = 'proposed'", "solutions.none"),
        ("UPDATE solutions SET has_water_solution = 'yes'", "solutions.has_water_solution"),
        ("DELETE FROM solutions WHERE fid = 3", "solutions.alley_id"),
        ("UPDATE solutions SET cost_vnd = 9 WHERE state = 'proposed'", "solutions.cost_vnd,"),
        ("UPDATE solutions SET solution = 'pit' WHERE state = 'proposed'", "by_kind.hydrant"),
        ("UPDATE walk SET settles_houses = 200 WHERE rank = 2", "walk.total_settles"),
        ("UPDATE walk SET total_share = 0.99 WHERE rank = 2", "walk.total_share"),
        ("UPDATE walk SET length_m = 3 WHERE rank = 2", "walk.length_m"),
        ("DELETE FROM walk WHERE rank = 8", "walk.alleys"),
        ("UPDATE house_chances SET chance = 0.5 WHERE chance = 1", "house_chances.chance,"),
        ("UPDATE house_chances SET chance_60 = 2 WHERE fid = 40", "house_chances.chance_60,"),
        ("UPDATE house_chances SET chance = 0.9 WHERE chance > 0 AND chance < 0.9", "expected"),
        ("DELETE FROM house_chances WHERE fid = 40", "house_chances.house_id"),
        ("UPDATE schedule SET cost_vnd = 1 WHERE work = 'barriers'", "works.barriers.planned_vnd"),
        ("UPDATE schedule SET total = 3 WHERE fid = 1", "schedule.total,"),
        ("UPDATE schedule SET target = 40 WHERE work = 'transmitters'", "schedule.target"),
        ("UPDATE schedule SET share = 1 WHERE fid = 1", "schedule.share"),
        ("UPDATE schedule SET total_cost_vnd = 1 WHERE fid = 1", "schedule.total_cost_vnd"),
        ("UPDATE schedule SET month = '2028-01' WHERE fid = 1", "schedule.months"),
        ("UPDATE schedule SET work = 'picnics' WHERE fid = 1", "schedule.work,"),
        ("DELETE FROM schedule WHERE work = 'fire_points'", "works.fire_points.late"),
    ],
)
def test_an_edited_row_is_told(ward, statement, where):
    folder, layers = ward
    edit_layer(folder, statement)
    _, differences = held(folder, layers)
    assert any(where in f"{told}," for told, _, _ in differences), differences


def test_a_plan_of_other_results_is_told(ward):
    folder, layers = ward
    houses = layers["houses"].copy()
    houses.loc[houses["water"] == "not_covered", "water"] = "covered"
    barriers = layers["barriers"].assign(gain_houses=0)
    _, differences = held(folder, layers | {"houses": houses, "barriers": barriers})
    told = " ".join(where for where, _, _ in differences)
    assert "siting.hydrant.covered_before" in told
    assert "measures.gain_houses, row 1" in told


# Nothing to hold
def test_without_a_plan_nothing_is_held(ward):
    folder, layers = ward
    (folder / "plan.json").unlink()
    assert held(folder, layers) == (0, [])


@pytest.mark.parametrize("name", ["plan.gpkg", "plan.json"])
def test_a_damaged_plan_is_asked_for(ward, name):
    folder, layers = ward
    (folder / name).write_bytes(b"[3")
    with pytest.raises(OutputError, match="fireaccess plan"):
        held(folder, layers)


@pytest.mark.parametrize("layer", PLAN_LAYERS)
def test_a_plan_of_another_version_is_told(ward, layer):
    folder, layers = ward
    column = PLAN_LAYERS[layer][-1]
    with closing(sqlite3.connect(folder / "plan.gpkg")) as connection, connection:
        connection.execute(f'ALTER TABLE "{layer}" DROP COLUMN "{column}"')
    with pytest.raises(OutputError, match=f"layer {layer} lacks {column}: another version"):
        held(folder, layers)
