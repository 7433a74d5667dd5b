"""A literal computation of SPEC §3 to §7 that shares no code with the package.

Written from the text of the specification, simple rather than fast: every door, water object and
fire point becomes a node of one networkx graph, and every distance is a search through it. Turns,
one-way rules and facade gaps aren't computed here.
"""

import tomllib
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import networkx
import numpy
import pandas
import shapely

from . import osmxml, roads, tables

PACKAGE = Path(__file__).parents[2] / "fireaccess"
WATER = ("hydrant", "tank", "pond", "river", "pit", "suction_point")
TRUCK_SOURCES = {"river", "pond", "pit", "suction_point"}
OSM_KINDS = {
    "fire_hydrant": "hydrant",
    "water_tank": "tank",
    "suction_point": "suction_point",
    "fire_water_pond": "pond",
    "fire_extinguisher": "fire_point",
}


@dataclass
class Rules:
    """Thresholds of the norm, needs of the vehicle, settings of the project."""

    need_width: float
    need_height: float
    mass_t: float
    hose_limit_m: float
    hydrant_radius_m: float
    water_limits_m: dict
    fire_point_m: float
    draft_m: float
    width_sources: tuple
    classes: dict
    new_building_limit_m: float
    kerb_height_m: float
    turns: bool
    oneway: bool
    load_margin_m: float = 500
    reading_gap_m: float = 50
    survey_snap_m: float = 30
    same_object_m: float = 5
    snap_limit_m: float = 100
    name_snap_m: float = 30


@dataclass
class Thing:
    """A water object or fire point, and the place on the foot network that it is fetched from."""

    id: str
    kind: str
    shape: object
    truck_source: bool
    segment: object = None
    along: float = 0.0
    offset: float = 0.0


