"""Styles in results.gpkg and plan.gpkg: QGIS opens their layers looking like the map.

QGIS finds them in the table ``layer_styles``, as ``QgsOgrProviderMetadata::saveStyle`` writes it
(src/core/providers/ogr/qgsogrprovidermetadata.cpp). Symbols are made of the symbol layers and
properties that src/core/symbology reads, written as ``prop``, which every QGIS 3 understands.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal
from xml.etree import ElementTree as ET

import pyogrio

from fireaccess.model.formats import Language
from fireaccess.outputs.texts import plan_texts, texts

BLUE: Final = "#0072B2"
NAVY: Final = "#00305C"
YELLOW: Final = "#F0E442"
VERMILION: Final = "#D55E00"
GREY: Final = "#BBBBBB"
DARK: Final = "#222222"
LIGHT: Final = "#FFFFFF"
NO_FILL: Final = "transparent"

#: What QGIS draws an object with, by whether it is a point, a line or an area.
Kind = Literal["marker", "line", "fill"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a class is drawn, as in the map's scripts ``styles.js`` and ``plan.js``."""

    shape: str
    fill: str | None = None
    edge: str | None = None
    hatch: str | None = None
    mark: str | None = None
    stroke: str | None = None
    dash: tuple[float, ...] | None = None
    width: float | None = None


#: Stands for what has no value: QGIS draws so whatever is of no other class, too.
OTHER: Final = ""

#: The classes of each layer in the order of the legend.
LOOKS: Final[Mapping[str, Mapping[str, Look]]] = MappingProxyType(
    {
        "houses": {
            "ok": Look(shape="house", fill=BLUE),
            "needs_survey": Look(shape="house", fill=YELLOW, hatch="dots"),
            "no_water": Look(shape="house", fill=VERMILION, hatch="level"),
            "no_road": Look(shape="house", fill=VERMILION, hatch="slant"),
            "no_road_no_water": Look(shape="house", fill=VERMILION, hatch="cross"),
            "unconnected": Look(shape="house", fill=GREY),
            OTHER: Look(shape="house", fill=LIGHT),
        },
        "segments": {
            "yes": Look(shape="line", stroke=BLUE),
            "unknown": Look(shape="line", stroke=YELLOW, edge="#6B6400"),
            "no": Look(shape="line", stroke=VERMILION, edge=LIGHT, dash=(2, 2)),
        },
        "barriers": {
            "blocked": Look(shape="octagon", fill=VERMILION, mark="cross"),
            "unknown": Look(shape="octagon", fill=YELLOW, mark="question"),
            "delay": Look(shape="octagon", fill=BLUE, mark="bar"),
            "pass": Look(shape="octagon", fill=LIGHT, edge=BLUE),
            "corner_blocked": Look(shape="wedge", fill=VERMILION, mark="cross"),
            "corner_unknown": Look(shape="wedge", fill=YELLOW, mark="question"),
        },
        "alleys": {
            "deep": Look(shape="band", stroke="#4F3A5C", width=3.2),
            "perhaps_deep": Look(shape="band", stroke="#C3B2CC", width=3.2),
            "other": Look(shape="band", stroke="#8C8C8C", width=2),
            "perhaps_other": Look(shape="band", stroke="#D9D9D6", width=2),
        },
        "water": {
            "usable": Look(shape="diamond", fill=BLUE, mark="drop"),
            "unknown": Look(shape="diamond", fill=YELLOW, mark="question"),
            "unusable": Look(shape="diamond", fill=VERMILION, mark="bar"),
            "broken": Look(shape="diamond", fill=LIGHT, edge=VERMILION, mark="cross"),
        },
        "fire_points": {
            "usable": Look(shape="triangle", fill=BLUE),
            "unknown": Look(shape="triangle", fill=YELLOW, mark="question"),
            "unusable": Look(shape="triangle", fill=VERMILION, mark="bar"),
            "broken": Look(shape="triangle", fill=LIGHT, edge=VERMILION, mark="cross"),
        },
        "dead_ends": {
            "yes": Look(shape="band", stroke=VERMILION, width=2.8),
            "unknown": Look(shape="band", stroke=YELLOW, width=2.2),
            "no": Look(shape="band", stroke=GREY, width=1.8),
            "silent": Look(shape="band", stroke="#7A7A7A", width=1.8),
        },
        "draft_points": {
            "yes": Look(shape="diamond", fill=LIGHT, edge=BLUE, mark="drop"),
            "unknown": Look(shape="diamond", fill=LIGHT, edge="#6B6400", mark="question"),
            "no": Look(shape="diamond", fill=LIGHT, edge="#7A7A7A", mark="cross"),
        },
        # The map has no such layer. Wider than the roads, it is seen above and below them.
        "hydrant_gaps": {"all": Look(shape="band", stroke=DARK, dash=(1, 1), width=1.8)},
    }
)

