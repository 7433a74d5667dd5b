"""Figures are recomputed from the published layers, and every hand edit is found."""

import json
import re
import shutil
import sqlite3
import subprocess
import sys

import pandas as pd
import pyogrio
import pytest

import fireaccess
from fireaccess.model.errors import OutputError
from fireaccess.outputs.manifest import digest
from fireaccess.outputs.verify import recomputed, verify
from fireaccess.sources.sample import write_sample


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Folders of both samples with their results."""
    folder = tmp_path_factory.mktemp("samples")
    for kind in ("ward", "commune"):
        project = fireaccess.Project.open(write_sample(folder / kind, kind=kind))
        fireaccess.write(fireaccess.run(project))
    return folder


@pytest.fixture
def ward(written, tmp_path):
    """Give a copy of the sample ward with its results, to tamper with."""
    shutil.copytree(written / "ward", tmp_path / "ward")
    return tmp_path / "ward"


@pytest.fixture(scope="module")
def with_plan(tmp_path_factory):
    """Give the folder of the sample ward with its results and its plan."""
    project = fireaccess.Project.open(write_sample(tmp_path_factory.mktemp("plan") / "ward"))
    fireaccess.write(fireaccess.plan(fireaccess.run(project)), with_map=False)
    return project.folder


@pytest.fixture
def planned(with_plan, tmp_path):
    """Give a copy of it, to tamper with."""
    shutil.copytree(with_plan, tmp_path / "planned")
    return tmp_path / "planned"


def held(folder):
    return verify(fireaccess.Project.open(folder))


def told(folder):
    return [str(difference) for difference in held(folder).differences]


def edit_layer(folder, statement, file="results.gpkg"):
    # GeoPackage triggers want functions of GDAL's: a hand would use QGIS, which has them.
    with sqlite3.connect(folder / "results" / file) as connection:
        triggers = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall()
        for name, _ in triggers:
            connection.execute(f'DROP TRIGGER "{name}"')
        changed = connection.execute(statement).rowcount
        for _, sql in triggers:
            connection.execute(sql)
    connection.close()
    assert changed, statement  # -1 where the tables themselves are changed


def edit_statistics(folder, change):
    path = folder / "results" / "statistics.json"
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content, ensure_ascii=False), "utf-8")


def sign_again(folder):
    """Write the manifest anew, as somebody would who knows of it."""
    results = folder / "results"
    content = json.loads((results / "manifest.json").read_text("utf-8"))
    content["files"] = {name: digest(results / name) for name in content["files"]}
    (results / "manifest.json").write_text(json.dumps(content), "utf-8")


@pytest.mark.parametrize("kind", ["ward", "commune"])
def test_results_of_both_samples_hold(written, kind):
    assert told(written / kind) == []
    found = held(written / kind)
    assert found.figures > 500
    assert found.files == 16


@pytest.mark.slow
def test_results_of_a_real_ward_hold(data_dir, tmp_path):
    shutil.copytree(data_dir / "khuong-dinh", tmp_path / "ward")
    project = fireaccess.Project.open(tmp_path / "ward")
    fireaccess.write(fireaccess.run(project))
    assert told(tmp_path / "ward") == []


@pytest.mark.parametrize(
    ("layer", "column"), [("houses", "approved"), ("water", "last_checked"), ("alleys", "deep")]
)
def test_results_of_an_older_version_are_told(ward, layer, column):
    edit_layer(ward, f"ALTER TABLE {layer} DROP COLUMN {column}")
    with pytest.raises(OutputError, match=f"layer {layer} lacks {column}: another version") as told:
        held(ward)
    assert "compute them again: fireaccess run" in str(told.value)


# Tampering ----------------------------------------------------------------------------------


def house_covered(folder):
    edit_layer(folder, "UPDATE houses SET road = 'covered', status = 'ok' WHERE status = 'no_road'")


def house_deleted(folder):
    edit_layer(folder, "DELETE FROM houses WHERE fid = 7")


def hose_shorter(folder):
    edit_layer(folder, "UPDATE houses SET hose_m = hose_m / 2")


def barrier_dealt_with(folder):
    edit_layer(folder, "UPDATE barriers SET dealt_with = 1")


def alley_left_out(folder):
    edit_layer(folder, "DELETE FROM alleys WHERE has_water_solution = 'no'")


def violation_fixed(folder):
    edit_layer(folder, "UPDATE violations SET fixed = '2026-01-01'")


def width_measured(folder):
    edit_layer(folder, "UPDATE segments SET width_source = 'survey'")


def figure_improved(folder):
    def change(statistics):
        statistics["area"]["road"]["covered"] += 10

    edit_statistics(folder, change)


def group_improved(folder):
    def change(statistics):
        group = min(statistics["groups"], key=lambda group: group["water"]["share_worst"])
        group["water"]["share_worst"] = 1.0

    edit_statistics(folder, change)


def target_met(folder):
    def change(statistics):
        target = statistics["targets"]["barriers_dealt_with"]
        target["done"], target["left"] = target["target"], 0

    edit_statistics(folder, change)


def alley_improved(folder):
    def change(statistics):
        alley = max(statistics["alleys"], key=lambda alley: alley["road"]["not_covered"])
        alley["road"]["not_covered"] = 0

    edit_statistics(folder, change)


def group_left_out(folder):
    edit_statistics(folder, lambda statistics: statistics["groups"].pop())


def struck_off_the_list(folder):
    edit_layer(folder, "UPDATE houses SET approved = 0")


def water_reviewed(folder):
    edit_layer(folder, "UPDATE water SET last_checked = '2026-06-01'")


def installed_sooner(folder):
    def change(statistics):
        statistics["transmitters_by_month"][0]["installed"] += 5

    edit_statistics(folder, change)


def deadline_put_off(folder):
    edit_statistics(folder, lambda s: s["targets"]["water_solutions"].update(due="2028-07-01"))


FIGURES = {
    struck_off_the_list: "area.approved.listed",
    water_reviewed: "targets.water_reviewed.done",
    installed_sooner: "transmitters_by_month[0].installed",
    deadline_put_off: "targets.water_solutions.due",
    house_covered: "area.status.no_road",
    house_deleted: "area.houses",
    hose_shorter: "area.percentiles.hose_m.median",
    barrier_dealt_with: "area.barriers.dealt_with",
    alley_left_out: "targets.water_solutions.target",
    violation_fixed: "area.violations.fixed",
    width_measured: "area.roads.alley_measured_share",
    figure_improved: "area.road.covered",
    group_improved: "water.share_worst",
    target_met: "targets.barriers_dealt_with.left",
    alley_improved: "road.not_covered",
    group_left_out: "houses: published nothing",
}


@pytest.mark.parametrize("tamper", FIGURES, ids=lambda tamper: tamper.__name__)
def test_an_edit_is_found_even_if_the_manifest_is_written_anew(ward, tamper):
    tamper(ward)
    sign_again(ward)
    differences = told(ward)
    assert any(FIGURES[tamper] in text for text in differences), differences[:5]


def test_layer_and_figures_edited_alike_are_found_by_the_manifest(ward):
    house_covered(ward)
    path = ward / "results" / "results.gpkg"
    layers = {
        name: pyogrio.read_dataframe(path, layer=name, read_geometry=False)
        for name, _ in pyogrio.list_layers(path)
    }
    project = fireaccess.Project.open(ward)
    edit_statistics(
        ward, lambda statistics: statistics.update(recomputed(layers, statistics, project))
    )
    differences = told(ward)
    assert not [text for text in differences if text.startswith("statistics.json: area")]
    files = [text.split(":")[0] for text in differences if "SHA-256" in text]
    assert files == ["results.gpkg", "statistics.json"]


def edited_file(name):
    def tamper(folder):
        path = folder / name
        path.write_bytes(path.read_bytes() + b"\n")

    tamper.__name__ = f"edited {name}"
    return tamper


def lost_file(name):
    def tamper(folder):
        (folder / name).unlink()

    tamper.__name__ = f"lost {name}"
    return tamper


def other_copy(folder):
    path = folder / "results" / "alleys.parquet"
    frame = pd.read_parquet(path)
    frame["deep"] = False
    frame.to_parquet(path)
    sign_again(folder)


def other_table(folder):
    path = folder / "results" / "statistics.csv"
    lines = path.read_text("utf-8-sig").splitlines()
    lines[1] = lines[1].rsplit(",", 1)[0] + ",1"
    path.write_text("\n".join(lines) + "\n", "utf-8-sig")
    sign_again(folder)


def other_inputs(folder):
    path = folder / "results" / "manifest.json"
    content = json.loads(path.read_text("utf-8"))
    content["inputs"]["houses"]["sha256"] = 64 * "0"
    path.write_text(json.dumps(content), "utf-8")


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (edited_file("houses.csv"), "input houses (houses.csv)"),
        (edited_file("fireaccess.toml"), "input project"),
        (lost_file("survey/widths.csv"), "input survey.widths (widths.csv)"),
        (edited_file("maps/map.html"), "../maps/map.html"),
        (edited_file("results/findings.csv"), "findings.csv"),
        (lost_file("results/houses.parquet"), "houses.parquet"),
        (other_copy, "alleys.parquet: deep"),
        (other_table, "statistics.csv: area"),
        (other_inputs, "statistics.json: inputs"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_changed_file_is_found(ward, tamper, said):
    tamper(ward)
    assert any(text.startswith(said) for text in told(ward)), told(ward)


def test_differences_in_vietnamese(ward):
    figure_improved(ward)
    edited_file("houses.csv")(ward)
    lost_file("results/houses.parquet")(ward)
    held = verify(fireaccess.Project.open(ward), language="vi").differences
    told = {difference.where: difference for difference in held}
    figure = told["statistics.json: area.road.covered"]
    assert figure.text_in("vi") == (
        "statistics.json: area.road.covered: "
        f"đã công bố: {figure.published}; hiện thấy: {figure.found}"
    )
    assert int(figure.published) == int(figure.found) + 10
    assert told["houses.parquet"].found == "không có tệp này"
    assert told["đầu vào houses (houses.csv)"].published.startswith("SHA-256 ")


# Plan ---------------------------------------------------------------------------------------


def test_a_plan_adds_to_what_is_held(planned):
    found = held(planned)
    assert found.differences == ()
    (planned / "results" / "plan.json").unlink()
    without = held(planned)
    assert [str(each).split(":")[0] for each in without.differences] == ["plan.json"]
    assert found.figures > without.figures + 130


def test_an_edited_plan_is_found_by_the_manifest(planned):
    edited_file("results/plan.json")(planned)
    edit_layer(planned, "UPDATE solutions SET clause = 'none'", "plan.gpkg")
    assert [text.split(":")[0] for text in told(planned)] == ["plan.gpkg", "plan.json"]


def take_out(folder, *names, known=True):
    """Remove files, and what the manifest knows of them."""
    path = folder / "results" / "manifest.json"
    content = json.loads(path.read_text("utf-8"))
    for name in names:
        (folder / "results" / name).unlink()
        if known:
            del content["files"][name]
    path.write_text(json.dumps(content), "utf-8")


@pytest.mark.parametrize(
    "names", [("plan.gpkg", "plan.json"), ("plan.gpkg",), ("plan.json",)], ids="+".join
)
def test_a_plan_taken_out_of_the_manifest_too_is_missed_by_its_gains(planned, names):
    take_out(planned, *names)
    assert told(planned) == [
        f"{name}: published gains of a plan in the layer barriers, found no such file"
        for name in names
    ]


def test_a_plan_that_the_manifest_knows_is_missed_once(planned):
    take_out(planned, "plan.gpkg", "plan.json", known=False)
    missed = told(planned)
    assert len(missed) == 2
    assert all("SHA-256" in line and "no such file" in line for line in missed)


def test_an_edited_plan_is_found_even_if_the_manifest_is_written_anew(planned):
    path = planned / "results" / "plan.json"
    content = json.loads(path.read_text("utf-8"))
    content["measures"]["gain_houses"] += 400
    path.write_text(json.dumps(content), "utf-8")
    edit_layer(planned, "UPDATE sites SET gain_houses = 300 WHERE rank = 1", "plan.gpkg")
    sign_again(planned)
    differences = told(planned)
    published = content["measures"]["gain_houses"]
    assert (
        f"plan.json: measures.gain_houses: published {published}, found {published - 400}"
        in differences
    )
    assert any(text.startswith("plan.json: siting.hydrant.covered:") for text in differences)
    assert any(text.startswith("plan.gpkg: sites.total_houses, row 1") for text in differences)


# Nothing to hold ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["manifest.json", "results.gpkg", "statistics.json"])
@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"")])
def test_results_that_are_not_there_are_asked_for(ward, name, damage):
    damage(ward / "results" / name)
    with pytest.raises(OutputError, match="fireaccess run"):
        held(ward)


def test_the_command_tells_each_difference_and_fails(ward):
    def command(*options):
        return subprocess.run(
            [sys.executable, "-m", "fireaccess", "verify", str(ward), *options],
            capture_output=True,
            encoding="utf-8",
        )

    well = command()
    assert (well.returncode, well.stderr) == (0, "")
    assert "no differences" in well.stdout
    figure_improved(ward)
    found = command("--quiet")
    assert (found.returncode, found.stdout) == (1, "")
    assert "statistics.json: area.road.covered: published" in found.stderr
    differences = json.loads(command("--json").stdout)["differences"]
    where = [difference["where"] for difference in differences]
    assert "statistics.json" in where
    assert any(re.fullmatch("statistics.csv: area / .* / road.covered", name) for name in where)
