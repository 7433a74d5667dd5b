"""Where survey rows go, which of two counts, and that none is lost."""

import pytest
from towns import BY_WIDTH, hoses, house, metres, one_alley, told

FIELDS = {"widths": {"width_m": 2}, "clearances": {"height_m": 3}, "barriers": {"type": "block"}}


def used(result, object_id):
    """Tell whether an object's rows count, in the order of the evidence."""
    rows = result.evidence[result.evidence["object"].astype(str).str.endswith(object_id)]
    assert len(rows), object_id
    return [bool(value) for value in rows.used]


# --- which segment ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "tags",
    [
        {"highway": "footway", "footway": "sidewalk"},
        {"highway": "footway", "footway": "crossing"},
        {"highway": "steps"},
        {"bridge": "yes"},
        {"tunnel": "yes"},
    ],
    ids=str,
)
@pytest.mark.parametrize("table", ["widths", "clearances", "barriers"])
def test_no_row_goes_to_a_sidewalk_stairs_bridge_or_tunnel(tmp_path, tags, table):
    """Such a way lies 2 m from the obstacle, the alley 3 m: it stands on the alley at 100."""
    town = one_alley(width=BY_WIDTH).road(None, [(205, 50), (205, 150)], **tags)
    town.row(table, "X1", (203, 100), **FIELDS[table]).house("h", (190, 250))
    assert hoses(town.run(tmp_path)) == metres((160, 160))


@pytest.mark.parametrize("tags", [{"highway": "footway"}, {"tunnel": "building_passage"}], ids=str)
def test_but_to_any_other_way(tmp_path, tags):
    town = one_alley(width=BY_WIDTH).road(None, [(205, 50), (205, 150)], **tags)
    town.width("W1", (203, 100), 2).house("h", (190, 250))
    assert hoses(town.run(tmp_path)) == metres((10, 10))


@pytest.mark.parametrize(
    ("road_name", "expected"),
    [
        (None, (10, 10)),  # nearest: Ngõ 2, 8 m
        ("Ngõ 1", (160, 160)),
        ("ngo 1", (160, 160)),
        ("Ngõ 2", (10, 10)),
        ("Ngõ 3", (10, 10)),  # there is none
        ("Ngõ", (10, 10)),  # not the whole name
    ],
)
@pytest.mark.parametrize("table", ["widths", "barriers"])
def test_a_row_may_name_its_road(tmp_path, road_name, expected, table):
    """Ngõ 1 lies 12 m west of the obstacle, Ngõ 2 lies 8 m east; the house is on Ngõ 1."""
    town = one_alley(width=BY_WIDTH).road("Ngõ 2", [(220, 10), (220, 200)], width=BY_WIDTH)
    named = {} if road_name is None else {"road_name": road_name}
    town.row(table, "X1", (212, 100), **FIELDS[table], **named).house("h", (190, 250))
    assert hoses(town.run(tmp_path)) == metres(expected)


def test_a_named_road_too_far_away_is_not_meant(tmp_path):
    """Ngõ 1 lies 35 m from the reading, more than survey_snap_m (30)."""
    town = one_alley(width=BY_WIDTH).road("Ngõ 2", [(240, 10), (240, 200)], width=BY_WIDTH)
    town.width("W1", (235, 100), 2, road_name="Ngõ 1").house("h", (190, 250))
    assert hoses(town.run(tmp_path)) == metres((10, 10))


# --- out of range -------------------------------------------------------------------------------
@pytest.mark.parametrize(("x", "expected"), [(229, (160, 160)), (231, (10, 10))])
@pytest.mark.parametrize("table", sorted(FIELDS))
def test_out_of_range_is_told_and_kept_but_not_used(tmp_path, table, x, expected):
    town = one_alley(width=BY_WIDTH).row(table, "X1", (x, 100), **FIELDS[table])
    result = town.house("h", (190, 250)).run(tmp_path)
    assert hoses(result) == metres(expected)
    out = expected == (10, 10)
    assert bool(told(result, "X1")) is out
    assert used(result, "X1") == [not out]


