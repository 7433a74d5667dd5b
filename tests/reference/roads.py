"""The network of SPEC §4, built literally: ways cut at nodes, and what is known of each piece."""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise

import numpy
import shapely
from shapely import LineString, Point

from . import tables

NOT_ROADS = {
    *("proposed", "construction", "abandoned", "disused", "razed", "platform", "raceway"),
    *("elevator", "bus_stop", "rest_area", "services", "escape", "via_ferrata"),
}
MOTORWAY = {"motorway", "motorway_link"}
SIDEWALKS = {"sidewalk", "crossing", "traffic_island"}
POSTS = {"bollard", "block", "jersey_barrier", "planter", "log", "debris"}
GATES = {"gate", "lift_gate", "swing_gate", "sliding_gate"}
WALLS = {"wall", "fence", "city_wall"}
BLOCKING = WALLS | {
    *("block", "bollard", "chain", "jersey_barrier", "cycle_barrier", "motorcycle_barrier"),
    *("stile", "turnstile", "full-height_turnstile", "kissing_gate", "wicket_gate", "log"),
    *("debris", "planter", "spikes", "ditch", "guard_rail", "bus_trap", "sump_buster"),
}
PASSING = {"cattle_grid", "toll_booth", "border_control", "entrance", "sally_port"}
WORSE = ["pass", "delay", "unknown", "blocked"]
SAME_PLACE_M = 0.001


@dataclass
class Segment:
    """A stretch of one way between two nodes."""

    id: tuple  # (way id, position along the way)
    start: object
    end: object
    line: LineString
    tags: dict
    first: int = 0  # index of its first vertex in the way's list
    piece: int = 0
    truck: str = "unknown"


def yes(tags, key):
    """Tell whether a tag is set to anything but no."""
    return tags.get(key, "no") != "no"


def metres(value):
    """Read a length: 3.5, 3.5 m, 350 cm, 12 ft, 11'6\", a decimal comma; None for all else."""
    value = (value or "").strip()
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?) ?(m|cm|ft)?", value)
    if found:
        unit = {None: 1, "m": 1, "cm": 0.01, "ft": 0.3048}[found[2]]
        return float(found[1].replace(",", ".")) * unit
    found = re.fullmatch(r"(\d+)'(?: ?(\d+)\")?", value)
    return (int(found[1]) + int(found[2] or 0) / 12) * 0.3048 if found else None


def tonnes(value):
    """Read a mass: 10, 10 t, 10000 kg; None for all else."""
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?) ?(t|kg)?", (value or "").strip())
    return float(found[1].replace(",", ".")) / (1000 if found[2] == "kg" else 1) if found else None


def at_least(figure, need):
    """Compare two figures rounded to 0.1 mm."""
    return round(figure, 4) >= round(need, 4)


