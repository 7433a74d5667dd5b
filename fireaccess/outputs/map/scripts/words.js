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

/** The map's own words, and figures as the language writes them. */
class Words {
  /** @param {Pick<Ward, "language" | "texts">} ward */
  constructor({ language, texts }) {
    const format = (/** @type {Intl.NumberFormatOptions} */ options) =>
      new Intl.NumberFormat(language, options);
    this.all = texts;
    this.language = language;
    this.texts = texts[language];
    this.whole = format({ maximumFractionDigits: 0 });
    this.tenths = format({ maximumFractionDigits: 1 });
    this.hundredths = format({ maximumFractionDigits: 2 });
    this.percent = format({ style: "percent", maximumFractionDigits: 1 });
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

  /** @param {number | null} value */
  metres(value) {
    return value === null ? null : `${this.tenths.format(value)} ${this.say("metres")}`;
  }

  /**
   * A length on the map: metres, or kilometres from one on.
   * @param {number} metres
   */
  distance(metres) {
    if (metres < 999.5) return `${this.whole.format(metres)} ${this.say("metres")}`;
    return `${this.hundredths.format(metres / 1000)} ${this.say("kilometres")}`;
  }

  /** @param {number | null} value */
  width(value) {
    return value === null ? null : `${this.hundredths.format(value)} ${this.say("metres")}`;
  }

  /** @param {number | null} value */
  number(value) {
    return value === null ? null : this.whole.format(value);
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
    const [least, most] = [this.whole.format(worst), this.whole.format(best)];
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
    const [least, most] = [this.percent.format(worst / all), this.percent.format(best / all)];
    return least === most ? least : `${least.replace(/\s?%/, "")}–${most}`;
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
