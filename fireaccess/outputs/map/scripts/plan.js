/* What to do first: measures, proposed places and the walking list. */

// There is room for numbers on signs, and for rings around barriers that may wait.
const NUMBERS_ZOOM = 17;
const OF_OTHER_GROUPS = 0.25;
const PLANNED = ["measures", "sites", "walk"];

CORNERS.ring = Array.from({ length: 24 }, (_, k) => [
  Math.cos((k * Math.PI) / 12),
  Math.sin((k * Math.PI) / 12),
]);
// Nothing stands there yet: an outline of dashes around white, where what stands is filled.
const PROPOSED = { fill: LIGHT, edge: NAVY, dash: [3, 1.6], width: 3.4 };
Object.assign(STYLES, {
  measures: {
    chosen: { shape: "ring", fill: "transparent", edge: DARK, width: 3 },
    further: { shape: "ring", fill: "transparent", edge: "#7A7A7A", width: 1.4, dash: [2, 2] },
  },
  sites: {
    hydrant: { shape: "diamond", mark: "plus", ...PROPOSED },
    fire_point: { shape: "triangle", mark: "plus", ...PROPOSED },
  },
  walk: { all: { shape: "line", stroke: DARK, edge: LIGHT, dash: [1, 1] } },
});
Object.assign(CLASSED, {
  measures: { column: "choice", kind: "measure" },
  sites: { column: "type", kind: "site" },
});
Object.assign(ID_COLUMNS, { measures: "measure_id", sites: "site_id", walk: "alley_id" });
Object.assign(SEARCHED, { measures: 2, sites: 2 });
LISTED.splice(LISTED.indexOf("stations"), 0, ...PLANNED);
// Alleys and the walking list lie on one another.
LINES.push("walk");
ASKED_FOR.push("walk");
CLICKED.splice(1, 0, ["measures"], ["sites"]);

/** The tables of a plan, read when they are asked for. */
class PlanTables {
  /** @param {App} app */
  constructor({ ward, layers }) {
    const { figures, solutions, not_covered } = /** @type {PackedPlan} */ (ward.plan);
    this.figures = figures;
    this.solutions = new Table(solutions);
    this.notCovered = new Table(not_covered);
    /** @type {Map<string, number[]>} The measures that deal with each barrier. */
    this.dealtWith = new Map();
    const { measures } = layers;
    for (let i = 0; i < measures.count; i++) {
      barriersOf(layers, i).forEach((id) => {
        this.dealtWith.set(id, [...(this.dealtWith.get(id) || []), i]);
      });
    }
  }
}

/** @type {WeakMap<Ward, PlanTables>} */
const planTables = new WeakMap();

/**
 * The plan of a ward, null if it has none.
 * @param {App} app
 */
function planOf(app) {
  if (!app.ward.plan) return null;
  let tables = planTables.get(app.ward);
  if (tables === undefined) planTables.set(app.ward, (tables = new PlanTables(app)));
  return tables;
}

/**
 * The barriers that a measure deals with.
 * @param {App["layers"]} layers
 * @param {number} i
 * @returns {string[]}
 */
function barriersOf({ measures, barriers }, i) {
  const text = measures.value("barrier_ids", i) || "";
  // An id may hold what stands between ids.
  return barriers.where("barrier_id", text).length ? [text] : text.split(";").filter(Boolean);
}

// ------------------------------------------------------------------------------- words

/**
 * A share that was estimated: never so near to all or none as to be taken for certain.
 * @param {Words} words
 * @param {number | null} share
 */
function estimated(words, share) {
  if (share === null) return null;
  const least = share > 0 && share < 0.01 ? "< 1%" : null;
  const most = share > 0.99 && share < 1 ? "> 99%" : null;
  return words.fill("plan.estimate", least || most || `${words.number(100 * share)}%`);
}

/**
 * A sum and who says so.
 * @param {Words} words
 * @param {number | null} vnd
 * @param {string | null} [from]
 */
function cost(words, vnd, from = null) {
  if (vnd === null) return null;
  const sources = from === null ? [] : from.split(";").map((one) => words.code("cost", one));
  const source = sources.length ? ` (${sources.join(", ")})` : "";
  return `${words.number(vnd)} ${words.say("plan.vnd")}${source}`;
}

