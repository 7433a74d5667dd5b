"""Corners that stop a truck, told as rows of the table of obstacles.

A corner closes one passage and not, like a barrier, all through its node. So it is no obstacle
when the reach is found; it is told like one afterwards, where a truck stops at it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from fireaccess.model.answers import Answer, FloatArray
from fireaccess.model.layers import LAYERS, stacked
from fireaccess.model.vehicle import Vehicle
from fireaccess.network.corners import SHARPEST_DEG, needed_width_m
from fireaccess.network.network import Network
from fireaccess.network.obstacles import OBSTACLE_COLUMNS
from fireaccess.network.turns import Corners, corners_named

#: Columns of a corner beside those of every obstacle.
CORNER_COLUMNS = ("x", "y", "deflection_deg", "needed_m", "segments")


def corner_obstacles(
    network: Network, corners: Corners, vehicle: Vehicle, stopped_by: Iterable[Any]
) -> pd.DataFrame:
    """Return the corners among what stops trucks, one row each, sorted by id.

    Parameters
    ----------
    network, corners
        The network, and whether the vehicle gets round its corners.
    vehicle
        What is to get round.
    stopped_by
        What stops the truck, as ``kind:id``; what is no corner is left out.

    Returns
    -------
    The columns of obstacles and `CORNER_COLUMNS`: where the corner is, in the network's CRS, how
    far the road turns, the clear width that two equal streets would need there (NaN where none
    would do), and the segments that meet there, the arriving one first.
    """
    names = sorted({name for name in stopped_by if str(name).startswith("corner:")})
    passages = corners_named(network, corners, names)
    count, turns = 2 * network.n_segments, network.turns
    rows = []
    for name, passage in zip(names, passages.tolist(), strict=True):
        segments: tuple[int, ...]
        if passage < count:
            segments = (passage // 2,)
            node = int(network.segment_u[passage // 2])
            x, y = network.vertex_xy[corners.bends.vertex[passage // 2]]
        else:
            turn = passage - count
            segments = (int(turns.arriving[turn]) // 2, int(turns.leaving[turn]) // 2)
            node = int(turns.node[turn])
            x, y = network.node_xy[node]
        answer = Answer(corners.answer[passage])
        deflection_deg = float(corners.bends.sharpest_deg[passage])
        never = deflection_deg > SHARPEST_DEG
        rows.append(
            {
                "barrier_id": name,
                "kind": "corner",
                "type": "corner",
                # How wide its streets are, or are assumed to be, is told by the evidence.
                "clear_width_m": np.nan,
                "effect": answer.word,
                "rule": "sharp" if never else "corner",
                "answer": int(answer),
                "source": "corner",
                # Nobody can take a corner away: it is nothing to deal with.
                "dealt_with": None,
                "closes_foot": False,
                "figure_m": np.nan,
                "node": node,
                "further_nodes": (),
                "x": float(x),
                "y": float(y),
                "deflection_deg": deflection_deg,
                "needed_m": np.nan if never else needed_width_m(deflection_deg, vehicle),
                "segments": segments,
            }
        )
    return pd.DataFrame(rows, columns=[*OBSTACLE_COLUMNS, *CORNER_COLUMNS])


def corner_evidence(
    rows: pd.DataFrame, corners: Corners, width_m: FloatArray, vehicle: Vehicle
) -> pd.DataFrame:
    """Return what the answer at each corner rests on: the road's turn, its widths, the vehicle.

    Parameters
    ----------
    rows
        What `corner_obstacles` returns.
    corners
        The widths that were taken for the streets.
    width_m
        The widths that are known, shape ``(s,)``: those of other streets are assumed.
    vehicle
        What is to get round.
    """
    evidence = []
    for row in rows.to_dict("records"):
        widths = [
            _span(corners.least_m[i], corners.most_m[i], known=not np.isnan(width_m[i]))
            for i in row["segments"]
        ]
        radius_m = vehicle.turning_radius_m.value
        evidence.append(
            {
                "object": row["barrier_id"],
                "source": "corner",
                "file": vehicle.name,
                "value": f"deflection={row['deflection_deg']:.0f};width={'/'.join(widths)};"
                f"radius={radius_m:g}",
                "method": "geometry of the mapped road",
                "used": True,
            }
        )
    return stacked([pd.DataFrame(evidence, columns=list(LAYERS["evidence"]))], LAYERS["evidence"])


def _span(least_m: float, most_m: float, *, known: bool) -> str:
    if np.isnan(least_m):
        return "unknown"
    if not known:
        return f"assumed {least_m:.2f}"
    return f"{least_m:.2f}" if least_m == most_m else f"{least_m:.2f}-{most_m:.2f}"
