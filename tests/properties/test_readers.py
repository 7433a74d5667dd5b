"""Whatever bytes a file holds: a table, or a refusal that says what to do, and soon.

Ten thousand damaged files in all. Each is read as a table of the project file would be, against
the roads of a small town.
"""

import contextlib
import csv
import io
import json
import random
import re
import signal
import subprocess
import sys
import zipfile
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
import openpyxl
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from properties.strategies import PHASES, UTM
from towns import degrees, one_alley

from fireaccess.model.errors import Findings, InputError
from fireaccess.model.layers import TABLES, kind_of
from fireaccess.model.words import CODES, plain
from fireaccess.sources.ground import Ground
from fireaccess.sources.intake import Intake
from fireaccess.sources.osm import read_osm
from fireaccess.sources.tables import read_table

pytestmark = pytest.mark.slow

#: One file takes some milliseconds; whatever takes as long as this doesn't end.
MOST_S = 10
ANY = settings(suppress_health_check=[HealthCheck.too_slow], phases=PHASES)
PLACE = ["lon", "lat", "coordinates", "x", "y", "easting", "northing", "crs"]
HEADING = ["object_id", "lon", "lat", "width_m", "date", "road_name", "method"]
ROWS = [
    ["W1", *map(str, degrees((200, 50))), "4.2", "2026-05-01", "Ngõ 1", "thước dây"],
    ["W2", *map(str, degrees((200, 90))), "3,5", "12/5/2026", "Ngõ 1, phố Lớn", 'nói "khoảng"'],
    ["=1+1", "20.9886, 105.8216", "", "2.5 m", "46150", "", "máy đo"],
]
POINTS = {
    "object_id": ["N1", "N2", "N3"],
    "type": ["hydrant", "ao", "bể nước"],
    "flow_l_s": [9] * 3,
}
GPX = """<?xml version="1.0" encoding="UTF-8"?>
<gpx version="1.1" creator="x" xmlns="http://www.topografix.com/GPX/1/1">
<wpt lat="20.9975" lon="105.8185"><name>N1</name><type>hydrant</type></wpt>
<wpt lat="20.9979" lon="105.8185"><ele>7.5</ele><name>N2</name><type>pond</type></wpt>
</gpx>"""


@cache
def ground():
    """Return where the town lies, so that mistakes in coordinates are looked for too."""
    with TemporaryDirectory() as folder:
        project = one_alley(300, bends=[100, 200]).house("h", (205, 100)).write(folder)
        return Ground.of(read_osm(project.with_name("roads.osm")), None, 500.0, zone=UTM)


