"""Tables as offices send them, one trouble in each, and what has to be told of it.

A table is a grid of cells as they stand in the sheet, its first row being row 1. The same grid is
written as a workbook and as CSV. The town has two alleys of one name, Ngõ 5, far apart, and a
bollard on the map.

             (200, 300)
                 |
               Ngõ 1 === (200, 200) === (300, 200)  Ngõ 2
        Ngõ 5    |    Ngõ 5
          |      |      |
        (20)===(200)==(380)===  Đường Lớn
"""

import csv
import datetime
import functools
import io
import json
import shutil
import unicodedata
from dataclasses import dataclass, field

import pyproj
import pytest
import xlsxwriter
from towns import Town, degrees

import fireaccess
from fireaccess.model.words import TABLE_TITLES

AREA = ((-50, -50), (450, -50), (450, 350), (-50, 350))
OSM_BOLLARD = (200, 240)
DAY = datetime.date(2026, 5, 12)
#: VN-2000 written out from the official seven parameters, whatever PROJ would choose.
_VN2000 = (
    "+proj=pipeline +step +proj=unitconvert +xy_in=deg +xy_out=rad +step +proj=push +v_3 "
    "+step +proj=cart +ellps=WGS84 +step +inv +proj=helmert +x=-191.90441429 +y=-39.30318279 "
    "+z=-111.45032835 +rx=-0.00928836 +ry=0.01975479 +rz=-0.00427372 +s=0.252906278 "
    "+convention=coordinate_frame +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3 "
)


@functools.cache
def _to_vn2000(meridian):
    if meridian is None:
        return pyproj.Transformer.from_pipeline(
            _VN2000 + "+step +proj=unitconvert +xy_in=rad +xy_out=deg"
        )
    return pyproj.Transformer.from_pipeline(
        f"{_VN2000} +step +proj=tmerc +lat_0=0 +lon_0={meridian} +k=0.9999 +x_0=500000 +y_0=0 "
        "+ellps=WGS84"
    )


def vn2000(place, meridian=105):
    """Easting and northing of a drawn place in a zone of VN-2000; degrees if that is None."""
    return tuple(
        round(figure, 8 if meridian is None else 3)
        for figure in _to_vn2000(meridian).transform(*degrees(place))
    )


def on(number):
    """Longitude and latitude of a place on Ngõ 1, 20 m from the one before."""
    return degrees((200, 20 * number))


# Cells
@dataclass(frozen=True)
class Formula:
    """A formula and the value that was calculated last, None if it never was."""

    text: str
    value: object = None


@dataclass(frozen=True)
class Merged:
    """A title across so many columns."""

    text: str
    columns: int = 4


def _as_text(cell):
    if isinstance(cell, Merged):
        return cell.text
    if isinstance(cell, Formula):
        return cell.text if cell.value is None else str(cell.value)
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"
    return "" if cell is None else str(cell)


def write_workbook(path, sheets):
    """Write grids as the sheets of a workbook, by title."""
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        as_date = book.add_format({"num_format": "dd/mm/yyyy"})
        for title, grid in sheets.items():
            sheet = book.add_worksheet(title)
            for i, row in enumerate(grid):
                for k, cell in enumerate(row):
                    if isinstance(cell, Merged):
                        sheet.merge_range(i, k, i, k + cell.columns - 1, cell.text)
                    elif isinstance(cell, Formula):
                        value = "" if cell.value is None else cell.value
                        sheet.write_formula(i, k, cell.text, None, value)
                    elif isinstance(cell, datetime.date):
                        sheet.write_datetime(i, k, cell, as_date)
                    elif isinstance(cell, bool):
                        sheet.write_boolean(i, k, cell)
                    elif isinstance(cell, (int, float)):
                        sheet.write_number(i, k, cell)
                    elif cell is not None:
                        sheet.write_string(i, k, cell)
    return path


def cp1258(text):
    """Encode as Windows-1258 does: letters with their tone as a mark of its own."""
    tones = "\u0300\u0301\u0303\u0309\u0323"
    signs = []
    for sign in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", sign)
        letter = unicodedata.normalize("NFC", "".join(p for p in parts if p not in tones))
        tone = "".join(p for p in parts if p in tones)
        signs.append(letter.encode("cp1258") + tone.encode("cp1258"))
    return b"".join(signs)


def write_csv(path, grid, *, delimiter=",", encode=str.encode):
    """Write a grid as CSV; ``encode`` turns its text into bytes."""
    lines = io.StringIO(newline="")
    csv.writer(lines, delimiter=delimiter).writerows(
        [_as_text(cell) for cell in row] for row in grid
    )
    path.write_bytes(encode(lines.getvalue()))
    return path


# Projects
def write_ward(folder):
    """Write the town and its houses; it has no survey yet."""
    main = [(x, 0) for x in (0, 20, 200, 380, 400)]
    town = Town().road("Đường Lớn", main, highway="primary").area(*AREA)
    town.road("Ngõ 1", [(200, y) for y in (0, 100, 200, 240, 300)], width="4.5")
    town.road("Ngõ 2", [(200, 200), (260, 200), (300, 200)])
    for x in (20, 380):
        town.road("Ngõ 5", [(x, 0), (x, 60)])
    town.node(OSM_BOLLARD, barrier="bollard")
    for number in range(6):
        town.house(f"h{number}", (205, 40 * number + 20), address=f"Số {number}, Ngõ 1", people=3)
    town.write(folder, crs="EPSG:5897")
    return folder


