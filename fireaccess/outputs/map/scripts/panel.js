/* Figures, filters and legend. */

// In the order of the list.
const LISTED = [
  "houses",
  "segments",
  "alleys",
  "dead_ends",
  "barriers",
  "water",
  "draft_points",
  "fire_points",
  "stations",
  "groups",
  "area",
  "open_water",
];
// Listed only where there is some.
const NOT_ALWAYS = ["area", "open_water"];
const COMPARED = "ward-compared";

/** @param {App} app */
function showPanel(app) {
  return new Panel(app);
}

/** The panel beside the map: each of its parts is made anew when what it shows has changed. */
class Panel {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    /** @type {Set<string>} Ids of what the reader has unfolded. */
    this.unfolded = new Set();
    this.left = this.filtered();
    this.figures = this.figuresLeft();
    showSearch(app);
    this.showHead();
    const { state } = app;
    state.on(["language"], () => {
      this.showHead();
      this.showLayers();
    });
    state.on(["group", "statuses"], () => {
      this.left = this.filtered();
      this.figures = this.figuresLeft();
      this.showFigures();
      this.showFilters();
      this.showHouses();
    });
    state.on(["theme", "best"], () => this.showHouses());
    state.on(["hidden"], () => this.showLayers());
  }

  /** The houses that the filters leave. */
  filtered() {
    const { ward, state } = this.app;
    return housesLeft(ward, state.get("group"), state.get("statuses"));
  }

  /**
   * The figures of these houses.
   * @returns {HouseFigures}
   */
  figuresLeft() {
    const { ward } = this.app;
    const all = this.left.length === ward.layers.houses.count;
    return all ? ward.figures.area : figuresOf(ward, this.left);
  }

  /** All above the layers, which can wait until the first picture is drawn. */
  showHead() {
    byId("ward-panel").setAttribute("aria-label", this.app.words.say("panel"));
    this.showTitle();
    this.showFigures();
    this.showFilters();
    this.showHouses();
  }

  /** The project's name, whether it is real, and the languages. */
  showTitle() {
    const { ward, words, state } = this.app;
    const languages = element("div", "ward-languages");
    languages.setAttribute("role", "group");
    languages.setAttribute("aria-label", words.say("language"));
    LANGUAGES.forEach((language) => {
      const button = pressable(LANGUAGE_NAMES[language], () => state.set({ language }));
      button.id = `ward-language-${language}`;
      button.lang = language;
      button.setAttribute("aria-pressed", String(language === state.get("language")));
      languages.append(button);
    });
    const parts = [languages, element("h1", "", ward.project)];
    if (ward.synthetic) {
      const mark = element("p", "ward-synthetic");
      mark.append(element("strong", "", words.say("synthetic")), ` ${words.say("synthetic.note")}`);
      parts.push(mark);
    }
    refill("ward-title", parts);
  }

  /** The coverage of the houses that the filters leave, as ranges. */
  showFigures() {
    const { ward, words, state } = this.app;
    const { figures } = this;
    const group = state.get("group");
    const statuses = state.get("statuses").length;
    const shown = [
      group === null ? words.say("filter.all") : words.code("group", group),
      statuses ? words.fill("filter.statuses", words.number(statuses)) : null,
      words.fill("filter.houses", words.number(figures.houses)),
    ];
    const note = element("p", "ward-note", shown.filter(Boolean).join(" · "));
    note.id = "ward-shown";
    note.setAttribute("role", "status");

    const table = element("table", "ward-coverage");
    table.append(element("caption", "ward-hidden", words.say("coverage")));
    table.append(headings(["coverage.what", "coverage.share", "coverage.houses"], words));
    const rows = element("tbody");
    coverageRows(ward, words, figures).forEach(({ key, label, worst, best }) => {
      const row = element("tr");
      row.dataset.figure = key;
      row.append(
        rowHeading(label),
        element("td", "ward-share", words.shares(worst, best, figures.houses)),
        element("td", "ward-count", words.counts(worst, best)),
      );
      rows.append(row);
    });
    table.append(rows);

    const parts = [element("h2", "", words.say("coverage")), note, table];
    if (ward.measured !== null) {
      const measured = words.fill("coverage.measured", words.percent(ward.measured));
      parts.push(element("p", "ward-note ward-alleys-measured", measured));
    }
    parts.push(element("p", "ward-note", words.say("coverage.range")));
    refill("ward-figures", parts);
  }

  /** The choice of a group, the groups side by side, and the way back to the whole area. */
  showFilters() {
    const { app } = this;
    const { ward, words, state } = app;
    const groups = namedGroups(ward, words);
    const parts = [];
    if (groups.length) {
      const label = document.createElement("label");
      label.textContent = words.say("filter.group");
      const select = /** @type {HTMLSelectElement} */ (element("select"));
      select.id = label.htmlFor = "ward-group";
      select.append(new Option(words.say("filter.all"), ""));
      groups.forEach((figures, k) => {
        select.append(new Option(figures.name, String(k)));
        if (figures.group === state.get("group")) select.selectedIndex = k + 1;
      });
      select.addEventListener("change", () => {
        chooseGroup(app, select.value === "" ? null : groups[Number(select.value)].group);
      });
      const line = element("div", "ward-choice");
      line.append(label, select);
      parts.push(line, this.folding(COMPARED, words.say("groups.compare")));
      parts.push(this.unfolding(COMPARED, () => this.comparison(groups)));
    }
    if (state.get("group") !== null || state.get("statuses").length) {
      const clear = pressable(words.say("filter.clear"), () => {
        state.set({ statuses: [] });
        if (state.get("group") !== null) chooseGroup(app, null);
      });
      clear.id = "ward-clear";
      parts.push(clear);
    }
    refill("ward-filters", parts);
  }

  /**
   * A table of the groups: each name chooses its group.
   * @param {NamedFigures[]} groups
   */
  comparison(groups) {
    const { app } = this;
    const { words, state } = app;
    const table = element("table");
    table.append(headings(["filter.group", "coverage.houses", "groups.reached"], words));
    const rows = element("tbody");
    groups.forEach(({ group, name, houses, road }, k) => {
      const heading = rowHeading("");
      const button = pressable(name, () => {
        chooseGroup(app, group === state.get("group") ? null : group);
      });
      button.className = "ward-link";
      button.id = `ward-compared-${k}`;
      button.setAttribute("aria-pressed", String(group === state.get("group")));
      heading.append(button);
      const [worst, best] = road ? [road.covered, road.covered + road.needs_survey] : [null, null];
      const row = element("tr");
      row.append(
        heading,
        element("td", "", words.number(houses)),
        element("td", "", words.shares(worst, best, houses)),
      );
      rows.append(row);
    });
    table.append(rows);
    return table;
  }

  /** What houses are coloured by, and the legend of it with the houses that the filters leave. */
  showHouses() {
    const { app, left } = this;
    const { ward, words, state } = app;
    const theme = state.get("theme");
    const radios = (
      /** @type {string} */ name,
      /** @type {[string, boolean, () => void][]} */ choices,
    ) => {
      const set = element("fieldset", "ward-radios");
      set.append(element("legend", "", words.say(name)));
      choices.forEach(([key, checked, choose]) => {
        const box = ticked("radio", `ward-${key.replace(".", "-")}`, checked, choose);
        box.input.name = `ward-${name}`;
        box.label.append(words.say(key));
        set.append(box.label);
      });
      return set;
    };
    const parts = [
      radios(
        "theme",
        themesOf(ward).map((one) => [`theme.${one}`, one === theme, () => state.set({ theme: one })]),
      ),
    ];
    if (TWO_CASES.includes(theme)) {
      parts.push(
        radios("case", [
          ["case.worst", !state.get("best"), () => state.set({ best: false })],
          ["case.best", state.get("best"), () => state.set({ best: true })],
        ]),
      );
    }
    const { list, of } = classes(app, "houses");
    const counts = new Uint32Array(256);
    left.forEach((i) => {
      counts[of[i]] += 1;
    });
    const table = legend("ward-legend", words.say(`theme.${theme}`));
    const rows = element("tbody");
    if (theme === "status") rows.append(...this.statusRows());
    else {
      list.forEach(({ key }, number) => {
        const sample = element("div", "ward-class");
        sample.append(swatch("houses", key), element("span", "", classLabel(words, list[number])));
        rows.append(classRow(words, "houses", key, sample, counts[number], left.length));
      });
    }
    table.append(rows);
    parts.push(table);
    if (theme !== "status") {
      parts.push(this.folding("ward-statuses", words.say("filter.status")));
      parts.push(
        this.unfolding("ward-statuses", () => {
          const statuses = legend("ward-statuses-table", words.say("filter.status"));
          const body = element("tbody");
          body.append(...this.statusRows());
          statuses.append(body);
          return statuses;
        }),
      );
    }
    refill("ward-houses", parts);
  }

  /** A row for each status with a box that filters by it. */
  statusRows() {
    const { words, state } = this.app;
    const all = [...STATUSES];
    const wanted = state.get("statuses").length ? state.get("statuses") : all;
    return all.map((status) => {
      const on = wanted.includes(status);
      const box = ticked("checkbox", `ward-status-${status}`, on, () => {
        const next = all.filter((one) => wanted.includes(one) !== (one === status));
        // None of them is as good as all.
        state.set({ statuses: next.length === all.length ? [] : next });
      });
      const text = element("span", "", words.say(`status.${status}`));
      box.label.append(swatch("houses", status), text);
      const count = on ? this.figures.status[status] : null;
      return classRow(words, "houses", status, box.label, count, this.figures.houses);
    });
  }

  /** Every layer with its count, a box that shows it, and its classes. */
  showLayers() {
    const { app } = this;
    const { words, layers } = app;
    const list = element("ul", "ward-list");
    LISTED.filter((name) => layers[name].count || !NOT_ALWAYS.includes(name)).forEach((name) => {
      list.append(this.layerItem(name));
    });
    refill("ward-layers", [element("h2", "", words.say("layers")), list]);
  }

  /** @param {string} name */
  layerItem(name) {
    const { app } = this;
    const { words, layers, state } = app;
    const hidden = state.get("hidden");
    const item = element("li");
    item.dataset.layer = name;
    const flip = () => {
      const others = hidden.filter((one) => one !== name);
      state.set({ hidden: others.length < hidden.length ? others : [...hidden, name] });
    };
    // The ground that all else lies on is always shown.
    const label =
      name === "open_water"
        ? element("div", "ward-class")
        : ticked("checkbox", `ward-layer-${name}`, !hidden.includes(name), flip).label;
    const { list } = classes(app, name);
    const single = list.length === 1;
    if (single) label.append(swatch(name, list[0].key));
    label.append(element("span", "", words.say(`layer.${name}`)));
    const line = element("div", "ward-layer");
    const count = NOT_ALWAYS.includes(name) ? "" : words.number(layers[name].count);
    line.append(label, element("span", "ward-count", count));
    item.append(line);
    // The classes of houses are the legend above.
    if (!single && name !== "houses") {
      const id = `ward-classes-${name}`;
      const fold = this.folding(id, "");
      fold.setAttribute("aria-label", words.fill("layer.classes", words.say(`layer.${name}`)));
      line.append(fold);
      item.append(this.unfolding(id, () => this.layerClasses(name)));
    }
    return item;
  }

  /**
   * The classes of a layer. Of roads the length counts, not in how many stretches they are drawn.
   * @param {string} name
   */
  layerClasses(name) {
    const { app } = this;
    const { words, layers } = app;
    const { list, of } = classes(app, name);
    const layer = layers[name];
    const counts = new Uint32Array(256);
    const weights = new Float64Array(256);
    for (let i = 0; i < layer.count; i++) {
      counts[of[i]] += 1;
      weights[of[i]] += name === "segments" ? layer.value("length_m", i) || 0 : 1;
    }
    const whole = weights.reduce((sum, weight) => sum + weight, 0);
    const title = words.say(`layer.${name}`);
    const table = legend(
      `ward-classes-${name}-table`,
      name === "segments" ? `${title} ${words.say("by_length")}` : title,
    );
    const rows = element("tbody");
    list.forEach(({ key }, number) => {
      const sample = element("div", "ward-class");
      sample.append(swatch(name, key), element("span", "", classLabel(words, list[number])));
      const row = classRow(words, name, key, sample, counts[number], whole, weights[number]);
      rows.append(row);
    });
    table.append(rows);
    return table;
  }

  /**
   * A button that folds and unfolds a part of the panel.
   * @param {string} id The part's.
   * @param {string} text
   */
  folding(id, text) {
    const button = pressable(text, () => {
      if (!this.unfolded.delete(id)) this.unfolded.add(id);
      this.showFilters();
      this.showHouses();
      this.showLayers();
    });
    button.className = "ward-fold";
    button.id = `${id}-fold`;
    button.setAttribute("aria-expanded", String(this.unfolded.has(id)));
    button.setAttribute("aria-controls", id);
    return button;
  }

  /**
   * A part of the panel that can be unfolded; it is made only then.
   * @param {string} id
   * @param {() => HTMLElement} make
   */
  unfolding(id, make) {
    const part = element("div");
    part.id = id;
    part.hidden = !this.unfolded.has(id);
    if (!part.hidden) part.append(make());
    return part;
  }
}

