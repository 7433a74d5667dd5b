"""What the passage must offer: width, height and load (SPEC §4.2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from fireaccess.model.norm import Norm
from fireaccess.model.vehicle import Vehicle

Mode = Literal["norm", "vehicle"]

_DECIDING: Final = (
    "hose_limit_m",
    "hydrant_radius_m",
    "tank_radius_m",
    "pond_radius_m",
    "river_radius_m",
    "pit_radius_m",
    "suction_point_radius_m",
    "portable_pump_m",
    "draft_m",
    "hydrant_spacing_m",
    "fire_point_m",
    "fire_point_depth_m",
    "deep_alley_m",
    "dead_end_m",
    "kerb_height_m",
    "accuracy_maxwidth_physical_m",
    "accuracy_width_m",
    "accuracy_est_width_m",
)
_TURNING: Final = (
    "width_m",
    "length_m",
    "wheelbase_m",
    "front_overhang_m",
    "turning_radius_m",
)
_NEEDS: Final = {
    "norm": {"width_m": ("clear_width_m",), "height_m": ("clear_height_m",)},
    "vehicle": {"width_m": ("width_margin_m",), "height_m": ("height_margin_m",)},
}


@dataclass(frozen=True, slots=True)
class Need:
    """Clear width and height, and the mass to carry.

    Parameters
    ----------
    width_m, height_m
        The clear width and height that a passage must have.
    mass_t
        Mass of the vehicle, in every mode.
    assumed
        Which of the three rest on a figure that no source verifies.
    """

    width_m: float
    height_m: float
    mass_t: float
    assumed: frozenset[str] = frozenset()


def need_of(norm: Norm, vehicle: Vehicle, mode: Mode) -> Need:
    """Return the need by norm, or by the vehicle with the norm's margins.

    Raises
    ------
    NormError
        If the norm or the vehicle is silent on a figure that the mode needs.

    Examples
    --------
    >>> from fireaccess.model.norm import load_norm
    >>> from fireaccess.model.vehicle import load_vehicle
    >>> need_of(load_norm("vn"), load_vehicle("standard"), "norm")
    Need(width_m=3.5, height_m=4.5, mass_t=16.0, assumed=frozenset({'mass_t'}))
    """
    if mode == "norm":
        width_m, height_m = norm.value("clear_width_m"), norm.value("clear_height_m")
    else:
        width_m = vehicle.value("width_m") + norm.value("width_margin_m")
        height_m = vehicle.value("height_m") + norm.value("height_margin_m")
    open_figures = not_verified(norm, vehicle, mode)
    assumed = {"mass_t"} & open_figures["vehicle"].keys()
    for name, figures in _NEEDS[mode].items():
        if open_figures["norm"].keys() & set(figures) or (
            mode == "vehicle" and name in open_figures["vehicle"]
        ):
            assumed.add(name)
    return Need(width_m, height_m, vehicle.value("mass_t"), frozenset(assumed))


def turns_count(turns: bool | Literal["auto"], vehicle: Vehicle) -> bool:
    """Whether a vehicle must get round corners: if asked for, or if its radius is verified.

    Examples
    --------
    >>> from fireaccess.model.vehicle import load_vehicle
    >>> turns_count("auto", load_vehicle("standard")), turns_count(True, load_vehicle("standard"))
    (False, True)
    """
    return vehicle.turning_radius_m.verified if turns == "auto" else turns


def not_verified(
    norm: Norm,
    vehicle: Vehicle,
    mode: Mode,
    *,
    turns: bool = False,
    facades: bool = False,
    terrain: bool = False,
) -> dict[str, dict[str, float]]:
    """Return the figures that decide answers and that no source verifies, with their values.

    Parameters
    ----------
    norm, vehicle, mode
        Where the figures stand, and whose width and height decide.
    turns
        Whether the vehicle must get round corners.
    facades
        Whether widths are measured between facades.
    terrain
        Whether grades are taken from an elevation grid.

    Examples
    --------
    >>> from fireaccess.model.norm import load_norm
    >>> from fireaccess.model.vehicle import load_vehicle
    >>> not_verified(load_norm("vn"), load_vehicle("standard"), "norm")["vehicle"]
    {'mass_t': 16.0}
    """
    own = [name for figures in _NEEDS[mode].values() for name in figures]
    if facades:
        own.append("accuracy_facade_m")
    if terrain:
        own.append("accuracy_elevation_m")
    of_norm = {name: getattr(norm, name) for name in (*own, *_DECIDING)}
    measures = ("mass_t",) if mode == "norm" else ("width_m", "height_m", "mass_t")
    if turns:
        measures = tuple(dict.fromkeys((*measures, *_TURNING)))
    of_vehicle = {name: getattr(vehicle, name) for name in measures}
    return {
        kind: {
            name: figure.value
            for name, figure in figures.items()
            if figure is not None and not figure.verified
        }
        for kind, figures in (("norm", of_norm), ("vehicle", of_vehicle))
    }
