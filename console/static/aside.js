// The line between whoever holds a talk and whoever reads along: sealed between their two devices, gone with the help.

import { padded, unpadded } from "./padding.js";
import { bytesOf, joined, read64, readDevice, write64 } from "./sealing.js";

const SIZES = [256, 1024]; // bytes of a padded line: its length is told no more exactly
const IV = 12;
const narrow = matchMedia("(max-width: 860px)"); // where an open list would take the place of the box to write in
const CURVE = { name: "ECDH", namedCurve: "P-256" };

export class Asides {
  // `element` has the class "aside"; `send(sealed)` is false without a connection.
  constructor(element, device, { say, send }) {
    Object.assign(this, { element, device, say, send });
    this.last = this.unseen = 0; // the last line that was drawn, and how many of the other's came since this was open
    this.turn = Promise.resolve(); // the key and the lines, one frame after the other
    this.early = false; // a line was sent before there was a key
    this.box.oninput = () => { this.early = false; };
    element.ontoggle = () => element.open && this.count(0);
    element.querySelector("form").onsubmit = (event) => { event.preventDefault(); void this.write(); };
  }

  get box() { return this.element.querySelector("input"); }

  show(frame) {
    this.turn = this.turn.then(async () => {
      try {
        await this.meet(frame);
        const lines = await Promise.all(frame.lines.map(async (line) => [line, await this.open(line)]));
        const list = this.element.querySelector("ul");
        list.replaceChildren(...lines.map(([line, words]) => this.line(line, words)));
        list.scrollTop = list.scrollHeight;
        const fresh = frame.lines.filter(({ own, number }) => !own && number > this.last).length;
        this.last = frame.lines.at(-1)?.number ?? 0;
        if (fresh && !narrow.matches) this.element.open = true;
        this.count(this.element.open ? 0 : this.unseen + fresh);
        this.tell("");
        if (this.early) await this.write();
      } catch {
        this.early = false;
        this.key = null; // not a device of this organisation, or none yet: nothing is written to it
        this.tell("aside_closed");
      }
    });
  }

  // One key for both directions, from the two devices: nobody between can read a line or write one.
  async meet({ binding, device, organisation }) {
    if (this.key && this.other === device) return;
    const raw = await readDevice(organisation, device);
    const key = await crypto.subtle.importKey("raw", raw, CURVE, false, []);
    const secret = await crypto.subtle.deriveBits({ name: "ECDH", public: key }, this.device.pair.privateKey, 256);
    const material = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
    const how = { name: "HKDF", hash: "SHA-256", salt: read64(binding), info: bytesOf("fristad 1 aside") };
    this.key = await crypto.subtle.deriveKey(how, material, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    Object.assign(this, { other: device, theirs: raw, own: read64(this.device.key) });
  }

  // Bound to whose line it is, so that none comes back as the other's.
  how(iv, own) { return { name: "AES-GCM", iv, additionalData: own ? this.own : this.theirs }; }

  async write() {
    const words = this.box.value.trim(), line = padded(bytesOf(words), SIZES), iv = crypto.getRandomValues(new Uint8Array(IV));
    this.early = Boolean(words && !this.key); // it goes when the key comes, unless somebody writes on
    if (!words || !this.key) return;
    if (!line) return this.tell("aside_long");
    const boxed = await crypto.subtle.encrypt(this.how(iv, true), this.key, line);
    if (!this.send(write64(joined(iv, new Uint8Array(boxed))))) return this.tell("aside_lost");
    this.box.value = "";
    this.tell("");
  }

  // The words of a line; null when they are not for this device.
  async open({ own, sealed }) {
    try {
      const bytes = read64(sealed);
      return unpadded(new Uint8Array(await crypto.subtle.decrypt(this.how(bytes.slice(0, IV), own), this.key, bytes.slice(IV))));
    } catch {
      return null;
    }
  }

  line({ own }, words) {
    const item = document.createElement("li");
    item.className = own ? "own" : "theirs";
    const who = Object.assign(document.createElement("span"), { className: "hint", textContent: `${own ? this.say("you") : this.name}: ` });
    item.append(who, words ?? this.say("aside_unopened"));
    return item;
  }

  count(unseen) {
    const badge = this.element.querySelector("summary .badge");
    this.unseen = unseen;
    badge.hidden = !unseen;
    badge.textContent = unseen || "";
  }

  tell(key) { this.element.querySelector("[role=status]").textContent = key && this.say(key); }
}
