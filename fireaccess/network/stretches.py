"""Stretches, which lie between two nodes that no reading made; what is said of a whole road's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely

from fireaccess.model.answers import Answer, FloatArray, IntArray
from fireaccess.network.network import Network
from fireaccess.sources.named import ONE_ROAD_M, joined, near_one_another


@dataclass(frozen=True, slots=True, eq=False)
class NamedRoad:
    """The stretches of a road that survey rows can belong to (SPEC §6).

    Parameters
    ----------
    home
        The stretch on which a place of the road lies.
    piece
        Those of the connected piece that this one is part of, ascending.
    every
        Those of all pieces of that name within 200 m of one another, ascending.
    """

    home: int
    piece: IntArray
    every: IntArray

    @property
    def home_first(self) -> IntArray:
        """All stretches, the one of the place before the others."""
        return np.concatenate([[self.home], self.every[self.every != self.home]])


def roads_named(
    network: Network, stretch: IntArray, places: Mapping[str, shapely.Geometry]
) -> dict[str, NamedRoad]:
    """Return the roads of some names on which some places lie.

    Parameters
    ----------
    network
        The network.
    stretch
        The stretch of each segment, shape ``(s,)``.
    places
        A point on or near the road by its normalised name.

    Returns
    -------
    The roads by name. One that is nothing but steps, sidewalks, bridges or tunnels is missing.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> town = drawn_network([("service", [(0, 0), (60, 0), (90, 0)]),
    ...                       ("path", [(60, 0), (60, 50)])], name="Ngõ 5")
    >>> road = roads_named(town, np.arange(3), {"ngo 5": shapely.Point(70, 0)})["ngo 5"]
    >>> road.home, road.piece.tolist()
    (1, [0, 1, 2])
    """
    if not places:
        return {}
    names = network.of_segments(network.way_name)
    names[network.beside_a_road] = ""
    of_name = pd.Series(names).groupby(names).indices
    takes = network.takes_survey
    found: dict[str, NamedRoad] = {}
    for name, place in places.items():
        segments = np.asarray(of_name.get(name, ()), dtype=np.int64)
        kept = takes[segments]
        if not kept.any():
            continue
        lines = network.lines[segments]
        piece = joined(network.segment_u[segments], network.segment_v[segments])
        order = np.argsort(piece, kind="stable")
        shapes = shapely.multilinestrings(lines[order], indices=piece[order])
        road = near_one_another(shapes, ONE_ROAD_M)[piece]
        away = np.where(kept, np.round(shapely.distance(lines, place), 6), np.inf)
        home = int(np.argmin(away))
        found[name] = NamedRoad(
            int(stretch[segments[home]]),
            np.unique(stretch[segments[kept & (piece == piece[home])]]),
            np.unique(stretch[segments[kept & (road == road[home])]]),
        )
    return found


def middles(network: Network, stretch: IntArray, wanted: IntArray) -> tuple[IntArray, FloatArray]:
    """Return the place at half the length of some stretches: segment, and how far along it.

    Parameters
    ----------
    network, stretch
        The network, and the stretch of each segment; those of one stretch follow one another.
    wanted
        Which stretches, shape ``(k,)``.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> from fireaccess.network.build import insert_nodes
    >>> read = insert_nodes(drawn_network([("path", [(0, 0), (100, 0)])]), [0], [20.0])
    >>> segment, along_m = middles(read.network, read.parent, np.array([0]))
    >>> segment.tolist(), along_m.tolist()
    ([1], [30.0])
    """
    end_m = np.cumsum(network.segment_length_m)
    first = np.searchsorted(stretch, wanted, side="left")
    last = np.searchsorted(stretch, wanted, side="right") - 1
    start_m = end_m[first] - network.segment_length_m[first]
    half_m = (start_m + end_m[last]) / 2
    segment = np.clip(np.searchsorted(end_m, half_m), first, last)
    before_m = end_m[segment] - network.segment_length_m[segment]
    return segment, np.clip(half_m - before_m, 0.0, network.segment_length_m[segment])


def where_narrow(
    road: NamedRoad, width_m: float, accuracy_m: float, known: pd.DataFrame
) -> IntArray:
    """Return the stretches on which the least width of a road may lie, its home first.

    Parameters
    ----------
    road
        A road that is narrow somewhere, or may be.
    width_m, accuracy_m
        Its least width.
    known
        Readings that have a place: ``stretch``, ``width_m``, ``accuracy_m``, ``answer`` and
        ``narrowest``.

    Returns
    -------
    Nothing if the place is known: a reading there hinders too and is no wider. Stretches that a
    ``narrowest`` reading knows to be wide, or wider, are left out, unless those are all.

    Examples
    --------
    >>> known = pd.DataFrame({"stretch": [4], "width_m": [3.0], "accuracy_m": [0.1],
    ...     "answer": [Answer.BLOCKED], "narrowest": [True]})
    >>> road = NamedRoad(4, np.array([4, 7]), np.array([4, 7]))
    >>> [where_narrow(road, width_m, 0.0, known).tolist() for width_m in (2.5, 2.95, 3.0)]
    [[7], [4, 7], []]
    """
    here = known[np.isin(known["stretch"].to_numpy(), road.every)]
    hinders = here["answer"] != Answer.PASS
    if (hinders & (here["width_m"].round(4) <= round(width_m, 4))).any():
        return np.zeros(0, dtype=np.int64)
    least_m = (here["width_m"] - here["accuracy_m"]).round(4)
    wider = here["narrowest"] & (~hinders | (least_m > round(width_m + accuracy_m, 4)))
    left = road.home_first[~np.isin(road.home_first, here["stretch"][wider])]
    return left if len(left) else road.home_first


def road_readings(widths: pd.DataFrame, roads: Mapping[str, NamedRoad]) -> pd.DataFrame:
    """Return least widths of roads, one row for each ``stretch`` that one speaks of.

    What lets the truck pass is said of the piece that it was set on, what hinders of all pieces.

    Parameters
    ----------
    widths
        Rows with ``placed_on`` and ``answer``.
    roads
        The roads by name.
    """
    pairs = zip(widths["placed_on"], widths["answer"], strict=True) if len(widths) else ()
    spoken = [
        roads[name].piece if answer == Answer.PASS else roads[name].every for name, answer in pairs
    ]
    count = [len(stretches) for stretches in spoken]
    rows = pd.DataFrame(widths.drop(columns="geometry"))
    rows = rows.iloc[np.repeat(np.arange(len(rows)), count)].reset_index(drop=True)
    return rows.assign(stretch=np.concatenate([*spoken, np.zeros(0)]).astype(np.int64))


def stretches_at_nodes(network: Network, stretch: IntArray) -> pd.DataFrame:
    """Return ``node`` and ``stretch``, one row for each stretch that a node lies on or ends."""
    return pd.DataFrame(
        {
            "node": np.concatenate([network.segment_u, network.segment_v]),
            "stretch": np.concatenate([stretch, stretch]),
        }
    ).drop_duplicates()
