import { textCard } from "../../cards/card.ts";
import { chooseLineCard, comparisonCard, explanationCard } from "../../cards/explanation-card.ts";
import { compareMonths, type MonthComparison } from "../../src/domain/explanation/compare-months.ts";
import { explainLine } from "../../src/domain/explanation/explain-line.ts";
import { tellComparison } from "../../src/domain/explanation/tell-comparison.ts";
import { mayTenant } from "../../src/domain/people/tenant-permissions.ts";
import { type Month, monthOf, parseMonth, shiftMonth } from "../../src/domain/time/civil-date.ts";
import type { TenantBill, TenantBillLine } from "../../src/usecases/queries/tenant-bills.ts";
import { lineLabel } from "../bill-view.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import { monthsOf } from "../period.ts";
import { SAY } from "../text/zh-CN.ts";

/** Without a bill in view or a month: the latest so many are looked through for what was named. */
const LATEST = 6;

const NO_SUCH_LINE = "没有找到您说的这一笔。请先回复“查账单”，再回复“第几笔怎么算的”。";
const NO_BILL = "目前没有可以解释的账单。出账后回复“查账单”，再问我“怎么算的”。";
const LATE_FEE =
  "违约金从最晚付款日（及合同约定的宽限期）之后，按每天未付的金额乘以合同约定的日利率逐日累计，有封顶；付清当天停止。";
const NOTHING_BEFORE = "没有找到更早月份的同一项费用，暂时无法比较。";

/** 账单解释: how a line of a bill came about, or why it is more than last month. */
export async function explain(context: TenantContext, wish: Wish): Promise<Answer> {
  if (wish.slots.charges?.includes("late-fee")) return say(textCard(LATE_FEE));
  const bills = await billsMeant(context, wish);
  const [first] = bills;
  if (!first) return say(textCard(wish.billNo === undefined ? NO_BILL : SAY.billNotFound));
  const charges = wish.slots.charges;
  const bill = charges ? (bills.find((one) => one.lines.some((line) => isOf(line, charges))) ?? first) : first;
  const indices = linesMeant(bill, wish);
  const [only, second] = indices;
  if (only === undefined) return say(textCard(NO_SUCH_LINE));
  if (wish.compares) return compareWithBefore(context, bill, indices);
  return second === undefined ? explainOne(context, bill, only) : ask(context, bill, indices);
}

/** The bills that the words may be about, the likeliest first. */
async function billsMeant(context: TenantContext, wish: Wish): Promise<readonly TenantBill[]> {
  const { services, member, memory } = context;
  const billOf = async (billNo: string) => {
    const bill = await services.bill(member.tenantId, billNo);
    return bill ? [bill] : [];
  };
  if (wish.billNo !== undefined) return billOf(wish.billNo);
  const shown = memory.shownBillNos ?? [];
  const [single, several] = shown;
  // “第二笔” after a list of bills is a bill, after a single bill it is one of its lines.
  const pointed = several === undefined ? undefined : shown.at(wish.ordinal === -1 ? -1 : (wish.ordinal ?? 0) - 1);
  if (several !== undefined && wish.ordinal !== undefined) return pointed === undefined ? [] : billOf(pointed);
  if (wish.slots.period !== undefined) {
    const months = monthsOf(wish.slots.period);
    const inService = wish.slots.charges && (await billsOfService(context, months, wish.slots.charges));
    if (inService && inService.length > 0) return inService;
    return [...(await services.billsOfPeriod(member.tenantId, months))].reverse();
  }
  if (single !== undefined && several === undefined) return billOf(single);
  return [...(await services.latestBills(member.tenantId, LATEST))].reverse();
}

/** “8月电费” is what was used in August, which the bill of September asks for: bills with such a line, latest first. */
async function billsOfService(
  { services, member }: TenantContext,
  { from, to }: { readonly from: Month; readonly to: Month },
  charges: readonly string[],
): Promise<readonly TenantBill[]> {
  const bills = await services.billsOfPeriod(member.tenantId, { from, to: parseMonth(shiftMonth(to, 1)) });
  const isMeant = (line: TenantBillLine): boolean => {
    const month = monthOf(line.period.from);
    return isOf(line, charges) && month >= from && month <= to;
  };
  return bills.filter((bill) => bill.lines.some(isMeant)).reverse();
}