/** @type {Record<Language, string>} */
const LANGUAGE_NAMES = { vi: "Tiếng Việt", en: "English" };

/**
 * The rows of the coverage table: how many houses in the worst and the best case, null where there
 * is no answer.
 * @param {Ward} ward
 * @param {Words} words
 * @param {HouseFigures} figures
 */
function coverageRows({ limits }, words, figures) {
  const told = (/** @type {string} */ key, /** @type {number | null} */ limit) =>
    words.fill(`coverage.${key}`, (words.metres(limit) || "").replace(" ", "\u00a0"));
  const labels = {
    road: told("road", limits.hose_m),
    road_60: told("road_60", limits.new_building_m),
    water: words.say("coverage.water"),
    point:
      limits.point_m === null ? words.say("coverage.point_any") : told("point", limits.point_m),
  };
  const rows = ANSWERS.map((key) => {
    const answer = figures[key];
    return {
      key: String(key),
      label: labels[key],
      worst: answer && answer.covered,
      best: answer && answer.covered + answer.needs_survey,
    };
  });
  const near = figures.hydrant_within_150_m;
  const label = told("hydrant", limits.near_m);
  return [...rows.slice(0, 3), { key: "hydrant", label, worst: near, best: near }, rows[3]];
}

/**
 * @typedef {Figures & {group: string, name: string}} NamedFigures The figures of a group, and what
 *     it is called.
 */

