// That somebody writes: a line on the screen for some seconds, and a small frame. Never what is written, and nothing that
// is read out: a screen reader would speak of it all the time.
const SIGN_EVERY = 3300; // milliseconds; the server passes on one in three seconds
const SIGN_LAPSE = 6000; // milliseconds

// Characters that make the frame as long as that of a short message: whoever sees lengths alone cannot tell the two apart.
const SIGN_PAD = 433;

class Signs {
  #page;
  #line;
  #last = -Infinity;
  #timer = 0;

  // `page`: as for Heed, and sign(), which sends the frame.
  constructor(page) {
    this.#page = page;
    this.#line = page.element("p", { id: "writing", class: "hint", hidden: "" });
    document.getElementById("dock").prepend(this.#line);
    page.text.addEventListener("input", () => this.#tell());
  }

  #tell() {
    const { text, reader, sign } = this.#page, now = performance.now();
    if (!reader() || !text.value.trim() || now - this.#last < SIGN_EVERY) return;
    if (sign("0".repeat(SIGN_PAD))) this.#last = now;
  }

  // The person writes; without words: has sent.
  show(words = "") {
    clearTimeout(this.#timer);
    this.#line.textContent = words;
    this.#line.hidden = !words;
    if (words) this.#timer = setTimeout(() => this.show(), SIGN_LAPSE);
  }
}
