"""The map's search: what is found, in which order, how fast, and by keyboard alone."""

import dataclasses
from pathlib import Path

import pytest

from fireaccess.outputs.map import figure
from fireaccess.outputs.texts import texts

# The scripts are the same with the oldest dependencies.
pytestmark = pytest.mark.slow

SCRIPTS = Path(figure.__file__).parent / "scripts"
ROADS = (
    "Phố Khương Hạ",
    "Ngõ 29/70 Phố Khương Hạ",
    "Ngõ 2 Phố Khương Hạ",
    "Ngõ 290 Phố Khương Hạ",
    "Ngách 70/29 Phố Khương Hạ",
    "Đường Đê Cũ",
    "Phố Hạ Đình",
)


@pytest.fixture(scope="module")
def scripts(browser):
    """Open a page that has the scripts of search and nothing else."""
    page = browser.new_page()
    for name in ("payload", "words", "state", "search"):
        page.add_script_tag(content=(SCRIPTS / f"{name}.js").read_text("utf-8"))
    page.evaluate(
        """() => {
          window.indexOf = (titles) => new SearchIndex(titles.map(
            ([name, title, id = null], i) => ({
              name, i, title, id,
              lines: [title, id].filter(Boolean).map((line) => ` ${folded(line)} `),
            })));
        }"""
    )
    yield page
    page.close()


def found(page, titles, query):
    """Return the titles, or ids, that a query finds, in order."""
    return page.evaluate(
        """([titles, query]) =>
             indexOf(titles).search(query).found.map(({ title, id }) => title || id)""",
        [[list(title) for title in titles], query],
    )


def roads(page, query):
    return found(page, [("segments", name) for name in ROADS], query)


@pytest.fixture
def ward(path, opened):
    """Open the map of the sample ward."""
    return opened(path).page


# --------------------------------------------------------------------- what is found


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Ngõ 29/70 Phố Khương Hạ", "ngo 29 70 pho khuong ha"),
        ("ĐƯỜNG Đê Cũ", "duong de cu"),
        ("  Số 5-7,  ngõ\t12 ", "so 5 7 ngo 12"),
        ("Nguye\u0302\u0303n", "nguyen"),
        ("\u202eÂẤ\u2069ỵ", "aa y"),
        ("…/-", ""),
    ],
)
def test_folding(scripts, text, folded):
    assert scripts.evaluate("(text) => folded(text)", text) == folded


@pytest.mark.parametrize(
    ("query", "first"),
    [
        # The road's kind may be left out, accents and signs are of no account.
        ("ngo 29/70 khuong ha", "Ngõ 29/70 Phố Khương Hạ"),
        ("NGÕ 29-70 KHƯƠNG HẠ", "Ngõ 29/70 Phố Khương Hạ"),
        ("29 70 khuong", "Ngõ 29/70 Phố Khương Hạ"),
        ("70 29 khuong", "Ngách 70/29 Phố Khương Hạ"),
        # Words as they are typed: the last one, and any other, may be begun only.
        ("ngo 29/7 kh h", "Ngõ 29/70 Phố Khương Hạ"),
        ("de cu", "Đường Đê Cũ"),
        ("duong đê", "Đường Đê Cũ"),
        # The text that is the query is best.
        ("pho khuong ha", "Phố Khương Hạ"),
        # One after another is better than in order, in order better than in any order.
        ("khuong ha", "Phố Khương Hạ"),
        ("ha dinh", "Phố Hạ Đình"),
        # A whole word is better than one that is begun.
        ("ngo 2 khuong ha", "Ngõ 2 Phố Khương Hạ"),
        ("ngo 29 khuong ha", "Ngõ 29/70 Phố Khương Hạ"),
    ],
)
def test_the_first_found(scripts, query, first):
    assert roads(scripts, query)[0] == first


def test_every_word_has_to_begin_a_word(scripts):
    assert roads(scripts, "huong ha") == []
    assert roads(scripts, "khuong ha 3") == []
    assert roads(scripts, "") == []
    assert roads(scripts, " /-") == []


def test_any_order_is_found_after_the_given_one(scripts):
    assert roads(scripts, "ha khuong 29") == [
        "Ngõ 29/70 Phố Khương Hạ",
        "Ngách 70/29 Phố Khương Hạ",
        "Ngõ 290 Phố Khương Hạ",
    ]


