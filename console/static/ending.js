// Ending a talk, which erases it: asked about while it goes on, and while own words are on their way, because what is written
// last is often what helps.
const PATIENCE = 2000; // milliseconds in which words come to a page that is there
const GLANCE = 100;
const SURE = 6000; // milliseconds in which a second press means yes
const FRESH = 10_000; // milliseconds in which a message may not have been read, or have an answer coming
const own = (...states) => states.map((state) => `.log .own[data-state=${state}]`).join();
const ON_THEIR_WAY = own("waiting", "keyless", "sent"), DOUBTFUL = own("failed", "unsure");

export class Ending {
  // `end()` ends the talk. Pressed while nothing is on its way it does so at once; else when all has come, or the second time.
  constructor(column, end, say) {
    Object.assign(this, { column, end, say, line: column.querySelector(".leaving"), timer: 0, latest: -Infinity });
    this.button = column.querySelector("[data-do=end]");
    new MutationObserver(() => { this.latest = performance.now(); }).observe(column.querySelector(".log"), { childList: true });
    this.line.querySelector("[data-anyway]").onclick = end;
    this.line.querySelector("[data-stay]").onclick = () => this.stay();
  }

  get left() { return this.column.querySelectorAll(ON_THEIR_WAY).length; }
  get doubtful() { return this.column.querySelectorAll(DOUBTFUL).length; }

  // Whether somebody writes or waits for help, or has written just now.
  get goesOn() {
    const part = (selector) => this.column.querySelector(selector);
    return part(".compose textarea").value.trim() || !part(".writing").hidden || !part(".help").hidden || performance.now() - this.latest < FRESH;
  }

  press(event) {
    if (!this.timer && this.goesOn && !this.isSure(event)) return;
    if (!this.left) this.end();
    else if (this.timer && !this.line.hidden) this.line.querySelector("[data-anyway]").focus();
    else if (!this.timer) this.wait(Date.now() + PATIENCE);
  }

  // Asked on the button itself, which neither moves nor grows for it; a double click is one press.
  isSure({ detail }) {
    const { button } = this;
    if (button.dataset.sure) { if (detail < 2) this.unask(); return detail < 2; }
    this.words = button.textContent;
    button.dataset.sure = "yes";
    Object.assign(button.style, { width: `${button.getBoundingClientRect().width}px`, paddingInline: 0 });
    button.textContent = this.say("end_sure");
    this.later = setTimeout(() => this.unask(), SURE);
    return false;
  }

  unask() {
    clearTimeout(this.later);
    delete this.button.dataset.sure;
    Object.assign(this.button.style, { width: "", paddingInline: "" });
    this.button.textContent = this.words;
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
