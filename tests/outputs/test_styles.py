"""Styles of results.gpkg: what the map draws, in the words of QGIS.

QGIS itself is not at hand. Its expressions are tried in SQLite, which reads these the same way; the
names of symbol layers and properties are held against those that its sources read.
"""

import dataclasses
import itertools
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree as ET

import geopandas as gpd
import pandas as pd
import pyogrio
import pytest
import shapely

import fireaccess
from fireaccess.outputs.map import figure
from fireaccess.outputs.map.document import document
from fireaccess.outputs.styles import (
    CLASSED,
    LOOKS,
    OTHER,
    PLAN_CLASSED,
    PLAN_LOOKS,
    qml,
    write_styles,
)
from fireaccess.outputs.texts import plan_texts, texts
from fireaccess.outputs.writing import rounded
from fireaccess.project import Project
from fireaccess.sources.sample import write_sample
from maps import fake, values

SCRIPT = (Path(figure.__file__).parent / "scripts" / "styles.js").read_text(encoding="utf-8")
PLAN_SCRIPT = (Path(figure.__file__).parent / "scripts" / "plan.js").read_text(encoding="utf-8")
POINT = shapely.Point(105.8, 21.0)
SQUARE = shapely.box(105.8, 21.0, 105.9, 21.1)
LINE = shapely.LineString([(105.8, 21.0), (105.9, 21.0)])

# Symbol layers of QGIS as style files and src/core/symbology show them; QGIS itself was never run
# on these styles. The symbols that each may be part of, the kind of symbol that it is drawn with,
# and those of the properties it reads that are used here.
SIZE = {"size", "size_unit", "size_map_unit_scale"}
OUTLINE = {"outline_color", "outline_style", "outline_width", "outline_width_unit"}
QGIS = {
    "SimpleMarker": ({"marker"}, None, {"name", "angle", "color", "joinstyle", *SIZE, *OUTLINE}),
    "FilledMarker": ({"marker"}, "fill", {"name", "color", "outline_style", *SIZE}),
    "FontMarker": ({"marker"}, None, {"chr", "color", *SIZE, *OUTLINE}),
    "SimpleLine": (
        {"line", "fill"},
        None,
        {"line_color", "line_width", "line_width_unit", "width_map_unit_scale", "capstyle"}
        | {"use_custom_dash", "customdash", "customdash_unit", "customdash_map_unit_scale"},
    ),
    "MarkerLine": ({"line"}, "marker", {"placement", "rotate"}),
    "SimpleFill": ({"fill"}, None, {"color", *OUTLINE}),
    "LinePatternFill": (
        {"fill"},
        "line",
        {"angle", "color", "distance", "distance_unit", "line_width", "line_width_unit"},
    ),
    "PointPatternFill": (
        {"fill"},
        "marker",
        {f"{name}{end}" for name in ("distance_x", "distance_y") for end in ("", "_unit")}
        | {"displacement_x", "displacement_x_unit"},
    ),
    "CentroidFill": ({"fill"}, "marker", {"point_on_surface"}),
}
# QgsSimpleMarkerSymbolLayerBase::decodeShape
SHAPES = {"square", "octagon", "diamond", "triangle", "circle", "cross", "cross2", "line"}
# The fields that QgsOgrProviderMetadata::saveStyle creates, as GDAL declares them in SQLite.
TABLE = [
    ("id", "INTEGER"),
    ("f_table_catalog", "TEXT(256)"),
    ("f_table_schema", "TEXT(256)"),
    ("f_table_name", "TEXT(256)"),
    ("f_geometry_column", "TEXT(256)"),
    ("styleName", "TEXT(30)"),
    ("styleQML", "TEXT"),
    ("styleSLD", "TEXT"),
    ("useAsDefault", "BOOLEAN"),
    ("description", "TEXT"),
    ("owner", "TEXT(30)"),
    ("ui", "TEXT(30)"),
    ("update_time", "DATETIME"),
]


