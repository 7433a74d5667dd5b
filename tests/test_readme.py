"""What the README promises is there: commands, targets, links, columns, and its Python."""

import re
import shlex
from pathlib import Path

import pytest
import typer.main

from fireaccess.cli import app
from fireaccess.model.layers import TABLES
from fireaccess.project import Project

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
PAGES = [README, ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]


def text_of(page):
    return page.read_text(encoding="utf-8")


def blocks(page, *languages):
    """Code blocks of a page in some languages."""
    found = re.findall(r"^```(\w*)\n(.*?)^```$", text_of(page), re.MULTILINE | re.DOTALL)
    return [code for language, code in found if language in languages]


def commands(page):
    """Every command line of fireaccess in a page, without brackets and comments."""
    lines = [line for code in blocks(page, "bash", "bat") for line in code.splitlines()]
    lines += re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text_of(page), flags=re.DOTALL))
    lines = [line.replace(".venv\\Scripts\\", "").replace("\\", "/") for line in lines]
    return [
        shlex.split(re.sub(r"[\[\]]", "", line), comments=True)[1:]
        for line in lines
        if line.startswith("fireaccess ")
    ]


def anchors(page):
    """Anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", text_of(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in headings}


def links(page):
    prose = re.sub(r"```.*?```|`[^`\n]*`", "", text_of(page), flags=re.DOTALL)
    return re.findall(r"\]\(([^)\s]+)\)", prose)


def rows_of_table(page, first_heading):
    """Rows of the table whose first column has this heading: first cell to the second."""
    lines = text_of(page).splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith(f"| {first_heading} |"))
    rows = {}
    for line in lines[begin + 2 :]:
        if not line.startswith("|"):
            break
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        rows[cells[0]] = cells[1]
    return rows


def test_readme_shows_every_command():
    known = typer.main.get_command(app).commands
    assert {words[0] for words in commands(README)} == set(known)


@pytest.mark.parametrize("words", commands(README), ids=" ".join)
def test_command_can_be_given_like_this(words):
    command = typer.main.get_command(app).commands[words[0]]
    arguments = [word.lower() if word.isupper() else word for word in words[1:]]
    required = [p.name for p in command.params if p.param_type_name == "argument" and p.required]
    # In running text a command may be named without what it works on.
    if len(arguments) < len(required):
        arguments += ["somewhere"]
    with command.make_context(words[0], arguments) as context:
        assert set(required) <= context.params.keys()


def test_options_after_every_command():
    for name, command in typer.main.get_command(app).commands.items():
        options = {option for parameter in command.params for option in parameter.opts}
        assert {"--quiet", "-q", "--json"} <= options, name


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z-]+):", text_of(ROOT / "Makefile"), re.MULTILINE))
    named = set(re.findall(r"^make ([a-z-]+)", "\n".join(blocks(README, "bash")), re.MULTILINE))
    assert named == {"demo", "test"}
    assert named <= targets


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page):
    for link in links(page):
        if re.match(r"https?://", link):
            continue
        file, _, anchor = link.partition("#")
        target = page.parent / file if file else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_columns_are_those_of_the_tables():
    shown = rows_of_table(README, "table")
    wanted = {
        name: ", ".join(
            column + "*" * bool(rule.required) for column, rule in schema.columns.items()
        )
        for name, schema in TABLES.items()
    }
    assert shown == wanted


def test_result_files_are_those_that_are_written(tmp_path):
    import fireaccess

    project = Project.open(fireaccess.write_sample(tmp_path / "commune", kind="commune"))
    written = {path.name for path in fireaccess.write(fireaccess.run(project)).values()}
    named = re.findall(r"`([\w.]+)`", " ".join(rows_of_table(README, "file in `results/`")))
    assert sorted(named) == sorted(written - {"map.html"})


def test_every_module_is_explained():
    page = text_of(ROOT / "docs" / "architecture.md")
    package = ROOT / "fireaccess"
    modules = [
        f"{path.parent.name}.{path.stem}"
        for path in package.glob("*/*.py")
        if not path.stem.startswith("__")
    ]
    assert [name for name in sorted(modules) if f"`{name}`" not in page] == []


def test_python_runs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (code,) = blocks(README, "python")
    scope = {}
    exec(compile(code, "README.md", "exec"), scope)
    assert "covered" in capsys.readouterr().out
    assert [path for path in scope["files"].values() if not path.is_file()] == []


def test_readme_is_in_nfc():
    import unicodedata

    for page in PAGES:
        assert unicodedata.is_normalized("NFC", text_of(page)), page.name