class Roads:
    """Ways with their vertices, cut at nodes; nodes that stop a truck or a crew."""

    def __init__(self, osm, positions, area, rules):
        self.rules = rules
        self.tags = {}
        self.vertices = {}  # way id: pieces, each a list of [(x, y), node or None]
        self.effects = {}  # node: list of effects of all that stands there
        self.walls = set()  # nodes where nobody gets through on foot either
        self.wide = {}  # node: whether one of its wide readings is the narrowest
        self.readings_only = set()
        self.clearances = set()
        self.osm_barriers = {}
        self._segments = {}
        self._load(osm, positions, area)

    def _load(self, osm, positions, area):
        ways = {}
        for way, (refs, tags) in sorted(osm.ways.items()):
            if "highway" not in tags or tags.get("area", "no") == "yes":
                continue
            if tags["highway"] in NOT_ROADS:
                continue
            # Extracts cut ways: where nodes are missing the way is interrupted.
            pieces = [[]]
            for ref in refs:
                if ref not in positions:
                    pieces.append([])
                elif not pieces[-1] or pieces[-1][-1] != ref:
                    pieces[-1].append(ref)
            pieces = [piece for piece in pieces if len(piece) >= 2]
            lines = [LineString([positions[ref] for ref in piece]) for piece in pieces]
            if any(line.distance(area) <= self.rules.load_margin_m for line in lines):
                ways[way] = pieces
                self.tags[way] = tags
        uses = Counter(ref for pieces in ways.values() for piece in pieces for ref in piece)
        for pieces in ways.values():
            for piece in pieces:
                uses.update([piece[0], piece[-1]])  # an end counts as two uses
        for ref in uses:
            if "barrier" in osm.node_tags.get(ref, {}):
                self.osm_barriers[ref] = (Point(positions[ref]), osm.node_tags[ref])
        for way, pieces in ways.items():
            self.vertices[way] = [
                [
                    (positions[ref], ref if uses[ref] > 1 or ref in self.osm_barriers else None)
                    for ref in piece
                ]
                for piece in pieces
            ]
            self._cut(way)

    def _cut(self, way):
        self._segments[way] = []
        for number, piece in enumerate(self.vertices[way]):
            ends = [index for index, (_, node) in enumerate(piece) if node is not None]
            for first, last in pairwise(ends):
                self._segments[way].append(
                    Segment(
                        id=(way, len(self._segments[way])),
                        start=piece[first][1],
                        end=piece[last][1],
                        line=LineString([xy for xy, _ in piece[first : last + 1]]),
                        tags=self.tags[way],
                        first=first,
                        piece=number,
                    )
                )

    @property
    def segments(self):
        """All segments in the order of their ids."""
        return [segment for way in sorted(self._segments) for segment in self._segments[way]]

    # ---- what the survey sets on the network (§6)

    def nearest(self, place, within, road_name=""):
        """Return the segment that a survey row belongs to, or None."""
        fit = [segment for segment in self.segments if takes_survey(segment.tags)]
        away = shapely.distance([segment.line for segment in fit], place) if fit else []
        near = [(far, segment) for far, segment in zip(away, fit, strict=True) if far <= within]
        name = tables.plain(road_name)
        named = [(far, s) for far, s in near if name and tables.plain(s.tags.get("name")) == name]
        return closest(named or near)

    def node_at(self, segment, place, key):
        """Return the node where a place projects onto a segment, cutting the way if need be."""
        along = segment.line.project(place)
        spot = segment.line.interpolate(along)
        piece = self.vertices[segment.id[0]][segment.piece]
        last = segment.first + len(segment.line.coords) - 1
        for index in (segment.first, last):
            if spot.distance(Point(piece[index][0])) <= SAME_PLACE_M:
                return piece[index][1]
        travelled = 0.0
        for index in range(segment.first, last):
            travelled += Point(piece[index][0]).distance(Point(piece[index + 1][0]))
            if along < travelled or index == last - 1:
                piece.insert(index + 1, ((spot.x, spot.y), key))
                break
        self._cut(segment.id[0])
        return key

    def set_barriers(self, rows):
        """Set the barriers of OSM and of the survey; return how many rows were out of range."""
        lost = 0
        replaced = {}
        for count, row in enumerate(rows):
            kind = row["type"]
            match = self._same_barrier(row, kind)
            if match is not None:
                tags = {**self.osm_barriers[match][1], "barrier": kind}
                replaced.setdefault(match, []).append((tags, row))
                continue
            segment = self.nearest(row["place"], self.rules.survey_snap_m, row.get("road_name", ""))
            if segment is None:
                lost += 1
                continue
            node = self.node_at(segment, row["place"], ("barrier", count))
            self._stand(node, {"barrier": kind}, row)
        for ref, (_, tags) in self.osm_barriers.items():
            for merged, row in replaced.get(ref, [(tags, {})]):
                self._stand(ref, merged, row)
        return lost

    def _same_barrier(self, row, kind):
        wanted = re.search(r"\d+", row.get("osm_id", ""))
        if wanted and int(wanted[0]) in self.osm_barriers:
            return int(wanted[0])
        near = [
            (place.distance(row["place"]), ref)
            for ref, (place, tags) in self.osm_barriers.items()
            if family(tags["barrier"]) == family(kind)
        ]
        near = [(far, ref) for far, ref in near if far <= self.rules.same_object_m]
        return min(near)[1] if near else None

    def _stand(self, node, tags, row):
        effect = barrier_effect(tags, row, self.rules)
        self.effects.setdefault(node, []).append(effect)
        if tags["barrier"] in WALLS and effect not in ("pass", "delay"):
            self.walls.add(node)

    def set_readings(self, rows):
        """Set the surveyed widths as nodes; return how many were out of range."""
        lost = 0
        for count, row in enumerate(rows):
            width = tables.measure(row["width_m"])
            segment = self.nearest(row["place"], self.rules.survey_snap_m, row.get("road_name", ""))
            if width is None or segment is None:
                lost += 1
                continue
            node = self.node_at(segment, row["place"], ("reading", count))
            if node == ("reading", count):
                self.readings_only.add(node)
            give = tables.number(row.get("accuracy_m")) or 0.0
            if at_least(width - give, self.rules.need_width):
                effect = "pass"
                narrowest = tables.answer(row.get("narrowest"), blank=False)
                self.wide[node] = self.wide.get(node, False) or narrowest
            else:
                wide_enough = at_least(width + give, self.rules.need_width)
                effect = "unknown" if wide_enough else "blocked"
            self.effects.setdefault(node, []).append(effect)
        return lost

    def set_clearances(self, rows):
        """Set the surveyed clear heights as nodes; return how many were out of range."""
        lost = 0
        for count, row in enumerate(rows):
            height = tables.measure(row["height_m"])
            segment = self.nearest(row["place"], self.rules.survey_snap_m, row.get("road_name", ""))
            if height is None or segment is None:
                lost += 1
                continue
            node = self.node_at(segment, row["place"], ("clearance", count))
            self.clearances.add(node)
            enough = at_least(height, self.rules.need_height)
            self.effects.setdefault(node, []).append("pass" if enough else "blocked")
        return lost

    def node_effect(self, node):
        """Return the worst effect of all that stands at a node."""
        return max(self.effects.get(node, ["pass"]), key=WORSE.index)

    # ---- what is known of each segment (§4.1, §4.2)

    def judge(self):
        """Return all segments, each with its answer for the truck."""
        segments = self.segments
        certified = self.certified(segments)
        for segment in segments:
            has_clearance = bool({segment.start, segment.end} & self.clearances)
            segment.truck = truck_answer(
                segment.tags, segment.id in certified, has_clearance, self.rules
            )
        return segments

    def certified(self, segments):
        """Return the ids of the segments that a wide reading certifies."""
        arms = {}
        for segment in segments:
            for node in {segment.start, segment.end}:
                arms.setdefault(node, []).append(segment)
        found = set()
        for node, narrowest in self.wide.items():
            for segment in arms[node]:
                if segment.line.length <= self.rules.reading_gap_m:
                    found.add(segment.id)
            waiting = list(arms[node]) if narrowest else []
            seen = set()
            while waiting:
                segment = waiting.pop()
                found.add(segment.id)
                seen.add(segment.id)
                for end in (segment.start, segment.end):
                    if end != node and end in self.readings_only - self.clearances:
                        waiting += [arm for arm in arms[end] if arm.id not in seen]
        return found


