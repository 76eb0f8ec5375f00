import iconv from "iconv-lite";
import { describe, expect, it } from "vitest";
import { statementOf } from "../../../src/compose/statement-files.ts";
import { FileProof, gapOf, type StatementGap } from "../../../src/domain/reconciliation/file-proof.ts";
import type { ParsedLine, RowProblem, StatementSource } from "../../../src/domain/reconciliation/statement.ts";
import {
  cmbExport,
  cmbSimple,
  flagged,
  fundFlow,
  icbc,
  type Movement,
  type Payment,
  type PlainFile,
  textOf,
  tradeBill,
} from "../../independent/statement-files.ts";

const movement = (day: string, fen: number, text: string): Movement => ({
  day,
  time: "09:30:00",
  fen,
  text,
  name: fen > 0 ? "东莞某某科技有限公司" : "",
  account: fen > 0 ? "6225880012345678" : "",
});
/** Two twins on the 1st, a payment and its reversal on the 2nd, a fee on the 3rd. */
const MOVEMENTS: readonly Movement[] = [
  movement("2026-09-01", 1_234_567, "DG-202609-00001 房租, 物业费"),
  movement("2026-09-01", 50_000, "水电费"),
  movement("2026-09-01", 50_000, "水电费"),
  movement("2026-09-02", 300_000, "保证金"),
  movement("2026-09-02", -300_000, "退票"),
  movement("2026-09-02", 7, "结息"),
  movement("2026-09-03", -1_000, "手续费"),
];
const OPENING = 1_000_000;
const PAYMENTS: readonly Payment[] = [
  { at: "2026-09-01 08:00:01", orderNo: "PL1", transactionId: "4200000001", fen: 100_000, feeFen: 600 },
  { at: "2026-09-01 09:00:01", orderNo: "PL2", transactionId: "4200000002", fen: 100_000, feeFen: 600 },
  { at: "2026-09-01 10:00:01", orderNo: "PL3", transactionId: "4200000003", fen: 33, feeFen: 0 },
  {
    at: "2026-09-01 11:00:01",
    orderNo: "PL1",
    transactionId: "4200000001",
    fen: 50_000,
    feeFen: 300,
    refund: { refundNo: "RF1", refundId: "5030000001" },
  },
];

interface Fixture {
  readonly file: PlainFile;
  readonly source: StatementSource;
  readonly encoding: "utf8" | "gb18030";
  /** Rows stand in an order that the file itself proves. Trade bills are in none (wechat-pay.md 5.2). */
  readonly ordered: boolean;
  /** The ends are proved by the file itself, not by the account's other days. */
  readonly closed: boolean;
}
const bank = { source: "bank", ordered: true, closed: true } as const;
const FIXTURES: readonly Fixture[] = [
  { ...bank, file: cmbExport(MOVEMENTS, OPENING), encoding: "gb18030" },
  { ...bank, file: cmbSimple(MOVEMENTS, OPENING, false), encoding: "utf8", closed: false },
  { ...bank, file: cmbSimple(MOVEMENTS, OPENING, true), encoding: "utf8", closed: false },
  { ...bank, file: icbc(MOVEMENTS, OPENING), encoding: "gb18030" },
  { ...bank, file: flagged(MOVEMENTS, OPENING), encoding: "utf8" },
  ...(["ALL", "SUCCESS", "REFUND"] as const).map((type) => ({
    file: tradeBill(PAYMENTS, type),
    source: "wechat-trade" as const,
    encoding: "utf8" as const,
    ordered: false,
    closed: true,
  })),
  ...(["gross", "net"] as const).map((style) => ({
    file: fundFlow(PAYMENTS, OPENING, style),
    source: "wechat-fund" as const,
    encoding: "utf8" as const,
    ordered: true,
    closed: true,
  })),
];

interface Read {
  readonly lines: ParsedLine[];
  readonly problems: RowProblem[];
  readonly gaps: StatementGap[];
}

