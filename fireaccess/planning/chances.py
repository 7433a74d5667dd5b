"""How likely each house is covered: seeded draws of all that nobody has measured.

The model. What is not known is taken apart into *questions*: a stretch of road of unknown width, an
obstacle of which nobody knows whether the truck gets by, a corner that it may get round. Each has a
class, the row of the norm's priors that names it. The share of a class that lets the truck pass has
a Beta distribution: the norm's to begin with, then one count for each alley of the class that the
ward has read, whatever the number of its readings (Beta–Bernoulli; an alley that is wide in one
half of its measured stretches counts half for, half against). Along one road, a connected piece of
one name or a nameless way, the answers go together: a road has a share of its own, drawn from a
Beta distribution around that of its class, which makes the correlation of any two answers of the
road the norm's ``correlation`` (the beta-binomial distribution of Skellam, 1948). Stretches of the
road that were measured are taken into account there again. Obstacles are drawn each by itself.

A draw answers all questions at once. Its scenario lies between the worst and the best case, and
reach and hose lines are computed on it as on those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import dijkstra

from fireaccess.analysis.houses import NEW_BUILDING_M
from fireaccess.analysis.reach import reach
from fireaccess.model.answers import Answer, BoolArray, FloatArray, IntArray
from fireaccess.model.norm_tables import Priors
from fireaccess.network.paths import approach
from fireaccess.network.place import Places
from fireaccess.network.scenario import Scenario
from fireaccess.network.stretches import stretches_at_nodes
from fireaccess.planning.questions import (
    Questions,
    classes_of,
    find_questions,
    priors_of,
    roads_of,
)
from fireaccess.planning.ward import Ward

#: Ends of the interval in which nine of ten draws lie.
_LOW, _HIGH = 0.05, 0.95
#: Questions answered at once: keeps the memory of large wards bounded.
_BLOCK: Final = 1 << 22
#: With perfect correlation the parameters of the Beta distribution of a road would add up to 0.
_LEAST_SUM: Final = 1e-6
_LEAST: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """How likely each house is covered.

    Parameters
    ----------
    frame
        Columns of ``PLAN_LAYERS["house_chances"]``; NaN for houses without a door. Houses placed by
        the name of their road have the chance of that place.
    figures
        Expected coverage and the interval in which nine of ten draws lie, at the hose limit and at
        60 m (``within_60``), and what was counted by class (``classes``).
    covered, covered_60
        Houses covered in each draw, shape ``(draws,)``.
    questions
        What was drawn.
    passes
        The answers, shape ``(draws, q)``.
    """

    frame: pd.DataFrame
    figures: Mapping[str, Any]
    covered: IntArray
    covered_60: IntArray
    questions: Questions
    passes: BoolArray

    @property
    def house(self) -> FloatArray:
        """Chance that each house is covered."""
        return self.frame["chance"].to_numpy(dtype=float)

    @property
    def house_60(self) -> FloatArray:
        """Chance that each house is covered at 60 m."""
        return self.frame["chance_60"].to_numpy(dtype=float)


def draw_chances(ward: Ward, *, draws: int, seed: int) -> Chances:
    """Draw scenarios and return how likely each house is covered.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    draws
        How many scenarios, at least 1.
    seed
        Of the generator: the same seed draws the same.

    Raises
    ------
    ValueError
        If there are no draws.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "ward"))).ward
    >>> chances = draw_chances(ward, draws=20, seed=1)
    >>> bool(chances.figures["low"] <= chances.figures["expected"] <= chances.figures["high"])
    True
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    questions = find_questions(ward)
    counts, read = _own_readings(ward, questions)
    generator = np.random.Generator(np.random.PCG64(seed))
    passes = draw_answers(questions, counts, read, priors_of(ward), draws, generator)
    limits_m = (ward.norm.value("hose_limit_m"), NEW_BUILDING_M)
    times, covered = _covered(ward, questions, passes, limits_m)
    known = ward.doors.places.found(ward.doors.count)
    chance, chance_60 = (np.where(known, count / draws, np.nan) for count in times)
    frame = pd.DataFrame(
        {"house_id": ward.houses["house_id"], "chance": chance, "chance_60": chance_60}
    )
    figures = {
        **_interval(covered[0], len(ward.houses)),
        "draws": draws,
        "seed": seed,
        "within_60": _interval(covered[1], len(ward.houses)),
        "classes": counts.to_dict("records"),
    }
    return Chances(frame, figures, covered[0], covered[1], questions, passes)


def _interval(covered: IntArray, houses: int) -> dict[str, Any]:
    """Return the mean number of covered houses and where nine of ten draws lie, with shares."""
    expected = float(covered.mean())
    low, high = (float(end) for end in np.quantile(covered, (_LOW, _HIGH)))
    shares = [round(number / houses, 4) if houses else None for number in (expected, low, high)]
    return {
        "houses": houses,
        "expected": round(expected, 1),
        "low": round(low, 1),
        "high": round(high, 1),
        "share": shares[0],
        "share_low": shares[1],
        "share_high": shares[2],
    }


