import { encodeGbk } from "./gbk.ts";

/** A movement on the account of a pretend bank. */
export interface BankMovement {
  /** "2026-09-02" */
  readonly date: string;
  /** "09:30:00" */
  readonly time: string;
  /** Above zero came in. */
  readonly fen: number;
  /** 摘要: what the payer wrote. */
  readonly remark: string;
  readonly payerName: string;
  readonly payerAccount: string;
}

export type StatementStyle =
  /** 招商银行: GBK, preface, two amount columns, totals at the end. */
  | "cmb"
  /** 工商银行: UTF-8 with BOM, no counterparty. */
  | "icbc";

/** One account at a pretend bank: it keeps the truth, and writes statements of it in the files of real banks. */
export class BankAccount {
  readonly accountNo: string;
  readonly holder: string;
  readonly #openingFen: number;
  readonly #movements: BankMovement[] = [];

  constructor(accountNo: string, holder: string, openingFen: number) {
    this.accountNo = accountNo;
    this.holder = holder;
    this.#openingFen = openingFen;
  }

  /** Books a movement; those of earlier dates come first on a statement, whenever they were booked. */
  book(movement: BankMovement): void {
    this.#movements.push(movement);
    this.#movements.sort((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0));
  }

  /** The balance at the end of a date, in fen. */
  balanceOn(date: string): number {
    return this.#movements.filter((one) => one.date <= date).reduce((sum, { fen }) => sum + fen, this.#openingFen);
  }

  /** The file that the bank would let us export for these dates, both included. `change` plants mistakes in its rows. */
  statement(
    from: string,
    to: string,
    style: StatementStyle,
    change: (rows: string[]) => string[] = (rows) => rows,
  ): Uint8Array {
    const within = this.#movements.filter(({ date }) => from <= date && date <= to);
    let balance = this.#movements
      .filter(({ date }) => date < from)
      .reduce((sum, { fen }) => sum + fen, this.#openingFen);
    const opening = balance;
    const rows = within.map((movement) => {
      balance += movement.fen;
      return style === "cmb" ? this.#cmbRow(movement, balance) : icbcRow(movement, balance);
    });
    const sums = { in: 0, out: 0 };
    for (const { fen } of within) sums[fen > 0 ? "in" : "out"] += Math.abs(fen);
    const lines =
      style === "cmb"
        ? [
            `账号：${this.accountNo},户名：${this.holder}`,
            `"期初余额：${grouped(opening)}","期末余额：${grouped(balance)}"`,
            "账号,账号名称,币种,交易日,交易时间,起息日,交易类型,借方金额,贷方金额,余额,摘要,收/付方名称,收/付方账号,冲账标志",
            ...change(rows),
            `合计,,,,,,,"${grouped(sums.out)}","${grouped(sums.in)}",,,,,`,
          ]
        : ["记账日期,借方发生额,贷方发生额,余额,交易摘要", ...change(rows)];
    const text = `${lines.join("\r\n")}\r\n`;
    return style === "cmb" ? encodeGbk(text) : Buffer.from(`\ufeff${text}`, "utf8");
  }

  #cmbRow({ date, time, fen, remark, payerName, payerAccount }: BankMovement, balance: number): string {
    const day = date.replaceAll("-", "");
    const debit = fen < 0 ? `"${grouped(-fen)}"` : "";
    const credit = fen < 0 ? "" : `"${grouped(fen)}"`;
    return `${this.accountNo},${this.holder},人民币,${day},${time},${day},转账,${debit},${credit},"${grouped(balance)}",${quoted(remark)},${quoted(payerName)},${payerAccount},`;
  }
}

const icbcRow = ({ date, fen, remark }: BankMovement, balance: number): string =>
  `${date.replaceAll("-", "")},${fen < 0 ? yuan(-fen) : ""},${fen < 0 ? "" : yuan(fen)},${yuan(balance)},${quoted(remark)}`;

function yuan(fen: number): string {
  const digits = String(Math.abs(fen)).padStart(3, "0");
  return `${fen < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
const grouped = (fen: number): string => yuan(fen).replace(/\B(?=(\d{3})+\.)/g, ",");
const quoted = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
