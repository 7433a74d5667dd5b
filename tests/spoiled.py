"""A small town to spoil: its files, ways to spoil them, and the command line run on them."""

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from towns import degrees, one_alley

from fireaccess.cli import main

COMMAND = [sys.executable, "-m", "fireaccess"]


def town():
    """Draw a main road, two alleys, six houses and a survey in which nothing is wrong."""
    drawn = one_alley(300, bends=[100, 200], width="4.5")
    drawn.road("Ngõ 2", [(200, 200), (260, 200), (300, 200)])
    for number in range(6):
        address = f"Số {number}, Ngõ 1"
        drawn.house(f"h{number}", (205, 40 * number + 20), address=address, people=3)
    drawn.width("W1", (200, 50), 4.2, date="2026-05-01")
    drawn.width("W2", (250, 200), 2.5, date="2026-05-01")
    drawn.barrier("B1", (280, 200), "bollard", state="fixed")
    drawn.water("H1", (190, 10), working="yes")
    drawn.row("fire_points", "F1", (205, 150), working="yes")
    return drawn


# Spoiling
def replace(path, old, new):
    """Put one text in place of another that stands in the file."""
    text = path.read_text(encoding="utf-8")
    assert old in text, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def name_input(folder, key, file):
    """Name another file, or none, for an input of the project."""
    path = folder / "fireaccess.toml"
    lines = path.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{key} = ")]
    at = kept.index("[inputs]") + 1
    kept[at:at] = [f"{key} = {json.dumps(file)}"] if file is not None else []
    path.write_text("\n".join(kept), encoding="utf-8")


def sheet(path, heading, rows):
    """Write rows of cells, each a text as it stands in the file; a pair is a place in metres."""
    lines = [heading]
    for row in rows:
        cells = []
        for cell in row:
            if isinstance(cell, tuple):
                cells += [f"{degree:.7f}" for degree in degrees(cell)]
            else:
                cells.append(str(cell))
        lines.append(",".join(cells))
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def ring(*corners):
    """Return the GeoJSON polygon with these corners in metres."""
    corners = [list(degrees(corner)) for corner in corners]
    return {"type": "Polygon", "coordinates": [[*corners, corners[0]]]}


def layer(path, *features, epsg=None):
    """Write pairs of properties and geometry as GeoJSON, in the CRS that is named."""
    content = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": geometry}
            for properties, geometry in features
        ],
    }
    if epsg is not None:
        name = f"urn:ogc:def:crs:EPSG::{epsg}"
        content["crs"] = {"type": "name", "properties": {"name": name}}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


# The command line
@dataclass(frozen=True)
class Outcome:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def text(self):
        """All that was printed."""
        return self.out + self.err

    @property
    def findings(self):
        """The findings that it printed as JSON."""
        return json.loads(self.out)["findings"]


def here(*arguments):
    """Run a command in this process; whatever the command line doesn't catch comes through."""
    out, err = io.StringIO(), io.StringIO()
    before = sys.argv
    sys.argv = ["fireaccess", *map(str, arguments)]
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as end:
        return Outcome(end.code, out.getvalue(), err.getvalue())
    finally:
        sys.argv = before
    raise AssertionError("the command line always exits")


def there(*arguments, code=None, **environment):
    """Run a command in a process of its own; ``code`` is Python that is run before it."""
    command = COMMAND if code is None else [sys.executable, "-c", code]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        env={**os.environ, **environment},
        timeout=120,
        check=False,
    )
    # Whatever the locale says, all that is printed is UTF-8.
    return Outcome(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))


def content(folder):
    """Return the bytes of every file in a folder and below, by path."""
    folder = Path(folder)
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def refused(folder, file, *words, code=1):
    """Check that a project stops at a file, in words that help, and that nothing is written."""
    before = content(folder)
    outcome = here("check", folder)
    assert outcome.code == code, outcome.text
    errors = [line for line in outcome.text.splitlines() if "rror: " in line]
    assert errors, outcome.text
    assert file in errors[0]
    remedy = outcome.text.split("→ ")[1]
    assert len(remedy.split()) > 2
    for word in words:
        assert word in outcome.text
    assert content(folder) == before
    return outcome.text
