"""Workbooks: what is in their cells, as text, and what damaged or hostile ones come to."""

import datetime
import io
import random
import subprocess
import sys
import unicodedata
import zipfile

import openpyxl
import pytest
import xlsxwriter
from openpyxl.chart import BarChart
from openpyxl.styles import Border, Side

from fireaccess.model.errors import InputError
from fireaccess.sources.workbook import is_workbook, read_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STRINGS, STYLES, SHEET = "xl/sharedStrings.xml", "xl/styles.xml", "xl/worksheets/sheet1.xml"
DATE_STYLES = f'<styleSheet xmlns="{MAIN}"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'


# Workbooks part by part
def raw_parts(rows="", **replaced):
    """Return the parts of a workbook of one sheet; a part given as None is left out."""
    parts = {
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}"><Relationship Id="a" '
        f'Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="b"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}">'
        f'<Relationship Id="b" Type="{RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
        f'<Relationship Id="c" Type="{RELATIONS}/sharedStrings" Target="/xl/sharedStrings.xml"/>'
        f'<Relationship Id="d" Type="{RELATIONS}/styles" Target="styles.xml"/></Relationships>',
        SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>',
        STRINGS: f'<sst xmlns="{MAIN}"><si><t>Ngõ 5</t></si></sst>',
        STYLES: DATE_STYLES,
    }
    return {name: part for name, part in {**parts, **replaced}.items() if part is not None}


