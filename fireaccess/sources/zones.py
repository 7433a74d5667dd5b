"""The zones of VN-2000 and the provinces they belong to: what a cell may say of its CRS.

TM-3 zones of 3° are named by their meridian, and each province has its own. Since 1 July 2025
there are 34 provinces instead of 63, some of them with another meridian under the same name: a
province may therefore mean two zones, and where the rows lie has to decide.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from pyproj import CRS
from pyproj.exceptions import CRSError

from fireaccess.model.text import nfc, normalise
from fireaccess.sources.coordinates import WGS84

VN2000: Final = CRS.from_epsg(4756)

#: EPSG code of each provincial TM-3 zone by its meridian in degrees. All on VN-2000, scale
#: 0.9999, false easting 500 km.
PROVINCIAL_ZONES: Final[Mapping[float, int]] = MappingProxyType(
    {
        103.0: 9205,
        104.0: 9206,
        104.5: 9207,
        104.75: 9208,
        105.0: 5897,
        105.5: 9209,
        105.75: 9210,
        106.0: 9211,
        106.25: 9212,
        106.5: 9213,
        107.0: 9214,
        107.25: 9215,
        107.5: 9216,
        107.75: 5899,
        108.0: 5898,
        108.25: 9217,
        108.5: 9218,
    }
)

#: The provincial zones and that of 102°, which only national maps use.
TM3_ZONES: Final[Mapping[float, int]] = MappingProxyType({102.0: 5896, **PROVINCIAL_ZONES})

#: Withdrawn codes of zones, published with false easting and northing exchanged: who names one
#: most likely has figures of the zone that was meant.
_SUCCESSORS: Final[Mapping[int, int]] = MappingProxyType(
    {6956: 5896, 6957: 5897, 6958: 5898, 6959: 5899}
)

#: UTM on VN-2000 by zone number.
VN_UTM_ZONES: Final[Mapping[int, int]] = MappingProxyType({48: 3405, 49: 3406})

#: Meridians of the 63 provinces until 30 June 2025.
OLD_PROVINCES: Final[Mapping[str, float]] = MappingProxyType(
    {
        province: meridian
        for meridian, provinces in (
            (103.0, "Điện Biên, Lai Châu"),
            (104.0, "Sơn La"),
            (104.5, "Cà Mau, Kiên Giang"),
            (104.75, "An Giang, Lào Cai, Nghệ An, Phú Thọ, Yên Bái"),
            (
                105.0,
                "Hà Nội, Hà Nam, Ninh Bình, Thanh Hóa, Vĩnh Phúc, Cần Thơ, Bạc Liêu, Đồng Tháp, "
                "Hậu Giang",
            ),
            (
                105.5,
                "Bắc Ninh, Hà Giang, Hà Tĩnh, Hải Dương, Hưng Yên, Nam Định, Sóc Trăng, Tây Ninh, "
                "Thái Bình, Trà Vinh, Vĩnh Long",
            ),
            (
                105.75,
                "Hải Phòng, TP. Hồ Chí Minh, Bến Tre, Bình Dương, Cao Bằng, Long An, Tiền Giang",
            ),
            (106.0, "Hòa Bình, Quảng Bình, Tuyên Quang"),
            (106.25, "Bình Phước, Quảng Trị"),
            (106.5, "Bắc Kạn, Thái Nguyên"),
            (107.0, "Bắc Giang, Thừa Thiên Huế"),
            (107.25, "Lạng Sơn"),
            (107.5, "Kon Tum"),
            (
                107.75,
                "Quảng Ninh, Đà Nẵng, Quảng Nam, Bà Rịa - Vũng Tàu, Đồng Nai, Lâm Đồng",
            ),
            (108.0, "Quảng Ngãi"),
            (108.25, "Bình Định, Khánh Hòa, Ninh Thuận"),
            (108.5, "Bình Thuận, Đắk Lắk, Đắk Nông, Gia Lai, Phú Yên"),
        )
        for province in provinces.split(", ")
    }
)

#: Meridians of the 34 provinces since 1 July 2025 (Thông tư 24/2025/TT-BNNMT).
NEW_PROVINCES: Final[Mapping[str, float]] = MappingProxyType(
    {
        province: meridian
        for meridian, provinces in (
            (103.0, "Điện Biên"),
            (104.0, "Sơn La"),
            (104.5, "Cà Mau"),
            (104.75, "Lai Châu, Lào Cai, Phú Thọ, Nghệ An, An Giang"),
            (105.0, "Hà Nội, Ninh Bình, Thanh Hóa, Đồng Tháp, Cần Thơ"),
            (105.5, "Hưng Yên, Hà Tĩnh, Vĩnh Long"),
            (105.75, "Cao Bằng, Hải Phòng, TP. Hồ Chí Minh, Tây Ninh"),
            (106.0, "Tuyên Quang, Quảng Trị"),
            (106.5, "Thái Nguyên"),
            (107.0, "Bắc Ninh, Huế"),
            (107.25, "Lạng Sơn"),
            (107.75, "Quảng Ninh, Đà Nẵng, Lâm Đồng, Đồng Nai"),
            (108.0, "Quảng Ngãi"),
            (108.25, "Gia Lai, Khánh Hòa"),
            (108.5, "Đắk Lắk"),
        )
        for province in provinces.split(", ")
    }
)

#: Other names of provinces, as papers write them.
_OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "TP. Hồ Chí Minh": ("HCM", "HCMC", "Sài Gòn", "SG", "TPHCM"),
        "Hà Nội": ("HN", "TPHN"),
        "Bà Rịa - Vũng Tàu": ("BRVT", "Vũng Tàu", "Bà Rịa"),
        "Thừa Thiên Huế": ("Huế", "TT Huế", "TTH"),
        "Huế": ("Thừa Thiên Huế", "TT Huế", "TTH"),
        "Đắk Lắk": ("Đắc Lắc", "Đắc Lắk", "Đắk Lắc", "Dak Lac", "Darlac"),
        "Đắk Nông": ("Đắc Nông",),
        "Kon Tum": ("Công Tum",),
    }
)

_TM3_SCALE: Final = 0.9999
_UTM_SCALE: Final = 0.9996
_FALSE_EASTING_M: Final = 500_000.0
# Translations of EPSG:6960 and, for the Mekong delta, of EPSG:5194: 1 m apart.
_SHIFTS_M: Final = ((-191.90441429, -39.30318279, -111.45032835), (-192.873, -39.382, -111.202))
_SAME_SHIFT_M: Final = 0.05

_EPSG: Final = re.compile(r"(.*\bepsg\s*[:/ ]*)?(\d{4,6})", re.IGNORECASE | re.DOTALL)
_RUN_TOGETHER: Final = re.compile(r"(1\d\d)([0-5]\d)")
_WRITTEN_OUT: Final = re.compile(r"\+?proj\s*=|[A-Z_]+CRS\[|[A-Z]+CS\[", re.IGNORECASE)
_UTM: Final = re.compile(r"utm\D{0,8}?(\d{1,2})\s*([ns])?\b")
_MERIDIAN: Final = re.compile(
    r"\b(1\d\d)"
    r"(?:\s*[.,]\s*(\d{1,4})|(?:\s*[°*]\s*|\s*[-:]\s*|\s+)(\d{1,2})(?:\s*[-:'\s]\s*0{1,2})?)?"
    r"\s*[°']*(?![\d.,])"
)
_DEGREE_MARKS: Final = re.compile(r"[°º˚*]|(?<=\d)\s*(?:độ|đ|o)(?![^\W\d])", re.IGNORECASE)
_MINUTE_MARKS: Final = re.compile("[’‘′´ʹ`\"”“″]|''|(?<=\\d)\\s*(?:phút|giây)", re.IGNORECASE)
_SIX_DEGREES: Final = re.compile(r"\bmui (?:chieu )?6\b ?°?|\btm[- ]?6\b")
_WGS84: Final = re.compile(r"\bwgs[- ]?(?:19)?84\b")
_VN2000: Final = re.compile(r"\bvn[- ]?2000\b")
#: What may stand around a zone and says nothing more.
_FILLING: Final = re.compile(
    r"\bmui (?:chieu )?3\b|\b(?:he|toa do|quoc gia|kinh tuyen|truc|trung uong|kttt|ktt|kt|zone|utm"
    r"|tm[- ]?3|vn[- ]?2000|crs|srs|phep chieu|mui|chieu|kinh do|dong|[nse])\b|[^\w\s]"
)
_OLD_OR_NEW: Final = MappingProxyType({"cu": False, "moi": True})
_BEFORE_A_PROVINCE: Final = re.compile(r"^(?:tinh|thanh pho|tp|t p)(?= |$)")
_AFTER_A_PROVINCE: Final = re.compile(r" (?:city|province)$")


def _key(name: str) -> str:
    """Return a province's name as it is compared: letters only, without what kind it is."""
    words = " ".join(re.sub(r"[^\w]+", " ", normalise(name)).split())
    words = _AFTER_A_PROVINCE.sub("", _BEFORE_A_PROVINCE.sub("", words).strip())
    return words.replace(" ", "")


