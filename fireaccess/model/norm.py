"""Norms: named sets of thresholds, each with its clause and how sure it is.

A norm is data, not code: a TOML file, shipped with the package or a project's own. Where a
norm says nothing its figure is None; no number is ever borrowed from another norm. The layout
of the file is told in ``docs/norms.md``.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple, cast

from pydantic import BaseModel, Field, model_validator

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import NormError
from fireaccess.model.figure import Figure, Frozen, Status, Title, Unit, check_figure
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
from fireaccess.model.norm_tables import (
    SOLUTION_CONDITIONS,
    SOLUTION_KINDS,
    SOLUTION_NEEDS,
    Classes,
    ClassTable,
    FlowTable,
    GradeRule,
    Priors,
    SolutionRule,
)
from fireaccess.model.phrases import Phrase


def _figure(unit: Unit, meaning: Message, *, zero: bool = False) -> Any:
    """Declare one figure of a norm: its unit, what it means, and whether 0 makes sense."""
    extra: dict[str, Any] = {"unit": unit, "zero": zero}
    return Field(default=None, description=meaning, json_schema_extra=extra)


class Norm(Frozen):
    """A named set of thresholds.

    Every figure is an attribute and None where the norm is silent. `value` gives the plain
    number; `describe` tells in words what a figure means.

    Examples
    --------
    >>> norm = load_norm("vn")
    >>> norm.value("clear_width_m")
    3.5
    >>> norm.clear_width_m.clause
    'QCVN 06:2022/BXD 6.2.1.1'
    >>> print(load_norm("japan").clear_width_m)
    None
    """

    name: str = Field(min_length=1)
    title: Title
    source: str = Field(min_length=1)
    # Where it was read, for messages only: results must not depend on a folder's name.
    file: str | None = Field(default=None, exclude=True, repr=False)

    # Roads for fire engines
    clear_width_m: Figure | None = _figure("m", Message("Clear width of the road."))
    clear_width_walled_m: Figure | None = _figure(
        "m", Message("Clear width of a road walled on both sides for longer than walled_length_m.")
    )
    walled_length_m: Figure | None = _figure(
        "m", Message("Length between walls from which clear_width_walled_m holds.")
    )
    gate_width_m: Figure | None = _figure("m", Message("Clear width of a gateway."))
    clear_width_at_hydrant_m: Figure | None = _figure(
        "m", Message("Clear width of the road at a hydrant.")
    )
    clear_height_m: Figure | None = _figure(
        "m", Message("Clear height under anything over the road.")
    )
    overhead_length_m: Figure | None = _figure(
        "m", Message("Greatest length, along the road, of one structure over it.")
    )
    overhead_gap_m: Figure | None = _figure(
        "m", Message("Least open length between two structures over the road.")
    )
    overhead_free_end_m: Figure | None = _figure(
        "m", Message("Last length of a dead end without a structure over it.")
    )
    max_grade: Figure | None = _figure(
        "m/m", Message("Greatest gradient of the road, rise over run.")
    )
    pad_grade: Figure | None = _figure(
        "m/m", Message("Greatest gradient of the place where trucks stand.")
    )
    dead_end_m: Figure | None = _figure(
        "m", Message("A dead end longer than this needs a turning area.")
    )
    dead_end_wide_m: Figure | None = _figure(
        "m", Message("A dead end longer than this must be clear_width_long_dead_end_m wide.")
    )
    dead_end_longest_m: Figure | None = _figure(
        "m", Message("A dead end longer than this needs an approval of its own.")
    )
    clear_width_long_dead_end_m: Figure | None = _figure(
        "m", Message("Clear width of a dead end longer than dead_end_wide_m.")
    )
    passing_place_spacing_m: Figure | None = _figure(
        "m", Message("Greatest distance between passing places of a single-lane road.")
    )
    passing_place_length_m: Figure | None = _figure("m", Message("Length of a passing place."))
    passing_place_width_m: Figure | None = _figure(
        "m", Message("Width of a passing place, the lane included.")
    )
    turning_triangle_side_m: Figure | None = _figure(
        "m", Message("Side of a triangular turning area.")
    )
    turning_square_side_m: Figure | None = _figure("m", Message("Side of a square turning area."))
    turning_circle_diameter_m: Figure | None = _figure(
        "m", Message("Diameter of a round turning area.")
    )
    turning_rectangle_width_m: Figure | None = _figure(
        "m", Message("Width of an oblong turning area.")
    )
    turning_rectangle_length_m: Figure | None = _figure(
        "m", Message("Length of an oblong turning area.")
    )
    turning_circle_kerb_diameter_m: Figure | None = _figure(
        "m", Message("Turning circle between kerbs, diameter.")
    )
    turning_circle_wall_diameter_m: Figure | None = _figure(
        "m", Message("Turning circle between walls, diameter.")
    )
    bend_radius_m: Figure | None = _figure("m", Message("Least radius of a bend of the road."))
    kerb_radius_internal_m: Figure | None = _figure(
        "m", Message("Least kerb radius where streets inside a residential unit meet.")
    )
    kerb_radius_district_m: Figure | None = _figure(
        "m", Message("Least kerb radius where district streets meet.")
    )
    kerb_radius_city_m: Figure | None = _figure(
        "m", Message("Least kerb radius where city streets meet.")
    )
    footway_width_m: Figure | None = _figure(
        "m", Message("Least width of a way for the crew on foot.")
    )
    carrying_capacity_t: Figure | None = _figure(
        "t", Message("Mass of a vehicle the road must carry.")
    )
    axle_load_t: Figure | None = _figure("t", Message("Axle load the road must carry."))
    working_area_width_m: Figure | None = _figure(
        "m", Message("Width of the place where a truck works.")
    )
    working_area_length_m: Figure | None = _figure(
        "m", Message("Length of the place where a truck works.")
    )

    # From the road to the house
    hose_limit_m: Figure | None = _figure(
        "m", Message("A house is covered if its hose line is no longer than this.")
    )
    new_building_limit_m: Figure | None = _figure(
        "m", Message("Farthest a new building may lie from a road for fire engines.")
    )
    road_edge_to_wall_low_m: Figure | None = _figure(
        "m", Message("Road edge to wall, buildings lower than 12 m, at most.")
    )
    road_edge_to_wall_middle_m: Figure | None = _figure(
        "m", Message("Road edge to wall, buildings of 12 to 28 m, at most.")
    )
    road_edge_to_wall_high_m: Figure | None = _figure(
        "m", Message("Road edge to wall, buildings higher than 28 m, at most.")
    )
    deep_alley_m: Figure | None = _figure(
        "m", Message("An alley without a truck that goes deeper than this is a deep alley.")
    )
    fire_point_m: Figure | None = _figure(
        "m", Message("Farthest way on foot from a house to a public fire point.")
    )
    fire_point_depth_m: Figure | None = _figure(
        "m", Message("An alley without a truck deeper than this needs a public fire point.")
    )

    # Water
    hydrant_radius_m: Figure | None = _figure(
        "m", Message("Hydrant to house along the hose, at most.")
    )
    hydrant_radius_horizontal_m: Figure | None = _figure(
        "m", Message("Hydrant to any point of a building, horizontally, at most.")
    )
    hydrant_radius_dwelling_m: Figure | None = _figure(
        "m",
        Message(
            "Hydrant to a one- or two-family house along the hose, where it is a rule of its own."
        ),
    )
    tank_radius_m: Figure | None = _figure(
        "m", Message("Tank to house with a truck's pump, at most.")
    )
    pond_radius_m: Figure | None = _figure(
        "m", Message("Pond to house with a truck's pump, at most.")
    )
    river_radius_m: Figure | None = _figure(
        "m", Message("River to house with a truck's pump, at most.")
    )
    pit_radius_m: Figure | None = _figure(
        "m", Message("Collection pit to house with a truck's pump, at most.")
    )
    suction_point_radius_m: Figure | None = _figure(
        "m", Message("Suction point to house with a truck's pump, at most.")
    )
    portable_pump_m: Figure | None = _figure(
        "m", Message("Water to house with a portable pump, as far as the pump can, at most.")
    )
    water_radius_commercial_m: Figure | None = _figure(
        "m", Message("Water to house in commercial and industrial areas, at most.")
    )
    water_radius_windy_m: Figure | None = _figure(
        "m", Message("Water to house in areas of strong mean wind, at most.")
    )
    water_radius_commercial_windy_m: Figure | None = _figure(
        "m",
        Message("Water to house in commercial and industrial areas of strong mean wind, at most."),
    )
    water_radius_semi_urban_m: Figure | None = _figure(
        "m", Message("Water to house in semi-urban areas, at most.")
    )
    demand_radius_m: Figure | None = _figure(
        "m", Message("Radius within which the whole demand of water must be found.")
    )
    draft_m: Figure | None = _figure(
        "m", Message("Farthest a truck can stand, straight, from the open water it draws from.")
    )
    hydrant_spacing_m: Figure | None = _figure(
        "m", Message("Hydrant to hydrant along the road, at most.")
    )
    hydrant_spacing_low_flow_m: Figure | None = _figure(
        "m", Message("Hydrant to hydrant where the flow needed is at most low_flow_l_s.")
    )
    low_flow_l_s: Figure | None = _figure(
        "L/s", Message("Flow up to which hydrant_spacing_low_flow_m holds.")
    )
    near_hydrant_m: Figure | None = _figure(
        "m", Message("A hydrant this near, along the hose, is told beside the answer.")
    )
    hydrant_to_road_point_m: Figure | None = _figure(
        "m", Message("Any point of the road to a hydrant, at most.")
    )
    hydrant_to_road_edge_m: Figure | None = _figure("m", Message("Hydrant to road edge, at most."))
    hydrant_to_wall_m: Figure | None = _figure("m", Message("Hydrant to wall, at least."))
    hydrant_to_wall_alternative_m: Figure | None = _figure(
        "m", Message("Hydrant to wall, at least, in a second document in force that disagrees.")
    )
    hydrant_outlet_height_mm: Figure | None = _figure(
        "mm", Message("Top of a hydrant above the ground.")
    )
    hydrant_outlet_diameter_mm: Figure | None = _figure(
        "mm", Message("Outlet of a hydrant, at least.")
    )
    two_hydrants_flow_l_s: Figure | None = _figure(
        "L/s", Message("Flow from which two hydrants must reach a building.")
    )
    two_hydrants_flow_alternative_l_s: Figure | None = _figure(
        "L/s", Message("The same in a second document in force that disagrees.")
    )
    main_diameter_mm: Figure | None = _figure("mm", Message("Water main of a hydrant, at least."))
    rural_main_diameter_mm: Figure | None = _figure("mm", Message("Rural water main, at least."))
    rural_main_diameter_alternative_mm: Figure | None = _figure(
        "mm", Message("The same in a second document in force that disagrees.")
    )
    free_head_m: Figure | None = _figure(
        "m", Message("Free head of a low-pressure main, at least.")
    )
    standpipe_people: Figure | None = _figure(
        "people", Message("Places of at most so many people may have a standpipe for a hydrant.")
    )
    standpipe_diameter_mm: Figure | None = _figure("mm", Message("Diameter of such a standpipe."))
    water_surface_depth_m: Figure | None = _figure(
        "m", Message("Surface of a natural source below the ground, at most.")
    )
    water_level_below_pad_m: Figure | None = _figure(
        "m", Message("Lowest water level below the place where the truck stands, at most.")
    )
    water_depth_m: Figure | None = _figure("m", Message("Depth of a natural source, at least."))
    suction_lift_m: Figure | None = _figure("m", Message("Suction lift, at most."))
    stop_post_height_m: Figure | None = _figure(
        "m", Message("Post that keeps a truck from rolling into the water, at least.")
    )
    pit_pipe_length_m: Figure | None = _figure(
        "m", Message("Pipe from the source to a collection pit, at most.")
    )
    pit_pipe_diameter_mm: Figure | None = _figure(
        "mm", Message("Pipe from the source to a collection pit, for each truck, at least.")
    )
    pit_volume_m3: Figure | None = _figure("m3", Message("Volume of a collection pit, at least."))
    pit_depth_m: Figure | None = _figure("m", Message("Depth of a collection pit, at least."))
    riser_pipe_length_m: Figure | None = _figure(
        "m", Message("Pipe of a riser from the mouth of an alley into it, at most.")
    )
    works_width_m: Figure | None = _figure(
        "m", Message("Clear width of an alley in which a pipe or a tank is built, at least.")
    )
    water_volume_m3: Figure | None = _figure(
        "m3", Message("Volume of a source that counts, at least.")
    )
    water_flow_m3_min: Figure | None = _figure(
        "m3/min", Message("Flow of a source that counts, for water_duration_min, at least.")
    )
    water_duration_min: Figure | None = _figure(
        "min", Message("How long a source must give water_flow_m3_min.")
    )
    demand_m3_h: Figure | None = _figure(
        "m3/h", Message("Water for a quarter of low houses, at least.")
    )

    # How fireaccess works: not from any norm, kept here so that each can be seen and changed
    width_margin_m: Figure | None = _figure(
        "m", Message("Gap that a vehicle needs beyond the width of its body."), zero=True
    )
    height_margin_m: Figure | None = _figure(
        "m", Message("Height that a vehicle needs beyond its own."), zero=True
    )
    kerb_height_m: Figure | None = _figure(
        "m", Message("A kerb up to this height lets a fire engine pass."), zero=True
    )
    opening_delay_s: Figure | None = _figure(
        "s", Message("Time that opening a gate or a bar costs."), zero=True
    )
    hose_roll_m: Figure | None = _figure("m", Message("Length of one coil of hose."))
    hose_slack: Figure | None = _figure(
        "factor", Message("Hose laid per length of way: bends and rises take more.")
    )
    hose_speed_m_min: Figure | None = _figure("m/min", Message("Speed of laying hose by hand."))
    hose_cart_speed_m_min: Figure | None = _figure(
        "m/min", Message("Speed of laying hose from a cart.")
    )
    hose_crew_people: Figure | None = _figure("people", Message("Crew that these speeds are for."))
    accuracy_maxwidth_physical_m: Figure | None = _figure(
        "m", Message("Accuracy of the OSM tag maxwidth:physical."), zero=True
    )
    accuracy_width_m: Figure | None = _figure(
        "m", Message("Accuracy of the OSM tags width and width:carriageway."), zero=True
    )
    accuracy_est_width_m: Figure | None = _figure(
        "m", Message("Accuracy of the OSM tag est_width."), zero=True
    )
    accuracy_facade_m: Figure | None = _figure(
        "m", Message("Accuracy of a gap between facades on the map."), zero=True
    )
    accuracy_elevation_m: Figure | None = _figure(
        "m", Message("Accuracy of the rise between two places of an elevation grid."), zero=True
    )

    grade: GradeRule | None = None
    priors: Priors | None = None
    residential_flow: FlowTable | None = None
    # Pairs of kind and conditions, in the norm's order of preference.
    solutions: tuple[tuple[str, SolutionRule], ...] = ()
    classes: Classes
    speeds_km_h: ClassTable
    carriageway_m: ClassTable

    @model_validator(mode="after")
    def _figures_fit(self) -> Norm:
        for name, figure in figures(self):
            zero = bool(_declared(name)["zero"])
            check_figure(f"figures.{name}", figure, unit_of(name), zero=zero, file=self.file)
        if self.hose_slack is not None and self.hose_slack.value < 1:
            raise NormError(
                Message("figures.hose_slack: {slack:g} would make a hose shorter than its way"),
                file=self.file,
                remedy=Message("write 1 for none, or more, as in 1.1"),
                slack=self.hose_slack.value,
            )
        if self.grade_decides and self.max_grade is None:
            raise NormError(
                Message("{key} is missing"),
                file=self.file,
                remedy=Message("add it, or write decides = false under [grade]"),
                key="figures.max_grade",
            )
        for kind, rule in self.solutions:
            self._check_solution(kind, rule)
        both = sorted(set(self.classes.passable) & set(self.classes.blocked))
        if both:
            raise NormError(
                Message("classes: {both} stands both in pass and in blocked"),
                file=self.file,
                remedy=Message("leave it in one of the two"),
                both=", ".join(both),
            )
        if self.speeds_km_h.other is None:
            raise NormError(
                Message("{key} is missing"),
                file=self.file,
                remedy=Message("add the speed on classes that are not listed, as in other = 10"),
                key="speeds_km_h.other",
            )
        return self

    def _check_solution(self, kind: str, rule: SolutionRule) -> None:
        """Refuse a water solution without its conditions, or with figures that aren't given."""
        for condition in SOLUTION_CONDITIONS:
            name: str | None = getattr(rule, condition)
            if name is None:
                if condition in SOLUTION_NEEDS[kind]:
                    raise NormError(
                        Message("{key} is missing"),
                        file=self.file,
                        remedy=Message("add it; docs/norms.md shows the layout of the file"),
                        key=f"solutions.{kind}.{condition}",
                    )
                continue
            if name not in FIGURE_NAMES or unit_of(name) != "m":
                metres = [other for other in FIGURE_NAMES if unit_of(other) == "m"]
                at = f"solutions.{kind}.{condition}"
                raise unknown_key(name, metres, at=at, file=self.file)
            if getattr(self, name) is None:
                raise NormError(
                    Message("{key} is missing"),
                    file=self.file,
                    remedy=Message("add it, or take [solutions.{kind}] out"),
                    key=f"figures.{name}",
                    kind=kind,
                )

    def __repr__(self) -> str:
        return f"<Norm {self.name}: {len(figures(self))} figures>"

    def value_or_none(self, name: str) -> float | None:
        """Return the number of one figure, None where the norm is silent.

        Raises
        ------
        NormError
            If no norm knows such a figure.

        Examples
        --------
        >>> load_norm("uk").value_or_none("hydrant_radius_m") is None
        True
        """
        _declared(name, file=self.file)
        figure: Figure | None = getattr(self, name)
        return None if figure is None else figure.value

    def value(self, name: str) -> float:
        """Return the number of one figure.

        Raises
        ------
        NormError
            If the norm is silent on it, or if no norm knows such a figure.

        Examples
        --------
        >>> load_norm("vn").value("hose_limit_m")
        200.0
        """
        number = self.value_or_none(name)
        if number is None:
            raise NormError(
                Message("norm {norm!r} says nothing of {name} ({meaning})"),
                file=self.file,
                remedy=Message(
                    "choose another norm, or give [figures.{name}] in a norm file of your own"
                ),
                norm=self.name,
                name=name,
                meaning=Phrase(lambda language: describe(name).into(language).rstrip(".")),
            )
        return number

    @property
    def grade_decides(self) -> bool:
        """Whether a road steeper than ``max_grade`` stops a fire engine; else it is only told.

        Examples
        --------
        >>> load_norm("vn").grade_decides, load_norm("ifc").grade_decides
        (True, False)
        """
        return self.grade is not None and self.grade.decides

    def speed_km_h(self, highway: str) -> float:
        """Return the speed of a fire engine on one class of road, in km/h.

        Examples
        --------
        >>> norm = load_norm("vn")
        >>> norm.speed_km_h("primary") > norm.speed_km_h("service")
        True
        """
        # `other` is there: checked when the norm was made.
        return cast("float", self.speeds_km_h.get(highway))


