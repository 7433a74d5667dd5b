"""The map: what is in the file."""

import base64
import gzip
import hashlib
import html
import itertools
import json
import re
from pathlib import Path

import folium
import numpy as np
import pandas as pd
import pytest
import shapely
from branca.element import MacroElement
from folium.template import Template
from geopandas.testing import assert_geodataframe_equal

from fireaccess.model.errors import OutputError
from fireaccess.outputs.map import figure, payload
from fireaccess.outputs.map.document import document
from fireaccess.outputs.texts import texts
from maps import emptied, fake, frames, hostile, unpacked, written

MAP = Path(figure.__file__).parent


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
    lon = 360 * (np.cumsum(columns["x"]) / payload.UNITS - 0.5)
    north = np.pi * (1 - 2 * np.cumsum(columns["y"]) / payload.UNITS)
    lat = np.degrees(np.arctan(np.sinh(north)))
    pieces = np.split(np.column_stack([lon, lat]), np.cumsum(columns["vertices"])[:-1])
    first = np.cumsum([0, *columns["parts"]])
    return [pieces[a:b] for a, b in itertools.pairwise(first)]


HALF_A_UNIT = 180.0001 / payload.UNITS  # in degrees


def drawn(shape):
    """Return the vertices of a shape, without those that close its rings."""
    parts = shapely.get_parts(shape)
    if shapely.get_dimensions(shape) < 2:
        return shapely.get_coordinates(parts)
    return np.concatenate([shapely.get_coordinates(ring)[:-1] for ring in shapely.get_rings(parts)])


@pytest.mark.parametrize("name", SHAPES)
def test_geometry_comes_back_within_half_a_unit(name):
    shape = SHAPES[name]
    columns = payload.geometry([SHAPES["point"], shape, SHAPES["line"]])
    _, pieces, _ = decoded(columns)
    assert columns["dimension"] == [0, shapely.get_dimensions(shape), 1]
    np.testing.assert_allclose(np.concatenate(pieces), drawn(shape), rtol=0, atol=HALF_A_UNIT)


