"""Whatever people read is in the catalogues: nothing is missing, nothing is told beside them."""

import ast
import re
import string
import tokenize
import unicodedata

import catalogues
import docx
import openpyxl
import pytest

import fireaccess
from fireaccess.model import catalogue as catalogue_module
from fireaccess.model.catalogue import Message, Plural, language_of_locale
from fireaccess.model.formats import day, decimal, filled
from fireaccess.model.norm import figures
from fireaccess.model.vehicle import measures
from fireaccess.outputs.book import write_book
from fireaccess.outputs.manifest import RESULT_LAYERS
from fireaccess.outputs.report import write_report
from fireaccess.outputs.texts import texts
from fireaccess.outputs.told import told_on_paper
from fireaccess.outputs.why import explain, lines

LETTERS = re.compile("[ăâđêôơưĂÂĐÊÔƠƯáàảãạắằẳẵặấầẩẫậéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]")
#: Modules with Vietnamese that isn't said but read, or invented: each with what it is.
READ_NOT_SAID = {
    "model/words.py": "headings, sheet titles and codes that tables are recognised by",
    "outputs/template.py": "the example rows, and the word that marks them",
    "sources/zones.py": "provinces by their names",
    "sources/degrees.py": "how people write degrees",
    "sources/cells.py": "how people write units",
    "sources/delimited.py": "the letters of a text that is in Vietnamese",
    "model/text.py": "letters as they are compared",
    "planning/siting.py": "uses of houses as lists of houses name them",
    "sources/sample/": "the invented ward and commune",
}


def names(text):
    """What a text is filled with: names, conversions, formats; Jinja's placeholders too."""
    if "{{" in text:
        return sorted(re.findall(r"{{.*?}}", text))
    return sorted(part[1:] for part in string.Formatter().parse(text) if part[1] is not None)


def texts_of(message):
    return message.id if isinstance(message.id, tuple) else (message.id,)


@pytest.fixture(scope="module", params=catalogues.TRANSLATED)
def catalogue(request):
    return catalogues.translated(request.param)


def test_the_catalogue_holds_what_the_code_says_and_nothing_else(catalogue):
    said = {(message.id, message.context) for message in catalogues.gathered() if message.id}
    known = {(message.id, message.context) for message in catalogue if message.id}
    assert said == known, "python tests/catalogues.py brings them together"


def test_every_text_is_translated_whole(catalogue):
    for message in catalogue:
        if not message.id:
            continue
        told = (message.string,) if isinstance(message.string, str) else message.string
        for text in told:
            assert text.strip(), message.id
            assert unicodedata.is_normalized("NFC", text), message.id
            assert names(text) == names(texts_of(message)[-1]), message.id
            # What stands at the ends joins it to other texts.
            for end in (0, -1):
                assert text[end].isspace() == texts_of(message)[0][end].isspace(), message.id
        assert not message.fuzzy, message.id


def test_the_catalogue_is_as_the_script_writes_it(catalogue, tmp_path, monkeypatch):
    language = str(catalogue.locale)
    there = catalogues.catalogue_file(language)
    monkeypatch.setattr(catalogues, "catalogue_file", lambda _: tmp_path / "new.po")
    catalogues.write(catalogue, language)
    assert (tmp_path / "new.po").read_bytes() == there.read_bytes()


