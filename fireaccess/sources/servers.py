"""Servers on the network: asked politely, again where that may help, and never half believed.

A server that is busy is asked again after growing waits, or after the wait that it names. An
answer is read to its end and checked: Overpass begins to send before it knows whether it will
come to an end.
"""

from __future__ import annotations

import html
import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from xml.parsers import expat

import requests
from urllib3.exceptions import MaxRetryError, ReadTimeoutError

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError
from fireaccess.model.formats import Language
from fireaccess.model.phrases import Phrase

#: Told in a sentence what is being done.
Tell = Callable[[str], None]
#: Waits for some seconds, as `time.sleep` does.
Wait = Callable[[float], None]
_T = TypeVar("_T")

#: Before the second try and those after it; a server that names a longer wait is obeyed.
_WAITS_S: Final = (5.0, 15.0, 45.0)
_LONGEST_WAIT_S: Final = 180.0
_CONNECT_S: Final = 10.0
_PASSING: Final = frozenset((429, 500, 502, 503, 504))

LATER: Final = Message("try again later, or name another server")
SMALLER: Final = Message(
    "take a smaller area, or download an extract (download.geofabrik.de) and name it as roads"
)
OFFLINE: Final = Message("check the network connection and the address of the server")
_LATER_OR_SMALLER: Final = Message(
    "try again later, or name another server, or take a smaller area"
)


def user_agent() -> str:
    """Return how fireaccess introduces itself to a server."""
    from osmnx import settings

    return f"fireaccess/{version('fireaccess')} {settings.http_user_agent}"


class NoAnswerError(Exception):
    """A server gave no whole answer.

    Parameters
    ----------
    what
        What it did instead, as in "it is busy", with ``{names}`` of what is filled in.
    again
        Whether it may do better when asked again.
    wait_s
        How long it asks to be left alone.
    remedy
        What the user can do about it.
    **params
        What is filled in.
    """

    def __init__(
        self,
        what: Message,
        *,
        again: bool,
        wait_s: float = 0.0,
        remedy: Message = LATER,
        **params: Any,
    ) -> None:
        self.what = Phrase(partial(what.into, **params))
        super().__init__(self.what)
        self.again, self.wait_s, self.remedy = again, wait_s, remedy


def persist(
    ask: Callable[[], _T], server: str, say: Tell, wait: Wait, *, language: Language = "en"
) -> _T:
    """Ask; ask again, up to three times after growing waits, where that may help."""
    waits = iter(_WAITS_S)
    tries = 0
    while True:
        tries += 1
        try:
            return ask()
        except NoAnswerError as trouble:
            pause_s = max(next(waits, math.inf), trouble.wait_s)
            if not trouble.again or pause_s > _LONGEST_WAIT_S:
                raise _given_up(trouble, server, tries) from None
            trying_again = Message("{server}: {what}; trying again in {pause_s:.0f} s")
            say(
                trying_again.into(
                    language, server=host_of(server), what=trouble.what, pause_s=pause_s
                )
            )
        wait(pause_s)


def _given_up(trouble: NoAnswerError, server: str, tries: int) -> InputError:
    """Tell that a server gave no answer after so many tries."""
    if tries > 1 and trouble.wait_s:
        message = Message(
            "{server} gave no usable answer after {tries} tries: {what}; it asks to wait "
            "{wait_s:.0f} s"
        )
    elif tries > 1:
        message = Message("{server} gave no usable answer after {tries} tries: {what}")
    elif trouble.wait_s:
        message = Message("{server} gave no usable answer: {what}; it asks to wait {wait_s:.0f} s")
    else:
        message = Message("{server} gave no usable answer: {what}")
    return InputError(
        message,
        remedy=trouble.remedy,
        server=host_of(server),
        tries=tries,
        what=trouble.what,
        wait_s=trouble.wait_s,
    )


