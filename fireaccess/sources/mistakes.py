"""Mistakes in coordinates that give themselves away: swapped axes, a wrong zone, no datum.

A row far from the ward may be right; that its figures would lie in the ward if they were read in
another zone is no chance. A whole table some hundred metres off is harder to see: the datum left
out moves points by 224 m, mostly within the ward. There the roads bear witness, and a table is
accused only if its points fit them in the corrected place and nowhere else near by.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol

import numpy as np
import shapely
from pyproj import CRS, Geod

from fireaccess.model.answers import BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Severity
from fireaccess.model.phrases import Phrase
from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.ground import REACH_M, Ground, as_points
from fireaccess.sources.zones import TM3_ZONES, VN2000, VN_UTM_ZONES, tm3, zone_name, zone_of

Kind = Literal["swapped", "zone", "datum", "metres_in_degrees"]

#: What moves points by less is told by the roads, what moves them farther by the area.
_FAR_M: Final = 10_000.0
#: Of the rows outside, a wrong zone has to explain so many: the list of a whole city has rows all
#: around, and any shift would bring some of them in.
_EXPLAINED: Final = 0.5
_LEAST_ROWS: Final = 3
#: The meridians of provinces lie whole quarters of a degree apart, 5°30′ at most.
_QUARTERS: Final = tuple(sign * k * 0.25 for k in range(1, 23) for sign in (1, -1))
#: Points farther than this from every road don't lie on roads.
_ON_ROADS_M: Final = 100.0
#: TM-3 of 105° has the meridian of UTM zone 48, and another scale: 700 m apart in Hà Nội.
_TM3_105: Final = tm3(105.0)
_UTM_48: Final = (CRS.from_epsg(VN_UTM_ZONES[48]), CRS.from_epsg(32648))
_UTM: Final = (*_UTM_48, CRS.from_epsg(VN_UTM_ZONES[49]), CRS.from_epsg(32649))

# How well points fit the roads: the mean of their distances to the road that they name, else to
# the nearest. Standard errors are those of paired differences.
_SAMPLE: Final = 400
_LEAST_POINTS: Final = 8
_BETTER_M: Final = 2.0
_BETTER_ERRORS: Final = 3.0
_SAME_M: Final = 3.0
_PEAK_ERRORS: Final = 1.0
_PEAK_M: Final = 0.75
_PEAK_STEP_M: Final = 20.0
_PEAK_RADIUS_M: Final = 360.0
_PEAK_WIDTH_M: Final = 25.0

_EARTH: Final = Geod(ellps="WGS84")
_SIDES: Final = (
    Message("north"),
    Message("northeast"),
    Message("east"),
    Message("southeast"),
    Message("south"),
    Message("southwest"),
    Message("west"),
    Message("northwest"),
)

#: What is said of one point that was misread, and of several.
_MISREAD: Final[Mapping[str, tuple[Message, Message]]] = MappingProxyType(
    {
        "apart": (
            Message(
                "{count} point falls {distance} {side}: converted to degrees in a zone {apart} "
                "too far {side}"
            ),
            Message(
                "{count} points fall {distance} {side}: converted to degrees in a zone {apart} "
                "too far {side}"
            ),
        ),
        "datum": (
            Message("{count} point falls {distance} {side}: they are {right}, read as {used}"),
            Message("{count} points fall {distance} {side}: they are {right}, read as {used}"),
        ),
        "degrees": (
            Message(
                "{count} point falls {distance} {side}: converted to degrees in zone {used} "
                "instead of {right}"
            ),
            Message(
                "{count} points fall {distance} {side}: converted to degrees in zone {used} "
                "instead of {right}"
            ),
        ),
        "metres": (
            Message("{count} point falls {distance} {side}: zone {used} instead of {right}"),
            Message("{count} points fall {distance} {side}: zone {used} instead of {right}"),
        ),
    }
)


class Tell(Protocol):
    """Takes note of what is wrong with row ``i``, counted from 0, or with several ``rows``."""

    def __call__(
        self,
        i: int,
        column: str,
        code: str,
        message: Message,
        remedy: Message,
        *,
        severity: Severity = "error",
        params: Mapping[str, Any] = ...,
        rows: IntArray | None = None,
        fix: str | None = None,
    ) -> None:
        """Note a finding; ``{value!r}`` in the message stands for the cell of row ``i``."""


@dataclass(frozen=True, slots=True)
class Correction:
    """How figures that were read wrongly are to be read.

    Parameters
    ----------
    crs
        The CRS that the figures were read in.
    used, right
        The CRS that somebody used by mistake, which the figures are carried back to, and the one
        in which they are right.
    exchange
        x is y and y is x.
    east_deg
        Added to the longitude in between; ``used`` and ``right`` are geographic then.

    Examples
    --------
    >>> mistaken, meant = CRS.from_epsg(9210), CRS.from_epsg(5897)
    >>> lon, lat = Correction(mistaken, used=mistaken, right=meant).apply(
    ...     np.array([585053.12]), np.array([2323171.32]))
    >>> round(float(lon[0]), 5), round(float(lat[0]), 5)
    (105.82, 21.0)
    """

    crs: CRS
    used: CRS
    right: CRS
    exchange: bool = False
    east_deg: float = 0.0

    def apply(self, x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return longitude and latitude of figures in ``crs``, NaN where there are none."""
        if self.exchange:
            x, y = y, x
        x, y = transform_xy(x, y, self.crs, self.used)
        return as_degrees(x + self.east_deg, y, self.right)


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """A mistake in the coordinates of some rows, and how it is put right.

    Parameters
    ----------
    kind
        ``swapped``, ``zone``, ``datum`` or ``metres_in_degrees``.
    rows
        Positions of the rows, ascending.
    correction
        What puts them right.
    slug
        Kind and zones in letters that a file name may hold.
    message, params
        What is wrong, as `Finding` has it.
    moved_m, side
        How far, and to which of eight sides, the rows fall from where they belong; None where
        the figures as they are are no place on earth.
    """

    kind: Kind
    rows: IntArray
    correction: Correction
    slug: str
    message: Message
    params: Mapping[str, Any] = field(default_factory=dict)
    moved_m: float | None = None
    side: Message | None = None


