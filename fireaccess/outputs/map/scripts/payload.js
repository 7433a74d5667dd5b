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
  const stream = new Blob([packed]).stream().pipeThrough(new Unpacker("gzip"));
  // Sooner than the response's own json().
  const bytes = await new Response(stream).arrayBuffer();
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

/** Vertices of shapes on the Mercator square from 0 to 1, and the box around each shape. */
class Shapes {
  /** @param {PackedGeometry} packed */
  constructor({ dimension, parts, vertices, x, y }) {
    this.dimension = dimension;
    this.part = offsets(parts);
    this.vertex = offsets(vertices);
    this.x = new Float64Array(x.length);
    this.y = new Float64Array(y.length);
    let lon = 0;
    let lat = 0;
    for (let i = 0; i < x.length; i++) {
      lon += x[i];
      lat += y[i];
      const sine = Math.sin((Math.max(-85, Math.min(85, lat / 1e6)) * Math.PI) / 180);
      this.x[i] = lon / 3.6e8 + 0.5;
      this.y[i] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    }
    this.box = new Float64Array(4 * dimension.length);
    for (let i = 0; i < dimension.length; i++) {
      let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
      const end = this.vertex[this.part[i + 1]];
      for (let v = this.vertex[this.part[i]]; v < end; v++) {
        west = Math.min(west, this.x[v]);
        east = Math.max(east, this.x[v]);
        north = Math.min(north, this.y[v]);
        south = Math.max(south, this.y[v]);
      }
      this.box[4 * i] = west;
      this.box[4 * i + 1] = north;
      this.box[4 * i + 2] = east;
      this.box[4 * i + 3] = south;
    }
  }

  /**
   * Whether a shape's box meets another one.
   * @param {number} i
   * @param {number[]} box West, north, east, south.
   * @param {number} margin
   */
  inside(i, [west, north, east, south], margin) {
    const at = 4 * i;
    return (
      this.box[at] <= east + margin &&
      this.box[at + 2] >= west - margin &&
      this.box[at + 1] <= south + margin &&
      this.box[at + 3] >= north - margin
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
   * Distance from a place to a shape, 0 inside a polygon.
   * @param {number} i
   * @param {number} x
   * @param {number} y
   */
  distance(i, x, y) {
    let least = Infinity;
    let within = false;
    for (let p = this.part[i]; p < this.part[i + 1]; p++) {
      const first = this.vertex[p];
      const end = this.vertex[p + 1];
      if (end - first === 1) {
        least = Math.min(least, Math.hypot(this.x[first] - x, this.y[first] - y));
      }
      for (let v = first + 1; v < end; v++) {
        const [ax, ay, bx, by] = [this.x[v - 1], this.y[v - 1], this.x[v], this.y[v]];
        const [dx, dy] = [bx - ax, by - ay];
        const square = dx * dx + dy * dy;
        const along = square ? ((x - ax) * dx + (y - ay) * dy) / square : 0;
        const t = Math.max(0, Math.min(1, along));
        least = Math.min(least, Math.hypot(ax + t * dx - x, ay + t * dy - y));
        if (ay > y !== by > y && x < ax + ((y - ay) * dx) / dy) within = !within;
      }
    }
    return this.dimension[i] === 2 && within ? 0 : least;
  }
}

/** One layer: its columns and its shapes. */
class Layer extends Table {
  /**
   * @param {string} name
   * @param {PackedLayer} packed
   */
  constructor(name, packed) {
    super(packed);
    this.name = name;
    this.shapes = new Shapes(packed.geometry);
  }
}
