"""Rows without coordinates that name a road or an address: set where they say they are.

Offices list much of what they know by name: "Ngõ 29 Phố Khương Hạ, 2.1 m". Such a row gets the
place of the house with that very address, or else the middle of the road that it names. What
could be two roads, or is none that the map knows, is told and stays without a place.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from pyproj import CRS
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fireaccess.model.answers import IntArray, ObjectArray
from fireaccess.model.catalogue import Message
from fireaccess.model.errors import Findings
from fireaccess.model.text import normalise_all
from fireaccess.sources.coordinates import transform_geometry
from fireaccess.sources.roads import Roads

#: How a row without coordinates got its place: column ``placed_by``.
BY_NAME: Final = "name"
BY_ADDRESS: Final = "address"
#: Pieces of one name that lie nearer to one another than this are one road.
ONE_ROAD_M: Final = 200.0
#: Houses of one address that lie nearer to one another than this stand at one place.
_ONE_ADDRESS_M: Final = 50.0
#: Words that begin the name of an alley; what is left of a text must hold none of them.
_ALLEYS: Final = frozenset(("ngo", "ngach", "hem", "kiet"))
_HOUSE_NUMBER: Final = re.compile(r"(?:(?:so nha|nha so|so|nha) )?\S*\d\S* ")
_BESIDE_A_ROAD: Final = ("sidewalk", "crossing", "traffic_island")
#: So many unknown names are told one by one, each with the names that it may mean.
_TOLD_EACH: Final = 30
_OFFERED: Final = 3
_ALIKE: Final = 0.75


def place_by_name(
    frame: gpd.GeoDataFrame,
    roads: Roads,
    column: str,
    area: shapely.Geometry | None,
    *,
    known: Mapping[str, shapely.Geometry],
    findings: Findings,
    what: str,
) -> gpd.GeoDataFrame:
    """Give rows without coordinates the place that their road name or address tells.

    An address that stands in the houses' list gets that house's place. Any other text gets the
    middle of the road that it names, see `roads_meant`: half of the length of its longest piece,
    as far as it lies in the area.

    Parameters
    ----------
    frame
        A table with ``file`` and ``row``, in any CRS; ``geometry`` is None where a row has no
        coordinates.
    roads
        The ways, in a projected CRS.
    column
        Which column tells where a row is: ``road_name`` or ``address``. If the table lacks it,
        nothing is placed.
    area
        The area in the CRS of the roads, or None. Of several roads of one name those that touch it
        are meant.
    known
        Points by normalised address in that CRS too, as `addresses` returns them.
    findings
        Takes note of what was placed (one hint), and of names that are unknown or ambiguous.
    what
        What to call the table.

    Returns
    -------
    The same rows in the same order with two more columns: ``placed_by`` (name, address or None)
    and ``placed_on``, the normalised name of the road in whose middle a row was set. Rows whose
    ``geometry`` is still None have no place.

    Examples
    --------
    >>> from fireaccess.sources.roads import make_roads, no_objects
    >>> utm = CRS.from_epsg(32648)
    >>> way = (7, {"highway": "service", "name": "Ngõ 29"}, [1, 2], [(0, 0), (300, 0)])
    >>> roads = make_roads([way], barriers={}, crs=utm, objects=no_objects())
    >>> rows = gpd.GeoDataFrame(
    ...     {"road_name": ["ngõ 29", None], "file": "widths.csv", "row": [2, 3]},
    ...     geometry=[None, None], crs=utm)
    >>> told = Findings()
    >>> placed = place_by_name(
    ...     rows, roads, "road_name", None, known={}, findings=told, what="widths")
    >>> placed.geometry.tolist(), placed["placed_by"].tolist()
    ([<POINT (150 0)>, None], ['name', None])
    >>> [f.text for f in told]
    ['widths.csv, row 2: 1 rows without coordinates were placed on the road that they name']
    """
    geometry = frame.geometry.to_numpy().copy()
    placed_by: ObjectArray = np.full(len(frame), None, dtype=object)
    placed_on: ObjectArray = np.full(len(frame), None, dtype=object)
    cells = frame[column].to_numpy(dtype=object) if column in frame else placed_by
    says = np.array([isinstance(text, str) and bool(text.strip()) for text in cells], dtype=bool)
    asking = np.flatnonzero(shapely.is_missing(geometry) & says)
    if len(asking):
        code, texts = pd.factorize(cells[asking])
        plain = normalise_all(list(texts))
        way_name = _way_names(roads)
        meant = roads_meant(plain, way_name)
        found = _roads_of_names(roads, way_name, set(meant) - {None}, area)
        places = [
            (known[text], BY_ADDRESS, None)
            if text in known and text != name
            else (found[name].middle, BY_NAME, name)
            if name is not None and found[name].middle is not None
            else (None, None, None)
            for text, name in zip(plain, meant, strict=True)
        ]
        of_text = np.full((len(places), 3), None, dtype=object)
        of_text[:] = places
        if frame.crs is not None:
            of_text[:, 0] = transform_geometry(of_text[:, 0], roads.crs, CRS(frame.crs))
        geometry[asking], placed_by[asking], placed_on[asking] = of_text[code].T
        left = shapely.is_missing(geometry[asking])
        unplaced = pd.DataFrame(frame.drop(columns="geometry").iloc[asking[left]])
        written = dict(zip(way_name, roads.tags["name"], strict=True))
        _tell_not_placed(unplaced, meant[code[left]], found, written, column, what, findings)
        _tell_placed(pd.DataFrame(frame.drop(columns="geometry")), placed_by, findings)
    result = frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=frame.crs))
    for name, values in (("placed_by", placed_by), ("placed_on", placed_on)):
        result[name] = pd.Series(values, index=frame.index, dtype=object)
    result.attrs = dict(frame.attrs)
    return result


def addresses(houses: gpd.GeoDataFrame) -> dict[str, shapely.Geometry]:
    """Return a point for each normalised address of houses that have a place.

    An address that stands at several places, more than 50 m apart, is nobody's and left out.

    Parameters
    ----------
    houses
        ``address`` and ``geometry``, in a projected CRS.

    Examples
    --------
    >>> points = gpd.points_from_xy([0, 2, 900, 0], [0, 0, 0, 9])
    >>> houses = gpd.GeoDataFrame(
    ...     {"address": ["Số 5, Ngõ 1", "số 5 ngõ 1", "Số 7", "Số 7"]}, geometry=points)
    >>> addresses(houses)
    {'so 5 ngo 1': <POINT (0 0)>}
    """
    geometry = houses.geometry.to_numpy()
    cells = houses["address"].to_numpy(dtype=object)
    has = np.flatnonzero(~shapely.is_missing(geometry) & pd.notna(cells))
    if len(has) == 0:
        return {}
    points = geometry[has]
    if (shapely.get_type_id(points) != 0).any():
        points = shapely.point_on_surface(points)
    rows = pd.DataFrame(
        {
            "address": normalise_all(list(cells[has])),
            "x": shapely.get_x(points),
            "y": shapely.get_y(points),
        }
    ).sort_values(["address", "x", "y"])
    first = rows.drop_duplicates("address").set_index("address")
    of_address = rows.groupby("address")[["x", "y"]]
    spread = of_address.max() - of_address.min()
    apart_m = np.hypot(spread["x"].to_numpy(), spread["y"].to_numpy())
    kept = first[(apart_m <= _ONE_ADDRESS_M) & (spread.index != "")]
    places: Any = shapely.points(kept.to_numpy())
    return dict(zip(kept.index, places, strict=True))


def named_roads(texts: Iterable[str], names: Iterable[str]) -> ObjectArray:
    """Return for each text the longest of some names that stands in it as whole words, or None.

    Parameters
    ----------
    texts, names
        Normalised (`fireaccess.model.text.normalise`).

    Examples
    --------
    >>> named_roads(["so 5 ngo 29/70 pho khuong ha", "so 5"], ["pho khuong ha", "ngo 29/70"])
    array(['pho khuong ha', None], dtype=object)
    """
    known = {name for name in names if name}
    lengths: dict[str, set[int]] = {}
    for name in known:
        lengths.setdefault(name.split(" ", 1)[0], set()).add(name.count(" ") + 1)

    def longest(text: str) -> str | None:
        words = text.split(" ")
        found = ""
        for i, word in enumerate(words):
            for count in lengths.get(word, ()):
                name = " ".join(words[i : i + count])
                if name in known and (len(name), found) > (len(found), name):
                    found = name
        return found or None

    found = [longest(text) for text in texts]
    answers = np.full(len(found), None, dtype=object)
    answers[:] = found
    return answers


def roads_meant(texts: Iterable[str], names: Iterable[str]) -> ObjectArray:
    """Return for each text the road that it means, or None if that is not one of the names.

    The name that the text begins with, a house number left aside; else the longest name in it.
    Without coordinates nothing else tells that "Ngõ 999 Phố Khương Hạ" lies somewhere on Phố
    Khương Hạ: while an alley is left over that no name covers, the street is not what is meant.

    Parameters
    ----------
    texts, names
        Normalised (`fireaccess.model.text.normalise`).

    Examples
    --------
    >>> names = ["pho khuong ha", "ngo 29 pho khuong ha", "ngach 29/70"]
    >>> texts = ["so 5 ngo 29 pho khuong ha", "12a ngach 29/70 ngo 29", "ngo 999 pho khuong ha"]
    >>> roads_meant(texts, names).tolist()
    ['ngo 29 pho khuong ha', 'ngach 29/70', None]
    """
    texts = list(texts)
    known = {name for name in names if name}
    meant = named_roads(texts, known)
    for i, text in enumerate(texts):
        if meant[i] is None:
            continue
        begins = _beginning(text, known) or _beginning(_without_number(text), known)
        name = str(begins or meant[i])
        before, _, after = f" {text} ".partition(f" {name} ")
        # What follows the name of an alley says where that alley is.
        rest = before if name.split(" ")[0] in _ALLEYS else f"{before} {after}"
        meant[i] = name if _ALLEYS.isdisjoint(rest.split()) else None
    return meant


def _beginning(text: str, names: set[str]) -> str | None:
    words = text.split(" ")
    starts = (" ".join(words[:count]) for count in range(len(words), 0, -1))
    return next((start for start in starts if start in names), None)


def _without_number(text: str) -> str:
    return _HOUSE_NUMBER.sub("", text, count=1) if _HOUSE_NUMBER.match(text) else text


def joined(tail: IntArray, head: IntArray) -> IntArray:
    """Number the pieces that edges form where they share an end.

    Parameters
    ----------
    tail, head
        Node at either end of each edge, shape ``(k,)``.

    Returns
    -------
    Piece of each edge, counted in the order of their first edge, shape ``(k,)``.

    Examples
    --------
    >>> joined(np.array([5, 8, 6]), np.array([6, 9, 7])).tolist()
    [0, 1, 0]
    """
    nodes, ends = np.unique(np.concatenate([tail, head]), return_inverse=True)
    ends = ends.reshape(2, -1)
    graph = coo_array((np.ones(len(tail)), (ends[0], ends[1])), shape=(len(nodes), len(nodes)))
    _, label = connected_components(graph, directed=False)
    _, first, number = np.unique(label[ends[0]], return_index=True, return_inverse=True)
    return np.asarray(np.argsort(np.argsort(first))[number], dtype=np.int64)


def near_one_another(shapes: Any, within_m: float) -> IntArray:
    """Number the groups of shapes that lie within a distance of one another, from one to the next.

    Examples
    --------
    >>> near_one_another(shapely.points([[0, 0], [500, 0], [150, 0], [300, 0]]), 200).tolist()
    [0, 0, 0, 0]
    >>> near_one_another(shapely.points([[0, 0], [500, 0], [150, 0]]), 200).tolist()
    [0, 1, 0]
    """
    shapes = np.asarray(shapes, dtype=object)
    a, b = shapely.STRtree(shapes).query(shapes, predicate="dwithin", distance=within_m)
    graph = coo_array((np.ones(len(a)), (a, b)), shape=(len(shapes), len(shapes)))
    return np.asarray(connected_components(graph, directed=False)[1], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class _Road:
    """The road of one name: its middle, None where the name belongs to several places."""

    shown: str
    middle: shapely.Geometry | None
    places: int


def _way_names(roads: Roads) -> ObjectArray:
    """Return the normalised name of each way; empty for sidewalks, which are no roads of it."""
    code, texts = pd.factorize(roads.tags["name"].to_numpy(dtype=object))
    plain = np.array([*normalise_all(list(texts)), ""], dtype=object)
    names = plain[code]
    names[np.isin(roads.tags["footway"].to_numpy(dtype=object), _BESIDE_A_ROAD)] = ""
    return names


def _roads_of_names(
    roads: Roads, way_name: ObjectArray, wanted: set[str], area: shapely.Geometry | None
) -> dict[str, _Road]:
    if not wanted:
        return {}
    names = sorted(wanted)
    name = pd.Index(names).get_indexer(pd.Index(way_name))
    lines = roads.lines
    piece = _pieces(roads, name)
    found: dict[str, _Road] = {}
    for k, written in enumerate(names):
        of_name = np.flatnonzero(name == k)
        _, number = np.unique(piece[of_name], return_inverse=True)
        order = np.argsort(number, kind="stable")
        shapes = shapely.multilinestrings(lines[of_name[order]], indices=number[order])
        shown = str(roads.tags["name"].iloc[of_name[0]])
        found[written] = _road(shown, shapes, area)
    return found


def _pieces(roads: Roads, name: IntArray) -> IntArray:
    """Return the connected piece of each way with a name code of 0 or more; -1 for the others.

    Ways of one name join at any vertex that they share.
    """
    vertex_way = np.repeat(np.arange(len(roads)), np.diff(roads.start))
    step = np.flatnonzero((np.diff(vertex_way) == 0) & (name[vertex_way[:-1]] >= 0))
    _, node = np.unique(roads.vertex_node, return_inverse=True)
    # A node is another one for each name: pieces of different names then never join.
    node = node * (name.max() + 1) + name[vertex_way]
    piece = np.full(len(roads), -1, dtype=np.int64)
    piece[vertex_way[step]] = joined(node[step], node[step + 1])
    return piece


def _road(shown: str, shapes: Any, area: shapely.Geometry | None) -> _Road:
    """Return the middle of the longest of a road's pieces, in the area if any lies there."""
    place = near_one_another(shapes, ONE_ROAD_M) if len(shapes) > 1 else np.zeros(1, np.int64)
    inside = np.zeros(len(shapes), dtype=bool)
    if area is not None:
        within: Any = shapely.intersection(shapes, area)
        inside = shapely.length(within) > 0
        shapes = np.where(inside, within, shapes)
    if inside.any():
        shapes, place = shapes[inside], place[inside]
    count = len(np.unique(place))
    if count > 1:
        return _Road(shown, None, count)
    longest = shapes[np.argmax(np.round(shapely.length(shapes), 6))]
    parts = shapely.get_parts(longest)
    # Where the area's edge is touched, points are left over.
    whole = shapely.multilinestrings(parts[shapely.get_type_id(parts) == 1])
    lines = shapely.get_parts(shapely.line_merge(whole))
    if len(lines) == 0:  # all its nodes lie at one place
        return _Road(shown, shapely.points(shapely.get_coordinates(longest)[0]), 1)
    line = lines[np.argmax(np.round(shapely.length(lines), 6))]
    return _Road(shown, shapely.line_interpolate_point(line, 0.5, normalized=True), 1)


