import { beforeAll, describe, expect, it } from "vitest";
import type { CliContext, Command, OptionValues } from "../../../src/cli/command.ts";
import {
  virtualAccountAssignCommand,
  virtualAccountEndCommand,
  virtualAccountListCommand,
} from "../../../src/cli/commands/virtual-account.ts";
import { withDatabase } from "../../support/database.ts";
import { balances, expectBooksInOrder, importPark, issueBill } from "../../support/ledger-world.ts";
import { hireFinanceManager, openDesk, type StatementDesk } from "./statement-world.ts";

const NUMBER = "7559123456000001";

describe("a tenant's own number", () => {
  const database = withDatabase();
  let desk: StatementDesk;
  let today = "2026-02-01";
  const run = async (command: Command, options: OptionValues, ...positionals: string[]) => {
    const context = { db: database.db, clock: { today: () => today } } as unknown as CliContext;
    const { json, exitCode = 0 } = await command.run(context, positionals, options);
    return { ...(json as { errors?: { code: string }[] }), exitCode };
  };
  const assign = (tenant: string, number: string, entity = "E1") =>
    run(virtualAccountAssignCommand, { tenant, entity, number, as: "S09" });
  const codeOf = (result: { errors?: { code: string }[] }) => result.errors?.[0]?.code;

  beforeAll(async () => {
    await importPark(database.db, [{ code: "L1" }, { code: "L2", tenant: "T2" }]);
    await hireFinanceManager(database.db);
    desk = await openDesk(database.db);
    await issueBill(database.db, {
      billNo: "P-202602-00001",
      lease: "L1",
      issueDate: "2026-02-01",
      dueDate: "2026-02-10",
      lines: [{ charge: "rent", kind: "rent", amountFen: 100_000n }],
    });
  });

  it("is given once, to one tenant", async () => {
    expect(await assign("T1", NUMBER)).toMatchObject({
      exitCode: 0,
      assigned: { number: NUMBER, tenant: "T1", entity: "E1", bankAccount: "CMB1", from: "2026-02-01", until: null },
    });
    expect(await assign("T1", NUMBER)).toMatchObject({ exitCode: 0 });
    expect(codeOf(await assign("T2", NUMBER))).toBe("NUMBER_TAKEN");
    expect(codeOf(await assign("T1", "7559123456000002"))).toBe("NUMBER_EXISTS");
    expect(codeOf(await assign("T2", "12 34"))).toBe("NUMBER_INVALID");
    expect(codeOf(await assign("T9", "7559123456000003"))).toBe("TENANT_OR_ACCOUNT_UNKNOWN");
    expect(codeOf(await assign("T2", "7559123456000003", "E2"))).toBe("TENANT_OR_ACCOUNT_UNKNOWN");
  });

  it("brings a transfer to its tenant, and after its end to nobody, with the former tenant proposed", async () => {
    const to = (amountFen: bigint, serial: string) => ({
      amountFen,
      payer: "路人",
      account: "6222009",
      remark: NUMBER,
      serial,
    });
    await desk.import("2026-02-20", [to(60_000n, "N1")], 0n);
    expect((await desk.run("2026-02-20")).matched).toMatchObject([{ line: "N1", stage: 3 }]);
    today = "2026-02-25";
    expect(await run(virtualAccountEndCommand, { as: "S09" }, NUMBER)).toMatchObject({
      ended: { until: "2026-02-25" },
    });
    expect(await run(virtualAccountEndCommand, { as: "S09" }, NUMBER)).toMatchObject({ exitCode: 1 });
    expect(await run(virtualAccountListCommand, { tenant: "T1" })).toMatchObject({
      numbers: [{ until: "2026-02-25" }],
    });
    await desk.import("2026-02-26", [to(40_000n, "N2")]);
    const { exceptions } = await desk.run("2026-02-26");
    expect(exceptions).toMatchObject([{ kind: "UNKNOWN_PAYER", amountFen: 40_000 }]);
    expect(exceptions[0]?.proposals[0]?.code).toBe("claim:T1");
    expect((await balances(database.db))["2241.02"]).toBe(-40_000n);
    await expectBooksInOrder(database.db);
  });

  it("may be another tenant's afterwards", async () => {
    expect(await assign("T2", NUMBER)).toMatchObject({ exitCode: 0, assigned: { tenant: "T2", from: "2026-02-25" } });
  });
});
