"""The map's panel: figures and filters on screen, the legend, the languages, links to a view."""

import re

import numpy as np
import pytest

from fireaccess.outputs.texts import texts
from maps import Opened, until, written

# The scripts are the same with the oldest dependencies.
pytestmark = pytest.mark.slow

KINDS = ("ward", "commune")
STATUSES = ("ok", "needs_survey", "no_water", "no_road", "no_road_no_water", "unconnected")
COVERAGE = {"road": "road", "road_60": "road_60", "water": "water", "point": "point"}


@pytest.fixture(scope="module")
def results(result, commune):
    """Results of both samples."""
    return {"ward": result, "commune": commune}


@pytest.fixture
def ward(path, opened):
    """Open the map of the sample ward."""
    return opened(path).page


def numbers(text):
    """Return the numbers of a cell in Vietnamese: "81,1–93,3%" or "2.620–3.013"."""
    return [
        float(number.replace(".", "").replace(",", ".")) for number in re.findall(r"[\d.,]+", text)
    ]


def figures_on_screen(page):
    """Return counts and percentages of the coverage table, each as the numbers of its range."""
    rows = page.locator("[data-figure]").evaluate_all(
        """rows => rows.map((row) => [row.dataset.figure,
             row.querySelector(".ward-count").textContent,
             row.querySelector(".ward-share").textContent])"""
    )
    return {name: (numbers(count), numbers(share)) for name, count, share in rows}


def legend_on_screen(page, layer="houses"):
    """Return count and percentage of each class of a layer."""
    rows = page.locator(f"tr[data-layer={layer}]").evaluate_all(
        """rows => rows.map((row) => [row.dataset.class,
             row.querySelector(".ward-count").textContent,
             row.querySelector(".ward-share").textContent])"""
    )
    return {word: (numbers(count), numbers(share)) for word, count, share in rows}


def in_hash(page, *, gone=()):
    """Return the parts of the address once it has been written."""
    page.wait_for_timeout(500)
    parts = page.evaluate("Object.fromEntries(new URLSearchParams(location.hash.slice(1)))")
    assert not set(gone) & set(parts)
    return parts


def as_range(worst, best):
    return [float(worst)] if worst == best else [float(worst), float(best)]


def assert_figures(page, statistics):
    """Hold what the screen tells against the figures of statistics.json."""
    shown = figures_on_screen(page)
    houses = statistics["houses"]
    for name in COVERAGE:
        told = statistics[name]
        counts, shares = shown[name]
        if told is None:
            assert (counts, shares) == ([], []), name
            continue
        best = told["covered"] + told["needs_survey"]
        assert counts == as_range(told["covered"], best), name
        worst_and_best = np.array([told["share_worst"], told["share_best"]])
        # A share is told to a tenth of a percent; two that are told alike are told once.
        np.testing.assert_allclose(
            [shares[0], shares[-1]], 100 * worst_and_best, rtol=0, atol=0.0502, err_msg=name
        )
    near = statistics["hydrant_within_150_m"]
    assert shown["hydrant"][0] == [near]
    assert shown["hydrant"][1] == pytest.approx([100 * near / houses], abs=0.0502)
    assert {word: counts for word, (counts, _) in legend_on_screen(page).items()} == {
        word: [float(statistics["status"][word])] for word in STATUSES
    }


# ------------------------------------------------------------ figures and filters


@pytest.mark.parametrize("kind", KINDS)
def test_figures_are_those_of_the_statistics_for_the_area_and_every_group(results, opened, kind):
    statistics = results[kind].statistics
    page = opened(results[kind]).page
    assert_figures(page, statistics["area"])
    labels = {"no group": texts("vi")["group.no group"]}
    for group in statistics["groups"]:
        page.select_option("#ward-group", label=labels.get(group["group"], group["group"]))
        assert_figures(page, group)
        note = page.inner_text("#ward-shown")
        assert labels.get(group["group"], group["group"]) in note
        assert numbers(note.rpartition("·")[2]) == [group["houses"]]


