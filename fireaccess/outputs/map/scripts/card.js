/* What is told of the chosen object, and why it is so. */

/**
 * What an object is called.
 * @param {App} app
 * @param {Chosen} chosen
 * @returns {string}
 */
function titleOf(app, chosen) {
  const { words, layers } = app;
  const { name, i } = chosen;
  const layer = layers[name];
  if (name in MORE.titles) return MORE.titles[name](app, i);
  const id = idOf(layers, chosen);
  const kind = kindOf(app, chosen);
  if (name === "houses") return layer.value("address", i) || `${kind} ${id}`;
  if (LINES.includes(name)) return layer.value("name", i) || words.say("unnamed");
  if (name === "groups") return words.code("group", id) || "";
  if (name === "stations") return layer.value("name", i) || `${kind} ${id}`;
  // A reading or a clearance has no type, only where it is from.
  const type = layer.value("type", i) || layer.value("source", i);
  const word = name === "fire_points" || type === "corner" ? kind : words.code("type", type);
  const called = word && word !== type ? capital(word) : word;
  const known = name === "draft_points" ? layer.value("name", i) || id : id;
  return [called, name === "barriers" ? afterColon(known) : known].filter(Boolean).join(" ");
}

/**
 * What kind of object it is. A corner is among the barriers, but none to deal with.
 * @param {App} app
 * @param {Chosen} chosen
 */
function kindOf({ words, layers }, { name, i }) {
  const corner = name === "barriers" && layers[name].value("source", i) === "corner";
  return words.say(corner ? "one.corners" : `one.${name}`);
}

/**
 * A word of the map's own at the beginning of a line.
 * @param {string} word
 */
function capital(word) {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}

/**
 * "B17" of "barrier:B17".
 * @param {string} token
 */
function afterColon(token) {
  return token.slice(token.indexOf(":") + 1);
}

/**
 * The answer that an object's colour shows, null where it has none.
 * @param {App} app
 * @param {Chosen} chosen
 * @returns {{key: string, text: string} | null}
 */
function answerOf({ words, layers }, { name, i }) {
  const classed = /** @type {Record<string, {column: string, kind: string}>} */ (CLASSED);
  const { column, kind } =
    name === "houses" ? { column: "status", kind: "status" } : classed[name] || {};
  const key = column ? layers[name].value(column, i) : null;
  return key === null ? null : { key, text: words.say(`${kind}.${key}`) };
}

/** What is told of an object, on its card or on a printed page. */
class Card {
  /**
   * @param {App} app
   * @param {(chosen: Chosen) => void} choose What a button that shows another object does.
   */
  constructor(app, choose) {
    this.app = app;
    this.choose = choose;
    this.node = element("div", "ward-told");
    /** @type {HTMLElement | null} */
    this.list = null;
  }

  /** @param {Node} node */
  add(node) {
    this.list = null;
    this.node.append(node);
  }

  /**
   * A sentence; what is empty is left out.
   * @param {string | null} text
   */
  say(text) {
    if (text) this.add(element("p", "ward-said", text));
  }

  /** @param {string} key */
  heading(key) {
    this.add(element("h3", "", this.app.words.say(key)));
  }

  /**
   * A line of a list of figures; without a value it is left out.
   * @param {string} key The label's.
   * @param {string | null} value
   * @param {Chosen | null} [shown] Another object that a button shows.
   */
  line(key, value, shown = null) {
    if (value === null || value === "") return;
    if (this.list === null) {
      this.list = element("dl");
      this.node.append(this.list);
    }
    const told = element("dd", "", value);
    if (shown) told.append(" ", this.show(shown));
    this.list.append(element("dt", "", this.app.words.say(`label.${key}`)), told);
  }

  /**
   * A line that names another object of the map.
   * @param {string} key The label's.
   * @param {Chosen | null} shown
   */
  link(key, shown) {
    if (shown) this.line(key, titleOf(this.app, shown), shown);
  }

