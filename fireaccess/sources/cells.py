"""The cells of a table: read as what they are, and told with row and column where they can't be."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
import pandera.pandas as pa

from fireaccess.model.answers import BoolArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Severity
from fireaccess.model.layers import ALL_TABLES, UNUSUAL, WIDEST_ROAD_M, kind_of, said_of
from fireaccess.model.text import amount_of_money, normalise, parse_length, parse_number
from fireaccess.model.words import CODES, PLACE_COLUMNS, codes_by_word, plain
from fireaccess.sources.intake import Intake
from fireaccess.sources.parts import Part, accepted_columns, as_column

_YES: Final = frozenset("yes y co true 1 x dat tot".split()) | {"hoat dong", "con tot", "dang dung"}
_NO: Final = frozenset("no n khong false 0 hong".split()) | {"khong hoat dong", "khong dat"}
_DAY_MONTH_YEAR: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})(?:[T ].*)?")
_YEAR_MONTH_DAY: Final = re.compile(r"(\d{4})[/.-](\d{1,2})[/.-](\d{1,2})(?:[T ].*)?")
_YEAR_MONTH: Final = re.compile(r"(\d{4})[/.-](\d{1,2})")
_MONTH_YEAR: Final = re.compile(r"(?:thang |t)?(\d{1,2})[/.-](\d{4})")
#: Days since the end of 1899, as Excel keeps a date whose cell isn't formatted as one.
_SERIAL: Final = re.compile(r"([2-7]\d{4})(?:\.\d+)?")
_DAY_0: Final = date(1899, 12, 30)
_UNIT: Final = re.compile(r"\s*(?:m3|m³|l/s|lít/s|người|khẩu)$", re.IGNORECASE)


#: Code of rows that the template filled in and nobody has measured or confirmed yet.
_WAITING: Final = "not_filled_in"


class Cells:
    """Reads cells column by column and tells which ones it can't.

    Parameters
    ----------
    part
        The sheet or layer.
    path
        Its file.
    intake
        Takes what is found.
    """

    def __init__(self, part: Part, path: Path, intake: Intake) -> None:
        self.part = part
        self.raw = part.raw
        self.path = path
        self.intake = intake
        self.blamed: set[tuple[int, str]] = set()
        for i, column in sorted(part.uncalculated):
            self.tell(
                i,
                column,
                "not_calculated",
                Message("the formula {value!r} was never calculated, so the cell holds no figure"),
                Message(
                    "open the workbook in Excel or LibreOffice, save it, and read it again; taken "
                    "as blank"
                ),
            )
            self.raw.loc[i, column] = None

    def tell_headings(self, table: str, fixes: str, accepted: frozenset[str]) -> None:
        """Offer what a heading may mean; an office's own columns are its own."""
        for heading, column in self.part.columns.near.items():
            if ALL_TABLES[table].columns[column].required:
                continue
            self._heading_finding(
                "warning",
                "unknown_column",
                Message("no column {heading!r} is known, so it is not read: is {column!r} meant?"),
                Message("rename it to {column!r}, accept it, or leave it as it is"),
                heading,
                column,
                fix=f"{fixes}-heading-{column}",
            )
        for column in accepted_columns(accepted, fixes):
            read_as = self.part.columns.heading_of.get(column)
            if read_as is not None:
                self._heading_finding(
                    "hint",
                    "fix_applied",
                    Message("the column {heading!r} is read as {column!r}, as was accepted"),
                    Message("nothing to do"),
                    read_as,
                    column,
                )

    def _heading_finding(
        self,
        severity: Severity,
        code: str,
        message: Message,
        remedy: Message,
        heading: str,
        column: str,
        *,
        fix: str | None = None,
    ) -> None:
        self.intake.findings.add(
            severity,
            code,
            message,
            remedy=remedy,
            params={"heading": heading, "column": column},
            file=self.path.name,
            sheet=self.part.sheet,
            column=heading,
            fix=fix,
        )

    def tell_waiting(self, name: str) -> BoolArray:
        """Tell of rows that the template filled in and nobody has measured or confirmed yet."""
        raw = self.raw
        none = np.zeros(len(raw), dtype=bool)
        if name == "widths" and {"segment_id", "width_m"} <= set(raw):
            waiting = (raw["segment_id"].notna() & raw["width_m"].isna()).to_numpy()
        elif name == "barriers" and {"osm_id", "object_id"} <= set(raw):
            own = {"object_id", "osm_id", "type", "road_name", *PLACE_COLUMNS, "row"}
            told = [column for column in raw if column not in own]
            waiting = (
                (raw["object_id"] == "B-" + raw["osm_id"].fillna("")) & raw[told].isna().all(axis=1)
            ).to_numpy(dtype=bool)
        else:
            return none
        places = np.flatnonzero(waiting)
        self.blamed |= {(int(i), "width_m") for i in places}
        if len(places):
            self.tell(
                places[0],
                "width_m" if name == "widths" else "state",
                _WAITING,
                Message("{count} rows of the template are not filled in yet"),
                Message("measure them and fill them in; they are left out until then"),
                severity="hint",
                params={"count": len(places)},
                rows=places,
            )
        return waiting

    def read(self, table: str, column: str, rule: Any) -> pd.Series:
        """Return a column as what its rule says it is; what can't be read is told and blank."""
        text = self.raw[column]
        kind = kind_of(rule)
        if kind == "number":
            return self._numbers(column, required=bool(rule.required))
        if kind in _PARSED:
            parse, complaint, remedy = _PARSED[kind]
            known = {cell: parse(cell) for cell in text.dropna().unique()}
            unread = [cell is not None and known[cell] is None for cell in text]
            for i in np.flatnonzero(unread):
                self.tell(i, column, f"not_a_{kind}", complaint, remedy)
            return as_column(known.get(cell) for cell in text)
        if column in CODES.get(table, {}):
            return self._codes(table, column, kind)
        return text

    def _codes(self, table: str, column: str, kind: str) -> pd.Series:
        words = codes_by_word(table, column)
        codes = {cell: words.get(plain(cell), cell.lower()) for cell in self.raw[column].dropna()}
        if kind == "text":
            # A word of OpenStreetMap has no blank; a word of ours that isn't known says nothing.
            strange = {cell for cell, code in codes.items() if " " in code or not code.isascii()}
            for i in np.flatnonzero([cell in strange for cell in self.raw[column]]):
                self.tell(
                    i,
                    column,
                    "unknown_type",
                    Message(
                        "{value!r} is no {column} that is known: what it does to a truck is unknown"
                    ),
                    Message("write one of: {known}; or a value of OpenStreetMap"),
                    severity="warning",
                    params={
                        "column": column,
                        "known": ", ".join(w[0] for w in CODES[table][column].values()),
                    },
                )
        return as_column(None if cell is None else codes[cell] for cell in self.raw[column])

    def _numbers(self, column: str, *, required: bool) -> pd.Series:
        text = self.raw[column]
        if column.endswith("_vnd"):
            cells = [None if cell is None else amount_of_money(cell) for cell in text]
            text = pd.Series(cells, index=text.index, dtype=object)
        plain_numbers = pd.to_numeric(text, errors="coerce").astype(float)
        plain_numbers[~np.isfinite(plain_numbers)] = np.nan
        metres = column.endswith("_m")
        commas = []
        for i in text.index[text.notna() & plain_numbers.isna()]:
            cell = _UNIT.sub("", text[i])
            quantity = parse_number(cell) or (parse_length(cell.lower()) if metres else None)
            if quantity is None:
                self.tell(
                    i,
                    column,
                    "not_a_number",
                    Message("{value!r} is no number"),
                    Message("write it with digits and a point, as in 3.5; the row is left out")
                    if required
                    else Message("write it with digits and a point, as in 3.5; taken as blank"),
                )
                continue
            plain_numbers[i] = quantity.value
            if quantity.decimal_comma:
                commas.append(i)
        if commas:
            self.tell(
                commas[0],
                column,
                "decimal_comma",
                Message("{value!r} was read with a decimal comma")
                if len(commas) == 1
                else Message(
                    "{count} figures were read with a decimal comma, the first as {read:g}"
                ),
                Message("write it with a point, as in 3.5"),
                severity="warning",
                params={"count": len(commas), "read": float(plain_numbers[commas[0]])},
                rows=commas,
            )
        return plain_numbers

    def tell_ahead(self, column: str, dates: pd.Series) -> None:
        """Ask about dates that lie ahead of today."""
        today = self.intake.today.isoformat()
        for i in np.flatnonzero([cell is not None and cell > today for cell in dates]):
            self.tell(
                i,
                column,
                "future_date",
                Message("{value!r} lies ahead: nobody can have seen that yet"),
                Message("check day, month and year; it is used as written"),
                severity="warning",
            )

    def tell_centimetres(self, frame: pd.DataFrame, fixes: str, accepted: frozenset[str]) -> None:
        """Offer to read as centimetres what can be no metres, and do so where it was accepted."""
        for column in frame:
            if column not in ("width_m", "height_m", "clear_width_m"):
                continue
            figures = frame[column].to_numpy(dtype=float)
            places = np.flatnonzero(figures > WIDEST_ROAD_M)
            if len(places) == 0:
                continue
            fix = f"{fixes}-centimetres-{column}"
            params = {
                "count": len(places),
                "least": float(figures[places].min()),
                "most": float(figures[places].max()),
            }
            if fix in accepted:
                frame.loc[places, column] = figures[places] / 100
                self.tell(
                    places[0],
                    column,
                    "fix_applied",
                    Message(
                        "{count} figures from {least:g} to {most:g} are read as centimetres, as "
                        "was accepted"
                    ),
                    Message("nothing to do"),
                    severity="hint",
                    params=params,
                    rows=places,
                )
                continue
            self.tell(
                places[0],
                column,
                "centimetres",
                Message(
                    "{count} figures from {least:g} to {most:g} can't be metres: are they "
                    "centimetres?"
                ),
                Message("write metres, or accept the fix; until then they are left out"),
                params=params,
                rows=places,
                fix=fix,
            )
            self.blamed |= {(int(i), column) for i in places}

    def tell(
        self,
        i: Any,
        column: str,
        code: str,
        message: Message,
        remedy: Message,
        *,
        severity: Severity = "error",
        params: Mapping[str, Any] | None = None,
        rows: Any = None,
        fix: str | None = None,
    ) -> None:
        """Note a finding about one cell, or about the same cell of many rows."""
        i = int(i)
        value = self.raw[column][i] if column in self.raw else None
        numbers = self.raw["row"].to_numpy()
        places = [i] if rows is None else [int(k) for k in rows]
        if severity == "error":
            self.blamed |= {(k, column) for k in places}
        # Of what is left out, be it for a good reason, the text is kept.
        kept = severity == "error" or code == _WAITING
        self.intake.findings.add(
            severity,
            code,
            message,
            remedy=remedy,
            params={"value": value, **(params or {})},
            file=self.path.name,
            sheet=self.part.sheet,
            row=int(numbers[i]),
            rows=() if rows is None else tuple(int(numbers[k]) for k in places),
            column=self.part.columns.heading_of.get(column, column),
            value=value,
            fix=fix,
            original=tuple(self.part.texts[k] for k in places) if kept else (),
        )


