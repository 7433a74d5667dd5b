"""Why: the chain behind an answer leads back to file, row and clause, and tells nothing twice."""

import csv
import json
import re
import tomllib
from dataclasses import replace
from importlib import resources

import pandas as pd
import pytest
from towns import BY_WIDTH, Town, comb, one_alley, segment, tooth

import fireaccess
from fireaccess import inputs
from fireaccess.model.errors import ProjectError
from fireaccess.model.text import normalise
from fireaccess.outputs.why import as_dict, explain, lines

NEED = "QCVN 06:2022/BXD 6.2.1.1"


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    file = fireaccess.write_sample(tmp_path_factory.mktemp("why") / "ward")
    return fireaccess.run(fireaccess.Project.open(file))


def told(result, name, language="en"):
    """Return the printed chain as one line, so that wrapping does not matter."""
    return " ".join(" ".join(lines(explain(result, name, language=language))).split())


def every_link(chain):
    """Return all links of a chain, at any depth."""
    found = list(chain.links)
    for link in found:
        found.extend(link.links)
    return found


def links(chain, what):
    """Return every link of a kind, at any depth."""
    return [link for link in every_link(chain) if link.what == what]


def one(chain, what):
    found = links(chain, what)
    assert len(found) == 1, (what, [link.sentence for link in found])
    return found[0]


def line_of(result, file, object_id):
    """Return the line numbers on which an object stands in its file; the heading is line 1."""
    path = next(path for _, path in result.project.input_files() if path.name == file)
    with path.open(encoding="utf-8", newline="") as text:
        return [i for i, row in enumerate(csv.reader(text), 1) if object_id in row]


def path_of(result, point):
    """Return the id of the segment that runs through a point of the drawing."""
    return segment(result, point).segment_id


# Houses --------------------------------------------------------------------------------------


def behind_a_reading(**columns):
    """An alley that passes by its width tag, with a narrow place 60 m in, and a house behind."""
    return (
        one_alley(300, width=BY_WIDTH)
        .width("W0", (200, 200), 4.0)
        .width("W1", (200, 60), 2.4, date="2026-05-12", method="thước dây", **columns)
        .house("h", (210, 290), address="Số 9 Ngõ 1")
        .water("N1", (0, 5), last_checked="2026-04-01")
    )


def test_a_house_behind_a_narrow_place(tmp_path):
    result = behind_a_reading().run(tmp_path)
    chain = explain(result, "h", language="en")
    assert chain.object == "house:h"
    assert chain.title == "House h: Số 9 Ngõ 1"
    assert chain.sentence == result.houses.reason_en[0]
    assert chain.answers == {
        "status": "no_road_no_water",
        "road": "not_covered",
        "road_60": "not_covered",
        "water": "not_covered",
        "point": "not_covered",
    }
    assert [link.what for link in chain.links] == [
        "read_from",
        "door",
        "hose",
        "stopped_by",
        "road",
        "road_60",
        "water",
        "point",
    ]
    own = one(chain, "read_from").evidence[0]
    assert (own["file"], own["row"]) == ("houses.csv", 2)
    assert one(chain, "door").sentence == (
        "on Ngõ 1 (segment 2-1), 10 m from the house: the road that the address names"
    ).replace("2-1", result.houses.segment_id[0])
    assert one(chain, "hose").sentence.startswith("240 m = 10 m to the door + 230 m of road, from")
    assert "[reading:W1]" in one(chain, "stopped_by").sentence


def test_what_stopped_the_truck_names_row_figure_and_clause(tmp_path):
    result = behind_a_reading(accuracy_m=0.1).run(tmp_path)
    because = one(explain(result, "h", language="en"), "because")
    assert because.sentence == "2.4 + 0.1 = 2.5 < 3.5 m"
    row = because.evidence[0]
    assert row["file"] == "widths.csv"
    assert [row["row"]] == line_of(result, "widths.csv", "W1")
    assert (row["date"], row["method"], row["accuracy_m"]) == ("2026-05-12", "thước dây", 0.1)
    (clause,) = because.clauses
    assert (clause.figure, clause.value, clause.unit) == ("clear_width_m", 3.5, "m")
    assert (clause.clause, clause.status, clause.assumed) == (NEED, "V2", False)


def test_the_same_as_text_in_both_languages(tmp_path):
    result = behind_a_reading(accuracy_m=0.1).run(tmp_path)
    english, vietnamese = (told(result, "h", language) for language in ("en", "vi"))
    row = line_of(result, "widths.csv", "W1")[0]
    assert (
        f"Because: 2.4 + 0.1 = 2.5 < 3.5 m · survey: widths.csv, row {row}; 2.4 m; 2026-05-12; "
        "thước dây; accuracy 0.1 m § norm vn, clear_width_m = 3.5 m: QCVN 06:2022/BXD 6.2.1.1; V2 "
        "(read in an unofficial copy)"
    ) in english
    assert (
        f"Vì: 2,4 + 0,1 = 2,5 < 3,5 m · khảo sát: widths.csv, dòng {row}; 2,4 m; 12/5/2026; thước "
        "dây; sai số 0,1 m § quy chuẩn vn, clear_width_m = 3,5 m: QCVN 06:2022/BXD 6.2.1.1; V2 "
        "(đọc trong bản sao không chính thức)"
    ) in vietnamese


