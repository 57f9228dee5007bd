// What happened, said in a few lines that go by themselves.

const STAYS = 12000; // milliseconds
const MOST = 3;
const names = new Intl.ListFormat(document.documentElement.lang);

export class Notices {
  // `say` gives words.
  constructor(place, say) { Object.assign(this, { place, say, lost: new Map() }); } // `lost`: code -> the line of that code

  tell(text) {
    if (!text) return; // what only another version of this page has words for
    const line = document.createElement("p");
    this.place.append(Object.assign(line, { textContent: text }));
    while (this.place.children.length > MOST) this.place.firstChild.remove();
    setTimeout(() => line.remove(), STAYS);
    return line;
  }

  // That a talk left these hands, and whether words to it did not go. Several that leave together are one line.
  lose(code, name, unsent) {
    const before = this.lost.get(code), goes = before?.line?.isConnected ? before : { all: [], unsent: false };
    goes.all.push(name);
    goes.unsent ||= unsent;
    goes.line?.remove();
    const text = goes.all.length > 1 && this.say(`${code}_many`, { names: names.format(goes.all) }) || this.say(code, { name });
    goes.line = this.tell(goes.unsent ? `${text} ${this.say("unsent")}` : text);
    this.lost.set(code, goes);
  }
}
