"""The samples: the same bytes everywhere, and everything in them that they promise."""

import csv
import json
import re
import tomllib
import unicodedata
import xml.etree.ElementTree as ET
from itertools import combinations, pairwise
from pathlib import Path

import osmium
import pytest
from pyproj import CRS, Transformer
from shapely import STRtree, transform, unary_union
from shapely.geometry import LineString, Point, shape

from fireaccess.model.errors import OutputError
from fireaccess.sources.sample import write_sample, write_samples

DATA = Path(__file__).parents[2] / "data"
KINDS = ("ward", "commune")
ARTERIAL = {"trunk", "primary", "secondary", "tertiary"}


class Project:
    """A written sample, read with nothing of fireaccess; geometry in metres."""

    def __init__(self, folder):
        self.folder = folder
        self.settings = tomllib.loads((folder / "fireaccess.toml").read_text(encoding="utf-8"))
        self.to_metres = Transformer.from_crs(4326, 32648, always_xy=True).transform
        root = ET.parse(folder / "roads.osm").getroot()
        self.root = root
        self.nodes = {
            int(node.get("id")): self.point(float(node.get("lon")), float(node.get("lat")))
            for node in root.iter("node")
        }
        self.node_tags = {int(node.get("id")): _tags(node) for node in root.iter("node")}
        self.refs = {
            int(way.get("id")): [int(ref.get("ref")) for ref in way.iter("nd")]
            for way in root.iter("way")
        }
        self.tags = {int(way.get("id")): _tags(way) for way in root.iter("way")}

    def point(self, lon, lat):
        return Point(self.to_metres(float(lon), float(lat)))

    def line(self, way):
        return LineString([self.nodes[ref] for ref in self.refs[way]])

    def roads(self, **wanted):
        """Ways with a highway and these tags; ``any`` stands for any value."""
        return [
            way
            for way, tags in self.tags.items()
            if "highway" in tags
            and all(
                key in tags if value is any else tags.get(key) == value
                for key, value in wanted.items()
            )
        ]

    def table(self, name):
        return self.rows(self.settings["inputs"]["survey"][name])

    def rows(self, path):
        with (self.folder / path).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def features(self, path):
        text = (self.folder / path).read_text(encoding="utf-8")
        return [
            (
                feature["properties"],
                transform(shape(feature["geometry"]), self.to_metres, interleaved=False),
            )
            for feature in json.loads(text)["features"]
        ]

    def readme(self, feature):
        """Return the ids that the README names for a feature."""
        text = (self.folder / "README.md").read_text(encoding="utf-8")
        return next(line for line in text.splitlines() if line.startswith(f"| {feature}"))


def _tags(element):
    return {tag.get("k"): tag.get("v") for tag in element.iter("tag")}


def _bytes(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("data")
    write_samples(folder)
    return folder


@pytest.fixture(scope="module")
def ward(written):
    return Project(written / "sample-ward")


@pytest.fixture(scope="module")
def commune(written):
    return Project(written / "sample-commune")


@pytest.fixture(params=KINDS)
def either(request, ward, commune):
    return {"ward": ward, "commune": commune}[request.param]


@pytest.fixture(scope="module")
def ward_houses(ward):
    return [(row, ward.point(row["lon"], row["lat"])) for row in ward.rows("houses.csv")]


# Writing


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_bytes_are_written_twice(written, tmp_path, kind):
    project = write_sample(tmp_path / "new", kind=kind)

    assert project == tmp_path / "new" / "fireaccess.toml"
    assert _bytes(project.parent) == _bytes(written / f"sample-{kind}")


@pytest.mark.parametrize("name", ["README.md", *(f"sample-{kind}" for kind in KINDS)])
def test_what_is_committed_is_what_is_written(written, name):
    def inputs(path):
        # A project that was run has results beside its inputs.
        found = {"": path.read_bytes()} if path.is_file() else _bytes(path)
        return {key: text for key, text in found.items() if not key.startswith(("results", "maps"))}

    assert inputs(DATA / name) == inputs(written / name), (
        "write them again: python -m fireaccess.sources.sample data"
    )


def test_a_ward_folder_stays_small(ward):
    assert sum(len(text) for text in _bytes(ward.folder).values()) < 1_000_000


def test_what_is_missing_is_written_anew_and_results_stay(tmp_path):
    write_sample(tmp_path, kind="commune")
    (tmp_path / "roads.osm").unlink()
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "statistics.json").write_text("{}", encoding="utf-8")

    write_sample(tmp_path, kind="commune")

    assert (tmp_path / "roads.osm").exists()
    assert (tmp_path / "results" / "statistics.json").exists()


