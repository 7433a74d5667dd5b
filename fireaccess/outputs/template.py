"""The survey workbook that a ward fills in: a sheet for each table, and how to fill it in.

It is a form of Vietnamese offices, whatever the language of the project: in Vietnamese, its help in
English too.

Every heading, code and unit is that of `fireaccess.model.words`, so that what the template writes
is what the reader knows. From a result come the alleys that nobody has measured and the barriers
that nobody has looked at, each with a code and its place.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely
import xlsxwriter

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError
from fireaccess.model.layers import TABLES, kind_of, needs_place
from fireaccess.model.words import CODES, HELP_TITLE, TABLE_TITLES, heading, word_of
from fireaccess.network.tags import MEASURED_SOURCES
from fireaccess.outputs.files import SAVED, put_whole
from fireaccess.outputs.order import natural
from fireaccess.outputs.plain import plain_text
from fireaccess.outputs.result import Result

#: What the first cell of the example row begins with; a reader passes over such rows.
EXAMPLE: Final = "VÍ DỤ"

_PLACE: Final = ("lon", "lat", "coordinates", "x", "y", "crs")
#: Tables whose rows need no place, but may have one.
_MAY_HAVE_PLACE: Final = frozenset(("violations",))
_FIRST_ROW: Final = 4  # of the rows to fill in, counted from 0
_ROWS: Final = 500
_ROW_HEIGHT: Final = 21  # points
_DEFAULT_WIDTH: Final = 8.43  # letters
#: What a page holds where it isn't made smaller.
_PAGE_LETTERS: Final = 135
_PAGE_HEIGHT: Final = 470  # points
_HOUSE_ROWS: Final = 30_000
_YES_NO: Final = ("có", "không")
_DEGREES: Final = 7  # decimals


_TITLES_TELL: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "widths": Message(
            "Each row is a place where the clear width of a road or alley was measured. Measure "
            "at the narrowest place."
        ),
        "barriers": Message(
            "Each row is a barrier on a road or alley: posts, lift gates, gates, planters…, "
            "removed ones too."
        ),
        "clearances": Message(
            "Each row is a gate, arch, roof or wire above a road. Measure the height from the "
            "road's surface."
        ),
        "water": Message(
            "Each row is a source of water for fire fighting: hydrant, tank, pond, lake, river, "
            "suction point."
        ),
        "fire_points": Message("Each row is a public fire point."),
        "solutions": Message(
            "Each row is a water solution that was built for a place that no fire engine gets to."
        ),
        "stations": Message("Each row is a place that fire engines set out from."),
        "violations": Message(
            "Each row is a violation of what roads for fire engines or water sources need."
        ),
        "approved": Message(
            "The approved list: each row names a household, or a road or alley, or a residential "
            "group."
        ),
        "houses": Message("Each row is a household or a house."),
    }
)

_DATE: Final = datetime.date(2026, 5, 12)
_LATER: Final = datetime.date(2026, 12, 31)
_EXAMPLES: Final[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
    {
        "widths": dict(
            object_id="W01", width_m=3.2, narrowest="có", method="thước dây", surveyor="Tổ 1"
        ),
        "barriers": dict(
            object_id="B01", type="bollard", state="openable", clear_width_m=3.6, due=_LATER
        )
        | dict(keyholder="Bảo vệ tổ 5", checked=_DATE, owner="UBND phường", photo="B01.jpg"),
        "clearances": dict(object_id="C01", height_m=4.2, kind="cổng chào"),
        "water": dict(object_id="N01", type="hydrant", working="có", flow_l_s=10.0)
        | dict(owner="Công ty nước sạch", last_checked=_DATE, defect="mất nắp"),
        "fire_points": dict(
            object_id="D01", working="có", contents="4 bình bột, 4 cuộn vòi", last_checked=_DATE
        ),
        "solutions": dict(object_id="G01", type="pipe", serves_m=100.0),
        "stations": dict(object_id="S01", name="Đội PCCC khu vực"),
        "violations": dict(object_id="V01", kind="đỗ xe chắn lối vào ngõ", found=_DATE, due=_LATER)
        | dict(owner="chủ cửa hàng", authority="UBND phường"),
        "approved": dict(house_id="H0001", group="Tổ 5"),
        "houses": dict(house_id="H0001", address="Số 12, ngõ 29 phố Khương Hạ", group="Tổ 5")
        | dict(people=4.0, use="nhà ở", extinguisher="có", extinguisher_checked=_DATE)
        | dict(extinguisher_ok="có", transmitter="không", registered_month="2026-09"),
    }
)
#: What the example row of any table holds where the table has the column.
_EXAMPLE_OF_ALL: Final[Mapping[str, Any]] = MappingProxyType(
    {"lon": 105.8216, "lat": 20.9886, "road_name": "Ngõ 29 phố Khương Hạ", "date": _DATE}
)

#: Least and most that is usual; a figure beyond is asked about, and may stay.
_USUAL: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "lon": (102.0, 118.0),
        "lat": (6.0, 24.0),
        "x": (100_000.0, 2_700_000.0),
        "y": (100_000.0, 2_700_000.0),
        "width_m": (0.3, 30.0),
        "accuracy_m": (0.0, 2.0),
        "clear_width_m": (0.0, 30.0),
        "height_m": (1.5, 20.0),
        "volume_m3": (0.0, 1_000_000.0),
        "flow_l_s": (0.0, 500.0),
        "serves_m": (1.0, 1_000.0),
        "people": (0.0, 1_000.0),
    }
)
_NUMBER_FORMATS: Final[Mapping[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(("lon", "lat"), "0.0000000"),
        **dict.fromkeys(("x", "y"), "0.000"),
        **dict.fromkeys(("width_m", "clear_width_m", "height_m", "accuracy_m"), "0.00"),
        "people": "0",
    }
)

_WRITTEN_CODE: Final = Message("A code that the program wrote; nothing to fill in.")
#: What to say of a column whose heading does not say it all, when a cell of it is chosen.
_NOTES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "coordinates": Message(
            "Latitude and longitude in one cell, as copied from a map on a phone: 20.9886, 105.8216"
        ),
        "crs": Message(
            "Of X and Y: a code such as EPSG:5897, a central meridian such as 105°00', or the name "
            "of the province or city."
        ),
        "width_m": Message("The clear width that a vehicle fits through, in metres."),
        "narrowest": Message(
            "“có” if this is the narrowest place of the whole alley between two junctions."
        ),
        "accuracy_m": Message(
            "How many metres the reading may be off; leave blank if it was measured with a tape."
        ),
        "segment_id": _WRITTEN_CODE,
        "osm_id": _WRITTEN_CODE,
        "clear_width_m": Message("The gap that a vehicle goes through once it is open, in metres."),
        "keyholder": Message(
            "Who can open it at once when there is a fire; give the post or the telephone on duty."
        ),
        "checked": Message("The day when opening it was last tried."),
        "truck_source": Message(
            "“có” if a fire engine can stand beside it and draw water directly."
        ),
        "working": Message("Blank means that it is in service."),
        "serves_m": Message("How far hose from here reaches, in metres along the alley."),
        "registered_month": Message(
            "Month in which an alarm transmitter was registered, such as 2026-09."
        ),
        "kind": Message("Say it in words."),
    }
)

#: Widths in letters; all columns of a sheet share one page.
_WIDTHS: Final[Mapping[str, float]] = MappingProxyType(
    {
        **dict.fromkeys(("object_id", "house_id"), 15.0),
        **dict.fromkeys(("lon", "lat", "x", "y", "width_m", "height_m"), 12.5),
        **dict.fromkeys(("coordinates", "type", "keyholder", "use"), 19.0),
        **dict.fromkeys(("crs", "group", "photo", "people"), 11.0),
        **dict.fromkeys(("address", "contents", "kind", "defect"), 26.0),
        **dict.fromkeys(("road_name", "name"), 25.0),
    }
)
_WIDTH_OF_KIND: Final[Mapping[str, float]] = MappingProxyType(
    {"number": 11.0, "date": 11.5, "month": 11.5, "flag": 10.5, "code": 14.0, "text": 15.0}
)

_DARK, _PALE, _GREY, _LINE = "#1F4E79", "#5B7F9F", "#7F7F7F", "#A6A6A6"

#: Lines of the help sheet.
_HOW_TO: Final = (
    Message(
        "One sheet for each table, one row for each object, from row 5 down. Leave a sheet empty "
        "if there is nothing to report."
    ),
    Message("Columns with * are required. Leave blank what is not known: no 0, no “unknown”."),
    Message("The row VÍ DỤ (example, grey italics) is not read."),
    Message(
        "Each object has a code of its own in its table. Surveyed again, it keeps its code and "
        "gets the new date."
    ),
    Message("Text stays as it is typed: leading zeros are kept, and = begins no formula."),
    Message("Lengths are in metres. Dates are day/month/year, such as 12/05/2026."),
    Message(
        "Leave the headings in rows 2 and 3 as they are. Columns of your own may follow on the "
        "right."
    ),
)
_PLACES: Final = (
    Message("Longitude and latitude in two columns, in decimal degrees."),
    Message("Both in one cell, latitude first, as maps on a phone give them."),
    Message(
        "X and Y of VN-2000 in metres, with the EPSG code, the central meridian or the province."
    ),
    Message("Without coordinates, the road's name or the address gives an approximate place."),
)
_HELP: Final = (
    (Message("How to fill in"), _HOW_TO),
    (Message("Place: one of three ways"), _PLACES),
)
_WORDS_HEAD: Final = Message("Words of the columns with a list")
_WORDS_COLUMNS: Final = (
    Message("Sheet"),
    Message("Column"),
    Message("Word"),
    Message("Meaning (English)"),
)
#: What each code means.
_MEANINGS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "bollard": Message("bollard", "form"),
        "block": Message("concrete block", "form"),
        "lift_gate": Message("lift gate", "form"),
        "gate": Message("gate", "form"),
        "swing_gate": Message("swing gate", "form"),
        "sliding_gate": Message("sliding gate", "form"),
        "chain": Message("chain", "form"),
        "height_restrictor": Message("height restrictor", "form"),
        "jersey_barrier": Message("jersey barrier", "form"),
        "planter": Message("planter", "form"),
        "cycle_barrier": Message("cycle barrier", "form"),
        "kerb": Message("kerb", "form"),
        "wall": Message("wall", "form"),
        "fence": Message("fence", "form"),
        "debris": Message("debris", "form"),
        "fixed": Message("fixed", "form"),
        "openable": Message("can be opened", "form"),
        "removed": Message("removed", "form"),
        "hydrant": Message("hydrant", "form"),
        "tank": Message("tank", "form"),
        "pond": Message("pond", "form"),
        "river": Message("river or canal"),
        "pit": Message("pit", "form"),
        "suction_point": Message("suction point", "form"),
        "riser": Message("dry riser"),
        "pipe": Message("pipe with outlets"),
        "tank_pump": Message("tank with a pump"),
        "hose_cabinet": Message("hose cabinet"),
    }
)


@dataclass(frozen=True, slots=True)
class _Column:
    """A column of a sheet: machine name, heading, and how its cells are typed."""

    name: str
    heading: str
    kind: str
    codes: tuple[str, ...] = ()

    @property
    def width(self) -> float:
        return _WIDTHS.get(self.name, _WIDTH_OF_KIND[self.kind])

    @property
    def format(self) -> dict[str, Any]:
        """How its cells show what is in them; text stays text whatever it begins with."""
        if self.kind == "number":
            return {"num_format": _NUMBER_FORMATS.get(self.name, "General"), "valign": "vcenter"}
        if self.kind == "date":
            return {"num_format": "dd/mm/yyyy", "align": "center", "valign": "vcenter"}
        centred = {"align": "center"} if self.kind == "flag" else {"align": "left", "indent": 1}
        return {"num_format": "@", "valign": "vcenter", **centred}


@dataclass(slots=True)
class _Styles:
    """The formats of a workbook, each made once."""

    book: xlsxwriter.Workbook
    made: dict[tuple[tuple[str, Any], ...], Any] = field(default_factory=dict)

    def __call__(self, **properties: Any) -> Any:
        key = tuple(sorted(properties.items()))
        if key not in self.made:
            self.made[key] = self.book.add_format(properties)
        return self.made[key]


def write_template(path: Path, *, result: Result | None = None) -> None:
    """Write a workbook to fill in; same input, same bytes.

    Parameters
    ----------
    path
        The .xlsx file to write. A file that is there already is never replaced: somebody may
        have filled it in.
    result
        If given, the sheets of widths and barriers list what is still to be measured and looked
        at: each segment whose passability nobody has measured, each mapped barrier.

    Raises
    ------
    OutputError
        If the file is there already, is named as no .xlsx, or can't be written.

    Examples
    --------
    >>> import tempfile, openpyxl
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "survey.xlsx"
    ...     write_template(path)
    ...     book = openpyxl.load_workbook(path)
    >>> book.sheetnames[:3]
    ['Hướng dẫn', 'Bề rộng ngõ', 'Vật cản']
    >>> [cell.value for cell in book["Bề rộng ngõ"][2]][7:9]
    ['Bề rộng (m) *', 'Là chỗ hẹp nhất']
    """
    if path.suffix.lower() != ".xlsx":
        raise OutputError(
            Message("the template is a workbook, and this is no name of one"),
            file=path,
            remedy=Message("name it {name}.xlsx"),
            name=path.stem,
        )
    if path.exists():
        raise OutputError(
            Message("a file of this name is there already, and somebody may have filled it in"),
            file=path,
            remedy=Message("choose another name"),
        )
    put_whole(path, _template(result))


def _template(result: Result | None) -> bytes:
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    rows = {} if result is None else _to_survey(result)
    with xlsxwriter.Workbook(content, options) as book:
        title = Message("Fire safety survey").into("vi")
        book.set_properties({"title": title, "created": SAVED})
        book.set_calc_mode("auto")
        styles = _Styles(book)
        lists = _write_help(book, styles, None if result is None else result.project.name)
        for table, title in TABLE_TITLES.items():
            _write_table(book, styles, table, title, lists, rows.get(table, ()))
    return content.getvalue()


def _columns(table: str) -> list[_Column]:
    """Return the columns of a table's sheet: its key, its place, all else."""
    schema = TABLES[table]
    key, *others = schema.columns
    place = _PLACE if needs_place(schema) or table in _MAY_HAVE_PLACE else ()
    columns = []
    for name in (key, *place, *others):
        rule = schema.columns.get(name)
        codes = tuple(CODES.get(table, {}).get(name, {}))
        if rule is None:
            kind = "text" if name in ("coordinates", "crs") else "number"
        else:
            kind = "code" if codes else kind_of(rule)
        star = " *" if rule is not None and rule.required else ""
        columns.append(_Column(name, heading(table, name).with_unit + star, kind, codes))
    return columns