/**
 * Words for some codes that stand one after another; "?" is behind one that is not sure.
 * @param {Words} words
 * @param {string} kind
 * @param {string | null} codes
 */
function listOfCodes(words, kind, codes) {
  if (codes === null) return null;
  const told = codes.split(";").map((code) => {
    const sure = code.replace(/\?$/, "");
    const word = words.code(kind, sure);
    return sure === code ? word : words.fill("plan.perhaps", word);
  });
  return told.join(", ");
}

/**
 * How many houses something brings in the worst and the best case.
 * @param {Words} words
 * @param {number | null} worst
 * @param {number | null} best
 */
function gain(words, worst, best) {
  if (worst === null || best === null) return null;
  const [least, most] = [words.number(worst), words.number(best)];
  return `${least} (${words.say("worst")}); ${most} (${words.say("best")})`;
}

/**
 * What comes of dealing with barriers.
 * @param {Card} card
 * @param {(column: string) => any} get
 */
function tellGains(card, get) {
  const { words } = card.app;
  card.line("gain", gain(words, get("gain_houses"), get("gain_best_houses")));
  card.line("gain_60", gain(words, get("gain_60_houses"), get("gain_best_60_houses")));
  card.line("gain_people", words.number(get("gain_people")));
  card.line("hose_saved", words.metres(get("hose_saved_m")));
}

/**
 * The place of a measure in the plan.
 * @param {Words} words
 * @param {(column: string) => any} get
 */
function ranked(words, get) {
  const rank = get("rank");
  return rank === null ? words.say("measure.further") : words.fill("plan.rank", rank);
}

/** @type {More["titles"]} */
const PLAN_TITLES = {
  measures({ words, layers }, i) {
    const { measures } = layers;
    const action = listOfCodes(words, "action", measures.value("action", i));
    const ids = barriersOf(layers, i).map(afterColon).join(" + ");
    return [action && capital(action), ids].filter(Boolean).join(": ");
  },
  sites({ words, layers }, i) {
    const { sites } = layers;
    return `${words.code("site", sites.value("type", i))} ${sites.value("rank", i)}`;
  },
};

// ------------------------------------------------------------------------------- cards

/** @type {typeof TELLERS} */
const OWN_TELLERS = {
  measures(card, get) {
    const { words } = card.app;
    card.say(words.say("plan.proposal"));
    card.line("rank", ranked(words, get));
    const [i] = card.app.layers.measures.where("measure_id", get("measure_id"));
    barriersOf(card.app.layers, i).forEach((id) => {
      card.link("deals_with", card.find("barriers", "barrier_id", id));
    });
    card.line("action", listOfCodes(words, "action", get("action")));
    card.line("plan_road", get("road"));
    card.line("group", get("group"), card.find("groups", "group", get("group")));
    card.line("more_houses", words.number(get("more_houses")));
    card.line("total_houses", words.number(get("total_houses")));
    card.line("cost", cost(words, get("cost_vnd"), get("cost_from")));
    card.line("total_cost", cost(words, get("total_cost_vnd")));
    card.heading("plan.alone");
    tellGains(card, get);
    card.line("id", get("measure_id"));
  },

  sites(card, get) {
    const { words } = card.app;
    card.say(words.say("plan.proposal"));
    card.line("rank", words.fill("plan.rank", get("rank")));
    const segment = card.find("segments", "segment_id", get("segment_id"));
    card.line("plan_road", get("road") || (segment && words.say("unnamed")), segment);
    card.line("group", get("group"), card.find("groups", "group", get("group")));
    card.line("more_houses", words.number(get("gain_houses")));
    card.line("gain_people", words.number(get("gain_people")));
    const share = get("total_share");
    const part = share === null ? "" : ` (${words.percent(share)})`;
    card.line("total_covered", `${words.number(get("total_houses"))}${part}`);
    card.line("cost", cost(words, get("cost_vnd"), get("cost_from")));
    card.line("total_cost", cost(words, get("total_cost_vnd")));
    card.line("candidate", get("candidate_id"));
    card.line("id", get("site_id"));
  },

  walk(card, get) {
    card.link("alley", card.find("alleys", "alley_id", get("alley_id")));
    tellWalk(card, get);
    card.line("group", get("group"), card.find("groups", "group", get("group")));
    card.line("length_m", card.app.words.metres(get("length_m")));
  },
};

