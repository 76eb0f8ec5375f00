import { Prisma } from "../../../generated/prisma/client.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { Fen } from "../../domain/money/fen.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";

/** A transfer that a tenant said was made. */
export interface TransferClaim {
  readonly claimedOn: CivilDate;
  readonly amountFen: Fen | null;
  readonly state: "open" | "confirmed" | "refused";
}

const LATEST = 5;

/** What a tenant has told of its transfers and what became of it, the latest first. */
export const findTransferClaims = (tx: Transaction, tenantId: string): Promise<TransferClaim[]> =>
  rows<TransferClaim>(
    tx,
    Prisma.sql`SELECT claimed_on::text AS "claimedOn", amount_fen AS "amountFen", state FROM transfer_claim
      WHERE tenant_id = ${tenantId}::uuid ORDER BY recorded_at DESC, id DESC LIMIT ${LATEST}`,
  );
