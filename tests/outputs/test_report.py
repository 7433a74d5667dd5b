"""The report: its figures are the result's, its text stays text, and its pages can be read."""

import copy
import io
import os
import re
import subprocess
import sys
import time
import unicodedata
import zipfile
from itertools import pairwise

import docx
import geopandas as gpd
import numpy as np
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from papers import LAYERS, changed, converted, few
from PIL import Image
from towns import Town

from fireaccess.analysis.statistics import HouseFigures
from fireaccess.model.errors import OutputError
from fireaccess.model.norm import figures as norm_figures
from fireaccess.network.need import not_verified
from fireaccess.outputs import pictures
from fireaccess.outputs.lists import lists
from fireaccess.outputs.numbers import number, share
from fireaccess.outputs.plain import plain_text
from fireaccess.outputs.report import figures, write_report
from fireaccess.outputs.report_template import report_template, save_template
from fireaccess.outputs.styles import BLUE, VERMILION, YELLOW
from fireaccess.sources.coordinates import WGS84
from fireaccess.sources.sample import write_sample
from maps import HOSTILE

IN_CI = os.environ.get("CI") == "true"
#: Beside what HTML would act upon, what Word, Jinja and docxtpl would.
MORE_HOSTILE = (
    *HOSTILE,
    "{{ 7*7 }}",
    "{{ project }}",
    "{_{ 7*7 }_}",
    "{%p for x in y %}",
    "</w:t></w:r></w:p>",
    "&amp; &#123;",
    "$\\alpha$ 100 $",
    "tab\tline\nbell\afeed\f.",
    "Đ" * 200,
    ("Ngõ Nguyễn Đình Chiểu " * 10)[:200],
)
HEADINGS = (
    "1. Nội dung và căn cứ tính toán",
    "2. Kết quả chung",
    "3. Đường, ngõ xe chữa cháy không tới được",
    "4. Barie, cọc, vật cản và chỗ hẹp",
    "5. Nguồn nước và điểm chữa cháy",
    "6. Chỉ tiêu",
    "7. Điều đã đo, điều giả định và điều chưa biết",
    "PHỤ LỤC: CÁC TỔ DÂN PHỐ",
)


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

    def tables(self, *headings):
        """Return the rows of every table that begins with these headings, by heading."""
        found = []
        for table in self.document.tables:
            heads, *rows = [[cell.text for cell in row.cells] for row in table.rows]
            if heads[: len(headings)] == list(headings):
                found.append([dict(zip(heads, row, strict=True)) for row in rows])
        return found

    def table(self, *headings):
        """Return the rows of the only table that begins with these headings."""
        (rows,) = self.tables(*headings)
        return rows

    def pictures(self):
        parts = zipfile.ZipFile(self.path)
        names = sorted(name for name in parts.namelist() if name.startswith("word/media/"))
        return [parts.read(name) for name in names]


def written(folder, result, **options):
    path = folder / "results" / "ward.docx"
    write_report(result, path, **options)
    return Read(path)


@pytest.fixture(scope="module")
def report(result, tmp_path_factory):
    return written(tmp_path_factory.mktemp("report"), result)


def vi(value, digits=0):
    return number(value, "vi", digits)


# What is in it
def test_sections_in_their_order(report, result):
    at = [report.paragraphs.index(heading) for heading in HEADINGS]
    assert at == sorted(at)
    groups = [p for p in report.paragraphs if re.match(r"\d+\. Tổ dân phố", p)]
    assert groups == [
        f"{i}. {group['group']}" for i, group in enumerate(result.statistics["groups"], start=1)
    ]
    assert not re.search(r"{{|}}|{%|None|nan\b", report.text)


def test_coverage_is_that_of_the_statistics(report, result):
    area = result.statistics["area"]
    rows = report.table("Yêu cầu", "Số nhà")
    for row, answer in zip(rows, ("road", "road_60", "water", "point"), strict=True):
        of = area[answer]
        ends = dict.fromkeys([vi(of["covered"]), vi(of["covered"] + of["needs_survey"])])
        assert row["Số nhà"] == " – ".join(ends)
        shares = dict.fromkeys(share(of[f"share_{case}"], "vi") for case in ("worst", "best"))
        assert row["Tỷ lệ nhà"] == " – ".join(shares)
        people = dict.fromkeys(vi(of[f"people_{case}"]) for case in ("worst", "best"))
        assert row["Số người"] == " – ".join(people)
    assert rows[0]["Yêu cầu"] == "Nhà trong tầm vòi của xe (200 m)"
    assert rows[0]["Tỷ lệ nhà"] == "81,1% – 93,3%"
    statuses = report.table("Tình trạng", "Số nhà")
    assert [row["Số nhà"] for row in statuses] == [vi(n) for n in area["status"].values()]
    assert f"Địa bàn có {vi(area['houses'])} nhà, {vi(area['people'])} người" in report.text
    roads = area["roads"]
    assert f"Đã đo {share(roads['measured_share'], 'vi')} chiều dài" in report.text
    distances = report.table("Cự ly", "Trung vị")
    told = [(row["Trung vị"], row["Phân vị 90"]) for row in distances]
    assert told == [(vi(p["median"], 1), vi(p["p90"], 1)) for p in area["percentiles"].values()]