def test_groups_and_alleys_come_before_houses(scripts):
    titles = [
        ("houses", "Ngõ 5", "H1"),
        ("barriers", "Ngõ 5", "barrier:B1"),
        ("alleys", "Ngõ 5", "alley:7-0"),
        ("groups", "Ngõ 5"),
    ]
    order = scripts.evaluate(
        "(titles) => indexOf(titles).search('ngo 5').found.map(({ name }) => name)",
        [list(title) for title in titles],
    )
    assert order == ["groups", "alleys", "barriers", "houses"]


def test_ids_are_found_by_themselves(scripts):
    titles = [("houses", "Số 7 Phố Chợ", "MAU-0012"), ("houses", None, "MAU-0120")]
    assert found(scripts, titles, "mau-012") == ["MAU-0120"]
    assert found(scripts, titles, "mau 0012") == ["Số 7 Phố Chợ"]
    # An id and an address are two texts.
    assert found(scripts, titles, "cho mau") == []


def test_at_most_twelve_are_listed_and_all_counted(scripts):
    got = scripts.evaluate(
        """() => {
          const titles = Array.from({ length: 30 }, (_, i) => ["houses", `Số ${i} Ngõ 5`]);
          const { found, count } = indexOf(titles).search("ngo 5");
          return [found.length, count, found[0].title];
        }"""
    )
    assert got == [12, 30, "Số 0 Ngõ 5"]


@pytest.mark.parametrize("query", ["226/4 ngo 590/9 khuong", "so 12 ngo 590 trung", "590/9", "zzz"])
def test_twenty_thousand_addresses_take_less_than_five_milliseconds(scripts, query):
    best = scripts.evaluate(
        """(query) => {
          window.many = window.many || indexOf(Array.from({ length: 20000 }, (_, i) => [
            "houses", `Số ${i % 230}/${i % 7} Ngõ ${i % 600}/${i % 11} Phố Khương Trung`, `H${i}`,
          ]));
          return Math.min(...Array.from({ length: 9 }, () => {
            const start = performance.now();
            many.search(query);
            return performance.now() - start;
          }));
        }""",
        query,
    )
    assert best < 5


# ------------------------------------------------------------------------- by keyboard


def listed(page):
    return page.locator("#ward-found .ward-found-title").all_inner_texts()


def test_everything_that_has_a_name_or_an_id_is_found(result, ward):
    barrier = result.barriers["object_id"].iloc[0]
    expected = {
        result.houses["address"].iloc[40]: "one.houses",
        result.houses["house_id"].iloc[40]: "one.houses",
        result.alleys["name"].iloc[3]: "one.alleys",
        result.alleys["alley_id"].iloc[3]: "one.alleys",
        "Phố Hàng Mây": "one.segments",
        "Tổ dân phố 4": "one.groups",
        barrier: "one.barriers",
        result.water["object_id"].iloc[0]: "one.water",
        result.fire_points["object_id"].iloc[0]: "one.fire_points",
        result.stations["name"].iloc[0]: "one.stations",
    }
    for query, kind in expected.items():
        ward.fill("#ward-query", query)
        first = ward.locator("#ward-found li .ward-found-kind").first
        assert first.inner_text() == texts("vi")[kind], query


def test_arrow_keys_choose_and_say_what_is_active(ward):
    ward.focus("#ward-query")
    ward.keyboard.type("pho hang may")
    query = ward.locator("#ward-query")
    assert query.get_attribute("aria-expanded") == "true"
    assert query.get_attribute("aria-activedescendant") is None
    count = len(listed(ward))
    assert count == 12
    said = ward.inner_text("#ward-search [role=status]")
    assert said.endswith("hiện 12")

    def active():
        which = query.get_attribute("aria-activedescendant")
        chosen = ward.locator("#ward-found [aria-selected=true]").all()
        assert [option.get_attribute("id") for option in chosen] == ([which] if which else [])
        return which

    ward.keyboard.press("ArrowDown")
    assert active() == "ward-found-0"
    ward.keyboard.press("ArrowDown")
    assert active() == "ward-found-1"
    ward.keyboard.press("ArrowUp")
    ward.keyboard.press("ArrowUp")
    # Between the last and the first one stands the query itself.
    assert active() is None
    ward.keyboard.press("ArrowUp")
    assert active() == f"ward-found-{count - 1}"
    box = ward.locator(f"#ward-found-{count - 1}").bounding_box()
    list_box = ward.locator("#ward-found").bounding_box()
    assert box["y"] + box["height"] <= list_box["y"] + list_box["height"] + 2
    ward.keyboard.press("Escape")
    assert ward.is_hidden("#ward-found")
    assert query.get_attribute("aria-expanded") == "false"
    assert query.input_value() == "pho hang may"
    ward.keyboard.press("Escape")
    assert query.input_value() == ""


