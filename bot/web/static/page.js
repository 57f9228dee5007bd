// The page: what the visitor does becomes a turn with the bot or a message to a person.
const TURN_LIMIT = 15_000; // milliseconds until a turn without an answer is given up
const BOT_LIMIT = 2000; // characters
const form = byId("form");
const text = byId("text");

let state = form?.elements.state.value;
let token = form?.elements.talk.value;
let person = document.body.dataset.person;
let talk = null;
let current = null; // the turn that is on its way
let draftFor = null; // who read the box when the draft in it was begun; null without a draft

const mode = () => document.body.dataset.mode;
const reader = () => (mode() === "talk" ? person : "");

function enterMode(next, name = "") {
  document.body.dataset.mode = next;
  person = name;
  byId("reader").dataset.word = name ? "write.person" : "write.bot";
  byId("reader").dataset.name = name;
  byId("reader").textContent = word(byId("reader").dataset.word, { name });
  document.body.removeAttribute("data-muted");
  notice("");
  askToEnd(false);
  void loadLater(WRITER);
}

// --- A turn with the bot ---

async function turn(input, paid = {}, press = null) {
  if (current) return null;
  stopPaying();
  current = post({ input, ...paid });
  const answer = await current;
  current = null;
  if (press === pressed) pressed = null;
  return answer;
}

async function post(asked) {
  try {
    const response = await fetch("/turn", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ state, ...asked, ...(token && { talk: token }) }),
      signal: AbortSignal.timeout(TURN_LIMIT),
    });
    const answer = await response.json();
    if (!answer.state) throw new Error(answer.error);
    showTrouble({ turn: "" });
    ({ state, urgent: WRITER.urgent } = answer);
    if (answer.words) changeWords(answer);
    return answer;
  } catch {
    showTrouble({ turn: word("trouble.turn") });
    return null;
  }
}

function showAnswer(answer, stay) {
  if (answer.first || (answer.words && mode() === "talk")) return showChoices(answer.choices);
  if (mode() === "first") enterMode("bot");
  const log = byId("log");
  for (const old of log.querySelectorAll(".briefing button")) old.remove();
  if (answer.words) [...log.querySelectorAll(".block")].at(-1)?.remove();
  // The screen reader reads what gets the focus; announcing it as well would say everything twice.
  log.ariaLive = stay ? "polite" : "off";
  const block = showBlock(answer.messages);
  showChoices(answer.choices);
  if (answer.briefing) showBriefing(answer.briefing);
  if (answer.talk) startTalk(answer.talk);
  if (!stay) block.focus({ preventScroll: true });
  block.scrollIntoView({ block: "start" });
  requestAnimationFrame(() => { log.ariaLive = "polite"; });
  return block;
}

// What is pressed while a turn is on its way is done after it: of several the last, and nothing twice by a hasty tap.
let pressed = null;

async function comesNext(press) {
  const hasty = current && press === pressed;
  pressed = press;
  while (current) {
    await current;
    await new Promise((done) => { setTimeout(done); }); // its answer is shown first
  }
  return !hasty && press === pressed;
}

async function choose(button) {
  const { value, textContent: label } = button;
  if (value === "codes") return openCodes();
  if (!await comesNext(value) || !isOffered(value)) return;
  const answer = await turn({ choice: value }, {}, value);
  if (!answer) return;
  if (!answer.words) showBubble(label, "mine", word("chat.you"));
  showAnswer(answer, false);
  if (answer.price) void pay(value, answer.price);
}

const isOffered = (value) => [...form.elements].some((each) => each.name === "choice" && each.value === value);

async function ask(words) {
  if (current) {
    if (await comesNext(words)) send(); // the box may be another person's by then
    return;
  }
  pressed = words;
  text.value = "";
  draftFor = null;
  const { bubble } = showBubble(words, "mine", word("chat.you"));
  bubble.scrollIntoView({ block: "end" });
  const answer = await turn({ text: words }, {}, words);
  if (answer) return showAnswer(answer, true);
  bubble.remove(); // it goes back before what was written since
  text.value = `${words} ${text.value}`.trim();
  draftFor = "";
}

// --- What the visitor does ---

const tooLong = (words) => (mode() === "talk" ? !fitsFrame(words) : words.length > BOT_LIMIT);
const objection = (words) => (document.body.hasAttribute("data-muted") ? "write.muted" : tooLong(words) && "write.too-long");

