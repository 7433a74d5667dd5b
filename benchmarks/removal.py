"""What removing each obstacle alone brings: grown from what opens, beside computing all anew.

    FIREACCESS_DATA=... python benchmarks/removal.py [--runs 5] [--alleys 150]

The ward of the data gets a survey: the alleys with most houses that need one are wide, with a post
at each of their mouths. All of its obstacles are taken away one by one, growing reach and hose
lines from the passages that open. Some of the posts are also taken away by the plain way: reach,
hose lines and the houses' answers of both cases in the whole network. Both are timed in turn in
one process; a post whose figures differ stops the run.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

import numpy as np

from fireaccess.analysis.houses import NEW_BUILDING_M, answers_within, hose_lines, in_doubt
from fireaccess.analysis.reach import reach
from fireaccess.model.layers import GAINS
from fireaccess.network.scenario import with_removed
from fireaccess.pipeline import run
from fireaccess.planning.removal import Removals, openings, single_gains
from fireaccess.project import Project

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from planning.mouths import survey_mouths


def plain(ward, node):
    """Return what taking away all that stands at a node brings, computed in the whole network."""
    hose_m = []
    for scenario in (ward.worst, ward.best):
        found = reach(ward.network, with_removed(scenario, ward.network, node))
        hose_m.append(hose_lines(ward.graph, ward.passability, found, ward.doors).hose_m)
    known = ward.doors.places.found(ward.doors.count)
    counts = {}
    for answer, middle, limit_m in (
        ("road", "", ward.norm.value("hose_limit_m")),
        ("road_60", "60_", NEW_BUILDING_M),
    ):
        was = ward.houses[answer].to_numpy(dtype=object)
        now = in_doubt(answers_within(*hose_m, limit_m, known), ward.by_name)
        covered = (was != "covered") & (now == "covered")
        counts[f"gain_{middle}houses"] = covered.sum()
        counts[f"gain_best_{middle}houses"] = ((was == "not_covered") & (now != was)).sum()
        if answer == "road":
            counts["gain_people"] = np.nansum(ward.houses["people"].to_numpy(float)[covered])
    counts["hose_saved_m"] = np.nansum(ward.worst_lines.hose_m - hose_m[0])
    return [float(counts[name]) for name in GAINS]


def seconds(work):
    """Return how long some work takes, and what it returns."""
    begun = time.perf_counter()
    answer = work()
    return time.perf_counter() - begun, answer


def surveyed_ward(folder, alleys):
    """Return the ward of the data with posts at the mouths of so many wide alleys."""
    data = Path(os.environ["FIREACCESS_DATA"]) / "khuong-dinh"
    shutil.copytree(data, folder, ignore=shutil.ignore_patterns("*.pbf"))
    project = Project.open(folder)
    survey_mouths(run(project), folder, alleys)
    return run(project).ward


def main():
    """Time all obstacles of the ward, and some posts both ways."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--alleys", type=int, default=150)
    arguments = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        ward = surveyed_ward(Path(folder) / "ward", arguments.alleys)
    opened = openings(ward)
    posts = ward.obstacles["barrier_id"].str.startswith("barrier:M").to_numpy()
    alone = ~ward.obstacles["node"].duplicated(keep=False).to_numpy()
    some = np.random.default_rng(1).permutation(np.flatnonzero(posts & alone))[:20].tolist()
    whole_s, grown_s, plain_s = [], [], []
    for _ in range(arguments.runs):
        took, table = seconds(partial(single_gains, ward))
        whole_s.append(took)
        state = Removals(ward)
        for row in some:
            took, gain = seconds(partial(state.gain, opened[row]))
            grown_s.append(took)
            took, figures = seconds(partial(plain, ward, ward.obstacles["node"][row]))
            plain_s.append(took)
            if not np.allclose([getattr(gain, name) for name in GAINS], figures, atol=1e-6):
                raise SystemExit(f"{ward.obstacles['barrier_id'][row]}: {gain} is not {figures}")
    count = sum(opening is not None for opening in opened)
    gains = int((table["gain_houses"] > 0).sum())
    print(f"{ward.network}; {len(ward.houses)} houses, {posts.sum()} posts")
    print(
        f"{count} obstacles, {gains} of which gain houses: "
        f"{statistics.median(whole_s):.2f} s in all"
    )
    # Posts differ a hundredfold in what they open: sums, not medians, tell what all would take.
    one, other = sum(grown_s) / len(grown_s), sum(plain_s) / len(plain_s)
    print(f"{'post alone':<12}{'grown':>10}{'plain':>10}  ratio")
    print(f"{'mean':<12}{1000 * one:>7.2f} ms{1000 * other:>7.2f} ms  {other / one:5.1f}")


if __name__ == "__main__":
    main()
