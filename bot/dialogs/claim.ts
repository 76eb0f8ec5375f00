import { type Card, textCard } from "../../cards/card.ts";
import { type Fen, formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import { addDays, formatDate, isCivilDate } from "../../src/domain/time/civil-date.ts";
import { type Answer, type BotContext, say, type TenantContext, type Wish } from "../context.ts";
import { takeSlip } from "../handlers/slip-photo.ts";
import { SAY_CLAIMS } from "../text/claims.zh-CN.ts";
import type { DialogOf } from "./dialog.ts";
import { answerButton, ask, asMemberOf, type Flow, finish, noLongerMember, plain, questionCard } from "./flow.ts";
import { amountIn, isAside, pastDayIn } from "./words.ts";

type ClaimDialog = DialogOf<"claim">;

const SAY = SAY_CLAIMS.claim;
/** Receipts among which a transfer may already be found, and how old they may be: last month's rent is the same amount. */
const LATEST = 5;
const ARRIVED_DAYS = 7;
const DETAILS_MAX = 100;
const CORRECTS = /^(?:不对|错了|说错了?|打错了?|更正|改成|改为|不是|应该是)/;
/** Words about who paid, and from where. */
const PAYER =
  /户名|账户|个人|公司|有限|厂|店|卡|代付|本人|名字|叫|老板|财务|会计|银行|[工农中建招交]行|支付宝|微信|转的/;

/**
 * 认领转账: how much, and, where no money waits that fits, when and by whom. The claim is kept as soon as the amount is
 * known: what is said after that only helps finance to find it.
 */
export const claimFlow: Flow<"claim"> = {
  title: SAY.title,
  question: async (_context, dialog) =>
    dialog.claimId === undefined ? textCard(SAY.askAmount) : detailsCard(dialog, dialog.amount),
  answers(_context, dialog, text) {
    if (dialog.claimId === undefined) return amountIn(text) !== undefined || isUnclear(text);
    return (
      correctedAmount(text) !== undefined ||
      isUnclear(text) ||
      (!isAside(text) && plain(text).length <= DETAILS_MAX && PAYER.test(text)) ||
      isOnlyDay(text)
    );
  },
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    const { claimId } = dialog;
    if (claimId === undefined) {
      const amount = amountIn(text);
      if (amount === undefined) return say(textCard(SAY.amountAgain));
      return claim(tenant, { amount, said: [dialog.said, text].join("；"), slip: dialog.slip });
    }
    if (isUnclear(text)) return finish(context, textCard(SAY.keptAsIs));
    const amount = correctedAmount(text);
    const amended = await context.services.amendClaim(dialog.tenantId, claimId, {
      said: plain(text).slice(0, DETAILS_MAX),
      amountFen: amount === undefined ? undefined : parseYuan(amount),
    });
    if (!amended.ok) return finish(context, textCard(amended.message.zh));
    if (amount === undefined) return finish(context, textCard(SAY.added));
    if (amended.found) return finish(context, textCard(SAY.found(formatYuan(parseYuan(amount)))));
    return ask(context, claimFlow, { ...stepOfDialog(dialog), amount });
  },
  leaves: ({ claimId }) => (claimId === undefined ? undefined : SAY.left),
};

/** “我转了五千怎么没到账” (transfer.claim): the claim is kept, a person of finance confirms it. */
export async function startClaim(context: TenantContext, wish: Wish): Promise<Answer> {
  if (!mayTenant(context.member.role, "transfer.claim")) return say(textCard(SAY_CLAIMS.viewerOnly));
  const { amount } = wish.slots;
  const said = context.event.kind === "text" ? context.event.text : "";
  if (amount === undefined) {
    return ask(context, claimFlow, { name: "claim", tenantId: context.member.tenantId, said: said.slice(0, 200) });
  }
  const hasArrived = await arrived(context, wish, parseYuan(amount));
  return hasArrived ? say(hasArrived) : claim(context, { amount, said, slip: undefined });
}

/** A picture in the middle of it is the slip. */
export async function addSlip(context: BotContext, dialog: ClaimDialog, mediaId: string): Promise<Answer | undefined> {
  if (dialog.claimId !== undefined) return takeSlip(context, mediaId);
  const given = await ask(context, claimFlow, { ...stepOfDialog(dialog), slip: mediaId });
  return { ...given, replies: [textCard(SAY.slipFirst)] };
}

interface Claim {
  readonly amount: string;
  readonly said: string;
  readonly slip: string | undefined;
}

async function claim(context: TenantContext, { amount, said, slip }: Claim): Promise<Answer> {
  const { tenantId } = context.member;
  const claimed = await context.services.claimTransfer(tenantId, { amountFen: parseYuan(amount), said });
  if (!claimed.ok) return finish(context, textCard(claimed.message.zh));
  if (slip !== undefined) await context.services.attachSlip(slip);
  if (claimed.found) return finish(context, textCard(SAY.found(formatYuan(parseYuan(amount)))));
  // Day or payer were said at once: nothing is left to be asked.
  if (pastDayIn(said, context.today) !== undefined || PAYER.test(said)) {
    return finish(context, textCard(SAY.notYet(formatYuan(parseYuan(amount)))));
  }
  const { claimId } = claimed;
  return ask(context, claimFlow, { name: "claim", tenantId, said: "", claimId, amount });
}

/** Whether it came already: in the last days, or since the day that was said. */
async function arrived(context: TenantContext, wish: Wish, amountFen: Fen): Promise<Card | undefined> {
  const { period } = wish.slots;
  const since = period !== undefined && isCivilDate(period) ? period : addDays(context.today, -ARRIVED_DAYS);
  const payments = await context.services.payments(context.member.tenantId, { limit: LATEST });
  const payment = payments.find((one) => one.amountFen === amountFen && one.valueDate >= since);
  return payment && textCard(SAY.arrived(formatYuan(amountFen), formatDate(payment.valueDate)));
}

function detailsCard(dialog: ClaimDialog, amount = "0"): Card {
  const buttons = [SAY.today, SAY.yesterday, SAY.unclear].map((label) => answerButton(dialog, label));
  return questionCard(buttons, SAY.askDetails(formatYuan(parseYuan(amount))));
}

const isUnclear = (text: string): boolean => /^(?:不清楚|不知道|不记得|忘了|不确定|没有)[了。.!！]*$/.test(plain(text));
/** "不对，是6000" */
const correctedAmount = (text: string): string | undefined =>
  CORRECTS.test(plain(text)) || /^[\d.,]+元?$/.test(plain(text))
    ? amountIn(text.replace(CORRECTS, "").replace(/^[，,\s]*(?:是|应该是|改成)?/, ""))
    : undefined;
/** "昨天", "9月3日", "9月3号转的" */
const isOnlyDay = (text: string): boolean =>
  /^(?:是|就是)?(?:今天|昨天|前天|上?周.|[\d一二三四五六七八九十]{1,3}月?[\d一二三四五六七八九十]{0,3}[日号]?)(?:上午|下午|晚上|早上|中午)?(?:转|汇|打)?(?:的|过去的?)?[。.!！]*$/.test(
    plain(text),
  );

const stepOfDialog = ({ expiresAtMs: _expiry, ...step }: ClaimDialog) => step;
