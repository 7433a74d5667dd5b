"""Degrees in every spelling that people use, and nothing read into what is none."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from fireaccess.sources.degrees import read_degrees, read_pair

HALF_A_SECOND = 0.5 / 3600
CLOSE = pytest.approx


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20.9886", 20.9886),
        ("20,9886", 20.9886),
        ("-20.5", -20.5),
        ("−20.5", -20.5),
        ("2.09886e1", 20.9886),
        ("20.9886°", 20.9886),
        ("20.9886 độ", 20.9886),
        ("20°59'19\"", 20.988611),
        ("20º59′19″", 20.988611),
        ("20° 59’ 19.5”", 20.98875),
        ("20˚59'19''", 20.988611),
        ("20°59′19′′", 20.988611),
        ("20o59'19\"", 20.988611),
        ("20*59'19\"", 20.988611),
        ("20 độ 59 phút 19 giây", 20.988611),
        ("20 độ 59 phút 19 giâyN", 20.988611),
        ("20d59m19s", 20.988611),
        ("20d59'19.5\"N", 20.98875),
        ("20:59:19.5", 20.98875),
        ("20 59 19.5", 20.98875),
        ("20 59.325", 20.98875),
        ("20°59.325'", 20.98875),
        ("20°59,325'", 20.98875),
        ("20°59'", 20.983333),
        ("20°59", 20.983333),
        ("20°59' 19", 20.988611),
        ("20.5N", 20.5),
        ("N20.5", 20.5),
        ("n 20.5", 20.5),
        ("20.5 B", 20.5),
        ("B 20.5", 20.5),
        ("20.5 Bắc", 20.5),
        ("20.5° vĩ độ Bắc", 20.5),
        ("vĩ độ Bắc 20°30'", 20.5),
        ("Vĩ độ: 20,5", 20.5),
        ("lat=20.5", 20.5),
        ("20.5 S", -20.5),
        ("20.5 Nam", -20.5),
        ("Nam 20°30'", -20.5),
        ("20d30m0sS", -20.5),
    ],
)
def test_a_latitude(text, expected):
    assert read_degrees(text, "lat") == CLOSE(expected, abs=1e-6)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("105,8216", 105.8216),
        ("105°49'18\"E", 105.821667),
        ("105°49'18\" Đ", 105.821667),
        ("Đ105°49'18\"", 105.821667),
        ("105°49'18\" Đông", 105.821667),
        ("105°49'18\" kinh độ Đông", 105.821667),
        ("105.5 T", -105.5),
        ("105.5 Tây", -105.5),
        ("105.5W", -105.5),
        ("Kinh độ 105.5", 105.5),
        ("585053.12", 585053.12),  # how large a figure may be is not told here
    ],
)
def test_a_longitude(text, expected):
    assert read_degrees(text, "lon") == CLOSE(expected, abs=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "abc",
        "NaN",
        "inf",
        "ngõ 5",
        "20°60'",
        "20°59'60\"",
        "20 61",
        "20.5°30'",
        "20°5.5'30\"",
        "20°5919",
        "20°59'19\"30",
        "-20.5N",
        "N20.5N",
        "N20.5S",
        "20.5 E",
        "Kinh độ 20.5",
        "lat 20.5 E",
        "20°59'19s",  # seconds, or south?
        "200°30'",
        "20,",
        "20.5.5",
        "2.323.171,32",
        "°",
        "N",
        "20.9886, 105.8216",
    ],
)
def test_what_is_no_latitude(text):
    assert read_degrees(text, "lat") is None


@pytest.mark.parametrize(
    "text",
    [
        "20.9886, 105.8216",
        "20.9886,105.8216",
        "20.9886 105.8216",
        "20.9886; 105.8216",
        "20.9886\n105.8216",
        "20.9886/105.8216",
        "20.9886 - 105.8216",
        "20,9886; 105,8216",
        "20,9886, 105,8216",
        "20,9886,105,8216",
        "20,9886 105,8216",
        "(20.9886, 105.8216)",
        "[20.9886, 105.8216]",
        "105.8216, 20.9886",
        "105,8216; 20,9886",
        "105.8216E 20.9886N",
        "20.9886N105.8216E",
        "N20.9886E105.8216",
        "20.9886°N, 105.8216°E",
        "20.9886 Bắc, 105.8216 Đông",
        "Vĩ độ: 20,9886; Kinh độ: 105,8216",
        "kinh độ 105.8216, vĩ độ 20.9886",
        "lat: 20.9886, lon: 105.8216",
        "POINT (105.8216 20.9886)",
        "20°59'18.96\"N 105°49'17.76\"E",
        "20°59'18.96\"N105°49'17.76\"E",
        "N20°59'18.96\"E105°49'17.76\"",
        "105°49'17.76\"Đ; 20°59'18.96\"B",
        "20 59 18.96 N 105 49 17.76 E",
        "20 59 18.96 105 49 17.76",
        "105 49.296 20 59.316",
        "20d59m18.96sN 105d49m17.76sE",
    ],
)
def test_a_pair(text):
    lat, lon, stated = read_pair(text)
    assert (lat, lon) == CLOSE((20.9886, 105.8216), abs=1e-7)
    assert stated


def test_without_any_sign_of_it_the_latitude_stands_first():
    assert read_pair("60.17, 24.94") == (60.17, 24.94, False)
    assert read_pair("24.94E, 60.17N") == (60.17, 24.94, True)
    assert read_pair("-33.86, 151.2") == (-33.86, 151.2, True)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "abc",
        "20.9886",
        "20,98",
        "20, 98",
        "20 98",
        "20 59",
        "105,8216",
        "20.98N 21.05N",
        "91, 95.5",
        "200.5, 100.2",
        "585053.12, 2323171.32",
        "20.98, 105.82, 12.5",
        "20.98 105.82 12.5",
        "Phố Khương Hạ 5, ngõ 7",
        ",",
        "()",
        "((((",
    ],
)
def test_what_is_no_pair(text):
    assert read_pair(text) is None


# Properties
def sexagesimal(value, marks, places):
    """Write degrees, minutes and seconds, as rounded as the last figure is."""
    whole = round(value * 3600 * 10**places)
    minutes, seconds = divmod(whole, 60 * 10**places)
    degrees, minutes = divmod(minutes, 60)
    seconds = f"{seconds / 10**places:.{places}f}"
    return f"{degrees}{marks[0]}{minutes}{marks[1]}{seconds}{marks[2]}"


MARKS = [("°", "'", '"'), ("° ", "′ ", "″"), ("º", "’", "”"), (" ", " ", ""), (":", ":", "")]
MARKS += [("d", "m", "s"), (" độ ", " phút ", " giây"), ("o", "'", "''")]
LATITUDES = st.floats(0, 89.9)
LONGITUDES = st.floats(91, 179.9)
NORTH_EAST = [("N", "E"), (" B", " Đ"), (" Bắc", " Đông"), (" North", " East")]
SOUTH_WEST = [("S", "W"), (" Nam", " Tây"), (" S", " T")]


@given(LATITUDES, st.integers(0, 12))
def test_decimals_come_back(value, places):
    text = f"{value:.{places}f}"
    assert read_degrees(text, "lat") == float(text)
    assert read_degrees(text.replace(".", ","), "lat") == float(text)
    assert read_degrees(f"{text} N", "lat") == float(text)
    assert read_degrees(f"Nam {text}", "lat") == -float(text)


@given(LATITUDES, st.sampled_from(MARKS), st.integers(0, 4))
def test_degrees_minutes_and_seconds_come_back(value, marks, places):
    expected = CLOSE(value, abs=HALF_A_SECOND / 10**places + 1e-9)
    text = sexagesimal(value, marks, places)
    assert read_degrees(text, "lat") == expected
    assert read_degrees(text.replace(".", ","), "lat") == expected
    assert -read_degrees(f"Nam {text}", "lat") == expected


@given(
    LATITUDES,
    LONGITUDES,
    st.sampled_from(MARKS),
    st.sampled_from([", ", "; ", " ; ", "\t"]),
    st.sampled_from([("", ""), *NORTH_EAST, *SOUTH_WEST]),
    st.booleans(),
)
def test_pairs_come_back_in_either_order(lat, lon, marks, between, sides, lon_first):
    halves = [sexagesimal(lat, marks, 3) + sides[0], sexagesimal(lon, marks, 3) + sides[1]]
    pair = read_pair(between.join(halves[::-1] if lon_first else halves))
    sign = -1 if sides in SOUTH_WEST else 1
    assert pair[:2] == CLOSE((sign * lat, sign * lon), abs=1e-6)


@given(LATITUDES, LONGITUDES, st.integers(1, 9), st.sampled_from([", ", ",", " ", ";", "/"]))
def test_pairs_of_decimals_come_back(lat, lon, places, between):
    texts = f"{lat:.{places}f}", f"{lon:.{places}f}"
    expected = tuple(map(float, texts))
    assert read_pair(between.join(texts))[:2] == expected
    assert read_pair(between.join(texts[::-1]))[:2] == expected
    assume(between != "," or "," not in texts)
    assert read_pair(between.join(text.replace(".", ",") for text in texts))[:2] == expected


@given(st.text(max_size=40), st.sampled_from(["lat", "lon"]))
def test_any_text_is_read_or_is_none(text, axis):
    value, pair = read_degrees(text, axis), read_pair(text)
    assert value is None or isinstance(value, float)
    assert pair is None or (abs(pair.lat) <= 90 and abs(pair.lon) <= 180)


@given(st.text("0123456789.,;:°'\"NSEWBĐTdms -+", max_size=24))
def test_any_mixture_of_marks_is_read_or_is_none(text):
    value, pair = read_degrees(text, "lat"), read_pair(text)
    assert value is None or isinstance(value, float)
    assert pair is None or (abs(pair.lat) <= 90 and abs(pair.lon) <= 180)


def test_a_text_longer_than_any_place_is_none():
    """Trying each of its commas as the middle would take seconds."""
    assert read_pair("20.9886, 105.8216" + "," * 5_000) is None
    assert read_pair("20.9886, " + " " * 300 + "105.8216") is None
    assert read_degrees("9" * 5_000, "lon") is None
