"""The map: what is in the file, and what a browser without a network makes of it."""

import base64
import gzip
import hashlib
import html
import itertools
import json
import re
from types import SimpleNamespace

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from branca.element import MacroElement
from folium.template import Template
from geopandas.testing import assert_geodataframe_equal

from fireaccess.model.errors import OutputError
from fireaccess.model.layers import LAYERS
from fireaccess.outputs.map import figure, payload, write_map
from fireaccess.outputs.map.texts import texts
from fireaccess.pipeline import run
from fireaccess.project import Project
from fireaccess.sources.sample import write_sample

# What folium, branca, Jinja, JavaScript or HTML would act upon; 1337 and `pwned` must not appear.
HOSTILE = (
    "{{ 7*191 }}",
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{% 12",
    "{# 3",
    "</script><script>window.pwned=1</script>",
    "<img src=x onerror=window.pwned=1>",
    "`${window.pwned=1}`",
    "C:\\path\\20190221",
    '"; window.pwned=1; //',
    "' onmouseover='window.pwned=1",
    "<!-- <script>",
    "&lt;b&gt; &amp; &quot;",
    "\u202egnol \u2066side\u2069 đ\u0323",
    "\u2028line\u2029\x00\x0b\ufeff",
    "__proto__",
    "javascript:window.pwned=1",
)

STATUSES = ("ok", "needs_survey", "no_road", "no_water", "no_road_no_water", "unconnected")
COLOURS = {
    "ok": (0, 114, 178),
    "needs_survey": (240, 228, 66),
    "no_road": (213, 94, 0),
    "no_water": (213, 94, 0),
    "no_road_no_water": (213, 94, 0),
    "unconnected": (187, 187, 187),
}
EAST, NORTH = 105.81, 20.99


def frame(layer, rows, geometry):
    """Return a layer with all columns of the result files, missing where ``rows`` say nothing."""
    columns = {name: [row.get(name) for row in rows] for name in LAYERS[layer]}
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs="EPSG:4326")


def grid(n, *, row):
    """Return points in a line from west to east, 55 m apart."""
    return [shapely.Point(EAST + 0.0005 * i, NORTH + 0.0005 * row) for i in range(n)]


def fake(text=lambda i: f"Số {i} Ngõ 5", *, n=12, name="Phường Thử", polygons=False):
    """Return a small result; ``text`` makes what the survey wrote in row i."""
    points = grid(n, row=0)
    house_rows = [
        {
            "house_id": text(i),
            "address": text(i),
            "status": STATUSES[i % len(STATUSES)],
            "hose_m": None if i % 6 == 5 else 100.25 + i,
            "hose_best_m": 50.0,
            "hydrant_m": 10.5 * i,
            "water_m": None,
            "point_m": 33.0,
            "road": (None, "covered", "needs_survey", "not_covered")[-i % 4],
            "stopped_by": text(i),
            "reason_vi": f"vi {text(i)}",
            "reason_en": f"en {text(i)}",
        }
        for i in range(n)
    ]
    roads = [
        {
            "segment_id": text(i),
            "name": text(i),
            "length_m": 10.0 + i,
            "width_m": [3.45, None][i % 2],
            "width_source": text(i),
            "width_date": "2026-07-03",
            "truck": ("pass", "unknown", "blocked")[i % 3],
            "truck_reason": text(i),
            "reached": ("yes", "unknown", "no")[i % 3],
        }
        for i in range(n)
    ]
    alleys = [
        {
            "alley_id": text(i),
            "name": text(i),
            "depth_m": 250.0,
            "depth_best_m": None,
            "length_m": 260.0,
            "stopped_by": text(i),
            "certain": [True, False][i % 2],
            "deep": i % 3 == 0,
            "houses": 4,
            "has_water_solution": ("yes", "no", "unknown")[i % 3],
            "has_fire_point": False,
            "needs_fire_point": True,
        }
        for i in range(n)
    ]
    barriers = [
        {
            "barrier_id": text(i),
            "type": text(i),
            "state": text(i),
            "clear_width_m": 2.4,
            "effect": ("pass", "delay", "blocked", "unknown")[i % 4],
            "source": text(i),
        }
        for i in range(n)
    ]
    things = [
        {
            "object_id": text(i),
            "type": text(i),
            "working": [True, False, None][i % 3],
            "usable": [True, False, False, True, None][i % 5],
            "houses_served": i,
        }
        for i in range(n)
    ]
    if polygons:
        points = [point.buffer(0.0001, cap_style="square") for point in points]
    lines = [shapely.LineString([(p.x, p.y), (p.x + 0.0002, p.y + 0.0001)]) for p in grid(n, row=2)]
    deep = [shapely.MultiLineString([line]) for line in shapely.transform(lines, lambda c: c)]
    deep = [shapely.affinity.translate(line, yoff=0.0005) for line in deep]
    return SimpleNamespace(
        houses=frame("houses", house_rows, points),
        segments=frame("segments", roads, lines),
        alleys=frame("alleys", alleys, deep),
        barriers=frame("barriers", barriers, grid(n, row=4)),
        water=frame("water", things, grid(n, row=5)),
        fire_points=frame("fire_points", things, grid(n, row=6)),
        area=shapely.box(EAST - 0.001, NORTH - 0.001, EAST + 0.001 + 0.0005 * n, NORTH + 0.004),
        project=SimpleNamespace(name=name),
        norm=SimpleNamespace(name="vn", title=SimpleNamespace(vi="Việt Nam", en="Vietnam")),
        vehicle=SimpleNamespace(name="xe", title=SimpleNamespace(vi="Xe", en="Pumper")),
        statistics={"area": {"roads": {"alley_measured_share": 0.0912}}},
    )


