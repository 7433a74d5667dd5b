"""The plan in the workbook: what a person sees of it, and that its figures are the plan's."""

import dataclasses
import re
import subprocess
import unicodedata

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
from openpyxl.utils import get_column_letter, range_boundaries
from papers import changed, converted, few
from plans import FIGURES, planned_by_hand

from fireaccess.model.layers import GAINS, MEASURES, PLAN_LAYERS
from fireaccess.outputs.book import write_book
from fireaccess.outputs.headings import TEXTS
from fireaccess.outputs.lists import known_cells, lists, words
from fireaccess.outputs.plain import plain_text
from fireaccess.outputs.plan_lists import by_month, has_examples, plan_lists, total_cost_vnd
from fireaccess.planning.ward import Plan
from maps import HOSTILE

SHEETS = (
    "What to do first",
    "Proposed hydrants, fire points",
    "Houses that no place covers",
    "Water solutions",
    "Walking list",
    "Schedule by group",
    "Schedule by month",
)


class Read:
    """A workbook that was written, its formulas and the values stored beside them."""

    def __init__(self, path):
        self.path = path
        self.book = openpyxl.load_workbook(path)
        self.values = openpyxl.load_workbook(path, data_only=True)

    def head(self, name):
        sheet = self.book[name]
        return next(r for r in range(1, 9) if sheet.cell(r, 1).value == "No.")

    def headings(self, name):
        return [cell.value for cell in self.book[name][self.head(name)]]

    def rows(self, name):
        """Return the numbered rows of a list as dictionaries by heading."""
        headings, sheet = self.headings(name), self.values[name]
        found = sheet.iter_rows(min_row=self.head(name) + 1, values_only=True)
        return [
            dict(zip(headings, row, strict=True))
            for row in found
            if isinstance(row[0], int | float)
        ]

    def total(self, name, heading):
        k = self.headings(name).index(heading) + 1
        row = self.head(name) - 1
        return self.book[name].cell(row, k).value, self.values[name].cell(row, k).value

    def column(self, name, heading):
        """Return the cells of a column below its heading."""
        k = self.headings(name).index(heading) + 1
        sheet = self.book[name]
        return [sheet.cell(r, k) for r in range(self.head(name) + 1, sheet.max_row + 1)]


def written(folder, result):
    path = folder / "results" / "ward.xlsx"
    write_book(result, path)
    return Read(path)


def replanned(result, **layers):
    """Return a planned result with some layers of its plan changed."""
    plan = Plan({**result.plan.layers, **layers}, result.plan.figures)
    return dataclasses.replace(result, plan=plan)


@pytest.fixture(scope="module")
def planned(result):
    """Plan the sample ward by hand, in English; a few of its houses are enough here."""
    made = planned_by_hand(changed(result, project={"language": "en"}))
    return changed(made, houses=made.houses.iloc[:60])


@pytest.fixture(scope="module")
def book(planned, tmp_path_factory):
    return written(tmp_path_factory.mktemp("book"), planned)


# Without a plan
def test_without_a_plan_there_is_nothing_of_one(result):
    assert plan_lists(result, "vi") == ()
    barriers = next(made for made in lists(result, "vi") if made.name == "barriers")
    assert not {column.name for column in barriers.columns} & set(GAINS)


# What is in it
def test_the_sheets_come_after_the_targets_and_before_the_lists(book):
    names = book.book.sheetnames
    assert names[names.index(SHEETS[0]) :][: len(SHEETS)] == list(SHEETS)
    assert names.index("Targets") < names.index(SHEETS[0])
    assert names[names.index(SHEETS[-1]) + 1] == "Roads without a truck"


def test_titles_are_those_of_sheets(planned):
    for language in ("vi", "en"):
        for made in plan_lists(planned, language):
            assert len(made.title) <= 31
            assert not set(made.title) & set("[]:*?/\\'")


