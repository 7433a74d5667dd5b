"""Workbooks with one trouble each: what is told of them, and that no row is lost."""

import pytest
from spoiled import here, name_input
from towns import degrees, hoses
from troubles import (
    ALL,
    check_counted,
    check_places,
    check_told,
    grid,
    on,
    results_of,
    run,
    with_tables,
    write_csv,
    write_ward,
    write_workbook,
)

TROUBLES = [trouble for trouble in ALL if "xlsx" in trouble.kinds]


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    return write_ward(tmp_path_factory.mktemp("town") / "ward")


@pytest.fixture(scope="module")
def results(ward, tmp_path_factory):
    return results_of(TROUBLES, "xlsx", ward, tmp_path_factory.mktemp("workbooks"))


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_what_is_told_of_a_table(trouble, results):
    check_told(trouble, "xlsx", results[trouble.name])


@pytest.mark.parametrize("trouble", TROUBLES, ids=str)
def test_every_row_is_in_the_evidence_or_left_out_with_its_text(trouble, results):
    check_counted(trouble, "xlsx", results[trouble.name])


@pytest.mark.parametrize("trouble", [t for t in TROUBLES if t.places], ids=str)
def test_rows_lie_where_they_say(trouble, results):
    check_places(trouble, results[trouble.name])


# The survey in one workbook
HEIGHTS = ("Mã", "Kinh độ", "Vĩ độ", "Chiều cao thông thủy (m)")
WIDTHS = ("Mã", "Kinh độ", "Vĩ độ", "Bề rộng (m)")
SHEETS = {
    "Bề rộng ngõ": grid(WIDTHS, ("W1", *on(1), 4.2)),
    "Vật cản": grid(("Mã", "Kinh độ", "Vĩ độ", "Loại vật cản"), ("B1", *on(3), "barie")),
    "Trụ nước": grid(("Mã", "Kinh độ", "Vĩ độ", "Loại"), ("N1", *on(5), "trụ")),
    "Bảng 4": grid(HEIGHTS, ("C1", *on(7), 4.5)),
}
READ = {"barriers": 1, "clearances": 1, "water": 1, "widths": 1}


def rows_read(result):
    return {
        name: count
        for name, count in result.statistics["rows_read"].items()
        if name not in ("houses", "roads")
    }


def told(result, code):
    return [finding for finding in result.findings if finding.code == code]


def surveyed(ward, folder, sheets):
    """Run a ward whose survey is a workbook with these sheets."""
    folder.mkdir(exist_ok=True)
    write_workbook(folder / "survey.xlsx", sheets)
    return run(with_tables(ward, folder, {}, survey="survey.xlsx"))


@pytest.mark.parametrize("order", [1, -1])
def test_sheets_in_any_order(ward, tmp_path, order):
    """The fourth has no title that says anything: its headings do."""
    result = surveyed(ward, tmp_path, dict(list(SHEETS.items())[::order]))
    assert not result.findings
    assert rows_read(result) == READ
    evidence = result.evidence[result.evidence["file"] == "survey.xlsx"].set_index("object")
    assert evidence["sheet"].to_dict() == {
        "reading:W1": "Bề rộng ngõ",
        "barrier:B1": "Vật cản",
        "water:N1": "Trụ nước",
        "clearance:C1": "Bảng 4",
    }
    assert result.houses["house_id"].tolist() == [f"h{number}" for number in range(6)]


def test_a_sheet_that_holds_no_table_is_told_and_no_other_suffers(ward, tmp_path):
    note = grid(("Ghi chú", "Người ghi"), ("họp thứ hai", "tổ trưởng"))
    result = surveyed(ward, tmp_path, {"Ghi chú chung": note, **SHEETS, "Hướng dẫn": note, "": ()})
    (finding,) = result.findings
    assert (finding.code, finding.severity) == ("sheet_not_read", "warning")
    assert (finding.file, finding.sheet) == ("survey.xlsx", "Ghi chú chung")
    assert "Bề rộng ngõ" in finding.what_to_do
    assert rows_read(result) == READ


