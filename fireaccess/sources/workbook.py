"""Workbooks of Excel and LibreOffice, every cell as text; nothing in the file is trusted.

The parts of a workbook are read one element at a time. openpyxl builds objects of whole parts and
spends 5 µs on a blank cell: a file of a few kilobytes makes it fill the memory, and a million rows
that only have a border keep it busy for minutes. What a number format means and which day a
serial number is, openpyxl knows.
"""

from __future__ import annotations

import datetime
import io
import posixpath
import re
import sys
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, Any, Final
from xml.parsers import expat

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError
from fireaccess.model.phrases import Phrase
from fireaccess.model.text import nfc
from fireaccess.sources.files import read_content
from fireaccess.sources.sheets import Sheet, SheetRow

_READ: Final = (".xlsx", ".xlsm")
#: Told apart from vector files, so that what to do about them can be said.
_OTHERS: Final = (".xls", ".xlsb", ".xltx", ".xltm", ".ods", ".fods", ".numbers", ".et")
#: The head of what Excel wrote before 2007, and of workbooks that ask for a password.
_OLE2: Final = b"\xd0\xcf\x11\xe0"
#: What begins the entry of a part in the archive's directory.
_PART: Final = b"PK\x01\x02"
_SAVE_ANEW: Final = Message("open it in Excel or LibreOffice and save it again as .xlsx")

# A list of 100,000 rows and 15 columns needs half of each of these, if no two cells are alike.
_LARGEST_FILE: Final = 100_000_000  # bytes
_LARGEST_CONTENT: Final = 300_000_000  # bytes, unpacked, of the parts that are read
_MOST_MEMORY: Final = 250_000_000  # bytes, about, of what is kept
_MOST_TAGS: Final = 25_000_000
# No spreadsheet program comes near any of these.
_MOST_PARTS: Final = 10_000
_MOST_FORMATS: Final = 100_000
_MOST_NAMES: Final = 10_000  # of elements and attributes
_LONGEST_TAG: Final = 1_000_000  # bytes
_LONGEST_TEXT: Final = 1_000_000  # characters
_DEEPEST: Final = 200  # elements within one another
_LAST_ROW: Final = 1_048_576
_LAST_COLUMN: Final = 16_384

_CHUNK: Final = 65_536  # bytes
_ROW_BYTES: Final = 200  # of a row and its tuple
_CELL_BYTES: Final = 8
_MARK_BYTES: Final = 250  # of a cell noted as never calculated

_NUMBER: Final = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)
_LETTERS: Final = re.compile(r"[A-Z]{1,3}")
#: How a workbook writes signs that XML can't hold.
_ESCAPE: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
#: Beyond these, digits of a float are noise.
_EXACT: Final = 10**15
#: Built-in formats that are dates in some languages only, so openpyxl doesn't list them.
_LOCAL_DATES: Final = frozenset((*range(27, 37), *range(50, 59)))

_Attributes = Mapping[str, str]


def is_workbook(path: Path) -> bool:
    """Whether a file is a workbook by its name, be it of a kind that can't be read.

    Examples
    --------
    >>> is_workbook(Path("survey.XLSX")), is_workbook(Path("old.xls")), is_workbook(Path("a.csv"))
    (True, True, False)
    """
    return path.suffix.lower() in (*_READ, *_OTHERS)