#: The same of each layer of a plan.
PLAN_LOOKS: Final[Mapping[str, Mapping[str, Look]]] = MappingProxyType(
    {
        "measures": {
            "chosen": Look(shape="ring", fill=NO_FILL, edge=DARK, width=3),
            "further": Look(shape="ring", fill=NO_FILL, edge="#7A7A7A", width=1.4, dash=(2, 2)),
        },
        "sites": {
            "hydrant": Look(
                shape="diamond", mark="plus", fill=LIGHT, edge=NAVY, dash=(3, 1.6), width=3.4
            ),
            "fire_point": Look(
                shape="triangle", mark="plus", fill=LIGHT, edge=NAVY, dash=(3, 1.6), width=3.4
            ),
        },
        "walk": {"all": Look(shape="line", stroke=DARK, edge=LIGHT, dash=(1, 1))},
        # The map tells these on the cards of alleys and houses. Dashes are what isn't there yet.
        "solutions": {
            "none": Look(shape="band", stroke=VERMILION, width=2.8),
            "not_known": Look(shape="band", stroke=YELLOW, edge="#6B6400", width=2),
            "proposed": Look(shape="band", stroke=NAVY, edge=LIGHT, dash=(2, 2), width=2),
            "existing": Look(shape="band", stroke=BLUE, width=1.4),
        },
        "not_covered": {
            "without_hydrant": Look(shape="diamond", fill=LIGHT, edge=VERMILION, mark="cross"),
            "without_fire_point": Look(shape="triangle", fill=LIGHT, edge=VERMILION, mark="cross"),
        },
    }
)

_WORKS: Final = (
    """CASE WHEN NOT "working" THEN 'broken' WHEN "usable" = 'yes' THEN 'usable' """
    """WHEN "usable" = 'no' THEN 'unusable' ELSE 'unknown' END"""
)
#: What tells the class of an object, a column or an expression of QGIS, and the kind of its name.
CLASSED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "houses": ("status", "status"),
        "segments": ("coalesce(\"reached\", 'unknown')", "reached"),
        "barriers": (
            """CASE WHEN "source" = 'corner' THEN 'corner_' ELSE '' END """
            """|| coalesce("effect", 'unknown')""",
            "effect",
        ),
        "alleys": (
            """CASE WHEN "deep" AND "certain" THEN 'deep' WHEN "deep" THEN 'perhaps_deep' """
            """WHEN "certain" THEN 'other' ELSE 'perhaps_other' END""",
            "alley",
        ),
        "water": (_WORKS, "works"),
        "fire_points": (_WORKS, "works"),
        "dead_ends": ("coalesce(\"too_long\", 'silent')", "too_long"),
        "draft_points": ("answer", "draft"),
    }
)
PLAN_CLASSED: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "measures": ("""CASE WHEN "rank" IS NULL THEN 'further' ELSE 'chosen' END""", "measure"),
        "sites": ("kind", "site"),
        "solutions": ("state", "state"),
        "not_covered": ("'without_' || \"kind\"", "label"),
    }
)
_ALL_LOOKS: Final = {**LOOKS, **PLAN_LOOKS}
_ALL_CLASSED: Final = {**CLASSED, **PLAN_CLASSED}
#: The column that names the objects of a layer.
_NAMED_BY: Final = {"alleys": "name", "measures": "rank", "sites": "rank", "walk": "rank"}
# Of the functions that tell points from areas, this one's answer is the same in every language.
_KIND: Final = (
    "CASE WHEN geom_to_wkt($geometry) LIKE '%Point%' THEN 'marker' "
    "WHEN geom_to_wkt($geometry) LIKE '%Line%' THEN 'line' ELSE 'fill' END"
)
_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {"POINT": "marker", "LINESTRING": "line", "POLYGON": "fill"}
)
#: Scales below which there is room for hatches and marks, for outlines, and for names.
_HATCHED, _OUTLINED, _NAMED = 6000, 3000, 4500
# A pixel of the page; and metres on the ground with the least and the greatest size in pixels.
_PIXEL_MM: Final = 0.2646
_HOUSE: Final = (9.0, 2.4, 20.0)
_SIGN: Final = (15.0, 5.2, 20.0)
_ROAD: Final = (3.6, 1.0, 9.0)

