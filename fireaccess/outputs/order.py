"""The order in which people look for names."""

from __future__ import annotations

import re
from typing import Any

from fireaccess.sources.houses import NO_GROUP


def natural(text: str) -> list[tuple[int, str]]:
    """Return a key that sorts names as people count.

    Examples
    --------
    >>> sorted(["Ngõ 29", "ngõ 5", "Ngõ 5/2"], key=natural)
    ['ngõ 5', 'Ngõ 5/2', 'Ngõ 29']
    """
    parts = re.split(r"(\d+)", text)
    return [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in parts]


def by_group(name: str) -> tuple[Any, ...]:
    """Return a key that sorts residential groups as people count; houses without one come last.

    Examples
    --------
    >>> sorted(["Tổ 10", "no group", "Tổ 2"], key=by_group)
    ['Tổ 2', 'Tổ 10', 'no group']
    """
    return name == NO_GROUP, natural(name)