def test_measures_stand_in_the_plans_order(book, planned):
    frame = planned.plan["measures"]
    rows = book.rows("What to do first")
    assert [row["Order"] for row in rows] == [1, 2, None]
    assert [row["Code"] for row in rows] == frame["measure_id"].tolist()
    assert [row["Measure"] for row in rows] == ["make removable", "remove", "widen"]
    for heading, name in (
        ("Houses gained, worst case", "gain_houses"),
        ("Houses gained, best case", "gain_best_houses"),
        ("Gained within 60 m, worst case", "gain_60_houses"),
        ("People gained", "gain_people"),
        ("Hose saved (m)", "hose_saved_m"),
        ("Houses, added up", "total_houses"),
        ("Cost", "cost_vnd"),
        ("Cost, added up", "total_cost_vnd"),
    ):
        told = [row[heading] for row in rows]
        assert told == [None if pd.isna(value) else value for value in frame[name]], heading
    # Those in series are told as one, each of them by what it is.
    several = frame["barrier_ids"].iloc[1].split(";")
    stops = planned.stops.describe(several)
    assert rows[1]["Place, evidence"] == "; ".join(stops[token]["en"] for token in several)
    assert [row["Done on (by hand)"] for row in rows] == [None, None, None]


def test_the_plan_is_added_up_and_alternatives_are_not(book):
    name = "What to do first"
    assert book.total(name, "More houses, by the plan's order")[1] == 96
    # The same barrier may stand in several rows.
    assert book.total(name, "Cost")[0] is None
    assert book.total(name, "Houses gained, worst case")[0] is None
    assert (
        "the plan has 2, for 96 houses and ₫19,000,000. Houses gained only if what has yet to be "
        "measured lets a truck through: 36 of 96. Then"
    ) in book.book[name]["A2"].value


def test_nothing_is_said_of_measuring_where_nothing_hangs_on_it(planned):
    measures = planned.plan.figures["measures"] | {"houses_if_passable": 0}
    figures = dict(planned.plan.figures) | {"measures": measures}
    certain = dataclasses.replace(planned, plan=Plan(planned.plan.layers, figures))
    note = {each.name: each for each in plan_lists(certain, "en")}["measures"].note
    assert "for 96 houses and ₫19,000,000. Then" in note


def test_every_price_that_is_an_example_says_so(book, planned):
    layers = {
        SHEETS[0]: "measures",
        SHEETS[1]: "sites",
        SHEETS[3]: "solutions",
        SHEETS[5]: "schedule",
    }
    for name, layer in layers.items():
        rows = book.rows(name)
        assert len(rows) == len(planned.plan[layer])
        for row in rows:
            assert (row["Costs from"] == "example") == (row["Cost"] is not None)
        assert "are no quotation" in book.book[name]["A2"].value
    assert all(row["Costs from"] == "example" for row in book.rows("Schedule by month"))


def test_prices_of_the_office_are_no_example(planned, tmp_path):
    def own(frame):
        if "cost_from" not in frame:
            return frame
        return frame.assign(cost_from=frame["cost_from"].replace("example", "gia 2026.csv"))

    layers = {name: own(frame) for name, frame in planned.plan.layers.items()}
    read = written(tmp_path, replanned(planned, **layers))
    assert {row["Costs from"] for row in read.rows("Water solutions")} == {None, "gia 2026.csv"}
    for name in SHEETS:
        assert "no quotation" not in read.book[name]["A2"].value
    assert not has_examples(Plan(layers, {}))
    mixed = planned.plan["sites"].assign(cost_from="gia 2026.csv;example")
    told = plan_lists(replanned(planned, **{**layers, "sites": mixed}), "en")[1]
    assert set(told.rows["cost_from"]) == {"gia 2026.csv, example"}
    assert "no quotation" in told.note


