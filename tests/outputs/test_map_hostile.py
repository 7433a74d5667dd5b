"""A survey written by an enemy: every text of every table, road names, file names, the project."""

import html
import json
import unicodedata

import pytest
from towns import Town

from fireaccess.model.layers import TABLES, kind_of
from fireaccess.outputs.map import write_map
from fireaccess.pipeline import run
from fireaccess.project import Project
from maps import HOSTILE, Opened, unpacked, values

# What a table can hold at all: readers refuse the null character, and blanks are made one.
TYPED = [text for text in HOSTILE if text.isprintable() or "\u202e" in text]
FILE_NAME = "{{ 7*191 }} `${window.pwned=1}` <img src=x onerror=pwned=1> 'x' {# 3"


def texts_of(table, number):
    """Return an enemy's word in every column of text but the ids, which have to differ."""
    typed = TYPED[number % len(TYPED)]
    columns = {
        name: f"{typed} {name}"
        for name, rule in TABLES[table].columns.items()
        if kind_of(rule) == "text" and name not in _READ_AS_CODES and not name.endswith("_id")
    }
    return f"{typed} {table}{number}", columns


# Columns of text whose words decide something, or name a day.
_READ_AS_CODES = {"type", "kind", "registered_month", "osm_id", "segment_id"}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    """Compute a town of which an enemy wrote every text."""
    town = Town()
    town.road("Đường Chính", [(0, 0), (400, 0)], highway="primary")
    for number in range(len(TYPED)):
        x = 20 + 20 * number
        town.road(f"{TYPED[number]} road", [(x, 0), (x, 120), (x, 300)])
        for table, place, more in (
            ("widths", (x, 60), {"width_m": 2 + number % 3}),
            ("clearances", (x, 100), {"height_m": 4}),
            ("barriers", (x, 120), {"type": "bollard", "state": "fixed"}),
            ("water", (x + 3, 10), {"type": "hydrant", "working": "yes"}),
            ("fire_points", (x + 3, 80), {"working": "no"}),
            ("solutions", (x + 3, 90), {"type": "pipe"}),
            ("stations", (x, 2), {}),
            ("violations", (x, 5), {"kind": "parking"}),
            ("approved", (x + 5, 50), {}),
        ):
            object_id, columns = texts_of(table, number)
            if table == "approved":
                columns["house_id"] = f"{TYPED[number]} houses{number}"
                columns.pop("road_name")
                columns.pop("group")
            town.row(table, object_id, place, **columns, **more)
        house_id, columns = texts_of("houses", number)
        town.house(house_id, (x + 6, 200), people=3, **columns)
    folder = tmp_path_factory.mktemp("hostile")
    file = town.write(folder, name=" ".join(TYPED), personal_data=True)
    for path in folder.glob("*.csv"):
        new = f"{FILE_NAME} {path.stem}.csv"
        path.rename(folder / new)
        toml = file.read_text("utf-8").replace(f'"{path.name}"', f'"{new}"')
        file.write_text(toml, "utf-8")
    return run(Project.open(file))


@pytest.fixture(scope="module")
def path(result, tmp_path_factory):
    """Write its map."""
    path = tmp_path_factory.mktemp("map") / "map.html"
    write_map(result, path)
    return path


def nfc(text):
    return unicodedata.normalize("NFC", text)


def test_page_holds_every_text_as_typed_and_in_its_data_alone(result, path):
    page = path.read_text("utf-8")
    document = unpacked(page)
    held = document["layers"]
    for number, typed in enumerate(TYPED):
        for layer, column, table in (
            ("houses", "house_id", "houses"),
            ("barriers", "keyholder", "barriers"),
            ("water", "object_id", "water"),
            ("fire_points", "object_id", "fire_points"),
            ("stations", "name", "stations"),
        ):
            found = values(held[layer]["columns"][column])
            wanted = texts_of(table, number)
            text = wanted[0] if column.endswith("_id") else wanted[1][column]
            assert any(nfc(text) in (value or "") for value in found), (layer, text)
        assert nfc(f"{typed} road") in values(held["segments"]["columns"]["name"])
    assert "1337" not in json.dumps(document)
    # Outside its data the page holds the title alone, escaped.
    before = page.partition('type="text/plain"')[0].replace(html.escape(result.project.name), "")
    assert "pwned" not in before


def test_nothing_runs_and_all_is_shown_as_typed(browser, path, result):
    with Opened(browser, path) as shown:
        page = shown.page
        for number, typed in enumerate(TYPED):
            for layer, name, wanted, key in (
                ("houses", "address", f"{typed} address", "house_id"),
                ("segments", "name", f"{typed} road", "segment_id"),
                ("barriers", "object_id", f"{typed} barriers{number}", "barrier_id"),
                ("water", "object_id", f"{typed} water{number}", "object_id"),
            ):
                frame = getattr(result, layer)
                row = frame[frame[name] == nfc(wanted)].iloc[0]
                card = shown.choose(layer, row[key])
                assert nfc(wanted) in card.evaluate("node => node.textContent"), (layer, number)
            # A search for it neither runs it nor breaks.
            page.locator("#ward-search input").fill(typed)
        page.locator("#ward-search input").fill("")
        assert page.evaluate("window.pwned") is None
        assert "1337" not in page.evaluate("document.body.innerText")
        assert page.locator("img, iframe, object, [onerror], [onmouseover]").count() == 0
        assert page.title().startswith(result.project.name.split("\u202e")[0][:20])
        assert shown.said == []
        assert len(shown.requests) == 1
