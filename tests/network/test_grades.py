"""How steep roads are: slopes of which every height is known, and two real grids.

A slope rises by `grade` towards `towards` degrees (0 is east, 90 north), over squared paper whose
corner is that of `towns`.
"""

import itertools
import math

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from rasterio.transform import from_origin
from scipy.ndimage import map_coordinates
from towns import CRS, EAST, NORTH, comb, hoses, house, metres, missing, one_alley, segment, tooth
from towns import told as told_of

import fireaccess
from fireaccess.model.answers import Answer
from fireaccess.model.errors import Findings, NormError
from fireaccess.model.norm import load_norm
from fireaccess.network.build import build_network
from fireaccess.network.grades import grade_answers, grades_of
from fireaccess.outputs.why import explain, lines
from fireaccess.sources.elevation import read_elevation
from fireaccess.sources.roads import make_roads, no_objects

UTM = pyproj.CRS.from_user_input(CRS)
VN = load_norm("vn")
CELL = 10.0
BASE = 2 * math.hypot(CELL, CELL)  # 28.28 m
# Heights good to 0.5 m: over two diagonals of a cell that is less than 2.5 %.
HALF_A_METRE = VN.accuracy_elevation_m.model_copy(update={"value": 0.5})
GOOD = VN.model_copy(update={"accuracy_elevation_m": HALF_A_METRE})
SLACK = 0.5 / BASE
ALLEY = [(100, 100), (100, 400)]


def plane(grade, towards=90.0):
    """Return a slope as a function of metres on the squared paper."""
    east, north = math.cos(math.radians(towards)), math.sin(math.radians(towards))
    return lambda x, y: 100 + grade * (x * east + y * north)


def write_grid(path, height, *, cell=CELL, side=500.0, crs=CRS, void=(), **options):
    """Write a function of metres as a GeoTIFF around the squared paper, 100 m beyond it."""
    count = round((side + 200) / cell)
    transform = from_origin(EAST - 100, NORTH + side + 100, cell, cell)
    column, row = np.meshgrid(np.arange(count), np.arange(count))
    x, y = EAST - 100 + (column + 0.5) * cell, NORTH + side + 100 - (row + 0.5) * cell
    if crs != CRS:
        # As many cells, in degrees, each with the height of its own centre.
        to_grid = pyproj.Transformer.from_crs(CRS, crs, always_xy=True)
        west, south, east, north = to_grid.transform_bounds(
            EAST - 100, NORTH - 100, EAST + side + 100, NORTH + side + 100
        )
        across, down = (east - west) / count, (north - south) / count
        transform = from_origin(west, north, across, down)
        x, y = to_grid.transform(
            west + (column + 0.5) * across, north - (row + 0.5) * down, direction="INVERSE"
        )
    heights = np.broadcast_to(height(x - EAST, y - NORTH), column.shape).astype("float64")
    for west, south, east, north in void:
        hole = (x - EAST >= west) & (x - EAST < east) & (y - NORTH >= south) & (y - NORTH < north)
        heights[hole] = -9999
    with rasterio.open(
        path, "w", driver="GTiff", count=1, width=count, height=count, dtype="float64",
        crs=crs, transform=transform, nodata=-9999, **options,
    ) as grid:  # fmt: skip
        grid.write(heights, 1)
    return path


def network_at(*ways, origin=(EAST, NORTH), crs=UTM):
    """Build a network of ways with tags and vertices in metres; equal vertices are one node."""
    ids = {}
    rows = [
        (
            number,
            {"highway": "service", **tags},
            [ids.setdefault(point, len(ids) + 1) for point in line],
            [(origin[0] + x, origin[1] + y) for x, y in line],
        )
        for number, (tags, line) in enumerate(ways, start=1)
    ]
    return build_network(make_roads(rows, barriers={}, crs=crs, objects=no_objects(crs)))


def read(path, findings=None):
    area = shapely.box(EAST, NORTH, EAST + 500, NORTH + 500)
    return read_elevation(path, area, UTM, 50.0, Findings() if findings is None else findings)


def grades_on(folder, height, *ways, findings=None, **options):
    """Return a network on some ground, and how steep its segments are."""
    network = network_at(*ways)
    elevation = read(write_grid(folder / "dem.tif", height, **options))
    return network, grades_of(
        network, elevation, GOOD, Findings() if findings is None else findings
    )


