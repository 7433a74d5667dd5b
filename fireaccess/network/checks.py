"""Checks that need the network: what contradicts the map, or another row of the survey.

Nothing here changes an answer. Each check returns findings in an order that depends only on the
data; what `set_survey` and `assess` tell already is not told again.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from scipy.sparse.csgraph import dijkstra

from fireaccess.model.answers import Answer, BoolArray, FloatArray, IntArray, ObjectArray, below
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Finding
from fireaccess.model.formats import Language
from fireaccess.model.phrases import Phrase
from fireaccess.model.text import normalise_all
from fireaccess.network.barriers import family
from fireaccess.network.need import Need
from fireaccess.network.network import Network
from fireaccess.network.obstacles import Surveyed
from fireaccess.network.paths import foot_graph
from fireaccess.project import Settings
from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.named import rows_told
from fireaccess.sources.roads import is_yes
from fireaccess.sources.survey import Survey

#: Rows nearer to one another than this were taken at one place.
ONE_PLACE_M: Final = 2.0
#: An alley that ends nearer to another road than this probably joins it.
MISSING_JOINT_M: Final = 5.0
#: A road that is got to within this way along the network gains nothing by another joint.
_JOINED_M: Final = 30.0
#: Where a road points to is told from so far before its end; to the side is beyond 75 degrees.
_BACK_M: Final = 3.0
_LEAST_AHEAD: Final = math.cos(math.radians(75))
#: An end so near to a road was drawn on it.
_NO_GAP_M: Final = 0.05
_SHOWN: Final = 3
#: The column that tells rows of one kind from those of another.
_TYPE: Final[Mapping[str, str]] = {
    "clearances": "kind",
    "barriers": "type",
    "water": "type",
    "solutions": "type",
    "violations": "kind",
}
_SET_ON_ROADS: Final = ("widths", "clearances", "barriers", "solutions")


def check_survey(
    surveyed: Surveyed,
    survey: Survey,
    area: shapely.Geometry,
    *,
    need: Need,
    settings: Settings,
) -> list[Finding]:
    """Return what is doubtful of the survey once it is set on the network.

    Parameters
    ----------
    surveyed, survey
        The network with the survey set on it, and the survey's tables.
    area
        The area: what lies farther from it than roads are loaded is another ward's.
    need
        What a passage must offer: two readings contradict one another if only one does.
    settings
        How near the road that a row names must be.
    """
    told = removed_but_mapped(surveyed.obstacles, survey["barriers"])
    at_node = set(surveyed.replaced.values())
    for table in _SET_ON_ROADS:
        rows = survey[table]
        if table == "barriers":
            free = [f"barrier:{name}" not in at_node for name in rows["object_id"]]
            rows = rows[np.array(free, dtype=bool)]
        told += not_on_the_road_named(surveyed.network, rows, settings.survey_snap_m)
    disagreeing = _disagreeing(surveyed, survey, need)
    for table, pairs in disagreeing.items():
        told += _tell_disagreeing(pairs, table)
    for table, rows in survey.tables.items():
        told += outside_area(rows, area, settings.load_margin_m)
        if "object_id" in rows:
            known = disagreeing[table].ids() if table in disagreeing else ()
            told += same_place(rows, table, but=known)
    return told


def outside_area(rows: gpd.GeoDataFrame, area: shapely.Geometry, margin_m: float) -> list[Finding]:
    """Tell of rows that lie farther from the area than roads are loaded.

    Parameters
    ----------
    rows
        A survey table.
    area
        The area, in the same CRS.
    margin_m
        How far around the area roads are loaded.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame(
    ...     {"file": "w.csv", "row": [2, 3]}, geometry=gpd.points_from_xy([0, 900], [0, 0]))
    >>> [f.row for f in outside_area(rows, shapely.box(0, 0, 100, 100), 500)]
    [3]
    """
    away = shapely.distance(rows.geometry.to_numpy(), area) > margin_m
    return [
        Finding(
            "hint",
            "outside_area",
            Message("{count} rows lie more than {margin_m:g} m outside the area"),
            remedy=Message(
                "nothing to do if the list covers more than the ward; else check their coordinates"
            ),
            params={"count": len(part), "margin_m": margin_m},
            **where,
        )
        for where, part in rows_told(pd.DataFrame(rows[away]))
    ]


def not_on_the_road_named(
    network: Network, rows: gpd.GeoDataFrame, limit_m: float
) -> list[Finding]:
    """Tell of rows that have coordinates and name a road that is not there.

    Parameters
    ----------
    network
        The network.
    rows
        A survey table with ``road_name``.
    limit_m
        How near the named road must be. Rows that are near no road at all are told elsewhere.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("service", [(0, 0), (100, 0)])], name="Ngõ 5")
    >>> rows = gpd.GeoDataFrame(
    ...     {"object_id": ["W1", "W2"], "road_name": ["Ngõ 5", "Ngõ 6"], "file": "w.csv",
    ...      "row": [2, 3]}, geometry=gpd.points_from_xy([20, 40], [3, 3]))
    >>> [f.row for f in not_on_the_road_named(town, rows, 30)]
    [3]
    """
    asks = _located(rows) & rows["road_name"].notna().to_numpy(dtype=bool)
    if not asks.any():
        return []
    rows = pd.DataFrame(rows[asks])
    text = normalise_all(list(rows["road_name"]))
    places = rows["geometry"].to_numpy()
    segments = np.flatnonzero(network.takes_survey)
    lines = network.lines[segments]
    row, near = shapely.STRtree(lines).query(places, predicate="dwithin", distance=limit_m)
    name = network.way_name[network.segment_way[segments[near]]]
    named = [n != "" and f" {n} " in f" {text[i]} " for i, n in zip(row, name, strict=True)]
    # Of a row that finds no such road, the nearest may have the name and say more beside it.
    away = shapely.distance(places[row], lines[near])
    order = np.lexsort((segments[near], away, row))
    first = order[np.r_[True, np.diff(row[order]) != 0]] if len(order) else order
    within = [f" {text[row[i]]} " in f" {name[i]} " for i in first]
    missing = np.zeros(len(rows), dtype=bool)
    missing[row] = True
    missing[row[np.array(named, dtype=bool)]] = False
    missing[row[first[np.array(within, dtype=bool)]]] = False
    return [
        Finding(
            "warning",
            "not_on_the_road_named",
            Message(
                "{count} rows name a road that does not lie within {limit_m:g} m of them, and are "
                "set on the nearest road (first: {first})"
            ),
            remedy=Message(
                "check their coordinates and road_name; write the name as the map has it"
            ),
            params={
                "count": len(part),
                "limit_m": limit_m,
                "first": _first(
                    f"{name} ({road})"
                    for name, road in zip(part["object_id"], part["road_name"], strict=True)
                ),
            },
            column="road_name",
            **where,
        )
        for where, part in rows_told(rows[missing])
    ]


def removed_but_mapped(obstacles: pd.DataFrame, barriers: pd.DataFrame) -> list[Finding]:
    """Tell of barriers that are gone, by the survey, while the map still has them.

    Parameters
    ----------
    obstacles
        Those of `Surveyed`: a surveyed barrier that stands for a mapped one has its ``osm_id``.
    barriers
        The survey's table.

    Examples
    --------
    >>> obstacles = pd.DataFrame({"object_id": ["B1", "B2"], "osm_id": ["n17", None],
    ...     "source": "survey", "state": "removed"})
    >>> barriers = pd.DataFrame({"object_id": ["B1", "B2"], "file": "b.csv", "row": [2, 3]})
    >>> [f.what_to_do for f in removed_but_mapped(obstacles, barriers)]
    ['delete it in OpenStreetMap: node 17']
    """
    gone = obstacles[
        (obstacles["source"] == "survey")
        & (obstacles["state"] == "removed")
        & obstacles["osm_id"].notna()
    ]
    node_of = dict(zip(gone["object_id"], gone["osm_id"], strict=True))
    rows = barriers[barriers["object_id"].isin(node_of)]
    return [
        Finding(
            "hint",
            "removed_but_mapped",
            Message("{object_id} is removed, but OpenStreetMap still has it"),
            remedy=Message("delete it in OpenStreetMap: node {node}"),
            params={"object_id": name, "node": node_of[name].removeprefix("n")},
            **where,
        )
        for name in rows["object_id"]
        for where, _ in rows_told(rows[rows["object_id"] == name])
    ]


@dataclass(frozen=True, slots=True, eq=False)
class _Pairs:
    """Rows of a table that contradict one another, by twos; positions in ``rows``."""

    rows: pd.DataFrame
    first: IntArray
    second: IntArray

    def ids(self) -> set[tuple[str, str]]:
        names = self.rows["object_id"].to_numpy(dtype=object)
        return set(zip(names[self.first], names[self.second], strict=True))


def _disagreeing(surveyed: Surveyed, survey: Survey, need: Need) -> dict[str, _Pairs]:
    """Return, by table, pairs of rows that were taken at one place and can't both be right."""

    def pairs(rows: pd.DataFrame, node: IntArray, differ: Callable[..., Any]) -> _Pairs:
        first, second = _at_one_place(surveyed, node)
        kept = np.asarray(differ(first, second), dtype=bool)
        return _Pairs(rows, first[kept], second[kept])

    read, high = surveyed.readings, surveyed.clearances
    answer = read["answer"].to_numpy(dtype=np.int8)
    narrowest = read["narrowest"].to_numpy(dtype=bool)
    low = below(high["height_m"].to_numpy(dtype=float), need.height_m)
    obstacles = surveyed.obstacles
    own = (obstacles["source"] == "survey").to_numpy(dtype=bool)
    node_of = dict(zip(obstacles["object_id"][own], obstacles["node"][own], strict=True))
    stand = survey["barriers"]
    stand = stand[_located(stand) & stand["object_id"].isin(node_of).to_numpy(dtype=bool)]
    state = stand["state"].to_numpy(dtype=object)
    stated = stand["state"].notna().to_numpy(dtype=bool)
    of_family = np.array([family(kind) for kind in stand["type"]], dtype=object)
    return {
        # Two that claim to be the narrowest of one stretch are told as such.
        "widths": pairs(
            read,
            read["node"].to_numpy(dtype=np.int64),
            lambda a, b: (
                (np.abs(answer[a] - answer[b]) == Answer.PASS - Answer.BLOCKED)
                & ~(narrowest[a] & narrowest[b])
            ),
        ),
        "clearances": pairs(
            high, high["node"].to_numpy(dtype=np.int64), lambda a, b: low[a] != low[b]
        ),
        "barriers": pairs(
            pd.DataFrame(stand),
            np.array([node_of[name] for name in stand["object_id"]], dtype=np.int64),
            lambda a, b: (
                (of_family[a] == of_family[b]) & (state[a] != state[b]) & stated[a] & stated[b]
            ),
        ),
    }


