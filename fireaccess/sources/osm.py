"""OpenStreetMap files: ``.osm``, ``.osm.gz``, ``.osm.bz2`` and ``.osm.pbf``, read by pyosmium."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

import geopandas as gpd
import osmium
import pandas as pd
import shapely

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError
from fireaccess.model.text import nfc
from fireaccess.sources.coordinates import WGS84
from fireaccess.sources.open_water import WATER_KEYS, open_water_of
from fireaccess.sources.roads import (
    OPEN_WATER,
    WAY_TAGS,
    Roads,
    is_road,
    is_yes,
    make_roads,
    no_objects,
)

#: What a file names as its generator if `fireaccess.sources.sample` invented all that is in it.
INVENTED: Final = "fireaccess sample"
OSM_SUFFIXES: Final = (".osm", ".osm.gz", ".osm.bz2", ".osm.pbf", ".pbf")

#: What OSM maps of water and fire points (SPEC §7): ``emergency=*`` to table and type.
_EMERGENCY: Final = {
    "fire_hydrant": ("water", "hydrant"),
    "water_tank": ("water", "tank"),
    "suction_point": ("water", "suction_point"),
    "fire_water_pond": ("water", "pond"),
    "fire_extinguisher": ("fire_points", "extinguisher"),
}
#: Nodes of roads at which a truck may turn, or lets another pass.
_ROAD_PLACES: Final = ("turning_circle", "turning_loop", "passing_place")
_KEPT_KEYS: Final = ("highway", "barrier", "emergency", "amenity", "building")


def is_osm_file(path: Path) -> bool:
    """Whether a file name is that of an OpenStreetMap file.

    Examples
    --------
    >>> is_osm_file(Path("roads.osm.pbf")), is_osm_file(Path("roads.gpkg"))
    (True, False)
    """
    return path.name.lower().endswith(OSM_SUFFIXES)


def read_osm(path: Path, *, buildings: bool = False) -> Roads:
    """Read roads, barriers, water, stations, open water and, if asked, buildings from an OSM file.

    Parameters
    ----------
    path
        A file with one of `OSM_SUFFIXES`.
    buildings
        Also read building outlines, as houses.

    Raises
    ------
    InputError
        If the file is missing, empty, cut short or no OSM file, or holds no road.
    """
    _must_have_content(path)
    try:
        roads = _read(path, buildings)
    except (RuntimeError, ValueError, OSError, osmium.InvalidLocationError) as error:
        raise InputError(
            Message("the file can't be read as OpenStreetMap data: {reason}"),
            file=path,
            remedy=Message("it may be cut short: fetch or copy it again and compare its size"),
            reason=str(error),
        ) from None
    missing = roads.left_out.get("nodes_missing_from_extract", 0)
    if len(roads) == 0 and missing:
        raise InputError(
            Message("the places of all {missing} nodes of its roads are missing"),
            file=path,
            remedy=Message(
                "export it again with nodes before ways, as JOSM and Geofabrik do (Overpass: "
                "`(._;>;); out meta;`), and with lon and lat in their own places"
            ),
            missing=missing,
        )
    if len(roads) == 0:
        raise InputError(
            Message("the file holds no road (no way with highway=*)"),
            file=path,
            remedy=Message("export the ward with its highways, not only buildings or boundaries"),
        )
    return roads


def _must_have_content(path: Path) -> None:
    if not path.is_file():
        raise InputError(
            Message("there is no such file"),
            file=path,
            remedy=Message("check inputs.roads in the project file"),
        )
    if path.stat().st_size == 0:
        raise InputError(
            Message("the file is empty (0 bytes)"),
            file=path,
            remedy=Message("fetch or copy it again"),
        )
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError(
            Message("the file can't be opened: {reason}"),
            file=path,
            remedy=Message("close it where it is open, or ask for the right to read it"),
            reason=error.strerror or str(error),
        ) from None


class _Collector:
    """What one pass over the file gathers."""

    def __init__(self) -> None:
        self.ways: list[tuple[int, dict[str, str], list[int], list[tuple[float, float]]]] = []
        self.barriers: dict[int, dict[str, str]] = {}
        self.objects: list[dict[str, Any]] = []
        self.left_out: Counter[str] = Counter()
        self.newest = 0.0
        # Whose areas are asked for, and whether as open water.
        self.relations: dict[int, bool] = {}
        self.open_water: list[dict[str, Any]] = []
        self.buildings: list[dict[str, Any]] = []

    def node(self, node: Any) -> None:
        tags = dict(node.tags)
        if "barrier" in tags:
            self.barriers[node.id] = tags
        if tags.get("highway") in _ROAD_PLACES:
            self.objects.append(
                {
                    "object_id": f"n{node.id}",
                    "kind": "road_places",
                    "type": tags["highway"],
                    "working": True,
                    "geometry": shapely.Point(node.location.lon, node.location.lat),
                    "name": None,
                    "diameter": tags.get("diameter") or tags.get("width"),
                }
            )
        self.add_object(
            f"n{node.id}", tags, lambda: shapely.Point(node.location.lon, node.location.lat)
        )

    def way(self, way: Any) -> None:
        tags = dict(way.tags)
        if "highway" in tags:
            if is_road(tags):
                self.road(way, tags)
            else:
                self.left_out["not_a_road"] += 1
            return
        if is_yes(tags.get("building")):
            self.building(f"w{way.id}", tags, _outline(way))
        self.add_object(f"w{way.id}", tags, lambda: _outline(way))
        self.add_open_water(f"w{way.id}", tags, lambda: _outline(way))

    def relation(self, relation: Any, *, buildings: bool) -> None:
        tags = dict(relation.tags)
        found = open_water_of(tags)
        is_water = found is not None and found.is_area
        if (
            is_water
            or tags.get("emergency") in _EMERGENCY
            or tags.get("amenity") == "fire_station"
            or (buildings and is_yes(tags.get("building")))
        ):
            self.relations[relation.id] = is_water

    def building(self, house_id: str, tags: dict[str, str], outline: Any) -> None:
        if outline is None or outline.geom_type == "LineString":
            self.left_out["buildings_without_outline"] += 1
            return
        if not outline.is_valid:
            outline = shapely.make_valid(outline)
            self.left_out["building_outlines_mended"] += 1
        row = {"house_id": house_id, "address": _address(tags), "geometry": outline}
        self.buildings.append(row)

    def road(self, way: Any, tags: dict[str, str]) -> None:
        self.newest = max(self.newest, way.timestamp.timestamp())
        nodes: list[int] = []
        xy: list[tuple[float, float]] = []
        kept: dict[str, str] = {key: nfc(tags[key]) for key in WAY_TAGS if key in tags}
        for node in way.nodes:
            if node.location.valid():
                nodes.append(node.ref)
                xy.append((node.location.lon, node.location.lat))
                continue
            # A node outside the extract: nothing is known of the way between its neighbours.
            self.left_out["nodes_missing_from_extract"] += 1
            if len(nodes) > 1:
                self.ways.append((way.id, kept, nodes, xy))
            nodes, xy = [], []
        self.ways.append((way.id, kept, nodes, xy))

    def add_object(self, object_id: str, tags: dict[str, str], geometry: Any) -> None:
        kind, type_ = _EMERGENCY.get(tags.get("emergency", ""), (None, None))
        if kind is None and tags.get("amenity") == "fire_station":
            kind, type_ = "stations", "fire_station"
        if kind is None:
            return
        out_of_use = any(is_yes(tags.get(key)) for key in ("disused", "abandoned")) or any(
            key.startswith(("disused:", "abandoned:")) for key in tags
        )
        shape = geometry()
        if shape is None:
            self.left_out[f"{kind}_without_place"] += 1
            return
        self.objects.append(
            {
                "object_id": object_id,
                "kind": kind,
                "type": type_,
                "working": not out_of_use,
                "geometry": shape,
                "name": tags.get("name"),
                "diameter": None,
            }
        )

    def add_open_water(self, object_id: str, tags: dict[str, str], geometry: Any) -> None:
        found = open_water_of(tags)
        if found is None:
            return
        shape = geometry()
        if shape is not None and not found.is_area:
            shape = shapely.LineString(shapely.get_coordinates(shape))
        elif shape is None or shape.geom_type == "LineString":
            self.left_out["open_water_without_outline"] += 1
            return
        elif not shape.is_valid:
            shape = shapely.make_valid(shape)
        self.open_water.append(
            {
                "object_id": object_id,
                "kind": found.kind,
                "name": nfc(tags["name"]) if "name" in tags else None,
                "perennial": found.perennial,
                "private": found.private,
                "salt": found.salt,
                "geometry": shape,
            }
        )


def _outline(way: Any) -> Any:
    xy = [(n.location.lon, n.location.lat) for n in way.nodes if n.location.valid()]
    if len(xy) >= 4 and way.is_closed() and len(xy) == len(way.nodes):
        return shapely.Polygon(xy)
    return shapely.LineString(xy) if len(xy) >= 2 else None


def _read(path: Path, buildings: bool) -> Roads:
    seen = _Collector()
    # A town has thousands of trees, which share a key with its water.
    of_nodes = osmium.filter.KeyFilter(*_KEPT_KEYS)
    of_nodes.enable_for(osmium.osm.NODE)
    of_shapes = osmium.filter.KeyFilter(*_KEPT_KEYS, *WATER_KEYS)
    of_shapes.enable_for(osmium.osm.WAY | osmium.osm.RELATION)
    processor: Any = (
        osmium.FileProcessor(str(path))
        .with_locations()
        .with_filter(osmium.filter.EmptyTagFilter())
        .with_filter(of_nodes)
        .with_filter(of_shapes)
    )
    for item in processor:
        if item.is_node():
            seen.node(item)
        elif item.is_way():
            seen.way(item)
        elif item.is_relation():
            seen.relation(item, buildings=buildings)
    if seen.relations:
        _read_relations(path, seen)
    objects = (
        gpd.GeoDataFrame(seen.objects, geometry="geometry", crs=WGS84)
        .sort_values("object_id", kind="stable")
        .reset_index(drop=True)
        if seen.objects
        else no_objects()
    )
    return make_roads(
        seen.ways,
        barriers=seen.barriers,
        objects=objects,
        open_water=_open_water(seen.open_water),
        buildings=_buildings(seen.buildings) if buildings else None,
        file=path,
        dated=date.fromtimestamp(seen.newest) if seen.newest > 0 else None,
        left_out=seen.left_out,
        openstreetmap=processor.header.get("generator") != INVENTED,
    )


def _read_relations(path: Path, seen: _Collector) -> None:
    """Read multipolygons in a second pass: one is known only when all its ways are."""
    factory = osmium.geom.WKBFactory()
    processor: Iterable[Any] = (
        osmium.FileProcessor(str(path))
        .with_areas(osmium.filter.IdFilter(seen.relations))
        .with_filter(osmium.filter.EntityFilter(osmium.osm.AREA))
        # The area of a relation has an odd number, that of a way an even one.
        .with_filter(osmium.filter.IdFilter([2 * number + 1 for number in seen.relations]))
    )
    waters = {number for number, is_water in seen.relations.items() if is_water}
    for area in processor:
        waters.discard(area.orig_id())
        tags = dict(area.tags)
        try:
            shape: Any = shapely.from_wkb(factory.create_multipolygon(area))
        except RuntimeError:
            seen.left_out["areas_without_outline"] += 1
            continue
        # Rings put together from several ways have no first vertex of their own.
        shape = shapely.normalize(shape.geoms[0] if len(shape.geoms) == 1 else shape)
        area_id = f"r{area.orig_id()}"
        seen.add_object(area_id, tags, lambda shape=shape: shape)
        if is_yes(tags.get("building")):
            seen.building(area_id, tags, shape)
        seen.add_open_water(area_id, tags, lambda shape=shape: shape)
    # Ways of a lake may lie beyond the extract.
    if waters:
        seen.left_out["open_water_without_outline"] += len(waters)


def _open_water(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=[*OPEN_WATER, "geometry"]), geometry="geometry", crs=WGS84
    )
    return frame.sort_values("object_id", kind="stable").reset_index(drop=True)


def _buildings(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    frame = gpd.GeoDataFrame(
        pd.DataFrame(rows, columns=["house_id", "address", "geometry"]),
        geometry="geometry",
        crs=WGS84,
    )
    return frame.sort_values("house_id", kind="stable").reset_index(drop=True)


def _address(tags: dict[str, str]) -> str | None:
    if "addr:full" in tags:
        return nfc(tags["addr:full"])
    parts = [tags.get("addr:housenumber"), tags.get("addr:street") or tags.get("addr:place")]
    return nfc(" ".join(part for part in parts if part)) or None
