import { textCard } from "../../cards/card.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import { type CivilDate, formatDate } from "../../src/domain/time/civil-date.ts";
import type { TenantLease } from "../../src/usecases/queries/tenant-leases.ts";
import { type Answer, type BotContext, say, type TenantContext } from "../context.ts";
import { progressCard } from "../notices/moving-out-notices.ts";
import { SAY_MOVE_OUT as SAY } from "../text/move-out.zh-CN.ts";
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
import { dayIn, isAside } from "./words.ts";

const REASON_MIN = 2;
const REASON_MAX = 300;

/** 退租登记: which lease, until which day, confirm. Nothing about the lease changes by it. */
export const moveOutFlow: Flow<"move-out"> = {
  title: SAY.title,
  async question(context, dialog) {
    const leases = await running(context, dialog.tenantId);
    const lease = leases.find(({ code }) => code === dialog.leaseCode);
    if (!lease) {
      const buttons = leases.map((one, index) => answerButton(dialog, labelOf(one), { value: String(index + 1) }));
      return questionCard(buttons, SAY.askLease);
    }
    const end = formatDate(lease.end);
    if (dialog.lastDay === undefined) return textCard(SAY.askDay(lease.code, end));
    const day = formatDate(dialog.lastDay);
    return questionCard(
      [answerButton(dialog, SAY.yes, { style: "primary" }), answerButton(dialog, SAY.otherDay)],
      dialog.lastDay < lease.end ? SAY.confirmEarly(lease.code, day, end) : SAY.confirm(lease.code, day),
    );
  },
  answers: (context, dialog, text) =>
    dialog.leaseCode === undefined
      ? placeIn(text) !== undefined || dayIn(text, context.today) !== undefined
      : dayIn(text, context.today) !== undefined ||
        (dialog.lastDay !== undefined && (consents(text) || denies(text) || plain(text) === SAY.otherDay)),
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    const { tenantId } = dialog;
    const leases = await running(context, tenantId);
    const day = dayIn(text, context.today);
    if (dialog.leaseCode === undefined) {
      const place = placeIn(text);
      const chosen = place === undefined ? leases.find(({ code }) => plain(text).includes(code)) : leases[place];
      if (!chosen) return say(await moveOutFlow.question(context, dialog));
      return step(tenant, chosen, dialog.lastDay ?? day);
    }
    const lease = leases.find(({ code }) => code === dialog.leaseCode);
    if (!lease) return finish(context, textCard(SAY.noLease));
    if (day !== undefined) return step(tenant, lease, day);
    if (dialog.lastDay === undefined) return say(textCard(SAY.badDay));
    if (!consents(text)) return step(tenant, lease, undefined);
    const given = await context.services.giveNotice(tenantId, { leaseCode: lease.code, lastDay: dialog.lastDay });
    if (!given.ok) return finish(context, textCard(given.message.zh));
    const { number } = given.moveOut;
    const words = [SAY.done(number, formatDate(dialog.lastDay)), ...(given.early ? [SAY.early] : [])];
    return finish(context, textCard(...words));
  },
};

/** “我要退租，10月31日搬走” */
export async function startMoveOut(context: TenantContext, words: string): Promise<Answer> {
  if (!mayTenant(context.member.role, "move-out.decide")) return say(textCard(SAY.viewerOnly));
  const { tenantId } = context.member;
  const under = (await context.services.moveOuts(tenantId)).filter(({ state }) => state === "open");
  const leases = (await running(context, tenantId)).filter(
    ({ code }) => !under.some(({ leaseCode }) => leaseCode === code),
  );
  const day = dayIn(words, context.today);
  const [only] = leases;
  if (!only) return under.length > 0 ? showMoveOut(context) : say(textCard(SAY.noLease));
  if (leases.length === 1) return step(context, only, day);
  return ask(context, moveOutFlow, { name: "move-out", tenantId, ...(day === undefined ? {} : { lastDay: day }) });
}

const step = (context: TenantContext, lease: TenantLease, lastDay: CivilDate | undefined): Promise<Answer> =>
  ask(context, moveOutFlow, {
    name: "move-out",
    tenantId: context.member.tenantId,
    leaseCode: lease.code,
    ...(lastDay === undefined ? {} : { lastDay }),
  });

const consents = (text: string): boolean => plain(text) === SAY.yes || confirms(text);

const labelOf = ({ code, units, end }: TenantLease): string => SAY.lease(code, units, formatDate(end));

