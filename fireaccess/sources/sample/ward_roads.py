"""The synthetic ward on paper: streets, combs of alleys, canal, bridges and what OSM shows."""

from __future__ import annotations

from dataclasses import dataclass
from math import sin

from fireaccess.sources.sample.combs import Comb, Teeth, draw_comb
from fireaccess.sources.sample.drawing import Dice, LonLat, Paper, Road, Sheet

HANG_MAY, DE_CU, CAY_GAO = "Phố Hàng Mây", "Đường Đê Cũ", "Phố Cây Gạo"
CHO_LUA, LO_REN, VUON_OI = "Phố Chợ Lụa", "Phố Lò Rèn", "Đường Vườn Ổi"

COLUMNS = (-30, 180, 360, 550, 750)
ROWS = (-30, 280, 590)
RIVERSIDE = (480, -290)
"""The ward's south-eastern corner, outside the streets: a riverside with a lane no map has."""

POND_BY_ROAD = ((370, 234), (390, 230), (393, 254), (372, 258))
POND_BY_ALLEYS = ((192, 299), (220, 297), (224, 317), (194, 319))
POND_IN_FIELDS = ((556, -120), (584, -124), (588, -96), (560, -92))

ALLEY = {"highway": "service", "service": "alley"}


@dataclass(frozen=True)
class WardRoads:
    """The drawn ward: its sheet, its combs by letter, and single ways and nodes by use."""

    sheet: Sheet
    combs: dict[str, Comb]
    ways: dict[str, Road]
    spots: dict[str, Paper]


def draw_ward() -> WardRoads:
    """Draw the ward's roads and OSM objects."""
    sheet = Sheet(
        origin=LonLat(105.82, 21.0), degree_m=(103970.4, 110717.0), bend=_bend, dice=Dice(11)
    )
    ways: dict[str, Road] = {}
    _draw_streets(sheet, ways)
    combs = _draw_combs(sheet)
    _draw_links(sheet, combs, ways)
    spots = _set_spots(sheet, combs)
    sheet.finish(first_id=1_000_000, step_m=32.0)
    return WardRoads(sheet, combs, ways, spots)


def _bend(paper: Paper) -> tuple[float, float]:
    """Wind the streets a little and turn the ward off the north."""
    x = paper.x_m + 7 * sin(paper.y_m / 120) + 2.5 * sin(paper.x_m / 70 + 1) - 375
    y = paper.y_m + 6 * sin(paper.x_m / 140 + 0.5) - 270
    return 0.98768834 * x + 0.15643447 * y, -0.15643447 * x + 0.98768834 * y


