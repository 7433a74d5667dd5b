"""Fixes that a mistake proposes: applied once accepted, for that version of the file, and told."""

import hashlib
import json
import re

import pandas as pd
import pytest
import shapely
from spoiled import content, here, layer
from towns import Town, degrees
from troubles import AREA, grid, on, run, vn2000, with_tables, write_csv, write_ward, write_workbook

import fireaccess
from fireaccess.inputs import read_inputs
from fireaccess.model.errors import Findings
from fireaccess.sources.fixes import accept_fixes

FIXES = "fireaccess.fixes.json"
ALONG = [(200, 20 * number) for number in (1, 4, 7, 9)]
#: Bends that no other place of the town repeats, so that the roads can tell a shift of 224 m.
LANES = (
    ("Ngách 1", [(0, 30), (90, 55), (140, 160), (60, 240), (75, 330)]),
    ("Ngách 2", [(240, 10), (270, 90), (390, 130), (350, 260), (430, 300)]),
    ("Ngách 3", [(60, 240), (-20, 180), (-35, 90)]),
    ("Ngách 4", [(390, 130), (440, 60)]),
)


def headed(heading):
    return lambda: grid(
        ("object_id", "lon", "lat", heading), *((f"W{k}", *on(3 * k), 2.0 + k) for k in (1, 2, 3))
    )


def measured(*figures):
    return lambda: grid(
        ("object_id", "lon", "lat", "width_m"),
        *((f"W{k}", *on(3 * k), figure) for k, figure in enumerate(figures, 1)),
    )


def dated(heading):
    return lambda: grid(
        ("object_id", "lon", "lat", "width_m", heading),
        ("W1", *on(3), 2.5, "1/6/2026"),
        ("W1", *on(6), 4.5, "1/5/2026"),
    )


def barred(*figures):
    return lambda: grid(
        ("object_id", "lon", "lat", "type", "state", "clear_width_m"),
        *(
            (f"B{k}", *on(4 * k), "lift_gate", "openable", figure)
            for k, figure in enumerate(figures, 1)
        ),
    )


def placed(headings, write, places=tuple(ALONG), *more):
    return lambda: grid(
        ("object_id", "type", *headings),
        *((f"N{k}", "hydrant", *write(place), *more) for k, place in enumerate(places, 1)),
    )


def along_lanes():
    lines = [shapely.LineString(points) for _, points in LANES]
    points = [
        (name, line.interpolate(part, normalized=True))
        for (name, _), line in zip(LANES, lines, strict=True)
        for part in (0.08, 0.21, 0.37, 0.52, 0.66, 0.81, 0.95)
    ]
    return [(name, (point.x, point.y)) for name, point in points]


def read_on_lanes(write):
    return lambda: grid(
        ("object_id", "lon", "lat", "width_m", "road_name"),
        *((f"W{k:02}", *write(place), 4.0, name) for k, (name, place) in enumerate(along_lanes())),
    )


def backwards(place):
    return degrees(place)[::-1]


def north_first(place):
    return vn2000(place)[::-1]


def as_degrees_of_vn2000(place):
    return vn2000(place, None)


#: Table, fix, code, and the table as it is and as it should be.
KINDS = {
    "a heading of a required column": (
        "widths",
        "widths-heading-width_m",
        "InputError",
        headed("Bề rộng đo được"),
        headed("Bề rộng (m)"),
    ),
    "a heading of an optional column": (
        "widths",
        "widths-heading-date",
        "unknown_column",
        dated("Ngày khảo sátt"),
        dated("Ngày khảo sát"),
    ),
    "centimetres": (
        "widths",
        "widths-centimetres-width_m",
        "centimetres",
        measured(4.5, 250, 420),
        measured(4.5, 2.5, 4.2),
    ),
    "centimetres of a column that may be blank": (
        "barriers",
        "barriers-centimetres-clear_width_m",
        "centimetres",
        barred(380, 240),
        barred(3.8, 2.4),
    ),
    "lon and lat exchanged": (
        "water",
        "water-swapped",
        "swapped",
        placed(("lon", "lat"), backwards),
        placed(("lon", "lat"), degrees),
    ),
    "easting and northing exchanged": (
        "water",
        "water-swapped-easting",
        "swapped",
        placed(("easting", "northing"), north_first),
        placed(("easting", "northing"), vn2000),
    ),
    "the wrong zone": (
        "water",
        "water-zone-10545-10500-x",
        "zone",
        placed(("x", "y", "crs"), vn2000, ALONG, "105°45'"),
        placed(("x", "y", "crs"), vn2000, ALONG, "105°00'"),
    ),
    "metres in columns of degrees": (
        "water",
        "water-metres-10500",
        "metres_in_degrees",
        placed(("lon", "lat"), vn2000),
        placed(("x", "y"), vn2000),
    ),
    "the datum left out": (
        "widths",
        "widths-datum-wgs84-vn2000",
        "datum",
        read_on_lanes(as_degrees_of_vn2000),
        read_on_lanes(degrees),
    ),
}


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    return write_ward(tmp_path_factory.mktemp("town") / "ward")