def test_a_changed_file_of_the_sample_is_not_overwritten(tmp_path):
    write_sample(tmp_path, kind="commune")
    (tmp_path / "roads.osm").write_text("mine", encoding="utf-8")

    with pytest.raises(OutputError, match="was changed") as error:
        write_sample(tmp_path, kind="commune")

    assert error.value.finding.file == str(tmp_path / "roads.osm")
    assert (tmp_path / "roads.osm").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize(
    "toml",
    [None, "not toml", '[project]\nname = "Phường Khương Đình"\n', "project = 3\n"],
    ids=["no project", "not toml", "another's project", "odd project"],
)
def test_others_work_is_not_overwritten(tmp_path, toml):
    (tmp_path / "houses.csv").write_text("mine", encoding="utf-8")
    if toml is not None:
        (tmp_path / "fireaccess.toml").write_text(toml, encoding="utf-8")
    before = _bytes(tmp_path)

    with pytest.raises(OutputError, match="isn't empty") as error:
        write_sample(tmp_path)

    assert error.value.finding.what_to_do
    assert _bytes(tmp_path) == before


def test_a_file_is_no_folder(tmp_path):
    (tmp_path / "ward").write_text("mine", encoding="utf-8")

    with pytest.raises(OutputError, match="no folder"):
        write_sample(tmp_path / "ward")


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("mine", encoding="utf-8")

    with pytest.raises(OutputError, match="can't write") as error:
        write_sample(tmp_path / "file" / "ward", kind="commune")

    assert error.value.finding.what_to_do


# What is said in them


def test_every_text_is_nfc_with_plain_line_ends(either):
    for name, content in _bytes(either.folder).items():
        text = content.decode("utf-8")
        assert unicodedata.is_normalized("NFC", text), name
        assert "\r" not in text, name
        assert text.endswith("\n"), name


def test_every_file_that_can_say_so_says_that_it_is_invented(either):
    for name, content in _bytes(either.folder).items():
        if not name.endswith(".csv"):
            text = content.decode("utf-8").lower()
            assert "synthetic" in text, name
            assert "giả lập" in text, name
    assert "dữ liệu giả lập" in either.settings["project"]["name"]
    assert either.root.get("generator") == "fireaccess sample"
    assert either.root.get("upload") == "never"


def test_every_input_that_the_project_names_exists(either):
    inputs = either.settings["inputs"]
    survey = inputs.pop("survey")
    named = [*inputs.values(), *survey.values()]
    inputs["survey"] = survey

    assert [name for name in named if not (either.folder / name).is_file()] == []
    kept = {"fireaccess.toml", "README.md"}
    assert set(_bytes(either.folder)) == {*named, *kept}


def test_dates_are_of_the_first_half_of_2026(either):
    for path in either.folder.rglob("survey/*.csv"):
        for row in either.rows(path):
            for column, value in row.items():
                if re.fullmatch(r"\d{4}-\d\d-\d\d", value) and column != "due":
                    assert "2026-01-01" <= value <= "2026-06-30", (path.name, column)


def test_coordinates_have_seven_decimals(either):
    figures = re.findall(r'(?:lat|lon)="([^"]*)"', (either.folder / "roads.osm").read_text("utf-8"))

    assert figures
    assert all(re.fullmatch(r"\d+\.\d{7}", figure) for figure in figures)


