"""What a planner would write with OSMnx, networkx and geopandas: one opponent of fireaccess.

    python benchmarks/peer_osmnx.py PROJECT [--roads FILE.osm] [--out FOLDER] [--foot FILE.npz]

It answers the same questions about every house as ``fireaccess run`` does for ``hose_m``,
``hose_best_m``, ``hydrant_m``, ``water_m``, ``point_m``, ``road`` and ``road_60``, by the same
definitions, in plain style: data frames, one graph, breadth-first search, Dijkstra. It shares
nothing with the package, so that agreement says something, and it does what the benchmark's two
projects need and no more: see UNUSED.

The last line printed is JSON: seconds by part, and the figures.
"""

# ruff: noqa: E402
import time

START = time.perf_counter()

import argparse
import json
import math
import re
import tomllib
import unicodedata
from collections import deque
from itertools import pairwise
from pathlib import Path

import geopandas as gpd
import networkx as nx
import numpy as np
import osmnx as ox
import pandas as pd
import shapely

IMPORTED = time.perf_counter()

# Parts of a project that neither of the benchmark's projects has.
UNUSED = {"clearances", "stations", "solutions"}

# The norm "vn" and the vehicle "standard".
NEED_WIDTH_M, NEED_HEIGHT_M, MASS_T = 3.5, 4.5, 16.0
HOSE_LIMIT_M, HOSE_LIMIT_NEW_M, DRAFT_M = 200.0, 60.0, 20.0

LOAD_MARGIN_M, SAME_NODE_M, SAME_OBJECT_M, READING_GAP_M = 500.0, 0.001, 5.0, 50.0
SURVEY_SNAP_M, NAME_SNAP_M, SNAP_LIMIT_M = 30.0, 30.0, 100.0

NO_ROAD = {
    "proposed", "construction", "abandoned", "disused", "razed", "platform", "raceway", "elevator",
    "bus_stop", "rest_area", "services", "escape", "via_ferrata",
}  # fmt: skip
MOTORWAY = {"motorway", "motorway_link"}
ARTERIAL = {
    "trunk", "primary", "secondary", "tertiary",
    "trunk_link", "primary_link", "secondary_link", "tertiary_link",
}  # fmt: skip
WALKED_ONLY = {"sidewalk", "crossing", "traffic_island"}
WAY_TAGS = [
    "highway", "name", "area", "footway", "bridge", "tunnel", "covered", "oneway",
    "maxwidth:physical", "width", "width:carriageway", "est_width", "maxwidth",
    "maxheight:physical", "maxheight", "maxweight",
]  # fmt: skip
NODE_TAGS = [
    "barrier", "bollard", "kerb", "height", "locked", "maxheight", "maxwidth:physical", "emergency",
]  # fmt: skip

BLOCKED = {
    "block", "chain", "jersey_barrier", "cycle_barrier", "motorcycle_barrier", "stile", "turnstile",
    "full-height_turnstile", "kissing_gate", "wicket_gate", "log", "debris", "planter", "spikes",
    "wall", "fence", "city_wall", "ditch", "guard_rail", "bus_trap", "sump_buster",
}  # fmt: skip
PASSED = {"cattle_grid", "toll_booth", "border_control", "entrance", "sally_port"}
GATES = {"gate", "lift_gate", "swing_gate", "sliding_gate"}
POSTS = {"bollard", "block", "jersey_barrier", "planter", "log", "debris"}
NO_FOOT = {"wall", "fence", "city_wall"}


# Reading ------------------------------------------------------------------------------------


def read(project, roads=None):
    """Everything the project file names, as a graph and frames in WGS 84."""
    folder = Path(project)
    if folder.is_file():
        folder = folder.parent
    config = tomllib.loads((folder / "fireaccess.toml").read_text(encoding="utf-8"))
    inputs = config["inputs"]
    if unused := UNUSED & set(inputs.get("survey", {})):
        raise SystemExit(f"this script doesn't know the survey's {', '.join(sorted(unused))}")

    ox.settings.useful_tags_way = WAY_TAGS
    ox.settings.useful_tags_node = NODE_TAGS
    graph = ox.graph_from_xml(roads or folder / inputs["roads"], simplify=False, retain_all=True)

    def points(file):
        table = pd.read_csv(folder / file)
        return gpd.GeoDataFrame(
            table, geometry=gpd.points_from_xy(table["lon"], table["lat"]), crs="EPSG:4326"
        )

    survey = {name: points(file) for name, file in inputs["survey"].items()}
    area = gpd.read_file(folder / inputs["area"])
    return config["project"]["crs"], graph, area, points(inputs["houses"]), survey


