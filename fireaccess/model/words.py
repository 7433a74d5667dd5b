"""The words of an office's tables: headings and codes, as people write them.

One vocabulary for what goes out (the template) and what comes in: a heading or a code that the
template writes is one that the reader knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from fireaccess.model.layers import ALL_TABLES
from fireaccess.model.text import normalise


@dataclass(frozen=True, slots=True)
class Heading:
    """What a column is called.

    Parameters
    ----------
    vi
        Its Vietnamese heading in the template, without the unit.
    unit
        Its unit, or None.
    also
        Other headings that mean the same, in either language.
    """

    vi: str
    unit: str | None = None
    also: tuple[str, ...] = ()

    @property
    def with_unit(self) -> str:
        """The heading as the template writes it, such as ``Bề rộng (m)``."""
        return f"{self.vi} ({self.unit})" if self.unit else self.vi


#: Vietnamese name of each table: the title of its sheet. At most 31 characters, as Excel has it.
TABLE_TITLES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "widths": "Bề rộng ngõ",
        "barriers": "Vật cản",
        "clearances": "Chiều cao thông thủy",
        "water": "Nguồn nước",
        "fire_points": "Điểm chữa cháy công cộng",
        "solutions": "Giải pháp cấp nước",
        "stations": "Trụ sở PCCC",
        "violations": "Vi phạm",
        "approved": "Danh mục được duyệt",
        "houses": "Hộ dân",
    }
)

#: Sheets that we write beside those of the tables: help of the template, findings of a copy.
HELP_TITLE: Final = "Hướng dẫn"
FINDINGS_TITLE: Final = "Findings"

#: Other names that offices give to the sheets of a table.
_OTHER_TITLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "widths": ("bề rộng", "chiều rộng ngõ", "đo ngõ", "widths", "alley widths"),
        "barriers": ("barie", "rào chắn", "cọc", "barie, cọc bê tông", "barriers"),
        "clearances": ("chiều cao", "thông thủy", "cổng, vòm", "clearances"),
        "water": ("trụ nước", "trụ nước chữa cháy", "ao hồ", "water", "hydrants", "trụ, bể, ao"),
        "fire_points": ("điểm chữa cháy", "fire points", "fire_points", "điểm ccc"),
        "solutions": ("giải pháp", "solutions", "water solutions"),
        "stations": ("trụ sở", "đội chữa cháy", "stations", "fire stations"),
        "violations": ("vi phạm giao thông, nguồn nước", "violations"),
        "approved": ("danh mục", "danh sách được duyệt", "approved", "approved list"),
        "houses": ("nhà", "hộ", "danh sách hộ", "danh sách nhà", "hộ gia đình", "houses"),
    }
)

#: Names that offices give to the sheets of the tables that only a plan asks for.
PLAN_TITLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "costs": ("Đơn giá", "chi phí", "giá", "bảng giá", "kinh phí", "costs", "prices"),
        "candidates": ("Vị trí đề xuất", "vị trí dự kiến", "đề xuất", "candidates", "sites"),
    }
)

_ROAD = Heading(
    "Tên đường, ngõ", None, ("tên ngõ", "ngõ", "tên đường", "đường", "đường/ngõ", "road", "alley")
)
_DATE = Heading("Ngày khảo sát", None, ("ngày", "ngày đo", "survey date"))
_OWNER = Heading("Đơn vị quản lý", None, ("chủ quản", "chủ sở hữu", "quản lý", "người quản lý"))
_DUE = Heading("Hạn xử lý", None, ("hạn", "thời hạn", "deadline"))
_WORKING = Heading(
    "Hoạt động", None, ("tình trạng hoạt động", "còn hoạt động", "sử dụng được", "in service")
)
_CHECKED = Heading(
    "Ngày kiểm tra", None, ("kiểm tra lần cuối", "ngày kiểm tra gần nhất", "last check")
)

#: Headings that mean the same in every table.
_COMMON: Final[Mapping[str, Heading]] = MappingProxyType(
    {
        "object_id": Heading(
            "Mã", None, ("mã số", "mã đối tượng", "số hiệu", "ký hiệu", "id", "object id")
        ),
        "lon": Heading("Kinh độ", "độ", ("longitude", "long", "lng", "kinh độ wgs84")),
        "lat": Heading("Vĩ độ", "độ", ("latitude", "vĩ độ wgs84")),
        "coordinates": Heading(
            "Tọa độ", None, ("toạ độ", "tọa độ gps", "vĩ độ, kinh độ", "lat, lon", "lat lon", "gps")
        ),
        "x": Heading("X (VN-2000)", "m", ("x", "tọa độ x", "toạ độ x", "x vn2000", "x_vn2000")),
        "y": Heading("Y (VN-2000)", "m", ("y", "tọa độ y", "toạ độ y", "y vn2000", "y_vn2000")),
        "easting": Heading("E", "m", ("e", "easting", "đông", "hướng đông")),
        "northing": Heading("N", "m", ("n", "northing", "bắc", "hướng bắc")),
        "crs": Heading(
            "Hệ tọa độ",
            None,
            (
                "hệ toạ độ",
                "kinh tuyến trục",
                "kttt",
                "múi chiếu",
                "tỉnh",
                "tỉnh, thành phố",
                "epsg",
                "srid",
            ),
        ),
        "address": Heading("Địa chỉ", None, ("số nhà", "vị trí", "địa điểm")),
        "road_name": _ROAD,
        "date": _DATE,
        "owner": _OWNER,
        "due": _DUE,
        "working": _WORKING,
        "last_checked": _CHECKED,
        "checked": _CHECKED,
        "group": Heading("Tổ dân phố", None, ("tdp", "tổ", "thôn", "thôn, xóm", "khu phố", "xóm")),
        "house_id": Heading("Mã hộ", None, ("mã nhà", "mã số hộ", "mã hộ dân", "house id")),
    }
)

_COST: Final = Heading(
    "Đơn giá", "đồng", ("giá", "chi phí", "kinh phí", "giá thành", "price", "cost", "cost vnd")
)
_NOTE: Final = Heading("Ghi chú", None, ("chú thích", "diễn giải", "notes"))

_OF_TABLES: Final[Mapping[str, Mapping[str, Heading]]] = MappingProxyType(
    {
        "houses": {
            "people": Heading("Số người", "người", ("số khẩu", "nhân khẩu", "số nhân khẩu")),
            "use": Heading("Công năng", None, ("loại nhà", "mục đích sử dụng", "loại hình")),
            "extinguisher": Heading("Có bình chữa cháy", None, ("bình chữa cháy", "bình cc")),
            "extinguisher_checked": Heading(
                "Ngày kiểm tra bình", None, ("kiểm tra bình", "ngày kiểm tra bình chữa cháy")
            ),
            "extinguisher_ok": Heading("Bình đạt", None, ("bình còn tốt", "bình đạt yêu cầu")),
            "transmitter": Heading(
                "Có thiết bị truyền tin", None, ("thiết bị truyền tin", "truyền tin báo cháy")
            ),
            "registered_month": Heading("Tháng đăng ký", None, ("tháng đăng ký lắp",)),
            "installed_date": Heading("Ngày lắp", None, ("ngày lắp đặt",)),
        },
        "widths": {
            "width_m": Heading(
                "Bề rộng",
                "m",
                (
                    "bề rộng ngõ",
                    "chiều rộng",
                    "chiều rộng ngõ",
                    "rộng",
                    "rộng nhỏ nhất",
                    "bề rộng thông thủy",
                    "width",
                ),
            ),
            "narrowest": Heading(
                "Là chỗ hẹp nhất", None, ("chỗ hẹp nhất", "hẹp nhất", "nhỏ nhất của ngõ")
            ),
            "accuracy_m": Heading("Sai số", "m", ("độ chính xác", "sai số đo", "accuracy")),
            "method": Heading("Cách đo", None, ("phương pháp đo", "dụng cụ đo", "phương pháp")),
            "surveyor": Heading("Người đo", None, ("người khảo sát", "cán bộ đo", "tổ khảo sát")),
            "segment_id": Heading("Mã đoạn đường", None, ("mã đoạn", "đoạn", "segment")),
        },
        "clearances": {
            "height_m": Heading(
                "Chiều cao thông thủy",
                "m",
                ("chiều cao", "cao thông thủy", "chiều cao thông thuỷ", "tĩnh không", "height"),
            ),
            "kind": Heading("Loại", None, ("loại vật", "vật phía trên", "tên vật")),
        },
        "barriers": {
            "type": Heading("Loại vật cản", None, ("loại", "loại rào", "loại barie")),
            "state": Heading("Tình trạng", None, ("trạng thái", "hiện trạng")),
            "clear_width_m": Heading(
                "Khoảng hở khi mở", "m", ("khoảng hở", "độ mở", "khe hở", "clear width")
            ),
            "keyholder": Heading("Người giữ chìa khóa", None, ("người giữ chìa", "giữ chìa khoá")),
            "osm_id": Heading("Mã OSM", None, ("osm id", "mã trên osm")),
            "photo": Heading("Ảnh", None, ("hình ảnh", "tệp ảnh")),
        },
        "water": {
            "type": Heading("Loại nguồn nước", None, ("loại", "loại nguồn")),
            "truck_source": Heading(
                "Xe hút nước trực tiếp", None, ("xe hút được", "xe lấy nước được")
            ),
            "volume_m3": Heading("Trữ lượng", "m³", ("dung tích", "thể tích", "khối tích")),
            "flow_l_s": Heading("Lưu lượng", "l/s", ("lưu lượng nước", "flow")),
            "defect": Heading("Hư hỏng", None, ("tình trạng hư hỏng", "ghi chú hư hỏng")),
        },
        "fire_points": {
            "contents": Heading("Trang bị", None, ("phương tiện", "dụng cụ", "nội dung trang bị")),
        },
        "solutions": {
            "type": Heading("Loại giải pháp", None, ("loại", "giải pháp")),
            "serves_m": Heading("Bán kính phục vụ", "m", ("phục vụ", "chiều dài phục vụ")),
        },
        "stations": {"name": Heading("Tên trụ sở", None, ("tên", "tên đội", "đơn vị"))},
        "violations": {
            "kind": Heading("Nội dung vi phạm", None, ("vi phạm", "hành vi", "loại vi phạm")),
            "found": Heading("Ngày phát hiện", None, ("phát hiện",)),
            "authority": Heading("Cơ quan xử lý", None, ("thẩm quyền", "đơn vị xử lý")),
            "fixed": Heading("Ngày khắc phục", None, ("khắc phục", "đã khắc phục", "ngày xử lý")),
        },
        "approved": {},
        "costs": {
            "measure": Heading(
                "Biện pháp", None, ("hạng mục", "công việc", "nội dung", "giải pháp", "item")
            ),
            "cost_vnd": _COST,
            "per": Heading("Đơn vị tính", None, ("đvt", "đơn vị", "tính theo", "unit")),
            "source": Heading("Nguồn giá", None, ("nguồn", "căn cứ", "căn cứ giá")),
            "note": _NOTE,
        },
        "candidates": {
            "candidate_id": Heading(
                "Mã vị trí", None, ("mã", "mã số", "số hiệu", "ký hiệu", "mã điểm", "id")
            ),
            "kind": Heading("Loại công trình", None, ("loại", "dùng cho", "type")),
            "cost_vnd": _COST,
            "note": _NOTE,
        },
    }
)

#: Words for the codes of a column, by table: the first is what the template offers.
CODES: Final[Mapping[str, Mapping[str, Mapping[str, tuple[str, ...]]]]] = MappingProxyType(
    {
        "barriers": {
            "type": {
                "bollard": ("cọc tiêu", "cọc", "trụ", "cọc sắt"),
                "block": ("cọc bê tông", "khối bê tông", "bục bê tông", "trụ bê tông"),
                "lift_gate": ("barie nâng", "barie", "ba ri e", "thanh chắn"),
                "gate": ("cổng", "cổng sắt"),
                "swing_gate": ("cổng xoay", "thanh chắn xoay"),
                "sliding_gate": ("cổng lùa", "cổng trượt"),
                "chain": ("xích", "dây xích"),
                "height_restrictor": ("khung hạn chế chiều cao", "khung giới hạn chiều cao"),
                "jersey_barrier": ("dải phân cách bê tông", "dải phân cách"),
                "planter": ("bồn cây", "bồn hoa", "chậu cây"),
                "cycle_barrier": ("rào zích zắc", "rào chặn xe máy"),
                "kerb": ("bó vỉa", "gờ", "bậc"),
                "wall": ("tường", "tường xây"),
                "fence": ("hàng rào", "rào"),
                "debris": ("vật liệu, rác", "vật liệu xây dựng", "đống vật liệu"),
            },
            "state": {
                "fixed": ("cố định", "không mở được"),
                "openable": ("mở được", "có thể mở", "tháo được"),
                "removed": ("đã tháo dỡ", "đã dỡ bỏ", "đã tháo", "đã xử lý"),
            },
        },
        "water": {
            "type": {
                "hydrant": ("trụ nước chữa cháy", "trụ nước", "trụ", "trụ cứu hỏa", "họng nước"),
                "tank": ("bể nước", "bể"),
                "pond": ("ao, hồ", "ao", "hồ"),
                "river": ("sông, kênh", "sông", "kênh", "mương"),
                "pit": ("hố thu nước", "hố thu"),
                "suction_point": ("bến lấy nước", "bãi lấy nước", "điểm hút nước"),
                "riser": ("họng tiếp nước", "họng khô", "họng chờ"),
            },
        },
        "solutions": {
            "type": {
                "riser": ("họng tiếp nước", "họng khô", "họng chờ"),
                "pipe": ("đường ống", "ống cấp nước"),
                "tank_pump": ("bể và máy bơm", "bể, máy bơm", "bể bơm"),
                "hose_cabinet": ("tủ vòi", "hộp vòi", "tủ chữa cháy"),
            },
        },
        "costs": {
            "measure": {
                "hand_over_key": ("bàn giao chìa khóa", "giao chìa khóa", "làm thêm chìa khóa"),
                "make_removable": (
                    "làm thành loại tháo được",
                    "thay bằng cọc tháo được",
                    "cải tạo để tháo được",
                    "cọc tháo lắp",
                ),
                "remove": ("tháo dỡ", "dỡ bỏ", "di dời", "tháo dỡ vật cản"),
                "widen": ("mở rộng", "mở rộng ngõ", "mở rộng đường", "mở rộng chỗ hẹp"),
                "widen_corner": ("mở rộng góc cua", "vạt góc", "mở góc cua", "vát góc"),
                "raise_overhead": (
                    "nâng vật phía trên",
                    "nâng dây cáp",
                    "nâng chiều cao thông thủy",
                    "nâng cổng, mái che, dây",
                ),
                "hydrant": ("trụ nước chữa cháy", "trụ nước", "trụ", "lắp trụ nước"),
                "pipe": ("đường ống", "ống cấp nước", "tuyến ống", "đường ống cấp nước"),
                "riser": ("họng tiếp nước", "họng khô", "họng chờ"),
                "tank_pump": ("bể và máy bơm", "bể, máy bơm", "bể bơm", "bể nước và máy bơm"),
                "draft_point": ("bến lấy nước", "bãi lấy nước", "điểm hút nước"),
                "pit": ("hố thu nước", "hố thu"),
                "fire_point": ("điểm chữa cháy công cộng", "điểm chữa cháy"),
                "transmitter": (
                    "thiết bị truyền tin báo cháy",
                    "thiết bị truyền tin",
                    "truyền tin báo cháy",
                ),
                "measure": ("đo bề rộng", "đo ngõ", "đo bề rộng ngõ", "khảo sát ngõ", "đo đạc"),
            },
            "per": {
                "piece": ("cái", "chiếc", "bộ", "trụ", "điểm", "công trình", "hộ", "ngõ", "lần"),
                "m": ("mét", "m dài", "mét dài", "md", "metre"),
            },
        },
        "candidates": {
            "kind": {
                "hydrant": ("trụ nước chữa cháy", "trụ nước", "trụ", "họng nước"),
                "fire_point": ("điểm chữa cháy công cộng", "điểm chữa cháy"),
                "both": ("cả hai", "trụ nước và điểm chữa cháy"),
            },
        },
    }
)

#: Columns that say where a row is, beside those of the tables.
PLACE_COLUMNS: Final = ("lon", "lat", "coordinates", "x", "y", "easting", "northing", "crs")

_UNIT_SUFFIX: Final = re.compile(
    r"\s*[(\[][^()\[\]]*[)\]]\s*$|\s*[,;:/-]\s*(?:m|m2|m3|m³|cm|mét|độ|l/s)$"
)
_MARKS: Final = re.compile(r"[*:.;_/\\\-–'\"`()\[\]]+")


def heading(table: str, column: str) -> Heading:
    """Return what a column of a table is called.

    Examples
    --------
    >>> heading("widths", "width_m").with_unit, heading("water", "owner").vi
    ('Bề rộng (m)', 'Đơn vị quản lý')
    """
    of_table = _OF_TABLES[table]
    return of_table[column] if column in of_table else _COMMON[column]


def plain(text: str) -> str:
    """Return a heading, title or code as it is compared: without case, accents, marks and unit.

    Examples
    --------
    >>> plain("  BỀ RỘNG  (m) *"), plain("Be_rong"), plain("width_m")
    ('be rong', 'be rong', 'width m')
    """
    text = text.strip().rstrip("*").strip()
    shorter = _UNIT_SUFFIX.sub("", text)
    return normalise(_MARKS.sub(" ", shorter if shorter.strip() else text))


@lru_cache(maxsize=32)
def columns_by_heading(table: str) -> Mapping[str, str]:
    """Return the columns of a table by every plain heading that means them.

    Examples
    --------
    >>> known = columns_by_heading("widths")
    >>> known[plain("Bề rộng (m)")], known[plain("be rong ngo (m)")], known[plain("width_m")]
    ('width_m', 'width_m', 'width_m')
    """
    names = [*PLACE_COLUMNS, "address", "road_name", *ALL_TABLES[table].columns]
    found: dict[str, str] = {}
    for column in dict.fromkeys(names):
        own = heading(table, column)
        for text in (column, own.vi, own.with_unit, *own.also):
            found.setdefault(plain(text), column)
    return MappingProxyType(found)


@lru_cache(maxsize=1)
def tables_by_title() -> Mapping[str, str]:
    """Return the tables by every plain sheet title that means them.

    Examples
    --------
    >>> tables_by_title()[plain("VẬT CẢN")]
    'barriers'
    """
    found: dict[str, str] = {}
    for table, title in TABLE_TITLES.items():
        for text in (table, title, *_OTHER_TITLES[table]):
            found.setdefault(plain(text), table)
    return MappingProxyType(found)


@lru_cache(maxsize=32)
def codes_by_word(table: str, column: str) -> Mapping[str, str]:
    """Return the codes of a column by every plain word that means them; empty if it has none.

    Examples
    --------
    >>> codes_by_word("barriers", "state")[plain("Đã tháo dỡ")]
    'removed'
    """
    codes = CODES.get(table, {}).get(column, {})
    found: dict[str, str] = {}
    for code, words in codes.items():
        for word in (code, *words):
            found.setdefault(plain(word), code)
    return MappingProxyType(found)


def word_of(table: str, column: str, code: str) -> str:
    """Return the Vietnamese word that the template offers for a code, or the code itself.

    Examples
    --------
    >>> word_of("water", "type", "hydrant"), word_of("barriers", "type", "stile")
    ('trụ nước chữa cháy', 'stile')
    """
    words = CODES.get(table, {}).get(column, {}).get(code)
    return words[0] if words else code
