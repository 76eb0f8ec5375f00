import type { AllJobHandlers } from "../definitions.ts";

/** Forgets what expired more than a week ago. */
export const pruneHandler =
  (prune: () => Promise<Readonly<Record<string, number>>>): AllJobHandlers["housekeeping.prune"] =>
  async () => ({ state: "done", detail: JSON.stringify(await prune()) });
