/* Everything on one canvas above Leaflet's map. */

/**
 * What is seen of the ground, and how large.
 * @typedef {object} View
 * @property {number} zoom
 * @property {number} scale Pixels of the page for the whole Mercator square.
 * @property {number} left Of the canvas, in pixels of the square.
 * @property {number} top
 * @property {number} width
 * @property {number} height
 * @property {number[]} box West, north, east, south on the square.
 * @property {number} ratio Pixels of the screen or the paper for each of the page.
 */

// A line wider than a pixel takes ten times as long, its round corners longer still. Farther out,
// where there are many, roads are one or three lines of a pixel, and have no round corners.
const ONE_LINE_ZOOM = 15.5;
const THREE_LINES_ZOOM = 16.75;
const ROUND_ZOOM = 17.5;
const OUTLINES_ZOOM = 17.5;
const HATCHES_ZOOM = 16.5;
// Smaller houses have neither rim nor hatch.
const RIM_RADIUS = 3.5;
const GROUP_NAMES_ZOOM = 15;
const ROAD_NAMES_ZOOM = 17;
const SAME_NAME_APART = 260;
// What is drawn beyond each edge of what is seen, as a share of it: so far a drag needs no drawing.
const PADDING = 0.2;
// Of a frame, so that something is left for the drag itself.
const AHEAD_MS = 10;

const clamp = (
  /** @type {number} */ value,
  /** @type {number} */ least,
  /** @type {number} */ most,
) => Math.max(least, Math.min(most, value));
const houseRadius = (/** @type {number} */ zoom) =>
  clamp(1.4 * 2 ** ((zoom - 14.5) * 0.62), 1.2, 10);
const signRadius = (/** @type {number} */ zoom) =>
  clamp(4 * 2 ** ((zoom - 15.5) * 0.5), 2.6, 10);
const roadWidth = (/** @type {number} */ zoom) =>
  zoom < ONE_LINE_ZOOM ? 1 : clamp(1.5 * 2 ** ((zoom - 15) * 0.55), 1, 9);

// Where else the name of a group may stand, in pixels.
const NEARBY = [0, -18, 18, -36, 36, -54, 54].flatMap((down) => [
  [0, down],
  [-40, down],
  [40, down],
]);

const PALE = { house: "#E9E8E3", outline: "#D3D2CC", road: "#D6D5D0" };

const SIGNS = ["stations", "water", "draft_points", "fire_points", "barriers"];
const LINES = ["dead_ends", "segments", "alleys"];
// What a click finds first; roads, alleys and dead ends lie on one another, so all are told.
const CLICKED = [
  ["barriers"],
  ["fire_points"],
  ["draft_points"],
  ["water"],
  ["stations"],
  ["houses"],
  LINES,
];

/** Leaflet's Renderer moves and scales the canvas with the map between two drawings. */
class WardCanvas extends L.Renderer {
  /** @param {Omit<App, "map" | "canvas">} app */
  constructor(app) {
    // The first picture is no larger than what is seen.
    super({ padding: 0 });
    this.app = app;
    this.paper = document.createElement("canvas");
    this.paper.className = "ward-canvas";
    this.context = contextOf(this.paper);
    /** @type {Map<string, Grid>} */
    this.grids = new Map(
      Object.entries(app.layers).map(([name, layer]) => [name, new Grid(layer.shapes)]),
    );
    this.origin = L.point(0, 0);
    this.size = L.point(0, 0);
    this.waiting = false;
    this.spare = document.createElement("canvas");
    /** @type {Generator<void, void> | null} What is drawn ahead of a drag. */
    this.coming = null;
    this.base = new Grid(app.routes.lines);
    /** @type {number | null} */
    this.ratio = null;
    this.dots = new Dots();
    this.faded = this.fadedHouses();
    /** @type {DrawnWay[]} */
    this.ways = [];
    const { state } = app;
    state.on(["group", "statuses", "chosen"], () => (this.faded = this.fadedHouses()));
    state.on(["chosen", "best", "language"], () => {
      const chosen = state.get("chosen");
      this.ways = chosen === null ? [] : waysOf(app, chosen);
    });
    state.on(
      ["language", "theme", "best", "group", "statuses", "hidden", "chosen"],
      () => this.redraw(),
    );
  }

  /**
   * Draw with another number of pixels, as paper needs, and no more than what is seen.
   * @param {number | null} ratio Pixels for each of the page; null for those of the screen.
   */
  setRatio(ratio) {
    this.ratio = ratio;
    this.options.padding = ratio === null ? PADDING : 0;
    this.place();
  }

