// The desk's key for left letters: a signed device's page makes it when there is none, and hands it on to colleagues'.

import { derivePair, keyOfLine, read64, readDevice, SealError, unwrapDesk, wrapDesk, write64 } from "./codes.js";
import { Device } from "./device.js";

const EVERY = 15_000; // milliseconds
const AT_ONCE = 40; // copies in one request, some 200 bytes each: the server takes 16 kB

// What the server answers to a page of this device; `code` says why it refused.
export async function ask(path, device, fields = {}) {
  const form = new FormData();
  const token = document.querySelector("[name=form_token]").value;
  for (const [name, value] of Object.entries({ form_token: token, device: device.key, ...fields })) form.set(name, value);
  try {
    const answer = await fetch(`/messages/${path}`, { method: "POST", body: form, redirect: "error" });
    return await answer.json();
  } catch {
    return { code: "lost" };
  }
}

// The desk's keys as this device holds them, after it did what there was to do for the others.
export async function tend(device, desk) {
  const told = await ask("keys", device, { desk });
  if (told.code) return told;
  const current = told.keys.find((key) => key.current);
  if (!current) {
    await make(device, told.desk);
    return ask("keys", device, { desk });
  }
  if (current.wrapped && told.lacking.length) await hand(device, told, current);
  return told;
}

export async function make(device, desk, instead = "") {
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const { point } = await derivePair(seed.slice());
  const wrapped = await wrapDesk(seed, read64(device.key), desk, point);
  seed.fill(0);
  return ask("make", device, { desk, key: write64(point), wrapped: write64(wrapped), instead });
}

// The pair of a key that this device has a copy of. SealError when it was not wrapped to it, or is another key's.
export async function pairOf(device, desk, { key, wrapped }) {
  const pair = await derivePair(await unwrapDesk(read64(wrapped), device.pair, desk, read64(key)));
  if (write64(pair.point) !== key) throw new SealError("another key");
  return pair;
}

async function hand(device, { desk, organisation, lacking }, { key, wrapped }) {
  const seed = await unwrapDesk(read64(wrapped), device.pair, desk, read64(key)), copies = [];
  for (const line of lacking) {
    try {
      copies.push([keyOfLine(line), write64(await wrapDesk(seed, await readDevice(organisation, line), desk, read64(key)))]);
    } catch {
      // What the organisation did not sign is handed nothing.
    }
  }
  seed.fill(0);
  for (let at = 0; at < copies.length; at += AT_ONCE) {
    await ask("hand", device, { desk, key, copies: JSON.stringify(Object.fromEntries(copies.slice(at, at + AT_ONCE))) });
  }
}

// On the desk's page, for as long as it is open, for all of one's desks. A device that lives in this page alone is another one in each script.
async function keepTending(slot, desks) {
  const device = await Device.of(slot);
  if (!device.kept) return;
  for (;;) {
    for (const desk of desks) await tend(device, desk).catch(() => {}); // the page of left messages says what does not work
    await new Promise((done) => setTimeout(done, EVERY));
  }
}

const desk = document.querySelector('[data-module="desk"]');
if (desk && Device.possible) void keepTending(desk.dataset.slot, desk.dataset.desks.split(" "));
