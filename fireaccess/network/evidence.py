"""The evidence: what was said of each object, by whom, when, and whether it decided (SPEC §12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd

from fireaccess.model.answers import BoolArray
from fireaccess.model.layers import LAYERS, stacked
from fireaccess.model.norm import Norm
from fireaccess.network.network import Network
from fireaccess.network.obstacles import Surveyed
from fireaccess.network.passability import Passability
from fireaccess.sources.coordinates import WGS84, transform_xy
from fireaccess.sources.roads import Roads
from fireaccess.sources.survey import Survey

#: Tags that say something of whether a truck passes.
_TAGS: Final = (
    "maxwidth:physical",
    "width",
    "width:carriageway",
    "est_width",
    "maxwidth",
    "maxheight:physical",
    "maxheight",
    "maxweight",
)
#: Tags that decide without a figure: key, the reason that it is behind, and which values.
_KINDS: Final = (
    ("highway", "steps", ("steps", "corridor")),
    ("tunnel", "covered", ("building_passage",)),
    ("covered", "covered", ("yes",)),
)


def evidence_table(
    network: Network,
    passability: Passability,
    surveyed: Surveyed,
    survey: Survey,
    roads: Roads,
    norm: Norm,
    shown: BoolArray,
    unplaced: frozenset[str],
    corners: pd.DataFrame,
) -> pd.DataFrame:
    """Return all evidence: the survey's rows, mapped barriers, tags, and the norm's table.

    Parameters
    ----------
    network, passability, surveyed
        The network, its answers, and the survey set on it.
    survey, roads
        Where the evidence comes from.
    norm
        Its table decides where nothing else says anything.
    shown
        Segments of the segments layer: of the others nothing is told.
    unplaced
        Survey rows that are too far from any road to be used.
    corners
        What the answers at corners that stop a truck rest on.
    """
    rows = survey.evidence()
    rows["used"] = rows["used"].astype(bool) & ~rows["object"].isin(unplaced)
    file = roads.file.name if roads.file is not None else None
    parts = [
        rows,
        _mapped_barriers(surveyed, roads, file),
        segment_evidence(network, passability, norm, shown, file),
        corners,
    ]
    whole = stacked(parts, LAYERS["evidence"])
    whole["row"] = whole["row"].astype("Int64")
    whole["used"] = whole["used"].astype(bool)
    whole["accuracy_m"] = whole["accuracy_m"].astype(float)
    return whole


def segment_evidence(
    network: Network, passability: Passability, norm: Norm, shown: BoolArray, file: str | None
) -> pd.DataFrame:
    """Return what tags, facades and, where none tells a width, the norm's table say of segments.

    Parameters
    ----------
    network, passability, norm
        The network, its answers, and the norm.
    shown
        The segments to tell of, shape ``(s,)``.
    file
        Name of the roads file.
    """
    parts = [
        _tags(network, passability, shown, file),
        _facades(network, passability, norm, shown),
        _kinds(network, passability, shown, file),
        _classes(network, passability, norm, shown),
        _grades(network, passability, norm, shown, file),
    ]
    return stacked(parts, LAYERS["evidence"])


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=list(LAYERS["evidence"]))


def _mapped_barriers(surveyed: Surveyed, roads: Roads, file: str | None) -> pd.DataFrame:
    nodes = set(surveyed.network.node_osm_id.tolist())
    rows = []
    for osm, tags in roads.barriers.items():
        if osm not in nodes:
            continue
        name = f"barrier:n{osm}"
        by = surveyed.replaced.get(name)
        rows.append(
            {
                "object": name,
                "source": "osm",
                "file": file,
                "value": _joined(tags),
                "used": by is None,
                "replaced_by": by,
            }
        )
    return _frame(rows)


def _joined(tags: Mapping[str, str]) -> str:
    return ";".join(f"{key}={value}" for key, value in sorted(tags.items()))


def _tags(
    network: Network, passability: Passability, shown: BoolArray, file: str | None
) -> pd.DataFrame:
    """Return one row for each tag of a segment that says how wide, high or strong it is."""
    parts = []
    for key in _TAGS:
        text = network.of_segments(network.tag(key))
        has = np.flatnonzero((text != None) & shown)  # noqa: E711 - element by element
        if len(has) == 0:
            continue
        if key.startswith("maxheight"):
            decides = np.isin(passability.segment_reason[has], ("height", "sign_height"))
        elif key == "maxweight":
            decides = passability.segment_reason[has] == "weight"
        elif key == "maxwidth":
            decides = passability.segment_reason[has] == "sign_width"
        else:
            decides = passability.width_source[has] == key
        parts.append(
            pd.DataFrame(
                {
                    "object": [f"segment:{name}" for name in network.segment_id[has]],
                    "source": "osm",
                    "file": file,
                    "value": [f"{key}={value}" for value in text[has]],
                    "used": decides,
                }
            )
        )
    return stacked(parts, LAYERS["evidence"])


def _facades(
    network: Network, passability: Passability, norm: Norm, shown: BoolArray
) -> pd.DataFrame:
    """Return the least gap between buildings along each segment that has one, and where it is."""
    facades = passability.facades
    if facades is None:
        return _frame([])
    has = np.flatnonzero(~np.isnan(facades.gap_m) & shown)
    lon, lat = transform_xy(facades.xy[has, 0], facades.xy[has, 1], network.crs, WGS84)
    return pd.DataFrame(
        {
            "object": [f"segment:{name}" for name in network.segment_id[has]],
            "source": "facade",
            "file": facades.file,
            "value": [f"gap={gap_m:.2f}" for gap_m in facades.gap_m[has]],
            "method": [f"lat={y:.7f};lon={x:.7f}" for x, y in zip(lon, lat, strict=True)],
            "accuracy_m": norm.value("accuracy_facade_m"),
            "used": passability.width_source[has] == "facade",
        }
    )


def _kinds(
    network: Network, passability: Passability, shown: BoolArray, file: str | None
) -> pd.DataFrame:
    """Return the tags that decide without a figure: steps, and what leads under a roof."""
    parts = []
    for key, reason, values in _KINDS:
        text = network.of_segments(network.tag(key))
        has = np.flatnonzero((passability.segment_reason == reason) & np.isin(text, values) & shown)
        parts.append(
            pd.DataFrame(
                {
                    "object": [f"segment:{name}" for name in network.segment_id[has]],
                    "source": "osm",
                    "file": file,
                    "value": [f"{key}={value}" for value in text[has]],
                    "used": True,
                }
            )
        )
    return stacked(parts, LAYERS["evidence"])


def _classes(
    network: Network, passability: Passability, norm: Norm, shown: BoolArray
) -> pd.DataFrame:
    """Return the norm's word on each segment of which nothing but the class is known."""
    of_steps = passability.segment_reason == "steps"
    has = np.flatnonzero((passability.width_source == "class") & ~of_steps & shown)
    way = network.segment_way[has]
    footway, highway = network.tag("footway")[way], network.tag("highway")[way]
    beside = np.isin(footway, norm.classes.footway_blocked)
    return pd.DataFrame(
        {
            "object": [f"segment:{name}" for name in network.segment_id[has]],
            "source": "norm",
            "file": f"{norm.name}.toml",
            "value": [
                f"footway={one}" if closed else f"highway={other}"
                for one, other, closed in zip(footway, highway, beside, strict=True)
            ],
            "method": norm.classes.clause,
            "used": True,
        }
    )


