/* Words, figures and elements of the page. */

/**
 * An element with a text; survey text reaches the page this way and no other.
 * @param {string} tag
 * @param {string} [className]
 * @param {string | null} [text]
 */
function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/**
 * An element that the page is written with.
 * @param {string} id
 */
function byId(id) {
  const node = document.getElementById(id);
  if (node === null) throw new Error(`the page has no element ${id}`);
  return node;
}

const MARKS = {
  vi: { thousands: ".", decimals: "," },
  en: { thousands: ",", decimals: "." },
};

/** The map's own words, and figures as the language writes them. */
class Words {
  /** @param {Pick<Ward, "language" | "texts">} ward */
  constructor({ language, texts }) {
    this.all = texts;
    this.language = language;
    this.texts = texts[language];
  }

  /**
   * Change the language.
   * @param {Language} language
   */
  speak(language) {
    Object.assign(this, new Words({ language, texts: this.all }));
  }

  /**
   * @param {string} key
   * @returns {string}
   */
  say(key) {
    const text = this.texts[key];
    if (text === undefined) throw new Error(`the map has no text ${key}`);
    return text;
  }

  /**
   * The word for a code, or the code itself where the map has no word for it.
   * @param {string} kind
   * @param {string | null} code
   */
  code(kind, code) {
    if (code === null) return null;
    const known = this.texts[`${kind}.${code}`];
    return known === undefined ? code : known;
  }

  /**
   * A figure as the language writes it.
   * @param {number} value
   * @param {0 | 1 | 2} digits Decimals at most.
   */
  figure(value, digits) {
    // Without Intl: to make its first format takes a tenth of the time to the first picture.
    const { thousands, decimals } = MARKS[this.language];
    const rounded = Math.round(value * 10 ** digits) / 10 ** digits;
    const [whole, part] = String(rounded).split(".");
    const grouped = whole.replace(/\B(?=(\d{3})+$)/g, thousands);
    return part === undefined ? grouped : grouped + decimals + part;
  }

  /** @param {number} share */
  percent(share) {
    return `${this.figure(100 * share, 1)}%`;
  }

  /** @param {number | null} value */
  metres(value) {
    return value === null ? null : `${this.figure(value, 1)} ${this.say("metres")}`;
  }

  /**
   * A length on the map: metres, or kilometres from one on.
   * @param {number} metres
   */
  distance(metres) {
    if (metres < 999.5) return `${this.figure(metres, 0)} ${this.say("metres")}`;
    return `${this.figure(metres / 1000, 2)} ${this.say("kilometres")}`;
  }

  /** @param {number | null} value */
  width(value) {
    return value === null ? null : `${this.figure(value, 2)} ${this.say("metres")}`;
  }

  /** @param {number | null} value */
  number(value) {
    return value === null ? null : this.figure(value, 0);
  }

  /**
   * A text with its blanks filled: "{0}" by the first value, and so on.
   * @param {string} key
   * @param {...(string | number | null)} values
   */
  fill(key, ...values) {
    return this.say(key).replace(/\{(\d)\}/g, (_, place) => String(values[place]));
  }

  /**
   * How many houses, from the worst to the best case; a dash where there is no answer.
   * @param {number | null} worst
   * @param {number | null} best
   */
  counts(worst, best) {
    if (worst === null || best === null) return "–";
    const [least, most] = [this.figure(worst, 0), this.figure(best, 0)];
    return least === most ? least : `${least}–${most}`;
  }

  /**
   * Which share of all that is, as a range from the worst to the best case: "81,2–93%".
   * @param {number | null} worst
   * @param {number | null} best
   * @param {number} all
   */
  shares(worst, best, all) {
    if (worst === null || best === null || !all) return "–";
    const [least, most] = [this.percent(worst / all), this.percent(best / all)];
    return least === most ? least : `${least.slice(0, -1)}–${most}`;
  }

  /**
   * A day as the language writes it: 3/7/2026, or 2026-07-03.
   * @param {string | null} day
   */
  day(day) {
    const parts = day === null ? null : /^(\d{4})-(\d\d)-(\d\d)$/.exec(day);
    if (parts === null || this.language === "en") return day;
    const [year, month, date] = parts.slice(1).map(Number);
    return `${date}/${month}/${year}`;
  }

  /** @param {number | null} value */
  yesNo(value) {
    if (value === null) return this.say("answer.unknown");
    return this.say(value ? "answer.yes" : "answer.no");
  }

  /**
   * @param {number | null} worst
   * @param {number | null} best
   */
  worstBest(worst, best) {
    if (worst === null && best === null) return this.say("no_way");
    if (worst === best) return this.metres(worst);
    const told = (/** @type {number | null} */ value) =>
      value === null ? this.say("no_way") : this.metres(value);
    return `${told(worst)} (${this.say("worst")}); ${told(best)} (${this.say("best")})`;
  }
}