  /**
   * A line that tells the nearest water or fire point.
   * @param {string} key The label's.
   * @param {string} name Layer.
   * @param {string | null} id
   * @param {number | null} metres
   * @param {number | null} [best] Metres in the best case.
   */
  nearest(key, name, id, metres, best = metres) {
    const shown = this.find(name, "object_id", id);
    const lengths = this.app.words.worstBest(metres, best);
    this.line(key, shown ? `${titleOf(this.app, shown)}, ${lengths}` : lengths, shown);
  }

  /**
   * A button that shows another object.
   * @param {Chosen} shown
   */
  show(shown) {
    const text = this.app.words.say("show");
    const button = pressable(text, () => this.choose(shown));
    button.setAttribute("aria-label", `${text}: ${titleOf(this.app, shown)}`);
    return button;
  }

  /**
   * A line with the sign of a class.
   * @param {string} name
   * @param {string} key
   * @param {string} text
   */
  answer(name, key, text) {
    const line = element("p", "ward-answer");
    line.append(swatch(name, key), element("span", "", text));
    this.add(line);
  }

  /**
   * How many houses have each status.
   * @param {number[]} houses
   */
  statuses(houses) {
    const { words, ward } = this.app;
    const counts = counted(ward.layers.houses.columns.status, houses);
    STATUSES.filter((status) => counts[status]).forEach((status) => {
      const text = `${words.say(`status.${status}`)}: ${words.number(counts[status])}`;
      this.answer("houses", status, text);
    });
  }

  /**
   * What is told of water and fire points alike.
   * @param {(column: string) => any} get
   * @param {string} kind As the evidence names it.
   */
  served(get, kind) {
    const { words } = this.app;
    this.line("houses_served", words.number(get("houses_served")));
    this.line("last_checked", words.day(get("last_checked")) || words.say("no_date"));
    this.line("source", words.code("source", get("source")));
    this.proofs([`${kind}:${get("object_id")}`]);
  }

  /**
   * The evidence of some objects under a heading.
   * @param {(string | null)[]} objects As "barrier:B17".
   */
  proofs(objects) {
    const lists = objects.flatMap((object) => (object && this.evidence(object)) || []);
    if (!lists.length) return;
    this.heading("evidence");
    lists.forEach((list) => this.add(list));
  }

  /**
   * What was said of an object, and of others that it stands for; null if nothing was.
   * @param {string} object As "barrier:B17".
   */
  evidence(object) {
    const table = this.app.evidence;
    const rows = new Set([...table.where("object", object), ...table.where("replaced_by", object)]);
    if (!rows.size) return null;
    const list = element("ul", "ward-evidence");
    rows.forEach((i) => list.append(this.statement(i)));
    return list;
  }

  /**
   * What was said, by whom and when, how it was found, and whether it decided.
   * @param {number} i Row of the evidence.
   */
  statement(i) {
    const { words, evidence } = this.app;
    const get = (/** @type {string} */ column) => evidence.value(column, i);
    const item = element("li", get("used") ? "" : "ward-unused");
    const corner = get("source") === "corner";
    const figure = /^(reading|clearance):/.test(get("object")) ? Number(get("value")) : NaN;
    const text = corner ? cornerTold(words, get("value")) : words.code("type", get("value"));
    const value = Number.isNaN(figure) ? text : words.width(figure);
    // A corner is one to a vehicle.
    const file = corner ? `${words.say("vehicle")} ${get("file")}` : get("file");
    if (value) item.append(element("strong", "", value), " · ");
    const row = get("row") === null ? null : `${words.say("row")} ${get("row")}`;
    const accuracy = get("accuracy_m") === null ? null : `± ${words.width(get("accuracy_m"))}`;
    const by = get("replaced_by");
    const use = by ? `${words.say("replaced")} ${afterColon(by)}` : words.say("unused");
    item.append(
      [
        [words.code("source", get("source")), file, row],
        [words.day(get("date")) || words.say("no_date")],
        [words.code("method", get("method")), accuracy],
        [get("used") ? words.say("used") : use],
      ]
        .map((some) => some.filter(Boolean).join(", "))
        .filter(Boolean)
        .join(" · "),
    );
    return item;
  }

