"""Every word of `fireaccess why` that the sentences of a result don't have, in both languages.

Names in braces are filled in by the modules beside this one.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from fireaccess.model.catalogue import Message
from fireaccess.model.formats import Language

_TEXTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        # What can be asked about
        "kind.house": Message("House"),
        "kind.segment": Message("Stretch of road"),
        "kind.alley": Message("Road or alley without a truck"),
        "kind.barrier": Message("Barrier"),
        "kind.reading": Message("Width reading"),
        "kind.clearance": Message("Height reading"),
        "kind.corner": Message("Corner"),
        "kind.water": Message("Water"),
        "kind.fire_point": Message("Fire point", "chain"),
        "kind.station": Message("Fire station", "chain"),
        "kind.solution": Message("Water solution"),
        "kind.violation": Message("Violation"),
        "kind.approved": Message("Approved list, row"),
        # Answers
        "status.ok": Message("passes"),
        "status.needs_survey": Message("needs a survey"),
        "status.no_road": Message("fails: too far from a truck"),
        "status.no_water": Message("fails: too far from water"),
        "status.no_road_no_water": Message("fails: too far from a truck and from water"),
        "status.unconnected": Message("not computed: no alley is mapped"),
        "within.covered": Message("within the limit"),
        "within.not_covered": Message("beyond the limit"),
        "within.needs_survey": Message("not known, to be measured"),
        "truck.pass": Message("gets through"),
        "truck.unknown": Message("not known"),
        "truck.blocked": Message("does not get through"),
        "effect.pass": Message("lets a truck pass"),
        "effect.delay": Message("opens, which takes time"),
        "effect.unknown": Message("not known whether a truck passes"),
        "effect.blocked": Message("blocks a truck"),
        "flag.yes": Message("yes"),
        "flag.no": Message("no"),
        "flag.unknown": Message("not known"),
        # What the links of a chain are called
        "what.status": Message("Answer"),
        "what.read_from": Message("Read from"),
        "what.door": Message("Door"),
        "what.hose": Message("Hose line"),
        "what.stopped_by": Message("The truck stops (worst case) at"),
        "what.best_stopped_by": Message("The truck stops (best case) at"),
        "what.because": Message("Because", "chain"),
        "what.road": Message("Truck and hose"),
        "what.road_60": Message("Hose within 60 m"),
        "what.water": Message("Water"),
        "what.point": Message("Fire point", "chain"),
        "what.not_certain": Message("Not certain"),
        "what.not_counted": Message("Not counted"),
        "what.flags": Message("For a look by eye"),
        "what.truck": Message("A truck on it"),
        "what.at_its_end": Message("At its end stands"),
        "what.reached": Message("A truck gets to it"),
        "what.part_of": Message("Part of an alley without a truck"),
        "what.effect": Message("For a fire engine"),
        "what.dealt_with": Message("Dealt with"),
        "what.stands_for": Message("Stands for the mapped barrier"),
        "what.replaced_by": Message("Replaced by"),
        "what.certifies": Message("Certifies"),
        "what.certain": Message("Without a truck for certain"),
        "what.deep": Message("Deep alley"),
        "what.narrowest": Message("Narrowest known width"),
        "what.houses": Message("Houses", "map"),
        "what.has_water_solution": Message("Has a water solution"),
        "what.nearest": Message("Nearest"),
        "what.has_fire_point": Message("Has a fire point", "chain"),
        "what.needs_fire_point": Message("Needs a fire point", "chain"),
        "what.working": Message("Working", "chain"),
        "what.usable": Message("Usable"),
        # Evidence
        "source.survey": Message("survey"),
        "source.osm": Message("OpenStreetMap"),
        "source.norm": Message("norm"),
        "source.facade": Message("gap between buildings"),
        "source.corner": Message("shape of the road"),
        "source.houses": Message("list of houses"),
        "source.elevation": Message("elevation grid"),
        "sheet": Message("sheet {sheet}"),
        "row": Message("row {row}"),
        "accuracy": Message("accuracy {accuracy} m"),
        "no_date": Message("no date"),
        "not_used": Message("NOT USED: {why}"),
        "not_used.replaced": Message("replaced by {by}"),
        "not_used.far": Message("farther than {limit} m from any road ({setting})"),
        "not_used.riser": Message("a riser that does not work"),
        "not_used.unreadable": Message("can't be read as a figure"),
        "not_used.outranked": Message("a better source decides: {by}"),
        "not_used.sign": Message("a sign, which decides nothing here"),
        "not_used.enough": Message("not below the {need} needed"),
        "not_used.no_bridge": Message("no bridge, so it does not stop a fire engine"),
        "not_used.gentle": Message("not steeper than the {most} allowed"),
        "not_used.grade_told": Message("norm {name} does not say that grade decides"),
        "not_used.drawn_over": Message("the road is drawn through a building: not known there"),
        "not_used.other": Message("something else decides"),
        # Clauses
        "of_norm": Message("norm {name}"),
        "of_vehicle": Message("vehicle {name}"),
        "figure.V": Message("V (read in the source)"),
        "figure.V2": Message("V2 (read in an unofficial copy)"),
        "figure.T": Message("T (tested)"),
        "figure.M": Message("ASSUMED (M, from memory, not verified)"),
        "figure.assumption": Message("ASSUMED (no source gives it)"),
        "silent": Message("norm {name} gives no limit"),
        "silent.draft": Message(
            "to be drawn from by truck, and norm {name} does not say from how near"
        ),
        # Houses
        "unnamed": Message("an unnamed way"),
        "door": Message("on {road} (segment {segment}), {offset} m from the house: {rule}"),
        "door.named": Message("the road that the address names"),
        "door.nearest": Message("the nearest road, for the address names none that is mapped"),
        "door.no_address": Message("the nearest road, for there is no address"),
        "door.elsewhere": Message(
            "the nearest road, for the address names {name}, which is not within {limit} m "
            "(name_snap_m)"
        ),
        "both": Message("worst case: {worst}; best case: {best}"),
        "hose.none": Message("no way from where a truck stops"),
        "hose.door": Message("{hose} m, for a truck gets to the road at the door"),
        "hose.line": Message(
            "{hose} m = {offset} m to the door + {along} m of road, from where the truck "
            "stops{stand}"
        ),
        "stand": Message(" (lon {lon}, lat {lat})"),
        "sixty": Message("the 60 m are fixed (column road_60), not taken from this norm"),
        "nearest.within": Message("{kind} {id}, {compared}"),
        "nearest": Message("nearest usable: {kind} {id}, {compared}"),
        "nearest.covered": Message("one farther away lies within the limit of its kind"),
        "nearest.needs_survey": Message(
            "within the limit if a truck can draw from one that is not certain"
        ),
        "nearest.none": Message("no usable one can be reached by hose"),
        "object.straight": Message("{kind} {id}, {straight} m straight: {why}"),
        "object.more": Message("and {count} more within the limit as the crow flies"),
        "object.broken": Message("not working"),
        "object.far": Message("farther than {limit} m from any road (snap_limit_m)"),
        "object.no_stand": Message("to be drawn from by truck, and none gets within {limit} m"),
        "object.open_stand": Message(
            "to be drawn from by truck, and it is not known whether one gets within {limit} m"
        ),
        "object.beyond": Message("beyond its limit by hose even so"),
        "object.usable": Message("the nearest one, within its limit, of {count} houses"),
        "flags.far_door": Message(
            "the road is more than 30 m from the house: an alley may be missing on the map"
        ),
        "flags.behind": Message(
            "a road that a truck gets to lies within 20 m straight: is there a way through?"
        ),
        "flags.name_mismatch": Message("the door is not on the road that the address names"),
        "flags.placed_by_name": Message(
            "without coordinates: set on the middle of the road that the address names"
        ),
        "flags.people_estimated": Message(
            "how many people live here is an estimate from a population grid, not a count"
        ),
        "flags.stand_in": Message(
            "no house but a cell of a population grid, counted from its centre"
        ),
        # Roads
        "segment": Message("{road}, {length} m long"),
        "outside": Message("outside the area"),
        "truck.survey": Message(
            "reading {id} is wide enough and certifies it{narrowest}: {compared}"
        ),
        "truck.somewhere": Message("{road} is narrow somewhere, not known on which stretch"),
        "truck.narrowest": Message(" (as its narrowest place)"),
        "truck.width": Message("tag {tag}: {compared}"),
        "truck.facade": Message("least gap between buildings on the map: {compared}"),
        "truck.class.pass": Message(
            "class {highway} is wide enough by the table of classes; not measured"
        ),
        "truck.class.blocked": Message(
            "class {highway} is not for fire engines, by the table of classes"
        ),
        "truck.class.unknown": Message(
            "its width was not measured, and class {highway} does not tell"
        ),
        "truck.sign_width": Message(
            "class {highway} is wide enough as a rule, but the sign {tag} is below the {need} m "
            "needed"
        ),
        "truck.oneway": Message("a one-way street, and this vehicle keeps to it (respect_oneway)"),
        "truck.steps": Message("steps or a corridor"),
        "truck.height": Message("clear height {compared}"),
        "truck.sign_height": Message("a sign limits the height to {compared}"),
        "truck.covered": Message(
            "it leads through a building or under a roof, and no height was measured"
        ),
        "truck.weight": Message("a bridge that carries {compared}"),
        "truck.incline": Message("rise over run by tag {tag}: {compared}"),
        "truck.grade": Message("rise over run, on {base} m of its way: {compared}"),
        # Alleys
        "alley.certain.yes": Message("in the best case too"),
        "alley.certain.no": Message("in the best case a truck gets into some of it"),
        "alley.houses": Message("{houses}; beyond hose reach: {no}; to be measured: {open}"),
        "alley.no_houses": Message("no house stands on it: judged at its farthest ends"),
        "alley.water.all": Message("all {houses} houses have water within the limit of its kind"),
        "alley.water.installed": Message(
            "{short} of {houses} houses have no certain water within the limit, but an installed "
            "solution serves the alley; the survey lists:"
        ),
        "alley.water.short": Message(
            "of {houses} houses, {no} have no water within the limit, {open} are not known"
        ),
        "alley.nearest": Message("{id}, {metres} m from the nearest end of the alley"),
        "alley.points": Message("{no} of {houses} houses have no fire point within the limit"),
        "alley.needs_point": Message("depth {depth}; houses without one: {no}"),
        # Barriers and readings
        "rule.removed": Message("it was removed"),
        "rule.gap": Message("gap when open {compared}"),
        "rule.keyholder": Message(
            "it can be opened and somebody is named who opens it; opening takes {delay} s"
        ),
        "rule.no_keyholder": Message("it can be opened, but nobody is named who opens it"),
        "rule.fixed": Message("the survey says that it is fixed"),
        "rule.type.blocked": Message("neither gap nor state is known; this type blocks a truck"),
        "rule.type.unknown": Message("neither gap nor state is known; this type may open"),
        "rule.type.pass": Message("this type lets a truck pass"),
        "rule.unlocked": Message("it is not locked (locked=no); opening takes {delay} s"),
        "rule.yielding": Message("a low or flexible bollard; passing takes {delay} s"),
        "rule.kerb.pass": Message("a lowered kerb, or one no higher than {limit} m"),
        "rule.kerb.unknown": Message("not known whether the kerb is higher than {limit} m"),
        "rule.height": Message("height {compared}"),
        "rule.no_height": Message("its height is not known"),
        "rule.somewhere": Message(
            "it is on one of {count} stretches of its road, not known on which"
        ),
        "rule.not_known": Message("not known whether this type lets a truck pass"),
        "rule.corner.unknown": Message(
            "the road turns {turned}°; a truck that turns on {radius} m gets round for sure where "
            "both streets are {needed} m wide"
        ),
        "rule.corner.blocked": Message(
            "the road turns {turned}°; an outline of {length} m by {width} m can't be moved round, "
            "however often it is set back"
        ),
        "rule.sharp": Message("the road turns {turned}°; beyond {sharpest}° no truck gets round"),
        "certifies": Message("{count} stretches: {segments}"),
        "certifies.none": Message(
            "no stretch: those beside it are longer than {gap} m (reading_gap_m), or another "
            "reading certifies them"
        ),
        "dealt_with.removed": Message("it was removed"),
        "dealt_with.pass": Message("a truck passes"),
        "dealt_with.checked": Message("somebody is named who opens it, and it was checked"),
        "dealt_with.not_checked": Message(
            "somebody is named who opens it, but no date says that it was checked"
        ),
        "dealt_with.unknown": Message("not known whether a truck passes"),
        "dealt_with.blocked": Message("it still blocks a truck"),
        "more": Message("and {count} more"),
        # Types of water and fire points
        "type.hydrant": Message("hydrant", "chain"),
        "type.tank": Message("tank"),
        "type.pond": Message("pond"),
        "type.river": Message("river"),
        "type.pit": Message("pit"),
        "type.suction_point": Message("suction point"),
        "type.fire_point": Message("fire point", "chain"),
        "type.extinguisher": Message("public extinguisher"),
    }
)


def text(key: str, language: Language, **fill: object) -> str:
    """Return one text in one language, its braces filled in.

    Examples
    --------
    >>> text("row", "vi", row=14), text("row", "en", row=14)
    ('dòng 14', 'row 14')
    """
    return _TEXTS[key].into(language, **fill)


def known(key: str) -> bool:
    """Whether there is such a text.

    Examples
    --------
    >>> known("type.hydrant"), known("type.cistern")
    (True, False)
    """
    return key in _TEXTS