class Town:
    """A project worked out step by step; ``houses`` and ``rules`` are there to look at."""

    def __init__(self, project_toml):
        self.folder = Path(project_toml).parent
        self.settings = tomllib.loads(Path(project_toml).read_text(encoding="utf-8"))
        self.project = self.settings["project"]
        self.inputs = self.settings["inputs"]
        self.rules = read_rules(self.project, self.settings.get("settings", {}), self.folder)
        if self.rules.turns or self.rules.oneway or self.project.get("facade_widths"):
            raise NotImplementedError("turns, one-way rules and facade gaps aren't computed here")
        self.osm = osmxml.read(self.folder / self.inputs["roads"])
        self._place_houses()
        self._build_roads()
        self._reach()
        self._doors()
        self._things()

    # ---- §3

    def _place_houses(self):
        if self.inputs["houses"] == "osm":
            rows = [
                {"house_id": name, "geometry": shape, "address": address}
                for name, shape, address in osmxml.buildings(self.osm)
            ]
        else:
            rows = tables.table(self.folder / self.inputs["houses"])
        shapes = numpy.array([row["geometry"] for row in rows], dtype=object)
        if "area" in self.inputs:
            area = shapely.union_all(
                [row["geometry"] for row in tables.vector(self.folder / self.inputs["area"])]
            )
        else:
            area = None
        west, south, east, north = shapely.total_bounds(shapes) if area is None else area.bounds
        crs = self.project.get("crs", "auto")
        if crs == "auto":
            crs = tables.utm((west + east) / 2, (south + north) / 2)
        self.to_crs = tables.from_lonlat(crs)
        shapes = tables.moved(shapes, self.to_crs)
        if area is None:
            self.area = shapely.box(*shapely.total_bounds(shapes))
        else:
            self.area = tables.moved(area, self.to_crs)
        inside = shapely.intersects(shapes, self.area)
        self.houses = [
            {**row, "shape": shape}
            for row, shape, here in zip(rows, shapes, inside, strict=True)
            if here
        ]

    def _survey(self, name):
        survey = self.inputs.get("survey", {})
        rows = tables.table(self.folder / survey[name]) if name in survey else []
        return [
            {**row, "place": tables.moved(row["geometry"], self.to_crs)}
            for row in tables.latest(rows)
        ]

    # ---- §4

    def _build_roads(self):
        refs = list(self.osm.positions)
        lonlat = numpy.array([self.osm.positions[ref] for ref in refs]).reshape(-1, 2)
        east, north = self.to_crs.transform(lonlat[:, 0], lonlat[:, 1])
        places = zip(east.tolist(), north.tolist(), strict=True)
        positions = dict(zip(refs, places, strict=True))
        self.roads = roads.Roads(self.osm, positions, self.area, self.rules)
        self.lost = {
            "barriers": self.roads.set_barriers(self._survey("barriers")),
            "widths": self.roads.set_readings(self._survey("widths")),
            "clearances": self.roads.set_clearances(self._survey("clearances")),
        }
        self.segments = self.roads.judge()

    # ---- §5

    def _reach(self):
        if self.project.get("starts", "arterial") == "stations":
            self.starts = self._station_segments()
        else:
            self.starts = roads.starting_piece(self.segments, self.rules.classes["start"])
        effect = self.roads.node_effect
        self.reached, self.stands = {}, {}
        for case in ("worst", "best"):
            self.reached[case] = roads.reach(self.segments, self.starts, effect, case)
            self.stands[case] = [
                segment
                for segment in self.segments
                if segment.id in self.reached[case]
                and segment.tags["highway"] not in roads.MOTORWAY
            ]

    def _station_segments(self):
        found = osmxml.tagged_objects(self.osm, lambda tags: tags.get("amenity") == "fire_station")
        shapes = [tables.moved(shape, self.to_crs) for _, shape, _ in found]
        shapes += [row["place"] for row in self._survey("stations")]
        drivable = [s for s in self.segments if s.tags["highway"] not in ("steps", "corridor")]
        nearest = [
            roads.closest(within(shape, drivable, self.rules.snap_limit_m)) for shape in shapes
        ]
        return [segment for segment in nearest if segment is not None]

    def _doors(self):
        self.foot = [s for s in self.segments if s.tags["highway"] not in roads.MOTORWAY]
        self.fronts = [segment for segment in self.foot if roads.takes_doors(segment.tags)]
        names = {tables.plain(s.tags.get("name")) for s in self.fronts} - {""}
        by_length = sorted(names, key=lambda name: (-len(name), name))
        shapes = [house["shape"] for house in self.houses]
        candidates = near_segments(shapes, self.fronts, self.rules.snap_limit_m)
        for house, near in zip(self.houses, candidates, strict=True):
            address = f" {tables.plain(house.get('address'))} "
            house["road_name"] = next((n for n in by_length if f" {n} " in address), None)
            named = [
                (far, segment)
                for far, segment in near
                if far <= self.rules.name_snap_m
                and house["road_name"] is not None
                and tables.plain(segment.tags.get("name")) == house["road_name"]
            ]
            house["segment"] = roads.closest(named or near)
            if house["segment"] is not None:
                house["offset"], house["along"] = opening(house["shape"], house["segment"])

    # ---- §7

    def _things(self):
        self.things = []
        surveyed = []
        for table in ("water", "fire_points"):
            for row in self._survey(table):
                kind = "fire_point" if table == "fire_points" else row["type"]
                if kind not in (*WATER, "fire_point"):
                    continue
                surveyed.append((kind, row["place"]))
                if tables.answer(row.get("working"), blank=True):
                    drafts = tables.answer(row.get("truck_source"), kind in TRUCK_SOURCES)
                    self.things.append(Thing(row["object_id"], kind, row["place"], drafts))
        found = osmxml.tagged_objects(self.osm, lambda tags: OSM_KINDS.get(tags.get("emergency")))
        for name, shape, kind in found:
            place = tables.moved(shape, self.to_crs)
            stands_for = (
                kind == other and place.distance(known) <= self.rules.same_object_m
                for other, known in surveyed
            )
            if not any(stands_for):
                self.things.append(Thing(name, kind, place, kind in TRUCK_SOURCES))
        candidates = near_segments(
            [thing.shape for thing in self.things], self.fronts, self.rules.snap_limit_m
        )
        for thing, near in zip(self.things, candidates, strict=True):
            thing.segment = roads.closest(near)
            if thing.segment is not None:
                thing.offset, thing.along = opening(thing.shape, thing.segment)
        self.things = [thing for thing in self.things if thing.segment is not None]

    def usable(self, thing, case):
        """Tell whether a thing gives water in a case: a truck must get close to a truck source."""
        if not thing.truck_source:
            return True
        return bool(within(thing.shape, self.stands[case], self.rules.draft_m))

    # ---- the foot network as one graph, with every door and every thing as a node

    def foot_graph(self):
        """Return the graph of the foot network and the nodes of each segment."""
        stops = {}
        for number, house in enumerate(self.houses):
            if house["segment"] is not None:
                stops.setdefault(house["segment"].id, []).append((house["along"], "door", number))
        for number, thing in enumerate(self.things):
            stops.setdefault(thing.segment.id, []).append((thing.along, "thing", number))
        graph, on_segment = networkx.MultiGraph(), {}
        for segment in self.foot:
            ends = []
            for end, node in (("start", segment.start), ("end", segment.end)):
                # Nobody gets through a wall: each arm has its own copy of the node.
                ends.append(("wall", segment.id, end) if node in self.roads.walls else node)
            chain = [(0.0, ends[0])]
            chain += [(along, (kind, n)) for along, kind, n in sorted(stops.get(segment.id, []))]
            chain.append((segment.line.length, ends[1]))
            for (here, node), (there, following) in pairwise(chain):
                graph.add_edge(node, following, length=max(there - here, 0.0))
            on_segment[segment.id] = [node for _, node in chain]
        for number, thing in enumerate(self.things):
            graph.add_edge(("thing", number), ("object", number), length=thing.offset)
        return graph, on_segment

    def answers(self):
        """Return the table of all houses of the area."""
        graph, on_segment = self.foot_graph()
        doors = [
            ("door", number) if house["segment"] is not None else None
            for number, house in enumerate(self.houses)
        ]
        offsets = numpy.array([house.get("offset", numpy.nan) for house in self.houses])

        def distances(sources):
            if not sources:
                return numpy.full(len(doors), numpy.nan)
            far = networkx.multi_source_dijkstra_path_length(graph, sources, weight="length")
            return numpy.array([far.get(door, numpy.nan) for door in doors]) + offsets

        def from_things(kinds, case):
            return {
                ("object", number)
                for number, thing in enumerate(self.things)
                if thing.kind in kinds and self.usable(thing, case)
            }

        def who(sources):
            found = [None] * len(doors)
            if sources:
                _, paths = networkx.multi_source_dijkstra(graph, sources, weight="length")
                for number, door in enumerate(doors):
                    if door in paths:
                        found[number] = self.things[paths[door][0][1]].id
            return found

        frame = pandas.DataFrame({"house_id": [house["house_id"] for house in self.houses]})
        frame["offset_m"] = offsets
        for case, column in (("worst", "hose_m"), ("best", "hose_best_m")):
            stands = {node for segment in self.stands[case] for node in on_segment[segment.id]}
            frame[column] = distances(stands)
        connected = frame["offset_m"].notna()
        hydrants = from_things({"hydrant"}, "worst")
        all_water = from_things(set(WATER), "worst")
        frame["hydrant_m"], frame["hydrant_id"] = distances(hydrants), who(hydrants)
        frame["water_m"], frame["water_id"] = distances(all_water), who(all_water)
        frame["point_m"] = distances(from_things({"fire_point"}, "worst"))
        enough = {}
        for case in ("worst", "best"):
            enough[case] = frame["hydrant_m"] <= self.rules.hydrant_radius_m
            for kind, limit in self.rules.water_limits_m.items():
                enough[case] |= distances(from_things({kind}, case)) <= limit
        limit, low = self.rules.hose_limit_m, self.rules.new_building_limit_m
        hose, best = frame["hose_m"], frame["hose_best_m"]
        frame["road"] = three(hose <= limit, best <= limit, connected)
        frame["road_60"] = three(hose <= low, best <= low, connected)
        frame["water"] = three(enough["worst"], enough["best"], connected)
        near = frame["point_m"] <= self.rules.fire_point_m
        frame["point"] = three(near, near, connected)
        frame["near_150"] = (frame["hydrant_m"] <= 150).astype("boolean").where(connected)
        return frame