def test_sites_and_what_it_takes(book, planned):
    rows = book.rows("Proposed hydrants, fire points")
    frame = planned.plan["sites"]
    assert [row["Type"] for row in rows] == ["hydrant", "hydrant", "fire point"]
    for heading, name in (
        ("Order", "rank"),
        ("More houses", "gain_houses"),
        ("Houses, added up", "total_houses"),
        ("Share of houses", "total_share"),
        ("Place named by the office", "candidate_id"),
        ("Segment", "segment_id"),
    ):
        assert [row[heading] for row in rows] == known_cells(frame[name]), heading
    note = book.book["Proposed hydrants, fire points"]["A2"].value
    assert "Hydrant: 1 for 90% of the houses, 2 for 95%, 2 for all" in note
    assert book.total("Proposed hydrants, fire points", "Cost")[1] == 175000000


def test_what_can_not_be_reached_is_a_dash_and_a_silent_norm_says_nothing(planned, tmp_path):
    siting = {kind: dict(of) for kind, of in FIGURES["siting"].items()}
    siting["hydrant"] |= {"needed": {"0.90": 1, "0.95": None, "all": 3}, "gap": 0.031}
    siting["fire_point"] = {"limit_m": None}
    plan = Plan(planned.plan.layers, {**FIGURES, "siting": siting})
    sites = plan_lists(dataclasses.replace(planned, plan=plan), "en")[1]
    assert "Hydrant: 1 for 90% of the houses, – for 95%, 3 for all" in sites.note
    assert "gap to the optimum 3.1%" in sites.note
    assert "Fire point" not in sites.note


def test_houses_that_no_place_covers(book, planned):
    rows = book.rows("Houses that no place covers")
    frame = planned.plan["not_covered"]
    assert {row["Code"] for row in rows} == set(frame["house_id"])
    why = {row["Type"]: (row["Why not"], row["To the nearest place (m)"]) for row in rows}
    assert why["hydrant"][0].startswith("too far along the way")
    assert why["hydrant"][1] == 412.5
    assert why["fire point"] == ("no alley is mapped at the house: it needs a survey", None)
    assert {row["Group"] for row in rows} <= set(planned.houses["group"])
    none = replanned(planned, not_covered=frame.iloc[:0])
    assert "not_covered" not in [made.name for made in plan_lists(none, "en")]


def test_solutions_begin_with_what_is_to_be_built(book, planned):
    rows = book.rows("Water solutions")
    assert [row["State"] for row in rows] == ["proposed", "proposed", "there already"]
    by_code = {row["Code"]: row for row in rows}
    frame = planned.plan["solutions"]
    for of in frame.itertuples():
        row = by_code[of.alley_id]
        assert row["Houses"] == of.houses
        assert (row["Solution"] is None) == pd.isna(of.solution)
        assert row["Fire points proposed"] == of.fire_points
        assert row["Smaller vehicles that get in"] == (
            None if pd.isna(of.vehicles) else of.vehicles.replace(";", ", ")
        )
    piped = by_code[frame["alley_id"].iloc[1]]
    assert piped["Solution"] == "pipe with hydrants inside"
    assert piped["Also possible"] == "riser, tank with a pump"
    assert (piped["Pipe (m)"], piped["Pieces"]) == (180, 2)
    assert "are no water" not in piped["Why"]


def test_counts_are_numbers_whatever_numpy_calls_them(planned, tmp_path):
    plan = planned.plan
    counts = {
        "sites": ("gain_houses", "gain_people"),
        "solutions": ("fire_points",),
        "walk": ("houses_needs_survey",),
        "schedule": ("total",),
    }
    layers = {
        name: plan[name].assign(**{of: plan[name][of].astype("Int64") for of in columns})
        for name, columns in counts.items()
    }
    read = written(tmp_path, replanned(planned, **layers))
    for name, heading in (
        (SHEETS[1], "More houses"),
        (SHEETS[3], "Fire points proposed"),
        (SHEETS[4], "Houses there that need a survey"),
        (SHEETS[5], "Done by then"),
    ):
        assert isinstance(read.rows(name)[0][heading], int)


