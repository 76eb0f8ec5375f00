import { textCard } from "../../cards/card.ts";
import { formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import { type CivilDate, isCivilDate } from "../../src/domain/time/civil-date.ts";
import { type Answer, say } from "../context.ts";
import { startRecordCash } from "../dialogs/record-cash.ts";
import { factCard } from "../fact-card.ts";
import { CASH_SAY as SAY } from "../text/cash.zh-CN.ts";
import { shiftClosedCard } from "./cash-cards.ts";
import type { StaffContext } from "./context.ts";

const YUAN = "¥?(\\d{1,9}(?:\\.\\d{1,2})?)元?";
/** “收现金 华星 3000 9月5日”, “收刷卡 华星 3000 今天 凭证号123456 E1”. */
const TAKE = new RegExp(`^(?:登记)?收(现金|刷卡|pos)\\s*(.+?)\\s+${YUAN}(?:\\s+(.+))?$`, "i");
const TAKE_ANYHOW = /^(?:登记)?收(现金|刷卡|pos)/i;
const OPEN = new RegExp(`^开班\\s*(?:备用金)?\\s*${YUAN}(?:\\s+([A-Za-z0-9]+))?$`);
const CLOSE = new RegExp(`^交班\\s*(?:实点|点钞|清点)?\\s*${YUAN}(?:\\s+([A-Z][A-Za-z0-9]*))?(?:\\s+(\\S.{0,99}))?$`);
const APPROVE = /^批准差额\s*(BC-[A-Za-z0-9]+-\d{4}-\d{5})(?:[\s，,：:]+(.{1,100}))?$/i;

/** Fixed phrases of the cash desk. */
export function cashCommandOf(text: string): ((context: StaffContext) => Promise<Answer>) | undefined {
  if (TAKE_ANYHOW.test(text)) return (context) => take(context, text);
  const opened = OPEN.exec(text);
  if (opened) return (context) => open(context, opened[1] ?? "", opened[2]?.toUpperCase());
  const closed = CLOSE.exec(text);
  if (closed) return (context) => close(context, closed[1] ?? "", closed[2], closed[3]);
  const approved = APPROVE.exec(text);
  if (approved) return (context) => approve(context, (approved[1] ?? "").toUpperCase(), approved[2]);
  return undefined;
}

async function take(context: StaffContext, text: string): Promise<Answer> {
  const { services, staff, today } = context;
  const found = TAKE.exec(text);
  if (!found) return say(textCard(SAY.form));
  const [, how = "", words = "", amount = "", rest = ""] = found;
  const channel = how === "现金" ? "cash" : "pos";
  let valueDate: CivilDate = today;
  let slipNo: string | undefined;
  let entityCode: string | undefined;
  for (const part of rest.split(/\s+/).filter((one) => one !== "")) {
    const slip = /^(?:凭证号?|单号|流水号?)?[:：]?([A-Za-z0-9-]{4,32})$/.exec(part);
    const day = dayOf(part, today);
    if (day !== undefined) valueDate = day;
    else if (/^E\d+$/i.test(part)) entityCode = part.toUpperCase();
    else if (slip) slipNo = slip[1];
    else return say(textCard(SAY.badDate(part)));
  }
  const tenants = await services.tenantsNamed(staff, words);
  const exact = tenants.find(
    ({ tenantName, tenantCode }) => tenantName === words || tenantCode === words.toUpperCase(),
  );
  const tenant = exact ?? (tenants.length === 1 ? tenants[0] : undefined);
  if (!tenant) {
    const names = tenants.map(({ tenantName }) => tenantName);
    return say(textCard(names.length === 0 ? SAY.unknownTenant(words) : SAY.manyTenants(names)));
  }
  const money = {
    channel,
    tenantCode: tenant.tenantCode,
    amountFen: parseYuan(amount),
    valueDate,
    entityCode,
    slipNo,
  } as const;
  const seen = await services.previewDeskMoney(staff, money);
  if (!seen.ok) return say(textCard(seen.message.zh, ...(/ENTITY/.test(seen.code) ? [SAY.nameEntity] : [])));
  if (seen.repeated) return say(textCard(SAY.repeated(seen.receiptNo ?? "")));
  return startRecordCash(context, {
    personId: staff.personId,
    senderId: context.event.senderId,
    channel,
    tenantCode: tenant.tenantCode,
    tenantName: tenant.tenantName,
    amount,
    valueDate,
    ...(entityCode === undefined ? {} : { entityCode }),
    ...(slipNo === undefined ? {} : { slipNo }),
  });
}

/** The day on which money was handed over: the latest one, up to today, that the words can mean. */
export function dayOf(words: string, today: CivilDate): CivilDate | undefined {
  if (words === "今天") return today;
  if (isCivilDate(words)) return words;
  const found = /^(?:(\d{4})年)?(\d{1,2})月(\d{1,2})[日号]?$/.exec(words);
  if (!found) return undefined;
  const [, said, month = "", day = ""] = found;
  const year = Number(said ?? today.slice(0, 4));
  const inYear = (of: number): string => `${of}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  const text = said === undefined && inYear(year) > today ? inYear(year - 1) : inYear(year);
  return isCivilDate(text) ? text : undefined;
}

async function open(
  { services, staff }: StaffContext,
  amount: string,
  entityCode: string | undefined,
): Promise<Answer> {
  const opened = await services.openShift(staff, parseYuan(amount), entityCode);
  if (!opened.ok) return say(textCard(opened.message.zh));
  const rows = [{ label: SAY.opening, value: formatYuan(opened.openingFen) }];
  return say(factCard(SAY.opened(opened.shiftNo), { rows }));
}

async function close(
  { services, staff }: StaffContext,
  amount: string,
  entityCode: string | undefined,
  note: string | undefined,
): Promise<Answer> {
  const closed = await services.closeShift(staff, parseYuan(amount), { entityCode, note });
  return say(closed.ok ? shiftClosedCard(closed) : textCard(closed.message.zh));
}

async function approve({ services, staff }: StaffContext, shiftNo: string, note: string | undefined): Promise<Answer> {
  const approved = await services.approveShiftDifference(staff, shiftNo, note);
  if (!approved.ok) return say(textCard(approved.message.zh));
  const { differenceFen, debit, credit } = approved;
  return say(textCard(SAY.approved(shiftNo, formatYuan(differenceFen), debit, credit)));
}
