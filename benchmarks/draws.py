"""What the draws cost: expected coverage and the walking list of a real ward.

    FIREACCESS_DATA=... python benchmarks/draws.py [--draws 500] [--seed 1] [--runs 3]

Draws answer all that nobody has measured of khuong-dinh, reach and hose lines included; the walking
list follows from them. Printed are the median seconds of each part, the expected coverage with the
interval in which nine of ten draws lie, and the first ten alleys of the list.
"""

import argparse
import os
import statistics
import time
from pathlib import Path

from fireaccess.pipeline import run
from fireaccess.planning.chances import draw_chances
from fireaccess.planning.questions import find_questions
from fireaccess.planning.walk import walking_list
from fireaccess.project import Project


def timed(work, runs):
    """Return the median seconds of some runs, and what the last one returned."""
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), answer


def main():
    """Draw for the ward of the data, and list where to measure."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--draws", type=int, default=500)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--runs", type=int, default=3)
    given = options.parse_args()
    ward = run(Project.open(Path(os.environ["FIREACCESS_DATA"]) / "khuong-dinh")).ward
    questions_s, questions = timed(lambda: find_questions(ward), given.runs)
    print(f"{ward.network}; {len(ward.houses)} houses")
    print(
        f"{len(questions)} questions on {len(questions.passages)} unknown passages, "
        f"{len(questions.unit_key)} alleys to walk: {questions_s:.2f} s"
    )
    draws_s, chances = timed(
        lambda: draw_chances(ward, draws=given.draws, seed=given.seed), given.runs
    )
    print(f"{given.draws} draws, hose lines included: {draws_s:.2f} s")
    walk_s, walk = timed(lambda: walking_list(ward, chances), given.runs)
    print(f"walking list: {walk_s:.2f} s")
    for name, figures in (
        (f"{ward.norm.value('hose_limit_m'):g} m", chances.figures),
        ("60 m", chances.figures["within_60"]),
    ):
        print(
            f"covered within {name}: {figures['expected']:.0f} of {figures['houses']} houses "
            f"({figures['low']:.0f} to {figures['high']:.0f}), {100 * figures['share']:.1f} % "
            f"({100 * figures['share_low']:.1f} to {100 * figures['share_high']:.1f} %)"
        )
    print(walk.figures)
    columns = ["rank", "name", "chance", "length_m", "settles_houses", "total_settles"]
    print(walk.frame[columns].head(10).round(2).to_string(index=False))


if __name__ == "__main__":
    main()
