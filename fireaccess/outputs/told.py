"""What footer and print state: by which norm, for which vehicle, on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fireaccess.model.catalogue import Message
from fireaccess.model.figure import Figure
from fireaccess.model.formats import Language, day, decimal
from fireaccess.network.need import turns_count
from fireaccess.outputs.result import Result
from fireaccess.outputs.sentences import figure_text
from fireaccess.outputs.texts import texts

#: What the figures of norms and vehicles are called that may decide without a source behind them.
FIGURES: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "clear_width_m": Message("clear width"),
        "clear_height_m": Message("clear height"),
        "width_margin_m": Message("margin beside the vehicle"),
        "height_margin_m": Message("margin above the vehicle"),
        "hose_limit_m": Message("longest hose line"),
        "hydrant_radius_m": Message("distance to a hydrant"),
        "tank_radius_m": Message("distance to a tank"),
        "pond_radius_m": Message("distance to a pond"),
        "river_radius_m": Message("distance to a river"),
        "pit_radius_m": Message("distance to a pit"),
        "suction_point_radius_m": Message("distance to a suction point"),
        "portable_pump_m": Message("distance from a portable pump"),
        "draft_m": Message("drafting distance from the stand"),
        "hydrant_spacing_m": Message("hydrant spacing"),
        "fire_point_m": Message("distance to a fire point"),
        "fire_point_depth_m": Message("depth that needs a fire point"),
        "deep_alley_m": Message("depth of a deep alley"),
        "dead_end_m": Message("longest way to reverse"),
        "kerb_height_m": Message("kerb that a truck mounts"),
        "accuracy_maxwidth_physical_m": Message("error of maxwidth:physical"),
        "accuracy_width_m": Message("error of tag width"),
        "accuracy_est_width_m": Message("error of tag est_width"),
        "accuracy_facade_m": Message("error of a gap between facades"),
        "accuracy_elevation_m": Message("error of the elevation grid"),
        "mass_t": Message("mass of the vehicle"),
        "width_m": Message("width of the vehicle"),
        "height_m": Message("height of the vehicle"),
        "length_m": Message("length of the vehicle"),
        "wheelbase_m": Message("wheelbase of the vehicle"),
        "front_overhang_m": Message("front overhang of the vehicle"),
        "turning_radius_m": Message("turning radius of the vehicle"),
    }
)

_TEXTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "norm": Message("Norm: {title} ({name})"),
        "width": Message("Width needed: {figure}"),
        "hose": Message("Hose at most: {figure}"),
        "silent": Message("not set", "statement"),
        "vehicle": Message("Vehicle: {title}, width {width} m"),
        "roads": Message("Roads: {when}"),
        "osm_roads": Message("Roads: OpenStreetMap, {when}"),
        "no_date": Message("date not known"),
        "survey": Message("Newest evidence: {when}"),
        "no_survey": Message("No survey yet"),
        "turns_off": Message("Turning at corners is not checked"),
        "turns_on": Message("Turning at corners is checked by the shape of the roads"),
        "assumed": Message("Assumed, verified by no source: {figures}"),
        "norm_silent": Message("the norm is silent"),
        "not_computed": Message("no house could be computed"),
        "credit": Message("Road data: © OpenStreetMap contributors, licence ODbL"),
        "population": Message(
            "People: estimated from a population grid, but for houses that were counted"
        ),
        "since": Message("Changes since {name}, data up to {when}"),
        "synthetic": Message("Synthetic data, nothing of it is real"),
    }
)


#: Figures that a reader of the results asks for first.
_OF_NORM: Final = (
    *("clear_width_m", "clear_height_m", "hose_limit_m", "deep_alley_m", "hydrant_radius_m"),
    *("hydrant_spacing_m", "fire_point_m", "fire_point_depth_m"),
)
_OF_VEHICLE: Final = ("width_m", "height_m", "mass_t")


def thresholds(result: Result, language: Language) -> list[tuple[str, Figure | None]]:
    """Return the figures of norm and vehicle that decide most, each with what it is called.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    language
        Language of the names.

    Returns
    -------
    Names and figures, None where the norm is silent.
    """
    figures = {name: getattr(result.norm, name) for name in _OF_NORM}
    figures |= {name: getattr(result.vehicle, name) for name in _OF_VEHICLE}
    return [(FIGURES[name].into(language).capitalize(), figure) for name, figure in figures.items()]


def no_answer(result: Result, language: Language) -> str:
    """Say why no house has an answer: none could be computed, or the norm is silent."""
    area = result.statistics["area"]
    nowhere = area["houses"] == area["status"]["unconnected"]
    return _TEXTS["not_computed"].into(language) if nowhere else silent(language)


def silent(language: Language) -> str:
    """Say that a norm gives no figure."""
    return _TEXTS["norm_silent"].into(language)


def synthetic(language: Language) -> str:
    """Return what stands above results that nobody may take for real.

    Examples
    --------
    >>> synthetic("vi")
    'DỮ LIỆU GIẢ LẬP: địa bàn này không có thật'
    """
    words = texts(language)
    return f"{words['synthetic'].upper()}: {words['synthetic.note']}"


def told_on_paper(result: Result, language: Language) -> list[str]:
    """Return the statements on a result, and whose the roads are, which a map says in its corner.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    language
        Language of the statements.
    """
    credit = [_TEXTS["credit"].into(language)] if result.openstreetmap else []
    return [*told(result, language), *credit]


def told(result: Result, language: Language, old: Result | None = None) -> list[str]:
    """Return statements on a result, in the order in which they are shown.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    language
        Language of the statements.
    old
        The state before, if what changed since is shown.
    """
    norm, vehicle = result.norm, result.vehicle
    dates = result.statistics["dates"]

    def say(key: str, **figures: str) -> str:
        return _TEXTS[key].into(language, **figures)

    def quoted(figure: Figure | None) -> str:
        if figure is None:
            return say("silent")
        clause = f", {figure.clause}" if figure.verified else ""
        return f"{figure_text(figure, language)}{clause}"

    roads = "osm_roads" if result.openstreetmap else "roads"
    survey = day(dates["newest_evidence"], language)
    assumed = [
        FIGURES[name].into(language)
        for figures in result.statistics["not_verified"].values()
        for name in figures
    ]
    statements = [
        say("norm", title=getattr(norm.title, language), name=norm.name),
        say("width", figure=quoted(norm.clear_width_m)),
        say("hose", figure=quoted(norm.hose_limit_m)),
        say(
            "vehicle",
            title=getattr(vehicle.title, language),
            width=decimal(vehicle.width_m.value, language),
        ),
        say(roads, when=day(dates["roads"], language) or say("no_date")),
        say("survey", when=survey) if survey else say("no_survey"),
        say("turns_on" if turns_count(result.project.options.turns, vehicle) else "turns_off"),
    ]
    if old is not None:
        since = day(old.statistics["dates"]["newest_evidence"], language) or say("no_date")
        statements.append(say("since", name=old.project.name, when=since))
    if result.project.inputs.population is not None:
        statements.append(say("population"))
    if assumed:
        statements.append(say("assumed", figures=", ".join(assumed)))
    if result.project.options.synthetic:
        statements.append(say("synthetic"))
    return statements
