/* The page on paper. */

/** What has a page of its own. */
const PRINTED = ["alleys", "groups"];

const PAPERS = ["a4", "a3"];
const MM_PER_PIXEL = 25.4 / 96;
// Paper shows twice as many pixels as a screen.
const PAPER_RATIO = 2;
// Scales are round: 1:500, 1:600 …
const ROUND_SCALES = [1, 1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9];
const LARGEST_SCALE = 500;
const LONGEST_BAR_MM = 45;

/**
 * What is printed, and on which paper.
 * @typedef {object} Wanted
 * @property {string} paper
 * @property {"area" | "view" | Chosen} of
 */

/**
 * The button and the dialog, and the page that the browser prints.
 * @param {App} app
 */
function showPrint(app) {
  const printer = new Printer(app);
  const { words, state } = app;
  const button = pressable("", () => printer.ask(null));
  const speak = () => {
    button.textContent = words.say("print");
  };
  state.on(["language"], speak);
  speak();
  byId("ward-tools").append(button);
  // Whichever way the browser is told to print: by the dialog, its menu or its keys.
  window.addEventListener("beforeprint", () => printer.layOut());
  window.addEventListener("afterprint", () => printer.putBack());
  return printer;
}

/** Lays the page out when the browser is about to print, and puts everything back. */
class Printer {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    /** @type {Wanted} */
    this.wanted = { paper: "a4", of: "view" };
    /** @type {(() => void) | null} */
    this.back = null;
  }

  /**
   * Ask what is to be printed, and print it.
   * @param {Chosen | null} chosen What is offered first.
   */
  ask(chosen) {
    const { app } = this;
    const dialog = /** @type {HTMLDialogElement} */ (element("dialog", "ward-dialog"));
    const title = element("h2", "", app.words.say("print.title"));
    title.id = "ward-dialog-title";
    dialog.setAttribute("aria-labelledby", title.id);
    const form = /** @type {HTMLFormElement} */ (element("form"));
    const choices = printChoices(app);
    const first = (/** @type {Wanted["of"]} */ of) => same(of, chosen);
    const what = choice("ward-print-of", app.words.say("print.of"), choices, first);
    const papers = PAPERS.map((paper) => ({ text: paper.toUpperCase(), value: paper, group: "" }));
    const paper = choice("ward-print-paper", app.words.say("print.paper"), papers, () => false);
    const print = pressable(app.words.say("print"), () => {});
    print.type = "submit";
    const buttons = element("p", "ward-dialog-buttons");
    buttons.append(print, pressable(app.words.say("print.cancel"), () => dialog.close()));
    form.append(title, what.line, paper.line, buttons);
    dialog.append(form);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.wanted = { paper: paper.value(), of: what.value() };
      dialog.close();
      window.print();
    });
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
  }

  /** Make the page of what is wanted; where nobody was asked, of what is seen. */
  layOut() {
    if (this.back !== null) return;
    const { app, wanted } = this;
    const { map, state, canvas } = app;
    const before = {
      centre: map.getCenter(),
      zoom: map.getZoom(),
      snap: map.options.zoomSnap,
      group: state.get("group"),
      statuses: state.get("statuses"),
      chosen: state.get("chosen"),
    };
    const { box, values, houses, title } = printedPart(app, wanted.of);
    state.set(values);

    const paper = byId("ward-print");
    const page = document.documentElement;
    const container = map.getContainer();
    const home = /** @type {HTMLElement} */ (container.parentElement);
    const place = element("div", "ward-sheet-map");
    const chosen = typeof wanted.of === "string" ? null : wanted.of;
    const list = chosen && chosen.name === "alleys" ? houseList(app, houses) : null;
    const side = element("div", "ward-sheet-side");
    const sheet = element("div", "ward-sheet");
    paper.className = `ward-print ward-print-${wanted.paper}`;
    sheet.classList.toggle("ward-sheet-listed", list !== null);
    sheet.append(sheetHead(app, title), place, side, sheetFoot(app));
    if (list) sheet.append(list.node);
    place.append(container);
    paper.append(sheet);
    page.classList.add("ward-printing");
    paper.hidden = false;

    map.options.zoomSnap = 0;
    map.invalidateSize({ animate: false, pan: false });
    const scale = printedScale(map, box);
    map.setView(scale.centre, scale.zoom, { animate: false });
    canvas.setRatio(PAPER_RATIO);
    place.append(northArrow(app), scaleBar(app, scale.denominator, wanted.paper));
    side.append(...sheetSide(app, chosen, houses));
    const rest = overleaf(app, side);
    if (rest) {
      const next = element("div", "ward-sheet ward-sheet-next");
      next.append(sheetHead(app, title), rest);
      paper.append(next);
    }
    if (list) list.fill(largest(houses.length, list.fill));

    this.back = () => {
      home.prepend(container);
      page.classList.remove("ward-printing");
      paper.hidden = true;
      paper.replaceChildren();
      map.options.zoomSnap = before.snap;
      map.invalidateSize({ animate: false, pan: false });
      map.setView(before.centre, before.zoom, { animate: false });
      canvas.setRatio(null);
      const { group, statuses, chosen: shown } = before;
      state.set({ group, statuses, chosen: shown });
    };
  }

  /** Show the page on the screen as it was. */
  putBack() {
    if (this.back === null) return;
    this.back();
    this.back = null;
    this.wanted = { paper: "a4", of: "view" };
  }
}

