/* The true ways: on foot from the door along a tree of segments, and the truck's along passages. */

// The ellipsoid of WGS 84: on a sphere, lengths from north to south come out half a percent long.
const EQUATOR_M = 40075016.6856;
const FLATNESS = 0.00669437999;

/**
 * The length of a line on the ground.
 * @param {ArrayLike<number>} points x and y of one point after another, on the Mercator square.
 */
function lengthOf(points) {
  let sum = 0;
  for (let i = 2; i < points.length; i += 2) {
    const cosine = 1 / Math.cosh(Math.PI * (1 - points[i - 1] - points[i + 1]));
    const bent = 1 - FLATNESS * (1 - cosine * cosine);
    const scale = (EQUATOR_M * cosine) / Math.sqrt(bent);
    const east = points[i] - points[i - 2];
    const south = ((points[i + 1] - points[i - 1]) * (1 - FLATNESS)) / bent;
    sum += scale * Math.hypot(east, south);
  }
  return sum;
}

/**
 * Add a point to a line, unless it ends there already.
 * @param {number[]} points
 * @param {number} x
 * @param {number} y
 */
function put(points, x, y) {
  const n = points.length;
  const away = n ? Math.hypot(points[n - 2] - x, points[n - 1] - y) : Infinity;
  if (away > 1e-12) points.push(x, y); // 0.04 mm
}

/** The ways of a ward. Each is found when it is asked for, from its end to where it begins. */
class Routes {
  /**
   * @param {Ward} ward
   * @param {Record<string, Layer>} layers
   */
  constructor(ward, layers) {
    const { segments } = layers;
    const metres = Array.from({ length: segments.count }, (_, i) => segments.value("length_m", i));
    // What the layer has stands there: the ways bring those of their segments beyond it.
    this.packed = { ...ward.routes, length_m: metres.concat(ward.routes.length_m) };
    this.layers = layers;
    this.lines = new Shapes(ward.routes.lines);
  }

  /**
   * The hose line to a house: stand, door, house. Null where there is none.
   * @param {number} house
   * @param {boolean} best In the best case rather than in the worst.
   * @returns {Path | null}
   */
  hose(house, best) {
    const kind = best ? "hose_best" : "hose";
    const back = this.fromHouse(house, kind);
    return back && this.way(back.points);
  }

  /**
   * The way to a house from its nearest hydrant, water or fire point. Null where there is none.
   * @param {ObjectKind} kind
   * @param {number} house
   * @returns {Path | null}
   */
  to(kind, house) {
    const back = this.fromHouse(house, kind);
    if (!back) return null;
    const { length_m, u, v, doors, objects } = this.packed;
    const layer = kind === "point" ? "fire_points" : "water";
    const row = objects[kind][house];
    const segment = doors[layer].segment[row];
    const along = Number(doors[layer].along_m[row]);
    let from = back.along;
    if (back.vertex >= 0) {
      const length = length_m[segment];
      const byU = u[segment] === back.vertex;
      const byV = v[segment] === back.vertex;
      // On a loop both ends are there: the nearer one.
      from = byU && !(byV && length - along < along) ? 0 : length;
    }
    this.follow(back.points, segment, from, along);
    const [endX, endY] = back.points.slice(-2);
    const { x, y } = this.layers[layer].shapes.nearest(row, endX, endY);
    put(back.points, x, y);
    return this.way(back.points);
  }

  /**
   * The truck's way to where it stops for a house or an alley, or to a barrier. Null where it
   * doesn't get; a single point where all of it lies on the roads that engines come from.
   * @param {"houses" | "alleys" | "barriers"} name
   * @param {number} i
   * @returns {Path | null}
   */
  truck(name, i) {
    const { length_m, doors, truck } = this.packed;
    let passage = truck[name][i];
    if (!(passage >= 0)) return null;
    let end = length_m[passage >> 1];
    if (name === "houses" && truck.to_door[i]) {
      const along = Number(doors.houses.along_m[i]);
      end = passage & 1 ? end - along : along;
    }
    /** @type {number[]} */
    const points = [];
    for (;;) {
      const length = length_m[passage >> 1];
      const before = truck.parent[passage];
      const known = truck.begin_m[passage];
      const begin = before >= 0 ? 0 : Math.min(known === undefined ? length : known, end);
      if (passage & 1) this.follow(points, passage >> 1, length - end, length - begin);
      else this.follow(points, passage >> 1, end, begin);
      if (before < 0) return this.way(points);
      passage = before;
      end = length_m[passage >> 1];
    }
  }

