// The head of a talk's column: what it says about the talk, and its buttons.

import { Ending } from "./ending.js";

// `send(type)` is called for the button that was pressed; "end" once nothing of one's own is on its way, or the person is sure.
export function onDeeds(column, send, say) {
  const ending = new Ending(column, () => send("end"), say);
  for (const button of column.querySelectorAll(".talk-actions [data-do]")) {
    const type = button.dataset.do;
    button.onclick = (event) => (type === "end" ? ending.press(event) : send(type));
  }
}

export function drawMuted(column, muted, words) {
  column.querySelector("[data-mute]").setAttribute("aria-pressed", String(muted));
  column.querySelector(".muted").textContent = words;
}

export function drawUnread(column, count, words) {
  const badge = column.querySelector(".talk-head .badge");
  badge.hidden = !count;
  badge.textContent = words;
}

// How far an own message came.
export function drawState(message, state, say) {
  if (message.dataset.state === state) return; // said aloud once
  message.dataset.state = state;
  message.querySelector(".state").textContent = say(`state_${state}`);
}
