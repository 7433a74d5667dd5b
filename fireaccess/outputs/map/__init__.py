"""The map: one HTML file that works offline, drawn by folium's Leaflet on one canvas."""

from __future__ import annotations

from fireaccess.outputs.map.page import MapResult, write_map

__all__ = ["MapResult", "write_map"]