@contextlib.contextmanager
def in_time():
    """Fail what doesn't end, where the system has an alarm; the exception passes any handler."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def ring(*_):
        pytest.fail(f"the file was not read within {MOST_S} s")

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, MOST_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def read(folder, name, table, files):
    """Write files and read one of them; return the table, or None if it is refused."""
    for own, content in files.items():
        (Path(folder) / own).write_bytes(content)
    findings = Findings()
    intake = Intake(UTM, UTM, findings, ground(), today=date(2026, 6, 1))
    frame = refused = None
    with in_time():
        try:
            frame = read_table(Path(folder) / name, table, intake)
        except InputError as error:
            refused = error.finding
    if refused is not None:
        assert Path(refused.file).name == name
        assert refused.what
        assert refused.what_to_do
    # Every finding can be told, whatever stands in the cells.
    for finding in findings:
        json.dumps(finding.as_dict())
        assert finding.file == name
        assert finding.what_to_do
    if frame is not None:
        assert frame.attrs["rows_read"] == len(frame) + frame.attrs["rows_left_out"]
        usable = frame.geometry[frame.geometry.notna()]
        assert usable.is_valid.all()
    return frame


def fuzz(name, table, files):
    with TemporaryDirectory() as folder:
        read(folder, name, table, files)


# --- damage -------------------------------------------------------------------------------------
def damages(*wedges):
    """Draw some damage: where, as a part of the whole, what kind, and how far it goes."""
    kinds = st.sampled_from(["cut", "flip", "delete", "repeat", "zeros", "bytes", *wedges])
    one = st.tuples(kinds, st.floats(0, 1), st.integers(1, 2**32))
    return st.lists(one, min_size=1, max_size=4)


def damaged(content, damage):
    """Return bytes with some damage done."""
    for kind, where, size in damage:
        at = int(where * len(content))
        chance = random.Random(size)
        few = 1 + size % 40
        before, after = content[:at], content[at:]
        if kind == "cut":
            content = before
        elif kind == "flip" and after:
            content = before + bytes([after[0] ^ (1 << size % 8)]) + after[1:]
        elif kind == "delete":
            content = before + after[few:]
        elif kind == "repeat":
            content = before + after[:few] * (2 + size % 3) + after[few:]
        elif kind == "zeros":
            content = before + b"\0" * few + after
        elif kind == "bytes":
            content = before + chance.randbytes(few) + after[few:]
        elif isinstance(kind, bytes):
            content = before + kind + after
    return content


# --- CSV ----------------------------------------------------------------------------------------
@cache
def good_csv(delimiter=",", encoding="utf-8"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows([HEADING, *ROWS])
    return text.getvalue().encode(encoding)


@settings(ANY, max_examples=700)
@given(st.binary(max_size=300))
def test_csv_of_any_bytes(content):
    fuzz("widths.csv", "widths", {"widths.csv": content})


WEDGES = [
    *(b'"', b'""', b",", b";", b"\t", b"\r", b"\n", b"\r\n", b"\0", b"\xef\xbb\xbf", b"\xff\xfe"),
    *("ạ".encode(), "Ạ".encode("cp1258", "replace"), b"\xe2\x80\xa8", b"\x85", b"{0}", b"%s"),
    *(b"9" * 400, b"x" * 200_000, b"," * 5_000, b"object_id", b"nan", b"inf", b"1e999"),
]


@settings(ANY, max_examples=600)
@given(
    st.sampled_from([",", ";", "\t"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le"]),
    damages(*WEDGES),
)
def test_csv_that_is_damaged(delimiter, encoding, damage):
    content = damaged(good_csv(delimiter, encoding), damage)
    fuzz("widths.csv", "widths", {"widths.csv": content})


LETTERS = (
    "aăâbcdđeêghiklmnoôơpqrstuưvxyáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ"
)
TEXT = st.text(st.one_of(st.sampled_from(LETTERS), st.characters(codec="utf-8")), max_size=12)
CELLS = st.one_of(
    st.just(""),
    TEXT,
    st.integers(-(10**9), 10**9).map(str),
    st.integers().map(str),
    st.floats(0, 200).map(str),
    st.floats().map(str),
    st.floats(0, 30).map(lambda f: f"{f:.2f}".replace(".", ",")),
    st.dates(date(1890, 1, 1), date(2110, 1, 1)).map(str),
    st.dates().map(lambda d: f"{d.day}/{d.month}/{d.year}"),
    st.builds("{}{}".format, st.sampled_from("=+-@\t\r'"), TEXT),
    st.builds(
        "{} {}".format, st.floats(0, 400), st.sampled_from(["m", "cm", "ft", "l/s", "độ", "°"])
    ),
    st.builds("{}, {}".format, st.floats(-200, 200), st.floats(-200, 200)),
    st.builds("{:.0f}, {:.0f}".format, st.floats(0, 3e6), st.floats(0, 3e6)),
    st.sampled_from(
        ["có", "không", "x", "N/A", "#N/A", "nan", "inf", "None", "{0}", "{value}", "%s"]
    ),
    st.sampled_from(["Ngõ 1", "Đường Lớn", "Hà Nội", "EPSG:5897", "105°45'", "EPSG:0", "VN-2000"]),
    st.sampled_from(["20.9886, 105.8216", "20°59'19\"N 105°49'18\"E", "31/2/2026", "32/13/2026"]),
    st.sampled_from(
        ["0", "-0", "00", "1e400", "٣", "१२", "½", "1_000", "0x10", "１２", "²", "1.000,5"]
    ),
)


@cache
def columns_of(table):
    """Return the columns of a table, those of its place, and what is a good cell of each."""
    lon, lat = map(str, degrees((200, 120)))
    good = {"lon": lon, "lat": lat}
    for name, rule in TABLES[table].columns.items():
        codes = CODES.get(table, {}).get(name)
        kinds = {"number": "3", "date": "2026-05-01", "month": "2026-05", "flag": "có", "code": ""}
        good[name] = next(iter(codes)) if codes else kinds.get(kind_of(rule), "Ngõ 1")
    return list(dict.fromkeys([*TABLES[table].columns, *PLACE, "address"])), good


@st.composite
def sheets(draw, table):
    """Draw a few rows of any cells below the headings of a table, most of them good."""
    columns, good = columns_of(table)
    rows = []
    for _ in range(draw(st.integers(1, 12))):
        strange = draw(st.dictionaries(st.sampled_from(columns), CELLS, max_size=6))
        rows.append([strange.get(column, good.get(column, "")) for column in columns])
    return [columns, *rows]


@settings(ANY, max_examples=250)
@given(st.data(), st.sampled_from(["widths", "barriers", "water", "houses"]))
def test_csv_of_any_cells(data, table):
    """No row is lost: each is in the table or counted as left out."""
    heading, *rows = data.draw(sheets(table))
    text = io.StringIO(newline="")
    csv.writer(text).writerows([heading, *rows])
    with TemporaryDirectory() as folder:
        frame = read(folder, "a.csv", table, {"a.csv": text.getvalue().encode()})
    if frame is not None:
        filled = [[cell.strip() for cell in row if cell.strip()] for row in rows]
        # The example of the template is no row.
        expected = sum(bool(row) and not plain(row[0]).startswith("vi du") for row in filled)
        assert frame.attrs["rows_read"] == expected


# --- workbooks ----------------------------------------------------------------------------------
@cache
def good_workbook():
    """Return a survey as offices write it: a title, texts, figures, dates, a formula."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Bề rộng ngõ"
    sheet.append(["Bề rộng ngõ, phường Thử"])
    sheet.append(["Mã", "Kinh độ", "Vĩ độ", "Bề rộng (m)", "Ngày khảo sát", "Tên ngõ", "Cách đo"])
    for row in ROWS:
        sheet.append([row[0], float(row[1]) if "," not in row[1] else row[1], *row[2:]])
    sheet["A3"].data_type = "s"
    sheet.cell(8, 1, "W4")
    sheet["B8"], sheet["C8"] = degrees((200, 60))
    sheet["D8"], sheet["E8"] = "=D3+1", date(2026, 5, 2)
    sheet.merge_cells("A1:G1")
    book.create_sheet("Ghi chú").append(["không phải bảng", True, None, 3.25])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