def _draw_streets(sheet: Sheet, ways: dict[str, Road]) -> None:
    """Draw what fire engines are sure to use, its pavements, and the canal."""
    main = {"highway": "secondary", "lanes": "2"}
    bridge = {"bridge": "yes", "layer": "1"}
    ways["hang_may"] = sheet.road(HANG_MAY, [(-470, 0), (735, 0)], main, room_m=19)
    ways["hang_may_bridge"] = sheet.road(
        HANG_MAY, [(735, 0), (757, 0)], {**main, **bridge}, room_m=19, lined=False
    )
    ways["hang_may_east"] = sheet.road(HANG_MAY, [(757, 0), (1150, 0)], main, room_m=19)
    ways["de_cu"] = sheet.road(
        DE_CU, [(0, -430), (0, 0), (0, 560), (0, 980)], {"highway": "primary"}, room_m=16
    )
    tertiary = {"highway": "tertiary"}
    ways["cho_lua"] = sheet.road(CHO_LUA, [(-320, 560), (360, 560)], tertiary, room_m=10)
    # Nobody has measured its eastern half, and its class alone promises nothing.
    ways["cho_lua_east"] = sheet.road(
        CHO_LUA, [(360, 560), (712, 560)], {"highway": "unclassified"}, room_m=9
    )
    ways["cay_gao"] = sheet.road(CAY_GAO, [(360, 0), (360, 560)], tertiary, room_m=9)
    ways["lo_ren"] = sheet.road(
        LO_REN, [(505, 0), (505, -285)], {**tertiary, "maxwidth": "3"}, room_m=6
    )
    # A viaduct over Phố Hàng Mây: drawn across it and joined to nothing here.
    ways["viaduct"] = sheet.road(
        "Đường Trên Cao Mẫu",
        [(880, -400), (880, 900)],
        {"highway": "trunk", **bridge},
        lined=False,
    )
    for side, key in ((1, "north"), (-1, "south")):
        ways[f"sidewalk_{key}"] = sheet.road(
            "",
            [(120, 7 * side), (180, 7 * side), (235, 7 * side)],
            {"highway": "footway", "footway": "sidewalk"},
            lined=False,
        )
        ways[f"steps_{key}"] = sheet.road(
            "",
            [(180, 7 * side), (196, 7 * side + 1.5 * side), (200, 7.5 * side)],
            {"highway": "steps", "layer": "1"},
            lined=False,
        )
    ways["footbridge"] = sheet.road(
        "", [(200, 7.5), (200, -7.5)], {"highway": "footway", **bridge}, lined=False
    )
    for x in (120, 235):
        ways[f"crossing_{x}"] = sheet.road(
            "",
            [(x, 7), (x, 0), (x, -7)],
            {"highway": "footway", "footway": "crossing"},
            lined=False,
        )
    ways["canal"] = sheet.road(
        "Kênh Mẫu",
        [(746, -480), (746, 900)],
        {"waterway": "canal", "width": "12"},
        room_m=14,
        lined=False,
    )
    ways["no_road_yet"] = sheet.road(
        "",
        [(505, -60), (735, -52)],
        {"highway": "construction", "construction": "residential"},
        lined=False,
    )
    # What people know and the map lacks: a lane with houses, more than 100 m from any road.
    ways["unmapped"] = sheet.road(
        "Bãi Sông", [(632, -215), (686, -215)], {}, room_m=3, mapped=False
    )