def test_reasons_are_sentences_and_perhaps_keeps_its_mark(planned):
    frame = planned.plan["solutions"].assign(
        why="has_water;measure_width;new_code", others="pipe?;pit", vehicles="pickup?"
    )
    (made,) = (
        m for m in plan_lists(replanned(planned, solutions=frame), "en") if m.name == "solutions"
    )
    assert set(made.rows["others"]) == {"pipe with hydrants inside?, pit"}
    assert set(made.rows["vehicles_in"]) == {"pickup?"}
    (why,) = set(made.rows["why"])
    assert why.count(".") == 2
    assert "has_water" not in why
    assert why.endswith(" new_code")


# The walking list
def walked(planned):
    """Return a plan to walk alleys of two groups and one of none, ranks mixed up."""
    frame = planned.plan["walk"]
    frame = pd.concat([frame, frame.iloc[:1]], ignore_index=True)
    frame = frame.assign(
        rank=[3, 1, 2, 4],
        group=["Tổ 10", "Tổ 2", "Tổ 10", None],
        segment_ids=["7-0", "1-0;1-1;1-2", "5-0;5-1", "9-0"],
        settles_houses=[40.0, 90.5, 70.0, 10.0],
    )
    return replanned(planned, walk=gpd.GeoDataFrame(frame, geometry="geometry", crs=4326))


def test_the_walking_list_goes_by_group_and_each_begins_with_its_name(planned, tmp_path):
    read = written(tmp_path, walked(planned))
    sheet, name = read.values["Walking list"], "Walking list"
    first = read.head(name) + 1
    begins = [
        (r - first, sheet.cell(r, 1).value)
        for r in range(first, sheet.max_row + 1)
        if isinstance(sheet.cell(r, 1).value, str)
    ]
    no_group = words("en")["group.no group"]
    assert [told for _, told in begins] == ["Tổ 2", "Tổ 10", no_group]
    assert [at for at, _ in begins] == [0, 4, 8]
    rows = read.rows(name)
    assert [row["No."] for row in rows] == list(range(1, 8))
    assert [row["Segment"] for row in rows] == ["1-0", "1-1", "1-2", "5-0", "5-1", "7-0", "9-0"]
    assert [row["Order"] for row in rows] == [1, 1, 1, 2, 2, 3, 4]


def test_an_alley_is_counted_once_and_every_segment_has_its_blanks(planned, tmp_path):
    read = written(tmp_path, walked(planned))
    rows = read.rows("Walking list")
    settles = [row["Houses it is expected to settle"] for row in rows]
    assert settles == [90.5, None, None, 70, None, 40, 10]
    formula, value = read.total("Walking list", "Houses it is expected to settle")
    assert value == 210.5
    _, low, _, high = range_boundaries(re.search(r"109,(.+?)\)", formula)[1])
    assert (low, high) == (read.head("Walking list") + 1, read.head("Walking list") + 10)
    assert read.values["Walking list"].cell(read.head("Walking list") - 1, 1).value == 7
    for row in rows:
        for heading in ("Width measured (m, by hand)", "Date (by hand)", "Surveyor (by hand)"):
            assert row[heading] is None
        assert row["Road"]
    assert "are estimates, not measured" in read.book["Walking list"]["A2"].value


def test_the_filter_by_group_leaves_the_heading(planned, tmp_path):
    read = written(tmp_path, walked(planned))
    cells = [cell.value for cell in read.column("Walking list", "Group")]
    assert cells == ["Tổ 2"] * 4 + ["Tổ 10"] * 4 + [cells[-1]] * 2


def test_segments_are_those_of_the_template(book, planned):
    told = {row["Segment"] for row in book.rows("Walking list")}
    assert told == {name for ids in planned.plan["walk"]["segment_ids"] for name in ids.split(";")}
    assert told <= set(planned.segments["segment_id"])