let unsealed = ""; // what was sent before the next key was there: it goes with that, unless it was changed since

function send() {
  const words = wellFormed(text.value.trim());
  notice("");
  if (!words) return;
  if (draftFor !== null && draftFor !== reader()) {
    draftFor = reader();
    notice(word(draftFor ? "write.now-person" : "write.now-bot", { name: draftFor }));
  } else if (objection(words)) {
    notice(word(objection(words)));
  } else if (mode() === "talk" && !seals.now) {
    notice(word("seal.wait", { name: person }));
    unsealed = text.value;
  } else if (asksFirst(words)) {
    return; // until the visitor has answered what it asks
  } else if (mode() === "talk") {
    text.value = "";
    draftFor = null;
    const place = showBubble(words, "mine", word("chat.you"));
    outbox.add(words, place);
    place.bubble.scrollIntoView({ block: "end" });
  } else {
    void ask(words);
  }
}

const WRITER = { element, text, reader, announce, send, told: data.told, urgent: false, sign: (pad) => talk?.sign(pad) }; // urgent: the bot has heard of such danger

const DEEDS = {
  codes: openCodes,
  send,
  stop: () => talk?.end(),
  "end-ask"() {
    askToEnd(true);
    byId("end-no").focus();
  },
  "end-no"() {
    askToEnd(false);
    text.focus();
  },
  "end-yes"() {
    talk?.end();
    byId("trouble").scrollIntoView({ block: "nearest" }); // without a connection it ends later
  },
  share: () => share(true),
  "share-no": () => share(false),
  "ask-yes": () => answerAsked(true),
  "ask-no": () => answerAsked(false),
  part,
};

// To another desk, by the visitor's own press: what is here ends first, and Back does not lead to it.
function leaveForDesk(event) {
  const way = event.target.closest("a[data-desk]");
  if (!way) return;
  if (asked) talk?.answer({ ask: asked, yes: true });
  for (const part of partings.splice(0)) part();
  if (window !== top) return; // the window around goes there by the link itself
  event.preventDefault();
  location.replace(way.href);
}

function begin() {
  document.body.dataset.live = "";
  watchDock();
  text.removeAttribute("name"); // so that no browser keeps what is typed as a form entry
  if (text.value) draftFor = reader();
  text.addEventListener("focus", () => void loadLater(WRITER));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter;
    if (button?.name === "choice") void choose(button);
    else DEEDS[button?.value ?? "send"]?.();
  });
  text.addEventListener("input", () => {
    notice("");
    if (!text.value) draftFor = null;
    else draftFor ??= reader();
  });
  text.addEventListener("keydown", (event) => {
    const plain = !event.shiftKey && !event.isComposing && matchMedia("(pointer: fine)").matches;
    if (event.key !== "Enter" || !plain) return;
    event.preventDefault();
    send();
  });
  document.addEventListener("click", leaveForDesk);
  byId("compare").hidden = false;
  byId("compare").addEventListener("toggle", showPair);
  byId("skip").hidden = (byId("open-codes") ?? {}).hidden = false;
  byId("skip").addEventListener("click", () => byId("main").focus());
  partings.push(() => {
    state = token = text.value = "";
    outbox.forget();
    seals?.drop();
    talk?.exit();
  });
  if (token) startTalk(token);
  else if (mode() === "first" && performance.getEntriesByType("navigation")[0]?.type === "reload") startAnew();
}

// What was here before is gone: said at the top, where the browser would show what stood in view.
function startAnew() {
  history.scrollRestoration = "manual";
  addEventListener("pageshow", () => scrollTo(0, 0));
  const told = document.querySelector("[data-word$=more-reload]").cloneNode(true);
  told.className = "notice";
  byId("first").prepend(told);
}

// To a page of ours that is only read, and back: in its place, so that the history keeps one entry.
document.addEventListener("click", (event) => {
  const way = event.target.closest("a[data-here]");
  if (!way || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  location.replace(way.parentElement.matches(".notices") ? `${way.pathname}?lang=${document.documentElement.lang}` : way.href);
});

// Without WebCrypto nothing could be sealed here: then the form works as without JavaScript, and its pages say so.
if (form && crypto.subtle && !("plain" in form.dataset)) begin();
