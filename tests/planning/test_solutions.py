"""Water solutions for alleys without a truck: towns worked out on paper, and both samples."""

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dead_ends import NARROW, dead_end, main_road, only, planned, prices, solve

import fireaccess
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.planning.schedule import schedule
from fireaccess.planning.solutions import WHY, cost_of, water_solutions
from fireaccess.planning.works import works_of
from fireaccess.project import PerMonthSection
from fireaccess.sources.sample import write_sample


# --- planned and existing ---------------------------------------------------------------------
def test_planned_hydrants_may_be_enough(tmp_path):
    town = dead_end(300)
    ward, found = solve(town, tmp_path, hydrants=[(260, 0)])
    row = only(found)
    assert (row.solution, row.state, row.why) == ("hydrant", "proposed", "planned_hydrants")
    assert (row.pieces, row.cost_vnd, row.others) == (0, 0, None)
    for place in [(400, 0), (200, -150)]:  # 200 + 310 m; farther than 100 m from any road
        assert only(water_solutions(ward, planned(place))).why != "planned_hydrants"


def test_existing_water_needs_nothing(tmp_path):
    row = only(solve(dead_end(200).water("W", (200, 5)), tmp_path)[1])
    assert (row.state, row.why, row.solution) == ("existing", "has_water", None)
    assert pd.isna(row.pieces)
    installed = dead_end(600).row("solutions", "S", (200, 300), type="riser", serves_m=400)
    row = only(solve(installed, tmp_path / "b")[1])
    assert (row.state, row.why) == ("existing", "installed")


def test_the_order_of_the_houses_changes_nothing(tmp_path):
    town = dead_end(700).road("Ngách 2", [(200, 300), (500, 300)], width=NARROW)
    town.house("a", (500, 310)).house("b", (210, 500)).house("c", (190, 690))
    frames = [
        water_solutions(town.run(tmp_path / name, backwards=name == "b").ward, planned()).frame
        for name in "ab"
    ]
    assert frames[0].to_wkb().equals(frames[1].to_wkb())


# --- the choice -------------------------------------------------------------------------------
def test_the_cheapest_then_the_norms_order(tmp_path):
    town = dead_end(300)
    ward, _ = solve(town, tmp_path)

    def chosen(costs):
        return only(water_solutions(replace(ward, costs=prices(costs)), planned()))

    assert chosen({"hydrant": 5, "tank_pump": 4}).solution == "tank_pump"
    assert chosen({"hydrant": 5, "tank_pump": 4}).why == "cheapest"
    assert chosen({"hydrant": 4, "tank_pump": 4}).solution == "hydrant"
    assert chosen({}).solution == "hydrant"
    assert chosen({"tank_pump": 4}).solution == "tank_pump"  # what has a price goes before
    assert chosen({"tank_pump": 4}).why == "norms_order"
    turned = ward.norm.model_copy(update={"solutions": ward.norm.solutions[::-1]})
    row = only(water_solutions(replace(ward, norm=turned), planned()))
    assert (row.solution, row.others) == ("tank_pump", "hydrant")


def test_a_norm_without_a_catalogue(tmp_path):
    ward, _ = solve(dead_end(300), tmp_path)
    silent = replace(ward, norm=ward.norm.model_copy(update={"solutions": ()}))
    found = water_solutions(silent, planned())
    assert (only(found).state, only(found).why) == ("none", "no_catalogue")
    assert found.figures["none"] == 1
    assert only(water_solutions(silent, planned((200, 0)))).why == "planned_hydrants"


def test_houses_placed_by_name_settle_nothing(tmp_path):
    ward, _ = solve(dead_end(300), tmp_path)
    row = only(water_solutions(replace(ward, by_name=np.array([True])), planned()))
    assert (row.solution, row.state, row.why) == (
        "hydrant",
        "not_known",
        "norms_order;find_houses",
    )


