import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import { type CivilDate, formatDate } from "../src/domain/time/civil-date.ts";
import type { Card, CardButton, CardRow } from "./card.ts";
import { EXCEPTION_TEXT as TEXT } from "./exception-text.zh-CN.ts";

/** A difference between statement and books as a card shows it. */
export interface ExceptionView {
  readonly id: string;
  readonly version: number;
  readonly kindName: string;
  readonly amountFen: Fen;
  readonly account: string;
  readonly date: CivilDate;
  readonly number?: string | undefined;
  readonly payer?: string | undefined;
  readonly remark?: string | undefined;
  readonly tenantName?: string | undefined;
  readonly statementFen?: Fen | undefined;
  readonly booksFen?: Fen | undefined;
  readonly reasons: readonly string[];
  readonly proposals: readonly {
    readonly code: string;
    readonly effect: string;
    readonly tenantName?: string | undefined;
  }[];
  /** Photos of slips that tenants sent for this money. */
  readonly slips?: number | undefined;
  /** The page on which bills and amounts can be chosen. */
  readonly url?: string | undefined;
  /** The approval document that is waited for. */
  readonly waitsFor?: string | undefined;
  /** The channel was asked and has not answered yet. */
  readonly asksChannel?: boolean | undefined;
  readonly resolution?: { readonly what: string; readonly who: string } | undefined;
}

/** As many choices as every platform shows as buttons. */
const MOST_CHOICES = 3;
/** What the narrowest platform takes as words beside the rows; a button takes ten characters. */
const MOST_WORDS = 108;
const MOST_NAME = 6;

/** Facts, what each choice does to ledger and balance, and one button a choice. */
export function exceptionCard(view: ExceptionView, note?: string): Card {
  const shown = view.proposals.slice(0, MOST_CHOICES);
  const waiting = waitingText(view);
  const resolved = view.resolution === undefined ? undefined : TEXT.resolved(resolvedLabel(view), view.resolution.who);
  return {
    name: "exception",
    title: view.kindName,
    subtitle: `${view.account} ${formatDate(view.date)}`,
    emphasis: { value: formatYuan(view.amountFen), label: TEXT.amount },
    rows: rowsOf(view),
    paragraphs: waiting !== undefined ? [waiting] : resolved !== undefined ? [resolved] : wordsOf(view, shown, note),
    buttons:
      waiting === undefined && resolved === undefined
        ? [...shown.map((proposal, choice) => buttonOf(view, proposal, choice)), ...slipsButton(view)]
        : [],
    ...(resolved !== undefined
      ? { outcome: resolvedLabel(view) }
      : waiting !== undefined
        ? { outcome: view.waitsFor === undefined ? TEXT.asking : TEXT.approving }
        : {}),
    ...(view.url === undefined ? {} : { link: view.url }),
  };
}

/** Who is waited for: it is somebody else's turn, so there is nothing to tap. */
function waitingText({ waitsFor, asksChannel, resolution }: ExceptionView): string | undefined {
  if (resolution !== undefined) return undefined;
  if (waitsFor !== undefined) return TEXT.waitsFor(waitsFor);
  return asksChannel ? TEXT.asksChannel : undefined;
}

/** What the tenant sent as proof, for whoever decides. */
const slipsButton = ({ id, slips = 0 }: ExceptionView): CardButton[] =>
  slips === 0 ? [] : [{ kind: "action", label: TEXT.slips, action: { type: "exception.slips", id } }];

const resolvedLabel = (view: ExceptionView): string => choiceLabel({ code: view.resolution?.what ?? "" });

/** Why it differs, and for each choice what it does to ledger and balance, as short as the card is. */
function wordsOf(view: ExceptionView, shown: ExceptionView["proposals"], note: string | undefined): string[] {
  const choices = shown.map((proposal) => `${choiceLabel(proposal)}：${firstPart(proposal.effect)}`);
  const used = [...(note === undefined ? [] : [note]), ...choices].reduce((sum, line) => sum + [...line].length + 1, 0);
  const reason = [...view.reasons.join("；")];
  const room = MOST_WORDS - used;
  const shownReason =
    reason.length <= room ? reason.join("") : room < 6 ? "" : `${reason.slice(0, room - 1).join("")}…`;
  return [...(note === undefined ? [] : [note]), ...(shownReason === "" ? [] : [shownReason]), ...choices];
}