def test_counts_of_alleys_are_those_of_the_statistics(report, result):
    alleys = result.statistics["area"]["alleys"]
    told = [row["Số lượng"] for row in report.table("Đường, ngõ", "Số lượng")]
    assert told == [
        vi(count)
        for count in (
            *(alleys["without_truck_worst"], alleys["without_truck_best"]),
            *(alleys["deep"], alleys["deep_certain"]),
            *(alleys["water_solution"][answer] for answer in ("yes", "unknown", "no")),
            *(alleys["with_fire_point"], alleys["needs_fire_point"]),
        )
    ]


def test_the_deepest_alleys_are_listed_and_the_rest_is_told(report, result):
    deep = result.alleys[result.alleys["deep"].eq(True)]
    rows = report.table("STT", "Tên đường, ngõ", "Tổ")
    assert len(deep) > len(rows) == 30
    deepest = deep["depth_m"].sort_values(ascending=False)[:30]
    assert [row["Sâu (m)"] for row in rows] == [vi(depth, 1) for depth in deepest.round(2)]
    assert [row["STT"] for row in rows] == [str(i) for i in range(1, 31)]
    assert f"30 trên {len(deep)}, đủ ở tệp Excel" in report.text
    # They are told as the workbook tells them.
    listing = next(made for made in lists(result, "vi") if made.name == "alleys")
    known = {(row["name"], vi(row["depth_m"], 1)): row for _, row in listing.rows.iterrows()}
    for row in rows:
        same = known[row["Tên đường, ngõ"], row["Sâu (m)"]]
        assert row["Xe bị chặn bởi"] == same["stopped_by"]
        assert row["Cấp nước"] == same["has_water_solution"]
        assert row["Dài (m)"] == vi(same["length_m"], 1)


def test_an_alley_that_nobody_gets_to_on_foot_is_the_deepest(result):
    alleys = result.alleys.copy()
    at = alleys.index[-1]
    alleys.loc[at, ["depth_m", "deep", "name"]] = [np.nan, True, "Ngõ cụt lối"]
    first = figures(changed(result, alleys=alleys))["alleys"][0]
    assert (first["name"], first["depth"]) == ("Ngõ cụt lối", "–")


def test_barriers_that_stop_the_truck_come_by_the_houses_that_they_stop(report, result):
    barriers = result.statistics["area"]["barriers"]
    effects = report.table("Với xe chữa cháy", "Số vật cản")
    assert sum(int(row["Số vật cản"]) for row in effects) == barriers["barriers"]
    rows = report.table("STT", "Loại", "Vị trí, căn cứ")
    counts = [int(row["Nhà bị chặn"].replace(".", "")) for row in rows]
    assert all(a >= b > 0 for a, b in pairwise(counts))
    stopped = result.houses["stopped_by"].value_counts()
    layer = result.barriers.set_index("barrier_id")
    asked = layer[~layer["dealt_with"].eq(True) & layer["effect"].isin(["blocked", "unknown"])]
    expected = stopped[stopped.index.isin(asked.index)].sort_values(ascending=False)
    assert counts == expected.tolist()
    assert {row["Với xe"] for row in rows} <= {"Chặn xe", "Chưa rõ"}


def test_water_and_fire_points_add_up_to_the_layers(report, result):
    water, points = report.tables("Loại", "Tổng số")
    for rows, layer in ((water, result.water), (points, result.fire_points)):
        assert sum(int(row["Tổng số"]) for row in rows) == len(layer)
        assert sum(int(row["Dùng được"]) for row in rows) == (layer["usable"] == "yes").sum()
        assert sum(int(row["Còn hoạt động"]) for row in rows) == layer["working"].eq(True).sum()
        served = sum(int(row["Nhà phục vụ"].replace(".", "")) for row in rows)
        assert served == layer["houses_served"].sum()


def test_targets_are_those_of_the_statistics(report, result):
    rows = report.table("Chỉ tiêu", "Tổng số")
    for row, of in zip(rows, result.statistics["targets"].values(), strict=True):
        told = [row[name] for name in ("Tổng số", "Đã xong", "Còn lại")]
        assert told == [vi(of[name]) for name in ("target", "done", "left")]
        assert row["Mỗi tháng"] == vi(of["per_month"], 2)
        assert row["Chỉ tiêu"] not in result.statistics["targets"]
    assigned = report.table("Chỉ tiêu", "Chủ trì")
    assert assigned[0]["Chủ trì"] == "Phòng Kinh tế, Hạ tầng và Đô thị"
    assert [row["Hạn chót"] for row in assigned[:3]] == ["1/7/2027", "31/12/2026", "1/7/2027"]
    assert assigned[2]["Thẩm quyền"] == "–"
    assert "Hạn chót: 1/7/2027. Số liệu mới nhất: 27/6/2026." in report.text


