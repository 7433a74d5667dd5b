"""Maps and charts as pictures on paper, in the map's colours and hatches.

Each picture is drawn on a figure of its own, so that nothing that matplotlib shares is touched.
What is open and what fails differ in hatch or shape too: many offices print in grey.
"""

from __future__ import annotations

import functools
import io
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import matplotlib as mpl
import numpy as np
import pandas as pd
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Polygon, Rectangle
from matplotlib.patheffects import withStroke

from fireaccess.model.catalogue import Message
from fireaccess.model.formats import Language, decimal
from fireaccess.outputs.numbers import number, share_range
from fireaccess.outputs.plain import plain_text
from fireaccess.outputs.result import Result
from fireaccess.outputs.styles import DARK, GREY, LIGHT, LOOKS, YELLOW, Look
from fireaccess.outputs.texts import texts

#: Width of all pictures: what an A4 page has between the margins of an official document.
WIDTH_MM: Final = 165.0

_HIGHEST_MM: Final = 190.0
_LOWEST_MM: Final = 80.0
_DPI: Final = 200
_INCH_MM: Final = 25.4
_POINT_MM: Final = _INCH_MM / 72
_FONT: Final = mpl.get_data_path() + "/fonts/ttf/DejaVuSans.ttf"
_PAPER, _EDGE, _ROAD = "#FAFAF7", "#444444", "#C9C9C4"

#: Groups that stand on one chart, and letters of a name that stand beside it.
_GROUPS: Final = 40
_NAME: Final = 26
_LEGEND_COLUMNS: Final = 3
_LEGEND_ROW_MM: Final = 3.9
#: Points of markers by how they are shaped on the map, and of what is drawn on them.
_SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {"octagon": "8", "diamond": "D", "triangle": "^", "wedge": "v"}
)
_MARKS: Final[Mapping[str, tuple[str, float]]] = MappingProxyType(
    {"cross": ("x", 0.45), "bar": ("_", 0.55), "drop": (".", 0.4), "question": ("$?$", 0.6)}
)
#: Small houses have no room for hatches: each hatch has a shape instead.
_HOUSES: Final[Mapping[str | None, str]] = MappingProxyType(
    {None: "o", "dots": "s", "level": "v", "slant": "^", "cross": "X"}
)
_HATCHES: Final[Mapping[str | None, str]] = MappingProxyType(
    {None: "", "dots": "....", "level": "----", "slant": "////", "cross": "xxxx"}
)
#: What a bar is made of, from the left: the houses that are so for certain stand at both ends.
_PARTS: Final[Mapping[str, Look]] = MappingProxyType(
    {
        "covered": LOOKS["houses"]["ok"],
        "needs_survey": LOOKS["houses"]["needs_survey"],
        "not_covered": LOOKS["houses"]["no_road"],
        "no_answer": LOOKS["houses"]["unconnected"],
    }
)
_PART_WORDS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "covered": Message("covered"),
        "needs_survey": Message("needs a survey"),
        "not_covered": Message("not covered"),
        "no_answer": Message("not computed"),
    }
)
_CREDIT: Final = "© OpenStreetMap contributors"


def coverage_chart(
    rows: Sequence[tuple[str, Mapping[str, Any] | None]], language: Language
) -> bytes:
    """Draw the coverage of an area: a bar for each kind of answer.

    Parameters
    ----------
    rows
        What each bar is called, and its figures as in the statistics; None where the norm is
        silent.
    language
        Language of the legend and of numbers.

    Returns
    -------
    A PNG picture.
    """
    height = 16 + 13.0 * len(rows)
    figure = _figure(height)
    axes = _axes(figure, (0.40, 13 / height, 0.44, (height - 15) / height))
    _bars(axes, [of for _, of in rows], language, 0.55)
    _names(axes, [_wrapped(name, 34) for name, _ in rows], 8)
    _legend_of_bars(figure, language)
    return _png(figure)


