import type { AllJobHandlers } from "../definitions.ts";

/** Nudges approvals that nobody decides. */
export const escalateApprovalsHandler =
  (escalate: () => Promise<number>): AllJobHandlers["approval.escalate"] =>
  async () => ({ state: "done", detail: `${await escalate()} approvals nudged` });
