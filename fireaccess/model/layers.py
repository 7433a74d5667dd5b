"""The columns of what comes in and what goes out (SPEC §11 and §12).

Survey tables are pandera schemas: the check is declared once beside the column. Each column's
metadata says how its text is read (``kind``) and each schema's whether a row needs a place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import pandas as pd
import pandera.pandas as pa

from fireaccess.model.catalogue import Message

STATES: Final = ("fixed", "openable", "removed")
WATER_TYPES: Final = ("hydrant", "tank", "pond", "river", "pit", "suction_point", "riser")
#: A wider figure was written in centimetres: as metres it would let every truck pass.
WIDEST_ROAD_M: Final = 100.0
#: What is said of a figure that is asked about and used nevertheless.
UNUSUAL: Final = Message("is {value!r} right? It is usually {min_value:g} to {max_value:g}")
SOLUTION_TYPES: Final = ("riser", "pipe", "tank_pump", "hose_cabinet")


def _text(*checks: pa.Check, required: bool = False) -> pa.Column:
    return pa.Column(
        object,
        list(checks),
        nullable=not required,
        required=required,
        metadata={"kind": "text"},
    )


def _code(*codes: str, required: bool = False) -> pa.Column:
    return pa.Column(
        object,
        pa.Check.isin(codes, error=Message("{value!r} can't be right: it must be one of {codes}")),
        nullable=not required,
        required=required,
        metadata={"kind": "code"},
    )


def _number(
    *,
    least: float | None = None,
    above: float | None = None,
    most: float | None = None,
    usual: tuple[float, float] | None = None,
    required: bool = False,
) -> pa.Column:
    checks = []
    if usual is not None:
        checks.append(pa.Check.between(*usual, error=UNUSUAL))
    if least is not None:
        too_small = Message("{value!r} can't be right: it must be {min_value:g} or more")
        checks.append(pa.Check.ge(least, error=too_small))
    if above is not None:
        not_above = Message("{value!r} can't be right: it must be more than {min_value:g}")
        checks.append(pa.Check.gt(above, error=not_above))
    if most is not None:
        too_large = Message(
            "{value!r} can't be right: it must be {max_value:g} or less: metres, no centimetres"
        )
        checks.append(pa.Check.le(most, error=too_large))
    return pa.Column(
        float, checks, nullable=not required, required=required, metadata={"kind": "number"}
    )


def _date(*, may_be_ahead: bool = False) -> pa.Column:
    return pa.Column(
        object,
        nullable=True,
        required=False,
        metadata={"kind": "date", "may_be_ahead": may_be_ahead},
    )


def _month() -> pa.Column:
    return pa.Column(object, nullable=True, required=False, metadata={"kind": "month"})


def _flag() -> pa.Column:
    return pa.Column(object, nullable=True, required=False, metadata={"kind": "flag"})


def _money(*, required: bool = False) -> pa.Column:
    """Đồng: nothing, or a figure that somebody might pay."""
    least, most = 10_000, 100_000_000_000
    usual = pa.Check(
        lambda vnd: (vnd <= 0) | vnd.between(least, most),
        statistics={"min_value": least, "max_value": most},
        error=UNUSUAL,
    )
    column = _number(least=0, required=required)
    column.checks.insert(0, usual)
    return column


def _schema(name: str, columns: dict[str, pa.Column], *, place: bool = True) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(columns, name=name, metadata={"place": place})


_ID: Final = "object_id"

#: The tables that a project may name, by the key of the project file.
TABLES: Final[Mapping[str, pa.DataFrameSchema]] = MappingProxyType(
    {
        "houses": _schema(
            "houses",
            {
                "house_id": _text(required=True),
                "address": _text(),
                "group": _text(),
                "people": _number(least=0),
                "use": _text(),
                "extinguisher": _flag(),
                "extinguisher_checked": _date(),
                "extinguisher_ok": _flag(),
                "transmitter": _flag(),
                "registered_month": _month(),
                "installed_date": _date(),
            },
        ),
        "widths": _schema(
            "widths",
            {
                _ID: _text(required=True),
                "width_m": _number(above=0, most=WIDEST_ROAD_M, usual=(0.5, 20), required=True),
                "narrowest": _flag(),
                "accuracy_m": _number(least=0, usual=(0, 1)),
                "road_name": _text(),
                "date": _date(),
                "method": _text(),
                "surveyor": _text(),
                "segment_id": _text(),
            },
        ),
        "clearances": _schema(
            "clearances",
            {
                _ID: _text(required=True),
                "height_m": _number(above=0, most=WIDEST_ROAD_M, usual=(1.5, 12), required=True),
                "kind": _text(),
                "road_name": _text(),
                "date": _date(),
            },
        ),
        "barriers": _schema(
            "barriers",
            {
                _ID: _text(required=True),
                "type": _text(required=True),
                "state": _code(*STATES),
                "clear_width_m": _number(least=0, most=WIDEST_ROAD_M, usual=(0, 20)),
                "keyholder": _text(),
                "checked": _date(),
                "osm_id": _text(),
                "road_name": _text(),
                "owner": _text(),
                "due": _date(may_be_ahead=True),
                "date": _date(),
                "photo": _text(),
            },
        ),
        "water": _schema(
            "water",
            {
                _ID: _text(required=True),
                "type": _code(*WATER_TYPES, required=True),
                "working": _flag(),
                "truck_source": _flag(),
                "volume_m3": _number(least=0),
                "flow_l_s": _number(least=0),
                "owner": _text(),
                "last_checked": _date(),
                "defect": _text(),
                "date": _date(),
            },
        ),
        "fire_points": _schema(
            "fire_points",
            {
                _ID: _text(required=True),
                "working": _flag(),
                "contents": _text(),
                "last_checked": _date(),
                "date": _date(),
            },
        ),
        "solutions": _schema(
            "solutions",
            {
                _ID: _text(required=True),
                "type": _code(*SOLUTION_TYPES, required=True),
                "serves_m": _number(above=0),
                "road_name": _text(),
                "date": _date(),
            },
        ),
        "stations": _schema(
            "stations", {_ID: _text(required=True), "name": _text(), "date": _date()}
        ),
        "violations": _schema(
            "violations",
            {
                _ID: _text(required=True),
                "kind": _text(required=True),
                "road_name": _text(),
                "found": _date(),
                "due": _date(may_be_ahead=True),
                "owner": _text(),
                "authority": _text(),
                "fixed": _date(),
            },
            place=False,
        ),
        "approved": _schema(
            "approved",
            {"house_id": _text(), "road_name": _text(), "group": _text()},
            place=False,
        ),
    }
)


#: What may be done, and is priced: barriers first, then water, fire points, houses, the survey.
MEASURES: Final = (
    "hand_over_key",
    "make_removable",
    "remove",
    "widen",
    "widen_corner",
    "raise_overhead",
    "hydrant",
    "pipe",
    "riser",
    "tank_pump",
    "draft_point",
    "pit",
    "fire_point",
    "transmitter",
    "measure",
)

#: Tables that only a plan asks for, by the key of the project file.
PLAN_TABLES: Final[Mapping[str, pa.DataFrameSchema]] = MappingProxyType(
    {
        "costs": _schema(
            "costs",
            {
                "measure": pa.Column(
                    object, nullable=False, required=True, metadata={"kind": "measure"}
                ),
                "cost_vnd": _money(required=True),
                "per": _code("piece", "m"),
                "source": _text(),
                "note": _text(),
            },
            place=False,
        ),
        "candidates": _schema(
            "candidates",
            {
                "candidate_id": _text(),
                "kind": _code("hydrant", "fire_point", "both"),
                "cost_vnd": _money(),
                "note": _text(),
            },
        ),
    }
)

#: All tables that are read cell by cell.
ALL_TABLES: Final[Mapping[str, pa.DataFrameSchema]] = MappingProxyType({**TABLES, **PLAN_TABLES})


def kind_of(column: Any) -> str:
    """How the text of a column is read: text, code, measure, number, date, month or flag."""
    return str(column.metadata["kind"])


def may_be_ahead(column: Any) -> bool:
    """Whether a date of the column may lie ahead of today."""
    return bool(column.metadata.get("may_be_ahead", True))


def said_of(check: Any) -> tuple[Message, dict[str, Any]]:
    """Return what is said of a cell that fails a check, with ``{value}`` for what it holds.

    Examples
    --------
    >>> message, figures = said_of(TABLES["widths"].columns["width_m"].checks[1])
    >>> message.into("en", value="-2", **figures)
    "'-2' can't be right: it must be more than 0"
    """
    limits: Mapping[str, Any] = check.statistics
    return check.error, {**limits, "codes": ", ".join(limits.get("allowed_values", ()))}


def needs_place(schema: pa.DataFrameSchema) -> bool:
    """Whether a row of the table without coordinates can't be used."""
    return bool((schema.metadata or {}).get("place", True))


