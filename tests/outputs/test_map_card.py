"""The card of the map, which tells why, and the tool that measures."""

import itertools
import json
import re

import pyproj
import pytest

from fireaccess.model.formats import day
from fireaccess.outputs.map import figure
from fireaccess.outputs.texts import texts
from maps import COLOURS, HOSTILE, LAYER_NAMES, Opened, fake, hostile, until, written

# The scripts are the same with the oldest dependencies.
pytestmark = pytest.mark.slow

STATUSES = ("ok", "needs_survey", "no_road", "no_water", "unconnected")
TOLD = """card => ({
  kind: card.querySelector(".ward-kind").textContent,
  title: card.querySelector("h2").textContent,
  answers: [...card.querySelectorAll(".ward-answer span")].map((node) => node.textContent),
  said: [...card.querySelectorAll(".ward-said")].map((node) => node.firstChild.textContent.trim()),
  lines: Object.fromEntries([...card.querySelectorAll("dt")].map((node) =>
    [node.textContent, node.nextElementSibling.firstChild.textContent.trim()])),
  headings: [...card.querySelectorAll("h3")].map((node) => node.textContent),
  evidence: [...card.querySelectorAll(".ward-evidence li")].map((node) => node.textContent),
})"""


def told(card):
    return card.evaluate(TOLD)


def number(value, language="vi", digits=1):
    """Write a number as the browser does."""
    text = f"{value:,.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text if language == "en" else text.translate(str.maketrans(",.", ".,"))


def first(frame, **wanted):
    """Return the first row that has some values."""
    for column, value in wanted.items():
        frame = frame[(frame[column] == value).to_numpy()]
    return frame.iloc[0]


# ------------------------------------------------------------------------- houses


@pytest.mark.parametrize("language", ["vi", "en"])
def test_click_on_a_house_of_each_status_tells_its_answer_and_why(shown, result, language):
    words = texts(language)
    shown.page.click(f"#ward-language-{language}")
    for status in STATUSES:
        house = first(result.houses, status=status)
        card = told(shown.click_on(house.geometry))
        assert card["kind"] == words["one.houses"]
        assert card["title"] == house.address
        assert card["answers"] == [words[f"status.{status}"]]
        assert card["said"][0] == house[f"reason_{language}"]
        lines = card["lines"]
        assert lines[words["label.house_id"]] == house.house_id
        assert lines[words["label.group"]] == house.group
        if status == "unconnected":
            assert words["label.hose_m"] not in lines
            continue
        hose = lines[words["label.hose_m"]]
        assert hose.startswith(f"{number(house.hose_m, language)} m")
        assert hose.endswith(f"{words['limit']} 200 m")
        assert (words["worst"] in hose) == (house.hose_m != house.hose_best_m)
        assert lines[words["label.hose_rolls"]] == str(house.hose_rolls)
        way = lines[words["label.truck_way"]]
        assert way.startswith(number(house.truck_m, language, 0))
        assert way.endswith(words["from.arterial"])
        for column, name in (("hydrant", "hydrant_id"), ("water", "water_id")):
            nearest = lines[words[f"label.{column}_m"]]
            assert f" {house[name]}, {number(house[f'{column}_m'], language)} m" in nearest


def test_house_tells_what_stopped_the_truck_with_its_evidence(shown, result):
    words = texts("vi")
    house = first(result.houses, stopped_by="barrier:B06", status="needs_survey")
    card = told(shown.choose("houses", house.house_id))
    assert words["label.stopped_by"] in card["headings"]
    described = result.stops.describe(["barrier:B06"])["barrier:B06"]["vi"]
    assert described in card["said"]
    own, mapped = card["evidence"]
    row = first(result.evidence, object="barrier:B06")
    assert own == (
        f"{words['type.lift_gate']} · khảo sát, barriers.csv, dòng {row.row} · "
        f"{day(row.date, 'vi')} · được dùng"
    )
    # What a survey replaced is told too, and by what.
    assert mapped == (
        "access=private;barrier=lift_gate · OpenStreetMap, roads.osm · không ghi ngày · "
        "không dùng, thay bằng B06"
    )


