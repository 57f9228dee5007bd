// The socket of an open page: connects again by itself. It holds no words and draws nothing.

const SIGNED_OUT = 4401, ELSEWHERE = 4409, OUTDATED = 4426, RESTARTING = 1012;
const SILENCE = 13000; // the server says something every four seconds; without it the connection is dead
const LONGEST_PAUSE = 8000;
const QUIET = 8000; // so long nothing is said of a change that the server announced: another process takes over

export class Wire {
  // onFrame(frame) for every frame; onLink("open" | "lost" | "elsewhere") for the connection; greet() gives the frame that
  // is sent first on every connection.
  constructor(path, onFrame, onLink, greet = null) {
    this.address = location.origin.replace(/^http/, "ws") + path;
    this.onFrame = onFrame;
    this.onLink = onLink;
    this.greet = greet;
    this.failures = this.quiet = 0; // `quiet`: until when an announced change may take
    this.held = []; // what was pressed meanwhile
    this.sent = false; // whether the server has sent this page away
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.drop(this.socket));
    document.addEventListener("visibilitychange", () => document.hidden || this.hurry());
    this.connect();
  }

  connect() {
    clearTimeout(this.pause);
    const socket = this.socket = new WebSocket(this.address);
    socket.onopen = () => {
      this.listen(socket);
      if (this.greet) socket.send(JSON.stringify(this.greet()));
    };
    socket.onmessage = (event) => {
      if (socket !== this.socket) return;
      this.listen(socket);
      const frame = JSON.parse(event.data);
      if (frame.type === "hello" || frame.type === "load") this.open();
      this.onFrame(frame);
      if (frame.type === "room") for (const each of this.held.splice(0)) this.send(each); // the talks are there before it
    };
    socket.onclose = (event) => socket === this.socket && this.lose(event.code);
  }

  open() {
    this.failures = this.quiet = 0;
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
    this.sent = code === SIGNED_OUT || code === OUTDATED;
    if (code === SIGNED_OUT) return location.assign("/sign-in");
    if (code === OUTDATED) return location.reload(); // the server no longer reads what this page writes
    if (code === ELSEWHERE) return this.onLink("elsewhere");
    if (code === RESTARTING) this.quiet ||= performance.now() + QUIET;
    if (performance.now() < this.quiet) this.failures = 0; // and soon, wherever the way leads
    else { this.held = []; this.onLink("lost"); }
    const pause = Math.min(LONGEST_PAUSE, 300 * 2 ** this.failures++);
    this.pause = setTimeout(() => this.connect(), pause * (0.7 + 0.6 * Math.random()));
  }

  // The network or the page is back: do not wait for the rest of the pause.
  hurry() {
    if (this.socket === null && this.failures) this.connect();
  }

  // False when there is no connection: nothing was sent. In an announced change it is sent when this is over.
  send(frame) {
    const open = this.socket?.readyState === WebSocket.OPEN;
    if (!open && performance.now() >= this.quiet) return false;
    if (open) this.socket.send(JSON.stringify(frame)); else this.held.push(frame);
    return true;
  }
}
