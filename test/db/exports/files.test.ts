import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import ExcelJS from "exceljs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { CliContext, Command, OptionValues } from "../../../src/cli/command.ts";
import {
  exportAllocationsCommand,
  exportReceiptsCommand,
  exportReceivablesCommand,
} from "../../../src/cli/commands/export.ts";
import { monthEndPackCommand } from "../../../src/cli/commands/month-end.ts";
import { rows } from "../../../src/db/rows.ts";
import { movableClock } from "../../support/clock.ts";
import { withDatabase } from "../../support/database.ts";
import { playWorld } from "../../support/played-world.ts";

/*
 * What people take away as files, read again by other readers (csv-parse, ExcelJS) and held against sums of the tables.
 */

const database = withDatabase();
const folder = mkdtempSync(join(tmpdir(), "exports-"));
beforeAll(() => playWorld(database.db));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran extends Record<string, unknown> {
  readonly exitCode: number;
  readonly problems: readonly string[];
}

async function run(command: Command, options: OptionValues): Promise<Ran> {
  const context = { db: database.db, clock: movableClock("2026-11-20T09:00:00+08:00") } as unknown as CliContext;
  const { json, exitCode = 0, problems = [] } = await command.run(context, [], options);
  return { ...(json as Record<string, unknown>), exitCode, problems };
}

type Line = Readonly<Record<string, string>>;

const readCsv = (file: string): Line[] => parse(readFileSync(file), { bom: true, columns: true }) as Line[];

/** Fen of "-1234.50". */
const fenOf = (text: string | undefined): number => Math.round(Number(text) * 100);
const sumOf = (lines: readonly Line[], column: string): number =>
  lines.reduce((total, line) => total + fenOf(line[column]), 0);

async function readSheets(file: string): Promise<Map<string, unknown[][]>> {
  const workbook = new ExcelJS.Workbook();
  await workbook.xlsx.readFile(file);
  return new Map(
    workbook.worksheets.map((sheet) => {
      const found: unknown[][] = [];
      sheet.eachRow((row) => found.push((row.values as unknown[]).slice(1)));
      return [sheet.name, found];
    }),
  );
}

async function one(query: Prisma.Sql): Promise<number> {
  const [found] = await rows<{ value: bigint }>(database.db, query);
  return Number(found?.value ?? 0n);
}

