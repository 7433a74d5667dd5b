"""The template of the report, which an office may edit in Word.

In Vietnamese it has the form of Nghị định 30/2020/NĐ-CP: A4, margins, Times New Roman, Quốc hiệu
and Tiêu ngữ, numbered sections, recipients and signature. What only the office knows is a blank.
Figures, tables and pictures are placeholders that `fireaccess.outputs.report` fills in.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Length, Mm, Pt, RGBColor
from docx.text.paragraph import Paragraph

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import OutputError
from fireaccess.model.formats import Language
from fireaccess.outputs.files import SAVED, put_whole, same_bytes

_FONT: Final = "Times New Roman"
_BODY, _SMALL, _TABLE = Pt(13), Pt(12), Pt(10)
_TEXT_WIDTH: Final = Mm(210 - 30 - 15)
_CENTRE: Final = WD_ALIGN_PARAGRAPH.CENTER
_LEFT: Final = WD_ALIGN_PARAGRAPH.LEFT
_LOCALES: Final[Mapping[Language, str]] = MappingProxyType({"vi": "vi-VN", "en": "en-GB"})
_SHADE: Final = "E7E6E6"

#: A column of a table: heading, what a row holds there, width in millimetres.
Columns = Sequence[tuple[str, str, float]]


def save_template(path: Path, language: Language) -> None:
    """Write the template for an office to edit.

    Parameters
    ----------
    path
        The .docx file to write. A file that is there already is never replaced: somebody may
        have edited it.
    language
        Language of the report.

    Raises
    ------
    OutputError
        If the file is there already, or can't be written.
    """
    if path.exists():
        raise OutputError(
            Message("a file of this name is there already, and somebody may have edited it"),
            file=path,
            remedy=Message("choose another name"),
        )
    put_whole(path, report_template(language))


def report_template(language: Language) -> bytes:
    """Return the template as it is shipped; same language, same bytes.

    Examples
    --------
    >>> document = docx.Document(io.BytesIO(report_template("vi")))
    >>> document.tables[0].cell(0, 1).paragraphs[0].text
    'CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM'
    """
    made = _Template(language)
    if language == "vi":
        made.heading_of_state()
    made.title()
    made.basis()
    made.coverage()
    made.alleys()
    made.barriers()
    made.water()
    made.targets()
    made.plan()
    made.known()
    made.signature()
    made.annex()
    content = io.BytesIO()
    made.document.save(content)
    return same_bytes(content.getvalue())


class _Template:
    """Writes one template from top to bottom."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.document: Document = docx.Document()
        self.tables = 0
        self.pictures = 0
        self.sections = 0
        # What the number of the sections to come depends on.
        self.perhaps: str | None = None
        self._set_page()
        self._set_styles()

    def say(self, text: Message) -> str:
        return text.into(self.language)

    # Form
    def _set_page(self) -> None:
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.top_margin = section.bottom_margin = Mm(20)
        section.left_margin, section.right_margin = Mm(30), Mm(15)
        section.header_distance = Mm(10)
        # The number of the page stands in the middle of the top, and not on the first page.
        section.different_first_page_header_footer = True
        number = section.header.paragraphs[0]
        number.alignment = _CENTRE
        run = number.add_run()
        for kind, text in (("begin", ""), (None, "PAGE"), ("separate", ""), ("end", "")):
            if kind is None:
                part = OxmlElement("w:instrText")
                part.text = text
            else:
                part = OxmlElement("w:fldChar")
                part.set(qn("w:fldCharType"), kind)
            run._r.append(part)

    def _set_styles(self) -> None:
        styles = self.document.styles
        for name, size, bold in (
            ("Normal", _BODY, False),
            ("Header", _BODY, False),
            ("Heading 1", _BODY, True),
            ("Heading 2", _BODY, True),
            ("Caption", _SMALL, True),
        ):
            style: Any = styles[name]
            style.font.name, style.font.size, style.font.bold = _FONT, size, bold
            style.font.italic = False
            style.font.color.rgb = RGBColor(0, 0, 0)
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for script in ("w:eastAsia", "w:cs", "w:hAnsi", "w:ascii"):
                fonts.set(qn(script), _FONT)
            for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
                fonts.attrib.pop(qn(f"w:{theme}"), None)
            form = style.paragraph_format
            form.space_after = Pt(6)
            form.space_before = Pt(10 if name.startswith("Heading") else 0)
            form.keep_with_next = name not in ("Normal", "Header")
        # Nobody wants Vietnamese underlined in red.
        for lang in self.document.styles.element.iter(qn("w:lang")):
            code = _LOCALES[self.language]
            lang.set(qn("w:val"), code)
            lang.set(qn("w:eastAsia"), code)
        about = self.document.core_properties
        about.author = about.last_modified_by = about.comments = ""
        about.title = self.say(Message("Report"))
        about.language = _LOCALES[self.language]
        about.created = about.modified = SAVED

    def paragraph(self, text: str, **form: Any) -> Paragraph:
        """Write a paragraph of the body: justified, its first line indented."""
        made = self.document.add_paragraph(text)
        made.alignment = form.get("align", WD_ALIGN_PARAGRAPH.JUSTIFY)
        made.paragraph_format.first_line_indent = form.get("indent", Cm(1))
        return made

    def lead(self, text: Message) -> None:
        """Write a paragraph that leads over to a table without a caption."""
        self.paragraph(self.say(text)).paragraph_format.keep_with_next = True

    def control(self, text: str) -> None:
        """Write a paragraph that only steers: none is left of it in the report."""
        self.paragraph(text, align=_LEFT, indent=None)

    def each(self, line: str, of: str) -> None:
        """Write a line for each item of a list."""
        self.control("{%p for " + line + " in " + of + " %}")
        self.paragraph("- {{ " + line + " }}").paragraph_format.space_after = Pt(2)
        self.control("{%p endfor %}")

    def section(self, title: Message, *, if_there: str | None = None) -> None:
        """Write a section's heading, numbered by whether a section that may be missing is there.

        Parameters
        ----------
        title
            The title.
        if_there
            The placeholder that the section itself depends on.
        """
        self.sections += 1
        if self.perhaps is None:
            self.document.add_heading(f"{self.sections}. {self.say(title)}", level=1)
        else:
            # Two paragraphs: in a report none of what steers is left.
            self.control("{%p if " + self.perhaps + " %}")
            self.document.add_heading(f"{self.sections}. {self.say(title)}", level=1)
            self.control("{%p else %}")
            self.document.add_heading(f"{self.sections - 1}. {self.say(title)}", level=1)
            self.control("{%p endif %}")
        self.perhaps = if_there or self.perhaps

    def caption(self, text: str) -> None:
        self.tables += 1
        word = self.say(Message("Table"))
        made = self.document.add_paragraph(f"{word} {self.tables}. {text}", style="Caption")
        made.paragraph_format.space_before = Pt(6)

    def picture(self, placeholder: str, text: str) -> None:
        """Write the pictures of a placeholder, mostly one, with what they show below."""
        self.pictures += 1
        self.control("{%p for picture in " + placeholder + " %}")
        made = self.paragraph("{{ picture }}", align=_CENTRE, indent=None)
        made.paragraph_format.keep_with_next = True
        self.control("{%p endfor %}")
        word = self.say(Message("Figure", "picture"))
        below = self.document.add_paragraph(f"{word} {self.pictures}. {text}", style="Caption")
        below.alignment = _CENTRE
        below.paragraph_format.keep_with_next = False

    def table(self, columns: Columns, rows: str, *, long: bool = False, whole: bool = True) -> None:
        """Write a table with a row for each item of a list, its heading on every page.

        Parameters
        ----------
        columns
            Heading, name in a row, width in millimetres; text stands to the left if the name ends
            with ``>``, all else in the middle.
        rows
            The list.
        long
            Whether it may have many rows: then they are numbered.
        whole
            Whether a table that isn't long is kept on one page.
        """
        if long:
            columns = [(self.say(Message("No.")), "loop.index", 10), *columns]
        made = self.document.add_table(rows=0, cols=len(columns))
        self._frame(made, [width for *_, width in columns])
        head = self._row(made, [heading for heading, *_ in columns], bold=True)
        self._repeat(head)
        self._steer(made, "{%tr for r in " + rows + " %}")
        names = [
            name if name == "loop.index" else f"r.{name.rstrip('>')}" for _, name, _ in columns
        ]
        left = [name.endswith(">") for _, name, _ in columns]
        row = self._row(made, ["{{ " + name + " }}" for name in names], left=left)
        if whole and not long:
            self._keep(row)
        self._steer(made, "{%tr else %}")
        self._merged(made, self.say(Message("None.")))
        self._steer(made, "{%tr endfor %}")
        self._gap(self.document.add_paragraph())

    def counts(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table of fixed rows: what is counted, then placeholders."""
        made = self.document.add_table(rows=0, cols=len(heads))
        rest = (165 - 85) / (len(heads) - 1)
        self._frame(made, [85, *[rest] * (len(heads) - 1)])
        self._repeat(self._row(made, heads, bold=True))
        left = [True, *[False] * (len(heads) - 1)]
        for first, *names in rows:
            texts = [first, *("{{ " + name + " }}" for name in names)]
            self._keep(self._row(made, texts, left=left))
        self._gap(self.document.add_paragraph())

    def _frame(self, table: Any, widths: Sequence[float]) -> None:
        table.style = "Table Grid"
        table.autofit = False
        table.alignment = WD_TABLE_ALIGNMENT.CENTER
        margins = OxmlElement("w:tblCellMar")
        for side in ("left", "right"):
            margin = OxmlElement(f"w:{side}")
            margin.set(qn("w:w"), "60")  # twentieths of a point
            margin.set(qn("w:type"), "dxa")
            margins.append(margin)
        look = table._tbl.tblPr.find(qn("w:tblLook"))
        look.addprevious(margins)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)

    def _row(
        self,
        table: Any,
        texts: Sequence[str],
        *,
        bold: bool = False,
        left: Sequence[bool] | None = None,
    ) -> Any:
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for k, (cell, text) in enumerate(zip(row.cells, texts, strict=True)):
            cell.width = table.columns[k].width
            paragraph = cell.paragraphs[0]
            paragraph.alignment = _LEFT if left is not None and left[k] else _CENTRE
            form = paragraph.paragraph_format
            form.space_before = form.space_after = Pt(1)
            run = paragraph.add_run(text)
            run.font.size, run.font.bold = _TABLE, bold
            if bold:
                shade = OxmlElement("w:shd")
                for name, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
                    shade.set(qn(f"w:{name}"), value)
                cell._tc.get_or_add_tcPr().append(shade)
        return row

    def _keep(self, row: Any) -> None:
        """Keep a row on one page with the next."""
        for cell in row.cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True

    def _repeat(self, row: Any) -> None:
        row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        self._keep(row)

    def _steer(self, table: Any, text: str) -> None:
        table.add_row().cells[0].paragraphs[0].add_run(text).font.size = _TABLE

    def _merged(self, table: Any, text: str) -> None:
        row = self._row(table, [text, *[""] * (len(table.columns) - 1)])
        row.cells[0].merge(row.cells[-1])
        for paragraph in row.cells[0].paragraphs[1:]:
            paragraph._p.getparent().remove(paragraph._p)

    def _rule(self, paragraph: Paragraph, indent: Length) -> None:
        """Make a low line of a paragraph, shorter than its column by the indent on both sides."""
        borders, line = OxmlElement("w:pBdr"), OxmlElement("w:top")
        for name, value in (("val", "single"), ("sz", "6"), ("space", "2"), ("color", "000000")):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
        form = paragraph.paragraph_format
        form.left_indent = form.right_indent = indent
        properties = paragraph._p.get_or_add_pPr()
        properties.insert_element_before(
            borders, *("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc")
        )
        self._gap(paragraph)

    def _gap(self, paragraph: Paragraph) -> None:
        """Make a low gap of an empty paragraph."""
        form = paragraph.paragraph_format
        form.space_before, form.space_after, form.line_spacing = Pt(2), Pt(0), Pt(8)

    def _side_by_side(self, sides: Sequence[Sequence[tuple[str, str]]]) -> None:
        """Write columns without lines, of lines with a style.

        A style has ``b`` for bold, ``i`` for italic, ``s`` for small, ``l`` for the left; one with
        digits is a line as long as its column less so many millimetres on both sides.
        """
        table = self.document.add_table(rows=1, cols=len(sides))
        table.autofit = False
        table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for column, cell, lines, width in zip(
            table.columns, table.rows[0].cells, sides, (Mm(65), Mm(100)), strict=True
        ):
            column.width = cell.width = width
            for k, (text, style) in enumerate(lines):
                paragraph = cell.paragraphs[0] if k == 0 else cell.add_paragraph()
                if style.isdigit():
                    self._rule(paragraph, Mm(int(style)))
                    continue
                paragraph.alignment = _LEFT if "l" in style else _CENTRE
                paragraph.paragraph_format.space_after = Pt(0)
                run = paragraph.add_run(text)
                run.bold, run.italic = "b" in style, "i" in style
                run.font.size = _SMALL if "s" in style else _BODY

    # Contents
    def heading_of_state(self) -> None:
        """Write who issues the report, Quốc hiệu and Tiêu ngữ, number, place and date."""
        self._side_by_side(
            [
                [("…", "s"), ("…", "bs"), ("", "20"), (self.say(Message("No.: …/BC-…")), "")],
                [
                    (self.say(Message("SOCIALIST REPUBLIC OF VIET NAM")), "bs"),
                    (self.say(Message("Independence - Freedom - Happiness")), "b"),
                    ("", "18"),
                    (self.say(Message("…, the … of … …")), "i"),
                ],
            ]
        )

    def title(self) -> None:
        self._gap(self.document.add_paragraph())
        for text in (
            self.say(Message("REPORT")),
            self.say(Message("Roads and water for fire fighting")),
            "{{ project }}",
        ):
            made = self.paragraph(text, align=_CENTRE, indent=None)
            made.paragraph_format.space_after = Pt(0)
            for run in made.runs:
                run.bold, run.font.size = True, Pt(14)
        self._rule(self.document.add_paragraph(), Mm(60))
        self.control("{%p if synthetic %}")
        marked = self.paragraph("{{ synthetic }}", align=_CENTRE, indent=None)
        marked.runs[0].bold = True
        self.control("{%p endif %}")

    def basis(self) -> None:
        self.section(Message("What was computed, and from what"))
        self.paragraph(
            self.say(
                Message(
                    "The report tells which roads and alleys a fire engine does not get to, and "
                    "which houses lie beyond its hose or far from water or a public fire point. "
                    "Distances are along the way, not straight. All figures are results of "
                    "fireaccess."
                ),
            )
        )
        self.paragraph(
            self.say(
                Message(
                    "Each result is a range. In the worst case whatever is not known keeps a "
                    "truck out, in the best case it lets it through. Measured: {{ measured }} of "
                    "the length of roads and alleys ({{ road_km }} km), and {{ alley_measured }} "
                    "of the alleys alone ({{ alley_km }} km). The more is measured, the narrower "
                    "the range."
                ),
            )
        )
        self.each("line", "basis")
        self.caption(self.say(Message("Thresholds")))
        self.table(
            (
                (self.say(Message("Threshold")), "name>", 55),
                (self.say(Message("Value")), "value", 25),
                (self.say(Message("Clause, source")), "clause>", 60),
                (self.say(Message("Verified")), "verified", 25),
            ),
            "thresholds",
            whole=False,
        )

    def coverage(self) -> None:
        self.section(Message("Results"))
        self.paragraph(
            self.say(
                Message(
                    "The area has {{ houses }} houses and {{ people }} people; the people of {{ "
                    "people_unknown }} houses are not counted yet. Shares are of all houses, also "
                    "of the {{ unconnected }} that could not be computed since no alley is mapped."
                ),
            )
        )
        self.caption(self.say(Message("Houses covered, from worst to best")))
        self.table(
            (
                (self.say(Message("Requirement")), "name>", 56),
                (self.say(Message("Houses", "count")), "houses", 33),
                (self.say(Message("Share of houses")), "share", 36),
                (self.say(Message("People")), "people", 40),
            ),
            "coverage",
        )
        self.caption(self.say(Message("Houses by status")))
        self.table(
            (
                (self.say(Message("Status")), "name>", 85),
                (self.say(Message("Houses", "count")), "houses", 40),
                (self.say(Message("Share")), "share", 40),
            ),
            "statuses",
        )
        self.caption(self.say(Message("Distances from houses along the way (m)")))
        self.table(
            (
                (self.say(Message("Distance")), "name>", 65),
                (self.say(Message("Median")), "median", 30),
                (self.say(Message("90th percentile", "report")), "p90", 35),
                (self.say(Message("Houses without")), "without", 35),
            ),
            "distances",
        )
        self.scenarios()
        self.picture(
            "coverage_chart",
            self.say(Message("Share of houses covered")),
        )
        self.picture(
            "group_charts",
            self.say(Message("Residential groups side by side")),
        )
        self.picture("houses_map", self.say(Message("Houses by status")))
        self.picture(
            "roads_map",
            self.say(
                Message("Roads by whether a fire engine gets there; barriers, water, fire points"),
            ),
        )

    def scenarios(self) -> None:
        """Write the scenarios side by side, where the project asks for any."""
        self.control("{%p if scenarios %}")
        self.lead(
            Message(
                "Houses within hose reach of a truck, side by side: the main run, and what is "
                "another in a flood or for another vehicle, from worst to best. Opened: roads and "
                "alleys without a truck that the vehicle gets into for certain."
            )
        )
        self.table(
            (
                (self.say(Message("Scenario")), "name>", 32),
                (self.say(Message("Vehicle")), "vehicle", 22),
                (self.say(Message("Needs (m), width × height")), "need", 22),
                (self.say(Message("Houses", "count")), "houses", 26),
                (self.say(Message("Share of houses")), "share", 26),
                (self.say(Message("More houses")), "more", 23),
                (self.say(Message("Opened")), "opened", 14),
            ),
            "scenarios",
        )
        self.control("{%p endif %}")

    def alleys(self) -> None:
        self.section(Message("Roads and alleys without a truck", "section"))
        self.paragraph(
            self.say(
                Message(
                    "A fire engine does not get to {{ alleys_worst }} roads and alleys, or not "
                    "for certain; to {{ alleys_best }} of them it certainly doesn't. An alley is "
                    "deep if it reaches farther than {{ deep_limit }} from where the engine gets "
                    "to."
                ),
            )
        )
        self.caption(self.say(Message("Roads and alleys without a truck", "report")))
        self.counts(
            (self.say(Message("Roads and alleys")), self.say(Message("Number"))),
            (
                (self.say(Message("All")), "alleys_worst"),
                (self.say(Message("- for certain")), "alleys_best"),
                (self.say(Message("Deep")), "deep_worst"),
                (self.say(Message("- for certain")), "deep_best"),
                (self.say(Message("With a water solution")), "with_water"),
                (
                    self.say(Message("Water solution not known")),
                    "water_unknown",
                ),
                (
                    self.say(Message("Without a water solution")),
                    "without_water",
                ),
                (self.say(Message("With a fire point")), "with_point"),
                (self.say(Message("That need a fire point")), "needing_point"),
            ),
        )
        self.caption(
            self.say(
                Message("Deep alleys, the deepest first: {{ alleys_shown }}"),
            )
        )
        self.table(self._alley_columns(grouped=True), "alleys", long=True)
        self.dead_ends()

    def dead_ends(self) -> None:
        """Write of the dead ends, if there are any."""
        self.control("{%p if dead_ends_all %}")
        self.paragraph(
            self.say(
                Message(
                    "Dead ends that a fire engine gets into: {{ dead_ends_all }}. It may reverse "
                    "{{ dead_ends_limit }} at most, out of one or to where it can go forward to a "
                    "place to turn: in {{ dead_ends_too_long }} it has to reverse farther, in {{ "
                    "dead_ends_unknown }} that is not known."
                )
            )
        )
        self.control("{%p if dead_ends %}")
        self.lead(Message("Dead ends that need a look: {{ dead_ends_shown }}"))
        self.table(
            (
                (self.say(Message("Road", "name")), "name>", 52),
                (self.say(Message("To reverse (m)")), "reverse", 20),
                (self.say(Message("To its end (m)")), "length", 20),
                (self.say(Message("Place to turn")), "turning", 20),
                (self.say(Message("Too far to reverse")), "too_long", 28),
                (self.say(Message("Houses", "count")), "houses", 15),
            ),
            "dead_ends",
            long=True,
        )
        self.control("{%p endif %}")
        self.control("{%p endif %}")

    def _alley_columns(self, *, grouped: bool) -> Columns:
        group = [(self.say(Message("Group")), "groups>", 24)] if grouped else []
        return [
            (self.say(Message("Road", "name")), "name>", 32 if grouped else 38),
            *group,
            (self.say(Message("Length (m)")), "length", 15),
            (self.say(Message("Depth (m)")), "depth", 15),
            (self.say(Message("Houses", "count")), "houses", 13),
            (
                self.say(Message("The truck is stopped by")),
                "stopped_by>",
                38 if grouped else 56,
            ),
            (self.say(Message("Water solution", "report")), "water", 18),
        ]

    def barriers(self) -> None:
        self.section(Message("Barriers and narrow places", "report"))
        self.paragraph(
            self.say(
                Message(
                    "There are {{ barriers_all }} barriers, posts, gates and the like, removed "
                    "ones included; {{ barriers_dealt_with }} are dealt with. Measured as well: "
                    "{{ narrow_places }} narrow places, {{ open_places }} readings that decide "
                    "nothing, and {{ low_places }} low places."
                ),
            )
        )
        self.control("{%p if tight_corners %}")
        self.paragraph(
            self.say(
                Message(
                    "By the shape of the roads a truck does not get round {{ tight_corners }} "
                    "corners; of {{ open_corners }} that is not known."
                ),
            )
        )
        self.control("{%p endif %}")
        self.caption(self.say(Message("Barriers by their effect on a truck")))
        self.table(
            (
                (self.say(Message("To a fire engine")), "name>", 85),
                (self.say(Message("Barriers", "count")), "count", 80),
            ),
            "effects",
        )
        self.caption(
            self.say(
                Message(
                    "Barriers and narrow places, not dealt with, that keep a truck from houses: "
                    "{{ barriers_shown }}"
                ),
            )
        )
        self.table(
            (
                (self.say(Message("Type")), "type>", 25),
                (self.say(Message("Place, evidence")), "described>", 72),
                (self.say(Message("State")), "state", 20),
                (self.say(Message("To a truck")), "effect", 20),
                (self.say(Message("Houses behind")), "houses", 18),
            ),
            "barriers",
            long=True,
        )

    def water(self) -> None:
        self.section(Message("Water sources and fire points"))
        self.paragraph(
            self.say(
                Message(
                    "A hydrant is within 150 m of {{ hydrant_near }} houses. Road that a truck "
                    "gets to and that is far from any working hydrant: {{ gaps_km }} km."
                ),
            )
        )
        for placeholder, caption in (
            ("water", self.say(Message("Water sources", "report"))),
            ("fire_points", self.say(Message("Public fire points"))),
        ):
            self.caption(caption)
            self.table(
                (
                    (self.say(Message("Type")), "name>", 55),
                    (self.say(Message("Number", "total")), "count", 22),
                    (self.say(Message("Working", "heading")), "working", 24),
                    (self.say(Message("Usable")), "usable", 22),
                    (self.say(Message("Not known")), "unknown", 20),
                    (self.say(Message("Houses served", "heading")), "houses", 22),
                ),
                placeholder,
            )
        self.draft_points()

    def draft_points(self) -> None:
        """Write of the places to draw open water from, if there are any."""
        self.control("{%p if draft_points_all %}")
        self.paragraph(
            self.say(
                Message(
                    "Places where a pump on a road may draw open water: {{ draft_points_all }}. At "
                    "{{ draft_points_yes }} it can; at {{ draft_points_unknown }} something is "
                    "missing or not known, at {{ draft_points_no }} it can't. Houses without water "
                    "today that would gain it: {{ draft_points_gained }}."
                )
            )
        )
        self.control("{%p if draft_points %}")
        self.lead(Message("Places that bring water: {{ draft_points_shown }}"))
        self.table(
            (
                (self.say(Message("Code")), "code>", 24),
                (self.say(Message("Type")), "type>", 19),
                (self.say(Message("Can be drawn from")), "answer", 20),
                (self.say(Message("What gets there")), "access>", 24),
                (self.say(Message("What is missing")), "missing>", 50),
                (self.say(Message("Houses that gain water")), "houses", 18),
            ),
            "draft_points",
            long=True,
        )
        self.control("{%p endif %}")
        self.control("{%p endif %}")

    def targets(self) -> None:
        self.section(Message("Targets"))
        self.paragraph(
            self.say(
                Message("Due: {{ due }}. Newest data: {{ newest }}."),
            )
        )
        self.caption(self.say(Message("Targets", "report")))
        self.table(
            (
                (self.say(Message("Target")), "name>", 65),
                (self.say(Message("Target", "total")), "target", 20),
                (self.say(Message("Done")), "done", 20),
                (self.say(Message("Left")), "left", 20),
                (self.say(Message("Per month", "report")), "per_month", 20),
                (self.say(Message("Share done")), "share", 20),
            ),
            "targets",
        )
        self.caption(
            self.say(
                Message("Who answers for each target"),
            )
        )
        self.table(
            (
                (self.say(Message("Target")), "name>", 50),
                (self.say(Message("Answers for it")), "owner>", 35),
                (self.say(Message("Due")), "due", 22),
                (self.say(Message("Product")), "product>", 30),
                (self.say(Message("Authority")), "authority>", 28),
            ),
            "targets",
        )
        self.control("{%p if approved %}")
        self.caption(
            self.say(
                Message("Houses on the approved list, beside what was computed"),
            )
        )
        self.table(
            (
                (self.say(Message("Houses", "map")), "name>", 85),
                (self.say(Message("Number")), "count", 80),
            ),
            "approved",
        )
        self.control("{%p endif %}")

    def plan(self) -> None:
        """Write what to do first, if there is a plan."""
        self.control("{%p if planned %}")
        self.section(Message("What to do first", "report"), if_there="planned")
        self.paragraph(
            self.say(
                Message(
                    "Of {{ plan_houses }} houses {{ plan_expected }} are expected to be within "
                    "hose reach of a truck today ({{ plan_share }}); with a probability of 90% it "
                    "is {{ plan_low }} to {{ plan_high }} ({{ plan_share_low }} to {{ "
                    "plan_share_high }}). That is an estimate by {{ plan_draws }} draws of what is "
                    "not measured, from assumed chances and this area's own readings. It is no "
                    "measurement, and it stands for no survey."
                )
            )
        )
        self.paragraph(
            self.say(
                Message(
                    "All that the schedule below names and that has a price costs {{ plan_cost "
                    "}}. {{ plan_cost_note }}"
                )
            )
        )
        self.plan_measures()
        self.plan_water()
        self.plan_walk()
        self.plan_schedule()
        self.control("{%p endif %}")

    def plan_measures(self) -> None:
        """Write the barriers to deal with first."""
        self.lead(
            Message(
                "Barriers, narrow places and corners to deal with first: {{ plan_measures_shown "
                "}}. Houses that come within hose reach are told for the worst and the best case; "
                "those in a row in series are worth that only together."
            )
        )
        self.control("{%p if plan_if_passable %}")
        self.paragraph("{{ plan_if_passable }}").paragraph_format.keep_with_next = True
        self.control("{%p endif %}")
        self.table(
            (
                (self.say(Message("Order", "plan")), "rank", 14),
                (self.say(Message("Place, evidence")), "described>", 44),
                (self.say(Message("Measure", "plan")), "action>", 24),
                (self.say(Message("Houses gained, worst case")), "worst", 18),
                (self.say(Message("Houses gained, best case")), "best", 18),
                (self.say(Message("Houses, added up")), "total", 18),
                (self.say(Message("Cost")), "cost", 29),
            ),
            "plan_measures",
            whole=False,
        )

    def plan_water(self) -> None:
        """Write where to put hydrants and fire points, and the water of alleys without a truck."""
        self.lead(
            Message(
                "Hydrants and fire points: houses covered today and with those proposed, and how "
                "many it takes at least. Covered for all: what a place along the roads can cover. "
                "A gap of 0% is the proven least; with a larger one fewer may do."
            )
        )
        self.table(
            (
                (self.say(Message("Type")), "name>", 28),
                (self.say(Message("Covered today")), "before", 20),
                (self.say(Message("Covered with them")), "covered", 20),
                (self.say(Message("Proposed", "report")), "sites", 19),
                (self.say(Message("For 90%")), "ninety", 12),
                (self.say(Message("For 95%")), "ninety_five", 12),
                (self.say(Message("For all")), "all", 12),
                (self.say(Message("Gap to the best")), "gap", 14),
                (self.say(Message("Cost")), "cost", 28),
            ),
            "plan_sites",
        )
        self.lead(
            Message(
                "Water solutions of the roads and alleys without a truck: {{ plan_solved_share }} "
                "of {{ plan_alleys }} have one once the proposed ones are built. Fire points and "
                "smaller vehicles do not count; hydrants told above cost nothing a second time."
            )
        )
        self.table(
            (
                (self.say(Message("Solution")), "name>", 65),
                (self.say(Message("State")), "state", 25),
                (self.say(Message("Roads and alleys")), "alleys", 22),
                (self.say(Message("Houses", "count")), "houses", 18),
                (self.say(Message("Cost")), "cost", 35),
            ),
            "plan_solutions",
        )

    def plan_walk(self) -> None:
        """Write where to measure first."""
        self.lead(
            Message(
                "Where to measure first: {{ plan_walk_shown }}. How many houses that settles is "
                "an estimate."
            )
        )
        self.table(
            (
                (self.say(Message("Order", "plan")), "rank", 14),
                (self.say(Message("Road", "name")), "name>", 46),
                (self.say(Message("Group")), "group>", 28),
                (self.say(Message("Length (m)")), "length", 18),
                (self.say(Message("Houses there that need a survey")), "open", 19),
                (self.say(Message("Houses it is expected to settle")), "settles", 21),
                (self.say(Message("Settled, added up")), "total", 19),
            ),
            "plan_walk",
            whole=False,
        )

    def plan_schedule(self) -> None:
        """Write what to do month by month."""
        self.lead(Message("Schedule by month, all groups together"))
        self.table(
            (
                (self.say(Message("Month")), "month", 20),
                (self.say(Message("Work")), "work>", 71),
                (self.say(Message("Cost")), "cost", 37),
                (self.say(Message("Cost, added up")), "total", 37),
            ),
            "plan_months",
            whole=False,
        )

    def known(self) -> None:
        self.section(
            Message("What is measured, what is assumed, what is not known"),
        )
        for title, of in (
            (Message("Measured and surveyed:"), "measurements"),
            (Message("Assumed, verified by no source:"), "assumed"),
            (Message("Not known, to be surveyed:"), "unknown"),
        ):
            made = self.paragraph(self.say(title))
            made.runs[0].bold = True
            made.paragraph_format.keep_with_next = True
            self.each("line", of)
        self.paragraph(
            self.say(
                Message(
                    "The report names no person and lists no houses. The full lists are in the "
                    "workbook (fireaccess lists). Results are for planning; what is official is "
                    "for the authority to decide."
                ),
            )
        )

    def signature(self) -> None:
        if self.language == "vi":
            self._side_by_side(
                [
                    [
                        (self.say(Message("Recipients:")), "bisl"),
                        (self.say(Message("- …;\n- Archives, …")), "sl"),
                    ],
                    [("…", "b"), ("\n\n\n\n…", "b")],
                ]
            )

    def annex(self) -> None:
        title = self.document.add_heading(self.say(Message("ANNEX: RESIDENTIAL GROUPS")), level=1)
        title.alignment = _CENTRE
        title.paragraph_format.page_break_before = True
        self.paragraph(
            self.say(
                Message(
                    "An alley belongs to the groups of its houses; {{ alleys_in_no_group }} roads "
                    "and alleys without a house are not in this annex. An alley's houses are all "
                    "of them."
                ),
            )
        )
        self.control("{%p for group in groups %}")
        self.document.add_heading("{{ loop.index }}. {{ group.name }}", level=2)
        self.paragraph(
            self.say(
                Message(
                    "{{ group.houses }} houses, {{ group.people }} people; {{ group.unconnected }} "
                    "houses not computed; {{ group.measured }} of the length of alleys measured."
                ),
            )
        ).paragraph_format.keep_with_next = True
        self.table(
            (
                (self.say(Message("Houses covered")), "name>", 85),
                (self.say(Message("Houses", "count")), "houses", 40),
                (self.say(Message("Share")), "share", 40),
            ),
            "group.coverage",
        )
        self.table(self._alley_columns(grouped=False), "group.alleys", long=True)
        self.control("{%p endfor %}")