@cache
def parts_of_workbook():
    with zipfile.ZipFile(io.BytesIO(good_workbook())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts):
    """Return an archive of pairs of name and content, with right checksums."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, part in parts:
            # A name that stands twice is damage that is meant.
            archive.writestr(zipfile.ZipInfo(name), part) if name not in archive.NameToInfo else (
                _again(archive, name, part)
            )
    return content.getvalue()


def _again(archive, name, part):
    with pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr(zipfile.ZipInfo(name), part)


@settings(ANY, max_examples=700)
@given(damages())
def test_workbook_whose_archive_is_damaged(damage):
    fuzz("a.xlsx", "widths", {"a.xlsx": damaged(good_workbook(), damage)})


@settings(ANY, max_examples=350)
@given(
    st.dictionaries(
        st.sampled_from(sorted(parts_of_workbook())),
        st.one_of(st.none(), damages(b"<", b">", b"&", b'"', b"<v>", b"</c>", b"\xff")),
        min_size=1,
        max_size=2,
    )
)
def test_workbook_with_parts_that_are_damaged(damage):
    """A part without damage is left out."""
    parts = [
        (name, damaged(part, damage[name]) if name in damage else part)
        for name, part in parts_of_workbook().items()
        if damage.get(name, ()) is not None
    ]
    fuzz("a.xlsx", "widths", {"a.xlsx": packed(parts)})


VALUES = st.sampled_from(
    [
        *("", "0", "-1", "1", "2", "99", "4294967296", "99999999999", "1e5", "1048576", "1048577"),
        *("XFD1048576", "XFE1", "A1", "A0", "1A", "A99999999999", "ZZZZZZ1", "$A$1", "D8", "B2:C3"),
        *(
            "s",
            "n",
            "b",
            "d",
            "e",
            "str",
            "inlineStr",
            "?",
            "nan",
            "true",
            "rId1",
            "rId9",
            "é",
            "<",
        ),
        *(
            "../x",
            "/xl/workbook.xml",
            "xl/worksheets/sheet2.xml",
            "worksheets/sheet1.xml",
            "x" * 9999,
        ),
    ]
)
ATTRIBUTE = re.compile(rb'(\s[\w:]+=)"[^"]*"')
TEXT_OF_CELL = re.compile(rb"(<(?:\w+:)?[vft](?: [^>]*)?>)[^<]*(?=<)")


@settings(ANY, max_examples=350)
@given(
    st.lists(
        st.tuples(
            st.one_of(
                st.just("xl/worksheets/sheet1.xml"), st.sampled_from(sorted(parts_of_workbook()))
            ),
            st.sampled_from([ATTRIBUTE, TEXT_OF_CELL]),
            st.floats(0, 1, exclude_max=True),
            VALUES,
        ),
        min_size=1,
        max_size=3,
    ),
    st.booleans(),
)
def test_workbook_with_other_attributes_and_texts(changes, twice):
    """References out of any range, types and styles that aren't there; parts that come twice."""
    parts = dict(parts_of_workbook())
    for name, pattern, where, value in changes:
        found = list(pattern.finditer(parts[name]))
        if found:
            match = found[int(where * len(found))]
            quote = b'"' if pattern is ATTRIBUTE else b""
            text = value.replace("<", "&lt;").encode()
            new = match[1] + quote + text + quote
            parts[name] = parts[name][: match.start()] + new + parts[name][match.end() :]
    both = [*parts_of_workbook().items(), *parts.items()] if twice else parts.items()
    fuzz("a.xlsx", "widths", {"a.xlsx": packed(both)})


