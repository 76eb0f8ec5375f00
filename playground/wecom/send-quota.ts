/** "30/min and 1000/h to one member, excess silently dropped with errcode 0" (reference/platforms.md section 4). */
export class SendQuota {
  #sentMs: number[] = [];

  /** Whether one more message reaches the member now. */
  take(nowMs: number): boolean {
    this.#sentMs = this.#sentMs.filter((at) => at > nowMs - 3_600_000);
    if (this.#sentMs.length >= 1_000) return false;
    if (this.#sentMs.filter((at) => at > nowMs - 60_000).length >= 30) return false;
    this.#sentMs.push(nowMs);
    return true;
  }
}
