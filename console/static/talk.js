// One talk in hand as a column of the desk: its messages, the box to write in, and the wrap-up when it has ended.

import { drawMuted, drawState, drawUnread, onDeeds } from "./column.js";
import { drawCompared } from "./compare.js";
import { inOrder, newId, Outbox } from "./outbox.js";
import { Hand } from "./hand.js";
import { bytesOf, MAX_WORDS } from "./sealing.js";
import { Seals } from "./seals.js";
import { wrapUpForm } from "./wrapup.js";

const GLANCE = 300; // milliseconds until the visitor is told that messages were shown
const KEY_PATIENCE = 1500; // milliseconds in which a key comes as a rule: so long nothing is said of it
const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
let columns = 0;

export class Talk {
  // `say` gives words, `tell` shows a notice, `seen()` tells whether the column is on the screen, `changed()` and `closed()` report.
  constructor(wire, handle, name, device, { say, tell, seen, changed, closed }) {
    Object.assign(this, { wire, handle, name, device, say, tell, seen, changed, closed });
    this.seals = new Seals(device);
    this.outbox = new Outbox(wire, handle, (words) => this.seals.seal(words));
    this.turn = Promise.resolve(); // what is opened, one thing after the other
    this.sealed = { heard: [], said: [] }; // the whole talk as it came: opened anew when a key comes for what was closed
    this.heard = 0; // the visitor's last message that was drawn
    this.opened = 0; // the last of those that could be read
    this.read = 0; // the last that was on the screen
    this.own = new Map(); // message id -> { seq, element }
    this.delivered = 0; this.unsure = new Set(); // numbers of own messages that came, and that nobody knows to have come
    this.element = this.draw();
    this.log = this.part(".log");
    this.pinned = true; // the end of the log stays in view, also when the column changes its size
    this.log.onscroll = () => { this.pinned = this.atEnd(); };
    new ResizeObserver(() => this.scroll(this.pinned)).observe(this.log);
  }

  get unread() { return this.heard - this.read; }
  part(selector) { return this.element.querySelector(selector); }

  draw() {
    const element = clone("talk-template"), box = element.querySelector(".compose textarea"), title = element.querySelector("h3");
    columns += 1;
    title.textContent = this.name;
    element.setAttribute("aria-labelledby", title.id = `talk-${columns}`);
    element.querySelector(".compose label").htmlFor = box.id = `box-${columns}`;
    onDeeds(element, (type) => void this.outbox.pump().then(() => this.wire.send({ type, talk: this.handle }) || this.tell(this.say("undone"))), this.say); // words first
    element.querySelector(".compose").onsubmit = (event) => { event.preventDefault(); this.write(box); };
    element.querySelector(".compare").ontoggle = () => this.compare();
    const ask = () => this.wire.send({ type: "hand", talk: this.handle });
    this.hand = new Hand(element, { ask, write: () => this.write(box), send: (words) => this.sendWords(words), say: this.say });
    return element;
  }

  write(box) {
    const words = box.value.trim(), id = newId(this.heard);
    const text = words.toWellFormed?.() ?? words; // half a character, as a broken keyboard may leave it, cannot travel
    box.focus();
    if (!text) return;
    if (bytesOf(text).length > MAX_WORDS) return this.tell(this.say("too_long"));
    box.value = "";
    this.sendWords(text, id);
  }

  sendWords(words, id = newId(this.heard)) {
    this.show({ id }, true, { words });
    this.outbox.add(id, words);
    this.scroll(true);
  }

  // What was written here and did not reach the server.
  unsent() { return [...this.outbox.waiting.map((each) => each.text), this.part(".compose textarea").value].filter(Boolean).join("\n"); }

  // Opening takes time, and only works in order: each thing waits for the one before.
  inTurn(work) {
    this.turn = this.turn.then(() => this.ended || work()).catch((error) => { setTimeout(() => { throw error; }); });
  }

  // The whole talk, after a claim, a reload or a lost connection: in the order in which it was read.
  restore(frame) {
    const { socket } = this.wire; // the one over which it came
    this.part(".compare").hidden = !(this.language = frame.compare);
    this.inTurn(async () => {
      const before = this.heard;
      await this.seals.meet(frame);
      this.sealed = { heard: [...frame.heard], said: [...frame.said] };
      await this.redraw();
      if (this.ended) return;
      this.heard = frame.heard.at(-1)?.seq ?? 0; // less than before where a failover forgot some: the visitor says them again
      this.read = Math.min(Math.max(this.read, before), this.heard);
      this.unsure = new Set(frame.unsure); this.deliver(frame.delivered);
      this.setAway(frame.away); this.setMuted(frame.muted); this.drawKey();
      this.outbox.sync(frame.said, socket, frame.last);
      this.scroll(true);
      this.markRead();
      this.tellRead(); // once more: it may have been lost with the connection
    });
  }

  // Opens everything from the first message, then shows it in one go.
  async redraw() {
    const { seals } = this, said = [...this.sealed.said], known = new Set(said.map((each) => each.id)), drawn = [];
    seals.rewind();
    for (const [message, own] of inOrder([...this.sealed.heard], said)) {
      drawn.push([message, own, await seals.open(own ? "down" : "up", message.body)]);
    }
    if (this.ended) return;
    // Not on the list: not sent yet, or sent while the list was on its way.
    const pending = [...this.own].filter(([id, { seq }]) => (!seq || seq > (said.at(-1)?.seq ?? 0)) && !known.has(id));
    this.log.replaceChildren();
    this.own.clear();
    for (const each of drawn) this.show(...each);
    for (const [id, each] of pending) { this.own.set(id, each); this.log.append(each.element); }
  }

