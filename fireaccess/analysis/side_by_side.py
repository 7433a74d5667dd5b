"""Other scenarios of one network, side by side with the main one: a flood, other vehicles.

Houses, doors and network are those of the main run; only what lets a truck pass is another. So
each costs no more than two searches for the reach and two for the hose lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from fireaccess.analysis.alleys import Alleys
from fireaccess.analysis.houses import (
    NEW_BUILDING_M,
    Doors,
    answers_within,
    hose_lines,
    in_doubt,
    three_way,
)
from fireaccess.analysis.reach import Reach, reach
from fireaccess.analysis.statistics import coverage_figures
from fireaccess.model.answers import COVERED, NOT_COVERED, BoolArray, FloatArray
from fireaccess.model.layers import SCENARIO_TABLES
from fireaccess.model.norm import Norm
from fireaccess.network.need import Need
from fireaccess.network.network import Network
from fireaccess.network.passability import Passability
from fireaccess.network.paths import foot_graph
from fireaccess.network.scenario import best_case, worst_case

Kind = Literal["base", "flood", "vehicle"]

#: Answers of the houses that depend on the scenario.
_ANSWERS: Final = ("road", "road_60")


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """Another answer for the passages of the main run's network.

    Parameters
    ----------
    name
        ``flood``, or ``vehicle:`` and the vehicle's name; the main run is ``base``.
    kind
        What is another than in the main run.
    vehicle
        Name of the vehicle that is asked for.
    need
        What a passage must offer to it.
    assumed
        Names of the figures behind it that no source verifies.
    passability
        What is known of every passage.
    starts
        Segments that engines start from, shape ``(s,)``.
    """

    name: str
    kind: Kind
    vehicle: str
    need: Need
    assumed: tuple[str, ...]
    passability: Passability
    starts: BoolArray


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What follows from a variant.

    Parameters
    ----------
    variant
        What was asked.
    worst, best
        The reach of both cases.
    houses
        ``road``, ``road_60``, ``hose_m`` and ``hose_best_m`` of every house, in the houses' order.
    """

    variant: Variant
    worst: Reach
    best: Reach
    houses: pd.DataFrame


def outcome_of(
    network: Network, variant: Variant, doors: Doors, by_name: BoolArray, norm: Norm
) -> Outcome:
    """Compute reach, hose lines and the houses' answers of a variant.

    Parameters
    ----------
    network
        The network of the main run.
    variant
        What is asked.
    doors
        The houses' doors: the same in every scenario.
    by_name
        Which houses were placed by the name of their road: nothing is sure of those.
    norm
        For the limit of a hose line.
    """
    scenario = worst_case(network, variant.passability, variant.starts)
    worst = reach(network, scenario)
    best = reach(network, best_case(network, variant.passability, variant.starts))
    # A wall with a gap lets people through or not by the need, so the graph is the variant's own.
    graph = foot_graph(network, scenario.foot_open)
    worst_m, best_m = (
        hose_lines(graph, variant.passability, found, doors).hose_m for found in (worst, best)
    )
    known = doors.places.found(doors.count)
    limits_m = {"road": norm.value("hose_limit_m"), "road_60": NEW_BUILDING_M}
    houses = {
        name: in_doubt(answers_within(worst_m, best_m, limit_m, known), by_name)
        for name, limit_m in limits_m.items()
    }
    frame = pd.DataFrame({**houses, "hose_m": worst_m, "hose_best_m": best_m})
    return Outcome(variant, worst, best, frame)


