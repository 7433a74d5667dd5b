"""Checked copies: cells coloured and noted, text that stays text, and nobody's work replaced."""

import datetime
import io
import zipfile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill
from openpyxl.worksheet.datavalidation import DataValidation

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Finding, OutputError
from fireaccess.outputs import checked
from fireaccess.outputs.checked import write_checked
from fireaccess.outputs.template import write_template
from fireaccess.sources.workbook import read_workbook

RED, AMBER, BLUE = "FFF4A6A0", "FFFFD37A", "FFBFE0F5"
HEADINGS = ["Mã *", "Bề rộng (m)", "Ngày"]


def finding(severity="error", message="{value!r} is wrong", remedy="write {value}", **where):
    where.setdefault("file", "survey.xlsx")
    params = {"value": where.get("value")}
    texts = [Message(text) if text else "" for text in (message, remedy)]
    return Finding(severity, "wrong", *texts, params, **where)


def workbook(folder, fill, name="survey.xlsx"):
    book = openpyxl.Workbook()
    fill(book, book.active)
    folder.mkdir(exist_ok=True)
    book.save(folder / name)
    return folder / name


def widths(book, sheet):
    sheet.title = "Bề rộng ngõ"
    sheet.append(["Bề rộng ngõ: phường Thử"])
    sheet.append(HEADINGS)
    for i in range(3, 9):
        sheet.append([f"W{i}", i / 2, datetime.date(2026, 5, i)])
    sheet["D3"] = "=B3*2"
    sheet["B4"].number_format = "0.00"


def check(tmp_path, *findings, fill=widths):
    path = workbook(tmp_path / "in", fill)
    (copy,) = write_checked(findings, [path], tmp_path / "out")
    return openpyxl.load_workbook(copy)


def colours(sheet):
    """Return the coloured cells; headings of the list are left out."""
    return {
        cell.coordinate: cell.fill.fgColor.rgb
        for row in sheet.iter_rows()
        for cell in row
        if cell.fill.fill_type == "solid"
    }


def table(book):
    return [[cell.value for cell in row] for row in book["Findings"].iter_rows()]


def parts(path):
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# Marks
def test_cells_are_coloured_by_severity_and_noted(tmp_path):
    book = check(
        tmp_path,
        finding("error", row=3, column="width_m", value="x", sheet="Bề rộng ngõ"),
        finding("warning", row=4, column="Bề rộng (m)", sheet="Bề rộng ngõ"),
        finding("hint", row=5, column="date", sheet="Bề rộng ngõ"),
    )
    sheet = book["Bề rộng ngõ"]
    assert colours(sheet) == {"B3": RED, "B4": AMBER, "C5": BLUE}
    assert sheet["B3"].comment.text == "error: 'x' is wrong\n→ write x"
    assert sheet["B3"].comment.author == "fireaccess"
    assert sheet["A3"].comment is None


def test_several_findings_in_one_cell_the_worst_colour_wins(tmp_path):
    book = check(
        tmp_path,
        finding("hint", "a hint", "", row=3, column="width_m"),
        finding("error", "an error", "do", row=3, column="width_m"),
        finding("warning", "a warning", "", row=3, column="width_m"),
        finding("warning", "a warning", "", row=3, column="Bề rộng"),
    )
    assert colours(book["Bề rộng ngõ"]) == {"B3": RED}
    text = book["Bề rộng ngõ"]["B3"].comment.text
    assert text == "error: an error\n→ do\n\nwarning: a warning\n\nhint: a hint"


def test_one_finding_about_many_rows(tmp_path):
    book = check(tmp_path, finding(row=3, rows=(3, 4, 7), column="object_id"))
    assert colours(book["Bề rộng ngõ"]) == {"A3": RED, "A4": RED, "A7": RED}
    assert table(book)[1][2] == "3–4, 7"


def test_no_such_column_no_column_and_a_row_beyond_the_last(tmp_path):
    book = check(
        tmp_path,
        finding(row=3, column="colour"),
        finding("hint", row=5),
        finding("warning", row=40, column="width_m"),
    )
    assert colours(book["Bề rộng ngõ"]) == {"A3": RED, "A5": BLUE, "B40": AMBER}


def test_the_title_is_not_taken_for_a_heading(tmp_path):
    def titled(book, sheet):
        sheet.title = "Bề rộng ngõ"
        sheet["A1"] = "Bề rộng ngõ"
        sheet["A2"], sheet["C2"] = "Mã", "BE RONG (m)"

    book = check(tmp_path, finding(row=3, column="width_m"), fill=titled)
    assert colours(book["Bề rộng ngõ"]) == {"C3": RED}


