"""The nearest hydrant of every house with pandana: the other opponent of fireaccess.

    python benchmarks/peer_pandana.py FOOT.npz ANSWER.npz

It runs in a process of its own, so that pandana (AGPL) may live in another environment. FOOT.npz
holds the foot network as arrays: ``node_x``, ``node_y``; ``edge_from``, ``edge_to`` (positions
of nodes) and ``edge_m``; ``hydrants`` (positions of nodes that stand for the hydrants, offsets
included); and for each house the two nodes ``house_u``, ``house_v`` at the ends of its segment
with the metres to each, ``house_u_m`` and ``house_v_m``. ANSWER.npz gets ``hydrant_m`` and the
seconds of each part: ``import``, ``build``, ``query``.
"""

# ruff: noqa: E402
import time

START = time.perf_counter()

import sys

import numpy as np
import pandana
import pandas as pd

IMPORTED = time.perf_counter()

# pandana has no distance for what is farther than this, and wants the figure beforehand.
FARTHEST_M = 20_000.0


def main():
    source, target = sys.argv[1:]
    foot = dict(np.load(source))

    begun = time.perf_counter()
    network = pandana.Network(
        pd.Series(foot["node_x"]),
        pd.Series(foot["node_y"]),
        pd.Series(foot["edge_from"]),
        pd.Series(foot["edge_to"]),
        pd.DataFrame({"length_m": foot["edge_m"]}),
        twoway=True,
    )
    built = time.perf_counter()
    network.set_pois(
        "hydrants",
        FARTHEST_M,
        1,
        pd.Series(foot["node_x"][foot["hydrants"]]),
        pd.Series(foot["node_y"][foot["hydrants"]]),
    )
    nearest = network.nearest_pois(FARTHEST_M, "hydrants", num_pois=1)[1].to_numpy()
    nearest = np.where(nearest < FARTHEST_M, nearest, np.inf)
    hydrant_m = np.minimum(
        nearest[foot["house_u"]] + foot["house_u_m"], nearest[foot["house_v"]] + foot["house_v_m"]
    )
    answered = time.perf_counter()
    # Into a file: pandana's own messages come on standard output whenever they like.
    np.savez(
        target,
        hydrant_m=hydrant_m,
        seconds=np.array([IMPORTED - START, built - begun, answered - built]),
        versions=np.array([pandana.__version__, np.__version__]),
    )


if __name__ == "__main__":
    main()
