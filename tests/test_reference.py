"""The package against a literal computation of the specification, and that one against paper."""

import math

import pandas as pd
import pytest
from reference.literal import compute
from towns import Town, metres

DISTANCES = ["offset_m", "hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m"]
ANSWERS = ["road", "road_60", "water", "point", "near_150"]
AGREE_M = 0.01


# The reference itself, on towns worked out by hand
def answers(town, folder, **options):
    return compute(town.write(folder, **options)).set_index("house_id")


def pinched():
    """A gate at 80 m, a wide reading before it and a narrow one behind it at 200 m.

            (100, 420)
                ‖        steps
            (100, 300)
                |
                x 200    W2: 3.0 m
                |
                |
                + 80     lift gate, whose key nobody is known to have
                |
                o 40     W1: 4.0 m
                |
    (0, 0) ==(100, 0)== (200, 0)
    """
    town = Town().road("Đường Lớn", [(0, 0), (100, 0), (200, 0)], highway="primary")
    town.road("Ngõ 1", [(100, 0), (100, 80), (100, 300)], highway="residential")
    town.road(None, [(100, 300), (100, 420)], highway="steps")
    town.node((100, 80), barrier="lift_gate")
    town.width("W1", (101, 40), "4.0").width("W2", (99, 200), "3,0")
    town.house("before", (105, 60)).house("behind", (103, 150)).house("end", (102, 299))
    town.house("steps", (97, 420)).house("away", (600, 600))
    town.water("H1", (110, 280)).water("H0", (101, 299), working="no")
    town.water("riser", (101, 299), "riser")
    town.row("fire_points", "P1", (100, 150), working="yes")
    return town


def test_reference_knows_worst_from_best(tmp_path):
    found = answers(pinched(), tmp_path)

    # W1 certifies both its stretches, 40 m each: the truck stands before the gate.
    assert found.loc["before", ["hose_m", "hose_best_m"]].tolist() == [metres(5), metres(5)]
    # Behind the gate: 70 m of hose and 3 m to the door; in the best case the gate opens.
    assert found.loc["behind", ["hose_m", "hose_best_m"]].tolist() == [metres(73), metres(3)]
    assert found.loc["behind", ["road", "road_60"]].tolist() == ["covered", "needs_survey"]
    # 219 m from the gate, 99 m from the narrow reading, where the best case ends.
    assert found.loc["end", ["hose_m", "hose_best_m"]].tolist() == [metres(221), metres(101)]
    assert found.loc["end", ["road", "road_60"]].tolist() == ["needs_survey", "not_covered"]
    # Up the steps the hose is carried: 340 m and 220 m, and 3 m to the door.
    assert found.loc["steps", ["hose_m", "hose_best_m"]].tolist() == [metres(343), metres(223)]
    assert found.loc["steps", "road"] == "not_covered"
    assert found.loc["away", [*DISTANCES, *ANSWERS]].isna().all()


def test_reference_goes_round_to_water(tmp_path):
    found = answers(pinched(), tmp_path)

    # 19 m along the alley between the offsets of house and hydrant, 2 m and 10 m.
    assert found.loc["end", ["hydrant_id", "hydrant_m"]].tolist() == ["H1", metres(31)]
    assert found.loc["steps", "hydrant_m"] == metres(3 + 120 + 20 + 10)
    assert found.loc[["end", "steps"], "near_150"].tolist() == [True, False]
    assert found.loc[["before", "behind"], "point_m"].tolist() == [metres(95), metres(3)]
    assert found.loc[["before", "steps"], "point"].tolist() == ["covered", "not_covered"]


def test_reference_takes_a_removed_gate_and_a_narrowest_reading(tmp_path):
    town = pinched().barrier("B1", (102, 81), "gate", state="removed")
    town.width("W3", (100, 150), "3.6", narrowest="yes")
    found = answers(town, tmp_path)

    # W3 vouches for all of the alley from the gate to the steps, but W2 stays a pinch.
    assert found.loc["behind", ["hose_m", "hose_best_m"]].tolist() == [metres(3), metres(3)]
    assert found.loc["end", ["hose_m", "hose_best_m"]].tolist() == [metres(101), metres(101)]


def test_reference_knows_the_vehicle(tmp_path):
    # 2.5 m and a margin of 0.5 m: W2 is wide enough now, and ends the pinch.
    found = answers(pinched(), tmp_path, mode="vehicle")

    assert found.loc["end", ["hose_m", "hose_best_m"]].tolist() == [metres(221), metres(2)]


def test_reference_asks_for_a_stand_at_a_pond(tmp_path):
    town = Town().road("Đường Lớn", [(0, 0), (100, 0), (200, 0)], highway="primary")
    town.road("Ngõ 1", [(100, 0), (100, 300)], highway="residential")
    town.house("front", (50, 10)).house("back", (90, 150))
    # 15 m off the alley: the truck gets that near only if the alley lets it in.
    town.water("pond", [(115, 90), (130, 90), (130, 110), (115, 110)], "pond")
    found = answers(town, tmp_path)

    assert found["water_m"].isna().all()
    assert found["water"].tolist() == ["needs_survey", "needs_survey"]

    town.barrier("B1", (100, 1), "block").water("tank", (90, 40), "tank", working="")
    found = answers(town, tmp_path)

    # Nobody drives past the block, so only the tank is left: 10 + 50 + 39 or 110, + 10.
    assert found["water_m"].tolist() == [metres(10 + 50 + 40 + 10), metres(10 + 110 + 10)]
    assert found["water"].tolist() == ["covered", "covered"]


