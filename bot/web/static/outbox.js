// Own messages on their way to a person: numbered, repeated until acknowledged, never two out of one.
const LATE = 10_000; // milliseconds without an acknowledgement

class Outbox {
  #entries = [];
  #next = 1;
  #transmit;
  #mark;

  // `transmit(entry)` tries to send; `mark(entry)` shows entry.state: sending, late, sent, delivered, failed.
  constructor(transmit, mark) {
    this.#transmit = transmit;
    this.#mark = mark;
  }

  add(body, place) {
    const random = crypto.getRandomValues(new Uint8Array(12));
    const id = Array.from(random, (byte) => byte.toString(16).padStart(2, "0")).join("");
    const entry = { id, body, place, seq: 0, state: "sending", timer: 0 };
    this.#entries.push(entry);
    this.retry(entry);
  }

  // A failed message goes out again as itself, under the next number.
  retry(entry) {
    entry.seq = this.#next++;
    this.#put(entry, "sending");
    this.#send(entry);
  }

  // The server holds mine up to `up`, and the person has seen mine up to `heard`; the rest goes out again.
  align(up, heard) {
    for (const entry of this.#entries) {
      if (entry.state !== "failed") continue;
      if (entry.seq <= up) this.#put(entry, "sent"); // it had arrived, only its acknowledgement was lost
      else entry.seq = Infinity; // its number goes to another message now
    }
    this.acknowledge(up);
    this.deliver(heard);
    this.renumber(up + 1);
  }

  renumber(next) {
    this.#next = next;
    for (const entry of this.#pending()) {
      entry.seq = this.#next++;
      this.#send(entry);
    }
  }

  acknowledge(up) {
    for (const entry of this.#pending()) if (entry.seq <= up) this.#put(entry, "sent");
  }

  deliver(heard) {
    for (const entry of this.#entries) if (entry.seq <= heard && entry.state === "sent") this.#put(entry, "delivered");
  }

  // What was meant for one person is not sent to another by itself.
  fail() {
    for (const entry of this.#pending()) this.#put(entry, "failed");
  }

  forget() {
    for (const entry of this.#entries) clearTimeout(entry.timer);
    this.#entries = [];
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
