"""What somebody writes into the template is what is read from it, table by table, cell by cell."""

import datetime
import os
import re
import shutil
import subprocess

import openpyxl
import pandas as pd
import pyproj
import pytest
from spoiled import name_input
from towns import CRS, EAST, NORTH, Town, degrees

from fireaccess.inputs import read_inputs
from fireaccess.model.errors import Findings
from fireaccess.model.layers import TABLES, kind_of
from fireaccess.model.words import CODES, TABLE_TITLES, word_of
from fireaccess.outputs.template import write_template
from fireaccess.pipeline import run
from fireaccess.project import Project
from fireaccess.sources.houses import NO_GROUP
from fireaccess.sources.intake import Intake
from fireaccess.sources.tables import read_table

IN_CI = os.environ.get("CI") == "true"
FIRST_ROW = 5
DAY = datetime.date(2025, 6, 1)
YES_NO = {"có": True, "không": False}
#: Text as people type it into a text column: it stays what it is.
TEXTS = [
    "=1+1",
    "007",
    "+84 912 345 678",
    "-",
    "@tổ 5",
    "3,5",
    "12/5/2026",
    "Ngõ 29/70 “cũ”",
    "1e5",
]
#: Tables whose rows say where they are.
PLACED = [table for table in TABLES if table != "approved"]


def town():
    """Draw alleys that nobody has measured, two barriers on the map, and two houses."""
    return (
        Town()
        .road("Phố Chính", [(0, 0), (400, 0)], highway="primary")
        .road("Ngõ 29", [(100, 0), (100, 30), (100, 200)])
        .road("Ngõ 5", [(200, 0), (200, 200)])
        .road("=1+1", [(300, 0), (300, 60)])
        .node((100, 30), barrier="bollard")
        .node((200, 200), barrier="stile")
        .house("h1", (105, 60))
        .house("h2", (205, 60))
        .area((-5, -50), (410, -50), (410, 260), (-5, 260))
    )


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return town().run(tmp_path_factory.mktemp("town"))


def project_of(folder):
    """Write the town's project so that all it knows of houses and survey is one workbook."""
    town().write(folder)
    (folder / "houses.csv").unlink()
    name_input(folder, "houses", "survey.xlsx")
    name_input(folder, "survey", "survey.xlsx")
    return folder / "survey.xlsx"


# --- filling in ---------------------------------------------------------------------------------
def columns_of(sheet):
    """Return the position of each column, by the names in the template's third row."""
    return {cell.value: cell.column for cell in sheet[3] if cell.value is not None}


def put(sheet, row, values):
    """Fill in a row as a person does: what is typed into a text column is text."""
    at = columns_of(sheet)
    for name, value in values.items():
        cell = sheet.cell(row, at[name], value)
        if isinstance(value, str):
            assert cell.number_format == "@", (sheet.title, name)
            cell.data_type = "s"
        elif isinstance(value, datetime.date):
            cell.number_format = "dd/mm/yyyy"


def filled_in(table):
    """Return rows that between them fill in every column and every word of a table."""
    columns = TABLES[table].columns
    key = next(iter(columns))
    codes = {name: list(CODES.get(table, {}).get(name, {})) for name in columns}
    count = max([len(TEXTS), *map(len, codes.values())])
    rows = []
    for i in range(count):
        row = {}
        for k, (name, rule) in enumerate(columns.items()):
            kind = kind_of(rule)
            if codes[name]:
                row[name] = word_of(table, name, codes[name][i % len(codes[name])])
            elif name == key and table != "approved":
                row[name] = f"={table[0]}{i:02}"
            elif kind == "text":
                row[name] = TEXTS[(i + k) % len(TEXTS)]
            elif kind == "number":
                row[name] = [2.5, 3, 0.75, 12.345][(i + k) % 4]
            elif kind == "date":
                row[name] = datetime.date(2025, 1 + (i + k) % 12, 1 + i)
            elif kind == "month":
                row[name] = f"2025-{1 + (i + k) % 12:02}"
            else:
                row[name] = list(YES_NO)[(i + k) % 2]
        # From the third row on one cell after another is blank, but those that must not be.
        blank = list(columns)[i % len(columns)]
        if i > 2 and not columns[blank].required and table != "approved":
            del row[blank]
        if table in PLACED:
            row |= place_of(table, i)
        rows.append(row)
    return rows