def geopackage(path, frames):
    """Write layers as results.gpkg has them, without styles."""
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": "2000-01-01T00:00:00.000Z"})
    for name, frame in frames.items():
        kinds = set(frame.geometry.geom_type)
        options = {} if len(kinds) == 1 else {"geometry_type": "Unknown"}
        pyogrio.write_dataframe(frame, path, layer=name, append=path.exists(), **options)
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})
    return path


def layers(result):
    return {name: rounded(getattr(result, name)) for name in LOOKS}


def query(path, text):
    with closing(sqlite3.connect(path)) as connection:
        connection.create_function("geom_to_wkt", 1, as_text)
        return connection.execute(text.replace("$geometry", "geom")).fetchall()


def as_text(blob):
    """Return what a GeoPackage holds of a geometry as text, named as QGIS names it."""
    envelope = (0, 32, 48, 48, 64)[blob[3] >> 1 & 7]
    text = shapely.from_wkb(blob[8 + envelope :]).wkt
    for name in ("Multi", "Point", "LineString", "Polygon"):
        text = text.replace(name.upper(), name)
    return text


def styles(path):
    found = query(path, "SELECT f_table_name, styleQML FROM layer_styles")
    return {name: ET.fromstring(text) for name, text in found}


def classes(path, layer):
    """Return the class of each object of a layer, as QGIS finds it."""
    attr = styles(path)[layer].find("renderer-v2").get("attr")
    return [key or OTHER for (key,) in query(path, f"SELECT {attr} FROM {layer} ORDER BY fid")]


@pytest.fixture(scope="module")
def styled(result, tmp_path_factory):
    path = geopackage(tmp_path_factory.mktemp("styles") / "results.gpkg", layers(result))
    write_styles(path, "vi")
    return path


# The same as on the map
@pytest.fixture(scope="module")
def on_the_map(browser):
    """The looks of all classes, as the script has them."""
    page = browser.new_page()
    found = page.evaluate(f"() => {{ {SCRIPT}\nreturn {{ STYLES, STATUSES, CLASSED }}; }}")
    page.close()
    return found


def as_script(look):
    found = {key: value for key, value in dataclasses.asdict(look).items() if value is not None}
    return found | ({"dash": list(look.dash)} if look.dash else {})


@pytest.mark.parametrize("layer", [*CLASSED])
def test_classes_and_their_looks_are_those_of_the_map(layer, on_the_map):
    drawn = on_the_map["STYLES"][layer]
    if layer == "houses":
        drawn = {key: drawn[key] for key in on_the_map["STATUSES"]}
    own = {key: as_script(look) for key, look in LOOKS[layer].items() if key != OTHER}
    assert list(own.items()) == list(drawn.items())


def test_classes_are_named_by_the_words_of_the_map(on_the_map):
    kinds = {layer: classed["kind"] for layer, classed in on_the_map["CLASSED"].items()}
    assert {layer: kind for layer, (_, kind) in CLASSED.items()} == {"houses": "status", **kinds}
    for layer, language in itertools.product(CLASSED, ("vi", "en")):
        root = ET.fromstring(qml(layer, ["marker"], texts(language)))
        labels = [each.get("label") for each in root.iter("category") if each.get("value")]
        words = texts(language)
        keys = [key for key in LOOKS[layer] if key != OTHER]
        assert labels == [words[f"{CLASSED[layer][1]}.{key}"] for key in keys]


def test_every_object_of_the_sample_is_of_the_class_that_the_map_puts_it_in(styled, result):
    drawn = document(result)["layers"]
    told = {"houses": "status", "segments": "reached", "barriers": "effect", "alleys": "alley"}
    for layer, column in {**told, "water": "works", "fire_points": "works"}.items():
        # Where points and areas mix, the kind follows the class.
        found = [key.split(" ")[0] for key in classes(styled, layer)]
        assert found, layer
        assert found == values(drawn[layer]["columns"][column]), layer


