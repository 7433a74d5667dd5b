"""The map in a notebook, and single layers on a plain folium map."""

import folium
import pytest

from fireaccess.outputs.map.figure import asset
from fireaccess.outputs.map.inline import WardLayers, WardMap
from fireaccess.outputs.map.page import page
from fireaccess.project import Project
from fireaccess.sources.sample import write_sample
from maps import EAST, HOSTILE, NORTH, fake, hostile


def test_frame_shows_the_map(browser, tmp_path):
    result = fake(name=f"Phường {HOSTILE[4]} \" '")
    shown = WardMap(page(result), title=result.project.name)
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!DOCTYPE html><title>n</title>{shown._repr_html_()}", "utf-8")
    context = browser.new_context(offline=True)
    outer = context.new_page()
    said = []
    outer.on("console", lambda message: said.append(message.text))
    outer.on("pageerror", lambda error: said.append(str(error)))
    outer.goto(notebook.as_uri())
    frame = outer.frame_locator("iframe")
    frame.locator("html[data-ready=yes]").wait_for()
    assert result.project.name in frame.locator("#ward-panel h1").evaluate("n => n.textContent")
    assert outer.locator("iframe").get_attribute("title") == result.project.name
    assert said == []
    context.close()


def test_saved_map_is_the_page(tmp_path):
    shown = WardMap("<!DOCTYPE html>đ", title="Phường")
    assert shown.save(tmp_path / "map.html").read_text("utf-8") == shown.page


@pytest.mark.parametrize("language", ["vi", "en"])
def test_project_gives_its_map(tmp_path, language):
    file = write_sample(tmp_path / "ward")
    file.write_text(file.read_text("utf-8").replace('language = "vi"', f'language = "{language}"'))
    shown = Project.open(file).map()
    assert f'<html lang="{language}">' in shown.page


@pytest.fixture
def composed(browser, tmp_path):
    """Open a plain folium map with layers, its assets from this machine."""
    contexts = []

    def open_map(*layers):
        ward_map = folium.Map(location=[NORTH, EAST + 0.003], zoom_start=17, tiles=None)
        for layer in layers:
            layer.add_to(ward_map)
        folium.LayerControl(collapsed=False).add_to(ward_map)
        path = tmp_path / "composed.html"
        ward_map.save(path)
        context = browser.new_context()
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", serve)
        said = []
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(path.as_uri())
        page.wait_for_selector("canvas.ward-canvas")
        return page, said

    yield open_map
    for context in contexts:
        context.close()


def serve(route):
    """Answer for folium's servers: with Leaflet, and with nothing for what its markers need."""
    address = route.request.url
    if address.startswith("file:"):
        route.continue_()
        return
    name = address.rpartition("/")[2]
    known = {
        "leaflet.js": "xstatic:leaflet/leaflet.js",
        "leaflet.css": "xstatic:leaflet/leaflet.css",
    }
    kind = "text/css" if name.endswith(".css") else "text/javascript"
    route.fulfill(content_type=kind, body=asset(known[name]) if name in known else "")


def test_layers_on_a_plain_map(composed):
    result = fake(hostile, n=6)
    houses = WardLayers(result, ("houses",))
    others = WardLayers(result, ("barriers", "water"))
    page, said = composed(houses, others)
    labels = page.locator(".leaflet-control-layers-overlays label")
    assert [text.strip() for text in labels.all_inner_texts()] == [
        "Nhà",
        "Vật cản, chỗ hẹp, Nguồn nước",
    ]
    assert page.locator("canvas.ward-canvas").count() == 2
    for layer in ("houses", "barriers"):
        place = getattr(result, layer).geometry[3]
        name = page.evaluate("Object.keys(window).find((key) => /^map_/.test(key))")
        at = page.evaluate(
            f"([y, x]) => {{ const p = {name}.latLngToContainerPoint([y, x]); return [p.x, p.y] }}",
            [place.y, place.x],
        )
        page.mouse.click(*at)
        page.wait_for_selector(".leaflet-popup-content")
        told = page.locator(".leaflet-popup-content").evaluate("node => node.textContent")
        assert hostile(3) in told
        page.keyboard.press("Escape")
        page.wait_for_selector(".leaflet-popup-content", state="detached")
    labels.first.locator("input").click()
    assert page.locator("canvas.ward-canvas").count() == 1
    assert page.evaluate("window.pwned") is None
    assert "1337" not in page.content().replace(houses.data, "").replace(others.data, "")
    assert said == []


def test_layers_have_to_be_named():
    result = fake()
    with pytest.raises(ValueError, match="house is no layer of the map; there are houses, seg"):
        WardLayers(result, ("house",))
    with pytest.raises(ValueError, match="nothing is no layer"):
        WardLayers(result, ())