def test_what_depends_on_a_survey_is_proposed_for_the_worst_case(tmp_path):
    """The pond serves the alley if a truck gets to it."""
    town = dead_end(100, mouths=[300]).road("Ngõ 9", [(300, 0), (300, 60)])
    town.water("P", [(295, 65), (305, 65), (305, 75), (295, 75)], "pond")
    row = only(solve(town, tmp_path)[1])
    assert row.has_water_solution == "unknown"
    assert (row.solution, row.state) == ("hydrant", "proposed")
    assert row.why.endswith(";depends_on_survey")


# --- what alleys share ------------------------------------------------------------------------
def two_alleys_with_one_mouth():
    """Draw an alley off an alley, and one that has nothing to do with them."""
    town = dead_end(250, mouths=[1000]).road("Ngách 2", [(200, 250), (300, 250)], width=NARROW)
    town.road("Ngõ 3", [(1000, 0), (1000, 200)], width=NARROW)
    return town.house("inner", (300, 260)).house("other", (1010, 200))


def scheduled(ward, solutions):
    """Return the figures of a schedule of these solutions, and of what else the ward has to do."""
    tables = {
        name: pd.DataFrame(columns=list(PLAN_LAYERS[name]))
        for name in ("measures", "sites", "walk")
    }
    works = works_of(ward, solutions=solutions.frame, **tables)
    return schedule(works, start="2026-12", deadline=None, per_month=PerMonthSection()).figures


def test_a_place_that_alleys_share_is_paid_once(tmp_path):
    costs = {"hydrant": 4e7, "transmitter": 1e6}
    ward, found = solve(two_alleys_with_one_mouth(), tmp_path, costs=costs)
    outer, inner, other = (only(found, name) for name in ("Ngõ 1", "Ngách 2", "Ngõ 3"))
    assert {row.solution for row in (outer, inner, other)} == {"hydrant"}
    assert [row.cost_vnd for row in (outer, inner, other)] == [2e7, 2e7, 4e7]
    assert [row.pieces for row in (outer, inner, other)] == [1, 1, 1]
    assert [row.why for row in (outer, inner, other)] == [
        "norms_order;shared",
        "norms_order;shared",
        "norms_order",
    ]
    assert found.figures["cost_vnd"] == 8e7
    assert found.figures["by_kind"]["hydrant"]["pieces"] == 2
    figures = scheduled(ward, found)
    assert figures["works"]["solutions"]["planned_vnd"] == 8e7
    assert figures["works"]["transmitters"]["planned_vnd"] == 3e6
    assert figures["total_vnd"] == 8e7 + 3e6


def test_what_is_shared_is_chosen_by_its_full_price(tmp_path):
    costs = {"hydrant": 4e7, "tank_pump": 3e7}
    _, found = solve(two_alleys_with_one_mouth(), tmp_path, costs=costs)
    assert found.frame["solution"].tolist() == ["tank_pump"] * 3
    assert found.frame["cost_vnd"].tolist() == [3e7] * 3
    assert found.frame["why"].tolist() == ["cheapest"] * 3


def test_what_is_proposed_does_not_share_with_what_is_not_known(tmp_path):
    ward, _ = solve(two_alleys_with_one_mouth(), tmp_path, costs={"hydrant": 4e7})
    by_name = ward.houses["house_id"].to_numpy() == "inner"
    found = water_solutions(replace(ward, by_name=by_name), planned())
    outer, inner = only(found), only(found, "Ngách 2")
    assert (outer.state, outer.cost_vnd, outer.why) == ("proposed", 4e7, "norms_order")
    assert (inner.state, inner.cost_vnd) == ("not_known", 4e7)
    assert found.figures["cost_vnd"] == 8e7


def test_what_is_shared_and_has_no_price_stays_without(tmp_path):
    _, found = solve(two_alleys_with_one_mouth(), tmp_path)
    assert found.frame["cost_vnd"].isna().all()
    assert (found.figures["cost_vnd"], found.figures["without_cost"]) == (None, 3)