def test_the_language_is_the_projects_own_unless_given(tmp_path):
    result = behind_a_reading().run(tmp_path, language="en")
    assert explain(result, "h") == explain(result, "h", language="en")
    assert explain(result, "h", language="vi").title.startswith("Nhà h")


def test_assumptions_are_called_so(tmp_path):
    chain = explain(behind_a_reading().run(tmp_path), "h", language="en")
    (limit,) = one(chain, "road").clauses
    assert (limit.figure, limit.status, limit.assumed) == ("hose_limit_m", "assumption", True)
    (memory,) = one(chain, "point").clauses
    assert (memory.figure, memory.status, memory.assumed) == ("fire_point_m", "M", True)
    text = " ".join(lines(chain))
    assert "ASSUMED (no source gives it)" in text
    assert "ASSUMED (M, from memory, not verified)" in text


def test_limits_are_compared_with_the_figures_of_the_house(tmp_path):
    chain = explain(behind_a_reading().run(tmp_path), "h", language="en")
    assert one(chain, "road").sentence == "240 m > 200 m"
    assert one(chain, "road_60").sentence == "240 m > 60 m"
    (clause,) = one(chain, "road_60").clauses
    assert (clause.figure, clause.value) == ("new_building_limit_m", 60)
    assert one(chain, "water").sentence == "nearest usable: hydrant N1, 505 m > 400 m"


def test_unmeasured_alley_both_cases_and_the_table_of_classes(tmp_path):
    result = one_alley(300).house("h", (210, 290)).run(tmp_path)
    chain = explain(result, "h", language="en")
    assert chain.answers["status"] == "no_water"
    assert one(chain, "hose").sentence.startswith("worst case: 300 m = 10 m to the door + 290 m")
    assert one(chain, "hose").sentence.endswith(
        "best case: 10 m, for a truck gets to the road at the door"
    )
    assert one(chain, "road").sentence == "worst case: 300 m > 200 m; best case: 10 m ≤ 200 m"
    because = one(chain, "because")
    assert because.sentence == "its width was not measured, and class service does not tell"
    assert [row["value"] for row in because.evidence] == ["highway=service"]
    (clause,) = because.clauses
    assert (clause.figure, clause.value, clause.assumed) == ("classes", None, True)
    assert clause.clause == result.norm.classes.clause


def test_the_parts_of_a_hose_add_up_as_they_are_read(ward):
    found = 0
    for name in ward.houses.house_id[ward.houses.reason == "within_hose"][::97]:
        text = one(explain(ward, name, language="en"), "hose").sentence
        for whole, offset, along in re.findall(r"([\d.]+) m = ([\d.]+) m .*?\+ ([\d.]+) m", text):
            assert round(float(offset) + float(along), 1) == float(whole), name
            found += 1
    assert found > 5


def test_out_of_reach_also_tells_what_stops_the_truck_in_the_best_case(tmp_path):
    town = one_alley(400, bends=(100,)).barrier("B1", (200, 100), "block", state="fixed")
    chain = explain(town.house("h", (210, 390)).run(tmp_path), "h", language="en")
    assert "[segment:2-0]" in one(chain, "stopped_by").sentence
    assert "[barrier:B1]" in one(chain, "best_stopped_by").sentence


def test_what_stops_the_truck_beyond_the_area_is_told_too(tmp_path):
    town = one_alley(300, bends=(100,)).road("Ngõ 2", [(200, 100), (230, 100)])
    town.area((190, 150), (250, 150), (250, 350), (190, 350))
    result = town.house("h", (210, 290)).run(tmp_path)
    assert result.houses.stopped_by[0] == "segment:2-0"
    assert "2-0" not in set(result.segments.segment_id)
    because = one(explain(result, "h", language="en"), "because")
    assert [row["value"] for row in because.evidence] == ["highway=service"]
    assert "A truck gets to it: outside the area" in told(result, "2-0")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("Số 1 Ngõ 1", "the road that the address names"),
        ("Số 1 Phố Xa", "the nearest road, for the address names none that is mapped"),
        ("Số 1 Đường Lớn", "for the address names Đường Lớn, which is not within 30 m"),
        (None, "the nearest road, for there is no address"),
    ],
)
def test_by_which_rule_the_door_was_found(tmp_path, address, words):
    result = one_alley(300).house("h", (210, 200), address=address or "").run(tmp_path)
    assert words in one(explain(result, "h", language="en"), "door").sentence


def test_flags_say_what_to_look_at(tmp_path):
    town = one_alley(300).house("h", (250, 200), address="Số 1 Đường Lớn")
    text = told(town.run(tmp_path), "h")
    assert "the road is more than 30 m from the house" in text
    assert "the door is not on the road that the address names" in text


def test_an_unconnected_house_tells_its_row_and_nothing_made_up(tmp_path):
    result = one_alley(300).house("h", (400, 200)).house("k", (210, 20)).run(tmp_path)
    chain = explain(result, "h", language="en")
    assert chain.answers["status"] == "unconnected"
    assert [link.what for link in chain.links] == ["read_from"]
    assert one(chain, "read_from").evidence[0]["row"] == 2