_SHAPES: Final[Mapping[str, float]] = MappingProxyType(
    {"octagon": 1.0, "diamond": 1.15, "triangle": 1.1, "wedge": 1.25, "ring": 1.45}
)
_ANGLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"level": ("0",), "slant": ("45",), "cross": ("45", "135")}
)


@dataclass(frozen=True, slots=True)
class _Part:
    """A layer of a symbol, shown below a scale, perhaps with a symbol that it is drawn with."""

    name: str
    properties: Mapping[str, str]
    below: int | None = None
    inner: tuple[Kind, Sequence[_Part]] | None = None


def write_styles(path: Path, language: Language) -> None:
    """Add the styles of all layers to a GeoPackage that has none yet.

    Parameters
    ----------
    path
        A GeoPackage with some or all of the layers of results.gpkg or of plan.gpkg.
    language
        That of the legends.
    """
    with closing(sqlite3.connect(path)) as connection:
        layers = connection.execute(
            "SELECT table_name, column_name, geometry_type_name FROM gpkg_geometry_columns"
        ).fetchall()
    words = {**texts(language), **plan_texts(language)}
    rows = [
        (layer, column, layer, qml(layer, _kinds(path, layer, column, geometry), words))
        for layer, column, geometry in sorted(layers)
        if layer in _ALL_LOOKS
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(
            # As GDAL makes it of the fields that QGIS names.
            'CREATE TABLE "layer_styles" ("id" INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, '
            '"f_table_catalog" TEXT(256), "f_table_schema" TEXT(256), "f_table_name" TEXT(256), '
            '"f_geometry_column" TEXT(256), "styleName" TEXT(30), "styleQML" TEXT, '
            '"styleSLD" TEXT, "useAsDefault" BOOLEAN, "description" TEXT, "owner" TEXT(30), '
            '"ui" TEXT(30), "update_time" DATETIME DEFAULT '
            "(strftime('%Y-%m-%dT%H:%M:%fZ','now')))"
        )
        # QGIS looks for an empty schema, not NULL. The time is that of the layers: a fixed one,
        # so that same inputs are same bytes.
        connection.executemany(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, "
            "f_geometry_column, styleName, styleQML, useAsDefault, description, owner, update_time)"
            " SELECT '', '', ?, ?, ?, ?, 1, ?, '', max(last_change) FROM gpkg_contents",
            [(*row, words["title"]) for row in rows],
        )
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, "
            "last_change, srs_id) SELECT 'layer_styles', 'attributes', 'layer_styles', '', "
            "max(last_change), 0 FROM gpkg_contents"
        )


