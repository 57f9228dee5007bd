// The desk's page: draws what the live path says and sends what is pressed. All words come from the page.

import { Talk } from "./talk.js";
import { audible, ring, unlock } from "./tone.js";
import { Wire } from "./wire.js";

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("words")?.textContent ?? "{}");
const clone = (id) => $(id).content.firstElementChild.cloneNode(true);
const say = (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const narrow = matchMedia("(max-width: 860px)");
const talks = new Map(); // handle -> Talk, in hand or waiting for its wrap-up
const suggested = new Map(); // handle -> what the briefing already answers of the wrap-up
const drafts = new Map(); // handle -> words that were not sent when a talk left these hands: back when it is taken again
const names = new Map(); // handle -> pseudonym, of everybody seen
const title = document.title;
let wire, duty = "off", capacity = 3, rows = new Set(), sound = true, firstRoom = true;

function start() {
  $("desk").hidden = false;
  wire = new Wire("/live", receive, showLink);
  $("duty").onclick = () => askDuty(duty === "off" ? "on" : "off");
  $("pause").onclick = () => askDuty(duty === "paused" ? "on" : "paused");
  $("sound").onclick = () => { sound = !(sound && audible()); unlock(drawDuty); drawDuty(); if (sound) ring(); };
  for (const gesture of ["pointerup", "keyup"]) addEventListener(gesture, () => audible() || unlock(drawDuty), { once: true });
  $("sure").onsubmit = (event) => { event.preventDefault(); $("sure").hidden = true; askDuty("off", true); };
  $("sure").querySelector("[type=button]").onclick = () => { $("sure").hidden = true; $("duty").focus(); };
  $("link").querySelector("button").onclick = () => wire.connect();
  $("tabs").onclick = (event) => show(event.target.closest("[data-tab]")?.dataset.tab);
  document.addEventListener("visibilitychange", markRead);
  narrow.addEventListener("change", markRead);
  setInterval(tick, 1000);
}

function receive(frame) {
  const known = talks.get(frame.talk), talk = known?.ended ? null : known;
  const handlers = {
    hello: () => greet(frame),
    duty: () => setDuty(frame.duty),
    room: () => showRoom(frame),
    talks: () => { for (const each of inHand()) if (!frame.talks.includes(each.handle)) leave(each.handle, "not_yours"); },
    talk: () => showTalk(frame),
    said: () => talk?.hear(frame),
    sent: () => talk?.sent(frame.id, frame.seq),
    delivered: () => talk?.deliver(frame.seq),
    order: () => talk?.order(frame.said),
    away: () => talk?.setAway(frame.away), muted: () => talk?.setMuted(frame.muted),
    briefing: () => { if (talk) describe(talk, frame); },
    left: () => leave(frame.talk, frame.code),
    ended: () => end(frame.talk, frame.reason),
    wrapped: () => close(frame.talk, frame.saved ? "saved" : ""),
    refused: () => refuse(frame),
  };
  handlers[frame.type]?.();
  badge();
}

function refuse({ code, talk, id }) {
  if (code === "message") return talks.get(talk)?.fail(id);
  if (code === "talks_in_hand") { $("sure").hidden = false; $("sure").querySelector("h2").focus(); return; }
  if (code === "taken" || code === "gone") dropRow(talk);
  if (code === "no_wrapup") close(talk, code); else notice(say(code, { name: names.get(talk) }));
}

// --- Duty, sound, connection ---

function askDuty(to, sure = false) {
  if (!wire.send({ type: "duty", to, sure })) notice(say("lost"));
}

function greet({ capacity: most, duty: now }) {
  capacity = most;
  firstRoom = true;
  $("duty").disabled = false;
  if (duty !== "off" && now === "off") notice(say("lapsed"));
  setDuty(now);
}

function setDuty(state) { duty = state; $("sure").hidden = true; drawDuty(); }

function drawDuty() {
  $("duty").setAttribute("aria-checked", String(duty !== "off"));
  $("pause").disabled = duty === "off";
  $("pause").setAttribute("aria-pressed", String(duty === "paused"));
  $("sound").textContent = say(sound && audible() ? "sound_on" : "sound_off");
  for (const part of document.querySelectorAll("[data-duty]")) part.hidden = part.dataset.duty !== duty;
  for (const part of document.querySelectorAll("[data-calm]")) part.hidden = (part.dataset.calm === "off") !== (duty === "off");
  for (const take of $("waiting").querySelectorAll(".take")) take.disabled = duty === "off";
  $("desk").dataset.duty = duty;
}

function showLink(state) {
  $("link").hidden = state === "open";
  $("link").querySelector("span").textContent = state === "open" ? "" : say(state);
  $("link").querySelector("button").hidden = state !== "elsewhere";
  $("desk").toggleAttribute("inert", state === "elsewhere");
}

// --- The waiting list ---

function showRoom(frame) {
  const list = $("waiting"), old = new Map([...list.children].map((row) => [row.dataset.talk, row]));
  const fresh = frame.rows.filter((row) => !rows.has(row.talk));
  const focused = list.contains(document.activeElement);
  for (const [place, row] of frame.rows.entries()) {
    const element = old.get(row.talk) ?? newRow(row);
    old.delete(row.talk);
    names.set(row.talk, row.name);
    brief(element, row);
    element.dataset.since = Date.now() - row.waited * 1000;
    if (list.children[place] !== element) list.insertBefore(element, list.children[place] ?? null);
  }
  for (const element of old.values()) element.remove();
  if (focused && !list.contains(document.activeElement)) $("waiting-title").focus();
  rows = new Set(frame.rows.map((row) => row.talk));
  $("calm").hidden = frame.rows.length > 0;
  $("more").hidden = frame.total <= frame.rows.length;
  $("more").textContent = say("more", { count: frame.total - frame.rows.length });
  $("available").textContent = frame.available;
  list.dataset.total = frame.total;
  if (fresh.length && !firstRoom && duty === "on" && inHand().length < capacity) { if (sound) ring(); $("aloud").textContent = say("came", fresh[0]); }
  firstRoom = false;
  drawDuty();
  tick();
}

function newRow(row) {
  const element = clone("row-template"), name = element.querySelector(".name"), take = element.querySelector(".take");
  element.dataset.talk = row.talk;
  name.textContent = row.name;
  name.id = `row-${row.talk}`;
  take.setAttribute("aria-describedby", name.id);
  take.onclick = () => wire.send({ type: "take", talk: row.talk });
  return element;
}

function dropRow(talk) { rows.delete(talk); [...$("waiting").children].find((row) => row.dataset.talk === talk)?.remove(); }

function brief(element, { facts, danger, danger_text: text }) {
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

function tick() {
  for (const row of $("waiting").children) {
    const seconds = Math.max(0, Math.floor((Date.now() - row.dataset.since) / 1000)), pad = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
    row.querySelector(".clock").textContent = (hours ? `${hours}:${pad(minutes)}` : minutes) + `:${pad(seconds % 60)}`;
  }
}

// --- Talks ---

const inHand = () => [...talks.values()].filter((talk) => !talk.ended);
const seen = (talk) => !document.hidden && (!narrow.matches || $("desk").dataset.view === talk.handle);

function showTalk(frame) {
  const isNew = !talks.has(frame.talk) || talks.get(frame.talk).ended;
  dropRow(frame.talk);
  if (isNew) {
    talks.get(frame.talk)?.element.remove();
    const talk = new Talk(wire, frame.talk, frame.name, { say, tell: notice, seen, changed: badge, closed: () => close(frame.talk, "") });
    talks.set(frame.talk, talk);
    talk.part("textarea").value = drafts.get(frame.talk) ?? "";
    $("talks").append(talk.element);
    show(frame.talk);
  }
  describe(talks.get(frame.talk), frame);
  talks.get(frame.talk).restore(frame);
  if (isNew && frame.said.length === 0) talks.get(frame.talk).part("textarea").focus();
}

function describe(talk, frame) {
  names.set(talk.handle, talk.name);
  suggested.set(talk.handle, frame.suggested);
  brief(talk.element, frame);
}

function end(handle, reason) {
  const talk = talks.get(handle);
  drafts.delete(handle);
  if (talk && !talk.ended) talk.wrapUp(reason, suggested.get(handle) ?? []);
}

function leave(handle, code) {
  if (!talks.get(handle) || talks.get(handle).ended) return;
  notice(say(code, { name: names.get(handle) }));
  drafts.set(handle, talks.get(handle).unsent());
  close(handle, "");
}

function close(handle, code) {
  const talk = talks.get(handle), inside = talk?.element.contains(document.activeElement);
  talk?.element.remove();
  talks.delete(handle);
  if (code) notice(say(code));
  if ($("desk").dataset.view === handle) show(talks.keys().next().value ?? "waiting");
  if (inside) ($("talks").querySelector("textarea") ?? $("talks-title")).focus();
  badge();
}

// --- Tabs (on a narrow screen one thing is shown at a time), notices, counts ---

function show(view) {
  if (!view) return;
  $("desk").dataset.view = view;
  for (const talk of talks.values()) talk.element.classList.toggle("current", talk.handle === view);
  markRead();
}

function markRead() { for (const talk of inHand()) talk.markRead(); badge(); }

function notice(text) {
  const line = document.createElement("p");
  line.textContent = text;
  $("notices").append(line);
  while ($("notices").children.length > 3) $("notices").firstChild.remove();
  setTimeout(() => line.remove(), 12000);
}

function badge() {
  const waiting = Number($("waiting").dataset.total ?? 0), unread = inHand().filter((talk) => talk.unread).length;
  const count = (duty === "on" ? waiting : 0) + unread;
  document.title = (count ? `(${count}) ` : "") + title;
  $("total").hidden = !waiting;
  $("total").textContent = waiting;
  $("none").hidden = talks.size > 0;
  const tabs = [["waiting", say("tab_waiting"), waiting], ...[...talks.values()].map((talk) => [talk.handle, talk.name, talk.unread])];
  for (const [place, [view, name, number]] of tabs.entries()) {
    const tab = $("tabs").children[place] ?? $("tabs").appendChild($("tabs").firstElementChild.cloneNode(true));
    tab.dataset.tab = view;
    tab.setAttribute("aria-pressed", String($("desk").dataset.view === view));
    tab.querySelector(".tab-name").textContent = name;
    tab.querySelector(".badge").hidden = !number;
    tab.querySelector(".badge").textContent = number || "";
  }
  while ($("tabs").children.length > tabs.length) $("tabs").lastElementChild.remove();
}

start();