def hostile(i):
    return HOSTILE[i % len(HOSTILE)]


def written(tmp_path, result, *, language="vi"):
    path = tmp_path / "map.html"
    write_map(result, path, language=language)
    return path


def unpacked(page):
    packed = re.search(r'<script type="text/plain"[^>]*>(.*?)</script>', page, re.S)[1]
    return json.loads(gzip.decompress(base64.b64decode(packed)))


def frames(result):
    return {name: getattr(result, name) for name in LAYERS if name != "evidence"}


# ------------------------------------------------------------------- the payload


SHAPES = {
    "point": shapely.Point(105.8123456, 20.9876543),
    "line": shapely.LineString([(105.8, 21.0), (105.9, 21.1), (105.7, 20.9)]),
    "polygon with a hole": shapely.Point(105.8, 21).buffer(0.1)
    - shapely.Point(105.8, 21).buffer(0.05),
    "two polygons": shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 2, 3, 3)]),
    "two lines": shapely.MultiLineString([[(0, 0), (1, 1)], [(2, 2), (3, 3), (4, 4)]]),
    "points": shapely.MultiPoint([(1, 2), (3, 4)]),
}


def decoded(columns):
    """Return the parts of each geometry as coordinates, read as the browser reads them."""
    x = np.cumsum(columns["x"]) / payload.SCALE
    y = np.cumsum(columns["y"]) / payload.SCALE
    pieces = np.split(np.column_stack([x, y]), np.cumsum(columns["vertices"])[:-1])
    first = np.cumsum([0, *columns["parts"]])
    return [pieces[a:b] for a, b in itertools.pairwise(first)]


@pytest.mark.parametrize("name", SHAPES)
def test_geometry_comes_back_within_a_millionth_of_a_degree(name):
    shape = SHAPES[name]
    columns = payload.geometry([SHAPES["point"], shape, SHAPES["line"]])
    _, pieces, _ = decoded(columns)
    assert columns["dimension"] == [0, shapely.get_dimensions(shape), 1]
    np.testing.assert_allclose(
        np.concatenate(pieces), shapely.get_coordinates(shape), rtol=0, atol=0.5000001e-6
    )


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Point(),
        shapely.Polygon(),
        shapely.GeometryCollection(),
        shapely.Point(np.nan, 1),
    ],
)
def test_geometry_that_is_none_has_no_parts(shape):
    columns = payload.geometry([shape, SHAPES["point"]])
    assert columns["dimension"] == [-1, 0]
    assert columns["parts"] == [0, 1]
    assert columns["vertices"] == [1]


