"""Simulated wards: a drawn town of alleys that nobody has measured, and what is true of it.

What is true is drawn here by itself, as the model says it is, one road after another. Measuring
alleys turns a ward into the one that a survey would leave: passages answered, cases recomputed.
"""

import dataclasses

import numpy as np
import pandas as pd
import towns

from fireaccess.analysis.houses import hose_lines
from fireaccess.analysis.reach import reach
from fireaccess.model.answers import Answer
from fireaccess.model.norm_tables import Priors
from fireaccess.network.scenario import best_case, worst_case

PRIORS = Priors(
    values={"ngo": 0.5, "ngach": 0.3},
    strength=4,
    correlation=0.8,
    clause="simulated",
    status="assumption",
)


def comb_of_alleys(folder, number=20):
    """Run a town of long alleys with lanes off them, some of which join two alleys.

    An alley has three stretches of 150 m; a lane leaves it after the first, another after the
    second. Every third of the latter leads to the next alley.
    """
    town = towns.Town().road(
        "Đường Lớn", [(x, 0) for x in range(0, 200 * number + 1, 200)], highway="primary"
    )
    for alley in range(number):
        x = 200 * alley
        town.road(f"Ngõ {alley}", [(x, 0), (x, 150), (x, 300), (x, 450)])
        town.road(f"Ngách {alley}/1", [(x, 150), (x + 120, 150)])
        end = x + 200 if alley % 3 == 0 and alley + 1 < number else x + 120
        town.road(f"Ngách {alley}/2", [(x, 300), (end, 300)])
        for y in range(20, 450, 30):
            town.house(f"a{alley}-{y}", (x + 4, y))
        for lane, y in enumerate((150, 300)):
            for east in (40, 80, 115):
                town.house(f"b{alley}-{lane}-{east}", (x + east, y + 4))
    return with_priors(town.run(folder).ward, PRIORS)


def with_priors(ward, priors):
    """Return the ward under its norm with other priors."""
    return dataclasses.replace(ward, norm=ward.norm.model_copy(update={"priors": priors}))


def draw_truth(questions, priors, generator):
    """Return what is true: whether each question lets the truck pass."""
    sum_ = (1 - priors.correlation) / priors.correlation
    share, of_road = {}, {}
    truth = np.zeros(len(questions), dtype=bool)
    for i, (row, draw) in enumerate(zip(questions.row, questions.draw, strict=True)):
        if row not in share:
            mean = priors.share(row)
            share[row] = generator.beta(mean * priors.strength, (1 - mean) * priors.strength)
        if draw not in of_road:
            p = share[row]
            of_road[draw] = generator.beta(max(p * sum_, 1e-9), max((1 - p) * sum_, 1e-9))
        truth[i] = generator.random() < of_road[draw]
    return truth


def measured(ward, questions, truth, units):
    """Return the ward as it is known once some alleys are measured.

    All questions must be stretches of road.
    """
    network, known, surveyed = ward.network, ward.passability, ward.surveyed
    asked = np.flatnonzero(np.isin(questions.unit, units))
    stretch = surveyed.stretch[questions.segment]
    certified, segment_answer = known.certified_by.copy(), known.segment_answer.copy()
    answer = known.answer.copy()
    rows = []
    for i in asked:
        of_stretch = surveyed.stretch == stretch[i]
        segment_answer[of_stretch] = Answer.PASS if truth[i] else Answer.BLOCKED
        if truth[i]:
            certified[of_stretch] = f"W{i}"
        else:
            rows.append((f"W{i}", stretch[i], Answer.BLOCKED))
    answer[: 2 * network.n_segments] = np.repeat(segment_answer, 2)
    known = dataclasses.replace(
        known, answer=answer, segment_answer=segment_answer, certified_by=certified
    )
    surveyed = dataclasses.replace(
        surveyed, road_readings=pd.DataFrame(rows, columns=["object_id", "stretch", "answer"])
    )
    cases = {}
    for name, case in (("worst", worst_case), ("best", best_case)):
        scenario = case(network, known, ward.worst.starts)
        found = reach(network, scenario)
        cases[name] = scenario
        cases[f"{name}_reach"] = found
        cases[f"{name}_lines"] = hose_lines(ward.graph, known, found, ward.doors)
    return dataclasses.replace(ward, passability=known, surveyed=surveyed, **cases)


def covered_in(ward, questions, passes):
    """Return which houses are covered if questions are answered so, recomputed from scratch."""
    closed = np.asarray(questions.of_passages.todense())[~passes].any(axis=0)
    is_open = ward.worst.open.copy()
    is_open[questions.passages[~closed]] = True
    found = reach(ward.network, dataclasses.replace(ward.worst, open=is_open))
    lines = hose_lines(ward.graph, ward.passability, found, ward.doors)
    return lines.hose_m <= ward.norm.value("hose_limit_m")
