"""A survey of wide alleys with a post at each mouth: in a real ward removing one brings much."""

import numpy as np
import pandas as pd
import pyproj
import shapely


def survey_mouths(result, folder, count):
    """Write a survey into a project's folder: so many alleys are wide, with posts at their mouths.

    They are those with most houses that need a survey. Every stretch has a reading at its
    narrowest place, those at a mouth one on either side of the post. What was surveyed before
    stays.
    """
    ward, network, of_segment = result.ward, result.ward.network, result.ward.alleys.of_segment
    reached = ward.worst_reach.nodes
    in_alley = (of_segment >= 0) & network.takes_survey
    at_mouth = in_alley & (reached[network.segment_u] | reached[network.segment_v])
    alleys = ward.alleys.frame.iloc[np.unique(of_segment[at_mouth])]
    alleys = alleys.sort_values(["houses_needs_survey", "alley_id"], ascending=[False, True])
    in_alley &= np.isin(of_segment, alleys.index[:count])
    inner, mouths = network.lines[in_alley & ~at_mouth], network.lines[in_alley & at_mouth]

    def at(lines, share):
        return shapely.line_interpolate_point(lines, share, normalized=True)

    readings = np.concatenate([at(inner, 0.5), at(mouths, 0.25), at(mouths, 0.75)])
    to_degrees = pyproj.Transformer.from_crs(network.crs, "EPSG:4326", always_xy=True)
    for name, points, columns in (
        ("widths", readings, {"width_m": 6.0, "narrowest": "yes"}),
        ("barriers", at(mouths, 0.5), {"type": "bollard", "state": "fixed"}),
    ):
        lon, lat = to_degrees.transform(*shapely.get_coordinates(points).T)
        rows = pd.DataFrame({"lon": np.round(lon, 7), "lat": np.round(lat, 7), **columns})
        rows.insert(0, "object_id", [f"M{number}" for number in range(len(rows))])
        file = folder / "survey" / f"{name}.csv"
        both = pd.concat([pd.read_csv(file, dtype=str), rows.astype(str)])
        both.to_csv(file, index=False, encoding="utf-8")
