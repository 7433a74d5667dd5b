"""The manifest of a set of results: what each file held when it was written, and of what inputs."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from pathlib import Path, PurePath
from typing import Any, Final

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError

MANIFEST: Final = "manifest.json"
#: Layers of results.gpkg in their order; each is a GeoParquet file too.
RESULT_LAYERS: Final = (
    "houses",
    "segments",
    "barriers",
    "alleys",
    "water",
    "fire_points",
    "hydrant_gaps",
    "dead_ends",
    "draft_points",
    "violations",
    "evidence",
)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def manifest(files: Mapping[Path, Path], inputs: Mapping[str, Any], folder: Path) -> str:
    """Return the manifest of some files, as JSON text.

    Parameters
    ----------
    files
        Where each file's bytes are now, by the place where it will stand.
    inputs
        Name and SHA-256 of each input, as the statistics have them.
    folder
        Where the manifest will stand: places are told relative to it.
    """
    places = {relative(place, folder): digest(path) for place, path in files.items()}
    content = {"inputs": dict(inputs), "files": dict(sorted(places.items()))}
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def relative(path: Path, folder: Path) -> str:
    """Return a path as the manifest in a folder names it, with slashes everywhere.

    Examples
    --------
    >>> relative(Path("ward/maps/map.html"), Path("ward/results"))
    '../maps/map.html'
    """
    return PurePath(os.path.relpath(path, folder)).as_posix()


def read_manifest(folder: Path) -> dict[str, Any]:
    """Return the manifest in a folder of results: ``inputs`` and ``files``.

    Raises
    ------
    OutputError
        If there is none, or it is damaged.
    """
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return {"inputs": dict(content["inputs"]), "files": dict(content["files"])}
    except FileNotFoundError:
        problem, reason = Message("there are no results with a manifest"), ""
    except (OSError, ValueError, KeyError, TypeError) as error:
        problem, reason = Message("the manifest can't be read: {reason}"), str(error)
    remedy = Message("compute them again: fireaccess run")
    raise OutputError(problem, file=path, remedy=remedy, reason=reason)