/**
 * @template T
 * @typedef {{text: string, value: T, group: string}} Choice
 */

/**
 * What can be printed: the area, the view, each group and each alley.
 * @param {App} app
 * @returns {Choice<Wanted["of"]>[]}
 */
function printChoices(app) {
  const { words, layers } = app;
  const order = new Intl.Collator(words.language, { numeric: true });
  const named = (/** @type {string} */ name) =>
    Array.from({ length: layers[name].count }, (_, i) => ({
      text: titleOf(app, { name, i }),
      value: { name, i },
      group: words.say(`print.${name}`),
    })).sort((one, other) => order.compare(one.text, other.text));
  return [
    { text: words.say("print.area"), value: "area", group: "" },
    { text: words.say("print.view"), value: "view", group: "" },
    ...named("groups"),
    ...named("alleys"),
  ];
}

/**
 * A list to choose from, in its label.
 * @template T
 * @param {string} id
 * @param {string} text
 * @param {Choice<T>[]} choices
 * @param {(value: T) => boolean} first Whether a choice is the one that is offered first.
 */
function choice(id, text, choices, first) {
  const select = /** @type {HTMLSelectElement} */ (element("select"));
  select.id = id;
  const label = /** @type {HTMLLabelElement} */ (element("label", "", text));
  label.htmlFor = id;
  /** @type {HTMLElement} */
  let within = select;
  choices.forEach(({ text: told, value, group }, k) => {
    if (group && (within === select || within.getAttribute("label") !== group)) {
      within = element("optgroup");
      within.setAttribute("label", group);
      select.append(within);
    }
    within.append(new Option(told, String(k), false, first(value)));
  });
  const line = element("div", "ward-choice");
  line.append(label, select);
  return { line, value: () => choices[Number(select.value)].value };
}

/**
 * What is shown of the ward: west, north, east and south on the Mercator square, the filters and
 * the chosen object, and the houses that the figures are of.
 * @param {App} app
 * @param {Wanted["of"]} of
 * @returns {{box: number[], values: Partial<StateValues>, houses: number[], title: string}}
 */
function printedPart(app, of) {
  const { ward, words, layers, map, state } = app;
  const title = `${words.say("title")} – ${ward.project}`;
  const all = { group: null, statuses: [], chosen: null };
  if (of === "view") {
    const group = state.get("group");
    return {
      box: boxOf(map, map.getBounds()),
      values: {},
      houses: housesLeft(ward, group, state.get("statuses")),
      title: group === null ? title : `${title} – ${words.code("group", group)}`,
    };
  }
  if (of === "area") {
    const bounds = ward.bounds || VIETNAM;
    const corners = L.latLngBounds([bounds[1], bounds[0]], [bounds[3], bounds[2]]);
    return { box: boxOf(map, corners), values: all, houses: housesLeft(ward, null, []), title };
  }
  const { shapes } = layers[of.name];
  const column = of.name === "groups" ? "group" : "alley_id";
  const id = idOf(layers, of);
  const houses = layers.houses.where(column, id);
  const boxes = [
    shapes.box.subarray(4 * of.i, 4 * of.i + 4),
    ...houses.map((i) => layers.houses.shapes.box.subarray(4 * i, 4 * i + 4)),
  ].filter(([west]) => Number.isFinite(west));
  const edge = (/** @type {number} */ k) => boxes.map((box) => box[k]);
  return {
    box: [Math.min(...edge(0)), Math.min(...edge(1)), Math.max(...edge(2)), Math.max(...edge(3))],
    values: of.name === "groups" ? { ...all, group: id } : { ...all, chosen: of },
    houses,
    title: `${title} – ${titleOf(app, of)}`,
  };
}

/**
 * @param {L.Map} map
 * @param {L.LatLngBounds} bounds
 */
function boxOf(map, bounds) {
  const scale = map.options.crs.scale(0);
  const corners = [bounds.getSouthWest(), bounds.getNorthEast()];
  const [low, high] = corners.map((corner) => map.project(corner, 0).divideBy(scale));
  return [low.x, high.y, high.x, low.y];
}

