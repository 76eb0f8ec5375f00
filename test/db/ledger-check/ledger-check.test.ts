import { beforeAll, describe, expect, it } from "vitest";
import { inTransaction } from "../../../src/db/transaction.ts";
import { checkLedger, checkLedgerIn, type LedgerCheckResult } from "../../../src/usecases/ledger-check/check-ledger.ts";
import { withDatabase } from "../../support/database.ts";
import { LIVED_UNTIL, liveInWorld } from "../../support/lived-in-world.ts";
import { withoutGuards } from "../../support/rows.ts";

const database = withDatabase();
const context = { today: LIVED_UNTIL };
beforeAll(() => liveInWorld(database.db));

class TakenBack extends Error {
  readonly result: LedgerCheckResult;

  constructor(result: LedgerCheckResult) {
    super("taken back");
    this.result = result;
  }
}

/** What the check says while the statements hold; nothing of them stays. */
async function checkedAfter(...statements: readonly string[]): Promise<LedgerCheckResult> {
  try {
    return await inTransaction(database.db, async (tx) => {
      await withoutGuards(tx, ...statements);
      throw new TakenBack(await checkLedgerIn(tx, context));
    });
  } catch (error) {
    if (error instanceof TakenBack) return error.result;
    throw error;
  }
}

const codesOf = (result: LedgerCheckResult): string[] => [...new Set(result.problems.map(({ code }) => code))].sort();

