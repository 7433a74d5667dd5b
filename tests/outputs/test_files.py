"""Files that an office has worked on are never written over."""

from datetime import datetime

import docx
import openpyxl
import pytest
from towns import one_alley

from fireaccess.model.errors import OutputError
from fireaccess.outputs.book import write_book
from fireaccess.outputs.report import write_report
from fireaccess.outputs.report_template import save_template

WRITERS = {"lists.xlsx": write_book, "report.docx": write_report}


@pytest.fixture(scope="module")
def result(tmp_path_factory):
    return one_alley().house("h", (60, 5)).run(tmp_path_factory.mktemp("town"))


def typed_into(path):
    """Save a file as an office does that has typed something into it."""
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        book.worksheets[0]["Z1"] = "việc của tổ"
        book.save(path)
    else:
        document = docx.Document(path)
        document.add_paragraph("việc của tổ")
        document.core_properties.modified = datetime(2026, 11, 20, 8, 30)
        document.save(path)


@pytest.mark.parametrize("name", WRITERS)
def test_what_we_wrote_is_written_anew(result, tmp_path, name):
    WRITERS[name](result, tmp_path / name)
    before = (tmp_path / name).read_bytes()
    WRITERS[name](result, tmp_path / name)
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize("name", WRITERS)
def test_what_somebody_saved_since_stays(result, tmp_path, name):
    WRITERS[name](result, tmp_path / name)
    typed_into(tmp_path / name)
    before = (tmp_path / name).read_bytes()
    with pytest.raises(OutputError, match="somebody has edited"):
        WRITERS[name](result, tmp_path / name)
    assert (tmp_path / name).read_bytes() == before


@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x05\x06" + bytes(18)])
def test_a_file_of_somebody_else_stays(result, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(OutputError, match="somebody has edited"):
        WRITERS[name](result, tmp_path / name)
    assert (tmp_path / name).read_bytes() == content


def test_a_report_of_an_edited_template_is_ours(result, tmp_path):
    save_template(tmp_path / "template.docx", "vi")
    typed_into(tmp_path / "template.docx")
    for _ in range(2):
        write_report(result, tmp_path / "r.docx", template=tmp_path / "template.docx")
