import { type ApprovalLink, approvalCards } from "../../bot/notices/approval-notices.ts";
import { daySummaryCard } from "../../bot/notices/day-summary-notice.ts";
import type { ExceptionLink } from "../../bot/notices/exception-notices.ts";
import { invoiceCards } from "../../bot/notices/invoice-notices.ts";
import type { Database } from "../../src/db/client.ts";
import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { BusinessClock, WireClock } from "../../src/ports/clock.ts";
import type { MeterSource } from "../../src/ports/meter-source.ts";
import type { Logger } from "../../src/telemetry/logger.ts";
import { escalateApprovals } from "../../src/usecases/approvals/escalate-approvals.ts";
import { sealAudit } from "../../src/usecases/audit/seal-audit.ts";
import { verifyAudit } from "../../src/usecases/audit/verify-audit.ts";
import { releaseDeferredIncome } from "../../src/usecases/deferrals/release-deferred-income.ts";
import { expireUnconfirmed } from "../../src/usecases/invoices/expire-red-letters.ts";
import { accrueNightly } from "../../src/usecases/late-fees/accrue-nightly.ts";
import { checkLedger } from "../../src/usecases/ledger-check/check-ledger.ts";
import { closeDueDays } from "../../src/usecases/month-end/close-due-days.ts";
import { tellDaySummary } from "../../src/usecases/month-end/day-summary.ts";
import { eraseTraces } from "../../src/usecases/people/erase-traces.ts";
import { collectReadings } from "../../src/usecases/readings/collect-readings.ts";
import { escalateDifferences, reconcileDueDays } from "../../src/usecases/reconciliation/run-due-days.ts";
import { pruneExpired } from "../../src/usecases/schedule/prune-expired.ts";
import type { CollectedBill } from "../../src/usecases/statements/collect-bills.ts";
import type { AllJobHandlers } from "../definitions.ts";
import { accrueLateFeesHandler } from "./accrue-late-fees.ts";
import { checkLedgerHandler, verifyAuditHandler } from "./checks.ts";
import { collectBillsHandler } from "./collect-bills.ts";
import { collectReadingsHandler } from "./collect-readings.ts";
import { closeDaysHandler, daySummaryHandler } from "./day-end.ts";
import { type DunningJobs, dunningHandlers } from "./dunning.ts";
import { eraseTracesHandler } from "./erase-traces.ts";
import { escalateApprovalsHandler } from "./escalate-approvals.ts";
import { expireRedLettersHandler } from "./expire-red-letters.ts";
import { printDocumentsHandler } from "./print-documents.ts";
import { pruneHandler } from "./prune.ts";
import { escalateDifferencesHandler, reconcileHandler, reconciliationContext } from "./reconcile.ts";
import { releaseDeferredHandler } from "./release-deferred.ts";
import { sealAuditHandler } from "./seal-audit.ts";

/** What the handlers' use cases need. */
export interface HandlerContext {
  readonly db: Database;
  readonly clocks: { readonly business: BusinessClock; readonly wire: WireClock };
  readonly logger: Logger;
  /** The page of an approval document; absent: cards have no link to it. */
  readonly approvalLink?: ApprovalLink | undefined;
  /** The page of a difference; absent: cards have no link to it. */
  readonly exceptionLink?: ExceptionLink | undefined;
  /** Through which account tenants hear; undefined: it is off. */
  readonly officialAccountAppId?: string | undefined;
  /** Undefined: no vendor's platform reads the meters. */
  readonly meterSource?: MeterSource | undefined;
  /** Undefined: no merchant account is configured. */
  readonly collectBills?: ((through: CivilDate) => Promise<readonly CollectedBill[]>) | undefined;
  /** Dunning, tasks, reminders; absent: nobody is dunned. */
  readonly dunning?: DunningJobs | undefined;
  /** Prints and sends the papers that wait; absent: none are. */
  readonly postDocuments?: ((signal: AbortSignal) => Promise<number>) | undefined;
}

/** A handler for every row of the table, tied to its use case; a missing one does not compile. */
export const createHandlers = ({
  db,
  clocks,
  logger,
  approvalLink,
  exceptionLink,
  officialAccountAppId,
  meterSource,
  postDocuments,
  collectBills,
  dunning,
}: HandlerContext): AllJobHandlers => ({
  "audit.seal": sealAuditHandler((date) => sealAudit(db, date), logger),
  "audit.verify": verifyAuditHandler(() => verifyAudit(db), logger),
  "late-fee.accrue": accrueLateFeesHandler((throughDate) => accrueNightly(db, throughDate)),
  "meters.collect": collectReadingsHandler(
    meterSource &&
      ((date, signal) => collectReadings(db, meterSource, date, { today: clocks.business.today(), signal })),
  ),
  "bills.collect": collectBillsHandler(collectBills),
  "deferral.release": releaseDeferredHandler((today) => releaseDeferredIncome(db, today)),
  "ledger.check": checkLedgerHandler((today) => checkLedger(db, { today }), logger),
  "document.render": printDocumentsHandler(async (signal) => (await postDocuments?.(signal)) ?? 0),
  "approval.escalate": escalateApprovalsHandler(() =>
    escalateApprovals(db, {
      nowMs: clocks.business.nowMs(),
      today: clocks.business.today(),
      cards: approvalCards(approvalLink),
    }),
  ),
  "red-letter.expire": expireRedLettersHandler(() =>
    expireUnconfirmed(db, {
      actor: "job:red-letter.expire",
      channel: "job",
      today: clocks.business.today(),
      nowMs: clocks.business.nowMs(),
      messaging: { cards: invoiceCards, officialAccountAppId },
    }),
  ),
  "recon.run": reconcileHandler(() =>
    reconcileDueDays(db, reconciliationContext(clocks.business, officialAccountAppId, "job:recon.run", exceptionLink)),
  ),
  "day.close": closeDaysHandler((date) =>
    closeDueDays(
      db,
      date,
      reconciliationContext(clocks.business, officialAccountAppId, "job:day.close", exceptionLink),
    ),
  ),
  "day.summary": daySummaryHandler((date) => tellDaySummary(db, date, daySummaryCard)),
  "exception.escalate": escalateDifferencesHandler(() =>
    escalateDifferences(
      db,
      reconciliationContext(clocks.business, officialAccountAppId, "job:exception.escalate", exceptionLink),
    ),
  ),
  "people.erase": eraseTracesHandler(() => eraseTraces(db)),
  ...dunningHandlers(dunning),
  "housekeeping.prune": pruneHandler(() =>
    pruneExpired(db, { business: clocks.business.nowMs(), wire: clocks.wire.nowMs() }),
  ),
});