def with_tables(ward, folder, tables, *, survey=None, more=""):
    """Copy a ward and name its tables, or the workbook that holds them; return the folder."""
    shutil.copytree(ward, folder, dirs_exist_ok=True)
    path = folder / "fireaccess.toml"
    text = path.read_text(encoding="utf-8")
    if survey is not None:
        text = text.replace("[inputs]\n", f"[inputs]\nsurvey = {json.dumps(survey)}\n")
    if tables:
        text += "\n[inputs.survey]\n"
        text += "".join(f"{name} = {json.dumps(file)}\n" for name, file in tables.items())
    path.write_text(f"{text}\n{more}", encoding="utf-8")
    return folder


def run(folder):
    """Compute a project."""
    return fireaccess.run(fireaccess.Project.open(folder))


# Troubles
@dataclass(frozen=True)
class Told:
    """A finding as it has to be; ``rows`` are all that it is about."""

    severity: str
    code: str
    rows: tuple = ()
    column: str | None = None
    value: str | None = None
    fix: str | None = None
    words: tuple = ()

    @classmethod
    def of(cls, finding):
        """Return what was told, to compare."""
        return cls(
            finding.severity,
            finding.code,
            finding.every_row,
            finding.column,
            finding.value,
            finding.fix,
        )


def error(code, rows, column=None, value=None, **more):
    """Return an error about a row or several."""
    return Told("error", code, rows if isinstance(rows, tuple) else (rows,), column, value, **more)


def warning(code, rows, column=None, value=None, **more):
    """Return a warning about a row or several."""
    return Told(
        "warning", code, rows if isinstance(rows, tuple) else (rows,), column, value, **more
    )


def hint(code, rows, column=None, value=None, **more):
    """Return a hint about a row or several."""
    return Told("hint", code, rows if isinstance(rows, tuple) else (rows,), column, value, **more)


@dataclass(frozen=True)
class Trouble:
    """A table with one trouble.

    ``used`` is the evidence: object, value and date of each row that was read, in the order of the
    rows; ``left_out`` are rows by number. ``kinds`` are the files that can have the trouble.
    """

    name: str
    table: str
    grid: tuple
    used: tuple
    told: tuple = ()
    left_out: tuple = ()
    unused: tuple = ()
    kinds: tuple = ("xlsx", "csv")
    places: dict = field(default_factory=dict)

    def __str__(self):
        return self.name.replace(" ", "-")

    @property
    def title(self):
        """The title of its sheet in a workbook."""
        return TABLE_TITLES[self.table]

    @property
    def read(self):
        """How many rows it has."""
        return len(self.used) + len(self.left_out)

    def write(self, folder, kind):
        """Write it as a file of its own; return the file's name."""
        path = folder / f"{self.table}.{kind}"
        if kind == "csv":
            return write_csv(path, self.grid).name
        return write_workbook(path, {self.title: self.grid}).name


def shared(troubles, kind):
    """Put troubles of different tables into as few projects as can be: a list for each."""
    projects = []
    for trouble in troubles:
        if kind in trouble.kinds:
            free = [p for p in projects if trouble.table not in {other.table for other in p}]
            if not free:
                projects.append([])
            (free or projects[-1:])[0].append(trouble)
    return projects


def results_of(troubles, kind, ward, folder):
    """Run the projects; return the result of each trouble by its name."""
    results = {}
    for number, together in enumerate(shared(troubles, kind)):
        place = folder / f"{kind}-{number}"
        place.mkdir()
        names = {trouble.table: trouble.write(place, kind) for trouble in together}
        result = run(with_tables(ward, place, names))
        results |= {trouble.name: result for trouble in together}
    return results


def check_told(trouble, kind, result):
    """Check that what is told of a table is what has to be, no more and no less."""
    file = f"{trouble.table}.{kind}"
    found = [finding for finding in result.findings if finding.file == file]
    bare = {
        Told(t.severity, t.code, t.rows, t.column, t.value, t.fix): t.words for t in trouble.told
    }
    assert sorted(map(Told.of, found), key=repr) == sorted(bare, key=repr)
    for finding in found:
        assert finding.sheet == (trouble.title if kind == "xlsx" else None)
        assert len(finding.what_to_do.split()) >= 2
        for word in bare[Told.of(finding)]:
            assert word in f"{finding.what} {finding.what_to_do}"


