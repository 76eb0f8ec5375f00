import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { movingOutNotices } from "../../bot/notices/moving-out-notices.ts";
import { refundNotices } from "../../bot/notices/refund-notices.ts";
import { Prisma } from "../../generated/prisma/client.ts";
import type { CliContext, CommandResult } from "../../src/cli/command.ts";
import { reconResolveCommand, reconRunCommand } from "../../src/cli/commands/recon.ts";
import { refundRequestCommand } from "../../src/cli/commands/refund.ts";
import { shiftCloseCommand, shiftOpenCommand } from "../../src/cli/commands/shift.ts";
import { statementImportCommand } from "../../src/cli/commands/statement.ts";
import type { Database } from "../../src/db/client.ts";
import { row, rows } from "../../src/db/rows.ts";
import { inTransaction, type Transaction } from "../../src/db/transaction.ts";
import { EMPTY_TITLE } from "../../src/domain/invoice/title.ts";
import { toYuanText } from "../../src/domain/money/fen.ts";
import { parseCivilDate } from "../../src/domain/time/civil-date.ts";
import { approvalContextOf } from "../../src/usecases/approvals/by-code.ts";
import { decideApproval } from "../../src/usecases/approvals/decide-approval.ts";
import { approveDifference } from "../../src/usecases/cashier/approve-difference.ts";
import { askRelief } from "../../src/usecases/claim-relief/ask-relief.ts";
import { applyForInvoice } from "../../src/usecases/invoices/apply-for-invoice.ts";
import { saveTitle } from "../../src/usecases/invoices/invoice-titles.ts";
import { issueInvoice } from "../../src/usecases/invoices/issue-invoice.ts";
import type { MoveOutContext } from "../../src/usecases/moving-out/context.ts";
import { askForfeiture } from "../../src/usecases/moving-out/forfeit-deposit.ts";
import { giveNotice } from "../../src/usecases/moving-out/give-notice.ts";
import { offsetDeposit } from "../../src/usecases/moving-out/offset-deposit.ts";
import { lockMoveOut } from "../../src/usecases/moving-out/stored-move-out.ts";
import { recordReceipt } from "../../src/usecases/receipts/record-receipt.ts";
import { undoReceipt } from "../../src/usecases/receipts/undo-receipt.ts";
import { recordMovements } from "../../src/usecases/reconciliation/channel-movements.ts";
import { confirmBankPayout } from "../../src/usecases/refunds/bank-payouts.ts";
import { cancelRefund } from "../../src/usecases/refunds/end-refund.ts";
import { findStaffMember } from "../../src/usecases/staff/find-staff-member.ts";
import { PLAYED_KEYS, playedEncryption, playWorld } from "./played-world.ts";

/** The day on which the life ends: late fees are accrued through the day before. */
export const LIVED_UNTIL = parseCivilDate("2026-11-22");
const AT = { actor: "staff:S06", channel: "cli", today: LIVED_UNTIL } as const;
const NOTICES = refundNotices(undefined);
/** The day of the statement: nothing was booked by hand on it. */
const STATEMENT_DAY = "2026-11-21";
const ACCOUNT = { payee: "付款人", bank: "中国工商银行", account: "6222000011112222" };

/**
 * The played world and all that money does beside bills and payments: a bank statement that is reconciled and closed, fees and
 * settlements of channels, refunds paid and called back, claims given up, a drawer that is short, an invoice, a deposit that is
 * partly kept and partly set off. So every kind of event is in the books.
 */
export async function liveInWorld(db: Database): Promise<void> {
  await playWorld(db);
  await reconcileStatement(db);
  await moveThroughChannel(db);
  await payAndCallBackRefunds(db);
  await giveUpClaims(db);
  await countDrawer(db);
  await invoicePaidBill(db);
  await useDeposit(db);
  await payLateFeeAndUndo(db);
}

const cliOf = (db: Database): CliContext =>
  ({
    db,
    encryption: playedEncryption(),
    clock: { today: () => LIVED_UNTIL, nowMs: () => Date.parse(`${LIVED_UNTIL}T00:10:00+08:00`) },
    config: {
      publicUrl: "http://localhost",
      fieldEncryptionKey: { reveal: () => Buffer.from(PLAYED_KEYS[0]).toString("base64") },
      fieldEncryptionOldKeys: [],
    },
    progress: () => undefined,
  }) as unknown as CliContext;

const documentOf = <T>(result: CommandResult): T => {
  if ((result.exitCode ?? 0) !== 0) throw new Error((result.problems ?? [JSON.stringify(result.json)]).join("\n"));
  return result.json as T;
};