def test_whatever_is_missing_is_of_the_class_that_the_map_puts_it_in(tmp_path):
    shown = fake(n=12)
    works = list(itertools.product([True, False, None], ["yes", "no", "unknown", None]))
    for name in ("water", "fire_points"):
        frame = getattr(shown, name)
        frame["working"], frame["usable"] = map(list, zip(*works, strict=True))
        frame["working"] = frame["working"].astype("boolean")
    deep = [*itertools.product([True, False, None], repeat=2)]
    shown.alleys = shown.alleys.head(9)
    shown.alleys["deep"], shown.alleys["certain"] = map(list, zip(*deep, strict=True))
    frames = {name: rounded(getattr(shown, name)) for name in ("water", "fire_points", "alleys")}
    path = geopackage(tmp_path / "results.gpkg", frames)
    write_styles(path, "vi")
    drawn = document(shown)["layers"]
    for layer, column in {"water": "works", "fire_points": "works", "alleys": "alley"}.items():
        assert classes(path, layer) == values(drawn[layer]["columns"][column])


def test_objects_without_a_value_or_with_another_one_are_drawn(tmp_path):
    frames = {
        "houses": gpd.GeoDataFrame({"status": ["ok", None]}, geometry=[POINT] * 2, crs=4326),
        "segments": gpd.GeoDataFrame({"reached": ["no", None]}, geometry=[LINE] * 2, crs=4326),
        "barriers": gpd.GeoDataFrame({"effect": ["pass", None]}, geometry=[POINT] * 2, crs=4326),
    }
    path = geopackage(tmp_path / "results.gpkg", frames)
    write_styles(path, "en")
    assert classes(path, "houses") == ["ok", OTHER]
    assert classes(path, "segments") == ["no", "unknown"]
    assert classes(path, "barriers") == ["pass", "unknown"]
    (last,) = [each for each in styles(path)["houses"].iter("category") if not each.get("value")]
    assert last.get("label") == "not known"


# What QGIS makes of it
def symbols(root):
    return root.findall("renderer-v2/symbols/symbol")


@pytest.mark.parametrize(
    ("layer", "kind"),
    [
        *itertools.product(["segments", "alleys", "hydrant_gaps", "dead_ends"], ["line"]),
        *itertools.product(
            ["houses", "barriers", "water", "fire_points", "draft_points"],
            ["marker", "line", "fill"],
        ),
    ],
)
def test_symbols_are_made_of_what_qgis_has(layer, kind):
    root = ET.fromstring(qml(layer, [kind], plan_words("en")))
    assert {symbol.get("type") for symbol in symbols(root)} == {kind}
    for symbol in root.iter("symbol"):
        assert symbol.findall("layer")
        for part in symbol.findall("layer"):
            may_be_in, inner, properties = QGIS[part.get("class")]
            assert symbol.get("type") in may_be_in
            assert [each.get("type") for each in part.findall("symbol")] == (
                [inner] if inner else []
            )
            given = {each.get("k"): each.get("v") for each in part.findall("prop")}
            assert given.keys() <= properties
            for key, value in given.items():
                if key.endswith("color"):
                    assert re.fullmatch(r"(\d{1,3},){3}\d{1,3}", value)
                elif key.endswith("_unit"):
                    assert value in ("MM", "RenderMetersInMapUnits")
                    assert re.fullmatch(r"[0-9.]+(;[0-9.]+)*", given[key.removesuffix("_unit")])
                elif key.endswith("_scale"):
                    least, most = re.fullmatch(r"3x:0,0,1,([0-9.]+),1,([0-9.]+)", value).groups()
                    assert 0 < float(least) < float(most)
            if "Marker" in part.get("class") and "name" in given:
                assert given["name"] in SHAPES


@pytest.mark.parametrize("kinds", [["marker"], ["fill"], ["fill", "marker"]])
@pytest.mark.parametrize("layer", CLASSED)
def test_each_class_has_a_symbol_of_its_own(layer, kinds):
    root = ET.fromstring(qml(layer, kinds, texts("vi")))
    categories = root.findall("renderer-v2/categories/category")
    assert len(categories) == len(LOOKS[layer]) * len(kinds)
    assert [each.get("symbol") for each in categories] == [
        each.get("name") for each in symbols(root)
    ]
    assert len({each.get("value") for each in categories}) == len(categories)


