import { auditCard } from "../../cards/audit-card.ts";
import { textCard } from "../../cards/card.ts";
import { may } from "../../src/usecases/staff/permissions.ts";
import { type Answer, say } from "../context.ts";
import { STAFF_SAY } from "../text/staff.zh-CN.ts";
import type { StaffContext, StaffWish } from "./context.ts";

/** A number of a document in the words: "DG-202609-00001", "SP-202609-00001", "R-E1-2026-000001". */
const NUMBER = /[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*-\d{3,}/i;
const MOST = 8;

/** 谁批的…, 最近的审批记录: for who may read the trail, about what is in their reach. */
export async function showAudit(context: StaffContext, { words, slots }: StaffWish): Promise<Answer> {
  const { desk, staff } = context;
  const TEXT = STAFF_SAY.audit;
  if (!may(staff, "audit.read")) return say(textCard(STAFF_SAY.notAllowed(TEXT.name)));
  const number = NUMBER.exec(words.normalize("NFKC"))?.[0];
  if (number === undefined) {
    const recent = await desk.recentApprovals(staff, slots.limit ?? MOST);
    return say(recent.length === 0 ? textCard(TEXT.none) : auditCard(TEXT.recent, recent));
  }
  const trail = await desk.auditTrail(staff, number);
  if (!trail) return say(textCard(TEXT.unknown(number)));
  return say(trail.length === 0 ? textCard(TEXT.nothing(number)) : auditCard(TEXT.of(number), trail));
}
