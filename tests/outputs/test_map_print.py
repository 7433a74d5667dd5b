"""The map on paper: pages as PDF, their size, words, scale and picture."""

import dataclasses
import re
import subprocess

import numpy as np
import pandas as pd
import pyproj
import pytest

from fireaccess.model.formats import day
from fireaccess.outputs.texts import texts
from maps import COLOURS, HOSTILE, Opened, fake, hostile, written

# The scripts are the same with the oldest dependencies.
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("poppler")]

# Points of paper, 1/72 inch; the browser rounds them to hundredths of a millimetre.
SIZES = {"A4": (841.9, 595.3), "A3": (1190.6, 841.9)}
WORDS = texts("vi")
WAYS = ("truck", "hose", "hydrant", "water", "point")


@pytest.fixture
def deep(result):
    """One alley that some houses lie in too deep."""
    return result.alleys[(result.alleys.houses_not_covered > 3).to_numpy()].iloc[0]


def ask_for(shown, what, paper):
    """Fill in the dialog, and keep the browser from asking for a printer."""
    page = shown.page
    page.evaluate("window.print = () => {}")
    page.get_by_role("button", name=WORDS["print"], exact=True).click()
    page.select_option("#ward-print-of", label=what)
    page.select_option("#ward-print-paper", label=paper)
    page.click(".ward-dialog button[type=submit]")
    page.wait_for_selector("dialog", state="detached")


def printed(shown, tmp_path):
    """Print as the browser does when it is told to, and return the PDF."""
    path = tmp_path / "map.pdf"
    shown.page.pdf(path=path, prefer_css_page_size=True)
    return path


def tool(name, *arguments):
    return subprocess.run([name, *arguments], capture_output=True, check=True).stdout


def words_of(pdf, *options):
    return " ".join(tool("pdftotext", "-raw", *options, pdf, "-").decode("utf-8").split())


def size_of(pdf):
    """Return how many pages a PDF has, and the size of the first one in points."""
    told = tool("pdfinfo", pdf).decode("utf-8")
    pages = int(re.search(r"Pages:\s+(\d+)", told)[1])
    return pages, tuple(map(float, re.search(r"Page size:\s+([\d.]+) x ([\d.]+)", told).groups()))


def picture_of(pdf, dpi=72):
    """Return the first page as pixels."""
    raw = tool("pdftoppm", "-r", str(dpi), "-singlefile", pdf)
    header = re.match(rb"P6\s+(\d+)\s+(\d+)\s+255\s", raw)
    width, height = int(header[1]), int(header[2])
    return np.frombuffer(raw, np.uint8, offset=header.end()).reshape(height, width, 3)


def share_of(picture, colour):
    return (np.abs(picture.astype(int) - colour).max(axis=2) <= 6).mean()


def sheet(shown, script):
    """Lay the page out as the browser does before it prints, and ask something of it."""
    shown.page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    told = shown.page.evaluate(script)
    shown.page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    return told


@pytest.mark.parametrize("paper", SIZES)
def test_whole_area_on_one_page(shown, result, tmp_path, paper):
    ask_for(shown, WORDS["print.area"], paper)
    pdf = printed(shown, tmp_path)
    pages, size = size_of(pdf)
    assert pages == 1
    assert size == pytest.approx(SIZES[paper], abs=0.6)
    text = words_of(pdf)
    assert f"{WORDS['title']} – {result.project.name}" in text
    # The sample is no real ward, and no mapper's.
    assert WORDS["synthetic"] in text
    assert "OpenStreetMap contributors" not in text
    assert "QCVN 06:2022/BXD" in text
    assert f"trên khổ {paper}" in text
    houses = result.houses["status"].value_counts()
    for status, count in houses.items():
        assert f"{WORDS[f'status.{status}']}: {count:,}".replace(",", ".") in text
    for name in ("barriers", "water", "fire_points", "alleys"):
        assert WORDS[f"layer.{name}"] in text
    for key in ("effect.blocked", "works.broken", "reached.unknown", "layer.stations"):
        assert WORDS[key] in text
    road = result.statistics["area"]["road"]
    best = road["covered"] + road["needs_survey"]
    assert f"{road['covered']:,}–{best:,}".replace(",", ".") in text

    picture = picture_of(pdf)
    margin = round(7 / 25.4 * 72)
    assert (picture[:margin] == 255).all()
    assert (picture[-margin:] == 255).all()
    assert (picture[:, -margin:] == 255).all()
    plan = picture[: int(0.85 * len(picture)), : int(0.7 * picture.shape[1])]
    for status in ("ok", "needs_survey", "no_road"):
        assert share_of(plan, COLOURS[status]) > 0.002, status