def test_two_sheets_of_one_table_are_joined(ward, tmp_path):
    sheets = {
        "Bề rộng ngõ": grid(WIDTHS, ("W1", *on(1), "4,2"), ("W2", *on(5), "hẹp")),
        "Bề rộng ngõ (2)": grid(
            ("Bề rộng (m)", "Ngày", *WIDTHS[:3]),
            ("4,4", "12/5/2026", "W3", *on(9)),
            (4.5, None, "W1", *on(1)),
            (450, None, "W4", *on(12)),
        ),
    }
    result = surveyed(ward, tmp_path, sheets)
    assert [(f.code, f.sheet, f.every_row, f.fix) for f in result.findings] == [
        ("not_a_number", "Bề rộng ngõ", (3,), None),
        ("centimetres", "Bề rộng ngõ (2)", (4,), "widths-2-centimetres-width_m"),
        ("decimal_comma", "Bề rộng ngõ", (2,), None),
        ("decimal_comma", "Bề rộng ngõ (2)", (2,), None),
        ("entered_twice", "Bề rộng ngõ (2)", (3,), None),
    ]
    assert result.statistics["rows_read"]["widths"] == 5
    assert result.statistics["left_out"]["survey"]["widths"] == 2
    evidence = result.evidence[result.evidence["file"] == "survey.xlsx"]
    assert list(
        zip(evidence["object"], evidence["sheet"], evidence["row"], evidence["used"], strict=True)
    ) == [
        ("reading:W1", "Bề rộng ngõ (2)", 3, True),
        ("reading:W3", "Bề rộng ngõ (2)", 2, True),
        ("reading:W1", "Bề rộng ngõ", 2, False),
    ]
    replaced = evidence["replaced_by"].dropna().tolist()
    assert replaced == ["survey.xlsx sheet Bề rộng ngõ (2) row 3"]


def test_a_workbook_named_for_one_table_gives_that_table_only(ward, tmp_path):
    write_workbook(tmp_path / "w.xlsx", SHEETS)
    result = run(with_tables(ward, tmp_path, {"widths": "w.xlsx"}))
    assert rows_read(result) == {"widths": 1}
    assert not result.findings


def test_a_workbook_named_for_two_tables(ward, tmp_path):
    write_workbook(tmp_path / "w.xlsx", SHEETS)
    result = run(with_tables(ward, tmp_path, {"widths": "w.xlsx", "clearances": "w.xlsx"}))
    assert rows_read(result) == {"clearances": 1, "widths": 1}


def test_a_workbook_without_the_table_is_refused_with_the_names_of_its_sheets(ward, tmp_path):
    write_workbook(tmp_path / "w.xlsx", SHEETS)
    outcome = here("check", with_tables(ward, tmp_path, {"stations": "w.xlsx"}), "--json")
    (finding,) = outcome.findings
    assert outcome.code == 1
    assert finding["file"] == str(tmp_path / "w.xlsx")
    for title in (*SHEETS, "'Trụ sở PCCC'", '[inputs.mappings.stations] sheet = "…"'):
        assert title in finding["remedy"]


def test_the_mapping_may_name_the_sheet(ward, tmp_path):
    sheets = {
        "Bề rộng ngõ": grid(WIDTHS, ("old", *on(1), 2.0)),
        "2026": grid(WIDTHS, ("new", *on(1), 4.2)),
    }
    write_workbook(tmp_path / "w.xlsx", sheets)
    more = '[inputs.mappings.widths]\nsheet = "2026"\n'
    result = run(with_tables(ward, tmp_path, {"widths": "w.xlsx"}, more=more))
    assert rows_read(result) == {"widths": 1}
    assert "reading:new" in set(result.evidence["object"])


