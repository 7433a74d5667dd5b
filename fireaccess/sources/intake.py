"""What tables are read against: where the project lies, and what was agreed on beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from pyproj import CRS

from fireaccess.model.errors import Findings
from fireaccess.project import MappingSection
from fireaccess.sources.ground import Ground
from fireaccess.sources.sheets import Sheet
from fireaccess.sources.workbook import read_workbook


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """What tables are read against.

    Parameters
    ----------
    crs
        The analysis CRS, or another that geometries are carried to.
    project_crs
        The CRS of columns ``x`` and ``y`` where a table names none.
    findings
        Takes what is wrong, cell by cell.
    ground
        Where the project lies: mistakes in coordinates are told by it.
    mappings
        How foreign tables are read, by table.
    accepted
        Ids of the fixes that were accepted for each file, by its name.
    today
        A survey dated later is asked about.
    """

    crs: CRS
    project_crs: CRS | None
    findings: Findings
    ground: Ground | None = None
    mappings: Mapping[str, MappingSection] = field(default_factory=dict)
    accepted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    today: date = field(default_factory=date.today)
    _workbooks: dict[Path, tuple[Sheet, ...]] = field(default_factory=dict)

    def sheets(self, path: Path, what: str) -> tuple[Sheet, ...]:
        """Return the sheets of a workbook, which is read once."""
        if path not in self._workbooks:
            self._workbooks[path] = read_workbook(path, what)
        return self._workbooks[path]
