"""Random small towns, as plans that become arrays at once or whole projects in a folder.

A plan is drawn in metres. Streets are grids with streets missing, or trees with loops; some have a
parallel street, a loop that comes back to itself, a dead end or two OSM nodes at one place. One
row of streets is a primary road without any tags, where engines start.
"""

import math
from dataclasses import dataclass, field
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from hypothesis import Phase
from hypothesis import strategies as st
from pyproj import CRS
from towns import Town

from fireaccess.analysis.reach import reach
from fireaccess.model.errors import Findings
from fireaccess.model.layers import TABLES, kind_of
from fireaccess.model.norm import load_norm
from fireaccess.model.vehicle import load_vehicle
from fireaccess.network.build import build_network
from fireaccess.network.grades import grades_of
from fireaccess.network.need import Need
from fireaccess.network.obstacles import set_survey
from fireaccess.network.passability import assess, start_segments
from fireaccess.network.place import Places
from fireaccess.network.scenario import best_case, worst_case
from fireaccess.project import Settings
from fireaccess.sources.roads import make_roads, no_objects
from fireaccess.sources.survey import SURVEY_TABLES, Survey

UTM = CRS.from_epsg(32648)
NORM = load_norm("vn")
VEHICLE = load_vehicle("standard")
#: All but the last: to explain a failure by varying it would take minutes on whole networks.
PHASES = tuple(phase for phase in Phase if phase != Phase.explain)
#: Surveyed rows lie at whole metres along tidy streets: no stretch is as long as the gap.
SETTINGS = {"reading_gap_m": 50.5}

STREETS = [
    {"highway": "residential"},
    {"highway": "service"},
    {"highway": "residential", "width": "4.5"},
    {"highway": "residential", "width": "3.6"},
    {"highway": "service", "width": "2.0"},
    {"highway": "living_street", "est_width": "4.0"},
    {"highway": "service", "maxwidth:physical": "3.0"},
    {"highway": "tertiary"},
    {"highway": "tertiary", "maxwidth": "2.5"},
    {"highway": "secondary", "maxheight": "3.0"},
    {"highway": "residential", "width": "4.5", "maxheight:physical": "3.0"},
    {"highway": "residential", "width": "4.5", "tunnel": "building_passage"},
    {"highway": "tertiary", "bridge": "yes", "maxweight": "10"},
    {"highway": "tertiary", "oneway": "yes"},
    {"highway": "motorway"},
    {"highway": "footway"},
    {"highway": "footway", "footway": "sidewalk"},
    {"highway": "steps"},
    {"highway": "path"},
]
BARRIERS = [
    {"barrier": "gate"},
    {"barrier": "lift_gate", "locked": "no"},
    {"barrier": "gate", "maxwidth:physical": "3.2"},
    {"barrier": "bollard"},
    {"barrier": "bollard", "bollard": "flexible"},
    {"barrier": "block"},
    {"barrier": "wall"},
    {"barrier": "fence"},
    {"barrier": "kerb"},
    {"barrier": "cattle_grid"},
    {"barrier": "height_restrictor", "maxheight": "3.0"},
]
MAPPED = ["fire_hydrant", "water_tank", "fire_extinguisher"]