def codes(findings):
    return [finding.code for finding in findings]


# --- slopes of which every height is known ---------------------------------------------------
@pytest.mark.parametrize("crs", [CRS, "EPSG:4326", "EPSG:5897"])
@pytest.mark.parametrize(
    ("towards", "expected"),
    [(90, 0.15), (270, 0.15), (0, 0.0), (45, 0.15 * math.sqrt(0.5)), (60, 0.15 * math.sqrt(0.75))],
)
def test_a_road_due_north_has_the_slope_s_part_to_the_north(tmp_path, crs, towards, expected):
    _, grades = grades_on(tmp_path, plane(0.15, towards), ({}, ALLEY), crs=crs)
    assert grades.grade == pytest.approx([expected], abs=5e-4)
    assert grades.source.tolist() == ["elevation"]
    assert grades.accuracy == pytest.approx([SLACK], rel=0.02)


def test_a_diagonal_road_and_the_direction_in_which_it_is_drawn(tmp_path):
    there = [(100, 100), (350, 350)]
    ways = [({}, there), ({}, [(x + 7, y) for x, y in there[::-1]])]
    _, grades = grades_on(tmp_path, plane(0.2, 0), *ways)
    assert grades.grade == pytest.approx([0.2 * math.sqrt(0.5)] * 2, abs=1e-6)


def test_a_road_that_winds_is_less_steep_than_the_ground(tmp_path):
    # Zigzag of 45° on a slope to the north: its length is √2 of what it gains on the paper.
    zigzag = [(100 + 20 * (k % 2), 100 + 20 * k) for k in range(15)]
    _, grades = grades_on(tmp_path, plane(0.2), ({}, zigzag))
    assert grades.grade == pytest.approx([0.2 * math.sqrt(0.5)], abs=1e-6)


def step(x, y):
    """Flat, then from y = 250 on a rise of 0.3, 60 m long, then flat again."""
    return 5 + 0.3 * np.clip(y - 250, 0, 60) + 0 * x


def test_the_greatest_grade_is_told_with_its_place(tmp_path):
    _, grades = grades_on(tmp_path, step, ({}, ALLEY))
    assert grades.grade == pytest.approx([0.3], abs=1e-6)
    x, y = grades.at_xy[0] - (EAST, NORTH)
    assert x == pytest.approx(100)
    assert 250 + BASE / 2 - 5 <= y <= 310 - BASE / 2 + 5


def test_short_segments_have_the_grade_of_their_way_around_them(tmp_path):
    # Side streets cut the alley every 5 m, where a base is 28 m: each piece is as steep as the
    # stretch of 28 m around its middle.
    cuts = [(100, y) for y in range(100, 405, 5)]
    ways = [({}, cuts), *(({}, [cut, (95, cut[1])]) for cut in cuts[1:-1])]
    network, grades = grades_on(tmp_path, step, *ways)
    own = network.segment_way == 0
    assert own.sum() == 60
    # At the ends the nearest stretch stands for those that would reach beyond the way.
    half = BASE / 2
    middles = np.clip(np.arange(102.5, 400, 5), 100 + half, 400 - half)
    expected = (step(0, middles + half) - step(0, middles - half)) / BASE
    # Places are tried every eighth of a base, and a segment has the steepest of its own.
    assert grades.grade[own] == pytest.approx(expected, abs=0.3 / 8 + 1e-6)
    far = (middles < 250 - half - 5) | (middles > 310 + half + 5)
    assert grades.grade[own][far] == pytest.approx(np.zeros(far.sum()), abs=1e-9)
    steep = (middles > 250 + half + 5) & (middles < 310 - half - 5)
    assert steep.sum() >= 3
    assert grades.grade[own][steep] == pytest.approx(np.full(steep.sum(), 0.3), abs=1e-6)
    assert np.isnan(grades.grade[~own]).all()


def test_cutting_a_way_changes_only_which_piece_is_steep(tmp_path):
    whole = grades_on(tmp_path, step, ({}, ALLEY))[1].grade
    cut = [(100, 100), (100, 163), (100, 291), (100, 400)]
    _, pieces = grades_on(
        tmp_path, step, ({}, cut), ({}, [cut[1], (90, 163)]), ({}, [cut[2], (90, 291)])
    )
    assert np.nanmax(pieces.grade) == pytest.approx(whole[0])