@lru_cache(maxsize=2)
def _by_key(new: bool) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for name, meridian in (NEW_PROVINCES if new else OLD_PROVINCES).items():
        for text in (name, *_OTHER_NAMES.get(name, ())):
            found.setdefault(_key(text), meridian)
    return MappingProxyType(found)


@lru_cache(maxsize=64)
def _epsg(code: int) -> CRS:
    return CRS.from_epsg(code)


def tm3(meridian: float) -> CRS:
    """Return the TM-3 zone of a meridian in degrees.

    Raises
    ------
    KeyError
        If there is no such zone.

    Examples
    --------
    >>> tm3(105.75).to_epsg()
    9210
    """
    return _epsg(TM3_ZONES[meridian])


def meridians_of(province: str) -> tuple[float, ...]:
    """Return the meridians that a province may mean, today's first; empty if it is none.

    Examples
    --------
    >>> meridians_of("TP.HCM"), meridians_of("tỉnh Bắc Ninh"), meridians_of("Bắc Ninh (cũ)")
    ((105.75,), (107.0, 105.5), (105.5,))
    >>> meridians_of("Hòa Bình"), meridians_of("Viêng Chăn")
    ((106.0,), ())
    """
    whole = _meridians(province)
    # "Phú Thọ (Hòa Bình cũ)": the name in brackets says more than the one before it.
    outer, _, inner = province.partition("(")
    return whole or (_meridians(inner) if _meridians(outer) else ())


