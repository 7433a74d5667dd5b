"""CSV as offices save it: commas, semicolons or tabs; UTF-8, UTF-16 or Windows-1258.

What can be told for sure is read; all else is refused with row and remedy. Excel writes semicolons
where the comma is the decimal sign, as in Việt Nam, and UTF-16 as "Unicode text".
"""

from __future__ import annotations

import codecs
import csv
import io
import re
import unicodedata
from pathlib import Path
from typing import Final

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError
from fireaccess.sources.files import read_content
from fireaccess.sources.sheets import Sheet, SheetRow

_SUFFIXES: Final = (".csv", ".tsv", ".txt")
#: Letters of Vietnamese and what else stands in its tables: text in another encoding, read as
#: Windows-1258, shows other signs before long.
_VIETNAMESE: Final = re.compile(
    r"[\t\r\n -~\u00a0°²³·×àáâãèéêìíòóôõùúýăđĩũơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ"
    r"ÀÁÂÃÈÉÊÌÍÒÓÔÕÙÚÝĂĐĨŨƠƯẠẢẤẦẨẪẬẮẰẲẴẶẸẺẼẾỀỂỄỆỈỊỌỎỐỒỔỖỘỚỜỞỠỢỤỦỨỪỬỮỰỲỴỶỸ–—‘’“”…₫]*"
)


def is_delimited(path: Path) -> bool:
    """Whether a file is a sheet of text rather than a layer or a workbook.

    Examples
    --------
    >>> is_delimited(Path("houses.csv")), is_delimited(Path("houses.gpkg"))
    (True, False)
    """
    return path.suffix.lower() in _SUFFIXES


def read_delimited(path: Path, what: str, *, encoding: str | None = None) -> Sheet:
    """Read the rows of a CSV file that hold something.

    Parameters
    ----------
    path
        The file.
    what
        The table's key in the project file.
    encoding
        Its encoding if the project names one, else told by its bytes.

    Raises
    ------
    InputError
        If the file can't be read as a sheet.
    """
    text = _decode(read_content(path, what), path, what, encoding)
    reader = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=_delimiter(text),
        skipinitialspace=True,
        strict=True,
    )
    records: list[list[str]] = []
    try:
        records.extend(reader)
    except csv.Error as error:
        raise InputError(
            Message("the {what} table can't be read from this row on: {error}"),
            file=path,
            row=len(records) + 1,
            remedy=Message(
                "a quotation mark there has no partner: delete it, or save anew, in Excel: File, "
                'Save As, "CSV UTF-8 (Comma delimited)"'
            ),
            what=what,
            error=error,
        ) from None
    rows = []
    for number, record in enumerate(records, start=1):
        cells = tuple(cell.strip() or None for cell in record)
        if any(cells):
            rows.append(SheetRow(number, cells))
    return Sheet(None, tuple(rows))


def _delimiter(text: str) -> str:
    """Return the sign that parts the cells: it stands in most lines, and often in the first.

    Titles may stand above the headings, and commas in numbers or texts below them.
    """
    lines = [line for line in text[:20_000].splitlines()[:10] if line.strip()]

    def counts(sign: str) -> tuple[int, int]:
        having = [line.count(sign) for line in lines if sign in line]
        return len(having), having[0] if having else 0

    return max(",;\t", key=counts)


def _decode(content: bytes, path: Path, what: str, encoding: str | None) -> str:
    named = encoding or _encoding(content)
    if named is not None:
        try:
            return unicodedata.normalize("NFC", content.decode(named))
        except UnicodeDecodeError as error:
            row = content[: error.start].count(b"\n") + 1
    else:
        # cp1258 takes nearly any bytes: it is believed where Vietnamese comes out.
        text = unicodedata.normalize("NFC", content.decode("cp1258", errors="replace"))
        known = _VIETNAMESE.match(text)
        end = 0 if known is None else known.end()
        if end == len(text):
            return text
        row = text.count("\n", 0, end) + 1
    raise InputError(
        Message("the {what} table is not in {encoding}")
        if encoding
        else Message("the {what} table is not UTF-8 text"),
        file=path,
        row=row,
        remedy=Message(
            'save it anew, in Excel: File, Save As, "CSV UTF-8 (Comma delimited)"; or name its '
            'encoding in the project file, as in [inputs.mappings.{what}] encoding = "cp949"'
        ),
        what=what,
        encoding=encoding,
    )


def _encoding(content: bytes) -> str | None:
    """Return the encoding that the bytes show for sure, or None."""
    if content[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16"
    # Without a mark: half of the bytes of Latin text in UTF-16 are zero, all on one side.
    head = content[:4096]
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if len(zeros) > 1 and zeros.count(0) > 0.6 * len(zeros):
            return name
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    return "utf-8-sig"
