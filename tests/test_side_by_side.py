"""Other scenarios of one ward beside the main run: a flood, and other vehicles.

The town of the floods, with a house 80 m behind an underpass and one before it:

         (200, 400)
             |      · behind (210, 380)
           Ngõ 1
             |
         (200, 140)
             ‖      underpass, 100 to 140
         (200, 100)
           Ngõ 1    · before (210, 50)
             |
 (0, 0) =(200, 0)= (400, 0)  Đường Lớn
"""

import json
from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from spoiled import here
from towns import BY_WIDTH, CRS, EAST, NORTH, Town, barrier, comb, degrees, metres, one_alley, tooth

import fireaccess
from fireaccess.comparison import compare
from fireaccess.model.errors import InputError, NormError, ProjectError
from fireaccess.model.layers import SCENARIO_TABLES
from fireaccess.outputs.verify import verify
from fireaccess.outputs.writing import write
from fireaccess.sources.sample import write_sample

ANSWERS = ["road", "road_60", "hose_m", "hose_best_m"]
IN_THE_UNDERPASS = (195, 110, 205, 130)


def town(**underpass):
    """Draw the town above; ``underpass`` tags its middle piece."""
    drawing = Town().road("Đường Lớn", [(0, 0), (200, 0), (400, 0)], highway="primary")
    drawing.road("Ngõ 1", [(200, 0), (200, 100)], width=BY_WIDTH)
    drawing.road("Ngõ 1", [(200, 100), (200, 140)], width=BY_WIDTH, **underpass)
    drawing.road("Ngõ 1", [(200, 140), (200, 400)], width=BY_WIDTH)
    return drawing.house("before", (210, 50)).house("behind", (210, 380), people=5)


def write_depths(path, depths, *, cell=5.0, crs=CRS, size=100, corner=(0, 450), **options):
    """Write a raster of ``size`` cells a side that is dry but for boxes of the drawing."""
    cells = np.full((size, size), options.pop("elsewhere", 0.0), dtype="float32")
    for (west, south, east, north), depth_m in depths.items():
        rows = slice(round((corner[1] - north) / cell), round((corner[1] - south) / cell))
        cells[rows, round((west - corner[0]) / cell) : round((east - corner[0]) / cell)] = depth_m
    shape = {"count": options.pop("count", 1), "height": size, "width": size, "dtype": "float32"}
    where = from_origin(EAST + corner[0], NORTH + corner[1], cell, cell)
    with rasterio.open(
        path, "w", driver="GTiff", crs=crs, transform=where, **shape, **options
    ) as grid:
        grid.write(np.repeat(cells[None], shape["count"], axis=0))
    return path.name


def write_areas(path, *boxes, crs="EPSG:4326", **columns):
    """Write boxes of the drawing as polygons."""
    shapes = [shapely.box(w + EAST, s + NORTH, e + EAST, n + NORTH) for w, s, e, n in boxes]
    gpd.GeoDataFrame(columns, geometry=shapes, crs=CRS).to_crs(crs).to_file(path)
    return path.name


def project_of(folder, drawing, *, flood=None, **options):
    file = drawing.write(folder, **options)
    if flood is not None:
        text = file.read_text("utf-8")
        file.write_text(text.replace("[inputs]\n", f'[inputs]\nflood = "{flood}"\n'), "utf-8")
    return fireaccess.Project.open(file)


def result_of(folder, drawing, **options):
    return fireaccess.run(project_of(folder, drawing, **options))


def scenario(result, name):
    """Return the houses' answers in one scenario, by the houses' ids."""
    table = result.side_by_side["house_scenarios"]
    return table[table["scenario"] == name].set_index("house_id")[ANSWERS]


def row_of(result, name):
    return result.side_by_side["scenarios"].set_index("scenario").loc[name]


def opened(result, name, alley="Ngõ 1"):
    """Return the row of one alley in one scenario."""
    ids = result.alleys.set_index("name")["alley_id"]
    table = result.side_by_side["alley_scenarios"].set_index(["alley_id", "scenario"])
    return table.loc[(ids[alley], f"vehicle:{name}")]