def test_of_a_collection_the_highest_dimension_is_drawn():
    inner = shapely.GeometryCollection([shapely.box(0, 0, 1, 1), shapely.Point(5, 5)])
    outer = shapely.GeometryCollection([inner, SHAPES["line"]])
    columns = payload.geometry([outer])
    assert columns["dimension"] == [2]
    assert columns["vertices"] == [5]


def test_geometry_of_nothing():
    assert payload.geometry([]) == {"dimension": [], "parts": [], "vertices": [], "x": [], "y": []}


def test_bounds_are_those_of_the_first_set_with_any_extent():
    empty = [None, shapely.Point()]
    assert payload.bounds([], empty, [shapely.box(1, 2, 3, 4)], [shapely.box(0, 0, 9, 9)]) == [
        1.0,
        2.0,
        3.0,
        4.0,
    ]
    assert payload.bounds([], empty) is None


def test_numbers_that_are_missing_or_endless_are_null():
    series = pd.Series([1.26, np.nan, np.inf, 3.0, None])
    assert payload.number(1)(series) == [1.3, None, None, 3, None]
    assert payload.number(0)(pd.Series([1, pd.NA], dtype="Int64")) == [1, None]
    assert payload.number(1)(pd.Series([None, None], dtype=object)) == [None, None]


@pytest.mark.parametrize("dtype", ["boolean", object])
def test_flags_have_three_values(dtype):
    assert payload.flag(pd.Series([True, False, None], dtype=dtype)) == [1, 0, None]
    assert payload.flag(pd.Series(["yes", "no", "unknown"])) == [1, 0, None]


def test_text_tells_a_time_by_its_day():
    day = pd.Series([pd.Timestamp("2026-07-03"), pd.NaT])
    assert payload.text(day) == ["2026-07-03", None]
    assert payload.text(pd.Series([day[0].date(), None, 7], dtype=object)) == [
        "2026-07-03",
        None,
        "7",
    ]


def test_a_word_that_has_no_colour_is_refused():
    with pytest.raises(ValueError, match=r"status: 'fine' is none of ok, bad"):
        payload.words("ok", "bad")(pd.Series(["ok", "fine"], name="status"))


def test_lone_surrogates_can_be_packed():
    packed = payload.pack({"name": "a\ud800b"})
    assert json.loads(gzip.decompress(base64.b64decode(packed))) == {"name": "a?b"}


# ---------------------------------------------------------------------- the file


def test_same_result_same_bytes(tmp_path):
    first = written(tmp_path, fake(hostile)).read_bytes()
    assert written(tmp_path, fake(hostile)).read_bytes() == first


def test_result_is_not_changed(tmp_path):
    result = fake()
    before = {name: layer.copy() for name, layer in frames(result).items()}
    written(tmp_path, result)
    for name, layer in frames(result).items():
        assert_geodataframe_equal(layer, before[name])


def test_text_is_in_the_payload_alone(tmp_path):
    marked = fake(lambda i: f"zebra {i}")
    page = written(tmp_path, marked).read_text("utf-8")
    assert "zebra" not in page
    assert unpacked(page)["layers"]["houses"]["columns"]["address"][3] == "zebra 3"


@pytest.mark.parametrize(("language", "other"), [("vi", "en"), ("en", "vi")])
def test_one_language(tmp_path, language, other):
    page = written(tmp_path, fake(), language=language).read_text("utf-8")
    assert f'<html lang="{language}">' in page
    assert texts(language)["title"] in page
    document = unpacked(page)
    assert document["layers"]["houses"]["columns"]["reason"][0].startswith(language)
    assert f'"{other} ' not in json.dumps(document)


def test_both_languages_say_everything():
    assert texts("vi").keys() == texts("en").keys()
    assert all(text.strip() for language in ("vi", "en") for text in texts(language).values())


def test_every_text_that_the_script_asks_for_is_there():
    script = figure.asset("fireaccess:map.js")
    asked = set(re.findall(r'say\(\s*"([\w.]+)"', script))
    lines = script[script.index("const POPUPS") : script.index("function popup")]
    asked |= {f"label.{name}" for name in re.findall(r'^\s+\["(\w+)", ', lines, re.M)}
    assert "label.hose_m" in asked
    assert asked - texts("vi").keys() == set()