def test_object_ids_are_unique_but_for_the_barrier_seen_twice(either):
    survey = either.settings["inputs"]["survey"]
    for name, path in survey.items():
        if path.endswith(".csv") and name != "approved":
            ids = [row["object_id"] for row in either.table(name)]
            twice = {object_id for object_id in ids if ids.count(object_id) > 1}
            assert twice == ({"B12"} if (name, "B12") == ("barriers", ids[-1]) else set())


def test_osmium_reads_the_roads(either):
    kinds = [element.type_str() for element in osmium.FileProcessor(either.folder / "roads.osm")]

    assert kinds.count("w") == len(either.tags)
    assert kinds.count("n") == len(either.nodes)


def test_ids_start_at_a_million_and_refer_to_nodes_that_exist(either):
    assert min(either.nodes) > 1_000_000
    assert min(either.tags) > 1_000_000
    assert {ref for refs in either.refs.values() for ref in refs} <= set(either.nodes)
    assert all(a != b for refs in either.refs.values() for a, b in pairwise(refs))


# The ward


def test_ward_project(ward):
    project = ward.settings["project"]

    assert (project["crs"], project["norm"], project["vehicle"]) == ("EPSG:5897", "vn", "standard")
    assert project["turns"] == "auto"
    assert project["central_city"] is True
    assert CRS(project["crs"]).is_projected


def test_ward_has_about_3000_houses_in_its_area(ward, ward_houses):
    ((_, area),) = ward.features("area.geojson")

    assert 2800 <= len(ward_houses) <= 3400
    assert all(area.contains(house) for _, house in ward_houses)
    assert len({row["house_id"] for row, _ in ward_houses}) == len(ward_houses)


def test_groups_tile_the_area_and_are_those_of_the_houses(ward, ward_houses):
    groups = ward.features("groups.geojson")
    ((_, area),) = ward.features("area.geojson")

    assert len(groups) == 9
    assert unary_union([ring for _, ring in groups]).symmetric_difference(area).area < 0.01
    assert all(a.intersection(b).area < 0.01 for (_, a), (_, b) in combinations(groups, 2))
    rings = {properties["group"]: ring for properties, ring in groups}
    assert all(rings[row["group"]].contains(house) for row, house in ward_houses)
    assert {row["group"] for row, _ in ward_houses} == set(rings)


def test_no_house_stands_on_a_road_or_on_another(ward, ward_houses):
    ways = [way for way in ward.roads() if ward.tags[way]["highway"] != "construction"]
    roads = STRtree([ward.line(way) for way in ways if "bridge" not in ward.tags[way]])
    points = [house for _, house in ward_houses]
    _, apart = roads.query_nearest(points, return_distance=True, all_matches=False)
    houses = STRtree(points)
    _, between = houses.query_nearest(
        points, exclusive=True, return_distance=True, all_matches=False
    )

    assert apart.min() > 2.5
    assert between.min() > 2.5


def test_addresses_nest_as_in_hanoi(ward_houses):
    addresses = [row["address"] for row, _ in ward_houses]

    for pattern in (
        r"Số \d+ Phố Hàng Mây",
        r"Số \d+ Ngõ \d+ Phố Hàng Mây",
        r"Số \d+ Ngách \d+/\d+ Phố Hàng Mây",
        r"Số \d+ Hẻm \d+/\d+/\d+ Phố Cây Gạo",
    ):
        assert any(re.fullmatch(pattern, address) for address in addresses), pattern
    assert 0 < addresses.count("") < 60


def test_houses_without_a_mapped_road_are_over_100_m_from_any(ward, ward_houses):
    ways = [way for way in ward.roads() if ward.tags[way]["highway"] != "construction"]
    roads = STRtree([ward.line(way) for way in ways])
    lost = [
        house
        for _, house in ward_houses
        if house.distance(roads.geometries[roads.nearest(house)]) > 100
    ]

    assert 10 <= len(lost) <= 40


