"""Towns with an alley without a truck, and what is proposed there: helpers of several tests."""

from dataclasses import replace

import geopandas as gpd
import shapely
from towns import CRS, EAST, NORTH, Town

from fireaccess.planning.solutions import water_solutions
from fireaccess.sources.costs import Cost, Costs

NARROW = "2.0"  # too narrow for the truck, wide enough to build in


def prices(table, source="ours"):
    """Return costs from đồng a piece, or pairs of đồng and unit."""
    pairs = {k: v if isinstance(v, tuple) else (v, "piece") for k, v in table.items()}
    return Costs({k: Cost(float(vnd), per, source) for k, (vnd, per) in pairs.items()})


def planned(*points):
    """Return planned hydrants at points of the drawing."""
    places = [shapely.Point(EAST + x, NORTH + y) for x, y in points]
    return gpd.GeoDataFrame({"kind": "hydrant"}, index=range(len(places)), geometry=places, crs=CRS)


def main_road(*mouths, length=1600):
    """Draw the main road along the x axis with nodes at some mouths."""
    return Town().road("Đường Lớn", [(x, 0) for x in (0, *mouths, length)], highway="primary")


def dead_end(depth, *, width=NARROW, house=True, mouths=(), **tags):
    """Draw an alley from (200, 0) to the north; its house is as deep as the alley, and 10 m off."""
    town = main_road(200, *mouths).road("Ngõ 1", [(200, 0), (200, depth)], width=width, **tags)
    return town.house("h", (210, depth) if house else (100, 10))


def solve(town, folder, *, hydrants=(), costs=None, **changes):
    """Run a town; return its ward and the solutions."""
    ward = replace(town.run(folder).ward, costs=prices(costs or {}), **changes)
    return ward, water_solutions(ward, planned(*hydrants))


def only(solutions, name="Ngõ 1"):
    """Return the row of the one alley with a name."""
    rows = solutions.frame[solutions.frame["name"] == name]
    assert len(rows) == 1
    return rows.iloc[0]
