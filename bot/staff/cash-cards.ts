import type { Card, CardRow } from "../../cards/card.ts";
import { type Fen, formatYuan } from "../../src/domain/money/fen.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { ClosedShift } from "../../src/usecases/cashier/shift.ts";
import type { RecordedReceipt } from "../../src/usecases/receipts/receipt.ts";
import { factCard } from "../fact-card.ts";
import { CASH_SAY as SAY } from "../text/cash.zh-CN.ts";
import { SAY as WORDS } from "../text/zh-CN.ts";

const row = (label: string, amountFen: Fen): CardRow => ({ label, value: formatYuan(amountFen) });

/** Where every fen of the money goes: bill and charge, then prepayment. */
export function allocationRows(receipt: RecordedReceipt): CardRow[] {
  const rows = receipt.allocations.map(({ billNo, charge, kind, amountFen }) =>
    row(`${billNo} ${kind === "late-fee" ? SAY.lateFee(charge) : WORDS.charges[kind]}`, amountFen),
  );
  return receipt.prepaymentFen === 0n ? rows : [...rows, row(SAY.prepayment, receipt.prepaymentFen)];
}

/** Amount, day and tenant of money at the desk. */
export const moneyRows = (
  receipt: RecordedReceipt,
  of: { readonly tenantName: string; readonly slipNo?: string | undefined },
): CardRow[] => [
  { label: SAY.tenant, value: of.tenantName },
  row(SAY.amount, receipt.amountFen),
  { label: SAY.date, value: formatDate(receipt.valueDate) },
  { label: SAY.entity, value: receipt.entity },
  ...(of.slipNo === undefined ? [] : [{ label: SAY.slip, value: of.slipNo }]),
];

const shiftRows = (closed: ClosedShift): CardRow[] => [
  { label: SAY.shift, value: closed.shiftNo },
  row(SAY.opening, closed.openingFen),
  row(SAY.cash(closed.receipts.length), closed.cashFen),
  row(SAY.expected, closed.expectedFen),
  row(SAY.counted, closed.countedFen),
];

const differenceRow = ({ differenceFen }: ClosedShift): CardRow => ({
  label: differenceFen > 0n ? SAY.over : SAY.short,
  value: formatYuan(differenceFen),
});

/** The end of a shift for the cashier. */
export const shiftClosedCard = (closed: ClosedShift): Card =>
  closed.differenceFen === 0n
    ? factCard(SAY.closed(closed.shiftNo), { rows: shiftRows(closed) }, SAY.balanced)
    : factCard(SAY.closed(closed.shiftNo), { rows: [...shiftRows(closed), differenceRow(closed)] }, SAY.waits);

/** The same for who decides over the difference. */
export const shiftDifferenceCard = (closed: ClosedShift, cashierName: string): Card =>
  factCard(
    SAY.differenceTitle(cashierName),
    { rows: [...shiftRows(closed), differenceRow(closed)] },
    SAY.approve(closed.shiftNo),
  );