def _meridians(text: str) -> tuple[float, ...]:
    words = re.sub(r"[^\w]+", " ", normalise(text)).split()
    ages = {_OLD_OR_NEW[word] for word in words if word in _OLD_OR_NEW}
    key = _key(" ".join(word for word in words if word not in _OLD_OR_NEW))
    if len(ages) > 1:
        return ()
    found = (_by_key(new).get(key) for new in sorted(ages or (True, False), reverse=True))
    return tuple(dict.fromkeys(meridian for meridian in found if meridian is not None))


def read_crs(text: str) -> tuple[CRS, ...]:
    """Return every CRS that a cell or setting may mean; empty if it can't be understood.

    Parameters
    ----------
    text
        An EPSG code with or without ``EPSG:``, a meridian in any of its spellings, UTM, VN-2000,
        WGS 84, or a province, old or new. ``VN-2000`` alone may be degrees or any of the
        provincial zones; ``UTM 48N`` alone may be on either datum.

    Examples
    --------
    >>> [crs.to_epsg() for crs in read_crs("VN-2000, kinh tuyến trục 105°45′")]
    [9210]
    >>> [crs.to_epsg() for crs in read_crs("105.45")], [crs.to_epsg() for crs in read_crs("105.5")]
    ([9210], [9209])
    >>> [crs.to_epsg() for crs in read_crs("Bắc Ninh")]
    [9214, 9209]
    >>> [crs.to_epsg() for crs in read_crs("UTM 48N")]
    [32648, 3405]
    >>> read_crs("105°20′"), read_crs("")
    ((), ())
    """
    return _read(nfc(text))


@lru_cache(maxsize=1024)
def _read(text: str) -> tuple[CRS, ...]:
    if not text:
        return ()
    if _WRITTEN_OUT.search(text):
        return _known_to_proj(text)
    if code := _EPSG.fullmatch(text):
        together = None if code[1] else _RUN_TOGETHER.fullmatch(text)
        zone = _zones(f"{together[1]}-{together[2]}") if together else ()
        return tuple(dict.fromkeys((*zone, *_known_to_proj(f"EPSG:{code[2]}"))))
    marked = _MINUTE_MARKS.sub("'", _DEGREE_MARKS.sub("°", text))
    plain = normalise(marked.replace(",", ".").replace("_", " "))
    return _zones(plain) or _by_name(text)


