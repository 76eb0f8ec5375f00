import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { CardSubject } from "../../db/outbox/content.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";

export interface GroupNotice {
  readonly projectId: string;
  readonly card: Card;
  /** Who may press the card's buttons in the group, where the platform can show them to some alone (DingTalk). */
  readonly buttonsForPersonIds?: readonly string[] | undefined;
  /** What the card is about: its copies are replaced with updateCards (usecases/cards) when that changes. */
  readonly subject?: CardSubject | undefined;
  /** Business identity of the notice; a second telling of it changes nothing. */
  readonly dedupeKey: string;
}

/** Says a card in the project's group on every platform that has one. Returns in how many. */
export async function tellProjectGroups(tx: Transaction, notice: GroupNotice): Promise<number> {
  const groups = await rows<{
    platform: "wecom" | "dingtalk";
    app_id: string;
    external_id: string;
    viewers: readonly string[];
  }>(
    tx,
    Prisma.sql`SELECT g.platform, g.app_id, g.external_id,
        ARRAY(SELECT i.external_id FROM channel_identity i WHERE i.platform = g.platform AND i.app_id = g.app_id
          AND i.reachable AND i.person_id = ANY (${[...(notice.buttonsForPersonIds ?? [])]}::uuid[])
          ORDER BY i.external_id) AS viewers
      FROM staff_group g WHERE g.project_id = ${notice.projectId}::uuid ORDER BY g.platform, g.app_id`,
  );
  const { card, subject } = notice;
  await enqueueMessages(
    tx,
    groups.map((group) => {
      const shown: Card = { ...card, buttonsFor: group.viewers };
      return {
        channel: group.platform,
        appId: group.app_id,
        recipient: group.external_id,
        recipientKind: "group",
        occasion: "notice",
        message: subject === undefined ? shown : { kind: "subject-card", card: shown, subject },
        dedupeKey: `${notice.dedupeKey}|${group.platform}|${group.external_id}`,
      };
    }),
  );
  return groups.length;
}
