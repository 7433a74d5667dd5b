"""Sentences for reasons, in Vietnamese and English.

The analysis gives codes and figures; only here do they become text. Each place that stops a truck
is described once and used for every house behind it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from fireaccess.analysis.houses import (
    AT_DOOR,
    NO_WAY,
    NOT_KNOWN,
    PLACED_BY_NAME,
    TOO_FAR,
    UNCONNECTED,
    WITHIN_HOSE,
    Doors,
)
from fireaccess.model.answers import NEEDS_SURVEY, NOT_COVERED, Answer, ObjectArray
from fireaccess.model.norm import Figure, Norm
from fireaccess.network.need import Need
from fireaccess.network.network import Network
from fireaccess.network.obstacles import SOMEWHERE
from fireaccess.network.passability import Passability

Language = Literal["vi", "en"]
LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")

_TYPES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "bollard": ("cọc", "bollard"),
        "block": ("khối bê tông", "concrete block"),
        "jersey_barrier": ("dải phân cách bê tông", "jersey barrier"),
        "planter": ("bồn cây", "planter"),
        "log": ("khúc gỗ", "log"),
        "debris": ("đống vật liệu", "debris"),
        "gate": ("cổng", "gate"),
        "lift_gate": ("barie", "lift gate"),
        "swing_gate": ("barie quay", "swing gate"),
        "sliding_gate": ("cổng trượt", "sliding gate"),
        "chain": ("dây xích", "chain"),
        "wall": ("tường", "wall"),
        "fence": ("hàng rào", "fence"),
        "city_wall": ("tường thành", "city wall"),
        "kerb": ("bó vỉa", "kerb"),
        "height_restrictor": ("khung giới hạn chiều cao", "height restrictor"),
        "cycle_barrier": ("rào chắn xe", "cycle barrier"),
        "motorcycle_barrier": ("rào chắn xe máy", "motorcycle barrier"),
        "ditch": ("rãnh", "ditch"),
        "turnstile": ("cửa xoay", "turnstile"),
    }
)
_ANY_BARRIER: Final = ("vật cản", "barrier")

_RULES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "fixed": ("cố định", "fixed"),
        "no_keyholder": ("mở được, chưa rõ người giữ khóa", "openable, keyholder not known"),
        "type": ("", ""),
        "kerb": ("chưa rõ chiều cao", "height not known"),
        "height": ("chưa rõ chiều cao", "height not known"),
        "not_known": ("chưa rõ loại", "kind not known"),
    }
)
_UNKNOWN: Final = ("chưa rõ xe có qua được không", "not known whether a truck passes")
_MAPPED: Final = ("theo OpenStreetMap", "as mapped in OpenStreetMap")


def decimal(value: float, language: Language, digits: int = 1) -> str:
    """Write a figure with the language's decimal sign, without trailing zeros.

    Examples
    --------
    >>> decimal(1.2, "vi"), decimal(3.0, "vi"), decimal(2.25, "en", 2)
    ('1,2', '3', '2.25')
    """
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return text.replace(".", ",") if language == "vi" else text


def day(text: str | None, language: Language) -> str | None:
    """Write an ISO date as the language does: 12/5/2026, or 2026-05-12.

    Examples
    --------
    >>> day("2026-05-12", "vi"), day(None, "vi")
    ('12/5/2026', None)
    """
    if text is None or pd.isna(text):
        return None
    when = date.fromisoformat(text)
    return f"{when.day}/{when.month}/{when.year}" if language == "vi" else text


def figure_text(figure: Figure, language: Language) -> str:
    """Write a norm's figure in metres, marked where no source was verified."""
    text = f"{decimal(figure.value, language)} m"
    if figure.verified:
        return text
    return f"{text} ({'giả định' if language == 'vi' else 'assumed'})"


@dataclass(frozen=True, slots=True)
class _Roads:
    """The road to name at a node, None where all are nameless, and whether ways meet there."""

    name: str | None
    several: bool


def _where(roads: _Roads, language: Language) -> str:
    if roads.name is None:
        return ""
    if language == "vi":
        return f" {'đầu' if roads.several else 'trên'} {roads.name}"
    return f" at the mouth of {roads.name}" if roads.several else f" on {roads.name}"