# Tags ---------------------------------------------------------------------------------------


def metres(text):
    """A length tag in metres, NaN if it is none."""
    text = str(text).strip().replace(",", ".")
    if match := re.fullmatch(r"(\d+(?:\.\d+)?)\s*(m|cm|ft)?", text):
        unit = {"m": 1.0, "cm": 0.01, "ft": 0.3048, None: 1.0}[match[2]]
        return round(float(match[1]) * unit, 4)
    if match := re.fullmatch(r"(\d+)'\s*(?:(\d+(?:\.\d+)?)\")?", text):
        return round(int(match[1]) * 0.3048 + float(match[2] or 0) * 0.0254, 4)
    return math.nan


def tonnes(text):
    """A weight tag in tonnes, NaN if it is none."""
    match = re.fullmatch(r"(\d+(?:[.,]\d+)?)\s*(t|kg)?", str(text).strip())
    if match is None:
        return math.nan
    return float(match[1].replace(",", ".")) * (0.001 if match[2] == "kg" else 1.0)


def by_width(way):
    """Pass, blocked or unknown by the best width tag, else by the class of the road."""
    for tag, accuracy in (
        ("maxwidth:physical", 0.1), ("width", 0.3), ("width:carriageway", 0.3), ("est_width", 0.5),
    ):  # fmt: skip
        width = metres(way[tag])
        if not math.isnan(width):
            if round(width - accuracy, 4) >= NEED_WIDTH_M:
                return "pass"
            return "blocked" if round(width + accuracy, 4) < NEED_WIDTH_M else "unknown"
    if way["highway"] == "bridleway" or way["footway"] in WALKED_ONLY:
        return "blocked"
    if way["highway"] in ARTERIAL | MOTORWAY | {"busway"}:
        return "unknown" if metres(way["maxwidth"]) < NEED_WIDTH_M else "pass"
    return "unknown"


def passability(way, wide=False):
    """Pass, blocked or unknown for the fire engine; ``wide`` where a reading says so."""
    if way["highway"] in {"steps", "corridor"}:
        return "blocked"
    answer = "pass" if wide else by_width(way)
    gap, sign = metres(way["maxheight:physical"]), metres(way["maxheight"])
    if gap < NEED_HEIGHT_M:
        return "blocked"
    roofed = way["tunnel"] == "building_passage" or way["covered"] == "yes"
    if (
        answer == "pass"
        and math.isnan(gap)
        and (sign < NEED_HEIGHT_M or (roofed and math.isnan(sign)))
    ):
        answer = "unknown"
    if way["is_bridge"] and tonnes(way["maxweight"]) < MASS_T:
        return "blocked"
    return answer


def family(barrier):
    """The family within which a surveyed barrier stands for one in OSM."""
    return "post" if barrier in POSTS else "gate" if barrier in GATES else barrier


def barrier_effect(item):
    """Pass (a delay too), blocked or unknown."""
    kind, state = item["barrier"], item["state"]
    if state == "removed":
        return "pass"
    gap = item["clear_width_m"]
    if not math.isnan(gap):
        return "pass" if round(gap, 4) >= NEED_WIDTH_M else "blocked"
    if state == "openable":
        return "pass" if isinstance(item["keyholder"], str) else "unknown"
    if state == "fixed" or kind in BLOCKED:
        return "blocked"
    if kind == "bollard":
        post = item["bollard"]
        if not isinstance(post, str) or post == "fixed":
            return "blocked"
        return "pass" if post in {"low", "flexible"} else "unknown"
    if kind in GATES:
        return "pass" if item["locked"] == "no" else "unknown"
    if kind == "kerb":
        low = item["kerb"] in {"flush", "lowered", "rolled", "no"} or metres(item["height"]) <= 0.2
        return "pass" if low else "unknown"
    if kind == "height_restrictor":
        height = metres(item["maxheight"])
        if math.isnan(height):
            return "unknown"
        return "pass" if height >= NEED_HEIGHT_M else "blocked"
    return "pass" if kind in PASSED else "unknown"


