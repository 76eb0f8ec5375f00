import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { CliContext } from "../../../src/cli/command.ts";
import { billShowCommand } from "../../../src/cli/commands/bill.ts";
import type { Database } from "../../../src/db/client.ts";
import { rows } from "../../../src/db/rows.ts";
import { replayBill } from "../../../src/usecases/replay/replay-bill.ts";
import { evaluate, problemsOf } from "../../independent/evaluate-derivation.ts";
import { issueRichWorld } from "../../independent/rich-world.ts";
import { withDatabase } from "../../support/database.ts";
import { PLAYED_UNTIL, playWorld } from "../../support/played-world.ts";

/*
 * Nobody has to believe our engine: everything printed by `bill show --explain --json` is computed again by 99 lines that
 * share nothing with it.
 */

const billNos = async (db: Database) =>
  (
    await rows<{ billNo: string }>(db, Prisma.sql`SELECT bill_no AS "billNo" FROM bill ORDER BY bill_no COLLATE "C"`)
  ).map(({ billNo }) => billNo);

/** The document that the command line would print for each bill. */
async function printed(db: Database) {
  const context = { db, clock: { today: () => PLAYED_UNTIL, nowMs: () => 0 } } as unknown as CliContext;
  const documents = [];
  for (const billNo of await billNos(db)) {
    const { json } = await billShowCommand.run(context, [billNo], { explain: true });
    documents.push(JSON.parse(JSON.stringify(json)));
  }
  return documents;
}

describe("every fen printed follows from the constants printed", () => {
  const demo = withDatabase();
  const rich = withDatabase();

  it("in the demo world, opening bills and corrections included", async () => {
    await playWorld(demo.db);
    const bills = await printed(demo.db);
    expect(bills.length).toBeGreaterThan(30);
    expect(bills.flatMap(problemsOf)).toEqual([]);
    // And the engine itself agrees with what it once wrote.
    for (const { billNo } of bills) expect(await replayBill(demo.db, billNo)).toMatchObject({ same: true });
  });

  it("in a world with every kind of rule", async () => {
    await issueRichWorld(rich.db);
    const bills = await printed(rich.db);
    expect(bills.flatMap(problemsOf)).toEqual([]);
  });

  it("also through the process that an operator starts", async () => {
    const [billNo = ""] = await billNos(demo.db);
    const command = ["--import", "tsx", "src/cli/main.ts", "bill", "show", billNo, "--explain", "--json"];
    const { stdout } = await promisify(execFile)(process.execPath, command, {
      env: {
        PATH: process.env.PATH,
        DATABASE_URL: demo.url,
        FIELD_ENCRYPTION_KEY: Buffer.alloc(32, 7).toString("base64"),
      },
    });
    const bill = JSON.parse(stdout);
    expect(bill.lines.length).toBeGreaterThan(0);
    expect(problemsOf(bill)).toEqual([]);
  });
});

describe("the evaluator", () => {
  const node = (op: string, value: string, ...values: string[]) => ({
    op,
    label: op,
    value,
    ...(op === "round" || op === "floor" || op === "ceil" ? { step: "0.01" } : {}),
    args: values.map((text) => ({ op: "constant", label: "", value: text })),
  });

  it.each([
    ["round", "1.01", "1.005"],
    ["round", "-1.01", "-1.005"],
    ["round", "-1", "-1.0049"],
    ["floor", "-1.01", "-1.0001"],
    ["ceil", "1.01", "1.0001"],
    ["quotient", "-1/3", "1", "-3"],
    ["max", "2", "1", "2"],
    ["min", "1", "1", "2"],
  ])("%s gives %s", (op, value, ...values) => {
    evaluate(node(op, value, ...values));
    expect(() => evaluate(node(op, "9", ...values))).toThrow("printed 9");
  });

  it("finds a line that is a fen off, and a total that is", () => {
    const line = { charge: "rent", amountFen: 301, derivation: node("product", "3", "1.5", "2") };
    expect(problemsOf({ billNo: "B", totalFen: 301, lines: [line] })).toEqual(["B rent: not 301 fen"]);
    expect(problemsOf({ billNo: "B", totalFen: 5, lines: [{ ...line, amountFen: 300 }] })).toEqual([
      "B: the lines sum to 300, not 5",
    ]);
  });
});
