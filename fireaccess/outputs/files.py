"""Files that are there whole or not at all, and whose bytes depend on what is in them alone."""

from __future__ import annotations

import io
import os
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError
from fireaccess.model.interruption import stop_if_pressed

#: The first day that a ZIP archive can tell.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
#: When office files were made and saved, as they say themselves: what anybody else saves says now.
SAVED: Final = datetime(2000, 1, 1, tzinfo=UTC)
_PROPERTIES: Final = "docProps/core.xml"
_MODIFIED: Final = re.compile(rb"(<dcterms:modified[^>]*>)([^<]*)")
_SAVED: Final = f"{SAVED:%Y-%m-%dT%H:%M:%SZ}".encode()
#: What an office file begins with.
_FIRST: Final = "[Content_Types].xml"


def put_whole(path: Path, content: bytes) -> None:
    """Write a file aside and rename it into place, so that it is there whole or not at all.

    Raises
    ------
    OutputError
        If it can't be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     put_whole(Path(folder) / "new" / "a.txt", b"whole")
    ...     [path.name for path in (Path(folder) / "new").iterdir()]
    ['a.txt']
    """
    aside = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            aside.write_bytes(content)
            stop_if_pressed()
            os.replace(aside, path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise OutputError(
            Message("the file can't be written: {reason}"),
            file=path,
            remedy=Message(
                "close it where it is open, choose another folder, or ask for the right to write "
                "there"
            ),
            reason=error.strerror or str(error),
        ) from None


def put_office_file(path: Path, content: bytes) -> None:
    """Write a workbook or a document whole, but never over one that somebody has saved since.

    Raises
    ------
    OutputError
        If somebody else saved the file that is there, or it can't be written.
    """
    if was_edited(path):
        raise OutputError(
            Message("somebody has edited the file that is there, and it would be lost"),
            file=path,
            remedy=Message("keep it under another name, or name another file to write"),
        )
    put_whole(path, content)


def was_edited(path: Path) -> bool:
    """Whether a file is there that isn't an office file as it was written here."""
    if not path.exists():
        return False
    try:
        with zipfile.ZipFile(path) as parts:
            found = _MODIFIED.search(parts.read(_PROPERTIES))
    except (OSError, KeyError, zipfile.BadZipFile):
        return True
    return found is None or found[2] != _SAVED


def same_bytes(archive: bytes) -> bytes:
    """Return an office file packed anew: its parts by name, without the time of its writing.

    Examples
    --------
    >>> def packed(*names):
    ...     content = io.BytesIO()
    ...     with zipfile.ZipFile(content, "w") as made:
    ...         for name in names:
    ...             made.writestr(name, name)
    ...     return content.getvalue()
    >>> same_bytes(packed("b", "a")) == same_bytes(packed("a", "b"))
    True
    """
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as parts, zipfile.ZipFile(content, "w") as made:
        for name in sorted(set(parts.namelist()), key=lambda name: (name != _FIRST, name)):
            part = zipfile.ZipInfo(name, _DATE)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.create_system = 0  # whatever the system is
            content_of = parts.read(name)
            if name == _PROPERTIES:
                content_of = _MODIFIED.sub(rb"\g<1>" + _SAVED, content_of)
            made.writestr(part, content_of)
    return content.getvalue()
