"""Rasters: a cell holds what a house at its centre would get, in files that GIS reads in parts."""

import json

import numpy as np
import pandas as pd
import pytest
import rasterio
import shapely
from rio_cogeo.cogeo import cog_validate
from spoiled import here
from towns import BY_WIDTH, EAST, NORTH, Town

import fireaccess
from fireaccess.analysis.cells import distances
from fireaccess.model.errors import OutputError
from fireaccess.network.place import Snapper
from fireaccess.outputs import rasters
from fireaccess.outputs.rasters import Grid, write_rasters

NAMES = ["hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m"]
CELL_M = 20.0


def town():
    """Draw a road, an alley that a truck gets into, one that nobody measured, and a field.

    No centre of a cell of 20 m is as near to one of them as to another.

          (105, 200)                      (295, 200)
              |                               |
            Ngõ 1, wide           Ngõ 2, with a post at (295, 100)
              |                               |
    (0, 0)====+============(200, 0)===========+====(400, 0)   Đường Lớn
    """
    drawing = Town().area((0, -20), (400, -20), (400, 400), (0, 400))
    drawing.road("Đường Lớn", [(x, 0) for x in (-600, 105, 200, 295, 900)], highway="primary")
    drawing.road("Ngõ 1", [(105, 0), (105, 200)], width=BY_WIDTH)
    drawing.road("Ngõ 2", [(295, 0), (295, 100), (295, 200)])
    drawing.barrier("B1", (295, 100), "bollard", state="fixed")
    drawing.house("h", (110, 50))
    drawing.water("hydrant", (200, 0))
    drawing.water("tank", (295, 200), "tank")
    drawing.row("fire_points", "broken", (295, 150), working="no")
    return drawing.row("fire_points", "point", (105, 100))


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return town().run(tmp_path_factory.mktemp("town"))


@pytest.fixture(scope="module")
def files(result, tmp_path_factory):
    return write_rasters(result, tmp_path_factory.mktemp("rasters"), cell_m=CELL_M)


def at(path, x, y):
    """Return what a raster holds at a place of the drawing."""
    with rasterio.open(path) as raster:
        (value,) = next(raster.sample([(EAST + x, NORTH + y)]))
    return value


@pytest.mark.parametrize(
    ("name", "place", "metres"),
    [
        # 5 m off the wide alley: the truck is at the door; the point is 30 m along it.
        ("hose_m", (110, 70), 5),
        ("hose_best_m", (110, 70), 5),
        ("hydrant_m", (110, 70), 5 + 70 + 95),
        ("water_m", (110, 70), 5 + 70 + 95),
        ("point_m", (110, 70), 5 + 30),
        # 15 m off the alley that nobody measured: from its corner, or at best at the door.
        ("hose_m", (310, 90), 15 + 90),
        ("hose_best_m", (310, 90), 15),
        # Beyond its post: at best the truck gets to the post. The tank is at the end.
        ("hose_m", (310, 170), 15 + 170),
        ("hose_best_m", (310, 170), 15 + 70),
        ("hydrant_m", (310, 170), 15 + 170 + 95),
        ("water_m", (310, 170), 15 + 30),
        # The broken point is nearer, the working one is in the other alley.
        ("point_m", (310, 170), 15 + 170 + 190 + 100),
        # In the field 111 m from the end of the nearest alley; and just within 100 m.
        ("hose_m", (170, 290), np.nan),
        ("hose_m", (110, 290), np.hypot(5, 90)),
    ],
)
def test_figures_worked_out_on_paper(files, name, place, metres):
    assert at(files[name], *place) == pytest.approx(metres, abs=0.03, nan_ok=True)


def test_a_house_at_a_centre_has_the_figure_of_the_cell(files, tmp_path):
    drawing = town()
    centres = [(10 + 20 * i, 390 - 20 * j) for j in range(21) for i in range(20)]
    for number, centre in enumerate(centres):
        drawing.house(f"c{number:03}", centre)
    houses = drawing.run(tmp_path).houses.iloc[: len(centres)]
    assert houses["house_id"].iloc[-1] == "c419"
    for name in NAMES:
        with rasterio.open(files[name]) as raster:
            places = [(EAST + x, NORTH + y) for x, y in centres]
            cells = np.concatenate(list(raster.sample(places)))
        assert 200 < np.isfinite(cells).sum() < len(cells)
        # Both are as near as the seven decimals of the houses' coordinates let them be.
        np.testing.assert_allclose(cells, houses[name], atol=0.03)


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    file = fireaccess.write_sample(tmp_path_factory.mktemp("rasters") / "ward")
    return fireaccess.run(fireaccess.Project.open(file))


def test_distances_are_those_of_the_houses_to_the_last_digit(ward):
    network, houses = ward.network, ward.routes.houses
    limit_m = ward.project.settings.snap_limit_m
    snapper = Snapper(network, network.has_doors)
    nearest = snapper.nearest(houses, limit_m)
    # All but those of a road that the address names, of outlines, and of no road.
    segment = np.full(len(houses), "", dtype=object)
    segment[nearest.row] = network.segment_id[nearest.segment]
    same = segment == ward.houses["segment_id"].to_numpy(dtype=object)
    same &= shapely.get_type_id(houses) == 0
    assert same.sum() > 100
    xy = shapely.get_coordinates(houses[same])
    for name, metres in distances(snapper, ward.goals, xy, limit_m).items():
        np.testing.assert_array_equal(metres, ward.houses[name][same])