def _draw_combs(sheet: Sheet) -> dict[str, Comb]:
    """Draw the combs of alleys, from the west to the east and the south to the north."""
    dice = Dice(29)
    residential, living = {"highway": "residential"}, {"highway": "living_street"}
    return {
        # Measured wide all along, but a post stands at the mouth.
        "A": draw_comb(
            sheet,
            dice,
            number=29,
            street=HANG_MAY,
            mouth=(100, 0),
            end=(100, 300),
            tags=residential,
            left=Teeth(70),
            right=Teeth(66),
            room_m=4.4,
        ),
        # A narrow place near the mouth.
        "B": draw_comb(
            sheet,
            dice,
            number=77,
            street=HANG_MAY,
            mouth=(255, 0),
            end=(255, 266),
            tags=ALLEY,
            left=Teeth(68),
            right=Teeth(72),
        ),
        "C": draw_comb(
            sheet,
            dice,
            number=12,
            street=CHO_LUA,
            mouth=(110, 560),
            end=(110, 376),
            tags={**ALLEY, "est_width": "3"},
            left=Teeth(66),
            right=Teeth(76),
        ),
        "D": draw_comb(
            sheet,
            dice,
            number=85,
            street=CAY_GAO,
            mouth=(360, 430),
            end=(205, 430),
            tags=ALLEY,
            left=Teeth(108, apart_m=56, hem_m=26),
            right=Teeth(98, apart_m=56, hem_m=26),
        ),
        # One long alley without a side alley, measured at its narrowest place.
        "E": draw_comb(
            sheet,
            dice,
            number=141,
            street=DE_CU,
            mouth=(0, 336),
            end=(180, 336),
            tags=living,
            room_m=4.2,
        ),
        "F": draw_comb(
            sheet,
            dice,
            number=121,
            street=HANG_MAY,
            mouth=(430, 0),
            end=(430, 216),
            tags=living,
            left=Teeth(36),
            right=Teeth(48),
            room_m=4.4,
        ),
        "G": draw_comb(
            sheet,
            dice,
            number=163,
            street=HANG_MAY,
            mouth=(545, 0),
            end=(545, 240),
            tags={**residential, "width": "4"},
            left=Teeth(50),
            right=Teeth(48),
            room_m=4.2,
        ),
        "H": draw_comb(
            sheet,
            dice,
            number=62,
            street=CAY_GAO,
            mouth=(360, 325),
            end=(610, 325),
            tags={**residential, "width": "4.5", "maxwidth": "2.5"},
            left=Teeth(62, apart_m=56, hem_m=26),
            right=Teeth(40, apart_m=29),
            room_m=4.6,
        ),
        "I": draw_comb(
            sheet,
            dice,
            number=40,
            street=CHO_LUA,
            mouth=(455, 545),
            end=(455, 414),
            tags={**ALLEY, "est_width": "4.5"},
            left=Teeth(45),
            right=Teeth(50),
            room_m=4.4,
        ),
        "J": draw_comb(
            sheet,
            dice,
            number=64,
            street=CHO_LUA,
            mouth=(562, 545),
            end=(562, 414),
            tags={**ALLEY, "est_width": "4.5"},
            left=Teeth(46),
            right=Teeth(48),
            room_m=4.4,
        ),
        # Closed at the street, but reached by the way round through the next ward.
        "K": draw_comb(
            sheet,
            dice,
            number=88,
            street=CHO_LUA,
            mouth=(680, 560),
            end=(680, 285),
            tags={**residential, "width": "4.5"},
            left=Teeth(36),
            right=Teeth(42),
            room_m=4.6,
        ),
        # "3,8" is written with a decimal comma.
        "L": draw_comb(
            sheet,
            dice,
            number=205,
            street=HANG_MAY,
            mouth=(652, 0),
            end=(652, 236),
            tags={**residential, "width": "3,8"},
            left=Teeth(44),
            right=Teeth(36),
            room_m=4,
        ),
        # The canal-side alley: narrow at the street, a weak bridge at its other way in.
        "M": draw_comb(
            sheet,
            dice,
            number=231,
            street=HANG_MAY,
            mouth=(722, 0),
            end=(722, 245),
            tags={**living, "width": "4.2"},
            room_m=4.2,
        ),
    }


def _draw_links(sheet: Sheet, combs: dict[str, Comb], ways: dict[str, Road]) -> None:
    """Draw arches, bridges, steps, loops and the way round through the next ward."""
    arch = {**ALLEY, "tunnel": "building_passage", "est_width": "4.5"}
    for key, x in (("I", 455), ("J", 562)):
        title = combs[key].ngo.title
        ways[f"arch_{key}"] = sheet.road(title, [(x, 560), (x, 545)], arch, room_m=4, lined=False)
    road = {"highway": "residential", "width": "6"}
    tooth = combs["K"].left[3].corners[-1]
    good, weak = tooth.y_m, 170
    ways["way_round"] = sheet.road(
        VUON_OI, [(800, 0), (800, good), (757, good)], road, room_m=6, lined=False
    )
    ways["way_round_far"] = sheet.road(
        VUON_OI, [(800, good), (800, 640), (712, 640)], road, room_m=6, lined=False
    )
    good_road = {"highway": "residential", "width": "4.5"}
    bridge = {"bridge": "yes", "layer": "1"}
    ways["good_bridge"] = sheet.road(
        "Cầu Vườn Ổi",
        [(757, good), (735, good)],
        {**good_road, **bridge, "maxweight": "30"},
        room_m=5,
        lined=False,
    )
    ways["good_bridge_end"] = sheet.road(
        VUON_OI, [(735, good), tooth], good_road, room_m=5, lined=False
    )
    weak_road = {"highway": "residential", "width": "4.2"}
    ways["weak_bridge_far"] = sheet.road(
        VUON_OI, [(800, weak), (757, weak)], weak_road, room_m=4, lined=False
    )
    ways["weak_bridge"] = sheet.road(
        "Cầu Yếu Mẫu",
        [(757, weak), (735, weak)],
        {**weak_road, **bridge, "maxweight": "8"},
        room_m=4,
        lined=False,
    )
    ways["weak_bridge_end"] = sheet.road(
        VUON_OI, [(735, weak), (722, weak)], weak_road, room_m=4, lined=False
    )
    dike = combs["A"].left[5].corners[-1]
    ways["steps"] = sheet.road(
        "", [dike, (0, dike.y_m)], {"highway": "steps"}, room_m=1.6, lined=False
    )
    low, high = combs["B"].right[3].corners[-1], combs["B"].right[4].corners[-1]
    ways["loop"] = sheet.road(
        "",
        [low, (max(low.x_m, high.x_m) + 2, (low.y_m + high.y_m) / 2), high],
        ALLEY,
        room_m=2,
        lined=False,
    )
    low, high = combs["A"].right[1].corners[-1], combs["A"].right[2].corners[-1]
    ways["walled_loop"] = sheet.road(
        "", [low, (170, 80), high], {"highway": "path"}, room_m=1.5, lined=False
    )
    west, east = combs["C"].left[3].corners[-1], combs["D"].ngo.corners[-1]
    ways["path_between"] = sheet.road(
        "",
        [west, (190, west.y_m), (190, 430), east],
        {"highway": "path", "width": "1.2"},
        room_m=1.5,
        lined=False,
    )