def test_title_is_escaped(tmp_path):
    name = "</title><script>window.pwned=1</script>{{ 7*191 }}"
    page = written(tmp_path, fake(name=name)).read_text("utf-8")
    assert f"<title>{html.escape(name)} – " in page
    assert "1337" not in page.partition('type="text/plain"')[0]


def test_policy_names_every_script_and_style(tmp_path):
    page = written(tmp_path, fake()).read_text("utf-8")
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', page)[1]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == rules["connect-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "unsafe" not in policy
    for tag, rule in (("script", "script-src"), ("style", "style-src")):
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.S)
        assert len(found) > 1
        hashes = [base64.b64encode(hashlib.sha256(t.encode()).digest()).decode() for t in found]
        assert rules[rule].split() == [f"'sha256-{digest}'" for digest in hashes]


def test_page_refers_to_nothing_outside(tmp_path):
    page = written(tmp_path, fake()).read_text("utf-8")
    markup = re.sub(r"<(script|style)\b.*?</\1>", "", page, flags=re.S)
    assert re.findall(r"(?:src|href)=[^ >]*", markup) == ['href="data:,"']
    styles = "".join(re.findall(r"<style>(.*?)</style>", page, re.S))
    assert {url[:5] for url in re.findall(r"url\((.*?)\)", styles)} <= {"data:", "#defa"}
    assert "sourceMappingURL" not in page


def test_unknown_asset_is_refused_when_the_page_is_written():
    page = figure.OfflineFigure(title="", language="vi")
    folium.Map(tiles=None).add_to(page)
    with pytest.raises(OutputError, match=r"https://cdn.*leaflet\.js.*one offline file"):
        page.render()


def test_asset_that_is_not_installed_is_refused(monkeypatch):
    known = {"a": ("xstatic.pkg.absent", "a.js"), "b": ("xstatic.pkg.leaflet", "data/absent.js")}
    monkeypatch.setattr(figure, "ASSETS", known)
    for address in known:
        with pytest.raises(OutputError, match="is not installed"):
            figure.asset(address)


def test_style_that_refers_elsewhere_is_refused(monkeypatch, tmp_path):
    (tmp_path / "a.css").write_text("a { background: url('https://example.org/a.png') }")
    monkeypatch.setattr(figure, "ASSETS", {"a": ("a", "a.css")})
    monkeypatch.setattr(figure, "_installed", lambda package, path: tmp_path / path)
    with pytest.raises(OutputError, match=r"example\.org"):
        figure.asset("a")


def test_figure_renders_nothing_twice():
    class Loud(MacroElement):
        _template = Template("{% macro html(this, kwargs) %}{{ this.text }}{% endmacro %}")

    loud = Loud()
    loud.text = "{{ 7*191 }} <script>window.pwned=1</script>"
    page = figure.OfflineFigure(title="", language="vi")
    loud.add_to(page)
    text = page.render()
    assert "{{ 7*191 }}" in text
    assert "1337" not in text


def test_empty_layers_and_no_area(tmp_path):
    result = fake()
    for name, layer in frames(result).items():
        setattr(result, name, layer.iloc[:0])
    result.area = None
    result.statistics["area"]["roads"]["alley_measured_share"] = None
    document = unpacked(written(tmp_path, result).read_text("utf-8"))
    assert document["bounds"] is None
    assert document["covered"] is None
    assert document["layers"]["houses"]["columns"]["address"] == []
    assert {row["share"] for group in document["legend"] for row in group["rows"]} == {None}


