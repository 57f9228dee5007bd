// The waiting list: rows that stay where they are while they change, and clocks that go on between two lists.

const $ = (id) => document.getElementById(id);
const clone = (id) => $(id).content.firstElementChild.cloneNode(true);

export class Room {
  // take(handle) is called when "Take" is pressed; `say` gives words.
  constructor({ say, take }) {
    this.say = say;
    this.take = take;
    this.list = $("waiting");
    this.rows = new Set();
    setInterval(() => this.tick(), 1000);
  }

  get total() { return Number(this.list.dataset.total ?? 0); }

  // Draws the list; the rows that were not on it before.
  show(frame) {
    const { list } = this, old = new Map([...list.children].map((row) => [row.dataset.talk, row]));
    const fresh = frame.rows.filter((row) => !this.rows.has(row.talk));
    const focused = list.contains(document.activeElement);
    for (const [place, row] of frame.rows.entries()) {
      const element = old.get(row.talk) ?? this.newRow(row);
      old.delete(row.talk);
      brief(element, row);
      element.dataset.since = Date.now() - row.waited * 1000;
      if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
    }
    for (const element of old.values()) element.remove();
    if (focused && !list.contains(document.activeElement)) $("waiting-title").focus();
    this.rows = new Set(frame.rows.map((row) => row.talk));
    $("calm").hidden = frame.rows.length > 0;
    $("more").hidden = frame.total <= frame.rows.length;
    $("more").textContent = this.say("more", { count: frame.total - frame.rows.length });
    $("available").textContent = frame.available;
    list.dataset.total = frame.total;
    this.tick();
    return fresh;
  }

  newRow(row) {
    const element = clone("row-template"), name = element.querySelector(".name"), take = element.querySelector(".take");
    element.dataset.talk = row.talk;
    name.textContent = row.name;
    name.id = `row-${row.talk}`;
    take.setAttribute("aria-describedby", name.id);
    take.onclick = () => this.take(row.talk);
    return element;
  }

  drop(talk) {
    this.rows.delete(talk);
    [...this.list.children].find((row) => row.dataset.talk === talk)?.remove();
  }

  allow(taking) {
    for (const take of this.list.querySelectorAll(".take")) take.disabled = !taking;
  }

  tick() {
    for (const row of this.list.children) {
      const seconds = Math.max(0, Math.floor((Date.now() - row.dataset.since) / 1000)), pad = (n) => String(n).padStart(2, "0");
      const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
      row.querySelector(".clock").textContent = (hours ? `${hours}:${pad(minutes)}` : minutes) + `:${pad(seconds % 60)}`;
    }
  }
}

// What the visitor chose, in a row or above a talk.
export function brief(element, { facts, danger, danger_text: text }) {
  const told = JSON.stringify([facts, danger, text]);
  if (told === element.told) return; // to build it anew is most of what a redraw costs
  element.told = told;
  const flag = element.querySelector(".danger"), list = element.querySelector(".facts");
  flag.hidden = danger === "none";
  flag.textContent = text;
  element.dataset.danger = danger;
  list.replaceChildren(...facts.map((fact) => {
    const item = document.createElement("span"), label = document.createElement("span");
    item.dataset.fact = fact.key;
    label.className = "unseen";
    label.textContent = `${fact.label}: `;
    item.append(label, fact.text);
    return item;
  }));
}