def test_the_approved_list_stands_beside_what_was_computed(report, result, tmp_path):
    rows = {row["Nhà"]: row["Số lượng"] for row in report.table("Nhà", "Số lượng")}
    of = result.statistics["area"]["approved"]
    assert rows["Trong danh mục"] == vi(of["listed"])
    assert rows["Chỉ theo tính toán"] == vi(of["only_computed"])
    statistics = {**result.statistics, "area": {**result.statistics["area"], "approved": None}}
    without = written(tmp_path, changed(few(result), statistics=statistics))
    assert without.tables("Nhà", "Số lượng") == []
    assert "danh mục được duyệt, bên cạnh" not in without.text


# Dead ends, places to draw water, scenarios
def test_dead_ends_that_need_a_look(result, tmp_path):
    read = written(tmp_path, changed(few(result), project={"language": "en"}))
    of = result.statistics["area"]["dead_ends"]
    too_long = of["too_long"]
    assert (
        f"Dead ends that a fire engine gets into: {of['dead_ends']}. It may reverse 46 m at most, "
        "out of one or to where it can go forward to a place to turn: in "
        f"{too_long['yes']} it has to reverse farther, in {too_long['unknown']} that is not known."
    ) in read.paragraphs
    rows = read.table("No.", "Road", "To reverse (m)")
    assert len(rows) == too_long["yes"] + too_long["unknown"] > 0
    assert f"Dead ends that need a look: all {len(rows)}" in read.paragraphs
    listing = next(made for made in lists(result, "en") if made.name == "dead_ends")
    for row, (_, same) in zip(rows, listing.rows.iterrows(), strict=False):
        assert row["Road"] == same["name"]
        assert row["To reverse (m)"] == number(same["reverse_m"], "en", 1)
        assert (row["Place to turn"], row["Houses"]) == (same["turning"], str(same["houses"]))
    assert f"- {too_long['unknown']} dead ends: whether a truck has to reverse too far" in (
        read.paragraphs
    )


def test_a_norm_without_a_limit_of_dead_ends(result):
    norm = result.norm.model_copy(update={"dead_end_m": None})
    dead_ends = result.dead_ends.assign(too_long=None)
    statistics = copy.deepcopy(result.statistics)
    statistics["area"]["dead_ends"]["too_long"] = {"yes": 0, "unknown": 0, "no": 0}
    values = figures(changed(result, norm=norm, dead_ends=dead_ends, statistics=statistics))
    assert values["dead_ends_limit"] == "tiêu chuẩn không quy định"
    assert (values["dead_ends_too_long"], values["dead_ends_unknown"]) == ("–", "–")
    assert values["dead_ends"] == []


def test_places_to_draw_water_by_the_houses_that_gain(commune, tmp_path):
    read = written(tmp_path, changed(few(commune), project={"language": "en"}))
    of = commune.statistics["area"]["draft_points"]
    answers = of["by_answer"]
    assert (
        f"Places where a pump on a road may draw open water: {of['draft_points']}. At "
        f"{answers['yes']} it can; at {answers['unknown']} something is missing or not known, at "
        f"{answers['no']} it can't. Houses without water today that would gain it: "
        f"{of['houses_gained']}."
    ) in read.paragraphs
    rows = read.table("No.", "Code", "Type", "Can be drawn from")
    gained = commune.draft_points[commune.draft_points["houses_gained"] > 0]
    assert sorted(row["Code"] for row in rows) == sorted(gained["draft_point_id"])
    assert sum(int(row["Houses that gain water"]) for row in rows) == of["houses_gained"] > 0


def test_scenarios_side_by_side(compared, tmp_path):
    read = written(tmp_path, changed(few(compared), project={"language": "en"}))
    rows, scenarios = read.table("Scenario", "Vehicle"), compared.statistics["scenarios"]
    assert [row["Vehicle"] for row in rows] == [of["vehicle"] for of in scenarios]
    for row, of in zip(rows, scenarios, strict=True):
        worst, best = of["road"]["covered"], of["road"]["covered"] + of["road"]["needs_survey"]
        assert row["Houses"] == f"{number(worst, 'en')} – {number(best, 'en')}"
        width, height = map(float, row["Needs (m), width × height"].split(" × "))
        assert width == pytest.approx(of["need_width_m"], abs=0.0051)
        assert height == pytest.approx(of["need_height_m"], abs=0.0051)
    main, _, pickup = rows
    assert (main["More houses"], main["Opened"]) == ("–", "–")
    assert pickup["More houses"] == "+66 – +65"
    table = compared.side_by_side["alley_scenarios"]
    opened = table["opened"].eq("yes") & table["scenario"].eq("vehicle:pickup")
    assert pickup["Opened"] == str(opened.sum()) != "0"


