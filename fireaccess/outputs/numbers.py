"""Numbers, shares and ranges as people of a language write them, for paper."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

from babel.numbers import format_currency

from fireaccess.model.formats import Language, in_signs

#: Stands for whatever is not known or not asked: never a zero.
NOTHING: Final = "–"


def number(value: float | None, language: Language, digits: int = 0) -> str:
    """Write a figure with the language's signs; a dash where there is none.

    Examples
    --------
    >>> number(1234.5, "vi", 1), number(1234.5, "en", 1), number(20282, "vi")
    ('1.234,5', '1,234.5', '20.282')
    >>> number(None, "vi"), number(float("nan"), "en")
    ('–', '–')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    return in_signs(f"{value:,.{digits}f}", language)


def change(value: float | None, language: Language) -> str:
    """Write by how much a count is another, with its sign; a dash where that is not known.

    Examples
    --------
    >>> change(1234, "vi"), change(-5, "en"), change(0, "vi"), change(None, "vi")
    ('+1.234', '-5', '0', '–')
    """
    sign = "+" if value is not None and value > 0 else ""
    return f"{sign}{number(value, language)}"


def share(value: float | None, language: Language) -> str:
    """Write a share in per cent; a dash where there is none.

    Examples
    --------
    >>> share(0.8111, "vi"), share(None, "vi")
    ('81,1%', '–')
    """
    text = number(None if value is None else 100 * value, language, 1)
    return text if text == NOTHING else f"{text}%"


def money(value: float | None, language: Language) -> str:
    r"""Write đồng as the language does, by the pattern of CLDR; a dash where there is no price.

    Examples
    --------
    >>> money(3000000.0, "vi"), money(3000000.0, "en"), money(None, "vi")
    ('3.000.000\xa0₫', '₫3,000,000', '–')
    """
    if value is None or not math.isfinite(value):
        return NOTHING
    return str(format_currency(round(value), "VND", locale=language))


def between(worst: str, best: str) -> str:
    """Write a range, or one figure where both ends are alike.

    Examples
    --------
    >>> between("81,1%", "93,3%"), between("5", "5")
    ('81,1% – 93,3%', '5')
    """
    return worst if worst == best else f"{worst} – {best}"


def share_range(figures: Mapping[str, Any] | None, language: Language) -> str:
    """Write the range of a coverage as the statistics have it.

    Examples
    --------
    >>> share_range({"share_worst": 0.5, "share_best": 1.0}, "en"), share_range(None, "en")
    ('50.0% – 100.0%', '–')
    """
    if figures is None:
        return NOTHING
    return between(*(share(figures[f"share_{case}"], language) for case in ("worst", "best")))
