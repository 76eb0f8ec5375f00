import type { CardAction } from "../../cards/action.ts";
import type { StaffMember } from "../../src/usecases/staff/find-staff-member.ts";
import type { Answer, BotContext, Wish } from "../context.ts";
import type { StaffServices } from "../staff-services.ts";

/** A colleague who has not left, on WeCom or DingTalk: what every staff handler gets. */
export interface StaffContext extends BotContext {
  readonly staff: StaffMember;
  readonly desk: StaffServices;
}

/** What a colleague wants, with the words as typed: numbers of documents are keys and not language. */
export interface StaffWish extends Wish {
  readonly words: string;
}

export type StaffHandler = (context: StaffContext, wish: StaffWish) => Promise<Answer>;

/** Buttons of staff cards, by type; each checks person, role, version and state again (money-rules 11). */
export type StaffActionHandlers = {
  readonly [Type in CardAction["type"]]?: (
    context: StaffContext,
    action: Extract<CardAction, { type: Type }>,
  ) => Promise<Answer>;
};