STRAY = b'<row r="%s"><c r="A%s" t="inlineStr"><is><t>W9</t></is></c></row></sheetData>'


def with_row(number):
    """Return the workbook with one more row at its end, of any number."""
    parts = dict(parts_of_workbook())
    name = "xl/worksheets/sheet1.xml"
    parts[name] = parts[name].replace(b"</sheetData>", STRAY % (number, number))
    return packed(parts.items())


def test_a_cell_that_strayed_to_the_last_row_takes_no_longer():
    with TemporaryDirectory() as folder:
        frame = read(folder, "a.xlsx", "widths", {"a.xlsx": with_row(b"1048576")})
    assert frame.attrs["rows_read"] == 5


@pytest.mark.parametrize("number", [b"4", b"8", b"1048577", b"99999999999"])
def test_a_row_out_of_order_or_range_is_not_lost_without_a_word(number):
    """Excel calls such a workbook damaged; the reader below passes over the row."""
    with TemporaryDirectory() as folder:
        frame = read(folder, "a.xlsx", "widths", {"a.xlsx": with_row(number)})
    assert frame is None


# --- layers -------------------------------------------------------------------------------------
@cache
def layers():
    """Return good layers of every kind, as the bytes of their files by name."""
    shapes = [shapely.Point(degrees((200, y))) for y in (20, 60)]
    shapes.append(
        shapely.Polygon([degrees(xy) for xy in [(210, 9), (220, 9), (220, 20), (210, 9)]])
    )
    frame = gpd.GeoDataFrame(POINTS, geometry=shapes, crs=4326)
    points = frame[:2]
    with TemporaryDirectory() as name:
        folder = Path(name)
        pyogrio.write_dataframe(frame, folder / "a.geojson", driver="GeoJSON")
        pyogrio.write_dataframe(points.to_crs(UTM), folder / "a.gpkg", driver="GPKG")
        pyogrio.write_dataframe(points, folder / "a.shp", driver="ESRI Shapefile")
        marks = frame.rename(columns={"object_id": "Name"})
        pyogrio.write_dataframe(marks, folder / "a.kml", driver="KML")
        frame.to_parquet(folder / "a.parquet")
        (folder / "a.gpx").write_text(GPX, encoding="utf-8")
        kml = (folder / "a.kml").read_bytes()
        (folder / "a.kmz").write_bytes(packed([("doc.kml", kml)]))
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def test_the_layers_are_good():
    for name in ("a.geojson", "a.gpkg", "a.shp", "a.kml", "a.kmz", "a.gpx", "a.parquet"):
        with TemporaryDirectory() as folder:
            frame = read(folder, name, "water", layers())
        assert frame is not None, name
        assert len(frame) == frame.attrs["rows_read"] > 1, name


