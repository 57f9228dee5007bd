// Codes to come back with, and what they open: the twin of codes.py and desks.py, which tell what is derived from what.
// Stands behind sealing.js in one file.
export const CODE_WORDS = 9;
const CODE_BITS = 10n;
const CODE_SECRET = 12; // bytes
const CODE_ROUNDS = 300_000;

// --- Words ---

// What one keyboard has and another has not reads as one letter: wordlists.py says why.
const ALIKE = Object.fromEntries([..."ىیێېکڪگۆۇةەھہڕڵڤپچژøæßı"].map((letter, at) => [letter, [..."ييييكككووههههرلفبجزoasi"][at]]));
for (const [from, to, count] of [[0x1220, 0x1230, 8], [0x1280, 0x1210, 8], [0x1340, 0x1338, 7], [0x12a0, 0x12a3, 1]])
  for (let at = 0; at < count; at += 1) ALIKE[String.fromCodePoint(from + at)] = String.fromCodePoint(to + at);
export const foldWord = (text) =>
  text.normalize("NFKD").toLowerCase().normalize("NFKD").replace(/[\p{Mn}\p{Cf}\u0640]/gu, "").replace(/./gsu, (letter) => ALIKE[letter] ?? letter);
export const wordParts = (text) => foldWord(text).split(/\P{L}+/u).filter(Boolean);

// A new code: 12 bytes that hold 90 bits.
export const drawCode = () => writeBig(readBig(crypto.getRandomValues(new Uint8Array(CODE_SECRET))) >> 6n, CODE_SECRET);

export function writeCode(secret, list) {
  const value = readBig(secret);
  return Array.from({ length: CODE_WORDS }, (_, at) => list[Number((value >> (CODE_BITS * BigInt(CODE_WORDS - 1 - at))) & 1023n)]);
}

// The code that was typed in the words of one list, or null; `unknown` are places (from 1) of words that it does not have.
export function readCode(text, list) {
  const known = new Map(list.map((word, at) => [foldWord(word), at])), typed = wordParts(text);
  const unknown = typed.flatMap((word, at) => (known.has(word) ? [] : [at + 1]));
  if (typed.length !== CODE_WORDS || unknown.length) return { secret: null, count: typed.length, unknown };
  const value = typed.reduce((sum, word) => (sum << CODE_BITS) | BigInt(known.get(word)), 0n);
  return { secret: writeBig(value, CODE_SECRET), count: CODE_WORDS, unknown };
}

// --- What a code derives ---

async function stretch(secret, salt) {
  const key = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
  return new Uint8Array(await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-256", salt, iterations: CODE_ROUNDS }, key, 256));
}

export const locatorOf = (secret, organisation) => stretch(secret, joined(bytesOf("fristad 1 code locator"), organisation));
export const codePairOf = async (secret, organisation) => derivePair(await stretch(secret, joined(bytesOf("fristad 1 code seed"), organisation)));
const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(...parts)));
export const boxOf = async (locator) => write64(await sha256(bytesOf("fristad 1 box"), locator));

// DeriveKeyPair of RFC 9180: { privateKey, point }, the private key not to be read out again.
export async function derivePair(seed) {
  for (let counter = 0; counter < 256; counter += 1) {
    const scalar = await derive(KEM_SUITE, new Uint8Array(0), "dkp_prk", seed, "candidate", number(counter, 1), 32);
    const value = readBig(scalar);
    if (value === 0n || value >= ORDER) continue;
    const [x, y] = publicOf(value).map((part) => writeBig(part, 32));
    const jwk = { kty: "EC", crv: "P-256", d: write64(scalar), x: write64(x), y: write64(y) };
    const privateKey = await crypto.subtle.importKey("jwk", jwk, CURVE, false, ["deriveBits"]);
    scalar.fill(0);
    seed.fill(0);
    return { privateKey, point: joined(number(4, 1), x, y) };
  }
  throw new SealError("no key fits");
}

// The key of a box's letters, from either end's pair: `desk` and `visitor` are both ends' public keys.
export async function lettersOf(own, desk, visitor, box) {
  const other = same(own.point, desk) ? visitor : desk;
  if (!same(own.point, desk) && !same(own.point, visitor)) throw new SealError("neither end of this box");
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ name: "ECDH", public: await readPoint(other) }, own.privateKey, 256));
  const raw = await hkdf(shared, bytesOf(box), joined(bytesOf("fristad 1 letters"), desk, visitor), 32);
  return Epoch.of((await sha256(bytesOf("fristad 1 letters"), bytesOf(box))).slice(0, 16), 1, raw);
}

