"""The workbook of the lists: what a person sees in it, and that its figures are the result's."""

import copy
import dataclasses
import datetime
import os
import re
import subprocess
import sys
import time
import unicodedata
import zipfile
from pathlib import Path
from urllib.parse import unquote

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
from openpyxl.utils import get_column_letter, range_boundaries
from papers import LAYERS, changed, converted, few
from towns import Town

from fireaccess.analysis.statistics import HouseFigures, by_group
from fireaccess.outputs import book as module
from fireaccess.outputs.book import book_name, write_book
from fireaccess.outputs.lists import lists, tones
from fireaccess.outputs.plain import plain_text
from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.sample import write_sample
from maps import COLOURS, HOSTILE

IN_CI = os.environ.get("CI") == "true"
SHEETS = {
    "houses": "Nhà",
    "alleys": "Đường, ngõ xe không tới",
    "barriers": "Vật cản, chỗ hẹp",
    "water": "Nguồn nước",
    "fire_points": "Điểm chữa cháy",
}
#: Beside what HTML would act upon, what a workbook would.
MORE_HOSTILE = (
    *HOSTILE,
    "=1+1",
    "+84 912",
    "-1",
    "@SUM(A1)",
    '=HYPERLINK("http://x")',
    "https://example.org",
    "internal:'Nhà'!A1",
    "{=1}",
    "<r><t>x</t></r>",
    "_x0041_",
    "0012",
    "1e5",
    "[Red]0",
    "Đ" * 200,
    "a" * 200,
)


class Read:
    """A workbook that was written, its formulas and the values stored beside them."""

    def __init__(self, path):
        self.path = path
        self.book = openpyxl.load_workbook(path)
        self.values = openpyxl.load_workbook(path, data_only=True)
        self.names = self.book.sheetnames

    def head(self, name):
        """Return the number of a sheet's row of headings."""
        sheet = self.book[name]
        return next(r for r in range(1, 9) if sheet.cell(r, 1).value in ("STT", "No."))

    def headings(self, name):
        return [cell.value for cell in self.book[name][self.head(name)]]

    def rows(self, name):
        """Return the rows of a list as dictionaries by heading."""
        headings = self.headings(name)
        sheet = self.values[name]
        found = sheet.iter_rows(min_row=self.head(name) + 1, values_only=True)
        return [dict(zip(headings, row, strict=True)) for row in found if row[0] is not None]

    def totals(self, name):
        """Return the live totals of a list: formula and stored value by heading."""
        row = self.head(name) - 1
        return {
            heading: (self.book[name].cell(row, k).value, self.values[name].cell(row, k).value)
            for k, heading in enumerate(self.headings(name), start=1)
        }


def written(folder, result):
    path = folder / "results" / "ward.xlsx"
    write_book(result, path)
    return Read(path)


@pytest.fixture(scope="module")
def book(result, tmp_path_factory):
    return written(tmp_path_factory.mktemp("book"), result)


# What is in it
def test_sheets_in_their_order(book, result):
    titles = [listing.title for listing in lists(result, "vi")]
    assert book.names == ["Bìa", *titles]
    assert titles[:3] == ["Thống kê theo tổ", "Cự ly, thiết bị theo tổ", "Chỉ tiêu"]
    for title in titles:
        assert len(title) <= 31
        assert not set(title) & set("[]:*?/\\'")


def test_groups_are_those_of_the_statistics(book, result):
    rows = book.rows("Thống kê theo tổ")
    groups = result.statistics["groups"]
    assert [row["Tổ dân phố"] for row in rows] == [group["group"] for group in groups]
    for row, group in zip(rows, groups, strict=True):
        assert (row["Số nhà"], row["Số người"]) == (group["houses"], group["people"])
        for name, key in (("Giao thông", "road"), ("Nước", "water"), ("Điểm chữa cháy", "point")):
            answer = group[key]
            assert row[f"{name}: đạt"] == answer["covered"]
            assert row[f"{name}: cần khảo sát"] == answer["needs_survey"]
            assert row[f"{name}: không đạt"] == answer["not_covered"]
            assert row[f"{name}: tỷ lệ xấu nhất"] == answer["share_worst"]
            assert row[f"{name}: tỷ lệ tốt nhất"] == answer["share_best"]
            told = [row[f"{name}: {part}"] for part in ("đạt", "cần khảo sát", "không đạt")]
            assert sum(told) + row["Chưa tính được"] == row["Số nhà"]


def test_groups_add_up_to_the_area(book, result):
    area = result.statistics["area"]
    totals = {name: value for name, (_, value) in book.totals("Thống kê theo tổ").items()}
    assert totals["STT"] == len(result.statistics["groups"])
    assert totals["Số nhà"] == area["houses"]
    assert totals["Số người"] == area["people"]
    assert totals["Chưa tính được"] == area["status"]["unconnected"]
    for name, key in (("Giao thông", "road"), ("Nước", "water"), ("Điểm chữa cháy", "point")):
        assert totals[f"{name}: đạt"] == area[key]["covered"]
        assert totals[f"{name}: không đạt"] == area[key]["not_covered"]
        worst, best = (totals[f"{name}: tỷ lệ {case} nhất"] for case in ("xấu", "tốt"))
        assert worst == pytest.approx(area[key]["share_worst"], abs=1e-6)
        assert best == pytest.approx(area[key]["share_best"], abs=1e-6)