def pack(path, parts):
    """Write parts as a workbook; a part may be text, bytes, or pieces of bytes."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, part in parts.items():
            if isinstance(part, str | bytes):
                archive.writestr(name, part)
                continue
            with archive.open(name, "w", force_zip64=True) as stream:
                for piece in part:
                    stream.write(piece)
    return path


def raw(tmp_path, rows="", **replaced):
    return pack(tmp_path / "raw.xlsx", raw_parts(rows, **replaced))


def cells(path):
    """Return the rows of the first sheet by their numbers."""
    return {row.number: row.cells for row in read_workbook(path, "survey")[0].rows}


def refusal(path):
    """Return the message and the remedy with which a workbook is refused."""
    with pytest.raises(InputError) as caught:
        read_workbook(path, "survey")
    finding = caught.value.finding
    assert finding.file == str(path)
    assert finding.what_to_do
    return finding.what, finding.what_to_do


def saved(tmp_path, fill, name="book.xlsx"):
    """Write a workbook with openpyxl; ``fill`` gets it, and its first sheet."""
    book = openpyxl.Workbook()
    fill(book, book.active)
    path = tmp_path / name
    book.save(path)
    return path


def one_row(tmp_path, *values, **formats):
    def fill(book, sheet):
        sheet.append(values)
        for place, code in formats.items():
            sheet[place].number_format = code

    return cells(saved(tmp_path, fill))[1]


# What cells hold
def test_values_become_text(tmp_path):
    assert one_row(tmp_path, 3.5, 12, 4.0, 0.1, 1e-7, True, False, "x", None, "y") == (
        *("3.5", "12", "4", "0.1", "1e-07", "yes", "no", "x", None, "y"),
    )


def test_dates_are_iso_with_the_time_only_if_it_says_something(tmp_path):
    assert one_row(
        tmp_path,
        datetime.date(2026, 5, 12),
        datetime.datetime(2026, 5, 12),
        datetime.datetime(2026, 5, 12, 10, 30),
        datetime.time(10, 30),
    ) == ("2026-05-12", "2026-05-12", "2026-05-12T10:30:00", "10:30:00")


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("dd/mm/yyyy", "2026-05-12"),
        ("[$-42A]dd mmmm yyyy;@", "2026-05-12"),
        ("mm-dd-yy", "2026-05-12"),
        ("General", "46154"),
        ("0.00", "46154"),
        ('#,##0 "dong"', "46154"),
        ("#,##0\\ \\d", "46154"),
        ("[h]:mm:ss", "46154"),
        ("@", "46154"),
    ],
)
def test_a_number_is_a_date_only_by_its_format(tmp_path, code, shown):
    assert one_row(tmp_path, 46154, A1=code) == (shown,)


def test_dates_of_both_systems(tmp_path):
    def since_1904(book, sheet):
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        sheet["A1"] = datetime.date(2026, 5, 12)

    path = saved(tmp_path, since_1904)
    assert b'date1904="1"' in zipfile.ZipFile(path).read("xl/workbook.xml")
    assert cells(path) == {1: ("2026-05-12",)}


def test_formats_built_into_other_languages_are_dates(tmp_path):
    styles = DATE_STYLES.replace('"14"', '"31"')
    path = raw(tmp_path, '<row><c s="1"><v>46154</v></c></row>', **{STYLES: styles})
    assert cells(path) == {1: ("2026-05-12",)}


def test_formats_of_conditions_say_nothing_of_cells(tmp_path):
    styles = (
        f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="0.0"/></numFmts>'
        '<cellXfs><xf numFmtId="164"/></cellXfs>'
        '<dxfs><dxf><numFmt numFmtId="164" formatCode="yyyy"/></dxf></dxfs></styleSheet>'
    )
    path = raw(tmp_path, '<row><c s="0"><v>46154</v></c></row>', **{STYLES: styles})
    assert cells(path) == {1: ("46154",)}


def test_what_excel_shows_no_date_for_stays_a_number(tmp_path):
    rows = '<row><c s="1"><v>-3</v></c><c s="1"><v>99999999999</v></c><c s="9"><v>1</v></c></row>'
    assert cells(raw(tmp_path, rows)) == {1: ("-3", "99999999999", "1")}


def test_text_is_nfc_and_trimmed(tmp_path):
    apart = unicodedata.normalize("NFD", "Ngõ 5 Khương Hạ")
    assert one_row(tmp_path, f"\n {apart}\u00a0 ", "  ", "007") == ("Ngõ 5 Khương Hạ", None, "007")


def test_signs_that_xml_cannot_hold(tmp_path):
    strings = f'<sst xmlns="{MAIN}"><si><t>a_x000D_\nb _x005F_x0041_ _x0007_ _xD800_</t></si></sst>'
    path = raw(tmp_path, '<row><c t="s"><v>0</v></c></row>', **{STRINGS: strings})
    assert cells(path) == {1: ("a\nb _x0041_ _x0007_ _xD800_",)}


def test_rich_text_is_joined_and_readings_are_left_out(tmp_path):
    rich = (
        '<r><t>Ngõ</t></r><r><rPr><b/></rPr><t xml:space="preserve"> 5</t></r>'
        '<rPh sb="0" eb="1"><t>ngo</t></rPh>'
    )
    path = raw(
        tmp_path,
        f'<row><c t="s"><v>0</v></c><c t="inlineStr"><is>{rich}</is></c></row>',
        **{STRINGS: f'<sst xmlns="{MAIN}"><si>{rich}</si></sst>'},
    )
    assert cells(path) == {1: ("Ngõ 5", "Ngõ 5")}


def test_error_values_are_text(tmp_path):
    rows = '<row><c t="e"><v>#N/A</v></c><c t="e"><f>#REF!+1</f><v>#REF!</v></c></row>'
    assert cells(raw(tmp_path, rows)) == {1: ("#N/A", "#REF!")}


def test_dates_of_strict_workbooks(tmp_path):
    rows = (
        '<row><c t="d"><v>2026-05-12T00:00:00</v></c><c t="d"><v>2026-05-12T10:30</v></c>'
        '<c t="d"><v>in May</v></c></row>'
    )
    strict = {
        name: part.replace(MAIN, STRICT).replace(RELATIONS, "http://purl.oclc.org/ooxml/o/r")
        for name, part in raw_parts(rows).items()
    }
    path = pack(tmp_path / "strict.xlsx", strict)
    assert cells(path) == {1: ("2026-05-12", "2026-05-12T10:30:00", "in May")}


def test_elements_with_a_prefix(tmp_path):
    parts = raw_parts('<row r="2"><c r="B2" t="s"><v>0</v></c></row>')
    for name in (SHEET, STRINGS, "xl/workbook.xml"):
        text = parts[name].replace("</", "\0").replace("<", "<x:").replace("\0", "</x:")
        parts[name] = text.replace("xmlns=", "xmlns:x=")
    assert cells(pack(tmp_path / "prefixed.xlsx", parts)) == {2: (None, "Ngõ 5")}


# Formulas
def test_of_a_formula_it_is_the_last_value(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_formula("A1", "=1+2.5", None, 3.5)
        sheet.write_formula("B1", '="a"&"b"', None, "ab")
        sheet.write_formula("C1", "=1=1", None, True)
        sheet.write_string("D1", "end")
    (sheet,) = read_workbook(path, "survey")
    assert sheet.rows[0].cells == ("3.5", "ab", "yes", "end")
    assert not sheet.uncalculated


def test_a_formula_that_was_never_calculated_is_no_blank(tmp_path):
    def fill(book, sheet):
        sheet.append(["W1", 2, "=B1*2"])
        sheet["A9"] = "=SUM(B1:B8)"

    (sheet,) = read_workbook(saved(tmp_path, fill), "survey")
    assert [row.cells for row in sheet.rows] == [("W1", "2", "=B1*2"), ("=SUM(B1:B8)",)]
    assert sheet.uncalculated == {(1, 2), (9, 0)}


def test_a_zero_put_in_the_place_of_a_value_is_none(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        sheet.write_formula("A1", "=1+1")
        sheet.write_formula("B1", "=1+1", None, 2)
        sheet.write_number("C1", 0)
    (sheet,) = read_workbook(path, "survey")
    assert sheet.rows[0].cells == ("=1+1", "2", "0")
    assert sheet.uncalculated == {(1, 0)}


def test_a_calculated_zero_is_zero(tmp_path):
    (sheet,) = read_workbook(raw(tmp_path, "<row><c><f>1-1</f><v>0</v></c></row>"), "survey")
    assert sheet.rows[0].cells == ("0",)
    assert not sheet.uncalculated


def test_formulas_shared_by_several_cells(tmp_path):
    rows = (
        '<row><c><f t="shared" ref="A1:A3" si="7">B1*2</f></c></row>'
        '<row><c><f t="shared" si="7"/><v/></c></row>'
        '<row><c><f t="shared" si="7"/><v>4</v></c></row>'
        '<row><c t="str"><f>""</f><v></v></c><c t="str"><f>C4</f></c></row>'
    )
    (sheet,) = read_workbook(raw(tmp_path, rows), "survey")
    assert [row.cells for row in sheet.rows] == [("=B1*2",), ("=B1*2",), ("4",), (None, "=C4")]
    assert sheet.uncalculated == {(1, 0), (2, 0), (4, 1)}


def test_text_that_looks_like_a_formula_is_text(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for column, text in enumerate(("=1+1", "+84 90", "-", "@all")):
            sheet.write_string(0, column, text)
    (sheet,) = read_workbook(path, "survey")
    assert sheet.rows[0].cells == ("=1+1", "+84 90", "-", "@all")
    assert not sheet.uncalculated


# Rows, columns and sheets
def test_rows_keep_their_numbers(tmp_path):
    def fill(book, sheet):
        sheet["B3"] = "x"
        sheet["A7"] = "y"
        sheet["D7"].border = Border(left=Side("thin"))
        sheet["C9"] = "  "
        sheet["A1048576"] = "last"

    assert cells(saved(tmp_path, fill)) == {3: (None, "x"), 7: ("y",), 1_048_576: ("last",)}


def test_rows_and_cells_without_references(tmp_path):
    rows = (
        "<row><c><v>1</v></c></row><row/>"
        '<row><c/><c r="C3"><v>2</v></c><c><v>3</v></c></row>'
        '<row r="10"><c><v>4</v></c></row><row><c r="B99"/><c><v>5</v></c></row>'
    )
    assert cells(raw(tmp_path, rows)) == {
        1: ("1",),
        3: (None, None, "2", "3"),
        10: ("4",),
        11: (None, None, "5"),
    }


@pytest.mark.parametrize("dimension", ["A1", "A1:XFD1048576", "nonsense"])
def test_the_size_that_a_sheet_claims_is_not_believed(tmp_path, dimension):
    sheet = (
        f'<worksheet xmlns="{MAIN}"><dimension ref="{dimension}"/><sheetData>'
        '<row r="5"><c r="C5"><v>1</v></c></row></sheetData></worksheet>'
    )
    assert cells(raw(tmp_path, **{SHEET: sheet})) == {5: (None, None, "1")}


def test_sheets_in_order_hidden_ones_too_and_charts_left_out(tmp_path):
    def fill(book, sheet):
        sheet.title = "Bề rộng"
        sheet.append(["a"])
        book.create_chartsheet("Chart").add_chart(BarChart())
        for name, state in (("Hidden", "hidden"), ("Deep", "veryHidden"), ("Empty", "visible")):
            book.create_sheet(name).sheet_state = state
        book["Deep"].append(["b"])
        book["Hidden"].append(["c"])

    sheets = read_workbook(saved(tmp_path, fill), "survey")
    assert [(sheet.name, len(sheet.rows)) for sheet in sheets] == [
        ("Bề rộng", 1),
        ("Hidden", 1),
        ("Deep", 1),
        ("Empty", 0),
    ]


def test_macro_workbooks_merged_cells_and_notes(tmp_path):
    def fill(book, sheet):
        sheet["A1"] = "title"
        sheet.merge_cells("A1:D1")
        sheet["A2"] = "x"
        sheet["A2"].comment = openpyxl.comments.Comment("a note", "somebody")

    assert cells(saved(tmp_path, fill, "book.XLSM")) == {1: ("title",), 2: ("x",)}


def test_what_other_extensions_hold_is_not_taken_for_cells(tmp_path):
    sheet = (
        f'<worksheet xmlns="{MAIN}" xmlns:x14="x14"><sheetData><row><c><v>1</v><extLst><x14:v>9'
        "</x14:v></extLst></c></row></sheetData><extLst><ext><x14:f>A1</x14:f></ext></extLst>"
        "</worksheet>"
    )
    assert cells(raw(tmp_path, **{SHEET: sheet})) == {1: ("1",)}


def test_names_of_parts_in_another_case_and_with_backslashes(tmp_path):
    parts = raw_parts('<row><c t="s"><v>0</v></c></row>')
    parts["XL\\SharedStrings.xml"] = parts.pop(STRINGS)
    assert cells(pack(tmp_path / "book.xlsx", parts)) == {1: ("Ngõ 5",)}


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_of_parts(tmp_path, encoding):
    head = f'<?xml version="1.0" encoding="{encoding.removesuffix("-sig")}"?>'
    strings = f'{head}<sst xmlns="{MAIN}"><si><t>Ngõ 5</t></si></sst>'.encode(encoding)
    path = raw(tmp_path, '<row><c t="s"><v>0</v></c></row>', **{STRINGS: strings})
    assert cells(path) == {1: ("Ngõ 5",)}


def test_no_texts_and_no_formats(tmp_path):
    relations = raw_parts()["xl/_rels/workbook.xml.rels"]
    relations = relations[: relations.index('<Relationship Id="c"')] + "</Relationships>"
    path = raw(
        tmp_path,
        "<row><c><v>1</v></c></row>",
        **{STRINGS: None, STYLES: None, "xl/_rels/workbook.xml.rels": relations},
    )
    assert cells(path) == {1: ("1",)}


# What is refused
def test_what_is_taken_for_a_workbook(tmp_path):
    assert is_workbook(tmp_path / "a.xlsm")
    assert is_workbook(tmp_path / "a.Ods")
    assert not is_workbook(tmp_path / "a.gpkg")


@pytest.mark.parametrize("suffix", [".xls", ".ods", ".numbers", ".xlsb"])
def test_other_workbooks(tmp_path, suffix):
    path = tmp_path / f"old{suffix}"
    path.write_bytes(b"\xd0\xcf\x11\xe0 and more")
    message, remedy = refusal(path)
    assert message == f"the survey file is a {suffix} workbook, which can't be read"
    assert remedy == "open it in Excel or LibreOffice and save it again as .xlsx"


def test_missing_and_empty_files(tmp_path):
    assert refusal(tmp_path / "none.xlsx")[0] == "there is no such survey file"
    (tmp_path / "empty.xlsx").touch()
    assert refusal(tmp_path / "empty.xlsx")[0] == "the survey file is empty (0 bytes)"


def test_locked_and_renamed_workbooks(tmp_path):
    path = tmp_path / "book.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600) + "EncryptedPackage".encode("utf-16-le"))
    message, remedy = refusal(path)
    assert message == "the survey workbook is locked with a password"
    assert "without the password" in remedy
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(600))
    assert refusal(path)[0] == "the survey file is an old .xls workbook under a new name"


DAMAGED = {
    "no archive": b"<html><table></table></html>",
    "an archive of nothing": b"PK\x05\x06" + bytes(18),
    "no table of contents": {"xl/workbook.xml": None},
    "no relations": {"_rels/.rels": None},
    "relations to nothing": {"_rels/.rels": f'<Relationships xmlns="{PACKAGE}"/>'},
    "a relation without a target": {
        "_rels/.rels": '<Relationships><Relationship Id="a"/></Relationships>'
    },
    "no sheet": {SHEET: None},
    "no relation to the sheet": {
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}"/>'
    },
    "no sheet named": {"xl/workbook.xml": "<workbook/>"},
    "no texts": {STRINGS: None},
    "a sheet cut short": {SHEET: "<worksheet><sheetData><row>"},
    "a sheet that is none": {SHEET: b"\x00\x01\x02"},
    "an empty sheet": {SHEET: ""},
    "binary texts": {STRINGS: random.Random(1).randbytes(1000)},
    "an unknown encoding": {SHEET: '<?xml version="1.0" encoding="klingon"?><worksheet/>'},
    "a text that is missing": '<row><c t="s"><v>7</v></c></row>',
    "a text before the first": '<row><c t="s"><v>-1</v></c></row>',
    "a text by name": '<row><c t="s"><v>first</v></c></row>',
    "a number that is none": "<row><c><v>1_000</v></c></row>",
    "a number that is not finite": "<row><c><v>nan</v></c></row>",
    "a format by name": '<row><c s="bold"><v>1</v></c></row>',
    "a cell without a column": '<row><c r="1"><v>1</v></c></row>',
    "a cell in other letters": '<row><c r="ñ1"><v>1</v></c></row>',
    "a cell beyond the last column": '<row><c r="XFE1"><v>1</v></c></row>',
    "a cell twice": '<row><c r="A1"><v>1</v></c><c r="A1"><v>2</v></c></row>',
    "a row twice": '<row r="1"/><row r="1"/>',
    "rows out of order": '<row r="5"><c><v>1</v></c></row><row r="3"><c><v>2</v></c></row>',
    "a row beyond the last": '<row r="1048577"><c><v>1</v></c></row>',
    "row nought": '<row r="0"><c><v>1</v></c></row>',
    "an endless row number": f'<row r="{"9" * 5000}"/>',
    "a billion laughs": {
        SHEET: '<!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><worksheet>&b;</worksheet>'
    },
    "a file of the reader's": {
        STRINGS: '<!DOCTYPE s [<!ENTITY f SYSTEM "file:///etc/passwd">]><sst><si><t>&f;</t></si></sst>'
    },
    "elements in elements": {SHEET: "<a>" * 100_000},
    "endless kinds of elements": {SHEET: "<w>" + "".join(f"<a{i}/>" for i in range(50_000))},
    "an element that never ends": {SHEET: b'<w a="' + b"x" * 3_000_000},
    "a remark that never ends": {SHEET: b"<w><!--" + b"<" * 3_000_000},
}


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_damage_is_told_never_a_traceback(tmp_path, damage):
    path = tmp_path / "raw.xlsx"
    if isinstance(damage, bytes):
        path.write_bytes(damage)
    else:
        pack(path, raw_parts(damage) if isinstance(damage, str) else raw_parts(**damage))
    message, remedy = refusal(path)
    assert message.startswith("the survey workbook can't be read: it is ")
    assert len(message) < 200
    assert remedy == "open it in Excel or LibreOffice and save it again as .xlsx"


def test_parts_twice(tmp_path):
    path = raw(tmp_path)
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr(SHEET, "<worksheet/>")
    assert "it has two parts xl/worksheets/sheet1.xml" in refusal(path)[0]


def test_parts_packed_as_no_spreadsheet_program_does(tmp_path):
    path = tmp_path / "raw.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for name, part in raw_parts().items():
            archive.writestr(name, part)
    assert "packed in an unknown way" in refusal(path)[0]


@pytest.fixture(scope="module")
def whole():
    """The bytes of a workbook as Excel users have them: texts, dates, formulas, formats."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("Bề rộng")
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        for i in range(50):
            sheet.write_row(i, 0, [f"W{i}", 3.5 + i, f"Ngõ {i % 7}"])
            sheet.write_datetime(i, 3, datetime.date(2026, 5, 12), day)
            sheet.write_formula(i, 4, f"=B{i + 1}*2", None, 7 + 2 * i)
    return content.getvalue()


