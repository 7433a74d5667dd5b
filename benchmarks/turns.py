"""What turns cost: the reach over directed passages and turns, beside the plain reach.

    FIREACCESS_DATA=... python benchmarks/turns.py [--runs 15]

The same search runs on the same network, once without corners and once with them; both are timed
in turn in one process, with the corners judged beforehand, which is timed by itself. So that turns
close something, all roads of the ward are given one width, several in turn; how many segments are
reached without and with turns is printed.
"""

import argparse
import os
import statistics
import time
from functools import partial
from pathlib import Path

import numpy as np

from fireaccess.analysis.reach import reach
from fireaccess.model.answers import Answer
from fireaccess.network.bends import find_bends
from fireaccess.network.scenario import Scenario
from fireaccess.network.turns import judge_corners
from fireaccess.pipeline import run
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
    """Time the ward of the data, with its roads of several widths."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=15)
    runs = options.parse_args().runs
    project = Project.open(Path(os.environ["FIREACCESS_DATA"]) / "khuong-dinh")
    result = run(project)
    network, vehicle = result.network, result.vehicle
    starts = np.isin(network.tag("highway"), result.norm.classes.start)[network.segment_way]
    print(f"{network}; {network.n_passages} passages, {len(network.turns)} of them turns")
    bends_s, _ = timed(lambda: find_bends(network, vehicle), runs)
    print(f"how far the roads turn {1000 * bends_s:8.1f} ms")
    everything = np.ones(network.n_passages, dtype=bool)
    among_starts = np.zeros(network.n_passages, dtype=bool)
    turns = network.turns
    among_starts[2 * network.n_segments :] = (
        starts[turns.arriving // 2] & starts[turns.leaving // 2]
    )

    def scenario(is_open):
        delay_s = np.zeros(network.n_passages)
        return Scenario("", is_open, starts, np.ones(network.n_nodes, dtype=bool), delay_s)

    plain_s, plain = timed(partial(reach, network, scenario(everything)), runs)
    print(f"{'width':>6}  {'plain':>9}  {'turns':>9}  ratio  {'judged':>9}  segments reached")
    for width_m in (3.5, 4.5, 6.0, 8.0):
        width = np.full(network.n_segments, width_m)
        judged_s, corners = timed(partial(judge_corners, network, width, width, vehicle), runs)
        turning = scenario((corners.answer == Answer.PASS) | among_starts)
        turns_s, turned = timed(partial(reach, network, turning), runs)
        print(
            f"{width_m:4.1f} m  {1000 * plain_s:6.1f} ms  {1000 * turns_s:6.1f} ms  "
            f"{turns_s / plain_s:5.2f}  {1000 * judged_s:6.1f} ms  "
            f"{plain.segments.sum()} → {turned.segments.sum()}"
        )


if __name__ == "__main__":
    main()