# The schedule
def test_the_schedule_by_group_and_by_month(book, planned):
    frame = planned.plan["schedule"]
    rows = book.rows("Schedule by group")
    assert [row["Month"] for row in rows] == frame["month"].tolist()
    assert [row["Work"] for row in rows] == ["Barriers dealt with", "Hydrants", "Hydrants"]
    assert [row["Share by then"] for row in rows] == frame["share"].tolist()
    months = book.rows("Schedule by month")
    assert [row["Month"] for row in months] == ["2026-12", "2027-01"]
    assert [(row["Barriers dealt with"], row["Hydrants"]) for row in months] == [(2, 1), (0, 1)]
    assert [row["Cost"] for row in months] == [104000000, 85000000]
    assert [row["Cost, added up"] for row in months] == [104000000, 189000000]
    assert book.total("Schedule by month", "Cost")[1] == total_cost_vnd(planned.plan) == 189000000
    assert "2027-07-01" in book.book["Schedule by month"]["A2"].value


def test_months_add_up_whatever_has_no_price():
    random = np.random.default_rng(7)
    count = 200
    schedule = pd.DataFrame(
        {
            "month": random.choice(["2027-02", "2026-11", "2026-12"], count),
            "group": random.choice(["Tổ 1", "Tổ 2", None], count),
            "work": random.choice(["barriers", "hydrants", "alleys_measured"], count),
            "planned": random.integers(1, 5, count),
            "cost_vnd": np.where(random.random(count) < 0.5, np.nan, 1000.0),
            "cost_from": None,
        }
    )
    schedule.loc[schedule["month"] == "2026-12", "cost_vnd"] = np.nan
    made = by_month(schedule)
    assert made["month"].tolist() == ["2026-11", "2026-12", "2027-02"]
    for row in made.to_dict("records"):
        of = schedule[schedule["month"] == row["month"]]
        for work in ("barriers", "hydrants", "alleys_measured"):
            assert row[work] == of["planned"][of["work"] == work].sum()
    assert np.isnan(made["cost_vnd"][1])
    assert made["total_cost_vnd"].tolist()[-1] == schedule["cost_vnd"].sum()
    assert made["total_cost_vnd"][0] == made["total_cost_vnd"][1]
    assert by_month(schedule.iloc[:0])["month"].tolist() == []


# The barriers
def test_barriers_tell_what_removing_each_brings(book, planned):
    rows = {row["Code"]: row for row in book.rows("Barriers, narrow places")}
    gains = planned.barriers.set_index(planned.barriers["object_id"].fillna("?"))["gain_houses"]
    told = [code for code in rows if code in gains.index and pd.notna(gains[code])]
    assert len(told) > 3
    for code in told:
        assert rows[code]["Houses gained, worst case"] == gains[code]
        assert rows[code]["Gained within 60 m, best case"] is not None
    assert any(row["Houses gained, worst case"] is None for row in rows.values())


# Looks
def test_money_is_a_number_in_the_languages_pattern(planned, tmp_path):
    for language, pattern in (("vi", '[$-42A]#,##0\u00a0"₫"'), ("en", '[$-409]"₫"#,##0')):
        made = plan_lists(planned, language)[1]
        (heading,) = (column.heading for column in made.columns if column.name == "cost_vnd")
        path = tmp_path / f"{language}.xlsx"
        write_book(changed(planned, project={"language": language}), path)
        sheet = openpyxl.load_workbook(path)[made.title]
        head = next(row for row in sheet.iter_rows(max_row=9) if row[0].value in ("STT", "No."))
        (at,) = (cell.column for cell in head if cell.value == heading)
        cells = [sheet.cell(head[0].row + 1 + i, at) for i in range(3)]
        assert [cell.value for cell in cells] == [85000000, 85000000, 5000000]
        assert {cell.number_format for cell in cells} == {pattern}


def test_headings_are_frozen_filtered_and_repeated(book):
    for name in SHEETS:
        sheet, head = book.book[name], book.head(name)
        assert sheet.freeze_panes.endswith(str(head + 1))
        assert sheet.auto_filter.ref.startswith(f"A{head}:")
        assert sheet.print_title_rows == f"${head}:${head}"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.page_setup.paperSize == (8 if name in (SHEETS[0], SHEETS[3]) else 9)
        _, _, across, down = range_boundaries(sheet.print_area.partition("!")[2].replace("$", ""))
        assert down == sheet.max_row
        assert across <= sheet.max_column


