/* Search over everything that has a name or an id. */

const MOST_FOUND = 12;
const CLOSE_ZOOM = 18;
// What is searched; where texts fit a query equally well, the smaller number comes first.
/** @type {Record<string, number>} */
const SEARCHED = {
  groups: 0,
  alleys: 1,
  segments: 1,
  stations: 2,
  fire_points: 2,
  water: 2,
  barriers: 2,
  draft_points: 2,
  houses: 3,
  // They have the names of their roads.
  dead_ends: 4,
};

/**
 * Text as it is compared: without accents, đ as d, in small letters, anything but letters and
 * digits as one blank.
 * @param {string} text
 */
function folded(text) {
  return text
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/đ/g, "d")
    .replace(/[^\p{L}\p{N}]+/gu, " ")
    .trim();
}

/**
 * @typedef {object} Entry What can be found.
 * @property {string} name Its layer.
 * @property {number} i The object that stands for it there.
 * @property {string | null} title What it is called, null where only its kind and its id say it.
 * @property {string | null} id
 * @property {string[]} lines What is searched, title and id, folded, a blank before and after each.
 */

/** @type {Record<string, string>} */
const TITLE_COLUMNS = {
  groups: "group",
  alleys: "name",
  segments: "name",
  stations: "name",
  draft_points: "name",
  dead_ends: "name",
  houses: "address",
};

/**
 * Everything that can be found, in the order of `SEARCHED`.
 * @param {App} app
 * @returns {Entry[]}
 */
function searchEntries({ words, layers }) {
  /** @type {Entry[]} */
  const entries = [];
  Object.keys(SEARCHED).forEach((name) => {
    const layer = layers[name];
    const seen = new Set();
    for (let i = 0; i < layer.count; i++) {
      const title = layer.value(TITLE_COLUMNS[name], i);
      // Groups have no other id, and a road is many stretches of one name.
      const id = name === "groups" || name === "segments" ? null : idOf(layers, { name, i });
      if ((title === null && id === null) || (id === null && seen.has(title))) continue;
      seen.add(title);
      const texts = title === null ? [...typeWords(words, layer, i), id].join(" ") : title;
      const searched = title === null || id === null ? [texts] : [texts, id];
      entries.push({ name, i, title, id, lines: searched.map((line) => ` ${folded(line)} `) });
    }
  });
  return entries;
}

/**
 * What an object's type is called in each language.
 * @param {Words} words
 * @param {Layer} layer
 * @param {number} i
 */
function typeWords(words, layer, i) {
  const type = layer.value("type", i);
  if (type === null) return [];
  return LANGUAGES.map((language) => words.all[language][`type.${type}`] || type);
}

/**
 * @typedef {object} Query The words that are looked for, a blank before each.
 * @property {string} phrase All of them, as they are one after another.
 * @property {string[]} begun In the order of the query.
 * @property {string[]} whole The same with a blank after each.
 * @property {string[]} rarest The same, first those that few texts are expected to have.
 */

/**
 * @param {string} text
 * @returns {Query | null} Null if there is nothing to look for.
 */
function queryOf(text) {
  const phrase = folded(text);
  if (!phrase) return null;
  const begun = phrase.split(" ").map((word) => ` ${word}`);
  // Few texts have a certain number, and fewer a long one.
  const weight = (/** @type {string} */ start) => start.length + (/\d/.test(start) ? 100 : 0);
  return {
    phrase: ` ${phrase}`,
    begun,
    whole: begun.map((start) => `${start} `),
    rarest: [...begun].sort((one, other) => weight(other) - weight(one)),
  };
}

/** Everything that can be found, as one text: to look for a word in that is quickest by far. */
class SearchIndex {
  /** @param {Entry[]} entries */
  constructor(entries) {
    const texts = entries.map(({ lines }) => `${lines.join("\n")}\n`);
    this.entries = entries;
    this.first = offsets(texts.map((text) => text.length));
    this.text = texts.join("");
  }

