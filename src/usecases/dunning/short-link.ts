import { randomInt } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { row } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { groupBy } from "../../domain/group-by.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import { findTenantBills } from "../queries/tenant-bills.ts";

/** No two that look alike, for who types from a phone's screen. */
const LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz";
/** 12 of 56 letters are 69 bits: nobody guesses one, and 35 characters of an SMS hold it. */
const LENGTH = 12;
/** As long as a signed link lives. */
const LIFE_DAYS = 7;
const MOST_BILLS = 40;

export const newShortCode = (): string =>
  Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join("");

export interface ShortLinkOrder {
  readonly tenantId: string;
  readonly entityId: string;
  readonly entityName: string;
  readonly billNos: readonly string[];
}

/** What the code of an SMS stands for today: an order for each entity that is owed something. */
export async function openShortCode(
  tx: Transaction,
  code: string,
  today: CivilDate,
): Promise<
  | { readonly ok: true; readonly orders: readonly ShortLinkOrder[] }
  | { readonly ok: false; readonly refusal: "tampered" | "expired" }
> {
  const found = await row<{ tenantId: string; on: CivilDate }>(
    tx,
    Prisma.sql`SELECT s.tenant_id AS "tenantId", s.handled_on::text AS on FROM dunning_message m
      JOIN dunning_step s ON s.id = m.step_id WHERE m.short_code = ${code}`,
  );
  if (!found) return { ok: false, refusal: "tampered" };
  if (today > addDays(found.on, LIFE_DAYS)) return { ok: false, refusal: "expired" };
  const { tenantId } = found;
  const owed = (await findTenantBills(tx, { tenantId, owed: true }, today)).filter(({ owedFen }) => owedFen > 0n);
  return {
    ok: true,
    orders: [...groupBy(owed, (bill) => bill.entityId)].map(([entityId, bills]) => ({
      tenantId,
      entityId,
      entityName: bills[0]?.entityName ?? "",
      billNos: bills.map(({ billNo }) => billNo).slice(0, MOST_BILLS),
    })),
  };
}
