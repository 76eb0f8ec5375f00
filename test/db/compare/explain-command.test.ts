import { expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { CliContext } from "../../../src/cli/command.ts";
import { billExplainCommand } from "../../../src/cli/commands/explain.ts";
import { rows } from "../../../src/db/rows.ts";
import { formatYuan } from "../../../src/domain/money/fen.ts";
import { issueRichWorld } from "../../independent/rich-world.ts";
import { withDatabase } from "../../support/database.ts";

const database = withDatabase();
const run = (billNo: string, options: Record<string, string> = {}) =>
  billExplainCommand.run({ db: database.db } as unknown as CliContext, [billNo], options);

interface Told {
  readonly lines: readonly { readonly amountFen: bigint; readonly text: readonly string[] }[];
}

it("explains every line of every bill, each ending with its amount", async () => {
  await issueRichWorld(database.db);
  const bills = await rows<{ billNo: string }>(
    database.db,
    Prisma.sql`SELECT bill_no AS "billNo" FROM bill ORDER BY 1`,
  );
  const lines = [];
  for (const { billNo } of bills) lines.push(...((await run(billNo)).json as Told).lines);
  expect(lines.length).toBeGreaterThan(40);
  for (const { amountFen, text } of lines) {
    expect(text.length).toBeLessThanOrEqual(12);
    expect(text.at(-1)?.endsWith(` ${formatYuan(amountFen)}`)).toBe(true);
  }
});

it("says what a correction corrects", async () => {
  const [bill] = await rows<{ billNo: string }>(
    database.db,
    Prisma.sql`SELECT b.bill_no AS "billNo" FROM bill b JOIN lease l ON l.id = b.lease_id
      WHERE b.period = '2026-10' AND l.code = 'L1'`,
  );
  const { text } = await run(bill?.billNo ?? "", { charge: "water" });
  expect(text).toContain("  2026年8月31日读数由99改为96");
  // 3.45 × 24.5 = 84.525 instead of 3.45 × 27.5 = 94.875.
  expect(text).toContain("  差额：¥84.53 − ¥94.88 = -¥10.35");
});

it("compares a charge with another month", async () => {
  const [bill] = await rows<{ billNo: string }>(
    database.db,
    Prisma.sql`SELECT b.bill_no AS "billNo" FROM bill b JOIN lease l ON l.id = b.lease_id
      WHERE b.period = '2026-09' AND l.code = 'L1'`,
  );
  const compared = await run(bill?.billNo ?? "", { charge: "water", against: "2026-08" });
  // July 31.5 at 3.45 = 108.68, August 27.5 = 94.88.
  expect(compared.text).toEqual([
    "2026年8月账单的水费：¥108.68",
    "2026年9月账单的水费：¥94.88",
    "用量由31.5吨变为27.5吨：-¥13.80",
    "合计少 ¥13.80",
  ]);
  expect(compared.json).toMatchObject({ differenceFen: -1380n, effects: [{ kind: "usage", amountFen: -1380n }] });
  expect(await run(bill?.billNo ?? "", { charge: "water", against: "2025-01" })).toMatchObject({ exitCode: 1 });
  expect(await run(bill?.billNo ?? "", { charge: "tea" })).toMatchObject({ exitCode: 1 });
  expect(await run("NO-1")).toMatchObject({ exitCode: 1 });
});
