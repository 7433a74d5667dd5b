"""Siting in hand-drawn towns with the answers worked out, and in a real ward."""

import dataclasses
import json
from itertools import combinations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from towns import EAST, NORTH, Town, metres

import fireaccess
from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.model.norm import load_norm
from fireaccess.planning.candidates import candidates_of
from fireaccess.planning.siting import USE_WEIGHTS, house_weights, site, use_factors
from fireaccess.project import PlanSection
from fireaccess.sources.costs import Cost, Costs


def town():
    """A main road of 1,200 m, an alley of 600 m without a truck, a road far off, four houses.

    "old" stands by the hydrant; one hydrant between 720 and 980 m serves "b" and "c"; "deep" is
    600 m from the mouth of its alley, "island" on a road that no way leads to, "field" on none.
    """
    return (
        Town()
        .road("Đường Lớn", [(0, 0), (600, 0), (1200, 0)], highway="primary")
        .road("Ngõ 1", [(600, 0), (600, 600)], highway="path")
        .road("Đường Đảo", [(0, 2000), (100, 2000)])
        .water("H1", (100, 0))
        .house("old", (100, 10), group="Tổ 1", people=4)
        .house("b", (590, 10), group="Tổ 1", people=5)
        .house("c", (1100, 20), group="Tổ 2")
        .house("deep", (610, 590), group="Tổ 3", people=7)
        .house("island", (50, 2010))
        .house("field", (600, 1300))
    )


@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    return town().run(tmp_path_factory.mktemp("siting")).ward


def at(x, y=0):
    return shapely.Point(EAST + x, NORTH + y)


def own(ward, rows):
    """The office's own places: (candidate_id, x, y, kind, cost)."""
    frame = gpd.GeoDataFrame(
        {
            "candidate_id": [row[0] for row in rows],
            "kind": pd.Series([row[3] for row in rows], dtype=object),
            "cost_vnd": [row[4] for row in rows],
            "file": "office.csv",
        },
        geometry=[at(row[1], row[2]) for row in rows],
        crs=ward.network.crs,
    )
    return dataclasses.replace(ward, candidates=frame)


def test_one_hydrant_serves_both_and_the_old_one_is_kept(ward):
    found = site(ward, "hydrant", PlanSection())
    row = found.sites.iloc[0]
    assert len(found.sites) == 1
    assert 720 - 0.1 <= row.geometry.x - EAST <= 980 + 0.1
    assert (row.site_id, row["rank"], row.kind, row.road) == (
        "hydrant:1", 1, "hydrant", "Đường Lớn"
    )  # fmt: skip
    assert (row.gain_houses, row.gain_people, row.total_houses) == (2, 5.0, 3)
    assert row.total_share == 0.5
    assert row.cost_vnd == row.total_cost_vnd == ward.costs.of("hydrant").vnd
    assert row.cost_from == "example"
    assert ward.houses.house_id[found.covers[0]].tolist() == ["b", "c"]
    figures = found.figures
    assert (figures["covered_before"], figures["covered"], figures["not_covered"]) == (1, 3, 3)
    assert figures["needed"] == {"0.90": None, "0.95": None, "all": 1}
    assert (figures["gap"], figures["status"], figures["problem"]) == (0.0, "optimal", "all")
    assert json.loads(json.dumps(figures)) == figures


def test_houses_that_no_candidate_covers_are_named_with_why(ward):
    found = site(ward, "hydrant", PlanSection()).not_covered.set_index("house_id")
    assert found.why.to_dict() == {"deep": "too_far", "island": "no_way", "field": "unconnected"}
    assert found.nearest_m["deep"] == metres(600)
    assert np.isnan(found.nearest_m["island"])
    assert np.isnan(found.nearest_m["field"])
    assert found.geometry["deep"].distance(at(610, 590)) < 0.05


def test_fire_points_also_stand_in_alleys_and_on_roads_without_a_truck(ward):
    found = site(ward, "fire_point", PlanSection())
    assert set(found.not_covered.house_id) == {"field"}
    served = {name for rows in found.covers for name in ward.houses.house_id[rows]}
    assert served == {"old", "b", "c", "deep", "island"}
    assert len(found.sites) == found.figures["needed"]["all"] == 5
    assert found.figures["needed"]["0.90"] is None  # 5 of 6 are 83 %
    assert found.sites["rank"].tolist() == [1, 2, 3, 4, 5]
    assert found.sites.total_houses.tolist() == [1, 2, 3, 4, 5]