@pytest.mark.parametrize("kind", ["marker", "fill"])
def test_houses_have_the_hatches_of_the_map(kind):
    root = ET.fromstring(qml("houses", [kind], texts("en")))
    found = {
        key: [
            (part.get("class"), *(each.get("v") for each in part.findall("prop[@k='angle']")))
            for part in symbol.iter("layer")
            if "Pattern" in part.get("class")
        ]
        for key, symbol in zip(LOOKS["houses"], symbols(root), strict=True)
    }
    slant = ("LinePatternFill", "45")
    assert found == {
        "ok": [],
        "needs_survey": [("PointPatternFill",)],
        "no_water": [("LinePatternFill", "0")],
        "no_road": [slant],
        "no_road_no_water": [slant, ("LinePatternFill", "135")],
        "unconnected": [],
        OTHER: [],
    }


def test_the_first_class_of_the_legend_lies_on_top():
    for layer in ("segments", "alleys", "barriers", "water"):
        root = ET.fromstring(qml(layer, ["line"], texts("en")))
        assert root.find("renderer-v2").get("symbollevels") == "1"
        passes = [int(symbol.find("layer").get("pass")) for symbol in symbols(root)]
        assert passes == [*reversed(range(len(passes)))]


def test_what_styles_speak_of_is_in_the_file(styled, result):
    for layer, root in styles(styled).items():
        columns = {row[1] for row in query(styled, f"PRAGMA table_info({layer})")}
        attr = root.find("renderer-v2").get("attr")
        named = set() if attr is None else set(re.findall(r'"(\w+)"', attr)) or {attr}
        named |= {text.get("fieldName") for text in root.iter("text-style")}
        assert named <= columns, layer
        assert named or layer in ("hydrant_gaps", "dead_ends", "draft_points")
    assert styles(styled)["alleys"].get("labelsEnabled") == "1"


# Points, areas and both
@pytest.mark.parametrize(
    ("geometry", "number"),
    [
        ([POINT], "0"),
        ([SQUARE], "2"),
        ([SQUARE, shapely.MultiPolygon([SQUARE])], "2"),
        ([shapely.MultiPoint([POINT])], "0"),
        ([None], "0"),
        ([], "0"),
    ],
)
def test_the_symbols_are_chosen_by_what_a_layer_holds(geometry, number, tmp_path):
    status = pd.array(["ok"] * len(geometry), dtype="string")
    houses = gpd.GeoDataFrame({"status": status}, geometry=geometry, crs=4326)
    roads = gpd.GeoDataFrame({"reached": []}, geometry=[], crs=4326)
    path = geopackage(tmp_path / "results.gpkg", {"houses": houses, "segments": roads})
    write_styles(path, "vi")
    assert styles(path)["houses"].findtext("layerGeometryType") == number
    assert {each.get("type") for each in symbols(styles(path)["houses"])} == {
        {"0": "marker", "2": "fill"}[number]
    }
    assert styles(path)["segments"].findtext("layerGeometryType") == "1"


def test_points_and_areas_of_one_layer_each_find_their_symbols(tmp_path):
    geometry = [POINT, SQUARE, shapely.MultiPolygon([SQUARE]), LINE, POINT, SQUARE]
    works = ["yes", "yes", "no", "unknown", None, "no"]
    frames = {
        "water": gpd.GeoDataFrame(
            {"working": [True] * 5 + [False], "usable": works}, geometry=geometry, crs=4326
        ),
        "houses": gpd.GeoDataFrame(
            {"status": ["ok", "no_road", None]}, geometry=[POINT, SQUARE, SQUARE], crs=4326
        ),
    }
    path = geopackage(tmp_path / "results.gpkg", frames)
    write_styles(path, "vi")
    assert classes(path, "water") == [
        "usable marker",
        "usable fill",
        "unusable fill",
        "unknown line",
        "unknown marker",
        "broken fill",
    ]
    assert classes(path, "houses") == ["ok marker", "no_road fill", " fill"]
    for layer, root in styles(path).items():
        assert root.find("layerGeometryType") is None  # QGIS gives the style to both
        types = {symbol.get("name"): symbol.get("type") for symbol in symbols(root)}
        of = {each.get("value"): types[each.get("symbol")] for each in root.iter("category")}
        assert all(of[key] == key.split(" ")[1] for key in classes(path, layer))


