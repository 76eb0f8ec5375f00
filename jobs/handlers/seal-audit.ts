import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { Logger } from "../../src/telemetry/logger.ts";
import type { SealResult } from "../../src/usecases/audit/seal-audit.ts";
import type { AllJobHandlers } from "../definitions.ts";

/** Seals what the audit trail holds. The chain's end goes to the log: the log is where it is known outside. */
export const sealAuditHandler =
  (seal: (date: CivilDate) => Promise<SealResult>, logger: Logger): AllJobHandlers["audit.seal"] =>
  async ({ date }) => {
    const { batches, events, root } = await seal(date);
    logger.info({ batches, events, root }, "audit.sealed");
    return { state: "done", detail: `${events} events, root ${root?.hash ?? "none"}` };
  };