def check_counted(trouble, kind, result):
    """Check that every row that was read is in the evidence, or left out with its text."""
    file = f"{trouble.table}.{kind}"
    evidence = result.evidence[result.evidence["file"] == file].sort_values("row")
    seen = zip(evidence["object"], evidence["value"], evidence["date"], strict=True)
    assert [
        (name.partition(":")[2], value, None if value is None or date != date else date)
        for name, value, date in seen
    ] == [(*row, None, None)[:3] for row in trouble.used]
    unused = evidence.loc[~evidence["used"].astype(bool), "row"].astype(int).tolist()
    assert unused == list(trouble.unused)
    assert result.statistics["rows_read"][trouble.table] == trouble.read
    assert result.statistics["left_out"]["survey"][trouble.table] == len(trouble.left_out)
    kept = set(evidence["row"].astype(int))
    assert not kept & set(trouble.left_out)
    for row in trouble.left_out:
        texts = [
            text
            for finding in result.findings
            if finding.file == file and row in finding.every_row
            for place, text in zip(finding.every_row, finding.original, strict=False)
            if place == row
        ]
        assert texts, f"the text of row {row} is lost"
        for cell in trouble.grid[row - 1]:
            if isinstance(cell, str):
                assert cell.strip() in texts[0]


def check_places(trouble, result):
    """Check that water and fire points lie where they were drawn."""
    layer = getattr(result, trouble.table)
    points = dict(zip(layer["object_id"], layer.geometry, strict=True))
    for name, place in trouble.places.items():
        found = (points[name].x, points[name].y)
        assert found == pytest.approx(degrees(place), abs=2e-7), name


def grid(headings, *rows):
    """Return a table with its headings in row 1."""
    return (tuple(headings), *rows)


# The list: headings
_WIDTHS = ("object_id", "lon", "lat", "width_m")
_VIETNAMESE = ("Mã", "Kinh độ", "Vĩ độ", "Bề rộng (m)")
_HEIGHTS = ("Mã", "Kinh độ", "Vĩ độ", "Chiều cao thông thủy (m)")
_READ = (("A1", *on(1), 4.2), ("A2", *on(5), 4.3), ("A3", *on(9), 4.4))
_SEEN = (("A1", "4.2"), ("A2", "4.3"), ("A3", "4.4"))
_TITLES = ((Merged("PHIẾU KHẢO SÁT"),), (Merged("Phường Mẫu, tổ 1", 3),), ())


def _nfd(text):
    return unicodedata.normalize("NFD", text)


def _headed(name, headings, table="widths", *, above=(), below=(), told=(), kinds=("xlsx", "csv")):
    return Trouble(
        name, table, (*above, tuple(headings), *below, *_READ), _SEEN, told=told, kinds=kinds
    )


HEADINGS = (
    _headed("headings in row 1", _VIETNAMESE),
    _headed("headings in row 4 below merged titles", _VIETNAMESE, above=_TITLES),
    _headed("headings in row 10", _HEIGHTS, "clearances", above=(*_TITLES, *((),) * 6)),
    _headed(
        "a second row of headings",
        _HEIGHTS,
        "clearances",
        below=(("object_id", "lon", "lat", "height_m"),),
    ),
    _headed("without accents in capitals", ("MA", "KINH DO", "VI DO", "BE RONG (M)")),
    _headed("accents as marks of their own", map(_nfd, _HEIGHTS), "clearances"),
    _headed("units in other signs", ("Mã *", "Kinh độ [độ]", "Vĩ độ, độ", "Bề rộng - m")),
    _headed("blanks and underscores", (" object id ", "LON", "Lat", "Height_M"), "clearances"),
    Trouble(
        "columns of their own",
        "widths",
        grid(("STT", *_WIDTHS, "Ghi chú"), *((k, *row, "hẹp") for k, row in enumerate(_READ, 1))),
        _SEEN,
    ),
    Trouble(
        "blank rows and columns",
        "clearances",
        (
            (),
            (None, "Mã", None, "Kinh độ", "Vĩ độ", None, "Chiều cao thông thủy (m)"),
            (),
            (None, "A1", None, *on(1), None, 4.2),
            (),
            (None,) * 7,
            (None, "A2", None, *on(5), None, 4.3),
        ),
        _SEEN[:2],
    ),
    Trouble(
        "a heading that only looks like one",
        "widths",
        grid((*_WIDTHS, "Ngày khảo sátt"), *((*row, "2026-05-12") for row in _READ)),
        _SEEN,
        told=(
            warning(
                "unknown_column",
                (),
                "Ngày khảo sátt",
                fix="widths-heading-date",
                words=("'date' meant", "rename it"),
            ),
        ),
    ),
)

