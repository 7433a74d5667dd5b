"""The plan on the map: drawn, counted, told, found, printed; and nothing of it without one."""

import dataclasses
import importlib.resources
import re

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from plans import FIGURES, planned_by_hand

from fireaccess.outputs.map import figure
from fireaccess.outputs.map.document import document, halves
from fireaccess.outputs.map.inline import WardLayers
from fireaccess.outputs.map.planned import chances
from fireaccess.outputs.texts import plan_texts, texts
from fireaccess.planning.solutions import WHY
from fireaccess.planning.ward import Plan
from maps import HOSTILE, Opened, fake, unpacked, until, values, written

# The scripts are the same with the oldest dependencies.
pytestmark = pytest.mark.slow

LAYERS = ("measures", "sites", "walk")
NAVY, DARK = (0, 48, 92), (34, 34, 34)


@pytest.fixture(scope="module")
def planned(result):
    """Return the sample ward with a plan."""
    planned = planned_by_hand(result)
    solutions = planned.plan["solutions"].assign(
        why=["has_water", "only_one;depends_on_survey", "planned_hydrants"],
        others=[None, "riser;tank_pump?", "pit"],
        vehicles=["pickup", None, "light;pickup?"],
        pieces=pd.array([None, 2, 0], dtype="Int64"),
    )
    schedule = {"schedule": {"total_vnd": 209_000_000, "example": True}}
    layers = {**planned.plan.layers, "solutions": solutions}
    return dataclasses.replace(planned, plan=Plan(layers, {**FIGURES, **schedule}))


@pytest.fixture(scope="module")
def planned_path(planned, tmp_path_factory):
    """Write its map."""
    return written(tmp_path_factory.mktemp("map"), planned)


@pytest.fixture
def plan_page(opened, planned_path):
    """Open its map in a language."""
    return lambda language="en", **options: opened(
        planned_path, fragment=f"#lang={language}", **options
    )


def said(language):
    return {**texts(language), **plan_texts(language)}


def replaced(planned, **layers):
    """Return a result whose plan has other layers."""
    plan = Plan({**planned.plan.layers, **layers}, planned.plan.figures)
    return dataclasses.replace(planned, plan=plan)


def choose(shown, layer, name, language="en"):
    """Choose an object by a link to it in a language, and return the card."""
    shown.page.evaluate(
        "([at, lang]) => { location.hash = String(new URLSearchParams({ at, lang })) }",
        [f"{layer}:{name}", language],
    )
    card = shown.page.locator("#ward-card")
    card.and_(shown.page.locator(":not([hidden])")).wait_for()
    return card


def lines(card):
    """Return the figures of a card by their labels, each a list of what stands there."""
    pairs = card.evaluate(
        """card => [...card.querySelectorAll("dt")].map((node) =>
             [node.textContent, node.nextElementSibling.firstChild.textContent.trim()])"""
    )
    found = {}
    for label, value in pairs:
        found.setdefault(label, []).append(value)
    return found


def headings(card):
    return card.locator("h3").all_inner_texts()


def number(value, language):
    text = f"{value:,.0f}"
    return text.replace(",", ".") if language == "vi" else text


# ---------------------------------------------------------------------------- without a plan


def test_without_a_plan_the_page_holds_nothing_of_one(path, planned_path):
    page = path.read_text("utf-8")
    held = unpacked(page)
    assert "plan" not in held
    assert not set(LAYERS) & held["layers"].keys()
    assert not {"chance", "chance_60"} & held["layers"]["houses"]["columns"].keys()
    assert "gain_houses" not in held["layers"]["barriers"]["columns"]
    for language in ("vi", "en"):
        assert held["texts"][language].keys() == texts(language).keys()
    script = figure.asset(figure.OWN_SCRIPT)
    assert "PlanTables" not in script
    assert "PlanTables" in planned_path.read_text("utf-8")


def test_without_a_plan_nothing_is_said_of_one(shown):
    page = shown.page
    assert page.locator("#ward-plan").count() == 0
    listed = page.locator("#ward-layers li").evaluate_all("all => all.map((n) => n.dataset.layer)")
    assert not set(LAYERS) & set(listed)