def group_charts(groups: Sequence[Mapping[str, Any]], language: Language) -> list[bytes]:
    """Draw the residential groups side by side: road, and water if the norm has it.

    Parameters
    ----------
    groups
        Their figures as in the statistics, each with its name as it is to be shown in ``group``.
    language
        Language of titles, legend and numbers.

    Returns
    -------
    PNG pictures of at most forty groups each, none without a group.
    """
    words = texts(language)
    answers = [
        name for name in ("road", "water") if any(of[name] is not None for of in groups)
    ] or ["road"]
    titles = {"road": words["groups.reached"], "water": words["theme.water"]}
    charts = []
    for begin in range(0, len(groups), _GROUPS):
        some = groups[begin : begin + _GROUPS]
        height = 22 + 4.8 * len(some)
        figure = _figure(height)
        room = 0.76 / len(answers)
        for k, answer in enumerate(answers):
            box = (0.24 + k * room, 12 / height, room - 0.14, (height - 18) / height)
            axes = _axes(figure, box)
            _bars(axes, [of[answer] for of in some], language, 0.72)
            axes.set_title(titles[answer], fontproperties=_font(8.5, bold=True), loc="left")
            _names(axes, [_shortened(of["group"]) for of in some] if k == 0 else [], 7)
        _legend_of_bars(figure, language)
        charts.append(_png(figure))
    return charts


def houses_map(result: Result, language: Language) -> bytes:
    """Draw all houses by status over the roads; return a PNG picture."""
    words, sheet = texts(language), _Sheet.of(result, language)
    sheet.lines(_lines(result.segments, sheet), _ROAD, 0.7, zorder=1)
    sheet.outlines()
    houses = result.houses.assign(at=_points(result.houses, sheet).tolist())
    size = float(np.clip(7 / sheet.metres_per_mm / _POINT_MM, 1.6, 5))
    # What fails is seen above what doesn't.
    for zorder, status in enumerate(("unconnected", *_drawn_statuses()), start=3):
        some = houses[houses["status"] == status]
        if some.empty:
            continue
        look = LOOKS["houses"][status]
        grown = size if look.hatch is None else 1.25 * size
        sheet.sign(
            np.array(some["at"].tolist()),
            _HOUSES[look.hatch],
            look.fill or LIGHT,
            DARK,
            grown,
            f"{words[f'status.{status}']}: {number(len(some), language)}",
            rim=0.0 if status == "ok" else 0.07 * size,
            zorder=zorder,
        )
    return sheet.png()


def roads_map(result: Result, language: Language) -> bytes:
    """Draw roads by what a truck can do, deep alleys, barriers, water, fire points, as a PNG."""
    words, sheet = texts(language), _Sheet.of(result, language)
    sheet.outlines()
    alleys = result.alleys[result.alleys["deep"].eq(True).fillna(False).astype(bool)]
    certain = alleys["certain"].eq(True).fillna(False).astype(bool)
    for name, some in (("perhaps_deep", alleys[~certain]), ("deep", alleys[certain])):
        look = LOOKS["alleys"][name]
        label = f"{words[f'alley.{name}']}: {number(len(some), language)}"
        sheet.lines(_lines(some, sheet), look.stroke or GREY, 4.2, label, zorder=2)
    km = result.statistics["area"]["roads"]["km_by_reached"]
    reached = result.segments["reached"].fillna("unknown")
    for zorder, (name, look) in enumerate(LOOKS["segments"].items(), start=3):
        label = f"{words[f'reached.{name}']}: {number(km[name], language, 1)} km"
        sheet.road(_lines(result.segments[reached == name], sheet), look, label, zorder)
    layers = {
        "water": (result.water, _works(result.water), "works"),
        "fire_points": (result.fire_points, _works(result.fire_points), "works"),
        "barriers": (result.barriers, _effect(result.barriers), "effect"),
    }
    for layer, (frame, classes, prefix) in layers.items():
        at = _points(frame, sheet)
        for name, look in LOOKS[layer].items():
            some = at[(classes == name).to_numpy(dtype=bool)]
            told = f"{words[f'one.{layer}']}: {_lower(words[f'{prefix}.{name}'])}"
            sheet.sign(
                some,
                _SHAPES[look.shape],
                look.fill or LIGHT,
                look.edge or DARK,
                4.6,
                f"{told} ({number(len(some), language)})",
                mark=look.mark,
                rim=0.5,
                zorder=8,
            )
    return sheet.png()