# Figures
FIGURES = (
    Trouble(
        "a formula with its value",
        "widths",
        grid(_WIDTHS, ("A1", *on(1), Formula("=1.2+3", 4.2))),
        _SEEN[:1],
    ),
    Trouble(
        "a formula that was never calculated",
        "widths",
        grid(_WIDTHS, ("A1", *on(1), 4.2), ("A2", *on(5), Formula("=1.2+3"))),
        _SEEN[:1],
        told=(error("not_calculated", 3, "width_m", "=1.2+3", words=("save it",)),),
        left_out=(3,),
        kinds=("xlsx",),
    ),
    Trouble(
        "a formula never calculated that the row can do without",
        "barriers",
        grid(
            ("object_id", "lon", "lat", "type", "clear_width_m"),
            ("A1", *on(3), "gate", Formula("=1.2+3")),
        ),
        (("A1", "gate"),),
        told=(error("not_calculated", 2, "clear_width_m", "=1.2+3"),),
        kinds=("xlsx",),
    ),
    Trouble(
        "an error of Excel in place of a figure",
        "widths",
        grid(_WIDTHS, ("A1", *on(1), 4.2), ("A2", *on(5), Formula("=NA()", "#N/A"))),
        _SEEN[:1],
        told=(error("not_a_number", 3, "width_m", "#N/A"),),
        left_out=(3,),
    ),
    Trouble(
        "decimal commas",
        "widths",
        grid(
            _VIETNAMESE,
            ("A1", *on(1), "4,2"),
            ("A2", *on(5), "4,3"),
            ("A3", *on(9), 4.4),
            ("A4", *on(12), "4,5 m"),
        ),
        (*_SEEN, ("A4", "4.5")),
        told=(
            warning("decimal_comma", (2, 3, 5), "Bề rộng (m)", "4,2", words=("3 figures", "point")),
        ),
    ),
    Trouble(
        "figures with their unit",
        "widths",
        grid(_WIDTHS, ("A1", *on(1), "4.2 m"), ("A2", *on(5), "430 cm"), ("A3", *on(9), "4.4m")),
        _SEEN,
    ),
    Trouble(
        "words for a figure",
        "clearances",
        grid(_HEIGHTS, ("A1", *on(1), 4.2), ("A2", *on(5), "bốn mét rưỡi")),
        _SEEN[:1],
        told=(error("not_a_number", 3, "Chiều cao thông thủy (m)", "bốn mét rưỡi"),),
        left_out=(3,),
    ),
    Trouble(
        "a point too few or too many",
        "widths",
        grid(_WIDTHS, ("A1", *on(1), 35), ("A2", *on(5), 0.35), ("A3", *on(9), 4.4)),
        (("A1", "35.0"), ("A2", "0.35"), ("A3", "4.4")),
        told=(
            warning("unusual", 2, "width_m", "35", words=("used as",)),
            warning("unusual", 3, "width_m", "0.35", words=("used as",)),
        ),
    ),
    Trouble(
        "centimetres in a column of metres",
        "widths",
        grid(_WIDTHS, ("A1", *on(1), 4.2), ("A2", *on(5), 350), ("A3", *on(9), 420)),
        _SEEN[:1],
        told=(
            error(
                "centimetres",
                (3, 4),
                "width_m",
                "350",
                fix="widths-centimetres-width_m",
                words=("350 to 420", "accept"),
            ),
        ),
        left_out=(3, 4),
    ),
    Trouble(
        "figures that can't be",
        "clearances",
        grid(_HEIGHTS, ("A1", *on(1), 4.2), ("A2", *on(5), -1), ("A3", *on(9), 0)),
        _SEEN[:1],
        told=(
            error("out_of_range", 3, "Chiều cao thông thủy (m)", "-1"),
            error("out_of_range", 4, "Chiều cao thông thủy (m)", "0"),
        ),
        left_out=(3, 4),
    ),
    Trouble(
        "a required cell is blank",
        "widths",
        grid(_WIDTHS, ("A1", *on(1), 4.2), ("A2", *on(5), None), (None, *on(9), 4.4)),
        _SEEN[:1],
        told=(error("blank", 3, "width_m"), error("blank", 4, "object_id")),
        left_out=(3, 4),
    ),
)

# Dates
_SERIAL = (DAY - datetime.date(1899, 12, 30)).days
_POINTS = ("Mã", "Kinh độ", "Vĩ độ", "Trang bị", "Ngày kiểm tra")


def _checked(number, when):
    return (f"F{number}", *on(2 * number), f"{number} bình", when)


def _dated(number, when):
    return (f"F{number}", f"{number} bình", when)


DATES = (
    Trouble(
        "dates however written",
        "fire_points",
        grid(
            _POINTS,
            *(
                _checked(number, when)
                for number, when in enumerate(
                    (DAY, _SERIAL, "12/5/2026", "12-05-2026", "2026.5.12", "2026-05-12T08:30"), 1
                )
            ),
        ),
        tuple(_dated(number, "2026-05-12") for number in range(1, 7)),
    ),
    Trouble(
        "a date that is none",
        "fire_points",
        grid(_POINTS, _checked(1, "hôm qua"), _checked(2, "31/2/2026"), _checked(3, DAY)),
        (_dated(1, None), _dated(2, None), _dated(3, "2026-05-12")),
        told=(
            error("not_a_date", 2, "Ngày kiểm tra", "hôm qua"),
            error("not_a_date", 3, "Ngày kiểm tra", "31/2/2026", words=("12/5/2026",)),
        ),
    ),
    Trouble(
        "a date that lies ahead",
        "fire_points",
        grid(_POINTS, _checked(1, "1/2/2099"), _checked(2, DAY)),
        (_dated(1, "2099-02-01"), _dated(2, "2026-05-12")),
        told=(warning("future_date", 2, "Ngày kiểm tra", "1/2/2099", words=("used as",)),),
    ),
    Trouble(
        "a deadline lies ahead as it should",
        "violations",
        grid(
            ("object_id", "kind", "found", "due"), ("V1", "đỗ xe chắn ngõ", "12/5/2026", "1/2/2099")
        ),
        (("V1", "đỗ xe chắn ngõ", "2026-05-12"),),
    ),
)