/**
 * The largest round scale at which the map shows the whole of a box.
 * @param {L.Map} map
 * @param {number[]} box West, north, east, south on the Mercator square.
 */
function printedScale(map, [west, north, east, south]) {
  const { crs } = map.options;
  const square = crs.scale(0);
  const centre = crs.pointToLatLng(
    L.point(((west + east) / 2) * square, ((north + south) / 2) * square),
    0,
  );
  const { x, y } = map.getSize();
  // A few pixels of air, so that what lies on the edge is seen whole.
  const zoom = Math.log2(Math.min((x - 24) / (east - west), (y - 24) / (south - north)) / square);
  const metres = metresPerPixel(map, centre);
  const least = (metres * 1000) / MM_PER_PIXEL / 2 ** Math.min(zoom, 30);
  const denominator = roundScale(Math.max(least, LARGEST_SCALE));
  return {
    centre,
    denominator,
    zoom: Math.log2((metres * 1000) / MM_PER_PIXEL / denominator),
  };
}

/**
 * How many metres a pixel is wide at zoom 0.
 * @param {L.Map} map
 * @param {L.LatLng} place
 */
function metresPerPixel(map, place) {
  // Over a thousandth of a degree the Mercator square is as good as flat.
  const east = L.latLng(place.lat, place.lng + 0.001);
  return map.distance(place, east) / (map.project(east, 0).x - map.project(place, 0).x);
}

/** @param {number} least */
function roundScale(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  const found = ROUND_SCALES.find((step) => step * power >= least * (1 - 1e-9));
  return found === undefined ? 10 * power : found * power;
}

/**
 * @param {App} app
 * @param {string} title
 */
function sheetHead({ ward, words }, title) {
  const head = element("header", "ward-sheet-head");
  const now = new Date();
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()]
    .map((part) => String(part).padStart(2, "0"))
    .join("-");
  head.append(element("h1", "", title));
  if (ward.synthetic) {
    head.append(element("strong", "ward-synthetic", words.say("synthetic")));
  }
  head.append(element("p", "", words.fill("print.date", words.day(day))));
  return head;
}

/** @param {App} app */
function sheetFoot({ ward, words }) {
  const foot = element("footer", "ward-sheet-foot");
  const told = ward.told[words.language].join(" · ");
  foot.append(element("p", "", `${words.say("print.basis")}: ${told}`));
  const osm = ward.osm ? `© OpenStreetMap contributors, ${OSM_COPYRIGHT}` : null;
  const owed = [osm, ward.tiles && ward.tiles.attribution];
  foot.append(element("p", "", owed.filter(Boolean).join(" · ")));
  return foot;
}

/**
 * What stands beside the map: the coverage, or what is told of an alley, and the legend.
 * @param {App} app
 * @param {Chosen | null} chosen
 * @param {number[]} houses
 */
function sheetSide(app, chosen, houses) {
  const { ward, words } = app;
  const parts = [];
  const alley = chosen !== null && chosen.name === "alleys";
  if (alley) {
    parts.push(tell(app, chosen, () => {}));
  } else {
    const table = element("table", "ward-coverage");
    const figures = figuresOf(ward, houses);
    coverageRows(ward, words, figures).forEach(({ label, worst, best }) => {
      const row = element("tr");
      const share = words.shares(worst, best, figures.houses);
      row.append(rowHeading(label), element("td", "", share));
      row.append(element("td", "", words.counts(worst, best)));
      table.append(row);
    });
    const told = words.fill("filter.houses", words.number(figures.houses));
    parts.push(element("h2", "", `${words.say("coverage")} (${told})`), table);
    parts.push(element("p", "ward-note", words.say("coverage.range")));
  }
  return [...parts, sheetLegend(app, alley ? null : houses)];
}

/**
 * What is told of an object and finds no room beside the map; null if all of it does.
 * @param {App} app
 * @param {HTMLElement} side
 */
function overleaf({ words }, side) {
  const cut = () => side.scrollHeight > side.clientHeight;
  const told = side.querySelector(".ward-told");
  if (told === null || !cut()) return null;
  const parts = Array.from(told.children);
  const rest = element("div", "ward-told");
  told.after(element("p", "ward-note", words.say("print.overleaf")));
  // What stops the truck, with its evidence, is longest; if need be, the figures go there too.
  const heading = parts.findIndex(({ tagName }) => tagName === "H3");
  if (heading >= 0) rest.append(...parts.slice(heading));
  if (cut()) rest.prepend(...parts);
  return rest;
}

/**
 * Every class and every way that is on the map, with its sign.
 * @param {App} app
 * @param {number[] | null} houses How many of these are of each class is told.
 */