def test_the_row_of_a_workbook_and_of_a_mapped_building(tmp_path):
    result = one_alley(300).house("h", (210, 290)).run(tmp_path)
    sheet = result.house_rows.assign(file="nha.xlsx", sheet="Tổ 3", row=7)
    text = told(replace(result, house_rows=sheet), "h", "vi")
    assert "Đọc từ: danh sách nhà: nha.xlsx, trang Tổ 3, dòng 7 " in text
    mapped = result.house_rows.assign(file="roads.osm", row=pd.NA)
    text = told(replace(result, house_rows=mapped), "h")
    assert "Read from: OpenStreetMap: roads.osm Door:" in text


# Water and fire points -----------------------------------------------------------------------


def test_near_water_that_does_not_count_is_told_with_its_row(tmp_path):
    town = (
        one_alley(300, width=BY_WIDTH)
        .house("h", (210, 290))
        .water("N1", (195, 280), working="no", last_checked="2026-03-26")
        .water("N2", (195, 100), "pond", working="yes")
    )
    # No truck gets past the post, so nobody draws from the pond beside the alley.
    town.barrier("B1", (200, 10), "bollard", state="fixed")
    chain = explain(town.run(tmp_path), "h", language="en")
    texts = [link.sentence for link in links(chain, "not_counted")]
    assert texts[0] == "hydrant N1, 18 m straight: not working"
    assert "to be drawn from by truck, and none gets within 20 m" in texts[1]
    (clause,) = links(chain, "not_counted")[1].clauses
    assert (clause.figure, clause.value, clause.assumed) == ("draft_m", 20, True)
    broken = links(chain, "not_counted")[0].evidence[0]
    assert (broken["file"], broken["row"], broken["date"]) == ("water.csv", 2, "2026-03-26")


def test_water_that_is_not_certain(tmp_path):
    town = one_alley(300).house("h", (210, 290)).water("N1", (195, 200), "pond")
    chain = explain(town.run(tmp_path), "h", language="en")
    assert chain.answers["water"] == "needs_survey"
    assert one(chain, "water").sentence == (
        "no usable one can be reached by hose; within the limit if a truck can draw from one that "
        "is not certain"
    )
    assert "it is not known whether one gets within 20 m" in one(chain, "not_certain").sentence
    assert "beyond its limit" not in one(chain, "not_certain").sentence


def test_not_certain_and_too_far_by_hose_even_so(tmp_path):
    # The pond lies 210 m away as the crow flies, and 980 m along the roads.
    town = (
        Town()
        .road("Đường Lớn", [(0, 0), (200, 0)], highway="primary")
        .road("Ngõ 1", [(0, 0), (0, 400)], width=BY_WIDTH)
        .road("Ngõ 2", [(200, 0), (200, 400)])
        .house("h", (5, 400))
        .water("N1", (205, 380), "pond")
    )
    chain = explain(town.run(tmp_path), "h", language="en")
    assert chain.answers["water"] == "not_covered"
    assert one(chain, "not_certain").sentence.endswith("beyond its limit by hose even so")


def test_a_mapped_hydrant_has_no_row_but_its_file(tmp_path):
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 290))
    town.node((205, 280), emergency="fire_hydrant")
    result = town.run(tmp_path)
    chain = explain(result, "h", language="en")
    (row,) = one(chain, "water").evidence
    assert (row["source"], row["file"], row["row"]) == ("osm", "roads.osm", None)
    (clause,) = one(chain, "water").clauses
    assert (clause.figure, clause.value, clause.status) == ("hydrant_radius_m", 400, "V2")
    own = explain(result, result.water.object_id[0], language="en")
    assert own.answers == {"working": True, "usable": "yes"}
    assert "the nearest one, within its limit, of 1 houses" in one(own, "usable").sentence


def test_a_silent_norm_gives_no_limit(tmp_path):
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 290)).water("N1", (205, 280))
    result = town.run(tmp_path, norm="uk", mode="vehicle")
    chain = explain(result, "h", language="en")
    assert chain.answers["water"] is None
    assert one(chain, "water").sentence == "norm uk gives no limit"
    assert one(chain, "point").sentence == "norm uk gives no limit"
    assert "the 60 m are fixed" in one(chain, "road_60").sentence
    assert one(chain, "road_60").clauses == ()
    assert "norm uk gives no limit" in told(result, "N1")


def test_objects_too_far_from_any_road(tmp_path):
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 290)).water("N1", (310, 280))
    result = town.run(tmp_path)
    text = told(result, "N1")
    assert "farther than 100 m from any road (snap_limit_m)" in text
    assert "NOT USED: farther than 100 m from any road (snap_limit_m)" in text
    assert "hydrant N1" in one(explain(result, "h", language="en"), "not_counted").sentence


# Roads ---------------------------------------------------------------------------------------