def takes_survey(tags):
    """Tell whether widths, clearances and barriers may belong to a segment."""
    kept_off = tags.get("footway") in SIDEWALKS or tags["highway"] == "steps"
    return not (kept_off or yes(tags, "bridge") or tags.get("tunnel") == "yes")


def takes_doors(tags):
    """Tell whether doors, water and fire points may open onto a segment."""
    if tags["highway"] in MOTORWAY or tags.get("footway") in SIDEWALKS:
        return False
    return not (yes(tags, "bridge") or tags.get("tunnel") == "yes")


def closest(pairs):
    """Return the nearest of (distance, segment) pairs, of equals the smaller id; or None."""
    if not pairs:
        return None
    least = min(far for far, _ in pairs)
    ties = [segment for far, segment in pairs if far <= least + 1e-6]
    return min(ties, key=lambda segment: segment.id)


def family(kind):
    """Return the family that a barrier belongs to."""
    return "posts" if kind in POSTS else "gates" if kind in GATES else kind


def barrier_effect(tags, row, rules):
    """Return pass, delay, blocked or unknown for a barrier (§4.3), by its rules in their order."""
    kind, state = tags["barrier"], row.get("state", "")
    if state == "removed":
        return "pass"
    gap = tables.measure(row.get("clear_width_m"))
    gap = metres(tags.get("maxwidth:physical")) if gap is None else gap
    if gap is not None:
        return "pass" if at_least(gap, rules.need_width) else "blocked"
    if state == "openable":
        return "delay" if row.get("keyholder") else "unknown"
    if state == "fixed":
        return "blocked"
    if kind in GATES:
        return "delay" if tags.get("locked") == "no" else "unknown"
    if kind == "bollard" and tags.get("bollard", "fixed") != "fixed":
        return "delay" if tags["bollard"] in ("low", "flexible") else "unknown"
    if kind in BLOCKING:
        return "blocked"
    if kind in PASSING:
        return "pass"
    if kind == "kerb":
        height = metres(tags.get("height"))
        low = height is not None and at_least(rules.kerb_height_m, height)
        flat = tags.get("kerb") in ("flush", "lowered", "rolled", "no")
        return "pass" if low or flat else "unknown"
    if kind == "height_restrictor" and metres(tags.get("maxheight")) is not None:
        clear = at_least(metres(tags["maxheight"]), rules.need_height)
        return "pass" if clear else "blocked"
    return "unknown"


