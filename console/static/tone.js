// The sound that somebody waits: two short soft notes, made here and not fetched.

let audio;

// Browsers let a page sound only after a gesture, again after each reload; `changed` is called when it may.
export function unlock(changed) {
  audio ??= new AudioContext();
  audio.onstatechange = changed;
  audio.resume();
}

export const audible = () => audio?.state === "running";

export function ring() {
  if (!audio) return;
  [[523.25, 0], [659.25, 0.22]].forEach(([pitch, after]) => {
    const note = audio.createOscillator(), level = audio.createGain(), at = audio.currentTime + after;
    note.frequency.value = pitch;
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(0.12, at + 0.03);
    level.gain.exponentialRampToValueAtTime(0.001, at + 0.5);
    note.connect(level).connect(audio.destination);
    note.start(at);
    note.stop(at + 0.55);
  });
}
