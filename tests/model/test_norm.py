"""Norm files: what the shipped ones say, and how a broken one is refused."""

import unicodedata
from pathlib import Path

import pytest
from pydantic import ValidationError

from fireaccess.model.errors import NormError
from fireaccess.model.figure import Figure
from fireaccess.model.layers import MEASURES
from fireaccess.model.norm import (
    FIGURE_NAMES,
    describe,
    figures,
    load_norm,
    shipped_norms,
    unit_of,
)

SHIPPED = Path(__file__).parents[2] / "fireaccess" / "norms"

# What the analysis itself needs of the norm that it was written for.
NEEDED = [
    "clear_width_m",
    "clear_height_m",
    "width_margin_m",
    "height_margin_m",
    "hose_limit_m",
    "new_building_limit_m",
    "deep_alley_m",
    "fire_point_m",
    "fire_point_depth_m",
    "draft_m",
    "hydrant_radius_m",
    "tank_radius_m",
    "pond_radius_m",
    "river_radius_m",
    "pit_radius_m",
    "suction_point_radius_m",
    "portable_pump_m",
    "hydrant_spacing_m",
    "near_hydrant_m",
    "max_grade",
    "pad_grade",
    "dead_end_m",
    "passing_place_spacing_m",
    "passing_place_length_m",
    "passing_place_width_m",
    "suction_lift_m",
    "water_depth_m",
    "hose_roll_m",
    "hose_slack",
    "hose_speed_m_min",
    "opening_delay_s",
    "kerb_height_m",
    "accuracy_maxwidth_physical_m",
    "accuracy_width_m",
    "accuracy_est_width_m",
    "accuracy_facade_m",
    "accuracy_elevation_m",
]

# The same of any norm: what no norm gives, but every computation uses.
OPERATIONAL = [
    "draft_m",
    "near_hydrant_m",
    "width_margin_m",
    "height_margin_m",
    "kerb_height_m",
    "opening_delay_s",
    "hose_roll_m",
    "hose_slack",
    "accuracy_maxwidth_physical_m",
    "accuracy_width_m",
    "accuracy_est_width_m",
    "accuracy_facade_m",
    "accuracy_elevation_m",
]

SMALL = """
name = "mine"
title = "Ours"
source = "the ward"

[figures.clear_width_m]
value = 3.5
unit = "m"
clause = "6.2.1.1"
status = "V2"

[classes]
pass = ["primary"]
blocked = ["bridleway"]
footway_blocked = ["sidewalk"]
start = ["primary"]
clause = "ours"
status = "assumption"

[speeds_km_h]
clause = "ours"
status = "M"
other = 10
[speeds_km_h.values]
primary = 40

[carriageway_m]
clause = "ours"
status = "assumption"
[carriageway_m.values]
primary = 7
"""


@pytest.fixture
def own(tmp_path):
    """Write the small norm with some text replaced, and return its path."""

    def write(*replacements, text=SMALL, encoding="utf-8"):
        for old, new in replacements:
            assert old in text
            text = text.replace(old, new, 1)
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding=encoding)
        return path

    return write


def test_shipped_names():
    assert shipped_norms() == ("germany", "ifc", "japan", "uk", "vn")


@pytest.mark.parametrize("name", shipped_norms())
def test_each_shipped_norm(name):
    norm = load_norm(name)
    assert norm.name == name
    given = figures(norm)
    assert [key for key, _ in given] == [key for key in FIGURE_NAMES if key in dict(given)]
    for key, figure in given:
        assert figure.clause.strip(), key
        assert figure.status in ("V", "V2", "T", "M", "assumption"), key
        assert figure.unit == unit_of(key), key
    assert set(OPERATIONAL) <= set(dict(given))
    for text in (norm.title.vi, norm.title.en):
        assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize("name", shipped_norms())
def test_defaults_of_fireaccess_are_never_shown_as_verified(name):
    norm = load_norm(name)
    for _, figure in figures(norm):
        if figure.clause == "fireaccess default":
            assert figure.status == "assumption"
            assert not figure.verified
    assert not norm.width_margin_m.verified
    assert norm.classes.status == "assumption"
    assert norm.speeds_km_h.status == "M"


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.toml")), ids=lambda path: path.name)
def test_shipped_files_are_nfc(path):
    assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))


