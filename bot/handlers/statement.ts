import { type Card, type CardRow, textCard } from "../../cards/card.ts";
import { type Fen, formatYuan } from "../../src/domain/money/fen.ts";
import { firstDayOf, formatDate, lastDayOf, monthOf, shiftMonth } from "../../src/domain/time/civil-date.ts";
import type { EntityStatement, StatementEntry } from "../../src/usecases/queries/tenant-statement.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import { factCard } from "../fact-card.ts";
import { type MonthRange, monthsOf, periodName } from "../period.ts";
import { SAY_CLAIMS } from "../text/claims.zh-CN.ts";
import { SAY_DOCUMENTS } from "../text/documents.zh-CN.ts";
import { SAY_REFUND } from "../text/refund.zh-CN.ts";

const SAY = SAY_CLAIMS.statement;
const ENTRIES_MAX = 10;

/** 对账单: opening, billed, paid, closing of the months named, else of the last month; one card per legal entity. */
export async function showStatement(context: TenantContext, wish: Wish): Promise<Answer> {
  const { period } = wish.slots;
  const lastMonth = shiftMonth(monthOf(context.today), -1);
  const months: MonthRange = period === undefined ? { from: lastMonth, to: lastMonth } : monthsOf(period);
  if (months.from > monthOf(context.today)) return say(textCard(SAY.future));
  const statements = await context.services.statement(context.member.tenantId, months);
  if (statements.length === 0) return say(textCard(SAY.none(periodName(months))));
  const cards: Card[] = [];
  for (const statement of statements) {
    const link = await context.services.statementPdfLink(context.member.tenantId, statement.entityId, {
      from: firstDayOf(months.from),
      to: lastDayOf(months.to),
    });
    const card = statementCard(context, months, statement);
    cards.push(
      link
        ? { ...card, buttons: [{ kind: "link", label: SAY_DOCUMENTS.openStatement, url: link.url }], link: link.url }
        : card,
    );
  }
  return say(...cards);
}

function statementCard(context: TenantContext, months: MonthRange, statement: EntityStatement): Card {
  const latest = statement.entries.slice(-ENTRIES_MAX);
  const rows: CardRow[] = [
    balance(SAY.opening, SAY.openingCredit, statement.openingFen),
    { label: SAY.billed, value: formatYuan(statement.billedFen) },
  ];
  if (statement.lateFeeFen !== 0n) rows.push({ label: SAY.lateFee, value: formatYuan(statement.lateFeeFen) });
  if (statement.waivedFen !== 0n) rows.push({ label: SAY.waived, value: formatYuan(-statement.waivedFen) });
  rows.push(
    { label: SAY.paid, value: formatYuan(-statement.paidFen) },
    ...(statement.offsetFen === 0n ? [] : [{ label: SAY.offset, value: formatYuan(-statement.offsetFen) }]),
    ...(statement.refundedFen === 0n
      ? []
      : [{ label: SAY_REFUND.statement, value: formatYuan(statement.refundedFen) }]),
    balance(SAY.closing, SAY.closingCredit, statement.closingFen),
  );
  return factCard(
    SAY.title(periodName(months)),
    {
      subtitle: `${context.member.tenantName} · ${statement.entityName}`,
      rows,
      items: latest.map((entry) => ({ label: labelOf(entry), value: formatYuan(entry.amountFen) })),
    },
    ...(statement.entries.length > ENTRIES_MAX ? [SAY.more(statement.entries.length)] : []),
    SAY.through(formatDate(statement.through)),
  );
}

const balance = (owed: string, credit: string, fen: Fen): CardRow =>
  fen < 0n ? { label: credit, value: formatYuan(-fen) } : { label: owed, value: formatYuan(fen) };

function labelOf({ kind, date, no }: StatementEntry): string {
  switch (kind) {
    case "bill":
      return SAY.bill(formatDate(date), no);
    case "receipt":
      return SAY.receipt(formatDate(date), no);
    case "waiver":
      return SAY.waiver(formatDate(date));
    case "relief":
      return SAY.relief(formatDate(date), no);
    case "deposit-offset":
      return SAY.offsetEntry(formatDate(date));
    case "refund":
      return SAY_REFUND.statementEntry(formatDate(date), no);
    default:
      return kind satisfies never;
  }
}
