"""The schedule: nothing planned twice or forgotten, limits kept, worst first, sums right."""

import json
from datetime import date

import numpy as np
import pandas as pd
import pytest
from geopandas.testing import assert_geodataframe_equal
from hypothesis import given, settings
from hypothesis import strategies as st
from towns import BY_WIDTH, Town

from fireaccess.model.layers import PLAN_LAYERS
from fireaccess.planning.schedule import Work, schedule
from fireaccess.planning.works import works_of
from fireaccess.project import PerMonthSection, TargetsSection

DEADLINE = date(2027, 4, 1)  # the months 2026-12 to 2027-03
WORKS = ("barriers", "hydrants", "transmitters")


def work(groups, *, name="barriers", done=(), cost=2e6, source="example", **columns):
    """Make a work of items in these groups; the order of importance is theirs."""
    count = len(groups)
    frame = pd.DataFrame(
        {
            "id": pd.Series([f"{name}-{k:03d}" for k in range(count)], dtype=object),
            "group": pd.Series(groups, dtype=object),
            "cost_vnd": pd.Series([cost] * count, dtype=float),
            "cost_from": pd.Series([source] * count, dtype=object),
            **{key: pd.Series(list(values)) for key, values in columns.items()},
        }
    )
    return Work.of(name, frame, done=list(done))


def plan(*works, start="2026-12", deadline=DEADLINE, **per_month):
    return schedule(works, start=start, deadline=deadline, per_month=PerMonthSection(**per_month))


def rows(made, *columns):
    return made.frame[list(columns or ("month", "group", "planned"))].to_numpy().tolist()


def per_month(made, name="barriers"):
    frame = made.frame[made.frame["work"] == name]
    return frame.groupby("month")["planned"].sum().to_dict()


# By hand
def test_what_has_no_limit_is_spread_evenly_over_the_months():
    made = plan(work(["A"] * 10))
    assert per_month(made) == {"2026-12": 3, "2027-01": 3, "2027-02": 2, "2027-03": 2}
    assert rows(made, "total", "target", "share", "cost_vnd", "total_cost_vnd") == [
        [3, 10, 0.3, 6e6, 6e6],
        [6, 10, 0.6, 6e6, 12e6],
        [8, 10, 0.8, 4e6, 16e6],
        [10, 10, 1.0, 4e6, 20e6],
    ]
    assert (made.figures["total_vnd"], made.figures["months"]) == (20_000_000, 4)
    assert made.figures["late"] == {}


def test_what_has_a_limit_is_done_as_fast_as_it_allows_and_the_rest_is_late():
    made = plan(work(["A"] * 6, done=["A", "A"]), barriers=4)
    assert per_month(made) == {"2026-12": 4, "2027-01": 2}
    assert made.frame["total"].tolist() == [6, 8]
    assert made.frame["target"].tolist() == [8, 8]
    made = plan(work(["A"] * 9, done=["A"]), barriers=2)
    assert made.figures["late"] == {"barriers": 1}
    assert made.figures["late_vnd"] == 2_000_000
    assert made.figures["works"]["barriers"] | {"due": None} == {
        "target": 10,
        "done": 1,
        "planned": 8,
        "late": 1,
        "not_planned": 0,
        "per_month": 2,
        "due": None,
        "last_month": "2027-03",
        "planned_vnd": 16_000_000,
        "late_vnd": 2_000_000,
        "without_cost": 0,
        "all_at_once": False,
    }


def test_the_worst_come_first_whatever_their_group():
    made = plan(work(["B", "B", "A", None]), barriers=2)
    assert rows(made) == [["2026-12", "B", 2], ["2027-01", "A", 1], ["2027-01", None, 1]]


def test_where_items_tie_the_group_of_which_least_is_done_comes_first():
    made = plan(work(["A"] * 4 + ["B"] * 4, done=["A", "A"], rank=[1] * 8), barriers=1)
    # A has 2 of 6, B none of 4: B, B (1/4), A (2/6), then A (3/6) before B (2/4) by name.
    assert rows(made)[:4] == [
        ["2026-12", "B", 1],
        ["2027-01", "B", 1],
        ["2027-02", "A", 1],
        ["2027-03", "A", 1],
    ]