def same(one, other):
    """Compare answers of the same houses exactly, missing ones included."""
    other = other.set_index("house_id")[ANSWERS]
    pd.testing.assert_frame_equal(
        one, other, check_exact=True, check_dtype=False, check_index_type=False
    )


# Nothing is asked
def test_without_flood_and_vehicles_there_are_no_scenarios(tmp_path):
    result = result_of(tmp_path, town())
    assert result.side_by_side == {}
    assert "scenarios" not in result.statistics
    files = write(result, with_map=False)
    assert not {f"{name}.parquet" for name in SCENARIO_TABLES} & set(files)


# A flood
def test_a_flooded_underpass_parts_the_houses_behind_from_the_road(tmp_path):
    flood = write_depths(tmp_path / "flood.tif", {IN_THE_UNDERPASS: 1.2})
    result = result_of(tmp_path, town(), flood=flood)
    assert set(result.houses["road"]) == {"covered"}, "the main run stays dry"
    wet = scenario(result, "flood")
    assert wet.loc["before", ["road", "hose_m"]].tolist() == ["covered", metres(10)]
    # The truck stops where the flooded piece begins: 280 m along the alley, 10 m off it.
    assert wet.loc["behind", ["road", "hose_m"]].tolist() == ["not_covered", metres(290)]
    assert wet.loc["behind", "hose_best_m"] == metres(290), "a flood leaves no doubt"
    row = row_of(result, "flood")
    assert [row["kind"], row["vehicle"], row["covered"], row["not_covered"]] == [
        "flood",
        "standard",
        1,
        1,
    ]
    assert row["assumed"] == "mass_t;wading_depth_m"
    assert row["people_worst"] == 0
    assert row_of(result, "base")["people_worst"] == 5
    assert [row["reached_km"], row["reached_best_km"]] == [0.5, 0.5]
    assert row_of(result, "base")["reached_km"] == 0.8
    assert "alley_scenarios" not in result.side_by_side


@pytest.mark.parametrize(
    ("depth_m", "road"), [(0.0, "covered"), (0.4, "covered"), (0.5, "covered"), (0.51, None)]
)
def test_water_that_the_vehicle_wades_through_closes_nothing(tmp_path, depth_m, road):
    flood = write_depths(tmp_path / "flood.tif", {IN_THE_UNDERPASS: depth_m, (0, 300, 9, 310): 0.1})
    wet = scenario(result_of(tmp_path, town(), flood=flood), "flood")
    assert wet.loc["behind", "road"] == (road or "not_covered")


def test_a_bridge_over_deep_water_stays_as_it_is(tmp_path):
    flood = write_depths(tmp_path / "flood.tif", {IN_THE_UNDERPASS: 9.0})
    result = result_of(tmp_path, town(bridge="yes"), flood=flood)
    same(scenario(result, "flood"), result.houses)


def test_the_greatest_depth_along_a_segment_counts_however_short(tmp_path):
    # One cell of 5 m in the long piece behind the underpass.
    flood = write_depths(
        tmp_path / "flood.tif", {(200, 300, 205, 305): 0.8, (195, 200, 210, 220): 0.2}
    )
    wet = scenario(result_of(tmp_path, town(), flood=flood), "flood")
    assert wet.loc["behind", "hose_m"] == metres(250)


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:5897", "EPSG:3857"])
def test_a_raster_in_any_crs_says_the_same(tmp_path, crs):
    west, south, east, north = IN_THE_UNDERPASS
    box = gpd.GeoSeries(
        [shapely.box(west + EAST, south + NORTH, east + EAST, north + NORTH)], crs=CRS
    )
    west, south, east, north = box.to_crs(crs).total_bounds
    cell = (north - south) / 8
    where = from_origin(west - 60 * cell, north + 60 * cell, cell, cell)
    depths = np.zeros((200, 200), dtype="float32")
    depths[60:68, 60 : 60 + round((east - west) / cell)] = 1.0
    options = {"count": 1, "height": 200, "width": 200, "dtype": "float32", "crs": crs}
    with rasterio.open(
        tmp_path / "flood.tif", "w", driver="GTiff", transform=where, **options
    ) as grid:
        grid.write(depths[None])
    wet = scenario(result_of(tmp_path, town(), flood="flood.tif"), "flood")
    assert wet.loc["behind", "hose_m"] == metres(290)


