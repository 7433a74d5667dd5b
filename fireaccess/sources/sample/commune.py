"""The synthetic rural commune: one through road, a river, and four hamlets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot, sin

from fireaccess.sources.sample import columns
from fireaccess.sources.sample.drawing import Dice, LonLat, Paper, Road, Sheet
from fireaccess.sources.sample.files import (
    Row,
    Sample,
    anticlockwise,
    csv_text,
    geojson_text,
    osm_text,
)
from fireaccess.sources.sample.packing import House, Plots, line_with_houses
from fireaccess.sources.sample.texts import people_and_devices, project_text

DONG_MAY, BEN_DO, GO_CAO, CAY_DA = (
    "Thôn Đồng Mây",
    "Thôn Bến Đò",
    "Thôn Gò Cao",
    "Thôn Cây Đa",
)
HAMLETS: Mapping[str, tuple[float, float]] = {
    DONG_MAY: (1230, 340), BEN_DO: (700, 900), GO_CAO: (2520, -850), CAY_DA: (-150, -80),
}  # fmt: skip
HAMLET_RADIUS_M = 300.0

POND_DONG_MAY = ((1138, 210), (1184, 205), (1189, 240), (1142, 248))
POND_CAY_DA = ((-60, 34), (-10, 38), (-14, 72), (-58, 68))
POND_GO_CAO = ((2400, -772), (2440, -776), (2446, -736), (2404, -734))
LAKE = ((1700, 250), (1820, 230), (1880, 330), (1760, 380))

PLOTS = Plots(
    frontage_m=(7.0, 13.0), depth_m=(8.0, 13.0), setback_m=(2.0, 9.0), gap_share=0.9,
    gap_m=(12.0, 48.0),
)  # fmt: skip
NO_GROUP_SHARE = 0.01


def make_commune() -> Sample:
    """Make the commune's files."""
    sheet, ways = _draw_commune()
    houses = line_with_houses(
        sheet.roads,
        plots=PLOTS,
        keep_free=[
            [sheet.ground(*corner) for corner in pond]
            for pond in (POND_DONG_MAY, POND_CAY_DA, POND_GO_CAO, LAKE)
        ],
        inside=lambda place: any(
            hypot(place.east_m - centre.east_m, place.north_m - centre.north_m) < HAMLET_RADIUS_M
            for centre in (sheet.ground(*middle) for middle in HAMLETS.values())
        ),
        dice=Dice(71),
    )
    files = {
        "fireaccess.toml": project_text("commune"),
        "roads.osm": osm_text(sheet),
        "houses.geojson": geojson_text("houses", _house_rows(sheet, houses)),
        "survey/widths.csv": csv_text(columns.WIDTHS, _widths(sheet, ways)),
        "survey/barriers.csv": csv_text(columns.BARRIERS, _barriers(sheet)),
        "survey/water.geojson": geojson_text("water", _water(sheet)),
        "survey/fire_points.csv": csv_text(columns.FIRE_POINTS, _fire_points(sheet)),
        "survey/violations.csv": csv_text(
            columns.VIOLATIONS,
            [
                {
                    "object_id": "V1", "kind": "để vật liệu trên đường",
                    "where": sheet.at(1205, 200), "road_name": "Đường Đồng Mây",
                    "found": "2026-03-04", "due": "2026-03-31", "owner": "chủ hộ (giả lập)",
                    "authority": "UBND xã Mẫu (giả lập)", "fixed": "2026-03-25",
                }
            ],
        ),
    }  # fmt: skip
    return Sample(files, _features(ways))


def _bend(paper: Paper) -> tuple[float, float]:
    return (
        paper.x_m + 14 * sin(paper.y_m / 170) - 1000,
        paper.y_m + 22 * sin(paper.x_m / 310 + 1),
    )


def _draw_commune() -> tuple[Sheet, dict[str, Road]]:
    sheet = Sheet(
        origin=LonLat(105.9, 21.48), degree_m=(103634.4, 110723.3), bend=_bend, dice=Dice(73)
    )
    ways: dict[str, Road] = {}
    ways["through"] = sheet.road(
        "Đường Tỉnh 269 Mẫu",
        [(-1500, -90), (-400, 0), (600, 60), (1200, 120), (2600, 60), (3600, 300)],
        {"highway": "tertiary"},
        room_m=9,
    )
    for key, name, kind, line in (
        ("river", "Sông Mẫu", "river", [(-1200, 900), (300, 622), (900, 622), (3500, 1000)]),
        ("stream", "Suối Mẫu", "stream", [(1900, -480), (3300, -540)]),
    ):
        ways[key] = sheet.road(name, line, {"waterway": kind, "layer": "-1"}, lined=False)
    _draw_ben_do(sheet, ways)
    _draw_go_cao(sheet, ways)
    _draw_lanes(sheet, ways)
    for key, ring, tags in (
        ("pond_dong_may", POND_DONG_MAY, {}),
        ("pond_cay_da", POND_CAY_DA, {"emergency": "fire_water_pond"}),
        ("lake", LAKE, {"name": "Hồ Mẫu"}),
    ):
        ways[key] = sheet.road("", [*ring, ring[0]], {"natural": "water", **tags}, lined=False)
    sheet.finish(first_id=1_000_000, step_m=60.0)
    return sheet, ways


