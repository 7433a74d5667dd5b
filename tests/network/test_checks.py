"""What contradicts the map, or another row of the survey."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from towns import BY_WIDTH, CRS, Town, degrees, one_alley

from fireaccess.inputs import read_inputs
from fireaccess.model.errors import Findings
from fireaccess.network.build import build_network
from fireaccess.network.checks import (
    check_map,
    check_survey,
    no_alley_mapped,
    not_on_the_road_named,
    removed_but_mapped,
    same_place,
)
from fireaccess.network.drawn import drawn_network
from fireaccess.network.grades import grades_of
from fireaccess.network.need import need_of
from fireaccess.network.obstacles import set_survey
from fireaccess.network.passability import assess
from fireaccess.project import Project

NOTHING = pd.DataFrame({"kind": [], "node": []})
EVERYWHERE = shapely.box(-1e4, -1e4, 1e4, 1e4)


def checked(town, folder, **options):
    """Set a town's survey; return what the checks tell of it and what was told before."""
    project = Project.open(town.write(folder, **options))
    told = Findings()
    inputs = read_inputs(project, told)
    need = need_of(inputs.norm, inputs.vehicle, project.options.mode)
    surveyed = set_survey(
        build_network(inputs.roads),
        inputs.roads.barriers,
        inputs.survey,
        need=need,
        norm=inputs.norm,
        settings=project.settings,
        findings=told,
    )
    assess(
        surveyed,
        facades=None,
        grades=grades_of(surveyed.network, None, inputs.norm, told),
        need=need,
        norm=inputs.norm,
        vehicle=inputs.vehicle,
        settings=project.settings,
        turns_count=False,
        findings=told,
    )
    area = inputs.houses.area
    found = check_survey(surveyed, inputs.survey, area, need=need, settings=project.settings)
    return found, list(told)


def street():
    """Draw a street with houses, on which nothing is doubtful."""
    return one_alley(300, width=BY_WIDTH).house("h", (210, 250))


# --- road names -------------------------------------------------------------------------------
NAMED = [
    ("Ngõ 1", (205, 100), False),
    ("Số 5, ngõ 1", (205, 100), False),
    ("Ngõ 2", (205, 100), True),  # 40 m away
    ("Ngõ 2", (225, 100), False),  # 25 m west, 15 m east: set on Ngõ 2 Phố Hạ, see below
    ("Ngõ 3", (205, 100), True),  # unknown
    ("ngõ 11", (205, 100), True),
    (None, (205, 100), False),
    ("Ngõ 2", (290, 100), False),  # near no road: told as such
]


@pytest.mark.parametrize("table", ["widths", "clearances", "barriers", "solutions"])
def test_the_road_that_a_row_names_is_not_there(tmp_path, table):
    """Ngõ 1 at x = 200, Ngõ 2 Phố Hạ at 240: a short name is enough if that road is nearest."""
    fields = {"width_m": 4} if table == "widths" else {"type": "gate"}
    fields = {"clearances": {"height_m": 5}, "solutions": {"type": "riser"}}.get(table, fields)
    town = street().road("Ngõ 2 Phố Hạ", [(240, 0), (240, 300)], width=BY_WIDTH)
    for number, (name, place, _) in enumerate(NAMED):
        named = {"road_name": name} if name else {}
        town.row(table, f"X{number}", (place[0], place[1] + 20 * number), **fields, **named)
    found, told = checked(town, tmp_path)
    (finding,) = (f for f in found if f.code == "not_on_the_road_named")
    rows = [number + 2 for number, (*_, wrong) in enumerate(NAMED) if wrong]
    assert finding.severity == "warning"
    assert list(finding.every_row) == rows
    assert (finding.file, finding.column) == (f"{table}.csv", "road_name")
    assert "X2 (Ngõ 2), X4 (Ngõ 3), X5 (ngõ 11)" in finding.what
    if table != "solutions":
        assert [f.row for f in told if f.code == "far_from_any_road"] == [9]


