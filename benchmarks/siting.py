"""How long an optimal siting takes, beside spopt (PuLP and CBC) finding the same optimum.

    python benchmarks/siting.py [--houses 10000] [--sites 500] [--most 20] [--runs 3]

Houses and sites lie anywhere in a square of 4 km; a site covers the houses within 250 m, straight.
Both sides get the same matrix of distances in memory: building the model and solving it are timed.
The optima must be equal. With FIREACCESS_DATA set, hydrants and fire points of a real ward are
sited too, with the distances along its roads.
"""

import argparse
import os
import statistics
import time
import warnings
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from scipy.sparse import csr_array

from fireaccess.planning.cover import cover_all, cover_most

SIDE_M = 4000.0
LIMIT_M = 250.0
EXPECTED = 10


def drawn(houses, sites):
    """Return straight distances of houses to sites, shape (houses, sites)."""
    random = np.random.default_rng(1)
    house_xy, site_xy = random.random((houses, 2)), random.random((sites, 2))
    return SIDE_M * np.hypot(*(house_xy[:, None] - site_xy[None]).transpose(2, 0, 1))


def timed(action, runs):
    """Return the median seconds of some runs, and the last answer."""
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        answer = action()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), answer


def by_spopt(distance_m, weight, most):
    """Return the optimum of spopt: the number of sites, or the weight that so many cover."""
    import pulp
    from spopt.locate import LSCP, MCLP

    if most is None:
        model = LSCP.from_cost_matrix(distance_m, LIMIT_M)
    else:
        model = MCLP.from_cost_matrix(distance_m, weight, LIMIT_M, p_facilities=most)
    solved = model.solve(pulp.PULP_CBC_CMD(msg=False))
    return round(solved.problem.objective.value())


def by_fireaccess(distance_m, weight, most):
    """Return the same from the same matrix."""
    within = csr_array(distance_m <= LIMIT_M)
    found = cover_all(within) if most is None else cover_most(within, weight, most=most)
    if found.gap:
        raise SystemExit("fireaccess ran out of time")
    return found.value


def beside_spopt(options):
    """Time both problems on both sides."""
    distance_m = drawn(options.houses, options.sites)
    # spopt's LSCP has no answer where a house is out of reach.
    distance_m = distance_m[(distance_m <= LIMIT_M).any(axis=1)]
    weight = np.random.default_rng(2).integers(1, 10, len(distance_m))
    share = (distance_m <= LIMIT_M).mean()
    print(f"{len(distance_m):,} houses x {options.sites} sites, {share:.1%} of the pairs in reach")
    for name, most in (("LSCP", None), (f"MCLP, {options.most} sites", options.most)):
        own_s, own = timed(lambda most=most: by_fireaccess(distance_m, weight, most), options.runs)
        line = f"{name}: optimum {own:,}; fireaccess {own_s:.2f} s"
        if find_spec("spopt") is None:
            print(f"{line}; spopt is not installed")
            continue
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            peer_s, peer = timed(lambda most=most: by_spopt(distance_m, weight, most), 1)
        if own != peer:
            raise SystemExit(f"{name}: the optima differ, {own} and {peer}")
        print(
            f"{line}, spopt {peer_s:.1f} s, {peer_s / own_s:.0f} times as long "
            f"(expected: at least {EXPECTED})"
        )


def real_ward(data):
    """Site hydrants and fire points of a whole ward."""
    from fireaccess.pipeline import run
    from fireaccess.planning.siting import site
    from fireaccess.project import PlanSection, Project

    ward = run(Project.open(data / "khuong-dinh")).ward
    for kind in ("hydrant", "fire_point"):
        seconds, found = timed(lambda kind=kind: site(ward, kind, PlanSection()), 1)
        figures = found.figures
        print(
            f"khuong-dinh, {kind}: {figures['candidates']:,} candidates, {figures['sites']} sites, "
            f"needed {figures['needed']}, gaps {figures['needed_gaps']}, {seconds:.1f} s"
        )


def main():
    """Time all, compare the optima, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--houses", type=int, default=10_000)
    parser.add_argument("--sites", type=int, default=500)
    parser.add_argument("--most", type=int, default=20)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    beside_spopt(options)
    if "FIREACCESS_DATA" in os.environ:
        real_ward(Path(os.environ["FIREACCESS_DATA"]))


if __name__ == "__main__":
    main()
