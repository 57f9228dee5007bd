// Left messages as the page shows them: why and how long, nine words once, or nine words again, and what lies in the box.
const DAYS = [1, 2, 3, 5, 7, 10, 14, 21, 30];
const USUAL = 7;

let shown = null; // the part of the page that this is; null when it is closed
let box = null;
let page, said, element;

const tell = (key, values = {}) => (said[`codes.${key}`] ?? "").replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const text = (key, values) => element("p", {}, tell(key, values));
const file = async (names) => fetch(`/static/${names[page.lang]}`);

// Opens it. `given` are the page's means: element, lang, lists, codes, organisation, partings, and where to stand.
export async function open(given) {
  page = given;
  element = given.element;
  said = await (await file(page.codes)).json();
  if (!shown) page.partings.push(close);
  shown?.remove();
  shown = element("section", { id: "codes", "aria-labelledby": "codes-title" });
  page.before.before(shown);
  await showStart();
}

function close() {
  box?.drop();
  box = null;
  shown?.remove();
}

function show(key, ...parts) {
  const title = element("h2", { id: "codes-title", tabindex: "-1" }, tell(key));
  shown.replaceChildren(title, ...parts.flat(), button("close", close, "small"));
  title.focus({ preventScroll: true });
  title.scrollIntoView({ block: "start" });
}

// While it is at work the button does not take a second press.
function button(key, deed, look = "") {
  const made = element("button", { type: "button", class: look }, tell(key));
  made.addEventListener("click", async () => {
    if (made.ariaDisabled === "true") return;
    made.ariaDisabled = "true";
    try {
      await deed(made);
    } finally {
      made.ariaDisabled = null;
    }
  });
  return made;
}

const alarm = () => element("p", { class: "alarm", role: "alert", hidden: "" });
function warn(place, key, values) {
  place.hidden = !key;
  place.textContent = key ? tell(key, values) : "";
}

const sheet = (id, rows) => element("textarea", { id, rows, autocomplete: "off", autocorrect: "off", autocapitalize: "off", spellcheck: "false" });

async function showStart() {
  const told = await post({ do: "look" });
  const days = element("select", { id: "codes-days", autocomplete: "off" });
  for (const count of DAYS) days.append(new Option(tell("day", { count }), count, false, count === USUAL));
  const offer = [
    element("label", { for: "codes-days" }, tell("days")), days,
    button("give", () => showWords(Number(days.value), told), "primary"),
  ];
  show(
    "heading", text("what"), element("p", { class: "notice" }, tell("exception")), text("whose"),
    element("p", { class: "slow" }, tell("slow")), told.line ? offer : text(told.code ?? "closed"), button("have", showEntry),
  );
}

async function showWords(days, { desk, line }) {
  const list = (await (await file(page.lists)).text()).trim().split("\n"), secret = drawCode();
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
    const list = (await (await fetch(`/static/${page.lists[lang]}`)).text()).trim().split("\n");
    const found = readCode(typed, list);
    if (found.secret || found.count !== CODE_WORDS) return found;
    first ??= found;
  }
  return first;
}

async function hold(secret) {
  box?.drop();
  box = new CodeBox(page.organisation);
  await box.hold(secret);
}

function showBox({ found, until, letters, desk, line, days = USUAL }, news = "") {
  const trouble = alarm(), words = sheet("codes-words", 4);
  const day = new Intl.DateTimeFormat(page.lang, { dateStyle: "long", timeZone: "UTC" }).format(new Date(until * 86_400_000 || 0));
  const write = [
    element("label", { for: "codes-words" }, tell("write")), words, trouble,
    button("leave", () => leave(words, trouble, days, { desk, line }), "primary"),
  ];
  show(
    "heading", element("div", { class: "lying", role: "log" }, ...letters.map(bubble)),
    element("p", { class: "event", role: "status" }, tell(news || (letters.at(-1)?.way === "up" ? "waiting" : found ? "" : "empty"))),
    found ? text("until", { day }) : [], element("p", { class: "slow" }, tell("slow")), line ? write : text("closed"),
    found ? [button("look", () => lookAgain(words)), button("erase", showErasing, "small")] : [],
  );
}

function bubble({ way, words }) {
  const mine = way === "up", who = element("p", { class: "who" }, tell(mine ? "you" : "them"));
  return element("div", { class: `bubble ${mine ? "mine" : "theirs"}` }, who, element("p", { class: "words", dir: "auto" }, words ?? tell("unopened")));
}

async function leave(words, trouble, days, to) {
  const written = words.value.trim();
  if (!written) return;
  if (bytesOf(written).length > MAX_WORDS) return warn(trouble, "long");
  warn(trouble, "working");
  const how = await box.leave(written, days, to), told = how === "kept" ? await box.look() : null;
  if (told && !told.code) return showBox(told, "left");
  warn(trouble, { full: "full", untrusted: "untrusted", unsure: "unsure", gone: "nothing" }[how] ?? "trouble");
}

async function lookAgain(words) {
  const draft = words.value, told = await box.look();
  if (told.code) return showBox({ found: true, letters: [] }, "trouble");
  showBox(told, told.found ? "" : "nothing");
  const again = document.getElementById("codes-words");
  if (again) again.value = draft;
}

function showErasing() {
  const trouble = alarm();
  show("sure", trouble, button("erase-yes", async () => {
    warn(trouble, "working");
    const gone = await box.erase();
    if (gone === null) return warn(trouble, "trouble");
    box.drop();
    show("heading", element("p", { class: "notice", role: "status" }, tell(gone ? "erased" : "erasing")));
  }), button("erase-no", async () => showBox(await box.look())));
}
