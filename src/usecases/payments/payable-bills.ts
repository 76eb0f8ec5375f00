import { Prisma } from "../../../generated/prisma/client.ts";
import { loadClaims, openLineOf } from "../../db/line-claims.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { LinePart, LineReference } from "../../domain/allocation/open-line.ts";
import type { Fen } from "../../domain/money/fen.ts";
import { addDays, type CivilDate, type Month } from "../../domain/time/civil-date.ts";

/** Some published bills of one tenant at one legal entity. */
export interface BillSelection {
  readonly tenantId: string;
  readonly entityId: string;
  readonly billNos: readonly string[];
}

export interface PayableLine extends LineReference {
  readonly amountFen: Fen;
  readonly openFen: Fen;
  readonly lateFeeFen: Fen;
}

export interface PayableBill {
  readonly billNo: string;
  readonly period: Month;
  readonly dueDate: CivilDate;
  readonly lines: readonly PayableLine[];
  readonly openFen: Fen;
  readonly lateFeeFen: Fen;
}

/** What the cashier shows and what an order freezes: the figures of `asOf`, fees through the day before. */
export interface PayableBills {
  /** The legal entity that receives the money. */
  readonly payeeName: string;
  readonly tenantName: string;
  readonly bills: readonly PayableBill[];
  readonly openFen: Fen;
  readonly lateFeeFen: Fen;
  readonly totalFen: Fen;
  readonly asOf: CivilDate;
  /** True when the same bills cost more (or less) tomorrow: an order must end before midnight. */
  readonly feeRunning: boolean;
}

/** One part of a line as an order freezes it. */
export interface FrozenPart {
  readonly lineId: string;
  readonly component: LinePart;
  readonly amountFen: Fen;
}

/** The chosen bills on a date, or undefined when one of them isn't a published bill of this tenant and entity. */
export async function loadPayableBills(
  tx: Transaction,
  selection: BillSelection,
  asOf: CivilDate,
): Promise<PayableBills | undefined> {
  const bills = await rows<{
    billId: string;
    billNo: string;
    period: Month;
    dueDate: CivilDate;
    entityName: string;
    tenantName: string;
  }>(
    tx,
    Prisma.sql`SELECT b.id AS "billId", b.bill_no AS "billNo", b.period, b.due_date::text AS "dueDate",
        e.name AS "entityName", t.name AS "tenantName"
      FROM bill b JOIN legal_entity e ON e.id = b.entity_id JOIN tenant t ON t.id = b.tenant_id
      WHERE b.tenant_id = ${selection.tenantId}::uuid AND b.entity_id = ${selection.entityId}::uuid
        AND b.bill_no = ANY (${[...selection.billNos]}::text[]) AND b.state = 'published'
      ORDER BY b.due_date, b.bill_no COLLATE "C"`,
  );
  const [first] = bills;
  if (!first || bills.length !== new Set(selection.billNos).size) return undefined;
  const claims = await loadClaims(tx, { ...selection, billIds: bills.map((bill) => bill.billId), settled: true });
  const payable = bills.map(({ billNo, period, dueDate }): PayableBill => {
    const lines = claims
      .filter((claim) => claim.billNo === billNo)
      .map((claim): PayableLine => {
        const { principalFen: openFen, ...line } = openLineOf(claim, asOf);
        return { ...line, amountFen: claim.amountFen, openFen };
      });
    return { billNo, period, dueDate, lines, openFen: sumOf(lines, "openFen"), lateFeeFen: sumOf(lines, "lateFeeFen") };
  });
  const lateFeeTomorrowFen = claims.reduce((sum, claim) => sum + openLineOf(claim, addDays(asOf, 1)).lateFeeFen, 0n);
  const openFen = sumOf(payable, "openFen");
  const lateFeeFen = sumOf(payable, "lateFeeFen");
  return {
    payeeName: first.entityName,
    tenantName: first.tenantName,
    bills: payable,
    openFen,
    lateFeeFen,
    totalFen: openFen + lateFeeFen,
    asOf,
    feeRunning: lateFeeTomorrowFen !== lateFeeFen,
  };
}

/** The parts that an order over these bills freezes, in bill order, late fee before principal. */
export const frozenPartsOf = (payable: PayableBills): FrozenPart[] =>
  payable.bills
    .flatMap((bill) => bill.lines)
    .flatMap(({ lineId, lateFeeFen, openFen }) => [
      { lineId, component: "late-fee" as const, amountFen: lateFeeFen },
      { lineId, component: "principal" as const, amountFen: openFen },
    ])
    .filter((part) => part.amountFen > 0n);

const sumOf = <K extends string>(parts: readonly Readonly<Record<K, Fen>>[], key: K): Fen =>
  parts.reduce((sum, part) => sum + part[key], 0n);
