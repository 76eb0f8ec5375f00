import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { Logger } from "../../src/telemetry/logger.ts";
import type { AuditVerification } from "../../src/usecases/audit/verify-audit.ts";
import type { LedgerCheckResult } from "../../src/usecases/ledger-check/check-ledger.ts";
import type { AllJobHandlers } from "../definitions.ts";
import type { JobOutcome } from "../job.ts";

/** Books that do not hold are refused, not failed: trying again would find the same, and a person must look. */
export const checkLedgerHandler =
  (check: (today: CivilDate) => Promise<LedgerCheckResult>, logger: Logger): AllJobHandlers["ledger.check"] =>
  async ({ date }) =>
    report("ledger.broken", "LEDGER_BROKEN", await check(date), logger);

export const verifyAuditHandler =
  (verify: () => Promise<AuditVerification>, logger: Logger): AllJobHandlers["audit.verify"] =>
  async () =>
    report("audit.broken", "AUDIT_BROKEN", await verify(), logger);

interface Finding {
  readonly code: string;
  readonly subject: string;
}

function report(
  event: string,
  code: string,
  result: { readonly ok: boolean; readonly checked: object; readonly problems: readonly Finding[] },
  logger: Logger,
): JobOutcome {
  const { ok, checked, problems } = result;
  if (ok) return { state: "done", detail: JSON.stringify(checked) };
  logger.error({ checked, problems }, event);
  const [first] = problems;
  return { state: "refused", code, reason: `${problems.length} problems, the first: ${first?.code} ${first?.subject}` };
}
