"""Roads from the network: what OpenStreetMap maps in and around an area, as a file (SPEC §4).

The map is asked of an Overpass server directly, as OSM XML: OSMnx gives graphs, without most tags
and without anything beside a road, and on the way to them it repeats a refused request for ever,
takes an answer that broke off as a whole one, and changes how the process looks up host names.
OSMnx finds places by name, and its settings say which servers, and how to introduce oneself.

An answer is read to its end and checked before anything is written. What is written is sorted,
without the names of mappers, and the same bytes for the same answer; beside it stands
``<file>.source.json`` with licence, server, date of the data and query.
"""

from __future__ import annotations

import hashlib
import json
import math
import os
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit, urlunsplit

import numpy as np
import osmium
import requests
import shapely
from pydantic import BaseModel, ConfigDict, ValidationError
from pyproj import Geod

from fireaccess.model.catalogue import Message
from fireaccess.model.errors import InputError, OutputError
from fireaccess.model.formats import Language
from fireaccess.model.interruption import stop_if_pressed
from fireaccess.sources.coordinates import WGS84, analysis_crs, transform_geometry
from fireaccess.sources.osm import OSM_SUFFIXES, is_osm_file
from fireaccess.sources.servers import (
    LATER,
    SMALLER,
    NoAnswerError,
    Tell,
    Wait,
    address,
    ask_overpass,
    broken,
    host_of,
    interpreter,
    must_be_good,
    no_data,
    persist,
    user_agent,
)

#: What public servers are for; a whole city is better taken from an extract.
_LARGEST_KM2: Final = 2500.0
_MOST_CORNERS: Final = 250
_MOST_MEMORY: Final = 512 * 2**20

#: Objects beside the roads that answers rest on (SPEC §5, §7), in use or not.
_OBJECTS: Final = (
    'nwr["amenity"~"^(fire_station|fire_hydrant)$"]',
    'nwr["emergency"]',
    'nwr["disused:emergency"]',
    'nwr["abandoned:emergency"]',
)
#: Water that nobody built for fires. Not the relations of rivers, which run across countries.
_OPEN_WATER: Final = (
    'wr["natural"="water"]',
    'way["waterway"~"^(river|riverbank|canal|stream|drain|ditch|dock)$"]',
    'wr["landuse"~"^(reservoir|basin|aquaculture)$"]',
    'wr["leisure"="swimming_pool"]',
    'nwr["man_made"~"^(storage_tank|water_tank|water_tower|water_well|reservoir_covered)$"]',
)


@dataclass(frozen=True, slots=True, eq=False)
class Where:
    """What is fetched: an area and what it is called.

    Parameters
    ----------
    name
        A place as the server of places names it, a file, or the four numbers of a box.
    shape
        Polygon or multipolygon in WGS 84.

    Examples
    --------
    >>> Where("ward", shapely.box(105.81, 20.98, 105.83, 21.0))
    <Where 'ward', 4.6 km²>
    """

    name: str
    shape: shapely.Geometry

    @classmethod
    def from_box(cls, text: str) -> Where:
        """Take a box written as west, south, east and north in degrees.

        Raises
        ------
        InputError
            If that is no box on earth.

        Examples
        --------
        >>> Where.from_box("105.81,20.98,105.83,21.00").shape.bounds
        (105.81, 20.98, 105.83, 21.0)
        """
        try:
            west, south, east, north = (float(part) for part in text.split(","))
            good = -180 <= west < east <= 180 and -90 <= south < north <= 90
        except ValueError:
            good = False
        if not good:
            raise InputError(
                Message("{text!r} is no box on earth"),
                remedy=Message(
                    "write west, south, east and north in degrees, as in 105.81,20.98,105.83,21.00"
                ),
                text=text,
            )
        return cls(text, shapely.box(west, south, east, north))

    @property
    def km2(self) -> float:
        """Its area in square kilometres."""
        parts = shapely.orient_polygons(shapely.get_parts(self.shape))
        measure = Geod(ellps="WGS84").geometry_area_perimeter
        return sum(measure(part)[0] for part in parts[shapely.get_dimensions(parts) == 2]) / 1e6

    def __repr__(self) -> str:
        return f"<Where {self.name!r}, {self.km2:.1f} km²>"


