"""What the page shows of a plan, beside the layers of the ward.

A page without a plan holds none of this: neither words nor script.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import pandas as pd

from fireaccess.model.layers import GAINS
from fireaccess.outputs.map import payload
from fireaccess.outputs.map.payload import Column
from fireaccess.planning.ward import Plan

SITES: Final = ("hydrant", "fire_point")
CHOICES: Final = ("chosen", "further")

_COUNT: Final = payload.number(0)
_SHARE: Final = payload.number(4)
_COSTS: Final[Mapping[str, Column]] = MappingProxyType(
    {"cost_vnd": _COUNT, "total_cost_vnd": _COUNT, "cost_from": payload.often}
)
#: What removing each barrier alone brings.
GAIN_COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {name: payload.number(1) if name.endswith("_m") else _COUNT for name in GAINS}
)
PLAN_COLUMNS: Final[Mapping[str, Mapping[str, Column]]] = MappingProxyType(
    {
        "measures": {
            "measure_id": payload.text,
            "choice": payload.words(*CHOICES),
            "barrier_ids": payload.text,
            "action": payload.often,
            "road": payload.often,
            "group": payload.often,
            "rank": _COUNT,
            **GAIN_COLUMNS,
            "more_houses": _COUNT,
            "total_houses": _COUNT,
            **_COSTS,
        },
        "sites": {
            "site_id": payload.text,
            "type": payload.words(*SITES),
            "rank": _COUNT,
            "candidate_id": payload.text,
            "road": payload.often,
            "group": payload.often,
            "segment_id": payload.text,
            "gain_houses": _COUNT,
            "gain_people": _COUNT,
            "total_houses": _COUNT,
            "total_share": _SHARE,
            **_COSTS,
        },
        "walk": {
            "rank": _COUNT,
            "alley_id": payload.text,
            "name": payload.often,
            "group": payload.often,
            "length_m": payload.number(1),
            "chance": _SHARE,
            "houses_needs_survey": _COUNT,
            "settles_houses": payload.number(1),
            "total_settles": payload.number(1),
            "total_share": _SHARE,
            "cost_vnd": _COUNT,
            "cost_from": payload.often,
        },
    }
)
#: What the legend counts before the rest is there.
PLAN_EARLY: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"measures": ("choice",), "sites": ("type",)}
)

_SOLUTIONS: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "alley_id": payload.text,
        "solution": payload.often,
        "state": payload.often,
        "clause": payload.often,
        "why": payload.often,
        "pipe_m": payload.number(1),
        "pieces": _COUNT,
        "others": payload.often,
        "fire_points": _COUNT,
        "vehicles": payload.often,
        "cost_vnd": _COUNT,
        "cost_from": payload.often,
    }
)
_NOT_COVERED: Final[Mapping[str, Column]] = MappingProxyType(
    {
        "house_id": payload.text,
        "kind": payload.words(*SITES),
        "why": payload.often,
        "nearest_m": payload.number(1),
    }
)
_CHANCES: Final = ("chance", "chance_60")


def plan_frames(plan: Plan) -> dict[str, gpd.GeoDataFrame]:
    """Return the layers of a plan that the map draws, with the columns that only it has."""
    measures, sites = plan["measures"], plan["sites"]
    chosen = measures["rank"].notna().map({True: CHOICES[0], False: CHOICES[1]})
    return {
        "measures": measures.assign(choice=chosen),
        "sites": sites.rename(columns={"kind": "type"}),
        "walk": plan["walk"],
    }


def plan_tables(plan: Plan) -> dict[str, Any]:
    """Return what the cards and the panel tell of a plan, ready for JSON."""
    return {
        "figures": dict(plan.figures),
        "solutions": payload.table(plan["solutions"], _SOLUTIONS),
        "not_covered": payload.table(plan["not_covered"], _NOT_COVERED),
    }


def chances(plan: Plan, house_ids: pd.Series) -> dict[str, Any]:
    """Return the chances of houses as packed columns, in the order of the houses.

    Whole per cent: an estimate is no finer. What is not certain is not rounded to certainty.
    """
    found = plan["house_chances"].set_index("house_id").reindex(house_ids)[list(_CHANCES)]
    inexact = (found > 0) & (found < 1)
    found = found.mask(inexact, found.clip(0.01, 0.99))
    return {name: payload.number(2)(found[name]) for name in _CHANCES}