def compute(project_toml):
    """Return one row per house of the area with the figures of SPEC §5 and §7, unrounded."""
    return Town(project_toml).answers()


def three(worst, best, connected):
    """Return the three answers from the two cases (§2), None where a house is unconnected."""
    words = numpy.where(worst, "covered", numpy.where(best, "needs_survey", "not_covered"))
    return pandas.Series(words, dtype=object).where(connected, None)


def within(shape, segments, limit):
    """Return (distance, segment) of the segments no farther than ``limit`` from a geometry."""
    return near_segments([shape], segments, limit)[0]


def near_segments(shapes, segments, limit):
    """Return for each geometry the (distance, segment) pairs no farther than ``limit``."""
    near = [[] for _ in shapes]
    if not shapes or not segments:
        return near
    lines = numpy.array([segment.line for segment in segments])
    asked, hit = shapely.STRtree(lines).query(shapes, predicate="dwithin", distance=limit)
    away = shapely.distance(numpy.array(shapes, dtype=object)[asked], lines[hit])
    for number, far, index in zip(asked, away, hit, strict=True):
        near[number].append((float(far), segments[index]))
    return near


def opening(shape, segment):
    """Return how far a geometry is from a segment, and where along it its nearest place lies."""
    spot = shapely.Point(shapely.shortest_line(shape, segment.line).coords[-1])
    return shape.distance(segment.line), segment.line.project(spot)


