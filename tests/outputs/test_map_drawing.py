"""The map's canvas: the pixels of every class, theme and filter, what a click finds, words."""

import itertools
import re

import numpy as np
import pytest
import shapely
from rasterio.io import MemoryFile
from shapely.affinity import affine_transform
from towns import one_alley

from fireaccess.sources.coordinates import WGS84, transform_xy
from maps import COLOURS, STATUSES, Opened, fake, grid, written

NAVY, BLUE, SKY = (0, 48, 92), (0, 114, 178), (90, 180, 240)
YELLOW, VERMILION, GREY = (240, 228, 66), (213, 94, 0), (187, 187, 187)
PALE = (233, 232, 227)
HOSE, TRUCK = (163, 0, 122), (34, 34, 34)

CANVAS = "Object.values(map_ward._layers).find((layer) => layer.at)"
FRAMES = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"

# The colours at places on the ground, transparent where nothing is drawn.
READ = """(places) => {
  const canvas = document.querySelector(".ward-canvas");
  const copy = document.createElement("canvas");
  copy.width = canvas.width;
  copy.height = canvas.height;
  copy.getContext("2d").drawImage(canvas, 0, 0);
  const image = copy.getContext("2d").getImageData(0, 0, copy.width, copy.height);
  const box = canvas.getBoundingClientRect();
  const map = document.querySelector("#map_ward").getBoundingClientRect();
  const ratio = canvas.width / box.width;
  return places.map(([x, y]) => {
    const at = map_ward.latLngToContainerPoint([y, x]);
    const column = Math.floor((map.left + at.x - box.left) * ratio);
    const row = Math.floor((map.top + at.y - box.top) * ratio);
    return Array.from(image.data.slice(4 * (row * copy.width + column)).slice(0, 4));
  });
}"""

# Keep the words of each drawing, with the transformation that they were drawn under.
NOTE_WORDS = """() => {
  window.words = [];
  const { clearRect, fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    window.words = [];
    clearRect.apply(this, box);
  };
  CanvasRenderingContext2D.prototype.fillText = function (text, x, y) {
    const { a, b, c, d, e, f } = this.getTransform();
    const size = parseFloat(/([0-9.]+)px/.exec(this.font)[1]);
    const width = this.measureText(text).width;
    window.words.push({ text, width, size, under: [a, c, b, d, e, f] });
    fillText.call(this, text, x, y);
  };
}"""

COUNT_DRAWINGS = """() => {
  window.drawings = 0;
  const { clearRect } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.clearRect = function (...box) {
    if (this.canvas.className.includes("ward-canvas")) window.drawings += 1;
    clearRect.apply(this, box);
  };
}"""


def show(shown, address):
    """Open the view that an address stands for."""
    shown.page.evaluate("(hash) => { window.location.hash = hash; }", address)
    shown.page.evaluate(FRAMES)


def look_at(page, lon, lat, zoom):
    page.evaluate(
        "([y, x, zoom]) => { map_ward.setView([y, x], zoom, { animate: false }); }",
        [lat, lon, zoom],
    )
    page.evaluate(FRAMES)


def at(page, place):
    """What the canvas finds at a place, as layer and number."""
    found = page.evaluate(
        f"([y, x]) => {CANVAS}.at({{ lat: y, lng: x }})", [place.centroid.y, place.centroid.x]
    )
    return [(chosen["name"], chosen["i"]) for chosen in found]


def near(one, other):
    return all(abs(a - b) <= 2 for a, b in zip(one, other, strict=True))


# -------------------------------------------------------------------- the houses


@pytest.mark.parametrize("polygons", [False, True])
def test_each_house_has_the_colour_of_its_status(polygons, opened):
    result = fake(polygons=polygons)
    shown = opened(result)
    for i, place in enumerate(grid(len(result.houses), row=0)):
        assert COLOURS[STATUSES[i % len(STATUSES)]] in shown.colours(place), i
    assert shown.said == []


def test_houses_far_out_are_drawn_in_their_colours_too(opened):
    result = fake()
    shown = opened(result)
    show(shown, "hide=groups")
    middle = result.houses.geometry.iloc[6]
    look_at(shown.page, middle.x, middle.y, 15)
    drawn = shown.page.evaluate(READ, [[p.x, p.y] for p in result.houses.geometry])
    expected = [(*COLOURS[STATUSES[i % len(STATUSES)]], 255) for i in range(len(result.houses))]
    assert [tuple(pixel) for pixel in drawn] == expected


