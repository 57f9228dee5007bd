// Personal numbers, coordination numbers and phone numbers, in whatever groups they stand (safety/guard_numbers.py).
const PHONE = "phone";
const PUBLIC = "public";
const NEXT = "next";
const MOST_DIGITS = 17;
const MOST_SIGNS = 5;
const CUE_REACH = 24;
const TIGHT = new Set(["-", ".", "_"]);
const CUE_LISTS = ["person_cues", "phone_cues"];

class Numbers {
  #figures = new Map();
  #rules = {};
  #separators;
  #publicStarts;
  #cues;
  #counted;

  constructor(rules, folding) {
    for (const pair of rules.figure_words.split(" ")) {
      const [word, digits] = pair.split("=");
      this.#figures.set(folding.word(word), digits);
    }
    this.#separators = new Set(rules.separators);
    for (const name of ["mobile", "areas", "public"]) this.#rules[name] = new Set(rules[name].split(" "));
    this.#publicStarts = rules.public_starts.split(" ");
    this.#cues = new Phrases(CUE_LISTS.flatMap((name) => rules[name].map((cue) => [cue, name])), folding);
    this.#counted = wordsOf(folding, rules.counted);
  }

  find(reading) {
    const groups = this.#groups(reading);
    if (!groups.length) return [];
    const cues = this.#cueEnds(reading);
    const found = [];
    for (let place = 0; place < groups.length;) {
      const best = this.#best(reading, groups, place, cues);
      if (best) found.push(best.found);
      place = best ? best.after : place + 1;
    }
    return found;
  }

  #groups(reading) {
    let before = -1;
    return [...reading.numbers, ...reading.tokens(this.#figures)].sort(byNumber).map((token) => {
      const word = reading.words[token];
      const group = { token, digits: this.#figures.get(word) ?? word, ...this.#link(reading, before, token) };
      before = token;
      return group;
    });
  }