def test_a_barrier_at_its_osm_node_lies_where_it_lies(tmp_path):
    town = one_alley(300, bends=[100]).node((200, 100), barrier="gate").house("h", (210, 250))
    town.barrier("B1", (203, 100), "gate", state="fixed", road_name="Phố Hạ")
    found, _ = checked(town, tmp_path)
    assert found == []


def test_names_of_sidewalks_bridges_and_tunnels_do_not_count():
    town = drawn_network([("service", [(0, 0), (100, 0)])], name="Ngõ 5", bridge="yes")
    rows = gpd.GeoDataFrame(
        {"object_id": ["W1"], "road_name": ["Ngõ 5"], "file": "w.csv", "row": [2]},
        geometry=[shapely.Point(20, 3)],
    )
    assert not_on_the_road_named(town, rows, 30) == []  # near no road that it can be set on
    assert not_on_the_road_named(town, rows.iloc[:0], 30) == []


# --- removed, but mapped ----------------------------------------------------------------------
def test_a_removed_barrier_is_to_be_deleted_from_the_map(tmp_path):
    town = one_alley(300, bends=[100, 200]).house("h", (210, 250))
    town.node((200, 100), barrier="bollard").node((200, 200), barrier="gate")
    town.barrier("B1", (203, 100), "bollard", state="removed")
    town.barrier("B2", (200, 200), "gate", state="fixed")
    town.barrier("B3", (200, 50), "block", state="removed")
    found, _ = checked(town, tmp_path)
    (finding,) = found
    assert (finding.code, finding.severity, finding.row) == ("removed_but_mapped", "hint", 2)
    node = town.node_id((200, 100))
    assert finding.what_to_do == f"delete it in OpenStreetMap: node {node}"


def test_nothing_removed():
    obstacles = pd.DataFrame({"object_id": [], "osm_id": [], "source": [], "state": []})
    rows = pd.DataFrame({"object_id": [], "file": [], "row": []})
    assert removed_but_mapped(obstacles, rows) == []


# --- readings, clearances and barriers that contradict one another ----------------------------
@pytest.mark.parametrize(
    ("first", "second", "apart", "codes"),
    [
        (4.0, 2.5, 1.5, ["surveys_disagree"]),
        (4.0, 2.5, 0, ["surveys_disagree"]),
        (4.0, 2.5, 2.5, []),
        (4.0, 5.0, 1.5, ["same_place"]),
        (4.0, 3.4, 1.5, ["surveys_disagree"]),
        (2.0, 2.5, 1.5, ["same_place"]),
    ],
)
def test_two_readings_at_one_place(tmp_path, first, second, apart, codes):
    town = street().width("W1", (200, 100), first, date="2025-03-01")
    town.width("W2", (200, 100 + apart), second)
    found, _ = checked(town, tmp_path)
    assert [f.code for f in found] == codes
    if codes == ["surveys_disagree"]:
        (finding,) = found
        assert finding.what.startswith(f"W1 ({first:g} m, 2025-03-01) and W2 ({second:g} m, no da")
        assert (finding.severity, finding.row, finding.rows) == ("warning", 2, (2, 3))


def test_an_open_question_contradicts_nobody(tmp_path):
    town = street().width("W1", (200, 100), 4.0).width("W2", (200, 101), 3.5, accuracy_m=0.2)
    found, _ = checked(town, tmp_path)
    assert [f.code for f in found] == ["same_place"]


def test_two_narrowest_of_one_stretch_are_told_once(tmp_path):
    town = street().width("W1", (200, 100), 4.0, narrowest="yes")
    town.width("W2", (200, 101), 2.5, narrowest="yes")
    found, told = checked(town, tmp_path)
    assert [f.code for f in told] == ["narrowest_disagree"]
    assert [f.code for f in found] == ["same_place"]


