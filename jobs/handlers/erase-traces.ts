import type { AllJobHandlers } from "../definitions.ts";

/** Empties the chats of people who were forgotten. */
export const eraseTracesHandler =
  (erase: () => Promise<number>): AllJobHandlers["people.erase"] =>
  async () => ({ state: "done", detail: `${await erase()} chats emptied` });
