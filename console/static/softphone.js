// The telephone in the page: signs its line in through the console, is rung for the call that its person took, and hangs up.
// It calls nobody.

import { UA, WebSocketInterface } from "./jssip.js";

const SIGN_IN_FOR = 300; // seconds; renewed before
const LOOKS = 20, LOOK = 100; // milliseconds
const GATHER = 1000; // milliseconds that ways to the engine are looked for, once there is one
const RECOVER = { connection_recovery_min_interval: 1, connection_recovery_max_interval: 5 }; // seconds

export class Softphone {
  // `relays()` gives servers that help to reach the engine, `devices()` { microphone, speaker } as ids, empty for the usual ones; `wanted()` tells whether a call is expected;
  // `silent()` whether only to listen; `denied()` hears that the microphone is gone.
  constructor({ line, secret, relays, devices, wanted, silent, denied }) {
    Object.assign(this, { line, relays, devices, wanted, silent, denied });
    this.audio = new Audio();
    this.audio.autoplay = true;
    const socket = new WebSocketInterface(`${location.origin.replace(/^http/, "ws")}/phone/ws`);
    this.ua = new UA({
      sockets: [socket], uri: `sip:${line}@line.invalid`, authorization_user: line, password: secret,
      register: true, register_expires: SIGN_IN_FOR, session_timers: false, user_agent: "softphone", ...RECOVER,
    });
    this.ua.on("newRTCSession", ({ session, originator }) => this.take(session, originator));
    this.leave = () => this.stop();
    addEventListener("pagehide", this.leave); // the caller hears music at once, and not silence
    this.ua.start();
  }

  // Rung: answered at once, because its person has just pressed "Take" (or yes to a colleague). Nothing else is answered.
  async take(session, originator) {
    if (originator !== "remote" || this.session) return session.terminate({ status_code: 486 });
    this.session = session;
    let patience = null;
    for (const event of ["ended", "failed"]) session.on(event, () => this.over(session));
    // The ring may be here a moment before the talk is.
    for (let looks = 0; looks < LOOKS && !this.wanted(); looks += 1) await new Promise((done) => setTimeout(done, LOOK));
    if (this.session !== session) return;
    if (!this.wanted()) return session.terminate({ status_code: 486 });
    // A server that does not answer would keep the caller waiting for its silence.
    session.on("icecandidate", ({ ready }) => { patience ??= setTimeout(ready, GATHER); });
    session.on("peerconnection", ({ peerconnection }) => { peerconnection.ontrack = ({ track }) => this.play(track); });
    try {
      const { microphone } = this.devices();
      this.stream = await navigator.mediaDevices.getUserMedia({ audio: microphone ? { deviceId: { ideal: microphone } } : true });
      if (this.session !== session) return this.hush();
      session.answer({ mediaStream: this.stream, mediaConstraints: { audio: true, video: false }, pcConfig: { iceServers: this.relays() } });
      this.mute(this.silent());
    } catch {
      if (this.session === session) session.terminate({ status_code: 480 }); // no microphone any more
      this.over(session);
      this.denied();
    }
  }

  async play(track) {
    const { speaker } = this.devices();
    this.audio.srcObject = new MediaStream([track]);
    if (speaker) await this.audio.setSinkId?.(speaker).catch(() => {}); // gone meanwhile: the usual one
    await this.audio.play().catch(() => {});
  }

  mute(quiet) {
    this.quiet = quiet;
    for (const track of this.stream?.getAudioTracks() ?? []) track.enabled = !quiet;
  }

  over(session) {
    if (this.session !== session) return;
    this.session = null;
    this.hush();
  }

  // The microphone is on during a call, and at no other time.
  hush() {
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = this.audio.srcObject = null;
  }

  stop() {
    removeEventListener("pagehide", this.leave);
    this.ua.stop(); // says goodbye, to a call too
    this.hush();
  }
}