PLACEMARK = """<Placemark{}><name>{}</name><ExtendedData>{}</ExtendedData>
<Point><coordinates>105.8197539,20.9968733</coordinates></Point></Placemark>"""
OWN, DECLARED = (
    '<Data name="type"><value>{}</value></Data>',
    '<SchemaData schemaUrl="#s"><SimpleData name="type">{}</SimpleData></SchemaData>',
)


@pytest.mark.parametrize("data", [OWN, DECLARED], ids=["own", "declared"])
@pytest.mark.parametrize("ids", [("", ""), (' id="p1"', ""), (' id="p1"', ' id="p2"')])
@pytest.mark.parametrize("kind", ["kml", "kmz"])
def test_place_marks_are_called_by_their_names_and_keep_their_columns(kind, ids, data):
    """The ids that programs give them are nobody's names."""
    marks = "".join(
        PLACEMARK.format(own, name, data.format(word))
        for own, name, word in zip(ids, ("N1", "N2"), ("hydrant", "ao"), strict=True)
    )
    schema = '<Schema name="s" id="s"><SimpleField name="type" type="string"/></Schema>'
    kml = (
        '<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2">'
        f"<Document>{schema}<Folder><name>Khảo sát</name>{marks}</Folder></Document></kml>"
    ).encode()
    content = kml if kind == "kml" else packed([("doc.kml", kml)])
    with TemporaryDirectory() as folder:
        frame = read(folder, f"a.{kind}", "water", {f"a.{kind}": content})
    assert frame[["object_id", "type"]].to_numpy().tolist() == [["N1", "hydrant"], ["N2", "pond"]]


JSON_WEDGES = [
    *(
        b'"',
        b"{",
        b"}",
        b"[",
        b"]",
        b"null",
        b"-",
        b"1e999",
        b"NaN",
        b"\\u0000",
        b"\\ud800",
        b"9" * 99,
    ),
    *(b'"type":"Point"', b'"coordinates":[]', b'"geometry":null,', b"[" * 3000, b"\xff", b"\0"),
]


@settings(ANY, max_examples=700)
@given(damages(*JSON_WEDGES))
def test_geojson_that_is_damaged(damage):
    fuzz("a.geojson", "water", {"a.geojson": damaged(layers()["a.geojson"], damage)})


NUMBERS = st.one_of(st.floats(), st.integers(), st.sampled_from([1e308, -1e308, 105.82, 20.99]))
JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), NUMBERS, TEXT),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXT, inner, max_size=3)),
    max_leaves=6,
)
XY = st.lists(NUMBERS, max_size=4)
GEOMETRIES = st.one_of(
    st.none(),
    JSON,
    st.builds(
        lambda kind, coordinates: {"type": kind, "coordinates": coordinates},
        st.sampled_from(
            [
                "Point",
                "MultiPoint",
                "LineString",
                "Polygon",
                "MultiPolygon",
                "GeometryCollection",
                "?",
            ]
        ),
        st.one_of(XY, st.lists(XY, max_size=4), st.lists(st.lists(XY, max_size=5), max_size=2)),
    ),
)
PROPERTIES = st.one_of(
    JSON,
    st.fixed_dictionaries(
        {"object_id": st.one_of(st.just("N1"), JSON), "type": st.one_of(st.just("ao"), JSON)},
        optional={"working": JSON, "volume_m3": JSON, "date": JSON, "Loại": JSON, "geometry": JSON},
    ),
)
FEATURES = st.fixed_dictionaries(
    {"type": st.just("Feature"), "properties": PROPERTIES, "geometry": GEOMETRIES},
    optional={"id": JSON, "bbox": JSON},
)
CRSS = st.one_of(
    JSON,
    st.sampled_from(["urn:ogc:def:crs:EPSG::5897", "EPSG:32648", "EPSG:0", "?", ""]).map(
        lambda name: {"type": "name", "properties": {"name": name}}
    ),
)


