"""How large the map is, how soon it is ready and how smoothly it pans, beside folium's GeoJson.

    FIREACCESS_DATA=... python benchmarks/map.py [--runs 3] [--houses 30000] [--keep FOLDER]

The ward is that of ``make_district.py`` with footprints of houses, through the whole pipeline: the
map holds every way, every reason and the evidence. folium draws the same houses and roads with a
tooltip of a few columns, as SVG and on its canvas, Leaflet put into the file in the same manner.
Each figure is the median of several runs in headless Chromium, the three files in turn. Targets
are printed beside the figures and not enforced, for machines differ and are shared.
"""

import argparse
import gc
import re
import statistics
import sys
import tempfile
import time
from pathlib import Path

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from branca.element import CssLink
from playwright.sync_api import sync_playwright

import fireaccess
from fireaccess.outputs.map import write_map
from fireaccess.outputs.map.figure import OWN_STYLE, OfflineFigure
from fireaccess.outputs.map.page import _LeafletMap
from fireaccess.outputs.texts import texts

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))

from make_district import CRS, make_district  # noqa: E402
from run import machine  # noqa: E402

# Within it the town has ten thousand segments.
AREA = shapely.box(105.7931, 20.9818, 105.8383, 21.0090)
OURS, SVG, CANVAS = "fireaccess", "folium, SVG", "folium, canvas"
SLOWER = 4
COLOURS = {
    "ok": "#0072B2",
    "needs_survey": "#F0E442",
    "unconnected": "#BBBBBB",
    "yes": "#0072B2",
    "unknown": "#F0E442",
}
FAILING = "#D55E00"
# A page is ready at the second frame after it is loaded. The map says itself when its picture is
# drawn, and when it answers: by then the second half of its data is unpacked.
NOTE_READY = """
window.readyAt = window.answersAt = null;
const note = (name) => { window[name] = window[name] || performance.now(); };
// At once, as for the others: the next frame has to wait for the second half.
new MutationObserver(() => {
  const { drawn, ready } = document.documentElement.dataset;
  if (drawn === "yes") note("readyAt");
  if (ready === "yes") note("answersAt");
}).observe(document, { attributeFilter: ["data-drawn", "data-ready"], subtree: true });
const twice = (then) => requestAnimationFrame(() => requestAnimationFrame(then));
addEventListener("load", () => {
  if (document.querySelector("#ward-print")) return;
  twice(() => { note("readyAt"); note("answersAt"); });
});
"""
# The page forbids what playwright's own waiting does.
UNTIL_READY = """() => new Promise((done) => {
  const watch = () => (window.answersAt === null ? requestAnimationFrame(watch) : done());
  watch();
})"""
NOTE_FRAMES = """() => {
  window.frames_ms = [];
  const note = (now) => {
    window.frames_ms.push(now);
    if (!window.noted) requestAnimationFrame(note);
  };
  requestAnimationFrame(note);
}"""
# What the page's main thread was busy with tells more than the clock on a shared machine.
FIGURES = (
    "ready, s",
    "answers, s",
    "busy until then, s",
    "frames/s while dragged",
    "longest frame, ms",
)
DRAGS = [(400, 0), (-400, 150), (0, -300), (0, 150)]


# The files ----------------------------------------------------------------------------------


def footprints(folder):
    """Give the houses of a project an outline each: 5 m by 12 m, turned at random."""
    table = pd.read_csv(folder / "houses.csv", dtype=str, keep_default_na=False)
    lon, lat = table.pop("lon").astype(float), table.pop("lat").astype(float)
    places = gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs="EPSG:4326").to_crs(CRS)
    turn = np.random.default_rng(1).random(len(places)) * np.pi
    along, across = [
        length / 2 * np.column_stack([np.cos(angle), np.sin(angle)])
        for length, angle in ((12, turn), (5, turn + np.pi / 2))
    ]
    middle = shapely.get_coordinates(places.to_numpy())
    corners = [middle + a * along + b * across for a, b in ((1, 1), (1, -1), (-1, -1), (-1, 1))]
    houses = gpd.GeoDataFrame(
        table, geometry=shapely.polygons(np.stack(corners, axis=1)), crs=CRS
    ).to_crs("EPSG:4326")
    houses.to_file(folder / "houses.geojson", driver="GeoJSON", COORDINATE_PRECISION=7)
    file = folder / "fireaccess.toml"
    text = file.read_text(encoding="utf-8").replace("houses.csv", "houses.geojson")
    file.write_text(text, encoding="utf-8")


def colour_of(column):
    def style(feature):
        colour = COLOURS.get(feature["properties"][column], FAILING)
        return {"color": colour, "fillColor": colour, "weight": 1, "fillOpacity": 0.8}

    return style


def write_folium(result, path, *, canvas):
    """Write houses and roads as a planner would with folium, in a file that works offline."""
    figure = OfflineFigure(title=result.project.name, language="vi")
    figure.header.add_child(CssLink(OWN_STYLE))
    ward_map = _LeafletMap(texts("vi"))
    ward_map.options["preferCanvas"] = canvas
    ward_map.add_to(figure)
    roads = result.segments[["segment_id", "name", "reached", "geometry"]]
    houses = result.houses[["house_id", "address", "status", "hose_m", "hydrant_m", "geometry"]]
    for frame, column in ((roads, "reached"), (houses, "status")):
        shown = [name for name in frame.columns if name != "geometry"]
        folium.GeoJson(
            frame,
            style_function=colour_of(column),
            tooltip=folium.GeoJsonTooltip(shown),
            smooth_factor=1,
        ).add_to(ward_map)
    west, south, east, north = result.houses.total_bounds
    ward_map.fit_bounds([[south, west], [north, east]])
    # folium's own tooltips need inline styles, which the policy of `OfflineFigure` forbids.
    page = re.sub("<meta http-equiv=[^>]*>", "", figure.render())
    path.write_bytes(page.encode("utf-8", "replace"))


