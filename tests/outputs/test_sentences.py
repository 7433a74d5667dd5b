"""Sentences: what stopped the truck, with its evidence, in two languages."""

import pytest
from towns import Town

from fireaccess.model.formats import day, decimal


def sentence(tmp_path, town, language="vi", name="h"):
    row = town.run(tmp_path).houses.set_index("house_id").loc[name]
    return row[f"reason_{language}"]


def comb(**tags):
    """A main road, and an alley 300 m deep with a house at its end."""
    return (
        Town()
        .road("Phố Chính", [(0, 0), (100, 0), (400, 0)], highway="primary")
        .road("Ngõ 5", [(100, 0), (100, 150), (100, 300)], highway="service", **tags)
        .house("h", (105, 300))
    )


def test_a_post_with_gap_and_date(tmp_path):
    town = comb(width="6").barrier("B17", (100, 0), "bollard", clear_width_m=1.2, date="2026-05-12")
    text = sentence(tmp_path, town)
    assert text.startswith(
        "Xe chữa cháy dừng ở cọc B17 đầu Ngõ 5 (khe 1,2 m, cần 3,5 m, đo 12/5/2026); còn 305 m kéo"
        " vòi, quá giới hạn 200 m (giả định)."
    )
    assert text.endswith("Không có nguồn nước nào dùng được mà vòi tới được.")


def test_the_same_in_english(tmp_path):
    town = comb(width="6").barrier("B17", (100, 0), "bollard", clear_width_m=1.2, date="2026-05-12")
    assert sentence(tmp_path, town, "en").startswith(
        "The truck stops at bollard B17 at the mouth of Ngõ 5 (gap 1.2 m, needs 3.5 m, measured "
        "2026-05-12); 305 m of hose from there, beyond 200 m (assumed)."
    )


def test_an_unmeasured_alley_asks_for_a_measurement(tmp_path):
    text = sentence(tmp_path, comb())
    assert text.startswith("Chưa rõ xe có qua được Ngõ 5 (chưa đo bề rộng) không: nếu dừng ở đó")
    assert "thì còn 5 m. Cần đo tại chỗ." in text


@pytest.mark.parametrize(
    ("tags", "words"),
    [
        ({"width": "2.1"}, "rộng 2,1 m theo thẻ width, cần 3,5 m"),
        ({"width": "6", "maxheight:physical": "3"}, "chiều cao thông thủy không đủ, cần 4,5 m"),
        ({"width": "6", "bridge": "yes", "maxweight": "8"}, "cầu không đủ tải, cần 16 t theo giả"),
    ],
)
def test_why_a_segment_stops_the_truck(tmp_path, tags, words):
    town = comb(**tags).road("Ngõ 7", [(100, 300), (110, 300)], highway="service")
    assert words in sentence(tmp_path, town)


def test_braces_in_names_are_text(tmp_path):
    town = (
        Town()
        .road("Phố Chính", [(0, 0), (100, 0)], highway="primary")
        .road("Ngõ {0} {{x}} %s", [(100, 0), (100, 300)], highway="service")
        .house("h", (105, 300))
    )
    assert "Ngõ {0} {{x}} %s (chưa đo bề rộng)" in sentence(tmp_path, town)


def test_figures_and_dates_follow_the_language():
    assert decimal(1234.5, "vi") == "1234,5"
    assert decimal(0.0, "en") == "0"
    assert day("2026-05-02", "vi") == "2/5/2026"
    assert day("2026-05-02", "en") == "2026-05-02"