def test_headings_of_any_table_on_a_sheet_of_any_name(tmp_path):
    def foreign(book, sheet):
        sheet.title = "Sheet7"
        sheet.append(["STT", "Loại nguồn nước", "Kinh độ", "Vĩ độ", "시설번호"])

    book = check(
        tmp_path,
        finding(row=2, column="type"),
        finding(row=3, column="시설번호"),
        finding(row=4, column="lat"),
        fill=foreign,
    )
    assert colours(book["Sheet7"]) == {"B2": RED, "E3": RED, "D4": RED}


def test_sheets_are_told_apart(tmp_path):
    def two(book, sheet):
        widths(book, sheet)
        book.create_sheet("Vật cản").append(["Mã", "Loại"])

    book = check(
        tmp_path,
        finding(row=2, column="type", sheet="Vật cản"),
        finding(row=3, column="width_m", sheet="no such sheet"),
        finding(row=4, column="width_m"),
        fill=two,
    )
    assert colours(book["Vật cản"]) == {"B2": RED}
    assert colours(book["Bề rộng ngõ"]) == {}
    assert len(table(book)) == 4


def test_merged_cells_are_marked_where_their_text_is(tmp_path):
    def merged(book, sheet):
        widths(book, sheet)
        sheet.merge_cells("A3:C4")

    book = check(tmp_path, finding(row=4, column="width_m"), fill=merged)
    assert book["Bề rộng ngõ"]["A3"].fill.fgColor.rgb == RED
    assert book["Bề rộng ngõ"]["A3"].comment is not None


def test_somebodys_own_note_stays(tmp_path):
    def noted(book, sheet):
        widths(book, sheet)
        sheet["B3"].comment = Comment("đo lại", "Lan")

    book = check(tmp_path, finding(row=3, column="width_m", value="x"), fill=noted)
    comment = book["Bề rộng ngõ"]["B3"].comment
    assert comment.text.startswith("đo lại\n")
    assert comment.text.endswith("error: 'x' is wrong\n→ write x")
    assert comment.author == "Lan"


def test_so_many_notes_and_no_more(tmp_path, monkeypatch):
    monkeypatch.setattr(checked, "_MOST_NOTES", 2)
    book = check(tmp_path, finding(row=3, rows=(3, 4, 5), column="width_m"))
    sheet = book["Bề rộng ngõ"]
    assert colours(sheet) == {"B3": RED, "B4": RED, "B5": RED}
    assert [sheet[place].comment is not None for place in ("B3", "B4", "B5")] == [True, True, False]


def test_a_stray_cell_in_the_last_corner_costs_nothing(tmp_path):
    def stray(book, sheet):
        widths(book, sheet)
        sheet["XFD1048576"] = "x"

    path = workbook(tmp_path / "in", stray)
    (copy,) = write_checked([finding(row=3)], [path], tmp_path / "out")
    assert copy.stat().st_size < 50_000


# What stays
def test_formulas_formats_validations_and_charts_stay(tmp_path):
    def rich(book, sheet):
        widths(book, sheet)
        sheet["A8"] = CellRichText("Ngõ ", TextBlock(InlineFont(b=True), "5"))
        rule = DataValidation(type="list", formula1='"có,không"')
        rule.add("E3:E9")
        sheet.add_data_validation(rule)
        chart = BarChart()
        chart.add_data(Reference(sheet, min_col=2, min_row=3, max_row=8))
        sheet.add_chart(chart, "G3")
        sheet.freeze_panes = "B3"
        sheet.column_dimensions["A"].width = 33

    path = workbook(tmp_path / "in", rich)
    before = path.read_bytes()
    (copy,) = write_checked([finding(row=3, column="width_m")], [path], tmp_path / "out")
    sheet = openpyxl.load_workbook(copy, rich_text=True)["Bề rộng ngõ"]
    assert sheet["D3"].value == "=B3*2"
    assert sheet["B3"].value == 1.5
    assert sheet["C3"].value == datetime.datetime(2026, 5, 3)
    assert sheet["C3"].number_format == "yyyy-mm-dd"
    assert sheet["B4"].number_format == "0.00"
    assert str(sheet["A8"].value) == "Ngõ 5"
    assert sheet["A8"].value[1].font.b
    assert sheet.data_validations.dataValidation[0].formula1 == '"có,không"'
    assert len(sheet._charts) == 1
    assert (sheet.freeze_panes, sheet.column_dimensions["A"].width) == ("B3", 33)
    assert path.read_bytes() == before