# ----------------------------------------------------------------------------------- its words


def test_script_asks_for_every_text_of_the_plan_and_for_no_other():
    script = (figure._own_file(f"scripts/{name}.js") for name in figure.PLAN_SCRIPTS)
    script = "".join(script)
    own, known = plan_texts("vi").keys(), said("vi").keys()
    assert own == plan_texts("en").keys()
    assert not own & texts("vi").keys()
    asked = set(re.findall(r'(?:say|fill|heading)\(\s*"([\w.]+)"', script))
    asked |= {f"label.{name}" for name in re.findall(r'card\.(?:line|link)\(\s*"(\w+)"', script)}
    asked |= {f"summary.{name}" for name in re.findall(r'\brow\(\s*"(\w+)"', script)}
    assert {"label.gain", "summary.walk", "plan.water"} <= asked
    assert asked - known == set()
    kinds = set(re.findall(r'(?:code|listOfCodes)\(\s*(?:words, )?"(\w+)"', script))
    kinds |= set(re.findall(r'kind: "(\w+)"', script)) | {"one"}
    unasked = {key for key in own - asked if key.partition(".")[0] not in kinds}
    # Layers are said by their names, and what no proposal reaches by the kind of the proposal.
    assert unasked == {
        *(f"layer.{name}" for name in ("measures", "sites")),
        "label.without_hydrant",
        "label.without_fire_point",
    }


# ------------------------------------------------------------------------------------ the data


def test_the_plan_waits_for_the_second_half_of_the_data(planned):
    shown = document(planned)
    first, details = halves(shown)
    for name in LAYERS:
        assert first["layers"][name]["count"] == len(planned.plan[name])
        assert first["layers"][name]["geometry"]["x"] == []
        assert details["shapes"][name] == shown["layers"][name]["geometry"]
        # The walking list names the lines of segments, the others have vertices of their own.
        geometry = shown["layers"][name]["geometry"]
        assert any(step is not None for step in geometry.get("line", [])) or geometry["x"] != []
    assert list(first["layers"]["sites"]["columns"]) == ["type"]
    assert list(first["layers"]["measures"]["columns"]) == ["choice"]
    assert first["plan"] is None
    assert details["plan"]["figures"] == planned.plan.figures
    assert values(shown["layers"]["measures"]["columns"]["choice"]) == [
        *("chosen", "chosen", "further")
    ]


def test_chances_stand_in_the_order_of_the_houses_and_are_not_rounded_to_certainty(planned):
    known = pd.DataFrame(
        {
            "house_id": list("edcba"),
            "chance": [1.0, 0.9996, 0.424, 0.0004, 0.0],
            "chance_60": [np.nan, 0.5, 0.5, 0.5, 0.5],
        }
    )
    plan = replaced(planned, house_chances=known).plan
    packed = chances(plan, pd.Series(list("abcdex")))
    assert packed["chance"] == [0, 0.01, 0.42, 0.99, 1, None]
    assert packed["chance_60"] == [0.5, 0.5, 0.5, 0.5, None, None]


def test_a_plan_without_rows_and_figures_is_shown(planned, opened):
    plan = Plan({name: frame.iloc[:0] for name, frame in planned.plan.layers.items()}, {})
    shown = opened(dataclasses.replace(planned, plan=plan))
    page = shown.page
    for name in LAYERS:
        assert page.inner_text(f"li[data-layer={name}] .ward-layer .ward-count") == "0"
    assert page.locator("#ward-plan dd").count() == 0
    card = shown.choose("houses", planned.houses["house_id"].iloc[0])
    assert plan_texts("vi")["plan"] not in headings(card)
    assert shown.said == []


def test_unknown_figures_are_left_out(planned, opened):
    figures = {
        **FIGURES,
        "coverage": dict.fromkeys(FIGURES["coverage"]),
        "schedule": {"total_vnd": None, "example": False},
        "solutions": {"alleys": 0, "share": None},
    }
    plan = Plan(planned.plan.layers, figures)
    shown = opened(dataclasses.replace(planned, plan=plan))
    told = shown.page.locator("#ward-plan dd").evaluate_all("all => all.map((n) => n.dataset.plan)")
    assert told == ["measures", "hydrants", "walk"]
    assert shown.said == []