def _kinds(path: Path, layer: str, column: str, geometry: str) -> list[Kind]:
    """Return what the objects of a layer are; more than one thing where points and areas mix."""
    names = [geometry]
    if geometry == "GEOMETRY":
        query = f'SELECT DISTINCT ST_GeometryType("{column}") AS name FROM "{layer}"'
        found = pyogrio.read_dataframe(path, sql=query, read_geometry=False)["name"]
        names = found.dropna().tolist()
    kinds = {_KINDS.get(name.removeprefix("MULTI")) for name in names}
    line = any(look.stroke for look in _ALL_LOOKS[layer].values())
    return sorted(filter(None, kinds)) or ["line" if line else "marker"]


def qml(layer: str, kinds: Sequence[Kind], words: Mapping[str, str]) -> str:
    """Return the style of a layer as QGIS reads it.

    Parameters
    ----------
    layer
        A key of `LOOKS` or `PLAN_LOOKS`.
    kinds
        What its objects are. QGIS opens points and areas of one layer as two, with one style.
    words
        The texts of the map, with those of a plan for its layers.
    """
    named = layer in _NAMED_BY
    attributes = {"version": "3.16.0", "styleCategories": "Symbology|Labeling"}
    root = ET.Element("qgis", attributes, labelsEnabled=str(int(named)))
    looks = _ALL_LOOKS[layer]
    renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", forceraster="0")
    drawn = [(key, look, kind) for kind in kinds for key, look in looks.items()]
    if layer in _ALL_CLASSED:
        expression, texts_of = _ALL_CLASSED[layer]
        mixed = len(kinds) > 1
        if mixed:
            expression = f"coalesce({expression}, '') || ' ' || {_KIND}"
        renderer.set("type", "categorizedSymbol")
        renderer.set("attr", expression)
        categories = ET.SubElement(renderer, "categories")
        for number, (key, _, kind) in enumerate(drawn):
            label = words["answer.unknown" if key == OTHER else f"{texts_of}.{key}"]
            value = f"{key} {kind}" if mixed else key
            attributes = {"symbol": str(number), "value": value, "type": "string", "label": label}
            ET.SubElement(categories, "category", attributes, render="true")
    # The legend's first class lies on top, but for houses, which don't cover one another.
    levels = layer != "houses"
    renderer.set("symbollevels", str(int(levels)))
    symbols = ET.SubElement(renderer, "symbols")
    for number, (key, look, kind) in enumerate(drawn):
        level = len(looks) - 1 - list(looks).index(key) if levels else 0
        _symbol(symbols, str(number), kind, _parts(look, kind), level)
    if named:
        root.append(_names(_NAMED_BY[layer], beside="marker" in kinds))
    if len(kinds) == 1:
        geometry = ET.SubElement(root, "layerGeometryType")
        geometry.text = str(("marker", "line", "fill").index(kinds[0]))
    ET.indent(root, " ")
    return ET.tostring(root, encoding="unicode")


def _parts(look: Look, kind: Kind) -> list[_Part]:
    """Return the layers of a symbol, the lowest first."""
    if look.stroke is not None:
        return _road(look, look.stroke)
    fill = look.fill or LIGHT
    if look.shape == "house":
        detail = [*_hatch(look.hatch), _Part("SimpleLine", _line(DARK, 0.7), _OUTLINED)]
        square = {"name": "square", "color": _colour(fill), "outline_style": "no"}
        square |= _sized("size", *_HOUSE)
        marker = [
            _Part("SimpleMarker", square),
            _Part("FilledMarker", square, _HATCHED, ("fill", detail)),
        ]
        area = [_Part("SimpleFill", {"color": _colour(fill), "outline_style": "no"}), *detail]
    else:
        marker = _sign(look, fill)
        area = [
            _Part("SimpleFill", {"color": _colour(fill, 0.35), **_outline(look.edge or fill, 2)}),
            _Part("CentroidFill", {"point_on_surface": "1"}, None, ("marker", marker)),
        ]
    if kind == "fill":
        return area
    if kind == "marker":
        return marker
    middle = {"placement": "centralpoint", "rotate": "0"}
    return [
        _Part("SimpleLine", _line(look.edge or fill, 2)),
        _Part("MarkerLine", middle, None, ("marker", marker)),
    ]


