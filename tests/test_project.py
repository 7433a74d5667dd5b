"""The project file: what it may hold, and what is refused with key and remedy."""

from datetime import date

import pytest
from spoiled import here, town

import fireaccess
from fireaccess import Project, ProjectError
from fireaccess.model.errors import FireaccessError

INPUTS = 'roads = "roads.osm"\nhouses = "houses.csv"'


def opened(folder, project="", inputs=INPUTS, rest=""):
    text = f'[project]\nname = "Phường Mẫu"\n{project}\n[inputs]\n{inputs}\n{rest}\n'
    (folder / "fireaccess.toml").write_text(text, encoding="utf-8")
    return Project.open(folder)


def refusal(folder, *arguments, **options):
    with pytest.raises(ProjectError) as caught:
        opened(folder, *arguments, **options)
    finding = caught.value.finding
    assert finding.file == str(folder / "fireaccess.toml")
    assert finding.what_to_do
    return finding


# What it may hold
def test_little_is_enough(tmp_path):
    project = opened(tmp_path)
    assert project.name == "Phường Mẫu"
    assert project.options.norm == "vn"
    assert project.options.turns == "auto"
    assert project.survey.widths is None
    assert project.results_folder == tmp_path / "results"
    assert project.path("houses.csv") == tmp_path / "houses.csv"


def test_a_folder_and_its_file_are_the_same_project(tmp_path):
    opened(tmp_path)
    assert repr(Project.open(tmp_path)) == repr(Project.open(str(tmp_path / "fireaccess.toml")))


def test_a_name_in_another_unicode_form_is_the_same_name(tmp_path):
    text = '[project]\nname = "Phu\u031bo\u031b\u0300ng"\n[inputs]\n' + INPUTS
    (tmp_path / "fireaccess.toml").write_text(text, encoding="utf-8")
    assert Project.open(tmp_path).name == "Ph\u01b0\u1eddng"


def test_a_byte_order_mark_is_no_fault(tmp_path):
    text = f'[project]\nname = "Phường Mẫu"\n[inputs]\n{INPUTS}\n'
    (tmp_path / "fireaccess.toml").write_text(text, encoding="utf-8-sig")
    assert Project.open(tmp_path).name == "Phường Mẫu"


def test_whole_numbers_stand_for_metres(tmp_path):
    project = opened(tmp_path, rest="[settings]\nload_margin_m = 250\nsnap_limit_m = 80.5")
    assert project.settings.load_margin_m == 250.0
    assert project.settings.snap_limit_m == 80.5
    assert project.settings.same_object_m == 5.0


def test_a_deadline_is_a_date(tmp_path):
    assert opened(tmp_path, "deadline = 2027-07-01").options.deadline == date(2027, 7, 1)


def test_input_files_are_listed_with_their_keys(tmp_path):
    project = opened(tmp_path, rest='[inputs.survey]\nwidths = "survey/widths.csv"')
    assert [(key, path.name) for key, path in project.input_files()] == [
        ("project", "fireaccess.toml"),
        ("roads", "roads.osm"),
        ("houses", "houses.csv"),
        ("survey.widths", "widths.csv"),
    ]


def test_costs_and_candidates_are_input_files(tmp_path):
    inputs = f'{INPUTS}\ncosts = "costs.csv"\ncandidates = "candidates.geojson"'
    project = opened(tmp_path, inputs=inputs)
    assert [(key, path.name) for key, path in project.input_files()][-2:] == [
        ("costs", "costs.csv"),
        ("candidates", "candidates.geojson"),
    ]


# What a plan is asked for
def test_a_plan_is_asked_for_nothing_by_default(tmp_path):
    plan = opened(tmp_path).plan
    assert (plan.barriers, plan.hydrants, plan.budgets_vnd, plan.start) == (None, None, {}, None)
    assert (plan.weight, plan.seed, plan.draws) == ("houses", 1, 500)
    assert set(plan.per_month.model_dump().values()) == {None}


def test_whole_numbers_stand_for_metres_and_seconds_of_a_plan(tmp_path):
    rest = (
        "[plan]\ncandidate_spacing_m = 40\ntime_limit_s = 5\nweight = 'risk'\n"
        "use_weights = { 'chợ' = 3 }\nbudgets_vnd.hydrants = 600_000_000\n"
        "start = '2026-12'\n[plan.per_month]\nhydrants = 2"
    )
    plan = opened(tmp_path, rest=rest).plan
    assert (plan.candidate_spacing_m, plan.time_limit_s) == (40.0, 5.0)
    assert (plan.use_weights, plan.budgets_vnd) == ({"chợ": 3.0}, {"hydrants": 600_000_000})
    assert (plan.start, plan.per_month.hydrants) == ("2026-12", 2)


