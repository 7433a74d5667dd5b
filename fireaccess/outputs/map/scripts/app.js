/* The one object that the modules hand about. */

/**
 * What a ward's data become on a map of Leaflet; nothing is shown yet.
 * @param {Ward} ward
 * @param {L.Map} map
 * @returns {App}
 */
function newApp(ward, map) {
  const words = new Words(ward);
  /** @type {Record<string, Layer>} */
  const layers = {};
  Object.keys(ward.layers).forEach((name) => {
    layers[name] = new Layer(name, ward.layers[name]);
  });
  // The segment of a house's door stands among the ways, and nowhere twice.
  const doors = ward.routes.doors.houses.segment;
  layers.houses.readers.set("segment_id", (i) =>
    doors[i] >= 0 ? layers.segments.value("segment_id", doors[i]) : null,
  );
  const state = new State({
    language: ward.language,
    theme: "status",
    best: false,
    group: null,
    statuses: [],
    hidden: [],
    chosen: null,
  });
  // Words come first: whoever else listens to the language says them.
  state.on(["language"], () => words.speak(state.get("language")));
  const evidence = new Table(ward.evidence);
  const shown = { ward, words, layers, evidence, routes: new Routes(ward, layers), state };
  return { ...shown, map, canvas: new WardCanvas(shown) };
}