  /**
   * Draw what the other half of the data brought.
   * @param {string[]} names Layers that got other shapes.
   */
  addDetails(names) {
    this.base = new Grid(this.app.routes.lines);
    names.forEach((name) => {
      this.grids.set(name, new Grid(this.app.layers[name].shapes));
    });
    classified.delete(this.app.layers.houses);
    this.options.padding = PADDING;
    // After a zoom it is placed anyway.
    if (this._map && !this._map._animatingZoom) this.place();
  }

  /** Draw again before the next frame. */
  redraw() {
    if (this.waiting || !this._map) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      if (this._map && !this._map._animatingZoom) this.draw();
    });
  }

  getEvents() {
    return { ...super.getEvents(), move: this.follow };
  }

  _initContainer() {
    this._container = this.paper;
  }

  _destroyContainer() {
    this._container.remove();
  }

  // "moveend" came just before "viewreset" and has drawn already.
  _reset() {}

  _update() {
    if (this._map._animatingZoom && this._bounds) return;
    if (!this.covers() && this.coming === null) this.place();
  }

  /** While the map is dragged: draw anew once its edge would be seen. */
  follow() {
    if (this._map.getZoom() !== this._zoom || this._map._animatingZoom) return;
    // Whoever jumps to a place wants to see it at once.
    if (!this._map.dragging.moving()) this._update();
    else if (!this.covers() && this.coming === null) this.drawAhead();
  }

  /** Draw what comes into sight out of sight, some of it in each frame, so that the drag goes on. */
  drawAhead() {
    const size = this._map.getSize();
    const { padding } = this.options;
    const corner = this._map.containerPointToLayerPoint(size.multiplyBy(-padding)).round();
    const bounds = L.bounds(corner, corner.add(size.multiplyBy(1 + 2 * padding)).round());
    const centre = this._map.getCenter();
    this.spare.width = this.paper.width;
    this.spare.height = this.paper.height;
    const [shown, spare] = [this.context, contextOf(this.spare)];
    const steps = this.steps(this.view(bounds));
    this.coming = steps;
    const go = () => {
      // Another picture has been drawn meanwhile.
      if (this.coming !== steps) return;
      const until = performance.now() + AHEAD_MS;
      let done = false;
      this.context = spare;
      while (!done && performance.now() < until) done = steps.next().done === true;
      this.context = shown;
      if (!done) {
        requestAnimationFrame(go);
        return;
      }
      this.coming = null;
      this._bounds = bounds;
      this._center = centre;
      L.DomUtil.setPosition(this.paper, corner);
      shown.setTransform(1, 0, 0, 1, 0, 0);
      shown.clearRect(0, 0, this.paper.width, this.paper.height);
      shown.drawImage(this.spare, 0, 0);
      if (!this.covers()) this.drawAhead();
    };
    requestAnimationFrame(go);
  }

  /** Whether all that is seen of the map has been drawn. */
  covers() {
    if (!this._bounds || this._map.getZoom() !== this._zoom) return false;
    if (!this._map.getPixelOrigin().equals(this.origin)) return false;
    const size = this._map.getSize();
    const corner = this._map.containerPointToLayerPoint([0, 0]);
    return (
      size.equals(this.size) && this._bounds.contains(L.bounds(corner, corner.add(size)))
    );
  }

  /** Put the canvas around what is seen, and draw. */
  place() {
    super._update();
    this.origin = this._map.getPixelOrigin();
    this.size = this._map.getSize();
    L.DomUtil.setPosition(this._container, this._bounds.min);
    const ratio = this.ratio || window.devicePixelRatio;
    const { x, y } = this._bounds.getSize();
    this._container.width = Math.round(x * ratio);
    this._container.height = Math.round(y * ratio);
    this._container.style.width = `${x}px`;
    this._container.style.height = `${y}px`;
    this.draw();
  }

  /**
   * @param {L.Bounds} [bounds] Of the canvas.
   * @returns {View}
   */
  view(bounds = this._bounds) {
    const zoom = this._zoom;
    const scale = this._map.options.crs.scale(zoom);
    const { x: left, y: top } = this.origin.add(bounds.min);
    const { x: width, y: height } = bounds.getSize();
    const box = [left, top, left + width, top + height].map((pixel) => pixel / scale);
    const ratio = this._container.width / width;
    return { zoom, scale, left, top, width, height, box, ratio };
  }

  draw() {
    this.coming = null;
    const steps = this.steps(this.view());
    while (!steps.next().done);
  }

  /**
   * Draw, a part at each step.
   * @param {View} view
   */
  *steps(view) {
    const { context, app } = this;
    const { state } = app;
    context.setTransform(view.ratio, 0, 0, view.ratio, 0, 0);
    context.clearRect(0, 0, view.width, view.height);
    const hidden = state.get("hidden");
    const shown = (/** @type {string} */ name) => !hidden.includes(name);
    const labels = new Labels(context);
    if (shown("open_water")) this.drawOpenWater(view);
    if (shown("groups")) this.drawGroups(view);
    this.drawBase(view);
    yield;
    ["alleys", "dead_ends"].filter(shown).forEach((name) => this.drawBands(view, name));
    yield;
    if (shown("segments")) this.drawRoads(view);
    MORE.drawLines(this, view);
    yield;
    if (shown("area")) this.drawArea(view);
    if (shown("houses")) this.drawHouses(view);
    yield;
    SIGNS.filter(shown).forEach((name) => this.drawSigns(view, name, labels));
    MORE.drawSigns(this, view, labels);
    yield;
    // The ways' words are drawn last and get their places first.
    const lengths = new Labels(context);
    lengths.taken = labels.taken;
    this.ways.forEach((way) => placeLength(lengths, view, way));
    this.ways.forEach((way) => blockWay(labels, view, way));
    if (shown("groups")) this.placeGroupNames(view, labels);
    if (shown("segments")) this.placeRoadNames(view, labels, "segments");
    if (shown("alleys")) this.placeRoadNames(view, labels, "alleys");
    labels.draw();
    [...this.ways].reverse().forEach((way) => drawWay(context, view, way));
    // What stops the truck stands where its way ends and the hose begins.
    if (this.ways.length && shown("barriers")) this.drawSigns(view, "barriers", labels);
    const chosen = state.get("chosen");
    if (chosen !== null) this.drawChosen(view, chosen);
    lengths.draw();
  }

  /**
   * The objects of a layer that are seen, by their class.
   * @param {View} view
   * @param {string} name
   * @returns {{look: Look, objects: number[]}[]} In the order of drawing: what matters most is
   *     last, which is the legend's first class but for houses.
   */
  seen(view, name) {
    const { list, of } = classes(this.app, name);
    /** @type {{look: Look, objects: number[]}[]} */
    const found = list.map(({ style }) => ({ look: style, objects: [] }));
    this.grid(name)
      .within(view.box, 20 / view.scale)
      .forEach((i) => {
        if (of[i] !== NO_CLASS) found[of[i]].objects.push(i);
      });
    const some = found.filter(({ objects }) => objects.length);
    return name === "houses" ? some : some.reverse();
  }

  /** @param {string} name */
  grid(name) {
    return /** @type {Grid} */ (this.grids.get(name));
  }

  /**
   * Houses that the filters leave out, and those that the chosen barrier does not keep from a truck
   * while it does so to others; null if there are none.
   */
  fadedHouses() {
    const { layers, state } = this.app;
    const [group, statuses] = [state.get("group"), state.get("statuses")];
    const chosen = state.get("chosen");
    const { houses, barriers } = layers;
    const stopped = new Set(
      chosen !== null && chosen.name === "barriers"
        ? houses.where("stopped_by", barriers.value("barrier_id", chosen.i))
        : [],
    );
    if (group === null && !statuses.length && !stopped.size) return null;
    return Uint8Array.from({ length: houses.count }, (_, i) => {
      if (group !== null && houses.value("group", i) !== group) return 1;
      if (stopped.size && !stopped.has(i)) return 1;
      return statuses.length && !statuses.includes(houses.value("status", i)) ? 1 : 0;
    });
  }

  /**
   * Paths of a few shapes each: one path for all of them takes twenty times as long.
   * @param {View} view
   * @param {Shapes} shapes
   * @param {ArrayLike<number>} objects
   * @param {(path: Path2D) => void} finish
   */
  trace(view, shapes, objects, finish) {
    const { scale, left, top } = view;
    const { dimension, part, vertex, x: xs, y: ys } = shapes;
    for (let start = 0; start < objects.length; start += 10) {
      const stop = Math.min(start + 10, objects.length);
      const path = new Path2D();
      for (let k = start; k < stop; k++) {
        const i = objects[k];
        for (let p = part[i]; p < part[i + 1]; p++) {
          const end = vertex[p + 1];
          let drawnX = Infinity;
          let drawnY = Infinity;
          for (let v = vertex[p]; v < end; v++) {
            const x = xs[v] * scale - left;
            const y = ys[v] * scale - top;
            if (v === vertex[p]) path.moveTo(x, y);
            // Less than a pixel farther is not seen.
            else if (Math.abs(x - drawnX) + Math.abs(y - drawnY) < 0.8 && v + 1 < end) continue;
            else path.lineTo(x, y);
            drawnX = x;
            drawnY = y;
          }
          if (dimension[i] === 2) path.closePath();
        }
      }
      finish(path);
    }
  }

  /**
   * @param {View} view
   * @param {Shapes} shapes
   * @param {ArrayLike<number>} objects
   * @param {string} stroke
   * @param {number} width
   * @param {number[]} [dash]
   * @param {number[][]} [moves] Where beside its true place each line is drawn, in pixels.
   */
  stroke(view, shapes, objects, stroke, width, dash = [], moves = [[0, 0]]) {
    const { context } = this;
    const round = view.zoom >= ROUND_ZOOM && width >= 2;
    context.strokeStyle = stroke;
    context.lineWidth = width;
    context.lineJoin = round ? "round" : "bevel";
    context.lineCap = round && !dash.length ? "round" : "butt";
    context.setLineDash(dash);
    const { ratio } = view;
    this.trace(view, shapes, objects, (path) => {
      moves.forEach(([right, down]) => {
        context.setTransform(ratio, 0, 0, ratio, right * ratio, down * ratio);
        context.stroke(path);
      });
    });
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.setLineDash([]);
  }

  /** @param {View} view */
  drawOpenWater(view) {
    const { context } = this;
    const { shapes } = this.app.layers.open_water;
    const width = roadWidth(view.zoom);
    this.seen(view, "open_water").forEach(({ look, objects }) => {
      const { fill = LIGHT, edge = DARK } = look;
      const of = (/** @type {number} */ dimension) =>
        objects.filter((i) => shapes.dimension[i] === dimension);
      const [lines, outlines] = [of(1), of(2)];
      // Below all fills, so that no edge parts what flows together.
      this.stroke(view, shapes, outlines, edge, 2);
      this.stroke(view, shapes, lines, edge, width + 2);
      context.fillStyle = fill;
      // One by one: where two of one path overlap, there would be a hole.
      outlines.forEach((i) => {
        this.trace(view, shapes, [i], (path) => context.fill(path, "evenodd"));
      });
      this.stroke(view, shapes, lines, fill, width);
    });
  }

  /** @param {View} view */
  drawGroups(view) {
    const { layers, state } = this.app;
    const { groups } = layers;
    const group = state.get("group");
    this.seen(view, "groups").forEach(({ look, objects }) => {
      const { stroke = DARK, width = 1, dash } = look;
      this.stroke(view, groups.shapes, objects, stroke, width, dash);
      const own = objects.filter((i) => group !== null && groups.value("group", i) === group);
      this.stroke(view, groups.shapes, own, stroke, 3 * width);
    });
  }

  /** @param {View} view */
  drawBase(view) {
    const lines = this.base.within(view.box, 20 / view.scale);
    this.strokeRoads(view, this.base.shapes, lines, PALE.road);
  }

  /**
   * @param {View} view
   * @param {Shapes} shapes
   * @param {ArrayLike<number>} objects
   * @param {string} stroke
   * @param {number[]} [dash]
   */
  strokeRoads(view, shapes, objects, stroke, dash) {
    if (view.zoom >= THREE_LINES_ZOOM) {
      this.stroke(view, shapes, objects, stroke, roadWidth(view.zoom), dash);
      return;
    }
    const moves = view.zoom < ONE_LINE_ZOOM ? [[0, 0]] : [[0, 0], [1, 0], [0, 1]];
    this.stroke(view, shapes, objects, stroke, 1, dash, moves);
  }

  /**
   * Lines that are seen on both sides of the roads upon them.
   * @param {View} view
   * @param {string} name
   */
  drawBands(view, name) {
    const { shapes } = this.app.layers[name];
    const around = [[-1, 0], [1, 0], [0, -1], [0, 1]];
    this.seen(view, name).forEach(({ look, objects }) => {
      const { stroke = DARK, width = 1 } = look;
      if (view.zoom < ONE_LINE_ZOOM) this.stroke(view, shapes, objects, stroke, 1, [], around);
      else this.stroke(view, shapes, objects, stroke, roadWidth(view.zoom) * width + 1);
    });
  }

  /** @param {View} view */
  drawRoads(view) {
    const { shapes } = this.app.layers.segments;
    const width = roadWidth(view.zoom);
    // Roads that the truck gets to lie on top.
    this.seen(view, "segments").forEach(({ look, objects }) => {
      const { stroke = DARK, edge } = look;
      const dash = view.zoom < ONE_LINE_ZOOM ? undefined : look.dash?.map((d) => d * width);
      // Yellow is lost on a light ground without a dark rim, and gaps without a light one.
      if (edge && view.zoom >= THREE_LINES_ZOOM) {
        this.stroke(view, shapes, objects, edge, width + (dash ? 0 : 1.6));
      } else if (edge && !dash) {
        const beside = view.zoom < ONE_LINE_ZOOM ? 1 : 2;
        this.stroke(view, shapes, objects, edge, 1, [], [[beside, beside]]);
      }
      this.strokeRoads(view, shapes, objects, stroke, dash);
    });
  }

  /** @param {View} view */
  drawArea(view) {
    const { shapes } = this.app.layers.area;
    this.seen(view, "area").forEach(({ look, objects }) => {
      this.stroke(view, shapes, objects, LIGHT, 4);
      this.stroke(view, shapes, objects, look.stroke || DARK, look.width || 1, look.dash);
    });
  }

  /** @param {View} view */
  drawHouses(view) {
    const { context, faded } = this;
    const seen = this.seen(view, "houses");
    if (faded !== null) {
      const pale = seen.flatMap(({ objects }) => objects.filter((i) => faded[i]));
      this.fillHouses(view, pale, { shape: "house", fill: PALE.house }, PALE.outline);
    }
    seen.forEach(({ look, objects }) => {
      const own = faded === null ? objects : objects.filter((i) => !faded[i]);
      this.fillHouses(view, own, look, DARK);
    });
    this.dots.draw(context, view);
  }

  /**
   * @param {View} view
   * @param {number[]} objects
   * @param {Look} look
   * @param {string} outline
   */
  fillHouses(view, objects, look, outline) {
    const { context } = this;
    const { shapes } = this.app.layers.houses;
    const { box, dimension } = shapes;
    const radius = houseRadius(view.zoom);
    const small = (2 * radius) / view.scale;
    const large = (/** @type {number} */ i) =>
      dimension[i] === 2 &&
      (box[4 * i + 2] - box[4 * i] > small || box[4 * i + 3] - box[4 * i + 1] > small);
    // Until the outlines come, all houses are points.
    const polygons = shapes.areas ? objects.filter(large) : [];
    const squares = polygons.length ? objects.filter((i) => !large(i)) : objects;
    context.fillStyle = fillOf(context, look, view.zoom >= HATCHES_ZOOM, view);
    this.trace(view, shapes, polygons, (path) => context.fill(path, "evenodd"));
    // Outlines of small houses would hide the colours.
    if (view.zoom >= OUTLINES_ZOOM) this.stroke(view, shapes, polygons, outline, 0.7);
    this.dots.add(view, shapes, squares, radius, look, outline);
  }

  /**
   * @param {View} view
   * @param {string} name
   * @param {Labels} labels
   */
  drawSigns(view, name, labels) {
    const { context } = this;
    const { shapes } = this.app.layers[name];
    const radius = signRadius(view.zoom) * (name === "stations" ? 1.3 : 1);
    this.seen(view, name).forEach(({ look, objects }) => {
      const outlined = objects.filter((i) => shapes.dimension[i] > 0);
      context.fillStyle = look.fill || LIGHT;
      context.globalAlpha = 0.35;
      const polygons = outlined.filter((i) => shapes.dimension[i] === 2);
      this.trace(view, shapes, polygons, (path) => context.fill(path, "evenodd"));
      context.globalAlpha = 1;
      if (outlined.length) this.stroke(view, shapes, outlined, look.edge || look.fill || DARK, 2);
      const stamp = signStamp(context, look, radius, view.ratio);
      objects.forEach((i) => {
        const [x, y] = this.pixel(view, shapes, i);
        stamp(x, y);
        labels.block(x, y, radius + 2);
      });
    });
  }

  /**
   * Where the sign of a shape stands on the canvas.
   * @param {View} view
   * @param {Shapes} shapes
   * @param {number} i
   */
  pixel(view, shapes, i) {
    const [x, y] = shapes.middle(i);
    return [x * view.scale - view.left, y * view.scale - view.top];
  }

  /**
   * @param {View} view
   * @param {Labels} labels
   */
  placeGroupNames(view, labels) {
    if (view.zoom < GROUP_NAMES_ZOOM) return;
    const { groups } = this.app.layers;
    this.grid("groups")
      .within(view.box, 0)
      .forEach((i) => {
        const [x, y] = this.pixel(view, groups.shapes, i);
        const text = groups.value("group", i);
        NEARBY.some(([right, down]) =>
          labels.place(text, x + right, y + down, 0, LETTERINGS.group),
        );
      });
  }

  /**
   * Names of roads or alleys along their longest stretches.
   * @param {View} view
   * @param {Labels} labels
   * @param {"segments" | "alleys"} name
   */
  placeRoadNames(view, labels, name) {
    if (view.zoom < ROAD_NAMES_ZOOM) return;
    const layer = this.app.layers[name];
    /** @type {{text: string, stretch: Stretch}[]} */
    const wanted = [];
    this.grid(name)
      .within(view.box, 0)
      .forEach((i) => {
        const text = layer.value("name", i);
        if (text === null) return;
        const least = 0.6 * labels.width(text, LETTERINGS.road);
        for (let p = layer.shapes.part[i]; p < layer.shapes.part[i + 1]; p++) {
          const [stretch] = stretches(this.line(view, layer.shapes, p), view.width, view.height);
          if (stretch && stretch.length >= least) wanted.push({ text, stretch });
        }
      });
    wanted.sort((one, other) => other.stretch.length - one.stretch.length);
    wanted.forEach(({ text, stretch: { x, y, angle } }) => {
      const near = labels.placed.some(
        (other) => other.text === text && Math.hypot(other.x - x, other.y - y) < SAME_NAME_APART,
      );
      if (!near) labels.place(text, x, y, angle, LETTERINGS.road);
    });
  }

  /**
   * The points of one part of a shape in pixels.
   * @param {View} view
   * @param {Shapes} shapes
   * @param {number} p
   */
  line(view, { vertex, x, y }, p) {
    const points = new Float64Array(2 * (vertex[p + 1] - vertex[p]));
    for (let v = vertex[p], k = 0; v < vertex[p + 1]; v++) {
      points[k++] = x[v] * view.scale - view.left;
      points[k++] = y[v] * view.scale - view.top;
    }
    return points;
  }

  /**
   * @param {View} view
   * @param {Chosen} chosen
   */
  drawChosen(view, { name, i }) {
    const { context } = this;
    const { shapes } = this.app.layers[name];
    const dimension = shapes.dimension[i];
    if (dimension > 0) {
      context.globalAlpha = dimension === 1 ? 0.45 : 1;
      this.stroke(view, shapes, [i], DARK, dimension === 1 ? roadWidth(view.zoom) + 5 : 5);
      context.globalAlpha = 1;
      if (dimension === 2) this.stroke(view, shapes, [i], LIGHT, 2);
      return;
    }
    const radius = (name === "houses" ? houseRadius : signRadius)(view.zoom) + 4;
    const [x, y] = this.pixel(view, shapes, i);
    [DARK, LIGHT].forEach((stroke) => {
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      context.strokeStyle = stroke;
      context.lineWidth = stroke === DARK ? 5 : 2;
      context.stroke();
    });
  }

  /**
   * The objects at a place of the map, from the first kind that has any there.
   * @param {L.LatLng} latlng
   * @returns {Chosen[]}
   */
  at(latlng) {
    const zoom = this._map.getZoom();
    const scale = this._map.options.crs.scale(zoom);
    const { x, y } = this._map.project(latlng, zoom).divideBy(scale);
    const hidden = this.app.state.get("hidden");
    const slack = L.Browser.mobile ? 10 : 3;
    for (const names of CLICKED) {
      /** @type {Chosen[]} */
      const found = [];
      names
        .filter((name) => !hidden.includes(name))
        .forEach((name) => {
          const radius =
            name === "houses"
              ? houseRadius
              : LINES.includes(name)
                ? roadWidth
                : signRadius;
          const i = this.grid(name).nearest(x, y, (radius(zoom) + slack) / scale);
          if (i !== null) found.push({ name, i });
        });
      if (found.length) return found;
    }
    return [];
  }
}