def spot(table, i):
    """Return where a row lies, in metres of the drawing: beside a road, no two at one place."""
    return (101 + 100 * (i % 2), 10 + 7 * i + 0.5 * PLACED.index(table))


def place_of(table, i):
    """Return the cells of a row's place, in one of the three ways that the template offers."""
    lon, lat = degrees(spot(table, i))
    ways = [
        {"lon": lon, "lat": lat},
        {"coordinates": f"{lat:.7f}, {lon:.7f}"},
        {"x": EAST + spot(table, i)[0], "y": NORTH + spot(table, i)[1], "crs": CRS},
    ]
    return ways[i % 3]


@pytest.fixture(scope="module")
def contents():
    return {table: filled_in(table) for table in TABLES}


def test_every_column_of_every_table_is_filled_in(contents):
    for table, rows in contents.items():
        for name in TABLES[table].columns:
            assert any(name in row for row in rows), (table, name)
        for name, codes in CODES.get(table, {}).items():
            words = {word_of(table, name, code) for code in codes}
            assert {row[name] for row in rows if name in row} == words


def fill_in(path, contents):
    """Write rows below those that the template has; return how many it had by table."""
    book = openpyxl.load_workbook(path)
    had = {}
    for table, rows in contents.items():
        sheet = book[TABLE_TITLES[table]]
        row = FIRST_ROW
        while sheet.cell(row, 1).value is not None:
            row += 1
        had[table] = row - FIRST_ROW
        for i, values in enumerate(rows):
            put(sheet, row + i, values)
    book.save(path)
    return had


# --- reading back -------------------------------------------------------------------------------
def expected(table, row):
    """Return what a row of the template means, column by column."""
    meant = {}
    for name, rule in TABLES[table].columns.items():
        value, kind = row.get(name), kind_of(rule)
        if value is None:
            meant[name] = None
        elif name in CODES.get(table, {}):
            codes = CODES[table][name]
            (meant[name],) = (code for code in codes if word_of(table, name, code) == value)
        elif kind == "flag":
            meant[name] = YES_NO[value]
        elif kind == "date":
            meant[name] = value.isoformat()
        else:
            meant[name] = float(value) if kind == "number" else value
    if table == "houses" and meant["group"] is None:
        meant["group"] = NO_GROUP
    return meant


def plain(table, frame):
    """Return the columns of a table row by row, None where there is nothing."""
    cells = frame[list(TABLES[table].columns)].astype(object)
    return [
        {str(k): None if pd.isna(v) else v for k, v in row.items()}
        for row in cells.to_dict("records")
    ]


def same(table, frame, rows, start=FIRST_ROW):
    """Compare a table that was read with what was filled in, from its first row on."""
    frame = frame.sort_values("row")
    assert frame["row"].tolist() == list(range(start, start + len(rows)))
    assert plain(table, frame) == [expected(table, row) for row in rows]
    assert set(frame["file"]) == {"survey.xlsx"}
    if "sheet" in frame:
        assert set(frame["sheet"]) == {TABLE_TITLES[table]}
    if table in PLACED:
        places = frame.geometry.to_crs("EPSG:4326")
        for i, place in enumerate(places):
            assert (place.x, place.y) == pytest.approx(degrees(spot(table, i)), abs=2e-7)


def read_back(folder):
    """Read the project's workbook without any mapping; no word in it may be told of."""
    findings = Findings()
    inputs = read_inputs(Project.open(folder), findings)
    return inputs, [f for f in findings if f.file == "survey.xlsx"]


