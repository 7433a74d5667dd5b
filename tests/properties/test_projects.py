"""Whole projects: what must not matter (order, a shift, the CRS, a second run), and statistics."""

import csv
import json
import os
import random
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from properties.strategies import PHASES, SETTINGS, plans
from towns import Town, degrees

import fireaccess

pytestmark = pytest.mark.slow

LAYERS = {
    "houses": ["house_id"],
    "segments": ["segment_id"],
    "barriers": ["barrier_id"],
    "alleys": ["alley_id"],
    "water": ["object_id"],
    "fire_points": ["object_id"],
    "hydrant_gaps": ["segment_id", "length_m"],
    "dead_ends": ["dead_end_id"],
    "draft_points": ["draft_point_id"],
}
DISTANCES = ["offset_m", "hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m"]
ANSWERS = ["road", "road_60", "water", "point", "near_150", "segment_id", "status"]
#: How far seven decimals of a degree move a point at most: half a unit north, half one east.
ROUNDED_M = 0.008
FEW = settings(max_examples=6, phases=PHASES)

seeds = st.integers(0, 2**32 - 1)


def run(path):
    return fireaccess.run(fireaccess.Project.open(path))


def run_plan(plan, *, crs="EPSG:32648"):
    with tempfile.TemporaryDirectory() as folder:
        return plan.town().run(folder, settings=SETTINGS, crs=crs)


def plain(frame, keys):
    """Return a layer sorted by its ids, with geometry as bytes, to compare to the last bit."""
    frame = pd.DataFrame(frame).assign(geometry=shapely.to_wkb(frame.geometry.to_numpy()))
    return frame.sort_values(keys, kind="stable").reset_index(drop=True)


def evidence(result):
    """Return rows of the evidence as text, sorted; approved rows have no id but their number."""
    frame = result.evidence.drop(columns=["row", "replaced_by"])
    frame["object"] = frame["object"].str.replace(r"^approved:\d+$", "approved", regex=True)
    return sorted(map(str, frame.to_numpy().tolist()))


def same_figures(one, other):
    """All layers and figures are equal but for what names rows and files."""
    for name, keys in LAYERS.items():
        first, second = (plain(getattr(result, name), keys) for result in (one, other))
        pd.testing.assert_frame_equal(first, second, check_exact=True, obj=name)
    assert evidence(one) == evidence(other)
    first, second = ({k: v for k, v in r.statistics.items() if k != "inputs"} for r in (one, other))
    assert first == second
    told = [Counter((f.severity, f.code, f.what, f.file) for f in r.findings) for r in (one, other)]
    assert told[0] == told[1]


# --- order of rows --------------------------------------------------------------------------
def shuffle_project(folder, seed):
    """Put the rows of every table and the elements of every map in another order."""
    order = random.Random(seed)
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".csv":
            with path.open(encoding="utf-8-sig", newline="") as file:
                heading, *rows = csv.reader(file)
            order.shuffle(rows)
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows([heading, *rows])
        elif path.suffix == ".geojson":
            content = json.loads(path.read_text(encoding="utf-8"))
            order.shuffle(content["features"])
            path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        elif path.suffix == ".osm":
            tree = ElementTree.parse(path)
            root = tree.getroot()
            kinds = {kind: root.findall(kind) for kind in ("node", "way", "relation")}
            rest = [element for element in root if element.tag not in kinds]
            for elements in kinds.values():
                order.shuffle(elements)
            root[:] = [*rest, *kinds["node"], *kinds["way"], *kinds["relation"]]
            tree.write(path, encoding="utf-8", xml_declaration=True)


@FEW
@given(plans(files=True), seeds)
def test_order_of_rows_and_of_map_elements_changes_no_figure(plan, seed):
    with tempfile.TemporaryDirectory() as folder:
        path = plan.town().write(folder, settings=SETTINGS)
        one = run(path)
        shuffle_project(Path(folder), seed)
        same_figures(one, run(path))


def test_order_of_rows_does_not_choose_between_two_rows_of_one_house(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (200, 0)], highway="primary")
    town.house("h", (100, 8), people="3").house("h", (100, 8), people="7", address="Số 1")
    one = town.run(tmp_path / "one")
    same_figures(one, town.run(tmp_path / "other", backwards=True))


@pytest.mark.parametrize("kind", ["ward", "commune"])
def test_order_of_the_samples_rows_changes_no_figure(kind, tmp_path):
    path = fireaccess.write_sample(tmp_path / kind, kind=kind)
    one = run(path)
    shuffle_project(tmp_path / kind, 1)
    same_figures(one, run(path))


