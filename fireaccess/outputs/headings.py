"""What lists and their columns are called, what each holds, and which words are bad news.

Titles, notes, headings with their units, and kinds of cells stand side by side here, so that a
column is told once whatever list it is in.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from fireaccess.model.catalogue import Message

Kind = Literal[
    "text",
    "place",
    "word",
    "count",
    "change",
    "metres",
    "width",
    "rate",
    "share",
    "money",
    "estimate",
    "degrees",
    "grid",
    "date",
]
Tone = Literal["good", "open", "bad", "none"]

_BY_HAND: Final = "task person unit due product authority note"
#: Who does it, by when, and when it was done: left blank for the office.
_DONE: Final = "unit due done_on"
_WHERE: Final = "lon lat east north"

#: Lists: title (of at most 31 letters), what it tells, and columns; what follows | isn't printed.
LISTS: Final[Mapping[str, tuple[Message, Message, str]]] = MappingProxyType(
    {
        "groups": (
            Message("Residential groups", "statistics"),
            Message(
                "Worst: what is not known keeps a truck out. Best: what is not known lets it "
                "through. Shares are of all houses, those not computed included."
            ),
            "group houses people unconnected {answers} alley_measured_share",
        ),
        "distances": (
            Message("Distances and equipment"),
            Message(
                "Metres along the way, not straight. Half of the houses are no farther than the "
                "median, nine tenths no farther than the 90th percentile; neither adds up."
            ),
            "group houses {distances} hydrant_within_150_m equipped checked registered installed",
        ),
        "targets": (
            Message("Targets"),
            Message("Due: {due}. Newest data: {newest}."),
            "target_name target done left per_month done_share target_due owner target_product "
            "target_authority",
        ),
        "approved": (
            Message("Approved list"),
            Message(
                "Houses in areas without road or water: the approved list beside what was "
                "computed. The approved one decides who installs an alarm transmitter."
            ),
            "group houses listed both only_listed only_listed_open only_computed asked "
            "installed_of_asked",
        ),
        "transmitters": (
            Message("Transmitters by month"),
            Message(
                "Alarm transmitters: households that registered one, and that had it installed."
            ),
            "month registered installed",
        ),
        "scenarios": (
            Message("Scenarios side by side"),
            Message(
                "The same houses in a flood, or for vehicles by their own width and height. More "
                "houses: than in the main run; with a minus, fewer."
            ),
            "scenario vehicle need_width_m need_height_m mass_t {road} {road_60} reached_km "
            "reached_best_km assumed",
        ),
        "opened": (
            Message("Roads that vehicles open"),
            Message(
                "Roads and alleys without a truck that another vehicle gets into for certain, or "
                "where more houses are within hose reach of it, or within 60 m."
            ),
            f"map name length_m houses {{vehicles}} | {{more}} code {_WHERE}",
        ),
        "alleys": (
            Message("Roads without a truck"),
            Message(
                "Roads and alleys that a fire engine does not get to, or not for certain. The "
                "office fills in the blank columns."
            ),
            "map name groups length_m measured_share min_width_m depth_m deep certain houses "
            "people houses_not_covered houses_needs_survey stopped_by water_m has_water_solution "
            f"has_fire_point needs_fire_point {_BY_HAND} | depth_best_m water_id code {_WHERE}",
        ),
        "barriers": (
            Message("Barriers, narrow places"),
            Message(
                "Barriers, posts, gates, measured narrow and low places; removed ones stay in the "
                "list. The office fills in the blank columns."
            ),
            "map code type described state clear_width_m effect dealt_with {keyholder} source "
            f"checked_on {{gains}} {_BY_HAND} | {{more_gains}} {_WHERE}",
        ),
        "dead_ends": (
            Message("Dead ends"),
            Message(
                "Road that a truck gets to and can only come back from the way that it came. It "
                "reverses out, or to where it can go forward to a place to turn. Those that need a "
                "look come first."
            ),
            "map name too_long reverse_m limit_m dead_end_m dead_end_best_m sure turning "
            f"turning_m passing_places passing_needed min_width_m houses | code {_WHERE}",
        ),
        "water": (
            Message("Water sources"),
            Message("Hydrants, tanks, ponds, rivers, suction points: surveyed and mapped."),
            f"map code type working usable houses_served source checked_on {_WHERE}",
        ),
        "draft_points": (
            Message("Places to draw open water"),
            Message(
                "Where a pump on a road can draw open water, those first that bring water to most "
                "houses. A house gains water once, at the nearest place that may be used."
            ),
            "map code type called draftable access missing houses_gained houses_without_water "
            f"houses_in_range perennial edge_m lift_m source | {_WHERE}",
        ),
        "fire_points": (
            Message("Fire points", "list"),
            Message("Public fire points and public extinguishers."),
            f"map code type working usable houses_served source checked_on {_WHERE}",
        ),
        "houses": (
            Message("Houses", "map"),
            Message(
                "All houses by group and status: filter by status for those in areas without road "
                "or water."
            ),
            "map code address group people status road hose_m hose_best_m water water_id water_m "
            "hydrant_m point point_m alley reason | use extinguisher extinguisher_on transmitter "
            f"registered_month approved {_WHERE}",
        ),
        "hydrant_gaps": (
            Message("Roads far from a hydrant"),
            Message(
                "Stretches that a truck gets to, farther than half the spacing from any working "
                "hydrant."
            ),
            f"map name length_m code {_WHERE}",
        ),
        # The plan
        "measures": (
            Message("What to do first"),
            Message(
                "Barriers, narrow places and corners: {told} Then the others, each by itself. A "
                "gain is the houses that come within hose reach once all of the row is dealt with "
                "(worst case: what is not known keeps a truck out; best case: it lets one "
                "through). Those in a row in series are worth that only together. {costs}"
            ),
            "map rank described name group action gain_houses gain_best_houses gain_60_houses "
            "gain_people hose_saved_m more_houses total_houses alone_cost_vnd total_cost_vnd "
            f"cost_from {_DONE} | gain_best_60_houses obstacles code {_WHERE}",
        ),
        "sites": (
            Message("Proposed hydrants, fire points"),
            Message(
                "Where to put hydrants and fire points, in the order in which they serve most; "
                "those that are there are kept. {told} Houses by the way on foot. {costs}"
            ),
            "map site_kind rank name group site_houses site_people total_houses total_share "
            f"cost_vnd total_cost_vnd cost_from {_DONE} | candidate_id segment_id code {_WHERE}",
        ),
        "not_covered": (
            Message("Houses that no place covers"),
            Message(
                "Houses that no place for a hydrant or a fire point covers, and why. They need "
                "another solution, or a survey of the way to them."
            ),
            f"map code address group site_kind why_not nearest_m | {_WHERE}",
        ),
        "solutions": (
            Message("Water solutions"),
            Message(
                "A water solution for each road or alley without a truck, those to build first. "
                "Hydrants that are proposed for houses cost nothing here a second time. Fire "
                "points and smaller vehicles stand beside it: they are no water. With a question "
                "mark: perhaps. {costs}"
            ),
            "map name group length_m depth_m houses has_water_solution plan_state solution why "
            "pieces pipe_m others fire_points_near cost_vnd cost_from "
            f"{_DONE} | vehicles_in clause min_width_m code {_WHERE}",
        ),
        "walk": (
            Message("Walking list"),
            Message(
                "Where to measure next, by residential group: in each the alleys that settle most "
                "houses come first. Codes of segments are those of the survey's template. Chances "
                "and houses that are settled are estimates, not measured. {costs}"
            ),
            "map rank name segment_id measured_by_hand_m measured_on surveyor length_m chance "
            "open_houses settles_houses total_settles walk_share note | group alley_id cost_vnd "
            f"cost_from {_WHERE}",
        ),
        "schedule": (
            Message("Schedule by group"),
            Message(
                "What to do in each month up to {due}, by residential group and work. What is done "
                "by then, its share and the costs added up are those of the group's work. {costs}"
            ),
            "month group work planned done_then target planned_share cost_vnd total_cost_vnd "
            "cost_from done_number done_on note",
        ),
        "months": (
            Message("Schedule by month"),
            Message("What to do in each month up to {due}, all groups together. {costs}"),
            "month {works} cost_vnd total_cost_vnd cost_from",
        ),
    }
)

#: Columns: heading, kind, width in letters.
COLUMNS: Final[Mapping[str, tuple[Message, Kind, float]]] = MappingProxyType(
    {
        "group": (Message("Group", "heading"), "text", 16),
        "groups": (Message("Group", "heading"), "text", 16),
        "houses": (Message("Houses", "count"), "count", 8),
        "people": (Message("People"), "count", 8),
        "alley_measured_share": (Message("Alleys measured"), "share", 9),
        "measured_share": (Message("Measured"), "share", 8),
        "unconnected": (Message("Not computed"), "count", 8),
        "hydrant_within_150_m": (Message("Hydrant within 150 m"), "count", 9),
        "equipped": (Message("With an extinguisher"), "count", 9),
        "checked": (Message("Extinguisher checked"), "count", 9),
        "registered": (Message("Alarm registered"), "count", 9),
        "installed": (Message("Alarm installed"), "count", 9),
        "target_name": (Message("Target"), "text", 46),
        "target": (Message("Target", "total"), "count", 10),
        "done": (Message("Done"), "count", 10),
        "left": (Message("Left"), "count", 10),
        "per_month": (Message("Per month"), "rate", 11),
        "done_share": (Message("Share done"), "share", 10),
        "target_due": (Message("Due"), "date", 11),
        "owner": (Message("Answers for it"), "text", 22),
        "target_product": (Message("Product"), "text", 22),
        "target_authority": (Message("Authority"), "text", 22),
        "listed": (Message("On the list"), "count", 9),
        "both": (Message("In both"), "count", 9),
        "only_listed": (Message("Only on the list"), "count", 9),
        "only_listed_open": (Message("…of these not known"), "count", 9),
        "only_computed": (Message("Only computed"), "count", 9),
        "asked": (Message("Asked for a transmitter"), "count", 10),
        "installed_of_asked": (Message("…of these installed"), "count", 9),
        "month": (Message("Month"), "text", 12),
        "name": (Message("Road", "name"), "text", 21),
        "length_m": (Message("Length (m)"), "metres", 8),
        "min_width_m": (Message("Narrowest known (m)"), "width", 8),
        "depth_m": (Message("Depth (m)"), "metres", 8),
        "depth_best_m": (Message("Depth, best case (m)"), "metres", 9),
        "deep": (Message("Deep"), "text", 7),
        "certain": (Message("Certain"), "text", 7),
        "houses_not_covered": (Message("Houses not covered"), "count", 8),
        "houses_needs_survey": (Message("Houses that need a survey"), "count", 8),
        "stopped_by": (Message("The truck is stopped by"), "text", 26),
        "water_id": (Message("Nearest water"), "text", 10),
        "water_m": (Message("To water (m)"), "metres", 8),
        "has_water_solution": (Message("Water solution", "whether there is one"), "word", 9),
        "has_fire_point": (Message("Fire point", "whether there is one"), "text", 8),
        "needs_fire_point": (Message("Needs a fire point"), "text", 8),
        "task": (Message("Task (by hand)"), "text", 11),
        "person": (Message("Person (by hand)"), "text", 10),
        "unit": (Message("Responsible (by hand)"), "text", 12),
        "due": (Message("Due (by hand)"), "date", 11),
        "product": (Message("Product (by hand)"), "text", 10),
        "authority": (Message("Authority (by hand)"), "text", 10),
        "note": (Message("Remarks (by hand)"), "text", 10),
        "map": (Message("Map"), "place", 7),
        "code": (Message("Code"), "text", 15),
        "type": (Message("Type"), "text", 15),
        "described": (Message("Place, evidence"), "text", 34),
        "state": (Message("State"), "text", 10),
        "clear_width_m": (Message("Gap (m)"), "width", 8),
        "effect": (Message("To a fire engine"), "word", 12),
        "dealt_with": (Message("Dealt with"), "word", 8),
        "keyholder": (Message("Keyholder"), "text", 15),
        "source": (Message("Source"), "text", 16),
        "checked_on": (Message("Checked, measured"), "date", 11),
        "too_long": (Message("Too far to reverse"), "word", 16),
        "reverse_m": (Message("To reverse (m)"), "metres", 8),
        "limit_m": (Message("Limit (m)"), "metres", 8),
        "dead_end_m": (Message("To its end (m)"), "metres", 8),
        "dead_end_best_m": (Message("To its end, best case (m)"), "metres", 9),
        "sure": (Message("Dead end for certain"), "text", 8),
        "turning": (Message("Place to turn"), "word", 9),
        "turning_m": (Message("Widest turning circle (m)"), "metres", 9),
        "passing_places": (Message("Passing places"), "count", 8),
        "passing_needed": (Message("…needed"), "count", 8),
        "called": (Message("Name"), "text", 21),
        "draftable": (Message("Can be drawn from"), "word", 10),
        "access": (Message("What gets there"), "text", 16),
        "missing": (Message("What is missing"), "text", 42),
        "houses_gained": (Message("Houses that gain water"), "count", 9),
        "houses_without_water": (Message("Houses in range without water"), "count", 9),
        "houses_in_range": (Message("Houses in range"), "count", 9),
        "perennial": (Message("Water all year"), "text", 8),
        "edge_m": (Message("Road to water (m)"), "metres", 8),
        "lift_m": (Message("Suction lift (m)"), "metres", 8),
        "scenario": (Message("Scenario"), "text", 22),
        "vehicle": (Message("Vehicle"), "text", 14),
        "need_width_m": (Message("Width needed (m)"), "width", 8),
        "need_height_m": (Message("Height needed (m)"), "width", 8),
        "mass_t": (Message("Mass (t)"), "width", 8),
        "reached_km": (Message("Road reached, worst (km)"), "metres", 9),
        "reached_best_km": (Message("Road reached, best (km)"), "metres", 9),
        "assumed": (Message("Assumed"), "text", 26),
        "working": (Message("Working", "heading"), "word", 10),
        "usable": (Message("Usable by a truck"), "word", 10),
        "houses_served": (Message("Houses served"), "count", 9),
        "address": (Message("Address"), "text", 26),
        "status": (Message("Status"), "word", 17),
        "road": (Message("Road", "answer"), "word", 10),
        "hose_m": (Message("Hose, worst case (m)"), "metres", 8),
        "hose_best_m": (Message("Hose, best case (m)"), "metres", 8),
        "water": (Message("Water"), "word", 10),
        "hydrant_m": (Message("To a hydrant (m)"), "metres", 8),
        "point": (Message("Fire point"), "word", 10),
        "point_m": (Message("To a fire point (m)"), "metres", 8),
        "alley": (Message("Alley without a truck"), "text", 18),
        "reason": (Message("Reason"), "text", 62),
        "use": (Message("Use"), "text", 15),
        "extinguisher": (Message("Extinguisher"), "text", 9),
        "extinguisher_on": (Message("Extinguisher checked", "date"), "date", 12),
        "transmitter": (Message("Alarm transmitter"), "text", 11),
        "registered_month": (Message("Month registered"), "text", 10),
        "approved": (Message("On the approved list"), "text", 9),
        "lon": (Message("Longitude (WGS 84)"), "degrees", 12),
        "lat": (Message("Latitude (WGS 84)"), "degrees", 12),
        "east": (Message("East E (m), {crs}"), "grid", 15),
        "north": (Message("North N (m), {crs}"), "grid", 15),
        # The plan
        "rank": (Message("Order", "plan"), "count", 7),
        "action": (Message("Measure", "plan"), "text", 15),
        "obstacles": (Message("Obstacles"), "count", 9),
        "gain_houses": (Message("Houses gained, worst case"), "count", 9),
        "gain_best_houses": (Message("Houses gained, best case"), "count", 9),
        "gain_60_houses": (Message("Gained within 60 m, worst case"), "count", 9),
        "gain_best_60_houses": (Message("Gained within 60 m, best case"), "count", 9),
        "gain_people": (Message("People gained"), "count", 8),
        "hose_saved_m": (Message("Hose saved (m)"), "metres", 9),
        "more_houses": (Message("More houses, by the plan's order"), "count", 9),
        "total_houses": (Message("Houses, added up"), "count", 9),
        "cost_vnd": (Message("Cost"), "money", 14),
        "alone_cost_vnd": (Message("Cost"), "money", 14),
        "total_cost_vnd": (Message("Cost, added up"), "money", 14),
        "cost_from": (Message("Costs from"), "text", 10),
        "done_on": (Message("Done on (by hand)"), "date", 11),
        "done_number": (Message("Done (by hand)"), "text", 9),
        "site_kind": (Message("Type"), "text", 15),
        "site_houses": (Message("More houses"), "count", 8),
        "site_people": (Message("More people"), "count", 8),
        "total_share": (Message("Share of houses"), "share", 9),
        "candidate_id": (Message("Place named by the office"), "text", 14),
        "segment_id": (Message("Segment"), "text", 17),
        "why_not": (Message("Why not", "plan"), "text", 46),
        "nearest_m": (Message("To the nearest place (m)"), "metres", 9),
        "plan_state": (Message("State"), "text", 11),
        "solution": (Message("Solution"), "text", 17),
        "why": (Message("Why", "plan"), "text", 40),
        "pieces": (Message("Pieces"), "count", 7),
        "pipe_m": (Message("Pipe (m)"), "metres", 8),
        "others": (Message("Also possible"), "text", 20),
        "fire_points_near": (Message("Fire points proposed"), "count", 8),
        "vehicles_in": (Message("Smaller vehicles that get in"), "text", 15),
        "clause": (Message("Clause, source"), "text", 24),
        "measured_by_hand_m": (Message("Width measured (m, by hand)"), "width", 11),
        "measured_on": (Message("Date (by hand)"), "date", 11),
        "surveyor": (Message("Surveyor (by hand)"), "text", 15),
        "chance": (Message("Chance that a truck gets in"), "share", 9),
        "open_houses": (Message("Houses there that need a survey"), "count", 9),
        "settles_houses": (Message("Houses it is expected to settle"), "estimate", 9),
        "total_settles": (Message("Settled, added up"), "estimate", 9),
        "walk_share": (Message("Share settled"), "share", 9),
        "alley_id": (Message("Code"), "text", 15),
        "work": (Message("Work"), "text", 26),
        "planned": (Message("To do"), "count", 9),
        "done_then": (Message("Done by then"), "count", 9),
        "planned_share": (Message("Share by then"), "share", 9),
        # Headings that are put together
        "of.road": (Message("Road", "answer"), "count", 8.5),
        "of.road_60": (Message("Hose up to 60 m"), "count", 8.5),
        "of.water": (Message("Water", "list"), "count", 8.5),
        "of.point": (Message("Fire point"), "count", 8.5),
        "of.covered": (Message("covered"), "count", 8.5),
        "of.needs_survey": (Message("needs a survey"), "count", 8.5),
        "of.not_covered": (Message("not covered"), "count", 8.5),
        "of.share_worst": (Message("worst share"), "share", 8.5),
        "of.share_best": (Message("best share"), "share", 8.5),
        "of.houses_worst": (Message("houses, worst"), "count", 8.5),
        "of.houses_best": (Message("houses, best"), "count", 8.5),
        "of.more_worst": (Message("more houses, worst"), "change", 8.5),
        "of.more_best": (Message("more houses, best"), "change", 8.5),
        "of.opened": (Message("gets in"), "word", 9),
        "of.gain_houses": (Message("more houses, worst"), "count", 9),
        "of.gain_best_houses": (Message("more houses, best"), "count", 9),
        "of.gain_60_houses": (Message("more within 60 m, worst"), "count", 9),
        "of.gain_best_60_houses": (Message("more within 60 m, best"), "count", 9),
        "of.reached_m": (Message("metres reached, worst"), "metres", 9),
        "of.reached_best_m": (Message("metres reached, best"), "metres", 9),
        "of.median": (Message("median"), "metres", 8.5),
        "of.p90": (Message("90th percentile"), "metres", 8.5),
    }
)
TEXTS: Final[Mapping[str, Message]] = MappingProxyType(
    {
        "covered": Message("covered"),
        "needs_survey": Message("needs a survey"),
        "not_covered": Message("not covered"),
        "type.extinguisher": Message("public extinguisher"),
        "scenario.base": Message("Main run"),
        "scenario.flood": Message("In the flood"),
        "scenario.vehicle": Message("By the vehicle's own size"),
        "assumed.width_m": Message("width needed"),
        "assumed.height_m": Message("height needed"),
        "assumed.mass_t": Message("mass of the vehicle"),
        "assumed.wading_depth_m": Message("wading depth of the vehicle"),
        "open": Message("open"),
        "not_set": Message("not set"),
        "target.water_solutions": Message(
            "Roads and alleys without a truck that have a water solution"
        ),
        "target.barriers_dealt_with": Message("Barriers dealt with"),
        "target.violations_fixed": Message("Violations fixed"),
        "target.extinguishers_checked": Message(
            "Extinguishers checked (of the households that have one)"
        ),
        "target.transmitters_installed": Message("Alarm transmitters installed"),
        "target.water_reviewed": Message("Water sources reviewed"),
        "target.fire_points_reviewed": Message("Public fire points reviewed"),
        "encouraged": Message("encouraged"),
        "no_date": Message("not known when"),
        # What may be done
        "measure.hand_over_key": Message("hand the key over"),
        "measure.make_removable": Message("make removable"),
        "measure.remove": Message("remove"),
        "measure.widen": Message("widen"),
        "measure.widen_corner": Message("widen the corner"),
        "measure.raise_overhead": Message("raise what hangs low"),
        "measure.hydrant": Message("hydrant"),
        "measure.pipe": Message("pipe with hydrants inside"),
        "measure.riser": Message("riser"),
        "measure.tank_pump": Message("tank with a pump"),
        "measure.draft_point": Message("place to draw open water"),
        "measure.pit": Message("pit"),
        "measure.fire_point": Message("fire point"),
        "measure.transmitter": Message("alarm transmitter"),
        "measure.measure": Message("survey"),
        "plan_state.existing": Message("there already"),
        "plan_state.proposed": Message("proposed"),
        "plan_state.none": Message("none found"),
        "plan_state.not_known": Message("not known"),
        "why_not.too_far": Message("too far along the way from every place that may be used"),
        "why_not.unconnected": Message("no alley is mapped at the house: it needs a survey"),
        "why_not.no_way": Message("the map has no way on foot from any place that may be used"),
        "why_not.placed_by_name": Message("the house has only the name of a road for a place"),
        "work.barriers": Message("Barriers dealt with"),
        "work.hydrants": Message("Hydrants"),
        "work.fire_points": Message("Fire points", "list"),
        "work.solutions": Message("Water solutions"),
        "work.transmitters": Message("Alarm transmitters installed"),
        "work.alleys_measured": Message("Alleys measured", "plan"),
        "cost_from.example": Message("example"),
        "costs.example": Message(
            "Costs marked as an example come with fireaccess and are no quotation: the office puts "
            "its own into the table of costs."
        ),
        "told.measures": Message("the plan has {count}, for {houses} houses and {cost}."),
        "told.if_passable": Message(
            "Houses gained only if what has yet to be measured lets a truck through: {open} of "
            "{houses}."
        ),
        "told.sites": Message(
            "{kind}: {ninety} for 90% of the houses, {most} for 95%, {all} for all that can be "
            "covered; gap to the optimum {gap}."
        ),
    }
)
#: Decimals that a figure keeps, as in the result files.
DECIMALS: Final[Mapping[Kind, int]] = MappingProxyType(
    {"metres": 2, "width": 2, "grid": 2, "degrees": 7}
)
#: What is added up. Whether or not a house counts, it stands in one row only.
SUMMED: Final = frozenset(
    "houses people unconnected hydrant_within_150_m equipped checked registered installed length_m "
    "houses_not_covered houses_needs_survey houses_served houses_gained listed both only_listed "
    "only_listed_open only_computed asked installed_of_asked cost_vnd planned more_houses "
    "settles_houses".split()
)
TONES: Final[Mapping[str, Tone]] = MappingProxyType(
    {
        **dict.fromkeys(("status.ok", "effect.pass", "effect.delay", "answer.yes"), "good"),
        **dict.fromkeys(("status.needs_survey", "effect.unknown", "answer.unknown"), "open"),
        **dict.fromkeys(("status.no_road", "status.no_water", "status.no_road_no_water"), "bad"),
        **dict.fromkeys(("effect.blocked", "answer.no"), "bad"),
        "status.unconnected": "none",
        "covered": "good",
        "needs_survey": "open",
        "not_covered": "bad",
        "too_long.no": "good",
        "too_long.unknown": "open",
        "too_long.yes": "bad",
        "change.better": "good",
        "change.other": "open",
        "change.worse": "bad",
    }
)
