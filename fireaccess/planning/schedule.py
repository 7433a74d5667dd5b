"""Month by month what is to be done, and what it costs, from now to the deadline.

The worst comes first, within what a month can hold; the schedule is made anew from what has been
done. Doing a month's share and planning again from the next month leaves the rest as it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd

from fireaccess.model.answers import FloatArray, IntArray, ObjectArray
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.project import PerMonthSection
from fireaccess.sources.costs import EXAMPLE

_COLUMNS: Final = PLAN_LAYERS["schedule"]
#: The month of what waits for a work that does not end.
_NEVER: Final = "never"


@dataclass(frozen=True, slots=True, eq=False)
class Work:
    """One kind of work: what is to be done of it, the worst first, and what has been done.

    Parameters
    ----------
    name
        ``barriers``, ``hydrants``, ``fire_points``, ``solutions``, ``transmitters`` or
        ``alleys_measured``: a key of ``[plan.per_month]``.
    ids
        What is to be done, in the order of its importance, shape ``(n,)``.
    rank
        Importance: the lowest first; what has the same rank ties, shape ``(n,)``.
    group
        The residential group of each, None where there is none, shape ``(n,)``.
    cost_vnd
        What each costs, NaN where nobody says, shape ``(n,)``.
    cost_from
        Who says so, None where nobody does, shape ``(n,)``.
    month
        The month that each is registered for, as in ``2026-12``; None for those that are to be
        done as soon as there is room, shape ``(n,)``.
    after
        The work that has to end before each, None for most, shape ``(n,)``: a solution that only
        needs the planned hydrants counts when the last of them stands.
    done
        The groups of what has been done already: never planned again, shape ``(d,)``.
    due
        The deadline of this work, if it has its own.
    not_planned
        How many more there are for which nothing can be planned yet; not part of the target.
    """

    name: str
    ids: ObjectArray
    rank: FloatArray
    group: ObjectArray
    cost_vnd: FloatArray
    cost_from: ObjectArray
    month: ObjectArray
    after: ObjectArray
    done: ObjectArray
    due: date | None = None
    not_planned: int = 0

    @classmethod
    def of(
        cls,
        name: str,
        frame: pd.DataFrame,
        *,
        done: Any = (),
        due: date | None = None,
        not_planned: int = 0,
    ) -> Work:
        """Make a work of a table of what is to be done.

        Parameters
        ----------
        name
            As of the class.
        frame
            ``id``, ``group``, ``cost_vnd``, ``cost_from``; ``rank``, ``month`` and ``after`` where
            there are any: without ranks the order of the rows is that of importance.
        done
            The groups of what has been done.
        due, not_planned
            As of the class.

        Examples
        --------
        >>> posts = pd.DataFrame({"id": ["B1", "B2"], "group": ["Tổ 1", None], "cost_vnd": 2e6,
        ...                       "cost_from": "example"})
        >>> Work.of("barriers", posts).target, Work.of("barriers", posts, done=["Tổ 1"]).target
        (2, 3)
        """

        def column(key: str) -> ObjectArray:
            values = frame[key] if key in frame else pd.Series([None] * len(frame))
            cells = values.astype(object)
            return cells.where(cells.notna(), None).to_numpy(dtype=object)

        ranks = frame["rank"] if "rank" in frame else pd.Series(range(len(frame)))
        groups = pd.Series(list(done), dtype=object)
        return cls(
            name=name,
            ids=column("id"),
            rank=np.asarray(ranks.to_numpy(dtype=float, na_value=np.nan)),
            group=column("group"),
            cost_vnd=frame["cost_vnd"].to_numpy(dtype=float, na_value=np.nan),
            cost_from=column("cost_from"),
            month=column("month"),
            after=column("after"),
            done=groups.where(groups.notna(), None).to_numpy(dtype=object),
            due=due,
            not_planned=not_planned,
        )

    @property
    def target(self) -> int:
        """How many there are, done or not."""
        return len(self.ids) + len(self.done)


@dataclass(frozen=True, slots=True, eq=False)
class Schedule:
    """What is to be done in each month.

    Parameters
    ----------
    frame
        One row for each month, residential group and work with something planned: the columns of
        the table ``schedule`` of `PLAN_LAYERS`. ``total``, ``target``, ``share`` and
        ``total_cost_vnd`` are those of the group at the end of the month, what has been done
        before included in all but the cost. Costs are of what has one; NaN where nothing has.
    figures
        What it comes to, ready for JSON.
    """

    frame: pd.DataFrame
    figures: Mapping[str, Any]


def schedule(
    works: Sequence[Work], *, start: str, deadline: date | None, per_month: PerMonthSection
) -> Schedule:
    """Spread works over the months from a first one to the deadline, the worst first.

    What has a limit is done as fast as it allows. What has none is spread evenly over the months.
    What is registered for a month is done in it where the limit allows, else in the next that has
    room; what is registered for a month that has gone by comes first of all.

    Parameters
    ----------
    works
        What is to be done, in the order in which the table lists it.
    start
        The first month, as in ``2026-12``.
    deadline
        The day by which all is to be done: the last month is that of the day before, so that
        nothing is planned for a July whose first day is the deadline. None: with a limit for as
        many months as it takes, without one all in the first month.
    per_month
        How much can be done in a month, in all groups together.

    Returns
    -------
    The table, and the figures: what it all costs, how much of that is example, the months, and
    for each work its target, what is done, planned, and late: not to be done by the deadline.

    Notes
    -----
    Where items tie, the group of which the least share is done comes first, then the group whose
    name does, then the item that stood first. Deadlines of a work's own replace the common one.

    Examples
    --------
    >>> posts = pd.DataFrame({"id": ["B1", "B2", "B3"], "group": ["Tổ 1", "Tổ 2", "Tổ 1"],
    ...                       "cost_vnd": 2e6, "cost_from": "example"})
    >>> made = schedule([Work.of("barriers", posts)], start="2026-12", deadline=date(2027, 2, 1),
    ...                 per_month=PerMonthSection())
    >>> made.frame[["month", "group", "planned", "total", "target"]].to_numpy().tolist()
    [['2026-12', 'Tổ 1', 1, 1, 2], ['2026-12', 'Tổ 2', 1, 1, 1], ['2027-01', 'Tổ 1', 1, 2, 2]]
    >>> made.figures["total_vnd"], made.figures["example"], made.figures["late"]
    (6000000, True, {})
    """
    first = _index_of(start)
    parts = []
    figures: dict[str, Any] = {}
    ends: dict[str, str] = {}
    for each in works:
        work = replace(each, month=_not_before(each, ends))
        last = _last_month(work.due or deadline)
        limit = getattr(per_month, work.name)
        months = None if last is None else max(last - first + 1, 0)
        month = _months(work, first, months, limit)
        if len(month):
            ends[work.name] = _NEVER if (month < 0).any() else _text_of(first + int(month.max()))
        parts.append(_rows(work, month, first))
        figures[work.name] = _figures(work, month, first, last, limit)
    parts = [part for part in parts if len(part)]
    table = pd.concat(parts, ignore_index=True) if parts else _table({})
    table = table.sort_values("month", kind="stable").reset_index(drop=True)
    return Schedule(table, _summary(works, figures, table, start, deadline))


def _not_before(work: Work, ends: Mapping[str, str]) -> ObjectArray:
    """Return the month of each item, that in which the work ends that it waits for if it does."""
    months = work.month.copy()
    for i in np.flatnonzero(~pd.isna(work.after)):
        months[i] = ends.get(work.after[i], months[i])
    return months


def _summary(
    works: Sequence[Work],
    figures: Mapping[str, Any],
    table: pd.DataFrame,
    start: str,
    deadline: date | None,
) -> dict[str, Any]:
    late = {name: of_work["late"] for name, of_work in figures.items() if of_work["late"]}
    months = sorted(set(table["month"]))
    return {
        "start": start,
        "deadline": None if deadline is None else deadline.isoformat(),
        "months": len(months),
        "last_month": months[-1] if months else None,
        "total_vnd": sum(of_work["planned_vnd"] for of_work in figures.values()),
        "late_vnd": sum(of_work["late_vnd"] for of_work in figures.values()),
        "without_cost": sum(of_work["without_cost"] for of_work in figures.values()),
        "example": any(EXAMPLE in _sources(work.cost_from) for work in works),
        "works": dict(figures),
        "late": late,
    }


def _figures(
    work: Work, month: IntArray, first: int, last: int | None, limit: int | None
) -> dict[str, Any]:
    planned = month >= 0
    count = int(planned.sum())
    return {
        "target": work.target,
        "done": len(work.done),
        "planned": count,
        "late": len(month) - count,
        "not_planned": work.not_planned,
        "per_month": limit,
        "due": None if last is None else _text_of(last),
        "last_month": _text_of(first + int(month.max())) if count else None,
        "planned_vnd": _sum_vnd(work.cost_vnd[planned]),
        "late_vnd": _sum_vnd(work.cost_vnd[~planned]),
        "without_cost": int(np.isnan(work.cost_vnd).sum()),
        # Nothing says how fast: neither a deadline nor a limit.
        "all_at_once": last is None and limit is None and count > 0,
    }


def _groups(work: Work) -> tuple[IntArray, list[Any]]:
    """Return the number of each item's group, then those of what is done, and the names.

    Names are sorted, None last.
    """
    every = [*work.group, *work.done]
    names = sorted({name for name in every if name is not None})
    number = {**{name: i for i, name in enumerate(names)}, None: len(names)}
    return np.array([number[name] for name in every], dtype=np.int64), [*names, None]


def _months(work: Work, first: int, months: int | None, limit: int | None) -> IntArray:
    """Return the month in which each item is done, counted from the first; -1 for what is late.

    Parameters
    ----------
    work
        The work.
    first
        The first month.
    months
        How many months there are; None without a deadline.
    limit
        How many can be done in a month, None for any number.
    """
    count = len(work.ids)
    found = np.full(count, -1, dtype=np.int64)
    if limit == 0 or months == 0:
        return found
    rank = np.where(np.isnan(work.rank), np.inf, work.rank)
    group, _ = _groups(work)
    sizes = np.bincount(group, minlength=1)
    done = np.bincount(group[count:], minlength=len(sizes))
    group = group[:count]
    is_free = np.array([month is None for month in work.month], dtype=bool)
    is_never = work.month == _NEVER
    asked, free = np.flatnonzero(~is_free & ~is_never), np.flatnonzero(is_free)
    registered = np.array([_index_of(work.month[i]) - first for i in asked], dtype=np.int64)
    asked = asked[np.lexsort((asked, rank[asked], registered))]
    wanted = np.maximum(np.sort(registered), 0)
    free = free[_worst_first(rank[free], group[free], done, sizes)]
    month = 0
    while month != months and len(asked) + len(free):
        waiting = int(np.searchsorted(wanted, month, side="right"))
        if limit is None:
            fill = len(free) if months is None else -(-len(free) // (months - month))
        else:
            waiting = min(waiting, limit)
            fill = min(limit - waiting, len(free))
        found[asked[:waiting]] = month
        if waiting:
            # Their groups now have more done than when the order was made.
            done += np.bincount(group[asked[:waiting]], minlength=len(sizes))
            free = free[_worst_first(rank[free], group[free], done, sizes)]
        found[free[:fill]] = month
        done += np.bincount(group[free[:fill]], minlength=len(sizes))
        asked, wanted, free = asked[waiting:], wanted[waiting:], free[fill:]
        month += 1
    return found


def _worst_first(rank: FloatArray, group: IntArray, done: IntArray, sizes: IntArray) -> IntArray:
    """Return the order of items: by rank, then that of the group of which least is done.

    Parameters
    ----------
    rank, group
        Rank and group of each item, shape ``(n,)``.
    done, sizes
        How many of each group are done, and how many it has, shape ``(g,)``.
    """
    rows = np.arange(len(rank))
    by_rank = np.lexsort((rows, rank))
    # How many of its group come before each item: how many are done when its turn comes.
    before = np.empty(len(rank), dtype=np.int64)
    before[by_rank] = pd.Series(by_rank).groupby(group[by_rank]).cumcount().to_numpy()
    share = (done[group] + before) / sizes[group]
    return np.asarray(np.lexsort((rows, group, share, rank)))


def _rows(work: Work, month: IntArray, first: int) -> pd.DataFrame:
    """Return one row for each month and group with something planned."""
    group, names = _groups(work)
    sizes = np.bincount(group, minlength=len(names))
    done = np.bincount(group[len(month) :], minlength=len(names))
    items = np.flatnonzero(month >= 0)
    cells, cell = np.unique(month[items] * len(names) + group[items], return_inverse=True)
    of_month, of_group = np.divmod(cells, len(names))
    vnd = work.cost_vnd[items]
    planned = np.bincount(cell, minlength=len(cells))
    cost_vnd = np.bincount(cell, np.nan_to_num(vnd), minlength=len(cells))
    priced = np.bincount(cell, ~np.isnan(vnd), minlength=len(cells))
    so_far, spent, ever_priced = (
        _so_far(values, of_group) for values in (planned, cost_vnd, priced)
    )
    total = done[of_group] + so_far.astype(np.int64)
    sources: list[set[str]] = [set() for _ in cells]
    for i, source in zip(cell, work.cost_from[items], strict=True):
        sources[i].update(_sources([source]))
    columns = {
        "month": [_text_of(first + int(m)) for m in of_month],
        "group": [names[g] for g in of_group],
        "work": [work.name] * len(cells),
        "planned": planned,
        "total": total,
        "target": sizes[of_group],
        "share": total / sizes[of_group],
        "cost_vnd": np.where(priced > 0, cost_vnd, np.nan),
        "total_cost_vnd": np.where(ever_priced > 0, spent, np.nan),
        "cost_from": [";".join(sorted(names)) or None for names in sources],
    }
    return _table(columns)


def _so_far(values: Any, of_group: IntArray) -> FloatArray:
    """Return the running sums of rows in the order of months, those of each group for itself."""
    sums = np.zeros(len(values))
    for group in np.unique(of_group):
        rows = of_group == group
        sums[rows] = np.cumsum(values[rows])
    return sums


def _sources(cells: Iterable[str | None]) -> list[str]:
    """Return who says what some items cost, each source once."""
    return sorted({source for cell in cells if cell is not None for source in cell.split(";")})


def _table(columns: Mapping[str, Any]) -> pd.DataFrame:
    """Return a table with the columns of the schedule; of a column that is not given no rows."""
    kinds = dict.fromkeys(("planned", "total", "target"), "int64")
    kinds |= dict.fromkeys(("share", "cost_vnd", "total_cost_vnd"), "float64")
    return pd.DataFrame(
        {
            name: pd.Series(columns.get(name, ()), dtype=kinds.get(name, "object"))
            for name in _COLUMNS
        }
    )


def _sum_vnd(vnd: FloatArray) -> int:
    return round(float(np.nansum(vnd)))


def _index_of(month: str) -> int:
    year, number = month.split("-")
    return 12 * int(year) + int(number) - 1


def _text_of(index: int) -> str:
    return f"{index // 12:04d}-{index % 12 + 1:02d}"


def _last_month(deadline: date | None) -> int | None:
    """Return the month in which the last day before the deadline lies."""
    if deadline is None:
        return None
    day = deadline - timedelta(days=1)
    return 12 * day.year + day.month - 1


# What there is to do in a ward
