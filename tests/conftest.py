"""What all tests share: the real data, the browser, and how hypothesis searches."""

import importlib.util
import os
import shutil
from pathlib import Path

import hypothesis
import pytest

# The command line speaks English to the tests, whatever the project's language.
os.environ["LANGUAGE"] = "en"
IN_CI = os.environ.get("CI") == "true"

# Deadlines would make a busy machine fail; in CI the same examples are tried every time.
hypothesis.settings.register_profile("dev", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if IN_CI else "dev")


def _unavailable(reason):
    """Skip with a reason; in CI, where everything has to be there, fail with it."""
    (pytest.fail if IN_CI else pytest.skip)(reason)


@pytest.fixture(scope="session")
def data_dir():
    """Folder of the real extracts, which are not part of the repository."""
    folder = os.environ.get("FIREACCESS_DATA")
    if not folder:
        _unavailable("real data: FIREACCESS_DATA is not set")
    if not Path(folder).is_dir():
        _unavailable(f"real data: FIREACCESS_DATA is no folder: {folder}")
    return Path(folder).resolve()


@pytest.fixture(scope="session")
def chromium():
    """Path of the installed browser, as playwright's ``executable_path`` takes it."""
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        _unavailable(f"no browser: none of {', '.join(names)} is installed")
    return found


@pytest.fixture(scope="session")
def tsc():
    """Path of the TypeScript compiler."""
    found = shutil.which("tsc")
    if found is None:
        _unavailable("no TypeScript compiler: tsc is not installed")
    return found


@pytest.fixture(scope="session")
def spopt():
    """Make sure of the library that sites are held against."""
    if importlib.util.find_spec("spopt") is None:
        _unavailable("spopt is not installed: it comes with the extra `peers`")


@pytest.fixture(scope="session")
def soffice():
    """Path of LibreOffice, which opens workbooks."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None:
        _unavailable("no LibreOffice: soffice is not installed")
    return found


@pytest.fixture(scope="session")
def writer(soffice):
    """Path of LibreOffice with Writer, which opens documents."""
    if not (Path(soffice).resolve().parent / "libswlo.so").exists():
        _unavailable("no LibreOffice Writer: its library is not beside soffice")
    return soffice


@pytest.fixture(scope="session")
def poppler():
    """Make sure of the tools that tell what is in a PDF."""
    missing = [name for name in ("pdfinfo", "pdftotext", "pdftoppm") if shutil.which(name) is None]
    if missing:
        _unavailable(f"no poppler-utils: {', '.join(missing)} not installed")


@pytest.fixture(scope="module")
def browser(chromium):
    """Give a running browser without a window."""
    from playwright.sync_api import sync_playwright

    # One for each module: while it runs, the thread has an event loop that notebooks would meet.
    # Chromium refuses its sandbox to root, which CI is.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()
