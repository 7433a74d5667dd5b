"""The approved list beside what was computed; transmitters, reviews and who answers for targets."""

import pytest
from towns import Town, told

from fireaccess.outputs.verify import verify
from fireaccess.outputs.writing import write


def two_alleys():
    """Two alleys of 300 m, each with a house near and one too far for a hose; water for all."""
    town = Town()
    town.road("Đường Lớn", [(x, 0) for x in range(0, 401, 100)], highway="primary")
    for number, x in ((1, 100), (2, 300)):
        town.road(f"Ngõ {number}", [(x, 0), (x, 300)], highway="steps")
        for name, y in (("near", 50), ("far", 280)):
            town.house(f"{name}{number}", (x + 5, y), group=f"Tổ {number}")
    return town.water("N1", (200, 5))


def listed(result):
    return set(result.houses.loc[result.houses["approved"].fillna(False), "house_id"])


def approved(town, tmp_path, *rows, place=None):
    for row in rows:
        town.row("approved", None, place, **row)
    return town.run(tmp_path)


# --- which houses a row means -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("row", "houses"),
    [
        ({"house_id": "far1"}, {"far1"}),
        ({"road_name": "ngõ 2"}, {"near2", "far2"}),
        ({"group": "tổ 1"}, {"near1", "far1"}),
        ({"road_name": "Ngõ 2", "group": "Tổ 2"}, {"near2", "far2"}),
        ({"road_name": "Ngõ 2", "group": "Tổ 1"}, set()),
        # The row of a house says what else is known of it; it means that house.
        ({"house_id": "far1", "group": "Tổ 2"}, {"far1"}),
    ],
)
def test_a_row_means_the_houses_that_it_names(tmp_path, row, houses):
    result = approved(two_alleys(), tmp_path, row)
    assert listed(result) == houses
    assert len(told(result, "approved_without_house")) == (not houses)


def test_an_outline_means_the_houses_in_it(tmp_path):
    around = [(50, 200), (400, 200), (400, 320), (50, 320)]
    assert listed(approved(two_alleys(), tmp_path, {}, place=around)) == {"far1", "far2"}
    narrowed = approved(two_alleys(), tmp_path / "b", {"road_name": "Ngõ 1"}, place=around)
    assert listed(narrowed) == {"far1"}


def test_the_address_says_the_road_before_the_door(tmp_path):
    """The alley is on no map: its house has a door on the main road and belongs to neither."""
    town = two_alleys().house("unmapped", (205, 12), address="3 Ngõ 7 Đường Lớn")
    town.house("on it", (215, 12), address="12 Đường Lớn").house("silent", (225, 12))
    assert listed(approved(town, tmp_path, {"road_name": "Đường Lớn"})) == {"on it", "silent"}
    town = two_alleys().house("unmapped", (205, 12), address="3 Ngõ 7 Đường Lớn")
    result = approved(town, tmp_path / "b", {"road_name": "Ngõ 7 Đường Lớn"})
    assert listed(result) == {"unmapped"}


def test_rows_that_mean_no_house_are_told(tmp_path):
    rows = [{"house_id": "far1"}, {"house_id": "nobody"}, {"road_name": "", "note": "see map"}]
    result = approved(two_alleys(), tmp_path, *rows)
    assert listed(result) == {"far1"}
    (unknown,) = told(result, "approved_without_house")
    (silent,) = told(result, "approved_says_nothing")
    assert (unknown.row, silent.row) == (3, 4)
    assert unknown.file == silent.file == "approved.csv"


# --- beside what was computed -------------------------------------------------------------------
def test_three_ways_beside_the_list(tmp_path):
    rows = [{"house_id": name} for name in ("far1", "near2")]
    result = approved(two_alleys(), tmp_path, *rows)
    area, groups = result.statistics["area"], result.statistics["groups"]
    assert area["status"]["no_road"] == 2
    assert area["approved"] == {
        "listed": 2,
        "both": 1,
        "only_listed": 1,
        "only_listed_open": 0,
        "only_computed": 1,
    }
    for name, whole in area["approved"].items():
        assert sum(group["approved"][name] for group in groups) == whole


def test_what_is_not_known_of_a_listed_house_is_told_apart(tmp_path):
    town = two_alleys().road("Ngõ 3", [(200, 0), (200, -300)]).house("asked", (205, -280))
    figures = approved(town, tmp_path, {"house_id": "asked"}).statistics["area"]["approved"]
    assert (figures["only_listed"], figures["only_listed_open"]) == (1, 1)


