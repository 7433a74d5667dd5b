"""The survey workbook that a ward fills in: a sheet for each table, and how to fill it in.

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

from fireaccess.model.errors import OutputError
from fireaccess.model.layers import TABLES, kind_of, needs_place
from fireaccess.model.words import CODES, HELP_TITLE, TABLE_TITLES, heading, word_of
from fireaccess.network.tags import MEASURED_SOURCES
from fireaccess.outputs.files import put_whole
from fireaccess.outputs.order import natural
from fireaccess.outputs.plain import plain_text
from fireaccess.outputs.result import Result

#: What the first cell of the example row begins with; a reader passes over such rows.
EXAMPLE: Final = "VÍ DỤ"

_CREATED: Final = datetime.datetime(2000, 1, 1)
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


_TITLES_TELL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "widths": "Mỗi dòng là một chỗ đo bề rộng thông thủy của đường, ngõ. Hãy đo ở chỗ hẹp "
        "nhất.",
        "barriers": "Mỗi dòng là một vật cản trên đường, ngõ: cọc, barie, cổng, bồn cây…, kể cả "
        "vật đã tháo dỡ.",
        "clearances": "Mỗi dòng là một cổng, vòm, mái che hoặc dây phía trên đường. Đo chiều cao "
        "từ mặt đường.",
        "water": "Mỗi dòng là một nguồn nước chữa cháy: trụ nước, bể, ao, hồ, sông, bến lấy nước.",
        "fire_points": "Mỗi dòng là một điểm chữa cháy công cộng.",
        "solutions": "Mỗi dòng là một giải pháp cấp nước đã lắp đặt cho nơi xe chữa cháy không vào "
        "được.",
        "stations": "Mỗi dòng là một nơi xe chữa cháy xuất phát.",
        "violations": "Mỗi dòng là một vi phạm về đường cho xe chữa cháy hoặc về nguồn nước.",
        "approved": "Danh mục đã được phê duyệt: mỗi dòng ghi mã hộ, hoặc tên đường, ngõ, hoặc tổ "
        "dân phố.",
        "houses": "Mỗi dòng là một hộ hoặc một ngôi nhà.",
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

#: What to say of a column whose heading does not say it all, when a cell of it is chosen.
_NOTES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "coordinates": "Vĩ độ, kinh độ trong một ô, như sao chép từ bản đồ trên điện thoại: "
        "20.9886, 105.8216",
        "crs": "Của X, Y: mã như EPSG:5897, kinh tuyến trục như 105°00', hoặc tên tỉnh, thành phố.",
        "width_m": "Bề rộng thông thủy mà xe đi lọt, tính bằng mét.",
        "narrowest": "“có” nếu đây là chỗ hẹp nhất của cả đoạn ngõ giữa hai ngã rẽ.",
        "accuracy_m": "Số đo có thể lệch bao nhiêu mét; để trống nếu đo bằng thước.",
        "segment_id": "Mã do chương trình ghi; không cần điền.",
        "osm_id": "Mã do chương trình ghi; không cần điền.",
        "clear_width_m": "Khoảng hở cho xe đi qua khi đã mở, tính bằng mét.",
        "keyholder": "Người mở được ngay khi có cháy; ghi chức danh hoặc số điện thoại trực.",
        "checked": "Ngày mở thử gần nhất.",
        "truck_source": "“có” nếu xe chữa cháy đỗ sát và hút nước trực tiếp được.",
        "working": "Để trống nghĩa là còn hoạt động.",
        "serves_m": "Vòi lấy nước từ đây tới được bao xa, tính bằng mét dọc ngõ.",
        "registered_month": "Tháng đăng ký lắp thiết bị truyền tin báo cháy, ví dụ 2026-09.",
        "kind": "Ghi bằng lời.",
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

#: Lines of the help sheet, each in Vietnamese and English.
_HOW_TO: Final = (
    (
        "Mỗi trang là một bảng, mỗi dòng là một đối tượng. Điền từ dòng 5 trở xuống; trang nào "
        "không dùng thì để trống.",
        "One sheet for each table, one row for each object, from row 5 down. Leave a sheet empty "
        "if there is nothing to report.",
    ),
    (
        "Cột có dấu * bắt buộc phải điền. Điều chưa biết thì để trống, đừng ghi 0 hay “không rõ”.",
        "Columns with * are required. Leave blank what is not known: no 0, no “unknown”.",
    ),
    (
        "Dòng VÍ DỤ (chữ nghiêng màu xám) chỉ để xem, chương trình không đọc.",
        "The row VÍ DỤ (example, grey italics) is not read.",
    ),
    (
        "Mỗi đối tượng có một mã riêng trong bảng của nó. Khảo sát lại thì giữ nguyên mã và ghi "
        "ngày mới.",
        "Each object has a code of its own in its table. Surveyed again, it keeps its code and "
        "gets the new date.",
    ),
    (
        "Chữ được giữ đúng như đã gõ: số 0 ở đầu không mất, dấu = không thành công thức.",
        "Text stays as it is typed: leading zeros are kept, and = begins no formula.",
    ),
    (
        "Độ dài tính bằng mét. Ngày ghi ngày/tháng/năm, ví dụ 12/05/2026.",
        "Lengths are in metres. Dates are day/month/year, such as 12/05/2026.",
    ),
    (
        "Đừng sửa tiêu đề ở dòng 2 và 3. Có thể thêm cột riêng ở bên phải.",
        "Leave the headings in rows 2 and 3 as they are. Columns of your own may follow on the "
        "right.",
    ),
)
_PLACES: Final = (
    (
        "1. Kinh độ và Vĩ độ (WGS 84, độ thập phân): 105.8216 và 20.9886.",
        "Longitude and latitude in two columns, in decimal degrees.",
    ),
    (
        "2. Tọa độ trong một ô, vĩ độ trước: 20.9886, 105.8216 (như sao chép từ bản đồ).",
        "Both in one cell, latitude first, as maps on a phone give them.",
    ),
    (
        "3. X, Y của VN-2000 (mét), kèm Hệ tọa độ: EPSG:5897, hoặc kinh tuyến trục 105°00', hoặc "
        "tên tỉnh, thành phố.",
        "X and Y of VN-2000 in metres, with the EPSG code, the central meridian or the province.",
    ),
    (
        "Không có tọa độ thì ghi tên đường, ngõ hoặc địa chỉ nếu bảng có cột ấy: vị trí khi đó "
        "chỉ là gần đúng.",
        "Without coordinates, the road's name or the address gives an approximate place.",
    ),
)
_HELP: Final = (
    ("Cách điền  ·  How to fill in", _HOW_TO),
    ("Vị trí: chọn một trong ba cách  ·  Place: one of three ways", _PLACES),
)
_WORDS_HEAD: Final = "Từ dùng trong các cột có danh sách  ·  Words of the columns with a list"
_WORDS_COLUMNS: Final = ("Trang", "Cột", "Từ", "Nghĩa (English)")
#: What each code means, in Vietnamese and English.
_MEANINGS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "bollard": ("cọc đứng, bằng thép hoặc nhựa", "bollard"),
        "block": ("khối hoặc cọc bê tông đặt trên đường", "concrete block"),
        "lift_gate": ("thanh chắn nâng lên được", "lift gate"),
        "gate": ("cổng có cánh mở", "gate"),
        "swing_gate": ("thanh chắn xoay ngang", "swing gate"),
        "sliding_gate": ("cổng đẩy sang bên", "sliding gate"),
        "chain": ("dây xích căng ngang đường", "chain"),
        "height_restrictor": ("khung, xà hạn chế chiều cao xe", "height restrictor"),
        "jersey_barrier": ("dải bê tông hoặc nhựa phân cách", "jersey barrier"),
        "planter": ("bồn, chậu cây đặt trên đường", "planter"),
        "cycle_barrier": ("rào chỉ cho người đi bộ, xe đạp lách qua", "cycle barrier"),
        "kerb": ("bó vỉa, bậc mà xe phải leo qua", "kerb"),
        "wall": ("tường xây chắn lối, người cũng không qua được", "wall"),
        "fence": ("hàng rào chắn lối, người cũng không qua được", "fence"),
        "debris": ("vật liệu, rác, đồ đạc để trên đường", "debris"),
        "fixed": ("không mở, không tháo được", "fixed"),
        "openable": ("mở hoặc tháo được; ghi người giữ chìa khóa", "can be opened"),
        "removed": ("không còn ở đó; giữ dòng này để theo dõi", "removed"),
        "hydrant": ("trụ nước chữa cháy trên đường", "hydrant"),
        "tank": ("bể nước, hồ xây", "tank"),
        "pond": ("ao, hồ tự nhiên", "pond"),
        "river": ("sông, kênh, mương có nước quanh năm", "river or canal"),
        "pit": ("hố thu nước cho xe hút", "pit"),
        "suction_point": ("bến, bãi cho xe đỗ lấy nước", "suction point"),
        "riser": ("họng khô để xe tiếp nước vào", "dry riser"),
        "pipe": ("đường ống có nước, có họng lấy nước dọc ngõ", "pipe with outlets"),
        "tank_pump": ("bể nước kèm máy bơm", "tank with a pump"),
        "hose_cabinet": ("tủ có vòi và lăng phun", "hose cabinet"),
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
            "the template is a workbook, and this is no name of one",
            file=path,
            remedy=f"name it {path.stem}.xlsx",
        )
    if path.exists():
        raise OutputError(
            "a file of this name is there already, and somebody may have filled it in",
            file=path,
            remedy="choose another name",
        )
    put_whole(path, _template(result))


def _template(result: Result | None) -> bytes:
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    rows = {} if result is None else _to_survey(result)
    with xlsxwriter.Workbook(content, options) as book:
        book.set_properties({"title": "Phiếu khảo sát PCCC", "created": _CREATED})
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
        f"   {_TITLES_TELL[table]}",
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
    sheet.set_footer("&RTrang &P / &N")


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
            "error_title": "Hãy chọn trong danh sách",
            "error_message": "Chọn một từ trong danh sách của ô này.",
        }
    elif column.kind == "number":
        least, most = _USUAL[column.name]
        rule = {
            "validate": "decimal",
            "criteria": "between",
            "minimum": least,
            "maximum": most,
            "error_type": "warning",
            "error_title": "Số này khác thường",
            "error_message": f"Thường là từ {_vietnamese(least)} đến {_vietnamese(most)}. "
            "Vẫn giữ số này?",
        }
    elif column.kind == "date":
        rule = {
            "validate": "date",
            "criteria": "between",
            "minimum": datetime.date(1990, 1, 1),
            "maximum": datetime.date(2099, 12, 31),
            "error_type": "warning",
            "error_title": "Không phải là ngày",
            "error_message": "Ghi ngày/tháng/năm, ví dụ 12/05/2026. Vẫn giữ như đã gõ?",
        }
    if column.name in _NOTES:
        # Excel takes at most 32 letters of a title.
        rule["input_title"] = column.heading.rstrip(" *")[:32]
        rule["input_message"] = _NOTES[column.name]
    if len(rule) > 1:
        sheet.data_validation(_FIRST_ROW, k, last_row, k, rule)


def _vietnamese(number: float) -> str:
    return f"{number:,g}".replace(",", " ").replace(".", ",")


def _write_help(
    book: xlsxwriter.Workbook, styles: _Styles, ward: str | None
) -> dict[tuple[str, str], str]:
    """Write the help sheet; return where it lists the words of each table's column."""
    sheet = book.add_worksheet(HELP_TITLE)
    for k, width in enumerate((26, 24, 30, 56)):
        sheet.set_column(k, k, width)
    title = "Phiếu khảo sát giao thông, nguồn nước chữa cháy"
    english = styles(italic=True, font_size=9, font_color=_GREY, indent=1, valign="top")
    section = styles(bold=True, font_size=12, font_color=_DARK, bottom=1, valign="bottom")
    lines = [
        (
            f"{title} – {ward}" if ward else title,
            styles(bold=True, font_size=16, font_color=_DARK),
            28,
        ),
        ("Survey of roads and of water for fire fighting", english, 16),
    ]
    for heads, texts in _HELP:
        lines.append((heads, section, 30))
        for vi, en in texts:
            lines += [(vi, styles(valign="bottom"), 18), (en, english, 14)]
    lines.append((_WORDS_HEAD, section, 30))
    for i, (text, style, height) in enumerate(lines):
        sheet.merge_range(i, 0, i, 3, "", style)
        sheet.write_string(i, 0, text, style)
        sheet.set_row(i, height)
    for k, text in enumerate(_WORDS_COLUMNS):
        sheet.write_string(len(lines), k, text, _heading_style(styles))
    lists = {}
    rows: list[tuple[str, ...]] = []
    for table, column, words in _coded():
        first = len(lines) + 1 + len(rows) + 1
        lists[table, column] = f"='{HELP_TITLE}'!$C${first}:$C${first + len(words) - 1}"
        for code, word in words.items():
            meaning = "{} ({})".format(*_MEANINGS[code])
            rows.append((TABLE_TITLES[table], heading(table, column).vi, word, meaning))
    for i, row in enumerate(rows, start=len(lines) + 1):
        for k, text in enumerate(row):
            sheet.write_string(i, k, text, styles(border=1, border_color=_LINE, indent=1))
    sheet.hide_gridlines(2)
    _set_page(sheet)
    return lists


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