@pytest.fixture(scope="module")
def crooked(tmp_path_factory):
    """Write a town whose lanes are bent, so that points on them fit nowhere else."""
    town = Town().road("Đường Lớn", [(-50, 0), (200, 0), (450, 0)], highway="primary").area(*AREA)
    for name, points in LANES:
        town.road(name, points)
    town.road("Ngõ 1", [(200, 0), (240, 10), (0, 30)]).house("h", (205, 20))
    folder = tmp_path_factory.mktemp("crooked") / "ward"
    town.write(folder, crs="EPSG:5897")
    return folder


@pytest.fixture(scope="module")
def project(ward, crooked, tmp_path_factory):
    """Return what writes a project with a table, as it is or as it should be."""

    def write(kind, *, right=False, suffix="xlsx"):
        table, _, code, wrong, corrected = KINDS[kind]
        file = f"{table}.{suffix}"
        folder = tmp_path_factory.mktemp("fix") / "ward"
        with_tables(crooked if code == "datum" else ward, folder, {table: file})
        cells = (corrected if right else wrong)()
        if suffix == "csv":
            write_csv(folder / file, cells)
        else:
            write_workbook(folder / file, {"Trang 1": cells})
        return folder

    return write


@pytest.fixture(scope="module", params=KINDS)
def accepted(request, project):
    """Accept the fix of a kind; return the kind, its project, and what was told around it."""
    folder = project(request.param)
    before = here("check", folder, "--json")
    assert not (folder / FIXES).exists()
    after = here("check", folder, "--json", "--accept-fix", KINDS[request.param][1])
    return request.param, folder, before, after


def told(outcome, code):
    return [finding for finding in outcome.findings if finding["code"] == code]


def answers(folder):
    """Return what a project says: its evidence, houses, barriers and water, without the fixes."""
    result = run(folder)
    evidence = result.evidence[result.evidence["source"] != "norm"]
    return (
        pd.DataFrame(evidence).reset_index(drop=True),
        pd.DataFrame(result.houses.drop(columns="geometry")),
        result.barriers,
        result.water,
    )


def test_a_fix_is_applied_once_it_is_accepted(accepted):
    kind, _, before, after = accepted
    table, fix, code, *_ = KINDS[kind]
    (proposed,) = [finding for finding in before.findings if finding["fix"]]
    assert (proposed["code"], proposed["fix"]) == (code, fix)
    assert not told(before, "fix_applied")
    assert not told(after, code)
    (applied,) = told(after, "fix_applied")
    assert applied["severity"] == "hint"
    assert (applied["file"], applied["sheet"]) == (f"{table}.xlsx", "Trang 1")
    assert applied["rows"] == ([] if "heading" in fix else proposed["rows"])
    assert before.code == (0 if code == "unknown_column" else 1)
    assert after.code == 0


