"""Posts, gates and walls: what each does to the truck and to the hose.

Barriers stand 40 m up an alley that is wide enough by its width tag; the house's door is
80 m up, 10 m off the alley.
"""

import pytest
from towns import BY_WIDTH, Town, barrier, comb, drawn, hoses, house, metres, missing, told, tooth
from towns import one_alley as any_alley

# 10 + 80 - 40 where the truck stops at the barrier
HOSES = {"pass": (10, 10), "delay": (10, 10), "unknown": (50, 10), "blocked": (50, 50)}
WALLS = {"wall", "fence", "city_wall"}
NOWHERE = (float("nan"), float("nan"))


def one_alley(length=300, **options):
    return any_alley(length, width=BY_WIDTH, **options)


# --- from the map ---------------------------------------------------------------------------
# fmt: off
BLOCKED = [
    "block", "bollard", "chain", "jersey_barrier", "cycle_barrier", "motorcycle_barrier", "stile",
    "turnstile", "full-height_turnstile", "kissing_gate", "wicket_gate", "log", "debris", "planter",
    "spikes", "wall", "fence", "city_wall", "ditch", "guard_rail", "bus_trap", "sump_buster",
]
# fmt: on
GATES = ["gate", "lift_gate", "swing_gate", "sliding_gate"]
PASS = ["cattle_grid", "toll_booth", "border_control", "entrance", "sally_port"]
MAPPED = [
    *(({"barrier": kind}, "blocked") for kind in BLOCKED),
    *(({"barrier": kind}, "unknown") for kind in GATES),
    *(({"barrier": kind, "locked": "no"}, "delay") for kind in GATES),
    ({"barrier": "gate", "locked": "yes"}, "unknown"),
    *(({"barrier": kind}, "pass") for kind in PASS),
    *(({"barrier": kind}, "unknown") for kind in ("yes", "rope", "bump_gate", "hampshire_gate")),
    ({"barrier": "bollard", "bollard": "fixed"}, "blocked"),
    *(({"barrier": "bollard", "bollard": kind}, "delay") for kind in ("low", "flexible")),
    *(
        ({"barrier": "bollard", "bollard": kind}, "unknown")
        for kind in ("removable", "foldable", "rising", "mystery")
    ),
    *(({"barrier": "kerb", "kerb": k}, "pass") for k in ("flush", "lowered", "rolled", "no")),
    ({"barrier": "kerb"}, "unknown"),
    ({"barrier": "kerb", "kerb": "raised"}, "unknown"),
    ({"barrier": "kerb", "kerb": "raised", "height": "0.2"}, "pass"),
    ({"barrier": "kerb", "height": "15 cm"}, "pass"),
    ({"barrier": "kerb", "height": "0.21"}, "unknown"),
    ({"barrier": "height_restrictor"}, "unknown"),
    ({"barrier": "height_restrictor", "maxheight": "4.5"}, "pass"),
    ({"barrier": "height_restrictor", "maxheight": "4.4"}, "blocked"),
    # the gap speaks before the type
    ({"barrier": "bollard", "maxwidth:physical": "3.5"}, "pass"),
    ({"barrier": "bollard", "maxwidth:physical": "3.49"}, "blocked"),
    ({"barrier": "bollard", "maxwidth:physical": "3.49996"}, "pass"),
    ({"barrier": "gate", "maxwidth:physical": "3.4", "locked": "no"}, "blocked"),
    ({"barrier": "entrance", "maxwidth:physical": "3"}, "blocked"),
    ({"barrier": "wall", "maxwidth:physical": "4"}, "pass"),
    # what a driver may do says nothing of what stands there
    ({"barrier": "bollard", "access": "yes", "emergency": "yes"}, "blocked"),
    ({"barrier": "gate", "access": "private"}, "unknown"),
    ({"barrier": "gate", "access": "no", "locked": "no"}, "delay"),
    ({"barrier": "bollard", "maxwidth": "4"}, "blocked"),
    # no barrier at all
    ({"highway": "crossing"}, None),
]