def test_houses_may_stand_in_the_survey(ward, tmp_path):
    houses = grid(
        ("Mã hộ", "Địa chỉ", "Kinh độ", "Vĩ độ", "Số người"),
        ("VÍ DỤ H0", "Số 0", *degrees((205, 60)), 4),
        ("H1", "Số 1, Ngõ 1", *degrees((205, 60)), 4),
        ("H2", "Số 2, Ngõ 1", None, None, "3 người"),
        (None, "Số 3, Ngõ 1", *degrees((205, 80)), 4),
        ("H1", "Số 4, Ngõ 1", *degrees((206, 100)), 4),
    )
    folder = with_tables(ward, tmp_path, {}, survey="survey.xlsx")
    write_workbook(folder / "survey.xlsx", {"Hộ dân": houses, **SHEETS})
    name_input(folder, "houses", "survey.xlsx")
    result = run(folder)
    assert result.houses["house_id"].tolist() == ["H1", "H2"]
    assert result.houses["people"].tolist() == [4, 3]
    assert result.statistics["rows_read"]["houses"] == 4
    assert result.statistics["left_out"]["houses"] == {"house_twice": 1, "not_readable": 1}
    found = [(f.code, f.sheet, f.every_row) for f in result.findings]
    assert found == [
        ("blank", "Hộ dân", (5,)),
        ("house_twice", "Hộ dân", (6,)),
        ("placed_by_name", "Hộ dân", (4,)),
    ]
    for finding, address in zip(result.findings, ("Số 3, Ngõ 1", "Số 4, Ngõ 1"), strict=False):
        assert address in finding.original[0]


def test_houses_elsewhere_win_and_the_sheet_is_told(ward, tmp_path):
    houses = grid(("Mã hộ", "Kinh độ", "Vĩ độ"), ("H1", *degrees((205, 60))))
    result = surveyed(ward, tmp_path, {**SHEETS, "Hộ dân": houses})
    (finding,) = result.findings
    assert (finding.code, finding.severity) == ("houses_twice", "warning")
    assert (finding.file, finding.sheet) == ("survey.xlsx", "Hộ dân")
    assert "'survey.xlsx'" in finding.what_to_do
    assert len(result.houses) == 6


# What the answers say
@pytest.mark.parametrize(
    ("width_m", "hose_m"),
    [
        (4.2, 10),  # the truck comes to the house's door
        (2.5, 10 + 230 - 120),  # it stops where the reading was taken
    ],
)
def test_a_width_with_coordinates_counts_at_its_place(ward, tmp_path, width_m, hose_m):
    assert hose_at_230(ward, tmp_path, ("W1", *degrees((200, 120)), width_m, None)) == (
        metres(hose_m),
        metres(hose_m),
    )


def metres(value):
    """Compare with a figure of the drawing: the zone of Hà Nội has another scale, 0.3 m a km."""
    return pytest.approx(value, abs=0.1)


def test_a_width_placed_by_name_is_the_least_of_its_road(ward, tmp_path):
    """Ngõ 1 has two stretches here, 0-200 and 200-300: either may be the narrow one."""
    worst, best = hose_at_230(ward, tmp_path, ("W1", None, None, 2.5, "Ngõ 1"))
    assert (worst, best) == (metres(10 + 230), metres(10))


def hose_at_230(ward, folder, row):
    rows = grid((*WIDTHS, "Tên đường, ngõ"), row)
    with_tables(ward, folder, {}, survey="survey.xlsx")
    write_workbook(folder / "survey.xlsx", {"Bề rộng ngõ": rows})
    house = grid(("house_id", "lon", "lat"), ("h", *degrees((210, 230))))
    write_csv(folder / "houses.csv", house)
    return hoses(run(folder))


def test_true_and_false_words_reach_the_answers(results):
    """Only the third and those that follow are said to work, or not."""
    working = results["words for yes and no"].water.set_index("object_id")["working"]
    assert [working[f"N{number}"] for number in range(1, 9)] == [
        True,
        False,
        True,
        True,
        False,
        True,
        True,
        False,
    ]


def test_vietnamese_states_reach_the_barriers(results):
    barriers = results["Vietnamese words for codes"].barriers
    state = barriers[barriers["source"] == "survey"].set_index("object_id")["state"]
    assert state.to_dict() == {"B1": "fixed", "B2": "openable", "B3": "removed", "B4": "fixed"}
