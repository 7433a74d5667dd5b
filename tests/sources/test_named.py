"""Rows without coordinates: which road or house they mean, and where on it they are set."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from shapely import LineString, Point, box

from fireaccess.model.errors import Findings
from fireaccess.model.text import normalise
from fireaccess.sources.named import (
    addresses,
    joined,
    named_roads,
    near_one_another,
    place_by_name,
    roads_meant,
    rows_told,
)
from fireaccess.sources.osm import read_osm
from fireaccess.sources.roads import make_roads, no_objects

UTM = CRS.from_epsg(32648)


def drawn(*ways, **tags):
    """Make roads of names and vertices in metres; equal vertices are one node."""
    ids = {}
    rows = [
        (
            number,
            {"highway": "service", "name": name, **tags},
            [ids.setdefault(xy, len(ids) + 1) for xy in line],
            [(float(x), float(y)) for x, y in line],
        )
        for number, (name, line) in enumerate(ways, start=1)
    ]
    return make_roads(rows, barriers={}, crs=UTM, objects=no_objects())


def table(*texts, column="road_name", places=None, **columns):
    """Make a table of rows that say where they are; the heading is row 1."""
    return gpd.GeoDataFrame(
        {column: list(texts), "file": "t.csv", "row": range(2, len(texts) + 2), **columns},
        geometry=[None] * len(texts) if places is None else places,
        crs=UTM,
    )


def place(rows, roads, *, area=None, known=None):
    """Place rows; return them and what was told."""
    told = Findings()
    column = "road_name" if "road_name" in rows else "address"
    placed = place_by_name(
        rows, roads, column, area, known=known or {}, findings=told, what="widths"
    )
    return placed, list(told)


def at(placed, i=0):
    point = placed.geometry.iloc[i]
    return None if point is None else pytest.approx((point.x, point.y))


ALLEY = drawn(("Ngõ 5", [(0, 0), (100, 0)]), ("Ngõ 5", [(100, 0), (100, 60)]))


# --- what a row means -------------------------------------------------------------------------
NAMES = {
    "pho hue",
    "ngo 5 pho hue",
    "ngo 5",
    "ngach 5/2",
    "duong nguyen trai",
    "ngo 469 nguyen trai",
    "3 thang 2",
}


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("phố Huế", "pho hue"),
        ("Số 12, Phố Huế, Hà Nội", "pho hue"),
        ("Số 3 Ngõ 5 Phố Huế", "ngo 5 pho hue"),
        ("nhà số 3A, ngõ 5, phố Huế", "ngo 5 pho hue"),
        ("Ngõ 5, Tổ 7", "ngo 5"),
        ("Ngõ 5 Đường Nguyễn Trãi", "ngo 5"),  # it begins with the alley, the street says where
        ("12 ngách 5/2 ngõ 5 phố Huế", "ngach 5/2"),
        ("TDP 4, ngõ 5, đường Nguyễn Trãi", None),  # the street is longer, but not what is meant
        ("Ngõ 55 Phố Huế", None),
        ("Phố Huế, ngõ 9", None),
        ("Hẻm 2 Ngõ 5 Phố Huế", None),
        ("Ngõ 469 Phố Nguyễn Trãi", None),  # the map leaves the "Phố" out
        ("Nguyễn Trãi", None),
        ("3 tháng 2", "3 thang 2"),
        ("15 đường 3 tháng 2", "3 thang 2"),
        ("", None),
    ],
)
def test_which_road_is_meant(text, meant):
    assert roads_meant([normalise(text)], NAMES).tolist() == [meant]


def test_names_stand_as_whole_words_and_the_longest_wins():
    names = ["ngo 5", "ngo 5 pho hue", "pho hue", ""]
    texts = ["so 1 ngo 5 pho hue", "so 1 ngo 55 pho hue", "ngo 5", "", "hue"]
    expected = ["ngo 5 pho hue", "pho hue", "ngo 5", None, None]
    assert named_roads(texts, names).tolist() == expected
    assert named_roads([], names).tolist() == []


# --- the middle of a road ---------------------------------------------------------------------
def test_the_middle_counts_along_all_its_ways():
    placed, _ = place(table("ngo 5"), ALLEY)
    assert at(placed) == (80, 0)  # half of 160 m
    assert placed["placed_on"].tolist() == ["ngo 5"]


def test_ways_join_inside_one_another_and_the_longest_line_has_the_middle():
    roads = drawn(("Ngõ 5", [(0, 0), (40, 0), (100, 0)]), ("Ngõ 5", [(40, 0), (40, 70)]))
    assert at(place(table("Ngõ 5"), roads)[0]) == (50, 0)


def test_the_longest_of_several_pieces():
    roads = drawn(("Ngõ 5", [(0, 0), (30, 0)]), ("Ngõ 5", [(60, 0), (160, 0)]))
    assert at(place(table("Ngõ 5"), roads)[0]) == (110, 0)


def test_a_sidewalk_of_that_name_is_not_the_road():
    ways = [("Phố Huế", [(0, 0), (100, 0)]), ("Phố Huế", [(0, 9), (300, 9)])]
    roads = drawn(*ways)
    roads.tags["footway"] = [None, "sidewalk"]
    assert at(place(table("Phố Huế"), roads)[0]) == (50, 0)


@pytest.mark.parametrize(
    ("line", "middle"),
    [
        ([(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)], (100, 100)),  # a ring
        ([(0, 0), (0, 0.0001)], (0, 0)),
        ([(0, 0), (60, 0), (60, 20), (30, 20), (30, -90)], (30, -6.666667)),  # crosses itself
    ],
)
def test_odd_lines_have_a_middle(line, middle):
    placed, _ = place(table("Ngõ 5"), drawn(("Ngõ 5", line)))
    point = placed.geometry.iloc[0]
    assert shapely.distance(point, LineString(line)) < 1e-6
    if middle != (30, -6.666667):
        assert (point.x, point.y) == pytest.approx(middle, abs=0.001)


def test_two_nodes_at_one_place_have_a_middle():
    roads = make_roads(
        [(1, {"highway": "path", "name": "Ngõ 5"}, [1, 2], [(3.0, 4.0), (3.0, 4.0)])],
        barriers={},
        crs=UTM,
        objects=no_objects(),
    )
    assert at(place(table("Ngõ 5"), roads)[0]) == (3, 4)


# --- the area ---------------------------------------------------------------------------------
def test_the_middle_of_what_lies_in_the_area():
    roads = drawn(("Ngõ 5", [(-300, 0), (100, 0)]))
    placed, _ = place(table("Ngõ 5"), roads, area=box(0, -10, 500, 10))
    assert at(placed) == (50, 0)


def test_the_piece_in_the_area_is_preferred_though_it_is_shorter():
    roads = drawn(("Ngõ 5", [(0, 0), (30, 0)]), ("Ngõ 5", [(60, 0), (160, 0)]))
    assert at(place(table("Ngõ 5"), roads, area=box(-5, -5, 45, 5))[0]) == (15, 0)


def test_a_road_that_only_touches_the_area_lies_outside():
    roads = drawn(("Ngõ 5", [(0, 0), (30, 0)]), ("Ngõ 5", [(400, 0), (460, 0)]))
    assert at(place(table("Ngõ 5"), roads, area=box(30, -5, 600, 5))[0]) == (430, 0)


def test_a_road_wholly_outside_is_still_the_one_that_is_meant():
    placed, told = place(table("Ngõ 5"), ALLEY, area=box(500, 500, 600, 600))
    assert at(placed) == (80, 0)
    assert [f.code for f in told] == ["placed_by_name"]


# --- one road or two --------------------------------------------------------------------------
@pytest.mark.parametrize(("gap", "placed"), [(200, True), (200.5, False)])
def test_pieces_more_than_200_m_apart_are_two_roads(gap, placed):
    roads = drawn(("Ngõ 5", [(0, 0), (100, 0)]), ("ngõ 5", [(100 + gap, 0), (190 + gap, 0)]))
    found, told = place(table("Ngõ 5", "số 2 ngõ 5", "Ngõ 5"), roads)
    if placed:
        assert at(found) == (50, 0)
        return
    assert found.geometry.isna().all()
    assert found["placed_by"].isna().all()
    (finding,) = told
    assert (finding.code, finding.severity) == ("name_ambiguous", "error")
    assert (finding.file, finding.row, finding.rows) == ("t.csv", 2, (2, 3, 4))
    assert (finding.column, finding.value) == ("road_name", "Ngõ 5")
    assert "2 roads of that name" in finding.what
    assert "lon and lat" in finding.what_to_do


def test_pieces_in_a_row_are_one_road():
    ways = [("Ngõ 5", [(k * 250, 0), (k * 250 + 100, 0)]) for k in range(4)]
    placed, told = place(table("Ngõ 5"), drawn(*ways, ("Ngõ 6", [(0, 9), (9, 9)])))
    assert at(placed) is not None
    assert [f.code for f in told] == ["placed_by_name"]


# --- names that the map lacks -----------------------------------------------------------------
def test_an_unknown_name_is_told_once_with_offers():
    roads = drawn(
        ("Ngõ 29 Phố Hạ", [(0, 0), (9, 0)]),
        ("Ngõ 29/70 Phố Hạ", [(0, 9), (9, 9)]),
        ("Đường Láng", [(0, 20), (9, 20)]),
    )
    rows = table("Số 1 ngõ 92 phố Hạ", "Số 2 ngõ 92 phố Hạ", "ngõ 29", "Helsinki", column="address")
    placed, told = place(rows, roads)
    assert placed.geometry.isna().all()
    assert [f.rows or f.row for f in told] == [(2, 3), 4, 5]
    assert {(f.code, f.severity, f.column) for f in told} == {
        ("name_not_found", "error", "address")
    }
    assert "Ngõ 29 Phố Hạ" in told[0].what_to_do
    assert told[1].what_to_do.startswith("write the name as the map has it (Ngõ 29 Phố Hạ)")
    assert "(" not in told[2].what_to_do


def test_many_unknown_names_do_not_drown_the_rest():
    names = [f"Ngõ {chr(97 + k // 26)}{chr(97 + k % 26)} Q" for k in range(40)]
    rows = table("Ngõ zz", *names, "Ngõ zz")
    _, told = place(rows, ALLEY)
    assert len(told) == 31
    assert {row for f in told for row in f.every_row} == set(rows["row"])
    (rest,) = (f for f in told if "more roads" in f.what)
    assert len(rest.rows) == 11
    assert next(f for f in told if "ngõ zz" in f.what.lower()).rows == (2, 43)


# --- addresses --------------------------------------------------------------------------------
def test_an_address_gets_the_place_of_its_house():
    houses = table(
        "Số 5, Ngõ 5", "Số 7 Ngõ 5", column="address", places=[Point(20, 8), box(50, 0, 60, 9)]
    )
    known = addresses(houses)
    placed, told = place(table("số 5 ngõ 5", "Số 7, ngõ 5", "Số 9 ngõ 5"), ALLEY, known=known)
    assert at(placed) == (20, 8)
    assert shapely.within(placed.geometry.iloc[1], houses.geometry.iloc[1])
    assert at(placed, 2) == (80, 0)
    assert placed["placed_by"].tolist() == ["address", "address", "name"]
    assert placed["placed_on"].tolist() == [None, None, "ngo 5"]
    (finding,) = told
    assert finding.what.startswith("3 rows without coordinates were placed: 1 on the road")


def test_a_road_is_no_address_though_a_house_gives_no_more():
    placed, _ = place(table("Ngõ 5"), ALLEY, known={"ngo 5": Point(1, 1)})
    assert at(placed) == (80, 0)


@pytest.mark.parametrize(("apart", "kept"), [(50, True), (51, False)])
def test_an_address_at_two_places_is_nobodys(apart, kept):
    points = [Point(0, 0), Point(apart, 0)]
    assert bool(addresses(table("Số 5", "số 5", column="address", places=points))) is kept


def test_addresses_of_houses_without_any():
    assert (
        addresses(table(None, "", "Số 5", column="address", places=[Point(0, 0)] * 2 + [None]))
        == {}
    )
    assert addresses(table(column="address")) == {}


# --- the table stays as it is -----------------------------------------------------------------
def test_rows_with_coordinates_or_without_a_name_stay():
    rows = table("Ngõ 5", None, "  ", "Ngõ 5", places=[Point(1, 2), None, None, None])
    rows = rows.set_index(np.array([9, 4, 7, 2]))
    rows.attrs["rows_read"] = 4
    placed, told = place(rows, ALLEY)
    assert placed.index.tolist() == [9, 4, 7, 2]
    assert [at(placed, i) for i in range(4)] == [(1, 2), None, None, (80, 0)]
    assert placed["placed_by"].tolist() == [None, None, None, "name"]
    assert placed.attrs == {"rows_read": 4}
    assert list(rows.columns) == ["road_name", "file", "row", "geometry"]
    assert rows.geometry.isna().sum() == 3
    assert [(f.code, f.row) for f in told] == [("placed_by_name", 5)]


def test_a_table_may_be_in_another_crs():
    there = Point(105.82, 21.0)
    rows = table("Ngõ 5", None, "Ngõ 404", places=[None, there, None])
    rows = rows.set_crs(4326, allow_override=True)
    placed, _ = place(rows, ALLEY)
    assert placed.crs == rows.crs
    assert placed.geometry.iloc[1] is there
    assert at(placed.iloc[:1].to_crs(UTM)) == (80, pytest.approx(0, abs=1e-6))
    assert at(placed, 2) is None


@pytest.mark.parametrize("rows", [table(), table("Ngõ 5", column="other"), table(None)])
def test_nothing_to_go_by(rows):
    told = Findings()
    placed = place_by_name(rows, ALLEY, "road_name", None, known={}, findings=told, what="widths")
    assert len(placed) == len(rows)
    assert {"placed_by", "placed_on"} <= set(placed.columns)
    assert placed.geometry.isna().all()
    assert len(told) == 0


def test_roads_without_any_name():
    placed, told = place(table("Ngõ 5"), drawn((None, [(0, 0), (9, 0)])))
    assert at(placed) is None
    assert [f.code for f in told] == ["name_not_found"]


def test_sheets_are_told_apart():
    rows = table("Ngõ 5", "Ngõ 5", "Ngõ 404", sheet=["A", "B", "A"])
    _, told = place(rows, ALLEY)
    where = [(f.code, f.sheet, f.every_row) for f in told]
    assert where == [
        ("name_not_found", "A", (4,)),
        ("placed_by_name", "A", (2,)),
        ("placed_by_name", "B", (3,)),
    ]


def test_rows_without_a_number_are_told_by_their_file():
    rows = table("a", "b").assign(row=None)
    assert [where for where, _ in rows_told(rows)] == [{"file": "t.csv"}]


@given(st.permutations(range(6)))
def test_the_order_of_rows_changes_nothing(order):
    texts = ["Ngõ 5", "Ngõ 404", "số 1 ngõ 5", None, "Ngõ 7", "Ngõ 5"]
    rows = table(*texts)
    straight, told = place(rows, ALLEY)
    placed, again = place(rows.iloc[list(order)], ALLEY)
    assert [f.text for f in again] == [f.text for f in told]
    assert placed.sort_index().geometry.to_wkt().tolist() == straight.geometry.to_wkt().tolist()


# --- helpers ----------------------------------------------------------------------------------
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=12))
def test_joined_agrees_with_networkx(edges):
    tail, head = np.array(edges).T
    piece = joined(tail, head)
    parts = list(nx.connected_components(nx.Graph(edges)))
    assert len(set(piece.tolist())) == len(parts)
    for part in parts:
        assert len({p for p, (a, _) in zip(piece.tolist(), edges, strict=True) if a in part}) == 1
    assert list(dict.fromkeys(piece.tolist())) == list(range(len(parts)))


@given(st.lists(st.integers(0, 30), min_size=1, max_size=8), st.integers(0, 6))
def test_groups_agree_with_gaps_on_a_line(xs, within_m):
    group = near_one_another(shapely.points([(x, 0) for x in xs]), within_m)
    order = np.argsort(xs, kind="stable")
    gaps = np.diff(np.array(xs)[order]) > within_m
    expected = np.empty(len(xs), dtype=int)
    expected[order] = np.r_[0, np.cumsum(gaps)]
    same = expected[:, None] == expected[None, :]
    assert ((group[:, None] == group[None, :]) == same).all()


# --- real names -------------------------------------------------------------------------------
def test_every_alley_of_a_ward_is_found_by_its_own_name(data_dir):
    roads = read_osm(data_dir / "khuong-dinh" / "roads.osm")
    roads = roads.to_crs(CRS.from_epsg(5897))
    named = sorted({name for name in roads.tags["name"] if name})
    placed, told = place(table(*named).set_crs("EPSG:5897", allow_override=True), roads)
    ambiguous = [f for f in told if f.code == "name_ambiguous"]
    assert not [f for f in told if f.code == "name_not_found"]
    assert placed.geometry.isna().sum() == sum(len(f.every_row) for f in ambiguous) <= 3
    lines = roads.lines
    plain = np.array([normalise(name or "") for name in roads.tags["name"]], dtype=object)
    for name, point in zip(named, placed.geometry, strict=True):
        if point is not None:
            of_name = lines[plain == normalise(name)]
            assert shapely.distance(of_name, point).min() < 0.001, name
