"""The lists that offices keep, as frames: which columns, in which words, and what is in them.

What a list says is here; how a workbook or a document shows it is not. Words of the survey and of
OpenStreetMap stay as they are; whatever else is told is in the language asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.statistics import STATUSES
from fireaccess.outputs.map.texts import texts
from fireaccess.outputs.order import by_group, natural
from fireaccess.outputs.result import Result
from fireaccess.outputs.sentences import LANGUAGES, Language, day
from fireaccess.sources.coordinates import WGS84, transform_xy

Kind = Literal[
    "text", "place", "word", "count", "metres", "width", "rate", "share", "degrees", "grid", "date"
]
Tone = Literal["good", "open", "bad", "none"]

_ANSWERS: Final = ("road", "water", "point")
_PARTS: Final = ("covered", "needs_survey", "not_covered", "share_worst", "share_best")
_DISTANCES: Final = ("hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m")
_BY_HAND: Final = "task person unit due product authority note"
_WHERE: Final = "lon lat east north"

#: Lists: title (of at most 31 letters), what it tells, and columns; what follows | isn't printed.
_LISTS: Final[Mapping[str, tuple[tuple[str, str], tuple[str, str], str]]] = MappingProxyType(
    {
        "groups": (
            ("Thống kê theo tổ", "Residential groups"),
            (
                "Xấu nhất: chỗ chưa rõ coi như xe không qua. Tốt nhất: chỗ chưa rõ coi như xe qua "
                "được. Tỷ lệ tính trên mọi nhà, kể cả nhà chưa tính được.",
                "Worst: what is not known keeps a truck out. Best: what is not known lets it "
                "through. Shares are of all houses, those not computed included.",
            ),
            "group houses people unconnected {answers} alley_measured_share",
        ),
        "distances": (
            ("Cự ly, thiết bị theo tổ", "Distances and equipment"),
            (
                "Mét dọc đường đi, không phải đường chim bay. Một nửa số nhà không xa quá trung "
                "vị, chín phần mười không xa quá phân vị 90. Hai số này không cộng được.",
                "Metres along the way, not straight. Half of the houses are no farther than the "
                "median, nine tenths no farther than the 90th percentile; neither adds up.",
            ),
            "group houses {distances} hydrant_within_150_m equipped checked registered installed",
        ),
        "targets": (
            ("Chỉ tiêu", "Targets"),
            ("Hạn chót: {due}. Số liệu mới nhất: {newest}.", "Due: {due}. Newest data: {newest}."),
            "target_name target done left per_month done_share target_due owner target_product "
            "target_authority",
        ),
        "approved": (
            ("Danh mục được duyệt", "Approved list"),
            (
                "Nhà thuộc khu vực không bảo đảm giao thông, nguồn nước: danh mục được duyệt bên "
                "cạnh kết quả tính toán. Danh mục được duyệt là căn cứ để lắp thiết bị truyền tin.",
                "Houses in areas without road or water: the approved list beside what was "
                "computed. The approved one decides who installs an alarm transmitter.",
            ),
            "group houses listed both only_listed only_listed_open only_computed asked "
            "installed_of_asked",
        ),
        "transmitters": (
            ("Truyền tin theo tháng", "Transmitters by month"),
            (
                "Thiết bị truyền tin báo cháy: số hộ đăng ký lắp và số hộ đã lắp theo tháng.",
                "Alarm transmitters: households that registered one, and that had it installed.",
            ),
            "month registered installed",
        ),
        "alleys": (
            ("Đường, ngõ xe không tới", "Roads without a truck"),
            (
                "Đường, ngõ mà xe chữa cháy không tới được hoặc chưa rõ có tới được không. Các cột "
                "để trống do phường ghi: rõ việc, rõ người, rõ trách nhiệm, rõ thời gian, rõ sản "
                "phẩm, rõ thẩm quyền.",
                "Roads and alleys that a fire engine does not get to, or not for certain. The "
                "office fills in the blank columns.",
            ),
            "map name groups length_m measured_share min_width_m depth_m deep certain houses "
            "people houses_not_covered houses_needs_survey stopped_by water_m has_water_solution "
            f"has_fire_point needs_fire_point {_BY_HAND} | depth_best_m water_id code {_WHERE}",
        ),
        "barriers": (
            ("Vật cản, chỗ hẹp", "Barriers, narrow places"),
            (
                "Barie, cọc, cổng và các chỗ hẹp, chỗ thấp đã đo; vật đã tháo dỡ vẫn giữ trong "
                "danh sách. Các cột để trống do phường ghi.",
                "Barriers, posts, gates, measured narrow and low places; removed ones stay in the "
                "list. The office fills in the blank columns.",
            ),
            "map code type described state clear_width_m effect dealt_with {keyholder} source "
            f"checked_on {_BY_HAND} | {_WHERE}",
        ),
        "water": (
            ("Nguồn nước", "Water sources"),
            (
                "Trụ, bể, ao, hồ, sông, bến lấy nước: khảo sát và trên OpenStreetMap.",
                "Hydrants, tanks, ponds, rivers, suction points: surveyed and mapped.",
            ),
            f"map code type working usable houses_served source checked_on {_WHERE}",
        ),
        "fire_points": (
            ("Điểm chữa cháy", "Fire points"),
            (
                "Điểm chữa cháy công cộng và bình chữa cháy công cộng.",
                "Public fire points and public extinguishers.",
            ),
            f"map code type working usable houses_served source checked_on {_WHERE}",
        ),
        "houses": (
            ("Nhà", "Houses"),
            (
                "Mọi nhà, xếp theo tổ rồi theo tình trạng: lọc cột tình trạng để có các nhà thuộc "
                "khu vực không bảo đảm giao thông, nguồn nước.",
                "All houses by group and status: filter by status for those in areas without road "
                "or water.",
            ),
            "map code address group people status road hose_m hose_best_m water water_id water_m "
            "hydrant_m point point_m alley reason | use extinguisher extinguisher_on transmitter "
            f"registered_month approved {_WHERE}",
        ),
        "hydrant_gaps": (
            ("Đoạn xa trụ nước", "Roads far from a hydrant"),
            (
                "Đoạn đường xe tới được, cách mọi trụ nước còn dùng xa quá nửa khoảng cách quy "
                "định giữa hai trụ.",
                "Stretches that a truck gets to, farther than half the spacing from any working "
                "hydrant.",
            ),
            f"map name length_m code {_WHERE}",
        ),
    }
)

#: Columns: heading in Vietnamese and English, kind, width in letters.
_COLUMNS: Final[Mapping[str, tuple[str, str, Kind, float]]] = MappingProxyType(
    {
        "group": ("Tổ dân phố", "Group", "text", 16),
        "groups": ("Tổ dân phố", "Group", "text", 16),
        "houses": ("Số nhà", "Houses", "count", 8),
        "people": ("Số người", "People", "count", 8),
        "alley_measured_share": ("Chiều dài ngõ đã đo", "Alleys measured", "share", 9),
        "measured_share": ("Đã đo", "Measured", "share", 8),
        "unconnected": ("Chưa tính được", "Not computed", "count", 8),
        "hydrant_within_150_m": ("Có trụ nước trong 150 m", "Hydrant within 150 m", "count", 9),
        "equipped": ("Có bình chữa cháy", "With an extinguisher", "count", 9),
        "checked": ("Bình đã kiểm tra", "Extinguisher checked", "count", 9),
        "registered": ("Đăng ký truyền tin", "Alarm registered", "count", 9),
        "installed": ("Đã lắp truyền tin", "Alarm installed", "count", 9),
        "target_name": ("Chỉ tiêu", "Target", "text", 46),
        "target": ("Tổng số", "Target", "count", 10),
        "done": ("Đã xong", "Done", "count", 10),
        "left": ("Còn lại", "Left", "count", 10),
        "per_month": ("Mỗi tháng phải làm", "Per month", "rate", 11),
        "done_share": ("Tỷ lệ xong", "Share done", "share", 10),
        "target_due": ("Hạn chót", "Due", "date", 11),
        "owner": ("Chủ trì", "Answers for it", "text", 22),
        "target_product": ("Sản phẩm", "Product", "text", 22),
        "target_authority": ("Thẩm quyền", "Authority", "text", 22),
        "listed": ("Trong danh mục", "On the list", "count", 9),
        "both": ("Cả hai", "In both", "count", 9),
        "only_listed": ("Chỉ trong danh mục", "Only on the list", "count", 9),
        "only_listed_open": ("…trong đó chưa rõ", "…of these not known", "count", 9),
        "only_computed": ("Chỉ theo tính toán", "Only computed", "count", 9),
        "asked": ("Hộ thuộc diện lắp truyền tin", "Asked for a transmitter", "count", 10),
        "installed_of_asked": ("…trong đó đã lắp", "…of these installed", "count", 9),
        "month": ("Tháng", "Month", "text", 12),
        "name": ("Tên đường, ngõ", "Road", "text", 21),
        "length_m": ("Dài (m)", "Length (m)", "metres", 8),
        "min_width_m": ("Hẹp nhất đã biết (m)", "Narrowest known (m)", "width", 8),
        "depth_m": ("Sâu (m)", "Depth (m)", "metres", 8),
        "depth_best_m": ("Sâu, tốt nhất (m)", "Depth, best case (m)", "metres", 9),
        "deep": ("Ngõ sâu", "Deep", "text", 7),
        "certain": ("Chắc chắn xe không tới", "Certain", "text", 7),
        "houses_not_covered": ("Nhà ngoài tầm vòi", "Houses not covered", "count", 8),
        "houses_needs_survey": ("Nhà cần khảo sát", "Houses that need a survey", "count", 8),
        "stopped_by": ("Xe bị chặn bởi", "The truck is stopped by", "text", 26),
        "water_id": ("Nguồn nước gần nhất", "Nearest water", "text", 10),
        "water_m": ("Tới nguồn nước (m)", "To water (m)", "metres", 8),
        "has_water_solution": ("Có giải pháp cấp nước", "Water solution", "word", 9),
        "has_fire_point": ("Có điểm chữa cháy", "Fire point", "text", 8),
        "needs_fire_point": ("Cần điểm chữa cháy", "Needs a fire point", "text", 8),
        "task": ("Việc phải làm (ghi tay)", "Task (by hand)", "text", 11),
        "person": ("Người làm (ghi tay)", "Person (by hand)", "text", 10),
        "unit": ("Chịu trách nhiệm (ghi tay)", "Responsible (by hand)", "text", 12),
        "due": ("Thời hạn (ghi tay)", "Due (by hand)", "date", 11),
        "product": ("Sản phẩm (ghi tay)", "Product (by hand)", "text", 10),
        "authority": ("Thẩm quyền (ghi tay)", "Authority (by hand)", "text", 10),
        "note": ("Ghi chú (ghi tay)", "Remarks (by hand)", "text", 10),
        "map": ("Bản đồ", "Map", "place", 7),
        "code": ("Mã", "Code", "text", 15),
        "type": ("Loại", "Type", "text", 15),
        "described": ("Vị trí, căn cứ", "Place, evidence", "text", 34),
        "state": ("Tình trạng", "State", "text", 10),
        "clear_width_m": ("Khoảng hở (m)", "Gap (m)", "width", 8),
        "effect": ("Với xe chữa cháy", "To a fire engine", "word", 12),
        "dealt_with": ("Đã xử lý", "Dealt with", "word", 8),
        "keyholder": ("Người giữ khóa", "Keyholder", "text", 15),
        "source": ("Nguồn số liệu", "Source", "text", 16),
        "checked_on": ("Ngày kiểm tra, đo", "Checked, measured", "date", 11),
        "working": ("Còn hoạt động", "Working", "word", 10),
        "usable": ("Xe dùng được", "Usable by a truck", "word", 10),
        "houses_served": ("Số nhà phục vụ", "Houses served", "count", 9),
        "address": ("Địa chỉ", "Address", "text", 26),
        "status": ("Tình trạng", "Status", "word", 17),
        "road": ("Giao thông", "Road", "word", 10),
        "hose_m": ("Vòi từ xe, xấu nhất (m)", "Hose, worst case (m)", "metres", 8),
        "hose_best_m": ("Vòi từ xe, tốt nhất (m)", "Hose, best case (m)", "metres", 8),
        "water": ("Nguồn nước", "Water", "word", 10),
        "hydrant_m": ("Tới trụ nước (m)", "To a hydrant (m)", "metres", 8),
        "point": ("Điểm chữa cháy", "Fire point", "word", 10),
        "point_m": ("Tới điểm chữa cháy (m)", "To a fire point (m)", "metres", 8),
        "alley": ("Ngõ xe không tới", "Alley without a truck", "text", 18),
        "reason": ("Lý do", "Reason", "text", 62),
        "use": ("Công năng", "Use", "text", 15),
        "extinguisher": ("Bình chữa cháy", "Extinguisher", "text", 9),
        "extinguisher_on": ("Ngày kiểm tra bình", "Extinguisher checked", "date", 12),
        "transmitter": ("Thiết bị truyền tin", "Alarm transmitter", "text", 11),
        "registered_month": ("Tháng đăng ký", "Month registered", "text", 10),
        "approved": ("Trong danh mục được duyệt", "On the approved list", "text", 9),
        "lon": ("Kinh độ (WGS 84)", "Longitude (WGS 84)", "degrees", 12),
        "lat": ("Vĩ độ (WGS 84)", "Latitude (WGS 84)", "degrees", 12),
        "east": ("Đông E (m), {crs}", "East E (m), {crs}", "grid", 15),
        "north": ("Bắc N (m), {crs}", "North N (m), {crs}", "grid", 15),
        # Headings that are put together
        "of.road": ("Giao thông", "Road", "count", 8.5),
        "of.road_60": ("Vòi đến 60 m", "Hose up to 60 m", "count", 8.5),
        "of.water": ("Nước", "Water", "count", 8.5),
        "of.point": ("Điểm chữa cháy", "Fire point", "count", 8.5),
        "of.covered": ("đạt", "covered", "count", 8.5),
        "of.needs_survey": ("cần khảo sát", "needs a survey", "count", 8.5),
        "of.not_covered": ("không đạt", "not covered", "count", 8.5),
        "of.share_worst": ("tỷ lệ xấu nhất", "worst share", "share", 8.5),
        "of.share_best": ("tỷ lệ tốt nhất", "best share", "share", 8.5),
        "of.median": ("trung vị", "median", "metres", 8.5),
        "of.p90": ("phân vị 90", "90th percentile", "metres", 8.5),
    }
)
_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "covered": ("đạt", "covered"),
        "needs_survey": ("cần khảo sát", "needs a survey"),
        "not_covered": ("không đạt", "not covered"),
        "type.extinguisher": ("bình chữa cháy công cộng", "public extinguisher"),
        "open": ("mở", "open"),
        "not_set": ("chưa đặt", "not set"),
        "target.water_solutions": (
            "Đường, ngõ xe không tới có giải pháp cấp nước",
            "Roads and alleys without a truck that have a water solution",
        ),
        "target.barriers_dealt_with": ("Vật cản đã xử lý", "Barriers dealt with"),
        "target.violations_fixed": ("Vi phạm đã khắc phục", "Violations fixed"),
        "target.extinguishers_checked": (
            "Bình chữa cháy đã kiểm tra (số hộ có bình)",
            "Extinguishers checked (of the households that have one)",
        ),
        "target.transmitters_installed": (
            "Thiết bị truyền tin báo cháy đã lắp",
            "Alarm transmitters installed",
        ),
        "target.water_reviewed": ("Nguồn nước đã rà soát", "Water sources reviewed"),
        "target.fire_points_reviewed": (
            "Điểm chữa cháy công cộng đã rà soát",
            "Public fire points reviewed",
        ),
        "encouraged": ("khuyến khích", "encouraged"),
        "no_date": ("không rõ tháng", "not known when"),
    }
)
#: Decimals that a figure keeps, as in the result files.
_DECIMALS: Final[Mapping[Kind, int]] = MappingProxyType(
    {"metres": 2, "width": 2, "grid": 2, "degrees": 7}
)
#: What is added up. Whether or not a house counts, it stands in one row only.
_SUMMED: Final = frozenset(
    "houses people unconnected hydrant_within_150_m equipped checked registered installed length_m "
    "houses_not_covered houses_needs_survey houses_served listed both only_listed "
    "only_listed_open only_computed asked installed_of_asked".split()
)
_TONES: Final[Mapping[str, Tone]] = MappingProxyType(
    {
        **dict.fromkeys(("status.ok", "effect.pass", "effect.delay", "answer.yes"), "good"),
        **dict.fromkeys(("status.needs_survey", "effect.unknown", "answer.unknown"), "open"),
        **dict.fromkeys(("status.no_road", "status.no_water", "status.no_road_no_water"), "bad"),
        **dict.fromkeys(("effect.blocked", "answer.no"), "bad"),
        "status.unconnected": "none",
        "covered": "good",
        "needs_survey": "open",
        "not_covered": "bad",
        "change.better": "good",
        "change.other": "open",
        "change.worse": "bad",
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Parameters
    ----------
    name
        Its name in the rows.
    heading
        Its heading, with the unit.
    kind
        ``place`` is text to be linked to the object's place on the map, ``word`` one of the words
        that `tones` knows, ``metres`` has one decimal and ``width`` two, ``grid`` are metres of a
        map's grid.
    width
        Width in letters.
    total, per
        Columns whose sums stand above it, divided by the sum of the column ``per`` if there is one.
    """

    name: str
    heading: str
    kind: Kind
    width: float
    total: tuple[str, ...] = ()
    per: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """A list: its columns, and a row for each object.

    Parameters
    ----------
    name
        Key of the list.
    title, note
        What it is called, and what it tells.
    columns
        Its columns.
    printed
        How many of them, from the first, belong on paper.
    rows
        Plain text, numbers and dates by column, None or NaN where nothing is known; ``at`` is the
        object's id in its layer.
    layer
        The layer of the map that shows the objects, None if there is none.
    whole
        The figures of the whole area by column, where the list has them.
    """

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    printed: int
    rows: pd.DataFrame
    layer: str | None = None
    whole: Mapping[str, Any] | None = None