def _parse_date(text: str) -> str | None:
    """Return an ISO date; Vietnamese papers write day/month/year."""
    if match := _YEAR_MONTH_DAY.fullmatch(text):
        year, month, day = (int(part) for part in match.groups())
    elif match := _DAY_MONTH_YEAR.fullmatch(text):
        day, month, year = (int(part) for part in match.groups())
    elif match := _SERIAL.fullmatch(text):
        return (_DAY_0 + timedelta(days=int(match[1]))).isoformat()
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _parse_month(text: str) -> str | None:
    """Return a month as in 2026-09; spreadsheets like to make a day of one."""
    if match := _YEAR_MONTH.fullmatch(text):
        year, month = match.groups()
    elif match := _MONTH_YEAR.fullmatch(normalise(text)):
        month, year = match.groups()
    else:
        day = _parse_date(text)
        return None if day is None else day[:7]
    return f"{year}-{int(month):02d}" if 1 <= int(month) <= 12 else None


def _parse_flag(text: str) -> bool | None:
    word = normalise(text)
    return True if word in _YES else False if word in _NO else None


#: What is read by a function of its own; what to say, and to do, where it can't be.
_PARSED: Final[Mapping[str, tuple[Callable[[str], Any], Message, Message]]] = MappingProxyType(
    {
        "date": (
            _parse_date,
            Message("{value!r} is no date"),
            Message("write 2026-05-12 or 12/5/2026; taken as blank"),
        ),
        "month": (
            _parse_month,
            Message("{value!r} is no month"),
            Message("write 2026-05 or 5/2026; taken as blank"),
        ),
        "flag": (
            _parse_flag,
            Message("{value!r} is neither yes nor no"),
            Message("write yes or no; taken as blank"),
        ),
    }
)