@pytest.fixture(scope="module")
def mapped(tmp_path_factory):
    town = comb([{"width": BY_WIDTH}] * len(MAPPED))
    for number, (tags, _) in enumerate(MAPPED):
        town.node((tooth(number), 40), **tags)
    return town, town.run(tmp_path_factory.mktemp("mapped"))


@pytest.mark.parametrize("number", range(len(MAPPED)), ids=lambda n: str(MAPPED[n][0]))
def test_mapped_barrier(mapped, number):
    town, result = mapped
    tags, effect = MAPPED[number]
    barrier_id = f"barrier:n{town.node_id((tooth(number), 40))}"
    if effect is None:
        assert barrier_id not in set(result.barriers.barrier_id)
        assert hoses(result, f"h{number}") == metres((10, 10))
        return
    row = barrier(result, barrier_id)
    assert (row.type, row.effect) == (tags["barrier"], effect)
    closed = effect == "blocked" and tags["barrier"] in WALLS
    expected = NOWHERE if closed else HOSES[effect]
    assert hoses(result, f"h{number}") == pytest.approx(expected, abs=0.03, nan_ok=True)
    if closed:
        assert house(result, f"h{number}").road == "not_covered"
    elif expected[0] == 50:
        assert house(result, f"h{number}").stopped_by == barrier_id


# --- from the survey ------------------------------------------------------------------------
SURVEYED = [
    ("bollard", {}, "blocked"),
    ("block", {}, "blocked"),
    ("gate", {}, "unknown"),
    ("cattle_grid", {}, "pass"),
    ("kerb", {}, "unknown"),
    ("dragon", {}, "unknown"),
    # 1. removed
    ("bollard", {"state": "removed"}, "pass"),
    ("wall", {"state": "removed"}, "pass"),
    ("bollard", {"state": "removed", "clear_width_m": 2}, "pass"),
    # 2. the gap when opened
    ("bollard", {"clear_width_m": 3.5}, "pass"),
    ("bollard", {"state": "fixed", "clear_width_m": 3.6}, "pass"),
    ("bollard", {"clear_width_m": 3.4}, "blocked"),
    ("gate", {"state": "openable", "keyholder": "Ông Ba", "clear_width_m": 3.4}, "blocked"),
    ("gate", {"state": "openable", "clear_width_m": 3.5}, "pass"),
    ("cattle_grid", {"clear_width_m": 3}, "blocked"),
    # 3. the state
    ("gate", {"state": "openable", "keyholder": "Ông Ba"}, "delay"),
    ("bollard", {"state": "openable", "keyholder": "Ông Ba"}, "delay"),
    ("gate", {"state": "openable"}, "unknown"),
    ("cattle_grid", {"state": "openable"}, "unknown"),
    ("gate", {"state": "fixed"}, "blocked"),
    ("cattle_grid", {"state": "fixed"}, "blocked"),
    # a key for what can't be opened, or of which nobody says that it can
    ("gate", {"state": "fixed", "keyholder": "Ông Ba"}, "blocked"),
    ("bollard", {"keyholder": "Ông Ba"}, "blocked"),
    ("gate", {"keyholder": "Ông Ba"}, "unknown"),
]


@pytest.fixture(scope="module")
def surveyed(tmp_path_factory):
    town = comb([{"width": BY_WIDTH}] * len(SURVEYED))
    for number, (kind, fields, _) in enumerate(SURVEYED):
        town.barrier(f"B{number}", (tooth(number), 40), kind, **fields)
    return town.run(tmp_path_factory.mktemp("surveyed"))


@pytest.mark.parametrize("number", range(len(SURVEYED)), ids=lambda n: str(SURVEYED[n][:2]))
def test_surveyed_barrier(surveyed, number):
    kind, fields, effect = SURVEYED[number]
    row = barrier(surveyed, f"barrier:B{number}")
    assert (row.object_id, row.type, row.effect) == (f"B{number}", kind, effect)
    assert missing(row.state) if "state" not in fields else row.state == fields["state"]
    assert hoses(surveyed, f"h{number}") == metres(HOSES[effect])
    if HOSES[effect][0] == 50:
        assert house(surveyed, f"h{number}").stopped_by == f"barrier:B{number}"