def test_a_cell_without_data_is_dry(tmp_path):
    flood = write_depths(
        tmp_path / "flood.tif", {IN_THE_UNDERPASS: 1.2}, elsewhere=-9999.0, nodata=-9999.0
    )
    wet = scenario(result_of(tmp_path, town(), flood=flood), "flood")
    assert wet["hose_m"].tolist() == metres([10, 290])


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:5897"])
@pytest.mark.parametrize(
    ("depths", "road"),
    [
        ({"depth_m": [0.4]}, "covered"),
        ({"depth_m": [0.6]}, "not_covered"),
        ({"depth_m": [None]}, "not_covered"),
        ({"depth_m": ["0,4"]}, "covered"),
        ({"name": ["Hầm"]}, "not_covered"),
    ],
)
def test_polygons_close_by_their_depth_or_whatever_the_vehicle(tmp_path, crs, depths, road):
    flood = write_areas(tmp_path / "flood.gpkg", IN_THE_UNDERPASS, crs=crs, **depths)
    wet = scenario(result_of(tmp_path, town(), flood=flood), "flood")
    assert wet.loc["behind", "road"] == road


def test_of_polygons_over_one_another_the_deeper_counts(tmp_path):
    flood = write_areas(
        tmp_path / "flood.gpkg", IN_THE_UNDERPASS, (150, 105, 250, 135), depth_m=[0.9, 0.1]
    )
    wet = scenario(result_of(tmp_path, town(), flood=flood), "flood")
    assert wet.loc["behind", "road"] == "not_covered"


def test_a_depth_that_is_no_number_is_told_and_closes(tmp_path):
    flood = write_areas(tmp_path / "flood.gpkg", IN_THE_UNDERPASS, depth_m=["knee-deep"])
    result = result_of(tmp_path, town(), flood=flood)
    assert scenario(result, "flood").loc["behind", "road"] == "not_covered"
    (finding,) = [f for f in result.findings if f.code == "depth_not_readable"]
    assert [finding.file, finding.row, finding.column] == ["flood.gpkg", 1, "depth_m"]
    assert "knee-deep" in finding.text


def test_of_a_vehicle_without_wading_depth_any_water_asks(tmp_path):
    own_vehicle(tmp_path, "amphibian", wading_m=None)
    flood = write_depths(tmp_path / "flood.tif", {IN_THE_UNDERPASS: 0.05})
    result = result_of(tmp_path, town(), flood=flood, vehicle="amphibian.toml")
    wet = scenario(result, "flood").loc["behind"]
    assert wet[ANSWERS].tolist() == ["needs_survey", "needs_survey", metres(290), metres(10)]
    assert row_of(result, "flood")["assumed"] == "mass_t"


def test_a_flood_closes_the_arterials_that_engines_start_from(tmp_path):
    drawing = Town()
    for points in ([(0, 0), (200, 0), (250, 0)], [(250, 0), (300, 0)], [(300, 0), (600, 0)]):
        drawing.road("Đường Lớn", points, highway="primary")
    drawing.road("Ngõ 1", [(200, 0), (200, 30)], width=BY_WIDTH).house("h", (210, 20))
    flood = write_depths(tmp_path / "flood.tif", {(260, -10, 290, 10): 2.0}, size=200)
    result = result_of(tmp_path, drawing, flood=flood)
    # Of the two pieces left the eastern one is the longer: the hose begins at its end, (300, 0).
    assert scenario(result, "flood").loc["h", "hose_m"] == metres(10 + 20 + 100)


