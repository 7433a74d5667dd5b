"""Reach and hose lines that grow; that they grow as they should, `test_removal` tells."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from towns import BY_WIDTH, one_alley

from fireaccess.planning.growth import Case, Groups, Streets

KEYS = st.lists(st.integers(0, 5), max_size=20)
NOTHING = np.zeros(0, dtype=np.int64)


@given(KEYS, KEYS)
def test_positions_of_keys(key, wanted):
    found = Groups.by(np.array(key, dtype=np.int64), 6).of(np.array(wanted, dtype=np.int64))
    assert found.tolist() == [i for name in wanted for i, other in enumerate(key) if other == name]


def behind_a_wall(folder):
    """Return the worst case of an alley with a wall, and the node of the wall."""
    town = one_alley(300, bends=[100], width=BY_WIDTH).node((200, 100), barrier="wall")
    ward = town.house("h", (210, 250)).run(folder).ward
    streets = Streets(ward.graph, ward.doors)
    case = Case.of(streets, ward.worst, ward.worst_reach, ward.worst_lines)
    return case, int(ward.obstacles["node"].iloc[0])


def test_where_nothing_opens_nothing_is_copied(tmp_path):
    case, node = behind_a_wall(tmp_path)
    assert case.opened(NOTHING, NOTHING, []) is case
    turns = np.flatnonzero(case.through)
    assert case.opened(turns, np.flatnonzero(case.into), []) is case
    joined = case.opened(NOTHING, NOTHING, [node])
    assert joined.opened(NOTHING, NOTHING, [node]) is joined


def test_people_get_through_before_the_truck_does(tmp_path):
    case, node = behind_a_wall(tmp_path)
    assert np.isinf(case.hose_m).all()
    joined = case.opened(NOTHING, NOTHING, [node])
    assert joined.hose_m.round(1).tolist() == [160.0]
    assert joined.passages is case.passages
    through = np.flatnonzero(case.streets.network.turns.node == node)
    assert joined.opened(through, NOTHING, []).hose_m.round(1).tolist() == [10.0]
