"""Numbers and dates as a language writes them, by the signs and patterns of Unicode's CLDR."""

from __future__ import annotations

import string
from collections.abc import Mapping
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Final, Literal

from babel.dates import format_date
from babel.numbers import get_decimal_symbol, get_group_symbol

Language = Literal["vi", "en"]
#: The languages that are spoken.
LANGUAGES: Final[tuple[Language, ...]] = ("vi", "en")

#: English dates are those of ISO 8601, which no reader takes for another day.
_DATES: Final[Mapping[Language, str]] = MappingProxyType({"vi": "d/M/y", "en": "yyyy-MM-dd"})


@cache
def _signs(language: Language) -> dict[int, str]:
    return str.maketrans(
        {",": get_group_symbol(language), ".": get_decimal_symbol(language)},
    )


def in_signs(number: str, language: Language) -> str:
    """Return a number that Python wrote with the signs of a language.

    Examples
    --------
    >>> in_signs("1,234.5", "vi"), in_signs("1,234.5", "en")
    ('1.234,5', '1,234.5')
    """
    return number.translate(_signs(language))


def decimal(value: float, language: Language, digits: int = 1) -> str:
    """Write a figure with the language's decimal sign, without trailing zeros.

    Examples
    --------
    >>> decimal(1.2, "vi"), decimal(3.0, "vi"), decimal(2.25, "en", 2)
    ('1,2', '3', '2.25')
    """
    text = f"{value:.{digits}f}"
    return in_signs(text.rstrip("0").rstrip(".") if "." in text else text, language)


@lru_cache(maxsize=4096)
def day(text: str | None, language: Language) -> str | None:
    """Write an ISO date as the language does: 12/5/2026, or 2026-05-12.

    Examples
    --------
    >>> day("2026-05-12", "vi"), day(None, "vi")
    ('12/5/2026', None)
    """
    if not isinstance(text, str):
        return None  # None, or what pandas makes of it
    return format_date(date.fromisoformat(text), _DATES[language], locale=language)


class _Formatter(string.Formatter):
    """Fills in a text, numbers in the signs of its language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def format_field(self, value: Any, format_spec: str) -> str:
        text = str(super().format_field(value, format_spec))
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return in_signs(text, self.language) if number else text


def filled(text: str, params: Mapping[str, Any], language: Language) -> str:
    """Fill a text's ``{names}``, with numbers in the signs of its language.

    Examples
    --------
    >>> filled("rộng {width_m:.1f} m, {houses:,} nhà", {"width_m": 2.5, "houses": 1200}, "vi")
    'rộng 2,5 m, 1.200 nhà'
    """
    return _Formatter(language).vformat(text, (), params)