HOSTILE = ('=HYPERLINK("http://x","y")', "+1+1", "-2+3", "@SUM(A1)", "\t=1", "=1+1|cmd")


def test_text_never_becomes_a_formula(tmp_path):
    path = tmp_path / "in.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("Bề rộng ngõ")
        sheet.write_row(0, 0, HEADINGS)
        for i, text in enumerate(HOSTILE, start=1):
            sheet.write_string(i, 0, text)
        sheet.write_formula("D2", "=1+1", None, 2)
    wrong = [
        finding(
            message=f"=bad {text}".replace("{", "{{"),
            remedy=text,
            row=i,
            column=text,
            value=text,
            file="in.xlsx",
        )
        for i, text in enumerate(HOSTILE, start=2)
    ]
    (copy,) = write_checked(wrong, [path], tmp_path / "out")
    formulas = [part.count(b"<f>") for name, part in parts(copy).items() if "worksheets" in name]
    assert sum(formulas) == 1
    sheets = openpyxl.load_workbook(copy)
    for i, text in enumerate(HOSTILE, start=2):
        cell = sheets["Bề rộng ngõ"].cell(i, 1)
        assert (cell.value, cell.data_type, bool(cell.quotePrefix)) == (text, "s", True)
    values = {cell.value: cell for row in sheets["Findings"].iter_rows(min_row=2) for cell in row}
    for text in HOSTILE:
        assert values[text].data_type == "s"
        assert values[text].quotePrefix
        assert values[f"=bad {text}"].quotePrefix


