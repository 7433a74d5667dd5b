"""A plan made by hand for a result, for tests of what shows plans."""

import dataclasses

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.model.layers import GAINS, PLAN_LAYERS
from fireaccess.planning.ward import Plan


def planned_by_hand(result):
    """Return a result with a plan: a few rows in every layer, on the result's own objects."""
    barriers = result.barriers.copy()
    for at, name in enumerate(GAINS):
        hinders = barriers["effect"].isin(["blocked", "unknown"])
        values = np.where(hinders, (np.arange(len(barriers)) * (at + 3)) % 17, np.nan)
        barriers[name] = values if name == "hose_saved_m" else pd.array(values, dtype="Int64")
    return dataclasses.replace(result, barriers=barriers, plan=Plan(_layers(result), FIGURES))


#: As the figures of a plan are; every share a fraction of one.
FIGURES = {
    "seed": 1,
    "draws": 500,
    "coverage": {
        "houses": 3230,
        "expected": 2101.4,
        "low": 1950.0,
        "high": 2240.0,
        "share": 0.6506,
        "share_low": 0.6037,
        "share_high": 0.6935,
    },
    "measures": {
        "singles": 12,
        "series": 2,
        "chosen": 3,
        "gain_houses": 96,
        "houses_if_passable": 36,
        "cost_vnd": 19000000,
    },
    "siting": {
        kind: {
            "limit_m": limit_m,
            "candidates": 240,
            "houses": 3230,
            "covered_before": 1800,
            "covered": 3100,
            "not_covered": 130,
            "sites": 2,
            "needed": {"0.90": 1, "0.95": 2, "all": 2},
            "objective": "all",
            "gap": 0.0,
            "status": "optimal",
            "cost_vnd": 170000000,
        }
        for kind, limit_m in (("hydrant", 400.0), ("fire_point", 100.0))
    },
    "solutions": {"alleys": 184, "existing": 20, "proposed": 160, "none": 4, "share": 0.9783},
    "walk": {"alleys": 3, "settles_houses": 210.5, "houses_needs_survey": 800},
    "costs": {"total_vnd": 209000000, "example": True},
}


