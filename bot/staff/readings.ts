import { textCard } from "../../cards/card.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import { type Answer, say } from "../context.ts";
import { SAY_METERS as SAY } from "../text/meters.zh-CN.ts";
import type { StaffContext } from "./context.ts";

/** “接收读数 DS-1A2B3C4D” and “不采用读数 DS-1A2B3C4D 表号不对”. */
const DECIDE = /^(接收|采用|不采用|退回)读数\s*(DS-[0-9A-F]{8})(?:[\s，,：:]+(.+))?$/i;

export function readingCommandOf(text: string): ((context: StaffContext) => Promise<Answer>) | undefined {
  const found = DECIDE.exec(text);
  if (!found) return undefined;
  const [, verb = "", reference = "", reason] = found;
  return async ({ services, staff }) => {
    const accept = verb === "接收" || verb === "采用";
    const decided = await services.decideReading(staff, reference, { accept, reason: reason ?? SAY.byChat });
    if (!decided.ok) return say(textCard(decided.message.zh));
    const tell = accept ? SAY.accepted : SAY.dropped;
    return say(textCard(tell(decided.meter, formatDate(decided.standsOn))));
  };
}
