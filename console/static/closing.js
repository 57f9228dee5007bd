// Desks that close: the switch, what is said of each that is shut, and how near the end of its hours is.

const $ = (id) => document.getElementById(id);

export class Closing {
  // `send` writes a frame and says whether it could; `say` gives words.
  constructor({ say, send, lost }) {
    this.say = say;
    this.ask = (reason, desk) => { if (!send({ type: "shut", reason, desk })) lost(); };
    this.form = $("close-desk").querySelector("form");
    this.form.onsubmit = (event) => {
      event.preventDefault();
      const chosen = new FormData(this.form);
      this.ask(chosen.get("reason"), chosen.get("desk") ?? this.desks[0].id);
    };
  }

  show({ desks }) {
    this.desks = desks;
    const inside = $("close-desk").contains(document.activeElement) || $("shut").contains(document.activeElement);
    const told = desks.map((desk) => [desk, desk.shut ? `shut_${desk.shut}` : desk.stage === "open" ? "" : `stage_${desk.stage}`]).filter(([, key]) => key);
    const now = JSON.stringify([desks.map((desk) => desk.id), told.map(([desk, key]) => [desk.id, key])]);
    if (now === this.told) return; // what has the focus stays what it is
    this.told = now;
    $("shut").hidden = !told.length;
    $("shut").replaceChildren(...told.map(([desk, key]) => this.banner(desk, this.say(key))));
    const open = desks.filter((desk) => !desk.shut);
    $("close-desk").hidden = !open.length;
    if (open.length < desks.length) $("close-desk").open = false;
    this.offer(open);
    if (inside) ($("shut").querySelector("button") ?? $("close-desk").querySelector("summary")).focus();
  }

  // Of several desks each says its name, because the sentence does not.
  banner(desk, text) {
    const banner = $("shut-template").content.firstElementChild.cloneNode(true), button = banner.querySelector("button");
    banner.querySelector("span").textContent = this.desks.length > 1 ? `${desk.name}: ${text}` : text;
    button.hidden = !desk.shut;
    if (this.desks.length > 1) button.append(` (${desk.name})`);
    button.onclick = () => this.ask("", desk.id);
    return banner;
  }

  offer(open) {
    const select = this.form.querySelector("select"), chosen = select.value;
    select.replaceChildren(...open.map((desk) => new Option(desk.name, desk.id)));
    if (open.some((desk) => desk.id === chosen)) select.value = chosen;
    select.disabled = select.closest("label").hidden = this.desks.length < 2; // disabled: the form does not name it
  }
}