def recognise(
    ground: Ground,
    x: FloatArray,
    y: FloatArray,
    crs: CRS = WGS84,
    *,
    roads: Sequence[str | None] | None = None,
) -> tuple[Mistake, ...]:
    """Return the mistakes that explain why points don't lie where they should.

    Parameters
    ----------
    ground
        Where the project lies.
    x, y
        The figures as they were given, x being easting or longitude, shape ``(n,)``; NaN for rows
        without any. All given in one way: one table or layer, one CRS.
    crs
        The CRS that they were read in.
    roads
        Road name or address of each row, if the table has them.

    Notes
    -----
    What can't be explained by exactly one of these is in none of them.

    - ``swapped``: rows outside the area that lie in it with x and y exchanged.
    - ``zone``: at least three rows, or all, and half of those outside the area, lie in it if they
      are read in another zone. "41 points fall 26 km west: zone 105°45′ instead of 106°00′" says
      that the figures were read in the zone of 105°45′ and belong into that of 106°00′, and that
      the points therefore lie 26 km west of where they belong: a meridian too far west carries
      its points west. All TM-3 zones have one shape, so degrees that somebody else computed with
      a wrong zone are off by quarters of a degree; those have to lie on roads once corrected.
      UTM taken for TM-3 of the same meridian is told like a datum.
    - ``datum``: VN-2000 taken for WGS 84 or the other way round. At least eight points lie
      clearly nearer to their roads in the corrected place than as they were given, and than
      anywhere else near by.

    Examples
    --------
    >>> from fireaccess.sources.roads import make_roads, no_objects
    >>> way = (1, {"highway": "service"}, [1, 2], [(105.82, 20.99), (105.83, 20.99)])
    >>> ground = Ground.of(make_roads([way], barriers={}, objects=no_objects()), None, 100.0)
    >>> [mistake] = recognise(ground, np.array([105.825, 20.99]), np.array([20.9901, 105.826]))
    >>> mistake.kind, mistake.rows.tolist(), mistake.message.format(**mistake.params)
    ('swapped', [1], '1 point has lon and lat exchanged')
    >>> recognise(ground, np.array([]), np.array([]))
    ()
    """
    lon, lat = as_degrees(x, y, crs)
    open_rows = np.isfinite(x) & np.isfinite(y)
    outside = open_rows & ~ground.inside(lon, lat)
    found: list[Mistake] = []
    swapped = _swapped(ground, x, y, crs, np.flatnonzero(outside))
    if swapped is not None:
        found.append(swapped)
        open_rows[swapped.rows] = outside[swapped.rows] = False
    if ground.in_viet_nam:
        off = _off_the_roads(ground, x, y, crs, np.flatnonzero(open_rows), roads)
        if off is not None:
            found.append(off)
            open_rows[off.rows] = outside[off.rows] = False
        zone = _zone(ground, x, y, crs, np.flatnonzero(outside), count=int(open_rows.sum()))
        if zone is not None:
            found.append(zone)
    return tuple(found)