def test_a_workbook_cut_short_anywhere(tmp_path, whole):
    path = tmp_path / "book.xlsx"
    for end in range(1, len(whole), len(whole) // 60):
        path.write_bytes(whole[:end])
        assert "cut short" in refusal(path)[0]


def test_damaged_bytes_anywhere(tmp_path, whole):
    path = tmp_path / "book.xlsx"
    chance = random.Random(5)
    refused = 0
    for _ in range(300):
        spoiled = bytearray(whole)
        for _ in range(chance.choice((1, 5, 100))):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        path.write_bytes(spoiled)
        try:
            read_workbook(path, "survey")
        except InputError:
            refused += 1
    assert refused > 200


def test_damaged_parts_whose_checksum_is_right(tmp_path, whole):
    """The archive is whole here, so that it is the parts that have to be read."""
    path = tmp_path / "book.xlsx"
    chance = random.Random(6)
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    refused = 0
    for _ in range(300):
        name = chance.choice(list(parts))
        spoiled = bytearray(parts[name])
        for _ in range(chance.choice((1, 3))):
            at = chance.randrange(len(spoiled))
            spoiled[at : at + chance.randrange(9)] = chance.choice(
                (
                    b"",
                    b"<",
                    b">",
                    b'"',
                    b"0",
                    b"-",
                    b"x",
                    b"&",
                    b"</c>",
                    b"<v>",
                    chance.randbytes(3),
                )
            )
        pack(path, {**parts, name: bytes(spoiled)})
        try:
            read_workbook(path, "survey")
        except InputError:
            refused += 1
    assert refused > 50


# Size
def too_large(tmp_path, **parts):
    message, remedy = refusal(raw(tmp_path, **parts))
    assert message.startswith("the survey workbook is too large: ")
    assert "split it" in remedy
    return message


def test_too_many_parts(tmp_path):
    many = {f"xl/media/{i}.png": b"" for i in range(10_001)}
    assert "10,000 parts" in too_large(tmp_path, **many)


def test_a_cell_that_holds_a_book(tmp_path):
    strings = f'<sst xmlns="{MAIN}"><si><t>{"x" * 1_000_001}</t></si></sst>'
    assert "1,000,000 letters" in too_large(tmp_path, **{STRINGS: strings})


def test_a_file_too_large_to_open(tmp_path):
    path = tmp_path / "book.xlsx"
    with path.open("wb") as stream:
        stream.truncate(100_000_001)
    assert refusal(path)[0] == "the survey workbook is too large: more than 100 MB"


def pieces(head, piece, count, tail=""):
    """Yield a part piece by piece."""
    yield head.encode()
    block = piece.encode() * 1000
    for _ in range(count // 1000):
        yield block
    yield tail.encode()


def blank_rows(rows, columns):
    yield f'<worksheet xmlns="{MAIN}"><sheetData>'.encode()
    letters = [openpyxl.utils.get_column_letter(i + 1) for i in range(columns)]
    for number in range(1, rows + 1):
        blanks = "".join(f'<c r="{letter}{number}" s="1"/>' for letter in letters)
        yield f'<row r="{number}" spans="1:{columns}">{blanks}</row>'.encode()
    yield b"</sheetData></worksheet>"


SHEET_HEAD = f'<worksheet xmlns="{MAIN}"><sheetData>'
TEXTS_HEAD = f'<sst xmlns="{MAIN}">'
STYLES_HEAD = f'<styleSheet xmlns="{MAIN}"><cellXfs>'
#: Name: parts, and the words of the refusal, or None where it is read.
BOMBS = {
    "spaces in a sheet": ({SHEET: lambda: pieces(SHEET_HEAD, " " * 1000, 2_000_000)}, "300 MB"),
    "spaces in the texts": ({STRINGS: lambda: pieces(TEXTS_HEAD, " " * 1000, 310_000)}, "300 MB"),
    "spaces in the formats": ({STYLES: lambda: pieces(STYLES_HEAD, " " * 1000, 310_000)}, "300 MB"),
    "spaces in the contents": (
        {"xl/workbook.xml": lambda: pieces("<workbook>", " " * 1000, 310_000)},
        "300 MB",
    ),
    "blank texts": (
        {STRINGS: lambda: pieces(TEXTS_HEAD, "<si/>", 30_000_000)},
        "cells",
    ),
    "remarks full of signs": (
        {SHEET: lambda: pieces(SHEET_HEAD, f"<!--{'<' * 900}-->", 30_000)},
        "elements",
    ),
    "long texts": (
        {STRINGS: lambda: pieces(TEXTS_HEAD, f"<si><t>{'x' * 900}</t></si>", 320_000)},
        "cells",
    ),
    "formats": ({STYLES: lambda: pieces(STYLES_HEAD, "<xf/>", 50_000_000)}, "cell formats"),
    "relations": (
        {
            "_rels/.rels": lambda: pieces(
                "<Relationships>", '<Relationship Id="a" Type="" Target=""/>', 6_000_000
            )
        },
        "cells",
    ),
    "sheets": (
        {
            "xl/workbook.xml": lambda: pieces(
                '<workbook xmlns:r="r"><sheets>', '<sheet name="" r:id=""/>', 9_000_000
            )
        },
        "cells",
    ),
    "wide rows": (
        {SHEET: lambda: pieces(SHEET_HEAD, '<row><c r="XFD1"><v>1</v></c></row>', 1_000_000)},
        "cells",
    ),
    "full rows": (
        {SHEET: lambda: pieces(SHEET_HEAD, f"<row>{'<c><v>77</v></c>' * 16_000}</row>", 1_000)},
        "cells",
    ),
    "formulas never calculated": (
        {SHEET: lambda: pieces(SHEET_HEAD, f"<row>{'<c><f>A1</f></c>' * 9}</row>", 1_000_000)},
        "cells",
    ),
    "a million blank rows": ({SHEET: lambda: blank_rows(1_000_000, 3)}, None),
    "as many blank columns as there are": ({SHEET: lambda: blank_rows(50, 16_384)}, None),
}
MEASURE = """
import sys, time
from pathlib import Path
from fireaccess.model.errors import InputError
from fireaccess.sources.workbook import read_workbook
begun = time.process_time()
try:
    sheets = read_workbook(Path(sys.argv[1]), "survey")
    print(sum(len(sheet.rows) for sheet in sheets), "rows")
except InputError as error:
    print(error.finding.what)
# The peak of this process alone: ru_maxrss begins with that of its parent.
peak = [line for line in open("/proc/self/status") if line.startswith("VmHWM")]
print(int(peak[0].split()[1]) // 1024)
print(time.process_time() - begun)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="the module resource is not on Windows")
@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_memory_and_time_are_bounded(tmp_path, bomb):
    parts, refused = bomb
    path = raw(tmp_path, **{name: make() for name, make in parts.items()})
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", MEASURE, str(path)],
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    told, megabytes, seconds = done.stdout.splitlines()
    if refused is None:
        assert told == "0 rows"
    else:
        assert told.startswith("the survey workbook is too large: it ")
        assert refused in told
    assert int(megabytes) < 700
    assert float(seconds) < 60


@pytest.mark.slow
def test_a_list_of_a_hundred_thousand_rows_is_read(tmp_path):
    """No two texts are alike, as in no list; the limits have to leave room for more."""
    texts = "".join(f"<si><t>Số {i} Ngõ Khương Hạ</t></si>" for i in range(700_000))

    def row(i):
        places = "".join(f'<c t="s" s="1"><v>{7 * i + k}</v></c>' for k in range(7))
        return f"<row>{places}{f'<c><v>{i}.25</v></c>' * 8}</row>"

    parts = {STRINGS: f"{TEXTS_HEAD}{texts}</sst>"}
    path = raw(tmp_path, "".join(map(row, range(100_000))), **parts)
    (sheet,) = read_workbook(path, "houses")
    assert [len(row.cells) for row in sheet.rows] == [15] * 100_000
    assert sheet.rows[-1].cells[6:8] == ("Số 699999 Ngõ Khương Hạ", "99999.25")