def test_a_flood_that_leaves_no_start_is_told(tmp_path):
    flood = write_areas(tmp_path / "flood.gpkg", (-50, -50, 450, 450), name=["all"])
    result = result_of(tmp_path, town(), flood=flood)
    assert scenario(result, "flood")["hose_m"].isna().all()
    assert set(scenario(result, "flood")["road"]) == {"not_covered"}
    (finding,) = [f for f in result.findings if f.code == "scenario_without_starts"]
    assert "flood" in finding.text


def test_a_flood_is_the_ward_with_those_roads_blocked(tmp_path):
    wet_teeth = {1, 4, 5, 8}
    dry = comb([{"width": BY_WIDTH}] * 9)
    blocked = comb(
        [{"width": BY_WIDTH, **({"highway": "steps"} if i in wet_teeth else {})} for i in range(9)]
    )
    pools = [(tooth(i) - 5, 10, tooth(i) + 5, 90) for i in sorted(wet_teeth)]
    (tmp_path / "wet").mkdir()
    flood = write_areas(tmp_path / "wet" / "flood.gpkg", *pools, name=["pool"] * len(pools))
    result = result_of(tmp_path / "wet", dry, flood=flood)
    same(scenario(result, "flood"), result_of(tmp_path / "blocked", blocked).houses)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"crs": None}, "names no CRS"),
        ({"corner": (90_000, 450)}, "nowhere near"),
        ({"depth": 120.0}, "look like centimetres"),
        ({"depth": -0.5}, "negative, such as -0.5"),
        ({"elsewhere": -9999.0}, "negative, such as -9999"),
        ({"count": 3}, "3 bands"),
    ],
)
def test_a_raster_that_is_no_flood_of_the_ward_is_refused(tmp_path, options, words):
    depths = {} if "corner" in options else {IN_THE_UNDERPASS: options.pop("depth", 1.0)}
    flood = write_depths(tmp_path / "flood.tif", depths, **options)
    with pytest.raises(InputError) as caught:
        result_of(tmp_path, town(), flood=flood)
    assert words in caught.value.finding.what
    assert caught.value.finding.what_to_do


def test_files_that_hold_no_flood_are_refused(tmp_path):
    (tmp_path / "broken.tif").write_bytes(b"II*\0 cut short")
    (tmp_path / "point.geojson").write_text(
        json.dumps({"type": "Point", "coordinates": degrees((200, 120))}), "utf-8"
    )
    write_areas(tmp_path / "away.gpkg", (90_000, 0, 90_100, 100), name=["away"])
    write_areas(tmp_path / "cm.gpkg", IN_THE_UNDERPASS, depth_m=[60.0])
    write_areas(tmp_path / "minus.gpkg", IN_THE_UNDERPASS, depth_m=[-0.2])
    for name, words in {
        "missing.tif": "no such flood file",
        "broken.tif": "no GeoTIFF",
        "point.geojson": "no polygon",
        "away.gpkg": "nowhere near",
        "cm.gpkg": "look like centimetres",
        "minus.gpkg": "negative",
    }.items():
        with pytest.raises(InputError) as caught:
            result_of(tmp_path, town(), flood=name)
        assert words in caught.value.finding.what, name


def test_a_raster_of_a_part_of_the_ward_and_one_without_water_are_told(tmp_path):
    flood = write_depths(tmp_path / "flood.tif", {}, size=30)
    result = result_of(tmp_path, town(), flood=flood)
    codes = {finding.code for finding in result.findings}
    assert {"flood_in_part", "flood_dry"} <= codes
    same(scenario(result, "flood"), result.houses)


# Vehicles
def own_vehicle(folder, name, *, width_m=2.5, wading_m=0.5):
    """Write a vehicle that is the standard one but for its width and wading depth."""
    figures = {
        "width_m": width_m,
        "height_m": 3.2,
        "length_m": 8,
        "wheelbase_m": 4.6,
        "front_overhang_m": 1.4,
        "turning_radius_m": 9,
        "mass_t": 16,
        "wading_depth_m": wading_m,
    }
    text = f'title = {{ vi = "{name}", en = "{name}" }}\nsource = "a test"\n'
    for key, value in figures.items():
        if value is not None:
            status = "M" if key == "mass_t" else "V"
            unit = key.rpartition("_")[2]
            text += (
                f'[{key}]\nvalue = {value}\nunit = "{unit}"\nclause = "-"\nstatus = "{status}"\n'
            )
    (folder / f"{name}.toml").write_text(text, "utf-8")


