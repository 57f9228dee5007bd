// Answering calls at the desk: with what, the softphone while on duty, and the columns of calls.

import { PhoneCall } from "./phonecall.js";
import { PhoneTest } from "./phonetest.js";

export class Phone {
  // `say` gives words, `tell` shows a notice, `send` tells the server (false: no connection).
  constructor({ say, tell, send }) {
    Object.assign(this, { say, tell, send, by: "off", wish: null, duty: "off", calls: new Map(), listens: new Set() });
    this.place = document.getElementById("phone");
    if (!this.place) return; // this console takes no calls
    this.form = this.place.querySelector("form");
    this.test = new PhoneTest(this.form, say);
    this.form.onchange = () => this.unfold();
    this.form.onsubmit = (event) => { event.preventDefault(); this.use(); };
    this.place.ontoggle = () => this.place.open || this.test.stop();
    this.unfold();
  }

  unfold() {
    const by = this.form.elements.by.value;
    for (const part of this.form.querySelectorAll("[data-by]")) part.hidden = part.dataset.by !== by;
    if (by !== "browser") this.test.stop();
  }

  async use() {
    const by = this.form.elements.by.value, number = by === "own" ? this.form.elements.number.value : "";
    this.test.stop();
    if (by === "browser" && !await this.test.allowed()) return this.tell(this.say("phone_denied"));
    this.wish = { type: "phone", by, number };
    this.chosen = true;
    if (this.duty === "off") this.draw(); // said again once on duty
    else if (!this.send(this.wish)) this.tell(this.say("undone"));
  }

  // What was chosen before going on duty holds from then on.
  setDuty(duty) {
    const begins = this.duty === "off" && duty !== "off";
    this.duty = duty;
    if (!this.place) return;
    if (begins && this.wish && this.wish.by !== this.by) this.send(this.wish);
    this.draw();
  }

  // Which line this person has, as the server says it.
  show({ by, open, ready, line, secret, relays }) {
    if (!this.place) return;
    if (by === "off" && this.by === "own") { // the duty is over, and the number with it
      this.form.reset();
      this.unfold();
      this.wish = null;
    }
    Object.assign(this, { by, open, ready, relays });
    if (by !== "browser" || this.softphone?.line !== line) this.hangUp();
    if (by === "browser" && !this.softphone && open) this.signIn(line, secret);
    this.draw();
  }

  async signIn(line, secret) {
    // A line of a page before this one: its call is gone with it, so a new line is asked for, and rung.
    if (!this.wish) {
      this.form.elements.by.value = "browser";
      this.unfold();
      this.wish = { type: "phone", by: "browser", number: "" };
      return this.send(this.wish);
    }
    const { Softphone } = await import("./softphone.js");
    if (this.softphone || this.by !== "browser") return;
    this.softphone = new Softphone({
      line, secret, relays: () => this.relays, devices: () => this.test.devices, wanted: () => this.calls.size + this.listens.size > 0, silent: () => !this.calls.size,
      denied: () => this.tell(this.say("phone_denied")),
    });
  }

  hangUp() {
    this.softphone?.stop();
    this.softphone = null;
  }

  // A talk that is a call came into these hands.
  fit(talk) {
    const { say, send } = this;
    this.calls.set(talk.handle, new PhoneCall(talk, { say, send, by: () => this.by, quiet: (on) => this.softphone?.mute(on) }));
    if (this.last?.talk === talk.handle) this.calls.get(talk.handle).meet(this.last.is);
    talk.element.querySelector("[data-hold]").focus();
  }

  // What became of its line.
  meet({ talk, is }) {
    this.last = { talk, is }; // the line may be rung a moment before the talk is here
    this.calls.get(talk)?.meet(is);
  }

  // A call in which this person listens along; the engine lets nobody hear them, and neither does this page.
  listen(handle) { this.listens.add(handle); }

  forget(handle) { this.calls.delete(handle); this.listens.delete(handle); }

  // How it stands, as the words name it.
  standing() {
    if (this.by === "off" && this.duty !== "off") return "none_here";
    if (this.by === "off") return this.wish && this.wish.by !== "off" ? "later" : "off";
    if (!this.ready) return this.open ? "wait" : "gone";
    return this.by === "browser" ? "ready" : "ready_own";
  }

  draw() {
    const key = this.standing();
    const state = document.getElementById("phone-state");
    if (this.chosen && key !== "wait" && key !== "gone") this.fold();
    if (state.dataset.state === key) return;
    state.dataset.state = key;
    state.textContent = this.say(`phone_${key}`);
  }

  // What was chosen is in force: who waits comes back into sight.
  fold() {
    this.chosen = false;
    const summary = this.place.querySelector("summary");
    if (this.place.contains(document.activeElement)) summary.focus();
    this.place.open = false;
  }
}