# The file
def test_the_table_is_that_of_qgis(styled):
    assert [row[1:3] for row in query(styled, "PRAGMA table_info(layer_styles)")] == TABLE
    rows = query(
        styled,
        "SELECT f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, "
        "useAsDefault, owner, update_time, description FROM layer_styles",
    )
    assert {row[2] for row in rows} == LOOKS.keys()
    for catalog, schema, layer, column, name, default, owner, time, description in rows:
        # QGIS looks for an empty schema and the very name of the geometry column.
        assert (catalog, schema, layer, column, default, owner) == ("", "", name, "geom", 1, "")
        assert time == "2000-01-01T00:00:00.000Z"
        assert description == "Bản đồ tiếp cận chữa cháy"


def test_gdal_reads_the_styles_and_every_layer(styled, result):
    kinds = dict(map(tuple, pyogrio.list_layers(styled)))
    assert list(kinds) == [*LOOKS, "layer_styles"]
    assert kinds["layer_styles"] is None
    read = pyogrio.read_dataframe(styled, layer="layer_styles")
    assert list(read.columns) == [name for name, _ in TABLE[1:]]
    assert read["useAsDefault"].dtype == bool
    assert pyogrio.read_info(styled, layer="layer_styles")["fid_column"] == "id"
    for name in LOOKS:
        assert len(pyogrio.read_dataframe(styled, layer=name)) == len(getattr(result, name))
    assert query(styled, "PRAGMA integrity_check") == [("ok",)]


def test_same_layers_give_the_same_bytes_and_leave_nothing_beside_the_file(tmp_path, result):
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        write_styles(geopackage(tmp_path / folder / "results.gpkg", layers(result)), "vi")
    one, other = tmp_path.glob("*/results.gpkg")
    assert one.read_bytes() == other.read_bytes()
    assert len([*tmp_path.glob("*/*")]) == 2


# A plan
DRAWN_BY_THE_MAP = ("measures", "sites", "walk")
PLAN_KINDS = {"measures": "marker", "sites": "marker", "not_covered": "marker"} | {
    "walk": "line",
    "solutions": "line",
}


def plan_words(language):
    return {**texts(language), **plan_texts(language)}


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """The sample ward with its plan, as it is written."""
    project = Project.open(write_sample(tmp_path_factory.mktemp("planned") / "ward"))
    planned = fireaccess.plan(fireaccess.run(project))
    return planned, fireaccess.write(planned, with_map=False)["plan.gpkg"]


@pytest.fixture(scope="module")
def plan_on_the_map(browser):
    """The looks of the classes of a plan, as its script has them."""
    begin = PLAN_SCRIPT.index("const PROPOSED")
    own = PLAN_SCRIPT[begin : PLAN_SCRIPT.index("Object.assign(ID_COLUMNS")]
    page = browser.new_page()
    found = page.evaluate(f"() => {{ {SCRIPT}\n{own}\nreturn {{ STYLES, CLASSED }}; }}")
    page.close()
    return found


@pytest.mark.parametrize("layer", DRAWN_BY_THE_MAP)
def test_a_plan_looks_as_on_the_map(layer, plan_on_the_map):
    own = {key: as_script(look) for key, look in PLAN_LOOKS[layer].items()}
    assert [*own] == [*plan_on_the_map["STYLES"][layer]]
    assert own == plan_on_the_map["STYLES"][layer]
    classed = plan_on_the_map["CLASSED"].get(layer)
    assert (classed and classed["kind"]) == PLAN_CLASSED.get(layer, (None, None))[1]


@pytest.mark.parametrize("layer", PLAN_LOOKS)
def test_symbols_of_a_plan_are_made_of_what_qgis_has(layer):
    test_symbols_are_made_of_what_qgis_has(layer, PLAN_KINDS[layer])


