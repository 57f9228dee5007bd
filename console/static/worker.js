// The worker of notifications as pages know it. Its scope holds no page: it can be told that somebody waits, and nothing else.

export const SCOPE = "/static/bell/";

// The page's one policy: it makes an address only of this worker.
export const policy = globalThis.trustedTypes?.createPolicy("bell", { createScriptURL: check }) ?? { createScriptURL: check };

function check(address) {
  if (!/^\/static\/bell\.js\?in=[a-z]{2}$/.test(address)) throw new TypeError("no worker of ours");
  return address;
}

// Signed out, or switched off: with the worker the browser's own subscription goes.
export async function stop() {
  const registration = await navigator.serviceWorker?.getRegistration(SCOPE);
  await registration?.unregister();
}
