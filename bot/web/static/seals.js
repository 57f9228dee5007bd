const AGREED = 150_000; // milliseconds in which a yes to reading along begins it: the question lapses after 120 s

// The keys of one talk: an epoch for every device that reads, made here and known to nobody between.
class Seals {
  #organisation;
  #give;
  #maker = null;
  #epochs = new Map(); // number -> Epoch
  #given = new Map(); // number -> the key frame that has not been acknowledged
  #now = null; // the epoch that words are sealed under
  #newest = 0;
  #device = "";
  #refused = ""; // the last device and epoch that got no key: said once, however often it is asked
  #agreed = { name: "", until: 0 }; // whose reading along the visitor said yes to, and until when that begins it
  #helper = null; // who reads along: { name, line, point }
  #also = ""; // the line of the device to which the epoch of now was given too
  #readable = new Set(); // the epochs whose keys the device that reads now has: a key that was sent may never have come
  #decided = ""; // the device of which it is clear whether it may open the earlier words

  // `organisation`: the pinned public key; `give(frame)` tries to send a wrapped key.
  constructor(organisation, give) {
    this.#organisation = organisation;
    this.#give = give;
  }

  get now() { return this.#now; }

  // The last epoch that was begun here: an engine may have forgotten it, and begin it again.
  get newest() { return this.#newest; }

  // Who reads along; "" for nobody.
  get helper() { return this.#helper?.name ?? ""; }

  // The visitor said yes to this one's reading along: it holds for one beginning, soon.
  agree(name) { this.#agreed = { name, until: Date.now() + AGREED }; }

  // Somebody else has the talk now, or nobody: with that one nobody reads along.
  alone() {
    this.#helper = null;
    this.agree("");
  }

  // Nobody reads along any more: what is sealed from now on is for the person alone, whether or not the server knows.
  async part() {
    this.alone();
    if (this.#also) await this.renew();
  }

  // Whether the visitor has to say if the device that reads now may open what was written before.
  get asks() { return this.#decided !== this.#device; }

  // Whoever has the talk reads on this device. SealError when the organisation did not sign it; then nothing is sealed for it.
  // Nobody reads along whom the visitor did not say yes to, or on a device that is not signed.
  async meet({ talk, epoch, device, helper }) {
    this.#helper = await this.#admit(helper);
    const also = this.#helper?.line ?? "", known = this.#epochs.has(epoch) && device === this.#device;
    if (known && also === this.#also) return this.#again();
    this.#now = null;
    this.#maker ??= new KeyMaker(read64(talk));
    try {
      // The key of an epoch that was not taken, because somebody began or ceased to read along meanwhile, is drawn anew.
      if (epoch < this.#newest || epoch === this.#newest && !known || write64(this.#maker.talk) !== talk) throw new SealError("epoch");
      await this.#begin(epoch, device, await readDevice(this.#organisation, device));
    } catch (error) {
      const refused = `${epoch} ${device}`;
      error.anew = refused !== this.#refused;
      this.#refused = refused;
      if (error.anew) this.#give({ epoch, device, wrapped: "" });
      throw error;
    }
  }

  // A fresh key for the same device: what was sealed under the last one may never arrive.
  async renew() {
    if (this.#now) await this.#begin(this.#newest + 1, this.#device, await readDevice(this.#organisation, this.#device));
  }

  // The earlier keys go to the device that reads now, or stay here.
  async decide(share) {
    const device = this.#device;
    this.#decided = device;
    if (!share) return;
    for (const [epoch, wrapped] of await this.#maker.share(this.#now.number, await readDevice(this.#organisation, device))) {
      this.#offer({ epoch, device, wrapped: write64(wrapped) });
    }
  }

  // Whether whoever has the talk now has the key of this message.
  reads(entry) { return this.#readable.has(entry.epoch); }

  // The server has the key of that epoch.
  keyed(epoch) {
    if (this.#given.get(epoch)?.device === this.#device) this.#readable.add(this.#epochs.get(epoch));
    this.#given.delete(epoch);
  }

  // Sealed once for each epoch: the same message sent again is the same bytes.
  async seal(entry) {
    if (entry.epoch !== this.#now) {
      const epoch = this.#now;
      entry.sealed = write64(await epoch.seal("up", entry.body));
      entry.epoch = epoch;
    }
    return entry.sealed;
  }

  // The words of the person's next message; SealError when it is not that, or no key of this talk fits.
  async open(body) {
    const sealed = read64(body);
    const epoch = this.#epochs.get(readHead(sealed).epoch);
    if (!epoch) throw new SealError("epoch");
    return epoch.open("down", sealed);
  }

  // On the way out: nothing here may wait.
  drop() {
    this.#maker?.drop();
    this.#epochs.clear();
    this.#given.clear();
    this.#now = null;
  }

  async #admit(helper) {
    const { name, until } = this.#agreed, reads = this.helper;
    if (!helper || helper.name !== reads && (helper.name !== name || Date.now() > until)) return null;
    this.#agreed.until = 0;
    try {
      return { name: helper.name, line: helper.device, point: await readDevice(this.#organisation, helper.device) };
    } catch {
      return null;
    }
  }

  async #begin(number, device, point) {
    const helper = this.#helper, line = helper?.line ?? "";
    const { epoch, wrapped, also } = await this.#maker.begin(number, point, helper?.point);
    for (const [each, given] of this.#given) if (given.device !== device || given.helper && given.helper !== line) this.#given.delete(each);
    this.#also = line;
    if (device !== this.#device) this.#readable.clear();
    this.#epochs.set(number, epoch);
    this.#newest = number;
    if (this.#epochs.size === 1 || device === this.#device && !this.asks) this.#decided = device;
    this.#device = device;
    this.#now = epoch;
    this.#again(); // a key before this one that is not there may be what earlier words are opened with
    this.#offer({ epoch: number, device, wrapped: write64(wrapped), ...(helper && { helper: line, also: write64(also) }) });
  }

  #offer(frame) {
    this.#given.set(frame.epoch, frame);
    this.#give(frame);
  }

  // The connection was lost and is there again: what was not acknowledged may not have arrived.
  #again() {
    for (const frame of this.#given.values()) this.#give(frame);
  }
}
