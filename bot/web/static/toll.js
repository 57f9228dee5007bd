// Joining while many want to: this device works, or waits where it cannot, and then asks again by itself.
const OURS = /^\/static\/[\w-]+\.js$/;
let toll = null; // what is being paid; null when nothing is
let policy = null;

function stopPaying() {
  if (!toll) return;
  toll.worker?.terminate();
  toll.bar.remove();
  if (toll.button) toll.button.disabled = false;
  clearTimeout(toll.timer);
  toll = null;
}

partings.push(stopPaying);

// Whatever the visitor does meanwhile ends it: `turn` stops what is being paid.
async function pay(choice, price) {
  const paid = await earn(choice, price);
  const answer = await turn({ choice }, paid);
  if (!answer) return; // the trouble is told, and the button is still there
  showAnswer(answer, true);
  if (answer.price) await pay(choice, answer.price);
}

// What to send along, once the work is done or has been waited for long enough, whichever comes first.
function earn(choice, price) {
  const bar = element("progress", { "aria-hidden": "true" });
  byId("log").querySelector(".block:last-child > p")?.after(bar);
  toll = { bar, button: byId("choices").querySelector(`[value="${choice}"]`) };
  if (toll.button) toll.button.disabled = true;
  return new Promise((done) => {
    toll.timer = setTimeout(() => done({ wait: price.wait }), (price.seconds + 1) * 1000);
    try {
      toll.worker = new Worker(trusted(price.script));
      toll.worker.onmessage = (event) => done({ work: event.data });
      toll.worker.postMessage(price.question);
    } catch {
      // Waiting will do.
    }
  });
}

// Our policy lets nothing run that is not said to be meant; it takes one name, once, and that is this one.
function trusted(address) {
  const createScriptURL = (given) => (OURS.test(given) ? given : "");
  policy ??= globalThis.trustedTypes?.createPolicy("work", { createScriptURL }) ?? { createScriptURL };
  return policy.createScriptURL(address);
}
