"""A population grid is spread over the houses of a hand-drawn town, or stands in for them.

The cells are squares of 100 m on the drawing's squared paper, the first at (0, 200) to (100, 300):

              0     100     200     300
        300   +-------+-------+-------+
              |  a    |  b    |  c    |   row 0
        200   +-------+-------+-------+
              |  d    |  e    |  f    |   row 1
        100   +-------+-------+-------+
              |  g    |  h    |  i    |   row 2
          0   +-------+-------+-------+
"""

import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from towns import CRS, EAST, NORTH, Town, degrees, metres

import fireaccess
from fireaccess.model.errors import Findings, InputError, ProjectError
from fireaccess.outputs.book import write_book
from fireaccess.outputs.texts import texts
from fireaccess.outputs.told import told as statements
from fireaccess.outputs.verify import verify
from fireaccess.outputs.why import explain, lines
from fireaccess.sources.houses import Houses
from fireaccess.sources.population import PEOPLE_ESTIMATED, STAND_IN, Population, spread

SQUARE = [(0, 0), (300, 0), (300, 300), (0, 300)]
NOBODY = [[0.0] * 3] * 3


def town(*houses):
    """Draw a street through the squares; houses are places, or places with a count."""
    drawing = Town().area(*SQUARE)
    drawing.road("Đường Lớn", [(-300, 10), (150, 10), (600, 10)], highway="primary")
    drawing.road("Ngõ 1", [(150, 10), (150, 290)], width="4.5")
    for number, house in enumerate(houses):
        counted = isinstance(house, tuple) and isinstance(house[0], tuple)
        place, columns = (house[0], {"people": house[1]}) if counted else (house, {})
        drawing.house(f"h{number}", place, **columns)
    return drawing


def write_grid(path, people, *, crs=CRS, origin=(EAST, NORTH + 300), cell=100.0, **options):
    people = np.asarray(people, dtype=options.pop("dtype", "float32"))
    bands = people if people.ndim == 3 else people[None]
    with rasterio.open(
        path,
        "w",
        driver="GTiff",
        count=len(bands),
        height=bands.shape[1],
        width=bands.shape[2],
        dtype=bands.dtype,
        crs=crs,
        transform=from_origin(*origin, cell, cell),
        **options,
    ) as grid:
        grid.write(bands)
    return path


def project_of(folder, drawing, people, *, houses=True, backwards=False, **options):
    """Write a town with a grid, as a project."""
    file = drawing.write(folder, backwards=backwards)
    text = file.read_text("utf-8")
    found = re.search(r'^houses = "(.*)"\n', text, re.MULTILINE)
    line = found[0] if houses else ""
    file.write_text(text.replace(found[0], f'{line}population = "people.tif"\n'), "utf-8")
    write_grid(folder / "people.tif", people, **options)
    return fireaccess.Project.open(file)


def result_of(folder, drawing, people, **options):
    return fireaccess.run(project_of(folder, drawing, people, **options))


def people_of(result):
    return dict(zip(result.houses["house_id"], result.houses["people"], strict=True))


def told(result, code):
    return [finding for finding in result.findings if finding.code == code]


# Spread over houses
def test_equal_shares_and_the_first_house_takes_what_does_not_divide(tmp_path):
    # Cell e holds 7: 3 + 2 + 2. Cell i holds 4 for its one house.
    drawing = town((120, 150), (140, 150), (180, 150), (250, 50))
    result = result_of(tmp_path, drawing, [[0, 0, 0], [0, 7, 0], [0, 0, 4]])
    assert people_of(result) == {"h0": 3, "h1": 2, "h2": 2, "h3": 4}
    assert result.statistics["area"]["people"] == 11


def test_a_cell_without_a_house_gives_to_the_nearest(tmp_path):
    # From the centre of a, (50, 250), it is 122 m to h0 and 283 m to h1.
    drawing = town((120, 150), (250, 50))
    result = result_of(tmp_path, drawing, [[5, 0, 0], [0, 7, 0], [0, 0, 4]])
    assert people_of(result) == {"h0": 12, "h1": 4}