def test_readings_of_two_roads_near_one_another(tmp_path):
    """1.5 m from one another, but on two alleys: each may be right."""
    town = street().road("Ngõ 2", [(201.5, 20), (201.5, 300)])
    town.width("W1", (200, 100), 4.0, road_name="Ngõ 1")
    town.width("W2", (201.5, 100), 2.5, road_name="Ngõ 2")
    found, _ = checked(town, tmp_path)
    assert [f.code for f in found] == ["same_place"]


def test_readings_on_either_side_of_a_corner_share_no_stretch_unless_at_it(tmp_path):
    town = one_alley(300, bends=[100]).road("Ngõ 2", [(200, 100), (300, 100)])
    town.width("W1", (200, 101), 4.0).width("W2", (201, 100), 2.5).house("h", (210, 250))
    found, _ = checked(town, tmp_path / "beside")
    assert [f.code for f in found] == ["same_place"]
    town = one_alley(300, bends=[100]).road("Ngõ 2", [(200, 100), (300, 100)])
    town.width("W1", (200, 101), 4.0).width("W2", (200, 100), 2.5).house("h", (210, 250))
    found, _ = checked(town, tmp_path / "at")
    assert [f.code for f in found] == ["surveys_disagree"]


def test_two_clearances_at_one_place(tmp_path):
    town = street().clearance("C1", (200, 100), 5.0, kind="wire", date="2025-01-02")
    town.clearance("C2", (200, 101), 4.0, kind="wire").clearance("C3", (200, 200), 3.0)
    found, _ = checked(town, tmp_path)
    (finding,) = found
    assert finding.code == "surveys_disagree"
    assert "C1 (5 m, 2025-01-02) and C2 (4 m, no date)" in finding.what


@pytest.mark.parametrize(
    ("first", "second", "codes"),
    [
        (("bollard", "fixed"), ("block", "removed"), ["surveys_disagree"]),  # both are posts
        (("gate", "fixed"), ("gate", "openable"), ["surveys_disagree"]),
        (("gate", "fixed"), ("gate", "fixed"), ["same_place"]),
        (("gate", "fixed"), ("gate", ""), ["same_place"]),
        (("gate", "fixed"), ("bollard", "removed"), []),
    ],
)
def test_two_barriers_at_one_place(tmp_path, first, second, codes):
    town = street()
    for name, (kind, state), y in (("B1", first, 100), ("B2", second, 101)):
        town.barrier(name, (200, y), kind, state=state)
    found, _ = checked(town, tmp_path)
    assert [f.code for f in found] == codes


def test_two_barriers_at_one_osm_node(tmp_path):
    town = one_alley(300, bends=[100]).node((200, 100), barrier="gate").house("h", (210, 250))
    town.barrier("B1", (200, 97), "gate", state="fixed", date="2026-01-01")
    town.barrier("B2", (200, 103), "gate", state="openable", date="2026-02-01")
    found, _ = checked(town, tmp_path)
    assert [f.code for f in found] == ["surveys_disagree"]


# --- entered twice ----------------------------------------------------------------------------
def points(*xys, **columns):
    count = len(xys)
    return gpd.GeoDataFrame(
        {"object_id": [f"O{i}" for i in range(count)], "file": "t.csv"}
        | {"row": range(2, count + 2)}
        | columns,
        geometry=[None if xy is None else shapely.Point(xy) for xy in xys],
        crs=CRS,
    )


def test_rows_of_one_type_at_one_place():
    rows = points((0, 0), (1, 0), (2.5, 0), (9, 9), None, type=["pit"] * 5)
    (finding,) = same_place(rows, "water")
    assert (finding.code, finding.severity, finding.rows) == ("same_place", "warning", (2, 3, 4))
    assert "O0 and O1, O1 and O2" in finding.what


@pytest.mark.parametrize(("table", "told"), [("water", 0), ("fire_points", 1), ("stations", 1)])
def test_types_are_told_apart(table, told):
    rows = points((0, 0), (1, 0), type=["pit", "tank"])
    assert len(same_place(rows, table)) == told


