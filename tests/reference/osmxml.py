"""OSM files as plain dictionaries: nodes, ways and relations.

XML is read with the standard library, also packed with gzip or bzip2; only PBF, a binary format,
is decoded by pyosmium.
"""

import bz2
import gzip
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass, field

import osmium
from shapely import LineString, MultiPolygon, Point, Polygon, unary_union
from shapely.ops import linemerge, polygonize


@dataclass
class Osm:
    """What an OSM file says, by id: positions are (lon, lat)."""

    positions: dict = field(default_factory=dict)
    node_tags: dict = field(default_factory=dict)
    ways: dict = field(default_factory=dict)  # id: (node ids, tags)
    relations: dict = field(default_factory=dict)  # id: ([(type, ref, role)], tags)


def read(path):
    """Read an ``.osm``, ``.osm.gz``, ``.osm.bz2`` or ``.osm.pbf`` file."""
    if path.name.endswith(".pbf"):
        return read_pbf(path)
    opener = {".gz": gzip.open, ".bz2": bz2.open}.get(path.suffix, open)
    with opener(path, "rb") as file:
        return read_xml(file)


def read_xml(file):
    """Read OSM XML; elements deleted in an editor are left out."""
    osm = Osm()
    for _, element in ElementTree.iterparse(file):
        if element.tag not in ("node", "way", "relation"):
            continue
        if element.get("action") == "delete" or element.get("visible") == "false":
            continue
        ref = int(element.get("id"))
        tags = {tag.get("k"): tag.get("v") for tag in element.iter("tag")}
        if element.tag == "node":
            osm.positions[ref] = (float(element.get("lon")), float(element.get("lat")))
            if tags:
                osm.node_tags[ref] = tags
        elif element.tag == "way":
            osm.ways[ref] = ([int(nd.get("ref")) for nd in element.iter("nd")], tags)
        else:
            members = [
                (member.get("type"), int(member.get("ref")), member.get("role"))
                for member in element.iter("member")
            ]
            osm.relations[ref] = (members, tags)
        element.clear()
    return osm


def read_pbf(path):
    """Read a PBF file."""
    osm = Osm()
    kinds = {"n": "node", "w": "way", "r": "relation"}
    for item in osmium.FileProcessor(str(path)):
        tags = dict(item.tags)
        if item.is_node():
            osm.positions[item.id] = (item.lon, item.lat)
            if tags:
                osm.node_tags[item.id] = tags
        elif item.is_way():
            osm.ways[item.id] = ([node.ref for node in item.nodes], tags)
        elif item.is_relation():
            members = [(kinds[m.type], m.ref, m.role) for m in item.members]
            osm.relations[item.id] = (members, tags)
    return osm


def polygon(osm, refs):
    """Return the polygon of a closed way, or None: not closed, too short, or nodes missing."""
    if len(refs) < 4 or refs[0] != refs[-1] or any(ref not in osm.positions for ref in refs):
        return None
    shape = Polygon([osm.positions[ref] for ref in refs])
    return None if shape.is_empty or shape.area == 0 else shape


def multipolygon(osm, members):
    """Return the polygon of a multipolygon relation, or None if any part of it is missing."""
    lines = {"outer": [], "inner": []}
    for kind, ref, role in members:
        if kind != "way":
            continue
        if ref not in osm.ways:
            return None
        refs = osm.ways[ref][0]
        if len(refs) < 2 or any(node not in osm.positions for node in refs):
            return None
        line = LineString([osm.positions[node] for node in refs])
        lines["inner" if role == "inner" else "outer"].append(line)
    outer, inner = (unary_union(list(polygonize(merged(lines[role])))) for role in lines)
    shape = outer.difference(inner)
    # Rings put together from several ways have no first vertex of their own.
    whole = isinstance(shape, Polygon | MultiPolygon) and not shape.is_empty
    return shape.normalize() if whole else None


def merged(lines):
    """Return lines joined end to end, as a list."""
    if len(lines) < 2:
        return lines
    joined = linemerge(lines)
    return list(getattr(joined, "geoms", [joined]))


def buildings(osm):
    """Return every building as (id, polygon, address): closed ways and multipolygon relations."""
    found = []
    for ref, (refs, tags) in osm.ways.items():
        if tags.get("building", "no") != "no":
            found.append((f"w{ref}", polygon(osm, refs), address(tags)))
    for ref, (members, tags) in osm.relations.items():
        if tags.get("building", "no") != "no" and tags.get("type") == "multipolygon":
            found.append((f"r{ref}", multipolygon(osm, members), address(tags)))
    return [row for row in found if row[1] is not None]


def address(tags):
    """Return the address that OSM gives: number and street."""
    parts = (tags.get("addr:full"), tags.get("addr:housenumber"), tags.get("addr:street"))
    return " ".join(part for part in parts if part)


def tagged_objects(osm, wanted):
    """Return (id, lon/lat geometry, kind) of all whose tags ``wanted`` gives a kind."""
    found = []
    for ref, tags in osm.node_tags.items():
        if wanted(tags) and ref in osm.positions:
            found.append((f"n{ref}", Point(osm.positions[ref]), wanted(tags)))
    for ref, (refs, tags) in osm.ways.items():
        known = [osm.positions[node] for node in refs if node in osm.positions]
        if wanted(tags) and len(known) >= 2:
            shape = polygon(osm, refs) or LineString(known)
            found.append((f"w{ref}", shape, wanted(tags)))
    for ref, (members, tags) in osm.relations.items():
        shape = multipolygon(osm, members) if wanted(tags) else None
        if shape is not None:
            found.append((f"r{ref}", shape, wanted(tags)))
    return found
