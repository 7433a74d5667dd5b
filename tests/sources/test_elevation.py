"""Elevation grids: what is read of them, and how the unfit ones are told.

The grid has cells of 10 m; its north-western corner lies 100 m beyond that of the area, a square
of 200 m. A cell's elevation is its row plus a tenth of its column.
"""

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from rasterio.transform import Affine, from_origin
from towns import CRS, EAST, NORTH, one_alley

import fireaccess
from fireaccess.model.errors import Findings, InputError, ProjectError
from fireaccess.sources.elevation import read_elevation

UTM = pyproj.CRS.from_user_input(CRS)
AREA = shapely.box(EAST, NORTH, EAST + 200, NORTH + 200)
COLUMN, ROW = np.meshgrid(np.arange(40), np.arange(40))
HEIGHTS = ROW + 0.1 * COLUMN


def write_grid(path, heights=HEIGHTS, *, crs=CRS, transform=None, cell=10.0, **options):
    bands = np.asarray(heights, dtype=options.pop("dtype", "float32"))
    bands = bands if bands.ndim == 3 else bands[None]
    if transform is None:
        transform = from_origin(EAST - 100, NORTH + 300, cell, cell)
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=len(bands),
        height=bands.shape[1],
        width=bands.shape[2],
        dtype=bands.dtype,
        crs=crs,
        transform=transform,
        **options,
    ) as grid:
        grid.write(bands)
    return path


def read(path, findings=None, *, area=AREA, margin_m=50.0):
    return read_elevation(path, area, UTM, margin_m, Findings() if findings is None else findings)


def at(elevation, *places):
    return elevation.sample(np.array(places) + np.array([EAST, NORTH])).tolist()


# --- what is read ------------------------------------------------------------------------------
def test_bilinear_between_the_centres_of_cells(tmp_path):
    elevation = read(write_grid(tmp_path / "dem.tif"))
    # (105, 195) is the centre of row 10, column 20.
    assert at(elevation, (105, 195)) == pytest.approx([12.0], abs=1e-5)
    assert at(elevation, (110, 195)) == pytest.approx([12.05], abs=1e-5)
    assert at(elevation, (105, 187.5)) == pytest.approx([12.75], abs=1e-5)
    assert at(elevation, (112.5, 187.5)) == pytest.approx([12.825], abs=1e-5)
    assert elevation.file == "dem.tif"
    assert elevation.cell_diagonal_m == pytest.approx(10 * 2**0.5)


def test_only_the_area_and_its_margin_are_read(tmp_path):
    path = write_grid(tmp_path / "dem.tif")
    near, far = read(path), read(path, margin_m=90.0)
    # 200 m and 50 m on both sides are 30 cells, and one more on each side.
    assert near.metres.shape == (32, 32)
    assert (near.first_row, near.first_column) == (4, 4)
    assert np.isnan(at(near, (-80, 100)))
    assert at(far, (-80, 100)) == pytest.approx([20 - 0.5 + 0.15], abs=1e-5)
    places = [(0, 0), (-49, 249), (123, 77)]
    assert at(near, *places) == pytest.approx(at(far, *places), abs=1e-9)


def test_a_place_is_found_whatever_crs_the_grid_has(tmp_path):
    here = read(write_grid(tmp_path / "utm.tif"))
    for name, crs in (("degrees", "EPSG:4326"), ("vn2000", "EPSG:5897")):
        to_grid = pyproj.Transformer.from_crs(CRS, crs, always_xy=True)
        west, south, east, north = to_grid.transform_bounds(
            EAST - 90, NORTH - 90, EAST + 290, NORTH + 290
        )
        across, down = (east - west) / 60, (north - south) / 60
        column, row = np.meshgrid(np.arange(60) + 0.5, np.arange(60) + 0.5)
        x, y = to_grid.transform(west + column * across, north - row * down, direction="INVERSE")
        heights = (NORTH + 300 - y) / 10 - 0.5 + 0.1 * ((x - EAST + 100) / 10 - 0.5)
        path = write_grid(
            tmp_path / f"{name}.tif",
            heights,
            crs=crs,
            transform=from_origin(west, north, across, down),
        )
        there = read(path)
        places = [(0, 0), (55.5, 120), (199, 3)]
        # PROJ's own way to VN-2000 is up to a metre off the pinned one; a metre is 0.1 here.
        off = 0.15 if name == "vn2000" else 0.01
        assert at(there, *places) == pytest.approx(at(here, *places), abs=off)
        assert 8 < there.cell_diagonal_m < 10


def test_scale_and_offset_are_applied(tmp_path):
    path = write_grid(tmp_path / "dem.tif", ROW * 10, dtype="int16")
    with rasterio.open(path, "r+") as grid:
        grid.scales, grid.offsets = (0.1,), (5.0,)
    assert at(read(path), (105, 195)) == pytest.approx([15.0])


def test_heights_that_name_their_datum(tmp_path):
    path = write_grid(tmp_path / "dem.tif", crs="EPSG:32648+5773")
    assert at(read(path), (105, 195)) == pytest.approx([12.0], abs=1e-5)


def test_a_grid_that_is_turned(tmp_path):
    part = 10 * 0.5**0.5
    turned = Affine(part, part, EAST - 150, part, -part, NORTH + 150)
    elevation = read(
        write_grid(tmp_path / "dem.tif", transform=turned),
        area=shapely.box(EAST + 30, NORTH + 140, EAST + 60, NORTH + 160),
        margin_m=10.0,
    )
    # The centre of row 15, column 10.
    x, y = -150 + part * (10.5 + 15.5), 150 + part * (10.5 - 15.5)
    assert at(elevation, (x, y)) == pytest.approx([16.0], abs=1e-4)


