"""What water on a road does to a fire engine: closed where it is too deep to wade."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from fireaccess.model.answers import Answer, AnswerArray, FloatArray
from fireaccess.network.network import Network
from fireaccess.network.passability import Passability


def depth_answers(
    network: Network, depth_m: FloatArray, wading_depth_m: float | None
) -> AnswerArray:
    """Return for each segment whether the water on it lets the truck through.

    A bridge stays as it is: water is known of the ground below it, not of its deck. Of a vehicle
    that nobody gives a wading depth for, any water makes the answer unknown.

    Parameters
    ----------
    network
        The network.
    depth_m
        The greatest depth along each segment: 0 where it is dry, inf where the depth is not known
        and the road closed, shape ``(s,)``.
    wading_depth_m
        Deepest water that the vehicle drives through, None where nobody says.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> street = drawn_network([("service", [(0, 0), (50, 0)]), ("service", [(50, 0), (99, 0)])])
    >>> depth_m = np.array([0.4, np.inf])
    >>> depth_answers(street, depth_m, 0.5).tolist(), depth_answers(street, depth_m, None).tolist()
    ([2, 0], [1, 0])
    """
    answer = np.full(network.n_segments, Answer.PASS, dtype=np.int8)
    if wading_depth_m is None:
        answer[depth_m > 0] = Answer.UNKNOWN
        answer[np.isinf(depth_m)] = Answer.BLOCKED
    else:
        # To 0.1 mm, as all figures are compared.
        answer[np.round(depth_m, 4) > round(wading_depth_m, 4)] = Answer.BLOCKED
    answer[network.on_bridge] = Answer.PASS
    return answer


def under_water(network: Network, passability: Passability, water: AnswerArray) -> Passability:
    """Return what is known of every passage when the roads are flooded.

    Reasons and obstacles stay those of dry roads. People and hose go through water.

    Parameters
    ----------
    network, passability
        The network, and what is known of its passages on dry ground.
    water
        What `depth_answers` returns.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> street = drawn_network([("service", [(0, 0), (50, 0)]), ("service", [(50, 0), (99, 0)])])
    >>> nothing_else = dict.fromkeys(Passability.__annotations__)
    >>> dry = Passability(**nothing_else | {"answer": np.full(street.n_passages, Answer.PASS),
    ...                                     "segment_answer": np.full(2, Answer.PASS)})
    >>> wet = under_water(street, dry, np.array([Answer.PASS, Answer.BLOCKED]))
    >>> wet.answer[:4].tolist(), wet.segment_answer.tolist()
    ([2, 2, 0, 0], [2, 0])
    """
    answer = passability.answer.copy()
    along = slice(2 * network.n_segments)
    answer[along] = np.minimum(answer[along], np.repeat(water, 2))
    return replace(
        passability,
        answer=answer,
        segment_answer=np.minimum(passability.segment_answer, water),
    )