/** Places of the lines that the words may mean on this bill. */
function linesMeant(bill: TenantBill, wish: Wish): readonly number[] {
  const all = bill.lines.map((_line, index) => index);
  const { charges } = wish.slots;
  if (wish.position !== undefined) return all.filter((index) => index === wish.position);
  if (charges) {
    const of = all.filter((index) => isOf(bill.lines[index], charges));
    const plain = of.filter((index) => bill.lines[index]?.correction === 0);
    // “电费怎么这么高”: the charge itself; corrections of earlier months are asked for by their number.
    return plain.length > 0 ? plain : of;
  }
  if (wish.ordinal !== undefined && wish.ordinalOf !== "bill") {
    return all.filter((index) => index + 1 === wish.ordinal || (wish.ordinal === -1 && index === all.length - 1));
  }
  return all;
}

const isOf = (line: TenantBillLine | undefined, charges: readonly string[]): boolean =>
  line !== undefined && charges.includes(line.kind);

async function explainOne(context: TenantContext, bill: TenantBill, index: number): Promise<Answer> {
  const line = bill.lines[index];
  const stored = (await context.services.explainableLines(context.member.tenantId, bill.billNo)).find(
    (one) => one.lineId === line?.lineId,
  );
  if (!line || !stored) return say(textCard(NO_SUCH_LINE));
  const lines = explainLine({ ...stored, name: plainName(line) });
  const isOpen = (await context.services.disputableLines(context.member.tenantId)).some(
    ({ lineId, disputed }) => lineId === line.lineId && !disputed,
  );
  const disputes = isOpen && mayTenant(context.member.role, "line.dispute") ? index : undefined;
  const name = lineLabel(line, bill.period);
  return remember(context, bill, explanationCard({ billNo: bill.billNo, name, lines, disputes }));
}

function ask(context: TenantContext, bill: TenantBill, indices: readonly number[]): Answer {
  const lines = indices.flatMap((position) => {
    const line = bill.lines[position];
    return line ? [{ position, name: lineLabel(line, bill.period), amountFen: line.amountFen }] : [];
  });
  return remember(context, bill, chooseLineCard(bill.billNo, lines));
}

/** “为什么比上个月多”: each charge that changed, the largest change first; all of the bill when none was named. */
async function compareWithBefore(
  context: TenantContext,
  bill: TenantBill,
  indices: readonly number[],
): Promise<Answer> {
  const lines = indices.flatMap((index) => bill.lines[index] ?? []);
  const charges = new Map(lines.filter((line) => line.role === "charge").map((line) => [line.charge, line]));
  const compared: { name: string; comparison: MonthComparison; between: { before: Month; after: Month } }[] = [];
  for (const [charge, line] of charges) {
    const months = await context.services.chargeMonths(context.member.tenantId, bill.billNo, charge);
    if (!months) continue;
    const comparison = compareMonths(months.before.lines, months.after.lines);
    const between = { before: months.before.month, after: months.after.month };
    compared.push({ name: plainName(line), comparison, between });
  }
  if (compared.length === 0) return remember(context, bill, textCard(NOTHING_BEFORE));
  const size = ({ comparison: { differenceFen } }: { readonly comparison: MonthComparison }) =>
    differenceFen < 0n ? -differenceFen : differenceFen;
  compared.sort((a, b) => (size(a) < size(b) ? 1 : -1));
  const changed = compared.filter((one) => size(one) > 0n);
  const cards = (changed.length > 0 ? changed : compared.slice(0, 1))
    .slice(0, COMPARISONS_MAX)
    .map(({ name, comparison, between }) => comparisonCard(name, tellComparison(name, between, comparison)));
  return { ...remember(context, bill, ...cards) };
}

/** More messages than this in one answer nobody reads. */
const COMPARISONS_MAX = 2;

const plainName = (line: TenantBillLine): string =>
  line.correction > 0 ? SAY.correction(SAY.charges[line.kind]) : SAY.charges[line.kind];

const remember = (context: TenantContext, bill: TenantBill, ...replies: Answer["replies"][number][]): Answer => ({
  replies,
  memory: { ...context.memory, shownBillNos: [bill.billNo] },
});