def test_houses_have_devices(ward_houses):
    rows = [row for row, _ in ward_houses]

    assert {row["extinguisher"] for row in rows} == {"yes", "no", ""}
    assert {row["transmitter"] for row in rows} == {"yes", "no", ""}
    assert any(row["registered_month"] == "2026-05" for row in rows)
    assert any(row["extinguisher_ok"] == "no" for row in rows)
    assert all(1 <= int(row["people"]) <= 18 for row in rows)


def test_alleys_are_tagged_in_every_way_that_alleys_are(ward):
    alleys = [ward.tags[way] for way in ward.roads() if "Ngách" in ward.tags[way].get("name", "")]
    kinds = {tags["highway"] for tags in alleys}

    assert kinds == {"service", "residential", "living_street", "footway", "path"}
    assert all(tags.get("service") == "alley" for tags in alleys if tags["highway"] == "service")


def test_alleys_are_of_plausible_length(ward):
    lengths = [
        ward.line(way).length
        for way in ward.roads()
        if ward.tags[way].get("name", "").split(" ")[0] in ("Ngõ", "Ngách", "Hẻm")
        and "tunnel" not in ward.tags[way]
    ]

    assert min(lengths) > 14
    assert 250 < max(lengths) < 350


def test_about_a_tenth_of_the_alleys_is_measured(ward):
    """A lower bound without noding: the ngõ that have readings all along."""
    alleys = [way for way in ward.roads() if ward.tags[way]["highway"] not in ARTERIAL]
    measured = [
        way
        for way in alleys
        if sum(row["road_name"] == ward.tags[way].get("name") for row in ward.table("widths")) > 2
    ]
    share = sum(map(lambda way: ward.line(way).length, measured)) / sum(
        map(lambda way: ward.line(way).length, alleys)
    )

    assert 0.06 < share < 0.16


def _readings(ward, name):
    return [row for row in ward.table("widths") if row["road_name"] == name]


def _uncertified(ward, way, readings):
    """Return the stretches between neighbouring nodes that no reading at an end certifies."""
    line = ward.line(way)
    used = [ref for refs in ward.refs.values() for ref in refs]
    joints = [
        line.project(ward.nodes[ref])
        for i, ref in enumerate(ward.refs[way])
        if i in (0, len(ward.refs[way]) - 1) or used.count(ref) > 1 or ward.node_tags[ref]
    ]
    nodes = sorted({round(place, 3) for place in (*joints, *readings)})
    wide = {round(place, 3) for place in readings}
    return [
        (a, b) for a, b in pairwise(nodes) if b - a > 0.002 and not (b - a <= 50 and {a, b} & wide)
    ]


@pytest.mark.parametrize("street_number", [29, 121, 163])
def test_alleys_measured_all_along(ward, street_number):
    (way,) = ward.roads(name=f"Ngõ {street_number} Phố Hàng Mây")
    readings = [
        ward.line(way).project(ward.point(row["lon"], row["lat"]))
        for row in _readings(ward, ward.tags[way]["name"])
        if float(row["width_m"]) - float(row["accuracy_m"]) >= 3.5
    ]

    assert _uncertified(ward, way, readings) == []


def test_wide_alley_behind_a_post(ward):
    (ngo,) = ward.roads(name="Ngõ 29 Phố Hàng Mây")
    line = ward.line(ngo)
    readings = _readings(ward, ward.tags[ngo]["name"])
    (post,) = [row for row in ward.table("barriers") if row["object_id"] == "B01"]

    assert all(float(row["width_m"]) - float(row["accuracy_m"]) >= 3.5 for row in readings)
    assert (post["type"], post["state"]) == ("bollard", "fixed")
    assert line.distance(ward.point(post["lon"], post["lat"])) < 1
    assert line.project(ward.point(post["lon"], post["lat"])) < 20
    assert any(
        ward.nodes[ref].distance(ward.point(row["lon"], row["lat"])) < 0.001
        for row in readings
        for ref in ward.refs[ngo]
    ), "a reading on a junction"