def test_sources_of_a_width_stand_in_rank_order_with_those_not_used(tmp_path):
    tags = {"width": "2.4", "est_width": "5", "maxwidth": "2", "maxweight": "10"}
    town = one_alley(40, **tags).width("W1", (200, 20), 4.0).house("h", (210, 30))
    result = town.run(tmp_path)
    truck = one(explain(result, path_of(result, (200, 10)), language="en"), "truck")
    assert truck.sentence == "reading W1 is wide enough and certifies it: 4 ≥ 3.5 m"
    rows = [(row["value"], row["used"], row["not_used_because"]) for row in truck.evidence]
    assert rows == [
        ("4.0", True, None),
        ("width=2.4", False, "a better source decides: survey"),
        ("est_width=5", False, "a better source decides: survey"),
        ("maxwidth=2", False, "a sign, which decides nothing here"),
        ("maxweight=10", False, "no bridge, so it does not stop a fire engine"),
    ]
    assert [clause.clause for clause in truck.clauses] == [NEED]


def test_a_longer_stretch_is_certified_by_its_narrowest_place(tmp_path):
    town = one_alley(300).width("W1", (200, 20), 4.0, narrowest="yes").house("h", (210, 290))
    result = town.run(tmp_path)
    truck = one(explain(result, path_of(result, (200, 200)), language="en"), "truck")
    assert "certifies it (as its narrowest place)" in truck.sentence
    reading = explain(result, "W1", language="en")
    assert one(reading, "certifies").sentence == "2 stretches: 2-0, 2-1"


def test_a_reading_that_certifies_nothing_says_why(tmp_path):
    town = one_alley(300).width("W1", (200, 150), 4.0).house("h", (210, 290))
    text = told(town.run(tmp_path), "W1")
    assert "lets a truck pass; 4 ≥ 3.5 m" in text
    assert "longer than 50 m (reading_gap_m)" in text


#: Tags of an alley, what is told of it, and the figures that decided.
TAGGED = [
    (
        {"width": "3"},
        "tag width=3: 3 + 0.3 = 3.3 < 3.5 m",
        ["clear_width_m", "accuracy_width_m"],
    ),
    (
        {"est_width": "3.6"},
        "tag est_width=3.6: 3.1 < 3.5 m ≤ 4.1 m (3.6 ± 0.5)",
        ["clear_width_m", "accuracy_est_width_m"],
    ),
    (
        {"width": BY_WIDTH, "maxheight:physical": "3"},
        "clear height 3 < 4.5 m",
        ["clear_height_m"],
    ),
    (
        {"width": BY_WIDTH, "maxheight": "3"},
        "a sign limits the height to 3 < 4.5 m",
        ["clear_height_m"],
    ),
    (
        {"width": BY_WIDTH, "covered": "yes"},
        "it leads through a building or under a roof, and no height was measured",
        [],
    ),
    ({"highway": "steps"}, "steps or a corridor", []),
    (
        {"highway": "tertiary", "maxwidth": "3"},
        "class tertiary is wide enough as a rule, but the sign maxwidth=3 is below the 3.5 m "
        "needed",
        ["clear_width_m", "classes"],
    ),
    (
        {"highway": "bridleway"},
        "class bridleway is not for fire engines, by the table of classes",
        ["classes"],
    ),
    (
        {"highway": "footway", "footway": "sidewalk"},
        "class footway=sidewalk is not for fire engines, by the table of classes",
        ["classes"],
    ),
]


@pytest.fixture(scope="module")
def tagged(tmp_path_factory):
    return comb([tags for tags, _, _ in TAGGED]).run(tmp_path_factory.mktemp("tagged"))


@pytest.mark.parametrize("number", range(len(TAGGED)))
def test_why_a_segment_has_its_answer(tagged, number):
    _, sentence, figures = TAGGED[number]
    ident = path_of(tagged, (tooth(number), 60))
    truck = one(explain(tagged, ident, language="en"), "truck")
    assert truck.sentence == sentence
    assert [clause.figure for clause in truck.clauses] == figures
    # Whatever decided stands in the evidence, with the file that says it.
    assert truck.evidence[0]["used"]
    assert {row["file"] for row in truck.evidence} <= {"roads.osm", "vn.toml"}


def test_a_weak_bridge_rests_on_the_vehicle(tmp_path):
    town = one_alley(300, width=BY_WIDTH, bridge="yes", maxweight="8")
    town.road("Ngõ 7", [(200, 300), (260, 300)]).house("h", (240, 305))
    result = town.run(tmp_path)
    truck = one(explain(result, path_of(result, (200, 150)), language="en"), "truck")
    assert truck.sentence == "a bridge that carries 8 < 16 t"
    (clause,) = truck.clauses
    assert (clause.kind, clause.source, clause.figure) == ("vehicle", "standard", "mass_t")
    assert clause.assumed