def test_the_whole_area_stands_above_its_groups(book, result):
    for name in ("Thống kê theo tổ", "Cự ly, thiết bị theo tổ"):
        row = book.head(name) - 2
        told = dict(zip(book.headings(name), [c.value for c in book.book[name][row]], strict=True))
        assert told["Tổ dân phố"] == "Toàn địa bàn"
        assert told["Số nhà"] == result.statistics["area"]["houses"]
    percentiles = result.statistics["area"]["percentiles"]
    assert told["Vòi từ xe, xấu nhất (m): trung vị"] == percentiles["hose_m"]["median"]
    assert told["Tới nguồn nước (m): phân vị 90"] == percentiles["water_m"]["p90"]
    # What does not add up has no total.
    assert book.totals(name)["Tới nguồn nước (m): phân vị 90"] == (None, None)


@pytest.mark.parametrize("name", ["Thống kê theo tổ", "Nhà", "Đường, ngõ xe không tới"])
def test_totals_are_of_the_rows_that_a_filter_leaves(book, name):
    first = book.head(name) + 1
    last = first + len(book.rows(name)) - 1
    formulas = [formula for formula, _ in book.totals(name).values() if str(formula)[:1] == "="]
    ranges = [
        span for formula in formulas for span in re.findall(r"SUBTOTAL\(\d+,(.+?)\)", formula)
    ]
    assert len(ranges) >= 2
    for span in ranges:
        _, low, _, high = range_boundaries(span)
        assert (low, high) == (first, last)


def test_targets(book, result):
    rows = book.rows("Chỉ tiêu")
    for row, figures in zip(rows, result.statistics["targets"].values(), strict=True):
        told = [row[name] for name in ("Tổng số", "Đã xong", "Còn lại", "Mỗi tháng phải làm")]
        assert told == [figures[name] for name in ("target", "done", "left", "per_month")]
        assert row["Chỉ tiêu"] not in result.statistics["targets"]
        who = [row[name] for name in ("Chủ trì", "Sản phẩm", "Thẩm quyền")]
        assert who == [figures[name] for name in ("owner", "product", "authority")]
    assert rows[0]["Chủ trì"] == "Phòng Kinh tế, Hạ tầng và Đô thị"
    assert "1/7/2027" in book.book["Chỉ tiêu"]["A2"].value


def test_the_approved_list_by_group(book, result):
    rows = book.rows("Danh mục được duyệt")
    figures = result.statistics["area"]["approved"]
    for heading, name in (("Trong danh mục", "listed"), ("Chỉ theo tính toán", "only_computed")):
        assert sum(row[heading] for row in rows) == figures[name] > 0
    houses = book.rows("Nhà")
    assert [row["Trong danh mục được duyệt"] for row in houses].count("có") == figures["listed"]


def test_transmitters_by_month(book, result):
    rows = book.rows("Truyền tin theo tháng")
    assert [
        {"month": row["Tháng"], "registered": row["Đăng ký truyền tin"],
         "installed": row["Đã lắp truyền tin"]}
        for row in rows
    ] == result.statistics["transmitters_by_month"]  # fmt: skip


@pytest.mark.parametrize("layer", LAYERS)
def test_every_object_is_in_its_list(book, result, layer):
    assert len(book.rows(SHEETS[layer])) == len(getattr(result, layer))


def test_houses_are_by_group_and_status(book, result):
    rows = book.rows("Nhà")
    counts = result.statistics["area"]["status"]
    told = [row["Tình trạng"] for row in rows]
    assert told.count("Đạt") == counts["ok"]
    assert told.count("Không đạt: xa xe") == counts["no_road"]
    assert told.count("Chưa tính: thiếu ngõ") == counts["unconnected"]
    first = [row["Tình trạng"] for row in rows if row["Tổ dân phố"] == "Tổ dân phố 2"]
    failed = [f"Không đạt: {why}" for why in ("cả hai", "xa xe", "thiếu nước")]
    order = [*failed, "Cần khảo sát", "Đạt", "Chưa tính: thiếu ngõ"]
    assert first == sorted(first, key=order.index)
    assert len(set(first)) > 2
    groups = [row["Tổ dân phố"] for row in rows]
    assert list(dict.fromkeys(groups)) == [row["group"] for row in result.statistics["groups"]]