def test_figure_names_tell_their_unit():
    endings = {
        "m/min": "_m_min", "m3/min": "_m3_min", "L/s": "_l_s", "m3/h": "_m3_h", "people": "_people",
        "m/m": "grade", "factor": "slack", "m": "_m", "mm": "_mm", "m3": "_m3", "t": "_t",
        "s": "_s", "min": "_min",
    }  # fmt: skip
    for name in FIGURE_NAMES:
        assert name.endswith(endings[unit_of(name)]), name
        assert describe(name).endswith("."), name


def test_vietnam_gives_everything_the_analysis_needs():
    norm = load_norm("vn")
    assert [name for name in NEEDED if norm.value_or_none(name) is None] == []


@pytest.mark.parametrize(
    ("name", "key", "value", "status"),
    [
        ("vn", "clear_width_m", 3.5, "V2"),
        ("vn", "clear_height_m", 4.5, "V2"),
        ("vn", "hose_limit_m", 200, "assumption"),
        ("vn", "deep_alley_m", 200, "V"),
        ("vn", "new_building_limit_m", 60, "V2"),
        ("vn", "hydrant_radius_m", 400, "V2"),
        ("vn", "pond_radius_m", 400, "V2"),
        ("vn", "river_radius_m", 400, "assumption"),
        ("vn", "portable_pump_m", 300, "V2"),
        ("vn", "hydrant_spacing_m", 150, "V2"),
        ("vn", "dead_end_m", 46, "V2"),
        ("vn", "fire_point_m", 100, "M"),
        ("vn", "fire_point_depth_m", 50, "V"),
        ("vn", "draft_m", 20, "assumption"),
        ("vn", "width_margin_m", 0.5, "M"),
        ("vn", "hose_roll_m", 20, "V"),
        ("vn", "opening_delay_s", 60, "assumption"),
        ("ifc", "clear_width_m", 6.1, "V"),
        ("ifc", "hose_limit_m", 45.7, "V"),
        ("ifc", "hydrant_radius_dwelling_m", 183, "V"),
        ("ifc", "clear_width_at_hydrant_m", 7.9, "M"),
        ("uk", "clear_width_m", 3.7, "V"),
        ("uk", "hose_limit_m", 45, "V"),
        ("uk", "turning_circle_wall_diameter_m", 19.2, "V"),
        ("germany", "clear_width_m", 3.0, "V"),
        ("germany", "clear_height_m", 3.5, "M"),
        ("germany", "hydrant_radius_m", 75, "V"),
        ("japan", "hydrant_radius_m", 120, "V"),
        ("japan", "water_radius_semi_urban_m", 140, "V"),
    ],
)
def test_known_values(name, key, value, status):
    norm = load_norm(name)
    assert norm.value(key) == value
    assert getattr(norm, key).status == status


def test_gradients_are_rounded_to_four_decimals():
    norm = load_norm("vn")
    assert norm.value("max_grade") == round(1 / 8.3, 4)
    assert norm.value("pad_grade") == round(1 / 15, 4)


@pytest.mark.parametrize(
    ("name", "silent"),
    [
        ("vn", "turning_circle_diameter_m turning_square_side_m carrying_capacity_t"),
        ("ifc", "max_grade deep_alley_m fire_point_m tank_radius_m portable_pump_m"),
        ("uk", "hydrant_radius_m hydrant_spacing_m deep_alley_m max_grade"),
        ("germany", "tank_radius_m dead_end_m deep_alley_m fire_point_m"),
        ("japan", "clear_width_m clear_height_m hose_limit_m dead_end_m hydrant_spacing_m"),
    ],
)
def test_silent_where_the_source_is(name, silent):
    norm = load_norm(name)
    for key in silent.split():
        assert norm.value_or_none(key) is None
        assert getattr(norm, key) is None
        with pytest.raises(NormError, match=f"says nothing of {key}") as error:
            norm.value(key)
        assert f"[figures.{key}]" in str(error.value)
        assert f"{name}.toml" in str(error.value)


def test_classes_and_speeds():
    norm = load_norm("vn")
    assert norm.classes.blocked == ("bridleway",)
    assert norm.classes.footway_blocked == ("sidewalk", "crossing", "traffic_island")
    assert {"motorway", "tertiary_link", "busway"} <= set(norm.classes.passable)
    assert "residential" not in norm.classes.passable
    assert set(norm.classes.start) < set(norm.classes.passable)
    assert not {"motorway", "motorway_link", "busway"} & set(norm.classes.start)
    assert norm.speed_km_h("primary") == 40
    assert norm.speed_km_h("no_such_class") == norm.speeds_km_h.other
    assert norm.carriageway_m.get("tertiary") == 5.5
    assert norm.carriageway_m.get("residential") is None
    for highway in norm.classes.passable:
        assert norm.carriageway_m.get(highway) is not None


