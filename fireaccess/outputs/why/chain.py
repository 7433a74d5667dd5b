"""A chain of reasons as plain values, as lines of text, and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, Final

from fireaccess.model.formats import Language, day, decimal
from fireaccess.outputs.why.texts import text

_WIDTH: Final = 100
#: Which words an answer is told in; the others are yes, no or not known.
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "status": "status",
        "road": "within",
        "road_60": "within",
        "water": "within",
        "point": "within",
        "truck": "truck",
        "effect": "effect",
    }
)

#: A row of the evidence: the columns of SPEC §12, and ``not_used_because``.
Evidence = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Clause:
    """One figure or table that decided, and how sure it is.

    Parameters
    ----------
    kind, source
        ``norm`` or ``vehicle``, and its name.
    figure
        Its key in that file.
    value, unit
        The number; None for a table.
    clause, status, note
        As in `fireaccess.model.norm.Figure`.
    assumed
        Whether nobody read or tested it.
    """

    kind: str
    source: str
    figure: str
    value: float | None
    unit: str | None
    clause: str
    status: str
    assumed: bool
    note: str


@dataclass(frozen=True, slots=True)
class Link:
    """One link of a chain.

    Parameters
    ----------
    what
        Code of what it tells; the key of an answer where it tells why that is so.
    sentence
        What it tells.
    evidence
        What was said, by whom and when, used or not.
    clauses
        What decided.
    links
        What it rests on in turn.
    """

    what: str
    sentence: str
    evidence: tuple[Evidence, ...] = ()
    clauses: tuple[Clause, ...] = ()
    links: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Chain:
    """Everything behind the answers of one object.

    Parameters
    ----------
    object
        Its name in full, as in ``house:H12``.
    title
        What it is.
    sentence
        The answer in words; empty where the links say it all.
    answers
        The answers, as result files write them.
    links
        What they rest on, in order.
    language
        Of all that is said.
    """

    object: str
    title: str
    sentence: str
    answers: Mapping[str, Any]
    links: tuple[Link, ...]
    language: Language


def lines(chain: Chain) -> list[str]:
    """Return a chain as lines of plain text, none longer than 100 characters.

    What rests on what is indented; evidence begins with a dot, a clause with a section sign.

    Examples
    --------
    >>> lines(Chain("house:H1", "House H1", "", {"status": "ok"}, (), "en"))
    ['House H1', '  Answer: passes']
    """
    out = _wrapped(chain.title, 0)
    told = {link.what for link in chain.links}
    for key, code in chain.answers.items():
        if key not in told and code is not None:
            label = text(f"what.{key}", chain.language)
            out += _wrapped(f"{label}: {_word(key, code, chain.language)}", 1)
    if chain.sentence:
        out += _wrapped(chain.sentence, 1)
    for link in chain.links:
        out += _link_lines(link, 1, chain.language, chain.answers.get(link.what))
    return out


def _word(key: str, code: Any, language: Language) -> str:
    if isinstance(code, bool):
        code = "yes" if code else "no"
    return text(f"{_WORDS.get(key, 'flag')}.{code}", language)


def _wrapped(line: str, depth: int) -> list[str]:
    indent = "  " * depth
    # What a survey says may hold anything; a terminal would obey what isn't printable.
    plain = "".join(sign if sign.isprintable() else " " for sign in line)
    return textwrap.wrap(
        plain,
        _WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}    ",
        break_on_hyphens=False,
    )


def _link_lines(link: Link, depth: int, language: Language, code: Any = None) -> Iterator[str]:
    said = [] if code is None else [_word(link.what, code, language)]
    if link.sentence:
        said.append(link.sentence)
    rows = [_evidence_line(row, language) for row in link.evidence]
    if not said and len(rows) == 1:
        said, rows = rows, []
    yield from _wrapped(f"{text(f'what.{link.what}', language)}: {'; '.join(said)}", depth)
    for row in rows:
        yield from _wrapped(f"· {row}", depth + 1)
    for clause in link.clauses:
        yield from _wrapped(f"§ {_clause_line(clause, language)}", depth + 1)
    for inner in link.links:
        yield from _link_lines(inner, depth + 1, language)


def _evidence_line(row: Evidence, language: Language) -> str:
    """Return source, file, row, what it says, date, method and accuracy; and why it is not used."""
    parts = [", ".join(part for part in place_of(row, language) if part)]
    source = f"source.{row['source']}"
    surveyed = source == "source.survey"
    if row["value"] is not None:
        figure = row["object"].startswith(("reading:", "clearance:"))
        parts.append(f"{decimal(float(row['value']), language, 4)} m" if figure else row["value"])
    if row["date"] is not None:
        parts.append(str(day(row["date"], language)))
    elif surveyed:
        parts.append(text("no_date", language))
    if surveyed and row["method"] is not None:
        parts.append(row["method"])
    if row["accuracy_m"] is not None:
        accuracy = decimal(row["accuracy_m"], language, 4)
        parts.append(text("accuracy", language, accuracy=accuracy))
    if row["not_used_because"] is not None:
        parts.append(text("not_used", language, why=row["not_used_because"]))
    return f"{text(source, language)}: {'; '.join(filter(None, parts))}"


def place_of(row: Evidence, language: Language) -> tuple[str, ...]:
    """Return file, sheet and row of a row of the evidence, as far as they are known."""
    return (
        row["file"] or "",
        "" if row["sheet"] is None else text("sheet", language, sheet=row["sheet"]),
        "" if row["row"] is None else text("row", language, row=row["row"]),
    )


def _clause_line(clause: Clause, language: Language) -> str:
    figure = clause.figure
    if clause.value is not None:
        figure += f" = {decimal(clause.value, language, 4)} {clause.unit}"
    source = text(f"of_{clause.kind}", language, name=clause.source)
    return f"{source}, {figure}: {clause.clause}; {text(f'figure.{clause.status}', language)}"


def as_dict(chain: Chain) -> dict[str, Any]:
    """Return a chain as plain values, ready for JSON.

    Examples
    --------
    >>> as_dict(Chain("house:H1", "House H1", "", {"status": "ok"}, (), "en"))["answers"]
    {'status': 'ok'}
    """
    return {
        "object": chain.object,
        "title": chain.title,
        "sentence": chain.sentence,
        "answers": dict(chain.answers),
        "links": [_link_dict(link) for link in chain.links],
    }


def _link_dict(link: Link) -> dict[str, Any]:
    return {
        "what": link.what,
        "sentence": link.sentence,
        "evidence": [dict(row) for row in link.evidence],
        "clauses": [asdict(clause) for clause in link.clauses],
        "links": [_link_dict(inner) for inner in link.links],
    }