# --- voids -------------------------------------------------------------------------------------
def test_voids_are_told_by_their_share_and_beside_them_nothing_is_known(tmp_path):
    heights = HEIGHTS.copy()
    heights[12:14, 15:20] = -9999
    findings = Findings()
    elevation = read(write_grid(tmp_path / "dem.tif", heights, nodata=-9999), findings)
    (finding,) = findings
    assert (finding.code, finding.severity) == ("elevation_voids", "hint")
    # 10 of the area's 20 × 20 cells.
    assert finding.what.startswith("2.5% of the area's cells")
    # The centre of row 13, column 18, and places 9 and 11 m north of that of row 12.
    assert np.isnan(at(elevation, (85, 165), (85, 184))).all()
    assert at(elevation, (85, 186)) == pytest.approx([11 - 0.1 + 1.8], abs=1e-4)


def test_voids_outside_the_area_are_not_told(tmp_path):
    heights = HEIGHTS.copy()
    heights[:8] = np.nan
    findings = Findings()
    read(write_grid(tmp_path / "dem.tif", heights, nodata=np.nan), findings)
    assert len(findings) == 0


# --- what is told ------------------------------------------------------------------------------
def test_the_first_of_several_bands_is_used_and_told(tmp_path):
    findings = Findings()
    path = write_grid(tmp_path / "dem.tif", np.stack([HEIGHTS, HEIGHTS + 50, HEIGHTS]))
    assert at(read(path, findings), (105, 195)) == pytest.approx([12.0], abs=1e-5)
    (finding,) = findings
    assert (finding.code, finding.file) == ("elevation_bands", "dem.tif")
    assert "3 bands" in finding.what


def test_a_grid_that_covers_a_part_is_told(tmp_path):
    findings = Findings()
    path = write_grid(tmp_path / "dem.tif", HEIGHTS[:, :20])
    elevation = read(path, findings)
    assert [finding.code for finding in findings] == ["elevation_in_part"]
    assert np.isnan(at(elevation, (150, 100)))
    assert at(elevation, (50, 95)) == pytest.approx([20 + 1.45], abs=1e-4)


# --- what can't be used ------------------------------------------------------------------------
def refused(path, says, **options):
    with pytest.raises(InputError) as caught:
        read(path, **options)
    finding = caught.value.finding
    assert says in finding.what
    assert finding.file == str(path)
    assert finding.what_to_do
    return finding


@pytest.mark.parametrize("content", [b"no raster at all", b"II*\0", b"lon,lat,z\n1,2,3\n"])
def test_what_is_no_raster(tmp_path, content):
    path = tmp_path / "dem.tif"
    path.write_bytes(content)
    refused(path, "no GeoTIFF that can be read to its end")


def test_a_file_that_is_cut_short(tmp_path):
    path = write_grid(tmp_path / "dem.tif", dtype="float64")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    refused(path, "no GeoTIFF that can be read to its end")


def test_a_file_that_is_empty_or_not_there(tmp_path):
    path = tmp_path / "dem.tif"
    refused(path, "no such elevation file")
    path.write_bytes(b"")
    refused(path, "is empty")


def test_a_grid_without_a_crs(tmp_path):
    refused(write_grid(tmp_path / "dem.tif", crs=None), "names no CRS")


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_a_grid_without_a_place(tmp_path):
    refused(write_grid(tmp_path / "dem.tif", transform=Affine.identity()), "nowhere near the area")


@pytest.mark.parametrize("away", [(5000, 0), (0, -100_000), (400, 0)])
def test_a_grid_that_misses_the_area(tmp_path, away):
    there = from_origin(EAST - 200 + away[0], NORTH + 300 + away[1], 10, 10)
    refused(write_grid(tmp_path / "dem.tif", transform=there), "nowhere near the area")


def test_a_grid_that_is_void_all_over_the_area(tmp_path):
    heights = HEIGHTS.copy()
    heights[9:31, 9:31] = -9999
    path = write_grid(tmp_path / "dem.tif", heights, nodata=-9999)
    assert "nodata" in refused(path, "no elevation in the area").what_to_do


@pytest.mark.parametrize("void", [-32768, -9999, 32767, np.inf])
def test_voids_that_the_file_does_not_name(tmp_path, void):
    heights = HEIGHTS.copy()
    heights[15, 15] = void
    finding = refused(write_grid(tmp_path / "dem.tif", heights), "1 cells of the elevation grid")
    assert f"{float(void):g}" in finding.what
    assert "nodata" in finding.what_to_do


# --- in a project ------------------------------------------------------------------------------
def test_a_project_s_grid_is_an_input_and_told_in_its_language(tmp_path):
    file = one_alley(300).house("h", (210, 250)).write(tmp_path)
    text = file.read_text("utf-8").replace("[inputs]\n", '[inputs]\nelevation = "dem.tif"\n')
    file.write_text(text, "utf-8")
    project = fireaccess.Project.open(file)
    assert ("elevation", tmp_path / "dem.tif") in list(project.input_files())
    with pytest.raises(InputError, match="no such elevation file"):
        fireaccess.run(project)


def test_a_misspelt_key_is_refused_with_the_right_one(tmp_path):
    file = one_alley(300).house("h", (210, 250)).write(tmp_path)
    file.write_text(file.read_text("utf-8").replace("[inputs]\n", '[inputs]\nelevatoin = "a"\n'))
    with pytest.raises(ProjectError, match="did you mean 'elevation'"):
        fireaccess.Project.open(file)