def test_map_is_drawn_with_the_pixels_of_paper(shown, tmp_path):
    ask_for(shown, WORDS["print.area"], "A3")
    width = sheet(shown, "document.querySelector('.ward-canvas').width")
    # 404 mm less the side and the gap, at twice 96 pixels to the inch.
    assert width == pytest.approx(2 * (404 - 88 - 3) / 25.4 * 96, rel=0.01)


@pytest.mark.parametrize("what", ["area", "view", "group", "alley"])
@pytest.mark.parametrize("paper", SIZES)
def test_scale_is_true(shown, deep, paper, what):
    if what == "view":
        shown.page.evaluate("map_ward.setView([21.0, 105.82], 17.5, {animate: false})")
    choices = {"group": "Tổ dân phố 2", "alley": deep["name"]}
    ask_for(shown, choices.get(what) or WORDS[f"print.{what}"], paper)
    bar = sheet(
        shown,
        """() => {
          const rule = document.querySelector(".ward-scale-rule").getBoundingClientRect();
          const box = document.querySelector("#map_ward").getBoundingClientRect();
          const middle = box.height / 2;
          const ends = [rule.left, rule.right].map((x) =>
            map_ward.containerPointToLatLng([x - box.left, middle]));
          return {
            millimetres: rule.width / 96 * 25.4,
            ends: ends.map(({lng, lat}) => [lng, lat]),
            length: document.querySelector(".ward-scale-ends").lastChild.textContent,
            scale: document.querySelector(".ward-scale-bar p").textContent,
          };
        }""",
    )
    value, unit = bar["length"].split(" ")
    told = float(value.replace(",", ".")) * {"m": 1, "km": 1000}[unit]
    (west, south), (east, north) = bar["ends"]
    true = pyproj.Geod(ellps="WGS84").line_length([west, east], [south, north])
    assert told == pytest.approx(true, rel=0.02)
    scale = int(re.search(r"1:([\d.]+)", bar["scale"])[1].replace(".", ""))
    assert bar["millimetres"] * scale / 1000 == pytest.approx(true, rel=0.02)
    assert 15 <= bar["millimetres"] <= 45


def test_all_of_a_group_is_on_its_page_and_the_rest_is_pale(shown, result, tmp_path):
    ask_for(shown, "Tổ dân phố 2", "A4")
    bounds = [
        float(edge)
        for edge in result.groups.geometry[result.groups.group == "Tổ dân phố 2"].total_bounds
    ]
    inside = sheet(
        shown,
        f"""() => {{
          const [west, south, east, north] = {bounds};
          return map_ward.getBounds().contains([[south, west], [north, east]]);
        }}""",
    )
    assert inside
    ask_for(shown, "Tổ dân phố 2", "A4")
    pdf = printed(shown, tmp_path)
    assert size_of(pdf)[0] == 1
    text = words_of(pdf)
    assert f"{WORDS['title']} – {result.project.name} – Tổ dân phố 2" in text
    group = next(g for g in result.statistics["groups"] if g["group"] == "Tổ dân phố 2")
    assert f"({group['houses']} nhà)" in text
    assert share_of(picture_of(pdf), (233, 232, 227)) > 0.01


@pytest.mark.parametrize("paper", SIZES)
def test_page_of_an_alley_tells_what_its_card_tells(shown, result, deep, tmp_path, paper):
    ask_for(shown, deep["name"], paper)
    pdf = printed(shown, tmp_path)
    assert size_of(pdf)[0] == 1
    text = words_of(pdf)
    assert f"{result.project.name} – {deep['name']}" in text
    assert WORDS["label.depth_m"] in text
    assert f"{deep.depth_m:.1f} m".replace(".", ",") in text
    described = result.stops.describe([deep.stopped_by])[deep.stopped_by]["vi"]
    assert described.split(" (")[0] in text
    row = result.evidence[(result.evidence.object == deep.stopped_by).to_numpy()].iloc[0]
    if row.date:
        assert day(row.date, "vi") in text
    # Houses that fail come first; those that don't fit are counted.
    own = result.houses[(result.houses.alley_id == deep.alley_id).to_numpy()]
    failing = own[(own.status == "no_road").to_numpy()]
    assert f"{WORDS['status.no_road']} ({len(failing)}):" in text
    told = sheet_of_alley(shown, deep, paper)
    more = re.search(r"và (\d+) nhà nữa", told["houses"])
    assert told["named"] + (int(more[1]) if more else 0) == len(own)
    assert told["named"] > len(failing)
    assert not told["overflows"]


