"""Hand-made results to draw maps of, and maps opened in a browser without a network."""

import base64
import gzip
import itertools
import json
import re
from pathlib import Path
from types import SimpleNamespace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.statistics import HouseFigures, by_group
from fireaccess.model.layers import LAYERS
from fireaccess.model.norm import load_norm
from fireaccess.model.vehicle import load_vehicle
from fireaccess.outputs.map import write_map

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
# What the layers of a run have beside the columns of SPEC §12.
_MORE_COLUMNS = {
    "segments": ("alley_id", "beside_a_road", "passable_class", "grade"),
    "barriers": ("date", "keyholder"),
    "water": ("source", "last_checked"),
    "fire_points": ("source", "last_checked"),
}


def frame(layer, rows, geometry):
    """Return a layer with all columns of the result files, missing where ``rows`` say nothing."""
    names = [*LAYERS[layer], *_MORE_COLUMNS.get(layer, ())]
    columns = {name: [row.get(name) for row in rows] for name in names}
    return gpd.GeoDataFrame(columns, geometry=list(geometry), crs="EPSG:4326")


def grid(n, *, row):
    """Return points in a line from west to east, 55 m apart."""
    return [shapely.Point(EAST + 0.0005 * i, NORTH + 0.0005 * row) for i in range(n)]


UNUSED = (
    "extinguisher",
    "extinguisher_checked",
    "transmitter",
    "registered_month",
    "installed_date",
    "approved",
)


def fake(
    text=lambda i: f"Số {i} Ngõ 5",
    *,
    n=12,
    name="Phường Thử",
    polygons=False,
    language="vi",
    tiles=None,
):
    """Return a small result; ``text`` makes what the survey wrote in row i."""
    points = grid(n, row=0)
    house_rows = [
        {
            "house_id": text(i),
            "address": text(i),
            "group": f"Tổ {i % 3}",
            "people": 4,
            "near_150": i % 2 == 0,
            "water": ("covered", "needs_survey", "not_covered", None)[i % 4],
            "point": (None, "covered")[i % 2],
            "segment_id": text(i),
            "flags": "",
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
            "date": "2026-07-03",
        }
        for i in range(n)
    ]
    evidence = pd.DataFrame(
        [
            {
                "object": text(i),
                "source": ("survey", "osm", "norm")[i % 3],
                "file": text(i),
                "row": i + 2,
                "value": text(i),
                "date": "2026-07-03",
                "method": text(i),
                "accuracy_m": 0.1,
                "used": i % 2 == 0,
            }
            for i in range(n)
        ],
        columns=list(LAYERS["evidence"]),
    )
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
    ends = [
        {
            "dead_end_id": text(i),
            "name": text(i),
            "length_m": 20.5 * i,
            "length_best_m": None,
            "certain": i % 2 == 0,
            "reverse_m": 20.5 * i,
            "too_long": ("yes", "no", "unknown")[i % 3],
            "turning": ("unknown", "no", "yes")[i % 3],
            "passing_places": 0,
            "passing_needed": [1, None][i % 2],
            "width_m": [3.2, None][i % 2],
            "houses": i,
        }
        for i in range(n)
    ]
    drafts = [
        {
            "draft_point_id": text(i),
            "object_id": text(i),
            "kind": text(i),
            "name": [text(i), None][i % 2],
            "source": "osm",
            "distance_m": 4.25 * i,
            "access": ("truck", "unknown", "portable_pump", "none")[i % 4],
            "perennial": ("yes", "unknown")[i % 2],
            "lift_m": [1.5, None][i % 2],
            "answer": ("yes", "unknown", "no")[i % 3],
            "houses_served": i,
            "houses_without_water": i,
            "houses_gained": i,
            "missing": [None, f"ask_owner;{text(i)}"][i % 2],
        }
        for i in range(n)
    ]
    if polygons:
        points = [point.buffer(0.0001, cap_style="square") for point in points]
    lines = [shapely.LineString([(p.x, p.y), (p.x + 0.0002, p.y + 0.0001)]) for p in grid(n, row=2)]
    deep = [shapely.MultiLineString([line]) for line in shapely.transform(lines, lambda c: c)]
    deep = [shapely.affinity.translate(line, yoff=0.0005) for line in deep]
    houses, segments = frame("houses", house_rows, points), frame("segments", roads, lines)
    figures = HouseFigures.of_layer(houses.assign(**dict.fromkeys(UNUSED)))
    stations = gpd.GeoDataFrame(
        {"object_id": ["T1"], "name": [text(0)]}, geometry=grid(1, row=7), crs="EPSG:4326"
    )
    groups = gpd.GeoDataFrame(
        {"group": [f"Tổ {i}" for i in range(3)]},
        geometry=[shapely.box(EAST, NORTH, EAST + 0.001, NORTH + 0.001)] * 3,
        crs="EPSG:4326",
    )
    return SimpleNamespace(
        houses=houses,
        segments=segments,
        alleys=frame("alleys", alleys, deep),
        barriers=frame("barriers", barriers, grid(n, row=4)),
        water=frame("water", things, grid(n, row=5)),
        fire_points=frame("fire_points", things, grid(n, row=6)),
        dead_ends=frame("dead_ends", ends, lines),
        draft_points=frame("draft_points", drafts, grid(n, row=8)),
        stations=stations,
        groups=groups,
        open_water=gpd.GeoDataFrame({"kind": [], "name": []}, geometry=[], crs="EPSG:4326"),
        evidence=evidence,
        house_rows=pd.DataFrame({"best_stopped_by": None, "water_best_m": np.nan}, range(n)),
        stops=None,
        routes=None,
        network=None,
        plan=None,
        openstreetmap=True,
        area=shapely.box(EAST - 0.001, NORTH - 0.001, EAST + 0.001 + 0.0005 * n, NORTH + 0.004),
        project=SimpleNamespace(
            name=name,
            roads=Path("roads.osm"),
            inputs=SimpleNamespace(population=None),
            base_map=SimpleNamespace(tiles=tiles, attribution="© Thử"),
            options=SimpleNamespace(
                language=language,
                synthetic=False,
                personal_data=False,
                starts="arterial",
                turns=False,
            ),
        ),
        norm=load_norm("vn"),
        vehicle=load_vehicle("standard"),
        statistics={
            "dates": {"roads": "2026-05-01", "newest_evidence": "2026-07-03"},
            "not_verified": {"norm": {"hose_limit_m": 200.0}, "vehicle": {}},
            "area": {**figures.statistics(), "roads": {"alley_measured_share": 0.0912}},
            "groups": by_group(houses, figures, segments),
        },
    )


