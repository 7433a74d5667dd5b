/* Figures over the houses that the filters leave, as statistics.json has them. */

const ANSWERS = /** @type {const} */ (["road", "road_60", "water", "point"]);

/**
 * The codes of a column that was packed as words.
 * @param {PackedColumn} column
 */
function coded(column) {
  if (!("codes" in column)) throw new Error("the column has no words");
  return column;
}

/**
 * The houses that the filters leave.
 * @param {Ward} ward
 * @param {string | null} group Null for all groups.
 * @param {string[]} statuses None for all statuses.
 * @returns {number[]}
 */
function housesLeft(ward, group, statuses) {
  const { count, columns } = ward.layers.houses;
  const groups = coded(columns.group);
  const { words, codes } = coded(columns.status);
  const wanted = words.map((word) => !statuses.length || statuses.includes(word));
  const theirs = group === null ? null : groups.words.indexOf(group);
  const left = [];
  for (let i = 0; i < count; i++) {
    if (wanted[codes[i]] && (theirs === null || groups.codes[i] === theirs)) left.push(i);
  }
  return left;
}

/**
 * Counts and coverage of some houses. Every share is over all of them: one without an answer is
 * covered in no case.
 * @param {Ward} ward
 * @param {number[]} houses
 * @returns {HouseFigures}
 */
function figuresOf(ward, houses) {
  const { columns } = ward.layers.houses;
  const near = /** @type {(number | null)[]} */ (columns.near_150);
  const [road, road60, water, point] = ANSWERS.map((name) => coverage(columns[name], houses));
  return {
    houses: houses.length,
    status: counted(columns.status, houses),
    road,
    road_60: road60,
    water,
    point,
    hydrant_within_150_m: houses.reduce((sum, i) => sum + (near[i] || 0), 0),
  };
}

/**
 * How many of some houses have each word of a column.
 * @param {PackedColumn} column
 * @param {number[]} houses
 * @returns {Record<string, number>}
 */
function counted(column, houses) {
  const { words, codes } = coded(column);
  const counts = new Uint32Array(words.length);
  houses.forEach((i) => {
    if (codes[i] >= 0) counts[codes[i]] += 1;
  });
  return Object.fromEntries(words.map((word, code) => [word, counts[code]]));
}

/**
 * The counts of one kind of answer, and its shares from the worst to the best case.
 * @param {PackedColumn} column
 * @param {number[]} houses
 * @returns {Coverage | null} Null where none of the houses has an answer.
 */
function coverage(column, houses) {
  const { covered, needs_survey, not_covered } = counted(column, houses);
  const without = houses.length - covered - needs_survey - not_covered;
  if (houses.length && without === houses.length) return null;
  const share = (/** @type {number} */ part) => (houses.length ? part / houses.length : null);
  return {
    covered,
    needs_survey,
    not_covered,
    no_answer: without,
    share_worst: share(covered),
    share_best: share(covered + needs_survey),
  };
}