def test_corners_are_counted(cornered, tmp_path):
    read = written(tmp_path, changed(few(cornered), project={"language": "en"}))
    of = cornered.statistics["area"]["barriers"]
    assert (
        f"By the shape of the roads a truck does not get round {of['tight_corners']} corners; of "
        f"{of['open_corners']} that is not known."
    ) in read.paragraphs
    assert any("Turning at corners is checked" in text for text in read.paragraphs)
    assumed = [row for row in figures(cornered)["assumed"] if "9 m" in row]
    assert len(assumed) == 1


def test_what_nobody_asked_for_is_not_told(result, tmp_path):
    nothing = {name: getattr(result, name).iloc[:0] for name in ("dead_ends", "draft_points")}
    sent = changed(few(result), project={"language": "en"}, **nothing)
    read = written(tmp_path, sent)
    assert read.tables("Scenario") == []
    assert read.tables("No.", "Code", "Type") == []
    assert read.tables("No.", "Road", "To reverse (m)") == []
    for words in ("ead ends that", "draw open water:", "side by side:", "shape of the roads"):
        assert words not in "".join(text for text in read.paragraphs if not text.startswith("- "))


def test_a_template_of_before_is_filled_in_as_before(compared, tmp_path):
    document = docx.Document()
    document.add_paragraph("{{ houses }} nhà")
    template = tmp_path / "before.docx"
    document.save(template)
    told = write_report(compared, tmp_path / "ward.docx", template=template)
    assert {"scenarios", "dead_ends", "draft_points", "tight_corners"} <= set(told)
    assert Read(tmp_path / "ward.docx").paragraphs == ["403 nhà"]


def test_groups_in_the_annex(report, result):
    tables = report.tables("Nhà đạt yêu cầu", "Số nhà")
    for rows, group in zip(tables, result.statistics["groups"], strict=True):
        for row, answer in zip(rows, ("road", "road_60", "water", "point"), strict=True):
            worst = share(group[answer]["share_worst"], "vi")
            assert row["Tỷ lệ"].split(" – ")[0] == worst
        measured = share(group["alley_measured_share"], "vi")
        assert (
            f"{vi(group['houses'])} nhà, {vi(group['people'])} người; "
            f"{vi(group['status']['unconnected'])} nhà chưa tính được; đã đo {measured} chiều "
            "dài ngõ." in report.paragraphs
        )
    alleys = report.tables("STT", "Tên đường, ngõ", "Dài (m)")
    for rows, group in zip(alleys, result.statistics["groups"], strict=True):
        of_group = result.houses[result.houses["group"] == group["group"]]
        ids = set(of_group["alley_id"].dropna())
        names = result.alleys[result.alleys["alley_id"].isin(ids)]["name"]
        assert sorted(row["Tên đường, ngõ"] for row in rows) == sorted(names)
    without = ~result.alleys["alley_id"].isin(set(result.houses["alley_id"].dropna()))
    assert f"{without.sum()} đường, ngõ không có nhà nào" in report.text


def test_measured_assumed_and_unknown_are_told(report, result):
    told = set(report.paragraphs)
    statistics = result.statistics
    assert f"- {statistics['rows_read']['widths']} số đo bề rộng" in told
    assert "- Chiều dài vòi tối đa: 200 m" in told
    assumed = sum(len(names) for names in statistics["not_verified"].values())
    values = figures(result)
    assert len(values["assumed"]) == assumed
    unknown = statistics["area"]["status"]["needs_survey"]
    assert f"- {unknown} nhà phải khảo sát mới kết luận được" in told
    assert "DỮ LIỆU GIẢ LẬP: địa bàn này không có thật" in told
    clauses = {row["Ngưỡng"]: row for row in report.table("Ngưỡng", "Trị số")}
    assert clauses["Bề rộng thông thủy"]["Điều khoản, nguồn"] == "QCVN 06:2022/BXD 6.2.1.1"
    assert clauses["Khoảng cách tới điểm chữa cháy"]["Đã đối chiếu"] == "chưa: giả định"


def test_each_figure_that_may_decide_without_a_source_has_a_name(result):
    figure_names = [name for name, _ in norm_figures(result.norm)]
    norm = result.norm.model_copy(
        update={
            name: getattr(result.norm, name).model_copy(update={"status": "M"})
            for name in figure_names
        }
    )
    assumed = not_verified(norm, result.vehicle, "norm", turns=True, facades=True, terrain=True)
    values = figures(
        changed(
            result,
            project={"language": "en"},
            norm=norm,
            statistics={**result.statistics, "not_verified": assumed},
        )
    )
    assert len(values["assumed"]) == len(assumed["norm"]) + len(assumed["vehicle"])
    assert {"Longest way to reverse: 46 m", "Distance from a portable pump: 300 m"} <= set(
        values["assumed"]
    )