def read_rules(project, settings, folder):
    """Return the rules of a project from the norm and vehicle files and its settings."""
    norm = named_file(folder, project.get("norm", "vn"), PACKAGE / "norms")
    figures = {key: entry["value"] for key, entry in norm["figures"].items()}
    vehicle_name = project.get("vehicle", "standard")
    if str(vehicle_name).endswith(".toml"):
        vehicle = tomllib.loads((folder / vehicle_name).read_text(encoding="utf-8"))
    else:
        vehicles = (PACKAGE / "norms" / "vehicles.toml").read_text(encoding="utf-8")
        vehicle = tomllib.loads(vehicles)[vehicle_name]
    needs = {"width": figures["clear_width_m"], "height": figures["clear_height_m"]}
    if project.get("mode", "norm") == "vehicle":
        for side in needs:
            needs[side] = vehicle[f"{side}_m"]["value"] + figures[f"{side}_margin_m"]
    turns = project.get("turns", "auto")
    if turns == "auto":
        turns = vehicle["turning_radius_m"]["status"] == "V"
    own = {key: settings[key] for key in settings if key in Rules.__dataclass_fields__}
    return Rules(
        need_width=needs["width"],
        need_height=needs["height"],
        mass_t=vehicle["mass_t"]["value"],
        hose_limit_m=figures["hose_limit_m"],
        hydrant_radius_m=figures["hydrant_radius_m"],
        water_limits_m={kind: figures[f"{kind}_radius_m"] for kind in WATER[1:]},
        fire_point_m=figures["fire_point_m"],
        draft_m=figures["draft_m"],
        width_sources=(
            (("maxwidth:physical",), figures["accuracy_maxwidth_physical_m"]),
            (("width", "width:carriageway"), figures["accuracy_width_m"]),
            (("est_width",), figures["accuracy_est_width_m"]),
        ),
        classes=norm["classes"],
        new_building_limit_m=figures["new_building_limit_m"],
        kerb_height_m=figures["kerb_height_m"],
        turns=turns,
        oneway=vehicle.get("respect_oneway", False),
        **own,
    )


def named_file(folder, name, shipped):
    """Return a TOML file given by its path or by a shipped name."""
    path = folder / name if str(name).endswith(".toml") else shipped / f"{name}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