@pytest.mark.parametrize("layer", PLAN_CLASSED)
def test_classes_of_a_plan_have_words_and_symbols_of_their_own(layer):
    for language in ("vi", "en"):
        root = ET.fromstring(qml(layer, [PLAN_KINDS[layer]], plan_words(language)))
        categories = root.findall("renderer-v2/categories/category")
        assert [each.get("value") for each in categories] == [*PLAN_LOOKS[layer]]
        assert all(each.get("label") for each in categories)
        parts = {b"".join(map(ET.tostring, symbol)) for symbol in symbols(root)}
        assert len(parts) == len(PLAN_LOOKS[layer])


def test_a_ring_is_open_and_what_is_proposed_has_a_dashed_edge():
    def properties(layer):
        root = ET.fromstring(qml(layer, ["marker"], plan_words("en")))
        return {
            key: [
                {each.get("k"): each.get("v") for each in part.findall("prop")}
                for part in symbol.findall("layer")
            ]
            for key, symbol in zip(PLAN_LOOKS[layer], symbols(root), strict=True)
        }

    for parts in properties("measures").values():
        assert [part["name"] for part in parts] == ["circle", "circle"]
        assert all(part["color"].endswith(",0") for part in parts)
    for parts in properties("sites").values():
        assert parts[1]["outline_style"] == "dash"
        assert parts[2]["name"] == "cross"


def test_every_row_of_a_plan_is_of_its_class(planned):
    result, path = planned
    plan = result.plan
    ranked = plan["measures"]["rank"].notna()
    assert classes(path, "measures") == ranked.map({True: "chosen", False: "further"}).tolist()
    assert set(classes(path, "measures")) == {"chosen", "further"}
    assert classes(path, "sites") == plan["sites"]["kind"].tolist()
    assert classes(path, "solutions") == plan["solutions"]["state"].tolist()
    kinds = plan["not_covered"]["kind"]
    assert classes(path, "not_covered") == [f"without_{kind}" for kind in kinds]
    for layer in PLAN_CLASSED:
        assert set(classes(path, layer)) <= PLAN_LOOKS[layer].keys()


def test_styles_of_a_plan_are_read_by_gdal_and_speak_of_its_columns(planned):
    _, path = planned
    assert styles(path).keys() == PLAN_LOOKS.keys()
    read = pyogrio.read_dataframe(path, layer="layer_styles")
    assert read["useAsDefault"].all()
    for layer, root in styles(path).items():
        columns = {row[1] for row in query(path, f"PRAGMA table_info({layer})")}
        attr = root.find("renderer-v2").get("attr")
        named = set() if attr is None else set(re.findall(r'"(\w+)"', attr)) or {attr}
        named |= {text.get("fieldName") for text in root.iter("text-style")}
        assert named, layer
        assert named <= columns, layer
        assert {symbol.get("type") for symbol in symbols(root)} == {PLAN_KINDS[layer]}
    for layer in DRAWN_BY_THE_MAP:
        assert styles(path)[layer].get("labelsEnabled") == "1"
    assert query(path, "PRAGMA integrity_check") == [("ok",)]


def test_a_plan_without_rows_has_its_styles(tmp_path, planned):
    result, _ = planned
    frames = {name: rounded(result.plan[name]).head(0) for name in PLAN_LOOKS}
    path = tmp_path / "plan.gpkg"
    for name, frame in frames.items():
        pyogrio.write_dataframe(
            frame, path, layer=name, append=path.exists(), geometry_type="Unknown"
        )
    write_styles(path, "vi")
    found = {name: {each.get("type") for each in symbols(r)} for name, r in styles(path).items()}
    assert found == {name: {kind} for name, kind in PLAN_KINDS.items()}


def test_the_same_plan_gives_the_same_bytes(tmp_path, planned):
    result, _ = planned
    frames = {name: rounded(result.plan[name]) for name in PLAN_LOOKS}
    for folder in ("one", "other"):
        (tmp_path / folder).mkdir()
        write_styles(geopackage(tmp_path / folder / "plan.gpkg", frames), "vi")
    one, other = tmp_path.glob("*/plan.gpkg")
    assert one.read_bytes() == other.read_bytes()
    assert len([*tmp_path.glob("*/*")]) == 2