# The first four are beyond no edge, one, two and three of the theme; the fifth has no way; of the
# sixth only the road is known; the seventh is unconnected.
THEMES = {
    "hose": ("hose_m", [60, 60.1, 200, 201], [NAVY, BLUE, SKY, VERMILION]),
    "hose&case=best": ("hose_best_m", [60, 60.1, 200, 201], [NAVY, BLUE, SKY, VERMILION]),
    "hydrant": ("hydrant_m", [10, 150, 151, 401], [BLUE, BLUE, SKY, VERMILION]),
    "point": ("point_m", [0, 50, 50.1, 101], [BLUE, BLUE, SKY, VERMILION]),
}


def themed(column, metres):
    result = fake()
    houses = result.houses
    houses["status"] = ["ok"] * 6 + ["unconnected"] + ["ok"] * 5
    houses["flags"] = ["", "", "", "", "", "far_door;placed_by_name", *[""] * 6]
    houses[column] = [*metres, None, 10.0, None, *[10.0] * 5]
    return result


@pytest.mark.parametrize("theme", THEMES)
def test_each_house_has_the_colour_of_its_distance(theme, opened):
    column, metres, colours = THEMES[theme]
    result = themed(column, metres)
    shown = opened(result)
    show(shown, f"theme={theme}")
    expected = [*colours, VERMILION, YELLOW, GREY]
    for place, colour in zip(grid(len(expected), row=0), expected, strict=True):
        assert colour in shown.colours(place), place


@pytest.mark.parametrize(
    ("case", "colours"),
    [("worst", [BLUE, SKY, VERMILION, VERMILION]), ("best", [BLUE, SKY, SKY, VERMILION])],
)
def test_with_water_the_answer_decides_who_is_within(case, colours, opened):
    result = themed("water_m", [100, 300, 100, 100])
    result.house_rows["water_best_m"] = [100, 300, 300, 100, None, 10.0, None, *[10.0] * 5]
    answers = ["covered", "covered", "needs_survey", "not_covered"]
    result.houses["water"] = [*answers, "not_covered", "needs_survey", None, *["covered"] * 5]
    shown = opened(result)
    show(shown, f"theme=water&case={case}")
    expected = [*colours, VERMILION, YELLOW, GREY]
    for place, colour in zip(grid(len(expected), row=0), expected, strict=True):
        assert colour in shown.colours(place), place


def test_where_the_norm_is_silent_no_distance_is_too_far(opened):
    """The norm of other countries says nothing of fire points, so that any distance is a fact."""
    from fireaccess.model.norm import load_norm

    result = themed("point_m", [1, 50, 500, 5000])
    result.norm = load_norm("uk")
    assert result.norm.value_or_none("fire_point_m") is None
    shown = opened(result)
    show(shown, "theme=point")
    expected = [BLUE, BLUE, BLUE, BLUE, VERMILION, YELLOW, GREY]
    for place, colour in zip(grid(len(expected), row=0), expected, strict=True):
        assert colour in shown.colours(place), place


# ------------------------------------------------------------- filters and layers


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("group=Tổ 1", lambda i: i % 3 == 1),
        ("status=ok,no_water", lambda i: STATUSES[i % 6] in ("ok", "no_water")),
        ("group=Tổ 1&status=needs_survey", lambda i: i % 6 == 1),
    ],
)
def test_houses_that_a_filter_leaves_out_are_pale(address, kept, opened):
    shown = opened(fake())
    show(shown, address)
    for i, place in enumerate(grid(12, row=0)):
        expected = COLOURS[STATUSES[i % 6]] if kept(i) else PALE
        colours = shown.colours(place)
        assert expected in colours, i
        assert (PALE in colours) != kept(i), i


# Where the layer's colour is seen, and what it is.
LAYER_ROWS = {
    "houses": (0, BLUE),
    "barriers": (4, (255, 255, 255)),
    "water": (5, BLUE),
    "fire_points": (6, BLUE),
    "stations": (7, (255, 255, 255)),
}


@pytest.mark.parametrize("layer", LAYER_ROWS)
def test_a_hidden_layer_is_gone_and_not_found(layer, opened):
    row, colour = LAYER_ROWS[layer]
    place = grid(1, row=row)[0]
    shown = opened(fake())
    # the groups of this result lie on the houses
    show(shown, "hide=groups")
    assert colour in shown.colours(place)
    assert at(shown.page, place) == [(layer, 0)]
    show(shown, f"hide=groups,{layer}")
    assert shown.colours(place) == set()
    assert at(shown.page, place) == []


