"""Which figures decide answers without a source behind them."""

import pytest

from fireaccess.model.norm import load_norm
from fireaccess.model.vehicle import load_vehicle
from fireaccess.network.need import not_verified

VN, STANDARD = load_norm("vn"), load_vehicle("standard")


def listed(norm):
    return not_verified(norm, STANDARD, "norm", turns=True, facades=True, terrain=True)


@pytest.mark.parametrize("name", ["dead_end_m", "portable_pump_m", "draft_m"])
def test_a_figure_that_decides_is_listed_unless_a_source_verifies_it(name):
    figure = getattr(VN, name)
    for status, verified in (("V2", True), ("T", True), ("M", False), ("assumption", False)):
        norm = VN.model_copy(update={name: figure.model_copy(update={"status": status})})
        assert listed(norm)["norm"].get(name) == (None if verified else figure.value)
    assert name not in listed(VN.model_copy(update={name: None}))["norm"]
