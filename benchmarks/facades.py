"""How long gaps between facades take, beside a plain loop over shapely giving the same answers.

    FIREACCESS_DATA=... python benchmarks/facades.py [--runs 3] [--streets 300]

The town is Neubrandenburg: 7,930 roads and 15,339 real buildings. The loop casts a ray to the left
and one to the right of every tenth of a metre; it is run on some of the streets, and its time for
all of them is reckoned from their length. With momepy installed, its street profile is timed too:
it gives the mean of places 3 m apart, so its answers are not compared.
"""

import argparse
import os
import random
import statistics
import sys
import time
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
import shapely
from pyproj import CRS

from fireaccess.network.build import build_network
from fireaccess.network.facades import REACH_M, facade_gaps
from fireaccess.network.layer_shift import layer_shift
from fireaccess.sources.osm import read_osm

TOWN = "neubrandenburg"
UTM = CRS("EPSG:32633")
STEP_M = 0.1
#: Between two places of the loop a wall may come nearer, or a short overlap lie.
MOST_APART = 0.05
TOLERANCE_M = 0.05


def read(data):
    """Return the network and the outlines of the buildings."""
    (file,) = (data / TOWN).glob("*.osm*")
    roads = read_osm(file, buildings=True).to_crs(UTM)
    return build_network(roads), roads.buildings.geometry.to_numpy()


def timed(action, runs):
    """Return the median seconds of some runs, and the last answer."""
    seconds = []
    for _ in range(runs):
        begun = time.perf_counter()
        answer = action()
        seconds.append(time.perf_counter() - begun)
    return statistics.median(seconds), answer


def ray_length(point, across, tree, houses):
    """Return how far a ray goes until it meets a house, None if it meets none."""
    ray = shapely.LineString([point, point + across])
    hits = [ray.intersection(houses[i]) for i in tree.query(ray, predicate="intersects")]
    return min((hit.distance(shapely.Point(point)) for hit in hits), default=None)


def by_loop(line, tree, houses):
    """Return the least gap of one segment as somebody would write it, NaN if there is none."""
    gaps = []
    for start, end in pairwise(np.array(line.coords)):
        length_m = float(np.hypot(*(end - start)))
        if length_m == 0:
            continue
        ahead = (end - start) / length_m
        left = np.array([-ahead[1], ahead[0]]) * REACH_M
        for along_m in [*np.arange(0, length_m, STEP_M), length_m]:
            point = start + ahead * along_m
            sides = [ray_length(point, across, tree, houses) for across in (left, -left)]
            if None not in sides:
                gaps.append(sum(sides))
    return min(gaps, default=np.nan)


def by_momepy(network, houses):
    """Return momepy's profile of all streets."""
    import geopandas as gpd
    import momepy

    lines = gpd.GeoDataFrame(geometry=network.lines, crs=UTM)
    buildings = gpd.GeoDataFrame(geometry=houses, crs=UTM)
    return momepy.street_profile(lines, buildings, distance=3, tick_length=2 * REACH_M)


def main():
    """Time all, compare the answers, print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--streets", type=int, default=300)
    options = parser.parse_args()
    if "FIREACCESS_DATA" not in os.environ:
        raise SystemExit("FIREACCESS_DATA is not set")
    network, houses = read(Path(os.environ["FIREACCESS_DATA"]))
    print(f"{network!r}, {len(houses):,} buildings; medians of {options.runs} runs")
    seconds, found = timed(lambda: facade_gaps(network, houses), options.runs)
    built = int(np.isfinite(found.gap_m).sum())
    print(
        f"fireaccess, all {network.n_segments:,} segments: {seconds:.2f} s ({built:,} have a gap)"
    )
    shifting, shift = timed(lambda: layer_shift(network, houses), options.runs)
    print(f"fireaccess, shift of the layer: {shifting:.2f} s ({shift})")

    # Of streets with houses and without, but none that a house touches: the loop can't tell.
    tree = shapely.STRtree(houses)
    free = np.ones(network.n_segments, dtype=bool)
    free[tree.query(network.lines, predicate="intersects")[0]] = False
    free &= network.for_trucks & ~network.beside_a_road & ~network.on_bridge & ~network.in_tunnel
    some = random.Random(1).sample(np.flatnonzero(free).tolist(), options.streets)
    looping, looped = timed(lambda: [by_loop(network.lines[i], tree, houses) for i in some], 1)
    gaps = found.gap_m[some]
    if (np.asarray(looped) < gaps - 1e-3).any():
        raise SystemExit("the loop finds a narrower place: the answers differ")
    apart = (np.isnan(looped) != np.isnan(gaps)) | (np.abs(looped - gaps) > TOLERANCE_M)
    if apart.mean() > MOST_APART:
        raise SystemExit(
            f"{apart.sum()} of {len(some)} streets differ by more than {TOLERANCE_M} m"
        )
    share = network.segment_length_m[some].sum() / network.segment_length_m[free].sum()
    print(
        f"a loop over shapely, {len(some)} segments: {looping:.1f} s, so {looping / share:,.0f} s "
        f"for all (extrapolated by length); {apart.sum()} of {len(some)} answers differ by more "
        f"than {TOLERANCE_M} m, all of them wider"
    )
    print(f"ratio: {looping / share / seconds:,.0f} (expected: at least 50)")
    if find_spec("momepy") is None:
        print("momepy is not installed")
        return
    profiling, _ = timed(lambda: by_momepy(network, houses), 1)
    print(f"momepy's street profile, means only: {profiling:.1f} s")


if __name__ == "__main__":
    sys.exit(main())