/**
 * @param {Ward} ward
 * @param {Words} words
 * @returns {NamedFigures[]}
 */
function namedGroups(ward, words) {
  return ward.figures.groups
    .map((figures) => ({ ...figures, group: String(figures.group) }))
    .map((figures) => ({ ...figures, name: words.code("group", figures.group) || "" }));
}

/**
 * Put other children into an element of the page; what had the focus gets it back.
 * @param {string} id
 * @param {HTMLElement[]} children
 */
function refill(id, children) {
  const node = byId(id);
  const focused = document.activeElement;
  const lost = focused && node.contains(focused) ? focused.id : "";
  node.replaceChildren(...children);
  const again = lost && document.getElementById(lost);
  if (again) again.focus({ preventScroll: true });
}

/**
 * A button.
 * @param {string} text
 * @param {() => void} pressed
 */
function pressable(text, pressed) {
  const button = /** @type {HTMLButtonElement} */ (element("button", "ward-button", text));
  button.type = "button";
  button.addEventListener("click", pressed);
  return button;
}

/**
 * A box or a radio button in its label.
 * @param {"checkbox" | "radio"} type
 * @param {string} id
 * @param {boolean} checked
 * @param {() => void} change
 */
function ticked(type, id, checked, change) {
  const label = element("label", "ward-class");
  const input = /** @type {HTMLInputElement} */ (element("input"));
  input.type = type;
  input.id = id;
  input.checked = checked;
  input.addEventListener("change", change);
  label.append(input);
  return { label, input };
}