def same_everywhere(folder, contents, had):
    inputs, told = read_back(folder)
    survey = inputs.survey
    same("houses", inputs.houses.frame, contents["houses"], FIRST_ROW + had["houses"])
    assert inputs.houses.rows_read == len(contents["houses"])
    for table in survey.tables:
        rows, start = contents[table], FIRST_ROW + had[table]
        frame = survey[table]
        if table == "water":
            # Risers are no water: they are solutions, as a hint says.
            risers = [i for i, row in enumerate(rows) if row["type"] == "họng tiếp nước"]
            assert risers
            dead = survey.replaced["water"]
            in_solutions = survey["solutions"]["sheet"] == TABLE_TITLES["water"]
            moved = survey["solutions"][in_solutions]
            assert sorted([*dead["row"], *moved["row"]]) == [start + i for i in risers]
            kept = [i for i in range(len(rows)) if i not in risers]
            frame = frame.sort_values("row")
            assert frame["row"].tolist() == [start + i for i in kept]
            assert plain(table, frame) == [expected(table, rows[i]) for i in kept]
        elif table == "solutions":
            same(table, frame[frame["sheet"] == TABLE_TITLES[table]], rows, start)
        else:
            same(table, frame, rows, start)
        assert survey.rows_read[table] == len(rows) + had[table], table
        assert survey.rows_left_out[table] == had[table], table
    return told


def test_a_template_of_nothing_filled_in_is_read_as_it_was_written(tmp_path, contents):
    path = project_of(tmp_path)
    write_template(path)
    assert set(fill_in(path, contents).values()) == {0}
    told = same_everywhere(tmp_path, contents, dict.fromkeys(TABLES, 0))
    assert {f.code for f in told} <= {"riser_is_no_water", "unusual"}
    assert not [f for f in told if f.severity == "error"]


def test_a_template_of_a_result_filled_in_below_its_own_rows(tmp_path, contents, result):
    """What nobody has filled in of its own rows is one hint for each table, and counted."""
    path = project_of(tmp_path)
    write_template(path, result=result)
    had = fill_in(path, contents)
    assert {table for table, count in had.items() if count} == {"widths", "barriers"}
    told = same_everywhere(tmp_path, contents, had)
    waiting = [f for f in told if f.code == "not_filled_in"]
    assert [(f.sheet, f.severity, f.rows) for f in waiting] == [
        (
            TABLE_TITLES[table],
            "hint",
            tuple(range(FIRST_ROW, FIRST_ROW + had[table])),
        )
        for table in sorted(("widths", "barriers"), key=TABLE_TITLES.get)
    ]
    assert {f.code for f in told} <= {"riser_is_no_water", "unusual", "not_filled_in"}


def test_rows_of_the_template_that_are_filled_in_are_used(tmp_path, contents, result):
    path = project_of(tmp_path)
    write_template(path, result=result)
    fill_in(path, {"houses": contents["houses"]})
    book = openpyxl.load_workbook(path)
    widths, barriers = book[TABLE_TITLES["widths"]], book[TABLE_TITLES["barriers"]]
    rows = [row for row in range(FIRST_ROW, 20) if widths.cell(row, 1).value is not None]
    assert len(rows) > 2
    before = {cell.column: cell.value for cell in widths[rows[1]]}
    put(widths, rows[1], {"width_m": 3.25, "narrowest": "có", "date": DAY})
    put(barriers, FIRST_ROW + 1, {"state": "mở được", "keyholder": "=tổ trưởng"})
    book.save(path)
    inputs, told = read_back(tmp_path)
    (width,) = inputs.survey["widths"].to_dict("records")
    assert (width["width_m"], width["narrowest"], width["date"]) == (3.25, True, "2025-06-01")
    at = columns_of(widths)
    for name in ("object_id", "segment_id", "road_name"):
        assert width[name] == before[at[name]]
    (barrier,) = inputs.survey["barriers"].to_dict("records")
    assert (barrier["state"], barrier["keyholder"]) == ("openable", "=tổ trưởng")
    assert barrier["object_id"] == f"B-{barrier['osm_id']}"
    waiting = {f.sheet: f.rows for f in told if f.code == "not_filled_in"}
    assert waiting == {
        TABLE_TITLES["widths"]: tuple(row for row in rows if row != rows[1]),
        TABLE_TITLES["barriers"]: (FIRST_ROW,),
    }
    assert inputs.survey.rows_read == {"widths": len(rows), "barriers": 2}
    assert inputs.survey.rows_left_out == {"widths": len(rows) - 1, "barriers": 1}


