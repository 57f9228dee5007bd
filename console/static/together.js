// What colleagues ask of each other: questions to answer, and calls for help, above everything else on the desk.

import { Beside, onHelpKey, OPEN } from "./beside.js";
import { brief } from "./room.js";
import { sound } from "./tone.js";

const AGAIN = 2500; // milliseconds between two soundings of a call that nobody here has answered
const $ = (id) => document.getElementById(id);
const clone = (id) => $(id).content.firstElementChild.cloneNode(true);

export class Together {
  // `talks` are those in hand, `current()` is the one that a key press means, `bring()` shows one; `send` tells the server, `tell` shows a notice.
  constructor({ say, tell, send, talks, current, bring, changed }) {
    Object.assign(this, { say, tell, send, talks, current, bring, changed });
    this.desks = [];
    this.besides = new WeakMap(); // Talk -> its part of the column
    this.heeded = new Set(); // calls that this person has answered, or seen
    this.stages = new Map(); // handle -> the question and how far it was at the last look
    this.asking = new Set(); // talks about which this page asked, and has not heard what came of it
    onHelpKey(() => this.help());
  }

  // The key for help was pressed.
  help() {
    const talk = this.current();
    if (!talk) return;
    this.bring(talk);
    this.besides.get(talk)?.call();
  }

  get calling() { return this.pressing > 0; }

  // A talk came into these hands, or was read anew.
  meet(talk, frame) {
    if (!this.besides.has(talk)) this.besides.set(talk, new Beside(talk, { say: this.say, send: (frame) => this.sendFor(talk, frame), alone: () => this.alone(talk) }));
    this.besides.get(talk).meet(frame);
    this.drawOwn();
  }

  // How many are on duty at each desk, as the waiting list told.
  count(desks) {
    this.desks = desks;
    for (const talk of this.talks.values()) if (!talk.ended) this.besides.get(talk)?.followDuty();
  }

  // Whether nobody else is on duty at the talk's desk.
  alone(talk) { return !(this.desks.find((desk) => desk.id === talk.desk)?.on_duty > 1); }

  sendFor(talk, frame) {
    if (frame.type === "ask" || frame.type === "point") this.asking.add(talk.handle);
    return this.send(frame);
  }

  // The server did not take the question.
  refuse(code, handle) { if (code.startsWith("ask_") || code === "mute_alone") this.asking.delete(handle); }

  colleagues(talk, frame) { this.besides.get(talk)?.offer(frame); }
  asides(talk, frame) { this.besides.get(talk)?.asides.show(frame); }
  note(talk, sealed) { this.besides.get(talk)?.showNote(sealed); }

  show(frame) {
    this.frame = frame;
    this.list($("asked"), frame.asked, (each) => `${each.talk} ${each.number} ${each.stage}`, (each) => this.question(each));
    this.list($("calls"), frame.calls.filter((each) => !each.own), (each) => each.talk, (each) => this.call(each), (card, each) => this.drawCall(card, each));
    this.drawOwn();
    for (const handle of this.heeded) if (!frame.calls.some((each) => each.talk === handle)) this.heeded.delete(handle);
    this.press();
  }

  // Cards stay where they are while they are still asked: whoever is about to press one presses that one.
  list(place, things, keyOf, make, draw = () => {}) {
    const old = new Map([...place.children].map((card) => [card.dataset.key, card]));
    for (const thing of things) {
      const card = old.get(keyOf(thing)) ?? place.appendChild(make(thing));
      card.dataset.key = keyOf(thing);
      old.delete(keyOf(thing));
      draw(card, thing);
    }
    const inside = [...old.values()].some((card) => card.contains(document.activeElement));
    for (const card of old.values()) card.remove();
    place.hidden = !place.children.length;
    if (inside) $("talks-title").focus();
  }

  question(each) {
    const card = clone("asked-template"), answered = each.stage === "visitor";
    const answer = (yes) => this.send({ type: "answer", talk: each.talk, number: each.number, yes });
    const word = (key) => each.phone && this.say(`listen_${key}`, each) || this.say(key, each);
    card.querySelector(".what").textContent = word(answered ? `asked_${each.kind}_visitor` : `asked_${each.kind}`);
    if (each.facts) brief(card, each);
    card.querySelector(".why").textContent = each.why.join(" · ");
    card.querySelector("[data-yes]").hidden = answered;
    card.querySelector("[data-yes]").textContent = word(`asked_${each.kind}_yes`);
    card.querySelector("[data-no]").textContent = this.say(answered ? "asked_not" : "asked_no");
    card.querySelector("[data-yes]").onclick = () => answer(true);
    card.querySelector("[data-no]").onclick = () => answer(false);
    return card;
  }

  call(each) {
    const card = clone("call-template");
    card.querySelector(".what").textContent = this.say("call_now", each);
    card.querySelector("[data-come]").onclick = () => { this.heed(each.talk); this.send({ type: "come", talk: each.talk }); };
    card.querySelector("[data-seen]").onclick = () => this.heed(each.talk);
    return card;
  }

  drawCall(card, { talk, coming, mine }) {
    card.querySelector(".coming").textContent = this.say(coming.length ? "call_coming" : "call_nobody", { names: coming.join(", ") });
    card.querySelector("[data-come]").hidden = mine;
    card.querySelector("[data-seen]").hidden = mine || this.heeded.has(talk) || coming.length > 0;
    card.classList.toggle("heeded", mine || this.heeded.has(talk) || coming.length > 0);
  }

  heed(handle) {
    this.heeded.add(handle);
    this.show(this.frame);
  }

  // Sounds until somebody comes, or it was seen here. The sound switch is for the ring that somebody waits; a call is rare,
  // about danger now, and meant for people who looked away, so it sounds with that switch off and during a pause too.
  press() {
    const open = this.frame.calls.filter((each) => !each.own && !each.mine && !each.coming.length && !this.heeded.has(each.talk));
    if (open.length && !this.pressing) {
      sound("call");
      this.timer = setInterval(() => sound("call"), AGAIN);
    }
    if (!open.length) clearInterval(this.timer);
    this.pressing = open.length;
    this.changed();
  }

  drawOwn() {
    if (!this.frame) return;
    for (const talk of this.talks.values()) {
      const beside = this.besides.get(talk);
      if (talk.ended || !beside) continue;
      const ask = this.frame.own.find((each) => each.talk === talk.handle);
      beside.draw(ask, this.frame.calls.find((each) => each.talk === talk.handle));
      beside.drawHelper(this.frame.helped.find((each) => each.talk === talk.handle)?.name ?? "");
    }
    for (const ask of this.frame.own) this.tellEnd(ask);
  }

  // What became of a question is said once, and only of one that was asked or seen open here.
  tellEnd(ask) {
    const before = this.stages.get(ask.talk), name = this.talks.get(ask.talk)?.name;
    this.stages.set(ask.talk, ask);
    if (OPEN.includes(ask.stage) || before?.number === ask.number && before.stage === ask.stage) return;
    if (!this.asking.delete(ask.talk) && before?.number !== ask.number) return;
    const listened = this.talks.get(ask.talk)?.element.dataset.phone && this.say(`listen_ask_${ask.stage}_${ask.kind}`, { ...ask, name });
    const words = listened || this.say(`ask_${ask.stage}_${ask.kind}`, { ...ask, name }) || this.say(`ask_${ask.stage}`, { ...ask, name });
    if (words) this.tell(words);
  }
}