class Source(BaseModel):
    """Where a fetched file comes from: what stands in ``<file>.source.json``.

    ``sha256`` is that of the file: one that somebody has changed since is theirs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    attribution: str = "© OpenStreetMap contributors"
    licence: str = "ODbL 1.0"
    licence_url: str = "https://opendatacommons.org/licenses/odbl/1-0/"
    server: str
    osm_base: str | None = None
    place: str
    bbox: tuple[float, float, float, float]
    margin_m: float
    buildings: bool
    water: bool
    nodes: int = 0
    ways: int = 0
    relations: int = 0
    sha256: str = ""
    query: str
    area: dict[str, Any]


@dataclass(frozen=True, slots=True, eq=False)
class Fetched:
    """A file of OpenStreetMap data, and where it comes from."""

    file: Path
    source: Source

    @property
    def area(self) -> shapely.Geometry:
        """The area that was asked for, in WGS 84, without the margin."""
        return shapely.from_geojson(json.dumps(self.source.area))


def fetched(file: Path) -> Fetched | None:
    """Tell where a file comes from, or None if `fetch` didn't write it just so.

    Raises
    ------
    OutputError
        If the file can't be opened.

    Examples
    --------
    >>> fetched(Path("somebody/drew/this.osm")) is None
    True
    """
    source = _source(file)
    return None if source is None or source.sha256 != _sha256(file) else Fetched(file, source)


def fetch(
    where: Where,
    file: Path,
    *,
    buildings: bool = False,
    water: bool = False,
    url: str | None = None,
    margin_m: float = 500.0,
    snap_limit_m: float = 100.0,
    timeout_s: float = 180.0,
    cache: Path | None = None,
    refresh: bool = False,
    tell: Tell | None = None,
    language: Language = "en",
    wait: Wait = time.sleep,
) -> Fetched:
    """Fetch the roads of an area from an Overpass server, and write them as an OSM file.

    They are the whole ways that touch the area or come within its margin, with all their tags
    and nodes. Fire stations, hydrants and all else with ``emergency=*`` come along, from the
    margin and from along these ways, so that a run finds what it would find in an extract.

    Parameters
    ----------
    where
        The area; `find_place` and `Where.from_box` give one.
    file
        Where to write: a name with one of `fireaccess.sources.osm.OSM_SUFFIXES`.
    buildings
        Also fetch buildings, for ``houses = "osm"``.
    water
        Also fetch open water: ponds, rivers, canals, basins, pools, tanks.
    url
        Address of an Overpass server; None for that of OSMnx's settings.
    margin_m, snap_limit_m
        The project's settings ``load_margin_m`` and ``snap_limit_m``.
    timeout_s
        How long the server may compute. It may be silent for a quarter more than that, and the
        whole answer may take twice as long.
    cache
        Folder in which answers are kept; None keeps none.
    refresh
        Ask even if the cache has an answer.
    tell, language
        Told what is being done, and in which language.
    wait
        Waits between tries.

    Raises
    ------
    InputError
        If the area is too large, no road is there, or the server gives no whole answer.
    OutputError
        If the file can't be written, or somebody else's file stands there.
    """
    say = tell or _say_nothing
    _must_be_ours(file)
    server = interpreter(url)
    outline = _surround(where, margin_m)
    query = _query(
        _filters(outline),
        buildings=buildings,
        water=water,
        snap_limit_m=snap_limit_m,
        timeout_s=timeout_s,
    )
    west, south, east, north = np.round(shapely.bounds(outline), 7).tolist()
    area = shapely.transform(where.shape, lambda xy: np.round(xy, 7))
    source = Source(
        server=urlunsplit(urlsplit(server)._replace(netloc=host_of(server))),
        place=where.name,
        bbox=(west, south, east, north),
        margin_m=margin_m,
        buildings=buildings,
        water=water,
        query=query,
        area=json.loads(shapely.to_geojson(area)),
    )
    kept = None if cache is None else cache / f"{_key(server, query)}.osm.gz"
    entry = None if kept is None or refresh else fetched(kept)
    if entry is not None:
        taking = Message("Taking the answer of {server} from the cache")
        say(taking.into(language, server=host_of(server)))
        counts = entry.source.model_dump(include={"osm_base", "nodes", "ways", "relations"})
        return _write(file, source.model_copy(update=counts), entry.file)
    asking = Message("Asking {server} for the roads of {place}")
    say(asking.into(language, server=host_of(server), place=where.name))
    answer = persist(
        lambda: ask_overpass(server, query, timeout_s), server, say, wait, language=language
    )
    if answer.roads == 0:
        raise InputError(
            Message("OpenStreetMap has no road within {margin_m:g} m of {place}"),
            remedy=Message("check the place on openstreetmap.org: longitude comes before latitude"),
            margin_m=margin_m,
            place=where.name,
        )
    source = source.model_copy(update=answer.counts)
    if kept is not None:
        _write(kept, source, answer.content)
    return _write(file, source, answer.content)


def find_place(
    name: str,
    *,
    url: str | None = None,
    timeout_s: float = 180.0,
    cache: Path | None = None,
    refresh: bool = False,
    tell: Tell | None = None,
    language: Language = "en",
    wait: Wait = time.sleep,
) -> Where:
    """Find the outline of a place by its name, with OSMnx and a Nominatim server.

    Parameters
    ----------
    name
        As in "Khương Đình, Hà Nội".
    url
        Address of a Nominatim server; None for that of OSMnx's settings.
    timeout_s
        How long the server may be silent.
    cache, refresh, tell, language, wait
        As for `fetch`.

    Raises
    ------
    InputError
        If no place with an outline has that name, or the server gives no whole answer.
    """
    from osmnx import settings

    say = tell or _say_nothing
    server = address(url or settings.nominatim_url)
    kept = None if cache is None else cache / f"{_key(server, name)}.place.json"
    where = None if kept is None or refresh else _kept_place(kept)
    if where is None:
        asking = Message("Asking {server} where {name} is")
        say(asking.into(language, server=host_of(server), name=name))
        where = persist(
            lambda: _geocode(name, server, timeout_s), server, say, wait, language=language
        )
        if kept is not None:
            shape = json.loads(shapely.to_geojson(where.shape))
            text = json.dumps({"name": where.name, "shape": shape}, ensure_ascii=False)
            _put(kept, lambda aside: aside.write_text(text, encoding="utf-8"))
    found = Message("{name} is {place}, {km2:.1f} km²")
    say(found.into(language, name=name, place=where.name, km2=where.km2))
    return where


def _kept_place(path: Path) -> Where | None:
    """Return a place from the cache; None if it isn't there, or is damaged."""
    try:
        kept = json.loads(path.read_bytes())
        return Where(kept["name"], shapely.from_geojson(json.dumps(kept["shape"])))
    except (FileNotFoundError, ValueError, KeyError, TypeError, shapely.errors.GEOSException):
        return None