def stacked(parts: Sequence[pd.DataFrame], columns: Sequence[str]) -> pd.DataFrame:
    """Put tables below one another, every cell as it is.

    pandas' own concat guesses types anew where a column of one part is blank; here columns stay
    objects, and a part without a column has None in it.

    Examples
    --------
    >>> stacked([pd.DataFrame({"a": [1]}), pd.DataFrame({"b": ["x"]})], ["a", "b"]).to_numpy()
    array([[1, None],
           [None, 'x']], dtype=object)
    """

    def cells(part: pd.DataFrame, name: str) -> list[Any]:
        if name not in part:
            return [None] * len(part)
        return part[name].to_numpy(dtype=object).tolist()

    return pd.DataFrame(
        {
            name: pd.Series([cell for part in parts for cell in cells(part, name)], dtype=object)
            for name in columns
        }
    )


_COVERAGE: Final = (
    "covered",
    "needs_survey",
    "not_covered",
    "no_answer",
    "share_worst",
    "share_best",
    "people_worst",
    "people_best",
)

#: Columns of the layers of results.gpkg, in their order (SPEC §12).
LAYERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "houses": (
            "house_id",
            "address",
            "group",
            "people",
            "door_lon",
            "door_lat",
            "offset_m",
            "hose_m",
            "hose_best_m",
            "hose_rolls",
            "road",
            "road_60",
            "stand_lon",
            "stand_lat",
            "stopped_by",
            "truck_m",
            "truck_s",
            "hydrant_id",
            "hydrant_m",
            "near_150",
            "water_id",
            "water_m",
            "water",
            "fire_point_id",
            "point_m",
            "point",
            "straight_hydrant_m",
            "straight_water_m",
            "straight_point_m",
            "segment_id",
            "alley_id",
            "status",
            "flags",
            "reason",
            "reason_vi",
            "reason_en",
        ),
        "segments": (
            "segment_id",
            "osm_id",
            "name",
            "highway",
            "length_m",
            "width_m",
            "width_source",
            "width_date",
            "truck",
            "truck_reason",
            "reached",
        ),
        "barriers": (
            "barrier_id",
            "object_id",
            "osm_id",
            "type",
            "state",
            "clear_width_m",
            "effect",
            "source",
            "dealt_with",
        ),
        "alleys": (
            "alley_id",
            "name",
            "depth_m",
            "depth_best_m",
            "length_m",
            "min_width_m",
            "stopped_by",
            "certain",
            "deep",
            "houses",
            "houses_not_covered",
            "houses_needs_survey",
            "water_id",
            "water_m",
            "has_water_solution",
            "has_fire_point",
            "needs_fire_point",
        ),
        "dead_ends": (
            "dead_end_id",
            "name",
            "length_m",
            "length_best_m",
            "certain",
            "reverse_m",
            "limit_m",
            "too_long",
            "turning",
            "turning_m",
            "passing_places",
            "passing_needed",
            "width_m",
            "houses",
            "osm_ids",
        ),
        "draft_points": (
            "draft_point_id",
            "object_id",
            "kind",
            "name",
            "source",
            "stand_lon",
            "stand_lat",
            "edge_lon",
            "edge_lat",
            "distance_m",
            "access",
            "perennial",
            "lift_m",
            "answer",
            "houses_served",
            "houses_without_water",
            "houses_gained",
            "missing",
        ),
        "water": ("object_id", "type", "working", "usable", "houses_served"),
        "fire_points": ("object_id", "type", "working", "usable", "houses_served"),
        "evidence": (
            "object",
            "source",
            "file",
            "sheet",
            "row",
            "value",
            "date",
            "method",
            "accuracy_m",
            "used",
            "replaced_by",
        ),
    }
)