def _at_one_place(surveyed: Surveyed, node: IntArray) -> tuple[IntArray, IntArray]:
    """Return pairs of rows whose nodes lie within 2 m of one another on one stretch."""
    network, stretch = surveyed.network, surveyed.stretch
    first, second = _near_pairs(np.asarray(shapely.points(network.node_xy[node])))
    if len(first) == 0:
        return first, second
    count = int(stretch.max()) + 1
    ends = np.concatenate([network.segment_u, network.segment_v])
    touches = np.unique(ends * count + np.concatenate([stretch, stretch]))
    begin = np.searchsorted(touches, node[first] * count)
    number = np.searchsorted(touches, (node[first] + 1) * count) - begin
    pair = np.repeat(np.arange(len(first)), number)
    within = np.arange(len(pair)) - np.repeat(np.cumsum(number) - number, number)
    shared = touches[begin[pair] + within] % count
    meets = np.isin(node[second][pair] * count + shared, touches)
    chosen = np.unique(pair[meets])
    return first[chosen], second[chosen]


def _near_pairs(places: ObjectArray) -> tuple[IntArray, IntArray]:
    """Return pairs of places within 2 m of one another, in the order of the rows."""
    if len(places) == 0:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    a, b = shapely.STRtree(places).query(places, predicate="dwithin", distance=ONE_PLACE_M)
    once = np.flatnonzero(a < b)
    order = once[np.lexsort((b[once], a[once]))]
    return a[order], b[order]


