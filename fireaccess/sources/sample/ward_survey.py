"""The survey of the synthetic ward: what was measured, found, installed and approved there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import hypot

from fireaccess.sources.sample import columns
from fireaccess.sources.sample.combs import Comb
from fireaccess.sources.sample.drawing import Dice, Paper, Road
from fireaccess.sources.sample.files import Row, anticlockwise, csv_text, geojson_text
from fireaccess.sources.sample.ward_roads import (
    CHO_LUA,
    HANG_MAY,
    POND_BY_ALLEYS,
    POND_BY_ROAD,
    POND_IN_FIELDS,
    WardRoads,
)

SURVEYOR = "tổ khảo sát (giả lập)"
CLOSE_M = 8.0
"""Nearer junctions are measured at the second of them."""

LASER, TAPE = "máy đo laser", "thước dây"


def survey_ward(
    ward: WardRoads, houses: Sequence[Row]
) -> tuple[dict[str, str], list[tuple[str, str]]]:
    """Return the survey's files, and what the ward shows with the ids that show it."""
    widths, shown = _widths(ward)
    files = {
        "widths.csv": csv_text(columns.WIDTHS, widths),
        "clearances.csv": csv_text(columns.CLEARANCES, _clearances(ward)),
        "barriers.csv": csv_text(columns.BARRIERS, _barriers(ward)),
        "water.geojson": geojson_text("water", _water(ward)),
        "fire_points.csv": csv_text(columns.FIRE_POINTS, _fire_points(ward)),
        "solutions.csv": csv_text(columns.SOLUTIONS, _solutions(ward)),
        "stations.csv": csv_text(
            columns.STATIONS,
            [
                {
                    "object_id": "T1",
                    "where": ward.sheet.at(-140, 15),
                    "name": "Đội Chữa Cháy Hàng Mây Mẫu (giả lập)",
                }
            ],
        ),
        "violations.csv": csv_text(columns.VIOLATIONS, _violations(ward)),
        "approved.csv": csv_text(columns.APPROVED, _approved(ward, houses)),
    }
    return {f"survey/{name}": text for name, text in files.items()}, _features(ward, shown)


def _widths(ward: WardRoads) -> tuple[list[Row], dict[str, str]]:
    """Return the readings, and the ids of those that show something."""
    dice = Dice(61)
    combs = ward.combs
    rows: list[Row] = []
    shown: dict[str, str] = {}

    def read(
        place: tuple[float, float],
        road: Road,
        width_m: float,
        *,
        narrowest: str = "",
        accuracy_m: float = 0.05,
    ) -> str:
        rows.append(
            {
                "object_id": f"W{len(rows) + 1:02d}",
                "where": ward.sheet.at(*place),
                "width_m": f"{width_m:.2f}",
                "narrowest": narrowest,
                "accuracy_m": f"{accuracy_m:.2f}" if accuracy_m else "",
                "road_name": road.tags.get("name", ""),
                "date": dice.date(),
                "method": LASER if accuracy_m else TAPE,
                "surveyor": SURVEYOR,
            }
        )
        return f"W{len(rows):02d}"

    for key, barrier_m in (("A", 11.0), ("F", 12.0), ("G", 13.0)):
        ids = [
            read(place, combs[key].ngo, dice.between(3.7, 4.4))
            for place in _reading_places(ward, combs[key], barrier_m)
        ]
        shown[f"wide_{key}"] = f"{ids[0]}–{ids[-1]}"
    alley = combs["E"]
    ids = [
        read(alley.inside(7), alley.ngo, 3.9),
        read(alley.inside(66), alley.ngo, 3.8, narrowest="yes"),
    ]
    ids.append(read(alley.inside(150), alley.ngo, 3.7, narrowest="yes"))
    shown["narrowest_E"] = ", ".join(ids)
    shown["narrow_B"] = read(combs["B"].inside(15), combs["B"].ngo, 2.6, narrowest="yes")
    pinched = combs["D"].left[0]
    shown["pinch_D"] = ", ".join(
        read(_into(pinched, metres), pinched, width, narrowest="yes")
        for metres, width in ((8, 3.7), (20, 3.2))
    )
    shown["open_L"] = ", ".join(
        read(combs["L"].inside(deep), combs["L"].ngo, width, accuracy_m=0.1)
        for deep, width in ((18, 3.5), (150, 3.45))
    )
    shown["narrow_M"] = read(combs["M"].inside(8), combs["M"].ngo, 2.9)
    tooth = combs["K"].left[3]
    shown["wide_K"] = read(_half_way(tooth), tooth, 4.0, narrowest="yes")
    read((455, 552), ward.ways["arch_I"], 3.9, narrowest="yes")
    read((562, 552), ward.ways["arch_J"], 3.8, narrowest="yes")
    measured = [
        combs["A"].left[1],
        combs["A"].right[4],
        combs["C"].right[0],
        combs["C"].left[2],
        combs["G"].left[2],
        combs["I"].right[1],
        combs["F"].right[2],
    ]
    for ngach in measured:
        read(_half_way(ngach), ngach, dice.between(1.3, 2.9), narrowest="yes", accuracy_m=0)
    return rows, shown


