"""The page: a folium map whose one layer draws the whole ward from a packed payload.

Nothing that a survey or OpenStreetMap says passes through folium: its elements compile what they
show as templates. They get generated ids and constants only, the data goes by as base64, and the
browser shows it as text.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Protocol

import folium
import geopandas as gpd
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template
from shapely.geometry.base import BaseGeometry

from fireaccess.model.norm import Title
from fireaccess.outputs.map import payload
from fireaccess.outputs.map.figure import OfflineFigure
from fireaccess.outputs.map.payload import Column
from fireaccess.outputs.map.texts import Language, texts


class Named(Protocol):
    """A project."""

    @property
    def name(self) -> str:
        """What people call it."""


class Titled(Protocol):
    """A norm or a vehicle."""

    @property
    def name(self) -> str:
        """What the project file calls it."""

    @property
    def title(self) -> Title:
        """What people call it, in both languages."""


class MapResult(Protocol):
    """What the map needs of a result: layers in EPSG:4326 and what they rest on."""

    @property
    def houses(self) -> gpd.GeoDataFrame:
        """Houses, with the columns of the result files; so for the other layers."""

    @property
    def segments(self) -> gpd.GeoDataFrame:
        """Stretches of road."""

    @property
    def alleys(self) -> gpd.GeoDataFrame:
        """Roads and alleys without a truck."""

    @property
    def barriers(self) -> gpd.GeoDataFrame:
        """Barriers and narrow readings."""

    @property
    def water(self) -> gpd.GeoDataFrame:
        """Hydrants and other water."""

    @property
    def fire_points(self) -> gpd.GeoDataFrame:
        """Public extinguisher points."""

    @property
    def area(self) -> BaseGeometry | None:
        """The project area in EPSG:4326."""

    @property
    def statistics(self) -> Mapping[str, Any]:
        """The figures, as in statistics.json."""

    @property
    def project(self) -> Named:
        """The project."""

    @property
    def norm(self) -> Titled:
        """The norm that decides."""

    @property
    def vehicle(self) -> Titled:
        """The vehicle that has to get through."""


STATUSES: Final = (
    "ok",
    "needs_survey",
    "no_road",
    "no_water",
    "no_road_no_water",
    "unconnected",
)
REACHED: Final = ("yes", "unknown", "no")
EFFECTS: Final = ("blocked", "unknown", "delay", "pass")
ALLEYS: Final = ("deep", "perhaps_deep", "other", "perhaps_other")
WORKS: Final = ("usable", "unknown", "unusable", "broken")

_POINT_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "object_id": payload.text,
        "type": payload.text,
        "working": payload.flag,
        "usable": payload.flag,
        "houses_served": payload.number(0),
    }
)

# Drawn in this order, later ones on top.
_LAYERS: Final[Mapping[str, Mapping[str, Column]]] = MappingProxyType(
    {
        "alleys": {
            "alley_id": payload.text,
            "name": payload.text,
            "depth_m": payload.number(1),
            "depth_best_m": payload.number(1),
            "length_m": payload.number(1),
            "min_width_m": payload.number(2),
            "stopped_by": payload.text,
            "certain": payload.flag,
            "deep": payload.flag,
            "houses": payload.number(0),
            "houses_not_covered": payload.number(0),
            "houses_needs_survey": payload.number(0),
            "water_m": payload.number(1),
            "has_water_solution": payload.words("yes", "no", "unknown"),
            "has_fire_point": payload.flag,
            "needs_fire_point": payload.flag,
        },
        "segments": {
            "segment_id": payload.text,
            "name": payload.text,
            "length_m": payload.number(1),
            "width_m": payload.number(2),
            "width_source": payload.text,
            "width_date": payload.text,
            "truck": payload.words("pass", "unknown", "blocked"),
            "truck_reason": payload.text,
            "reached": payload.words(*REACHED),
        },
        "houses": {
            "house_id": payload.text,
            "address": payload.text,
            "status": payload.words(*STATUSES),
            "hose_m": payload.number(1),
            "hose_best_m": payload.number(1),
            "hydrant_m": payload.number(1),
            "water_m": payload.number(1),
            "point_m": payload.number(1),
            "stopped_by": payload.text,
        },
        "water": _POINT_COLUMNS,
        "fire_points": _POINT_COLUMNS,
        "barriers": {
            "barrier_id": payload.text,
            "type": payload.text,
            "state": payload.text,
            "clear_width_m": payload.number(2),
            "effect": payload.words(*EFFECTS),
            "source": payload.text,
        },
    }
)


def write_map(result: MapResult, path: Path, *, language: Language) -> None:
    """Write the map of a result as one HTML file that works without a network.

    Parameters
    ----------
    result
        Layers in EPSG:4326 with the columns of the result files.
    path
        The file to write. The same result gives the same bytes.
    language
        Language of everything that the map itself says.
    """
    words = texts(language)
    figure = OfflineFigure(title=f"{result.project.name} – {words['title']}", language=language)
    ward_map = _LeafletMap(words["map"])
    ward_map.add_to(figure)
    _WardLayer(payload.pack(document(result, language=language)), words).add_to(ward_map)
    path.write_bytes(figure.render().encode("utf-8", "replace"))


def document(result: MapResult, *, language: Language) -> dict[str, Any]:
    """Return all that the page shows, ready for JSON."""
    frames: dict[str, gpd.GeoDataFrame] = {name: getattr(result, name) for name in _LAYERS}
    layers = {name: payload.layer(frames[name], columns) for name, columns in _LAYERS.items()}
    # Told in one language only: the two sentences of a house are most of the data.
    layers["houses"]["columns"]["reason"] = payload.text(frames["houses"][f"reason_{language}"])
    columns = layers["alleys"]["columns"]
    columns["alley"] = _alley(columns["deep"], columns["certain"])
    for name in ("water", "fire_points"):
        columns = layers[name]["columns"]
        columns["works"] = _works(columns["working"], columns["usable"])
    area = [] if result.area is None or result.area.is_empty else [result.area]
    layers["area"] = {"count": len(area), "geometry": payload.geometry(area), "columns": {}}
    return {
        "language": language,
        "texts": texts(language),
        "project": result.project.name,
        "norm": f"{getattr(result.norm.title, language)} ({result.norm.name})",
        "vehicle": f"{getattr(result.vehicle.title, language)} ({result.vehicle.name})",
        "bounds": payload.bounds(
            area, *(frames[name].geometry.to_numpy() for name in ("houses", *frames))
        ),
        "covered": _covered(frames["houses"]),
        "measured": result.statistics["area"]["roads"]["alley_measured_share"],
        "legend": _legend(layers),
        "layers": layers,
    }


def _alley(deep: list[int | None], certain: list[int | None]) -> dict[str, Any]:
    """Return one word for how deep an alley is, and whether it is without a truck for certain."""
    codes = [
        2 * (is_deep != 1) + (is_certain != 1)
        for is_deep, is_certain in zip(deep, certain, strict=True)
    ]
    return {"words": list(ALLEYS), "codes": codes}


def _works(working: list[int | None], usable: list[int | None]) -> dict[str, Any]:
    """Return one word for what an object is good for; no word on ``working`` means that it is."""
    words = [
        "broken" if works == 0 else {1: "usable", 0: "unusable", None: "unknown"}[use]
        for works, use in zip(working, usable, strict=True)
    ]
    return {"words": list(WORKS), "codes": [WORKS.index(word) for word in words]}


def _covered(houses: gpd.GeoDataFrame) -> list[float] | None:
    """Return the share of houses that the worst and the best case cover."""
    if houses.empty:
        return None
    worst = int((houses["road"] == "covered").sum())
    best = worst + int((houses["road"] == "needs_survey").sum())
    return [worst / len(houses), best / len(houses)]


def _legend(layers: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the legend: for each layer, each class with its count and its share."""
    classes = {
        "houses": ("status", STATUSES),
        "segments": ("reached", REACHED),
        "alleys": ("alley", ALLEYS),
        "barriers": ("effect", EFFECTS),
        "water": ("works", WORKS),
        "fire_points": ("works", WORKS),
    }
    groups = []
    for name, (column, words) in classes.items():
        columns = layers[name]["columns"]
        codes = columns[column]["codes"]
        # Of roads the length counts, not in how many stretches they are drawn.
        weights = columns["length_m"] if name == "segments" else [1] * len(codes)
        total = sum(weight or 0 for weight in weights)
        rows = []
        for code, word in enumerate(words):
            length = sum(w or 0 for c, w in zip(codes, weights, strict=True) if c == code)
            rows.append(
                {
                    "class": word,
                    "text": f"{column}.{word}",
                    "count": codes.count(code),
                    "share": length / total if total else None,
                }
            )
        groups.append(
            {
                "layer": name,
                "note": "by_length" if name == "segments" else None,
                "rows": rows,
            }
        )
    return groups


