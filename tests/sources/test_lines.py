"""Plain lines: columns as tags, places as nodes, and the same answers as the map they show."""

import re
import shutil

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import CRS
from shapely import LineString, MultiLineString, Point
from towns import CRS as UTM

import fireaccess
from fireaccess.model.errors import InputError
from fireaccess.network.build import build_network
from fireaccess.sources.lines import read_lines, shared_nodes
from fireaccess.sources.osm import read_osm

EAST, NORTH = 585_000.0, 2_322_000.0
DISTANCES = ["offset_m", "hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m"]
ANSWERS = ["road", "road_60", "water", "point", "status", "reason"]


def layer(*rows, crs=UTM):
    """Draw lines in metres, each with its columns."""
    corner = np.array([EAST, NORTH])
    lines = [shapely.transform(line, lambda xy: xy + corner) for line, _ in rows]
    columns = [{"highway": "service", **columns} for _, columns in rows]
    return gpd.GeoDataFrame(columns, geometry=lines, crs=UTM).to_crs(crs)


def read(frame, folder, *, suffix=".gpkg", snap_m=0.5):
    path = folder / f"roads{suffix}"
    frame.to_file(path)
    return read_lines(path, snap_m=snap_m)


def line(*points, **columns):
    return LineString(points), columns


def nodes(roads):
    """Return the nodes of each line, in the order of the way ids."""
    return [part.tolist() for part in np.split(roads.vertex_node, roads.start[1:-1])]


def noded(*lines, snap_m=0.5, layers=None):
    """Return the nodes of each line drawn in metres."""
    xy = np.concatenate([np.asarray(points, dtype=float) for points in lines])
    sizes = [len(points) for points in lines]
    levels = np.repeat(np.asarray(layers or [0] * len(lines), dtype=float), sizes)
    found = shared_nodes(xy, xy, np.repeat(np.arange(len(lines)), sizes), levels, snap_m=snap_m)
    return [part.tolist() for part in np.split(found, np.cumsum(sizes)[:-1])]


# Columns
def test_columns_are_tags(tmp_path):
    rows = [
        line((0, 0), (9, 0), HIGHWAY="residential", Name="Ngo\u0303 5", width=3.0, bridge=None),
        line((9, 0), (9, 9), HIGHWAY="steps", Name=None, width=2.45, bridge="yes"),
        line((9, 9), (0, 9), HIGHWAY="path", Name=" ", width=np.nan, bridge=None),
    ]
    frame = layer(*rows).drop(columns="highway").assign(maxwidth_physical=["2 m", None, None])
    for suffix in (".gpkg", ".geojson"):
        tags = read(frame.to_crs(4326), tmp_path, suffix=suffix).tags

        assert tags["highway"].tolist() == ["residential", "steps", "path"]
        assert tags["name"].tolist() == ["Ngõ 5", None, None]
        assert tags["width"].tolist() == ["3", "2.45", None]
        assert tags["bridge"].tolist() == [None, "yes", None]
        assert tags["maxwidth:physical"].tolist() == ["2 m", None, None]
        assert tags["surface"].tolist() == [None, None, None]


@pytest.mark.parametrize(
    ("columns", "ids"),
    [
        ({}, [1, 2, 3]),
        ({"osm_id": [30, 10, 20]}, [10, 20, 30]),
        ({"OSM_ID": ["30", "10", "20"]}, [10, 20, 30]),
        ({"id": ["way/30", "way/10", "way/20"]}, [10, 20, 30]),
        ({"osm_id": [7, 7, 8], "way_id": [5, 4, 6]}, [4, 5, 6]),
        ({"osm_id": [7, 7, 8]}, [1, 2, 3]),
        ({"osm_id": [7, np.nan, 8]}, [1, 2, 3]),
        ({"way_id": [7.5, 1, 8]}, [1, 2, 3]),
        ({"way_id": [-7, 1, 8]}, [1, 2, 3]),
        ({"id": ["a", "b", "c"]}, [1, 2, 3]),
    ],
)
def test_way_ids(columns, ids, tmp_path):
    frame = layer(*(line((0, i), (9, i)) for i in range(3))).assign(**columns)

    assert read(frame, tmp_path).way_id.tolist() == ids