  /**
   * The entries that fit a query best, and how many fit.
   * @param {string} text
   * @returns {{found: Entry[], count: number}}
   */
  search(text) {
    const query = queryOf(text);
    if (query === null) return { found: [], count: 0 };
    /** @type {{entry: Entry, rank: number}[]} */
    const best = [];
    let count = 0;
    for (const entry of this.entriesWith(query.rarest[0])) {
      let rank = Infinity;
      for (const line of entry.lines) {
        if (hasAll(line, query.rarest)) rank = Math.min(rank, lineRank(line, query));
      }
      if (rank === Infinity) continue;
      count += 1;
      rank += SEARCHED[entry.name] * 1e3;
      if (best.length === MOST_FOUND && rank >= best[MOST_FOUND - 1].rank) continue;
      const after = best.findIndex((other) => other.rank > rank);
      best.splice(after < 0 ? best.length : after, 0, { entry, rank });
      best.length = Math.min(best.length, MOST_FOUND);
    }
    return { found: best.map(({ entry }) => entry), count };
  }

  /**
   * The entries with a word that begins so.
   * @param {string} start What it begins with, a blank before it.
   * @returns {Entry[]}
   */
  entriesWith(start) {
    // Blanks are everywhere, and to look for one first is slow.
    const word = start.slice(1);
    const found = [];
    let k = 0;
    let at = this.text.indexOf(word);
    while (at >= 0) {
      if (this.text.charAt(at - 1) === " ") {
        while (this.first[k + 1] <= at) k += 1;
        found.push(this.entries[k]);
        at = this.first[k + 1];
      } else at += 1;
      at = this.text.indexOf(word, at);
    }
    return found;
  }
}

/**
 * Whether each of some words begins a word of a text.
 * @param {string} text
 * @param {string[]} starts
 */
function hasAll(text, starts) {
  for (const start of starts) if (!text.includes(start)) return false;
  return true;
}

/**
 * How well a line fits that has all words of a query, the less the better. First comes the line
 * that is the query, then those that have its words one after another, then those that have them
 * in order; among these the ones that have more of the words whole; after the kind of the object,
 * which has the thousands, the shorter ones.
 * @param {string} line
 * @param {Query} query
 */
function lineRank(line, { phrase, begun, whole }) {
  const at = line.indexOf(phrase);
  if (at === 0 && line.length === phrase.length + 1) return 0;
  const order = at >= 0 ? 1 : inOrder(line, begun) ? 2 : 3;
  let unfinished = 0;
  for (const word of whole) if (!line.includes(word)) unfinished += 1;
  return order * 1e6 + Math.min(unfinished, 99) * 1e4 + Math.min(line.length, 999);
}

/**
 * Whether words begin words of a text in this order.
 * @param {string} text
 * @param {string[]} starts
 */
function inOrder(text, starts) {
  let from = 0;
  for (const start of starts) {
    const at = text.indexOf(start, from);
    if (at < 0) return false;
    from = at + start.length;
  }
  return true;
}

/**
 * Search box and list of what was found, as the combobox pattern of ARIA has it.
 * @param {App} app
 */