def test_each_outline_begins_at_the_middle_of_its_house():
    houses = np.array([SHAPES["polygon with a hole"], None, SHAPES["point"]], dtype=object)
    points, places = payload.middles(houses)
    assert points[0].equals_exact(shapely.Point(105.8, 21), 1e-9)
    assert points[1:].tolist() == [None, houses[2]]
    packed = payload.geometry(houses, places)
    alone = [payload.geometry(houses[[k]], places[[k]]) for k in range(len(houses))]
    assert packed == {
        name: list(itertools.chain.from_iterable(each[name] for each in alone)) for name in packed
    }
    for k in (0, 2):
        for name, place in zip("xy", places[k].tolist(), strict=True):
            alone[k][name][0] += place
        [pieces] = decoded(alone[k])
        np.testing.assert_allclose(
            np.concatenate(pieces), drawn(houses[k]), rtol=0, atol=HALF_A_UNIT
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
    assert columns["vertices"] == [4]


def test_geometry_of_nothing():
    assert payload.geometry([]) == {"dimension": [], "parts": [], "vertices": [], "x": [], "y": []}


# Shapes as the page reads them, from text to text.
READ_SHAPES = """(text) => {
  %s
  const { lines, shapes } = JSON.parse(text);
  const known = new Shapes(lines);
  const { part, vertex, x, y, box } = new Shapes(shapes, undefined, known);
  return JSON.stringify([part, vertex, x, y, box].map((each) => [...each]));
}"""


@pytest.mark.parametrize("seed", range(20))
def test_parts_that_are_lines_of_the_page_come_back_as_they_were(browser, seed):
    """Of whatever shapes: the page reads the same without their vertices as with them."""
    random = np.random.default_rng(seed)
    roads = np.array(
        [random.uniform(20, 21, (random.integers(2, 5), 2)) for _ in range(12)], dtype=object
    )
    lines = np.array([shapely.LineString(road) for road in roads], dtype=object)
    lines[3], lines[5] = lines[4], None  # a line that is there twice, and one that is not there
    with np.errstate(invalid="ignore"):
        lines[7] = shapely.LineString([(20, 20), (20, np.nan)])
    shapes = []
    for _ in range(15):
        chosen = random.choice([0, 1, 2, 3, 4, 6, 8, 9, 10, 11], random.integers(1, 4), False)
        pieces = [*lines[chosen], lines[0].reverse(), shapely.LineString(roads[1][::-1])]
        several = random.permutation(len(pieces))[: random.integers(1, len(pieces) + 1)]
        shapes.append(shapely.MultiLineString([pieces[k] for k in several]))
    shapes += [lines[2], lines[7], None, SHAPES["point"], SHAPES["polygon with a hole"]]
    shapes = np.array(shapes, dtype=object)[random.permutation(len(shapes))]
    packed = payload.geometry(shapes, lines=lines)
    whole = payload.geometry(shapes)
    assert sum(step is None for step in packed["line"]) == len(packed["vertices"])
    assert len(packed["x"]) < len(whole["x"])
    script = (MAP / "scripts/payload.js").read_text(encoding="utf-8")
    page = browser.new_page()
    read = [
        page.evaluate(
            READ_SHAPES % script, json.dumps({"lines": payload.geometry(lines), "shapes": each})
        )
        for each in (packed, whole)
    ]
    page.close()
    assert read[0] == read[1]


def test_lines_of_the_page_may_be_none():
    packed = payload.geometry([SHAPES["line"]], lines=np.array([], dtype=object))
    assert packed == payload.geometry([SHAPES["line"]]) | {"line": [None]}


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


@pytest.mark.parametrize("language", ["vi", "en"])
def test_page_begins_in_the_language_of_the_project(tmp_path, language):
    page = written(tmp_path, fake(language=language)).read_text("utf-8")
    assert f'<html lang="{language}">' in page
    assert texts(language)["title"] in page
    assert unpacked(page)["language"] == language


def sentence(packed, i, language):
    """Return a sentence as the browser puts it together."""
    forms = packed["forms"]
    counts = [form.count("\0") for form in forms["vi"]]
    first = sum(counts[form] for form in packed["form"][:i])
    numbers = iter(packed["numbers"][first:])
    return re.sub("\0", lambda _: str(next(numbers)), forms[language][packed["form"][i]])


def test_sentences_come_back_as_they_were():
    told = {
        "vi": ["12 m, 7 cuộn", None, "Ngõ 012/7, 1,05 m, số 99999999999", "10 m, 3 cuộn", "a\0b ٣"],
        "en": ["12 m of 7 coils", None, "1.05 m, 7 coils", "10 m of 3 coils", "3 a\0b ½"],
    }
    packed = payload.sentences(told)
    for language, sentences in told.items():
        come_back = [sentence(packed, i, language) for i in range(5)]
        wanted = [(text or "").replace("\0", "\N{REPLACEMENT CHARACTER}") for text in sentences]
        assert come_back == wanted
    assert len(packed["forms"]["vi"]) == 4
    assert packed["numbers"] == [12, 7, 10, 3]


def test_reasons_are_there_in_both_languages(tmp_path):
    result = fake(n=5)
    packed = unpacked(written(tmp_path, result).read_text("utf-8"))["layers"]["houses"]["columns"]
    for language in ("vi", "en"):
        told = [sentence(packed["reason"], i, language) for i in range(5)]
        assert told == list(result.houses[f"reason_{language}"])


def test_comments_of_the_scripts_stay_at_home():
    script = figure.asset(figure.OWN_SCRIPT)
    assert re.findall(r"^\s*(?:/\*.*\*/|//.*)$", script, re.MULTILINE) == []
    assert script.count("/**") < 100
    assert "function showWard" in script


def test_both_languages_say_everything():
    assert texts("vi").keys() == texts("en").keys()
    assert all(text.strip() for language in ("vi", "en") for text in texts(language).values())


def test_scripts_ask_for_every_text_and_for_no_other():
    script = figure.asset(figure.OWN_SCRIPT)
    page = "".join(path.read_text("utf-8") for path in MAP.glob("*.py") if path.stem != "texts")
    known = texts("vi").keys()
    asked = set(re.findall(r"""\bsay\(\s*["']([\w.]+)["']""", script))
    assert "layer.houses" in known
    assert asked - known == set()
    # A key may also be put together of a kind and a code: `status.${word}`, code("truck", word).
    kinds = set(re.findall(r"""`([\w.]+)\.\$\{|code\("(\w+)"|kind: "(\w+)\"""", script))
    kinds = {kind for found in kinds for kind in found}
    unasked = {
        key
        for key in known
        if not re.search(rf"""["'`\[]{re.escape(key)}["'`\]]""", script + page)
        and key.partition(".")[0] not in kinds
    }
    assert unasked == set()


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
    assert re.findall(r"(?:src|href)=[^ >]*", markup) == ['href="data:,"', 'href="#map_ward"']
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
    shown = unpacked(written(tmp_path, emptied(fake())).read_text("utf-8"))
    assert shown["bounds"] is None
    assert shown["layers"]["houses"]["columns"]["address"] == []
    assert shown["figures"]["area"]["houses"] == 0


def test_words_for_alleys_and_objects():
    result = fake(n=23)
    layers = document(result)["layers"]

    def count(layer, column):
        packed = layers[layer]["columns"][column]
        words = [packed["words"][code] for code in packed["codes"]]
        return {word: words.count(word) for word in packed["words"]}

    deep, certain = result.alleys.deep, result.alleys.certain
    assert count("alleys", "alley") == {
        "deep": (deep & certain).sum(),
        "perhaps_deep": (deep & ~certain).sum(),
        "other": (~deep & certain).sum(),
        "perhaps_other": (~deep & ~certain).sum(),
    }
    # No word on whether it works means that somebody saw it work.
    works = result.water.working != False  # noqa: E712
    assert count("water", "works") == {
        "usable": (works & (result.water.usable == True)).sum(),  # noqa: E712
        "unusable": (works & (result.water.usable == False)).sum(),  # noqa: E712
        "unknown": (works & result.water.usable.isna()).sum(),
        "broken": (~works).sum(),
    }


def test_openstreetmap_is_named_where_it_is_the_source():
    result = fake()
    for openstreetmap in (True, False):
        result.openstreetmap = openstreetmap
        shown = document(result)
        assert shown["osm"] == openstreetmap
        assert any("OpenStreetMap" in text for text in shown["told"]["vi"]) == openstreetmap


def test_footer_states_norm_vehicle_dates_and_what_is_assumed():
    result = fake()
    result.openstreetmap = False
    result.project.options.synthetic = True
    told = document(result)["told"]
    assert told["vi"] == [
        "Tiêu chuẩn: " + result.norm.title.vi + " (vn)",
        "Bề rộng cần: 3,5 m, QCVN 06:2022/BXD 6.2.1.1",
        "Vòi tối đa: 200 m (giả định)",
        "Xe: Xe chữa cháy tiêu chuẩn, rộng 2,5 m",
        "Đường: 1/5/2026",
        "Số liệu khảo sát mới nhất: 3/7/2026",
        "Chưa xét góc cua của xe",
        "Giả định, chưa có nguồn xác nhận: chiều dài vòi tối đa",
        "Dữ liệu giả lập, không có thật",
    ]
    assert len(told["en"]) == len(told["vi"])


def test_persons_are_named_only_if_the_project_says_so(tmp_path):
    result = fake()
    result.barriers["keyholder"] = "Bà Nguyễn Thị Mẫu, 0900 000 000"
    assert "Nguyễn Thị Mẫu" not in json.dumps(document(result), ensure_ascii=False)
    result.project.options.personal_data = True
    assert "Nguyễn Thị Mẫu" in json.dumps(document(result), ensure_ascii=False)