def test_layers_have_their_columns_even_when_empty_and_stack(ward):
    empty = site(ward, "hydrant", PlanSection(hydrants=0))
    full = site(ward, "fire_point", PlanSection())
    for name in ("sites", "not_covered"):
        frames = [getattr(siting, name) for siting in (empty, full)]
        for frame in frames:
            assert [*frame.columns] == [*PLAN_LAYERS[name], "geometry"]
            assert frame.crs == ward.network.crs
        assert len(pd.concat(frames, ignore_index=True)) == sum(map(len, frames))
    assert len(empty.sites) == 0
    assert empty.figures["covered"] == 1
    assert empty.figures["cost_vnd"] == 0


def test_candidates_for_hydrants_lie_where_a_truck_gets_to_in_the_area(ward):
    found = candidates_of(ward, "hydrant", 50)
    assert np.abs(shapely.get_y(found.points) - NORTH).max() < 0.05
    assert len(found) == 25
    half = shapely.box(EAST - 50, NORTH - 50, EAST + 610, NORTH + 50)
    west = candidates_of(dataclasses.replace(ward, area=half), "hydrant", 50)
    assert shapely.get_x(west.points).max() - EAST == metres(600)
    points = candidates_of(ward, "fire_point", 50)
    on_road = ward.worst_reach.segments[points.places.segment]
    assert on_road.any()
    # Alleys come first: of equally good places they are taken.
    assert (np.diff(on_road.astype(int)) >= 0).all()


def test_the_offices_own_places_are_taken_with_their_costs(ward):
    rows = [
        ("K2", 800, 5, "hydrant", np.nan),
        ("K1", 900, 3, None, 70e6),
        ("alley", 603, 300, "hydrant", 1e6),
        ("away", 800, 700, "hydrant", 1e6),
        ("point", 600, 100, "fire_point", 1e6),
    ]
    chosen = site(own(ward, rows), "hydrant", PlanSection())
    row = chosen.sites.iloc[0]
    assert (row.candidate_id, row.cost_vnd, row.cost_from) == ("K1", 70e6, "office.csv")
    assert row.geometry.equals_exact(at(900, 3), 1e-6)
    assert chosen.figures["candidates_own"]
    assert chosen.figures["spacing_m"] is None
    assert [chosen.figures[f"candidates{name}"] for name in ("", "_far", "_not_reached")] == [
        2, 1, 1
    ]  # fmt: skip
    # Both offsets count: 12 m off the road b is 388 + 10 + 12 m away, c 122 + 20 + 12.
    further = [("K", 978, 12, "hydrant", 1.0)]
    assert ward.houses.house_id[
        site(own(ward, further), "hydrant", PlanSection()).covers[0]
    ].tolist() == ["c"]
    # The order of the file changes nothing.
    again = site(own(ward, rows[::-1]), "hydrant", PlanSection())
    pd.testing.assert_frame_equal(again.sites, chosen.sites)


def test_without_places_of_its_own_for_a_kind_roads_are_used(ward):
    only = own(ward, [("K1", 900, 0, "hydrant", 1.0)])
    assert not site(only, "fire_point", PlanSection()).figures["candidates_own"]


def test_the_cheapest_that_cover_all_may_be_more_in_number(ward):
    rows = [("both", 850, 0, None, 90e6), ("b", 500, 0, None, 20e6), ("c", 1150, 0, None, 20e6)]
    found = site(own(ward, rows), "hydrant", PlanSection())
    assert sorted(found.sites.candidate_id) == ["b", "c"]
    assert found.figures["cost_vnd"] == 40_000_000
    assert found.figures["needed"]["all"] == 1


def test_a_budget_takes_what_covers_most_and_leaves_out_what_has_no_cost(ward):
    rows = [("both", 850, 0, None, 90e6), ("b", 500, 0, None, 20e6), ("free", 850, 1, None, np.nan)]
    priceless = dataclasses.replace(own(ward, rows), costs=Costs({}))
    found = site(priceless, "hydrant", PlanSection(budgets_vnd={"hydrants": 89_000_000}))
    assert found.sites.candidate_id.tolist() == ["b"]
    assert (found.figures["problem"], found.figures["candidates_without_cost"]) == ("budget", 1)
    rich = site(priceless, "hydrant", PlanSection(budgets_vnd={"hydrants": 90_000_000}))
    assert rich.sites.candidate_id.tolist() == ["both"]
    unknown = site(dataclasses.replace(ward, costs=Costs({})), "hydrant", PlanSection())
    assert unknown.sites.cost_vnd.isna().all()
    assert unknown.figures["cost_vnd"] is None


