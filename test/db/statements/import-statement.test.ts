import { createHash, randomBytes } from "node:crypto";
import iconv from "iconv-lite";
import { beforeEach, describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import { statementOf } from "../../../src/compose/statement-files.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { rows } from "../../../src/db/rows.ts";
import type { StatementSource } from "../../../src/domain/reconciliation/statement.ts";
import { rotateFieldKeys } from "../../../src/usecases/operations/rotate-field-keys.ts";
import { importStatement } from "../../../src/usecases/statements/import-statement.ts";
import { readKeptFile } from "../../../src/usecases/statements/keep-file.ts";
import { readStatementLines } from "../../../src/usecases/statements/statement-line.ts";
import {
  cmbSimple,
  type Movement,
  type Payment,
  type PlainFile,
  textOf,
  tradeBill,
} from "../../independent/statement-files.ts";
import { createTestDatabase } from "../../support/database.ts";
import { at, date, importPark, TEST_ENCRYPTION } from "../../support/ledger-world.ts";

const TODAY = "2026-09-10";
let database: Awaited<ReturnType<typeof createTestDatabase>>;

beforeEach(async () => {
  database = await createTestDatabase();
  await importPark(database.db, [{ code: "L1" }]);
  // What the account held at the end of August: ¥10,000.00.
  await database.db
    .$executeRaw`UPDATE bank_account SET opening_date = '2026-08-31', opening_balance_fen = 1000000 WHERE code = 'CMB1'`;
  return () => database.close();
});

const take = async (file: PlainFile | string, day: string, source: StatementSource = "bank", account = "CMB1") =>
  importStatement(
    database.db,
    {
      source,
      accountCode: account,
      date: date(day),
      file: await statementOf("流水.csv", iconv.encode(typeof file === "string" ? file : textOf(file), "utf8"), {
        source,
      }),
    },
    { ...at(TODAY), encryption: TEST_ENCRYPTION },
  );
const taken = async (...args: Parameters<typeof take>) => {
  const result = await take(...args);
  if (!result.ok) throw new Error(result.problems.join("\n"));
  return result;
};
const movement = (day: string, fen: number, text = "转账"): Movement => ({
  day,
  time: "09:00:00",
  fen,
  text,
  name: "某某公司",
  account: "6225880012345678",
});
const openGaps = async () =>
  rows<{ date: string; amountFen: number }>(
    database.db,
    Prisma.sql`SELECT facts->>'date' AS date, (facts->>'amountFen')::bigint::int AS "amountFen" FROM exception_item
      WHERE kind = 'STATEMENT_GAP' AND state = 'open' ORDER BY 1`,
  );
const stored = () => readStatementLines(database.db, "CMB1", { from: date("2026-09-01"), to: date("2026-09-30") });

/** Three days: 1st in 100.00 and twice 50.00, 2nd out 30.00, 3rd in 20.00. */
const DAY_1 = [movement("2026-09-01", 10_000), movement("2026-09-01", 5_000), movement("2026-09-01", 5_000)];
const DAY_2 = [movement("2026-09-02", -3_000)];
const DAY_3 = [movement("2026-09-03", 2_000)];
const file = (movements: readonly Movement[], openingFen: number, newestFirst = false) =>
  cmbSimple(movements, openingFen, newestFirst);

describe("files of one account", () => {
  it("takes a file in once, whatever its name, and keeps its bytes", async () => {
    const first = await taken(file(DAY_1, 1_000_000), "2026-09-01");
    expect(first).toMatchObject({ lines: 3, newLines: 3, gaps: [], duplicateOf: undefined });
    expect(first.totals).toMatchObject({ inFen: 20_000n, outFen: 0n, openingFen: 1_000_000n, closingFen: 1_020_000n });
    const again = await taken(file(DAY_1, 1_000_000), "2026-09-01");
    expect(again).toMatchObject({ lines: 3, newLines: 0, duplicateOf: first.fileId, gaps: [] });
    const kept: Uint8Array[] = [];
    for await (const part of readKeptFile(database.db, first.fileId, TEST_ENCRYPTION)) kept.push(part);
    expect(Buffer.concat(kept).toString("utf8")).toBe(textOf(file(DAY_1, 1_000_000)));
  });

  it("keeps twins apart and lets files overlap, also a newest-first one", async () => {
    await taken(file([...DAY_1, ...DAY_2], 1_000_000), "2026-09-02");
    const second = await taken(file([...DAY_2, ...DAY_3], 1_020_000, true), "2026-09-03");
    expect(second).toMatchObject({ lines: 2, newLines: 1, gaps: [] });
    const whole = await taken(file([...DAY_1, ...DAY_2, ...DAY_3], 1_000_000, true), "2026-09-03");
    expect(whole).toMatchObject({ lines: 5, newLines: 0, gaps: [] });
    expect((await stored()).map((line) => [line.bookingDate, line.amountFen, line.occurrence])).toEqual([
      ["2026-09-01", 10_000n, 0],
      ["2026-09-01", 5_000n, 0],
      ["2026-09-01", 5_000n, 1],
      ["2026-09-02", -3_000n, 0],
      ["2026-09-03", 2_000n, 0],
    ]);
    expect(await openGaps()).toEqual([]);
  });

  it("counts the twin in an export that begins in the middle of the day", async () => {
    await taken(file(DAY_1.slice(0, 2), 1_000_000), "2026-09-01");
    const rest = await taken(file(DAY_1.slice(2), 1_015_000), "2026-09-01");
    expect(rest).toMatchObject({ lines: 1, newLines: 1, gaps: [] });
    expect((await stored()).map((line) => line.occurrence)).toEqual([0, 0, 1]);
  });

  it("does not keep account numbers readable", async () => {
    await taken(file(DAY_1, 1_000_000), "2026-09-01");
    const [line] = await stored();
    expect(line).toMatchObject({ counterpartyName: "某某公司", counterpartyAccountTail: "5678" });
    const all = await rows<{ text: string }>(
      database.db,
      Prisma.sql`SELECT statement_line::text || (SELECT string_agg(counterparty_account::text, '') FROM counterparty_account) AS text FROM statement_line`,
    );
    expect(all.every(({ text }) => !text.includes("6225880012345678"))).toBe(true);
  });
});

describe("opening + lines = closing (I9)", () => {
  it.each([
    ["the first row", 0, "2026-09-01", 10_000],
    ["a row in the middle", 1, "2026-09-01", 5_000],
  ])("misses %s and says when and how much; the whole file heals it", async (_what, index, day, amountFen) => {
    const whole = file([...DAY_1, ...DAY_2], 1_000_000);
    const without = { ...whole, rows: whole.rows.toSpliced(index, 1) };
    const result = await taken(without, "2026-09-02");
    expect(result.gaps).toMatchObject([{ date: day, amountFen: BigInt(amountFen) }]);
    expect(await openGaps()).toEqual([{ date: day, amountFen }]);
    expect(await taken(whole, "2026-09-02")).toMatchObject({ newLines: 1, gaps: [] });
    expect(await openGaps()).toEqual([]);
  });

  it("misses a whole day, and the last row of one, on the next day", async () => {
    await taken(file(DAY_1.slice(0, 2), 1_000_000), "2026-09-01");
    const next = await taken(file(DAY_3, 1_017_000), "2026-09-03");
    // 10,150.00 on the 1st, 10,170.00 at the beginning of the 3rd: +50.00 and −30.00 are missing.
    expect(next.gaps).toMatchObject([{ date: "2026-09-03", amountFen: 2_000n }]);
    expect(await openGaps()).toEqual([{ date: "2026-09-03", amountFen: 2_000 }]);
    await taken(file([...DAY_1.slice(2), ...DAY_2], 1_015_000), "2026-09-02");
    expect(await openGaps()).toEqual([]);
  });

  it("notices a row that a later file says differently", async () => {
    await taken(file(DAY_1, 1_000_000), "2026-09-01");
    const altered = file([movement("2026-09-01", 10_000, "改过的摘要"), ...DAY_1.slice(1)], 1_000_000);
    expect((await taken(altered, "2026-09-01")).gaps.length).toBeGreaterThan(0);
  });
});

describe("a channel's bills", () => {
  const pay = (orderNo: string, fen: number): Payment => ({
    at: "2026-09-01 08:00:00",
    orderNo,
    transactionId: `4200-${orderNo}`,
    fen,
    feeFen: 6,
  });
  const back: Payment = { ...pay("A", 400), refund: { refundNo: "RF", refundId: "5030" } };

  it("takes ALL, SUCCESS and REFUND of one day as the same rows", async () => {
    const bill = (type: "ALL" | "SUCCESS" | "REFUND") =>
      taken(tradeBill([pay("A", 1_000), pay("B", 2_000), back], type), "2026-09-01", "wechat-trade", "WX1");
    expect(await bill("ALL")).toMatchObject({ lines: 3, newLines: 3, gaps: [], layout: "trade-all" });
    expect(await bill("SUCCESS")).toMatchObject({ lines: 2, newLines: 0, gaps: [], layout: "trade-success" });
    expect(await bill("REFUND")).toMatchObject({ lines: 1, newLines: 0, gaps: [], layout: "trade-refund" });
  });

  it("notices one transaction that two rows name, though the summary fits", async () => {
    const twice = await taken(
      tradeBill([pay("A", 1_000), pay("A", 1_000)], "ALL"),
      "2026-09-01",
      "wechat-trade",
      "WX1",
    );
    expect(twice.gaps).toMatchObject([{ date: "2026-09-01", amountFen: 1_000n }]);
  });

  it("refuses the bill of another day, another account or another kind", async () => {
    const bill = tradeBill([pay("A", 1_000)], "ALL");
    expect(await take(bill, "2026-09-02", "wechat-trade", "WX1")).toMatchObject({ ok: false, code: "WRONG_DAY" });
    expect(await take(bill, "2026-09-01", "wechat-trade", "CMB1")).toMatchObject({
      ok: false,
      code: "ACCOUNT_UNKNOWN",
    });
    expect(await take(bill, "2026-09-01", "wechat-fund", "WX1")).toMatchObject({
      ok: false,
      code: "STATEMENT_UNREADABLE",
    });
    expect(await rows(database.db, Prisma.sql`SELECT id FROM statement_file`)).toEqual([]);
  });
});

it("refuses what it can't read with a line for each problem, and writes nothing", async () => {
  const text =
    "日期,摘要,借方,贷方,余额\n2026-09-01,a,x,,1\n2026-13-01,b,1.00,,1\n2026-09-01,c,1.00,2.00,1\n2026-09-01,d,1.001,,1\n";
  const refused = await take(text, "2026-09-01");
  expect(refused).toMatchObject({ ok: false, code: "STATEMENT_UNREADABLE" });
  expect(refused.ok ? [] : refused.problems.map((problem) => /第 (\d) 行“(.*)”/.exec(problem)?.slice(1))).toEqual([
    ["2", "借方"],
    ["3", "日期"],
    ["4", "借方、贷方"],
    ["5", "借方"],
  ]);
  for (const table of ["statement_file", "statement_line", "counterparty_account", "exception_item"]) {
    expect(await rows(database.db, Prisma.sql`SELECT 1 FROM ${Prisma.raw(table)}`)).toEqual([]);
  }
});

it("is readable under a new key after the keys were rotated, and the payer is the same one", async () => {
  const first = await taken(file(DAY_1, 1_000_000), "2026-09-01");
  const fresh = createFieldEncryption([randomBytes(32), createHash("sha256").update("test").digest()]);
  const rotated = await rotateFieldKeys(database.db, fresh, at(TODAY));
  expect(rotated.statementRows).toBe(2); // one account, one part
  const kept: Uint8Array[] = [];
  for await (const part of readKeptFile(database.db, first.fileId, fresh)) kept.push(part);
  expect(Buffer.concat(kept).toString("utf8")).toBe(textOf(file(DAY_1, 1_000_000)));
  const [account] = await rows<{ hash: Uint8Array }>(
    database.db,
    Prisma.sql`SELECT account_hash AS hash FROM counterparty_account`,
  );
  expect(Buffer.from(account?.hash ?? [])).toEqual(fresh.hash("6225880012345678"));
});