def test_a_vehicle_that_keeps_to_one_way_streets(tmp_path):
    shipped = (resources.files("fireaccess") / "norms" / "vehicles.toml").read_text("utf-8")
    measures = tomllib.loads(shipped)["standard"]
    own = {key: value for key, value in measures.items() if not isinstance(value, dict)}
    own |= {"name": "own", "respect_oneway": True}
    tables = {key: value for key, value in measures.items() if isinstance(value, dict)}
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in own.items())
    for name, table in tables.items():
        text += f"[{name}]\n"
        text += "".join(f"{k} = {json.dumps(v, ensure_ascii=False)}\n" for k, v in table.items())
    tmp_path.joinpath("own.toml").write_text(text, encoding="utf-8")
    town = one_alley(300, width=BY_WIDTH, oneway="-1").house("h", (210, 290))
    chain = explain(town.run(tmp_path, vehicle="own.toml"), "h", language="en")
    assert one(chain, "because").sentence == (
        "a one-way street, and this vehicle keeps to it (respect_oneway)"
    )


def test_in_vehicle_mode_the_need_is_the_vehicle_and_the_margin(tmp_path):
    result = behind_a_reading().run(tmp_path, mode="vehicle")
    because = one(explain(result, "W1", language="en"), "effect")
    assert because.sentence == "2.4 < 3 m"
    assert [(c.kind, c.figure, c.value) for c in because.clauses] == [
        ("vehicle", "width_m", 2.5),
        ("norm", "width_margin_m", 0.5),
    ]


def test_a_tag_that_cannot_be_read_is_told(tmp_path):
    town = one_alley(300, width="wide", est_width="6").house("h", (210, 290))
    result = town.run(tmp_path)
    truck = one(explain(result, path_of(result, (200, 150)), language="en"), "truck")
    assert {row["value"]: row["not_used_because"] for row in truck.evidence} == {
        "width=wide": "can't be read as a figure",
        "est_width=6": None,
    }


def test_a_passable_segment_that_no_truck_gets_to_names_what_stops_it_before(tmp_path):
    result = behind_a_reading().run(tmp_path)
    ident = path_of(result, (200, 120))
    chain = explain(result, ident, language="en")
    assert chain.answers == {"truck": "pass", "reached": "no"}
    assert "[reading:W1]" in one(chain, "at_its_end").sentence
    assert "[reading:W1]" in one(chain, "stopped_by").sentence


# Alleys --------------------------------------------------------------------------------------


def test_an_alley_depth_stop_houses_and_points(tmp_path):
    result = behind_a_reading().run(tmp_path)
    name = result.alleys.alley_id[0]
    chain = explain(result, name, language="en")
    assert chain.title == f"Road or alley without a truck: Ngõ 1 [{name}]"
    assert chain.answers == {
        "certain": True,
        "deep": True,
        "has_water_solution": "no",
        "has_fire_point": False,
        "needs_fire_point": True,
    }
    assert one(chain, "deep").sentence == "240 m > 200 m"
    assert [clause.figure for clause in one(chain, "deep").clauses] == ["deep_alley_m"]
    assert one(chain, "because").sentence == "2.4 < 3.5 m"
    narrowest = one(chain, "narrowest")
    assert narrowest.sentence == "2.4 m"
    assert [row["object"] for row in narrowest.evidence] == ["reading:W1"]
    assert one(chain, "has_water_solution").sentence == (
        "of 1 houses, 1 have no water within the limit, 0 are not known"
    )
    assert one(chain, "needs_fire_point").sentence == ("depth 240 m > 50 m; houses without one: 1")


def test_an_installed_solution_is_named_with_its_row(tmp_path):
    town = behind_a_reading().row("solutions", "S1", (200, 200), type="riser")
    town.row("solutions", "S2", (200, 210), type="hose_cabinet")
    result = town.run(tmp_path)
    link = one(explain(result, result.alleys.alley_id[0], language="en"), "has_water_solution")
    assert "an installed solution serves the alley" in link.sentence
    assert [(row["object"], row["file"], row["row"]) for row in link.evidence] == [
        ("solution:S1", "solutions.csv", 2)
    ]


def test_an_alley_whose_houses_have_water_and_one_without_houses(ward):
    houses = ward.houses.groupby("alley_id")["water"].apply(lambda s: (s == "covered").all())
    name = houses.index[houses][0]
    text = one(explain(ward, name, language="en"), "has_water_solution").sentence
    assert text.endswith("houses have water within the limit of its kind")
    empty = ward.alleys.alley_id[ward.alleys.houses == 0].iloc[0]
    text = one(explain(ward, empty, language="en"), "has_water_solution").sentence
    assert text == "no house stands on it: judged at its farthest ends"


# Barriers, readings, clearances --------------------------------------------------------------


