"""Which barriers to deal with first: alone, and several where one is worth nothing without others.

Here the table is made of what `fireaccess.planning.gains` finds that obstacles bring, which of
them `fireaccess.planning.series` finds in a row, and what `fireaccess.planning.choice` takes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.model.answers import ObjectArray
from fireaccess.model.layers import GAINS, PLAN_LAYERS
from fireaccess.planning.actions import MEASURE, proposed_actions
from fireaccess.planning.choice import Choice
from fireaccess.planning.gains import Gains, Rows
from fireaccess.planning.removal import gains_table, openings
from fireaccess.planning.series import only_together, sets_in_series
from fireaccess.planning.ward import Ward


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Barriers, readings and corners to deal with.

    Parameters
    ----------
    frame
        The columns of the layer ``measures``, in the analysis CRS: every obstacle alone, and every
        set in series that brings more houses than its parts and no other set without some of it;
        those of the plan first, in their order.
    single
        What removing each obstacle alone brings: the columns of `GAINS`, indexed as
        ``ward.obstacles``.
    figures
        ``singles``, ``series`` and ``chosen`` measures, ``obstacles`` that the chosen ones deal
        with, ``gain_houses`` and ``gain_people`` of them all, ``houses_if_passable`` (how many of
        the houses hang on an obstacle that is to be measured: without these measures the others
        don't bring them), ``cost_vnd`` (None where a cost is not known) and whether a cost is an
        ``example``.
    """

    frame: gpd.GeoDataFrame
    single: pd.DataFrame
    figures: Mapping[str, Any]


def plan_measures(
    ward: Ward, *, most: int | None = None, budget_vnd: float | None = None
) -> Measures:
    """Return what removing obstacles brings, and in which order to remove them.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    most
        How many obstacles are dealt with at most; None for no limit.
    budget_vnd
        How much may be spent; None for no limit. Obstacles without a cost are then not chosen.

    Returns
    -------
    What counts are houses newly covered in the worst case: measures that bring none are listed
    without a rank. They are compared by houses for each obstacle; with a budget, for each đồng.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "ward"))).ward
    >>> plan = plan_measures(ward, most=2)
    >>> plan.frame["rank"].dropna().tolist(), plan.figures["obstacles"]
    ([1, 2], 2)
    """
    actions = proposed_actions(ward)
    opens = openings(ward)
    cost_vnd = actions["cost_vnd"].to_numpy(dtype=float)
    removable = [
        row
        for row, action in enumerate(actions["action"].tolist())
        if action is not None and opens[row] is not None
    ]
    gains = Gains(ward, opens)
    alone = (
        None if opening is None else gains.of(frozenset([row])) for row, opening in enumerate(opens)
    )
    single = gains_table(alone).set_axis(ward.obstacles.index)
    ids = ward.obstacles["barrier_id"].tolist()

    sets = sets_in_series(ward, opens, removable, gains)
    payable = removable
    if budget_vnd is not None:
        payable = [row for row in removable if not np.isnan(cost_vnd[row])]
    candidates = {frozenset([row]) for row in payable}
    candidates |= {rows for rows in sets if rows.issubset(payable)}
    if budget_vnd is not None:
        # The way in with the fewest obstacles need not be the one that costs least.
        candidates |= sets_in_series(ward, opens, payable, gains, cost_vnd)
    choice = Choice(gains, candidates, cost_vnd, ids, most, budget_vnd)
    steps = choice.steps(choice.best())

    if_passable = _if_passable(gains, actions, steps)
    series = only_together(sets, gains, [step for step, _ in steps])
    shown = {frozenset([row]) for row in removable} | series | {step for step, _ in steps}
    frame = _frame(
        ward, gains, actions, sorted(shown, key=lambda rows: sorted(rows)), steps, if_passable
    )
    chosen = frozenset().union(*(step for step, _ in steps))
    total = gains.of(chosen)
    spent = float(cost_vnd[sorted(chosen)].sum())
    figures = {
        "singles": len(removable),
        "series": len(series),
        "chosen": len(steps),
        "obstacles": len(chosen),
        "gain_houses": total.gain_houses,
        "gain_people": total.gain_people,
        "houses_if_passable": if_passable[-1] if if_passable else 0,
        "cost_vnd": None if np.isnan(spent) else spent,
        "example": bool((actions["cost_from"].iloc[sorted(chosen)] == "example").any()),
    }
    return Measures(frame, single, figures)


def _if_passable(
    gains: Gains, actions: pd.DataFrame, steps: Sequence[tuple[Rows, int]]
) -> list[int]:
    """Return how many of the houses gained up to each step hang on what is to be measured.

    They are those that all steps bring but not without what is to be measured: a post beyond an
    alley that nobody has measured brings nothing if that alley turns out too narrow.
    """
    to_measure = frozenset(np.flatnonzero((actions["action"] == MEASURE).to_numpy()).tolist())
    done: Rows = frozenset()
    found, total = [], 0
    for rows, more in steps:
        done |= rows
        total += more
        certain = gains.worth(done - to_measure)[0] if done & to_measure else total
        found.append(int(total - certain))
    return found