def check_cells(frame: pd.DataFrame, schema: pa.DataFrameSchema, reader: Cells) -> BoolArray:
    """Apply the schema's checks: blank what fails, and return which rows can still be used."""
    usable = np.ones(len(frame), dtype=bool)
    try:
        schema.validate(frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        failed = errors.failure_cases
        failed = failed[failed["index"].notna() & failed["column"].notna()]
        # What can't be right is told first; what is merely unusual then is told no more.
        failed = failed.assign(asked=failed["check"] == UNUSUAL)
        failed = failed.sort_values("asked", kind="stable")
        for column, check, number, i, asked in zip(
            failed["column"],
            failed["check"],
            failed["check_number"],
            failed["index"].astype(int),
            failed["asked"],
            strict=True,
        ):
            required = bool(schema.columns[column].required)
            told = (i, column) in reader.blamed
            if asked:
                if not told:
                    message, limits = said_of(schema.columns[column].checks[int(number)])
                    reader.tell(
                        i,
                        column,
                        "unusual",
                        message,
                        Message(
                            "check it: a decimal point may be missing or too many; it is used as "
                            "written"
                        ),
                        severity="warning",
                        params=limits,
                    )
                continue
            usable[i] &= not required
            if check == "not_nullable":
                if not told and reader.raw[column][i] is None:
                    reader.tell(
                        i,
                        column,
                        "blank",
                        Message("the cell is blank and the row can't do without it"),
                        Message("fill it in; the row is left out"),
                    )
                continue
            if not told:
                message, limits = said_of(schema.columns[column].checks[int(number)])
                reader.tell(
                    i,
                    column,
                    "out_of_range",
                    message,
                    Message("correct it; the row is left out")
                    if required
                    else Message("correct it; taken as blank"),
                    params=limits,
                )
            if not required:
                figure = kind_of(schema.columns[column]) == "number"
                frame.loc[i, column] = np.nan if figure else None
    return usable
