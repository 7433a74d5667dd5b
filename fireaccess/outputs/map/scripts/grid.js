/* Finds shapes by where they are. */

const MUCH = 0.25;

/** Squares over the extent of some shapes, each with the shapes whose boxes meet it. */
class Grid {
  /** @param {Shapes} shapes */
  constructor(shapes) {
    this.shapes = shapes;
    const { box, dimension } = shapes;
    const all = new Uint32Array(dimension.length);
    let count = 0;
    let west = Infinity;
    let north = Infinity;
    let east = -Infinity;
    let south = -Infinity;
    for (let i = 0; i < dimension.length; i++) {
      if (dimension[i] < 0) continue; // without a place
      all[count++] = i;
      if (box[4 * i] < west) west = box[4 * i];
      if (box[4 * i + 1] < north) north = box[4 * i + 1];
      if (box[4 * i + 2] > east) east = box[4 * i + 2];
      if (box[4 * i + 3] > south) south = box[4 * i + 3];
    }
    this.all = all.subarray(0, count);
    this.extent = [west, north, east, south];
    this.side = clamp(Math.ceil(Math.sqrt(count / 4)), 1, 64);
    this.first = this.members = new Uint32Array(0);
    this.stamp = new Uint32Array(shapes.dimension.length);
    this.queries = 0;
  }

  /** Sort the shapes into squares; a page that is never looked at closely does without. */
  sort() {
    const counts = new Array(this.side * this.side).fill(0);
    this.cells((cell) => counts[cell]++);
    this.first = offsets(counts);
    this.members = new Uint32Array(this.first[counts.length]);
    const next = this.first.slice();
    this.cells((cell, i) => (this.members[next[cell]++] = i));
  }

  /**
   * The column or row of a place.
   * @param {number} place
   * @param {0 | 1} axis
   */
  step(place, axis) {
    const [least, most] = [this.extent[axis], this.extent[axis + 2]];
    const share = most > least ? (place - least) / (most - least) : 0;
    return clamp(Math.floor(share * this.side), 0, this.side - 1);
  }

  /** @param {(cell: number, i: number) => void} visit */
  cells(visit) {
    const { box } = this.shapes;
    this.all.forEach((i) => {
      const [west, east] = [this.step(box[4 * i], 0), this.step(box[4 * i + 2], 0)];
      const [north, south] = [this.step(box[4 * i + 1], 1), this.step(box[4 * i + 3], 1)];
      for (let row = north; row <= south; row++) {
        for (let column = west; column <= east; column++) visit(row * this.side + column, i);
      }
    });
  }

  /**
   * The shapes whose boxes meet one, in their order.
   * @param {number[]} box West, north, east, south.
   * @param {number} margin
   * @returns {Uint32Array}
   */
  within(box, margin) {
    const [west, north, east, south] = [
      box[0] - margin,
      box[1] - margin,
      box[2] + margin,
      box[3] + margin,
    ];
    const [least, top, most, bottom] = this.extent;
    if (west <= least && north <= top && east >= most && south >= bottom) return this.all;
    const across = Math.min(east, most) - Math.max(west, least);
    const down = Math.min(south, bottom) - Math.max(north, top);
    // Of much of the extent most shapes are found: squares would only be in the way.
    if (across * down > MUCH * (most - least) * (bottom - top) && across > 0) {
      return this.all.filter((i) => this.shapes.inside(i, box, margin));
    }
    if (!this.first.length) this.sort();
    const found = [];
    const stamp = ++this.queries;
    const [firstColumn, lastColumn] = [this.step(west, 0), this.step(east, 0)];
    const [firstRow, lastRow] = [this.step(north, 1), this.step(south, 1)];
    for (let row = firstRow; row <= lastRow; row++) {
      for (let column = firstColumn; column <= lastColumn; column++) {
        const cell = row * this.side + column;
        for (let k = this.first[cell]; k < this.first[cell + 1]; k++) {
          const i = this.members[k];
          if (this.stamp[i] === stamp) continue;
          this.stamp[i] = stamp;
          if (this.shapes.inside(i, box, margin)) found.push(i);
        }
      }
    }
    return Uint32Array.from(found).sort();
  }

  /**
   * The shape nearest to a place, null if none is within reach.
   * @param {number} x
   * @param {number} y
   * @param {number} reach
   * @returns {number | null}
   */
  nearest(x, y, reach) {
    let found = null;
    let least = reach;
    this.within([x, y, x, y], reach).forEach((i) => {
      const { distance } = this.shapes.nearest(i, x, y);
      if (distance > least) return;
      least = distance;
      found = i;
    });
    return found;
  }
}