def _grades(
    network: Network, passability: Passability, norm: Norm, shown: BoolArray, file: str | None
) -> pd.DataFrame:
    """Return how steep each segment is: its tag, or what the elevation grid tells, and where."""
    grades = passability.grades
    has = np.flatnonzero(~np.isnan(grades.grade) & shown)
    tagged = grades.source[has] == "incline"
    tags = network.tag("incline")[network.segment_way[has]]
    x, y = grades.at_xy[has].T
    lon, lat = transform_xy(x, y, network.crs, WGS84)
    rows = zip(tagged, tags, grades.grade[has], lon, lat, strict=True)
    told = [
        (f"incline={tag}", None)
        if by_tag
        else (f"grade={grade:.4f}", f"base_m={grades.base_m:.1f};lat={north:.5f};lon={east:.5f}")
        for by_tag, tag, grade, east, north in rows
    ]
    accuracy_m = norm.value_or_none("accuracy_elevation_m")
    return pd.DataFrame(
        {
            "object": [f"segment:{name}" for name in network.segment_id[has]],
            "source": np.where(tagged, "osm", "elevation"),
            "file": [file if by_tag else grades.file for by_tag in tagged],
            "value": [value for value, _ in told],
            "method": [method for _, method in told],
            "accuracy_m": [None if by_tag else accuracy_m for by_tag in tagged],
            "used": passability.segment_reason[has] == "grade",
        }
    )
