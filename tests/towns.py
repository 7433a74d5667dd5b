"""Hand-drawn towns: draw in metres, run, and read the answers back in metres.

A town is drawn on squared paper, x to the east and y to the north, around a corner of
UTM zone 48N in Hà Nội. Equal points share one OSM node. Coordinates are written with
seven decimals, as in OSM, which moves a point by up to 0.8 cm: compare within `CLOSE`.

    town = Town()
    town.road("Đường Lớn", [(0, 0), (400, 0)], highway="primary")
    town.road("Ngõ 1", [(200, 0), (200, 300)], width="4.5")
    town.house("h", (210, 250))
    result = town.run(tmp_path)
    assert house(result, "h").hose_m == metres(10)
"""

import csv
import json
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pyproj
import pytest
import shapely

CRS = "EPSG:32648"
EAST, NORTH = 585_000.0, 2_322_000.0
CLOSE = 0.03  # metres
BY_WIDTH = "4.5"  # a `width` tag that passes by itself: 4.5 - 0.3 >= 3.5
_TO_DEGREES = pyproj.Transformer.from_crs(CRS, "EPSG:4326", always_xy=True)
_TO_METRES = pyproj.Transformer.from_crs("EPSG:4326", CRS, always_xy=True)


def metres(value):
    """Return ``value`` as a figure to compare with, within the rounding of the drawing."""
    return pytest.approx(value, abs=CLOSE)


def degrees(point):
    """Longitude and latitude of a drawn point, with the seven decimals of OSM."""
    lon, lat = _TO_DEGREES.transform(EAST + point[0], NORTH + point[1])
    return round(lon, 7), round(lat, 7)


def drawn(lon, lat):
    """Return the place on the drawing of a longitude and latitude, as something to compare."""
    east, north = _TO_METRES.transform(lon, lat)
    return pytest.approx((east - EAST, north - NORTH), abs=CLOSE)