# ------------------------------------------------------------------------------ layers, panel


@pytest.mark.parametrize("language", ["vi", "en"])
def test_layers_are_counted(planned, plan_page, language):
    page = plan_page(language).page
    words = said(language)
    for name in LAYERS:
        item = page.locator(f"li[data-layer={name}]")
        assert words[f"layer.{name}"] in item.inner_text()
        assert item.locator(".ward-layer .ward-count").inner_text() == str(len(planned.plan[name]))
    for name, counts in (
        ("sites", planned.plan["sites"]["kind"].value_counts().to_dict()),
        ("measures", {"chosen": 2, "further": 1}),
    ):
        page.click(f"#ward-classes-{name}-fold")
        rows = page.locator(f"tr[data-layer={name}]").evaluate_all(
            "rows => rows.map((n) => [n.dataset.class, n.querySelector('.ward-count').textContent])"
        )
        assert {key: int(count) for key, count in rows} == counts
    shown = [page.is_checked(f"#ward-layer-{name}") for name in LAYERS]
    assert shown == [True, True, False]


def test_switches_stand_in_the_address(planned_path, plan_page, opened):
    page = plan_page("vi").page
    page.locator("#ward-layer-walk").focus()
    page.keyboard.press("Space")
    page.uncheck("#ward-layer-sites")
    until(page, "location.hash === '#hide=sites&show=walk'")
    again = opened(planned_path, fragment="#hide=sites&show=walk").page
    assert [again.is_checked(f"#ward-layer-{name}") for name in LAYERS] == [True, False, True]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_panel_sums_the_plan_up_as_an_estimate(plan_page, language):
    page = plan_page(language).page
    words = said(language)
    told = dict(
        page.locator("#ward-plan dd").evaluate_all(
            "all => all.map((node) => [node.dataset.plan, node.textContent])"
        )
    )
    mark = "," if language == "vi" else "."
    assert told["expected"] == words["plan.estimate"].format(f"65{mark}1%")
    assert told["interval"] == f"60{mark}4–69{mark}4%"
    gained = words["plan.gained_if_passable"].format("96", "36")
    assert told["measures"] == f"3 ({gained})"
    assert told["hydrants"] == "1"
    assert told["solutions"] == f"97{mark}8%"
    assert told["walk"] == f"3 ({words['plan.settled'].format('211')})"
    cost = number(209_000_000, language)
    assert told["cost"] == f"{cost} {words['plan.vnd']} ({words['cost.example']})"
    assert words["plan.note"] in page.inner_text("#ward-plan")
    # In the other language all of it is said anew.
    other = {"vi": "en", "en": "vi"}[language]
    page.click(f"#ward-language-{other}")
    assert said(other)["plan.note"] in page.inner_text("#ward-plan")


def test_nothing_is_said_of_measuring_where_nothing_hangs_on_it(planned, opened):
    measures = FIGURES["measures"] | {"houses_if_passable": 0}
    plan = Plan(planned.plan.layers, {**FIGURES, "measures": measures})
    page = opened(dataclasses.replace(planned, plan=plan)).page
    told = page.inner_text("#ward-plan dd[data-plan=measures]")
    assert told == f"3 ({plan_texts('vi')['plan.gained'].format('96')})"


def test_too_few_places_are_said_to_be(planned, opened):
    siting = {"hydrant": {**FIGURES["siting"]["hydrant"], "needed": {"0.90": None}}}
    plan = Plan(planned.plan.layers, {**FIGURES, "siting": siting})
    page = opened(dataclasses.replace(planned, plan=plan)).page
    told = page.inner_text("#ward-plan dd[data-plan=hydrants]")
    assert told == plan_texts("vi")["plan.not_enough"]


# --------------------------------------------------------------------------------------- cards