def rows_told(rows: pd.DataFrame) -> Iterator[tuple[dict[str, Any], pd.DataFrame]]:
    """Yield where some rows stand, as fields of a finding, file by file and sheet by sheet.

    Examples
    --------
    >>> rows = pd.DataFrame({"file": "widths.csv", "row": [7, 3]})
    >>> [where for where, _ in rows_told(rows)]
    [{'file': 'widths.csv', 'row': 3, 'rows': (3, 7)}]
    """
    keys = [key for key in ("file", "sheet") if key in rows]
    values: Any
    for values, part in rows.groupby(keys, sort=True, dropna=False):
        where: dict[str, Any] = {
            key: None if pd.isna(value) else value for key, value in zip(keys, values, strict=True)
        }
        numbers = sorted(int(row) for row in part["row"] if not pd.isna(row))
        if numbers:
            where["row"] = numbers[0]
        if len(numbers) > 1:
            where["rows"] = tuple(numbers)
        if "original" in part:
            where["original"] = tuple(part.sort_values("row", kind="stable")["original"].dropna())
        yield where, part


def _tell_placed(frame: pd.DataFrame, placed_by: ObjectArray, findings: Findings) -> None:
    by_name, by_address = placed_by == BY_NAME, placed_by == BY_ADDRESS
    if not (by_name | by_address).any():
        return
    for where, rows in rows_told(frame.assign(by_name=by_name)[by_name | by_address]):
        named = int(rows["by_name"].sum())
        if named == len(rows):
            message = Message(
                "{count} rows without coordinates were placed on the road that they name"
            )
        elif named == 0:
            message = Message(
                "{count} rows without coordinates were placed at the house that has their address"
            )
        else:
            message = Message(
                "{count} rows without coordinates were placed: {named} on the road that they "
                "name, the others at the house that has their address"
            )
        findings.add(
            "hint",
            "placed_by_name",
            message,
            remedy=Message("give lon and lat where the place itself is known"),
            params={"count": len(rows), "named": named},
            **where,
        )


