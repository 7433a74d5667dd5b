"""Coordinates: one projected CRS for all that is measured, VN-2000 through EPSG:6960 (SPEC §3).

pyproj picks another VN-2000 transformation in the Mekong delta than in Hà Nội, 0.8 m apart; here
one is pinned for the whole country, so that a figure never depends on which side of a line the
ward lies.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from fireaccess.model.answers import FloatArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import ProjectError

WGS84: Final = CRS.from_epsg(4326)
_VN2000: Final = CRS.from_epsg(4756)

# EPSG:6960 "VN-2000 to WGS 84 (2)", coordinate frame, stated accuracy 1 m; both on the WGS 84
# ellipsoid. Written out because PROJ only applies a pinned operation where it would have chosen it.
_EPSG_6960: Final = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 "
    "+step +proj=cart +ellps=WGS84 "
    "+step +proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835 "
    "+rx=-0.00928836 +ry=0.01975479 +rz=-0.00427372 +s=0.252906278 +convention=coordinate_frame "
    "+step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 "
    "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
)


@lru_cache(maxsize=32)
def _steps(source: CRS, target: CRS) -> tuple[tuple[Transformer, bool], ...]:
    """Return transformers to apply in order, each with whether it runs backwards."""
    from_vn = _is_vn2000(source)
    to_vn = _is_vn2000(target)
    if from_vn == to_vn:
        return ((Transformer.from_crs(source, target, always_xy=True), False),)
    helmert = Transformer.from_pipeline(_EPSG_6960)
    if from_vn:
        return (
            (Transformer.from_crs(source, _VN2000, always_xy=True), False),
            (helmert, False),
            (Transformer.from_crs(WGS84, target, always_xy=True), False),
        )
    return (
        (Transformer.from_crs(source, WGS84, always_xy=True), False),
        (helmert, True),
        (Transformer.from_crs(_VN2000, target, always_xy=True), False),
    )


def _is_vn2000(crs: CRS) -> bool:
    datum = crs.geodetic_crs.datum if crs.geodetic_crs is not None else None
    return datum is not None and "2000" in datum.name and "Viet" in datum.name


def transform_xy(
    x: FloatArray, y: FloatArray, source: CRS, target: CRS
) -> tuple[FloatArray, FloatArray]:
    """Carry coordinates from one CRS to another, x being easting or longitude.

    Parameters
    ----------
    x, y
        Coordinates, shape ``(n,)``; in degrees or metres as ``source`` has it.
    source, target
        Any CRS. Between VN-2000 and another datum EPSG:6960 is used everywhere.

    Examples
    --------
    >>> e, n = transform_xy(np.array([105.82]), np.array([21.0]), WGS84, CRS.from_epsg(5897))
    >>> round(float(e[0]), 2), round(float(n[0]), 2)
    (585053.11, 2323171.32)
    >>> transform_xy(np.array([]), np.array([]), WGS84, WGS84)[0].shape
    (0,)
    """
    x = np.asarray(x, dtype=float)
    y = np.asarray(y, dtype=float)
    if len(x) == 0 or source == target:
        return x, y
    for transformer, backwards in _steps(source, target):
        if not backwards:
            x, y = transformer.transform(x, y)
            continue
        # Heights are left out, so the way back misses by a millimetre: one step of Newton's method.
        back = transformer.transform(x, y, direction="INVERSE")
        again = transformer.transform(*back)
        with np.errstate(invalid="ignore"):
            # Where there is no such place PROJ answers infinity, and the step makes it NaN.
            x, y = back[0] + (x - again[0]), back[1] + (y - again[1])
    return np.asarray(x, dtype=float), np.asarray(y, dtype=float)


def transform_geometry(geometry: Any, source: CRS, target: CRS) -> Any:
    """Carry one geometry or an array of them from one CRS to another, as `transform_xy` does."""
    if source == target:
        return geometry

    def move(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
        return transform_xy(x, y, source, target)

    # The stubs know only the interleaved form.
    return shapely.transform(geometry, move, interleaved=False)  # type: ignore[arg-type]


def analysis_crs(name: str, bounds: tuple[float, float, float, float]) -> CRS:
    """Return the CRS in which lengths are measured.

    Parameters
    ----------
    name
        The project's ``crs``: any name that pyproj knows, or ``auto``.
    bounds
        West, south, east, north of the area in WGS 84 degrees; its centre chooses the UTM zone.

    Raises
    ------
    ProjectError
        For an unknown CRS, and for one that can't measure: geographic, not in metres, or EPSG:3857.

    Examples
    --------
    >>> analysis_crs("auto", (105.7, 20.9, 105.9, 21.1)).to_epsg()
    32648
    """
    if name == "auto":
        west, south, east, north = bounds
        zone = int(((west + east) / 2 + 180) // 6) % 60 + 1
        return CRS.from_epsg((32600 if south + north >= 0 else 32700) + zone)
    try:
        crs = CRS.from_user_input(name)
    except CRSError:
        raise ProjectError(
            Message("crs = {name!r} is not a coordinate reference system that PROJ knows"),
            remedy=Message('write "auto" or an EPSG code such as "EPSG:5897" (VN-2000, 105°00′)'),
            name=name,
        ) from None
    metric = all(axis.unit_name == "metre" for axis in crs.axis_info[:2])
    if not crs.is_projected or not metric or crs.to_epsg() == 3857:
        raise ProjectError(
            Message("crs = {name!r} ({title}) can't be used to measure lengths"),
            remedy=Message(
                'choose a projected CRS in metres, such as "EPSG:5897", or "auto"; '
                "Web Mercator (EPSG:3857) stretches Hà Nội by 7 %"
            ),
            name=name,
            title=crs.name,
        )
    return crs
