"""Result files: written aside, then renamed; whatever refuses them, what was there stays whole."""

import dataclasses
import errno
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from spoiled import content, here, replace, town

import fireaccess
from fireaccess.model.errors import OutputError
from fireaccess.outputs import writing

FILES = {
    "map.html",
    "results.gpkg",
    "statistics.json",
    "statistics.csv",
    "findings.csv",
    "manifest.json",
    "evidence.parquet",
    *(
        f"{name}.parquet"
        for name in (
            *("houses", "segments", "barriers", "alleys", "water", "fire_points"),
            *("hydrant_gaps", "dead_ends", "draft_points", "violations"),
        )
    ),
}
ASIDE = ".fireaccess-new"


class Died(BaseException):
    """Nothing in the package catches this."""


@pytest.fixture(scope="module")
def projects(tmp_path_factory):
    """Two states of one ward: results of the old, and the folder's other files in both."""
    folder = tmp_path_factory.mktemp("states")
    for name, width in (("old", 4.2), ("new", 2.2)):
        town().width("W3", (200, 80), width).write(folder / name)
        replace(folder / name / "fireaccess.toml", '"Town"', f'"{name}"')
    return {name: fireaccess.run(fireaccess.Project.open(folder / name)) for name in ("old", "new")}


@pytest.fixture(scope="module")
def wholes(projects, tmp_path_factory):
    """The bytes of both complete sets of results."""
    sets = {}
    for name, result in projects.items():
        fireaccess.write(result)
        folder = result.project.folder
        sets[name] = content(folder / "results") | content(folder / "maps")
        assert set(sets[name]) == FILES
    assert all(sets["old"][file] != sets["new"][file] for file in ("results.gpkg", "map.html"))
    return sets


@pytest.fixture
def results(projects, wholes, tmp_path):
    """Results in one new folder: ``results["old"]`` stands there, ``results["new"]`` may follow."""
    ready = {}
    for name, result in projects.items():
        project = fireaccess.Project.open(result.project.file)
        project.folder = tmp_path
        ready[name] = dataclasses.replace(result, project=project)
    fireaccess.write(ready["old"])
    assert standing(tmp_path) == wholes["old"]
    return ready


def standing(folder):
    """Result files in their places, without what is kept aside."""
    every = content(folder / "results") | content(folder / "maps")
    return {path: data for path, data in every.items() if not path.startswith(ASIDE)}


def aside(folder):
    return content(folder / "results" / ASIDE)


def whole_files(folder, wholes):
    """Which set each file is of; every file must be of one of them."""
    found = standing(folder)
    assert set(found) == FILES
    for file, data in found.items():
        assert data in (wholes["old"][file], wholes["new"][file]), f"{file} is in pieces"
    return found


# Dying
@pytest.mark.parametrize("renamed", [0, 1, 6, len(FILES) - 1])
def test_a_death_after_any_rename_leaves_whole_files_and_the_next_run_ends_it(
    results, wholes, monkeypatch, tmp_path, renamed
):
    left = iter(range(renamed))
    rename = os.replace

    def dying(source, target):
        if next(left, None) is None:
            raise Died
        rename(source, target)

    monkeypatch.setattr(os, "replace", dying)
    with pytest.raises(Died):
        fireaccess.write(results["new"])
    monkeypatch.undo()
    found = whole_files(tmp_path, wholes)
    assert renamed or found == wholes["old"]
    fireaccess.write(results["new"])
    assert standing(tmp_path) == wholes["new"]
    assert not aside(tmp_path)


@pytest.mark.parametrize("writer", ["_write_geopackage", "_write_parquet", "_write_findings"])
def test_a_death_while_writing_leaves_the_old_results(
    results, wholes, monkeypatch, tmp_path, writer
):
    def dying(*arguments):
        Path(arguments[-1]).write_bytes(b"half a file")
        raise Died

    monkeypatch.setattr(writing, writer, dying)
    with pytest.raises(Died):
        fireaccess.write(results["new"])
    assert standing(tmp_path) == wholes["old"]
    monkeypatch.undo()
    fireaccess.write(results["new"])
    assert standing(tmp_path) == wholes["new"]
    assert not aside(tmp_path)


def test_a_full_disk_is_told_and_the_old_results_stay(results, wholes, monkeypatch, tmp_path):
    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writing, "_write_json", full)
    with pytest.raises(OutputError, match=r"results: .*No space left") as caught:
        fireaccess.write(results["new"])
    assert "untouched" in caught.value.finding.what_to_do
    assert standing(tmp_path) == wholes["old"]


# Where nothing can be written
@pytest.mark.parametrize("key", ["results", "maps"])
def test_a_file_where_a_folder_should_be(tmp_path, key):
    town().write(tmp_path)
    (tmp_path / key).write_text("not a folder", encoding="utf-8")
    outcome = here("run", tmp_path)
    assert outcome.code == 2
    assert str(tmp_path / key) in outcome.err
    assert "[outputs]" in outcome.err
    assert (tmp_path / key).read_text(encoding="utf-8") == "not a folder"


