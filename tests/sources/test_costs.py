"""Costs: the office's table and the example that is shipped, whatever file they come in."""

from pathlib import Path

import openpyxl
import pytest
from towns import one_alley

import fireaccess
from fireaccess import InputError, Project
from fireaccess.inputs import read_inputs
from fireaccess.model.errors import Findings
from fireaccess.model.layers import MEASURES, PLAN_TABLES
from fireaccess.model.text import amount_of_money
from fireaccess.model.words import CODES, heading
from fireaccess.sources.coordinates import WGS84
from fireaccess.sources.costs import EXAMPLE, Cost, example_costs, read_costs
from fireaccess.sources.intake import Intake

SHIPPED = Path(fireaccess.__file__).parent / "norms" / "costs.csv"


def read(path, text=None, **options):
    """Read a table of costs; return it, and what was told."""
    if text is not None:
        path.write_text(text, encoding=options.pop("encoding", "utf-8"))
    findings = Findings()
    return read_costs(path, Intake(WGS84, None, findings)), list(findings)


def told(findings, code):
    return [finding for finding in findings if finding.code == code]


def test_the_shipped_table_prices_every_measure_and_calls_each_an_example():
    costs = example_costs()
    assert set(costs.table) == set(MEASURES)
    assert {cost.source for cost in costs.table.values()} == {EXAMPLE}
    assert [m for m in MEASURES if costs.of(m).per == "m"] == ["pipe"]
    assert all(cost.vnd > 0 for cost in costs.table.values())


def test_a_copy_of_the_shipped_table_is_read_without_a_finding_and_stays_an_example(tmp_path):
    costs, findings = read(tmp_path / "costs.csv", SHIPPED.read_text(encoding="utf-8"))
    assert costs == example_costs()
    assert findings == []


def test_a_line_that_the_office_made_its_own_names_the_file(tmp_path):
    text = SHIPPED.read_text(encoding="utf-8").replace(
        "hydrant,75000000,piece,example", "hydrant,68000000,piece,báo giá 5/2026"
    )
    costs, _ = read(tmp_path / "gia.csv", text)
    assert costs.of("hydrant") == Cost(68e6, "piece", "gia.csv")
    assert costs.of("pipe").source == EXAMPLE


@pytest.mark.parametrize("word", ["example", "Example", "VÍ DỤ", "ví dụ, thay bằng giá của mình"])
def test_words_for_an_example(tmp_path, word):
    costs, _ = read(tmp_path / "c.csv", f'measure,cost_vnd,source\nriser,60000000,"{word}"\n')
    assert costs.of("riser").source == EXAMPLE


def test_only_measure_and_cost_are_needed_and_pipe_is_by_the_metre(tmp_path):
    costs, findings = read(tmp_path / "c.csv", "measure,cost_vnd\npipe,2000000\nhydrant,7e7\n")
    assert costs.of("pipe") == Cost(2e6, "m", "c.csv")
    assert costs.of("hydrant") == Cost(7e7, "piece", "c.csv")
    assert costs.of("riser") is None
    (missing,) = told(findings, "no_cost")
    assert missing.severity == "hint"
    assert missing.params["count"] == len(MEASURES) - 2


def test_columns_and_words_in_vietnamese(tmp_path):
    words = CODES["costs"]["measure"]
    assert set(words) == set(MEASURES)
    head = ",".join(heading("costs", name).with_unit for name in PLAN_TABLES["costs"].columns)
    for k in range(max(map(len, words.values()))):
        lines = [
            f'"{own[k]}",75.000.000,{"mét" if code == "pipe" else "cái"},,'
            for code, own in words.items()
            if k < len(own)
        ]
        costs, findings = read(tmp_path / "c.csv", "\n".join([head, *lines, ""]))
        assert set(costs.table) == {code for code, own in words.items() if k < len(own)}
        assert {cost.vnd for cost in costs.table.values()} == {75e6}
        assert {f.code for f in findings} <= {"no_cost"}


def test_a_workbook_says_the_same_as_a_csv_file(tmp_path):
    rows = [line.split(",") for line in ("Đơn giá năm 2026", "BIEN PHAP,DON GIA (dong),DVT")]
    rows += [["trụ nước", 75_000_000, "cái"], ["ống cấp nước", "2.000.000 đ", "m"]]
    rows += [["Ví dụ: tháo dỡ", 1, "cái"], [None, None, None], ["Tháo dỡ", 1_500_000.0, None]]
    book = openpyxl.Workbook()
    book.active.title = "Giải thích"
    sheet = book.create_sheet("Đơn giá")
    for row in rows:
        sheet.append(row)
    book.save(tmp_path / "costs.xlsx")
    costs, findings = read(tmp_path / "costs.xlsx")
    assert {measure: (cost.vnd, cost.per) for measure, cost in costs.table.items()} == {
        "hydrant": (75e6, "piece"),
        "pipe": (2e6, "m"),
        "remove": (1.5e6, "piece"),
    }
    assert {cost.source for cost in costs.table.values()} == {"costs.xlsx"}
    assert {f.code for f in findings} == {"no_cost"}


