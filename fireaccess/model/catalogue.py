"""Words for people: English in the code, other languages in gettext catalogues.

Whatever a person may read is a `Message` or a `Plural`, written where it is used. The catalogues
are ``fireaccess/locale/*/LC_MESSAGES/fireaccess.po``; ``scripts/catalogues.py`` gathers the
messages of the code into them, and a test tells what is missing.
"""

from __future__ import annotations

import io
import locale
from collections.abc import Mapping
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from typing import Any

from babel import default_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from fireaccess.model.formats import Language, filled


class Message(str):
    """A text for people: its English, which knows what it is in another language.

    Parameters
    ----------
    english
        The text, with ``{names}`` of what is filled in.
    context
        Tells it from a text that is alike in English and not elsewhere.

    Examples
    --------
    >>> Message("Fire stations").into("vi"), Message("Fire stations").into("en")
    ('Trụ sở chữa cháy', 'Fire stations')
    """

    __slots__ = ("context",)
    context: str | None

    def __new__(cls, english: str, context: str | None = None) -> Message:
        """Make a text that knows its context."""
        made = super().__new__(cls, english)
        made.context = context
        return made

    def into(self, language: Language, **params: Any) -> str:
        """Return the text in a language, filled in if there is anything to fill in.

        Parameters
        ----------
        language
            One of `LANGUAGES`; a text that its catalogue lacks is told in English.
        **params
            What to fill in. Messages among it are told in the same language.
        """
        if language == "en":
            text = str(self)
        elif self.context is None:
            text = _catalogue(language).gettext(self)
        else:
            text = _catalogue(language).pgettext(self.context, self)
        return filled(text, _told(params, language), language) if params else text


class Plural:
    """A text for people that counts something as ``{count}``.

    Parameters
    ----------
    one, many
        What is said of one, and of none or more.

    Examples
    --------
    >>> found = Plural("{count} error", "{count} errors")
    >>> found.into("en", 1), found.into("en", 2), found.into("vi", 2)
    ('1 error', '2 errors', '2 lỗi')
    """

    def __init__(self, one: str, many: str) -> None:
        self.one, self.many = one, many

    def into(self, language: Language, count: int, **params: Any) -> str:
        """Return the text for a count in a language, filled in."""
        if language == "en":
            text = self.one if count == 1 else self.many
        else:
            text = _catalogue(language).ngettext(self.one, self.many, count)
        return filled(text, {"count": count, **_told(params, language)}, language)


def _told(params: Mapping[str, Any], language: Language) -> dict[str, Any]:
    return {
        name: value.into(language) if isinstance(value, Message) else value
        for name, value in params.items()
    }


@cache
def _catalogue(language: Language) -> GNUTranslations:
    source = files("fireaccess") / "locale" / language / "LC_MESSAGES" / "fireaccess.po"
    compiled = io.BytesIO()
    with source.open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def language_of_locale() -> Language:
    """Return the language that the environment asks for, English where it asks for another."""
    asked = default_locale("LC_MESSAGES") or locale.getlocale()[0] or ""
    return "vi" if asked.lower().startswith("vi") else "en"
