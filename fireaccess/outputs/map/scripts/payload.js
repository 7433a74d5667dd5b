/* The page's data: unpacked, and one object a layer. */

/**
 * Unpacks gzip; browsers from before 2020 lack it.
 * @type {(new (format: string) => TransformStream) | undefined}
 */
const Unpacker = Reflect.get(window, "DecompressionStream");

/**
 * @param {string} text JSON, gzip, base64.
 * @returns {Promise<any>}
 */
async function unpack(text) {
  if (Unpacker === undefined) throw new Error("the browser can't unpack gzip");
  const letters = atob(text.trim());
  const packed = new Uint8Array(letters.length);
  // As a loop: of millions of letters, Uint8Array.from takes thirty times as long.
  for (let i = 0; i < letters.length; i++) packed[i] = letters.charCodeAt(i);
  // A blob would go by way of the browser's other process.
  const stream = /** @type {ReadableStream} */ (new Response(packed).body);
  // Sooner than the response's own json().
  const bytes = await new Response(stream.pipeThrough(new Unpacker("gzip"))).arrayBuffer();
  return JSON.parse(new TextDecoder().decode(bytes));
}

/**
 * Where each of some runs begins, and where the last one ends.
 * @param {number[]} lengths
 */
function offsets(lengths) {
  const first = new Uint32Array(lengths.length + 1);
  for (let i = 0; i < lengths.length; i++) first[i + 1] = first[i] + lengths[i];
  return first;
}

/**
 * What gives the value of an object out of a packed column; of sentences there are two such columns.
 * @param {Table} table
 * @param {string} name
 * @param {PackedColumn} packed
 * @returns {[string, (i: number) => any][]}
 */
function readers(table, name, packed) {
  if (Array.isArray(packed)) return [[name, (i) => packed[i]]];
  if ("codes" in packed) {
    const { words, codes } = packed;
    return [[name, (i) => (codes[i] < 0 ? null : words[codes[i]])]];
  }
  if ("values" in packed) {
    const { as, values } = packed;
    return [[name, (i) => (values[i] === -1 ? table.value(as, i) : values[i])]];
  }
  if ("steps" in packed) {
    const numbers = offsets(packed.steps);
    const { begin, digits } = packed;
    return [[name, (i) => begin + String(numbers[i + 1]).padStart(digits, "0")]];
  }
  const sentences = new Sentences(packed);
  return LANGUAGES.map((language) => [`${name}_${language}`, (i) => sentences.tell(i, language)]);
}

/** Sentences, put together when they are asked for. */
class Sentences {
  /** @param {PackedSentences} packed */
  constructor(packed) {
    this.packed = packed;
    /** @type {Uint32Array | null} */
    this.first = null;
  }

  /**
   * @param {number} i
   * @param {Language} language
   */
  tell(i, language) {
    const { forms, form, numbers } = this.packed;
    if (this.first === null) {
      const blanks = forms.vi.map((text) => text.split("\0").length - 1);
      this.first = offsets(form.map((which) => blanks[which]));
    }
    const first = this.first[i];
    return forms[language][form[i]]
      .split("\0")
      .reduce((text, part, k) => text + numbers[first + k - 1] + part);
  }
}

/** Objects with their columns; without geometry, as evidence is. */
class Table {
  /** @param {{count: number, columns: Record<string, PackedColumn>}} packed */
  constructor(packed) {
    this.count = packed.count;
    /** @type {Map<string, (i: number) => any>} */
    this.readers = new Map();
    /** @type {Map<string, Map<string, number[]>>} */
    this.indexes = new Map();
    this.add(packed.columns);
  }

  /** @param {Record<string, PackedColumn>} columns */
  add(columns) {
    Object.entries(columns)
      .flatMap(([name, column]) => readers(this, name, column))
      .forEach(([name, read]) => this.readers.set(name, read));
  }

  /**
   * The value of a column, null where it is missing.
   * @param {string} column
   * @param {number} i
   */
  value(column, i) {
    const read = this.readers.get(column);
    return read === undefined ? null : read(i);
  }

  /**
   * The objects that have a text in a column.
   * @param {string} column
   * @param {string} text
   * @returns {number[]}
   */
  where(column, text) {
    let index = this.indexes.get(column);
    if (index === undefined) {
      index = new Map();
      for (let i = 0; i < this.count; i++) {
        const value = this.value(column, i);
        const found = index.get(value);
        if (found) found.push(i);
        else index.set(value, [i]);
      }
      this.indexes.set(column, index);
    }
    return index.get(text) || [];
  }
}

// Along a side of the Mercator square; a power of two, so that no place is rounded.
const UNITS = 2 ** 29;

