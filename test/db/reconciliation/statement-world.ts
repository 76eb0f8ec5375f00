import { createHash } from "node:crypto";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { CliContext } from "../../../src/cli/command.ts";
import { dayCloseCommand } from "../../../src/cli/commands/day.ts";
import { reconResolveCommand, reconRunCommand, reconUndoCommand } from "../../../src/cli/commands/recon.ts";
import { statementImportCommand } from "../../../src/cli/commands/statement.ts";
import type { Database } from "../../../src/db/client.ts";
import { createFieldEncryption } from "../../../src/db/field-encryption.ts";
import { newId } from "../../../src/db/ids.ts";
import { execute } from "../../../src/db/rows.ts";
import { toYuanText } from "../../../src/domain/money/fen.ts";
import { balances } from "../../support/ledger-world.ts";

/*
 * Statements as an accountant handles them: a file is written, imported, reconciled by the commands of interfaces.md, and
 * the documents that they print are looked at. Only `--as S09`, a finance manager, is added to the park of ledger-world.
 */

export interface BankRow {
  readonly amountFen: bigint;
  readonly payer?: string;
  readonly account?: string;
  readonly remark?: string;
  readonly serial?: string;
  readonly valueDate?: string;
  readonly time?: string;
}

export interface ExceptionDocument {
  readonly id: string;
  readonly kind: string;
  readonly amountFen: number;
  readonly orderNo?: string;
  readonly facts: Readonly<Record<string, unknown>>;
  readonly proposals: readonly { readonly code: string; readonly effect: string }[];
}

export interface RunDocument {
  readonly matched: readonly { readonly line: string; readonly stage: number; readonly to: string }[];
  readonly exceptions: readonly ExceptionDocument[];
  readonly closed: boolean;
  readonly open: readonly string[];
}

interface Settled {
  readonly postings: readonly object[];
  readonly approvals?: readonly string[];
  readonly exception: { readonly state: string; readonly facts: Readonly<Record<string, unknown>> };
}

export interface StatementDesk {
  readonly import: (day: string, rows: readonly BankRow[], openingFen?: bigint) => Promise<Record<string, unknown>>;
  /** A file of the channel, as text. */
  readonly importBill: (
    source: "wechat-trade" | "wechat-fund",
    day: string,
    text: string,
  ) => Promise<Record<string, unknown>>;
  /** A file of any source and account, as text. */
  readonly importText: (source: string, account: string, day: string, text: string) => Promise<Record<string, unknown>>;
  readonly run: (
    day: string,
    options?: { readonly dryRun?: boolean; readonly account?: string },
  ) => Promise<RunDocument>;
  /** `options`: of `recon resolve`, besides the proposal; by S09 unless somebody else is named. */
  readonly resolve: (id: string, proposal: string, options?: Readonly<Record<string, string>>) => Promise<Settled>;
  readonly undo: (id: string, as?: string) => Promise<Settled>;
  readonly close: (day: string, account?: string) => Promise<{ closed: boolean; missing: readonly object[] }>;
}

/**
 * A desk at the bank account CMB1 of entity E1. `today` moves with the day that is worked on. With the `appId` of an official
 * account the tenants' people are told.
 */
