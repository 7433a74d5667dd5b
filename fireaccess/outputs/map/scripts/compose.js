/* Layers of a ward on a map that somebody else composes. */

/**
 * Put some layers of a ward on a map; a click tells what is known of an object.
 * @param {L.Map} map
 * @param {string} dataId Id of the element that holds the packed data.
 * @param {string[]} names Of the layers.
 */
function showLayers(map, dataId, names) {
  const group = L.layerGroup();
  const fill = async () => {
    const [ward, details] = await unpack(byId(dataId).textContent || "");
    const app = newApp(ward, map);
    addDetails(app, details);
    app.state.set({ hidden: Object.keys(STYLES).filter((name) => !names.includes(name)) });
    // The page has none of our styles.
    app.canvas.paper.style.pointerEvents = "none";
    group.addLayer(app.canvas);
    addPopups(app, () => map.hasLayer(group));
  };
  fill();
  return group;
}

/**
 * @param {App} app
 * @param {() => boolean} isShown
 */
function addPopups(app, isShown) {
  const { map, canvas, layers, state } = app;
  /**
   * @param {Chosen} chosen
   * @param {L.LatLng} place
   */
  const open = (chosen, place) => {
    const told = element("div");
    told.append(
      element("h3", "", titleOf(app, chosen)),
      tell(app, chosen, (other) => {
        const [x, y] = layers[other.name].shapes.middle(other.i);
        const scale = map.options.crs.scale(0);
        open(other, map.options.crs.pointToLatLng(L.point(x * scale, y * scale), 0));
      }),
    );
    L.popup({ maxHeight: 320, maxWidth: 340 }).setLatLng(place).setContent(told).openOn(map);
    state.set({ chosen });
  };
  map.on("click", (event) => {
    const [chosen] = isShown() ? canvas.at(event.latlng) : [];
    if (chosen) open(chosen, event.latlng);
  });
  map.on("popupclose", () => state.set({ chosen: null }));
}
