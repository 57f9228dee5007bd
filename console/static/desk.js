// The desk's page: draws what the live path says and sends what is pressed. All words come from the page.

import { Alongs } from "./along.js";
import { Closing } from "./closing.js";
import { Device } from "./device.js";
import { Door } from "./door.js";
import { Drafts } from "./drafts.js";
import { DutyPanel } from "./duty.js";
import { Link } from "./link.js";
import { Notices } from "./notices.js";
import { Phone } from "./phone.js";
import { brief, Room } from "./room.js";
import { Sign } from "./sign.js";
import { Talk } from "./talk.js";
import { Together } from "./together.js";
import { audible, ring, unlock } from "./tone.js";
import { Wire } from "./wire.js";

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("words")?.textContent ?? "{}");
const say = (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const narrow = matchMedia("(max-width: 860px)");
const talks = new Map(); // handle -> Talk, in hand or waiting for its wrap-up
const suggested = new Map(); // handle -> what the briefing already answers of the wrap-up
const drafts = new Map(); // handle -> words that were not sent when a talk left these hands: back when it is taken again
const names = new Map(); // handle -> pseudonym, of everybody seen
const title = document.title;
const { slot } = $("desk").dataset;
const notices = new Notices($("notices"), say), notice = (text) => notices.tell(text);
const room = new Room({ say, has: (talk) => talks.has(talk), guide: (talk) => ask({ type: "guide", talk }), more: (chosen) => tellSeen(chosen) || notice(say("undone")), take(talk, back) { if (back && duty === "off") askDuty("on"); ask({ type: "take", talk }); } });
const closing = new Closing({ say, send: (frame) => wire?.send(frame), lost: () => notice(say("undone")) });
const link = new Link({ say, holding: () => inHand().length > 0, use: () => wire.connect(), begin: () => askDuty("on") });
const panel = new DutyPanel({ say, send: (frame) => wire?.send(frame) || notice(say("undone")) });
const together = new Together({ say, tell: notice, send: (frame) => wire.send(frame), talks, current: () => meant(), bring: (talk) => show(talk.handle), changed: () => badge() });
const alongs = new Alongs({ say, tell: notice, send: (frame) => wire.send(frame), talks, place: $("talks"), device: () => device, seen: (talk) => seen(talk), bring: (handle) => show(handle), drop: (handle) => close(handle, ""), changed: () => badge() });
const phone = new Phone({ say, tell: notice, send: (frame) => wire?.send(frame) });
let wire, device, kept, duty = "off", capacity = 3, sound = true, firstRoom = true;

async function start() {
  $("desk").hidden = false;
  if (!Device.possible) return showDevice({ state: "insecure" });
  device = await Device.of(slot);
  kept = new Drafts(slot);
  wire = new Wire("/live", receive, showLink, () => ({ v: 1, type: "device", key: device.key }));
  $("duty").onclick = () => askDuty(duty === "off" ? "on" : "off");
  $("pause").onclick = () => askDuty(duty === "paused" ? "on" : "paused");
  $("break").onclick = () => askDuty(duty === "break" ? "on" : "break");
  $("sound").onclick = () => { sound = !(sound && audible()); unlock(drawDuty); drawDuty(); if (sound) ring(); };
  for (const gesture of ["pointerup", "keyup"]) addEventListener(gesture, () => audible() || unlock(drawDuty), { once: true });
  $("sure").onsubmit = (event) => { event.preventDefault(); $("sure").hidden = true; askDuty("off", true); };
  $("sure").querySelector("[type=button]").onclick = () => { $("sure").hidden = true; $("duty").focus(); };
  $("device").querySelector("button").onclick = askAnew;
  new Door({ holding: () => inHand().length > 0, sent: () => wire.sent });
  $("tabs").onclick = (event) => show(event.target.closest("[data-tab]")?.dataset.tab);
  document.addEventListener("visibilitychange", () => { tellSeen(); markRead(); });
  narrow.addEventListener("change", markRead);
}

function receive(frame) {
  const known = talks.get(frame.talk), talk = known?.ended ? null : known;
  const handlers = {
    hello: () => greet(frame),
    device: () => showDevice(frame), duty: () => setDuty(frame), crew: () => panel.showCrew(frame),
    room: () => showRoom(frame), talks: () => { kept.only(frame.talks); for (const each of inHand()) if (!frame.talks.includes(each.handle)) leave(each.handle, "not_yours"); },
    talk: () => showTalk(frame), keys: () => talk?.keys(frame), said: () => { talk?.sign.show(); talk?.hear(frame); },
    sent: () => talk?.sent(frame.id, frame.seq), delivered: () => talk?.deliver(frame.seq), unsure: () => { talk?.unsure.add(frame.seq); talk?.deliver(0); },
    storage: () => panel.showStorage(frame), order: () => talk?.order(frame), hand: () => talk?.hand.show(frame),
    writing: () => talk?.sign.show(say("writing", { name: talk.name })),
    away: () => talk?.setAway(frame.away), muted: () => talk?.setMuted(frame.muted), briefing: () => { if (talk) describe(talk, frame); },
    left: () => leave(frame.talk, frame.code), ended: () => end(frame.talk, frame.reason, frame.ticket),
    phone: () => phone.show(frame), line: () => { phone.meet(frame); alongs.line(frame); },
    wrapped: () => close(frame.talk, frame.saved ? "saved" : ""), refused: () => refuse(frame),
    together: () => together.show(frame), along: () => { alongs.show(frame); if (frame.phone) phone.listen(frame.talk); }, along_over: () => alongs.over(frame), alongs: () => alongs.only(frame.talks),
    asides: () => (talk ? together.asides(talk, frame) : alongs.asides(frame)),
    colleagues: () => talk && together.colleagues(talk, frame), note: () => talk && together.note(talk, frame.sealed),
  };
  handlers[frame.type]?.();
  badge();
}

function refuse({ code, talk, id }) {
  together.refuse(code, talk);
  if (code === "message") return talks.get(talk)?.fail(id);
  if (code === "talks_in_hand") { $("sure").hidden = false; $("sure").querySelector("h2").focus(); return; }
  if (code === "taken" || code === "gone") room.drop(talk);
  if (code === "no_wrapup") close(talk, code); else notice(say(code, { name: names.get(talk) }));
}

// --- Duty, sound, connection ---

function askDuty(to, sure = false) { ask({ type: "duty", to, sure }); }

function ask(frame) { return wire.send(frame) || notice(say("undone")); }

function greet(frame) {
  firstRoom = true;
  $("duty").disabled = false;
  link.lease = frame.lease ?? 0; // none from a server of the version before
  link.lapse(frame.lapsed || duty !== "off" && frame.duty === "off");
  setDuty(frame);
}

function setDuty(frame) {
  ({ duty, capacity } = frame);
  if (duty !== "off") link.lapse(false);
  $("sure").hidden = true;
  panel.show(frame); phone.setDuty(duty);
  drawDuty();
}

function drawDuty() {
  $("sound").textContent = say(sound && audible() ? "sound_on" : "sound_off");
  for (const part of document.querySelectorAll("[data-calm]")) part.hidden = (part.dataset.calm === "off") !== (duty === "off");
  room.allow(duty !== "off");
  $("desk").dataset.duty = duty;
}

function showLink(state) {
  if (state === "open") tellSeen();
  link.show(state);
  $("desk").toggleAttribute("inert", state === "elsewhere");
}

// Notifications are for who does not see this page. `more`: what else of the waiting list is to be shown.
function tellSeen(more) { return wire.send({ type: "visible", visible: !document.hidden, more }); }
// --- This device ---

function showDevice({ state }) {
  const key = state !== "ready" ? state : device.kept ? "" : "memory";
  $("device").hidden = !key;
  $("device").querySelector("span").textContent = key && say(`device_${key}`, { code: device?.code });
  $("device").querySelector("button").hidden = state !== "revoked";
  if (device) device.ready = state === "ready";
  for (const talk of inHand()) talk.drawKey();
}

async function askAnew() {
  device = await Device.of(slot, true);
  wire.send({ type: "device", key: device.key });
}

// --- The waiting list ---

function showRoom(frame) {
  const fresh = room.show(frame);
  together.count(frame.desks);
  closing.show(frame);
  if (frame.more?.found === 0) notice(say(frame.more.done ? "more_none" : "more_on")); else if (frame.more) $("aloud").textContent = say("more_shown", { count: room.inSight });
  for (const row of frame.rows) names.set(row.talk, row.name);
  if (fresh.length && !firstRoom && duty === "on" && !panel.breathing && inHand().length < capacity) { if (sound) ring(); $("aloud").textContent = say("came", fresh[0]); }
  firstRoom = false; drawDuty();
}

// --- Talks ---

const inHand = () => [...talks.values()].filter((talk) => !talk.ended);
// The talk that somebody is at: where the focus is, else the one that was shown last.
const meant = () => inHand().find((talk) => talk.element.contains(document.activeElement)) ?? inHand().find((talk) => talk.handle === $("desk").dataset.view) ?? inHand()[0];
const seen = (talk) => !document.hidden && (!narrow.matches || $("desk").dataset.view === talk.handle);

function showTalk(frame) {
  const isNew = !talks.has(frame.talk) || talks.get(frame.talk).ended;
  // One that a colleague handed over may come while somebody writes to another visitor, who may even have gone just now.
  const busy = isNew && ($("talks-title") === document.activeElement || inHand().some((each) => each.element.contains(document.activeElement)));
  room.drop(frame.talk);
  if (isNew) {
    talks.get(frame.talk)?.element.remove();
    const talk = new Talk(wire, frame.talk, frame.name, device, { say, tell: notice, seen, changed: badge, closed: () => close(frame.talk, "") });
    talks.set(frame.talk, talk);
    talk.part(".compose textarea").value = drafts.get(frame.talk) ?? "";
    talk.sign = new Sign(talk, () => wire.send({ type: "writing", talk: frame.talk }));
    kept.attach(talk);
    $("talks").append(talk.element);
    if (busy) notice(say("here", frame)); else show(frame.talk);
    if (frame.phone) phone.fit(talk);
  }
  describe(talks.get(frame.talk), frame);
  Object.assign(talks.get(frame.talk), { desk: frame.desk }).part(".of-desk").textContent = frame.routine;
  talks.get(frame.talk).restore(frame);
  together.meet(talks.get(frame.talk), frame);
  if (isNew && !busy && frame.said.length === 0) talks.get(frame.talk).part(".compose textarea").focus();
}

function describe(talk, frame) {
  names.set(talk.handle, talk.name);
  suggested.set(talk.handle, frame.suggested);
  brief(talk.element, frame);
}

function end(handle, reason, ticket) {
  const talk = talks.get(handle);
  drafts.delete(handle);
  kept.drop(handle);
  phone.forget(handle);
  if (talk && !talk.ended) talk.wrapUp(reason, suggested.get(handle) ?? [], ticket);
}

function leave(handle, code) {
  if (!talks.get(handle) || talks.get(handle).ended) return;
  const unsent = talks.get(handle).unsent();
  notices.lose(code, names.get(handle), Boolean(unsent));
  drafts.set(handle, unsent);
  kept.drop(handle);
  close(handle, "");
}

function close(handle, code) {
  const talk = talks.get(handle), inside = talk?.element.contains(document.activeElement);
  talk?.element.remove();
  talks.delete(handle); phone.forget(handle); room.again();
  if (code) notice(say(code));
  if ($("desk").dataset.view === handle) show(talks.keys().next().value ?? "waiting");
  if (inside) $("talks-title").focus(); // never another talk's box: what somebody goes on typing was for this visitor
  badge();
}

// --- Tabs (on a narrow screen one thing is shown at a time), notices, counts ---

function show(view) {
  if (!view) return;
  $("desk").dataset.view = view;
  for (const talk of talks.values()) talk.element.classList.toggle("current", talk.handle === view);
  markRead();
}

function markRead() { for (const talk of talks.values()) if (!talk.ended || alongs.get(talk.handle)) talk.markRead(); badge(); }

function badge() {
  panel.fill(inHand().length >= capacity);
  const waiting = room.total, unread = inHand().filter((talk) => talk.unread).length;
  const count = (duty === "on" ? waiting : 0) + unread;
  document.title = (together.calling ? `${say("call_title")} ` : "") + (count ? `(${count}) ` : "") + title;
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
