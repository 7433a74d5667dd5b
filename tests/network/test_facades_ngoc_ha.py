"""Gaps between facades and the shift of layers on real roads and houses of a dense quarter."""

import numpy as np
import pytest
import shapely
from pyproj import CRS
from rays import REACH_M, least_gap

from fireaccess.network.build import build_network
from fireaccess.network.facades import facade_gaps
from fireaccess.network.layer_shift import layer_shift
from fireaccess.sources.osm import read_osm

# The houses as they came lay 38 m beside the roads: the extract has them put right.
RAW_SHIFT_M = 38.0


@pytest.fixture(scope="module")
def quarter(data_dir):
    """Give the network, and the outlines of the houses."""
    roads = read_osm(data_dir / "ngoc-ha" / "roads_houses.osm", buildings=True)
    roads = roads.to_crs(CRS("EPSG:5897"))
    return build_network(roads), roads.buildings.geometry.to_numpy()


@pytest.mark.slow
def test_gaps_are_those_of_sampling_every_ten_centimetres(quarter):
    network, houses = quarter
    found = facade_gaps(network, houses)
    measured = network.for_trucks & ~network.beside_a_road
    measured &= ~network.on_bridge & ~network.in_tunnel
    near = shapely.STRtree(houses).query(network.lines, predicate="dwithin", distance=REACH_M)[0]
    looked_at = np.intersect1d(near, np.flatnonzero(measured))
    assert len(looked_at) > 800
    assert np.isnan(np.delete(found.gap_m, looked_at)).all()
    sampled = np.full(network.n_segments, np.nan)
    for i in looked_at:
        sampled[i] = least_gap(network.lines[i], houses, step_m=0.1)
    # No place of the sample is narrower than the least gap.
    narrower = ~np.isnan(sampled) & ~(found.gap_m <= sampled + 1e-3)
    assert not narrower.any(), network.segment_id[narrower]
    apart = np.isnan(sampled) != np.isnan(found.gap_m)
    apart |= np.abs(found.gap_m - sampled) > 0.05
    assert apart.sum() <= 0.03 * len(looked_at)
    # The sample steps over those: a millimetre apart its places find the gap where it was found.
    for i in np.flatnonzero(apart):
        finer = least_gap(network.lines[i], houses, step_m=0.001, near=found.xy[i], within_m=0.1)
        assert finer == pytest.approx(found.gap_m[i], abs=0.05), network.segment_id[i]


def test_the_layers_fit_as_they_are(quarter):
    shift = layer_shift(*quarter)
    assert (shift.east_m, shift.north_m) == (0.0, 0.0)
    assert not shift.is_certain


@pytest.mark.parametrize("direction", range(0, 360, 45))
def test_the_raw_shift_put_back_is_found(quarter, direction):
    network, houses = quarter
    angle = np.radians(direction)
    moved = RAW_SHIFT_M * np.array([np.cos(angle), np.sin(angle)])
    shift = layer_shift(network, shapely.transform(houses, lambda xy: xy + moved))
    assert shift.is_certain
    assert np.hypot(shift.east_m + moved[0], shift.north_m + moved[1]) <= 3
