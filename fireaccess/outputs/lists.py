"""The lists that offices keep, as frames: which columns, in which words, and what is in them.

What a list says is here; how a workbook or a document shows it is not. Words of the survey and of
OpenStreetMap stay as they are; whatever else is told is in the language asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.statistics import STATUSES
from fireaccess.model.formats import Language, day
from fireaccess.outputs.headings import COLUMNS, SUMMED
from fireaccess.outputs.listing import (
    Column,
    Listing,
    Teller,
    in_order,
    known_cells,
    told_columns,
    told_date,
    tones,
    words,
)
from fireaccess.outputs.order import by_group
from fireaccess.outputs.plan_lists import gain_columns, plan_lists
from fireaccess.outputs.result import Result

__all__ = ["Column", "Listing", "in_order", "known_cells", "lists", "tones", "words"]

_ANSWERS: Final = ("road", "water", "point")
_PARTS: Final = ("covered", "needs_survey", "not_covered", "share_worst", "share_best")
_DISTANCES: Final = ("hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m")
_CASES: Final = ("worst", "best")
#: What a vehicle brings to an alley, and what of it is not printed.
_GAINS: Final = ("gain_houses", "gain_best_houses", "gain_60_houses", "gain_best_60_houses")
_OPENED: Final = ("opened", *_GAINS)
_OPENED_MORE: Final = ("reached_m", "reached_best_m")


def lists(result: Result, language: Language) -> tuple[Listing, ...]:
    """Return the lists of a result.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    language
        Language of titles, headings and words.

    Returns
    -------
    Statistics, targets, those of the plan if there is one, then the lists of objects; those of the
    approved list, of transmitters, of scenarios, of dead ends, of draft points and of hydrant gaps
    only if there are any.
    """
    teller = _Lists(result, language)
    area = result.statistics["area"]
    beside = result.side_by_side
    made = [
        teller.groups("groups"),
        teller.groups("distances"),
        teller.targets(),
        *([teller.groups("approved")] if area["approved"] is not None else []),
        *([teller.transmitters()] if result.statistics["transmitters_by_month"] else []),
        *([teller.scenarios()] if "scenarios" in beside else []),
        *plan_lists(result, language),
        teller.alleys(),
        *([teller.opened()] if "alley_scenarios" in beside else []),
        teller.barriers(),
        *([teller.dead_ends()] if len(result.dead_ends) else []),
        teller.objects("water"),
        *([teller.draft_points()] if len(result.draft_points) else []),
        teller.objects("fire_points"),
        teller.houses(),
    ]
    return (*made, *([teller.hydrant_gaps()] if len(result.hydrant_gaps) else []))


class _Lists(Teller):
    """Makes the lists of one result in one language."""

    __slots__ = ()

    def groups(self, name: str) -> Listing:
        """Return figures of the groups, also of those without a house, as people count."""
        area = self.result.statistics["area"]
        asked = {"groups": _ANSWERS, "distances": ("road_60",)}.get(name, ())
        answers = [answer for answer in asked if area[answer] is not None]
        shares = {"share_worst": ("covered",), "share_best": ("covered", "needs_survey")}
        columns = [
            Column(
                f"{answer}.{part}",
                self.heading(answer, part),
                "share" if part in shares else "count",
                8.5,
                tuple(f"{answer}.{of}" for of in shares.get(part, (part,))),
                "houses" if part in shares else None,
            )
            for answer in answers
            for part in _PARTS
        ]
        if name == "distances":
            columns += [
                Column(f"{which}.{part}", self.heading(which, part), "metres", 8.5)
                for which in _DISTANCES
                for part in ("median", "p90")
            ]

        def figures(of: Mapping[str, Any]) -> dict[str, Any]:
            # No house of the group has an answer: then none is covered.
            nothing = dict.fromkeys(_PARTS, 0)
            return {
                **of,
                "unconnected": of["status"]["unconnected"],
                **of["extinguishers"],
                **of["transmitters"],
                **(of["approved"] or {}),
                **of.get("roads", {}),
                **{f"{a}.{part}": (of[a] or nothing)[part] for a in answers for part in _PARTS},
                **{
                    f"{k}.{part}": v
                    for k, vs in of["percentiles"].items()
                    for part, v in vs.items()
                },
            }

        made = {of["group"]: figures(of) for of in self.result.statistics["groups"]}
        zeros = {c.name: 0 for c in columns if c.kind == "count"} | dict.fromkeys(SUMMED, 0)
        rows = [
            {**made.get(group, zeros), "group": self.word("group.")(group)}
            for group in sorted({*made, *self.result.groups["group"]}, key=by_group)
        ]
        spread = {"answers": columns, "distances": columns}
        return self.listing(name, pd.DataFrame(rows), whole=figures(area), columns=spread)

    def targets(self) -> Listing:
        """Return target, done and left of each target."""
        statistics = self.result.statistics
        unset = words(self.language)["not_set"]
        deadline = self.result.project.options.deadline
        rows = [
            {
                **figures,
                "target_name": self._target(name, required=figures["required"]),
                "target_due": told_date(figures["due"]),
                "target_product": figures["product"],
                "target_authority": figures["authority"],
                "done_share": figures["done"] / figures["target"] if figures["target"] else None,
            }
            for name, figures in statistics["targets"].items()
        ]
        note = {
            "due": day(deadline.isoformat() if deadline else None, self.language) or unset,
            "newest": day(statistics["dates"]["newest_evidence"], self.language) or unset,
        }
        return self.listing("targets", pd.DataFrame(rows), note=note)

    def _target(self, name: str, *, required: bool) -> str:
        word = str(self.word("target.")(name))
        return word if required else f"{word} ({words(self.language)['encouraged']})"

    def transmitters(self) -> Listing:
        """Return how many households registered a transmitter by month, and had it installed."""
        unknown = words(self.language)["no_date"]
        rows = [
            {**row, "month": row["month"] or unknown}
            for row in self.result.statistics["transmitters_by_month"]
        ]
        return self.listing("transmitters", pd.DataFrame(rows))

    def alleys(self) -> Listing:
        """Return the roads and alleys without a truck, by name."""
        alleys = self.result.alleys
        living = self.result.houses.dropna(subset=["alley_id"]).groupby("alley_id")["group"]
        groups = {
            alley: ", ".join(self.told("group.", sorted(names.unique(), key=by_group)))
            for alley, names in living
        }
        told = {of["alley_id"]: of for of in self.result.statistics["alleys"]}
        places = shapely.points(alleys[["entrance_lon", "entrance_lat"]].to_numpy(dtype=float))
        rows = {
            **told_columns(alleys),
            **self.where(places),
            "name": [name or self.word("")("unnamed") for name in known_cells(alleys["name"])],
            "groups": [groups.get(alley) for alley in alleys["alley_id"]],
            **{
                name: [told[alley][name] for alley in alleys["alley_id"]]
                for name in ("people", "measured_share")
            },
            "stopped_by": self.described(alleys["stopped_by"]),
            **{
                name: self.told("answer.", alleys[name])
                for name in (
                    *("deep", "certain", "has_water_solution"),
                    *("has_fire_point", "needs_fire_point"),
                )
            },
            "code": alleys["alley_id"].to_numpy(),
            "at": alleys["alley_id"].to_numpy(),
        }
        return self.listing("alleys", in_order(rows, "name", "code"), layer="alleys")

    def barriers(self) -> Listing:
        """Return barriers and narrow places, those not dealt with first; no person unasked."""
        barriers = self.result.barriers
        measured = barriers["source"].isin(("reading", "clearance"))
        types = barriers["type"].where(~measured, barriers["source"])
        # A corner has no id but that of the row.
        own = [name.partition(":")[2] for name in barriers["barrier_id"]]
        called = known_cells(barriers["object_id"]), known_cells(barriers["osm_id"]), own
        rows = {
            **told_columns(barriers),
            **self.where(shapely.point_on_surface(barriers.geometry.to_numpy())),
            "code": [next(filter(None, names)) for names in zip(*called, strict=True)],
            "type": self.told("type.", types),
            "described": self.described(barriers["barrier_id"]),
            "state": self.told("state.", barriers["state"]),
            "effect": self.told("effect.", barriers["effect"]),
            "dealt_with": self.told("answer.", barriers["dealt_with"]),
            "source": self.told("source.", barriers["source"]),
            "checked_on": [told_date(when) for when in barriers["date"]],
            "order": [dealt_with is True for dealt_with in known_cells(barriers["dealt_with"])],
            "at": barriers["barrier_id"].to_numpy(),
        }
        named = self.result.project.options.personal_data
        keyholder = [Column("keyholder", self.heading("keyholder"), "text", 15)] if named else []
        return self.listing(
            "barriers",
            in_order(rows, "order", "type", "code"),
            "barriers",
            columns={"keyholder": keyholder, **gain_columns(self.result, self.language)},
        )

    def dead_ends(self) -> Listing:
        """Return the dead ends, those first in which a truck has or may have to reverse too far."""
        ends = self.result.dead_ends
        order = {"yes": 0, "unknown": 1}
        rows = {
            **told_columns(ends),
            **self.where(shapely.point_on_surface(ends.geometry.to_numpy())),
            "name": [name or self.word("")("unnamed") for name in known_cells(ends["name"])],
            "too_long": self.told("too_long.", ends["too_long"]),
            "dead_end_m": ends["length_m"].to_numpy(),
            "dead_end_best_m": ends["length_best_m"].to_numpy(),
            "sure": self.told("answer.", ends["certain"]),
            "turning": self.told("answer.", ends["turning"]),
            "min_width_m": ends["width_m"].to_numpy(),
            "order": [order.get(answer, 2) for answer in ends["too_long"]],
            "longest": -ends["reverse_m"].to_numpy(),
            "code": ends["dead_end_id"].str.split(":", n=1).str[-1].to_numpy(),
            "at": ends["dead_end_id"].to_numpy(),
        }
        ordered = in_order(rows, "order", "longest", "name", "code")
        return self.listing("dead_ends", ordered, "dead_ends")

    def draft_points(self) -> Listing:
        """Return the draft points, those first that bring water to most houses."""
        points = self.result.draft_points
        order = ("yes", "unknown", "no")
        rows = {
            **told_columns(points),
            **self.where(points.geometry.to_numpy()),
            "code": points["draft_point_id"].to_numpy(),
            "type": self.told("type.", points["kind"]),
            "called": points["name"].to_numpy(),
            "draftable": self.told("answer.", points["answer"]),
            "access": self.told("access.", points["access"]),
            "perennial": self.told("answer.", points["perennial"]),
            "edge_m": points["distance_m"].to_numpy(),
            "houses_in_range": known_cells(points["houses_served"].tolist()),
            "missing": self.told_each("missing.", points["missing"], " "),
            "source": self.told("source.", points["source"]),
            "order": [order.index(answer) for answer in points["answer"]],
            "most": -points["houses_gained"].fillna(0).to_numpy(dtype=int),
            "at": points["draft_point_id"].to_numpy(),
        }
        ordered = in_order(rows, "most", "order", "code")
        return self.listing("draft_points", ordered, "draft_points")

    def scenarios(self) -> Listing:
        """Return the figures of each scenario, and how they differ from those of the main run."""
        parts = [f"{part}_{case}" for part in ("houses", "share", "more") for case in _CASES]
        spread = {
            answer: [
                Column(f"{answer}.{part}", self.heading(answer, part), *COLUMNS[f"of.{part}"][1:])
                for part in parts
            ]
            for answer in ("road", "road_60")
        }
        base, *_ = self.result.statistics["scenarios"]
        rows = [
            {
                **of,
                "scenario": self.word("scenario.")(of["kind"]),
                **{
                    f"{answer}.{part}": value
                    for answer in spread
                    if of[answer] is not None
                    for part, value in _beside(of[answer], base[answer]).items()
                    if of is not base or not part.startswith("more")
                },
            }
            for of in self.result.statistics["scenarios"]
        ]
        frame = pd.DataFrame(rows)
        frame["assumed"] = self.told_each("assumed.", frame["assumed"], ", ")
        return self.listing("scenarios", frame, columns=spread)

    def opened(self) -> Listing:
        """Return the alleys that another vehicle opens, with what each of them brings there."""
        table = self.result.side_by_side["alley_scenarios"]
        alleys = self.result.alleys
        places = shapely.points(alleys[["entrance_lon", "entrance_lat"]].to_numpy(dtype=float))
        rows: dict[str, Any] = {
            **told_columns(alleys),
            **self.where(places),
            "name": [name or self.word("")("unnamed") for name in known_cells(alleys["name"])],
            "code": alleys["alley_id"].to_numpy(),
            "at": alleys["alley_id"].to_numpy(),
        }
        opens = np.zeros(len(alleys), dtype=bool)
        spread: dict[str, list[Column]] = {"vehicles": [], "more": []}
        for scenario, of in table.groupby("scenario", sort=False):
            of = of.set_index("alley_id").loc[alleys["alley_id"]]
            opens |= of["opened"].eq("yes").to_numpy() | (of[[*_GAINS]] > 0).any(axis=1).to_numpy()
            for part in (*_OPENED, *_OPENED_MORE):
                name = f"{scenario}.{part}"
                _, kind, width = COLUMNS[f"of.{part}"]
                heading = f"{str(scenario).partition(':')[2]}: {self.heading(part)}"
                total = (name,) if kind == "count" else ()
                to = spread["vehicles" if part in _OPENED else "more"]
                to.append(Column(name, heading, kind, width, total))
                told = kind == "word"
                rows[name] = self.told("answer.", of[part]) if told else of[part].to_numpy()
        frame = in_order({**rows, "opens": opens}, "name", "code")
        return self.listing("opened", frame[frame["opens"].eq(True)], "alleys", columns=spread)

    def objects(self, layer: Literal["water", "fire_points"]) -> Listing:
        """Return water objects or fire points, by type."""
        objects: gpd.GeoDataFrame = getattr(self.result, layer)
        rows = {
            **told_columns(objects),
            **self.where(shapely.point_on_surface(objects.geometry.to_numpy())),
            "code": known_cells(objects["object_id"]),
            "type": self.told("type.", objects["type"]),
            "working": self.told("answer.", objects["working"]),
            "usable": self.told("answer.", objects["usable"]),
            "source": self.told("source.", objects["source"]),
            "checked_on": [told_date(when) for when in objects["last_checked"]],
            "at": known_cells(objects["object_id"]),
        }
        return self.listing(layer, in_order(rows, "type", "code"), layer)

    def houses(self) -> Listing:
        """Return all houses by group, status and address."""
        houses = self.result.houses
        names = dict(zip(self.result.alleys["alley_id"], self.result.alleys["name"], strict=True))
        rows = {
            **told_columns(houses),
            **self.where(shapely.point_on_surface(houses.geometry.to_numpy())),
            "code": known_cells(houses["house_id"]),
            "group": self.told("group.", houses["group"]),
            "status": self.told("status.", houses["status"]),
            **{answer: self.told("", houses[answer]) for answer in _ANSWERS},
            "alley": [names.get(alley) for alley in houses["alley_id"]],
            "reason": known_cells(houses[f"reason_{self.language}"]),
            "extinguisher": self.told("answer.", houses["extinguisher"]),
            "extinguisher_on": [told_date(when) for when in houses["extinguisher_checked"]],
            "transmitter": self.told("answer.", houses["transmitter"]),
            "approved": self.told("answer.", houses["approved"]),
            "order": [STATUSES.index(status) for status in houses["status"]],
            "group_order": [by_group(group) for group in houses["group"]],
            "at": known_cells(houses["house_id"]),
        }
        ordered = in_order(rows, "group_order", "order", "address", "code")
        return self.listing("houses", ordered, "houses")

    def hydrant_gaps(self) -> Listing:
        """Return stretches of road far from any hydrant, by name."""
        gaps = self.result.hydrant_gaps
        rows = {
            **told_columns(gaps),
            **self.where(shapely.point_on_surface(gaps.geometry.to_numpy())),
            "name": [name or self.word("")("unnamed") for name in known_cells(gaps["name"])],
            "code": known_cells(gaps["segment_id"]),
            "at": known_cells(gaps["segment_id"]),
        }
        return self.listing("hydrant_gaps", in_order(rows, "name", "code"), "segments")


def _beside(of: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Return the houses that a coverage has in both cases, and how many more than another one."""
    (worst, best), (base_worst, base_best) = (
        (figures["covered"], figures["covered"] + figures["needs_survey"]) for figures in (of, base)
    )
    return {
        "houses_worst": worst,
        "houses_best": best,
        "share_worst": of["share_worst"],
        "share_best": of["share_best"],
        "more_worst": worst - base_worst,
        "more_best": best - base_best,
    }