def _own_readings(ward: Ward, questions: Questions) -> tuple[pd.DataFrame, IntArray]:
    """Count what the ward's own readings say of each class, and of the roads of the questions.

    Returns
    -------
    One row for each class that is asked about: its prior, the alleys or barriers read, for and
    against, and the Beta distribution that follows; and stretches that pass and that are blocked
    on the road of each draw, shape ``(draws of questions, 2)``.
    """
    network, surveyed, priors = ward.network, ward.surveyed, priors_of(ward)
    road = roads_of(network)
    stretches = int(surveyed.stretch.max(initial=-1)) + 1
    first = np.full(stretches, network.n_segments, dtype=np.int64)
    np.minimum.at(first, surveyed.stretch, np.arange(network.n_segments))
    wide = np.zeros(stretches, dtype=bool)
    wide[surveyed.stretch[ward.passability.certified_by != None]] = True  # noqa: E711
    narrow = np.zeros(stretches, dtype=bool)
    owner = stretches_at_nodes(network, surveyed.stretch)
    at_place = surveyed.readings[surveyed.readings["answer"] == Answer.BLOCKED]
    narrow[owner["stretch"][owner["node"].isin(at_place["node"])].to_numpy(np.int64)] = True
    if len(surveyed.road_readings):
        # Narrow somewhere, nobody knows where: one stretch of the road is.
        somewhere = surveyed.road_readings
        somewhere = somewhere[somewhere["answer"] == Answer.BLOCKED].sort_values("stretch")
        somewhere = somewhere.drop_duplicates("object_id")
        narrow[somewhere["stretch"].to_numpy(np.int64)] = True
    read = np.flatnonzero(wide | narrow)
    of_road = pd.DataFrame(
        {
            "road": road[first[read]],
            "row": classes_of(network, first[read], priors),
            "passes": (~narrow[read]).astype(np.int64),
            "blocked": narrow[read].astype(np.int64),
        }
    )
    of_road = of_road.groupby(["road", "row"], as_index=False).sum()

    draws = int(questions.draw.max(initial=-1)) + 1
    seen = np.zeros((draws, 2), dtype=np.int64)
    roads = questions.row != "barrier"
    roads &= (questions.row != "reading") & (questions.row != "corner")
    of_draw = pd.DataFrame(
        {
            "draw": questions.draw[roads],
            "road": road[questions.segment[roads]],
            "row": questions.row[roads],
        }
    ).drop_duplicates("draw")
    met = of_draw.merge(of_road, on=["road", "row"])
    seen[met["draw"].to_numpy(np.int64)] = met[["passes", "blocked"]].to_numpy(np.int64)

    share = of_road["passes"] / (of_road["passes"] + of_road["blocked"])
    counted = [of_road.assign(passes=share, blocked=1 - share)[["row", "passes", "blocked"]]]
    obstacles = surveyed.obstacles
    judged = obstacles[
        (obstacles["kind"] == "barrier")
        & obstacles["object_id"].notna()
        & (obstacles["answer"].astype(np.int64) != Answer.UNKNOWN)
    ]
    passed = (judged["answer"].astype(np.int64) == Answer.PASS).astype(float)
    counted.append(pd.DataFrame({"row": "barrier", "passes": passed, "blocked": 1 - passed}))
    sums = pd.concat(counted).groupby("row")[["passes", "blocked"]].sum()
    rows = np.unique(questions.row.astype(str)).astype(object)
    sums = sums.reindex(rows, fill_value=0.0)
    prior = np.array([priors.share(str(row)) for row in rows])
    a = prior * priors.strength + sums["passes"].to_numpy(dtype=float)
    b = (1 - prior) * priors.strength + sums["blocked"].to_numpy(dtype=float)
    asked = pd.Series(questions.row).value_counts().reindex(rows, fill_value=0)
    counts = pd.DataFrame(
        {
            "row": rows,
            "questions": asked.to_numpy(dtype=np.int64),
            "prior": prior,
            "passes": sums["passes"].to_numpy(dtype=float).round(4),
            "blocked": sums["blocked"].to_numpy(dtype=float).round(4),
            "chance": (a / (a + b)).round(4) if len(rows) else np.zeros(0),
            "a": a,
            "b": b,
        }
    )
    return counts, seen


