/* How every class of objects looks, and which class an object is of. */

// Told apart by every kind of colour sight; hatches and marks do so on a grey print too.
const BLUE = "#0072B2";
const YELLOW = "#F0E442";
const VERMILION = "#D55E00";
const GREY = "#BBBBBB";
// Shades of blue for what is nearer, and for what is farther but near enough.
const NAVY = "#00305C";
const SKY = "#5AB4F0";
// Ground that nothing is judged by: paler than whatever lies on it.
const WATER = "#CFE0E8";
const SHORE = "#8FB0C2";
const DARK = "#222222";
const LIGHT = "#FFFFFF";

/**
 * How a class is drawn. A hatch fills, a mark stands on a sign; `fill` is missing for lines.
 * @typedef {object} Look
 * @property {string} shape
 * @property {string} [fill]
 * @property {string} [edge] Outline, and colour of the mark, of a sign that is not dark.
 * @property {"dots" | "level" | "slant" | "cross"} [hatch]
 * @property {"cross" | "bar" | "question" | "drop" | "star" | "plus"} [mark]
 * @property {string} [stroke]
 * @property {number[]} [dash]
 * @property {number} [width] In widths of a road; of a sign's edge in pixels.
 */

/**
 * A class of a layer. Its label is the key of a text, perhaps with metres to follow that text.
 * @typedef {object} Class
 * @property {string} key
 * @property {string | {text: string, figure: number}} label
 * @property {Look} style
 */

/**
 * What a class is decided by.
 * @typedef {Pick<App, "ward" | "layers" | "state">} Shown
 */

/** @type {Record<string, Record<string, Look>>} */
const STYLES = {
  houses: {
    // By status.
    ok: { shape: "house", fill: BLUE },
    needs_survey: { shape: "house", fill: YELLOW, hatch: "dots" },
    no_water: { shape: "house", fill: VERMILION, hatch: "level" },
    no_road: { shape: "house", fill: VERMILION, hatch: "slant" },
    no_road_no_water: { shape: "house", fill: VERMILION, hatch: "cross" },
    unconnected: { shape: "house", fill: GREY },
    // By distance.
    nearest: { shape: "house", fill: NAVY },
    near: { shape: "house", fill: BLUE },
    within: { shape: "house", fill: SKY },
    beyond: { shape: "house", fill: VERMILION, hatch: "slant" },
    no_way: { shape: "house", fill: VERMILION, hatch: "cross" },
    placed_by_name: { shape: "house", fill: YELLOW, hatch: "dots" },
    // By what became of them.
    better: { shape: "house", fill: BLUE },
    worse: { shape: "house", fill: VERMILION, hatch: "slant" },
    other: { shape: "house", fill: YELLOW, hatch: "level" },
    new: { shape: "house", fill: NAVY },
    same: { shape: "house", fill: GREY },
  },
  segments: {
    yes: { shape: "line", stroke: BLUE },
    unknown: { shape: "line", stroke: YELLOW, edge: "#6B6400" },
    no: { shape: "line", stroke: VERMILION, edge: LIGHT, dash: [2, 2] },
  },
  alleys: {
    deep: { shape: "band", stroke: "#4F3A5C", width: 3.2 },
    perhaps_deep: { shape: "band", stroke: "#C3B2CC", width: 3.2 },
    other: { shape: "band", stroke: "#8C8C8C", width: 2 },
    perhaps_other: { shape: "band", stroke: "#D9D9D6", width: 2 },
  },
  barriers: {
    blocked: { shape: "octagon", fill: VERMILION, mark: "cross" },
    unknown: { shape: "octagon", fill: YELLOW, mark: "question" },
    delay: { shape: "octagon", fill: BLUE, mark: "bar" },
    pass: { shape: "octagon", fill: LIGHT, edge: BLUE },
    corner_blocked: { shape: "wedge", fill: VERMILION, mark: "cross" },
    corner_unknown: { shape: "wedge", fill: YELLOW, mark: "question" },
  },
  water: {
    usable: { shape: "diamond", fill: BLUE, mark: "drop" },
    unknown: { shape: "diamond", fill: YELLOW, mark: "question" },
    unusable: { shape: "diamond", fill: VERMILION, mark: "bar" },
    broken: { shape: "diamond", fill: LIGHT, edge: VERMILION, mark: "cross" },
  },
  fire_points: {
    usable: { shape: "triangle", fill: BLUE },
    unknown: { shape: "triangle", fill: YELLOW, mark: "question" },
    unusable: { shape: "triangle", fill: VERMILION, mark: "bar" },
    broken: { shape: "triangle", fill: LIGHT, edge: VERMILION, mark: "cross" },
  },
  dead_ends: {
    yes: { shape: "band", stroke: VERMILION, width: 2.8 },
    unknown: { shape: "band", stroke: YELLOW, width: 2.2 },
    no: { shape: "band", stroke: GREY, width: 1.8 },
    silent: { shape: "band", stroke: "#7A7A7A", width: 1.8 },
  },
  draft_points: {
    yes: { shape: "diamond", fill: LIGHT, edge: BLUE, mark: "drop" },
    unknown: { shape: "diamond", fill: LIGHT, edge: "#6B6400", mark: "question" },
    no: { shape: "diamond", fill: LIGHT, edge: "#7A7A7A", mark: "cross" },
  },
  stations: { all: { shape: "pentagon", fill: DARK, mark: "star" } },
  groups: { all: { shape: "edge", stroke: "#7A7A7A", width: 1, dash: [4, 4] } },
  open_water: { all: { shape: "ground", fill: WATER, edge: SHORE } },
  area: { all: { shape: "edge", stroke: DARK, width: 2, dash: [10, 5] } },
};

