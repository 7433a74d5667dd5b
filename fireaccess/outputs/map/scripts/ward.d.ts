/* What the page's data hold, as document.py packs them, and what the scripts hand about. */

type Language = "vi" | "en";
type Case = "worst" | "best";
type ObjectKind = "hydrant" | "water" | "water_best" | "point";

interface Both {
  vi: string;
  en: string;
}

interface PackedGeometry {
  dimension: number[];
  parts: number[];
  line?: (number | null)[];
  vertices: number[];
  x: number[];
  y: number[];
}

/** A word of a short list for every object; −1 is none. */
interface PackedWords {
  words: string[];
  codes: number[];
}

/** Sentences in both languages: a form for every object, its blanks filled with the next numbers. */
interface PackedSentences {
  forms: Record<Language, string[]>;
  form: number[];
  numbers: number[];
}

/** Numbers that are those of another column where they are −1. */
interface PackedLike {
  as: string;
  values: (number | null)[];
}

/** Ids of one beginning and one length: their numbers, each as the step from the one before. */
interface PackedIds {
  begin: string;
  digits: number;
  steps: number[];
}

type PackedColumn =
  | (string | number | null)[]
  | PackedWords
  | PackedSentences
  | PackedLike
  | PackedIds;

interface PackedLayer {
  count: number;
  geometry: PackedGeometry;
  columns: Record<string, PackedColumn>;
}

interface PackedDoors {
  segment: number[];
  along_m: (number | null)[];
}

interface PackedRoutes {
  lines: PackedGeometry;
  length_m: number[];
  u: number[];
  v: number[];
  trees: Record<"hose" | "hose_best" | ObjectKind, number[]>;
  doors: Record<"houses" | "water" | "fire_points", PackedDoors>;
  ways: Record<"hose" | "hose_best" | ObjectKind, number[]>;
  objects: Record<ObjectKind, number[]>;
  truck: {
    parent: number[];
    begin_m: Record<string, number>;
    houses: number[];
    alleys: number[];
    barriers: number[];
    to_door: (number | null)[];
  };
}

interface Shares {
  covered: number;
  needs_survey: number;
  not_covered: number;
  no_answer: number;
  share_worst: number | null;
  share_best: number | null;
  people_worst: number;
  people_best: number;
}

/** Shares of those houses that the filters leave, of whose people the page knows nothing. */
type Coverage = Omit<Shares, "people_worst" | "people_best">;

interface HouseFigures {
  houses: number;
  status: Record<string, number>;
  road: Coverage | null;
  road_60: Coverage | null;
  water: Coverage | null;
  point: Coverage | null;
  hydrant_within_150_m: number;
}

interface Figures {
  group?: string;
  houses: number;
  people: number;
  houses_without_people_count: number;
  status: Record<string, number>;
  road: Shares | null;
  road_60: Shares | null;
  water: Shares | null;
  point: Shares | null;
  hydrant_within_150_m: number;
}

interface Ward {
  language: Language;
  texts: Record<Language, Record<string, string>>;
  project: string;
  synthetic: boolean;
  told: Record<Language, string[]>;
  osm: boolean;
  starts: "arterial" | "stations";
  tiles: { url: string; attribution: string } | null;
  bounds: [number, number, number, number] | null;
  limits: {
    hose_m: number | null;
    hydrant_m: number | null;
    near_m: number;
    new_building_m: number;
    water_m: Record<string, number>;
    dead_end_m: number | null;
    draft_m: number | null;
    suction_lift_m: number | null;
    point_m: number | null;
  };
  figures: { area: Figures; groups: Figures[] };
  measured: number | null;
  stops: Record<string, Both>;
  evidence: { count: number; columns: Record<string, PackedColumn> };
  layers: Record<string, PackedLayer>;
  routes: PackedRoutes;
  /** Only where there is one. */
  plan?: PackedPlan;
}

interface PackedTable {
  count: number;
  columns: Record<string, PackedColumn>;
}

interface PlanFigures {
  coverage?: Record<
    "houses" | "expected" | "share" | "share_low" | "share_high",
    number | null
  >;
  measures?: {
    chosen: number;
    gain_houses: number;
    houses_if_passable: number;
    cost_vnd: number | null;
  };
  siting?: Record<string, { sites: number; needed: Record<string, number | null> }>;
  solutions?: { alleys: number; share: number | null };
  walk?: { alleys: number; settles_houses: number };
  schedule?: { total_vnd: number | null; example: boolean };
}

/** What the cards and the panel tell of a plan. */
interface PackedPlan {
  figures: PlanFigures;
  solutions: PackedTable;
  not_covered: PackedTable;
}

/** The other half of the data, unpacked once the first picture is drawn. */
interface Details {
  columns: Record<string, Record<string, PackedColumn>>;
  /** Of the layers that the first picture doesn't show. */
  shapes: Record<string, PackedGeometry>;
  /** Of the houses, each from its point on; null if all of them are points. */
  outlines: PackedGeometry | null;
  stops: Ward["stops"];
  evidence: Ward["evidence"];
  routes: PackedRoutes;
  plan?: PackedPlan;
}

/** A line on the Mercator square from 0 to 1: x, y, x, y …; and its length on the ground. */
interface Path {
  points: Float64Array;
  metres: number;
}

/** An object of a layer. */
interface Chosen {
  name: string;
  i: number;
}

interface StateValues {
  language: Language;
  theme: "change" | "status" | "hose" | "hydrant" | "water" | "point";
  best: boolean;
  group: string | null;
  statuses: string[];
  hidden: string[];
  chosen: Chosen | null;
}

interface App {
  ward: Ward;
  words: Words;
  layers: Record<string, Layer>;
  evidence: Table;
  routes: Routes;
  map: L.Map;
  canvas: WardCanvas;
  state: State;
}

interface More {
  /** Between roads and houses. */
  drawLines: (canvas: WardCanvas, view: View) => void;
  /** Above all signs. */
  drawSigns: (canvas: WardCanvas, view: View, labels: Labels) => void;
  /** What the objects of a layer are called. */
  titles: Record<string, (app: App, i: number) => string>;
  /** In the panel, when all is there. */
  begin: (app: App) => void;
}
