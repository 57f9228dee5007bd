// The keys of one talk in this page: opens the words of both sides in order, and seals one's own. It draws nothing.

import { read64, readHead, unwrap, write64 } from "./sealing.js";

export class Seals {
  constructor(device) {
    this.device = device;
    this.epochs = new Map(); // number -> what its key does; no key can be read out
    this.now = 0;
    this.refused = false; // the visitor's page does not trust this device
    this.rewind();
  }

  // Whether there is a key to seal with. Without it nothing is sent.
  get ready() { return this.epochs.has(this.now); }

  // The places of the safety words, once the key is there.
  get compared() { return this.epochs.get(this.now)?.compared; }

  // What a `talk` or a `keys` frame says; true when it brought a key that was not here before.
  async meet({ binding, epoch, keys }) {
    if (binding) this.talk = read64(binding);
    this.now = epoch;
    this.refused = keys[epoch] === "";
    let came = false;
    for (const [number, wrapped] of Object.entries(keys)) {
      if (!wrapped || this.epochs.has(Number(number))) continue;
      try {
        this.epochs.set(Number(number), await unwrap(read64(wrapped), this.device.pair, this.talk, Number(number)));
        came = true;
      } catch {
        // Wrapped to another device: as good as none.
      }
    }
    return came;
  }

  // Before the whole log is opened again: each epoch from its first message.
  rewind() { this.counts = { up: new Map(), down: new Map() }; }

  // A body to send; null while there is no key.
  async seal(words) {
    const epoch = this.epochs.get(this.now);
    return epoch ? write64(await epoch.seal("down", words)) : null;
  }

  // { words }, or { closed }: "earlier" (no key for it), "gap" (one before it is missing) or "one". Called one at a time.
  async open(way, body) {
    try {
      const sealed = read64(body), { epoch: number, counter } = readHead(sealed);
      const epoch = this.epochs.get(number), before = this.counts[way].get(number) ?? 0;
      if (!epoch) return { closed: "earlier" };
      epoch.received = before; // one key serves both directions, and each counts for itself
      try {
        const words = await epoch.open(way, sealed);
        this.counts[way].set(number, epoch.received);
        return { words };
      } catch {
        return { closed: counter > before + 1 ? "gap" : "one" };
      }
    } catch {
      return { closed: "one" }; // not even sealed
    }
  }
}
