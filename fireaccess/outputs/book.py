"""The workbook that an office sends on: a cover, statistics, and the lists, ready to print.

Text of the survey is only ever text: no formula, no link, no format, no markup.
"""

from __future__ import annotations

import functools
import io
import math
import os
import re
import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from numbers import Real
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final
from urllib.parse import quote

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name, xl_range

from fireaccess.model.catalogue import Message
from fireaccess.model.formats import Language, decimal
from fireaccess.outputs.files import SAVED, put_office_file
from fireaccess.outputs.headings import Tone
from fireaccess.outputs.lists import Column, Listing, lists, tones
from fireaccess.outputs.plain import plain_text
from fireaccess.outputs.result import Result
from fireaccess.outputs.styles import BLUE, GREY, LIGHT, VERMILION, YELLOW
from fireaccess.outputs.told import no_answer, silent, synthetic, thresholds, told_on_paper
from fireaccess.outputs.writing import MAP_FILE

#: Every word of the workbook that is of no list, in Vietnamese and English.
_TEXTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "cover": Message("Cover"),
        "title": Message("ROADS AND WATER FOR FIRE FIGHTING: FIGURES AND LISTS"),
        "number": Message("No."),
        "basis": Message("What it rests on", "cover"),
        "figures": Message("Key figures"),
        "figure": Message("Figure"),
        "worst": Message("Worst"),
        "best": Message("Best"),
        "measured": Message("Length measured"),
        "road": Message("Houses within hose reach of a truck"),
        "road_60": Message("Houses within 60 m of hose"),
        "water": Message("Houses near enough to water"),
        "point": Message("Houses near enough to a fire point"),
        "houses": Message("Houses", "count"),
        "people": Message("People"),
        "alleys": Message("Roads and alleys without a truck"),
        "alley_km": Message("Length of alleys (km)"),
        "road_km": Message("Length of roads and alleys (km)"),
        "thresholds": Message("Thresholds of norm and vehicle"),
        "threshold": Message("Threshold"),
        "value": Message("Value"),
        "clause": Message("Clause, source"),
        "verified": Message("Verified"),
        "yes": Message("yes"),
        "no": Message("no: assumed"),
        "settings": Message("Settings"),
        "mode": Message("Width needed by"),
        "mode.norm": Message("the norm"),
        "mode.vehicle": Message("the vehicle"),
        "starts": Message("Trucks start from"),
        "starts.arterial": Message("the arterials"),
        "starts.stations": Message("the fire stations"),
        "crs": Message("Analysis CRS"),
        "snap_limit_m": Message("Houses joined to a road within (m)"),
        "survey_snap_m": Message("Readings set on a road within (m)"),
        "reading_gap_m": Message("Wide readings certify stretches up to (m)"),
        "sheets": Message("Sheets"),
        "sheet": Message("Sheet"),
        "rows": Message("Rows"),
        "links": Message(
            "Click the word in the column Map to open the map there. Keep the map's folder beside "
            "this one; should the map open without going there, search it for the code or name."
        ),
        "no_persons": Message("No person is named (personal_data = false)."),
        "whole": Message("Whole area"),
        "visible": Message("Sum of the rows shown"),
        "none": Message("There are no rows."),
        "not_all_linked": Message("Only the first {count} rows are linked to the map."),
        "page": Message("Page"),
    }
)

#: Widths of the cover's columns.
_COVER: Final = (44, 16, 16, 40)
_SETTINGS: Final = ("snap_limit_m", "survey_snap_m", "reading_gap_m")