/** The column that tells the class, and the kind of text that names it. */
const CLASSED = {
  segments: { column: "reached", kind: "reached" },
  alleys: { column: "alley", kind: "alley" },
  barriers: { column: "effect", kind: "effect" },
  water: { column: "works", kind: "works" },
  fire_points: { column: "works", kind: "works" },
  dead_ends: { column: "too_long", kind: "too_long" },
  draft_points: { column: "answer", kind: "draft" },
};
const CHANGES = ["better", "worse", "other", "new", "same"];
const STATUSES = ["ok", "needs_survey", "no_water", "no_road", "no_road_no_water", "unconnected"];

/** Stands for no class in what `Classes.of` holds. */
const NO_CLASS = 255;

/** The classes of a layer, and for every object which of them it is of. */
class Classes {
  /**
   * @param {Class[]} list In the order of the legend.
   * @param {Uint8Array} of The number of each object's class.
   */
  constructor(list, of) {
    this.list = list;
    this.of = of;
  }

  /**
   * The classes that a function tells by their keys.
   * @param {Class[]} list
   * @param {number} count
   * @param {(i: number) => string | null} keyOf
   */
  static by(list, count, keyOf) {
    const numbers = new Map(list.map(({ key }, number) => [key, number]));
    const of = new Uint8Array(count);
    for (let i = 0; i < count; i++) {
      const number = numbers.get(/** @type {string} */ (keyOf(i)));
      of[i] = number === undefined ? NO_CLASS : number;
    }
    return new Classes(list, of);
  }

  /**
   * The classes that the words of a column are: all of them at once, which the first picture needs.
   * @param {Class[]} list
   * @param {PackedColumn} column
   */
  static ofWords(list, column) {
    const { words, codes } = coded(column);
    const numbers = words.map((word) => list.findIndex(({ key }) => key === word));
    const of = new Uint8Array(codes.length).fill(NO_CLASS);
    for (let i = 0; i < codes.length; i++) {
      if (numbers[codes[i]] >= 0) of[i] = numbers[codes[i]];
    }
    return new Classes(list, of);
  }
}

/**
 * @param {string} name
 * @param {string} key
 * @param {Class["label"]} label
 * @returns {Class}
 */
function classOfStyle(name, key, label) {
  return { key, label, style: STYLES[name][key] };
}

/**
 * Houses by the words of a column.
 * @param {Ward} ward
 * @param {"status" | "change"} column
 * @param {string[]} keys In the order of the legend.
 */
function byWords(ward, column, keys) {
  const list = keys.map((key) => classOfStyle("houses", key, `${column}.${key}`));
  return Classes.ofWords(list, ward.layers.houses.columns[column]);
}

/**
 * The distances that a theme is divided at, the last one the norm's limit, if it sets one.
 * @param {(number | null)[]} steps
 * @param {number | null} limit
 * @returns {number[]}
 */
function edges(steps, limit) {
  const known = [...steps, limit].flatMap((step) => (step === null ? [] : [step]));
  return [...new Set(known)]
    .filter((step) => limit === null || step <= limit)
    .sort((one, other) => one - other);
}

/**
 * Houses by a distance; those that have none, or none of their own, are classes by themselves.
 * @param {Layer} houses
 * @param {string} column
 * @param {Class[]} list The classes of all others.
 * @param {(metres: number, i: number) => string} keyOf
 */
function byMetres(houses, column, list, keyOf) {
  const apart = [
    classOfStyle("houses", "no_way", "no_way"),
    classOfStyle("houses", "placed_by_name", "class.placed_by_name"),
    classOfStyle("houses", "unconnected", "status.unconnected"),
  ];
  return Classes.by([...list, ...apart], houses.count, (i) => {
    if (houses.value("status", i) === "unconnected") return "unconnected";
    // Such a house stands on its road's middle: the distances are that place's.
    if ((houses.value("flags", i) || "").includes("placed_by_name")) return "placed_by_name";
    const metres = houses.value(column, i);
    return metres === null ? "no_way" : keyOf(metres, i);
  });
}

