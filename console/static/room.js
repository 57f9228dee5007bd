// The waiting list: rows that stay where they are while they change, and clocks that go on between two lists.

import { Filters } from "./filters.js";
import { Places } from "./places.js";

const SURE = 6000; // milliseconds in which a second press means yes
const $ = (id) => document.getElementById(id);
const clone = (id) => $(id).content.firstElementChild.cloneNode(true);

export class Room {
  // take(handle, back) and guide(handle) are called when those buttons are pressed (`back`: "Take back" on who was lost with the
  // connection), more(chosen) when further rows are wanted, which the filters show; `say` gives words; has(handle) tells whether
  // this page has that talk.
  constructor({ say, take, guide, more, has }) {
    Object.assign(this, { say, take, guide, has });
    $("more").querySelector("button").onclick = () => more(this.filters.wanted);
    this.filters = new Filters($("filters"), { say, changed: () => this.filter() });
    this.list = $("waiting");
    this.rows = new Set();
    this.places = new Places(this.list);
    setInterval(() => this.tick(), 1000);
  }

  get total() { return Number(this.list.dataset.total ?? 0); }

  // Draws the list; the rows that were not on it before and were not asked for. One that was read before this person took
  // somebody, and comes after, still has their row.
  show(frame) {
    this.frame = Object.assign(frame, { came: frame.came ?? Date.now() });
    this.places.keep();
    const { list } = this, old = new Map([...list.children].map((row) => [row.dataset.talk, row]));
    const waiting = frame.rows.filter((row) => !this.has(row.talk)), fresh = waiting.filter((row) => !row.further && !this.rows.has(row.talk));
    const closed = new Set(frame.desks.filter((desk) => desk.closed).map((desk) => desk.id));
    const focused = list.contains(document.activeElement);
    for (const [place, row] of waiting.entries()) {
      const element = old.get(row.talk) ?? this.newRow(row);
      old.delete(row.talk);
      brief(element, row);
      const take = element.querySelector(".take");
      element.toggleAttribute("data-back", row.back);
      if (!take.dataset.sure) take.textContent = this.say(row.back ? "take_back" : "take");
      take.onclick = (event) => this.places.were(event, row.talk) || this.askToTake(element, row);
      drawWish(element, row.wish);
      element.querySelector(".guide").hidden = !closed.has(row.desk);
      element.dataset.since = frame.came - row.waited * 1000;
      if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
    }
    for (const element of old.values()) element.remove();
    if (focused && !list.contains(document.activeElement)) $("waiting-title").focus();
    const before = this.rows;
    this.rows = new Set(waiting.map((row) => row.talk));
    $("calm").hidden = waiting.length > 0;
    const asked = $("more").contains(document.activeElement);
    $("more").hidden = frame.total <= frame.rows.length;
    $("more").querySelector("button").hidden = frame.more === undefined; // by a server of the version before
    $("more").querySelector("span").textContent = this.say("more", { count: frame.total - frame.rows.length });
    $("available").textContent = frame.available;
    list.dataset.total = frame.total - (frame.rows.length - waiting.length);
    this.shown = waiting;
    this.filter();
    this.tick();
    if (asked && $("more").hidden) this.goOn(waiting.filter((row) => row.further && !before.has(row.talk)));
    return fresh;
  }

  // All are shown, and the button is gone: the focus goes to the first of those who were asked for.
  goOn(rows) {
    const handles = rows.map((row) => row.talk);
    const first = [...this.list.children].find((row) => !row.hidden && handles.includes(row.dataset.talk)) ?? $("waiting-title");
    first.tabIndex = -1;
    first.focus();
  }

  // How many rows can be seen.
  get inSight() { return [...this.list.children].filter((row) => !row.hidden).length; }

  // A talk has left this page: the last list may have had it back already.
  again() {
    if (!this.frame) return;
    this.show(this.frame);
    this.allow(this.taking);
  }

  newRow(row) {
    const element = clone("row-template"), name = element.querySelector(".name"), take = element.querySelector(".take");
    element.dataset.talk = row.talk;
    name.textContent = row.name;
    name.id = `row-${row.talk}`;
    take.setAttribute("aria-describedby", name.id);
    const guide = element.querySelector(".guide");
    guide.setAttribute("aria-describedby", name.id);
    guide.onclick = () => this.askToGuide(guide, row.talk);
    return element;
  }

  // A wish that is for somebody else is asked about once; anybody may take.
  askToTake(element, { talk, back }) {
    const asks = element.querySelector(".wish-ask"), take = element.querySelector(".take");
    if (back || !element.dataset.wish || take.dataset.sure) return this.take(talk, back);
    asks.hidden = false;
    take.dataset.sure = "yes";
    take.textContent = this.say("take_anyway");
  }

  // Asked once on the button itself: it ends somebody's wait.
  askToGuide(button, talk) {
    if (button.dataset.sure) return this.guide(talk);
    const words = button.textContent;
    button.dataset.sure = "yes";
    button.textContent = this.say("guide_sure");
    setTimeout(() => { delete button.dataset.sure; button.textContent = words; }, SURE);
  }

  // Hidden rows stay on the list: their clocks go on, and one that comes to be in danger is shown again.
  filter() {
    const rows = this.shown ?? [], elements = new Map([...this.list.children].map((row) => [row.dataset.talk, row]));
    for (const row of rows) if (elements.has(row.talk)) elements.get(row.talk).hidden = !this.filters.shows(row);
    this.filters.draw(rows);
  }

  drop(talk) {
    this.rows.delete(talk);
    this.places.keep();
    [...this.list.children].find((row) => row.dataset.talk === talk)?.remove();
  }

  allow(taking) {
    this.taking = taking;
    for (const row of this.list.children) row.querySelector(".take").disabled = !taking && !row.hasAttribute("data-back");
  }

  tick() {
    for (const row of this.list.children) {
      const seconds = Math.max(0, Math.floor((Date.now() - row.dataset.since) / 1000)), pad = (n) => String(n).padStart(2, "0");
      const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
      row.querySelector(".clock").textContent = (hours ? `${hours}:${pad(minutes)}` : minutes) + `:${pad(seconds % 60)}`;
    }
  }
}

// Whom the visitor wishes for: for who looks, a mark; for others, what is asked before they take the row.
function drawWish(element, wish) {
  element.querySelector(".wish").hidden = !wish?.mine;
  element.querySelector(".wish").textContent = wish?.mine ? wish.text : "";
  element.dataset.wish = wish && !wish.mine ? wish.text : "";
  element.querySelector(".wish-ask").textContent = element.dataset.wish;
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