def squares(people):
    """Return a grid with cells of 4 m whose north-western corner is the origin."""
    crs = pyproj.CRS.from_user_input(CRS)
    row, column = np.nonzero(people)
    return Population(
        "people.tif",
        grid_crs=crs,
        cell_at=~from_origin(0, 0, 4, 4),
        row=row,
        column=column,
        people=people[row, column],
        lon=np.full(len(row), 105.0),
        lat=np.full(len(row), 21.0),
        xy=np.column_stack([4 * column + 2.0, -4 * row - 2.0]),
        crs=crs,
    )


def houses_at(xy, people=np.nan):
    frame = gpd.GeoDataFrame(
        {"people": np.broadcast_to(people, len(xy))}, geometry=shapely.points(xy), crs=CRS
    )
    area = shapely.box(-99, -99, 99, 99)
    return Houses(frame, frame.geometry.to_numpy(), area, frame[:0], len(frame), {})


def test_of_two_houses_as_near_the_first_takes_it():
    # 3 m to either side of the only cell's centre.
    houses = houses_at([(5, -2), (-1, -2)])
    got = spread(squares(np.array([[9.0]])), houses, Findings()).frame["people"]
    assert got.tolist() == [9, 0]
    assert houses.frame["people"].isna().all()


@pytest.mark.parametrize("seed", range(20))
def test_sums_are_kept_for_any_grid(seed):
    dice = np.random.default_rng(seed)
    people = dice.uniform(0, 9, (6, 6)) * (dice.random((6, 6)) < 0.7)
    xy = dice.uniform(-4, 28, (30, 2)) * (1, -1)
    counts = np.where(dice.random(30) < 0.3, dice.integers(0, 6, 30), np.nan)
    cell = np.floor(xy / (4, -4)).astype(int)
    in_grid = ((cell >= 0) & (cell < 6)).all(axis=1)
    # Cell by cell, as one would on paper: what is there beyond those who were counted.
    left = people.copy()
    for (column, row), inside, count in zip(cell, in_grid, counts, strict=True):
        if inside and count > 0:
            left[row, column] = max(left[row, column] - count, 0)
    # Houses of one cell share it, and counts of several are taken off together or in turn alike.
    got = spread(squares(people), houses_at(xy, counts), Findings()).frame["people"].to_numpy()
    uncounted = np.isnan(counts)
    assert (got[~uncounted] == counts[~uncounted]).all()
    assert (got % 1 == 0).all()
    assert got[uncounted].sum() == np.floor(left.sum() + 0.5)
    for column, row in {tuple(place) for place in cell[uncounted & in_grid]}:
        here = uncounted & in_grid & (cell == (column, row)).all(axis=1)
        assert got[here].sum() > left[row, column] - 1


def test_counted_houses_keep_their_count_and_what_is_beyond_goes_to_the_others(tmp_path):
    # Cell e: 10, of which h0 has 4: 6 for h1 and h2. Cell i: 3, of which h3 has 5: nothing left.
    drawing = town(((120, 150), 4), (140, 150), (180, 150), ((250, 50), 5), (270, 50))
    result = result_of(tmp_path, drawing, [[0, 0, 0], [0, 10, 0], [0, 0, 3]])
    assert people_of(result) == {"h0": 4, "h1": 3, "h2": 3, "h3": 5, "h4": 0}
    flags = dict(zip(result.houses["house_id"], result.houses["flags"], strict=True))
    assert {name for name, flag in flags.items() if PEOPLE_ESTIMATED in flag} == {"h1", "h2", "h4"}
    (finding,) = told(result, "people_estimated")
    assert finding.text == (
        "people.tif: 6 people of the population grid were spread over the 3 houses that have no "
        "count of their own; 2 have one"
    )


