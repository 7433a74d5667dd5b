/* The one object that the modules hand about. */

/**
 * What a page with a plan shows beyond all others; plan.js says it.
 * @type {More}
 */
const MORE = { drawLines: () => {}, drawSigns: () => {}, titles: {}, begin: () => {} };

/**
 * What the first half of a ward's data become on a map of Leaflet; nothing is shown yet.
 * @param {Ward} ward
 * @param {L.Map} map
 * @returns {App}
 */
function newApp(ward, map) {
  const words = new Words(ward);
  /** @type {Record<string, Layer>} */
  const layers = {};
  Object.keys(ward.layers).forEach((name) => {
    layers[name] = new Layer(name, ward.layers[name], layers.segments);
  });
  const state = new State({
    language: ward.language,
    theme: themesOf(ward)[0],
    best: false,
    group: null,
    statuses: [],
    hidden: [...ASKED_FOR],
    chosen: null,
  });
  // Words come first: whoever else listens to the language says them.
  state.on(["language"], () => words.speak(state.get("language")));
  const evidence = new Table(ward.evidence);
  const routes = new Routes(ward, layers);
  const app = /** @type {App} */ ({ ward, words, layers, evidence, routes, state, map });
  app.canvas = new WardCanvas(app);
  return app;
}

/**
 * Add the other half: all that the first picture doesn't show.
 * @param {App} app
 * @param {Details} details
 */
function addDetails(app, { columns, shapes, outlines, stops, evidence, routes, plan }) {
  const { ward, layers } = app;
  Object.assign(ward, { stops, evidence, routes, plan });
  Object.entries(columns).forEach(([name, some]) => layers[name].add(some));
  const { houses, segments } = layers;
  Object.entries(shapes).forEach(([name, packed]) => {
    layers[name].shapes = new Shapes(packed, undefined, segments.shapes);
  });
  if (outlines !== null) houses.shapes = new Shapes(outlines, houses.shapes);
  // The segment of a house's door stands among the ways, and nowhere twice.
  const doors = routes.doors.houses.segment;
  houses.readers.set("segment_id", (i) =>
    doors[i] >= 0 ? layers.segments.value("segment_id", doors[i]) : null,
  );
  app.evidence = new Table(evidence);
  app.routes = new Routes(ward, layers);
  app.canvas.addDetails(["houses", ...Object.keys(shapes)]);
}
