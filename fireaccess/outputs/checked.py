"""Checked copies: a ward's own workbooks with what is wrong coloured and noted at its cells.

The copy is for reading beside the original. Formulas, formats and text stay as they are; a text
that looks like a formula stays a text.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, count, groupby
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.properties import PageSetupProperties

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Finding, InputError
from fireaccess.model.formats import LANGUAGES, Language
from fireaccess.model.layers import TABLES
from fireaccess.model.text import nfc
from fireaccess.model.words import FINDINGS_TITLE, columns_by_heading, plain, tables_by_title
from fireaccess.outputs.files import SAVED, put_whole, same_bytes, was_edited
from fireaccess.sources.delimited import is_delimited, read_delimited
from fireaccess.sources.sheets import Sheet
from fireaccess.sources.workbook import is_workbook, read_workbook

_LIST: Final = FINDINGS_TITLE
_LIST_COLUMNS: Final[Mapping[Message, int]] = MappingProxyType(
    {
        Message("severity"): 10,
        Message("sheet"): 20,
        Message("row"): 14,
        Message("column"): 18,
        Message("value"): 24,
        Message("what is wrong"): 60,
        Message("what to do"): 60,
    }
)
_SEVERITIES: Final[Mapping[str, Message]] = MappingProxyType(
    {"error": Message("error"), "warning": Message("warning"), "hint": Message("hint")}
)
_COLOURS: Final[Mapping[str, str]] = MappingProxyType(
    {"error": "FFF4A6A0", "warning": "FFFFD37A", "hint": "FFBFE0F5"}
)
_RANK: Final = tuple(_COLOURS)
_AUTHOR: Final = "fireaccess"
#: When a copy says that it was last saved, until somebody saves it: by this it is told whether
#: somebody worked in it, and same input gives same bytes.
#: Headings are looked for down to this row.
_LAST_HEADING_ROW: Final = 12
#: So many cells get a note; each is a drawing, and Excel grows slow of them.
_MOST_NOTES: Final = 5_000
_LONGEST_NOTE: Final = 2_000
_LONGEST_CELL: Final = 32_767
_LONGEST_TITLE: Final = 31
_NOT_IN_TITLES: Final = re.compile(r"[\\/*?:\[\]]")
#: Bytes, unpacked. openpyxl needs fifty times as many for a workbook with its formats; of a larger
#: one the copy holds the texts.
_LARGEST_SHEETS: Final = 30_000_000
#: Between somebody's own note and ours.
_MARK: Final = "\n\n— fireaccess —\n"
#: What Excel would take for the beginning of a formula when the cell is edited.
_FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")


def write_checked(
    findings: Iterable[Finding],
    files: Iterable[Path],
    folder: Path,
    *,
    language: Language = "en",
) -> list[Path]:
    r"""Write a checked copy of each file that holds a row with a finding; same input, same bytes.

    In ``<name>-checked.xlsx`` the cells with a finding are red (error), amber (warning) or light
    blue (hint) and have a note that says what is wrong and what to do. Its first sheet lists all
    findings of the file. Of a vector file there is only this list.

    Parameters
    ----------
    findings
        What was found; ``file`` is the name of the file.
    files
        The files that were read.
    folder
        Where to write; made if missing. A copy that somebody has worked in is never replaced:
        the new one gets a number.
    language
        That of the notes and the list.

    Returns
    -------
    The copies written.

    Raises
    ------
    OutputError
        If a copy can't be written.

    Examples
    --------
    >>> import tempfile
    >>> wrong = Finding(
    ...     "error", "not_a_number", Message("'abc' is no number"), file="widths.csv", row=2,
    ...     column="width_m", remedy=Message("write metres, as in 3.5"))
    >>> with tempfile.TemporaryDirectory() as name:
    ...     path = Path(name) / "widths.csv"
    ...     _ = path.write_text("object_id,width_m\nW1,abc\n")
    ...     (copy,) = write_checked([wrong], [path], Path(name) / "checked")
    ...     book = openpyxl.load_workbook(copy)
    >>> book.sheetnames, book["widths"]["B2"].comment.text
    (['Findings', 'widths'], "error: 'abc' is no number\n→ write metres, as in 3.5")
    """
    everything = sorted(findings, key=_order)
    paths = list(dict.fromkeys(files))
    taken = {path.resolve() for path in paths}
    written = []
    for path in paths:
        own = [f for f in everything if f.file in (path.name, str(path))]
        if not any(finding.every_row for finding in own):
            continue
        copy = _free_name(path, paths, folder, taken)
        taken.add(copy.resolve())
        put_whole(copy, _checked(path, own, language))
        written.append(copy)
    return written


def _order(finding: Finding) -> tuple[Any, ...]:
    rank = _RANK.index(finding.severity)
    return rank, finding.sheet or "", finding.row or 0, finding.column or "", finding.text


def _free_name(path: Path, paths: Sequence[Path], folder: Path, taken: set[Path]) -> Path:
    """Return the name of a file's copy, which is that of no input and of nobody's work."""
    stem = path.stem.removesuffix("-checked")
    if sum(other.stem.removesuffix("-checked") == stem for other in paths) > 1:
        stem += f"-{path.suffix.lower().lstrip('.')}"
    names = chain((f"{stem}-checked",), (f"{stem}-checked-{number}" for number in count(2)))
    copies = (folder / f"{name}.xlsx" for name in names)
    return next(c for c in copies if c.resolve() not in taken and not was_edited(c))


def _checked(path: Path, findings: Sequence[Finding], language: Language) -> bytes:
    """Return the bytes of a file's checked copy."""
    book, sheets = _opened(path)
    for name in [name for name, sheet in sheets.items() if _is_earlier_list(sheet)]:
        book.remove(sheets.pop(name))
    for sheet in sheets.values():
        _forget_earlier_marks(sheet)
    _mark(sheets, findings, language)
    for sheet in sheets.values():
        for cell in _cells(sheet):
            if cell.data_type == "s" and str(cell.value).startswith(_FORMULA_SIGNS):
                cell.quotePrefix = True
    _write_list(book, findings, language)
    content = io.BytesIO()
    book.save(content)
    return same_bytes(content.getvalue())