def _tell_not_placed(
    rows: pd.DataFrame,
    meant: ObjectArray,
    found: Mapping[str, _Road],
    written: Mapping[str, str],
    column: str,
    what: str,
    findings: Findings,
) -> None:
    """Tell of rows whose text means a road that lies in several places, or none."""
    for name in sorted(set(meant) - {None}):
        for where, part in rows_told(rows[meant == name]):
            findings.add(
                "error",
                "name_ambiguous",
                Message(
                    "{count} rows of {what} name {road}, but {places} roads of that name lie more "
                    "than {apart_m:g} m apart: which one is meant can't be told"
                ),
                remedy=Message(
                    "write the full name with its street, or give lon and lat; the rows are left "
                    "out"
                ),
                params={
                    "count": len(part),
                    "what": what,
                    "road": found[name].shown,
                    "places": found[name].places,
                    "apart_m": ONE_ROAD_M,
                },
                column=column,
                value=part[column].iloc[0],
                **where,
            )
    nameless = rows[meant == None]  # noqa: E711 - element by element
    if len(nameless):
        names = {name: text for name, text in written.items() if name}
        _tell_not_found(nameless, names, column, what, findings)


def _tell_not_found(
    unplaced: pd.DataFrame,
    names: Mapping[str, str],
    column: str,
    what: str,
    findings: Findings,
) -> None:
    """Tell each name that the map lacks once, the most frequent with names that it may mean."""
    key = [_without_number(text) for text in normalise_all(list(unplaced[column]))]
    rows = unplaced.assign(key=key)
    counts = rows["key"].value_counts()
    keys = sorted(counts.index, key=lambda k: (-counts[k], k))
    for k in keys[:_TOLD_EACH]:
        offers = [names[name] for name in _alike(k, list(names))]
        for where, part in rows_told(rows[rows["key"] == k]):
            findings.add(
                "error",
                "name_not_found",
                Message(
                    "{count} rows of {what} have no coordinates, and the map has no road of the "
                    "name in {text!r}"
                ),
                remedy=Message(
                    "write the name as the map has it ({offers}), or give lon and lat; the rows "
                    "are left out"
                )
                if offers
                else Message(
                    "write the name as the map has it, or give lon and lat; the rows are left out"
                ),
                params={
                    "count": len(part),
                    "what": what,
                    "text": part[column].iloc[0],
                    "offers": "; ".join(offers),
                },
                column=column,
                value=part[column].iloc[0],
                **where,
            )
    for where, part in rows_told(rows[rows["key"].isin(keys[_TOLD_EACH:])]):
        findings.add(
            "error",
            "name_not_found",
            Message(
                "{count} more rows of {what} have no coordinates and name {names} more roads that "
                "the map doesn't have (first: {text!r})"
            ),
            remedy=Message(
                "write the names as the map has them, or give lon and lat; the rows are left out"
            ),
            params={
                "count": len(part),
                "what": what,
                "names": part["key"].nunique(),
                "text": part[column].iloc[0],
            },
            column=column,
            **where,
        )


def _alike(text: str, names: list[str]) -> list[str]:
    """Return a few names that a text may mean: those that it begins, then those spelt alike."""
    begun = sorted(name for name in names if name.startswith(f"{text} "))
    alike = difflib.get_close_matches(text, sorted(names), n=_OFFERED, cutoff=_ALIKE)
    return list(dict.fromkeys([*begun, *alike]))[:_OFFERED]