def _known_to_proj(text: str) -> tuple[CRS, ...]:
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return ()
    successor = _SUCCESSORS.get(crs.to_epsg() or 0) if crs.is_deprecated else None
    return (zone_of(crs) or crs,) if successor is None else (_epsg(successor), crs)


def _by_name(text: str) -> tuple[CRS, ...]:
    """Return the CRS that PROJ knows by exactly this name, such as ``NAD83 / UTM zone 10N``.

    PROJ would take a part of a name as well, and takes long to find that a word is in none.
    """
    if " / " not in text:
        return ()
    try:
        crs = CRS.from_user_input(text)
    except CRSError:
        return ()
    return (crs,) if _key(crs.name) == _key(text) else ()


def _zones(text: str) -> tuple[CRS, ...]:
    """Return what a text without accents says, whole or not at all."""
    vn2000 = _VN2000.search(text) is not None
    wgs84 = _WGS84.search(text) is not None
    rest = " ".join(_VN2000.sub(" ", _WGS84.sub(" ", text)).split())
    if vn2000 and wgs84:
        return ()
    if utm := _UTM.search(rest):
        return _utm(int(utm[1]), utm[2], vn2000, wgs84) if _only(rest, utm[0]) else ()
    if numbered := re.search(r"\bzone (481|482|491)\b", rest):
        meridian = {"481": 102.0, "482": 105.0, "491": 108.0}[numbered[1]]
        return (tm3(meridian),) if _only(rest, numbered[0]) and not wgs84 else ()
    six = _SIX_DEGREES.search(rest) is not None
    rest = _SIX_DEGREES.sub(" ", rest)
    if written := _MERIDIAN.search(rest):
        meridians = _meridians_written(written)
        others = meridians_of(_FILLING.sub(" ", rest.replace(written[0], " ", 1)))
        if wgs84 or not (others or _only(rest, written[0])):
            return ()
        if six:
            zones = {105.0: 48, 111.0: 49}
            return tuple(_epsg(VN_UTM_ZONES[zones[m]]) for m in meridians if m in zones)
        known = tuple(m for m in meridians if m in TM3_ZONES)
        both = known if set(known) & set(others) or not known else (*known, *others)
        return tuple(tm3(m) for m in both)
    if six:
        return ()
    if provinces := meridians_of(text) or meridians_of(_FILLING.sub(" ", rest)):
        return () if wgs84 else tuple(tm3(m) for m in provinces)
    if not _only(rest, ""):
        return ()
    if vn2000:
        return (VN2000, *(_epsg(code) for code in PROVINCIAL_ZONES.values()))
    return (WGS84,) if wgs84 else ()


def _only(text: str, said: str) -> bool:
    """Whether nothing but filling stands around what was said."""
    return not _FILLING.sub(" ", text.replace(said, " ", 1)).strip()


def _utm(zone: int, half: str | None, vn2000: bool, wgs84: bool) -> tuple[CRS, ...]:
    south = half == "s"
    if not 1 <= zone <= 60 or (vn2000 and (zone not in VN_UTM_ZONES or south)):
        return ()
    on_wgs84 = _epsg((32700 if south else 32600) + zone)
    if wgs84 or (not vn2000 and (zone not in VN_UTM_ZONES or south)):
        return (on_wgs84,)
    on_vn2000 = _epsg(VN_UTM_ZONES[zone])
    return (on_vn2000,) if vn2000 else (on_wgs84, on_vn2000)


def _meridians_written(written: re.Match[str]) -> tuple[float, ...]:
    """Return the meridians that a figure may stand for.

    105.45 is no zone in degrees, but 105°45′ is; Excel turns 108.30 into 108.3.
    """
    whole, after_point, minutes = int(written[1]), written[2], written[3]
    if after_point is None:
        return (whole + int(minutes or 0) / 60,) if int(minutes or 0) < 60 else ()
    as_minutes = {int(after_point), int(after_point.ljust(2, "0"))}
    figures = (
        float(f"{whole}.{after_point}"),
        *(whole + minute / 60 for minute in sorted(as_minutes) if minute < 60),
    )
    return tuple(dict.fromkeys(m for m in figures if m in TM3_ZONES or m == 111.0))


