import type { SharedState } from "../../../src/ports/shared-state.ts";

/** The promises of the shared state, without a database: one fetch at a time, replaced only if it is the failed one. */
export function inMemorySharedState(nowMs: () => number = () => Date.now()): SharedState {
  const cached = new Map<string, { token: string; untilMs: number }>();
  const inFlight = new Map<string, Promise<string>>();
  return {
    async token(key, fetch, failedToken) {
      const known = cached.get(key);
      if (known !== undefined && known.untilMs > nowMs() && known.token !== failedToken) return known.token;
      const running = inFlight.get(key);
      if (running !== undefined) return running;
      const started = fetch()
        .then(({ token, expiresInSeconds }) => {
          cached.set(key, { token, untilMs: nowMs() + expiresInSeconds * 1000 });
          return token;
        })
        .finally(() => inFlight.delete(key));
      inFlight.set(key, started);
      return started;
    },
  };
}