def test_statuses_filter_the_figures_and_the_legend(results, ward):
    ward.click("#ward-status-ok")
    ward.click("#ward-status-no_road")
    houses = results["ward"].houses
    left = houses[~houses["status"].isin(["ok", "no_road"])]
    shown = figures_on_screen(ward)
    road = left["road"].value_counts()
    assert shown["road"][0] == as_range(
        road.get("covered", 0), road.get("covered", 0) + road["needs_survey"]
    )
    assert shown["hydrant"][0] == [left["near_150"].sum()]
    legend = legend_on_screen(ward)
    counts = left["status"].value_counts()
    for word in STATUSES:
        asked = word not in ("ok", "no_road")
        assert ward.is_checked(f"#ward-status-{word}") == asked
        assert legend[word][0] == ([counts.get(word, 0)] if asked else [])
    assert sum(share[0] for _, share in legend.values() if share) == pytest.approx(100, abs=0.2)


def test_group_and_status_filter_together_and_are_cleared(results, ward):
    ward.select_option("#ward-group", label="Tổ dân phố 3")
    for word in STATUSES[2:]:
        ward.click(f"#ward-status-{word}")
    houses = results["ward"].houses
    left = houses[
        (houses["group"] == "Tổ dân phố 3") & houses["status"].isin(["ok", "needs_survey"])
    ]
    assert numbers(ward.inner_text("#ward-shown").rpartition("·")[2]) == [len(left)]
    ward.click("#ward-clear")
    assert_figures(ward, results["ward"].statistics["area"])
    assert ward.locator("#ward-clear").count() == 0
    assert in_hash(ward) == {}


def test_the_last_status_taken_away_brings_all_back(results, ward):
    for word in STATUSES:
        ward.click(f"#ward-status-{word}")
    assert all(ward.is_checked(f"#ward-status-{word}") for word in STATUSES)
    assert_figures(ward, results["ward"].statistics["area"])


def test_groups_side_by_side_choose_a_group(results, ward):
    ward.click("#ward-compared-fold")
    rows = ward.locator("#ward-compared tbody tr")
    groups = results["ward"].statistics["groups"]
    assert rows.count() == len(groups)
    assert numbers(rows.nth(1).locator("td").first.inner_text()) == [groups[1]["houses"]]
    before = ward.evaluate("map_ward.getZoom()")
    rows.nth(1).locator("button").click()
    assert_figures(ward, groups[1])
    assert ward.evaluate("map_ward.getZoom()") > before
    assert ward.evaluate("document.activeElement.textContent") == groups[1]["group"]
    rows.nth(1).locator("button").click()
    assert_figures(ward, results["ward"].statistics["area"])


def test_groups_come_in_the_order_of_their_numbers(opened, real_path):
    page = opened(real_path).page
    names = page.locator("#ward-group option").all_inner_texts()[1:]
    assert [int(name.rpartition(" ")[2]) for name in names] == list(range(1, 25))


def test_the_measured_share_of_alleys_stands_beside_the_ranges(results, ward):
    share = results["ward"].statistics["area"]["roads"]["alley_measured_share"]
    assert numbers(ward.inner_text(".ward-alleys-measured"))[0] == pytest.approx(
        100 * share, abs=0.0502
    )


# --------------------------------------------------------------------- the legend


@pytest.mark.parametrize(
    ("best", "column"), [(False, "hose_m"), (True, "hose_best_m")], ids=["worst", "best"]
)
def test_legend_counts_houses_by_hose(results, ward, best, column):
    ward.click("#ward-theme-hose")
    if best:
        ward.click("#ward-case-best")
    houses = results["ward"].houses
    placed = houses[
        (houses["status"] != "unconnected")
        & ~houses["flags"].fillna("").str.contains("placed_by_name")
    ]
    legend = legend_on_screen(ward)
    assert legend["nearest"][0] == [(placed[column] <= 60).sum()]
    assert legend["no_way"][0] == [placed[column].isna().sum()]
    assert sum(counts[0] for counts, _ in legend.values()) == len(houses)


