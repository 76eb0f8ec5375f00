import { Prisma } from "../../../generated/prisma/client.ts";
import { row, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { resolveReceiptEntity } from "../../domain/allocation/receipt-entity.ts";
import type { ReceiptChannel, ReceiptCommand } from "./receipt.ts";
import { type Refusal, refuse } from "./refusal.ts";

/** Whose money it is, who received it and where it lies. */
export interface ReceiptParties {
  readonly ok: true;
  readonly tenant: { readonly id: string; readonly code: string } | null;
  readonly entity: { readonly id: string; readonly code: string };
  readonly accountCode: string;
}

/** Finds tenant, entity (money-rules 8) and account of a receipt, or says what is missing. Reads only. */
export async function resolveParties(tx: Transaction, command: ReceiptCommand): Promise<ReceiptParties | Refusal> {
  const tenant = await findTenant(tx, command.tenantCode);
  if (tenant === undefined) {
    const code = command.tenantCode ?? "";
    return refuse(
      "TENANT_UNKNOWN",
      `没有编号为 ${code} 的租户，请检查租户编号。`,
      `There is no tenant ${code}. Check the code.`,
    );
  }
  const named = await findNamedBills(tx, command, tenant?.id);
  if (!named.ok) return named;
  const account =
    command.accountCode === undefined ? undefined : await findAccount(tx, command.channel, command.accountCode);
  if (command.accountCode !== undefined && account === undefined && command.channel !== "cash") {
    return refuse(
      "ACCOUNT_UNKNOWN",
      `没有编号为 ${command.accountCode} 的收款账户，请检查账户编号。`,
      `There is no account ${command.accountCode} for this channel. Check the code.`,
    );
  }
  const stated = command.entityCode ?? account?.entity;
  if (command.entityCode !== undefined && account !== undefined && account.entity !== command.entityCode) {
    return refuse(
      "ACCOUNT_OF_OTHER_ENTITY",
      `账户 ${command.accountCode} 属于 ${account.entity}，不属于 ${command.entityCode}，请改正其中一项。`,
      `Account ${command.accountCode} belongs to ${account.entity}, not to ${command.entityCode}. Correct one of the two.`,
    );
  }
  const resolved = resolveReceiptEntity({
    ...(stated === undefined ? {} : { statedEntity: stated }),
    namedBills: named.bills,
    owedEntities: tenant === null ? [] : await findOwedEntities(tx, tenant.id),
  });
  if (!resolved.ok) return resolved;
  const entity = await row<{ id: string; code: string }>(
    tx,
    Prisma.sql`SELECT id, code FROM legal_entity WHERE code = ${resolved.entity}`,
  );
  if (!entity) {
    return refuse(
      "ENTITY_UNKNOWN",
      `没有编号为 ${resolved.entity} 的收款主体，请检查主体编号。`,
      `There is no legal entity ${resolved.entity}. Check the code.`,
    );
  }
  const accountCode = command.accountCode ?? (await defaultAccount(tx, command.channel, entity));
  return { ok: true, tenant, entity, accountCode };
}

/** null: unknown on purpose; undefined: no such tenant. */
async function findTenant(
  tx: Transaction,
  code: string | null,
): Promise<{ id: string; code: string } | null | undefined> {
  if (code === null) return null;
  return row<{ id: string; code: string }>(tx, Prisma.sql`SELECT id, code FROM tenant WHERE code = ${code}`);
}

interface NamedBill {
  readonly billNo: string;
  readonly entity: string;
}

/** Bills and lines that were selected. What is not issued or not the tenant's counts as unknown: no word about others. */
async function findNamedBills(
  tx: Transaction,
  command: ReceiptCommand,
  tenantId: string | undefined,
): Promise<{ ok: true; bills: readonly NamedBill[] } | Refusal> {
  const billNos = [...new Set(command.billNos)];
  const lineIds = [...new Set(command.lineIds)];
  if (billNos.length === 0 && lineIds.length === 0) return { ok: true, bills: [] };
  const found = await rows<NamedBill & { line_id: string | null }>(
    tx,
    Prisma.sql`SELECT b.bill_no AS "billNo", e.code AS entity, line.id AS line_id
      FROM bill b JOIN legal_entity e ON e.id = b.entity_id
      LEFT JOIN bill_line line ON line.bill_id = b.id AND line.id = ANY (${lineIds}::uuid[])
      WHERE b.tenant_id = ${tenantId ?? null}::uuid AND b.state IN ('issued', 'published')
        AND (b.bill_no = ANY (${billNos}) OR line.id IS NOT NULL)`,
  );
  const missing = [
    ...billNos.filter((billNo) => !found.some((bill) => bill.billNo === billNo)),
    ...lineIds.filter((lineId) => !found.some((bill) => bill.line_id === lineId)),
  ];
  if (missing.length > 0) {
    return refuse(
      "BILL_UNKNOWN",
      `该租户没有已出账的账单 ${missing.join("、")}，请检查账单号。`,
      `The tenant has no issued bill ${missing.join(", ")}. Check the bill number.`,
    );
  }
  return { ok: true, bills: found };
}

const findOwedEntities = async (tx: Transaction, tenantId: string): Promise<string[]> =>
  (
    await rows<{ code: string }>(
      tx,
      Prisma.sql`SELECT DISTINCT e.code FROM receivable r JOIN legal_entity e ON e.id = r.entity_id
        JOIN bill b ON b.id = r.bill_id AND b.state IN ('issued', 'published')
        WHERE r.tenant_id = ${tenantId}::uuid AND (r.open_fen > 0 OR r.late_fee_open_fen > 0)`,
    )
  ).map((one) => one.code);

const findAccount = (tx: Transaction, channel: ReceiptChannel, code: string): Promise<{ entity: string } | undefined> =>
  row<{ entity: string }>(
    tx,
    channel === "wechat"
      ? Prisma.sql`SELECT e.code AS entity FROM merchant_account a JOIN legal_entity e ON e.id = a.entity_id WHERE a.code = ${code}`
      : Prisma.sql`SELECT e.code AS entity FROM bank_account a JOIN legal_entity e ON e.id = a.entity_id WHERE a.code = ${code}`,
  );

/** The account that a person did not name: the first by code, or one that only names the channel. */
async function defaultAccount(
  tx: Transaction,
  channel: ReceiptChannel,
  entity: { readonly id: string; readonly code: string },
): Promise<string> {
  const unnamed = `${channel.toUpperCase()}-${entity.code}`;
  if (channel === "cash" || channel === "pos") return unnamed;
  const table = Prisma.raw(channel === "wechat" ? "merchant_account" : "bank_account");
  const [first] = await rows<{ code: string }>(
    tx,
    Prisma.sql`SELECT code FROM ${table} WHERE entity_id = ${entity.id}::uuid ORDER BY code COLLATE "C" LIMIT 1`,
  );
  return first?.code ?? unnamed;
}