def test_legend_counts_what_is_in_the_frames(tmp_path):
    result = fake(n=23)
    legend = {
        group["layer"]: {row["class"]: row for row in group["rows"]}
        for group in unpacked(written(tmp_path, result).read_text("utf-8"))["legend"]
    }
    for layer, column in (("houses", "status"), ("segments", "reached"), ("barriers", "effect")):
        counts = getattr(result, layer)[column].value_counts().to_dict()
        assert {word: row["count"] for word, row in legend[layer].items()} == counts
    assert legend["houses"]["ok"]["share"] == 4 / 23
    roads = result.segments
    assert legend["segments"]["yes"]["share"] == pytest.approx(
        roads.length_m[roads.reached == "yes"].sum() / roads.length_m.sum()
    )
    deep, certain = result.alleys.deep, result.alleys.certain
    assert {word: row["count"] for word, row in legend["alleys"].items()} == {
        "deep": (deep & certain).sum(),
        "perhaps_deep": (deep & ~certain).sum(),
        "other": (~deep & certain).sum(),
        "perhaps_other": (~deep & ~certain).sum(),
    }
    working = result.water.working != False  # noqa: E712 - blank is yes
    for word, usable in (("usable", True), ("unusable", False)):
        expected = (working & (result.water.usable == usable)).sum()
        assert legend["water"][word]["count"] == expected
    assert legend["water"]["broken"]["count"] == (~working).sum()


def test_covered_share_is_a_range_of_all_houses(tmp_path):
    result = fake(n=10)
    result.houses["road"] = ["covered"] * 4 + ["needs_survey"] * 3 + ["not_covered", None, None]
    assert unpacked(written(tmp_path, result).read_text("utf-8"))["covered"] == [0.4, 0.7]


# ------------------------------------------------------------------- the browser


class Opened:
    """A map in a browser without a network, and all that the browser said of it."""

    def __init__(self, browser, path, *, wait=True, **options):
        self.context = browser.new_context(
            offline=True, viewport={"width": 1366, "height": 768}, **options
        )
        self.page = self.context.new_page()
        self.requests, self.said = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(path.as_uri())
        if wait:
            self.page.wait_for_selector("html[data-ready=yes]")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def click_on(self, geometry):
        """Click on a geometry's middle and return the popup's text."""
        place = geometry.interpolate(0.5, normalized=True) if geometry.length else geometry
        place = place if place.geom_type == "Point" else place.centroid
        self.page.evaluate("map_ward.closePopup()")
        # A closed popup fades away.
        self.page.wait_for_selector(".ward-popup", state="detached")
        self.page.evaluate(
            "([y, x]) => { map_ward.setView([y, x], 19, {animate: false}) }", [place.y, place.x]
        )
        box = self.page.locator("#map_ward").bounding_box()
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.wait_for_selector(".ward-popup")
        return self.page.locator(".ward-popup")

    def colours(self, geometry):
        """Return the colours that the canvas has within 3 pixels of a point, at zoom 18."""
        pixels = self.page.evaluate(
            """async ([y, x]) => {
              map_ward.setView([y, x], 18, {animate: false});
              await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
              const canvas = document.querySelector(".ward-canvas");
              const box = canvas.getBoundingClientRect();
              const map = document.querySelector("#map_ward").getBoundingClientRect();
              const at = map_ward.latLngToContainerPoint([y, x]);
              const copy = document.createElement("canvas");
              copy.width = copy.height = 7;
              copy.getContext("2d").drawImage(canvas,
                Math.round(map.left + at.x - box.left) - 3,
                Math.round(map.top + at.y - box.top) - 3, 7, 7, 0, 0, 7, 7);
              return Array.from(copy.getContext("2d").getImageData(0, 0, 7, 7).data);
            }""",
            [geometry.y, geometry.x],
        )
        rows = np.array(pixels).reshape(-1, 4)
        return {tuple(int(v) for v in row[:3]) for row in rows if row[3] == 255}


@pytest.fixture
def opened(browser, tmp_path):
    """Open the map of a result."""
    contexts = []

    def open_map(result, *, language="vi", **options):
        path = written(tmp_path, result, language=language)
        contexts.append(Opened(browser, path, **options))
        return contexts[-1]

    yield open_map
    for context in contexts:
        context.context.close()


def test_one_request_and_a_silent_console(opened):
    shown = opened(fake())
    assert len(shown.requests) == 1
    assert shown.said == []
    assert shown.page.locator("canvas.ward-canvas").count() == 1
    assert shown.page.title() == "Phường Thử – Bản đồ tiếp cận chữa cháy"
    licence = shown.page.locator(".leaflet-control-attribution a")
    assert licence.inner_text() == "OpenStreetMap contributors"
    assert licence.get_attribute("href") == "https://www.openstreetmap.org/copyright"
    footer = shown.page.locator("#ward-footer").inner_text()
    assert footer.split(" · ") == [
        "Phường Thử",
        "Tiêu chuẩn: Việt Nam (vn)",
        "Xe: Xe (xe)",
        "Chưa xét góc cua của xe",
        "Chiều rộng giả định không phải là số đo",
    ]