FIGURE_NAMES: tuple[str, ...] = tuple(
    name
    for name, declared in Norm.model_fields.items()
    if isinstance(declared.json_schema_extra, dict) and "unit" in declared.json_schema_extra
)
"""Every figure a norm may give, in declared order."""


def _declared(name: str, *, file: object = None) -> Mapping[str, Any]:
    if name not in FIGURE_NAMES:
        raise unknown_key(name, FIGURE_NAMES, at="figures", file=file)
    return cast("Mapping[str, Any]", Norm.model_fields[name].json_schema_extra)


def unit_of(name: str) -> Unit:
    """Return the unit that a figure must be given in.

    Examples
    --------
    >>> unit_of("pad_grade")
    'm/m'
    """
    return cast("Unit", _declared(name)["unit"])


def describe(name: str) -> Message:
    """Return what a figure means, in one sentence.

    Examples
    --------
    >>> describe("clear_width_m")
    'Clear width of the road.'
    """
    _declared(name)
    return cast("Message", Norm.model_fields[name].description)


def figures(norm: Norm) -> list[tuple[str, Figure]]:
    """Return the figures that a norm gives, by name, in declared order.

    Examples
    --------
    >>> name, figure = figures(load_norm("uk"))[0]
    >>> print(name, figure, figure.status)
    clear_width_m 3.7 m V
    """
    pairs = ((name, getattr(norm, name)) for name in FIGURE_NAMES)
    return [(name, figure) for name, figure in pairs if figure is not None]