  hear(message) {
    this.inTurn(async () => {
      if (message.seq <= this.heard) return;
      this.sealed.heard.push(message);
      const opened = await this.seals.open("up", message.body), stays = this.pinned;
      if (this.ended) return;
      this.heard = message.seq;
      this.show(message, false, opened);
      this.scroll(stays);
      this.markRead();
    });
  }

  // The visitor's page gave a key, or refused; or an epoch began whose key is still to come.
  keys(frame) {
    this.inTurn(async () => {
      const stays = this.pinned;
      if (await this.seals.meet(frame) && this.log.querySelector("[data-closed]")) await this.redraw();
      if (this.ended) return;
      this.drawKey();
      this.outbox.pump();
      this.scroll(stays);
      this.markRead();
      this.tellRead();
    });
  }

  show(message, own, { words, closed }) {
    if (!own && !closed) this.opened = message.seq;
    if (closed === "earlier" && this.log.lastElementChild?.dataset.closed === "earlier") return; // one line for all of them
    const element = clone(closed ? "closed-template" : "message-template");
    element.classList.add(own ? "own" : "theirs");
    this.log.append(element);
    if (closed) {
      element.dataset.closed = closed;
      element.textContent = this.say(`closed_${closed}`);
      return;
    }
    element.querySelector(".who").textContent = own ? this.say("you") : this.name;
    element.querySelector(".bubble").textContent = words;
    if (!own) return;
    this.own.set(message.id, { seq: message.seq ?? 0, element });
    this.drawState(message.id);
  }

  sent(id, seq) {
    const body = this.outbox.sent(id, seq);
    if (body) this.sealed.said.push({ seq, id, body });
    this.mark(id, { seq });
  }

  // The server cannot take this message; the others go on.
  fail(id) {
    this.outbox.drop(id);
    this.mark(id, { failed: true });
  }

  mark(id, how) { if (this.own.has(id)) { Object.assign(this.own.get(id), how); this.drawState(id); } }

  setMuted(muted) { drawMuted(this.element, muted, muted ? this.say("muted", { name: this.name }) : ""); }
  setAway(away) { this.part(".away").textContent = away ? this.say("away") : ""; }

  // The server's list of our messages, because a number did not fit. One written in another window is drawn here too.
  order({ said, last }) {
    const { socket } = this.wire;
    this.inTurn(async () => {
      this.sealed.said = said;
      await this.redraw();
      this.outbox.sync(said, socket, last);
    });
  }

  deliver(seq) {
    this.delivered = Math.max(this.delivered, seq);
    for (const id of this.own.keys()) this.drawState(id);
  }

  drawState(id) {
    const { seq, element, failed } = this.own.get(id);
    const state = failed ? "failed" : !seq ? (this.seals.ready ? "waiting" : "keyless") : this.unsure.has(seq) ? "unsure" : seq > this.delivered ? "sent" : "delivered";
    drawState(element, state, this.say);
  }

  // Whether words can be sealed, and what to do when they cannot.
  drawKey() {
    const { ready, refused } = this.seals, why = refused ? "key_refused" : this.device.ready ? "key_missing" : "no_device";
    const draw = () => { this.part(".key").textContent = this.say(why); };
    clearTimeout(this.missing);
    if (ready) this.part(".key").textContent = "";
    else if (refused || !this.device.ready) draw();
    else this.missing = setTimeout(() => this.ended || draw(), KEY_PATIENCE);
    for (const id of this.own.keys()) this.drawState(id);
    this.compare();
  }

  compare() { return drawCompared(this.part(".compare"), this.language, this.seals?.compared, this.say); }

  // Tells the visitor what was on the screen, and only that.
  markRead() {
    if (this.unread && this.seen(this)) {
      this.read = this.heard;
      this.tellRead();
    }
    drawUnread(this.element, this.unread, this.unread ? this.say("unread", { count: this.unread }) : "");
    this.changed();
  }

  tellRead() {
    this.glance ||= setTimeout(() => {
      this.glance = 0;
      const seq = Math.min(this.read, this.opened); // what could not be opened was not read
      if (seq && !this.ended) this.wire.send({ type: "heard", talk: this.handle, seq });
    }, GLANCE);
  }

  atEnd() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 60; }
  scroll(wanted) { if (wanted) this.log.scrollTop = this.log.scrollHeight; }

  // The talk has ended: its words leave the page at once, and the closed choices take their place.
  wrapUp(reason, suggested, ticket) {
    const inside = this.element.contains(document.activeElement);
    const busy = document.activeElement !== document.body && reason !== "staff"; // at work elsewhere: not disturbed
    const answer = (choices) => this.wire.send({ type: "wrapup", talk: this.handle, choices, ticket });
    const form = wrapUpForm(suggested, answer, () => { answer([]); this.closed(); });
    this.ended = true;
    this.own.clear();
    this.outbox.forget();
    this.seals = this.sealed = null;
    clearTimeout(this.missing);
    this.read = this.heard;
    this.element.replaceChildren(this.part(".talk-head"), form);
    for (const part of this.element.querySelectorAll(".talk-actions, .talk-head .badge, .talk-head .danger")) part.remove();
    this.part(".ended").textContent = this.say(`ended_${reason}`, { name: this.name });
    if (inside || !busy) this.part("h4").focus();
    this.changed();
  }
}