@pytest.mark.parametrize("suffix", [".csv", ".txt"])
def test_text_files_become_a_sheet_of_text(tmp_path, suffix):
    path = tmp_path / f"widths{suffix}"
    path.write_text(
        "object_id;width_m;road_name\n\n007;3,5;=1+1\nW2;abc;-\n;;\nW3;#N/A;'x\x07\n",
        encoding="utf-8-sig",
    )
    wrong = [
        finding(row=4, column="width_m", value="abc", file=path.name),
        finding("hint", row=6, column="road_name", file=path.name),
    ]
    (copy,) = write_checked(wrong, [path], tmp_path / "out")
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames == ["Findings", "widths"]
    sheet = book["widths"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows == [
        ["object_id", "width_m", "road_name"],
        [None, None, None],
        ["007", "3,5", "=1+1"],
        ["W2", "abc", "-"],
        [None, None, None],
        ["W3", "#N/A", "'x\ufffd"],
    ]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
    assert colours(sheet) == {"B4": RED, "C6": BLUE}
    assert sheet["C3"].quotePrefix
    assert not any(b"<f>" in part for part in parts(copy).values())


def test_the_template_in_use(tmp_path):
    path = tmp_path / "survey.xlsx"
    write_template(path)
    wrong = finding(row=7, column="clear_width_m", sheet="Vật cản")
    (copy,) = write_checked([wrong], [path], tmp_path / "out")
    book = openpyxl.load_workbook(copy)
    cell = book["Vật cản"]["J7"]
    assert book["Vật cản"].cell(3, cell.column).value == "clear_width_m"
    assert cell.fill.fgColor.rgb == RED
    assert len(book["Vật cản"].data_validations.dataValidation) > 10


# The list
def test_every_finding_of_the_file_is_listed_errors_first(tmp_path):
    book = check(
        tmp_path,
        finding("warning", "w", "", row=3),
        finding("error", "e", "do", row=9, column="width_m", value="x", sheet="Bề rộng ngõ"),
        finding("hint", "about the file", ""),
        finding("error", "of another file", row=1, file="other.xlsx"),
    )
    assert book.sheetnames[0] == "Findings"
    assert table(book) == [
        ["severity", "sheet", "row", "column", "value", "what is wrong", "what to do"],
        ["error", "Bề rộng ngõ", "9", "width_m", "x", "e", "do"],
        ["warning", None, "3", None, None, "w", None],
        ["hint", None, None, None, None, "about the file", None],
    ]
    sheet = book["Findings"]
    assert sheet.auto_filter.ref == "A1:G4"
    assert sheet.freeze_panes == "A2"
    assert book.active is sheet
    assert [s.sheet_view.tabSelected for s in book.worksheets] == [True, False]


def test_notes_and_list_in_vietnamese_and_the_list_of_an_earlier_copy_goes(tmp_path):
    path = workbook(tmp_path / "in", widths)
    wrong = finding(
        message=Message("it is open in another program"),
        remedy=Message("choose another name"),
        row=3,
        column="width_m",
        value="x",
    )
    (copy,) = write_checked([wrong], [path], tmp_path / "out", language="vi")
    book = openpyxl.load_workbook(copy)
    said = ("tệp đang mở trong chương trình khác", "chọn tên khác")
    assert book["Bề rộng ngõ"]["B3"].comment.text == "lỗi: {}\n→ {}".format(*said)
    assert table(book) == [
        ["mức độ", "trang", "dòng", "cột", "giá trị", "vấn đề", "việc cần làm"],
        ["lỗi", None, "3", "width_m", "x", *said],
    ]
    again = finding(row=4, file=copy.name, sheet="Bề rộng ngõ")
    (copy,) = write_checked([again], [copy], tmp_path / "again")
    book = openpyxl.load_workbook(copy)
    assert book.sheetnames == ["Findings", "Bề rộng ngõ"]
    assert table(book)[0][0] == "severity"
    assert colours(book["Bề rộng ngõ"]) == {"A4": RED}


def test_signs_that_a_workbook_cannot_hold_and_texts_too_long(tmp_path):
    book = check(tmp_path, finding(message="a\x00b" + "x" * 40_000, remedy="", row=3))
    text = table(book)[1][5]
    assert text.startswith("a\ufffdbx")
    assert len(text) == 32_767
    assert len(book["Bề rộng ngõ"]["A3"].comment.text) == 2_000


# Which files, which names
def test_only_files_with_a_row_that_is_wrong(tmp_path):
    path = workbook(tmp_path, widths)
    whole = finding("warning", "about the file")
    assert write_checked([whole], [path], tmp_path / "out") == []
    assert write_checked([], [path], tmp_path / "out") == []
    assert not (tmp_path / "out").exists()


def test_of_a_vector_file_there_is_the_list(tmp_path):
    path = tmp_path / "water.gpkg"
    path.write_bytes(b"SQLite format 3")
    (copy,) = write_checked([finding(file="water.gpkg", row=2)], [path], tmp_path / "out")
    assert copy.name == "water-checked.xlsx"
    assert openpyxl.load_workbook(copy).sheetnames == ["Findings"]


def test_a_file_that_cannot_be_read_has_the_list(tmp_path):
    path = tmp_path / "survey.xlsx"
    path.write_bytes(b"no workbook")
    (copy,) = write_checked([finding(file=str(path), row=2)], [path], tmp_path / "out")
    assert openpyxl.load_workbook(copy).sheetnames == ["Findings"]


@pytest.mark.parametrize("reason", ["openpyxl refuses it", "it is large"])
def test_where_formats_cannot_be_kept_the_texts_are(tmp_path, monkeypatch, reason):
    def noted(book, sheet):
        widths(book, sheet)
        sheet["A3"].comment = Comment("đo lại", "Lan")

    path = workbook(tmp_path, noted)
    if reason == "it is large":
        monkeypatch.setattr(checked, "_LARGEST_SHEETS", 100)
    else:
        spoiled = {**parts(path), "xl/comments/comment1.xml": b"<comments><none/></comments>"}
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in spoiled.items():
                archive.writestr(name, part)
        with pytest.raises(TypeError, match="authors should be"):
            openpyxl.load_workbook(io.BytesIO(path.read_bytes()))
    (copy,) = write_checked([finding(row=3, column="width_m")], [path], tmp_path / "out")
    sheet = openpyxl.load_workbook(copy)["Bề rộng ngõ"]
    assert [cell.value for cell in sheet[3]][:3] == ["W3", "1.5", "2026-05-03"]
    assert colours(sheet) == {"B3": RED}


def test_files_of_one_stem_get_names_of_their_own(tmp_path):
    (tmp_path / "a.csv").write_text("object_id,width_m\nW1,x\n")
    book = workbook(tmp_path, widths, "a.xlsx")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.csv").write_text("object_id,width_m\nW2,y\n")
    files = [tmp_path / "a.csv", book, tmp_path / "sub" / "a.csv"]
    wrong = [finding(row=2, file=name) for name in ("a.csv", "a.xlsx")]
    copies = write_checked(wrong, files, tmp_path / "out")
    assert [copy.name for copy in copies] == [
        "a-csv-checked.xlsx",
        "a-xlsx-checked.xlsx",
        "a-csv-checked-2.xlsx",
    ]


def test_copies_are_written_anew_but_nobodys_work_is_replaced(tmp_path):
    path = workbook(tmp_path, widths)
    out = tmp_path / "out"
    (first,) = write_checked([finding(row=3)], [path], out)
    (again,) = write_checked([finding(row=4)], [path], out)
    assert again == first
    book = openpyxl.load_workbook(first)
    assert colours(book["Bề rộng ngõ"]) == {"A4": RED}
    book["Bề rộng ngõ"]["B4"] = 3.25
    book.save(first)
    mine = first.read_bytes()
    (second,) = write_checked([finding(row=3)], [path], out)
    assert second.name == "survey-checked-2.xlsx"
    assert first.read_bytes() == mine
    (out / "survey-checked-2.xlsx").write_bytes(b"somebody's")
    (third,) = write_checked([finding(row=3)], [path], out)
    assert third.name == "survey-checked-3.xlsx"


def test_a_copy_that_is_worked_on_is_marked_anew(tmp_path):
    def coloured(book, sheet):
        widths(book, sheet)
        sheet["C8"].fill = PatternFill("solid", fgColor="FF00FF00")
        sheet["A5"].comment = Comment("đo lại", "Lan")

    path = workbook(tmp_path, coloured)
    findings = [finding(row=3, column="width_m"), finding(row=5, column="object_id")]
    (copy,) = write_checked(findings, [path], tmp_path)
    book = openpyxl.load_workbook(copy)
    book["Bề rộng ngõ"]["B3"] = 2.5
    book.save(copy)
    wrong = finding(row=4, column="width_m", file=copy.name)
    (again,) = write_checked([wrong], [copy], tmp_path)
    assert again.name == "survey-checked-2.xlsx"
    book = openpyxl.load_workbook(again)
    assert book.sheetnames == ["Findings", "Bề rộng ngõ"]
    assert len(table(book)) == 2
    sheet = book["Bề rộng ngõ"]
    assert colours(sheet) == {"B4": RED, "C8": "FF00FF00"}
    assert sheet["B3"].comment is None
    assert sheet["A5"].comment.text == "đo lại"


def test_the_input_is_never_replaced(tmp_path):
    path = workbook(tmp_path, widths, "survey-checked.xlsx")
    before = path.read_bytes()
    (copy,) = write_checked([finding(row=3, file=path.name)], [path], tmp_path)
    assert copy.name == "survey-checked-2.xlsx"
    assert path.read_bytes() == before


def test_same_input_same_bytes(tmp_path, monkeypatch):
    path = workbook(tmp_path, widths)
    (tmp_path / "a.csv").write_text("object_id,width_m\nW1,x\n")
    wrong = [finding(row=3, column="width_m"), finding(row=2, file="a.csv"), finding("hint", row=4)]
    files = [path, tmp_path / "a.csv"]
    first = [copy.read_bytes() for copy in write_checked(wrong, files, tmp_path / "1")]
    later = datetime.datetime(2031, 1, 1, 12, tzinfo=datetime.UTC)

    class Later(datetime.datetime):
        @classmethod
        def now(cls, tz=None):
            return later

    monkeypatch.setattr("openpyxl.writer.excel.datetime.datetime", Later)
    second = [copy.read_bytes() for copy in write_checked(wrong[::-1], files, tmp_path / "2")]
    assert first == second


def test_macros_are_left_out_and_cells_are_not(tmp_path):
    path = workbook(tmp_path, widths, "survey.xlsm")
    (copy,) = write_checked([finding(row=3, file=path.name)], [path], tmp_path / "out")
    assert copy.name == "survey-checked.xlsx"
    assert b"macroEnabled" not in parts(copy)["[Content_Types].xml"]
    assert read_workbook(copy, "survey")[1].rows[2].cells[0] == "W3"


def test_where_nothing_can_be_written(tmp_path):
    path = workbook(tmp_path, widths)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="can't be written") as caught:
        write_checked([finding(row=3)], [path], tmp_path / "file")
    assert caught.value.finding.file == str(tmp_path / "file" / "survey-checked.xlsx")


def test_warnings_of_openpyxl_are_no_errors(tmp_path):
    """What openpyxl leaves out of a copy it warns of, and here warnings are errors."""
    path = workbook(tmp_path, widths)
    extended = parts(path)
    name = "xl/worksheets/sheet1.xml"
    extension = (
        b'<extLst><ext uri="{CCE6A557-97BC-4b89-ADB6-D9C93CAAB3DF}"><a/></ext></extLst></worksheet>'
    )
    extended[name] = extended[name].replace(b"</worksheet>", extension)
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for part in extended.items():
            archive.writestr(*part)
    path.write_bytes(content.getvalue())
    with pytest.warns(UserWarning, match="not supported"):
        openpyxl.load_workbook(path)
    (copy,) = write_checked([finding(row=3)], [path], tmp_path / "out")
    assert copy.exists()