class Town:
    """A town being drawn. Every method gives the town back, so that calls can be chained."""

    def __init__(self):
        self.nodes = {}  # node id -> (point, tags)
        self.ways = {}  # way id -> (node ids, tags)
        self.relations = {}  # relation id -> ([(way id, role)], tags)
        self.houses = []
        self.tables = {}
        self._area = "around"
        self._shared = {}  # point -> node id

    # Map
    def road(self, name, points, *, way_id=None, own_nodes=(), highway="service", **tags):
        """Draw a way. Points in ``own_nodes`` get a node that no other road shares.

        A double underscore in a tag's key stands for a colon; ``highway=None`` leaves it out.
        """
        way_id = way_id or max(self.ways, default=0) + 1
        assert way_id not in self.ways, way_id
        nodes = [self._node(p) if p not in own_nodes else self._new_node(p) for p in points]
        self.ways[way_id] = (nodes, _tags({"name": name, "highway": highway, **tags}))
        return self

    def shape(self, points, *, name=None, **tags):
        """Draw an outline that is no road: its corners, closed by itself."""
        return self.road(name, [*points, points[0]], highway=None, **tags)

    def relation(self, members, **tags):
        """Put ways together to a multipolygon: their ids and roles."""
        self.relations[len(self.relations) + 1] = (members, _tags({"type": "multipolygon", **tags}))
        return self

    def node(self, point, **tags):
        """Tag the node at a point: of the roads drawn through it, else a new one."""
        self.nodes[self._node(point)][1].update(_tags(tags))
        return self

    def node_id(self, point):
        """Return the id of the shared node at a point."""
        return self._shared[_key(point)]

    def area(self, *points):
        """Draw the project area; without it, all that is drawn lies inside."""
        self._area = points
        return self

    def no_area(self):
        """Leave the area out of the project."""
        self._area = None
        return self

    # Tables
    def house(self, house_id, place, **columns):
        """Add a house: a point, or the corners of a polygon."""
        self.houses.append((place, {"house_id": house_id, **columns}))
        return self

    def width(self, object_id, place, width_m, **columns):
        """Add a survey reading."""
        return self.row("widths", object_id, place, width_m=width_m, **columns)

    def clearance(self, object_id, place, height_m, **columns):
        """Add a surveyed clearance."""
        return self.row("clearances", object_id, place, height_m=height_m, **columns)

    def barrier(self, object_id, place, kind, **columns):
        """Add a surveyed barrier."""
        return self.row("barriers", object_id, place, type=kind, **columns)

    def water(self, object_id, place, kind="hydrant", **columns):
        """Add a surveyed source of water: a point, or the corners of a polygon."""
        return self.row("water", object_id, place, type=kind, **columns)

    def row(self, table, object_id, place, **columns):
        """Add a row to any survey table."""
        self.tables.setdefault(table, []).append((place, {"object_id": object_id, **columns}))
        return self

    # Files
    def write(self, folder, *, backwards=False, settings=None, **project):
        """Write the project to a folder; return the path of its fireaccess.toml."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        order = -1 if backwards else 1
        self._write_osm(folder / "roads.osm")
        inputs = {"roads": "roads.osm"}
        if self._area is not None:
            inputs["area"] = "area.geojson"
            _write_geojson(folder / "area.geojson", [(self._corners(), {"name": "area"})])
        inputs["houses"] = _write_table(folder / "houses", self.houses[::order])
        survey = {
            table: _write_table(folder / table, rows[::order])
            for table, rows in self.tables.items()
        }
        project = {
            "name": "Town",
            "crs": CRS,
            "norm": "vn",
            "vehicle": "standard",
            "mode": "norm",
            "turns": False,
            **project,
        }
        sections = {
            "project": project,
            "inputs": inputs,
            "inputs.survey": survey,
            "settings": settings or {},
        }
        path = folder / "fireaccess.toml"
        path.write_text(_toml(sections), encoding="utf-8")
        return path

    def run(self, folder, **options):
        """Write the project and compute it."""
        import fireaccess

        return fireaccess.run(fireaccess.Project.open(self.write(folder, **options)))

    def _node(self, point):
        if _key(point) not in self._shared:
            self._shared[_key(point)] = self._new_node(point)
        return self._shared[_key(point)]

    def _new_node(self, point):
        node_id = len(self.nodes) + 101
        self.nodes[node_id] = (point, {})
        return node_id

    def _corners(self):
        if self._area != "around":
            return list(self._area)
        tables = [self.houses, *self.tables.values()]
        places = [place for rows in tables for place, _ in rows if place is not None]
        points = [point for point, _ in self.nodes.values()]
        points += [p for place in places for p in _points(place)]
        xs, ys = zip(*points, strict=True)
        west, south, east, north = min(xs) - 50, min(ys) - 50, max(xs) + 50, max(ys) + 50
        return [(west, south), (east, south), (east, north), (west, north)]

    def _write_osm(self, path):
        osm = ElementTree.Element("osm", version="0.6", generator="squared paper")
        for node_id, (point, tags) in self.nodes.items():
            lon, lat = degrees(point)
            element = ElementTree.SubElement(osm, "node", id=str(node_id), version="1")
            element.attrib |= {"lon": f"{lon:.7f}", "lat": f"{lat:.7f}"}
            _add_tags(element, tags)
        for way_id, (nodes, tags) in sorted(self.ways.items()):
            way = ElementTree.SubElement(osm, "way", id=str(way_id), version="1")
            for node_id in nodes:
                ElementTree.SubElement(way, "nd", ref=str(node_id))
            _add_tags(way, tags)
        for relation_id, (members, tags) in self.relations.items():
            relation = ElementTree.SubElement(osm, "relation", id=str(relation_id), version="1")
            for way_id, role in members:
                ElementTree.SubElement(relation, "member", type="way", ref=str(way_id), role=role)
            _add_tags(relation, tags)
        ElementTree.indent(osm)
        ElementTree.ElementTree(osm).write(path, encoding="utf-8", xml_declaration=True)


# Drawings that many tests start from
def one_alley(length=300, *, bends=(), **tags):
    """Draw a main road (way 1) and an alley (way 2) of any width that leaves it northward.

    ``bends`` are OSM nodes along the alley, as metres from the main road.

                 (200, length)
                     |
                   Ngõ 1
                     |
        (0, 0) ===(200, 0)=== (400, 0)  Đường Lớn
    """
    alley = [(200, 0), *((200, y) for y in sorted(bends)), (200, length)]
    town = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    return town.road("Ngõ 1", alley, **tags)


def tooth(number):
    """How far east the alley with this number of a `comb` stands."""
    return 40 * (number + 1)


def comb(teeth):
    """Draw a main road and one alley of 100 m with these tags per item, 40 m apart.

    Each has an OSM node 40 m from the main road, and a house ("h0", "h1", …) whose door
    is 80 m from it, 10 m off the alley.
    """
    xs = [tooth(number) for number in range(len(teeth))]
    town = Town().road("Đường Lớn", [(x, 0) for x in (0, *xs, xs[-1] + 40)], highway="primary")
    for number, (x, tags) in enumerate(zip(xs, teeth, strict=True)):
        town.road(f"Ngõ {number}", [(x, 0), (x, 40), (x, 100)], **tags)
        town.house(f"h{number}", (x + 10, 80))
    return town


# Answers
def house(result, house_id):
    """Return the row of one house. Every house has its reason, in code and in words."""
    row = result.houses.set_index("house_id").loc[house_id]
    for column in ("status", "reason", "reason_vi", "reason_en"):
        assert isinstance(row[column], str), (house_id, column)
        assert row[column], (house_id, column)
    return row


def hoses(result, house_id="h"):
    """Hose of the worst and of the best case, to compare with two figures at once."""
    row = house(result, house_id)
    return (row.hose_m, row.hose_best_m)


def segment(result, point):
    """Return the segment that runs through a point of the drawing; exactly one must."""
    lines = result.segments.to_crs(CRS)
    near = lines[lines.distance(shapely.Point(EAST + point[0], NORTH + point[1])) < CLOSE]
    assert len(near) == 1, (point, near.segment_id.tolist())
    return near.iloc[0]


def way_of(segment_id):
    """Return the id of the way that a segment, or "segment:<id>", is a piece of."""
    return int(segment_id.removeprefix("segment:").split("-")[0])


def barrier(result, barrier_id):
    """Return the row of one barrier, as in "barrier:B1", "barrier:n101" or "reading:W1"."""
    return result.barriers.set_index("barrier_id").loc[barrier_id]


def alley(result, name):
    """Return the row of the one alley with a name."""
    rows = result.alleys[result.alleys["name"] == name]
    assert len(rows) == 1, (name, result.alleys["name"].tolist())
    return rows.iloc[0]


def told(result, *words):
    """Findings that hold all these words, be it in their text, value or code."""
    texts = [(f, f"{f.text} {f.value} {f.code}".lower()) for f in result.findings]
    return [finding for finding, text in texts if all(word.lower() in text for word in words)]


def missing(value):
    """Tell whether a value is missing."""
    return bool(pd.isna(value))


def _key(point):
    return (float(point[0]), float(point[1]))


def _points(place):
    return [place] if not isinstance(place[0], tuple) else place


def _tags(tags):
    return {key.replace("__", ":"): str(v) for key, v in tags.items() if v is not None}


def _add_tags(element, tags):
    for key, value in tags.items():
        ElementTree.SubElement(element, "tag", k=key, v=value)


def _write_table(path, rows):
    """Write rows as CSV, or as GeoJSON if one of them is a polygon; return the file's name."""
    if any(place is not None and len(_points(place)) > 1 for place, _ in rows):
        return _write_geojson(path.with_suffix(".geojson"), rows).name
    columns = list(dict.fromkeys(["lon", "lat", *(key for _, row in rows for key in row)]))
    path = path.with_suffix(".csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        for place, row in rows:
            where = {}
            if place is not None:
                where = {k: f"{v:.7f}" for k, v in zip(("lon", "lat"), degrees(place), strict=True)}
            writer.writerow({**where, **row})
    return path.name


def _write_geojson(path, rows):
    features = []
    for place, properties in rows:
        corners = [list(degrees(point)) for point in _points(place)]
        if len(corners) == 1:
            geometry = {"type": "Point", "coordinates": corners[0]}
        else:
            geometry = {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    collection = {"type": "FeatureCollection", "features": features}
    path.write_text(json.dumps(collection, ensure_ascii=False, indent=1), encoding="utf-8")
    return path


def _toml(sections):
    lines = []
    for name, values in sections.items():
        if values:
            lines.append(f"[{name}]")
            # a JSON string, number, boolean or list is TOML as it stands
            lines += [f"{k} = {json.dumps(v, ensure_ascii=False)}" for k, v in values.items()]
            lines.append("")
    return "\n".join(lines)
