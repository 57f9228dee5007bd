// E-mail addresses and links, also where their signs are written as words or with spaces (safety/guard_links.py).
const EMAIL = "email";
const URL_KIND = "url";
const KNOWN = "known";
const MOST_PARTS = 16;
const MOST_LABELS = 8;
const OPEN = new Set("([{<");
const CLOSE = new Set(")]}>");
const LOCAL = "._%+-";
const HOST = "-_";
const END = ".,;:!?)]}>\"*";

const withoutWww = (host) => (host.startsWith("www.") ? host.slice(4) : host);
const isNamed = (reading, token) => reading.kind(token) === WORD || reading.kind(token) === NUMBER;

class Links {
  constructor(rules, common, folding) {
    this.common = common;
    const words = (name) => wordsOf(folding, rules[name]);
    this.atNames = words("at_names");
    this.at = union(words("at_words"), this.atNames, new Set("@"));
    this.dot = union(words("dot_words"), new Set("."));
    this.mail = words("mail");
    this.schemes = words("schemes");
    this.spacedTlds = words("spaced_tlds");
    this.tlds = words("tlds");
    this.wordTlds = words("word_tlds");
    this.short = words("short_hosts");
    this.public = words("public_hosts");
    this.lookups = words("named_hosts");
    this.starts = union(this.dot, this.schemes);
  }

  findEmails(reading) {
    return reading.tokens(this.at).map((token) => this.#email(reading, token)).filter(Boolean);
  }

  #email(reading, token) {
    const [first, at] = this.#atSign(reading, token);
    if (!at || reading.gap(first) > 1 || reading.gap(at.after) > 1) return null;
    const loose = !at.plain || reading.gap(first) + reading.gap(at.after) > 0;
    const start = this.#local(reading, first, loose);
    const end = this.#mailHost(reading, at, loose);
    if (start === first || end === null) return null;
    const host = reading.folded.slice(reading.starts[at.after], reading.ends[end - 1]);
    return { start: reading.starts[start], end: reading.ends[end - 1], kind: this.#isPublic(host) ? KNOWN : EMAIL };
  }

  #atSign(reading, token) {
    const word = reading.words[token];
    if (word === "@") {
      const bracket = OPEN.has(reading.word(token - 1)) && CLOSE.has(reading.word(token + 1));
      return [bracket ? token - 1 : token, { after: bracket ? token + 2 : token + 1, plain: true, spaced: false }];
    }
    const hyphen = word === "snabel" && reading.word(token + 1) === "-" && reading.word(token + 2) === "a";
    const last = hyphen ? token + 2 : token;
    if (OPEN.has(reading.word(token - 1)) && CLOSE.has(reading.word(last + 1))) {
      return [token - 1, { after: last + 2, plain: false, spaced: false }];
    }
    if (last > token || this.atNames.has(word)) return [token, { after: last + 1, plain: false, spaced: false }];
    return [token, word === "at" ? { after: token + 1, plain: false, spaced: true } : null];
  }