@pytest.mark.parametrize("layer", ["segments", "alleys"])
def test_roads_and_alleys_are_drawn_found_and_hidden(layer, opened):
    result = fake()
    line = getattr(result, layer).geometry.iloc[0].centroid
    shown = opened(result)
    assert shown.colours(line) != set()
    assert at(shown.page, line) == [(layer, 0)]
    show(shown, f"hide={layer}")
    assert shown.colours(line) == set()
    assert at(shown.page, line) == []


def test_a_click_finds_the_first_kind_that_is_there(opened):
    result = fake()
    place = result.houses.geometry.iloc[3]
    line = shapely.LineString([(place.x - 0.0002, place.y), (place.x + 0.0002, place.y)])
    result.segments.loc[3, "geometry"] = line
    result.alleys.loc[3, "geometry"] = shapely.MultiLineString([line])
    for name in ("barriers", "fire_points", "water"):
        getattr(result, name).loc[3, "geometry"] = place
    result.stations.loc[0, "geometry"] = place
    shown = opened(result)
    look_at(shown.page, place.x, place.y, 18)
    hidden = ["groups"]
    expected = [("barriers", 3), ("fire_points", 3), ("water", 3), ("stations", 0), ("houses", 3)]
    for name, i in expected:
        show(shown, "hide=" + ",".join(hidden))
        look_at(shown.page, place.x, place.y, 18)
        assert at(shown.page, place) == [(name, i)]
        hidden.append(name)
    show(shown, "hide=" + ",".join(hidden))
    look_at(shown.page, place.x, place.y, 18)
    assert at(shown.page, place) == [("segments", 3), ("alleys", 3)]


# --------------------------------------------------------------------- the chosen


# All but the base of pale roads, and what is chosen.
HIDDEN = "hide=houses,alleys,segments,groups,area,barriers,water,fire_points"


@pytest.fixture(scope="module")
def alley_result(tmp_path_factory):
    """An alley of 300 m too narrow for the truck, with all that a house may have a way to."""
    town = one_alley(width="1.5")
    town.house("h", (206, 250), address="Số 1 Ngõ 1")
    town.water("W", (20, 3))
    town.row("fire_points", "P", (203, 180), working="yes")
    return town.run(tmp_path_factory.mktemp("alley"))


@pytest.fixture
def alley_page(browser, alley_result, tmp_path):
    with Opened(browser, written(tmp_path, alley_result)) as shown:
        show(shown, HIDDEN)
        yield shown


def along(result, line, step_m=7):
    """Places along a line of the analysis, none at its ends, in degrees."""
    places = [line.interpolate(m) for m in np.arange(step_m, line.length - step_m, step_m)]
    x, y = np.array([(place.x, place.y) for place in places]).T
    return transform_xy(x, y, result.network.crs, WGS84)


def drawn_along(shown, places):
    lon, lat = places
    look_at(shown.page, float(lon.mean()), float(lat.mean()), 18)
    pixels = shown.page.evaluate(READ, np.column_stack([lon, lat]).tolist())
    return [tuple(pixel) for pixel in pixels]


def test_a_chosen_house_draws_its_hose_line_where_it_lies(alley_page, alley_result):
    places = along(alley_result, alley_result.routes.hose_line(0))
    assert len(places[0]) > 25
    assert not any(pixel[3] for pixel in drawn_along(alley_page, places))
    show(alley_page, f"{HIDDEN}&at=houses:h")
    drawn = drawn_along(alley_page, places)
    # Its length stands on a part of it.
    assert sum(near(pixel[:3], HOSE) for pixel in drawn) >= 0.6 * len(drawn)
    assert all(pixel[3] == 255 for pixel in drawn)


def test_lines_that_share_an_alley_lie_side_by_side_with_their_lengths(alley_page, alley_result):
    alley_page.page.evaluate(NOTE_WORDS)
    show(alley_page, f"{HIDDEN}&at=houses:h")
    drawn_along(alley_page, along(alley_result, alley_result.routes.hose_line(0)))
    words = {word["text"] for word in alley_page.page.evaluate("window.words")}
    row = alley_result.houses.iloc[0]

    def told(name, metres):
        return f"{name} {metres:.1f}".removesuffix(".0").replace(".", ",") + " m"

    assert {told("Vòi", row.hose_m), told("Điểm chữa cháy", row.point_m)} <= words
    look_at(alley_page.page, *map(float, alley_result.houses.geometry.iloc[0].coords[0]), 16)
    words = {word["text"] for word in alley_page.page.evaluate("window.words")}
    assert told("Trụ nước", row.hydrant_m) in words
    # The hydrant is the nearest water too: one line.
    assert not any(text.startswith("Nguồn nước") for text in words)


