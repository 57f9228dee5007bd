// The desk's page: draws what the live path says and sends what is pressed. All words come from the page.

import { newId, Outbox, readAfter, Wire } from "./wire.js";

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("words")?.textContent ?? "{}");
const clone = (id) => $(id).content.firstElementChild.cloneNode(true);
const say = (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const narrow = matchMedia("(max-width: 860px)");
const talks = new Map(); // handle -> what the page knows of a talk in hand
const names = new Map(); // handle -> pseudonym, of everybody seen
let wire, duty = "off", capacity = 3, rows = new Set(), audio, sound = true, firstRoom = true;

function start() {
  if (document.querySelector("[data-module=load]")) { new Wire("/live", showLoad, () => {}); return; }
  if (!$("desk")) return;
  $("desk").hidden = false;
  wire = new Wire("/live", receive, showLink);
  $("duty").onchange = () => askDuty($("duty").checked ? "on" : "off");
  $("pause").onclick = () => askDuty(duty === "paused" ? "on" : "paused");
  $("sound").onclick = () => { sound = !sound; unlock(); drawDuty(); if (sound) ring(); };
  $("sure").onsubmit = (event) => { event.preventDefault(); $("sure").hidden = true; askDuty("off", true); };
  $("sure").querySelector("[type=button]").onclick = () => { $("sure").hidden = true; $("duty").focus(); };
  $("link").querySelector("button").onclick = () => wire.connect();
  $("tabs").onclick = (event) => show(event.target.closest("[data-tab]")?.dataset.tab);
  document.addEventListener("visibilitychange", markRead);
  narrow.addEventListener("change", markRead);
  setInterval(tick, 1000);
}

function receive(frame) {
  const handlers = {
    hello: () => { capacity = frame.capacity; setDuty(frame.duty); firstRoom = true; },
    duty: () => setDuty(frame.duty),
    room: () => showRoom(frame),
    talks: () => { for (const talk of talks.keys()) if (!frame.talks.includes(talk)) leave(talk, "not_yours"); },
    talk: () => showTalk(frame),
    said: () => hear(frame),
    sent: () => { talks.get(frame.talk)?.outbox.sent(frame.id, frame.seq); mark(frame.talk, frame.id, frame.seq); },
    delivered: () => deliver(frame.talk, frame.seq),
    order: () => { frame.said.forEach((each) => mark(frame.talk, each.id, each.seq)); talks.get(frame.talk)?.outbox.sync(frame.said); },
    away: () => { const talk = talks.get(frame.talk); if (talk) talk.part(".away").textContent = frame.away ? say("away") : ""; },
    briefing: () => { const talk = talks.get(frame.talk); if (talk) brief(talk.element, frame); },
    left: () => leave(frame.talk, frame.code),
    ended: () => end(frame.talk, frame.reason),
    wrapped: () => close(frame.talk, frame.saved ? "saved" : ""),
    refused: () => refuse(frame),
  };
  handlers[frame.type]?.();
  badge();
}

function refuse({ code, talk }) {
  if (code === "talks_in_hand") { $("duty").checked = true; $("sure").hidden = false; $("sure").querySelector("h2").focus(); return; }
  if (code === "taken" || code === "gone") dropRow(talk);
  if (code === "no_wrapup") close(talk, code); else notice(say(code, { name: names.get(talk) }));
}

// --- Duty, sound, connection ---

function askDuty(to, sure = false) {
  if (to === "on") unlock();
  if (!wire.send({ type: "duty", to, sure })) drawDuty();
}

function setDuty(state) { duty = state; $("sure").hidden = true; drawDuty(); }

function drawDuty() {
  $("duty").checked = duty !== "off";
  $("pause").disabled = duty === "off";
  $("pause").setAttribute("aria-pressed", String(duty === "paused"));
  $("sound").textContent = say(sound ? "sound_on" : "sound_off");
  for (const part of document.querySelectorAll("[data-duty]")) part.hidden = part.dataset.duty !== duty;
  for (const part of document.querySelectorAll("[data-calm]")) part.hidden = (part.dataset.calm === "off") !== (duty === "off");
  for (const take of $("waiting").querySelectorAll(".take")) take.disabled = duty === "off";
  $("desk").dataset.duty = duty;
}

// Browsers let a page sound only after a gesture: going on duty is one.
function unlock() { audio ??= new AudioContext(); audio.resume(); }

// Two short soft notes.
function ring() {
  if (!sound || !audio) return;
  [[523.25, 0], [659.25, 0.22]].forEach(([pitch, after]) => {
    const note = audio.createOscillator(), level = audio.createGain(), at = audio.currentTime + after;
    note.frequency.value = pitch;
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(0.12, at + 0.03);
    level.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    note.connect(level).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.55);
  });
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
  if (fresh.length && !firstRoom && duty === "on" && talks.size < capacity) { ring(); notice(say("came", fresh[0])); }
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
  const flag = element.querySelector(".danger"), chips = element.querySelector(".chips");
  flag.hidden = danger === "none";
  flag.textContent = text;
  element.dataset.danger = danger;
  chips.replaceChildren(...facts.map((fact) => {
    const chip = document.createElement("li"), label = document.createElement("span");
    chip.dataset.fact = fact.key;
    label.className = "unseen";
    label.textContent = `${fact.label}: `;
    chip.append(label, fact.text);
    return chip;
  }));
}

function tick() {
  for (const row of $("waiting").children) {
    const seconds = Math.max(0, Math.floor((Date.now() - row.dataset.since) / 1000)), pad = (n) => String(n).padStart(2, "0");
    const hours = Math.floor(seconds / 3600), minutes = Math.floor(seconds / 60) % 60;
    row.querySelector(".clock").textContent = (hours ? `${hours}:${pad(minutes)}` : minutes) + `:${pad(seconds % 60)}`;
  }
}
