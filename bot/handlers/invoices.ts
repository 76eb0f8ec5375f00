import { textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import type { StoredInvoice } from "../../src/usecases/invoices/stored-application.ts";
import { type Answer, say, type TenantContext } from "../context.ts";
import { titleCard, withTitlePage } from "../dialogs/title.ts";
import { factCard } from "../fact-card.ts";
import { SAY_INVOICE } from "../text/invoice.zh-CN.ts";

const SAY = SAY_INVOICE.query;
const LATEST = 5;

/** 我的抬头: the default one, and that there are others. */
export async function showTitles(context: TenantContext): Promise<Answer> {
  const [current, ...others] = await context.services.titles(context.member.tenantId);
  const { services, member } = context;
  if (!current)
    return say(withTitlePage(textCard(SAY_INVOICE.title.none, SAY_INVOICE.title.ask), services, member.tenantId));
  const words = others.length === 0 ? [] : [SAY_INVOICE.title.others(others.length)];
  return say(withTitlePage(titleCard(current, ...words), services, member.tenantId));
}

/** A provider is at it; one that it did not get done is finance's. */
const isMadeByItself = ({ order }: StoredInvoice): boolean =>
  order !== undefined && order.state !== "failed" && order.state !== "by-hand";

/** 发票进度: the latest applications, what became of each, and the numbers of what was issued. */
export async function showInvoices(context: TenantContext): Promise<Answer> {
  const applications = (await context.services.applications(context.member.tenantId)).slice(0, LATEST);
  if (applications.length === 0) return say(textCard(SAY.none));
  const notes = applications.flatMap(({ applicationNo, state, closingReason, invoices }) => {
    if (state === "rejected") return [SAY.rejected(applicationNo, closingReason ?? "")];
    const numbers = invoices.flatMap((invoice) => (invoice.number === undefined ? [] : [invoice.number]));
    return numbers.length === 0 ? [] : [SAY.numbers(applicationNo, numbers.join("、"))];
  });
  const items = applications.map(({ applicationNo, kind, state, amountFen, invoices }) => ({
    label: SAY.item(applicationNo, SAY_INVOICE.kinds[kind]),
    value: `${formatYuan(amountFen)} ${state === "submitted" && invoices.every(isMadeByItself) ? SAY.automatic : SAY.states[state]}`,
  }));
  const files = await context.services.invoiceFiles(context.member.tenantId);
  return say({
    ...factCard(SAY.name, { subtitle: context.member.tenantName, rows: [], items }, ...notes),
    buttons: files.map(({ number, url }) => ({ kind: "link", label: SAY.download(number.slice(-4)), url })),
  });
}

/** “撤销 FP-202609-00001” */
export async function cancelApplication(context: TenantContext, applicationNo: string): Promise<Answer> {
  const { tenantId, role } = context.member;
  if (!mayTenant(role, "invoice.ask")) return say(textCard(SAY_INVOICE.title.viewer));
  const cancelled = await context.services.cancelApplication(tenantId, applicationNo);
  return say(textCard(cancelled.ok ? SAY.cancelled(applicationNo) : cancelled.message.zh));
}

const NUMBER = /(?<!\d)(\d{20}|\d{8})(?!\d)/;

/** 红冲: the number and what is wrong, which finance decides about. */
export async function askForRedLetter(context: TenantContext): Promise<Answer> {
  const { tenantId, role } = context.member;
  if (!mayTenant(role, "invoice.ask")) return say(textCard(SAY_INVOICE.title.viewer));
  const text = context.event.kind === "text" ? context.event.text.normalize("NFKC") : "";
  const number = NUMBER.exec(text)?.[1];
  if (number === undefined) return say(textCard(SAY_INVOICE.reverse.ask));
  const explanation = text.replace(NUMBER, "").replace(/红冲|发票|冲红|作废|重开|[，,。\s]/g, "");
  if (explanation.length < 2) return say(textCard(SAY_INVOICE.reverse.reasonMissing));
  const asked = await context.services.askForRedLetter(tenantId, number, explanation);
  return say(textCard(asked.ok ? SAY_INVOICE.reverse.done(number) : asked.message.zh));
}
