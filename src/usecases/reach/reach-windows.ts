import type { InboundEvent } from "../../../bot/events.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { chooseWindow, type ReachWindow, WINDOW_GRANTS, type WindowReason, windowEffectOf } from "./window-rules.ts";

/*
 * Our ledger of what the official account still lets us say to a person (table reach_window). Instants are milliseconds
 * since 1970 of the business clock, which is the platform's: windows belong to the story, not to the wire.
 */

/** A person on one official account. */
export interface ReachPerson {
  readonly appId: string;
  readonly externalId: string;
}

/** Opens or closes what an event opens or closes; in the transaction that stores the event, so once for each event. */
export async function recordReach(tx: Transaction, event: InboundEvent): Promise<void> {
  if (event.platform !== "official-account") return;
  const effect = windowEffectOf(event);
  const person = { appId: event.appId, externalId: event.senderId };
  if (effect === "close-all") await closeReachWindows(tx, person, event.sentAtMs);
  else if (effect !== undefined) await openReachWindow(tx, person, effect, event.sentAtMs);
}

/** A window of a kind starts afresh with every occasion: what was left of the one before does not add to it. */
export async function openReachWindow(
  tx: Transaction,
  person: ReachPerson,
  reason: WindowReason,
  openedAtMs: number,
): Promise<void> {
  const { lengthMs, allowance } = WINDOW_GRANTS[reason];
  await execute(
    tx,
    Prisma.sql`DELETE FROM reach_window WHERE ${isOf(person)} AND reason = ${reason}
      AND opened_at <= ${instant(openedAtMs)}::timestamptz`,
  );
  // An event that comes late (WeChat repeats for a while) does not replace the window of a later one.
  await execute(
    tx,
    Prisma.sql`INSERT INTO reach_window (id, app_id, external_id, reason, opened_at, expires_at, allowance)
      SELECT ${newId()}::uuid, ${person.appId}, ${person.externalId}, ${reason}, ${instant(openedAtMs)}::timestamptz,
        ${instant(openedAtMs + lengthMs)}::timestamptz, ${allowance}::integer
      WHERE NOT EXISTS (SELECT 1 FROM reach_window WHERE ${isOf(person)} AND reason = ${reason})`,
  );
}

/** Ends every window that was opened up to an instant: the person has left, or the platform says that they are used up. */
export async function closeReachWindows(tx: Transaction, person: ReachPerson, openedUpToMs: number): Promise<void> {
  await execute(
    tx,
    Prisma.sql`UPDATE reach_window SET expires_at = opened_at
      WHERE ${isOf(person)} AND opened_at <= ${instant(openedUpToMs)}::timestamptz`,
  );
}

/**
 * Counts one message against a window and returns that window's id, or undefined when none has room. The person's windows
 * are locked, so that two messages at once never share the last one of an allowance.
 */
export async function takeFromReachWindow(
  tx: Transaction,
  person: ReachPerson,
  nowMs: number,
): Promise<string | undefined> {
  const windows = await rows<StoredWindow>(
    tx,
    Prisma.sql`SELECT id, allowance, used, (extract(epoch FROM expires_at) * 1000)::bigint AS expires_ms
      FROM reach_window WHERE ${isOf(person)} AND expires_at > ${instant(nowMs)}::timestamptz ORDER BY id FOR UPDATE`,
  );
  const chosen = chooseWindow(windows.map(toWindow), nowMs);
  if (chosen === undefined) return undefined;
  await execute(tx, Prisma.sql`UPDATE reach_window SET used = used + 1 WHERE id = ${chosen.id}::uuid`);
  return chosen.id;
}

/**
 * true: we know that nothing more can be said, because the window that is open is used up or the platform has closed it.
 * Somebody of whom we only know windows that ran out, or none, may have been heard by another system on the same account.
 */
export async function isKnownOutOfReach(tx: Transaction, person: ReachPerson, nowMs: number): Promise<boolean> {
  const [known] = await rows<{ id: string }>(
    tx,
    Prisma.sql`SELECT id FROM reach_window WHERE ${isOf(person)}
      AND (expires_at > ${instant(nowMs)}::timestamptz OR expires_at = opened_at) LIMIT 1`,
  );
  return known !== undefined;
}

/** The platform did not take the message, so it did not count it. Nothing happens when the window was replaced meanwhile. */
export async function giveBackToReachWindow(tx: Transaction, windowId: string): Promise<void> {
  await execute(tx, Prisma.sql`UPDATE reach_window SET used = used - 1 WHERE id = ${windowId}::uuid AND used > 0`);
}

interface StoredWindow {
  readonly id: string;
  readonly allowance: number | null;
  readonly used: number;
  readonly expires_ms: bigint;
}

const toWindow = (stored: StoredWindow): ReachWindow => ({
  id: stored.id,
  allowance: stored.allowance,
  used: stored.used,
  expiresAtMs: Number(stored.expires_ms),
});

const isOf = (person: ReachPerson): Prisma.Sql =>
  Prisma.sql`app_id = ${person.appId} AND external_id = ${person.externalId}`;

const instant = (ms: number): string => new Date(ms).toISOString();
