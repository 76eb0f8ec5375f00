/** What the network does to messages on their way to the callback; switches are used up by the next pushes. */
export class PushLine {
  #copies = 1;
  #losesNext = 0;
  #held: (() => void)[] | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** The next push or press arrives so many times in all. */
  duplicateNext(copies = 2): void {
    this.#copies = copies;
  }

  /** The next pushes never arrive. */
  loseNext(pushes = 1): void {
    this.#losesNext = pushes;
  }

  /** From now on messages wait; `releaseReversed` lets them go, the last one first. */
  hold(): void {
    this.#held ??= [];
  }

  /** Each goes when the one before has been answered, so that they arrive in this order for certain. */
  async releaseReversed(): Promise<void> {
    const held = this.#held?.reverse() ?? [];
    this.#held = undefined;
    for (const go of held) {
      go();
      await this.#last;
    }
  }

  takeCopies(): number {
    const copies = this.#copies;
    this.#copies = 1;
    return copies;
  }

  /** Carries one push with what is switched on. */
  async carry(push: () => Promise<"answered" | "failed">): Promise<"answered" | "failed"> {
    if (this.#losesNext > 0) {
      this.#losesNext -= 1;
      return "failed";
    }
    const copies = this.takeCopies();
    const start = async (): Promise<"answered" | "failed"> => {
      const results = await Promise.all(Array.from({ length: copies }, push));
      return results.includes("answered") ? "answered" : "failed";
    };
    const held = this.#held;
    if (held === undefined) return start();
    return new Promise((resolve, reject) => {
      held.push(() => {
        const running = start();
        this.#last = running.catch(() => undefined);
        running.then(resolve, reject);
      });
    });
  }
}
