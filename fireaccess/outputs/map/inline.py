"""The map in a notebook, in a frame of its own; and single layers on a plain folium map."""

from __future__ import annotations

import html
from pathlib import Path
from typing import Any

from branca.element import Figure
from folium.map import Layer
from folium.template import Template

from fireaccess.outputs.map import payload
from fireaccess.outputs.map.document import document, halves
from fireaccess.outputs.map.figure import OWN_SCRIPT, PLANNED_SCRIPT, RawText, asset
from fireaccess.outputs.map.routes import no_routes
from fireaccess.outputs.result import Result


class WardMap:
    """A map to show in a notebook or to keep as a file.

    Parameters
    ----------
    page
        The whole page.
    title
        What the frame is called to those who can't see it.
    height_px
        Height of the frame.

    Examples
    --------
    >>> WardMap("<!DOCTYPE html>…", title="Phường Mẫu", height_px=300)
    <WardMap "Phường Mẫu">
    """

    def __init__(self, page: str, *, title: str, height_px: int = 640) -> None:
        self.page = page
        self.title = title
        self.height_px = height_px

    def save(self, path: str | Path) -> Path:
        """Write the map as one HTML file that works without a network, and return its path."""
        path = Path(path)
        path.write_bytes(self.page.encode("utf-8", "replace"))
        return path

    def _repr_html_(self) -> str:
        # Scripts run in a place of their own: they see nothing of the notebook.
        return (
            f'<iframe title="{html.escape(self.title)}" sandbox="allow-scripts allow-modals" '
            f'style="border: 0; width: 100%; height: {self.height_px}px" '
            f'srcdoc="{html.escape(self.page)}"></iframe>'
        )

    def __repr__(self) -> str:
        return f'<WardMap "{self.title}">'


class WardLayers(Layer):
    """Layers of a result for a folium map that somebody composes.

    What the survey says never passes through folium, whose elements compile what they show as
    templates: it goes by as base64, and the browser shows it as text.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    names
        Layers of the map: houses, segments, alleys, barriers, water, fire_points, dead_ends,
        draft_points, stations, groups, open_water or area; of a plan measures, sites or walk.

    Raises
    ------
    ValueError
        If a name is none of a layer, or none is given.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
        const {{ this.get_name() }} = fireaccess.showLayers(
            {{ this._parent.get_name() }}, {{ this.data_id|tojson }}, {{ this.names|tojson }}
        );
        {% endmacro %}
        """
    )

    def __init__(self, result: Result, names: tuple[str, ...]) -> None:
        shown = document(result)
        unknown = sorted(set(names) - shown["layers"].keys())
        if unknown or not names:
            raise ValueError(
                f"{', '.join(unknown) or 'nothing'} is no layer of the map; there are "
                f"{', '.join(shown['layers'])}"
            )
        words = shown["texts"][shown["language"]]
        # Folium compiles this too: words of ours alone.
        super().__init__(name=", ".join(words[f"layer.{name}"] for name in names), overlay=True)
        self._name = "WardLayers"
        self.names = names
        self.planned = result.plan is not None
        self.data_id = f"{self.get_name()}_data"
        for name in shown["layers"]:
            if name not in names:
                shown["layers"][name] = payload.no_rows()
        # Ways are numbered by the segments, which may be left out.
        shown["routes"] = no_routes()
        self.data = payload.pack(halves(shown))

    def render(self, **kwargs: Any) -> str:
        """Put data and script into the page that the map belongs to."""
        figure = self.get_root()
        if not isinstance(figure, Figure):
            raise TypeError("the layers belong to no map: add them to one")
        data = f'<script type="text/plain" id="{self.data_id}">{self.data}</script>'
        figure.html.add_child(RawText(data), name=self.data_id)
        # One script for all layers of the map: that of a plan shows those without one too.
        if self.planned or "fireaccess" not in figure.script._children:
            script = asset(PLANNED_SCRIPT if self.planned else OWN_SCRIPT)
            figure.script.add_child(RawText(script), name="fireaccess")
        return str(super().render(**kwargs))  # type: ignore[no-untyped-call]
