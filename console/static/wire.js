// The socket of an open page: connects again by itself, numbers the messages of each talk and keeps them until the
// server has them. It holds no words and draws nothing.

const SIGNED_OUT = 4401, ELSEWHERE = 4409;
const SILENCE = 13000; // the server says something every four seconds; without it the connection is dead
const LONGEST_PAUSE = 8000;
const LONGEST = 4000; // bytes of a message as it travels: the server takes no more
const PACE = 60; // milliseconds between two messages; the server allows 20 frames a second

export class Wire {
  // onFrame(frame) for every frame; onLink("open" | "lost" | "elsewhere") for the connection.
  constructor(path, onFrame, onLink) {
    this.address = location.origin.replace(/^http/, "ws") + path;
    this.onFrame = onFrame;
    this.onLink = onLink;
    this.failures = 0;
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.drop(this.socket));
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    this.connect();
  }

  connect() {
    clearTimeout(this.pause);
    const socket = this.socket = new WebSocket(this.address);
    socket.onopen = () => this.listen(socket);
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      this.listen(socket);
      const frame = JSON.parse(event.data);
      if (frame.type === "hello" || frame.type === "load") this.open();
      this.onFrame(frame);
    };
    socket.onclose = (event) => socket === this.socket && this.lose(event.code);
  }

  open() {
    this.failures = 0;
    this.onLink("open");
  }

  listen(socket) {
    clearTimeout(this.deaf);
    this.deaf = setTimeout(() => this.drop(socket), SILENCE);
  }

  // A dead connection can take minutes to say so: it is given up here and now.
  drop(socket) {
    if (!socket || socket !== this.socket) return;
    socket.close();
    this.lose(0);
  }

  lose(code) {
    clearTimeout(this.deaf);
    this.socket = null;
    if (code === SIGNED_OUT) return location.assign("/sign-in");
    if (code === ELSEWHERE) return this.onLink("elsewhere");
    this.onLink("lost");
    const pause = Math.min(LONGEST_PAUSE, 300 * 2 ** this.failures++);
    this.pause = setTimeout(() => this.connect(), pause * (0.7 + 0.6 * Math.random()));
  }

  // The network or the page is back: do not wait for the rest of the pause.
  hurry() {
    if (this.socket === null && this.failures) this.connect();
  }

  // False when there is no connection: nothing was sent.
  send(frame) {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }
}

// The messages of one talk that the server may not have yet, in order. A message keeps its number: the server knows a
// resend by number and id together, so `last` never goes back, also when an older list of ours comes in late.
export class Outbox {
  constructor(wire, talk) {
    this.wire = wire;
    this.talk = talk;
    this.last = 0; // number of the last message that the server has
    this.waiting = [];
    this.posted = 0; // how many of those are on their way
    this.synced = null; // the connection over which the server has said what it has
  }

  add(id, text) {
    this.waiting.push({ id, text });
    this.pump();
  }

  // The server has this one.
  sent(id, seq) {
    this.drop(id);
    this.last = Math.max(this.last, seq);
  }

  // The server cannot take this one; those after it get its number.
  drop(id) {
    const place = this.waiting.findIndex((each) => each.id === id);
    if (place >= 0) this.waiting.splice(place, 1);
    if (place >= 0 && place < this.posted) this.posted -= 1;
  }

  // All that the server has. What it lacks is sent again, after it; an id is never taken twice.
  sync(said) {
    const known = new Set(said.map((each) => each.id));
    this.waiting = this.waiting.filter((each) => !known.has(each.id));
    this.last = Math.max(this.last, said.at(-1)?.seq ?? 0);
    this.posted = 0;
    this.synced = this.wire.socket;
    this.pump();
  }

  pump() {
    const message = this.waiting[this.posted];
    if (this.pacing || !message || this.synced !== this.wire.socket) return;
    const seq = this.last + this.posted + 1;
    if (!this.wire.send({ type: "say", talk: this.talk, seq, ...message })) return;
    this.posted += 1;
    this.pacing = setTimeout(() => { this.pacing = 0; this.pump(); }, PACE);
  }

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

export const fits = (text) => new TextEncoder().encode(JSON.stringify(text)).length <= LONGEST;

export const readAfter = (id) => Number(/-(\d+)$/.exec(id)?.[1] ?? 0);
