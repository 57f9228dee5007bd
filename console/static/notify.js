// Switching notifications on and off, on one's own account page. They hold in this browser until its sign-in ends.

import { read64, write64 } from "./sealing.js";
import { policy, SCOPE, stop } from "./worker.js";

const part = document.getElementById("bell"), button = part.querySelector("button"), told = part.querySelector("[role=status]");
let on = "on" in part.dataset;

async function send(path, fields) {
  const form = new FormData();
  const token = document.querySelector("[name=form_token]").value;
  for (const [name, value] of Object.entries({ form_token: token, ...fields })) form.set(name, value);
  const answer = await fetch(path, { method: "POST", body: form, redirect: "error" });
  if (!answer.ok) throw new Error("refused");
}

function draw(key = on ? "on" : "off") {
  button.setAttribute("aria-checked", String(on));
  for (const text of told.children) text.hidden = text.dataset.told !== key;
}

async function switchOn() {
  if (await Notification.requestPermission() !== "granted") return draw("denied");
  const address = policy.createScriptURL(`/static/bell.js?in=${document.documentElement.lang}`);
  const registration = await navigator.serviceWorker.register(address, { scope: SCOPE });
  await ready(registration);
  const options = { userVisibleOnly: true, applicationServerKey: read64(part.dataset.key) };
  const made = await registration.pushManager.subscribe(options);
  await send("/account/bell", { endpoint: made.endpoint, key: bytes(made, "p256dh"), auth: bytes(made, "auth") });
  on = true;
  draw();
}

const bytes = (subscription, name) => write64(new Uint8Array(subscription.getKey(name)));

async function ready({ active, installing, waiting }) {
  const worker = active ?? waiting ?? installing;
  if (worker.state === "activated") return;
  await new Promise((done) => worker.addEventListener("statechange", () => worker.state === "activated" && done()));
}

async function switchOff() {
  await send("/account/bell/off", {});
  await stop();
  on = false;
  draw();
}

button.onclick = async () => {
  button.disabled = true;
  try {
    await (on ? switchOff() : switchOn());
  } catch {
    if (!on) await stop(); // what the server does not know may not stay here either
    draw("failed");
  }
  button.disabled = false;
};

if ("serviceWorker" in navigator && "PushManager" in globalThis && "Notification" in globalThis) {
  button.hidden = false;
  draw();
} else {
  draw("impossible");
}