@pytest.mark.parametrize("cell_m", [pytest.param(1.0, marks=pytest.mark.slow), 5.0, 300.0])
def test_files_are_cloud_optimised(ward, tmp_path, cell_m):
    files = write_rasters(ward, tmp_path, cell_m=cell_m)
    assert list(files) == NAMES
    for name, path in files.items():
        assert path == tmp_path / f"{name}.tif"
        assert cog_validate(path, strict=True) == (True, [], [])
        with rasterio.open(path) as raster:
            assert raster.crs.to_epsg() == 5897
            assert raster.res == (cell_m, cell_m)
            assert raster.dtypes == ("float32",)
            assert np.isnan(raster.nodata)
            assert raster.descriptions == (name,)
            assert raster.units == ("m",)
            assert raster.tags(1)["description"] in raster.tags()["TIFFTAG_IMAGEDESCRIPTION"]
            assert "TIFFTAG_COPYRIGHT" not in raster.tags()
            assert bool(raster.overviews(1)) is (cell_m == 1.0)
            assert raster.bounds.left % cell_m == raster.bounds.top % cell_m == 0


@pytest.mark.slow
def test_overviews_hold_figures_of_cells(ward, tmp_path):
    path = write_rasters(ward, tmp_path, cell_m=1.0)["hose_m"]
    with rasterio.open(path) as raster:
        whole = raster.read(1)
    with rasterio.open(path, overview_level=0) as raster:
        coarse = raster.read(1)
    assert coarse.shape < whole.shape
    assert np.isin(coarse[np.isfinite(coarse)], whole).all()


def test_only_cells_of_the_area_hold_figures(ward, tmp_path):
    path = write_rasters(ward, tmp_path)["hose_best_m"]
    area = ward.area
    with rasterio.open(path) as raster:
        metres = raster.read(1)
        rows, columns = np.nonzero(np.isfinite(metres))
        x, y = rasterio.transform.xy(raster.transform, rows, columns)
    places = shapely.points(*rasterio.warp.transform("EPSG:5897", "EPSG:4326", x, y))
    # Another path from VN-2000 than the pinned one: a metre of grace.
    assert shapely.dwithin(area, places, 2e-5).all()
    assert len(rows) > 1000


def test_roads_of_openstreetmap_are_credited_and_invented_data_told(result, ward, tmp_path):
    with rasterio.open(write_rasters(ward, tmp_path / "ward")["hose_m"]) as raster:
        assert "giả lập" in raster.tags()["TIFFTAG_IMAGEDESCRIPTION"]
    with rasterio.open(write_rasters(result, tmp_path / "town")["hose_m"]) as raster:
        assert raster.tags()["TIFFTAG_COPYRIGHT"] == "© OpenStreetMap contributors, ODbL"


def test_same_inputs_same_bytes_whatever_the_blocks(result, files, tmp_path, monkeypatch):
    monkeypatch.setattr(rasters, "_BLOCK_CELLS", 70)
    again = write_rasters(result, tmp_path, cell_m=CELL_M)
    for name, path in files.items():
        assert path.read_bytes() == again[name].read_bytes()


def test_blocks_cover_every_row_once(monkeypatch):
    monkeypatch.setattr(rasters, "_BLOCK_CELLS", 70)
    grid = Grid(0.0, 0.0, 1.0, rows=7, columns=30)
    assert [(rows.start, rows.stop) for rows in grid.blocks()] == [(0, 2), (2, 4), (4, 6), (6, 7)]
    wide = Grid(0.0, 0.0, 1.0, rows=2, columns=100)
    assert len(list(wide.blocks())) == 2


@pytest.mark.parametrize("cell_m", [0.5, 0.0, -5.0, 1001.0, np.nan, np.inf])
def test_sizes_that_can_not_be_are_refused(result, tmp_path, cell_m):
    with pytest.raises(OutputError) as caught:
        write_rasters(result, tmp_path, cell_m=cell_m)
    assert "from 1 to 1000 m" in caught.value.finding.what_to_do
    assert not list(tmp_path.iterdir())


def test_too_many_cells_are_refused_with_a_size_that_will_do(result, tmp_path, monkeypatch):
    monkeypatch.setattr(rasters, "_MOST_CELLS", 1_000)
    with pytest.raises(OutputError) as caught:
        write_rasters(result, tmp_path, cell_m=5.0)
    # 82 × 86 cells, since the area is a hair larger than drawn: 2.7 times too fine.
    assert caught.value.finding.what_to_do == "take cells of 14 m or more"
    write_rasters(result, tmp_path, cell_m=14.0)


def test_command(tmp_path):
    project = town().write(tmp_path / "town")
    done = here("rasters", project, "--cell-m", "20", "--json")
    assert done.code == 0
    folder = tmp_path / "town" / "results"
    assert json.loads(done.out) == {"files": {n: str(folder / f"{n}.tif") for n in NAMES}}
    assert sorted(path.name for path in folder.iterdir()) == sorted(f"{n}.tif" for n in NAMES)
    elsewhere = here("rasters", project, "--cell-m", "20", "--to", tmp_path / "to")
    assert elsewhere.out.split() == [str(tmp_path / "to" / f"{n}.tif") for n in NAMES]
    refused = here("rasters", project, "--cell-m", "0.1")
    assert refused.code == 2
    assert "take a size" in refused.err


def test_a_folder_that_can_not_be_made_is_told(result, tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(OutputError, match="can't be written"):
        write_rasters(result, tmp_path / "file", cell_m=CELL_M)


def test_a_ward_without_water_has_rasters_without_figures(tmp_path):
    drawing = Town().road("Đường Lớn", [(0, 0), (400, 0)], highway="primary").house("h", (50, 9))
    found = drawing.run(tmp_path / "town")
    files = write_rasters(found, tmp_path, cell_m=CELL_M)
    with rasterio.open(files["hydrant_m"]) as raster:
        assert np.isnan(raster.read(1)).all()
    with rasterio.open(files["hose_m"]) as raster:
        assert pd.Series(raster.read(1).ravel()).notna().any()