def test_alleys_tell_their_groups_people_and_stops(book, result):
    rows = {row["Mã"]: row for row in book.rows(SHEETS["alleys"])}
    for alley, figures in zip(result.alleys.itertuples(), result.statistics["alleys"], strict=True):
        row = rows[alley.alley_id]
        assert row["Số người"] == figures["people"]
        assert row["Dài (m)"] == pytest.approx(alley.length_m, abs=0.005)
        living = result.houses[result.houses["alley_id"] == alley.alley_id]["group"]
        assert set((row["Tổ dân phố"] or "").split(", ")) - {""} == set(living)
    assert "cọc B01 trên Ngõ 29" in rows["alley:1100019-2"]["Xe bị chặn bởi"]


def test_what_the_office_fills_in_is_blank_and_marked(book):
    for layer in ("alleys", "barriers"):
        by_hand = [h for h in book.headings(SHEETS[layer]) if "(ghi tay)" in h]
        assert len(by_hand) == 7
        assert all(row[name] is None for row in book.rows(SHEETS[layer]) for name in by_hand)


def test_places_in_degrees_and_in_the_analysis_grid(book, result):
    for title in SHEETS.values():
        headings = book.headings(title)
        assert headings[-2:] == [
            f"{axis} (m), VN-2000 / TM-3 zone 482, EPSG:5897" for axis in ("Đông E", "Bắc N")
        ]
        places = np.array([list(row.values())[-4:] for row in book.rows(title)], dtype=float)
        east, north = transform_xy(places[:, 0], places[:, 1], WGS84, result.network.crs)
        assert np.abs(places[:, 2] - east).max() < 0.03
        assert np.abs(places[:, 3] - north).max() < 0.03


def test_dates_are_dates(book):
    dates = [row["Ngày kiểm tra, đo"] for row in book.rows(SHEETS["barriers"])]
    assert {type(date) for date in dates} == {datetime.datetime, type(None)}
    sheet = book.book[SHEETS["water"]]
    cell = next(c for row in sheet.iter_rows(min_row=5) for c in row if c.is_date)
    assert cell.number_format == "dd/mm/yyyy"


def test_the_cover_tells_ranges_beside_the_share_measured(book, result):
    rows = {row[0]: row[1:] for row in book.values["Bìa"].iter_rows(values_only=True) if row[0]}
    area = result.statistics["area"]
    assert rows["Nhà trong tầm vòi của xe chữa cháy"] == (
        area["road"]["share_worst"],
        area["road"]["share_best"],
        area["roads"]["measured_share"],
    )
    assert rows["Đường, ngõ xe không tới"][0] in (179, area["alleys"]["without_truck_worst"])
    assert rows["Bề rộng thông thủy"] == ("3,5 m", "có", "QCVN 06:2022/BXD 6.2.1.1")
    assert rows["Khoảng cách tới điểm chữa cháy"][1] == "chưa: giả định"
    assert "DỮ LIỆU GIẢ LẬP: địa bàn này không có thật" in rows
    assert any(text.startswith("Giả định, chưa có nguồn xác nhận") for text in rows)
    assert not any("OpenStreetMap contributors" in text for text in rows)


def test_openstreetmap_is_told(result, tmp_path):
    read = written(tmp_path, changed(few(result), openstreetmap=True))
    texts = [cell.value for cell in read.book["Bìa"]["A"]]
    assert any("© OpenStreetMap contributors" in str(text) for text in texts)


def test_the_cover_leads_to_every_sheet(book):
    links = [c.hyperlink for row in book.book["Bìa"].iter_rows() for c in row if c.hyperlink]
    assert [link.location for link in links] == [f"'{name}'!A1" for name in book.names[1:]]


def test_english(result, tmp_path):
    read = written(tmp_path, changed(few(result), project={"language": "en"}))
    assert read.names[0] == "Cover"
    texts = [
        str(cell.value)
        for sheet in read.book
        for row in sheet.iter_rows(max_row=5)
        for cell in row
        if cell.value
    ]
    own = (result.project.name, "Ngõ", "Phố", "Đường", "Cầu")
    assert not [t for t in texts if "ữ" in t and not any(word in t for word in own)]
    assert read.rows("Houses")[0]["Road"] in ("covered", "needs a survey", "not covered")


# Dead ends, places to draw water, scenarios
@pytest.fixture(scope="module")
def english(result, tmp_path_factory):
    asked = changed(few(result), project={"language": "en"})
    return written(tmp_path_factory.mktemp("english"), asked)


def links_of(book, name):
    sheet, head = book.book[name], book.head(name)
    last = head + len(book.rows(name))
    links = [sheet.cell(row, 2).hyperlink for row in range(head + 1, last + 1)]
    assert {link.target for link in links} == {"..\\maps\\map.html"}
    return [unquote(link.location) for link in links]