def _write_table(
    book: xlsxwriter.Workbook,
    styles: _Styles,
    table: str,
    title: str,
    lists: Mapping[tuple[str, str], str],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Write the sheet of a table: title, headings, an example, rows to fill in."""
    columns = _columns(table)
    sheet = book.add_worksheet(title)
    last_row = _FIRST_ROW + len(rows) + (_HOUSE_ROWS if table == "houses" else _ROWS) - 1
    last_column = len(columns) - 1
    # The title needs room, however few columns there are.
    room = _PAGE_LETTERS - sum(column.width for column in columns)
    title_end = last_column + max(0, int(room / _DEFAULT_WIDTH))
    sheet.merge_range(0, 0, 0, title_end, "", styles(valign="vcenter"))
    sheet.write_rich_string(
        0,
        0,
        styles(bold=True, font_size=14, font_color=_DARK),
        title,
        styles(font_size=10, font_color="#404040"),
        f"   {_TITLES_TELL[table].into('vi')}",
        styles(valign="vcenter"),
    )
    example = {**_EXAMPLE_OF_ALL, **_EXAMPLES[table]}
    example[columns[0].name] = f"{EXAMPLE} {example[columns[0].name]}"
    lines = {"border": 1, "border_color": _LINE}
    grey = {"italic": True, "font_color": _GREY, "bg_color": "#F2F2F2"}
    small = styles(font_size=9, align="center", shrink=True, **lines, **grey)
    for k, column in enumerate(columns):
        whole = styles(**column.format)
        lined = styles(**column.format, **lines)
        shown = styles(**column.format, **lines, **grey)
        sheet.set_column(k, k, column.width, whole)
        sheet.write_string(1, k, column.heading, _heading_style(styles, column.name in _PLACE))
        sheet.write_string(2, k, column.name, small)
        _write_cell(sheet, 3, k, _word(table, column, example.get(column.name)), shown)
        # What is to be filled in by hand on paper has lines.
        for i in range(_FIRST_ROW, _FIRST_ROW + len(rows) + _lined_rows(columns)):
            row = rows[i - _FIRST_ROW] if i - _FIRST_ROW < len(rows) else {}
            _write_cell(sheet, i, k, _word(table, column, row.get(column.name)), lined)
        _validate(sheet, column, k, last_row, lists.get((table, column.name)))
    sheet.set_default_row(_ROW_HEIGHT)
    for i, height in enumerate((36, 48, 14)):
        sheet.set_row(i, height)
    sheet.freeze_panes(3, 1)
    # The buttons stand on the example row: what is sorted and hidden begins below it.
    sheet.autofilter(3, 0, last_row, last_column)
    _set_page(sheet)
    sheet.repeat_rows(1, 2)


def _lined_rows(columns: Sequence[_Column]) -> int:
    """Return how many rows fit on a page below the example: the wider the sheet, the smaller."""
    scale = min(1.0, _PAGE_LETTERS / sum(column.width for column in columns))
    return int((_PAGE_HEIGHT / scale - 120) / _ROW_HEIGHT)


def _heading_style(styles: _Styles, pale: bool = False) -> Any:
    return styles(
        bold=True,
        font_color="white",
        bg_color=_PALE if pale else _DARK,
        text_wrap=True,
        align="center",
        valign="vcenter",
        border=1,
        border_color=_LINE,
    )


def _set_page(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
    sheet.set_header("&L&B&A")
    sheet.set_footer(f"&R{Message('Page').into('vi')} &P / &N")


def _word(table: str, column: _Column, value: Any) -> Any:
    return word_of(table, column.name, value) if column.codes and value is not None else value


def _write_cell(sheet: Any, row: int, column: int, value: Any, style: Any) -> None:
    """Write a cell by the type of its value; text is always a string, never a formula."""
    if value is None:
        sheet.write_blank(row, column, None, style)
    elif isinstance(value, float):
        sheet.write_number(row, column, value, style)
    elif isinstance(value, datetime.date):
        sheet.write_datetime(row, column, value, style)
    else:
        sheet.write_string(row, column, plain_text(str(value)), style)


def _validate(sheet: Any, column: _Column, k: int, last_row: int, words: str | None) -> None:
    """Offer or check what may stand in a column; an unusual figure is asked about, and may stay."""
    rule: dict[str, Any] = {"validate": "any"}
    if column.kind in ("code", "flag"):
        rule = {
            "validate": "list",
            "source": words or list(_YES_NO),
            # Barriers have more types than anybody lists.
            "error_type": "warning" if column.name == "type" else "stop",
            "error_title": Message("Choose from the list").into("vi"),
            "error_message": Message("Choose a word from the list of this cell.").into("vi"),
        }
    elif column.kind == "number":
        least, most = _USUAL[column.name]
        rule = {
            "validate": "decimal",
            "criteria": "between",
            "minimum": least,
            "maximum": most,
            "error_type": "warning",
            "error_title": Message("This figure is unusual").into("vi"),
            "error_message": Message(
                "It is usually from {least:,.10g} to {most:,.10g}. Keep this figure all the same?"
            ).into("vi", least=least, most=most),
        }
    elif column.kind == "date":
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": datetime.date(1990, 1, 1),
            "maximum": datetime.date(2099, 12, 31),
            "error_type": "warning",
            "error_title": Message("This is not a date").into("vi"),
            "error_message": Message(
                "Give day/month/year, such as 12/05/2026. Keep what was typed all the same?"
            ).into("vi"),
        }
    if column.name in _NOTES:
        # Excel takes at most 32 letters of a title.
        rule["input_title"] = column.heading.rstrip(" *")[:32]
        rule["input_message"] = _NOTES[column.name].into("vi")
    if len(rule) > 1:
        sheet.data_validation(_FIRST_ROW, k, last_row, k, rule)


def _write_help(
    book: xlsxwriter.Workbook, styles: _Styles, ward: str | None
) -> dict[tuple[str, str], str]:
    """Write the help sheet; return where it lists the words of each table's column."""
    sheet = book.add_worksheet(HELP_TITLE)
    for k, width in enumerate((26, 24, 30, 56)):
        sheet.set_column(k, k, width)
    title = Message("Survey of roads and of water for fire fighting")
    told = title.into("vi")
    english = styles(italic=True, font_size=9, font_color=_GREY, indent=1, valign="top")
    section = styles(bold=True, font_size=12, font_color=_DARK, bottom=1, valign="bottom")
    lines = [
        (
            f"{told} – {ward}" if ward else told,
            styles(bold=True, font_size=16, font_color=_DARK),
            28,
        ),
        (title.into("en"), english, 16),
    ]
    for head, texts in _HELP:
        lines.append((_in_both(head), section, 30))
        for text in texts:
            lines.append((text.into("vi"), styles(valign="bottom"), 18))
            lines.append((text.into("en"), english, 14))
    lines.append((_in_both(_WORDS_HEAD), section, 30))
    for i, (line, style, height) in enumerate(lines):
        sheet.merge_range(i, 0, i, 3, "", style)
        sheet.write_string(i, 0, line, style)
        sheet.set_row(i, height)
    for k, name in enumerate(_WORDS_COLUMNS):
        sheet.write_string(len(lines), k, name.into("vi"), _heading_style(styles))
    lists = {}
    rows: list[tuple[str, ...]] = []
    for table, column, words in _coded():
        first = len(lines) + 1 + len(rows) + 1
        lists[table, column] = f"='{HELP_TITLE}'!$C${first}:$C${first + len(words) - 1}"
        for code, word in words.items():
            meaning = _MEANINGS[code]
            meant = f"{meaning.into('vi')} ({meaning.into('en')})"
            rows.append((TABLE_TITLES[table], heading(table, column).vi, word, meant))
    for i, row in enumerate(rows, start=len(lines) + 1):
        for k, cell in enumerate(row):
            sheet.write_string(i, k, cell, styles(border=1, border_color=_LINE, indent=1))
    sheet.hide_gridlines(2)
    _set_page(sheet)
    return lists


def _in_both(text: Message) -> str:
    return f"{text.into('vi')}  ·  {text.into('en')}"


def _coded() -> Iterator[tuple[str, str, dict[str, str]]]:
    """Yield table, column, and the words offered by their codes."""
    for table in TABLE_TITLES:
        for column, codes in CODES.get(table, {}).items():
            yield table, column, {code: word_of(table, column, code) for code in codes}


def _to_survey(result: Result) -> dict[str, list[dict[str, Any]]]:
    """Return the rows to begin with: what nobody has measured or looked at yet."""
    segments = result.segments
    unmeasured = ~segments["width_source"].isin(MEASURED_SOURCES)
    open_question = (segments["truck"] == "unknown") & unmeasured
    inside = shapely.intersects(result.area, segments.geometry.to_numpy())
    segments = segments[open_question & inside]
    middle = shapely.line_interpolate_point(segments.geometry.to_numpy(), 0.5, normalized=True)
    widths = _placed(
        segments,
        middle,
        {
            "object_id": "W-" + segments["segment_id"].astype(str),
            "road_name": segments["name"],
            "segment_id": segments["segment_id"],
        },
    )
    barriers = result.barriers[result.barriers["source"] == "osm"]
    seen = _placed(
        barriers,
        barriers.geometry.to_numpy(),
        {
            "object_id": "B-" + barriers["osm_id"].astype(str),
            "type": barriers["type"],
            "osm_id": barriers["osm_id"],
        },
    )
    return {
        "widths": sorted(widths, key=_by_name),
        "barriers": sorted(seen, key=_by_name),
    }


def _placed(
    layer: gpd.GeoDataFrame, points: Any, columns: Mapping[str, pd.Series]
) -> list[dict[str, Any]]:
    frame = pd.DataFrame(columns).astype(object)
    frame["lon"] = shapely.get_x(points).round(_DEGREES)
    frame["lat"] = shapely.get_y(points).round(_DEGREES)
    return [
        {str(name): value for name, value in row.items() if not pd.isna(value)}
        for row in frame.to_dict("records")
    ]


def _by_name(row: Mapping[str, Any]) -> tuple[Any, ...]:
    """Sort as people count, Ngõ 5 before Ngõ 29; what has no name comes last."""
    name = row.get("road_name")
    return name is None, natural(name or ""), natural(row["object_id"])