def recognise_metres(
    ground: Ground, x: FloatArray, y: FloatArray, rows: IntArray
) -> tuple[Mistake, ...]:
    """Return the zones that explain metres in columns of degrees.

    Parameters
    ----------
    ground
        Where the project lies.
    x, y
        The figures of all rows, in the columns of longitude and latitude.
    rows
        Positions of the rows whose figures are metres.

    Examples
    --------
    >>> from fireaccess.sources.roads import make_roads, no_objects
    >>> way = (1, {"highway": "service"}, [1, 2], [(105.82, 21.0), (105.83, 21.0)])
    >>> ground = Ground.of(make_roads([way], barriers={}, objects=no_objects()), None, 100.0)
    >>> [mistake] = recognise_metres(
    ...     ground, np.array([585053.0]), np.array([2323171.0]), np.array([0]))
    >>> mistake.slug, mistake.params["right"]
    ('metres-10500', '105°00′')
    """
    found: list[Mistake] = []
    for exchange in (False, True):
        corrections = [Correction(zone, zone, zone, exchange=exchange) for zone in ground.zones]
        chosen = _choose(ground, x[rows], y[rows], corrections, least=1)
        if chosen is None:
            continue
        correction, brought = chosen
        count, right = int(brought.sum()), zone_name(correction.right)
        found.append(
            Mistake(
                "metres_in_degrees",
                rows[brought],
                correction,
                f"metres-{_slug(correction.right)}{'-exchanged' if exchange else ''}",
                Message(
                    "{count} rows hold metres, not degrees: read in zone {right} they lie in the "
                    "area"
                )
                if count > 1
                else Message(
                    "the row holds metres, not degrees: read in zone {right} it lies in the area"
                ),
                MappingProxyType({"count": count, "right": right}),
            )
        )
        rows = rows[~brought]
    return tuple(found)


def tell_mistake(
    mistake: Mistake,
    tell: Tell,
    column: str,
    *,
    fix: str,
    accepted: frozenset[str],
    needed: bool,
) -> bool:
    """Tell of a mistake, once for all its rows; return whether its correction is accepted.

    Parameters
    ----------
    mistake
        What `recognise` found.
    tell
        Takes note of it.
    column
        The column to name.
    fix
        The id of its correction, such as the table's name with the mistake's slug.
    accepted
        Ids of corrections that somebody accepted.
    needed
        A row without a place can't be used.
    """
    first, several = int(mistake.rows[0]), len(mistake.rows) > 1
    rows = mistake.rows if several else None
    if fix in accepted:
        tell(
            first,
            column,
            "fix_applied",
            Message("corrected, as was accepted ({fix}): {mistake}"),
            Message(
                "nothing, if they lie where they belong now; else delete the fix from the file of "
                "accepted fixes"
            ),
            severity="hint",
            params={
                "fix": fix,
                "mistake": Phrase(partial(mistake.message.into, **mistake.params)),
            },
            rows=rows,
        )
        return True
    if several:
        left_out = Message("the rows are left out")
        outcome = left_out if needed else Message("the rows are used without a place")
    else:
        left_out = Message("the row is left out")
        outcome = left_out if needed else Message("the row is used without a place")
    tell(
        first,
        column,
        mistake.kind,
        mistake.message,
        Message(
            "exchange them where they look swapped, or accept the correction: fireaccess check "
            "PROJECT --accept-fix {fix}; {outcome}"
        )
        if mistake.kind == "swapped"
        else Message(
            "correct the file, or accept the correction: fireaccess check PROJECT --accept-fix "
            "{fix}; {outcome}"
        ),
        params={**mistake.params, "fix": fix, "outcome": outcome},
        rows=rows,
        fix=fix,
    )
    return False


def as_degrees(x: FloatArray, y: FloatArray, crs: CRS) -> tuple[FloatArray, FloatArray]:
    """Return longitude and latitude in WGS 84, NaN where figures are no place in their CRS.

    Examples
    --------
    >>> as_degrees(np.array([5.0, np.inf]), np.array([6.0, 7.0]), WGS84)
    (array([ 5., nan]), array([ 6., nan]))
    """
    lon, lat = transform_xy(x, y, crs, WGS84)
    known = np.isfinite(lon) & np.isfinite(lat)
    return np.where(known, lon, np.nan), np.where(known, lat, np.nan)


