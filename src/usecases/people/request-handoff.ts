import { createHash } from "node:crypto";
import { Prisma } from "../../../generated/prisma/client.ts";
import { recordAudit } from "../../db/audit.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { CivilDate } from "../../domain/time/civil-date.ts";
import type { Platform } from "../../ports/messenger.ts";

/** A steward who can be told that somebody waits. */
export interface Steward {
  readonly personId: string;
  readonly platform: Platform;
  readonly appId: string;
  readonly externalId: string;
}

/** Writes down that a person wants to speak with a person; no phone and no words of theirs. */
export async function recordHandoff(
  tx: Transaction,
  request: {
    readonly personId: string | undefined;
    readonly tenantId: string | undefined;
    readonly conversationKey: string;
    readonly channel: Platform;
    readonly today: CivilDate;
  },
): Promise<void> {
  await recordAudit(tx, [
    {
      actor: request.personId === undefined ? "stranger" : `person:${request.personId}`,
      channel: request.channel,
      businessDate: request.today,
      action: "handoff.requested",
      subjectKind: request.tenantId === undefined ? "conversation" : "tenant",
      // The trail is never rewritten, so it does not hold the address of a person who may want to be forgotten.
      subjectId: request.tenantId ?? createHash("sha256").update(request.conversationKey).digest("hex").slice(0, 32),
    },
  ]);
}

/** The stewards of the projects where a tenant rents, as far as they can be reached, on any app. */
export async function findStewards(tx: Transaction, tenantId: string): Promise<Steward[]> {
  return rows<Steward>(
    tx,
    Prisma.sql`SELECT DISTINCT s.person_id AS "personId", c.platform, c.app_id AS "appId", c.external_id AS "externalId"
      FROM lease l
      JOIN staff_project sp ON sp.project_id = l.project_id
      JOIN staff s ON s.id = sp.staff_id AND s.left_at IS NULL
      JOIN staff_role r ON r.staff_id = s.id AND r.role = 'steward'
      JOIN channel_identity c ON c.person_id = s.person_id AND c.reachable
      WHERE l.tenant_id = ${tenantId}::uuid
      ORDER BY c.platform, c.app_id, c.external_id`,
  );
}
