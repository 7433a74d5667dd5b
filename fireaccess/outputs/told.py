"""What footer and print state: by which norm, for which vehicle, on what evidence."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fireaccess.model.norm import Figure
from fireaccess.outputs.map.texts import texts
from fireaccess.outputs.result import Result
from fireaccess.outputs.sentences import LANGUAGES, Language, day, decimal, figure_text

#: What the figures of norms and vehicles are called that may decide without a source behind them.
FIGURES: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "clear_width_m": ("bề rộng thông thủy", "clear width"),
        "clear_height_m": ("chiều cao thông thủy", "clear height"),
        "width_margin_m": ("khoảng dư hai bên xe", "margin beside the vehicle"),
        "height_margin_m": ("khoảng dư trên nóc xe", "margin above the vehicle"),
        "hose_limit_m": ("chiều dài vòi tối đa", "longest hose line"),
        "hydrant_radius_m": ("khoảng cách tới trụ nước", "distance to a hydrant"),
        "tank_radius_m": ("khoảng cách tới bể nước", "distance to a tank"),
        "pond_radius_m": ("khoảng cách tới ao, hồ", "distance to a pond"),
        "river_radius_m": ("khoảng cách tới sông, mương", "distance to a river"),
        "pit_radius_m": ("khoảng cách tới hố thu nước", "distance to a pit"),
        "suction_point_radius_m": ("khoảng cách tới điểm hút nước", "distance to a suction point"),
        "draft_m": ("tầm hút nước từ chỗ xe đứng", "drafting distance from the stand"),
        "hydrant_spacing_m": ("khoảng cách giữa các trụ nước", "hydrant spacing"),
        "fire_point_m": ("khoảng cách tới điểm chữa cháy", "distance to a fire point"),
        "fire_point_depth_m": ("độ sâu cần điểm chữa cháy", "depth that needs a fire point"),
        "deep_alley_m": ("độ sâu của ngõ sâu", "depth of a deep alley"),
        "kerb_height_m": ("chiều cao bó vỉa xe lên được", "kerb that a truck mounts"),
        "accuracy_maxwidth_physical_m": (
            "sai số thẻ maxwidth:physical",
            "error of maxwidth:physical",
        ),
        "accuracy_width_m": ("sai số thẻ width", "error of tag width"),
        "accuracy_est_width_m": ("sai số thẻ est_width", "error of tag est_width"),
        "mass_t": ("khối lượng xe", "mass of the vehicle"),
        "width_m": ("bề rộng xe", "width of the vehicle"),
        "height_m": ("chiều cao xe", "height of the vehicle"),
    }
)

_TEXTS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType(
    {
        "norm": ("Tiêu chuẩn: {title} ({name})", "Norm: {title} ({name})"),
        "width": ("Bề rộng cần: {figure}", "Width needed: {figure}"),
        "hose": ("Vòi tối đa: {figure}", "Hose at most: {figure}"),
        "silent": ("không quy định", "not set"),
        "vehicle": ("Xe: {title}, rộng {width} m", "Vehicle: {title}, width {width} m"),
        "roads": ("Đường: {when}", "Roads: {when}"),
        "osm_roads": ("Đường: OpenStreetMap, {when}", "Roads: OpenStreetMap, {when}"),
        "no_date": ("chưa rõ ngày", "date not known"),
        "survey": ("Số liệu khảo sát mới nhất: {when}", "Newest evidence: {when}"),
        "no_survey": ("Chưa có số liệu khảo sát", "No survey yet"),
        "turns_off": ("Chưa xét góc cua của xe", "Turning at corners is not checked"),
        "assumed": (
            "Giả định, chưa có nguồn xác nhận: {figures}",
            "Assumed, verified by no source: {figures}",
        ),
        "norm_silent": ("tiêu chuẩn không quy định", "the norm is silent"),
        "not_computed": ("chưa tính được nhà nào", "no house could be computed"),
        "credit": (
            "Dữ liệu đường: © OpenStreetMap contributors, giấy phép ODbL",
            "Road data: © OpenStreetMap contributors, licence ODbL",
        ),
        "population": (
            "Số người: ước tính từ lưới dân số, trừ nhà đã có số đếm",
            "People: estimated from a population grid, but for houses that were counted",
        ),
        "since": (
            "Thay đổi so với {name}, số liệu đến {when}",
            "Changes since {name}, data up to {when}",
        ),
        "synthetic": ("Dữ liệu giả lập, không có thật", "Synthetic data, nothing of it is real"),
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
    place = LANGUAGES.index(language)
    figures = {name: getattr(result.norm, name) for name in _OF_NORM}
    figures |= {name: getattr(result.vehicle, name) for name in _OF_VEHICLE}
    return [(FIGURES[name][place].capitalize(), figure) for name, figure in figures.items()]


def no_answer(result: Result, language: Language) -> str:
    """Say why no house has an answer: none could be computed, or the norm is silent."""
    area = result.statistics["area"]
    nowhere = area["houses"] == area["status"]["unconnected"]
    return _TEXTS["not_computed"][LANGUAGES.index(language)] if nowhere else silent(language)


def silent(language: Language) -> str:
    """Say that a norm gives no figure."""
    return _TEXTS["norm_silent"][LANGUAGES.index(language)]


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
    credit = [_TEXTS["credit"][LANGUAGES.index(language)]] if result.openstreetmap else []
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
    place = LANGUAGES.index(language)
    norm, vehicle = result.norm, result.vehicle
    dates = result.statistics["dates"]

    def say(key: str, **figures: str) -> str:
        return _TEXTS[key][place].format(**figures)

    def quoted(figure: Figure | None) -> str:
        if figure is None:
            return say("silent")
        clause = f", {figure.clause}" if figure.verified else ""
        return f"{figure_text(figure, language)}{clause}"

    roads = "osm_roads" if result.openstreetmap else "roads"
    survey = day(dates["newest_evidence"], language)
    assumed = [
        FIGURES[name][place]
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
        say("turns_off"),
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