/** Vertices of shapes on the Mercator square from 0 to 1, and the box around each shape. */
class Shapes {
  /**
   * @param {PackedGeometry} packed
   * @param {Shapes} [places] Points that the shapes begin at; else each does at the one before it.
   * @param {Shapes} [lines] What parts without vertices of their own are lines of.
   */
  constructor({ dimension, parts, line, vertices, x, y }, places, lines) {
    this.dimension = dimension;
    this.part = offsets(parts);
    const ready = lines || this;
    const known = line ? ready.parts(line) : null;
    this.vertex = offsets(known ? ready.lengths(known, vertices) : vertices);
    this.x = new Float64Array(this.vertex[this.vertex.length - 1]);
    this.y = new Float64Array(this.x.length);
    this.box = new Float64Array(4 * dimension.length);
    this.areas = dimension.includes(2);
    let [across, down] = [0, 0];
    let own = 0;
    for (let i = 0; i < dimension.length; i++) {
      // One by one: taking arrays apart costs more than all the rest.
      let west = Infinity;
      let north = Infinity;
      let east = -Infinity;
      let south = -Infinity;
      if (places && parts[i]) [across, down] = places.middle(i);
      for (let p = this.part[i]; p < this.part[i + 1]; p++) {
        const there = known ? known[p] : -1;
        let from = there < 0 ? -1 : ready.vertex[there];
        for (let v = this.vertex[p]; v < this.vertex[p + 1]; v++) {
          if (from < 0) {
            across += x[own] / UNITS;
            down += y[own++] / UNITS;
            this.x[v] = across;
            this.y[v] = down;
          } else {
            this.x[v] = ready.x[from];
            this.y[v] = ready.y[from++];
          }
          if (this.x[v] < west) west = this.x[v];
          if (this.x[v] > east) east = this.x[v];
          if (this.y[v] < north) north = this.y[v];
          if (this.y[v] > south) south = this.y[v];
        }
      }
      this.box[4 * i] = west;
      this.box[4 * i + 1] = north;
      this.box[4 * i + 2] = east;
      this.box[4 * i + 3] = south;
    }
  }

  /**
   * The parts that lines are; −1 for none.
   * @param {(number | null)[]} steps From the number of a line to that of the next.
   */
  parts(steps) {
    let i = 0;
    return steps.map((step) => (step === null ? -1 : this.part[(i += step)]));
  }

  /**
   * How many vertices parts have.
   * @param {number[]} parts Of these shapes, or −1.
   * @param {number[]} others Of those that are −1.
   */
  lengths(parts, others) {
    let own = 0;
    return parts.map((p) => (p < 0 ? others[own++] : this.vertex[p + 1] - this.vertex[p]));
  }

  /**
   * Whether a shape's box meets another one.
   * @param {number} i
   * @param {number[]} box West, north, east, south.
   * @param {number} margin
   */
  inside(i, box, margin) {
    const at = 4 * i;
    return (
      this.box[at] <= box[2] + margin &&
      this.box[at + 2] >= box[0] - margin &&
      this.box[at + 1] <= box[3] + margin &&
      this.box[at + 3] >= box[1] - margin
    );
  }

  /**
   * A place on the shape to set a sign on: the point itself, the middle vertex of a line, the
   * middle of the box of a polygon.
   * @param {number} i
   * @returns {[number, number]}
   */
  middle(i) {
    const first = this.vertex[this.part[i]];
    if (this.dimension[i] === 0) return [this.x[first], this.y[first]];
    if (this.dimension[i] === 1) {
      const v = first + ((this.vertex[this.part[i] + 1] - first) >> 1);
      return [this.x[v], this.y[v]];
    }
    const at = 4 * i;
    return [(this.box[at] + this.box[at + 2]) / 2, (this.box[at + 1] + this.box[at + 3]) / 2];
  }

  /**
   * The place of a shape nearest to another place, which inside a polygon is that place itself; and
   * how far it is.
   * @param {number} i
   * @param {number} x
   * @param {number} y
   */
  nearest(i, x, y) {
    const nearest = { x, y, distance: Infinity };
    const closed = this.dimension[i] === 2;
    let within = false;
    for (let p = this.part[i]; p < this.part[i + 1]; p++) {
      const [first, last] = [this.vertex[p], this.vertex[p + 1] - 1];
      // A point is an edge from itself to itself.
      let from = closed || first === last ? last : first;
      for (let v = from === first && first < last ? first + 1 : first; v <= last; from = v++) {
        const [ax, ay, bx, by] = [this.x[from], this.y[from], this.x[v], this.y[v]];
        const [dx, dy] = [bx - ax, by - ay];
        const square = dx * dx + dy * dy;
        const along = square ? ((x - ax) * dx + (y - ay) * dy) / square : 0;
        const t = Math.max(0, Math.min(1, along));
        const distance = Math.hypot(ax + t * dx - x, ay + t * dy - y);
        if (distance < nearest.distance) {
          Object.assign(nearest, { x: ax + t * dx, y: ay + t * dy, distance });
        }
        if (ay > y !== by > y && x < ax + ((y - ay) * dx) / dy) within = !within;
      }
    }
    return closed && within ? { x, y, distance: 0 } : nearest;
  }
}

/** One layer: its columns and its shapes. */
class Layer extends Table {
  /**
   * @param {string} name
   * @param {PackedLayer} packed
   * @param {Layer} [segments] What its shapes may be made of.
   */
  constructor(name, packed, segments) {
    super(packed);
    this.name = name;
    this.shapes = new Shapes(packed.geometry, undefined, segments && segments.shapes);
  }
}