/**
 * What measuring an alley is expected to bring.
 * @param {Card} card
 * @param {(column: string) => any} get A column of the walking list.
 * @param {Chosen | null} [shown]
 */
function tellWalk(card, get, shown = null) {
  const { words, layers } = card.app;
  card.line("walk_rank", words.fill("plan.rank_of", get("rank"), layers.walk.count), shown);
  card.line("chance", estimated(words, get("chance")));
  const settles = words.number(get("settles_houses"));
  card.line("settles", settles && words.fill("plan.settles", settles));
  card.line("open_houses", words.number(get("houses_needs_survey")));
  card.line("cost", cost(words, get("cost_vnd"), get("cost_from")));
}

/**
 * What the plan says of an object of the ward, after all else on its card.
 * @type {Record<string, (card: Card, get: (column: string) => any, plan: PlanTables) => void>}
 */
const PLAN_TELLERS = {
  houses(card, get, { notCovered }) {
    const { words } = card.app;
    const why = notCovered.where("house_id", get("house_id"));
    const chances = [estimated(words, get("chance")), estimated(words, get("chance_60"))];
    if (chances[0] === null && !why.length) return;
    card.heading("plan");
    card.line("chance_road", chances[0]);
    card.line("chance_road_60", chances[1]);
    why.forEach((i) => {
      const told = words.code("site_why", notCovered.value("why", i));
      const metres = words.metres(notCovered.value("nearest_m", i));
      const key = `without_${notCovered.value("kind", i)}`;
      card.line(key, metres === null ? told : `${told} (${metres})`);
    });
  },

  barriers(card, get, { dealtWith }) {
    const { words, layers } = card.app;
    const { measures } = layers;
    const own = dealtWith.get(get("barrier_id")) || [];
    if (!own.length && get("gain_houses") === null) return;
    card.heading("plan.alone");
    tellGains(card, get);
    own.forEach((i) => {
      const of = (/** @type {string} */ column) => measures.value(column, i);
      card.heading("one.measures");
      card.line("rank", ranked(words, of), { name: "measures", i });
      card.line("action", listOfCodes(words, "action", of("action")));
      const others = barriersOf(layers, i).filter((id) => id !== get("barrier_id"));
      others.forEach((id) => card.link("together", card.find("barriers", "barrier_id", id)));
      // Each of them may bring nothing by itself.
      if (others.length) tellGains(card, of);
      card.line("more_houses", words.number(of("more_houses")));
      card.line("cost", cost(words, of("cost_vnd"), of("cost_from")));
    });
  },

  alleys(card, get, { solutions }) {
    const { words, layers } = card.app;
    const id = get("alley_id");
    const [row] = solutions.where("alley_id", id);
    if (row !== undefined) {
      const of = (/** @type {string} */ column) => solutions.value(column, row);
      card.heading("plan.water");
      (of("why") || "").split(";").forEach((/** @type {string} */ why) => {
        card.say(words.code("solution_why", why));
      });
      const told = [words.code("solution", of("solution")), words.code("state", of("state"))];
      card.line("solution", told.filter(Boolean).join(" – "));
      // What other proposals bring along needs neither.
      card.line("pipe_m", words.metres(of("pipe_m") || null));
      card.line("pieces", words.number(of("pieces") || null));
      card.line("others", listOfCodes(words, "solution", of("others")));
      card.line("plan_fire_points", words.number(of("fire_points")));
      card.line("vehicles", listOfCodes(words, "truck_kind", of("vehicles")));
      card.line("cost", cost(words, of("cost_vnd"), of("cost_from")));
      card.line("clause", of("clause"));
    }
    const [i] = layers.walk.where("alley_id", id);
    if (i === undefined) return;
    card.heading("layer.walk");
    tellWalk(card, (column) => layers.walk.value(column, i), { name: "walk", i });
  },
};
Object.assign(TELLERS, OWN_TELLERS);
Object.entries(PLAN_TELLERS).forEach(([name, teller]) => {
  const own = TELLERS[name];
  TELLERS[name] = (card, get) => {
    own(card, get);
    const plan = planOf(card.app);
    if (plan !== null) teller(card, get, plan);
  };
});

// ----------------------------------------------------------------------------- drawing

/**
 * Whether an object is of the group that is asked for.
 * @param {App} app
 * @param {string} name
 * @param {number} i
 */
function ofGroup({ layers, state }, name, i) {
  const group = state.get("group");
  return group === null || layers[name].value("group", i) === group;
}

