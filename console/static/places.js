// Where the rows of a list stood a moment ago: a press that was meant for another row is known by it.

const MOMENT = 500; // milliseconds: longer than somebody takes from the decision to the press

export class Places {
  // The rows of `list` name their talk in `data-talk`.
  constructor(list) { Object.assign(this, { list, kept: [] }); }

  // Before anything moves.
  keep() {
    const at = performance.now(), moved = this.list.scrollTop + scrollY;
    this.kept = this.kept.filter((each) => at - each.at < MOMENT);
    this.kept.push({ at, rows: [...this.list.children].map((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return { talk: row.dataset.talk, top: top + moved, bottom: bottom + moved };
    }) });
  }

  // Whether another talk's row stood just now where this press fell. A key presses what has the focus, wherever that is.
  were({ detail, clientY }, talk) {
    const y = clientY + this.list.scrollTop + scrollY, now = performance.now();
    return detail > 0 && this.kept.some(({ at, rows }) => now - at < MOMENT && rows.some((row) => row.talk !== talk && row.top <= y && y <= row.bottom));
  }
}