def test_a_registered_month_is_kept_where_the_limit_allows():
    months = ["2027-02", None, "2026-12", "2027-02", "2026-09", "2027-06"]
    items = work([f"h{k}" for k in range(6)], name="transmitters", month=months)
    made = plan(items)
    # One that is past comes at once; one past the deadline is late; the free one comes first.
    assert rows(made) == [
        ["2026-12", "h1", 1],
        ["2026-12", "h2", 1],
        ["2026-12", "h4", 1],
        ["2027-02", "h0", 1],
        ["2027-02", "h3", 1],
    ]
    assert made.figures["late"] == {"transmitters": 1}
    made = plan(items, transmitters=1)
    assert rows(made) == [
        ["2026-12", "h4", 1],
        ["2027-01", "h2", 1],
        ["2027-02", "h0", 1],
        ["2027-03", "h3", 1],
    ]
    assert made.figures["late"] == {"transmitters": 2}


def test_what_waits_for_another_work_is_not_planned_before_its_end():
    hydrants = work(["A"] * 3, name="hydrants")
    waiting = work(["A", "B"], name="solutions", cost=0.0, after=["hydrants", None])
    made = plan(hydrants, waiting, hydrants=1)
    assert [row for row in rows(made, "month", "group", "work") if row[2] == "solutions"] == [
        ["2026-12", "B", "solutions"],
        ["2027-02", "A", "solutions"],
    ]
    made = plan(hydrants, waiting, hydrants=0, deadline=None)
    assert made.figures["late"] == {"hydrants": 3, "solutions": 1}


def test_rows_are_sorted_by_month_then_work_then_group():
    made = plan(work([None, "B", "A"], name="hydrants"), work(["C"]), hydrants=3)
    assert rows(made, "month", "work", "group") == [
        ["2026-12", "hydrants", "A"],
        ["2026-12", "hydrants", "B"],
        ["2026-12", "hydrants", None],
        ["2026-12", "barriers", "C"],
    ]
    assert tuple(made.frame.columns) == PLAN_LAYERS["schedule"]


# Deadlines
@pytest.mark.parametrize(
    ("deadline", "last"),
    [
        (date(2027, 3, 31), "2027-03"),
        (date(2027, 4, 1), "2027-03"),
        (date(2027, 4, 2), "2027-04"),
        (date(2027, 1, 1), "2026-12"),
    ],
)
def test_the_last_month_is_that_of_the_day_before_the_deadline(deadline, last):
    made = plan(work(["A"] * 40), deadline=deadline)
    assert made.figures["last_month"] == made.figures["works"]["barriers"]["due"] == last


@pytest.mark.parametrize("deadline", [date(2026, 12, 1), date(2020, 1, 1)])
def test_a_deadline_before_the_start_leaves_everything_late(deadline):
    made = plan(work(["A", "B"], done=["A"]), deadline=deadline)
    assert len(made.frame) == 0
    assert made.figures["late"] == {"barriers": 2}
    assert (made.figures["total_vnd"], made.figures["months"]) == (0, 0)


def test_without_a_deadline_it_takes_as_long_as_the_limits_make_it():
    made = plan(work(["A"] * 30), work(["A"] * 5, name="hydrants"), deadline=None, barriers=1)
    assert len(per_month(made)) == 30
    assert made.figures["works"]["barriers"]["last_month"] == "2029-05"
    assert per_month(made, "hydrants") == {"2026-12": 5}
    assert made.figures["works"]["hydrants"]["all_at_once"]
    assert not made.figures["works"]["barriers"]["all_at_once"]
    assert made.figures["late"] == {}


@pytest.mark.parametrize("deadline", [None, DEADLINE])
def test_a_limit_of_nothing_leaves_everything_late(deadline):
    made = plan(work(["A"] * 3), deadline=deadline, barriers=0)
    assert made.figures["late"] == {"barriers": 3}
    assert len(made.frame) == 0


def test_a_work_may_have_a_deadline_of_its_own():
    one = work(["A"] * 2)
    own = Work(**{name: getattr(one, name) for name in Work.__slots__} | {"due": date(2027, 1, 1)})
    assert per_month(plan(own)) == {"2026-12": 2}


