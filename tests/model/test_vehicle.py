"""Vehicle files: what the shipped one says, and how a broken one is refused."""

import unicodedata
from pathlib import Path

import pytest
from pydantic import ValidationError

from fireaccess.model.errors import NormError
from fireaccess.model.vehicle import MEASURES, load_vehicle, measures, shipped_vehicles

FIGURE = '[{name}]\nvalue = {value}\nunit = "{unit}"\nclause = "the maker\'s sheet"\nstatus = "V"\n'
SHEET = {
    "width_m": 2.4, "height_m": 3.1, "length_m": 7.5, "wheelbase_m": 4.2, "front_overhang_m": 1.3,
    "turning_radius_m": 8.4, "mass_t": 14,
}  # fmt: skip


@pytest.fixture
def own(tmp_path):
    """Write a vehicle with some measures changed (None leaves one out), and return its path."""

    def write(head='title = "Xe của đội"\nsource = "the brigade"\n', tail="", **changed):
        sheet = {**SHEET, **changed}
        tables = (
            FIGURE.format(name=name, value=value, unit="t" if name == "mass_t" else "m")
            for name, value in sheet.items()
            if value is not None
        )
        path = tmp_path / "hino.toml"
        path.write_text(head + "\n".join(tables) + tail, encoding="utf-8")
        return path

    return write


def test_shipped_names():
    assert shipped_vehicles() == ("standard", "medium", "light", "pickup", "motorcycle")


@pytest.mark.parametrize("name", shipped_vehicles())
def test_each_shipped_vehicle(name):
    vehicle = load_vehicle(name)
    assert vehicle.name == name
    assert [key for key, _ in measures(vehicle)] == list(MEASURES)
    for key, figure in measures(vehicle):
        assert figure.clause.strip(), key
        if figure.status == "assumption":
            assert figure.clause == "fireaccess default", key
            assert figure.note, f"{key}: an assumption says why"
    # No radius was read anywhere: turns stay off until the brigade gives its own.
    assert not vehicle.turning_radius_m.verified
    assert not vehicle.respect_oneway
    for text in (vehicle.title.vi, vehicle.title.en):
        assert unicodedata.is_normalized("NFC", text)


@pytest.mark.parametrize(
    ("name", "key", "value", "status"),
    [
        ("standard", "width_m", 2.5, "V"),
        ("standard", "turning_radius_m", 9, "M"),
        ("standard", "mass_t", 16, "M"),
        ("medium", "width_m", 2.3, "M"),
        ("medium", "mass_t", 11, "M"),
        ("light", "width_m", 2.2, "M"),
        ("light", "length_m", 6.2, "M"),
        ("pickup", "width_m", 1.855, "V"),
        ("pickup", "mass_t", 3.49, "V"),
        ("motorcycle", "width_m", 0.9, "M"),
    ],
)
def test_known_values(name, key, value, status):
    vehicle = load_vehicle(name)
    assert vehicle.value(key) == value
    assert getattr(vehicle, key).status == status


def test_the_truck_of_the_turn_formulas():
    standard = load_vehicle("standard")
    assert (standard.value("turning_radius_m"), standard.value("width_m")) == (9, 2.5)
    assert standard.axle_to_bumper_m == 6


@pytest.mark.parametrize("key", ["width_m", "height_m", "length_m", "turning_radius_m", "mass_t"])
def test_shipped_vehicles_go_from_large_to_small(key):
    values = [load_vehicle(name).value(key) for name in shipped_vehicles()]
    assert values == sorted(values, reverse=True)


def test_own_file(own):
    vehicle = load_vehicle(own())
    assert vehicle.name == "hino"
    assert vehicle.title.en == "Xe của đội"
    assert vehicle.turning_radius_m.verified
    assert vehicle.wading_depth_m is None
    assert vehicle.value_or_none("wading_depth_m") is None
    with pytest.raises(NormError, match="says nothing of wading_depth_m"):
        vehicle.value("wading_depth_m")
    assert repr(vehicle) == "<Vehicle hino: 2.4 m x 7.5 m x 3.1 m, 14 t>"
    assert "hino.toml" not in vehicle.model_dump_json()
    hash(vehicle)
    with pytest.raises(ValidationError):
        vehicle.respect_oneway = True


def test_own_file_with_name_and_oneway(own):
    head = 'name = "h500"\ntitle = "H"\nsource = "s"\nrespect_oneway = true\n'
    vehicle = load_vehicle(str(own(head=head)))
    assert vehicle.name == "h500"
    assert vehicle.respect_oneway


def test_unknown_measure_is_refused_when_asked():
    with pytest.raises(NormError, match=r"unknown key 'widht_m'.*\n.*'width_m'"):
        load_vehicle("standard").value("widht_m")


@pytest.mark.parametrize(
    ("changed", "says", "remedy"),
    [
        ({"width_m": None}, "width_m is missing", "add it"),
        ({"width_m": -2.5}, "width_m.value can't be -2.5", "0 or more"),
        ({"width_m": 0}, "width_m.value must be above 0", "leave"),
        ({"width_m": '"2.5 m"'}, "width_m.value must be a number", "without a unit"),
        ({"wheelbase_m": 7}, "add up to 8.3 m, more than length_m", "maker's sheet"),
        ({"turning_radius_m": 5.5}, "turning_radius_m, 5.5 m, is not above", "wall to wall"),
        ({"mass": 14}, "unknown key 'mass'", "'mass_t'"),
        ({"tail": "\n[respect_oneways]\n"}, "unknown key 'respect_oneways'", "'respect_oneway'"),
        ({"head": 'title = "H"\n'}, "source is missing", "add it"),
        ({"head": 'title = "H"\nsource = "s"\nrespect_oneway = "no"\n'}, "true or false", "unquo"),
        ({"head": 'title = "H"\nsource = "s"\nfile = "x"\n'}, "unknown key 'file'", "'title'"),
    ],
)
def test_broken_file_names_file_key_and_remedy(own, changed, says, remedy):
    path = own(**changed)
    with pytest.raises(NormError) as caught:
        load_vehicle(path)
    finding = caught.value.finding
    assert finding.file == str(path)
    assert says in finding.what
    assert remedy in finding.what_to_do


def test_kilograms_for_tonnes_are_refused(own):
    path = own()
    text = path.read_text(encoding="utf-8").replace('unit = "t"', 'unit = "m"')
    path.write_text(text, encoding="utf-8")
    with pytest.raises(NormError, match=r"mass_t.unit is 'm', but must be 't'"):
        load_vehicle(path)


def test_no_such_vehicle():
    with pytest.raises(NormError, match=r"no vehicle 'standart'.*\n.*did you mean 'standard'"):
        load_vehicle("standart")
    with pytest.raises(NormError, match="no vehicle 'standard'"):
        load_vehicle(Path("standard"))