# --- where the ward lies --------------------------------------------------------------------
def expect_close(one, other, *, scale=1.0, within_m):
    """Distances of the other result are those of the one, times the scale of its projection."""
    first, second = (r.houses.set_index("house_id").sort_index() for r in (one, other))
    for name in DISTANCES:
        expected = pytest.approx(first[name].to_numpy() * scale, abs=within_m, nan_ok=True)
        assert second[name].to_numpy() == expected, name
    for name in ANSWERS:
        assert first[name].astype(str).tolist() == second[name].astype(str).tolist(), name


@FEW
@given(plans(tidy=True))
def test_another_crs_scales_every_distance_alike(plan):
    """UTM shortens by 4 in 10,000 at its middle, VN-2000 in 3° zones by 1: nothing else differs.

    Over a town of 300 m either scale is the same within 3 in a million, which is 2 mm in 700 m.
    """
    lon, lat = degrees((0, 0))
    scales = [
        pyproj.Proj(crs).get_factors(lon, lat).meridional_scale
        for crs in ("EPSG:32648", "EPSG:5897")
    ]
    utm, vn2000 = run_plan(plan), run_plan(plan, crs="EPSG:5897")
    # the datums too differ in scale: by 0.25 in a million
    expect_close(utm, vn2000, scale=scales[1] / scales[0], within_m=0.005)


@FEW
@given(plans(tidy=True), st.integers(-400, 400), st.integers(-400, 400))
def test_a_ward_elsewhere_has_the_same_distances(plan, east, north):
    """Whole metres away, each OSM node is rounded anew; a way is as long as its pieces."""
    pieces = sum(len(points) - 1 for points, _ in plan.roads)
    within_m = 2 * ROUNDED_M * (pieces + 2)
    expect_close(run_plan(plan), run_plan(plan.shifted(east, north)), within_m=within_m)


@FEW
@given(plans(tidy=True))
def test_a_shift_by_one_centimetre_moves_no_distance_by_a_millimetre(plan):
    """All files by one unit of OSM's last decimal, 1.1 cm north and 1.0 cm east."""
    with tempfile.TemporaryDirectory() as folder:
        path = plan.town().write(folder, settings=SETTINGS)
        one = run(path)
        for file in Path(folder).iterdir():
            nudge(file)
        expect_close(one, run(path), within_m=0.001)


def nudge(path, by=1e-7):
    if path.suffix == ".osm":
        tree = ElementTree.parse(path)
        for node in tree.getroot().findall("node"):
            for key in ("lon", "lat"):
                node.set(key, f"{float(node.get(key)) + by:.7f}")
        tree.write(path, encoding="utf-8", xml_declaration=True)
    elif path.suffix == ".csv":
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
        for key in ("lon", "lat"):
            table[key] = [f"{float(text) + by:.7f}" for text in table[key]]
        table.to_csv(path, index=False)
    elif path.suffix == ".geojson":
        frame = gpd.read_file(path)
        frame.geometry = frame.translate(by, by)
        frame.to_file(path, driver="GeoJSON")


# --- what comes and goes --------------------------------------------------------------------
def none_longer(after, before, column):
    first, second = (r.houses.set_index("house_id").sort_index()[column] for r in (before, after))
    known = first.notna()
    assert (second[known] <= first[known] + 1e-6).all(), column


@FEW
@given(st.data())
def test_a_new_hydrant_makes_no_distance_longer(data):
    """A surveyed one within 5 m of a mapped one would stand for it: there is none mapped here."""
    plan = data.draw(plans())
    plan.roads = [(points, tags) for points, tags in plan.roads if all(len(p) == 2 for p in points)]
    before = run_plan(plan)
    places = st.tuples(st.integers(-30, 330), st.integers(-30, 330))
    place = data.draw(places)
    plan.tables.setdefault("water", []).append((place, {"object_id": "new", "type": "hydrant"}))
    after = run_plan(plan)
    for column in ("hydrant_m", "water_m"):
        none_longer(after, before, column)
    for column in ("hose_m", "hose_best_m", "offset_m", "point_m"):
        pd.testing.assert_series_equal(after.houses[column], before.houses[column])


