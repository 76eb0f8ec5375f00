import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LinePart, LineRole } from "../../domain/allocation/open-line.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { LineKind } from "../../domain/world/lease.ts";
import { viewOf } from "./plan-receipt.ts";
import type { ReceiptAllocation, ReceiptChannel, ReceiptCommand, RecordedReceipt } from "./receipt.ts";
import { type Refusal, refuse } from "./refusal.ts";

export interface StoredReceipt {
  readonly receiptId: string;
  readonly receiptNo: string;
  readonly entityId: string;
  readonly entity: string;
  readonly tenantId: string | null;
  readonly tenant: string | null;
  readonly channel: ReceiptChannel;
  readonly accountCode: string;
  readonly channelNo: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  readonly state: "counted" | "undone";
  readonly designated: readonly string[];
}

const SELECT_RECEIPT = Prisma.sql`SELECT r.id AS "receiptId", r.receipt_no AS "receiptNo", r.entity_id AS "entityId",
    e.code AS entity, r.tenant_id AS "tenantId", t.code AS tenant, r.channel, r.account_code AS "accountCode",
    r.channel_no AS "channelNo", r.amount_fen AS "amountFen", r.value_date::text AS "valueDate", r.state, r.designated
  FROM receipt r JOIN legal_entity e ON e.id = r.entity_id LEFT JOIN tenant t ON t.id = r.tenant_id`;

export const findReceipt = (tx: Transaction, receiptNo: string): Promise<StoredReceipt | undefined> =>
  row<StoredReceipt>(tx, Prisma.sql`${SELECT_RECEIPT} WHERE r.receipt_no = ${receiptNo}`);

/** What a command selects, as stored with the receipt. */
export const designatedKeys = (command: ReceiptCommand): string[] =>
  [
    ...new Set([
      ...(command.billNos ?? []).map((billNo) => `bill:${billNo}`),
      ...(command.lineIds ?? []).map((lineId) => `line:${lineId}`),
    ]),
  ].sort();

/**
 * The receipt that this command asks for, if it was recorded before: the same channel number with the same facts. With
 * other facts the number is refused; undefined when the number is new or there is none.
 */
export async function findRepeated(
  tx: Transaction,
  command: ReceiptCommand,
): Promise<RecordedReceipt | Refusal | undefined> {
  const { channelNo, accountCode } = command;
  if (channelNo === undefined) return undefined;
  const inAccount = accountCode === undefined ? Prisma.sql`true` : Prisma.sql`r.account_code = ${accountCode}`;
  const candidates = await rows<StoredReceipt>(
    tx,
    Prisma.sql`${SELECT_RECEIPT} WHERE r.channel = ${command.channel} AND r.channel_no = ${channelNo} AND ${inAccount}
      ORDER BY r.receipt_no COLLATE "C"`,
  );
  const [first] = candidates;
  if (!first) return undefined;
  const same = candidates.find((receipt) => isSame(receipt, command));
  if (!same) {
    return refuse(
      "REFERENCE_USED",
      `流水号 ${channelNo} 已登记为收款 ${first.receiptNo}，但租户、金额、日期、主体或指定账单不同。请核对流水号。`,
      `Reference ${channelNo} is receipt ${first.receiptNo} already, with another tenant, amount, date, entity or selection. Check the reference.`,
    );
  }
  if (same.state === "undone") {
    return refuse(
      "RECEIPT_UNDONE",
      `流水号 ${channelNo} 的收款 ${same.receiptNo} 已撤销。若要重新登记，请使用新的流水号。`,
      `Receipt ${same.receiptNo} with reference ${channelNo} was undone. To record the money again, use a new reference.`,
    );
  }
  return viewOfStored(tx, same);
}

/** `tenantCode: null` (payer unknown then) is the same money as what was claimed since. */
const isSame = (receipt: StoredReceipt, command: ReceiptCommand): boolean =>
  (command.tenantCode === null || receipt.tenant === command.tenantCode) &&
  receipt.amountFen === command.amountFen &&
  receipt.valueDate === command.valueDate &&
  (command.entityCode === undefined || receipt.entity === command.entityCode) &&
  receipt.designated.join("|") === designatedKeys(command).join("|");

/** A stored receipt as it was answered when it was recorded: later counter-entries do not change the answer. */
async function viewOfStored(tx: Transaction, receipt: StoredReceipt): Promise<RecordedReceipt> {
  const allocations = await loadAllocationsOf(tx, receipt.receiptId);
  const allocatedFen = allocations.reduce((sum, one) => sum + one.amountFen, 0n);
  return {
    ok: true,
    receiptId: receipt.receiptId,
    receiptNo: receipt.receiptNo,
    entity: receipt.entity,
    tenant: receipt.tenant,
    amountFen: receipt.amountFen,
    valueDate: receipt.valueDate,
    allocations,
    prepaymentFen: receipt.tenantId === null ? 0n : receipt.amountFen - allocatedFen,
    freedFen: 0n,
    repeated: true,
  };
}

/** What the receipt paid when it arrived, in order. */
async function loadAllocationsOf(tx: Transaction, receiptId: string): Promise<ReceiptAllocation[]> {
  const found = await rows<{
    lineId: string;
    billNo: string;
    charge: string;
    role: LineRole;
    kind: LineKind;
    from: CivilDate;
    to: CivilDate;
    part: LinePart;
    amountFen: Fen;
  }>(
    tx,
    Prisma.sql`SELECT line.id AS "lineId", b.bill_no AS "billNo", line.charge_code AS charge, line.role, line.kind,
        line.period_from::text AS from, line.period_to::text AS to, a.component AS part, a.amount_fen AS "amountFen"
      FROM allocation a JOIN bill_line line ON line.id = a.line_id JOIN bill b ON b.id = line.bill_id
      WHERE a.source = 'receipt' AND a.source_id = ${receiptId}::uuid ORDER BY a.sequence`,
  );
  return found.map(({ from, to, part, amountFen, ...line }) =>
    viewOf({ ...line, period: { from, to } }, part, amountFen),
  );
}