def lists(result: Result, language: Language) -> tuple[Listing, ...]:
    """Return the lists of a result.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    language
        Language of titles, headings and words.

    Returns
    -------
    Statistics, targets, then the lists of objects; those of the approved list, of transmitters and
    of hydrant gaps only if there are any.
    """
    teller = _Teller(result, language)
    area = result.statistics["area"]
    made = [
        teller.groups("groups"),
        teller.groups("distances"),
        teller.targets(),
        *([teller.groups("approved")] if area["approved"] is not None else []),
        *([teller.transmitters()] if result.statistics["transmitters_by_month"] else []),
        teller.alleys(),
        teller.barriers(),
        teller.objects("water"),
        teller.objects("fire_points"),
        teller.houses(),
    ]
    return (*made, *([teller.hydrant_gaps()] if len(result.hydrant_gaps) else []))


def tones(language: Language) -> dict[str, Tone]:
    """Return what each word of a ``word`` column means, to colour it.

    Examples
    --------
    >>> tones("vi")["cần khảo sát"], tones("en")["Blocks the truck"]
    ('open', 'bad')
    """
    known = words(language)
    return {known[key]: tone for key, tone in _TONES.items()}


def words(language: Language) -> dict[str, str]:
    """Return the map's words and those of the lists alone: one thing has one name everywhere."""
    place = LANGUAGES.index(language)
    return {**texts(language), **{key: both[place] for key, both in _TEXTS.items()}}


