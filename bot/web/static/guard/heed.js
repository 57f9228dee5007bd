// The question before words go out that may tell who somebody is: kind, once, never for words of danger, never a wall.
const HASTE = 600; // milliseconds in which a second tap or key press still belongs to the first

class Heed {
  #page;
  #told;
  #guard = new Guard(RULES);
  #alarm = new Alarm(ALARM);
  #phrases = new Map(); // by language
  #box = null; // the question or the hint that is shown
  #asked = { words: null, at: 0 };
  #signs = null; // that somebody writes, on both sides
  #allowed = null; // words that the visitor wants to send as they are
  #before = ""; // the words before these: an address may follow on its own

  // `told`: the sentences by language, and where the phrases of danger of each language lie.
  // `page`: element(name, attributes, ...children), text, reader(), urgent, send(), announce(text); where it is not the
  // usual box also `spot`, before which the question stands, and `said`, other words for some keys.
  constructor(page, told) {
    this.#page = page;
    this.#told = told;
    if (!page.said) this.#signs = new Signs(page);
    page.text.addEventListener("input", () => this.#forget());
    new MutationObserver(() => this.#changeLanguage()).observe(document.documentElement, { attributeFilter: ["lang"] });
    void this.#loadPhrases();
  }

  // Whether these words wait for an answer of the visitor's. Sending the same words once more is an answer, too.
  stops(words) {
    const spans = this.#guard.find(words);
    const again = this.#asked.words === words;
    if (again && this.#isHasty()) return true;
    this.#close();
    const danger = this.#page.urgent || this.#sounds(words) || this.#sounds(this.#before);
    if (!spans.length || again || words === this.#allowed || danger) {
      this.#before = words;
      if (spans.length && danger) this.#hint("sent", spans);
      return false;
    }
    this.#asked = { words, at: performance.now() };
    this.#ask(spans);
    return true;
  }

  // The person who reads here writes just now, or has sent it.
  wrote(now) {
    this.#signs?.show(now ? this.#say("writing", []) : "");
  }

  #isHasty() {
    return performance.now() - this.#asked.at < HASTE;
  }

  #ask(spans) {
    const { element, reader } = this.#page;
    this.#box = element("div", { id: "heed", role: "group", "aria-labelledby": "heed-what heed-why heed-danger" },
      element("p", { id: "heed-what" }, this.#say("what", spans)),
      element("p", { id: "heed-why" }, this.#say(reader() ? "why-person" : "why-bot", spans)),
      element("p", { id: "heed-danger" }, this.#say("danger", spans)),
      this.#button("remove", () => this.#remove(spans)),
      this.#button("send", () => this.#send()),
      this.#button("edit", () => this.#edit()));
    this.#put();
    this.#box.querySelector("button").focus();
  }

  #button(key, act) {
    const button = this.#page.element("button", { type: "button" }, this.#say(key, []));
    button.addEventListener("click", () => { if (!this.#isHasty()) act(); });
    return button;
  }

  #remove(spans) {
    const { text } = this.#page;
    text.value = remove(this.#asked.words, spans);
    text.dispatchEvent(new Event("input"));
    text.focus();
    this.#hint("removed", []);
  }

  #send() {
    this.#allowed = this.#asked.words;
    this.#asked = { words: null, at: 0 };
    this.#close();
    this.#page.text.focus();
    this.#page.send();
  }

  #edit() {
    this.#forget();
    this.#page.text.focus();
  }

  #hint(key, spans) {
    const words = this.#say(key, spans);
    this.#box = this.#page.element("p", { id: "heed-hint", class: "hint" }, words);
    this.#put();
    this.#page.announce(words);
  }

  #put() {
    for (const other of document.querySelectorAll("#heed, #heed-hint")) other.remove(); // one box at a time asks
    (this.#page.spot ?? this.#page.text.closest(".compose")).before(this.#box);
    this.#box.scrollIntoView({ block: "nearest" });
  }

  #close() {
    this.#box?.remove();
    this.#box = null;
  }

  // The words are others now: what was asked about them no longer holds.
  #forget() {
    this.#close();
    this.#asked = { words: null, at: 0 };
    this.#allowed = null;
  }

  #say(key, spans) {
    const words = this.#told.words[document.documentElement.lang];
    const kinds = [...new Set(spans.map(({ kind }) => words[`kind-${kind}`]))].join(", ");
    return (this.#page.said?.[key] ?? words[key]).replace("{kinds}", kinds).replace("{name}", this.#page.reader());
  }

  #changeLanguage() {
    this.#forget();
    void this.#loadPhrases();
  }

  #sounds(words) {
    return this.#alarm.sounds(words, this.#phrases.get(document.documentElement.lang) ?? null);
  }

  async #loadPhrases() {
    const { lang } = document.documentElement;
    const phrases = this.#told.phrases[lang];
    if (!phrases || this.#phrases.has(lang)) return;
    try {
      const response = await fetch(phrases);
      this.#phrases.set(lang, new Forms(await response.json()));
    } catch {
      // Then only the words that the alarm learned can tell danger.
    }
  }
}

// What it says lies in a file of its own: staff may change their words, and this file stays the one that is published.
export async function begin(page) {
  const response = await fetch(page.told);
  return new Heed(page, await response.json());
}

export { Alarm, Forms, Guard, remove };
export const rules = RULES;
export const alarm = ALARM;
