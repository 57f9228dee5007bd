// One talk in hand as a column of the desk: its messages, the box to write in, and the wrap-up when it has ended.

import { fits, newId, Outbox, readAfter } from "./wire.js";

const GLANCE = 300; // milliseconds until the visitor is told that messages were shown
const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
let columns = 0;

export class Talk {
  // `say` gives words, `tell` shows a notice, `seen()` tells whether the column is on the screen, `changed()` and `closed()` report.
  constructor(wire, handle, name, { say, tell, seen, changed, closed }) {
    Object.assign(this, { wire, handle, name, say, tell, seen, changed, closed });
    this.outbox = new Outbox(wire, handle);
    this.heard = 0; // the visitor's last message that was drawn
    this.read = 0; // the last that was on the screen
    this.own = new Map(); // message id -> { seq, element }
    this.delivered = 0;
    this.element = this.draw();
    this.log = this.part(".log");
    this.pinned = true; // the end of the log stays in view, also when the column changes its size
    this.log.onscroll = () => { this.pinned = this.atEnd(); };
    new ResizeObserver(() => this.scroll(this.pinned)).observe(this.log);
  }

  get unread() { return this.heard - this.read; }

  part(selector) { return this.element.querySelector(selector); }

  draw() {
    const element = clone("talk-template"), box = element.querySelector("textarea"), title = element.querySelector("h3");
    const number = ++columns;
    title.textContent = this.name;
    element.setAttribute("aria-labelledby", title.id = `talk-${number}`);
    element.querySelector("label").htmlFor = box.id = `box-${number}`;
    element.querySelector("[data-do=end]").onclick = () => this.wire.send({ type: "end", talk: this.handle });
    element.querySelector("[data-do=release]").onclick = () => this.wire.send({ type: "release", talk: this.handle });
    element.querySelector("[data-do=mute]").onclick = () => this.wire.send({ type: "mute", talk: this.handle, muted: !this.muted });
    element.querySelector(".compose").onsubmit = (event) => { event.preventDefault(); this.write(box); };
    box.onkeydown = (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.write(box);
    };
    return element;
  }

  write(box) {
    const words = box.value.trim(), id = newId(this.heard);
    const text = words.toWellFormed?.() ?? words; // half a character, as a broken keyboard may leave it, cannot travel
    box.focus();
    if (!text) return;
    if (!fits(text)) return this.tell(this.say("too_long"));
    box.value = "";
    this.show({ id, text }, true);
    this.outbox.add(id, text);
    this.scroll(true);
  }

  // What was written here and did not reach the server.
  unsent() { return [...this.outbox.waiting.map((each) => each.text), this.part("textarea").value].filter(Boolean).join("\n"); }

  // The whole talk, after a claim, a reload or a lost connection: in the order in which it was read.
  restore({ heard, said, delivered, away, muted }) {
    const { log } = this, last = said.at(-1)?.seq ?? 0, fresh = this.heard;
    // Not on the list: not sent yet, or sent while the list was on its way.
    const pending = [...this.own].filter(([id, { seq }]) => (!seq || seq > last) && !said.some((each) => each.id === id));
    log.replaceChildren();
    this.own.clear();
    let next = 0;
    for (const message of said) {
      while (next < heard.length && heard[next].seq <= readAfter(message.id)) this.show(heard[next++], false);
      this.show(message, true);
    }
    while (next < heard.length) this.show(heard[next++], false);
    for (const [id, each] of pending) { this.own.set(id, each); log.append(each.element); }
    this.heard = Math.max(this.heard, heard.at(-1)?.seq ?? 0);
    this.read = Math.max(this.read, Math.min(fresh, this.heard));
    this.deliver(delivered);
    this.setAway(away);
    this.setMuted(muted);
    this.outbox.sync(said);
    this.scroll(true);
    this.markRead();
    this.tellRead(); // once more: it may have been lost with the connection
  }

  hear(message) {
    if (message.seq <= this.heard) return;
    const stays = this.pinned;
    this.heard = message.seq;
    this.show(message, false);
    this.scroll(stays);
    this.markRead();
  }