def scenario_figures(
    outcome: Outcome, network: Network, people: FloatArray, shown: BoolArray
) -> dict[str, Any]:
    """Return the figures of one scenario, ready for JSON.

    Parameters
    ----------
    outcome, network
        What was found, and the network.
    people
        People of each house, NaN where not counted.
    shown
        Segments of the area; sidewalks and crossings are no road and don't count.
    """
    variant = outcome.variant
    roads = shown & ~network.beside_a_road
    km = {
        name: round(float(network.segment_length_m[roads & found.segments].sum()) / 1000, 3)
        for name, found in (("reached_km", outcome.worst), ("reached_best_km", outcome.best))
    }
    return {
        "scenario": variant.name,
        "kind": variant.kind,
        "vehicle": variant.vehicle,
        "need_width_m": variant.need.width_m,
        "need_height_m": variant.need.height_m,
        "mass_t": variant.need.mass_t,
        "assumed": ";".join(variant.assumed) or None,
        "houses": len(people),
        **{
            name: coverage_figures(outcome.houses[name].to_numpy(dtype=object), people)
            for name in _ANSWERS
        },
        **km,
    }


@dataclass(frozen=True, slots=True, eq=False)
class SideBySide:
    """Scenarios beside one another.

    Parameters
    ----------
    figures
        Those of each scenario, the main run first, ready for JSON; none where nothing is compared.
    tables
        Tables of `SCENARIO_TABLES` by name; that of alleys only where vehicles are compared.
    """

    figures: list[dict[str, Any]]
    tables: dict[str, pd.DataFrame]


def side_by_side(
    base: Outcome,
    others: Sequence[Outcome],
    houses: pd.DataFrame,
    *,
    alleys: Alleys,
    doors: Doors,
    network: Network,
    shown: BoolArray,
) -> SideBySide:
    """Put the main run and other scenarios beside one another.

    Parameters
    ----------
    base, others
        The main run, and what it is compared with.
    houses
        ``house_id`` and ``people`` of the houses.
    alleys, doors, network
        The alleys of the main run, the houses' doors, and the network.
    shown
        Segments of the area.
    """
    if not others:
        return SideBySide([], {})
    people = houses["people"].to_numpy(dtype=float)
    figures = [scenario_figures(outcome, network, people, shown) for outcome in (base, *others)]
    tables = {
        "scenarios": scenario_table(figures),
        "house_scenarios": house_table(houses["house_id"], others),
    }
    driven = [outcome for outcome in others if outcome.variant.kind == "vehicle"]
    if driven:
        tables["alley_scenarios"] = alley_table(alleys, base.houses, driven, doors, network)
    return SideBySide(figures, tables)


def scenario_table(figures: Iterable[dict[str, Any]]) -> pd.DataFrame:
    """Return one row for each scenario: the figures of `scenario_figures` in columns.

    Counts of ``road`` keep their names; those of ``road_60`` end in ``_60``.

    Parameters
    ----------
    figures
        What `scenario_figures` returns of each scenario.

    Examples
    --------
    >>> figures = {"scenario": "flood", "road": {"covered": 3}, "road_60": {"covered": 5}}
    >>> scenario_table([figures])[["scenario", "covered", "covered_60"]].values.tolist()
    [['flood', 3, 5]]
    >>> len(scenario_table([]))
    0
    """
    rows = [
        {
            **{name: value for name, value in row.items() if name not in _ANSWERS},
            **(row["road"] or {}),
            **{f"{name}_60": value for name, value in (row["road_60"] or {}).items()},
        }
        for row in figures
    ]
    return pd.DataFrame(rows, columns=list(SCENARIO_TABLES["scenarios"]))


def house_table(house_ids: pd.Series, outcomes: Iterable[Outcome]) -> pd.DataFrame:
    """Return each house's answers in each scenario, one row for each of both.

    Parameters
    ----------
    house_ids
        Ids of the houses, in their order.
    outcomes
        The scenarios; the main run's answers stand in the houses layer.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> answers = pd.DataFrame(
    ...     {"road": ["covered"], "road_60": ["covered"], "hose_m": [40.0], "hose_best_m": [40.0]})
    >>> flood = SimpleNamespace(variant=SimpleNamespace(name="flood"), houses=answers)
    >>> house_table(pd.Series(["H1"]), [flood]).values.tolist()
    [['H1', 'flood', 'covered', 'covered', 40.0, 40.0]]
    """
    parts = [
        outcome.houses.assign(house_id=house_ids.to_numpy(), scenario=outcome.variant.name)
        for outcome in outcomes
    ]
    return pd.concat(parts, ignore_index=True)[list(SCENARIO_TABLES["house_scenarios"])]