def test_only_what_the_two_cases_colour_asks_for_a_case(ward):
    asked = {}
    for theme in ("status", "hose", "hydrant", "water", "point"):
        ward.click(f"#ward-theme-{theme}")
        asked[theme] = ward.locator("#ward-case-best").count() == 1
    assert asked == {
        "status": False,
        "hose": True,
        "hydrant": False,
        "water": True,
        "point": False,
    }


def test_statuses_filter_under_every_theme(results, ward):
    ward.click("#ward-theme-hydrant")
    ward.click("#ward-statuses-fold")
    ward.click("#ward-status-ok")
    left = (results["ward"].houses["status"] != "ok").sum()
    legend = ward.locator("#ward-legend .ward-count").all_inner_texts()
    assert sum(numbers(text)[0] for text in legend) == left


def test_layers_are_counted(results, ward):
    result = results["ward"]
    for name in ("houses", "segments", "alleys", "barriers", "water", "fire_points", "groups"):
        shown = ward.inner_text(f"li[data-layer={name}] .ward-layer .ward-count")
        assert numbers(shown) == [len(getattr(result, name))], name
    for name, column in (("barriers", "effect"), ("segments", "reached")):
        ward.click(f"#ward-classes-{name}-fold")
        legend = legend_on_screen(ward, name)
        counts = getattr(result, name)[column].value_counts()
        assert {word: shown for word, (shown, _) in legend.items()} == {
            word: [counts.get(word, 0)] for word in legend
        }
        assert sum(counts) == sum(shown[0] for shown, _ in legend.values())
    lengths = result.segments.groupby("reached")["length_m"].sum()
    for word, (_, share) in legend.items():
        expected = 100 * lengths.get(word, 0) / lengths.sum()
        assert share == pytest.approx([expected], abs=0.06)


def test_a_layer_is_hidden_and_shown(ward):
    ward.click("#ward-layer-water")
    assert in_hash(ward) == {"hide": "water"}
    assert not ward.is_checked("#ward-layer-water")
    ward.click("#ward-layer-water")
    assert in_hash(ward) == {}


# ------------------------------------------------------------------ what is shown


def test_synthetic_data_are_marked_and_owe_nobody(results, ward):
    assert texts("vi")["synthetic"] in ward.text_content(".ward-synthetic")
    assert "OpenStreetMap contributors" not in ward.inner_text("main")


def test_openstreetmap_is_named_with_its_link(opened, real_path):
    page = opened(real_path).page
    link = page.locator("main a", has_text="OpenStreetMap contributors")
    assert link.get_attribute("href") == "https://www.openstreetmap.org/copyright"
    assert page.locator(".ward-synthetic").count() == 0


def test_the_footer_states_norm_vehicle_and_dates(results, ward):
    footer = ward.inner_text("#ward-footer")
    for part in ("QCVN 06:2022/BXD", results["ward"].vehicle.title.vi, "Dữ liệu giả lập"):
        assert part in footer
    ward.click("#ward-language-en")
    assert "Synthetic data" in ward.inner_text("#ward-footer")


def test_both_languages(results, ward):
    name = results["ward"].project.name
    said = {}
    for language in ("en", "vi"):
        ward.click(f"#ward-language-{language}")
        words = texts(language)
        assert ward.evaluate("document.documentElement.lang") == language
        assert ward.title() == f"{name} – {words['title']}"
        assert ward.get_attribute("#map_ward", "aria-label") == words["map"]
        assert ward.get_attribute(".leaflet-control-zoom-in", "aria-label") == words["zoom_in"]
        assert ward.get_attribute("#ward-query", "placeholder") == words["search.example"]
        assert words["coverage"] in ward.inner_text("#ward-figures")
        assert words["status.no_water"] in ward.inner_text("#ward-houses")
        assert words["layer.segments"] in ward.inner_text("#ward-layers")
        # The button that was pressed keeps the focus.
        assert ward.evaluate("document.activeElement.lang") == language
        said[language] = ward.inner_text("#ward-panel")
    assert said["en"] != said["vi"]
    assert "3,230" in said["en"]
    assert "3.230" in said["vi"]


