"""The files of norms and vehicles: read as TOML, refused with file, key and remedy."""

from __future__ import annotations

import difflib
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import BaseModel, ValidationError

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import NormError
from fireaccess.model.figure import Status, Title, Unit

_LAYOUT = Message("docs/norms.md shows the layout of the file")
_ModelT = TypeVar("_ModelT", bound=BaseModel)


class UnfitError(ValueError):
    """What a validator refuses: a message with ``{key}``, the key of the file that it is about."""

    def __init__(self, message: Message, *, key: str, **params: object) -> None:
        self.message = message
        self.params: Mapping[str, Any] = params
        super().__init__(message.into("en", key=key, **params))


def own_file(name_or_path: str | Path, shipped: Iterable[str], *, missing: Message) -> Path:
    """Return the path of a project's own file; say ``missing`` where it is none, nor shipped."""
    path = Path(name_or_path)
    if path.is_file():
        return path
    names = tuple(shipped)
    nearest = difflib.get_close_matches(str(name_or_path), names, n=1)
    raise NormError(
        missing,
        remedy=Message(
            "did you mean {nearest!r}? shipped are {shipped}; a file of your own is named by its "
            "path"
        )
        if nearest
        else Message("shipped are {shipped}; a file of your own is named by its path"),
        name=str(name_or_path),
        nearest=next(iter(nearest), None),
        shipped=", ".join(names),
    )


def shipped_toml(file: str) -> dict[str, Any]:
    """Read a TOML file of the package's folder ``norms``."""
    return _parse((resources.files("fireaccess") / "norms" / file).read_bytes(), file=file)


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises
    ------
    NormError
        If it can't be opened, is no UTF-8 or no TOML.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NormError(
            Message("the file can't be read: {reason}"),
            file=path,
            remedy=Message("check that it is there and may be read"),
            reason=error.strerror or str(error),
        ) from error
    return _parse(content, file=str(path))


def _parse(content: bytes, *, file: str) -> dict[str, Any]:
    try:
        # A byte order mark is what Windows editors put first; TOML knows none.
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise NormError(
            Message("line {line} is not UTF-8 text"),
            file=file,
            remedy=Message("save the file as UTF-8"),
            line=line,
        ) from error
    try:
        return tomllib.loads(unicodedata.normalize("NFC", text))
    except tomllib.TOMLDecodeError as error:
        raise NormError(
            Message("the file is no valid TOML: {reason}"),
            file=file,
            remedy=Message(
                "look at the place named: quotes round text, a dot in numbers, each [table] once; "
                "docs/norms.md shows the layout of the file"
            ),
            reason=str(error),
        ) from error


def unknown_key(key: str, allowed: Iterable[str], *, at: str, file: object) -> NormError:
    """Return the error for a key that nobody knows, with the nearest known one."""
    names = sorted(allowed)
    nearest = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
    return NormError(
        Message("unknown key {key!r} in [{at}]") if at else Message("unknown key {key!r}"),
        file=file,
        remedy=Message("did you mean {nearest!r}? docs/norms.md shows the layout of the file")
        if nearest
        else Message("known are {known}; docs/norms.md shows the layout of the file"),
        key=key,
        at=at,
        nearest=next(iter(nearest), None),
        known=", ".join(names[:12]),
    )


def check_keys(table: Mapping[str, Any], allowed: Iterable[str], *, at: str, file: object) -> None:
    """Refuse the first key that is not known."""
    known = tuple(allowed)
    for key in table:
        if key not in known:
            raise unknown_key(key, known, at=at, file=file)


def as_table(value: object, *, at: str, file: object) -> Mapping[str, Any]:
    """Return a TOML table, refuse anything else."""
    if isinstance(value, Mapping):
        return value
    raise NormError(
        Message("{at} must be a table, not {given!r}"),
        file=file,
        remedy=Message(
            "write [{at}] and its keys, each on a line of its own, below it; docs/norms.md shows "
            "the layout of the file"
        ),
        at=at,
        given=value,
    )


def read_title(value: object, *, file: object) -> Title:
    """Read a title: a table of ``vi`` and ``en``, or one text for both."""
    both = {"vi": value, "en": value} if isinstance(value, str) else value
    return read_table(both, Title, at="title", file=file)


def read_table(value: object, model: type[_ModelT], *, at: str, file: object) -> _ModelT:
    """Make one of the small models from its table, with errors that name file and key."""
    table = as_table(value, at=at, file=file)
    check_keys(table, _file_keys(model), at=at, file=file)
    return validated(table, model, at=at, file=file)


def validated(values: Mapping[str, Any], model: type[_ModelT], *, at: str, file: object) -> _ModelT:
    """Validate; turn what pydantic says into a `NormError` for people."""
    try:
        return model.model_validate(values)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in (at, *first["loc"]) if part != "")
        raise _refusal(first["type"], key, first, file=file) from error


def _file_keys(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _refusal(kind: str, key: str, detail: Mapping[str, Any], *, file: object) -> NormError:
    """Return a pydantic error as one for people: what is wrong with which key, what to do."""
    given = detail["input"]
    last = key.rpartition(".")[2]
    if kind == "missing":
        return NormError(
            Message("{key} is missing"),
            file=file,
            remedy=Message("add it; docs/norms.md shows the layout of the file"),
            key=key,
        )
    if kind == "literal_error":
        allowed: tuple[str, ...] = get_args(Status if last == "status" else Unit)
        return NormError(
            Message("{key} is {given!r}, which is no {last}"),
            file=file,
            remedy=Message(
                "write one of {allowed}: metres are never given in percent, gradients as rise over "
                "run, 12 % = 0.12"
            )
            if given == "%"
            else Message("write one of {allowed}"),
            key=key,
            given=given,
            last=last,
            allowed=", ".join(allowed),
        )
    if kind in ("float_type", "int_type"):
        return NormError(
            Message("{key} must be a number, not {given!r}"),
            file=file,
            remedy=Message("write it with a dot, without quotes and without a unit, as in 3.5"),
            key=key,
            given=given,
        )
    if kind in ("greater_than", "greater_than_equal", "finite_number"):
        return NormError(
            Message("{key} can't be {given!r}"),
            file=file,
            remedy=Message("write a number above 0")
            if kind == "greater_than"
            else Message("write 0 or more"),
            key=key,
            given=given,
        )
    if kind == "string_type":
        return NormError(
            Message("{key} must be text, not {given!r}"),
            file=file,
            remedy=Message("put it in quotes"),
            key=key,
            given=given,
        )
    if kind == "bool_type":
        return NormError(
            Message("{key} must be true or false, not {given!r}"),
            file=file,
            remedy=Message("write it unquoted"),
            key=key,
            given=given,
        )
    if kind in ("string_too_short", "too_short"):
        return NormError(
            Message("{key} is empty"),
            file=file,
            remedy=Message("fill it in; docs/norms.md shows the layout of the file"),
            key=key,
        )
    if kind == "value_error" and isinstance(unfit := detail["ctx"]["error"], UnfitError):
        return NormError(unfit.message, file=file, remedy=_LAYOUT, key=key, **unfit.params)
    # What pydantic says of anything else is its own English.
    complaint = detail["msg"]
    return NormError(
        Message("{key}: {complaint}"), file=file, remedy=_LAYOUT, key=key, complaint=complaint
    )
