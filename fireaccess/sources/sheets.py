"""A sheet of cells as text, whatever file it comes from: CSV or a sheet of a workbook."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row that holds something.

    Parameters
    ----------
    number
        As the user's own program counts: the first row of the sheet is row 1.
    cells
        Texts in NFC, trimmed; None where blank.
    """

    number: int
    cells: tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The rows of a sheet that hold something, headings and titles among them.

    Parameters
    ----------
    name
        The sheet's title in its workbook; None for a file that is itself the sheet.
    rows
        Its rows in order; numbers may have gaps where rows are blank.
    uncalculated
        Row number and column index of cells whose formula was never calculated, so that the file
        holds no value of them; their text is the formula.
    """

    name: str | None
    rows: tuple[SheetRow, ...]
    uncalculated: frozenset[tuple[int, int]] = frozenset()