#: Columns of a surveyed bollard; its effect, by which rule, and whether it is dealt with.
SURVEYED = [
    ({"state": "removed"}, "pass", "it was removed", "it was removed"),
    (
        {"clear_width_m": 2.4},
        "blocked",
        "gap when open 2.4 < 3.5 m",
        "it still blocks a truck",
    ),
    ({"clear_width_m": 3.6}, "pass", "gap when open 3.6 ≥ 3.5 m", "a truck passes"),
    (
        {"state": "fixed"},
        "blocked",
        "the survey says that it is fixed",
        "it still blocks a truck",
    ),
    (
        {"state": "openable"},
        "unknown",
        "it can be opened, but nobody is named who opens it",
        "not known whether a truck passes",
    ),
    (
        {"state": "openable", "keyholder": "Trần Thị B"},
        "delay",
        "it can be opened and somebody is named who opens it; opening takes 60 s",
        "somebody is named who opens it, but no date says that it was checked",
    ),
    (
        {"state": "openable", "keyholder": "Trần Thị B", "checked": "2026-05-12"},
        "delay",
        "it can be opened and somebody is named who opens it; opening takes 60 s",
        "somebody is named who opens it, and it was checked",
    ),
    (
        {},
        "blocked",
        "neither gap nor state is known; this type blocks a truck",
        "it still blocks a truck",
    ),
]
#: Tags of a mapped barrier; its effect, by which rule, and the figures that decided.
MAPPED = [
    ({"barrier": "gate"}, "unknown", "neither gap nor state is known; this type may open", []),
    (
        {"barrier": "gate", "locked": "no"},
        "delay",
        "it is not locked (locked=no); opening takes 60 s",
        ["opening_delay_s"],
    ),
    (
        {"barrier": "bollard", "bollard": "flexible"},
        "delay",
        "a low or flexible bollard; passing takes 60 s",
        ["opening_delay_s"],
    ),
    (
        {"barrier": "gate", "maxwidth:physical": "3"},
        "blocked",
        "gap when open 3 < 3.5 m",
        ["clear_width_m"],
    ),
    (
        {"barrier": "kerb", "height": "0.1"},
        "pass",
        "a lowered kerb, or one no higher than 0.2 m",
        ["kerb_height_m"],
    ),
    (
        {"barrier": "kerb"},
        "unknown",
        "not known whether the kerb is higher than 0.2 m",
        ["kerb_height_m"],
    ),
    (
        {"barrier": "height_restrictor", "maxheight": "3"},
        "blocked",
        "height 3 < 4.5 m",
        ["clear_height_m"],
    ),
    ({"barrier": "height_restrictor"}, "unknown", "its height is not known", []),
    ({"barrier": "entrance"}, "pass", "this type lets a truck pass", []),
    ({"barrier": "yes"}, "unknown", "not known whether this type lets a truck pass", []),
]


@pytest.fixture(scope="module")
def barriers(tmp_path_factory):
    """Alleys that are wide enough, with one surveyed or mapped barrier each."""
    town = comb([{"width": BY_WIDTH}] * (len(SURVEYED) + len(MAPPED)))
    for number, (columns, *_) in enumerate(SURVEYED):
        town.barrier(f"B{number}", (tooth(number), 50), "bollard", **columns)
    for number, (tags, *_) in enumerate(MAPPED, len(SURVEYED)):
        town.node((tooth(number), 40), **tags)
    return town, town.run(tmp_path_factory.mktemp("barriers"))


@pytest.mark.parametrize("number", range(len(SURVEYED)))
def test_by_which_rule_a_barrier_has_its_effect(barriers, number):
    _, effect, rule, dealt_with = SURVEYED[number]
    _, result = barriers
    name = f"B{number}"
    chain = explain(result, name, language="en")
    assert chain.answers["effect"] == effect
    assert one(chain, "effect").sentence == rule
    assert one(chain, "dealt_with").sentence == dealt_with
    (row,) = one(chain, "effect").evidence
    assert (row["file"], [row["row"]]) == ("barriers.csv", line_of(result, "barriers.csv", name))


@pytest.mark.parametrize("number", range(len(MAPPED)))
def test_by_which_rule_a_mapped_barrier_has_its_effect(barriers, number):
    _, effect, rule, figures = MAPPED[number]
    town, result = barriers
    node = town.node_id((tooth(number + len(SURVEYED)), 40))
    chain = explain(result, f"n{node}", language="en")
    assert chain.answers["effect"] == effect
    assert one(chain, "effect").sentence == rule
    assert [clause.figure for clause in one(chain, "effect").clauses] == figures
    (row,) = one(chain, "effect").evidence
    assert (row["source"], row["file"], row["used"]) == ("osm", "roads.osm", True)


def test_a_surveyed_barrier_shows_the_mapped_one_that_it_stands_for(ward):
    chain = explain(ward, "B08", language="en")
    stands_for = one(chain, "stands_for")
    assert stands_for.sentence == "barrier:n1000697"
    (row,) = stands_for.evidence
    assert (row["value"], row["used"], row["replaced_by"]) == (
        "barrier=block",
        False,
        "barrier:B08",
    )
    mapped = explain(ward, "1000697", language="en")
    assert mapped.object == "barrier:n1000697"
    assert mapped.answers == {}
    assert "[barrier:B08]" in one(mapped, "replaced_by").sentence
    assert one(mapped, "because").evidence == one(chain, "effect").evidence


def test_the_mapped_tags_count_where_the_survey_is_blank(tmp_path):
    town = one_alley(300, bends=(50,), width=BY_WIDTH)
    town.node((200, 50), barrier="gate", maxwidth__physical="3")
    town.barrier("B1", (200, 52), "gate").house("h", (210, 290))
    assert "gap when open 3 < 3.5 m" in told(town.run(tmp_path), "B1")