DEALT_WITH = [
    ("bollard", {"state": "removed"}, True),
    ("cattle_grid", {}, True),
    ("bollard", {"clear_width_m": 3.6}, True),
    ("bollard", {}, False),
    ("gate", {"state": "fixed"}, False),
    ("gate", {"state": "openable"}, False),
    ("gate", {"state": "openable", "keyholder": "Ông Ba"}, False),
    ("gate", {"state": "openable", "checked": "2026-05-01"}, False),
    ("gate", {"state": "openable", "keyholder": "Ông Ba", "checked": "2026-05-01"}, True),
]


def test_dealt_with(tmp_path):
    town = comb([{"width": BY_WIDTH}] * len(DEALT_WITH))
    for number, (kind, fields, _) in enumerate(DEALT_WITH):
        town.barrier(f"B{number}", (tooth(number), 40), kind, **fields)
    result = town.run(tmp_path)
    found = [bool(barrier(result, f"barrier:B{n}").dealt_with) for n in range(len(DEALT_WITH))]
    assert found == [expected for *_, expected in DEALT_WITH]


# --- the same barrier on the map and in the survey ------------------------------------------
SAME = [
    # on the map 40 m up; in the survey at this height, as removed; are they the same?
    ("bollard", "bollard", 44, True),
    ("bollard", "bollard", 46, False),
    ("bollard", "block", 44, True),  # both posts
    ("planter", "log", 44, True),
    ("lift_gate", "gate", 44, True),  # both gates
    ("chain", "chain", 44, True),
    ("chain", "stile", 44, False),
    ("bollard", "gate", 44, False),
    ("bollard", "chain", 44, False),
]


@pytest.fixture(scope="module")
def same(tmp_path_factory):
    town = comb([{"width": BY_WIDTH}] * len(SAME))
    for number, (mapped, kind, north, _) in enumerate(SAME):
        town.node((tooth(number), 40), barrier=mapped)
        town.barrier(f"B{number}", (tooth(number), north), kind, state="removed")
    return town, town.run(tmp_path_factory.mktemp("same"))


@pytest.mark.parametrize("number", range(len(SAME)), ids=lambda n: str(SAME[n]))
def test_a_surveyed_barrier_stands_for_one_of_its_family_within_5_m(same, number):
    """Removed in the survey: the truck passes only if it was the same."""
    town, result = same
    osm_id = f"barrier:n{town.node_id((tooth(number), 40))}"
    shown = {f"barrier:B{number}", osm_id} & set(result.barriers.barrier_id)
    if SAME[number][-1]:
        assert shown == {f"barrier:B{number}"}
        assert hoses(result, f"h{number}") == metres((10, 10))
    else:
        assert shown == {f"barrier:B{number}", osm_id}
        assert hoses(result, f"h{number}") == metres((50, 50))
        assert house(result, f"h{number}").stopped_by == osm_id


def test_it_stands_where_the_map_has_it(tmp_path):
    """Neighbour: 156 if it stood at its own place, 104 m up."""
    town = one_alley(bends=[100]).node((200, 100), barrier="bollard")
    town.barrier("B1", (200, 104), "bollard", state="fixed").house("h", (210, 250))
    result = town.run(tmp_path)
    row = house(result, "h")
    assert hoses(result) == metres((160, 160))
    assert drawn(row.stand_lon, row.stand_lat) == (200, 100)
    assert row.stopped_by == "barrier:B1"
    assert str(barrier(result, "barrier:B1").osm_id).lstrip("n") == str(town.node_id((200, 100)))


