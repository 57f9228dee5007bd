// The duty panel: on duty, paused or in a break, quiet after a talk, how one likes to work, and who else is there.

const $ = (id) => document.getElementById(id);
const READY = "F8"; // no letter: nothing that is written in a talk can end the quiet by mistake

export class DutyPanel {
  // `say` gives words; `send(frame)` says what is wanted.
  constructor({ say, send }) {
    this.say = say;
    this.send = send;
    this.until = 0; // milliseconds of this clock
    this.duty = "off";
    this.full = false;
    $("ready").onclick = () => this.ready();
    $("habits").onsubmit = (event) => event.preventDefault();
    $("habits").onchange = () => this.choose();
    addEventListener("keydown", (event) => {
      if (event.key !== READY || !this.breathing) return;
      event.preventDefault();
      this.ready();
    });
    setInterval(() => this.tick(), 1000);
  }

  // Nobody new is announced, and only for a while.
  get breathing() { return this.until > 0; }

  // Whether the console can keep anything; talks go on either way.
  showStorage({ trouble }) {
    $("storage").hidden = !trouble;
    $("storage").textContent = trouble && this.say(`storage_${trouble}`);
  }

  // Where the duty stands, as the server says it.
  show({ duty, left, capacity, most, breath, breaths }) {
    const quiet = $("breath"), inside = quiet.contains(document.activeElement);
    this.until = left ? Date.now() + left * 1000 : 0;
    quiet.hidden = !this.breathing;
    if (quiet.hidden && inside) $("pause").focus();
    for (const id of ["pause", "break"]) $(id).disabled = duty === "off";
    $("duty").setAttribute("aria-checked", String(duty !== "off"));
    $("pause").setAttribute("aria-pressed", String(duty === "paused"));
    $("break").setAttribute("aria-pressed", String(duty === "break"));
    this.duty = duty;
    this.drawHint();
    this.offer("capacity", Array.from({ length: most }, (_, index) => index + 1), capacity, (count) => count);
    this.offer("breath", breaths, breath, (minutes) => this.say(minutes ? "minutes" : "breath_none", { count: minutes }));
    this.tick();
  }

  // Whether as many talks are in hand as this person takes.
  fill(full) {
    if (full === this.full) return;
    this.full = full;
    this.drawHint();
  }

  drawHint() {
    const state = this.duty !== "on" ? this.duty : this.breathing ? "breathing" : this.full ? "full" : "on";
    for (const part of $("duty-hint").children) part.hidden = part.dataset.duty !== state;
  }

  // Who of the desk is at work now.
  showCrew({ crew }) {
    $("crew").replaceChildren(...crew.map(({ name, at, you }) => {
      const row = document.createElement("li"), who = document.createElement("b");
      who.textContent = name;
      row.dataset.at = at;
      row.append(who, you ? ` (${this.say("you")})` : "", ` ${this.say(`at_${at}`)}`);
      return row;
    }));
    $("crew-part").hidden = !crew.length;
  }

  offer(name, values, chosen, text) {
    const select = $("habits").elements[name];
    if (select.dataset.values !== String(values)) {
      select.dataset.values = values;
      select.replaceChildren(...values.map((value) => new Option(text(value), value)));
    }
    if (document.activeElement !== select || select.value === "") select.value = chosen;
    
  }

  choose() {
    const { capacity, breath } = $("habits").elements;
    this.send({ type: "habits", capacity: Number(capacity.value), breath: Number(breath.value) });
  }

  ready() { this.send({ type: "ready" }); }

  tick() {
    if (!this.breathing) return;
    const seconds = Math.max(0, Math.ceil((this.until - Date.now()) / 1000));
    $("left").textContent = this.say("left", { time: `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}` });
  }
}
