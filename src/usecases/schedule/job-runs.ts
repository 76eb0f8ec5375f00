import { Prisma } from "../../../generated/prisma/client.ts";
import type { Database } from "../../db/client.ts";
import { toRecordset } from "../../db/recordset.ts";
import { rows } from "../../db/rows.ts";

/** One due time of one schedule, on the business clock. */
export interface RunSlot {
  readonly name: string;
  /** Milliseconds since 1970. */
  readonly slotMs: number;
}

export interface Run extends RunSlot {
  readonly state: "queued" | "done" | "failed";
}

const LONGEST_DETAIL = 500;

/** The runs of these slots, and every run that is still queued. */
export async function knownRuns(db: Database, slots: readonly RunSlot[]): Promise<Run[]> {
  const found = await rows<{ name: string; slot: Date; state: Run["state"] }>(
    db,
    Prisma.sql`SELECT name, slot, state FROM job_run r WHERE state = 'queued' OR EXISTS (
      SELECT 1 FROM jsonb_to_recordset(${recordset(slots)}::jsonb) AS t(name text, slot timestamptz)
      WHERE t.name = r.name AND t.slot = r.slot)`,
  );
  return found.map(({ name, slot, state }) => ({ name, slotMs: slot.getTime(), state }));
}

/** Records the slots as ordered and returns those that nobody had recorded before: they are the caller's to order. */
export async function claimRuns(db: Database, slots: readonly RunSlot[]): Promise<RunSlot[]> {
  const claimed = await rows<{ name: string; slot: Date }>(
    db,
    Prisma.sql`INSERT INTO job_run (name, slot, state)
      SELECT t.name, t.slot, 'queued' FROM jsonb_to_recordset(${recordset(slots)}::jsonb) AS t(name text, slot timestamptz)
      ORDER BY t.name, t.slot ON CONFLICT (name, slot) DO NOTHING RETURNING name, slot`,
  );
  return claimed.map(toSlot);
}

/** Runs ordered longer ago than this (wire time) and not finished, each returned to one caller only per that time. */
export async function reclaimRuns(db: Database, queuedForMs: number): Promise<RunSlot[]> {
  const reclaimed = await rows<{ name: string; slot: Date }>(
    db,
    Prisma.sql`UPDATE job_run SET queued_at = now()
      WHERE state = 'queued' AND queued_at < now() - make_interval(secs => ${queuedForMs / 1000}::double precision)
      RETURNING name, slot`,
  );
  return reclaimed.map(toSlot);
}

/** Whether the slot still waits for its work. */
export async function isRunOpen(db: Database, slot: RunSlot): Promise<boolean> {
  const found = await rows<{ state: string }>(
    db,
    Prisma.sql`SELECT state FROM job_run WHERE name = ${slot.name} AND slot = ${iso(slot)}::timestamptz
      AND state <> 'queued'`,
  );
  return found.length === 0;
}

/** Marks a queued run as over; one that is over stays as it is. */
export async function finishRun(
  db: Database,
  slot: RunSlot,
  outcome: { readonly state: "done" | "failed"; readonly detail: string },
): Promise<void> {
  await db.$executeRaw(Prisma.sql`UPDATE job_run SET state = ${outcome.state}, finished_at = now(),
      detail = ${outcome.detail.slice(0, LONGEST_DETAIL)}
    WHERE name = ${slot.name} AND slot = ${iso(slot)}::timestamptz AND state = 'queued'`);
}

const iso = ({ slotMs }: RunSlot): string => new Date(slotMs).toISOString();
const recordset = (slots: readonly RunSlot[]): string =>
  toRecordset(slots.map((slot) => ({ name: slot.name, slot: iso(slot) })));
const toSlot = (row: { name: string; slot: Date }): RunSlot => ({ name: row.name, slotMs: row.slot.getTime() });