@dataclass
class Plan:
    """A town on paper: points are ``(x, y)``, or ``(x, y, 1)`` for another OSM node at a place."""

    roads: list = field(default_factory=list)  # (points, tags)
    nodes: dict = field(default_factory=dict)  # point -> tags
    houses: list = field(default_factory=list)  # (place, columns)
    tables: dict = field(default_factory=dict)  # name -> list of (place, columns)

    def town(self):
        """Return the same as a town that can be written to a folder."""
        town = Town()
        for points, tags in self.roads:
            _draw(town, points, tags)
        for point, tags in self.nodes.items():
            town.node(point, **_keywords(tags))
        for place, row in self.houses:
            town.houses.append((place, row))
        for name, rows in self.tables.items():
            if rows:
                town.tables[name] = list(rows)
        return town

    def in_memory_roads(self):
        """Return the roads in metres, as the readers of files give them."""
        ids = {}
        ways = [
            (
                number,
                tags,
                [ids.setdefault(p, len(ids) + 101) for p in points],
                [(float(p[0]), float(p[1])) for p in points],
            )
            for number, (points, tags) in enumerate(self.roads, start=1)
        ]
        barriers = {ids[p]: tags for p, tags in self.nodes.items() if "barrier" in tags}
        return make_roads(ways, barriers=barriers, crs=UTM, objects=_NO_OBJECTS)

    def in_memory(self):
        """Return roads, houses and survey in metres, as the readers of files give them."""
        tables = {
            name: _table(name, self.tables[name]) if name in self.tables else _EMPTY[name]
            for name in SURVEY_TABLES
        }
        survey = Survey(tables, {name: _EMPTY[name] for name in SURVEY_TABLES}, {}, {})
        return self.in_memory_roads(), _table("houses", self.houses), survey

    def shifted(self, east, north):
        """Return the same town so many metres to the east and north."""

        def moved(place):
            if isinstance(place[0], tuple):
                return [moved(corner) for corner in place]
            return (place[0] + east, place[1] + north, *place[2:])

        return Plan(
            [([moved(p) for p in points], tags) for points, tags in self.roads],
            {moved(p): tags for p, tags in self.nodes.items()},
            [(moved(place), row) for place, row in self.houses],
            {
                name: [(moved(place), row) for place, row in rows]
                for name, rows in self.tables.items()
            },
        )

    def network(self):
        """Return the network of the roads, without the survey."""
        return build_network(self.in_memory_roads())


def _draw(town, points, tags):
    town.road(tags.get("name"), points, **_keywords({k: v for k, v in tags.items() if k != "name"}))


def _keywords(tags):
    return {key.replace(":", "__"): value for key, value in tags.items()}


def _table(name, rows):
    columns = {}
    for key, rule in TABLES[name].columns.items():
        values = [row.get(key) for _, row in rows]
        kind = kind_of(rule)
        if kind == "number":
            columns[key] = pd.Series(
                [np.nan if v is None else float(v) for v in values], dtype=float
            )
        elif kind == "flag":
            columns[key] = pd.Series(
                [None if v is None else v == "yes" for v in values], dtype=object
            )
        else:
            columns[key] = pd.Series(values, dtype=object)
    columns["file"] = pd.Series([f"{name}.csv"] * len(rows), dtype=object)
    columns["sheet"] = pd.Series([None] * len(rows), dtype=object)
    columns["row"] = pd.Series(range(2, len(rows) + 2), dtype="int64")
    shapes = [
        shapely.Point(p) if not isinstance(p[0], tuple) else shapely.Polygon(p) for p, _ in rows
    ]
    frame = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=UTM), crs=UTM)
    key = "house_id" if name == "houses" else "object_id"
    return frame.sort_values(key).reset_index(drop=True) if key in frame else frame


_NO_OBJECTS = no_objects(UTM)
_EMPTY = {name: _table(name, []) for name in TABLES}


# --- streets --------------------------------------------------------------------------------
@st.composite
def _grid(draw):
    """Streets of a grid, some missing, joined to ways of several crossings."""
    spaces = st.lists(st.integers(40, 90), min_size=1, max_size=3)
    xs = np.cumsum([0, *draw(spaces)]).tolist()
    ys = np.cumsum([0, *draw(spaces)]).tolist()
    runs = [[(x, y) for x in xs] for y in ys[1:]] + [[(x, y) for y in ys] for x in xs]
    pieces = [edge for run in runs for edge in pairwise(run)]
    kept = draw(
        st.lists(st.sampled_from([1, 1, 1, 2, 2, 0]), min_size=len(pieces), max_size=len(pieces))
    )
    ways, last = [], None
    for edge, what in zip(pieces, kept, strict=True):
        # 2 goes on with the way of the piece before, 0 is missing
        if what == 2 and last is not None and last[-1] == edge[0]:
            last.append(edge[1])
        elif what:
            last = list(edge)
            ways.append(last)
        else:
            last = None
    return [(x, 0) for x in xs], ways