def test_a_narrow_alley_opens_for_the_smaller_vehicle(tmp_path):
    # 2.8 m: 3.0 m are needed by the standard vehicle, 2.7 m by the light one.
    drawing = one_alley(400, width=BY_WIDTH).width("W1", (200, 50), 2.8).house("h", (210, 350))
    result = result_of(tmp_path, drawing, vehicles=["standard", "light"])
    assert result.houses["road"].tolist() == ["not_covered"]
    assert scenario(result, "vehicle:standard").loc["h", "hose_m"] == metres(10 + 300)
    assert scenario(result, "vehicle:light").loc["h", "hose_m"] == metres(10)
    assert opened(result, "standard")[["opened", "reached_m"]].tolist() == ["no", 0.0]
    assert opened(result, "standard")["gain_houses"] == 0
    light = opened(result, "light")
    assert light["opened"] == "yes"
    assert light["reached_m"] == metres(350), "what lies behind the reading"
    gains = ["gain_houses", "gain_best_houses", "gain_60_houses", "gain_best_60_houses"]
    assert light[gains].tolist() == [1, 1, 1, 1]
    assert row_of(result, "vehicle:light")[["need_width_m", "covered", "covered_60"]].tolist() == [
        2.7,
        1,
        1,
    ]


@pytest.mark.parametrize(
    ("width", "opens"), [("3.2", {"standard": "unknown", "light": "yes"}), ("2.0", {"light": "no"})]
)
def test_three_answers_whether_an_alley_opens(tmp_path, width, opens):
    # A width tag is good to 0.3 m: 3.2 m may be 2.9 or 3.5, and 2.0 m is 2.3 at most.
    drawing = one_alley(300, width=width).house("h", (210, 250))
    result = result_of(tmp_path, drawing, vehicles=list(opens))
    assert {name: opened(result, name)["opened"] for name in opens} == opens


def test_a_gap_between_posts_lets_the_smaller_vehicle_through(tmp_path):
    drawing = one_alley(300, bends=[20], width="4.5")
    drawing.barrier("B1", (200, 20), "bollard", clear_width_m=2.8).house("h", (210, 280))
    result = result_of(tmp_path, drawing, vehicles=["standard", "pickup"])
    assert scenario(result, "vehicle:standard").loc["h", "hose_m"] == metres(270)
    assert scenario(result, "vehicle:pickup").loc["h", "hose_m"] == metres(10)


@pytest.mark.parametrize(
    ("vehicles", "dealt_with"),
    [([], True), (["pickup"], True), (["light", "pickup"], True), (["pickup", "standard"], False)],
)
def test_dealt_with_is_what_every_vehicle_gets_past(tmp_path, vehicles, dealt_with):
    drawing = one_alley(300, bends=[20], width="4.5")
    drawing.barrier("B1", (200, 20), "bollard", clear_width_m=2.8).house("h", (210, 280))
    result = result_of(tmp_path, drawing, vehicle="light", mode="vehicle", vehicles=vehicles)
    assert barrier(result, "barrier:B1").effect == "pass"
    assert bool(barrier(result, "barrier:B1").dealt_with) is dealt_with
    assert result.statistics["area"]["barriers"]["dealt_with"] == int(dealt_with)


def somewhere_narrow():
    """Draw a road of three stretches with rows that tell of it and of no place on it."""
    drawing = one_alley(300, bends=[100, 200]).road("Ngõ 1", [(200, 100), (260, 100)])
    drawing.road("Ngõ 2", [(300, 0), (300, 90)]).road("Ngõ 1", [(200, 200), (140, 200)])
    drawing.width("W1", None, 2.8, road_name="Ngõ 1").width("W2", (200, 150), 3.2)
    drawing.width("W3", None, 2.9, road_name="Ngõ 2")
    drawing.row("clearances", "C1", None, height_m=2.9, road_name="Ngõ 1")
    drawing.barrier("B1", None, "bollard", clear_width_m=2.6, road_name="Ngõ 1")
    for number, place in enumerate([(210, 50), (210, 290), (255, 110), (310, 80), (150, 210)]):
        drawing.house(f"h{number}", place)
    return drawing


