import type { AllJobHandlers } from "../definitions.ts";

/** Prints and sends the papers that wait for it. */
export const printDocumentsHandler =
  (post: (signal: AbortSignal) => Promise<number>): AllJobHandlers["document.render"] =>
  async (_payload, { signal }) => ({ state: "done", detail: `${await post(signal)} documents` });
