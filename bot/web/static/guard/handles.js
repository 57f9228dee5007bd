// Handles: names in other services, behind an at sign or announced by the name of the service (safety/guard_handles.py).
const HANDLE = "handle";
const SHORTEST_PLAIN = 4;
const LONG = 6;
const NUMBERED = 4;
const OWN_REACH = 3;
const JOINTS = 3;
const NAME_SIGNS = "_.-";
const HANDLE_BETWEEN = new Set(':=-"@');

class Handles {
  constructor(rules, common, folding) {
    const words = (name) => wordsOf(folding, rules[name]);
    this.platforms = words("platforms");
    this.own = words("own");
    this.is = union(words("is"), HANDLE_BETWEEN);
    this.noNames = union(words("not_handles"), common);
  }

  find(reading) {
    return [
      ...reading.tokens(new Set("@")).map((token) => this.#behindAt(reading, token)),
      ...reading.tokens(new Set("#")).map((token) => this.#numbered(reading, token)),
      ...reading.tokens(this.platforms).map((token) => this.#named(reading, token)),
    ].filter(Boolean);
  }

  #behindAt(reading, token) {
    if (reading.gap(token) === 0 && isNamed(reading, token - 1)) return null;
    const end = this.#nameEnd(reading, token + 1);
    if (end === null || (reading.gap(token + 1) > 0 && !this.#isOdd(reading, token + 1, end))) return null;
    return { start: reading.starts[token], end: reading.ends[end - 1], kind: HANDLE };
  }

  #numbered(reading, token) {
    if (reading.kind(token + 1) !== NUMBER || reading.words[token + 1].length !== NUMBERED) return null;
    const start = reading.chainBack(token, NAME_SIGNS, MOST_PARTS);
    const joined = reading.gap(token) === 0 && reading.gap(token + 1) === 0;
    if (!joined || start === token || reading.kinds[token - 1] === SIGN) return null;
    return { start: reading.starts[start], end: reading.ends[token + 1], kind: HANDLE };
  }

  #named(reading, token) {
    let own = false;
    for (let back = 1; back <= OWN_REACH; back += 1) own ||= this.own.has(reading.word(token - back));
    let at = token + 1;
    let joints = 0;
    while (joints < JOINTS && this.is.has(reading.word(at))) {
      at += 1;
      joints += 1;
    }
    const end = this.#nameEnd(reading, at);
    if (end === null || reading.gap(at) > 1) return null;
    const word = reading.words[at];
    const long = reading.kinds[at] === WORD && reading.ends[end - 1] - reading.starts[at] >= LONG;
    if (!joints && !own && !long) return null;
    const plain = end - at === 1 && word.length >= SHORTEST_PLAIN && !this.noNames.has(word);
    if (!this.#isOdd(reading, at, end) && !(own && joints && plain)) return null;
    return { start: reading.starts[at], end: reading.ends[end - 1], kind: HANDLE };
  }

  #nameEnd(reading, token) {
    if (token >= reading.size || reading.words[token] === "." || reading.words[token] === "-") return null;
    let end = reading.chain(token, NAME_SIGNS, MOST_PARTS);
    while (end > token && (reading.words[end - 1] === "." || reading.words[end - 1] === "-")) end -= 1;
    if (end === token || reading.ends[end - 1] - reading.starts[token] < 2) return null;
    return reading.kinds.slice(token, end).includes(WORD) ? end : null;
  }

  #isOdd(reading, token, end) {
    for (let at = token; at < end && end - token > 1; at += 1) {
      if (reading.kinds[at] === NUMBER || reading.words[at] === "_" || reading.words[at] === ".") return true;
    }
    return false;
  }
}