# ------------------------------------------------------------ the page that is linked


def test_a_link_opens_the_same_view(path, opened, ward):
    ward.select_option("#ward-group", label="Tổ dân phố 2")
    ward.click("#ward-theme-water")
    ward.click("#ward-case-best")
    ward.click("#ward-statuses-fold")
    ward.click("#ward-status-ok")
    ward.click("#ward-layer-alleys")
    ward.fill("#ward-query", "MAU-0100")
    ward.press("#ward-query", "Enter")
    ward.click("#ward-language-en")
    ward.evaluate("map_ward.setView([20.9976, 105.8203], 17.5, {animate: false})")
    parts = in_hash(ward)
    assert parts == {
        "map": "17.5/20.997600/105.820300",
        "theme": "water",
        "case": "best",
        "group": "Tổ dân phố 2",
        "status": "needs_survey,no_water,no_road,no_road_no_water,unconnected",
        "hide": "alleys",
        "at": "houses:MAU-0100",
        "lang": "en",
    }
    again = opened(path, fragment=ward.evaluate("location.hash"))
    page = again.page
    assert page.evaluate("[map_ward.getZoom(), map_ward.getCenter()]") == ward.evaluate(
        "[map_ward.getZoom(), map_ward.getCenter()]"
    )
    for shown in ("#ward-figures", "#ward-legend", "#ward-card", "#ward-layers"):
        assert page.inner_text(shown) == ward.inner_text(shown)
    assert page.is_checked("#ward-theme-water")
    assert page.is_checked("#ward-case-best")
    assert in_hash(page) == parts
    assert again.said == []


@pytest.mark.parametrize(
    ("fragment", "shown"),
    [
        ("#theme=point", "document.getElementById('ward-theme-point').checked"),
        ("#theme=hose&case=best", "!!document.querySelector('#ward-case-best:checked')"),
        (
            "#group=T%E1%BB%95%20d%C3%A2n%20ph%E1%BB%91%202",
            "document.getElementById('ward-shown').textContent.startsWith('Tổ dân phố 2 ')",
        ),
        ("#status=ok", "!document.getElementById('ward-status-no_road').checked"),
        ("#hide=houses", "!document.getElementById('ward-layer-houses').checked"),
        ("#show=dead_ends", "document.getElementById('ward-layer-dead_ends').checked"),
        ("#lang=en", "document.documentElement.lang === 'en'"),
        (
            "#map=18/20.999/105.82",
            "map_ward.getZoom() === 18 && Math.abs(map_ward.getCenter().lat - 20.999) < 1e-5",
        ),
        # Where the address names no view, the map goes to the object.
        ("#at=houses:MAU-0100", "map_ward.getZoom() >= 17 && !ward_card.hidden"),
    ],
)
def test_each_part_of_a_link_is_followed_when_it_is_typed(ward, fragment, shown):
    ward.evaluate("window.ward_card = document.getElementById('ward-card')")
    assert not ward.evaluate(shown)
    ward.evaluate("(fragment) => { location.hash = fragment }", fragment)
    until(ward, shown)
    # Without the part all is as it was at the start.
    ward.evaluate("location.hash = '#'")
    until(ward, f"!({shown})")


def test_a_link_is_followed_even_if_the_address_was_about_to_be_written(ward):
    ward.evaluate(
        """() => {
          map_ward.panBy([50, 50], {animate: false});
          const until = performance.now() + 600;
          while (performance.now() < until);
          location.hash = "#theme=hose";
        }"""
    )
    ward.wait_for_selector("#ward-theme-hose:checked")
    assert in_hash(ward) == {"theme": "hose"}


