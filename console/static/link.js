// The banners about the connection: that it is lost, or elsewhere, and that it was gone for too long.

const $ = (id) => document.getElementById(id);

export class Link {
  lease = 0; // seconds in which talks stay with somebody who is away; 0: not told yet

  // `say` gives words, holding() tells whether talks are in hand, use() connects again, begin() asks to go on duty.
  constructor({ say, holding, use, begin }) {
    Object.assign(this, { say, holding });
    $("link").querySelector("button").onclick = use;
    $("lapsed").querySelector("button").onclick = begin;
  }

  // Told again at every try that fails.
  show(state) {
    $("link").hidden = state === "open";
    $("link").querySelector("button").hidden = state !== "elsewhere";
    if (state === "lost" && this.late) return;
    clearTimeout(this.late);
    this.late = state === "lost" && this.lease && this.holding() ? setTimeout(() => this.tell("lost_talks"), this.lease * 1000) : 0;
    this.tell(state);
  }

  tell(key) { $("link").querySelector("span").textContent = key === "open" ? "" : this.say(key); }

  // Off duty for having been away; what happened to the talks is said beside it.
  lapse(lapsed) { $("lapsed").hidden = !lapsed; }
}