const did = <T extends { readonly ok: boolean }>(outcome: T): Extract<T, { readonly ok: true }> => {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome));
  return outcome as Extract<T, { readonly ok: true }>;
};

async function memberOf(tx: Transaction, code: string) {
  const member = await findStaffMember(tx, { code });
  if (!member) throw new Error(`no colleague ${code}`);
  return member;
}

/** All that waits for approval about a subject is approved by these colleagues, in turn. */
async function approve(db: Database, subjectKind: string, ...codes: readonly string[]): Promise<void> {
  for (const code of codes) {
    await inTransaction(db, async (tx) => {
      const [request] = await rows<{ id: string; version: number }>(
        tx,
        Prisma.sql`SELECT id, version FROM approval_request WHERE subject_kind = ${subjectKind} AND state = 'pending' ORDER BY number LIMIT 1`,
      );
      if (!request) throw new Error(`nothing of ${subjectKind} waits`);
      const { personId } = await memberOf(tx, code);
      const decision = { requestId: request.id, version: request.version, decision: "approve", personId } as const;
      did(await decideApproval(tx, decision, approvalContextOf({ ...AT, actor: `staff:${code}`, refunds: NOTICES })));
    });
  }
}

/** Bills of E1 that nobody has paid anything of, without late fee and dispute, the newest first. */
const untouchedBills = (db: Database) =>
  rows<{ billNo: string; tenantId: string; tenant: string; name: string; openFen: bigint; lineId: string }>(
    db,
    Prisma.sql`SELECT b.bill_no AS "billNo", t.id AS "tenantId", t.code AS tenant, t.name, sum(r.open_fen)::bigint AS "openFen",
        min(r.line_id::text) AS "lineId"
      FROM bill b JOIN receivable r ON r.bill_id = b.id JOIN tenant t ON t.id = b.tenant_id
        JOIN legal_entity e ON e.id = b.entity_id AND e.code = 'E1'
      WHERE b.origin = 'run' AND NOT EXISTS (SELECT 1 FROM bill_line l WHERE l.bill_id = b.id AND l.kind = 'deposit')
      GROUP BY b.id, t.id HAVING bool_and(r.open_fen = r.principal_fen AND r.disputed_since IS NULL) AND sum(r.open_fen) > 100000
      ORDER BY b.due_date DESC, b.bill_no DESC`,
  );