@pytest.mark.parametrize("language", ["vi", "en"])
def test_card_of_a_proposed_hydrant(planned, plan_page, language):
    words = said(language)
    shown = plan_page(language)
    site = planned.plan["sites"].iloc[0]
    card = shown.click_on(site.geometry)
    assert card.locator(".ward-kind").inner_text() == words["one.sites"]
    assert card.locator("h2").inner_text() == f"{words['site.hydrant']} 1"
    assert words["plan.proposal"] in card.inner_text()
    told = lines(card)
    share = f"83{',' if language == 'vi' else '.'}6%"
    assert told[words["label.rank"]] == [words["plan.rank"].format(1)]
    assert told[words["label.plan_road"]] == [site["road"]]
    assert told[words["label.group"]] == [site["group"]]
    assert told[words["label.more_houses"]] == ["900"]
    assert told[words["label.total_covered"]] == [f"{number(2700, language)} ({share})"]
    cost = f"{number(85_000_000, language)} {words['plan.vnd']}"
    assert told[words["label.cost"]] == [f"{cost} ({words['cost.example']})"]
    assert told[words["label.id"]] == ["hydrant:1"]
    assert words["label.candidate"] not in told
    assert shown.said == []


def test_cost_tells_the_file_that_it_is_from(planned, opened):
    sites = planned.plan["sites"].assign(cost_from="example;đơn giá.xlsx")
    shown = opened(replaced(planned, sites=sites))
    told = lines(shown.choose("sites", "fire_point:1"))
    assert told[plan_texts("vi")["label.cost"]][0].endswith(
        f"({plan_texts('vi')['cost.example']}, đơn giá.xlsx)"
    )
    assert told[plan_texts("vi")["label.candidate"]] == ["C7"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_card_of_a_barrier_in_series_tells_the_others(planned, plan_page, language):
    words = said(language)
    shown = plan_page(language)
    _, series, _ = planned.plan["measures"].itertuples()
    first, second = series.barrier_ids.split(";")
    row = planned.barriers.set_index("barrier_id").loc[first]
    card = choose(shown, "barriers", first, language)
    told = lines(card)

    def gain(worst, best):
        return f"{worst} ({words['worst']}); {best} ({words['best']})"

    # Alone, and then together.
    assert told[words["label.gain"]] == [
        gain(row["gain_houses"], row["gain_best_houses"]),
        gain(series.gain_houses, series.gain_best_houses),
    ]
    assert told[words["label.gain_60"]][0] == gain(
        row["gain_60_houses"], row["gain_best_60_houses"]
    )
    assert told[words["label.gain_people"]][0] == str(row["gain_people"])
    assert told[words["label.rank"]] == [words["plan.rank"].format(2)]
    assert told[words["label.action"]] == [words["action.remove"]]
    (together,) = told[words["label.together"]]
    assert second.removeprefix("barrier:") in together
    # The other one is a click away, and tells of this one.
    card.locator("dd", has_text=together).locator(".ward-button").click()
    (together,) = lines(card)[words["label.together"]]
    assert first.removeprefix("barrier:") in together


def test_card_of_a_barrier_tells_all_that_may_be_done_with_it(planned, plan_page):
    words = said("en")
    single, _, further = planned.plan["measures"].itertuples()
    card = choose(plan_page(), "barriers", single.barrier_ids)
    told = lines(card)
    assert told[words["label.rank"]] == ["no. 1 of the plan", words["measure.further"]]
    assert told[words["label.action"]] == [
        words[f"action.{single.action}"],
        words[f"action.{further.action}"],
    ]
    assert words["label.together"] not in told


def test_card_of_a_barrier_that_hinders_nobody_says_nothing_of_the_plan(planned, plan_page):
    row = planned.barriers[planned.barriers["effect"] == "pass"].iloc[0]
    card = choose(plan_page(), "barriers", row["barrier_id"])
    assert plan_texts("en")["plan.alone"] not in headings(card)


def test_card_of_a_measure(planned, plan_page):
    words = said("en")
    shown = plan_page()
    series = planned.plan["measures"].iloc[1]
    card = choose(shown, "measures", "M2")
    told = lines(card)
    ids = [name.removeprefix("barrier:") for name in series["barrier_ids"].split(";")]
    assert card.locator("h2").inner_text() == f"Remove: {' + '.join(ids)}"
    assert card.locator(".ward-answer").inner_text() == words["measure.chosen"]
    assert len(told[words["label.deals_with"]]) == 2
    assert told[words["label.more_houses"]] == ["36"]
    assert told[words["label.total_houses"]] == ["96"]
    assert told[words["label.hose_saved"]] == ["2,204.6 m"]
    assert told[words["label.cost"]] == ["16,000,000 đ (example)"]
    card.locator("dd .ward-button").first.click()
    assert card.locator(".ward-kind").inner_text() == words["one.barriers"]


def test_ids_that_hold_what_stands_between_ids(planned, opened):
    barriers = planned.barriers.copy()
    old = planned.plan["measures"]["barrier_ids"].iloc[0]
    barriers["barrier_id"] = barriers["barrier_id"].replace(old, "barrier:a;b")
    measures = planned.plan["measures"].copy()
    measures["barrier_ids"] = measures["barrier_ids"].replace(old, "barrier:a;b")
    odd = dataclasses.replace(replaced(planned, measures=measures), barriers=barriers, stops=None)
    shown = opened(odd)
    words = plan_texts("vi")
    told = lines(shown.choose("barriers", "barrier:a;b"))
    assert told[words["label.rank"]][0] == words["plan.rank"].format(1)
    assert words["label.together"] not in told


@pytest.mark.parametrize("language", ["vi", "en"])
def test_card_of_an_alley_tells_its_solution_and_its_place_on_the_list(
    planned, plan_page, language
):
    words = said(language)
    solution, walk = planned.plan["solutions"].iloc[1], planned.plan["walk"].iloc[1]
    card = choose(plan_page(language), "alleys", solution["alley_id"], language)
    told = lines(card)
    assert told[words["label.solution"]] == [
        f"{words['solution.pipe']} – {words['state.proposed']}"
    ]
    for code in ("only_one", "depends_on_survey"):
        assert WHY[code].into(language) in card.inner_text()
    assert told[words["label.pipe_m"]] == ["180 m"]
    assert told[words["label.pieces"]] == ["2"]
    assert told[words["label.others"]] == [
        f"{words['solution.riser']}, {words['plan.perhaps'].format(words['solution.tank_pump'])}"
    ]
    assert told[words["label.plan_fire_points"]] == ["2"]
    assert told[words["label.clause"]] == [solution["clause"]]
    assert words["label.vehicles"] not in told
    assert told[words["label.walk_rank"]] == [words["plan.rank_of"].format(2, 3)]
    assert told[words["label.chance"]] == [words["plan.estimate"].format("50%")]
    settles = words["plan.settles"].format(round(walk["settles_houses"] + 0.01))
    assert told[words["label.settles"]] == [settles]
    assert told[words["label.open_houses"]] == [str(walk["houses_needs_survey"])]
    costs = told[words["label.cost"]]
    assert [cost.split()[0] for cost in costs] == [
        number(400_000_000, language),
        number(50_000, language),
    ]
    assert all(cost.endswith(f"({words['cost.example']})") for cost in costs)


def test_card_of_an_alley_that_has_water(planned, plan_page):
    words = said("en")
    water, _, hydrants = planned.plan["solutions"]["alley_id"]
    shown = plan_page()
    told = lines(choose(shown, "alleys", water))
    assert told[words["label.solution"]] == [words["state.existing"]]
    assert told[words["label.vehicles"]] == ["pickup"]
    # Hydrants that are planned anyway are no pieces of its own.
    told = lines(choose(shown, "alleys", hydrants))
    assert told[words["label.vehicles"]] == ["light, perhaps pickup"]
    assert words["label.pieces"] not in told


@pytest.mark.parametrize("language", ["vi", "en"])
def test_chance_of_a_house_is_told_as_an_estimate(planned, plan_page, language):
    words = said(language)
    shown = plan_page(language)
    houses = planned.plan["house_chances"]
    row = houses.iloc[len(houses) // 2]
    card = choose(shown, "houses", row["house_id"], language)
    told = lines(card)
    assert told[words["label.chance_road"]] == [words["plan.estimate"].format("50%")]
    assert told[words["label.chance_road_60"]] == [words["plan.estimate"].format("25%")]
    assert words["label.without_hydrant"] not in told
    # No certainty comes of rounding.
    near = houses.iloc[-2]
    assert 0.995 < near["chance"] < 1
    told = lines(choose(shown, "houses", near["house_id"], language))
    assert told[words["label.chance_road"]] == [words["plan.estimate"].format("99%")]
    # Why no proposal reaches a house.
    far, apart = planned.plan["not_covered"].itertuples()
    metres = f"412{',' if language == 'vi' else '.'}5 m"
    told = lines(choose(shown, "houses", far.house_id, language))
    assert told[words["label.without_hydrant"]] == [f"{words['site_why.too_far']} ({metres})"]
    told = lines(choose(shown, "houses", apart.house_id, language))
    assert told[words["label.without_fire_point"]] == [words["site_why.unconnected"]]


# ---------------------------------------------------------------------------- search, drawing


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        ("hydrant:1", "one.sites"),
        ("fire_point:1", "one.sites"),
        ("M2", "one.measures"),
    ],
)
def test_search_finds_proposals_by_their_ids(plan_page, query, kind):
    page = plan_page().page
    page.uncheck("#ward-layer-sites")
    page.uncheck("#ward-layer-measures")
    page.fill("#ward-query", query)
    page.keyboard.press("Enter")
    assert page.inner_text("#ward-card .ward-kind") == plan_texts("en")[kind]
    assert page.is_checked(f"#ward-layer-{kind.removeprefix('one.')}")


