"""Files that are there whole or not at all, and whose bytes depend on what is in them alone."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import Path
from typing import Final

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError

#: The first day that a ZIP archive can tell.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
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


def same_bytes(archive: bytes) -> bytes:
    """Return an office file packed anew: its parts by name, none with a time.

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
            made.writestr(part, parts.read(name))
    return content.getvalue()
