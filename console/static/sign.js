// That somebody writes: a line for some seconds, and a small frame. Never what, and nothing that is read out.

const EVERY = 3300; // milliseconds; the server passes on one in three seconds
const LAPSE = 6000; // milliseconds

export class Sign {
  // Shows the visitor's in the talk's column; tells one's own by tell(), which gives false when nothing could be sent.
  constructor(talk, tell) {
    const box = talk.part(".compose textarea");
    let last = -Infinity;
    this.line = talk.part(".writing");
    box.addEventListener("input", () => {
      if (box.value.trim() && performance.now() - last >= EVERY && tell()) last = performance.now();
    });
  }

  // The visitor writes; without words: has sent, or has stopped.
  show(words = "") {
    clearTimeout(this.timer);
    this.line.textContent = words;
    this.line.hidden = !words;
    if (words) this.timer = setTimeout(() => this.show(), LAPSE);
  }
}
