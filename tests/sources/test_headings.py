"""Sheets, heading rows and columns, as offices name them."""

from pathlib import Path

import pytest

from fireaccess.model.errors import InputError
from fireaccess.model.layers import TABLES
from fireaccess.model.words import TABLE_TITLES, heading
from fireaccess.sources.headings import find_columns, find_headings, table_of
from fireaccess.sources.sheets import Sheet, SheetRow

FILE = Path("survey.xlsx")


def sheet(*rows, name=None):
    """A sheet of rows, None for a blank one."""
    filled = [SheetRow(k, tuple(row)) for k, row in enumerate(rows, start=1) if row is not None]
    return Sheet(name, tuple(filled))


def found(*headings, table="widths", **options):
    return dict(find_columns(headings, table, file=FILE, **options).at)


@pytest.mark.parametrize("table", TABLES)
def test_every_column_is_known_by_its_name_and_by_the_template_heading(table):
    for column in TABLES[table].columns:
        own = heading(table, column)
        for text in (column, own.vi, own.with_unit, own.with_unit.upper(), f"{own.with_unit} *"):
            assert found(text, table=table) == {column: 0}, (table, text)


@pytest.mark.parametrize(
    "text",
    [
        *("Bề rộng (m)", "BE RONG (M)", "  bề  rộng ", "Bề rộng, m", "be_rong", "be rong ngo (m)"),
        *("Chiều rộng [m]", "width_m", "Width m", "WIDTH", "Bê\u0300 rô\u0323ng"),
    ],
)
def test_headings_match_whatever_their_case_accents_blanks_and_unit(text):
    assert found("Mã", text) == {"object_id": 0, "width_m": 1}


@pytest.mark.parametrize(
    ("text", "column"),
    [("be rogn ngo", "width_m"), ("Bề rộng đo được", "width_m"), ("Sai sso đo", "accuracy_m")],
)
def test_a_near_miss_is_offered_and_not_taken(text, column):
    columns = find_columns(["Mã", text], "widths", file=FILE)
    if column in columns.at:
        pytest.fail(f"{text} was taken")
    assert columns.near == {text: column}
    accepted = find_columns(["Mã", text], "widths", file=FILE, accepted=[column])
    assert accepted.at[column] == 1
    assert accepted.near == {}


def test_columns_of_their_own_are_left_alone():
    columns = find_columns(["STT", "Mã", "Bề rộng", "Ghi chú", None, "Zalo"], "widths", file=FILE)
    assert dict(columns.at) == {"object_id": 1, "width_m": 2}
    assert columns.near == {}
    assert columns.width == 6


def test_a_heading_of_the_template_wins_over_another_word_for_it():
    assert found("Ngày", "Ngày khảo sát")["date"] == 1


@pytest.mark.parametrize("pair", [("Bề rộng", "be rong (m)"), ("Chiều rộng", "Rộng nhỏ nhất")])
def test_two_headings_for_one_column_are_refused(pair):
    with pytest.raises(InputError, match="two columns"):
        found("Mã", *pair)


def test_the_mapping_wins():
    mapped = {"object_id": "시설번호", "width_m": "폭"}
    assert found("시설번호", "폭", "Mã", mapped=mapped) == {"object_id": 0, "width_m": 1}
    with pytest.raises(InputError, match="isn't there"):
        found("시설번호", mapped=mapped)


def test_headings_below_titles_and_above_a_second_row_of_headings():
    columns = find_headings(
        sheet(
            ["UBND PHƯỜNG KHƯƠNG ĐÌNH"],
            None,
            ["Danh sách bề rộng ngõ, năm 2026", None],
            [None, None, "Mã", "Bề rộng (m)", "Là chỗ hẹp nhất"],
            [None, None, "object_id", "width_m", "narrowest"],
            [None, None, "W1", "3.5", "x"],
        ),
        "widths",
        file=FILE,
    )
    assert dict(columns.at) == {"object_id": 2, "width_m": 3, "narrowest": 4}
    assert columns.first_row == 4


def test_a_row_of_data_is_no_heading():
    columns = find_headings(
        sheet(["object_id", "x", "y", "type"], ["x", "1", "2", "block"]), "barriers", file=FILE
    )
    assert columns.first_row == 1


def test_a_heading_below_row_ten_is_not_looked_for():
    rows = [["tiêu đề"]] * 10 + [["Mã", "Bề rộng"]]
    assert not find_headings(sheet(*rows), "widths", file=FILE).at


@pytest.mark.parametrize(("table", "title"), TABLE_TITLES.items())
def test_sheets_are_known_by_their_title(table, title):
    for text in (title, title.upper(), f"{title} (2)", f"{title} - tổ 5", table):
        assert table_of(Sheet(text, ()), FILE) == table


def test_sheets_are_known_by_their_headings():
    widths = sheet(["Mã", "Kinh độ", "Vĩ độ", "Bề rộng (m)"], ["W1", "105", "21", "3"], name="Tờ1")
    houses = sheet(["STT", "Mã hộ", "Địa chỉ", "Số khẩu"], ["1", "H1", "5 Ngõ 3", "4"], name="Tờ2")
    assert table_of(widths, FILE) == "widths"
    assert table_of(houses, FILE) == "houses"
    assert table_of(sheet(["Họ tên", "Điện thoại"], name="Tờ3"), FILE) is None


def test_a_cut_name_of_a_shapefile():
    assert found("object_id", "clear_widt", table="barriers", cut=True)["clear_width_m"] == 1
    # Three columns of the houses begin so: none is taken.
    assert "extinguisher" not in found("house_id", "extinguish", table="houses", cut=True)
