// Tries keys until one begins as asked: proof of work as ALTCHA version 2 writes it, with PBKDF2. It knows nothing of the
// page but the question, and the browser itself does the computing.
const LANES = 4; // tries under way at once, for devices with several cores

const fromHex = (text) => Uint8Array.from(text.match(/../g) ?? [], (byte) => parseInt(byte, 16));
const toHex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

onmessage = async ({ data: challenge }) => {
  const { cost, keyLength, keyPrefix, nonce, salt } = challenge.parameters;
  const sought = fromHex(keyPrefix);
  let next = 0;
  let found = false;

  async function derive(counter) {
    const password = new Uint8Array([...fromHex(nonce), 0, 0, 0, 0]);
    new DataView(password.buffer).setUint32(password.length - 4, counter);
    const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
    const how = { name: "PBKDF2", hash: "SHA-256", salt: fromHex(salt), iterations: cost };
    return new Uint8Array(await crypto.subtle.deriveBits(how, key, keyLength * 8));
  }

  async function work() {
    while (!found) {
      const counter = next++;
      const key = await derive(counter);
      if (found || !sought.every((byte, place) => byte === key[place])) continue;
      found = true;
      postMessage(btoa(JSON.stringify({ challenge, solution: { counter, derivedKey: toHex(key) } })));
    }
  }

  await Promise.all(Array.from({ length: LANES }, work));
};
