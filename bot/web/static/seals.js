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
  #decided = ""; // the device of which it is clear whether it may open the earlier words

  // `organisation`: the pinned public key; `give(frame)` tries to send a wrapped key.
  constructor(organisation, give) {
    this.#organisation = organisation;
    this.#give = give;
  }

  get now() { return this.#now; }

  // Whether the visitor has to say if the device that reads now may open what was written before.
  get asks() { return this.#decided !== this.#device; }

  // Whoever has the talk reads on this device. SealError when the organisation did not sign it; then nothing is sealed for it.
  async meet({ talk, epoch, device }) {
    if (this.#epochs.has(epoch) && device === this.#device) return this.#again();
    this.#now = null;
    this.#maker ??= new KeyMaker(read64(talk));
    try {
      if (epoch <= this.#newest || write64(this.#maker.talk) !== talk) throw new SealError("epoch");
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

  keyed(epoch) { this.#given.delete(epoch); }

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

  async #begin(number, device, point) {
    const { epoch, wrapped } = await this.#maker.begin(number, point);
    this.#epochs.set(number, epoch);
    this.#newest = number;
    if (this.#epochs.size === 1 || device === this.#device && !this.asks) this.#decided = device;
    this.#device = device;
    this.#now = epoch;
    this.#offer({ epoch: number, device, wrapped: write64(wrapped) });
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