def test_a_template_that_nobody_filled_in_changes_nothing(tmp_path, contents, result):
    """Example rows are no rows, and a project runs on what there is."""
    path = project_of(tmp_path)
    write_template(path, result=result)
    fill_in(path, {"houses": contents["houses"]})
    found = run(Project.open(tmp_path))
    told = [f for f in found.findings if f.file == "survey.xlsx"]
    assert {f.code for f in told if f.sheet != TABLE_TITLES["houses"]} == {"not_filled_in"}
    assert "survey" not in set(found.evidence["source"])
    waiting = found.statistics["left_out"]["survey"]
    assert set(waiting) == {"widths", "barriers"}
    assert waiting == {table: found.statistics["rows_read"][table] for table in waiting}


# --- words --------------------------------------------------------------------------------------
def drop_downs():
    """Return each word that a list of the template offers, with its table and column."""
    for table in TABLE_TITLES:
        for name, rule in TABLES[table].columns.items():
            if name in CODES.get(table, {}) or kind_of(rule) == "flag":
                yield table, name


@pytest.fixture(scope="module")
def blank(tmp_path_factory):
    path = tmp_path_factory.mktemp("blank") / "survey.xlsx"
    write_template(path)
    return path


@pytest.mark.parametrize(("table", "name"), list(drop_downs()))
def test_every_word_of_a_drop_down_is_understood(tmp_path, blank, contents, table, name):
    book = openpyxl.load_workbook(blank)
    sheet = book[TABLE_TITLES[table]]
    letter = sheet.cell(3, columns_of(sheet)[name]).column_letter
    (rule,) = (
        rule
        for rule in sheet.data_validations.dataValidation
        if f"{letter}{FIRST_ROW}" in rule.sqref and rule.type == "list"
    )
    if listed := re.fullmatch(r"'(.+)'!(.+)", rule.formula1):
        words = [cell.value for (cell,) in book[listed[1]][listed[2].replace("$", "")]]
    else:
        words = rule.formula1.strip('"').split(",")
    assert len(words) > 1
    key = next(iter(TABLES[table].columns))
    for i, word in enumerate(words):
        put(sheet, FIRST_ROW + i, contents[table][0] | {key: f"X{i}", name: word})
    path = tmp_path / "survey.xlsx"
    book.save(path)
    findings = Findings()
    frame = read_table(path, table, Intake(pyproj.CRS(CRS), None, findings))
    # What is unusual is another figure's.
    assert [f.text for f in findings if f.code != "unusual"] == []
    codes = CODES.get(table, {}).get(name)
    assert frame[name].tolist() == (list(codes) if codes else [YES_NO[word] for word in words])


# --- LibreOffice --------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def soffice():
    """Path of LibreOffice; in CI, where everything has to be there, it has to be there."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        (pytest.fail if IN_CI else pytest.skip)("LibreOffice is not installed")
    return found


@pytest.mark.slow
def test_saved_by_libreoffice_it_is_still_the_same(soffice, tmp_path, contents, result):
    path = project_of(tmp_path / "project")
    filled = tmp_path / "filled" / path.name
    write_template(filled, result=result)
    had = fill_in(filled, contents)
    subprocess.run(
        [
            *(soffice, f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--headless"),
            *("--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(path.parent)),
            str(filled),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    assert path.read_bytes() != filled.read_bytes()
    told = same_everywhere(path.parent, contents, had)
    assert {f.code for f in told} <= {"riser_is_no_water", "unusual", "not_filled_in"}
