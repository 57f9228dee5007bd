// Leaving: at once, without waiting for anything. It stands in the page itself, before all that is shown, so that it
// works while the other files are still on their way, and when they never come.
const partings = []; // what has to be dropped on the way out; none of it may wait
{
  const SHIFT_WINDOW = 5000; // milliseconds between two presses
  const ASKED = 150; // milliseconds that the page around a frame has to go by itself
  const EARLY = 8000; // milliseconds that a button waits at most for the rest of the script
  const { exit: address } = document.currentScript.dataset;
  const { title } = document;
  const root = document.documentElement;
  const words = (id) => document.getElementById(id)?.textContent ?? "";

  const leave = () => {
    const farewell = words("left");
    document.title = title;
    empty();
    announce(farewell);
    for (const part of partings.splice(0)) {
      try {
        part();
      } catch {
        // Leaving goes on whatever a parting does.
      }
    }
    go();
  };

  // What is left looks like a window in which nothing was opened yet.
  const empty = () => {
    document.body?.replaceChildren();
    for (const sheet of document.querySelectorAll("link[rel=stylesheet]")) sheet.remove();
  };

  // Beside the body, which is empty; most screen readers begin to say it before the other page is there.
  const announce = (text) => {
    const alert = document.createElement("p");
    alert.setAttribute("role", "alert");
    Object.assign(alert.style, { position: "absolute", clipPath: "inset(50%)" });
    root.append(alert);
    alert.textContent = text;
  };

  const go = () => {
    if (window === top) {
      location.replace(address);
      return;
    }
    // In a frame the page around has to go, and is asked to: where the frame takes it along, Chromium notes in its history
    // which frame that was. A page that goes by itself brings up a question of the browser's, so not without a touch.
    parent.postMessage({ leave: address }, "*");
    if (navigator.userActivation?.hasBeenActive === false) return;
    setTimeout(() => {
      try {
        top.location.replace(address);
      } catch {
        // A sandbox that holds it: the frame is empty, and the rest is up to the page around.
      }
    }, ASKED);
  };

  addEventListener("click", (event) => {
    if (!event.target.closest?.("#exit")) return;
    event.preventDefault();
    leave();
  }, true);

  // Back must not show this page again, whether the browser kept it or loads it anew.
  const isBack = () => performance.getEntriesByType("navigation")[0]?.type === "back_forward";
  const turnAway = () => {
    root.style.display = "none";
    leave();
  };
  if (isBack()) turnAway();
  addEventListener("pageshow", (event) => {
    if (event.persisted || isBack()) turnAway();
  });
  addEventListener("pagehide", empty);

  // Shift alone, three times, left or right. With another key or a click in between it was used for something else.
  let alone = false;
  let presses = 0;
  let forget = 0;
  const say = (text) => {
    const status = document.getElementById("status");
    if (status) status.textContent = text;
  };
  const start = () => {
    presses = 0;
    say("");
  };
  addEventListener("keydown", (event) => {
    if (event.repeat && event.key === "Shift") return;
    alone = event.key === "Shift" && !event.ctrlKey && !event.altKey && !event.metaKey && !event.isComposing;
    if (!alone && presses) start();
  }, true);
  addEventListener("pointerdown", () => { alone = false; }, true);
  addEventListener("keyup", (event) => {
    if (event.key !== "Shift" || !alone) return;
    alone = false;
    presses += 1;
    clearTimeout(forget);
    if (presses === 3) {
      leave();
      return;
    }
    say(words(`shift-${3 - presses}`));
    forget = setTimeout(start, SHIFT_WINDOW);
  }, true);

  // A button pressed before the rest of the script is there would post the form, and that stays in the history.
  let early = null;
  const hold = (event) => {
    if ("live" in document.body.dataset) return;
    event.preventDefault();
    early = event.submitter;
  };
  const release = () => {
    removeEventListener("submit", hold, true);
    early?.click();
    early = null;
  };
  addEventListener("submit", hold, true);
  addEventListener("load", release);
  setTimeout(release, EARLY);
}
