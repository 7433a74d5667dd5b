"""The plan in the report: its figures are the plan's, and none of it is told as measured."""

import dataclasses
import io
import re

import docx
import numpy as np
import pandas as pd
import pytest
from papers import changed, few
from plans import FIGURES, planned_by_hand

from fireaccess.outputs.numbers import money, number, share
from fireaccess.outputs.plain import plain_text
from fireaccess.outputs.report import figures, write_report
from fireaccess.outputs.report_template import report_template
from fireaccess.planning.ward import Plan
from maps import HOSTILE


class Read:
    """A report that was written."""

    def __init__(self, path):
        self.path = path
        self.document = docx.Document(path)
        self.paragraphs = [paragraph.text for paragraph in self.document.paragraphs]
        cells = [
            cell.text for table in self.document.tables for row in table.rows for cell in row.cells
        ]
        self.text = "\n".join([*self.paragraphs, *cells])

    def table(self, *headings):
        """Return the rows of the only table that begins with these headings, by heading."""
        found = []
        for table in self.document.tables:
            heads, *rows = [[cell.text for cell in row.cells] for row in table.rows]
            if heads[: len(headings)] == list(headings):
                found.append([dict(zip(heads, row, strict=True)) for row in rows])
        (rows,) = found
        return rows


def written(folder, result, *, pictures=False):
    """Write a report, by the template that is shipped but for pictures, which take their time."""
    path, template = folder / "results" / "ward.docx", None
    if not pictures:
        document = docx.Document(io.BytesIO(report_template(result.project.options.language)))
        texts = document.paragraphs
        begins = [i for i, text in enumerate(texts) if text.text.startswith("{%p for picture")]
        for paragraph in [texts[i + k] for i in begins for k in range(3)]:
            paragraph._p.getparent().remove(paragraph._p)
        folder.mkdir(exist_ok=True)
        template = folder / "template.docx"
        document.save(template)
    write_report(result, path, template=template)
    return Read(path)


def replanned(result, new_figures=None, **layers):
    """Return a planned result with some of its plan changed."""
    plan = Plan({**result.plan.layers, **layers}, {**result.plan.figures, **(new_figures or {})})
    return dataclasses.replace(result, plan=plan)


@pytest.fixture(scope="module")
def planned(result):
    """Plan the sample ward by hand, in English; a few of its houses are enough here."""
    made = planned_by_hand(changed(result, project={"language": "en"}))
    return changed(made, houses=made.houses.iloc[:60])


@pytest.fixture(scope="module")
def report(planned, tmp_path_factory):
    return written(tmp_path_factory.mktemp("report"), planned)


# Where it stands
def test_the_section_stands_after_the_targets_and_moves_the_next(report, planned, tmp_path):
    headings = [text for text in report.paragraphs if re.match(r"[678]\. ", text)]
    known = "What is measured, what is assumed, what is not known"
    assert headings[:3] == ["6. Targets", "7. What to do first", f"8. {known}"]
    without = written(tmp_path, changed(few(planned), plan=None))
    headings = [text for text in without.paragraphs if re.match(r"[678]\. ", text)]
    assert headings[:2] == ["6. Targets", f"7. {known}"]
    assert "draws" not in without.text
    assert "What to do first" not in without.text
    assert not re.search(r"{{|}}|{%|None(?!\.)|nan\b", report.text)


def test_the_template_asks_for_all_that_the_report_knows(planned, tmp_path):
    assert write_report(few(planned), tmp_path / "ward.docx") == ()


def test_a_template_of_before_is_filled_in_as_before(planned, tmp_path):
    document = docx.Document()
    document.add_paragraph("{{ houses }} houses")
    template = tmp_path / "before.docx"
    document.save(template)
    told = write_report(planned, tmp_path / "ward.docx", template=template)
    assert {"planned", "plan_measures", "plan_months"} <= set(told)
    houses = number(planned.statistics["area"]["houses"], "en")
    assert Read(tmp_path / "ward.docx").paragraphs == [f"{houses} houses"]


def test_a_template_of_now_has_blanks_where_there_is_no_plan(planned):
    with_plan, without = figures(planned), figures(changed(few(planned), plan=None))
    assert set(with_plan) == set(without)
    for name, value in without.items():
        if name.startswith("plan"):
            assert not value
            assert with_plan[name]


# What it says
def test_the_expected_coverage_is_told_as_an_estimate(report):
    of = FIGURES["coverage"]
    (told,) = (text for text in report.paragraphs if "are expected to be" in text)
    assert f"Of {number(of['houses'], 'en')} houses {number(of['expected'], 'en')}" in told
    assert f"{number(of['low'], 'en')} to {number(of['high'], 'en')}" in told
    assert f"({share(of['share_low'], 'en')} to {share(of['share_high'], 'en')})" in told
    assert "an estimate by 500 draws" in told
    assert "It is no measurement" in told


def test_first_measures(report, planned):
    rows = report.table("Order", "Place, evidence", "Measure")
    assert [row["Order"] for row in rows] == ["1", "2"]
    assert [row["Houses gained, worst case"] for row in rows] == ["60", "36"]
    assert [row["Houses gained, best case"] for row in rows] == ["0", "2"]
    assert [row["Houses, added up"] for row in rows] == ["60", "96"]
    assert rows[0]["Cost"] == "₫3,000,000 (example)"
    assert "; " in rows[1]["Place, evidence"]