#: Which column of a table's rows disagrees, and what is said of it.
_DISAGREE: Final[Mapping[str, tuple[str, Message]]] = {
    "widths": (
        "width_m",
        Message(
            "{first} ({first_is:g} m, {first_date}) and {second} ({second_is:g} m, {second_date}) "
            "were taken within {near_m:g} m of one another, but one is wide enough for the truck, "
            "the other is not"
        ),
    ),
    "clearances": (
        "height_m",
        Message(
            "{first} ({first_is:g} m, {first_date}) and {second} ({second_is:g} m, {second_date}) "
            "were taken within {near_m:g} m of one another, but one is high enough for the truck, "
            "the other is not"
        ),
    ),
    "barriers": (
        "state",
        Message(
            "{first} ({first_is}, {first_date}) and {second} ({second_is}, {second_date}) were "
            "taken within {near_m:g} m of one another, but they are of one kind and in different "
            "states"
        ),
    ),
}
_NO_DATE: Final = Message("no date")


def _tell_disagreeing(pairs: _Pairs, table: str) -> list[Finding]:
    column, message = _DISAGREE[table]
    told = []
    for both in zip(pairs.first, pairs.second, strict=True):
        rows = pairs.rows.iloc[list(both)]
        params: dict[str, Any] = {"near_m": ONE_PLACE_M}
        for of, (_, row) in zip(("first", "second"), rows.iterrows(), strict=True):
            params[of], params[f"{of}_is"] = row["object_id"], row[column]
            params[f"{of}_date"] = _NO_DATE if pd.isna(row["date"]) else row["date"]
        told += [
            Finding(
                "warning",
                "surveys_disagree",
                message,
                remedy=Message("look again and delete the row that is out of date"),
                params=params,
                column=column,
                **where,
            )
            for where, _ in rows_told(rows)
        ]
    return told


