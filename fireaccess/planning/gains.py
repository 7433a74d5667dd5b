"""What sets of obstacles bring, each set looked at once.

Obstacles of different parts of a ward don't meddle with one another: what a set brings is the sum
over its parts. Within a part, the ward without a set of obstacles is made from one without most of
them, where there is such a one at hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fireaccess.model.answers import IntArray
from fireaccess.planning.removal import Gain, Opening, Removals, together
from fireaccess.planning.ward import Ward

#: Rows of ``ward.obstacles``.
Rows = frozenset[int]
#: Houses, houses within 60 m, hose saved, houses of the best case: what counts, in this order.
Worth = tuple[float, float, float, float]

_NOTHING: Final[Worth] = (0, 0, 0.0, 0)
#: So many wards without some obstacles are at hand, those used last.
_AT_HAND: Final = 32


class Gains:
    """What sets of obstacles of a ward bring.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    opens
        What taking away each obstacle opens, as `fireaccess.planning.removal.openings` tells.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.planning.removal import openings
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "commune", kind="commune"))).ward
    >>> gains = Gains(ward, openings(ward))
    >>> gains.of(frozenset([2])).gain_best_60_houses, gains.worth(frozenset([0, 2]))
    (4, (0, 0, 0.0, 0))
    """

    def __init__(self, ward: Ward, opens: Sequence[Opening | None]) -> None:
        self._opens = opens
        self._ward = Removals(ward)
        self._part = _parts(ward, opens).tolist()
        self._known: dict[Rows, Gain] = {}
        self._at_hand: dict[Rows, Removals] = {}

    def of(self, rows: Rows) -> Gain:
        """Return what removing some obstacles at once brings."""
        if rows not in self._known:
            self._known[rows] = self._without(rows).gain_over(self._ward)
        return self._known[rows]

    def keep_at_hand(self, rows: Rows) -> None:
        """Make ready for many sets that hold some obstacles: what they bring is found faster."""
        for part in self.by_part(rows).values():
            state = self._at_hand.pop(part, None) or self._without(part)
            self._at_hand[part] = state  # the last one is the one used last
            if len(self._at_hand) > _AT_HAND:
                del self._at_hand[next(iter(self._at_hand))]

    def _without(self, rows: Rows) -> Removals:
        """Return the ward without some obstacles."""
        held = [some for some in self._at_hand if some <= rows]
        most = max(held, key=len, default=frozenset())
        state = self._at_hand[most] if most else self._ward
        left = [opening for row in sorted(rows - most) if (opening := self._opens[row]) is not None]
        return state.removed(together(left)) if left else state

    def worth(self, rows: Rows) -> Worth:
        """Return what counts of what a set brings, of whatever parts."""
        parts = [_worth(self.of(part)) for part in self.by_part(rows).values()]
        houses, sixty, saved_m, best = zip(_NOTHING, *parts, strict=True)
        return sum(houses), sum(sixty), round(sum(saved_m), 2), sum(best)

    def added(self, rows: Rows, chosen: Rows) -> Worth:
        """Return what obstacles bring beside others of the same part."""
        after, before = _worth(self.of(rows | chosen)), _worth(self.of(chosen))
        houses, sixty, saved_m, best = (a - b for a, b in zip(after, before, strict=True))
        return houses, sixty, round(saved_m, 2), best

    def part(self, rows: Rows) -> int:
        """Return the part of the ward that some obstacles belong to."""
        return int(self._part[min(rows)])

    def by_part(self, rows: Iterable[int]) -> dict[int, Rows]:
        """Return the obstacles of each part of the ward."""
        found: dict[int, set[int]] = {}
        for row in rows:
            found.setdefault(self._part[row], set()).add(row)
        return {part: frozenset(its) for part, its in found.items()}


def _worth(gain: Gain) -> Worth:
    return gain.gain_houses, gain.gain_60_houses, gain.hose_saved_m, gain.gain_best_houses


def _parts(ward: Ward, opens: Sequence[Opening | None]) -> IntArray:
    """Number parts of the ward such that removals in one change nothing in another.

    Outside the worst case's reach, roads belong together where they meet; but not at a place that
    the truck gets to and past which it goes every way: hoses begin there whatever else opens.
    """
    network, turns = ward.network, ward.network.turns
    count = 2 * network.n_segments
    reached = ward.worst_reach
    stands = np.zeros(network.n_nodes, dtype=bool)
    on_foot = reached.segments & network.on_foot
    stands[network.segment_u[on_foot]] = stands[network.segment_v[on_foot]] = True
    closed = np.bincount(turns.node, ~ward.worst.open[count:], minlength=network.n_nodes) > 0
    settled = (stands & ~closed)[turns.node]
    settled &= ~reached.segments[turns.arriving // 2] & ~reached.segments[turns.leaving // 2]
    out = ~reached.passages
    joins = out[turns.arriving] & out[turns.leaving] & ~settled
    outside = np.flatnonzero(~reached.segments)
    tails, heads = [turns.arriving[joins], 2 * outside], [turns.leaving[joins], 2 * outside + 1]
    for row, opening in enumerate(opens):
        if opening is not None:
            touched = [turns.arriving[opening.turns], turns.leaving[opening.turns]]
            passages = np.concatenate([*touched, opening.passages])
            tails.append(passages[out[passages]])
            heads.append(np.full(len(tails[-1]), count + row))
    tail, head = np.concatenate(tails), np.concatenate(heads)
    size = count + len(opens)
    graph = coo_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(size, size))
    part = connected_components(graph, directed=False)[1][count:]
    return part.astype(np.int64)