def _draw_ben_do(sheet: Sheet, ways: dict[str, Road]) -> None:
    """Draw the hamlet across the river, behind a bridge that carries 5 tonnes."""
    road = {"highway": "unclassified", "width": "4.5"}
    name = "Đường Bến Đò"
    ways["ben_do_south"] = sheet.road(name, [(600, 60), (600, 600)], road, room_m=5)
    ways["weak_bridge"] = sheet.road(
        "Cầu Bến Đò",
        [(600, 600), (600, 645)],
        {**road, "bridge": "yes", "layer": "1", "maxweight": "5 t"},
        room_m=5,
        lined=False,
    )
    ways["ben_do_north"] = sheet.road(name, [(600, 645), (620, 900), (920, 980)], road, room_m=5)
    for number, (start, end) in enumerate(
        (
            ((607.84, 745), (800, 745)),
            ((620, 900), (470, 960)),
            ((740, 932), (720, 1110)),
            ((860, 964), (890, 800)),
        ),
        start=1,
    ):
        sheet.road(
            f"Xóm {number} {BEN_DO}",
            [start, end],
            {"highway": "path"},
            room_m=3,
            named=False,
            wind_m=2,
        )


def _draw_go_cao(sheet: Sheet, ways: dict[str, Road]) -> None:
    """Draw the hamlet at the end of a track through a ford."""
    track = {"highway": "track"}
    name = "Đường Gò Cao"
    ways["go_cao_north"] = sheet.road(name, [(2600, 60), (2600, -495)], track, room_m=4)
    ways["ford"] = sheet.road(
        name, [(2600, -495), (2600, -525)], {**track, "ford": "yes"}, room_m=4, lined=False
    )
    ways["go_cao_south"] = sheet.road(
        name, [(2600, -525), (2600, -700), (2500, -1120)], track, room_m=4
    )
    for number, (start, end) in enumerate(
        (
            ((2600, -640), (2760, -660)),
            ((2600, -700), (2400, -720)),
            ((2576.19, -800), (2750, -860)),
            ((2552.38, -900), (2340, -880)),
            ((2528.57, -1000), (2680, -1040)),
        ),
        start=1,
    ):
        sheet.road(
            f"Xóm {number} {GO_CAO}",
            [start, end],
            {"highway": "path"},
            room_m=3,
            named=False,
            wind_m=2,
        )


def _draw_lanes(sheet: Sheet, ways: dict[str, Road]) -> None:
    """Draw the two hamlets that the through road serves."""
    ways["dong_may"] = sheet.road(
        "Đường Đồng Mây",
        [(1200, 120), (1200, 600)],
        {"highway": "residential", "est_width": "4"},
        room_m=5,
    )
    lanes = ((230, 0, 1380), (320, 1040, 1360), (410, 1060, 1400), (500, 1050, 1350))
    for number, (north, west, east) in enumerate(lanes, start=1):
        corners = [(float(x), float(north)) for x in (west, 1200, east) if x]
        sheet.road(
            f"Xóm {number} {DONG_MAY}",
            corners,
            {"highway": "service", "service": "alley"},
            room_m=3,
            named=False,
            wind_m=2,
        )
    for number, east in enumerate((-380, -280, -180, 20, 100), start=1):
        on_road = (east + 400) * 0.06 if east > -400 else 0.0
        ways[f"lane_{number}"] = sheet.road(
            f"Ngõ {number} Thôn Cây Đa",
            [(east, on_road), (east, -190 - 12 * number)],
            {"highway": "residential" if number < 3 else "footway"},
            room_m=3,
            wind_m=2,
        )


def _hamlet_of(sheet: Sheet, house: House) -> str:
    place = house.centre

    def distance(name: str) -> float:
        middle = sheet.ground(*HAMLETS[name])
        return hypot(place.east_m - middle.east_m, place.north_m - middle.north_m)

    return min(HAMLETS, key=distance)