def test_an_estimate_is_no_count(tmp_path):
    """Who reads the figures is told of how many houses nobody counted the people."""
    drawing = town(((120, 150), 4), (140, 150), (180, 150))
    result = result_of(tmp_path, drawing, [[0, 0, 0], [0, 10, 0], [0, 0, 0]])
    area = result.statistics["area"]
    assert (area["people"], area["houses_without_people_count"]) == (10, 2)
    assert any("lưới dân số" in line for line in statements(result, "vi"))


def test_a_cell_whose_houses_are_all_counted_gives_what_is_beyond_to_the_nearest_other(tmp_path):
    drawing = town(((150, 150), 4), (250, 50))
    result = result_of(tmp_path, drawing, [[0, 0, 0], [0, 10, 0], [0, 0, 1]])
    assert people_of(result) == {"h0": 4, "h1": 7}


def test_where_every_house_is_counted_the_grid_adds_nobody(tmp_path):
    result = result_of(tmp_path, town(((150, 150), 4)), [[0, 0, 0], [0, 10, 0], [0, 0, 1]])
    assert people_of(result) == {"h0": 4}
    assert told(result, "people_estimated")[0].what.startswith("every house has a count")
    assert not result.houses["flags"].str.contains(PEOPLE_ESTIMATED).any()


def test_people_become_whole_and_their_sum_is_kept(tmp_path):
    # 2.5 + 1.25 + 0.5 + 3.25 = 7.5, so 8 people: the largest remainders are those of e and h.
    grid = [[1.25, 0, 3.25], [0, 2.5, 0], [0, 0.5, 0]]
    drawing = town((50, 250), (250, 250), (160, 150), (160, 50))
    result = result_of(tmp_path, drawing, grid)
    assert people_of(result) == {"h0": 1, "h1": 3, "h2": 3, "h3": 1}
    assert (result.houses["people"] % 1 == 0).all()


def test_cells_count_whose_centres_lie_in_the_area(tmp_path):
    # The area ends at x = 240: the centres of c, f and i at x = 250 lie outside.
    drawing = town((150, 150)).area((0, 0), (240, 0), (240, 300), (0, 300))
    result = result_of(tmp_path, drawing, [[1, 1, 100], [1, 1, 100], [1, 1, 100]])
    assert people_of(result) == {"h0": 6}


def test_nodata_and_zero_are_nobody(tmp_path):
    grid = [[-99999, np.nan, 0], [0, 6, 0], [0, 0, -99999]]
    result = result_of(tmp_path, town((150, 150)), grid, nodata=-99999)
    assert people_of(result) == {"h0": 6}


def test_a_scale_in_the_file_is_applied(tmp_path):
    project = project_of(tmp_path, town((150, 150)), np.full((3, 3), 20), dtype="int16")
    with rasterio.open(tmp_path / "people.tif", "r+") as grid:
        grid.scales = (0.1,)
    assert people_of(fireaccess.run(project)) == {"h0": 18}


def test_a_grid_in_degrees_gives_the_same(tmp_path):
    # Cells of 0.001° (104 m × 111 m) with the middle one around the middle of the drawing.
    lon, lat = degrees((150, 150))
    grid = [[0, 0, 0], [0, 12, 0], [0, 0, 0]]
    result = result_of(
        tmp_path,
        town((140, 140), (160, 160), (20, 20)),
        grid,
        crs="EPSG:4326",
        origin=(lon - 0.0015, lat + 0.0015),
        cell=0.001,
    )
    assert people_of(result) == {"h0": 6, "h1": 6, "h2": 0}


def test_order_of_rows_changes_nothing(tmp_path):
    places = [(120, 150), (140, 150), (180, 150), (250, 50)]
    grid = [[2.5, 1.3, 0.2], [0, 7, 0.4], [0.4, 0, 4]]
    forth = project_of(tmp_path / "forth", town(*places), grid)
    back = project_of(tmp_path / "back", town(*places), grid, backwards=True)
    assert people_of(fireaccess.run(forth)) == people_of(fireaccess.run(back))