def test_rows_that_are_no_road_are_counted(tmp_path):
    frame = layer(
        line((0, 0), (9, 0)),
        line((9, 0), (9, 9), highway="construction"),
        line((0, 5), (5, 5), highway=None),
        (Point(0, 0), {}),
        (None, {}),
        line((7, 7), (7, 7)),
        line((0, 8), (9, 8)),
    )
    roads = read(frame, tmp_path)

    assert roads.way_id.tolist() == [1, 7]
    assert roads.left_out == {
        "not_a_road": 1,
        "without_highway": 1,
        "without_line": 2,
        "fewer_than_two_nodes": 1,
    }


def test_parts_are_lines_with_one_id(tmp_path):
    parts = MultiLineString([[(0, 0), (9, 0)], [(20, 0), (29, 0), (29, 9)]])
    frame = layer((parts, {"osm_id": 5}), line((9, 0), (20, 0), osm_id=3))
    roads = read(frame, tmp_path)

    assert roads.way_id.tolist() == [3, 5, 5]
    (a, b), (c, d), (e, _, _) = nodes(roads)
    assert (d, e) == (a, b)
    assert c not in (a, b)


@pytest.mark.parametrize("crs", [UTM, 4326, "EPSG:5897", "EPSG:3857"])
def test_metres_are_metres_in_any_crs(crs, tmp_path):
    frame = layer(line((0, 0), (9, 0)), line((9.45, 0), (20, 0)), line((20, 0.55), (20, 9)))
    (_, a), (b, c), (d, _) = nodes(read(frame.to_crs(crs), tmp_path))

    assert a == b
    assert c != d
    assert read(frame.to_crs(crs), tmp_path).crs == CRS.from_user_input(crs)


def test_height_is_left_out(tmp_path):
    frame = layer(line((0, 0, 5), (9, 0, 5)), line((9, 0, 7), (9, 9, 7)))

    (_, a), (b, _) = nodes(read(frame, tmp_path))
    assert a == b


# Places become nodes
def test_ends_and_vertices_within_the_tolerance_join():
    main, alley, near = noded(
        [(0, 0), (50, 0), (100, 0)], [(50, 0.4), (50, 80)], [(100.3, 0.3), (130, 0)]
    )

    assert alley[0] == main[1]
    assert near[0] == main[2]
    assert len({*main, *alley, *near}) == 5


def test_beyond_the_tolerance_or_off_a_vertex_nothing_joins():
    lines = [[(0, 0), (100, 0)], [(50, 0), (50, 80)], [(100, 0.51), (130, 0)]]

    assert len({node for part in noded(*lines) for node in part}) == 6


def test_a_tolerance_of_nothing_joins_what_is_equal():
    first, second = noded([(0, 0), (9, 0)], [(9, 0), (9, 1e-6), (9, 9)], snap_m=0)

    assert first[1] == second[0]
    assert len({*first, *second}) == 4


def test_a_bridge_joins_at_its_ends_only():
    road = [(0, 0), (50, 0), (100, 0)]
    bridge = [(50, -20), (50, 0), (50, 20)]
    approach = [(50, 20.2), (50, 80)]
    street = [(40, -20), (50, -20), (60, -20)]
    found = noded(road, bridge, approach, street, layers=[0, 1, 0, 0])

    assert found[1][1] != found[0][1]  # a vertex of each, one above the other
    assert found[2][0] == found[1][2]  # the approach takes the road down
    assert found[1][0] == found[3][1]  # and a street passes by the other end
    # The same on one layer is a crossing.
    flat = noded(road, bridge, approach, street)
    assert flat[1][1] == flat[0][1]