def _geocode(name: str, server: str, timeout_s: float) -> Where:
    try:
        with _osmnx(server, timeout_s) as osmnx:
            found = osmnx.geocode_to_gdf(name).iloc[0]
    except requests.RequestException as error:
        raise broken(error, timeout_s) from None
    except (TypeError, ValueError) as error:
        # OSMnx has a ValueError for no place, and a TypeError for places that are mere points.
        raise InputError(
            Message("the place {name!r}: {server} knows but not its outline")
            if isinstance(error, TypeError)
            else Message("the place {name!r}: {server} knows nothing of that name"),
            remedy=Message(
                "write it as on openstreetmap.org, with the province (as in "
                '"Khương Đình, Hà Nội"), or give a box or an area file instead'
            ),
            name=name,
            server=host_of(server),
        ) from None
    shape = shapely.make_valid(found.geometry, method="structure", keep_collapsed=False)
    return Where(str(found["display_name"]), shape)


@contextmanager
def _osmnx(nominatim: str, timeout_s: float) -> Iterator[Any]:
    """Have OSMnx ask a server once and keep no files; its settings are globals, and put back."""
    import osmnx

    def check(response: requests.Response, **_: Any) -> None:
        """Refuse what OSMnx would ask for again without end, or stumble over."""
        must_be_good(response, response.content)
        try:
            places = response.json()
        except ValueError:
            raise no_data(response.content) from None
        needed = {"importance", "boundingbox", "display_name", "lat", "lon"}
        if not isinstance(places, list) or not all(
            isinstance(place, dict) and needed <= set(place) for place in places
        ):
            raise NoAnswerError(Message("it sent something other than places"), again=True)

    settings = osmnx.settings
    ours = {
        "nominatim_url": nominatim,
        "requests_timeout": timeout_s,
        "http_user_agent": user_agent(),
        "use_cache": False,
        "requests_kwargs": {**settings.requests_kwargs, "hooks": {"response": check}},
    }
    before = {key: getattr(settings, key) for key in ours}
    try:
        for key, value in ours.items():
            setattr(settings, key, value)
        yield osmnx
    finally:
        for key, value in before.items():
            setattr(settings, key, value)


