/* The online base map, where the project names one. */

const FAILED_TILES = 3;

/**
 * Lay tiles under the ward. They take themselves away, with a message, when they don't come.
 * @param {App} app
 */
function addTiles({ ward, words, map, state }) {
  if (ward.tiles === null) return;
  const message = element("p", "ward-tiles-failed");
  message.setAttribute("role", "status");
  message.hidden = true;
  map.getContainer().append(message);
  // Leaflet takes an attribution for HTML.
  const attribution = element("span", "", ward.tiles.attribution).innerHTML;
  const tiles = L.tileLayer(ward.tiles.url, { attribution, maxZoom: 22, maxNativeZoom: 19 });
  let failed = 0;
  tiles.on("tileerror", () => {
    failed += 1;
    if (failed !== FAILED_TILES) return;
    tiles.remove();
    const say = () => (message.textContent = words.say("tiles_failed"));
    state.on(["language"], say);
    say();
    message.hidden = false;
  });
  tiles.addTo(map);
}