def _reading_places(ward: WardRoads, comb: Comb, barrier_m: float) -> Iterator[tuple[float, float]]:
    """Return places that certify an alley all along: one on each stretch between two junctions.

    A reading on a junction certifies both stretches beside it: it is taken where two alleys leave
    close together.
    """
    nodes = sorted([barrier_m, *(_deep(comb, p) for p in ward.sheet.junctions(comb.ngo))])
    certified_to = 0.0
    for start, end, after in zip(nodes, nodes[1:], [*nodes[2:], nodes[-1]], strict=False):
        if end - start < CLOSE_M:
            if end > certified_to:
                yield comb.inside(end)
                certified_to = after
        elif end > certified_to:
            yield comb.inside((start + end) / 2)


def _deep(comb: Comb, place: Paper) -> float:
    return round(hypot(place.x_m - comb.mouth[0], place.y_m - comb.mouth[1]), 2)


def _half_way(road: Road) -> tuple[float, float]:
    start, end = road.corners[0], road.corners[-1]
    return (start.x_m + end.x_m) / 2, (start.y_m + end.y_m) / 2


def _into(road: Road, metres: float) -> tuple[float, float]:
    start, end = road.corners[0], road.corners[-1]
    part = metres / hypot(end.x_m - start.x_m, end.y_m - start.y_m)
    return start.x_m + (end.x_m - start.x_m) * part, start.y_m + (end.y_m - start.y_m) * part


def _clearances(ward: WardRoads) -> list[Row]:
    dice = Dice(62)
    found = (
        ("C1", (455, 552), 4.7, "vòm nhà (giả lập)"),
        ("C2", ward.combs["E"].inside(120), 4.0, "cổng chào (giả lập)"),
        ("C3", ward.combs["A"].inside(150), 5.2, "dây điện (giả lập)"),
    )
    return [
        {
            "object_id": name,
            "where": ward.sheet.at(*place),
            "height_m": f"{height:.2f}",
            "kind": kind,
            "date": dice.date(),
        }
        for name, place, height, kind in found
    ]


def _barriers(ward: WardRoads) -> list[Row]:
    dice = Dice(63)
    combs = ward.combs
    block = ward.sheet.node_at(ward.spots["block_K"]).node_id
    keyholder = {"keyholder": "Tổ trưởng tổ dân phố (giả lập)"}
    found: list[tuple[str, str, str, tuple[float, float], Road, dict[str, str | int]]] = [
        ("B01", "bollard", "fixed", combs["A"].inside(11), combs["A"].ngo, {"due": "2026-09-30"}),
        ("B02", "bollard", "fixed", combs["H"].inside(12), combs["H"].ngo, {"due": "2026-10-31"}),
        ("B03", "bollard", "fixed", combs["H"].inside(20), combs["H"].ngo, {}),
        ("B04", "bollard", "fixed", combs["H"].inside(29), combs["H"].ngo, {}),
        ("B05", "lift_gate", "openable", combs["F"].inside(12), combs["F"].ngo,
         {**keyholder, "checked": "2026-05-12"}),
        ("B06", "lift_gate", "openable", combs["G"].inside(14.5, 1), combs["G"].ngo, {}),
        ("B07", "bollard", "removed", combs["E"].inside(15.5, 0.5), combs["E"].ngo, {}),
        ("B08", "block", "fixed", combs["K"].inside(19), combs["K"].ngo, {"osm_id": block}),
        ("B09", "planter", "fixed", combs["I"].inside(48), combs["I"].ngo,
         {"clear_width_m": "2.00"}),
        ("B10", "chain", "removed", _half_way(combs["C"].right[0]), combs["C"].right[0], {}),
        ("B11", "bollard", "openable", combs["J"].inside(25), combs["J"].ngo,
         {"clear_width_m": "3.60", **keyholder, "checked": "2026-04-03"}),
        ("B12", "debris", "fixed", _half_way(combs["B"].right[0]), combs["B"].right[0],
         {"date": "2026-02-10"}),
        ("B12", "debris", "removed", _half_way(combs["B"].right[0]), combs["B"].right[0],
         {"date": "2026-05-20"}),
    ]  # fmt: skip
    return [
        {
            "object_id": name, "where": ward.sheet.at(*place), "type": type_, "state": state,
            "road_name": road.tags.get("name", ""), "owner": "Tổ dân phố (giả lập)",
            "date": dice.date(), **more,
        }
        for name, type_, state, place, road, more in found
    ]  # fmt: skip


