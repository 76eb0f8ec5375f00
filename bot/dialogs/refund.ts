import { type Card, textCard } from "../../cards/card.ts";
import { type Fen, formatYuan, parseYuan, smallerFen } from "../../src/domain/money/fen.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import { formatDate } from "../../src/domain/time/civil-date.ts";
import type { PayoutAccount, PayoutAccountOnRecord } from "../../src/usecases/refunds/payout-accounts.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import type { RefundOffer } from "../refund-services.ts";
import { SAY_REFUND as SAY } from "../text/refund.zh-CN.ts";
import type { DialogOf } from "./dialog.ts";
import {
  answerButton,
  ask,
  asMemberOf,
  confirms,
  denies,
  type Flow,
  finish,
  noLongerMember,
  placeIn,
  plain,
  questionCard,
} from "./flow.ts";
import { amountIn, isAside } from "./words.ts";

const REASON_MIN = 2;
const REASON_MAX = 100;
const BUTTONS_MAX = 6;
const ALL = /^(全部|全退|都退|全额|全部退款?|所有)[。.!！吧]*$/;
const CORRECTS = /^(不对|错了|说错了|改成|改为|更正|应该是?|不是)/;

/**
 * 申请退款: which money, how much, why, and where to if it cannot go back the way it came; then once more all of it, to be
 * confirmed. The amount can be put right at every step. Amounts and money come from the books, never from the words alone.
 */
export const refundFlow: Flow<"refund"> = {
  title: SAY.title,
  async question(context, dialog) {
    const offers = await context.services.refundOffers(dialog.tenantId);
    const offer = offers.find(({ key }) => key === dialog.key);
    if (!offer) return offersCard(offers, dialog);
    const { amount, reason } = dialog;
    if (amount === undefined) return amountCard(offer, dialog);
    if (reason === undefined) return textCard(SAY.askReason(formatYuan(parseYuan(amount))));
    const account = await context.services.payoutAccount(dialog.tenantId);
    if (offer.route === "bank" && !account) return textCard(SAY.askAccount);
    return confirmCard(offer, dialog, formatYuan(parseYuan(amount)), reason, account);
  },
  answers(_context, dialog, text) {
    if (dialog.key === undefined) return placeIn(text) !== undefined;
    if (dialog.amount === undefined) return amountOfWords(text) !== undefined || ALL.test(plain(text));
    if (isAmountWords(text)) return true;
    if (dialog.reason === undefined) return !isAside(text);
    return confirms(text) || denies(text) || plain(text) === SAY.otherAmount || accountIn(text) !== undefined;
  },
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    const offers = await context.services.refundOffers(dialog.tenantId);
    const offer = offers.find(({ key }) => key === dialog.key);
    if (!offer) return chooseOffer(tenant, dialog, offers, text);
    const most = formatYuan(offer.refundableFen);
    if (dialog.amount === undefined || isAmountWords(text)) {
      const amountFen = amountMeant(text, offer);
      if (amountFen === undefined) return say(textCard(SAY.amountAgain(most)));
      return ask(context, refundFlow, { ...stepOfDialog(dialog), amount: yuanOf(amountFen) });
    }
    if (plain(text) === SAY.otherAmount) return ask(context, refundFlow, withoutAmount(dialog));
    if (dialog.reason === undefined) {
      const reason = plain(text).slice(0, REASON_MAX);
      if ([...reason].length < REASON_MIN) return say(textCard(SAY.reasonAgain));
      return ask(context, refundFlow, { ...stepOfDialog(dialog), reason });
    }
    return offer.route === "bank" && !confirms(text)
      ? takeAccount(tenant, dialog, text)
      : confirmOrAgain(tenant, dialog, offer, text);
  },
};

/** The tenant wants money back: words may name an amount, or that it is about a deposit. */
export async function startRefund(context: TenantContext, wish: Wish): Promise<Answer> {
  if (!mayTenant(context.member.role, "refund.ask")) return say(textCard(SAY.viewerOnly));
  const { tenantId } = context.member;
  const all = await context.services.refundOffers(tenantId);
  const wantsDeposit = wish.slots.charges?.includes("deposit") === true;
  const ofKind = all.filter(({ source }) => (source === "deposit") === wantsDeposit);
  const offers = ofKind.length > 0 ? ofKind : all;
  const [only, second] = offers;
  if (!only) return say(textCard(SAY.nothing));
  const amountFen = wish.slots.amount === undefined ? undefined : amountMeant(wish.slots.amount, only);
  return ask(context, refundFlow, {
    name: "refund",
    tenantId,
    keys: offers.map(({ key }) => key),
    ...(second ? {} : { key: only.key }),
    ...(second || amountFen === undefined ? {} : { amount: yuanOf(amountFen) }),
  });
}

async function chooseOffer(
  context: TenantContext,
  dialog: DialogOf<"refund">,
  offers: readonly RefundOffer[],
  text: string,
): Promise<Answer> {
  const offered = dialog.keys.flatMap((key) => offers.filter((offer) => offer.key === key));
  if (offered.length === 0) return finish(context, textCard(SAY.nothing));
  const chosen = offered[placeIn(text) ?? -1];
  if (!chosen) return say(textCard(SAY.chooseAgain(offered.length)));
  return ask(context, refundFlow, { ...stepOfDialog(dialog), key: chosen.key });
}