  /**
   * A place that stops the truck, with its evidence.
   * @param {string} key The heading's.
   * @param {string | null} place As "barrier:B17".
   */
  stops(key, place) {
    if (place === null) return;
    this.heading(key);
    const line = element("p", "ward-said", describedStop(this.app, place) || place);
    const shown = place.startsWith("segment:")
      ? this.find("segments", "segment_id", afterColon(place))
      : this.find("barriers", "barrier_id", place);
    if (shown) line.append(" ", this.show(shown));
    this.add(line);
    const list = this.evidence(place);
    if (list) this.add(list);
  }

  /**
   * The object of a layer with an id, null if the layer has none.
   * @param {string} name
   * @param {string} column
   * @param {string | null} id
   * @returns {Chosen | null}
   */
  find(name, column, id) {
    const [i] = id === null ? [] : this.app.layers[name].where(column, id);
    return i === undefined ? null : { name, i };
  }
}

/**
 * What the card of each kind of object tells after its title and answer.
 * @type {Record<string, (card: Card, get: (column: string) => any) => void>}
 */
const TELLERS = {
  houses(card, get) {
    const { words, ward } = card.app;
    // The place that stops the truck is described once for all houses behind it.
    const stop = ward.stops[get("stopped_by")];
    card.say(get(`reason_${words.language}`).replace("\x01", () => stop[words.language]));
    card.line("house_id", get("address") && get("house_id"));
    card.line("change", changeOf(words, get));
    if (get("status") !== "unconnected") {
      const hose = words.worstBest(get("hose_m"), get("hose_best_m"));
      card.line("hose_m", withLimit(words, hose, ward.limits.hose_m));
      card.line("hose_rolls", words.number(get("hose_rolls")));
      card.line("truck_way", truckWay(card.app, get));
      card.nearest("hydrant_m", "water", get("hydrant_id"), get("hydrant_m"));
      card.nearest("water_m", "water", get("water_id"), get("water_m"), get("water_best_m"));
      card.nearest("point_m", "fire_points", get("fire_point_id"), get("point_m"));
    }
    card.link("road", card.find("segments", "segment_id", get("segment_id")));
    card.link("alley", card.find("alleys", "alley_id", get("alley_id")));
    card.line("group", get("group"), card.find("groups", "group", get("group")));
    const best = get("best_stopped_by");
    card.stops("label.stopped_by", get("stopped_by"));
    card.stops("label.best_stopped_by", best === get("stopped_by") ? null : best);
    if (get("flags")) {
      card.heading("label.flags");
      get("flags")
        .split(";")
        .forEach((/** @type {string} */ flag) => card.say(words.code("flag", flag)));
    }
  },

  segments(card, get) {
    const { words } = card.app;
    card.line("truck", words.code("truck", get("truck")));
    card.line("truck_reason", words.code("truck_reason", get("truck_reason")));
    const width = words.width(get("width_m"));
    const source = [words.code("source", get("width_source")), words.day(get("width_date"))];
    const told = source.filter(Boolean).join(", ");
    card.line("width_m", width ? `${width} (${told})` : words.say("not_measured"));
    card.line("highway", words.code("highway", get("highway")));
    card.line("length_m", words.metres(get("length_m")));
    card.link("alley", card.find("alleys", "alley_id", get("alley_id")));
    card.line("id", get("segment_id"));
    card.proofs([`segment:${get("segment_id")}`, get("certified_by")]);
  },

  alleys(card, get) {
    const { words, layers } = card.app;
    card.line("depth_m", words.worstBest(get("depth_m"), get("depth_best_m")));
    card.line("length_m", words.metres(get("length_m")));
    card.line("min_width_m", words.width(get("min_width_m")) || words.say("not_measured"));
    card.line("certain", words.yesNo(get("certain")));
    card.nearest("water_m", "water", get("water_id"), get("water_m"));
    card.line("has_water_solution", words.code("answer", get("has_water_solution")));
    card.line("has_fire_point", words.yesNo(get("has_fire_point")));
    card.line("needs_fire_point", words.yesNo(get("needs_fire_point")));
    card.line("houses", words.number(get("houses")));
    card.statuses(layers.houses.where("alley_id", get("alley_id")));
    card.stops("label.stopped_by", get("stopped_by"));
  },

  barriers(card, get) {
    const { words, layers } = card.app;
    const id = get("barrier_id");
    card.say(describedStop(card.app, id));
    card.line("state", words.code("state", get("state")));
    // How wide the streets of a corner are is told by its evidence.
    if (get("source") !== "corner") {
      card.line("clear_width_m", words.width(get("clear_width_m")));
    }
    card.line("dealt_with", get("dealt_with") ? words.say("answer.yes") : null);
    card.line("keyholder", get("keyholder"));
    card.line("source", words.code("source", get("source")));
    card.line("houses_stopped", words.number(layers.houses.where("stopped_by", id).length));
    card.proofs([id]);
  },

  water(card, get) {
    card.served(get, "water");
  },

  fire_points(card, get) {
    card.served(get, "fire_point");
  },

  dead_ends(card, get) {
    const { words, ward } = card.app;
    const [metres, best] = [get("length_m"), get("length_best_m")];
    card.line("length_m", best === null ? words.metres(metres) : words.worstBest(metres, best));
    card.line("dead_end_certain", words.yesNo(get("certain")));
    const reverse = words.metres(get("reverse_m"));
    card.line("reverse_m", withLimit(words, reverse, ward.limits.dead_end_m));
    card.line("turning", words.code("answer", get("turning")));
    card.line("turning_m", words.metres(get("turning_m")));
    const [places, needed] = [get("passing_places"), get("passing_needed")];
    card.line(
      "passing_places",
      !needed ? words.number(places) : words.fill("passing.needed", places, needed),
    );
    card.line("min_width_m", words.width(get("width_m")) || words.say("not_measured"));
    card.line("houses", words.number(get("houses")));
    card.line("id", afterColon(get("dead_end_id")));
  },

  draft_points(card, get) {
    const { words, ward } = card.app;
    const { draft_m, suction_lift_m } = ward.limits;
    card.line("water_kind", words.code("type", get("type")));
    card.link("drawn_from", card.find("water", "object_id", get("object_id")));
    card.line("access", words.code("access", get("access")));
    card.line("distance_m", withLimit(words, words.metres(get("distance_m")), draft_m));
    card.line("perennial", words.code("answer", get("perennial")));
    const lift = words.metres(get("lift_m"));
    card.line("lift_m", withLimit(words, lift, suction_lift_m) || words.say("answer.unknown"));
    card.line("houses_served", words.number(get("houses_served")));
    card.line("houses_without_water", words.number(get("houses_without_water")));
    card.line("houses_gained", words.number(get("houses_gained")));
    card.line("source", words.code("source", get("source")));
    card.line("id", get("draft_point_id"));
    if (get("missing")) {
      card.heading("label.missing");
      get("missing")
        .split(";")
        .forEach((/** @type {string} */ code) => card.say(words.code("missing", code)));
    }
    card.proofs([`water:${get("object_id")}`]);
  },

  stations(card, get) {
    card.line("id", get("object_id"));
    card.proofs([`station:${get("object_id")}`]);
  },

  groups(card, get) {
    const { words, layers } = card.app;
    const houses = layers.houses.where("group", get("group"));
    card.line("houses", words.number(houses.length));
    card.statuses(houses);
  },
};