# ---------------------------------------------------------------------- the words


def boxes(page):
    """The words on the canvas as rectangles."""
    words = page.evaluate("window.words")
    flat = [
        shapely.box(-w["width"] / 2, -w["size"] / 2, w["width"] / 2, w["size"] / 2) for w in words
    ]
    return [
        (word["text"], affine_transform(shape, word["under"]))
        for word, shape in zip(words, flat, strict=True)
    ]


def crowded():
    """Roads and alleys with long names that cross in a small place, and groups upon them."""
    result = fake(lambda i: f"Ngõ {i} phố Khương Hạ kéo dài", n=40)
    rng = np.random.default_rng(5)
    for name in ("segments", "alleys"):
        ends = result.houses.geometry.iloc[0].coords[0] + rng.random((40, 2, 2)) * 0.006
        lines = [shapely.LineString(pair) for pair in ends]
        frame = getattr(result, name)
        frame["geometry"] = [shapely.MultiLineString([line]) for line in lines]
    for name in ("barriers", "water", "fire_points"):
        frame = getattr(result, name)
        places = result.houses.geometry.iloc[0].coords[0] + rng.random((40, 2)) * 0.006
        # All but a few in one place, or they would leave no room for words.
        places[8:] = places[0]
        frame["geometry"] = [shapely.Point(place) for place in places]
    return result


@pytest.mark.parametrize("zoom", [17, 18, 19])
def test_words_cover_neither_one_another_nor_signs(zoom, opened):
    result = crowded()
    shown = opened(result)
    shown.page.evaluate(NOTE_WORDS)
    lon, lat = result.houses.geometry.iloc[0].coords[0]
    look_at(shown.page, lon + 0.003, lat + 0.003, zoom)
    placed = boxes(shown.page)
    assert len([text for text, _ in placed if text.startswith("Ngõ")]) >= 5
    for (one, box), (other, box_too) in itertools.combinations(placed, 2):
        assert not box.intersects(box_too), (one, other)
    signs = [*result.barriers.geometry, *result.water.geometry, *result.fire_points.geometry]
    corner = "{ const c = CANVAS; const v = c.view(); return ps.map(([x, y]) => {"
    script = f"""(ps) => {corner.replace("CANVAS", CANVAS)}
      const p = map_ward.project([y, x]);
      return [p.x - v.left, p.y - v.top];
    }}); }}"""
    for x, y in shown.page.evaluate(script, [[p.x, p.y] for p in signs]):
        assert not any(box.contains(shapely.Point(x, y)) for _, box in placed)


def test_names_appear_when_there_is_room_for_them(opened):
    result = crowded()
    shown = opened(result)
    shown.page.evaluate(NOTE_WORDS)
    lon, lat = result.houses.geometry.iloc[0].coords[0]
    for zoom, groups, roads in ((14.5, False, False), (16, True, False), (17, True, True)):
        look_at(shown.page, lon + 0.003, lat + 0.003, zoom)
        texts = [text for text, _ in boxes(shown.page)]
        assert any(text.startswith("Tổ") for text in texts) == groups, zoom
        assert any(text.startswith("Ngõ") for text in texts) == roads, zoom


# --------------------------------------------------------------------- the canvas


def test_the_canvas_is_drawn_again_only_when_its_edge_would_be_seen(opened):
    shown = opened(fake())
    page = shown.page
    page.evaluate(COUNT_DRAWINGS)
    pan = "([x, y]) => { map_ward.panBy([x, y], { animate: false }); }"
    for step in ([60, 0], [0, 40], [-60, -40]):
        page.evaluate(pan, step)
        page.evaluate(FRAMES)
    assert page.evaluate("window.drawings") == 0
    page.evaluate(pan, [400, 0])
    page.evaluate(FRAMES)
    assert page.evaluate("window.drawings") == 1