_PAIR: Final = Message("{one} and {other}")


def same_place(
    rows: gpd.GeoDataFrame, table: str, *, but: Collection[tuple[str, str]] = ()
) -> list[Finding]:
    """Tell of rows of one type within 2 m of one another: one thing may be entered twice.

    Parameters
    ----------
    rows
        A survey table with ``object_id``.
    table
        Its key, which decides what makes a type.
    but
        Pairs of ids that are told already.

    Examples
    --------
    >>> rows = gpd.GeoDataFrame(
    ...     {"object_id": ["P1", "P2", "P3"], "file": "p.csv", "row": [2, 3, 4]},
    ...     geometry=gpd.points_from_xy([0, 1, 50], [0, 0, 0]))
    >>> [(f.what, f.rows) for f in same_place(rows, "fire_points")]
    [('2 rows lie within 2 m of another of their type (first: P1 and P2)', (2, 3))]
    """
    located = np.flatnonzero(_located(rows))
    a, b = _near_pairs(rows.geometry.to_numpy()[located])
    if len(a) == 0:
        return []
    a, b = located[a], located[b]
    ids = rows["object_id"].to_numpy(dtype=object)
    kind = rows[_TYPE[table]].to_numpy(dtype=object) if table in _TYPE else np.zeros(len(rows))
    fresh = (kind[a] == kind[b]) & [pair not in but for pair in zip(ids[a], ids[b], strict=True)]
    a, b = a[fresh], b[fresh]
    pairs = list(zip(ids[a], ids[b], strict=True))[:_SHOWN]

    def first(language: Language) -> str:
        return ", ".join(_PAIR.into(language, one=one, other=other) for one, other in pairs)

    return [
        Finding(
            "warning",
            "same_place",
            Message(
                "{count} rows lie within {near_m:g} m of another of their type (first: {first})"
            ),
            remedy=Message(
                "if they are one object, delete one row or give both the same object_id"
            ),
            params={"count": len(part), "near_m": ONE_PLACE_M, "first": Phrase(first)},
            column="object_id",
            **where,
        )
        for where, part in rows_told(pd.DataFrame(rows).iloc[np.union1d(a, b)])
    ]


