import type { SpeakerRole } from "../understanding/frame.ts";
import { SURE_ENOUGH } from "../understanding/understand.ts";
import type { Understand } from "../wish.ts";
import type { StaffContext, StaffWish } from "./context.ts";

/** Who answers for people or money speaks as a manager; who walks the corridors as a steward. */
export const speakerRoleOf = ({ staff }: StaffContext): SpeakerRole =>
  staff.roles.every((role) => role === "steward") ? "steward" : "manager";

/** Typed words of a colleague. */
export function understandStaff(context: StaffContext, words: string, understand: Understand): StaffWish {
  const now = new Date(context.nowMs).toISOString();
  const {
    intent,
    slots,
    confidence,
    alternatives = [],
  } = understand({ text: words, role: speakerRoleOf(context), now });
  const perhaps = [intent, ...alternatives.map((one) => one.intent)].filter((one) => one !== "unknown");
  return { intent, slots, words, ...(confidence < SURE_ENOUGH && perhaps.length > 0 ? { perhaps } : {}) };
}
