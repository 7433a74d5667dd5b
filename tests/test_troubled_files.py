"""CSV with one trouble each, and tables that can't be used as they are."""

import unicodedata

import pytest
from spoiled import content, here
from towns import degrees
from troubles import (
    ALL,
    check_counted,
    check_places,
    check_told,
    cp1258,
    grid,
    results_of,
    with_tables,
    write_csv,
    write_ward,
    write_workbook,
)

import fireaccess
from fireaccess.inputs import read_inputs
from fireaccess.model.errors import Findings

TROUBLES = [trouble for trouble in ALL if "csv" in trouble.kinds]


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    return write_ward(tmp_path_factory.mktemp("town") / "ward")


@pytest.fixture(scope="module")
def results(ward, tmp_path_factory):
    return results_of(TROUBLES, "csv", ward, tmp_path_factory.mktemp("files"))


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_what_is_told_of_a_table(trouble, results):
    check_told(trouble, "csv", results[trouble.name])


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_every_row_is_in_the_evidence_or_left_out_with_its_text(trouble, results):
    check_counted(trouble, "csv", results[trouble.name])


@pytest.mark.parametrize("trouble", [t for t in TROUBLES if t.places], ids=str)
def test_rows_lie_where_they_say(trouble, results):
    check_places(trouble, results[trouble.name])


# Encodings and signs
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    "encode",
    [
        cp1258,
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: _nfd(text).encode(),
    ],
    ids=["cp1258", "utf-16", "bom", "nfd"],
)
def test_a_table_in_every_encoding(ward, tmp_path, delimiter, encode):
    table = grid(
        ("Mã", "Kinh độ", "Vĩ độ", "Bề rộng (m)", "Tên đường, ngõ", "Người đo"),
        ("A1", *degrees((200, 20)), "4,2", "Ngõ 1", "Nguyễn Văn Ưởng"),
        ("A2", *degrees((200, 100)), "4,3", "ngõ 1", "Đỗ Thị Quỳnh"),
    )
    write_csv(tmp_path / "widths.csv", table, delimiter=delimiter, encode=encode)
    folder = with_tables(ward, tmp_path, {"widths": "widths.csv"})
    findings = Findings()
    widths = read_inputs(fireaccess.Project.open(folder), findings).survey["widths"]
    assert [(f.code, f.every_row) for f in findings] == [("decimal_comma", (2, 3))]
    assert widths["width_m"].tolist() == [4.2, 4.3]
    assert widths["road_name"].tolist() == ["Ngõ 1", "ngõ 1"]
    assert widths["surveyor"].tolist() == ["Nguyễn Văn Ưởng", "Đỗ Thị Quỳnh"]


def _nfd(text):
    return unicodedata.normalize("NFD", text)


# Tables that can't be used
_GOOD = ("A1", *degrees((200, 20)), 4.2)
_FIVE = (*_GOOD, 4.3)
REFUSED = {
    "two columns of one meaning": (
        grid(("Mã", "Kinh độ", "Vĩ độ", "Chiều rộng", "Rộng"), _FIVE),
        {"row": 1, "column": "Chiều rộng"},
        ("'Chiều rộng'", "'Rộng'", "rename or delete"),
    ),
    "one column twice": (
        grid(("Mã", "Kinh độ", "Vĩ độ", "Bề rộng (m)", "be rong"), _FIVE),
        {"row": 1, "column": "Bề rộng (m)"},
        ("two columns", "rename or delete"),
    ),
    "no column of widths": (
        grid(("Mã", "Kinh độ", "Vĩ độ", "Ghi chú"), _GOOD),
        {},
        ("no column 'width_m'", "add it", "Kinh độ"),
    ),
    "a column that is nearly that of widths": (
        grid(("Mã", "Kinh độ", "Vĩ độ", "Bề rộng đo được"), _GOOD),
        {"fix": "widths-heading-width_m"},
        ("no column 'width_m'", "'Bề rộng đo được'", "--accept-fix widths-heading-width_m"),
    ),
    "nothing says where": (
        grid(("Mã", "Bề rộng (m)"), ("A1", 4.2)),
        {},
        ("no column 'lon'", "add it"),
    ),
    "headings and no row": (
        grid(("Mã", "Kinh độ", "Vĩ độ", "Bề rộng (m)")),
        {},
        ("holds no row", "leave it out"),
    ),
    "nothing but the example": (
        grid(("Mã", "Kinh độ", "Vĩ độ", "Bề rộng (m)"), ("VÍ DỤ A0", *_GOOD[1:])),
        {},
        ("holds no row", "leave it out"),
    ),
    "headings below row 10": (
        (
            ("Phiếu khảo sát",),
            *(((),) * 9),
            *grid(("Mã", "Kinh độ", "Vĩ độ", "Bề rộng (m)"), _GOOD),
        ),
        {},
        ("no column",),
    ),
    "metres in a crs that nobody knows": (
        grid(("Mã", "X", "Y", "Hệ tọa độ", "Bề rộng (m)"), ("A1", 585000, 2322000, "của xã", 4.2)),
        {"column": "crs"},
        ("'của xã'", "EPSG:5897"),
    ),
}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("name", REFUSED)
def test_a_table_that_can_not_be_used(ward, tmp_path, name, kind):
    table, where, words = REFUSED[name]
    path = tmp_path / f"widths.{kind}"
    if kind == "csv":
        write_csv(path, table)
    else:
        write_workbook(path, {"Đo ngõ": table})
    folder = with_tables(ward, tmp_path, {"widths": path.name})
    before = content(folder)
    outcome = here("check", folder, "--json")
    assert outcome.code == 1
    (finding,) = outcome.findings
    assert finding["severity"] == "error"
    assert finding["file"] == str(path)
    assert finding["remedy"]
    for key, value in where.items():
        assert finding[key] == value
    for word in words:
        assert word in f"{finding['message']} {finding['remedy']}"
    assert content(folder) == before