def reading_effect(width_m, accuracy_m):
    """Pass for a wide reading, blocked for a narrow one, else unknown."""
    if round(width_m - accuracy_m, 4) >= NEED_WIDTH_M:
        return "pass"
    return "blocked" if round(width_m + accuracy_m, 4) < NEED_WIDTH_M else "unknown"


def plain(text):
    """Lower case without accents; commas and runs of blanks are one blank."""
    if not isinstance(text, str):
        return ""
    letters = unicodedata.normalize("NFD", text.lower())
    letters = "".join(c for c in letters if not unicodedata.combining(c)).replace("đ", "d")
    return " ".join(letters.replace(",", " ").split())


def named_road(address, names):
    """The longest road name that stands in the address as whole words."""
    words = address.split()
    runs = (" ".join(words[i:j]) for i in range(len(words)) for j in range(i + 1, len(words) + 1))
    return max((run for run in runs if run in names), key=len, default=None)


# Streets ------------------------------------------------------------------------------------


def street_edges(graph, crs, area):
    """One row per stretch between two OSM nodes of the kept ways, in metres; and the nodes."""
    nodes, edges = ox.graph_to_gdfs(graph)
    # OSMnx has each two-way street in both directions: one is enough here.
    edges = edges[~edges["reversed"]].reset_index()
    edges = edges.reindex(columns=["u", "v", "osmid", "geometry", *WAY_TAGS]).to_crs(crs)
    edges = edges[
        edges["highway"].notna() & (edges["area"] != "yes") & ~edges["highway"].isin(NO_ROAD)
    ]
    near = edges.iloc[edges.sindex.query(area, predicate="dwithin", distance=LOAD_MARGIN_M)]
    edges = edges[edges["osmid"].isin(near["osmid"])].reset_index(drop=True)

    edges["is_bridge"] = edges["bridge"].notna() & (edges["bridge"] != "no")
    edges["road"] = edges["name"].map(plain)
    ways = edges.drop(columns="geometry").drop_duplicates("osmid").to_dict("records")
    edges["truck"] = edges["osmid"].map({way["osmid"]: passability(way) for way in ways})
    edges["truck_if_wide"] = edges["osmid"].map(
        {way["osmid"]: passability(way, wide=True) for way in ways}
    )

    walked = edges["footway"].isin(WALKED_ONLY)
    tunnel = edges["tunnel"] == "yes"
    edges["for_doors"] = ~edges["highway"].isin(MOTORWAY) & ~walked & ~tunnel & ~edges["is_bridge"]
    edges["for_survey"] = (edges["highway"] != "steps") & ~walked & ~tunnel & ~edges["is_bridge"]
    nodes = nodes.reindex(columns=[*NODE_TAGS, "geometry"]).to_crs(crs)
    return nodes[nodes.index.isin(edges["u"]) | nodes.index.isin(edges["v"])], edges


def nearest_edge(points, edges, limit_m, roads=None):
    """The nearest edge to each point, or the nearest of the named road, and the place on it."""
    found = gpd.sjoin_nearest(
        points[["geometry"]], edges[["geometry"]], max_distance=limit_m, distance_col="offset_m"
    )
    found = found[~found.index.duplicated()].rename(columns={"index_right": "edge"})
    if roads is not None:
        named = points.loc[roads.notna(), ["geometry"]]
        pairs = named.sjoin(edges[["geometry", "road"]], predicate="dwithin", distance=NAME_SNAP_M)
        pairs = pairs[pairs["road"] == roads.loc[pairs.index]]
        lines = gpd.GeoSeries(edges["geometry"].loc[pairs["index_right"]].values, crs=edges.crs)
        pairs["offset_m"] = pairs.geometry.distance(lines, align=False)
        pairs = pairs.sort_values("offset_m", kind="stable")
        pairs = pairs[~pairs.index.duplicated()].rename(columns={"index_right": "edge"})
        found.loc[pairs.index, ["edge", "offset_m"]] = pairs[["edge", "offset_m"]]
    lines = gpd.GeoSeries(edges["geometry"].loc[found["edge"]].values, crs=edges.crs)
    found["at_m"] = shapely.line_locate_point(lines.values, found.geometry.values)
    return found[["edge", "offset_m", "at_m"]]