def test_what_keeps_the_truck_in_the_best_case_is_told_where_it_is_something_else(shown, result):
    best = result.house_rows["best_stopped_by"]
    worst = result.houses["stopped_by"]
    house = result.houses[(best.notna() & worst.notna() & (best != worst)).to_numpy()].iloc[0]
    card = told(shown.choose("houses", house.house_id))
    assert texts("vi")["label.stopped_by"] in card["headings"]
    assert texts("vi")["label.best_stopped_by"] in card["headings"]


def test_truck_s_way_is_told_for_the_worst_case_only_and_said_to_be(shown, result):
    label, note = texts("vi")["label.truck_way"], texts("vi")["truck_way.worst"]
    house = first(result.houses, status="ok")
    card = shown.choose("houses", house.house_id)
    worst = told(card)["lines"][label]
    assert note not in worst
    shown.page.click("#ward-theme-hose")
    shown.page.click("#ward-case-best")
    assert told(card)["lines"][label] == f"{worst} – {note}"


def test_best_case_says_so_too_where_the_truck_gets_in_no_other(browser, tmp_path):
    path = written(tmp_path, fake(n=6))
    with Opened(browser, path, fragment="#theme=hose&case=best") as shown:
        lines = told(shown.click_on(fake().houses.geometry[0]))["lines"]
        assert lines[texts("vi")["label.truck_way"]] == texts("vi")["truck_way.worst"]


def test_flags_are_explained(shown, result):
    house = first(result.houses, flags="name_mismatch")
    card = told(shown.choose("houses", house.house_id))
    assert card["said"][-1] == texts("vi")["flag.name_mismatch"]


def test_every_flag_of_the_analysis_has_its_words():
    for name in ("far_door", "behind", "name_mismatch", "placed_by_name"):
        assert f"flag.{name}" in texts("vi")


# ----------------------------------------------------------------- other objects


def test_alley(shown, result):
    words = texts("vi")
    alley = result.alleys[(result.alleys.houses_not_covered > 0).to_numpy()].iloc[0]
    card = told(shown.choose("alleys", alley.alley_id))
    assert card["title"] == alley["name"]
    lines = card["lines"]
    assert lines[words["label.depth_m"]].startswith(f"{number(alley.depth_m)} m")
    assert lines[words["label.length_m"]] == f"{number(alley.length_m)} m"
    assert lines[words["label.certain"]] == words["answer.yes" if alley.certain else "answer.no"]
    assert lines[words["label.houses"]] == number(alley.houses, digits=0)
    assert f"{alley.water_id}, {number(alley.water_m)} m" in lines[words["label.water_m"]]
    assert lines[words["label.has_water_solution"]] == words[f"answer.{alley.has_water_solution}"]
    # Its houses by status are all of them.
    own = result.houses[(result.houses.alley_id == alley.alley_id).to_numpy()]
    assert len(own) == alley.houses
    counts = own["status"].value_counts()
    assert set(card["answers"][1:]) == {f"{words[f'status.{s}']}: {n}" for s, n in counts.items()}
    assert result.stops.describe([alley.stopped_by])[alley.stopped_by]["vi"] in card["said"]
    assert card["evidence"]


def test_barrier(shown, result):
    words = texts("vi")
    barrier = first(result.barriers, barrier_id="barrier:B02")
    card = told(shown.click_on(barrier.geometry))
    assert card["title"] == "Cọc chắn B02"
    assert card["answers"] == [words[f"effect.{barrier.effect}"]]
    assert card["lines"][words["label.state"]] == words[f"state.{barrier.state}"]
    stopped = (result.houses["stopped_by"] == "barrier:B02").sum()
    assert card["lines"][words["label.houses_stopped"]] == str(stopped) != "0"
    assert day(barrier.date, "vi") in card["evidence"][0]


def test_narrow_reading_tells_width_method_and_accuracy(shown, result):
    reading = first(result.barriers, source="reading")
    card = told(shown.choose("barriers", reading.barrier_id))
    row = first(result.evidence, object=reading.barrier_id)
    assert f"{number(float(row.value), digits=2)} m" in card["evidence"][0]
    assert f"{row.method}, ± {number(row.accuracy_m, digits=2)} m" in card["evidence"][0]


