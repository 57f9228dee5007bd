// Urgent danger told by a short list of words (dialogues/alarm.py). It errs towards danger: then nothing is held up.
const SHORTEST_STEM_HEARD = 3;
const WRITTEN_ON = 3; // letters that Arabic script may write on to the front of a word

class Alarm {
  #weights;
  #least;
  #alike;

  constructor({ weights, least, alike }) {
    this.#weights = new Map(Object.entries(weights));
    this.#least = least;
    this.#alike = new Map(Object.entries(alike));
  }

  // `phrases` are those of the page's language, or null.
  sounds(text, phrases) {
    const words = this.#fold(text).split(" ");
    let sum = 0;
    for (const word of new Set(words)) sum += this.#weights.get(word) ?? 0;
    return sum >= this.#least || Boolean(phrases?.standIn(words));
  }

  #fold(text) {
    const bare = text.normalize("NFKD").toLowerCase().normalize("NFKD").replace(/\p{M}/gu, "");
    return Array.from(bare, (sign) => this.#alike.get(sign) ?? sign).join("").replace(/[^\p{L}\p{N}]+/gu, " ").trim();
  }
}

// Phrases by their first word or its stem, as dialogues/forms.py finds them.
class Forms {
  #whole = new Map();
  #stems = new Map();

  constructor(forms) {
    for (const form of forms) {
      const [first, ...rest] = form.split(" ");
      const kept = first.endsWith("*") ? this.#stems : this.#whole;
      const stem = first.replace("*", "");
      if (!kept.has(stem)) kept.set(stem, []);
      kept.get(stem).push(rest);
    }
  }

  standIn(words) {
    return words.some((word, place) => this.#beginning(word).some((rest) =>
      rest.every((form, step) => fitsForm(form, words[place + 1 + step]))));
  }

  #beginning(word) {
    const found = [];
    for (const start of startsOf(word)) {
      found.push(...(this.#whole.get(start) ?? []));
      for (let end = SHORTEST_STEM_HEARD; end <= start.length; end += 1) found.push(...(this.#stems.get(start.slice(0, end)) ?? []));
    }
    return found;
  }
}

function startsOf(word) {
  if (!/^[\u0600-\u06ff]/.test(word)) return [word];
  const starts = [word];
  for (let at = 1; at <= WRITTEN_ON && word.length - at >= SHORTEST_STEM_HEARD; at += 1) starts.push(word.slice(at));
  return starts;
}

function fitsForm(form, word) {
  if (word === undefined) return false;
  const starts = startsOf(word);
  return form.endsWith("*") ? starts.some((start) => start.startsWith(form.slice(0, -1))) : starts.includes(form);
}