def test_what_hangs_on_measuring_is_told(report, planned):
    told = "Houses gained only if what has yet to be measured lets a truck through: 36 of 96."
    assert told in report.paragraphs
    measures = FIGURES["measures"] | {"houses_if_passable": 0}
    assert figures(replanned(planned, {"measures": measures}))["plan_if_passable"] == ""


def test_no_more_than_ten_measures_and_alleys(planned, tmp_path):
    measures, walk = (
        planned.plan[name].iloc[np.arange(25) % len(planned.plan[name])].reset_index(drop=True)
        for name in ("measures", "walk")
    )
    ranks = pd.array([*range(1, 16), *[None] * 10], dtype="Int64")
    # The list of a walk goes by group, the report by what settles most.
    walk = walk.assign(rank=range(25, 0, -1), name=[f"Ngõ {i}" for i in range(25, 0, -1)])
    told = figures(replanned(planned, measures=measures.assign(rank=ranks), walk=walk))
    assert [row["rank"] for row in told["plan_measures"]] == [str(i) for i in range(1, 11)]
    assert told["plan_measures_shown"] == "10 of 15, all in the workbook"
    assert [row["name"] for row in told["plan_walk"]] == [f"Ngõ {i}" for i in range(1, 11)]
    assert told["plan_walk_shown"] == "10 of 25, all in the workbook"


def test_sites_needed(report, planned):
    hydrant, point = report.table("Type", "Covered today")
    assert (hydrant["Type"], point["Type"]) == ("Hydrant, within 400 m", "Fire point, within 100 m")
    assert hydrant["Covered today"] == "1,800"
    assert [hydrant[f"For {what}"] for what in ("90%", "95%", "all")] == ["1", "2", "2"]
    assert hydrant["Gap to the best"] == "0.0%"
    assert hydrant["Cost"] == "₫170,000,000 (example)"
    siting = {kind: dict(of) for kind, of in FIGURES["siting"].items()}
    siting["hydrant"] |= {"needed": {"0.90": None, "0.95": None, "all": 3}, "gap": None}
    siting["fire_point"] = {"limit_m": None}
    (row,) = figures(replanned(planned, {"siting": siting}))["plan_sites"]
    assert (row["ninety"], row["all"], row["gap"]) == ("–", "3", "–")


def test_solutions_by_kind(report, planned):
    rows = report.table("Solution", "State")
    assert [row["State"] for row in rows] == ["there already", "proposed", "proposed"]
    assert {row["Solution"] for row in rows[1:]} == {"hydrant", "pipe with hydrants inside"}
    assert sum(int(row["Roads and alleys"]) for row in rows) == len(planned.plan["solutions"])
    assert rows[0]["Cost"] == "–"
    assert "97.8% of 184 have one once the proposed ones are built" in report.text


def test_the_schedule_adds_up_all_groups(report):
    rows = report.table("Month", "Work", "Cost")
    assert [row["Work"] for row in rows] == ["Barriers dealt with: 2; Hydrants: 1", "Hydrants: 1"]
    assert [row["Cost, added up"] for row in rows] == [money(v, "en") for v in (104e6, 189e6)]


def test_examples_are_told_plainly(report, planned):
    (told,) = (text for text in report.paragraphs if "that has a price costs" in text)
    assert "costs ₫189,000,000 (example)." in told
    assert "are no quotation" in told
    own = {
        name: frame.assign(cost_from="prices.csv") if "cost_from" in frame else frame
        for name, frame in planned.plan.layers.items()
    }
    values = figures(replanned(planned, **own))
    assert values["plan_cost_note"] == ""
    assert "example" not in str({k: v for k, v in values.items() if k.startswith("plan")})
    assert values["plan_cost"] == "₫189,000,000 (prices.csv)"


# Small plans, and text of others
def test_a_plan_of_nothing(planned, tmp_path):
    nothing = {name: frame.iloc[:0] for name, frame in planned.plan.layers.items()}
    coverage = dict.fromkeys(FIGURES["coverage"])
    read = written(tmp_path, few(replanned(planned, {"coverage": coverage}, **nothing)))
    assert "7. What to do first" in read.paragraphs
    assert read.table("Month", "Work", "Cost")[0]["Month"] == "None."
    assert "Of – houses – are expected" in read.text


def test_hostile_text_stays_text(planned, tmp_path):
    hostile = [*HOSTILE, "{{ 7*7 }}", "{%p for x in y %}", "</w:t></w:r></w:p>"][:10]
    walk = planned.plan["walk"].iloc[np.arange(len(hostile)) % 3].reset_index(drop=True)
    walk = walk.assign(name=hostile, group=hostile, rank=range(1, len(hostile) + 1))
    read = written(tmp_path, few(replanned(planned, walk=walk)))
    told = {row["Road"] for row in read.table("Order", "Road", "Group")}
    assert {plain_text(text) for text in hostile} - {""} <= told


def test_same_plan_same_bytes(planned, tmp_path):
    first, second = (written(tmp_path / name, few(planned)).path for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_the_template_tells_what_steers_the_section():
    document = docx.Document(io.BytesIO(report_template("en")))
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[texts.index("{%p if planned %}") + 1] == "7. What to do first"