def insert(edges, placed):
    """Split the edges at the placed points; the edges, and each point's node."""
    node_of, pieces, gone = {}, [], []
    rows = edges.loc[placed["edge"].unique()].to_dict("index")
    for edge, group in placed.sort_values("at_m", kind="stable").groupby("edge"):
        row = rows[edge]
        line, length_m = row["geometry"], row["geometry"].length
        stops = [(0.0, row["u"], line.coords[0])]
        for name, at_m in zip(group.index, group["at_m"], strict=True):
            if length_m - at_m <= SAME_NODE_M:
                node_of[name] = row["v"]
            elif at_m - stops[-1][0] <= SAME_NODE_M:
                node_of[name] = stops[-1][1]
            else:
                node_of[name] = f"on {edge} at {at_m:.4f}"
                stops.append((at_m, node_of[name], line.interpolate(at_m).coords[0]))
        stops.append((length_m, row["v"], line.coords[-1]))
        if len(stops) > 2:
            gone.append(edge)
            for (_, u, start), (_, v, end) in pairwise(stops):
                geometry = shapely.LineString([start, end])
                pieces.append({**row, "u": u, "v": v, "geometry": geometry})
    split = gpd.GeoDataFrame(pieces, columns=edges.columns, crs=edges.crs)
    edges = pd.concat([edges.drop(index=gone), split], ignore_index=True)
    edges["length_m"] = edges.length
    return edges, pd.Series(node_of, dtype=object)


def barriers_at(nodes, edges, survey):
    """Barriers of OSM and of the survey: those at an OSM node, and those to be placed."""
    osm = nodes[nodes["barrier"].notna()].copy()
    osm["clear_width_m"] = osm["maxwidth:physical"].map(metres)
    osm["state"] = osm["keyholder"] = None
    osm["node"] = osm.index
    osm["family"] = osm["barrier"].map(family)

    survey = survey.set_index("object_id").rename(columns={"type": "barrier"})
    survey["family"] = survey["barrier"].map(family)
    pairs = survey[["geometry", "family"]].sjoin(
        osm[["geometry", "family", "node"]], predicate="dwithin", distance=SAME_OBJECT_M
    )
    pairs = pairs[pairs["family_left"] == pairs["family_right"]]
    pairs["apart_m"] = pairs.geometry.distance(osm.geometry.loc[pairs["node"]], align=False)
    same = pairs.sort_values("apart_m", kind="stable")
    same = same[~same.index.duplicated()]["node"]

    # A surveyed barrier stands for the one in OSM; what it leaves blank OSM still says.
    survey["node"] = same.reindex(survey.index)
    tags = osm.drop(columns=["geometry", "node", "family"]).reindex(survey["node"])
    survey = survey.combine_first(tags.set_axis(survey.index))
    osm = osm[~osm["node"].isin(same)]
    placed = nearest_edge(survey[survey["node"].isna()], edges[edges["for_survey"]], SURVEY_SNAP_M)
    return pd.concat([osm, survey]), placed


def truck_network(edges, barriers, readings):
    """A graph with ``worst`` and ``best`` on its edges, and the nodes closed in each case."""
    columns = ["osmid", "highway", "length_m", "truck", "truck_if_wide"]
    streets = nx.from_pandas_edgelist(
        edges.assign(key=edges.index),
        "u", "v", edge_attr=columns, edge_key="key", create_using=nx.MultiGraph,
    )  # fmt: skip
    effects = pd.concat([barriers[["node", "effect"]], readings[["node", "effect"]]])
    closed_best = set(effects.loc[effects["effect"] == "blocked", "node"])
    closed_worst = closed_best | set(effects.loc[effects["effect"] == "unknown", "node"])

    # Stretches end where ways end or meet, at barriers and at readings; not at every bend.
    read_at, barrier_at = set(readings["node"]), set(barriers["node"])

    def is_bend(node):
        arms = [way for _, _, way in streets.edges(node, data="osmid")]
        return len(arms) == 2 and arms[0] == arms[1]

    def stretch(start, key, node, past_readings):
        """The edges from a node along one arm up to the stretch's other end."""
        keys = [key]
        while (
            node != start
            and node not in barrier_at
            and (past_readings or node not in read_at)
            and is_bend(node)
        ):
            _, node, key = next(e for e in streets.edges(node, keys=True) if e[2] != key)
            keys.append(key)
        return keys

    certified, length_m = set(), edges["length_m"].to_dict()
    for reading in readings[readings["effect"] == "pass"].itertuples():
        whole = reading.narrowest == "yes"
        for _, other, key in streets.edges(reading.node, keys=True):
            keys = stretch(reading.node, key, other, past_readings=whole)
            if whole or sum(length_m[key] for key in keys) <= READING_GAP_M:
                certified.update(keys)

    for _, _, key, data in streets.edges(keys=True, data=True):
        truck = data["truck_if_wide"] if key in certified else data["truck"]
        data["worst"], data["best"] = truck == "pass", truck != "blocked"
    return streets, closed_worst, closed_best