def test_link_shows_what_is_hidden_at_the_start(planned, planned_path, opened):
    alley = planned.plan["walk"]["alley_id"].iloc[2]
    page = opened(planned_path, fragment=f"#lang=en&at=walk:{alley}").page
    page.wait_for_selector("#ward-card", state="visible")
    assert page.inner_text("#ward-card .ward-kind") == plan_texts("en")["one.walk"]
    assert page.is_checked("#ward-layer-walk")


def apart(planned):
    """Return the plan with a site and a measure where nothing else stands."""
    west, south, _, _ = planned.area.bounds
    places = [shapely.Point(west + 0.0005 * k, south - 0.001) for k in range(3)]
    sites = planned.plan["sites"].set_geometry(places, crs=4326)
    measures = planned.plan["measures"].set_geometry(
        [shapely.MultiPoint([shapely.affinity.translate(p, yoff=-0.001)]) for p in places],
        crs=4326,
    )
    return replaced(planned, sites=sites, measures=measures)


def test_proposals_are_drawn_in_colours_of_their_own(planned, opened):
    moved = apart(planned)
    shown = opened(moved)
    # The number stands on the sign.
    place = moved.plan["sites"].geometry.iloc[0]
    colours = shown.colours(place)
    assert (255, 255, 255) in colours
    assert DARK in colours
    shown.page.uncheck("#ward-layer-sites")
    assert DARK not in shown.colours(place)
    # A ring leaves the barrier within it as it is, its edge is a few pixels off.
    place = moved.plan["measures"].geometry.iloc[1].geoms[0]
    before = pixels(shown.page, place)
    shown.page.uncheck("#ward-layer-measures")
    assert DARK in before
    assert DARK not in pixels(shown.page, place)


