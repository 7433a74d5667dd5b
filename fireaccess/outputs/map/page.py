"""The page: a folium map whose one layer draws the whole ward from a packed payload.

Nothing that a survey or OpenStreetMap says passes through folium: its elements compile what they
show as templates. They get generated ids and constants only, the data goes by as base64, and the
browser shows it as text.
"""

from __future__ import annotations

import html
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import folium
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

from fireaccess.model.formats import LANGUAGES, Language
from fireaccess.outputs.map import payload
from fireaccess.outputs.map.document import Changes, document, halves
from fireaccess.outputs.map.figure import (
    OWN_SCRIPT,
    OWN_STYLE,
    PLANNED_SCRIPT,
    OfflineFigure,
    RawText,
)
from fireaccess.outputs.result import Result
from fireaccess.outputs.texts import texts


def write_map(result: Result, path: Path, changes: Changes | None = None) -> None:
    """Write the map of a result as one HTML file that works without a network.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    path
        The file to write. The same result gives the same bytes.
    changes
        What changed since another state, to colour the houses by.
    """
    path.write_bytes(page(result, changes).encode("utf-8", "replace"))


def page(result: Result, changes: Changes | None = None) -> str:
    """Return the map of a result as the text of one HTML file."""
    shown = document(result, changes)
    language = result.project.options.language
    words = texts(language)
    figure = OfflineFigure(
        title=f"{result.project.name} – {words['title']}",
        language=language,
        tiles=result.project.base_map.tiles,
    )
    ward_map = _LeafletMap(words)
    ward_map.add_to(figure)
    _WardLayer(language, planned=result.plan is not None).add_to(ward_map)
    # Past folium: its elements would read megabytes as templates.
    first, details = halves(shown)
    opening = f'<p class="ward-opening">{html.escape(words["opening"])}</p>'
    figure.html.add_child(RawText(opening), name="opening")
    figure.html.add_child(_data("data", first), name="data")
    figure.last.add_child(_data("details", details), name="details")
    return figure.render()


def _data(name: str, document: Mapping[str, Any]) -> RawText:
    return RawText(f'<script type="text/plain" id="{name}">{payload.pack(document)}</script>')


class _LeafletMap(folium.Map):
    """folium's map without the libraries that only its markers need.

    Parameters
    ----------
    words
        The texts of the page: constants.
    """

    default_js: list[tuple[str, str]] = [("leaflet", "xstatic:leaflet/leaflet.js")]  # noqa: RUF012
    default_css: list[tuple[str, str]] = [  # noqa: RUF012
        ("leaflet_css", "xstatic:leaflet/leaflet.css")
    ]
    # folium's own template forbids zooming the page by hand and sets styles that fill the page.
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <a id="ward-skip" class="ward-skip" href="#{{ this.get_name() }}">
        {{- this.words["skip"] -}}
        </a>
        <aside id="ward-panel" class="ward-panel" aria-label="{{ this.words["panel"] }}">
        <header id="ward-title" class="ward-title"></header>
        <div id="ward-search" class="ward-search" role="search"></div>
        <section id="ward-figures" class="ward-figures"></section>
        <section id="ward-filters" class="ward-filters"></section>
        <section id="ward-houses" class="ward-houses"></section>
        <section id="ward-layers" class="ward-layers"></section>
        </aside>
        <main id="ward-main">
        <div id="{{ this.get_name() }}" class="ward-map" role="region"
            aria-label="{{ this.words["map"] }}"></div>
        <div id="ward-tools" class="ward-tools"></div>
        <p id="ward-heard" class="ward-hidden" role="status"></p>
        <section id="ward-card" class="ward-card" aria-labelledby="ward-card-title" hidden>
        </section>
        </main>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = L.map(
            {{ this.get_name()|tojson }}, {{ this.options|tojavascript }}
        );
        {% endmacro %}
        """
    )

    def __init__(self, words: Mapping[str, str]) -> None:
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
        self.words = words


class _WardLayer(JSCSSMixin, MacroElement):
    """The whole ward as one layer.

    Parameters
    ----------
    language
        The page's language, in which its messages come first.
    planned
        Whether there is a plan to show.
    """

    default_js: list[tuple[str, str]] = [("ward_js", OWN_SCRIPT)]  # noqa: RUF012
    default_css: list[tuple[str, str]] = [("ward_css", OWN_STYLE)]  # noqa: RUF012
    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <div id="ward-print" class="ward-print" hidden></div>
        <footer id="ward-footer" class="ward-footer"></footer>
        <noscript><div class="ward-message">{{ this.message("no_script") }}</div></noscript>
        {% for key in ("too_old", "damaged") %}
        <div id="ward-{{ key }}" class="ward-message" role="alert" hidden>
        {{ this.message(key) }}
        </div>
        {% endfor %}
        {% endmacro %}
        {% macro script(this, kwargs) %}
        {#- A browser that is too old to read the page's own script reads this one. #}
        try {
            fireaccess.showWard({{ this._parent.get_name() }});
        } catch (error) {
            document.getElementById("ward-too_old").hidden = false;
            throw error;
        }
        {% endmacro %}
        """
    )

    def __init__(self, language: Language, *, planned: bool) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "WardLayer"
        self.language = language
        if planned:
            self.default_js = [("ward_js", PLANNED_SCRIPT)]

    def message(self, key: str) -> str:
        """Return a message that the page shows instead of the map, in every language."""
        languages = sorted(LANGUAGES, key=lambda language: language != self.language)
        return "\n".join(
            f'<p lang="{language}">{html.escape(texts(language)[key])}</p>'
            for language in languages
        )
