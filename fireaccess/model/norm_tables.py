"""The tables of a norm: what it says by class of road, by people, by grade, and of solutions.

Each is a table of a norm's file with one clause and status for the whole of it; single thresholds
are the figures of `fireaccess.model.norm.Norm`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic import Field, field_serializer, field_validator

from fireaccess.model.catalogue import Message
from fireaccess.model.figure import Frozen, Status
from fireaccess.model.norm_files import UnfitError


def _pairs(values: object, below: float, wrong: Message) -> tuple[tuple[Any, Any], ...]:
    """Return a table of numbers as pairs, so that the norm is frozen all the way down."""
    if isinstance(values, tuple):
        values = dict(values)
    if not isinstance(values, Mapping):
        raise UnfitError(
            Message("{key}: must be a table of classes and numbers, not {given!r}"),
            key="values",
            given=values,
        )
    for of, number in values.items():
        a_number = isinstance(number, int | float) and not isinstance(number, bool)
        if not a_number or not 0 < number < below:
            raise UnfitError(wrong, key="values", of=of, number=number)
    return tuple(values.items())


class Classes(Frozen):
    """What the class of a road (``highway=*``) alone says of a fire engine.

    Parameters
    ----------
    passable
        Classes that are wide enough as a rule; ``pass`` in the file.
    blocked
        Classes that no fire engine can use.
    footway_blocked
        Values of ``footway=*`` that no fire engine can use.
    start
        Classes of the arterials that fire engines come from.
    clause, status, note
        As in `Figure`, for the lists as a whole.
    """

    passable: tuple[str, ...] = Field(alias="pass", min_length=1, strict=False)
    blocked: tuple[str, ...] = Field(strict=False)
    footway_blocked: tuple[str, ...] = Field(strict=False)
    start: tuple[str, ...] = Field(min_length=1, strict=False)
    clause: str = Field(min_length=1)
    status: Status
    note: str = ""


class ClassTable(Frozen):
    """One number per class of road, with one source for the table as a whole.

    Parameters
    ----------
    values
        Pairs of class and number; a table in the file.
    other
        The number of any class that is not listed; None where there is none.
    clause, status, note
        As in `Figure`, for the table as a whole.

    Examples
    --------
    >>> speeds = ClassTable(values={"primary": 40}, other=10, clause="default", status="M")
    >>> speeds.get("primary"), speeds.get("footway")
    (40.0, 10.0)
    """

    values: tuple[tuple[str, float], ...]
    other: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    clause: str = Field(min_length=1)
    status: Status
    note: str = ""

    @field_validator("values", mode="before")
    @classmethod
    def _as_pairs(cls, values: object) -> object:
        wrong = Message("{key}: {of} = {number!r} is not a number above 0")
        return _pairs(values, math.inf, wrong)

    @field_serializer("values")
    def _table(self, values: tuple[tuple[str, float], ...]) -> dict[str, float]:
        return dict(values)

    def get(self, highway: str) -> float | None:
        """Return the number of one class, else ``other``."""
        return dict(self.values).get(highway, self.other)


class FlowRow(Frozen):
    """Water for firefighting in a residential area of up to ``people_below`` people."""

    people_below: int = Field(gt=0)
    low_l_s: float = Field(gt=0)
    high_l_s: float = Field(gt=0)
    fires: int | None = Field(default=None, gt=0)


class FlowTable(Frozen):
    """Water for firefighting by number of people.

    Parameters
    ----------
    rows
        From few people to many: flow for low houses and for houses of three or more storeys,
        in litres per second, and the number of fires at once where the copy read gives it.
    clause, status, note
        As in `Figure`, for the table as a whole.
    """

    rows: tuple[FlowRow, ...] = Field(min_length=1, strict=False)
    clause: str = Field(min_length=1)
    status: Status
    note: str = ""

    @field_validator("rows")
    @classmethod
    def _ascending(cls, rows: tuple[FlowRow, ...]) -> tuple[FlowRow, ...]:
        people = [row.people_below for row in rows]
        if people != sorted(set(people)):
            raise UnfitError(
                Message("{key}: people_below must rise from row to row, not {people}"),
                key="rows",
                people=people,
            )
        return rows


class GradeRule(Frozen):
    """What the norm says of roads steeper than its ``max_grade``.

    Parameters
    ----------
    decides
        Whether they are no roads for fire engines; else they are only told.
    clause, status, note
        As in `Figure`.
    """

    decides: bool
    clause: str = Field(min_length=1)
    status: Status
    note: str = ""


class Priors(Frozen):
    """How likely a fire engine is to pass where nobody has measured.

    Parameters
    ----------
    values
        Pairs of a row and the share of its passages that let the truck pass; a table in the file.
        A row names a class of road, the first word of road names without its accents, both
        (``residential ngo``), ``barrier``, ``reading`` (a width that is just about enough) or
        ``corner``.
    other
        The share of all that no row names.
    strength
        How many measured alleys the shares are worth.
    correlation
        Correlation of the answers of two passages along one alley.
    clause, status, note
        As in `Figure`, for the table as a whole.

    Examples
    --------
    >>> priors = Priors(values={"ngo": 0.5, "service": 0.4}, clause="default", status="M")
    >>> priors.row("service", "ngo"), priors.row("service", ""), priors.row("path", "hem")
    ('ngo', 'service', 'other')
    >>> priors.share("ngo"), priors.share("other")
    (0.5, 0.5)
    """

    values: tuple[tuple[str, float], ...] = ()
    other: float = Field(default=0.5, gt=0, lt=1)
    strength: float = Field(default=2.0, gt=0, allow_inf_nan=False)
    correlation: float = Field(default=0.8, gt=0, le=1)
    clause: str = Field(min_length=1)
    status: Status
    note: str = ""

    @field_validator("values", mode="before")
    @classmethod
    def _as_pairs(cls, values: object) -> object:
        wrong = Message("{key}: {of} = {number!r} is not a share between 0 and 1")
        return _pairs(values, 1, wrong)

    @field_serializer("values")
    def _table(self, values: tuple[tuple[str, float], ...]) -> dict[str, float]:
        return dict(values)

    def row(self, *words: str) -> str:
        """Return the row for what some words name: all of them, else the last of them, and so on.

        Parameters
        ----------
        words
            Class and first word of the name, or what stands at the place.
        """
        known = dict(self.values)
        for name in (" ".join(words), *reversed(words)):
            if name in known:
                return name
        return "other"

    def share(self, row: str) -> float:
        """Return the share of a row, that of ``other`` where there is no such row."""
        return dict(self.values).get(row, self.other)


#: Kinds of water solutions for alleys without a truck, as in `fireaccess.model.layers.MEASURES`.
SOLUTION_KINDS: Final = ("hydrant", "pipe", "riser", "tank_pump", "draft_point", "pit")
#: The conditions that a kind can't do without.
SOLUTION_NEEDS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "hydrant": ("reach",),
        "pipe": ("reach",),
        "riser": ("reach", "pipe"),
        "tank_pump": ("reach",),
        "draft_point": (),
        "pit": ("reach", "pipe"),
    }
)
SOLUTION_CONDITIONS: Final = ("reach", "pipe", "spacing", "width")


class SolutionRule(Frozen):
    """When one kind of water solution serves an alley without a truck.

    Conditions are names of the norm's own figures, so that no number stands twice.

    Parameters
    ----------
    reach
        How far, along the hose, a house may be from a piece of it. A draft point has none: each
        kind of open water has its own.
    pipe
        The longest pipe: of a riser from the mouth, of a pit from its source.
    spacing
        How far apart hydrants inside may stand along their pipe.
    width
        The least clear width of an alley in which it is built.
    clause, status, note
        As in `Figure`, for the entry as a whole.
    """

    reach: str | None = None
    pipe: str | None = None
    spacing: str | None = None
    width: str | None = None
    clause: str = Field(min_length=1)
    status: Status
    note: str = ""