def zone_of(crs: CRS) -> CRS | None:
    """Return the EPSG zone that a CRS is, however it was written out, or None.

    Matched by meridian, scale, origin and datum: a PROJ string with ``+towgs84`` or a ``.prj`` of
    another program has no EPSG code, and taken as it is would not go through EPSG:6960.

    Examples
    --------
    >>> written_out = CRS.from_proj4(
    ...     "+proj=tmerc +lat_0=0 +lon_0=105.75 +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84 "
    ...     "+towgs84=-191.90441429,-39.30318279,-111.45032835,0.00928836,-0.01975479,0.00427372,"
    ...     "0.252906278 +units=m"
    ... )
    >>> written_out.to_epsg() is None, zone_of(written_out).to_epsg()
    (True, 9210)
    >>> zone_of(CRS.from_epsg(3067)) is None
    True
    """
    datum = _datum_of(crs)
    plane = (crs.source_crs or crs) if crs.is_bound else crs
    if datum is None or not plane.is_projected:
        return None
    figures = _transverse_mercator(plane)
    if figures is None:
        return None
    meridian, scale = figures
    if np.isclose(scale, _TM3_SCALE, rtol=0, atol=1e-9) and datum == "VN-2000":
        near = [m for m in TM3_ZONES if np.isclose(m, meridian, rtol=0, atol=1e-7)]
        return tm3(near[0]) if near else None
    zone = (meridian + 183) / 6
    if np.isclose(scale, _UTM_SCALE, rtol=0, atol=1e-9) and round(zone) in VN_UTM_ZONES:
        if not np.isclose(zone, round(zone), rtol=0, atol=1e-7):
            return None
        number = round(zone)
        return _epsg(VN_UTM_ZONES[number] if datum == "VN-2000" else 32600 + number)
    return None


def _datum_of(crs: CRS) -> str | None:
    if crs.is_bound:
        operation = crs.coordinate_operation
        shift: Any = operation.towgs84 if operation is not None else []
        if len(shift) < 3:
            return None
        if not any(shift):
            return "WGS 84"
        close = [np.allclose(shift[:3], known, rtol=0, atol=_SAME_SHIFT_M) for known in _SHIFTS_M]
        return "VN-2000" if any(close) else None
    datum = crs.geodetic_crs.datum if crs.geodetic_crs is not None else None
    name = re.sub(r"[^a-z0-9]", "", datum.name.lower()) if datum is not None else ""
    if "2000" in name and ("viet" in name or "vn" in name):
        return "VN-2000"
    return "WGS 84" if "worldgeodeticsystem1984" in name or "wgs84" in name else None


def _transverse_mercator(crs: CRS) -> tuple[float, float] | None:
    """Return meridian and scale of a transverse Mercator as Việt Nam uses it, in metres."""
    operation = crs.coordinate_operation
    if operation is None or "Transverse Mercator" not in operation.method_name:
        return None
    figures: dict[str, Any] = {param.name: param.value for param in operation.params}
    usual = {
        "Latitude of natural origin": 0.0,
        "False easting": _FALSE_EASTING_M,
        "False northing": 0.0,
    }
    metric = all(axis.unit_name == "metre" for axis in crs.axis_info[:2])
    if not metric or any(figures.get(name) != value for name, value in usual.items()):
        return None
    return (
        float(figures["Longitude of natural origin"]),
        float(figures["Scale factor at natural origin"]),
    )


@lru_cache(maxsize=64)
def zone_name(crs: CRS) -> str:
    """Return what people call a zone: its meridian, or UTM with its datum.

    Examples
    --------
    >>> [zone_name(CRS.from_epsg(code)) for code in (9210, 3405, 32648, 4756, 3067)]
    ['105°45′', 'VN-2000 UTM 48N', 'WGS 84 UTM 48N', 'VN-2000', 'ETRS89 / TM35FIN(E,N)']
    """
    zone = zone_of(crs) or crs
    code = zone.to_epsg()
    for meridian, known in TM3_ZONES.items():
        if code == known:
            return f"{int(meridian)}°{round(meridian % 1 * 60):02d}′"
    for number, known in VN_UTM_ZONES.items():
        if code == known:
            return f"VN-2000 UTM {number}N"
    if code is not None and code // 100 == 326:
        return f"WGS 84 UTM {code % 100}N"
    return zone.name