def test_segment_tells_its_width_and_the_reading_that_certifies_it(shown, result):
    words = texts("vi")
    known = result.stops.passability.certified_by
    names = dict(zip(result.stops.network.segment_id, known, strict=True))
    segments = result.segments[result.segments.segment_id.map(names).notna().to_numpy()]
    segment = segments.iloc[0]
    card = told(shown.choose("segments", segment.segment_id))
    assert card["title"] == segment["name"]
    assert card["answers"] == [words[f"reached.{segment.reached}"]]
    width = f"{number(segment.width_m, digits=2)} m (khảo sát, {day(segment.width_date, 'vi')})"
    assert card["lines"][words["label.width_m"]] == width
    row = first(result.evidence, object=f"reading:{names[segment.segment_id]}")
    assert any(f"{row.file}, dòng {row.row} ·" in item for item in card["evidence"])
    unmeasured = result.segments[result.segments.width_m.isna().to_numpy()].iloc[0]
    card = told(shown.choose("segments", unmeasured.segment_id))
    assert card["lines"][words["label.width_m"]] == words["not_measured"]


@pytest.mark.parametrize(("layer", "kind"), [("water", "water"), ("fire_points", "fire_point")])
def test_water_and_fire_points(shown, result, layer, kind):
    words = texts("vi")
    row = getattr(result, layer).iloc[0]
    card = told(shown.click_on(row.geometry))
    assert card["title"].endswith(f" {row.object_id}")
    assert card["answers"] == [words["works.usable"]]
    assert card["lines"][words["label.houses_served"]] == number(row.houses_served, digits=0)
    assert card["lines"][words["label.last_checked"]] == day(row.last_checked, "vi")
    evidence = first(result.evidence, object=f"{kind}:{row.object_id}")
    assert f"{evidence.file}, dòng {evidence.row}" in card["evidence"][0]


def test_station_and_group(shown, result):
    words = texts("vi")
    station = result.stations.iloc[0]
    card = told(shown.choose("stations", station.object_id))
    assert card["title"] == station["name"]
    group = result.groups.iloc[0]["group"]
    card = told(shown.choose("groups", group))
    houses = result.houses[(result.houses.group == group).to_numpy()]
    assert card["title"] == group
    assert card["lines"][words["label.houses"]] == number(len(houses), digits=0)
    shown.page.get_by_role("button", name=words["only_group"]).click()
    assert group in shown.page.inner_text("#ward-shown")


# --------------------------------------------------------------- going about in it


def test_button_shows_the_barrier_and_another_leads_back(shown, result):
    house = first(result.houses, stopped_by="barrier:B06", status="needs_survey")
    card = shown.choose("houses", house.house_id)
    card.get_by_role("button", name="Xem: Barie nâng B06").click()
    assert told(card)["title"] == "Barie nâng B06"
    # The map went there.
    centre = shown.page.evaluate(
        """([y, x]) => {
          const at = map_ward.latLngToContainerPoint([y, x]);
          const size = map_ward.getSize();
          return at.x > 0 && at.y > 0 && at.x < size.x && at.y < size.y;
        }""",
        [
            (place := first(result.barriers, barrier_id="barrier:B06").geometry).y,
            place.x,
        ],
    )
    assert centre
    card.get_by_role("button", name="Quay lại").click()
    assert told(card)["title"] == house.address
    assert card.get_by_role("button", name="Quay lại").count() == 0


def test_road_and_its_alley_are_offered_both(shown, result):
    alley = result.alleys.iloc[0]
    card = shown.click_on(alley.geometry.geoms[0])
    titles = {told(card)["kind"]}
    other = card.locator(".ward-card-buttons button", has_text=alley["name"])
    other.click()
    titles.add(told(card)["kind"])
    assert titles == {texts("vi")["one.segments"], texts("vi")["one.alleys"]}


def test_click_beside_everything_closes_the_card(shown, result):
    shown.choose("houses", result.houses.house_id[0])
    shown.page.evaluate("map_ward.setView([0, 0], 18, {animate: false})")
    shown.page.mouse.click(600, 400)
    assert shown.page.locator("#ward-card").is_hidden()


