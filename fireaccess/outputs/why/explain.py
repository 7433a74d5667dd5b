"""Finding what is asked about by its id, and having its chain told."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import ProjectError
from fireaccess.model.formats import Language
from fireaccess.model.text import nfc
from fireaccess.outputs.result import Result
from fireaccess.outputs.why.alleys import alley_chain
from fireaccess.outputs.why.chain import Chain
from fireaccess.outputs.why.houses import house_chain
from fireaccess.outputs.why.objects import listed_chain, object_chain
from fireaccess.outputs.why.roads import obstacle_chain, segment_chain
from fireaccess.outputs.why.teller import Teller

#: Kind and id of something that can be asked about.
Named = tuple[str, str]

_MOST: Final = 8
_CHAINS: Final[Mapping[str, Callable[[Teller, str, str], Chain]]] = MappingProxyType(
    {
        "house": house_chain,
        "segment": segment_chain,
        "alley": alley_chain,
        "barrier": obstacle_chain,
        "reading": obstacle_chain,
        "clearance": obstacle_chain,
        "corner": obstacle_chain,
        "water": object_chain,
        "fire_point": object_chain,
    }
)


def explain(result: Result, name: str, *, language: Language | None = None) -> Chain:
    """Return the chain behind the answers of one house, road, alley, or row of the survey.

    Parameters
    ----------
    result
        What `fireaccess.run` returns.
    name
        An id as result files have it: ``H12``, ``123456-3``, ``alley:123456-3``, ``B17``,
        ``reading:W3``, ``n123`` or ``123``; with its kind before a colon where more than one thing
        is called so.
    language
        The project's own unless given.

    Raises
    ------
    ProjectError
        If nothing, or more than one thing, is called so.

    Examples
    --------
    >>> import tempfile, fireaccess
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     project = fireaccess.Project.open(fireaccess.write_sample(folder + "/ward"))
    ...     result = fireaccess.run(project)
    >>> chain = explain(result, "W32", language="en")
    >>> chain.object, chain.answers["effect"], chain.links[0].sentence
    ('reading:W32', 'blocked', '2.6 + 0.05 = 2.65 < 3.5 m')
    """
    language = language or result.project.options.language
    kind, ident = _resolve(result, nfc(name), language)
    teller = Teller(result, language)
    return _CHAINS.get(kind, listed_chain)(teller, kind, ident)


def _named(result: Result) -> list[Named]:
    """Return everything that can be asked about, once each."""
    stops = Teller.stops_of(result)
    listed = result.evidence["object"].unique()
    full = [
        *(name for name in listed if not name.startswith("segment:")),
        *stops.obstacles["barrier_id"],
        *result.alleys["alley_id"],
    ]
    pairs: list[Named] = [("house", name) for name in result.houses["house_id"]]
    pairs += [("segment", name) for name in stops.network.segment_id]
    for name in full:
        kind, _, ident = name.partition(":")
        pairs.append((kind, ident))
    pairs += [("water", name) for name in result.water["object_id"]]
    pairs += [("fire_point", name) for name in result.fire_points["object_id"]]
    return list(dict.fromkeys(pairs))


def _in_full(one: Named) -> tuple[str, ...]:
    return (f"{one[0]}:{one[1]}",)


def _bare(one: Named) -> tuple[str, ...]:
    # An alley is called after a segment: without its kind, the segment is meant.
    return () if one[0] == "alley" else (one[1],)


def _by_number(one: Named) -> tuple[str, ...]:
    """Return the OSM number of a node, or of the way that a segment is a piece of."""
    kind, ident = one
    if kind == "segment":
        number = ident.rpartition("-")[0]
    elif kind != "house" and ident[:1] in ("n", "w", "r") and ident[1:].isdigit():
        number = ident[1:]
    else:
        return ()
    return (number, f"{kind}:{number}")


def _resolve(result: Result, name: str, language: Language) -> Named:
    named = _named(result)
    for fold in (str, str.casefold):
        for forms in (_in_full, _bare, _by_number):
            found = [one for one in named if fold(name) in map(fold, forms(one))]
            if len(found) == 1:
                return found[0]
            if found:
                more = len(found) - _MOST
                raise ProjectError(
                    Message("{name!r} may be any of {count}: {shown} and {more} more")
                    if more > 0
                    else Message("{name!r} may be any of {count}: {shown}"),
                    remedy=Message("name one of them in full, with its kind before the colon"),
                    name=name,
                    count=len(found),
                    shown=", ".join(":".join(one) for one in found[:_MOST]),
                    more=more,
                )
    raise _unknown(result, name, named, language)


def _unknown(result: Result, name: str, named: list[Named], language: Language) -> ProjectError:
    """Return the error for a name that nothing has: the nearest ones, and what was told of it."""
    kind, _, ident = name.partition(":")
    of_kind = [one for one in named if one[0] == kind.casefold()]
    forms = {
        form.casefold(): ":".join(one)
        for one in reversed(of_kind or named)
        for form in (*_in_full(one), *(() if of_kind else _bare(one)))
    }
    close = difflib.get_close_matches(name.casefold(), list(forms), n=3)
    nearest = list(dict.fromkeys(forms[form] for form in close))
    told = [
        finding.text_in(language)
        for finding in result.findings
        if any((ident or name) in str(value).split(", ") for value in finding.params.values())
        or (ident or name) == finding.value
    ]
    return ProjectError(
        Message("nothing in the result of {project} is called {name!r}; but {told}")
        if told
        else Message("nothing in the result of {project} is called {name!r}"),
        remedy=Message("did you mean {nearest}?")
        if nearest
        else Message(
            "give the id of a house, segment, alley or row of the survey, as result files have it"
        ),
        project=result.project.name,
        name=name,
        told=next(iter(told), ""),
        nearest=", ".join(nearest),
    )