def apart_m(
    lon: FloatArray, lat: FloatArray, other_lon: FloatArray, other_lat: FloatArray
) -> FloatArray:
    """Return distances on the ellipsoid, NaN where one of the two is no place on earth.

    Examples
    --------
    >>> apart_m(np.array([105.0, 20.0]), np.array([21.0, 105.0]), *np.full((2, 2), 21.0)).round(-3)
    array([8611000.,      nan])
    """
    distance = np.full(len(lon), np.nan)
    known = (np.abs([lat, other_lat]) <= 90).all(axis=0)
    known &= (np.abs([lon, other_lon]) <= 360).all(axis=0)
    distance[known] = _EARTH.inv(lon[known], lat[known], other_lon[known], other_lat[known])[2]
    return distance


class Distance(float):
    """A distance in metres, which a message tells in metres or kilometres.

    Examples
    --------
    >>> from fireaccess.model.formats import filled
    >>> f"{Distance(224.4)}, {Distance(25_970)}, {Distance(1_230)}"
    '224 m, 26 km, 1.2 km'
    >>> filled("{far} away", {"far": Distance(1_230)}, "vi")
    '1,2 km away'
    """

    def __str__(self) -> str:
        if self < 1_000:
            return f"{self:.0f} m"
        return f"{self / 1000:,.{1 if self < 9_950 else 0}f} km"


# Swapped axes and wrong zones: told by the area
def _swapped(
    ground: Ground, x: FloatArray, y: FloatArray, crs: CRS, rows: IntArray
) -> Mistake | None:
    correction = Correction(crs, crs, crs, exchange=True)
    lon, lat = correction.apply(x[rows], y[rows])
    moved_m = apart_m(*as_degrees(x[rows], y[rows], crs), lon, lat)
    rows = rows[ground.inside(lon, lat) & ~(moved_m < _FAR_M)]
    if len(rows) == 0:
        return None
    axes = Message("lon and lat") if crs.is_geographic else Message("x and y")
    return Mistake(
        "swapped",
        rows,
        correction,
        "swapped",
        Message("{count} points have {axes} exchanged")
        if len(rows) > 1
        else Message("{count} point has {axes} exchanged"),
        MappingProxyType({"count": len(rows), "axes": axes}),
    )


def _zone(
    ground: Ground, x: FloatArray, y: FloatArray, crs: CRS, rows: IntArray, *, count: int
) -> Mistake | None:
    if len(rows) == 0:
        return None
    least = max(min(_LEAST_ROWS, count), int(np.ceil(_EXPLAINED * len(rows))))
    given = as_degrees(x[rows], y[rows], crs)
    corrections = _other_zones(ground, crs)
    chosen = _choose(ground, x[rows], y[rows], corrections, least=least, given=given)
    if chosen is None:
        return None
    correction, brought = chosen
    rows = rows[brought]
    if crs.is_geographic:
        # Nothing says that these degrees were ever metres: they have to lie on roads as well.
        xy = ground.flat(*correction.apply(x[rows], y[rows]))
        if 2 * np.isfinite(ground.distance_m(xy, _ON_ROADS_M)).sum() < len(rows):
            return None
    return _misread(ground, rows, correction, x[rows], y[rows])


def _other_zones(ground: Ground, crs: CRS) -> Iterator[Correction]:
    """Yield what figures may be that were read in another zone than their own."""
    if crs.is_projected:
        yield from (Correction(crs, crs, zone) for zone in ground.zones if zone != crs)
        return
    yield from (Correction(crs, VN2000, VN2000, east_deg=east) for east in _QUARTERS)
    if ground.zone is not None:
        yield from (Correction(crs, utm, ground.zone) for utm in _UTM)


