"""Open water as OpenStreetMap maps it: which tags mean water that a pump can draw from.

Areas of standing and flowing water count, and the lines of rivers and canals. Streams, ditches and
drains are left out: a natural source has to be at least 0.5 m deep (QCVN 01:2021/BXD 2.10.5), and
nothing is mapped that tells so of them. So are the sea, sewage, fountains, and water under a cover
or in a tunnel.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from fireaccess.sources.roads import is_yes

#: Keys that some water is told by.
WATER_KEYS: Final = ("natural", "waterway", "landuse", "leisure")

#: Values of ``water`` by the kind that they are; any other is ``water``.
_KINDS: Final[Mapping[str, str]] = {
    "pond": "pond",
    "fishpond": "pond",
    "fish_pond": "pond",
    "reflecting_pool": "pond",
    "lake": "lake",
    "oxbow": "lake",
    "lagoon": "lake",
    "reservoir": "reservoir",
    "basin": "basin",
    "river": "river",
    "canal": "canal",
    "moat": "canal",
    "harbour": "dock",
    "dock": "dock",
}
#: Values of ``water``, ``basin``, ``reservoir_type`` and ``content`` that nobody draws from.
_NEVER: Final = frozenset(
    "wastewater sewage tailings slurry fountain stream stream_pool ditch drain salt_pool "
    "evaporation".split()
)
#: Basins that are made to be dry between rains.
_OFTEN_DRY: Final = frozenset(("detention", "infiltration"))
_PRIVATE: Final = frozenset(("private", "no"))


class OpenWater(NamedTuple):
    """What the tags of an open water say.

    Parameters
    ----------
    kind
        pond, lake, reservoir, basin, dock, pool, river, canal, or ``water`` if it isn't told.
    is_area
        Whether the way or relation is its outline; else it is the line in its middle.
    perennial
        False where it is said to dry up, in part of the year or between rains.
    private
        Whether it belongs to somebody who has to be asked.
    salt
        Whether the water is salt.
    """

    kind: str
    is_area: bool
    perennial: bool
    private: bool
    salt: bool


def open_water_of(tags: Mapping[str, str]) -> OpenWater | None:
    """Return what the tags of a way or relation say of open water; None if it is none.

    Examples
    --------
    >>> open_water_of({"natural": "water", "water": "pond", "seasonal": "yes"})
    OpenWater(kind='pond', is_area=True, perennial=False, private=False, salt=False)
    >>> open_water_of({"waterway": "canal"}).is_area
    False
    >>> open_water_of({"natural": "water", "water": "wastewater"}) is None
    True
    """
    kind, is_area = _kind(tags)
    if kind is None or not _under_the_sky(tags):
        return None
    if any(tags.get(key) in _NEVER for key in ("water", "basin", "reservoir_type", "content")):
        return None
    if tags.get("amenity") == "fountain" or tags.get("man_made") == "wastewater_plant":
        return None
    dries_up = is_yes(tags.get("intermittent")) or is_yes(tags.get("seasonal"))
    return OpenWater(
        kind,
        is_area,
        perennial=not dries_up and tags.get("basin") not in _OFTEN_DRY,
        private=kind == "pool" or tags.get("access") in _PRIVATE,
        salt=is_yes(tags.get("salt")),
    )


def _kind(tags: Mapping[str, str]) -> tuple[str | None, bool]:
    waterway = tags.get("waterway")
    if tags.get("natural") == "water":
        return _KINDS.get(tags.get("water", ""), "water"), True
    if waterway == "riverbank":
        return "river", True
    if waterway == "dock":
        return "dock", True
    if tags.get("landuse") in ("reservoir", "basin"):
        return tags["landuse"], True
    if tags.get("leisure") == "swimming_pool":
        return "pool", True
    return (waterway, False) if waterway in ("river", "canal") else (None, False)


def _under_the_sky(tags: Mapping[str, str]) -> bool:
    closed = ("tunnel", "covered", "indoor", "building")
    return not any(is_yes(tags.get(key)) for key in closed) and tags.get("location") not in (
        "underground",
        "indoor",
    )