def test_nothing_to_do():
    for works in ((), (work([]),), (work([], done=["A", None]),)):
        made = plan(*works)
        assert tuple(made.frame.columns) == PLAN_LAYERS["schedule"]
        assert len(made.frame) == 0
        assert (made.figures["total_vnd"], made.figures["late"]) == (0, {})
        assert made.figures["example"] is False


# Money
def test_every_line_says_where_its_costs_come_from():
    made = plan(
        work(["A", "A", "B"], cost_from=["costs.csv", "example;costs.csv", None], rank=[1, 1, 1]),
        deadline=None,
    )
    assert rows(made, "group", "cost_from") == [["A", "costs.csv;example"], ["B", None]]
    assert made.figures["example"] is True
    assert not plan(work(["A"], source="costs.csv")).figures["example"]
    assert not plan(work(["A"], source="my example.csv")).figures["example"]


def test_what_nobody_prices_is_counted_and_not_summed():
    made = plan(work(["A", "A", "B"], cost_vnd=[np.nan, 5e6, np.nan]), barriers=1)
    assert made.frame["cost_vnd"].fillna(-1).tolist() == [-1, 5e6, -1]
    assert made.frame["total_cost_vnd"].fillna(-1).tolist() == [-1, 5e6, -1]
    assert (made.figures["total_vnd"], made.figures["without_cost"]) == (5_000_000, 2)


# Whatever there is to do
@st.composite
def _works(draw):
    made = []
    for name in WORKS:
        count = draw(st.integers(0, 25))
        cells = {
            "groups": st.sampled_from(["A", "B", "C", None]),
            "rank": st.sampled_from([1.0, 2.0, np.nan]),
            "cost_vnd": st.sampled_from([0.0, 1e6, 2.5e6, np.nan]),
            "month": st.sampled_from([None, None, "2026-10", "2026-12", "2027-02", "2027-09"]),
        }
        drawn = {
            key: draw(st.lists(kind, min_size=count, max_size=count)) for key, kind in cells.items()
        }
        if name != "transmitters":
            del drawn["month"]
        done = draw(st.lists(cells["groups"], max_size=6))
        made.append(work(drawn.pop("groups"), name=name, done=done, **drawn))
    return made


_LIMITS = st.fixed_dictionaries({name: st.none() | st.integers(0, 9) for name in WORKS})


@settings(max_examples=40)
@given(_works(), _LIMITS, st.sampled_from([None, DEADLINE, date(2027, 1, 15), date(2026, 1, 1)]))
def test_nothing_is_planned_twice_or_forgotten_and_limits_are_kept(works, limits, deadline):
    made = plan(*works, deadline=deadline, **limits)
    frame, figures = made.frame, made.figures
    assert not frame.duplicated(["month", "group", "work"]).any()
    assert (frame["planned"] > 0).all()
    assert json.dumps(figures)
    last = "9999-12" if deadline is None else deadline.isoformat()[:7]
    assert frame["month"].between("2026-12", last).all()
    assert figures["total_vnd"] == frame["cost_vnd"].sum()
    for each in works:
        own = figures["works"][each.name]
        of_work = frame[frame["work"] == each.name]
        assert own["planned"] == of_work["planned"].sum()
        assert own["planned"] + own["done"] + own["late"] == own["target"] == each.target
        assert figures["late"].get(each.name, 0) == own["late"]
        every = np.nansum(each.cost_vnd)
        assert own["planned_vnd"] + own["late_vnd"] == every
        if limits[each.name] is not None and len(of_work):
            assert of_work.groupby("month")["planned"].sum().max() <= limits[each.name]
        if deadline is None and limits[each.name] != 0:
            assert own["late"] == 0
        for group, cells in of_work.groupby("group", dropna=False):
            name = None if pd.isna(group) else group
            size = sum(g == name for g in (*each.group, *each.done))
            done = sum(g == name for g in each.done)
            assert (cells["target"] == size).all()
            assert (cells["total"] == done + cells["planned"].cumsum()).all()
            np.testing.assert_allclose(cells["share"], cells["total"] / size)
            sums = cells["cost_vnd"].fillna(0).cumsum()
            assert (cells["total_cost_vnd"].fillna(0) == sums).all()


