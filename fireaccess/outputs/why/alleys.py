"""Why a road or alley is without a truck, how deep it is, and what water serves it."""

from __future__ import annotations

from collections.abc import Iterator
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from fireaccess.analysis.water import water_limits
from fireaccess.model.answers import COVERED, NOT_COVERED
from fireaccess.outputs.why.chain import Chain, Evidence, Link
from fireaccess.outputs.why.objects import object_evidence
from fireaccess.outputs.why.roads import stop_link, truck_link
from fireaccess.outputs.why.teller import Teller, code, given

_ANSWERS: Final = ("certain", "deep", "has_water_solution", "has_fire_point", "needs_fire_point")
#: Solutions that bring water; a hose cabinet alone does not.
_BRINGS_WATER: Final = ("riser", "pipe", "tank_pump")


def alley_chain(teller: Teller, kind: str, ident: str) -> Chain:
    """Tell why an alley has its answers."""
    name = f"alley:{ident}"
    alleys, houses = teller.result.alleys, teller.result.houses
    row = alleys[(alleys["alley_id"] == name).to_numpy()].iloc[0]
    own = houses[(houses["alley_id"] == name).to_numpy()]
    by = row["stopped_by"]
    people = teller.say(
        "alley.houses",
        houses=int(row["houses"]),
        no=int(row["houses_not_covered"]),
        open=int(row["houses_needs_survey"]),
    )
    return Chain(
        object=name,
        title=f"{teller.say('kind.alley')}: {row['name']} [{name}]",
        sentence="",
        answers=MappingProxyType({key: code(row[key]) for key in _ANSWERS}),
        links=(
            stop_link(teller, by) if given(by) else Link("stopped_by", teller.say("hose.none")),
            Link("certain", teller.say(f"alley.certain.{'yes' if row['certain'] else 'no'}")),
            _deep(teller, row),
            *_narrowest(teller, row),
            Link("houses", people),
            _water_solution(teller, row, own),
            *_fire_points(teller, row, own),
        ),
        language=teller.language,
    )


def _deep(teller: Teller, row: pd.Series) -> Link:
    limit_m = teller.result.norm.value_or_none("deep_alley_m")
    depth, best = (_depth(teller, row[key], limit_m) for key in ("depth_m", "depth_best_m"))
    said = depth if depth == best else teller.say("both", worst=depth, best=best)
    if limit_m is None:
        said = f"{said}; {teller.silent()}"
    return Link("deep", said, clauses=teller.clause("deep_alley_m"))


def _depth(teller: Teller, depth_m: float, limit_m: float | None) -> str:
    if np.isnan(depth_m):
        return teller.say("hose.none")
    return f"{teller.number(depth_m)} m" if limit_m is None else teller.most(depth_m, limit_m)


def _narrowest(teller: Teller, row: pd.Series) -> Iterator[Link]:
    """Tell which reading or tag the narrowest known width is."""
    width_m = row["min_width_m"]
    if np.isnan(width_m):
        return
    network, layer = teller.network, teller.result.segments
    own = layer["segment_id"][(layer["alley_id"] == row["alley_id"]).to_numpy()]
    member = np.array([teller.index[name] for name in own], dtype=np.int64)
    rows = teller.stops.obstacles
    nodes = np.union1d(network.segment_u[member], network.segment_v[member])
    narrow = np.isin(rows["node"].to_numpy(dtype=np.int64), nodes)
    narrow &= ((rows["kind"] == "reading") & (rows["figure_m"] == width_m)).to_numpy()
    evidence: tuple[Evidence, ...] = ()
    if narrow.any():
        evidence = teller.evidence(rows["barrier_id"][narrow].iloc[0])
    for i in member[teller.passability.width_m[member] == width_m][:1]:
        evidence = evidence or truck_link(teller, int(i), "narrowest").evidence
    used = tuple(one for one in evidence if one["used"])
    yield Link("narrowest", f"{teller.exact(width_m)} m", used)


def _water_solution(teller: Teller, row: pd.Series, own: pd.DataFrame) -> Link:
    """Tell what the answer on water rests on: the houses, or an installed solution."""
    houses = len(own)
    no = int((own["water"] == NOT_COVERED).sum())
    short = houses - int((own["water"] == COVERED).sum())
    evidence: tuple[Evidence, ...] = ()
    if houses == 0:
        sentence = teller.say("alley.no_houses")
    elif not water_limits(teller.result.norm):
        sentence = teller.silent()
    elif short == 0:
        sentence = teller.say("alley.water.all", houses=houses)
    elif row["has_water_solution"] == "yes":
        sentence = teller.say("alley.water.installed", short=short, houses=houses)
        table = teller.result.evidence
        brings = table["object"].str.startswith("solution:") & table["used"]
        brings &= table["value"].isin(_BRINGS_WATER)
        evidence = teller.rows(table[brings.to_numpy(dtype=bool)])
    else:
        sentence = teller.say("alley.water.short", no=no, houses=houses, open=short - no)
    links: tuple[Link, ...] = ()
    if given(row["water_id"]):
        ident = str(row["water_id"])
        said = teller.say("alley.nearest", id=ident, metres=teller.number(row["water_m"]))
        links = (Link("nearest", said, object_evidence(teller, "water", ident)),)
    return Link("has_water_solution", sentence, evidence, links=links)


def _fire_points(teller: Teller, row: pd.Series, own: pd.DataFrame) -> Iterator[Link]:
    if not given(row["has_fire_point"]):
        yield Link("has_fire_point", teller.silent())
        return
    no = int((own["point"] != COVERED).sum())
    sentence = (
        teller.say("alley.points", no=no, houses=len(own))
        if len(own)
        else teller.say("alley.no_houses")
    )
    yield Link("has_fire_point", sentence, clauses=teller.clause("fire_point_m"))
    if given(row["needs_fire_point"]):
        depth = _depth(teller, row["depth_m"], teller.result.norm.value("fire_point_depth_m"))
        clauses = teller.clause("fire_point_depth_m")
        needs = teller.say("alley.needs_point", depth=depth, no=no)
        yield Link("needs_fire_point", needs, clauses=clauses)