def _opened(path: Path) -> tuple[Any, dict[str | None, Any]]:
    """Return a workbook to mark, and its sheets by their names in the file.

    The name is None where the file is itself the sheet. A file that has no cells has no sheets.
    """
    if is_workbook(path):
        book = _with_formats(path)
        if book is not None:
            return book, {nfc(sheet.title): sheet for sheet in book.worksheets}
    book = openpyxl.Workbook()
    book.remove(book.active)
    book.properties.creator = _AUTHOR
    book.properties.created = SAVED.replace(tzinfo=None)
    sheets: dict[str | None, Any] = {}
    for content in _texts(path):
        title = _NOT_IN_TITLES.sub("_", content.name or path.stem)[:_LONGEST_TITLE]
        sheet = sheets[content.name] = book.create_sheet(title)
        for row in content.rows:
            for column, text in enumerate(row.cells, start=1):
                if text is not None:
                    _put_text(sheet.cell(row.number, column), text)
    return book, sheets


def _with_formats(path: Path) -> Any | None:
    """Open a workbook with all that is in it, or return None if that is too much, or fails.

    What the copy can't hold, such as slicers, openpyxl warns of and leaves out.
    """
    try:
        # From memory: openpyxl leaves a file open that it fails to read.
        content = io.BytesIO(path.read_bytes())
        with zipfile.ZipFile(content) as archive:
            size = sum(i.file_size for i in archive.infolist() if "/worksheets/" in i.filename)
        if size > _LARGEST_SHEETS:
            return None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return openpyxl.load_workbook(content, rich_text=True)
    except Exception:
        # openpyxl refuses workbooks that Excel opens, over a colour or a name, with errors of
        # any kind. The texts of the cells are there all the same.
        return None


def _texts(path: Path) -> tuple[Sheet, ...]:
    try:
        if is_workbook(path):
            return read_workbook(path, path.stem)
        if is_delimited(path):
            return (read_delimited(path, path.stem),)
    except InputError:
        # Its finding is in the list; there are no cells to show.
        pass
    return ()


def _cells(sheet: Any) -> Iterator[Any]:
    """Yield the cells that a sheet holds; openpyxl's own ways make all up to the last one."""
    yield from list(sheet._cells.values())


def _put_text(cell: Any, text: str) -> None:
    """Put a text into a cell; Excel keeps it a text even when the cell is edited."""
    cell.value = ILLEGAL_CHARACTERS_RE.sub("\ufffd", text)[:_LONGEST_CELL]
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_FORMULA_SIGNS)


# Marks
def _forget_earlier_marks(sheet: Any) -> None:
    """Take away the marks of an earlier copy, in which somebody went on working."""
    for cell in _cells(sheet):
        if cell.fill.fgColor.rgb in _COLOURS.values():
            cell.fill = PatternFill()
        if cell.comment is None:
            continue
        own, mark, _ = cell.comment.text.partition(_MARK)
        if cell.comment.author == _AUTHOR:
            cell.comment = None
        elif mark:
            cell.comment = Comment(own, cell.comment.author)


