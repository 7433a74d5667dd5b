"""What can go wrong, and how it is told.

Exceptions stop the work; findings are told and the work goes on.

```
FireaccessError
├── ProjectError        fireaccess.toml can't be used: unknown key, wrong value, not offered yet
├── NormError           a norm or vehicle file can't be used
├── InputError          an input file can't be used: missing, cut short, wrong CRS, no start
└── OutputError         a result can't be written: read-only folder, file open elsewhere
```

Every one of them says what is wrong, where, and what to do about it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

Severity = Literal["error", "warning", "hint"]

_RANK: Mapping[str, int] = MappingProxyType({"error": 0, "warning": 1, "hint": 2})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful in the data, and what to do about it.

    ``message`` and ``remedy`` are templates filled with ``params``, so that they can be
    translated. ``row`` counts as the user's own program counts: the first row of the sheet is
    row 1. What holds for many rows is one finding: ``row`` is the first of them, ``rows`` all.
    ``fix`` is the id of a correction that `fireaccess check --accept-fix` would apply, and
    ``original`` the text of each row as the file has it, so that nothing left out is lost.

    Examples
    --------
    >>> Finding("error", "not_a_number", "{value!r} is not a number", params={"value": "abc"},
    ...         file="widths.csv", row=7, column="width_m", remedy="write metres, as in 3.5").text
    "widths.csv, row 7, column width_m: 'abc' is not a number"
    """

    severity: Severity
    code: str
    message: str
    remedy: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    rows: tuple[int, ...] = ()
    fix: str | None = None
    original: tuple[str, ...] = ()

    @property
    def where(self) -> str:
        """File, sheet, row and column, as far as they are known."""
        parts = [self.file or ""]
        if self.sheet is not None:
            parts.append(f"sheet {self.sheet}")
        if self.row is not None:
            more = f" and {len(self.rows) - 1} more" if len(self.rows) > 1 else ""
            parts.append(f"row {self.row}{more}")
        if self.column is not None:
            parts.append(f"column {self.column}")
        return ", ".join(part for part in parts if part)

    @property
    def every_row(self) -> tuple[int, ...]:
        """All rows that it is about."""
        return self.rows or (() if self.row is None else (self.row,))

    @property
    def what(self) -> str:
        """The message with its parameters filled in."""
        return self.message.format(**self.params)

    @property
    def what_to_do(self) -> str:
        """The remedy with its parameters filled in."""
        return self.remedy.format(**self.params)

    @property
    def text(self) -> str:
        """Where and what, in one line."""
        return f"{self.where}: {self.what}" if self.where else self.what

    def as_dict(self) -> dict[str, Any]:
        """Return the finding as plain values, ready for JSON."""
        return {
            "severity": self.severity,
            "code": self.code,
            "file": self.file,
            "sheet": self.sheet,
            "row": self.row,
            "rows": list(self.every_row),
            "column": self.column,
            "value": self.value,
            "message": self.what,
            "remedy": self.what_to_do,
            "fix": self.fix,
            "original": list(self.original),
        }


class Findings:
    """The findings of one run, gathered while the data is read."""

    def __init__(self) -> None:
        self._items: list[Finding] = []

    def add(self, severity: Severity, code: str, message: str, **where: Any) -> None:
        """Note one finding; ``where`` takes the other fields of `Finding`."""
        self._items.append(Finding(severity, code, message, **where))

    def extend(self, findings: Iterable[Finding]) -> None:
        """Note several findings."""
        self._items.extend(findings)

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.sorted())

    def __len__(self) -> int:
        return len(self._items)

    def sorted(self) -> tuple[Finding, ...]:
        """All findings: errors first, then by place, so that the order never depends on chance."""
        return tuple(
            sorted(
                self._items,
                key=lambda f: (
                    _RANK[f.severity],
                    f.file or "",
                    f.sheet or "",
                    f.row or 0,
                    f.column or "",
                    f.code,
                    f.what,
                ),
            )
        )


class FireaccessError(Exception):
    """Something stops the work.

    Parameters
    ----------
    message
        What is wrong.
    file, sheet, row, column
        Where.
    remedy
        What to do about it.
    fix
        Id of a correction that can be accepted.
    """

    def __init__(
        self,
        message: str,
        *,
        file: object = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        remedy: str = "",
        fix: str | None = None,
    ) -> None:
        self.finding = Finding(
            "error",
            type(self).__name__,
            "{message}",
            remedy="{remedy}",
            params=MappingProxyType({"message": message, "remedy": remedy}),
            file=None if file is None else str(file),
            sheet=sheet,
            row=row,
            column=column,
            fix=fix,
        )
        #: What had been found before the work stopped, so that nothing of it is lost.
        self.earlier: tuple[Finding, ...] = ()
        super().__init__(message)

    def __str__(self) -> str:
        text = self.finding.text
        remedy = self.finding.what_to_do
        return f"{text}\n→ {remedy}" if remedy else text


class ProjectError(FireaccessError):
    """The project file can't be used: unknown key, wrong value, not offered yet."""


class NormError(FireaccessError):
    """A norm or vehicle file can't be used."""


class InputError(FireaccessError):
    """An input file can't be used: missing, cut short, wrong CRS, no start."""


class OutputError(FireaccessError):
    """A result can't be written: read-only folder, file open elsewhere."""