@pytest.mark.parametrize(
    ("lines", "key", "hint"),
    [
        ("hydrant = 3", "plan.hydrant", "did you mean 'hydrants'?"),
        ("[plan.per_month]\nhydrant = 3", "plan.per_month.hydrant", "did you mean 'hydrants'?"),
        ("[plan.permonth]\nhydrants = 3", "plan.permonth", "did you mean 'per_month'?"),
        ("budgets_vnd.hydrant = 3", "plan.budgets_vnd.hydrant", "did you mean 'hydrants'?"),
        (
            "budgets_vnd.zzz = 3",
            "plan.budgets_vnd.zzz",
            "known here: barriers, fire_points, hydrants",
        ),
        ("deadline = 2027-07-01", "plan.deadline", "it belongs to [project]"),
    ],
)
def test_an_unknown_key_of_a_plan_is_refused(tmp_path, lines, key, hint):
    finding = refusal(tmp_path, rest=f"[plan]\n{lines}")
    assert finding.what == f"unknown key {key!r}"
    assert hint in finding.what_to_do


@pytest.mark.parametrize(
    ("lines", "key", "words"),
    [
        ("barriers = -1", "plan.barriers", "0"),
        ("barriers = 1.5", "plan.barriers", "integer"),
        ("barriers = true", "plan.barriers", "integer"),
        ("budgets_vnd = 5", "plan.budgets_vnd", "budgets_vnd.hydrants = 600_000_000"),
        ("budgets_vnd.hydrants = -5", "plan.budgets_vnd.hydrants", "0"),
        ("budgets_vnd.hydrants = '5'", "plan.budgets_vnd.hydrants", "integer"),
        ("weight = 'house'", "plan.weight", "'houses', 'people', 'risk' or 'density'"),
        ("weight = 'risk'\nuse_weights.x = nan", "plan.use_weights.x", "finite"),
        ("weight = 'risk'\nuse_weights.x = -1", "plan.use_weights.x", "0"),
        ("candidate_spacing_m = 0", "plan.candidate_spacing_m", "greater than 0"),
        ("candidate_spacing_m = inf", "plan.candidate_spacing_m", "finite"),
        ("draws = 0", "plan.draws", "1"),
        ("start = '2026-13'", "plan.start", 'as in "2026-12"'),
        ("start = '12/2026'", "plan.start", 'as in "2026-12"'),
        ("start = 2026-12-01", "plan.start", 'as in "2026-12"'),
        ("[plan.per_month]\nhydrants = -1", "plan.per_month.hydrants", "0"),
    ],
)
def test_a_wrong_value_of_a_plan_is_refused(tmp_path, lines, key, words):
    finding = refusal(tmp_path, rest=f"[plan]\n{lines}")
    assert finding.what.startswith(f"{key} = ")
    assert words in finding.what
    assert key in finding.what_to_do


@pytest.mark.parametrize(
    ("lines", "what", "remedy"),
    [
        ("hydrants = 3\nbudgets_vnd.hydrants = 5", "plan.budgets_vnd.hydrants both", "the budget"),
        ("use_weights.x = 2", "plan.weight is 'houses'", 'weight = "risk"'),
    ],
)
def test_what_says_two_things_or_nothing_is_refused(tmp_path, lines, what, remedy):
    finding = refusal(tmp_path, rest=f"[plan]\n{lines}")
    assert what in finding.what
    assert remedy in finding.what_to_do