/** "借 2241.02 贷 1122/2203 ¥1,234.00，归 …" → "借2241.02贷1122/2203". */
const firstPart = (effect: string): string =>
  (effect.split(/[，；（]/)[0] ?? effect)
    .replace(/\s*¥[\d,.]+$/, "")
    .replaceAll(" ", "")
    .slice(0, 24);

const buttonOf = (view: ExceptionView, proposal: ExceptionView["proposals"][number], choice: number): CardButton => ({
  kind: "action",
  label: choiceLabel(proposal),
  action: { type: "exception.resolve", id: view.id, version: view.version, choice },
  ...(choice === 0 ? { style: "primary" as const } : {}),
});

function rowsOf(view: ExceptionView): CardRow[] {
  const row = (label: string, value: string | undefined): CardRow[] => (value === undefined ? [] : [{ label, value }]);
  const yuan = (fen: Fen | undefined): string | undefined => (fen === undefined ? undefined : formatYuan(fen));
  return [
    ...row(TEXT.number, view.number),
    ...row(TEXT.payer, view.payer),
    ...row(TEXT.tenant, view.tenantName),
    ...row(TEXT.statement, yuan(view.statementFen)),
    ...row(TEXT.books, yuan(view.booksFen)),
    ...row(TEXT.remark, view.remark),
  ]
    .map(({ label, value }) => ({ label, value: value.length > 26 ? `${value.slice(0, 25)}…` : value }))
    .slice(0, 5);
}

/** "claim:T001" → 认领给 T001. */
export function choiceLabel(proposal: { readonly code: string; readonly tenantName?: string | undefined }): string {
  const [code = "", tenant = ""] = proposal.code.split(":", 2);
  const label: string | ((name: string) => string) | undefined = Object.entries(TEXT.choices).find(
    ([key]) => key === code,
  )?.[1];
  if (label === undefined) return code;
  return typeof label === "string" ? label : label([...(proposal.tenantName ?? tenant)].slice(0, MOST_NAME).join(""));
}

/** Many differences that are alike: one card, each with its line. */
export function exceptionsCard(views: readonly ExceptionView[], note?: string): Card {
  const [first] = views;
  if (!first) throw new RangeError("a card about no difference");
  const totalFen = views.reduce((sum, view) => sum + view.amountFen, 0n);
  return {
    name: "exception-list",
    title: TEXT.many(views.length, first.kindName),
    subtitle: `${first.account} ${formatDate(first.date)}`,
    emphasis: { value: formatYuan(totalFen), label: TEXT.amount },
    rows: [],
    items: views.map((view) => ({
      label:
        [view.number, view.payer ?? view.tenantName].filter((part) => part !== undefined).join(" ") || first.kindName,
      value: formatYuan(view.amountFen),
    })),
    paragraphs: [...(note === undefined ? [] : [note]), TEXT.manyHint],
    buttons: views.slice(0, MOST_CHOICES).map((view, index) => ({
      kind: "action",
      label: `${TEXT.show} ${index + 1}`,
      action: { type: "exception.show", id: view.id },
    })),
  };
}

export interface ReconciliationSummaryView {
  readonly days: readonly { readonly account: string; readonly date: CivilDate; readonly closed: boolean }[];
  readonly exceptions: readonly ExceptionView[];
}

/** 对账: the latest days of each account, and what waits for a person. */
export function reconciliationSummaryCard({ days, exceptions }: ReconciliationSummaryView): Card {
  return {
    name: "exception-list",
    title: TEXT.summaryTitle,
    rows: days.slice(0, 6).map((day) => ({
      label: `${day.account} ${formatDate(day.date)}`,
      value: day.closed ? TEXT.closed : TEXT.open,
    })),
    items: exceptions.map((view) => ({ label: `${view.kindName} ${view.account}`, value: formatYuan(view.amountFen) })),
    paragraphs: exceptions.length === 0 ? [TEXT.summaryNone] : [],
    buttons: exceptions.slice(0, MOST_CHOICES).map((view, index) => ({
      kind: "action",
      label: `${TEXT.show} ${index + 1}`,
      action: { type: "exception.show", id: view.id },
    })),
  };
}
