// The worker behind notifications. It says one sentence and opens the desk; it sees no page and keeps nothing.
const SENTENCES = { sv: "Någon väntar.", en: "Someone is waiting." }; // as in console/words
const language = new URL(location.href).searchParams.get("in");

self.addEventListener("install", () => self.skipWaiting());

self.addEventListener("push", (event) => {
  const title = SENTENCES[language] ?? SENTENCES.sv;
  event.waitUntil(self.registration.showNotification(title, { tag: "waiting", lang: language ?? "sv", icon: "/static/icon.svg" }));
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil((async () => {
    const pages = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
    const desk = pages.find(({ url }) => new URL(url).pathname === "/desk");
    if (desk) await desk.focus(); else await self.clients.openWindow("/desk");
  })());
});
