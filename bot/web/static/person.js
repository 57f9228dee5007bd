// A talk with a person: frames, keys and words, one after the other.
const TRIES = 5; // to fetch what there is to say of a wait or after a talk
const AGAIN = 3000; // milliseconds between them
const outbox = new Outbox(sealAndSay, showMark, (entry) => seals.reads(entry));
let seals = null;
let line = Promise.resolve(); // sealing, opening and frames, one after the other: their order is what the numbers say

function inLine(deed) {
  line = line.then(deed).catch((error) => {
    if (!(error instanceof SealError)) throw error;
  });
}

function sealAndSay(entry) {
  inLine(async () => {
    if (!talk || !seals.now || entry.state === "failed") return; // it goes out again when there is a key
    await seals.seal(entry);
    talk?.say(entry);
  });
}

function startTalk(newToken) {
  token = newToken;
  if (mode() !== "talk") enterMode("waiting");
  seals = new Seals(form.dataset.organisation, (key) => talk?.give(key));
  talk = new Talk(token, Number(form.dataset.down), (frame) => inLine(() => FRAMES[frame.type]?.(frame)));
}

const FRAMES = {
  waiting(frame) {
    showTrouble({ turn: "", live: "" });
    FRAMES.returned(); // when nobody could tell this page that the person left
    if (mode() !== "waiting") enterMode("waiting");
    Object.assign(byId("place").dataset, { place: frame.place });
    byId("place").textContent = word("waiting.place", frame);
    showAbout(frame.about);
  },
  async taken(frame) {
    showTrouble({ turn: "", live: "" });
    showAsked();
    outbox.recall(frame.up);
    if (reader() !== frame.name) { outbox.fail(); seals.alone(); }
    outbox.note(frame.up, frame.heard); // of a new person: what the one before had seen
    try {
      await seals.meet(frame);
    } catch (error) {
      endHelp();
      if (error.anew) showUntrusted(frame);
      throw error;
    }
    showHelper(frame);
    outbox.align(frame.up, frame.heard);
    void showPair();
    askToShare(seals.asks, frame.name);
    if (reader() !== frame.name) {
      enterMode("talk", frame.name);
      showNews(`${word("talk.joined", frame)} ${word("talk.silence")}`);
    }
    showMuted(Boolean(frame.muted), frame.name);
    if (unsealed && unsealed === text.value) send();
    unsealed = "";
  },
  keyed: (frame) => seals.keyed(frame.epoch),
  asked: (frame) => showAsked(frame),
  returned() {
    showAsked();
    endHelp();
    if (mode() !== "talk") return;
    outbox.fail();
    askToShare(false);
    enterMode("waiting");
    showNews(word("talk.returned"));
  },
  writing: () => heed?.wrote(true),
  async said(frame) {
    heed?.wrote(false);
    try {
      showBubble(await seals.open(frame.body), "theirs", person).bubble.scrollIntoView({ block: "end" });
    } catch (error) {
      showNote(word("seal.unopened"));
      throw error;
    }
  },
  ack: (frame) => outbox.acknowledge(frame.seq),
  delivered: (frame) => outbox.deliver(frame.seq),
  deadline: () => void goOn("news"),
  news: (frame) => void goOn(frame.again ? "open-again" : "news"),
  trouble: () => showTrouble({ live: word("trouble.live") }),
  async refused(frame) {
    if (frame.code === "order") outbox.renumber(frame.expected);
    if (frame.code === "not-taken") outbox.fail();
    if (frame.code === "words") outbox.refuse(frame.seq);
    else if (frame.code !== "muted" || !outbox.fail()) return; // one of several that were on their way speaks for all
    await seals.renew(); // a counter is used up, and the person's device accepts no gap
  },
  async ended(frame) {
    const waited = mode() === "waiting", reason = waited && frame.reason === "visitor" ? "stopped" : frame.reason;
    showTrouble({ turn: "", live: "" });
    outbox.forget();
    seals.drop();
    talk = null;
    token = "";
    showAsked();
    endHelp();
    askToShare(false);
    enterMode("bot");
    showNews(word(`ended.${reason}`) || word("ended.lost"));
    void goOn(reason === "guided" ? "guided-on" : waited ? "wait-over" : "talk-over");
  },
};

function showMark(entry) {
  const { mark } = entry.place;
  mark.dataset.word = `message.${entry.state}`;
  mark.className = `mark ${entry.state}`;
  mark.textContent = word(mark.dataset.word);
  if (entry.state !== "failed" || !outbox.holds(entry)) return;
  const again = element("button", { type: "button", class: "small", "data-word": "message.retry" }, word("message.retry"));
  again.addEventListener("click", () => outbox.retry(entry));
  mark.replaceChildren(element("span", { "data-word": mark.dataset.word }, mark.textContent), again);
  delete mark.dataset.word;
}

