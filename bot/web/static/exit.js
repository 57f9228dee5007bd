// Leaving: at once, without waiting for anything, also when nothing else of this page works.
const SHIFT_WINDOW = 5000; // milliseconds between two presses
const exitLink = document.getElementById("exit");
const address = exitLink.href;
const title = document.title;
const partings = []; // what has to be dropped on the way out; none of it may wait

function leave() {
  document.title = title;
  document.body.replaceChildren();
  for (const part of partings.splice(0)) {
    try {
      part();
    } catch {
      // Leaving goes on whatever a parting does.
    }
  }
  location.replace(address);
}

exitLink.addEventListener("click", (event) => {
  event.preventDefault();
  leave();
});

// Back must not show this page again, whether the browser kept it or loads it anew.
addEventListener("pageshow", (event) => {
  const [entry] = performance.getEntriesByType("navigation");
  if (event.persisted || entry?.type === "back_forward") leave();
});

// Shift alone, three times, left or right. With another key in between it was used for writing.
let shiftAlone = false;
let presses = 0;
let forget = 0;

addEventListener("keydown", (event) => {
  if (event.repeat && event.key === "Shift") return;
  shiftAlone = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey;
  if (!shiftAlone) presses = 0;
});

addEventListener("keyup", (event) => {
  if (event.key !== "Shift" || !shiftAlone) return;
  shiftAlone = false;
  presses += 1;
  clearTimeout(forget);
  if (presses === 3) {
    leave();
    return;
  }
  announce(word(`exit.shift-${3 - presses}`));
  forget = setTimeout(() => { presses = 0; }, SHIFT_WINDOW);
});