def test_layers_keep_near_vertices_apart():
    # The bridge ends 0.3 m from a vertex of the road below, and not on it.
    below, above = noded([(0, 0), (50, 0), (100, 0)], [(50, 0.3), (50, 80)], layers=[0, 1])

    assert not {*below} & {*above}


@pytest.mark.parametrize(
    ("value", "joins"), [(None, True), ("0", True), ("0.0", True), ("?", True), ("1", False)]
)
def test_layer_of_a_file(value, joins, tmp_path):
    frame = layer(
        line((0, 0), (50, 0), (100, 0), layer="0"), line((50, -9), (50, 0), (50, 9), layer=value)
    )
    a, b = nodes(read(frame, tmp_path))

    assert (a[1] == b[1]) == joins


def test_a_line_that_closes_or_crosses_itself_is_a_loop():
    (ring,) = noded([(0, 0), (9, 0), (9, 9), (0, 0)])
    (eight,) = noded([(0, 0), (5, 5), (9, 9), (9, 0), (5, 5), (0, 9)])
    (open_,) = noded([(0, 0), (9, 0), (9, 9), (0, 0.3)])

    assert ring[0] == ring[-1]
    assert eight[1] == eight[4]
    assert len({*open_}) == 4  # nearly closed is not closed


def test_close_vertices_of_one_line_stay():
    # A curve with a vertex every 0.2 m, and an alley that leaves from near its middle.
    curve = [(0.2 * i, 0) for i in range(11)]
    found, alley, _ = noded(curve, [(1.05, 0.1), (1, 9)], [(1.3, 0.2), (2, 9)])

    assert len({*found}) == 11
    assert alley[0] == found[5]  # the nearest


def test_a_chain_of_near_vertices_does_not_shorten_a_line():
    # a1 and a2 are of one line; b lies near a1, c near a2 and b.
    a, b, c = noded([(-9, 0), (0, 0), (0.6, 0), (9, 0)], [(0.1, 0.2), (0, 9)], [(0.5, 0.3), (1, 9)])

    assert len({*a}) == 4
    assert b[0] == a[1]
    assert c[0] == a[2]


def partition(found):
    """Which vertices are one node, whatever the nodes are called."""
    groups = {}
    for place, node in found.items():
        groups.setdefault(node, set()).add(place)
    return {frozenset(group) for group in groups.values()}


# Vertices on a grid of 0.2 m: many at one place, near one another, or in chains.
near_points = st.tuples(st.integers(0, 6), st.integers(0, 4))
drawings = st.lists(
    st.tuples(st.lists(near_points, min_size=2, max_size=5), st.integers(0, 1)),
    min_size=1,
    max_size=5,
)


@given(drawings, st.randoms(use_true_random=False), st.sampled_from([0.05, 0.25, 0.5, 1.0]))
def test_order_and_place_change_nothing(drawing, random, snap_m):
    order = list(range(len(drawing)))
    random.shuffle(order)

    def join(order, shift=0.0):
        lines = [[(0.2 * x + shift, 0.2 * y + shift) for x, y in drawing[i][0]] for i in order]
        found = noded(*lines, snap_m=snap_m, layers=[drawing[i][1] for i in order])
        return {(i, k): n for i, of in zip(order, found, strict=True) for k, n in enumerate(of)}

    found = join(sorted(order))
    assert partition(join(order)) == partition(found)
    assert partition(join(order, shift=0.01)) == partition(found)
    for i, (points, _) in enumerate(drawing):
        # No two places of a line become one, and no place becomes two.
        of_line = {(point, found[i, k]) for k, point in enumerate(points)}
        assert len({node for _, node in of_line}) == len(of_line) == len(set(points))