def test_grade_decides_only_where_a_norm_says_so(own):
    assert load_norm("vn").grade_decides
    assert load_norm("vn").grade.clause == "QCVN 06:2022/BXD 6.2.4"
    assert not any(load_norm(name).grade_decides for name in ("ifc", "uk", "germany", "japan"))
    rule = '[grade]\ndecides = {}\nclause = "x"\nstatus = "M"\n\n[classes]'
    assert not load_norm(own()).grade_decides
    assert not load_norm(own(("[classes]", rule.format("false")))).grade_decides
    for text, says in (
        (rule.format("true"), "figures.max_grade is missing"),
        (rule.format('"yes"'), "grade.decides must be true or false"),
        (rule.format("true").replace("decides", "decide"), "unknown key 'decide' in [grade]"),
    ):
        with pytest.raises(NormError) as caught:
            load_norm(own(("[classes]", text)))
        assert says in caught.value.finding.what


def test_residential_flow():
    flow = load_norm("vn").residential_flow
    assert [row.people_below for row in flow.rows] == [1000, 5000, 10000, 25000, 50000, 100000]
    assert (flow.rows[3].low_l_s, flow.rows[3].high_l_s, flow.rows[3].fires) == (10, 15, 2)
    assert load_norm("uk").residential_flow is None


def test_water_solutions_of_the_catalogue():
    norm = load_norm("vn")
    rules = dict(norm.solutions)
    assert list(rules) == ["hydrant", "pipe", "riser", "tank_pump", "draft_point", "pit"]
    assert set(rules) <= set(MEASURES)
    assert norm.value(rules["hydrant"].reach) == 400
    assert norm.value(rules["pipe"].spacing) == 150
    assert norm.value(rules["pit"].pipe) == 200
    assert rules["draft_point"].reach is None
    # What no source gives is never shown as one.
    for name in ("riser_pipe_length_m", "works_width_m"):
        assert getattr(norm, name).status == "assumption"
    assert rules["riser"].status == rules["tank_pump"].status == "assumption"
    assert not any(load_norm(name).solutions for name in ("ifc", "uk", "germany", "japan"))


@pytest.mark.parametrize(
    ("kind", "conditions", "says"),
    [
        ("hydrant", "", "solutions.hydrant.reach is missing"),
        ("pit", 'reach = "clear_width_m"', "solutions.pit.pipe is missing"),
        ("hydrant", 'reach = "hydrant_radius_m"', "figures.hydrant_radius_m is missing"),
        ("hydrant", 'reach = "hydrant_radius"', "unknown key 'hydrant_radius'"),
        ("hydrant", 'reach = "max_grade"', "unknown key 'max_grade'"),
        ("hydrant", "reach = 400", "solutions.hydrant.reach must be text"),
        ("hydrants", "", "unknown key 'hydrants' in [solutions]"),
        ("pipe", 'radius = "clear_width_m"', "unknown key 'radius' in [solutions.pipe]"),
    ],
)
def test_a_catalogue_that_does_not_fit(own, kind, conditions, says):
    table = f'[solutions.{kind}]\n{conditions}\nclause = "x"\nstatus = "M"\n\n[classes]'
    with pytest.raises(NormError) as caught:
        load_norm(own(("[classes]", table)))
    assert says in caught.value.finding.what
    assert caught.value.finding.what_to_do


def test_a_catalogue_in_the_order_of_its_file(own):
    entry = '[solutions.{}]\nreach = "clear_width_m"\nclause = "x"\nstatus = "M"\n\n'
    both = entry.format("tank_pump") + entry.format("hydrant")
    norm = load_norm(own(("[classes]", both + "[classes]")))
    assert [kind for kind, _ in norm.solutions] == ["tank_pump", "hydrant"]
    assert norm.solutions[0][1].width is None


def test_norm_is_frozen_hashable_and_free_of_folders(own):
    norm = load_norm(own())
    with pytest.raises(ValidationError):
        norm.name = "other"
    hash(norm)
    assert repr(norm) == "<Norm mine: 1 figures>"
    assert "mine.toml" not in norm.model_dump_json()


