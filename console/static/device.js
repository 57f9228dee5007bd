// This page's device: a key pair that the browser keeps for one person and never shows.

import { bytesOf, joined, newDevice, pointOf, write64 } from "./sealing.js";

const DATABASE = "desk", STORE = "devices";
const LETTERS = "abcdefghijklmnopqrstuvwxyz234567";
const CODE_BYTES = 10; // as in safety/organisation.py

export class Device {
  ready = false; // whether the organisation has signed it, as the server says

  // Whether this browser can have one at all: an address that is not secure has no such keys.
  static get possible() { return Boolean(globalThis.crypto?.subtle); }

  // The device of the person whose place in the browser is `slot`, made when there is none; `fresh` puts a new one there.
  static async of(slot, fresh = false) {
    const device = new Device();
    device.pair = await newDevice();
    try {
      device.pair = await settle(slot, device.pair, fresh);
      device.kept = Boolean((await read(slot))?.privateKey); // some browsers take a key and give nothing back
    } catch {
      device.kept = false; // a private window: it lives in this page alone, and the page says so
    }
    const point = await pointOf(device.pair);
    device.key = write64(point);
    device.code = await shortCode(point);
    return device;
  }
}

// What people compare instead of the key: the same as the coordinator sees.
async function shortCode(point) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", joined(bytesOf("fristad device code 1\n"), point)));
  let bits = 0n;
  for (const byte of hash.slice(0, CODE_BYTES)) bits = (bits << 8n) | BigInt(byte);
  const text = Array.from({ length: 16 }, (_, at) => LETTERS[Number((bits >> BigInt(75 - 5 * at)) & 31n)]).join("");
  return text.match(/.{4}/g).join("-");
}

// In one transaction, so that two windows that are opened at once end up with the same device.
const settle = (slot, made, fresh) => inStore("readwrite", (store, done) => {
  const found = store.get(slot);
  found.onsuccess = () => {
    if (!fresh && found.result?.privateKey && found.result.publicKey) return done(found.result);
    store.put(made, slot).onsuccess = () => done(made);
  };
});

const read = (slot) => inStore("readonly", (store, done) => {
  const found = store.get(slot);
  found.onsuccess = () => done(found.result);
});

async function inStore(mode, work) {
  const database = await new Promise((done, fail) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => done(opening.result);
    opening.onerror = opening.onblocked = () => fail(new Error("no store"));
  });
  try {
    return await new Promise((done, fail) => {
      const transaction = database.transaction(STORE, mode);
      let result;
      transaction.oncomplete = () => done(result);
      transaction.onerror = transaction.onabort = () => fail(new Error("not kept"));
      work(transaction.objectStore(STORE), (value) => { result = value; });
    });
  } finally {
    database.close();
  }
}
