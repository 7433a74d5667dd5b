"""Which obstacles stand in a row: what keeps a truck from some piece of road, all at once."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from heapq import heappop, heappush
from itertools import combinations
from typing import Final

import numpy as np

from fireaccess.analysis.reach import Reach
from fireaccess.model.answers import Answer, FloatArray, IntArray
from fireaccess.network.scenario import Scenario
from fireaccess.planning.gains import Gains, Rows
from fireaccess.planning.removal import Opening
from fireaccess.planning.ward import Ward

#: Where a piece of road has more ways in, that many are tried.
_WAYS_IN: Final = 6
#: Sets of up to so many obstacles are compared with every way of parting them in two.
_SPLIT: Final = 5


def sets_in_series(
    ward: Ward,
    opens: Sequence[Opening | None],
    removable: Sequence[int],
    gains: Gains,
    cost_vnd: FloatArray | None = None,
) -> set[Rows]:
    """Return sets of obstacles that may bring more than their parts, single ones among them.

    The truck needs all that stand on its way to a piece of road, in the worst or the best case;
    a hose needs the walls on its way, and what keeps the truck from where it begins.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    opens
        What taking away each obstacle opens.
    removable
        Rows of the obstacles that may be taken away.
    gains
        What sets of them bring: it knows which belong to one part of the ward.
    cost_vnd
        Of several ways in, those that cost least are tried first; None for those with the fewest
        obstacles.

    Returns
    -------
    Sets of rows of ``ward.obstacles``, each of one part of the ward.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.planning.removal import openings
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "ward"))).ward
    >>> opens = openings(ward)
    >>> removable = [row for row, opening in enumerate(opens) if opening is not None]
    >>> gains = Gains(ward, opens)
    >>> found = sets_in_series(ward, opens, removable, gains)
    >>> [len([rows for rows in found if len(rows) == size]) for size in (1, 2)]
    [16, 8]
    """
    weight = dict.fromkeys(removable, 1.0)
    if cost_vnd is not None:
        weight = {row: float(cost_vnd[row]) for row in removable}
    found: set[Rows] = set()
    for scenario, reached, least in (
        (ward.worst, ward.worst_reach, Answer.PASS),
        (ward.best, ward.best_reach, Answer.UNKNOWN),
    ):
        found |= _ways_in(ward, scenario, reached, least, opens, weight)
    walls = [row for row in removable if len(_known(opens[row]).nodes)]
    if walls:
        xy = ward.network.node_xy[ward.obstacles["node"].to_numpy(dtype=np.int64)]
        limit_m = ward.norm.value("hose_limit_m")
        alone = [frozenset([row]) for row in removable]
        for wall in walls:
            for rows in sorted({*found, *alone}, key=sorted):
                more = rows | {wall}
                away_m = np.hypot(*(xy[sorted(rows)] - xy[wall]).T)
                if len(gains.by_part(more)) == 1 and away_m.min() <= limit_m:
                    found.add(more)
    return found


def only_together(sets: Iterable[Rows], gains: Gains, listed: Iterable[Rows] = ()) -> set[Rows]:
    """Return the sets that bring more houses than their parts, with nothing needless in them.

    Parameters
    ----------
    sets
        Sets of obstacles.
    gains
        What they bring.
    listed
        Sets that a reader is shown anyway: what holds one of them has to bring more than it.

    Returns
    -------
    Sets of two obstacles or more. Houses count at the length of a hose, of the worst or of the
    best case: within 60 m the same set mostly brings something more with every obstacle.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.planning.removal import openings
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "ward"))).ward
    >>> opens = openings(ward)
    >>> removable = [row for row, opening in enumerate(opens) if opening is not None]
    >>> gains = Gains(ward, opens)
    >>> sets = sets_in_series(ward, opens, removable, gains)
    >>> len(only_together(sets, gains))
    2
    """
    shown = [rows for rows in listed if len(rows) > 1]
    found: set[Rows] = set()
    for rows in sorted(sets, key=lambda rows: (len(rows), sorted(rows))):
        inner = [other for other in shown if other < rows]
        if len(rows) > 1 and _more_than_parts(rows, inner, gains):
            found.add(rows)
            shown.append(rows)
    return found


def _more_than_parts(rows: Rows, inner: Sequence[Rows], gains: Gains) -> bool:
    """Whether a set brings more houses than it does part by part, in one of the cases at least."""
    listed = sorted(rows)
    # Of a large set there are too many parts: each obstacle, and what was found within the set.
    some: set[Rows] = {frozenset([row]) for row in listed} | set(inner)
    if len(listed) <= _SPLIT:
        sizes = range(2, len(listed) // 2 + 1)
        some |= {frozenset(part) for size in sizes for part in combinations(listed, size)}
    whole = _houses(rows, gains)
    apart = [_houses(part, gains) + _houses(rows - part, gains) for part in some]
    return bool((whole > np.max(apart, axis=0)).any())


def _houses(rows: Rows, gains: Gains) -> IntArray:
    gain = gains.of(rows)
    return np.array([gain.gain_houses, gain.gain_best_houses], dtype=np.int64)


def _ways_in(
    ward: Ward,
    scenario: Scenario,
    reached: Reach,
    least: Answer,
    opens: Sequence[Opening | None],
    weight: Mapping[int, float],
) -> set[Rows]:
    """Return what keeps the truck from each piece of road, the lightest few ways into each."""
    turns, count = ward.network.turns, 2 * ward.network.n_segments
    keeps = _Closed(ward, least, opens, weight)
    enters = scenario.open[:count].copy()
    enters[list(keeps.bends)] = True
    used = np.flatnonzero(~reached.passages[turns.leaving] & enters[turns.leaving])
    onward: dict[int, list[tuple[int, Rows]]] = {}
    queue: list[tuple[float, int, list[int], int]] = []
    for turn in used.tolist():
        arriving, leaving = int(turns.arriving[turn]), int(turns.leaving[turn])
        closed_by = keeps.passage(scenario, turn, leaving)
        if closed_by is None:
            continue
        if reached.passages[arriving]:
            queue.append(_entry(closed_by, leaving, weight))
        else:
            onward.setdefault(arriving, []).append((leaving, closed_by))
    queue.sort()
    ways: dict[int, list[Rows]] = {}
    found: set[Rows] = set()
    while queue:
        _, _, listed, passage = heappop(queue)
        rows = frozenset(listed)
        before = ways.setdefault(passage, [])
        if len(before) == _WAYS_IN or any(other <= rows for other in before):
            continue
        before.append(rows)
        found.add(rows)
        for leaving, closed_by in onward.get(passage, ()):
            heappush(queue, _entry(rows | closed_by, leaving, weight))
    return found


def _entry(
    rows: Rows, passage: int, weight: Mapping[int, float]
) -> tuple[float, int, list[int], int]:
    listed = sorted(rows)
    return sum(weight[row] for row in listed), len(listed), listed, passage


class _Closed:
    """Which obstacles keep passages closed that would be open without them."""

    def __init__(
        self,
        ward: Ward,
        least: Answer,
        opens: Sequence[Opening | None],
        removable: Collection[int],
    ) -> None:
        network, corners = ward.network, ward.passability.corners
        self._count = 2 * network.n_segments
        self._node = network.turns.node
        self._corner = None if corners is None else corners.answer[self._count :] < least
        row_of: dict[int, int] = {}
        self._corners: dict[int, int] = {}
        self.bends: dict[int, int] = {}
        for row in removable:
            opening = _known(opens[row])
            row_of.update(dict.fromkeys(opening.obstacles.tolist(), row))
            self._corners.update(dict.fromkeys(opening.corners.tolist(), row))
            straight = ward.passability.segment_answer[opening.passages // 2] >= least
            self.bends.update(dict.fromkeys(opening.passages[straight].tolist(), row))
        standing = ward.surveyed.obstacles
        hinders = standing["answer"].to_numpy(dtype=np.int64) < least
        self._standing: dict[int, set[int | None]] = {}
        for place in np.flatnonzero(hinders).tolist():
            who = row_of.get(place)
            for node in (standing["node"].iloc[place], *standing["further_nodes"].iloc[place]):
                self._standing.setdefault(int(node), set()).add(who)

    def passage(self, scenario: Scenario, turn: int, leaving: int) -> Rows | None:
        """Return what closes a turn and the passage behind it; None if that can't be removed."""
        rows: set[int | None] = set()
        if not scenario.open[self._count + turn]:
            rows |= self._standing.get(int(self._node[turn]), set())
            if self._corner is not None and self._corner[turn]:
                rows.add(self._corners.get(turn))
        if not scenario.open[leaving]:
            rows.add(self.bends.get(leaving))
        known = frozenset(row for row in rows if row is not None)
        return known if len(known) == len(rows) else None


def _known(opening: Opening | None) -> Opening:
    if opening is None:
        raise ValueError("an obstacle that lets the truck through is nothing to remove")
    return opening