# Codes, yes and no, texts
_BARRIERS = ("Mã", "Kinh độ", "Vĩ độ", "Loại vật cản", "Tình trạng")
_WATER = ("Mã", "Kinh độ", "Vĩ độ", "Loại nguồn nước", "Hoạt động")

WORDS = (
    Trouble(
        "Vietnamese words for codes",
        "barriers",
        grid(
            _BARRIERS,
            ("B1", *on(1), "Cọc bê tông", "cố định"),
            ("B2", *on(4), "BARIE", "Mở được"),
            ("B3", *on(7), "bon hoa", "đã tháo dỡ"),
            ("B4", *on(11), "lift_gate", "fixed"),
        ),
        (("B1", "block"), ("B2", "lift_gate"), ("B3", "planter"), ("B4", "lift_gate")),
    ),
    Trouble(
        "a type that nobody knows",
        "barriers",
        grid(_BARRIERS, ("B1", *on(1), "con mèo", "cố định"), ("B2", *on(4), "stile", None)),
        (("B1", "con mèo"), ("B2", "stile")),
        told=(warning("unknown_type", 2, "Loại vật cản", "con mèo", words=("cọc tiêu",)),),
    ),
    Trouble(
        "a state that nobody knows",
        "barriers",
        grid(_BARRIERS, ("B1", *on(1), "gate", "hỏng hóc")),
        (("B1", "gate"),),
        told=(
            error("out_of_range", 2, "Tình trạng", "hỏng hóc", words=("fixed", "taken as blank")),
        ),
    ),
    Trouble(
        "a source of water that nobody knows",
        "water",
        grid(_WATER, ("N1", *on(1), "trụ nước", "có"), ("N2", *on(4), "giếng", "có")),
        (("N1", "hydrant"),),
        told=(error("out_of_range", 3, "Loại nguồn nước", "giếng", words=("hydrant", "left out")),),
        left_out=(3,),
    ),
    Trouble(
        "words for yes and no",
        "water",
        grid(
            _WATER,
            *(
                (f"N{number}", *on(2 * number), "ao", word)
                for number, word in enumerate(
                    ("có", "Không", "CO", "x", "hỏng", "Đang dùng", True, False), 1
                )
            ),
        ),
        tuple((f"N{number}", "pond") for number in range(1, 9)),
    ),
    Trouble(
        "neither yes nor no",
        "water",
        grid(_WATER, ("N1", *on(1), "hồ", "có lẽ"), ("N2", *on(4), "sông", None)),
        (("N1", "pond"), ("N2", "river")),
        told=(error("not_a_flag", 2, "Hoạt động", "có lẽ", words=("taken as blank",)),),
    ),
    Trouble(
        "texts that begin like formulas",
        "violations",
        grid(
            ("object_id", "kind"),
            ("V1", '=HYPERLINK("http://example.org")'),
            ("V2", "+84 12"),
            ("V3", "-1"),
            ("V4", "@SUM(A1)"),
        ),
        (
            ("V1", '=HYPERLINK("http://example.org")'),
            ("V2", "+84 12"),
            ("V3", "-1"),
            ("V4", "@SUM(A1)"),
        ),
    ),
)

# Rows
_NAMED = ("Mã", "Kinh độ", "Vĩ độ", "Bề rộng (m)", "Tên đường, ngõ", "Ngày")