def _water(ward: WardRoads) -> list[Row]:
    dice = Dice(64)
    places: list[tuple[str, str, tuple[float, float], str, Row]] = [
        ("N01", "hydrant", (61.5, 9.5), "yes", {"flow_l_s": 15}),
        ("N02", "hydrant", (205, -9), "no", {"defect": "mất nắp, không có nước"}),
        ("N03", "hydrant", (330, 9), "yes", {"flow_l_s": 10}),
        ("N04", "hydrant", (8, 262), "no", {"defect": "hỏng van"}),
        ("N05", "hydrant", (596, 9), "", {}),
        (
            "N06",
            "tank",
            ward.combs["D"].inside(60, 2),
            "no",
            {"volume_m3": 30, "defect": "cạn nước"},
        ),
        ("N07", "tank", ward.combs["H"].inside(246, 2), "yes", {"volume_m3": 20}),
        ("N08", "pit", ward.combs["F"].inside(213, 2), "yes", {"volume_m3": 6}),
        (
            "N09",
            "suction_point",
            ward.ways["good_bridge_end"].corners[0],
            "yes",
            {"truck_source": "yes"},
        ),
    ]
    ponds: list[tuple[str, Sequence[tuple[float, float]], Row]] = [
        ("N10", POND_BY_ROAD, {"truck_source": "yes", "volume_m3": 900}),
        ("N11", POND_IN_FIELDS, {"volume_m3": 1200}),
        ("N12", POND_BY_ALLEYS, {"volume_m3": 600}),
    ]
    blank: Row = dict.fromkeys(columns.WATER)
    checked = {"owner": "Công ty Nước Mẫu (giả lập)"}
    return [
        *(
            {**blank, "object_id": name, "type": type_, "working": working or None, **checked,
             "last_checked": dice.date(), **more, "where": ward.sheet.at(*place)}
            for name, type_, place, working, more in places
        ),
        *(
            {**blank, "object_id": name, "type": "pond", "working": "yes", **checked,
             "last_checked": dice.date(), **more,
             "where": anticlockwise(ward.sheet.ring(outline, step_m=60))}
            for name, outline, more in ponds
        ),
    ]  # fmt: skip


def _fire_points(ward: WardRoads) -> list[Row]:
    dice = Dice(65)
    deep = {"A": 120, "B": 150, "C": 92, "D": 100, "F": 100, "G": 190, "H": 125, "K": 150, "L": 96}
    return [
        {
            "object_id": f"P{number}",
            "where": ward.sheet.at(*ward.combs[key].inside(metres, 1.5)),
            "working": "no" if key == "G" else "yes",
            "contents": "2 bình bột, 2 bình CO2, xà beng, búa, kìm cộng lực (giả lập)",
            "last_checked": dice.date(),
        }
        for number, (key, metres) in enumerate(deep.items(), start=1)
    ]


def _solutions(ward: WardRoads) -> list[Row]:
    riser, pump = ward.combs["A"], ward.combs["H"]
    found = (
        ("S1", "riser", riser, 200, 150, "2026-03-18"),
        ("S2", "tank_pump", pump, 240, 200, "2026-04-22"),
        ("S3", "hose_cabinet", riser, 110, 60, "2026-03-19"),
    )
    return [
        {"object_id": name, "where": ward.sheet.at(*comb.inside(deep, 1)), "type": type_,
         "serves_m": serves, "road_name": comb.ngo.title, "date": date}
        for name, type_, comb, deep, serves, date in found
    ]  # fmt: skip


def _violations(ward: WardRoads) -> list[Row]:
    combs = ward.combs
    authority = "UBND phường Mẫu (giả lập)"
    found: list[tuple[str, str, tuple[float, float] | None, str, str, str, str]] = [
        ("V1", "lấn chiếm ngõ", combs["B"].inside(40), combs["B"].ngo.title,
         "2026-01-15", "2026-03-31", "2026-03-20"),
        ("V2", "để xe chắn lối", combs["C"].inside(60), combs["C"].ngo.title,
         "2026-02-03", "2026-02-28", "2026-02-25"),
        ("V3", "mái hiên thấp", combs["G"].inside(80), combs["G"].ngo.title,
         "2026-02-20", "2026-06-30", ""),
        ("V4", "cổng tự dựng", combs["L"].inside(60), combs["L"].ngo.title,
         "2026-04-11", "2026-08-31", ""),
        ("V5", "che khuất trụ nước", (205, -8), HANG_MAY, "2026-04-25", "2026-05-31", ""),
        ("V6", "để vật liệu trên hè", None, CHO_LUA, "2026-05-08", "2026-07-15", ""),
    ]  # fmt: skip
    return [
        {
            "object_id": name, "kind": kind, "where": ward.sheet.at(*place) if place else None,
            "road_name": road, "found": on, "due": due, "owner": "chủ hộ (giả lập)",
            "authority": authority, "fixed": fixed,
        }
        for name, kind, place, road, on, due, fixed in found
    ]  # fmt: skip