def test_no_person_and_no_house_is_named(result, tmp_path):
    named = result.barriers.assign(keyholder="Nguyễn Văn Khóa", owner="Trần Chủ Sở Hữu")
    houses = result.houses.assign(address="Số nhà riêng")
    asked = changed(result, barriers=named, houses=houses, project={"personal_data": True})
    read = written(tmp_path, asked)
    with zipfile.ZipFile(read.path) as parts:
        xml = parts.read("word/document.xml").decode("utf-8")
    for text in ("Nguyễn Văn Khóa", "Trần Chủ Sở Hữu", "Số nhà riêng", houses["house_id"].iloc[0]):
        assert text not in xml


def test_openstreetmap_is_told(result, tmp_path):
    read = written(tmp_path, changed(few(result), openstreetmap=True))
    assert any("© OpenStreetMap contributors" in text for text in read.paragraphs)
    assert "OpenStreetMap contributors" not in "".join(figures(few(result))["basis"])


def test_english(result, tmp_path):
    read = written(tmp_path, changed(result, project={"language": "en"}))
    assert "2. Results" in read.paragraphs
    assert "CỘNG HÒA" not in read.text
    assert read.table("Requirement", "Houses")[0]["Houses"] == "2,620 – 3,013"
    plans = result.project.targets.water_solutions, result.project.targets.barriers_dealt_with
    own = [text for plan in plans for text in (plan.owner, plan.product, plan.authority) if text]
    own += ("Ngõ", "Ngách", "Hẻm", "Phố", "Đường", "Cầu", "Phường", "Tổ dân phố", "Hà Nội")
    lines = [re.sub(r"\(.*?\)", "", text) for text in read.text.splitlines()]
    assert not [t for t in lines if re.search("[ữườựộ]", t) and not any(w in t for w in own)]


# The form
def test_the_form_of_an_official_document(report):
    section = report.document.sections[0]
    lengths = (
        *(section.page_width, section.page_height, section.top_margin),
        *(section.bottom_margin, section.left_margin, section.right_margin),
    )
    assert [round(length.mm) for length in lengths] == [210, 297, 20, 20, 30, 15]
    # The number of the page stands on top, and not on the first page.
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    assert section.first_page_header.paragraphs[0].text == ""
    body = report.document.styles["Normal"].font
    assert (body.name, body.size) == ("Times New Roman", Pt(13))
    office, state = report.document.tables[0].rows[0].cells
    assert [p.text for p in state.paragraphs if p.text] == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "…, ngày … tháng … năm …",
    ]
    assert all(run.italic for run in state.paragraphs[-1].runs)
    assert office.paragraphs[-1].text == "Số: …/BC-…"
    assert "BÁO CÁO" in report.paragraphs
    assert report.document.tables[-1].cell(0, 0).text == "STT"
    signed = [t for t in report.document.tables if "Nơi nhận" in t.cell(0, 0).text]
    assert "Lưu: VT" in signed[0].cell(0, 0).text


def test_headings_of_tables_repeat_and_rows_stay_whole(report):
    lined = [t for t in report.document.tables if t.style.name == "Table Grid"]
    assert len(lined) > 20
    for table in lined:
        first, *others = table.rows
        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in others)
        widths = [column.width for column in table.columns]
        assert sum(widths) == pytest.approx(Mm(165), abs=Mm(1))


def test_all_text_is_nfc(report):
    assert unicodedata.is_normalized("NFC", report.text)


def test_same_input_same_bytes(result, tmp_path):
    first, second = (written(tmp_path / name, few(result, 40)).path for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert parts.namelist()[0] == "[Content_Types].xml"
    about = docx.Document(first).core_properties
    assert (about.title, about.author, about.created.year) == (result.project.name, "", 2000)


# Pictures
def test_pictures_fill_the_page_and_tell_nothing_of_their_making(report):
    found = report.pictures()
    assert len(found) == 4
    for content in found:
        picture = Image.open(io.BytesIO(content))
        assert picture.size[0] == pytest.approx(165 / 25.4 * 200, abs=2)
        assert picture.size[1] < 235 / 25.4 * 200
        assert set(picture.info) <= {"dpi"}
    shapes = report.document.inline_shapes
    assert all(shape.width == Mm(165) for shape in shapes)


@pytest.mark.parametrize(
    ("drawn", "colours"),
    [("houses_map", (BLUE, YELLOW, VERMILION)), ("roads_map", (BLUE, YELLOW, VERMILION))],
)
def test_maps_have_the_maps_colours(result, drawn, colours):
    content = getattr(pictures, drawn)(result, "vi")
    pixels = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).reshape(-1, 3)
    seen, counts = np.unique(pixels, axis=0, return_counts=True)
    often = {
        tuple(colour) for colour, count in zip(seen.tolist(), counts, strict=True) if count > 300
    }
    assert {tuple(bytes.fromhex(colour[1:])) for colour in colours} <= often


