// One talk over one socket that is opened again whenever it is lost.
const EXIT = 4001; // close code: the visitor left by the exit
const ENDED = 4000; // close code: the talk is over
const RESTARTING = 1012; // close code: this server goes, and another one takes over
const UNKNOWN = 4401; // close code: no such talk for this page
const QUIET = 8000; // milliseconds in which nothing is said of a change that was announced
const LONGEST = 15_000; // milliseconds between two attempts
const PACE = 60; // milliseconds between two messages; the server allows 20 frames a second
const BURST = 40; // messages at that pace; whoever has more to send goes on
const SLOW = 200; // milliseconds apart, as the server would hold them back
const GLANCE = 300; // milliseconds until the person is told that messages were shown
const BEAT = 12_000; // milliseconds between two questions whether the server is still there

class Talk {
  #token;
  #tell;
  #down;
  #socket = null;
  #attempts = 0;
  #timer = 0;
  #over = false;
  #ending = false;
  #seen = 0;
  #queue = [];
  #pacing = 0;
  #left = BURST;
  #sent = 0;
  #glance = 0;
  #beat = 0;
  #answered = true;
  #quiet = 0; // until when the announced change may take; 0 once this page was heard again

  // `tell` is called with every frame of the server, and with {type: "trouble"} when contact is lost.
  constructor(token, down, tell) {
    this.#token = token;
    this.#down = down;
    this.#tell = tell;
    this.#open();
    this.#beat = setInterval(() => this.#ask(), BEAT);
    addEventListener("online", this.#hurry);
    addEventListener("offline", this.#abandon);
    document.addEventListener("visibilitychange", this.#hurry);
  }

  say(entry) {
    if (!this.#queue.includes(entry)) this.#queue.push(entry);
    if (!this.#pacing) this.#pump();
  }

  give(key) {
    this.#send({ type: "key", ...key });
  }

  answer(said) {
    this.#send({ type: "answer", ...said });
  }

  // That somebody writes here, in a frame as long as the shortest message has.
  sign(pad) {
    return this.#send({ type: "writing", pad });
  }

  part() {
    this.#send({ type: "part" });
  }

  end() {
    this.#ending = true;
    if (!this.#send({ type: "end" })) this.#tell({ type: "trouble" });
  }

  // Out by the exit: nothing here may wait.
  exit() {
    this.#stop();
    this.#send({ type: "leave" });
    this.#socket?.close(EXIT);
    navigator.sendBeacon("/leave", this.#token);
    this.#token = "";
  }

  #open() {
    const socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/live`);
    this.#socket = socket;
    this.#answered = true;
    this.#queue = []; // what has not arrived comes again when the server has said what has
    socket.onopen = () => this.#send({ v: 1, type: "open", talk: this.#token, down: this.#down, epoch: seals.newest });
    socket.onmessage = (event) => this.#take(JSON.parse(event.data));
    socket.onclose = (event) => this.#lose(event.code);
  }

  // A connection can be dead for minutes before the browser notices: then nothing would come, and nobody would be told.
  #ask() {
    if (!this.#answered) {
      this.#abandon();
      return;
    }
    this.#answered = false; // also while it is still connecting: that may not last for ever either
    this.#send({ type: "ping" });
  }

  #abandon = () => {
    if (!this.#socket) return;
    this.#socket.onmessage = this.#socket.onclose = null;
    this.#socket.close();
    this.#lose(0);
  };

  #take(frame) {
    this.#attempts = this.#quiet = 0;
    this.#answered = true;
    if (frame.type === "said") {
      if (frame.seq <= this.#down) return;
      this.#down = frame.seq;
    }
    if (frame.type === "ended") this.#stop();
    if (this.#ending && (frame.type === "waiting" || frame.type === "taken")) this.#send({ type: "end" });
    this.#tell(frame);
    this.#glance ||= setTimeout(this.#hear, GLANCE);
  }

  // The person is told that words were shown only while somebody can see them.
  #hear = () => {
    this.#glance = 0;
    if (this.#over || document.hidden || this.#seen === this.#down) return;
    if (this.#send({ type: "heard", seq: this.#down })) this.#seen = this.#down;
  };

  #pump() {
    const entry = this.#queue.shift();
    const now = performance.now();
    this.#left = Math.min(BURST, this.#left + (now - this.#sent) / SLOW);
    this.#sent = now;
    this.#pacing = entry ? setTimeout(() => this.#pump(), this.#left > 1 ? PACE : SLOW) : 0;
    if (entry) this.#left -= 1;
    // What failed while it stood in this queue was meant for somebody who is no longer here.
    if (entry && entry.state !== "failed") this.#send({ type: "say", seq: entry.seq, id: entry.id, body: entry.sealed });
  }

  #lose(code) {
    if (this.#over || code === ENDED) return;
    if (code === UNKNOWN) {
      this.#stop();
      this.#tell({ type: "ended", reason: "lost" });
      return;
    }
    if (code === RESTARTING) this.#quiet ||= performance.now() + QUIET;
    if (performance.now() < this.#quiet) this.#attempts = 0; // and soon, wherever the way leads
    else this.#tell({ type: "trouble" });
    const pause = Math.min(LONGEST, 500 * 2 ** this.#attempts) * (0.5 + Math.random());
    this.#attempts += 1;
    this.#seen = 0;
    this.#socket = null;
    this.#timer = setTimeout(() => this.#open(), pause);
  }

  #hurry = () => {
    this.#hear();
    if (this.#socket || document.hidden) return;
    clearTimeout(this.#timer);
    this.#open();
  };

  #send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  #stop() {
    this.#over = true;
    clearTimeout(this.#timer);
    clearInterval(this.#beat);
    removeEventListener("online", this.#hurry);
    removeEventListener("offline", this.#abandon);
    document.removeEventListener("visibilitychange", this.#hurry);
  }
}
