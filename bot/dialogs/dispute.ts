import { type Card, textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import type { DisputableLine } from "../../src/usecases/queries/disputable-lines.ts";
import { lineLabel } from "../bill-view.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import { SAY_CLAIMS } from "../text/claims.zh-CN.ts";
import type { DialogOf } from "./dialog.ts";
import {
  answerButton,
  ask,
  asMemberOf,
  type Flow,
  finish,
  noLongerMember,
  placeIn,
  plain,
  questionCard,
} from "./flow.ts";
import { chargesIn, isAside } from "./words.ts";

const SAY = SAY_CLAIMS.dispute;
/** A longer list is not read in a chat; the tenant names the bill then. */
const LINES_MAX = 15;
const BUTTONS_MAX = 6;
const REASON_MIN = 2;
const REASON_MAX = 300;

/** 账单异议: which line, then why; a steward hears of it and the line rests (money-rules 7, 8, 12). */
export const disputeFlow: Flow<"dispute"> = {
  title: SAY.title,
  async question(context, dialog) {
    const lines = await offered(context.services.disputableLines(dialog.tenantId), dialog);
    const chosen = lines.find((line) => line.lineId === dialog.lineId);
    if (chosen) return textCard(SAY.askReason(labelOf(chosen), formatYuan(chosen.amountFen)));
    return linesCard(lines, dialog);
  },
  answers: (_context, dialog, text) =>
    dialog.lineId === undefined
      ? placeIn(text) !== undefined || isChargeAlone(text)
      : placeIn(text) !== undefined || !isAside(text),
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    const lines = await offered(context.services.disputableLines(dialog.tenantId), dialog);
    const meant = lineMeant(lines, text);
    if (meant !== undefined) return chooseLine(tenant, dialog, meant);
    const chosen = lines.find((line) => line.lineId === dialog.lineId);
    if (!chosen) return say(textCard(SAY.again(lines.length)));
    const reason = plain(text).slice(0, REASON_MAX);
    if ([...reason].length < REASON_MIN) return say(textCard(SAY.reasonTooShort));
    const label = labelOf(chosen);
    const opened = await context.services.openDispute(chosen, label, reason, dialog.tenantId);
    if (!opened.ok) return finish(context, textCard(opened.message.zh));
    return finish(context, textCard(opened.heard ? SAY.done(label) : SAY.unheard(label)));
  },
};

export async function startDispute(context: TenantContext, wish: Wish): Promise<Answer> {
  if (!mayTenant(context.member.role, "line.dispute")) return say(textCard(SAY_CLAIMS.viewerOnly));
  const { tenantId } = context.member;
  const open = (await context.services.disputableLines(tenantId)).filter((line) => !line.disputed);
  const tapped = await tappedLine(context, wish);
  const ofBill =
    tapped !== undefined
      ? open.filter((line) => line.lineId === tapped)
      : wish.billNo === undefined
        ? open
        : open.filter((line) => line.billNo === wish.billNo);
  const { charges = [] } = wish.slots;
  const ofCharge = ofBill.filter((line) => charges.includes(line.kind));
  const lines = (ofCharge.length > 0 ? ofCharge : ofBill).slice(0, LINES_MAX);
  const [only] = lines;
  if (!only) return say(textCard(open.length === 0 ? SAY.nothing : SAY.notOfBill));
  return ask(context, disputeFlow, {
    name: "dispute",
    tenantId,
    // All lines stay within reach, so that a slip of the tongue can be put right; the likely ones come first.
    lineIds: lines.map((line) => line.lineId),
    ...(lines.length === 1 ? { lineId: only.lineId } : {}),
  });
}

/** The line at the place of a bill that a button names; "" where the bill has no such line. */
async function tappedLine(context: TenantContext, { billNo, position }: Wish): Promise<string | undefined> {
  if (billNo === undefined || position === undefined) return undefined;
  const bill = await context.services.bill(context.member.tenantId, billNo);
  return bill?.lines[position]?.lineId ?? "";
}

async function chooseLine(
  context: TenantContext,
  dialog: DialogOf<"dispute">,
  line: DisputableLine | "ambiguous",
): Promise<Answer> {
  const { tenantId, lineIds } = dialog;
  if (line === "ambiguous") return say(textCard(SAY.again(lineIds.length)));
  const all = lineIds.includes(line.lineId) ? lineIds : [...lineIds, line.lineId];
  return ask(context, disputeFlow, { name: "dispute", tenantId, lineIds: all, lineId: line.lineId });
}

/** "2", "电费", "不对，是水费": another line than so far; undefined when the words name none. */
function lineMeant(lines: readonly DisputableLine[], text: string): DisputableLine | "ambiguous" | undefined {
  const place = placeIn(text);
  if (place !== undefined) return lines[place] ?? "ambiguous";
  if (!isChargeAlone(text)) return undefined;
  const kinds = chargesIn(text);
  const named = lines.filter((line) => kinds.includes(line.kind));
  return named.length === 1 ? named[0] : "ambiguous";
}

/** A charge's name and little else: "电费", "不对，是水费". With more words it is a reason. */
const isChargeAlone = (text: string): boolean =>
  /^((不对|错了|不是|说错了|更正)?[，,。\s]*(应该)?是?)?(这笔|那笔)?\p{Script=Han}{1,6}费?(那?一?[笔条项])?[。.!！吧]*$/u.test(
    plain(text),
  ) &&
  chargesIn(text).length === 1 &&
  !/多|少|高|低|贵|错(?!了[，,])|重复|怎么|为什么|没/.test(plain(text).replace(/^(不对|错了|说错了)[，,\s]*/, ""));

/** Lines that were offered and are still open and undisputed, in the order offered. */
async function offered(
  found: Promise<readonly DisputableLine[]>,
  dialog: DialogOf<"dispute">,
): Promise<readonly DisputableLine[]> {
  const open = (await found).filter((line) => !line.disputed);
  const first = dialog.lineIds.flatMap((id) => open.filter((line) => line.lineId === id));
  return dialog.lineId === undefined
    ? first
    : [...first, ...open.filter((line) => !dialog.lineIds.includes(line.lineId))];
}

function linesCard(lines: readonly DisputableLine[], dialog: DialogOf<"dispute">): Card {
  const card = questionCard(
    lines
      .slice(0, BUTTONS_MAX)
      .map((line, index) => answerButton(dialog, `${index + 1}. ${labelOf(line)}`, { value: String(index + 1) })),
    SAY.ask,
  );
  return {
    ...card,
    items: lines.map((line, index) => ({
      label: `${index + 1}. ${SAY.item(line.billNo, labelOf(line))}`,
      value: formatYuan(line.amountFen),
    })),
  };
}

export const labelOf = (line: DisputableLine): string => lineLabel(line, line.billMonth);