def test_dead_ends_that_need_a_look_come_first(english, result):
    rows = english.rows("Dead ends")
    ends = result.dead_ends.set_index("dead_end_id")
    assert len(rows) == len(ends) == result.statistics["area"]["dead_ends"]["dead_ends"]
    assert links_of(english, "Dead ends") == [f"at=dead_ends:dead_end:{r['Code']}" for r in rows]
    ends = ends.loc[[f"dead_end:{row['Code']}" for row in rows]]
    order = [("yes", "unknown", "no").index(answer) for answer in ends["too_long"]]
    assert order == sorted(order)
    assert len(set(order)) == 3
    told = {row["Too far to reverse"]: answer for row, answer in zip(rows, order, strict=True)}
    assert sorted(told.values()) == [0, 1, 2]
    for row, end in zip(rows, ends.itertuples(), strict=True):
        assert row["To reverse (m)"] == pytest.approx(end.reverse_m, abs=0.005)
        assert row["To its end (m)"] == pytest.approx(end.length_m, abs=0.005)
        assert (row["Limit (m)"], row["Houses"]) == (end.limit_m, end.houses)
        needed = None if np.isnan(end.passing_needed) else end.passing_needed
        assert (row["Passing places"], row["…needed"]) == (end.passing_places, needed)
        assert row["Place to turn"] == {"yes": "yes", "unknown": "not known"}[end.turning]
    assert english.totals("Dead ends")["Houses"][1] == ends["houses"].sum() > 0


def test_places_to_draw_water_tell_what_is_missing_and_whom_they_serve(english, result):
    name = "Places to draw open water"
    rows, points = english.rows(name), result.draft_points.set_index("draft_point_id")
    codes = [row["Code"] for row in rows]
    assert sorted(codes) == sorted(points.index)
    assert links_of(english, name) == [f"at=draft_points:{code}" for code in codes]
    gained = [row["Houses that gain water"] for row in rows]
    assert gained == sorted(gained, reverse=True)
    of = result.statistics["area"]["draft_points"]
    assert english.totals(name)["Houses that gain water"][1] == of["houses_gained"] > 0
    answers = [row["Can be drawn from"] for row in rows]
    assert [answers.count(word) for word in ("yes", "not known", "no")] == list(
        of["by_answer"].values()
    )
    for row, point in zip(rows, points.loc[codes].itertuples(), strict=True):
        counts = [row["Houses in range"], row["Houses in range without water"]]
        assert counts == [point.houses_served, point.houses_without_water]
        assert bool(row["What is missing"]) == (point.missing is not None)
        # Codes of the result files are told in words.
        assert "_" not in f"{row['What is missing']}{row['What gets there']}{row['Type']}"
        place = row["Longitude (WGS 84)"], row["Latitude (WGS 84)"]
        assert place == pytest.approx((point.stand_lon, point.stand_lat), abs=1e-6)
    # What a house can use of several, it uses once: only what adds up has a total.
    assert english.totals(name)["Houses in range"] == (None, None)


def test_scenarios_stand_side_by_side(compared, tmp_path):
    read = written(tmp_path, changed(compared, project={"language": "en"}))
    rows, scenarios = read.rows("Scenarios side by side"), compared.statistics["scenarios"]
    assert [row["Vehicle"] for row in rows] == ["standard", "light", "pickup"]
    base = scenarios[0]
    for row, of in zip(rows, scenarios, strict=True):
        assert row["Width needed (m)"] == pytest.approx(of["need_width_m"], abs=0.005)
        assert row["Road reached, worst (km)"] == pytest.approx(of["reached_km"], abs=0.005)
        for name, answer in (("Road", "road"), ("Hose up to 60 m", "road_60")):
            worst = of[answer]["covered"], base[answer]["covered"]
            best = tuple(s[answer]["covered"] + s[answer]["needs_survey"] for s in (of, base))
            for case, (mine, main) in (("worst", worst), ("best", best)):
                assert row[f"{name}: houses, {case}"] == mine
                assert row[f"{name}: {case} share"] == of[answer][f"share_{case}"]
                more = None if of is base else mine - main
                assert row[f"{name}: more houses, {case}"] == more
    assert rows[2]["Road: more houses, worst"] == 66
    cell = read.book["Scenarios side by side"].cell(read.head("Scenarios side by side") + 1, 11)
    assert cell.number_format == "[$-409]+#,##0;[$-409]-#,##0;[$-409]0"


def test_roads_that_another_vehicle_opens(compared, tmp_path):
    read = written(tmp_path, changed(compared, project={"language": "en"}))
    rows = {row["Code"]: row for row in read.rows("Roads that vehicles open")}
    table = compared.side_by_side["alley_scenarios"]
    gains = [name for name in table.columns if name.startswith("gain_")]
    opens = table["opened"].eq("yes") | table[gains].gt(0).any(axis=1)
    assert set(rows) == set(table["alley_id"][opens]) != set(table["alley_id"])
    told = links_of(read, "Roads that vehicles open")
    assert sorted(told) == sorted(f"at=alleys:{code}" for code in rows)
    for of in table[table["alley_id"].isin(set(rows))].itertuples():
        row, vehicle = rows[of.alley_id], of.scenario.partition(":")[2]
        word = {"yes": "yes", "unknown": "not known", "no": "no"}[of.opened]
        assert row[f"{vehicle}: gets in"] == word
        assert row[f"{vehicle}: more houses, worst"] == of.gain_houses
        assert row[f"{vehicle}: more within 60 m, best"] == of.gain_best_60_houses
    totals = read.totals("Roads that vehicles open")
    sums = table[table["scenario"] == "vehicle:pickup"][gains].sum()
    assert totals["pickup: more houses, worst"][1] == sums["gain_houses"] > 0
    assert totals["pickup: more within 60 m, worst"][1] == sums["gain_60_houses"] > 0


