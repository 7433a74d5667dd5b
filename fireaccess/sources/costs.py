"""What measures cost: a table that the office edits; an example is shipped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Cost:
    """What one measure costs.

    Parameters
    ----------
    vnd
        Đồng for one ``per``.
    per
        What is counted: a piece, or a metre.
    source
        The file that says so; ``example`` for the table that is shipped.
    """

    vnd: float
    per: Literal["piece", "m"]
    source: str


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of measures by their codes, those of `fireaccess.model.layers.MEASURES`."""

    table: Mapping[str, Cost]

    def of(self, measure: str) -> Cost | None:
        """Return what a measure costs, None where nobody says."""
        return self.table.get(measure)
