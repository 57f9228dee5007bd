// What nobody needs to read: it comes once somebody can write. While it has not come, everything works without it.
let heed = null; // asks before words go out that may tell who somebody is
let loading = false;
let tries = 0;

partings.push(() => { heed = null; });

async function loadLater(page) {
  if (heed || loading) return;
  loading = true;
  try {
    // The browser remembers by its address that a module could not be loaded.
    heed = await (await import(`${data.later}${tries ? `?${tries}` : ""}`)).begin(page);
    document.body.dataset.later = "";
  } catch {
    tries += 1;
  }
  loading = false;
}

// Whether the words wait until the visitor has answered. When that goes wrong they do not: no message may be lost by it.
function asksFirst(words) {
  try {
    return Boolean(heed?.stops(words));
  } catch {
    return false;
  }
}

// Left messages and codes: what they need is fetched when somebody wants one.
let codeTries = 0; // the browser remembers by its address that a module could not be loaded

async function openCodes() {
  const { organisation, box } = form.dataset, { lists, codes, later } = data;
  try {
    const { open } = await import(`/static/${box}${codeTries ? `?${codeTries}` : ""}`);
    const { lang } = document.documentElement;
    await open({ element, organisation, lists, codes, later, partings, lang, writer: WRITER, before: byId("promises") });
    showTrouble({ turn: "" });
  } catch {
    codeTries += 1;
    showTrouble({ turn: word("trouble.turn") });
  }
}
