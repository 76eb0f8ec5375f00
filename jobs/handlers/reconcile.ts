import type { ExceptionLink } from "../../bot/notices/exception-notices.ts";
import { reconciliationMessaging } from "../../bot/notices/reconciliation-messaging.ts";
import type { BusinessClock } from "../../src/ports/clock.ts";
import type { ReconciliationContext } from "../../src/usecases/reconciliation/context.ts";
import type { AllJobHandlers } from "../definitions.ts";

/** Holds statements against the books, day by day. */
export const reconcileHandler =
  (reconcile: () => Promise<{ readonly days: number; readonly closed: number }>): AllJobHandlers["recon.run"] =>
  async () => {
    const { days, closed } = await reconcile();
    return { state: "done", detail: `${closed} of ${days} days closed` };
  };

/** Tells the next role of differences that nobody has looked at in time. */
export const escalateDifferencesHandler =
  (escalate: () => Promise<number>): AllJobHandlers["exception.escalate"] =>
  async () => ({ state: "done", detail: `${await escalate()} differences escalated` });

/** Matching as a job: what tenants and staff hear of it is the same as from the command line. */
export const reconciliationContext = (
  clock: BusinessClock,
  officialAccountAppId: string | undefined,
  actor: string,
  exceptionLink?: ExceptionLink,
): ReconciliationContext => ({
  actor,
  channel: "job",
  today: clock.today(),
  nowMs: clock.nowMs(),
  ...reconciliationMessaging(officialAccountAppId, clock.today(), exceptionLink),
});
