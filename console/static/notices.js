// What happened, said in a few lines that go by themselves.

const STAYS = 12000; // milliseconds
const MOST = 3;

export class Notices {
  constructor(place) { this.place = place; }

  tell(text) {
    if (!text) return; // what only another version of this page has words for
    const line = document.createElement("p");
    this.place.append(Object.assign(line, { textContent: text }));
    while (this.place.children.length > MOST) this.place.firstChild.remove();
    setTimeout(() => line.remove(), STAYS);
  }
}
