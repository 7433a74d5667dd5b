"""The plan from end to end: files, command, map, and what is left when nobody asks any more."""

import dataclasses
import json

import geopandas as gpd
import pyogrio
import pytest
from spoiled import here

import fireaccess
from fireaccess.model.layers import GAINS, PLAN_LAYERS
from fireaccess.outputs.book import write_book
from fireaccess.outputs.report import write_report
from fireaccess.project import Project


@pytest.fixture(scope="module", params=["ward", "commune"])
def planned(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("plan")
    project = Project.open(fireaccess.write_sample(folder / request.param, kind=request.param))
    return fireaccess.plan(fireaccess.run(project))


def test_layers_have_their_columns_in_degrees(planned):
    for name, columns in PLAN_LAYERS.items():
        frame = planned.plan[name]
        assert list(frame.columns[: len(columns)]) == list(columns)
        if name in ("house_chances", "schedule"):
            assert not isinstance(frame, gpd.GeoDataFrame)
        else:
            assert frame.crs == 4326
            assert len(frame) == 0 or planned.area.buffer(0.01).intersects(frame.geometry.iloc[0])


def test_barriers_tell_what_removing_each_brings(planned):
    barriers = planned.barriers
    hinders = barriers["effect"].isin(["blocked", "unknown"])
    for name in GAINS:
        assert barriers.loc[hinders, name].notna().all()
        assert barriers.loc[~hinders, name].isna().all()
    listed = planned.plan["measures"].query("obstacles == 1").set_index("measure_id")
    alone = barriers[hinders].set_index("barrier_id")
    for name in GAINS:
        assert listed[name].astype(float).to_dict() == alone[name].astype(float).to_dict()


def test_every_alley_has_one_solution_or_a_reason(planned):
    solutions = planned.plan["solutions"]
    assert solutions["alley_id"].tolist() == planned.alleys["alley_id"].tolist()
    assert solutions["state"].isin(["existing", "proposed", "none", "not_known"]).all()
    assert solutions["why"].notna().all()
    figures = planned.plan.figures["solutions"]
    assert figures["alleys"] == len(solutions)
    for state in ("existing", "proposed", "none"):
        assert figures[state] == (solutions["state"] == state).sum()


def test_chances_keep_between_worst_and_best(planned):
    chances = planned.plan["house_chances"]
    houses = planned.houses
    assert chances["house_id"].tolist() == houses["house_id"].tolist()
    for answer, column in (("road", "chance"), ("road_60", "chance_60")):
        certain = (houses[answer] == "covered").to_numpy()
        never = (houses[answer] == "not_covered").to_numpy()
        assert (chances.loc[certain, column] == 1).all()
        assert (chances.loc[never, column] == 0).all()


def test_money_of_the_schedule_is_that_of_its_lines(planned):
    schedule = planned.plan["schedule"]
    total = planned.plan.figures["schedule"]["total_vnd"]
    assert schedule["cost_vnd"].sum() == pytest.approx(total)
    priced = schedule[schedule["cost_vnd"].notna()]
    # The office named no prices of its own.
    assert priced["cost_from"].str.contains("example").all()


def test_same_inputs_give_the_same_bytes_and_a_plain_run_takes_the_plan_away(planned):
    folder = planned.project.results_folder
    fireaccess.write(planned)
    first = {name: (folder / name).read_bytes() for name in ("plan.gpkg", "plan.json")}
    layers = {name for name, _ in pyogrio.list_layers(folder / "plan.gpkg")}
    assert set(PLAN_LAYERS) <= layers
    assert list(GAINS) == [
        name
        for name in pyogrio.read_info(folder / "results.gpkg", layer="barriers")["fields"]
        if name in GAINS
    ]
    assert fireaccess.verify(planned.project).differences == ()
    again = fireaccess.plan(fireaccess.run(Project.open(planned.project.file)))
    fireaccess.write(again, with_map=False)
    assert first == {name: (folder / name).read_bytes() for name in first}
    fireaccess.write(fireaccess.run(planned.project), with_map=False)
    assert not (folder / "plan.gpkg").exists()
    assert not (folder / "plan.json").exists()
    assert fireaccess.verify(planned.project).differences == ()


def test_the_command_says_what_to_do_first(planned, tmp_path):
    kind = "commune" if "commune" in str(planned.project.folder) else "ward"
    fireaccess.write_sample(tmp_path / kind, kind=kind)
    outcome = here("plan", tmp_path / kind)
    assert outcome.code == 0
    first = planned.plan["measures"]["barrier_ids"].iloc[0]
    assert first.replace(";", " + ") in " ".join(outcome.out.split())
    assert "An estimate, not a measurement." in " ".join(outcome.out.split())
    perhaps = "only if what has yet to be measured lets a truck through: 33 of 195."
    assert (perhaps in " ".join(outcome.out.split())) == (kind == "ward")
    assert "Prices are examples" in outcome.out
    assert str(tmp_path / kind / "results" / "plan.gpkg") in outcome.out
    told = json.loads(here("plan", tmp_path / kind, "--json").out)
    assert told["plan"] == json.loads(json.dumps(planned.plan.figures))
    assert told["plan"] == json.loads(
        (tmp_path / kind / "results" / "plan.json").read_text(encoding="utf-8")
    )


def test_without_any_date_the_first_month_is_asked_for(planned):
    undated = {**planned.statistics, "dates": {"roads": None, "newest_evidence": None}}
    fields = {"statistics": undated, "plan": None}
    with pytest.raises(fireaccess.ProjectError, match="first month under"):
        fireaccess.plan(dataclasses.replace(planned, **fields))


@pytest.mark.slow
@pytest.mark.parametrize("norm", ["germany", "ifc", "uk"])
def test_norms_that_are_silent_on_much_have_a_plan_and_every_output(tmp_path, norm):
    file = fireaccess.write_sample(tmp_path / "ward", kind="commune")
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace('norm = "vn"', f'norm = "{norm}"'), encoding="utf-8")
    result = fireaccess.plan(fireaccess.run(Project.open(file)))
    assert result.norm.name == norm
    fireaccess.write(result)
    assert fireaccess.verify(result.project).differences == ()
    write_book(result, tmp_path / "lists.xlsx")
    assert write_report(result, tmp_path / "report.docx") == ()
    for kind, figures in result.plan.figures["siting"].items():
        limit = {"hydrant": "hydrant_radius_m", "fire_point": "fire_point_m"}[kind]
        assert figures["limit_m"] == result.norm.value_or_none(limit)
    # None of them has a catalogue of water solutions.
    assert set(result.plan["solutions"]["state"]) <= {"none", "existing", "proposed", "not_known"}
    proposed = result.plan["solutions"].query("state == 'proposed'")
    assert set(proposed["solution"]) <= {"hydrant"}