def test_a_number_takes_what_covers_most_weight(ward):
    places = [("b", 500, 0, None, 1.0), ("c", 1150, 0, None, 1.0)]
    chosen = own(ward, places)
    for weight, first in (("houses", "b"), ("people", "b")):
        found = site(chosen, "hydrant", PlanSection(hydrants=1, weight=weight))
        assert found.sites.candidate_id.tolist() == [first]
        assert found.figures["problem"] == "most"
    # The only people not counted live in c, and on the island and in the field: 5 is the median.
    assert found.figures["people_assumed"] == 3
    uses = np.where(chosen.houses["house_id"] == "c", "Chợ, nhà ở", None)
    houses = chosen.houses.assign(use=uses)
    market = dataclasses.replace(chosen, houses=houses)
    found = site(market, "hydrant", PlanSection(hydrants=1, weight="risk"))
    assert found.sites.candidate_id.tolist() == ["c"]
    assert found.figures["use_weights"] == dict(USE_WEIGHTS)
    assert found.figures["use_weights_assumed"]
    asked = PlanSection(hydrants=1, weight="risk", use_weights={"nhà ở": 0.5})
    other = site(market, "hydrant", asked)
    assert other.figures["use_weights"] == {"nhà ở": 0.5}
    assert not other.figures["use_weights_assumed"]


def test_of_as_good_choices_backup_takes_the_one_that_covers_twice(ward):
    rows = [
        ("a", 450, 0, None, 1.0), ("b", 985, 0, None, 1.0), ("c", 1150, 0, None, 1.0),
        ("b2", 700, 0, None, 1.0), ("d", 1160, 0, None, 1.0),
    ]  # fmt: skip
    near = own(ward, rows)
    plain = site(near, "hydrant", PlanSection())
    backup = site(near, "hydrant", PlanSection(backup=True))
    assert len(plain.sites) == len(backup.sites)
    assert plain.figures["covered_twice"] is None
    served = [set(rows.tolist()) for rows in backup.covers]
    assert backup.figures["covered_twice"] == len(set.intersection(*served)) * (len(served) > 1)


def test_a_norm_without_a_limit_sites_nothing(ward):
    silent = dataclasses.replace(ward, norm=load_norm("uk"))
    found = site(silent, "hydrant", PlanSection())
    assert found.figures["limit_m"] is None
    assert found.figures["needed"] == {"0.90": None, "0.95": None, "all": None}
    assert (len(found.sites), len(found.not_covered), found.covers) == (0, 0, ())
    assert [*found.sites.columns] == [*PLAN_LAYERS["sites"], "geometry"]


def test_houses_of_which_only_the_road_is_known_are_covered_by_nothing(ward):
    by_name = (ward.houses.house_id == "c").to_numpy()
    found = site(dataclasses.replace(ward, by_name=by_name), "hydrant", PlanSection())
    assert found.sites.gain_houses.tolist() == [1]
    left = found.not_covered.set_index("house_id")
    assert left.why["c"] == "placed_by_name"
    assert np.isnan(left.nearest_m["c"])


def test_a_ward_in_which_nothing_can_be_covered(ward):
    nowhere = dataclasses.replace(ward, area=shapely.Point(0, 0).buffer(1))
    found = site(nowhere, "hydrant", PlanSection(backup=True))
    assert (len(found.sites), found.figures["candidates"]) == (0, 0)
    assert found.figures["needed"]["all"] == 0
    assert set(found.not_covered.why) == {"too_far", "unconnected"}
    assert found.not_covered.nearest_m.isna().all()


def test_a_ward_where_all_are_covered_needs_none(ward):
    houses = ward.houses.assign(water="covered")
    found = site(dataclasses.replace(ward, houses=houses), "hydrant", PlanSection())
    assert (len(found.sites), len(found.not_covered)) == (0, 0)
    assert found.figures["needed"] == {"0.90": 0, "0.95": 0, "all": 0}