def test_legend_shows_the_counts(opened):
    result = fake(n=23)
    shown = opened(result, language="en")
    for layer, column in (("houses", "status"), ("segments", "reached"), ("barriers", "effect")):
        for word, count in getattr(result, layer)[column].value_counts().items():
            row = shown.page.locator(f"tr[data-layer={layer}][data-class={word}]")
            assert row.locator(".ward-count").inner_text() == str(count)
    first = shown.page.locator("tr[data-layer=houses][data-class=ok]")
    figures = shown.page.locator(".ward-figure").all_inner_texts()
    assert figures == [
        "Houses within hose reach of a fire engine: 21.7% – 47.8%",
        "Alley length that was measured: 9.1%",
    ]
    cells = [text.strip() for text in first.locator("th, td").all_inner_texts()]
    assert cells == ["Passes", "4", "17.4%"]


@pytest.mark.parametrize("polygons", [False, True])
def test_houses_are_drawn_in_the_colour_of_their_status(opened, polygons):
    result = fake(n=6, polygons=polygons)
    shown = opened(result)
    for house in result.houses.itertuples():
        assert COLOURS[house.status] in shown.colours(house.geometry.centroid), house.status


def test_layer_control_hides_a_layer(opened):
    result = fake(n=6)
    shown = opened(result)
    place = result.houses.geometry[0]
    assert COLOURS["ok"] in shown.colours(place)
    labels = shown.page.locator(".leaflet-control-layers-overlays label")
    assert [text.strip() for text in labels.all_inner_texts()] == [
        "Nhà",
        "Đường",
        "Ngõ xe không tới",
        "Vật cản, chỗ hẹp",
        "Nguồn nước",
        "Điểm chữa cháy công cộng",
        "Ranh giới",
    ]
    labels.first.click()
    assert COLOURS["ok"] not in shown.colours(place)
    labels.first.click()
    assert COLOURS["ok"] in shown.colours(place)


def test_popups_tell_what_is_known(opened):
    result = fake(n=6)
    result.houses.loc[0, "stopped_by"] = "barrier:B17;reading:W3"
    result.barriers.loc[0, ["type", "state"]] = ["bollard", "fixed"]
    shown = opened(result, language="en")

    def told(layer, i=0):
        popup = shown.click_on(getattr(result, layer).geometry[i])
        lines = popup.locator("dt, dd").all_inner_texts()
        words = popup.locator("h2, .ward-note").all_inner_texts()
        return words[0], words[1:], dict(zip(lines[::2], lines[1::2], strict=True))

    title, notes, lines = told("houses")
    assert title == "Số 0 Ngõ 5"
    assert notes == ["Passes", "en Số 0 Ngõ 5"]
    assert lines == {
        "House": "Số 0 Ngõ 5",
        "Hose from the truck": "100.2 m (worst case); 50 m (best case)",
        "The truck is stopped by": "barrier B17, narrow place W3",
        "Nearest hydrant": "0 m",
        "Nearest water": "no way there",
        "Nearest fire point": "33 m",
    }
    _, notes, lines = told("houses", 5)
    assert notes == ["Unconnected: alley not mapped", "en Số 5 Ngõ 5"]
    assert "Hose from the truck" not in lines
    title, _, lines = told("segments")
    assert title == "Số 0 Ngõ 5"
    assert lines["Fire engine"] == "The truck gets there"
    assert lines["This stretch"] == "gets through"
    assert lines["Width"] == "3.45 m (Số 0 Ngõ 5, 2026-07-03)"
    _, _, lines = told("alleys")
    assert lines["Depth"] == "250 m (worst case); no way there (best case)"
    assert lines["Certainly without a truck"] == "yes"
    assert lines["Has a fire point"] == "no"
    title, _, lines = told("barriers")
    assert title == "bollard"
    assert lines["For the fire engine"] == "Lets the truck through"
    assert lines["State"] == "fixed"
    _, _, lines = told("water", 1)
    assert lines["Working"] == "no"
    _, _, lines = told("fire_points", 2)
    assert (lines["Working"], lines["Usable"]) == ("yes", "no")
    assert shown.said == []


