"""Obstacles: barriers, narrow readings and low clearances, each at a node of the network.

Mapped barriers stand at their OSM node. A surveyed one replaces the mapped one that it is, or is
set on the nearest segment. Then clearances and readings are set (SPEC §4.1, §4.3, §6); last, what
is known of a road as a whole, but not where on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from fireaccess.model.answers import (
    Answer,
    BoolArray,
    FloatArray,
    IntArray,
    ObjectArray,
    below,
)
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.norm import Norm
from fireaccess.model.text import normalise
from fireaccess.network.barriers import WALLS, Effect, barrier_effect, family
from fireaccess.network.build import Insertion, insert_nodes
from fireaccess.network.need import Need
from fireaccess.network.network import Network
from fireaccess.network.place import Places, Snapper, combine
from fireaccess.network.stretches import (
    NamedRoad,
    middles,
    road_readings,
    roads_named,
    stretches_at_nodes,
    where_narrow,
)
from fireaccess.network.tags import three_answers
from fireaccess.project import Settings
from fireaccess.sources.survey import Survey

#: Columns of the table of obstacles.
OBSTACLE_COLUMNS: Final = (
    "barrier_id",
    "object_id",
    "osm_id",
    "kind",
    "type",
    "state",
    "clear_width_m",
    "effect",
    "rule",
    "answer",
    "source",
    "dealt_with",
    "closes_foot",
    "figure_m",
    "date",
    "keyholder",
    "node",
    "further_nodes",
)

#: Rule of an obstacle that stands on one of several stretches, nobody knows on which.
SOMEWHERE: Final = "somewhere"


@dataclass(frozen=True, slots=True, eq=False)
class Surveyed:
    """The network with the survey set on it.

    Parameters
    ----------
    network
        Every barrier, clearance and reading is a node of it.
    obstacles
        One row per barrier and per clearance or reading that does not let the truck pass;
        ``node`` names where it stands, ``further_nodes`` where else it may stand.
    readings
        Every width reading that has a place: ``object_id``, ``node``, ``width_m``,
        ``accuracy_m``, ``narrowest``, ``answer``, ``date``.
    road_readings
        Least widths of roads, read nobody knows where: one row for each ``stretch`` that one
        speaks of, with the other columns of ``readings``.
    clearances
        Every surveyed clearance whose stretch is known: ``node``, ``height_m``.
    stretch
        For each segment the stretch between nodes that are not readings of which it is part.
    span
        For each segment the piece between two nodes at which something was seen of which it is
        part: what may stand anywhere on a road ends no piece.
    doubted
        Segments of roads that are narrow somewhere, nobody knows on which stretch.
    replaced
        Ids of mapped barriers that a surveyed one replaces, with its id.
    unplaced
        Ids of survey rows too far from any road.
    """

    network: Network
    obstacles: pd.DataFrame
    readings: pd.DataFrame
    road_readings: pd.DataFrame
    clearances: pd.DataFrame
    stretch: IntArray
    span: IntArray
    doubted: BoolArray
    replaced: Mapping[str, str]
    unplaced: frozenset[str]


def set_survey(
    network: Network,
    mapped: Mapping[int, Mapping[str, str]],
    survey: Survey,
    *,
    need: Need,
    norm: Norm,
    settings: Settings,
    findings: Findings,
    compared: bool = False,
) -> Surveyed:
    """Set barriers, clearances and readings on the network.

    Rows that were placed by a road name (``placed_on``, see `fireaccess.sources.named`) tell
    something of that road, not where on it. They are set last and split no stretch:

    - A width is the least one of the road. A wide one certifies every stretch of the piece that
      it was set on.
    - What hinders on a road of one stretch stands in its middle, as if it had been seen there.
    - What hinders on a road of several stretches stands on one of them: to let all pass would be
      a guess, and to block all another. Each gets an open question in its middle, and where a
      width is the question, no tag or class lets a stretch pass, arterials excepted.
    - A narrow reading with a place that is no wider explains the least width: nothing is set.
      Nor is a stretch in question that a ``narrowest`` reading knows to be wide, or wider.
    - A wall on one of several stretches is told and not used: where it stands decides which
      houses a hose gets to.

    The pieces of one name within 200 m of one another are one road to whatever hinders.

    Parameters
    ----------
    network
        Segments between mapped nodes.
    mapped
        Tags of mapped barriers by OSM node id.
    survey
        The ward's survey.
    need, norm, settings
        What a passage must offer, and the distances that decide what belongs where.
    findings
        Takes note of rows that belong to no road.
    compared
        Other needs are compared with this one: a node is set wherever a row may hinder any of
        them, so that the network is the same for all.
    """
    unplaced: set[str] = set()
    node_of = {osm: i for i, osm in enumerate(network.node_osm_id.tolist()) if osm != 0}
    mapped_ids = [osm for osm in mapped if osm in node_of]
    match = _match(survey["barriers"], mapped, mapped_ids, network, node_of, settings, findings)
    named = _by_name(survey["barriers"])
    free = survey["barriers"][np.array([m is None for m in match], dtype=bool) & ~named]
    places = _places(network, free, "barriers", settings, findings, unplaced)
    barriers_set = insert_nodes(network, places.segment, places.along_m)
    free_node = dict(zip(free.index[places.row], barriers_set.node.tolist(), strict=True))

    rows: list[dict[str, Any]] = []
    replaced: dict[str, str] = {}
    for i, row in enumerate(survey["barriers"].itertuples()):
        osm = match[i]
        if osm is None and row.Index not in free_node:
            continue
        tags = mapped[osm] if osm is not None else {}
        node = node_of[osm] if osm is not None else free_node[row.Index]
        rows.append(_surveyed_barrier(row, osm, tags, node, need, norm))
        if osm is not None:
            replaced[f"barrier:n{osm}"] = f"barrier:{row.object_id}"
    for osm in mapped_ids:
        if f"barrier:n{osm}" not in replaced:
            rows.append(_mapped_barrier(osm, mapped[osm], node_of[osm], need, norm))

    low = _located(survey["clearances"])
    places = _places(barriers_set.network, low, "clearances", settings, findings, unplaced)
    clearances_set = insert_nodes(barriers_set.network, places.segment, places.along_m)
    clearances = low.iloc[places.row].assign(node=clearances_set.node)
    rows += [
        _obstacle("clearance", row, row.node, Answer.BLOCKED, "height", row.height_m)
        for row in clearances[below(clearances["height_m"].to_numpy(), need.height_m)].itertuples()
    ]

    judged = _judged(survey["widths"], need)
    read = _located(judged)
    places = _places(clearances_set.network, read, "widths", settings, findings, unplaced)
    readings_set = insert_nodes(clearances_set.network, places.segment, places.along_m)
    readings = pd.DataFrame(read.drop(columns="geometry").iloc[places.row])
    readings["node"] = readings_set.node
    hinders: Any = readings[readings["answer"] != Answer.PASS].itertuples()
    rows += [
        _obstacle("reading", row, row.node, Answer(row.answer), "width", row.width_m)
        for row in hinders
    ]

    on_roads = _set_on_roads(
        readings_set,
        readings,
        survey["barriers"][named & np.array([m is None for m in match], dtype=bool)],
        survey["clearances"][_by_name(survey["clearances"])],
        judged[_by_name(judged)],
        need=need,
        norm=norm,
        findings=findings,
        compared=compared,
    )
    obstacles = pd.DataFrame([*rows, *on_roads.obstacles], columns=list(OBSTACLE_COLUMNS))
    obstacles = obstacles.sort_values("barrier_id", kind="stable").reset_index(drop=True)
    nodes = {**dict(zip(clearances.index, clearances["node"], strict=True)), **on_roads.clearances}
    heights = survey["clearances"].drop(columns="geometry").loc[list(nodes)]
    return Surveyed(
        network=on_roads.network,
        obstacles=obstacles,
        readings=readings.reset_index(drop=True),
        road_readings=on_roads.readings,
        clearances=pd.DataFrame(heights).assign(node=list(nodes.values())).reset_index(drop=True),
        stretch=readings_set.parent[on_roads.span],
        span=on_roads.span,
        doubted=on_roads.doubted,
        replaced=replaced,
        unplaced=frozenset(unplaced | on_roads.unplaced),
    )


def parted(surveyed: Surveyed, segment: IntArray, along_m: FloatArray) -> tuple[Surveyed, IntArray]:
    """Set further nodes on surveyed roads: what is known of a stretch holds on both sides.

    Parameters
    ----------
    surveyed
        The network with the survey set on it.
    segment, along_m
        Where nodes are wanted, as in `fireaccess.network.build.insert_nodes`.

    Returns
    -------
    The same with more nodes, and for each of its segments the one that it was part of.
    """
    inserted = insert_nodes(surveyed.network, segment, along_m)
    more = replace(
        surveyed,
        network=inserted.network,
        stretch=surveyed.stretch[inserted.parent],
        span=surveyed.span[inserted.parent],
        doubted=surveyed.doubted[inserted.parent],
    )
    return more, inserted.parent


def _by_name(rows: pd.DataFrame) -> BoolArray:
    """Which rows tell of a road, not of a place on it."""
    if "placed_on" not in rows:
        return np.zeros(len(rows), dtype=bool)
    return rows["placed_on"].notna().to_numpy(dtype=bool)


def _located(rows: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return rows[~_by_name(rows)]


def _judged(widths: gpd.GeoDataFrame, need: Need) -> gpd.GeoDataFrame:
    """Fill in what is blank of readings, and answer whether each is wide, narrow or neither."""
    accuracy_m = widths["accuracy_m"].fillna(0.0)
    return widths.assign(
        accuracy_m=accuracy_m,
        narrowest=[value is True for value in widths["narrowest"]],
        answer=three_answers(widths["width_m"].to_numpy(), accuracy_m.to_numpy(), need.width_m),
    )


def _match(
    surveyed: gpd.GeoDataFrame,
    mapped: Mapping[int, Mapping[str, str]],
    mapped_ids: list[int],
    network: Network,
    node_of: Mapping[int, int],
    settings: Settings,
    findings: Findings,
) -> list[int | None]:
    """Return for each surveyed barrier the OSM node of the mapped one that it is, or None."""
    known = set(mapped_ids)
    nodes = np.array([node_of[osm] for osm in mapped_ids], dtype=np.int64)
    xy = network.node_xy[nodes].reshape(-1, 2)
    families = np.array([family(mapped[osm]["barrier"]) for osm in mapped_ids], dtype=object)
    named = _by_name(surveyed)
    found: list[int | None] = []
    for i, row in enumerate(surveyed.itertuples()):
        osm_id = _osm_number(row.osm_id)
        if osm_id in known:
            found.append(osm_id)
            continue
        if row.osm_id is not None:
            findings.add(
                "warning",
                "osm_id_not_found",
                Message(
                    "{object_id} names the OSM barrier {osm_id}, which the roads don't have; it is "
                    "set on the road that it names"
                )
                if named[i]
                else Message(
                    "{object_id} names the OSM barrier {osm_id}, which the roads don't have; it is "
                    "placed by its coordinates"
                ),
                remedy=Message("check osm_id, or leave it blank"),
                params={"object_id": row.object_id, "osm_id": row.osm_id},
                file=row.file,
                sheet=row.sheet,
                row=int(row.row),
                column="osm_id",
                value=row.osm_id,
            )
        if named[i]:
            found.append(None)  # it may be any barrier of its road, or none that is mapped
            continue
        away = np.hypot(*(xy - [row.geometry.x, row.geometry.y]).T)
        away[families != family(row.type)] = np.inf
        nearest = int(np.argmin(away)) if len(away) else 0
        near = len(away) > 0 and away[nearest] <= settings.same_object_m
        found.append(mapped_ids[nearest] if near else None)
    return found


def _osm_number(text: str | None) -> int | None:
    digits = (text or "").removeprefix("node/").removeprefix("n")
    return int(digits) if digits.isascii() and digits.isdigit() else None


def _places(
    network: Network,
    rows: gpd.GeoDataFrame,
    table: str,
    settings: Settings,
    findings: Findings,
    unplaced: set[str],
) -> Places:
    """Place survey rows: on the named road if it is near, else on the nearest segment."""
    kind = {"widths": "reading", "clearances": "clearance", "barriers": "barrier"}[table]
    snapper = Snapper(network, network.takes_survey)
    geometry = rows.geometry.to_numpy()
    text = np.array([normalise(name or "") for name in rows["road_name"]], dtype=object)
    limit_m = settings.survey_snap_m
    places = combine(
        snapper.nearest_matching(geometry, text, limit_m), snapper.nearest(geometry, limit_m)
    )
    for i in np.flatnonzero(~places.found(len(rows))):
        row = rows.iloc[i]
        unplaced.add(f"{kind}:{row['object_id']}")
        findings.add(
            "error",
            "far_from_any_road",
            Message("{object_id} is farther than {limit_m:g} m from any road; it is not used"),
            remedy=Message("check its coordinates, or map the alley in OpenStreetMap"),
            params={"object_id": row["object_id"], "limit_m": limit_m},
            file=row["file"],
            sheet=row["sheet"],
            row=int(row["row"]),
            column="lon",
        )
    return places


def _surveyed_barrier(
    row: Any, osm: int | None, tags: Mapping[str, str], node: int, need: Need, norm: Norm
) -> dict[str, Any]:
    gap_m = None if np.isnan(row.clear_width_m) else float(row.clear_width_m)
    effect = barrier_effect(
        row.type,
        tags,
        need_width_m=need.width_m,
        need_height_m=need.height_m,
        kerb_height_m=norm.value("kerb_height_m"),
        state=row.state,
        clear_width_m=gap_m,
        keyholder=row.keyholder is not None,
    )
    dealt_with = _dealt_with(effect, checked=row.checked is not None)
    return {
        "barrier_id": f"barrier:{row.object_id}",
        "object_id": row.object_id,
        "osm_id": None if osm is None else f"n{osm}",
        "type": row.type,
        "state": row.state,
        "clear_width_m": np.nan if gap_m is None else gap_m,
        "source": "survey",
        "figure_m": np.nan if gap_m is None else gap_m,
        "date": row.date or row.checked,
        "keyholder": row.keyholder,
        "node": node,
        "further_nodes": (),
        **_effect_columns(row.type, effect, dealt_with),
    }


def _mapped_barrier(
    osm: int, tags: Mapping[str, str], node: int, need: Need, norm: Norm
) -> dict[str, Any]:
    type_ = tags["barrier"]
    effect = barrier_effect(
        type_,
        tags,
        need_width_m=need.width_m,
        need_height_m=need.height_m,
        kerb_height_m=norm.value("kerb_height_m"),
    )
    return {
        "barrier_id": f"barrier:n{osm}",
        "object_id": None,
        "osm_id": f"n{osm}",
        "type": type_,
        "state": None,
        "clear_width_m": np.nan,
        "source": "osm",
        "figure_m": np.nan,
        "date": None,
        "node": node,
        "further_nodes": (),
        **_effect_columns(type_, effect, _dealt_with(effect, checked=False)),
    }


def _effect_columns(type_: str, effect: Effect, dealt_with: bool) -> dict[str, Any]:
    return {
        "kind": "barrier",
        "effect": effect.word,
        "rule": effect.rule,
        "answer": int(effect.answer),
        "dealt_with": dealt_with,
        "closes_foot": type_ in WALLS and effect.answer != Answer.PASS,
    }


def _dealt_with(effect: Effect, *, checked: bool) -> bool:
    """Whether nothing is left to do: a key somebody holds counts only once it was tried."""
    if effect.rule == "keyholder":
        return checked
    return effect.answer == Answer.PASS


def _obstacle(
    kind: str, row: Any, node: int, answer: Answer, rule: str, figure_m: float
) -> dict[str, Any]:
    return {
        "barrier_id": f"{kind}:{row.object_id}",
        "object_id": row.object_id,
        "osm_id": None,
        "kind": kind,
        "type": "narrow" if kind == "reading" else (row.kind or "clearance"),
        "state": None,
        "clear_width_m": figure_m if kind == "reading" else np.nan,
        "effect": answer.word,
        "rule": rule,
        "answer": int(answer),
        "source": kind,
        "dealt_with": False,
        "closes_foot": False,
        "figure_m": figure_m,
        "date": row.date,
        "node": node,
        "further_nodes": (),
    }


@dataclass(frozen=True, slots=True, eq=False)
class _OnRoads:
    """What was set on roads as a whole: fields of `Surveyed`, and nodes of clearances by row."""

    network: Network
    obstacles: list[dict[str, Any]]
    readings: pd.DataFrame
    clearances: dict[Any, int]
    span: IntArray
    doubted: BoolArray
    unplaced: set[str]


def _set_on_roads(
    located: Insertion,
    readings: pd.DataFrame,
    barriers: gpd.GeoDataFrame,
    clearances: gpd.GeoDataFrame,
    widths: gpd.GeoDataFrame,
    *,
    need: Need,
    norm: Norm,
    findings: Findings,
    compared: bool,
) -> _OnRoads:
    """Set what is known of roads, but not where on them, as `set_survey` tells."""
    network, stretch = located.network, located.parent
    tables = {"barrier": barriers, "clearance": clearances, "reading": widths}
    places = {
        name: place
        for rows in tables.values()
        if len(rows)
        for name, place in zip(rows["placed_on"], rows.geometry, strict=True)
    }
    if not places:
        segments = np.arange(network.n_segments)
        nothing = np.zeros(network.n_segments, dtype=bool)
        return _OnRoads(network, [], road_readings(widths, {}), {}, segments, nothing, set())
    roads = roads_named(network, stretch, places)
    unplaced: set[str] = set()
    for kind, rows in tables.items():
        for row in rows.itertuples():
            if row.placed_on not in roads:
                unplaced.add(f"{kind}:{row.object_id}")
                _tell_no_road(row, findings)
        on_road = [f"{kind}:{name}" not in unplaced for name in rows["object_id"]]
        tables[kind] = rows[np.array(on_road, dtype=bool)]

    # Each obstacle with the stretches on which it may stand, its own first.
    standing: list[tuple[dict[str, Any], IntArray]] = []
    for row in tables["barrier"].itertuples():
        road = roads[row.placed_on]
        obstacle = _surveyed_barrier(row, None, {}, -1, need, norm)
        if obstacle["closes_foot"] and len(road.every) > 1:
            unplaced.add(f"barrier:{row.object_id}")
            _tell_wall(row, road, findings)
            continue
        passes = obstacle["answer"] == Answer.PASS
        standing.append((obstacle, np.array([road.home]) if passes else road.home_first))
    heights: list[tuple[Any, int]] = []
    for row in tables["clearance"].itertuples():
        road = roads[row.placed_on]
        if len(road.every) == 1:
            heights.append((row.Index, road.home))
        if below(row.height_m, need.height_m):
            low = _obstacle("clearance", row, -1, Answer.BLOCKED, "height", row.height_m)
            standing.append((low, road.home_first))
    narrow_rows = tables["reading"][tables["reading"]["answer"] != Answer.PASS]
    if len(narrow_rows):
        known = readings.merge(stretches_at_nodes(network, stretch), on="node")
    questions: list[IntArray] = []
    for row in narrow_rows.itertuples():
        where = where_narrow(roads[row.placed_on], row.width_m, row.accuracy_m, known)
        if len(where):
            narrow = _obstacle("reading", row, -1, Answer(row.answer), "width", row.width_m)
            standing.append((narrow, where))
        if len(where) > 1:
            questions.append(where)

    anywhere = [road.home_first for road in roads.values()] if compared else []
    wanted = np.unique(
        np.concatenate(
            [*(w for _, w in standing), [home for _, home in heights], *anywhere]
        ).astype(np.int64)
    )
    inserted = insert_nodes(network, *middles(network, stretch, wanted))
    node_of = dict(zip(wanted.tolist(), inserted.node.tolist(), strict=True))
    for obstacle, where in standing:
        first, *further = (node_of[i] for i in where.tolist())
        obstacle |= {"node": first, "further_nodes": tuple(further)}
        if further:
            unknown = Answer.UNKNOWN
            obstacle |= {"answer": int(unknown), "effect": unknown.word, "rule": SOMEWHERE}
    doubted = np.concatenate(questions) if questions else np.zeros(0, dtype=np.int64)
    return _OnRoads(
        inserted.network,
        [obstacle for obstacle, _ in standing],
        road_readings(tables["reading"], roads),
        {index: node_of[home] for index, home in heights},
        inserted.parent,
        np.isin(stretch[inserted.parent], doubted),
        unplaced,
    )


def _tell_no_road(row: Any, findings: Findings) -> None:
    findings.add(
        "error",
        "road_takes_no_survey",
        Message(
            "{object_id} names {road}, which the map has as steps, a bridge or a tunnel only; it "
            "is not used"
        ),
        remedy=Message("give its coordinates"),
        params={"object_id": row.object_id, "road": row.road_name},
        file=row.file,
        sheet=row.sheet,
        row=int(row.row),
        column="road_name",
        value=row.road_name,
    )


def _tell_wall(row: Any, road: NamedRoad, findings: Findings) -> None:
    findings.add(
        "error",
        "wall_needs_a_place",
        Message(
            "{object_id} is a {type} somewhere on {road}, which has {count} stretches: which "
            "houses lie behind it depends on where it stands; it is not used"
        ),
        remedy=Message("give its coordinates"),
        params={
            "object_id": row.object_id,
            "type": row.type,
            "road": row.road_name,
            "count": len(road.every),
        },
        file=row.file,
        sheet=row.sheet,
        row=int(row.row),
        column="road_name",
        value=row.road_name,
    )


def obstacle_at_nodes(obstacles: pd.DataFrame, n_nodes: int) -> tuple[Any, ObjectArray]:
    """Return the worst answer at each node and the id of the obstacle that gives it.

    Returns
    -------
    Answers of shape ``(n,)``, pass where nothing stands, and ids, None where nothing hinders.
    """
    answer = np.full(n_nodes, Answer.PASS, dtype=np.int8)
    who = np.full(n_nodes, None, dtype=object)
    everywhere = at_every_node(obstacles)
    worst_last = everywhere.sort_values(["answer", "barrier_id"], ascending=False, kind="stable")
    nodes = worst_last["node"].to_numpy(dtype=np.int64)
    answer[nodes] = worst_last["answer"].to_numpy(dtype=np.int8)
    hinders = worst_last["answer"].to_numpy() != Answer.PASS
    who[nodes[hinders]] = worst_last["barrier_id"].to_numpy()[hinders]
    return answer, who


def dealt_with_in_both(obstacles: pd.DataFrame, others: pd.DataFrame) -> pd.DataFrame:
    """Return obstacles of one need, dealt with only where those of another need are too.

    Examples
    --------
    >>> narrow = pd.DataFrame({"barrier_id": ["barrier:B1", "barrier:B2"], "dealt_with": True})
    >>> wide = narrow.assign(dealt_with=[False, True])
    >>> dealt_with_in_both(narrow, wide)["dealt_with"].tolist()
    [False, True]
    """
    there = others["barrier_id"][others["dealt_with"].astype(bool)]
    return obstacles.assign(
        dealt_with=obstacles["dealt_with"].astype(bool) & obstacles["barrier_id"].isin(there)
    )


def at_every_node(obstacles: pd.DataFrame) -> pd.DataFrame:
    """Return one row for each node at which an obstacle stands or may stand.

    Examples
    --------
    >>> rows = pd.DataFrame({"barrier_id": ["reading:W1"], "node": [4], "further_nodes": [(6, 9)]})
    >>> at_every_node(rows)["node"].tolist()
    [4, 6, 9]
    """
    count = 1 + obstacles["further_nodes"].map(len).to_numpy(dtype=np.int64)
    pairs = zip(obstacles["node"], obstacles["further_nodes"], strict=True)
    nodes = [node for first, further in pairs for node in (first, *further)]
    repeated = obstacles.iloc[np.repeat(np.arange(len(obstacles)), count)]
    return repeated.assign(node=np.array(nodes, dtype=np.int64))