@FEW
@given(st.data())
def test_a_removed_barrier_makes_no_hose_longer(data):
    plan = data.draw(plans(tidy=True, barriers=1))
    before = run_plan(plan)
    (place, row), *others = plan.tables["barriers"]
    plan.tables["barriers"] = [(place, {**row, "state": "removed"}), *others]
    after = run_plan(plan)
    for column in ("hose_m", "hose_best_m", "hydrant_m"):
        none_longer(after, before, column)
    ids = before.barriers["barrier_id"].tolist()
    assert after.barriers["barrier_id"].tolist() == ids, "removed ones stay in the denominator"


# --- twice ----------------------------------------------------------------------------------
RUN_AND_WRITE = (
    "import sys, fireaccess; fireaccess.write(fireaccess.run(fireaccess.Project.open(sys.argv[1])))"
)


def written(folder):
    """Return what each written file holds, by its path."""
    files = [path for name in ("results", "maps") for path in (folder / name).rglob("*")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files if path.is_file()}


def expect_same_bytes(one, other):
    one, other = written(one), written(other)
    assert one
    assert sorted(one) == sorted(other)
    assert [name for name in one if one[name] != other[name]] == []


@settings(max_examples=2, phases=PHASES)
@given(plans(files=True))
def test_two_runs_write_the_same_bytes(plan):
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        for folder in (first, second):
            path = plan.town().write(folder, settings=SETTINGS)
            fireaccess.write(run(path))
        expect_same_bytes(Path(first), Path(second))
        # once more over the files that are there
        fireaccess.write(run(path))
        expect_same_bytes(Path(first), Path(second))


def test_two_processes_write_the_same_bytes(tmp_path):
    """Sets and hashes come in another order in each process."""
    for name, seed in (("one", "1"), ("other", "4242")):
        path = fireaccess.write_sample(tmp_path / name / "ward")
        subprocess.run(
            [sys.executable, "-c", RUN_AND_WRITE, str(path)],
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
    expect_same_bytes(tmp_path / "one" / "ward", tmp_path / "other" / "ward")


# --- statistics -----------------------------------------------------------------------------
def figures_of(content, before=""):
    """Yield every count of a part of the statistics with its path."""
    for key, value in content.items():
        path = f"{before}/{key}"
        if isinstance(value, dict):
            yield from figures_of(value, path)
        elif isinstance(value, int) and not isinstance(value, bool):
            yield path, value


@settings(max_examples=10, phases=PHASES)
@given(plans(files=True))
def test_groups_add_up_and_worst_is_no_better_than_best(plan):
    result = run_plan(plan)
    area, groups = result.statistics["area"], result.statistics["groups"]
    houses = result.houses

    total = dict(figures_of({k: v for k, v in area.items() if k in groups[0]}))
    summed = Counter()
    for group in groups:
        summed.update(dict(figures_of({k: v for k, v in group.items() if k != "group"})))
    assert {path: summed[path] for path in total} == total
    names = [group["group"] for group in groups]
    assert len(names) == len(set(names))
    assert sorted(set(houses["group"])) == sorted(names)
    assert sum(group["houses"] for group in groups) == len(houses) == area["houses"]

    assert sum(area["status"].values()) == len(houses)
    for part in (area, *groups):
        for name in ("road", "road_60", "water", "point"):
            answers = part[name]
            if answers is None:
                continue
            counts = [answers[k] for k in ("covered", "needs_survey", "not_covered", "no_answer")]
            assert sum(counts) == part["houses"]
            assert answers["share_worst"] <= answers["share_best"]
            assert answers["people_worst"] <= answers["people_best"]
    roads = area["roads"]
    for name in ("km_by_truck", "km_by_reached"):
        assert sum(roads[name].values()) == pytest.approx(roads["km"], abs=0.002)
    barriers = area["barriers"]
    assert sum(barriers["by_state"].values()) == barriers["barriers"]
    assert sum(barriers["by_effect"].values()) == barriers["barriers"]
    alleys = result.alleys
    assert alleys["houses"].sum() == houses["alley_id"].notna().sum()
    assert (alleys["depth_best_m"].fillna(np.inf) <= alleys["depth_m"].fillna(np.inf) + 1e-6).all()

    known = houses[houses["hose_m"].notna()]
    assert (known["hose_best_m"] <= known["hose_m"] + 1e-6).all()
    assert (known["offset_m"] <= known["hose_best_m"] + 1e-6).all()
    both = houses[houses["hydrant_m"].notna()]
    assert (both["water_m"] <= both["hydrant_m"] + 1e-6).all()
    for name in ("hydrant", "water", "point"):
        assert not (houses[f"straight_{name}_m"] > houses[f"{name}_m"] + 1e-6).any()
