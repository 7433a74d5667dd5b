/* What is shown: one set of values that modules change and listen to, kept in the address. */

/** Values, and who wants to know when they change. */
class State {
  /** @param {StateValues} values What is shown when the address says nothing else. */
  constructor(values) {
    this.start = values;
    this.values = values;
    /** @type {{keys: string[], listener: () => void}[]} */
    this.listeners = [];
  }

  /**
   * @template {keyof StateValues} K
   * @param {K} key
   * @returns {StateValues[K]}
   */
  get(key) {
    return this.values[key];
  }

  /**
   * Change some values, and tell those who listen to one that is another now.
   * @param {Partial<StateValues>} values
   */
  set(values) {
    const changed = Object.entries(values)
      .filter(([key, value]) => !same(this.values[/** @type {keyof StateValues} */ (key)], value))
      .map(([key]) => key);
    this.values = { ...this.values, ...values };
    this.listeners
      .filter(({ keys }) => keys.some((key) => changed.includes(key)))
      .forEach(({ listener }) => listener());
  }

  /**
   * @param {(keyof StateValues)[]} keys
   * @param {() => void} listener
   */
  on(keys, listener) {
    this.listeners.push({ keys, listener });
  }
}

/**
 * @param {unknown} one
 * @param {unknown} other
 */