def alley_table(
    alleys: Alleys,
    base: pd.DataFrame,
    outcomes: Iterable[Outcome],
    doors: Doors,
    network: Network,
) -> pd.DataFrame:
    """Return which alleys without a truck other vehicles get into, and what that brings.

    Parameters
    ----------
    alleys
        The alleys of the main run: what its worst case does not reach.
    base
        ``road`` and ``road_60`` of the houses in the main run.
    outcomes
        The vehicles' scenarios.
    doors, network
        The houses' doors, and the network.

    Returns
    -------
    One row for each alley and scenario. ``opened`` tells whether the vehicle gets into it at all,
    ``reached_m`` and ``reached_best_m`` how much of it; then how many of its houses become covered
    by that, in the worst and in the best case, within the hose limit and within 60 m.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from fireaccess.network.drawn import drawn_network
    >>> from fireaccess.network.place import Places
    >>> alley = drawn_network([("service", [(0, 0), (50, 0)])])
    >>> first, one_m = np.array([0]), np.array([1.0])
    >>> alleys = Alleys(pd.DataFrame({"alley_id": ["A1"]}), first, first)
    >>> doors = Doors(Places(first, first, one_m, one_m, np.zeros((1, 2))), 1, [None], one_m)
    >>> base = pd.DataFrame({"road": [NOT_COVERED], "road_60": [NOT_COVERED]})
    >>> motorcycle = SimpleNamespace(
    ...     variant=SimpleNamespace(name="vehicle:motorcycle"), houses=base.assign(road=COVERED),
    ...     worst=SimpleNamespace(segments=np.array([True])),
    ...     best=SimpleNamespace(segments=np.array([True])))
    >>> table = alley_table(alleys, base, [motorcycle], doors, alley)
    >>> table[["alley_id", "opened", "reached_m", "gain_houses", "gain_60_houses"]].values.tolist()
    [['A1', 'yes', 50.0, 1, 0]]
    """
    count = len(alleys.frame)
    member = np.flatnonzero(alleys.of_segment >= 0)
    alley = alleys.of_segment[member]
    length_m = network.segment_length_m[member]
    door = doors.places.segment
    at_alley = alleys.of_segment[door]
    has_alley = at_alley >= 0
    row, house = at_alley[has_alley], doors.places.row[has_alley]

    def per_alley(gains: BoolArray) -> Any:
        return np.bincount(row[gains[house]], minlength=count).astype(np.int64)

    parts = []
    for outcome in outcomes:
        reached_m, reached_best_m = (
            np.bincount(alley, weights=length_m * found.segments[member], minlength=count)
            for found in (outcome.worst, outcome.best)
        )
        gains = {}
        for answer, end in (("road", "houses"), ("road_60", "60_houses")):
            was, now = base[answer].to_numpy(), outcome.houses[answer].to_numpy()
            gains[f"gain_{end}"] = per_alley((was != COVERED) & (now == COVERED))
            gains[f"gain_best_{end}"] = per_alley((was == NOT_COVERED) & (now != NOT_COVERED))
        parts.append(
            pd.DataFrame(
                {
                    "alley_id": alleys.frame["alley_id"].to_numpy(dtype=object),
                    "scenario": outcome.variant.name,
                    "opened": three_way(reached_m > 0, reached_best_m > 0),
                    "reached_m": reached_m,
                    "reached_best_m": reached_best_m,
                    **gains,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)[list(SCENARIO_TABLES["alley_scenarios"])]
