"""Texts within texts: what another text holds, told in the language of that text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fireaccess.model.catalogue import Message
from fireaccess.model.formats import Language


class Phrase(Message):
    """A text with all that is filled in, which another text can be filled with.

    Parameters
    ----------
    tell
        Tells it in a language.

    Examples
    --------
    >>> from functools import partial
    >>> away = Phrase(partial(Message("{km:,.1f} km away").into, km=2.5))
    >>> away, Message("the nearest is {away}").into("en", away=away)
    ('2.5 km away', 'the nearest is 2.5 km away')
    """

    __slots__ = ("tell",)
    tell: Callable[[Language], str]

    def __new__(cls, tell: Callable[[Language], str]) -> Phrase:
        """Make it what it is in English."""
        made = str.__new__(cls, tell("en"))
        made.context, made.tell = None, tell
        return made

    def into(self, language: Language, **_: Any) -> str:
        """Return the text in a language; nothing is left to fill in."""
        return self.tell(language)