def test_what_a_single_cell_says_is_levelled_out(tmp_path):
    # One cell of 10 m is 2.5 m too high: 0.25 from cell to cell, 2.5 / 28 at most over a base.
    def spike(x, y):
        return 5 + 2.5 * ((abs(x - 105) < 5) & (abs(y - 255) < 5))

    network, grades = grades_on(tmp_path, spike, ({}, [(105, 100), (105, 400)]))
    assert 0.05 < grades.grade[0] <= 2.5 / BASE + 1e-9
    assert grade_answers(network, grades, VN, Findings()).tolist() == [Answer.PASS]


@pytest.mark.parametrize("seed", range(5))
def test_noise_of_a_metre_which_is_0_2_from_cell_to_cell_closes_nothing(tmp_path, seed):
    dice = np.random.default_rng(seed)
    wobble = dice.uniform(-1, 1, (70, 70))
    network, grades = grades_on(
        tmp_path, lambda x, y: 5 + wobble, ({}, ALLEY), ({}, [(200, 50), (460, 430)])
    )
    assert (grades.grade < 2 / BASE).all()
    assert (grade_answers(network, grades, VN, Findings()) == Answer.PASS).all()


@pytest.mark.parametrize(
    ("accuracy_m", "cell", "base_m"),
    [
        (0.2, 1.0, 10.0),  # a fire engine's length
        (0.2, 5.0, 2 * math.hypot(5, 5)),  # what the cells can carry
        (2.0, 1.0, 80.0),  # what the heights can
        (2.0, 5.0, 80.0),
    ],
)
def test_the_base_is_what_cells_and_heights_can_carry(tmp_path, accuracy_m, cell, base_m):
    path = write_grid(tmp_path / "dem.tif", plane(0.1), cell=cell, side=150)
    area = shapely.box(EAST, NORTH, EAST + 150, NORTH + 150)
    elevation = read_elevation(path, area, UTM, 50.0, Findings())
    figure = VN.accuracy_elevation_m.model_copy(update={"value": accuracy_m})
    norm = VN.model_copy(update={"accuracy_elevation_m": figure})
    grades = grades_of(network_at(({}, [(20, 20), (20, 120)])), elevation, norm, Findings())
    assert grades.base_m == pytest.approx(base_m)
    assert grades.accuracy == pytest.approx([accuracy_m / base_m])
    assert grades.accuracy[0] <= 0.025
    assert grades.grade == pytest.approx([0.1], abs=1e-9)


# --- of what nothing is known ----------------------------------------------------------------
@pytest.mark.parametrize(
    ("tags", "known"),
    [
        ({"bridge": "yes"}, False),
        ({"bridge": "viaduct"}, False),
        ({"tunnel": "yes"}, False),
        ({"tunnel": "building_passage"}, False),
        ({"bridge": "no", "tunnel": "no"}, True),
    ],
    ids=str,
)
def test_bridges_and_tunnels_do_not_follow_the_ground(tmp_path, tags, known):
    _, grades = grades_on(tmp_path, plane(0.2), (tags, ALLEY), ({}, [(200, 100), (200, 400)]))
    assert (~np.isnan(grades.grade)).tolist() == [known, True]
    assert grades.source.tolist() == ["elevation" if known else None, "elevation"]


def test_a_way_shorter_than_a_base_is_told_and_has_no_grade(tmp_path):
    findings = Findings()
    _, grades = grades_on(
        tmp_path, plane(0.2), ({}, [(100, 100), (100, 120)]), ({}, ALLEY), findings=findings
    )
    assert np.isnan(grades.grade).tolist() == [True, False]
    (finding,) = findings
    assert finding.code == "too_short_for_elevation"
    assert finding.what.startswith("1 ways, 0.0 km in all, are shorter than the 28 m")
    assert finding.file == "dem.tif"


