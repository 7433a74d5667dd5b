/* The ways of what is chosen: the truck's, the hose's, those to water and to a fire point. */

/** @typedef {"truck" | "hose" | "hydrant" | "water" | "point"} WayKind */

/**
 * @typedef {object} DrawnWay
 * @property {WayKind} kind
 * @property {Float64Array} points On the Mercator square.
 * @property {WayLook} look
 * @property {string | null} label
 * @property {number} aside How far to the right of its true place it is drawn, in pixels: ways
 *     that share a street lie side by side.
 */

/**
 * @typedef {object} WayLook
 * @property {string} stroke
 * @property {number} width
 * @property {number[]} [dash]
 * @property {boolean} [arrows]
 */

/** @type {Record<WayKind, WayLook>} */
const WAY_LOOKS = {
  truck: { stroke: DARK, width: 6, arrows: true },
  hydrant: { stroke: "#00528A", width: 2.6, dash: [9, 4] },
  water: { stroke: "#00528A", width: 2.6, dash: [3, 3] },
  point: { stroke: "#8A3200", width: 2.6, dash: [10, 4, 2, 4] },
  hose: { stroke: "#A3007A", width: 4.5 },
};
const ASIDE = [0, 6, -6, 12];
// How far arrow heads are apart, and the first one from where the way begins, in pixels.
const ARROWS_APART = 70;
const FIRST_ARROW = 35;

/**
 * The ways of an object, what matters most first.
 * @param {Pick<App, "words" | "layers" | "routes" | "state">} app
 * @param {Chosen} chosen
 * @returns {DrawnWay[]}
 */
function waysOf({ words, layers, routes, state }, { name, i }) {
  /** @type {DrawnWay[]} */
  const found = [];
  let onFoot = 0;
  const add = (
    /** @type {Path | null} */ path,
    /** @type {WayKind} */ kind,
    /** @type {number | null} */ metres,
  ) => {
    if (path === null) return;
    // No length: none is known, or the truck stands where it starts.
    const label = metres ? `${words.say(`way.${kind}`)} ${words.metres(metres)}` : null;
    const aside = kind === "truck" ? 0 : ASIDE[onFoot++];
    found.push({ kind, points: path.points, look: WAY_LOOKS[kind], label, aside });
  };
  if (name === "alleys" || name === "barriers") add(routes.truck(name, i), "truck", null);
  if (name !== "houses") return found;
  const best = state.get("best");
  const get = (/** @type {string} */ column) => layers.houses.value(column, i);
  // The truck's way is that of the worst case; in the best it stands elsewhere.
  if (!best) add(routes.truck("houses", i), "truck", get("truck_m"));
  add(routes.hose(i, best), "hose", get(best ? "hose_best_m" : "hose_m"));
  add(routes.to("hydrant", i), "hydrant", get("hydrant_m"));
  // A hydrant that is the nearest water too has its line already.
  const metres = get(best ? "water_best_m" : "water_m");
  const kind = best ? "water_best" : "water";
  if (metres !== get("hydrant_m")) add(routes.to(kind, i), "water", metres);
  add(routes.to("point", i), "point", get("point_m"));
  return found;
}

/**
 * The points of a way in pixels of a view, moved aside.
 * @param {View} view
 * @param {DrawnWay} way
 */
function pixels(view, { points, aside }) {
  const line = points.map((value, k) => value * view.scale - (k % 2 ? view.top : view.left));
  if (!aside) return line;
  const last = line.length - 2;
  return line.map((value, k) => {
    const here = k - (k % 2);
    const [from, to] = [Math.max(0, here - 2), Math.min(last, here + 2)];
    const [dx, dy] = [line[to] - line[from], line[to + 1] - line[from + 1]];
    const length = Math.hypot(dx, dy);
    if (!length) return value;
    return value + (aside * (k % 2 ? dx : -dy)) / length;
  });
}

/**
 * Give the length of a way a place beside its longest straight stretch, or at its middle.
 * @param {Labels} labels
 * @param {View} view
 * @param {DrawnWay} way
 */