const running = async (context: BotContext, tenantId: string): Promise<readonly TenantLease[]> =>
  (await context.services.leases(tenantId)).filter(({ end }) => end >= context.today);

/** 退租进度; without a number the latest. */
export async function showMoveOut(context: TenantContext, number?: string): Promise<Answer> {
  const { tenantId, role } = context.member;
  const [latest] = await context.services.moveOuts(tenantId);
  const wanted = number ?? latest?.number;
  const progress = wanted === undefined ? undefined : await context.services.moveOutProgress(tenantId, wanted);
  if (!progress) return say(textCard(number === undefined ? SAY.none : SAY.unknown));
  const paperUrl = context.services.settlementPaperUrl;
  return say(progressCard(progress, { decides: mayTenant(role, "move-out.decide"), paperUrl }));
}

/** 确认结算单. Without a version, as typed: the sheet that stands. */
export async function confirmSheet(context: TenantContext, number?: string, version?: number): Promise<Answer> {
  const { tenantId } = context.member;
  const [latest] = await context.services.moveOuts(tenantId);
  const wanted = number ?? latest?.number;
  if (wanted === undefined || !latest) return say(textCard(SAY.none));
  const confirmed = await context.services.confirmSettlement(tenantId, wanted, version ?? latest.sheetVersion);
  if (!confirmed.ok) {
    if (confirmed.code !== "SHEET_CHANGED") return say(textCard(confirmed.message.zh));
    const shown = await showMoveOut(context, wanted);
    return { ...shown, replies: [textCard(confirmed.message.zh), ...shown.replies] };
  }
  const { refundNos, accountMissing } = confirmed;
  return say(
    textCard(
      SAY.confirmed,
      ...(refundNos.length > 0 ? [SAY.refundsAsked(refundNos)] : []),
      ...(accountMissing ? [SAY.accountMissing] : []),
      ...(refundNos.length === 0 && !accountMissing ? [SAY.nothingBack] : []),
    ),
  );
}

/** 有异议: what is wrong; the open lines rest and a steward hears of it. */
export const objectToSheetFlow: Flow<"move-out-objection"> = {
  title: SAY.objectionTitle,
  question: async () => textCard(SAY.askObjection),
  answers: (_context, _dialog, text) => !isAside(text),
  async next(context, dialog, text) {
    const tenant = await asMemberOf(context, dialog.tenantId);
    if (!tenant) return noLongerMember(context);
    const reason = plain(text).slice(0, REASON_MAX);
    if ([...reason].length < REASON_MIN) return say(textCard(SAY.objectionTooShort));
    return finish(context, await objected(tenant, dialog, reason));
  },
};

export async function startObjection(
  context: TenantContext,
  of: {
    readonly number?: string | undefined;
    readonly version?: number | undefined;
    readonly reason?: string | undefined;
  },
): Promise<Answer> {
  if (!mayTenant(context.member.role, "move-out.decide")) return say(textCard(SAY.viewerOnly));
  const { tenantId } = context.member;
  const latest = (await context.services.moveOuts(tenantId)).find(
    ({ number }) => of.number === undefined || number === of.number,
  );
  if (!latest) return say(textCard(SAY.none));
  const objection = { number: latest.number, version: of.version ?? latest.sheetVersion };
  if (latest.consent !== "asked" || objection.version !== latest.sheetVersion) {
    // Why not is said before a reason is asked for.
    return say(await objected(context, objection, "-"));
  }
  if (of.reason !== undefined) return say(await objected(context, objection, of.reason));
  return ask(context, objectToSheetFlow, { name: "move-out-objection", tenantId, ...objection });
}

async function objected(
  context: TenantContext,
  { number, version }: Pick<DialogOf<"move-out-objection">, "number" | "version">,
  reason: string,
) {
  const done = await context.services.objectToSettlement(context.member.tenantId, number, version, reason);
  return textCard(done.ok ? SAY.objected(done.disputedLines) : done.message.zh);
}

/** “退款账户 户名，开户行，账号” */
export async function payoutAccountByWords(
  context: TenantContext,
  account: { readonly holder: string; readonly bank: string; readonly accountNo: string },
): Promise<Answer> {
  const asked = await context.services.payoutForSettlement(context.member.tenantId, account);
  return say(textCard(asked.ok ? SAY.accountSaved(asked.refundNos) : asked.message.zh));
}