  /**
   * Walk from a house to where its way meets a stand, or the segment that an object lies on.
   * @param {number} house
   * @param {"hose" | "hose_best" | ObjectKind} kind
   * @returns {{points: number[], vertex: number, along: number} | null} The way so far, and the
   *   vertex where it ends; −1 if it is still on the door's segment, and how far along.
   */
  fromHouse(house, kind) {
    const { length_m, u, v, trees, doors, ways } = this.packed;
    const leaves = ways[kind][house];
    if (!(leaves >= 0)) return null;
    let segment = doors.houses.segment[house];
    const along = Number(doors.houses.along_m[house]);
    /** @type {number[]} */
    const door = [];
    this.follow(door, segment, along, along);
    const { x, y } = this.layers.houses.shapes.nearest(house, door[0], door[1]);
    const points = [x, y];
    put(points, door[0], door[1]);
    if (leaves === 0) return { points, vertex: -1, along };
    this.follow(points, segment, along, leaves === 1 ? 0 : length_m[segment]);
    let vertex = leaves === 1 ? u[segment] : v[segment];
    for (;;) {
      segment = trees[kind][vertex];
      if (segment < 0) return { points, vertex, along };
      const length = length_m[segment];
      if (u[segment] === vertex) {
        this.follow(points, segment, 0, length);
        vertex = v[segment];
      } else {
        this.follow(points, segment, length, 0);
        vertex = u[segment];
      }
    }
  }

  /**
   * Add a piece of a segment to a line, in the direction in which it is gone along.
   * @param {number[]} points
   * @param {number} segment
   * @param {number} from Metres along the segment.
   * @param {number} to
   */
  follow(points, segment, from, to) {
    const inLayer = this.layers.segments.count;
    const shapes = segment < inLayer ? this.layers.segments.shapes : this.lines;
    const part = shapes.part[segment < inLayer ? segment : segment - inLayer];
    const first = shapes.vertex[part];
    const last = shapes.vertex[part + 1] - 1;
    const { x, y } = shapes;
    const at = new Float64Array(last - first + 1);
    for (let k = 1; k < at.length; k++) {
      const v = first + k;
      at[k] = at[k - 1] + Math.hypot(x[v] - x[v - 1], y[v] - y[v - 1]);
    }
    const length = this.packed.length_m[segment];
    // Figures are of the true line, the drawn one is rounded: places go by their share.
    const place = (/** @type {number} */ metres) =>
      length > 0 ? Math.max(0, Math.min(1, metres / length)) * at[at.length - 1] : 0;
    const [begin, end] = [place(from), place(to)];
    const [low, high] = [Math.min(begin, end), Math.max(begin, end)];
    const stops = [low, ...at.filter((distance) => distance > low && distance < high), high];
    if (begin > end) stops.reverse();
    stops.forEach((distance) => {
      let k = 1;
      while (k < at.length - 1 && at[k] < distance) k++;
      const step = at[k] - at[k - 1];
      const t = step ? (distance - at[k - 1]) / step : 0;
      const v = first + k;
      put(points, x[v - 1] + t * (x[v] - x[v - 1]), y[v - 1] + t * (y[v] - y[v - 1]));
    });
  }

  /**
   * A line that was followed from its end, the right way round.
   * @param {number[]} back
   * @returns {Path}
   */
  way(back) {
    const points = new Float64Array(back.length);
    for (let i = 0; i < back.length; i += 2) {
      points[i] = back[back.length - 2 - i];
      points[i + 1] = back[back.length - 1 - i];
    }
    return { points, metres: lengthOf(points) };
  }
}
