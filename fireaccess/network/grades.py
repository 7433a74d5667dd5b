"""How steep roads are: by the tag ``incline``, else by a grid of elevations.

A grid carries no slope shorter than a few of its cells, and no figure better than its heights. Its
grade is therefore the rise between two places a *base* apart along the way: two diagonals of a cell
(87 m on a grid of 30 m), which no two places within one cell or beside it can be, and long enough
that ``accuracy_elevation_m`` of the norm, by which the rise may be off, puts the grade off by no
more than 0.025. With 2 m, taken of a grid of which nothing is known, that is 80 m however fine its
cells; with the 0.2 m of a flight with a laser it is 10 m.

Every place of the base along a way is tried, and a segment has the greatest grade of those whose
middle lies on it, or of the nearest if none does: a short segment has that of the stretch of its
way around it. Of ways shorter than the base, of bridges and tunnels, and where a cell in between
has no elevation, nothing is known. A ramp shorter than the base is levelled out: that no grade was
found is no proof that there is none.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import shapely

from fireaccess.model.answers import (
    Answer,
    AnswerArray,
    BoolArray,
    FloatArray,
    IntArray,
    ObjectArray,
)
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.norm import Norm
from fireaccess.model.text import parse_incline
from fireaccess.network.network import Network
from fireaccess.network.tags import three_answers
from fireaccess.sources.elevation import Elevation
from fireaccess.sources.roads import is_yes

#: Values of ``incline`` that tell which way a road rises, and not how much.
_NO_FIGURE: Final = frozenset(("up", "down", "up/down", "down/up", "yes", "no"))
#: The steepest streets in the world rise by 0.35: beyond this a tag means something else.
_STEEPEST: Final = 0.4
#: What is shorter than a fire engine is a bump, however fine the grid.
_LEAST_BASE_M: Final = 10.0
#: A grade told less accurately leaves too much open: a fifth of the 12 % that norms allow.
_LEAST_ACCURATE: Final = 0.025
#: Diagonal of a cell of 10 m: a larger one holds roofs and trees beside the road, and a grid made
#: from space has their heights.
_STREET_CELL_M: Final = 14.2
#: Steps from place to place in each base.
_STEPS: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Grades:
    """The greatest grade of each segment, arrays of shape ``(s,)``.

    Parameters
    ----------
    grade
        Rise over run, never below 0; NaN where nothing is known.
    accuracy
        How far that may be off: 0 by tag.
    source
        ``incline``, ``elevation`` or None.
    at_xy
        Middle of the steepest base, shape ``(s, 2)``; NaN by tag.
    base_m
        Length over which the grid tells a grade; NaN without a grid.
    file
        Name of the grid's file.
    coarse
        Whether its cells are too large to tell a street from the houses beside it.
    """

    grade: FloatArray
    accuracy: FloatArray
    source: ObjectArray
    at_xy: FloatArray
    base_m: float = np.nan
    file: str | None = None
    coarse: bool = False

    def of_parts(self, parent: IntArray) -> Grades:
        """Return what holds of segments that are parts of these: a grade speaks for all of one."""
        return replace(
            self,
            grade=self.grade[parent],
            accuracy=self.accuracy[parent],
            source=self.source[parent],
            at_xy=self.at_xy[parent],
        )


def grades_of(
    network: Network, elevation: Elevation | None, norm: Norm, findings: Findings
) -> Grades:
    """Return how steep each segment is at most; the tag ``incline`` goes before the grid.

    Parameters
    ----------
    network
        The network, in the analysis CRS.
    elevation
        The grid, if there is one.
    norm
        The accuracy of a rise on the grid.
    findings
        Takes note of tags that can't be read, and of ways too short for the grid.

    Raises
    ------
    NormError
        If there is a grid and the norm is silent on its accuracy.

    Examples
    --------
    >>> from rasterio.transform import from_origin
    >>> from fireaccess.model.norm import load_norm
    >>> from fireaccess.network.drawn import drawn_network
    >>> network = drawn_network([("service", [(10, 5), (210, 5)])])
    >>> rising = np.tile(np.arange(5.0, 300, 10) * 0.1, (10, 1))
    >>> slope = Elevation("dem.tif", network.crs, ~from_origin(0, 50, 10, 10), 0, 0, rising, 14.1,
    ...                   network.crs)
    >>> grades_of(network, slope, load_norm("vn"), Findings()).grade.round(4).tolist()
    [0.1]
    >>> grades_of(network, None, load_norm("vn"), Findings()).grade.tolist()
    [nan]
    """
    count = network.n_segments
    by_tag = network.of_segments(_inclines(network, findings))
    tagged = ~np.isnan(by_tag)
    source = np.full(count, None, dtype=object)
    source[tagged] = "incline"
    accuracy = np.where(tagged, 0.0, np.nan)
    at_xy = np.full((count, 2), np.nan)
    if elevation is None:
        return Grades(by_tag, accuracy, source, at_xy)
    accuracy_m = norm.value("accuracy_elevation_m")
    base_m = max(2 * elevation.cell_diagonal_m, _LEAST_BASE_M, accuracy_m / _LEAST_ACCURATE)
    by_grid, middle_xy = _by_grid(network, elevation, base_m, ~tagged, findings)
    found = ~np.isnan(by_grid)
    source[found] = "elevation"
    accuracy[found] = accuracy_m / base_m
    at_xy[found] = middle_xy[found]
    grade = np.where(tagged, by_tag, by_grid)
    coarse = elevation.cell_diagonal_m > _STREET_CELL_M
    return Grades(grade, accuracy, source, at_xy, base_m, elevation.file, coarse)


def grade_answers(network: Network, grades: Grades, norm: Norm, findings: Findings) -> AnswerArray:
    """Return what grades alone say of each segment: pass where nothing is known or decided.

    With accuracy α: grade − α > the norm's ``max_grade`` blocks, grade + α ≤ it passes, between
    is unknown. A grid too coarse to tell a street from its houses blocks nothing: what is too steep
    by it is unknown. Where the norm doesn't say that grade decides, steep roads are told and pass.

    Parameters
    ----------
    network, grades
        The network, and how steep its segments are.
    norm
        The greatest grade, and whether it decides.
    findings
        Takes note of steep roads: of all where grade does not decide, else of those by the grid.
    """
    answers = np.full(network.n_segments, Answer.PASS, dtype=np.int8)
    most = norm.value_or_none("max_grade")
    known = ~np.isnan(grades.grade)
    if most is None or not known.any():
        return answers
    # What falls below −most is too steep: the comparison of SPEC §4.1 the other way up.
    answers[known] = three_answers(-grades.grade[known], grades.accuracy[known], -most)
    if grades.coarse:
        answers[(answers == Answer.BLOCKED) & (grades.source == "elevation")] = Answer.UNKNOWN
    if not norm.grade_decides:
        _tell_steep(network, answers, most, findings)
        return np.full_like(answers, Answer.PASS)
    _tell_steep_by_grid(network, grades, answers, findings)
    return answers


def _inclines(network: Network, findings: Findings) -> FloatArray:
    """Return the size of ``incline`` of each way, NaN where no figure can be used."""
    values = network.tag("incline")
    figures = np.full(len(values), np.nan)
    for i in np.flatnonzero(values != None):  # noqa: E711 - compares element by element
        text = str(values[i])
        if text.strip().lower() in _NO_FIGURE:
            continue
        read = parse_incline(text)
        params = {"way": int(network.ways["way_id"].iloc[i]), "key": "incline", "text": text}
        if read is None or abs(read.value) > _STEEPEST:
            findings.add(
                "hint",
                "tag_not_read",
                Message("way {way}: {key}={text} is no figure that can be used; it is ignored"),
                remedy=Message("correct the tag in OpenStreetMap, or measure the place"),
                params=params,
                value=text,
            )
            continue
        if read.decimal_comma:
            findings.add(
                "warning",
                "decimal_comma",
                Message("way {way}: {key}={text} was read with a decimal comma"),
                remedy=Message("correct the tag in OpenStreetMap to a decimal point"),
                params=params,
                value=text,
            )
        figures[i] = abs(read.value)
    return figures


def _by_grid(
    network: Network,
    elevation: Elevation,
    base_m: float,
    wanted: BoolArray,
    findings: Findings,
) -> tuple[FloatArray, FloatArray]:
    """Return the greatest grade of each wanted segment, and the middle of the base that has it."""
    length_m = network.segment_length_m
    way_m = np.bincount(network.segment_way, weights=length_m, minlength=len(network.ways))
    tunnel = np.array([is_yes(value) for value in network.tag("tunnel")], bool)
    on_ground = wanted & ~network.on_bridge & ~network.of_segments(tunnel)
    long = network.of_segments(way_m >= base_m)
    _tell_short(network, on_ground & ~long, base_m, elevation.file, findings)
    grade = np.full(network.n_segments, np.nan)
    middle_xy = np.full((network.n_segments, 2), np.nan)
    chosen = on_ground & long
    if not chosen.any():
        return grade, middle_xy
    # A way is chosen whole or not at all, and its segments stand one after another.
    way, row = np.unique(network.segment_way[chosen], return_inverse=True)
    vertices = chosen[network.vertex_segment]
    lines = shapely.linestrings(
        network.vertex_xy[vertices],
        indices=np.repeat(row, np.diff(network.segment_start)[chosen]),
    )
    bases = _bases_along(lines, elevation, base_m)
    ends_m = np.cumsum(length_m[chosen])
    before_m = (np.cumsum(way_m[way]) - way_m[way])[row]
    begin_m, end_m = ends_m - length_m[chosen] - before_m, ends_m - before_m
    grade[chosen], along_m = _steepest(bases, row, begin_m, end_m)
    middle = shapely.line_interpolate_point(lines[row], along_m)
    middle_xy[chosen] = shapely.get_coordinates(middle)
    return grade, middle_xy


@dataclass(frozen=True, slots=True, eq=False)
class _Bases:
    """All that were tried along some ways: evenly, those of a way one after another.

    Parameters
    ----------
    grade
        Rise over run of each, NaN where it is not known, shape ``(b,)``.
    number, first
        How many each way has, and where its first stands, shape ``(w,)``.
    apart_m, length_m
        From one to the next, and from end to end, on each way.
    """

    grade: FloatArray
    number: IntArray
    first: IntArray
    apart_m: FloatArray
    length_m: FloatArray


def _bases_along(lines: ObjectArray, elevation: Elevation, base_m: float) -> _Bases:
    """Return the grade of every base along ways that are long enough for one."""
    way_m = shapely.length(lines)
    # A whole number of steps on each way, so that both its ends are met, and none too short.
    steps = np.floor(_STEPS * way_m / base_m + 1e-9).astype(np.int64)
    apart_m = way_m / steps
    way = np.repeat(np.arange(len(lines)), steps + 1)
    places = shapely.line_interpolate_point(lines[way], _counted(steps + 1) * apart_m[way])
    metres = elevation.sample(shapely.get_coordinates(places))
    number = steps - _STEPS + 1
    begin = np.repeat(np.cumsum(steps + 1) - (steps + 1), number) + _counted(number)
    end = begin + _STEPS
    length_m = _STEPS * apart_m
    grade = np.abs(metres[end] - metres[begin]) / np.repeat(length_m, number)
    voids = np.concatenate([[0], np.cumsum(np.isnan(metres))])
    grade[voids[end + 1] > voids[begin]] = np.nan
    return _Bases(grade, number, np.cumsum(number) - number, apart_m, length_m)


def _steepest(
    bases: _Bases, row: IntArray, begin_m: FloatArray, end_m: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the greatest grade of stretches of ways, and how far along the way its middle is.

    Parameters
    ----------
    bases
        All that were tried.
    row
        The way that each stretch is a part of, shape ``(k,)``.
    begin_m, end_m
        From where to where along that way, shape ``(k,)``.
    """
    apart_m, half_m = bases.apart_m[row], bases.length_m[row] / 2
    least = np.ceil((begin_m - half_m) / apart_m)
    most = np.floor((end_m - half_m) / apart_m)
    nearest = np.round(((begin_m + end_m) / 2 - half_m) / apart_m)
    none = least > most
    least[none], most[none] = nearest[none], nearest[none]
    last = bases.number[row] - 1
    least = np.clip(least, 0, last).astype(np.int64)
    number = np.clip(most, 0, last).astype(np.int64) - least + 1
    stretch = np.repeat(np.arange(len(row)), number)
    candidate = np.repeat(bases.first[row] + least, number) + _counted(number)
    grade = bases.grade[candidate]
    # By stretch, the greatest first, of equals the first along the way; unknown ones last.
    order = np.lexsort((candidate, -np.nan_to_num(grade, nan=-1.0), stretch))
    chosen = order[np.cumsum(number) - number]
    along_m = (candidate[chosen] - bases.first[row]) * apart_m + half_m
    return grade[chosen], along_m