# The area as a query
def _surround(where: Where, margin_m: float) -> shapely.Geometry:
    """Return area and margin with few corners, in WGS 84; a box stays a box.

    Nothing is cut off: the outline is drawn farther out, and simplified by no more than that.
    """
    km2 = where.km2
    if not 0 < km2 <= _LARGEST_KM2:
        raise InputError(
            Message("{place} has {km2:,.0f} km²; up to {most_km2:,.0f} km² can be fetched"),
            remedy=SMALLER if km2 else Message("give an area, not a point or a line"),
            place=where.name,
            km2=km2,
            most_km2=_LARGEST_KM2,
        )
    crs = analysis_crs("auto", tuple(shapely.bounds(where.shape)))
    shape = shapely.buffer(where.shape, 0)  # points and lines that an area file holds too are gone
    # An edge that is straight in degrees is bent in metres: pieces of a kilometre hardly are.
    local = transform_geometry(shapely.segmentize(shape, 0.01), WGS84, crs)
    # Metres of the CRS that the project measures in may differ by up to 0.11 %.
    grown = shapely.buffer(local, 1.002 * margin_m + 2, quad_segs=32)
    if shapely.equals(shape, shapely.envelope(shape)):
        around = transform_geometry(shapely.segmentize(grown, 1000), crs, WGS84)
        return shapely.box(*shapely.bounds(around))
    slack_m = 10.0
    while shapely.get_num_coordinates(outline := _simpler(grown, slack_m)) > _MOST_CORNERS:
        slack_m *= 2
    simple: shapely.Geometry = transform_geometry(shapely.segmentize(outline, 2000), crs, WGS84)
    return simple


def _simpler(shape: shapely.Geometry, slack_m: float) -> shapely.Geometry:
    """Return a simpler shape that contains a shape, without holes."""
    simple = shapely.simplify(shapely.buffer(shape, slack_m, quad_segs=32), slack_m)
    return shapely.union_all(shapely.polygons(shapely.get_exterior_ring(shapely.get_parts(simple))))


def _filters(outline: shapely.Geometry) -> list[str]:
    """Write an outline as Overpass filters, latitude before longitude."""
    if shapely.equals(outline, shapely.envelope(outline)):
        west, south, east, north = shapely.bounds(outline)
        return [f"({south:.7f},{west:.7f},{north:.7f},{east:.7f})"]
    rings = [shapely.get_coordinates(part)[:-1] for part in shapely.get_parts(outline)]
    corners = [" ".join(f"{lat:.7f} {lon:.7f}" for lon, lat in ring) for ring in rings]
    return [f'(poly:"{text}")' for text in corners]


def _query(
    within: Iterable[str], *, buildings: bool, water: bool, snap_limit_m: float, timeout_s: float
) -> str:
    # What stands at the far end of a way that leads out of the margin counts too. Overpass
    # measures on a sphere, which is up to 0.6 % off.
    places = (*within, f"(around.roads:{1.01 * snap_limit_m + 1:.0f})")
    objects = (*_OBJECTS, *(_OPEN_WATER if water else ()))
    lines = [
        f"[out:xml][timeout:{math.ceil(timeout_s)}][maxsize:{_MOST_MEMORY}];",
        "(",
        *(f'way["highway"]{area};' for area in places[:-1]),
        ")->.roads;",
        "(",
        ".roads;",
        *(f"{kind}{place};" for kind in objects for place in places),
        *(f'wr["building"]{area};' for area in places[:-1] if buildings),
        ");",
        "(._;>;);",
        "out meta;",
    ]
    return "\n".join(lines)


