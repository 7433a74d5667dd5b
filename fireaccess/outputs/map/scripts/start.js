/* Puts the page together. */

const VIETNAM = [102.1, 8.2, 109.5, 23.4];
const OSM_COPYRIGHT = "https://www.openstreetmap.org/copyright";

/**
 * @param {any} map
 * @param {[number, number, number, number] | null} bounds
 */
function fit(map, bounds) {
  const [west, south, east, north] = bounds || VIETNAM;
  const corners = [[south, west], [north, east]];
  map.fitBounds(corners, { animate: false, padding: [12, 12], maxZoom: 19 });
}

/**
 * Zoom buttons, scale and attribution.
 * @param {App} app
 */
function showControls({ ward, words, map, state }) {
  /** @type {L.Control | null} */
  let zoom = null;
  const speak = () => {
    if (zoom) zoom.remove();
    zoom = L.control
      .zoom({ zoomInTitle: words.say("zoom_in"), zoomOutTitle: words.say("zoom_out") })
      .addTo(map);
  };
  speak();
  state.on(["language"], speak);
  L.control.scale({ imperial: false }).addTo(map);
  if (!ward.osm && ward.tiles === null) return;
  const attribution = L.control.attribution({ prefix: false }).addTo(map);
  if (!ward.osm) return;
  attribution.addAttribution(`© <a href="${OSM_COPYRIGHT}">OpenStreetMap contributors</a>`);
}

/**
 * All that is written once and said in the page's language.
 * @param {App} app
 */
function speakPage({ ward, words, map }) {
  document.documentElement.lang = words.language;
  document.title = `${ward.project} – ${words.say("title")}`;
  byId("ward-skip").textContent = words.say("skip");
  map.getContainer().setAttribute("aria-label", words.say("map"));
  byId("ward-footer").textContent = ward.told[words.language].join(" · ");
  // The footer leaves the map as much room as its words don't take.
  map.invalidateSize({ animate: false });
}

/**
 * Show a ward on a map of Leaflet.
 * @param {any} map
 * @param {string} dataId Id of the element that holds the packed data.
 */
async function showWard(map, dataId) {
  if (Unpacker === undefined) {
    byId("ward-too_old").hidden = false;
    return;
  }
  /** @type {Ward} */
  let ward;
  try {
    ward = await unpack(byId(dataId).textContent || "");
  } catch (error) {
    byId("ward-damaged").hidden = false;
    console.error(error);
    return;
  }
  if (window.matchMedia("(prefers-reduced-motion: reduce)").matches) {
    map.options.zoomAnimationThreshold = 0;
    map.options.inertia = false;
  }
  const app = newApp(ward, map);
  const { state } = app;
  speakPage(app);
  fit(map, ward.bounds);
  state.on(["language"], () => speakPage(app));
  map.addLayer(app.canvas);
  showControls(app);
  addTiles(app);
  showPanel(app);
  showMeasure(app);
  showCard(app, showPrint(app));
  byId("ward-skip").addEventListener("click", (event) => {
    // The address after "#" tells what is shown.
    event.preventDefault();
    map.getContainer().focus();
  });
  new Address(app);
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      document.documentElement.dataset.ready = "yes";
    }),
  );
}