# Nodes by name
def test_u_and_v_join_by_themselves(tmp_path):
    rows = [
        line((0, 0), (50, 0), (100, 0), u=11, v=12),
        line((103, 0), (150, 0), u=12, v=13),
        line((100, 0), (50, 0), (100, 90), u=14, v=0),  # drawn onto the first, but not joined
    ]
    roads = read(layer(*rows), tmp_path)
    first, second, third = nodes(roads)

    assert (first[0], first[2], second) == (11, 12, [12, 13])
    assert third[0] == 14
    assert len({*first, *second, *third}) == 7
    assert build_network(roads).n_segments == 3


def test_u_and_v_may_be_words_or_blank(tmp_path):
    frame = layer(line((0, 0), (9, 0)), line((20, 0), (30, 0)))
    (_, a), (b, _) = nodes(read(frame.assign(u=["A", "B"], v=["B", "C"]), tmp_path))
    assert a == b

    (_, a), (b, _) = nodes(read(frame.assign(u=[None, None], v=[None, None]), tmp_path))
    assert a != b


def test_u_without_v_is_told(tmp_path):
    frame = layer(line((0, 0), (9, 0)), line((9, 0), (9, 9))).assign(u=[1, 2], v=["2", None])

    with pytest.raises(InputError, match="row 2, column v"):
        read(frame, tmp_path)


# What is no lines file
@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (layer(line((0, 0), (9, 0))).rename(columns={"highway": "higway"}), "'highway'"),
        (layer(line((0, 0), (9, 0))).drop(columns="highway").assign(x=1), "'highway'"),
        (layer((Point(0, 0), {})), "holds no road"),
        (layer(line((0, 0), (9, 0), highway="construction")), "holds no road"),
    ],
)
def test_what_is_no_lines_file_is_refused(frame, words, tmp_path):
    with pytest.raises(InputError, match=words) as told:
        read(frame, tmp_path)

    assert told.value.finding.what_to_do
    assert told.value.finding.file == str(tmp_path / "roads.gpkg")


def test_coordinates_outside_their_crs_are_refused(tmp_path):
    frame = gpd.GeoDataFrame(
        {"highway": ["path"]}, geometry=[LineString([(1e9, 1e9), (2e9, 1e9)])], crs="EPSG:3405"
    )
    with pytest.raises(InputError, match="lie outside of VN-2000"):
        read(frame, tmp_path)


def test_a_missing_or_broken_file_is_refused(tmp_path):
    with pytest.raises(InputError):
        read_lines(tmp_path / "roads.geojson", snap_m=0.5)
    (tmp_path / "roads.geojson").write_text('{"type": "FeatureCollection", "feat')
    with pytest.raises(InputError):
        read_lines(tmp_path / "roads.geojson", snap_m=0.5)


# The same answers as the map
def without_what_lines_lack(path):
    """Take the tags of nodes out of an OSM file: lines hold no barrier, and no water."""
    text = path.read_text(encoding="utf-8")
    tags = r'\s*<tag k="(barrier|emergency|amenity)"[^>]*/>'
    path.write_text(re.sub(tags, "", text), encoding="utf-8")


def exported(osm, *, layers, crs=4326):
    """Return the ways of an OSM file as a GIS would have them."""
    roads = read_osm(osm)
    columns = roads.tags.assign(osm_id=roads.way_id)
    if not layers:
        columns = columns.drop(columns="layer")
    return gpd.GeoDataFrame(columns, geometry=roads.lines, crs=4326).to_crs(crs)


def run_with(folder, roads, *, snap_m=0.5):
    """Compute a project with other roads."""
    path = folder / "fireaccess.toml"
    text = path.read_text(encoding="utf-8")
    text = re.sub(r'(?m)^roads = "[^"]*"', f'roads = "{roads}"', text)
    text = re.sub(r"(?m)^snap_m = .*\n", "", text)
    if "[settings]" not in text:
        text += "\n[settings]\n"
    text = re.sub(r"(?m)^\[settings\].*$", f"[settings]\nsnap_m = {snap_m}", text)
    path.write_text(text, encoding="utf-8")
    return fireaccess.run(fireaccess.Project.open(path)).houses.set_index("house_id")


