"""Figures: a number with its unit, the clause that gives it, and how sure it is."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import NormError

Status = Literal["V", "V2", "T", "M", "assumption"]
"""How sure a figure is.

``V`` read in the source named; ``V2`` read in an unofficial copy; ``T`` tested; ``M`` from
memory, not verified; ``assumption`` a default of fireaccess that no source gives.
"""

Unit = Literal[
    "m", "mm", "m/m", "m3", "t", "s", "min", "m/min", "L/s", "m3/h", "m3/min", "people", "factor"
]


class Frozen(BaseModel):
    """What a norm or vehicle file holds: strict, and never changed once it is read."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, populate_by_name=True)


class Figure(Frozen):
    """One threshold of a norm or one measure of a vehicle.

    Parameters
    ----------
    value
        The number, in ``unit``.
    unit
        Unit of the number; ``m/m`` is a gradient, ``factor`` a plain number.
    clause
        Document and clause, or the source the number was read in.
    status
        How sure it is; see `Status`.
    note
        What to know before using it.

    Examples
    --------
    >>> width = Figure(value=3.5, unit="m", clause="QCVN 06:2022/BXD 6.2.1.1", status="V2")
    >>> width.verified
    True
    >>> print(width)
    3.5 m
    """

    value: float = Field(ge=0, allow_inf_nan=False)
    unit: Unit
    clause: str = Field(min_length=1)
    status: Status
    note: str = ""

    @property
    def verified(self) -> bool:
        """Whether somebody read or tested the figure: status V, V2 or T."""
        return self.status in ("V", "V2", "T")

    def __str__(self) -> str:
        """Return the number with its unit; gradients and factors have none."""
        number = f"{self.value:g}"
        return number if self.unit in ("m/m", "factor") else f"{number} {self.unit}"


class Title(Frozen):
    """A name for people, in both languages."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)


def check_figure(at: str, figure: Figure, unit: Unit, *, zero: bool, file: object) -> None:
    """Refuse a figure in another unit than declared, or of a size that makes no sense."""
    if figure.unit != unit:
        raise NormError(
            Message("{at}.unit is {given!r}, but must be {unit!r}"),
            file=file,
            remedy=Message("convert the value and write unit = {unit!r}"),
            at=at,
            given=figure.unit,
            unit=unit,
        )
    if unit == "m/m" and figure.value > 1:
        raise NormError(
            Message("{at}.value: {given:g} is no gradient (rise over run)"),
            file=file,
            remedy=Message("write a percentage as a ratio: 12 % is 0.12"),
            at=at,
            given=figure.value,
        )
    if figure.value == 0 and not zero:
        raise NormError(
            Message("{at}.value must be above 0"),
            file=file,
            remedy=Message("leave the whole table out where nothing is said"),
            at=at,
        )