def test_hostile_text_is_shown_as_typed(opened):
    result = fake(hostile, n=len(HOSTILE), name=" ".join(HOSTILE))
    shown = opened(result)
    page = shown.page
    assert (
        page.locator("#ward-panel h1").evaluate("node => node.textContent") == result.project.name
    )
    others = itertools.cycle(layer for layer in frames(result) if layer != "houses")
    for i, typed in enumerate(HOSTILE):
        for layer in ("houses", next(others)):
            popup = shown.click_on(getattr(result, layer).geometry[i])
            told = popup.locator("h2, p, dd").evaluate_all("nodes => nodes.map(n => n.textContent)")
            assert typed in told, (layer, typed)
            assert (f"vi {typed}" in told) == (layer == "houses")
    assert page.evaluate("window.pwned") is None
    assert "1337" not in page.evaluate("document.body.innerText")
    assert page.locator("img, iframe, object, [onerror], [onmouseover]").count() == 0
    assert shown.said == []
    assert len(shown.requests) == 1


def check_of_a_run(result, opened):
    """Open the map of a computed result and compare its legend with the layers."""
    shown = opened(result, language="en")
    assert shown.said == []
    assert len(shown.requests) == 1
    for layer, column in (("houses", "status"), ("segments", "reached"), ("barriers", "effect")):
        for word, count in getattr(result, layer)[column].value_counts().items():
            cell = shown.page.locator(f"tr[data-layer={layer}][data-class={word}] .ward-count")
            assert cell.inner_text() == f"{count:,}"
    worst, best = (result.statistics["area"]["road"][f"share_{case}"] for case in ("worst", "best"))
    figure = shown.page.locator(".ward-figure strong").first.inner_text()
    told = [float(share.rstrip("%")) for share in figure.split(" – ")]
    assert told == pytest.approx([100 * worst, 100 * best], abs=0.051)
    return shown


@pytest.mark.parametrize("kind", ["ward", "commune"])
def test_sample(opened, tmp_path, kind):
    result = run(Project.open(write_sample(tmp_path / "sample", kind=kind)))
    check_of_a_run(result, opened)


@pytest.mark.slow
def test_real_ward(opened, data_dir, tmp_path):
    result = run(Project.open(data_dir / "khuong-dinh"))
    shown = check_of_a_run(result, opened)
    assert (tmp_path / "map.html").stat().st_size < 1_200_000
    house = result.houses[result.houses.address.notna()].iloc[0]
    told = shown.click_on(house.geometry).evaluate("node => node.textContent")
    assert house.address in told
    assert house.reason_en in told


def test_map_of_nothing_opens(opened):
    result = fake()
    for name, layer in frames(result).items():
        setattr(result, name, layer.iloc[:0])
    result.area = None
    result.statistics["area"]["roads"]["alley_measured_share"] = None
    shown = opened(result)
    assert shown.said == []
    assert shown.page.locator(".leaflet-control-layers-overlays label").count() == 6


def test_one_house_alone_opens(opened):
    result = fake(n=1)
    result.area = None
    shown = opened(result)
    assert shown.said == []
    assert COLOURS["ok"] in shown.colours(result.houses.geometry[0])


def test_file_cut_short_says_so(browser, tmp_path):
    path = written(tmp_path, fake())
    page = path.read_text("utf-8")
    start = page.index('type="text/plain"')
    path.write_text(page[: start + 200] + "AAAA" + page[page.index("</script>", start) :], "utf-8")
    with Opened(browser, path, wait=False) as shown:
        shown.page.wait_for_selector("#ward-damaged:visible")
        assert "bị hỏng" in shown.page.locator("#ward-damaged").inner_text()


def test_old_browser_is_told_so(browser, tmp_path):
    path = written(tmp_path, fake())
    context = browser.new_context(offline=True)
    context.add_init_script("delete window.DecompressionStream")
    page = context.new_page()
    page.goto(path.as_uri())
    page.wait_for_selector("#ward-too_old:visible")
    context.close()
