// What stands in a talk's box, and words that are not sent yet, kept through a reload of this page: sealed, under a key that
// the browser keeps and never shows, bound to the talk and to the person whose place in the browser this is.

import { bytesOf, write64 } from "./sealing.js";

export const DATABASE = "drafts";
const STORE = "kept", HOUR = 3_600_000; // milliseconds
const LONGEST = 12; // hours, counted whole: no finer time is kept
const PAUSE = 250; // milliseconds without a change until it is kept
const AES = "AES-GCM";
const now = () => Math.floor(Date.now() / HOUR);

export class Drafts {
  constructor(slot) {
    this.slot = slot;
    this.pauses = new Map(); // handle -> the timer of what is to be kept
    this.line = Promise.resolve(); // one deed after the other
    this.sweep(() => true);
    setInterval(() => this.sweep(() => true), HOUR / 4);
  }

  // Gives a talk what was kept of it, and keeps what is written there from now on.
  attach(talk) {
    const { handle, outbox } = talk, box = talk.part(".compose textarea");
    const keep = () => this.soon(handle, () => ({ box: box.value, unsent: outbox.waiting.map(({ id, text }) => ({ id, text })) }));
    const kept = this.of(handle);
    talk.inTurn(async () => {
      const { box: words, unsent } = (await kept) ?? { box: "", unsent: [] };
      box.value ||= words;
      for (const { id, text } of unsent) { // under its own id: what had arrived is not sent again
        talk.show({ id }, true, { words: text });
        outbox.add(id, text);
      }
      outbox.changed = keep;
    });
    box.addEventListener("input", keep);
  }

  soon(handle, read) {
    clearTimeout(this.pauses.get(handle));
    this.pauses.set(handle, setTimeout(() => this.keep(handle, read()), PAUSE));
  }

  keep(handle, draft) {
    return draft.box || draft.unsent.length ? this.inLine(() => this.seal(handle, draft)) : this.drop(handle);
  }

  // The talk has ended, or is in other hands.
  drop(handle) {
    clearTimeout(this.pauses.get(handle));
    return this.inLine(async () => inStore("readwrite", (store, place) => store.delete(place), await this.place(handle)));
  }

  // Only these talks are in hand: what is kept of others goes.
  async only(handles) {
    const places = new Set(await Promise.all(handles.map((handle) => this.place(handle))));
    this.sweep((place) => places.has(place));
  }

  // Forgets what is too old, another person's, or not wanted, and the key once it seals nothing.
  sweep(wanted) {
    return this.inLine(() => inStore("readwrite", (store) => {
      const all = store.openCursor(), keys = [];
      let left = 0;
      all.onsuccess = () => {
        const cursor = all.result;
        if (!cursor) return left || keys.forEach((key) => store.delete(key));
        const { slot, until, key } = cursor.value, ours = slot === this.slot;
        if (key && ours) keys.push(cursor.key);
        else if (ours && until > now() && until <= now() + LONGEST && wanted(cursor.key)) left += 1;
        else cursor.delete();
        cursor.continue();
      };
    }));
  }

  of(handle) {
    return this.inLine(async () => {
      const place = await this.place(handle), found = await inStore("readonly", (store) => store.get(place));
      const key = await inStore("readonly", (store) => store.get(this.slot));
      if (!found || !key || found.until <= now()) return null;
      const sealed = { name: AES, iv: found.iv, additionalData: bytesOf(place) };
      return JSON.parse(new TextDecoder().decode(await crypto.subtle.decrypt(sealed, key.key, found.sealed)));
    });
  }

  async seal(handle, draft) {
    const place = await this.place(handle), iv = crypto.getRandomValues(new Uint8Array(12));
    const fresh = await crypto.subtle.generateKey({ name: AES, length: 256 }, false, ["encrypt", "decrypt"]);
    let { key } = (await inStore("readonly", (store) => store.get(this.slot))) ?? {};
    if (!key) await inStore("readwrite", (store) => store.put({ slot: this.slot, key: (key = fresh) }, this.slot));
    const words = bytesOf(JSON.stringify(draft));
    const sealed = await crypto.subtle.encrypt({ name: AES, iv, additionalData: bytesOf(place) }, key, words);
    await inStore("readwrite", (store) => store.put({ slot: this.slot, until: now() + LONGEST, iv, sealed }, place));
  }

  // Where it lies, and what the seal is bound to: this person and this talk, and neither can be read from it.
  async place(handle) {
    const bound = bytesOf(`fristad draft 1\n${this.slot}\n${handle}`);
    return write64(new Uint8Array(await crypto.subtle.digest("SHA-256", bound)));
  }

  // A browser that keeps nothing, as a private window may, keeps no draft; nothing else depends on it.
  inLine(deed) {
    this.line = this.line.then(deed).catch(() => null);
    return this.line;
  }
}

// Signed out: whatever this browser kept is gone, key and all.
export function forget() { indexedDB.deleteDatabase(DATABASE); }

async function inStore(mode, work, ...given) {
  const database = await new Promise((done, fail) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onsuccess = () => done(opening.result);
    opening.onerror = opening.onblocked = () => fail(new Error("no store"));
  });
  try {
    return await new Promise((done, fail) => {
      const transaction = database.transaction(STORE, mode), asked = work(transaction.objectStore(STORE), ...given);
      transaction.oncomplete = () => done(asked?.result);
      transaction.onerror = transaction.onabort = () => fail(new Error("not kept"));
    });
  } finally {
    database.close();
  }
}
