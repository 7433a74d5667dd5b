"""How long fireaccess takes, beside OSMnx + networkx and pandana giving the same answers.

    FIREACCESS_DATA=... python benchmarks/run.py [--runs 3] [--houses 100000] [--skip PART ...]

Every figure is the median of several runs, each in a process of its own, the opponents in turn.
A run whose answers differ stops the benchmark: a ratio between different answers says nothing.
Expectations are printed beside the ratios and not enforced, for machines differ and are shared.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

HERE = Path(__file__).resolve().parent
PARTS = ("memory", "whole", "hydrant", "district", "growth")

DISTANCES = ("hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m")
ANSWERS = {"road": 200.0, "road_60": 60.0}
TOLERANCE_M = 0.01
# pandana counts in whole millimetres and cuts off the rest of every edge.
PANDANA_TOLERANCE_M = 0.10


# Processes ----------------------------------------------------------------------------------


def process(command):
    """Run a command; its seconds from start to end, and what it printed."""
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    seconds = time.perf_counter() - begun
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout}\n{done.stderr}")
    return seconds, done.stdout


def last_json(text):
    return json.loads(text.strip().splitlines()[-1])


def python(file, *arguments):
    return [sys.executable, str(HERE / file), *map(str, arguments)]


def peer_command(project, out):
    roads = project / "roads.osm"
    return python("peer_osmnx.py", project, "--roads", roads, "--out", out)


def fireaccess_command(project):
    return [sys.executable, "-m", "fireaccess", "run", str(project), "--quiet"]


def measured(*arguments):
    """Seconds by part, told by a process of this script's own (see ``measure``)."""
    return last_json(process(python("run.py", "--measure", *arguments))[1])


def measured_hydrants(project, foot):
    printed = process(python("run.py", "--measure-hydrants", project, foot))[1]
    return last_json(printed)["seconds"]["hydrants"]


# Inside a measuring process -----------------------------------------------------------------


def measure(project, answers):
    """Run fireaccess once, in memory; print the seconds by part, and keep its answers."""
    begun = time.perf_counter()
    import fireaccess

    # The package loads its parts when they are first asked for: ask, so that imports count here.
    opened, run = fireaccess.Project.open, fireaccess.run
    imported = time.perf_counter()
    result = run(opened(project))
    ended = time.perf_counter()
    stages = result.timings
    columns = ["house_id", *DISTANCES, *ANSWERS]
    result.houses[columns].to_csv(answers, index=False, float_format="%.6f")
    seconds = {"import": imported - begun, "run": ended - imported}
    # The answers; and everything but reading: layers with their sentences, evidence, statistics.
    seconds["answers"] = stages["network"] + stages["analysis"]
    seconds["all"] = seconds["run"] - stages["read"]
    print(json.dumps({"seconds": seconds, "stages": stages, "houses": len(result.houses)}))


def measure_hydrants(project, foot):
    """Time the nearest hydrant of all houses, and hand the same foot network over as arrays."""
    import dataclasses

    import numpy as np
    import shapely

    from fireaccess import pipeline
    from fireaccess.analysis.water import nearest_object
    from fireaccess.network.build import insert_nodes
    from fireaccess.network.paths import foot_graph

    # What the pipeline hands to these two stages is what both sides start from.
    given = {}

    def note(name):
        stage = getattr(pipeline, name)

        def noted(*arguments):
            given[name] = arguments
            return stage(*arguments)

        setattr(pipeline, name, noted)

    note("foot_graph")
    note("water_answers")
    pipeline.run(pipeline.Project.open(project))
    network, foot_open = given["foot_graph"]
    _, objects, doors, _, _ = given["water_answers"]
    hydrants = objects.worst & (objects.frame["type"] == "hydrant").to_numpy()
    if not foot_open.all():
        raise SystemExit("somewhere a wall closes the foot network: pandana isn't given that")

    network = dataclasses.replace(network)  # without what it has computed and kept
    begun = time.perf_counter()
    found = nearest_object(foot_graph(network, foot_open), objects, hydrants, doors)
    seconds = time.perf_counter() - begun

    # Each hydrant is a node at its own place, on a spur from a node set on its segment.
    places, own = objects.places, hydrants[objects.places.row]
    split = insert_nodes(network, places.segment[own], places.along_m[own])
    streets, foot_segments = split.network, split.network.on_foot
    xy = shapely.get_coordinates(objects.frame.geometry.to_numpy()[places.row[own]])
    spurs = streets.n_nodes + np.arange(len(xy))
    node_xy = np.concatenate([streets.node_xy, xy])
    # A door lies on the last piece of its segment that begins before it.
    length_m = streets.segment_length_m
    total = np.cumsum(length_m) - length_m
    start_m = total - total[np.searchsorted(split.parent, split.parent)]
    far = length_m.sum() + 1
    door = doors.places
    piece = np.searchsorted(
        split.parent * far + start_m, door.segment * far + door.along_m, side="right"
    )
    piece -= 1
    from_u = np.clip(door.along_m - start_m[piece], 0, length_m[piece])
    np.savez(
        foot,
        node_x=node_xy[:, 0],
        node_y=node_xy[:, 1],
        edge_from=np.concatenate([streets.segment_u[foot_segments], split.node]),
        edge_to=np.concatenate([streets.segment_v[foot_segments], spurs]),
        edge_m=np.concatenate([length_m[foot_segments], places.distance_m[own]]),
        hydrants=spurs,
        house_u=streets.segment_u[piece],
        house_v=streets.segment_v[piece],
        house_u_m=door.distance_m + from_u,
        house_v_m=door.distance_m + length_m[piece] - from_u,
        fireaccess_m=found.distance_m[door.row],
    )
    print(json.dumps({"seconds": {"hydrants": seconds}}))


