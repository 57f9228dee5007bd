// What is at hand in a talk: phrases, services and texts, found by typing, in the visitor's language beside one's own.
const MOST = 30; // shown at once; typing narrows it
const KINDS = ["phrases", "cards", "texts"];
const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
const element = (name, text, rest = {}) => Object.assign(document.createElement(name), { textContent: text, ...rest });

export class Hand {
  // `ask()` gets the list from the server; `write()` sends what is in the box, `send(text)` other words as they are.
  constructor(column, { ask, write, send, say }) {
    Object.assign(this, { ask, write, send, say, things: null });
    this.panel = column.querySelector(".hand");
    this.search = this.panel.querySelector("input");
    this.list = this.panel.querySelector("ul");
    this.button = column.querySelector("[data-hand]");
    this.box = column.querySelector(".compose textarea");
    this.button.onclick = () => (this.panel.hidden ? this.open() : this.close());
    this.panel.querySelector("[data-close]").onclick = () => this.close();
    this.search.oninput = () => this.draw();
    this.panel.onkeydown = (event) => this.key(event);
    this.box.onkeydown = (event) => this.boxKey(event);
  }

  // Enter sends. A slash in an empty box looks for something at hand, as in the chat programs that people know.
  boxKey(event) {
    if (event.isComposing || event.shiftKey && event.key === "Enter") return;
    if (event.key === "Enter") this.write();
    else if (event.key === "/" && !this.box.value) this.open();
    else return;
    event.preventDefault();
  }

  open() {
    this.panel.hidden = false;
    this.button.ariaExpanded = "true";
    this.search.value = "";
    this.ask(); // each time: what is open now changes with the hour, and the briefing with the visitor
    this.draw();
    this.search.focus();
  }

  close() {
    this.panel.hidden = true;
    this.button.ariaExpanded = "false";
    this.box.focus();
  }

  show(things) {
    this.things = KINDS.flatMap((kind) => things[kind].map((thing) => ({ ...thing, kind, sought: folded(`${thing.title} ${thing.own} ${thing.theirs}`) })));
    if (!this.panel.hidden) this.draw();
  }

  draw() {
    const wanted = folded(this.search.value.replace(/^\//, "")).split(/\s+/).filter(Boolean);
    const found = (this.things ?? []).filter(({ sought }) => wanted.every((word) => sought.includes(word)));
    this.list.replaceChildren(...found.slice(0, MOST).map((thing) => this.row(thing)));
    const count = !this.things ? "hand_coming" : !found.length ? "hand_none" : found.length > MOST ? "hand_more" : "";
    this.panel.querySelector("[role=status]").textContent = count ? this.say(count, { count: found.length - MOST }) : "";
  }

  row(thing) {
    const row = element("li", ""), button = element("button", "", { type: "button", className: "at-hand" });
    const head = element("span", this.say(`hand_${thing.kind}`) + (thing.title ? ` · ${thing.title}` : ""), { className: "hint" });
    if (thing.status) head.append(" ", element("span", thing.status, { className: "flag late" }));
    button.append(head, element("span", thing.own, { className: "here", dir: "auto" }));
    if (thing.theirs) button.append(element("span", thing.theirs, { className: "there", dir: "auto", lang: thing.language }));
    button.onclick = () => this.take(thing);
    row.append(button);
    return row;
  }

  // A service goes as it is; words are laid into the box, behind a draft that stands there, to be read and changed first.
  take(thing) {
    const words = thing.theirs || thing.own, draft = this.box.value.trimEnd();
    this.close();
    if (thing.kind === "cards") return this.send(words);
    this.box.value = !draft ? words : draft + (thing.kind === "texts" ? "\n\n" : " ") + words;
    this.box.setSelectionRange(this.box.value.length, this.box.value.length);
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  key(event) {
    const rows = [this.search, ...this.list.querySelectorAll("button")];
    const at = rows.indexOf(document.activeElement), step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape") this.close();
    else if (step && at >= 0) rows[Math.min(Math.max(at + step, 0), rows.length - 1)].focus();
    else if (event.key === "Enter" && at === 0) rows[1]?.click();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}
