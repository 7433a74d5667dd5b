"""What gaps between facades do to answers: evidence, rank, words, and what is refused.

Norm vn: 3.5 m wide, a gap between facades is taken for true to 0.5 m.
"""

import re
from xml.etree import ElementTree

import pytest
from towns import Town, comb, degrees, drawn, hoses, house, metres, missing, segment, told, tooth

import fireaccess
from fireaccess.model.errors import InputError
from fireaccess.outputs.why import explain, lines

ON = {"facade_widths": True}


def walled(gaps_m, *, tags=None):
    """Draw a comb of alleys, each between two long houses so far apart from 10 m up the alley."""
    town = comb([{} for _ in gaps_m] if tags is None else tags)
    for number, gap_m in enumerate(gaps_m):
        for side, name in ((-1, "left"), (1, "right")):
            near, far = tooth(number) + side * gap_m / 2, tooth(number) + side * (gap_m / 2 + 4)
            corners = [(near, 10), (far, 10), (far, 70), (near, 70), (near, 10)]
            town.house(f"{name}{number}", corners)
    return town


def evidence(result, row):
    """Return the rows of the evidence of a segment from one source, by source."""
    table = result.evidence
    rows = table[table["object"] == f"segment:{row.segment_id}"]
    return {source: part for source, part in rows.groupby("source")}


def chain_of(result, row):
    """Return all that is told of a segment, as one line."""
    chain = explain(result, f"segment:{row.segment_id}", language="en")
    return " ".join(" ".join(lines(chain)).split())


@pytest.mark.parametrize(
    ("gap_m", "truck", "hose"),
    [
        (4.1, "pass", (10, 10)),
        (3.6, "unknown", (90, 10)),
        (2.8, "blocked", (90, 90)),
    ],
)
def test_a_gap_decides_instead_of_the_class(tmp_path, gap_m, truck, hose):
    town = walled([gap_m])
    off = segment(town.run(tmp_path / "off"), (tooth(0), 20))
    assert (off.truck, off.truck_reason, off.width_source) == ("unknown", "class", "class")
    result = town.run(tmp_path / "on", **ON)
    row = segment(result, (tooth(0), 20))
    assert (row.truck, row.truck_reason, row.width_source) == (truck, "facade", "facade")
    assert row.width_m == metres(gap_m)
    (told_of,) = evidence(result, row)["facade"].to_dict("records")
    assert told_of["value"] == f"gap={row.width_m:.2f}"
    assert told_of["file"] == "houses.geojson"
    assert (told_of["accuracy_m"], told_of["used"]) == (0.5, True)
    lat, lon = (float(part.partition("=")[2]) for part in told_of["method"].split(";"))
    # Between parallel walls, at one of their ends: the map's seven decimals decide.
    assert drawn(lon, lat) in ((tooth(0), 10), (tooth(0), 70))
    assert hoses(result, "h0") == metres(hose)


def test_gaps_rank_below_tags_and_readings(tmp_path):
    tags = [{"est_width": "4.5"}, {"maxwidth": "3", "highway": "tertiary"}]
    town = walled([2.5, 5.0], tags=tags)
    town.width("W1", (tooth(1), 20), 6.0)
    result = town.run(tmp_path, **ON)
    tagged = segment(result, (tooth(0), 20))
    assert (tagged.truck, tagged.width_source) == ("pass", "est_width")
    (unused,) = evidence(result, tagged)["facade"].to_dict("records")
    assert not unused["used"]
    assert "NOT USED: a better source decides: est_width" in chain_of(result, tagged)
    # The reading certifies the 20 m up to it; of the 80 m beyond, the facades tell. There the legal
    # sign, which makes a pass by class unknown, says nothing.
    assert segment(result, (tooth(1), 10)).width_source == "survey"
    beyond = segment(result, (tooth(1), 60))
    assert (beyond.truck, beyond.width_source) == ("pass", "facade")


def test_a_road_through_a_building_takes_no_width_from_facades(tmp_path):
    over = [(tooth(0) - 3, 20), (tooth(0) + 3, 20), (tooth(0) + 3, 30), (tooth(0) - 3, 30)]
    town = walled([5.0, 5.0]).house("over", [*over, over[0]])
    result = town.run(tmp_path, **ON)
    assert segment(result, (tooth(1), 35)).width_source == "facade"
    row = segment(result, (tooth(0), 35))
    assert (row.truck, row.width_source) == ("unknown", "class")
    (finding,) = told(result, "building_over_road")
    assert finding.params == {"count": 1, "first": "over", "roads": 1}
    (unused,) = evidence(result, row)["facade"].to_dict("records")
    assert not unused["used"]
    chain = chain_of(result, row)
    assert "NOT USED: the road is drawn through a building" in chain


