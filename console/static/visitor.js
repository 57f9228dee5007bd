// The scripted visitor of a practice talk: a simple rule, no model, no network. Each answer is given once.

const folded = (text) => text.normalize("NFKC").toLowerCase();
const isWord = (sign) => /[\p{L}\p{N}]/u.test(sign);

// Whether a word of the text begins with this one.
function names(text, word) {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) if (at === 0 || !isWord(text[at - 1])) return true;
  return false;
}

export class ScriptedVisitor {
  constructor({ first, answers, otherwise, last }) {
    Object.assign(this, { first, answers: [...answers], otherwise: [...otherwise], last, gone: false });
  }

  // What comes back for these words: some lines; none once the visitor has said goodbye.
  answer(words) {
    if (this.gone) return [];
    const text = folded(words), place = this.answers.findIndex(({ when }) => when.some((word) => names(text, folded(word))));
    if (place >= 0) return this.answers.splice(place, 1)[0].say;
    if (this.otherwise.length) return [this.otherwise.shift()];
    this.gone = true;
    return [this.last];
  }
}
