interface Waiter<T> {
  readonly fits: (item: T) => boolean;
  readonly resolve: (item: T) => void;
}

/** Things on somebody's screen in order of arrival, and those who wait for the next one. */
export class Arrivals<T> {
  readonly items: T[] = [];
  readonly #waiters = new Set<Waiter<T>>();
  readonly #describe: (item: T) => string;

  /** @param describe what a person reads of an item, quoted when somebody has waited in vain. */
  constructor(describe: (item: T) => string) {
    this.#describe = describe;
  }

  add(item: T): void {
    this.items.push(item);
    for (const waiter of [...this.#waiters]) {
      if (waiter.fits(item)) {
        this.#waiters.delete(waiter);
        waiter.resolve(item);
      }
    }
  }

  /**
   * The first item from `fromIndex` on that fits, already there or still to come. Rejects after `timeoutMs`, quoting what
   * did arrive.
   */
  waitFor(fits: (item: T) => boolean, timeoutMs: number, fromIndex = 0): Promise<T> {
    const present = this.items.slice(fromIndex).find(fits);
    if (present !== undefined) return Promise.resolve(present);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        const arrived = this.items.slice(fromIndex).map(this.#describe).join("\n");
        reject(new Error(`nothing that fits within ${timeoutMs} ms; arrived so far:\n${arrived || "(nothing)"}`));
      }, timeoutMs);
      const waiter: Waiter<T> = {
        fits,
        resolve: (item) => {
          clearTimeout(timer);
          resolve(item);
        },
      };
      this.#waiters.add(waiter);
    });
  }
}
