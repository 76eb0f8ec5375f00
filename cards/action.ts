import { MEMBER_ROLES, type MemberRole } from "../src/domain/people/tenant-permissions.ts";
import { isWishName, type WishName } from "./wish-names.zh-CN.ts";

/**
 * What a button asks for. A click is a request, not a decision: the server authorises it again, against the person, the
 * role, the version and the state (money-rules 11), so an action carries ids and never amounts or recipients.
 */
export type CardAction =
  | { readonly type: "bill.show"; readonly billNo: string }
  | { readonly type: "bill.list" }
  /** How the line at this place of the bill, from 0, came about. */
  | { readonly type: "bill.explain"; readonly billNo: string; readonly position: number }
  | { readonly type: "pay"; readonly billNo: string }
  | { readonly type: "pay.all" }
  | { readonly type: "bind.start" }
  | { readonly type: "help" }
  | { readonly type: "handoff" }
  | { readonly type: "invoice.start" }
  /** One of the wishes that the bot offered because it was not sure, or because there was a second one. */
  | { readonly type: "wish"; readonly intent: WishName }
  /** Answers one step of a dialog, as if `value` had been typed; a button of an earlier step says so and does nothing. */
  | { readonly type: "answer"; readonly step: string; readonly value: string }
  /** An owner lets somebody in who asked, or not. */
  | { readonly type: "join.decide"; readonly code: string; readonly decision: JoinDecision }
  /** A colleague decides one step of an approval document, as of the version that the card showed. */
  | {
      readonly type: "approval.decide";
      readonly number: string;
      readonly version: number;
      readonly decision: "approve" | "reject";
    }
  | { readonly type: "approval.show"; readonly number: string }
  | { readonly type: "approval.cancel"; readonly number: string }
  | { readonly type: "approval.list" }
  /** A colleague takes back that another decides in their name. */
  | { readonly type: "delegation.revoke"; readonly id: string }
  /** A colleague settles a difference with the choice at this place of the card, from 0, as of the version that it showed. */
  | { readonly type: "exception.resolve"; readonly id: string; readonly version: number; readonly choice: number }
  | { readonly type: "exception.show"; readonly id: string }
  /** A colleague looks at the slips that tenants sent for the money of a difference. */
  | { readonly type: "exception.slips"; readonly id: string }
  /** 退租: progress; the tenant's consent to the sheet of a version, or an objection; a colleague goes on with the next step. */
  | { readonly type: "move-out.show"; readonly number: string }
  | { readonly type: "move-out.confirm"; readonly number: string; readonly version: number }
  | { readonly type: "move-out.object"; readonly number: string; readonly version: number }
  | { readonly type: "move-out.continue"; readonly number: string }
  /** The line at this place of a bill, from 0, is disputed. */
  | { readonly type: "line.dispute"; readonly billNo: string; readonly position: number }
  /** Something on a bill is disputed: which line is asked next, unless there is only one. */
  | { readonly type: "bill.dispute"; readonly billNo: string }
  /** Finance wants another try of an invoice that a provider did not get done, or makes it by hand. */
  | { readonly type: "invoice.retry"; readonly orderNo: string }
  | { readonly type: "invoice.by-hand"; readonly orderNo: string }
  /** The receipt of a payment as a file. */
  | { readonly type: "receipt.pdf"; readonly receiptNo: string }
  /** A colleague releases a held refund. */
  | { readonly type: "refund.lift"; readonly refundNo: string }
  /** A colleague looks at a task, says what became of it, or shows a code to pay by. */
  | { readonly type: "task.show"; readonly number: string }
  | { readonly type: "task.result"; readonly number: string; readonly result: TaskResultChoice }
  | { readonly type: "task.collect"; readonly number: string };

export type TaskResultChoice = "unreachable" | "promised" | "disputed" | "visited" | "paid";
const TASK_RESULT_CHOICES: readonly string[] = [
  "unreachable",
  "promised",
  "disputed",
  "visited",
  "paid",
] satisfies TaskResultChoice[];

export type JoinDecision = MemberRole | "refuse";
const JOIN_DECISIONS: readonly string[] = [...MEMBER_ROLES, "refuse"] satisfies JoinDecision[];

/** Bytes of the longest action text: the key of an official-account menu takes 128 (cards/limits.ts). */
const ACTION_MAX_LENGTH = 128;
/** Grows when a field changes its meaning: buttons sent before then decode to null instead of to something else. */
const VERSION = "1";

/**
 * The text of a button: `1:bill.show:DG-202609-00001`. It serves as msgmenu id, menu key and WeCom button key alike. Not
 * signed: it gives no right that its sender does not have anyway. Throws RangeError beyond 128 characters.
 */