def check_map(
    network: Network, obstacles: pd.DataFrame, area: shapely.Geometry, *, file: str | None = None
) -> list[Finding]:
    """Tell of dead ends that stop short of another road: a joint may be missing on the map.

    Steps, sidewalks and motorways aside, every road counts; bridges, tunnels, other layers, ends
    at a barrier and roads that the end runs beside do not. Two ends that face one another are
    told once.

    Parameters
    ----------
    network
        The network.
    obstacles
        Those of `Surveyed`: where a barrier stands, the road ends on purpose.
    area
        The area: ends outside of it are the neighbours'.
    file
        The roads file.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("service", [(0, 0), (100, 0)]), ("path", [(50, 4), (50, 90)])])
    >>> nothing = pd.DataFrame({"kind": [], "node": []})
    >>> [f.what for f in check_map(town, nothing, shapely.box(0, 0, 100, 50))]
    ['way 2 ends 4.0 m from way 1 without a joint, at lon 100.51..., lat 0.0000...']
    """
    end, hanging, other, away_m = _missing_joints(network, obstacles, area)
    x, y = network.node_xy[end].T
    lon, lat = transform_xy(x, y, network.crs, WGS84)
    return [
        Finding(
            "hint",
            "alley_end_near_road",
            Message(
                "way {way} ends {away_m:.1f} m from way {other} without a joint, at lon {lon}, "
                "lat {lat}"
            ),
            remedy=Message(
                "if one can pass there, join the two in OpenStreetMap; else nothing is wrong"
            ),
            params={
                "way": _way(network, hanging[i]),
                "other": _way(network, other[i]),
                "away_m": float(away_m[i]),
                "lon": f"{lon[i]:.5f}",
                "lat": f"{lat[i]:.5f}",
            },
            file=file,
        )
        for i in range(len(end))
    ]


def _missing_joints(
    network: Network, obstacles: pd.DataFrame, area: shapely.Geometry
) -> tuple[IntArray, IntArray, IntArray, FloatArray]:
    """Return dead ends, the segments they end, the roads near them, and how far those are."""
    level = network.of_segments(_levels(network))
    ground = network.on_foot & ~network.beside_a_road & (level != None)  # noqa: E711
    ends = np.stack([network.segment_u, network.segment_v], axis=1)
    dead = np.bincount(ends[network.on_foot].ravel(), minlength=network.n_nodes) == 1
    dead[obstacles["node"][obstacles["kind"] == "barrier"].to_numpy(dtype=np.int64)] = False
    hanging, side = np.nonzero(dead[ends] & ground[:, None])
    node = ends[hanging, side]
    inside = shapely.intersects_xy(area, *network.node_xy[node].T)
    hanging, side, node = hanging[inside], side[inside], node[inside]

    roads = np.flatnonzero(ground)
    lines = network.lines[roads]
    places: Any = shapely.points(network.node_xy[node])
    i, k = shapely.STRtree(lines).query(places, predicate="dwithin", distance=MISSING_JOINT_M)
    other = roads[k]
    apart = (other != hanging[i]) & (level[other] == level[hanging[i]])
    i, other = i[apart], other[apart]
    back_m = np.where(side[i] == 0, _BACK_M, -_BACK_M)
    before = shapely.line_interpolate_point(network.lines[hanging[i]], back_m)
    gap = shapely.shortest_line(places[i], network.lines[other])
    kept = _ahead(before, gap) & ~_joined(network, node[i], hanging[i], other)
    i, other, away_m = i[kept], other[kept], np.asarray(shapely.length(gap))[kept]
    order = np.lexsort((other, np.round(away_m, 6), i))
    nearest = order[np.r_[True, np.diff(i[order]) != 0]] if len(order) else order
    i, other, away_m = i[nearest], other[nearest], away_m[nearest]
    # Of two ends that face one another the one of the smaller segment tells of both.
    pairs = set(zip(hanging[i].tolist(), other.tolist(), strict=True))
    once = [
        (o, h) not in pairs or h < o
        for h, o in zip(hanging[i].tolist(), other.tolist(), strict=True)
    ]
    i, other, away_m = i[once], other[once], away_m[once]
    return node[i], hanging[i], other, away_m


