"""Why a house has its answers: its row, its door, its hose line, its water, its fire point."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from fireaccess.analysis.houses import AT_DOOR, TOO_FAR, UNCONNECTED, HoseLines
from fireaccess.analysis.water import water_limits
from fireaccess.model.answers import COVERED, NEEDS_SURVEY, FloatArray
from fireaccess.model.text import normalise
from fireaccess.network.network import Network
from fireaccess.network.place import named_roads
from fireaccess.outputs.result import HOUSE_ROWS
from fireaccess.outputs.why.chain import Chain, Link
from fireaccess.outputs.why.objects import object_evidence, object_row, others_near
from fireaccess.outputs.why.roads import stop_link
from fireaccess.outputs.why.teller import Teller, code, given
from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.houses import Houses

_NEW_BUILDING_M: Final = 60.0  # the column is called road_60
_ANSWERS: Final = ("status", "road", "road_60", "water", "point")


def house_rows(
    houses: Houses, best: HoseLines, water_best_m: FloatArray, network: Network
) -> pd.DataFrame:
    """Return where each house was read, and what the layer doesn't tell of the best case.

    Parameters
    ----------
    houses
        The houses, with file and row of each.
    best
        Hose lines of the best case.
    water_best_m
        Distance of each house to the nearest usable water of the best case.
    network
        Whose CRS the stands are in.
    """
    xy = best.stand_xy
    has = np.isfinite(xy[:, 0])
    lon, lat = np.full(len(xy), np.nan), np.full(len(xy), np.nan)
    lon[has], lat[has] = transform_xy(xy[has, 0], xy[has, 1], network.crs, WGS84)
    own = houses.frame
    sheet = own["sheet"] if "sheet" in own else pd.Series(None, index=own.index, dtype=object)
    rows = {
        "house_id": own["house_id"],
        "file": own["file"],
        "sheet": sheet,
        "row": pd.array(own["row"], dtype="Int64"),
        "best_stand_lon": lon,
        "best_stand_lat": lat,
        "best_stopped_by": best.stopped_by,
        "water_best_m": water_best_m,
    }
    return pd.DataFrame(rows)[list(HOUSE_ROWS)]


def house_chain(teller: Teller, kind: str, ident: str) -> Chain:
    """Tell why a house has its answers."""
    houses, rows = teller.result.houses, teller.result.house_rows
    row = houses[(houses["house_id"] == ident).to_numpy()].iloc[0]
    own = rows[(rows["house_id"] == ident).to_numpy()]
    links = list(_read_from(teller, ident, own))
    if row["reason"] != UNCONNECTED:
        links += [_door(teller, row), _hose(teller, row, own), *_stops(teller, row, own)]
        links += [_road(teller, row), _road_60(teller, row)]
        links += [_water(teller, row), _point(teller, row)]
    links += [
        Link("flags", teller.say(f"flags.{name}")) for name in row["flags"].split(";") if name
    ]
    address = f": {row['address']}" if given(row["address"]) else ""
    return Chain(
        object=f"house:{ident}",
        title=f"{teller.say('kind.house')} {ident}{address}",
        sentence=row[f"reason_{teller.language}"],
        answers=MappingProxyType({key: code(row[key]) for key in _ANSWERS}),
        links=tuple(links),
        language=teller.language,
    )


def _read_from(teller: Teller, ident: str, own: pd.DataFrame) -> Iterator[Link]:
    """Tell which row of which file names the house."""
    for read in own.to_dict("records"):
        listed = given(read["row"])
        row = teller.made_row(
            object=f"house:{ident}",
            source="houses" if listed else "osm",
            file=read["file"],
            sheet=read["sheet"] if given(read["sheet"]) else None,
            row=int(read["row"]) if listed else None,
        )
        yield Link("read_from", "", (row,))


def _door(teller: Teller, row: pd.Series) -> Link:
    """Tell on which road the house's door opens, and by which rule (SPEC §5)."""
    i = teller.index[row["segment_id"]]
    return Link(
        "door",
        teller.say(
            "door",
            road=teller.road(i),
            segment=row["segment_id"],
            offset=teller.number(row["offset_m"]),
            rule=_door_rule(teller, row["address"], i),
        ),
    )


def _door_rule(teller: Teller, address: Any, i: int) -> str:
    if not given(address):
        return teller.say("door.no_address")
    network = teller.network
    names = np.unique(network.way_name[network.segment_way[network.has_doors]])
    wanted = named_roads([normalise(address)], names)[0]
    if wanted is None:
        return teller.say("door.nearest")
    if wanted == network.way_name[network.segment_way[i]]:
        return teller.say("door.named")
    way = int(np.flatnonzero(network.way_name == wanted)[0])
    limit = teller.exact(teller.result.project.settings.name_snap_m)
    return teller.say("door.elsewhere", name=network.tag("name")[way], limit=limit)


def _hose(teller: Teller, row: pd.Series, own: pd.DataFrame) -> Link:
    """Tell the hose line of both cases, from its stand to the house."""
    stands = own[["best_stand_lon", "best_stand_lat"]].to_numpy(dtype=float)
    best_lon, best_lat = stands[0] if len(stands) else (np.nan, np.nan)
    worst = _line(teller, row, row["hose_m"], row["stand_lon"], row["stand_lat"])
    best = _line(teller, row, row["hose_best_m"], best_lon, best_lat)
    return Link("hose", _both(teller, worst, best))