// The bot goes on, with what to do next: after the talk, or when there is news of the wait.
async function goOn(choice) {
  const waits = mode() === "waiting";
  for (let tries = 0; tries < TRIES && waits === (mode() === "waiting"); tries += 1) {
    while (current) await current;
    const held = document.activeElement;
    const answer = await turn({ choice });
    if (answer?.messages.length) {
      const block = showAnswer(answer, true);
      if (!held.isConnected) block.focus({ preventScroll: true });
    }
    if (answer) return;
    await new Promise((resolve) => { setTimeout(resolve, AGAIN); });
  }
}

function showAbout(band) {
  byId("about").hidden = false;
  byId("about").dataset.word = `waiting.about-${band}`;
  byId("about").textContent = word(byId("about").dataset.word);
}

// Somebody has the talk on a device that the organisation did not sign: nothing is sent, and there are others to turn to.
function showUntrusted(frame) {
  askToShare(false);
  if (mode() === "talk") enterMode("waiting");
  showNews(word("seal.refused", frame));
  showBlock([data.lines]);
}

// The words at two places of the neutral list: the person sees the same ones, unless somebody stands between.
async function showPair() {
  const pair = byId("pair");
  pair.textContent = "";
  if (!byId("compare").open || !seals?.now) return;
  try {
    const response = await fetch(`/static/${data.lists[document.documentElement.lang]}`);
    const list = (await response.text()).trim().split("\n");
    pair.textContent = seals.now.compared.map((place) => list[place]).join(" · ");
  } catch {
    showTrouble({ turn: word("trouble.turn") });
  }
}

function askToShare(asking, name = "") {
  byId("share-ask").hidden = !asking;
  byId("share-question").dataset.name = name;
  byId("share-question").textContent = word("seal.share-ask", { name });
}

function share(yes) {
  askToShare(false);
  showNote(word(yes ? "seal.shared" : "seal.kept", { name: person }));
  inLine(() => seals.decide(yes));
}

// What the person wants to do with a colleague only when the visitor agrees. A kind that is unknown here is not asked.
let asked = 0;

function showAsked({ ask = 0, about = "", to = "" } = {}) {
  const question = byId("asked-question"), key = `ask.${about}`;
  const known = ask > 0 && key in data.words;
  asked = known ? ask : 0;
  byId("asked").hidden = !known;
  question.textContent = "";
  if (!known) return;
  Object.assign(question.dataset, { word: key, name: person, to });
  question.textContent = word(key, { name: person, to });
  announce(question.textContent);
  // Another desk: who answers there and the link come as words of the bot; going is the link's, staying the button's.
  const [yes, no] = byId("asked").querySelectorAll("button"), desk = about === "desk";
  yes.hidden = desk;
  no.dataset.word = desk ? "ask.stay" : "ask.disagree";
  no.textContent = word(no.dataset.word);
  if (desk) void goOn("pointed");
}

function answerAsked(yes) {
  const { to } = byId("asked-question").dataset;
  const help = byId("asked-question").dataset.word === "ask.help";
  if (help && yes) seals.agree(to);
  talk?.answer({ ask: asked, yes });
  showAsked();
  showNews(word(help ? yes ? "ask.reading" : "ask.alone" : yes ? "ask.moving" : "ask.stays", { name: person, to }));
}

// Who reads along is said for as long as it is so. One whom the visitor did not say yes to does not: the server is told.
function showHelper({ helper, name }) {
  const { helper: reads } = seals, line = byId("helper"), { to } = line.dataset;
  if (helper && !reads) talk?.part();
  if (!reads) return endHelp(to && word("help.over", { to, name }));
  if (to === reads && !byId("helping").hidden) return;
  Object.assign(line.dataset, { word: "help.reads", name, to: reads });
  line.textContent = word("help.reads", line.dataset);
  byId("helping").hidden = false;
  showNews(line.textContent);
}

function endHelp(news) {
  byId("helping").hidden = true;
  byId("helper").dataset.to = byId("helper").textContent = "";
  if (news) showNews(news);
}

// At once, whether or not the server hears of it.
function part() {
  talk?.part();
  inLine(() => seals.part());
  const { to } = byId("helper").dataset;
  endHelp(word("help.over", { to, name: person }));
}

function askToEnd(asking) {
  byId("end-ask").hidden = !asking;
  byId("end").hidden = asking;
}