#: As in all that an office sends.
_FONT: Final = MappingProxyType({"font_name": "Times New Roman", "font_size": 11})
_DARK, _LINE = "#1F4E79", "#A6A6A6"
#: The map's colours, and what is readable on them.
_COLOURS: Final[Mapping[Tone, tuple[str, str]]] = MappingProxyType(
    {
        "good": (BLUE, LIGHT),
        "open": (YELLOW, "#000000"),
        "bad": (VERMILION, "#000000"),
        "none": (GREY, "#000000"),
    }
)
# The language of a format makes LibreOffice write 1.234,5; Excel takes the signs of the computer.
_LOCALES: Final[Mapping[Language, str]] = MappingProxyType({"vi": "[$-42A]", "en": "[$-409]"})
_NUMBERS: Final[Mapping[str, tuple[str, int]]] = MappingProxyType(
    {
        "count": ("#,##0", 0),
        "change": ("+#,##0;-#,##0;0", 0),
        "metres": ("#,##0.0", 1),
        "width": ("0.00", 2),
        "rate": ("#,##0.00", 2),
        "share": ("0.0%", 1),
        "money": ("#,##0", 0),
        "estimate": ("#,##0.0", 1),
        "degrees": ("0.000000", 6),
        "grid": ("0.00", 2),
    }
)
#: Where a language puts the sign of đồng, as CLDR has it.
_MONEY: Final[Mapping[Language, str]] = MappingProxyType({"vi": '#,##0\u00a0"₫"', "en": '"₫"#,##0'})
_DATES: Final[Mapping[Language, str]] = MappingProxyType({"vi": "dd/mm/yyyy", "en": "yyyy-mm-dd"})
_NUMBER_WIDTH: Final = 7.0
#: Room that bold text has of what there is.
_BOLD: Final = 0.85
_LINE_HEIGHT: Final = 14.0  # points
_HIGHEST: Final = 409.0  # as Excel has it
#: Widest sheet, in letters, that is printed upright.
_UPRIGHT: Final = 110.0
#: Papers by Excel's numbers.
_PAPERS: Final[Mapping[str, int]] = MappingProxyType({"A4": 9, "A3": 8})
#: Links that Excel takes in one sheet, and the longest of them.
_LINKS: Final = 65_530
_LINK_LENGTH: Final = 2_000

Styles = Callable[..., Any]


