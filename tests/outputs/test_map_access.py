"""The map for everyone: axe-core, keyboard alone, a phone, a finger, a slow computer."""

import importlib.resources
import re

import pytest

from fireaccess.outputs.texts import texts
from maps import Opened, until

# The scripts are the same with the oldest dependencies.
pytestmark = pytest.mark.slow

DESKTOP = {"viewport": {"width": 1366, "height": 768}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
SCREENS = {"desktop": DESKTOP, "phone": PHONE}


@pytest.fixture(scope="module")
def axe():
    """Return the text of axe-core."""
    package = importlib.resources.files("axe_playwright_python")
    return package.joinpath("axe.min.js").read_text("utf-8")


def violations(page, axe):
    """Return the rules of axe-core that the page breaks, each with the first elements."""
    page.evaluate(axe + ";0")
    found = page.evaluate("axe.run(document).then(({ violations }) => violations)")
    return {rule["id"]: [node["html"][:120] for node in rule["nodes"][:3]] for rule in found}


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing(path, opened, axe, language, screen):
    page = opened(path, fragment=f"#lang={language}", bypass_csp=True, **SCREENS[screen]).page
    assert violations(page, axe) == {}
    # All that can be unfolded, and a search.
    folds = page.locator("[aria-expanded=false].ward-fold")
    for fold in folds.evaluate_all("folds => folds.map(({ id }) => id)"):
        page.click(f"#{fold}")
    page.click("#ward-theme-water")
    page.click("#ward-statuses-fold")
    page.fill("#ward-query", "hang may")
    page.keyboard.press("ArrowDown")
    assert violations(page, axe) == {}
    page.keyboard.press("Enter")
    page.wait_for_selector("#ward-card", state="visible")
    assert violations(page, axe) == {}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_axe_finds_nothing_in_what_is_asked_for(cornered, result, opened, axe, language):
    corner = cornered.barriers["barrier_id"][cornered.barriers["source"].eq("corner")].iloc[0]
    shown = {
        f"barriers:{corner}": cornered,
        f"draft_points:{cornered.draft_points['draft_point_id'].iloc[0]}": cornered,
        f"dead_ends:{result.dead_ends['dead_end_id'].iloc[0]}": result,
    }
    for at, ward in shown.items():
        page = opened(ward, fragment=f"#lang={language}&at={at}", bypass_csp=True, **DESKTOP).page
        for layer in ("barriers", "dead_ends", "draft_points"):
            # A layer of one class has nothing to unfold.
            fold = page.locator(f"#ward-classes-{layer}-fold")
            if fold.count():
                fold.click()
        assert page.is_visible("#ward-card")
        assert violations(page, axe) == {}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_search_by_keyboard_alone(path, opened, language):
    page = opened(path, fragment=f"#lang={language}").page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "ward-skip"
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "ward-query"
    page.keyboard.type("mau-0007")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ward-card", state="visible")
    # The card has the focus, so that it is read and can be closed.
    assert page.evaluate("document.getElementById('ward-card').contains(document.activeElement)")
    page.keyboard.press("Escape")
    page.wait_for_selector("#ward-card", state="hidden")
    assert page.evaluate("document.activeElement.id") == "ward-query"


def test_the_skip_link_leads_to_the_map_and_changes_no_address(path, opened):
    page = opened(path, fragment="#theme=hose").page
    page.keyboard.press("Tab")
    assert page.inner_text("#ward-skip") == texts("vi")["skip"]
    box = page.locator("#ward-skip").bounding_box()
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "map_ward"
    zoom = page.evaluate("map_ward.getZoom()")
    page.keyboard.press("+")
    until(page, f"map_ward.getZoom() > {zoom}")
    assert "theme=hose" in page.url


def test_radios_and_boxes_by_keyboard_keep_the_focus(path, opened):
    page = opened(path).page
    page.focus("#ward-theme-status")
    page.keyboard.press("ArrowRight")
    assert page.is_checked("#ward-theme-hose")
    assert page.evaluate("document.activeElement.id") == "ward-theme-hose"
    page.keyboard.press("ArrowLeft")
    page.focus("#ward-status-ok")
    page.keyboard.press("Space")
    assert not page.is_checked("#ward-status-ok")
    assert page.evaluate("document.activeElement.id") == "ward-status-ok"
    page.focus("#ward-classes-segments-fold")
    page.keyboard.press("Enter")
    assert page.is_visible("#ward-classes-segments-table")
    assert page.evaluate("document.activeElement.id") == "ward-classes-segments-fold"


def test_what_has_the_focus_is_outlined(path, opened):
    page = opened(path).page
    page.keyboard.press("Tab")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
        assert outline >= 2, page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("width", [390, 320])
def test_nothing_is_cut_on_a_phone(path, opened, language, width):
    options = {**PHONE, "viewport": {"width": width, "height": 844}}
    page = opened(path, fragment=f"#lang={language}", **options).page
    for fold in ("#ward-compared-fold", "#ward-classes-segments-fold"):
        page.locator(fold).click()
    wide = "document.documentElement.scrollWidth"
    assert page.evaluate(wide) == width
    cut = page.evaluate(
        """(width) => Array.from(document.querySelectorAll("#ward-panel *, #ward-footer"))
          .filter((node) => !node.classList.contains("ward-hidden"))
          .filter((node) => node.getClientRects().length)
          .filter((node) => node.getBoundingClientRect().right > width + 0.5)
          .map((node) => node.outerHTML.slice(0, 100))""",
        width,
    )
    assert cut == []
    ward_map = page.locator("#map_ward").bounding_box()
    assert ward_map["width"] == width
    assert ward_map["y"] == 0
    assert 350 < ward_map["height"] < 500
    # The map stays while the panel below it is read to its end.
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    page.wait_for_timeout(200)
    assert page.locator("#map_ward").bounding_box()["y"] == 0
    footer = page.locator("#ward-footer").bounding_box()
    assert footer["y"] >= ward_map["height"] - 1
    assert footer["y"] + footer["height"] <= 845


@pytest.mark.parametrize("screen", SCREENS)
def test_the_panel_is_no_wider_than_its_column(path, opened, screen):
    page = opened(path, fragment="#lang=en&theme=water", **SCREENS[screen]).page
    page.click("#ward-compared-fold")
    page.click("#ward-statuses-fold")
    over = page.evaluate(
        """() => {
          const panel = document.getElementById("ward-panel");
          return panel.scrollWidth - panel.clientWidth;
        }"""
    )
    assert over == 0


def test_a_finger_finds_every_target(path, opened):
    page = opened(path, **PHONE).page
    for fold in ("#ward-compared-fold", "#ward-classes-water-fold"):
        page.locator(fold).click()
    page.fill("#ward-query", "hang may")
    small = page.evaluate(
        """() => Array.from(document.querySelectorAll(
            "#ward-panel button, #ward-panel label:has(input), #ward-panel select," +
            " #ward-query, #ward-found li, .leaflet-control-zoom a"))
          .filter((node) => node.getClientRects().length)
          .map((node) => [node.outerHTML.slice(0, 80), node.getBoundingClientRect()])
          .filter(([, { width, height }]) => width < 43.9 || height < 43.9)
          .map(([html, { width, height }]) => `${html} ${width} × ${height}`)"""
    )
    assert small == []


# The keyboard makes the page smaller, or lies over it, and the browser moves what is left in view.
@pytest.mark.parametrize(("height", "top"), [(330, 0), (640, 40)])
def test_search_has_all_the_room_that_a_phone_s_keyboard_leaves(path, opened, height, top):
    page = opened(path, **{**PHONE, "viewport": {"width": 360, "height": height}}).page
    page.evaluate(
        """(top) => {
          Object.defineProperty(visualViewport, "height", { value: 330 });
          Object.defineProperty(visualViewport, "offsetTop", { value: top });
          visualViewport.dispatchEvent(new Event("resize"));
        }""",
        top,
    )
    page.locator("#ward-query").tap()
    page.keyboard.type("ngo 29 hang may")
    query = page.locator("#ward-query").bounding_box()
    found = page.locator("#ward-found").bounding_box()
    assert top <= query["y"] < found["y"]
    assert found["y"] + found["height"] <= top + 330
    assert found["height"] > 250
    # Nothing lies over the list, and its end can be come by.
    assert page.evaluate(
        """([x, y]) => document.elementFromPoint(x, y).closest("#ward-found") !== null""",
        [180, found["y"] + 20],
    )
    page.locator("#ward-found li").last.tap()
    page.wait_for_selector("#ward-card", state="visible")
    assert page.locator("#ward-query").bounding_box()["y"] > page.evaluate("innerHeight / 2")
    # Nor does it stay over the map where no card takes the focus.
    page.keyboard.press("Escape")
    page.fill("#ward-query", "to dan pho 7")
    page.locator("#ward-found li").first.tap()
    assert page.evaluate("document.elementFromPoint(180, 60).closest('#map_ward') !== null")


def test_no_motion_for_those_who_ask_for_none(path, opened):
    page = opened(path, reduced_motion="reduce").page
    moving = page.evaluate(
        """() => {
          map_ward.zoomIn();
          return document.querySelector(".leaflet-zoom-anim") !== null;
        }"""
    )
    assert not moving


def test_a_slow_computer_becomes_ready(opened, real_path):
    real = opened(real_path, wait=False)
    page = real.page
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.reload()
    page.wait_for_selector("html[data-ready=yes]", timeout=30_000)
    assert page.locator("#ward-group option").count() == 25
    assert real.said == []


# To a browser of before 2020 "?." is no more than "@?" is to any.
BEGINNING = "const fireaccess = (() => {"


@pytest.mark.parametrize("read", [False, True])
def test_a_browser_that_cannot_read_the_script_is_too_old(browser, path, tmp_path, read):
    page = path.read_text("utf-8")
    assert page.count(BEGINNING) == 1
    old = tmp_path / "old.html"
    old.write_text(page if read else page.replace(BEGINNING, f"{BEGINNING} @?"), "utf-8")
    # The policy would refuse the changed script before the browser tries to read it.
    with Opened(browser, old, wait=read, bypass_csp=True) as shown:
        assert shown.page.is_visible("#ward-too_old") != read
        assert bool(shown.said) != read
        if not read:
            said = shown.page.inner_text("#ward-too_old")
            assert said.split("\n\n") == [texts("vi")["too_old"], texts("en")["too_old"]]


def test_the_last_script_is_one_that_old_browsers_read(path):
    scripts = re.findall(r"<script>(.*?)</script>", path.read_text("utf-8"), re.S)
    assert "showWard" in scripts[-1]
    assert not re.search(r"=>|\?\.|\?\?|\.\.\.|`|\b(?:async|await|class|let)\b", scripts[-1])
