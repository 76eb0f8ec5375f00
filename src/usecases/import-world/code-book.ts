import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

/** Tables whose rows the world file names by code. */
const TABLES = [
  "legal_entity",
  "merchant_account",
  "bank_account",
  "project",
  "building",
  "unit",
  "tenant",
  "staff",
  "tariff",
  "meter",
  "pool",
  "lease",
] as const;
type CodedTable = (typeof TABLES)[number];

/** Code → id of every coded row, loaded once; new codes get their id before anything is written. */
export interface CodeBook {
  /** The row's id; made now for a code that the database does not know. */
  idOf(table: CodedTable, code: string): string;
  isKnown(table: CodedTable, code: string): boolean;
}

export async function loadCodeBook(tx: Transaction): Promise<CodeBook> {
  const ids = new Map<string, string>();
  const known = new Set<string>();
  for (const table of TABLES) {
    const found = await rows<{ id: string; code: string }>(tx, Prisma.sql`SELECT id, code FROM ${Prisma.raw(table)}`);
    for (const { id, code } of found) {
      ids.set(`${table}|${code}`, id);
      known.add(`${table}|${code}`);
    }
  }
  return {
    isKnown: (table, code) => known.has(`${table}|${code}`),
    idOf(table, code) {
      const key = `${table}|${code}`;
      const existing = ids.get(key);
      if (existing) return existing;
      const id = newId();
      ids.set(key, id);
      return id;
    },
  };
}