def test_card_never_covers_what_was_clicked(shown, result):
    place = first(result.houses, status="ok").geometry.centroid
    shown.page.evaluate(
        """([y, x]) => {
          map_ward.setView([y, x], 18, {animate: false});
          map_ward.panBy([-(map_ward.getSize().x / 2 - 80), 0], {animate: false});
        }""",
        [place.y, place.x],
    )
    box = shown.page.locator("#map_ward").bounding_box()
    shown.page.mouse.click(box["x"] + box["width"] - 80, box["y"] + box["height"] / 2)
    shown.page.wait_for_timeout(500)
    card = shown.page.locator("#ward-card").bounding_box()
    at = shown.page.evaluate(
        "([y, x]) => map_ward.latLngToContainerPoint([y, x]).x", [place.y, place.x]
    )
    assert box["x"] + at < card["x"]


def test_pointer_tells_that_something_can_be_clicked(shown, result):
    shown.click_on(first(result.houses, status="ok").geometry)
    shown.page.mouse.move(*_middle(shown.page, 1))
    shown.page.wait_for_selector("#map_ward.ward-over")
    shown.page.evaluate("map_ward.setView([0, 0], 18, {animate: false})")
    shown.page.mouse.move(*_middle(shown.page, 9))
    shown.page.wait_for_selector("#map_ward:not(.ward-over)")


def _middle(page, aside):
    box = page.locator("#map_ward").bounding_box()
    return box["x"] + box["width"] / 2 + aside, box["y"] + box["height"] / 2


def test_search_leads_into_the_card_and_escape_back(shown, result):
    page = shown.page
    house = result.houses.iloc[5]
    page.fill("#ward-query", house.house_id)
    page.keyboard.press("Enter")
    focused = page.evaluate("document.activeElement.id")
    assert focused == "ward-card-title"
    heard = page.inner_text("#ward-heard")
    assert heard == f"{house.address}: {texts('vi')[f'status.{house.status}']}"
    # Another object shown from the card keeps the focus in it.
    page.keyboard.press("Tab")
    page.locator("#ward-card dd .ward-button").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "ward-card-title"
    page.keyboard.press("Escape")
    assert page.locator("#ward-card").is_hidden()
    assert page.evaluate("document.activeElement.id") == "ward-query"
    assert page.inner_text("#ward-heard") == ""


def test_click_leaves_the_focus_on_the_map_and_escape_closes(shown, result):
    shown.click_on(first(result.houses, status="ok").geometry)
    assert shown.page.evaluate("document.activeElement.id") == "map_ward"
    shown.page.keyboard.press("Escape")
    assert shown.page.locator("#ward-card").is_hidden()


def test_close_button(shown, result):
    card = shown.choose("houses", result.houses.house_id[0])
    card.get_by_role("button", name="Đóng").click()
    assert card.is_hidden()


def test_language_changes_the_open_card(shown, result):
    house = first(result.houses, status="needs_survey")
    card = shown.choose("houses", house.house_id)
    before = told(card)
    shown.page.click("#ward-language-en")
    after = told(card)
    assert before["said"][0] == house.reason_vi
    assert after["said"][0] == house.reason_en
    assert after["title"] == before["title"]
    assert set(before["lines"]) & set(after["lines"]) == set()


def test_houses_that_a_barrier_stops_stand_out(shown, result):
    # The last one is away from the barrier's own sign.
    stopped = result.houses[(result.houses.stopped_by == "barrier:B06").to_numpy()].iloc[-1]
    other = first(result.houses, status="ok").geometry.centroid
    assert COLOURS["ok"] in shown.colours(other)
    shown.choose("barriers", "barrier:B06")
    assert COLOURS["ok"] not in shown.colours(other)
    assert COLOURS[stopped.status] in shown.colours(stopped.geometry.centroid)