def test_rows_placed_by_name_share_the_middle_of_their_road():
    rows = points((0, 0), (0, 0), (0, 0)).assign(placed_by=["name", "address", None])
    assert same_place(rows, "widths") == []
    assert same_place(points(), "widths") == []


def test_sheets_are_told_one_by_one():
    rows = points((0, 0), (1, 0), (50, 0), (51, 0), sheet=["B", "B", "A", "A"])
    assert [(f.sheet, f.rows) for f in same_place(rows, "widths")] == [("A", (4, 5)), ("B", (2, 3))]


def test_no_table_is_left_out(tmp_path):
    fields = {
        "water": {"type": "tank"},
        "fire_points": {},
        "solutions": {"type": "pipe"},
        "stations": {"name": "Đội 5"},
        "violations": {"kind": "cơi nới"},
        "widths": {"width_m": 4},
        "clearances": {"height_m": 5},
        "barriers": {"type": "gate"},
    }
    town = street()
    for number, (table, columns) in enumerate(fields.items()):
        for k in (0, 1):
            town.row(table, f"X{number}{k}", (203, 20 + 30 * number + k), **columns)
    found, _ = checked(town, tmp_path)
    assert {f.file for f in found if f.code == "same_place"} == {f"{name}.csv" for name in fields}
    assert len(found) == len(fields)


# --- joints that the map lacks ----------------------------------------------------------------
def joints(ways, *, area=EVERYWHERE, obstacles=NOTHING, tags=()):
    """Check drawn ways; ``tags`` has those of each way by its number."""
    network = drawn_network(ways, name=None, bridge=None, tunnel=None, layer=None, footway=None)
    for number, more in dict(tags).items():
        for key, value in more.items():
            network.ways.loc[number - 1, key] = value
    return [f"way {f.params['way']}" for f in check_map(network, obstacles, area)]


MAIN = ("service", [(0, 0), (200, 0)])


@pytest.mark.parametrize(
    ("gap", "told"), [(4.9, ["way 2"]), (5.1, []), (0.01, ["way 2"]), (0, ["way 2"])]
)
def test_an_alley_ends_short_of_a_road(gap, told):
    """At 0 it ends upon the road, at no node of it."""
    assert joints([MAIN, ("path", [(50, gap), (50, 90)])]) == told


def test_it_is_told_with_both_ways_and_the_place(tmp_path):
    town = Town().road("Phố Hạ", [(0, 0), (200, 0)], highway="primary")
    town.road("Ngõ 1", [(100, 90), (100, 3)]).house("h", (110, 50))
    project = Project.open(town.write(tmp_path))
    inputs = read_inputs(project, Findings())
    network = build_network(inputs.roads)
    (finding,) = check_map(network, NOTHING, inputs.houses.area, file="roads.osm")
    lon, lat = degrees((100, 3))
    assert finding.what == (
        f"way 2 (Ngõ 1) ends 3.0 m from way 1 (Phố Hạ) without a joint, at lon {lon:.5f}, "
        f"lat {lat:.5f}"
    )
    assert (finding.code, finding.severity) == ("alley_end_near_road", "hint")
    assert finding.file == "roads.osm"


def test_two_ends_that_face_one_another_are_told_once():
    ways = [("path", [(0, 0), (50, 0)]), ("path", [(53, 0), (100, 0)])]
    assert joints(ways) == ["way 1"]


@pytest.mark.parametrize(("back", "told"), [(15, []), (80, ["way 2"])])
def test_where_the_road_is_near_along_the_network_a_joint_gains_nothing(back, told):
    """The alley leaves the road, and comes back to within 3 m of it."""
    hook = [(100 - back, 0), (100 - back, 8), (100, 8), (100, 3)]
    road = ("service", [(0, 0), (100 - back, 0), (200, 0)])
    assert joints([road, ("path", hook)]) == told


