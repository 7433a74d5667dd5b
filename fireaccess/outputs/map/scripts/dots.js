/* Thousands of small squares, written as pixels: as shapes they take many times as long. */

/** Squares of houses of which only the place is known, or which are too small for more. */
class Dots {
  constructor() {
    this.sheet = document.createElement("canvas");
    this.image = new ImageData(1, 1);
    this.empty = true;
    /** @type {Map<string, Uint32Array>} */
    this.tiles = new Map();
  }

  /**
   * @param {View} view
   * @param {Shapes} shapes
   * @param {number[]} objects Squares stand on the middles of their boxes.
   * @param {number} radius
   * @param {Look} look
   * @param {string} outline
   */
  add(view, { box }, objects, radius, look, outline) {
    if (!objects.length) return;
    const width = Math.round(view.width * view.ratio);
    const height = Math.round(view.height * view.ratio);
    if (this.empty) this.clear(width, height);
    const side = Math.max(1, Math.round(2 * radius * view.ratio));
    const tile = this.tile(side, look, radius < RIM_RADIUS ? null : outline, view.ratio);
    const pixels = new Uint32Array(this.image.data.buffer);
    const half = (view.scale * view.ratio) / 2;
    const west = (view.left + radius) * view.ratio;
    const north = (view.top + radius) * view.ratio;
    for (let k = 0; k < objects.length; k++) {
      const i = 4 * objects[k];
      const left = Math.round((box[i] + box[i + 2]) * half - west);
      const top = Math.round((box[i + 1] + box[i + 3]) * half - north);
      const lastRow = Math.min(height - top, side);
      const lastColumn = Math.min(width - left, side);
      for (let row = Math.max(0, -top); row < lastRow; row++) {
        const at = (top + row) * width + left;
        for (let column = Math.max(0, -left); column < lastColumn; column++) {
          pixels[at + column] = tile[row * side + column];
        }
      }
    }
  }

  /**
   * The pixels of one square.
   * @param {number} side In pixels of the screen or the paper.
   * @param {Look} look
   * @param {string | null} outline Without one there is no room for a hatch either.
   * @param {number} ratio
   */
  tile(side, look, outline, ratio) {
    const key = `${side} ${look.fill} ${look.hatch} ${outline} ${ratio}`;
    let tile = this.tiles.get(key);
    if (tile === undefined) {
      const canvas = document.createElement("canvas");
      canvas.width = canvas.height = side;
      const pen = contextOf(canvas);
      pen.scale(ratio, ratio);
      const whole = side / ratio;
      if (outline !== null) {
        pen.fillStyle = outline;
        pen.fillRect(0, 0, whole, whole);
      }
      const rim = outline === null ? 0 : 1;
      pen.fillStyle = fillOf(pen, look, outline !== null, { ratio, left: 0, top: 0 });
      pen.fillRect(rim, rim, whole - 2 * rim, whole - 2 * rim);
      tile = new Uint32Array(pen.getImageData(0, 0, side, side).data.buffer);
      this.tiles.set(key, tile);
    }
    return tile;
  }

  /**
   * @param {number} width
   * @param {number} height
   */
  clear(width, height) {
    this.empty = false;
    if (this.image.width === width && this.image.height === height) {
      this.image.data.fill(0);
    } else {
      this.image = new ImageData(width, height);
      this.sheet.width = width;
      this.sheet.height = height;
    }
  }

  /**
   * Draw them all, and forget them.
   * @param {CanvasRenderingContext2D} context
   * @param {View} view
   */
  draw(context, view) {
    if (this.empty) return;
    contextOf(this.sheet).putImageData(this.image, 0, 0);
    context.drawImage(this.sheet, 0, 0, view.width, view.height);
    this.empty = true;
  }
}