def test_posts_in_series(ward):
    (ngo,) = ward.roads(name="Ngõ 62 Phố Cây Gạo")
    posts = [
        row
        for row in ward.table("barriers")
        if (row["type"], row["state"], row["road_name"])
        == ("bollard", "fixed", ward.tags[ngo]["name"])
    ]
    at = [ward.line(ngo).project(ward.point(row["lon"], row["lat"])) for row in posts]

    assert [row["object_id"] for row in posts] == ["B02", "B03", "B04"]
    # Close together: with one of them gone, the engine stands little deeper than before.
    assert all(5 < b - a < 12 for a, b in pairwise(at))


def test_lift_gates_with_and_without_a_keyholder(ward):
    gates = [row for row in ward.table("barriers") if row["type"] == "lift_gate"]

    assert [bool(row["keyholder"]) for row in gates] == [True, False]
    assert gates[0]["checked"]


def _osm_barriers(ward):
    return {ref: tags["barrier"] for ref, tags in ward.node_tags.items() if "barrier" in tags}


def test_osm_has_barriers_and_the_survey_replaces_some(ward):
    osm = _osm_barriers(ward)
    rows = {row["object_id"]: row for row in ward.table("barriers")}

    assert set(osm.values()) >= {
        "bollard", "gate", "lift_gate", "block", "cycle_barrier", "height_restrictor", "kerb",
        "wall",
    }  # fmt: skip
    assert osm[int(rows["B08"]["osm_id"])] == rows["B08"]["type"] == "block"
    for object_id in ("B06", "B07"):
        row = rows[object_id]
        place = ward.point(row["lon"], row["lat"])
        ref = min(osm, key=lambda ref: place.distance(ward.nodes[ref]))
        assert place.distance(ward.nodes[ref]) < 5
        assert osm[ref] == row["type"]
    used = {ref for refs in ward.refs.values() for ref in refs}
    assert set(osm) <= used


def test_pinch_read_twice_on_one_stretch(ward):
    ids = re.findall(r"W\d+", ward.readme("A pinch read twice"))
    rows = [row for row in ward.table("widths") if row["object_id"] in ids]
    widths = sorted(float(row["width_m"]) for row in rows)
    (way,) = ward.roads(name=rows[0]["road_name"])
    line = ward.line(way)
    at = sorted(line.project(ward.point(row["lon"], row["lat"])) for row in rows)
    shared = [
        line.project(ward.nodes[ref])
        for ref in ward.refs[way]
        if sum(ref in refs for refs in ward.refs.values()) > 1
    ]

    assert [row["narrowest"] for row in rows] == ["yes", "yes"]
    assert widths[0] < 3.4 < 3.6 < widths[1]
    assert not any(at[0] <= place <= at[1] for place in shared)


def test_open_questions(ward):
    rows = _readings(ward, "Ngõ 205 Phố Hàng Mây")

    assert len(rows) == 2
    assert all(abs(float(row["width_m"]) - 3.5) <= float(row["accuracy_m"]) for row in rows)


def test_arches_with_and_without_a_clearance(ward):
    arches = ward.roads(tunnel="building_passage")
    clearances = ward.table("clearances")
    near = [
        [
            row["object_id"]
            for row in clearances
            if ward.line(arch).distance(ward.point(row["lon"], row["lat"])) < 1
        ]
        for arch in arches
    ]

    assert near == [["C1"], []]
    assert any(float(row["height_m"]) < 4.5 for row in clearances)


def test_weak_bridge_over_the_canal(ward):
    (weak,) = ward.roads(bridge="yes", maxweight="8")
    (canal,) = [way for way, tags in ward.tags.items() if tags.get("waterway") == "canal"]

    assert ward.line(weak).crosses(ward.line(canal))
    assert not set(ward.refs[weak]) & set(ward.refs[canal])