def test_an_earlier_row_is_shown_and_says_which_replaced_it(ward):
    rows = one(explain(ward, "B12", language="en"), "effect").evidence
    assert [row["row"] for row in rows] == line_of(ward, "barriers.csv", "B12")[::-1]
    assert [row["used"] for row in rows] == [True, False]
    assert rows[1]["not_used_because"] == "replaced by barriers.csv, row 14"
    assert "KHÔNG DÙNG: đã có barriers.csv, dòng 14 thay" in told(ward, "B12", "vi")


def test_a_low_clearance_and_a_high_one(ward):
    low, high = explain(ward, "C2", language="en"), explain(ward, "clearance:C1", language="en")
    assert (low.answers["effect"], one(low, "effect").sentence) == ("blocked", "4 < 4.5 m")
    assert (high.answers["effect"], one(high, "effect").sentence) == ("pass", "4.7 ≥ 4.5 m")
    assert [c.clause for c in one(low, "effect").clauses] == [ward.norm.clear_height_m.clause]


def test_a_row_too_far_from_any_road_is_not_lost(tmp_path):
    town = one_alley(300, width=BY_WIDTH).width("W1", (260, 100), 2.4).house("h", (210, 290))
    chain = explain(town.run(tmp_path), "W1", language="en")
    assert chain.answers == {}
    (row,) = one(chain, "read_from").evidence
    assert row["not_used_because"] == "farther than 30 m from any road (survey_snap_m)"


def by_name(monkeypatch, *tables):
    """Take the rows of some tables as rows that tell of a road, not of a place on it."""
    read = inputs.read_survey

    def read_by_name(*args, **options):
        survey = read(*args, **options)
        named = {
            name: survey[name].assign(placed_on=[*map(normalise, survey[name]["road_name"])])
            for name in tables
        }
        return replace(survey, tables={**survey.tables, **named})

    monkeypatch.setattr(inputs, "read_survey", read_by_name)


def test_what_stands_somewhere_on_a_road(tmp_path, monkeypatch):
    by_name(monkeypatch, "widths", "barriers")
    town = one_alley(300, bends=(100,), width=BY_WIDTH).road("Ngõ 2", [(200, 100), (230, 100)])
    town.width("W1", (200, 50), 2.4, road_name="Ngõ 1").house("h", (210, 290))
    town.barrier("B1", (200, 50), "bollard", road_name="Ngõ 1", state="fixed")
    result = town.run(tmp_path)
    somewhere = "it is on one of 2 stretches of its road, not known on which"
    reading = one(explain(result, "W1", language="en"), "effect")
    assert reading.sentence == f"2.4 < 3.5 m; {somewhere}"
    assert [clause.clause for clause in reading.clauses] == [NEED]
    assert one(explain(result, "B1", language="en"), "effect").sentence == somewhere
    truck = one(explain(result, path_of(result, (200, 20)), language="en"), "truck")
    assert truck.sentence == "Ngõ 1 is narrow somewhere, not known on which stretch"
    assert (truck.evidence[0]["object"], truck.evidence[0]["row"]) == ("reading:W1", 2)


def test_a_row_that_needs_a_place_says_so(tmp_path, monkeypatch):
    by_name(monkeypatch, "barriers")
    town = one_alley(300, bends=(100,), width=BY_WIDTH).road("Ngõ 2", [(200, 100), (230, 100)])
    town.barrier("B1", (200, 50), "wall", road_name="Ngõ 1").house("h", (210, 290))
    (row,) = one(explain(town.run(tmp_path), "B1", language="en"), "read_from").evidence
    assert "which houses lie behind it depends on where it stands" in row["not_used_because"]


@pytest.mark.parametrize("name", ["station:T1", "S1", "V1", "approved:2"])
def test_what_no_layer_shows_is_told_from_the_evidence(ward, name):
    chain = explain(ward, name, language="en")
    (row,) = one(chain, "read_from").evidence
    assert row["object"] == chain.object
    assert row["row"] == 2


# Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("MAU-0001", "house:MAU-0001"),
        ("house:MAU-0001", "house:MAU-0001"),
        ("mau-0001", "house:MAU-0001"),
        ("HOUSE:mau-0001", "house:MAU-0001"),
        ("1100019-2", "segment:1100019-2"),
        ("segment:1100019-2", "segment:1100019-2"),
        ("alley:1100019-2", "alley:1100019-2"),
        ("B08", "barrier:B08"),
        ("b08", "barrier:B08"),
        ("reading:W32", "reading:W32"),
        ("n1000697", "barrier:n1000697"),
        ("1000697", "barrier:n1000697"),
        ("barrier:1000697", "barrier:n1000697"),
        ("n1000837", "water:n1000837"),
        ("fire_point:P6", "fire_point:P6"),
        ("N05", "water:N05"),
        ("T1", "station:T1"),
    ],
)
def test_names_that_are_understood(ward, name, meant):
    assert explain(ward, name).object == meant


def test_an_unknown_name_gets_the_nearest_ones(ward):
    with pytest.raises(ProjectError, match=r"nothing in .* is called 'MAU-99999'") as raised:
        explain(ward, "MAU-99999")
    assert "did you mean house:MAU-" in str(raised.value)
    with pytest.raises(ProjectError, match="did you mean water:N1"):
        explain(ward, "water:N1")
    with pytest.raises(ProjectError, match="give the id of a house, segment, alley"):
        explain(ward, "???")


