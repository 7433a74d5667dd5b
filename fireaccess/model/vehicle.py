"""Vehicles: the measures of a class of fire engine, each with how sure it is."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import NormError
from fireaccess.model.figure import Figure, Title, Unit, check_figure
from fireaccess.model.norm_files import (
    as_table,
    check_keys,
    own_file,
    read_table,
    read_title,
    read_toml,
    shipped_toml,
    unknown_key,
    validated,
)

_FILE = "vehicles.toml"


class Vehicle(BaseModel):
    """A class of fire engine.

    Parameters
    ----------
    name, title, source
        Key, name for people, and where the measures come from.
    file
        Where it was read, for messages only.
    width_m
        Width of the body without mirrors.
    height_m
        Height, ladders and lamps included.
    length_m
        Length over all.
    wheelbase_m
        Front axle to rear axle.
    front_overhang_m
        Front bumper to front axle.
    turning_radius_m
        Outer turning radius, wall to wall.
    mass_t
        Gross mass in tonnes, with water and crew.
    wading_depth_m
        Deepest water it can drive through; None where nobody says.
    respect_oneway
        Whether it keeps to one-way streets. A fire engine on a call does not.

    Examples
    --------
    >>> standard = load_vehicle("standard")
    >>> standard.width_m.value
    2.5
    >>> standard.turning_radius_m.verified
    False
    >>> standard.axle_to_bumper_m
    6.0
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: str = Field(min_length=1)
    title: Title
    source: str = Field(min_length=1)
    # For messages only: results must not depend on a folder's name.
    file: str | None = Field(default=None, exclude=True, repr=False)
    width_m: Figure
    height_m: Figure
    length_m: Figure
    wheelbase_m: Figure
    front_overhang_m: Figure
    turning_radius_m: Figure
    mass_t: Figure
    wading_depth_m: Figure | None = None
    respect_oneway: bool = False

    @model_validator(mode="after")
    def _figures_fit(self) -> Vehicle:
        for name in MEASURES:
            figure: Figure | None = getattr(self, name)
            if figure is not None:
                zero = name in ("front_overhang_m", "wading_depth_m")
                check_figure(name, figure, _unit(name), zero=zero, file=self.file)
        if self.axle_to_bumper_m > self.length_m.value:
            raise NormError(
                Message(
                    "wheelbase_m and front_overhang_m add up to {sum_m:g} m, more than length_m, "
                    "{length_m:g} m"
                ),
                file=self.file,
                remedy=Message("check the three against the maker's sheet"),
                sum_m=self.axle_to_bumper_m,
                length_m=self.length_m.value,
            )
        if self.turning_radius_m.value <= self.axle_to_bumper_m:
            raise NormError(
                Message(
                    "turning_radius_m, {radius_m:g} m, is not above wheelbase_m plus "
                    "front_overhang_m, {sum_m:g} m"
                ),
                file=self.file,
                remedy=Message(
                    "give the outer radius wall to wall: half of the turning circle's diameter "
                    "over the bumper"
                ),
                radius_m=self.turning_radius_m.value,
                sum_m=self.axle_to_bumper_m,
            )
        return self

    def __repr__(self) -> str:
        size = " x ".join(str(figure) for figure in (self.width_m, self.length_m, self.height_m))
        return f"<Vehicle {self.name}: {size}, {self.mass_t}>"

    @property
    def axle_to_bumper_m(self) -> float:
        """Length from the rear axle to the front bumper."""
        # Rounded so that 4.6 + 1.4 is the 6 m that was meant.
        return round(self.wheelbase_m.value + self.front_overhang_m.value, 6)

    def value_or_none(self, name: str) -> float | None:
        """Return the number of one measure, None where the vehicle is silent.

        Raises
        ------
        NormError
            If vehicles have no such measure.
        """
        if name not in MEASURES:
            raise unknown_key(name, MEASURES, at=self.name, file=self.file)
        figure: Figure | None = getattr(self, name)
        return None if figure is None else figure.value

    def value(self, name: str) -> float:
        """Return the number of one measure.

        Raises
        ------
        NormError
            If the vehicle is silent on it, or if vehicles have no such measure.

        Examples
        --------
        >>> load_vehicle("pickup").value("width_m")
        1.855
        """
        number = self.value_or_none(name)
        if number is None:
            raise NormError(
                Message("vehicle {vehicle!r} says nothing of {name}"),
                file=self.file,
                remedy=Message("give [{name}] in a vehicle file of your own"),
                vehicle=self.name,
                name=name,
            )
        return number


MEASURES: tuple[str, ...] = tuple(
    name for name in Vehicle.model_fields if name.endswith(("_m", "_t"))
)
"""Every measure of a vehicle, in declared order."""


def _unit(name: str) -> Unit:
    return "t" if name == "mass_t" else "m"


def measures(vehicle: Vehicle) -> list[tuple[str, Figure]]:
    """Return the measures that a vehicle gives, by name, in declared order.

    Examples
    --------
    >>> name, figure = measures(load_vehicle("standard"))[0]
    >>> print(name, figure, figure.status)
    width_m 2.5 m V
    """
    pairs = ((name, getattr(vehicle, name)) for name in MEASURES)
    return [(name, figure) for name, figure in pairs if figure is not None]


def shipped_vehicles() -> tuple[str, ...]:
    """Return the names of the vehicles that come with fireaccess, largest first.

    Examples
    --------
    >>> shipped_vehicles()
    ('standard', 'medium', 'light', 'pickup', 'motorcycle')
    """
    return tuple(shipped_toml(_FILE))


def load_vehicle(name_or_path: str | Path) -> Vehicle:
    """Read a vehicle: a shipped one by its name, else a TOML file.

    Raises
    ------
    NormError
        If there is no such vehicle, or if the file can't be used.

    Examples
    --------
    >>> load_vehicle("motorcycle").title.vi
    'Xe mô tô chữa cháy'
    """
    if isinstance(name_or_path, str):
        shipped = shipped_toml(_FILE)
        if name_or_path in shipped:
            return _vehicle(shipped[name_or_path], name=name_or_path, file=_FILE)
    missing = Message("there is no vehicle {name!r}, neither shipped nor as a file")
    path = own_file(name_or_path, shipped_vehicles(), missing=missing)
    return _vehicle(read_toml(path), name=path.stem, file=str(path))


def _vehicle(raw: object, *, name: str, file: str) -> Vehicle:
    """Make a vehicle from its table; ``name`` is used where the table gives none."""
    table: Mapping[str, Any] = as_table(raw, at=name, file=file)
    known = tuple(key for key in Vehicle.model_fields if key != "file")
    check_keys(table, known, at="", file=file)
    values: dict[str, Any] = {"name": name, **table, "file": file}
    if "title" in table:
        values["title"] = read_title(table["title"], file=file)
    for measure in MEASURES:
        if measure in table:
            values[measure] = read_table(table[measure], Figure, at=measure, file=file)
    return validated(values, Vehicle, at="", file=file)
