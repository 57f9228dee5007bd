// Left messages as the page shows them: why and how long, nine words once, or nine words again, and what lies in the box.
const DAYS = [1, 2, 3, 5, 7, 10, 14, 21, 30];
const USUAL = 7;

let shown = null; // the part of the page that this is; null when it is closed
let box = null;
let letter = null; // the text box: one for each code, so that a look for an answer takes nothing from it
let heed = null; // asks before a letter goes that may tell who somebody is
let last = null; // what was found in the box
let tries = 0;
let page, said, element;

const tell = (key, values = {}) => (said[`codes.${key}`] ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const text = (key, values) => element("p", {}, tell(key, values));
const file = async (name) => {
  const response = await fetch(`/static/${name}`, { signal: AbortSignal.timeout(POST_LIMIT) });
  if (!response.ok) throw new Error(`${response.status}`);
  return response;
};
const wordsOf = async (lang) => (await (await file(page.lists[lang])).text()).trim().split("\n");

// Opens it. `given` are the page's means: element, lang, lists, codes, later, organisation, partings, writer, and where
// to stand.
export async function open(given) {
  page = given;
  element = given.element;
  said = await (await file(page.codes[page.lang])).json();
  if (!shown) page.partings.push(part);
  shown?.remove();
  shown = element("section", { id: "codes", "aria-labelledby": "codes-title" });
  page.before.before(shown);
  await showStart();
}

function part() {
  drop();
  shown?.remove();
}

function close() {
  part();
  document.getElementById("open-codes").focus();
}

function drop() {
  box?.drop();
  if (letter) letter.value = "";
  box = letter = heed = last = null;
}

function show(key, ...parts) {
  const title = element("h2", { id: "codes-title", tabindex: "-1" }, tell(key));
  shown.replaceChildren(title, ...parts.flat(), button("close", close, "small"));
  title.focus({ preventScroll: true });
  title.scrollIntoView({ block: "start" });
}

// While it is at work the button does not take a second press. What breaks on the way is told beside it.
function button(key, deed, look = "") {
  const made = element("button", { type: "button", class: look }, tell(key));
  made.addEventListener("click", async () => {
    if (made.ariaDisabled === "true") return;
    made.ariaDisabled = "true";
    try {
      await deed(made);
    } catch {
      const trouble = shown.querySelector(".alarm") ?? alarm();
      if (!trouble.isConnected) made.before(trouble);
      warn(trouble, "trouble");
    } finally {
      made.ariaDisabled = null;
    }
  });
  return made;
}

const alarm = () => element("p", { class: "alarm", role: "alert", hidden: "" });
function warn(place, key, values) {
  place.hidden = !key;
  place.classList.toggle("alarm", key !== "working");
  place.textContent = key ? tell(key, values) : "";
}

const sheet = (id, rows) => element("textarea", { id, rows, autocomplete: "off", autocorrect: "off", autocapitalize: "off", spellcheck: "false" });

async function showStart() {
  const told = await post({ do: "look" });
  const days = element("select", { id: "codes-days", autocomplete: "off" });
  for (const count of DAYS) days.append(new Option(tell(count === 1 ? "one-day" : "day", { count }), count, false, count === USUAL));
  const offer = [
    element("label", { for: "codes-days" }, tell("days")), days,
    button("give", () => showWords(Number(days.value), told), "primary"),
  ];
  const slow = element("p", { class: "slow" }, tell("slow")), have = button("have", showEntry);
  if (!told.line) return show("heading", text(told.code ? "trouble" : "closed"), slow, have);
  show("heading", text("what"), have, element("p", { class: "notice" }, tell("exception")), text("whose"), slow, offer);
}

async function showWords(days, { desk, line }) {
  const list = await wordsOf(page.lang), secret = drawCode();
  const words = element("ol", { class: "nine", dir: "auto" }, ...writeCode(secret, list).map((word) => element("li", {}, word)));
  show(
    "shown", words, text("once"), text("learn"), element("p", { class: "notice" }, tell("never")),
    button("got", async () => {
      await hold(secret);
      showBox({ found: false, letters: [], desk, line, days });
    }, "primary"),
  );
}

function showEntry() {
  const typed = sheet("codes-typed", 3), trouble = alarm();
  show(
    "enter", element("label", { for: "codes-typed", class: "unseen" }, tell("enter")), typed, text("hint"), trouble,
    button("open", async () => {
      warn(trouble, "working");
      const { secret, count, unknown } = await read(typed.value);
      if (count !== CODE_WORDS) return warn(trouble, "number", { count });
      if (!secret) return warn(trouble, "unknown", { places: unknown.join(", ") });
      await hold(secret);
      const told = await box.look();
      if (told.code) return warn(trouble, "trouble");
      if (!told.found) return warn(trouble, told.erasing ? "erasing" : "nothing");
      typed.value = "";
      showBox(told);
    }, "primary"),
  );
  typed.focus();
}

// In the page's language, or else wholly in another's: the same nine numbers in any.
async function read(typed) {
  let first = null;
  for (const lang of new Set([page.lang, ...Object.keys(page.lists)])) {
    const found = readCode(typed, await wordsOf(lang));
    if (found.secret || found.count !== CODE_WORDS) return found;
    first ??= found;
  }
  return first;
}

async function hold(secret) {
  drop();
  box = new CodeBox(page.organisation);
  await box.hold(secret);
  letter = sheet("codes-words", 4);
}

function showBox(told, news = "") {
  last = told;
  const { found, until, letters, line } = told, trouble = alarm(), put = button("leave", () => leave(trouble), "primary");
  const day = new Intl.DateTimeFormat(page.lang, { dateStyle: "long", timeZone: "UTC" }).format(new Date(until * 86_400_000 || 0));
  const write = [element("label", { for: "codes-words" }, tell("write")), letter, trouble, put];
  show(
    "heading", letters.length ? element("div", { class: "lying", role: "log" }, ...letters.map(bubble)) : [],
    element("p", { class: "event", role: "status" }, tell(news || (letters.at(-1)?.way === "up" ? "waiting" : found ? "" : "empty"))),
    found ? text("until", { day }) : [], element("p", { class: "slow" }, tell("slow")), line ? write : text("closed"),
    found ? [button("look", lookAgain), button("erase", showErasing, "small")] : [],
  );
  void beginHeed(put, trouble);
}

// The guard of the page's other box, with the same question. While it has not come, letters go without it.
async function beginHeed(put, trouble) {
  try {
    const { writer } = page, own = letter, said = { removed: tell("taken-out"), sent: tell("slow") };
    const { begin } = await import(`${page.later}${tries ? `?${tries}` : ""}`);
    const given = { ...writer, get urgent() { return writer.urgent; }, text: own, reader: () => tell("them"), said };
    const made = heed ?? { page: given, asks: await begin(given) };
    if (own !== letter) return; // closed meanwhile
    heed ??= made;
    own.dataset.later = ""; // as the page says of its usual box
    Object.assign(heed.page, { spot: trouble, send: () => put.click() });
  } catch {
    tries += 1;
  }
}

function bubble({ way, words }) {
  const mine = way === "up", who = element("p", { class: "who" }, tell(mine ? "you" : "them"));
  return element("div", { class: `bubble ${mine ? "mine" : "theirs"}` }, who, element("p", { class: "words", dir: "auto" }, words ?? tell("unopened")));
}

async function leave(trouble) {
  const words = letter.value.trim(), { days = USUAL } = last;
  warn(trouble, "");
  if (!words) return letter.focus();
  if (bytesOf(words).length > MAX_WORDS) return warn(trouble, "long");
  if (asksFirst(words)) return;
  warn(trouble, "working");
  const how = await box.leave(words, days, last), told = how === "kept" ? await box.look() : null;
  if (how === "kept" && letter.value.trim() === words) letter.value = "";
  if (told && !told.code) return showBox(told, "left");
  if (how === "kept") return warn(trouble, "left");
  const known = { full: "full", untrusted: "untrusted", unsure: "unsure", gone: "nothing", closed: "closed" };
  warn(trouble, known[how] ?? "trouble");
}

// When the guard goes wrong the words do not wait: no message may be lost by it.
function asksFirst(words) {
  try {
    return Boolean(heed?.asks.stops(words));
  } catch {
    return false;
  }
}

async function lookAgain() {
  const told = await box.look();
  if (told.code) return showBox(last, "trouble");
  showBox(told, told.found ? "" : "nothing");
}

function showErasing() {
  const trouble = alarm();
  show("sure", trouble, button("erase-yes", async () => {
    warn(trouble, "working");
    const gone = await box.erase();
    if (gone === null) return warn(trouble, "trouble");
    drop();
    show("heading", element("p", { class: "notice", role: "status" }, tell(gone ? "erased" : "erasing")));
  }, "danger"), button("erase-no", () => showBox(last)));
}
