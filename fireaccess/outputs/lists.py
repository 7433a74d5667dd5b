"""The lists that offices keep, as frames: which columns, in which words, and what is in them.

What a list says is here; how a workbook or a document shows it is not. Words of the survey and of
OpenStreetMap stay as they are; whatever else is told is in the language asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any, Final, Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from fireaccess.analysis.statistics import STATUSES
from fireaccess.model.catalogue import Message
from fireaccess.model.formats import Language, day
from fireaccess.outputs.map.texts import texts
from fireaccess.outputs.order import by_group, natural
from fireaccess.outputs.result import Result
from fireaccess.sources.coordinates import WGS84, transform_xy

Kind = Literal[
    "text", "place", "word", "count", "metres", "width", "rate", "share", "degrees", "grid", "date"
]
Tone = Literal["good", "open", "bad", "none"]

_ANSWERS: Final = ("road", "water", "point")
_PARTS: Final = ("covered", "needs_survey", "not_covered", "share_worst", "share_best")
_DISTANCES: Final = ("hose_m", "hose_best_m", "hydrant_m", "water_m", "point_m")
_BY_HAND: Final = "task person unit due product authority note"
_WHERE: Final = "lon lat east north"

#: Lists: title (of at most 31 letters), what it tells, and columns; what follows | isn't printed.
_LISTS: Final[Mapping[str, tuple[Message, Message, str]]] = MappingProxyType(
    {
        "groups": (
            Message("Residential groups", "statistics"),
            Message(
                "Worst: what is not known keeps a truck out. Best: what is not known lets it "
                "through. Shares are of all houses, those not computed included."
            ),
            "group houses people unconnected {answers} alley_measured_share",
        ),
        "distances": (
            Message("Distances and equipment"),
            Message(
                "Metres along the way, not straight. Half of the houses are no farther than the "
                "median, nine tenths no farther than the 90th percentile; neither adds up."
            ),
            "group houses {distances} hydrant_within_150_m equipped checked registered installed",
        ),
        "targets": (
            Message("Targets"),
            Message("Due: {due}. Newest data: {newest}."),
            "target_name target done left per_month done_share target_due owner target_product "
            "target_authority",
        ),
        "approved": (
            Message("Approved list"),
            Message(
                "Houses in areas without road or water: the approved list beside what was "
                "computed. The approved one decides who installs an alarm transmitter."
            ),
            "group houses listed both only_listed only_listed_open only_computed asked "
            "installed_of_asked",
        ),
        "transmitters": (
            Message("Transmitters by month"),
            Message(
                "Alarm transmitters: households that registered one, and that had it installed."
            ),
            "month registered installed",
        ),
        "alleys": (
            Message("Roads without a truck"),
            Message(
                "Roads and alleys that a fire engine does not get to, or not for certain. The "
                "office fills in the blank columns."
            ),
            "map name groups length_m measured_share min_width_m depth_m deep certain houses "
            "people houses_not_covered houses_needs_survey stopped_by water_m has_water_solution "
            f"has_fire_point needs_fire_point {_BY_HAND} | depth_best_m water_id code {_WHERE}",
        ),
        "barriers": (
            Message("Barriers, narrow places"),
            Message(
                "Barriers, posts, gates, measured narrow and low places; removed ones stay in the "
                "list. The office fills in the blank columns."
            ),
            "map code type described state clear_width_m effect dealt_with {keyholder} source "
            f"checked_on {_BY_HAND} | {_WHERE}",
        ),
        "water": (
            Message("Water sources"),
            Message("Hydrants, tanks, ponds, rivers, suction points: surveyed and mapped."),
            f"map code type working usable houses_served source checked_on {_WHERE}",
        ),
        "fire_points": (
            Message("Fire points", "list"),
            Message("Public fire points and public extinguishers."),
            f"map code type working usable houses_served source checked_on {_WHERE}",
        ),
        "houses": (
            Message("Houses", "map"),
            Message(
                "All houses by group and status: filter by status for those in areas without road "
                "or water."
            ),
            "map code address group people status road hose_m hose_best_m water water_id water_m "
            "hydrant_m point point_m alley reason | use extinguisher extinguisher_on transmitter "
            f"registered_month approved {_WHERE}",
        ),
        "hydrant_gaps": (
            Message("Roads far from a hydrant"),
            Message(
                "Stretches that a truck gets to, farther than half the spacing from any working "
                "hydrant."
            ),
            f"map name length_m code {_WHERE}",
        ),
    }
)

#: Columns: heading, kind, width in letters.
_COLUMNS: Final[Mapping[str, tuple[Message, Kind, float]]] = MappingProxyType(
    {
        "group": (Message("Group", "heading"), "text", 16),
        "groups": (Message("Group", "heading"), "text", 16),
        "houses": (Message("Houses", "count"), "count", 8),
        "people": (Message("People"), "count", 8),
        "alley_measured_share": (Message("Alleys measured"), "share", 9),
        "measured_share": (Message("Measured"), "share", 8),
        "unconnected": (Message("Not computed"), "count", 8),
        "hydrant_within_150_m": (Message("Hydrant within 150 m"), "count", 9),
        "equipped": (Message("With an extinguisher"), "count", 9),
        "checked": (Message("Extinguisher checked"), "count", 9),
        "registered": (Message("Alarm registered"), "count", 9),
        "installed": (Message("Alarm installed"), "count", 9),
        "target_name": (Message("Target"), "text", 46),
        "target": (Message("Target", "total"), "count", 10),
        "done": (Message("Done"), "count", 10),
        "left": (Message("Left"), "count", 10),
        "per_month": (Message("Per month"), "rate", 11),
        "done_share": (Message("Share done"), "share", 10),
        "target_due": (Message("Due"), "date", 11),
        "owner": (Message("Answers for it"), "text", 22),
        "target_product": (Message("Product"), "text", 22),
        "target_authority": (Message("Authority"), "text", 22),
        "listed": (Message("On the list"), "count", 9),
        "both": (Message("In both"), "count", 9),
        "only_listed": (Message("Only on the list"), "count", 9),
        "only_listed_open": (Message("…of these not known"), "count", 9),
        "only_computed": (Message("Only computed"), "count", 9),
        "asked": (Message("Asked for a transmitter"), "count", 10),
        "installed_of_asked": (Message("…of these installed"), "count", 9),
        "month": (Message("Month"), "text", 12),
        "name": (Message("Road", "name"), "text", 21),
        "length_m": (Message("Length (m)"), "metres", 8),
        "min_width_m": (Message("Narrowest known (m)"), "width", 8),
        "depth_m": (Message("Depth (m)"), "metres", 8),
        "depth_best_m": (Message("Depth, best case (m)"), "metres", 9),
        "deep": (Message("Deep"), "text", 7),
        "certain": (Message("Certain"), "text", 7),
        "houses_not_covered": (Message("Houses not covered"), "count", 8),
        "houses_needs_survey": (Message("Houses that need a survey"), "count", 8),
        "stopped_by": (Message("The truck is stopped by"), "text", 26),
        "water_id": (Message("Nearest water"), "text", 10),
        "water_m": (Message("To water (m)"), "metres", 8),
        "has_water_solution": (Message("Water solution", "whether there is one"), "word", 9),
        "has_fire_point": (Message("Fire point", "whether there is one"), "text", 8),
        "needs_fire_point": (Message("Needs a fire point"), "text", 8),
        "task": (Message("Task (by hand)"), "text", 11),
        "person": (Message("Person (by hand)"), "text", 10),
        "unit": (Message("Responsible (by hand)"), "text", 12),
        "due": (Message("Due (by hand)"), "date", 11),
        "product": (Message("Product (by hand)"), "text", 10),
        "authority": (Message("Authority (by hand)"), "text", 10),
        "note": (Message("Remarks (by hand)"), "text", 10),
        "map": (Message("Map"), "place", 7),
        "code": (Message("Code"), "text", 15),
        "type": (Message("Type"), "text", 15),
        "described": (Message("Place, evidence"), "text", 34),
        "state": (Message("State"), "text", 10),
        "clear_width_m": (Message("Gap (m)"), "width", 8),
        "effect": (Message("To a fire engine"), "word", 12),
        "dealt_with": (Message("Dealt with"), "word", 8),
        "keyholder": (Message("Keyholder"), "text", 15),
        "source": (Message("Source"), "text", 16),
        "checked_on": (Message("Checked, measured"), "date", 11),
        "working": (Message("Working", "heading"), "word", 10),
        "usable": (Message("Usable by a truck"), "word", 10),
        "houses_served": (Message("Houses served"), "count", 9),
        "address": (Message("Address"), "text", 26),
        "status": (Message("Status"), "word", 17),
        "road": (Message("Road", "answer"), "word", 10),
        "hose_m": (Message("Hose, worst case (m)"), "metres", 8),
        "hose_best_m": (Message("Hose, best case (m)"), "metres", 8),
        "water": (Message("Water"), "word", 10),
        "hydrant_m": (Message("To a hydrant (m)"), "metres", 8),
        "point": (Message("Fire point"), "word", 10),
        "point_m": (Message("To a fire point (m)"), "metres", 8),
        "alley": (Message("Alley without a truck"), "text", 18),
        "reason": (Message("Reason"), "text", 62),
        "use": (Message("Use"), "text", 15),
        "extinguisher": (Message("Extinguisher"), "text", 9),
        "extinguisher_on": (Message("Extinguisher checked", "date"), "date", 12),
        "transmitter": (Message("Alarm transmitter"), "text", 11),
        "registered_month": (Message("Month registered"), "text", 10),
        "approved": (Message("On the approved list"), "text", 9),
        "lon": (Message("Longitude (WGS 84)"), "degrees", 12),
        "lat": (Message("Latitude (WGS 84)"), "degrees", 12),
        "east": (Message("East E (m), {crs}"), "grid", 15),
        "north": (Message("North N (m), {crs}"), "grid", 15),
        # Headings that are put together
        "of.road": (Message("Road", "answer"), "count", 8.5),
        "of.road_60": (Message("Hose up to 60 m"), "count", 8.5),
        "of.water": (Message("Water", "list"), "count", 8.5),
        "of.point": (Message("Fire point"), "count", 8.5),
        "of.covered": (Message("covered"), "count", 8.5),
        "of.needs_survey": (Message("needs a survey"), "count", 8.5),
        "of.not_covered": (Message("not covered"), "count", 8.5),
        "of.share_worst": (Message("worst share"), "share", 8.5),
        "of.share_best": (Message("best share"), "share", 8.5),
        "of.median": (Message("median"), "metres", 8.5),
        "of.p90": (Message("90th percentile"), "metres", 8.5),
    }
)
_TEXTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "covered": Message("covered"),
        "needs_survey": Message("needs a survey"),
        "not_covered": Message("not covered"),
        "type.extinguisher": Message("public extinguisher"),
        "open": Message("open"),
        "not_set": Message("not set"),
        "target.water_solutions": Message(
            "Roads and alleys without a truck that have a water solution"
        ),
        "target.barriers_dealt_with": Message("Barriers dealt with"),
        "target.violations_fixed": Message("Violations fixed"),
        "target.extinguishers_checked": Message(
            "Extinguishers checked (of the households that have one)"
        ),
        "target.transmitters_installed": Message("Alarm transmitters installed"),
        "target.water_reviewed": Message("Water sources reviewed"),
        "target.fire_points_reviewed": Message("Public fire points reviewed"),
        "encouraged": Message("encouraged"),
        "no_date": Message("not known when"),
    }
)
#: Decimals that a figure keeps, as in the result files.
_DECIMALS: Final[Mapping[Kind, int]] = MappingProxyType(
    {"metres": 2, "width": 2, "grid": 2, "degrees": 7}
)
#: What is added up. Whether or not a house counts, it stands in one row only.
_SUMMED: Final = frozenset(
    "houses people unconnected hydrant_within_150_m equipped checked registered installed length_m "
    "houses_not_covered houses_needs_survey houses_served listed both only_listed "
    "only_listed_open only_computed asked installed_of_asked".split()
)
_TONES: Final[Mapping[str, Tone]] = MappingProxyType(
    {
        **dict.fromkeys(("status.ok", "effect.pass", "effect.delay", "answer.yes"), "good"),
        **dict.fromkeys(("status.needs_survey", "effect.unknown", "answer.unknown"), "open"),
        **dict.fromkeys(("status.no_road", "status.no_water", "status.no_road_no_water"), "bad"),
        **dict.fromkeys(("effect.blocked", "answer.no"), "bad"),
        "status.unconnected": "none",
        "covered": "good",
        "needs_survey": "open",
        "not_covered": "bad",
        "change.better": "good",
        "change.other": "open",
        "change.worse": "bad",
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list.

    Parameters
    ----------
    name
        Its name in the rows.
    heading
        Its heading, with the unit.
    kind
        ``place`` is text to be linked to the object's place on the map, ``word`` one of the words
        that `tones` knows, ``metres`` has one decimal and ``width`` two, ``grid`` are metres of a
        map's grid.
    width
        Width in letters.
    total, per
        Columns whose sums stand above it, divided by the sum of the column ``per`` if there is one.
    """

    name: str
    heading: str
    kind: Kind
    width: float
    total: tuple[str, ...] = ()
    per: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Listing:
    """A list: its columns, and a row for each object.

    Parameters
    ----------
    name
        Key of the list.
    title, note
        What it is called, and what it tells.
    columns
        Its columns.
    printed
        How many of them, from the first, belong on paper.
    rows
        Plain text, numbers and dates by column, None or NaN where nothing is known; ``at`` is the
        object's id in its layer.
    layer
        The layer of the map that shows the objects, None if there is none.
    whole
        The figures of the whole area by column, where the list has them.
    """

    name: str
    title: str
    note: str
    columns: tuple[Column, ...]
    printed: int
    rows: pd.DataFrame
    layer: str | None = None
    whole: Mapping[str, Any] | None = None


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
    Statistics, targets, then the lists of objects; those of the approved list, of transmitters and
    of hydrant gaps only if there are any.
    """
    teller = _Teller(result, language)
    area = result.statistics["area"]
    made = [
        teller.groups("groups"),
        teller.groups("distances"),
        teller.targets(),
        *([teller.groups("approved")] if area["approved"] is not None else []),
        *([teller.transmitters()] if result.statistics["transmitters_by_month"] else []),
        teller.alleys(),
        teller.barriers(),
        teller.objects("water"),
        teller.objects("fire_points"),
        teller.houses(),
    ]
    return (*made, *([teller.hydrant_gaps()] if len(result.hydrant_gaps) else []))


def tones(language: Language) -> dict[str, Tone]:
    """Return what each word of a ``word`` column means, to colour it.

    Examples
    --------
    >>> tones("vi")["cần khảo sát"], tones("en")["Blocks the truck"]
    ('open', 'bad')
    """
    known = words(language)
    return {known[key]: tone for key, tone in _TONES.items()}


def words(language: Language) -> dict[str, str]:
    """Return the map's words and those of the lists alone: one thing has one name everywhere."""
    return {**texts(language), **{key: text.into(language) for key, text in _TEXTS.items()}}


