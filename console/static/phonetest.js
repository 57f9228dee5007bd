// Trying microphone and speaker before a caller depends on them: a level that moves, and a tone. Nothing is kept or sent.

const HEARD = 0.02; // of full scale: a voice is above, a silent room below
const PATIENCE = 4000; // milliseconds until it is said that nothing was heard
const TONE = { pitch: 660, seconds: 1.2, loud: 0.2 }; // Hz

export class PhoneTest {
  // `form` holds the two lists, the level and the buttons; `say` gives words.
  constructor(form, say) {
    Object.assign(this, { form, say });
    this.level = form.querySelector("meter");
    this.button = form.querySelector("[data-try]");
    this.button.onclick = () => (this.stream ? this.stop() : this.listen());
    form.querySelector("[data-tone]").onclick = () => this.sound();
    form.elements.microphone.onchange = () => this.stream && this.listen();
    navigator.mediaDevices?.addEventListener("devicechange", () => this.list());
    this.list();
  }

  get devices() { return { microphone: this.form.elements.microphone.value, speaker: this.form.elements.speaker.value }; }

  // Names of devices are told only after the microphone was allowed once.
  async list() {
    const all = await navigator.mediaDevices?.enumerateDevices?.() ?? [];
    for (const [name, kind] of [["microphone", "audioinput"], ["speaker", "audiooutput"]]) {
      const select = this.form.elements[name], chosen = select.value;
      const found = all.filter((each) => each.kind === kind && each.deviceId && each.deviceId !== "default" && each.label);
      select.replaceChildren(new Option(this.say("phone_default"), ""), ...found.map(({ label, deviceId }) => new Option(label, deviceId)));
      select.value = found.some((each) => each.deviceId === chosen) ? chosen : "";
    }
  }

  // True when the browser gives this page a microphone; it is let go at once.
  async allowed() {
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
      for (const track of stream.getTracks()) track.stop();
      await this.list();
      return true;
    } catch {
      return false;
    }
  }

  async listen() {
    this.stop();
    const { microphone } = this.devices;
    try {
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: microphone ? { deviceId: { exact: microphone } } : true });
    } catch {
      return this.tell("phone_denied");
    }
    await this.list();
    this.button.setAttribute("aria-pressed", "true");
    this.tell("phone_speak");
    this.context = new AudioContext();
    await this.context.resume();
    const ear = this.context.createAnalyser(), samples = new Float32Array(ear.fftSize), begun = Date.now();
    this.context.createMediaStreamSource(this.stream).connect(ear);
    let heard = false;
    this.looking = setInterval(() => {
      ear.getFloatTimeDomainData(samples);
      this.level.value = Math.min(1, Math.sqrt(samples.reduce((sum, each) => sum + each * each, 0) / samples.length) * 3);
      heard ||= this.level.value > HEARD * 3;
      if (heard) this.tell("phone_hears");
      else if (Date.now() - begun > PATIENCE) this.tell("phone_silent");
    }, 100);
  }

  stop() {
    clearInterval(this.looking);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.context?.close();
    this.stream = this.context = null;
    this.level.value = 0;
    this.button.setAttribute("aria-pressed", "false");
    this.tell("");
  }

  async sound() {
    const { pitch, seconds, loud } = TONE, context = new AudioContext(), { speaker } = this.devices;
    if (speaker) await context.setSinkId?.(speaker).catch(() => {});
    const note = context.createOscillator(), level = context.createGain();
    note.frequency.value = pitch;
    level.gain.setValueAtTime(0, context.currentTime);
    level.gain.linearRampToValueAtTime(loud, context.currentTime + 0.05);
    level.gain.setTargetAtTime(0, context.currentTime + seconds - 0.2, 0.05);
    note.connect(level).connect(context.destination);
    note.onended = () => context.close();
    note.start();
    note.stop(context.currentTime + seconds);
  }

  tell(key) {
    const place = this.form.querySelector("[data-heard]"), words = key && this.say(key);
    if (place.textContent !== words) place.textContent = words;
  }
}