def test_outlines_are_where_their_middle_is(tmp_path):
    # Most of the outline lies in e, some of it in f.
    outline = [(170, 140), (210, 140), (210, 160), (170, 160)]
    drawing = town(outline, (250, 150))
    result = result_of(tmp_path, drawing, [[0, 0, 0], [0, 6, 2], [0, 0, 0]])
    assert people_of(result) == {"h0": 6, "h1": 2}


# In place of houses
def test_cells_stand_in_for_a_missing_list(tmp_path):
    # The centre of g is (50, 50): 40 m from the street. That of e, (150, 150), is on Ngõ 1.
    grid = [[0, 0, 0], [0, 7.4, 0], [2.4, 0, 0.2]]
    result = result_of(tmp_path, town(), grid, houses=False)
    houses = result.houses.set_index("house_id")
    assert houses["people"].to_dict() == {"cell:1-1": 8, "cell:2-0": 2}
    assert result.statistics["area"]["people"] == 10
    place = houses.geometry["cell:2-0"]
    assert (place.x, place.y) == pytest.approx(degrees((50, 50)), abs=2e-7)
    assert houses["offset_m"].to_dict() == {"cell:1-1": metres(0), "cell:2-0": metres(40)}
    assert houses["flags"].to_dict() == {
        "cell:1-1": f"{PEOPLE_ESTIMATED};{STAND_IN}",
        "cell:2-0": f"far_door;{PEOPLE_ESTIMATED};{STAND_IN}",
    }
    (finding,) = told(result, "population_stands_in")
    assert finding.severity == "warning"
    assert "2 cells of the population grid with 10 people" in finding.text
    assert told(result, "people_estimated") == []


def test_stand_ins_are_on_map_and_lists_like_houses(tmp_path):
    result = result_of(tmp_path, town(), np.full((3, 3), 1.0), houses=False)
    assert result.statistics["rows_read"]["houses"] == len(result.houses) == 9
    (group,) = result.statistics["groups"]
    assert (group["houses"], group["people"]) == (9, 9)
    assert result.statistics["left_out"]["houses"] == {"not_readable": 0}
    assert fireaccess.write(result)["map.html"].stat().st_size > 0
    write_book(result, tmp_path / "lists.xlsx")
    cells = pd.read_excel(tmp_path / "lists.xlsx", sheet_name=None, header=None, dtype=str)
    assert any((sheet == "cell:0-0").any(axis=None) for sheet in cells.values())


def test_without_houses_an_area_is_needed(tmp_path):
    project = project_of(tmp_path, town().no_area(), NOBODY, houses=False)
    with pytest.raises(InputError, match="neither an area nor houses"):
        fireaccess.run(project)


def test_without_houses_and_grid_the_project_is_refused(tmp_path):
    project = project_of(tmp_path, town((150, 150)), NOBODY, houses=False)
    text = project.file.read_text("utf-8").replace('population = "people.tif"\n', "")
    project.file.write_text(text, "utf-8")
    with pytest.raises(ProjectError, match=r"inputs\.houses") as caught:
        fireaccess.Project.open(project.file)
    assert "population" in caught.value.finding.what_to_do


# What is wrong
def test_less_than_a_person_is_nobody_to_stand_in(tmp_path):
    with pytest.raises(InputError, match="less than one person"):
        result_of(tmp_path, town(), np.full((3, 3), 0.01), houses=False)