def test_statuses_differ_without_colour():
    looks = [
        pictures._HOUSES[look.hatch] for name, look in pictures.LOOKS["houses"].items() if name
    ]
    assert len(set(looks[:-1])) == len(looks) - 1
    parts = [pictures._HATCHES[pictures._PARTS[p].hatch] for p in ("covered", "needs_survey")]
    assert len({*parts, pictures._HATCHES[pictures._PARTS["not_covered"].hatch]}) == 3


def test_the_credit_changes_the_map_only_where_it_stands(result):
    plain, credited = (
        np.asarray(
            Image.open(
                io.BytesIO(pictures.roads_map(changed(few(result), openstreetmap=shown), "vi"))
            ).convert("L"),
            dtype=int,
        )
        for shown in (False, True)
    )
    rows, columns = np.nonzero(plain != credited)
    assert len(rows) > 300
    assert columns.min() > 0.7 * plain.shape[1]
    assert rows.min() > 0.5 * plain.shape[0]


def test_many_groups_stand_on_several_charts(result):
    group = {**result.statistics["groups"][0], "group": "$x$ \u202e漢 " + "Đ" * 200}
    charts = pictures.group_charts([group] * 95, "vi")
    assert len(charts) == 3
    assert pictures.group_charts([], "vi") == []


# Safety
def test_hostile_text_stays_text(result, tmp_path):
    count = len(MORE_HOSTILE)
    rows = np.arange(count)
    houses = result.houses.iloc[rows % len(result.houses)].reset_index(drop=True)
    alleys = result.alleys.iloc[rows % len(result.alleys)].reset_index(drop=True)
    alleys = alleys.assign(
        name=list(MORE_HOSTILE), alley_id=[f"a{i}" for i in rows], deep=True, depth_m=300.0
    )
    houses = houses.assign(group=list(MORE_HOSTILE), alley_id=alleys["alley_id"])
    barriers = result.barriers.iloc[rows % len(result.barriers)].reset_index(drop=True)
    barriers = barriers.assign(
        type=list(MORE_HOSTILE),
        state=list(MORE_HOSTILE),
        source="survey",
        barrier_id=[f"barrier:{i}" for i in rows],
        effect="blocked",
        dealt_with=False,
    )
    houses["stopped_by"] = barriers["barrier_id"]
    water = result.water.iloc[rows % len(result.water)].reset_index(drop=True)
    ends = result.dead_ends.iloc[rows % len(result.dead_ends)].reset_index(drop=True)
    drafts = result.draft_points.iloc[rows % len(result.draft_points)].reset_index(drop=True)
    sent = changed(
        result,
        project={"name": "{{ 7*7 }} <b>&</b> \u202e" + "Đ" * 300},
        stops=None,
        houses=houses,
        alleys=alleys,
        barriers=barriers,
        water=water.assign(type=list(MORE_HOSTILE)),
        dead_ends=ends.assign(name=list(MORE_HOSTILE), too_long="yes"),
        draft_points=drafts.assign(
            draft_point_id=list(MORE_HOSTILE), kind=list(MORE_HOSTILE), houses_gained=1
        ),
        groups=gpd.GeoDataFrame({"group": list(MORE_HOSTILE)}, geometry=[None] * count, crs=WGS84),
        statistics={
            **result.statistics,
            "groups": [],
            "alleys": [{**result.statistics["alleys"][0], "alley_id": f"a{i}"} for i in rows],
        },
    )
    read = written(tmp_path, sent)
    expected = {plain_text(text) for text in MORE_HOSTILE} - {""}
    cells = {
        cell.text for table in read.document.tables for row in table.rows for cell in row.cells
    }
    assert expected <= cells
    headings = {p.partition(". ")[2] for p in read.paragraphs if re.match(r"\d+\. ", p)}
    assert expected <= headings
    assert "{{ 7*7 }} <b>&</b> \u202e" + "Đ" * 300 in read.paragraphs
    assert not re.search(r"\b49\b", " ".join(sorted(cells & expected)))


# The template
def edited(tmp_path, *paragraphs, without=None):
    """Save the template, as an office would edit it."""
    document = docx.Document(io.BytesIO(report_template("vi")))
    for text in paragraphs:
        document.add_paragraph(text)
    for paragraph in list(document.paragraphs):
        if without is not None and without in paragraph.text:
            paragraph._p.getparent().remove(paragraph._p)
    path = tmp_path / "edited.docx"
    document.save(path)
    return path


def test_the_template_asks_for_all_that_the_report_knows(result, tmp_path):
    for language in ("vi", "en"):
        asked = changed(few(result), project={"language": language})
        assert write_report(asked, tmp_path / f"{language}.docx") == ()


