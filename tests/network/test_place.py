"""Places on the network: nearest, named, tied."""

import numpy as np
import shapely

from fireaccess.network.drawn import drawn_network
from fireaccess.network.place import Snapper, combine, named_roads

TWO = [("service", [(0, 0), (50, 0), (100, 0)]), ("service", [(0, 40), (100, 40)])]


def test_rings_and_tree_agree_on_random_points():
    rng = np.random.default_rng(7)
    ways = [("service", [tuple(p) for p in rng.integers(0, 300, (4, 2))]) for _ in range(30)]
    town = drawn_network(ways)
    snapper = Snapper(town, town.has_doors)
    points = shapely.points(rng.random((500, 2)) * 340 - 20)
    rings = snapper.nearest(points, 60.0)
    away = shapely.distance(points[:, None], town.lines[None, :])
    assert rings.row.tolist() == np.flatnonzero(away.min(axis=1) <= 60).tolist()
    assert np.allclose(rings.distance_m, away.min(axis=1)[rings.row])
    assert np.allclose(away[rings.row, rings.segment], rings.distance_m)


def test_a_shape_is_measured_from_its_edge_and_may_touch():
    town = drawn_network(TWO)
    house, across = shapely.box(20, 3, 30, 12), shapely.box(60, -2, 70, 2)
    places = Snapper(town, town.has_doors).nearest(np.array([house, across]), 100)
    assert places.distance_m.tolist() == [3.0, 0.0]
    assert places.segment.tolist() == [0, 0]


def test_ties_go_to_the_smaller_segment_and_limits_hold():
    town = drawn_network(TWO)
    snapper = Snapper(town, town.has_doors)
    middle = shapely.points([[30.0, 20.0], [30.0, 145.0]])
    assert snapper.nearest(middle, 100).segment.tolist() == [0]
    assert snapper.nearest(middle, 105).row.tolist() == [0, 1]
    assert len(snapper.nearest(np.array([], dtype=object), 100)) == 0


def test_nobody_eligible_is_nowhere():
    town = drawn_network(TWO)
    nobody = Snapper(town, np.zeros(town.n_segments, dtype=bool))
    assert len(nobody.nearest(shapely.points([[0.0, 0.0]]), 100)) == 0


def test_combine_prefers_row_by_row():
    town = drawn_network(TWO)
    snapper = Snapper(town, town.has_doors)
    points = shapely.points([[10.0, 5.0], [10.0, 35.0]])
    both = snapper.nearest(points, 100)
    upper = Snapper(town, np.array([False, True])).nearest(points[:1], 100)
    assert combine(upper, both).segment.tolist() == [1, 1]
    assert combine(both, upper).segment.tolist() == [0, 1]


def test_names_stand_as_whole_words_and_the_longest_wins():
    names = ["ngo 5", "ngo 5 pho hue", "pho hue", ""]
    texts = ["so 1 ngo 5 pho hue", "so 1 ngo 55 pho hue", "ngo 5", "", "hue"]
    expected = ["ngo 5 pho hue", "pho hue", "ngo 5", None, None]
    assert named_roads(texts, names).tolist() == expected
