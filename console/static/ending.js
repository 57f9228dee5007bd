// Ending a talk while own words are on their way: what is written last is often what helps, and it would be gone.
const PATIENCE = 2000; // milliseconds in which words come to a page that is there
const GLANCE = 100;
const own = (...states) => states.map((state) => `.log .own[data-state=${state}]`).join();
const ON_THEIR_WAY = own("waiting", "keyless", "sent"), DOUBTFUL = own("failed", "unsure");

export class Ending {
  // `end()` ends the talk. Pressed while nothing is on its way it does so at once; else when all has come, or the second time.
  constructor(column, end, say) {
    Object.assign(this, { column, end, say, line: column.querySelector(".leaving"), timer: 0 });
    this.line.querySelector("[data-anyway]").onclick = end;
    this.line.querySelector("[data-stay]").onclick = () => this.stay();
  }

  get left() { return this.column.querySelectorAll(ON_THEIR_WAY).length; }
  get doubtful() { return this.column.querySelectorAll(DOUBTFUL).length; }

  press() {
    if (!this.left) this.end();
    else if (this.timer && !this.line.hidden) this.line.querySelector("[data-anyway]").focus();
    else if (!this.timer) this.wait(Date.now() + PATIENCE);
  }

  wait(until) {
    const { doubtful } = this; // before
    this.timer = setInterval(() => {
      if (!this.line.isConnected) return clearInterval(this.timer); // it has ended otherwise
      if (!this.left) return this.line.hidden ? this.settle(this.doubtful > doubtful) : this.stay();
      if (Date.now() > until && this.line.hidden) this.ask();
    }, GLANCE);
  }

  // Nothing is on its way any more. What did not come, or nobody knows to have come, is asked about all the same.
  settle(doubt) {
    if (!doubt) return this.stay(), this.end();
    clearInterval(this.timer);
    this.ask();
  }

  // The focus comes along from the button, or from nowhere: who writes meanwhile would press "End" with the next line.
  ask() {
    this.line.hidden = false;
    this.line.querySelector("[role=status]").textContent = this.say("leaving");
    if ([this.column.querySelector("[data-do=end]"), document.body].includes(document.activeElement)) this.line.querySelector("[data-anyway]").focus();
  }

  stay() {
    clearInterval(this.timer);
    this.timer = 0;
    if (this.line.contains(document.activeElement)) this.column.querySelector(".compose textarea").focus();
    this.line.hidden = true;
    this.line.querySelector("[role=status]").textContent = "";
  }
}