/**
 * What is seen of a layer of the plan, nothing if it is hidden.
 * @param {WardCanvas} canvas
 * @param {View} view
 * @param {string} name
 */
function seenOfPlan(canvas, view, name) {
  const { layers, state } = /** @type {App} */ (canvas.app);
  const shown = name in layers && !state.get("hidden").includes(name);
  return shown ? canvas.seen(view, name) : [];
}

/**
 * A number on a dark ground; false if another one is in its way.
 * @param {WardCanvas} canvas
 * @param {Labels} labels
 * @param {string} text
 * @param {number} x
 * @param {number} y
 * @param {{x: number, y: number}[]} taken
 */
function drawNumber({ context }, labels, text, x, y, taken) {
  if (taken.some((other) => Math.abs(other.x - x) < 22 && Math.abs(other.y - y) < 16)) return;
  taken.push({ x, y });
  context.font = `700 11px ${FONT}`;
  const half = Math.max(0, context.measureText(text).width / 2 - 4);
  context.beginPath();
  context.moveTo(x - half, y);
  context.lineTo(x + half + 0.01, y);
  context.lineCap = "round";
  context.strokeStyle = LIGHT;
  context.lineWidth = 18;
  context.stroke();
  context.strokeStyle = DARK;
  context.lineWidth = 15;
  context.stroke();
  context.lineCap = "butt";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = LIGHT;
  context.fillText(text, x, y + 0.5);
  labels.block(x, y, half + 9);
}

/**
 * All places of a shape of points on the canvas.
 * @param {View} view
 * @param {Shapes} shapes
 * @param {number} i
 */
function placesOf(view, { part, vertex, x, y }, i) {
  /** @type {[number, number][]} */
  const places = [];
  for (let v = vertex[part[i]]; v < vertex[part[i + 1]]; v++) {
    places.push([x[v] * view.scale - view.left, y[v] * view.scale - view.top]);
  }
  return places;
}

/**
 * Rings around the barriers of each measure, and a line between those that belong together.
 * @param {WardCanvas} canvas
 * @param {View} view
 * @param {Labels} labels
 * @param {{x: number, y: number}[]} taken
 */
function drawMeasures(canvas, view, labels, taken) {
  const { context } = canvas;
  const app = /** @type {App} */ (canvas.app);
  const layer = app.layers.measures;
  const radius = 1.45 * signRadius(view.zoom) + 1;
  seenOfPlan(canvas, view, "measures").forEach(({ look, objects }) => {
    const stamp = signStamp(context, look, radius, view.ratio);
    objects.forEach((i) => {
      const rank = layer.value("rank", i);
      if (rank === null && view.zoom < NUMBERS_ZOOM) return;
      const places = placesOf(view, layer.shapes, i);
      context.globalAlpha = ofGroup(app, "measures", i) ? 1 : OF_OTHER_GROUPS;
      if (places.length > 1 && rank !== null) {
        context.beginPath();
        places.forEach(([x, y]) => context.lineTo(x, y));
        context.setLineDash([6, 4]);
        context.strokeStyle = DARK;
        context.lineWidth = 2;
        context.stroke();
        context.setLineDash([]);
      }
      places.forEach(([x, y]) => {
        stamp(x, y);
        if (rank !== null) {
          drawNumber(canvas, labels, String(rank), x + radius, y - radius, taken);
        }
      });
    });
  });
  context.globalAlpha = 1;
}

/**
 * Proposed places; their number takes the place of the mark where there is room for it.
 * @param {WardCanvas} canvas
 * @param {View} view
 * @param {Labels} labels
 */
function drawSites(canvas, view, labels) {
  const { context } = canvas;
  const app = /** @type {App} */ (canvas.app);
  const { sites } = app.layers;
  const numbered = view.zoom >= NUMBERS_ZOOM;
  const radius = signRadius(view.zoom) * (numbered ? 1.35 : 0.85);
  seenOfPlan(canvas, view, "sites").forEach(({ look, objects }) => {
    const own = { ...look, mark: numbered ? undefined : look.mark };
    const stamp = signStamp(context, own, radius, view.ratio);
    objects.forEach((i) => {
      const [x, y] = canvas.pixel(view, sites.shapes, i);
      context.globalAlpha = ofGroup(app, "sites", i) ? 1 : OF_OTHER_GROUPS;
      stamp(x, y);
      labels.block(x, y, radius + 2);
      if (!numbered) return;
      const text = String(sites.value("rank", i));
      context.font = `700 ${Math.round(radius * (text.length > 2 ? 0.62 : 0.8))}px ${FONT}`;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillStyle = DARK;
      context.fillText(text, x, y + (look.shape === "triangle" ? 0.25 * radius : 0.5));
    });
  });
  context.globalAlpha = 1;
}