// The desk's public key out of its line. SealError when this organisation did not sign it for this desk, or it is too old.
export async function readDesk(organisation, desk, line, today = Math.floor(Date.now() / 86_400_000)) {
  try {
    const [point, until, signature] = line.split(".");
    const key = read64(point), statement = joined(bytesOf(`fristad desk 1\n${desk}\n`), key, number(Number(until)));
    const signer = await crypto.subtle.importKey("raw", organisation, { name: "ECDSA", namedCurve: "P-256" }, false, ["verify"]);
    const fits = await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, signer, read64(signature), statement);
    if (fits && key.length === 65 && Number(until) >= today) return key;
  } catch {
    // What is no such line is refused as an unsigned one is.
  }
  throw new SealError("not a desk of this organisation");
}

// --- Desk keys: a seed that each signed device of the desk holds, wrapped to it ---

const deskInfo = (desk, point) => joined(bytesOf(`fristad 1 desk\n${desk}\n`), point);
export const wrapDesk = (seed, device, desk, point) => hpkeSeal(seed, device, deskInfo(desk, point));

// The seed of the desk's pair, for a moment: whoever asks wraps it to another device or derives the pair of it.
export async function unwrapDesk(wrapped, pair, desk, point) {
  try {
    return await hpkeOpen(wrapped, pair, deskInfo(desk, point));
  } catch {
    throw new SealError("not wrapped to this device");
  }
}

// --- The letters of a box: [{ way: "up" | "down", number, after, line, body }], as either end finds them ---

export const keyOfLine = (line) => line.split(".")[0];

// Every letter with its words, null for one that cannot be opened; in the order in which their writers saw them.
export async function openLetters(letters, keyFor) {
  const readers = new Map(), opened = [];
  for (const letter of letters) {
    const name = `${letter.way} ${keyOfLine(letter.line)}`;
    let words = null;
    try {
      if (!readers.has(name)) readers.set(name, await keyFor(letter.line));
      words = await readers.get(name).open(letter.way, read64(letter.body));
    } catch {
      // Shown as a sentence in its place.
    }
    opened.push({ ...letter, words });
  }
  return inOrder(opened);
}

// The next letter of one end under a key. The counter follows the letters that are there; were one withheld, the salt of
// each message still keeps two under one counter apart.
export async function sealLetter(way, words, letters, line, keyFor) {
  const key = await keyFor(line);
  key.sent = letters.filter((each) => each.way === way && keyOfLine(each.line) === keyOfLine(line)).length;
  return write64(await key.seal(way, words));
}

function inOrder(letters) {
  const ups = letters.filter(({ way }) => way === "up"), downs = letters.filter(({ way }) => way === "down"), order = [];
  let up = 0, down = 0;
  while (up < ups.length || down < downs.length) {
    const next = up < ups.length && (down === downs.length || ups[up].after <= down) ? ups[up++] : downs[down++];
    order.push(next);
  }
  return order;
}

// --- P-256 in whole numbers, for the one thing that browsers do not do: a public key out of a private one ---

const FIELD = (1n << 256n) - (1n << 224n) + (1n << 192n) + (1n << 96n) - 1n;
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
const BASE = [
  0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
];

const readBig = (bytes) => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
const writeBig = (value, size) => Uint8Array.from({ length: size }, (_, at) => Number((value >> BigInt(8 * (size - 1 - at))) & 255n));
const mod = (value) => ((value % FIELD) + FIELD) % FIELD;

function inverse(value) {
  let [a, b, x, y] = [mod(value), FIELD, 1n, 0n];
  while (a > 1n) { const q = b / a; [a, b] = [b - q * a, a]; [x, y] = [y - q * x, x]; }
  return mod(x);
}

// Jacobian coordinates; z = 0 is the point at infinity.
function doubled([x, y, z]) {
  const square = mod(y * y), s = mod(4n * x * square), m = mod(3n * (x - z * z) * (x + z * z));
  const next = mod(m * m - 2n * s);
  return [next, mod(m * (s - next) - 8n * square * square), mod(2n * y * z)];
}

function added(one, [x2, y2, z2]) {
  const [x1, y1, z1] = one;
  if (!z1) return [x2, y2, z2];
  if (!z2) return one;
  const a = mod(z1 * z1), b = mod(z2 * z2), u1 = mod(x1 * b), s1 = mod(y1 * b * z2);
  const h = mod(x2 * a - u1), r = mod(y2 * a * z1 - s1);
  if (!h) return r ? [1n, 1n, 0n] : doubled(one);
  const hh = mod(h * h), hhh = mod(h * hh), v = mod(u1 * hh), x = mod(r * r - hhh - 2n * v);
  return [x, mod(r * (v - x) - s1 * hhh), mod(z1 * z2 * h)];
}

// The affine point of a private number. Every bit costs the same two steps, so that time tells nothing of them.
function publicOf(value) {
  let low = [1n, 1n, 0n], high = [...BASE, 1n];
  for (let bit = 255n; bit >= 0n; bit -= 1n) {
    const sum = added(low, high);
    [low, high] = (value >> bit) & 1n ? [sum, doubled(high)] : [doubled(low), sum];
  }
  const back = inverse(low[2]), square = mod(back * back);
  return [mod(low[0] * square), mod(low[1] * square * back)];
}
