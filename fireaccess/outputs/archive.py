"""Packed files whose bytes depend on what is in them alone."""

from __future__ import annotations

import io
import zipfile
from typing import Final

#: The first day that a ZIP archive can tell.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
#: What an office file begins with.
_FIRST: Final = "[Content_Types].xml"


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
