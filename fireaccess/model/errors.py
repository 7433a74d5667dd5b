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

from fireaccess.model.catalogue import Message
from fireaccess.model.formats import Language

Severity = Literal["error", "warning", "hint"]

_RANK: Mapping[str, int] = MappingProxyType({"error": 0, "warning": 1, "hint": 2})


_SHEET = Message("sheet {sheet}")
_ROW = Message("row {row}")
_ROWS = Message("row {row} and {more} more")
_COLUMN = Message("column {column}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or doubtful in the data, and what to do about it.

    ``message`` and ``remedy`` are filled with ``params`` when they are told in a language. ``row``
    counts as the user's own program counts: the first row of the sheet is row 1. What holds for
    many rows is one finding: ``row`` is the first of them, ``rows`` all.
    ``fix`` is the id of a correction that `fireaccess check --accept-fix` would apply, and
    ``original`` the text of each row as the file has it, so that nothing left out is lost.

    Examples
    --------
    >>> Finding("error", "not_a_number", Message("{value!r} is not a number"),
    ...         params={"value": "abc"}, file="widths.csv", row=7, column="width_m").text
    "widths.csv, row 7, column width_m: 'abc' is not a number"
    """

    severity: Severity
    code: str
    message: Message
    remedy: Message | Literal[""] = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    file: str | None = None
    sheet: str | None = None
    row: int | None = None
    column: str | None = None
    value: str | None = None
    rows: tuple[int, ...] = ()
    fix: str | None = None
    original: tuple[str, ...] = ()

    def where_in(self, language: Language) -> str:
        """File, sheet, row and column, as far as they are known, in a language."""
        parts = [self.file or ""]
        if self.sheet is not None:
            parts.append(_SHEET.into(language, sheet=self.sheet))
        if len(self.rows) > 1:
            parts.append(_ROWS.into(language, row=self.row, more=len(self.rows) - 1))
        elif self.row is not None:
            parts.append(_ROW.into(language, row=self.row))
        if self.column is not None:
            parts.append(_COLUMN.into(language, column=self.column))
        return ", ".join(part for part in parts if part)

    def what_in(self, language: Language) -> str:
        """Return the message in a language, filled in."""
        return _said(self.message, self.params, language)

    def remedy_in(self, language: Language) -> str:
        """Return the remedy in a language, filled in."""
        return _said(self.remedy, self.params, language)

    def text_in(self, language: Language) -> str:
        """Return where and what in a language, in one line."""
        where, what = self.where_in(language), self.what_in(language)
        return f"{where}: {what}" if where else what

    @property
    def where(self) -> str:
        """File, sheet, row and column, in English."""
        return self.where_in("en")

    @property
    def every_row(self) -> tuple[int, ...]:
        """All rows that it is about."""
        return self.rows or (() if self.row is None else (self.row,))

    @property
    def what(self) -> str:
        """The message in English, filled in."""
        return self.what_in("en")

    @property
    def what_to_do(self) -> str:
        """The remedy in English, filled in."""
        return self.remedy_in("en")

    @property
    def text(self) -> str:
        """Where and what, in one line of English."""
        return self.text_in("en")

    def as_dict(self, language: Language = "en") -> dict[str, Any]:
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
            "message": self.what_in(language),
            "remedy": self.remedy_in(language),
            "fix": self.fix,
            "original": list(self.original),
        }


def _said(text: Message | Literal[""], params: Mapping[str, Any], language: Language) -> str:
    return text.into(language, **params) if isinstance(text, Message) else text


class Findings:
    """The findings of one run, gathered while the data is read."""

    def __init__(self) -> None:
        self._items: list[Finding] = []

    def add(
        self,
        severity: Severity,
        code: str,
        message: Message,
        *,
        remedy: Message | Literal[""] = "",
        **where: Any,
    ) -> None:
        """Note one finding; ``where`` takes the other fields of `Finding`."""
        self._items.append(Finding(severity, code, message, remedy, **where))

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
        What is wrong, with ``{names}`` of what is filled in.
    file, sheet, row, column
        Where.
    remedy
        What to do about it, with ``{names}`` too.
    fix
        Id of a correction that can be accepted.
    **params
        What is filled in.

    Examples
    --------
    >>> print(InputError(Message("{what} is not there"), what="a file", file="roads.geojson"))
    roads.geojson: a file is not there
    """

    def __init__(
        self,
        message: Message,
        *,
        file: object = None,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        remedy: Message | Literal[""] = "",
        fix: str | None = None,
        **params: Any,
    ) -> None:
        self.finding = Finding(
            "error",
            type(self).__name__,
            message,
            remedy=remedy,
            params=MappingProxyType(params),
            file=None if file is None else str(file),
            sheet=sheet,
            row=row,
            column=column,
            fix=fix,
        )
        #: What had been found before the work stopped, so that nothing of it is lost.
        self.earlier: tuple[Finding, ...] = ()
        super().__init__(self.finding.what)

    def told(self, language: Language) -> str:
        """Return where, what and what to do in a language."""
        text, remedy = self.finding.text_in(language), self.finding.remedy_in(language)
        return f"{text}\n→ {remedy}" if remedy else text

    def __str__(self) -> str:
        return self.told("en")


class ProjectError(FireaccessError):
    """The project file can't be used: unknown key, wrong value, not offered yet."""


class NormError(FireaccessError):
    """A norm or vehicle file can't be used."""


class InputError(FireaccessError):
    """An input file can't be used: missing, cut short, wrong CRS, no start."""


class OutputError(FireaccessError):
    """A result can't be written: read-only folder, file open elsewhere."""