def _set_spots(sheet: Sheet, combs: dict[str, Comb]) -> dict[str, Paper]:
    """Set the nodes that OSM shows: barriers, hydrants, a fire station."""

    def into(road: Road, along_m: float) -> tuple[float, float]:
        start, end = road.corners[0], road.corners[1]
        far = abs(end.x_m - start.x_m) + abs(end.y_m - start.y_m)
        part = along_m / far
        return (start.x_m + (end.x_m - start.x_m) * part, start.y_m + (end.y_m - start.y_m) * part)

    return {
        # Replaced by surveyed ones: nearby (a gate, a post), and by its osm_id (a block).
        "gate_G": sheet.spot(combs["G"].inside(13), {"barrier": "lift_gate", "access": "private"}),
        "bollard_E": sheet.spot(combs["E"].inside(14), {"barrier": "bollard"}),
        "block_K": sheet.spot(combs["K"].inside(12), {"barrier": "block"}),
        # Known from OSM alone.
        "bollard_C": sheet.spot(into(combs["C"].left[1], 8), {"barrier": "bollard"}),
        "gate_C": sheet.spot(into(combs["C"].right[1], 9), {"barrier": "gate", "locked": "no"}),
        "cycle_barrier": sheet.spot((190, 430), {"barrier": "cycle_barrier"}),
        "restrictor": sheet.spot(
            into(combs["H"].left[0], 10), {"barrier": "height_restrictor", "maxheight": "2.5"}
        ),
        "kerb": sheet.spot(combs["L"].inside(12), {"barrier": "kerb", "kerb": "lowered"}),
        "wall": sheet.spot((170, 80), {"barrier": "wall"}),
        "hydrant": sheet.spot(
            (60, 9), {"emergency": "fire_hydrant", "fire_hydrant:type": "pillar", "ref": "OSM-1"}
        ),
        "hydrant_north": sheet.spot(
            (60, 567), {"emergency": "fire_hydrant", "fire_hydrant:diameter": "100"}
        ),
        "hydrant_disused": sheet.spot(
            (480, 567), {"disused:emergency": "fire_hydrant", "ref": "OSM-3"}
        ),
        "extinguisher": sheet.spot((268, 452), {"emergency": "fire_extinguisher"}),
        "station": sheet.spot(
            (210, 575), {"amenity": "fire_station", "name": "Đội Chữa Cháy Chợ Lụa Mẫu"}
        ),
    }