def test_an_edited_template_is_filled_in(result, tmp_path):
    template = edited(tmp_path, "Riêng phường: {{ houses }} nhà.", without="thẩm quyền quyết định")
    read = written(tmp_path, result, template=template)
    assert f"Riêng phường: {vi(result.statistics['area']['houses'])} nhà." in read.paragraphs
    assert "thẩm quyền quyết định" not in read.text


def test_what_an_edited_template_does_without_is_told(result, tmp_path):
    template = edited(tmp_path, without="Địa bàn có")
    told = write_report(few(result), tmp_path / "ward.docx", template=template)
    assert told == ("houses", "people", "people_unknown", "unconnected")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ nha_dat }} và {{ abc }}", ("abc, nha_dat", "known are: ", "alleys_worst")),
        ("{%p for r in targets %}\n", ("can't be filled in",)),
        ("{{ houses", ("can't be filled in",)),
        ("{{ coverage[0].nothing }}", ("nothing", "coverage (name, houses, share, people)")),
        ("{{ houses.__class__.__mro__ }}", ("can't be filled in", "unsafe")),
        ("{{ 1 // 0 }}", ("can't be filled in",)),
        ("{{ houses + 1 }}", ("can't be filled in",)),
    ],
)
def test_a_template_that_is_wrong_is_told(result, tmp_path, text, told):
    template = edited(tmp_path, text)
    with pytest.raises(OutputError) as refused:
        write_report(few(result), tmp_path / "ward.docx", template=template)
    assert str(template) in str(refused.value)
    for words in told:
        assert words in str(refused.value)
    assert not (tmp_path / "ward.docx").exists()


