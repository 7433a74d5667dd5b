"""A stand-in for Overpass and Nominatim: answers from a local extract, and fails on request.

It speaks as much of the two protocols as fireaccess uses, on 127.0.0.1, and keeps a log.

    with OverpassServer("roads.osm") as server:
        server.faults = ["429", "cut"]  # of the next two queries; then it is well again
        fetch(where, file, url=server.api)
        assert server.queries == 3

A query is taken apart into statements and worked through as Overpass does: a way is found when a
node of it lies in the polygon or box, or a stretch of it crosses the outline; a relation, when one
of its members is found. ``around`` measures in metres of the extract's UTM zone.
"""

import gzip
import json
import re
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree

import numpy as np
import osmium
import pyproj
import shapely

OSM_BASE = "2026-10-01T06:00:00Z"
MAPPER = "somebody who maps"
_KINDS = {"node": "n", "way": "w", "rel": "r", "nwr": "nwr", "wr": "wr"}
_STATEMENT = re.compile(r"(node|way|rel|nwr|wr)((?:\[[^\]]*\])+)\((.*)\)")
_TAG = re.compile(r'\["([^"]+)"(?:(=|~)"([^"]+)")?\]')

STATUS = """Connected as: 2130706433
Current time: 2026-10-01T06:00:00Z
Announced endpoint: none
Rate limit: 2
Slot available after: 2026-10-01T06:00:31Z, in 31 seconds.
Slot available after: 2026-10-01T06:00:23Z, in 23 seconds.
Currently running queries (pid, space limit, time limit, start time):
"""
PAGE = """<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN"
    "http://www.w3.org/TR/xhtml1/DTD/xhtml1-strict.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xml:lang="en" lang="en">
<head>
  <meta http-equiv="content-type" content="text/html; charset=utf-8" lang="en"/>
  <title>OSM3S Response</title>
</head>
<body>

<p>The data included in this document is from www.openstreetmap.org. The data is made available
under ODbL.</p>
<p><strong style="color:#FF0000">Error</strong>: {} </p>

</body>
</html>
"""
LOGIN = "<!doctype html><html><body><form>Welcome to the hotel. Please log in.<br></form></html>"
BUSY = "runtime error: open64: 0 Success /osm3s_osm_base Dispatcher_Client::request_read_and_idx::"
TIMED_OUT = 'runtime error: Query timed out in "query" at line 4 after 181 seconds.'
NO_MEMORY = (
    'runtime error: Query run out of memory in "recurse" at line 9 using about 512 MB of RAM.'
)


