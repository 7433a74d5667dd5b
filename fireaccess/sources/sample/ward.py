"""The synthetic ward as a project: houses, residential groups and survey."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from fireaccess.sources.sample import columns
from fireaccess.sources.sample.drawing import Dice, LonLat, Road
from fireaccess.sources.sample.files import (
    Row,
    Sample,
    anticlockwise,
    csv_text,
    example_costs_text,
    geojson_text,
    is_inside,
    osm_text,
)
from fireaccess.sources.sample.packing import House, Plots, line_with_houses
from fireaccess.sources.sample.texts import NAMES, people_and_devices, project_text
from fireaccess.sources.sample.ward_roads import (
    COLUMNS,
    POND_BY_ALLEYS,
    POND_BY_ROAD,
    POND_IN_FIELDS,
    RIVERSIDE,
    ROWS,
    WardRoads,
    draw_ward,
)
from fireaccess.sources.sample.ward_survey import survey_ward

PLOTS = Plots(
    frontage_m=(3.6, 6.2),
    depth_m=(9.0, 14.0),
    setback_m=(0.1, 0.5),
    gap_share=0.2,
    gap_m=(4.0, 11.0),
)
ELSEWHERE_SHARE, NO_ADDRESS_SHARE = 0.01, 0.01
"""Houses with the address of another alley, and without any."""


def make_ward() -> Sample:
    """Make the ward's files."""
    ward = draw_ward()
    sheet = ward.sheet
    west, *_, east = COLUMNS
    south, _, north = ROWS
    area = sheet.ring(
        [
            *((column, south) for column in (*COLUMNS[:3], RIVERSIDE[0])),
            (RIVERSIDE[0], RIVERSIDE[1]),
            (COLUMNS[3], RIVERSIDE[1]),
            (east, RIVERSIDE[1]),
            (east, south),
            (east, ROWS[1]),
            (east, north),
            *((column, north) for column in COLUMNS[3:0:-1]),
            (west, north),
            (west, ROWS[1]),
        ],
        step_m=60,
    )
    groups = {f"Tổ dân phố {i}": ring for i, ring in enumerate(_group_rings(ward), start=1)}
    houses = line_with_houses(
        _building_order(sheet.roads),
        plots=PLOTS,
        keep_free=[
            [sheet.ground(*corner) for corner in outline]
            for outline in (
                POND_BY_ROAD,
                POND_BY_ALLEYS,
                POND_IN_FIELDS,
                ((198, 568), (222, 568), (222, 584), (198, 584)),
            )
        ],
        inside=lambda place: is_inside(sheet.lonlat(place), area),
        dice=Dice(41),
    )
    rows = _house_rows(ward, houses, groups)
    survey, features = survey_ward(ward, rows)
    files = {
        "roads.osm": osm_text(sheet),
        "area.geojson": geojson_text(
            "area", [{"name": NAMES["ward"], "where": anticlockwise(area)}]
        ),
        "groups.geojson": geojson_text(
            "groups",
            [{"group": group, "where": anticlockwise(ring)} for group, ring in groups.items()],
        ),
        "houses.csv": csv_text(columns.HOUSES, rows),
        "costs.csv": example_costs_text(),
        **survey,
    }
    return Sample({"fireaccess.toml": project_text("ward"), **files}, features)


def _group_rings(ward: WardRoads) -> list[list[LonLat]]:
    """Return the residential groups: two rows of four, and the riverside; they tile the area."""
    rings: list[Sequence[tuple[float, float]]] = []
    for low, high in pairwise(ROWS):
        for left, right in pairwise(COLUMNS):
            # Where the riverside's corner meets this edge, both must have a point.
            corner = [(RIVERSIDE[0], low)] if low == ROWS[0] and left < RIVERSIDE[0] < right else []
            rings.append([(left, low), *corner, (right, low), (right, high), (left, high)])
    x, y = RIVERSIDE
    top, (middle, east) = ROWS[0], COLUMNS[3:]
    rings.append([(x, y), (middle, y), (east, y), (east, top), (middle, top), (x, top)])
    return [ward.sheet.ring(ring, step_m=60) for ring in rings]


def _building_order(roads: Sequence[Road]) -> list[Road]:
    """Streets first, then ngõ, ngách and hẻm, as a quarter fills up."""
    ranks = {"Ngõ": 1, "Ngách": 2, "Hẻm": 3}
    return sorted(roads, key=lambda road: ranks.get(road.title.split(" ")[0], 0))


def _house_rows(
    ward: WardRoads, houses: Sequence[House], groups: dict[str, list[LonLat]]
) -> list[Row]:
    dice = Dice(53)
    rows: list[Row] = []
    for number, house in enumerate(houses, start=1):
        where = ward.sheet.lonlat(house.centre)
        title = house.road.title
        if dice.happens(ELSEWHERE_SHARE):
            title = houses[dice.whole(0, len(houses) - 1)].road.title
        address = "" if dice.happens(NO_ADDRESS_SHARE) else f"Số {house.number} {title}"
        rows.append(
            {
                "house_id": f"MAU-{number:04d}",
                "where": where,
                "address": address,
                "group": next(name for name, ring in groups.items() if is_inside(where, ring)),
                **people_and_devices(dice),
            }
        )
    return rows