def _choose(
    ground: Ground,
    x: FloatArray,
    y: FloatArray,
    corrections: Iterable[Correction],
    *,
    least: int,
    given: tuple[FloatArray, FloatArray] | None = None,
) -> tuple[Correction, BoolArray] | None:
    """Return the one correction that brings rows into the area, and which; None if two may.

    TM-3 of 105° and UTM zone 48 may both bring rows in: the provincial zone is taken then, unless
    the roads clearly speak for UTM.
    """
    contenders: list[tuple[Correction, BoolArray]] = []
    sample = _evenly(x, y)
    for correction in corrections:
        if 4 * ground.inside(*correction.apply(x[sample], y[sample])).sum() < len(sample):
            continue
        lon, lat = correction.apply(x, y)
        brought = ground.inside(lon, lat)
        if given is not None:
            brought &= ~(apart_m(*given, lon, lat) < _FAR_M)
        if brought.sum() >= least:
            contenders.append((correction, brought))
    if not contenders:
        return None
    most = max(int(brought.sum()) for _, brought in contenders)
    contenders = [c for c in contenders if 2 * int(c[1].sum()) >= most]
    contenders.sort(key=lambda c: (_rank(ground, c[0]), -int(c[1].sum())))
    no_names: ObjectArray = np.full(len(sample), None, dtype=object)
    places = [ground.flat(*correction.apply(x[sample], y[sample])) for correction, _ in contenders]
    fits = ground.fit_m(np.array(places), no_names)
    best = 0
    for k in range(1, len(contenders)):
        if _clearly_less(fits[k], fits[best]):
            best = k
    rank = _rank(ground, contenders[best][0])
    rivals = [k for k, c in enumerate(contenders) if k != best and _rank(ground, c[0]) == rank]
    if not all(_clearly_less(fits[best], fits[k]) for k in rivals):
        return None
    return contenders[best]


def _rank(ground: Ground, correction: Correction) -> int:
    """Return 0 for the project's own zone, 1 for a provincial one, 2 for any other."""
    if correction.used in _UTM and correction.crs.is_geographic:
        return 2
    if correction.right == ground.zone:
        return 0
    provincial = correction.right == VN2000 or correction.right.to_epsg() in TM3_ZONES.values()
    return 1 if provincial else 2


# The datum left out, UTM for TM-3: told by the roads
def _off_the_roads(
    ground: Ground,
    x: FloatArray,
    y: FloatArray,
    crs: CRS,
    rows: IntArray,
    roads: Sequence[str | None] | None,
) -> Mistake | None:
    """Recognise a table that lies some hundred metres off as a whole."""
    points = as_points(ground.flat(*as_degrees(x[rows], y[rows], crs)))
    rows = rows[shapely.dwithin(points, ground.area, ground.margin_m + REACH_M)]
    if len(rows) < _LEAST_POINTS:
        return None
    sample = rows[_evenly(x[rows], y[rows])]
    wanted: ObjectArray = np.full(len(sample), None, dtype=object)
    if roads is not None:
        wanted = ground.road_names([roads[i] for i in sample])
    corrections = list(_near_by(ground, crs))
    degrees = [as_degrees(x[sample], y[sample], crs)]
    degrees += [correction.apply(x[sample], y[sample]) for correction in corrections]
    places = np.array([ground.flat(*lon_lat) for lon_lat in degrees])
    given_fit, *fits = ground.fit_m(places, wanted)
    better = [k for k, fit in enumerate(fits) if _fits_better(given_fit, fit)]
    if not better:
        return None
    best = min(better, key=lambda k: float(fits[k].mean()))
    if not _is_peak(ground, places[0], places[1 + best], fits[best], wanted):
        return None
    return _misread(ground, rows, corrections[best], x[rows], y[rows])


def _near_by(ground: Ground, crs: CRS) -> Iterator[Correction]:
    """Yield what figures may be that lie some hundred metres off."""
    if crs.is_geographic:
        yield Correction(crs, VN2000, WGS84)
        if crs != VN2000:
            yield Correction(crs, WGS84, VN2000)
        if ground.zone == _TM3_105:
            yield from (Correction(crs, utm, _TM3_105) for utm in _UTM_48)
        return
    zone = zone_of(crs)
    if zone is None:
        return
    on_wgs84 = zone.to_epsg() in (32648, 32649)
    yield Correction(crs, WGS84, VN2000) if on_wgs84 else Correction(crs, VN2000, WGS84)
    if zone == _TM3_105:
        yield from (Correction(crs, crs, utm) for utm in _UTM_48)
    if zone in _UTM_48:
        yield Correction(crs, crs, _TM3_105)


def _fits_better(given: FloatArray, corrected: FloatArray) -> bool:
    """Whether points lie clearly nearer to their roads once corrected."""
    better = given - corrected
    nearer, farther = int((better > _SAME_M).sum()), int((better < -_SAME_M).sum())
    return (
        bool(better.mean() >= _BETTER_M)
        and nearer >= 2 * farther
        and _clearly_less(corrected, given, errors=_BETTER_ERRORS)
    )


