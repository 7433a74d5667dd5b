"""The ways packed for the page, and the lines that its scripts draw of them."""

import gzip
import json
from importlib import resources
from types import SimpleNamespace

import numpy as np
import pytest
import shapely
from towns import BY_WIDTH, Town, degrees, one_alley

from fireaccess.outputs.map import payload
from fireaccess.outputs.map.routes import routes
from fireaccess.sources.coordinates import WGS84, transform_xy

ON_FOOT = ("hose", "hose_best", "hydrant", "water", "water_best", "point")
LAYERS = ("houses", "segments", "water", "fire_points")
SCRIPTS = "\n".join(
    resources.files("fireaccess.outputs.map").joinpath(f"scripts/{name}.js").read_text("utf-8")
    for name in ("payload", "routes")
)
# Every way of every house, its points in degrees. As text: playwright takes long over objects.
WAYS = """(text) => {
  %s
  const ward = JSON.parse(text);
  const layers = {};
  for (const name of Object.keys(ward.layers)) layers[name] = new Layer(name, ward.layers[name]);
  const routes = new Routes(ward, layers);
  const place = (x, y) => [
    (x - 0.5) * 360, (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI,
  ];
  const told = (way) => way && {
    metres: way.metres,
    points: Array.from({ length: way.points.length / 2 }, (_, i) =>
      place(way.points[2 * i], way.points[2 * i + 1])),
  };
  const all = (name, ask) =>
    Array.from({ length: ward.routes.truck[name].length }, (_, i) => told(ask(i)));
  return JSON.stringify({
    hose: all("houses", (i) => routes.hose(i, false)),
    hose_best: all("houses", (i) => routes.hose(i, true)),
    hydrant: all("houses", (i) => routes.to("hydrant", i)),
    water: all("houses", (i) => routes.to("water", i)),
    water_best: all("houses", (i) => routes.to("water_best", i)),
    point: all("houses", (i) => routes.to("point", i)),
    truck: all("houses", (i) => routes.truck("houses", i)),
    alleys: all("alleys", (i) => routes.truck("alleys", i)),
    barriers: all("barriers", (i) => routes.truck("barriers", i)),
  });
}"""


@pytest.fixture(scope="module")
def draw(browser):
    """Give what draws all ways of a result in the browser, as the page's scripts do."""
    page = browser.new_page()

    def drawn_ways(result):
        layers = {name: payload.layer(getattr(result, name), {}) for name in LAYERS}
        layers["segments"] = payload.layer(result.segments, {"length_m": payload.number(2)})
        ward = {"layers": layers, "routes": routes(result)}
        return json.loads(page.evaluate(WAYS % SCRIPTS, json.dumps(ward, allow_nan=False)))

    yield drawn_ways
    page.close()


def figures(result):
    houses, own = result.houses, result.house_rows
    return {
        "hose": houses["hose_m"],
        "hose_best": houses["hose_best_m"],
        "hydrant": houses["hydrant_m"],
        "water": houses["water_m"],
        "water_best": own["water_best_m"],
        "point": houses["point_m"],
        "truck": houses["truck_m"],
    }


def expect_drawn(result, ways):
    """Check every drawn way of every house: its length, and that it leads to the house."""
    for kind, told in figures(result).items():
        for way, metres, shape in zip(ways[kind], told, result.houses.geometry, strict=True):
            assert (way is None) == bool(np.isnan(metres)), kind
            if way is None:
                continue
            # coordinates are rounded to a millionth of a degree, places on segments to 10 cm
            assert abs(way["metres"] - metres) <= max(0.01 * metres, 0.25), kind
            if kind != "truck":
                assert shapely.distance(shapely.Point(way["points"][-1]), shape) < 2e-6, kind
    for kind, lon, lat, end in (
        ("hose", "stand_lon", "stand_lat", 0),
        ("truck", "stand_lon", "stand_lat", -1),
    ):
        stands = result.houses[[lon, lat]].to_numpy()
        for way, stand in zip(ways[kind], stands, strict=True):
            assert way is None or np.abs(np.array(way["points"][end]) - stand).max() < 2e-6


