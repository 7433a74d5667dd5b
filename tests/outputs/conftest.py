"""Fixtures of the tests that open maps. Whoever shares a result changes nothing in it."""

from pathlib import Path

import pytest

from fireaccess.pipeline import run
from fireaccess.project import Project
from fireaccess.sources.sample import write_sample
from maps import Opened, written


@pytest.fixture(scope="session")
def result(tmp_path_factory):
    """Run the sample ward."""
    return run(Project.open(write_sample(tmp_path_factory.mktemp("sample") / "ward")))


@pytest.fixture(scope="session")
def cornered(tmp_path_factory):
    """Run the sample ward with corners looked at."""
    file = write_sample(tmp_path_factory.mktemp("sample") / "ward")
    text = file.read_text("utf-8")
    assert text.count('turns = "auto"') == 1
    file.write_text(text.replace('turns = "auto"', "turns = true"), "utf-8")
    return run(Project.open(file))


@pytest.fixture(scope="session")
def commune(tmp_path_factory):
    """Run the sample commune."""
    folder = tmp_path_factory.mktemp("sample") / "commune"
    return run(Project.open(write_sample(folder, kind="commune")))


@pytest.fixture(scope="session")
def compared(tmp_path_factory):
    """Run the sample commune beside two smaller vehicles."""
    file = write_sample(tmp_path_factory.mktemp("sample") / "commune", kind="commune")
    text = file.read_text("utf-8")
    assert text.count("# vehicles = ") == 1
    file.write_text(text.replace("# vehicles = ", "vehicles = "), "utf-8")
    return run(Project.open(file))


@pytest.fixture(scope="session")
def path(result, tmp_path_factory):
    """Write the map of the sample ward."""
    return written(tmp_path_factory.mktemp("map"), result)


@pytest.fixture(scope="session")
def real(data_dir):
    """Run a real ward, of twenty thousand houses."""
    return run(Project.open(data_dir / "khuong-dinh"))


@pytest.fixture(scope="session")
def real_path(real, tmp_path_factory):
    """Write the map of the real ward."""
    return written(tmp_path_factory.mktemp("map"), real)


@pytest.fixture
def shown(browser, path):
    """Open the map of the sample ward."""
    with Opened(browser, path) as opened:
        yield opened
        assert opened.said == []
        assert len(opened.requests) == 1


@pytest.fixture
def opened(browser, tmp_path):
    """Open the map of a result, or the file of one."""
    contexts = []

    def open_map(shown, **options):
        file = shown if isinstance(shown, Path) else written(tmp_path, shown)
        contexts.append(Opened(browser, file, **options))
        return contexts[-1]

    yield open_map
    for context in contexts:
        context.context.close()