ROWS = (
    Trouble(
        "an object twice with dates",
        "widths",
        grid(
            _NAMED,
            ("A1", *on(1), 4.2, None, "1/6/2026"),
            ("A1", *on(1), 2.2, None, "1/5/2026"),
            ("A2", *on(5), 4.3, None, None),
        ),
        (("A1", "4.2", "2026-06-01"), ("A1", "2.2", "2026-05-01"), ("A2", "4.3")),
        unused=(3,),
    ),
    Trouble(
        "an object twice without dates",
        "stations",
        grid(("object_id", "lon", "lat", "name"), ("S1", *on(1), "Đội 1"), ("S1", *on(1), "Đội 2")),
        (("S1", "Đội 1"), ("S1", "Đội 2")),
        told=(warning("entered_twice", 3, "object_id", "S1", words=("date",)),),
        unused=(2,),
    ),
    Trouble(
        "two objects within 2 m",
        "fire_points",
        grid(
            ("object_id", "lon", "lat"),
            ("F1", *degrees((205, 100))),
            ("F2", *degrees((205, 101.5))),
            ("F3", *degrees((205, 104))),
        ),
        (("F1",), ("F2",), ("F3",)),
        told=(warning("same_place", (2, 3), "object_id", words=("F1 and F2", "delete")),),
    ),
    Trouble(
        "no coordinates but the name of a road",
        "widths",
        grid(_NAMED, ("A1", None, None, 4.2, "ngo 1", None), ("A2", *on(5), 4.3, None, None)),
        _SEEN[:2],
        told=(hint("placed_by_name", 2, words=("on the road",)),),
    ),
    Trouble(
        "no coordinates and no name",
        "widths",
        grid(_NAMED, ("A1", *on(1), 4.2, None, None), ("A2", None, None, 4.3, None, None)),
        _SEEN[:1],
        told=(error("no_place", 3, "Kinh độ", words=("lon and lat", "left out")),),
        left_out=(3,),
    ),
    Trouble(
        "half of the coordinates",
        "solutions",
        grid(
            ("object_id", "lon", "lat", "type"),
            ("G1", *on(1), "đường ống"),
            ("G2", on(5)[0], None, "đường ống"),
            ("G3", None, on(5)[1], "họng khô"),
        ),
        (("G1", "pipe"),),
        told=(error("no_place", 3, "lat"), error("no_place", 4, "lon")),
        left_out=(3, 4),
    ),
    Trouble(
        "a name that the map lacks",
        "widths",
        grid(
            _NAMED,
            ("A1", *on(1), 4.2, None, None),
            ("A2", None, None, 4.3, "Ngõ 404 Phố Xa", None),
        ),
        _SEEN[:1],
        told=(error("name_not_found", 3, "road_name", "Ngõ 404 Phố Xa"),),
        left_out=(3,),
    ),
    Trouble(
        "a name that is nearly one of the map",
        "clearances",
        grid(("object_id", "height_m", "road_name"), ("A1", 4.2, "Ngõ 1"), ("A2", 4.3, "Ngõ 11")),
        _SEEN[:1],
        told=(
            hint("placed_by_name", 2),
            error("name_not_found", 3, "road_name", "Ngõ 11", words=("Ngõ 1",)),
        ),
        left_out=(3,),
    ),
    Trouble(
        "a name of two roads",
        "clearances",
        grid(("object_id", "height_m", "road_name"), ("A1", 4.2, "Ngõ 1"), ("A2", 4.3, "Ngõ 5")),
        _SEEN[:1],
        told=(
            hint("placed_by_name", 2),
            error("name_ambiguous", 3, "road_name", "Ngõ 5", words=("2 roads",)),
        ),
        left_out=(3,),
    ),
    Trouble(
        "rows of the template that wait",
        "widths",
        grid(
            (*_WIDTHS, "segment_id"),
            ("VÍ DỤ A0", *on(3), 3.2, None),
            ("A1", *on(1), 4.2, "2-0"),
            ("W-2-1", *on(5), None, "2-1"),
            ("W-2-2", *on(9), None, "2-2"),
        ),
        _SEEN[:1],
        told=(hint("not_filled_in", (4, 5), "width_m", words=("2 rows", "left out")),),
        left_out=(4, 5),
    ),
    Trouble(
        "a barrier of the template that waits",
        "barriers",
        grid(
            (*_BARRIERS, "Mã OSM"),
            ("VÍ DỤ B0", *on(3), "cọc tiêu", "cố định", None),
            ("B1", *on(4), "barie", "mở được", None),
            ("B-n107", *degrees(OSM_BOLLARD), "cọc tiêu", None, "n107"),
        ),
        (("B1", "lift_gate"),),
        told=(hint("not_filled_in", 4, "Tình trạng", words=("1 rows", "left out")),),
        left_out=(4,),
    ),
    Trouble(
        "more cells than headings",
        "stations",
        grid(
            ("object_id", "lon", "lat", "name"),
            ("S1", *on(1), "Đội 1"),
            ("S2", *on(5), "Đội 2", "quận Một"),
        ),
        (("S1", "Đội 1"),),
        told=(error("too_many_cells", 3, None, "quận Một", words=("quotation",)),),
        left_out=(3,),
        kinds=("csv",),
    ),
    Trouble(
        "a note beside the table",
        "stations",
        grid(
            ("object_id", "lon", "lat", "name"),
            ("S1", *on(1), "Đội 1"),
            ("S2", *on(5), "Đội 2", "quận Một"),
        ),
        (("S1", "Đội 1"), ("S2", "Đội 2")),
        kinds=("xlsx",),
    ),
)


# Places
def dms(degree, letter=""):
    """Write degrees with minutes and seconds."""
    whole, rest = divmod(degree, 1)
    minutes, rest = divmod(rest * 60, 1)
    return f"{whole:.0f}°{minutes:02.0f}′{rest * 60:.4f}″{letter}"


def _comma(degree):
    return str(degree).replace(".", ",")


_ALONG = [(200, 20 * number) for number in (1, 5, 9, 12)]
_HYDRANTS = {f"N{number}": place for number, place in enumerate(_ALONG, 1)}
_AXES = ("object_id", "type", "x", "y", "crs")