/** @type {More} */
const OF_PLAN = {
  titles: PLAN_TITLES,

  drawLines(canvas, view) {
    const app = /** @type {App} */ (canvas.app);
    const { context } = canvas;
    const width = roadWidth(view.zoom) + 2;
    seenOfPlan(canvas, view, "walk").forEach(({ look, objects }) => {
      const { shapes } = app.layers.walk;
      objects.forEach((i) => {
        context.globalAlpha = ofGroup(app, "walk", i) ? 1 : OF_OTHER_GROUPS;
        canvas.stroke(view, shapes, [i], look.edge || LIGHT, width + 3);
        const dash = (look.dash || []).map((part) => part * (width + 1));
        canvas.stroke(view, shapes, [i], look.stroke || DARK, width, dash);
      });
    });
    context.globalAlpha = 1;
  },

  drawSigns(canvas, view, labels) {
    const app = /** @type {App} */ (canvas.app);
    /** @type {{x: number, y: number}[]} */
    const taken = [];
    drawSites(canvas, view, labels);
    drawMeasures(canvas, view, labels, taken);
    // The first of the list get their places first.
    seenOfPlan(canvas, view, "walk")
      .flatMap(({ objects }) => objects)
      .filter((i) => ofGroup(app, "walk", i))
      .sort((one, other) => one - other)
      .forEach((i) => {
        const [x, y] = canvas.pixel(view, app.layers.walk.shapes, i);
        drawNumber(canvas, labels, String(app.layers.walk.value("rank", i)), x, y, taken);
      });
  },

  begin(app) {
    if (planOf(app) === null) return;
    const section = element("section");
    section.id = "ward-plan";
    byId("ward-layers").before(section);
    const show = () => refill("ward-plan", summary(app));
    app.state.on(["language"], show);
    show();
  },
};
Object.assign(MORE, OF_PLAN);

// ------------------------------------------------------------------------------- panel

/**
 * What the plan comes to.
 * @param {App} app
 * @returns {HTMLElement[]}
 */
function summary(app) {
  const { words } = app;
  const { figures } = /** @type {PlanTables} */ (planOf(app));
  const { coverage, measures, siting, solutions, walk, schedule } = figures;
  const list = element("dl");
  const row = (/** @type {string} */ key, /** @type {string | null} */ value) => {
    if (value === null) return;
    const told = element("dd", "", value);
    told.dataset.plan = key;
    list.append(element("dt", "", words.say(`summary.${key}`)), told);
  };
  /** @param {number | null | undefined} value */
  const number = (value) => (typeof value === "number" ? words.number(value) : null);
  if (coverage) {
    const { share, share_low, share_high } = coverage;
    row("expected", share === null ? null : words.fill("plan.estimate", words.percent(share)));
    row("interval", share_low === null ? null : words.shares(share_low, share_high, 1));
  }
  if (measures) {
    const [all, open] = [measures.gain_houses, measures.houses_if_passable].map(number);
    const gained = measures.houses_if_passable
      ? words.fill("plan.gained_if_passable", all, open)
      : words.fill("plan.gained", all);
    row("measures", `${number(measures.chosen)} (${gained})`);
  }
  const { hydrant } = siting || {};
  if (hydrant) row("hydrants", number(hydrant.needed["0.90"]) || words.say("plan.not_enough"));
  if (solutions && solutions.share !== null) row("solutions", words.percent(solutions.share));
  if (walk) {
    const settled = words.fill("plan.settled", number(walk.settles_houses));
    row("walk", `${number(walk.alleys)} (${settled})`);
  }
  if (schedule) {
    row("cost", cost(words, schedule.total_vnd, schedule.example ? "example" : null));
  }
  const told = element("div", "ward-told");
  told.append(list);
  const note = element("p", "ward-note", words.say("plan.note"));
  return [element("h2", "", words.say("plan")), told, note];
}