def assert_same_houses(theirs, ours, columns=(*DISTANCES, *ANSWERS)):
    theirs = theirs.loc[ours.index]
    for column in columns:
        missing = ours[column].isna()
        assert (theirs[column].isna() == missing).all(), column
        if column in DISTANCES:
            apart = (theirs[column] - ours[column]).abs()
            assert apart.max() <= 0.01, (column, apart.idxmax())
        else:
            differ = theirs[column][~missing].ne(ours[column][~missing])
            assert not differ.any(), (column, differ.idxmax())


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    """Write the sample ward, its map without barriers and water; give folder and houses."""
    folder = tmp_path_factory.mktemp("lines") / "ward"
    fireaccess.write_sample(folder)
    without_what_lines_lack(folder / "roads.osm")
    return folder, run_with(folder, "roads.osm")


@pytest.mark.parametrize(
    ("name", "crs", "layers"),
    [
        ("degrees.geojson", 4326, True),
        ("metres.gpkg", "EPSG:5897", True),
        ("flat.gpkg", 4326, False),
    ],
)
def test_ward_has_the_same_answers(name, crs, layers, ward):
    folder, houses = ward
    exported(folder / "roads.osm", layers=layers, crs=crs).to_file(folder / name)

    assert houses["hose_m"].notna().any()
    assert_same_houses(run_with(folder, name), houses)


def test_tolerance_and_order_change_nothing_on_lines_that_meet(ward):
    folder, houses = ward
    shuffled = exported(folder / "roads.osm", layers=True).sample(frac=1, random_state=7)
    shuffled.to_file(folder / "shuffled.gpkg")

    for snap_m in (0.05, 0.2, 1.0):
        assert_same_houses(run_with(folder, "shuffled.gpkg", snap_m=snap_m), houses)


def test_a_careless_drawing_joins_all_the_same(ward):
    folder, _ = ward
    frame = exported(folder / "roads.osm", layers=False, crs=UTM)
    drawn = build_network(read(frame, folder))
    by_hand = np.random.default_rng(3)

    def shaken(xy):
        return xy + by_hand.uniform(-0.1, 0.1, xy.shape)

    frame = frame.set_geometry(shapely.transform(frame.geometry.to_numpy(), shaken), crs=UTM)
    careless = build_network(read(frame, folder))

    assert careless.segment_id.tolist() == drawn.segment_id.tolist()
    assert careless.n_nodes == drawn.n_nodes
    assert careless.segment_length_m == pytest.approx(drawn.segment_length_m, abs=1)
    # Nothing was moved to make them meet, and a tolerance below the shake joins next to nothing.
    assert read(frame, folder).vertex_xy == pytest.approx(
        np.concatenate([shapely.get_coordinates(line) for line in frame.geometry])
    )
    assert build_network(read(frame, folder, snap_m=0.001)).n_nodes > drawn.n_nodes


@pytest.mark.slow
def test_khuong_dinh_has_the_same_answers(data_dir, tmp_path):
    folder = tmp_path / "ward"
    shutil.copytree(
        data_dir / "khuong-dinh", folder, ignore=shutil.ignore_patterns("*.pbf", "results", "maps")
    )
    without_what_lines_lack(folder / "roads.osm")
    houses = run_with(folder, "roads.osm")
    exported(folder / "roads.osm", layers=False).to_file(folder / "roads.gpkg")
    exported(folder / "roads.osm", layers=True).to_file(folder / "layers.gpkg")

    for snap_m in (0.05, 1.0):
        assert_same_houses(run_with(folder, "roads.gpkg", snap_m=snap_m), houses)
    # Covered ditches cross streets at nodes that OSM shares between layers -1 and 0; lines don't
    # join there, so that some ways to water are longer. Engines and hoses don't pass there.
    hoses = ("offset_m", "hose_m", "hose_best_m", "road", "road_60")
    assert_same_houses(run_with(folder, "layers.gpkg"), houses, hoses)
