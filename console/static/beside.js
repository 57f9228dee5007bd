// What stands beside the words of one talk: handing it over, muting by two, calling for help, and the note to oneself.

import { Asides } from "./aside.js";
import { padded, unpadded } from "./padding.js";
import { bytesOf, hpkeOpen, hpkeSeal, joined, read64, write64 } from "./sealing.js";

const NOTE_SIZES = [500, 1000, 2000, 4000]; // bytes of a padded note: its length is told no more exactly
const NOTE_PAUSE = 700; // milliseconds without a key press until a note is kept
export const OPEN = ["colleague", "visitor", "agreed"];

// Help is one key away, also while somebody writes; a key that is held down calls once.
export function onHelpKey(press) {
  addEventListener("keydown", (event) => {
    if (event.key !== "F9" || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    if (!event.repeat) press();
  });
}

export class Beside {
  constructor(talk, { say, send, alone }) {
    Object.assign(this, { talk, say, send, alone });
    const on = (selector, deed) => { this.part(selector).onclick = deed; };
    for (const kind of ["move", "help"]) on(`[data-${kind}]`, () => this.list(kind));
    on("[data-part]", () => this.send({ type: "part", talk: talk.handle }));
    this.asides = new Asides(this.part(".aside"), talk.device, { say, send: (sealed) => send({ type: "aside", talk: talk.handle, sealed }) });
    on("[data-mute]", () => (this.muted ? this.send({ type: "unmute", talk: talk.handle }) : this.askToMute()));
    on("[data-call]", () => this.call());
    on("[data-over]", () => this.send({ type: "call", talk: talk.handle, on: false }));
    on("[data-withdraw]", () => this.ask && this.send({ type: "answer", talk: talk.handle, number: this.ask.number, yes: false }));
    this.part(".reasons").onsubmit = (event) => { event.preventDefault(); this.sendMute(); };
    for (const close of talk.element.querySelectorAll("[data-shut]")) close.onclick = () => this.shut();
    talk.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && event.target.closest(".colleagues, .reasons")) this.shut();
    });
    this.box = this.part(".note textarea");
    this.box.oninput = () => { this.dirty = true; clearTimeout(this.later); this.later = setTimeout(() => this.keepNote(), NOTE_PAUSE); };
    this.box.onblur = () => this.dirty && this.keepNote();
  }

  part(selector) { return this.talk.element.querySelector(selector); }
  get muted() { return this.part("[data-mute]").getAttribute("aria-pressed") === "true"; }

  get phone() { return this.talk.element.dataset.phone === "yes"; }
  // In a call a colleague listens along, and does not read.
  word(key, values) { return this.phone && this.say(`listen_${key}`, values) || this.say(key, values); }

  meet(frame) {
    this.binding = read64(frame.binding);
    if (this.dirty) this.keepNote(); // it may have been lost with the connection
  }

  // --- Hand over, and mute ---

  // Whom to ask to take the talk over, or to read along.
  list(kind) {
    const panel = this.part(".colleagues"), other = panel.dataset.kind !== kind;
    if (other) panel.hidden = true;
    panel.dataset.kind = kind;
    panel.querySelector("ul").replaceChildren();
    panel.querySelector("[data-aloud]").hidden = kind !== "help" || !this.phone;
    panel.querySelector("[data-aloud] input").checked = false;
    panel.setAttribute("aria-label", this.part(`[data-${kind}]`).textContent);
    this.toggle(".colleagues", () => this.send({ type: "colleagues", talk: this.talk.handle, kind }));
  }

  toggle(selector, opened) {
    const panel = this.part(selector), was = panel.hidden;
    for (const each of this.talk.element.querySelectorAll(".colleagues, .reasons")) each.hidden = true;
    panel.hidden = !was;
    if (was) opened();
  }

  shut() {
    const panel = this.part(".colleagues"), from = this.part(panel.hidden ? "[data-mute]" : `[data-${panel.dataset.kind}]`);
    this.part(".colleagues").hidden = this.part(".reasons").hidden = true;
    from.focus();
  }

  offer({ rows, desks, kind }) {
    const panel = this.part(".colleagues"), list = panel.querySelector("ul"), aloud = panel.querySelector("[data-aloud]"), said = aloud.querySelector("input");
    if (panel.hidden || panel.dataset.kind !== kind) return;
    panel.querySelector(".hint").textContent = this.word(`${kind}_${rows.length ? "ask" : "nobody"}`);
    const way = (text, frame) => {
      const item = document.createElement("li"), button = Object.assign(document.createElement("button"), { type: "button" });
      button.textContent = text;
      button.onclick = () => {
        if (!aloud.hidden && !said.checked) { panel.querySelector(".hint").textContent = this.say("listen_aloud_first"); return said.focus(); }
        this.shut();
        this.send({ talk: this.talk.handle, ...frame });
      };
      item.append(button);
      return item;
    };
    list.replaceChildren(
      ...rows.map(({ id, name, paused }) => way(paused ? this.say("move_paused", { name }) : name, { type: "ask", kind, to: id, why: [], ...(aloud.hidden ? {} : { aloud: true }) })),
      ...desks.map(({ id, name }) => way(this.say("point_to", { name }), { type: "point", desk: id })),
    );
    (aloud.hidden || !rows.length ? list.querySelector("button") ?? panel.querySelector("[data-shut]") : said).focus();
  }

  askToMute() {
    this.toggle(".reasons", () => {
      this.part(".reasons").reset();
      this.drawReasons();
      this.part(`.reasons ${this.alone() ? "[data-shut]" : "input"}`).focus();
    });
  }

  drawReasons() {
    const panel = this.part(".reasons"), alone = this.alone();
    const way = [panel.querySelector("fieldset"), panel.querySelector(".primary")];
    panel.dataset.alone = alone;
    panel.querySelector(".hint").textContent = this.say(alone ? "mute_alone" : "mute_ask");
    if (alone && way.some((each) => each.contains(document.activeElement))) panel.querySelector("[data-shut]").focus();
    for (const each of way) each.hidden = alone;
  }

  // Who could confirm comes on duty, or leaves, while the reasons are open: what can be asked follows.
  followDuty() {
    const panel = this.part(".reasons"); // none where a talk is wrapped up
    if (panel && !panel.hidden && panel.dataset.alone !== String(this.alone())) this.drawReasons();
  }

  sendMute() {
    const why = [...this.part(".reasons").querySelectorAll(":checked")].map((box) => box.value);
    if (!why.length) { this.part(".reasons .hint").textContent = this.say("mute_why"); return; }
    this.shut();
    this.send({ type: "ask", talk: this.talk.handle, kind: "mute", to: "", why });
  }

  // --- Help ---

  call() {
    if (!this.send({ type: "call", talk: this.talk.handle, on: true })) this.talk.tell(this.say("call_lost"));
    if (!this.part(".hand").hidden) this.talk.hand.close(); // it would cover what comes now
    this.opened ||= !this.part(".routine").open; // by the call, which closes it when it is over
    this.part(".routine").open = true; // the operator's own words, whatever comes of the call
  }

  draw(ask, call) {
    this.ask = ask && OPEN.includes(ask.stage) ? ask : null;
    this.part(".asking").hidden = !this.ask;
    if (this.ask) this.part(".asking span").textContent = this.word(`asking_${ask.kind}_${ask.stage}`, ask);
    const over = !call && !this.part(".help").hidden;
    this.part(".help").hidden = !call;
    if (over && this.opened) this.opened = this.part(".routine").open = false;
    if (!call) return;
    const who = call.coming.length ? "help_coming" : this.alone() ? "help_alone" : "help_called";
    const words = this.say(who, { names: call.coming.join(", ") }), place = this.part(".help [role=status]");
    if (place.textContent !== words) place.textContent = words;
  }

  // Who reads along, for as long as it is so.
  drawHelper(name) {
    const part = this.part(".helped"), words = name && this.word("helped", { name });
    part.hidden = !name;
    this.part("[data-help]").hidden = Boolean(name);
    if (part.querySelector("[role=status]").textContent === words) return;
    part.querySelector("[role=status]").textContent = words;
    if (!name) part.querySelector("ul").replaceChildren();
    Object.assign(this.asides, { name, early: false });
  }

  // --- The note: sealed to this device before it leaves the page ---

  get info() { return joined(bytesOf("fristad 1 note"), this.binding); }

  async keepNote() {
    clearTimeout(this.later);
    const { value } = this.box, { device } = this.talk, note = padded(bytesOf(value), NOTE_SIZES);
    if (this.talk.ended || !this.binding) return;
    if (!note) return this.tellNote("note_long");
    const sealed = value ? write64(await hpkeSeal(note, read64(device.key), this.info)) : "";
    this.dirty = !this.send({ type: "note", talk: this.talk.handle, sealed });
    this.tellNote(this.dirty ? "note_lost" : "note_kept");
  }

  async showNote(sealed) {
    if (this.box.value || this.dirty) return; // what stands here is newer
    try {
      this.box.value = unpadded(await hpkeOpen(read64(sealed), this.talk.device.pair, this.info));
      this.part(".note").open = true;
      this.tellNote("note_kept");
    } catch {
      this.tellNote("note_closed");
    }
  }

  tellNote(key) { this.part(".note [role=status]").textContent = this.say(key); }
}