@settings(ANY, max_examples=400)
@given(
    st.fixed_dictionaries(
        {"type": st.just("FeatureCollection"), "features": st.lists(FEATURES, max_size=3)},
        optional={"crs": CRSS, "name": JSON},
    )
)
def test_geojson_of_any_features(content):
    fuzz("a.geojson", "water", {"a.geojson": json.dumps(content).encode()})


XML_WEDGES = [
    *(b"<", b">", b"&", b"&lt;", b'"', b"</", b"<!--", b"<![CDATA[", b"\0", b"\xff", b"<Folder>"),
    *(b"<Point>", b"<coordinates>", b"nan,nan", b"1e999,0", b"<wpt>", b"<name>", b"9" * 99),
]


@settings(ANY, max_examples=400)
@given(st.sampled_from(["a.kml", "a.gpx"]), damages(*XML_WEDGES))
def test_kml_and_gpx_that_are_damaged(name, damage):
    fuzz(name, "water", {name: damaged(layers()[name], damage)})


@settings(ANY, max_examples=300)
@given(damages(*XML_WEDGES), st.booleans())
def test_kmz_that_is_damaged(damage, inside):
    """Inside, the archive is whole and its content isn't."""
    kml, kmz = layers()["a.kml"], layers()["a.kmz"]
    content = packed([("doc.kml", damaged(kml, damage))]) if inside else damaged(kmz, damage)
    fuzz("a.kmz", "water", {"a.kmz": content})


@settings(ANY, max_examples=400)
@given(damages(b"\xff" * 4, b"\0" * 100, b"gpkg_contents", b"GP"))
def test_geopackage_that_is_damaged(damage):
    fuzz("a.gpkg", "water", {"a.gpkg": damaged(layers()["a.gpkg"], damage)})


SHAPEFILE = ["a.shp", "a.shx", "a.dbf", "a.prj", "a.cpg"]


@settings(ANY, max_examples=500)
@given(
    st.dictionaries(
        st.sampled_from(SHAPEFILE),
        st.one_of(st.none(), damages(b"\xff" * 4)),
        min_size=1,
        max_size=3,
    )
)
def test_shapefile_that_is_damaged(damage):
    """A file without damage is left out."""
    files = {
        name: damaged(layers()[name], damage.get(name, ()))
        for name in SHAPEFILE
        if damage.get(name, ()) is not None
    }
    fuzz("a.shp", "water", files)


@pytest.mark.parametrize(
    "crs",
    ['LOCAL_CS["bản vẽ",UNIT["metre",1]]', 'PROJCS["x",GEOGCS["y",DATUM["z"', "?"],
    ids=["local", "cut", "none"],
)
def test_shapefile_in_a_crs_that_leads_nowhere(crs):
    """As drawings have it. What is no CRS at all is passed over: degrees are those of GPS."""
    files = {name: layers()[name] for name in SHAPEFILE} | {"a.prj": crs.encode()}
    with TemporaryDirectory() as folder:
        frame = read(folder, "a.shp", "water", files)
    assert (frame is None) == (crs != "?")


@settings(ANY, max_examples=400)
@given(damages(b"\xff" * 4, b"PAR1", b'{"version"', b"geo"))
def test_geoparquet_that_is_damaged(damage):
    fuzz("a.parquet", "water", {"a.parquet": damaged(layers()["a.parquet"], damage)})