def _layers(result):
    barriers = result.barriers[result.barriers["effect"].isin(["blocked", "unknown"])].head(3)
    alleys = result.alleys.head(3)
    groups = sorted(set(result.houses["group"].dropna())) or [None]
    ids = barriers["barrier_id"].tolist()
    places = barriers.geometry.tolist()
    made = {
        "measures": gpd.GeoDataFrame(
            {
                "measure_id": ["M1", "M2", *ids[:1]],
                "barrier_ids": [ids[0], ";".join(ids[1:3]), ids[0]],
                "obstacles": [1, 2, 1],
                "action": ["make_removable", "remove", "widen"],
                "road": ["Ngõ 1", None, "Ngõ <b>2</b>"],
                "group": [groups[0]] * 3,
                "rank": pd.array([1, 2, None], dtype="Int64"),
                "gain_houses": [60, 36, 0],
                "gain_best_houses": [0, 2, 0],
                "gain_60_houses": [40, 10, 1],
                "gain_best_60_houses": [0, 0, 0],
                "gain_people": [241, 140, 0],
                "hose_saved_m": [5201.3, 2204.6, 0.0],
                "more_houses": pd.array([60, 36, None], dtype="Int64"),
                "total_houses": pd.array([60, 96, None], dtype="Int64"),
                "total_if_passable": pd.array([0, 36, None], dtype="Int64"),
                "cost_vnd": [3000000.0, 16000000.0, np.nan],
                "total_cost_vnd": [3000000.0, 19000000.0, np.nan],
                "cost_from": ["example", "example", None],
            },
            geometry=[places[0], shapely.MultiPoint(places[1:3]), places[0]],
            crs=4326,
        ),
        "sites": gpd.GeoDataFrame(
            {
                "site_id": ["hydrant:1", "hydrant:2", "fire_point:1"],
                "kind": ["hydrant", "hydrant", "fire_point"],
                "rank": [1, 2, 1],
                "candidate_id": [None, None, "C7"],
                "road": ["Ngõ 1", None, "Ngõ 3"],
                "group": [groups[0], groups[-1], groups[0]],
                "segment_id": result.segments["segment_id"].head(3).tolist(),
                "gain_houses": [900, 400, 120],
                "gain_people": [3600, 1600, 480],
                "total_houses": [2700, 3100, 1320],
                "total_share": [0.836, 0.96, 0.409],
                "cost_vnd": [85000000.0, 85000000.0, 5000000.0],
                "total_cost_vnd": [85000000.0, 170000000.0, 5000000.0],
                "cost_from": ["example"] * 3,
            },
            geometry=shapely.centroid(result.houses.geometry.head(3).to_numpy()).tolist(),
            crs=4326,
        ),
        "not_covered": gpd.GeoDataFrame(
            {
                "house_id": result.houses["house_id"].head(2).tolist(),
                "kind": ["hydrant", "fire_point"],
                "why": ["too_far", "unconnected"],
                "nearest_m": [412.5, np.nan],
            },
            geometry=shapely.centroid(result.houses.geometry.head(2).to_numpy()).tolist(),
            crs=4326,
        ),
        "solutions": gpd.GeoDataFrame(
            {
                "alley_id": alleys["alley_id"].tolist(),
                "name": alleys["name"].tolist(),
                "group": [groups[0]] * 3,
                "depth_m": alleys["depth_m"].tolist(),
                "length_m": alleys["length_m"].tolist(),
                "min_width_m": alleys["min_width_m"].tolist(),
                "houses": alleys["houses"].tolist(),
                "has_water_solution": ["yes", "no", "unknown"],
                "solution": [None, "pipe", "hydrant"],
                "state": ["existing", "proposed", "proposed"],
                "clause": [None, "QCVN 10:2025/BCA H.1.4.7", "QCVN 10:2025/BCA H.1.4.7"],
                "why": ["has_water", "too_deep_for_hose", "mouth_within_reach"],
                "pipe_m": [np.nan, 180.0, np.nan],
                "pieces": pd.array([None, 2, 1], dtype="Int64"),
                "others": [None, "riser;tank_pump", "pit"],
                "fire_points": [0, 2, 1],
                "vehicles": ["pickup", None, "light;pickup"],
                "cost_vnd": [np.nan, 400000000.0, 85000000.0],
                "cost_from": [None, "example", "example"],
            },
            geometry=alleys.geometry.tolist(),
            crs=4326,
        ),
        "walk": gpd.GeoDataFrame(
            {
                "rank": [1, 2, 3],
                "alley_id": alleys["alley_id"].tolist(),
                "name": alleys["name"].tolist(),
                "group": [groups[0]] * 3,
                "segment_ids": [";".join(result.segments["segment_id"].head(2))] * 3,
                "length_m": alleys["length_m"].tolist(),
                "chance": [0.62, 0.5, 0.31],
                "houses_needs_survey": [90, 80, 70],
                "settles_houses": [88.0, 72.5, 50.0],
                "total_settles": [88.0, 160.5, 210.5],
                "total_share": [0.11, 0.2, 0.263],
                "cost_vnd": [50000.0] * 3,
                "cost_from": ["example"] * 3,
            },
            geometry=alleys.geometry.tolist(),
            crs=4326,
        ),
        "house_chances": pd.DataFrame(
            {
                "house_id": result.houses["house_id"],
                "chance": np.linspace(0, 1, len(result.houses)).round(4),
                "chance_60": np.linspace(0, 0.5, len(result.houses)).round(4),
            }
        ),
        "schedule": pd.DataFrame(
            {
                "month": ["2026-12", "2026-12", "2027-01"],
                "group": [groups[0], groups[0], groups[-1]],
                "work": ["barriers", "hydrants", "hydrants"],
                "planned": [2, 1, 1],
                "total": [2, 1, 2],
                "target": [2, 2, 2],
                "share": [1.0, 0.5, 1.0],
                "cost_vnd": [19000000.0, 85000000.0, 85000000.0],
                "total_cost_vnd": [19000000.0, 85000000.0, 170000000.0],
                "cost_from": ["example"] * 3,
            }
        ),
    }
    return {
        name: made[name][[*columns, *_shape(made[name])]] for name, columns in PLAN_LAYERS.items()
    }


def _shape(frame):
    return ["geometry"] if isinstance(frame, gpd.GeoDataFrame) else []