def known_cells(values: Iterable[Any]) -> list[Any]:
    """Return values with None for whatever is missing."""
    return [None if pd.isna(value) else value for value in values]


def _date(value: Any) -> date | str | None:
    """Return a date, or as text what no spreadsheet takes as one."""
    try:
        return None if pd.isna(value) else date.fromisoformat(value)
    except ValueError:
        return str(value)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Makes the lists of one result in one language."""

    result: Result
    language: Language

    def _word(self, prefix: str) -> Callable[[Any], Any]:
        """Return what gives the word of a code; a code without a word is told as it is."""
        known = words(self.language)
        flags = {True: "yes", False: "no"}
        return lambda code: known.get(f"{prefix}{flags.get(code, code)}", code)

    def _told(self, prefix: str, codes: Iterable[Any]) -> list[Any]:
        word = self._word(prefix)
        return [None if code is None else word(code) for code in known_cells(codes)]

    def _listing(
        self,
        name: str,
        rows: pd.DataFrame,
        layer: str | None = None,
        whole: Mapping[str, Any] | None = None,
        note: Mapping[str, str] | None = None,
        columns: Mapping[str, Sequence[Column]] | None = None,
    ) -> Listing:
        title, notes, names = _LISTS[name]
        crs = self.result.network.crs
        code = crs.to_epsg()
        crs_name = crs.name if code is None else f"{crs.name}, EPSG:{code}"
        made: list[Column] = []
        printed = None
        for key in names.split():
            if key == "|":
                printed = len(made)
            elif key.startswith("{"):
                made += (columns or {}).get(key[1:-1], ())
            else:
                told, kind, width = _COLUMNS[key]
                heading = told.into(self.language, crs=crs_name)
                total = (key,) if key in _SUMMED else ()
                made.append(Column(key, heading, kind, width, total))
        frame = pd.DataFrame(rows, columns=[*(c.name for c in made), "at"], dtype=object)
        frame["map"] = words(self.language)["open"]
        for column in made:
            if column.kind in _DECIMALS:
                numbers = pd.to_numeric(frame[column.name])
                frame[column.name] = numbers.round(_DECIMALS[column.kind])
        return Listing(
            name=name,
            title=title.into(self.language),
            note=notes.into(self.language, **(note or {})),
            columns=tuple(made),
            printed=len(made) if printed is None else printed,
            rows=frame.reset_index(drop=True),
            layer=layer,
            whole=whole,
        )

    def _heading(self, *parts: str) -> str:
        keys = [f"of.{part}" if f"of.{part}" in _COLUMNS else part for part in parts]
        return ": ".join(_COLUMNS[key][0].into(self.language) for key in keys)

    def _where(self, points: Any) -> dict[str, Any]:
        """Return columns of places: degrees, and metres in the analysis CRS."""
        lon, lat = shapely.get_x(points), shapely.get_y(points)
        east, north = np.full(len(lon), np.nan), np.full(len(lon), np.nan)
        known = np.isfinite(lon) & np.isfinite(lat)
        crs = self.result.network.crs
        east[known], north[known] = transform_xy(lon[known], lat[known], WGS84, crs)
        return {"lon": lon, "lat": lat, "east": east, "north": north}

    def groups(self, name: str) -> Listing:
        """Return figures of the groups, also of those without a house, as people count."""
        area = self.result.statistics["area"]
        asked = {"groups": _ANSWERS, "distances": ("road_60",)}.get(name, ())
        answers = [answer for answer in asked if area[answer] is not None]
        shares = {"share_worst": ("covered",), "share_best": ("covered", "needs_survey")}
        columns = [
            Column(
                f"{answer}.{part}",
                self._heading(answer, part),
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
                Column(f"{which}.{part}", self._heading(which, part), "metres", 8.5)
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
        zeros = {c.name: 0 for c in columns if c.kind == "count"} | dict.fromkeys(_SUMMED, 0)
        rows = [
            {**made.get(group, zeros), "group": self._word("group.")(group)}
            for group in sorted({*made, *self.result.groups["group"]}, key=by_group)
        ]
        spread = {"answers": columns, "distances": columns}
        return self._listing(name, pd.DataFrame(rows), whole=figures(area), columns=spread)

    def targets(self) -> Listing:
        """Return target, done and left of each target."""
        statistics = self.result.statistics
        unset = words(self.language)["not_set"]
        deadline = self.result.project.options.deadline
        rows = [
            {
                **figures,
                "target_name": self._target(name, required=figures["required"]),
                "target_due": _date(figures["due"]),
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
        return self._listing("targets", pd.DataFrame(rows), note=note)

    def _target(self, name: str, *, required: bool) -> str:
        word = str(self._word("target.")(name))
        return word if required else f"{word} ({words(self.language)['encouraged']})"

    def transmitters(self) -> Listing:
        """Return how many households registered a transmitter by month, and had it installed."""
        unknown = words(self.language)["no_date"]
        rows = [
            {**row, "month": row["month"] or unknown}
            for row in self.result.statistics["transmitters_by_month"]
        ]
        return self._listing("transmitters", pd.DataFrame(rows))

    def alleys(self) -> Listing:
        """Return the roads and alleys without a truck, by name."""
        alleys = self.result.alleys
        living = self.result.houses.dropna(subset=["alley_id"]).groupby("alley_id")["group"]
        groups = {
            alley: ", ".join(self._told("group.", sorted(names.unique(), key=by_group)))
            for alley, names in living
        }
        told = {of["alley_id"]: of for of in self.result.statistics["alleys"]}
        places = shapely.points(alleys[["entrance_lon", "entrance_lat"]].to_numpy(dtype=float))
        rows = {
            **_columns(alleys),
            **self._where(places),
            "name": [name or self._word("")("unnamed") for name in known_cells(alleys["name"])],
            "groups": [groups.get(alley) for alley in alleys["alley_id"]],
            **{
                name: [told[alley][name] for alley in alleys["alley_id"]]
                for name in ("people", "measured_share")
            },
            "stopped_by": self._described(alleys["stopped_by"]),
            **{
                name: self._told("answer.", alleys[name])
                for name in (
                    *("deep", "certain", "has_water_solution"),
                    *("has_fire_point", "needs_fire_point"),
                )
            },
            "code": alleys["alley_id"].to_numpy(),
            "at": alleys["alley_id"].to_numpy(),
        }
        return self._listing("alleys", in_order(rows, "name", "code"), layer="alleys")

    def barriers(self) -> Listing:
        """Return barriers and narrow places, those not dealt with first; no person unasked."""
        barriers = self.result.barriers
        measured = barriers["source"].isin(("reading", "clearance"))
        types = barriers["type"].where(~measured, barriers["source"])
        rows = {
            **_columns(barriers),
            **self._where(shapely.point_on_surface(barriers.geometry.to_numpy())),
            "code": known_cells(barriers["object_id"].fillna(barriers["osm_id"])),
            "type": self._told("type.", types),
            "described": self._described(barriers["barrier_id"]),
            "state": self._told("state.", barriers["state"]),
            "effect": self._told("effect.", barriers["effect"]),
            "dealt_with": self._told("answer.", barriers["dealt_with"]),
            "source": self._told("source.", barriers["source"]),
            "checked_on": [_date(when) for when in barriers["date"]],
            "order": [dealt_with is True for dealt_with in known_cells(barriers["dealt_with"])],
            "at": barriers["barrier_id"].to_numpy(),
        }
        named = self.result.project.options.personal_data
        keyholder = [Column("keyholder", self._heading("keyholder"), "text", 15)] if named else []
        return self._listing(
            "barriers",
            in_order(rows, "order", "type", "code"),
            "barriers",
            columns={"keyholder": keyholder},
        )

    def objects(self, layer: Literal["water", "fire_points"]) -> Listing:
        """Return water objects or fire points, by type."""
        objects: gpd.GeoDataFrame = getattr(self.result, layer)
        rows = {
            **_columns(objects),
            **self._where(shapely.point_on_surface(objects.geometry.to_numpy())),
            "code": known_cells(objects["object_id"]),
            "type": self._told("type.", objects["type"]),
            "working": self._told("answer.", objects["working"]),
            "usable": self._told("answer.", objects["usable"]),
            "source": self._told("source.", objects["source"]),
            "checked_on": [_date(when) for when in objects["last_checked"]],
            "at": known_cells(objects["object_id"]),
        }
        return self._listing(layer, in_order(rows, "type", "code"), layer)

    def houses(self) -> Listing:
        """Return all houses by group, status and address."""
        houses = self.result.houses
        names = dict(zip(self.result.alleys["alley_id"], self.result.alleys["name"], strict=True))
        rows = {
            **_columns(houses),
            **self._where(shapely.point_on_surface(houses.geometry.to_numpy())),
            "code": known_cells(houses["house_id"]),
            "group": self._told("group.", houses["group"]),
            "status": self._told("status.", houses["status"]),
            **{answer: self._told("", houses[answer]) for answer in _ANSWERS},
            "alley": [names.get(alley) for alley in houses["alley_id"]],
            "reason": known_cells(houses[f"reason_{self.language}"]),
            "extinguisher": self._told("answer.", houses["extinguisher"]),
            "extinguisher_on": [_date(when) for when in houses["extinguisher_checked"]],
            "transmitter": self._told("answer.", houses["transmitter"]),
            "approved": self._told("answer.", houses["approved"]),
            "order": [STATUSES.index(status) for status in houses["status"]],
            "group_order": [by_group(group) for group in houses["group"]],
            "at": known_cells(houses["house_id"]),
        }
        ordered = in_order(rows, "group_order", "order", "address", "code")
        return self._listing("houses", ordered, "houses")

    def hydrant_gaps(self) -> Listing:
        """Return stretches of road far from any hydrant, by name."""
        gaps = self.result.hydrant_gaps
        rows = {
            **_columns(gaps),
            **self._where(shapely.point_on_surface(gaps.geometry.to_numpy())),
            "name": [name or self._word("")("unnamed") for name in known_cells(gaps["name"])],
            "code": known_cells(gaps["segment_id"]),
            "at": known_cells(gaps["segment_id"]),
        }
        return self._listing("hydrant_gaps", in_order(rows, "name", "code"), "segments")

    def _described(self, tokens: pd.Series) -> list[str | None]:
        """Say what stops a truck, of each ``kind:id``."""
        stops = self.result.stops
        known = {} if stops is None else stops.describe(tokens.dropna().tolist())
        return [known[token][self.language] if token in known else None for token in tokens]


def _columns(frame: pd.DataFrame) -> dict[str, list[Any]]:
    return {str(name): known_cells(frame[name]) for name in frame.columns if name in _COLUMNS}


def in_order(rows: Mapping[str, Any], *by: str) -> pd.DataFrame:
    """Sort rows by some columns, text as people count."""
    frame = pd.DataFrame(rows, dtype=object)

    def key(value: Any) -> Any:
        if isinstance(value, str):
            return natural(value)
        return [] if value is None or value is pd.NA else value

    keys = [[key(value) for value in frame[name]] for name in by]
    return frame.iloc[sorted(range(len(frame)), key=lambda i: [column[i] for column in keys])]