def test_no_base_reaches_across_a_void(tmp_path):
    cuts = [(100, y) for y in range(100, 401, 20)]
    ways = [({}, cuts), *(({}, [cut, (95, cut[1])]) for cut in cuts[1:-1])]
    _, grades = grades_on(tmp_path, plane(0.2), *ways, void=[(80, 220, 120, 240)])
    known = ~np.isnan(grades.grade[:15])
    assert grades.grade[:15][known] == pytest.approx(np.full(known.sum(), 0.2), abs=1e-6)
    # Beside the hole the cells between whose centres a place lies are not all there, so that
    # bases end at 215 and begin at 245 at the nearest: their middles lie below 201 and above 259,
    # every 3.57 m from 114.3 on: the last before is at 200.0, the first after at 260.7.
    assert known.tolist() == [True] * 6 + [False] * 2 + [True] * 7


def test_beyond_the_grid_nothing_is_known(tmp_path):
    _, grades = grades_on(
        tmp_path, plane(0.2), ({}, [(700, 100), (700, 400)]), ({}, [(400, 300), (900, 300)])
    )
    assert np.isnan(grades.grade[0])
    assert grades.grade[1] == pytest.approx(0, abs=1e-9)


def test_without_grid_and_tags_nothing_is_known_and_nothing_told():
    network, findings = network_at(({}, ALLEY)), Findings()
    grades = grades_of(network, None, VN, findings)
    assert np.isnan(grades.grade).all()
    assert grades.source.tolist() == [None]
    assert grade_answers(network, grades, VN, findings).tolist() == [Answer.PASS]
    assert len(findings) == 0


# --- the tag ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("10%", 0.1),
        ("-8 %", 0.08),
        ("5.7°", 0.09981),
        ("-5.7 °", 0.09981),
        ("0%", 0.0),
        ("12,5 %", 0.125),
        ("40%", 0.4),
    ],
)
def test_the_tag_goes_before_the_grid(tmp_path, text, grade):
    _, grades = grades_on(tmp_path, plane(0.2), ({"incline": text}, ALLEY))
    assert grades.grade == pytest.approx([grade], abs=1e-5)
    assert (grades.source[0], grades.accuracy[0]) == ("incline", 0)
    assert np.isnan(grades.at_xy).all()


@pytest.mark.parametrize("text", ["up", "down", "up/down", "UP", " yes"])
def test_which_way_a_road_rises_is_no_figure_and_no_mistake(tmp_path, text):
    findings = Findings()
    _, grades = grades_on(tmp_path, plane(0.1), ({"incline": text}, ALLEY), findings=findings)
    assert grades.source.tolist() == ["elevation"]
    assert len(findings) == 0


@pytest.mark.parametrize("text", ["steep", "12", "41%", "-300%", "80°", "91°", "180°", "1:8", ""])
def test_what_is_no_gradient_is_told_and_left_to_the_grid(tmp_path, text):
    findings = Findings()
    _, grades = grades_on(tmp_path, plane(0.1), ({"incline": text}, ALLEY), findings=findings)
    assert grades.source.tolist() == ["elevation"]
    (finding,) = findings
    assert (finding.code, finding.severity) == ("tag_not_read", "hint")
    assert f"way 1: incline={text}" in finding.what


def test_a_decimal_comma_is_told():
    findings = Findings()
    grades_of(network_at(({"incline": "12,5%"}, ALLEY)), None, VN, findings)
    assert codes(findings) == ["decimal_comma"]


# --- three answers ---------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("grade", "answer"),
    [
        (0.1205 + SLACK + 0.001, Answer.BLOCKED),
        (0.1205 + SLACK - 0.001, Answer.UNKNOWN),
        (0.1205, Answer.UNKNOWN),
        (0.1205 - SLACK + 0.001, Answer.UNKNOWN),
        (0.1205 - SLACK - 0.001, Answer.PASS),
        (0.0, Answer.PASS),
    ],
)
def test_by_the_grid(tmp_path, grade, answer):
    findings = Findings()
    network, grades = grades_on(tmp_path, plane(grade), ({}, ALLEY))
    assert grade_answers(network, grades, VN, findings).tolist() == [answer]
    assert codes(findings) == ([] if answer == Answer.PASS else ["steep_by_elevation"])


