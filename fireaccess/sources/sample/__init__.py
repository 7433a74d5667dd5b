"""Two synthetic projects to try things on and to copy: an old city ward and a rural commune."""

from __future__ import annotations

import tomllib
from pathlib import Path

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError
from fireaccess.sources.sample.commune import make_commune
from fireaccess.sources.sample.texts import NAMES, Kind, data_readme_text, readme_text
from fireaccess.sources.sample.ward import make_ward

__all__ = ["write_sample", "write_samples"]

PROJECT_FILE = "fireaccess.toml"


def write_sample(folder: str | Path, *, kind: Kind = "ward") -> Path:
    """Write a synthetic project and return its project file.

    The same bytes are written on every machine. A sample that is in the folder already is
    written anew; its results stay.

    Parameters
    ----------
    folder
        Where to write; made if missing.
    kind
        ``"ward"``: an old quarter of deep alleys, 3,000 houses. ``"commune"``: a rural commune
        of four hamlets, 400 houses.

    Raises
    ------
    OutputError
        If the folder holds anything but a sample, or a sample that somebody changed, or can't be
        written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = write_sample(Path(folder) / "ward")
    ...     project.name, project.read_text(encoding="utf-8").splitlines()[5]
    ('fireaccess.toml', 'name = "Phường Mẫu (dữ liệu giả lập)"')
    """
    folder = Path(folder)
    files = _files(kind)
    _refuse_others_work(folder)
    _refuse_changed_files(folder, files)
    _write(folder, files)
    return folder / PROJECT_FILE


def write_samples(folder: Path) -> None:
    """Write both samples anew into a folder, with a README that tells what they are."""
    for kind in NAMES:
        _refuse_others_work(folder / f"sample-{kind}")
        _write(folder / f"sample-{kind}", _files(kind))
    _write(folder, {"README.md": data_readme_text()})


def _files(kind: Kind) -> dict[str, str]:
    sample = make_ward() if kind == "ward" else make_commune()
    return {**sample.files, "README.md": readme_text(kind, sample.features)}


def _refuse_changed_files(folder: Path, files: dict[str, str]) -> None:
    """Raise if somebody changed a file of the sample: it may be the beginning of a project."""
    for name, text in files.items():
        path = folder / name
        if path.is_file() and path.read_bytes() != text.encode("utf-8"):
            raise OutputError(
                Message("this file of the sample was changed, and would be overwritten"),
                file=path,
                remedy=Message(
                    "name a new folder, or run the project as it is; nothing was written"
                ),
            )


def _refuse_others_work(folder: Path) -> None:
    """Raise unless the folder is new, empty, or holds a sample whose name nobody changed."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise OutputError(
            Message("this is a file, no folder"),
            file=folder,
            remedy=Message("name a new folder"),
        )
    if any(folder.iterdir()) and not _is_sample(folder / PROJECT_FILE):
        raise OutputError(
            Message("the folder isn't empty, and what is in it is no sample"),
            file=folder,
            remedy=Message("name a new folder; nothing was written"),
        )


def _is_sample(project_file: Path) -> bool:
    try:
        project = tomllib.loads(project_file.read_text(encoding="utf-8")).get("project", {})
    except (OSError, ValueError):
        return False
    return isinstance(project, dict) and project.get("name") in NAMES.values()


def _write(folder: Path, files: dict[str, str]) -> None:
    # The project file last: where it is, the sample is whole.
    try:
        for name, text in sorted(files.items(), key=lambda item: item[0] == PROJECT_FILE):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
    except OSError as error:
        raise OutputError(
            Message("can't write: {reason}"),
            file=error.filename or folder,
            remedy=Message(
                "close the file where it is open, or name a folder that you may write to"
            ),
            reason=error.strerror or str(error),
        ) from error
