"""The command line: what each command does and prints, and its exit code."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from spoiled import content, here, replace, there, town

import fireaccess
from fireaccess.model.norm import entries, figures, load_norm, shipped_norms
from fireaccess.model.vehicle import load_vehicle, measures, shipped_vehicles

SAMPLES = Path(__file__).parents[1] / "data"
VIETNAMESE = "Phường Mẫu (dữ liệu giả lập)"


@pytest.fixture(scope="module")
def commune(tmp_path_factory):
    return shutil.copytree(SAMPLES / "sample-commune", tmp_path_factory.mktemp("c") / "commune")


@pytest.fixture
def ward(tmp_path):
    """A small town with one error, one warning, and its other rows right."""
    town().width("W3", (200, 80), "hẹp").width("W4", (200, 90), "4,2").write(tmp_path / "ward")
    return tmp_path / "ward"


def plain(text):
    """Text without the lines of its tables and with single blanks."""
    return " ".join(re.sub(r"[│┃━╇┼─]", " ", text).split())


# sample
@pytest.mark.parametrize("kind", ["ward", "commune"])
def test_sample_writes_what_is_in_the_repository(tmp_path, kind):
    outcome = here("sample", tmp_path / "s", *(["--rural"] if kind == "commune" else []))
    assert outcome.code == 0
    assert f"fireaccess run {tmp_path / 's'}" in outcome.out
    assert content(tmp_path / "s") == content(SAMPLES / f"sample-{kind}")


def test_sample_leaves_the_work_of_others_alone(tmp_path):
    (tmp_path / "hồ sơ.txt").write_text("của phường", encoding="utf-8")
    outcome = here("sample", tmp_path)
    assert outcome.code == 2
    assert str(tmp_path) in outcome.err
    assert "name a new folder" in outcome.err
    assert set(content(tmp_path)) == {"hồ sơ.txt"}


def test_sample_onto_a_file_is_wrong_use(tmp_path):
    (tmp_path / "s").write_text("no folder", encoding="utf-8")
    assert here("sample", tmp_path / "s").code == 2


# check
def test_the_commune_has_no_findings_and_check_writes_nothing(commune):
    before = content(commune)
    outcome = here("check", commune)
    assert (outcome.code, outcome.text) == (0, "No findings.\n")
    assert content(commune) == before


def test_the_ward_has_no_errors(tmp_path):
    outcome = here("check", SAMPLES / "sample-ward", "--json")
    assert outcome.code == 0
    assert "error" not in {finding["severity"] for finding in outcome.findings}


@pytest.mark.slow
def test_khuong_dinh_has_no_errors_and_every_row_is_accounted_for(data_dir):
    result = fireaccess.run(fireaccess.Project.open(data_dir / "khuong-dinh"))
    assert [f for f in result.findings if f.severity == "error"] == []
    statistics = result.statistics
    left_out = statistics["left_out"]["houses"]
    assert statistics["rows_read"]["houses"] == len(result.houses) + sum(left_out.values())
    survey = result.evidence[result.evidence["source"] == "survey"]
    for table, count in statistics["left_out"]["survey"].items():
        name = Path(getattr(result.project.survey, table)).name
        used_or_not = len(survey[survey["file"] == name])
        assert statistics["rows_read"][table] == used_or_not + count, table


def test_check_lists_errors_before_warnings_and_exits_with_1(ward):
    before = content(ward)
    outcome = here("check", ward)
    assert outcome.code == 1
    assert outcome.out.splitlines() == [
        "Findings: 1 error, 1 warning",
        "  error: widths.csv, row 4, column width_m: 'hẹp' is no number",
        "    → write it with digits and a point, as in 3.5; the row is left out",
        "  warning: widths.csv, row 5, column width_m: '4,2' was read with a decimal comma",
        "    → write it with a point, as in 3.5",
    ]
    assert outcome.err == ""
    assert content(ward) == before


def test_check_stopped_by_a_file_is_a_finding_and_not_wrong_use(ward):
    (ward / "roads.osm").unlink()
    assert here("check", ward).code == 1
    assert here("check", ward / "nowhere").code == 2


# run
def test_run_prints_one_screen_and_writes_results(commune):
    outcome = there("run", commune)
    assert outcome.code == 0
    assert outcome.err == ""
    assert len(outcome.out.splitlines()) < 30
    for words in ("Xã Mẫu", "Truck and hose", "No findings."):
        assert words in outcome.out
    for file in ("map.html", "results.gpkg", "statistics.json", "findings.csv"):
        path = next(line.strip() for line in outcome.out.splitlines() if line.endswith(file))
        assert Path(path).is_file()


def test_run_over_errors_writes_results_and_exits_with_1(ward):
    outcome = here("run", ward)
    assert outcome.code == 1
    assert "error: widths.csv, row 4" in outcome.out
    statistics = json.loads((ward / "results/statistics.json").read_text(encoding="utf-8"))
    assert statistics["left_out"]["survey"]["widths"] == 1
    assert statistics["findings"] == {"error": 1, "warning": 1, "hint": 0}
    with (ward / "results/findings.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["row"] for row in csv.DictReader(file)] == ["4", "5"]


def test_the_terminal_speaks_the_language_of_the_project(ward, monkeypatch):
    monkeypatch.delenv("LANGUAGE")
    outcome = here("run", ward)
    assert "Xe chữa cháy và vòi" in outcome.out
    assert "Phát hiện: 1 lỗi, 1 cảnh báo" in outcome.out
    assert "lỗi: widths.csv, dòng 4, cột width_m: " in outcome.out
    assert here("run", ward, "--json").findings[0]["message"] == "'hẹp' is no number"
    town().write(ward, language="en")
    assert "Truck and hose" in here("run", ward).out


def test_an_error_is_told_in_the_language_of_the_project(ward, monkeypatch):
    monkeypatch.delenv("LANGUAGE")
    (ward / "houses.csv").unlink()
    outcome = here("run", ward)
    assert outcome.code == 1
    assert outcome.err.startswith("Lỗi: ")


def test_the_variable_language_goes_before_the_project(ward, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "en")
    assert "Findings: 1 error, 1 warning" in here("run", ward).out
    with (ward / "results/findings.csv").open(encoding="utf-8-sig", newline="") as file:
        assert next(csv.DictReader(file))["message"] == "'hẹp' không phải là số"


def test_help_is_in_the_language_of_the_locale():
    assert "Tính một dự án, ghi kết quả và bản đồ." in there("--help", LANGUAGE="vi").out
    assert "Compute a project and write its results" in there("--help", LANGUAGE="fr").out


# demo
@pytest.mark.slow
def test_demo_writes_the_sample_ward_and_its_results(tmp_path):
    outcome = there("demo", tmp_path / "demo", "--json")
    assert outcome.code == 0
    answer = json.loads(outcome.out)
    assert answer["area"]["houses"] > 3000
    assert {Path(file).name for file in answer["files"].values()} >= {"map.html", "results.gpkg"}
    assert all(Path(file).is_file() for file in answer["files"].values())
    name = "fireaccess.toml"
    assert (tmp_path / "demo" / name).read_bytes() == (SAMPLES / "sample-ward" / name).read_bytes()


# norms
@pytest.mark.parametrize("name", shipped_norms())
def test_norms_lists_each_figure_with_clause_and_status(name):
    outcome = here("norms", name)
    assert outcome.code == 0
    rows = figures(load_norm(name))
    text = plain(outcome.out)
    assert rows
    for key, figure in rows:
        line = next(line for line in outcome.out.splitlines() if line.strip().startswith(f"{key} "))
        assert f"{figure.value:g}" in line
        assert figure.status in line
        assert figure.clause
        assert figure.clause.split()[0] in text


def test_norms_as_json_holds_every_norm_and_vehicle_whole():
    tables = json.loads(here("norms", "--json").out)
    assert len(tables) == len(shipped_norms()) + len(shipped_vehicles())
    for name in shipped_norms():
        title = next(title for title in tables if title.startswith(f"{name}:"))
        for key, figure in figures(load_norm(name)):
            found = tables[title][key]
            assert (found["clause"], found["status"]) == (figure.clause, figure.status)
    assert set(tables["vehicle standard"]) == {k for k, _ in measures(load_vehicle("standard"))}


def test_norms_lists_water_solutions_and_shares_with_clause_and_status():
    norm = load_norm("vn")
    out = here("norms", "vn").out
    rows = {
        words[0]: words[1:]
        for line in out.splitlines()
        if (words := [cell.strip() for cell in line.split("│")])[0]
    }
    for kind, rule in norm.solutions:
        value, unit, status, clause = rows[f"solutions.{kind}"]
        assert value == (rule.reach or "")
        assert (unit, status) == ("", rule.status)
        assert rule.clause.startswith(clause)
    assert "riser_pipe_length_m" in out.split("solutions.riser")[1].split("solutions.")[0]
    for kind, share in (*norm.priors.values, ("other", norm.priors.other)):
        at = "priors.other" if kind == "other" else f"priors.values.{kind}"
        assert rows[at] == [f"{share:g}", "", "assumption", "fireaccess default"]
    assert rows["priors.strength"][0] == f"{norm.priors.strength:g}"
    assert rows["priors.correlation"][0] == f"{norm.priors.correlation:g}"


def test_norms_as_json_holds_water_solutions_and_shares():
    norm = load_norm("vn")
    tank = dict(norm.solutions)["tank_pump"]
    (found,) = json.loads(here("norms", "vn", "--json").out).values()
    assert list(found["solutions"]) == [kind for kind, _ in norm.solutions]
    assert found["solutions"]["draft_point"].keys() == {"clause", "status", "note"}
    assert found["solutions"]["tank_pump"] == {
        "reach": "portable_pump_m",
        "width": "works_width_m",
        "clause": tank.clause,
        "status": "assumption",
        "note": tank.note,
    }
    assert found["priors"]["values"] == dict(norm.priors.values)
    assert (found["priors"]["clause"], found["priors"]["status"]) == (
        "fireaccess default",
        "assumption",
    )


@pytest.mark.parametrize("name", [name for name in shipped_norms() if name != "vn"])
def test_norms_without_solutions_or_shares_list_their_figures_alone(name):
    assert entries(load_norm(name)) == []
    (found,) = json.loads(here("norms", name, "--json").out).values()
    assert list(found) == [key for key, _ in figures(load_norm(name))]
    out = here("norms", name).out
    assert "solutions." not in out
    assert "priors." not in out


def test_norms_of_one_norm_or_vehicle():
    assert here("norms", "vn").out.startswith("vn: ")
    assert "germany" not in here("norms", "vn").out
    assert here("norms", "standard").out.startswith("vehicle standard")


@pytest.mark.parametrize("name", ["vnn", "nowhere.toml", ""])
def test_a_norm_that_is_none_is_wrong_use(name):
    outcome = here("norms", name)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "shipped are germany, ifc, japan, uk, vn" in outcome.err


# --quiet, --json
@pytest.mark.parametrize(
    "command",
    [["check", "{}"], ["run", "{}"], ["norms"], ["norms", "vn"], ["sample", "{}/new"]],
)
@pytest.mark.parametrize("option", ["--quiet", "-q"])
def test_quiet_prints_nothing(tmp_path, command, option):
    town().write(tmp_path)
    outcome = here(*(word.format(tmp_path) for word in command), option)
    assert (outcome.code, outcome.text) == (0, "")


@pytest.mark.parametrize("command", ["check", "run"])
def test_quiet_still_tells_errors_but_on_stderr(ward, command):
    outcome = here(command, ward, "--quiet")
    assert outcome.code == 1
    assert outcome.out == ""
    assert "widths.csv, row 4, column width_m" in outcome.err
    assert "decimal comma" not in outcome.err


def test_options_may_stand_before_the_command():
    assert here("--quiet", "norms").text == ""
    assert json.loads(here("--json", "norms", "vn").out)


@pytest.mark.parametrize(("command", "process"), [("check", here), ("run", there)])
def test_json_is_all_that_stands_on_stdout(ward, command, process):
    outcome = process(command, ward, "--json")
    assert outcome.code == 1
    assert outcome.err == ""
    assert [(f["severity"], f["file"], f["row"], f["column"]) for f in outcome.findings] == [
        ("error", "widths.csv", 4, "width_m"),
        ("warning", "widths.csv", 5, "width_m"),
    ]
    assert all(finding["remedy"] for finding in outcome.findings)


def test_json_of_a_run_holds_figures_and_files(ward):
    answer = json.loads(here("run", ward, "--json").out)
    assert set(answer) == {"files", "area", "targets", "scenarios", "findings"}
    assert answer["scenarios"] == []
    statistics = json.loads((ward / "results/statistics.json").read_text(encoding="utf-8"))
    assert answer["area"] == statistics["area"]
    assert Path(answer["files"]["statistics.json"]) == ward / "results/statistics.json"


@pytest.mark.parametrize(
    ("spoil", "command", "code"),
    [
        (lambda ward: (ward / "houses.csv").unlink(), "check", 1),
        (lambda ward: (ward / "houses.csv").unlink(), "run", 1),
        (lambda ward: replace(ward / "fireaccess.toml", "norm", "nrom"), "check", 2),
        (lambda ward: (ward / "results").write_bytes(b"a file"), "run", 2),
    ],
)
def test_json_tells_also_what_stopped_it(ward, spoil, command, code):
    spoil(ward)
    outcome = here(command, ward, "--json")
    assert outcome.code == code
    (finding,) = outcome.findings
    assert finding["severity"] == "error"
    assert finding["file"]
    assert finding["message"]
    assert finding["remedy"]


# Wrong use
@pytest.mark.parametrize(
    "arguments",
    [
        ["burn"],
        ["run"],
        ["check"],
        ["sample"],
        ["run", "a", "b"],
        ["run", "--fast", "ward"],
        ["norms", "vn", "uk"],
        ["run", "nowhere"],
    ],
)
def test_wrong_use_ends_with_2_and_a_word(arguments, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcome = here(*arguments)
    assert outcome.code == 2
    assert outcome.out == ""
    assert "Error" in outcome.err
    assert not list(tmp_path.iterdir())


def test_help_names_every_command():
    outcome = here("--help")
    assert outcome.code == 0
    for command in ("sample", "check", "run", "norms", "demo"):
        assert f" {command} " in outcome.out
        assert here(command, "--help").code == 0


def test_a_fault_of_ours_is_not_hidden(ward, monkeypatch):
    def broken(*arguments, **options):
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr("fireaccess.pipeline.run", broken)
    with pytest.raises(ZeroDivisionError):
        here("check", ward)


# Locales
def test_vietnamese_survives_a_locale_without_it(ward):
    # Python would otherwise choose UTF-8 by itself where the locale is C.
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    replace(ward / "fireaccess.toml", '"Town"', f'"{VIETNAMESE}"')
    outcome = there("run", ward, **locale)
    assert outcome.code == 1
    assert VIETNAMESE in outcome.out
    assert "'hẹp' is no number" in outcome.out
    assert "Traceback" not in outcome.err
    statistics = json.loads((ward / "results/statistics.json").read_text(encoding="utf-8"))
    assert statistics["project"]["name"] == VIETNAMESE
    assert VIETNAMESE in (ward / "maps/map.html").read_text(encoding="utf-8")
    assert "hẹp" in (ward / "results/findings.csv").read_text(encoding="utf-8-sig")


def test_json_is_the_same_in_a_locale_without_vietnamese(ward):
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    assert (
        there("check", ward, "--json", **locale).findings == here("check", ward, "--json").findings
    )