WRONG = (
    "#",
    "#%",
    "#%E0%A4%A=%ZZ&&&===",
    "#map=99/0/0",
    "#map=17/NaN/1e999",
    "#map=17/20.9",
    "#map=//",
    "#theme=constructor&case=__proto__",
    "#group=Tổ dân phố 99",
    "#status=,,fine&hide=__proto__,toString",
    "#show=houses,constructor",
    "#at=houses",
    "#at=:",
    "#at=__proto__:x",
    "#at=houses:none such",
    "#at=area:0",
    "#lang=fr",
    "#<img src=x onerror=alert(1)>",
    "#theme=<script>alert(1)</script>",
)


def test_what_a_link_says_wrong_changes_nothing(path, opened):
    view = """() => [map_ward.getZoom(), map_ward.getCenter(), document.documentElement.lang,
      document.getElementById("ward-panel").innerText, document.getElementById("ward-card").hidden,
      ...Array.from(document.querySelectorAll("input")).map((input) => input.checked)]"""
    linked = opened(path)
    page = linked.page
    plain = page.evaluate(view)
    for fragment in WRONG:
        # From a view that is another in every way, so that what is left as it was is seen.
        page.evaluate("location.hash = '#lang=en&theme=hose&map=18/20.99/105.8&at=houses:MAU-0100'")
        until(page, "document.documentElement.lang === 'en'")
        page.evaluate("(fragment) => { location.hash = fragment }", fragment)
        until(page, "document.documentElement.lang === 'vi'")
        assert page.evaluate(view) == plain, fragment
    page.goto(page.url.partition("#")[0] + "#" + "&".join(part[1:] for part in WRONG[1:]))
    page.reload()
    page.wait_for_selector("html[data-ready=yes]")
    assert page.evaluate(view) == plain
    assert linked.said == []


def test_moving_the_map_writes_the_address_seldom(ward):
    ward.evaluate(
        """() => {
          window.written = 0;
          const write = history.replaceState.bind(history);
          history.replaceState = (...all) => { window.written += 1; write(...all); };
        }"""
    )
    ward.evaluate("() => { for (let i = 0; i < 20; i++) map_ward.panBy([3, 2], {animate: false}) }")
    assert "map" in in_hash(ward)
    assert ward.evaluate("window.written") == 1


# ------------------------------------------------------- pages that can't be shown


def test_a_page_cut_short_in_its_data_says_so(path, tmp_path, browser):
    whole = path.read_text("utf-8")
    cut = tmp_path / "map.html"
    cut.write_text(whole[: whole.index('id="data"') + 1000], "utf-8")
    page = browser.new_page()
    page.goto(cut.as_uri())
    assert page.locator(".ward-opening:visible").inner_text() == texts("vi")["opening"]
    page.goto(path.as_uri())
    page.wait_for_selector("html[data-ready=yes]")
    assert page.locator(".ward-opening:visible").count() == 0
    page.close()


def test_a_damaged_page_says_so_in_both_languages(results, tmp_path, browser):
    path = written(tmp_path, results["ward"])
    text = path.read_text("utf-8")
    path.write_text(
        re.sub(
            r'(<script type="text/plain"[^>]*>.{1000}).*?(</script>)', r"\1\2", text, flags=re.S
        ),
        "utf-8",
    )
    opened = Opened(browser, path, wait=False)
    opened.page.wait_for_selector("#ward-damaged", state="visible")
    said = opened.page.inner_text("#ward-damaged")
    assert said.split("\n\n") == [texts("vi")["damaged"], texts("en")["damaged"]]
    opened.context.close()


def test_an_old_browser_is_told_which_are_new_enough(results, tmp_path, browser):
    path = written(tmp_path, results["ward"])
    page = browser.new_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(path.as_uri())
    page.wait_for_selector("#ward-too_old", state="visible")
    said = page.inner_text("#ward-too_old")
    assert "Cốc Cốc" in said
    assert "too old" in said
    page.close()


def test_without_scripts_the_page_says_what_is_missing(results, tmp_path, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(written(tmp_path, results["ward"]).as_uri())
    said = page.inner_text("body")
    assert texts("vi")["no_script"] in said
    assert texts("en")["no_script"] in said
    context.close()