@dataclass(frozen=True, slots=True)
class Stops:
    """Describes whatever can stop a truck.

    Parameters
    ----------
    network, passability
        The network and what is known of it.
    obstacles
        Barriers, readings and clearances, by ``barrier_id``.
    need
        What a passage must offer.
    """

    network: Network
    passability: Passability
    obstacles: pd.DataFrame
    need: Need
    # What was described once: the reasons and the map tell of the same places.
    _known: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)

    def describe(self, tokens: list[str]) -> dict[str, tuple[str, str]]:
        """Return the Vietnamese and the English description of each ``kind:id``."""
        self._known.update(self._described(set(tokens) - self._known.keys()))
        return {token: self._known[token] for token in sorted(set(tokens))}

    def _described(self, wanted: set[str]) -> dict[str, tuple[str, str]]:
        of_tokens = self.obstacles[self.obstacles["barrier_id"].isin(wanted)]
        rows = {row["barrier_id"]: row for row in of_tokens.to_dict("records")}
        roads = self._names_at({int(row["node"]) for row in rows.values()})
        index = {
            f"segment:{name}": i
            for i, name in enumerate(self.network.segment_id)
            if f"segment:{name}" in wanted
        }
        return {
            token: tuple(
                self._segment(index[token], language)
                if token in index
                else self._obstacle(rows[token], roads, language)
                for language in LANGUAGES
            )  # type: ignore[misc]
            for token in sorted(wanted)
        }

    def certain(self, tokens: list[str]) -> frozenset[str]:
        """Return those that stop the truck for certain, whatever a survey may find."""
        blocked = self.passability.segment_answer == Answer.BLOCKED
        segments = {f"segment:{name}" for name in self.network.segment_id[blocked]}
        rows = self.obstacles
        obstacles = set(rows["barrier_id"][rows["answer"].to_numpy() == Answer.BLOCKED])
        return frozenset(tokens) & (segments | obstacles)

    def _obstacle(self, row: Any, roads: Mapping[int, _Roads], language: Language) -> str:
        k = LANGUAGES.index(language)
        name = row["osm_id"] if pd.isna(row["object_id"]) else row["object_id"]
        notes: list[str] = []
        if row["kind"] == "reading":
            what = ("chỗ hẹp", "narrow place")[k]
            if row["answer"] == Answer.UNKNOWN:
                what = ("chỗ đo chưa chắc", "open reading")[k]
            notes.append(f"{('rộng', 'width')[k]} {decimal(row['figure_m'], language, 2)} m")
            notes.append(self._needs("width_m", language))
        elif row["kind"] == "clearance":
            what = ("chỗ thấp", "low clearance")[k]
            notes.append(f"{('cao', 'height')[k]} {decimal(row['figure_m'], language, 2)} m")
            notes.append(self._needs("height_m", language))
        else:
            what = _TYPES.get(row["type"], _ANY_BARRIER)[k]
            if row["rule"] == "gap" and not np.isnan(row["figure_m"]):
                notes.append(f"{('khe', 'gap')[k]} {decimal(row['figure_m'], language, 2)} m")
                notes.append(self._needs("width_m", language))
            notes.append(_RULES.get(row["rule"], ("", ""))[k])
            if row["answer"] == Answer.UNKNOWN:
                notes.append(_UNKNOWN[k])
        if row["rule"] == SOMEWHERE:
            notes.append(("chưa rõ ở chỗ nào trên đường", "where on the road is not known")[k])
        when = day(row["date"], language)
        if when:
            notes.append(f"{('đo', 'measured')[k]} {when}")
        elif row["source"] == "osm":
            notes.append(_MAPPED[k])
        where = _where(roads[int(row["node"])], language)
        inside = ", ".join(note for note in notes if note)
        return f"{what} {name}{where}" + (f" ({inside})" if inside else "")

    def _needs(self, name: str, language: Language) -> str:
        """Say what the truck needs, marked where no source verifies it."""
        vi = language == "vi"
        unit = "t" if name == "mass_t" else "m"
        text = f"{'cần' if vi else 'needs'} {decimal(getattr(self.need, name), language, 2)} {unit}"
        if name not in self.need.assumed:
            return text
        return f"{text} {'theo giả định' if vi else 'as assumed'}"

    def _names_at(self, nodes: set[int]) -> dict[int, _Roads]:
        """Return the names of the roads that meet at some nodes, and whether they are several."""
        network = self.network
        found: dict[int, list[int]] = {node: [] for node in nodes}
        for ends in (network.segment_u, network.segment_v):
            for i in np.flatnonzero(np.isin(ends, list(nodes))).tolist():
                found[int(ends[i])].append(i)
        names = network.tag("name")
        roads = {}
        for node, arms in found.items():
            # A loop meets its node with both ends, and is one road there.
            ways = network.segment_way[np.unique(np.array(arms, dtype=np.int64))]
            counts = Counter(name for name in names[ways] if name)
            # The alley that begins here is the road that the fewest arms belong to.
            least = min(counts, key=lambda name: (counts[name], name), default=None)
            roads[node] = _Roads(least, several=len(np.unique(ways)) > 1)
        return roads

    def _segment(self, i: int, language: Language) -> str:
        k = LANGUAGES.index(language)
        network, known = self.network, self.passability
        name = network.tag("name")[network.segment_way[i]]
        road = name or ("lối đi chưa có tên", "an unnamed way")[k]
        width = decimal(known.width_m[i], language, 2) if not np.isnan(known.width_m[i]) else ""
        source = known.width_source[i]
        blocked = known.segment_answer[i] == Answer.BLOCKED
        why = {
            "steps": ("bậc thang hoặc hành lang", "steps or a corridor"),
            "class": ("không dành cho xe", "not for vehicles")
            if blocked
            else ("chưa đo bề rộng", "width not measured"),
            "width": (
                f"rộng {width} m theo thẻ {source}, {self._needs('width_m', language)}"
                + ("" if blocked else ", chưa đủ chắc"),
                f"{width} m wide by tag {source}, {self._needs('width_m', language)}"
                + ("" if blocked else ", not certain enough"),
            ),
            "sign_width": ("biển báo hạn chế bề rộng", "a sign limits the width"),
            "height": (
                f"chiều cao thông thủy không đủ, {self._needs('height_m', language)}",
                f"clear height too low, {self._needs('height_m', language)}",
            ),
            "sign_height": ("biển báo hạn chế chiều cao", "a sign limits the height"),
            "covered": ("đi dưới nhà, chưa đo chiều cao", "covered, height not measured"),
            "weight": (
                f"cầu không đủ tải, {self._needs('mass_t', language)}",
                f"a bridge too weak, {self._needs('mass_t', language)}",
            ),
            "survey": (
                ("", "")
                if known.segment_answer[i] == Answer.PASS
                else ("đường này có chỗ hẹp, chưa rõ ở đâu", "narrow somewhere, not known where")
            ),
        }[known.segment_reason[i]][k]
        return f"{road} ({why})" if why else str(road)