def test_phone_shows_map_and_card_one_below_the_other(browser, path, result):
    size = {"width": 390, "height": 844}
    with Opened(browser, path, has_touch=True, is_mobile=True) as shown:
        shown.page.set_viewport_size(size)
        card = shown.choose("houses", result.houses.house_id[0]).bounding_box()
        page_map = shown.page.locator("#map_ward").bounding_box()
        assert card["x"] >= 0
        assert card["width"] <= size["width"]
        assert card["y"] >= page_map["y"] + page_map["height"] - 1
        assert card["y"] + card["height"] <= size["height"] + 1
        for button in shown.page.locator("#ward-card button").all():
            box = button.bounding_box()
            assert min(box["width"], box["height"]) >= 44


# ------------------------------------------------------------------------ its text


def test_every_text_that_the_card_the_measure_tool_and_the_print_ask_for_is_there():
    script = figure.asset(figure.OWN_SCRIPT)
    asked = set(re.findall(r'(?:words\.(?:say|fill)|\.heading)\(\s*"([\w.]+)"', script))
    lines = re.findall(r'card\.(?:line|link|nearest)\(\s*"(\w+)"', script)
    lines += re.findall(r'this\.line\(\s*"(\w+)"', script)
    asked |= {f"label.{name}" for name in lines}
    asked |= set(re.findall(r'stops\(\s*"([\w.]+)"', script))
    assert {"label.hose_m", "label.last_checked", "label.best_stopped_by", "evidence"} <= asked
    assert asked - texts("vi").keys() == set()


def test_hostile_text_is_shown_as_typed(browser, tmp_path):
    result = fake(hostile, n=len(HOSTILE), name=" ".join(HOSTILE))
    path = written(tmp_path, result)
    with Opened(browser, path, fragment="#show=dead_ends,draft_points") as shown:
        others = itertools.cycle(layer for layer in LAYER_NAMES if layer != "houses")
        for i, typed in enumerate(HOSTILE):
            for layer in ("houses", next(others)):
                card = shown.click_on(getattr(result, layer).geometry[i])
                assert typed in card.evaluate("card => card.textContent"), (layer, typed)
                evidence = told(card)["evidence"]
                if layer == "houses":
                    assert any(typed in item for item in evidence), typed
        assert shown.page.evaluate("window.pwned") is None
        assert "1337" not in shown.page.evaluate("document.body.innerText")
        assert shown.page.locator("img, iframe, object, [onerror], [onmouseover]").count() == 0
        assert shown.said == []
        assert len(shown.requests) == 1


def test_what_has_no_value_is_left_out(browser, tmp_path):
    result = fake(n=6)
    result.houses[["group", "segment_id", "stopped_by"]] = None
    with Opened(browser, written(tmp_path, result)) as shown:
        card = told(shown.click_on(result.houses.geometry[0]))
        words = texts("vi")
        assert card["lines"] == {
            words["label.house_id"]: "Số 0 Ngõ 5",
            words["label.hose_m"]: "100,2 m (xấu nhất); 50 m (tốt nhất) – giới hạn 200 m",
            words["label.hydrant_m"]: "0 m",
            words["label.water_m"]: words["no_way"],
            words["label.point_m"]: "33 m",
        }
        assert card["headings"] == []


# ----------------------------------------------------------------- the measure tool


def measured(shown):
    text = shown.page.inner_text(".ward-length")
    value, unit = re.search(r"([\d.,]+) (k?m)$", text).groups()
    return float(value.replace(".", "").replace(",", ".")) * (1000 if unit == "km" else 1)


def points(shown, *pixels):
    """Click on places of the map, and return the metres between them."""
    box = shown.page.locator("#map_ward").bounding_box()
    places = []
    for x, y in pixels:
        shown.page.mouse.click(box["x"] + x, box["y"] + y)
        at = shown.page.evaluate("at => map_ward.containerPointToLatLng(at)", [x, y])
        places.append((at["lng"], at["lat"]))
    lon, lat = zip(*places, strict=True)
    return pyproj.Geod(ellps="WGS84").line_length(lon, lat)


