import type { OutboxMessage } from "../../db/outbox/enqueue.ts";
import type { Transaction } from "../../db/transaction.ts";
import { addDays, type CivilDate } from "../../domain/time/civil-date.ts";
import { letterKey, requestLetters } from "../documents/documents.ts";
import type { Contact } from "./contacts.ts";
import type { DunningContext, DunningNotice } from "./context.ts";
import { byEntity, namesOf, type TenantPlan } from "./plan.ts";

/** A link with more bills than this does not open (src/http/h5/link.ts takes 100); the rest is paid by the same cashier. */
const LINK_BILLS_MAX = 40;
/** By then a formal notice wants its money. */
const LETTER_DAYS = 7;

/**
 * The facts of the messages of these plans, by tenant. A formal notice has a letter of each entity, and so has every
 * overdue sum that is said by e-mail; it is printed when somebody opens it or the mail leaves.
 */
export async function noticesOf(
  tx: Transaction,
  plans: readonly TenantPlan[],
  today: CivilDate,
  byMail: ReadonlySet<string>,
  context: DunningContext,
): Promise<ReadonlyMap<string, DunningNotice>> {
  const tenants = await namesOf(
    tx,
    "tenant",
    plans.map(({ tenantId }) => tenantId),
  );
  const entities = await namesOf(
    tx,
    "legal_entity",
    plans.flatMap(({ claims }) => claims.map(({ entityId }) => entityId)),
  );
  const letterOf = (tenantId: string, entityId: string) =>
    ({
      kind: "dunning-letter",
      tenantId,
      entityId,
      asOf: today,
      payBefore: addDays(today, LETTER_DAYS),
    }) as const;
  const letters = await requestLetters(
    tx,
    plans
      .filter((plan) => plan.daysOverdue > 0 && (isFormal(plan) || byMail.has(plan.tenantId)))
      .flatMap(({ tenantId, claims }) => byEntity(claims).map(({ entityId }) => letterOf(tenantId, entityId))),
  );
  return new Map(
    plans.map((plan): [string, DunningNotice] => [
      plan.tenantId,
      {
        action: plan.say.action,
        tenantName: tenants.get(plan.tenantId)?.name ?? "",
        dueDate: plan.dueDate,
        daysOverdue: plan.daysOverdue,
        openFen: plan.openFen,
        entities: byEntity(plan.claims).map(({ entityId, openFen, billNos }) => {
          const documentId = letters.get(letterKey(letterOf(plan.tenantId, entityId)));
          const order = { tenantId: plan.tenantId, entityId, billNos: billNos.slice(0, LINK_BILLS_MAX) };
          return {
            entityId,
            entityName: entities.get(entityId)?.name ?? "",
            openFen,
            billNos,
            payUrl: context.payUrl(order),
            ...(documentId === undefined ? {} : { letter: { documentId, url: context.letterUrl(documentId) } }),
          };
        }),
      },
    ]),
  );
}

const isFormal = ({ say }: TenantPlan): boolean => say.action === "formal-notice" || say.action === "escalate";

/** Of every dunning message; the relay looks again at what carries it before it leaves. */
export const DUNNING_KEY = "dunning|";
export const messageKey = (stepId: string, ordinal: number): string => `${DUNNING_KEY}${stepId}|${ordinal}`;

/** A message about a step to one contact. */
export function toMessage(
  notice: DunningNotice,
  contact: Contact,
  dedupeKey: string,
  shortCode: string,
  context: DunningContext,
): OutboxMessage {
  const address = { recipient: contact.recipient, personId: contact.personId, occasion: "notice" as const, dedupeKey };
  switch (contact.way) {
    case "official-account":
      return {
        ...address,
        channel: "official-account",
        appId: context.officialAccountAppId ?? "",
        message: context.words.card(notice),
      };
    case "sms":
      return {
        ...address,
        channel: "sms",
        appId: "sms",
        message: { template: "dunning", parameters: context.words.sms(notice, shortCode) },
      };
    case "email":
      return {
        ...address,
        channel: "email",
        appId: "email",
        message: {
          ...context.words.mail(notice, contact.personName),
          fileIds: [],
          documentIds: notice.entities.flatMap(({ letter }) => (letter === undefined ? [] : [letter.documentId])),
        },
      };
    default:
      return contact.way satisfies never;
  }
}
