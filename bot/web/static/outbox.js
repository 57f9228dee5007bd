// Own messages on their way to a person: numbered, repeated until acknowledged, never two out of one.
const LATE = 10_000; // milliseconds without an acknowledgement
const UNNUMBERED = Infinity; // the number of a message that has none
const PERSON_LIMIT = 4000; // bytes of one message in UTF-8
const FRAME_ROOM = 16_000; // characters for its JSON, in which a control character takes six

// Half of a pair, as a broken keyboard or a cut paste leaves it, is no text that can be sent.
const wellFormed = (words) => words.replace(/\p{Surrogate}/gu, "\u{fffd}");

const fitsFrame = (words) =>
  new TextEncoder().encode(words).length <= PERSON_LIMIT && JSON.stringify(words).length <= FRAME_ROOM;

class Outbox {
  #entries = [];
  #next = 1;
  #transmit;
  #mark;
  #readable;

  // `transmit(entry)` tries to send; `mark(entry)` shows entry.state: sending, late, sent, delivered, failed;
  // `readable(entry)` tells whether whoever has the talk now can read it at all.
  constructor(transmit, mark, readable = () => true) {
    this.#transmit = transmit;
    this.#mark = mark;
    this.#readable = readable;
  }

  add(body, place) {
    const random = crypto.getRandomValues(new Uint8Array(12));
    const id = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const entry = { id, body, place, seq: UNNUMBERED, state: "sending", timer: 0 };
    this.#entries.push(entry);
    this.retry(entry);
  }

  // Whether it belongs to the talk that runs: what was meant for the person of an earlier one stays here.
  holds(entry) {
    return this.#entries.includes(entry);
  }

  // A failed message goes out again as itself, and under its own number: it may have arrived without our knowing.
  retry(entry) {
    if (!this.holds(entry)) return;
    if (entry.seq === UNNUMBERED) entry.seq = this.#next++;
    this.#put(entry, "sending");
    this.#send(entry);
  }

  // A failover may have forgotten what was acknowledged: above `up` nothing has arrived.
  recall(up) {
    for (const entry of this.#entries) if (entry.seq > up && entry.state !== "failed") this.#put(entry, "sending");
  }

  // The server holds mine up to `up`, and the person has seen mine up to `heard`; the rest goes out again.
  align(up, heard) {
    this.note(up, heard);
    this.renumber(up + 1);
  }

  note(up, heard) {
    this.acknowledge(up);
    this.deliver(heard);
  }

  // The server wants this number next. It has everything before: what was not acknowledged lost its answer on the way, and
  // under another number it would arrive twice. It has nothing after, whatever it said before a failover.
  renumber(next) {
    this.acknowledge(next - 1);
    this.recall(next - 1);
    this.#next = next;
    for (const entry of this.#failed()) if (entry.seq >= next) entry.seq = UNNUMBERED; // another one gets it now
    for (const entry of this.#pending()) {
      entry.seq = this.#next++;
      this.#send(entry);
    }
  }

  // Also for one that counts as failed: it had arrived, only its acknowledgement was late or lost.
  acknowledge(up) {
    for (const entry of [...this.#pending(), ...this.#failed()]) if (entry.seq <= up) this.#put(entry, "sent");
  }

  // The server can do nothing with this one message.
  refuse(seq) {
    for (const entry of this.#pending().filter((sent) => sent.seq === seq)) {
      entry.seq = UNNUMBERED;
      this.#put(entry, "failed");
    }
  }

  // The number alone does not say it: the next person has seen later messages, and not those that only the last one could
  // read.
  deliver(heard) {
    for (const entry of this.#entries) {
      if (entry.seq <= heard && entry.state === "sent" && this.#readable(entry)) this.#put(entry, "delivered");
    }
  }

  // What was meant for one person is not sent to another by itself. Returns how many that were.
  fail() {
    const pending = this.#pending();
    for (const entry of pending) this.#put(entry, "failed");
    return pending.length;
  }

  // The talk is over: what has not arrived never will, and cannot be tried again.
  forget() {
    const lost = [...this.#pending(), ...this.#failed()];
    this.#entries = [];
    for (const entry of lost) this.#put(entry, "failed");
  }

  #failed() {
    return this.#entries.filter((entry) => entry.state === "failed");
  }

  #pending() {
    return this.#entries.filter((entry) => entry.state === "sending" || entry.state === "late");
  }

  #send(entry) {
    this.#transmit(entry);
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => {
      this.#put(entry, "late");
      this.#send(entry);
    }, LATE);
  }

  #put(entry, state) {
    if (state !== "sending" && state !== "late") clearTimeout(entry.timer);
    entry.state = state;
    this.#mark(entry);
  }
}
