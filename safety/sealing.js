// Words sealed between a visitor's page and a staff device: the twin of sealing.py, which tells what is derived from what.
export const MAX_WORDS = 4000; // bytes in UTF-8
export const COMPARED = 1024; // safety words are drawn from so many
const SEAL_VERSION = 1;
const SIZES = [256, 512, 1024, 2048, 4096]; // bytes of padded words
const SALT = 16;
const HEAD = 9 + SALT;
const STRETCH = 200_000;
const CURVE = { name: "ECDH", namedCurve: "P-256" };

export const bytesOf = (text) => new TextEncoder().encode(text);
export const joined = (...parts) => {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
};
export const write64 = (bytes) =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
export const read64 = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
const same = (one, other) => one.length === other.length && one.every((byte, at) => byte === other[at]);
const number = (value, size = 4) => {
  const bytes = new Uint8Array(size);
  for (let at = size - 1; at >= 0 && value; at -= 1) { bytes[at] = value % 256; value = Math.floor(value / 256); }
  return bytes;
};

export class SealError extends Error {}

// --- RFC 9180, base mode: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-GCM ---

const LABEL = bytesOf("HPKE-v1");
const KEM_SUITE = joined(bytesOf("KEM"), number(16, 2));
const hpkeSuite = (bits) => joined(bytesOf("HPKE"), number(16, 2), number(1, 2), number(bits === 256 ? 2 : 1, 2));

async function hkdf(ikm, salt, info, size) {
  const key = await crypto.subtle.importKey("raw", ikm, "HKDF", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, size * 8));
}

const labeled = (suite, name, value) => joined(LABEL, suite, bytesOf(name), value);
// Extract and expand in one step, which is all that WebCrypto offers: HPKE expands each secret only so.
const derive = (suite, salt, from, ikm, to, info, size) =>
  hkdf(labeled(suite, from, ikm), salt, joined(number(size, 2), labeled(suite, to, info)), size);

async function extract(suite, name) {
  // An empty salt is as many zeros as the hash is long, and WebCrypto takes no empty key.
  const key = await crypto.subtle.importKey("raw", new Uint8Array(32), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return (info) => crypto.subtle.sign("HMAC", key, labeled(suite, name, info)).then((hash) => new Uint8Array(hash));
}

async function keySchedule(secret, info, bits) {
  const suite = hpkeSuite(bits), none = new Uint8Array(0);
  const context = joined(number(0, 1), await (await extract(suite, "psk_id_hash"))(none), await (await extract(suite, "info_hash"))(info));
  const raw = await derive(suite, secret, "secret", none, "key", context, bits / 8);
  const iv = await derive(suite, secret, "secret", none, "base_nonce", context, 12);
  return { key: await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"]), iv };
}

async function sharedSecret(privateKey, publicKey, context) {
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: publicKey }, privateKey, 256));
  return derive(KEM_SUITE, new Uint8Array(0), "eae_prk", shared, "shared_secret", context, 32);
}

const readPoint = (raw) => crypto.subtle.importKey("raw", raw, CURVE, false, []);
export const newDevice = () => crypto.subtle.generateKey(CURVE, false, ["deriveBits"]);
export const pointOf = async (pair) => new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));

export async function hpkeSeal(plain, device, info, bits = 256) {
  const pair = await newDevice(), sent = await pointOf(pair);
  const secret = await sharedSecret(pair.privateKey, await readPoint(device), joined(sent, device));
  const { key, iv } = await keySchedule(secret, info, bits);
  return joined(sent, new Uint8Array(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, plain)));
}

export async function hpkeOpen(wrapped, pair, info, bits = 256, additionalData = new Uint8Array(0)) {
  const sent = wrapped.slice(0, 65);
  const secret = await sharedSecret(pair.privateKey, await readPoint(sent), joined(sent, await pointOf(pair)));
  const { key, iv } = await keySchedule(secret, info, bits);
  return new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv, additionalData }, key, wrapped.slice(65)));
}

// --- Epochs and messages ---

const wrapInfo = (talk, epoch) => joined(bytesOf("fristad 1 wrap"), talk, number(epoch));