def test_walking_list_is_drawn_above_the_roads(planned, opened, planned_path):
    shown = opened(planned_path, fragment="#hide=houses,alleys,barriers,groups,sites,measures")
    line = planned.plan["walk"].geometry.iloc[1]
    place = getattr(line, "geoms", [line])[0].interpolate(0.3, normalized=True)
    assert DARK not in pixels(shown.page, place)
    shown.page.check("#ward-layer-walk")
    assert DARK in pixels(shown.page, place)


def pixels(page, place):
    """Return the colours within 24 pixels of a place at zoom 18."""
    found = page.evaluate(
        """async ([y, x]) => {
          map_ward.setView([y, x], 18, {animate: false});
          await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
          const canvas = document.querySelector(".ward-canvas");
          const box = canvas.getBoundingClientRect();
          const map = document.querySelector("#map_ward").getBoundingClientRect();
          const at = map_ward.latLngToContainerPoint([y, x]);
          const data = canvas.getContext("2d").getImageData(
            Math.round(map.left + at.x - box.left) - 24,
            Math.round(map.top + at.y - box.top) - 24, 48, 48).data;
          return Array.from(data);
        }""",
        [place.y, place.x],
    )
    rows = np.array(found).reshape(-1, 4)
    return {tuple(int(v) for v in row[:3]) for row in rows if row[3] == 255}


