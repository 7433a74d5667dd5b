"""Where the rows of a table lie: degrees or metres, in two cells or one, in any CRS a row names.

Row by row the first way that is filled in counts: ``lon`` and ``lat``, ``coordinates``, ``x`` and
``y``, ``easting`` and ``northing``. A cell is read as people write it; what it may mean in two
ways is decided by where the project lies, or else told and left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd
from pyproj import CRS

from fireaccess.model.answers import BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError, Severity
from fireaccess.model.text import parse_number
from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.degrees import read_degrees, read_pair
from fireaccess.sources.files import not_on_earth
from fireaccess.sources.ground import Ground, as_points
from fireaccess.sources.mistakes import (
    Correction,
    Distance,
    Mistake,
    Tell,
    apart_m,
    as_degrees,
    recognise,
    recognise_metres,
    tell_mistake,
)
from fireaccess.sources.zones import read_crs, zone_name, zone_of

_AXES: Final = (("lon", "lat"), ("x", "y"), ("easting", "northing"))
#: What is said of one, two, and three or more texts.
_UNKNOWN_TO_PROJ: Final = (
    Message("{first!r} is not a coordinate reference system that PROJ knows"),
    Message("{first!r} and {second!r} is not a coordinate reference system that PROJ knows"),
    Message(
        "{first!r} and {second!r} and {third!r} is not a coordinate reference system that PROJ "
        "knows"
    ),
)
#: Two ways of one row that lie farther apart than this disagree.
_TWO_PLACES_M: Final = 50.0
#: No degree is as large.
_METRES_FROM: Final = 360.0
# Where Việt Nam lies in TM-3 and UTM.
_NORTHING_M: Final = (900_000.0, 2_600_000.0)
_EASTING_M: Final = (150_000.0, 850_000.0)

_COMMA: Final = re.compile(r"[+-]?\d*,\d+")
#: Thousands set apart so that it can't be the decimal sign: by points, commas or blanks.
_THOUSANDS: Final = (
    (re.compile(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}\.\d{3},\d+"), "."),
    (re.compile(r"\d{1,3}(?:,\d{3}){2,}(?:\.\d+)?|\d{1,3},\d{3}\.\d+"), ","),
    (re.compile(r"\d{1,3}(?:[ \u00a0]\d{3})+(?:[.,]\d+)?"), " "),
)
_METRES: Final = r"(\d{5,7}(?:[.,]\d+)?)\s*m?"
_METRE_PAIR: Final = re.compile(
    rf"\(?\s*(?:([xyne])\s*[=:]?\s*)?{_METRES}[;,/|\s]\s*(?:[xyne]\s*[=:]?\s*)?{_METRES}\s*\)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Where rows lie.

    Parameters
    ----------
    geometry_wgs84
        Longitude and latitude, shape ``(n, 2)``; NaN where a row has no place.
    given
        Which rows hold any coordinate text.
    ok
        Which have a place that can be used; why the other given ones have none was told.
    corrected
        Which were put right by a correction that somebody accepted.
    """

    geometry_wgs84: FloatArray
    given: BoolArray
    ok: BoolArray
    corrected: BoolArray

    def points(self, crs: CRS) -> ObjectArray:
        """Return the places as points in a CRS, None where there is none."""
        xy = np.full(self.geometry_wgs84.shape, np.nan)
        lon, lat = self.geometry_wgs84[self.ok].T
        xy[self.ok] = np.column_stack(transform_xy(lon, lat, WGS84, crs))
        return as_points(xy)