def test_bridges_cross_roads_without_a_joint(ward):
    (viaduct,) = ward.roads(highway="trunk")
    (footbridge,) = ward.roads(highway="footway", bridge="yes")
    for bridge in (viaduct, footbridge):
        crossed = [
            way
            for way in ward.roads(name="Phố Hàng Mây")
            if ward.line(way).crosses(ward.line(bridge))
        ]
        assert len(crossed) == 1
        assert not set(ward.refs[bridge]) & set(ward.refs[crossed[0]])


def test_way_round_lies_outside_within_the_margin(ward):
    ((_, area),) = ward.features("area.geojson")
    ways = ward.roads(name="Đường Vườn Ổi", width="6")

    assert ways
    for way in ways:
        line = ward.line(way)
        assert line.difference(area).length > 50
        assert area.buffer(500).contains(line)


def test_starts_are_one_joined_piece(ward):
    """The arterial roads of the ward hang together; only the viaduct passes over them."""
    roads = [way for way in ward.roads() if ward.tags[way]["highway"] in ARTERIAL - {"trunk"}]
    reached, todo = set(), [roads[0]]
    while todo:
        way = todo.pop()
        if way not in reached:
            reached.add(way)
            todo += [other for other in roads if set(ward.refs[other]) & set(ward.refs[way])]

    assert reached == set(roads)


def test_pavements_crossings_and_steps(ward):
    assert len(ward.roads(footway="sidewalk")) == 2
    assert len(ward.roads(footway="crossing")) == 2
    assert len(ward.roads(highway="steps")) == 3
    streets = {ref for way in ward.roads(name="Phố Hàng Mây") for ref in ward.refs[way]}
    assert all(streets & set(ward.refs[way]) for way in ward.roads(footway="crossing"))


def test_width_tags(ward):
    assert any("," in ward.tags[way]["width"] for way in ward.roads(width=any))
    assert ward.roads(est_width=any)
    assert ward.roads(maxwidth=any)


def test_loop(ward):
    used = {}
    for way in ward.roads():
        for end in (ward.refs[way][0], ward.refs[way][-1]):
            used.setdefault(end, []).append(way)
    way = int(re.search(r"way (\d+)", ward.readme("Loop;"))[1])

    assert all(len(used[end]) > 1 for end in (ward.refs[way][0], ward.refs[way][-1]))


def test_water(ward):
    water = {row["object_id"]: (row, shape) for row, shape in ward.features("survey/water.geojson")}
    roads = [way for way in ward.roads() if ward.tags[way]["highway"] != "construction"]
    streets = [way for way in roads if ward.tags[way]["highway"] in ARTERIAL]

    def nearest(object_id, ways):
        return min(ward.line(way).distance(water[object_id][1]) for way in ways)

    assert {row["type"] for row, _ in water.values()} == {
        "hydrant", "tank", "pit", "suction_point", "pond"
    }  # fmt: skip
    assert {row["working"] for row, _ in water.values()} == {"yes", "no", None}
    assert {shape.geom_type for _, shape in water.values()} == {"Point", "Polygon"}
    assert nearest("N10", streets) < 20
    assert nearest("N11", roads) > 20
    assert nearest("N12", roads) < 20 < nearest("N12", streets)
    hydrants = [
        ward.nodes[ref]
        for ref, tags in ward.node_tags.items()
        if tags.get("emergency") == "fire_hydrant"
    ]
    assert len(hydrants) == 2
    assert min(hydrant.distance(water["N01"][1]) for hydrant in hydrants) < 5
    assert any("disused:emergency" in tags for tags in ward.node_tags.values())


def test_stations_points_and_solutions(ward):
    (station,) = ward.table("stations")
    osm = [ref for ref, tags in ward.node_tags.items() if tags.get("amenity") == "fire_station"]

    assert station["name"]
    assert len(osm) == 1
    assert ward.point(station["lon"], station["lat"]).distance(ward.nodes[osm[0]]) > 200
    assert {row["working"] for row in ward.table("fire_points")} == {"yes", "no"}
    assert {row["type"] for row in ward.table("solutions")} >= {"riser", "tank_pump"}


