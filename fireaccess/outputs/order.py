"""The order in which people look for names."""

from __future__ import annotations

import re


def natural(text: str) -> list[tuple[int, str]]:
    """Return a key that sorts names as people count.

    Examples
    --------
    >>> sorted(["Ngõ 29", "ngõ 5", "Ngõ 5/2"], key=natural)
    ['ngõ 5', 'Ngõ 5/2', 'Ngõ 29']
    """
    parts = re.split(r"(\d+)", text)
    return [(int(part), "") if part.isdecimal() else (-1, part.casefold()) for part in parts]