class Extract:
    """An OSM file in memory, to be asked as Overpass is asked."""

    def __init__(self, file):
        self.items = {"n": {}, "w": {}, "r": {}}  # id -> object as plain values
        for item in osmium.FileProcessor(str(file)):
            kept = {"tags": dict(item.tags), "version": str(item.version or 1)}
            if item.timestamp.timestamp() > 0:
                kept["timestamp"] = f"{item.timestamp:%Y-%m-%dT%H:%M:%SZ}"
            if item.is_node():
                kept["xy"] = (item.location.lon, item.location.lat)
            elif item.is_way():
                kept["nodes"] = [node.ref for node in item.nodes]
            else:
                kept["members"] = [(m.type, m.ref, m.role) for m in item.members]
            self.items[item.type_str()][item.id] = kept
        self.keys = {}  # tag key -> objects
        for kind, items in self.items.items():
            for number, item in items.items():
                for key in item["tags"]:
                    self.keys.setdefault(key, []).append((kind, number))
        self.shapes = {}
        lon, lat = np.mean([node["xy"] for node in self.items["n"].values()], axis=0)
        utm = 32600 + int((lon + 180) // 6) + 1 + (100 if lat < 0 else 0)
        self._metres = pyproj.Transformer.from_crs(4326, utm, always_xy=True).transform

    def ask(self, query):
        """Return the objects that a query finds, as a set of (kind, id)."""
        sets = {"_": set()}
        settings, _, text = re.sub(r"\s+", " ", query).partition(";")
        assert settings.startswith("[out:xml][timeout:"), settings
        statements = _split(text)
        assert statements.pop() == "out meta", statements
        for statement in statements:
            union = re.fullmatch(r"\((.*)\)(?:->\.(\w+))?", statement)
            assert union, statement
            found = set()
            for part in _split(union[1]):
                found |= self._find(part, sets)
            sets[union[2] or "_"] = found
        return sets["_"]

    def _find(self, statement, sets):
        if statement == "._":
            return sets["_"]
        if statement == ">":
            return self._below(sets["_"])
        if statement.startswith("."):
            return sets[statement[1:]]
        kinds, tags, place = _STATEMENT.fullmatch(statement).groups()
        tests = _TAG.findall(tags)
        assert "".join(f'["{k}"{op}"{v}"]' if op else f'["{k}"]' for k, op, v in tests) == tags
        some = [
            (kind, number)
            for kind, number in self.keys.get(tests[0][0], ())
            if kind in _KINDS[kinds] and _fits(self.items[kind][number]["tags"], tests)
        ]
        near = self._near(place, sets)
        return {one for one in some if near(one)}

    def _near(self, place, sets):
        """Return the test that a place in brackets is."""
        if place.startswith("around."):
            name, metres = place.removeprefix("around.").split(":")
            ways = [self._shape(one) for one in sorted(sets[name])]
            tree = shapely.STRtree(shapely.transform(ways, self._metres, interleaved=False))

            def close(shape):
                local = shapely.transform(shape, self._metres, interleaved=False)
                return len(tree.query(local, "dwithin", distance=float(metres))) > 0

            return lambda one: self._any(one, close)
        if place.startswith("poly:"):
            corners = [float(text) for text in place.removeprefix("poly:").strip('"').split()]
            area = shapely.Polygon(list(zip(corners[1::2], corners[::2], strict=True)))
            assert area.is_valid, place
        else:
            south, west, north, east = (float(text) for text in place.split(","))
            area = shapely.box(west, south, east, north)
        shapely.prepare(area)
        return lambda one: self._any(one, area.intersects)

    def _any(self, one, test):
        if one[0] != "r":
            shape = self._shape(one)
            return shape is not None and bool(test(shape))
        members = self.items["r"][one[1]]["members"]
        return any(self._any((kind, number), test) for kind, number, _ in members if kind != "r")

    def _shape(self, one):
        if one not in self.shapes:
            item = self.items[one[0]].get(one[1], {"nodes": []})
            nodes = self.items["n"]
            xy = [nodes[n]["xy"] for n in item.get("nodes", ()) if n in nodes]
            xy = [item["xy"]] if "xy" in item else xy
            line = shapely.LineString(xy) if len(xy) > 1 else None
            self.shapes[one] = shapely.Point(xy[0]) if len(xy) == 1 else line
        return self.shapes[one]

    def _below(self, found):
        """Return members of relations, and nodes of ways, of those ways too."""
        members = {
            (kind, number)
            for a, b in found
            if a == "r"
            for kind, number, _ in self.items["r"][b]["members"]
            if kind != "r" and number in self.items[kind]
        }
        ways = [number for kind, number in found | members if kind == "w"]
        return members | {("n", n) for way in ways for n in self.items["w"][way]["nodes"]}

    def write(self, found):
        """Return objects as Overpass sends them, with the names of mappers."""
        osm = ElementTree.Element("osm", version="0.6", generator="Overpass API 0.7.62.4")
        ElementTree.SubElement(osm, "note").text = "The data is made available under ODbL."
        ElementTree.SubElement(osm, "meta", osm_base=OSM_BASE)
        for kind, number in sorted(found, key=lambda one: ("nwr".index(one[0]), one[1])):
            item = self.items[kind][number]
            tag = {"n": "node", "w": "way", "r": "relation"}[kind]
            element = ElementTree.SubElement(osm, tag, id=str(number), version=item["version"])
            if "xy" in item:
                element.set("lat", f"{item['xy'][1]:.7f}")
                element.set("lon", f"{item['xy'][0]:.7f}")
            element.set("timestamp", item.get("timestamp", "2026-02-03T04:05:06Z"))
            element.attrib |= {"changeset": "77", "uid": "7", "user": MAPPER}
            for node in item.get("nodes", ()):
                ElementTree.SubElement(element, "nd", ref=str(node))
            for type_, ref, role in item.get("members", ()):
                full = {"n": "node", "w": "way", "r": "relation"}[type_]
                ElementTree.SubElement(element, "member", type=full, ref=str(ref), role=role)
            for key, value in item["tags"].items():
                ElementTree.SubElement(element, "tag", k=key, v=value)
        ElementTree.indent(osm)
        return ElementTree.tostring(osm, encoding="UTF-8", xml_declaration=True)


def _split(text):
    """Split statements at the semicolons outside of brackets and quotation marks."""
    parts, depth, quoted, start = [], 0, False, 0
    for i, sign in enumerate(text):
        quoted ^= sign == '"'
        if not quoted:
            depth += (sign in "([") - (sign in ")]")
            if sign == ";" and depth == 0:
                parts.append(text[start:i].strip())
                start = i + 1
    assert not text[start:].strip(), text[start:]
    return parts


def _fits(tags, tests):
    return all(
        key in tags
        and (not op or (tags[key] == value if op == "=" else re.search(value, tags[key])))
        for key, op, value in tests
    )


class OverpassServer(ThreadingHTTPServer):
    """The server; in a ``with`` block it runs.

    ``faults`` are those of the next requests, in their order; ``always`` is that of every one.
    ``places`` are what Nominatim knows: name to GeoJSON geometry.
    """

    daemon_threads = True

    def __init__(self, file, *, places=()):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.extract = file if isinstance(file, Extract) else Extract(Path(file))
        self.places = dict(places)
        self.faults = []
        self.always = None
        self.log = []  # (path, fields)
        self.ending = threading.Event()
        self.root = f"http://127.0.0.1:{self.server_port}"
        self.api = f"{self.root}/api"

    @property
    def queries(self):
        """How many queries and searches came in; the status page is not counted."""
        return sum(not path.endswith("/status") for path, _ in self.log)

    @contextmanager
    def _running(self):
        thread = threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            self.ending.set()
            self.shutdown()
            thread.join()
            self.server_close()

    def __enter__(self):
        self._block = self._running()
        return self._block.__enter__()

    def __exit__(self, *error):
        return self._block.__exit__(*error)

    def handle_error(self, request, client_address):
        """Say nothing of clients that hang up: some tests have them do so."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Keep quiet; the server has its own log."""

    def do_GET(self):
        path, query = urlsplit(self.path).path, urlsplit(self.path).query
        fields = {key: values[0] for key, values in parse_qs(query).items()}
        self.server.log.append((path, {**fields, "agent": self.headers["User-Agent"]}))
        if path == "/api/status":
            self._send(200, STATUS, "text/plain")
        elif path == "/search":
            self._faulty(lambda: json.dumps(self._places(fields)).encode())
        else:
            self._send(404, PAGE.format("no such page"))

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        fields = {key: values[0] for key, values in parse_qs(body).items()}
        self.server.log.append((self.path, {**fields, "agent": self.headers["User-Agent"]}))
        if self.path != "/api/interpreter":
            self._send(404, PAGE.format("no such page"))
            return
        extract = self.server.extract
        self._faulty(lambda: extract.write(extract.ask(fields["data"])))

    def _places(self, fields):
        shape = self.server.places.get(fields["q"])
        if shape is None:
            return []
        west, south, east, north = map(str, shapely.from_geojson(json.dumps(shape)).bounds)
        place = {
            "place_id": 1,
            "osm_type": "relation",
            "osm_id": 1,
            "lat": south,
            "lon": west,
            "importance": 0.4,
            "class": "boundary",
            "type": "administrative",
            "name": fields["q"],
            "display_name": f"{fields['q']}, Việt Nam",
            "boundingbox": [south, north, west, east],
            "geojson": shape,
        }
        point = {"type": "Point", "coordinates": [float(west), float(south)]}
        return [{**place, "importance": 0.9, "geojson": point}, place]

    def _faulty(self, answer):
        """Send an answer, or fail as the server was told to."""
        server = self.server
        fault = server.always or (server.faults.pop(0) if server.faults else None)
        getattr(self, f"_{fault}".replace(" ", "_"))(answer)

    def _send(self, status, content, kind="text/html", **headers):
        content = content.encode() if isinstance(content, str) else content
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def _None(self, answer):
        """Send the whole answer, packed if the client takes it so."""
        content, headers = answer(), {}
        if "gzip" in self.headers.get("Accept-Encoding", ""):
            content, headers = gzip.compress(content, 1), {"Content_Encoding": "gzip"}
        self._send(200, content, "application/osm3s+xml", **headers)

    # Faults, by name
    def _hang(self, _):
        self.server.ending.wait(60)
        self.close_connection = True

    def _slow(self, answer):
        """Send so slowly that no wait for the next byte is long, and the whole is never there."""
        content = answer()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content) + 10**6))
        self.end_headers()
        while not self.server.ending.wait(0.01):
            self.wfile.write(b" " * 128)

    def _429(self, _):
        self._send(429, PAGE.format("rate_limited. Please check /api/status for the quota."))

    def _429_after(self, _):
        self._send(429, PAGE.format("rate_limited"), Retry_After="20")

    def _429_for_long(self, _):
        self._send(429, PAGE.format("rate_limited"), Retry_After="3600")

    def _504(self, _):
        self._send(504, PAGE.format(f"{BUSY}timeout. The server is probably too busy."))

    def _400(self, _):
        self._send(400, PAGE.format("line 3: parse error: Unknown type &quot;wya&quot;"))

    def _403(self, _):
        self._send(403, "<html><body>Forbidden</body></html>")

    def _moved(self, _):
        self._send(301, "", Location="https://overpass.example/api/interpreter")

    def _empty(self, _):
        self._send(200, b"", "application/osm3s+xml")

    def _cut(self, answer):
        """Break off in the middle of what was announced."""
        content = answer()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self.close_connection = True

    def _cut_unannounced(self, answer):
        """Break off without having said how much would come."""
        content = answer()
        self.send_response(200)
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self.close_connection = True

    def _cut_packed(self, answer):
        """Pack only half, and announce the length of that."""
        content = gzip.compress(answer())
        half = content[: len(content) // 2]
        self._send(200, half, "application/osm3s+xml", Content_Encoding="gzip")

    def _hung_up(self, _):
        """Close the connection without a word."""
        self.close_connection = True

    def _remark(self, answer, told=TIMED_OUT):
        """Stop in the middle of the ways, and say so at the end: a whole document, but half."""
        text = answer().decode()
        ways = text.index("<way")
        half = text[: text.rindex("<way", ways, (ways + len(text)) // 2 + 1)]
        self._send(200, f"{half}\n<remark> {told} </remark>\n\n</osm>\n", "application/osm3s+xml")

    def _memory(self, answer):
        self._remark(answer, NO_MEMORY)

    def _harmless(self, answer):
        """Remark on something that is no error."""
        remark = "<remark> runtime remark: this is slow </remark></osm>"
        self._send(200, answer().decode().replace("</osm>", remark))

    def _page(self, _):
        self._send(200, PAGE.format(f"{BUSY}timeout. The server is probably too busy."))

    def _login(self, _):
        self._send(200, LOGIN)

    def _other(self, _):
        self._send(200, '{"elements": []}', "application/json")

    def _lacking(self, answer):
        """Lack a node of a way."""
        osm = ElementTree.fromstring(answer())
        osm.remove(osm.find(f"node[@id='{osm.find('way/nd').get('ref')}']"))
        self._send(200, ElementTree.tostring(osm))

    def _garbled(self, answer):
        """Send a document that is whole but tells no place."""
        self._send(200, re.sub(rb'lat="[^"]*"', b'lat="north"', answer(), count=1))

    def _backwards(self, answer):
        """Send all there is, in another order."""
        osm = ElementTree.fromstring(answer())
        osm[:] = osm[::-1]
        self._send(200, ElementTree.tostring(osm))

    def _nothing(self, _):
        self._send(200, self.server.extract.write(set()), "application/osm3s+xml")
