import type { AllJobHandlers } from "../definitions.ts";

/** Red letters that nobody confirmed within 72 hours. */
export const expireRedLettersHandler =
  (expire: () => Promise<number>): AllJobHandlers["red-letter.expire"] =>
  async () => ({ state: "done", detail: `${await expire()} red letters fell` });
