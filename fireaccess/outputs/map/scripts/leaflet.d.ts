/* The parts of Leaflet 1.9 that the scripts use. */

declare namespace L {
  type Place = LatLng | number[];
  type Box = LatLngBounds | number[][];
  type Pixel = Point | number[];

  interface Point {
    x: number;
    y: number;
    add(other: Pixel): Point;
    divideBy(number: number): Point;
    equals(other: Pixel | undefined): boolean;
    multiplyBy(number: number): Point;
    round(): Point;
  }

  interface Bounds {
    min: Point;
    max: Point;
    contains(other: Bounds | Pixel): boolean;
    getSize(): Point;
  }

  interface LatLng {
    lat: number;
    lng: number;
  }

  interface LatLngBounds {
    contains(other: Place): boolean;
    getCenter(): LatLng;
    getNorthEast(): LatLng;
    getSouthWest(): LatLng;
  }

  interface MouseEvent {
    latlng: LatLng;
    containerPoint: Point;
  }

  interface Crs {
    scale(zoom: number): number;
    pointToLatLng(point: Point, zoom: number): LatLng;
  }

  type Listener = (event: any) => void;

  interface ViewOptions {
    animate?: boolean;
    padding?: Pixel;
    paddingTopLeft?: Pixel;
    paddingBottomRight?: Pixel;
    maxZoom?: number;
  }

  interface Map {
    /** The tool that measures: measure.js sets it. */
    measure: Handler;
    readonly doubleClickZoom: Handler;
    readonly options: { crs: Crs; zoomSnap: number };
    readonly _animatingZoom: boolean | undefined;
    addLayer(layer: Layer): this;
    distance(one: Place, other: Place): number;
    containerPointToLayerPoint(point: Pixel): Point;
    fitBounds(bounds: Box, options?: ViewOptions): this;
    getBounds(): LatLngBounds;
    dragging: { moving(): boolean };
    getCenter(): LatLng;
    getContainer(): HTMLElement;
    getPixelOrigin(): Point;
    getSize(): Point;
    getZoom(): number;
    hasLayer(layer: Layer): boolean;
    invalidateSize(options?: { animate?: boolean; pan?: boolean }): this;
    latLngToContainerPoint(place: Place): Point;
    off(events: string, listener: Listener): this;
    on(events: string, listener: Listener): this;
    once(events: string, listener: Listener): this;
    panBy(offset: Pixel, options?: ViewOptions): this;
    project(place: Place, zoom?: number): Point;
    removeLayer(layer: Layer): this;
    setView(place: Place, zoom?: number, options?: ViewOptions): this;
  }

  class Layer {
    /** Null while the layer is on no map. */
    protected _map: Map;
    addTo(map: Map): this;
    remove(): this;
    on(events: string, listener: Listener): this;
    off(events: string, listener: Listener): this;
    getEvents(): Record<string, Listener>;
  }

  /** What shapes are drawn on. Its underscored members are what its heirs write. */
  class Renderer extends Layer {
    constructor(options?: { padding?: number; pane?: string });
    options: { padding: number };
    protected _bounds: Bounds;
    protected _center: LatLng;
    protected _container: HTMLCanvasElement;
    protected _zoom: number;
    protected _update(): void;
  }

  /** What a user does with the map. `enable` and `disable` call its hooks. */
  class Handler {
    constructor(map: Map);
    protected _map: Map;
    enable(): this;
    disable(): this;
    enabled(): boolean;
  }

  interface Polyline extends Layer {
    setLatLngs(places: Place[]): this;
  }

  interface LayerGroup extends Layer {
    addLayer(layer: Layer): this;
    clearLayers(): this;
  }

  interface Control {
    addTo(map: Map): this;
    remove(): this;
    getContainer(): HTMLElement;
  }

  interface AttributionControl extends Control {
    addAttribution(html: string): this;
  }

  const control: {
    attribution(options?: { prefix?: string | false; position?: string }): AttributionControl;
    scale(options?: { imperial?: boolean; position?: string; maxWidth?: number }): Control;
    zoom(options?: { zoomInTitle?: string; zoomOutTitle?: string; position?: string }): Control;
  };
  const Browser: { readonly mobile: boolean };
  const DomUtil: { setPosition(node: HTMLElement, point: Point): void };

  interface PathOptions {
    color?: string;
    weight?: number;
    dashArray?: string;
    fillColor?: string;
    fillOpacity?: number;
    interactive?: boolean;
    radius?: number;
  }

  function bounds(corner: Pixel, opposite: Pixel): Bounds;
  function circleMarker(place: Place, options?: PathOptions): Layer;
  function latLng(lat: number, lng: number): LatLng;
  function latLngBounds(corner: Place, opposite: Place): LatLngBounds;
  interface Popup extends Layer {
    setLatLng(place: LatLng): this;
    setContent(content: HTMLElement): this;
    openOn(map: Map): this;
  }
  function popup(options: { maxHeight: number; maxWidth: number }): Popup;
  function layerGroup(): LayerGroup;
  function point(x: number, y: number): Point;
  function polyline(places: Place[], options?: PathOptions): Polyline;
  function tileLayer(
    url: string,
    options: { attribution?: string; maxZoom?: number; maxNativeZoom?: number },
  ): Layer;
}
