import { followUp } from "../follow-up.ts";
import type { SpeakerRole } from "../understanding/frame.ts";
import { doubtOf, furtherOf, offeredByName, type Understand } from "../wish.ts";
import type { StaffContext, StaffWish } from "./context.ts";

/** Who answers for people or money speaks as a manager; who walks the corridors as a steward. */
export const speakerRoleOf = ({ staff }: StaffContext): SpeakerRole =>
  staff.roles.every((role) => role === "steward") ? "steward" : "manager";

/** Typed words of a colleague. */
export function understandStaff(context: StaffContext, words: string, understand: Understand): StaffWish {
  const now = new Date(context.nowMs).toISOString();
  const offered = offeredByName(context.memory.offered, words);
  if (offered) return { ...offered, words };
  const frame = followUp(context.memory.last, words, understand({ text: words, role: speakerRoleOf(context), now }));
  return { intent: frame.intent, slots: frame.slots, words, ...doubtOf(frame), ...furtherOf(frame) };
}
