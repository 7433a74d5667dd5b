/* Shows one ward: unpacks the page's data and draws all of it on one canvas above Leaflet's map.

   Words of the survey and of OpenStreetMap reach the page through textContent alone. */
"use strict";

const showWard = (() => {
  const BLUE = "#0072B2";
  const YELLOW = "#F0E442";
  const VERMILION = "#D55E00";
  const GREY = "#BBBBBB";
  const DARK = "#222222";
  const LIGHT = "#FFFFFF";

  // Colours tell apart for every kind of colour sight; hatches and marks for grey prints too.
  const STYLES = {
    houses: {
      column: "status",
      classes: {
        ok: { shape: "house", fill: BLUE },
        needs_survey: { shape: "house", fill: YELLOW },
        unconnected: { shape: "house", fill: GREY },
        no_water: { shape: "house", fill: VERMILION, hatch: "level" },
        no_road: { shape: "house", fill: VERMILION, hatch: "slant" },
        no_road_no_water: { shape: "house", fill: VERMILION, hatch: "cross" },
      },
    },
    segments: {
      column: "reached",
      classes: {
        no: { shape: "line", stroke: VERMILION, dash: [2, 2] },
        unknown: { shape: "line", stroke: YELLOW },
        yes: { shape: "line", stroke: BLUE },
      },
    },
    alleys: {
      column: "alley",
      classes: {
        perhaps_other: { shape: "band", stroke: "#D9D9D6", width: 2 },
        other: { shape: "band", stroke: "#8C8C8C", width: 2 },
        perhaps_deep: { shape: "band", stroke: "#C3B2CC", width: 3.2 },
        deep: { shape: "band", stroke: "#4F3A5C", width: 3.2 },
      },
    },
    area: { classes: { all: { shape: "edge", stroke: DARK, dash: [10, 5] } } },
    water: {
      column: "works",
      classes: {
        broken: { shape: "diamond", fill: LIGHT, edge: VERMILION, mark: "cross" },
        unusable: { shape: "diamond", fill: VERMILION },
        unknown: { shape: "diamond", fill: YELLOW, mark: "question" },
        usable: { shape: "diamond", fill: BLUE, mark: "drop" },
      },
    },
    fire_points: {
      column: "works",
      classes: {
        broken: { shape: "triangle", fill: LIGHT, edge: VERMILION, mark: "cross" },
        unusable: { shape: "triangle", fill: VERMILION },
        unknown: { shape: "triangle", fill: YELLOW, mark: "question" },
        usable: { shape: "triangle", fill: BLUE },
      },
    },
    barriers: {
      column: "effect",
      classes: {
        pass: { shape: "octagon", fill: LIGHT, edge: BLUE },
        delay: { shape: "octagon", fill: BLUE, mark: "bar" },
        unknown: { shape: "octagon", fill: YELLOW, mark: "question" },
        blocked: { shape: "octagon", fill: VERMILION, mark: "cross" },
      },
    },
  };
  const DRAWN = ["alleys", "segments", "area", "houses", "water", "fire_points", "barriers"];
  const LISTED = ["houses", "segments", "alleys", "barriers", "water", "fire_points", "area"];
  // What a click finds first; roads and alleys lie on one another, so both are told.
  const CLICKED = [["barriers"], ["fire_points"], ["water"], ["houses"], ["segments", "alleys"]];

  /* ------------------------------------------------------------------ the data */

  async function unpack(text) {
    const packed = Uint8Array.from(atob(text.trim()), (letter) => letter.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Response(stream).json();
  }

  function offsets(lengths) {
    const first = new Uint32Array(lengths.length + 1);
    lengths.forEach((length, i) => {
      first[i + 1] = first[i] + length;
    });
    return first;
  }

  /* One layer with its vertices on the Mercator square from 0 to 1, the box around each object
     and the objects of each class. */
  class Layer {
    constructor(name, packed) {
      const { dimension, parts, vertices, x, y } = packed.geometry;
      this.name = name;
      this.count = packed.count;
      this.columns = packed.columns;
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
      this.box = new Float64Array(4 * this.count);
      for (let i = 0; i < this.count; i++) {
        let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
        const end = this.vertex[this.part[i + 1]];
        for (let v = this.vertex[this.part[i]]; v < end; v++) {
          west = Math.min(west, this.x[v]);
          east = Math.max(east, this.x[v]);
          north = Math.min(north, this.y[v]);
          south = Math.max(south, this.y[v]);
        }
        this.box.set([west, north, east, south], 4 * i);
      }
      this.byClass = new Map(Object.keys(STYLES[name].classes).map((word) => [word, []]));
      for (let i = 0; i < this.count; i++) {
        const word = this.classOf(i);
        if (this.byClass.has(word)) this.byClass.get(word).push(i);
      }
    }

    value(column, i) {
      const values = this.columns[column];
      if (values === undefined) return null;
      if (!Array.isArray(values)) {
        return values.codes[i] < 0 ? null : values.words[values.codes[i]];
      }
      return values[i];
    }

    classOf(i) {
      if (this.name === "area") return "all";
      return this.value(STYLES[this.name].column, i);
    }

    inside(i, [west, north, east, south], margin) {
      const at = 4 * i;
      return (
        this.box[at] <= east + margin &&
        this.box[at + 2] >= west - margin &&
        this.box[at + 1] <= south + margin &&
        this.box[at + 3] >= north - margin
      );
    }

    /* A place on the object to set a symbol on: the point itself, the middle of the box. */
    middle(i) {
      if (this.dimension[i] === 0) {
        const v = this.vertex[this.part[i]];
        return [this.x[v], this.y[v]];
      }
      const at = 4 * i;
      return [(this.box[at] + this.box[at + 2]) / 2, (this.box[at + 1] + this.box[at + 3]) / 2];
    }

    /* Distance from a place to an object, 0 inside a polygon. */
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

    nearest(x, y, reach) {
      let found = null;
      let least = reach;
      for (let i = 0; i < this.count; i++) {
        if (!this.inside(i, [x, y, x, y], least)) continue;
        const distance = this.distance(i, x, y);
        if (distance <= least) {
          least = distance;
          found = i;
        }
      }
      return found;
    }
  }

  /* --------------------------------------------------------------- the drawing */

  const clamp = (value, least, most) => Math.max(least, Math.min(most, value));
  const houseRadius = (zoom) => clamp(1.4 * 2 ** ((zoom - 14.5) * 0.62), 1.2, 10);
  const signRadius = (zoom) => clamp(4 * 2 ** ((zoom - 15) * 0.4), 3.5, 10);
  const roadWidth = (zoom) => clamp(1.5 * 2 ** ((zoom - 15) * 0.55), 0.8, 9);

  const hatches = new Map();

  /* The fill of a class: its colour, and its hatch where there is room for one. */
  function fillOf(context, style, hatched) {
    if (!hatched || !style.hatch) return style.fill;
    const key = style.hatch + style.fill;
    if (!hatches.has(key)) {
      const size = style.hatch === "level" ? 4 : 6;
      const tile = document.createElement("canvas");
      tile.width = tile.height = size;
      const pen = tile.getContext("2d");
      pen.fillStyle = style.fill;
      pen.fillRect(0, 0, size, size);
      pen.fillStyle = DARK;
      for (let i = 0; i < size; i++) {
        if (style.hatch === "level") pen.fillRect(i, 2, 1, 1.2);
        else pen.fillRect(i, size - 1 - i, 1.4, 1.4);
        if (style.hatch === "cross") pen.fillRect(i, i, 1.4, 1.4);
      }
      hatches.set(key, context.createPattern(tile, "repeat"));
    }
    return hatches.get(key);
  }

  const CORNERS = {
    diamond: [[0, -1.15], [1.15, 0], [0, 1.15], [-1.15, 0]],
    triangle: [[0, -1.15], [1.1, 0.85], [-1.1, 0.85]],
    octagon: [[-0.42, -1], [0.42, -1], [1, -0.42], [1, 0.42], [0.42, 1], [-0.42, 1], [-1, 0.42],
      [-1, -0.42]],
  };

  function mark(context, kind, x, y, radius) {
    const arm = radius * 0.42;
    context.beginPath();
    if (kind === "cross") {
      context.moveTo(x - arm, y - arm);
      context.lineTo(x + arm, y + arm);
      context.moveTo(x + arm, y - arm);
      context.lineTo(x - arm, y + arm);
    } else if (kind === "bar") {
      context.moveTo(x - arm, y);
      context.lineTo(x + arm, y);
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

  function sign(context, style, x, y, radius) {
    context.beginPath();
    CORNERS[style.shape].forEach(([dx, dy]) => context.lineTo(x + dx * radius, y + dy * radius));
    context.closePath();
    // A light rim: a blue sign on blue houses would be lost.
    [[LIGHT, 4], [style.edge || DARK, style.edge ? 2 : 1.2]].forEach(([stroke, width]) => {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.stroke();
    });
    context.fillStyle = style.fill;
    context.fill();
    if (style.mark && radius >= 5) {
      context.strokeStyle = style.edge || (style.fill === YELLOW ? DARK : LIGHT);
      context.lineWidth = Math.max(1.3, radius * 0.2);
      mark(context, style.mark, x, y, radius);
    }
  }

  /* A house without an outline on the map is a square on whole pixels: of twenty thousand, dots
     take many times as long. */
  function house(context, style, x, y, radius) {
    const side = Math.round(2 * radius);
    const left = Math.round(x - radius);
    const top = Math.round(y - radius);
    const rim = radius < 3.5 ? 0 : 1;
    if (rim) {
      context.fillStyle = DARK;
      context.fillRect(left, top, side, side);
    }
    context.fillStyle = fillOf(context, style, radius >= 4);
    context.fillRect(left + rim, top + rim, side - 2 * rim, side - 2 * rim);
  }

  /* The one canvas. Leaflet's Renderer moves and scales it with the map between two drawings. */
  const WardCanvas = L.Renderer.extend({
    options: { padding: 0.2, pane: "overlayPane" },

    initialize(layers) {
      L.Renderer.prototype.initialize.call(this);
      this.layers = layers;
      this.shown = new Set(Object.keys(layers));
      this.chosen = [];
    },

    show(name, shown) {
      if (shown) this.shown.add(name);
      else this.shown.delete(name);
      this.redraw();
    },

    choose(chosen) {
      this.chosen = chosen;
      this.redraw();
    },

    redraw() {
      if (!this._map || this._waiting) return;
      this._waiting = L.Util.requestAnimFrame(() => {
        this._waiting = null;
        if (this._map) this._update();
      });
    },

    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.className = "ward-canvas";
      this._context = this._container.getContext("2d");
    },

    _destroyContainer() {
      this._container.remove();
      delete this._container;
    },

    // "moveend" came just before "viewreset" and has drawn already.
    _reset() {},

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const ratio = window.devicePixelRatio || 1;
      const size = this._bounds.getSize();
      const canvas = this._container;
      L.DomUtil.setPosition(canvas, this._bounds.min);
      canvas.width = Math.round(size.x * ratio);
      canvas.height = Math.round(size.y * ratio);
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      this._context.scale(ratio, ratio);
      const zoom = this._map.getZoom();
      const scale = this._map.options.crs.scale(zoom);
      const corner = this._map.getPixelOrigin().add(this._bounds.min);
      this.draw(this._context, {
        zoom,
        scale,
        left: corner.x,
        top: corner.y,
        box: [
          corner.x / scale,
          corner.y / scale,
          (corner.x + size.x) / scale,
          (corner.y + size.y) / scale,
        ],
      });
    },

    draw(context, view) {
      DRAWN.filter((name) => this.shown.has(name) && this.layers[name]).forEach((name) => {
        const layer = this.layers[name];
        Object.entries(STYLES[name].classes).forEach(([word, style]) => {
          const seen = layer.byClass
            .get(word)
            .filter((i) => layer.inside(i, view.box, 20 / view.scale));
          if (!seen.length) return;
          if (name === "segments") this.drawRoads(context, view, layer, seen, style);
          else if (name === "alleys") this.drawBands(context, view, layer, seen, style);
          else if (name === "area") this.drawEdge(context, view, layer, seen, style);
          else this.drawObjects(context, view, layer, seen, word, style);
        });
      });
      this.chosen
        .filter(({ name }) => this.shown.has(name))
        .forEach(({ name, i }) => this.drawChosen(context, view, this.layers[name], i));
    },

    /* Paths of a few objects each: one path for all of them takes twenty times as long. */
    trace(context, view, layer, objects, finish) {
      for (let start = 0; start < objects.length; start += 10) {
        context.beginPath();
        for (let k = start; k < Math.min(start + 10, objects.length); k++) {
          const i = objects[k];
          for (let p = layer.part[i]; p < layer.part[i + 1]; p++) {
            const end = layer.vertex[p + 1];
            for (let v = layer.vertex[p]; v < end; v++) {
              const x = layer.x[v] * view.scale - view.left;
              const y = layer.y[v] * view.scale - view.top;
              if (v === layer.vertex[p]) context.moveTo(x, y);
              else context.lineTo(x, y);
            }
            if (layer.dimension[i] === 2) context.closePath();
          }
        }
        finish();
      }
    },

    strokeAll(context, view, layer, objects, stroke, width, dash) {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.lineJoin = "round";
      context.lineCap = dash ? "butt" : "round";
      context.setLineDash(dash || []);
      this.trace(context, view, layer, objects, () => context.stroke());
      context.setLineDash([]);
    },

    drawRoads(context, view, layer, objects, style) {
      const width = roadWidth(view.zoom);
      const dash = style.dash && view.zoom >= 15.5 ? style.dash.map((d) => d * width) : null;
      // Yellow is lost on a light ground without a dark rim.
      if (style.stroke === YELLOW || dash) {
        const rim = dash ? LIGHT : "#6B6400";
        this.strokeAll(context, view, layer, objects, rim, width + (dash ? 0 : 1.6));
      }
      this.strokeAll(context, view, layer, objects, style.stroke, width, dash);
    },

    drawBands(context, view, layer, objects, style) {
      const width = roadWidth(view.zoom) * style.width + 1;
      this.strokeAll(context, view, layer, objects, style.stroke, width);
    },

    drawEdge(context, view, layer, objects, style) {
      this.strokeAll(context, view, layer, objects, LIGHT, 4);
      this.strokeAll(context, view, layer, objects, style.stroke, 2, style.dash);
    },

    drawObjects(context, view, layer, objects, word, style) {
      const houses = layer.name === "houses";
      const shapes = objects.filter((i) => layer.dimension[i] > 0);
      if (shapes.length) {
        const filled = shapes.filter((i) => layer.dimension[i] === 2);
        context.fillStyle = fillOf(context, style, view.zoom >= 16.5);
        context.globalAlpha = houses ? 1 : 0.35;
        this.trace(context, view, layer, filled, () => context.fill("evenodd"));
        context.globalAlpha = 1;
        // Outlines of small houses would hide the colours.
        if (!houses) this.strokeAll(context, view, layer, shapes, style.edge || style.fill, 2);
        else if (view.zoom >= 17.5) {
          this.strokeAll(context, view, layer, shapes, DARK, 0.7);
        }
      }
      const radius = (houses ? houseRadius : signRadius)(view.zoom);
      const draw = houses ? house : sign;
      objects.forEach((i) => {
        if (houses && layer.dimension[i] > 0) return;
        const [x, y] = layer.middle(i);
        draw(context, style, x * view.scale - view.left, y * view.scale - view.top, radius);
      });
    },

    drawChosen(context, view, layer, i) {
      if (layer.dimension[i] > 0) {
        const width = layer.dimension[i] === 1 ? roadWidth(view.zoom) + 5 : 5;
        context.globalAlpha = layer.dimension[i] === 1 ? 0.45 : 1;
        this.strokeAll(context, view, layer, [i], DARK, width);
        context.globalAlpha = 1;
        if (layer.dimension[i] === 2) this.strokeAll(context, view, layer, [i], LIGHT, 2);
        return;
      }
      const radius = (layer.name === "houses" ? houseRadius : signRadius)(view.zoom) + 4;
      const [x, y] = layer.middle(i);
      [[DARK, 5], [LIGHT, 2]].forEach(([stroke, width]) => {
        context.beginPath();
        context.arc(x * view.scale - view.left, y * view.scale - view.top, radius, 0, 7);
        context.strokeStyle = stroke;
        context.lineWidth = width;
        context.stroke();
      });
    },

    /* The objects at a place of the map, from the first kind that has any there. */
    at(latlng) {
      const zoom = this._map.getZoom();
      const scale = this._map.options.crs.scale(zoom);
      const point = this._map.project(latlng, zoom).divideBy(scale);
      const slack = L.Browser.mobile ? 10 : 3;
      for (const names of CLICKED) {
        const found = names
          .filter((name) => this.shown.has(name))
          .map((name) => {
            const radius = { houses: houseRadius, segments: roadWidth, alleys: roadWidth }[name];
            const reach = ((radius || signRadius)(zoom) + slack) / scale;
            return { name, i: this.layers[name].nearest(point.x, point.y, reach) };
          })
          .filter(({ i }) => i !== null);
        if (found.length) return found;
      }
      return [];
    },
  });

  /* ----------------------------------------------------------------- the words */

  function element(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  class Words {
    constructor({ language, texts }) {
      this.texts = texts;
      const format = (options) => new Intl.NumberFormat(language, options);
      this.whole = format({ maximumFractionDigits: 0 });
      this.tenths = format({ maximumFractionDigits: 1 });
      this.hundredths = format({ maximumFractionDigits: 2 });
      this.percent = format({ style: "percent", maximumFractionDigits: 1 });
    }

    say(key) {
      return this.texts[key];
    }

    /* The word for a code, or the code itself where the map has no word for it. */
    code(kind, code) {
      if (code === null) return null;
      const known = this.texts[`${kind}.${code}`];
      return known === undefined ? code : known;
    }

    metres(value) {
      return value === null ? null : `${this.tenths.format(value)} ${this.say("metres")}`;
    }

    width(value) {
      return value === null ? null : `${this.hundredths.format(value)} ${this.say("metres")}`;
    }

    number(value) {
      return value === null ? null : this.whole.format(value);
    }

    yesNo(value) {
      return value === null ? this.say("answer.unknown") : this.say(value ? "answer.yes" : "answer.no");
    }

    worstBest(worst, best) {
      if (worst === null && best === null) return this.say("no_way");
      if (worst === best) return this.metres(worst);
      const told = (value) => (value === null ? this.say("no_way") : this.metres(value));
      return `${told(worst)} (${this.say("worst")}); ${told(best)} (${this.say("best")})`;
    }

    /* "barrier:B17;reading:W3" in words. */
    stoppedBy(value) {
      if (value === null) return null;
      return value
        .split(";")
        .map((token) => {
          const colon = token.indexOf(":");
          const kind = this.texts[`kind.${token.slice(0, colon)}`];
          return colon < 0 || kind === undefined ? token : `${kind} ${token.slice(colon + 1)}`;
        })
        .join(", ");
    }
  }

  /* What an object's popup tells: a title, notes and lines. What has no value is left out. */
  const POPUPS = {
    houses(words, get) {
      const placed = get("status") !== "unconnected";
      return {
        title: get("address") || `${words.say("label.house_id")} ${get("house_id")}`,
        notes: [words.code("status", get("status")), get("reason")],
        lines: [
          ["house_id", get("address") && get("house_id")],
          ["hose_m", placed ? words.worstBest(get("hose_m"), get("hose_best_m")) : null],
          ["stopped_by", words.stoppedBy(get("stopped_by"))],
          ["hydrant_m", placed ? words.metres(get("hydrant_m")) || words.say("no_way") : null],
          ["water_m", placed ? words.metres(get("water_m")) || words.say("no_way") : null],
          ["point_m", placed ? words.metres(get("point_m")) || words.say("no_way") : null],
        ],
      };
    },
    segments(words, get) {
      const source = [words.code("source", get("width_source")), get("width_date")];
      const told = source.filter((part) => part !== null).join(", ");
      const width = words.width(get("width_m"));
      return {
        title: get("name") || words.say("unnamed"),
        lines: [
          ["reached", words.code("reached", get("reached"))],
          ["truck", words.code("truck", get("truck"))],
          ["truck_reason", words.code("truck_reason", get("truck_reason"))],
          ["width_m", width ? `${width} (${told})` : words.say("not_measured")],
          ["id", get("segment_id")],
        ],
      };
    },
    alleys(words, get) {
      return {
        title: get("name") || words.say("unnamed"),
        lines: [
          ["depth_m", words.worstBest(get("depth_m"), get("depth_best_m"))],
          ["length_m", words.metres(get("length_m"))],
          ["min_width_m", words.width(get("min_width_m"))],
          ["stopped_by", words.stoppedBy(get("stopped_by"))],
          ["certain", words.yesNo(get("certain"))],
          ["houses", words.number(get("houses"))],
          ["houses_not_covered", words.number(get("houses_not_covered"))],
          ["houses_needs_survey", words.number(get("houses_needs_survey"))],
          ["water_m", words.metres(get("water_m"))],
          ["has_water_solution", words.code("answer", get("has_water_solution"))],
          ["has_fire_point", words.yesNo(get("has_fire_point"))],
          ["needs_fire_point", words.yesNo(get("needs_fire_point"))],
        ],
      };
    },
    barriers(words, get) {
      return {
        // A reading or a clearance has no type, only where it is from.
        title: words.code("type", get("type") || get("source")) || words.say("layer.barriers"),
        lines: [
          ["effect", words.code("effect", get("effect"))],
          ["state", words.code("state", get("state"))],
          ["clear_width_m", words.width(get("clear_width_m"))],
          ["source", words.code("source", get("source"))],
          ["id", get("barrier_id")],
        ],
      };
    },
    water(words, get) {
      return {
        title: words.code("type", get("type")) || words.say("layer.water"),
        lines: [
          ["working", words.yesNo(get("works") === "broken" ? 0 : 1)],
          ["usable", words.yesNo(get("usable"))],
          ["houses_served", words.number(get("houses_served"))],
          ["id", get("object_id")],
        ],
      };
    },
    fire_points(words, get) {
      return { ...POPUPS.water(words, get), title: words.say("type.fire_point") };
    },
  };

  function popup(words, layers, found) {
    const body = element("div", "ward-popup");
    found.forEach(({ name, i }) => {
      const layer = layers[name];
      const { title, notes, lines } = POPUPS[name](words, (column) => layer.value(column, i));
      const section = element("section");
      section.append(element("p", "ward-kind", words.say(`layer.${name}`)));
      section.append(element("h2", "", title));
      (notes || []).filter(Boolean).forEach((note) => {
        section.append(element("p", "ward-note", note));
      });
      const list = element("dl");
      lines
        .filter(([, value]) => value !== null && value !== "")
        .forEach(([label, value]) => {
          list.append(element("dt", "", words.say(`label.${label}`)), element("dd", "", value));
        });
      section.append(list);
      body.append(section);
    });
    return body;
  }

  /* ----------------------------------------------------------------- the panel */

  function swatch(name, word) {
    const ratio = window.devicePixelRatio || 1;
    const canvas = element("canvas", "ward-swatch");
    const style = STYLES[name].classes[word];
    canvas.width = 26 * ratio;
    canvas.height = 18 * ratio;
    canvas.setAttribute("aria-hidden", "true");
    const context = canvas.getContext("2d");
    context.scale(ratio, ratio);
    if (style.fill) {
      (style.shape === "house" ? house : sign)(context, style, 13, 9, 7);
      return canvas;
    }
    const line = (stroke, width, dash) => {
      context.strokeStyle = stroke;
      context.lineWidth = width;
      context.setLineDash(dash || []);
      context.beginPath();
      context.moveTo(1, 9);
      context.lineTo(25, 9);
      context.stroke();
    };
    if (style.shape === "band") line(style.stroke, style.width * 3);
    else if (style.stroke === YELLOW) {
      line("#6B6400", 5.2);
      line(YELLOW, 3.6);
    } else line(style.stroke, 3.6, style.dash && style.dash.map((d) => d * 3));
    return canvas;
  }

  function panel(words, ward) {
    const body = document.getElementById("ward-panel");
    body.append(element("h1", "", ward.project));
    const figure = (key, shares) => {
      const [worst, best] = shares.map((share) => words.percent.format(share));
      const line = element("p", "ward-figure", `${words.say(key)}: `);
      const told = best === undefined || worst === best ? worst : `${worst} – ${best}`;
      line.append(element("strong", "", told));
      body.append(line);
    };
    if (ward.covered !== null) figure("covered", ward.covered);
    if (ward.measured !== null) figure("measured", [ward.measured]);
    const fold = element("details");
    fold.open = window.innerWidth > 700;
    fold.append(element("summary", "", words.say("legend")));
    const table = element("table");
    const head = element("tr");
    ["legend", "count", "share"].forEach((key, column) => {
      const cell = element("th", column ? "" : "ward-hidden", words.say(key));
      cell.scope = "col";
      head.append(cell);
    });
    const top = element("thead");
    top.append(head);
    table.append(top);
    ward.legend.forEach((group) => {
      const rows = element("tbody");
      const name = element("th", "ward-group", words.say(`layer.${group.layer}`));
      name.colSpan = 3;
      name.scope = "rowgroup";
      if (group.note) name.append(element("small", "", ` ${words.say(group.note)}`));
      const title = element("tr");
      title.append(name);
      rows.append(title);
      group.rows.forEach((row) => {
        const line = element("tr");
        line.dataset.layer = group.layer;
        line.dataset.class = row.class;
        const label = element("th");
        label.scope = "row";
        const sample = element("div", "ward-class");
        sample.append(swatch(group.layer, row.class), element("span", "", words.say(row.text)));
        label.append(sample);
        const share = row.share === null ? "–" : words.percent.format(row.share);
        line.append(
          label,
          element("td", "ward-count", words.number(row.count)),
          element("td", "ward-share", share),
        );
        rows.append(line);
      });
      table.append(rows);
    });
    fold.append(table);
    body.append(fold);
  }

  function footer(words, ward) {
    document.getElementById("ward-footer").textContent = [
      ward.project,
      `${words.say("norm")}: ${ward.norm}`,
      `${words.say("vehicle")}: ${ward.vehicle}`,
      words.say("turns_off"),
      words.say("assumed"),
    ].join(" · ");
  }

  /* ------------------------------------------------------------------- the map */

  const Toggle = L.Layer.extend({
    initialize(canvas, name) {
      this.canvas = canvas;
      this.name = name;
    },
    onAdd() {
      this.canvas.show(this.name, true);
    },
    onRemove() {
      this.canvas.show(this.name, false);
    },
  });

  function controls(map, words, canvas, layers) {
    L.control
      .zoom({ zoomInTitle: words.say("zoom_in"), zoomOutTitle: words.say("zoom_out") })
      .addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    L.control
      .attribution({ prefix: false })
      .addAttribution(
        '© <a href="https://www.openstreetmap.org/copyright">OpenStreetMap contributors</a>',
      )
      .addTo(map);
    const toggles = {};
    LISTED.filter((name) => layers[name]).forEach((name) => {
      toggles[words.say(`layer.${name}`)] = new Toggle(canvas, name).addTo(map);
    });
    const control = L.control
      .layers(null, toggles, { collapsed: window.innerWidth <= 700 })
      .addTo(map);
    const button = control.getContainer().querySelector(".leaflet-control-layers-toggle");
    button.title = words.say("layers");
    button.setAttribute("aria-label", words.say("layers"));
  }

  function clicks(map, words, canvas, layers) {
    map.on("click", (event) => {
      const found = canvas.at(event.latlng);
      if (!found.length) return;
      // To the right of the zoom buttons.
      const beside = { autoPanPaddingTopLeft: [50, 8], autoPanPaddingBottomRight: [8, 8] };
      const width = Math.min(340, map.getSize().x - 100);
      const opened = L.popup({ maxWidth: width, minWidth: width * 0.7, maxHeight: 400, ...beside })
        .setLatLng(event.latlng)
        .setContent(popup(words, layers, found))
        .openOn(map);
      const close = opened.getElement().querySelector(".leaflet-popup-close-button");
      close.setAttribute("aria-label", words.say("close"));
      canvas.choose(found);
    });
    map.on("popupclose", () => canvas.choose([]));
    let last = null;
    map.on("mousemove", (event) => {
      if (last !== null) return;
      last = L.Util.requestAnimFrame(() => {
        last = null;
        const over = canvas.at(event.latlng).length > 0;
        map.getContainer().classList.toggle("ward-over", over);
      });
    });
  }

  function fit(map, bounds) {
    const [west, south, east, north] = bounds || [102.1, 8.2, 109.5, 23.4];
    map.fitBounds([[south, west], [north, east]], { padding: [12, 12], maxZoom: 19 });
  }

  return async (map, dataId) => {
    if (typeof DecompressionStream === "undefined") {
      document.getElementById("ward-too_old").hidden = false;
      return;
    }
    let ward;
    try {
      ward = await unpack(document.getElementById(dataId).textContent);
    } catch (error) {
      document.getElementById("ward-damaged").hidden = false;
      console.error(error);
      return;
    }
    const words = new Words(ward);
    const layers = {};
    DRAWN.filter((name) => name !== "area" || ward.layers.area.count).forEach((name) => {
      layers[name] = new Layer(name, ward.layers[name]);
    });
    panel(words, ward);
    footer(words, ward);
    map.invalidateSize();
    fit(map, ward.bounds);
    const canvas = new WardCanvas(layers).addTo(map);
    controls(map, words, canvas, layers);
    clicks(map, words, canvas, layers);
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        document.documentElement.dataset.ready = "yes";
      }),
    );
  };
})();