def test_reference_closes_walls_and_reads_addresses(tmp_path):
    """Two alleys joined at the back, the western one walled off 30 m from the main road."""
    town = Town().road("Đường Lớn", [(0, 0), (100, 0), (120, 0), (220, 0)], highway="primary")
    town.road("Ngõ 2", [(100, 0), (100, 30), (100, 100)], highway="footway")
    town.road("Ngõ 2 Phố A", [(120, 0), (120, 100)], highway="path")
    town.road(None, [(100, 100), (120, 100)], highway="footway")
    town.node((100, 30), barrier="wall")
    town.house("walled", (99, 50), address="Số 1")
    town.house("named", (108, 50), address="Số 5, ngõ 2 phố A")
    town.house("polygon", [(101, 60), (109, 60), (109, 70), (101, 70)], address="5 Ngõ 2, Tổ 7")
    found = answers(town, tmp_path)

    # Up to the back, across, and down the other alley to the main road.
    assert found.loc["walled", "hose_m"] == metres(1 + 50 + 20 + 100)
    assert found.loc["walled", "hose_best_m"] == metres(1)
    # 8 m from Ngõ 2, but the address names the other alley, 12 m away.
    assert found.loc["named", ["offset_m", "hose_m"]].tolist() == [metres(12), metres(62)]
    assert found.loc["polygon", "offset_m"] == metres(1)


def test_reference_starts_from_the_longest_arterial(tmp_path):
    """A block on the arterial does not part it, a sidewalk's class does not open it."""
    town = Town().road("Đường Lớn", [(0, 0), (100, 0), (300, 0)], highway="secondary")
    town.road("Đường Xa", [(0, 500), (299, 500)], highway="primary")
    town.road(None, [(300, 0), (300, 50)], highway="footway", footway="sidewalk", width="2")
    town.node((100, 0), barrier="block")
    town.house("west", (50, 3)).house("side", (310, 40)).house("far", (150, 510))
    found = answers(town, tmp_path)

    assert found["hose_m"].tolist()[:1] == [metres(3)]
    assert found["offset_m"].tolist()[1] == metres(math.hypot(10, 40))  # no door on a sidewalk
    assert math.isnan(found.loc["far", "hose_best_m"])
    assert found.loc["far", "road"] == "not_covered"


# The package against the reference
def project_of(name, data_dir, folder):
    """Return the path of a project: one of the data, a sample, or written for an extract."""
    if name in ("ward", "commune"):
        from fireaccess.sources.sample import write_sample

        write_sample(folder / name, kind=name)
        return folder / name / "fireaccess.toml"
    if name == "khuong-dinh":
        return data_dir / name / "fireaccess.toml"
    roads, crs, area = {
        "ngoc-ha": ("roads_houses.osm", "EPSG:5897", "area.geojson"),
        "helsinki": ("helsinki.osm.pbf", "auto", None),
    }[name]
    inputs = {"roads": data_dir / name / roads, "houses": "osm"}
    if area is not None:
        inputs["area"] = data_dir / name / area
    text = f'[project]\nname = "{name}"\ncrs = "{crs}"\nnorm = "vn"\n\n[inputs]\n'
    text += "".join(f'{key} = "{value}"\n' for key, value in inputs.items())
    path = folder / "fireaccess.toml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    ["khuong-dinh", "ngoc-ha", "helsinki", "ward", "commune"],
)
def test_package_agrees_with_reference(name, tmp_path, request):
    import fireaccess

    sample = name in ("ward", "commune")
    data_dir = None if sample else request.getfixturevalue("data_dir")
    path = project_of(name, data_dir, tmp_path)
    theirs = fireaccess.run(fireaccess.Project.open(path)).houses.set_index("house_id")
    ours = compute(path).set_index("house_id")

    assert sorted(theirs.index) == sorted(ours.index), symmetric(theirs, ours)
    theirs = theirs.loc[ours.index]
    wrong = [message for column in DISTANCES for message in distance_off(theirs, ours, column)]
    wrong += [message for column in ANSWERS for message in answer_off(theirs, ours, column)]
    assert not wrong, "\n".join(wrong)


def symmetric(theirs, ours):
    """Describe the houses that only one of the two has."""
    only_theirs = sorted(set(theirs.index) - set(ours.index))
    only_ours = sorted(set(ours.index) - set(theirs.index))
    return (
        f"only the package has {len(only_theirs)}: {only_theirs[:10]}; "
        f"only the reference has {len(only_ours)}: {only_ours[:10]}"
    )


def distance_off(theirs, ours, column):
    """List the ten houses whose distances differ most, with both values."""
    pair = pd.DataFrame({"package": theirs[column], "reference": ours[column]}).astype(float)
    apart = (pair["package"] - pair["reference"]).abs()
    apart = apart.mask(pair["package"].isna() != pair["reference"].isna(), math.inf).fillna(0)
    return listed(pair[apart > AGREE_M], column, apart)


def answer_off(theirs, ours, column):
    """List ten houses whose answers differ, with both values."""
    pair = pd.DataFrame({"package": theirs[column], "reference": ours[column]}).astype(object)
    pair = pair.where(pair.notna(), None)
    differ = pair["package"].ne(pair["reference"]) & pair.notna().any(axis=1)
    return listed(pair[differ], column, differ.astype(float))


def listed(off, column, apart):
    """Return one message for the rows that differ, the worst first, or none."""
    if off.empty:
        return []
    worst = off.loc[apart[off.index].sort_values(ascending=False, kind="stable").index[:10]]
    return [f"{column}: {len(off)} houses differ\n{worst.to_string()}"]
