"""`import fireaccess` is quick, and gives what it promises."""

import subprocess
import sys

import fireaccess

HEAVY = ("folium", "matplotlib", "networkx", "osmnx", "rasterio")


def test_import_loads_nothing_heavy():
    # A process of its own: here other tests may have loaded them.
    script = f"import sys, fireaccess; print(*sorted(set(sys.modules) & {set(HEAVY)!r}))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []


def test_public_names_are_sorted_and_there():
    names = list(fireaccess.__all__)
    assert names == sorted(set(names))
    assert [name for name in names if not hasattr(fireaccess, name)] == []
