"""Two states of a town: what changed is listed, all of it and nothing else, and what changed it."""

import json
import subprocess
import sys
from types import SimpleNamespace

import openpyxl
import pandas as pd
import pytest
from towns import one_alley

import fireaccess
from fireaccess.comparison import ANSWERS, write_comparison
from fireaccess.model.errors import ProjectError
from maps import Opened


def town(*, barrier="fixed", width=None, hydrant=(190, -5), houses=range(6), **tags):
    """Draw an alley behind a bollard, with six houses and a hydrant at its mouth."""
    drawn = one_alley(400, bends=[100, 200, 300], **({"width": "4.5"} | tags))
    for number in houses:
        drawn.house(f"h{number}", (205, 60 * number + 40), people=3, group=f"Tổ {number % 2}")
    drawn.barrier("B1", (200, 20), "bollard", state=barrier)
    if width is not None:
        drawn.width("W1", (200, 160), width, date="2026-06-01")
    drawn.water("H1", hydrant, working="yes")
    return drawn


@pytest.fixture
def compared(tmp_path):
    """Write two towns and compare them."""

    def compare(old, new, *, settings=None, **project):
        folders = tmp_path / "old", tmp_path / "new"
        old.write(folders[0])
        new.write(folders[1], settings=settings, **project)
        return fireaccess.compare(*map(fireaccess.Project.open, folders))

    return compare


def changes(found):
    return {row.house_id: (row.change, row.why) for row in found.houses.itertuples()}


def test_the_same_town_twice_has_changed_in_nothing(compared):
    found = compared(town(), town())
    assert len(found.houses) == len(found.barriers) == len(found.rules) == 0
    assert (found.targets["done_old"] == found.targets["done_new"]).all()
    assert list(found.groups["houses_old"]) == list(found.groups["houses_new"]) == [3, 3]


def test_a_barrier_taken_away_changes_the_houses_behind_it(compared):
    found = compared(town(), town(barrier="removed"))
    before, after = (
        state.houses.set_index("house_id")[list(ANSWERS)] for state in (found.old, found.new)
    )
    behind = before.index[(before != after).any(axis=1)]
    assert len(behind) >= 2
    assert changes(found) == {name: ("better", "survey") for name in behind}
    [barrier] = found.barriers.to_dict("records")
    assert (barrier["barrier_id"], barrier["change"]) == ("barrier:B1", "changed")
    assert (barrier["state_old"], barrier["state_new"]) == ("fixed", "removed")
    assert (barrier["effect_old"], barrier["effect_new"]) == ("blocked", "pass")
    target = found.targets.set_index("target").loc["barriers_dealt_with"]
    assert (target["done_old"], target["done_new"], target["target_new"]) == (0, 1, 1)
    assert found.groups["road_covered_new"].sum() == 6


def test_a_narrow_reading_makes_it_worse_for_the_houses_beyond(compared):
    found = compared(town(barrier="removed"), town(barrier="removed", width=2.0))
    assert set(changes(found).values()) == {("worse", "survey")}
    assert "h5" in changes(found)
    assert "h0" not in changes(found)
    assert [(row.change, row.barrier_id) for row in found.barriers.itertuples()] == [
        ("new", "reading:W1")
    ]


def test_a_road_mapped_anew_is_told_as_the_roads(compared):
    old = one_alley(400, bends=[100, 200, 300], width="2.0")
    new = one_alley(400, bends=[100, 200, 300], width="4.5")
    for drawn in (old, new):
        drawn.house("far", (205, 390))
        drawn.water("H1", (190, -5), working="yes")
    assert changes(compared(old, new)) == {"far": ("better", "roads")}


def test_another_vehicle_is_told_as_the_norm(compared):
    drawn = {"barrier": "removed", "width": 3.0}
    found = compared(town(**drawn), town(**drawn), vehicle="light", mode="vehicle")
    assert set(changes(found).values()) == {("better", "norm")}
    assert found.rules["figure"].str.startswith("vehicle.").any()


def test_water_that_broke_is_told_as_the_survey(compared):
    found = compared(town(barrier="removed"), town(barrier="removed", hydrant=(190, -2000)))
    assert {why for _, why in changes(found).values()} == {"survey"}
    assert (found.houses["water_old"] != found.houses["water_new"]).all()