def _house_rows(sheet: Sheet, houses: Sequence[House]) -> list[Row]:
    dice = Dice(79)
    rows: list[Row] = []
    blank = dict.fromkeys(name for name in columns.HOUSES if name not in ("lon", "lat"))
    for number, house in enumerate(houses, start=1):
        hamlet = _hamlet_of(sheet, house)
        title = house.road.title
        address = title if hamlet in title else f"{title}, {hamlet}"
        ring = [sheet.lonlat(corner) for corner in (*house.corners, house.corners[0])]
        rows.append(
            {
                **blank,
                "house_id": f"XAM-{number:03d}",
                "address": f"Số {house.number} {address}",
                "group": None if dice.happens(NO_GROUP_SHARE) else hamlet,
                **people_and_devices(dice),
                "where": anticlockwise(ring),
            }
        )
    return rows


def _widths(sheet: Sheet, ways: Mapping[str, Road]) -> list[Row]:
    dice = Dice(83)
    found = (
        ((1200, 175), "dong_may", 3.9, "yes"),
        ((1200, 275), "dong_may", 3.8, "yes"),
        ((-380, -60), "lane_1", 3.7, "yes"),
        ((-280, -70), "lane_2", 2.6, "yes"),
        ((2600, -200), "go_cao_north", 3.6, ""),
        ((600, 300), "ben_do_south", 4.4, ""),
    )
    return [
        {
            "object_id": f"W{number}", "where": sheet.at(*place), "width_m": f"{width:.2f}",
            "narrowest": narrowest, "accuracy_m": "0.05", "road_name": ways[key].title,
            "date": dice.date(), "method": "máy đo laser", "surveyor": "tổ khảo sát (giả lập)",
        }
        for number, (place, key, width, narrowest) in enumerate(found, start=1)
    ]  # fmt: skip


def _barriers(sheet: Sheet) -> list[Row]:
    owner = "UBND xã Mẫu (giả lập)"
    return [
        {"object_id": "B1", "where": sheet.at(2600, 20), "type": "gate", "state": "openable",
         "road_name": "Đường Gò Cao", "owner": owner, "due": "2026-08-31", "date": "2026-04-14"},
        {"object_id": "B2", "where": sheet.at(1200, 140), "type": "block", "state": "removed",
         "road_name": "Đường Đồng Mây", "owner": owner, "date": "2026-05-06"},
    ]  # fmt: skip


def _water(sheet: Sheet) -> list[Row]:
    dice = Dice(89)
    blank: Row = dict.fromkeys(columns.WATER)
    owner = {"owner": "UBND xã Mẫu (giả lập)"}

    def outline(corners: Sequence[tuple[float, float]]) -> list[LonLat]:
        return anticlockwise([sheet.at(*corner) for corner in (*corners, corners[0])])

    found: list[tuple[str, str, LonLat | list[LonLat], Row]] = [
        ("N1", "hydrant", sheet.at(-360, 12), {"flow_l_s": 10}),
        ("N2", "pond", outline(POND_DONG_MAY), {"truck_source": "yes", "volume_m3": 2500}),
        ("N3", "pond", outline(POND_GO_CAO), {"truck_source": "yes", "volume_m3": 1800}),
        ("N4", "river", sheet.at(608, 606), {"truck_source": "yes"}),
        ("N5", "river", sheet.at(665, 622), {"truck_source": "yes"}),
        ("N6", "tank", sheet.at(1206, 590), {"volume_m3": 15, "working": "no"}),
    ]
    return [
        {**blank, "object_id": name, "type": type_, "working": "yes", **owner,
         "last_checked": dice.date(), **more, "where": where}
        for name, type_, where, more in found
    ]  # fmt: skip


def _fire_points(sheet: Sheet) -> list[Row]:
    return [
        {"object_id": f"P{number}", "where": sheet.at(*place), "working": "yes",
         "contents": "4 bình bột, xà beng, búa (giả lập)", "last_checked": "2026-04-20"}
        for number, place in enumerate(((1203, 320), (623, 880), (2550, -900)), start=1)
    ]  # fmt: skip


def _features(ways: Mapping[str, Road]) -> list[tuple[str, str]]:
    def way(*keys: str) -> str:
        return ", ".join(f"way {ways[key].way_id}" for key in keys)

    return [
        ("Through road, where the engines come from", way("through")),
        ("Weak bridge over the river: maxweight=5 t", way("weak_bridge")),
        ("Ford in a track", way("ford")),
        ("Road measured wide; removed block", f"{way('dong_may')}; W1, W2; B2"),
        ("Lane measured wide; narrow lane", f"{way('lane_1', 'lane_2')}; W3, W4"),
        ("Gate without a keyholder", "B1"),
        ("Hydrant, the only one; broken tank", "N1; N6"),
        ("Surveyed pond, also on the map", f"N2, {way('pond_dong_may')}"),
        ("Pond of OSM for fire engines", way("pond_cay_da")),
        ("Lake of OSM, no source until surveyed", way("lake")),
        ("Pond beyond the ford", "N3"),
        ("River with a stand near, and without", "N4; N5"),
        ("Fire points", "P1–P3"),
    ]
