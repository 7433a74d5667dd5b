"""What may be done about a barrier, a narrow reading or a corner, and what it costs."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from fireaccess.model.answers import FloatArray
from fireaccess.network.barriers import GATES, POSTS
from fireaccess.network.obstacles import SOMEWHERE
from fireaccess.planning.ward import Ward

#: Looking at an open question: it deals with what turns out to let a truck through, and only that.
MEASURE: Final = "measure"
#: Posts, and what is hung between two of them: a lock makes them removable.
_TAKEN_OUT: Final = POSTS | {"chain"}


def possible_actions(obstacles: pd.DataFrame) -> list[tuple[str, ...]]:
    """Return what would deal with each obstacle, the measure that changes least first.

    Parameters
    ----------
    obstacles
        Rows with the columns ``kind``, ``type``, ``state``, ``effect``, ``rule`` and
        ``clear_width_m`` of `fireaccess.planning.ward.Ward.obstacles`.

    Returns
    -------
    Codes of `fireaccess.model.layers.MEASURES` for each row; none where the truck gets through, or
    where nothing helps.

    Notes
    -----
    A key opens what is openable, or is a gate of which nobody knows; not what is too narrow even
    when open, and not what is fixed. Where a figure is all that is missing, measuring comes first:
    it brings what is told of it if the truck turns out to pass.

    Examples
    --------
    >>> rows = pd.DataFrame({
    ...     "kind": "barrier", "type": ["gate", "bollard", "wall"], "state": None,
    ...     "effect": ["unknown", "blocked", "blocked"], "rule": "type", "clear_width_m": np.nan})
    >>> possible_actions(rows)
    [('hand_over_key', 'remove'), ('make_removable', 'remove'), ('remove',)]
    >>> possible_actions(rows[:0])
    []
    """
    return [_actions(row) for row in obstacles.itertuples()]


def _actions(row: Any) -> tuple[str, ...]:
    if row.effect not in ("blocked", "unknown"):
        return ()
    if row.kind == "corner":
        # Past some angle no width would do.
        return () if row.rule == "sharp" else ("widen_corner",)
    if row.kind == "clearance":
        return ("raise_overhead",)
    if row.kind == "reading":
        # One that nobody knows the place of is not settled by looking at its place.
        asked = row.effect == "unknown" and row.rule != SOMEWHERE
        return (MEASURE, "widen") if asked else ("widen",)
    return _against_barrier(row)


def _against_barrier(row: Any) -> tuple[str, ...]:
    too_narrow = row.rule == "gap" or not np.isnan(row.clear_width_m)
    gate = row.type in GATES
    if row.state == "openable" or (gate and row.state != "fixed"):
        return ("remove",) if too_narrow else ("hand_over_key", "remove")
    if row.type in _TAKEN_OUT:
        # A bollard that is mapped as one that can be lowered or folded: the key is the question.
        opens = row.effect == "unknown" and row.rule == "type"
        return (*(("hand_over_key",) if opens else ()), "make_removable", "remove")
    if row.type == "height_restrictor" and row.effect == "blocked" and row.rule == "height":
        return ("raise_overhead", "remove")
    if row.effect == "unknown" and row.rule != SOMEWHERE:
        return (MEASURE, "remove")
    return ("remove",)


def proposed_actions(ward: Ward) -> pd.DataFrame:
    """Return the cheapest action against each obstacle, by the table of costs.

    Parameters
    ----------
    ward
        The ward with its obstacles and the table of costs.

    Returns
    -------
    ``action`` (None where there is none), ``cost_vnd`` (NaN where nobody says) and ``cost_from``
    (None there), one row for each of ``ward.obstacles``, with its index.

    Notes
    -----
    An action that the table leaves out is proposed only where the table has no other: then the
    first one, without a cost. A price per metre counts for readings, from halfway to the next
    node on either side; of other obstacles no length is known, and so no cost.
    """
    length_m = _lengths_m(ward)
    rows: list[tuple[str | None, float, str | None]] = []
    for i, actions in enumerate(possible_actions(ward.obstacles)):
        priced = []
        for order, action in enumerate(actions):
            cost = ward.costs.of(action)
            if cost is not None:
                vnd = cost.vnd * (length_m[i] if cost.per == "m" else 1.0)
                priced.append((np.isnan(vnd), vnd, order, action, cost.source))
        if priced:
            unknown, vnd, _, chosen, source = min(priced)
            rows.append((chosen, float(vnd), None if unknown else source))
        else:
            rows.append((actions[0] if actions else None, np.nan, None))
    columns = {
        "action": pd.Series([row[0] for row in rows], dtype=object),
        "cost_vnd": pd.Series([row[1] for row in rows], dtype=float),
        "cost_from": pd.Series([row[2] for row in rows], dtype=object),
    }
    return pd.DataFrame(columns).set_axis(ward.obstacles.index)


def _lengths_m(ward: Ward) -> FloatArray:
    """Return for how far each reading speaks, NaN for other obstacles."""
    network = ward.network
    # No reading speaks for more than the gap between two of them.
    half_m = np.minimum(network.segment_length_m, ward.settings.reading_gap_m) / 2
    at_node = np.bincount(network.segment_u, half_m, minlength=network.n_nodes)
    at_node += np.bincount(network.segment_v, half_m, minlength=network.n_nodes)
    length_m = at_node[ward.obstacles["node"].to_numpy(dtype=np.int64)]
    reading = (ward.obstacles["kind"] == "reading").to_numpy(dtype=bool)
    return np.where(reading, length_m, np.nan)