def test_proposals_of_other_groups_are_pale(planned, opened):
    moved = apart(planned)
    sites = moved.plan["sites"].copy()
    own, other = sorted(set(planned.houses["group"].dropna()))[:2]
    sites["group"] = [own, other, own]
    shown = opened(replaced(moved, sites=sites, measures=moved.plan["measures"].iloc[:0]))
    page = shown.page
    assert DARK in shown.colours(sites.geometry.iloc[1])
    page.select_option("#ward-group", label=own)
    assert DARK in shown.colours(sites.geometry.iloc[0])
    assert DARK not in shown.colours(sites.geometry.iloc[1])


def test_signs_of_proposals_are_not_those_of_what_stands(planned_path, opened):
    """Their samples in the legend differ from those of every other sign, grey print included."""
    page = opened(planned_path).page
    for fold in ("water", "fire_points", "draft_points", "sites", "measures", "barriers"):
        page.click(f"#ward-classes-{fold}-fold")
    grey = page.locator("#ward-layers tr[data-layer] canvas").evaluate_all(
        """all => all.map((canvas) => {
             const { width, height } = canvas;
             const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
             return Array.from({ length: data.length / 4 }, (_, k) => data[4 * k + 3] / 255 *
               (255 - (data[4 * k] * 0.3 + data[4 * k + 1] * 0.59 + data[4 * k + 2] * 0.11)));
           })"""
    )
    of = page.locator("#ward-layers tr[data-layer]").evaluate_all(
        "all => all.map((row) => row.dataset.layer)"
    )
    samples = np.array(grey)
    apart = np.abs(samples[:, None] - samples[None]).sum(axis=2)
    np.fill_diagonal(apart, np.inf)
    apart = apart[np.isin(of, LAYERS)]
    # At least twenty pixels from white to black.
    assert apart.min() > 20 * 128


def test_printed_legend_has_what_is_shown(planned_path, opened):
    words = plan_texts("vi")
    for fragment, shown in (("", ("measures", "sites")), ("#hide=sites&show=walk", ("walk",))):
        page = opened(planned_path, fragment=fragment).page
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        legend = page.locator(".ward-sheet-legend").inner_text()
        known = {
            "sites": words["site.hydrant"],
            "walk": words["layer.walk"],
            "measures": words["measure.chosen"],
        }
        assert {name: known[name] in legend for name in ("sites", "walk")} == {
            name: name in shown for name in ("sites", "walk")
        }
        assert known["measures"] in legend
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")


# -------------------------------------------------------------------------------- for everyone


@pytest.fixture(scope="module")
def axe():
    """Return the text of axe-core."""
    package = importlib.resources.files("axe_playwright_python")
    return package.joinpath("axe.min.js").read_text("utf-8")


SCREENS = {
    "desktop": {},
    "phone": {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True},
}


@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing(planned, planned_path, opened, axe, screen):
    alley = planned.plan["walk"]["alley_id"].iloc[1]
    shown = opened(
        planned_path, fragment=f"#show=walk&at=alleys:{alley}", bypass_csp=True, **SCREENS[screen]
    )
    page = shown.page
    for name in ("sites", "measures"):
        page.evaluate(f"document.querySelector('#ward-classes-{name}-fold').click()")
    page.evaluate(axe + ";0")
    broken = {}
    chosen = [f"alleys:{alley}", "sites:hydrant:1", "measures:M2", f"walk:{alley}"]
    chosen.append(f"barriers:{planned.plan['measures']['barrier_ids'].iloc[0]}")
    for at in chosen:
        shown.choose(*at.split(":", 1))
        found = page.evaluate("axe.run(document).then(({ violations }) => violations)")
        broken |= {rule["id"]: rule["nodes"][0]["html"][:120] for rule in found}
    assert broken == {}