def test_a_flood_opens_no_road(compared, tmp_path):
    base, other, _ = compared.statistics["scenarios"]
    flood = {**other, "scenario": "flood", "kind": "flood", "vehicle": "standard"}
    flood["road"] = {**base["road"], "covered": base["road"]["covered"] - 7}
    sent = changed(
        few(compared),
        project={"language": "en"},
        statistics={**compared.statistics, "scenarios": [base, flood]},
        side_by_side={"scenarios": compared.side_by_side["scenarios"].iloc[:2]},
    )
    read = written(tmp_path, sent)
    assert "Roads that vehicles open" not in read.names
    main, flooded = read.rows("Scenarios side by side")
    assert (main["Scenario"], flooded["Scenario"]) == ("Main run", "In the flood")
    assert flooded["Road: more houses, worst"] == -7


def test_what_nobody_asked_for_has_no_sheet(result, tmp_path):
    nothing = {name: getattr(result, name).iloc[:0] for name in ("dead_ends", "draft_points")}
    sent = changed(few(result), project={"language": "en"}, **nothing)
    names = set(written(tmp_path, sent).names)
    assert names.isdisjoint(
        {
            *("Dead ends", "Places to draw open water"),
            *("Scenarios side by side", "Roads that vehicles open"),
        }
    )


@pytest.mark.parametrize("name", ["dead_ends", "draft_points", "scenarios", "opened"])
def test_both_languages_tell_the_same_figures(compared, name):
    vi, en = (
        next(made for made in lists(compared, language) if made.name == name)
        for language in ("vi", "en")
    )
    figures = [c.name for c in vi.columns if c.kind not in ("text", "word", "place")]
    assert len(figures) > 4
    for column in figures:
        assert vi.rows[column].dropna().tolist() == en.rows[column].dropna().tolist()
    headings = {column.heading for column in vi.columns}
    assert headings.isdisjoint({column.heading for column in en.columns})


def test_corners_are_among_the_barriers(cornered, tmp_path):
    corners = cornered.barriers[cornered.barriers["source"] == "corner"]
    assert len(corners) > 0
    sent = changed(few(cornered), barriers=corners, project={"language": "en"})
    rows = {row["Code"]: row for row in written(tmp_path, sent).rows("Barriers, narrow places")}
    assert set(rows) == set(corners["barrier_id"].str.removeprefix("corner:"))
    for row in rows.values():
        assert row["Type"] == "tight corner"
        assert re.search(r"^(corner|bend of) .+°", row["Place, evidence"])
        assert row["To a fire engine"] in ("Blocks the truck", "Not known")
        assert row["Gap (m)"] is None
        assert row["Dealt with"] is None


# Links to the map
@pytest.mark.parametrize("layer", LAYERS)
def test_every_row_leads_to_its_object_on_the_map(book, result, layer):
    sheet = book.book[SHEETS[layer]]
    first = book.head(SHEETS[layer]) + 1
    links = [sheet.cell(r, 2).hyperlink for r in range(first, sheet.max_row + 1)]
    assert {link.target for link in links} == {"..\\maps\\map.html"}
    at = [unquote(link.location.removeprefix("at=")) for link in links]
    column = {"houses": "house_id", "alleys": "alley_id", "barriers": "barrier_id"}
    ids = getattr(result, layer)[column.get(layer, "object_id")]
    assert sorted(at) == sorted(f"{layer}:{name}" for name in ids)


def test_links_follow_the_folders_of_the_project(result, tmp_path):
    other = copy.copy(result.project)
    other.outputs = other.outputs.model_copy(update={"results": "a/kết quả", "maps": "bản đồ #1"})
    read = written(
        tmp_path,
        changed(few(result), project=None) and dataclasses.replace(few(result), project=other),
    )
    link = read.book["Nhà"].cell(read.head("Nhà") + 1, 2).hyperlink
    assert unquote(link.target) == "..\\..\\bản đồ #1\\map.html"
    assert link.location.startswith("at=houses:")


def test_no_more_links_than_a_sheet_takes(result, tmp_path, monkeypatch):
    monkeypatch.setattr(module, "_LINKS", 2)
    read = written(tmp_path, few(result))
    sheet, first = read.book["Nhà"], read.head("Nhà") + 1
    assert [bool(sheet.cell(first + i, 2).hyperlink) for i in range(3)] == [True, True, False]
    assert "Chỉ 2 dòng đầu" in sheet["A2"].value


