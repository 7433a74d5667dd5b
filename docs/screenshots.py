"""Take the pictures of the documentation anew, from the sample ward: python docs/screenshots.py.

Needs the extra ``test``, Chromium and pdftoppm.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

import fireaccess

ROOT = Path(__file__).parents[1]
PICTURES = ROOT / "docs" / "pictures"
DESK, PHONE = (1366, 768), (390, 844)
#: What is shown: the size of the window, and the end of the address.
SHOTS = {
    ROOT / "maps" / "sample-ward.png": (DESK, "lang=en"),
    PICTURES / "house.png": (DESK, "at=houses:MAU-2633&lang=en"),
    PICTURES / "hose.png": (DESK, "theme=hose&lang=en"),
    PICTURES / "phone.png": (PHONE, "at=houses:MAU-2633"),
}
#: The same of the map with its plan.
PLAN_SHOTS = {PICTURES / "plan.png": (DESK, "at=barriers:barrier:B02&lang=en")}
PRINT_DPI = 80


def opened(browser: Browser, address: str, size: tuple[int, int]) -> Page:
    """Open the map as somebody without a network does, and wait until it is drawn."""
    width, height = size
    context = browser.new_context(offline=True, viewport={"width": width, "height": height})
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready=yes]")
    page.wait_for_timeout(500)
    return page


def main() -> None:
    """Write every picture."""
    PICTURES.mkdir(exist_ok=True)
    chromium = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))))
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        project = fireaccess.Project.open(fireaccess.write_sample(Path(folder) / "ward"))
        result = fireaccess.run(project)
        address = result.map().save(Path(folder) / "map.html").as_uri()
        planned = fireaccess.plan(result).map().save(Path(folder) / "plan.html").as_uri()
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        for file, shots in ((address, SHOTS), (planned, PLAN_SHOTS)):
            for path, (size, end) in shots.items():
                page = opened(browser, f"{file}#{end}", size)
                page.screenshot(path=path)
                page.context.close()
        # What Ctrl+P prints: the view, on the paper of the style sheet.
        page = opened(browser, f"{address}#lang=en", DESK)
        sheet = Path(folder) / "sheet.pdf"
        page.pdf(path=sheet, prefer_css_page_size=True)
        browser.close()
        target = PICTURES / "print"
        command = ["pdftoppm", "-png", "-singlefile", "-r", str(PRINT_DPI), sheet, target]
        subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