# --- memory -------------------------------------------------------------------------------------
# The peak that the system counts for a process begins with that of its parent.
_MEASURE = """
import re, sys
from pathlib import Path
from pyproj import CRS
from fireaccess.model.errors import Findings, InputError
from fireaccess.sources.intake import Intake
from fireaccess.sources.tables import read_table
try:
    frame = read_table(Path(sys.argv[1]), sys.argv[2], Intake(CRS(32648), None, Findings()))
    print(frame.attrs["rows_read"], "rows")
except InputError as error:
    print(error.finding.what.replace(chr(10), " "))
print(re.search("VmHWM:\\\\s*([0-9]+)", Path("/proc/self/status").read_text())[1])
"""


def measured(path, table):
    """Read a file in a process of its own: what came of it, and its memory in MB."""
    if not Path("/proc/self/status").exists():
        pytest.skip("the system does not tell how much memory a process took")
    done = subprocess.run(
        [sys.executable, "-c", _MEASURE, str(path), table],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    outcome, memory = done.stdout.strip().splitlines()
    return outcome, int(memory) // 1024


MARK = """<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>@</name>
<Point><coordinates>105.8,20.9</coordinates></Point></Placemark></Document></kml>"""
WAYPOINT = GPX.partition("?>")[2].replace("N1", "@")


def laughs(text):
    """Ten entities, each ten of the one before: 100 GB in a few hundred letters."""
    entities = "".join(f'<!ENTITY a{k} "{f"&a{k - 1};" * 10}">' for k in range(1, 10))
    heading = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "{"x" * 100}">{entities}]>'
    return heading + text.replace("@", "&a9;")


def one_large(text):
    """One long entity, told three thousand times."""
    heading = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "{"x" * 1_000_000}">]>'
    return heading + text.replace("@", "&a;" * 3_000)


@pytest.mark.parametrize("grown", [laughs, one_large])
@pytest.mark.parametrize(("suffix", "text"), [("kml", MARK), ("gpx", WAYPOINT), ("kmz", MARK)])
def test_entities_that_grow_without_end_are_refused(tmp_path, suffix, text, grown):
    path = tmp_path / f"a.{suffix}"
    content = grown(text).encode()
    path.write_bytes(packed([("doc.kml", content)]) if suffix == "kmz" else content)
    outcome, memory = measured(path, "stations")
    assert "can't be read" in outcome
    assert memory < 1_000


@pytest.mark.parametrize("told", ["truly", "falsely"])
def test_a_kmz_that_unpacks_to_very_much_is_refused(tmp_path, told):
    """Or one that says that it unpacks to a thousand bytes."""
    content = io.BytesIO()
    with (
        zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("doc.kml", "w", force_zip64=True) as stream,
    ):
        before, after = MARK.encode().split(b"@")
        stream.write(before)
        for _ in range(500):
            stream.write(b"x" * 1_000_000)
        stream.write(after)
    packed_whole = bytearray(content.getvalue())
    if told == "falsely":
        small = (1000).to_bytes(4, "little")
        at = packed_whole.index(b"PK\1\2") + 24
        packed_whole[at : at + 4] = small
    path = tmp_path / "a.kmz"
    path.write_bytes(packed_whole)
    assert path.stat().st_size < 1_000_000
    outcome, memory = measured(path, "stations")
    assert ("unpacks to 500 MB" in outcome) == (told == "truly")
    assert "unpacks to" in outcome or "can't be read" in outcome
    assert memory < 1_000


@pytest.mark.parametrize("blank", ["", ",,,", '"","","",""'])
def test_a_million_blank_lines_stay_below_1_gb(tmp_path, blank):
    path = tmp_path / "a.csv"
    row = "W{},105.8,20.9,3.5\n"
    lines = f"{blank}\n" * 1_000_000
    path.write_text(f"object_id,lon,lat,width_m\n{row.format(1)}{lines}{row.format(2)}")
    outcome, memory = measured(path, "widths")
    assert outcome == "2 rows"
    assert memory < 1_000