def test_houses_that_come_and_go_are_listed(compared):
    found = compared(town(houses=range(1, 6)), town(houses=range(5)))
    assert changes(found) == {"h5": ("gone", "houses"), "h0": ("new", "houses")}
    gone = found.houses.set_index("house_id").loc["h5"]
    assert gone[[f"{answer}_new" for answer in ANSWERS]].isna().all()
    assert not gone["geometry"].is_empty


def test_an_answer_that_two_causes_moved_tells_both(compared):
    old = one_alley(400, bends=[100, 200, 300], width="2.0")
    new = one_alley(400, bends=[100, 200, 300])
    for drawn in (old, new):
        drawn.house("far", (205, 390))
        drawn.water("H1", (190, -5), working="yes")
    new.width("W1", (200, 160), 4.5, narrowest="yes", date="2026-06-01")
    assert changes(compared(old, new)) == {"far": ("better", "roads, survey")}


def test_two_crs_are_refused_with_a_remedy(compared):
    with pytest.raises(ProjectError, match="same crs"):
        compared(town(), town(), crs="EPSG:5897")


def test_the_command_counts_changes_and_writes_tables(tmp_path):
    drawn = town(barrier="removed")
    drawn.house("=1+1", (205, 385), address="=HYPERLINK(1)")
    town().write(tmp_path / "old")
    drawn.write(tmp_path / "new")
    command = [sys.executable, "-m", "fireaccess", "compare", tmp_path / "old", tmp_path / "new"]
    done = subprocess.run([*command, "--to", tmp_path / "to"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "better (survey)" in done.stdout
    assert "1 new (list of houses)" in done.stdout
    assert "Barriers, narrow places: 1 changed" in done.stdout
    assert "Barriers dealt with: done 0 of 1 → 1 of 1" in done.stdout
    houses = pd.read_csv(tmp_path / "to" / "houses.csv").set_index("house_id")
    assert houses.loc["'=1+1", "address"] == "'=HYPERLINK(1)"
    assert {path.stem for path in (tmp_path / "to").iterdir()} == {
        "houses",
        "barriers",
        "targets",
        "groups",
        "rules",
        "comparison",
        "map",
    }
    told = json.loads(subprocess.run([*command, "--json"], capture_output=True).stdout)
    assert [row["house_id"] for row in told["houses"]] == [
        name.removeprefix("'") for name in houses.index
    ]


# The workbook and the map ---------------------------------------------------------------------


def rows(book, title):
    """Return the rows of a sheet by their headings, as text and numbers."""
    cells = list(book[title].iter_rows(values_only=True))
    head = next(i for i, row in enumerate(cells) if row[0] == "STT")
    return [dict(zip(cells[head], row, strict=True)) for row in cells[head + 1 :]]


@pytest.fixture
def files(compared, tmp_path):
    """Compare a town with itself once a barrier is gone, a house new and a width narrow."""
    new = town(barrier="removed", houses=range(7), width=2.0)
    found = compared(town(), new)
    write_comparison(found, tmp_path / "to")
    return SimpleNamespace(found=found, folder=tmp_path / "to")


def test_the_workbook_lists_what_changed(files):
    book = openpyxl.load_workbook(files.folder / "comparison.xlsx")
    assert book.sheetnames == [
        *("Tóm tắt", "Nhà thay đổi", "Vật cản thay đổi", "Chỉ tiêu", "Theo tổ"),
        "Quy chuẩn, thông số",
    ]
    houses = {row["Mã"]: row for row in rows(book, "Nhà thay đổi")}
    assert set(houses) == set(files.found.houses["house_id"])
    words = {"better": "Tốt hơn", "worse": "Kém hơn", "new": "Mới", "other": "Có mặt tốt hơn, có "
             "mặt kém hơn"}  # fmt: skip
    for row in files.found.houses.itertuples():
        assert houses[row.house_id]["Thay đổi"] == words[row.change]
        assert houses[row.house_id]["Giao thông, nay"] in ("đạt", "không đạt", "cần khảo sát")
    assert houses["h6"]["Tình trạng, trước"] is None
    assert {row["Vì sao"] for row in houses.values()} == {"khảo sát", "danh sách nhà"}
    barriers = {row["Mã"]: row for row in rows(book, "Vật cản thay đổi")}
    assert barriers["barrier:B1"]["Tình trạng, nay"] == "đã dỡ bỏ"
    assert barriers["reading:W1"]["Loại"] == "chỗ hẹp đo được"
    summary = rows(book, "Tóm tắt")
    assert sum(row["Số lượng"] for row in summary if row["Đối tượng"] == "Nhà") == len(houses)
    targets = {row["Chỉ tiêu"]: row for row in rows(book, "Chỉ tiêu")}
    dealt_with = targets["Vật cản đã xử lý"]
    assert (dealt_with["Đã xong, trước"], dealt_with["Đã xong, nay"]) == (0, 1)
    assert sum(row["Số nhà, nay"] for row in rows(book, "Theo tổ")) == 7


def test_the_workbook_links_to_the_map_beside_it(files):
    sheet = openpyxl.load_workbook(files.folder / "comparison.xlsx")["Nhà thay đổi"]
    links = [cell.hyperlink for cell in sheet["B"] if cell.hyperlink]
    assert len(links) == len(files.found.houses)
    assert {link.target for link in links} == {"map.html"}
    assert all(link.location.startswith("at=houses:h") for link in links)


def test_nothing_changed_is_said(compared, tmp_path):
    write_comparison(compared(town(), town()), tmp_path / "to")
    book = openpyxl.load_workbook(tmp_path / "to" / "comparison.xlsx")
    assert rows(book, "Nhà thay đổi") == []
    assert "Không có dòng nào." in book["Nhà thay đổi"]["A2"].value


def test_the_same_comparison_gives_the_same_bytes(files, tmp_path):
    write_comparison(files.found, tmp_path / "again")
    for path in files.folder.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes()


@pytest.mark.slow
def test_the_map_colours_houses_by_what_became_of_them(files, browser):
    changed = files.found.houses["change"].value_counts()
    with Opened(browser, files.folder / "map.html") as shown:
        page = shown.page
        assert page.locator("#ward-theme-change").is_checked()
        for change in ("better", "worse", "other", "new"):
            count = page.locator(f"tr[data-class={change}] .ward-count").first.text_content()
            assert int(count) == changed.get(change, 0)
        assert "Thay đổi so với Town" in page.locator("#ward-footer").text_content()
        page.goto(page.url.split("#")[0] + "#at=houses:h6")
        card = page.locator("#ward-card")
        card.wait_for()
        assert "Nhà mới (danh sách nhà): " in card.text_content()
        assert shown.said == []


@pytest.mark.slow
def test_a_map_of_one_state_has_no_such_theme(tmp_path, browser):
    result = town().run(tmp_path)
    result.map().save(tmp_path / "one.html")
    with Opened(browser, tmp_path / "one.html") as shown:
        assert shown.page.locator("#ward-theme-status").is_checked()
        assert shown.page.locator("#ward-theme-change").count() == 0


# The sample ward ------------------------------------------------------------------------------


def edited(path, change):
    """Change a survey table as an office would, in a spreadsheet."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    change(table).to_csv(path, index=False)


def test_two_surveys_of_the_sample_differ_in_exactly_what_was_changed(tmp_path):
    """A post taken away, a gate no longer listed, an alley measured narrow."""
    old, new = (fireaccess.write_sample(tmp_path / name) for name in ("old", "new"))
    survey = new.parent / "survey"
    edited(
        survey / "barriers.csv",
        lambda rows: rows.assign(state=rows["state"].mask(rows["object_id"] == "B01", "removed"))[
            rows["object_id"] != "B05"
        ],
    )
    narrow = pd.read_csv(survey / "widths.csv", dtype=str)["object_id"].iloc[3]
    edited(
        survey / "widths.csv",
        lambda rows: rows.assign(width_m=rows["width_m"].mask(rows["object_id"] == narrow, "1.2")),
    )
    found = fireaccess.compare(fireaccess.Project.open(old), fireaccess.Project.open(new))
    assert {row.barrier_id: row.change for row in found.barriers.itertuples()} == {
        "barrier:B01": "changed",
        "barrier:B05": "gone",
        f"reading:{narrow}": "new",
    }
    was, now = (
        state.houses.set_index("house_id")[list(ANSWERS)] for state in (found.old, found.new)
    )
    other = was.astype(object).where(was.notna(), "") != now.astype(object).where(now.notna(), "")
    assert set(found.houses["house_id"]) == set(other.index[other.any(axis=1)])
    assert set(found.houses["why"]) == {"survey"}
    assert len(found.rules) == 0
    dealt_with = found.targets.set_index("target").loc["barriers_dealt_with"]
    assert dealt_with["target_new"] == dealt_with["target_old"] - 1
    others = found.targets.set_index("target").drop(
        index=["barriers_dealt_with", "water_solutions"]
    )
    for figure in ("target", "done", "left"):
        assert (others[f"{figure}_old"] == others[f"{figure}_new"]).all()