@dataclass(slots=True)
class _Sheet:
    """A map being drawn: its figure, and what is to stand in the legend.

    Lengths of lines and signs are in points of the paper.
    """

    result: Result
    language: Language
    figure: Figure
    axes: Any
    metres_per_mm: float
    legend: list[tuple[Any, str]] = field(default_factory=list)

    @classmethod
    def of(cls, result: Result, language: Language) -> _Sheet:
        area = gpd.GeoSeries([result.area], crs=result.houses.crs).to_crs(result.network.crs)
        west, south, east, north = area.total_bounds
        width, height = max(east - west, 50.0), max(north - south, 50.0)
        metres_per_mm = 1.06 * max(width / WIDTH_MM, height / _HIGHEST_MM)
        high = float(np.clip(1.06 * height / metres_per_mm, _LOWEST_MM, _HIGHEST_MM))
        figure = _figure(high)
        axes = figure.add_axes((0, 0, 1, 1), facecolor=_PAPER)
        for middle, length, limit in (
            ((west + east) / 2, WIDTH_MM * metres_per_mm, axes.set_xlim),
            ((south + north) / 2, high * metres_per_mm, axes.set_ylim),
        ):
            limit(middle - length / 2, middle + length / 2)
        axes.set_xticks([])
        axes.set_yticks([])
        for spine in axes.spines.values():
            spine.set_color(_EDGE)
        return cls(result, language, figure, axes, metres_per_mm)

    def lines(
        self,
        lines: Sequence[Any],
        colour: str,
        width: float,
        label: str | None = None,
        *,
        dash: Any = "-",
        zorder: int = 1,
    ) -> None:
        if not len(lines):
            return
        made = LineCollection(lines, colors=colour, linewidths=width, linestyles=dash)
        made.set(zorder=zorder, capstyle="butt" if dash != "-" else "round")
        self.axes.add_collection(made, autolim=False)
        if label is not None:
            self.legend.append(
                (Line2D([], [], color=colour, linewidth=width, linestyle=dash), label)
            )

    def road(self, lines: Sequence[Any], look: Look, label: str, zorder: int) -> None:
        """Draw roads; where the map gives them an edge, it shows beside the line or in its gaps."""
        if not len(lines):
            return
        dash: Any = "-" if look.dash is None else (0, (2, 1))
        width, stroke = 1.5, look.stroke or DARK
        parts: list[Line2D] = []
        if look.edge is not None:
            rim = width if look.dash else width + 0.9
            self.lines(lines, look.edge, rim, zorder=zorder)
            parts.append(Line2D([], [], color=look.edge, linewidth=rim + 0.5))
        self.lines(lines, stroke, width, dash=dash, zorder=zorder)
        parts.append(Line2D([], [], color=stroke, linewidth=width + 0.5, linestyle=dash))
        self.legend.append((tuple(parts), label))

    def sign(
        self,
        at: Any,
        shape: str,
        fill: str,
        edge: str,
        size: float,
        label: str,
        *,
        mark: str | None = None,
        rim: float = 0.5,
        zorder: int = 8,
    ) -> None:
        """Draw signs of one class at points of shape ``(n, 2)``; nothing if there are none."""
        if not len(at):
            return
        looks: list[tuple[str, str, float, str, float]] = [(shape, fill, size, edge, rim)]
        if mark is not None:
            drawn, part = _MARKS[mark]
            colour = edge if edge != DARK else (DARK if fill == YELLOW else LIGHT)
            looks.append((drawn, colour, part * size, colour, 0.8))
        parts = []
        for drawn, colour, points, line, thick in looks:
            # Markers of strokes alone have no rim of their own.
            lined = {"edgecolors": line} if drawn not in ("x", "_") else {}
            self.axes.scatter(
                *at.T,
                s=points**2,
                marker=drawn,
                c=colour,
                linewidths=thick,
                zorder=zorder,
                **lined,
            )
            larger = points * max(1.0, 4.6 / size)
            parts.append(
                Line2D(
                    [],
                    [],
                    linestyle="",
                    marker=drawn,
                    markersize=larger,
                    markerfacecolor=colour,
                    markeredgecolor=line if drawn not in ("x", "_") else colour,
                    markeredgewidth=thick,
                )
            )
        self.legend.append((tuple(parts), label))

    def outlines(self) -> None:
        """Draw the edges of the area and of its groups, and the groups' names."""
        words = texts(self.language)
        crs = self.result.network.crs
        groups = self.result.groups.to_crs(crs)
        groups = groups[groups.geometry.notna() & ~groups.geometry.is_empty]
        area = gpd.GeoSeries([self.result.area], crs=self.result.houses.crs).to_crs(crs)
        rims = _parts_of(shapely.boundary(groups.geometry.to_numpy()))
        self.lines(rims, "#8A8A85", 0.6, words["layer.groups"], dash=(0, (4, 2)), zorder=2)
        edge = _parts_of(shapely.boundary(area.to_numpy()))
        self.lines(edge, _EDGE, 1.2, words["layer.area"], dash=(0, (8, 2, 1.5, 2)), zorder=2)
        middles = shapely.point_on_surface(groups.geometry.to_numpy())
        for name, x, y in zip(
            groups["group"], shapely.get_x(middles), shapely.get_y(middles), strict=True
        ):
            self.write(x, y, _shortened(name), 6, ha="center", va="center", zorder=9)

    def write(self, x: float, y: float, text: str, size: float, **properties: Any) -> None:
        self.axes.text(
            x,
            y,
            text,
            color=DARK,
            fontproperties=_font(size),
            parse_math=False,
            clip_on=True,
            path_effects=[withStroke(linewidth=1.8, foreground=LIGHT)],
            **properties,
        )

    def png(self) -> bytes:
        """Return the map with scale bar, north arrow, credit and legend."""
        (west, east), (south, north) = self.axes.get_xlim(), self.axes.get_ylim()
        mm = self.metres_per_mm
        length = round_length(40 * mm)
        x, y = west + 5 * mm, south + 5 * mm
        unit = 1000 if length >= 1000 else 1
        told = f"{decimal(length / unit, self.language)} {'km' if unit == 1000 else 'm'}"
        for part, colour in ((0, DARK), (1, LIGHT)):
            bar = ((x + part * length / 2, y), length / 2, 1.3 * mm)
            self.axes.add_patch(
                Rectangle(*bar, facecolor=colour, edgecolor=DARK, lw=0.6, zorder=20)
            )
        self.write(x, y + 2 * mm, "0", 6.5, ha="center", va="bottom", zorder=20)
        self.write(x + length, y + 2 * mm, told, 6.5, ha="center", va="bottom", zorder=20)
        x, y = east - 7 * mm, north - 16 * mm
        arrow = np.array([(0, 9), (-2.4, 0), (0, 1.8), (2.4, 0)]) * mm + (x, y)
        self.axes.add_patch(Polygon(arrow, facecolor=DARK, edgecolor=LIGHT, lw=0.8, zorder=20))
        letter = texts(self.language)["print.north"]
        self.write(x, y + 10 * mm, letter, 9, ha="center", va="bottom", zorder=20)
        if self.result.openstreetmap:
            corner = (east - 2 * mm, south + 2 * mm)
            self.write(*corner, _CREDIT, 6.5, ha="right", va="bottom", zorder=20)
        self._make_room_for_the_legend()
        return _png(self.figure)

    def _make_room_for_the_legend(self) -> None:
        """Put the legend below the map, on paper that is added there."""
        rows = math.ceil(len(self.legend) / _LEGEND_COLUMNS)
        map_mm = self.figure.get_figheight() * _INCH_MM
        room_mm = 3 + _LEGEND_ROW_MM * rows
        whole_mm = map_mm + room_mm
        self.figure.set_figheight(whole_mm / _INCH_MM)
        self.axes.set_position((0.002, room_mm / whole_mm, 0.996, map_mm / whole_mm - 0.001))
        if self.legend:
            handles, labels = zip(*self.legend, strict=True)
            _legend(self.figure, handles, labels, _LEGEND_COLUMNS, size=6.6)


