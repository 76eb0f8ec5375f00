import type { BillPaper, PaperLine } from "../../src/domain/documents/paper.ts";
import { addDays, type CivilDate, lastDayOf, type Month, shiftMonth } from "../../src/domain/time/civil-date.ts";

const NAMES = ["租金", "物业管理费", "电费", "水费", "公摊电费", "停车费", "优惠", "电费更正（2026年8月）"] as const;
const CHARACTERS = [
  ..."东莞市松山湖智汇精密电子科技有限公司深圳前海鑫鑫淼森焱垚犇骉羴猋龘靐齉麤氵丶乂亅匚凵卩厶",
  ..."一丨二三口土士女子小山川工己巾干弓心戈手文斗方日曰月木欠止水火爪父片牛犬玄玉瓜瓦甘生用田白皮目石示禾穴立",
  ..."ABCxyz0189<>&\"'()（）《》·-_.,，。、!！ ",
];

/** A generator of whole numbers below a limit that gives the same row of them for the same seed (mulberry32). */
export function seededNumbers(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A bill paper as no park would write it: long and hostile names, negative lines, nothing at all, sixty lines. */
export function randomBill(seed: number): BillPaper {
  const below = seededNumbers(seed);
  const text = (longest: number): string =>
    Array.from({ length: 1 + below(longest) }, () => CHARACTERS[below(CHARACTERS.length)] ?? "")
      .join("")
      .trim() || "无名";
  const month = `2026-${String(1 + below(12)).padStart(2, "0")}` as Month;
  const period = { from: `${month}-01` as CivilDate, to: lastDayOf(month) };
  const line = (): PaperLine => {
    const negative = below(5) === 0;
    const amountFen = BigInt(below(3) === 0 ? below(1_000) : below(90_000_000)) * (negative ? -1n : 1n);
    const taxFen = (amountFen * 9n) / 109n;
    const count = below(4) === 0 ? 2 + below(4) : below(2);
    return {
      name: below(6) === 0 ? text(90) : (NAMES[below(NAMES.length)] ?? "租金"),
      period,
      terms: Array.from({ length: count }, (_, index) => ({
        label: count === 1 ? "" : `第${index + 1}档`,
        quantity: `${below(99_999)}.${below(10)}度`,
        price: `${below(9)}.${String(below(10_000)).padStart(4, "0")}`,
        amount: `¥${below(1_000)}.${String(below(10_000)).padStart(4, "0")}`,
      })),
      taxRate: ["0.09", "0.06", "0.13", "0", "0.015"][below(5)] ?? "0",
      netFen: amountFen - taxFen,
      taxFen,
      amountFen,
      estimated: below(8) === 0,
    };
  };
  const lines = Array.from({ length: below(12) === 0 ? 60 : below(9) }, line);
  const sum = (part: (one: PaperLine) => bigint) => lines.reduce((total, one) => total + part(one), 0n);
  const totalFen = sum((one) => one.amountFen);
  const paidFen = totalFen > 0n && below(2) === 0 ? totalFen / BigInt(1 + below(4)) : 0n;
  const lateFeeFen = below(3) === 0 ? BigInt(below(100_000)) : 0n;
  const asOf = addDays(period.from, below(60));
  return {
    kind: "bill",
    letterhead: {
      operatorName: text(20),
      entityName: text(40),
      entityTaxNo: below(2) === 0 ? undefined : "91441900MA4W12345X",
      projectName: text(12),
    },
    addressee: { tenantName: text(below(4) === 0 ? 120 : 20), tenantCode: `T${seed}`, tenantTaxNo: undefined },
    billNo: `DG-${month.replace("-", "")}-${String(seed).padStart(5, "0")}`,
    leaseCode: text(10),
    units: Array.from({ length: 1 + below(10) }, (_, index) => `A-${301 + index}`),
    month,
    issueDate: period.from,
    dueDate: addDays(period.from, 10),
    asOf,
    lines,
    totalFen,
    netFen: sum((one) => one.netFen),
    taxFen: sum((one) => one.taxFen),
    lateFeeFen,
    paidFen,
    owedFen: totalFen - paidFen + lateFeeFen,
    payments: paidFen > 0n ? [{ date: asOf, receiptNo: `E1-2026-${seed}`, method: "bank", amountFen: paidFen }] : [],
    previousFen: below(2) === 0 ? 0n : BigInt(below(10_000_000)),
    prepaymentFen: below(2) === 0 ? 0n : BigInt(below(10_000_000)),
    payee:
      below(5) === 0
        ? undefined
        : { entityName: text(30), bank: text(20), accountNo: `7699${below(1_000_000_000)}`, ownNumber: below(3) === 0 },
    paymentCode: `PK${seed}`,
    payUrl: below(3) === 0 ? undefined : `https://bills.example.com/h5/pay?t=${"x".repeat(100)}`,
    followUrl: undefined,
    usage:
      below(2) === 0
        ? []
        : [
            {
              utility: "electricity",
              months: Array.from({ length: 12 }, (_, index) => ({
                month: shiftMonth(month, index - 11),
                usage: below(6) === 0 ? null : below(9_000) / 4,
              })),
            },
          ],
    derivations: lines.slice(0, 8).map(({ name, amountFen }) => ({ name, amountFen, lines: [text(60), text(80)] })),
  };
}
