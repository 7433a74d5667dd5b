/* Lengths measured on the map. */

const MEASURED_LOOK = { color: DARK, weight: 3, dashArray: "8 5", interactive: false };
const CORNER_LOOK = {
  ...MEASURED_LOOK,
  dashArray: "",
  fillColor: LIGHT,
  fillOpacity: 1,
  radius: 4,
};

/** While it is enabled, clicks on the map set the points of a line whose length is told. */
class Measure extends L.Handler {
  /**
   * @param {L.Map} map
   * @param {(metres: number | null, done: boolean) => void} told Takes the length, null for none.
   */
  constructor(map, told) {
    super(map);
    this.told = told;
    this.line = L.polyline([], MEASURED_LOOK);
    this.corners = L.layerGroup();
    /** @type {L.LatLng[]} */
    this.points = [];
    this.done = false;
    this.click = (/** @type {L.MouseEvent} */ { latlng }) => this.add(latlng);
    this.move = (/** @type {L.MouseEvent} */ { latlng }) => this.follow(latlng);
    this.end = () => this.finish();
    this.press = (/** @type {KeyboardEvent} */ event) => this.key(event);
  }

  /** Called when it is enabled. */
  addHooks() {
    const map = this._map;
    map.doubleClickZoom.disable();
    map.addLayer(this.line).addLayer(this.corners);
    map.on("click", this.click).on("mousemove", this.move).on("dblclick", this.end);
    map.getContainer().addEventListener("keydown", this.press);
    map.getContainer().classList.add("ward-measuring");
    this.clear();
  }

  /** Called when it is disabled. */
  removeHooks() {
    const map = this._map;
    map.getContainer().classList.remove("ward-measuring");
    map.getContainer().removeEventListener("keydown", this.press);
    map.off("click", this.click).off("mousemove", this.move).off("dblclick", this.end);
    map.removeLayer(this.line).removeLayer(this.corners);
    map.doubleClickZoom.enable();
    this.clear();
  }

  clear() {
    this.points = [];
    this.done = false;
    this.corners.clearLayers();
    this.line.setLatLngs([]);
    this.told(null, false);
  }

  /** @param {L.LatLng} place */
  add(place) {
    if (this.done) this.clear();
    const last = this.points[this.points.length - 1];
    // The second click of a double one ends the line; it sets no further point.
    if (last && this.apart(last, place) < 5) return;
    this.points.push(place);
    this.corners.addLayer(L.circleMarker(place, CORNER_LOOK));
    this.follow(place);
  }

  /**
   * Pixels between two places.
   * @param {L.LatLng} one
   * @param {L.LatLng} other
   */
  apart(one, other) {
    const [a, b] = [one, other].map((place) => this._map.latLngToContainerPoint(place));
    return Math.hypot(a.x - b.x, a.y - b.y);
  }

  /**
   * Draw the line on to a place that is not set yet.
   * @param {L.LatLng} place
   */
  follow(place) {
    if (this.done || !this.points.length) return;
    this.show([...this.points, place]);
  }

  finish() {
    if (!this.points.length) return;
    this.done = true;
    this.show(this.points);
  }

  /** @param {L.LatLng[]} points */
  show(points) {
    this.line.setLatLngs(points);
    const steps = points.slice(1).map((point, k) => this._map.distance(points[k], point));
    this.told(steps.reduce((sum, step) => sum + step, 0), this.done);
  }

  /**
   * The space bar sets a point in the middle of the map, which the arrow keys move.
   * @param {KeyboardEvent} event
   */
  key(event) {
    if (event.key === " ") this.add(this._map.getCenter());
    else if (event.key === "Enter") this.finish();
    else if (event.key === "Escape" && this.points.length) this.clear();
    else if (event.key === "Escape") this.disable();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/**
 * The button that measures, and what was measured.
 * @param {App} app
 */
function showMeasure({ map, words, state }) {
  const button = pressable("", () => {
    if (map.measure.enabled()) map.measure.disable();
    else map.measure.enable();
  });
  const length = element("span", "ward-length");
  /** @type {number | null} */
  let metres = null;
  const speak = () => {
    const on = map.measure.enabled();
    button.textContent = words.say("measure");
    button.setAttribute("aria-pressed", String(on));
    length.hidden = !on;
    length.textContent =
      metres === null
        ? words.say("measure.start")
        : words.fill("measure.total", words.distance(metres));
  };
  map.measure = new Measure(map, (told, done) => {
    metres = told;
    speak();
    if (done || told === null) byId("ward-heard").textContent = length.textContent;
  });
  state.on(["language"], speak);
  byId("ward-tools").append(button, length);
  speak();
}
