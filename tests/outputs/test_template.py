"""The survey workbook: what a person sees in it, and that it reads back as it was written."""

import datetime
import os
import re
import shutil
import subprocess
import zipfile

import openpyxl
import pytest
import shapely
from towns import Town, degrees

from fireaccess.model.errors import OutputError
from fireaccess.model.layers import TABLES
from fireaccess.model.words import (
    HELP_TITLE,
    TABLE_TITLES,
    codes_by_word,
    columns_by_heading,
    plain,
)
from fireaccess.outputs.template import EXAMPLE, write_template
from fireaccess.pipeline import run
from fireaccess.project import Project
from fireaccess.sources.headings import find_headings, table_of
from fireaccess.sources.sample import write_sample
from fireaccess.sources.workbook import read_workbook

IN_CI = os.environ.get("CI") == "true"
PLACE = ["lon", "lat", "coordinates", "x", "y", "crs"]


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "survey.xlsx"
    write_template(path)
    return path


@pytest.fixture(scope="module")
def book(path):
    return openpyxl.load_workbook(path)


@pytest.fixture(scope="module")
def sheets(path):
    return {sheet.name: sheet for sheet in read_workbook(path, "survey")}


@pytest.fixture(scope="module")
def soffice():
    """Path of LibreOffice; in CI, where everything has to be there, it has to be there."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        (pytest.fail if IN_CI else pytest.skip)("LibreOffice is not installed")
    return found


def texts(sheet, row):
    return [cell.value for cell in sheet[row] if cell.value is not None]


def rules(sheet):
    """Return what is checked in each column, by its machine name."""
    found = {}
    for rule in sheet.data_validations.dataValidation:
        (cells,) = rule.sqref.ranges
        assert cells.min_row == 5
        assert cells.min_col == cells.max_col
        found[sheet.cell(3, cells.min_col).value] = rule
    return found


# Sheets and headings
def test_a_sheet_for_each_table_after_the_help(book):
    assert book.sheetnames == [HELP_TITLE, *TABLE_TITLES.values()]


@pytest.mark.parametrize("table", TABLE_TITLES)
def test_headings_are_those_that_the_reader_knows(book, table):
    sheet = book[TABLE_TITLES[table]]
    names = texts(sheet, 3)
    known = columns_by_heading(table)
    assert [known[plain(text)] for text in texts(sheet, 2)] == names
    own = list(TABLES[table].columns)
    place = [] if table == "approved" else PLACE
    assert names == [own[0], *place, *own[1:]]


@pytest.mark.parametrize("table", TABLE_TITLES)
def test_required_columns_have_a_star(book, table):
    sheet = book[TABLE_TITLES[table]]
    starred = {
        sheet.cell(3, cell.column).value for cell in sheet[2] if str(cell.value).endswith(" *")
    }
    rules = TABLES[table].columns
    assert starred == {name for name, rule in rules.items() if rule.required}


@pytest.mark.parametrize("table", TABLE_TITLES)
def test_the_reader_finds_the_table_and_its_columns(sheets, table, tmp_path):
    sheet = sheets[TABLE_TITLES[table]]
    assert table_of(sheet, tmp_path) == table
    found = find_headings(sheet, table, file=tmp_path)
    assert set(found.at) == set(TABLES[table].columns) | set(() if table == "approved" else PLACE)
    assert not found.near
    (example,) = sheet.rows[found.first_row :]
    assert example.number == 4
    assert example.cells[0].startswith(EXAMPLE)


def test_the_help_is_no_table(sheets, tmp_path):
    assert table_of(sheets[HELP_TITLE], tmp_path) is None


def test_text_is_nfc(sheets):
    for sheet in sheets.values():
        assert sheet.name in (HELP_TITLE, *TABLE_TITLES.values())
    with_marks = [cell for row in sheets[HELP_TITLE].rows for cell in row.cells if cell]
    assert any("chữa cháy" in text for text in with_marks)


@pytest.mark.parametrize("table", TABLE_TITLES)
def test_examples_are_of_the_kind_that_their_columns_are(book, table):
    sheet = book[TABLE_TITLES[table]]
    for name, cell in zip(texts(sheet, 3), sheet[4], strict=False):
        column = TABLES[table].columns.get(name)
        kind = "number" if column is None else column.metadata["kind"]
        codes = codes_by_word(table, name)
        if cell.value is None:
            assert column is None or not column.required
        elif codes:
            assert plain(cell.value) in codes
        elif kind == "number":
            assert isinstance(cell.value, int | float)
        elif kind == "date":
            assert isinstance(cell.value, datetime.datetime)
        elif kind == "flag":
            assert cell.value in ("có", "không")
        else:
            assert isinstance(cell.value, str)


# Filling in
def test_words_are_chosen_from_lists(book):
    for table, title in TABLE_TITLES.items():
        for name, rule in rules(book[title]).items():
            column = TABLES[table].columns.get(name)
            codes = codes_by_word(table, name)
            if not codes:
                if column is not None and column.metadata["kind"] == "flag":
                    assert rule.formula1 == '"có,không"'
                continue
            sheet, cells = re.fullmatch(r"'(.+)'!(.+)", rule.formula1).groups()
            offered = [cell.value for (cell,) in book[sheet][cells.replace("$", "")]]
            assert {codes[plain(word)] for word in offered} == set(codes.values())
            assert len(offered) == len(set(codes.values()))
            assert rule.errorStyle == ("warning" if name == "type" else None)


def test_unusual_figures_are_asked_about_and_may_stay(book):
    rule = rules(book["Bề rộng ngõ"])["width_m"]
    assert (rule.type, rule.operator, rule.errorStyle) == ("decimal", None, "warning")
    assert (float(rule.formula1), float(rule.formula2)) == (0.3, 30)
    assert rule.error == "Thường là từ 0,3 đến 30. Vẫn giữ số này?"


def test_every_number_date_code_and_flag_is_checked(book):
    for table, title in TABLE_TITLES.items():
        kinds = {name: rule.metadata["kind"] for name, rule in TABLES[table].columns.items()}
        checked = {
            name: rule.type for name, rule in rules(book[title]).items() if rule.type != "none"
        }
        for name, kind in kinds.items():
            expected = {"number": "decimal", "date": "date", "flag": "list", "code": "list"}
            if kind in expected:
                assert checked[name] == expected[kind], (table, name)


def test_text_columns_hold_text_and_dates_dates(book):
    for table, title in TABLE_TITLES.items():
        sheet = book[title]
        for cell in sheet[3]:
            rule = TABLES[table].columns.get(cell.value)
            if cell.value is None:
                continue
            kind = "text" if cell.value in ("coordinates", "crs") else "number"
            kind = kind if rule is None else rule.metadata["kind"]
            of_column = next(
                column
                for column in sheet.column_dimensions.values()
                if column.min <= cell.column <= column.max
            )
            below = sheet.cell(5, cell.column)
            expected = {"date": "dd/mm/yyyy", "number": below.number_format}.get(kind, "@")
            assert of_column.number_format == below.number_format == expected
            assert (kind == "number") == (expected not in ("@", "dd/mm/yyyy"))


@pytest.mark.parametrize("title", TABLE_TITLES.values())
def test_panes_filter_and_print(book, title):
    sheet = book[title]
    assert sheet.freeze_panes == "B4"
    assert sheet.auto_filter.ref.startswith("A4:")
    assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert sheet.page_setup.fitToHeight == 0
    assert sheet.print_title_rows == "$2:$3"
    assert sheet.oddHeader.left.text == "&B&A"
    assert "&P" in sheet.oddFooter.right.text


def test_houses_have_room_for_a_ward(book):
    (cells,) = rules(book["Hộ dân"])["people"].sqref.ranges
    assert cells.max_row == 30_004


# From a result
@pytest.fixture(scope="module")
def result(tmp_path_factory):
    town = (
        Town()
        .road("Phố Chính", [(0, 0), (400, 0)], highway="primary")
        .road("Ngõ 29", [(100, 0), (100, 30), (100, 60)])
        .road("Ngõ 5", [(200, 0), (200, 80)])
        .road(None, [(300, 0), (300, 40)])
        .road("=1+1", [(350, 0), (350, 40)])
        .road("Ngõ đã đo", [(250, 0), (250, 40), (250, 80)], width="6")
        .road("Ngõ xa", [(0, 0), (-900, 0)])
        .node((100, 30), barrier="bollard")
        .node((250, 40), barrier="stile")
        .barrier("B1", (200, 40), "gate", state="openable", keyholder="x")
        .house("h", (105, 60))
        .area((-5, -50), (410, -50), (410, 200), (-5, 200))
    )
    return town.run(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def to_survey(result, tmp_path_factory):
    path = tmp_path_factory.mktemp("filled") / "survey.xlsx"
    write_template(path, result=result)
    return path


def rows_of(path, title):
    """Return the rows below the example as dictionaries by machine names."""
    (sheet,) = (s for s in read_workbook(path, "survey") if s.name == title)
    names = next(row.cells for row in sheet.rows if row.number == 3)
    return [
        {name: cell for name, cell in zip(names, row.cells, strict=False) if cell is not None}
        for row in sheet.rows
        if row.number > 4
    ]


def test_alleys_that_nobody_measured_are_listed(to_survey, result):
    rows = rows_of(to_survey, "Bề rộng ngõ")
    assert [row.get("road_name") for row in rows] == [
        *("=1+1", "Ngõ 5", "Ngõ 5", "Ngõ 29", "Ngõ 29", "Ngõ xa", None)
    ]
    segments = result.segments.set_index("segment_id")
    for row in rows:
        assert set(row) - {"road_name"} == {"object_id", "lon", "lat", "segment_id"}
        assert row["object_id"] == f"W-{row['segment_id']}"
        middle = shapely.Point(float(row["lon"]), float(row["lat"]))
        line = segments.geometry[row["segment_id"]]
        assert middle.distance(line) < 1e-6
        assert line.project(middle, normalized=True) == pytest.approx(0.5, abs=0.01)


def test_mapped_barriers_are_listed_and_surveyed_ones_are_not(to_survey):
    rows = rows_of(to_survey, "Vật cản")
    lon, lat = degrees((100, 30))
    assert [(row["type"], row["object_id"]) for row in rows] == [
        ("cọc tiêu", f"B-{rows[0]['osm_id']}"),
        ("stile", f"B-{rows[1]['osm_id']}"),
    ]
    assert (float(rows[0]["lon"]), float(rows[0]["lat"])) == pytest.approx((lon, lat), abs=1e-6)
    assert set(rows[0]) == {"object_id", "lon", "lat", "type", "osm_id"}


def test_nothing_left_to_survey(tmp_path):
    town = Town().road("Phố Chính", [(0, 0), (400, 0)], highway="primary").house("h", (10, 5))
    write_template(tmp_path / "survey.xlsx", result=town.run(tmp_path / "town"))
    assert rows_of(tmp_path / "survey.xlsx", "Bề rộng ngõ") == []
    assert rows_of(tmp_path / "survey.xlsx", "Vật cản") == []


def test_names_from_the_map_are_no_formulas(to_survey):
    with zipfile.ZipFile(to_survey) as archive:
        for name in archive.namelist():
            if "worksheets" in name:
                assert b"<f>" not in archive.read(name)
    assert openpyxl.load_workbook(to_survey)["Bề rộng ngõ"]["K5"].data_type == "s"


def test_the_help_names_the_ward(to_survey):
    assert openpyxl.load_workbook(to_survey)[HELP_TITLE]["A1"].value.endswith(" – Town")


# Files
def test_same_input_same_bytes(result, path, to_survey, tmp_path):
    write_template(tmp_path / "a.xlsx")
    write_template(tmp_path / "b.xlsx", result=result)
    assert (tmp_path / "a.xlsx").read_bytes() == path.read_bytes()
    assert (tmp_path / "b.xlsx").read_bytes() == to_survey.read_bytes()


def test_what_somebody_may_have_filled_in_stays(tmp_path):
    path = tmp_path / "survey.xlsx"
    path.write_bytes(b"a month of work")
    with pytest.raises(OutputError, match="is there already") as caught:
        write_template(path)
    assert caught.value.finding.what_to_do == "choose another name"
    assert path.read_bytes() == b"a month of work"
    assert list(tmp_path.iterdir()) == [path]


def test_names_of_other_kinds(tmp_path):
    with pytest.raises(OutputError, match="no name of one") as caught:
        write_template(tmp_path / "survey.xls")
    assert caught.value.finding.what_to_do == "name it survey.xlsx"
    assert not list(tmp_path.iterdir())


def test_where_nothing_can_be_written(tmp_path):
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(OutputError, match="can't be written"):
        write_template(tmp_path / "file" / "survey.xlsx")


def test_missing_folders_are_made_and_nothing_is_left_aside(tmp_path):
    write_template(tmp_path / "new" / "survey.xlsx")
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["survey.xlsx"]


@pytest.mark.slow
def test_it_prints(soffice, tmp_path):
    project = write_sample(tmp_path / "ward")
    write_template(tmp_path / "survey.xlsx", result=run(Project.open(project)))
    subprocess.run(
        [
            *(soffice, f"-env:UserInstallation={(tmp_path / 'office').as_uri()}", "--headless"),
            *("--convert-to", "pdf", "--outdir", str(tmp_path), str(tmp_path / "survey.xlsx")),
        ],
        check=True,
        capture_output=True,
        timeout=300,
    )
    pages = len(re.findall(rb"/Type\s*/Page\b", (tmp_path / "survey.pdf").read_bytes()))
    assert pages > len(TABLE_TITLES)