  #link(reading, before, token) {
    const none = { link: "", tight: false };
    if (before < 0 || token - before > MOST_SIGNS) return none;
    const gap = reading.folded.slice(reading.ends[before], reading.starts[token]);
    if (gap === "" || gap === " ") return { link: gap || NEXT, tight: false };
    const signs = gap.replaceAll(" ", "");
    if (gap.length > MOST_SIGNS || [...signs].some((sign) => !this.#separators.has(sign))) return none;
    const tight = !gap.includes(" ");
    if (!tight && (signs[0] === "," || signs[0] === ":")) return none;
    return { link: signs[0] ?? " ", tight };
  }

  #cueEnds(reading) {
    const ends = new Map(CUE_LISTS.map((name) => [name, []]));
    for (const phrase of this.#cues.find(reading)) ends.get(phrase.name).push(reading.ends[phrase.after - 1]);
    for (const places of ends.values()) places.sort(byNumber);
    return ends;
  }

  #best(reading, groups, place, cues) {
    const first = groups[place];
    if (first.tight && TIGHT.has(first.link)) return null;
    const start = reading.starts[first.token];
    const last = interimEnd(reading, first);
    if (last !== null) return { after: place + 1, found: { start, end: reading.ends[last], kind: PERSONAL } };
    const plusAt = plusBefore(reading, first.token);
    const plus = plusAt !== null;
    const announced = new Set(CUE_LISTS.filter((name) => announces(reading, cues.get(name), start)));
    for (const [after, digits] of extents(groups, place)) {
      if (first.digits.length !== 3 && !this.#mayBe(digits, plus, announced)) continue;
      const row = groups.slice(place, after);
      const one = { digits, sizes: row.map((group) => group.digits.length), links: row.slice(1).map((group) => group.link) };
      const kind = this.#kind(one, plus, announced);
      const next = groups[after];
      if (!kind || (kind !== PUBLIC && next?.tight && TIGHT.has(next.link))) continue;
      const end = row.at(-1).token;
      if (kind === PHONE && reading.gap(end + 1) < 2 && this.#counted.has(reading.word(end + 1))) continue;
      const bracket = one.links.includes(")") && reading.word(first.token - 1) === "(";
      const from = plusAt ?? (bracket ? reading.starts[first.token - 1] : start);
      return { after, found: { start: from, end: reading.ends[end], kind } };
    }
    return null;
  }

  #mayBe(digits, plus, announced) {
    const size = digits.length;
    if (plus) return within(8, size, 15);
    if (digits[0] === "0") return within(8, size, digits[1] !== "0" ? 11 : MOST_DIGITS) && !digits.startsWith("000");
    if ((size === 11 && digits.startsWith("467")) || personIn(digits, !announced.has("person_cues"))) return true;
    return this.#rules.public.has(digits) || (announced.has("phone_cues") && within(7, size, 12));
  }

  #kind(one, plus, announced) {
    const home = atHome(one.digits, plus);
    if (this.#rules.public.has(home)) return PUBLIC;
    if (one.digits.length < 7 || isTimes(one) || !this.#mayBeJoined(one)) return "";
    const kind = plus ? "" : personIn(one.digits, !announced.has("person_cues"));
    const even = new Set(one.links).size < 2 && one.sizes[0] !== 3;
    if (kind && even) return this.#isRatherMobile(one, kind) ? PHONE : kind;
    if (startsWithOne(home, this.#publicStarts) && within(8, home.length, 10)) return PUBLIC;
    if (plus) return isAbroad(one.digits) ? PHONE : "";
    if (this.#isGroupedPhone(one)) return PHONE;
    return kind || (this.#isPhone(one, announced.has("phone_cues")) ? PHONE : "");
  }

  #mayBeJoined(one) {
    if (!one.links.includes(",") && !one.links.includes(":")) return true;
    return ["6,4", "8,4"].includes(String(one.sizes)) || this.#rules.mobile.has(one.digits.slice(0, one.sizes[0]));
  }

  #isMobile(digits) {
    return this.#rules.mobile.has(digits.slice(0, 3));
  }

  #isRatherMobile(one, kind) {
    const plain = one.sizes.length === 1 || allSingle(one);
    return kind === COORDINATION && plain && this.#isMobile(one.digits);
  }

  #prefix(digits) {
    if (digits.startsWith("08")) return 2;
    return this.#rules.areas.has(digits.slice(0, 3)) || this.#isMobile(digits) ? 3 : 4;
  }

  #isGroupedPhone(one) {
    const { digits, sizes } = one;
    if (digits[0] !== "0" || sizes.length < 2 || sizes[0] !== this.#prefix(digits)) return false;
    if (this.#isMobile(digits)) return digits.length === 10;
    if ("07".includes(digits[1]) || String(sizes.slice(0, 3)) === "2,2,4") return false;
    if (digits.length === 8) {
      const apart = "-)".includes(one.links[0]) || (one.links[0] === " " && [3, 5, 6].includes(Math.max(...sizes)));
      return apart && String(sizes) !== "4,4" && one.links.slice(1).every((link) => link === " ");
    }
    return within(9, digits.length, 10);
  }

  #isPhone(one, announced) {
    const { digits } = one;
    const size = digits.length;
    if (announced && size <= 12 && !isDate(digits)) return true;
    if (digits.startsWith("00")) return digits[2] !== "0" && size > 11 && isAbroad(digits.slice(2));
    if (digits[0] === "0") return this.#isPhoneAtHome(one);
    if (digits.startsWith("467")) return size === 11 && this.#rules.mobile.has(`0${digits.slice(2, 4)}`);
    return String(one.sizes) === "3,3,4" && digits[0] > "1" && digits[3] > "1" && "-.)".includes(one.links[0]);
  }

  #isPhoneAtHome(one) {
    const { digits, sizes } = one;
    const size = digits.length;
    const whole = sizes.length === 1 || allSingle(one) || Math.min(...sizes) > 2;
    if (this.#isMobile(digits) && size === 10) return true;
    if (size === 11 && "79".includes(digits[1])) return whole;
    const counted = "01234567890123456789".includes(digits);
    return whole && within(9, size, 10) && !"07".includes(digits[1]) && !counted;
  }
}

const allSingle = (one) => one.sizes.every((size) => size === 1);

function isTimes({ sizes, links }) {
  const timed = sizes.length > 1 && sizes[0] !== 3 && sizes.at(-1) === 2 && sizes.at(-2) === 2 && links.at(-1) === ".";
  return timed && links.some((link) => link !== ".");
}

function extents(groups, place) {
  let { digits } = groups[place];
  const found = [[place + 1, digits]];
  for (let after = place + 1; after < Math.min(place + MOST_DIGITS, groups.length); after += 1) {
    digits += groups[after].digits;
    if (!groups[after].link || digits.length > MOST_DIGITS) break;
    found.push([after + 1, digits]);
  }
  return digits.length > 2 ? found.reverse() : [];
}

function plusBefore(reading, token) {
  const at = reading.word(token - 1) === "(" ? token - 2 : token - 1;
  if (reading.word(at) !== "+" || reading.gap(token) > 1) return null;
  if (reading.gap(at) === 0 && (reading.kind(at - 1) === NUMBER || reading.kind(at - 1) === WORD)) return null;
  return reading.starts[reading.word(at - 1) === "(" && reading.gap(at) === 0 ? at - 1 : at];
}

function announces(reading, ends, start) {
  let low = 0;
  for (let high = ends.length; low < high;) {
    const middle = (low + high) >> 1;
    if (ends[middle] <= start) low = middle + 1;
    else high = middle;
  }
  if (!low || start - ends[low - 1] > CUE_REACH) return false;
  return !/[0-9]/.test(reading.folded.slice(ends[low - 1], start));
}

function interimEnd(reading, { token, digits }) {
  if (digits.length !== 6 && digits.length !== 8) return null;
  if (!["-", "+"].includes(reading.word(token + 1)) || !dated(digits.slice(-6))) return null;
  const letters = reading.word(token + 2);
  if (reading.kind(token + 2) !== WORD || reading.kind(token + 3) !== NUMBER || letters.length > 2) return null;
  const together = [1, 2, 3].every((step) => reading.gap(token + step) === 0);
  const four = letters.length + reading.word(token + 3).length === 4;
  return together && four && /^[a-z]+$/.test(letters) ? token + 3 : null;
}