# Agreement ----------------------------------------------------------------------------------


def agree(ours, theirs):
    """Compare the answers house by house; the largest difference in metres."""
    import geopandas as gpd
    import numpy as np
    import pandas as pd

    ours = pd.read_csv(ours, dtype={"house_id": str}).set_index("house_id").sort_index()
    theirs = gpd.read_file(theirs, ignore_geometry=True).set_index("house_id").sort_index()
    if not ours.index.equals(theirs.index):
        odd = ours.index.symmetric_difference(theirs.index)
        raise SystemExit(f"{len(odd)} houses are in one result only, such as {list(odd[:5])}")
    worst = 0.0
    for column in DISTANCES:
        a, b = ours[column].to_numpy(float), theirs[column].to_numpy(float)
        apart = np.abs(a - b)
        wrong = (np.isnan(a) != np.isnan(b)) | (apart > TOLERANCE_M)
        if wrong.any():
            first = pd.DataFrame({"fireaccess": a, "osmnx": b}, ours.index)[wrong].head()
            raise SystemExit(f"{column} differs for {wrong.sum()} houses, such as\n{first}")
        worst = max(worst, np.nanmax(apart, initial=0.0))
    for column, limit_m in ANSWERS.items():
        # Within the tolerance of the limit either answer is right.
        edge = np.zeros(len(ours), bool)
        for distance in ("hose_m", "hose_best_m"):
            edge |= (theirs[distance] - limit_m).abs().to_numpy() <= TOLERANCE_M
        a = ours[column].fillna("unconnected").to_numpy()
        wrong = (a != theirs[column].to_numpy()) & ~edge
        if wrong.any():
            first = list(ours.index[wrong][:5])
            raise SystemExit(f"{column} differs for {wrong.sum()} houses, such as {first}")
    return worst


# The table ----------------------------------------------------------------------------------


class Table:
    """Rows of what was measured, printed as Markdown."""

    def __init__(self):
        self.rows = []

    def add(self, what, ours, theirs, opponent, expected, ratio=None):
        ratio = theirs / ours if ratio is None else ratio
        self.rows.append(
            (what, f"{ours:.2f} s", f"{theirs:.2f} s", opponent, f"{ratio:.1f}", expected)
        )
        print(f"  {what}: {ours:.2f} s, {opponent} {theirs:.2f} s, ratio {ratio:.1f}", flush=True)

    def print(self):
        heads = ("part", "fireaccess", "opponent", "which", "ratio", "expected")
        print("\n| " + " | ".join(heads) + " |\n|" + " --- |" * len(heads))
        for row in self.rows:
            print("| " + " | ".join(row) + " |")


def machine():
    """One line on the machine and what is installed."""
    packages = ("numpy", "pandas", "shapely", "geopandas", "networkx", "osmnx", "pandana")
    found = []
    for name in packages:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            continue
    return (
        f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, "
        f"Python {platform.python_version()}, {', '.join(found)}"
    )