def _ahead(before: Any, gap: Any) -> BoolArray:
    """Whether a gap leads on from where the road before it came, rather than to its side."""
    start, end = (shapely.get_coordinates(shapely.get_point(gap, k)) for k in (0, -1))
    along, across = start - shapely.get_coordinates(before), end - start
    cosine = np.einsum("ij,ij->i", along, across)
    away_m = np.hypot(*across.T)
    # Where the end lies on the road itself, which way the gap leads is rounding.
    return np.asarray((cosine >= _LEAST_AHEAD * np.hypot(*along.T) * away_m) | (away_m < _NO_GAP_M))


def _levels(network: Network) -> ObjectArray:
    """Return the layer of each way on the ground, None for steps, bridges and tunnels."""
    layer = network.tag("layer")
    levels = np.where(layer == None, "0", layer)  # noqa: E711
    for key in ("bridge", "tunnel"):
        levels[[is_yes(value) for value in network.tag(key)]] = None
    levels[network.tag("highway") == "steps"] = None
    return levels


def _joined(network: Network, node: IntArray, hanging: IntArray, other: IntArray) -> BoolArray:
    """Whether the way from a dead end along the network to another segment is short."""
    joined = np.zeros(len(node), dtype=bool)
    length_m = network.segment_length_m
    # Where the segment that ends there is longer, nothing else is near along the network.
    asked = np.flatnonzero(length_m[hanging] <= _JOINED_M)
    if len(asked) == 0:
        return joined
    graph = foot_graph(network, np.ones(network.n_nodes, dtype=bool))
    source, row = np.unique(node[asked], return_inverse=True)
    way_m = dijkstra(graph.matrix, indices=source, limit=_JOINED_M)
    near = np.minimum(
        way_m[row, network.segment_u[other[asked]]], way_m[row, network.segment_v[other[asked]]]
    )
    joined[asked] = near <= _JOINED_M
    return joined


def _way(network: Network, segment: int) -> str:
    way = network.segment_way[segment]
    name = network.tag("name")[way]
    return str(network.ways["way_id"].iloc[way]) + (f" ({name})" if name else "")


def no_alley_mapped(houses: pd.DataFrame, has_door: BoolArray, limit_m: float) -> list[Finding]:
    """Tell of houses that are far from any road: the map lacks their alley.

    Parameters
    ----------
    houses
        ``house_id``, ``file`` and ``row``, shape ``(n, …)``.
    has_door
        Which of them a road is near enough to, shape ``(n,)``.
    limit_m
        How near that is.

    Examples
    --------
    >>> houses = pd.DataFrame({"house_id": ["a", "b"], "file": "houses.csv", "row": [2, 3]})
    >>> [f.text for f in no_alley_mapped(houses, np.array([True, False]), 100)]
    ['houses.csv, row 3: 1 houses lie farther than 100 m from any mapped road (first: b)']
    """
    return [
        Finding(
            "warning",
            "no_alley_mapped",
            Message(
                "{count} houses lie farther than {limit_m:g} m from any mapped road (first: "
                "{first})"
            ),
            remedy=Message(
                "map their alleys in OpenStreetMap; if the houses are elsewhere, correct their "
                "coordinates"
            ),
            params={"count": len(part), "limit_m": limit_m, "first": _first(part["house_id"])},
            **where,
        )
        for where, part in rows_told(houses[~has_door])
    ]


def _located(rows: gpd.GeoDataFrame) -> BoolArray:
    """Which rows have coordinates of their own."""
    located = ~shapely.is_missing(rows.geometry.to_numpy())
    if "placed_by" in rows:
        located &= rows["placed_by"].isna().to_numpy(dtype=bool)
    return np.asarray(located, dtype=bool)


def _first(names: Iterable[str]) -> str:
    """Return the first few, in the order of the table, which is that of their ids."""
    return ", ".join(list(names)[:_SHOWN])
