import { Prisma } from "../../../generated/prisma/client.ts";
import { type Actor, recordAudit } from "../../db/audit.ts";
import type { Database } from "../../db/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, row, rows } from "../../db/rows.ts";
import { inTransaction, type Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { type Refusal, refuse } from "../receipts/refusal.ts";

/** A number of a tenant's own at a legal entity: whatever is transferred to it is theirs. */
export interface VirtualNumber {
  readonly number: string;
  readonly tenant: string;
  readonly tenantName: string;
  readonly entity: string;
  readonly bankAccount: string;
  readonly from: CivilDate | null;
  /** The first day on which it is nobody's any more; null: in force. */
  readonly until: CivilDate | null;
}

const NUMBER = /^\d{6,30}$/;

const load = (tx: Transaction, where: Prisma.Sql): Promise<VirtualNumber[]> =>
  rows<VirtualNumber>(
    tx,
    Prisma.sql`SELECT v.number, t.code AS tenant, t.name AS "tenantName", e.code AS entity, a.code AS "bankAccount",
        lower(v.valid)::text AS from, upper(v.valid)::text AS until
      FROM virtual_account v JOIN tenant t ON t.id = v.tenant_id JOIN legal_entity e ON e.id = v.entity_id
        JOIN bank_account a ON a.id = v.bank_account_id
      WHERE ${where} ORDER BY e.code COLLATE "C", t.code COLLATE "C", v.number, lower(v.valid)`,
  );

/** Every number, also ended ones; `tenant` is a code. */
export const listVirtualNumbers = (tx: Transaction, tenant?: string): Promise<VirtualNumber[]> =>
  load(tx, Prisma.sql`${tenant ?? null}::text IS NULL OR t.code = ${tenant ?? null}`);

export interface AssignNumber {
  readonly tenant: string;
  readonly entity: string;
  readonly number: string;
  /** Default: the entity's only bank account. */
  readonly bankAccount?: string | undefined;
}

type Changed = { readonly ok: true; readonly assigned: VirtualNumber };

/** Gives a tenant a number from today on. The same again changes nothing; one number a tenant and entity at a time. */
export const assignVirtualNumber = (
  db: Database,
  command: AssignNumber,
  context: Actor & { readonly today: CivilDate },
): Promise<Changed | Refusal> => inTransaction(db, (tx) => assign(tx, command, context));

async function assign(
  tx: Transaction,
  { tenant, entity, number, bankAccount }: AssignNumber,
  context: Actor & { readonly today: CivilDate },
): Promise<Changed | Refusal> {
  if (!NUMBER.test(number))
    return refuse("NUMBER_INVALID", "专属账号应为6到30位数字，请核对。", "A virtual number has 6 to 30 digits.");
  await execute(tx, Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`virtual-number|${entity}`}, 0))`);
  const accounts = await rows<{ id: string; entityId: string; tenantId: string; code: string }>(
    tx,
    Prisma.sql`SELECT a.id, a.entity_id AS "entityId", t.id AS "tenantId", a.code FROM bank_account a
        JOIN legal_entity e ON e.id = a.entity_id AND e.code = ${entity} CROSS JOIN tenant t
      WHERE t.code = ${tenant} AND (${bankAccount ?? null}::text IS NULL OR a.code = ${bankAccount ?? null})`,
  );
  const [account, second] = accounts;
  if (!account)
    return refuse(
      "TENANT_OR_ACCOUNT_UNKNOWN",
      `没有租户 ${tenant}，或主体 ${entity} 没有这个银行账户，请核对编号。`,
      "There is no such tenant, entity or bank account.",
    );
  if (second)
    return refuse(
      "BANK_ACCOUNT_NEEDED",
      `${entity} 有几个银行账户（${accounts.map(({ code }) => code).join("、")}），请用 --bank-account 指定。`,
      "The entity has several bank accounts; name one.",
    );
  const taken = await load(tx, Prisma.sql`v.number = ${number} AND v.valid @> ${context.today}::date`);
  const own = await load(
    tx,
    Prisma.sql`t.code = ${tenant} AND e.code = ${entity} AND v.valid @> ${context.today}::date`,
  );
  const [holder] = taken;
  const [current] = own;
  if (holder && holder.tenant === tenant && holder.entity === entity) return { ok: true, assigned: holder };
  if (holder)
    return refuse(
      "NUMBER_TAKEN",
      `专属账号 ${number} 已给 ${holder.tenantName}（${holder.tenant}），请先结束它或换一个号。`,
      `The number belongs to ${holder.tenant}. End that first.`,
    );
  if (current)
    return refuse(
      "NUMBER_EXISTS",
      `${current.tenantName} 在 ${entity} 已有专属账号 ${current.number}，请先结束它。`,
      `The tenant has number ${current.number} at this entity. End that first.`,
    );
  const id = newId();
  await execute(
    tx,
    Prisma.sql`INSERT INTO virtual_account (id, entity_id, bank_account_id, tenant_id, number, valid)
      VALUES (${id}::uuid, ${account.entityId}::uuid, ${account.id}::uuid, ${account.tenantId}::uuid, ${number},
        daterange(${context.today}::date, NULL))`,
  );
  return written(tx, id, "virtual-number.assigned", context);
}

/** The number is nobody's from today on: later transfers to it wait, with the former tenant as the first proposal. */
export const endVirtualNumber = (
  db: Database,
  number: string,
  context: Actor & { readonly today: CivilDate },
): Promise<Changed | Refusal> =>
  inTransaction(db, async (tx) => {
    const found = await row<{ id: string; startsToday: boolean }>(
      tx,
      Prisma.sql`SELECT id, lower(valid) >= ${context.today}::date AS "startsToday" FROM virtual_account
        WHERE number = ${number} AND valid @> ${context.today}::date FOR UPDATE`,
    );
    if (!found)
      return refuse(
        "NUMBER_UNKNOWN",
        `没有在用的专属账号 ${number}，请用 virtual-account list 查看。`,
        `There is no number ${number} in force.`,
      );
    // An empty range would be no number at all: one that began today was in force today.
    const until = found.startsToday ? Prisma.sql`${context.today}::date + 1` : Prisma.sql`${context.today}::date`;
    await execute(
      tx,
      Prisma.sql`UPDATE virtual_account SET valid = daterange(lower(valid), ${until}) WHERE id = ${found.id}::uuid`,
    );
    return written(tx, found.id, "virtual-number.ended", context);
  });

async function written(
  tx: Transaction,
  id: string,
  action: string,
  context: Actor & { readonly today: CivilDate },
): Promise<Changed> {
  const [assigned] = await load(tx, Prisma.sql`v.id = ${id}::uuid`);
  if (!assigned) throw new Error(`virtual number ${id} was written and is not found`);
  await recordAudit(tx, [
    {
      actor: context.actor,
      channel: context.channel,
      ip: context.ip,
      businessDate: context.today,
      action,
      subjectKind: "virtual-account",
      subjectId: id,
      after: { ...assigned },
    },
  ]);
  return { ok: true, assigned };
}