def sheet_of_alley(shown, deep, paper):
    ask_for(shown, deep["name"], paper)
    return sheet(
        shown,
        """() => {
          const list = document.querySelector(".ward-sheet-columns");
          const lines = [...list.querySelectorAll(".ward-sheet-status")];
          return {
            houses: list.textContent,
            named: lines.reduce((sum, line) =>
              sum + line.lastChild.textContent.split(" · ").length, 0),
            overflows: list.scrollWidth > list.clientWidth,
          };
        }""",
    )


def ways_in_legend(shown):
    rows = sheet(
        shown,
        """Array.from(document.querySelectorAll(".ward-sheet-legend span"),
          (node) => node.textContent)""",
    )
    return {kind for kind in WAYS if WORDS[f"print.way.{kind}"] in rows}


def test_legend_has_the_ways_that_are_drawn_and_no_others(shown, result, deep):
    ask_for(shown, WORDS["print.area"], "A4")
    assert ways_in_legend(shown) == set()
    houses = result.houses[result.houses.point_m.notna().to_numpy()]
    same = (houses.water_m == houses.hydrant_m).to_numpy()
    for house, ways in (
        (houses[~same & houses.hydrant_m.notna().to_numpy()].iloc[0], set(WAYS)),
        (houses[same].iloc[0], {*WAYS} - {"water"}),
    ):
        shown.click_on(house.geometry).get_by_role("heading", name=house.address).wait_for()
        assert ways_in_legend(shown) == ways
    shown.page.click("#ward-theme-hose")
    shown.page.click("#ward-case-best")
    assert {"truck", "hose"} & ways_in_legend(shown) == {"hose"}
    shown.page.evaluate("map_ward.setView([0, 0], 17, {animate: false})")
    assert ways_in_legend(shown) == set()
    ask_for(shown, deep["name"], "A4")
    assert ways_in_legend(shown) == {"truck"}


def with_long_evidence(result, alley):
    """Let sixty rows say what stops the truck, each at length."""
    row = result.evidence[(result.evidence.object == alley.stopped_by).to_numpy()].iloc[:1]
    texts = {i: f"{'ảnh chụp tại chỗ, ' * 20} biên bản {i}" for i in range(1000, 1060)}
    rows = [row.assign(row=i, method=text) for i, text in texts.items()]
    evidence = pd.concat([result.evidence, *rows], ignore_index=True)
    return dataclasses.replace(result, evidence=evidence), [f"biên bản {i}" for i in texts]


def with_long_id(result, alley):
    """Let the water of an alley have an id that alone fills the side of a page."""
    words = [f"nguồn{i}" for i in range(1000, 1400)]
    new = {alley.water_id: " ".join(words)}
    water = result.water.assign(object_id=result.water.object_id.replace(new))
    alleys = result.alleys.assign(water_id=result.alleys.water_id.replace(new))
    return dataclasses.replace(result, water=water, alleys=alleys), words


@pytest.mark.parametrize("paper", SIZES)
@pytest.mark.parametrize("lengthen", [with_long_evidence, with_long_id])
def test_what_finds_no_room_beside_the_map_goes_on_to_the_next_pages(
    browser, result, deep, tmp_path, paper, lengthen
):
    long, all_told = lengthen(result, deep)
    with Opened(browser, written(tmp_path, long)) as shown:
        ask_for(shown, deep["name"], paper)
        pdf = printed(shown, tmp_path)
    told = tool("pdfinfo", "-l", "99", pdf).decode("utf-8")
    sizes = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+)", told)
    assert len(sizes) > 1
    for size in sizes:
        assert tuple(map(float, size)) == pytest.approx(SIZES[paper], abs=0.6)
    first, text = words_of(pdf, "-l", "1"), words_of(pdf)
    assert WORDS["print.overleaf"] in first
    assert WORDS["legend"] in first
    assert (WORDS["label.depth_m"] in first) == (lengthen is with_long_evidence)
    assert text.count(WORDS["label.depth_m"]) == 1
    assert [part for part in all_told if part not in text] == []


def test_card_of_an_alley_offers_its_page(shown, deep):
    card = shown.choose("alleys", deep.alley_id)
    button = card.get_by_role("button", name=WORDS["print.page"])
    button.click()
    chosen = shown.page.locator("#ward-print-of option:checked").inner_text()
    assert chosen == deep["name"]
    # The dialog has the focus, and gives it back.
    assert shown.page.evaluate("document.activeElement.closest('dialog') !== null")
    shown.page.keyboard.press("Escape")
    shown.page.wait_for_selector("dialog", state="detached")
    assert button.evaluate("node => node === document.activeElement")


