"""Text that a spreadsheet would take for a formula is never written as one; real formulas stay."""

import csv
import datetime
import html
import json
import re
import zipfile

import openpyxl
import pytest
import xlsxwriter
from spoiled import layer, name_input
from towns import Town, degrees

import fireaccess
from fireaccess.model.errors import InputError
from fireaccess.model.layers import TABLES, kind_of
from fireaccess.model.words import CODES, TABLE_TITLES, heading
from fireaccess.outputs.checked import write_checked
from fireaccess.outputs.template import write_template
from fireaccess.outputs.writing import write

SIGNS = ("=", "+", "-", "@", "\t", "\r")
#: Cells are trimmed when they are read, so that a tab is lost; the sign behind it is not.
HOSTILE = [
    '=HYPERLINK("http://x","y")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
]
PLACED = [table for table in TABLES if table != "approved"]


def town():
    """Draw a ward whose name, roads and barriers are formulas on the map already."""
    return (
        Town()
        .road("=1+1", [(0, 0), (400, 0)], highway="primary")
        .road("@SUM(1)", [(100, 0), (100, 30), (100, 120)])
        .road("+84", [(200, 0), (200, 120)])
        .road("-1", [(300, 0), (300, 120)])
        .node((100, 30), barrier="=bollard")
        .house("h", (105, 60))
        .area((-5, -50), (410, -50), (410, 260), (-5, 260))
    )


def rows_of(table):
    """Return pairs of rows whose texts are hostile.

    In the first of a pair codes, figures, dates and place are right; in the second they are
    hostile too, so that everything there is to tell is told.
    """
    columns = TABLES[table].columns
    rows = []
    for i, text in enumerate(HOSTILE):
        lon, lat = degrees((101 + 100 * (i % 3), 20 + 10 * i))
        good = {"lon": f"{lon:.7f}", "lat": f"{lat:.7f}"} if table in PLACED else {}
        for name, rule in columns.items():
            codes = CODES.get(table, {}).get(name)
            kinds = {"number": "3", "date": "2025-05-01", "month": "2025-05", "flag": "có"}
            good[name] = next(iter(codes)) if codes else kinds.get(kind_of(rule), text)
        bad = {name: text for name in good}
        key = next(iter(columns))
        rows += [good | {key: f"{text}{i}"}, bad | {key: f"{text}{i} again"}]
    return rows


def write_csv(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        # A heading that is no column of ours, hostile too.
        writer = csv.DictWriter(file, [*rows[0], "=extra()"], restval="-extra")
        writer.writeheader()
        writer.writerows(rows)


def write_workbook(path, contents):
    """Write the survey as one workbook, every cell a text; sheets that are no table among them."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        for table, rows in contents.items():
            sheet = book.add_worksheet(TABLE_TITLES[table])
            for k, name in enumerate([*rows[0], "=extra()"]):
                sheet.write_string(0, k, heading(table, name).vi if k < len(rows[0]) else name)
                for i, row in enumerate(rows, start=1):
                    sheet.write_string(i, k, row.get(name, "-extra"))
        for title in ("=1+1", "+1", "-1", "@1"):
            book.add_worksheet(title).write_string(0, 0, "=1+1")


def write_layer(path, rows):
    features = []
    for row in rows:
        try:
            place = [float(row["lon"]), float(row["lat"])]
        except ValueError:
            place = [0, 95]
        geometry = {"type": "Point", "coordinates": place}
        features.append(({k: v for k, v in row.items() if k not in ("lon", "lat")}, geometry))
    layer(path, *features)


@pytest.fixture(scope="module", params=["csv", "xlsx", "geojson"])
def project(request, tmp_path_factory):
    """A project whose every input is hostile, the names of files among them."""
    folder = tmp_path_factory.mktemp("hostile")
    town().write(folder, name="=1+1")
    contents = {table: rows_of(table) for table in TABLES}
    if request.param == "xlsx":
        write_workbook(folder / "=survey.xlsx", contents)
        named = {"survey": "=survey.xlsx", "houses": "=survey.xlsx"}
    else:
        named = {}
        for k, (table, rows) in enumerate(contents.items()):
            kind = request.param if table in PLACED else "csv"
            named[table] = f"{'=+-@'[k % 4]}{table}.{kind}"
            (write_csv if kind == "csv" else write_layer)(folder / named[table], rows)
    houses = named.pop("houses")
    name_input(folder, "houses", houses)
    if request.param == "xlsx":
        name_input(folder, "survey", named["survey"])
    else:
        with (folder / "fireaccess.toml").open("a", encoding="utf-8") as file:
            file.write("\n[inputs.survey]\n")
            file.writelines(f"{key} = {json.dumps(name)}\n" for key, name in named.items())
    return fireaccess.Project.open(folder)


@pytest.fixture(scope="module")
def result(project):
    return fireaccess.run(project)


def number(text):
    return re.fullmatch(r"[+-]?\d+(\.\d+)?(e[+-]?\d+)?", text) is not None


def test_what_is_hostile_arrives(result):
    """Else the other tests would show nothing."""
    told = [f for f in result.findings if f.value is not None]
    assert {f.value[0] for f in told} >= set("=+-@")
    assert {name[0] for name in result.houses["house_id"]} >= set("=+-@")
    names = result.alleys["name"].dropna()
    assert {name[0] for name in names} >= set("+-@")
    for table in PLACED:
        assert result.statistics["rows_read"][table] == 2 * len(HOSTILE)


@pytest.mark.parametrize("name", ["findings.csv", "statistics.csv"])
def test_no_cell_of_a_csv_file_is_a_formula(result, name):
    path = write(result, with_map=False)[name]
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 10
    formulas = {
        (column, cell)
        for row in rows
        for column, cell in row.items()
        if cell.startswith(SIGNS) and not number(cell)
    }
    assert formulas == set()
    cells = " ".join(cell for row in rows for cell in row.values())
    assert "'=1+1" in cells


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def formulas(path):
    """Return the formulas of a workbook, by their sheet's part."""
    found = re.compile(rb"<(?:\w+:)?f(?: [^>]*)?>([^<]*)<|<(?:\w+:)?f(?: [^>]*)?/>")
    return {
        name: [html.unescape((match[1] or b"").decode()) for match in found.finditer(part)]
        for name, part in parts(path).items()
        if "worksheets/" in name and found.search(part)
    }


def unguarded(path):
    """Return texts that become formulas as soon as somebody edits their cell."""
    return [
        (sheet.title, cell.coordinate, cell.value)
        for sheet in openpyxl.load_workbook(path)
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str)
        and cell.value.startswith(SIGNS)
        and not (cell.data_type == "s" and (cell.quotePrefix or cell.number_format == "@"))
    ]


