"""Corners, dead ends, open water and places to draw it on the map: drawn, counted, told."""

import dataclasses
import re
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import CRS

from fireaccess.outputs.layers import open_water_layer
from fireaccess.outputs.map import payload
from fireaccess.outputs.map.document import document, halves
from fireaccess.outputs.texts import texts
from maps import COLOURS, EAST, NORTH, fake, until, values, written

# The scripts are the same with the oldest dependencies.
pytestmark = pytest.mark.slow

ASKED_FOR = ("dead_ends", "draft_points")
CLASSED = {"dead_ends": "too_long", "draft_points": "answer"}
SHOWN = "#show=dead_ends,draft_points"


@pytest.fixture(scope="module")
def turned(cornered, tmp_path_factory):
    """Write the map of the sample ward with corners looked at."""
    return written(tmp_path_factory.mktemp("map"), cornered)


def lines(card):
    """Return the figures of a card by their labels."""
    return card.evaluate(
        """card => Object.fromEntries([...card.querySelectorAll("dt")].map((node) =>
             [node.textContent, node.nextElementSibling.firstChild.textContent.trim()]))"""
    )


def classes_on_screen(page, layer):
    """Return how many objects of each class the legend of a layer counts."""
    fold = page.locator(f"#ward-classes-{layer}-fold")
    if fold.get_attribute("aria-expanded") == "false":
        fold.click()
    rows = page.locator(f"tr[data-layer={layer}]").evaluate_all(
        """rows => rows.map((row) =>
             [row.dataset.class, row.querySelector(".ward-count").textContent])"""
    )
    return {name: int(count) for name, count in rows}


def metres(value, language="vi", digits=1):
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text.replace('.', ',') if language == 'vi' else text} m"


# ------------------------------------------------------------------------ corners


def test_corners_are_counted_apart_from_the_barriers(cornered, turned, opened):
    page = opened(turned).page
    barriers = cornered.barriers
    corner = barriers["source"].eq("corner")
    assert corner.any()
    counts = classes_on_screen(page, "barriers")
    for effect in ("blocked", "unknown", "delay", "pass"):
        some = barriers["effect"].eq(effect)
        assert counts[effect] == (some & ~corner).sum()
        assert counts.get(f"corner_{effect}", 0) == (some & corner).sum()
    told = cornered.statistics["area"]["barriers"]
    assert counts["corner_blocked"] == told["tight_corners"]
    assert counts["corner_unknown"] == told["open_corners"]
    shown = page.inner_text("li[data-layer=barriers] .ward-layer .ward-count")
    assert int(shown) == len(barriers)