def test_violations_and_the_approved_list(ward, ward_houses):
    violations = ward.table("violations")
    approved = ward.table("approved")
    ids = {row["house_id"] for row, _ in ward_houses}
    names = {tags.get("name") for tags in ward.tags.values()}

    assert all(row["found"] and row["due"] for row in violations)
    assert {bool(row["fixed"]) for row in violations} == {True, False}
    assert {row["road_name"] for row in violations} <= names
    assert len([row for row in approved if row["house_id"] in ids]) == 6
    assert [row["road_name"] for row in approved if row["road_name"]] == ["Ngõ 12 Phố Chợ Lụa"]


def test_surveyed_road_names_are_on_the_map_and_near(ward):
    for table in ("widths", "barriers"):
        for row in ward.table(table):
            place = ward.point(row["lon"], row["lat"])
            ways = ward.roads(name=row["road_name"]) if row["road_name"] else ward.roads()
            assert min(ward.line(way).distance(place) for way in ways) < 2, row


def test_readme_names_ids_that_exist(either):
    text = (either.folder / "README.md").read_text(encoding="utf-8")

    assert {int(number) for number in re.findall(r"way (\d+)", text)} <= set(either.tags)
    assert {int(number) for number in re.findall(r"node (\d+)", text)} <= set(either.nodes)


# The commune


def test_commune_project(commune):
    project, inputs = commune.settings["project"], commune.settings["inputs"]

    assert project["crs"] == "auto"
    assert project["central_city"] is False
    assert not {"area", "groups"} & set(inputs)


def test_commune_has_about_400_houses_as_outlines(commune):
    houses = commune.features("houses.geojson")
    outlines = [outline for _, outline in houses]
    pairs = STRtree(outlines).query(outlines, predicate="overlaps").T
    roads = unary_union([commune.line(way) for way in commune.roads()])

    assert 350 <= len(houses) <= 450
    assert all(outline.is_valid and 25 < outline.area < 200 for outline in outlines)
    assert all(outlines[a].intersection(outlines[b]).area < 1 for a, b in pairs if a < b)
    assert not any(outline.intersects(roads) for outline in outlines)
    groups = [row["group"] for row, _ in houses]
    assert set(groups) == {"Thôn Đồng Mây", "Thôn Bến Đò", "Thôn Gò Cao", "Thôn Cây Đa", None}
    assert 0 < groups.count(None) < 12
    assert len({row["house_id"] for row, _ in houses}) == len(houses)
    assert len({row["address"] for row, _ in houses}) == len(houses)


def test_commune_has_a_weak_bridge_a_ford_and_water(commune):
    (bridge,) = commune.roads(bridge="yes", maxweight=any)
    (river,) = [way for way, tags in commune.tags.items() if tags.get("waterway") == "river"]
    water = commune.features("survey/water.geojson")
    osm_ponds = [way for way, tags in commune.tags.items() if tags.get("natural") == "water"]

    assert commune.line(bridge).crosses(commune.line(river))
    assert commune.roads(ford="yes")
    assert [row["type"] for row, _ in water].count("hydrant") == 1
    assert {row["type"] for row, _ in water} == {"hydrant", "pond", "river", "tank"}
    assert len(osm_ponds) == 3
    assert all(commune.refs[pond][0] == commune.refs[pond][-1] for pond in osm_ponds)
    assert any(commune.tags[pond].get("emergency") == "fire_water_pond" for pond in osm_ponds)


def test_commune_roads_are_few_and_joined(commune):
    roads = commune.roads()
    kinds = {commune.tags[way]["highway"] for way in roads}

    assert kinds == {
        "tertiary", "unclassified", "track", "path", "residential", "service", "footway"
    }  # fmt: skip
    reached, todo = set(), [roads[0]]
    while todo:
        way = todo.pop()
        if way not in reached:
            reached.add(way)
            todo += [other for other in roads if set(commune.refs[other]) & set(commune.refs[way])]
    assert reached == set(roads)
