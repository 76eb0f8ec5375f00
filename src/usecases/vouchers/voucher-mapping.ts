import { z } from "zod";
import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { builtInMapping, type ExternalAccount, type VoucherMapping } from "../../domain/vouchers/account-mapping.ts";

const storedAccounts = z.record(
  z.string(),
  z.object({ code: z.string(), name: z.string(), auxiliaries: z.array(z.enum(["customer", "project"])) }),
);

/** The mapping in force of an entity: its newest, or the built-in chart. */
export async function findVoucherMapping(
  tx: Transaction,
  entity: { readonly id: string; readonly code: string },
): Promise<VoucherMapping> {
  const stored = await row<{
    version: number;
    book_code: string;
    grouping: VoucherMapping["grouping"];
    words: VoucherMapping["words"];
    accounts: unknown;
  }>(
    tx,
    Prisma.sql`SELECT version, book_code, "grouping", words, accounts FROM voucher_mapping
      WHERE entity_id = ${entity.id}::uuid ORDER BY version DESC LIMIT 1`,
  );
  if (!stored) return builtInMapping(entity.code);
  const { version, book_code: bookCode, grouping, words } = stored;
  return {
    version,
    bookCode,
    grouping,
    words,
    accounts: new Map(Object.entries(storedAccounts.parse(stored.accounts))),
  };
}

export interface MappingCommand {
  readonly entity: string;
  readonly bookCode?: string | undefined;
  readonly grouping?: VoucherMapping["grouping"] | undefined;
  readonly words?: VoucherMapping["words"] | undefined;
  /** By our account code; undefined: as before. */
  readonly accounts?: ReadonlyMap<string, ExternalAccount> | undefined;
}

export type MappingResult =
  | { readonly ok: true; readonly mapping: VoucherMapping }
  | { readonly ok: false; readonly code: "ENTITY_UNKNOWN" | "ACCOUNT_UNKNOWN"; readonly message: string };

/** Writes a new version of an entity's mapping; what was exported keeps the version it was made with. */
export const setVoucherMapping = (
  db: Database,
  command: MappingCommand,
  context: Actor & { readonly today: CivilDate },
): Promise<MappingResult> =>
  inTransaction(db, async (tx): Promise<MappingResult> => {
    const entity = await row<{ id: string; code: string }>(
      tx,
      Prisma.sql`SELECT id, code FROM legal_entity WHERE code = ${command.entity} FOR UPDATE`,
    );
    if (!entity) return { ok: false, code: "ENTITY_UNKNOWN", message: `没有法人主体 ${command.entity}` };
    const unknown = await unknownAccount(tx, command.accounts);
    if (unknown !== undefined) {
      return { ok: false, code: "ACCOUNT_UNKNOWN", message: `账簿中没有科目 ${unknown}，请检查映射表的“科目”列` };
    }
    const before = await findVoucherMapping(tx, entity);
    const mapping: VoucherMapping = {
      version: before.version + 1,
      bookCode: command.bookCode ?? before.bookCode,
      grouping: command.grouping ?? before.grouping,
      words: command.words ?? before.words,
      accounts: command.accounts ?? before.accounts,
    };
    await execute(
      tx,
      Prisma.sql`INSERT INTO voucher_mapping (id, entity_id, version, book_code, "grouping", words, accounts, created_by)
        VALUES (${newId()}::uuid, ${entity.id}::uuid, ${mapping.version}, ${mapping.bookCode}, ${mapping.grouping}, ${mapping.words},
          ${JSON.stringify(Object.fromEntries(mapping.accounts))}::jsonb, ${context.actor})`,
    );
    await recordAudit(tx, [
      {
        actor: context.actor,
        channel: context.channel,
        ip: context.ip,
        businessDate: context.today,
        action: "voucher-mapping.changed",
        subjectKind: "legal-entity",
        subjectId: entity.id,
        before: { ...before, accounts: Object.fromEntries(before.accounts) },
        after: { ...mapping, accounts: Object.fromEntries(mapping.accounts) },
      },
    ]);
    return { ok: true, mapping };
  });

async function unknownAccount(tx: Transaction, accounts: MappingCommand["accounts"]): Promise<string | undefined> {
  const known = new Set(
    (await rows<{ code: string }>(tx, Prisma.sql`SELECT code FROM ledger_account`)).map((one) => one.code),
  );
  return [...(accounts?.keys() ?? [])].find((code) => !known.has(code));
}