def test_hostile_texts_are_shown_as_typed(planned, browser, tmp_path):
    def typed(frame, **columns):
        return frame.assign(
            **{
                name: [HOSTILE[(k + at) % len(HOSTILE)] for k in range(len(frame))]
                for name, at in columns.items()
            }
        )

    plan = planned.plan
    texts_of = {"road": 0, "group": 3, "cost_from": 6}
    result = replaced(
        planned,
        sites=typed(plan["sites"], **texts_of, candidate_id=9, site_id=12),
        measures=typed(plan["measures"].assign(cost_vnd=1.0), **texts_of, action=2, measure_id=4),
        solutions=typed(plan["solutions"], why=4, clause=5, vehicles=7, others=13, solution=14),
        walk=typed(plan["walk"], name=4, group=7, cost_from=9),
        not_covered=typed(plan["not_covered"], why=4),
    )
    file = written(tmp_path, result)
    with Opened(browser, file) as shown:
        for layer, column, names in (
            ("sites", "site_id", ("road", "group", "candidate_id", "cost_from")),
            ("measures", "measure_id", ("road", "group", "action", "cost_from")),
            ("walk", "alley_id", ("name", "group")),
        ):
            for row in result.plan[layer].to_dict("records"):
                card = shown.choose(layer, row[column])
                told = card.evaluate("node => node.textContent")
                for name in names:
                    for part in row[name].split(";"):
                        # A title begins with a capital.
                        assert part.lower() in told.lower(), (layer, name)
        for row in result.plan["solutions"].to_dict("records"):
            told = shown.choose("alleys", row["alley_id"]).evaluate("node => node.textContent")
            for name in ("why", "clause", "solution"):
                for part in row[name].split(";"):
                    assert part in told, name
        assert shown.page.evaluate("window.pwned") is None
        assert "1337" not in shown.page.evaluate("document.body.innerText")
        assert shown.page.locator("img, iframe, object, [onerror]").count() == 0
        assert shown.said == []
        assert len(shown.requests) == 1
    page = file.read_text("utf-8")
    assert "pwned" not in page.partition('type="text/plain"')[0]


# ----------------------------------------------------------------------------------- notebooks


def serve(route):
    """Answer for folium's servers: with Leaflet, and with nothing for what its markers need."""
    address = route.request.url
    name = address.rpartition("/")[2]
    if address.startswith("file:"):
        route.continue_()
    elif name in ("leaflet.js", "leaflet.css"):
        kind = "text/css" if name.endswith(".css") else "text/javascript"
        route.fulfill(content_type=kind, body=figure.asset(f"xstatic:leaflet/{name}"))
    else:
        route.fulfill(body="")


def test_single_layers_for_notebooks(planned, browser, tmp_path):
    assert isinstance(planned.map_layer("sites", "walk"), WardLayers)
    with pytest.raises(ValueError, match="sites is no layer of the map"):
        WardLayers(fake(), ("sites",))
    # Layers of a ward without a plan share the page, in either order.
    place = planned.plan["sites"].geometry.iloc[0]
    for results in (("sites", "houses"), ("houses", "sites")):
        ward_map = folium.Map(location=[place.y, place.x], zoom_start=18, tiles=None)
        for name in results:
            of = planned if name == "sites" else fake()
            WardLayers(of, (name,)).add_to(ward_map)
        path = tmp_path / "composed.html"
        ward_map.save(path)
        context = browser.new_context()
        page = context.new_page()
        page.route("**/*", serve)
        errors = []
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_function("document.querySelectorAll('canvas.ward-canvas').length === 2")
        box = page.locator(".folium-map").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        page.wait_for_selector(".leaflet-popup-content")
        told = page.locator(".leaflet-popup-content").inner_text()
        assert plan_texts("vi")["plan.proposal"] in told
        assert errors == []
        context.close()


def test_rows_of_the_plan_are_all_on_the_map(planned):
    held = document(planned)["layers"]
    for name, column in (
        ("measures", "measure_id"),
        ("sites", "site_id"),
        ("walk", "alley_id"),
    ):
        frame = planned.plan[name]
        assert isinstance(frame, gpd.GeoDataFrame)
        assert values(held[name]["columns"][column]) == frame[column].tolist()
        assert (
            held[name]["geometry"]["parts"]
            == shapely.get_num_geometries(frame.geometry.to_numpy()).tolist()
        )
