"""Networks drawn by hand, for examples and tests."""

from __future__ import annotations

from collections.abc import Sequence

from pyproj import CRS

from fireaccess.network.build import build_network
from fireaccess.network.network import Network
from fireaccess.sources.roads import make_roads, no_objects


def drawn_network(
    ways: Sequence[tuple[str, Sequence[tuple[float, float]]]], **tags: str
) -> Network:
    """Build a network from classes and vertices in metres; equal vertices are one node.

    Parameters
    ----------
    ways
        ``highway`` and vertices of each way; way ids count from 1.
    tags
        Further tags of every way.

    Examples
    --------
    >>> drawn_network([("primary", [(0, 0), (100, 0)]), ("service", [(50, 0), (50, 80)])])
    <Network: 2 ways, 2 segments, 4 nodes, 0.2 km>
    >>> drawn_network([("primary", [(0, 0), (50, 0), (99, 0)]), ("service", [(50, 0), (50, 80)])])
    <Network: 2 ways, 3 segments, 4 nodes, 0.2 km>
    """
    ids: dict[tuple[float, float], int] = {}
    rows = [
        (
            number,
            {"highway": highway, **tags},
            [ids.setdefault((float(x), float(y)), len(ids) + 1) for x, y in line],
            [(float(x), float(y)) for x, y in line],
        )
        for number, (highway, line) in enumerate(ways, start=1)
    ]
    crs = CRS.from_epsg(32648)
    return build_network(make_roads(rows, barriers={}, crs=crs, objects=no_objects(crs)))