@st.composite
def _tree(draw):
    """Streets of a random tree, and a few that close loops."""
    coordinate = st.integers(0, 12).map(lambda n: 25 * n)
    points = draw(st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=10, unique=True))
    parents = [draw(st.integers(0, i - 1)) for i in range(1, len(points))]
    ways = [[points[parent], points[i]] for i, parent in enumerate(parents, start=1)]
    number = st.integers(0, len(points) - 1)
    for i, j in draw(st.lists(st.tuples(number, number), max_size=3)):
        if i != j:
            ways.append([points[i], points[j]])
    start = points[0]
    return [(start[0] - 60, start[1]), start, (start[0] + 70, start[1])], ways


@st.composite
def _extras(draw, crossings):
    """Streets that other drawings lack: parallels, loops, dead ends, twin nodes."""
    point = st.sampled_from(crossings)
    length = st.integers(5, 80)
    ways = []
    for kind, a, b, far in draw(
        st.lists(
            st.tuples(
                st.sampled_from(["parallel", "same", "loop", "lollipop", "spur", "twin", "island"]),
                point,
                point,
                length,
            ),
            max_size=4,
        )
    ):
        x, y = a
        if kind == "spur":
            ways.append([a, (x + far, y + 7)])
        elif kind == "island":
            ways.append([(x + 17, y + 23), (x + 17 + far, y + 31)])
        elif kind == "loop":
            ways.append([a, (x + far, y + 3), (x + far, y + 30), a])
        elif kind == "lollipop":
            neck = (x - far, y + 11)
            ways.append([a, neck, (x - far - 20, y + 11), (x - far, y + 31), neck])
        elif kind == "twin":
            ways.append([a, (x, y, 1)])
            ways.append([(x, y, 1), (x + 9, y + far)])
        elif a != b and kind == "same":
            ways.append([a, b])
        elif a != b:
            middle = ((a[0] + b[0]) // 2 + 13, (a[1] + b[1]) // 2 + far)
            ways.append([a, middle, b])
            ways.append([b, a])
    return ways


def _spots(roads):
    """Straight pieces that houses and survey rows belong to when they lie beside them."""
    return [
        (a, b)
        for points, tags in roads
        if tags["highway"] not in ("motorway", "steps") and not {"footway", "bridge"} & set(tags)
        for a, b in pairwise(points)
        if 20 <= math.dist(a[:2], b[:2]) < 1000
    ]


def _beside(spot, eighths, off, further=0.0):
    """Return a place beside a piece: at so many eighths in whole metres and a bit, to its left."""
    (ax, ay), (bx, by) = spot[0][:2], spot[1][:2]
    length = math.dist((ax, ay), (bx, by))
    along = round(length * eighths / 8) + further
    dx, dy = (bx - ax) / length, (by - ay) / length
    return (round(ax + along * dx - off * dy, 3), round(ay + along * dy + off * dx, 3))


def _on_street(where):
    return _beside(*where, 0)


# --- plans ----------------------------------------------------------------------------------
@st.composite
def plans(draw, *, tidy=False, survey=True, barriers=0, files=False):
    """Draw a plan.

    Parameters
    ----------
    tidy
        Keep all that is compared well apart, so that nothing hangs on a centimetre: no house is
        nearly as near to another street, no two survey rows lie at nearly one place, and nothing
        is at a round distance from anything.
    survey
        With readings, clearances, barriers and water.
    barriers
        At least so many surveyed barriers.
    files
        With what only files have: mapped water, and rows entered twice.
    """
    spine, ways = draw(_grid() if tidy or draw(st.booleans()) else _tree())
    crossings = sorted({p for way in [spine, *ways] for p in way})
    if not tidy:
        ways = ways + draw(_extras(crossings))
    else:
        # so long that no other arterial comes near to being the one where engines start
        spine = [(-1000, 0), *spine]
    if files:
        ways = [way for way in ways if all(len(p) == 2 for p in way)]
    tags = draw(st.lists(st.sampled_from(STREETS), min_size=len(ways), max_size=len(ways)))
    plan = Plan([(spine, {"highway": "primary", "name": "Đường Lớn"})])
    plan.roads += [
        (way, {"name": f"Ngõ {number % 4}", **t} if number % 5 else t)
        for number, (way, t) in enumerate(zip(ways, tags, strict=True), start=1)
    ]
    spots = _spots(plan.roads)
    inner = sorted({p for way in ways for p in way if len(p) == 2} - set(spine))
    if inner:
        chosen = st.tuples(st.sampled_from(inner), st.sampled_from(BARRIERS))
        plan.nodes |= dict(draw(st.lists(chosen, max_size=4)))
    eighths = st.integers(2, 6) if tidy else st.integers(0, 8)
    place = st.tuples(st.sampled_from(spots), eighths)
    offset = st.sampled_from([n + 0.4 for n in range(8)] + [-n - 0.4 for n in range(8)])
    homes = draw(st.lists(st.tuples(place, offset), min_size=1, max_size=8))
    for number, (where, off) in enumerate(homes):
        columns = {
            "house_id": f"h{number}",
            "group": [None, "Tổ 1", "Tổ 2"][number % 3],
            "people": [None, 3, 5][(number // 2) % 3],
        }
        if not tidy and number % 2:
            columns["address"] = f"Số {number}, ngõ {where[1] % 4}, Hà Nội"
        home = _beside(*where, off, 0.37)
        if number % 4 == 3 and not tidy:
            x, y = home
            home = [(x, y), (x + 4, y), (x + 5, y + 6), (x, y + 5)]
        plan.houses.append((home, columns))
    if survey:
        _draw_obstacles(draw, plan, place, barriers=barriers, tidy=tidy)
        _draw_water(draw, plan, place, offset)
    if files:
        _draw_mapped(draw, plan, place)
    return plan


def _draw_obstacles(draw, plan, place, *, barriers, tidy):
    # One list of places for all rows that become nodes, so that tidy plans can keep them apart.
    unique_by = _on_street if tidy else None
    places = draw(st.lists(place, min_size=barriers, max_size=6, unique_by=unique_by))
    makers = st.sampled_from([_reading, _reading, _surveyed_barrier, _clearance])
    makers = draw(st.lists(makers, min_size=len(places), max_size=len(places)))
    makers[:barriers] = [_surveyed_barrier] * barriers
    for number, (where, make) in enumerate(zip(places, makers, strict=True)):
        table, columns = draw(make())
        columns = {"object_id": f"{table[0].upper()}{number}", **columns}
        there = _beside(*where, 1 if number % 2 else -1)
        mapped = [point for point, tags in plan.nodes.items() if "barrier" in tags]
        if table == "barriers" and mapped and not tidy and draw(st.booleans()):
            # what is mapped already, seen 3 m away
            x, y = draw(st.sampled_from(mapped))
            there, columns["type"] = (x + 2.5, y - 1.5), plan.nodes[x, y]["barrier"]
        plan.tables.setdefault(table, []).append((there, columns))


def _draw_water(draw, plan, place, offset):
    kind = st.sampled_from(["hydrant", "hydrant", "tank", "pond", "pit", "point"])
    working = st.sampled_from([None, "yes", "no"])
    objects = draw(st.lists(st.tuples(kind, place, offset, working), max_size=5))
    for number, (kind, where, off, working) in enumerate(objects):
        columns = {"object_id": f"O{number}", "working": working}
        if kind != "point":
            columns["type"] = kind
        table = "fire_points" if kind == "point" else "water"
        plan.tables.setdefault(table, []).append((_beside(*where, off, 0.37), columns))


def _draw_mapped(draw, plan, place):
    """Draw what only files hold: mapped water, and rows that stand there twice."""
    mapped = st.tuples(place, st.sampled_from(MAPPED))
    for where, kind in draw(st.lists(mapped, max_size=2)):
        plan.nodes.setdefault(_beside(*where, 5), {"emergency": kind})
    rows = [(name, i) for name in sorted(plan.tables) for i in range(len(plan.tables[name]))]
    if not rows:
        return
    dates = st.sampled_from([None, "2026-01-05", "2026-03-07"])
    for (name, i), when in draw(st.lists(st.tuples(st.sampled_from(rows), dates), max_size=2)):
        place, row = plan.tables[name][i]
        changed = {"width_m": 2.2} if name == "widths" else {}
        plan.tables[name].append((place, {**row, **changed, "date": when}))


@st.composite
def _reading(draw):
    width = draw(st.sampled_from([2.6, 3.0, 3.4, 3.5, 3.6, 4.0, 4.0, 4.5]))
    accuracy = draw(st.sampled_from([None, 0.1, 0.5]))
    return "widths", {
        "width_m": width,
        "accuracy_m": accuracy,
        "narrowest": draw(st.sampled_from([None, "yes"])),
    }


@st.composite
def _surveyed_barrier(draw):
    return "barriers", {
        "type": draw(st.sampled_from(["wall", "gate", "fence", "bollard", "block", "kerb"])),
        "state": draw(st.sampled_from([None, "openable", "fixed", None, "openable", "removed"])),
        "clear_width_m": draw(st.sampled_from([None, None, None, 3.2, 4.0])),
        "keyholder": draw(st.sampled_from([None, "Tổ trưởng", "Tổ trưởng"])),
    }


@st.composite
def _clearance(draw):
    return "clearances", {"height_m": draw(st.sampled_from([3.0, 4.2, 5.0]))}


# --- computed at once -----------------------------------------------------------------------
@dataclass
class Computed:
    """What a plan comes to, in arrays."""

    network: object
    surveyed: object
    passability: object
    starts: object
    houses: object
    worst: object  # scenarios
    best: object
    worst_reach: object
    best_reach: object


def compute(plan, *, width_m=3.5, starts=None, survey=True):
    """Run the stages up to the reach, in memory; ``starts`` overrides where engines start."""
    roads, houses, tables = plan.in_memory()
    need = Need(width_m, 4.5, 16.0)
    settings, findings = Settings(**SETTINGS), Findings()
    surveyed = set_survey(
        build_network(roads), roads.barriers, tables,
        need=need, norm=NORM, settings=settings, findings=findings,
    )  # fmt: skip
    network = surveyed.network
    passability = assess(
        surveyed, facades=None, grades=grades_of(network, None, NORM, findings),
        need=need, norm=NORM, vehicle=VEHICLE, settings=settings, turns_count=False,
        findings=findings,
    )  # fmt: skip
    if starts is None:
        starts = start_segments(network, passability, NORM)
    worst = worst_case(network, passability, starts)
    best = best_case(network, passability, starts)
    return Computed(
        network, surveyed, passability, starts, houses, worst, best,
        reach(network, worst), reach(network, best),
    )  # fmt: skip


@st.composite
def places_on(draw, network, *, max_size=6, offsets=(0.0, 0.0, 3.0, 7.5)):
    """Draw places on segments that can have doors: ends, middles, and several at one place."""
    segments = np.flatnonzero(network.has_doors).tolist()
    share = st.sampled_from([0.0, 0.0, 1.0, 1.0, 0.25, 0.5, 0.5, 0.9])
    spot = st.tuples(st.sampled_from(segments), share, st.sampled_from(list(offsets)))
    spots = draw(st.lists(spot, min_size=1, max_size=max_size))
    segment = np.array([s for s, _, _ in spots], dtype=np.int64)
    along = np.array([part for _, part, _ in spots]) * network.segment_length_m[segment]
    xy = shapely.get_coordinates(shapely.line_interpolate_point(network.lines[segment], along))
    return Places(np.arange(len(spots)), segment, along, np.array([off for _, _, off in spots]), xy)