#: Columns of the tables of other scenarios, written where a project asks for any.
SCENARIO_TABLES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "scenarios": (
            "scenario",
            "kind",
            "vehicle",
            "need_width_m",
            "need_height_m",
            "mass_t",
            "assumed",
            "houses",
            *_COVERAGE,
            *(f"{name}_60" for name in _COVERAGE),
            "reached_km",
            "reached_best_km",
        ),
        "house_scenarios": (
            "house_id",
            "scenario",
            "road",
            "road_60",
            "hose_m",
            "hose_best_m",
        ),
        "alley_scenarios": (
            "alley_id",
            "scenario",
            "opened",
            "reached_m",
            "reached_best_m",
            "gain_houses",
            "gain_best_houses",
            "gain_60_houses",
            "gain_best_60_houses",
        ),
    }
)

#: What taking a barrier away brings (SPEC §9).
GAINS: Final = (
    "gain_houses",
    "gain_best_houses",
    "gain_60_houses",
    "gain_best_60_houses",
    "gain_people",
    "hose_saved_m",
)

#: Columns of the layers and tables of plan.gpkg, in their order; ``house_chances`` and
#: ``schedule`` have no geometry.
PLAN_LAYERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        # Barriers, readings and corners to deal with, alone or several in series, the plan's own
        # (``rank``) first; of ``total_houses``, ``total_if_passable`` hang on what is yet to be
        # measured.
        "measures": (
            "measure_id",
            "barrier_ids",
            "obstacles",
            "action",
            "road",
            "group",
            "rank",
            *GAINS,
            "more_houses",
            "total_houses",
            "total_if_passable",
            "cost_vnd",
            "total_cost_vnd",
            "cost_from",
        ),
        # Proposed hydrants and fire points, by kind in the order in which to build them.
        "sites": (
            "site_id",
            "kind",
            "rank",
            "candidate_id",
            "road",
            "group",
            "segment_id",
            "gain_houses",
            "gain_people",
            "total_houses",
            "total_share",
            "cost_vnd",
            "total_cost_vnd",
            "cost_from",
        ),
        # Houses that no candidate of a kind covers, and why.
        "not_covered": ("house_id", "kind", "why", "nearest_m"),
        # A water solution for each road or alley without a truck.
        "solutions": (
            "alley_id",
            "name",
            "group",
            "depth_m",
            "length_m",
            "min_width_m",
            "houses",
            "has_water_solution",
            "solution",
            "state",
            "clause",
            "why",
            "pipe_m",
            "pieces",
            "others",
            "fire_points",
            "vehicles",
            "cost_vnd",
            "cost_from",
        ),
        # Where to measure next.
        "walk": (
            "rank",
            "alley_id",
            "name",
            "group",
            "segment_ids",
            "length_m",
            "chance",
            "houses_needs_survey",
            "settles_houses",
            "total_settles",
            "total_share",
            "cost_vnd",
            "cost_from",
        ),
        "house_chances": ("house_id", "chance", "chance_60"),
        "schedule": (
            "month",
            "group",
            "work",
            "planned",
            "total",
            "target",
            "share",
            "cost_vnd",
            "total_cost_vnd",
            "cost_from",
        ),
    }
)
