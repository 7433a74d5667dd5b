"""Scenarios: one answer, open or closed, for every passage.

The worst and the best case are two of them; a vehicle, a removed barrier, a random draw and a
flood are others. The analysis knows nothing of evidence, only of scenarios.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from fireaccess.model.answers import Answer, BoolArray, FloatArray
from fireaccess.network.network import Network
from fireaccess.network.passability import Passability


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """Which passages are open, and where engines start.

    Parameters
    ----------
    name
        What to call it.
    open
        Whether the truck goes along or through each passage, shape ``(p,)``.
    starts
        Segments that engines start from, whatever else holds, shape ``(s,)``.
    foot_open
        Nodes that hose and people get through, shape ``(n,)``.
    delay_s
        Time that a passage costs beside driving, shape ``(p,)``.
    """

    name: str
    open: BoolArray
    starts: BoolArray
    foot_open: BoolArray
    delay_s: FloatArray


def worst_case(network: Network, passability: Passability, starts: BoolArray) -> Scenario:
    """Return the scenario in which whatever is not known counts as blocked."""
    return _scenario("worst", network, passability, starts, least=Answer.PASS)


def best_case(network: Network, passability: Passability, starts: BoolArray) -> Scenario:
    """Return the scenario in which whatever is not known counts as passable."""
    return _scenario("best", network, passability, starts, least=Answer.UNKNOWN)


def _scenario(
    name: str, network: Network, passability: Passability, starts: BoolArray, *, least: Answer
) -> Scenario:
    is_open = passability.answer >= least
    # Engines come from either side: on the piece they start from, nothing parts them.
    turns = network.turns
    among_starts = starts[turns.arriving // 2] & starts[turns.leaving // 2]
    is_open[2 * network.n_segments :] |= among_starts
    return Scenario(name, is_open, starts, ~passability.closes_foot, passability.delay_s)


def expect_sizes(network: Network, scenario: Scenario) -> None:
    """Check that a scenario is one of this network.

    Raises
    ------
    ValueError
        If it has another number of passages, segments or nodes.
    """
    for name, length in (
        ("open", network.n_passages),
        ("starts", network.n_segments),
        ("foot_open", network.n_nodes),
        ("delay_s", network.n_passages),
    ):
        if len(getattr(scenario, name)) != length:
            raise ValueError(
                f"scenario {scenario.name!r}: {name} has {len(getattr(scenario, name))} entries, "
                f"the network needs {length}"
            )


def with_removed(scenario: Scenario, network: Network, node: int) -> Scenario:
    """Return the scenario with whatever stands at a node taken away."""
    through = network.turns.node == node
    is_open = scenario.open.copy()
    is_open[2 * network.n_segments :][through] = True
    foot_open = scenario.foot_open.copy()
    foot_open[node] = True
    return Scenario(
        f"{scenario.name}, node {node} open",
        is_open,
        scenario.starts,
        foot_open,
        np.where(is_open & ~scenario.open, 0.0, scenario.delay_s),
    )