  show(message, own) {
    const element = clone("message-template");
    element.classList.add(own ? "own" : "theirs");
    element.querySelector(".who").textContent = own ? this.say("you") : this.name;
    element.querySelector(".bubble").textContent = message.text;
    this.log.append(element);
    if (!own) return;
    this.own.set(message.id, { seq: message.seq ?? 0, element });
    this.drawState(message.id);
  }

  sent(id, seq) {
    this.outbox.sent(id, seq);
    const own = this.own.get(id);
    if (own) { own.seq = seq; this.drawState(id); }
  }

  // The server cannot take this message; the others go on.
  fail(id) {
    this.outbox.drop(id);
    const own = this.own.get(id);
    if (own) { own.failed = true; this.drawState(id); }
  }

  setMuted(muted) {
    this.muted = muted;
    this.part("[data-do=mute]").setAttribute("aria-pressed", String(muted));
    this.part(".muted").textContent = muted ? this.say("muted", { name: this.name }) : "";
  }

  setAway(away) { this.part(".away").textContent = away ? this.say("away") : ""; }

  // The server's list of our messages, because a number did not fit. One written in another window is drawn here too.
  order(said) {
    for (const message of said) this.own.has(message.id) ? this.sent(message.id, message.seq) : this.show(message, true);
    this.outbox.sync(said);
  }

  deliver(seq) {
    this.delivered = Math.max(this.delivered, seq);
    for (const id of this.own.keys()) this.drawState(id);
  }

  drawState(id) {
    const { seq, element, failed } = this.own.get(id);
    const state = failed ? "failed" : !seq ? "waiting" : seq > this.delivered ? "sent" : "delivered";
    if (element.dataset.state === state) return;
    element.dataset.state = state;
    element.querySelector(".state").textContent = this.say(`state_${state}`);
  }

  // Tells the visitor what was on the screen, and only that.
  markRead() {
    if (this.unread && this.seen(this)) {
      this.read = this.heard;
      this.tellRead();
    }
    const badge = this.part(".talk-head .badge");
    badge.hidden = !this.unread;
    badge.textContent = this.unread ? this.say("unread", { count: this.unread }) : "";
    this.changed();
  }

  tellRead() {
    this.glance ||= setTimeout(() => {
      this.glance = 0;
      if (this.read && !this.ended) this.wire.send({ type: "heard", talk: this.handle, seq: this.read });
    }, GLANCE);
  }

  atEnd() {
    const { log } = this;
    return log.scrollHeight - log.scrollTop - log.clientHeight < 60;
  }

  scroll(wanted) {
    if (wanted) this.log.scrollTop = this.log.scrollHeight;
  }

  // The talk has ended: its words leave the page at once, and the closed choices take their place.
  wrapUp(reason, suggested) {
    const form = clone("wrapup-template"), inside = this.element.contains(document.activeElement);
    const busy = document.activeElement !== document.body && reason !== "staff"; // at work elsewhere: not disturbed
    const skip = () => { this.wire.send({ type: "wrapup", talk: this.handle, choices: [] }); this.closed(); };
    this.ended = true;
    this.own.clear();
    this.outbox.forget();
    this.read = this.heard;
    for (const input of form.querySelectorAll("input")) input.checked = suggested.includes(input.value);
    form.onsubmit = (event) => {
      event.preventDefault();
      this.wire.send({ type: "wrapup", talk: this.handle, choices: [...new FormData(form).values()] });
    };
    form.onkeydown = (event) => { if (event.key === "Escape") skip(); }; // a value of false would swallow the key
    form.querySelector("[data-do=skip]").onclick = skip;
    this.element.replaceChildren(this.part(".talk-head"), form);
    for (const part of this.element.querySelectorAll(".talk-actions, .talk-head .badge, .talk-head .danger")) part.remove();
    this.part(".ended").textContent = this.say(`ended_${reason}`, { name: this.name });
    if (inside || !busy) this.part("h4").focus();
    this.changed();
  }
}
