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
 * Unpack one half of the data; null, and a message on the page, if it is damaged.
 * @param {string} id Of the element that holds it.
 */
async function half(id) {
  try {
    return await unpack(byId(id).textContent || "");
  } catch (error) {
    byId("ward-damaged").hidden = false;
    console.error(error);
    return null;
  }
}

/** Wait until the browser has read the whole page: the other half stands behind the script. */
async function pageRead() {
  if (document.readyState !== "loading") return;
  await new Promise((done) => document.addEventListener("DOMContentLoaded", done));
}

/** Wait until what was done is on the screen. */
const drawn = () =>
  new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

/**
 * Show a ward on a map of Leaflet: the first picture, then all that can be asked of it.
 * @param {any} map
 */
async function showWard(map) {
  if (Unpacker === undefined || !("replaceChildren" in document.body)) {
    byId("ward-too_old").hidden = false;
    return;
  }
  const page = document.documentElement;
  const ward = await half("data");
  if (ward === null) return;
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
  // It can be used when all that it asks for is there.
  const panel = byId("ward-panel");
  panel.setAttribute("inert", "");
  const shown = showPanel(app);
  await drawn();
  page.dataset.drawn = "yes";
  shown.showLayers();
  await pageRead();
  const details = await half("details");
  if (details === null) return;
  addDetails(app, details);
  panel.removeAttribute("inert");
  MORE.begin(app);
  showMeasure(app);
  showCard(app, showPrint(app));
  byId("ward-skip").addEventListener("click", (event) => {
    // The address after "#" tells what is shown.
    event.preventDefault();
    map.getContainer().focus();
  });
  new Address(app);
  await drawn();
  page.dataset.ready = "yes";
}