def _road(look: Look, stroke: str) -> list[_Part]:
    width = look.width or 1
    sizes = [size * width for size in _ROAD]
    parts = []
    if look.edge is not None:
        # Gaps are light; a line without gaps has a rim.
        rim = 0 if look.dash else 1.6
        edge = _sized("line_width", *(size + rim for size in sizes))
        parts.append(_Part("SimpleLine", _line(look.edge) | edge))
    line = _line(stroke) | _sized("line_width", *sizes)
    if look.dash:
        # All dashes and gaps of a line are equal: each is kept within the limits by itself.
        dash = _sized("customdash", *(look.dash[0] * size for size in sizes))
        dash["customdash"] = ";".join([dash["customdash"]] * len(look.dash))
        line |= {"use_custom_dash": "1", "capstyle": "flat", **dash}
    return [*parts, _Part("SimpleLine", line)]


def _hatch(hatch: str | None) -> Iterable[_Part]:
    if hatch == "dots":
        dot = {"name": "circle", "color": _colour(DARK), "outline_style": "no"}
        dots = [_Part("SimpleMarker", dot | _millimetres("size", 1.8))]
        apart = _millimetres("distance_x", 6) | _millimetres("distance_y", 6)
        apart |= _millimetres("displacement_x", 0)
        yield _Part("PointPatternFill", apart, _HATCHED, ("marker", dots))
    elif hatch is not None:
        lines = [_Part("SimpleLine", _line(DARK, 1.1))]
        apart = _millimetres("distance", 3 if hatch == "level" else 6 / 2**0.5)
        apart |= {"color": _colour(DARK), **_millimetres("line_width", 1.1)}
        for angle in _ANGLES[hatch]:
            yield _Part("LinePatternFill", apart | {"angle": angle}, _HATCHED, ("line", lines))


def _sign(look: Look, fill: str) -> list[_Part]:
    """Return a sign on a light rim: a blue one on blue houses would be lost."""
    shape = {"name": look.shape, "joinstyle": "miter"}
    if look.shape == "wedge":
        shape |= {"name": "triangle", "angle": "180"}
    elif look.shape == "ring":
        shape["name"] = "circle"
    shape |= _sized("size", *(size * _SHAPES[look.shape] for size in _SIGN))
    edge = _outline(look.edge or DARK, look.width or (2 if look.edge else 1.2))
    if look.dash:
        edge["outline_style"] = "dash"
    # What stands inside of a ring is seen.
    ground = NO_FILL if fill == NO_FILL else LIGHT
    parts = [
        _Part("SimpleMarker", {**shape, "color": _colour(ground), **_outline(LIGHT, 4)}),
        _Part("SimpleMarker", {**shape, "color": _colour(fill), **edge}),
    ]
    if look.mark is not None:
        parts.append(_mark(look.mark, look.edge or (DARK if fill == YELLOW else LIGHT)))
    return parts


def _mark(mark: str, colour: str) -> _Part:
    if mark == "question":
        letter = {"chr": "?", "color": _colour(colour), **_outline(colour, 0)}
        return _Part("FontMarker", letter | _share_of_sign(0.6), _HATCHED)
    name, angle, share = {
        "cross": ("cross2", "0", 0.42),
        "plus": ("cross", "0", 0.55),
        "bar": ("line", "90", 0.55),
        "drop": ("circle", "0", 0.25),
    }[mark]
    drawn = {"name": name, "angle": angle, "color": _colour(colour, 0), **_outline(colour, 1.5)}
    return _Part("SimpleMarker", drawn | _share_of_sign(share), _HATCHED)


def _share_of_sign(share: float) -> dict[str, str]:
    return _sized("size", *(size * share for size in _SIGN))


