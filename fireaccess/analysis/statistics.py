"""Statistics: shares as ranges, beside the share of road that somebody measured (SPEC §2, §10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd

from fireaccess.model.answers import (
    COVERED,
    NEEDS_SURVEY,
    NOT_COVERED,
    BoolArray,
    FloatArray,
    ObjectArray,
)
from fireaccess.network.tags import MEASURED_SOURCES
from fireaccess.project import ProjectSection, TargetSection, TargetsSection
from fireaccess.sources.population import PEOPLE_ESTIMATED

_ANSWERS: Final = ("road", "road_60", "water", "point")
_DISTANCES: Final = ("hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m")
STATUSES: Final = (
    "no_road_no_water",
    "no_road",
    "no_water",
    "needs_survey",
    "ok",
    "unconnected",
)
#: Statuses of houses without road or water for certain: candidates beside the approved list.
_FAILING: Final = ("no_road_no_water", "no_road", "no_water")


def house_status(houses: pd.DataFrame) -> pd.Series:
    """Return each house's status: certain failures before what needs a survey, before ok.

    Parameters
    ----------
    houses
        ``road`` and ``water``; both None for a house without a door. A norm that is silent on
        water leaves ``water`` None for all, and the status rests on the road alone.
    """
    road, water = houses["road"], houses["water"]
    no_road, no_water = road == NOT_COVERED, water == NOT_COVERED
    open_question = (road == NEEDS_SURVEY) | (water == NEEDS_SURVEY)
    status = np.select(
        [road.isna(), no_road & no_water, no_road, no_water, open_question],
        ["unconnected", "no_road_no_water", "no_road", "no_water", "needs_survey"],
        "ok",
    )
    return pd.Series(status, index=houses.index, dtype=object)


@dataclass(frozen=True, slots=True, eq=False)
class HouseFigures:
    """What the statistics need of each house, as arrays of shape ``(n,)``.

    Parameters
    ----------
    people
        People of each house, NaN where not counted.
    status
        Status of each house.
    answers
        For each kind of answer the words, None where there is no answer.
    distances
        For each kind of distance the metres, NaN where there is none.
    marks
        Other things that hold for a house or not.
    listed
        Whether there is an approved list at all.
    """

    people: FloatArray
    status: ObjectArray
    answers: Mapping[str, ObjectArray]
    distances: Mapping[str, FloatArray]
    marks: Mapping[str, BoolArray]
    listed: bool

    @classmethod
    def of_layer(cls, houses: pd.DataFrame) -> HouseFigures:
        """Take the arrays out of the houses layer."""

        def true(name: str) -> BoolArray:
            return np.array([value is True for value in houses[name].astype(object)], dtype=bool)

        equipped, approved = true("extinguisher"), true("approved")
        failing = houses["status"].isin(_FAILING).to_numpy()
        listed = bool(houses["approved"].notna().any())
        return cls(
            people=houses["people"].to_numpy(dtype=float),
            status=houses["status"].to_numpy(dtype=object),
            answers={
                name: houses[name].astype(object).where(houses[name].notna(), None).to_numpy()
                for name in _ANSWERS
            },
            distances={name: houses[name].to_numpy(dtype=float) for name in _DISTANCES},
            marks={
                # An estimate from a population grid is no count.
                "counted": (
                    houses["people"].notna()
                    & ~houses["flags"].fillna("").str.contains(PEOPLE_ESTIMATED, regex=False)
                ).to_numpy(dtype=bool),
                "near_150": houses["near_150"].fillna(False).to_numpy(dtype=bool),
                "equipped": equipped,
                "checked": equipped & houses["extinguisher_checked"].notna().to_numpy(),
                "registered": houses["registered_month"].notna().to_numpy(),
                "installed": true("transmitter"),
                "approved": approved,
                "failing": failing,
                # What the city has approved counts; until then what was computed.
                "asked": approved if listed else failing,
            },
            listed=listed,
        )

    def some(self, index: Any) -> HouseFigures:
        """Return the same of some of the houses."""
        return HouseFigures(
            self.people[index],
            self.status[index],
            {name: values[index] for name, values in self.answers.items()},
            {name: values[index] for name, values in self.distances.items()},
            {name: values[index] for name, values in self.marks.items()},
            self.listed,
        )

    def statistics(self) -> dict[str, Any]:
        """Return counts, ranges of coverage and percentiles of these houses.

        Every share is over all of them, the unconnected ones included.
        """
        count = len(self.people)
        return {
            "houses": count,
            "people": _whole(np.nansum(self.people)),
            "houses_without_people_count": int((~self.marks["counted"]).sum()),
            "status": {name: int((self.status == name).sum()) for name in STATUSES},
            **{
                name: coverage_figures(answer, self.people) for name, answer in self.answers.items()
            },
            "hydrant_within_150_m": int(self.marks["near_150"].sum()),
            "percentiles": {
                name: {
                    "median": _percentile(values, 50),
                    "p90": _percentile(values, 90),
                    "without": int(np.isnan(values).sum()),
                }
                for name, values in self.distances.items()
            },
            "extinguishers": {
                "equipped": int(self.marks["equipped"].sum()),
                "checked": int(self.marks["checked"].sum()),
            },
            "transmitters": {
                "registered": int(self.marks["registered"].sum()),
                "installed": int(self.marks["installed"].sum()),
                "asked": int(self.marks["asked"].sum()),
                "installed_of_asked": int((self.marks["asked"] & self.marks["installed"]).sum()),
            },
            "approved": self._approved() if self.listed else None,
        }

    def _approved(self) -> dict[str, int]:
        """Return the approved list beside what was computed."""
        approved, failing = self.marks["approved"], self.marks["failing"]
        open_question = np.isin(self.status, ("needs_survey", "unconnected"))
        return {
            "listed": int(approved.sum()),
            "both": int((approved & failing).sum()),
            "only_listed": int((approved & ~failing).sum()),
            "only_listed_open": int((approved & open_question).sum()),
            "only_computed": int((failing & ~approved).sum()),
        }


def coverage_figures(answer: ObjectArray, people: FloatArray) -> dict[str, Any] | None:
    """Return the counts of one kind of answer; None where there is none at all.

    Parameters
    ----------
    answer
        ``covered``, ``needs_survey``, ``not_covered`` or None, shape ``(n,)``.
    people
        People of each house, NaN where not counted.

    Examples
    --------
    >>> figures = coverage_figures(np.array(["covered", "needs_survey"], object), np.array([4, 3]))
    >>> figures["share_worst"], figures["share_best"], figures["people_best"]
    (0.5, 1.0, 7)
    """
    count = len(answer)
    covered, open_question = answer == COVERED, answer == NEEDS_SURVEY
    failed = answer == NOT_COVERED
    without = count - int(covered.sum() + open_question.sum() + failed.sum())
    if count and without == count:
        return None
    best = covered | open_question
    return {
        "covered": int(covered.sum()),
        "needs_survey": int(open_question.sum()),
        "not_covered": int(failed.sum()),
        "no_answer": without,
        "share_worst": _share(covered.sum(), count),
        "share_best": _share(best.sum(), count),
        "people_worst": _whole(np.nansum(people[covered])),
        "people_best": _whole(np.nansum(people[best])),
    }


def road_statistics(segments: pd.DataFrame) -> dict[str, Any]:
    """Return kilometres of road by answer, and how much of it rests on a measurement.

    Sidewalks and crossings are left out. An alley is a road whose class alone does not let a fire
    engine through.
    """
    roads = segments[~segments["beside_a_road"].astype(bool)]
    length = roads["length_m"]
    measured = roads["width_source"].isin(MEASURED_SOURCES)
    alley = ~roads["passable_class"].astype(bool)
    return {
        "km": _km(length.sum()),
        "km_by_truck": {
            answer: _km(length[roads["truck"] == answer].sum())
            for answer in ("pass", "unknown", "blocked")
        },
        "km_by_reached": {
            answer: _km(length[roads["reached"] == answer].sum())
            for answer in ("yes", "unknown", "no")
        },
        "measured_share": _share(length[measured].sum(), length.sum()),
        "alley_km": _km(length[alley].sum()),
        "alley_measured_share": _alley_measured_share(segments),
    }


def _alley_measured_share(segments: pd.DataFrame) -> float | None:
    """Return how much of the length of alleys rests on a measurement."""
    beside, passable = (segments[name].astype(bool) for name in ("beside_a_road", "passable_class"))
    alleys = segments[~beside & ~passable]
    measured = alleys["width_source"].isin(MEASURED_SOURCES)
    return _share(alleys["length_m"][measured].sum(), alleys["length_m"].sum())


def barrier_statistics(barriers: pd.DataFrame) -> dict[str, Any]:
    """Return barriers by state and effect; removed ones stay in the count."""
    own = barriers[barriers["source"].isin(("survey", "osm"))]
    return {
        "barriers": len(own),
        "by_state": {
            state: int((own["state"].fillna("not_given") == state).sum())
            for state in ("fixed", "openable", "removed", "not_given")
        },
        "by_effect": {
            effect: int((own["effect"] == effect).sum())
            for effect in ("pass", "delay", "unknown", "blocked")
        },
        "dealt_with": int(own["dealt_with"].sum()),
        "narrow_readings": int(
            ((barriers["source"] == "reading") & (barriers["effect"] == "blocked")).sum()
        ),
        "open_readings": int(
            ((barriers["source"] == "reading") & (barriers["effect"] == "unknown")).sum()
        ),
        "low_clearances": int((barriers["source"] == "clearance").sum()),
        "tight_corners": int(
            ((barriers["source"] == "corner") & (barriers["effect"] == "blocked")).sum()
        ),
        "open_corners": int(
            ((barriers["source"] == "corner") & (barriers["effect"] == "unknown")).sum()
        ),
    }


def alley_statistics(alleys: pd.DataFrame) -> dict[str, Any]:
    """Return roads and alleys without a truck: all, certain ones, deep ones, by solution."""
    return {
        "without_truck_worst": len(alleys),
        "without_truck_best": int((alleys["certain"] == True).sum()),  # noqa: E712
        "deep": int((alleys["deep"] == True).sum()),  # noqa: E712
        "deep_certain": int(
            ((alleys["deep"] == True) & (alleys["certain"] == True)).sum()  # noqa: E712
        ),
        "water_solution": {
            answer: int((alleys["has_water_solution"] == answer).sum())
            for answer in ("yes", "unknown", "no")
        },
        "with_fire_point": int((alleys["has_fire_point"] == True).sum()),  # noqa: E712
        "needs_fire_point": int((alleys["needs_fire_point"] == True).sum()),  # noqa: E712
    }


def dead_end_statistics(ends: pd.DataFrame) -> dict[str, Any]:
    """Return how many dead ends there are, by whether a truck has to reverse too far in them.

    Those that are too long for certain and in which no place to turn is known are told apart.
    """
    too_long = (ends["too_long"] == "yes").to_numpy(bool)
    return {
        "dead_ends": len(ends),
        "certain": int((ends["certain"] == True).sum()),  # noqa: E712
        "too_long": {
            answer: int((ends["too_long"] == answer).sum()) for answer in ("yes", "unknown", "no")
        },
        "without_turning_known": int((too_long & (ends["turning"] != "yes")).sum()),
    }


def draft_point_statistics(points: pd.DataFrame) -> dict[str, Any]:
    """Return how many draft points there are, and how many houses would gain water by them.

    Houses are counted once, at the nearest draft point that doesn't answer no.

    Examples
    --------
    >>> points = pd.DataFrame(
    ...     {"answer": ["unknown"], "access": ["truck"], "houses_gained": pd.array([7], "Int64")})
    >>> draft_point_statistics(points)["by_answer"]
    {'yes': 0, 'unknown': 1, 'no': 0}
    """
    return {
        "draft_points": len(points),
        "by_answer": {
            answer: int((points["answer"] == answer).sum()) for answer in ("yes", "unknown", "no")
        },
        "by_access": {
            access: int((points["access"] == access).sum())
            for access in ("truck", "unknown", "portable_pump", "none")
        },
        "houses_gained": int(points["houses_gained"].sum()),
    }


def review_statistics(objects: pd.DataFrame) -> dict[str, Any]:
    """Return how many objects were ever checked, and when the first and the last of them was."""
    checked = objects["last_checked"].dropna().astype(str)
    return {
        "objects": len(objects),
        "checked": len(checked),
        "oldest": min(checked, default=None),
        "newest": max(checked, default=None),
    }


def transmitters_by_month(houses: pd.DataFrame) -> list[dict[str, Any]]:
    """Return how many houses registered an alarm transmitter for each month, and had it installed.

    The last row, without a month, is for those installed at an unknown time.
    """
    installed = houses["transmitter"].astype(object) == True  # noqa: E712
    registered = houses["registered_month"].value_counts()
    done = houses["installed_date"][installed].str[:7].value_counts()
    rows = [
        {
            "month": month,
            "registered": int(registered.get(month, 0)),
            "installed": int(done.get(month, 0)),
        }
        for month in sorted({*registered.index, *done.index})
    ]
    undated = int((installed & houses["installed_date"].isna()).sum())
    return [*rows, {"month": None, "registered": 0, "installed": undated}] if undated else rows


def targets(
    area: Mapping[str, Any], options: ProjectSection, plans: TargetsSection, as_of: date | None
) -> dict[str, Any]:
    """Return target, done, left and what that is a month up to the deadline (SPEC §10).

    Parameters
    ----------
    area
        The figures of the whole area.
    options
        For the deadline, and whether alarm transmitters are required (Law 55/2024, Art. 20(5)).
    plans
        Who answers for each target, and by when if not by the project's deadline.
    as_of
        What the months are counted from.
    """
    rows = {
        "water_solutions": (
            area["alleys"]["without_truck_worst"],
            area["alleys"]["water_solution"]["yes"],
        ),
        "barriers_dealt_with": (area["barriers"]["barriers"], area["barriers"]["dealt_with"]),
        "violations_fixed": (area["violations"]["found"], area["violations"]["fixed"]),
        "extinguishers_checked": (
            area["extinguishers"]["equipped"],
            area["extinguishers"]["checked"],
        ),
        "transmitters_installed": (
            area["transmitters"]["asked"],
            area["transmitters"]["installed_of_asked"],
        ),
        "water_reviewed": (
            area["reviews"]["water"]["objects"],
            area["reviews"]["water"]["checked"],
        ),
        "fire_points_reviewed": (
            area["reviews"]["fire_points"]["objects"],
            area["reviews"]["fire_points"]["checked"],
        ),
    }
    return {
        name: _target(target, done, getattr(plans, name), options.deadline, as_of)
        | {"required": options.central_city or name != "transmitters_installed"}
        for name, (target, done) in rows.items()
    }


def _target(
    target: int, done: int, plan: TargetSection, deadline: date | None, as_of: date | None
) -> dict[str, Any]:
    due = plan.deadline or deadline
    months = None
    if as_of is not None and due is not None:
        months = max((due.year - as_of.year) * 12 + due.month - as_of.month, 1)
    return {
        "target": target,
        "done": done,
        "left": target - done,
        "per_month": None if months is None else round((target - done) / months, 2),
        "due": None if due is None else due.isoformat(),
        "owner": plan.owner,
        "product": plan.product,
        "authority": plan.authority,
    }


def by_group(
    houses: pd.DataFrame, figures: HouseFigures, segments: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return the figures of each residential group, by name; every house is in exactly one.

    How much of its alleys somebody measured is told of the segments that its doors lie on.
    """
    rows = houses.groupby(houses["group"].to_numpy(dtype=object), sort=True).indices
    of_id = segments.set_index("segment_id")
    door = houses["segment_id"].to_numpy(dtype=object)
    return [
        {
            "group": name,
            **figures.some(index).statistics(),
            "alley_measured_share": _alley_measured_share(of_id[of_id.index.isin(door[index])]),
        }
        for name, index in sorted(rows.items())
    ]


