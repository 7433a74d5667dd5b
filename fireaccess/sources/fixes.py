"""Corrections that somebody accepted, kept beside the project, each for one version of a file.

A mistake that can be put right for sure (a wrong zone, swapped axes, centimetres) is proposed with
an id. Nothing is corrected until that id is accepted; a file that changed since is looked at anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Finding, Findings, ProjectError
from fireaccess.model.interruption import stop_if_pressed
from fireaccess.project import FIXES_FILE, Project


class _Fix(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    file: str
    sha256: str
    what: str


class _Fixes(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    fixes: list[_Fix]


def _read(project: Project) -> list[_Fix]:
    path = project.path(FIXES_FILE)
    if not path.is_file():
        return []
    try:
        return _Fixes.model_validate_json(path.read_bytes()).fixes
    except (OSError, ValidationError) as error:
        raise ProjectError(
            Message("the accepted fixes can't be read: {error}"),
            file=path,
            remedy=Message("delete the file, and accept the fixes again with `fireaccess check`"),
            error=error,
        ) from None


def accepted_fixes(project: Project, findings: Findings) -> Mapping[str, frozenset[str]]:
    """Return the ids that were accepted for each input file, by the file's name.

    A fix for a file that changed since is told of and not applied.

    Raises
    ------
    ProjectError
        If the file of accepted fixes can't be read.
    """
    recorded = _read(project)
    now = _sums(project) if recorded else {}
    accepted: dict[str, set[str]] = {}
    for fix in recorded:
        if now.get(fix.file) == fix.sha256:
            accepted.setdefault(fix.file, set()).add(fix.id)
            continue
        findings.add(
            "warning",
            "fix_out_of_date",
            Message(
                "the fix {id} was accepted for another version of this file and is not applied"
            ),
            remedy=Message("look at the findings, and accept it again if it still holds"),
            params={"id": fix.id},
            file=fix.file,
            fix=fix.id,
        )
    return {file: frozenset(ids) for file, ids in accepted.items()}


def accept_fixes(
    project: Project, ids: Iterable[str], proposed: Iterable[Finding]
) -> list[Finding]:
    """Record fixes that the findings propose, so that the next reading applies them.

    Parameters
    ----------
    project
        The project.
    ids
        What to accept.
    proposed
        Findings of `fireaccess.run`.

    Returns
    -------
    The findings whose fixes were accepted.

    Raises
    ------
    ProjectError
        If no finding proposes one of the ids.
    """
    offered = {f.fix: f for f in proposed if f.fix is not None and f.file is not None}
    chosen: list[Finding] = []
    for name in ids:
        if name not in offered:
            raise ProjectError(
                Message("there is no fix {id!r} to accept"),
                file=project.file,
                remedy=Message("proposed are: {ids}")
                if offered
                else Message("`fireaccess check` proposes none for this data"),
                id=name,
                ids=", ".join(sorted(offered)),
            )
        chosen.append(offered[name])
    sums = _sums(project)
    kept = {(fix.file, fix.id): fix for fix in _read(project) if sums.get(fix.file) == fix.sha256}
    for finding in chosen:
        file = Path(str(finding.file)).name
        fix = _Fix(id=str(finding.fix), file=file, sha256=sums[file], what=finding.what)
        kept[file, fix.id] = fix
    content = _Fixes(fixes=[kept[key] for key in sorted(kept)]).model_dump()
    path = project.path(FIXES_FILE)
    aside = path.with_name(f".{path.name}.new")
    stop_if_pressed()
    aside.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    aside.replace(path)
    return chosen


def _sums(project: Project) -> dict[str, str]:
    """Return the SHA-256 of each input file by its name."""
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for _, path in project.input_files()
        if path.is_file()
    }
