"""Rows that can't be read, all in one project: each is told with row, column and remedy.

The other rows are used, and every row that was read is used or counted as left out.
"""

import csv
import json

import pytest
from spoiled import here, layer, ring, sheet, town
from towns import degrees, house

import fireaccess

SWAPPED = ",".join(f"{degree:.7f}" for degree in reversed(degrees((205, 100))))
SQUARE = [(190, 20), (196, 20), (196, 26), (190, 26)]

HOUSES = [
    # row 2 and on; the heading is row 1
    ("good", (205, 20), "3", "Tổ 1"),
    ("nan", "NaN", "20.997", "3", "Tổ 1"),
    ("swapped", SWAPPED, "3", "Tổ 1"),
    ("nowhere", "", "", "3", "Tổ 1"),
    ("", (205, 60), "3", "Tổ 1"),
    ("words", (205, 80), "ba người", "Tổ 1"),
    ("negative", (205, 100), "-3", "Tổ 1"),
    ("good", (215, 120), "3", "Tổ 1"),  # of the two, the one farther west stays
    ("long", (205, 140), "3", "Tổ 1", "một ô thừa"),
    ("far", (9000, 9000), "3", "Tổ 1"),
    ("comma", (205, 160), '"2,5"', "Tổ 1"),
    ("short", (205, 180)),
    ("infinite", "inf", "20.997", "3", "Tổ 1"),
]
WIDTHS = [
    ("W2", (200, 30), "hẹp", "2026-05-01", "yes"),
    ("W3", (200, 60), "-2.5", "2026-05-01", "yes"),
    ("W4", (200, 90), "", "2026-05-01", "yes"),
    ("W5", (200, 120), '"4,2"', "31/2/2026", "có lẽ"),
    ("W6", (5000, 120), "4.2", "2026-05-01", ""),
    ("W7", (200, 150), "4.2", "2026-05-01", ""),
    ("W7", (200, 150), "2.2", "2026-06-01", ""),
    ("W9", SWAPPED, "4.2", "2026-05-01", ""),
    ("W10", (200, 180), "{0}", "2026-05-01", ""),
]
BARRIERS = [
    ("B2", (280, 200), "bollard", "fixd", ""),
    ("B3", (270, 200), "", "fixed", ""),
    ("B4", (200, 250), "gate", "openable", "-1"),
]
WATER = [
    ({"object_id": "bowtie", "type": "pond"}, ring(SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3])),
    ({"object_id": "none", "type": "pond"}, None),
    (
        {"object_id": "nan", "type": "hydrant"},
        {"type": "Point", "coordinates": [float("nan"), 20.997]},
    ),
    (
        {"object_id": "swapped", "type": "hydrant"},
        {"type": "Point", "coordinates": degrees((200, 40))[::-1]},
    ),
    (
        {"object_id": "well", "type": "giếng"},
        {"type": "Point", "coordinates": degrees((205, 40))},
    ),
    (
        {"object_id": "broken", "type": "pond"},
        {"type": "Polygon", "coordinates": [[[105.8, 20.9], [105.9, 20.9], [float("nan"), 21]]]},
    ),
    ({"object_id": "good", "type": "hydrant"}, {"type": "Point", "coordinates": degrees((205, 9))}),
    ({"object_id": "dry", "type": "riser", "working": "no"}, ring(*SQUARE)),
]
VIOLATIONS = [
    ("V1", "", "", "để xe"),
    ("V2", SWAPPED, "để xe"),
    ("V3", (200, 30), ""),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("spoiled") / "ward"
    town().area((-50, -50), (450, -50), (450, 350), (-50, 350)).write(folder)
    sheet(folder / "houses.csv", "house_id,lon,lat,people,group", HOUSES)
    sheet(folder / "widths.csv", "object_id,lon,lat,width_m,date,narrowest", WIDTHS)
    sheet(folder / "barriers.csv", "object_id,lon,lat,type,state,clear_width_m", BARRIERS)
    layer(folder / "water.geojson", *WATER)
    sheet(folder / "violations.csv", "object_id,lon,lat,kind", VIOLATIONS)
    project = (folder / "fireaccess.toml").read_text(encoding="utf-8")
    project = project.replace('"water.csv"', '"water.geojson"\nviolations = "violations.csv"')
    (folder / "fireaccess.toml").write_text(project, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def result(folder):
    result = fireaccess.run(fireaccess.Project.open(folder))
    fireaccess.write(result)
    return result


def about(result, file, row):
    return [f for f in result.findings if f.file == file and f.row == row]


@pytest.mark.parametrize(
    ("row", "column", "code", "value", "used"),
    [
        (3, "lon", "not_a_number", "NaN", False),
        (4, "lat", "swapped", None, False),
        (5, "lon", "no_place", None, False),
        (6, "house_id", "blank", None, False),
        (7, "people", "not_a_number", "ba người", True),
        (8, "people", "out_of_range", "-3", True),
        (9, "house_id", "house_twice", "good", False),
        (10, None, "too_many_cells", "một ô thừa", False),
        (12, "people", "decimal_comma", "2,5", True),
        (14, "lon", "not_a_number", "inf", False),
    ],
)
def test_a_house_that_is_wrong_is_told_with_row_and_column(result, row, column, code, value, used):
    told = [f for f in about(result, "houses.csv", row) if f.code == code]
    assert len(told) == 1, result.findings
    assert told[0].column == column
    assert told[0].severity == ("warning" if code == "decimal_comma" else "error")
    assert value is None or told[0].value == value
    assert told[0].what_to_do
    house_id = HOUSES[row - 2][0]
    if house_id not in ("", "good"):
        assert (house_id in set(result.houses["house_id"])) is used


@pytest.mark.parametrize(
    ("file", "row", "column", "code"),
    [
        ("widths.csv", 2, "width_m", "not_a_number"),
        ("widths.csv", 3, "width_m", "out_of_range"),
        ("widths.csv", 4, "width_m", "blank"),
        ("widths.csv", 5, "width_m", "decimal_comma"),
        ("widths.csv", 5, "date", "not_a_date"),
        ("widths.csv", 5, "narrowest", "not_a_flag"),
        ("widths.csv", 6, "lon", None),
        ("widths.csv", 9, "lat", "swapped"),
        ("widths.csv", 10, "width_m", "not_a_number"),
        ("barriers.csv", 2, "state", "out_of_range"),
        ("barriers.csv", 3, "type", "blank"),
        ("barriers.csv", 4, "clear_width_m", "out_of_range"),
        ("water.geojson", 1, "geometry", "invalid_geometry"),
        ("water.geojson", 2, "geometry", "no_place"),
        ("water.geojson", 3, "geometry", "no_place"),
        ("water.geojson", 4, "geometry", "not_on_earth"),
        ("water.geojson", 5, "type", "out_of_range"),
        ("water.geojson", 6, "geometry", "no_place"),
        ("violations.csv", 3, "lat", "swapped"),
        ("violations.csv", 4, "kind", "blank"),
    ],
)
def test_a_survey_row_that_is_wrong_is_told_with_row_and_column(result, file, row, column, code):
    told = [f for f in about(result, file, row) if f.column == column]
    assert [f.code for f in told] == [code] if code else told, result.findings
    assert told[0].what_to_do


def test_swapped_coordinates_are_called_swapped(result):
    for file, row in (("houses.csv", 4), ("widths.csv", 9), ("water.geojson", 4)):
        assert any("swapped" in f.what_to_do for f in about(result, file, row))


def test_a_remedy_tells_what_became_of_the_row(result):
    needs_a_place, needs_none = about(result, "widths.csv", 9), about(result, "violations.csv", 3)
    assert needs_a_place[0].what_to_do.endswith("; the row is left out")
    assert needs_none[0].what_to_do.endswith("; the row is used without a place")


def test_no_row_is_blamed_without_cause(result):
    blamed = {(f.file, f.row) for f in result.findings if f.row is not None}
    assert not blamed & {
        ("houses.csv", 2),
        ("houses.csv", 13),
        ("widths.csv", 7),
        ("water.geojson", 7),
        ("fire_points.csv", 2),
        ("violations.csv", 2),
    }


def test_a_cell_that_is_wrong_is_blank_and_its_row_is_used(result):
    assert house(result, "words")["people"] != house(result, "words")["people"]
    assert house(result, "negative")["people"] != house(result, "negative")["people"]
    assert house(result, "comma")["people"] == 2.5
    assert house(result, "good")["people"] == 3
    assert house(result, "short")["group"] == "no group"
    by_id = result.barriers.set_index("object_id")
    assert by_id["state"].isna()["B2"]
    assert by_id["state"]["B4"] == "openable"


def test_every_house_that_was_read_is_used_or_left_out_for_a_reason(result):
    left_out = result.statistics["left_out"]["houses"]
    assert left_out == {"house_twice": 1, "not_readable": 6, "outside_area": 1}
    assert result.statistics["rows_read"]["houses"] == len(HOUSES)
    assert len(HOUSES) == len(result.houses) + sum(left_out.values())


@pytest.mark.parametrize(
    ("table", "file", "read", "left_out", "not_used"),
    [
        ("widths", "widths.csv", 9, 5, ["reading:W6", "reading:W7"]),
        ("barriers", "barriers.csv", 3, 1, []),
        ("water", "water.geojson", 8, 5, ["water:dry"]),
        ("violations", "violations.csv", 3, 1, []),
        ("fire_points", "fire_points.csv", 1, 0, []),
    ],
)
def test_every_survey_row_that_was_read_is_in_the_evidence_or_left_out(
    result, table, file, read, left_out, not_used
):
    assert result.statistics["rows_read"][table] == read
    assert result.statistics["left_out"]["survey"][table] == left_out
    evidence = result.evidence[result.evidence["file"] == file]
    assert len(evidence) == read - left_out
    assert sorted(evidence.loc[~evidence["used"], "object"]) == not_used


def test_findings_csv_lists_every_finding_with_its_place(folder, result):
    with (folder / "results/findings.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len(result.findings)
    for row, finding in zip(rows, result.findings, strict=True):
        assert row["file"] == (finding.file or "")
        assert row["row"] == ("" if finding.row is None else str(finding.row))
        message = finding.what_in(result.project.options.language)
        assert row["message"] in (message, f"'{message}")
    counts = json.loads((folder / "results/statistics.json").read_text(encoding="utf-8"))
    assert sum(counts["findings"].values()) == len(rows)


def test_check_tells_all_of_it_and_exits_with_1(folder, result):
    outcome = here("check", folder)
    assert outcome.code == 1
    for finding in result.findings:
        assert f"{finding.severity}: {finding.text}" in outcome.out
        assert finding.what_to_do in outcome.out


def test_run_tells_the_first_and_where_the_rest_is(folder, result):
    outcome = here("run", folder)
    assert outcome.code == 1
    assert result.findings[0].text in outcome.out
    assert "fireaccess check" in outcome.out