async function read({ file, source, encoding }: Fixture, rows: readonly string[] = file.rows): Promise<Read> {
  const bytes = iconv.encode(textOf({ ...file, rows }), encoding);
  const statement = await statementOf(`${file.name}.csv`, bytes, { source });
  const proof = new FileProof(source !== "wechat-trade");
  const result: Read = { lines: [], problems: [], gaps: [] };
  for await (const event of statement.events()) {
    if (event.type === "line") {
      result.lines.push(event.line);
      proof.add(event.line);
    } else if (event.type === "problem") result.problems.push(event.problem);
    else if (event.type === "difference") result.gaps.push(gapOf(event.difference));
    else result.gaps.push(...proof.result(event.declared).gaps);
  }
  return result;
}

/** What a tampered file says, with its amounts as fen. */
async function noticed(fixture: Fixture, rows: readonly string[]): Promise<readonly (StatementGap | RowProblem)[]> {
  const { gaps, problems } = await read(fixture, rows);
  return [...gaps, ...problems];
}
/** 代金券金额 and 费率 of a trade bill enter no sum, the 备注 of a fund flow neither. */
function isProvedByNothing(row: string, index: number): boolean {
  const before = row.slice(0, index);
  return /CNY,`[\d.-]+,`[\d.]*$/.test(before) || /^[\d.]*%/.test(row.slice(index)) || before.includes("`system");
}
const size = (amountFen: bigint): bigint => (amountFen < 0n ? -amountFen : amountFen);

describe.each(FIXTURES.map((fixture) => [fixture.file.name, fixture] as const))("%s", (_name, fixture) => {
  const { file } = fixture;

  it("adds up as it is", async () => {
    const { lines, problems, gaps } = await read(fixture);
    expect({ problems, gaps }).toEqual({ problems: [], gaps: [] });
    expect(lines).toHaveLength(file.rows.length);
  });

  it("names the amount of a row that was dropped", async () => {
    const { lines } = await read(fixture);
    for (const index of file.rows.keys()) {
      // Without declared ends the first and the last row are proved by the account's other days (test/db/statements).
      if (!fixture.closed && (index === 0 || index === file.rows.length - 1)) continue;
      const found = await noticed(fixture, file.rows.toSpliced(index, 1));
      const amounts = found.map((gap) => ("amountFen" in gap ? size(gap.amountFen) : undefined));
      expect(amounts, `row ${index} of ${file.name}`).toContain(size(lines[index]?.amountFen ?? 0n));
    }
  });

  it("notices a row that stands twice, and by how much", async () => {
    const { lines } = await read(fixture);
    for (const index of file.rows.keys()) {
      const found = await noticed(fixture, file.rows.toSpliced(index, 0, file.rows[index] ?? ""));
      const amounts = found.map((gap) => ("amountFen" in gap ? size(gap.amountFen) : undefined));
      expect(amounts, `row ${index} of ${file.name}`).toContain(size(lines[index]?.amountFen ?? 0n));
    }
  });

  it("notices any one digit of an amount that was altered", async () => {
    let altered = 0;
    for (const [index, row] of file.rows.entries()) {
      if (!fixture.closed && (index === 0 || index === file.rows.length - 1)) continue;
      for (const match of row.matchAll(/\d(?=\.\d)|(?<=\.)\d(?=\d)|(?<=\.\d)\d/g)) {
        if (isProvedByNothing(row, match.index)) continue;
        const digit = String((Number(match[0]) + 1) % 10);
        const found = await noticed(
          fixture,
          file.rows.with(index, row.slice(0, match.index) + digit + row.slice(match.index + 1)),
        );
        altered += 1;
        expect(found.length, `row ${index} of ${file.name} at ${match.index}: ${row}`).toBeGreaterThan(0);
      }
    }
    expect(altered).toBeGreaterThan(file.rows.length);
  });

  it.runIf(fixture.ordered)("notices a row at another place", async () => {
    for (const from of file.rows.keys()) {
      for (const to of file.rows.keys()) {
        const moved = file.rows.toSpliced(from, 1);
        moved.splice(to, 0, file.rows[from] ?? "");
        if (moved.every((row, index) => row === file.rows[index])) continue;
        expect((await noticed(fixture, moved)).length, `row ${from} at ${to}`).toBeGreaterThan(0);
      }
    }
  });
});