def test_a_folder_on_a_file_system_that_is_read_only(tmp_path):
    if not Path("/sys/kernel").is_dir():
        pytest.skip("no file system here that nobody may write to")
    town().write(tmp_path)
    with (tmp_path / "fireaccess.toml").open("a", encoding="utf-8") as file:
        file.write('\n[outputs]\nresults = "/sys/fireaccess-results"\n')
    outcome = here("run", tmp_path)
    assert outcome.code == 2
    assert "/sys/fireaccess-results" in outcome.err
    assert "ask for the right to write there" in outcome.err


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permission bits don't bind root")
@pytest.mark.parametrize("bits", [0o500, 0o000])
def test_a_folder_that_may_not_be_written_to(results, wholes, tmp_path, bits):
    folder = tmp_path / "results"
    folder.chmod(bits)
    try:
        with pytest.raises(OutputError, match="results") as caught:
            fireaccess.write(results["new"])
    finally:
        folder.chmod(0o700)
    assert "ask for the right to write there" in caught.value.finding.what_to_do
    assert standing(tmp_path) == wholes["old"]


# Open elsewhere
def windows_refuses(name):
    def refuse(source, target, *rest):
        if Path(target).name == name:
            raise PermissionError(errno.EACCES, "The process cannot access the file", str(target))
        return real(source, target, *rest)

    real = os.replace
    return refuse


@pytest.mark.parametrize("call", ["rename", "replace"])
@pytest.mark.parametrize("name", ["results.gpkg", "findings.csv"])
def test_a_file_open_elsewhere_is_named_and_its_new_one_kept(
    results, wholes, monkeypatch, tmp_path, call, name
):
    monkeypatch.setattr(os, call, windows_refuses(name))
    with pytest.raises(OutputError, match="can't be replaced") as caught:
        fireaccess.write(results["new"])
    monkeypatch.undo()
    finding = caught.value.finding
    assert finding.file == str(tmp_path / "results" / name)
    assert "close it in QGIS, Excel" in finding.what_to_do
    assert str(tmp_path / "results" / ASIDE) in finding.what_to_do
    found = whole_files(tmp_path, wholes)
    assert found[name] == wholes["old"][name]
    assert aside(tmp_path)[name] == wholes["new"][name]
    if call == "rename":
        # As on Windows: it is noticed before any other file of the folder is replaced.
        of_folder = {file: data for file, data in wholes["old"].items() if file != "map.html"}
        assert of_folder.items() <= found.items()


def test_what_was_kept_is_put_in_place_by_the_next_run_even_if_that_one_fails(
    results, wholes, monkeypatch, tmp_path
):
    monkeypatch.setattr(os, "rename", windows_refuses("results.gpkg"))
    with pytest.raises(OutputError):
        fireaccess.write(results["new"])
    monkeypatch.undo()

    def full(*arguments):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(writing, "_write_geopackage", full)
    with pytest.raises(OutputError, match="No space left"):
        fireaccess.write(results["old"])
    assert standing(tmp_path) == wholes["new"]


HOLD = """
import sqlite3, sys, time
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute(f"PRAGMA journal_mode = {sys.argv[2]}")
connection.execute("PRAGMA cache_size = 2")
connection.execute("BEGIN IMMEDIATE")
connection.execute("CREATE TABLE edits (bytes)")
for _ in range(100):
    connection.execute("INSERT INTO edits VALUES (zeroblob(5000))")
if sys.argv[2] == "wal":
    connection.execute("COMMIT")
print("held", flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_geopackage_being_edited_is_not_replaced_until_it_is_let_go(
    results, wholes, tmp_path, mode
):
    path = tmp_path / "results" / "results.gpkg"
    command = [sys.executable, "-c", HOLD, str(path), mode]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as editor:
        assert editor.stdout.readline() == b"held\n"
        with pytest.raises(OutputError, match="open in another program") as caught:
            fireaccess.write(results["new"])
        assert caught.value.finding.file == str(path)
        assert "close it" in caught.value.finding.what_to_do
        for file, data in standing(tmp_path).items():
            if not file.startswith("results.gpkg") and file != "map.html":
                assert data == wholes["old"][file]
        # It dies and leaves its journal, which belongs to the old file and would ruin the new.
        editor.kill()
    journals = {file.name for file in path.parent.glob("results.gpkg-*")}
    assert f"results.gpkg-{'wal' if mode == 'wal' else 'journal'}" in journals
    fireaccess.write(results["new"])
    assert standing(tmp_path) == wholes["new"]
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()


def test_a_journal_without_its_geopackage_is_not_played_into_the_new_one(results, wholes, tmp_path):
    path = tmp_path / "results" / "results.gpkg"
    path.unlink()
    for end in ("journal", "wal"):
        path.with_name(f"results.gpkg-{end}").write_bytes(b"left over")
    fireaccess.write(results["new"])
    assert standing(tmp_path) == wholes["new"]


def test_a_damaged_geopackage_is_replaced(results, wholes, tmp_path):
    (tmp_path / "results" / "results.gpkg").write_bytes(b"no database at all" * 100)
    fireaccess.write(results["new"])
    assert standing(tmp_path) == wholes["new"]


# What is written
def test_results_are_the_same_bytes_each_time(results, wholes, tmp_path):
    fireaccess.write(results["old"])
    assert standing(tmp_path) == wholes["old"]
    assert not aside(tmp_path)


def test_other_files_in_the_folders_are_left_alone(results, wholes, tmp_path):
    own = tmp_path / "results" / "ghi chú.txt"
    own.write_text("của phường", encoding="utf-8")
    fireaccess.write(results["new"])
    assert own.read_text(encoding="utf-8") == "của phường"


def test_the_map_may_be_left_out(results, wholes, tmp_path):
    files = fireaccess.write(results["new"], with_map=False)
    assert set(files) == FILES - {"map.html"}
    assert standing(tmp_path)["map.html"] == wholes["old"]["map.html"]
    assert standing(tmp_path)["results.gpkg"] == wholes["new"]["results.gpkg"]
