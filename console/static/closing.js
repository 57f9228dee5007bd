// A desk that closes: the switch, what it says while it is shut, and how near the end of its hours is.

const $ = (id) => document.getElementById(id);

export class Closing {
  // `send` writes a frame and says whether it could; `say` gives words.
  constructor({ say, send, lost }) {
    this.say = say;
    const form = $("close-desk").querySelector("form");
    const ask = (reason) => { if (!send({ type: "shut", reason })) lost(); };
    form.onsubmit = (event) => {
      event.preventDefault();
      ask(new FormData(form).get("reason"));
    };
    $("shut").querySelector("button").onclick = () => ask("");
  }

  show({ shut, stage }) {
    const was = !$("shut").hidden, inside = $("close-desk").contains(document.activeElement) || $("shut").contains(document.activeElement);
    const key = shut ? `shut_${shut}` : stage === "open" ? "" : `stage_${stage}`;
    $("shut").hidden = !key;
    $("shut").querySelector("span").textContent = key && this.say(key);
    $("shut").querySelector("button").hidden = !shut;
    $("close-desk").hidden = Boolean(shut);
    if (shut) $("close-desk").open = false;
    if (inside && was !== Boolean(key)) (shut ? $("shut").querySelector("button") : $("close-desk").querySelector("summary")).focus();
  }
}