/**
 * A table of classes, counts and shares.
 * @param {string} id
 * @param {string} title For those who can't see where it stands.
 */
function legend(id, title) {
  const table = element("table", "ward-legend");
  table.id = id;
  table.append(element("caption", "ward-hidden", title));
  return table;
}

/**
 * One class with its count and its share.
 * @param {Words} words
 * @param {string} name
 * @param {string} key
 * @param {HTMLElement} sample
 * @param {number | null} count Null for a class that is not asked for.
 * @param {number} whole What the share is of.
 * @param {number | null} part
 */
function classRow(words, name, key, sample, count, whole, part = count) {
  const row = element("tr");
  row.dataset.layer = name;
  row.dataset.class = key;
  const heading = rowHeading("");
  heading.append(sample);
  const share = part === null || !whole ? "–" : words.percent(part / whole);
  row.append(
    heading,
    element("td", "ward-count", count === null ? "–" : words.number(count)),
    element("td", "ward-share", share),
  );
  return row;
}

/** @param {string} text */
function rowHeading(text) {
  const heading = /** @type {HTMLTableCellElement} */ (element("th", "", text));
  heading.scope = "row";
  return heading;
}

/**
 * @param {string[]} keys
 * @param {Words} words
 */
function headings(keys, words) {
  const row = element("tr");
  keys.forEach((key) => {
    const heading = /** @type {HTMLTableCellElement} */ (element("th", "", words.say(key)));
    heading.scope = "col";
    row.append(heading);
  });
  const head = element("thead");
  head.append(row);
  return head;
}
