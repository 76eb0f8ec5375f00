import { type Fen, formatYuan } from "../money/fen.ts";
import type { CivilDate } from "../time/civil-date.ts";
import { type BalanceProof, RunningBalance } from "./running-balance.ts";
import type { DeclaredTotals, ParsedLine } from "./statement.ts";
import type { FileDifference } from "./statement-event.ts";

/** Something that does not add up: on which day, by how much, and what, in one Chinese sentence without a full stop. */
export interface StatementGap {
  /** The day of the statement; undefined: the file as a whole. */
  readonly date: CivilDate | undefined;
  /** What is too much (above zero) or missing (below zero) for the balances to follow; of a count 0. */
  readonly amountFen: Fen;
  readonly what: string;
}

/** What a file's rows add up to. */
export interface FileTotals {
  readonly lines: number;
  readonly inLines: number;
  readonly outLines: number;
  /** Σ of the amounts above zero. */
  readonly inFen: Fen;
  /** Σ of the amounts below zero, as a figure above zero. */
  readonly outFen: Fen;
  /** Σ of the fees that rows name; undefined: none does. */
  readonly feeFen: Fen | undefined;
  readonly openingFen: Fen | undefined;
  readonly closingFen: Fen | undefined;
  readonly firstDate: CivilDate | undefined;
  readonly lastDate: CivilDate | undefined;
}

/** Adds up a file row by row, in constant memory, and holds it against what it says about itself (I9). */
export class FileProof {
  readonly #balance = new RunningBalance();
  #lines = 0;
  #inLines = 0;
  #outLines = 0;
  #inFen: Fen = 0n;
  #outFen: Fen = 0n;
  #feeFen: Fen | undefined;
  #firstDate: CivilDate | undefined;
  #lastDate: CivilDate | undefined;
  readonly #followsDates: boolean;

  /** `followsDates`: rows are in order of booking; trade bills are in no order at all. */
  constructor(followsDates: boolean) {
    this.#followsDates = followsDates;
  }

  add(line: ParsedLine): void {
    this.#balance.add(line);
    this.#lines += 1;
    if (line.amountFen > 0n) {
      this.#inLines += 1;
      this.#inFen += line.amountFen;
    } else if (line.amountFen < 0n) {
      this.#outLines += 1;
      this.#outFen -= line.amountFen;
    }
    if (line.feeFen !== undefined) this.#feeFen = (this.#feeFen ?? 0n) + line.feeFen;
    const { bookingDate } = line;
    if (this.#firstDate === undefined || bookingDate < this.#firstDate) this.#firstDate = bookingDate;
    if (this.#lastDate === undefined || bookingDate > this.#lastDate) this.#lastDate = bookingDate;
  }

  /** What is proved, once all rows are in. */
  result(declared: DeclaredTotals): { totals: FileTotals; balance: BalanceProof; gaps: StatementGap[] } {
    const balance = this.#balance.proof();
    const totals: FileTotals = {
      lines: this.#lines,
      inLines: this.#inLines,
      outLines: this.#outLines,
      inFen: this.#inFen,
      outFen: this.#outFen,
      feeFen: this.#feeFen,
      openingFen: balance.openingFen ?? declared.openingFen,
      closingFen: balance.closingFen ?? declared.closingFen,
      firstDate: this.#firstDate,
      lastDate: this.#lastDate,
    };
    const dated = this.#followsDates ? balance.backwardDates : [];
    return {
      totals,
      balance,
      gaps: [
        ...balance.breaks.map((broken) => ({
          date: broken.date,
          amountFen: broken.foundFen - broken.expectedFen,
          what: `第 ${broken.rowNo} 行：上一行后余额 ${formatYuan(broken.expectedFen)}，按本行应为 ${formatYuan(broken.foundFen)}，差 ${formatYuan(broken.foundFen - broken.expectedFen)}，可能少了、多了或改了一行`,
        })),
        ...dated.map(({ rowNo, date, after, amountFen }) => ({
          date,
          amountFen,
          what: `第 ${rowNo} 行（${formatYuan(amountFen)}）的日期早于前一行的 ${after}，次序被打乱`,
        })),
        ...declaredGaps(declared, totals, balance),
      ],
    };
  }
}

/** A difference that a reader found, as a gap of the file. */
export const gapOf = ({ amountFen, message }: FileDifference): StatementGap => ({
  date: undefined,
  amountFen,
  what: message,
});

function declaredGaps(declared: DeclaredTotals, totals: FileTotals, balance: BalanceProof): StatementGap[] {
  const gaps: StatementGap[] = [];
  const amount = (name: string, said: Fen | undefined, found: Fen | undefined) => {
    if (said === undefined || found === undefined || said === found) return;
    const amountFen = found - said;
    const what = `文件写明${name} ${formatYuan(said)}，明细为 ${formatYuan(found)}，差 ${formatYuan(amountFen)}`;
    gaps.push({ date: undefined, amountFen, what });
  };
  const count = (name: string, said: number | undefined, found: number) => {
    if (said === undefined || said === found) return;
    gaps.push({ date: undefined, amountFen: 0n, what: `文件写明${name} ${said}，明细有 ${found}` });
  };
  count("总笔数", declared.lines, totals.lines);
  count("收入笔数", declared.inLines, totals.inLines);
  count("支出笔数", declared.outLines, totals.outLines);
  amount("收入金额", declared.inFen, totals.inFen);
  amount("支出金额", declared.outFen, totals.outFen);
  amount("期初余额", declared.openingFen, balance.openingFen);
  amount("期末余额", declared.closingFen, balance.closingFen);
  // Without running balances, both ends still have to meet.
  if (balance.openingFen === undefined && declared.openingFen !== undefined) {
    amount("期末余额", declared.closingFen, declared.openingFen + totals.inFen - totals.outFen);
  }
  return gaps;
}