def test_unknown_figure_is_refused_when_asked():
    with pytest.raises(NormError, match=r"unknown key 'hose_limit'.*\n.*'hose_limit_m'"):
        load_norm("vn").value("hose_limit")
    with pytest.raises(NormError, match="unknown key"):
        load_norm("vn").value("title")


def test_own_file(own):
    norm = load_norm(own())
    assert norm.value("clear_width_m") == 3.5
    assert norm.title.vi == norm.title.en == "Ours"
    assert norm.value_or_none("hose_limit_m") is None
    assert load_norm(str(own())) == norm


def test_own_file_from_a_windows_editor(own):
    path = own(("Ours", unicodedata.normalize("NFD", "Phường")), encoding="utf-8-sig")
    assert load_norm(path).title.vi == unicodedata.normalize("NFC", "Phường")


def test_shipped_name_before_a_file_of_that_name(own, monkeypatch, tmp_path):
    own().rename(tmp_path / "vn")
    monkeypatch.chdir(tmp_path)
    assert load_norm("vn").value("hose_limit_m") == 200
    assert load_norm(Path("vn")).name == "mine"


FIGURE = '[figures.clear_width_m]\nvalue = 3.5\nunit = "m"'


@pytest.mark.parametrize(
    ("old", "new", "says", "remedy"),
    [
        ("value = 3.5", "value = -3.5", "figures.clear_width_m.value can't be -3.5", "0 or more"),
        ("value = 3.5", "value = nan", "figures.clear_width_m.value can't be nan", "0 or more"),
        ("value = 3.5", "value = 0", "figures.clear_width_m.value must be above 0", "leave"),
        ("value = 3.5", 'value = "3,5"', "must be a number, not '3,5'", "as in 3.5"),
        ("value = 3.5", "value = true", "must be a number, not True", "as in 3.5"),
        ("value = 3.5\n", "", "figures.clear_width_m.value is missing", "add it"),
        ('unit = "m"', 'unit = "%"', "unit is '%', which is no unit", "never given in percent"),
        ('unit = "m"', 'unit = "mm"', "unit is 'mm', but must be 'm'", "convert"),
        ('clause = "6.2.1.1"\n', "", "figures.clear_width_m.clause is missing", "add it"),
        ('clause = "6.2.1.1"', 'clause = ""', "figures.clear_width_m.clause is empty", "fill"),
        ('clause = "6.2.1.1"', "clause = 6", "clause must be text, not 6", "quotes"),
        ('status = "V2"', 'status = "V3"', "status is 'V3', which is no status", "assumption"),
        ('status = "V2"', 'status = "V2"\nnotes = ""', "unknown key 'notes' in", "'note'"),
        ("figures.clear_width_m]", "figures.clear_widht_m]", "'clear_widht_m' in [figures]",
         "did you mean 'clear_width_m'?"),
        (FIGURE, "[figures]\nclear_width_m = 3.5\n[x]\n", "unknown key 'x'", "known are"),
        ("[figures.", '[figures]\nclear_height_m = 3.5\n[figures.', "clear_height_m must be a "
         "table, not 3.5", "[figures.clear_height_m]"),
        ("source =", "sorce =", "unknown key 'sorce'", "'source'"),
        ('source = "the ward"\n', "", "source is missing", "add it"),
        ('title = "Ours"', "title = 3", "title must be a table, not 3", "[title]"),
        ('pass = ["primary"]\n', "", "classes.pass is missing", "add it"),
        ('pass = ["primary"]', 'pass = "primary"', "classes.pass", "layout"),
        ('pass = ["primary"]', 'pass = []', "classes.pass is empty", "fill"),
        ('pass = ["primary"]', 'pass = ["primary", 3]', "classes.pass.1 must be text", "quotes"),
        ('pass = ["primary"]', 'pass = ["bridleway"]', "bridleway stands both", "one of the two"),
        ("primary = 40", "primary = 0", "primary = 0 is not a number above 0", "layout"),
        ("primary = 40", 'primary = "40"', "primary = '40' is not a number", "layout"),
        ("primary = 40", "primary = inf", "primary = inf is not a number", "layout"),
        ("[speeds_km_h.values]\nprimary = 40", "values = 3", "speeds_km_h.values", "layout"),
        ("other = 10\n", "", "speeds_km_h.other is missing", "other = 10"),
        ("other = 10", "other = 0", "speeds_km_h.other can't be 0", "above 0"),
        ("[carriageway_m]", "[carriage_way_m]", "unknown key 'carriage_way_m'", "'carriageway_m'"),
    ],
)  # fmt: skip
def test_broken_file_names_file_key_and_remedy(own, old, new, says, remedy):
    path = own((old, new))
    with pytest.raises(NormError) as caught:
        load_norm(path)
    finding = caught.value.finding
    assert finding.file == str(path)
    assert says in finding.what
    assert remedy in finding.what_to_do