@pytest.mark.parametrize("table", ["water", "fire_points"])
def test_water_out_of_range_is_told_and_kept(tmp_path, table):
    """110 m from the main road, more than snap_limit_m (100)."""
    fields = {"type": "hydrant"} if table == "water" else {}
    town = one_alley().row(table, "X1", (100, -110), **fields).house("h", (100, 10))
    result = town.run(tmp_path)
    assert told(result, "X1")
    assert used(result, "X1") == [False]


@pytest.mark.parametrize("value", ["wide", "-3", ""])
def test_a_reading_that_is_no_width_is_told_and_not_used(tmp_path, value):
    town = one_alley(width=BY_WIDTH).width("W1", (200, 100), value).house("h", (210, 250))
    result = town.width("W2", (200, 50), 4).run(tmp_path)
    assert hoses(result) == metres((10, 10))
    assert [f for f in result.findings if f.file == "widths.csv" and f.row == 2]


# --- the same object twice ------------------------------------------------------------------------
@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ((2, "2025-01-31"), (4, "2026-01-01"), (10, 10)),
        ((4, "2025-01-31"), (2, "2026-01-01"), (110, 110)),
        ((4, "31/01/2025"), (2, "01/02/2025"), (110, 110)),
        ((4, ""), (2, "2026-01-01"), (110, 110)),
    ],
)
def test_the_later_date_replaces(tmp_path, first, second, expected, backwards):
    """The readings stand at 150; the wide one alone would leave the alley open."""
    town = one_alley(width=BY_WIDTH).house("h", (210, 250))
    for width_m, date in (first, second):
        town.width("W1", (200, 150), width_m, date=date)
    result = town.run(tmp_path, backwards=backwards)
    assert hoses(result) == metres(expected)
    assert sorted(used(result, "W1")) == [False, True]


def test_the_later_date_moves_a_barrier(tmp_path):
    town = one_alley(width=BY_WIDTH).house("h", (210, 250))
    town.barrier("B1", (200, 200), "block", date="2026-05-01")
    town.barrier("B1", (200, 100), "block", date="2026-04-01")
    assert hoses(town.run(tmp_path)) == metres((60, 60))  # 10 + 250 - 200


def test_without_dates_one_counts_whatever_the_order(tmp_path):
    town = one_alley(width=BY_WIDTH).house("h", (210, 250))
    town.width("W1", (200, 150), 2).width("W1", (200, 150), 4)
    there, back = (town.run(tmp_path / str(b), backwards=b) for b in (False, True))
    assert house(there, "h").hose_m == house(back, "h").hose_m
    assert told(there, "W1")


# --- two tables on one alley ----------------------------------------------------------------------
def test_barriers_are_set_before_readings(tmp_path):
    """The surveyed post at 200 ends the stretch that the reading at 100 certifies."""
    town = one_alley().barrier("B1", (202, 200), "bollard", state="removed")
    town.width("W1", (200, 100), 4, narrowest="yes").house("h", (210, 280))
    assert hoses(town.run(tmp_path)) == metres((90, 10))  # 10 + 280 - 200


def test_a_reading_and_a_barrier_at_one_node(tmp_path):
    """A wide reading does not open the post on which it was taken, nor a removed post a pinch."""
    town = one_alley(width=BY_WIDTH, bends=[100]).node((200, 100), barrier="bollard")
    town.width("W1", (200, 100), 4).house("h", (210, 250))
    assert hoses(town.run(tmp_path / "post")) == metres((160, 160))

    town = one_alley(width=BY_WIDTH).barrier("B1", (200, 100), "bollard", state="removed")
    town.width("W1", (200, 100), 2).house("h", (210, 250))
    result = town.run(tmp_path / "pinch")
    assert hoses(result) == metres((160, 160))
    assert house(result, "h").stopped_by == "reading:W1"