@pytest.fixture(scope="module", params=["result", "commune"])
def sample(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def sample_ways(sample, draw):
    return draw(sample)


def test_every_way_of_the_samples_is_drawn_as_long_as_it_is(sample, sample_ways):
    expect_drawn(sample, sample_ways)
    for kind in (*ON_FOOT, "truck"):
        assert sum(way is not None for way in sample_ways[kind]) > 100, kind


def test_drawn_lines_are_those_of_the_analysis(sample, sample_ways):
    """What the browser follows is, along all of it, the way that Python gives."""
    ways, found = sample_ways, sample.routes
    lines = {
        "hose": found.hose_line,
        "hose_best": lambda i: found.hose_line(i, best=True),
        "point": lambda i: found.line_to("point", i),
        "water": lambda i: found.line_to("water", i),
        "truck": found.truck_way,
    }
    for kind, line in lines.items():
        for i in range(0, len(sample.houses), 11):
            expect_same(ways[kind][i], line(i), sample)
    for name in ("alleys", "barriers"):
        assert any(ways[name])
        for i, way in enumerate(ways[name]):
            expect_same(way, found.truck_way(i, to=name), sample)


def expect_same(way, line, result):
    assert (way is None) == (line is None)
    if way is not None:
        points = [shapely.Point(x, y) for x, y in way["points"]]
        drawn_line = points[0] if len(points) == 1 else shapely.LineString(points)
        carried = shapely.transform(line, lambda xy: to_degrees(xy, result))
        assert shapely.hausdorff_distance(drawn_line, carried) < 3e-6


def to_degrees(xy, result):
    return np.column_stack(transform_xy(xy[:, 0], xy[:, 1], result.network.crs, WGS84))


# --- by hand ------------------------------------------------------------------------------------
def expect_points(way, *points):
    """Check a drawn way's vertices, given in metres of the drawing, within the page's rounding."""
    assert len(way["points"]) == len(points), way["points"]
    expected = [degrees(point) for point in points]
    assert np.abs(np.array(way["points"]) - expected).max() < 1.5e-6


def test_ways_of_a_town(tmp_path, draw):
    """A bend, a block, a polygon, an object on the door's own segment and one round the corner."""
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(200, 0), (200, 100), (260, 180), (260, 300)], width=BY_WIDTH)
    town.node((200, 100), barrier="block")
    town.house("a", [(272, 240), (290, 240), (290, 260), (272, 260)]).house("b", (100, 8))
    town.water("N1", (320, 6)).row("fire_points", "P1", (265, 200))
    ways = draw(town.run(tmp_path))
    door = [(260, 240), (272, 240)]
    expect_points(ways["hose"][0], (200, 100), (260, 180), *door)
    expect_points(ways["hose_best"][0], (200, 100), (260, 180), *door)
    expect_points(ways["truck"][0], (200, 0), (200, 100))
    expect_points(ways["hydrant"][0], (320, 6), (320, 0), (200, 0), (200, 100), (260, 180), *door)
    expect_points(ways["point"][0], (265, 200), (260, 200), *door)
    expect_points(ways["hose"][1], (100, 0), (100, 8))
    expect_points(ways["truck"][1], (100, 0))
    expect_points(ways["barriers"][0], (200, 0), (200, 100))
    expect_points(ways["alleys"][0], (200, 0), (200, 100))


def test_a_loop_is_left_by_its_nearer_side(tmp_path, draw):
    town = one_alley(100).house("h", (210, 50))
    loop = [(200, 100), (300, 100), (300, 200), (100, 200), (100, 100), (200, 100)]
    town.road("Ngõ 2", loop).water("N1", (310, 130)).row("fire_points", "P1", (90, 130))
    ways = draw(town.run(tmp_path))
    there = [(200, 100), (200, 50), (210, 50)]
    expect_points(ways["water"][0], (310, 130), (300, 130), (300, 100), *there)
    expect_points(ways["point"][0], (90, 130), (100, 130), (100, 100), *there)


@pytest.mark.parametrize("starts", ["arterial", "stations"])
def test_a_way_from_a_station_begins_there(tmp_path, draw, starts):
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 250)).house("near", (30, 10))
    town.row("stations", "S1", (50, 0)).row("stations", "S2", (380, 0))
    result = town.run(tmp_path, starts=starts)
    assert set(routes(result)["truck"]["begin_m"].values()) == {50, 150}
    ways = draw(result)
    expect_points(ways["truck"][0], (50, 0), (200, 0), (200, 250))
    expect_points(ways["truck"][1], (50, 0), (30, 0))


def test_no_way_is_drawn_where_there_is_none(tmp_path, draw):
    town = one_alley().road("Đảo", [(400, 200), (400, 300)]).house("far", (300, 150))
    town.house("island", (410, 250)).water("N1", (100, 4))
    ways = draw(town.run(tmp_path))
    assert all(ways[kind] == [None, None] for kind in (*ON_FOOT, "truck"))


# --- what is packed -----------------------------------------------------------------------------
def test_only_what_some_way_uses_is_packed(sample):
    packed = routes(sample)
    count = len(packed["u"])
    assert len(packed["v"]) == count
    beyond = count - len(sample.segments)
    assert len(packed["length_m"]) == len(packed["lines"]["dimension"]) == beyond
    vertices = max(*packed["u"], *packed["v"]) + 1
    assert sorted({*packed["u"], *packed["v"]}) == list(range(vertices))
    further = set(range(len(sample.segments), count))
    used = {passage >> 1 for passage in np.flatnonzero(np.array(packed["truck"]["parent"]) >= 0)}
    used |= {passage >> 1 for passage in packed["truck"]["parent"] if passage >= 0}
    for name in ("houses", "alleys", "barriers"):
        used |= {passage >> 1 for passage in packed["truck"][name] if passage >= 0}
    for tree in packed["trees"].values():
        assert len(tree) == vertices
        used |= set(tree)
    for name in ("water", "fire_points"):
        used |= set(packed["doors"][name]["segment"])
    assert further <= used
    for kind, rows in packed["objects"].items():
        segment = packed["doors"]["fire_points" if kind == "point" else "water"]["segment"]
        assert all(segment[row] >= 0 for row in rows if row >= 0)


def test_the_same_result_packs_to_the_same(sample):
    assert json.dumps(routes(sample)) == json.dumps(routes(sample))


def test_a_result_made_by_hand_has_no_ways():
    packed = routes(SimpleNamespace(routes=None, network=None))
    assert packed.keys() >= {"lines", "length_m", "u", "v", "trees", "doors", "ways", "objects"}
    assert packed["ways"]["hose"] == packed["truck"]["houses"] == []


def test_the_ways_of_a_real_ward_are_small(real):
    text = json.dumps(routes(real), separators=(",", ":")).encode()
    assert len(gzip.compress(text, 6)) <= 150_000