function placeLength(labels, view, way) {
  const { look, label, aside } = way;
  if (label === null) return;
  const lettering = { size: 13, weight: "700", fill: look.stroke };
  const line = pixels(view, way);
  const width = labels.width(label, lettering);
  const beside = 13 * Math.sign(aside);
  for (const { x, y, angle, length } of stretches(line, view.width, view.height)) {
    if (length < width) break;
    const [dx, dy] = [-Math.sin(angle) * beside, Math.cos(angle) * beside];
    if (labels.place(label, x + dx, y + dy, angle, lettering)) return;
  }
  const half = 2 * (line.length >> 2);
  const [x, y] = [line[half], line[half + 1]];
  [0, -18, 18, -36, 36].some((lower) => labels.place(label, x, y + lower, 0, lettering));
}

/**
 * The straight pieces of a way that are seen: x and y of both ends of each, in pixels.
 * @param {View} view
 * @param {DrawnWay} way
 */
function seenOf(view, way) {
  const line = pixels(view, way);
  const seen = [];
  for (let k = 0; k + 3 < line.length; k += 2) {
    const piece = clipped(line.subarray(k, k + 4), view.width, view.height);
    if (piece !== null) seen.push(piece);
  }
  return seen;
}

/**
 * Keep other words off a way.
 * @param {Labels} labels
 * @param {View} view
 * @param {DrawnWay} way
 */
function blockWay(labels, view, way) {
  for (const [ax, ay, bx, by] of seenOf(view, way)) {
    const count = Math.ceil(Math.hypot(bx - ax, by - ay) / 10);
    for (let step = 0; step <= count; step++) {
      const share = step / Math.max(1, count);
      labels.block(ax + share * (bx - ax), ay + share * (by - ay), 5);
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {View} view
 * @param {DrawnWay} way
 */
function drawWay(context, view, way) {
  drawLine(context, way.look, pixels(view, way), view);
}

/**
 * A line with a light rim.
 * @param {CanvasRenderingContext2D} context
 * @param {WayLook} look
 * @param {Float64Array} line In pixels.
 * @param {{width: number, height: number}} size Of what is seen.
 */
function drawLine(context, look, line, size) {
  context.beginPath();
  for (let k = 0; k < line.length; k += 2) context.lineTo(line[k], line[k + 1]);
  context.lineJoin = context.lineCap = "round";
  context.strokeStyle = LIGHT;
  context.lineWidth = look.width + 4;
  context.stroke();
  context.lineCap = look.dash ? "butt" : "round";
  context.strokeStyle = look.stroke;
  context.lineWidth = look.width;
  context.setLineDash(look.dash || []);
  context.stroke();
  context.setLineDash([]);
  if (look.arrows) drawArrows(context, line, size);
}

/**
 * Arrow heads along a line, the way it goes.
 * @param {CanvasRenderingContext2D} context
 * @param {Float64Array} line In pixels.
 * @param {{width: number, height: number}} size Of what is seen.
 */
function drawArrows(context, line, { width, height }) {
  let left = FIRST_ARROW;
  context.strokeStyle = LIGHT;
  context.lineWidth = 1.8;
  for (let k = 0; k + 3 < line.length; k += 2) {
    const [ax, ay, bx, by] = line.subarray(k, k + 4);
    const length = Math.hypot(bx - ax, by - ay);
    for (; left < length; left += ARROWS_APART) {
      const x = ax + ((bx - ax) * left) / length;
      const y = ay + ((by - ay) * left) / length;
      if (x < 0 || y < 0 || x > width || y > height) continue;
      const [dx, dy] = [(3.2 * (bx - ax)) / length, (3.2 * (by - ay)) / length];
      context.beginPath();
      context.moveTo(x - dx - dy * 0.9, y - dy + dx * 0.9);
      context.lineTo(x + dx * 0.6, y + dy * 0.6);
      context.lineTo(x - dx + dy * 0.9, y - dy - dx * 0.9);
      context.stroke();
    }
    left -= length;
  }
}

/**
 * A sample of a kind of ways, for legends.
 * @param {WayKind} kind
 * @param {number} ratio Pixels of the screen or the paper for each of the page.
 */
function waySwatch(kind, ratio) {
  const { canvas, context } = blankSwatch(ratio);
  const { width, height } = SWATCH;
  const middle = height / 2;
  // It begins so far outside that the first arrow is in the middle.
  const line = Float64Array.of(width / 2 - FIRST_ARROW, middle, width, middle);
  drawLine(context, WAY_LOOKS[kind], line, SWATCH);
  return canvas;
}