# --- beside it --------------------------------------------------------------------------------
def test_fire_points_and_vehicles_stand_beside_and_change_nothing(tmp_path):
    ward, found = solve(dead_end(350), tmp_path)
    row = only(found)
    assert row.fire_points == 4  # 350 m, one every 100 m
    assert row.vehicles is None
    table = pd.DataFrame(
        {
            "alley_id": row.alley_id,
            "scenario": ["vehicle:light", "vehicle:pickup", "vehicle:motorcycle", "flood:10"],
            "opened": ["no", "unknown", "yes", "yes"],
        }
    )
    other = only(water_solutions(replace(ward, vehicles=table), planned()))
    assert other.vehicles == "pickup?;motorcycle"
    assert other.drop("vehicles").equals(row.drop("vehicles"))
    silent = ward.norm.model_copy(update={"fire_point_m": None})
    assert pd.isna(only(water_solutions(replace(ward, norm=silent), planned())).fire_points)
    assert only(solve(dead_end(40), tmp_path / "b")[1]).fire_points == 0


def test_a_ward_without_alleys(tmp_path):
    ward, found = solve(main_road().house("h", (100, 10)), tmp_path)
    assert len(found.frame) == 0
    assert list(found.frame.columns) == [*PLAN_LAYERS["solutions"], "geometry"]
    assert found.frame.crs == ward.network.crs
    assert found.figures["share"] is None
    json.dumps(found.figures, allow_nan=False)


def test_costs():
    costs = prices({"pipe": (10, "m"), "hydrant": 100, "riser": (7, "m"), "pit": 50})
    assert cost_of("hydrant", 3, 0, costs) == (300, ("ours",))
    assert cost_of("pipe", 2, 30, costs) == (500, ("ours",))
    assert cost_of("riser", 1, 30, costs) == (210, ("ours",))  # its pipe is in its price
    assert cost_of("pit", 1, 30, costs) == (350, ("ours",))
    assert math.isnan(cost_of("tank_pump", 1, 0, costs)[0])
    assert math.isnan(cost_of("pit", 1, 30, prices({"pit": 50}))[0])
    whole = prices({"pipe": 1000, "hydrant": 100})  # a pipe for a price, however long
    assert cost_of("pipe", 2, 30, whole)[0] == 1200


def test_every_code_has_its_sentence():
    for code, message in WHY.items():
        assert code == code.lower()
        assert message.into("en").endswith(".")


@pytest.fixture(scope="module", params=["ward", "commune"])
def sample(request, tmp_path_factory):
    """Return the folder of a sample and its ward."""
    folder = tmp_path_factory.mktemp(request.param) / "p"
    write_sample(folder, kind=request.param)
    return folder, fireaccess.run(fireaccess.Project.open(folder)).ward


def test_each_alley_of_a_sample_has_one_row_and_a_reason(sample):
    _, ward = sample
    found = water_solutions(ward, planned().to_crs(ward.network.crs))
    frame, alleys = found.frame, ward.alleys.frame
    assert frame["alley_id"].tolist() == alleys["alley_id"].tolist()
    assert frame["alley_id"].is_unique
    assert frame.geometry.tolist() == alleys.geometry.tolist()
    assert frame.crs == ward.network.crs
    for why in frame["why"]:
        assert set(why.split(";")) <= set(WHY)
    yes = alleys["has_water_solution"] == "yes"
    assert ((frame["state"] == "existing") == yes).all()
    assert frame["solution"][~yes & (frame["state"] != "none")].notna().all()
    figures = found.figures
    states = ("existing", "proposed", "none", "not_known")
    assert sum(figures[state] for state in states) == figures["alleys"] == len(alleys)
    assert figures["share"] == (figures["existing"] + figures["proposed"]) / len(alleys)
    json.dumps(figures, allow_nan=False)
    again = water_solutions(ward, planned().to_crs(ward.network.crs)).frame
    assert again.to_wkb().equals(frame.to_wkb())


