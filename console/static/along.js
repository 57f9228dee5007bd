// A talk that this person reads along: a column with both sides' words and no box to the visitor.

import { Asides } from "./aside.js";
import { inOrder } from "./outbox.js";
import { brief } from "./room.js";
import { Seals } from "./seals.js";

const clone = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);
let columns = 0;

class Along {
  ended = true; // for the desk: not in these hands, so that nothing of what is done with those is done with it
  unread = 0;

  constructor({ talk, name, by, phone }, device, { say, send, seen }) {
    Object.assign(this, { handle: talk, name, by, phone, device, say, seen });
    this.seals = new Seals(device);
    this.sealed = { heard: [], said: [] };
    this.turn = Promise.resolve();
    this.element = clone("along-template");
    columns += 1;
    const title = this.part("h3");
    title.textContent = name;
    this.element.setAttribute("aria-labelledby", title.id = `along-${columns}`);
    this.part(".reading-along").textContent = say("along_with", { name: by });
    this.part("[data-part]").onclick = () => send({ type: "part", talk });
    this.asides = new Asides(this.part(".aside"), device, { say, send: (sealed) => send({ type: "aside", talk, sealed }) });
    this.asides.name = by;
    this.part(".aside").open = true;
    this.log = this.part(".log");
    if (!phone) return;
    this.log.hidden = true;
    this.part("[data-part]").textContent = say("listen_stop");
    this.line("");
  }

  // How the line stands on which this person listens along.
  line(is) { this.part(".reading-along").textContent = this.say(is === "connected" ? "listen_on" : "listen_wait", { name: this.by }); }

  part(selector) { return this.element.querySelector(selector); }
  markRead() { if (this.seen(this)) this.unread = 0; }

  // All of it, or what is new; a key that came late opens what was closed.
  meet(frame) {
    brief(this.element, frame);
    if (this.phone) return; // nothing is written
    this.turn = this.turn.then(async () => {
      if (this.over) return;
      if (frame.whole) this.sealed = { heard: [], said: [] };
      const came = await this.seals.meet(frame);
      this.sealed.heard.push(...frame.heard);
      this.sealed.said.push(...frame.said);
      if (frame.whole || came && this.log.querySelector("[data-closed]")) await this.redraw();
      else for (const [message, down] of [...frame.heard.map((each) => [each, false]), ...frame.said.map((each) => [each, true])]) await this.open(message, down);
      if (!frame.whole && !this.seen(this)) this.unread += frame.heard.length + frame.said.length;
      this.log.scrollTop = this.log.scrollHeight;
      this.changed?.();
    });
  }

  async redraw() {
    this.seals.rewind();
    this.log.replaceChildren();
    for (const [message, down] of inOrder([...this.sealed.heard], this.sealed.said)) await this.open(message, down);
  }

  async open(message, down) {
    const { words, closed } = await this.seals.open(down ? "down" : "up", message.body);
    if (this.over || closed === "earlier" && this.log.lastElementChild?.dataset.closed === "earlier") return;
    const element = clone(closed ? "closed-template" : "message-template");
    element.classList.add(down ? "own" : "theirs");
    if (closed) {
      element.dataset.closed = closed;
      element.textContent = this.say(closed === "earlier" ? "along_closed" : `closed_${closed}`);
    } else {
      element.querySelector(".who").textContent = down ? this.by : this.name;
      element.querySelector(".bubble").textContent = words;
    }
    this.log.append(element);
  }

  // Its words leave the page at once.
  close() {
    this.over = true;
    this.seals = this.sealed = null;
    this.log.replaceChildren();
  }
}

export class Alongs {
  // `talks` are the desk's columns by handle; `device()` is this page's; `bring(handle)` shows one, `drop(handle)` takes it away.
  constructor({ talks, place, device, say, tell, send, seen, bring, drop, changed }) {
    Object.assign(this, { talks, place, device, say, tell, send, seen, bring, drop, changed });
  }

  get(handle) {
    const along = this.talks.get(handle);
    return along instanceof Along ? along : null;
  }

  show(frame) {
    let along = this.get(frame.talk);
    const fresh = !along || along.device !== this.device();
    if (fresh) {
      const busy = this.place.contains(document.activeElement);
      this.talks.get(frame.talk)?.element.remove();
      along = new Along(frame, this.device(), this);
      along.changed = this.changed;
      this.talks.set(frame.talk, along);
      this.place.append(along.element);
      this.tell(this.say(frame.phone ? "listen_begins" : "along_begins", frame));
      if (!busy) this.bring(frame.talk);
    }
    along.meet(frame);
  }

  line({ talk, is }) { if (this.get(talk)?.phone) this.get(talk).line(is); }
  asides(frame) { this.get(frame.talk)?.asides.show(frame); }

  // What is read along as a connection begins: all else ended meanwhile.
  only(handles) { for (const talk of [...this.talks.keys()]) if (!handles.includes(talk)) this.over({ talk }); }

  over({ talk }) {
    const along = this.get(talk);
    if (!along) return;
    along.close();
    this.tell(this.say(along.phone ? "listen_over" : "along_over", { name: along.by }));
    this.drop(talk);
  }
}