def round_length(longest: float) -> float:
    """Return the longest length for a scale bar: one, two or five times a power of ten.

    Examples
    --------
    >>> round_length(730.0), round_length(12.0), round_length(2.5)
    (500.0, 10.0, 2.0)
    """
    power = 10.0 ** math.floor(math.log10(longest))
    return next(step * power for step in (5.0, 2.0, 1.0) if step * power <= longest)


def _figure(height_mm: float) -> Figure:
    figure = Figure(figsize=(WIDTH_MM / _INCH_MM, height_mm / _INCH_MM), dpi=_DPI, facecolor=LIGHT)
    FigureCanvasAgg(figure)
    return figure


def _png(figure: Figure) -> bytes:
    """Return the picture, which says neither what made it nor when."""
    content = io.BytesIO()
    figure.savefig(content, format="png", dpi=_DPI, facecolor=LIGHT, metadata={"Software": None})
    return content.getvalue()


def _font(size: float, *, bold: bool = False) -> FontProperties:
    file = _FONT.replace("DejaVuSans.ttf", "DejaVuSans-Bold.ttf") if bold else _FONT
    return FontProperties(fname=file, size=size)


@functools.cache
def _letters() -> frozenset[int]:
    return frozenset(FT2Font(_FONT).get_charmap())


def _drawable(text: str) -> str:
    """Return text of which the font has every letter; a box stands for any other."""
    return "".join(c if ord(c) in _letters() else "□" for c in plain_text(text))


