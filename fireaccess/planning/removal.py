"""What taking obstacles away brings: barriers, narrow places, low clearances and corners.

Several obstacles may stand at one node, and one may stand at several: somewhere on a road, nobody
knows where. Taking one away leaves the others, so what opens depends on all that are gone. A ward
with some of them gone is a `Removals`: it tells what one more brings, and makes another of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from fireaccess.analysis.houses import NEW_BUILDING_M
from fireaccess.model.answers import Answer, AnswerArray, BoolArray, IntArray
from fireaccess.model.layers import GAINS
from fireaccess.network.network import Network
from fireaccess.network.passability import Passability, by_direction
from fireaccess.planning.growth import Case, Groups, Streets
from fireaccess.planning.ward import Ward

#: Effects of obstacles that hold nobody up: there is nothing to take away.
_LET_THROUGH: Final = ("pass", "delay")


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """What taking away one obstacle opens, or several, if nothing else stands there.

    Parameters
    ----------
    turns
        Passages through nodes, as positions among ``network.turns``, sorted.
    passages
        Passages along segments: those of a segment that bends too sharply, sorted.
    nodes
        Nodes that hose and people then get through as well: those of walls, sorted.
    obstacles
        Rows of ``surveyed.obstacles`` that go, sorted.
    corners
        Those of ``turns`` at which it is the corner that is widened, sorted.
    """

    turns: IntArray
    passages: IntArray
    nodes: IntArray
    obstacles: IntArray
    corners: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Gain:
    """What an opening brings to the houses of a ward.

    Parameters
    ----------
    gain_houses, gain_best_houses
        Houses that become covered in the worst case, and that are no longer without cover in the
        best case. Houses placed by the name of their road never count: nothing is sure of them.
    gain_60_houses, gain_best_60_houses
        The same within 60 m.
    gain_people
        People of the houses that become covered in the worst case; nobody where not counted.
    hose_saved_m
        Metres of hose saved in the worst case by all houses that had a hose line before.
    houses
        Rows of the houses that become covered in the worst case, sorted.
    """

    gain_houses: int
    gain_best_houses: int
    gain_60_houses: int
    gain_best_60_houses: int
    gain_people: float
    hose_saved_m: float
    houses: IntArray


def openings(ward: Ward) -> tuple[Opening | None, ...]:
    """Return what taking away each obstacle opens, in the order of ``ward.obstacles``.

    A wide enough place, a removed barrier and a raised clearance open their nodes, and nothing
    else: the stretches beside them stay what they are. A widened corner opens the turns between
    its two streets, both ways, and a widened bend its segment.

    Parameters
    ----------
    ward
        The ward.

    Returns
    -------
    None for obstacles that let a truck through, be it with a delay.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "commune", kind="commune"))).ward
    >>> [opening is not None for opening in openings(ward)], ward.obstacles["effect"].tolist()
    ([True, False, True], ['unknown', 'pass', 'blocked'])
    """
    turns_at, turns_from = _turns_by(ward.network)
    everywhere = ward.surveyed.obstacles
    places = zip(everywhere["barrier_id"], everywhere["node"], strict=True)
    row_of = {place: row for row, place in enumerate(places)}
    found: list[Opening | None] = []
    for row in ward.obstacles.to_dict("records"):
        if row["effect"] in _LET_THROUGH:
            found.append(None)
        elif row["kind"] == "corner":
            found.append(_of_corner(ward.network, turns_from, row["segments"]))
        else:
            nodes = np.unique(np.array([row["node"], *row["further_nodes"]], dtype=np.int64))
            found.append(
                _opening(
                    turns=turns_at.of(nodes),
                    nodes=[row["node"]] if row["closes_foot"] else [],
                    obstacles=[row_of[row["barrier_id"], row["node"]]],
                )
            )
    return tuple(found)


def _turns_by(network: Network) -> tuple[Groups, Groups]:
    turns = network.turns
    return (
        Groups.by(turns.node, network.n_nodes),
        Groups.by(turns.arriving, 2 * network.n_segments),
    )


def _of_corner(network: Network, turns_from: Groups, segments: Sequence[int]) -> Opening:
    """Return what widening a corner opens: between two segments, or along the one that bends."""
    if len(segments) == 1:
        return _opening(passages=[2 * segments[0], 2 * segments[0] + 1])
    ends = np.array([(2 * segment, 2 * segment + 1) for segment in segments]).ravel()
    turns = turns_from.of(np.unique(ends))
    met = np.stack([network.turns.arriving[turns] // 2, network.turns.leaving[turns] // 2], axis=1)
    turns = turns[(np.sort(met, axis=1) == np.sort(segments)).all(axis=1)]
    return _opening(turns=turns, corners=turns)


def _opening(**parts: Iterable[int] | IntArray) -> Opening:
    names = Opening.__slots__
    return Opening(
        **{name: np.unique(np.array(list(parts.get(name, ())), dtype=np.int64)) for name in names}
    )


def together(parts: Sequence[Opening]) -> Opening:
    """Return what several openings open at once: two posts at one node open it together.

    Parameters
    ----------
    parts
        Openings; of none comes one that opens nothing.

    Examples
    --------
    >>> one, other = (_opening(turns=[4, 5], obstacles=[row]) for row in (0, 1))
    >>> both = together([one, other])
    >>> both.turns.tolist(), both.obstacles.tolist(), together([]).turns.tolist()
    ([4, 5], [0, 1], [])
    """
    return _opening(
        **{
            name: [entry for part in parts for entry in getattr(part, name).tolist()]
            for name in Opening.__slots__
        }
    )


class Removals:
    """A ward with some of its obstacles taken away; at first with none.

    Nothing here is computed anew for the whole ward: reach and hose lines grow from what opens.
    Starts stay those of the ward.

    Parameters
    ----------
    ward
        The ward as the analysis left it.

    Attributes
    ----------
    worst, best
        Reach and hose lines of both cases as they are now.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "commune", kind="commune"))).ward
    >>> state, narrow = Removals(ward), openings(ward)[2]
    >>> state.gain(narrow).gain_best_60_houses
    4
    >>> state.removed(narrow)
    <Removals: 1 of 3 obstacles taken away>
    >>> state.removed(narrow).gain(narrow).gain_best_60_houses
    0
    """

    def __init__(self, ward: Ward) -> None:
        obstacles, known = ward.surveyed.obstacles, ward.passability
        self._network = ward.network
        self._known = known
        self._standing = _Standing(obstacles)
        self._taken = np.zeros(len(obstacles), dtype=bool)
        self._corner = _corner_answers(ward.network, known)
        self._along = known.answer[: 2 * ward.network.n_segments]
        self._without_bends = _without_bends(ward.network, known)
        self._node = known.node_answer
        streets = Streets(ward.graph, ward.doors)
        self.worst = Case.of(streets, ward.worst, ward.worst_reach, ward.worst_lines)
        self.best = Case.of(streets, ward.best, ward.best_reach, ward.best_lines)
        self._house = ward.doors.places.row
        self._certain = ~ward.by_name[self._house]
        people = ward.houses["people"].to_numpy(dtype=float, na_value=np.nan)
        self._people = np.nan_to_num(people)
        self._limit_m = ward.norm.value("hose_limit_m")

    def __repr__(self) -> str:
        return f"<Removals: {int(self._taken.sum())} of {len(self._taken)} obstacles taken away>"

    def removed(self, opening: Opening) -> Removals:
        """Return the ward with more taken away; this one stays as it is.

        Parameters
        ----------
        opening
            What goes. What is gone already changes nothing.
        """
        more = copy(self)
        more._taken = self._taken.copy()
        more._taken[opening.obstacles] = True
        more._node = self._node.copy()
        nodes = self._standing.nodes(opening.obstacles)
        more._node[nodes] = [self._standing.answer(node, more._taken) for node in nodes]
        more._corner = self._corner.copy()
        more._corner[opening.corners] = Answer.PASS
        more._along = self._along.copy()
        more._along[opening.passages] = self._without_bends[opening.passages]
        walked = [n for n in opening.nodes.tolist() if self._standing.walkable(n, more._taken)]
        through = np.minimum(
            more._node[self._network.turns.node[opening.turns]], more._corner[opening.turns]
        )
        along = more._along[opening.passages]
        more.worst, more.best = (
            case.opened(opening.turns[through >= least], opening.passages[along >= least], walked)
            for case, least in ((self.worst, Answer.PASS), (self.best, Answer.UNKNOWN))
        )
        return more

    def gain(self, opening: Opening) -> Gain:
        """Return what an opening brings beyond what is taken away already.

        Parameters
        ----------
        opening
            What goes.
        """
        return self.removed(opening).gain_over(self)

    def gain_over(self, before: Removals) -> Gain:
        """Return what this ward has more than one with less taken away.

        Parameters
        ----------
        before
            The same ward, nothing gone from it that is not gone from this one.
        """
        worst, worst_after = before.worst.hose_m, self.worst.hose_m
        best, best_after = before.best.hose_m, self.best.hose_m
        nearer = np.flatnonzero(worst_after < worst)
        nearer_best = np.flatnonzero(best_after < best)
        certain, certain_best = self._certain[nearer], self._certain[nearer_best]

        def within(limit_m: float) -> tuple[IntArray, int]:
            covered = (worst[nearer] > limit_m) & (worst_after[nearer] <= limit_m)
            likely = (best[nearer_best] > limit_m) & (best_after[nearer_best] <= limit_m)
            return nearer[covered & certain], int(np.count_nonzero(likely & certain_best))

        covered, likely = within(self._limit_m)
        covered_60, likely_60 = within(NEW_BUILDING_M)
        houses = np.sort(self._house[covered])
        had = nearer[np.isfinite(worst[nearer])]
        return Gain(
            gain_houses=len(houses),
            gain_best_houses=likely,
            gain_60_houses=len(covered_60),
            gain_best_60_houses=likely_60,
            gain_people=float(self._people[houses].sum()),
            hose_saved_m=float((worst[had] - worst_after[had]).sum()),
            houses=houses,
        )


class _Standing:
    """What stands at each node, be it that it only may: barriers, readings and clearances."""

    def __init__(self, obstacles: pd.DataFrame) -> None:
        self._answer = obstacles["answer"].tolist()
        self._home = obstacles["node"].tolist()
        self._nodes = [
            (home, *further)
            for home, further in zip(self._home, obstacles["further_nodes"], strict=True)
        ]
        self._wall = obstacles["closes_foot"].astype(bool).tolist()
        self._rows: dict[int, list[int]] = {}
        for row, nodes in enumerate(self._nodes):
            for node in nodes:
                self._rows.setdefault(node, []).append(row)

    def nodes(self, rows: IntArray) -> list[int]:
        """Return all nodes at which some obstacles stand."""
        return sorted({node for row in rows.tolist() for node in self._nodes[row]})

    def answer(self, node: int, taken: BoolArray) -> int:
        """Return the worst answer of what still stands at a node."""
        left = (self._answer[row] for row in self._rows[node] if not taken[row])
        return min(left, default=int(Answer.PASS))

    def walkable(self, node: int, taken: BoolArray) -> bool:
        """Whether no wall is left at a node."""
        return not any(
            self._wall[row] and self._home[row] == node and not taken[row]
            for row in self._rows[node]
        )


def _corner_answers(network: Network, known: Passability) -> AnswerArray:
    """Return whether the vehicle gets round the corner of each turn; it does where none counts."""
    if known.corners is None:
        return np.full(len(network.turns), Answer.PASS, dtype=np.int8)
    return known.corners.answer[2 * network.n_segments :]


def _without_bends(network: Network, known: Passability) -> AnswerArray:
    """Return the answers along segments as if none of them were bent."""
    answer = np.repeat(known.segment_answer, 2)
    against = by_direction(network) == Answer.BLOCKED
    # A vehicle that keeps to one-way streets goes along none of them against its direction.
    if not (known.answer[: 2 * network.n_segments][against] > Answer.BLOCKED).any():
        answer[against] = Answer.BLOCKED
    return answer


def single_gains(ward: Ward) -> pd.DataFrame:
    """Return what taking away each obstacle alone brings.

    Parameters
    ----------
    ward
        The ward.

    Returns
    -------
    The columns `GAINS`, with the index of ``ward.obstacles``; missing where an obstacle lets a
    truck through, so that there is nothing to take away.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "ward"))).ward
    >>> gains = single_gains(ward)
    >>> best = gains["gain_houses"].idxmax()
    >>> ward.obstacles["type"][best], int(gains["gain_houses"][best])
    ('bollard', 53)
    """
    state = Removals(ward)
    gains = [None if opening is None else state.gain(opening) for opening in openings(ward)]
    return gains_table(gains).set_axis(ward.obstacles.index)


def gains_table(gains: Iterable[Gain | None]) -> pd.DataFrame:
    """Return gains as a table with the columns `GAINS`, missing where there is none.

    Parameters
    ----------
    gains
        One for each row.

    Examples
    --------
    >>> gains_table([None]).isna().all(axis=None)
    np.True_
    """
    listed = list(gains)
    columns: dict[str, Any] = {}
    for name in GAINS:
        values = [None if gain is None else getattr(gain, name) for gain in listed]
        columns[name] = pd.Series(values, dtype="Int64" if name.endswith("houses") else float)
    return pd.DataFrame(columns)