def by_alley(
    alleys: pd.DataFrame, houses: pd.DataFrame, figures: HouseFigures, segments: pd.DataFrame
) -> list[dict[str, Any]]:
    """Return people, answers and measured share of each alley, in the order of the layer."""
    length = segments.groupby("alley_id")["length_m"].sum()
    measured = segments[segments["width_source"].isin(MEASURED_SOURCES)]
    known = measured.groupby("alley_id")["length_m"].sum()
    row = pd.Series(range(len(alleys)), index=alleys["alley_id"])
    at = houses["alley_id"].map(row)
    here = at.notna().to_numpy()
    index = at[here].to_numpy(dtype=np.int64)
    people = np.bincount(index, weights=np.nan_to_num(figures.people[here]), minlength=len(alleys))
    counts = {
        (answer, word): np.bincount(
            index[figures.answers[answer][here] == word], minlength=len(alleys)
        )
        for answer in ("road", "water", "point")
        for word in (COVERED, NEEDS_SURVEY, NOT_COVERED)
    }
    return [
        {
            "alley_id": alley_id,
            "name": name,
            "people": _whole(people[i]),
            "measured_share": _share(known.get(alley_id, 0.0), length.get(alley_id, 0.0)),
            **{
                answer: {
                    word: int(counts[answer, word][i])
                    for word in (COVERED, NEEDS_SURVEY, NOT_COVERED)
                }
                for answer in ("road", "water", "point")
            },
        }
        for i, (alley_id, name) in enumerate(zip(alleys["alley_id"], alleys["name"], strict=True))
    ]


def newest(dates: Iterable[Any]) -> date | None:
    """Return the newest of some ISO dates, None if there is none.

    Examples
    --------
    >>> newest(["2026-03-01", None, "2025-12-31"])
    datetime.date(2026, 3, 1)
    """
    known = [text for text in dates if isinstance(text, str)]
    return date.fromisoformat(max(known)) if known else None


def _share(part: float, whole: float) -> float | None:
    return None if not whole else round(float(part) / float(whole), 6)


def _km(metres: float) -> float:
    return round(float(metres) / 1000, 3)


def _whole(value: float) -> int:
    return round(float(value)) if np.isfinite(value) else 0


def _percentile(values: FloatArray, percent: float) -> float | None:
    known = values[~np.isnan(values)]
    return None if len(known) == 0 else round(float(np.percentile(known, percent)), 2)
