"""Ctrl-C and kill -9 while a run over good results is going: real processes, real signals.

Whatever the moment, every result file is that of the last run or of the one that was stopped,
and the next run ends whole.
"""

import os
import random
import shutil
import signal
import subprocess
import time

import pytest
from spoiled import COMMAND, content, there, town

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX"),
]

ASIDE = ".fireaccess-new"

# The command line in a process that presses Ctrl-C on itself: at the moment asked for, not when
# a busy machine lets another process do it.
STOPS = """
import os, signal, sys
import fireaccess.cli as cli, fireaccess.project as project
ignored = "IGNORED" in os.environ
signal.signal(signal.SIGINT, signal.SIG_IGN if ignored else signal.default_int_handler)
def press(*ignored):
    os.kill(os.getpid(), signal.SIGINT)
moment = os.environ["MOMENT"]
if moment == "writing":
    os.replace = press
elif moment == "done":
    import atexit
    atexit.register(press)
elif moment == "lost while writing":
    import fireaccess.outputs.writing as writing
    manifest = writing.manifest
    def press_and_lose(*arguments):
        try:
            press()
        except KeyboardInterrupt:
            pass
        return manifest(*arguments)
    writing.manifest = press_and_lose
else:
    opened = project.Project.open
    def open_and_press(path):
        if moment == "reading":
            press()
        elif moment == "made an error":
            # As pydantic does where it writes a part of a model by a function of ours.
            try:
                press()
            except KeyboardInterrupt as stopped:
                raise ValueError("some fault of mine") from stopped
        elif moment == "lost":
            # As NumPy does where it asks whether a type is one of ctypes.
            try:
                press()
            except KeyboardInterrupt:
                pass
        else:
            signal.signal(signal.SIGPROF, press)
            signal.setitimer(signal.ITIMER_PROF, float(moment))
        return opened(path)
    project.Project.open = open_and_press
cli.main()
"""
DIES = """
import os, signal, sys
import fireaccess.cli as cli
rename, left = os.replace, int(os.environ["RENAMES"])
def dying(source, target):
    global left
    if not left:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
    rename(source, target)
os.replace = dying
cli.main()
"""


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    """The result files of a ward before and after a reading was corrected, by name of the file."""
    folder = tmp_path_factory.mktemp("states")
    found = {}
    for name, width in (("old", 4.2), ("new", 2.2)):
        town().width("W3", (200, 80), width).write(folder / name)
        begun = time.monotonic()
        assert there("run", folder / name, "--quiet").code == 0
        found["lasts_s"] = time.monotonic() - begun
        found[name] = results(folder / name)
    assert set(found["old"]) == set(found["new"])
    assert found["old"]["results/results.gpkg"] != found["new"]["results/results.gpkg"]
    found["folder"] = folder
    return found


@pytest.fixture
def ward(states, tmp_path):
    """A ward with the old results, in which the reading has been corrected since."""
    folder = shutil.copytree(states["folder"] / "old", tmp_path / "ward")
    shutil.copy(states["folder"] / "new/widths.csv", folder / "widths.csv")
    return folder


def results(folder):
    return {
        path: data
        for path, data in content(folder).items()
        if path.startswith(("results/", "maps/")) and ASIDE not in path
    }


def assert_whole(folder, states):
    """Assert that every file is there and is of the old or of the new set."""
    found = results(folder)
    assert set(found) == set(states["old"])
    for path, data in found.items():
        assert data in (states["old"][path], states["new"][path]), f"{path} is in pieces"
    return found


def assert_the_next_run_ends_whole(folder, states):
    outcome = there("run", folder, "--quiet")
    assert (outcome.code, outcome.text) == (0, "")
    assert results(folder) == states["new"]
    assert not list(folder.rglob(ASIDE))


def wait_for_files_aside(process, folder, count):
    """Wait until the run has begun to write this many files."""
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        if len(list(folder.rglob(f"{ASIDE}/*"))) >= count:
            return
        time.sleep(0.001)


def test_kill_9_at_any_moment_leaves_whole_files(ward, states):
    """Four runs in a row are killed: two anywhere, two while they write."""
    moments = random.Random(114)
    for number in range(4):
        with subprocess.Popen([*COMMAND, "run", str(ward), "--quiet"]) as process:
            if number % 2:
                wait_for_files_aside(process, ward, moments.randint(1, 13))
                time.sleep(moments.uniform(0, 0.02))
            else:
                time.sleep(moments.uniform(0.3, 1) * states["lasts_s"])
            process.kill()
        assert_whole(ward, states)
    assert_the_next_run_ends_whole(ward, states)


@pytest.mark.parametrize("renames", [0, 7])
def test_kill_9_between_two_renames_leaves_whole_files(ward, states, renames):
    outcome = there("run", ward, code=DIES, RENAMES=str(renames))
    assert outcome.code == -signal.SIGKILL
    found = assert_whole(ward, states)
    replaced = sum(data != states["old"][path] for path, data in found.items())
    assert replaced <= renames
    if renames:
        assert_the_next_run_ends_whole(ward, states)


def test_ctrl_c_when_all_is_done_changes_nothing(ward, states):
    outcome = there("run", ward, "--quiet", code=STOPS, MOMENT="done")
    assert (outcome.code, outcome.text) == (0, "")
    assert results(ward) == states["new"]


def test_a_command_in_the_background_is_not_stopped(ward, states):
    outcome = there("run", ward, "--quiet", code=STOPS, MOMENT="0.05", IGNORED="1")
    assert (outcome.code, outcome.text) == (0, "")
    assert results(ward) == states["new"]


LOSING = ["made an error", "lost", "lost while writing"]


@pytest.mark.parametrize("moment", ["reading", "0.05", "0.2", *LOSING, "writing"])
def test_ctrl_c_ends_with_a_word_and_whole_files(ward, states, moment):
    """A number is the seconds of CPU since the project was opened."""
    outcome = there("run", ward, code=STOPS, MOMENT=moment)
    assert outcome.code == 130, outcome.text
    assert outcome.err.strip() == "Stopped. Every result file is whole: run again to renew them."
    assert outcome.out == ""
    assert_whole(ward, states)
    if moment in LOSING:
        # What was computed after it may be wrong, and is not put in place.
        assert results(ward) == states["old"]
    if moment == "writing":
        assert_the_next_run_ends_whole(ward, states)