export function encodeAction(action: CardAction): string {
  const text = write(action);
  if (text.length > ACTION_MAX_LENGTH) throw new RangeError(`an action of ${text.length} characters: ${action.type}`);
  return text;
}

/** The action of a button, or null for anything that `encodeAction` did not write. */
export function decodeAction(text: string): CardAction | null {
  if (text.length > ACTION_MAX_LENGTH) return null;
  const [version, type = "", ...encoded] = text.split(":");
  if (version !== VERSION) return null;
  const action = build(type, encoded.map(decodeArgument));
  // One text per action: what reads the same but is written otherwise is not ours.
  return action !== null && write(action) === text ? action : null;
}

const write = (action: CardAction): string =>
  [VERSION, action.type, ...argumentsOf(action).map(encodeURIComponent)].join(":");

function argumentsOf(action: CardAction): readonly string[] {
  switch (action.type) {
    case "bill.show":
    case "bill.dispute":
    case "pay":
      return [action.billNo];
    case "wish":
      return [action.intent];
    case "bill.explain":
    case "line.dispute":
      return [action.billNo, String(action.position)];
    case "move-out.show":
    case "move-out.continue":
      return [action.number];
    case "move-out.confirm":
    case "move-out.object":
      return [action.number, String(action.version)];
    case "answer":
      return [action.step, action.value];
    case "join.decide":
      return [action.code, action.decision];
    case "approval.decide":
      return [action.number, String(action.version), action.decision];
    case "approval.show":
    case "approval.cancel":
      return [action.number];
    case "refund.lift":
      return [action.refundNo];
    case "invoice.retry":
    case "invoice.by-hand":
      return [action.orderNo];
    case "receipt.pdf":
      return [action.receiptNo];
    case "task.show":
    case "task.collect":
      return [action.number];
    case "task.result":
      return [action.number, action.result];
    case "exception.resolve":
      return [action.id, String(action.version), String(action.choice)];
    case "exception.show":
    case "exception.slips":
    case "delegation.revoke":
      return [action.id];
    case "bill.list":
    case "pay.all":
    case "bind.start":
    case "help":
    case "handoff":
    case "invoice.start":
    case "approval.list":
      return [];
    default:
      return action satisfies never;
  }
}

/** A place on a bill, from 0. */
const PLACE = /^(?:0|[1-9]\d{0,3})$/;
/** A version, from 1. */
const COUNT = /^[1-9]\d{0,5}$/;

function build(type: string, values: readonly string[]): CardAction | null {
  const [first, second, third] = values;
  switch (type) {
    case "bill.show":
    case "bill.dispute":
    case "pay":
      return first ? { type, billNo: first } : null;
    case "wish":
      return first && isWishName(first) ? { type, intent: first } : null;
    case "move-out.show":
    case "move-out.continue":
      return first ? { type, number: first } : null;
    case "move-out.confirm":
    case "move-out.object":
      return first && second !== undefined && COUNT.test(second)
        ? { type, number: first, version: Number(second) }
        : null;
    case "bill.explain":
    case "line.dispute":
      return first && second !== undefined && PLACE.test(second)
        ? { type, billNo: first, position: Number(second) }
        : null;
    case "answer":
      return first && second ? { type, step: first, value: second } : null;
    case "join.decide":
      return first && second && isJoinDecision(second) ? { type, code: first, decision: second } : null;
    case "approval.decide":
      return first && second !== undefined && COUNT.test(second) && (third === "approve" || third === "reject")
        ? { type, number: first, version: Number(second), decision: third }
        : null;
    case "approval.show":
    case "approval.cancel":
      return first ? { type, number: first } : null;
    case "refund.lift":
      return first ? { type, refundNo: first } : null;
    case "invoice.retry":
    case "invoice.by-hand":
      return first ? { type, orderNo: first } : null;
    case "receipt.pdf":
      return first ? { type, receiptNo: first } : null;
    case "exception.resolve":
      return first && second !== undefined && COUNT.test(second) && third !== undefined && PLACE.test(third)
        ? { type, id: first, version: Number(second), choice: Number(third) }
        : null;
    case "exception.show":
    case "exception.slips":
    case "delegation.revoke":
      return first ? { type, id: first } : null;
    case "task.show":
    case "task.collect":
      return first ? { type, number: first } : null;
    case "task.result":
      return first && second && isTaskResult(second) ? { type, number: first, result: second } : null;
    case "bill.list":
    case "pay.all":
    case "bind.start":
    case "help":
    case "handoff":
    case "invoice.start":
    case "approval.list":
      return { type };
    default:
      return null;
  }
}

const isJoinDecision = (text: string): text is JoinDecision => JOIN_DECISIONS.includes(text);

const isTaskResult = (text: string): text is TaskResultChoice => TASK_RESULT_CHOICES.includes(text);

function decodeArgument(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}
