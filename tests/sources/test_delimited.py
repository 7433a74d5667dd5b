"""CSV in every encoding and with every sign that offices use."""

import unicodedata

import pytest

from fireaccess.model.errors import InputError
from fireaccess.sources.delimited import read_delimited

LINES = ["Mã;Bề rộng (m);Tên đường, ngõ", "W1;3,5;Ngõ 29 Phố Khương Hạ", "W2;2,1;"]
CELLS = [
    (1, ("Mã", "Bề rộng (m)", "Tên đường, ngõ")),
    (2, ("W1", "3,5", "Ngõ 29 Phố Khương Hạ")),
    (3, ("W2", "2,1", None)),
]


def cp1258(text):
    """Encode as Windows-1258 does: letters with their tone as a mark of its own."""
    marks = "\u0300\u0301\u0303\u0309\u0323"
    out = []
    for sign in unicodedata.normalize("NFC", text):
        try:
            sign.encode("cp1258")
            out.append(sign)
        except UnicodeEncodeError:
            parts = unicodedata.normalize("NFD", sign)
            tone = [mark for mark in parts if mark in marks]
            letter = unicodedata.normalize("NFC", "".join(p for p in parts if p not in marks))
            out.append(letter + "".join(tone))
    return "".join(out).encode("cp1258")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: text.encode("utf-8"),
        lambda text: text.encode("utf-8-sig"),
        lambda text: unicodedata.normalize("NFD", text).encode("utf-8"),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-16-le"),
        lambda text: text.encode("utf-16-be"),
        cp1258,
    ],
    ids=["utf-8", "bom", "nfd", "utf-16", "utf-16-le", "utf-16-be", "cp1258"],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_encodings_that_can_be_told(tmp_path, encode, newline):
    path = tmp_path / "widths.csv"
    path.write_bytes(encode(newline.join(LINES) + newline))
    sheet = read_delimited(path, "widths")
    assert sheet.name is None
    assert [(row.number, row.cells) for row in sheet.rows] == CELLS


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_signs_between_cells(tmp_path, sign):
    path = tmp_path / "widths.csv"
    path.write_text(
        f'Danh sách ngõ, năm 2026\n\nobject_id{sign}width_m{sign}method\nW1{sign}3.5{sign}"a, b"\n',
        encoding="utf-8",
    )
    rows = read_delimited(path, "widths").rows
    assert [row.number for row in rows] == [1, 3, 4]
    assert rows[1].cells == ("object_id", "width_m", "method")
    assert rows[2].cells == ("W1", "3.5", "a, b")


def test_decimal_commas_do_not_part_cells(tmp_path):
    path = tmp_path / "widths.csv"
    path.write_text("object_id;width_m;accuracy_m\nW1;3,5;0,1\nW2;2,5;0,1\n", encoding="utf-8")
    assert [row.cells for row in read_delimited(path, "widths").rows][1] == ("W1", "3,5", "0,1")


def test_another_encoding_is_refused_until_it_is_named(tmp_path):
    path = tmp_path / "water.csv"
    path.write_bytes("시설번호,위도,경도\n4-1-014,35.4,129.0\n양산,35.3,129.1\n".encode("cp949"))
    with pytest.raises(InputError, match="not UTF-8") as refused:
        read_delimited(path, "water")
    assert refused.value.finding.row == 1
    assert "encoding" in refused.value.finding.what_to_do
    assert read_delimited(path, "water", encoding="cp949").rows[2].cells[0] == "양산"
    with pytest.raises(InputError, match="not in ascii"):
        read_delimited(path, "water", encoding="ascii")


def test_a_quotation_mark_without_partner_is_told_with_its_row(tmp_path):
    path = tmp_path / "widths.csv"
    path.write_text('object_id,method\nW1,"a\n', encoding="utf-8")
    with pytest.raises(InputError, match="can't be read from this row on") as refused:
        read_delimited(path, "widths")
    assert refused.value.finding.row == 2