def width_answer(tags, certified, rules):
    """Return pass, blocked or unknown by the best source of a width (§4.1)."""
    if certified:
        return "pass"
    for keys, give in rules.width_sources:
        figures = [metres(tags.get(key)) for key in keys]
        for width in (figure for figure in figures if figure is not None):
            if at_least(width - give, rules.need_width):
                return "pass"
            return "unknown" if at_least(width + give, rules.need_width) else "blocked"
    classes = rules.classes
    if tags["highway"] in classes["blocked"] or tags.get("footway") in classes["footway_blocked"]:
        return "blocked"
    if tags["highway"] not in classes["pass"]:
        return "unknown"
    sign = metres(tags.get("maxwidth"))
    return "pass" if sign is None or at_least(sign, rules.need_width) else "unknown"


def truck_answer(tags, certified, has_clearance, rules):
    """Return pass, blocked or unknown for a segment (§4.2)."""
    if tags["highway"] in ("steps", "corridor"):
        return "blocked"
    answer = width_answer(tags, certified, rules)
    limit = tonnes(tags.get("maxweight"))
    if limit is not None and yes(tags, "bridge") and limit < rules.mass_t:
        return "blocked"
    physical, sign = metres(tags.get("maxheight:physical")), metres(tags.get("maxheight"))
    if physical is not None:
        return answer if at_least(physical, rules.need_height) else "blocked"
    low_sign = sign is not None and not at_least(sign, rules.need_height)
    roofed = tags.get("tunnel") == "building_passage" or tags.get("covered") == "yes"
    if answer == "pass" and (low_sign or (roofed and sign is None and not has_clearance)):
        return "unknown"
    return answer


def starting_piece(segments, classes):
    """Return the largest piece of passable arterials: its segments, in the order of ids (§5)."""
    arterial = [s for s in segments if s.truck == "pass" and s.tags["highway"] in classes]
    arms = {}
    for segment in arterial:
        for node in {segment.start, segment.end}:
            arms.setdefault(node, []).append(segment)
    best, seen = [], set()
    for segment in arterial:
        piece, waiting = {}, [segment] if segment.id not in seen else []
        while waiting:
            here = waiting.pop()
            if here.id not in piece:
                piece[here.id] = here
                waiting += arms[here.start] + arms[here.end]
        seen |= set(piece)
        # Pieces are met in the order of their smallest ids, so an equal one comes too late.
        if round(total(piece.values()) - total(best), 6) > 0:
            best = list(piece.values())
    return best


def total(segments):
    """Return the length of segments together."""
    return float(numpy.sum([segment.line.length for segment in segments]))


def reach(segments, starts, effect, case):
    """Return the ids of the segments that the truck gets to in the worst or the best case (§5)."""
    go = {"pass", "delay"} if case == "worst" else {"pass", "delay", "unknown"}
    arms = {}
    for segment in segments:
        for node in {segment.start, segment.end}:
            arms.setdefault(node, []).append(segment)
    reached = {segment.id for segment in starts}
    waiting = sorted({str(node): node for s in starts for node in (s.start, s.end)}.items())
    waiting = [node for _, node in waiting]
    arrived = set(waiting)
    while waiting:
        node = waiting.pop()
        if effect(node) not in go:
            continue  # arrived at, not passed
        for segment in arms[node]:
            if segment.truck not in go:
                continue
            reached.add(segment.id)
            for end in (segment.start, segment.end):
                if end not in arrived:
                    arrived.add(end)
                    waiting.append(end)
    return reached