/** Known payer, payer short by the bank's fee, unknown payer, the bank's own charge. */
async function reconcileStatement(db: Database): Promise<void> {
  const cli = cliOf(db);
  const [exact, short] = await untouchedBills(db);
  if (!exact || !short) throw new Error("no bills to pay");
  const folder = await mkdtemp(join(tmpdir(), "lived-in-"));
  try {
    let balanceFen = 28_650_000n;
    const lines = [
      [exact.openFen, exact.name, "62220001", exact.billNo],
      [short.openFen - 1_000n, short.name, "62220002", short.billNo],
      [77_777n, "路人甲", "62220003", "货款"],
      [-500n, "", "", "账户管理费"],
    ] as const;
    const cells = lines.map(([fen, payer, account, remark], index) => {
      balanceFen += fen;
      const sides = fen < 0n ? [toYuanText(-fen), ""] : ["", toYuanText(fen)];
      const time = `09:0${index}:00`;
      return [
        STATEMENT_DAY,
        time,
        STATEMENT_DAY,
        ...sides,
        toYuanText(balanceFen),
        payer,
        account,
        remark,
        `S${index}`,
      ];
    });
    const header = "记账日期,交易时间,起息日,借方金额,贷方金额,余额,对方户名,对方账号,附言,流水号";
    const path = join(folder, "statement.csv");
    await writeFile(path, `\uFEFF${[header, ...cells.map((row) => row.join(","))].join("\r\n")}\r\n`);
    const day = { account: "CMB1", date: STATEMENT_DAY };
    documentOf(await statementImportCommand.run(cli, [path], { ...day, source: "bank", template: "generic" }));
    const run = async () => documentOf<Run>(await reconRunCommand.run(cli, [], day));
    const first = await run();
    for (const exception of first.exceptions) {
      const fee = exception.proposals.find(({ code }) => code === "bank-fee");
      if (fee) documentOf(await reconResolveCommand.run(cli, [exception.id], { with: fee.code, as: "S06" }));
    }
    const second = await run();
    if (!second.closed) throw new Error(`the day did not close: ${JSON.stringify(second)}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

interface Run {
  readonly exceptions: readonly { readonly id: string; readonly proposals: readonly { readonly code: string }[] }[];
  readonly closed: boolean;
}

/** A fee, one that the channel gave back, settlements of channel and acquirer to the bank, money that left for nothing known. */
async function moveThroughChannel(db: Database): Promise<void> {
  const entity = await row<{ id: string }>(db, Prisma.sql`SELECT id FROM legal_entity WHERE code = 'E1'`);
  const movement = {
    entityId: entity?.id ?? "",
    accountCode: "WX1",
    valueDate: LIVED_UNTIL,
    recordedBy: "job:reconciliation",
  };
  await inTransaction(db, (tx) =>
    recordMovements(tx, [
      { ...movement, kind: "channel-fee", amountFen: 480n, subjectKey: "fee|WX1|1" },
      { ...movement, kind: "channel-fee", amountFen: -180n, subjectKey: "fee|WX1|2" },
      { ...movement, kind: "channel-settled", amountFen: 49_700n, subjectKey: "settled|WX1|1" },
      { ...movement, kind: "suspended", amountFen: 300n, subjectKey: "suspended|WX1|1" },
      { ...movement, accountCode: "CMB1", kind: "bank-fee", amountFen: 1_000n, subjectKey: "bank-fee|CMB1|1" },
      { ...movement, accountCode: "CMB1", kind: "pos-settled", amountFen: 9_940n, subjectKey: "pos-settled|CMB1|1" },
      { ...movement, accountCode: "CMB1", kind: "pos-fee", amountFen: 60n, subjectKey: "pos-fee|CMB1|1" },
      { ...movement, accountCode: "CMB1", kind: "bank-suspended", amountFen: 200n, subjectKey: "suspended|CMB1|1" },
    ]),
  );
}

/** Two transfers of unknown people go back: one is paid, the other is called back before. */
async function payAndCallBackRefunds(db: Database): Promise<void> {
  const cli = cliOf(db);
  const refundNos: string[] = [];
  for (const amountFen of [20_000n, 30_000n]) {
    const found = did(
      await recordReceipt(
        db,
        { channel: "bank", tenantCode: null, entityCode: "E1", amountFen, valueDate: LIVED_UNTIL },
        AT,
      ),
    );
    const asked = await refundRequestCommand.run(cli, [], {
      receipt: found.receiptNo ?? "",
      reason: "付错公司",
      as: "S03",
      ...ACCOUNT,
    });
    refundNos.push(documentOf<{ refundNo: string }>(asked).refundNo);
    await approve(db, "refund", "S04");
  }
  const [paid = "", called = ""] = refundNos;
  await inTransaction(db, async (tx) => {
    const payout = { refundNo: paid, bankReference: "CMB-9", paidOn: LIVED_UNTIL };
    did(await confirmBankPayout(tx, payout, { ...AT, notices: NOTICES }));
    const { personId } = await memberOf(tx, "S06");
    const end = { refundNo: called, by: "finance", personId, reason: "账户不对" } as const;
    did(await cancelRefund(tx, end, { ...approvalContextOf({ ...AT, refunds: NOTICES }), notices: NOTICES }));
  });
}

/** One yuan of a line is forgiven, another is written off. */
async function giveUpClaims(db: Database): Promise<void> {
  const [bill] = await untouchedBills(db);
  if (!bill) throw new Error("no bill to give up");
  for (const kind of ["waiver", "write-off"] as const) {
    await inTransaction(db, async (tx) => {
      const { personId } = await memberOf(tx, "S03");
      const wish = {
        kind,
        part: "principal",
        lineId: bill.lineId,
        amountFen: 100n,
        reason: "协商",
        requestedBy: personId,
      } as const;
      did(await askRelief(tx, wish, approvalContextOf({ ...AT, refunds: NOTICES })));
    });
    await approve(db, "bill-line-principal", "S04");
  }
}

/** The cashier's drawer is a yuan short, and finance books it. */
async function countDrawer(db: Database): Promise<void> {
  const cli = cliOf(db);
  documentOf(await shiftOpenCommand.run(cli, [], { as: "S03", cash: "100.00", entity: "E1" }));
  const closed = documentOf<{ shiftNo: string }>(
    await shiftCloseCommand.run(cli, [], { as: "S03", counted: "99.00", entity: "E1" }),
  );
  did(await approveDifference(db, { shiftNo: closed.shiftNo, staffCode: "S06" }, AT));
}

/** A bill that was paid is invoiced. */
async function invoicePaidBill(db: Database): Promise<void> {
  const context = { ...AT, encryption: playedEncryption() };
  await db.$executeRaw`UPDATE bill SET published_at = now() WHERE published_at IS NULL AND state <> 'draft'`;
  const bill = (await untouchedBills(db)).at(-1);
  if (!bill) throw new Error("no bill to invoice");
  const { tenant, tenantId, billNo, openFen: amountFen } = bill;
  const command = { channel: "bank", tenantCode: tenant, entityCode: "E1", amountFen: amountFen * 2n } as const;
  did(await recordReceipt(db, { ...command, valueDate: LIVED_UNTIL, billNos: [billNo] }, AT));
  await inTransaction(db, async (tx) => {
    const title = {
      ...EMPTY_TITLE,
      name: "华星电子有限公司",
      taxNo: "91350100M000100Y43",
      bankAccount: "755900001111",
    };
    did(await saveTitle(tx, { tenantId, title }, context));
    const wish = {
      tenantId,
      billNos: [billNo],
      kind: "ordinary",
      memberRole: "finance",
      titleConfirmed: true,
    } as const;
    const { applicationNo, drafts } = did(await applyForInvoice(tx, wish, context));
    for (const index of drafts.keys()) {
      const number = (26442000000000000001n + BigInt(index)).toString();
      did(await issueInvoice(tx, { applicationNo, place: index + 1, number, issuedOn: LIVED_UNTIL }, context));
    }
  });
}

/** Who moves out leaves a hundred yuan for a broken door, and the deposit pays what is open. */
async function useDeposit(db: Database): Promise<void> {
  const context: MoveOutContext = {
    ...approvalContextOf({ ...AT, refunds: NOTICES }),
    notices: NOTICES,
    encryption: playedEncryption(),
    moveOutNotices: movingOutNotices(undefined),
    billNotices: async () => [],
  };
  const locked = async (tx: Transaction) => {
    const moveOut = await lockMoveOut(tx, { leaseCode: "L006" });
    if (!moveOut) throw new Error("nobody moves out");
    return moveOut;
  };
  await inTransaction(db, async (tx) => {
    const { personId } = await memberOf(tx, "S01");
    const notice = { leaseCode: "L006", lastDay: parseCivilDate("2026-11-30"), reason: "搬迁", noticedBy: personId };
    did(await giveNotice(tx, notice, context));
    const wish = { amountFen: 10_000n, reason: "门坏了", requestedBy: personId };
    did(await askForfeiture(tx, await locked(tx), wish, context));
  });
  await approve(db, "deposit-forfeiture", "S06");
  const offsetFen = await inTransaction(db, async (tx) => offsetDeposit(tx, await locked(tx), LIVED_UNTIL, context));
  if (offsetFen <= 0n) throw new Error("the deposit paid nothing");
}

/**
 * Somebody pays a late fee; then money turns up that had arrived before the fee began, which sets the fee free, and is found
 * to be somebody else's, which brings the fee back.
 */
async function payLateFeeAndUndo(db: Database): Promise<void> {
  const [oldest] = await rows<{ tenant: string; feeFen: bigint; openFen: bigint; billNo: string; dueDate: string }>(
    db,
    Prisma.sql`SELECT t.code AS tenant, r.late_fee_open_fen AS "feeFen", r.open_fen AS "openFen", b.bill_no AS "billNo",
        b.due_date::text AS "dueDate"
      FROM receivable r JOIN bill b ON b.id = r.bill_id JOIN tenant t ON t.id = r.tenant_id JOIN legal_entity e ON e.id = r.entity_id
      WHERE e.code = 'E1' AND r.late_fee_open_fen > 1000 AND r.disputed_since IS NULL
        AND NOT EXISTS (SELECT 1 FROM receivable o JOIN bill ob ON ob.id = o.bill_id WHERE o.tenant_id = r.tenant_id
          AND o.entity_id = r.entity_id AND o.line_id <> r.line_id AND o.bill_id = r.bill_id AND o.open_fen > 0)
      ORDER BY b.due_date, r.line_id LIMIT 1`,
  );
  if (!oldest) throw new Error("nobody owes a late fee");
  const { tenant, billNo, feeFen, openFen } = oldest;
  const pay = async (amountFen: bigint, valueDate: string) =>
    did(
      await recordReceipt(
        db,
        {
          channel: "bank",
          tenantCode: tenant,
          entityCode: "E1",
          amountFen,
          valueDate: parseCivilDate(valueDate),
          billNos: [billNo],
        },
        AT,
      ),
    );
  await pay(feeFen + 100n, LIVED_UNTIL);
  const early = await pay(openFen - 100n, oldest.dueDate);
  did(await undoReceipt(db, { receiptNo: early.receiptNo ?? "" }, AT));
}
