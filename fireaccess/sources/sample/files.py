"""Write a sample's roads, tables and vector layers as text: the same bytes everywhere."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TypeAlias
from xml.sax.saxutils import quoteattr

from fireaccess.sources.osm import INVENTED
from fireaccess.sources.sample.drawing import LonLat, Sheet

NOTE = "Dữ liệu giả lập / SYNTHETIC: invented by fireaccess, no real place"

Row: TypeAlias = Mapping[str, str | int | float | LonLat | list[LonLat] | None]


@dataclass(frozen=True)
class Sample:
    """A written-out sample project: texts by path, and where each of its features is found.

    Parameters
    ----------
    files
        Text of each file, by its path in the project's folder.
    features
        What the sample shows, with the ids that show it.
    """

    files: Mapping[str, str]
    features: Sequence[tuple[str, str]]


def osm_text(sheet: Sheet) -> str:
    """Return a finished sheet as OSM XML; ``upload="never"`` keeps editors from sending it."""
    lines = [
        "<?xml version='1.0' encoding='UTF-8'?>",
        f'<osm version="0.6" generator="{INVENTED}" upload="never">',
        f"  <note>{NOTE}</note>",
    ]
    for node in sheet.nodes.values():
        head = (
            f'  <node id="{node.node_id}" version="1"'
            f' lat="{node.where.lat:.7f}" lon="{node.where.lon:.7f}"'
        )
        lines += [f"{head}>", *_tags(node.tags), "  </node>"] if node.tags else [f"{head}/>"]
    for road in sheet.roads:
        if road.mapped:
            lines.append(f'  <way id="{road.way_id}" version="1">')
            lines += [f'    <nd ref="{node_id}"/>' for node_id in road.node_ids]
            lines += [*_tags(road.tags), "  </way>"]
    return "\n".join([*lines, "</osm>", ""])


def example_costs_text() -> str:
    """Return the table of costs that is shipped, to be edited.

    Examples
    --------
    >>> example_costs_text().splitlines()[0]
    'measure,cost_vnd,per,source,note'
    """
    return (resources.files("fireaccess") / "norms" / "costs.csv").read_text(encoding="utf-8")


def csv_text(columns: Sequence[str], rows: Iterable[Row]) -> str:
    r"""Return rows as CSV; ``where`` fills the columns lon and lat.

    Examples
    --------
    >>> csv_text(["object_id", "lon", "lat"], [{"object_id": "W1", "where": LonLat(105.8, 21)}])
    'object_id,lon,lat\nW1,105.8000000,21.0000000\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        where = row.get("where")
        place = (
            {"lon": f"{where.lon:.7f}", "lat": f"{where.lat:.7f}"}
            if isinstance(where, LonLat)
            else {}
        )
        writer.writerow([{**row, **place}.get(column, "") for column in columns])
    return text.getvalue()


def geojson_text(layer: str, rows: Iterable[Row]) -> str:
    """Return rows as GeoJSON: ``where`` is a place, or the closed ring of a polygon."""
    features = []
    for row in rows:
        where = row["where"]
        properties = {key: value for key, value in row.items() if key != "where"}
        if isinstance(where, LonLat):
            geometry = f'{{"type": "Point", "coordinates": {_pair(where)}}}'
        elif isinstance(where, list):
            ring = ", ".join(_pair(place) for place in where)
            geometry = f'{{"type": "Polygon", "coordinates": [[{ring}]]}}'
        else:
            geometry = "null"
        features.append(
            f'{{"type": "Feature", "properties": {json.dumps(properties, ensure_ascii=False)},'
            f' "geometry": {geometry}}}'
        )
    head = f'"name": {json.dumps(layer)}, "note": {json.dumps(NOTE, ensure_ascii=False)}'
    return (
        f'{{"type": "FeatureCollection", {head}, "features": [\n' + ",\n".join(features) + "\n]}\n"
    )


def anticlockwise(ring: Sequence[LonLat]) -> list[LonLat]:
    """Return a closed ring with its inside on the left, as GeoJSON wants outer rings."""
    twice_area = sum(
        ring[i].lon * ring[i + 1].lat - ring[i + 1].lon * ring[i].lat for i in range(len(ring) - 1)
    )
    return list(ring) if twice_area > 0 else list(reversed(ring))


def is_inside(place: LonLat, ring: Sequence[LonLat]) -> bool:
    """Tell whether a place lies in a closed ring."""
    inside = False
    for i in range(len(ring) - 1):
        start, end = ring[i], ring[i + 1]
        if (start.lat > place.lat) != (end.lat > place.lat):
            part = (place.lat - start.lat) / (end.lat - start.lat)
            if place.lon < start.lon + part * (end.lon - start.lon):
                inside = not inside
    return inside


def _pair(place: LonLat) -> str:
    return f"[{place.lon:.7f}, {place.lat:.7f}]"


def _tags(tags: Mapping[str, str]) -> list[str]:
    return [f"    <tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]
