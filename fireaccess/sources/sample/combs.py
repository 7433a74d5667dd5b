"""Combs of alleys: a ngõ off a street, ngách off the ngõ, hẻm off the ngách."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import hypot

from fireaccess.sources.sample.drawing import Dice, Road, Sheet

NGACH_TAGS: Sequence[tuple[dict[str, str], float]] = (
    ({"highway": "service", "service": "alley"}, 58),
    ({"highway": "residential"}, 12),
    ({"highway": "living_street"}, 10),
    ({"highway": "footway"}, 14),
    ({"highway": "path"}, 6),
)
HEM_TAGS: Sequence[tuple[dict[str, str], float]] = (
    ({"highway": "footway"}, 50),
    ({"highway": "service", "service": "alley"}, 30),
    ({"highway": "path"}, 20),
)
UNNAMED_SHARE = 0.06
"""Share of ngách that have no name on the map; their houses' addresses have one."""

NGACH_ROOM_M, HEM_ROOM_M = 2.6, 1.7
FIRST_TOOTH_M = 34.0
"""From the street to the first ngách: behind the houses along the street."""


@dataclass(frozen=True)
class Teeth:
    """How ngách leave a ngõ on one side: how far apart, how long, and whether hẻm leave them."""

    reach_m: float
    apart_m: float = 28.0
    hem_m: float = 0.0


@dataclass
class Comb:
    """One ngõ with its ngách and hẻm, as drawn; ``left`` and ``right`` as one walks in."""

    ngo: Road
    mouth: tuple[float, float]
    inward: tuple[float, float]
    length_m: float
    left: list[Road] = field(default_factory=list)
    right: list[Road] = field(default_factory=list)
    hem: list[Road] = field(default_factory=list)

    def inside(self, deep_m: float, left_m: float = 0.0) -> tuple[float, float]:
        """Return the paper point so far into the ngõ and so far to its left."""
        (x, y), (dx, dy) = self.mouth, self.inward
        return x + dx * deep_m - dy * left_m, y + dy * deep_m + dx * left_m


def draw_comb(
    sheet: Sheet,
    dice: Dice,
    *,
    number: int,
    street: str,
    mouth: tuple[float, float],
    end: tuple[float, float],
    tags: Mapping[str, str],
    left: Teeth | None = None,
    right: Teeth | None = None,
    room_m: float = 3.4,
) -> Comb:
    """Draw a ngõ from the street to its end, with ngách on its left and on its right.

    A ngách is numbered as in Hà Nội: by the house of the ngõ that it starts beside, odd on the
    left; a hẻm likewise by the house of the ngách.
    """
    length = hypot(end[0] - mouth[0], end[1] - mouth[1])
    inward = (end[0] - mouth[0]) / length, (end[1] - mouth[1]) / length
    ngo = sheet.road(f"Ngõ {number} {street}", [mouth, end], tags, room_m=room_m, wind_m=0.7)
    comb = Comb(ngo, mouth, inward, length)
    for teeth, drawn, side in ((left, comb.left, 1), (right, comb.right, -1)):
        if teeth is None:
            continue
        deep = FIRST_TOOTH_M + dice.between(0, 5)
        while deep <= length:
            if length - deep < 0.6 * teeth.apart_m:
                deep = length
            reach = teeth.reach_m - dice.between(0, 0.2 * teeth.reach_m)
            ngach_number = 2 * int(deep / 4.2) + (1 if side == 1 else 2)
            slash = f"{number}/{ngach_number}"
            ngach = sheet.road(
                f"Ngách {slash} {street}",
                [comb.inside(deep), comb.inside(deep, side * reach)],
                dice.pick(NGACH_TAGS),
                room_m=NGACH_ROOM_M,
                named=not dice.happens(UNNAMED_SHARE),
                wind_m=0.5,
            )
            drawn.append(ngach)
            if teeth.hem_m:
                is_last = deep + 0.6 * teeth.apart_m > length
                _draw_hem(
                    sheet,
                    dice,
                    comb,
                    slash=slash,
                    street=street,
                    deep=deep,
                    reach=side * reach,
                    outward=min(teeth.hem_m, deep - 18),
                    inward=0 if is_last else teeth.hem_m,
                )
            deep += teeth.apart_m + dice.between(-1, 3)
    return comb


def _draw_hem(
    sheet: Sheet,
    dice: Dice,
    comb: Comb,
    *,
    slash: str,
    street: str,
    deep: float,
    reach: float,
    outward: float,
    inward: float,
) -> None:
    """Draw the hẻm of one ngách, by turns towards the street and away from it."""
    side = 1 if reach > 0 else -1
    aside, is_outward = 30.0, True
    while aside <= abs(reach):
        long = -outward if is_outward else inward
        number = 2 * int(aside / 4.2) + (1 if is_outward == (side == 1) else 2)
        if long:
            comb.hem.append(
                sheet.road(
                    f"Hẻm {slash}/{number} {street}",
                    [comb.inside(deep, side * aside), comb.inside(deep + long, side * aside)],
                    dice.pick(HEM_TAGS),
                    room_m=HEM_ROOM_M,
                    wind_m=0.3,
                )
            )
        aside += 15.0
        is_outward = not is_outward