def test_a_house_is_shown_with_its_card(result, ward):
    house = result.houses.iloc[500]
    ward.fill("#ward-query", house["house_id"].lower())
    ward.press("#ward-query", "Enter")
    ward.wait_for_selector("#ward-card", state="visible")
    assert house["address"] in ward.inner_text("#ward-card")
    place = house.geometry.representative_point()
    x, y = ward.evaluate(
        """([y, x]) => {
          const { x: left, y: top } = map_ward.latLngToContainerPoint([y, x]);
          return [left, top];
        }""",
        [place.y, place.x],
    )
    card = ward.locator("#ward-card").bounding_box()
    ward_map = ward.locator("#map_ward").bounding_box()
    assert 0 < x < card["x"] - ward_map["x"]
    assert 0 < y < ward_map["height"]
    assert ward.evaluate("map_ward.getZoom()") >= 17


def test_a_group_that_is_found_is_filtered_by(result, ward):
    ward.fill("#ward-query", "to dan pho 7")
    ward.press("#ward-query", "Enter")
    assert ward.inner_text("#ward-shown").startswith("Tổ dân phố 7")
    assert ward.is_hidden("#ward-card")


def test_a_result_is_chosen_by_the_pointer(ward):
    ward.fill("#ward-query", "ngo 29 hang may")
    title = listed(ward)[0]
    ward.locator("#ward-found li").first.click()
    assert ward.is_hidden("#ward-found")
    assert ward.input_value("#ward-query") == title
    assert title in ward.inner_text("#ward-card")


def test_what_is_chosen_is_shown_though_its_layer_was_hidden(ward):
    ward.click("#ward-layer-water")
    ward.fill("#ward-query", "N01")
    ward.press("#ward-query", "Enter")
    assert ward.is_checked("#ward-layer-water")


def test_nothing_found_is_said(ward):
    ward.fill("#ward-query", "xyz 999")
    status = ward.locator("#ward-search [role=status]")
    assert status.inner_text() == texts("vi")["search.none"]
    assert ward.is_hidden("#ward-found")
    ward.press("#ward-query", "Enter")
    ward.fill("#ward-query", "")
    assert status.inner_text() == ""


def test_kinds_and_count_are_told_in_the_page_s_language(ward):
    ward.click("#ward-language-en")
    ward.fill("#ward-query", "pho hang may")
    assert ward.inner_text("#ward-search [role=status]").endswith("12 shown")
    kinds = ward.locator("#ward-found .ward-found-kind").all_inner_texts()
    assert kinds[0] == texts("en")["one.segments"]
    # Types are found by their names in both languages.
    ward.fill("#ward-query", "tru nuoc N01")
    vietnamese = listed(ward)
    ward.fill("#ward-query", "hydrant N01")
    assert listed(ward) == vietnamese != []


def test_the_index_is_made_when_the_search_is_first_used(result, ward):
    # Making it for every reader would cost each of them time at the start.
    calls = """() => {
      window.folds = 0;
      const normalize = String.prototype.normalize;
      String.prototype.normalize = function (form) {
        window.folds += 1;
        return normalize.call(this, form);
      };
    }"""
    ward.evaluate(calls)
    ward.focus("#ward-query")
    assert ward.evaluate("window.folds") >= len(result.houses)
    ward.evaluate("window.folds = 0")
    ward.fill("#ward-query", "hang may")
    assert ward.evaluate("window.folds") <= 3


def test_survey_text_is_listed_as_it_was_typed(result, opened):
    typed = '<img src=x onerror="window.pwned=1"> {{ 7*191 }} __proto__'
    houses = result.houses.copy()
    houses.loc[houses.index[7], "address"] = typed
    page = opened(dataclasses.replace(result, houses=houses)).page
    page.fill("#ward-query", "img src 191 proto")
    assert listed(page) == [typed]
    assert page.evaluate("window.pwned") is None