# Safety
def test_hostile_text_stays_text(result, tmp_path):
    count = len(MORE_HOSTILE)

    def spoiled(frame, *names):
        rows = frame.iloc[np.arange(count) % len(frame)].reset_index(drop=True)
        return rows.assign(**{name: list(MORE_HOSTILE) for name in names})

    sent = changed(
        result,
        project={"name": "&[Picture]&G&A <r>x</r> " + "Đ&" * 100, "personal_data": True},
        stops=None,
        houses=spoiled(
            result.houses,
            *("house_id", "address", "group", "use", "registered_month", "water_id", "reason_vi"),
        ),
        barriers=spoiled(result.barriers, "object_id", "type", "state", "barrier_id").assign(
            keyholder=list(MORE_HOSTILE), source="survey"
        ),
        water=spoiled(result.water, "object_id", "type", "source", "last_checked"),
        fire_points=spoiled(result.fire_points, "object_id", "type"),
        hydrant_gaps=spoiled(result.hydrant_gaps, "name", "segment_id"),
        dead_ends=spoiled(result.dead_ends, "dead_end_id", "name"),
        draft_points=spoiled(result.draft_points, "draft_point_id", "name", "kind"),
        groups=gpd.GeoDataFrame({"group": list(MORE_HOSTILE)}, geometry=[None] * count, crs=WGS84),
    )
    groups = by_group(*_figures(sent.houses), sent.segments)
    sent = dataclasses.replace(sent, statistics={**result.statistics, "groups": groups})
    read = written(tmp_path, sent)
    told = set()
    for sheet in read.book:
        live = read.head(sheet.title) - 1 if sheet.title != "Bìa" else 0
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f" or cell.row == live
                if isinstance(cell.value, str):
                    told.add(cell.value)
                if cell.hyperlink and cell.hyperlink.target:
                    assert cell.hyperlink.target == "..\\maps\\map.html"
    # Blank text is no text, and a control character is written as a blank.
    expected = {plain_text(text) for text in MORE_HOSTILE} - {""}
    assert expected <= told
    for sheet in read.book:
        assert len(sheet.oddHeader.left.text) < 250
    by_name = {row["Người giữ khóa"] for row in read.rows(SHEETS["barriers"])}
    assert expected <= by_name


def _figures(houses):
    return houses, HouseFigures.of_layer(houses)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Ngo\u0303 5", "Ngõ 5"),
        ("a\x00\x0b\ufeffb", "a \ufeffb"),
        ("dòng 1\r\ndòng 2", "dòng 1 dòng 2"),
        ("<r>x</r>", "<r>x</r> "),
        ("\ud800", ""),
        ("", ""),
    ],
)
def test_plain_text(text, told):
    assert plain_text(text) == told


def test_all_text_is_nfc(book):
    for sheet in book.book:
        for row in sheet.iter_rows(max_row=60):
            for cell in row:
                if isinstance(cell.value, str):
                    assert unicodedata.is_normalized("NFC", cell.value)


def test_no_person_is_named_unasked(result, tmp_path):
    named = result.barriers.assign(keyholder="Nguyễn Văn Khóa", owner="Trần Chủ Sở Hữu")
    unasked = written(tmp_path / "unasked", changed(few(result), barriers=named))
    assert "Người giữ khóa" not in unasked.headings(SHEETS["barriers"])
    assert "Nguyễn Văn Khóa" not in _all_xml(unasked.path)
    asked = written(
        tmp_path / "asked", changed(few(result), barriers=named, project={"personal_data": True})
    )
    assert {row["Người giữ khóa"] for row in asked.rows(SHEETS["barriers"])} == {"Nguyễn Văn Khóa"}
    for read in (unasked, asked):
        assert "Trần Chủ Sở Hữu" not in _all_xml(read.path)


def _all_xml(path):
    with zipfile.ZipFile(path) as parts:
        return "".join(parts.read(name).decode("utf-8") for name in parts.namelist())


def test_same_input_same_bytes(result, tmp_path):
    first, second = (written(tmp_path / name, few(result, 40)).path for name in "ab")
    assert first.read_bytes() == second.read_bytes()


# Looks
def test_headings_are_frozen_filtered_and_repeated(book):
    for name in book.names[1:]:
        sheet, head = book.book[name], book.head(name)
        named = "D" if "Bản đồ" in book.headings(name) else "C"
        assert sheet.freeze_panes == f"{named}{head + 1}"
        assert sheet.auto_filter.ref.startswith(f"A{head}:")
        assert sheet.print_title_rows == f"${head}:${head}"
        assert range_boundaries(sheet.auto_filter.ref)[3] == head + len(book.rows(name))


def test_pages(book, result):
    for sheet in book.book:
        assert sheet.page_setup.paperSize == 9
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (
            1,
            None if sheet.title == "Bìa" else 0,
        )
        assert sheet.oddHeader.left.text == result.project.name
        assert sheet.oddHeader.right.text == "&A"
        assert sheet.oddFooter.right.text == "Trang &P / &N"
    assert book.book["Nhà"].page_setup.orientation == "landscape"
    assert book.book["Bìa"].page_setup.orientation == "portrait"