function showSearch(app) {
  const { words, state } = app;
  const label = element("label", "ward-hidden");
  const input = /** @type {HTMLInputElement} */ (element("input"));
  const list = element("ul", "ward-found");
  const said = element("p", "ward-hidden");
  input.id = "ward-query";
  input.type = "search";
  input.autocomplete = "off";
  input.spellcheck = false;
  /** @type {HTMLLabelElement} */ (label).htmlFor = input.id;
  list.id = "ward-found";
  list.hidden = true;
  said.setAttribute("role", "status");
  list.setAttribute("role", "listbox");
  Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-controls": list.id,
    "aria-expanded": "false",
  }).forEach(([name, value]) => input.setAttribute(name, value));
  const place = byId("ward-search");
  place.append(label, input, list, said);

  // What the keyboard of a phone leaves of the screen: there the search lies over all else.
  const seen = /** @type {VisualViewport} */ (window.visualViewport);
  const fitScreen = () => {
    place.style.setProperty("--seen-top", `${seen.offsetTop}px`);
    place.style.setProperty("--seen-height", `${seen.height}px`);
  };
  seen.addEventListener("resize", fitScreen);
  seen.addEventListener("scroll", fitScreen);

  /** @type {SearchIndex | null} */
  let index = null;
  /** @type {Entry[]} */
  let found = [];
  let active = -1;

  const speak = () => {
    label.textContent = words.say("search");
    input.placeholder = words.say("search.example");
    list.setAttribute("aria-label", words.say("search.found"));
    close();
  };
  const activate = (/** @type {number} */ which) => {
    active = which;
    Array.from(list.children).forEach((option, k) => {
      option.setAttribute("aria-selected", String(k === active));
    });
    if (active < 0) input.removeAttribute("aria-activedescendant");
    else {
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    }
  };
  const close = () => {
    list.hidden = true;
    place.classList.remove("ward-searching");
    input.setAttribute("aria-expanded", "false");
    said.textContent = "";
    activate(-1);
  };
  const open = () => {
    index = index || new SearchIndex(searchEntries(app));
    const result = index.search(input.value);
    found = result.found;
    list.replaceChildren(...found.map((entry, k) => foundOption(app, entry, k)));
    list.hidden = !found.length;
    input.setAttribute("aria-expanded", String(found.length > 0));
    activate(-1);
    const asked = folded(input.value) !== "";
    place.classList.toggle("ward-searching", asked);
    const more = result.count > found.length ? "search.more" : "search.count";
    said.textContent = asked
      ? words.fill(result.count ? more : "search.none", result.count, found.length)
      : "";
    said.classList.toggle("ward-hidden", result.count > 0);
  };
  const choose = (/** @type {number} */ which) => {
    const { name, i, title } = found[which];
    input.value = titleOf(app, found[which]);
    close();
    if (name === "groups") chooseGroup(app, title);
    else {
      state.set({ chosen: { name, i }, hidden: state.get("hidden").filter((one) => one !== name) });
      goTo(app, { name, i });
    }
  };

  input.addEventListener("focus", () => {
    fitScreen();
    index = index || new SearchIndex(searchEntries(app));
  });
  input.addEventListener("input", open);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      if (list.hidden) open();
      // Above the first and below the last one stands the query itself.
      const places = found.length + 1;
      if (!list.hidden) activate(((active + 1 + step + places) % places) - 1);
    } else if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      choose(Math.max(active, 0));
    } else if (event.key === "Escape") {
      if (list.hidden) input.value = "";
      close();
      event.preventDefault();
    }
  });
  // The query keeps the focus while the pointer chooses.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = /** @type {Element} */ (event.target).closest("li");
    if (option) choose(Array.from(list.children).indexOf(option));
  });
  state.on(["language"], speak);
  speak();
}

/**
 * @param {App} app
 * @param {Entry} entry
 * @param {number} k
 */
function foundOption(app, entry, k) {
  const option = element("li");
  option.id = `ward-found-${k}`;
  option.setAttribute("role", "option");
  option.append(
    element("span", "ward-found-title", titleOf(app, entry)),
    element("span", "ward-found-kind", kindOf(app, entry)),
  );
  return option;
}

/**
 * Filter by a group and move the map there; to the whole area for none.
 * @param {App} app
 * @param {string | null} group
 */
function chooseGroup(app, group) {
  app.state.set({ group });
  const [i] = group === null ? [] : app.layers.groups.where("group", group);
  if (i !== undefined) goTo(app, { name: "groups", i });
  else if (group === null) fit(app.map, app.ward.bounds);
}

/**
 * Move the map so that an object is seen, beside its card.
 * @param {App} app
 * @param {Chosen} chosen
 */
function goTo({ map, layers, routes, state }, { name, i }) {
  const { shapes } = layers[name];
  if (shapes.dimension[i] < 0) return;
  let [west, north, east, south] = shapes.box.subarray(4 * i, 4 * i + 4);
  // Where the truck stops is seen with the house.
  const hose = name === "houses" ? routes.hose(i, state.get("best")) : null;
  for (let k = 0; hose && k < hose.points.length; k += 2) {
    const [x, y] = hose.points.subarray(k, k + 2);
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [north, south] = [Math.min(north, y), Math.max(south, y)];
  }
  const corner = (/** @type {number} */ x, /** @type {number} */ y) =>
    map.options.crs.pointToLatLng(L.point(x, y), 0);
  const scale = map.options.crs.scale(0);
  map.fitBounds(
    L.latLngBounds(
      corner(west * scale, north * scale),
      corner(east * scale, south * scale),
    ),
    {
      animate: false,
      maxZoom: Math.max(map.getZoom(), CLOSE_ZOOM),
      paddingTopLeft: [40, 40],
      paddingBottomRight: [coveredByCard(map) + 40, 40],
    },
  );
}