def _hydrants(name, headings, *cells, told=(), left_out=(), kinds=("xlsx", "csv")):
    """Return a list of hydrants along Ngõ 1, where each says in its own way where it is."""
    rows = [(f"N{k}", "hydrant", *own) for k, own in enumerate(cells, 1)]
    kept = [k for k in range(1, len(rows) + 1) if k + 1 not in left_out]
    return Trouble(
        name,
        "water",
        grid(("object_id", "type", *headings), *rows),
        tuple((f"N{k}", "hydrant") for k in kept),
        told=told,
        left_out=left_out,
        kinds=kinds,
        places={f"N{k}": _HYDRANTS[f"N{k}"] for k in kept if f"N{k}" in _HYDRANTS},
    )


def _lon_lat(place):
    return degrees(place)


def _metres(place, meridian=105):
    return vn2000(place, meridian)


def _north_first(place, meridian=105):
    return vn2000(place, meridian)[::-1]


def _of(write, *more):
    return [(*write(place), *more) for place in _ALONG]


PLACES = (
    _hydrants(
        "degrees minutes and seconds",
        ("Kinh độ", "Vĩ độ"),
        *(
            (dms(lon, east), dms(lat, north))
            for (lon, lat), east, north in zip(
                map(degrees, _ALONG), ("Đ", "E", "", " Đ"), ("B", "N", "", " B"), strict=True
            )
        ),
    ),
    _hydrants(
        "both in one cell",
        ("Tọa độ",),
        *(
            (write(lon, lat),)
            for (lon, lat), write in zip(
                map(degrees, _ALONG),
                (
                    lambda lon, lat: f"{lat}, {lon}",
                    lambda lon, lat: f"({lat}; {lon})",
                    lambda lon, lat: f"{lon} {lat}",
                    lambda lon, lat: f"{dms(lat, 'N')} {dms(lon, 'E')}",
                ),
                strict=True,
            )
        ),
    ),
    _hydrants(
        "commas in degrees",
        ("lon", "lat"),
        *((_comma(lon), lat) for lon, lat in map(degrees, _ALONG)),
        told=(warning("decimal_comma", (2, 3, 4, 5), "lon", _comma(degrees(_ALONG[0])[0])),),
    ),
    _hydrants("x is north as papers have it", ("X (VN-2000)", "Y (VN-2000)"), *_of(_north_first)),
    _hydrants("x is east as computers have it", ("X (VN-2000)", "Y (VN-2000)"), *_of(_metres)),
    _hydrants("easting and northing", ("E (m)", "N (m)"), *_of(_metres)),
    _hydrants(
        "both orders in one table",
        ("x", "y"),
        _metres(_ALONG[0]),
        _north_first(_ALONG[1]),
        _metres(_ALONG[2]),
        _metres(_ALONG[3]),
        told=(hint("x_is_north", 3, "x", f"{_north_first(_ALONG[1])[0]}", words=("order",)),),
    ),
    _hydrants(
        "easting and northing exchanged",
        ("easting", "northing"),
        *_of(_north_first),
        told=(
            error(
                "swapped",
                (2, 3, 4, 5),
                "easting",
                f"{_north_first(_ALONG[0])[0]}",
                fix="water-swapped-easting",
                words=("4 rows",),
            ),
        ),
        left_out=(2, 3, 4, 5),
    ),
    _hydrants(
        "each row in a crs of its own",
        ("x", "y", "Hệ tọa độ"),
        (*_north_first(_ALONG[0], 105), "EPSG:5897"),
        (*_north_first(_ALONG[1], 105.75), "105°45'"),
        (*_north_first(_ALONG[2], 105), "Hà Nội"),
        (*_north_first(_ALONG[3], 104.75), "Phú Thọ"),
    ),
    _hydrants(
        "a province before and after the merger",
        ("x", "y", "Tỉnh"),
        (*_metres(_ALONG[0], 106.25), "Quảng Trị"),
        (*_metres(_ALONG[1], 106), "tỉnh Quảng Trị"),
    ),
    _hydrants(
        "a province that may be in two zones",
        ("x", "y", "Tỉnh"),
        (*_metres(_ALONG[0], 105), "Hà Nội"),
        (500000, 1850000, "Quảng Trị"),
        told=(
            error("crs_ambiguous", 3, "Tỉnh", "Quảng Trị", words=("106°00′", "106°15′", "EPSG")),
        ),
        left_out=(3,),
    ),
    _hydrants(
        "a crs that nobody knows",
        ("x", "y", "crs"),
        (*_metres(_ALONG[0], 105), "105"),
        (*_metres(_ALONG[1], 105), "EPSG:99999"),
        (*_metres(_ALONG[2], 105), "hệ của phường"),
        told=(
            error("unknown_crs", 3, "crs", "EPSG:99999", words=("EPSG:5897",)),
            error("unknown_crs", 4, "crs", "hệ của phường"),
        ),
        left_out=(3, 4),
    ),
    _hydrants(
        "the wrong zone",
        ("x", "y", "crs"),
        *_of(_metres, "105°45'"),
        told=(
            error(
                "zone",
                (2, 3, 4, 5),
                "x",
                f"{_metres(_ALONG[0])[0]}",
                fix="water-zone-10545-10500-x",
                words=("4 points fall 78 km east: zone 105°45′ instead of 105°00′",),
            ),
        ),
        left_out=(2, 3, 4, 5),
    ),
    _hydrants(
        "lon and lat exchanged in a row",
        ("lon", "lat"),
        degrees(_ALONG[0]),
        degrees(_ALONG[1])[::-1],
        degrees(_ALONG[2]),
        told=(
            error(
                "swapped",
                3,
                "lat",
                f"{degrees(_ALONG[1])[0]}",
                fix="water-swapped",
                words=("1 point has lon and lat exchanged",),
            ),
        ),
        left_out=(3,),
    ),
    _hydrants(
        "lon and lat exchanged in all rows",
        ("Kinh độ", "Vĩ độ"),
        *(degrees(place)[::-1] for place in _ALONG),
        told=(
            error(
                "swapped",
                (2, 3, 4, 5),
                "Vĩ độ",
                f"{degrees(_ALONG[0])[0]}",
                fix="water-swapped",
                words=("4 points",),
            ),
        ),
        left_out=(2, 3, 4, 5),
    ),
    _hydrants(
        "metres in columns of degrees",
        ("lon", "lat"),
        *_of(_metres),
        told=(
            error(
                "metres_in_degrees",
                (2, 3, 4, 5),
                "lat",
                f"{_metres(_ALONG[0])[1]}",
                fix="water-metres-10500",
                words=("zone 105°00′",),
            ),
        ),
        left_out=(2, 3, 4, 5),
    ),
    _hydrants(
        "words for a place",
        ("lon", "lat"),
        degrees(_ALONG[0]),
        ("không rõ", degrees(_ALONG[1])[1]),
        told=(error("not_a_number", 3, "lon", "không rõ", words=("left out",)),),
        left_out=(3,),
    ),
    _hydrants(
        "words for a pair",
        ("Tọa độ",),
        ("{1}, {0}".format(*degrees(_ALONG[0])),),
        ("đầu ngõ",),
        told=(error("not_a_place", 3, "Tọa độ", "đầu ngõ", words=("20.9886, 105.8216",)),),
        left_out=(3,),
    ),
    _hydrants(
        "no place on earth",
        ("lon", "lat"),
        degrees(_ALONG[0]),
        (205.8, 120.9),
        told=(error("not_on_earth", 3, "lat", "120.9"),),
        left_out=(3,),
    ),
    _hydrants(
        "two ways say two places",
        ("lon", "lat", "coordinates"),
        (*degrees(_ALONG[0]), None),
        (*degrees(_ALONG[1]), "{1}, {0}".format(*degrees((200, 180)))),
        told=(warning("two_places", 3, "coordinates", "{1}, {0}".format(*degrees((200, 180)))),),
    ),
)