def _shortened(name: str) -> str:
    text = _drawable(name)
    return text if len(text) <= _NAME else f"{text[: _NAME - 1].rstrip()}…"


def _wrapped(text: str, letters: int) -> str:
    lines = [""]
    for word in _drawable(text).split():
        if lines[-1] and len(lines[-1]) + len(word) >= letters:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def _drawn_statuses() -> Iterator[str]:
    """Yield the statuses of houses from the best to the worst."""
    yield from (name for name in LOOKS["houses"] if name not in ("", "unconnected"))


def _works(objects: pd.DataFrame) -> pd.Series:
    """Return whether objects can be used, in the map's classes."""
    broken = objects["working"].eq(False).fillna(False).astype(bool)
    usable = objects["usable"].map({"yes": "usable", "no": "unusable"}).fillna("unknown")
    return usable.where(~broken, "broken")


def _effect(barriers: pd.DataFrame) -> pd.Series:
    """Return what barriers and corners do to a truck, in the map's classes."""
    effect = barriers["effect"].fillna("unknown")
    return effect.mask(barriers["source"].eq("corner"), "corner_" + effect)


def _points(frame: gpd.GeoDataFrame, sheet: _Sheet) -> Any:
    """Return where objects lie, shape ``(n, 2)``, in metres."""
    middles = frame.geometry.to_crs(sheet.result.network.crs).to_numpy()
    return shapely.get_coordinates(shapely.point_on_surface(middles)).reshape(-1, 2)


def _lines(frame: gpd.GeoDataFrame, sheet: _Sheet) -> list[Any]:
    return _parts_of(frame.geometry.to_crs(sheet.result.network.crs).to_numpy())


def _parts_of(shapes: Any) -> list[Any]:
    """Return the corners of each line of some shapes."""
    parts = shapely.get_parts(shapely.get_parts(shapes))
    corners, of = shapely.get_coordinates(parts, return_index=True)
    return np.split(corners, np.flatnonzero(np.diff(of)) + 1) if len(corners) else []


def _axes(figure: Figure, box: tuple[float, float, float, float]) -> Any:
    axes = figure.add_axes(box)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100%"])
    for label in axes.get_xticklabels():
        label.set_fontproperties(_font(6.5))
    axes.tick_params(length=2, color=GREY)
    axes.grid(axis="x", color="#E4E4E0", linewidth=0.6)
    axes.set_axisbelow(True)
    for name, spine in axes.spines.items():
        spine.set_visible(name == "bottom")
        spine.set_color(GREY)
    return axes


def _bars(
    axes: Any, figures: Sequence[Mapping[str, Any] | None], language: Language, thick: float
) -> None:
    """Draw a bar for each of some figures, the first on top, and write its range beside it."""
    axes.set_ylim(len(figures) - 0.4, -0.6)
    for row, of in enumerate(figures):
        whole = 0 if of is None else sum(of[part] for part in _PARTS)
        begin = 0.0
        for part, look in _PARTS.items():
            share = of[part] / whole if of is not None and whole else 0.0
            if share:
                axes.barh(
                    row,
                    share,
                    thick,
                    begin,
                    color=look.fill,
                    hatch=_HATCHES[look.hatch],
                    edgecolor=DARK,
                    linewidth=0.5,
                )
            begin += share
        axes.text(
            1.02,
            row,
            share_range(of, language),
            fontproperties=_font(7.5 if thick < 0.6 else 6.5),
            va="center",
            parse_math=False,
        )


def _names(axes: Any, names: Sequence[str], size: float) -> None:
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(axis="y", length=0)
    for label in axes.get_yticklabels():
        label.set_fontproperties(_font(size))
        label.set_parse_math(False)


def _legend_of_bars(figure: Figure, language: Language) -> None:
    handles = [
        Patch(facecolor=look.fill, hatch=_HATCHES[look.hatch], edgecolor=DARK, linewidth=0.5)
        for look in _PARTS.values()
    ]
    _legend(figure, handles, [_PART_WORDS[part].into(language) for part in _PARTS], 4, size=7.5)


def _legend(
    figure: Figure, handles: Sequence[Any], labels: Sequence[str], columns: int, *, size: float
) -> None:
    legend = figure.legend(
        handles,
        labels,
        loc="lower center",
        ncols=columns,
        frameon=False,
        prop=_font(size),
        handlelength=2.2,
        columnspacing=1.4,
        borderaxespad=0.2,
    )
    for text in legend.get_texts():
        text.set_parse_math(False)