def strings(file):
    """Every string of a module but its docstrings, with the line that it stands in."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        told = isinstance(node, ast.Constant) and isinstance(node.value, str)
        if told and id(node) not in docstrings:
            yield node.lineno, node.value


def test_no_module_says_anything_in_vietnamese():
    english = {text for message in catalogues.gathered() for text in texts_of(message)}
    beside = []
    for file in sorted(catalogues.PACKAGE.rglob("*.py")):
        name = file.relative_to(catalogues.PACKAGE).as_posix()
        if not name.startswith(tuple(READ_NOT_SAID)):
            beside += [
                f"{name}:{n}: {text}"
                for n, text in strings(file)
                if LETTERS.search(text) and text not in english
            ]
    assert beside == []


def test_the_modules_that_only_read_vietnamese_are_there():
    for name in READ_NOT_SAID:
        assert (catalogues.PACKAGE / name).exists(), name


def is_bare(node):
    """Whether an argument is text that no catalogue knows."""
    if isinstance(node, ast.JoinedStr):
        return any(is_bare(part) for part in node.values if isinstance(part, ast.Constant))
    return (
        isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"[^\W\d_]{2}", node.value) is not None
    )


def test_the_command_line_prints_nothing_that_is_in_no_catalogue():
    """Texts of errors and findings are checked by mypy: there, only a `Message` will do."""
    printing = {"print", "BadParameter", "Argument", "Option", "add_column", "Typer", "command"}
    beside = []
    for name in ("cli.py", "terminal.py"):
        tree = ast.parse((catalogues.PACKAGE / name).read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            helps = [word.value for word in node.keywords if word.arg in ("help", "title")]
            told = [*(node.args if called in printing - {"Option", "command"} else []), *helps]
            beside += [f"{name}:{node.lineno}" for argument in told if is_bare(argument)]
    # What begins a line that names a fix is the option to type.
    fixes = [n for n, line in enumerate(lines_of("terminal.py"), 1) if "--accept-fix" in line]
    assert beside == [f"terminal.py:{n}" for n in fixes]


def lines_of(name):
    with tokenize.open(catalogues.PACKAGE / name) as stream:
        return stream.read().splitlines()


class Marked:
    """A catalogue that puts every text that it is asked for between marks."""

    def gettext(self, text):
        return f"⟦{text}⟧"

    def pgettext(self, context, text):
        return self.gettext(text)

    def ngettext(self, one, many, count):
        return self.gettext(many)


def beside_marks(text):
    """What is left of a text without all that a catalogue told."""
    while (left := re.sub("⟦[^⟦⟧]*⟧", " ", text)) != text:
        text = left
    return text


def words(text):
    return set(re.findall(r"[^\W\d_]{2,}", text))


@pytest.fixture
def marked(monkeypatch, tmp_path):
    """The sample commune, whose every text is told by the marking catalogue."""
    monkeypatch.setattr(catalogue_module, "_catalogue", lambda _: Marked())
    texts.cache_clear()
    file = fireaccess.write_sample(tmp_path / "commune", kind="commune")
    yield fireaccess.run(fireaccess.Project.open(file))
    texts.cache_clear()


def cells_of(path):
    for sheet in openpyxl.load_workbook(path):
        yield sheet.title
        yield from (c.value for row in sheet.iter_rows() for c in row if isinstance(c.value, str))


def texts_in(path):
    document = docx.Document(path)
    yield from (paragraph.text for paragraph in document.paragraphs)
    for table in document.tables:
        yield from (cell.text for row in table.rows for cell in row.cells)


@pytest.mark.slow
def test_outputs_say_nothing_that_is_in_no_catalogue(marked, tmp_path):
    project, frames = marked.project, [getattr(marked, name) for name in RESULT_LAYERS]
    data = words(project.name) | words(marked.network.crs.name) | {"EPSG", "WGS", "classes"}
    for frame in [*frames, marked.evidence]:
        for column in frame.columns.drop("geometry", errors="ignore"):
            data |= words(" ".join(map(str, frame[column].dropna().unique())))
    for key, figure in [*figures(marked.norm), *measures(marked.vehicle)]:
        data |= words(f"{key} {figure.clause} {figure.unit}")
    data |= {*words(marked.norm.title.vi), *words(marked.vehicle.title.vi), marked.norm.name}
    data |= words(" ".join(file.name for _, file in project.input_files()))
    for target in project.targets.model_dump(exclude_none=True).values():
        data |= words(str(target))

    write_book(marked, tmp_path / "book.xlsx")
    write_report(marked, tmp_path / "report.docx")
    told = [*cells_of(tmp_path / "book.xlsx"), *texts_in(tmp_path / "report.docx")]
    told += told_on_paper(marked, "vi")
    for layer, key in (("houses", "house_id"), ("alleys", "alley_id"), ("barriers", "barrier_id")):
        for name in getattr(marked, layer)[key].iloc[::40]:
            told.append(" ".join(lines(explain(marked, name))))
    assert len(told) > 5000
    beside = {text: words(beside_marks(text)) - data for text in told if text[:1] != "="}
    assert {text: left for text, left in beside.items() if left} == {}


def test_a_text_that_no_catalogue_has_is_told_in_english():
    assert Message("never said before {name}").into("vi", name="x") == "never said before x"
    assert Plural("{count} never", "{count} nevers").into("vi", 2) == "2 nevers"


def test_a_context_tells_texts_apart():
    assert Message("House").into("vi") != Message("House", "code").into("vi")
    assert Message("House", "code").into("en") == "House"


def test_messages_within_a_message_are_told_in_its_language():
    error = fireaccess.InputError(Message("vehicle {name}"), name=Message("not known"))
    assert error.told("vi") == "xe chưa rõ"
    assert str(error) == "vehicle not known"


def test_formats_are_those_of_the_language():
    assert decimal(1.25, "vi", 2) == "1,25"
    assert day("2026-11-21", "vi") == "21/11/2026"
    assert day("2026-11-21", "en") == "2026-11-21"
    assert filled("{m:,.1f} m, {id}, {row}", {"m": 1234.5, "id": "1.5", "row": 12345}, "vi") == (
        "1.234,5 m, 1.5, 12345"
    )


@pytest.mark.parametrize(
    ("asked", "language"),
    [("vi", "vi"), ("vi_VN:en", "vi"), ("en_GB", "en"), ("fr", "en"), ("C", "en"), ("???", "en")],
)
def test_the_locale_asks_for_a_language(monkeypatch, asked, language):
    for name in ("LC_MESSAGES", "LC_ALL", "LC_CTYPE", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGUAGE", asked)
    assert language_of_locale() == language