def test_a_short_stub_is_joined_by_what_it_hangs_on():
    road = ("service", [(0, 0), (100, 0), (200, 0)])
    assert joints([road, ("path", [(100, 0), (100, 4)])]) == []


def test_an_end_beside_a_road_does_not_lead_to_it():
    assert joints([MAIN, ("path", [(50, 4), (190, 4)])]) == []
    assert joints([MAIN, ("path", [(50, 4), (90, 40)])]) == ["way 2"]


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize(
    "tags",
    [
        {"bridge": "yes"},
        {"tunnel": "culvert"},
        {"layer": "1"},
        {"footway": "sidewalk"},
        {"highway": "steps"},
        {"highway": "motorway"},
    ],
    ids=str,
)
def test_what_passes_above_or_below_or_beside_needs_no_joint(tags, number):
    ways = [MAIN, ("path", [(50, 4), (50, 90)])]
    assert joints(ways, tags={number: tags}) == []


def test_ways_of_one_layer_may_lack_a_joint():
    ways = [MAIN, ("path", [(50, 4), (50, 90)])]
    tags = {1: {"layer": "1", "tunnel": "no"}, 2: {"layer": "1", "bridge": "no"}}
    assert joints(ways, tags=tags) == ["way 2"]
    assert joints(ways, tags={1: {"layer": "0"}}) == ["way 2"]


def test_an_end_at_a_barrier_is_meant():
    ways = [MAIN, ("path", [(50, 4), (50, 90)])]
    wall = pd.DataFrame({"kind": ["barrier", "reading"], "node": [2, 3]})
    assert joints(ways, obstacles=wall) == []
    assert joints(ways, obstacles=wall.iloc[1:]) == ["way 2"]


def test_ends_outside_the_area_are_the_neighbours():
    assert joints([MAIN, ("path", [(50, 4), (50, 90)])], area=shapely.box(60, 0, 200, 90)) == []


def test_a_map_without_dead_ends():
    ring = ("path", [(0, 0), (90, 0), (90, 90), (0, 0)])
    assert joints([ring]) == []


@given(st.permutations(range(4)))
def test_the_order_of_ways_changes_nothing(order):
    ways = [
        MAIN,
        ("path", [(50, 4), (50, 90)]),
        ("path", [(120, -3), (120, -90)]),
        ("path", [(123, -90), (160, -90)]),
    ]
    network = drawn_network([ways[i] for i in order])
    found = {(f.params["lon"], f.params["away_m"]) for f in check_map(network, NOTHING, EVERYWHERE)}
    straight = check_map(drawn_network(ways), NOTHING, EVERYWHERE)
    assert len(straight) == 3
    # Of the pair that faces one another either end may tell.
    assert len(found) == 3
    assert {(f.params["lon"], f.params["away_m"]) for f in straight[:2]} <= found


# --- houses without an alley ------------------------------------------------------------------
def test_houses_far_from_any_road():
    houses = pd.DataFrame({"house_id": list("abcde"), "file": "h.csv", "row": [2, 3, 4, 5, 6]})
    (finding,) = no_alley_mapped(houses, np.array([True, False, False, False, False]), 100)
    assert (finding.code, finding.severity, finding.rows) == (
        "no_alley_mapped",
        "warning",
        (3, 4, 5, 6),
    )
    assert finding.what.startswith("4 houses lie farther than 100 m")
    assert finding.what.endswith("(first: b, c, d)")
    assert no_alley_mapped(houses, np.ones(5, dtype=bool), 100) == []


# --- real data --------------------------------------------------------------------------------
def test_a_real_ward_is_told_little(data_dir):
    project = Project.open(data_dir / "khuong-dinh" / "fireaccess.toml")
    inputs = read_inputs(project, Findings())
    network = build_network(inputs.roads)
    found = check_map(network, NOTHING, inputs.houses.area)
    assert {f.params["way"].split()[0] for f in found} == {"1049534283", "1328751295"}