@pytest.mark.parametrize(
    ("cell", "vnd"),
    [
        ("75000000", 75e6),
        ("75.000.000", 75e6),
        ('"75,000,000"', 75e6),
        ("75 000 000", 75e6),
        ("75\u00a0000\u00a0000 đồng", 75e6),
        ("75.000.000 VNĐ", 75e6),
        ('"75.000.000,00"', 75e6),
        ("75000000.0", 75e6),
        ("7.5e7", 75e6),
        ("75 triệu", 75e6),
        ('"2,5 tr"', 2.5e6),
        ('"1,25 tỷ"', 1.25e9),
        ("500 nghìn", 5e5),
        ("75.000", 75e3),
        ("0", 0),
    ],
)
def test_money_as_people_write_it(tmp_path, cell, vnd):
    costs, findings = read(tmp_path / "c.csv", f"measure,cost_vnd\nhydrant,{cell}\n")
    assert costs.of("hydrant").vnd == vnd
    assert {f.code for f in findings} == {"no_cost"}


@pytest.mark.parametrize("text", ["", "1.250 triệu", "-5.000", "abc", "75.000.0", "đ", "1e7"])
def test_what_is_no_amount_for_sure_stays_text(text):
    assert amount_of_money(text) == text


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        ("hydrant,nhiều", "not_a_number", "'nhiều' is no number"),
        ("hydrant,1.250 triệu", "not_a_number", "is no number"),
        ("hydrant,-1", "out_of_range", "0 or more"),
        ("hydrant,", "blank", "blank"),
        ("hydrant,nan", "not_a_number", "is no number"),
        ("hydrant,inf", "not_a_number", "is no number"),
        (",5000000", "blank", "blank"),
        ("hydrannt,5000000", "unknown_measure", "'hydrannt' is no measure"),
        ("remove,5000000,m", "no_length", "by piece"),
    ],
)
def test_a_row_that_cant_be_used_is_told_with_its_place_and_left_out(tmp_path, line, code, words):
    text = f"measure,cost_vnd,per\nfire_point,8000000,\n{line}\n"
    costs, findings = read(tmp_path / "c.csv", text)
    assert set(costs.table) == {"fire_point"}
    (finding,) = told(findings, code)
    assert (finding.severity, finding.file, finding.row) == ("error", "c.csv", 3)
    assert words in finding.what
    assert finding.what_to_do
    assert finding.original


def test_an_unknown_measure_is_told_with_the_nearest(tmp_path):
    _, findings = read(
        tmp_path / "c.csv", "measure,cost_vnd\nhydrannt,7e7\ntru nuoc chua,1e7\nq,1e6"
    )
    first, second, third = told(findings, "unknown_measure")
    assert "did you mean 'hydrant'?" in first.what_to_do
    assert "did you mean 'hydrant'?" in second.what_to_do
    assert "hand_over_key, make_removable" in third.what_to_do


def test_an_unknown_unit_is_told_and_the_row_used(tmp_path):
    costs, findings = read(tmp_path / "c.csv", "measure,cost_vnd,per\npipe,2e6,kg\n")
    assert costs.of("pipe").per == "m"
    assert told(findings, "out_of_range")[0].column == "per"


def test_a_price_that_looks_wrong_is_asked_about(tmp_path):
    costs, findings = read(tmp_path / "c.csv", "measure,cost_vnd\nhydrant,75\n")
    assert costs.of("hydrant").vnd == 75
    assert [f.severity for f in told(findings, "unusual")] == ["warning"]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_of_rows_of_one_measure_the_dearest_counts_whatever_their_order(tmp_path, order):
    lines = ["hydrant,75000000", "trụ nước,80000000", "pipe,2000000"]
    text = "\n".join(["measure,cost_vnd", *(lines[k] for k in order), ""])
    costs, findings = read(tmp_path / "c.csv", text)
    assert costs.of("hydrant").vnd == 80e6
    (twice,) = told(findings, "cost_twice")
    assert (twice.severity, twice.row) == ("error", order.index(0) + 2)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("measure,price per\n", "no row"),
        ("measure,note\nhydrant,x\n", "no column 'cost_vnd'"),
        ("cost_vnd\n5\n", "no column 'measure'"),
        ("measure,measure,cost_vnd\na,b,1\n", "two columns"),
    ],
)
def test_a_table_that_is_none_is_refused(tmp_path, text, words):
    with pytest.raises(InputError, match=words) as caught:
        read(tmp_path / "c.csv", text)
    assert caught.value.finding.what_to_do


def test_a_project_reads_its_costs_and_without_any_the_example(tmp_path):
    town = one_alley(100, width="4.5").house("h", (205, 50))
    town.write(tmp_path)
    project = Project.open(tmp_path)
    assert read_inputs(project, Findings()).costs == example_costs()

    file = tmp_path / "fireaccess.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("[inputs]\n", '[inputs]\ncosts = "gia.csv"\n'), encoding="utf-8")
    (tmp_path / "gia.csv").write_text("Biện pháp,Giá\nhọng khô,55 triệu\nabc,1\n", "utf-8")
    findings = Findings()
    costs = read_inputs(Project.open(tmp_path), findings).costs
    assert costs.table == {"riser": Cost(55e6, "piece", "gia.csv")}
    assert [f.row for f in told(list(findings), "unknown_measure")] == [3]
    (tmp_path / "gia.csv").unlink()
    with pytest.raises(InputError, match="no such costs file"):
        read_inputs(Project.open(tmp_path), Findings())