def test_it_is_recorded_with_the_version_of_the_file(accepted):
    kind, folder, before, _ = accepted
    table, fix, *_ = KINDS[kind]
    (recorded,) = json.loads((folder / FIXES).read_text(encoding="utf-8"))["fixes"]
    file = folder / f"{table}.xlsx"
    assert (recorded["id"], recorded["file"]) == (fix, file.name)
    assert recorded["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert recorded["what"] == next(f["message"] for f in before.findings if f["fix"])


def test_the_results_are_those_of_the_right_file(accepted, project):
    kind, folder, *_ = accepted
    fixed, right = answers(folder), answers(project(kind, right=True))
    for ours, theirs in zip(fixed[:2], right[:2], strict=True):
        pd.testing.assert_frame_equal(ours, theirs, atol=0.02)
    for ours, theirs in zip(fixed[2:], right[2:], strict=True):
        assert list(ours["object_id"]) == list(theirs["object_id"])
        assert all(
            a.distance(b) < 2e-7 for a, b in zip(ours.geometry, theirs.geometry, strict=True)
        )


def test_a_run_applies_it_too_and_names_the_file_of_fixes_among_its_inputs(project):
    folder = project("centimetres")
    here("check", folder, "--accept-fix", "widths-centimetres-width_m")
    result = run(folder)
    evidence = result.evidence.set_index("object")["value"]
    assert [evidence[f"reading:W{k}"] for k in (1, 2, 3)] == ["4.5", "2.5", "4.2"]
    fixes = result.statistics["inputs"]["fixes"]
    assert fixes["file"] == FIXES
    assert fixes["sha256"] == hashlib.sha256((folder / FIXES).read_bytes()).hexdigest()


# Several at once
@pytest.fixture
def several(ward, tmp_path):
    folder = with_tables(ward, tmp_path / "ward", {"widths": "widths.csv", "water": "water.csv"})
    write_csv(folder / "widths.csv", measured(4.5, 250, 420)())
    write_csv(folder / "water.csv", placed(("lon", "lat"), backwards)())
    return folder


SEVERAL = ("widths-centimetres-width_m", "water-swapped")


def test_the_file_of_fixes_has_the_same_bytes_in_whatever_order_they_were_accepted(several):
    project = fireaccess.Project.open(several)
    proposed = fireaccess.run(project).findings
    written = set()
    for order in ([SEVERAL], [SEVERAL[::-1]], [SEVERAL[:1], SEVERAL[1:]], [SEVERAL[1:], SEVERAL]):
        for ids in order:
            accept_fixes(project, ids, proposed)
        written.add((several / FIXES).read_bytes())
        (several / FIXES).unlink()
    (text,) = written
    assert text.decode().count("sha256") == 2
    assert not re.search(r"\d{2}:\d{2}:\d{2}", text.decode())


def test_accepting_writes_nothing_else(several):
    before = content(several)
    here("check", several, "--accept-fix", SEVERAL[0])
    after = content(several)
    assert after.pop(FIXES)
    assert after == before


def test_an_id_that_nobody_proposed_is_refused(several):
    outcome = here("check", several, "--json", "--accept-fix", "widths-centimetres")
    assert outcome.code == 2
    (finding,) = outcome.findings
    assert "'widths-centimetres'" in finding["message"]
    for fix in SEVERAL:
        assert fix in finding["remedy"]
    assert "fireaccess.toml" in finding["file"]
    assert not (several / FIXES).exists()


def test_of_two_ids_neither_is_accepted_if_one_is_wrong(several):
    outcome = here("check", several, "--accept-fix", SEVERAL[0], "--accept-fix", "water-zone")
    assert outcome.code == 2
    assert not (several / FIXES).exists()


def test_where_nothing_is_wrong_there_is_nothing_to_accept(ward):
    outcome = here("check", ward, "--accept-fix", "widths-swapped")
    assert outcome.code == 2
    assert "proposes none" in outcome.err


# A file that changed since
def test_a_fix_for_another_version_of_the_file_is_told_and_not_applied(several):
    here("check", several, "--accept-fix", SEVERAL[0], "--accept-fix", SEVERAL[1])
    write_csv(several / "widths.csv", measured(4.5, 250, 420, 4.4)())
    outcome = here("check", several, "--json")
    assert outcome.code == 1
    (stale,) = told(outcome, "fix_out_of_date")
    assert (stale["severity"], stale["file"], stale["fix"]) == (
        "warning",
        "widths.csv",
        SEVERAL[0],
    )
    assert "accept it again" in stale["remedy"]
    assert [finding["rows"] for finding in told(outcome, "centimetres")] == [[3, 4]]
    (applied,) = told(outcome, "fix_applied")
    assert applied["file"] == "water.csv"

    again = here("check", several, "--json", "--accept-fix", SEVERAL[0])
    assert not told(again, "fix_out_of_date")
    assert {finding["file"] for finding in told(again, "fix_applied")} == {
        "widths.csv",
        "water.csv",
    }
    assert len(json.loads((several / FIXES).read_text(encoding="utf-8"))["fixes"]) == 2


def test_a_fix_for_a_heading_of_another_version_of_the_file(project):
    folder = project("a heading of a required column", suffix="csv")
    here("check", folder, "--accept-fix", "widths-heading-width_m")
    path = folder / "widths.csv"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    outcome = here("check", folder, "--json")
    assert outcome.code == 1
    assert told(outcome, "fix_out_of_date")
    (stop,) = told(outcome, "InputError")
    assert stop["fix"] == "widths-heading-width_m"


@pytest.mark.parametrize("text", ["", "{}", '{"fixes": [{"id": "a"}]}', "not JSON"])
def test_a_file_of_fixes_that_can_not_be_read(several, text):
    (several / FIXES).write_text(text, encoding="utf-8")
    outcome = here("check", several)
    assert outcome.code == 2
    assert FIXES in outcome.err
    assert "accept the fixes again" in outcome.err


# Sheets and layers
def test_the_second_sheet_of_a_table_has_fixes_of_its_own(ward, tmp_path):
    folder = with_tables(ward, tmp_path / "ward", {}, survey="survey.xlsx")
    sheets = {"Bề rộng ngõ": measured(250)(), "Bề rộng ngõ 2": measured(4.4, 4.3, 380)()}
    write_workbook(folder / "survey.xlsx", sheets)
    outcome = here("check", folder, "--json")
    assert {(f["sheet"], f["fix"]) for f in told(outcome, "centimetres")} == {
        ("Bề rộng ngõ", "widths-centimetres-width_m"),
        ("Bề rộng ngõ 2", "widths-2-centimetres-width_m"),
    }
    outcome = here("check", folder, "--json", "--accept-fix", "widths-2-centimetres-width_m")
    assert [f["sheet"] for f in told(outcome, "centimetres")] == ["Bề rộng ngõ"]
    assert [(f["sheet"], f["rows"]) for f in told(outcome, "fix_applied")] == [
        ("Bề rộng ngõ 2", [4])
    ]


def test_a_layer_with_its_axes_exchanged(ward, tmp_path):
    folder = with_tables(ward, tmp_path / "ward", {"water": "water.geojson"})
    points = [
        ({"object_id": f"N{k}", "type": "hydrant"}, {"type": "Point", "coordinates": place})
        for k, place in enumerate(map(backwards, ALONG), 1)
    ]
    layer(folder / "water.geojson", *points, epsg=4326)
    outcome = here("check", folder, "--json")
    found = told(outcome, "not_on_earth")
    assert [(f["row"], f["column"]) for f in found] == [(k, "geometry") for k in (1, 2, 3, 4)]
    assert all("swapped" in f["remedy"] for f in found)
    assert all(f"N{f['row']}" in f["original"][0] for f in found)


def test_a_layer_in_the_wrong_zone(ward, tmp_path):
    folder = with_tables(ward, tmp_path / "ward", {"water": "water.geojson"})
    points = [
        ({"object_id": f"N{k}", "type": "hydrant"}, {"type": "Point", "coordinates": place})
        for k, place in enumerate(map(vn2000, ALONG), 1)
    ]
    layer(folder / "water.geojson", *points, epsg=9210)
    outcome = here("check", folder, "--json")
    (zone,) = told(outcome, "zone")
    assert (zone["column"], zone["rows"]) == ("geometry", [1, 2, 3, 4])
    assert len(zone["original"]) == 4
    outcome = here("check", folder, "--json", "--accept-fix", zone["fix"])
    assert told(outcome, "fix_applied")
    water = read_inputs(fireaccess.Project.open(folder), Findings()).survey["water"]
    for point, place in zip(water.geometry, map(vn2000, ALONG), strict=True):
        assert (point.x, point.y) == pytest.approx(place, abs=0.02)
