// Words that announce who somebody is or where: "jag heter", "my school is called", "jag bor på" (safety/guard_cues.py).
const CUE = "name_cue";
const BEYOND_LATIN = "\u0370";
const NAME_WORDS = 3;
const MOST_BETWEEN = 2;
const ADDRESS_TOKENS = 8;
const CUE_BETWEEN = new Set(':=-"(*');
const VALUE_LISTS = ["name", "Name", "place", "school", "address"];

class Cues {
  constructor(rules, common, places, folding) {
    this.phrases = new Phrases(VALUE_LISTS.flatMap((name) => rules[name].map((phrase) => [phrase, name])), folding);
    this.common = common;
    this.places = places;
    this.fillers = wordsOf(folding, rules.fillers);
    this.notPlaces = union(wordsOf(folding, rules.not_places), common);
    this.schools = [...wordsOf(folding, rules.schools)];
    this.schoolWords = wordsOf(folding, rules.school_words);
    this.notSchools = wordsOf(folding, rules.not_schools);
  }

  find(reading) {
    const found = [];
    for (const phrase of this.phrases.find(reading)) {
      const end = this.#valueEnd(reading, phrase);
      const kind = phrase.name === "address" ? ADDRESS : CUE;
      if (end !== null) found.push({ start: reading.starts[phrase.first], end: reading.ends[end - 1], kind });
    }
    return found;
  }

  #valueEnd(reading, { after, name, value }) {
    if (value) return reading.words.slice(...value).some((word) => !this.common.has(word)) ? after : null;
    const at = this.#skip(reading, after);
    if (name === "address") return this.#addressEnd(reading, at);
    if (reading.kind(at) !== WORD || reading.gap(at) > 2) return null;
    if (name === "school") return this.#schoolEnd(reading, at);
    if (name === "place") return this.#placeEnd(reading, at);
    return this.#nameEnd(reading, at, name === "Name");
  }

  #skip(reading, after) {
    let at = after;
    for (let signs = 0; signs < MOST_BETWEEN && CUE_BETWEEN.has(reading.word(at)); signs += 1) at += 1;
    return this.fillers.has(reading.word(at)) ? at + 1 : at;
  }

  #nameEnd(reading, at, capital) {
    const word = reading.words[at];
    const latin = word < BEYOND_LATIN;
    if (this.common.has(word) || (word.length < 2 && latin)) return null;
    const upper = reading.capital(at);
    if (capital && !upper && latin) return null;
    const most = upper ? NAME_WORDS : latin ? 2 : 1;
    let end = at + 1;
    for (let words = 1; words < most; words += 1) {
      const joined = reading.word(end) === "-" && reading.gap(end) === 0 && reading.gap(end + 1) === 0;
      const part = joined ? end + 1 : end;
      const following = reading.word(part);
      if (reading.kind(part) !== WORD || reading.gap(part) > 1) break;
      if (following.length < 2 || this.common.has(following) || (upper && !reading.capital(part))) break;
      end = part + 1;
    }
    return end;
  }

  #placeEnd(reading, at) {
    const word = reading.words[at];
    if (word >= BEYOND_LATIN) return this.#nameEnd(reading, at, false);
    if (this.places.isStreet(word)) return at + 1;
    return this.notPlaces.has(word) ? null : this.#nameEnd(reading, at, true);
  }

  #schoolEnd(reading, at) {
    for (let end = at + 1; end <= at + NAME_WORDS; end += 1) {
      const word = reading.word(end - 1);
      if (reading.kind(end - 1) !== WORD) return null;
      const named = end - 1 > at && reading.capital(at) && !this.common.has(reading.words[at]);
      if (this.schoolWords.has(word) && named) return end;
      if (this.#isSchool(word) && !this.notSchools.has(word)) return end;
      if (this.common.has(word) || this.notSchools.has(word)) return null;
    }
    return null;
  }

  #isSchool(word) {
    return this.schools.some((end) => word.endsWith(end) && word.length > end.length + 1);
  }

  #addressEnd(reading, at) {
    if (this.common.has(reading.word(at))) return null;
    let numbered = null;
    for (let end = at; end < Math.min(at + ADDRESS_TOKENS, reading.size); end += 1) {
      if (reading.kinds[end] === SIGN && reading.words[end] !== "," && reading.words[end] !== "-") break;
      if (reading.kinds[end] === NUMBER && end > at) numbered = end + 1;
    }
    return numbered;
  }
}