describe("lists as files", () => {
  it("receivables: one row a line, what is open sums to the bills' open claims", async () => {
    const file = join(folder, "receivables.csv");
    const result = await run(exportReceivablesCommand, { format: "csv", out: file });
    const lines = readCsv(file);
    expect(result).toMatchObject({ file, rows: lines.length });
    expect(lines).toHaveLength(
      await one(Prisma.sql`SELECT count(*) AS value FROM receivable r JOIN bill b ON b.id = r.bill_id
        WHERE b.state IN ('issued', 'published', 'opening')`),
    );
    expect(sumOf(lines, "未收本金")).toBe(await one(Prisma.sql`SELECT sum(open_fen)::bigint AS value FROM receivable`));
    for (const line of lines) {
      expect(fenOf(line.未收本金) + fenOf(line.未收违约金)).toBe(fenOf(line.未收合计));
    }
    expect(lines.some((line) => line.有争议 === "是")).toBe(true);
  });

  it("receipts: each with what became of it: on bills, kept, or given back", async () => {
    const file = join(folder, "receipts.csv");
    const result = await run(exportReceiptsCommand, { format: "csv", out: file });
    const lines = readCsv(file);
    expect(result.rows).toBe(lines.length);
    expect(lines).toHaveLength(await one(Prisma.sql`SELECT count(*) AS value FROM receipt`));
    expect(sumOf(lines, "金额")).toBe(await one(Prisma.sql`SELECT sum(amount_fen)::bigint AS value FROM receipt`));
    // One yuan of what was paid too much went back.
    expect(sumOf(lines, "已退款")).toBe(100);
    for (const line of lines) {
      const used = fenOf(line.已冲账单) + fenOf(line.剩余预收) + fenOf(line.已退款);
      expect([line.收款编号, used]).toEqual([line.收款编号, line.状态 === "有效" ? fenOf(line.金额) : 0]);
    }
    expect(lines.filter((line) => line.状态 === "已撤销")).toHaveLength(1);
  });

  it("allocations: counter-entries below zero; the sum is what stands", async () => {
    const file = join(folder, "allocations.csv");
    const result = await run(exportAllocationsCommand, { format: "csv", out: file });
    const lines = readCsv(file);
    expect(result.rows).toBe(lines.length);
    expect(sumOf(lines, "金额")).toBe(
      await one(Prisma.sql`SELECT ((SELECT coalesce(sum(amount_fen), 0) FROM allocation)
        - (SELECT coalesce(sum(amount_fen), 0) FROM allocation_reversal))::bigint AS value`),
    );
    expect(lines.some((line) => fenOf(line.金额) < 0)).toBe(true);
    expect(lines.some((line) => line.本金或违约金 === "违约金")).toBe(true);
  });

  it.each([
    ["receivables", exportReceivablesCommand, "应收明细"],
    ["receipts", exportReceiptsCommand, "收款明细"],
    ["allocations", exportAllocationsCommand, "核销明细"],
  ] as const)("%s as a spreadsheet says what the CSV says, and the same bytes twice", async (name, command, title) => {
    const csv = join(folder, `${name}-again.csv`);
    const first = join(folder, `${name}-1.xlsx`);
    await run(command, { format: "csv", out: csv });
    const { sha256 } = await run(command, { format: "xlsx", out: first });
    expect((await run(command, { format: "xlsx", out: join(folder, `${name}-2.xlsx`) })).sha256).toBe(sha256);
    const sheets = await readSheets(first);
    const [header, ...cells] = sheets.get(title) ?? [];
    const lines = readCsv(csv);
    expect(header).toEqual(Object.keys(lines[0] ?? {}));
    expect(cells).toHaveLength(lines.length);
    const amountAt = header?.indexOf(name === "receivables" ? "未收合计" : "金额") ?? -1;
    expect(cells.map((row) => Math.round(Number(row[amountAt]) * 100))).toEqual(
      lines.map((line) => fenOf(line[name === "receivables" ? "未收合计" : "金额"])),
    );
  });

  it("a folder that is not there is a refusal and no crash", async () => {
    const result = await run(exportReceiptsCommand, { format: "csv", out: join(folder, "no", "such.csv") });
    expect(result.exitCode).toBe(1);
    expect(result.problems[0]).toMatch(/写不了文件 .*ENOENT/);
  });
});

describe("month-end pack --out", () => {
  it("writes a workbook whose 应收滚动 sums row by row and whose 核对 shows no difference", async () => {
    const file = join(folder, "pack.xlsx");
    const result = await run(monthEndPackCommand, { entity: "E1", month: "2026-11", out: file });
    expect(result).toMatchObject({ entity: "E1", month: "2026-11", exitCode: 0, written: { file } });
    const sheets = await readSheets(file);
    expect([...sheets.keys()]).toEqual([
      "概览",
      "应收滚动",
      "预收与押金滚动",
      "核对",
      "账龄",
      "日结",
      "未处理差异",
      "结账前还缺",
    ]); // prettier-ignore
    const [, ...kinds] = sheets.get("应收滚动") ?? [];
    const fen = (value: unknown) => Math.round(Number(value) * 100);
    for (const row of kinds) {
      const figures = row.slice(1).map(fen);
      const closing = figures.pop();
      expect([row[0], figures.reduce((a, b) => a + b, 0)]).toEqual([row[0], closing]);
    }
    expect(kinds.at(-1)?.[0]).toBe("合计");
    expect(kinds.map(([kind]) => kind)).toContain("违约金");
    expect(fen(kinds.at(-1)?.at(-1))).toBe((result.receivablesTotal as { closingFen: number }).closingFen);
    const [, ...ties] = sheets.get("核对") ?? [];
    expect(ties.length).toBeGreaterThan(6);
    expect(ties.map((row) => row[5])).toEqual(ties.map(() => 0));
  });

  it("writes the same as JSON, and refuses a name that is neither", async () => {
    const file = join(folder, "pack.json");
    const {
      exitCode: _exitCode,
      problems: _problems,
      written: _written,
      ...json
    } = await run(monthEndPackCommand, {
      entity: "E2",
      month: "2026-10",
      out: file,
    });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(json);
    await expect(run(monthEndPackCommand, { entity: "E2", month: "2026-10", out: "pack.pdf" })).rejects.toThrow(/xlsx/);
  });
});