def test_of_a_house_that_was_left_out_it_is_told_why(tmp_path):
    town = one_alley(300).house("h", (210, 290))
    town.house("far", (2000, 290)).house("away", (2000, 300))
    town.area((150, -50), (450, -50), (450, 350), (150, 350))
    with pytest.raises(ProjectError, match="2 houses lie outside the area"):
        explain(town.run(tmp_path), "far", language="en")


def test_an_ambiguous_name_lists_what_it_may_be(tmp_path):
    town = one_alley(300).house("A1", (210, 290)).water("A1", (205, 10)).width("a1", (200, 50), 4)
    result = town.run(tmp_path)
    with pytest.raises(ProjectError, match="'A1' may be any of 2: house:A1, water:A1"):
        explain(result, "A1")
    assert explain(result, "a1").object == "reading:a1"
    assert explain(result, "water:A1").object == "water:A1"


def test_a_way_of_several_segments_is_ambiguous(ward):
    with pytest.raises(ProjectError, match=r"'1100115' may be any of 17: .* and 9 more"):
        explain(ward, "1100115")


# All of them ---------------------------------------------------------------------------------


def some_of_each(result):
    """Return the names of some objects of every kind."""
    houses = result.houses.drop_duplicates(["status", "reason"]).house_id
    roads = result.segments.drop_duplicates(["width_source", "truck_reason", "reached"])
    listed = result.evidence["object"][~result.evidence["object"].str.startswith("segment:")]
    return [
        *(f"house:{name}" for name in houses),
        *(f"segment:{name}" for name in roads.segment_id),
        *result.alleys.alley_id[::20],
        *listed.drop_duplicates()[::4],
    ]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_kind_fits_the_screen_and_holds_no_gap(ward, language):
    for name in some_of_each(ward):
        chain = explain(ward, name, language=language)
        text = lines(chain)
        assert max(map(len, text)) <= 100, name
        words = " ".join(text).replace(";", " ").replace(",", " ").split()
        assert not {"nan", "None", "<NA>", "NaT"} & set(words), (name, text)
        assert not [line for line in text if "{" in line], name
        assert all(link.sentence or link.evidence for link in every_link(chain)), name
        assert json.loads(json.dumps(as_dict(chain), allow_nan=False))["object"] == name


def test_json_holds_the_columns_of_the_evidence(ward):
    link = as_dict(explain(ward, "W32"))["links"][0]
    assert set(link["evidence"][0]) == {*ward.evidence.columns, "not_used_because"}
    assert link["clauses"][0]["clause"] == NEED


def test_twice_the_same(ward, tmp_path):
    again = fireaccess.run(fireaccess.Project.open(fireaccess.write_sample(tmp_path / "ward")))
    for name in ("MAU-0894", "alley:1100019-2", "B08", "N12"):
        assert as_dict(explain(ward, name)) == as_dict(explain(again, name))


def test_people_are_never_named(tmp_path):
    town = one_alley(300, bends=(50, 100), width=BY_WIDTH)
    town.node((200, 100), barrier="gate", operator="Bà Tư", note="gọi ông Sáu")
    town.barrier(
        "B1",
        (200, 50),
        "lift_gate",
        state="openable",
        keyholder="Nguyễn Văn An",
        owner="Lê Thị Bình",
        checked="2026-05-12",
    )
    town.width("W1", (200, 150), 2.4, surveyor="Phạm Cường")
    town.water("N1", (205, 280), owner="Hoàng Dũng").house("h", (210, 290))
    result = town.run(tmp_path)
    gate = f"n{town.node_id((200, 100))}"
    for name in ("h", "B1", "W1", "N1", gate, *result.alleys.alley_id):
        chain = explain(result, name)
        said = "\n".join(lines(chain)) + json.dumps(as_dict(chain), ensure_ascii=False)
        for person in ("Văn An", "Bình", "Cường", "Dũng", "Bà Tư", "Sáu"):
            assert person not in said, (name, person)
    assert "barrier=gate" in told(result, gate)


def test_what_a_survey_says_is_not_obeyed_by_a_terminal(tmp_path):
    town = one_alley(300, width=BY_WIDTH).house("h", (210, 290), address="Số 1 \x1b[31mNgõ 1")
    assert "\x1b" not in "".join(lines(explain(town.run(tmp_path), "h")))


def test_a_real_ward_one_house_of_each_status(data_dir):
    result = fireaccess.run(fireaccess.Project.open(data_dir / "khuong-dinh"))
    chosen = result.houses.drop_duplicates("status")
    assert len(chosen) >= 5
    for name in chosen.house_id:
        chain = explain(result, name, language="en")
        (row,) = one(chain, "read_from").evidence
        assert [row["row"]] == line_of(result, "houses.csv", name)
        for link in links(chain, "because"):
            for row in link.evidence:
                ident = row["object"].partition(":")[2]
                if row["source"] == "survey":
                    assert row["row"] in line_of(result, row["file"], ident)
