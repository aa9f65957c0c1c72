// What one gate remembers of the last scans: which minutes it has seen, and by how much the last people's clocks were off.
import { hex } from "./bytes.js";

export class Seen {
  /** Start with no memory; `limits` come from the server, in seconds. */
  constructor(limits) {
    this.limits = limits;
    this.minutes = new Map();
    this.witnesses = [];
  }

  /** Remember a minute; return whether this gate has seen it before. */
  again(tokenId, signedAt, at) {
    const lasts = this.limits.code_good_for + this.limits.allowed_clock_skew;
    for (const [minute, scannedAt] of this.minutes) {
      if (scannedAt >= at - lasts) break;
      this.minutes.delete(minute);
    }
    const minute = `${hex(tokenId)} ${signedAt}`;
    if (this.minutes.has(minute)) return true;
    this.minutes.set(minute, at);
    return false;
  }

  /**
   * Remember how old somebody's minute was; return by how much this gate's clock is off, or null unless the last people show it:
   * different people, all outside what passes, all by the same within what phones differ.
   */
  clockOffBy(tokenId, age) {
    const token = hex(tokenId);
    if (this.witnesses.at(-1)?.token !== token) this.witnesses.push({ token, age });
    this.witnesses = this.witnesses.slice(-this.limits.clock_witnesses);
    const ages = this.witnesses.map((witness) => witness.age).sort((one, other) => one - other);
    const [least, most] = [ages[0], ages.at(-1)];
    const spread = this.limits.code_good_for + this.limits.allowed_clock_skew;
    const different = new Set(this.witnesses.map((witness) => witness.token)).size;
    if (different < this.limits.clock_witnesses || most - least > spread) return null;
    const allOutside = least > this.limits.code_good_for || most < -this.limits.allowed_clock_skew;
    return allOutside ? ages[Math.floor(ages.length / 2)] : null;
  }
}