def _counted(numbers: IntArray) -> IntArray:
    """Count from 0 within each of several groups of these sizes, one after another.

    Examples
    --------
    >>> _counted(np.array([2, 3])).tolist()
    [0, 1, 0, 1, 2]
    """
    before = np.cumsum(numbers) - numbers
    return np.arange(int(numbers.sum())) - np.repeat(before, numbers)


def _tell_short(
    network: Network, short: BoolArray, base_m: float, file: str, findings: Findings
) -> None:
    """Tell of how many ways the grid can say nothing."""
    if not short.any():
        return
    findings.add(
        "hint",
        "too_short_for_elevation",
        Message(
            "{count} ways, {km:,.1f} km in all, are shorter than the {base_m:.0f} m over which the "
            "elevation grid tells a grade; nothing is said of how steep they are"
        ),
        remedy=Message("where one is steep, measure it and write incline=… in OpenStreetMap"),
        params={
            "count": len(np.unique(network.segment_way[short])),
            "km": float(network.segment_length_m[short].sum()) / 1000,
            "base_m": base_m,
        },
        file=file,
    )


def _tell_steep(network: Network, answers: AnswerArray, most: float, findings: Findings) -> None:
    """Tell of steep roads, where the norm does not say that they stop a fire engine."""
    steep = np.flatnonzero((answers == Answer.BLOCKED) & network.for_trucks)
    if len(steep) == 0:
        return
    findings.add(
        "hint",
        "steep_road",
        Message(
            "{count} stretches of road are steeper than {most:.2%}; the norm does not say that "
            "this stops a fire engine, and no answer rests on it (first: {first})"
        ),
        remedy=Message("ask the fire brigade whether its engines get up there"),
        params={
            "count": len(steep),
            "most": most,
            "first": ", ".join(network.segment_id[steep[:3]]),
        },
    )


