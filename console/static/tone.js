// The sounds of the desk, made here and not fetched: two short soft notes when somebody waits, loud ones when a colleague calls.

let audio;

// Browsers let a page sound only after a gesture, again after each reload; `changed` is called when it may.
export function unlock(changed) {
  audio ??= new AudioContext();
  audio.onstatechange = changed;
  audio.resume();
}

export const audible = () => audio?.state === "running";

// [pitch in Hz, seconds until it begins], and how loud.
const TUNES = {
  waiting: { notes: [[523.25, 0], [659.25, 0.22]], loud: 0.12 },
  call: { notes: [[880, 0], [660, 0.25], [880, 0.5], [660, 0.75], [880, 1]], loud: 0.5 }, // a colleague needs help now
};

export const ring = () => sound("waiting");

export function sound(tune) {
  if (!audio) return;
  const { notes, loud } = TUNES[tune];
  notes.forEach(([pitch, after]) => {
    const note = audio.createOscillator(), level = audio.createGain(), at = audio.currentTime + after;
    note.frequency.value = pitch;
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(loud, at + 0.03);
    level.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    note.connect(level).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.55);
  });
}