/**
 * What the evidence of a corner says, in words.
 * @param {Words} words
 * @param {string} value As "deflection=90;width=6.70-7.30/assumed 5.50;radius=9".
 */
function cornerTold(words, value) {
  const parts = /^deflection=(\d+);width=([^;]+);radius=([\d.]+)$/.exec(value);
  if (parts === null) return value;
  const [turn, spans, radius] = parts.slice(1);
  const widths = spans.split("/").map((span) => {
    if (span === "unknown") return words.say("answer.unknown");
    const figures = span.replace("assumed ", "");
    const ends = figures.split("-").map((metres) => words.figure(Number(metres), 2));
    const width = `${ends.join("–")} ${words.say("metres")}`;
    return figures === span ? width : words.fill("corner.assumed", width);
  });
  return words.fill("corner.told", turn, widths.join(" / "), words.metres(Number(radius)));
}

/**
 * A length and the limit that it is held against.
 * @param {Words} words
 * @param {string | null} length
 * @param {number | null} limit
 */
function withLimit(words, length, limit) {
  if (length === null || limit === null) return length;
  return `${length} – ${words.say("limit")} ${words.metres(limit)}`;
}

/**
 * What became of a house since another state, and which input changed it; null if nothing did.
 * @param {Words} words
 * @param {(column: string) => any} get A column of the house.
 */