def draw_answers(
    questions: Questions,
    counts: pd.DataFrame,
    read: IntArray,
    priors: Priors,
    draws: int,
    generator: np.random.Generator,
) -> BoolArray:
    """Answer all questions in each of some draws.

    Parameters
    ----------
    questions
        What is asked.
    counts
        ``row`` and the Beta distribution of its share, ``a`` and ``b``.
    read
        Stretches measured on the road of each draw: those that pass, those that are blocked.
    priors
        How far the answers of one road go together.
    draws
        How many.
    generator
        What draws.

    Returns
    -------
    Whether the truck passes, shape ``(draws, q)``.
    """
    passes = np.ones((draws, len(questions)), dtype=bool)
    if len(questions) == 0:
        return passes
    row = pd.Index(counts["row"]).get_indexer(pd.Index(questions.row))
    a, b = counts["a"].to_numpy(dtype=float), counts["b"].to_numpy(dtype=float)
    row_of_draw = np.zeros(len(read), dtype=np.int64)
    row_of_draw[questions.draw] = row
    # A beta-binomial with this sum of parameters has the correlation that the norm assumes.
    together = max((1 - priors.correlation) / priors.correlation, _LEAST_SUM)
    somewhere = np.flatnonzero(questions.place >= 0)
    somewhere = somewhere[np.argsort(questions.place[somewhere], kind="stable")]
    first = np.flatnonzero(np.diff(questions.place[somewhere], prepend=-1))
    size = max(1, _BLOCK // len(questions))
    for begin in range(0, draws, size):
        block = slice(begin, min(begin + size, draws))
        number = block.stop - block.start
        share = generator.beta(a, b, size=(number, len(a)))[:, row_of_draw]
        of_road = generator.beta(
            np.maximum(share * together + read[:, 0], _LEAST),
            np.maximum((1 - share) * together + read[:, 1], _LEAST),
        )
        uniform = generator.random((number, len(questions)))
        answers = (uniform < of_road[:, questions.draw]) & ~questions.never
        if len(somewhere):
            # It stands at one of its places, each as likely as any other: elsewhere is nothing.
            lot = generator.random((number, len(somewhere)))
            greatest = np.maximum.reduceat(lot, first, axis=1)
            here = lot == greatest[:, questions.place[somewhere]]
            answers[:, somewhere] |= ~here
        passes[block] = answers
    return passes


def _covered(
    ward: Ward, questions: Questions, passes: BoolArray, limits_m: tuple[float, ...]
) -> tuple[IntArray, IntArray]:
    """Compute the hose lines of every draw.

    Returns
    -------
    In how many draws each house is covered within each limit, shape ``(limits, houses)``, and how
    many houses each draw covers, shape ``(limits, draws)``.
    """
    draws = len(passes)
    worst = np.array([ward.worst_lines.hose_m <= limit_m for limit_m in limits_m])
    best = np.array([ward.best_lines.hose_m <= limit_m for limit_m in limits_m])
    # What both cases agree on, every draw agrees on.
    times = np.where(worst, draws, 0).astype(np.int64)
    totals = np.repeat(worst.sum(axis=1)[:, None], draws, axis=1).astype(np.int64)
    open_house = (best & ~worst).any(axis=0)
    places = ward.doors.places
    asked = open_house[places.row]
    if not asked.any():
        return times, totals
    places = Places(
        places.row[asked],
        places.segment[asked],
        places.along_m[asked],
        places.distance_m[asked],
        places.xy[asked],
    )
    doubted = (best & ~worst)[:, places.row]
    size = max(1, _BLOCK // max(1, len(questions.passages)))
    for begin in range(0, draws, size):
        opened = questions.open(passes[begin : begin + size])
        for number, of_draw in enumerate(opened, start=begin):
            hose_m = hose_of(ward, drawn_scenario(ward, questions, of_draw), places, max(limits_m))
            for k, limit_m in enumerate(limits_m):
                within = (hose_m <= limit_m) & doubted[k]
                times[k, places.row] += within
                totals[k, number] += int(within.sum())
    return times, totals


def drawn_scenario(ward: Ward, questions: Questions, opened: BoolArray) -> Scenario:
    """Return the worst case with some of the unknown passages open.

    Parameters
    ----------
    ward, questions
        The ward and what is not known of it.
    opened
        Which of ``questions.passages`` are open, shape ``(k,)``.
    """
    is_open = ward.worst.open.copy()
    is_open[questions.passages] = opened
    worst = ward.worst
    return Scenario("drawn", is_open, worst.starts, worst.foot_open, worst.delay_s)


def hose_of(ward: Ward, scenario: Scenario, places: Places, limit_m: float) -> FloatArray:
    """Return the length of hose to some doors, inf where it is longer than a limit.

    Parameters
    ----------
    ward
        The ward, whose foot graph is that of every scenario.
    scenario
        Which passages are open.
    places
        Doors.
    limit_m
        The longest hose that is asked about.
    """
    found = reach(ward.network, scenario)
    sources = ward.graph.vertices_of(found.segments)
    distance_m = np.full(ward.graph.n_vertices, np.inf)
    if len(sources):
        distance_m = dijkstra(ward.graph.matrix, indices=sources, min_only=True, limit=limit_m)
    on_foot = approach(ward.graph, distance_m, places).distance_m
    hose_m: FloatArray = places.distance_m + np.where(found.segments[places.segment], 0.0, on_foot)
    return hose_m
