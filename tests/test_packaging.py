"""The files that name dependencies agree with each other."""

import re
import tomllib
from itertools import chain
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CONSTRAINTS = ("constraints.txt", "constraints-lowest.txt")


@pytest.fixture(scope="module")
def project():
    """Give the table ``[project]`` of pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def pins(file):
    """Name and version of every line of a constraints file."""
    lines = (ROOT / file).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split("==")) for line in lines if not line.startswith("#")]


def names(requirements):
    """Return the bare names of requirements."""
    return {re.match(r"[\w.-]+", requirement)[0] for requirement in requirements}


@pytest.mark.parametrize("file", CONSTRAINTS)
def test_constraints_are_exact_versions_in_order(file):
    lines = [f"{name}=={version}" for name, version in pins(file)]
    assert [line for line in lines if not re.fullmatch(r"[\w.-]+==\d+(\.\d+)*", line)] == []
    ordered = sorted(dict(pins(file)), key=lambda name: name.lower().replace("_", "-"))
    assert [name for name, _ in pins(file)] == ordered


def test_lowest_constraints_are_the_lower_bounds(project):
    assert [f"{n}>={v}" for n, v in pins("constraints-lowest.txt")] == project["dependencies"]


def test_what_is_named_is_pinned(project):
    extras = project["optional-dependencies"]
    named = names([*project["dependencies"], *extras["test"], *extras["lint"]])
    # One spelling everywhere: `make lowest` takes the files apart by name.
    assert sorted(named - dict(pins("constraints.txt")).keys()) == []


def test_what_is_named_is_explained(project):
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    runtime, _, others = page.partition("\n## For tests")
    extras = project["optional-dependencies"]
    asked = [(runtime, project["dependencies"]), (others, chain.from_iterable(extras.values()))]
    for text, wanted in asked:
        rows = set(re.findall(r"^\| ([\w.-]+) \|", text, re.MULTILINE))
        assert sorted(names(wanted) - rows) == []
    assert "AGPL" not in "".join(line for line in runtime.splitlines() if line.startswith("|"))