@pytest.mark.parametrize("prefix", ["", "n"])
def test_it_may_name_the_osm_node_from_afar(tmp_path, prefix):
    """Two bollards; B1, removed, stands beside the first and names the second."""
    town = one_alley(bends=[100, 160]).node((200, 100), barrier="bollard")
    town.node((200, 160), barrier="bollard").house("h", (210, 250))
    osm_id = f"{prefix}{town.node_id((200, 160))}"
    result = town.barrier("B1", (200, 102), "gate", state="removed", osm_id=osm_id).run(tmp_path)
    assert hoses(result) == metres((160, 160))  # the first still stands
    assert house(result, "h").stopped_by == f"barrier:n{town.node_id((200, 100))}"
    assert len(result.barriers) == 2


def test_the_nearest_of_two_is_meant(tmp_path):
    """Bollards at 100 and 106, surveyed as removed at 104."""
    town = one_alley(bends=[100, 106]).node((200, 100), barrier="bollard")
    town.node((200, 106), barrier="bollard").house("h", (210, 250))
    result = town.barrier("B1", (200, 104), "bollard", state="removed").run(tmp_path)
    assert hoses(result) == metres((160, 160))
    assert set(result.barriers.barrier_id) == {
        f"barrier:n{town.node_id((200, 100))}",
        "barrier:B1",
    }


@pytest.mark.parametrize(
    ("tags", "effect"),
    [({"maxwidth__physical": "3.6"}, "pass"), ({"bollard": "low"}, "delay"), ({}, "blocked")],
)
def test_blank_fields_leave_the_map_s_tags(tmp_path, tags, effect):
    town = one_alley(bends=[100]).node((200, 100), barrier="bollard", **tags)
    town.barrier("B1", (200, 101), "bollard").house("h", (210, 250))
    assert barrier(town.run(tmp_path), "barrier:B1").effect == effect


def test_a_surveyed_gap_outranks_the_map_s(tmp_path):
    town = one_alley(bends=[100]).node((200, 100), barrier="bollard", maxwidth__physical="5")
    town.barrier("B1", (200, 101), "bollard", clear_width_m=3).house("h", (210, 250))
    assert barrier(town.run(tmp_path), "barrier:B1").effect == "blocked"


# --- where barriers stand -------------------------------------------------------------------
def test_two_posts_in_series(tmp_path):
    """The truck stops at the first; between the posts there is no stand."""
    town = one_alley(450, bends=[100, 200]).house("h", (210, 400)).house("between", (210, 150))
    town.node((200, 100), barrier="bollard").node((200, 200), barrier="bollard")
    result = town.run(tmp_path / "both")
    assert hoses(result) == metres((310, 310))  # 10 + 400 - 100
    assert hoses(result, "between") == metres((60, 60))  # 10 + 150 - 100
    first, second = (f"barrier:n{town.node_id((200, y))}" for y in (100, 200))
    assert house(result, "h").stopped_by == first

    town.barrier("B1", (200, 100), "bollard", state="removed")
    result = town.run(tmp_path / "second")
    assert hoses(result) == metres((210, 210))  # 10 + 400 - 200
    assert hoses(result, "between") == metres((10, 10))
    assert house(result, "h").stopped_by == second

    town.barrier("B2", (200, 200), "bollard", state="removed")
    assert hoses(town.run(tmp_path / "none")) == metres((10, 10))


def test_a_post_on_a_junction_closes_every_way_through(tmp_path):
    """West and north of the junction; neighbours: 10 if the turn stayed open, 210 (the main
    road) if the truck could not even arrive.
    """
    town = one_alley(bends=[150]).road("Ngõ 2", [(200, 150), (100, 150)], width=BY_WIDTH)
    town.node((200, 150), barrier="bollard").house("west", (150, 160)).house("h", (210, 250))
    result = town.run(tmp_path)
    assert hoses(result, "west") == metres((60, 60))  # 10 + 200 - 150
    assert hoses(result) == metres((110, 110))  # 10 + 250 - 150
    row = house(result, "west")
    assert drawn(row.stand_lon, row.stand_lat) == (200, 150)
    assert row.stopped_by == f"barrier:n{town.node_id((200, 150))}"