# What the map says of it
ON_THE_MAP = (
    Trouble(
        "far from any road",
        "widths",
        grid(_WIDTHS, ("A1", *on(1), 4.2), ("A2", *degrees((100, 150)), 4.3)),
        _SEEN[:2],
        told=(error("far_from_any_road", 3, "lon"),),
        unused=(3,),
    ),
    Trouble(
        "outside the area",
        "fire_points",
        grid(("object_id", "lon", "lat"), ("F1", *on(1)), ("F2", *degrees((205, 1200)))),
        (("F1",), ("F2",)),
        told=(hint("outside_area", 3), error("far_from_any_road", 3)),
        unused=(3,),
    ),
    Trouble(
        "not on the road that it names",
        "widths",
        grid(_NAMED, ("A1", *on(1), 4.2, "Ngõ 2", None), ("A2", *on(5), 4.3, _nfd("NGÕ 1"), None)),
        _SEEN[:2],
        told=(warning("not_on_the_road_named", 2, "road_name", words=("A1 (Ngõ 2)",)),),
    ),
    Trouble(
        "removed but still on the map",
        "barriers",
        grid(_BARRIERS, ("B1", *degrees((200, 241)), "cọc tiêu", "đã tháo dỡ")),
        (("B1", "bollard"),),
        told=(hint("removed_but_mapped", 2, words=("delete it in OpenStreetMap: node",)),),
    ),
    Trouble(
        "two surveys of one place in conflict",
        "widths",
        grid(
            _NAMED,
            ("A1", *on(1), 4.2, None, "1/5/2026"),
            ("A2", *degrees((200, 20.5)), 2.1, None, "1/6/2026"),
        ),
        (("A1", "4.2", "2026-05-01"), ("A2", "2.1", "2026-06-01")),
        told=(
            warning(
                "surveys_disagree",
                (2, 3),
                "width_m",
                words=("A1 (4.2 m, 2026-05-01)", "A2 (2.1 m, 2026-06-01)", "out of date"),
            ),
        ),
    ),
    Trouble(
        "two states of one barrier",
        "barriers",
        grid(
            _BARRIERS,
            ("B1", *on(4), "barie", "mở được"),
            ("B2", *degrees((200, 80.5)), "barie", "cố định"),
        ),
        (("B1", "lift_gate"), ("B2", "lift_gate")),
        told=(warning("surveys_disagree", (2, 3), "state"),),
    ),
)
ALL = (*HEADINGS, *FIGURES, *DATES, *WORDS, *ROWS, *PLACES, *ON_THE_MAP)