  #local(reading, before, spelled) {
    let start = reading.chainBack(before, LOCAL, MOST_PARTS);
    while (spelled && start < before && this.dot.has(reading.word(start - 1))) {
      const further = reading.chainBack(start - 1, LOCAL, MOST_PARTS);
      if (further === start - 1 || before - further > MOST_PARTS) break;
      start = further;
    }
    return start;
  }

  #mailHost(reading, at, loose) {
    const [labels, plain] = this.#labels(reading, at.after, true);
    if (!labels.length) return null;
    const service = this.mail.has(reading.word(at.after));
    const worded = labels.slice(0, -1).some(([, end]) => reading.words[end] !== ".");
    if (service || !at.spaced || worded) {
      for (let place = labels.length - 1; place > 0; place -= 1) {
        if (this.#ends(reading, labels[place], plain[place - 1] && !loose)) return labels[place][1];
      }
    }
    return service && !at.spaced ? labels[0][1] : null;
  }

  #ends(reading, [token, after], joined) {
    const word = reading.word(token);
    if (after - token !== 1 || reading.kind(token) !== WORD || word.length < 2) return false;
    return joined || this.tlds.has(word) || this.wordTlds.has(word);
  }

  #labels(reading, first, commas) {
    const labels = [];
    const plain = [];
    let token = first;
    while (token < reading.size && labels.length < MOST_LABELS) {
      const end = reading.kinds[token] !== SIGN ? reading.chain(token, HOST, MOST_PARTS) : token;
      if (end === token) break;
      labels.push([token, end]);
      const joint = this.#dotAt(reading, end, commas);
      if (!joint) break;
      plain.push(joint.plain);
      token = joint.after;
    }
    return [labels, plain.slice(0, Math.max(0, labels.length - 1))];
  }

  #dotAt(reading, token, commas) {
    const word = reading.word(token);
    const gap = reading.gap(token);
    const next = reading.gap(token + 1);
    if (word === "." || (commas && word === "," && gap === 0 && next === 0)) {
      if (!isNamed(reading, token + 1) || gap > 1 || next > 1) return null;
      return { after: token + 1, plain: gap + next === 0 };
    }
    const bracketed = OPEN.has(word) && CLOSE.has(reading.word(token + 2));
    if (bracketed && this.dot.has(reading.word(token + 1))) {
      return isNamed(reading, token + 3) ? { after: token + 3, plain: false } : null;
    }
    if (this.dot.has(word) && gap === 1 && isNamed(reading, token + 1)) return { after: token + 1, plain: false };
    return null;
  }

  findUrls(reading) {
    const found = [];
    let after = 0;
    for (const token of reading.tokens(this.starts)) {
      if (token < after) continue;
      let each;
      [after, each] = this.schemes.has(reading.words[token]) ? this.#scheme(reading, token) : this.#dotted(reading, token);
      if (each) found.push(each);
    }
    return found;
  }

  #scheme(reading, token) {
    const first = token + 4;
    if (reading.words.slice(token + 1, first).join("") !== "://" || first >= reading.size) return [token + 1, null];
    const [after, found] = this.#host(reading, first);
    const stop = Math.max(this.#pathEnd(reading, reading.starts[first], true), found?.end ?? 0);
    const each = { start: reading.starts[token], end: stop, kind: found?.kind ?? URL_KIND };
    return [Math.max(after, this.#tokenAt(reading, first, stop)), each];
  }

  #dotted(reading, dot) {
    const bracket = OPEN.has(reading.word(dot - 1)) && CLOSE.has(reading.word(dot + 1));
    const before = bracket ? dot - 1 : dot;
    const start = reading.chainBack(before, HOST, MOST_PARTS);
    return start < before && reading.gap(before) < 2 ? this.#host(reading, start) : [dot + 1, null];
  }

  #host(reading, token) {
    const [labels, plain] = this.#labels(reading, token, false);
    if (labels.length < 2) return [token + 1, null];
    const last = this.#lastLabel(reading, labels, plain, reading.words[token] === "www");
    if (last === null) return [labels.at(-1)[0], null];
    const end = labels[last][1];
    const host = labels.slice(0, last + 1)
      .map(([first, after]) => reading.folded.slice(reading.starts[first], reading.ends[after - 1])).join(".");
    const stop = this.#pathEnd(reading, reading.ends[end - 1], false);
    const bare = stop === reading.ends[end - 1];
    const known = this.#isPublic(host) || (bare && this.lookups.has(withoutWww(host)));
    const each = { start: reading.starts[token], end: stop, kind: known ? KNOWN : URL_KIND };
    return [this.#tokenAt(reading, end, stop), each];
  }

  #lastLabel(reading, labels, plain, www) {
    for (let place = labels.length - 1; place > 0; place -= 1) {
      const joined = plain[place - 1];
      if (www && this.#ends(reading, labels[place], joined)) return place;
      if (this.#isHost(reading, labels, place, joined)) return place;
    }
    return null;
  }

  #isHost(reading, labels, place, joined) {
    const [token, end] = labels[place];
    const before = labels[place - 1];
    const word = reading.words[token];
    if (end - token !== 1) return false;
    if (this.short.has(labels.slice(0, place + 1).map(([first]) => reading.words[first]).join("."))) return true;
    if (!labels.slice(0, place).some(([first]) => reading.kinds[first] === WORD)) return false;
    const strict = joined && reading.words[before[0]].length > 1;
    if (this.tlds.has(word)) {
      const spaced = !joined && token - before[1] === 1 && reading.words[before[1]] === ".";
      return strict || (!joined && (!spaced || this.spacedTlds.has(word)));
    }
    if (!this.wordTlds.has(word) || !strict) return false;
    if (reading.word(end) === "/" && reading.gap(end) === 0) return true;
    const named = before[1] - before[0] > 1 || !this.common.has(reading.words[before[0]]);
    return named && !isNamed(reading, end);
  }

  #isPublic(host) {
    let rest = host;
    while (rest && !this.public.has(rest)) rest = rest.split(".").slice(1).join(".");
    return rest !== "";
  }

  #pathEnd(reading, at, chunk) {
    if (!chunk && !["/", ":", "?", "#"].includes(reading.folded[at])) return at;
    const space = reading.folded.indexOf(" ", at);
    let stop = space < 0 ? reading.folded.length : space;
    while (stop > at && END.includes(reading.folded[stop - 1])) stop -= 1;
    return stop;
  }

  #tokenAt(reading, token, place) {
    let at = token;
    while (at < reading.size && reading.starts[at] < place) at += 1;
    return at;
  }
}
