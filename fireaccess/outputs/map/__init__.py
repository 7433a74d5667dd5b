"""The map: one HTML file that works offline, drawn by folium's Leaflet on one canvas."""

from __future__ import annotations

from fireaccess.outputs.map.page import write_map

__all__ = ["write_map"]