def starting_piece(streets):
    """The longest connected piece of main roads that an engine passes."""
    arterial = streets.edge_subgraph(
        (u, v, key)
        for u, v, key, data in streets.edges(keys=True, data=True)
        if data["worst"] and data["highway"] in ARTERIAL
    )
    pieces = (arterial.subgraph(nodes) for nodes in nx.connected_components(arterial))
    return max(pieces, key=lambda piece: piece.size(weight="length_m"))


def reach(streets, start, case, closed):
    """The edges that the engine gets to; it arrives at a closed node and doesn't go through."""
    reached = {key for _, _, key in start.edges(keys=True)}
    seen = set(start.nodes)
    queue = deque(seen)
    while queue:
        node = queue.popleft()
        if node in closed:
            continue
        for _, other, key, passes in streets.edges(node, keys=True, data=case):
            if passes:
                reached.add(key)
                if other not in seen:
                    seen.add(other)
                    queue.append(other)
    return reached


# The answers --------------------------------------------------------------------------------


def analyse(crs, graph, area, houses, survey):
    """Reach, hose and water for every house of the area."""
    area = area.to_crs(crs).union_all()
    houses = houses.to_crs(crs)
    houses = houses[houses.intersects(area)].set_index("house_id")
    survey = {name: table.to_crs(crs) for name, table in survey.items()}

    # Barriers, readings, water and fire points become nodes of the street network.
    nodes, edges = street_edges(graph, crs, area)
    barriers, barriers_placed = barriers_at(nodes, edges, survey["barriers"])
    readings = survey["widths"].set_index("object_id")
    readings_placed = nearest_edge(readings, edges[edges["for_survey"]], SURVEY_SNAP_M)
    water = survey["water"].set_index("object_id")
    water = water[(water["working"] != "no") & (water["type"] != "riser")]
    fire_points = survey["fire_points"].set_index("object_id")
    fire_points = fire_points[fire_points["working"] != "no"]
    water_placed = nearest_edge(water, edges[edges["for_doors"]], SNAP_LIMIT_M)
    fire_points_placed = nearest_edge(fire_points, edges[edges["for_doors"]], SNAP_LIMIT_M)
    placed = pd.concat(
        {
            "barrier": barriers_placed,
            "reading": readings_placed,
            "water": water_placed,
            "fire_point": fire_points_placed,
        }
    )
    edges, node_of = insert(edges, placed)
    barriers["node"] = [
        node_of["barrier"].get(name) if pd.isna(node) else node
        for name, node in barriers["node"].items()
    ]
    barriers = barriers[barriers["node"].notna()]
    barriers["effect"] = barriers.apply(barrier_effect, axis=1)
    readings = readings.loc[readings_placed.index].assign(node=node_of["reading"])
    readings["effect"] = [
        reading_effect(width_m, accuracy_m)
        for width_m, accuracy_m in zip(
            readings["width_m"], readings["accuracy_m"].fillna(0), strict=True
        )
    ]

    # Where the engine gets to, at worst and at best.
    streets, closed_worst, closed_best = truck_network(edges, barriers, readings)
    start = starting_piece(streets)
    reached = {
        "hose_m": reach(streets, start, "worst", closed_worst),
        "hose_best_m": reach(streets, start, "best", closed_best),
    }

    # On foot: of two edges between the same nodes the shorter counts (the last one is kept).
    walkable = edges[~edges["highway"].isin(MOTORWAY)]
    walls = set(barriers.loc[barriers["barrier"].isin(NO_FOOT) & (barriers["effect"] != "pass"),
                             "node"])  # fmt: skip
    if walls:
        walkable = walkable.copy()
        for end in ("u", "v"):
            at_wall = walkable[end].isin(walls)
            walkable.loc[at_wall, end] = [f"{end} of {key}" for key in walkable.index[at_wall]]
    foot = nx.from_pandas_edgelist(
        walkable.sort_values("length_m", ascending=False), "u", "v", edge_attr="length_m"
    )

    # Doors.
    names = set(edges.loc[edges["for_doors"], "road"]) - {""}
    roads = houses["address"].map(plain).map(lambda address: named_road(address, names))
    doors = nearest_edge(houses, edges[edges["for_doors"]], SNAP_LIMIT_M, roads)
    doors = doors.join(walkable[["u", "v", "length_m"]], on="edge")

    def from_house(distance):
        """Metres from each house to where ``distance`` (a dict by node) counts from."""
        to_u = doors["at_m"] + doors["u"].map(distance)
        to_v = doors["length_m"] - doors["at_m"] + doors["v"].map(distance)
        return doors["offset_m"] + pd.concat([to_u, to_v], axis=1).min(axis=1)

    stands = {}
    for column, keys in reached.items():
        stands[column] = walkable.loc[walkable.index.isin(keys)]
        ends = set(stands[column]["u"]) | set(stands[column]["v"])
        distance = nx.multi_source_dijkstra_path_length(foot, ends, weight="length_m")
        doors[column] = from_house(distance).where(~doors["edge"].isin(keys), doors["offset_m"])

    # Water. A pond counts where a stand is near enough for the suction hose.
    open_water = water[water["type"].isin({"pond", "river", "pit", "suction_point"})]
    in_reach = open_water.sjoin(
        stands["hose_m"][["geometry"]], predicate="dwithin", distance=DRAFT_M
    ).index
    usable = water.drop(index=open_water.index.difference(in_reach))
    hydrants = usable[usable["type"] == "hydrant"]
    for column, table, objects, kind in (
        ("hydrant_m", hydrants, water_placed, "water"),
        ("water_m", usable, water_placed, "water"),
        ("point_m", fire_points, fire_points_placed, "fire_point"),
    ):
        objects = objects.loc[objects.index.intersection(table.index)]
        # Each object hangs on the network by an edge of its own, as long as its offset.
        for name, offset_m in objects["offset_m"].items():
            foot.add_edge((kind, name), node_of[kind][name], length_m=offset_m)
        distance = nx.multi_source_dijkstra_path_length(
            foot, [(kind, name) for name in objects.index], weight="length_m"
        )
        doors[column] = from_house(distance)

    houses = houses.join(doors)
    for column, limit_m in (("road", HOSE_LIMIT_M), ("road_60", HOSE_LIMIT_NEW_M)):
        houses[column] = np.select(
            [
                houses["edge"].isna(),
                houses["hose_m"] <= limit_m,
                ~(houses["hose_best_m"] <= limit_m),
            ],
            ["unconnected", "covered", "not_covered"],
            "needs_survey",
        )
    houses["hose_rolls"] = np.ceil(1.1 * houses["hose_m"] / 20)
    counts = {"edges": len(edges), "reached": {k: len(v) for k, v in reached.items()}}
    return houses.drop(columns=["edge", "at_m", "u", "v", "length_m"]), counts