// A talk key as this page may use it: never extractable. What the raw bytes were needed for is done in here.
export class Epoch {
  static async of(talk, epoch, raw) {
    const made = new Epoch();
    const key = await crypto.subtle.importKey("raw", raw, "HKDF", false, ["deriveBits"]);
    Object.assign(made, { talk, number: epoch, ways: {}, sent: 0, received: 0 });
    for (const way of ["up", "down"]) {
      const info = bytesOf(`fristad 1 ${way}`), salt = joined(talk, number(epoch));
      const bits = await crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt, info }, key, 256);
      made.ways[way] = await crypto.subtle.importKey("raw", bits, "HKDF", false, ["deriveKey"]);
      new Uint8Array(bits).fill(0);
    }
    return made;
  }

  async #cipher(way, salt) {
    const how = { name: "HKDF", hash: "SHA-256", salt, info: bytesOf("fristad 1 message") };
    return crypto.subtle.deriveKey(how, this.ways[way], { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  }

  #bound(way, counter) {
    return joined(number(SEAL_VERSION, 1), this.talk, bytesOf(way), number(this.number), number(counter));
  }

  // The next message of this end. The counter is this page's own and is never taken from the server.
  async seal(way, words, salt = crypto.getRandomValues(new Uint8Array(SALT))) {
    const plain = bytesOf(words);
    if (plain.length > MAX_WORDS) throw new SealError("too long");
    const counter = ++this.sent; // before anything that waits: two messages never get the same one
    const padded = new Uint8Array(SIZES.find((size) => size >= plain.length + 2));
    padded.set(number(plain.length, 2));
    padded.set(plain, 2);
    const how = { name: "AES-GCM", iv: number(counter, 12), additionalData: this.#bound(way, counter) };
    const boxed = await crypto.subtle.encrypt(how, await this.#cipher(way, salt), padded);
    return joined(number(SEAL_VERSION, 1), number(this.number), number(counter), salt, new Uint8Array(boxed));
  }

  // The words of the next message of the other end; SealError for any other.
  async open(way, sealed) {
    const { epoch, counter } = readHead(sealed);
    const how = { name: "AES-GCM", iv: number(counter, 12), additionalData: this.#bound(way, counter) };
    let padded;
    try {
      if (epoch !== this.number) throw new SealError("another epoch");
      padded = new Uint8Array(await crypto.subtle.decrypt(how, await this.#cipher(way, sealed.slice(9, HEAD)), sealed.slice(HEAD)));
    } catch {
      throw new SealError("the seal does not fit");
    }
    if (counter !== this.received + 1) throw new SealError("not the next message");
    this.received = counter;
    const length = padded[0] * 256 + padded[1];
    if (length > padded.length - 2) throw new SealError("not padded as a message is");
    return new TextDecoder("utf-8", { fatal: true }).decode(padded.slice(2, 2 + length));
  }
}

// Epoch and counter that a sealed message claims; nothing is proved yet.
export function readHead(sealed) {
  if (!SIZES.includes(sealed.length - HEAD - 16) || sealed[0] !== SEAL_VERSION) throw new SealError("not a sealed message");
  const view = new DataView(sealed.buffer, sealed.byteOffset);
  return { epoch: view.getUint32(1), counter: view.getUint32(5) };
}

// Where two ends look up their safety words: the same numbers when nobody stands between them.
async function compare(raw, talk, epoch, device) {
  const key = await crypto.subtle.importKey("raw", raw, "PBKDF2", false, ["deriveBits"]);
  const salt = joined(bytesOf("fristad 1 compare"), talk, number(epoch), device);
  const bits = await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: STRETCH }, key, 32);
  const view = new DataView(bits);
  return [view.getUint16(0) % COMPARED, view.getUint16(2) % COMPARED];
}

// The visitor's end: draws talk keys, and keeps them wrapped under a key of this page that cannot be read out, so that an
// earlier one can be handed to a colleague when the visitor says so.
export class KeyMaker {
  #vault = null;
  #kept = [];

  constructor(talk) { this.talk = talk; }

  // A fresh epoch for one device: the epoch itself, its wrapped key, and the safety words' places; for who reads along as
  // well when there is a second device. Drawn once more, it takes the place of the one before.
  async begin(epoch, device, helper = null) {
    const raw = crypto.getRandomValues(new Uint8Array(32));
    try {
      const made = await Epoch.of(this.talk, epoch, raw);
      made.compared = await compare(raw, this.talk, epoch, device);
      const wrapped = await hpkeSeal(raw, device, wrapInfo(this.talk, epoch));
      const also = helper && await hpkeSeal(raw, helper, wrapInfo(this.talk, epoch));
      await this.#keep(epoch, raw);
      return { epoch: made, wrapped, also };
    } finally {
      raw.fill(0);
    }
  }

  // The keys of all epochs before `epoch`, wrapped to a device: [number, wrapped].
  async share(epoch, device) {
    const shared = [];
    for (const { number: earlier, iv, boxed } of this.#kept.filter((kept) => kept.number < epoch)) {
      const raw = new Uint8Array(await crypto.subtle.decrypt({ name: "AES-GCM", iv }, this.#vault, boxed));
      shared.push([earlier, await hpkeSeal(raw, device, wrapInfo(this.talk, earlier))]);
      raw.fill(0);
    }
    return shared;
  }

  drop() {
    this.#vault = null;
    this.#kept = [];
  }

  async #keep(epoch, raw) {
    this.#vault ??= await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
    const iv = crypto.getRandomValues(new Uint8Array(12));
    this.#kept = this.#kept.filter((kept) => kept.number !== epoch);
    this.#kept.push({ number: epoch, iv, boxed: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, this.#vault, raw) });
  }
}

// The staff device's end: an epoch out of its wrapped key. SealError when it was not wrapped to this device for this talk.
export async function unwrap(wrapped, pair, talk, epoch) {
  let raw;
  try {
    raw = await hpkeOpen(wrapped, pair, wrapInfo(talk, epoch));
  } catch {
    throw new SealError("not wrapped to this device");
  }
  const made = await Epoch.of(talk, epoch, raw);
  made.compared = await compare(raw, talk, epoch, await pointOf(pair));
  raw.fill(0);
  return made;
}

// --- Devices that the organisation signed: devices.py tells how the line looks ---

// The device's public key. SealError when the line is not signed by this organisation, or past its last day.
export async function readDevice(organisation, line, today = Math.floor(Date.now() / 86_400_000)) {
  try {
    const [point, until, signature] = line.split(".");
    const device = read64(point), statement = joined(bytesOf("fristad device 1\n"), device, number(Number(until)));
    const key = await crypto.subtle.importKey("raw", read64(organisation), { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const fits = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, read64(signature), statement);
    if (fits && device.length === 65 && Number(until) >= today) return device;
  } catch {
    // What is no such line is refused as an unsigned one is.
  }
  throw new SealError("not a device of this organisation");
}