def ask_overpass(server: str, query: str, timeout_s: float) -> Whole:
    """Send a query once and return the answer, whole and checked."""
    silence_s, last = 1.25 * timeout_s, time.monotonic() + 2 * timeout_s
    parts = []
    try:
        with requests.post(
            server,
            data={"data": query},
            headers={"User-Agent": user_agent()},
            timeout=(_CONNECT_S, silence_s),
            allow_redirects=False,
            stream=True,
        ) as response:
            # Small pieces: each is waited for until it is full, however slowly it trickles in.
            for part in response.iter_content(1024):
                parts.append(part)
                if time.monotonic() > last:
                    raise NoAnswerError(
                        Message("its answer was not complete after {most_s:.0f} s"),
                        again=True,
                        remedy=_LATER_OR_SMALLER,
                        most_s=2 * timeout_s,
                    )
    except requests.RequestException as error:
        raise broken(error, silence_s) from None
    content = b"".join(parts)
    must_be_good(response, content, status_page=server.removesuffix("interpreter") + "status")
    return _whole(content)


def broken(error: requests.RequestException, silence_s: float) -> NoAnswerError:
    """Tell what went wrong on the way to a server or back."""
    cause = error.args[0] if error.args else None
    if isinstance(error, requests.ConnectTimeout):
        return NoAnswerError(
            Message("it can't be reached (no connection)"), again=True, remedy=OFFLINE
        )
    if isinstance(error, requests.Timeout) or isinstance(cause, ReadTimeoutError):
        return NoAnswerError(
            Message("it was silent for {silence_s:.0f} s"), again=True, silence_s=silence_s
        )
    breaks = (
        requests.ConnectionError,
        requests.exceptions.ChunkedEncodingError,
        requests.exceptions.ContentDecodingError,
    )
    if isinstance(error, breaks) and not isinstance(cause, MaxRetryError):
        return NoAnswerError(Message("the connection broke off"), again=True)
    reason = str(getattr(cause, "reason", None) or error).rpartition(": ")[2]
    return NoAnswerError(
        Message("it can't be reached ({reason})"), again=False, remedy=OFFLINE, reason=reason
    )


def must_be_good(
    response: requests.Response, content: bytes, *, status_page: str | None = None
) -> None:
    """Refuse an answer whose status is not 200."""
    status = response.status_code
    if status == 200:
        return
    told = _message(content)
    says = f"{status} {response.reason}{f': {told}' if told else ''}"
    if status in _PASSING:
        after = response.headers.get("Retry-After", "")
        # A date, which the standard allows too, is given by no server of these kinds.
        wait_s = float(after) if after.isdigit() else 0.0
        if status == 429 and not wait_s and status_page is not None:
            wait_s = _next_slot(status_page)
        raise NoAnswerError(Message("it is busy ({says})"), again=True, wait_s=wait_s, says=says)
    if 300 <= status < 400:
        place = response.headers.get("Location")
        raise NoAnswerError(
            Message("it has moved to {place}")
            if place is not None
            else Message("it has moved to another address"),
            again=False,
            remedy=Message("name that address as the server"),
            place=place,
        )
    raise NoAnswerError(Message("it refuses ({says})"), again=False, says=says)


def _next_slot(status_page: str) -> float:
    """Ask an Overpass server when it will take the next query; 0 if it doesn't say."""
    headers = {"User-Agent": user_agent()}
    try:
        text = requests.get(status_page, headers=headers, timeout=_CONNECT_S).text
    except requests.RequestException:
        # It was a courtesy: the wait that is due anyway follows.
        return 0.0
    waits = re.findall(r"^Slot available after:.* in (\d+) seconds", text, re.MULTILINE)
    return min(map(float, waits), default=0.0)