def compare(project, name, options, table, scratch):
    """Analysis in memory and the whole process, in turn with the planner's script."""
    memory, whole = "memory" not in options.skip, "whole" not in options.skip
    ours = {"answers": [], "all": [], "whole": []}
    theirs = {"analysis": [], "whole": []}
    answers, peer = scratch / f"{name}.csv", scratch / f"{name}-osmnx"
    for _ in range(options.runs):
        if memory:
            seconds = measured(project, answers)["seconds"]
            for part in ("answers", "all"):
                ours[part].append(seconds[part])
        seconds, printed = process(peer_command(project, peer))
        theirs["whole"].append(seconds)
        theirs["analysis"].append(last_json(printed)["seconds"]["analysis"])
        if whole:
            ours["whole"].append(process(fireaccess_command(project))[0])
    if memory:
        apart_m = agree(answers, peer / "houses.gpkg")
        print(f"  {name}: answers agree, at most {apart_m * 1000:.3f} mm apart", flush=True)
    for part, against, what, expected in (
        ("answers", "analysis", "analysis in memory", "≥ 5"),
        ("all", "analysis", "with sentences, evidence, statistics", ""),
        ("whole", "whole", "whole process, all files", "≥ 1"),
    ):
        if ours[part]:
            table.add(
                f"{name}: {what}",
                statistics.median(ours[part]),
                statistics.median(theirs[against]),
                "OSMnx + networkx",
                expected if name == "khuong-dinh" else "",
            )


def hydrants(project, options, table, scratch):
    """The nearest hydrant of every house, in turn with pandana."""
    import numpy as np

    has = subprocess.run(
        [options.pandana_python, "-c", "import pandana"], capture_output=True, check=False
    )
    if has.returncode:
        print(f"  pandana: left out, {options.pandana_python} can't import it", flush=True)
        return
    foot, answer = scratch / "foot.npz", scratch / "pandana.npz"
    command = [options.pandana_python, str(HERE / "peer_pandana.py"), str(foot), str(answer)]
    ours, theirs = [], []
    for _ in range(options.runs):
        ours.append(measured_hydrants(project, foot))
        process(command)
        with np.load(foot) as asked, np.load(answer) as told:
            a, b = asked["fireaccess_m"], told["hydrant_m"]
            theirs.append(float(told["seconds"][1:].sum()))
            versions = " with numpy ".join(told["versions"])
    apart = np.abs(a - np.where(np.isfinite(b), b, np.nan))
    wrong = (np.isnan(a) == np.isfinite(b)) | (apart > PANDANA_TOLERANCE_M)
    if wrong.any():
        raise SystemExit(
            f"hydrant_m differs for {wrong.sum()} houses: {a[wrong][:5]}, pandana {b[wrong][:5]}"
        )
    print(
        f"  pandana {versions}: answers agree, at most {np.nanmax(apart) * 1000:.1f} mm apart",
        flush=True,
    )
    table.add(
        "khuong-dinh: nearest hydrant",
        statistics.median(ours), statistics.median(theirs), "pandana", "≥ 10",
    )  # fmt: skip


def growth(small, large, options, table, scratch):
    """Five times the houses."""
    seconds = {small: [], large: []}
    for _ in range(options.runs):
        for project in (small, large):
            told = measured(project, scratch / "growth.csv")
            seconds[project].append(told["seconds"]["all"])
    few, many = statistics.median(seconds[small]), statistics.median(seconds[large])
    table.add(
        f"district: {options.houses:,} houses beside {5 * options.houses:,}",
        few, many, "fireaccess itself", "≤ 6", ratio=many / few,
    )  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="runs of each (default 3)")
    parser.add_argument("--houses", type=int, default=100_000, help="houses of the district")
    parser.add_argument("--skip", nargs="*", choices=PARTS, default=[], help="leave parts out")
    parser.add_argument(
        "--pandana-python", default=sys.executable, help="the Python that has pandana"
    )
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--measure-hydrants", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        return measure(*options.measure)
    if options.measure_hydrants:
        return measure_hydrants(*options.measure_hydrants)

    sys.path.insert(0, str(HERE))
    from make_district import data_folder, make_district

    print(machine(), flush=True)
    table = Table()
    with tempfile.TemporaryDirectory(prefix="fireaccess-bench-") as name:
        scratch = Path(name)
        ward = scratch / "khuong-dinh"
        shutil.copytree(data_folder() / "khuong-dinh", ward, copy_function=shutil.copyfile)
        for folder in (ward, *ward.rglob("*/")):
            folder.chmod(0o755)
        compare(ward, "khuong-dinh", options, table, scratch)
        if "hydrant" not in options.skip:
            hydrants(ward, options, table, scratch)
        district = scratch / "district"
        if not {"district", "growth"} <= set(options.skip):
            make_district(district, options.houses)
        if "district" not in options.skip:
            compare(district, "district", options, table, scratch)
        if "growth" not in options.skip:
            large = make_district(scratch / "district-5", 5 * options.houses)
            growth(district, large, options, table, scratch)
    table.print()
    return None


if __name__ == "__main__":
    main()