@pytest.mark.parametrize(
    ("grade", "cell", "answer", "told"),
    [
        (
            0.3,
            CELL,
            Answer.BLOCKED,
            "1 stretches of road are too steep for a fire engine and 0 may",
        ),
        (0.1205, CELL, Answer.UNKNOWN, "1 stretches of road may be too steep for a fire engine ("),
        (
            0.3,
            30.0,
            Answer.UNKNOWN,
            "larger than 10 m, so that it closes none of them (first: 1-0)",
        ),
        (
            0.3,
            10.2,
            Answer.UNKNOWN,
            "larger than 10 m, so that it closes none of them (first: 1-0)",
        ),
        (0.02, 30.0, Answer.PASS, None),
    ],
)
def test_a_grid_that_closes_no_road_is_not_told_to_find_none_too_steep(
    tmp_path, grade, cell, answer, told
):
    findings = Findings()
    network, grades = grades_on(tmp_path, plane(grade), ({}, ALLEY), cell=cell)
    assert grade_answers(network, grades, VN, findings).tolist() == [answer]
    whats = [finding.what for finding in findings]
    assert len(whats) == (told is not None)
    for what in whats:
        assert told in what
        assert " 0 stretches" not in what


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("12%", Answer.PASS),
        ("12.05%", Answer.PASS),
        ("12.06%", Answer.BLOCKED),
        ("-15%", Answer.BLOCKED),
    ],
)
def test_by_the_tag_which_is_taken_at_its_word(text, answer):
    network, findings = network_at(({"incline": text}, ALLEY)), Findings()
    grades = grades_of(network, None, VN, findings)
    assert grade_answers(network, grades, VN, findings).tolist() == [answer]
    assert len(findings) == 0


def test_a_norm_that_does_not_say_that_grade_decides_has_steep_roads_told():
    told_only = VN.model_copy(update={"grade": None})
    network = network_at(
        ({"incline": "15%"}, ALLEY),
        ({"incline": "8%"}, [(200, 100), (200, 400)]),
        ({"incline": "30%", "highway": "steps"}, [(300, 100), (300, 400)]),
    )
    findings = Findings()
    grades = grades_of(network, None, told_only, findings)
    answers = grade_answers(network, grades, told_only, findings)
    assert (answers == Answer.PASS).all()
    (finding,) = findings
    assert (finding.code, finding.severity) == ("steep_road", "hint")
    assert finding.what.startswith("1 stretches of road are steeper than 12.05%")
    assert "(first: 1-0)" in finding.what


def test_a_norm_without_a_greatest_grade_says_nothing():
    network, findings = network_at(({"incline": "35%"}, ALLEY)), Findings()
    grades = grades_of(network, None, load_norm("ifc"), findings)
    answers = grade_answers(network, grades, load_norm("ifc"), findings)
    assert answers.tolist() == [Answer.PASS]
    assert len(findings) == 0


def test_a_norm_without_the_accuracy_can_t_use_a_grid(tmp_path):
    silent = VN.model_copy(update={"accuracy_elevation_m": None})
    elevation = read(write_grid(tmp_path / "dem.tif", plane(0.1)))
    with pytest.raises(NormError, match="accuracy_elevation_m"):
        grades_of(network_at(({}, ALLEY)), elevation, silent, Findings())


# --- whole towns -----------------------------------------------------------------------------
def project_on(folder, town, height, *, name="dem.tif", cell=CELL, **options):
    """Write a town with the ground under it, as a project."""
    file = town.write(folder, **options)
    text = file.read_text("utf-8")
    file.write_text(text.replace("[inputs]\n", f'[inputs]\nelevation = "{name}"\n'), "utf-8")
    write_grid(folder / name, height, cell=cell)
    return fireaccess.Project.open(file)


def chain(explained):
    """Return the lines of a chain as one text, as if the terminal were wide."""
    return " ".join(" ".join(lines(explained)).split())


def alley_town():
    return one_alley(300, width="4.5").house("h", (210, 250))