def _frame(
    ward: Ward,
    gains: Gains,
    actions: pd.DataFrame,
    sets: Sequence[Rows],
    steps: Sequence[tuple[Rows, int]],
    if_passable: Sequence[int],
) -> gpd.GeoDataFrame:
    """Return one row for each set: those of the plan in their order, then by what they bring."""
    listed = [sorted(rows) for rows in sets]
    ids = ward.obstacles["barrier_id"].to_numpy(dtype=object)
    action, source = (actions[name].to_numpy(dtype=object) for name in ("action", "cost_from"))
    cost_vnd = actions["cost_vnd"].to_numpy(dtype=float)
    places = _places(ward)
    geometry = np.array(
        [
            places[rows[0]] if len(rows) == 1 else shapely.multipoints(places[rows])
            for rows in listed
        ],
        dtype=object,
    )
    roads = _roads(ward)
    rank = {rows: number for number, (rows, _) in enumerate(steps, start=1)}
    cost = np.array([cost_vnd[rows].sum() for rows in listed], dtype=float)
    more = np.array([houses for _, houses in steps], dtype=np.int64)
    spent = np.cumsum([cost_vnd[sorted(rows)].sum() for rows, _ in steps])
    turn = [rank.get(rows) for rows in sets]

    def at_turn(values: Any) -> list[Any]:
        return [None if number is None else values[number - 1] for number in turn]

    found = [gains.of(rows) for rows in sets]
    columns: dict[str, Any] = {
        "measure_id": pd.Series(["+".join(ids[rows]) for rows in listed], dtype=object),
        "barrier_ids": pd.Series([";".join(ids[rows]) for rows in listed], dtype=object),
        "obstacles": pd.Series([len(rows) for rows in listed], dtype=np.int64),
        "action": _joined(action, listed),
        "road": _joined(roads, listed),
        "group": pd.Series(ward.groups_at(geometry), dtype=object),
        "rank": pd.Series(turn, dtype="Int64"),
        **{
            name: pd.Series(
                [getattr(gain, name) for gain in found],
                dtype=np.int64 if name.endswith("houses") else float,
            )
            for name in GAINS
        },
        "more_houses": pd.Series(at_turn(more), dtype="Int64"),
        "total_houses": pd.Series(at_turn(np.cumsum(more)), dtype="Int64"),
        "total_if_passable": pd.Series(at_turn(if_passable), dtype="Int64"),
        "cost_vnd": pd.Series(cost, dtype=float),
        "total_cost_vnd": pd.Series(at_turn(spent), dtype=float),
        "cost_from": _joined(source, listed),
    }
    frame = pd.DataFrame(columns)[list(PLAN_LAYERS["measures"])]
    order = frame.sort_values(
        ["rank", *GAINS, "measure_id"],
        ascending=[True, *(False for _ in GAINS), True],
        na_position="last",
        kind="stable",
    ).index.to_numpy()
    return gpd.GeoDataFrame(
        frame.loc[order].reset_index(drop=True), geometry=geometry[order], crs=ward.network.crs
    )


def _joined(values: ObjectArray, listed: Sequence[Sequence[int]]) -> pd.Series[Any]:
    """Return the distinct values of each set in one text, None where there is none."""
    texts = [
        ";".join(dict.fromkeys(values[row] for row in rows if values[row] is not None)) or None
        for rows in listed
    ]
    return pd.Series(texts, dtype=object)


def _places(ward: Ward) -> ObjectArray:
    """Return where obstacles stand: at their nodes, or in the bend of a road."""
    xy = ward.network.node_xy[ward.obstacles["node"].to_numpy(dtype=np.int64)]
    if "x" in ward.obstacles:
        own = ward.obstacles[["x", "y"]].to_numpy(dtype=float)
        xy = np.where(np.isnan(own), xy, own)
    return np.asarray(shapely.points(xy), dtype=object)


def _roads(ward: Ward) -> ObjectArray:
    """Return the name of the road that each obstacle closes: one out of reach, if any has one."""
    network = ward.network
    names = network.tag("name")[network.segment_way]
    node = np.concatenate([network.segment_u, network.segment_v])
    segment = np.tile(np.arange(network.n_segments), 2)
    named = np.array([bool(name) for name in names[segment]], dtype=bool)
    node, segment = node[named], segment[named]
    order = np.lexsort((segment, ward.worst_reach.segments[segment], node))
    at, first = np.unique(node[order], return_index=True)
    road = np.full(network.n_nodes, None, dtype=object)
    road[at] = names[segment[order[first]]]
    roads: ObjectArray = road[ward.obstacles["node"].to_numpy(dtype=np.int64)]
    return roads
