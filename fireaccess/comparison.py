"""Two states of a ward beside one another: what changed, and what changed it.

Why an answer is another one is computed, not guessed. The old project is computed again with the
norm, vehicle and settings of the new one, then with its roads too, then with its survey, and at
last with its houses, which is the new project. An answer was changed by what was exchanged when it
changed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd

from fireaccess.inputs import read_inputs
from fireaccess.model.answers import BoolArray, ObjectArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings, ProjectError
from fireaccess.outputs.book import write_lists
from fireaccess.outputs.changes import change_lists
from fireaccess.outputs.files import put_whole
from fireaccess.outputs.map.document import Changes
from fireaccess.outputs.map.inline import WardMap
from fireaccess.outputs.map.page import page
from fireaccess.outputs.order import by_group
from fireaccess.outputs.plain import plain_cell
from fireaccess.outputs.result import Result
from fireaccess.outputs.writing import MAP_FILE, flat_figures, rounded
from fireaccess.pipeline import compute
from fireaccess.project import Project

#: What is exchanged, one after another, and the inputs that it stands for.
STEPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "norm": ("norm", "vehicle", "vehicles"),
        "roads": ("roads", "flood"),
        "survey": ("survey",),
        "houses": ("houses",),
    }
)
#: What is being computed: the old state, then with one thing after another exchanged.
_COMPUTED: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "old": Message("old"),
        "norm": Message("norm"),
        "roads": Message("roads"),
        "survey": Message("survey"),
        "houses": Message("houses"),
    }
)
ANSWERS: Final = ("status", "road", "road_60", "water", "point")
_RANK: Final = MappingProxyType({"not_covered": 0, "needs_survey": 1, "covered": 2})
_BARRIER: Final = ("state", "effect", "dealt_with")


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What is another than it was.

    Parameters
    ----------
    old, new
        The results of both states.
    houses
        Houses that are new or gone, or of which some answer is another: ``house_id``, ``address``,
        ``group``, ``change`` (new, gone, better, worse, or other if some answers are better and
        some worse), ``why`` (steps of `STEPS`, by commas), each answer and the hose line before and
        after, and the place, in EPSG:4326.
    barriers
        Barriers and narrow readings that are new or gone, or whose state, effect or handling is
        another: ``barrier_id``, ``type``, ``change`` (new, gone, changed), before and after.
    targets
        Target, done and left before and after, a row for each target.
    groups
        Houses, and those that road and water cover for certain, before and after, a row for each
        group.
    rules
        Options, figures of norm and vehicle, and settings that are others: ``figure``, ``old``,
        ``new``.
    """

    old: Result
    new: Result
    houses: gpd.GeoDataFrame
    barriers: gpd.GeoDataFrame
    targets: pd.DataFrame
    groups: pd.DataFrame
    rules: pd.DataFrame

    def map(self) -> WardMap:
        """Return the map of the new state with the houses by what became of them."""
        return WardMap(page(self.new, self.changes()), title=self.new.project.name)

    def changes(self) -> Changes:
        """Return what the map shows of the changes: houses that are gone stand on no map."""
        return Changes(self.houses[self.houses["change"] != "gone"], self.old)

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return what changed as tables without geometry, by name."""
        return {
            "houses": rounded(pd.DataFrame(self.houses.drop(columns="geometry"))),
            "barriers": pd.DataFrame(self.barriers.drop(columns="geometry")),
            "targets": self.targets,
            "groups": self.groups,
            "rules": self.rules,
        }


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write a comparison as CSV tables, a workbook and a map; return the paths of the files.

    Parameters
    ----------
    comparison
        What `compare` returns.
    folder
        Where the files go; each is written aside and renamed into place.

    Raises
    ------
    OutputError
        If a file can't be written there.
    """
    written = []
    for name, table in comparison.tables().items():
        safe = table.astype(object).map(plain_cell)
        text = safe.to_csv(index=False, lineterminator="\n")
        written.append(folder / f"{name}.csv")
        put_whole(written[-1], text.encode("utf-8-sig"))
    new, language = comparison.new, comparison.new.project.options.language
    tables: dict[str, Any] = {name: getattr(comparison, name) for name in comparison.tables()}
    written.append(folder / "comparison.xlsx")
    write_lists(change_lists(tables, language), new, written[-1], MAP_FILE)
    written.append(folder / MAP_FILE)
    put_whole(written[-1], page(new, comparison.changes()).encode("utf-8", "replace"))
    return written


def compare(
    old: Project, new: Project, *, progress: Callable[[str], None] = lambda _: None
) -> Comparison:
    """Compute two states of a ward, and what is another in the new one and why.

    Parameters
    ----------
    old, new
        Two projects of one ward.
    progress
        Told what is being computed, in the language of the new project.

    Raises
    ------
    FireaccessError
        If one of them can't be computed, or they lie in different CRSs.

    Examples
    --------
    >>> import tempfile, fireaccess
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = Project.open(fireaccess.write_sample(folder + "/ward"))
    ...     found = compare(project, project)
    >>> len(found.houses), len(found.barriers), len(found.rules)
    (0, 0, 0)
    """
    language = new.options.language
    progress(_COMPUTED["old"].into(language))
    inputs, target = read_inputs(old, Findings()), read_inputs(new, Findings())
    if inputs.crs != target.crs:
        raise ProjectError(
            Message("the two are computed in {old} and {new}"),
            file=new.file,
            remedy=Message('write the same crs = "EPSG:…" into both project files'),
            old=inputs.crs.to_string(),
            new=target.crs.to_string(),
        )
    results = [compute(old, inputs)]
    for step, names in STEPS.items():
        progress(_COMPUTED[step].into(language))
        exchanged: dict[str, Any] = {name: getattr(target, name) for name in names}
        inputs = replace(inputs, **exchanged, findings=Findings())
        results.append(compute(new, inputs))
    first, last = results[0], results[-1]
    return Comparison(
        old=first,
        new=last,
        houses=_houses(results),
        barriers=_barriers(first.barriers, last.barriers),
        targets=_targets(first.statistics["targets"], last.statistics["targets"]),
        groups=_groups(first.houses, last.houses),
        rules=_rules(first.statistics, last.statistics),
    )