export async function openDesk(db: Database, appId?: string): Promise<StatementDesk> {
  const folder = await mkdtemp(join(tmpdir(), "statements-"));
  let balanceFen = 0n;
  let files = 0;
  let today = "2026-01-01";
  const cli = {
    db,
    encryption: createFieldEncryption([createHash("sha256").update("test").digest()]),
    clock: { today: () => today, nowMs: () => Date.parse(`${today}T10:00:00+08:00`) },
    config: {
      publicUrl: "http://localhost",
      dataDir: folder,
      fieldEncryptionOldKeys: [],
      ...(appId === undefined ? {} : { officialAccount: { appId } }),
    },
    progress: () => undefined,
  } as unknown as CliContext;
  const at = (day: string): string => {
    if (day > today) today = day;
    return today;
  };
  const answer = <T>(result: { json: unknown; exitCode?: number; problems?: readonly string[] }): T => {
    if ((result.json as { errors?: unknown }).errors !== undefined) throw new Error((result.problems ?? []).join("\n"));
    return result.json as T;
  };
  return {
    async import(day, rows, openingFen) {
      at(day);
      if (openingFen !== undefined) balanceFen = openingFen;
      const lines = rows.map((row, index) => {
        balanceFen += row.amountFen;
        const [debit, credit] = row.amountFen < 0n ? [toYuanText(-row.amountFen), ""] : ["", toYuanText(row.amountFen)];
        const cells = [
          day,
          row.time ?? `09:${String(index % 60).padStart(2, "0")}:00`,
          row.valueDate ?? day,
          debit,
          credit,
          toYuanText(balanceFen),
          row.payer ?? "",
          row.account ?? "",
          row.remark ?? "",
          row.serial ?? "",
        ];
        return cells.join(",");
      });
      files += 1;
      const path = join(folder, `${files}.csv`);
      const header = "记账日期,交易时间,起息日,借方金额,贷方金额,余额,对方户名,对方账号,附言,流水号";
      await writeFile(path, `\uFEFF${[header, ...lines].join("\r\n")}\r\n`);
      return answer(
        await statementImportCommand.run(cli, [path], {
          source: "bank",
          account: "CMB1",
          date: day,
          template: "generic",
        }),
      );
    },
    run: async (day, options = {}) => {
      at(day);
      return answer<RunDocument>(
        await reconRunCommand.run(cli, [], {
          account: options.account ?? "CMB1",
          date: day,
          ...(options.dryRun ? { "dry-run": true } : {}),
        }),
      );
    },
    resolve: async (id, proposal, options = {}) =>
      answer(await reconResolveCommand.run(cli, [id], { with: proposal, as: "S09", ...options })),
    undo: async (id, as = "S09") => answer(await reconUndoCommand.run(cli, [id], { as })),
    close: async (day, account = "CMB1") => answer(await dayCloseCommand.run(cli, [], { account, date: day })),
    async importText(source, account, day, text) {
      at(day);
      files += 1;
      const path = join(folder, `${files}.csv`);
      await writeFile(path, text);
      return answer(await statementImportCommand.run(cli, [path], { source, account, date: day }));
    },
    async importBill(source, day, text) {
      at(day);
      files += 1;
      const path = join(folder, `${files}.csv`);
      await writeFile(path, text);
      return answer(await statementImportCommand.run(cli, [path], { source, account: "WX1", date: day }));
    },
  };
}

/** A finance manager of every project. */
export async function hireFinanceManager(db: Database): Promise<void> {
  const [personId, staffId] = [newId(), newId()];
  await execute(db, Prisma.sql`INSERT INTO person (id, name) VALUES (${personId}::uuid, '财务经理')`);
  await execute(
    db,
    Prisma.sql`INSERT INTO staff (id, person_id, code, name) VALUES (${staffId}::uuid, ${personId}::uuid, 'S09', '财务经理')`,
  );
  await execute(db, Prisma.sql`INSERT INTO staff_role (staff_id, role) VALUES (${staffId}::uuid, 'finance-manager')`);
}

/**
 * With all other differences of the channel's day settled by `choices`, each proposal in turn, after another one was tried and
 * taken back. Returns the ways after which the day is not closed; in the end everything is settled by `choices` again.
 */
export async function waysThatLeaveTheDayOpen(
  desk: StatementDesk,
  day: string,
  differences: readonly ExceptionDocument[],
  choices: Readonly<Record<string, string>>,
): Promise<string[]> {
  const open: string[] = [];
  for (const { id, kind, proposals } of differences) {
    for (const { code } of [...proposals, { code: choices[kind] ?? "" }]) {
      if (code === "requery") continue;
      await desk.undo(id);
      await desk.resolve(id, code);
      const { closed, missing } = await desk.close(day, "WX1");
      if (!closed) open.push(`${kind} ${code}: ${JSON.stringify(missing)}`);
    }
  }
  return open;
}

export const kindsOf = (run: RunDocument): string[] => run.exceptions.map((one) => one.kind).sort();

/** I17: what is done and undone leaves every balance as it was. */
export async function expectRestored(db: Database, work: () => Promise<void>): Promise<void> {
  const before = await balances(db);
  await work();
  expect(await balances(db)).toEqual(before);
}