def write_book(result: Result, path: Path) -> None:
    """Write the workbook of a result; same input, same bytes.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    path
        The .xlsx file to write. Its links lead to the map as if it were in the results' folder.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    with _workbook(result, path) as book:
        _Writer(result, book, _map_link(result)).write()


def write_lists(made: Sequence[Listing], result: Result, path: Path, map_file: str) -> None:
    """Write a workbook of lists alone; same input, same bytes.

    Parameters
    ----------
    made
        The lists, a sheet for each.
    result
        For the language, and for what stands on every page.
    path
        The .xlsx file to write.
    map_file
        Name of the map beside it that the links lead to.

    Raises
    ------
    OutputError
        If it can't be written.
    """
    with _workbook(result, path) as book:
        writer = _Writer(result, book, f"external:{quote(map_file)}")
        for listing in made:
            writer.write_list(listing)


@contextmanager
def _workbook(result: Result, path: Path) -> Iterator[Any]:
    """Give a workbook to fill, which is written whole in the end."""
    content = io.BytesIO()
    options = {
        "in_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        # A copy: XlsxWriter adds to it.
        "default_format_properties": dict(_FONT),
    }
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": plain_text(result.project.name), "created": SAVED})
        yield book
    put_office_file(path, content.getvalue())


def book_name(project: str) -> str:
    """Return the name of a project's workbook: one that every system takes.

    Examples
    --------
    >>> book_name("Phường Mẫu: 1/2026"), book_name("..")
    ('Phường Mẫu_ 1_2026.xlsx', 'fireaccess.xlsx')
    """
    name = re.sub(r'[<>:"/\\|?*]', "_", plain_text(project))[:80].strip(" .")
    return f"{name or 'fireaccess'}.xlsx"


class _Writer:
    """Writes one workbook."""

    def __init__(self, result: Result, book: Any, map_link: str) -> None:
        self.result = result
        self.book = book
        self.language: Language = result.project.options.language
        self.style: Styles = functools.cache(lambda **properties: book.add_format(properties))
        self.lined = functools.partial(
            self.style, border=1, border_color=_LINE, valign="top", text_wrap=True
        )
        self.heading = self.lined(
            bold=True, font_color="white", bg_color=_DARK, align="center", valign="vcenter"
        )
        self.title = self.style(bold=True, font_size=14, font_color=_DARK)
        self.map = map_link

    def say(self, key: str) -> str:
        return _TEXTS[key].into(self.language)

    def number_style(self, kind: str, **properties: Any) -> Any:
        # A number's sign chooses its part of the format.
        pattern = _MONEY[self.language] if kind == "money" else _NUMBERS[kind][0]
        parts = [f"{_LOCALES[self.language]}{part}" for part in pattern.split(";")]
        return self.lined(num_format=";".join(parts), **properties)

    def write(self) -> None:
        made = lists(self.result, self.language)
        cover = self.book.add_worksheet(self.say("cover"))
        for listing in made:
            self.write_list(listing)
        self.write_cover(cover, made)

    # Lists
    def write_list(self, listing: Listing) -> None:
        """Write a list: title, note, figures of the area, live totals, headings, rows."""
        sheet = self.book.add_worksheet(listing.title)
        columns, rows = listing.columns, listing.rows
        count = len(rows)
        widths = [max(c.width, self.room_of(c, listing)) for c in columns]
        totals = any(column.total for column in columns)
        head = 2 + (listing.whole is not None) + totals
        places = _places(listing, head + 1)
        first, last = head + 1, max([*places, head + 1])
        note = listing.note
        if count == 0:
            note += f" {self.say('none')}"
        if listing.layer and count > _LINKS:
            note += f" {self.say('not_all_linked').format(count=_LINKS)}"
        sheet.set_column(0, 0, _NUMBER_WIDTH)
        for k, width in enumerate(widths, start=1):
            sheet.set_column(k, k, width)
        room = _NUMBER_WIDTH + sum(widths[: listing.printed])
        sheet.write_string(0, 0, plain_text(listing.title), self.title)
        self.merged(sheet, 1, listing.printed, note, room, self.style(text_wrap=True, valign="top"))
        if listing.whole is not None:
            self.write_whole(sheet, 2, listing)
        if totals:
            self.write_totals(sheet, head - 1, listing, first, last)
        for k, text in enumerate([self.say("number"), *(c.heading for c in columns)]):
            sheet.write_string(head, k, text, self.heading)
        room_of = dict(zip((column.name for column in columns), widths, strict=True))
        sheet.set_row(
            head, 3 + _height(max(_lines(c.heading, _BOLD * room_of[c.name]) for c in columns))
        )
        self.set_heights(sheet, places, listing, room_of)
        numbers = self.number_style("count", align="center")
        for number, i in enumerate(places, start=1):
            sheet.write_number(i, 0, number, numbers)
        for k, column in enumerate(columns, start=1):
            self.write_column(sheet, places, k, column, listing)
        self.write_sections(sheet, places, listing)
        sheet.freeze_panes(first, 1 + _named(listing))
        sheet.autofilter(head, 0, last, len(columns))
        sheet.ignore_errors({"number_stored_as_text": xl_range(first, 0, last, len(columns))})
        sheet.repeat_rows(head)
        sheet.print_area(0, 0, last if count else head, listing.printed)
        self.set_page(sheet, upright=room <= _UPRIGHT, paper=listing.paper)

    def set_heights(
        self, sheet: Any, places: Sequence[int], listing: Listing, room_of: Mapping[str, float]
    ) -> None:
        """Make rows as high as their text: LibreOffice cuts it where no height is written."""
        words = [c.name for c in listing.columns if c.kind not in _NUMBERS]
        texts = zip(*(listing.rows[name] for name in words), strict=True)
        for i, cells in zip(places, texts, strict=bool(words)):
            lines = max(_lines(t, room_of[n] - 2) for n, t in zip(words, cells, strict=True))
            if lines > 1:
                sheet.set_row(i, _height(lines))

    def write_sections(self, sheet: Any, places: Sequence[int], listing: Listing) -> None:
        """Write the headings among the rows, where a list has any."""
        if listing.section is None:
            return
        look = {"bold": True, "bg_color": "#DDEBF7", "bottom": 1, "bottom_color": _LINE}
        style = self.style(**look, num_format="@")
        told, taken = zip(places, listing.rows[listing.section], strict=True), set(places)
        for i, text in ((i, text) for i, text in told if i - 1 not in taken):
            sheet.write_string(i - 1, 0, plain_text(str(text)), style)
            for k, column in enumerate(listing.columns, start=1):
                # The filter by that column leaves the heading with its rows.
                if column.name == listing.section:
                    sheet.write_string(i - 1, k, plain_text(str(text)), style)
                else:
                    sheet.write_blank(i - 1, k, None, style)

    def write_column(
        self, sheet: Any, places: Sequence[int], k: int, column: Column, listing: Listing
    ) -> None:
        values = listing.rows[column.name].tolist()
        if column.kind in _NUMBERS:
            style = self.number_style(column.kind)
            for i, value in zip(places, values, strict=True):
                if _is_number(value):
                    sheet.write_number(i, k, float(value), style)
                else:
                    sheet.write_blank(i, k, None, style)
            return
        shape = {"align": "center"} if column.kind == "word" else {"align": "left", "indent": 1}
        text_style = self.lined(num_format="@", **shape)
        date_style = self.lined(num_format=_DATES[self.language], align="center")
        link_style = self.lined(num_format="@", font_color="#0563C1", underline=1, **shape)
        links: list[str | None] = []
        if listing.layer is not None and column.kind == "place":
            links = [self.link(listing.layer, at) for at in listing.rows["at"][:_LINKS]]
        links += [None] * (len(values) - len(links))
        for i, value, link in zip(places, values, links, strict=True):
            if isinstance(value, date) and value.year >= 1900:
                sheet.write_datetime(i, k, value, date_style)
            elif value is None or value != value:
                sheet.write_blank(i, k, None, date_style if column.kind == "date" else text_style)
            else:
                text = plain_text(str(value))
                if link is None:
                    sheet.write_string(i, k, text, text_style)
                else:
                    sheet.write_url(i, k, link, link_style, text)
        if column.kind == "word" and values:
            self.colour(sheet, places[0], k, places[-1])

    def colour(self, sheet: Any, first: int, k: int, last: int) -> None:
        """Colour the words of a column, also those that somebody writes there later."""
        for word, tone in tones(self.language).items():
            background, letters = _COLOURS[tone]
            style = self.style(bg_color=background, font_color=letters)
            rule = {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": style}
            sheet.conditional_format(first, k, last, k, rule)

    def link(self, layer: str, at: Any) -> str | None:
        """Return the link to an object on the map; None if it is longer than Excel takes."""
        link = f"{self.map}#at={layer}:{quote(str(at), safe='', errors='replace')}"
        return link if len(link) <= _LINK_LENGTH else None

    def write_whole(self, sheet: Any, row: int, listing: Listing) -> None:
        """Write the figures of the whole area above the list, where no filter hides them."""
        bold = {"bold": True}
        sheet.write_blank(row, 0, None, self.lined(**bold))
        self.write_label(sheet, row, listing, "whole", bold)
        for k, column in enumerate(listing.columns, start=1):
            value = (listing.whole or {}).get(column.name)
            if _is_number(value):
                style = self.number_style(column.kind, **bold)
                sheet.write_number(row, k, float(value), style)  # type: ignore[arg-type]

    def write_totals(self, sheet: Any, row: int, listing: Listing, first: int, last: int) -> None:
        """Write sums of the rows that a filter leaves, each with its value as it is now."""
        names = [column.name for column in listing.columns]
        shade = {"bold": True, "bg_color": "#DDEBF7"}
        ranges = {name: xl_range(first, k, last, k) for k, name in enumerate(names, start=1)}
        number = xl_range(first, 0, last, 0)
        style = self.number_style("count", **shade, align="center")
        sheet.write_formula(row, 0, f"=SUBTOTAL(102,{number})", style, len(listing.rows))
        self.write_label(sheet, row, listing, "visible", shade)
        for k, column in enumerate(listing.columns, start=1):
            if not column.total:
                continue
            value: float | str = sum(_sum(listing, name) for name in column.total)
            formula = "+".join(f"SUBTOTAL(109,{ranges[name]})" for name in column.total)
            if column.per is not None:
                per = f"{xl_col_to_name(1 + names.index(column.per))}{row + 1}"
                formula = f'IF({per}=0,"",({formula})/{per})'
                whole = _sum(listing, column.per)
                value = float(value) / whole if whole else ""
            style = self.number_style(column.kind, **shade)
            sheet.write_formula(row, k, f"={formula}", style, value)

    def write_label(
        self, sheet: Any, row: int, listing: Listing, key: str, look: Mapping[str, Any]
    ) -> None:
        """Write what a row above the list is, and blanks for its figures."""
        for k in range(1, len(listing.columns) + 1):
            sheet.write_blank(row, k, None, self.lined(**look))
        at = _named(listing)
        sheet.write_string(row, at, self.say(key), self.lined(**look))
        sheet.set_row(row, _height(_lines(self.say(key), _BOLD * listing.columns[at - 1].width)))

    def room_of(self, column: Column, listing: Listing) -> float:
        """Return the letters that a column's widest number takes, its total with it."""
        if column.kind not in _NUMBERS:
            return 0.0
        values = [float(v) for v in listing.rows[column.name] if _is_number(v)]
        if column.total and column.per is None:
            values.append(sum(_sum(listing, name) for name in column.total))
        most = max(map(abs, values), default=0.0)
        sign = 2 if column.kind == "money" else 0
        return len(f"{most:,.{_NUMBERS[column.kind][1]}f}") + sign + 2.5

    # The cover
    def write_cover(self, sheet: Any, made: Sequence[Listing]) -> None:
        """Write what the figures rest on, the key figures, and what else there is."""
        for k, width in enumerate(_COVER):
            sheet.set_column(k, k, width)
        row = _Rows()
        wrapped = self.style(text_wrap=True, valign="top")
        self.merged(
            sheet,
            row.next(),
            3,
            self.say("title"),
            80,
            self.style(bold=True, font_size=16, font_color=_DARK, text_wrap=True),
            1.5,
        )
        self.merged(
            sheet,
            row.next(),
            3,
            self.result.project.name,
            80,
            self.style(bold=True, font_size=14, text_wrap=True),
            1.3,
        )
        if self.result.project.options.synthetic:
            marked = self.style(bold=True, bg_color="#F0E442", text_wrap=True)
            self.merged(sheet, row.next(), 3, synthetic(self.language), 110, marked)
        self.table(sheet, row, "figures", ("figure", "worst", "best", "measured"), self.figures())
        self.section(sheet, row, "basis")
        told_lines = told_on_paper(self.result, self.language)
        if not self.result.project.options.personal_data:
            told_lines.append(self.say("no_persons"))
        for line in told_lines:
            self.merged(sheet, row.next(), 3, line, 110, wrapped)
        heads = ("threshold", "value", "verified", "clause")
        self.table(sheet, row, "thresholds", heads, self.thresholds())
        self.table(sheet, row, "settings", (), self.settings())
        self.table(sheet, row, "sheets", ("sheet", "rows"), ())
        link_style = self.lined(font_color="#0563C1", underline=1)
        for listing in made:
            at = row.next()
            sheet.write_url(at, 0, f"internal:'{listing.title}'!A1", link_style, listing.title)
            sheet.write_number(at, 1, len(listing.rows), self.number_style("count", align="center"))
        self.merged(sheet, row.next(), 3, self.say("links"), 110, wrapped)
        sheet.hide_gridlines(2)
        self.set_page(sheet, upright=True)
        sheet.fit_to_pages(1, 1)
        sheet.activate()

    def figures(self) -> list[tuple[Any, ...]]:
        """Return the key figures: worst, best, and the share of road that was measured."""
        area = self.result.statistics["area"]
        roads, alleys = area["roads"], area["alleys"]
        measured = (roads["measured_share"], "share")
        rows: list[tuple[Any, ...]] = [
            (self.say(name), (area[name], "count"), None, None) for name in ("houses", "people")
        ]
        for name in ("road", "road_60", "water", "point"):
            of = area[name]
            if of is None:
                rows.append((self.say(name), no_answer(self.result, self.language), None, None))
            else:
                shares = [(of[f"share_{case}"], "share") for case in ("worst", "best")]
                rows.append((self.say(name), *shares, measured))
        counts = [(alleys[f"without_truck_{case}"], "count") for case in ("worst", "best")]
        alley_share = (roads["alley_measured_share"], "share")
        return [
            *rows,
            (self.say("alleys"), *counts, alley_share),
            (self.say("road_km"), (roads["km"], "metres"), None, measured),
            (self.say("alley_km"), (roads["alley_km"], "metres"), None, alley_share),
        ]

    def thresholds(self) -> list[tuple[Any, ...]]:
        return [
            (name, silent(self.language), None, None)
            if figure is None
            else (
                name,
                f"{decimal(figure.value, self.language, 2)} {figure.unit}",
                self.say("yes" if figure.verified else "no"),
                figure.clause,
            )
            for name, figure in thresholds(self.result, self.language)
        ]

    def settings(self) -> list[tuple[Any, ...]]:
        options, settings = self.result.project.options, self.result.project.settings
        crs = self.result.network.crs
        return [
            (self.say("mode"), self.say(f"mode.{options.mode}")),
            (self.say("starts"), self.say(f"starts.{options.starts}")),
            (self.say("crs"), f"{crs.name} ({crs.to_string()})" if crs.to_epsg() else crs.name),
            *((self.say(name), (getattr(settings, name), "metres")) for name in _SETTINGS),
        ]

    def table(
        self,
        sheet: Any,
        row: _Rows,
        title: str,
        heads: Sequence[str],
        rows: Sequence[tuple[Any, ...]],
    ) -> None:
        """Write a section with a table; a cell is text, a figure with its kind, or None."""
        self.section(sheet, row, title)
        if heads:
            at = row.next()
            for k, name in enumerate(heads):
                sheet.write_string(at, k, self.say(name), self.heading)
        for cells in rows:
            at = row.next()
            told = [(cell, k) for k, cell in enumerate(cells) if isinstance(cell, str)]
            sheet.set_row(at, _height(max(_lines(text, _COVER[k]) for text, k in told)))
            for k, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(at, k, plain_text(cell), self.lined())
                elif cell is None or cell[0] is None:
                    sheet.write_blank(at, k, None, self.lined())
                else:
                    style = self.number_style(cell[1], align="center")
                    sheet.write_number(at, k, float(cell[0]), style)

    def section(self, sheet: Any, row: _Rows, title: str) -> None:
        row.next()
        section = self.style(bold=True, font_size=12, font_color=_DARK)
        self.merged(sheet, row.next(), 3, self.say(title), 110, section)

    # Pages
    def merged(
        self, sheet: Any, row: int, last: int, text: str, room: float, style: Any, high: float = 1
    ) -> None:
        """Write text over several columns: there nobody makes the row as high as it needs."""
        text = plain_text(text)
        sheet.merge_range(row, 0, row, last, "", style)
        sheet.write_string(row, 0, text, style)
        sheet.set_row(row, high * _height(_lines(text, room)))

    def set_page(self, sheet: Any, *, upright: bool, paper: str = "A4") -> None:
        """Set the paper, all columns on one page, and what stands on each."""
        if not upright:
            sheet.set_landscape()
        sheet.set_paper(_PAPERS[paper])
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.6)
        # "&" begins a code there, and XlsxWriter looks for pictures in "&G" and "&[".
        name = plain_text(self.result.project.name)[:100]
        name = name.replace("&", "&&").replace("&G", "& G").replace("&[", "& [")
        sheet.set_header(f"&L{name}&R&A")
        sheet.set_footer(f"&R{self.say('page')} &P / &N")