def test_columns_have_room_for_numbers_and_words(book):
    for name in book.names[1:]:
        sheet, head = book.book[name], book.head(name)
        for k, heading in enumerate(book.headings(name), start=1):
            letter = get_column_letter(k)
            group = next(d for d in sheet.column_dimensions.values() if d.min <= k <= d.max)
            assert group.width >= max(map(len, re.split(r"[\s]", heading))), heading
            for row in range(head - 1, sheet.max_row + 1):
                cell = sheet[f"{letter}{row}"]
                value = book.values[name][f"{letter}{row}"].value
                if isinstance(value, int | float):
                    digits = {"0.000000": 6, "0.00": 2, "#,##0.00": 2, "#,##0.0": 1}
                    code = cell.number_format.split("]")[-1]
                    assert len(f"{value:,.{digits.get(code, 0)}f}") + 1 <= group.width
                elif isinstance(value, str) and row > head:
                    assert cell.alignment.wrap_text


def test_rows_are_as_high_as_their_text(result, tmp_path):
    houses = result.houses.iloc[:3].assign(address=["Số 1", "dài quá " * 25, "Đ" * 200])
    read = written(tmp_path, changed(few(result), houses=houses))
    sheet, first = read.book["Nhà"], read.head("Nhà") + 1
    width = sheet.column_dimensions["D"].width
    heights = {
        row["Địa chỉ"]: sheet.row_dimensions[first + i].height
        for i, row in enumerate(read.rows("Nhà"))
    }
    assert heights[("dài quá " * 25).strip()] >= 13 * 200 / (1.2 * width)
    assert heights["Đ" * 200] >= 13 * 200 / (width / 1.3)


def test_colours_are_the_maps(book):
    rules = {
        rule.formula[0].strip('"'): rule.dxf
        for area in book.book["Nhà"].conditional_formatting
        for rule in area.rules
    }
    words = {"Đạt": "ok", "Cần khảo sát": "needs_survey", "Không đạt: cả hai": "no_road"}
    for word, status in {**words, "Chưa tính: thiếu ngõ": "unconnected"}.items():
        colour = rules[word].fill.bgColor.rgb
        assert tuple(bytes.fromhex(colour[-6:])) == COLOURS[status]
    assert set(rules) == set(tones("vi"))


def test_number_formats_name_the_language(book):
    cell = book.book["Nhà"].cell(book.head("Nhà") + 1, book.headings("Nhà").index("Số người") + 1)
    assert cell.number_format == "[$-42A]#,##0"


# Small wards
def town():
    return (
        Town()
        .road("Đường Lớn", [(0, 0), (400, 0)], highway="primary")
        .road("Ngõ 1", [(200, 0), (200, 300)])
    )


def test_a_ward_without_houses_and_objects(result, tmp_path):
    layers = (*LAYERS, "hydrant_gaps", "dead_ends", "draft_points", "groups")
    nothing = {name: getattr(result, name).iloc[:0] for name in layers}
    houses = result.houses.iloc[:0]
    statistics = {
        **copy.deepcopy(result.statistics),
        "groups": [],
        "alleys": [],
    }
    statistics["area"] |= HouseFigures.of_layer(houses).statistics()
    read = written(tmp_path, changed(result, statistics=statistics, **nothing))
    assert read.names[-1] == SHEETS["houses"]
    for name in SHEETS.values():
        assert read.rows(name) == []
        assert "Không có dòng nào." in read.book[name]["A2"].value
    totals = read.totals("Thống kê theo tổ")
    assert totals["Số nhà"][1] == 0
    assert totals["Giao thông: tỷ lệ xấu nhất"][1] in (None, "")


def test_one_house_in_no_group_without_water(tmp_path):
    result = town().house("h", (210, 250), address="Số 1 Ngõ 1").run(tmp_path / "town")
    read = written(tmp_path, result)
    (row,) = read.rows("Nhà")
    assert (row["Mã"], row["Tổ dân phố"]) == ("h", "Không thuộc tổ nào")
    (group,) = read.rows("Thống kê theo tổ")
    assert group["Tổ dân phố"] == "Không thuộc tổ nào"
    assert read.rows("Nguồn nước") == []
    assert row["Tới nguồn nước (m)"] is None
    # The grid that the town is measured in is told by its own name.
    assert read.headings("Nhà")[-1] == "Bắc N (m), WGS 84 / UTM zone 48N, EPSG:32648"


def test_a_group_without_a_house_is_a_row_of_zeros(result, tmp_path):
    groups = gpd.GeoDataFrame(
        {"group": [*result.groups["group"], "Tổ dân phố 10"]},
        geometry=[*result.groups.geometry, None],
        crs=WGS84,
    )
    read = written(tmp_path, changed(few(result), groups=groups))
    last = read.rows("Thống kê theo tổ")[-1]
    assert last["Tổ dân phố"] == "Tổ dân phố 10"
    assert last["Số nhà"] == last["Giao thông: đạt"] == 0
    assert last["Giao thông: tỷ lệ xấu nhất"] is None
    assert read.totals("Thống kê theo tổ")["Số nhà"][1] == result.statistics["area"]["houses"]