# Unknown keys
@pytest.mark.parametrize(
    ("project", "rest", "key", "hint"),
    [
        ("nmae = 1", "", "project.nmae", "did you mean 'name'?"),
        ('Norm = "vn"', "", "project.Norm", "did you mean 'norm'?"),
        ("", "[settings]\nload_margin = 5", "settings.load_margin", "'load_margin_m'"),
        ("", "[setings]\nsnap_m = 1", "setings", "did you mean 'settings'?"),
        ("", "[outputs]\nresult = 'r'", "outputs.result", "did you mean 'results'?"),
        ("", "[inputs.survey]\nwidth = 'w'", "inputs.survey.width", "did you mean 'widths'?"),
        ("", "[inputs.surveys]\nwidths = 'w'", "inputs.surveys", "did you mean 'survey'?"),
        ('roads = "roads.osm"', "", "project.roads", "it belongs to [inputs]"),
        ("", "[inputs.survey]\nmode = 'norm'", "inputs.survey.mode", "it belongs to [project]"),
        ("zzz = 1", "", "project.zzz", "known here: central_city, crs, deadline"),
        ('"na{me}" = 1', "", "project.na{me}", "did you mean 'name'?"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known(tmp_path, project, rest, key, hint):
    finding = refusal(tmp_path, project, rest=rest)
    assert finding.what == f"unknown key {key!r}"
    assert hint in finding.what_to_do


# Wrong values
@pytest.mark.parametrize(
    ("project", "rest", "key", "words"),
    [
        ('turns = "yes"', "", "project.turns", 'write true, false or "auto"'),
        ('mode = "vehicles"', "", "project.mode", "'norm' or 'vehicle'"),
        ('starts = "arterials"', "", "project.starts", "'arterial' or 'stations'"),
        ('language = "fr"', "", "project.language", "'vi' or 'en'"),
        ('central_city = "yes"', "", "project.central_city", "boolean"),
        ("crs = 5897", "", "project.crs", "string"),
        ('deadline = "2027-07-01"', "", "project.deadline", "without quotation marks"),
        ("deadline = 2027-07-01T12:00:00", "", "project.deadline", "date"),
        ("", "[settings]\nload_margin_m = -1", "settings.load_margin_m", "0"),
        ("", '[settings]\nload_margin_m = "500"', "settings.load_margin_m", "number"),
        ("", "[settings]\nload_margin_m = nan", "settings.load_margin_m", "finite"),
        ("", "[settings]\nload_margin_m = inf", "settings.load_margin_m", "finite"),
        ("", "[settings]\nload_margin_m = true", "settings.load_margin_m", "number"),
        ("", "[settings]\nsnap_limit_m = 0", "settings.snap_limit_m", "greater than 0"),
        ("", "[inputs.survey]\nwidths = 5", "inputs.survey.widths", "string"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(tmp_path, project, rest, key, words):
    finding = refusal(tmp_path, project, rest=rest)
    assert finding.what.startswith(f"{key} = ")
    assert words in finding.what
    assert key in finding.what_to_do
    assert "fireaccess sample" in finding.what_to_do


def test_a_section_in_place_of_a_value_and_the_other_way_round(tmp_path):
    (tmp_path / "fireaccess.toml").write_text('project = "P"\n', encoding="utf-8")
    with pytest.raises(ProjectError, match=r"\[project\] is a section"):
        Project.open(tmp_path)
    assert "inputs.houses" in refusal(tmp_path, inputs='roads = "r"\nhouses = { a = 1 }').what


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "section [project] is missing"),
        ('name = "P"', "section [project] is missing"),
        ('[project]\nname = "P"', "section [inputs] is missing"),
        ('[project]\n[inputs]\nroads = "r"\nhouses = "h"', "'project.name' is missing"),
        ('[project]\nname = "P"\n[inputs]\nroads = "r"', "'inputs.houses' is missing"),
        ('[project]\nname = "P"\n[inputs]\nhouses = "h"', "'inputs.roads' is missing"),
    ],
)
def test_what_is_missing_is_named(tmp_path, text, words):
    (tmp_path / "fireaccess.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ProjectError) as caught:
        Project.open(tmp_path)
    assert words in caught.value.finding.what
    assert "add " in caught.value.finding.what_to_do


# The file itself
@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b'[project\nname = "P"', "line 1"),
        (b'[project]\nname = "P"\nname = "Q"\n', "line 3"),
        (b'[project]\nname = "Ph\xb0ng"', "TOML"),
        (b"\x00\x01\xff\xfe", "TOML"),
    ],
)
def test_what_is_no_toml_is_refused(tmp_path, content, words):
    (tmp_path / "fireaccess.toml").write_bytes(content)
    with pytest.raises(ProjectError, match=words) as caught:
        Project.open(tmp_path)
    assert "UTF-8" in caught.value.finding.what_to_do


@pytest.mark.parametrize("name", ["", "nowhere", "nowhere/fireaccess.toml"])
def test_a_missing_project_tells_how_to_get_one(tmp_path, name):
    with pytest.raises(ProjectError, match="no such project file") as caught:
        Project.open(tmp_path / name)
    assert "fireaccess sample DIR" in caught.value.finding.what_to_do


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("crs", "EPSG:99999", "EPSG:5897"),
        ("crs", "EPSG:4326", "projected"),
        ("crs", "EPSG:3857", "Web Mercator"),
        ("norm", "vnn", "did you mean 'vn'?"),
        ("norm", "own.toml", "own.toml"),
        ("vehicle", "standart", "did you mean 'standard'?"),
    ],
)
def test_a_crs_norm_or_vehicle_that_is_none_is_wrong_use(tmp_path, key, value, words):
    town().write(tmp_path, **{key: value})
    with pytest.raises(FireaccessError):
        fireaccess.run(Project.open(tmp_path))
    outcome = here("check", tmp_path)
    assert outcome.code == 2
    assert value in outcome.err
    assert words in outcome.err


def test_an_online_base_map_is_off_unless_it_is_named(tmp_path):
    assert opened(tmp_path).base_map.tiles is None
    rest = '[map]\ntiles = "https://{s}.example.org/{z}/{x}/{y}.png"\nattribution = "© Example"'
    base = opened(tmp_path, rest=rest).base_map
    assert (base.tiles, base.attribution) == (
        "https://{s}.example.org/{z}/{x}/{y}.png",
        "© Example",
    )


@pytest.mark.parametrize(
    ("tiles", "attribution", "words"),
    [
        ("http://example.org/{z}/{x}/{y}.png", "©", "map.tiles"),
        ("https://example.org/'; script-src *;/{z}/{x}/{y}.png", "©", "map.tiles"),
        ("https://example.org/{z}/{x}.png", "©", "lacks one of {z}, {x} and {y}"),
        ("https://example.org/{z}/{x}/{y}.png", " ", "without map.attribution"),
    ],
)
def test_tiles_that_cant_be_used_are_refused(tmp_path, tiles, attribution, words):
    rest = f'[map]\ntiles = "{tiles}"\nattribution = "{attribution}"'
    assert words in refusal(tmp_path, rest=rest).text
