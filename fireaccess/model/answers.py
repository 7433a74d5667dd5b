"""Three answers, never two (SPEC §2).

A passage is ``pass``, ``blocked`` or ``unknown``. Ordered from worst to best, so that the worse of
two pieces of evidence is their minimum. A house is covered if the worst case covers it, not
covered if even the best case does not, and needs a survey otherwise.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]
ObjectArray = NDArray[np.object_]
AnswerArray = NDArray[np.int8]


class Answer(IntEnum):
    """Whether the vehicle gets through, ordered from worst to best."""

    BLOCKED = 0
    UNKNOWN = 1
    PASS = 2

    @property
    def word(self) -> str:
        """The answer as result files write it."""
        return self.name.lower()


COVERED: Final = "covered"
NOT_COVERED: Final = "not_covered"
NEEDS_SURVEY: Final = "needs_survey"


def answer_words(answers: AnswerArray) -> ObjectArray:
    """Return the words of result files for an array of answers.

    Examples
    --------
    >>> answer_words(np.array([0, 1, 2], dtype=np.int8)).tolist()
    ['blocked', 'unknown', 'pass']
    """
    words = np.array([Answer(i).word for i in range(len(Answer))], dtype=object)
    return words[answers]


def coverage(worst: BoolArray, best: BoolArray, *, known: BoolArray | None = None) -> ObjectArray:
    """Return ``covered``, ``not_covered`` or ``needs_survey`` for each house.

    Parameters
    ----------
    worst, best
        Whether the worst and the best case cover each house, shape ``(n,)``.
    known
        Houses that have an answer at all; the others get None.

    Examples
    --------
    >>> coverage(np.array([True, False, False]), np.array([True, True, False])).tolist()
    ['covered', 'needs_survey', 'not_covered']
    """
    words = np.where(worst, COVERED, np.where(best, NEEDS_SURVEY, NOT_COVERED)).astype(object)
    if known is not None:
        words[~known] = None
    return words


def at_least(figure: FloatArray | float, need: float) -> BoolArray:
    """Whether figures reach a need, both rounded to 0.1 mm (SPEC §4.1)."""
    return np.asarray(np.round(figure, 4) >= round(need, 4))


def below(figure: FloatArray | float, need: float) -> BoolArray:
    """Whether figures stay below a need, both rounded to 0.1 mm; NaN is not below."""
    return np.asarray(np.round(figure, 4) < round(need, 4))