def known_cells(values: Iterable[Any]) -> list[Any]:
    """Return values with None for whatever is missing."""
    return [None if pd.isna(value) else value for value in values]


def _date(value: Any) -> date | str | None:
    """Return a date, or as text what no spreadsheet takes as one."""
    try:
        return None if pd.isna(value) else date.fromisoformat(value)
    except ValueError:
        return str(value)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Makes the lists of one result in one language."""

    result: Result
    language: Language

    def _word(self, prefix: str) -> Callable[[Any], Any]:
        """Return what gives the word of a code; a code without a word is told as it is."""
        known = words(self.language)
        flags = {True: "yes", False: "no"}
        return lambda code: known.get(f"{prefix}{flags.get(code, code)}", code)

    def _told(self, prefix: str, codes: Iterable[Any]) -> list[Any]:
        word = self._word(prefix)
        return [None if code is None else word(code) for code in known_cells(codes)]

    def _listing(
        self,
        name: str,
        rows: pd.DataFrame,
        layer: str | None = None,
        whole: Mapping[str, Any] | None = None,
        note: Mapping[str, str] | None = None,
        columns: Mapping[str, Sequence[Column]] | None = None,
    ) -> Listing:
        place = LANGUAGES.index(self.language)
        title, notes, names = _LISTS[name]
        crs = self.result.network.crs
        code = crs.to_epsg()
        crs_name = crs.name if code is None else f"{crs.name}, EPSG:{code}"
        made: list[Column] = []
        printed = None
        for key in names.split():
            if key == "|":
                printed = len(made)
            elif key.startswith("{"):
                made += (columns or {}).get(key[1:-1], ())
            else:
                *headings, kind, width = _COLUMNS[key]
                heading = str(headings[place]).format(crs=crs_name)
                total = (key,) if key in _SUMMED else ()
                made.append(Column(key, heading, kind, width, total))
        frame = pd.DataFrame(rows, columns=[*(c.name for c in made), "at"], dtype=object)
        frame["map"] = words(self.language)["open"]
        for column in made:
            if column.kind in _DECIMALS:
                numbers = pd.to_numeric(frame[column.name])
                frame[column.name] = numbers.round(_DECIMALS[column.kind])
        return Listing(
            name=name,
            title=title[place],
            note=notes[place].format(**(note or {})),
            columns=tuple(made),
            printed=len(made) if printed is None else printed,
            rows=frame.reset_index(drop=True),
            layer=layer,
            whole=whole,
        )

    def _heading(self, *parts: str) -> str:
        place = LANGUAGES.index(self.language)
        keys = [f"of.{part}" if f"of.{part}" in _COLUMNS else part for part in parts]
        return ": ".join(str(_COLUMNS[key][place]) for key in keys)

    def _where(self, points: Any) -> dict[str, Any]:
        """Return columns of places: degrees, and metres in the analysis CRS."""
        lon, lat = shapely.get_x(points), shapely.get_y(points)
        east, north = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
        known = np.isfinite(lon) & np.isfinite(lat)
        crs = self.result.network.crs
        east[known], north[known] = transform_xy(lon[known], lat[known], WGS84, crs)
        return {"lon": lon, "lat": lat, "east": east, "north": north}

    def groups(self, name: str) -> Listing:
        """Return figures of the groups, also of those without a house, as people count."""
        area = self.result.statistics["area"]
        asked = {"groups": _ANSWERS, "distances": ("road_60",)}.get(name, ())
        answers = [answer for answer in asked if area[answer] is not None]
        shares = {"share_worst": ("covered",), "share_best": ("covered", "needs_survey")}
        columns = [
            Column(
                f"{answer}.{part}",
                self._heading(answer, part),
                "share" if part in shares else "count",
                8.5,
                tuple(f"{answer}.{of}" for of in shares.get(part, (part,))),
                "houses" if part in shares else None,
            )
            for answer in answers
            for part in _PARTS
        ]
        if name == "distances":
            columns += [
                Column(f"{which}.{part}", self._heading(which, part), "metres", 8.5)
                for which in _DISTANCES
                for part in ("median", "p90")
            ]

        def figures(of: Mapping[str, Any]) -> dict[str, Any]:
            # No house of the group has an answer: then none is covered.
            nothing = dict.fromkeys(_PARTS, 0)
            return {
                **of,
                "unconnected": of["status"]["unconnected"],
                **of["extinguishers"],
                **of["transmitters"],
                **(of["approved"] or {}),
                **of.get("roads", {}),
                **{f"{a}.{part}": (of[a] or nothing)[part] for a in answers for part in _PARTS},
                **{
                    f"{k}.{part}": v
                    for k, vs in of["percentiles"].items()
                    for part, v in vs.items()
                },
            }

        made = {of["group"]: figures(of) for of in self.result.statistics["groups"]}
        zeros = {c.name: 0 for c in columns if c.kind == "count"} | dict.fromkeys(_SUMMED, 0)
        rows = [
            {**made.get(group, zeros), "group": self._word("group.")(group)}
            for group in sorted({*made, *self.result.groups["group"]}, key=by_group)
        ]
        spread = {"answers": columns, "distances": columns}
        return self._listing(name, pd.DataFrame(rows), whole=figures(area), columns=spread)

    def targets(self) -> Listing:
        """Return target, done and left of each target."""
        statistics = self.result.statistics
        unset = words(self.language)["not_set"]
        deadline = self.result.project.options.deadline
        rows = [
            {
                **figures,
                "target_name": self._target(name, required=figures["required"]),
                "target_due": _date(figures["due"]),
                "target_product": figures["product"],
                "target_authority": figures["authority"],
                "done_share": figures["done"] / figures["target"] if figures["target"] else None,
            }
            for name, figures in statistics["targets"].items()
        ]
        note = {
            "due": day(deadline.isoformat() if deadline else None, self.language) or unset,
            "newest": day(statistics["dates"]["newest_evidence"], self.language) or unset,
        }
        return self._listing("targets", pd.DataFrame(rows), note=note)

    def _target(self, name: str, *, required: bool) -> str:
        word = str(self._word("target.")(name))
        return word if required else f"{word} ({words(self.language)['encouraged']})"

    def transmitters(self) -> Listing:
        """Return how many households registered a transmitter by month, and had it installed."""
        unknown = words(self.language)["no_date"]
        rows = [
            {**row, "month": row["month"] or unknown}
            for row in self.result.statistics["transmitters_by_month"]
        ]
        return self._listing("transmitters", pd.DataFrame(rows))

    def alleys(self) -> Listing:
        """Return the roads and alleys without a truck, by name."""
        alleys = self.result.alleys
        living = self.result.houses.dropna(subset=["alley_id"]).groupby("alley_id")["group"]
        groups = {
            alley: ", ".join(self._told("group.", sorted(names.unique(), key=by_group)))
            for alley, names in living
        }
        told = {of["alley_id"]: of for of in self.result.statistics["alleys"]}
        places = shapely.points(alleys[["entrance_lon", "entrance_lat"]].to_numpy(dtype=float))
        rows = {
            **_columns(alleys),
            **self._where(places),
            "name": [name or self._word("")("unnamed") for name in known_cells(alleys["name"])],
            "groups": [groups.get(alley) for alley in alleys["alley_id"]],
            **{
                name: [told[alley][name] for alley in alleys["alley_id"]]
                for name in ("people", "measured_share")
            },
            "stopped_by": self._described(alleys["stopped_by"]),
            **{
                name: self._told("answer.", alleys[name])
                for name in (
                    *("deep", "certain", "has_water_solution"),
                    *("has_fire_point", "needs_fire_point"),
                )
            },
            "code": alleys["alley_id"].to_numpy(),
            "at": alleys["alley_id"].to_numpy(),
        }
        return self._listing("alleys", in_order(rows, "name", "code"), layer="alleys")

    def barriers(self) -> Listing:
        """Return barriers and narrow places, those not dealt with first; no person unasked."""
        barriers = self.result.barriers
        measured = barriers["source"].isin(("reading", "clearance"))
        types = barriers["type"].where(~measured, barriers["source"])
        rows = {
            **_columns(barriers),
            **self._where(shapely.point_on_surface(barriers.geometry.to_numpy())),
            "code": known_cells(barriers["object_id"].fillna(barriers["osm_id"])),
            "type": self._told("type.", types),
            "described": self._described(barriers["barrier_id"]),
            "state": self._told("state.", barriers["state"]),
            "effect": self._told("effect.", barriers["effect"]),
            "dealt_with": self._told("answer.", barriers["dealt_with"]),
            "source": self._told("source.", barriers["source"]),
            "checked_on": [_date(when) for when in barriers["date"]],
            "order": [dealt_with is True for dealt_with in known_cells(barriers["dealt_with"])],
            "at": barriers["barrier_id"].to_numpy(),
        }
        named = self.result.project.options.personal_data
        keyholder = [Column("keyholder", self._heading("keyholder"), "text", 15)] if named else []
        return self._listing(
            "barriers",
            in_order(rows, "order", "type", "code"),
            "barriers",
            columns={"keyholder": keyholder},
        )

    def objects(self, layer: Literal["water", "fire_points"]) -> Listing:
        """Return water objects or fire points, by type."""
        objects: gpd.GeoDataFrame = getattr(self.result, layer)
        rows = {
            **_columns(objects),
            **self._where(shapely.point_on_surface(objects.geometry.to_numpy())),
            "code": known_cells(objects["object_id"]),
            "type": self._told("type.", objects["type"]),
            "working": self._told("answer.", objects["working"]),
            "usable": self._told("answer.", objects["usable"]),
            "source": self._told("source.", objects["source"]),
            "checked_on": [_date(when) for when in objects["last_checked"]],
            "at": known_cells(objects["object_id"]),
        }
        return self._listing(layer, in_order(rows, "type", "code"), layer)

    def houses(self) -> Listing:
        """Return all houses by group, status and address."""
        houses = self.result.houses
        names = dict(zip(self.result.alleys["alley_id"], self.result.alleys["name"], strict=True))
        rows = {
            **_columns(houses),
            **self._where(shapely.point_on_surface(houses.geometry.to_numpy())),
            "code": known_cells(houses["house_id"]),
            "group": self._told("group.", houses["group"]),
            "status": self._told("status.", houses["status"]),
            **{answer: self._told("", houses[answer]) for answer in _ANSWERS},
            "alley": [names.get(alley) for alley in houses["alley_id"]],
            "reason": known_cells(houses[f"reason_{self.language}"]),
            "extinguisher": self._told("answer.", houses["extinguisher"]),
            "extinguisher_on": [_date(when) for when in houses["extinguisher_checked"]],
            "transmitter": self._told("answer.", houses["transmitter"]),
            "approved": self._told("answer.", houses["approved"]),
            "order": [STATUSES.index(status) for status in houses["status"]],
            "group_order": [by_group(group) for group in houses["group"]],
            "at": known_cells(houses["house_id"]),
        }
        ordered = in_order(rows, "group_order", "order", "address", "code")
        return self._listing("houses", ordered, "houses")

    def hydrant_gaps(self) -> Listing:
        """Return stretches of road far from any hydrant, by name."""
        gaps = self.result.hydrant_gaps
        rows = {
            **_columns(gaps),
            **self._where(shapely.point_on_surface(gaps.geometry.to_numpy())),
            "name": [name or self._word("")("unnamed") for name in known_cells(gaps["name"])],
            "code": known_cells(gaps["segment_id"]),
            "at": known_cells(gaps["segment_id"]),
        }
        return self._listing("hydrant_gaps", in_order(rows, "name", "code"), "segments")

    def _described(self, tokens: pd.Series) -> list[str | None]:
        """Say what stops a truck, of each ``kind:id``."""
        stops = self.result.stops
        known = {} if stops is None else stops.describe(tokens.dropna().tolist())
        place = LANGUAGES.index(self.language)
        return [known[token][place] if token in known else None for token in tokens]


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): known_cells(frame[name]) for name in frame.columns if name in _COLUMNS}


def in_order(rows: Mapping[str, Any], *by: str) -> pd.DataFrame:
    """Sort rows by some columns, text as people count."""
    frame = pd.DataFrame(rows, dtype=object)

    def key(value: Any) -> Any:
        if isinstance(value, str):
            return natural(value)
        return [] if value is None or value is pd.NA else value

    keys = [[key(value) for value in frame[name]] for name in by]
    return frame.iloc[sorted(range(len(frame)), key=lambda i: [column[i] for column in keys])]