@settings(max_examples=40)
@given(_works(), _LIMITS, st.sampled_from([None, DEADLINE, date(2027, 2, 2)]))
def test_doing_the_first_month_and_planning_again_leaves_the_rest_as_it_was(
    works, limits, deadline
):
    first = plan(*works, deadline=deadline, **limits)
    left = []
    for each in works:
        ids = _done_first(each, limits[each.name], deadline)
        kept = ~np.isin(each.ids, list(ids))
        columns = {name: getattr(each, name) for name in Work.__slots__}
        columns |= {
            name: columns[name][kept]
            for name in ("ids", "rank", "group", "cost_vnd", "cost_from", "month", "after")
        }
        columns["done"] = np.array([*each.done, *each.group[~kept]], dtype=object)
        left.append(Work(**columns))
    again = plan(*left, start="2027-01", deadline=deadline, **limits)
    rest = first.frame[first.frame["month"] > "2026-12"].reset_index(drop=True)
    if deadline is None:
        # What has no limit and no deadline is done at once.
        assert len(again.frame) == len(rest)
    columns = ["month", "group", "work", "planned", "total", "target", "share", "cost_vnd"]
    pd.testing.assert_frame_equal(again.frame[columns], rest[columns], check_dtype=False)
    assert again.figures["late"] == first.figures["late"]


def _done_first(each, limit, deadline):
    """Return the ids of the first month's items: a price of its own tells them apart."""
    count = len(each.ids)
    columns = {name: getattr(each, name) for name in Work.__slots__}
    columns["cost_vnd"] = 2.0 ** np.arange(count)
    made = plan(Work(**columns), deadline=deadline, **{each.name: limit})
    frame = made.frame[made.frame["month"] == "2026-12"]
    bits = int(frame["cost_vnd"].sum()) if len(frame) else 0
    return {each.ids[k] for k in range(count) if bits >> k & 1}


# A ward
@pytest.fixture(scope="module")
def ward(tmp_path_factory):
    """Two wide alleys off a main road, each behind a post, one with a gate and a narrow place."""
    town = Town()
    town.road("Đường Lớn", [(0, 0), (200, 0), (400, 0), (600, 0)], highway="primary")
    town.road("Ngõ 1", [(200, 0), (200, 100), (200, 300)], width=BY_WIDTH)
    town.road("Ngõ 2", [(400, 0), (400, 100), (400, 300)], width=BY_WIDTH)
    for number in range(5):
        town.house(f"a{number}", (210, 60 * number + 40), group="Tổ 1", people=3)
        town.house(f"b{number}", (410, 60 * number + 40), group="Tổ 2", people=3)
    town.houses[0][1].update(transmitter="yes")
    town.houses[2][1].update(transmitter="no", registered_month="2027-02")
    town.barrier("P1", (200, 10), "bollard", state="fixed")
    town.barrier("P2", (200, 20), "bollard", state="fixed")
    town.barrier("G1", (400, 10), "lift_gate")
    town.barrier("R1", (400, 30), "bollard", state="removed")
    town.width("W1", (400, 150), 2.5)
    for house in ("a0", "a1", "b4"):
        town.row("approved", house, None)
    for _, columns in town.tables.get("approved", []):
        columns["house_id"] = columns.pop("object_id")
    return town.run(tmp_path_factory.mktemp("ward")).ward


def _table(name, *rows):
    return pd.DataFrame(
        [{column: row.get(column) for column in PLAN_LAYERS[name]} for row in rows],
        columns=list(PLAN_LAYERS[name]),
    )


def works(ward, **tables):
    given_tables = {
        name: tables.get(name, _table(name)) for name in ("measures", "sites", "solutions", "walk")
    }
    made = works_of(ward, **given_tables, targets=tables.get("targets"))
    return {each.name: each for each in made}


def test_all_works_are_there_in_their_order(ward):
    assert list(works(ward)) == list(PerMonthSection.model_fields)