def test_columns_have_room_for_numbers_and_words(book):
    for name in SHEETS:
        sheet, head = book.book[name], book.head(name)
        for k, heading in enumerate(book.headings(name), start=1):
            group = next(d for d in sheet.column_dimensions.values() if d.min <= k <= d.max)
            assert group.width + 0.5 >= max(map(len, re.split(r"\s", heading))), heading
            letter = get_column_letter(k)
            for row in range(head - 1, sheet.max_row + 1):
                value = book.values[name][f"{letter}{row}"].value
                if isinstance(value, int | float):
                    money = 2 * ("₫" in sheet[f"{letter}{row}"].number_format)
                    assert len(f"{value:,.0f}") + money + 1 <= group.width, heading


def test_codes_have_words():
    assert {f"measure.{name}" for name in MEASURES} <= set(TEXTS)
    works = ("barriers", "hydrants", "fire_points", "solutions", "transmitters", "alleys_measured")
    assert {f"work.{name}" for name in works} <= set(TEXTS)


def test_both_languages_tell_the_same_figures(planned):
    for vi, en in zip(plan_lists(planned, "vi"), plan_lists(planned, "en"), strict=True):
        assert [column.name for column in vi.columns] == [column.name for column in en.columns]
        assert known_cells(vi.rows["at"]) == known_cells(en.rows["at"])
        for column in vi.columns:
            if column.kind not in ("text", "word", "place"):
                told, other = (made.rows[column.name].dropna().tolist() for made in (vi, en))
                assert told == other, column.name


# Safety
def test_hostile_text_stays_text(planned, tmp_path):
    hostile = [*HOSTILE, "=1+1", "+84 912", "@SUM(A1)", "{=1}", "https://example.org"]
    count = len(hostile)

    def spoiled(layer, *names):
        frame = planned.plan[layer]
        frame = frame.iloc[np.arange(count) % len(frame)].reset_index(drop=True)
        return frame.assign(**{name: hostile for name in names})

    sent = replanned(
        planned,
        measures=spoiled("measures", "measure_id", "road", "group", "action", "cost_from"),
        sites=spoiled("sites", "site_id", "road", "group", "candidate_id", "cost_from"),
        solutions=spoiled("solutions", "name", "group", "clause", "cost_from", "vehicles"),
        walk=spoiled("walk", "name", "group", "cost_from").assign(rank=range(1, count + 1)),
        schedule=spoiled("schedule", "month", "group", "work", "cost_from"),
    )
    read = written(tmp_path, few(sent))
    told = set()
    for name in SHEETS:
        sheet, live = read.book[name], read.head(name) - 1
        assert unicodedata.is_normalized("NFC", str(sheet["A2"].value))
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or cell.row == live
                if isinstance(cell.value, str):
                    told.add(cell.value)
                if cell.hyperlink and cell.hyperlink.target:
                    assert cell.hyperlink.target == "..\\maps\\map.html"
    assert {plain_text(text) for text in hostile} - {""} <= told


def test_a_plan_of_nothing(planned, tmp_path):
    nothing = {name: frame.iloc[:0] for name, frame in planned.plan.layers.items()}
    read = written(tmp_path, few(replanned(planned, **nothing)))
    for name in (*SHEETS[:2], *SHEETS[3:]):
        assert read.rows(name) == []
        assert "There are no rows." in read.book[name]["A2"].value
    assert set(nothing) == set(PLAN_LAYERS)


def test_same_plan_same_bytes(planned, tmp_path):
    first, second = (written(tmp_path / name, few(planned, 40)).path for name in "ab")
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.slow
def test_it_prints(soffice, poppler, planned, tmp_path):
    read = written(tmp_path, few(planned))
    pdf = converted(soffice, read.path, "pdf", tmp_path)
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True
    ).stdout.decode("utf-8")
    assert "##" not in text
    pages = [page for page in text.split("\f") if page.strip()]
    for name in SHEETS:
        assert sum(name in page.splitlines()[0] for page in pages) == 1
    assert "₫85,000,000" in text
