import type { Card } from "../../../cards/card.ts";
import { Prisma } from "../../../generated/prisma/client.ts";
import type { CardSubject, OutboxContent } from "../../db/outbox/content.ts";
import { enqueueMessages } from "../../db/outbox/enqueue.ts";
import { rows } from "../../db/rows.ts";
import type { Transaction } from "../../db/transaction.ts";
import type { StaffRole } from "../../domain/world/property.ts";
import type { Platform } from "../../ports/messenger.ts";
import { findAllStaff, type StaffMember } from "./find-staff-member.ts";
import { covers, type Place } from "./permissions.ts";

/** Whom to tell: everybody of the staff who fits all that is said. */
export interface StaffAddress extends Place {
  /** One of these roles is enough. */
  readonly roles?: readonly StaffRole[] | undefined;
  readonly staffIds?: readonly string[] | undefined;
  readonly exceptPersonIds?: readonly string[] | undefined;
}

export interface StaffNotice {
  readonly to: StaffAddress;
  /** The same card for everybody, or one for each. */
  readonly card: Card | ((member: StaffMember) => Card);
  /** What the card is about: its copies are replaced with updateCards (usecases/cards) when that changes. */
  readonly subject?: CardSubject | undefined;
  /** Business identity of the notice, once for all; a second telling of it changes nothing. */
  readonly dedupeKey: string;
}

interface Reach {
  readonly personId: string;
  readonly platform: Platform;
  readonly appId: string;
  readonly externalId: string;
}

/**
 * Tells people of the staff, each on one platform: WeCom, else DingTalk. Returns those who were told; somebody without
 * either is left out.
 */
export async function tellStaff(tx: Transaction, notice: StaffNotice): Promise<readonly StaffMember[]> {
  const members = await findAddressees(tx, notice.to);
  if (members.length === 0) return [];
  const reachByPerson = await findReach(
    tx,
    members.map((member) => member.personId),
  );
  const told = members.flatMap((member) => {
    const reach = reachByPerson.get(member.personId);
    return reach === undefined ? [] : [{ member, reach }];
  });
  await enqueueMessages(
    tx,
    told.map(({ member, reach }) => ({
      channel: reach.platform,
      appId: reach.appId,
      recipient: reach.externalId,
      personId: member.personId,
      occasion: "notice",
      message: contentOf(notice, member),
      dedupeKey: `${notice.dedupeKey}|${reach.platform}|${reach.externalId}`,
    })),
  );
  return told.map(({ member }) => member);
}

function contentOf({ card, subject }: StaffNotice, member: StaffMember): OutboxContent {
  const shown = typeof card === "function" ? card(member) : card;
  return subject === undefined ? shown : { kind: "subject-card", card: shown, subject };
}

/** Who of the staff an address means; a person with two codes once. */
export async function findAddressees(tx: Transaction, to: StaffAddress): Promise<StaffMember[]> {
  const seen = new Set(to.exceptPersonIds ?? []);
  return (await findAllStaff(tx)).filter((member) => {
    const isMeant =
      (to.staffIds === undefined || to.staffIds.includes(member.staffId)) &&
      (to.roles === undefined || to.roles.some((role) => member.roles.includes(role))) &&
      covers(member, to) &&
      !seen.has(member.personId);
    if (isMeant) seen.add(member.personId);
    return isMeant;
  });
}

async function findReach(tx: Transaction, personIds: readonly string[]): Promise<Map<string, Reach>> {
  const found = await rows<Reach>(
    tx,
    Prisma.sql`SELECT DISTINCT ON (person_id) person_id AS "personId", platform, app_id AS "appId",
        external_id AS "externalId"
      FROM channel_identity
      WHERE person_id = ANY (${[...personIds]}::uuid[]) AND reachable AND platform IN ('wecom', 'dingtalk')
      ORDER BY person_id, array_position(ARRAY['wecom', 'dingtalk'], platform), app_id, external_id`,
  );
  return new Map(found.map((reach) => [reach.personId, reach]));
}