def test_barriers_that_the_plan_chose_come_first_then_what_blocks_then_what_may(ward):
    barriers = works(ward)["barriers"]
    assert barriers.ids.tolist() == ["barrier:G1", "barrier:P1", "barrier:P2", "reading:W1"]
    assert len(barriers.done) == 1
    order = plan(barriers, barriers=1, deadline=None).frame
    assert order["group"].tolist()[-1] == "Tổ 2"  # the gate, which may open
    assert order["cost_from"].unique().tolist() == ["example"]
    chosen = _table(
        "measures",
        {"measure_id": "x", "barrier_ids": "reading:W1"},
        {"measure_id": "b", "barrier_ids": "barrier:G1", "rank": 2},
        {"measure_id": "a", "barrier_ids": "barrier:P1;barrier:P2", "rank": 1},
    )
    barriers = works(ward, measures=chosen)["barriers"]
    rank = dict(zip(barriers.ids, barriers.rank, strict=True))
    assert rank["barrier:P1"] == rank["barrier:P2"] < rank["barrier:G1"] < rank["reading:W1"]
    assert barriers.target == 5


def test_transmitters_are_those_of_the_approved_list(ward):
    made = works(ward)["transmitters"]
    assert made.ids.tolist() == ["a1", "b4"]
    assert made.done.tolist() == ["Tổ 1"]
    assert made.month.tolist() == ["2027-02", None]
    assert made.cost_vnd.tolist() == [ward.costs.of("transmitter").vnd] * 2
    assert rows(plan(made)) == [["2026-12", "Tổ 2", 1], ["2027-02", "Tổ 1", 1]]


def test_sites_and_alleys_to_measure_come_by_rank(ward):
    sites = _table(
        "sites",
        {"site_id": "h2", "kind": "hydrant", "rank": 2, "group": "Tổ 1", "cost_vnd": 7e7},
        {"site_id": "f1", "kind": "fire_point", "rank": 1, "group": "Tổ 1", "cost_vnd": 8e6},
        {"site_id": "h1", "kind": "hydrant", "rank": 1, "group": "Tổ 2", "cost_vnd": 7e7},
    )
    walk = _table("walk", {"rank": 2, "alley_id": "w2"}, {"rank": 1, "alley_id": "w1"})
    made = works(ward, sites=sites, walk=walk)
    assert made["hydrants"].ids.tolist() == ["h1", "h2"]
    assert made["fire_points"].ids.tolist() == ["f1"]
    assert made["alleys_measured"].ids.tolist() == ["w1", "w2"]
    assert np.isnan(made["alleys_measured"].cost_vnd).all()


def test_solutions_are_the_proposed_ones_the_deepest_certain_need_first(ward):
    def row(alley, state, has="no", **columns):
        return {"alley_id": alley, "state": state, "has_water_solution": has, "why": "", **columns}

    solutions = _table(
        "solutions",
        row("a1", "proposed", depth_m=50.0, houses=9, cost_vnd=1e8, cost_from="example;own.csv"),
        row("a2", "proposed", depth_m=300.0, houses=2, cost_vnd=2e8, cost_from="example"),
        row("a3", "proposed", has="unknown", depth_m=400.0, houses=2, cost_vnd=2e8),
        row("a4", "proposed", depth_m=50.0, houses=10, cost_vnd=0.0)
        | {"why": "planned_hydrants;depends_on_survey"},
        row("a5", "existing", has="yes", group="Tổ 1"),
        row("a6", "not_known"),
        row("a7", "none"),
    )
    made = works(ward, solutions=solutions)["solutions"]
    assert made.ids.tolist() == ["a2", "a4", "a1", "a3"]
    assert made.after.tolist() == [None, "hydrants", None, None]
    assert made.done.tolist() == ["Tổ 1"]
    assert made.not_planned == 2
    assert np.nansum(made.cost_vnd) == 5e8


def test_a_target_with_a_deadline_of_its_own_counts(ward):
    targets = TargetsSection(barriers_dealt_with={"deadline": date(2027, 1, 1)})
    made = works(ward, targets=targets)
    assert made["barriers"].due == date(2027, 1, 1)
    assert made["hydrants"].due is None


def test_the_ward_is_not_changed(ward):
    before = ward.obstacles.copy(), ward.houses.copy()
    works(ward)
    pd.testing.assert_frame_equal(ward.obstacles, before[0])
    assert_geodataframe_equal(ward.houses, before[1])
