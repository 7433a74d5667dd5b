"""Obstacles: barriers, narrow readings and low clearances, each at a node of the network.

Mapped barriers stand at their OSM node. A surveyed one replaces the mapped one that it is, or is
set on the nearest segment. Then clearances and, last, readings are set (SPEC §4.1, §4.3, §6).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from fireaccess.model.answers import Answer, IntArray, ObjectArray, below
from fireaccess.model.errors import Findings
from fireaccess.model.norm import Norm
from fireaccess.model.text import normalise
from fireaccess.network.barriers import WALLS, Effect, barrier_effect, family
from fireaccess.network.build import insert_nodes
from fireaccess.network.need import Need
from fireaccess.network.network import Network
from fireaccess.network.place import Places, Snapper, combine
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
    "node",
)


@dataclass(frozen=True, slots=True, eq=False)
class Surveyed:
    """The network with the survey set on it.

    Parameters
    ----------
    network
        Every barrier, clearance and reading is a node of it.
    obstacles
        One row per barrier and per clearance or reading that does not let the truck pass;
        ``node`` names where it stands.
    readings
        Every width reading that has a place: ``object_id``, ``node``, ``width_m``,
        ``accuracy_m``, ``narrowest``, ``answer``, ``date``.
    clearances
        Every surveyed clearance that has a place: ``node``, ``height_m``.
    stretch
        For each segment the stretch between nodes that are not readings of which it is part.
    replaced
        Ids of mapped barriers that a surveyed one replaces, with its id.
    unplaced
        Ids of survey rows too far from any road.
    """

    network: Network
    obstacles: pd.DataFrame
    readings: pd.DataFrame
    clearances: pd.DataFrame
    stretch: IntArray
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
) -> Surveyed:
    """Set barriers, clearances and readings on the network.

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
    """
    unplaced: set[str] = set()
    node_of = {osm: i for i, osm in enumerate(network.node_osm_id.tolist()) if osm != 0}
    mapped_ids = [osm for osm in mapped if osm in node_of]
    match = _match(survey["barriers"], mapped, mapped_ids, network, node_of, settings, findings)
    free = survey["barriers"][np.array([m is None for m in match], dtype=bool)]
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

    low = survey["clearances"]
    places = _places(barriers_set.network, low, "clearances", settings, findings, unplaced)
    clearances_set = insert_nodes(barriers_set.network, places.segment, places.along_m)
    clearances = low.iloc[places.row].assign(node=clearances_set.node)
    rows += [
        _obstacle("clearance", row, Answer.BLOCKED, "height", row.height_m)
        for row in clearances[below(clearances["height_m"].to_numpy(), need.height_m)].itertuples()
    ]

    read = survey["widths"]
    places = _places(clearances_set.network, read, "widths", settings, findings, unplaced)
    readings_set = insert_nodes(clearances_set.network, places.segment, places.along_m)
    readings = pd.DataFrame(read.drop(columns="geometry").iloc[places.row])
    readings["node"] = readings_set.node
    readings["accuracy_m"] = readings["accuracy_m"].fillna(0.0)
    readings["narrowest"] = [value is True for value in readings["narrowest"]]
    readings["answer"] = three_answers(
        readings["width_m"].to_numpy(), readings["accuracy_m"].to_numpy(), need.width_m
    )
    hinders: Any = readings[readings["answer"] != Answer.PASS].itertuples()
    rows += [_obstacle("reading", row, Answer(row.answer), "width", row.width_m) for row in hinders]
    obstacles = pd.DataFrame(rows, columns=list(OBSTACLE_COLUMNS))
    obstacles = obstacles.sort_values("barrier_id", kind="stable").reset_index(drop=True)
    return Surveyed(
        readings_set.network,
        obstacles,
        readings.reset_index(drop=True),
        pd.DataFrame(clearances.drop(columns="geometry")).reset_index(drop=True),
        readings_set.parent,
        replaced,
        frozenset(unplaced),
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
    found: list[int | None] = []
    for row in surveyed.itertuples():
        osm_id = _osm_number(row.osm_id)
        if osm_id in known:
            found.append(osm_id)
            continue
        if row.osm_id is not None:
            findings.add(
                "warning",
                "osm_id_not_found",
                "{object_id} names the OSM barrier {osm_id}, which the roads don't have; it is "
                "placed by its coordinates",
                remedy="check osm_id, or leave it blank",
                params={"object_id": row.object_id, "osm_id": row.osm_id},
                file=row.file,
                row=int(row.row),
                column="osm_id",
                value=row.osm_id,
            )
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
            "{object_id} is farther than {limit_m:g} m from any road; it is not used",
            remedy="check its coordinates, or map the alley in OpenStreetMap",
            params={"object_id": row["object_id"], "limit_m": limit_m},
            file=row["file"],
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
        "node": node,
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


def _obstacle(kind: str, row: Any, answer: Answer, rule: str, figure_m: float) -> dict[str, Any]:
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
        "node": row.node,
    }


def obstacle_at_nodes(obstacles: pd.DataFrame, n_nodes: int) -> tuple[Any, ObjectArray]:
    """Return the worst answer at each node and the id of the obstacle that gives it.

    Returns
    -------
    Answers of shape ``(n,)``, pass where nothing stands, and ids, None where nothing hinders.
    """
    answer = np.full(n_nodes, Answer.PASS, dtype=np.int8)
    who = np.full(n_nodes, None, dtype=object)
    worst_last = obstacles.sort_values(["answer", "barrier_id"], ascending=False, kind="stable")
    nodes = worst_last["node"].to_numpy(dtype=np.int64)
    answer[nodes] = worst_last["answer"].to_numpy(dtype=np.int8)
    hinders = worst_last["answer"].to_numpy() != Answer.PASS
    who[nodes[hinders]] = worst_last["barrier_id"].to_numpy()[hinders]
    return answer, who