class Entry(NamedTuple):
    """One line of a norm's tables of solutions and shares, to stand below its figures.

    Parameters
    ----------
    value
        A number, or the figures that are the conditions of a solution, one to a line.
    unit
        Empty: figures have theirs, and shares none.
    clause, status
        Those of the table.
    """

    value: float | str
    unit: str
    clause: str
    status: Status


def entries(norm: Norm) -> list[tuple[str, Entry]]:
    """Return a norm's water solutions and its shares, by their place in the file.

    Examples
    --------
    >>> rows = dict(entries(load_norm("vn")))
    >>> rows["solutions.pit"].value.split(), rows["solutions.pit"].status
    (['pit_radius_m', 'pit_pipe_length_m'], 'V2')
    >>> rows["priors.values.ngo"].value, rows["priors.values.ngo"].status
    (0.5, 'assumption')
    >>> entries(load_norm("uk"))
    []
    """
    rows = []
    for kind, rule in norm.solutions:
        named = [getattr(rule, condition) for condition in SOLUTION_CONDITIONS]
        conditions = "\n".join(name for name in named if name is not None)
        rows.append((f"solutions.{kind}", Entry(conditions, "", rule.clause, rule.status)))
    if (priors := norm.priors) is not None:
        numbers = {f"values.{row}": share for row, share in priors.values}
        numbers |= {name: getattr(priors, name) for name in ("other", "strength", "correlation")}
        rows += [
            (f"priors.{name}", Entry(number, "", priors.clause, priors.status))
            for name, number in numbers.items()
        ]
    return rows