function changeOf(words, get) {
  const change = get("change");
  if (change === null || change === "same") return null;
  const statuses = [get("status_old"), get("status")].filter(Boolean);
  const known = [...new Set(statuses)].map((status) => words.code("status", status));
  const why = get("why").split(", ").map((/** @type {string} */ step) => words.code("why", step));
  return `${words.code("change", change)} (${why.join(", ")}): ${known.join(" → ")}`;
}

/**
 * How far and how long the truck drives, and from where. That is known of the worst case alone,
 * which has to be said where the best one is shown.
 * @param {App} app
 * @param {(column: string) => any} get A column of the house.
 */
function truckWay({ words, ward, state }, get) {
  const [metres, seconds] = [get("truck_m"), get("truck_s")];
  const best = state.get("best") && get("hose_best_m") !== null;
  const note = best ? words.say("truck_way.worst") : null;
  if (metres === null) return note;
  const minutes = seconds === null ? null : Math.max(1, Math.round(seconds / 60));
  const time = minutes === null ? null : `${words.number(minutes)} ${words.say("minutes")}`;
  const told = [words.distance(metres), time].filter(Boolean).join(", ");
  return [`${told} ${words.say(`from.${ward.starts}`)}`, note].filter(Boolean).join(" – ");
}

/**
 * What stops a truck, in words; null where the result does not say.
 * @param {App} app
 * @param {string} place As "barrier:B17".
 */
function describedStop({ ward, words }, place) {
  const told = Object.getOwnPropertyDescriptor(ward.stops, place);
  return told === undefined ? null : told.value[words.language];
}

/**
 * What is told of an object after its title.
 * @param {App} app
 * @param {Chosen} chosen
 * @param {(chosen: Chosen) => void} choose What a button that shows another object does.
 */
function tell(app, chosen, choose) {
  const card = new Card(app, choose);
  const answer = answerOf(app, chosen);
  if (answer) card.answer(chosen.name, answer.key, answer.text);
  const layer = app.layers[chosen.name];
  TELLERS[chosen.name](card, (column) => layer.value(column, chosen.i));
  return card.node;
}

/**
 * Show the card of whatever is chosen, and choose what is clicked on the map.
 * @param {App} app
 * @param {Printer} printer
 */