@pytest.mark.parametrize(
    ("figure", "says", "remedy"),
    [
        ('[figures.max_grade]\nvalue = 12\nunit = "m/m"', "12 is no gradient", "0.12"),
        ('[figures.max_grade]\nvalue = 12\nunit = "%"', "is '%'", "12 % = 0.12"),
        ('[figures.hose_slack]\nvalue = 0.9\nunit = "factor"', "shorter than its way", "1.1"),
    ],
)
def test_gradients_and_factors(own, figure, says, remedy):
    path = own((FIGURE, figure))
    with pytest.raises(NormError) as caught:
        load_norm(path)
    assert says in caught.value.finding.what
    assert remedy in caught.value.finding.what_to_do


def test_margins_and_accuracies_may_be_zero(own):
    path = own((FIGURE, '[figures.accuracy_width_m]\nvalue = 0\nunit = "m"'))
    assert load_norm(path).value("accuracy_width_m") == 0


def test_flow_table_must_rise(own):
    rows = "[{ people_below = 5, low_l_s = 1, high_l_s = 1 }, "
    rows += "{ people_below = 5, low_l_s = 1, high_l_s = 1 }]"
    table = f'[residential_flow]\nclause = "x"\nstatus = "M"\nrows = {rows}\n\n[classes]'
    with pytest.raises(NormError, match="must rise"):
        load_norm(own(("[classes]", table)))


@pytest.mark.parametrize("share", ["0", "1", '"0.5"', "true"])
def test_shares_are_between_none_and_all(own, share):
    table = f'[priors]\nclause = "x"\nstatus = "M"\nvalues = {{ ngo = {share} }}\n\n[classes]'
    with pytest.raises(NormError, match=r"ngo = .* is not a share between 0 and 1"):
        load_norm(own(("[classes]", table)))


def test_no_toml(own):
    with pytest.raises(NormError, match=r"no valid TOML: .*line 2") as caught:
        load_norm(own(text='name = "x"\nvalue = 3,5\n'))
    assert caught.value.finding.file.endswith("mine.toml")
    assert "dot in numbers" in caught.value.finding.what_to_do


def test_no_utf8(own):
    with pytest.raises(NormError, match="line 3 is not UTF-8"):
        load_norm(own(("Ours", "Königs"), encoding="latin-1"))


def test_no_such_norm(tmp_path):
    with pytest.raises(NormError, match=r"no norm 'germny'.*\n.*did you mean 'germany'"):
        load_norm("germny")
    with pytest.raises(NormError, match=r"no norm .*\n.*shipped are germany, ifc"):
        load_norm(tmp_path)
    with pytest.raises(NormError, match="no norm 'vehicles'"):
        load_norm("vehicles")


def test_unreadable_file(own, monkeypatch):
    path = own()

    def refuse(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(NormError, match="can't be read: Permission denied"):
        load_norm(path)


def test_class_table_survives_a_round_trip():
    speeds = load_norm("vn").speeds_km_h
    assert speeds.model_dump()["values"]["primary"] == 40
    assert type(speeds).model_validate(speeds.model_dump()) == speeds


def test_figures_are_checked_where_a_norm_is_made():
    norm = load_norm("vn")
    fields = {name: getattr(norm, name) for name in type(norm).model_fields}
    fields["hose_limit_m"] = Figure(value=1, unit="s", clause="x", status="M")
    with pytest.raises(NormError, match=r"hose_limit_m.unit is 's'"):
        type(norm)(**fields)


@pytest.mark.parametrize(
    ("status", "verified"),
    [("V", True), ("V2", True), ("T", True), ("M", False), ("assumption", False)],
)
def test_verified(status, verified):
    assert Figure(value=1, unit="m", clause="x", status=status).verified is verified
