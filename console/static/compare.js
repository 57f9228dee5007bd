// Two words that both ends compare, in the visitor's language; fetched and shown only when somebody looks.

const lists = new Map(); // language -> its words

// `places` are undefined while there is no key; `say` gives the console's own words.
export async function drawCompared(box, language, places, say) {
  if (!box?.open || !language) return;
  if (!lists.has(language)) lists.set(language, fetchList(language));
  const list = await lists.get(language).catch(() => []);
  if (!list.length) lists.delete(language); // tried again when somebody looks again
  const pair = (places ?? []).map((place) => list[place]?.trim()), whole = pair.length > 0 && pair.every(Boolean);
  box.querySelector(".hint").textContent = say(whole ? "compare_words" : "compare_none");
  box.querySelector(".pair").lang = language;
  box.querySelector(".pair").textContent = whole ? pair.join(" · ") : "";
}

async function fetchList(language) {
  const answer = await fetch(`/static/words-${language}.txt`);
  return answer.ok ? (await answer.text()).split("\n") : [];
}