@pytest.mark.parametrize(
    ("grade", "truck", "reason", "expected", "words"),
    [
        (0.25, "blocked", "grade", (260, 260), ("Ngõ 1 (too steep, 25.0%)", "quá dốc, 25,0%")),
        (0.12, "unknown", "grade", (260, 10), ("Ngõ 1 (perhaps too steep, 12.0%)", "12,0%")),
        (0.02, "pass", "width", (10, 10), None),
    ],
)
def test_a_steep_alley(tmp_path, grade, truck, reason, expected, words):
    result = fireaccess.run(project_on(tmp_path, alley_town(), plane(grade)))
    row = segment(result, (200, 150))
    assert (row.truck, row.truck_reason) == (truck, reason)
    assert row.grade == pytest.approx(grade, abs=1e-4)
    assert hoses(result) == (metres(expected[0]), metres(expected[1]))
    if words:
        assert words[0] in house(result, "h").reason_en
        assert f"{100 * grade:.1f}".replace(".", ",") + "%" in house(result, "h").reason_vi
    # The main road runs across the slope, and engines start from it.
    assert segment(result, (100, 0)).grade == pytest.approx(0, abs=1e-4)
    evidence = result.evidence[result.evidence["source"] == "elevation"].set_index("object")
    of_alley = evidence.loc[f"segment:{row.segment_id}"]
    assert of_alley["value"] == f"grade={row.grade:.4f}"
    assert of_alley["file"] == "dem.tif"
    assert of_alley["accuracy_m"] == 2
    assert bool(of_alley["used"]) is (reason == "grade")
    assert of_alley["method"].startswith("base_m=80.0;lat=")
    assert result.statistics["inputs"]["elevation"]["file"] == "dem.tif"
    assert result.statistics["not_verified"]["norm"]["accuracy_elevation_m"] == 2


def test_the_chain_tells_figure_clause_and_grid(tmp_path):
    result = fireaccess.run(project_on(tmp_path, alley_town(), plane(0.25)))
    name = segment(result, (200, 150)).segment_id
    text = chain(explain(result, f"segment:{name}", language="en"))
    assert "0.25 − 0.025 = 0.225 > 0.1205" in text
    assert "on 80 m of its way" in text
    assert "QCVN 06:2022/BXD 6.2.4" in text
    assert "accuracy_elevation_m" in text
    assert "dem.tif" in text
    across = segment(result, (100, 0)).segment_id
    text = chain(explain(result, f"segment:{across}", language="en"))
    assert "NOT USED: not steeper than the 0.1205 allowed" in text


def test_what_the_grid_leaves_open_parts_no_arterial_and_what_is_certain_does(tmp_path):
    town = one_alley(300, width="4.5").house("h", (210, 250))
    open_yet = fireaccess.run(project_on(tmp_path / "a", town, plane(0.12, 0)))
    assert segment(open_yet, (100, 0)).truck == "pass"
    assert told_of(open_yet, "steep_by_elevation")
    with pytest.raises(fireaccess.InputError, match="no fire engine has anywhere to start from"):
        fireaccess.run(project_on(tmp_path / "b", town, plane(0.3, 0)))


def test_tags_alone_and_the_worse_reason_first(tmp_path):
    town = comb(
        [
            {"width": "4.5", "incline": "15%"},
            {"width": "4.5", "incline": "-9%"},
            {"width": "4.5", "incline": "15%", "bridge": "yes", "maxweight": "5"},
            {"highway": "steps", "incline": "30%"},
            {"width": "2", "incline": "up"},
        ]
    )
    result = town.run(tmp_path)
    rows = [segment(result, (tooth(number), 60)) for number in range(5)]
    assert [(row.truck, row.truck_reason) for row in rows] == [
        ("blocked", "grade"),
        ("pass", "width"),
        ("blocked", "weight"),
        ("blocked", "steps"),
        ("blocked", "width"),
    ]
    assert [row.grade for row in rows[:4]] == [0.15, 0.09, 0.15, 0.3]
    assert missing(rows[4].grade)
    evidence = result.evidence[[str(v).startswith("incline=") for v in result.evidence["value"]]]
    used = dict(zip(evidence["object"], evidence["used"], strict=True))
    assert [used.get(f"segment:{row.segment_id}") for row in rows] == [
        True, False, False, False, None,
    ]  # fmt: skip


def test_with_a_norm_that_only_tells_nothing_is_closed(tmp_path):
    norm = (fireaccess_norms() / "vn.toml").read_text("utf-8")
    assert norm.count("decides = true") == 1
    tmp_path.joinpath("own.toml").write_text(
        norm.replace("decides = true", "decides = false"), "utf-8"
    )
    result = fireaccess.run(project_on(tmp_path, alley_town(), plane(0.25), norm="own.toml"))
    row = segment(result, (200, 150))
    assert (row.truck, row.truck_reason) == ("pass", "width")
    assert row.grade == pytest.approx(0.25, abs=1e-4)
    assert hoses(result) == (metres(10), metres(10))
    (finding,) = told_of(result, "steep_road")
    assert row.segment_id in finding.what
    text = chain(explain(result, f"segment:{row.segment_id}", language="en"))
    assert "does not say that grade decides" in text


