// What a call looks like among the talks: no words to write, but whether the two hear each other, and what can be done.

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
const WRITTEN = [".log", ".compose", ".compare", "[data-mute]"]; // what a call has no use for

export class PhoneCall {
  // `talk` is its column; `by()` tells what it is answered with, `quiet(on)` mutes the own microphone, `send` tells the server.
  constructor(talk, { say, by, quiet, send }) {
    Object.assign(this, { talk, say, by, quiet, send, state: "wait" });
    const { element } = talk;
    for (const selector of WRITTEN) element.querySelector(selector).hidden = true;
    element.dataset.phone = "yes";
    talk.drawKey = () => {}; // nothing is sealed: the caller was told before the first word
    talk.compare = () => {};
    talk.say = (key, values) => say(key === "ended_silence" ? "ended_cut" : key, values); // nobody left: the line broke
    const help = element.querySelector("[data-help]");
    [help.textContent, help.title] = [say("listen_button"), say("listen_button_hint")];
    this.panel = clone("call-panel");
    element.querySelector(".log").before(this.panel);
    this.quietly = this.panel.querySelector("[data-quiet]");
    this.holding = this.panel.querySelector("[data-hold]");
    this.quietly.onclick = () => this.hush(this.quietly.getAttribute("aria-pressed") !== "true");
    this.holding.onclick = () => this.send({ type: "hold", talk: talk.handle, on: this.state !== "held" });
    this.draw();
  }

  // What the server says of the line.
  meet(state) {
    if (state === "over" && this.state === "ringing") return; // another line is about to be rung
    this.state = state;
    if (state === "ringing" || state === "failed") this.hush(false);
    else this.draw();
  }

  hush(on) {
    this.quietly.setAttribute("aria-pressed", String(on));
    this.quiet(on);
    this.draw();
  }

  // In words: whoever is muted must not read that they are heard.
  shown() {
    if (this.state === "ringing" && this.by() === "own") return "own";
    return this.state === "connected" && this.quietly.getAttribute("aria-pressed") === "true" ? "muted" : this.state;
  }

  draw() {
    const together = ["connected", "held"].includes(this.state);
    this.panel.dataset.state = this.state;
    this.panel.querySelector(".line-state").textContent = this.say(`call_${this.shown()}`);
    this.quietly.hidden = this.by() === "own"; // a telephone has a key for that
    this.quietly.disabled = this.state !== "connected";
    this.holding.disabled = !together;
    this.holding.setAttribute("aria-pressed", String(this.state === "held"));
  }
}
