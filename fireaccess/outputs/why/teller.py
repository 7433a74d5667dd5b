"""What every chain needs: words and figures, the clauses and the evidence of one result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pandas as pd

from fireaccess.model.answers import Answer, at_least, below
from fireaccess.model.figure import Figure
from fireaccess.model.formats import Language, decimal
from fireaccess.model.layers import LAYERS
from fireaccess.model.text import parse_length, parse_weight
from fireaccess.network.evidence import segment_evidence
from fireaccess.network.network import Network
from fireaccess.network.passability import Passability
from fireaccess.network.tags import WIDTH_SOURCES, three_answers
from fireaccess.outputs.result import Result
from fireaccess.outputs.sentences import Stops
from fireaccess.outputs.why.chain import Clause, Evidence, place_of
from fireaccess.outputs.why.texts import known, text

#: Tags of a barrier that decide. The others may name people, and are not told.
_BARRIER_TAGS: Final = frozenset(
    "access barrier bollard height kerb locked "
    "maxheight maxheight:physical maxwidth:physical".split()
)
_WIDTH_TAGS: Final = tuple(key for key, _ in WIDTH_SOURCES)


@dataclass(frozen=True, eq=False)
class Teller:
    """Says things of one result in one language.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    language
        Vietnamese or English.
    """

    result: Result
    language: Language
    stops: Stops = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "stops", self.stops_of(self.result))

    @staticmethod
    def stops_of(result: Result) -> Stops:
        """Return what is known of every passage.

        Raises
        ------
        ValueError
            If the result was put together without it.
        """
        if result.stops is None:
            raise ValueError("the result holds nothing of what stops a truck")
        return result.stops

    @property
    def network(self) -> Network:
        """The network that the answers were found on."""
        return self.stops.network

    @property
    def passability(self) -> Passability:
        """What is known of its passages."""
        return self.stops.passability

    # Words and figures

    def say(self, key: str, **fill: object) -> str:
        """Return one text."""
        return text(key, self.language, **fill)

    def number(self, value: float) -> str:
        """Write metres to a decimetre."""
        return decimal(value, self.language)

    def whole(self, value: float) -> str:
        """Write a figure without decimals."""
        return decimal(value, self.language, 0)

    def exact(self, value: float) -> str:
        """Write a figure to 0.1 mm, as figures are compared."""
        return decimal(value, self.language, 4)

    def silent(self) -> str:
        """Say that the norm gives no limit."""
        return self.say("silent", name=self.result.norm.name)

    def kind(self, type_: str) -> str:
        """Return what a type of water or fire point is called."""
        return self.say(f"type.{type_}") if known(f"type.{type_}") else type_

    def described(self, name: str) -> str:
        """Return what `sentences.Stops` says of an obstacle or a segment."""
        return self.stops.describe([name])[name][self.language]

    def most(self, value: float, limit: float) -> str:
        """Compare a distance with its limit, with as many digits as tell them apart."""
        digits = 1
        while digits < 4 and value != limit and f"{value:.{digits}f}" == f"{limit:.{digits}f}":
            digits += 1
        sign = "≤" if value <= limit else ">"
        return f"{decimal(value, self.language, digits)} m {sign} {self.exact(limit)} m"

    def least(self, figure: float, accuracy: float, need: float, unit: str = "m") -> str:
        """Compare a figure with a need, by the rule of SPEC §4.1."""
        answer = three_answers(np.array([figure]), np.array([accuracy]), need)[0]
        low, high = self.exact(figure - accuracy), self.exact(figure + accuracy)
        whole, needed = self.exact(figure), f"{self.exact(need)} {unit}"
        if answer == Answer.UNKNOWN:
            within = f"{whole} ± {self.exact(accuracy)}"
            return f"{low} < {needed} ≤ {high} {unit} ({within})"
        if answer == Answer.PASS:
            sum_ = whole if accuracy == 0 else f"{whole} − {self.exact(accuracy)} = {low}"
            return f"{sum_} ≥ {needed}"
        sum_ = whole if accuracy == 0 else f"{whole} + {self.exact(accuracy)} = {high}"
        return f"{sum_} < {needed}"

    def steep(self, grade: float, accuracy: float, most: float) -> str:
        """Compare a grade that may be too steep with the greatest that the norm allows."""
        low, high = self.exact(grade - accuracy), self.exact(grade + accuracy)
        whole, limit = self.exact(grade), self.exact(most)
        if below(-grade + accuracy, -most):
            sum_ = whole if accuracy == 0 else f"{whole} − {self.exact(accuracy)} = {low}"
            return f"{sum_} > {limit}"
        return f"{low} ≤ {limit} < {high} ({whole} ± {self.exact(accuracy)})"

    # Clauses

    def clause(self, name: str) -> tuple[Clause, ...]:
        """Return a figure of the norm; nothing where the norm is silent."""
        norm = self.result.norm
        return _clause("norm", norm.name, name, getattr(norm, name))

    def measure(self, name: str) -> tuple[Clause, ...]:
        """Return a measure of the vehicle."""
        vehicle = self.result.vehicle
        return _clause("vehicle", vehicle.name, name, getattr(vehicle, name))

    def classes(self) -> tuple[Clause, ...]:
        """Return the norm's table by class of road."""
        norm, of = self.result.norm, self.result.norm.classes
        assumed = of.status not in ("V", "V2", "T")
        return (
            Clause(
                "norm", norm.name, "classes", None, None, of.clause, of.status, assumed, of.note
            ),
        )

    def need(self, name: str) -> tuple[Clause, ...]:
        """Return what decides the width or height that a truck needs (SPEC §4.2)."""
        if self.result.project.options.mode == "norm":
            return self.clause(f"clear_{name}")
        return self.measure(name) + self.clause(name.replace("_m", "_margin_m"))

    # Evidence

    @cached_property
    def roads_file(self) -> str:
        """Name of the roads file."""
        return Path(str(self.result.project.inputs.roads)).name

    def evidence(self, name: str) -> tuple[Evidence, ...]:
        """Return what was said of one object, whether it decided or not."""
        table = self.result.evidence
        return self.rows(table[(table["object"] == name).to_numpy()])

    def replaced_by(self, name: str) -> tuple[Evidence, ...]:
        """Return what was said of mapped objects that one of the survey replaces."""
        table = self.result.evidence
        return self.rows(table[[by == name for by in table["replaced_by"]]])

    def of_segment(self, i: int) -> tuple[Evidence, ...]:
        """Return what was said of a segment, also beyond the area: it may stop a truck."""
        name = self.network.segment_id[i]
        if (self.result.segments["segment_id"] == name).any():
            return self.evidence(f"segment:{name}")
        only = np.arange(self.network.n_segments) == i
        norm, file = self.result.norm, self.roads_file
        return self.rows(segment_evidence(self.network, self.passability, norm, only, file))

    def rows(self, table: pd.DataFrame) -> tuple[Evidence, ...]:
        """Return rows of the evidence as plain values, each with why it was not used."""
        return tuple(self._row(row) for row in table[list(LAYERS["evidence"])].to_dict("records"))

    def made_row(self, **cells: Any) -> Evidence:
        """Return a row of the evidence for what the evidence does not list."""
        columns = (*LAYERS["evidence"], "not_used_because")
        return MappingProxyType({**dict.fromkeys(columns), "used": True, **cells})

    def _row(self, cells: Mapping[Any, Any]) -> Evidence:
        row: dict[str, Any] = {
            str(key): None if pd.isna(value) else value for key, value in cells.items()
        }
        row["row"] = None if row["row"] is None else int(row["row"])
        row["used"] = bool(row["used"])
        row["not_used_because"] = None if row["used"] else self._why_not(row)
        if row["object"].startswith("barrier:") and row["source"] == "osm":
            row["value"] = telling_tags(row["value"])
        return MappingProxyType(row)

    def _why_not(self, row: Evidence) -> str:
        kind, _, ident = row["object"].partition(":")
        if row["replaced_by"] is not None:
            return self.say("not_used.replaced", by=self._later(row))
        if kind == "segment":
            return self._why_tag_not(ident, row["value"])
        if kind == "water" and row["value"] == "riser":
            return self.say("not_used.riser")
        told = [
            finding
            for finding in self.result.findings
            if finding.severity == "error"
            and (finding.file, finding.sheet) == (row["file"], row["sheet"])
            and row["row"] in finding.every_row
        ]
        if told and all(finding.code != "far_from_any_road" for finding in told):
            return told[0].what
        on_roads = kind in ("barrier", "reading", "clearance")
        setting = "survey_snap_m" if on_roads else "snap_limit_m"
        limit = getattr(self.result.project.settings, setting)
        return self.say("not_used.far", limit=self.exact(limit), setting=setting)

    def _later(self, row: Evidence) -> str:
        """Return the place of the row that replaces another of the same object, or its name."""
        if row["source"] != "survey":
            return str(row["replaced_by"])
        table = self.result.evidence
        later = table[((table["object"] == row["object"]) & table["used"]).to_numpy()]
        places = [place_of(one, self.language) for one in self.rows(later)]
        return ", ".join(filter(None, places[0])) if places else str(row["replaced_by"])

    def _why_tag_not(self, ident: str, value: str) -> str:
        """Say why a tag of a road decided nothing."""
        i = self.index[ident]
        key, _, said = value.partition("=")
        if key in ("incline", "grade"):
            return self._why_grade_not(i)
        if key == "gap":
            return self._why_gap_not(i)
        weight = key == "maxweight"
        read = parse_weight(said) if weight else parse_length(said)
        if read is None or read.value <= 0:
            return self.say("not_used.unreadable")
        if key in _WIDTH_TAGS:
            return self._outranked(i)
        if weight and not self.network.on_bridge[i]:
            return self.say("not_used.no_bridge")
        if key == "maxheight" and self.tag(i, "maxheight:physical") is not None:
            return self.say("not_used.outranked", by="maxheight:physical")
        need = self.stops.need
        least = need.mass_t if weight else need.width_m if key == "maxwidth" else need.height_m
        if read.value >= least:
            return self.say("not_used.enough", need=f"{self.exact(least)} {'t' if weight else 'm'}")
        return self.say("not_used.sign" if key == "maxwidth" else "not_used.other")

    def _why_gap_not(self, i: int) -> str:
        """Say why the gap between the buildings at a road decided nothing."""
        if self.passability.width_source[i] == "class":
            return self.say("not_used.drawn_over")
        return self._outranked(i)

    def _outranked(self, i: int) -> str:
        """Say which source tells the width of a road instead."""
        source = self.passability.width_source[i]
        better = self.say("source.survey") if source == "survey" else source
        return self.say("not_used.outranked", by=better)

    def _why_grade_not(self, i: int) -> str:
        """Say why the grade of a road decided nothing."""
        norm, grades = self.result.norm, self.passability.grades
        if not norm.grade_decides:
            return self.say("not_used.grade_told", name=norm.name)
        most = norm.value("max_grade")
        if at_least(-grades.grade[i] - grades.accuracy[i], -most):
            return self.say("not_used.gentle", most=self.exact(most))
        return self.say("not_used.other")

    # Roads

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The place of each segment in the network, by its id."""
        return {name: i for i, name in enumerate(self.network.segment_id.tolist())}

    def tag(self, i: int, key: str) -> Any:
        """Return one tag of the way that a segment is a piece of."""
        return self.network.tag(key)[self.network.segment_way[i]]

    def road(self, i: int) -> str:
        """Return the name of the road that a segment is a piece of."""
        return str(self.tag(i, "name") or self.say("unnamed"))


def _clause(kind: str, source: str, name: str, figure: Figure | None) -> tuple[Clause, ...]:
    if figure is None:
        return ()
    return (
        Clause(
            kind=kind,
            source=source,
            figure=name,
            value=figure.value,
            unit=figure.unit,
            clause=figure.clause,
            status=figure.status,
            assumed=not figure.verified,
            note=figure.note,
        ),
    )


def tags_of(value: str) -> list[tuple[str, str]]:
    """Return the tags that the evidence joins with semicolons.

    Examples
    --------
    >>> tags_of("barrier=bollard;maxwidth:physical=2.4")
    [('barrier', 'bollard'), ('maxwidth:physical', '2.4')]
    """
    parts = [part.partition("=") for part in value.split(";")]
    return [(key, tag) for key, sign, tag in parts if sign]


def telling_tags(value: str) -> str:
    """Return those of a mapped barrier's tags, as the evidence joins them, that can decide.

    Examples
    --------
    >>> telling_tags("access=no;barrier=gate;name=Ông Ba")
    'access=no;barrier=gate'
    """
    return ";".join(f"{key}={tag}" for key, tag in tags_of(value) if key in _BARRIER_TAGS)


def given(value: Any) -> bool:
    """Whether a cell of a layer holds anything.

    Examples
    --------
    >>> given("N1"), given(None), given(float("nan"))
    (True, False, False)
    """
    return value is not None and not pd.isna(value)


def code(value: Any) -> Any:
    """Return a cell as result files write it: a word, true or false, None where nothing is known.

    Examples
    --------
    >>> code("ok"), code(np.True_), code(pd.NA)
    ('ok', True, None)
    """
    if not given(value):
        return None
    return bool(value) if isinstance(value, bool | np.bool_) else str(value)
