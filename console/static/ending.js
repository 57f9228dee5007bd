// Ending a talk while own words are on their way: what is written last is often what helps, and it would be gone.
const PATIENCE = 2000; // milliseconds in which words come to a page that is there
const GLANCE = 100;
const ON_THEIR_WAY = ["waiting", "keyless", "sent"].map((state) => `.log .own[data-state=${state}]`).join();

export class Ending {
  // `end()` ends the talk. Pressed while nothing is on its way it does so at once; else when all has come, or the second time.
  constructor(column, end, say) {
    Object.assign(this, { column, end, say, line: column.querySelector(".leaving"), timer: 0 });
    this.line.querySelector("[data-anyway]").onclick = end;
    this.line.querySelector("[data-stay]").onclick = () => this.stay();
  }

  get left() { return this.column.querySelectorAll(ON_THEIR_WAY).length; }

  press() {
    if (!this.left) this.end();
    else if (this.timer && !this.line.hidden) this.line.querySelector("[data-anyway]").focus();
    else if (!this.timer) this.wait(Date.now() + PATIENCE);
  }

  wait(until) {
    this.timer = setInterval(() => {
      if (!this.line.isConnected) return clearInterval(this.timer); // it has ended otherwise
      if (!this.left) return this.line.hidden ? (this.stay(), this.end()) : this.stay();
      if (Date.now() > until && this.line.hidden) this.ask();
    }, GLANCE);
  }

  ask() {
    this.line.hidden = false;
    this.line.querySelector("[role=status]").textContent = this.say("leaving");
    this.line.querySelector("[data-anyway]").focus();
  }

  stay() {
    clearInterval(this.timer);
    this.timer = 0;
    if (this.line.contains(document.activeElement)) this.column.querySelector(".compose textarea").focus();
    this.line.hidden = true;
    this.line.querySelector("[role=status]").textContent = "";
  }
}
