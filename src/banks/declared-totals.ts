import type { Fen } from "../domain/money/fen.ts";
import type { DeclaredTotals } from "../domain/reconciliation/statement.ts";
import { cleanCell, readAmount } from "./cells.ts";

/** What a statement says about itself in the rows before and after its table. */
export type Declared = { -readonly [Key in keyof DeclaredTotals]: DeclaredTotals[Key] };

/** Of a page or a day, not of the file: they say nothing about the whole. */
const PARTIAL = /小计|本页|承前|过次|本日|当日|累计|本年|可用/;

const FIGURES: readonly { readonly field: keyof Declared; readonly label: RegExp; readonly count: boolean }[] = [
  {
    field: "openingFen",
    label: /^(?:期初|上期|起始|昨日|上日|年初|月初|承前页?|承前)(?:账户|账面)?余额$/,
    count: false,
  },
  { field: "closingFen", label: /^(?:期末|本期|终止|截止|月末|期间末|结束)(?:账户|账面)?余额$/, count: false },
  { field: "outLines", label: /^(?:借方|支出|转出|付款)(?:交易|发生|合计|总)*笔数(?:合计)?$/, count: true },
  { field: "inLines", label: /^(?:贷方|收入|转入|收款)(?:交易|发生|合计|总)*笔数(?:合计)?$/, count: true },
  {
    field: "lines",
    label: /^(?:总|合计|交易|总交易|记录|明细|合计交易|交易总)(?:笔数|条数|数)(?:合计)?$/,
    count: true,
  },
  {
    field: "outFen",
    label: /^(?:借方|支出|转出|付款)(?:交易|发生|合计|总|累计)*(?:金额|额|发生额|合计)(?:合计)?$/,
    count: false,
  },
  {
    field: "inFen",
    label: /^(?:贷方|收入|转入|收款)(?:交易|发生|合计|总|累计)*(?:金额|额|发生额|合计)(?:合计)?$/,
    count: false,
  },
];

/** "期初余额：10,000.00", or 期初余额 and the figure in the next cell: whatever a row says, into `declared`. */
export function readDeclared(cells: readonly string[], declared: Declared): void {
  const filled = rejoined(cells.map(cleanCell).filter((cell) => cell !== ""));
  for (let index = 0; index < filled.length; index++) {
    for (const piece of piecesOf(filled[index] ?? "", filled[index + 1] ?? "")) note(piece, declared);
  }
}

/** "期初余额：10,000.00" without quotes was cut at its own comma. */
function rejoined(cells: readonly string[]): string[] {
  const whole: string[] = [];
  for (const cell of cells) {
    const before = whole.at(-1);
    if (before !== undefined && /[:][^:]*\d{1,3}$/.test(before) && /^\d{3}(?:\.\d{1,2})?元?$/.test(cell)) {
      whole[whole.length - 1] = `${before},${cell}`;
    } else whole.push(cell);
  }
  return whole;
}

interface Piece {
  readonly label: string;
  readonly value: string;
}

/** A cell may hold several: "借方笔数:3 借方金额:1,200.00". */
function piecesOf(cell: string, next: string): Piece[] {
  const inside = [...cell.matchAll(/([^\s:,;|[\]\d][^:;|[\]]*?)\s*:\s*\[?\s*([^\s\];|]*)/g)].map(
    ([, label = "", value = ""]) => ({
      label,
      value,
    }),
  );
  if (inside.some(({ value }) => value !== "")) return inside;
  return [{ label: cell.replace(/:$/, ""), value: next }];
}

function note({ label, value }: Piece, declared: Declared): void {
  const bare = label.replace(/[\s]/g, "").replace(/\((?:元|人民币|笔|CNY|RMB)\)$/, "");
  if (PARTIAL.test(bare) && !bare.startsWith("承前")) return;
  const figure = FIGURES.find((one) => one.label.test(bare));
  if (figure === undefined || declared[figure.field] !== undefined) return;
  if (figure.count) {
    const count = /^(\d{1,9})(?:\.0+)?笔?$/.exec(value)?.[1];
    if (count !== undefined) declared[figure.field as "lines"] = Number(count);
    return;
  }
  const amountFen = readAmount(value);
  if (amountFen === undefined) return;
  declared[figure.field as "inFen"] =
    figure.field === "inFen" || figure.field === "outFen" ? magnitude(amountFen) : amountFen;
}

export const magnitude = (amountFen: Fen): Fen => (amountFen < 0n ? -amountFen : amountFen);