def test_paper_gets_more_pixels_and_nothing_beyond_its_edge(opened):
    shown = opened(fake())
    size = "() => { const c = document.querySelector('.ward-canvas'); const s = map_ward.getSize();"
    size += " return [c.width / s.x, c.height / s.y, parseFloat(c.style.width) / s.x]; }"
    screen = shown.page.evaluate(size)
    shown.page.evaluate(f"() => {CANVAS}.setRatio(3)")
    assert shown.page.evaluate(size) == pytest.approx([3, 3, 1], abs=0.01)
    house = grid(1, row=0)[0]
    look_at(shown.page, house.x, house.y, 18)
    assert shown.page.evaluate(READ, [[house.x, house.y]]) == [[*COLOURS["ok"], 255]]
    shown.page.evaluate(f"() => {CANVAS}.setRatio(null)")
    assert shown.page.evaluate(size) == pytest.approx(screen)
    assert screen == pytest.approx([1.4, 1.4, 1.4], abs=0.01)


# ------------------------------------------------------------ the online base map


def test_tiles_that_do_not_come_take_themselves_away_with_a_message(opened):
    result = fake(tiles="https://tiles.example/{z}/{x}/{y}.png")
    shown = opened(result)
    message = shown.page.locator(".ward-tiles-failed[role=status]")
    message.wait_for()
    assert "bản đồ nền" in message.inner_text()
    assert shown.page.locator(".leaflet-tile").count() == 0
    assert any(address.startswith("https://tiles.example/") for address in shown.requests)
    assert COLOURS["ok"] in shown.colours(grid(1, row=0)[0])
    show(shown, "lang=en")
    assert "online base map" in message.inner_text()


def test_the_attribution_of_tiles_is_text(opened):
    result = fake(tiles="https://tiles.example/{z}/{x}/{y}.png")
    result.project.base_map.attribution = "<img src=x onerror=window.pwned=1> & Thử"
    shown = opened(result)
    assert shown.page.evaluate("window.pwned === undefined")
    assert shown.page.locator(".leaflet-control-attribution img").count() == 0


def test_without_tiles_nothing_is_asked_for(opened):
    shown = opened(fake())
    assert len(shown.requests) == 1
    assert shown.page.locator(".ward-tiles-failed").count() == 0


# ------------------------------------------------------------------ while it is dragged


def picture(page):
    """Return the map's canvas as it is seen, without what lies over it."""
    box = page.locator("#map_ward").bounding_box()
    clip = {"x": box["x"] + 200, "y": box["y"] + 100, "width": 500, "height": 400}
    with MemoryFile(page.screenshot(clip=clip)) as file, file.open() as image:
        return image.read((1, 2, 3)).astype(int)


def share_alike(one, other):
    return (np.abs(one - other).max(axis=0) < 8).mean()


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_what_a_drag_brings_into_sight_is_drawn_ahead(browser, alley_result, tmp_path):
    with Opened(browser, written(tmp_path, alley_result)) as shown:
        page = shown.page
        middle = alley_result.houses.geometry.iloc[0].centroid
        look_at(page, middle.x, middle.y, 17)
        before = picture(page)
        box = page.locator("#map_ward").bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        # Farther than what is drawn around the picture.
        page.mouse.move(x - 300, y - 250, steps=15)
        page.wait_for_timeout(300)
        dragged = picture(page)
        page.mouse.up()
        page.wait_for_timeout(700)
        # The same place drawn at once.
        page.evaluate("map_ward.setZoom(16, {animate: false})")
        page.evaluate("map_ward.setZoom(17, {animate: false})")
        page.wait_for_timeout(300)
        assert share_alike(dragged, before) < 0.96
        # Names stand where the whole picture leaves room for them.
        assert share_alike(dragged, picture(page)) > 0.985
        assert shown.said == []


# ---------------------------------------------------------------- the halves of the data


def test_picture_is_there_before_the_rest_of_the_data(browser, tmp_path):
    path = written(tmp_path, fake())
    page = path.read_text("utf-8")
    path.write_text(re.sub(r'(id="details">.{40})[^<]*', r"\1", page), "utf-8")
    with Opened(browser, path, wait=False) as shown:
        shown.page.wait_for_selector("html[data-drawn=yes]")
        assert COLOURS["ok"] in shown.colours(grid(1, row=0)[0])
        shown.page.wait_for_selector("#ward-damaged:visible")
        # Nothing that would ask for the rest can be used.
        assert shown.page.locator("#ward-panel[inert]").count() == 1
        assert shown.page.locator("html[data-ready]").count() == 0