def _colour(colour: str, opacity: float = 1) -> str:
    """Return a colour as QGIS writes it.

    >>> _colour("#0072B2"), _colour("#FFFFFF", 0.35)
    ('0,114,178,255', '255,255,255,89')
    """
    if colour == NO_FILL:
        colour, opacity = LIGHT, 0
    return ",".join(map(str, (*bytes.fromhex(colour[1:]), round(255 * opacity))))


def _millimetres(name: str, pixels: float) -> dict[str, str]:
    return {name: f"{pixels * _PIXEL_MM:.4g}", f"{name}_unit": "MM"}


def _sized(name: str, metres: float, least: float, most: float) -> dict[str, str]:
    """Return a size on the ground that is kept between two sizes on the screen, in pixels."""
    limits = f"3x:0,0,1,{least * _PIXEL_MM:.4g},1,{most * _PIXEL_MM:.4g}"
    limited = "width" if name == "line_width" else name
    return {
        name: f"{metres:.4g}",
        f"{name}_unit": "RenderMetersInMapUnits",
        f"{limited}_map_unit_scale": limits,
    }


def _line(colour: str, pixels: float = 1) -> dict[str, str]:
    return {"line_color": _colour(colour), **_millimetres("line_width", pixels)}


def _outline(colour: str, pixels: float) -> dict[str, str]:
    return {"outline_color": _colour(colour), **_millimetres("outline_width", pixels)}


def _symbol(
    parent: ET.Element, name: str, kind: Kind, parts: Sequence[_Part], level: int = 0
) -> None:
    symbol = ET.SubElement(parent, "symbol", name=name, type=kind, alpha="1", clip_to_extent="1")
    for number, part in enumerate(parts):
        attributes = {"class": part.name, "enabled": "1", "locked": "0", "pass": str(level)}
        layer = ET.SubElement(symbol, "layer", attributes)
        for key, value in sorted(part.properties.items()):
            ET.SubElement(layer, "prop", k=key, v=value)
        if part.below is not None:
            layer.append(_shown_below(part.below))
        if part.inner is not None:
            _symbol(layer, f"@{name}@{number}", *part.inner)


def _shown_below(scale: int) -> ET.Element:
    defined = ET.Element("data_defined_properties")
    options = ET.SubElement(defined, "Option", type="Map")
    ET.SubElement(options, "Option", name="name", type="QString", value="")
    properties = ET.SubElement(options, "Option", name="properties", type="Map")
    enabled = ET.SubElement(properties, "Option", name="enabled", type="Map")
    expression = f"@map_scale < {scale}"
    ET.SubElement(enabled, "Option", name="active", type="bool", value="true")
    ET.SubElement(enabled, "Option", name="expression", type="QString", value=expression)
    # An expression, as QgsProperty numbers its types.
    ET.SubElement(enabled, "Option", name="type", type="int", value="3")
    ET.SubElement(options, "Option", name="type", type="QString", value="collection")
    return defined


def _names(column: str, *, beside: bool) -> ET.Element:
    """Return labels along the middles of lines, or beside points."""
    labeling = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = {"fieldName": column, "isExpression": "0", "fontSize": "9", "fontSizeUnit": "Point"}
    text = ET.SubElement(settings, "text-style", style, textColor=_colour("#333333"))
    rim = {"bufferDraw": "1", "bufferSize": "0.5", "bufferSizeUnits": "MM"}
    ET.SubElement(text, "text-buffer", rim, bufferColor=_colour(LIGHT), bufferOpacity="0.9")
    if beside:
        # Over the point, in the quadrant above and to the right of it.
        ET.SubElement(settings, "placement", placement="1", quadOffset="2")
    else:
        # Parallel to the line, on it.
        ET.SubElement(settings, "placement", placement="2", placementFlags="1")
    scales = {"scaleVisibility": "1", "scaleMin": "0", "scaleMax": str(_NAMED)}
    ET.SubElement(settings, "rendering", scales, mergeLines="1")
    return labeling
