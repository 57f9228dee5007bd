// A practice talk: the desk's own column, whose other end is in this page too. Nothing leaves it; nothing is kept.

import { Beside, onHelpKey } from "./beside.js";
import { brief } from "./room.js";
import { bytesOf, KeyMaker, newDevice, pointOf, read64, write64 } from "./sealing.js";
import { Sign } from "./sign.js";
import { Talk } from "./talk.js";
import { ScriptedVisitor } from "./visitor.js";

const $ = (id) => document.getElementById(id);
const words = JSON.parse($("words").textContent), given = JSON.parse($("given").textContent);
const say = (key, values = {}) => (words[key] ?? "").replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
const EPOCH = 1;
const PAUSE = 900, LETTER = 25, LONGEST = 4000; // milliseconds that the visitor reads, writes a letter, takes at most
const wait = (time) => new Promise((done) => setTimeout(done, time));

const wire = { socket: {}, send(frame) { (DEEDS[frame.type] ?? (() => {}))(frame); return true; } };
const visitor = $("practice").dataset.with === "colleague" ? null : new ScriptedVisitor(given.script);
let talk, beside, epoch, seq = 0, asked = 0, turn = Promise.resolve(), over = false;

const DEEDS = {
  async say({ id, seq: number, body }) {
    turn = turn.then(async () => {
      const heard = await epoch.open("down", read64(body));
      talk.sent(id, number);
      talk.deliver(number);
      if (visitor) answer(visitor.answer(heard)); else show(heard);
    });
  },
  hand: () => talk.hand.show(given.hand),
  colleagues: ({ kind }) => beside.offer({ kind, desks: [], rows: [{ id: "practice", name: say("practice_colleague"), paused: false }] }),
  ask: ({ kind }) => askColleague(kind),
  answer: () => { asked += 1; beside.draw(null, null); },
  unmute: () => talk.setMuted(false),
  call: ({ on }) => callForHelp(on),
  end: () => finish("staff"),
  release: () => finish("staff"),
  wrapup: ({ choices }) => close(choices.length > 0),
};

// One line after the other, at the pace of somebody who writes.
let answers = Promise.resolve();
function answer(lines) {
  answers = answers.then(async () => {
    for (const line of lines) {
      await wait(PAUSE);
      if (over) return;
      talk.sign.show(say("writing", { name: given.name }));
      await wait(Math.min(LONGEST, LETTER * line.length));
      if (over) return;
      await hear(line);
    }
    if (visitor.gone && lines.length) { await wait(PAUSE); finish("visitor"); }
  });
}

// A colleague who is not there says yes after a moment, and so does the visitor whom they would take over.
async function askColleague(kind) {
  const name = say("practice_colleague"), number = asked += 1;
  const stages = kind === "move" ? ["colleague", "visitor"] : ["colleague"];
  for (const stage of stages) {
    beside.draw({ kind, stage, number, to: name }, null);
    await wait(PAUSE * 2);
    if (over || asked !== number) return; // taken back
  }
  beside.draw(null, null);
  if (kind === "mute") return talk.setMuted(true);
  $("told").textContent = say("moved", { name: given.name });
  finish("staff");
}

async function callForHelp(on) {
  const number = asked += 1;
  beside.draw(null, on ? { coming: [] } : null);
  await wait(PAUSE * 2);
  if (on && !over && asked === number) beside.draw(null, { coming: [say("practice_colleague")] });
}

async function hear(line) {
  const body = write64(await epoch.seal("up", line));
  seq += 1;
  talk.sign.show();
  talk.hear({ seq, id: `practice-${seq}`, body });
}

function finish(reason) {
  if (over) return;
  over = true;
  $("beside")?.remove();
  talk.wrapUp(reason, given.suggested);
}

function close(saved) {
  talk.element.remove();
  $("done").hidden = false;
  $("done").querySelector("[data-saved]").hidden = !saved;
  $("done").querySelector("h2").focus();
}

// --- A colleague beside plays the visitor: what they read and write stands under the column ---

function show(heard) {
  const line = document.createElement("p");
  line.textContent = heard;
  $("beside").querySelector(".heard").append(line);
  line.scrollIntoView({ block: "nearest" });
}

function playBeside() {
  const form = $("beside").querySelector("form"), box = form.querySelector("textarea");
  form.onsubmit = (event) => {
    event.preventDefault();
    const line = box.value.trim();
    box.value = "";
    if (line) turn = turn.then(() => hear(line));
  };
  box.oninput = () => box.value.trim() && talk.sign.show(say("writing", { name: given.name }));
}

async function start() {
  const device = { pair: await newDevice(), ready: true };
  const binding = bytesOf("practice talk 16").slice(0, 16), maker = new KeyMaker(binding);
  const made = await maker.begin(EPOCH, await pointOf(device.pair));
  epoch = made.epoch;
  const more = { say, tell: (text) => { $("told").textContent = text; }, seen: () => !document.hidden, changed() {}, closed() {} };
  talk = new Talk(wire, given.talk, given.name, device, more);
  talk.sign = new Sign(talk, () => true);
  beside = new Beside(talk, { say, send: (frame) => wire.send(frame), alone: () => false });
  onHelpKey(() => over || beside.call());
  talk.part(".note").remove(); // kept nowhere, and here there is no desk to keep it
  const mark = Object.assign(document.createElement("span"), { className: "flag practice-mark", textContent: say("practice") });
  talk.part(".talk-head h3").after(mark);
  talk.part("[data-do=release]").hidden = true;
  talk.element.classList.add("current"); // the one that a phone shows
  brief(talk.element, given);
  $("talks").append(talk.element);
  talk.restore({
    binding: write64(binding), epoch: EPOCH, keys: { [EPOCH]: write64(made.wrapped) },
    heard: [], said: [], delivered: 0, away: false, muted: false, compare: "",
  });
  talk.part(".compose textarea").focus();
  if (visitor) answer(visitor.first); else playBeside();
}

if (given.talk) start();
