/* Words on the map: one that would cover another, or a sign, is left out. */

const FONT = 'system-ui, "Segoe UI", Roboto, "Noto Sans", Arial, sans-serif';

/**
 * @typedef {object} Lettering
 * @property {number} size In pixels.
 * @property {string} weight
 * @property {string} fill
 */

/** @type {Record<string, Lettering>} */
const LETTERINGS = {
  road: { size: 12, weight: "400", fill: "#333333" },
  group: { size: 13, weight: "600", fill: "#555555" },
};

/** A line seen straight: its middle, its angle and its length in pixels. */
/** @typedef {{x: number, y: number, angle: number, length: number}} Stretch */

/** Words that were given a place, and the squares that are taken. */
class Labels {
  /** @param {CanvasRenderingContext2D} context */
  constructor(context) {
    this.context = context;
    /** @type {{x: number, y: number, half: number}[]} */
    this.taken = [];
    /** @type {{text: string, x: number, y: number, angle: number, lettering: Lettering}[]} */
    this.placed = [];
  }

  /**
   * Keep a place free of words.
   * @param {number} x
   * @param {number} y
   * @param {number} half
   */
  block(x, y, half) {
    this.taken.push({ x, y, half });
  }

  /**
   * @param {string} text
   * @param {Lettering} lettering
   */
  width(text, { size, weight }) {
    this.context.font = `${weight} ${size}px ${FONT}`;
    return this.context.measureText(text).width;
  }

  /**
   * Put words around a place, if nothing is there yet.
   * @param {string} text
   * @param {number} x
   * @param {number} y
   * @param {number} angle Words stand upright whatever the direction of the line.
   * @param {Lettering} lettering
   * @returns {boolean} Whether there was room.
   */
  place(text, x, y, angle, lettering) {
    const upright = Math.cos(angle) < 0 ? angle + Math.PI : angle;
    const width = this.width(text, lettering);
    const half = 0.6 * lettering.size;
    const count = Math.max(2, Math.ceil(width / half));
    const [dx, dy] = [Math.cos(upright), Math.sin(upright)];
    const squares = [];
    for (let k = 0; k < count; k++) {
      const along = (k / (count - 1) - 0.5) * width;
      const [squareX, squareY] = [x + dx * along, y + dy * along];
      for (const other of this.taken) {
        const apart = half + other.half;
        if (Math.abs(other.x - squareX) < apart && Math.abs(other.y - squareY) < apart) {
          return false;
        }
      }
      squares.push({ x: squareX, y: squareY, half });
    }
    this.taken.push(...squares);
    this.placed.push({ text, x, y, angle: upright, lettering });
    return true;
  }

  /** Draw all words, each on a light rim. */
  draw() {
    const { context } = this;
    context.textAlign = "center";
    context.textBaseline = "middle";
    context.lineJoin = "round";
    context.strokeStyle = "rgba(255, 255, 255, 0.9)";
    context.lineWidth = 3.5;
    this.placed.forEach(({ text, x, y, angle, lettering }) => {
      context.save();
      context.translate(x, y);
      context.rotate(angle);
      context.font = `${lettering.weight} ${lettering.size}px ${FONT}`;
      context.strokeText(text, 0, 0);
      context.fillStyle = lettering.fill;
      context.fillText(text, 0, 0);
      context.restore();
    });
    this.placed = [];
  }
}

/**
 * The stretches of a line that are as good as straight, longest first.
 * @param {ArrayLike<number>} points x, y, x, y … in pixels.
 * @param {number} width
 * @param {number} height Only what lies within counts.
 * @returns {Stretch[]}
 */
function stretches(points, width, height) {
  const found = [];
  const last = points.length - 2;
  let start = 0;
  let first = 0;
  for (let k = 0; k < last; k += 2) {
    const direction = Math.atan2(points[k + 3] - points[k + 1], points[k + 2] - points[k]);
    if (k === start) first = direction;
    const next =
      k + 2 < last
        ? Math.atan2(points[k + 5] - points[k + 3], points[k + 4] - points[k + 2])
        : NaN;
    const turn = Math.abs(Math.atan2(Math.sin(next - first), Math.cos(next - first)));
    if (turn < 0.3) continue; // about 17°; false at the end of the line
    const chord = [points[start], points[start + 1], points[k + 2], points[k + 3]];
    const seen = clipped(chord, width, height);
    start = k + 2;
    if (seen === null) continue;
    const [ax, ay, bx, by] = seen;
    found.push({
      x: (ax + bx) / 2,
      y: (ay + by) / 2,
      angle: Math.atan2(by - ay, bx - ax),
      length: Math.hypot(bx - ax, by - ay),
    });
  }
  return found.sort((one, other) => other.length - one.length);
}

/**
 * The part of a straight line that lies within a rectangle at 0, 0; null if none does.
 * @param {Iterable<number>} line x and y of both ends.
 * @param {number} width
 * @param {number} height
 * @returns {[number, number, number, number] | null}
 */
function clipped(line, width, height) {
  const [ax, ay, bx, by] = line;
  let [from, to] = [0, 1];
  const sides = [
    [ax - bx, ax],
    [bx - ax, width - ax],
    [ay - by, ay],
    [by - ay, height - ay],
  ];
  for (const [outward, room] of sides) {
    if (outward === 0 && room < 0) return null;
    if (outward < 0) from = Math.max(from, room / outward);
    if (outward > 0) to = Math.min(to, room / outward);
  }
  if (from >= to) return null;
  const [dx, dy] = [bx - ax, by - ay];
  return [ax + from * dx, ay + from * dy, ax + to * dx, ay + to * dy];
}