/** Holder, bank and number in one message; the number itself is not kept in the conversation's memory. */
async function takeAccount(context: TenantContext, dialog: DialogOf<"refund">, text: string): Promise<Answer> {
  const account = accountIn(text);
  if (!account) {
    const known = await context.services.payoutAccount(dialog.tenantId);
    return known && denies(text) ? say(textCard(SAY.askAccount)) : say(textCard(SAY.accountAgain));
  }
  const saved = await context.services.savePayoutAccount(dialog.tenantId, account);
  if ("ok" in saved) return say(textCard(saved.message.zh));
  return ask(context, refundFlow, stepOfDialog(dialog));
}

async function confirmOrAgain(
  context: TenantContext,
  dialog: DialogOf<"refund">,
  offer: RefundOffer,
  text: string,
): Promise<Answer> {
  const { amount = "0", reason = "" } = dialog;
  if (!confirms(text) && plain(text) !== SAY.yes) {
    return denies(text)
      ? ask(context, refundFlow, withoutAmount(dialog))
      : say(await refundFlow.question(context, dialog));
  }
  const asked = await context.services.requestRefund(dialog.tenantId, offer.key, parseYuan(amount), reason);
  if (asked.ok) return finish(context, textCard(SAY.done(asked.refund.refundNo, formatYuan(asked.refund.amountFen))));
  if (asked.code !== "REFUND_TOO_MUCH") return finish(context, textCard(asked.message.zh));
  const again = await ask(context, refundFlow, withoutAmount(dialog));
  return { ...again, replies: [textCard(asked.message.zh), ...again.replies] };
}

const stepOfDialog = ({ expiresAtMs: _expiry, ...step }: DialogOf<"refund">) => step;
const withoutAmount = ({ expiresAtMs: _expiry, amount: _amount, ...step }: DialogOf<"refund">) => step;

/** "不对，改成300": what is left is the amount. */
const amountOfWords = (text: string): string | undefined =>
  amountIn(text) ??
  amountIn(plain(text).replace(/^((不对|错了|说错了|更正)[，,。\s]*)?(改成|改为|应该是?|不是|是)?/, ""));

/** "300", "改成300", "不对，是300元", "全部": an amount and nothing else. */
const isAmountWords = (text: string): boolean =>
  ALL.test(plain(text)) ||
  (amountOfWords(text) !== undefined &&
    (CORRECTS.test(plain(text)) || /^[¥￥\d零一二两三四五六七八九十百千万,.\s元块钱退]+[。吧]*$/.test(plain(text))) &&
    accountIn(text) === undefined);

/** More than there is means all of it for "全部" only; else it is refused, so that nobody gets less than asked unseen. */
function amountMeant(text: string, offer: RefundOffer): Fen | undefined {
  if (ALL.test(plain(text))) return offer.refundableFen;
  const yuan = amountOfWords(text);
  if (yuan === undefined) return undefined;
  const amountFen = parseYuan(yuan);
  return amountFen > 0n && smallerFen(amountFen, offer.refundableFen) === amountFen ? amountFen : undefined;
}

const yuanOf = (amountFen: Fen): string => `${amountFen / 100n}.${(amountFen % 100n).toString().padStart(2, "0")}`;

function accountIn(text: string): PayoutAccount | undefined {
  const words = plain(text).replace(/(户名|开户名|开户行|开户银行|账号|帐号|卡号)[:：]?/g, " ");
  const number = /\d[\d\s-]{6,38}\d/.exec(words)?.[0];
  if (number === undefined) return undefined;
  const [holder, ...bank] = words
    .replace(number, " ")
    .split(/[\s,，;；、]+/)
    .filter((part) => part !== "");
  return holder === undefined || bank.length === 0 ? undefined : { holder, bank: bank.join(""), accountNo: number };
}

function offersCard(offers: readonly RefundOffer[], dialog: DialogOf<"refund">): Card {
  const offered = dialog.keys.flatMap((key) => offers.filter((offer) => offer.key === key));
  const card = questionCard(
    offered.slice(0, BUTTONS_MAX).map((offer, index) =>
      answerButton(dialog, `${index + 1}. ${formatYuan(offer.refundableFen)}`, {
        value: String(index + 1),
      }),
    ),
    SAY.choose,
  );
  return {
    ...card,
    items: offered.map((offer, index) => ({
      label: `${index + 1}. ${nameOf(offer)} ${paymentOf(offer)}`.trim(),
      value: formatYuan(offer.refundableFen),
    })),
  };
}

const amountCard = (offer: RefundOffer, dialog: DialogOf<"refund">): Card =>
  questionCard(
    [answerButton(dialog, SAY.all)],
    SAY.askAmount(
      [nameOf(offer), paymentOf(offer)].filter((part) => part !== "").join(" "),
      formatYuan(offer.refundableFen),
    ),
  );

function confirmCard(
  offer: RefundOffer,
  dialog: DialogOf<"refund">,
  amount: string,
  reason: string,
  account: PayoutAccountOnRecord | undefined,
): Card {
  const route =
    offer.route === "wechat" || !account
      ? SAY.routes.wechat
      : SAY.routes.bank(SAY.onRecord(account.holder, account.bank, account.tail));
  return questionCard(
    [answerButton(dialog, SAY.yes, { value: "确认", style: "primary" }), answerButton(dialog, SAY.otherAmount)],
    SAY.confirm(nameOf(offer), amount, reason, route),
  );
}

const nameOf = (offer: RefundOffer): string =>
  offer.source === "deposit" && offer.leaseCode !== null ? SAY.depositOf(offer.leaseCode) : SAY.sources[offer.source];

const paymentOf = ({ valueDate, channel, receiptNo }: RefundOffer): string =>
  valueDate === null || channel === null || receiptNo === null
    ? ""
    : SAY.payment(formatDate(valueDate), SAY.channels[channel], receiptNo);
