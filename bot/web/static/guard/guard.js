// The guard: stretches of a text that may tell who somebody is (safety/guard.py). It only tells; the page asks.
const CUT = "…";

class Guard {
  constructor(rules) {
    const folding = new Folding(rules.text);
    const common = wordsOf(folding, ...Object.values(rules.common));
    this.folding = folding;
    this.links = new Links(rules.links, common, folding);
    this.handles = new Handles(rules.handles, common, folding);
    this.numbers = new Numbers(rules.numbers, folding);
    this.places = new Places(rules.addresses, common, folding);
    this.cues = new Cues(rules.cues, common, this.places, folding);
  }

  // [{start, end, kind}] in code points of the text, in its order.
  find(text) {
    const reading = new Reading(text, this.folding);
    const found = [
      ...this.links.findEmails(reading),
      ...this.links.findUrls(reading),
      ...this.numbers.find(reading),
      ...this.places.find(reading),
      ...this.handles.find(reading),
      ...this.cues.find(reading),
    ];
    return withoutOverlap(found.filter(({ kind }) => kind !== PUBLIC))
      .filter(({ kind }) => kind !== KNOWN)
      .map(({ start, end, kind }) => {
        const [first, last] = reading.original(start, end);
        return { start: first, end: last, kind };
      });
  }
}

function remove(text, spans) {
  const signs = Array.from(text);
  const kept = [];
  let place = 0;
  for (const { start, end } of spans) {
    kept.push(signs.slice(place, start).join(""));
    place = end;
  }
  kept.push(signs.slice(place).join(""));
  const left = kept.join(CUT).replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, "");
  return /[\p{L}\p{N}]/u.test(left) ? left : "";
}
