import type { InboundEvent } from "../../../bot/events.ts";
import type { Transaction } from "../../db/transaction.ts";
import { countUse, RATE_LIMITS } from "./rate-limits.ts";

/** `warn`: the first message too many, which is told so; `silent`: those after it, until the minute is over. */
export type TalkVerdict = "answer" | "warn" | "silent";

/**
 * Counts what a person says. By the time of sending: what has waited while we were down was not said at once. What
 * happens to a person (a report, following, leaving) is not talk and always handled.
 */
export async function limitTalk(tx: Transaction, event: InboundEvent): Promise<TalkVerdict> {
  if (event.kind === "delivery" || event.kind === "subscribe" || event.kind === "unsubscribe") return "answer";
  const person = `${event.platform}|${event.appId}|${event.senderId}`;
  const count = await countUse(tx, "person-message", person, event.sentAtMs);
  const { limit } = RATE_LIMITS["person-message"];
  if (count <= limit) return "answer";
  return count === limit + 1 ? "warn" : "silent";
}