def house_sentences(
    houses: pd.DataFrame,
    doors: Doors,
    stops: Stops,
    norm: Norm,
    snap_limit_m: float,
) -> tuple[ObjectArray, ObjectArray]:
    """Return the reason of every house as a sentence in Vietnamese and in English.

    Parameters
    ----------
    houses
        ``reason``, ``stopped_by``, ``hose_m``, ``hose_best_m``, ``water``, ``water_id``,
        ``water_m``.
    doors
        How far the nearest road is from a house without a door.
    stops
        Describes what stops a truck.
    norm
        The hose limit, marked where it is an assumption.
    snap_limit_m
        How near a mapped road must be.
    """
    tokens = houses["stopped_by"].dropna().unique().tolist()
    described = stops.describe(tokens)
    certain = stops.certain(tokens)
    columns = ["reason", "stopped_by", "hose_m", "hose_best_m", "water", "water_id", "water_m"]
    cells = [houses[name].to_numpy(dtype=object).tolist() for name in columns]
    rows = list(zip(*cells[:4], doors.nearest_road_m.tolist(), *cells[4:], strict=True))
    texts: list[ObjectArray] = []
    for k, language in enumerate(LANGUAGES):
        limit = figure_text(norm.hose_limit_m, language)  # type: ignore[arg-type]
        texts.append(
            np.array(
                [
                    _house(
                        reason,
                        language,
                        described[stop][k] if isinstance(stop, str) else None,
                        stop in certain,
                        hose,
                        best,
                        away,
                        limit,
                        snap_limit_m,
                    )
                    + (
                        ""
                        if reason == PLACED_BY_NAME
                        else _water(water, language, water_id, water_m)
                    )
                    for reason, stop, hose, best, away, water, water_id, water_m in rows
                ],
                dtype=object,
            )
        )
    return texts[0], texts[1]


