"""The map's scripts, checked by the TypeScript compiler."""

import subprocess
from pathlib import Path

from fireaccess.outputs.map import figure

SCRIPTS = Path(figure.__file__).parent / "scripts"


def test_types_hold(tsc):
    done = subprocess.run(
        [tsc, "--project", SCRIPTS / "jsconfig.json", "--pretty", "false"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.returncode) == ("", 0)


def test_every_script_and_style_is_in_the_page():
    assert {path.stem for path in SCRIPTS.glob("*.js")} == {
        *figure.SCRIPTS,
        *figure.PLAN_SCRIPTS,
    }
    assert {path.stem for path in (SCRIPTS.parent / "styles").glob("*.css")} == set(figure.STYLES)
