"""What changed between two states, as lists for a workbook."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import pandas as pd
import shapely

from fireaccess.outputs.lists import Column, Kind, Listing, in_order, known_cells, words
from fireaccess.outputs.order import by_group
from fireaccess.outputs.sentences import LANGUAGES, Language

_STATES: Final = ("old", "new")

#: Lists: title (of at most 31 letters), what it tells, and columns; what follows | isn't printed.
_LISTS: Final[Mapping[str, tuple[tuple[str, str], tuple[str, str], str]]] = MappingProxyType(
    {
        "summary": (
            ("Tóm tắt", "Summary"),
            (
                "Số nhà, số vật cản đã thay đổi, và dữ liệu nào làm thay đổi.",
                "How many houses and barriers changed, and which input changed them.",
            ),
            "what change why count",
        ),
        "houses": (
            ("Nhà thay đổi", "Houses"),
            (
                "Nhà mới, nhà không còn, nhà có kết quả khác trước. Vì sao: tính lại lần lượt với "
                "quy chuẩn, đường, khảo sát, danh sách nhà mới.",
                "Houses that are new, gone, or answered otherwise. Why: norm, roads, survey and "
                "houses are exchanged one after another.",
            ),
            "map house_id address group change why status_old status_new road_old road_new "
            "water_old water_new hose_old_m hose_new_m | point_old point_new lon lat",
        ),
        "barriers": (
            ("Vật cản thay đổi", "Barriers"),
            (
                "Vật cản, chỗ hẹp mới có, không còn, hoặc có tình trạng khác trước.",
                "Barriers and narrow places that are new, gone, or in another state.",
            ),
            "map barrier_id type change state_old state_new effect_old effect_new dealt_with_old "
            "dealt_with_new | lon lat",
        ),
        "targets": (
            ("Chỉ tiêu", "Targets"),
            (
                "Tiến độ của từng chỉ tiêu, trước và nay.",
                "Progress to each target, before and now.",
            ),
            "target total_old done_old left_old total_new done_new left_new",
        ),
        "groups": (
            ("Theo tổ", "Groups"),
            (
                "Số nhà, số nhà chắc chắn đạt, trước và nay.",
                "Houses, and those that are covered for certain, before and now.",
            ),
            "group houses_old houses_new road_covered_old road_covered_new water_covered_old "
            "water_covered_new",
        ),
        "rules": (
            ("Quy chuẩn, thông số", "Norm and settings"),
            (
                "Trị số của quy chuẩn, xe và thông số đã khác trước.",
                "Figures of norm, vehicle and settings that are others.",
            ),
            "figure old new",
        ),
    }
)
#: Columns: heading in Vietnamese and English, kind, width; {0} is "before" or "now".
_COLUMNS: Final[Mapping[str, tuple[str, str, Kind, float]]] = MappingProxyType(
    {
        "what": ("Đối tượng", "What", "text", 16),
        "change": ("Thay đổi", "Change", "word", 18),
        "why": ("Vì sao", "Why", "text", 24),
        "count": ("Số lượng", "Count", "count", 10),
        "map": ("Bản đồ", "Map", "place", 7),
        "house_id": ("Mã", "Code", "text", 14),
        "address": ("Địa chỉ", "Address", "text", 26),
        "group": ("Tổ dân phố", "Group", "text", 16),
        "status": ("Tình trạng, {0}", "Status, {0}", "word", 17),
        "road": ("Giao thông, {0}", "Road, {0}", "word", 11),
        "water": ("Nguồn nước, {0}", "Water, {0}", "word", 11),
        "point": ("Điểm chữa cháy, {0}", "Fire point, {0}", "word", 11),
        "hose_m": ("Vòi từ xe (m), {0}", "Hose (m), {0}", "metres", 9),
        "barrier_id": ("Mã", "Code", "text", 18),
        "type": ("Loại", "Type", "text", 16),
        "state": ("Tình trạng, {0}", "State, {0}", "text", 12),
        "effect": ("Với xe, {0}", "To a truck, {0}", "word", 14),
        "dealt_with": ("Đã xử lý, {0}", "Dealt with, {0}", "word", 9),
        "target": ("Chỉ tiêu", "Target", "text", 46),
        "total": ("Tổng số, {0}", "Target, {0}", "count", 9),
        "done": ("Đã xong, {0}", "Done, {0}", "count", 9),
        "left": ("Còn lại, {0}", "Left, {0}", "count", 9),
        "houses": ("Số nhà, {0}", "Houses, {0}", "count", 9),
        "road_covered": ("Giao thông đạt, {0}", "Road covered, {0}", "count", 9),
        "water_covered": ("Nước đạt, {0}", "Water covered, {0}", "count", 9),
        "figure": ("Trị số", "Figure", "text", 34),
        "old": ("Trước", "Before", "text", 30),
        "new": ("Nay", "Now", "text", 30),
        "lon": ("Kinh độ (WGS 84)", "Longitude (WGS 84)", "degrees", 12),
        "lat": ("Vĩ độ (WGS 84)", "Latitude (WGS 84)", "degrees", 12),
    }
)
_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "houses": ("Nhà", "Houses"),
        "barriers": ("Vật cản, chỗ hẹp", "Barriers, narrow places"),
        "when.old": ("trước", "before"),
        "when.new": ("nay", "now"),
        "change.gone": ("Không còn", "Gone"),
        "change.changed": ("Đã đổi", "Changed"),
        "change.new": ("Mới", "New"),
    }
)
#: What stands before the codes of a column in the keys of their words.
_PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "change": "change.",
        "why": "why.",
        "group": "group.",
        "type": "type.",
        "target": "target.",
        "status": "status.",
        "state": "state.",
        "effect": "effect.",
        "dealt_with": "answer.",
        **dict.fromkeys(("road", "water", "point"), ""),
    }
)
_SUMMED: Final = ("count", "houses", "road_covered", "water_covered")


def change_lists(
    tables: Mapping[str, pd.DataFrame | gpd.GeoDataFrame], language: Language
) -> tuple[Listing, ...]:
    """Return what changed as lists: a summary, houses, barriers, targets, groups, rules.

    Parameters
    ----------
    tables
        By these names, the summary left out: those of a comparison, houses and barriers with
        their places in EPSG:4326.
    language
        Language of titles, headings and words.
    """
    barriers = tables["barriers"]
    kinds = barriers["barrier_id"].str.split(":").str[0]
    barriers = barriers.assign(type=barriers["type"].where(kinds == "barrier", kinds))
    known = words(language) | {key: both[LANGUAGES.index(language)] for key, both in _TEXTS.items()}
    frames = {
        "summary": _summary(tables, known),
        "houses": _placed(tables["houses"], known, "group_order", "address", "house_id"),
        "barriers": _placed(barriers, known, "type", "barrier_id"),
        "targets": tables["targets"].rename(columns=lambda name: name.replace("target_", "total_")),
        "groups": tables["groups"],
        "rules": tables["rules"],
    }
    return tuple(_listing(name, frame, known, language) for name, frame in frames.items())


def _summary(tables: Mapping[str, pd.DataFrame], known: Mapping[str, str]) -> pd.DataFrame:
    """Return how many objects changed, by how and why."""
    counts = [
        _with_why(tables[name])
        .value_counts(["change", "why"], sort=False)
        .sort_index()
        .reset_index(name="count")
        .assign(what=known[name])
        for name in ("houses", "barriers")
    ]
    return pd.concat(counts, ignore_index=True)


def _with_why(frame: pd.DataFrame) -> pd.DataFrame:
    # A barrier is changed by its own row alone.
    return frame if "why" in frame else frame.assign(why="")


def _placed(frame: gpd.GeoDataFrame, known: Mapping[str, str], *by: str) -> pd.DataFrame:
    """Return objects in the order in which people look for them, with their places."""
    points = shapely.point_on_surface(frame.geometry.to_numpy())
    rows = {name: known_cells(frame[name]) for name in frame.columns.drop("geometry")}
    rows |= {"at": rows[by[-1]], "map": [known["open"]] * len(frame)}
    rows |= {"lon": shapely.get_x(points), "lat": shapely.get_y(points)}
    if "group" in rows:
        rows["group_order"] = [by_group(group) for group in rows["group"]]
    return in_order(rows, *by)


def _listing(
    name: str, frame: pd.DataFrame, known: Mapping[str, str], language: Language
) -> Listing:
    place = LANGUAGES.index(language)
    title, note, names = _LISTS[name]
    printed, _, _ = names.partition("|")
    columns = []
    for key in names.replace("|", "").split():
        base, state = _parted(key)
        *headings, kind, width = _COLUMNS[base]
        heading = str(headings[place]).format(known[f"when.{state}"] if state else "")
        columns.append(Column(key, heading, kind, width, (key,) if base in _SUMMED else ()))
    frame = frame.reset_index(drop=True)
    rows = {column.name: _told(frame[column.name], known) for column in columns}
    return Listing(
        name=name,
        title=title[place],
        note=note[place],
        columns=tuple(columns),
        printed=len(printed.split()),
        rows=pd.DataFrame({**rows, "at": frame.get("at")}, dtype=object),
        layer=name if "at" in frame else None,
    )


def _parted(key: str) -> tuple[str, str | None]:
    """Return a column's name without the state that it is of, and that state.

    Examples
    --------
    >>> _parted("hose_old_m"), _parted("status_new"), _parted("new")
    (('hose_m', 'old'), ('status', 'new'), ('new', None))
    """
    for state in _STATES:
        if f"_{state}" in key:
            return key.replace(f"_{state}", ""), state
    return key, None


def _told(values: pd.Series, known: Mapping[str, str]) -> list[Any]:
    """Return a column with words for its codes; a code without a word is told as it is."""
    base, _ = _parted(str(values.name))
    flags = {True: "yes", False: "no"}

    def word(code: Any) -> Any:
        if base == "why":
            return ", ".join(known[f"why.{step}"] for step in code.split(", ") if step)
        return known.get(f"{_PREFIXES[base]}{flags.get(code, code)}", code)

    cells = known_cells(values)
    if base not in _PREFIXES:
        return cells
    return [None if cell is None else word(cell) for cell in cells]