def _house(
    reason: str,
    language: Language,
    stop: str | None,
    stop_is_certain: bool,
    hose_m: float,
    best_m: float,
    away_m: float,
    limit: str,
    snap_limit_m: float,
) -> str:
    vi = language == "vi"
    if reason == UNCONNECTED:
        return (
            f"Trong vòng {snap_limit_m:.0f} m quanh nhà không có ngõ nào trên bản đồ (đường gần "
            f"nhất cách {away_m:.0f} m): cần khảo sát."
            if vi
            else f"No alley is mapped within {snap_limit_m:.0f} m of the house (the nearest road "
            f"is {away_m:.0f} m away): it needs a survey."
        )
    if reason == PLACED_BY_NAME:
        return (
            "Chỉ biết tên đường, chưa có tọa độ của nhà: các khoảng cách tính từ giữa đường đó. "
            "Cần xác định vị trí nhà."
            if vi
            else "Only the road of the house is known, not its place: distances are those of the "
            "middle of that road. Give its coordinates."
        )
    if reason == NO_WAY:
        return (
            "Trên bản đồ không có lối đi bộ từ chỗ xe chữa cháy dừng tới nhà."
            if vi
            else "The map has no way on foot from where the truck stops to the house."
        )
    if reason == AT_DOOR:
        return (
            f"Xe chữa cháy vào được đường trước nhà; còn {hose_m:.0f} m kéo vòi."
            if vi
            else f"The truck gets to the road at the house; {hose_m:.0f} m of hose from there."
        )
    at = stop or ("đường trước nhà" if vi else "the road at the house")
    if reason == WITHIN_HOSE:
        return (
            f"Xe chữa cháy dừng ở {at}; còn {hose_m:.0f} m kéo vòi, trong giới hạn {limit}."
            if vi
            else f"The truck stops at {at}; {hose_m:.0f} m of hose from there, within {limit}."
        )
    if reason == TOO_FAR:
        same = np.isnan(hose_m) or round(best_m) == round(hose_m)
        least = best_m if np.isnan(hose_m) else hose_m
        tail = (
            ""
            if same
            else f"; dù mọi chỗ chưa rõ đều qua được vẫn còn {best_m:.0f} m"
            if vi
            else f"; even if all that is not known lets it pass, {best_m:.0f} m"
        )
        return (
            f"Xe chữa cháy dừng ở {at}; còn {least:.0f} m kéo vòi, quá giới hạn {limit}{tail}."
            if vi
            else f"The truck stops at {at}; {least:.0f} m of hose from there, beyond {limit}{tail}."
        )
    if reason != NOT_KNOWN:
        raise ValueError(f"unknown reason {reason!r}")
    if np.isnan(hose_m):
        return (
            f"Chưa rõ: nếu mọi chỗ chưa rõ đều qua được thì còn {best_m:.0f} m kéo vòi. Cần đo "
            "tại chỗ."
            if vi
            else f"Not known: {best_m:.0f} m of hose if all that is not known lets the truck pass. "
            "Measure here."
        )
    if stop_is_certain:
        return (
            f"Xe chữa cháy dừng ở {at}; còn {hose_m:.0f} m kéo vòi, quá giới hạn {limit}. Chưa rõ "
            f"có đường khác không: nếu mọi chỗ chưa rõ đều qua được thì còn {best_m:.0f} m. Cần đo "
            "tại chỗ."
            if vi
            else f"The truck stops at {at}; {hose_m:.0f} m of hose from there, beyond {limit}. "
            f"Whether there is another way is not known: {best_m:.0f} m if all that is not known "
            "lets it pass. Measure there."
        )
    return (
        f"Chưa rõ xe có qua được {at} không: nếu dừng ở đó thì còn {hose_m:.0f} m kéo vòi, quá "
        f"giới hạn {limit}; nếu mọi chỗ chưa rõ đều qua được thì còn {best_m:.0f} m. Cần đo tại "
        "chỗ."
        if vi
        else f"Not known whether the truck passes {at}: {hose_m:.0f} m of hose if it stops there, "
        f"beyond {limit}; {best_m:.0f} m if all that is not known lets it pass. Measure here."
    )


def _water(answer: Any, language: Language, water_id: Any, water_m: float) -> str:
    """Say what is wrong with the water; nothing where a source is near enough."""
    vi = language == "vi"
    if answer == NEEDS_SURVEY:
        return (
            " Nguồn nước chưa chắc: chưa rõ xe có tới lấy nước được không."
            if vi
            else " Water is not certain: it is not known whether a truck can draw from it."
        )
    if answer != NOT_COVERED:
        return ""
    if np.isnan(water_m):
        return (
            " Không có nguồn nước nào dùng được mà vòi tới được."
            if vi
            else " No usable water can be reached by hose."
        )
    return (
        f" Nguồn nước dùng được gần nhất ({water_id}) cách {water_m:.0f} m đường vòi: quá xa."
        if vi
        else f" The nearest usable water ({water_id}) is {water_m:.0f} m of hose away: too far."
    )
