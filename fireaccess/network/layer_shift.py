"""Whether the layer of buildings lies beside its place on the roads, and by how much."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely

from fireaccess.model.answers import BoolArray, FloatArray, IntArray
from fireaccess.network.build import points_along
from fireaccess.network.network import Network

#: How far a layer may lie off, each way. An assumption; 38 m was seen in Hà Nội.
_FARTHEST_M: Final = 60
#: Shifts tried first are so far apart, then a metre: no alley for a truck is narrower.
_FIRST_STEP_M: Final = 2
#: A shift is certain if it takes at least this share of the road out of the buildings, ...
_LEAST_GAIN: Final = 1 / 3
#: ... at least this much road runs in buildings as they lie, ...
_LEAST_INSIDE_M: Final = 200.0
#: ... and it is longer than what maps of roads and houses differ by anyway.
_LEAST_SHIFT_M: Final = 2.0
#: Roads are looked at in so many places, at least a metre apart.
_MOST_POINTS: Final = 30_000
#: Buildings are drawn in squares of a metre, or larger ones where these would be more.
_MOST_CELLS: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Shift:
    """The shift of all buildings that takes the most road out of them.

    Parameters
    ----------
    east_m, north_m
        How far the buildings would have to be moved.
    inside_m, best_m
        Length of road that runs in buildings, as they lie and when moved.
    """

    east_m: float
    north_m: float
    inside_m: float
    best_m: float

    @property
    def is_certain(self) -> bool:
        """Whether the layer must be taken for shifted."""
        return (
            self.inside_m >= _LEAST_INSIDE_M
            and self.best_m <= (1 - _LEAST_GAIN) * self.inside_m
            and np.hypot(self.east_m, self.north_m) >= _LEAST_SHIFT_M
        )


def layer_shift(network: Network, footprints: Any) -> Shift:
    """Find the shortest shift of the buildings after which the least road runs in them.

    Parameters
    ----------
    network
        The roads. Bridges, tunnels and ways under a roof are left out.
    footprints
        Polygons in the network's CRS, shape ``(b,)``.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> lines = [[(0, at), (260, at)] for at in (0, 130, 260)]
    >>> lines += [[(at, 0), (at, 260)] for at in (0, 130, 260)]
    >>> town = drawn_network([("service", line) for line in lines])
    >>> corners = np.array([(0, 0), (0, 130), (130, 0), (130, 130)])
    >>> blocks = shapely.box(*(corners + [7, 5]).T, *(corners + [133, 131]).T)
    >>> layer_shift(town, blocks)
    Shift(east_m=-3.0, north_m=-1.0, inside_m=1000.0, best_m=0.0)
    >>> layer_shift(town, [])
    Shift(east_m=0.0, north_m=0.0, inside_m=0.0, best_m=0.0)
    """
    nowhere = Shift(0.0, 0.0, 0.0, 0.0)
    points, apart_m = _road_points(network)
    shapes = np.asarray(footprints, dtype=object)
    if len(points) == 0 or len(shapes) == 0:
        return nowhere
    margin_m = _FARTHEST_M + _FIRST_STEP_M
    bounds = shapely.total_bounds(shapes).reshape(2, 2)
    near = ((points >= bounds[0] - margin_m) & (points <= bounds[1] + margin_m)).all(axis=1)
    points = points[near]
    if len(points) == 0:
        return nowhere
    low, high = points.min(axis=0) - margin_m, points.max(axis=0) + margin_m
    cell_m = max(1.0, float(np.sqrt(np.prod(high - low) / _MOST_CELLS)))
    built = _drawn(shapes, low, high, cell_m)
    column, row = ((points - low) / cell_m).astype(np.int64).T
    road = row * built.shape[1] + column

    def inside(cells: IntArray) -> int:
        moved = road - (cells[1] * built.shape[1] + cells[0])
        return int(np.count_nonzero(built.ravel().take(moved)))

    farthest, step = int(_FARTHEST_M / cell_m), max(1, int(_FIRST_STEP_M / cell_m))
    best = np.zeros(2, dtype=np.int64)
    for steps in (
        np.arange(-farthest // step, farthest // step + 1) * step,
        np.arange(-step, step + 1),
    ):
        tried = best + np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2)
        # Of shifts that do equally well the shortest is taken.
        tried = tried[np.argsort(np.hypot(*tried.T), kind="stable")]
        best = tried[np.argmin([inside(cells) for cells in tried])]
    east_m, north_m = (best * cell_m).tolist()
    unmoved = np.zeros(2, dtype=np.int64)
    return Shift(east_m, north_m, inside(unmoved) * apart_m, inside(best) * apart_m)


def _road_points(network: Network) -> tuple[FloatArray, float]:
    """Return places on roads that should lie in no building, and how far apart they are."""
    under_roof = (network.tag("tunnel") == "building_passage") | (network.tag("covered") == "yes")
    chosen = network.for_trucks & ~network.of_segments(under_roof)
    chosen &= ~network.on_bridge & ~network.in_tunnel
    segments = np.flatnonzero(chosen)
    ends = np.cumsum(network.segment_length_m[segments])
    total_m = float(ends[-1]) if len(ends) else 0.0
    apart_m = max(1.0, total_m / _MOST_POINTS)
    at = np.arange(apart_m / 2, total_m, apart_m)
    which = np.searchsorted(ends, at, side="right")
    along = at - (ends - network.segment_length_m[segments])[which]
    return points_along(network, segments[which], along), apart_m


def _drawn(shapes: Any, low: FloatArray, high: FloatArray, cell_m: float) -> BoolArray:
    """Return a grid of cells from the south-west on, marked where a building covers them."""
    width, height = np.ceil((high - low) / cell_m).astype(np.int64) + 1
    built = np.zeros((height, width), dtype=bool)
    bounds = (shapely.bounds(shapes).reshape(-1, 2, 2) - low) / cell_m
    first = np.maximum(np.floor(bounds[:, 0]).astype(np.int64), 0)
    size = np.minimum(np.floor(bounds[:, 1]).astype(np.int64) + 1, [width, height]) - first
    count = np.prod(np.maximum(size, 0), axis=1)
    shape = np.repeat(np.arange(len(shapes)), count)
    within = np.arange(len(shape)) - np.repeat(np.cumsum(count) - count, count)
    row, column = np.divmod(within, size[shape, 0])
    column, row = column + first[shape, 0], row + first[shape, 1]
    shapely.prepare(shapes)
    middle = low + (np.column_stack([column, row]) + 0.5) * cell_m
    covered = shapely.contains_xy(shapes[shape], *middle.T)
    built[row[covered], column[covered]] = True
    return built