@pytest.mark.parametrize("zoom", [13, 16, 19])
def test_length_is_right_within_one_percent(shown, zoom):
    shown.page.evaluate(f"map_ward.setZoom({zoom}, {{animate: false}})")
    button = shown.page.get_by_role("button", name="Đo")
    button.click()
    assert button.get_attribute("aria-pressed") == "true"
    metres = points(shown, (200, 300), (500, 340), (520, 600))
    assert measured(shown) == pytest.approx(metres, rel=0.01)
    # Nothing was chosen by these clicks.
    assert shown.page.locator("#ward-card").is_hidden()


def test_line_goes_on_to_the_pointer_until_it_is_ended(shown):
    page = shown.page
    page.get_by_role("button", name="Đo").click()
    metres = points(shown, (200, 300), (500, 300))
    box = page.locator("#map_ward").bounding_box()
    ended = json.dumps(page.inner_text(".ward-length"))
    page.mouse.move(box["x"] + 800, box["y"] + 300)
    # The browser tells of a moved pointer with the next frame.
    until(page, f"document.querySelector('.ward-length').innerText !== {ended}")
    assert measured(shown) == pytest.approx(2 * metres, rel=0.01)
    page.keyboard.press("Enter")
    assert measured(shown) == pytest.approx(metres, rel=0.01)
    assert page.inner_text("#ward-heard") == page.inner_text(".ward-length")
    page.mouse.move(box["x"] + 700, box["y"] + 400)
    assert measured(shown) == pytest.approx(metres, rel=0.01)
    # The next click begins another line, the next Escape clears it, and one more ends it all.
    points(shown, (300, 300), (450, 300))
    assert measured(shown) == pytest.approx(metres / 2, rel=0.01)
    page.keyboard.press("Escape")
    assert page.inner_text(".ward-length") == texts("vi")["measure.start"]
    page.keyboard.press("Escape")
    assert page.locator(".ward-length").is_hidden()
    assert page.get_by_role("button", name="Đo").get_attribute("aria-pressed") == "false"


def test_double_click_ends_the_line_and_does_not_zoom(shown):
    page = shown.page
    zoom = page.evaluate("map_ward.getZoom()")
    page.get_by_role("button", name="Đo").click()
    points(shown, (200, 300))
    box = page.locator("#map_ward").bounding_box()
    page.mouse.dblclick(box["x"] + 500, box["y"] + 300)
    before = measured(shown)
    page.mouse.move(box["x"] + 700, box["y"] + 400)
    assert measured(shown) == before
    assert page.evaluate("map_ward.getZoom()") == zoom
    # Without the tool, a double click zooms again.
    page.get_by_role("button", name="Đo").click()
    page.mouse.dblclick(box["x"] + 500, box["y"] + 300)
    until(page, f"map_ward.getZoom() > {zoom}")


def test_keys_measure_from_the_middle_of_the_map(shown):
    page = shown.page
    page.get_by_role("button", name="Đo").press("Enter")
    page.focus("#map_ward")
    centre = "(({lng, lat}) => [lng, lat])(map_ward.getCenter())"
    one = page.evaluate(centre)
    page.keyboard.press("Space")
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    page.keyboard.press("Space")
    other = page.evaluate(centre)
    page.keyboard.press("Enter")
    metres = pyproj.Geod(ellps="WGS84").line_length(*zip(one, other, strict=True))
    assert metres > 50
    assert measured(shown) == pytest.approx(metres, rel=0.02)


def test_line_is_drawn(shown):
    page = shown.page
    page.get_by_role("button", name="Đo").click()
    points(shown, (200, 300), (500, 300))
    page.keyboard.press("Enter")
    page.wait_for_timeout(100)
    drawn = page.evaluate(
        """() => {
          const box = document.querySelector("#map_ward").getBoundingClientRect();
          const canvases = [...document.querySelectorAll("#map_ward canvas:not(.ward-canvas)")];
          return canvases.some((canvas) => {
            const at = canvas.getBoundingClientRect();
            const x = box.left + 340 - at.left, y = box.top + 300 - at.top;
            // A stretch that is longer than the line's gaps.
            const [...pixels] = canvas.getContext("2d").getImageData(x, y, 20, 1).data;
            return pixels.some((value, k) => k % 4 === 3 && value > 200 && pixels[k - 1] < 60);
          });
        }"""
    )
    assert drawn
    assert page.locator("#map_ward svg").count() == 0