def test_where_corners_are_not_looked_at_nothing_is_said_of_them(path, opened):
    counts = classes_on_screen(opened(path).page, "barriers")
    assert list(counts) == ["blocked", "unknown", "delay", "pass"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_click_on_a_corner_tells_why_it_stops_the_truck(cornered, turned, opened, language):
    words = texts(language)
    shown = opened(turned, fragment=f"#lang={language}")
    barriers = cornered.barriers
    corner = barriers[barriers["source"].eq("corner")].iloc[0]
    name = corner["barrier_id"]
    card = shown.click_on(corner.geometry)
    assert card.locator(".ward-kind").inner_text() == words["one.corners"]
    title = card.locator("h2").inner_text()
    assert title == f"{words['one.corners']} {name.removeprefix('corner:')}"
    answer = card.locator(".ward-answer").inner_text()
    assert answer == words[f"effect.corner_{corner['effect']}"]
    assert cornered.stops.describe([name])[name][language] in card.inner_text()
    stopped = (cornered.houses["stopped_by"] == name).sum()
    figures = lines(card)
    assert figures[words["label.houses_stopped"]] == str(stopped) != "0"
    # A corner has two widths, which its evidence tells.
    assert words["label.clear_width_m"] not in figures
    evidence = cornered.evidence[cornered.evidence["object"] == name].iloc[0]
    turn, widths, radius = re.fullmatch(
        r"deflection=(\d+);width=(.*);radius=(.*)", evidence["value"]
    ).groups()
    spans = []
    for span in widths.split("/"):
        ends = span.removeprefix("assumed ").split("-")
        width = "–".join(metres(float(end), language, 2).removesuffix(" m") for end in ends) + " m"
        assumed = span.startswith("assumed ")
        spans.append(words["corner.assumed"].format(width) if assumed else width)
    told = words["corner.told"].format(turn, " / ".join(spans), f"{radius} m")
    said = card.locator(".ward-evidence li").inner_text()
    assert said.startswith(f"{told} · {words['source.corner']}, {words['vehicle']} standard")
    assert "deflection" not in said


def test_width_of_a_corner_that_is_not_known_is_said_to_be(cornered, opened):
    rows = cornered.evidence.copy()
    corner = rows["object"].str.startswith("corner:")
    rows.loc[corner, "value"] = "deflection=90;width=unknown/3.90-4.50;radius=8.5"
    name = rows["object"][corner].iloc[0]
    shown = opened(dataclasses.replace(cornered, evidence=rows))
    said = shown.choose("barriers", name).locator(".ward-evidence li").inner_text()
    unknown = texts("vi")["answer.unknown"]
    told = texts("vi")["corner.told"].format("90", f"{unknown} / 3,9–4,5 m", "8,5 m")
    assert said.startswith(told)


def test_corner_is_found_by_its_kind_and_id(cornered, turned, opened):
    page = opened(turned, fragment="#lang=en").page
    barriers = cornered.barriers
    name = barriers["barrier_id"][barriers["source"].eq("corner")].iloc[0]
    page.fill("#ward-query", f"tight corner {name.removeprefix('corner:')}")
    page.keyboard.press("Enter")
    assert page.locator("#ward-card .ward-kind").inner_text() == texts("en")["one.corners"]


# ---------------------------------------------------- what is shown when it is asked for


@pytest.mark.parametrize("layer", ASKED_FOR)
def test_layer_is_counted_and_hidden_until_it_is_asked_for(result, path, opened, layer):
    page = opened(path).page
    frame = getattr(result, layer)
    assert page.inner_text(f"li[data-layer={layer}] .ward-layer .ward-count") == str(len(frame))
    counts = frame[CLASSED[layer]].value_counts()
    assert classes_on_screen(page, layer) == {
        word: counts.get(word, 0) for word in ("yes", "unknown", "no")
    }
    box = page.locator(f"#ward-layer-{layer}")
    assert not box.is_checked()
    # By keyboard; the address says so.
    box.focus()
    page.keyboard.press("Space")
    assert page.locator(f"#ward-layer-{layer}").is_checked()
    until(page, f"location.hash === '#show={layer}'")
    page.keyboard.press("Space")
    until(page, "location.hash === ''")


def test_their_shapes_wait_for_the_second_half_of_the_data():
    result = fake()
    shown = document(result)
    first, details = halves(shown)
    for layer in ASKED_FOR:
        assert first["layers"][layer]["count"] == len(getattr(result, layer))
        assert first["layers"][layer]["geometry"] == payload.geometry([])
        assert list(first["layers"][layer]["columns"]) == [CLASSED[layer]]
        assert details["shapes"][layer] == shown["layers"][layer]["geometry"]
    assert shown["layers"]["dead_ends"]["geometry"]["parts"] != []


def test_dead_ends_of_a_norm_without_a_limit_are_of_one_class(tmp_path, opened):
    result = fake()
    result.norm = result.norm.model_copy(update={"dead_end_m": None})
    result.dead_ends["too_long"] = None
    packed = document(result)["layers"]["dead_ends"]["columns"]["too_long"]
    assert values(packed) == ["silent"] * len(result.dead_ends)
    page = opened(result).page
    assert page.locator("#ward-classes-dead_ends-fold").count() == 0
    assert page.locator("li[data-layer=dead_ends] .ward-swatch").count() == 1


def test_no_dead_end_is_rounded_to_its_limit():
    result = fake()
    limit_m = result.norm.dead_end_m.value
    result.dead_ends["reverse_m"] = limit_m + 0.01
    packed = document(result)["layers"]["dead_ends"]["columns"]["reverse_m"]
    assert all(value > limit_m for value in packed)


@pytest.mark.parametrize("language", ["vi", "en"])
def test_click_on_a_dead_end_tells_its_figures(result, path, opened, language):
    words = texts(language)
    shown = opened(path, fragment=f"{SHOWN}&lang={language}")
    ends = result.dead_ends
    end = ends[ends["too_long"].eq("yes") & (ends["passing_needed"] > 0)].iloc[0]
    # A dead end that parts has the middle of its first piece.
    card = shown.click_on(end.geometry.geoms[0])
    assert card.locator(".ward-kind").inner_text() == words["one.dead_ends"]
    assert card.locator("h2").inner_text() == end["name"]
    assert card.locator(".ward-answer").inner_text() == words["too_long.yes"]
    figures = lines(card)
    assert figures[words["label.length_m"]].startswith(metres(end["length_m"], language))
    assert figures[words["label.reverse_m"]] == (
        f"{metres(end['reverse_m'], language)} – {words['limit']} {metres(end['limit_m'])}"
    )
    assert figures[words["label.turning"]] == words[f"answer.{end['turning']}"]
    assert figures[words["label.passing_places"]] == words["passing.needed"].format(
        end["passing_places"], end["passing_needed"]
    )
    assert figures[words["label.min_width_m"]] == metres(end["width_m"], language, 2)
    assert figures[words["label.houses"]] == str(end["houses"])
    assert figures[words["label.id"]] == end["dead_end_id"].removeprefix("dead_end:")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_click_on_a_draft_point_tells_its_figures(commune, opened, language):
    words = texts(language)
    shown = opened(commune, fragment=f"{SHOWN}&lang={language}")
    point = commune.draft_points[commune.draft_points["missing"].eq("survey_road")].iloc[0]
    card = shown.click_on(point.geometry)
    assert card.locator(".ward-kind").inner_text() == words["one.draft_points"]
    title = card.locator("h2").inner_text()
    assert title.lower() == f"{words['type.pond']} {point['draft_point_id']}".lower()
    assert card.locator(".ward-answer").inner_text() == words[f"draft.{point['answer']}"]
    figures = lines(card)
    draft_m = commune.norm.draft_m.value
    assert figures[words["label.distance_m"]] == (
        f"{metres(point['distance_m'], language)} – {words['limit']} {metres(draft_m)}"
    )
    assert figures[words["label.water_kind"]] == words["type.pond"]
    assert figures[words["label.access"]] == words["access.unknown"]
    assert figures[words["label.perennial"]] == words["answer.yes"]
    assert figures[words["label.lift_m"]] == words["answer.unknown"]
    for name in ("houses_served", "houses_without_water", "houses_gained"):
        assert figures[words[f"label.{name}"]] == str(point[name])
    assert words["missing.survey_road"] in card.inner_text()
    # The pond itself is one click away, and its evidence is here.
    assert "water.geojson" in card.locator(".ward-evidence li").inner_text()
    card.locator("dd .ward-button").click()
    assert card.locator(".ward-kind").inner_text() == words["one.water"]


def test_every_word_of_the_layers_has_its_text(commune, result):
    known = texts("en")
    for ward in (commune, result):
        points = ward.draft_points
        codes = {code for text in points["missing"].dropna() for code in text.split(";")}
        keys = {f"missing.{code}" for code in codes}
        keys |= {f"type.{kind}" for kind in points["kind"]}
        keys |= {f"access.{access}" for access in points["access"]}
        assert keys - known.keys() == set()


@pytest.mark.parametrize("layer", ASKED_FOR)
def test_search_and_link_show_an_object_though_its_layer_is_hidden(result, path, opened, layer):
    frame = getattr(result, layer)
    column = f"{layer.removesuffix('s')}_id"
    name = frame[column].iloc[1]
    page = opened(path).page
    page.fill("#ward-query", name)
    page.keyboard.press("Enter")
    kind = texts("vi")[f"one.{layer}"]
    assert page.locator("#ward-card .ward-kind").inner_text() == kind
    assert page.is_checked(f"#ward-layer-{layer}")
    linked = opened(path, fragment=f"#at={layer}:{name}").page
    linked.wait_for_selector("#ward-card", state="visible")
    assert linked.inner_text("#ward-card") == page.inner_text("#ward-card")
    assert linked.is_checked(f"#ward-layer-{layer}")


def test_named_water_and_dead_ends_are_found_by_their_names(result, path, opened):
    page = opened(path).page
    point = result.draft_points[result.draft_points["name"].notna()].iloc[0]
    page.fill("#ward-query", point["name"])
    kinds = page.locator("#ward-found .ward-found-kind")
    assert kinds.first.inner_text() == texts("vi")["one.draft_points"]
    # A dead end has the name of its road, which comes first.
    page.fill("#ward-query", result.dead_ends["name"].iloc[1])
    assert texts("vi")["one.dead_ends"] in kinds.all_inner_texts()
    assert kinds.first.inner_text() != texts("vi")["one.dead_ends"]


def test_printed_legend_has_them_only_if_they_are_shown(path, opened):
    words = texts("vi")
    for fragment, shown in (("", False), (SHOWN, True)):
        page = opened(path, fragment=fragment).page
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        legend = page.locator(".ward-sheet-legend").inner_text()
        for layer in ASKED_FOR:
            assert (words[f"layer.{layer}"] in legend) == shown
        page.evaluate("window.dispatchEvent(new Event('afterprint'))")


def test_they_are_drawn_where_they_are(result, path, opened):
    shown = opened(path)
    # No other sign stands where a canal of the map comes near a road.
    point = result.draft_points[result.draft_points["kind"].eq("canal")].geometry.iloc[0]
    end = result.dead_ends[result.dead_ends["too_long"].eq("yes")].geometry.iloc[0].geoms[0]
    places = {
        "draft_points": (point, (255, 255, 255)),
        # On both sides of the road.
        "dead_ends": (end.interpolate(0.4, normalized=True), COLOURS["no_road"]),
    }
    for layer, (place, colour) in places.items():
        assert colour not in shown.colours(place), layer
        shown.page.check(f"#ward-layer-{layer}")
        assert colour in shown.colours(place), layer


def test_a_corner_is_drawn_with_the_barriers(cornered, turned, opened):
    shown = opened(turned, fragment="#hide=segments,alleys,houses")
    barriers = cornered.barriers
    place = barriers[barriers["source"].eq("corner")].geometry.iloc[0]
    assert COLOURS["needs_survey"] in shown.colours(place)
    shown.page.uncheck("#ward-layer-barriers")
    assert COLOURS["needs_survey"] not in shown.colours(place)


# -------------------------------------------------------------------------- open water

WATER, SHORE = (207, 224, 232), (143, 176, 194)
FOUND = "([lat, lng]) => Object.values(map_ward._layers).find((one) => one.at).at({ lat, lng })"


def test_open_water_of_the_map_is_drawn(commune, opened):
    shown = opened(commune)
    line, outline = (
        commune.open_water.set_index("name").geometry[name] for name in ("Sông Mẫu", "Hồ Mẫu")
    )
    for place in (line.interpolate(0.3, normalized=True), outline.representative_point()):
        assert WATER in shown.colours(place)
        # A click there finds nothing.
        assert shown.page.evaluate(FOUND, [place.y, place.x]) == []
    # An edge as fine as this is no whole pixel wide.
    darkest = min(shown.colours(shapely.Point(outline.exterior.coords[0])), key=sum)
    assert sum(WATER) - sum(darkest) > (sum(WATER) - sum(SHORE)) / 2
    assert shown.said == []


def test_open_water_that_overlaps_has_no_holes_and_no_edge_within(opened):
    result = fake()
    one = shapely.box(EAST + 0.001, NORTH - 0.001, EAST + 0.002, NORTH - 0.0005)
    other = shapely.affinity.translate(one, xoff=0.0005)
    canal = shapely.LineString([one.centroid, (EAST + 0.004, NORTH - 0.00075)])
    result.open_water = gpd.GeoDataFrame(
        {"kind": ["lake", "lake", "canal"], "name": None},
        geometry=[one, other, canal],
        crs="EPSG:4326",
    )
    shown = opened(result)
    y = one.centroid.y
    for x in np.linspace(EAST + 0.0011, EAST + 0.0024, 14):
        colours = np.array(list(shown.colours(shapely.Point(x, y))))
        # Roundings where two fills meet.
        assert np.abs(colours - WATER).max() <= 2, x


def test_shapes_of_open_water_wait_for_the_second_half_of_the_data(commune):
    water = commune.open_water
    assert list(water.columns) == ["kind", "name", "geometry"]
    assert set(water["kind"]) == {"river", "water"}
    first, details = halves(document(commune))
    assert first["layers"]["open_water"] == {
        "count": len(water),
        "columns": {},
        "geometry": payload.geometry([]),
    }
    packed = details["shapes"]["open_water"]
    assert packed["dimension"] == shapely.get_dimensions(water.geometry).tolist()
    closing = shapely.get_dimensions(water.geometry) == 2
    assert packed["vertices"] == (shapely.get_num_coordinates(water.geometry) - closing).tolist()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_legend_has_open_water_only_where_there_is_some(commune, opened, language):
    name = texts(language)["layer.open_water"]
    for shown, wet in ((commune, True), (fake(), False)):
        page = opened(shown, fragment=f"#lang={language}").page
        line = page.locator("li[data-layer=open_water]")
        assert line.all_inner_texts() == [name] * wet
        # Nothing to switch it off with.
        assert line.locator("input, button").count() == 0
        page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
        printed = page.locator(".ward-sheet-legend .ward-class").all_inner_texts()
        assert printed.count(name) == wet


def test_open_water_is_as_large_and_as_exact_as_a_screen_shows_it():
    network = SimpleNamespace(crs=CRS.from_epsg(32648))
    area = shapely.box(584_000, 2_321_000, 584_300, 2_321_100)
    lake = area.centroid.buffer(5000, quad_segs=200)
    along = np.arange(0, 200, 0.5)
    canal = shapely.LineString(
        np.column_stack([584_000 + along, 2_321_050 + 0.4 * np.sin(5 * along)])
    )
    far = shapely.Point(584_150, 2_321_450).buffer(10)
    near = shapely.Point(584_150, 2_321_350).buffer(10)
    water = gpd.GeoDataFrame(
        {
            "object_id": list("abcd"),
            "kind": ["lake", "pond", "canal", "pond"],
            "name": list("abcd"),
        },
        geometry=[lake, far, canal, near],
        crs=network.crs,
    )
    drawn = open_water_layer(network, water, area)
    assert drawn.crs == "EPSG:4326"
    assert drawn["name"].tolist() == ["a", "c", "d"]
    assert drawn.index.tolist() == [0, 1, 2]
    lake, canal, pond = drawn.to_crs(network.crs).geometry
    # As far beyond the area as that is long.
    np.testing.assert_allclose(lake.bounds, area.buffer(300).bounds, rtol=0, atol=0.01)
    assert len(canal.coords) == 2
    assert pond.hausdorff_distance(near) < 1
    for nothing in (None, water.iloc[:0]):
        none = open_water_layer(network, nothing, area)
        assert list(none.columns) == ["kind", "name", "geometry"]
        assert len(none) == 0