class _LeafletMap(folium.Map):
    """folium's map without the libraries that only its markers need.

    Parameters
    ----------
    label
        What the map is called to those who can't see it: a constant.
    """

    default_js: list[tuple[str, str]] = [("leaflet", "xstatic:leaflet/leaflet.js")]  # noqa: RUF012
    default_css: list[tuple[str, str]] = [  # noqa: RUF012
        ("leaflet_css", "xstatic:leaflet/leaflet.css")
    ]
    # folium's own template forbids zooming the page by hand and sets styles that fill the page.
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <main><div id="{{ this.get_name() }}" class="ward-map" role="region"
            aria-label="{{ this.label }}"></div></main>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = L.map(
            {{ this.get_name()|tojson }}, {{ this.options|tojavascript }}
        );
        {% endmacro %}
        """
    )

    def __init__(self, label: str) -> None:
        super().__init__(
            tiles=None,
            zoom_control=False,
            prefer_canvas=True,
            attribution_control=False,
            max_zoom=22,
            zoom_snap=0.5,
            wheel_px_per_zoom_level=90,
        )
        self._id = "ward"
        self.label = label


class _WardLayer(JSCSSMixin, MacroElement):
    """The whole ward as one layer.

    Parameters
    ----------
    data
        The packed document: base64 only.
    words
        The texts of the page: constants.
    """

    default_js: list[tuple[str, str]] = [("ward_js", "fireaccess:map.js")]  # noqa: RUF012
    default_css: list[tuple[str, str]] = [("ward_css", "fireaccess:map.css")]  # noqa: RUF012
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <aside id="ward-panel" class="ward-panel"></aside>
        <footer id="ward-footer" class="ward-footer"></footer>
        <noscript><p class="ward-message">{{ this.words["no_script"] }}</p></noscript>
        {% for key in ("too_old", "damaged") %}
        <p id="ward-{{ key }}" class="ward-message" role="alert" hidden>{{ this.words[key] }}</p>
        {% endfor %}
        <script type="text/plain" id="{{ this.get_name() }}">{{ this.data }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        showWard({{ this._parent.get_name() }}, {{ this.get_name()|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, data: str, words: Mapping[str, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "WardLayer"
        self._id = "data"
        self.data = data
        self.words = words
