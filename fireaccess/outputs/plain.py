"""Text of others as text: no control characters, no markup, no formula."""

from __future__ import annotations

import re
from typing import Any, Final

from fireaccess.model.text import nfc

_NO_TEXT: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]+")


def plain_text(text: str) -> str:
    r"""Return text that a workbook shows as it is: NFC, on one line, without control characters.

    Examples
    --------
    >>> plain_text("Ngõ\n5\x00"), plain_text("<r>x</r>")
    ('Ngõ 5', '<r>x</r> ')
    """
    clean = _NO_TEXT.sub(" ", nfc(text)).strip()
    # XlsxWriter takes what begins and ends like this for markup of its own, and writes it as it is.
    return f"{clean} " if clean.startswith("<r>") and clean.endswith("</r>") else clean


def plain_cell(value: Any) -> Any:
    """Return text that a spreadsheet takes as text, never as a formula.

    Examples
    --------
    >>> plain_cell("=1+1"), plain_cell("Ngõ 5"), plain_cell(None)
    ("'=1+1", 'Ngõ 5', None)
    """
    if isinstance(value, str) and value[:1] in ("=", "+", "-", "@", "\t", "\r"):
        return f"'{value}"
    return value