def read_workbook(path: Path, what: str) -> tuple[Sheet, ...]:
    """Read the sheets of a workbook, hidden ones too; sheets that are charts are left out.

    Cells are text: numbers with a point and no needless zeros, dates as ``2026-05-12`` (with
    ``T10:30:00`` unless at midnight), truths as yes and no, errors as ``#N/A``. Of a formula it is
    the value that was calculated last. Macros are not looked at.

    Parameters
    ----------
    path
        An .xlsx or .xlsm file.
    what
        What it is for, such as ``survey``: messages name it.

    Raises
    ------
    InputError
        If the file is missing, empty, locked, damaged, of another kind, or too large.

    Examples
    --------
    >>> import tempfile, openpyxl
    >>> book = openpyxl.Workbook()
    >>> book.active.append(["Mã", "Bề rộng (m)"])
    >>> book.active.append(["W1", 3.50])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "widths.xlsx"
    ...     book.save(path)
    ...     (sheet,) = read_workbook(path, "widths")
    >>> sheet.name, [row.cells for row in sheet.rows]
    ('Sheet', [('Mã', 'Bề rộng (m)'), ('W1', '3.5')])
    """
    _refuse_by_name(path, what)
    content = read_content(path, what)
    _refuse_ole2(content, path, what)
    try:
        return _Book(content).sheets()
    except _TooLargeError as error:
        raise InputError(
            Message("the {what} workbook is too large: {reason}"),
            file=path,
            sheet=error.sheet,
            remedy=Message(
                "copy the rows that are filled in, and nothing else, to a new workbook, or split it"
            ),
            what=what,
            reason=error.reason,
        ) from None
    except zipfile.BadZipFile:
        raise InputError(
            Message("the {what} workbook can't be read: it is cut short, or no workbook at all"),
            file=path,
            remedy=_SAVE_ANEW,
            what=what,
        ) from None
    except Exception as error:
        # Damage has no end of kinds: a part that is missing, XML cut short, figures that are none.
        # Whatever comes of it, the user's way out is the same.
        raise InputError(
            Message("the {what} workbook can't be read: it is damaged ({reason})"),
            file=path,
            remedy=_SAVE_ANEW,
            what=what,
            reason=_reason(error),
        ) from None


def _refuse_by_name(path: Path, what: str) -> None:
    suffix = path.suffix.lower()
    if suffix not in _READ:
        raise InputError(
            Message("the {what} file is a {suffix} workbook, which can't be read"),
            file=path,
            remedy=_SAVE_ANEW,
            what=what,
            suffix=suffix,
        )
    if path.is_file() and path.stat().st_size > _LARGEST_FILE:
        raise InputError(
            Message("the {what} workbook is too large: more than {most} MB"),
            file=path,
            remedy=Message("take the pictures out of it, or split it"),
            what=what,
            most=_LARGEST_FILE // 10**6,
        )


def _refuse_ole2(content: bytes, path: Path, what: str) -> None:
    if not content.startswith(_OLE2):
        return
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise InputError(
            Message("the {what} workbook is locked with a password"),
            file=path,
            remedy=Message(
                "open it in Excel and save a copy without the password: File, Info, Protect "
                "Workbook, Encrypt with Password, and delete it there"
            ),
            what=what,
        )
    raise InputError(
        Message("the {what} file is an old .xls workbook under a new name"),
        file=path,
        remedy=_SAVE_ANEW,
        what=what,
    )


def _reason(error: Exception) -> str:
    if isinstance(error, _DamagedError):
        return error.reason
    text = str(error.args[0]) if error.args else ""
    return text or type(error).__name__


class _UnusableError(Exception):
    """What is wrong with a workbook, as a message with what is filled in."""

    def __init__(self, message: Message, **params: Any) -> None:
        self.reason = Phrase(partial(message.into, **params))
        super().__init__(self.reason)


class _DamagedError(_UnusableError):
    """The file is not as workbooks are."""


class _TooLargeError(_UnusableError):
    """More than a limit allows, in a sheet if it is known."""

    sheet: str | None = None


@dataclass(slots=True)
class _Limits:
    """What may still be unpacked, looked at and kept."""

    content: int = _LARGEST_CONTENT
    tags: int = _MOST_TAGS
    memory: int = _MOST_MEMORY

    def unpack(self, size: int) -> None:
        self.content -= size
        if self.content < 0:
            most = _LARGEST_CONTENT // 10**6
            raise _TooLargeError(Message("it unpacks to more than {most} MB"), most=most)

    def look_at(self, tags: int) -> None:
        self.tags -= tags
        if self.tags < 0:
            most = _MOST_TAGS // 10**6
            raise _TooLargeError(Message("it holds more than {most} million elements"), most=most)

    def keep(self, size: int) -> None:
        self.memory -= size
        if self.memory < 0:
            raise _TooLargeError(Message("it holds more cells than fit in memory"))