def _houses(results: list[Result]) -> gpd.GeoDataFrame:
    first, last = (result.houses.set_index("house_id") for result in (results[0], results[-1]))
    joined = first.index.union(last.index, sort=False)
    was, now = first.reindex(joined), last.reindex(joined)
    here, there = joined.isin(first.index), joined.isin(last.index)
    steps = np.stack([_ranks(now[answer]) - _ranks(was[answer]) for answer in ANSWERS[1:]])
    up, down = (steps > 0).any(axis=0), (steps < 0).any(axis=0)
    change = np.select(
        [~here, ~there, up & ~down, down & ~up], ["new", "gone", "better", "worse"], "other"
    )
    columns: dict[str, Any] = {
        "house_id": joined,
        "address": now["address"].where(there, was["address"]).to_numpy(),
        "group": now["group"].where(there, was["group"]).to_numpy(),
        "change": change,
        "why": _why(results, joined),
    }
    before_after, other = _before_after(was, now, ANSWERS)
    columns |= before_after
    for name, state in (("old", was), ("new", now)):
        columns[f"hose_{name}_m"] = state["hose_m"].to_numpy(dtype=float)
    place = now.geometry.where(there, was.geometry)
    frame = gpd.GeoDataFrame(columns, geometry=place.to_numpy(), crs=results[-1].houses.crs)
    return frame[other | ~here | ~there].reset_index(drop=True)


def _before_after(
    was: pd.DataFrame, now: pd.DataFrame, names: Iterable[str]
) -> tuple[dict[str, ObjectArray], BoolArray]:
    """Return each column before and after, None where missing; and the rows where any differ."""
    columns: dict[str, ObjectArray] = {}
    other = np.zeros(len(now), dtype=bool)
    for name in names:
        one, two = (
            state[name].astype(object).where(state[name].notna(), None).to_numpy(dtype=object)
            for state in (was, now)
        )
        columns |= {f"{name}_old": one, f"{name}_new": two}
        other |= one != two
    return columns, other


def _ranks(answers: pd.Series) -> Any:
    return answers.map(_RANK).fillna(-1).to_numpy(dtype=float)


def _why(results: list[Result], houses: pd.Index) -> list[str]:
    """Return for each house the steps at which some answer of it changed."""
    states = [
        result.houses.set_index("house_id")[list(ANSWERS)].astype(object).reindex(houses)
        for result in results
    ]
    plain = [state.where(state.notna(), "").to_numpy() for state in states]
    changed = [(one != other).any(axis=1) for one, other in pairwise(plain)]
    return [
        ", ".join(step for step, at in zip(STEPS, row, strict=True) if at)
        for row in np.stack(changed, axis=1)
    ]


def _barriers(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    was, now = (frame.set_index("barrier_id") for frame in (old, new))
    joined = was.index.union(now.index, sort=False)
    here, there = joined.isin(was.index), joined.isin(now.index)
    was, now = was.reindex(joined), now.reindex(joined)
    change = np.where(~here, "new", np.where(~there, "gone", "changed"))
    columns: dict[str, Any] = {
        "barrier_id": joined,
        "type": now["type"].where(there, was["type"]).to_numpy(),
        "change": change,
    }
    before_after, other = _before_after(was, now, _BARRIER)
    columns |= before_after
    place = now.geometry.where(there, was.geometry)
    frame = gpd.GeoDataFrame(columns, geometry=place.to_numpy(), crs=new.crs)
    return frame[other | ~here | ~there].reset_index(drop=True)


def _targets(old: Mapping[str, Any], new: Mapping[str, Any]) -> pd.DataFrame:
    rows = [
        {
            "target": name,
            **{f"{figure}_old": old[name][figure] for figure in ("target", "done", "left")},
            **{f"{figure}_new": new[name][figure] for figure in ("target", "done", "left")},
        }
        for name in new
    ]
    return pd.DataFrame(rows)


def _groups(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    states = {}
    for name, houses in (("old", old), ("new", new)):
        grouped = houses.groupby("group")
        states[f"houses_{name}"] = grouped.size()
        for answer in ("road", "water"):
            states[f"{answer}_covered_{name}"] = grouped[answer].agg(
                lambda given: int((given == "covered").sum())
            )
    frame = pd.DataFrame(states).fillna(0).astype(np.int64)
    frame = frame.loc[sorted(frame.index, key=by_group)]
    return frame.rename_axis("group").reset_index()


def _rules(old: Mapping[str, Any], new: Mapping[str, Any]) -> pd.DataFrame:
    parts = ("project", "norm", "vehicle", "settings")
    was, now = (dict(flat_figures({part: state[part] for part in parts})) for state in (old, new))
    rows = [
        {"figure": name, "old": was.get(name), "new": now.get(name)}
        for name in sorted(was.keys() | now.keys())
        if was.get(name) != now.get(name) and name != "project.name"
    ]
    return pd.DataFrame(rows, columns=["figure", "old", "new"], dtype=object)
