"""How likely each house is covered: seeded draws of all that nobody has measured.

The model. What is not known is taken apart into *questions*: a stretch of road of unknown width, an
obstacle of which nobody knows whether the truck gets by, a corner that it may get round. Each has a
class, the row of the norm's priors that names it. The share of a class that lets the truck pass has
a Beta distribution: the norm's to begin with, then one count for each alley of the class that the
ward has read, whatever the number of its readings (Beta–Bernoulli; an alley that is wide in one
half of its measured stretches counts half for, half against). Along one road, a connected piece of
one name or a nameless way, the answers go together: a road has a share of its own, drawn from a
Beta distribution around that of its class, which makes the correlation of any two answers of the
road the norm's ``correlation`` (the beta-binomial distribution of Skellam, 1948). Stretches of the
road that were measured are taken into account there again. Obstacles are drawn each by itself.

A draw answers all questions at once. Its scenario lies between the worst and the best case, and
reach and hose lines are computed on it as on those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from fireaccess.analysis.houses import NEW_BUILDING_M
from fireaccess.analysis.reach import reach
from fireaccess.model.answers import Answer, BoolArray, FloatArray, IntArray, ObjectArray
from fireaccess.model.norm import Priors
from fireaccess.network.network import Network
from fireaccess.network.obstacles import SOMEWHERE
from fireaccess.network.paths import NOWHERE, approach
from fireaccess.network.place import Places
from fireaccess.network.scenario import Scenario
from fireaccess.network.stretches import stretches_at_nodes
from fireaccess.planning.ward import Ward
from fireaccess.sources.named import joined

#: Without a table of the norm every chance is as likely as any other: Beta(1, 1).
EVEN: Final = Priors(clause="fireaccess default", status="assumption")
#: Ends of the interval in which nine of ten draws lie.
_LOW, _HIGH = 0.05, 0.95
#: Questions answered at once: keeps the memory of large wards bounded.
_BLOCK: Final = 1 << 22
#: With perfect correlation the parameters of the Beta distribution of a road would add up to 0.
_LEAST_SUM: Final = 1e-6
_LEAST: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Questions:
    """All that is not known of the passages, each to be answered with pass or blocked.

    Parameters
    ----------
    segment
        A segment at which each lies: its own, or the one to walk there, shape ``(q,)``.
    row
        The class of each: a row of the norm's priors.
    never
        Questions of which only the place is open: what stands there lets no truck pass.
    draw
        Questions of one draw share their chance: stretches of one road and class.
    place
        Obstacles that stand at one of several places, as numbers from 0; `NOWHERE` for others.
    unit
        The alley that one walks to answer it, as a number from 0, shape ``(q,)``.
    unit_key
        What each of those is: as `unit_keys` has it, shape ``(units,)``.
    passages
        The passages whose answer is unknown, shape ``(k,)``.
    of_passages
        Which questions stand in the way of each of them, sparse, shape ``(q, k)``.
    """

    segment: IntArray
    row: ObjectArray
    never: BoolArray
    draw: IntArray
    place: IntArray
    unit: IntArray
    unit_key: IntArray
    passages: IntArray
    of_passages: Any

    def __len__(self) -> int:
        return len(self.segment)

    def open(self, passes: BoolArray) -> BoolArray:
        """Return which passages are open if questions are answered so.

        Parameters
        ----------
        passes
            Answers, shape ``(draws, q)``.

        Returns
        -------
        Shape ``(draws, k)``.
        """
        closed = (~passes).astype(np.float32) @ self.of_passages
        return np.asarray(closed == 0)


@dataclass(frozen=True, slots=True, eq=False)
class Chances:
    """How likely each house is covered.

    Parameters
    ----------
    frame
        Columns of ``PLAN_LAYERS["house_chances"]``; NaN for houses without a door. Houses placed by
        the name of their road have the chance of that place.
    figures
        Expected coverage and the interval in which nine of ten draws lie, at the hose limit and at
        60 m (``within_60``), and what was counted by class (``classes``).
    covered, covered_60
        Houses covered in each draw, shape ``(draws,)``.
    questions
        What was drawn.
    passes
        The answers, shape ``(draws, q)``.
    """

    frame: pd.DataFrame
    figures: Mapping[str, Any]
    covered: IntArray
    covered_60: IntArray
    questions: Questions
    passes: BoolArray

    @property
    def house(self) -> FloatArray:
        """Chance that each house is covered."""
        return self.frame["chance"].to_numpy(dtype=float)

    @property
    def house_60(self) -> FloatArray:
        """Chance that each house is covered at 60 m."""
        return self.frame["chance_60"].to_numpy(dtype=float)


def draw_chances(ward: Ward, *, draws: int, seed: int) -> Chances:
    """Draw scenarios and return how likely each house is covered.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    draws
        How many scenarios, at least 1.
    seed
        Of the generator: the same seed draws the same.

    Raises
    ------
    ValueError
        If there are no draws.

    Examples
    --------
    >>> import tempfile; from pathlib import Path
    >>> from fireaccess.pipeline import run
    >>> from fireaccess.project import Project
    >>> from fireaccess.sources.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     ward = run(Project.open(write_sample(Path(folder) / "ward"))).ward
    >>> chances = draw_chances(ward, draws=20, seed=1)
    >>> bool(chances.figures["low"] <= chances.figures["expected"] <= chances.figures["high"])
    True
    """
    if draws < 1:
        raise ValueError(f"draws must be at least 1, not {draws}")
    questions = find_questions(ward)
    counts, read = _own_readings(ward, questions)
    generator = np.random.Generator(np.random.PCG64(seed))
    passes = draw_answers(questions, counts, read, _priors(ward), draws, generator)
    limits_m = (ward.norm.value("hose_limit_m"), NEW_BUILDING_M)
    times, covered = _covered(ward, questions, passes, limits_m)
    known = ward.doors.places.found(ward.doors.count)
    chance, chance_60 = (np.where(known, count / draws, np.nan) for count in times)
    frame = pd.DataFrame(
        {"house_id": ward.houses["house_id"], "chance": chance, "chance_60": chance_60}
    )
    figures = {
        **_interval(covered[0], len(ward.houses)),
        "draws": draws,
        "seed": seed,
        "within_60": _interval(covered[1], len(ward.houses)),
        "classes": counts.to_dict("records"),
    }
    return Chances(frame, figures, covered[0], covered[1], questions, passes)


def _priors(ward: Ward) -> Priors:
    return EVEN if ward.norm.priors is None else ward.norm.priors


def _interval(covered: IntArray, houses: int) -> dict[str, Any]:
    """Return the mean number of covered houses and where nine of ten draws lie, with shares."""
    expected = float(covered.mean())
    low, high = (float(end) for end in np.quantile(covered, (_LOW, _HIGH)))
    shares = [round(number / houses, 4) if houses else None for number in (expected, low, high)]
    return {
        "houses": houses,
        "expected": round(expected, 1),
        "low": round(low, 1),
        "high": round(high, 1),
        "share": shares[0],
        "share_low": shares[1],
        "share_high": shares[2],
    }


def find_questions(ward: Ward) -> Questions:
    """Return all that is not known of a ward's passages.

    Parameters
    ----------
    ward
        The ward as the analysis left it.
    """
    network, known, priors = ward.network, ward.passability, _priors(ward)
    turns, count = network.turns, 2 * network.n_segments
    passages = np.flatnonzero(ward.best.open & ~ward.worst.open)
    along, through = passages[passages < count], passages[passages >= count] - count
    road = roads_of(network)

    # Stretches: what reads or bars in the middle of one does not make two of it.
    open_segment = np.unique(along[known.segment_answer[along // 2] == Answer.UNKNOWN] // 2)
    stretch, first, of_stretch = np.unique(
        ward.surveyed.stretch[open_segment], return_index=True, return_inverse=True
    )
    stretch_at = np.full(network.n_segments, NOWHERE, dtype=np.int64)
    stretch_at[open_segment] = of_stretch
    segment = [open_segment[first]]
    row = [_rows_of(network, open_segment[first], priors)]
    asked = np.flatnonzero(stretch_at[along // 2] >= 0)
    pairs = [(stretch_at[along[asked] // 2], asked)]

    # Obstacles, at each place at which one may stand.
    obstacles = _open_obstacles(ward)
    obstacles = obstacles[np.isin(obstacles["node"], turns.node[through])]
    begin = len(stretch)
    segment.append(_homes(ward, obstacles["node"].to_numpy(np.int64)))
    row.append(obstacles["row"].to_numpy(dtype=object))
    at_node = pd.DataFrame(
        {"node": turns.node[through], "passage": len(along) + np.arange(len(through))}
    )
    met = at_node.merge(
        pd.DataFrame({"node": obstacles["node"], "question": begin + np.arange(len(obstacles))}),
        on="node",
    )
    pairs.append((met["question"].to_numpy(np.int64), met["passage"].to_numpy(np.int64)))

    # Corners: one of both directions.
    begin += len(obstacles)
    corner_segment = np.zeros(0, dtype=np.int64)
    if known.corners is not None:
        at = np.flatnonzero(known.corners.answer[passages] == Answer.UNKNOWN)
        corner_segment, which = _corners(ward, passages[at])
        pairs.append((begin + which, at))
    segment.append(corner_segment)
    row.append(np.full(len(corner_segment), "corner", dtype=object))

    home = np.concatenate(segment).astype(np.int64)
    rows = np.concatenate(row).astype(object)
    question = np.concatenate([one for one, _ in pairs]).astype(np.int64)
    passage = np.concatenate([other for _, other in pairs]).astype(np.int64)
    place = np.full(len(home), NOWHERE, dtype=np.int64)
    never = np.zeros(len(home), dtype=bool)
    those = np.arange(len(stretch), len(stretch) + len(obstacles))
    place[those] = obstacles["place"].to_numpy(np.int64)
    never[those] = obstacles["never"].to_numpy(bool)
    # Obstacles each by itself, one that stands at one of several places as one.
    by_itself = network.n_segments + np.arange(len(home))
    shared = np.where(place >= 0, -1 - place, by_itself)
    alone = np.isin(np.arange(len(home)), those)
    draw = _numbered(np.where(alone, shared, road[home]), rows)
    unit_key, unit = np.unique(unit_keys(ward, home), return_inverse=True)
    return Questions(
        segment=home,
        row=rows,
        never=never,
        draw=draw,
        place=_compact(place),
        unit=unit.astype(np.int64).reshape(-1),
        unit_key=unit_key,
        passages=passages,
        of_passages=csr_array(
            (np.ones(len(question), dtype=np.float32), (question, passage)),
            shape=(len(home), len(passages)),
        ),
    )


def roads_of(network: Network) -> IntArray:
    """Return the road of each segment: a connected piece of one name, or a nameless way.

    Parameters
    ----------
    network
        The network.

    Examples
    --------
    >>> from fireaccess.network.drawn import drawn_network
    >>> ways = [("path", [(0, 0), (9, 0)]), ("path", [(9, 0), (9, 9)])]
    >>> roads_of(drawn_network(ways)).tolist()
    [0, 1]
    >>> roads_of(drawn_network(ways, name="Ngõ 5")).tolist()
    [0, 0]
    """
    if network.n_segments == 0:
        return np.zeros(0, dtype=np.int64)
    names = network.of_segments(network.way_name).astype(str)
    way = network.ways["way_id"].to_numpy()[network.segment_way]
    code = pd.factorize(names)[0]
    code = np.where(names == "", int(code.max()) + 1 + pd.factorize(way)[0], code)
    # A node is another one for each name: roads of two names then never join.
    tail, head = (
        ends.astype(np.int64) * (int(code.max()) + 1) + code
        for ends in (network.segment_u, network.segment_v)
    )
    return joined(tail, head)


def _rows_of(network: Network, segments: IntArray, priors: Priors) -> ObjectArray:
    """Return the row of the priors that each segment belongs to, by class and kind of name."""
    way = network.segment_way[segments]
    rows = np.full(len(segments), None, dtype=object)
    if len(segments):
        words = pd.DataFrame({"class": network.tag("highway")[way], "name": network.way_name[way]})
        pair, kinds = pd.factorize(pd.MultiIndex.from_frame(words.astype(str)))
        of_pair = [priors.row(highway, name.split(" ")[0]) for highway, name in kinds]
        rows[:] = np.array(of_pair, dtype=object)[pair]
    return rows


def _open_obstacles(ward: Ward) -> pd.DataFrame:
    """Return the obstacles that are an open question, one row for each of their places.

    Columns: ``node``; ``row`` of the priors; ``never``, where only the place of something that lets
    no truck pass is open; ``place``, the number of one that stands at one of several places.
    """
    obstacles = ward.surveyed.obstacles
    obstacles = obstacles[obstacles["answer"].to_numpy(dtype=np.int64) == Answer.UNKNOWN]
    roads = ward.surveyed.road_readings
    narrow = set(roads["object_id"][roads["answer"] == Answer.BLOCKED]) if len(roads) else set()
    rows = []
    for number, one in enumerate(obstacles.itertuples()):
        somewhere = one.rule == SOMEWHERE
        surely = somewhere and (
            one.kind == "clearance" or (one.kind == "reading" and one.object_id in narrow)
        )
        kind = "reading" if one.kind == "reading" else "barrier"
        for node in (one.node, *one.further_nodes):
            rows.append((int(node), kind, bool(surely), number if somewhere else NOWHERE))
    return pd.DataFrame(rows, columns=["node", "row", "never", "place"]).astype(
        {"node": np.int64, "row": object, "never": bool, "place": np.int64}
    )


def _homes(ward: Ward, nodes: IntArray) -> IntArray:
    """Return for some nodes the segment at each that one walks: unknown, then of an alley."""
    network = ward.network
    segments = np.arange(network.n_segments)
    ends = pd.DataFrame(
        {
            "node": np.concatenate([network.segment_u, network.segment_v]),
            "segment": np.tile(segments, 2),
        }
    )
    ends["rank"] = _worth_walking(ward, ends["segment"].to_numpy())
    first = ends.sort_values(["node", "rank", "segment"]).drop_duplicates("node")
    return first.set_index("node")["segment"].reindex(nodes).to_numpy(dtype=np.int64)


def _worth_walking(ward: Ward, segments: IntArray) -> IntArray:
    """Return 0 for unknown segments of alleys, 1 for their others, 2 for unknown, 3 for others."""
    unknown = ward.passability.segment_answer[segments] == Answer.UNKNOWN
    in_alley = ward.alleys.of_segment[segments] >= 0
    rank: IntArray = np.where(in_alley, 1, 3) - unknown.astype(np.int64)
    return rank


def _corners(ward: Ward, passages: IntArray) -> tuple[IntArray, IntArray]:
    """Return the segments of corners, and which of them each of some passages goes round."""
    network = ward.network
    count = 2 * network.n_segments
    turn = np.maximum(passages - count, 0)
    is_turn = passages >= count
    if len(network.turns):
        arriving, leaving = network.turns.arriving[turn], network.turns.leaving[turn]
    else:
        arriving = leaving = passages
    arriving, leaving = np.where(is_turn, arriving, passages), np.where(is_turn, leaving, passages)
    # There and back are one corner; along a segment, arriving and leaving are the same passage.
    there, back = arriving * count + leaving, (leaving ^ 1) * count + (arriving ^ 1)
    _, first, which = np.unique(np.minimum(there, back), return_index=True, return_inverse=True)
    one, other = arriving[first] // 2, leaving[first] // 2
    worth, other_worth = _worth_walking(ward, one), _worth_walking(ward, other)
    swap = (other_worth < worth) | ((other_worth == worth) & (other < one))
    return np.where(swap, other, one), which.ravel().astype(np.int64)


def _numbered(of: IntArray, rows: ObjectArray) -> IntArray:
    """Number pairs of a road and a class in the order of their first question."""
    if len(of) == 0:
        return np.zeros(0, dtype=np.int64)
    pairs = pd.MultiIndex.from_arrays([of, rows.astype(str)])
    return pd.factorize(pairs)[0].astype(np.int64)


def _compact(place: IntArray) -> IntArray:
    """Number what is not `NOWHERE` from 0."""
    numbered = np.full(len(place), NOWHERE, dtype=np.int64)
    has = place >= 0
    numbered[has] = np.unique(place[has], return_inverse=True)[1]
    return numbered


def unit_keys(ward: Ward, segments: IntArray) -> IntArray:
    """Return what one walks to see some segments: the row of the alley, else a number beyond.

    Segments of no alley go by their road: the number of alleys and that of the road.
    """
    alley = ward.alleys.of_segment[segments]
    beyond = len(ward.alleys.frame) + roads_of(ward.network)[segments]
    return np.where(alley >= 0, alley, beyond).astype(np.int64)


def _own_readings(ward: Ward, questions: Questions) -> tuple[pd.DataFrame, IntArray]:
    """Count what the ward's own readings say of each class, and of the roads of the questions.

    Returns
    -------
    One row for each class that is asked about: its prior, the alleys or barriers read, for and
    against, and the Beta distribution that follows; and stretches that pass and that are blocked
    on the road of each draw, shape ``(draws of questions, 2)``.
    """
    network, surveyed, priors = ward.network, ward.surveyed, _priors(ward)
    road = roads_of(network)
    stretches = int(surveyed.stretch.max(initial=-1)) + 1
    first = np.full(stretches, network.n_segments, dtype=np.int64)
    np.minimum.at(first, surveyed.stretch, np.arange(network.n_segments))
    wide = np.zeros(stretches, dtype=bool)
    wide[surveyed.stretch[ward.passability.certified_by != None]] = True  # noqa: E711
    narrow = np.zeros(stretches, dtype=bool)
    owner = stretches_at_nodes(network, surveyed.stretch)
    at_place = surveyed.readings[surveyed.readings["answer"] == Answer.BLOCKED]
    narrow[owner["stretch"][owner["node"].isin(at_place["node"])].to_numpy(np.int64)] = True
    if len(surveyed.road_readings):
        # Narrow somewhere, nobody knows where: one stretch of the road is.
        somewhere = surveyed.road_readings
        somewhere = somewhere[somewhere["answer"] == Answer.BLOCKED].sort_values("stretch")
        somewhere = somewhere.drop_duplicates("object_id")
        narrow[somewhere["stretch"].to_numpy(np.int64)] = True
    read = np.flatnonzero(wide | narrow)
    of_road = pd.DataFrame(
        {
            "road": road[first[read]],
            "row": _rows_of(network, first[read], priors),
            "passes": (~narrow[read]).astype(np.int64),
            "blocked": narrow[read].astype(np.int64),
        }
    )
    of_road = of_road.groupby(["road", "row"], as_index=False).sum()

    draws = int(questions.draw.max(initial=-1)) + 1
    seen = np.zeros((draws, 2), dtype=np.int64)
    roads = questions.row != "barrier"
    roads &= (questions.row != "reading") & (questions.row != "corner")
    of_draw = pd.DataFrame(
        {
            "draw": questions.draw[roads],
            "road": road[questions.segment[roads]],
            "row": questions.row[roads],
        }
    ).drop_duplicates("draw")
    met = of_draw.merge(of_road, on=["road", "row"])
    seen[met["draw"].to_numpy(np.int64)] = met[["passes", "blocked"]].to_numpy(np.int64)

    share = of_road["passes"] / (of_road["passes"] + of_road["blocked"])
    counted = [of_road.assign(passes=share, blocked=1 - share)[["row", "passes", "blocked"]]]
    obstacles = surveyed.obstacles
    judged = obstacles[
        (obstacles["kind"] == "barrier")
        & obstacles["object_id"].notna()
        & (obstacles["answer"].astype(np.int64) != Answer.UNKNOWN)
    ]
    passed = (judged["answer"].astype(np.int64) == Answer.PASS).astype(float)
    counted.append(pd.DataFrame({"row": "barrier", "passes": passed, "blocked": 1 - passed}))
    sums = pd.concat(counted).groupby("row")[["passes", "blocked"]].sum()
    rows = np.unique(questions.row.astype(str)).astype(object)
    sums = sums.reindex(rows, fill_value=0.0)
    prior = np.array([priors.share(str(row)) for row in rows])
    a = prior * priors.strength + sums["passes"].to_numpy(dtype=float)
    b = (1 - prior) * priors.strength + sums["blocked"].to_numpy(dtype=float)
    asked = pd.Series(questions.row).value_counts().reindex(rows, fill_value=0)
    counts = pd.DataFrame(
        {
            "row": rows,
            "questions": asked.to_numpy(dtype=np.int64),
            "prior": prior,
            "passes": sums["passes"].to_numpy(dtype=float).round(4),
            "blocked": sums["blocked"].to_numpy(dtype=float).round(4),
            "chance": (a / (a + b)).round(4) if len(rows) else np.zeros(0),
            "a": a,
            "b": b,
        }
    )
    return counts, seen


def draw_answers(
    questions: Questions,
    counts: pd.DataFrame,
    read: IntArray,
    priors: Priors,
    draws: int,
    generator: np.random.Generator,
) -> BoolArray:
    """Answer all questions in each of some draws.

    Parameters
    ----------
    questions
        What is asked.
    counts
        ``row`` and the Beta distribution of its share, ``a`` and ``b``.
    read
        Stretches measured on the road of each draw: those that pass, those that are blocked.
    priors
        How far the answers of one road go together.
    draws
        How many.
    generator
        What draws.

    Returns
    -------
    Whether the truck passes, shape ``(draws, q)``.
    """
    passes = np.ones((draws, len(questions)), dtype=bool)
    if len(questions) == 0:
        return passes
    row = pd.Index(counts["row"]).get_indexer(pd.Index(questions.row))
    a, b = counts["a"].to_numpy(dtype=float), counts["b"].to_numpy(dtype=float)
    row_of_draw = np.zeros(len(read), dtype=np.int64)
    row_of_draw[questions.draw] = row
    # A beta-binomial with this sum of parameters has the correlation that the norm assumes.
    together = max((1 - priors.correlation) / priors.correlation, _LEAST_SUM)
    somewhere = np.flatnonzero(questions.place >= 0)
    somewhere = somewhere[np.argsort(questions.place[somewhere], kind="stable")]
    first = np.flatnonzero(np.diff(questions.place[somewhere], prepend=-1))
    size = max(1, _BLOCK // len(questions))
    for begin in range(0, draws, size):
        block = slice(begin, min(begin + size, draws))
        number = block.stop - block.start
        share = generator.beta(a, b, size=(number, len(a)))[:, row_of_draw]
        of_road = generator.beta(
            np.maximum(share * together + read[:, 0], _LEAST),
            np.maximum((1 - share) * together + read[:, 1], _LEAST),
        )
        uniform = generator.random((number, len(questions)))
        answers = (uniform < of_road[:, questions.draw]) & ~questions.never
        if len(somewhere):
            # It stands at one of its places, each as likely as any other: elsewhere is nothing.
            lot = generator.random((number, len(somewhere)))
            greatest = np.maximum.reduceat(lot, first, axis=1)
            here = lot == greatest[:, questions.place[somewhere]]
            answers[:, somewhere] |= ~here
        passes[block] = answers
    return passes


def _covered(
    ward: Ward, questions: Questions, passes: BoolArray, limits_m: tuple[float, ...]
) -> tuple[IntArray, IntArray]:
    """Compute the hose lines of every draw.

    Returns
    -------
    In how many draws each house is covered within each limit, shape ``(limits, houses)``, and how
    many houses each draw covers, shape ``(limits, draws)``.
    """
    draws = len(passes)
    worst = np.array([ward.worst_lines.hose_m <= limit_m for limit_m in limits_m])
    best = np.array([ward.best_lines.hose_m <= limit_m for limit_m in limits_m])
    # What both cases agree on, every draw agrees on.
    times = np.where(worst, draws, 0).astype(np.int64)
    totals = np.repeat(worst.sum(axis=1)[:, None], draws, axis=1).astype(np.int64)
    open_house = (best & ~worst).any(axis=0)
    places = ward.doors.places
    asked = open_house[places.row]
    if not asked.any():
        return times, totals
    places = Places(
        places.row[asked],
        places.segment[asked],
        places.along_m[asked],
        places.distance_m[asked],
        places.xy[asked],
    )
    doubted = (best & ~worst)[:, places.row]
    size = max(1, _BLOCK // max(1, len(questions.passages)))
    for begin in range(0, draws, size):
        opened = questions.open(passes[begin : begin + size])
        for number, of_draw in enumerate(opened, start=begin):
            hose_m = hose_of(ward, drawn_scenario(ward, questions, of_draw), places, max(limits_m))
            for k, limit_m in enumerate(limits_m):
                within = (hose_m <= limit_m) & doubted[k]
                times[k, places.row] += within
                totals[k, number] += int(within.sum())
    return times, totals


def drawn_scenario(ward: Ward, questions: Questions, opened: BoolArray) -> Scenario:
    """Return the worst case with some of the unknown passages open.

    Parameters
    ----------
    ward, questions
        The ward and what is not known of it.
    opened
        Which of ``questions.passages`` are open, shape ``(k,)``.
    """
    is_open = ward.worst.open.copy()
    is_open[questions.passages] = opened
    worst = ward.worst
    return Scenario("drawn", is_open, worst.starts, worst.foot_open, worst.delay_s)


def hose_of(ward: Ward, scenario: Scenario, places: Places, limit_m: float) -> FloatArray:
    """Return the length of hose to some doors, inf where it is longer than a limit.

    Parameters
    ----------
    ward
        The ward, whose foot graph is that of every scenario.
    scenario
        Which passages are open.
    places
        Doors.
    limit_m
        The longest hose that is asked about.
    """
    found = reach(ward.network, scenario)
    sources = ward.graph.vertices_of(found.segments)
    distance_m = np.full(ward.graph.n_vertices, np.inf)
    if len(sources):
        distance_m = dijkstra(ward.graph.matrix, indices=sources, min_only=True, limit=limit_m)
    on_foot = approach(ward.graph, distance_m, places).distance_m
    hose_m: FloatArray = places.distance_m + np.where(found.segments[places.segment], 0.0, on_foot)
    return hose_m