def test_costs_of_a_sample_add_up_to_what_is_paid(sample):
    _, ward = sample
    found = water_solutions(ward, planned().to_crs(ward.network.crs))
    proposed = found.frame[found.frame["state"] == "proposed"]
    places = found.places[found.places["alley_id"].isin(proposed["alley_id"])]
    used = places.assign(x=places.geometry.x, y=places.geometry.y)
    used["by"] = used.groupby(["kind", "x", "y"])["alley_id"].transform("size")
    for row in proposed.itertuples():
        full, _ = cost_of(row.solution, row.pieces, row.pipe_m, ward.costs)
        by = used.loc[used["alley_id"] == row.alley_id, "by"]
        part = (1 / by).mean() if len(by) else 1
        assert row.cost_vnd == pytest.approx(full * part)
        assert ("shared" in row.why.split(";")) == (by > 1).any()
    once = used.drop_duplicates(["kind", "x", "y"])
    pieces = {kind: of["pieces"] for kind, of in found.figures["by_kind"].items()}
    for kind, number in once["kind"].value_counts().items():
        assert pieces[kind] == number
    assert found.figures["cost_vnd"] == pytest.approx(proposed["cost_vnd"].sum(), abs=1)
    figures = scheduled(ward, found)["works"]["solutions"]
    assert figures["planned_vnd"] == found.figures["cost_vnd"]
    assert figures["planned"] == len(proposed)


def test_the_hydrants_of_a_sample_serve_when_they_are_built(sample, tmp_path):
    """Write the proposed hydrants into the survey and compute the ward anew."""
    folder, ward = sample
    found = water_solutions(ward, planned().to_crs(ward.network.crs))
    frame, points = found.frame, hydrants_of(found)
    chosen = np.flatnonzero(frame["solution"] == "hydrant")
    assert len(chosen)
    assert len(points) == found.figures["by_kind"]["hydrant"]["pieces"]
    lonlat = points.to_crs("EPSG:4326").geometry
    built = tmp_path / "built"
    shutil.copytree(folder, built)
    add_water(built, lonlat)
    result = fireaccess.run(fireaccess.Project.open(built))
    after = result.alleys.set_index("alley_id")["has_water_solution"]
    assert (after[frame["alley_id"].to_numpy()[chosen]] == "yes").all()
    # As planned hydrants they come to the same.
    same = water_solutions(ward, points).frame.iloc[chosen]
    assert (same["why"].str.split(";").str[0] == "planned_hydrants").all()


def hydrants_of(solutions):
    """Return the proposed hydrants, each once."""
    places = solutions.places
    return places[places["kind"] == "hydrant"].drop_duplicates("geometry")


def add_water(folder, lonlat):
    """Add hydrants to a sample's survey of water."""
    path = next(Path(folder, "survey").glob("water.*"))
    if path.suffix == ".geojson":
        layer = json.loads(path.read_text(encoding="utf-8"))
        for number, point in enumerate(lonlat):
            layer["features"].append(
                {
                    "type": "Feature",
                    "properties": {"object_id": f"NEW{number}", "type": "hydrant"},
                    "geometry": {"type": "Point", "coordinates": [point.x, point.y]},
                }
            )
        path.write_text(json.dumps(layer, ensure_ascii=False), encoding="utf-8")
        return
    rows = pd.read_csv(path, dtype=str)
    new = pd.DataFrame({"lon": lonlat.x.astype(str), "lat": lonlat.y.astype(str)})
    new["object_id"] = [f"NEW{number}" for number in range(len(new))]
    new["type"] = "hydrant"
    pd.concat([rows, new]).to_csv(path, index=False)


@pytest.mark.slow
def test_the_hydrants_of_khuong_dinh_reach_all_that_lack_water(data_dir):
    ward = fireaccess.run(fireaccess.Project.open(data_dir / "khuong-dinh")).ward
    found = water_solutions(ward, planned().to_crs(ward.network.crs))
    frame = found.frame
    assert len(frame) == len(ward.alleys.frame)
    chosen = np.flatnonzero(frame["solution"] == "hydrant")
    after = water_solutions(ward, hydrants_of(found)).frame.iloc[chosen]
    assert (after["why"].str.split(";").str[0] == "planned_hydrants").all()