def figures(houses):
    """What the answers look like, in short."""
    columns = ["hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m"]
    return {
        "houses": len(houses),
        "unconnected": int((houses["road"] == "unconnected").sum()),
        "covered_worst": float((houses["road"] == "covered").mean()),
        "covered_best": float(houses["road"].isin(["covered", "needs_survey"]).mean()),
        "medians": {name: round(float(houses[name].median()), 3) for name in columns},
        "nulls": {name: int(houses[name].isna().sum()) for name in columns},
    }


def main():
    """Read, analyse, write, and tell how long each took."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("project")
    parser.add_argument("--roads", help="the roads as .osm, where the project has them as PBF")
    parser.add_argument("--out", default=None, help="folder for houses.gpkg (default: none kept)")
    options = parser.parse_args()

    begun = time.perf_counter()
    inputs = read(options.project, options.roads)
    was_read = time.perf_counter()
    houses, counts = analyse(*inputs)
    analysed = time.perf_counter()
    if options.out:
        Path(options.out).mkdir(parents=True, exist_ok=True)
        houses.to_crs("EPSG:4326").to_file(Path(options.out) / "houses.gpkg", layer="houses")
    written = time.perf_counter()
    seconds = {
        "import": IMPORTED - START,
        "read": was_read - begun,
        "analysis": analysed - was_read,
        "files": written - analysed,
    }
    print(json.dumps({"seconds": seconds, "figures": figures(houses), "counts": counts}))


if __name__ == "__main__":
    main()
