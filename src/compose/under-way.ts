/** Work that may outlast the request which began it: an answer's mark, a handler or a booking past its window. */
export interface UnderWay {
  track<T>(work: Promise<T>): Promise<T>;
  /** Resolves when nothing is under way any more, whatever became of it, or after `limitMs`. */
  ended(limitMs: number): Promise<void>;
}

/** Without it a stopping process would cut the connections under its last words, and the next one would repeat them. */
export function createUnderWay(): UnderWay {
  const running = new Set<Promise<unknown>>();
  return {
    track(work) {
      const forget = (): void => void running.delete(done);
      const done: Promise<void> = work.then(forget, forget);
      running.add(done);
      return work;
    },
    async ended(limitMs) {
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, limitMs);
      });
      const allDone = async (): Promise<void> => {
        while (running.size > 0) await Promise.all(running);
      };
      await Promise.race([allDone(), limit]);
      clearTimeout(timer);
    },
  };
}
