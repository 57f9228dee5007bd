// The coordinator's page: the live load, as the live path tells it.

import { Wire } from "./wire.js";

new Wire("/live", ({ type, waiting, longest, on_duty: onDuty }) => {
  if (type !== "load") return;
  for (const part of document.querySelectorAll("[data-band]")) part.hidden = part.dataset.band !== waiting;
  for (const part of document.querySelectorAll("[data-longest]")) part.hidden = part.dataset.longest !== longest;
  document.querySelector("[data-on-duty]").textContent = onDuty;
}, () => {});
