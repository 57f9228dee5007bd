// Showing: words, messages of the bot, choices, bubbles. Everything is built from elements; no text becomes markup.
const LEAST_ROOM = 100; // pixels to read in, between the bar and the dock
const byId = (id) => document.getElementById(id);
const data = JSON.parse(byId("words").textContent);

function word(key, values = {}) {
  return (data.words[key] ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}

function announce(text) {
  byId("status").textContent = text;
}

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function changeWords(answer) {
  Object.assign(data, { words: answer.words, lines: answer.lines });
  document.documentElement.lang = answer.lang;
  document.documentElement.dir = answer.dir;
  for (const spot of document.querySelectorAll("[data-word]")) spot.textContent = word(spot.dataset.word, spot.dataset);
  for (const spot of document.querySelectorAll("[data-label]")) spot.setAttribute("aria-label", word(spot.dataset.label));
  for (const button of document.querySelectorAll("[data-lang]")) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === answer.lang));
  }
}

function link(item) {
  if (!item.href) return item.label;
  const away = item.href.startsWith("tel:") ? {} : { target: item.here ? "_top" : "_blank", rel: "noreferrer", "data-desk": item.here ? "" : null };
  return element("a", { href: item.href, ...away }, item.label);
}

function rows(items) {
  return items.map((item) => element("li", { dir: "auto" }, link(item), element("span", { class: "detail", dir: "auto" }, item.detail)));
}

function briefingRow(item) {
  const detail = element("dd", {}, element("span", {}, item.detail));
  if (item.choice) {
    const about = element("span", { class: "unseen" }, `: ${item.label}`);
    detail.append(element("button", { name: "choice", value: item.choice, class: "small" }, word("chat.change"), about));
  }
  return element("div", {}, element("dt", {}, item.label), detail);
}

// What is said in another language than the page's.
function tongue(message) {
  return { lang: message.language || null, dir: message.direction || null };
}

const MESSAGES = {
  title: (message) => element("h2", {}, message.text),
  text: (message) => element("p", tongue(message), message.text),
  question: (message) => element("p", { class: "question" }, message.text),
  notice: (message) => element("p", { class: "notice", ...tongue(message) }, message.text),
  danger: (message) =>
    element("div", { class: "danger", ...tongue(message) }, element("p", {}, message.text), element("a", { href: "tel:112", class: "call" }, "112")),
  sources: (message) =>
    element("details", { class: "sources" }, element("summary", {}, message.text), element("ul", {}, ...rows(message.items))),
  lines: (message) => element("ul", { class: "lines" }, ...rows(message.items)),
  briefing: (message) => element("dl", { class: "briefing" }, ...message.items.map(briefingRow)),
};

function showBlock(messages) {
  const block = element("div", { class: "block", tabindex: "-1" }, ...messages.map((message) => MESSAGES[message.kind](message)));
  byId("log").append(block);
  return block;
}

function choiceButton(choice) {
  return element("button", { name: "choice", value: choice.id, class: choice.kind }, choice.label);
}

function showChoices(choices) {
  const topics = choices.filter((choice) => choice.kind === "topic");
  const list = element("ul", { class: "topics" }, ...topics.map((choice) => element("li", {}, choiceButton(choice))));
  const parts = choices.filter((choice) => choice.kind !== "topic" || choice === topics[0]);
  byId("choices").replaceChildren(...parts.map((choice) => (choice === topics[0] ? list : choiceButton(choice))));
}

function showBriefing(items) {
  byId("briefing").replaceChildren(...items.map(briefingRow));
}

function showNote(text) {
  const note = element("p", { class: "event" }, text);
  byId("log").append(note);
  return note;
}

// News that changes what the page is for. When that took away what had the focus, the news gets it.
function showNews(text) {
  const lost = document.activeElement.getClientRects().length === 0;
  const note = showNote(text);
  note.tabIndex = -1;
  if (lost) note.focus({ preventScroll: true });
  note.scrollIntoView({ block: "nearest" });
}

// The person takes no words for now: said where one writes, with others to turn to.
function showMuted(muted, name) {
  if (document.body.hasAttribute("data-muted") === muted) return;
  document.body.toggleAttribute("data-muted", muted);
  byId("reader").dataset.word = muted ? "write.muted" : "write.person";
  byId("reader").textContent = word(byId("reader").dataset.word, { name });
  showNews(word(muted ? "talk.muted" : "talk.resumed", { name }));
  if (muted) showBlock([data.lines]);
  else notice("");
}

// Beside the box in which one writes.
function notice(words) {
  byId("notice").hidden = !words;
  byId("notice").textContent = words;
  if (words) byId("notice").scrollIntoView({ block: "nearest" });
}

// However high the dock grows, it does not come to lie over what was written last.
function watchDock() {
  const dock = byId("dock");
  const bar = document.querySelector(".bar");
  const root = document.documentElement.style;
  let height = 0;
  let before = "";
  const measure = () => {
    if (!dock.isConnected) return; // the visitor has left
    const grown = dock.offsetHeight - height;
    const { mode } = document.body.dataset;
    const stuck = root.scrollPaddingBlockEnd;
    // It stays on the screen only where it leaves room to read.
    document.body.toggleAttribute("data-tall", dock.offsetHeight + bar.offsetHeight > innerHeight - LEAST_ROOM);
    const sticky = getComputedStyle(dock).position === "sticky";
    root.setProperty("--write", `${byId("write").offsetHeight}px`);
    root.scrollPaddingBlockEnd = sticky ? `${dock.offsetHeight + 36}px` : "";
    if (sticky && mode === "talk" && mode === before) {
      if (stuck) scrollBy(0, grown);
      else byId("log").lastElementChild?.scrollIntoView({ block: "end" }); // it came back over what was said last
    }
    height += grown;
    before = mode;
    // A button that the keyboard has reached is not pushed out of sight; who writes, or has just sent something, may be
    // reading further up.
    const held = document.activeElement;
    if (dock.contains(held) && held.id !== "text" && (grown > 0 || held.id !== "send")) held.scrollIntoView({ block: "nearest" });
  };
  new ResizeObserver(measure).observe(dock);
  addEventListener("resize", () => { // a keyboard on the screen leaves the dock as it is
    measure();
    if (document.activeElement.id === "text") document.activeElement.scrollIntoView({ block: "nearest" });
  });
}

function showBubble(text, whose, who) {
  const mark = element("p", { class: "mark" });
  const name = element("p", { class: "who" }, who);
  const bubble = element("div", { class: `bubble ${whose}` }, name, element("p", { class: "words", dir: "auto" }, text));
  if (whose === "mine") bubble.append(mark);
  byId("log").append(bubble);
  return { bubble, mark };
}

// What is wrong with a turn and with the live connection: each is told until that very thing works again.
const troubles = { turn: "", live: "" };

function showTrouble(changed) {
  const place = byId("trouble");
  const text = Object.assign(troubles, changed).turn || troubles.live;
  place.hidden = !text;
  place.textContent = text;
  if (changed.turn) place.scrollIntoView({ block: "nearest" });
}