/**
 * Houses by a distance: within the limit in shades of blue, beyond it in vermilion.
 * @param {Layer} houses
 * @param {string} column
 * @param {number[]} upTo Ascending.
 * @param {boolean} judged Whether the last of them is the norm's limit.
 */
function byDistance(houses, column, upTo, judged) {
  const blue = ["nearest", "near", "within"].slice(upTo.length + (judged ? 0 : 1) > 2 ? 0 : 1);
  const last = judged ? "beyond" : blue[upTo.length];
  const farthest = upTo[upTo.length - 1];
  const list = [
    ...upTo.map((figure, k) => classOfStyle("houses", blue[k], { text: "class.up_to", figure })),
    classOfStyle(
      "houses",
      last,
      upTo.length ? { text: "class.beyond", figure: farthest } : "class.no_limit",
    ),
  ];
  return byMetres(houses, column, list, (metres) => {
    const step = upTo.findIndex((figure) => metres <= figure);
    return step < 0 ? last : blue[step];
  });
}

/**
 * Houses by water. Each kind of water has a limit of its own, so that the analysis' answer decides
 * who is within it, and the distance to the nearest water only how dark the blue is.
 * @param {Layer} houses
 * @param {boolean} best
 * @param {number} near
 */
function byWater(houses, best, near) {
  const list = [
    classOfStyle("houses", "near", { text: "class.up_to", figure: near }),
    classOfStyle("houses", "within", "class.water_within"),
    classOfStyle("houses", "beyond", "class.water_beyond"),
  ];
  return byMetres(houses, best ? "water_best_m" : "water_m", list, (metres, i) => {
    const answer = houses.value("water", i);
    // What needs a survey has water in the best case only.
    if (answer === "not_covered" || (answer === "needs_survey" && !best)) return "beyond";
    return metres <= near ? "near" : "within";
  });
}

/**
 * @param {Shown} shown
 * @returns {Classes}
 */
function houseClasses({ ward, layers, state }) {
  const { hose_m, hydrant_m, near_m, new_building_m, water_m, point_m } = ward.limits;
  const best = state.get("best");
  const half = (/** @type {number | null} */ limit) => (limit === null ? null : limit / 2);
  const measured = (
    /** @type {string} */ column,
    /** @type {(number | null)[]} */ steps,
    /** @type {number | null} */ limit,
  ) => byDistance(layers.houses, column, edges(steps, limit), limit !== null);
  switch (state.get("theme")) {
    case "change":
      return byWords(ward, "change", CHANGES);
    case "status":
      return byWords(ward, "status", STATUSES);
    case "hose":
      return measured(best ? "hose_best_m" : "hose_m", [new_building_m, half(hose_m)], hose_m);
    case "hydrant":
      return measured("hydrant_m", [near_m], hydrant_m);
    case "water":
      return Object.keys(water_m).length
        ? byWater(layers.houses, best, near_m)
        : measured(best ? "water_best_m" : "water_m", [near_m], null);
    case "point":
      return measured("point_m", [half(point_m)], point_m);
  }
}

/** @type {WeakMap<Layer, Map<string, Classes>>} */
const classified = new WeakMap();

/**
 * The classes of a layer under the present theme, found once for each theme.
 * @param {Shown} shown
 * @param {string} name
 * @returns {Classes}
 */
function classes(shown, name) {
  const layer = shown.layers[name];
  const theme = name === "houses" ? `${shown.state.get("theme")} ${shown.state.get("best")}` : "";
  let known = classified.get(layer);
  if (known === undefined) classified.set(layer, (known = new Map()));
  let found = known.get(theme);
  if (found === undefined) {
    if (name === "houses") found = houseClasses(shown);
    else if (name in CLASSED) {
      const { column, kind } = CLASSED[/** @type {keyof typeof CLASSED} */ (name)];
      const packed = shown.ward.layers[name].columns[column];
      // Where the norm has no limit or corners are not looked at, there are fewer classes.
      const list = Object.keys(STYLES[name])
        .filter((key) => coded(packed).words.includes(key))
        .map((key) => classOfStyle(name, key, `${kind}.${key}`));
      found = Classes.ofWords(list, packed);
    } else {
      found = Classes.by([classOfStyle(name, "all", `layer.${name}`)], layer.count, () => "all");
    }
    known.set(theme, found);
  }
  return found;
}

/**
 * What a class is called.
 * @param {Words} words
 * @param {Class} shown
 */
function classLabel(words, { label }) {
  if (typeof label === "string") return words.say(label);
  return `${words.say(label.text)} ${words.metres(label.figure)}`;
}
