/* Hatches and signs. */

/** @type {Map<string, HTMLCanvasElement>} */
const hatches = new Map();

/**
 * A tile of a hatch.
 * @param {string} fill
 * @param {NonNullable<Look["hatch"]>} hatch
 * @param {number} ratio Pixels of the screen or the paper for each of the page.
 */
function hatchTile(fill, hatch, ratio) {
  const key = `${fill} ${hatch} ${ratio}`;
  let tile = hatches.get(key);
  if (tile === undefined) {
    tile = document.createElement("canvas");
    tile.width = tile.height = Math.round(6 * ratio);
    const pen = contextOf(tile);
    pen.scale(tile.width / 6, tile.width / 6);
    pen.fillStyle = fill;
    pen.fillRect(0, 0, 6, 6);
    pen.fillStyle = pen.strokeStyle = DARK;
    pen.lineWidth = 1.1;
    pen.beginPath();
    if (hatch === "dots") {
      pen.arc(3, 3, 0.9, 0, 2 * Math.PI);
      pen.fill();
    } else if (hatch === "level") {
      [1.5, 4.5].forEach((y) => {
        pen.moveTo(-1, y);
        pen.lineTo(7, y);
      });
    } else {
      // Lines that begin and end outside of the tile meet those of its neighbours.
      [-6, 0, 6].forEach((shift) => {
        pen.moveTo(shift - 1, 7);
        pen.lineTo(shift + 7, -1);
        if (hatch !== "cross") return;
        pen.moveTo(shift - 1, -1);
        pen.lineTo(shift + 7, 7);
      });
    }
    pen.stroke();
    hatches.set(key, tile);
  }
  return tile;
}

/**
 * The fill of a look: its colour, and its hatch where there is room for one.
 * @param {CanvasRenderingContext2D} context
 * @param {Look} look
 * @param {boolean} hatched
 * @param {{ratio: number, left: number, top: number}} [view] The hatch stays where it is on the
 *     ground when the view moves.
 * @returns {string | CanvasPattern}
 */
function fillOf(context, look, hatched, view) {
  const fill = look.fill || LIGHT;
  if (!hatched || !look.hatch) return fill;
  const { ratio, left, top } = view || { ratio: window.devicePixelRatio, left: 0, top: 0 };
  const tile = hatchTile(fill, look.hatch, ratio);
  const pattern = context.createPattern(tile, "repeat");
  if (pattern === null) return fill;
  const scale = 6 / tile.width;
  pattern.setTransform(new DOMMatrix([scale, 0, 0, scale, -(left % 6), -(top % 6)]));
  return pattern;
}

/**
 * The pen of a canvas.
 * @param {HTMLCanvasElement} canvas
 */
function contextOf(canvas) {
  return /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
}

/** @type {Record<string, [number, number][]>} */
const CORNERS = {
  diamond: [[0, -1.15], [1.15, 0], [0, 1.15], [-1.15, 0]],
  triangle: [[0, -1.15], [1.1, 0.85], [-1.1, 0.85]],
  wedge: [[0, 1.3], [-1.25, -0.95], [1.25, -0.95]],
  octagon: [[-0.42, -1], [0.42, -1], [1, -0.42], [1, 0.42], [0.42, 1], [-0.42, 1], [-1, 0.42],
    [-1, -0.42]],
  pentagon: [[0, -1.4], [1.3, -0.35], [1.3, 1.15], [-1.3, 1.15], [-1.3, -0.35]],
};

/**
 * @param {CanvasRenderingContext2D} context
 * @param {NonNullable<Look["mark"]>} kind
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function drawMark(context, kind, x, y, radius) {
  const arm = radius * 0.42;
  context.beginPath();
  if (kind === "cross" || kind === "star") {
    context.moveTo(x - arm, y - arm);
    context.lineTo(x + arm, y + arm);
    context.moveTo(x + arm, y - arm);
    context.lineTo(x - arm, y + arm);
  }
  if (kind === "bar" || kind === "star" || kind === "plus") {
    context.moveTo(x - arm * 1.3, y);
    context.lineTo(x + arm * 1.3, y);
  }
  if (kind === "star" || kind === "plus") {
    context.moveTo(x, y - arm * 1.3);
    context.lineTo(x, y + arm * 1.3);
  } else if (kind === "question") {
    context.arc(x, y - arm * 0.45, arm * 0.6, Math.PI, 2.5 * Math.PI);
    context.lineTo(x, y + arm * 0.55);
    context.moveTo(x, y + arm * 1.1);
    context.lineTo(x, y + arm * 1.3);
  } else if (kind === "drop") {
    context.arc(x, y, arm * 0.6, 0, 2 * Math.PI);
  }
  context.stroke();
}

/**
 * The sign of an object.
 * @param {CanvasRenderingContext2D} context
 * @param {Look} look
 * @param {number} x
 * @param {number} y
 * @param {number} radius
 */