@pytest.mark.parametrize(
    ("people", "options", "words"),
    [
        (NOBODY, {}, "holds nobody in the area"),
        (np.full((3, 3), -99999.0), {}, "such as -99999"),
        (np.full((3, 3), np.inf), {}, "such as inf"),
        (np.ones((3, 3)), {"crs": None}, "names no CRS"),
        (np.ones((3, 3)), {"crs": 'LOCAL_CS["drawing",UNIT["metre",1]]'}, "CRS of the population"),
        (np.ones((3, 3)), {"origin": (EAST + 10_000, NORTH)}, "lies nowhere near the area"),
        (np.ones((3, 3)), {"crs": "EPSG:4326", "origin": (0.0, 0.0)}, "lies nowhere near the area"),
        (np.ones((2, 3, 3)), {}, "has 2 bands"),
    ],
    ids=["nobody", "negative", "infinite", "no_crs", "local", "far", "elsewhere", "bands"],
)
@pytest.mark.parametrize("houses", [True, False], ids=["houses", "none"])
def test_a_grid_that_can_not_be_used_is_told(tmp_path, people, options, words, houses):
    project = project_of(tmp_path, town((150, 150)), people, houses=houses, **options)
    with pytest.raises(InputError) as caught:
        fireaccess.run(project)
    assert words in caught.value.finding.what
    assert caught.value.finding.file.endswith("people.tif")
    assert caught.value.finding.what_to_do


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such population file"),
        (b"", "is empty"),
        (b"lon,lat,people\n", "no GeoTIFF that can be read to its end"),
        ("half", "no GeoTIFF that can be read to its end"),
    ],
)
def test_a_file_that_is_no_whole_raster_is_told(tmp_path, content, words):
    grid = np.random.default_rng(7).uniform(0, 9, (300, 300))
    project = project_of(tmp_path, town((150, 150)), grid, cell=1.0)
    path = tmp_path / "people.tif"
    if content is None:
        path.unlink()
    else:
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2] if content == "half" else content)
    with pytest.raises(InputError, match=words) as caught:
        fireaccess.run(project)
    assert caught.value.finding.file.endswith("people.tif")
    assert caught.value.finding.what_to_do


def test_a_grid_of_a_part_of_the_area_is_told(tmp_path):
    # Columns of 100 m: two of the three.
    result = result_of(tmp_path, town((150, 150)), np.ones((3, 2)))
    assert people_of(result) == {"h0": 6}
    assert [finding.severity for finding in told(result, "population_in_part")] == ["warning"]


def test_what_lies_beside_the_file_says_nothing(tmp_path):
    project = project_of(tmp_path, town((150, 150)), np.ones((3, 3)), crs=None)
    (tmp_path / "people.tif.aux.xml").write_text(
        f"<PAMDataset><SRS>{CRS}</SRS></PAMDataset>", "utf-8"
    )
    with pytest.raises(InputError, match="names no CRS"):
        fireaccess.run(project)


# What rests on it
@pytest.mark.parametrize("houses", [True, False], ids=["houses", "none"])
def test_results_hold_and_a_changed_grid_is_found(tmp_path, houses):
    grid = np.arange(9.0).reshape(3, 3)
    project = project_of(tmp_path, town((150, 150), ((250, 50), 3)), grid, houses=houses)
    result = fireaccess.run(project)
    fireaccess.write(result)
    assert result.statistics["inputs"]["population"]["file"] == "people.tif"
    assert verify(project).differences == ()
    write_grid(tmp_path / "people.tif", grid + 1)
    (difference,) = verify(project).differences
    assert difference.where == "input population (people.tif)"


@pytest.mark.parametrize("houses", [True, False], ids=["houses", "none"])
def test_every_flag_has_its_words(tmp_path, houses):
    result = result_of(tmp_path, town((150, 150)), np.ones((3, 3)), houses=houses)
    house = result.houses.iloc[0]
    flags = [flag for flag in house["flags"].split(";") if flag]
    assert PEOPLE_ESTIMATED in flags
    for language in ("vi", "en"):
        chain = " ".join(lines(explain(result, house.house_id, language=language)))
        for flag in flags:
            assert f"flag.{flag}" in texts(language)
    assert "is an estimate from a population grid" in " ".join(chain.split())
    assert ("no house but a cell" in " ".join(chain.split())) is not houses
