import { once } from "node:events";
import { createWriteStream } from "node:fs";

/** What a generated statement says of its i-th line, from 0. */
export interface GeneratedLine {
  /** "2026-09-01" */
  readonly date: string;
  /** In fen, above zero. */
  readonly amountFen: bigint;
  readonly remark: string;
  readonly payerName: string;
  readonly payerAccount: string;
}

/**
 * Writes a bank statement (招行 simple: 交易日期,记账日期,交易金额,账户余额,摘要,对方账号,对方户名) of `count` lines whose running
 * balance is right, in constant memory; lines must come in order of date. Returns the closing balance.
 */
export async function writeBankStatement(
  path: string,
  openingFen: bigint,
  count: number,
  lineAt: (index: number) => GeneratedLine,
): Promise<bigint> {
  const out = createWriteStream(path);
  let balanceFen = openingFen;
  let text = "交易日期,记账日期,交易金额,账户余额,摘要,对方账号,对方户名\r\n";
  for (let index = 0; index < count; index++) {
    const { date, amountFen, remark, payerName, payerAccount } = lineAt(index);
    balanceFen += amountFen;
    text += `${date},${date},${yuan(amountFen)},${yuan(balanceFen)},${remark},${payerAccount},${payerName}\r\n`;
    if (text.length < 1 << 16) continue;
    if (!out.write(text)) await once(out, "drain");
    text = "";
  }
  out.end(text);
  await once(out, "finish");
  return balanceFen;
}

function yuan(fen: bigint): string {
  const digits = fen.toString().padStart(3, "0");
  return `${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