def test_browsers_own_print_prints_what_is_seen(shown, tmp_path):
    shown.page.evaluate("map_ward.setView([21.0, 105.82], 17.5, {animate: false})")
    seen = "(({lat, lng}) => [lat, lng])(map_ward.getCenter())"
    before = shown.page.evaluate(f"[{seen}, map_ward.getBounds().toBBoxString()]")
    laid = sheet(shown, f"[{seen}, map_ward.getBounds().toBBoxString()]")
    assert laid[0] == pytest.approx(before[0], abs=2e-5)
    box, paper = ([float(edge) for edge in bounds.split(",")] for _, bounds in (before, laid))
    assert paper[0] <= box[0]
    assert paper[1] <= box[1]
    assert paper[2] >= box[2]
    assert paper[3] >= box[3]
    pages, size = size_of(printed(shown, tmp_path))
    assert pages == 1
    assert size == pytest.approx(SIZES["A4"], abs=0.6)


def test_screen_is_as_it_was_afterwards(shown, result, deep, tmp_path):
    house = result.houses.house_id[10]
    shown.choose("houses", house)
    shown.page.select_option("#ward-group", label="Tổ dân phố 3")
    shown.page.evaluate("map_ward.setView([21.0, 105.82], 16.5, {animate: false})")
    shown.page.wait_for_timeout(600)
    state = """() => ({
      hash: location.hash,
      zoom: map_ward.getZoom(),
      snap: map_ward.options.zoomSnap,
      size: map_ward.getSize(),
      card: document.querySelector("#ward-card h2").textContent,
      shown: document.querySelector("#ward-shown").textContent,
      canvas: ["width", "height"].map((side) => document.querySelector(".ward-canvas")[side]),
      sheet: document.querySelector("#ward-print").hidden,
    })"""
    before = shown.page.evaluate(state)
    picture = shown.page.screenshot()
    ask_for(shown, deep["name"], "A3")
    printed(shown, tmp_path)
    shown.page.wait_for_timeout(600)
    assert shown.page.evaluate(state) == before
    shown.page.evaluate("document.activeElement.blur()")
    assert shown.page.screenshot() == picture


def test_page_is_in_the_language_of_the_screen(shown, tmp_path):
    shown.page.click("#ward-language-en")
    text = words_of(printed(shown, tmp_path))
    english = texts("en")
    assert english["title"] in text
    assert english["legend"] in text
    assert re.search(r"Scale 1:[\d,]+ on A4", text)


def test_mappers_are_named_with_their_address(browser, tmp_path):
    with Opened(browser, written(tmp_path, fake())) as shown:
        text = words_of(printed(shown, tmp_path))
        assert "© OpenStreetMap contributors, https://www.openstreetmap.org/copyright" in text
        assert WORDS["synthetic"] not in text


def test_hostile_text_is_printed_as_typed(browser, tmp_path):
    result = fake(hostile, n=len(HOSTILE), name=" ".join(HOSTILE))
    with Opened(browser, written(tmp_path, result)) as shown:
        shown.page.evaluate("window.print = () => {}")
        shown.page.get_by_role("button", name=WORDS["print"], exact=True).click()
        choices = shown.page.locator("#ward-print-of option").evaluate_all(
            "nodes => nodes.map((node) => node.textContent)"
        )
        assert set(HOSTILE) <= set(choices)
        shown.page.select_option("#ward-print-of", index=choices.index(HOSTILE[4]))
        shown.page.click(".ward-dialog button[type=submit]")
        heading = sheet(shown, "document.querySelector('.ward-sheet h1').textContent")
        assert heading == f"{WORDS['title']} – {result.project.name} – {HOSTILE[4]}"
        text = words_of(printed(shown, tmp_path))
        assert "1337" not in text
        assert "{{ 7*191 }}" in text
        assert shown.page.evaluate("window.pwned") is None
        assert shown.said == []


@pytest.mark.parametrize("paper", SIZES)
def test_real_ward(browser, real_path, tmp_path, paper):
    with Opened(browser, real_path) as shown:
        ask_for(shown, WORDS["print.area"], paper)
        pdf = printed(shown, tmp_path)
        assert size_of(pdf)[0] == 1
        assert pdf.stat().st_size < 4_000_000
        assert "OpenStreetMap contributors" in words_of(pdf)
        plan = picture_of(pdf)
        for status in ("ok", "needs_survey", "no_water"):
            assert share_of(plan, COLOURS[status]) > 0.002, status