def tables(norm: Norm) -> dict[str, Any]:
    """Return a norm's water solutions and its shares as in its file, without those it lacks.

    Examples
    --------
    >>> tables(load_norm("vn"))["solutions"]["riser"]["pipe"]
    'riser_pipe_length_m'
    >>> tables(load_norm("uk"))
    {}
    """
    given = {
        "solutions": {
            kind: rule.model_dump(mode="json", exclude_none=True) for kind, rule in norm.solutions
        },
        "priors": None if norm.priors is None else norm.priors.model_dump(mode="json"),
    }
    return {name: table for name, table in given.items() if table}


def shipped_norms() -> tuple[str, ...]:
    """Return the names of the norms that come with fireaccess.

    Examples
    --------
    >>> shipped_norms()
    ('germany', 'ifc', 'japan', 'uk', 'vn')
    """
    names = (entry.name for entry in (resources.files("fireaccess") / "norms").iterdir())
    return tuple(
        sorted(
            name.removesuffix(".toml")
            for name in names
            if name.endswith(".toml") and name != "vehicles.toml"
        )
    )


def load_norm(name_or_path: str | Path) -> Norm:
    """Read a norm: a shipped one by its name, else a TOML file.

    Raises
    ------
    NormError
        If there is no such norm, or if the file can't be used.

    Examples
    --------
    >>> load_norm("vn").title.en
    'Vietnam: QCVN 06:2022/BXD with Amendment 1:2023, QCVN 10:2025/BCA, QCVN 01:2021/BXD'
    """
    if isinstance(name_or_path, str) and name_or_path in shipped_norms():
        file = f"{name_or_path}.toml"
        return _norm(shipped_toml(file), file=file)
    missing = Message("there is no norm {name!r}, neither shipped nor as a file")
    path = own_file(name_or_path, shipped_norms(), missing=missing)
    return _norm(read_toml(path), file=str(path))