def _approved(ward: WardRoads, houses: Sequence[Row]) -> list[Row]:
    """Return a few houses at the end of one alley, and one whole road."""
    end = ward.combs["B"].right[-1].title
    chosen = [row for row in houses if str(row["address"]).endswith(end)][:6]
    return [
        *({"house_id": str(row["house_id"])} for row in chosen),
        {"road_name": ward.combs["C"].ngo.title},
    ]


def _features(ward: WardRoads, shown: dict[str, str]) -> list[tuple[str, str]]:
    combs, ways = ward.combs, ward.ways

    def way(*keys: str) -> str:
        return ", ".join(f"way {ways[key].way_id}" for key in keys)

    def ngo(key: str) -> str:
        return f"way {combs[key].ngo.way_id} ({combs[key].ngo.title})"

    def node(key: str) -> str:
        return f"node {ward.sheet.node_at(ward.spots[key]).node_id}"

    return [
        ("Alley measured wide all along, closed by a post at its mouth",
         f"{ngo('A')}; {shown['wide_A']}; B01"),
        ("Posts in series: only dealing with all of them opens the alley",
         f"{ngo('H')}; B02, B03, B04"),
        ("Lift gate with a keyholder, the alley behind it measured wide",
         f"{ngo('F')}; B05; {shown['wide_F']}"),
        ("Lift gate without a keyholder, replaces one of OSM nearby",
         f"{ngo('G')}; B06, {node('gate_G')}; {shown['wide_G']}"),
        ("Surveyed barrier that names its osm_id; the way round through the next ward",
         f"{ngo('K')}; B08, {node('block_K')}; {way('way_round', 'good_bridge')};"
         f" {shown['wide_K']}"),
        ("Removed post of OSM; one long alley measured at its narrowest; a low arch over it",
         f"{ngo('E')}; B07, {node('bollard_E')}; {shown['narrowest_E']}; C2"),
        ("Narrow reading near the mouth", f"{ngo('B')}; {shown['narrow_B']}"),
        ("A pinch read twice: narrowest readings of one stretch that disagree",
         f"way {combs['D'].left[0].way_id}; {shown['pinch_D']}"),
        ("Readings within their accuracy: open questions; a width with a decimal comma",
         f"{ngo('L')}; {shown['open_L']}"),
        ("House arch with a surveyed clearance", f"{way('arch_I')}; C1"),
        ("House arch without one", way("arch_J")),
        ("Weak bridge: maxweight=8", f"{way('weak_bridge')}; {ngo('M')}; {shown['narrow_M']}"),
        ("Viaduct and footbridge drawn across a street, joined to nothing there",
         way("viaduct", "footbridge")),
        ("Steps", way("steps", "steps_north", "steps_south")),
        ("Pavements and crossings",
         way("sidewalk_north", "sidewalk_south", "crossing_120", "crossing_235")),
        ("Street with a sign: maxwidth=3", way("lo_ren")),
        ("Street of a class that promises nothing, unmeasured", way("cho_lua_east")),
        ("Alley with est_width", ngo("C")),
        ("Loop; loop with a wall across; path with a cycle_barrier",
         f"{way('loop')}; {way('walled_loop')}, {node('wall')};"
         f" {way('path_between')}, {node('cycle_barrier')}"),
        ("Barriers of OSM alone: post, unlocked gate, height restrictor, lowered kerb",
         ", ".join(node(key) for key in ("bollard_C", "gate_C", "restrictor", "kerb"))),
        ("Planter with too small a gap; openable post with a wide one; removed chain",
         "B09; B11; B10"),
        ("One barrier seen twice: the later row counts", "B12"),
        ("Hydrants in order, out of order, and both in OSM and surveyed",
         f"N01 ({node('hydrant')}), N03, N05; N02, N04; {node('hydrant_north')};"
         f" {node('hydrant_disused')} (disused)"),
        ("Tanks (one empty), pit, suction point", "N07, N06; N08; N09"),
        ("Pond by a street; with a stand in the best case only; with no stand near",
         "N10; N12; N11"),
        ("Fire stations, surveyed and of OSM", f"T1; {node('station')}"),
        ("Fire points (P6 not working), extinguisher of OSM", f"P1–P9; {node('extinguisher')}"),
        ("Riser, tank with a pump, hose cabinet", "S1, S2, S3"),
        ("Violations fixed and open", "V1, V2; V3–V6"),
        ("Lane that no map has: its houses are unconnected", "addresses in Bãi Sông"),
        ("Approved list: six houses and a road", combs["C"].ngo.title),
    ]  # fmt: skip
