// Left messages: what the page asks the server for, and what it does with a code. Stands behind sealing.js and codes.js.
const POST_LIMIT = 20_000; // milliseconds until an answer is given up
const KEPT_EVERY = 700; // milliseconds between two looks whether a letter is kept, or erased
const KEPT_LOOKS = 12;

const pause = (time) => new Promise((done) => setTimeout(done, time));

// One question to the server, after the work that it asks for while many want something.
async function post(body) {
  for (let tries = 0; tries < 3; tries += 1) {
    const answer = await send(body);
    if (!answer.question) return answer;
    body = { ...body, work: await solve(answer.question) };
  }
  return { code: "trouble" };
}

async function send(body) {
  try {
    const response = await fetch("/post", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(POST_LIMIT),
    });
    return await response.json();
  } catch {
    return { code: "trouble" };
  }
}

// Tries keys until one begins as asked (safety/work.py). The browser derives each off this thread.
async function solve(challenge) {
  const { cost, keyLength, keyPrefix, nonce, salt } = challenge.parameters;
  const fromHex = (text) => Uint8Array.from(text.match(/../g), (byte) => parseInt(byte, 16));
  const sought = fromHex(keyPrefix), how = { name: "PBKDF2", hash: "SHA-256", salt: fromHex(salt), iterations: cost };
  for (let counter = 0; ; counter += 1) {
    const password = await crypto.subtle.importKey("raw", joined(fromHex(nonce), number(counter)), "PBKDF2", false, ["deriveBits"]);
    const key = new Uint8Array(await crypto.subtle.deriveBits(how, password, keyLength * 8));
    if (!sought.every((byte, at) => byte === key[at])) continue;
    const derivedKey = Array.from(key, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return btoa(JSON.stringify({ challenge, solution: { counter, derivedKey } }));
  }
}

// The box of one code. The code and its key never leave this page; what the server sees is the locator.
class CodeBox {
  #organisation;
  #pair = null;
  #locator = "";
  #name = "";
  #desk = "";
  #letters = []; // as sealed as they came
  #pending = null; // a letter of which it is not sure whether it is kept: it goes again as it was sealed

  constructor(organisation) { this.#organisation = read64(organisation); }

  async hold(secret) {
    const [locator, pair] = await Promise.all([locatorOf(secret, this.#organisation), codePairOf(secret, this.#organisation)]);
    this.#locator = write64(locator);
    this.#name = await boxOf(locator);
    this.#pair = pair;
  }

  drop() {
    this.#pair = this.#pending = null;
    this.#locator = this.#name = "";
    this.#letters = [];
  }

  // What lies in the box: { found, erasing, until, letters, line } with every letter's words, or { code }.
  async look() {
    const told = await post({ do: "look", box: this.#locator });
    if (told.code) return told;
    this.#desk = told.desk;
    this.#letters = told.letters ?? [];
    return { ...told, letters: await openLetters(this.#letters, this.#keyFor) };
  }

  // "kept", or why it is not: order, full, gone, trouble, unsure, untrusted, closed. `to`: the desk and its key.
  async leave(words, days, to) {
    const how = await this.#leave(words, days, to);
    if (how !== "key") return how;
    // The desk has another key by now, and perhaps the letter came before it did.
    const told = await this.look(), body = this.#pending?.letter.body;
    if (told.code) return told.code;
    if (this.#letters.some((letter) => letter.body === body)) return this.#isKept(this.#pending.letter.number);
    this.#pending = null;
    return told.line ? this.#leave(words, days, told) : "closed";
  }

  async #leave(words, days, { desk, line }) {
    this.#desk = desk;
    const number = this.#letters.filter(({ way }) => way === "up").length + 1;
    if (this.#pending?.words !== words || this.#pending.letter.number !== number) {
      try {
        const body = await sealLetter("up", words, this.#letters, line, this.#keyFor);
        const after = this.#letters.filter(({ way }) => way === "down").length;
        this.#pending = { words, letter: { number, after, visitor: write64(this.#pair.point), line, body, days } };
      } catch (error) {
        if (error instanceof SealError) return "untrusted";
        throw error;
      }
    }
    const left = await post({ do: "leave", box: this.#locator, letter: this.#pending.letter });
    return left.code ?? this.#isKept(number);
  }

  async #isKept(number) {
    const kept = await this.#until((told) => told.kept >= number);
    if (kept) this.#pending = null;
    return kept ? "kept" : "unsure";
  }

  // Whether nothing is left of it anywhere; null when the server could not even be asked.
  async erase() {
    const asked = await post({ do: "erase", box: this.#locator });
    if (asked.code) return null;
    return this.#until((told) => !told.code && !told.found && !told.erasing);
  }

  async #until(holds) {
    for (let looks = 0; looks < KEPT_LOOKS && this.#locator; looks += 1) {
      if (holds(await post({ do: "look", box: this.#locator }))) return true;
      await pause(KEPT_EVERY);
    }
    return false;
  }

  #keyFor = async (line) => lettersOf(this.#pair, await readDesk(this.#organisation, this.#desk, line), this.#pair.point, this.#name);
}