def _mark(
    sheets: Mapping[str | None, Any], findings: Sequence[Finding], language: Language
) -> None:
    """Colour the cells with findings by the worst, and note what is wrong."""
    about: dict[tuple[str | None, int, int], list[Finding]] = {}
    columns = {name: _columns(sheet) for name, sheet in sheets.items()}
    only = next(iter(sheets)) if len(sheets) == 1 else None
    for finding in findings:
        name = only if finding.sheet is None else nfc(finding.sheet)
        if name not in sheets:
            continue
        title, known = finding.column or "", columns[name]
        column = known.get(title) or known.get(plain(title)) or 1
        for row in finding.every_row:
            about.setdefault((name, row, column), []).append(finding)
    for k, ((name, row, column), own) in enumerate(sorted(about.items(), key=_by_place)):
        cell = _owner(sheets[name], row, column)
        worst = min(own, key=lambda finding: _RANK.index(finding.severity))
        cell.fill = PatternFill("solid", fgColor=_COLOURS[worst.severity])
        if k < _MOST_NOTES:
            _note(cell, own, language)


def _by_place(item: tuple[tuple[str | None, int, int], Any]) -> tuple[str, int, int]:
    name, row, column = item[0]
    return name or "", row, column


def _owner(sheet: Any, row: int, column: int) -> Any:
    """Return a cell, or the one that it is merged into."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for merged in sheet.merged_cells.ranges:
            if cell.coordinate in merged:
                return sheet.cell(merged.min_row, merged.min_col)
    return cell


def _note(cell: Any, findings: Sequence[Finding], language: Language) -> None:
    lines = dict.fromkeys(
        f"{_SEVERITIES[f.severity].into(language)}: {f.what_in(language)}"
        + (f"\n→ {f.remedy_in(language)}" if f.remedy else "")
        for f in findings
    )
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", "\n\n".join(lines))[:_LONGEST_NOTE]
    author = _AUTHOR
    if cell.comment is not None:
        text, author = f"{cell.comment.text}{_MARK}{text}", cell.comment.author
    height = 24 + 16 * (text.count("\n") + len(text) // 45 + 1)
    cell.comment = Comment(text, author, width=320, height=min(height, 400))


def _columns(sheet: Any) -> dict[str, int]:
    """Return the columns of a sheet by their canonical names and by their plain headings.

    The heading row is the one in which the headings of a table are found most often.
    """
    rows: dict[int, list[tuple[str, int]]] = {}
    for cell in sorted(_cells(sheet), key=lambda cell: (cell.row, cell.column)):
        if cell.row <= _LAST_HEADING_ROW and cell.value is not None:
            rows.setdefault(cell.row, []).append((plain(str(cell.value)), cell.column))
    table = tables_by_title().get(plain(sheet.title))
    meant: dict[str, int] = {}
    best: list[tuple[str, int]] = []
    for texts in rows.values():
        for known in map(columns_by_heading, TABLES if table is None else (table,)):
            found = {known[text]: column for text, column in reversed(texts) if text in known}
            if len(found) > len(meant):
                meant, best = found, texts
    every = [*best, *(text for texts in rows.values() for text in texts)]
    return {**{text: column for text, column in reversed(every) if text}, **meant}


# The list
def _is_earlier_list(sheet: Any) -> bool:
    first = [cell.value for cell in _cells(sheet) if cell.row == 1]
    return any(first == [name.into(known) for name in _LIST_COLUMNS] for known in LANGUAGES)


def _write_list(book: Any, findings: Sequence[Finding], language: Language) -> None:
    """Put a sheet before all others that lists the findings."""
    sheet = book.create_sheet(_LIST, 0)
    dark = PatternFill("solid", fgColor="FF1F4E79")
    for k, (name, width) in enumerate(_LIST_COLUMNS.items(), start=1):
        cell = sheet.cell(1, k, name.into(language))
        cell.font, cell.fill = Font("Calibri", 11, bold=True, color="FFFFFFFF"), dark
        sheet.column_dimensions[cell.column_letter].width = width
    for i, finding in enumerate(findings, start=2):
        texts = (
            _SEVERITIES[finding.severity].into(language),
            finding.sheet,
            _ranges(finding.every_row),
            finding.column,
            finding.value,
            finding.what_in(language),
            finding.remedy_in(language),
        )
        for k, text in enumerate(texts, start=1):
            cell = sheet.cell(i, k)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if text:
                _put_text(cell, text)
        sheet.cell(i, 1).fill = PatternFill("solid", fgColor=_COLOURS[finding.severity])
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    book.active = 0
    for other in book.worksheets:
        # Sheets that are selected together are edited together.
        other.sheet_view.tabSelected = other is sheet


def _ranges(rows: Iterable[int]) -> str:
    """Return row numbers as people write them.

    Examples
    --------
    >>> _ranges((7, 5, 8, 9, 12)), _ranges(())
    ('5, 7–9, 12', '')
    """
    runs = groupby(enumerate(sorted(set(rows))), key=lambda pair: pair[1] - pair[0])
    texts = []
    for _, run in runs:
        numbers = [number for _, number in run]
        last = f"–{numbers[-1]}" if len(numbers) > 1 else ""
        texts.append(f"{numbers[0]}{last}")
    return ", ".join(texts)