def _message(content: bytes) -> str:
    """Return what an error page of Overpass says."""
    text = content.decode("utf-8", errors="replace")
    told = re.findall(r"<strong[^>]*>\s*Error\s*</strong>\s*:?(.*?)</p>", text, re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", "; ".join(told))).split())[:300]


@dataclass(frozen=True, slots=True)
class Whole:
    """An answer that was read to its end, how many roads it holds, and what else is counted."""

    content: bytes
    roads: int
    counts: dict[str, Any]


class _Seen:
    """What an answer holds, gathered while it is parsed."""

    def __init__(self) -> None:
        self.root: str | None = None
        self.osm_base: str | None = None
        self.remark: str | None = None
        self.inside = ""
        self.ids: dict[str, set[str | None]] = {"node": set(), "way": set(), "relation": set()}
        self.on_ways: set[str | None] = set()
        self.roads = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.root = self.root or tag
        if tag == "nd":
            self.on_ways.add(attributes.get("ref"))
        elif tag == "tag":
            self.roads += self.inside == "way" and attributes.get("k") == "highway"
        elif tag in self.ids:
            self.inside = tag
            self.ids[tag].add(attributes.get("id"))
        elif tag == "meta":
            self.osm_base = attributes.get("osm_base")
        elif tag == "remark":
            self.inside, self.remark = tag, ""

    def text(self, text: str) -> None:
        if self.inside == "remark":
            self.remark = f"{self.remark}{text}"

    def end(self, tag: str) -> None:
        if tag == self.inside:
            self.inside = ""


def _whole(content: bytes) -> Whole:
    """Check that an answer is complete.

    Overpass begins to send before it knows whether it will come to an end: an error then stands
    in a remark behind the part that was found, with status 200.
    """
    seen = _Seen()
    parser = expat.ParserCreate()
    parser.StartElementHandler = seen.start
    parser.CharacterDataHandler = seen.text
    parser.EndElementHandler = seen.end
    try:
        parser.Parse(content, True)
    except expat.ExpatError:
        if seen.root == "osm":
            raise NoAnswerError(Message("its answer is cut off"), again=True) from None
        raise no_data(content) from None
    if seen.root != "osm":
        raise no_data(content)
    if seen.remark is not None and "remark:" not in seen.remark:
        too_much = "out of memory" in seen.remark
        raise NoAnswerError(
            Message("it gave up ({remark})"),
            again=not too_much,
            remedy=SMALLER if too_much else _LATER_OR_SMALLER,
            remark=" ".join(seen.remark.split()),
        )
    missing = len(seen.on_ways - seen.ids["node"])
    if missing:
        raise NoAnswerError(
            Message("its answer lacks {missing} nodes of its ways"), again=True, missing=missing
        )
    counts = {f"{kind}s": len(ids) for kind, ids in seen.ids.items()}
    return Whole(content, seen.roads, {**counts, "osm_base": seen.osm_base})


def no_data(content: bytes) -> NoAnswerError:
    """Tell what came instead of data."""
    if not content.strip():
        return NoAnswerError(Message("its answer is empty"), again=True)
    if told := _message(content):
        return NoAnswerError(Message("it sent an error page ({told})"), again=True, told=told)
    if b"<html" in content[:2000].lower():
        login = Message(
            "open a browser, in case the network asks to log in; else check the network connection "
            "and the address of the server"
        )
        return NoAnswerError(Message("a web page came instead of data"), again=True, remedy=login)
    return NoAnswerError(Message("its answer is no OpenStreetMap data"), again=True, remedy=OFFLINE)


def interpreter(url: str | None) -> str:
    """Return where an Overpass server takes queries, given its API or that very address.

    >>> interpreter("https://overpass-api.de/api/")
    'https://overpass-api.de/api/interpreter'
    """
    if url is None:
        from osmnx import settings

        url = settings.overpass_url
    return address(url).removesuffix("/interpreter") + "/interpreter"


def address(url: str) -> str:
    """Return the address of a server, without a slash at its end.

    Raises
    ------
    InputError
        If it is no address of the web.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise InputError(
            Message("{url!r} is no address of a server"),
            remedy=Message("write it as in https://overpass-api.de/api"),
            url=url,
        )
    return url.rstrip("/")


def host_of(url: str) -> str:
    """Return host and port, without the password that a private server may ask for.

    >>> host_of("https://me:secret@maps.example.org:8443/api")
    'maps.example.org:8443'
    """
    return urlsplit(url).netloc.rpartition("@")[2]