class _Rows:
    """Counts the rows of a sheet that is written from top to bottom."""

    def __init__(self) -> None:
        self.used = 0

    def next(self) -> int:
        self.used += 1
        return self.used - 1


def _map_link(result: Result) -> str:
    """Return the link from the results' folder to the map, relative where it can be."""
    file = result.project.maps_folder / MAP_FILE
    try:
        path = Path(os.path.relpath(file, result.project.results_folder)).as_posix()
    except ValueError:  # on another drive of Windows
        return file.resolve().as_uri()
    # What follows "#" is kept as the location of an OOXML hyperlink, apart from its target, as
    # Excel and LibreOffice both have it; in a target "#" would be part of the file's name.
    return f"external:{quote(path)}"


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and math.isfinite(value)


def _places(listing: Listing, first: int) -> list[int]:
    """Return the row of the sheet for each row of a list, with room for headings among them."""
    if listing.section is None:
        return list(range(first, first + len(listing.rows)))
    values = listing.rows[listing.section]
    begins = (values != values.shift()).cumsum()
    return [first + i + int(before) for i, before in enumerate(begins)]


def _named(listing: Listing) -> int:
    """Return the column of the sheet that names the rows: the first but a link and an order."""
    kinds = [column.kind for column in listing.columns]
    return next((k for k, kind in enumerate(kinds, 1) if kind not in ("place", "count")), 1)


def _sum(listing: Listing, name: str) -> float:
    return math.fsum(value for value in listing.rows[name] if _is_number(value))


def _lines(text: Any, room: float) -> int:
    """Return how many lines text takes in the room of so many digits.

    Small letters are narrower than digits, capitals are wider.
    """
    if not isinstance(text, str) or not text:
        return 1
    most = max(int(1.15 * room / (1 + 0.4 * sum(map(str.isupper, text)) / len(text))), 1)
    return 1 if len(text) <= most else len(textwrap.wrap(text, most))


def _height(lines: float) -> float:
    """Return the points that some lines of text take, at most as high as a row may be."""
    return min(3 + _LINE_HEIGHT * lines, _HIGHEST)
