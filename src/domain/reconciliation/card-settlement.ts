import { type Fen, formatYuan, roundYuanToFen } from "../money/fen.ts";
import { ratio } from "../money/ratio.ts";
import type { CivilDate } from "../time/civil-date.ts";

/** A card payment at the desk that the acquirer still owes; below zero: one that it had paid in and that was taken back since. */
export interface CardPayment {
  /** `+<receipt id>`, `-<receipt id>` when taken back. */
  readonly key: string;
  readonly amountFen: Fen;
  readonly valueDate: CivilDate;
  /** The shift of whoever took it; undefined: outside of any. */
  readonly shiftNo: string | undefined;
}

export type CardSettlement =
  | { readonly found: "match"; readonly keys: readonly string[]; readonly feeFen: Fen; readonly reason: string }
  /** What was to be expected: all days before the settlement, from the oldest that is still owed. */
  | { readonly found: "none"; readonly keys: readonly string[]; readonly expectedFen: Fen };

/** Most that an acquirer keeps without being asked: 0.6 % of the amount, rounded up a little for each card payment. */
const MOST_FEE_PER_MILLE = 6n;

/**
 * Which card payments a settlement pays: whole days in a row, the oldest first; else one shift; else one payment. Exactly, or
 * less a fee: the one that the line states, else at most what acquirers keep. Payments after the settlement can't be in it.
 */
export function matchCardSettlement(
  settlement: { readonly amountFen: Fen; readonly valueDate: CivilDate; readonly remark: string },
  payments: readonly CardPayment[],
): CardSettlement {
  const possible = payments.filter((one) => one.valueDate <= settlement.valueDate);
  const candidates = [...runsOfDays(possible), ...shifts(possible), ...possible.map((one) => [one])];
  const statedFen = statedFee(settlement.remark);
  const named = (group: readonly CardPayment[], feeFen: Fen, reason: string): CardSettlement => ({
    found: "match",
    keys: group.map((one) => one.key),
    feeFen,
    reason,
  });
  if (statedFen !== undefined && statedFen > 0n) {
    const group = candidates.find((one) => sumOf(one) - statedFen === settlement.amountFen);
    if (group) return named(group, statedFen, `刷卡 ${group.length} 笔共 ${formatYuan(sumOf(group))}，附言写明手续费`);
  }
  const exact = candidates.find((group) => sumOf(group) === settlement.amountFen);
  if (exact) return named(exact, 0n, `与刷卡 ${exact.length} 笔的合计一致`);
  const net = candidates.find((group) => {
    const feeFen = sumOf(group) - settlement.amountFen;
    return feeFen > 0n && feeFen <= mostFee(group);
  });
  if (net) {
    const feeFen = sumOf(net) - settlement.amountFen;
    return named(
      net,
      feeFen,
      `刷卡 ${net.length} 笔共 ${formatYuan(sumOf(net))}，扣手续费 ${formatYuan(feeFen)} 后一致`,
    );
  }
  const before = possible.filter((one) => one.valueDate < settlement.valueDate);
  const expected = before.length > 0 ? before : possible;
  return { found: "none", keys: expected.map((one) => one.key), expectedFen: sumOf(expected) };
}

const sumOf = (group: readonly CardPayment[]): Fen => group.reduce((sum, one) => sum + one.amountFen, 0n);

/** 0.6 % of ¥1,000.00 are 600 fen; in the ratio of a yuan to the fen, so that it is rounded once. */
const mostFee = (group: readonly CardPayment[]): Fen =>
  roundYuanToFen(ratio(sumOf(group) * MOST_FEE_PER_MILLE, 100_000n)) + BigInt(group.length);

const STATED_FEE = /手续费\s*[:：为]?\s*[¥￥]?\s*(\d{1,3}(?:,\d{3})+|\d+)\.(\d{2})(?!\d)/;

function statedFee(remark: string): Fen | undefined {
  const [, yuan, fen] = STATED_FEE.exec(remark) ?? [];
  return yuan === undefined || fen === undefined ? undefined : BigInt(yuan.replaceAll(",", "") + fen);
}

/** Every run of days in a row, those that begin with the oldest first, the shorter before the longer. */
function runsOfDays(payments: readonly CardPayment[]): CardPayment[][] {
  const days = [...new Set(payments.map((one) => one.valueDate))].sort();
  return days.flatMap((from, index) =>
    days.slice(index).map((to) => payments.filter((one) => one.valueDate >= from && one.valueDate <= to)),
  );
}

function shifts(payments: readonly CardPayment[]): CardPayment[][] {
  const numbers = [...new Set(payments.flatMap((one) => one.shiftNo ?? []))].sort();
  return numbers.map((shiftNo) => payments.filter((one) => one.shiftNo === shiftNo));
}