function showCard(app, printer) {
  const { map, canvas, state } = app;
  const place = byId("ward-card");
  const heard = byId("ward-heard");
  // A click into it makes its keys work: Escape, and those that scroll.
  place.tabIndex = -1;
  /** All that lies where the map was clicked. */
  let here = /** @type {Chosen[]} */ ([]);
  /** What was shown before, to go back to. */
  let before = /** @type {Chosen[]} */ ([]);
  /** Where the focus was before the card took it. */
  let opener = /** @type {HTMLElement | null} */ (null);

  const close = () => state.set({ chosen: null });
  const choose = (/** @type {Chosen} */ chosen) => {
    state.set({ chosen });
    goTo(app, chosen);
  };
  const further = (/** @type {Chosen} */ chosen) => {
    const shown = state.get("chosen");
    if (shown) before = [...before, shown];
    choose(chosen);
  };
  const back = () => {
    const [last] = before.slice(-1);
    before = before.slice(0, -1);
    choose(last);
  };

  const render = (/** @type {Chosen} */ chosen) => {
    const others = here.some((one) => same(one, chosen))
      ? here.filter((one) => !same(one, chosen))
      : [];
    place.replaceChildren(
      cardHead(app, chosen, close),
      ...cardButtons(app, chosen, { others, back: before.length ? back : null, printer }),
      tell(app, chosen, further),
    );
    place.hidden = false;
    place.scrollTop = 0;
    const answer = answerOf(app, chosen);
    heard.textContent = titleOf(app, chosen) + (answer ? `: ${answer.text}` : "");
  };

  const update = () => {
    const chosen = state.get("chosen");
    const focused = /** @type {HTMLElement} */ (document.activeElement);
    const inside = place.contains(focused);
    if (chosen && chosen.name in TELLERS) {
      // A choice made on the map leaves the focus there, for its keys to move it on.
      const takes = inside || byId("ward-panel").contains(focused);
      if (takes && !inside) opener = focused;
      render(chosen);
      if (takes) byId("ward-card-title").focus({ preventScroll: true });
      return;
    }
    place.hidden = true;
    place.replaceChildren();
    heard.textContent = "";
    here = [];
    before = [];
    if (inside) (opener || map.getContainer()).focus({ preventScroll: true });
    opener = null;
  };
  state.on(["chosen"], update);
  state.on(["language", "best"], () => {
    if (!place.hidden) render(/** @type {Chosen} */ (state.get("chosen")));
  });
  update();

  map.on("click", (/** @type {L.MouseEvent} */ event) => {
    if (map.measure.enabled()) return;
    here = canvas.at(event.latlng).filter((/** @type {Chosen} */ { name }) => name in TELLERS);
    before = [];
    state.set({ chosen: here[0] || null });
    if (here.length) uncover(map, event.containerPoint);
  });
  byId("ward-main").addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !map.measure.enabled()) close();
  });

  let waiting = 0;
  map.on("mousemove", (/** @type {L.MouseEvent} */ event) => {
    if (waiting) return;
    waiting = requestAnimationFrame(() => {
      waiting = 0;
      const over = !map.measure.enabled() && canvas.at(event.latlng).length > 0;
      map.getContainer().classList.toggle("ward-over", over);
    });
  });
}

/**
 * The title of a card, and what closes it.
 * @param {App} app
 * @param {Chosen} chosen
 * @param {() => void} closed
 */
function cardHead(app, chosen, closed) {
  const head = element("div", "ward-card-head");
  const title = element("h2", "", titleOf(app, chosen));
  title.id = "ward-card-title";
  title.tabIndex = -1;
  const both = element("div");
  both.append(element("p", "ward-kind", kindOf(app, chosen)), title);
  const close = pressable("×", closed);
  close.className = "ward-close";
  close.setAttribute("aria-label", app.words.say("close"));
  head.append(both, close);
  return head;
}

/**
 * What can be done from a card: go back, show what else lies there, filter, print.
 * @param {App} app
 * @param {Chosen} chosen
 * @param {{others: Chosen[], back: (() => void) | null, printer: Printer}} ways
 */
function cardButtons(app, chosen, { others, back, printer }) {
  const { words, state, layers } = app;
  const row = element("p", "ward-card-buttons");
  if (back) row.append(pressable(`‹ ${words.say("back")}`, back));
  others.forEach((other) => {
    const title = `${kindOf(app, other)}: ${titleOf(app, other)}`;
    row.append(pressable(title, () => state.set({ chosen: other })));
  });
  if (chosen.name === "groups") {
    const group = idOf(layers, chosen);
    row.append(pressable(words.say("only_group"), () => state.set({ group })));
  }
  if (PRINTED.includes(chosen.name)) {
    row.append(pressable(words.say("print.page"), () => printer.ask(chosen)));
  }
  return row.children.length ? [row] : [];
}

/**
 * Move the map so that the card does not cover the place that was clicked.
 * @param {L.Map} map
 * @param {L.Point} point
 */
function uncover(map, point) {
  const right = point.x - (map.getSize().x - coveredByCard(map) - 60);
  if (coveredByCard(map) && right > 0) map.panBy([right, 0]);
}

/**
 * How many pixels of the map the card covers at its right.
 * @param {L.Map} map
 */
function coveredByCard(map) {
  const card = byId("ward-card").getBoundingClientRect();
  const box = map.getContainer().getBoundingClientRect();
  return card.width && card.top < box.bottom ? box.right - card.left : 0;
}