# Files
def _key(server: str, question: str) -> str:
    return hashlib.sha256(f"{server}\n{question}".encode()).hexdigest()


def _must_be_ours(file: Path) -> None:
    """Refuse a name of no OSM file, and a file that is there and that `fetch` didn't write."""
    if not is_osm_file(file):
        raise OutputError(
            Message("roads from the network can't be written in that format"),
            file=file,
            remedy=Message("name a file that ends in {suffixes}"),
            suffixes=", ".join(OSM_SUFFIXES),
        )
    aside, source = _aside(file), _source(file)
    if source is not None and source.sha256 == _sha256(aside):
        # The last fetch was cut short between its two renames.
        _rename(aside, file)
    if file.exists() and fetched(file) is None:
        raise OutputError(
            Message("a file stands there that was not fetched, or was changed since; it is kept"),
            file=file,
            remedy=Message("move it away, or name another file for the roads"),
        )


def _write(file: Path, source: Source, data: bytes | Path) -> Fetched:
    """Write OSM data sorted, without the names of mappers, and beside it where it comes from."""
    merged = osmium.MergeInputReader()
    try:
        if isinstance(data, Path):
            merged.add_file(str(data))
        else:
            merged.add_buffer(data, "osm")
    except (RuntimeError, ValueError, osmium.InvalidLocationError) as error:
        raise InputError(
            Message("the data that came can't be read: {reason}"), remedy=LATER, reason=str(error)
        ) from None
    header = osmium.io.Header()
    header.set("generator", "fireaccess")
    header.add_box(osmium.osm.Box(*source.bbox))
    suffix = next(end for end in OSM_SUFFIXES if file.name.lower().endswith(end))
    form = "pbf" if suffix.endswith("pbf") else suffix.removeprefix(".")

    def write(aside: Path) -> None:
        target = osmium.io.File(str(aside), f"{form},add_metadata=version+timestamp")
        with osmium.SimpleWriter(target, header=header, overwrite=True) as writer:
            merged.apply(writer, simplify=True)
        nonlocal source
        source = source.model_copy(update={"sha256": _sha256(aside)})
        fields = source.model_dump(mode="json").items()
        lines = (f' "{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in fields)
        text = "{\n" + ",\n".join(lines) + "\n}\n"
        _put(_beside(file), lambda path: path.write_text(text, encoding="utf-8", newline="\n"))

    _put(file, write)
    return Fetched(file, source)


def _put(file: Path, write: Callable[[Path], Any]) -> None:
    """Write a file aside and rename it into place."""
    aside = _aside(file)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        write(aside)
    except (OSError, RuntimeError, OutputError) as error:
        with suppress(OSError):  # a rest that can't be removed is overwritten next time
            aside.unlink()
        raise (error if isinstance(error, OutputError) else _refused(error, file)) from None
    _rename(aside, file)


def _rename(aside: Path, file: Path) -> None:
    stop_if_pressed()
    try:
        os.replace(aside, file)
    except OSError as error:
        raise _refused(error, file) from None


def _aside(file: Path) -> Path:
    return file.with_name(f".{file.name}.fireaccess-new")


def _beside(file: Path) -> Path:
    return file.with_name(f"{file.name}.source.json")


def _source(file: Path) -> Source | None:
    """Read what stands beside a file; None if nothing does, or nothing of ours."""
    try:
        return Source.model_validate_json(_beside(file).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None
    except OSError as error:
        raise _refused(error, file) from None


def _sha256(file: Path) -> str | None:
    """Return a file's hash, None if it isn't there."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _refused(error, file) from None


def _refused(error: Exception, file: Path) -> OutputError:
    return OutputError(
        Message("the file can't be read or written: {reason}"),
        file=file,
        remedy=Message("close it where it is open, or ask for the right to write there"),
        reason=getattr(error, "strerror", None) or str(error),
    )


def _say_nothing(_: str) -> None:
    """Tell nobody."""
