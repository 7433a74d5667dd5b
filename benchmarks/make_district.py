"""A project of district size: real roads, synthetic houses, the same every time.

    python benchmarks/make_district.py FOLDER [--houses 100000]

Roads (all of Thanh Xuân, Hà Nội, OpenStreetMap, ODbL) and the survey of one ward are copied from
``$FIREACCESS_DATA/khuong-dinh``. Houses, hydrants, ponds, tanks and fire points are drawn along
the roads with a fixed seed. ``roads.osm`` is for OSMnx, which doesn't read PBF.
"""

import argparse
import os
import shutil
from pathlib import Path

import geopandas as gpd
import numpy as np
import osmium
import pandas as pd
import shapely

CRS = "EPSG:5897"
SEED = 20_260_701

PROJECT = """\
[project]
name = "Thanh Xuân"
crs = "EPSG:5897"
norm = "vn"
vehicle = "standard"
mode = "norm"
turns = false

[inputs]
roads = "roads.osm.pbf"
houses = "houses.csv"
area = "area.geojson"

[inputs.survey]
widths = "survey/widths.csv"
barriers = "survey/barriers.csv"
water = "survey/water.csv"
fire_points = "survey/fire_points.csv"
"""

# Houses don't stand along these.
NOT_LIVED_ON = {"motorway", "motorway_link", "trunk_link", "primary_link", "steps"}


def data_folder():
    """The test data, which are no part of the repository."""
    folder = os.environ.get("FIREACCESS_DATA")
    if folder is None or not Path(folder, "khuong-dinh").is_dir():
        raise SystemExit("set FIREACCESS_DATA to the folder that holds khuong-dinh/")
    return Path(folder)


def lived_on(roads):
    """The roads that houses stand along, as lines in metres with their names."""
    lines, names = [], []
    for way in osmium.FileProcessor(str(roads)).with_locations():
        if not way.is_way() or way.tags.get("highway", "motorway") in NOT_LIVED_ON:
            continue
        if "footway" in way.tags or "bridge" in way.tags or way.tags.get("area") == "yes":
            continue
        lines.append(shapely.LineString([(node.lon, node.lat) for node in way.nodes]))
        names.append(way.tags.get("name", ""))
    return gpd.GeoDataFrame({"name": names}, geometry=lines, crs="EPSG:4326").to_crs(CRS)


def along(streets, count, rng):
    """``count`` places beside the streets, spread evenly over their length; with the names."""
    length_m = streets.length.to_numpy()
    on = np.sort(rng.choice(len(streets), count, p=length_m / length_m.sum()))
    at_m = rng.random(count) * length_m[on]
    lines = streets.geometry.to_numpy()[on]
    here = shapely.get_coordinates(shapely.line_interpolate_point(lines, at_m))
    ahead = shapely.get_coordinates(shapely.line_interpolate_point(lines, at_m + 0.5))
    behind = shapely.get_coordinates(shapely.line_interpolate_point(lines, at_m - 0.5))
    direction = ahead - behind
    direction /= np.maximum(np.hypot(*direction.T), 1e-9)[:, None]
    # Most stand at the kerb, a few in a yard, hardly any where a way is missing from the map.
    offset_m = 2 + rng.gamma(2.0, 2.0, count) + (rng.random(count) < 0.01) * 150 * rng.random(count)
    side = rng.choice([-1.0, 1.0], count)
    aside = np.column_stack([-direction[:, 1], direction[:, 0]])
    places = here + (side * offset_m)[:, None] * aside
    points = gpd.GeoSeries(gpd.points_from_xy(*places.T), crs=CRS).to_crs("EPSG:4326")
    table = pd.DataFrame({"lon": points.x.round(7), "lat": points.y.round(7)})
    return table, streets["name"].to_numpy()[on]


def make_district(folder, houses=100_000, area=None):
    """Write the project into a new folder; houses and area are within ``area``, if one is given."""
    ward = data_folder() / "khuong-dinh"
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise SystemExit(f"{folder} isn't empty: name a new folder")
    shutil.copytree(ward / "survey", folder / "survey")
    for file in folder.rglob("*"):
        file.chmod(0o755 if file.is_dir() else 0o644)
    shutil.copyfile(ward / "district.osm.pbf", folder / "roads.osm.pbf")
    with osmium.SimpleWriter(str(folder / "roads.osm")) as writer:
        for item in osmium.FileProcessor(str(folder / "roads.osm.pbf")):
            writer.add(item)
    (folder / "fireaccess.toml").write_text(PROJECT, encoding="utf-8")

    streets = lived_on(folder / "roads.osm.pbf")
    if area is not None:
        streets = streets[streets.to_crs("EPSG:4326").within(area)].reset_index(drop=True)
    rng = np.random.default_rng(SEED)
    table, names = along(streets, houses, rng)
    number = rng.integers(1, 400, houses)
    addressed = (names != "") & (rng.random(houses) < 0.5)
    table.insert(0, "house_id", [f"D{i:06d}" for i in range(houses)])
    table["address"] = [
        f"Số {n} {name}" if known else ""
        for n, name, known in zip(number, names, addressed, strict=True)
    ]
    table["group"] = [f"Tổ dân phố {1 + i * 200 // houses}" for i in range(houses)]
    table["people"] = rng.integers(1, 7, houses)
    table["extinguisher"] = np.where(rng.random(houses) < 0.4, "có", "")
    table.to_csv(folder / "houses.csv", index=False, encoding="utf-8")

    # Far enough around everything that its edge decides nothing.
    west, south, east, north = streets.to_crs("EPSG:4326").total_bounds
    if area is None:
        area = shapely.box(west - 0.005, south - 0.005, east + 0.005, north + 0.005)
    gpd.GeoDataFrame({"name": ["Thanh Xuân"]}, geometry=[area], crs="EPSG:4326").to_file(
        folder / "area.geojson", driver="GeoJSON"
    )

    rng = np.random.default_rng(SEED + 1)
    kinds = np.repeat(["hydrant", "pond", "tank"], [300, 40, 40])
    water, _ = along(streets, len(kinds), rng)
    water.insert(0, "object_id", [f"DN{i}" for i in range(len(kinds))])
    water["type"] = rng.permutation(kinds)
    water["working"] = np.where(rng.random(len(kinds)) < 0.85, "yes", "no")
    points, _ = along(streets, 300, rng)
    points.insert(0, "object_id", [f"DP{i}" for i in range(300)])
    points["working"] = "yes"
    for file, more in (("water.csv", water), ("fire_points.csv", points)):
        known = pd.read_csv(folder / "survey" / file)
        pd.concat([known, more]).to_csv(folder / "survey" / file, index=False, encoding="utf-8")
    return folder


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder")
    parser.add_argument("--houses", type=int, default=100_000)
    options = parser.parse_args()
    print(make_district(options.folder, options.houses))


if __name__ == "__main__":
    main()
