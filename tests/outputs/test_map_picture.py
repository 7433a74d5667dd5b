"""The sample's map looks as it did: its picture beside the one that the documentation shows."""

from pathlib import Path

import numpy as np
import pytest
from rasterio.io import MemoryFile

from maps import Opened

PICTURE = Path(__file__).parents[2] / "maps" / "sample-ward.png"
#: Pixels to a side of what is compared: letters and edges differ from machine to machine.
BLOCK = 8
#: Right of the buttons, above the scale and the attribution: the map alone.
MAP = (slice(96, 672), slice(560, 1360))


def blocks(png):
    """Return the mean colour of each block of the map's part of a page."""
    with MemoryFile(png) as file, file.open() as picture:
        pixels = picture.read((1, 2, 3)).astype(float)[:, *MAP]
    _, height, width = pixels.shape
    return pixels.reshape(3, height // BLOCK, BLOCK, width // BLOCK, BLOCK).mean(axis=(2, 4))


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize(("end", "alike"), [("lang=en", True), ("lang=en&theme=hose", False)])
def test_sample_looks_like_its_picture(browser, path, end, alike):
    with Opened(browser, path, fragment=f"#{end}") as shown:
        shown.page.wait_for_timeout(500)
        now = blocks(shown.page.screenshot())
    apart = np.abs(now - blocks(PICTURE.read_bytes())).max(axis=0)
    assert ((apart > 40).mean() < 0.02) == alike