describe("the ledger check", () => {
  it("finds a lived-in world in order, and has looked at something of everything", async () => {
    const result = await checkLedger(database.db, context);
    expect(result.problems).toEqual([]);
    expect(result.ok).toBe(true);
    for (const [what, count] of Object.entries(result.checked)) expect([what, count > 0]).toEqual([what, true]);
  });

  const ONE_LINE = "(SELECT min(line_id::text)::uuid FROM receivable WHERE open_fen > 1)";
  const ONE_ALLOCATION = "(SELECT min(id::text)::uuid FROM allocation WHERE source = 'receipt' AND amount_fen > 1)";
  const LAST_ACCRUAL = "(SELECT max(id::text)::uuid FROM late_fee_accrual)";
  const NO_BILL = "(SELECT min(event_id::text)::uuid FROM ledger_transaction WHERE event_type = 'bill.issued')";
  const OTHER_TENANT = "(SELECT t.id FROM tenant t WHERE t.id <> x.tenant_id ORDER BY t.code LIMIT 1)";

  // The codes are all that each change breaks: whoever alters one table alone is found by more than one witness.
  it.each<[string, readonly string[], ...string[]]>([
    [
      "a bill total",
      ["I1"],
      "UPDATE bill SET total_fen = total_fen + 1 WHERE id = (SELECT min(id::text)::uuid FROM bill)",
    ],
    [
      "a fen moved from net to tax",
      ["I2"],
      `UPDATE bill_line SET net_fen = net_fen - 1, tax_fen = tax_fen + 1 WHERE id = ${ONE_LINE}`,
    ],
    ["a pool share", ["I3"], "UPDATE pool_share SET amount_fen = amount_fen + 1 WHERE holder = '~operator'"],
    [
      "two fen moved from one share to another",
      ["I3"],
      `UPDATE pool_share s SET amount_fen = amount_fen + CASE holder WHEN (SELECT min(holder) FROM pool_share) THEN 2 ELSE -2 END
        WHERE allocation_id = (SELECT min(allocation_id::text)::uuid FROM pool_share)
          AND holder IN (SELECT min(holder) FROM pool_share UNION SELECT max(holder) FROM pool_share)`,
    ],
    ["an open amount", ["I4", "I6"], `UPDATE receivable SET open_fen = open_fen - 1 WHERE line_id = ${ONE_LINE}`],
    [
      "an open late fee",
      ["I4", "I6"],
      "UPDATE receivable SET late_fee_open_fen = late_fee_open_fen - 1 WHERE line_id = (SELECT min(line_id::text)::uuid FROM receivable WHERE late_fee_open_fen > 0)",
    ],
    ["a dispute forgotten", ["I4"], "UPDATE receivable SET disputed_since = NULL"],
    ["a claim deleted", ["I13", "I4", "I6"], `DELETE FROM receivable WHERE line_id = ${ONE_LINE}`],
    ["a set-off deleted", ["I4", "I6"], "DELETE FROM set_off WHERE id = (SELECT min(id::text)::uuid FROM set_off)"],
    [
      "a set-off against another charge",
      ["I4"],
      `UPDATE set_off SET to_line_id = (SELECT l.id FROM bill_line l JOIN receivable r ON r.line_id = l.id WHERE l.charge_code
        NOT IN (SELECT o.charge_code FROM set_off s JOIN bill_line o ON o.id = s.from_line_id) ORDER BY l.id LIMIT 1)
        WHERE id = (SELECT min(id::text)::uuid FROM set_off)`,
    ],
    [
      "a receipt's amount",
      ["I5", "I6"],
      "UPDATE receipt SET amount_fen = amount_fen + 1 WHERE id = (SELECT min(id::text)::uuid FROM receipt WHERE state = 'counted')",
    ],
    [
      "a receipt called undone",
      ["I10", "I12", "I13", "I5", "I6"],
      "UPDATE receipt SET state = 'undone' WHERE state = 'counted'",
    ],
    [
      "a refund paid while it is held",
      ["I10", "I12", "I6"],
      "WITH held AS (INSERT INTO refund_hold (id, refund_id, kind, facts, held_at) SELECT gen_random_uuid(), id, 'SHARED_PAYER_ACCOUNT', '{}', now() FROM refund) UPDATE refund SET state = 'paid', paid_on = approved_on",
    ],
    ["a refund without its part", ["I5"], "DELETE FROM refund_part"],
    [
      "an undone receipt called counted",
      ["I10", "I5", "I6"],
      "UPDATE receipt SET state = 'counted' WHERE state = 'undone'",
    ],
    [
      "a prepayment's rest",
      ["I5", "I6"],
      "UPDATE prepayment SET remaining_fen = remaining_fen - 1 WHERE id = (SELECT min(id::text)::uuid FROM prepayment WHERE remaining_fen > 0)",
    ],
    [
      "an allocation",
      ["I4", "I5", "I6"],
      `UPDATE allocation SET amount_fen = amount_fen - 1 WHERE id = ${ONE_ALLOCATION}`,
    ],
    [
      "an allocation of another tenant",
      ["I5", "I6"],
      `UPDATE allocation x SET tenant_id = ${OTHER_TENANT} WHERE id = ${ONE_ALLOCATION}`,
    ],
    [
      "a posting's amount",
      ["I6"],
      "UPDATE ledger_posting SET amount_fen = amount_fen + 1 WHERE debit_account = '1122'",
    ],
    [
      "a posting's tenant",
      ["I6"],
      `UPDATE ledger_posting x SET tenant_id = ${OTHER_TENANT} WHERE credit_account = '2203'`,
    ],
    [
      "two lines of one identity",
      ["I1", "I10", "I4", "I6", "I7"],
      "ALTER TABLE bill_line DROP CONSTRAINT bill_line_identity",
      `INSERT INTO bill_line SELECT gen_random_uuid(), bill_id, entity_id, lease_id, charge_code, role, ordinal, kind, period_from,
        period_to, correction_no, corrects_line_id, position, amount_fen, net_fen, tax_fen, tax_rate, estimated,
        engine_version, input_hash, inputs, derivation FROM bill_line WHERE id = ${ONE_LINE}`,
    ],
    [
      "a correction without the one before it",
      ["I7"],
      `UPDATE bill_line SET correction_no = 2, corrects_line_id = ${ONE_LINE} WHERE id = ${ONE_LINE}`,
    ],
    [
      "an event that was not posted",
      ["I10", "I6"],
      ...[
        `DELETE FROM ledger_posting WHERE transaction_id = (SELECT id FROM ledger_transaction WHERE event_type = 'bill.issued' AND event_id = ${NO_BILL})`,
        `DELETE FROM ledger_transaction WHERE event_type = 'bill.issued' AND event_id = ${NO_BILL}`,
      ],
    ],
    [
      "a transaction without its pairs",
      ["I10", "I6"],
      `DELETE FROM ledger_posting WHERE transaction_id = (SELECT id FROM ledger_transaction WHERE event_type = 'bill.issued' AND event_id = ${NO_BILL})`,
    ],
    [
      "an event posted twice",
      ["I10", "I6"],
      "ALTER TABLE ledger_transaction DROP CONSTRAINT ledger_transaction_once",
      `INSERT INTO ledger_transaction SELECT '00000000-0000-7000-8000-000000000001', entity_id, event_type, event_id, period, booking_date, value_date
        FROM ledger_transaction WHERE event_type = 'bill.issued' AND event_id = ${NO_BILL}`,
      `INSERT INTO ledger_posting SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000001', p.entity_id, debit_account,
        credit_account, amount_fen, project_id, tenant_id, lease_id, line_id, service_from, service_to
        FROM ledger_posting p JOIN ledger_transaction t ON t.id = p.transaction_id
        WHERE t.event_type = 'bill.issued' AND t.event_id = ${NO_BILL}`,
    ],
    [
      "something in the books that never happened",
      ["I10", "I6"],
      "INSERT INTO ledger_transaction SELECT '00000000-0000-7000-8000-000000000001', id, 'bill.issued', '00000000-0000-7000-8000-000000000002', '2026-11', '2026-11-20', '2026-11-20' FROM legal_entity WHERE code = 'E1'",
      "INSERT INTO ledger_posting (id, transaction_id, entity_id, debit_account, credit_account, amount_fen, tenant_id) SELECT gen_random_uuid(), '00000000-0000-7000-8000-000000000001', e.id, '1122', '6001', 100, t.id FROM legal_entity e, tenant t WHERE e.code = 'E1' AND t.code = 'T001'",
    ],
    [
      "a prepayment used without a posting of it",
      ["I10", "I6"],
      "DELETE FROM ledger_posting WHERE transaction_id IN (SELECT id FROM ledger_transaction WHERE event_type = 'prepayment.applied')",
      "DELETE FROM ledger_transaction WHERE event_type = 'prepayment.applied'",
    ],
    [
      "an accrual that posted something else than it says",
      ["I13", "I4", "I6"],
      `UPDATE late_fee_accrual SET posted_fen = posted_fen + 1 WHERE id = ${LAST_ACCRUAL}`,
    ],
    [
      "an accrual beyond the rule, posted in full",
      ["I13", "I4", "I6"],
      `UPDATE late_fee_accrual SET posted_fen = posted_fen + 1, cumulative_fen = cumulative_fen + 1 WHERE id = ${LAST_ACCRUAL}`,
    ],
    [
      "deferred income released twice over",
      ["I10"],
      "UPDATE ledger_posting SET amount_fen = amount_fen * 3 WHERE transaction_id IN (SELECT id FROM ledger_transaction WHERE event_type = 'deferral.released')",
    ],
    [
      "a match that was forgotten",
      ["I8"],
      "DELETE FROM match_item WHERE book_kind = 'receipt' AND statement_line_id = (SELECT min(statement_line_id::text)::uuid FROM match_item)",
    ],
    [
      "a line that two receipts are said to explain",
      ["I8"],
      "DROP INDEX match_item_line_once",
      "INSERT INTO match_item SELECT (jsonb_populate_record(NULL::match_item, to_jsonb(m) || jsonb_build_object('id', gen_random_uuid(), 'book_id', gen_random_uuid()))).* FROM match_item m WHERE book_kind = 'receipt' LIMIT 1",
    ],
    [
      "an amount on the statement",
      ["I8", "I9"],
      "UPDATE statement_line SET amount_fen = amount_fen + 1 WHERE id = (SELECT min(statement_line_id::text)::uuid FROM match_item WHERE book_kind = 'receipt')",
    ],
    ["a closing balance", ["I9"], "UPDATE statement_day SET certificate = jsonb_set(certificate, '{closingFen}', '1')"],
    ["a resolution deleted", ["I8"], "DELETE FROM exception_resolution"],
    [
      "a fee of the channel",
      ["I6"],
      "UPDATE channel_movement SET amount_fen = amount_fen + 1 WHERE kind = 'channel-fee'",
    ],
    [
      "a claim given up in part",
      ["I4", "I6"],
      "UPDATE claim_relief SET amount_fen = amount_fen + 1 WHERE kind = 'write-off'",
    ],
    ["what was counted in the drawer", ["I6"], "UPDATE cashier_shift SET counted_fen = counted_fen + 1"],
    ["a deposit kept", ["I12", "I6"], "UPDATE deposit_use SET amount_fen = amount_fen + 1 WHERE kind = 'forfeit'"],
    [
      "more of a deposit used than was held",
      ["I12", "I6"],
      "UPDATE deposit_use SET amount_fen = amount_fen + 1000000 WHERE kind = 'offset'",
    ],
    ["the use of a deposit deleted", ["I10", "I6"], "DELETE FROM deposit_use"],
    ["a due date", ["I13"], "UPDATE bill SET due_date = due_date - 1"],
  ])("finds %s", async (_name, codes, ...statements) => {
    expect(codesOf(await checkedAfter(...statements))).toEqual(codes);
  });

  it("names the subject as a person would look it up, in two languages, and does not repeat itself without end", async () => {
    const one = await checkedAfter(
      "UPDATE bill SET total_fen = total_fen + 1 WHERE bill_no = (SELECT min(bill_no) FROM bill WHERE origin = 'run')",
    );
    expect(one).toMatchObject({
      ok: false,
      problems: [{ code: "I1", subject: expect.stringMatching(/^DG-202609-\d{5}$/) }],
    });
    expect(one.problems[0]?.message).toMatch(/^账单合计 ¥[\d,.]+，明细合计 ¥[\d,.]+ \/ the total is ¥/);
    const many = await checkedAfter(
      "UPDATE bill_line SET net_fen = net_fen - 1, tax_fen = tax_fen + 1 WHERE kind <> 'deposit'",
    );
    expect(many.problems.filter(({ code }) => code === "I2")).toHaveLength(101);
    expect(many.problems.filter(({ code }) => code === "I2").at(-1)?.message).toContain("more of this kind");
  });

  it("has left the world as it was", async () => {
    expect(await checkLedger(database.db, context)).toMatchObject({ ok: true });
  });
});