def test_a_post_at_the_mouth(tmp_path):
    """On the main road's own node: the main road stays open, the alley is closed."""
    town = one_alley().node((200, 0), barrier="bollard").house("h", (210, 50))
    result = town.house("west", (100, 10)).house("east", (300, 10)).run(tmp_path)
    assert hoses(result) == metres((60, 60))
    assert hoses(result, "west") == metres((10, 10))
    assert hoses(result, "east") == metres((10, 10))


def test_a_barrier_on_the_arterial_is_told_and_stops_nobody(tmp_path):
    """Engines come from either side; no width or barrier splits the piece of starts."""
    town = Town().road("Đường Lớn", [(0, 0), (300, 0), (1000, 0)], highway="primary")
    town.node((300, 0), barrier="block").house("west", (50, 10)).house("east", (900, 10))
    result = town.run(tmp_path)
    assert told(result, str(town.node_id((300, 0))))
    assert hoses(result, "west") == metres((10, 10))
    assert hoses(result, "east") == metres((10, 10))


def test_two_barriers_at_one_node_the_worse_counts(tmp_path):
    """A surveyed bollard on the node of an entrance: not of its family, so both stand."""
    town = one_alley(bends=[100]).node((200, 100), barrier="entrance")
    town.barrier("B1", (200, 100), "bollard").house("h", (210, 250))
    result = town.run(tmp_path)
    assert hoses(result) == metres((160, 160))
    assert house(result, "h").stopped_by == "barrier:B1"


@pytest.mark.parametrize(
    "order", [("bollard", "gate"), ("gate", "bollard")], ids=["worse first", "worse last"]
)
def test_two_surveyed_barriers_at_one_place(tmp_path, order):
    town = one_alley().house("h", (210, 250))
    for number, kind in enumerate(order):
        town.barrier(f"B{number}", (200, 100), kind)
    assert hoses(town.run(tmp_path)) == metres((160, 160))


def test_a_surveyed_barrier_beside_no_other_is_set_on_the_nearest_segment(tmp_path):
    """8 m east of the alley, 100 m up."""
    town = one_alley().barrier("B1", (208, 100), "bollard").house("h", (210, 250))
    result = town.run(tmp_path)
    row = house(result, "h")
    assert hoses(result) == metres((160, 160))
    assert drawn(row.stand_lon, row.stand_lat) == (200, 100)


def test_a_barrier_on_a_road_that_is_not_kept_is_none(tmp_path):
    town = one_alley().road("Ngõ Mơ", [(300, 50), (300, 150)], highway="proposed")
    town.node((300, 50), barrier="bollard").house("h", (210, 250))
    assert town.run(tmp_path).barriers.empty


# --- the hose -------------------------------------------------------------------------------
@pytest.mark.parametrize("how", ["map", "survey"])
@pytest.mark.parametrize("kind", sorted(WALLS))
def test_a_wall_closes_the_hose_too(tmp_path, kind, how):
    """Only the way round carries it: from (0, 0) by (0, 200) to the door at (200, 250)."""
    town = one_alley(bends=[100, 200]).house("h", (210, 250))
    if how == "map":
        town.node((200, 100), barrier=kind)
    else:
        town.barrier("B1", (200, 100), kind)
    result = town.run(tmp_path / "alone")
    row = house(result, "h")
    assert missing(row.hose_m)
    assert missing(row.hose_best_m)
    assert missing(row.hose_rolls)
    assert row.road == row.road_60 == "not_covered"

    town.road("Ngõ 2", [(0, 0), (0, 200), (200, 200)], highway="steps")
    # stairs: 200 + 200 on foot, then 50 more to the door, 10 to the house
    assert hoses(town.run(tmp_path / "round")) == metres((460, 460))


def test_a_post_lets_the_hose_through(tmp_path):
    town = one_alley(bends=[100]).node((200, 100), barrier="turnstile").house("h", (210, 250))
    assert hoses(town.run(tmp_path)) == metres((160, 160))
