"""Graphs of OSMnx: settings with which it keeps what counts here, and the way from one to roads.

OSMnx takes a way apart into edges, one for each direction, and keeps only the tags that its
settings name. `roads_from_graph` puts the ways together again, so that a graph and the file it
was made of give the same answers.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError

import numpy as np
import shapely
from pyproj import CRS
from pyproj.exceptions import CRSError

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError
from fireaccess.model.text import Quantity, parse_length, parse_weight
from fireaccess.sources.lines import node_numbers, tag_text
from fireaccess.sources.roads import (
    NOT_A_ROAD,
    WAY_TAGS,
    Roads,
    is_road,
    is_yes,
    make_roads,
    no_objects,
)

if TYPE_CHECKING:
    import networkx as nx

#: Tags of a node that tell whether a fire engine gets past a barrier, and what stands there.
NODE_TAGS: Final = (
    "barrier",
    "bollard",
    "locked",
    "kerb",
    "height",
    "maxwidth",
    "maxwidth:physical",
    "maxheight",
    "maxheight:physical",
    "access",
    "name",
    "emergency",
)

#: Classes from the least favourable for a fire engine: those it never drives on, those that are
#: blocked or not known by class, those that pass but open no start, those that it starts from.
_CLASSES: Final = (
    *sorted(NOT_A_ROAD),
    "steps",
    "corridor",
    "bridleway",
    "path",
    "footway",
    "cycleway",
    "pedestrian",
    "track",
    "service",
    "living_street",
    "residential",
    "road",
    "unclassified",
    "",  # any other class
    "busway",
    "motorway_link",
    "motorway",
    "tertiary_link",
    "tertiary",
    "secondary_link",
    "secondary",
    "primary_link",
    "primary",
    "trunk_link",
    "trunk",
)
_BESIDE_A_ROAD: Final = ("sidewalk", "crossing", "traffic_island")
_LENGTHS: Final = frozenset(key for key in WAY_TAGS if "width" in key or "height" in key)
#: A geometry's end within this of its node, in degrees or metres, is that node.
_AT_NODE: Final = 1e-7

_Point = tuple[float, float]
_Values = dict[str, set[str]]


@contextmanager
def osmnx_settings() -> Iterator[str]:
    """Have OSMnx keep every tag and every alley that an answer rests on.

    Inside the block ``osmnx.settings.useful_tags_way`` and ``useful_tags_node`` hold, besides
    what they held, all tags of `fireaccess.sources.roads.WAY_TAGS` and `NODE_TAGS`; OSMnx would
    drop ``barrier``, ``maxwidth`` and ``maxheight``. They are put back at the end of the block,
    since they are globals that other work in the same session relies on.

    Yields
    ------
    The ``custom_filter`` for OSMnx that keeps the highways of SPEC §4, alleys among them, which
    its ``drive`` filter drops.

    Notes
    -----
    Leave ``network_type`` at its default: a bidirectional type forgets which streets are one-way.
    ``simplify=False`` and ``retain_all=True`` matter: simplifying drops barriers between
    junctions, and without ``retain_all`` alleys that OSM doesn't join to the rest are dropped.

    Examples
    --------
    >>> with osmnx_settings() as custom_filter:  # doctest: +SKIP
    ...     graph = osmnx.graph_from_place(
    ...         "Khương Đình, Hà Nội",
    ...         custom_filter=custom_filter,
    ...         simplify=False,
    ...         retain_all=True,
    ...     )
    ...     osmnx.save_graphml(graph, "roads.graphml")
    """
    import osmnx

    settings = osmnx.settings
    before = settings.useful_tags_way, settings.useful_tags_node
    settings.useful_tags_way = list(dict.fromkeys([*before[0], "area", *WAY_TAGS]))
    settings.useful_tags_node = list(dict.fromkeys([*before[1], *NODE_TAGS]))
    try:
        yield (f'["highway"]["area"!~"^yes$"]["highway"!~"^({"|".join(sorted(NOT_A_ROAD))})$"]')
    finally:
        settings.useful_tags_way, settings.useful_tags_node = before


def read_graphml(path: Path) -> Roads:
    """Read roads from a GraphML file of OSMnx (``osmnx.save_graphml``).

    Parameters
    ----------
    path
        The file; see `roads_from_graph` for what is taken from it.

    Raises
    ------
    InputError
        If the file is missing or no GraphML, and as `roads_from_graph` does.
    """
    import networkx as nx

    if not path.is_file():
        raise InputError(
            Message("there is no such file"),
            file=path,
            remedy=Message("check inputs.roads in the project file"),
        )
    try:
        graph = nx.read_graphml(path, force_multigraph=True)
    except (OSError, ParseError, nx.NetworkXError, KeyError, TypeError, ValueError) as error:
        raise InputError(
            Message("the file can't be read as a GraphML graph: {reason}"),
            file=path,
            remedy=Message(
                "save it with osmnx.save_graphml; it may also be cut short: copy it again"
            ),
            reason=str(error),
        ) from None
    return roads_from_graph(graph, file=path)


def roads_from_graph(graph: nx.MultiDiGraph, *, file: Path | None = None) -> Roads:
    """Put the ways of a graph of OSMnx together again.

    Edges with one ``osmid`` and the same tags become one way in the direction in which it is
    drawn, and an edge and its twin in the other direction are taken once. Nodes with ``barrier``
    become barriers. Water, stations and buildings are not in a graph, which holds no node beside
    a road: they come from the survey.

    Parameters
    ----------
    graph
        A MultiDiGraph as OSMnx 2 makes it, simplified or not, projected or not; values may be
        text, as in GraphML.
    file
        Where it was read from, for messages.

    Raises
    ------
    InputError
        If the graph is empty or undirected, or lacks ``highway``, ``osmid``, coordinates or a CRS.

    Notes
    -----
    A graph can't tell tags that OSMnx was told to drop from tags that OSM doesn't have: one made
    without `osmnx_settings` looks like a town without barriers and signs.

    What OSMnx does not keep: where a closed way begins (here at its junction with the smallest
    node id) and, if the graph was made bidirectional, which streets are one-way.

    Simplified graphs: nodes between junctions are gone with their barriers, and a tag that one of
    several merged ways carried counts for all of them, unless the graph was simplified with
    ``node_attrs_include=["barrier"]`` and ``edge_attrs_differ=["osmid"]``. An edge with several
    ``osmid`` is a way of its own with the least of them as its id. Of several values of a tag the
    least favourable one for a fire engine counts: the least width, height or weight; the class
    that it gets through the least (one that is no road, steps, …, trunk, see ``_CLASSES``); a
    sidewalk, crossing or traffic island; a building passage; a bridge. Of names and all other
    tags the first in the order of their text counts. A street is one-way if all parts of it are.

    Examples
    --------
    >>> import networkx as nx
    >>> graph = nx.MultiDiGraph(crs="EPSG:32648")
    >>> for i, x in enumerate([0.0, 50.0, 90.0], start=1):
    ...     graph.add_node(i, x=x, y=0.0)
    >>> for u, v, back in [(1, 2, False), (2, 3, False), (2, 1, True), (3, 2, True)]:
    ...     _ = graph.add_edge(u, v, osmid=7, highway="service", oneway=False, reversed=back)
    >>> roads = roads_from_graph(graph)
    >>> roads.way_id.tolist(), roads.vertex_node.tolist()
    ([7], [1, 2, 3])
    """
    _must_be_a_road_graph(graph, file)
    numbers = node_numbers(graph.nodes)
    places = {numbers[label]: _place(label, data, file) for label, data in graph.nodes(data=True)}
    barriers = {}
    for label, data in graph.nodes(data=True):
        tags = {key: ";".join(sorted(_values(data[key]))) for key in NODE_TAGS if key in data}
        if tags.get("barrier"):
            barriers[numbers[label]] = {key: text for key, text in tags.items() if text}
    edges = (
        _edge(numbers[u], numbers[v], data, places, file) for u, v, data in graph.edges(data=True)
    )
    stretches = _without_twins(edges)
    left_out: dict[str, set[int]] = defaultdict(set)
    groups: dict[Any, list[_Stretch]] = defaultdict(list)
    arms: Counter[int] = Counter(barriers.keys())
    for number, stretch in enumerate(stretches):
        tags = {key: _chosen(key, values) for key, values in stretch.values.items()}
        if not is_road(tags):
            reason = "not_a_road" if "highway" in tags else "without_highway"
            left_out[reason].add(stretch.osmids[0])
            continue
        arms.update((stretch.u, stretch.v))
        tags.pop("area", None)
        several = number if len(stretch.osmids) > 1 else None
        groups[stretch.osmids[0], several, tuple(sorted(tags.items()))].append(stretch)
    junctions = {node for node, count in arms.items() if count > 2 or node in barriers}
    ways = [
        (way_id, dict(tags), trail.nodes, [places[n] if xy is None else xy for n, xy in trail.path])
        for (way_id, _, tags), group in groups.items()
        for trail in _trails(group, junctions)
    ]
    if not ways:
        raise InputError(
            Message("the graph holds no road (no edge with a highway that can be used)"),
            file=file,
            remedy=Message("make it with the filter that fireaccess.osmnx_settings() gives"),
        )
    crs = _crs(graph, file)
    return make_roads(
        _numbered(sorted(ways, key=lambda way: (way[0], way[3])), after=max(0, *places)),
        barriers=barriers,
        crs=crs,
        objects=no_objects(crs),
        file=file,
        left_out={reason: len(ids) for reason, ids in sorted(left_out.items())},
        openstreetmap=True,
    )


@dataclass(slots=True)
class _Stretch:
    """An edge of the graph in the direction in which its way is drawn.

    ``inner`` are its vertices between the nodes ``u`` and ``v``; ``drawn`` tells whether the
    direction is known; ``values`` holds every value of each tag.
    """

    osmids: tuple[int, ...]
    u: int
    v: int
    inner: tuple[_Point, ...]
    drawn: bool
    values: _Values

    def turned(self) -> _Stretch:
        return _Stretch(self.osmids, self.v, self.u, self.inner[::-1], self.drawn, self.values)

    @property
    def key(self) -> tuple[Any, ...]:
        rounded = tuple((round(x, 7), round(y, 7)) for x, y in self.inner)
        return self.osmids, self.u, self.v, rounded


@dataclass(slots=True)
class _Trail:
    """A way put together: node and place of each vertex, None for the one that is not known."""

    path: list[tuple[int, _Point | None]] = field(default_factory=list)

    @property
    def nodes(self) -> list[int]:
        """Node of each vertex, 0 where the graph has none."""
        return [node for node, _ in self.path]


def _must_be_a_road_graph(graph: nx.MultiDiGraph, file: Path | None) -> None:
    if graph.number_of_edges() == 0:
        raise InputError(
            Message("the graph has no edge"),
            file=file,
            remedy=Message("make it for a place that has roads"),
        )
    if not graph.is_directed():
        raise InputError(
            Message("the graph is undirected, so that the direction of its ways is not known"),
            file=file,
            remedy=Message("save the MultiDiGraph that OSMnx makes, without to_undirected"),
        )
    if not any("highway" in data for _, _, data in graph.edges(data=True)):
        raise InputError(
            Message("no edge of the graph has a highway"),
            file=file,
            remedy=Message("make the graph with OSMnx under fireaccess.osmnx_settings()"),
        )


def _crs(graph: nx.MultiDiGraph, file: Path | None) -> CRS:
    named = graph.graph.get("crs")
    try:
        return CRS.from_user_input(named)
    except CRSError:
        raise InputError(
            Message("the graph names no CRS")
            if named is None
            else Message("the graph's CRS {crs!r} is unknown"),
            file=file,
            remedy=Message('set graph.graph["crs"], such as "epsg:4326", and save it again'),
            crs=named,
        ) from None


def _place(label: object, data: Mapping[str, Any], file: Path | None) -> _Point:
    try:
        x, y = float(data["x"]), float(data["y"])
    except (KeyError, TypeError, ValueError):
        x = y = float("nan")
    if not np.isfinite([x, y]).all():
        raise InputError(
            Message("node {label} of the graph has no coordinates x and y"),
            file=file,
            remedy=Message("make the graph with OSMnx, which gives every node its place"),
            label=str(label),
        )
    return x, y


def _edge(
    u: int, v: int, data: Mapping[str, Any], places: Mapping[int, _Point], file: Path | None
) -> _Stretch:
    """Read one edge, turned to the direction in which its way is drawn."""
    try:
        osmids = tuple(sorted({int(text) for text in _values(data.get("osmid"))}))
    except ValueError:
        osmids = ()
    if not osmids:
        raise InputError(
            Message("the edge from node {u} to node {v} names no way: osmid is {osmid!r}"),
            file=file,
            remedy=Message(
                "make the graph with OSMnx, which gives every edge the osmid of its way"
            ),
            u=u,
            v=v,
            osmid=data.get("osmid"),
        )
    values = {key: _values(data[key]) for key in (*WAY_TAGS, "area") if key in data}
    backwards = _values(data.get("reversed"))
    drawn = len(backwards) == 1
    turn = backwards == {"True"}
    if "oneway" in values:
        values["oneway"] = _oneway(values["oneway"])
        # OSMnx turns these ways around; told to keep the tag (all_oneway), they go back.
        turn ^= bool(values["oneway"] & {"-1", "reverse"})
    stretch = _Stretch(
        osmids,
        u,
        v,
        _inner(data.get("geometry"), places[u], places[v]),
        drawn,
        {key: texts for key, texts in values.items() if texts},
    )
    if not drawn:
        turn = stretch.turned().key < stretch.key
    return stretch.turned() if turn else stretch


def _oneway(texts: set[str]) -> set[str]:
    """Return the tag again: OSMnx writes True or False instead of it."""
    if texts & {"False"}:
        return set()
    plain = {"yes" if text == "True" else text for text in texts}
    return plain if len(plain) == 1 else set()


def _inner(geometry: Any, start: _Point, end: _Point) -> tuple[_Point, ...]:
    """Return the vertices between two nodes; those of an end that misses its node stay."""
    if geometry is None:
        return ()
    line = shapely.from_wkt(geometry) if isinstance(geometry, str) else geometry
    points = [(float(x), float(y)) for x, y in shapely.get_coordinates(line)]
    if points and _at(points[0], start):
        points = points[1:]
    if points and _at(points[-1], end):
        points = points[:-1]
    return tuple(points)


def _at(point: _Point, node: _Point) -> bool:
    return abs(point[0] - node[0]) < _AT_NODE and abs(point[1] - node[1]) < _AT_NODE


def _values(value: Any) -> set[str]:
    """Return the values of an attribute as text; OSMnx has lists, which GraphML holds as text."""
    if isinstance(value, str):
        if value.startswith("[") and value.endswith("]"):
            try:
                listed = ast.literal_eval(value)
            except (SyntaxError, ValueError):
                return {value}
            return _values(listed)
        if value in ("nan", "None"):
            return set()
    if isinstance(value, (list, tuple, set, frozenset)):
        return {text for item in value for text in _values(item)}
    if isinstance(value, (bool, np.bool_)):
        return {str(bool(value))}
    text = tag_text(value)
    return set() if text is None else {text}


def _chosen(key: str, texts: set[str]) -> str:
    """Return the least favourable of several values, see `roads_from_graph`."""
    ordered = sorted(texts)
    if key in _LENGTHS or key == "maxweight":
        parse = parse_weight if key == "maxweight" else parse_length
        return min(ordered, key=lambda text: _figure(parse(text)))
    if key == "highway":
        return min(ordered, key=_class_rank)
    if key == "footway":
        return min(ordered, key=lambda text: text not in _BESIDE_A_ROAD)
    if key == "tunnel":
        return min(ordered, key=lambda text: (text != "building_passage", not is_yes(text)))
    if key in ("bridge", "covered"):
        return min(ordered, key=lambda text: not is_yes(text))
    return ordered[0]


def _figure(quantity: Quantity | None) -> float:
    return np.inf if quantity is None else quantity.value


def _class_rank(highway: str) -> int:
    return _CLASSES.index(highway if highway in _CLASSES else "")


def _without_twins(edges: Iterable[_Stretch]) -> list[_Stretch]:
    """Take the two directions of a stretch once, with the values of both.

    A way that leads along a stretch there and back has both.
    """
    alike: dict[tuple[Any, ...], list[_Stretch]] = defaultdict(list)
    for edge in edges:
        alike[edge.key].append(edge)
    stretches = []
    for same in alike.values():
        values: _Values = defaultdict(set)
        for edge in same:
            for key, texts in edge.values.items():
                values[key] |= texts
        same[0].values = dict(values)
        stretches.append(same[0])
    return stretches


def _trails(stretches: Sequence[_Stretch], junctions: set[int]) -> list[_Trail]:
    """Join stretches of one way into as few trails as cover each of them once.

    A trail begins where more stretches begin than end; what is left then are rings, which are
    spliced into a trail that they touch, or begin at a junction.
    """
    walker = _Walker(stretches)
    trails = [(node, walker.walk(node)) for node in walker.starts()]
    whole = [walker.splice(node, steps) for node, steps in trails if steps]
    while walker.left:
        nodes = {node for i in walker.left for node in (stretches[i].u, stretches[i].v)}
        node = min(nodes, key=lambda node: (node not in junctions, node))
        whole.append(walker.splice(node, deque()))
    return whole


class _Walker:
    """Walks along stretches, each once, in their direction where that is known."""

    def __init__(self, stretches: Sequence[_Stretch]) -> None:
        self.left = set(range(len(stretches)))
        self.directed = all(stretch.drawn for stretch in stretches)
        self.steps = [(stretch, stretch.turned()) for stretch in stretches]
        self.leaving: dict[int, deque[tuple[int, int]]] = defaultdict(deque)
        for i, stretch in enumerate(stretches):
            self.leaving[stretch.u].append((i, 0))
            if not self.directed:
                self.leaving[stretch.v].append((i, 1))

    def starts(self) -> list[int]:
        """Nodes to begin a trail at, as often as one has to."""
        surplus: Counter[int] = Counter()
        for stretch, _ in self.steps:
            surplus[stretch.u] += 1
            surplus[stretch.v] += -1 if self.directed else 1
        if not self.directed:
            return sorted(node for node, degree in surplus.items() if degree % 2)
        return sorted(surplus.elements())

    def walk(self, node: int) -> deque[_Stretch]:
        """Go on from a node until no stretch leads on."""
        steps: deque[_Stretch] = deque()
        while self.leaving[node]:
            i, turned = self.leaving[node].popleft()
            if i in self.left:
                self.left.remove(i)
                steps.append(self.steps[i][turned])
                node = steps[-1].v
        return steps

    def splice(self, node: int, steps: deque[_Stretch]) -> _Trail:
        """Follow steps, and from every node on the way the rings that are left there."""
        trail = _Trail([(node, None)])
        while True:
            if ring := self.walk(node):
                steps.extendleft(reversed(ring))
            if not steps:
                return trail
            step = steps.popleft()
            trail.path.extend((0, xy) for xy in step.inner)
            node = step.v
            trail.path.append((node, None))


def _numbered(
    ways: Iterable[tuple[int, dict[str, str], list[int], list[_Point]]], *, after: int
) -> list[tuple[int, Mapping[str, str], list[int], list[_Point]]]:
    """Give vertices that are no node of the graph ids of their own."""
    numbered: list[tuple[int, Mapping[str, str], list[int], list[_Point]]] = []
    for way_id, tags, nodes, xy in ways:
        own = []
        for node in nodes:
            after += node == 0
            own.append(node or after)
        numbered.append((way_id, tags, own, xy))
    return numbered
