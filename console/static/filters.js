// Which rows of the waiting list are shown: by desk (of several), language, age band, topic, danger. Kept in this page alone.

const FACTS = ["desk", "language", "age", "topic"];
const LEAST = 2; // rows from which choosing makes sense

export class Filters {
  // changed() is called when other rows are to be shown; `say` gives words.
  constructor(element, { say, changed }) {
    this.element = element;
    this.say = say;
    this.chosen = { danger: "" };
    this.selects = Object.fromEntries([...element.querySelectorAll("select")].map((select) => [select.name, select]));
    for (const [name, select] of Object.entries(this.selects)) select.onchange = () => { this.chosen[name] = select.value; changed(); };
    this.count = document.getElementById("hidden-rows");
    this.all = element.querySelector("button");
    this.all.onclick = () => {
      this.chosen = { danger: "" };
      for (const select of Object.values(this.selects)) select.value = "";
      changed();
      this.element.querySelector("summary").focus();
    };
  }

  // Somebody in danger is never hidden, whatever was chosen.
  shows(row) {
    if (row.danger === "urgent") return true;
    if (this.chosen.danger && row.danger === "none") return false;
    return FACTS.every((key) => !this.chosen[key] || text(row, key) === this.chosen[key]);
  }

  // The same for the server, which looks for further rows.
  get wanted() {
    const { danger, ...facts } = this.chosen;
    return { danger: Boolean(danger), facts: Object.fromEntries(Object.entries(facts).filter(([, value]) => value)) };
  }

  get any() { return Object.values(this.chosen).some(Boolean); }

  // Draws what there is to choose from in `rows`, and how many of them are hidden.
  draw(rows) {
    for (const key of FACTS) offer(this.selects[key], rows.map((row) => text(row, key)), this.chosen[key] ?? "");
    this.selects.desk.closest("label").hidden = !several(rows) && !this.chosen.desk;
    const hidden = rows.filter((row) => !this.shows(row)).length;
    this.element.hidden = rows.length < LEAST && !this.any;
    this.count.textContent = hidden ? this.say(hidden === 1 ? "hidden_one" : "hidden_many", { count: hidden }) : "";
    this.all.hidden = !this.any;
  }
}

function text(row, key) {
  return row.facts.find((fact) => fact.key === key)?.text ?? "";
}

// The first option, "all", stays; the others are what the rows have, and what was chosen.
function offer(select, found, chosen) {
  const wanted = [...new Set([...found, chosen])].filter(Boolean).sort((a, b) => a.localeCompare(b));
  const there = [...select.options].slice(1).map((option) => option.value);
  if (wanted.length === there.length && wanted.every((value, place) => value === there[place])) return;
  select.replaceChildren(select.options[0], ...wanted.map((value) => new Option(value, value)));
  select.value = chosen;
}

function several(rows) {
  return rows.some((row) => text(row, "desk"));
}