def _is_peak(
    ground: Ground, given: FloatArray, corrected: FloatArray, fit: FloatArray, wanted: ObjectArray
) -> bool:
    """Whether points fit the roads in the corrected place and nowhere else near by.

    Where streets repeat themselves, or all points lie along one straight alley, they fit in many
    places, and that they do in one more proves nothing.
    """
    steps = np.arange(-_PEAK_RADIUS_M, _PEAK_RADIUS_M + 1, _PEAK_STEP_M)
    around = np.array([(x, y) for x in steps for y in steps if np.hypot(x, y) <= _PEAK_RADIUS_M])
    right = np.nanmean(corrected - given, axis=0)
    shifts = np.concatenate([around, around + right])
    shifts = shifts[np.hypot(*(shifts - right).T) > _PEAK_WIDTH_M]
    elsewhere = ground.fit_m(given + shifts[:, None], wanted)
    second = elsewhere[elsewhere.mean(axis=1).argmin()]
    higher = bool((second - fit).mean() >= _PEAK_M)
    return higher and _clearly_less(fit, second, errors=_PEAK_ERRORS)


def _evenly(x: FloatArray, y: FloatArray) -> IntArray:
    """Return at most 400 rows, the same ones in whatever order the table has them."""
    order = np.lexsort((y, x)).astype(np.int64)
    if len(order) <= _SAMPLE:
        return order
    return np.asarray(order[np.linspace(0, len(order) - 1, _SAMPLE).round().astype(np.int64)])


def _clearly_less(a: FloatArray, b: FloatArray, *, errors: float = 2.0) -> bool:
    """Whether paired distances ``a`` are less than ``b`` by so many standard errors."""
    better = b - a
    if len(better) < 2:
        return False
    # A floor, since the distances of points that all lie on a road don't vary at all.
    error = max(float(better.std(ddof=1)), 0.1) / np.sqrt(len(better))
    return bool(better.mean() > errors * error)


# What is said
def _misread(
    ground: Ground, rows: IntArray, correction: Correction, x: FloatArray, y: FloatArray
) -> Mistake:
    """Describe rows that were read in one CRS and belong into another."""
    right, given = correction.apply(x, y), as_degrees(x, y, correction.crs)
    moved_m, side = float(np.median(apart_m(*right, *given))), _side(*right, *given)
    params: dict[str, Any] = {"count": len(rows), "distance": Distance(moved_m), "side": side}
    zones = _named_zones(ground, correction)
    kind: Kind = "zone"
    if zones is None:
        minutes = round(abs(correction.east_deg) * 60)
        params["apart"] = f"{minutes // 60}°{minutes % 60:02d}′"
        why, slug = "apart", f"{minutes}-{side}"
    else:
        params["used"], params["right"] = map(zone_name, zones)
        slug = "-".join(map(_slug, zones))
        if not zones[0].is_projected:
            kind = why = "datum"
        else:
            why = "degrees" if correction.crs.is_geographic else "metres"
    one, several = _MISREAD[why]
    return Mistake(
        kind,
        rows,
        correction,
        f"{kind}-{slug}",
        several if len(rows) > 1 else one,
        MappingProxyType(params),
        moved_m=moved_m,
        side=side,
    )


def _named_zones(ground: Ground, correction: Correction) -> tuple[CRS, CRS] | None:
    """Return the zone used and the right one; None if only their distance is known."""
    if not correction.east_deg:
        return correction.used, correction.right
    for meridian, code in TM3_ZONES.items():
        used = meridian - correction.east_deg
        if ground.zone is not None and code == ground.zone.to_epsg() and used in TM3_ZONES:
            return tm3(used), ground.zone
    return None


def _slug(crs: CRS) -> str:
    """Return a zone's name in letters and digits: ``10545``, ``vn2000utm48n``."""
    name = zone_name(crs).lower()
    return "".join(letter for letter in name if letter.isascii() and letter.isalnum())


def _side(lon: FloatArray, lat: FloatArray, to_lon: FloatArray, to_lat: FloatArray) -> Message:
    """Return the side, one of eight, on which the second places lie, seen from the first."""
    bearing = np.radians(_EARTH.inv(lon, lat, to_lon, to_lat)[0])
    mean = float(np.degrees(np.arctan2(np.sin(bearing).mean(), np.cos(bearing).mean())))
    return _SIDES[round(mean / 45) % 8]