function same(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Layers that are hidden until somebody asks for them. */
const ASKED_FOR = ["dead_ends", "draft_points"];
const LANGUAGES = /** @type {const} */ (["vi", "en"]);
const THEMES = /** @type {const} */ (["change", "status", "hose", "hydrant", "water", "point"]);
/**
 * The themes of a ward: what changed can be shown only where two states are compared.
 * @param {Ward} ward
 */
function themesOf(ward) {
  return THEMES.filter((theme) => theme !== "change" || theme in ward.layers.houses.columns);
}

/** @type {readonly string[]} The themes that the worst and the best case colour in two ways. */
const TWO_CASES = ["hose", "water"];

/** The column that names the objects of a layer, in links as in tables. */
const ID_COLUMNS = {
  houses: "house_id",
  segments: "segment_id",
  alleys: "alley_id",
  barriers: "barrier_id",
  dead_ends: "dead_end_id",
  draft_points: "draft_point_id",
  water: "object_id",
  fire_points: "object_id",
  stations: "object_id",
  groups: "group",
};

// Browsers refuse addresses that change more than a hundred times in half a minute.
const ADDRESS_PAUSE_MS = 400;

/**
 * The address of the page and what it shows, each kept as the other is:
 * "#map=16.5/20.98877/105.81321&theme=hose&case=best&status=ok,no_road&hide=alleys&at=houses:H12",
 * and "show=dead_ends" for a layer that is hidden at the start.
 * What is as it was at the start is left out; what can't be understood is as it was at the start.
 */
class Address {
  /** @param {App} app */
  constructor(app) {
    this.app = app;
    /** @type {number | undefined} */
    this.waiting = undefined;
    /** The address as it was read or written last. */
    this.known = "";
    this.home = { zoom: app.map.getZoom(), centre: app.map.getCenter() };
    this.homeText = this.view();
    this.read();
    const later = () => {
      if (this.waiting === undefined) {
        this.waiting = window.setTimeout(() => this.write(), ADDRESS_PAUSE_MS);
      }
    };
    app.state.on(["language", "theme", "best", "group", "statuses", "hidden", "chosen"], later);
    app.map.on("moveend", later);
    window.addEventListener("hashchange", () => this.read());
  }

  /** The map's view as the address has it. */
  view() {
    const { lat, lng } = this.app.map.getCenter();
    return [this.app.map.getZoom(), lat.toFixed(6), lng.toFixed(6)].join("/");
  }

  /** What the page shows, as the part of the address after "#". */
  text() {
    const { state, layers } = this.app;
    const chosen = state.get("chosen");
    const view = this.view();
    const [hidden, first] = [state.get("hidden"), state.start.hidden];
    /** @type {[string, string | null][]} */
    const parts = [
      // An object alone in the address is where the map goes, so a view with one is always told.
      ["map", view === this.homeText && chosen === null ? null : view],
      ["theme", state.get("theme") === state.start.theme ? null : state.get("theme")],
      ["case", state.get("best") ? "best" : null],
      ["group", state.get("group")],
      ["status", state.get("statuses").join() || null],
      ["hide", hidden.filter((name) => !first.includes(name)).join() || null],
      ["show", first.filter((name) => !hidden.includes(name)).join() || null],
      ["at", chosen && `${chosen.name}:${idOf(layers, chosen)}`],
      ["lang", state.get("language") === state.start.language ? null : state.get("language")],
    ];
    const told = /** @type {[string, string][]} */ (parts.filter(([, value]) => value !== null));
    return String(new URLSearchParams(told)).replace(/%(2F|2C|3A)/g, decodeURIComponent);
  }

  write() {
    window.clearTimeout(this.waiting);
    this.waiting = undefined;
    // Somebody has just typed another one: it is about to be read.
    if (window.location.hash !== this.known) return;
    const text = this.text();
    // The whole address, since "#" alone means another page where this one is shown in a notebook.
    const page = window.location.href.split("#")[0];
    window.history.replaceState(null, "", text ? `${page}#${text}` : page);
    this.known = window.location.hash;
  }

  /** Show what the address says. */
  read() {
    window.clearTimeout(this.waiting);
    this.waiting = undefined;
    this.known = window.location.hash;
    const { app } = this;
    const parts = new URLSearchParams(window.location.hash.slice(1));
    app.state.set({ ...app.state.start, ...understood(app, parts) });
    const chosen = app.state.get("chosen");
    const told = viewOf(parts.get("map") || "");
    const { zoom, centre } = told || this.home;
    if (told || !chosen) app.map.setView(centre, zoom, { animate: false });
    else goTo(app, chosen);
  }
}

/**
 * The values that an address tells and the ward has.
 * @param {App} app
 * @param {URLSearchParams} parts
 * @returns {Partial<StateValues>}
 */
function understood({ ward, layers, state }, parts) {
  /** @type {Partial<StateValues>} */
  const values = {};
  /**
   * @template {string} T
   * @param {string} part
   * @param {readonly T[]} known
   */
  const some = (part, known) => {
    const told = (parts.get(part) || "").split(",");
    return known.filter((word) => told.includes(word));
  };
  const [language] = some("lang", LANGUAGES);
  const [theme] = some("theme", themesOf(ward));
  if (language) values.language = language;
  if (theme) values.theme = theme;
  values.best = parts.get("case") === "best";
  const group = parts.get("group");
  if (ward.figures.groups.some((figures) => figures.group === group)) values.group = group;
  values.statuses = some("status", STATUSES);
  values.chosen = objectOf(layers, parts.get("at") || "");
  // What is chosen is asked for.
  const shown = [...some("show", Object.keys(layers)), values.chosen && values.chosen.name];
  const first = state.start.hidden.filter((name) => !shown.includes(name));
  values.hidden = [...some("hide", Object.keys(layers)), ...first];
  return values;
}

/**
 * Zoom and centre out of "16.5/20.98877/105.81321", null if it is no place on the map.
 * @param {string} text
 */
function viewOf(text) {
  const numbers = text.split("/").map((part) => (part.trim() ? Number(part) : NaN));
  const [zoom, lat, lon] = numbers;
  const possible = numbers.length === 3 && zoom >= 0 && zoom <= 22 && Math.abs(lat) <= 85;
  return possible && Math.abs(lon) <= 180 ? { zoom, centre: [lat, lon] } : null;
}

/**
 * An object's id in its layer.
 * @param {Record<string, Layer>} layers
 * @param {Chosen} chosen
 */
function idOf(layers, { name, i }) {
  return layers[name].value(ID_COLUMNS[/** @type {keyof typeof ID_COLUMNS} */ (name)], i);
}

/**
 * The object out of "houses:H12", null if the ward has none such.
 * @param {Record<string, Layer>} layers
 * @param {string} text
 * @returns {Chosen | null}
 */
function objectOf(layers, text) {
  const colon = text.indexOf(":");
  const name = text.slice(0, Math.max(colon, 0));
  if (!Object.keys(ID_COLUMNS).includes(name)) return null;
  const column = ID_COLUMNS[/** @type {keyof typeof ID_COLUMNS} */ (name)];
  const [i] = layers[name].where(column, text.slice(colon + 1));
  return i === undefined ? null : { name, i };
}
