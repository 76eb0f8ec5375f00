import { describe, expect, it } from "vitest";
import { accrueLateFeesHandler } from "../../../jobs/handlers/accrue-late-fees.ts";
import { checkLedgerHandler, verifyAuditHandler } from "../../../jobs/handlers/checks.ts";
import { sealAuditHandler } from "../../../jobs/handlers/seal-audit.ts";
import type { JobExecution } from "../../../jobs/job.ts";
import { type CivilDate, parseCivilDate } from "../../../src/domain/time/civil-date.ts";
import { recordingLogger } from "../../support/recording-logger.ts";

const DATE = parseCivilDate("2026-08-15");
const EXECUTION: JobExecution = { attempt: 1, lastAttempt: false, signal: new AbortController().signal };

describe("what the night's work reports", () => {
  it("late fees: how many lines and how much, for the date asked for", async () => {
    const dates: CivilDate[] = [];
    const handle = accrueLateFeesHandler(async (date) => {
      dates.push(date);
      return { accounts: 2, lines: 3, postedFen: 1_250n };
    });
    expect(await handle({ date: DATE }, EXECUTION)).toEqual({
      state: "done",
      detail: "3 lines of 2 accounts, 1250 fen",
    });
    expect(dates).toEqual([DATE]);
  });

  it("the audit seal: its root goes to the log, where it is known outside", async () => {
    const log = recordingLogger();
    const root = { date: DATE, batch: 7, hash: "ab".repeat(32), events: 120 };
    await sealAuditHandler(async () => ({ batches: 1, events: 20, root }), log.logger)({ date: DATE }, EXECUTION);
    expect(log.events("audit.sealed")).toMatchObject([{ level: "info", root }]);
  });

  it.each([
    ["books", "ledger.broken", "LEDGER_BROKEN"],
    ["an audit trail", "audit.broken", "AUDIT_BROKEN"],
  ] as const)("%s that do not hold: an error for a person, and no second try", async (what, event, code) => {
    const log = recordingLogger();
    const problems = [{ code: "EVENT_MISPLACED" as const, subject: "event 17", message: "its hash differs" }];
    const broken = { ok: false, checked: { batches: 1, events: 20, unsealed: 0 }, problems };
    const outcome =
      what === "books"
        ? await checkLedgerHandler(async () => ({ ...broken, checked: { bills: 20 } }), log.logger)(
            { date: DATE },
            EXECUTION,
          )
        : await verifyAuditHandler(async () => broken, log.logger)({}, EXECUTION);
    expect(outcome).toEqual({ state: "refused", code, reason: "1 problems, the first: EVENT_MISPLACED event 17" });
    expect(log.events(event)).toMatchObject([{ level: "error", problems: [{ subject: "event 17" }] }]);
  });

  it("books that hold: what was looked at", async () => {
    const log = recordingLogger();
    const handle = checkLedgerHandler(async () => ({ ok: true, checked: { bills: 20 }, problems: [] }), log.logger);
    expect(await handle({ date: DATE }, EXECUTION)).toEqual({ state: "done", detail: '{"bills":20}' });
    expect(log.text()).toBe("");
  });
});