def read_places(
    raw: pd.DataFrame,
    tell: Tell,
    *,
    project_crs: CRS | None,
    crs: CRS | None = None,
    ground: Ground | None,
    name: str,
    accepted: frozenset[str],
    required: bool,
    named: BoolArray | None = None,
    file: object = None,
) -> Placed:
    """Read where the rows of a table lie.

    Parameters
    ----------
    raw
        Cells as text, None where blank: any of ``lon``, ``lat``, ``coordinates``, ``x``, ``y``,
        ``easting``, ``northing``, ``crs``; ``road_name`` and ``address`` bear witness. Other
        columns are not looked at.
    tell
        Takes note of what is wrong, by the position of rows in ``raw``.
    project_crs
        The CRS of metres where neither the row nor the mapping names one.
    crs
        The CRS that the mapping names for this table.
    ground
        Where the project lies; if that isn't known, no mistake is recognised.
    name
        The table's name, which the ids of corrections begin with.
    accepted
        Ids of corrections that somebody accepted.
    required
        A row without a place can't be used.
    named
        Rows that name a road or an address: without coordinates they may be placed by that.
    file
        What to name if the table can't be used at all.

    Raises
    ------
    InputError
        If no row has a place, because its metres are in no CRS that is known.

    Examples
    --------
    >>> def tell(i, column, code, *what, **more):
    ...     print(i, column, code)
    >>> raw = pd.DataFrame({"lon": ["105.82", "105,83", None], "lat": ["20.99", "20°59'N", None]})
    >>> of_the_project = dict(project_crs=None, ground=None, name="widths", accepted=frozenset())
    >>> placed = read_places(raw, tell, **of_the_project, required=True)
    1 lon decimal_comma
    2 lon no_place
    >>> placed.geometry_wgs84[:2].round(4).tolist(), placed.ok.tolist()
    ([[105.82, 20.99], [105.83, 20.9833]], [True, True, False])
    >>> read_places(raw[:0], tell, **of_the_project, required=True).points(WGS84).shape
    (0,)
    """
    cells = _Cells(raw, tell, required=required)
    ways = cells.ways()
    filled = np.array([way.filled for way in ways])
    first = np.where(filled.any(axis=0), filled.argmax(axis=0), -1)
    cells.tell_unread(ways, first)
    cells.tell_blank(first < 0, named=named)
    crss = _Crss(cells, _pinned(project_crs), _pinned(crs), ground)
    figures = _Figures.of(ways, first)
    crs_of = crss.of_rows(figures, file=file)
    setting = _Setting(cells, ground, name, accepted)
    setting.set_rows(ways, figures, crs_of)
    filled[first, np.arange(len(raw))] = False
    second = np.where(filled.any(axis=0) & (first >= 0), filled.argmax(axis=0), -1)
    setting.compare(ways, figures, _Figures.of(ways, second), crss)
    known = np.isfinite(setting.lon) & np.isfinite(setting.lat)
    place = np.column_stack([setting.lon, setting.lat])
    given = [cells.filled(column) for column in ("coordinates", *sum(_AXES, ()))]
    return Placed(
        np.where(known[:, None], place, np.nan),
        np.any(given, axis=0),
        known,
        setting.corrected & known,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Way:
    """One way to give a place: what its columns say in all rows, NaN where that can't be read."""

    columns: tuple[str, ...]
    filled: BoolArray
    x: FloatArray
    y: FloatArray
    metres: BoolArray
    unread: Mapping[str, BoolArray]
    comma: Mapping[str, BoolArray]

    @property
    def name(self) -> str:
        return ", ".join(self.columns)


@dataclass(frozen=True, slots=True, eq=False)
class _Figures:
    """What each row says in one of its ways; -1 for rows that lack it."""

    way: IntArray
    x: FloatArray
    y: FloatArray
    metres: BoolArray

    @classmethod
    def of(cls, ways: list[_Way], way: IntArray) -> _Figures:
        at = (way, np.arange(len(way)))
        return cls(
            way.astype(np.int64),
            np.where(way < 0, np.nan, np.array([w.x for w in ways])[at]),
            np.where(way < 0, np.nan, np.array([w.y for w in ways])[at]),
            (way >= 0) & np.array([w.metres for w in ways])[at],
        )

    @property
    def read(self) -> BoolArray:
        return np.isfinite(self.x) & np.isfinite(self.y)


class _Cells:
    """The cells of one table, and what is told of them."""

    def __init__(self, raw: pd.DataFrame, tell: Tell, *, required: bool) -> None:
        self.raw = raw
        self.count = len(raw)
        self.required = required
        #: What becomes of a row without a place, for remedies that hold ``{outcome}``.
        self.outcome = (
            Message("the row is left out")
            if required
            else Message("the row is used without a place")
        )
        self._tell = tell

    def texts(self, column: str) -> ObjectArray:
        if column in self.raw:
            return self.raw[column].to_numpy(dtype=object)
        return np.full(self.count, None, dtype=object)

    def filled(self, column: str) -> BoolArray:
        return np.asarray(~pd.isna(self.texts(column)))

    def roads(self) -> list[str | None] | None:
        """Return what each row says of its road, None if the table says nothing."""
        if not {"road_name", "address"} & set(self.raw.columns):
            return None
        name = self.texts("road_name")
        return list(np.where(pd.isna(name), self.texts("address"), name))

    def tell(
        self,
        rows: IntArray,
        column: str,
        code: str,
        message: Message,
        remedy: Message,
        *,
        severity: Severity = "error",
        **params: Any,
    ) -> None:
        """Note one finding about all of these rows, if there are any."""
        if len(rows):
            self._tell(
                int(rows[0]),
                column,
                code,
                message,
                remedy,
                severity=severity,
                params={"outcome": self.outcome, **params},
                rows=rows if len(rows) > 1 else None,
            )

    def tell_mistake(
        self, mistake: Mistake, column: str, fix: str, accepted: frozenset[str]
    ) -> bool:
        return tell_mistake(
            mistake, self._tell, column, fix=fix, accepted=accepted, needed=self.required
        )

    def by_text(self, column: str, rows: IntArray) -> Iterator[tuple[str, IntArray]]:
        """Yield each text with its rows, so that what stands in many cells is told once."""
        code, texts = pd.factorize(self.texts(column)[rows])
        return ((str(text), rows[code == k]) for k, text in enumerate(texts))

    def ways(self) -> list[_Way]:
        lon, lat = self.filled("lon"), self.filled("lat")
        return [
            self._axes(("lon", "lat"), _degrees),
            self._pairs("lon", lon & ~lat, if_readable=True),
            self._pairs("lat", lat & ~lon, if_readable=True),
            self._pairs("coordinates", self.filled("coordinates")),
            *(self._axes(pair, _metres) for pair in _AXES[1:]),
        ]

    def _axes(self, columns: tuple[str, str], parse: Callable[[str, str], float | None]) -> _Way:
        """Read two columns, one for each axis."""
        filled = self.filled(columns[0]) & self.filled(columns[1])
        rows = np.flatnonzero(filled)
        figures = np.full((2, self.count), np.nan)
        unread, comma = {}, {}
        for k, column in enumerate(columns):
            figures[k, rows], with_comma = _parsed(self.texts(column)[rows], column, parse)
            unread[column] = filled & np.isnan(figures[k])
            comma[column] = np.zeros(self.count, dtype=bool)
            comma[column][rows] = with_comma
        metres = np.full(self.count, parse is _metres)
        return _Way(columns, filled, figures[0], figures[1], metres, unread, comma)

    def _pairs(self, column: str, filled: BoolArray, *, if_readable: bool = False) -> _Way:
        """Read a column that holds both figures; ``if_readable``: leave what is no pair alone."""
        rows = np.flatnonzero(filled)
        code, texts = pd.factorize(self.texts(column)[rows])
        figures = np.full((3, self.count), np.nan)
        pairs = np.array([_pair(str(text)) for text in texts], dtype=float).reshape(-1, 3)
        figures[:, rows] = pairs[code].T
        unread = filled & np.isnan(figures[0])
        if if_readable:
            filled, unread = filled & ~unread, np.zeros(self.count, dtype=bool)
        x, y, metres = figures
        return _Way((column,), filled, x, y, metres == 1, {column: unread}, {})

    def tell_unread(self, ways: list[_Way], first: IntArray) -> None:
        """Tell of cells that can't be read, where the row rests on them."""
        for k, way in enumerate(ways):
            in_degrees = way.columns == _AXES[0]
            if len(way.columns) == 1:
                code, what = "not_a_place", Message("{value!r} is no pair of coordinates")
                how = Message("write latitude and longitude, as in 20.9886, 105.8216; {outcome}")
            else:
                code, what = "not_a_number", Message("{value!r} is no number")
                how = (
                    Message("write degrees with a point, as in 105.8216; {outcome}")
                    if in_degrees
                    else Message("write metres with a point, as in 585053.12; {outcome}")
                )
            for column, unread in way.unread.items():
                for _, rows in self.by_text(column, np.flatnonzero(unread & (first == k))):
                    self.tell(rows, column, code, what, how)
            for column, comma in way.comma.items():
                self.tell(
                    np.flatnonzero(comma & (first == k)),
                    column,
                    "decimal_comma",
                    Message("{value!r} was read with a decimal comma"),
                    Message("write degrees with a point, as in 105.8216")
                    if in_degrees
                    else Message("write metres with a point, as in 585053.12"),
                    severity="warning",
                )

    def tell_blank(self, missing: BoolArray, *, named: BoolArray | None) -> None:
        """Tell of rows without coordinates if they need some, and of those half filled in."""
        left = missing.copy()
        for pair in _AXES:
            for there, blank in (pair, pair[::-1]):
                rows = left & self.filled(there)
                left &= ~rows
                self._tell_no_place(rows, blank, pair)
        if self.required:
            ways: tuple[tuple[str, ...], ...] = (_AXES[0], ("coordinates",), *_AXES[1:])
            way = next((way for way in ways if set(way) <= set(self.raw.columns)), _AXES[0])
            self._tell_no_place(left if named is None else left & ~named, way[0], way)

    def _tell_no_place(self, rows: BoolArray, column: str, way: tuple[str, ...]) -> None:
        self.tell(
            np.flatnonzero(rows),
            column,
            "no_place",
            Message("the row has no coordinates"),
            Message("give {first}; {outcome}")
            if len(way) == 1
            else Message("give {first} and {last}; {outcome}"),
            first=way[0],
            last=way[-1],
        )


class _Crss:
    """Which CRS the figures of a row are in: its own, the mapping's, the project's."""

    def __init__(
        self, cells: _Cells, project: CRS | None, mapped: CRS | None, ground: Ground | None
    ) -> None:
        self.cells = cells
        self.ground = ground
        self.metres = next((c for c in (mapped, project) if c is not None and c.is_projected), None)
        self.degrees = mapped if mapped is not None and mapped.is_geographic else WGS84

    def of_rows(self, figures: _Figures, *, file: object) -> ObjectArray:
        """Return the CRS of each row, None where it isn't known, which is told.

        Raises
        ------
        InputError
            If no row with figures has a CRS that is known or may be one of several.
        """
        answer, unknown, several = self._look(figures)
        rows = figures.read & figures.metres
        nameless = np.flatnonzero(rows & ~self.cells.filled("crs") & pd.isna(answer))
        wanting = len(nameless) + sum(len(of_text) for _, of_text in unknown)
        if wanting and wanting == int(figures.read.sum()):
            raise self._refusal(unknown, file)
        for text, of_text in unknown:
            self.cells.tell(
                of_text,
                "crs",
                "unknown_crs",
                Message("{value!r} is a system of degrees, but the row gives metres")
                if read_crs(text)
                else Message("{value!r} is no coordinate reference system that is known"),
                Message(
                    'write an EPSG code such as "EPSG:5897", or a meridian such as 105°45′; '
                    "{outcome}"
                ),
            )
        for of_text, candidates in several:
            self._tell_ambiguous(of_text, [zone_name(crs) for crs in candidates])
        self.cells.tell(
            nameless,
            "crs" if "crs" in self.cells.raw else "x",
            "no_crs",
            Message("metres are given in no coordinate reference system that is known"),
            Message('write one into the column crs, such as "EPSG:5897"; {outcome}'),
        )
        return answer

    def _tell_ambiguous(self, rows: IntArray, names: list[str]) -> None:
        """Tell of rows whose text may mean several zones, the first three by name."""
        if len(names) == 2:
            message = Message(
                "{value!r} may mean {first} or {second}, and where the project lies doesn't tell "
                "which"
            )
        elif len(names) == 3:
            message = Message(
                "{value!r} may mean {first} or {second} or {third}, and where the project lies "
                "doesn't tell which"
            )
        else:
            message = Message(
                "{value!r} may mean {first} or {second} or {third} or others, and where the "
                "project lies doesn't tell which"
            )
        remedy = Message('write the EPSG code, such as "EPSG:5897"; {outcome}')
        self.cells.tell(rows, "crs", "crs_ambiguous", message, remedy, **_by_place(names))

    def _look(
        self, figures: _Figures
    ) -> tuple[ObjectArray, list[tuple[str, IntArray]], list[tuple[IntArray, tuple[CRS, ...]]]]:
        """Return the CRS of each row, and the rows whose text is unknown, or may be several."""
        answer: ObjectArray = np.full(self.cells.count, None, dtype=object)
        answer[figures.metres] = self.metres
        answer[~figures.metres] = self.degrees
        unknown: list[tuple[str, IntArray]] = []
        several: list[tuple[IntArray, tuple[CRS, ...]]] = []
        said = np.flatnonzero(figures.read & self.cells.filled("crs"))
        for text, rows in self.cells.by_text("crs", said):
            meant = read_crs(text)
            degrees = rows[~figures.metres[rows]]
            answer[degrees] = next((c for c in meant if c.is_geographic), self.degrees)
            rows = rows[figures.metres[rows]]
            plane = tuple(crs for crs in meant if crs.is_projected)
            answer[rows] = plane[0] if len(plane) == 1 else None
            if not plane and len(rows):
                unknown.append((text, rows))
            if len(plane) > 1:
                answer[rows] = self._the_one_inside(figures, rows, plane)
                several.append((rows[pd.isna(answer[rows])], plane))
        return answer, unknown, several

    def _the_one_inside(
        self, figures: _Figures, rows: IntArray, candidates: tuple[CRS, ...]
    ) -> ObjectArray:
        """Return for each row the only candidate that puts it into the area, or None."""
        answer: ObjectArray = np.full(len(rows), None, dtype=object)
        if self.ground is None:
            return answer
        inside = np.zeros((len(candidates), len(rows)), dtype=bool)
        for k, crs in enumerate(candidates):
            x, y, _ = _east_north(figures.x[rows], figures.y[rows], crs)
            inside[k] = self.ground.inside(*as_degrees(x, y, crs))
        for k, crs in enumerate(candidates):
            answer[inside[k] & (inside.sum(axis=0) == 1)] = crs
        return answer

    def quietly(self, figures: _Figures) -> ObjectArray:
        """Return the CRS of each row as `of_rows` does, telling nothing."""
        return self._look(figures)[0]

    def _refusal(self, unknown: list[tuple[str, IntArray]], file: object) -> InputError:
        if unknown:
            texts = [text for text, _ in unknown[:3]]
            return InputError(
                _UNKNOWN_TO_PROJ[len(texts) - 1],
                file=file,
                column="crs",
                remedy=Message('write an EPSG code such as "EPSG:5897" (VN-2000, 105°00′)'),
                **_by_place(texts),
            )
        return InputError(
            Message("the columns x and y are in no CRS that is known"),
            file=file,
            remedy=Message('add a column crs such as "EPSG:5897", or give the project its crs'),
        )


class _Setting:
    """Sets rows where they lie, once mistakes are put right or told."""

    def __init__(
        self, cells: _Cells, ground: Ground | None, name: str, accepted: frozenset[str]
    ) -> None:
        self.cells = cells
        self.ground = ground
        self.name = name
        self.accepted = accepted
        self.roads = cells.roads()
        self.lon = np.full(cells.count, np.nan)
        self.lat = np.full(cells.count, np.nan)
        self.corrected = np.zeros(cells.count, dtype=bool)

    def set_rows(self, ways: list[_Way], figures: _Figures, crs_of: ObjectArray) -> None:
        usable = figures.read & ~pd.isna(crs_of)
        for k, way in enumerate(ways):
            rows = np.flatnonzero(usable & (figures.way == k) & ~figures.metres)
            rows = self._without_metres(way, rows, figures)
            for crs, of_crs in _by_crs(crs_of, rows):
                self._set(way, of_crs, figures.x[of_crs], figures.y[of_crs], crs)
            rows = np.flatnonzero(usable & (figures.way == k) & figures.metres)
            self._set_metres(way, rows, figures, crs_of)

    def _without_metres(self, way: _Way, rows: IntArray, figures: _Figures) -> IntArray:
        """Return rows whose degrees are no metres; those that are become places or are told."""
        large = np.minimum(np.abs(figures.x[rows]), np.abs(figures.y[rows])) > _METRES_FROM
        if self.ground is None or not large.any():
            return rows
        found = recognise_metres(self.ground, figures.x, figures.y, rows[large])
        for mistake in found:
            at = mistake.rows
            self._settle(mistake, way, at, figures.x[at], figures.y[at])
        return np.setdiff1d(rows, np.concatenate([rows[:0], *(m.rows for m in found)]))

    def _set_metres(
        self, way: _Way, rows: IntArray, figures: _Figures, crs_of: ObjectArray
    ) -> None:
        x, y, order = figures.x.copy(), figures.y.copy(), np.zeros(self.cells.count)
        for crs, of_crs in _by_crs(crs_of, rows):
            x[of_crs], y[of_crs], order[of_crs] = _east_north(x[of_crs], y[of_crs], crs)
        north_first = rows[order[rows] < 0]
        if way.columns == ("easting", "northing"):
            # Columns that say which is which are wrong where the sizes say the contrary.
            for crs, of_crs in _by_crs(crs_of, north_first):
                self._settle(_exchanged(of_crs, crs), way, of_crs, y[of_crs], x[of_crs])
            rows = np.setdiff1d(rows, north_first)
        elif (order[rows] > 0).any():
            self.cells.tell(
                north_first,
                way.columns[0],
                "x_is_north",
                Message(
                    "the table mixes two orders: here {value!r} stands for north, in other rows "
                    "the first figure stands for east"
                ),
                Message("nothing, each row was read as its size tells; better keep to one order"),
                severity="hint",
            )
        for crs, of_crs in _by_crs(crs_of, rows):
            self._set(way, of_crs, x[of_crs], y[of_crs], crs)

    def _set(
        self,
        way: _Way,
        rows: IntArray,
        x: FloatArray,
        y: FloatArray,
        crs: CRS,
        *,
        again: bool = False,
    ) -> None:
        """Set rows of one way and CRS; ``again``: they were corrected once already."""
        if len(rows) == 0:
            return
        found: tuple[Mistake, ...] = ()
        if self.ground is not None:
            roads = None if self.roads is None else [self.roads[i] for i in rows]
            found = recognise(self.ground, x, y, crs, roads=roads)
        left = np.ones(len(rows), dtype=bool)
        for mistake in found:
            at = mistake.rows
            left[at] = False
            self._settle(mistake, way, rows[at], x[at], y[at], again=again)
        self.lon[rows[left]], self.lat[rows[left]] = self._on_earth(
            way, rows[left], x[left], y[left], crs
        )

    def _settle(
        self,
        mistake: Mistake,
        way: _Way,
        rows: IntArray,
        x: FloatArray,
        y: FloatArray,
        *,
        again: bool = False,
    ) -> None:
        """Tell of a mistake in these rows; set them where they belong if that is accepted."""
        told = Mistake(
            mistake.kind, rows, mistake.correction, mistake.slug, mistake.message, mistake.params
        )
        column = "lat" if way.columns == ("lon", "lat") else way.columns[0]
        place = "" if column == "lat" else f"-{column}"
        fix = f"{self.name}-{mistake.slug}{place}"
        if not self.cells.tell_mistake(told, column, fix, self.accepted):
            return
        lon, lat = mistake.correction.apply(x, y)
        self.corrected[rows] = True
        if again:
            self.lon[rows], self.lat[rows] = lon, lat
        else:
            # Who takes the wrong zone may leave out the datum as well.
            self._set(way, rows, lon, lat, WGS84, again=True)

    def _on_earth(
        self, way: _Way, rows: IntArray, x: FloatArray, y: FloatArray, crs: CRS
    ) -> tuple[FloatArray, FloatArray]:
        """Return places, NaN for those that are none, which is told."""
        lon, lat = as_degrees(x, y, crs)
        wrong = ~((np.abs(lat) <= 90) & (np.abs(lon) <= 180))
        column = way.columns[-1]
        for i in np.flatnonzero(wrong):
            if crs.is_geographic:
                what, how, params = not_on_earth(x[i], y[i], needed=self.cells.required)
            else:
                what = Message("x {x:.0f}, y {y:.0f} is no place in {zone}")
                how = Message("correct the figures or their zone; {outcome}")
                params = {"x": float(x[i]), "y": float(y[i]), "zone": zone_name(crs)}
            self.cells.tell(rows[i : i + 1], column, "not_on_earth", what, how, **params)
        return np.where(wrong, np.nan, lon), np.where(wrong, np.nan, lat)

    def compare(self, ways: list[_Way], first: _Figures, second: _Figures, crss: _Crss) -> None:
        """Warn of rows that say two places in two ways."""
        crs_of = crss.quietly(second)
        rows = np.flatnonzero(second.read & ~pd.isna(crs_of) & np.isfinite(self.lon))
        lon, lat = np.full((2, self.cells.count), np.nan)
        for crs, of_crs in _by_crs(crs_of, rows):
            x, y = second.x[of_crs], second.y[of_crs]
            if crs.is_projected:
                x, y, _ = _east_north(x, y, crs)
            lon[of_crs], lat[of_crs] = as_degrees(x, y, crs)
        apart = apart_m(self.lon, self.lat, lon, lat)
        far = apart > _TWO_PLACES_M
        for a, b in sorted(set(zip(first.way[far], second.way[far], strict=True))):
            rows = np.flatnonzero(far & (first.way == a) & (second.way == b))
            self.cells.tell(
                rows,
                ways[b].columns[0],
                "two_places",
                Message("{first} and {second} say two places, {distance} apart")
                if len(rows) == 1
                else Message(
                    "{first} and {second} say two places in {count} rows, up to {distance} apart"
                ),
                Message("correct one of them; {first} count"),
                severity="warning",
                first=ways[a].name,
                second=ways[b].name,
                distance=Distance(float(apart[rows].max())),
                count=len(rows),
            )


def _by_crs(crs_of: ObjectArray, rows: IntArray) -> Iterator[tuple[CRS, IntArray]]:
    """Yield each CRS with its rows."""
    key_of: dict[int, int] = {}
    distinct: list[CRS] = []
    for crs in {id(crs): crs for crs in crs_of[rows]}.values():
        if crs not in distinct:
            distinct.append(crs)
        key_of[id(crs)] = distinct.index(crs)
    key = np.array([key_of[id(crs)] for crs in crs_of[rows]], dtype=np.int64)
    return ((crs, rows[key == k]) for k, crs in enumerate(distinct))


def _exchanged(rows: IntArray, crs: CRS) -> Mistake:
    return Mistake(
        "swapped",
        rows,
        Correction(crs, crs, crs, exchange=True),
        "swapped",
        Message("{count} rows have easting and northing exchanged")
        if len(rows) > 1
        else Message("the row has easting and northing exchanged"),
        MappingProxyType({"count": len(rows)}),
    )


def _pinned(crs: CRS | None) -> CRS | None:
    """Return the zone that a CRS is, so that it goes through the one transformation."""
    return None if crs is None else zone_of(crs) or crs


def _east_north(
    x: FloatArray, y: FloatArray, crs: CRS
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return easting, northing, and -1 where x is the northing, 1 where it is the easting.

    Vietnamese papers write X for north. In the zones of Việt Nam the size tells which is which;
    where it doesn't, and elsewhere, x is the easting, and 0 stands for that.
    """

    def within(figures: FloatArray, least_most: tuple[float, float]) -> BoolArray:
        return (figures >= least_most[0]) & (figures <= least_most[1])

    order = np.zeros(len(x))
    if zone_of(crs) is not None:
        order[within(x, _EASTING_M) & within(y, _NORTHING_M)] = 1
        order[within(x, _NORTHING_M) & within(y, _EASTING_M)] = -1
    return np.where(order < 0, y, x), np.where(order < 0, x, y), order


# Texts
def _by_place(texts: list[str]) -> dict[str, Any]:
    """Return the first three texts as what fills in a message."""
    return dict(zip(("first", "second", "third"), texts, strict=False))


def _parsed(
    texts: ObjectArray, column: str, parse: Callable[[str, str], float | None]
) -> tuple[FloatArray, BoolArray]:
    """Return the figures of cells, NaN where there is none, and which have a decimal comma."""
    figures = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").to_numpy(dtype=float)
    figures = np.where(np.isfinite(figures), figures, np.nan)
    comma = np.zeros(len(texts), dtype=bool)
    others = np.flatnonzero(np.isnan(figures))
    code, distinct = pd.factorize(texts[others])
    read = [parse(str(text), column) for text in distinct]
    with_comma = [bool(_COMMA.fullmatch(str(text).strip())) for text in distinct]
    figures[others] = np.array([np.nan if v is None else v for v in read], dtype=float)[code]
    comma[others] = np.array(with_comma, dtype=bool)[code]
    return figures, comma & np.isfinite(figures)


def _degrees(text: str, column: str) -> float | None:
    """Read a cell of degrees; a letter for the other axis shows that the two are exchanged."""
    value = read_degrees(text, "lon" if column == "lon" else "lat")
    return read_degrees(text, "lat" if column == "lon" else "lon") if value is None else value


def _metres(text: str, column: str) -> float | None:
    """Read a cell of metres, with a decimal comma or thousands set apart."""
    text = text.strip().removesuffix("m").rstrip()
    plain = parse_number(text)
    if plain is not None:
        return plain.value
    for pattern, sign in _THOUSANDS:
        if pattern.fullmatch(text):
            together = text.replace("\u00a0", " ").replace(sign, "")
            return float(together.replace(",", "."))
    return None


def _pair(text: str) -> tuple[float, float, float]:
    """Return x, y, and 1 if they are metres; NaN if the cell holds no pair."""
    pair = read_pair(text)
    if pair is not None:
        return pair.lon, pair.lat, 0.0
    if metres := _METRE_PAIR.fullmatch(text.strip()):
        first, second = (float(metres[k].replace(",", ".")) for k in (2, 3))
        if (metres[1] or "").lower() == "n":
            first, second = second, first
        return first, second, 1.0
    return np.nan, np.nan, 0.0