def test_no_cell_of_a_checked_copy_is_a_formula(project, result, tmp_path):
    files = [file for _, file in project.input_files()]
    copies = write_checked(result.findings, files, tmp_path)
    assert len(copies) >= (1 if project.survey_workbook else len(TABLES) - 1)
    for copy in copies:
        assert formulas(copy) == {}
        assert unguarded(copy) == []
        cells = [c.value for s in openpyxl.load_workbook(copy) for r in s.iter_rows() for c in r]
        assert any(str(cell).startswith(("=", "+", "-", "@")) for cell in cells)


def test_no_cell_of_a_template_is_a_formula(result, tmp_path):
    path = tmp_path / "survey.xlsx"
    write_template(path, result=result)
    assert formulas(path) == {}
    assert unguarded(path) == []
    roads = [row[10].value for row in openpyxl.load_workbook(path)["Bề rộng ngõ"].iter_rows(5)]
    assert {"@SUM(1)", "+84", "-1"} & set(roads)


def test_a_refusal_that_quotes_a_formula_is_text(project, tmp_path):
    """Headings that are formulas: what is missing is told with them, in a copy and as JSON."""
    path = tmp_path / "=widths.csv"
    path.write_text("=object_id(),+width_m,@lon\n=1,+2,@3\n", encoding="utf-8")
    town().write(tmp_path)
    with (tmp_path / "fireaccess.toml").open("a", encoding="utf-8") as file:
        file.write('\n[inputs.survey]\nwidths = "=widths.csv"\n')
    with pytest.raises(InputError) as caught:
        fireaccess.run(fireaccess.Project.open(tmp_path))
    assert str(path) == caught.value.finding.file
    assert not caught.value.finding.what.startswith(SIGNS)
    json.dumps(caught.value.finding.as_dict())


# --- formulas of the user's own ------------------------------------------------------------------
@pytest.mark.parametrize("kind", ["string", "inline", "result", "rich"])
def test_the_users_own_formulas_stay_and_text_beside_them_stays_text(tmp_path, kind):
    """However a workbook keeps a text that begins with a sign, be it shared, inline or rich."""
    path = tmp_path / "survey.xlsx"
    with xlsxwriter.Workbook(
        path, {"in_memory": True, "constant_memory": kind == "inline"}
    ) as book:
        sheet = book.add_worksheet("Bề rộng ngõ")
        bold = book.add_format({"bold": True})
        sheet.write_row(0, 0, ["Mã", "Bề rộng (m)", "Kinh độ", "Vĩ độ", "Tên ngõ", "Ngày"])
        for i, text in enumerate(HOSTILE, start=1):
            lon, lat = degrees((200, 20 * i))
            if kind == "rich":
                sheet.write_rich_string(i, 0, text, bold, "x")
            elif kind == "result":
                sheet.write_formula(i, 0, "=X1", None, text.strip())
            else:
                sheet.write_string(i, 0, text)
            sheet.write_formula(i, 1, f"=C{i + 1}*0+3.5", None, 3.5)
            sheet.write_row(i, 2, [lon, lat])
            sheet.write_formula(i, 4, '="Ngõ "&1', None, "Ngõ 1")
            sheet.write_datetime(i, 5, datetime.datetime(2025, 5, i))
        sheet.write_array_formula("H2:H3", "{=B2:B3*2}", None, 7)
    if kind == "result":
        # The value of a formula that is gone.
        changed = parts(path)
        name = "xl/worksheets/sheet1.xml"
        changed[name] = changed[name].replace(b"<f>X1</f>", b"")
        with zipfile.ZipFile(path, "w") as archive:
            for part in changed.items():
                archive.writestr(*part)
        assert b'<c r="A2" t="str"><v>=HYPERLINK' in changed[name]
    own = formulas(path)
    town().write(tmp_path)
    name_input(tmp_path, "survey", path.name)
    project = fireaccess.Project.open(tmp_path)
    found = fireaccess.run(project).findings
    told = [f for f in found if f.file == path.name and f.every_row]
    assert told
    (copy,) = write_checked(told, [path], tmp_path / "out")
    book = openpyxl.load_workbook(copy)
    sheet = book["Bề rộng ngõ"]
    for i in range(2, 2 + len(HOSTILE)):
        assert sheet.cell(i, 2).value == f"=C{i}*0+3.5"
        assert sheet.cell(i, 5).value == '="Ngõ "&1'
    assert sheet["H2"].value.text == "=B2:B3*2"
    (kept,) = formulas(copy).values()
    assert sorted(kept) == sorted(*own.values())
    mine = {"B", "E", "H"}
    assert [cell for cell in unguarded(copy) if cell[1][0] not in mine] == []
