import { Prisma } from "../../../generated/prisma/client.ts";
import { newId } from "../../db/ids.ts";
import { postToLedger } from "../../db/ledger/post.ts";
import type { LineClaim } from "../../db/line-claims.ts";
import { execute, rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import { CHANNEL_FEES, RECEIVABLES } from "../../domain/ledger/accounts.ts";
import { post } from "../../domain/ledger/posting.ts";
import { type Fen, smallerFen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import { bookingDatesOf } from "../receipts/booking-dates.ts";
import { contextOf, loadClaimsOf } from "../receipts/claim-index.ts";

/**
 * What the bank kept of a transfer is ours to bear: 6603 → 1122 over the open principal of the claims, in their order. The
 * caller holds the account. Returns the ids, or undefined when less is open than is to be borne.
 */
export async function bearBankFee(
  tx: Transaction,
  claims: readonly LineClaim[],
  amountFen: Fen,
  by: { readonly today: CivilDate; readonly actor: string },
): Promise<string[] | undefined> {
  const openFen = claims.reduce((sum, claim) => sum + (claim.kind === "deposit" ? 0n : claim.openFen), 0n);
  if (openFen < amountFen) return undefined;
  let leftFen = amountFen;
  const ids: string[] = [];
  for (const claim of claims) {
    if (claim.kind === "deposit") continue;
    const partFen = smallerFen(leftFen, claim.openFen);
    if (partFen === 0n) continue;
    leftFen -= partFen;
    ids.push(await write(tx, claim, partFen, by.today, by.actor));
  }
  return ids;
}

/** Takes bank fees back: the claims are open again, from the day on which they had been given up. */
export async function takeBankFeesBack(
  tx: Transaction,
  reliefIds: readonly string[],
  by: { readonly actor: string },
): Promise<void> {
  const given = await rows<{ lineId: string; amountFen: Fen; relievedOn: CivilDate }>(
    tx,
    Prisma.sql`SELECT line_id AS "lineId", amount_fen AS "amountFen", relieved_on::text AS "relievedOn" FROM claim_relief
      WHERE id = ANY (${[...reliefIds]}::uuid[]) ORDER BY id DESC`,
  );
  const claims = await loadClaimsOf(
    tx,
    given.map((one) => one.lineId),
  );
  for (const one of given) {
    const claim = claims.find((each) => each.lineId === one.lineId);
    if (!claim) throw new Error(`no claim on line ${one.lineId}`);
    await write(tx, claim, -one.amountFen, one.relievedOn, by.actor);
  }
}

async function write(
  tx: Transaction,
  claim: LineClaim,
  amountFen: Fen,
  day: CivilDate,
  actor: string,
): Promise<string> {
  const id = newId();
  await execute(
    tx,
    Prisma.sql`INSERT INTO claim_relief (id, entity_id, line_id, kind, amount_fen, reason, requested_by, approved_by, relieved_on)
      VALUES (${id}::uuid, ${claim.entityId}::uuid, ${claim.lineId}::uuid, 'bank-fee', ${amountFen}, 'bank-fee', ${actor},
        'rule:bank-fee', ${day}::date)`,
  );
  await execute(
    tx,
    Prisma.sql`UPDATE receivable SET open_fen = open_fen - ${amountFen} WHERE line_id = ${claim.lineId}::uuid`,
  );
  const bookingDate = await bookingDatesOf(tx)(claim.entityId, day);
  const postings = post(contextOf(claim, { bookingDate, valueDate: day }), CHANNEL_FEES, RECEIVABLES, amountFen);
  await postToLedger(tx, [{ eventType: "claim.bank-fee", eventId: id, postings }]);
  return id;
}
