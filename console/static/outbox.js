// The messages of one talk that the server may not have yet, in order: sealed when they are first sent, and sent again as
// they were. A message keeps its number: the server knows a resend by number and id together, so `last` never goes back,
// also when an older list of ours comes in late.

const PACE = 60; // milliseconds between two messages; the server allows 20 frames a second

export class Outbox {
  // seal(text) gives a body, or null while there is no key: then everything waits.
  constructor(wire, talk, seal) {
    this.wire = wire;
    this.talk = talk;
    this.seal = seal;
    this.last = 0; // number of the last message that the server has
    this.waiting = [];
    this.posted = 0; // how many of those are on their way
    this.synced = null; // the connection over which the server has said what it has
    this.busy = false;
    this.changed = () => {}; // called when `waiting` has changed
  }

  add(id, text) {
    this.waiting.push({ id, text });
    this.changed();
    this.pump();
  }

  // The server has this one; its sealed body, when it was sent from here.
  sent(id, seq) {
    const body = this.drop(id)?.body;
    this.last = Math.max(this.last, seq);
    return body;
  }

  // The server cannot take this one; those after it get its number.
  drop(id) {
    const place = this.waiting.findIndex((each) => each.id === id);
    if (place < 0) return null;
    if (place < this.posted) this.posted -= 1;
    const [dropped] = this.waiting.splice(place, 1);
    this.changed();
    return dropped;
  }

  // All that the server has, as it said over `socket`. What it lacks is sent again, after it; an id is never taken twice.
  // `last` is the number of its last one: after a failover there may be numbers whose words are not on the list.
  sync(said, socket, last = 0) {
    const known = new Set(said.map((each) => each.id));
    this.waiting = this.waiting.filter((each) => !known.has(each.id));
    this.last = Math.max(this.last, last, said.at(-1)?.seq ?? 0);
    this.posted = 0;
    this.synced = socket;
    this.changed();
    this.pump();
  }

  // Resolves when what can go out now has.
  pump() {
    if (!this.busy) this.idle = this.post();
    return this.idle;
  }

  // One message after the other, so that they are sealed in the order in which they are sent.
  async post() {
    this.busy = true;
    try {
      for (let message; (message = this.waiting[this.posted]) && this.connected;) {
        message.body ??= await this.seal(message.text);
        if (!message.body) break;
        if (message !== this.waiting[this.posted] || !this.connected) continue; // something came meanwhile
        const seq = this.last + this.posted + 1;
        if (!this.wire.send({ type: "say", talk: this.talk, seq, id: message.id, body: message.body })) break;
        this.posted += 1;
        await new Promise((done) => setTimeout(done, PACE));
      }
    } finally {
      this.busy = false;
    }
  }

  get connected() { return this.synced !== null && this.synced === this.wire.socket; }

  forget() {
    this.waiting = [];
    this.posted = 0;
  }
}

// An id of one's own message. It ends in the number of the visitor's last message on the screen, so that a page that
// was loaded again can show both sides' words in the order in which they were read.
export function newId(after) {
  const random = crypto.getRandomValues(new Uint8Array(12));
  return btoa(String.fromCharCode(...random)).replaceAll("+", "-").replaceAll("/", "_") + "-" + after;
}

const readAfter = (id) => Number(/-(\d+)$/.exec(id)?.[1] ?? 0);

// The messages of both sides in the order in which they were read: each with whether it is one's own.
export function* inOrder(heard, said) {
  let next = 0;
  for (const message of said) {
    while (next < heard.length && heard[next].seq <= readAfter(message.id)) yield [heard[next++], false];
    yield [message, true];
  }
  while (next < heard.length) yield [heard[next++], false];
}
