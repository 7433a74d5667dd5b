"""What may be done about an obstacle, and the cheapest of it by the office's table."""

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fireaccess.network.drawn import drawn_network
from fireaccess.planning.actions import possible_actions, proposed_actions
from fireaccess.project import Settings
from fireaccess.sources.costs import Cost, Costs

KEY, TAKE_OUT = ("hand_over_key", "remove"), ("make_removable", "remove")


def row(type_, effect="blocked", *, kind="barrier", state=None, rule="type", gap=np.nan):
    return {
        "kind": kind,
        "type": type_,
        "state": state,
        "effect": effect,
        "rule": rule,
        "clear_width_m": gap,
        "node": 1,
    }


@pytest.mark.parametrize(
    ("obstacle", "actions"),
    [
        (row("gate", "unknown"), KEY),
        (row("lift_gate", "unknown", state="openable", rule="no_keyholder"), KEY),
        (row("bollard", "unknown", state="openable", rule="no_keyholder"), KEY),
        (row("gate", state="fixed", rule="fixed"), ("remove",)),
        # Too narrow even when open: no key helps.
        (row("gate", state="openable", rule="gap", gap=2.5), ("remove",)),
        (row("gate", rule="gap"), ("remove",)),
        (row("bollard"), TAKE_OUT),
        (row("planter", state="fixed", rule="fixed"), TAKE_OUT),
        (row("bollard", rule="gap", gap=2.0), TAKE_OUT),
        (row("chain"), TAKE_OUT),
        (row("bollard", "unknown"), ("hand_over_key", *TAKE_OUT)),
        (row("bollard", "unknown", rule="somewhere"), TAKE_OUT),
        (row("gate", "unknown", rule="somewhere"), KEY),
        (row("wall"), ("remove",)),
        (row("ditch"), ("remove",)),
        (row("ditch", "unknown", rule="somewhere"), ("remove",)),
        (row("kerb", "unknown", rule="kerb"), ("measure", "remove")),
        (row("height_restrictor", "unknown", rule="height"), ("measure", "remove")),
        (row("height_restrictor", rule="height"), ("raise_overhead", "remove")),
        (row("narrow", kind="reading", rule="width", gap=2.5), ("widen",)),
        (row("narrow", "unknown", kind="reading", rule="width", gap=3.5), ("measure", "widen")),
        (row("narrow", "unknown", kind="reading", rule="somewhere", gap=2.5), ("widen",)),
        (row("clearance", kind="clearance", rule="height"), ("raise_overhead",)),
        (row("corner", kind="corner", rule="corner"), ("widen_corner",)),
        (row("corner", "unknown", kind="corner", rule="corner"), ("widen_corner",)),
        (row("corner", kind="corner", rule="sharp"), ()),
        (row("gate", "delay", rule="keyholder"), ()),
        (row("cattle_grid", "pass"), ()),
    ],
)
def test_what_helps(obstacle, actions):
    assert possible_actions(pd.DataFrame([obstacle])) == [actions]


def ward(*obstacles, **costs):
    street = [("service", [(0, 0), (30, 0)]), ("service", [(30, 0), (230, 0)])]
    network = drawn_network([*street, ("primary", [(0, 0), (0, 9)])])
    table = pd.DataFrame(list(obstacles), columns=list(row("gate")), index=range(len(obstacles)))
    return SimpleNamespace(
        network=network, obstacles=table, settings=Settings(), costs=Costs(costs)
    )


def piece(vnd, source="costs.csv"):
    return Cost(vnd, "piece", source)


def test_the_cheapest_that_has_a_cost_is_proposed():
    some = ward(row("bollard"), remove=piece(2e6), make_removable=piece(3e6))
    assert proposed_actions(some).iloc[0].tolist() == ["remove", 2e6, "costs.csv"]


def test_of_two_alike_the_one_that_changes_less():
    some = ward(row("bollard"), remove=piece(3e6), make_removable=piece(3e6, "example"))
    assert proposed_actions(some).iloc[0].tolist() == ["make_removable", 3e6, "example"]


def test_what_the_table_leaves_out_is_not_offered_where_another_applies():
    some = ward(row("bollard"), row("narrow", kind="reading"), remove=piece(9e6))
    found = proposed_actions(some)
    assert found["action"].tolist() == ["remove", "widen"]
    assert found["cost_vnd"].isna().tolist() == [False, True]
    assert found["cost_from"].tolist() == ["costs.csv", None]


def test_without_costs_the_first_without_a_figure():
    found = proposed_actions(ward(row("gate", "unknown"), row("cattle_grid", "pass")))
    assert found["action"].tolist() == ["hand_over_key", None]
    assert found["cost_vnd"].isna().all()


def test_a_price_per_metre_counts_halfway_to_the_next_nodes():
    # Readings at (30, 0): 15 m to one side; to the other no more than half the gap of 50 m.
    some = ward(row("narrow", kind="reading"), widen=Cost(1e6, "m", "costs.csv"))
    node = next(i for i, xy in enumerate(some.network.node_xy.tolist()) if xy == [30.0, 0.0])
    some.obstacles["node"] = node
    assert proposed_actions(some)["cost_vnd"].tolist() == [40e6]


def test_a_price_per_metre_says_nothing_of_what_has_no_length():
    found = proposed_actions(ward(row("wall"), remove=Cost(1e6, "m", "costs.csv"))).iloc[0]
    assert (found.action, found.cost_from) == ("remove", None)
    assert np.isnan(found.cost_vnd)


def test_no_obstacles():
    found = proposed_actions(ward())
    assert len(found) == 0
    assert list(found.columns) == ["action", "cost_vnd", "cost_from"]