function sheetLegend(app, houses) {
  const { words, layers, state, canvas } = app;
  const node = element("div", "ward-sheet-legend");
  node.append(element("h2", "", words.say("legend")));
  const view = canvas.view();
  // The ground is named where it is seen.
  const there = (/** @type {string} */ name) =>
    name !== "open_water" || canvas.seen(view, name).length > 0;
  const listed = LISTED.filter(
    (name) => layers[name].count && !state.get("hidden").includes(name) && there(name),
  );
  listed.forEach((name) => {
    const { list, of } = classes(app, name);
    const present = new Set(of);
    const counts = new Uint32Array(256);
    const counted = name === "houses" ? houses : null;
    if (counted) counted.forEach((i) => (counts[of[i]] += 1));
    const part = element("div");
    if (list.length > 1) part.append(element("h3", "", words.say(`layer.${name}`)));
    list.forEach((shown, number) => {
      if (!present.has(number)) return;
      const line = element("p", "ward-class");
      const count = counted ? `: ${words.number(counts[number])}` : "";
      line.append(swatch(name, shown.key, PAPER_RATIO));
      line.append(element("span", "", classLabel(words, shown) + count));
      part.append(line);
    });
    node.append(part);
  });
  const ways = canvas.ways.filter((way) => seenOf(view, way).length);
  if (ways.length) {
    const part = element("div");
    part.append(element("h3", "", words.say("print.ways")));
    ways.forEach(({ kind }) => {
      const line = element("p", "ward-class");
      line.append(waySwatch(kind, PAPER_RATIO));
      line.append(element("span", "", words.say(`print.way.${kind}`)));
      part.append(line);
    });
    node.append(part);
  }
  return node;
}

/** @param {App} app */
function northArrow({ words }) {
  const arrow = element("div", "ward-north");
  arrow.append(element("span", "ward-north-arrow"), element("span", "", words.say("print.north")));
  return arrow;
}

/**
 * A bar of a round length and the scale in figures.
 * @param {App} app
 * @param {number} denominator
 * @param {string} paper
 */
function scaleBar({ words }, denominator, paper) {
  const most = (LONGEST_BAR_MM * denominator) / 1000;
  const power = 10 ** Math.floor(Math.log10(most));
  const metres = power * Math.max(...[1, 2, 5].filter((step) => step * power <= most));
  const bar = element("div", "ward-scale-bar");
  const rule = element("div", "ward-scale-rule");
  rule.style.width = `${(metres * 1000) / denominator}mm`;
  rule.append(element("span"), element("span"));
  const ends = element("div", "ward-scale-ends");
  ends.style.width = rule.style.width;
  ends.append(element("span", "", "0"), element("span", "", words.distance(metres)));
  const told = words.fill("print.scale", words.number(denominator), paper.toUpperCase());
  bar.append(ends, rule, element("p", "", told));
  return bar;
}

/**
 * The houses of an alley by their status, those that need something first.
 * @param {App} app
 * @param {number[]} houses
 */
function houseList(app, houses) {
  const node = element("div", "ward-sheet-houses");
  const list = element("div", "ward-sheet-columns");
  const fill = (/** @type {number} */ most) => {
    list.replaceChildren(...houseLines(app, houses, most));
    return list.scrollWidth <= list.clientWidth;
  };
  node.append(element("h2", "", app.words.say("print.houses")), list);
  return { node, fill };
}

/**
 * A line for each status, with the houses that have it, and one for those that are left out.
 * @param {App} app
 * @param {number[]} houses
 * @param {number} most How many are named.
 */
function houseLines(app, houses, most) {
  const { words, layers } = app;
  const order = new Intl.Collator(words.language, { numeric: true });
  const houseId = (/** @type {number} */ i) => idOf(layers, { name: "houses", i });
  let left = most;
  const lines = [...STATUSES.slice(1), STATUSES[0]].flatMap((status) => {
    const some = houses.filter((i) => layers.houses.value("status", i) === status);
    const titles = some.map((i) => layers.houses.value("address", i) || houseId(i));
    titles.sort(order.compare);
    const named = titles.slice(0, left);
    left -= named.length;
    if (!named.length) return [];
    const line = element("p", "ward-sheet-status");
    const told = `${words.say(`status.${status}`)} (${words.number(some.length)}): `;
    line.append(swatch("houses", status, PAPER_RATIO), element("strong", "", told));
    line.append(named.join(" · "));
    return [line];
  });
  const out = houses.length - most;
  if (out > 0) lines.push(element("p", "", words.fill("print.more", words.number(out))));
  return lines;
}

/**
 * The largest number up to some that passes, where those above one that fails fail too.
 * @param {number} most
 * @param {(number: number) => boolean} passes
 */
function largest(most, passes) {
  let [low, high] = [0, most];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (passes(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