def fireaccess_norms():
    from importlib.resources import files

    return files("fireaccess") / "norms"


def test_flat_ground_changes_no_answer(tmp_path):
    town = comb([{"width": "4.5"}, {}, {"width": "3.4"}, {"highway": "steps"}])
    without = town.run(tmp_path / "a")
    flat = fireaccess.run(project_on(tmp_path / "b", town, plane(0)))
    assert without.houses.equals(flat.houses)
    assert without.segments.drop(columns="grade").equals(flat.segments.drop(columns="grade"))
    assert without.segments["grade"].isna().all()
    assert "accuracy_elevation_m" not in without.statistics["not_verified"]["norm"]
    assert (flat.segments["grade"] == 0).all()
    assert [name for name in flat.segments if name != "geometry"][-1] == "grade"


# --- two real grids ----------------------------------------------------------------------------
def applied(transform, x, y):
    a, b, c, d, e, f = tuple(transform)[:6]
    return a * x + b * y + c, d * x + e * y + f


def by_hand(way_xy, cuts, heights, cell_of, base):
    """Return the greatest grade of each piece of a way, place by place."""
    line = shapely.LineString(way_xy)
    steps = math.floor(8 * line.length / base)
    apart = line.length / steps
    column, row = cell_of(
        *np.array([line.interpolate(k * apart).coords[0] for k in range(steps + 1)]).T
    )
    z = map_coordinates(heights, [row - 0.5, column - 0.5], order=1, cval=np.nan)
    found = []
    for begin, end in itertools.pairwise(cuts):
        own = {}
        for k in range(steps - 7):
            middle = (k + 4) * apart
            outside = max(begin - middle, middle - end, 0.0)
            rise = np.nan if np.isnan(z[k : k + 9]).any() else abs(z[k + 8] - z[k])
            own.setdefault(round(outside, 6), []).append(rise / (8 * apart))
        of_piece = np.array(own[min(own)])
        found.append(of_piece[~np.isnan(of_piece)].max(initial=-1.0))
    return found


@pytest.mark.parametrize("name", ["can_tho_1arcsec", "quang_binh_30m_utm48"])
def test_real_ground_by_hand(data_dir, name):
    path = data_dir / "elevation" / f"{name}.tif"
    with rasterio.open(path) as grid:
        band = grid.read(1, masked=True).astype(float).filled(np.nan)
        transform, grid_crs, bounds = ~grid.transform, grid.crs, grid.bounds
    to_grid = pyproj.Transformer.from_crs(CRS, grid_crs, always_xy=True)
    west, south, east, north = to_grid.transform_bounds(*bounds, direction="INVERSE")
    elevation = read_elevation(path, shapely.box(west, south, east, north), UTM, 0.0, Findings())

    dice = np.random.default_rng(6)
    ways = []
    for _ in range(40):
        begin = dice.uniform([west + 200, south + 200], [east - 200, north - 200])
        turns = np.cumsum(dice.uniform(-0.6, 0.6, 8)) + dice.uniform(0, 2 * np.pi)
        legs = np.column_stack([np.cos(turns), np.sin(turns)]) * dice.uniform(40, 90, (8, 1))
        ways.append([tuple(p) for p in np.vstack([begin, begin + np.cumsum(legs, axis=0)])])
    streets = [({}, way) for way in ways]
    streets += [({}, [way[4], (way[4][0] + 1, way[4][1] + 1)]) for way in ways]
    network = network_at(*streets, origin=(0, 0))
    grades = grades_of(network, elevation, VN, Findings())
    assert 80 < grades.base_m < 90

    expected = []
    for way in ways:
        cuts = [0.0, shapely.LineString(way[:5]).length, shapely.LineString(way).length]
        cell_of = lambda x, y: applied(transform, *to_grid.transform(x, y))  # noqa: E731
        expected += by_hand(way, cuts, band, cell_of, grades.base_m)
    found = grades.grade[network.segment_way < len(ways)]
    known = ~np.isnan(found)
    assert known.mean() > 0.5
    expected = np.array(expected)
    assert (known == (expected >= 0)).all()
    np.testing.assert_allclose(found[known], expected[known], rtol=0, atol=1e-6)
