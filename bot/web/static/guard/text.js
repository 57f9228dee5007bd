// A text as the guard reads it: folded sign by sign, with the way back to the original, and cut into tokens.
// safety/guard_text.py does the same, step by step, and so does each file beside this one for its sibling there.
const OTHER = "¦";
const LETTER = "ʔ";
const VALUE = "_";
const LONGEST_VALUE = 3;
const WORD = "w";
const NUMBER = "n";
const SIGN = "p";
const TOKEN = /([^ 0-9!-/:-@\[-`{-~¦]+)|([0-9]+)|([^ ])/g;
const ONE_TOKEN = /^(?:[^ 0-9!-/:-@\[-`{-~¦]+|[0-9]+|[^ ])$/;
const byNumber = (one, other) => one - other;

class Folding {
  #known = new Map();

  constructor(rules) {
    this.digits = new Map(Object.entries(rules.figures));
    for (const zero of rules.zeros) {
      for (let value = 0; value < 10; value += 1) this.digits.set(String.fromCodePoint(zero.codePointAt(0) + value), String(value));
    }
    this.alike = new Map(Object.entries(rules.alike));
    this.marks = new Map();
    for (const [mark, signs] of Object.entries(rules.marks)) for (const sign of signs) this.marks.set(sign, mark);
    this.gone = new Set(rules.gone);
  }

  sign(sign) {
    let known = this.#known.get(sign);
    if (known === undefined) {
      known = Array.from(this.#parts(sign), (part) => this.#one(part)).join("");
      if (sign < "\u3000") this.#known.set(sign, known);
    }
    return known;
  }

  word(text) {
    return Array.from(text, (sign) => this.sign(sign)).join("").trim();
  }

  #parts(sign) {
    if (this.digits.has(sign) || this.marks.has(sign) || this.gone.has(sign)) return sign;
    return sign.normalize("NFKD").toLowerCase().normalize("NFKD");
  }

  #one(part) {
    if (this.digits.has(part)) return this.digits.get(part);
    if (this.gone.has(part)) return "";
    const sign = this.marks.get(part) ?? this.alike.get(part) ?? part;
    if (sign.length === 1 && sign >= "!" && sign <= "~") return sign;
    if (/[\t\n\v\f\r\x85]|\p{Z}/u.test(sign)) return " ";
    if (/[\p{M}\p{C}]/u.test(sign)) return "";
    if (/\p{L}/u.test(sign)) return sign.length === 1 ? sign : LETTER;
    return OTHER;
  }
}

class Reading {
  #signs;
  #origin = [];

  constructor(text, folding) {
    this.#signs = Array.from(text);
    const pieces = this.#signs.map((sign) => folding.sign(sign));
    this.folded = pieces.join("");
    pieces.forEach((piece, place) => { for (let part = 0; part < piece.length; part += 1) this.#origin.push(place); });
    Object.assign(this, { kinds: [], words: [], starts: [], ends: [], numbers: [], places: new Map() });
    for (const token of this.folded.matchAll(TOKEN)) {
      const number = this.kinds.length;
      const kind = token[1] ? WORD : token[2] ? NUMBER : SIGN;
      this.kinds.push(kind);
      this.words.push(token[0]);
      this.starts.push(token.index);
      this.ends.push(token.index + token[0].length);
      if (kind === NUMBER) this.numbers.push(number);
      if (this.places.has(token[0])) this.places.get(token[0]).push(number);
      else this.places.set(token[0], [number]);
    }
    this.size = this.kinds.length;
  }

  tokens(words) {
    const found = [];
    for (const [word, tokens] of this.places) if (words.has(word)) found.push(tokens);
    return found.flat().sort(byNumber);
  }

  original(start, end) {
    const last = this.#origin[end - 1] + 1;
    return [this.#origin[start], end < this.#origin.length ? Math.max(last, this.#origin[end]) : this.#signs.length];
  }

  kind(token) {
    return this.kinds[token] ?? "";
  }

  word(token) {
    return this.words[token] ?? "";
  }

  gap(token) {
    return token > 0 && token < this.size ? this.starts[token] - this.ends[token - 1] : 1;
  }

  capital(token) {
    const sign = this.#signs[this.#origin[this.starts[token]]];
    return sign.toLowerCase() !== sign;
  }

  chain(token, signs, longest) {
    let at = token;
    while (at < this.size && at - token < longest && (at === token || this.gap(at) === 0)) {
      if (this.kinds[at] === SIGN && !signs.includes(this.words[at])) break;
      at += 1;
    }
    return at;
  }

  chainBack(before, signs, longest) {
    let start = before;
    while (start > 0 && before - start < longest && (start === before || this.gap(start) === 0)) {
      if (this.kinds[start - 1] === SIGN && !signs.includes(this.words[start - 1])) break;
      start -= 1;
    }
    while (start < before && this.kinds[start] === SIGN) start += 1;
    return start;
  }
}

class Phrases {
  #byFirst = new Map();

  // `phrases` are pairs of phrase and name.
  constructor(phrases, folding) {
    for (const [phrase, name] of phrases) {
      const [first, ...rest] = phrase.split(" ").map((word) => formsOf(word, folding));
      for (const form of first) {
        if (!this.#byFirst.has(form)) this.#byFirst.set(form, []);
        this.#byFirst.get(form).push([rest, name]);
      }
    }
  }

  find(reading) {
    const found = [];
    for (const first of reading.tokens(this.#byFirst)) {
      for (const [rest, name] of this.#byFirst.get(reading.words[first])) {
        const phrase = matchPhrase(reading, first, rest, name);
        if (phrase) found.push(phrase);
      }
    }
    return found;
  }
}

function matchPhrase(reading, first, rest, name) {
  let after = first + 1;
  let value = null;
  for (const [number, forms] of rest.entries()) {
    if (forms === null) {
      value = valueUntil(reading, after, rest[number + 1]);
      if (!value) return null;
      after = value[1];
    } else if (forms.has(reading.word(after))) {
      after += 1;
    } else {
      return null;
    }
  }
  return { first, after, name, value };
}

function formsOf(word, folding) {
  if (word === VALUE) return null;
  const forms = new Set(word.split("|").map((form) => folding.word(form)));
  for (const form of forms) if (!ONE_TOKEN.test(form)) throw new Error("not one word");
  return forms;
}

function valueUntil(reading, place, until) {
  for (let end = place + 1; end < place + 1 + LONGEST_VALUE; end += 1) {
    if (reading.kind(end - 1) !== WORD) return null;
    if (until.has(reading.word(end))) return [place, end];
  }
  return null;
}

const wordsOf = (folding, ...texts) =>
  new Set(texts.flatMap((text) => text.split(" ").map((word) => folding.word(word))));

const union = (...sets) => new Set(sets.flatMap((set) => [...set]));

function withoutOverlap(found) {
  const taken = new Set();
  const kept = [];
  for (const each of found) {
    let free = true;
    for (let at = each.start; at < each.end && free; at += 1) free = !taken.has(at);
    if (!free) continue;
    kept.push(each);
    for (let at = each.start; at < each.end; at += 1) taken.add(at);
  }
  return kept.sort((one, other) => one.start - other.start);
}
