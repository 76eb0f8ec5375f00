import { compareCodes } from "../charging/code-order.ts";

export type ReceiptEntity =
  | { readonly ok: true; readonly entity: string }
  | {
      readonly ok: false;
      readonly code: "RECEIPT_ENTITY_CONFLICT" | "RECEIPT_BILLS_OF_SEVERAL_ENTITIES" | "RECEIPT_ENTITY_UNSAID";
      /** For the person who has to act on it. */
      readonly message: { readonly zh: string; readonly en: string };
    };

/**
 * The one legal entity of a receipt (money-rules 8): that of the named bills, else the one that was said, else the only
 * one that the tenant owes (disputed lines count as owed: better to ask than to guess), else it must be said.
 */
export function resolveReceiptEntity(facts: {
  readonly statedEntity?: string;
  readonly namedBills: readonly { readonly billNo: string; readonly entity: string }[];
  readonly owedEntities: readonly string[];
}): ReceiptEntity {
  const named = distinct(facts.namedBills.map((bill) => bill.entity));
  const stated = facts.statedEntity;
  if (named.length > 1) {
    const list = facts.namedBills.map((bill) => `${bill.billNo} (${bill.entity})`).join(", ");
    return {
      ok: false,
      code: "RECEIPT_BILLS_OF_SEVERAL_ENTITIES",
      message: {
        zh: `所选账单属于不同的收款主体：${list}。请按主体分别收款。`,
        en: `The named bills belong to several entities: ${list}. Record one receipt for each entity.`,
      },
    };
  }
  const ofBills = named[0];
  if (ofBills !== undefined && stated !== undefined && stated !== ofBills) {
    return {
      ok: false,
      code: "RECEIPT_ENTITY_CONFLICT",
      message: {
        zh: `指定的收款主体是 ${stated}，但所选账单属于 ${ofBills}。请改正其中一项。`,
        en: `The entity given is ${stated}, but the named bills belong to ${ofBills}. Correct one of the two.`,
      },
    };
  }
  const entity = ofBills ?? stated;
  if (entity !== undefined) return { ok: true, entity };
  const owed = distinct(facts.owedEntities);
  const only = owed[0];
  if (only !== undefined && owed.length === 1) return { ok: true, entity: only };
  return {
    ok: false,
    code: "RECEIPT_ENTITY_UNSAID",
    message:
      owed.length === 0
        ? {
            zh: "该租户目前没有欠款，无法判断收款主体，请指明主体。",
            en: "The tenant owes nothing, so the entity cannot be inferred. Say which entity received the money.",
          }
        : {
            zh: `该租户同时欠 ${owed.join("、")} 的款项，请指明收款主体。`,
            en: `The tenant owes ${owed.join(", ")}. Say which entity received the money.`,
          },
  };
}

const distinct = (codes: readonly string[]): string[] => [...new Set(codes)].sort(compareCodes);