function drawSign(context, look, x, y, radius) {
  context.lineJoin = "miter";
  context.beginPath();
  CORNERS[look.shape].forEach(([dx, dy]) => context.lineTo(x + dx * radius, y + dy * radius));
  context.closePath();
  // A light rim: a blue sign on blue houses would be lost.
  context.strokeStyle = LIGHT;
  context.lineWidth = Math.min(4, radius);
  context.stroke();
  context.strokeStyle = look.edge || DARK;
  context.lineWidth = (look.width || (look.edge ? 2 : 1.2)) * Math.min(1, radius / 4);
  context.setLineDash((look.dash || []).map((part) => part * Math.min(1, radius / 6)));
  context.stroke();
  context.setLineDash([]);
  context.fillStyle = look.fill || LIGHT;
  context.fill();
  if (look.mark && radius >= 5) {
    context.strokeStyle = look.edge || (look.fill === YELLOW ? DARK : LIGHT);
    context.lineWidth = Math.max(1.3, radius * 0.2);
    drawMark(context, look.mark, x, y, radius);
  }
}

/** @type {Map<string, HTMLCanvasElement>} */
const stamps = new Map();

/**
 * What puts the sign of objects on a map: it is drawn once for all that look the same.
 * @param {CanvasRenderingContext2D} context
 * @param {Look} look
 * @param {number} radius
 * @param {number} ratio Pixels of the screen or the paper for each of the page.
 * @returns {(x: number, y: number) => void}
 */
function signStamp(context, look, radius, ratio) {
  const key = `${look.shape} ${look.fill} ${look.edge} ${look.mark} ${radius} ${ratio}`;
  const half = Math.ceil(1.5 * radius) + 3;
  let stamp = stamps.get(key);
  if (stamp === undefined) {
    stamp = document.createElement("canvas");
    stamp.width = stamp.height = Math.ceil(2 * half * ratio);
    const pen = contextOf(stamp);
    pen.scale(ratio, ratio);
    drawSign(pen, look, half, half, radius);
    stamps.set(key, stamp);
  }
  const drawn = stamp;
  const side = drawn.width / ratio;
  return (x, y) => {
    // On whole pixels, or it would blur.
    const left = Math.round((x - half) * ratio) / ratio;
    const top = Math.round((y - half) * ratio) / ratio;
    context.drawImage(drawn, left, top, side, side);
  };
}

const SWATCH = { width: 26, height: 18 };

/**
 * The canvas of a sample in a legend, and its pen.
 * @param {number} ratio Pixels of the screen or the paper for each of the page.
 */
function blankSwatch(ratio) {
  const canvas = document.createElement("canvas");
  canvas.className = "ward-swatch";
  canvas.width = Math.round(SWATCH.width * ratio);
  canvas.height = Math.round(SWATCH.height * ratio);
  canvas.setAttribute("aria-hidden", "true");
  const context = contextOf(canvas);
  context.scale(ratio, ratio);
  return { canvas, context };
}

/**
 * A sample of a class, for legends.
 * @param {string} name
 * @param {string} key
 * @param {number} [ratio] Pixels of the screen or the paper for each of the page.
 */
function swatch(name, key, ratio = window.devicePixelRatio) {
  const { canvas, context } = blankSwatch(ratio);
  const look = STYLES[name][key];
  if (look.shape === "house" || look.shape === "ground") {
    context.fillStyle = look.edge || DARK;
    context.fillRect(5, 2, 16, 14);
    context.fillStyle = fillOf(context, look, true, { ratio, left: 0, top: 0 });
    context.fillRect(6, 3, 14, 12);
  } else if (look.fill) {
    drawSign(context, look, 13, 9, 6.5);
  } else {
    const wide = { line: 3.6, band: 3 * (look.width || 1), edge: look.width || 1 };
    const width = wide[/** @type {keyof typeof wide} */ (look.shape)];
    context.beginPath();
    context.moveTo(1, 9);
    context.lineTo(25, 9);
    if (look.edge) {
      context.strokeStyle = look.edge;
      context.lineWidth = width + 1.6;
      context.stroke();
    }
    context.strokeStyle = look.stroke || DARK;
    context.lineWidth = width;
    const unit = look.shape === "line" ? 3 : 1;
    context.setLineDash((look.dash || []).map((d) => d * unit));
    context.stroke();
  }
  return canvas;
}