def _tell_steep_by_grid(
    network: Network, grades: Grades, answers: AnswerArray, findings: Findings
) -> None:
    """Tell of roads that stop a fire engine, or may, by the grid alone."""
    by_grid = (grades.source == "elevation") & network.for_trucks
    steep = np.flatnonzero(by_grid & (answers == Answer.BLOCKED))
    perhaps = np.flatnonzero(by_grid & (answers == Answer.UNKNOWN))
    if len(steep) == 0 and len(perhaps) == 0:
        return
    # To say that none is too steep would be wrong where the grid closes none, however steep.
    if len(steep):
        what = Message(
            "by the elevation grid alone {count} stretches of road are too steep for a fire engine "
            "and {perhaps} may be (first: {first})"
        )
    elif grades.coarse:
        what = Message(
            "by the elevation grid alone {perhaps} stretches of road may be too steep for a fire "
            "engine; its cells are larger than 10 m, so that it closes none of them (first: "
            "{first})"
        )
    else:
        what = Message(
            "by the elevation grid alone {perhaps} stretches of road may be too steep for a fire "
            "engine (first: {first})"
        )
    findings.add(
        "warning",
        "steep_by_elevation",
        what,
        remedy=Message(
            "a grid made from space sees roofs and trees as ground: take a terrain model without "
            "them, or measure and write incline=… in OpenStreetMap"
        ),
        params={
            "count": len(steep),
            "perhaps": len(perhaps),
            "first": ", ".join(network.segment_id[steep if len(steep) else perhaps][:3]),
        },
        file=grades.file,
    )