def _norm(raw: Mapping[str, Any], *, file: str) -> Norm:
    """Make a norm from the tables of its file."""
    models: dict[str, type[BaseModel]] = {
        "grade": GradeRule,
        "priors": Priors,
        "residential_flow": FlowTable,
        "classes": Classes,
        "speeds_km_h": ClassTable,
        "carriageway_m": ClassTable,
    }
    known = ("name", "title", "source", "figures", "solutions", *models)
    check_keys(raw, known, at="", file=file)
    values: dict[str, Any] = {"file": file}
    for key in ("name", "source"):
        if key in raw:
            values[key] = raw[key]
    if "title" in raw:
        values["title"] = read_title(raw["title"], file=file)
    for key, model in models.items():
        if key in raw:
            values[key] = read_table(raw[key], model, at=key, file=file)
    solutions = as_table(raw.get("solutions", {}), at="solutions", file=file)
    check_keys(solutions, SOLUTION_KINDS, at="solutions", file=file)
    values["solutions"] = tuple(
        (kind, read_table(entry, SolutionRule, at=f"solutions.{kind}", file=file))
        for kind, entry in solutions.items()
    )
    given = as_table(raw.get("figures", {}), at="figures", file=file)
    check_keys(given, FIGURE_NAMES, at="figures", file=file)
    for name, figure in given.items():
        values[name] = read_table(figure, Figure, at=f"figures.{name}", file=file)
    return validated(values, Norm, at="", file=file)