@pytest.mark.parametrize("vehicle", ["standard", "light", "pickup", "motorcycle"])
def test_beside_the_main_run_or_alone_a_vehicle_covers_the_same(tmp_path, vehicle):
    drawing = somewhere_narrow()
    others = ["pickup", "light", "motorcycle", "standard"]
    beside = result_of(tmp_path / "beside", drawing, vehicles=others)
    alone = result_of(tmp_path / "alone", drawing, vehicle=vehicle, mode="vehicle")
    one = scenario(beside, f"vehicle:{vehicle}")
    other = alone.houses.set_index("house_id")[ANSWERS]
    assert one["road"].tolist() == other["road"].tolist()
    assert one["road_60"].tolist() == other["road_60"].tolist()
    # Nodes that only other vehicles need part its lengths, which adds up to the last bit.
    for column in ("hose_m", "hose_best_m"):
        assert one[column].tolist() == pytest.approx(other[column].tolist(), abs=1e-9, nan_ok=True)


def monotone(result, names):
    """Check that each vehicle, from large to small, covers what the one before covers."""
    for larger, smaller in pairwise(names):
        one, other = (scenario(result, f"vehicle:{name}") for name in (larger, smaller))
        for column in ("hose_m", "hose_best_m"):
            assert (other[column].fillna(np.inf) <= one[column].fillna(np.inf) + 1e-9).all()


def check_alone(folder):
    """Run a project with three vehicles, and each of them alone."""
    vehicles = ["standard", "light", "pickup"]

    def run(**options):
        project = fireaccess.Project.open(folder)
        project.options = project.options.model_copy(update=options)
        return fireaccess.run(project)

    result = run(vehicles=vehicles)
    for vehicle in vehicles:
        alone = run(vehicle=vehicle, mode="vehicle").houses
        same(scenario(result, f"vehicle:{vehicle}"), alone)
    monotone(result, vehicles)
    plain = run()
    same(result.houses.set_index("house_id")[ANSWERS], plain.houses)
    return result


def test_the_sample_ward_with_three_vehicles(tmp_path):
    result = check_alone(write_sample(tmp_path / "ward"))
    rows = result.side_by_side["alley_scenarios"]
    assert len(rows) == 3 * len(result.alleys)
    assert (rows["reached_m"] <= rows["reached_best_m"] + 1e-9).all()
    gained = rows.groupby("scenario")["gain_houses"].sum()
    was = (result.houses["road"] == "covered") & result.houses["alley_id"].notna()
    for name, count in gained.items():
        now = scenario(result, name)["road"].to_numpy() == "covered"
        on_alley = result.houses["alley_id"].notna().to_numpy()
        assert (now & on_alley & ~was.to_numpy()).sum() == count


@pytest.mark.slow
def test_a_real_ward_with_three_vehicles(data_dir):
    check_alone(data_dir / "khuong-dinh")


