import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/** Tables whose rows an import writes over by code; what it only adds to shows as a difference of the file. */
const OVERWRITTEN = [
  "operator",
  "legal_entity",
  "tax_rate",
  "merchant_account",
  "bank_account",
  "project",
  "building",
  "unit",
  "unit_area",
  "tenant",
  "tenant_member",
  "person",
  "person_phone",
  "channel_identity",
  "staff",
  "staff_role",
  "staff_project",
  "staff_building",
  "tariff",
  "meter",
  "pool",
  "pool_cost",
] as const;

/** Whether the last file that was imported is this one: only then can an import change nothing at all. */
export async function isLatestImport(tx: Transaction, sha256: string): Promise<boolean> {
  const [latest] = await rows<{ sha256: string }>(
    tx,
    Prisma.sql`SELECT sha256 FROM import_batch WHERE result->>'what' = 'world' ORDER BY recorded_at DESC, id DESC LIMIT 1`,
  );
  return latest?.sha256 === sha256;
}

/** A digest of the rows that an import may write over; equal before and after: it wrote what was there. */
export async function digestMasterData(tx: Transaction): Promise<string> {
  const digests = OVERWRITTEN.map(
    (table) =>
      Prisma.sql`SELECT md5(coalesce(string_agg(md5(t::text), '' ORDER BY md5(t::text)), '')) AS digest
        FROM ${Prisma.raw(table)} t`,
  );
  const found = await rows<{ digest: string }>(tx, Prisma.join(digests, " UNION ALL "));
  return found.map((row) => row.digest).join(" ");
}
