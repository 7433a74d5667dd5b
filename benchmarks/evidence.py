"""What each kind of physical evidence changes on two real wards, in houses, and what it costs.

    FIREACCESS_DATA=... python benchmarks/evidence.py [--runs 3]

Each line is the ward with one thing more than the first line: how many houses are covered for
certain, need a survey, and are not covered, for hoses of 200 m and of 60 m; how many houses have
another answer than before; and the seconds of processor time of the whole run, the median of some.
Houses of ngoc-ha are the real footprints of its file; those of khuong-dinh are invented, on its
real roads, and it has no buildings, so no facades.
"""

import argparse
import os
import shutil
import statistics
import tempfile
import time
import tomllib
from pathlib import Path

import fireaccess

NGOC_HA = """[project]
name = "Ngọc Hà"
crs = "EPSG:5897"

[inputs]
roads = "roads_houses.osm"
area = "area.geojson"
houses = "osm"
"""
#: What is written under [project], by the name of a line.
MORE = {
    "turns": "turns = true",
    "facade widths": "facade_widths = true",
    "facade widths, turns": "facade_widths = true\nturns = true",
    "vehicles": 'vehicles = ["standard", "light", "pickup"]',
}


def project_in(folder, text, more):
    """Write the project file with more in it, and open it."""
    lines = [line for line in text.splitlines() if not line.startswith("turns")]
    lines.insert(lines.index("[project]") + 1, more)
    path = folder / "fireaccess.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    tomllib.loads(path.read_text(encoding="utf-8"))
    return fireaccess.Project.open(path)


def computed(project, runs):
    """Return the result of a project and the median seconds of processor time."""
    seconds = []
    for _ in range(runs):
        begun = time.process_time()
        result = fireaccess.run(project)
        seconds.append(time.process_time() - begun)
    return result, statistics.median(seconds)


def shares(houses, column):
    """Write how many houses have which answer."""
    counts = houses[column].value_counts()
    words = ("covered", "needs_survey", "not_covered")
    return " / ".join(f"{int(counts.get(word, 0)):,}" for word in words)


def ward(name, folder, text, runs):
    """Print the lines of one ward."""
    print(f"\n{name}: covered / needs survey / not covered")
    print(f"{'':22}{'200 m':>24}{'60 m':>24}{'changed':>9}{'CPU':>9}")
    first = None
    for line, more in {"as it is": "", **MORE}.items():
        if "facade" in line and 'houses = "osm"' not in text:
            continue
        result, seconds = computed(project_in(folder, text, more), runs)
        houses = result.houses.set_index("house_id")
        first = houses if first is None else first
        changed = (houses["road"] != first["road"]) | (houses["road_60"] != first["road_60"])
        print(
            f"{line:22}{shares(houses, 'road'):>24}{shares(houses, 'road_60'):>24}"
            f"{int(changed.sum()):>9,}{seconds:>7.1f} s"
        )
        for scenario in result.statistics.get("scenarios", []):
            road, road_60 = told(scenario["road"]), told(scenario["road_60"])
            print(f"  {scenario['scenario']:20}{road:>24}{road_60:>24}")
        corners = result.statistics["area"]["barriers"]
        if "turns" in line:
            print(
                f"  corners that stop a truck: {corners['tight_corners']} too tight, "
                f"{corners['open_corners']} not known"
            )


def told(answers):
    """Write the answers of a scenario as `shares` does."""
    words = ("covered", "needs_survey", "not_covered")
    return " / ".join(f"{answers[word]:,}" for word in words)


def main():
    """Compute both wards with each kind of evidence."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=3)
    runs = options.parse_args().runs
    data = Path(os.environ["FIREACCESS_DATA"])
    with tempfile.TemporaryDirectory() as folder:
        for name in ("ngoc-ha", "khuong-dinh"):
            copy = Path(folder) / name
            shutil.copytree(data / name, copy, copy_function=shutil.copyfile)
            copy.chmod(0o755)
            own = copy / "fireaccess.toml"
            text = own.read_text(encoding="utf-8") if own.is_file() else NGOC_HA
            ward(name, copy, text, runs)


if __name__ == "__main__":
    main()