def test_without_a_list_there_is_nothing_to_compare(tmp_path):
    result = two_alleys().run(tmp_path)
    assert result.houses["approved"].isna().all()
    assert result.statistics["area"]["approved"] is None
    assert all(group["approved"] is None for group in result.statistics["groups"])


# --- transmitters -------------------------------------------------------------------------------
def with_transmitters():
    town = two_alleys()
    town.house(
        "a", (20, 10), registered_month="9/2026", transmitter="có", installed_date="2026-10-02"
    )
    town.house("b", (40, 10), registered_month="2026-09-01", transmitter="có")
    return town.house("c", (60, 10), registered_month="tháng 10/2026", installed_date="2026-10-05")


def test_transmitters_by_month(tmp_path):
    """A day stands for its month; without a transmitter no date of one counts."""
    result = with_transmitters().run(tmp_path)
    assert result.statistics["transmitters_by_month"] == [
        {"month": "2026-09", "registered": 2, "installed": 0},
        {"month": "2026-10", "registered": 1, "installed": 1},
        {"month": None, "registered": 0, "installed": 1},
    ]


def test_no_month_is_told(tmp_path):
    result = two_alleys().house("a", (20, 10), registered_month="quý 3").run(tmp_path)
    (finding,) = told(result, "not_a_month")
    assert finding.value == "quý 3"
    assert result.statistics["transmitters_by_month"] == []


@pytest.mark.parametrize("central", [True, False])
def test_the_approved_list_is_asked_for_transmitters(tmp_path, central):
    """Without one the houses that fail are; elsewhere than in a central city all are encouraged."""
    town = with_transmitters()
    target = town.run(tmp_path, central_city=central).statistics["targets"][
        "transmitters_installed"
    ]
    assert (target["target"], target["done"], target["required"]) == (2, 0, central)
    result = approved(town, tmp_path / "b", {"house_id": "a"}, {"house_id": "far1"})
    target = result.statistics["targets"]["transmitters_installed"]
    assert (target["target"], target["done"], target["left"]) == (2, 1, 1)


# --- reviews and responsibility -----------------------------------------------------------------
def test_water_and_fire_points_are_reviewed_once_checked(tmp_path):
    town = two_alleys().water("N2", (220, 5), last_checked="2026-02-01")
    town.water("N3", (240, 5), working="no", last_checked="2026-01-01")
    town.row("fire_points", "P1", (10, 5))
    result = town.run(tmp_path)
    assert result.statistics["area"]["reviews"] == {
        "water": {"objects": 3, "checked": 2, "oldest": "2026-01-01", "newest": "2026-02-01"},
        "fire_points": {"objects": 1, "checked": 0, "oldest": None, "newest": None},
    }
    targets = result.statistics["targets"]
    assert [targets[f"{name}_reviewed"]["left"] for name in ("water", "fire_points")] == [1, 1]


PLANS = """
[targets.water_reviewed]
owner = "=Công an phường"
product = "Biên bản"
authority = "Ủy ban nhân dân phường"
deadline = 2026-07-15
"""


def test_who_answers_for_a_target(tmp_path):
    """Its own deadline comes before the project's: 1 source in 5 months, not in 17."""
    import fireaccess

    town = two_alleys().row("fire_points", "P1", (10, 5), last_checked="2026-02-01")
    path = town.write(tmp_path)
    text = path.read_text(encoding="utf-8").replace("mode =", "deadline = 2027-07-01\nmode =")
    path.write_text(text + PLANS, encoding="utf-8")
    project = fireaccess.Project.open(path)
    result = fireaccess.run(project)
    target = result.statistics["targets"]["water_reviewed"]
    assert target == {
        "target": 1,
        "done": 0,
        "left": 1,
        "per_month": 0.2,
        "due": "2026-07-15",
        "owner": "=Công an phường",
        "product": "Biên bản",
        "authority": "Ủy ban nhân dân phường",
        "required": True,
    }
    others = result.statistics["targets"]["fire_points_reviewed"]
    assert (others["due"], others["owner"]) == ("2027-07-01", None)
    write(result)
    assert verify(project).differences == ()
    table = (project.results_folder / "statistics.csv").read_text(encoding="utf-8-sig")
    assert "targets,Town,water_reviewed.owner,'=Công an phường\n" in table


def test_an_unknown_target_is_refused(tmp_path):
    import fireaccess

    path = two_alleys().write(tmp_path)
    text = path.read_text(encoding="utf-8") + "[targets.water_review]\nowner = 'x'\n"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(fireaccess.ProjectError, match="did you mean 'water_reviewed'"):
        fireaccess.Project.open(path)