def written(result, folder, runs):
    """Write each file several times; their paths and the seconds that each took."""
    writers = {
        OURS: lambda path: write_map(result, path),
        SVG: lambda path: write_folium(result, path, canvas=False),
        CANVAS: lambda path: write_folium(result, path, canvas=True),
    }
    paths = {name: folder / f"{k}.html" for k, name in enumerate(writers)}
    seconds = {name: [] for name in writers}
    for _ in range(runs):
        for name, write in writers.items():
            begun = time.perf_counter()
            write(paths[name])
            seconds[name].append(time.perf_counter() - begun)
    return paths, seconds


# The browser --------------------------------------------------------------------------------


def opened(browser, path, rate):
    """Open a file, drag its map about: the figures that `FIGURES` names."""
    context = browser.new_context(offline=True, viewport={"width": 1366, "height": 768})
    page = context.new_page()
    said = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(NOTE_READY)
    session = context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": rate})
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(path.as_uri(), timeout=600_000)
    page.evaluate(UNTIL_READY)
    metrics = session.send("Performance.getMetrics")["metrics"]
    busy_s = {metric["name"]: metric["value"] for metric in metrics}["TaskDuration"]
    page.wait_for_timeout(500)
    box = page.locator("#map_ward").bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.evaluate(NOTE_FRAMES)
    for dx, dy in DRAGS:
        page.mouse.move(x - dx / 2, y - dy / 2)
        page.mouse.down()
        page.mouse.move(x + dx / 2, y + dy / 2, steps=30)
        page.mouse.up()
    page.wait_for_timeout(300)
    ready_s, answers_s = page.evaluate("[window.readyAt / 1000, window.answersAt / 1000]")
    frames_ms = np.diff(page.evaluate("(window.noted = true, window.frames_ms)"))
    context.close()
    if said:
        raise SystemExit(f"{path}: {said}")
    return ready_s, answers_s, busy_s, 1000 / frames_ms.mean(), frames_ms.max()


def measured(paths, runs):
    """Open each file in turn, unthrottled and throttled; the medians of what `opened` tells."""
    told = {(name, rate): [] for name in paths for rate in (1, SLOWER)}
    with sync_playwright() as playwright:
        for run in range(runs):
            for (name, rate), figures in told.items():
                # A browser of its own: what one page leaves behind would slow the next.
                browser = playwright.chromium.launch(
                    executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
                )
                figures.append(opened(browser, paths[name], rate))
                browser.close()
                told_now = ", ".join(
                    f"{what} {value:.2f}" for what, value in zip(FIGURES, figures[-1], strict=True)
                )
                print(f"  run {run + 1}, {name}, CPU × 1/{rate}: {told_now}", flush=True)
    return {key: [statistics.median(of) for of in zip(*all_runs, strict=True)]
            for key, all_runs in told.items()}  # fmt: skip


# The table ----------------------------------------------------------------------------------


def table(paths, seconds, figures):
    """Rows of Markdown: each figure of the three files, the ratios and the target."""
    size = {name: path.stat().st_size / 1e6 for name, path in paths.items()}
    write = {name: statistics.median(of) for name, of in seconds.items()}
    rows = [("size, MB", size, "≤ 2.5; ≥ 5 × smaller"), ("written, s", write, "≤ 2")]
    targets = {
        1: ("≤ 0.6; ≥ 3 × sooner", "", "", "≥ 50", ""),
        SLOWER: ("≤ 2; ≥ 3 × sooner", "", "", "≥ 40", "< 250"),
    }
    for rate, expected in targets.items():
        for k, what in enumerate(FIGURES):
            values = {name: figures[name, rate][k] for name in paths}
            rows.append((f"{what}, CPU × 1/{rate}", values, expected[k]))
    heads = ("", OURS, SVG, CANVAS, "SVG / ours", "canvas / ours", "target")
    yield "| " + " | ".join(heads) + " |"
    yield "|" + " --- |" * len(heads)
    for what, values, expected in rows:
        ours = values[OURS]
        cells = [what, *(f"{values[name]:.2f}" for name in (OURS, SVG, CANVAS))]
        cells += [f"{values[name] / ours:.1f}" for name in (SVG, CANVAS)]
        yield "| " + " | ".join([*cells, expected]) + " |"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--houses", type=int, default=30_000, help="houses (default 30000)")
    parser.add_argument("--keep", type=Path, help="folder for project and files, kept")
    options = parser.parse_args()
    gc.disable()  # as the command line does
    with tempfile.TemporaryDirectory(prefix="fireaccess-map-") as scratch:
        folder = options.keep or Path(scratch)
        project = folder / "district"
        if not project.exists():
            make_district(project, options.houses, AREA)
            footprints(project)
        result = fireaccess.run(fireaccess.Project.open(project))
        counts = f"{len(result.houses):,} houses, {len(result.segments):,} road segments"
        print(f"{machine()}\n{counts}", flush=True)
        paths, seconds = written(result, folder, options.runs)
        figures = measured(paths, options.runs)
        print(f"\n{counts}\n")
        print("\n".join(table(paths, seconds, figures)))


if __name__ == "__main__":
    main()