def test_the_fewest_are_those_of_every_choice(ward):
    rows = [(f"K{i}", x, 0, None, 1.0) for i, x in enumerate((150, 520, 700, 990, 1180, 1200))]
    some = own(ward, rows)
    limits = {"b": (590, 10), "c": (1100, 20)}

    def covers(x):
        return {name for name, (at, off) in limits.items() if abs(x - at) + off <= 400}

    fewest = min(
        n
        for n in range(7)
        for chosen in combinations(rows, n)
        if set().union(*(covers(row[1]) for row in chosen)) == set(limits)
    )
    assert len(site(some, "hydrant", PlanSection()).sites) == fewest


@given(st.lists(st.none() | st.integers(0, 9), min_size=1, max_size=6))
def test_houses_whose_people_nobody_counted_count_as_the_median(people):
    counts = np.array([np.nan if n is None else n for n in people])
    houses = pd.DataFrame({"people": counts})
    weight, told = house_weights(houses, PlanSection(weight="people"))
    known = counts[~np.isnan(counts)]
    median = float(np.median(known)) if len(known) else 1.0
    assert told == {"people_assumed": people.count(None)}
    assert weight.tolist() == [round(1000 * (median if n is None else n)) for n in people]


def test_a_house_counts_more_among_others():
    points = shapely.points([(0, 0), (30, 0), (40, 0), (500, 0)])
    houses = gpd.GeoDataFrame(geometry=points, crs=32648)
    # 2, 2, 2 and 0 others: the median is 2.
    assert house_weights(houses, PlanSection(weight="density"))[0].tolist() == [
        2000, 2000, 2000, 1000
    ]  # fmt: skip
    assert house_weights(houses[:0], PlanSection(weight="density"))[0].tolist() == []


@pytest.mark.parametrize(
    ("use", "factor"),
    [
        (None, 1.0),
        ("nhà ở", 1.0),
        ("CHỢ", 5.0),
        ("chợ/nhà ở", 5.0),
        ("cho thue", 1.0),
        ("Nhà cho thuê", 1.0),
        ("nhà ở kết hợp kinh doanh", 3.0),
        ("nha o, kinh doanh", 3.0),
        ("xưởng-mộc; market", 5.0),
        ("marketing", 1.0),
    ],
)
def test_uses_are_compared_as_whole_words(use, factor):
    assert use_factors(np.array([use, None], dtype=object), USE_WEIGHTS).tolist() == [factor, 1.0]


def test_the_cost_table_says_what_a_site_costs(ward):
    table = Costs({"hydrant": Cost(1e6, "piece", "costs.csv")})
    found = site(dataclasses.replace(ward, costs=table), "hydrant", PlanSection())
    assert found.sites[["cost_vnd", "cost_from"]].iloc[0].tolist() == [1e6, "costs.csv"]


def test_the_same_ward_gives_the_same_sites(ward, tmp_path):
    options = PlanSection(candidate_spacing_m=20, backup=True)
    again = town().run(tmp_path, backwards=True).ward
    for kind in ("hydrant", "fire_point"):
        first, second = (site(one, kind, options) for one in (ward, again))
        pd.testing.assert_frame_equal(first.sites, second.sites)
        assert first.figures == second.figures


@pytest.mark.slow
def test_khuong_dinh(data_dir):
    ward = fireaccess.run(fireaccess.Project.open(data_dir / "khuong-dinh")).ward
    found = site(ward, "hydrant", PlanSection())
    figures = found.figures
    assert (figures["gap"], figures["status"]) == (0.0, "optimal")
    assert figures["covered"] + figures["not_covered"] == figures["houses"] == 20_282
    assert figures["sites"] == figures["needed"]["all"] > figures["needed"]["0.90"] > 0
    assert figures["needed"]["0.95"] is None
    assert len(found.not_covered) == figures["not_covered"]
    assert found.sites.gain_houses.is_monotonic_decreasing
    assert found.sites.total_houses.iloc[-1] == figures["covered"]
    short = site(ward, "fire_point", PlanSection(time_limit_s=1))
    assert short.figures["covered"] == short.sites.total_houses.iloc[-1]
    assert set(short.figures["needed_gaps"]) == {"0.90", "0.95", "all"}