def test_a_template_that_is_no_document_is_told(result, tmp_path):
    broken = tmp_path / "broken.docx"
    whole = report_template("vi")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as made:
        made.writestr("a.txt", "a")
    for content in (b"", b"no zip", whole[: len(whole) // 2], archive.getvalue()):
        broken.write_bytes(content)
        with pytest.raises(OutputError, match="no Word document"):
            write_report(few(result), tmp_path / "ward.docx", template=broken)
    for missing in (tmp_path / "none.docx", tmp_path):
        with pytest.raises(OutputError, match="can't be read"):
            write_report(few(result), tmp_path / "ward.docx", template=missing)


def test_a_saved_template_is_never_replaced(tmp_path):
    path = tmp_path / "new" / "template.docx"
    save_template(path, "vi")
    assert path.read_bytes() == report_template("vi")
    with pytest.raises(OutputError, match="there already"):
        save_template(path, "vi")


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
    statistics = {**copy.deepcopy(result.statistics), "groups": [], "alleys": []}
    statistics["area"] |= HouseFigures.of_layer(houses).statistics()
    read = written(tmp_path, changed(result, statistics=statistics, **nothing))
    for headings in (("STT", "Tên đường, ngõ", "Tổ"), ("STT", "Loại", "Vị trí, căn cứ")):
        assert [set(row.values()) for row in read.table(*headings)] == [{"Không có."}]
    assert {row["Tỷ lệ nhà"] for row in read.table("Yêu cầu", "Số nhà")} == {"–"}
    assert len(read.pictures()) == 3


def test_one_house_in_no_group_without_water(tmp_path):
    result = town().house("h", (210, 250), address="Số 1 Ngõ 1").run(tmp_path / "town")
    read = written(tmp_path, result)
    assert "1. Không thuộc tổ nào" in read.paragraphs
    # Nobody counted people, so there is no number of them.
    assert "1 nhà, – người; 0 nhà chưa tính được; đã đo 0,0% chiều dài ngõ." in read.paragraphs
    assert {row["Số người"] for row in read.table("Yêu cầu", "Số nhà")} == {"–"}
    distances = {row["Cự ly"]: row["Trung vị"] for row in read.table("Cự ly", "Trung vị")}
    assert distances["Nguồn nước gần nhất"] == "–"
    assert [row["Tổng số"] for row in read.tables("Loại", "Tổng số")[0]] == ["Không có."]
    assert "- chưa có số đo, khảo sát nào" in read.paragraphs


def test_one_house_that_no_road_is_near(tmp_path):
    result = town().house("h", (380, 280)).run(tmp_path / "town")
    rows = written(tmp_path, result).table("Yêu cầu", "Số nhà")
    assert {row["Tỷ lệ nhà"] for row in rows} == {"chưa tính được nhà nào"}


def test_a_group_without_a_house(result, tmp_path):
    groups = gpd.GeoDataFrame(
        {"group": [*result.groups["group"], "Tổ dân phố 10"]},
        geometry=[*result.groups.geometry, None],
        crs=WGS84,
    )
    read = written(tmp_path, changed(few(result), groups=groups))
    assert "10. Tổ dân phố 10" in read.paragraphs
    last = read.tables("Nhà đạt yêu cầu", "Số nhà")[-1]
    assert {(row["Số nhà"], row["Tỷ lệ"]) for row in last} == {("0", "–")}


def test_a_norm_that_is_silent(result, tmp_path):
    statistics = copy.deepcopy(result.statistics)
    for of in (statistics["area"], *statistics["groups"]):
        of["water"] = None
    silent = dict.fromkeys(("hydrant_radius_m", "deep_alley_m", "hydrant_spacing_m"))
    norm = result.norm.model_copy(update=silent)
    read = written(tmp_path, changed(few(result), statistics=statistics, norm=norm))
    water = read.table("Yêu cầu", "Số nhà")[2]
    assert tuple(water.values())[1:] == ("–", "tiêu chuẩn không quy định", "–")
    thresholds = {row["Ngưỡng"]: row["Trị số"] for row in read.table("Ngưỡng", "Trị số")}
    assert thresholds["Khoảng cách tới trụ nước"] == "tiêu chuẩn không quy định"
    counts = {row["Đường, ngõ"]: row["Số lượng"] for row in read.table("Đường, ngõ", "Số lượng")}
    assert counts["Ngõ sâu"] == "–"
    assert "còn hoạt động: – km" in read.text
    for rows in read.tables("Nhà đạt yêu cầu", "Số nhà"):
        assert len(rows) == 3


def test_no_deadline(result):
    statistics = copy.deepcopy(result.statistics)
    for of in statistics["targets"].values():
        of["per_month"] = None
    values = figures(changed(few(result), statistics=statistics, project={"deadline": None}))
    assert values["due"] == "chưa đặt"
    assert {row["per_month"] for row in values["targets"]} == {"–"}


# On paper
def pages(writer, path, folder):
    """Return the text of each page that LibreOffice makes of a document."""
    pdf = converted(writer, path, "pdf", folder)
    text = subprocess.run(
        ["pdftotext", "-layout", str(pdf), "-"], check=True, capture_output=True
    ).stdout.decode("utf-8")
    return [page for page in text.split("\f") if page.strip()]


@pytest.mark.slow
def test_it_prints(writer, poppler, commune, tmp_path):
    read = written(tmp_path, commune)
    printed = pages(writer, read.path, tmp_path)
    assert 8 < len(printed) < 40
    # The first page has no number, all others have theirs on top.
    # (Where no letters as narrow as Times New Roman's are installed, the first line is broken.)
    assert "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT" in printed[0].lstrip().splitlines()[0]
    numbers = [page.lstrip().splitlines()[0].strip() for page in printed[1:]]
    assert numbers == [str(number) for number in range(2, len(printed) + 1)]
    # Every page with rows of a table has their headings, and no word is lost.
    rows = [page for page in printed if len(re.findall(r"^ *\d+ +(?:Ngõ|Hẻm)", page, re.M)) > 1]
    assert rows
    assert all("STT" in page for page in rows)
    # Accented letters of another font have blanks around them in what is read from a PDF.
    told = re.sub(r"\s", "", "".join(printed))
    assert [word for word in set(re.findall(r"\w+", read.text)) if word not in told] == []


@pytest.mark.slow
def test_long_names_are_not_cut(writer, poppler, result, tmp_path):
    name = "Ngõ " + "W" * 195 + "Ệ"
    alleys = result.alleys.iloc[:3].assign(name=name, deep=True)
    read = written(tmp_path, changed(few(result), alleys=alleys))
    text = "".join(pages(writer, read.path, tmp_path))
    assert text.count("W") >= 3 * 195
    assert text.count("Ệ") >= 3


@pytest.mark.slow
def test_twenty_thousand_houses_are_soon_written(real, tmp_path):
    begin = time.process_time()
    read = written(tmp_path, real)
    assert time.process_time() - begin < 30
    assert read.path.stat().st_size < 6_000_000


# The command
def test_the_command_writes_report_and_template(tmp_path):
    ward = write_sample(tmp_path / "ward", kind="commune").parent
    command = [sys.executable, "-m", "fireaccess", "report", str(ward)]

    def run(*arguments):
        return subprocess.run([*command, *arguments], capture_output=True, encoding="utf-8")

    done = run()
    assert (done.returncode, done.stderr) == (0, "")
    path = ward / "results" / done.stdout.strip().rpartition(os.sep)[2]
    assert Read(path).tables("Yêu cầu", "Số nhà")
    template = tmp_path / "template.docx"
    assert run("--save-template", str(template)).returncode == 0
    document = docx.Document(template)
    line = next(p for p in document.paragraphs if "{{ due }}" in p.text)
    line._p.getparent().remove(line._p)
    document.save(template)
    mine = tmp_path / "mine.docx"
    done = run(str(mine), "--template", str(template))
    assert (done.returncode, done.stdout.strip()) == (0, str(mine))
    assert "does without these placeholders: due, newest" in done.stderr
    refused = run("report.pdf")
    assert refused.returncode == 2
    assert "end it with .docx" in refused.stderr
    assert run(str(mine), "--save-template", str(tmp_path / "b.docx")).returncode == 2