def test_a_group_whose_houses_have_no_answer_covers_none(result, tmp_path):
    statistics = copy.deepcopy(result.statistics)
    statistics["groups"][0].update(dict.fromkeys(("road", "road_60", "water", "point")))
    read = written(tmp_path, changed(few(result), statistics=statistics))
    first = read.rows("Thống kê theo tổ")[0]
    assert (first["Giao thông: đạt"], first["Giao thông: tỷ lệ tốt nhất"]) == (0, 0)


def test_a_norm_silent_on_water(result, tmp_path):
    statistics = copy.deepcopy(result.statistics)
    for figures in (statistics["area"], *statistics["groups"]):
        figures["water"] = None
    houses = result.houses.iloc[:9].assign(water=None)
    norm = result.norm.model_copy(update={"hydrant_radius_m": None})
    read = written(tmp_path, changed(result, statistics=statistics, houses=houses, norm=norm))
    assert not [h for h in read.headings("Thống kê theo tổ") if h.startswith("Nước")]
    assert {row["Nguồn nước"] for row in read.rows("Nhà")} == {None}
    cover = {row[0]: row[1] for row in read.values["Bìa"].iter_rows(values_only=True)}
    assert cover["Nhà đủ gần nguồn nước"] == "tiêu chuẩn không quy định"
    assert cover["Khoảng cách tới trụ nước"] == "tiêu chuẩn không quy định"


def test_no_deadline(result, tmp_path):
    statistics = copy.deepcopy(result.statistics)
    for figures in statistics["targets"].values():
        figures["per_month"] = None
    read = written(
        tmp_path, changed(few(result), statistics=statistics, project={"deadline": None})
    )
    assert "Hạn chót: chưa đặt" in read.book["Chỉ tiêu"]["A2"].value
    assert {row["Mỗi tháng phải làm"] for row in read.rows("Chỉ tiêu")} == {None}


# In LibreOffice, and how long it takes
@pytest.mark.slow
def test_recalculated_totals_are_those_stored(soffice, commune, tmp_path):
    read = written(tmp_path, commune)
    bare = tmp_path / "bare" / "ward.xlsx"
    bare.parent.mkdir()
    with zipfile.ZipFile(read.path) as parts, zipfile.ZipFile(bare, "w") as made:
        for name in parts.namelist():
            text = parts.read(name)
            made.writestr(name, re.sub(rb"(</f>)<v>[^<]*</v>", rb"\1", text))
    assert b"</f><v>" not in bare.read_bytes()
    again = Read(converted(soffice, bare, "xlsx", tmp_path / "out"))
    compared = 0
    for name in read.names[1:]:
        for heading, (formula, stored) in read.totals(name).items():
            if str(formula)[:1] == "=":
                _, value = again.totals(name)[heading]
                assert value == pytest.approx(stored, rel=1e-9), (name, heading)
                compared += 1
    assert compared > 40


@pytest.mark.slow
def test_it_prints(soffice, poppler, commune, tmp_path):
    read = written(tmp_path, commune)
    pdf = converted(soffice, read.path, "pdf", tmp_path)
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True
    ).stdout.decode("utf-8")
    assert "##" not in text
    pages = [page for page in text.split("\f") if page.strip()]
    assert len(pages) > len(read.names)
    houses = [page for page in pages if "Lý do" in page]
    assert len(houses) > 1
    assert all("Trang" in page for page in pages)
    # Every house is on a page, and all pages of houses have the headings.
    codes = set(re.findall(r"\b[A-Z]+-\d{3,4}\b", "".join(houses)))
    assert codes >= set(commune.houses["house_id"])


@pytest.mark.slow
def test_twenty_thousand_houses_are_soon_written(real, tmp_path):
    begin = time.process_time()
    write_book(real, tmp_path / "ward.xlsx")
    assert time.process_time() - begin < 20
    assert (tmp_path / "ward.xlsx").stat().st_size < 15_000_000


# The command ---------------------------------------------------------------------------------


def test_the_command_writes_the_workbook_beside_the_results(tmp_path):
    ward = write_sample(tmp_path / "ward", kind="commune").parent
    command = [sys.executable, "-m", "fireaccess", "lists", str(ward)]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    path = Path(done.stdout.strip())
    name = openpyxl.load_workbook(path, read_only=True).sheetnames[0]
    assert (done.returncode, done.stderr, path.parent) == (0, "", ward / "results")
    assert name
    refused = subprocess.run([*command, "lists.csv"], capture_output=True, encoding="utf-8")
    assert refused.returncode == 2
    assert "end it with .xlsx" in refused.stderr


@pytest.mark.parametrize("name", ["a/b", "..", "CON?", 200 * "ờ", "Phường\u0301", "\x00"])
def test_the_name_of_the_file_is_one_that_every_system_takes(tmp_path, name):
    path = tmp_path / book_name(name)
    path.touch()
    assert path.parent == tmp_path
    assert not set(path.stem) & set('<>:"/\\|?*')
    assert len(path.name.encode()) <= 255
