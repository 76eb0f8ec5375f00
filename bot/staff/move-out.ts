import { textCard } from "../../cards/card.ts";
import { SETTLEMENT_TEXT } from "../../cards/settlement-text.zh-CN.ts";
import { formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import { type Answer, say } from "../context.ts";
import { dayIn } from "../dialogs/words.ts";
import { factCard } from "../fact-card.ts";
import { progressCard } from "../notices/moving-out-notices.ts";
import { SAY_MOVE_OUT as SAY } from "../text/move-out.zh-CN.ts";
import type { StaffActionHandlers, StaffContext } from "./context.ts";

type Command = (context: StaffContext) => Promise<Answer>;

const REFERENCE = "([A-Za-z0-9][A-Za-z0-9_-]{1,30})";
const NOTICE = new RegExp(`^(?:登记)?退租\\s+${REFERENCE}\\s+(\\S{3,12})(?:\\s+(.{2,100}))?$`);
const PROGRESS = new RegExp(`^退租(?:进度|结算|列表)?(?:\\s+${REFERENCE})?$`);
const PROCEED = new RegExp(`^(?:继续|办理)退租\\s*${REFERENCE}$`);
const PAPER = new RegExp(`^纸质确认\\s*${REFERENCE}$`);
const CANCEL = new RegExp(`^取消退租\\s*${REFERENCE}$`);
const FORFEIT = new RegExp(`^没收押金\\s*${REFERENCE}\\s+(\\d{1,9}(?:\\.\\d{1,2})?)元?\\s+(.{2,100})$`);

/** What a steward types about moving out. Undefined: none of it. */
export function moveOutStaffCommandOf(text: string): Command | undefined {
  const proceeds = PROCEED.exec(text);
  if (proceeds) return (context) => proceed(context, proceeds[1] ?? "");
  const forfeits = FORFEIT.exec(text);
  if (forfeits) return (context) => forfeit(context, forfeits[1] ?? "", forfeits[2] ?? "0", forfeits[3] ?? "");
  const paper = PAPER.exec(text);
  if (paper) return (context) => confirmOnPaper(context, paper[1] ?? "");
  const cancels = CANCEL.exec(text);
  if (cancels) return (context) => cancel(context, cancels[1] ?? "");
  const noticed = NOTICE.exec(text);
  if (noticed) return (context) => notice(context, noticed[1] ?? "", noticed[2] ?? "", noticed[3]);
  const progress = PROGRESS.exec(text);
  if (progress) return (context) => (progress[1] === undefined ? list(context) : show(context, progress[1]));
  return undefined;
}

export const MOVE_OUT_ACTIONS: StaffActionHandlers = {
  "move-out.show": (context, { number }) => show(context, number),
  "move-out.continue": (context, { number }) => proceed(context, number),
};

async function list(context: StaffContext): Promise<Answer> {
  const open = await context.services.openMoveOuts(context.staff);
  if (open.length === 0) return say(textCard(SAY.noneForStaff));
  const items = open.map(({ number, leaseCode, tenantName, lastDay }) => ({
    label: SAY.listItem(number, leaseCode),
    value: `${tenantName} ${formatDate(lastDay)}`,
  }));
  return say(factCard(SAY.list, { rows: [], items }), textCard(SAY.help));
}

async function show(context: StaffContext, reference: string, ...said: string[]): Promise<Answer> {
  const progress = await context.services.moveOutForStaff(context.staff, reference);
  if (!progress) return say(textCard(SAY.unknown));
  const paperUrl = context.services.settlementPaperUrl;
  // What was done is said apart: a card with buttons has little room for sentences.
  return say(...said.map((words) => textCard(words)), progressCard(progress, { proceeds: true, paperUrl }));
}

async function notice(
  context: StaffContext,
  leaseCode: string,
  day: string,
  reason: string = SAY.reason,
): Promise<Answer> {
  const lastDay = dayIn(day, context.today);
  if (lastDay === undefined) return say(textCard(SAY.badDay));
  const given = await context.services.noticeByStaff(context.staff, { leaseCode, lastDay, reason });
  return given.ok ? show(context, given.moveOut.number) : say(textCard(given.message.zh));
}

async function proceed(context: StaffContext, reference: string): Promise<Answer> {
  const gone = await context.services.continueMoveOut(context.staff, reference);
  if (!gone.ok) return say(textCard(gone.message.zh));
  return show(context, reference, SAY.did(gone.did.map((step) => SETTLEMENT_TEXT.steps[step])));
}

async function forfeit(context: StaffContext, reference: string, yuan: string, reason: string): Promise<Answer> {
  const amountFen = parseYuan(yuan);
  const asked = await context.services.forfeitDeposit(context.staff, reference, amountFen, reason);
  return say(textCard(asked.ok ? SAY.forfeitAsked(formatYuan(amountFen), asked.request.number) : asked.message.zh));
}

async function confirmOnPaper(context: StaffContext, reference: string): Promise<Answer> {
  const confirmed = await context.services.confirmOnPaper(context.staff, reference);
  return confirmed.ok ? show(context, reference, SAY.confirmed) : say(textCard(confirmed.message.zh));
}

async function cancel(context: StaffContext, reference: string): Promise<Answer> {
  const cancelled = await context.services.cancelMoveOut(context.staff, reference);
  return say(textCard(cancelled.ok ? SAY.cancelled(reference) : cancelled.message.zh));
}