class _Book:
    """A workbook's archive, and what its sheets have in common."""

    def __init__(self, content: bytes) -> None:
        # Counted before zipfile makes an object of each.
        if content.count(_PART) > _MOST_PARTS:
            raise _TooLargeError(Message("it has more than {most:,} parts"), most=_MOST_PARTS)
        self._archive = zipfile.ZipFile(io.BytesIO(content))
        self._limits = _Limits()
        self._parts: dict[str, zipfile.ZipInfo] = {}
        for info in self._archive.infolist():
            name = info.filename.replace("\\", "/").lower()
            if name in self._parts:
                raise _DamagedError(Message("it has two parts {part}"), part=info.filename)
            self._parts[name] = info

    def sheets(self) -> tuple[Sheet, ...]:
        """Read every sheet of cells."""
        top = self._related("")
        book = next((path for kind, path in top.values() if kind == "officeDocument"), None)
        if book is None:
            raise _DamagedError(Message("it has no table of contents"))
        contents = _Contents(self._limits)
        self._read(contents, book)
        related = self._related(book)
        paths = {kind: path for kind, path in related.values()}
        strings, styles = _Strings(self._limits), _Styles(self._limits)
        if "sharedStrings" in paths:
            self._read(strings, paths["sharedStrings"])
        if "styles" in paths:
            self._read(styles, paths["styles"])
        sheets = []
        for name, relation in contents.sheets:
            kind, path = related.get(relation, ("", ""))
            if not path:
                raise _DamagedError(Message("its sheet {name} is missing"), name=name)
            if kind != "worksheet":
                continue
            cells = _Cells(self._limits, strings.texts, styles.dates(), contents)
            try:
                self._read(cells, path)
            except _TooLargeError as error:
                error.sheet = name
                raise
            sheets.append(Sheet(name, tuple(cells.rows), frozenset(cells.uncalculated)))
        if not sheets:
            raise _DamagedError(Message("it has no sheet of cells"))
        return tuple(sheets)

    def _related(self, path: str) -> dict[str, tuple[str, str]]:
        """Return kind and path of what a part refers to, by the id that it uses."""
        folder, name = posixpath.split(path)
        relations = _Relations(self._limits)
        self._read(relations, posixpath.join(folder, "_rels", f"{name}.rels"))
        return {
            key: (kind, posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/"))
            for key, (kind, target) in relations.found.items()
        }

    def _read(self, part: _Part, path: str) -> None:
        info = self._parts.get(path.lower())
        if info is None:
            raise _DamagedError(Message("its part {part} is missing"), part=path)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise _DamagedError(Message("its part {part} is packed in an unknown way"), part=path)
        # zipfile never unpacks more than the size that the archive gives.
        self._limits.unpack(info.file_size)
        with self._archive.open(info) as stream:
            part.read(stream)


class _Part:
    """A part of a workbook, read element by element.

    A kind of part says what to do at the start and at the end of its elements. Prefixes are as in
    the root element: Excel writes none, other programs ``x:``.
    """

    def __init__(self, limits: _Limits) -> None:
        self._limits = limits
        self._starts: dict[str, Callable[[_Attributes], None]] = {}
        self._ends: dict[str, Callable[[], None]] = {}
        self._text: list[str] | None = None
        self._length = 0
        self._runs: list[str] = []
        self._aloud = False
        self._depth = 0

    def read(self, stream: IO[bytes]) -> None:
        """Read the part; a document type, which could declare endless entities, is refused."""
        names: dict[str, str] = {}
        parser = expat.ParserCreate(intern=names)
        parser.buffer_text = True
        parser.buffer_size = _CHUNK
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = partial(self._root, parser)
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        fed = 0
        while chunk := stream.read(_CHUNK):
            self._limits.look_at(chunk.count(b"<"))
            parser.Parse(chunk, False)
            fed += len(chunk)
            # What is not yet closed is looked at anew with every chunk.
            if fed - parser.CurrentByteIndex > _LONGEST_TAG:
                raise _DamagedError(Message("an element never ends"))
            if len(names) > _MOST_NAMES:
                raise _DamagedError(Message("it has too many kinds of elements"))
        parser.Parse(b"", True)

    def _root(self, parser: expat.XMLParserType, name: str, attributes: _Attributes) -> None:
        prefix = name[: name.find(":") + 1]
        self._starts = {prefix + local: what for local, what in self._starts.items()}
        self._ends = {prefix + local: what for local, what in self._ends.items()}
        parser.StartElementHandler = self._start
        self._start(name, attributes)

    def _start(self, name: str, attributes: _Attributes) -> None:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise _DamagedError(Message("elements lie within one another without end"))
        if (what := self._starts.get(name)) is not None:
            what(attributes)

    def _end(self, name: str) -> None:
        self._depth -= 1
        if (what := self._ends.get(name)) is not None:
            what()

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._length += len(text)
            if self._length > _LONGEST_TEXT:
                raise _TooLargeError(
                    Message("a cell holds more than {most:,} letters"), most=_LONGEST_TEXT
                )
            self._text.append(text)

    def _listen(self, attributes: _Attributes) -> None:
        """Keep the text of the element that starts."""
        self._text = []

    def _heard(self) -> str:
        """Return the text of the element that ends."""
        text = "".join(self._text or ())
        self._text = None
        return text

    def _listen_to_runs(self) -> None:
        """Gather the runs of rich text; how East Asian text is read aloud is no part of it."""
        self._starts |= {"t": self._listen, "rPh": partial(self._set_aloud, True)}
        self._ends |= {"t": self._run, "rPh": partial(self._set_aloud, False)}

    def _set_aloud(self, aloud: bool, *_attributes: _Attributes) -> None:
        self._aloud = aloud

    def _run(self) -> None:
        text = self._heard()
        if text and not self._aloud:
            self._runs.append(text)


def _refuse_doctype(*_declared: object) -> None:
    raise _DamagedError(Message("it declares a document type, as no spreadsheet program does"))


class _Relations(_Part):
    """What a part refers to: kind and target by id."""

    def __init__(self, limits: _Limits) -> None:
        super().__init__(limits)
        self.found: dict[str, tuple[str, str]] = {}
        self._starts = {"Relationship": self._relation}

    def _relation(self, attributes: _Attributes) -> None:
        if attributes.get("TargetMode") == "External":
            return
        target = attributes["Target"]
        kind = attributes["Type"].rpartition("/")[2]
        self._limits.keep(_MARK_BYTES + len(target) + len(kind))
        self.found[attributes["Id"]] = kind, target


class _Contents(_Part):
    """The table of contents: sheets in order, and how their cells are to be taken.

    ``calculated`` is False if the program that wrote the file asks for all formulas to be
    calculated: where it did none itself, it wrote 0 for each.
    """

    def __init__(self, limits: _Limits) -> None:
        super().__init__(limits)
        self.sheets: list[tuple[str, str]] = []
        self.from_1904 = False
        self.calculated = True
        self._starts = {
            "sheet": self._sheet,
            "workbookPr": self._properties,
            "calcPr": self._calculation,
        }

    def _sheet(self, attributes: _Attributes) -> None:
        self._limits.keep(_MARK_BYTES + len(attributes["name"]))
        # The prefix of the id is any that stands for relationships.
        relation = next(value for name, value in attributes.items() if name.endswith(":id"))
        self.sheets.append((nfc(attributes["name"]), relation))

    def _properties(self, attributes: _Attributes) -> None:
        self.from_1904 = _is_true(attributes.get("date1904"))

    def _calculation(self, attributes: _Attributes) -> None:
        self.calculated = not _is_true(attributes.get("fullCalcOnLoad"))


class _Strings(_Part):
    """The texts that cells refer to by number."""

    def __init__(self, limits: _Limits) -> None:
        super().__init__(limits)
        self.texts: list[str | None] = []
        self._starts = {"si": self._begin}
        self._ends = {"si": self._finish}
        self._listen_to_runs()

    def _begin(self, attributes: _Attributes) -> None:
        self._runs, self._length = [], 0

    def _finish(self) -> None:
        text = _clean("".join(self._runs))
        self._limits.keep(_CELL_BYTES + sys.getsizeof(text or ""))
        self.texts.append(text)


class _Styles(_Part):
    """Which cell formats show a number as a date."""

    def __init__(self, limits: _Limits) -> None:
        super().__init__(limits)
        self._codes: dict[int, str] = {}
        self._formats: list[int] = []
        self._within = ""
        self._starts = {
            "numFmts": partial(self._enter, "numFmts"),
            "cellXfs": partial(self._enter, "cellXfs"),
            "numFmt": self._code,
            "xf": self._format,
        }
        self._ends = {"numFmts": self._leave, "cellXfs": self._leave}

    def dates(self) -> list[bool]:
        """Return for each cell format whether it shows a date."""
        shown = {number: self._is_date(number) for number in set(self._formats)}
        return [shown[number] for number in self._formats]

    def _is_date(self, number: int) -> bool:
        code = self._codes.get(number) or BUILTIN_FORMATS.get(number)
        if code is None:
            return number in _LOCAL_DATES
        # A span of time, such as 30:15 hours, is no date.
        return bool(is_date_format(code)) and not is_timedelta_format(code)

    def _enter(self, where: str, attributes: _Attributes) -> None:
        self._within = where

    def _leave(self) -> None:
        self._within = ""

    def _code(self, attributes: _Attributes) -> None:
        # Conditional formats have numFmt elements too, under numbers of their own.
        if self._within == "numFmts":
            self._limits.keep(_MARK_BYTES + len(attributes["formatCode"]))
            self._codes[int(attributes["numFmtId"])] = attributes["formatCode"]

    def _format(self, attributes: _Attributes) -> None:
        if self._within == "cellXfs":
            self._formats.append(int(attributes.get("numFmtId", 0)))
            if len(self._formats) > _MOST_FORMATS:
                raise _TooLargeError(
                    Message("it has more than {most:,} cell formats"), most=_MOST_FORMATS
                )


class _Cells(_Part):
    """The rows of a sheet that hold something."""

    def __init__(
        self,
        limits: _Limits,
        strings: Sequence[str | None],
        dates: Sequence[bool],
        contents: _Contents,
    ) -> None:
        super().__init__(limits)
        self.rows: list[SheetRow] = []
        self.uncalculated: set[tuple[int, int]] = set()
        self._strings = strings
        self._dates = dates
        self._contents = contents
        self._row = 0
        self._column = -1
        self._reference: str | None = None
        self._texts: dict[int, str] = {}
        self._kept = 0
        self._cell: _Attributes = {}
        self._value: str | None = None
        self._formula: str | None = None
        self._shared = ""
        self._formulas: dict[str, str] = {}
        self._starts = {
            "row": self._begin_row,
            "c": self._begin_cell,
            "v": self._listen,
            "f": self._begin_formula,
        }
        self._ends = {
            "row": self._end_row,
            "c": self._end_cell,
            "v": self._end_value,
            "f": self._end_formula,
        }
        self._listen_to_runs()

    def _begin_row(self, attributes: _Attributes) -> None:
        number = int(attributes.get("r", self._row + 1))
        if not self._row < number <= _LAST_ROW:
            raise _DamagedError(
                Message("a row {row} follows row {before}"), row=number, before=self._row
            )
        self._row = number
        self._column, self._reference = -1, None

    def _begin_cell(self, attributes: _Attributes) -> None:
        self._cell = attributes
        self._value = self._formula = None
        self._length = 0
        if "r" not in attributes:
            self._column = self._place() + 1
            self._reference = None
        else:
            self._reference = attributes["r"]

    def _place(self) -> int:
        """Return the column of the cell; most cells of a sheet are blank and never asked."""
        return self._column if self._reference is None else _column(self._reference)

    def _end_value(self) -> None:
        self._value = self._heard()

    def _begin_formula(self, attributes: _Attributes) -> None:
        self._shared = attributes.get("si", "") if attributes.get("t") == "shared" else ""
        self._text = []

    def _end_formula(self) -> None:
        """Note a formula; one of a group that share it may hold but the group's number."""
        text = self._heard()
        if self._shared and text:
            self._limits.keep(_MARK_BYTES + len(text))
            self._formulas[self._shared] = text
        self._formula = text or self._formulas.get(self._shared, "")

    def _end_cell(self) -> None:
        if self._value is None and self._formula is None and not self._runs:
            return
        column = self._place()
        if self._formula is not None and self._never_calculated():
            text: str | None = f"={self._formula}"
            self._kept += _MARK_BYTES + len(self._formula)
            self.uncalculated.add((self._row, column))
        else:
            text = self._as_text()
        self._runs = []
        if text is None:
            return
        if column in self._texts or column >= _LAST_COLUMN:
            raise _DamagedError(
                Message("row {row} holds a cell twice, or beyond the last column"), row=self._row
            )
        self._texts[column] = text

    def _never_calculated(self) -> bool:
        """Whether a formula's value is missing; an empty text is a value, and says so."""
        kind = self._cell.get("t", "n")
        if kind == "n" and self._value == "0":
            return not self._contents.calculated
        return self._value is None or (self._value == "" and kind != "str")

    def _as_text(self) -> str | None:
        kind = self._cell.get("t", "n")
        if kind == "inlineStr" or self._value is None:
            text = _clean("".join(self._runs))
        elif kind == "s":
            number = int(self._value)
            if not 0 <= number < len(self._strings):
                raise _DamagedError(Message("its text {number} is missing"), number=number)
            return self._strings[number]
        elif kind == "n" and self._value:
            style = int(self._cell.get("s", 0))
            shows_date = style < len(self._dates) and self._dates[style]
            text = (
                _date_text(self._value, self._contents.from_1904)
                if shows_date
                else _number_text(self._value)
            )
        elif kind == "b" and self._value:
            text = "yes" if _is_true(self._value) else "no"
        elif kind == "d" and self._value:
            text = _iso_text(self._value)
        else:
            text = _clean(self._value)
        self._kept += sys.getsizeof(text)
        return text

    def _end_row(self) -> None:
        if not self._texts:
            return
        width = max(self._texts) + 1
        self._limits.keep(self._kept + _ROW_BYTES + _CELL_BYTES * width)
        self.rows.append(SheetRow(self._row, tuple(map(self._texts.get, range(width)))))
        self._texts, self._kept = {}, 0


def _is_true(text: str | None) -> bool:
    return text in ("1", "true")


def _column(reference: str) -> int:
    """Return the index of a cell's column, 0 for A.

    Examples
    --------
    >>> _column("A1"), _column("XFD7")
    (0, 16383)
    """
    return _column_of(reference.rstrip("0123456789"))


@lru_cache(maxsize=_LAST_COLUMN)
def _column_of(letters: str) -> int:
    if _LETTERS.fullmatch(letters) is None:
        raise _DamagedError(Message("it has a cell in column {letters!r}"), letters=letters[:40])
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - ord("A") + 1
    return column - 1


def _clean(text: str) -> str | None:
    r"""Return a text in NFC, trimmed, without the escapes of workbooks; None if it is blank.

    Examples
    --------
    >>> _clean(" Ngõ 5_x000D_\n"), _clean("_x005F_x000D_"), _clean("   ")
    ('Ngõ 5', '_x000D_', None)
    """
    if "_x" in text:
        text = _ESCAPE.sub(_unescape, text).replace("\r\n", "\n")
    return (text.strip() if text.isascii() else nfc(text)) or None


def _unescape(match: re.Match[str]) -> str:
    sign = chr(int(match[1], 16))
    return sign if sign.isprintable() or sign in "\t\n\r" else match[0]


def _number(text: str) -> int | float:
    text = text.strip()
    if _NUMBER.fullmatch(text) is None:
        raise _DamagedError(Message("{text!r} is no number"), text=text[:40])
    return float(text) if "." in text or "e" in text or "E" in text else int(text)


def _number_text(text: str) -> str:
    """Return a number as the shortest text that means it.

    Examples
    --------
    >>> [_number_text(n) for n in ("3.50", "12.0", "0.30000000000000004", "1E3", "1e300", "007")]
    ['3.5', '12', '0.30000000000000004', '1000', '1e+300', '7']
    """
    if text.isdecimal() and text.isascii() and text[0] != "0":
        return text
    number = _number(text)
    if isinstance(number, float) and number.is_integer() and abs(number) < _EXACT:
        return str(int(number))
    return str(number)


@lru_cache(maxsize=10_000)
def _date_text(text: str, from_1904: bool) -> str:
    """Return the day that a serial number means; where Excel shows none, the number.

    Examples
    --------
    >>> _date_text("46154", False), _date_text("46154.4375", False), _date_text("0.5", False)
    ('2026-05-12', '2026-05-12T10:30:00', '12:00:00')
    >>> _date_text("44692", True), _date_text("-1", False), _date_text("9e9", False)
    ('2026-05-12', '-1', '9000000000')
    """
    number = _number(text)
    if number < 0:
        return _number_text(text)
    try:
        moment = from_excel(number, MAC_EPOCH if from_1904 else WINDOWS_EPOCH)
    except OverflowError:
        return _number_text(text)
    return _moment_text(moment)


def _iso_text(text: str) -> str | None:
    try:
        return _moment_text(datetime.datetime.fromisoformat(text))
    except ValueError:
        return _clean(text)


def _moment_text(moment: datetime.datetime | datetime.time) -> str:
    if isinstance(moment, datetime.datetime) and moment.time() == datetime.time():
        return moment.date().isoformat()
    return moment.isoformat(timespec="seconds")
