"""What measures cost: a table that the office edits; an example is shipped."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings, Severity
from fireaccess.model.layers import MEASURES
from fireaccess.model.words import codes_by_word, plain
from fireaccess.sources.coordinates import WGS84
from fireaccess.sources.intake import Intake
from fireaccess.sources.tables import read_table

#: Where a figure comes from that nobody at the office has put in place of the shipped one.
EXAMPLE: Final = "example"
_TABLE: Final = "costs"
_MEANS_EXAMPLE: Final = ("example", "vi du")
#: Measures that have a length; all others are counted.
_HAVE_LENGTH: Final = frozenset(("pipe", "widen", "measure"))


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
        The file that says so; ``example`` for what is shipped, or is called an example there.
    """

    vnd: float
    per: Literal["piece", "m"]
    source: str


@dataclass(frozen=True, slots=True)
class Costs:
    """The costs of measures by their codes, those of `fireaccess.model.layers.MEASURES`.

    Examples
    --------
    >>> Costs({"pipe": Cost(2e6, "m", "costs.csv")}).of("riser") is None
    True
    """

    table: Mapping[str, Cost]

    def of(self, measure: str) -> Cost | None:
        """Return what a measure costs, None where nobody says."""
        return self.table.get(measure)


@lru_cache(maxsize=1)
def example_costs() -> Costs:
    """Return the costs of the table that is shipped: magnitudes to begin with, none measured.

    Examples
    --------
    >>> example_costs().of("pipe")
    Cost(vnd=2000000.0, per='m', source='example')
    """
    with resources.as_file(resources.files("fireaccess") / "norms" / "costs.csv") as path:
        return read_costs(path, Intake(WGS84, None, Findings()))


def read_costs(path: Path, intake: Intake) -> Costs:
    r"""Read a table of costs: ``measure``, ``cost_vnd``, ``per``, ``source`` and ``note``.

    A measure that nothing is said of has no cost: the shipped example doesn't stand in for it. A
    line whose ``source`` is example (ví dụ) stays an example.

    Parameters
    ----------
    path
        CSV or a workbook.
    intake
        What it is read against; its findings take what is wrong, row by row.

    Raises
    ------
    InputError
        If the file can't be read, has no row, or lacks a required column.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "gia.csv"
    ...     _ = path.write_text("Biện pháp,Đơn giá (đồng)\nđường ống,1.800.000\n", "utf-8")
    ...     read_costs(path, Intake(WGS84, None, Findings()))
    Costs(table={'pipe': Cost(vnd=1800000.0, per='m', source='gia.csv')})
    """
    frame = read_table(path, _TABLE, intake)
    teller = _Teller(frame, intake.findings)
    usable = np.ones(len(frame), dtype=bool)
    for i, measure in enumerate(frame["measure"]):
        if measure not in MEASURES:
            teller.unknown(i, measure)
            usable[i] = False
        elif frame["per"][i] == "m" and measure not in _HAVE_LENGTH:
            teller.has_no_length(i, measure)
            usable[i] = False
    # Whatever the order of the rows: of two that differ the dearer counts.
    order = frame[usable].sort_values(
        ["measure", "cost_vnd", "row"], ascending=[True, False, True], kind="stable"
    )
    again = order["measure"].duplicated()
    for i in order.index[again]:
        teller.twice(i, order["measure"][i])
    priced = order[~again].set_index("measure")
    missing = [measure for measure in MEASURES if measure not in priced.index]
    if missing:
        intake.findings.add(
            "hint",
            "no_cost",
            Message("{count} measures have no cost: {measures}"),
            remedy=Message("add a row for each; until then their lines in the plan have no cost"),
            params={"count": len(missing), "measures": ", ".join(missing)},
            file=path.name,
        )
    known = [measure for measure in MEASURES if measure in priced.index]
    return Costs({measure: _cost(measure, priced.loc[measure]) for measure in known})


def _cost(measure: str, row: Any) -> Cost:
    per: Any = row["per"] or ("m" if measure == "pipe" else "piece")
    source = row["source"]
    is_example = source is not None and plain(source).startswith(_MEANS_EXAMPLE)
    return Cost(float(row["cost_vnd"]), per, EXAMPLE if is_example else row["file"])


class _Teller:
    """Tells what is wrong with a row of the table."""

    def __init__(self, frame: gpd.GeoDataFrame, findings: Findings) -> None:
        self.frame = frame
        self.findings = findings

    def unknown(self, i: int, measure: str) -> None:
        words = codes_by_word(_TABLE, "measure")
        near = difflib.get_close_matches(plain(measure), list(words), n=1, cutoff=0.5)
        self._tell(
            i,
            "unknown_measure",
            Message("{measure!r} is no measure that is known"),
            Message("did you mean {nearest!r}? The row is left out")
            if near
            else Message("write one of: {known}; the row is left out"),
            measure=measure,
            nearest=words[near[0]] if near else None,
            known=", ".join(MEASURES),
        )

    def has_no_length(self, i: int, measure: str) -> None:
        self._tell(
            i,
            "no_length",
            Message("{measure} is counted by piece: it has no length to pay by the metre"),
            Message("give the cost of one, with per = piece; the row is left out"),
            column="per",
            measure=measure,
        )

    def twice(self, i: int, measure: str) -> None:
        self._tell(
            i,
            "cost_twice",
            Message("the cost of {measure} stands in the table more than once"),
            Message("keep one row; until then the dearest counts, and this row is left out"),
            measure=measure,
        )

    def _tell(
        self,
        i: int,
        code: str,
        message: Message,
        remedy: Message,
        *,
        column: str = "measure",
        severity: Severity = "error",
        **params: Any,
    ) -> None:
        row = self.frame.loc[i]
        self.findings.add(
            severity,
            code,
            message,
            remedy=remedy,
            params=params,
            file=row["file"],
            sheet=row["sheet"],
            row=int(row["row"]),
            column=column,
            value=row[column],
            original=(row["original"],),
        )