def hostile(i):
    return HOSTILE[i % len(HOSTILE)]


def written(tmp_path, result):
    path = tmp_path / "map.html"
    write_map(result, path)
    return path


def unpacked(page):
    """Return the document that a page was written from: its two halves as one."""
    scripts = re.findall(r'<script type="text/plain"[^>]*>(.*?)</script>', page, re.S)
    document, details = (json.loads(gzip.decompress(base64.b64decode(text))) for text in scripts)
    for name, columns in details.pop("columns").items():
        document["layers"][name]["columns"].update(columns)
    for name, geometry in details.pop("shapes").items():
        document["layers"][name]["geometry"] = geometry
    return {**document, **details}


def values(column):
    """Return a packed column as texts, as the browser reads it."""
    if isinstance(column, list):
        return column
    if "codes" in column:
        return [None if code < 0 else column["words"][code] for code in column["codes"]]
    numbers = itertools.accumulate(column["steps"])
    return [f"{column['begin']}{number:0{column['digits']}}" for number in numbers]


LAYER_NAMES = (
    *("houses", "segments", "alleys", "barriers", "water", "fire_points"),
    *("dead_ends", "draft_points"),
)


def frames(result):
    return {name: getattr(result, name) for name in LAYER_NAMES}


def emptied(result):
    """Leave nothing in a result but its columns."""
    for name in (*LAYER_NAMES, "stations", "groups", "evidence"):
        setattr(result, name, getattr(result, name).iloc[:0])
    result.house_rows = result.house_rows.iloc[:0]
    result.area = None
    result.statistics["area"].update(
        HouseFigures.of_layer(result.houses.assign(**dict.fromkeys(UNUSED))).statistics()
    )
    result.statistics["groups"] = []
    result.statistics["area"]["roads"]["alley_measured_share"] = None
    return result


#: As playwright's own waiting for an expression, which compiles it anew at each frame: the page's
#: policy forbids that.
_UNTIL = """() => new Promise((done, failed) => {{
  const end = performance.now() + 30000;
  const look = () => {{
    if ({expression}) done();
    else if (performance.now() > end) failed(new Error("it never came to be so"));
    else requestAnimationFrame(look);
  }};
  look();
}})"""


def until(page, expression):
    """Wait until an expression is true in a page."""
    page.evaluate(_UNTIL.format(expression=expression))


class Opened:
    """A map in a browser without a network, and all that the browser said of it."""

    def __init__(self, browser, path, *, wait=True, fragment="", **options):
        self.context = browser.new_context(
            offline=True, **{"viewport": {"width": 1366, "height": 768}, **options}
        )
        self.page = self.context.new_page()
        self.requests, self.said = [], []
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.said.append(message.text))
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.goto(path.as_uri() + fragment)
        if wait:
            self.page.wait_for_selector("html[data-ready=yes]")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.context.close()

    def click_on(self, geometry):
        """Click on a geometry's middle and return the card."""
        place = geometry.interpolate(0.5, normalized=True) if geometry.length else geometry
        place = place if place.geom_type == "Point" else place.centroid
        self.page.evaluate(
            "([y, x]) => { map_ward.setView([y, x], 19, {animate: false}) }", [place.y, place.x]
        )
        box = self.page.locator("#map_ward").bounding_box()
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.page.wait_for_selector("#ward-card:not([hidden])")
        return self.page.locator("#ward-card")

    def choose(self, layer, object_id):
        """Choose an object by a link to it, and return the card."""
        self.page.evaluate(
            "at => { location.hash = String(new URLSearchParams({ at })) }", f"{layer}:{object_id}"
        )
        card = self.page.locator("#ward-card")
        card.and_(self.page.locator(":not([hidden])")).wait_for()
        return card

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