def _both(teller: Teller, worst: str, best: str) -> str:
    return worst if worst == best else teller.say("both", worst=worst, best=best)


def _line(teller: Teller, row: pd.Series, hose_m: float, lon: float, lat: float) -> str:
    if np.isnan(hose_m):
        return teller.say("hose.none")
    # Rounded first, so that the sum is right as it is read.
    whole, offset = round(hose_m, 1), round(row["offset_m"], 1)
    if row["reason"] == AT_DOOR or hose_m == row["offset_m"]:
        return teller.say("hose.door", hose=teller.number(whole))
    place = np.isfinite(lon)
    return teller.say(
        "hose.line",
        hose=teller.number(whole),
        offset=teller.number(offset),
        along=teller.number(whole - offset),
        stand=teller.say("stand", lon=f"{lon:.6f}", lat=f"{lat:.6f}") if place else "",
    )


def _stops(teller: Teller, row: pd.Series, own: pd.DataFrame) -> Iterator[Link]:
    """Tell what stops the truck; for a house out of reach, also what does so in the best case."""
    if given(row["stopped_by"]):
        yield stop_link(teller, row["stopped_by"])
    for best in own["best_stopped_by"]:
        if row["reason"] == TOO_FAR and given(best) and best != row["stopped_by"]:
            yield stop_link(teller, best, "best_stopped_by")


def _against(teller: Teller, row: pd.Series, limit_m: float) -> str:
    """Compare the hose of both cases with a limit; one is enough where it decides."""
    worst, best = (
        teller.say("hose.none") if np.isnan(metres) else teller.most(metres, limit_m)
        for metres in (row["hose_m"], row["hose_best_m"])
    )
    return worst if row["hose_m"] <= limit_m else _both(teller, worst, best)


def _road(teller: Teller, row: pd.Series) -> Link:
    limit_m = teller.result.norm.value("hose_limit_m")
    return Link("road", _against(teller, row, limit_m), clauses=teller.clause("hose_limit_m"))


def _road_60(teller: Teller, row: pd.Series) -> Link:
    sentence = _against(teller, row, _NEW_BUILDING_M)
    if teller.result.norm.value_or_none("new_building_limit_m") == _NEW_BUILDING_M:
        return Link("road_60", sentence, clauses=teller.clause("new_building_limit_m"))
    return Link("road_60", f"{sentence}; {teller.say('sixty')}")


def _water(teller: Teller, row: pd.Series) -> Link:
    """Tell which water is near enough, or how far the nearest is and what does not count."""
    limits = water_limits(teller.result.norm)
    if not limits:
        return Link("water", teller.silent())
    answer = code(row["water"])
    others = () if answer == COVERED else others_near(teller, row, "water", answer, limits)
    near = [
        (str(row[f"{name}_id"]), float(row[f"{name}_m"]))
        for name in ("hydrant", "water")
        if given(row[f"{name}_id"])
    ]
    types = {ident: _type_of(teller, "water", ident) for ident, _ in near}
    within = [one for one in near if one[1] <= limits.get(types[one[0]], np.nan)]
    # What the nearest does not explain: a kind with a wider limit, or what a truck may draw from.
    beside = "" if within or answer not in (COVERED, NEEDS_SURVEY) else f"nearest.{answer}"
    if not near:
        none = teller.say("nearest.none")
        return Link("water", f"{none}; {teller.say(beside)}" if beside else none, links=others)
    ident, metres = within[0] if within else near[-1]
    limit_m = limits.get(types[ident])
    compared = (
        f"{teller.number(metres)} m, {teller.silent()}"
        if limit_m is None
        else teller.most(metres, limit_m)
    )
    key, kind = "nearest.within" if within else "nearest", teller.kind(types[ident])
    sentence = teller.say(key, kind=kind, id=ident, compared=compared)
    return Link(
        "water",
        f"{sentence}; {teller.say(beside)}" if beside else sentence,
        object_evidence(teller, "water", ident),
        teller.clause(f"{types[ident]}_radius_m"),
        others,
    )


def _type_of(teller: Teller, kind: str, ident: str) -> str:
    row = object_row(teller, kind, ident)
    return kind if row is None else str(row["type"])


def _point(teller: Teller, row: pd.Series) -> Link:
    """Tell which fire point is near enough, or how far the nearest is."""
    limit_m = teller.result.norm.value_or_none("fire_point_m")
    if limit_m is None:
        return Link("point", teller.silent())
    answer, clauses = code(row["point"]), teller.clause("fire_point_m")
    others: tuple[Link, ...] = ()
    if answer != COVERED:
        limits = dict.fromkeys(teller.result.fire_points["type"], limit_m)
        others = others_near(teller, row, "fire_point", answer, limits)
    if not given(row["fire_point_id"]):
        return Link("point", teller.say("nearest.none"), clauses=clauses, links=others)
    ident = str(row["fire_point_id"])
    sentence = teller.say(
        "nearest.within" if answer == COVERED else "nearest",
        kind=teller.kind(_type_of(teller, "fire_point", ident)),
        id=ident,
        compared=teller.most(row["point_m"], limit_m),
    )
    evidence = object_evidence(teller, "fire_point", ident)
    return Link("point", sentence, evidence, clauses, others)
