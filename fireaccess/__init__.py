"""Firefighting access and water supply: which alleys a fire engine can't reach, and why.

Open a project, run it, and look at the layers:

>>> import tempfile, fireaccess
>>> with tempfile.TemporaryDirectory() as folder:
...     project = fireaccess.Project.open(fireaccess.write_sample(folder + "/ward"))
...     result = fireaccess.run(project)
>>> result.houses[["house_id", "road", "hose_m"]].shape[1]
3
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fireaccess.comparison import compare
    from fireaccess.model.errors import (
        Finding,
        FireaccessError,
        InputError,
        NormError,
        OutputError,
        ProjectError,
    )
    from fireaccess.model.norm import Norm, load_norm, shipped_norms
    from fireaccess.model.vehicle import Vehicle, load_vehicle, shipped_vehicles
    from fireaccess.network.graph import to_graph
    from fireaccess.outputs.result import Result
    from fireaccess.outputs.verify import verify
    from fireaccess.outputs.writing import write
    from fireaccess.pipeline import run
    from fireaccess.project import Project
    from fireaccess.sources.graph import osmnx_settings
    from fireaccess.sources.sample import write_sample

_HOME = {
    "Finding": "model.errors",
    "FireaccessError": "model.errors",
    "InputError": "model.errors",
    "Norm": "model.norm",
    "NormError": "model.errors",
    "OutputError": "model.errors",
    "Project": "project",
    "ProjectError": "model.errors",
    "Result": "outputs.result",
    "Vehicle": "model.vehicle",
    "compare": "comparison",
    "load_norm": "model.norm",
    "load_vehicle": "model.vehicle",
    "osmnx_settings": "sources.graph",
    "plan": "pipeline",
    "run": "pipeline",
    "shipped_norms": "model.norm",
    "shipped_vehicles": "model.vehicle",
    "to_graph": "network.graph",
    "verify": "outputs.verify",
    "write": "outputs.writing",
    "write_sample": "sources.sample",
}

__all__ = [
    "Finding",
    "FireaccessError",
    "InputError",
    "Norm",
    "NormError",
    "OutputError",
    "Project",
    "ProjectError",
    "Result",
    "Vehicle",
    "compare",
    "load_norm",
    "load_vehicle",
    "osmnx_settings",
    "plan",
    "run",
    "shipped_norms",
    "shipped_vehicles",
    "to_graph",
    "verify",
    "write",
    "write_sample",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used, so that importing the package stays quick."""
    if name not in _HOME:
        raise AttributeError(f"module 'fireaccess' has no attribute {name!r}")
    return getattr(import_module(f"fireaccess.{_HOME[name]}"), name)
