"""Ctrl-C that no library loses.

Python raises ``KeyboardInterrupt`` wherever the main thread happens to be. Where that is inside a
library that takes every exception for an answer ("not a ctypes type", "not equal"), the exception
is lost, the work goes on, and the answer may be wrong. So the command line remembers that Ctrl-C
was pressed, and nothing is put in place after it.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Final, NoReturn

_PRESSED: Final = Event()


@contextmanager
def remembered() -> Iterator[Callable[[], bool]]:
    """Remember Ctrl-C within the block, in the main thread; yield what tells whether it came.

    Examples
    --------
    >>> with remembered() as pressed:
    ...     try:
    ...         try:
    ...             signal.raise_signal(signal.SIGINT)
    ...         except BaseException:
    ...             answer = "a library takes it for an answer"
    ...         stop_if_pressed()
    ...     except KeyboardInterrupt:
    ...         print("stopped:", pressed())
    stopped: True
    """
    _PRESSED.clear()
    before = signal.getsignal(signal.SIGINT)
    # A command that a script runs in the background is not meant by the Ctrl-C of the foreground.
    if before is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _press)
    try:
        yield _PRESSED.is_set
    finally:
        signal.signal(signal.SIGINT, before)
        _PRESSED.clear()


def _press(number: int, frame: object) -> NoReturn:
    _PRESSED.set()
    raise KeyboardInterrupt


def stop_if_pressed() -> None:
    """Stop here if Ctrl-C was pressed and lost; called before a stage and before a rename.

    Raises
    ------
    KeyboardInterrupt
        If it was pressed.
    """
    if _PRESSED.is_set():
        raise KeyboardInterrupt
