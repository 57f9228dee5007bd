// The page of left messages: opens what visitors left with this page's device, and answers. All words come from the page.

import { keyOfLine, lettersOf, openLetters, read64, sealLetter } from "./codes.js";
import { ask, make, pairOf, tend } from "./deskkeys.js";
import { Device } from "./device.js";

const EVERY = 15_000, SOON = 2_000; // milliseconds; soon: after what did not come through
const MAX_BYTES = 4000;
const $ = (id) => document.getElementById(id);
const words = JSON.parse($("words").textContent);
const say = (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const cards = new Map(); // box -> its card
const { desk } = $("messages").dataset;
let device, state = "", keys = [];
const pairs = new Map(); // key -> the desk's pair, for keys of which this device has a copy

async function start() {
  if (!Device.possible) return showState("insecure");
  device = await Device.of($("messages").dataset.slot);
  $("state").querySelector("button").onclick = async () => { await make(device, desk, "yes"); await look(); };
  for (;;) {
    await look();
    await new Promise((done) => setTimeout(done, state === "lost" ? SOON : EVERY));
  }
}

async function look() {
  const told = await tend(device, desk);
  if (told.code) return showState(told.code);
  ({ keys } = told);
  for (const key of keys) if (key.wrapped && !pairs.has(key.key)) await hold(key);
  const current = keys.find((key) => key.current);
  showState(!current ? "none" : !pairs.has(current.key) ? "no_copy" : !current.line ? "unsigned" : "");
  const { boxes, code } = await ask("list", device, { desk });
  if (code) return showState(code);
  $("empty").hidden = boxes.length > 0;
  for (const [name, card] of cards) if (!boxes.some(({ box }) => box === name)) { card.remove(); cards.delete(name); }
  for (const box of boxes) await draw(box);
  // What is there stays where it is, so that nothing moves under the hand; a load of the page puts all in order.
  boxes.forEach(({ box }, at) => {
    const card = cards.get(box);
    if (!card.isConnected) $("boxes").insertBefore(card, $("boxes").children[at] ?? null);
  });
}

async function hold(key) {
  try {
    pairs.set(key.key, await pairOf(device, desk, key));
  } catch {
    // As if there were none: the page says that somebody has to hand it over.
  }
}

function showState(code) {
  state = code;
  $("state").hidden = !code;
  $("state").querySelector("span").textContent = code ? say(`messages.${code}`) || say("messages.lost") : "";
  $("state").querySelector("button").hidden = code !== "no_copy";
}

const keyFor = ({ box, visitor }) => async (line) => {
  const key = keyOfLine(line);
  return lettersOf(pairs.get(key), read64(key), read64(visitor), box);
};

// A box is drawn anew when something in it changed; what is being written in it stays.
async function draw(box) {
  const seen = JSON.stringify([box.letters.length, box.done, box.letters.map(({ line }) => pairs.has(keyOfLine(line)))]);
  const card = cards.get(box.box) ?? newCard(box.box);
  card.box = box;
  if (card.dataset.seen === seen) return;
  const opened = await openLetters(box.letters, keyFor(box)), last = opened.at(-1);
  card.dataset.seen = seen;
  card.dataset.state = box.done ? "done" : last?.way === "up" ? "waiting" : "answered";
  card.querySelector(".name").textContent = box.name;
  card.querySelector(".state").textContent = say(`messages.state.${card.dataset.state}`);
  card.querySelector(".until").textContent = say("messages.until", box);
  card.querySelector("[data-do=done]").textContent = say(box.done ? "messages.reopen" : "messages.done");
  card.querySelector(".log").replaceChildren(...opened.map(bubble));
}

function bubble({ way, line, words: text }) {
  const element = document.createElement("div"), who = document.createElement("span"), body = document.createElement("p");
  element.className = `message ${way === "up" ? "theirs" : "own"}`;
  who.className = "unseen who";
  who.textContent = say(way === "up" ? "messages.visitor" : "messages.we");
  body.className = "bubble";
  body.dir = "auto";
  body.textContent = text ?? say(pairs.has(keyOfLine(line)) ? "messages.unopened" : "messages.closed");
  if (text === null) element.classList.add("shut");
  element.append(who, body);
  return element;
}

function newCard(name) {
  const card = $("box-template").content.firstElementChild.cloneNode(true), open = card.querySelector("[data-do=open]");
  const area = card.querySelector("textarea"), label = card.querySelector("label");
  area.id = `answer-${name}`;
  label.htmlFor = area.id;
  open.onclick = () => {
    const inside = card.querySelector(".inside");
    inside.hidden = !inside.hidden;
    open.setAttribute("aria-expanded", String(!inside.hidden));
  };
  card.querySelector("form").onsubmit = (event) => { event.preventDefault(); void answer(card, area); };
  card.querySelector("[data-do=done]").onclick = () => void mark(card);
  cards.set(name, card);
  return card;
}

async function answer(card, area) {
  const text = area.value.trim(), current = keys.find((key) => key.current), { box } = card;
  if (!text) return;
  if (new TextEncoder().encode(text).length > MAX_BYTES) return note(card, "messages.too-long");
  if (!current?.line || !pairs.has(current.key)) return note(card, "messages.no_copy");
  area.disabled = true;
  const body = await sealLetter("down", text, box.letters, current.line, keyFor(box));
  await settle(card, await ask("answer", device, { desk, ...seen(box), line: current.line, body }), () => { area.value = ""; });
  area.disabled = false;
}

async function mark(card) {
  await settle(card, await ask("done", device, { desk, ...seen(card.box), done: card.box.done ? "no" : "yes" }), () => {});
}

// How many letters of each side were on the screen: whoever comes second is told, and what was written stays.
function seen({ box, letters }) {
  const count = (way) => letters.filter((letter) => letter.way === way).length;
  return { box, up: count("up"), down: count("down") };
}

async function settle(card, { done, code }, then) {
  if (done) then();
  note(card, code ? "messages.lost" : done ? "" : "messages.moved");
  await look();
}

function note(card, key) { card.querySelector(".notice").textContent = key ? say(key) : ""; }

void start();