def test_the_gap_is_told_in_words(tmp_path):
    result = walled([2.8]).run(tmp_path, **ON)
    row = segment(result, (tooth(0), 20))
    chain = chain_of(result, row)
    gap = re.search(
        r"least gap between buildings on the map: ([0-9.]+) \+ 0.5 = [0-9.]+ < 3.5", chain
    )
    assert float(gap[1]) == metres(2.8)
    assert "accuracy_facade_m" in chain
    assert "(2.8 m between buildings, needs 3.5 m)" in house(result, "h0").reason_en
    assert result.statistics["not_verified"]["norm"]["accuracy_facade_m"] == 0.5


def test_gaps_are_no_measurement(tmp_path):
    town = walled([5.0])
    result = town.run(tmp_path, **ON)
    assert segment(result, (tooth(0), 20)).truck == "pass"
    assert result.statistics["area"]["roads"]["measured_share"] == 0


def test_without_the_setting_nothing_is_said_of_facades(tmp_path):
    result = walled([2.8]).run(tmp_path)
    assert not (result.evidence["source"] == "facade").any()
    assert "accuracy_facade_m" not in result.statistics["not_verified"]["norm"]


def test_all_vehicles_see_the_same_gaps(tmp_path):
    town = walled([3.0])
    result = town.run(tmp_path, mode="vehicle", vehicles=["standard", "pickup"], **ON)
    assert segment(result, (tooth(0), 20)).width_source == "facade"


# --- where the footprints come from -------------------------------------------------------
def test_buildings_of_the_roads_file_come_first(tmp_path):
    path = walled([2.8]).write(tmp_path, **ON)
    with_buildings(tmp_path / "roads.osm", half_m=2.5)
    result = fireaccess.run(fireaccess.Project.open(path))
    row = segment(result, (tooth(0), 20))
    assert row.width_m == metres(5.0)
    assert evidence(result, row)["facade"]["file"].tolist() == ["roads.osm"]


def with_buildings(file, *, half_m):
    """Add a building on either side of the first alley of a comb to a map."""
    tree = ElementTree.parse(file)
    osm = tree.getroot()
    for number, side in enumerate((-1, 1)):
        near, far = tooth(0) + side * half_m, tooth(0) + side * (half_m + 4)
        ids = []
        for corner, point in enumerate([(near, 10), (far, 10), (far, 70), (near, 70)]):
            lon, lat = degrees(point)
            ids.append(str(9000 + 10 * number + corner))
            node = ElementTree.Element("node", id=ids[-1], version="1")
            node.attrib |= {"lon": f"{lon:.7f}", "lat": f"{lat:.7f}"}
            osm.insert(0, node)
        way = ElementTree.SubElement(osm, "way", id=str(9000 + number), version="1")
        for ref in [*ids, ids[0]]:
            ElementTree.SubElement(way, "nd", ref=ref)
        ElementTree.SubElement(way, "tag", k="building", v="yes")
    tree.write(file, encoding="utf-8", xml_declaration=True)


def test_houses_that_are_points_have_no_facades(tmp_path):
    with pytest.raises(InputError, match="no building near the area has an outline") as caught:
        comb([{}]).run(tmp_path, **ON)
    assert "facade_widths = false" in caught.value.finding.what_to_do


def test_a_shifted_layer_of_houses_is_told_and_not_used(tmp_path):
    town = Town()
    for at in range(0, 401, 130):
        town.road(f"Phố {at}", [(x, at) for x in range(0, 401, 130)], highway="primary")
        town.road(f"Ngõ {at}", [(at, y) for y in range(0, 401, 130)])
    for x in range(0, 400, 130):
        for y in range(0, 400, 130):
            west, south, east, north = x + 31, y - 20, x + 157, y + 106
            corners = [(west, south), (east, south), (east, north), (west, north)]
            town.house(f"h{x}-{y}", [*corners, corners[0]])
    result = town.run(tmp_path, **ON)
    (finding,) = told(result, "buildings_shifted")
    assert (finding.severity, finding.file) == ("warning", "houses.geojson")
    assert finding.params["east_m"] == pytest.approx(-29, abs=3)
    assert finding.params["north_m"] == pytest.approx(22, abs=3)
    assert set(result.segments["width_source"]) == {"class"}
    assert missing(segment(result, (65, 0)).width_m)