@pytest.mark.parametrize(
    ("vehicles", "error", "words"),
    [
        (["standard", "ligth"], NormError, "no vehicle 'ligth'"),
        (["nowhere.toml"], NormError, "no vehicle"),
        (["light", "pickup", "light"], ProjectError, "names 'light' twice"),
        (["standard", "own.toml"], ProjectError, "names 'standard' twice"),
    ],
)
def test_vehicles_that_are_not_there_or_twice_are_refused(tmp_path, vehicles, error, words):
    own_vehicle(tmp_path, "own")
    text = (tmp_path / "own.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(f'name = "standard"\n{text}', "utf-8")
    with pytest.raises(error) as caught:
        result_of(tmp_path, town(), vehicles=vehicles)
    assert words in caught.value.finding.what
    assert str(caught.value.finding.file).endswith("fireaccess.toml")
    assert caught.value.finding.what_to_do


def test_the_files_of_flood_and_vehicles_are_inputs(tmp_path):
    own_vehicle(tmp_path, "small", width_m=2.0)
    flood = write_depths(tmp_path / "flood.tif", {IN_THE_UNDERPASS: 1.2})
    result = result_of(tmp_path, town(), flood=flood, vehicles=["light", "small.toml"])
    inputs = result.statistics["inputs"]
    assert inputs["flood"]["file"] == "flood.tif"
    assert inputs["vehicles.small.toml"]["file"] == "small.toml"
    assert [row["scenario"] for row in result.statistics["scenarios"]] == [
        "base",
        "flood",
        "vehicle:light",
        "vehicle:small",
    ]


def test_of_two_states_the_new_one_has_its_own_scenarios(tmp_path):
    drawing = town().width("W1", (200, 50), 2.8)
    (tmp_path / "new").mkdir()
    flood = write_depths(tmp_path / "new" / "flood.tif", {IN_THE_UNDERPASS: 1.2})
    old = project_of(tmp_path / "old", drawing)
    new = project_of(tmp_path / "new", drawing, flood=flood, vehicles=["light"])
    found = compare(old, new)
    assert found.old.side_by_side == {}
    expected = fireaccess.run(new).side_by_side
    assert found.new.side_by_side.keys() == expected.keys()
    for name, table in expected.items():
        pd.testing.assert_frame_equal(found.new.side_by_side[name], table)


# Files and the command line
def test_the_tables_are_written_and_verified_and_forgotten(tmp_path):
    flood = write_depths(tmp_path / "flood.tif", {IN_THE_UNDERPASS: 1.2})
    project = project_of(tmp_path, town(), flood=flood, vehicles=["light"])
    result = fireaccess.run(project)
    files = write(result, with_map=False)
    for name, columns in SCENARIO_TABLES.items():
        layer = gpd.read_file(files["results.gpkg"], layer=name)
        assert list(layer.columns) == list(columns)
        assert len(layer) == len(pd.read_parquet(files[f"{name}.parquet"]))
    figures = pd.read_csv(files["statistics.csv"], dtype=str)
    wet = figures[(figures["level"] == "scenario") & (figures["name"] == "flood")]
    assert wet.set_index("figure")["value"]["road.not_covered"] == "1"
    assert verify(project).differences == ()

    statistics = json.loads(files["statistics.json"].read_text("utf-8"))
    statistics["scenarios"][1]["road"]["covered"] = 2
    files["statistics.json"].write_text(json.dumps(statistics), "utf-8")
    told = [str(difference) for difference in verify(project).differences]
    assert any("scenarios.flood.road.covered: published 2, found 1" in text for text in told)

    write(result_of(tmp_path, town()), with_map=False)
    assert not [name for name in SCENARIO_TABLES if (tmp_path / f"results/{name}.parquet").exists()]


def test_the_same_inputs_are_the_same_bytes(tmp_path):
    flood = write_depths(tmp_path / "flood.tif", {IN_THE_UNDERPASS: 1.2})
    project = project_of(tmp_path, town(), flood=flood, vehicles=["light", "pickup"])
    once = {
        name: path.read_bytes()
        for name, path in write(fireaccess.run(project), with_map=False).items()
    }
    again = write(fireaccess.run(project), with_map=False)
    assert once == {name: path.read_bytes() for name, path in again.items()}


def test_the_command_line_tells_a_line_for_each_scenario(tmp_path):
    flood = write_depths(tmp_path / "flood.tif", {IN_THE_UNDERPASS: 1.2})
    project = project_of(tmp_path, town(), flood=flood, vehicles=["light"])
    outcome = here("run", project.file)
    lines = outcome.out.splitlines()
    (wet,) = [line for line in lines if "in the flood" in line]
    assert "50.0%" in wet
    (light,) = [line for line in lines if "vehicle light" in line]
    assert "100.0%" in light
    told = json.loads(here("run", project.file, "--json").out)
    assert [row["kind"] for row in told["scenarios"]] == ["base", "flood", "vehicle"]
