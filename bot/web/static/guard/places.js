// Street addresses and postcodes (safety/guard_places.py).
const ADDRESS = "address";
const SHORTEST_STEM = 2;
const MOST_HOUSE = 4;
const STREET_WORDS = 3;
const PLACE_RULES = [
  "strong", "weak", "bare", "before_bare", "not_streets", "units", "towns", "not_towns", "postcode_before",
  "english", "english_weak", "prefixed_words", "inside", "before_number",
];

const hasEnding = (word, endings) =>
  endings.some((end) => word.endsWith(end) && word.length - end.length >= SHORTEST_STEM);
const isAscii = (text) => /^[\x00-\x7f]*$/.test(text);

class Places {
  constructor(rules, common, folding) {
    this.rules = Object.fromEntries(PLACE_RULES.map((name) => [name, wordsOf(folding, rules[name])]));
    this.common = common;
    this.strong = [...this.rules.strong];
    this.weak = [...this.rules.weak];
    this.ends = [...this.strong, ...this.weak];
  }

  isStreet(word) {
    return !this.rules.not_streets.has(word) && hasEnding(word, this.strong);
  }

  find(reading) {
    const streets = [...reading.places.keys()].filter((word) => this.ends.some((end) => word.endsWith(end)));
    return [
      ...streets.flatMap((word) => reading.places.get(word)).map((token) => this.#street(reading, token)),
      ...reading.tokens(this.rules.prefixed_words).map((token) => this.#prefixedStreet(reading, token)),
      ...reading.tokens(this.rules.inside).map((token) => this.#door(reading, token)),
      ...reading.numbers.flatMap((token) => [
        this.#postcode(reading, token), this.#englishStreet(reading, token), this.#british(reading, token - 1),
      ]),
    ].filter(Boolean);
  }

  #street(reading, token) {
    const word = reading.words[token];
    let start = token;
    if (this.rules.bare.has(word)) {
      if (!this.#namesStreet(reading, token - 1) || reading.gap(token) !== 1) return null;
      start = token - 1;
      while (token - start < STREET_WORDS && reading.gap(start) === 1 && this.#namesStreet(reading, start - 1)) start -= 1;
    } else if (!this.isStreet(word) && !this.#isWeakStreet(reading, token)) {
      return null;
    }
    const end = this.#house(reading, this.rules.before_number.has(reading.word(token + 1)) ? token + 2 : token + 1);
    return end === null ? null : { start: reading.starts[start], end: reading.ends[end - 1], kind: ADDRESS };
  }

  #namesStreet(reading, token) {
    const word = reading.word(token);
    if (this.rules.before_bare.has(word)) return true;
    return reading.kind(token) === WORD && !this.common.has(word) && reading.capital(token);
  }

  #isWeakStreet(reading, token) {
    const word = reading.words[token];
    return !this.rules.not_streets.has(word) && reading.capital(token) && hasEnding(word, this.weak);
  }

  #house(reading, token) {
    const digits = reading.word(token);
    if (reading.kind(token) !== NUMBER || reading.gap(token) > 2 || digits.length > MOST_HOUSE) return null;
    if (digits.length === MOST_HOUSE && startsWithOne(digits, ["19", "20"])) return null;
    const after = token + 1;
    const word = reading.word(after);
    if (reading.kind(after) === SIGN && reading.gap(after) === 0) {
      const joined = reading.kind(after + 1) === NUMBER && reading.gap(after + 1) === 0;
      if (word === "%" || (joined && (word === ":" || word === "."))) return null;
    }
    if (reading.kind(after) === WORD && reading.gap(after) <= 1) {
      if (this.rules.units.has(word)) return null;
      if (word.length === 1 && isAscii(word) && word !== "i") return after + 1;
    }
    return after;
  }

  #prefixedStreet(reading, token) {
    for (let at = token + 1; at < token + 5; at += 1) {
      if (reading.kind(at) === NUMBER && at > token + 1 && reading.words[at].length <= MOST_HOUSE) {
        return { start: reading.starts[token], end: reading.ends[at], kind: ADDRESS };
      }
      if (reading.kind(at) !== WORD && reading.word(at) !== ",") return null;
    }
    return null;
  }

  #door(reading, token) {
    let at = token + 1;
    while (at < token + 3 && this.rules.before_number.has(reading.word(at))) at += 1;
    if (reading.kind(at) !== NUMBER || reading.gap(at) > 1 || !within(3, reading.words[at].length, MOST_HOUSE)) return null;
    return { start: reading.starts[token], end: reading.ends[at], kind: ADDRESS };
  }

  #postcode(reading, token) {
    let digits = reading.words[token];
    let last = token;
    if (digits.length === 3 && reading.kind(token + 1) === NUMBER && reading.gap(token + 1) === 1) {
      last = token + 1;
      digits += reading.words[last];
    }
    if (digits.length !== 5 || digits[0] === "0") return null;
    if (reading.kind(token - 1) === NUMBER && reading.gap(token) <= 1) return null;
    const town = reading.word(last + 1) !== "," ? last + 1 : last + 2;
    if (reading.kind(town) !== WORD || reading.gap(town) > 2) return null;
    const word = reading.words[town];
    const named = last > token && reading.capital(town) && !this.rules.not_towns.has(word) && !this.common.has(word);
    if (!this.rules.towns.has(word) && !named) return null;
    const prefixed = reading.word(token - 1) === "-" && this.rules.postcode_before.has(reading.word(token - 2));
    return { start: reading.starts[prefixed ? token - 2 : token], end: reading.ends[town], kind: ADDRESS };
  }

  #englishStreet(reading, token) {
    if (reading.words[token].length > MOST_HOUSE) return null;
    if (reading.gap(token) === 0 && reading.kind(token - 1) !== SIGN) return null;
    let at = token + 1;
    if (reading.kind(at) === WORD && reading.words[at].length === 1 && reading.gap(at) === 0) at += 1;
    const first = at;
    let named = true;
    while (reading.kind(at) === WORD && reading.gap(at) === 1 && at - first <= STREET_WORDS) {
      const word = reading.words[at];
      named &&= reading.capital(at);
      if (at > first && (this.rules.english.has(word) || (named && this.rules.english_weak.has(word)))) {
        return { start: reading.starts[token], end: reading.ends[at], kind: ADDRESS };
      }
      if ((this.common.has(word) || this.rules.units.has(word)) && !named) return null;
      at += 1;
    }
    return null;
  }

  #british(reading, token) {
    const letters = reading.word(token);
    const figure = token + 1;
    if (reading.kind(token) !== WORD || letters.length > 2 || !isAscii(letters) || !reading.capital(token)) return null;
    let inner = figure + 1;
    if (reading.kind(inner) === WORD && reading.gap(inner) === 0 && reading.words[inner].length === 1) inner += 1;
    const last = inner + 1;
    if (reading.kind(inner) !== NUMBER || reading.kind(last) !== WORD) return null;
    const fits = reading.gap(figure) === 0 && reading.gap(last) === 0 && reading.gap(inner) === 1 && reading.capital(last);
    const sizes = reading.words[figure].length < 3 && reading.words[inner].length === 1 && reading.words[last].length === 2;
    return fits && sizes ? { start: reading.starts[token], end: reading.ends[last], kind: ADDRESS } : null;
  }
}
