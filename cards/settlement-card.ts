import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import { currentStep, type StepState } from "../src/domain/moving-out/steps.ts";
import { type CivilDate, formatDate } from "../src/domain/time/civil-date.ts";
import type { Card, CardButton, CardRow } from "./card.ts";
import { SETTLEMENT_TEXT as TEXT } from "./settlement-text.zh-CN.ts";

/** A settlement as its tenant or a steward sees it. Amounts in fen as of today. */
export interface SettlementView {
  readonly title: string;
  readonly number: string;
  readonly tenantName: string;
  readonly leaseCode: string;
  readonly units: readonly string[];
  readonly lastDay: CivilDate;
  readonly steps: readonly StepState[];
  readonly billNos: readonly string[];
  readonly owedFen: Fen;
  /** To other companies of the park. */
  readonly owedToOthersFen: Fen;
  readonly forfeitedFen: Fen;
  /** Held now. */
  readonly depositFen: Fen;
  readonly offsetFen: Fen;
  readonly prepaymentFen: Fen;
  readonly refunds: readonly { readonly refundNo: string; readonly state: string; readonly amountFen: Fen }[];
  readonly redLetters: readonly { readonly invoiceNo: string; readonly charge: string }[];
  readonly paragraphs: readonly string[];
  /** Of the sheet that can be confirmed; undefined: nothing to decide for this reader. */
  readonly decides?: number | undefined;
  /** The staff's button for the next step. */
  readonly proceeds?: boolean | undefined;
  readonly paperUrl?: string | undefined;
}

/** 退租进度: every step with its state, the money, and what the reader can do now. */
export function settlementCard(view: SettlementView): Card {
  const steps = view.steps.map((step) => ({ label: TEXT.steps[step.step], value: stateOf(step) }));
  return {
    name: "settlement",
    title: view.title,
    subtitle: view.tenantName,
    emphasis: balanceOf(view),
    rows: [
      { label: TEXT.current, value: currentOf(view.steps) },
      { label: TEXT.number, value: view.number },
      { label: TEXT.lease, value: `${view.leaseCode}（${view.units.join("、")}）` },
      { label: TEXT.lastDay, value: formatDate(view.lastDay) },
      ...moneyRows(view),
    ],
    items: steps,
    paragraphs: [
      ...view.paragraphs,
      ...view.redLetters.map(({ invoiceNo, charge }) => TEXT.redLetter(invoiceNo, charge)),
    ],
    buttons: buttonsOf(view),
    ...(view.paperUrl === undefined || view.proceeds !== undefined ? {} : { link: view.paperUrl }),
    notice: [
      { label: TEXT.tenant, value: view.tenantName },
      { label: TEXT.number, value: view.number },
      { label: TEXT.lastDay, value: formatDate(view.lastDay) },
      { label: TEXT.status, value: view.title },
    ],
  };
}

const stateOf = ({ state, why }: StepState): string =>
  state === "waits" && why ? TEXT.waits[why] : TEXT.states[state === "waits" ? "later" : state];

/** "租户确认：等租户确认": what a narrow screen shows first. */
function currentOf(steps: readonly StepState[]): string {
  const now = currentStep(steps);
  return now ? `${TEXT.steps[now.step]}：${stateOf(now)}` : TEXT.states.done;
}

/** What the tenant gets or pays when everything is set off. */
function balanceOf({ owedFen, depositFen, prepaymentFen, refunds }: SettlementView): { value: string; label: string } {
  const askedFen = refunds
    .filter(({ state }) => state !== "rejected" && state !== "cancelled")
    .reduce((sum, { amountFen }) => sum + amountFen, 0n);
  const backFen = depositFen + prepaymentFen + askedFen - owedFen;
  if (backFen === 0n) return { value: formatYuan(0n), label: TEXT.even };
  return backFen > 0n
    ? { value: formatYuan(backFen), label: TEXT.toRefund }
    : { value: formatYuan(-backFen), label: TEXT.toPay };
}

function moneyRows(view: SettlementView): CardRow[] {
  const amounts: readonly (readonly [string, Fen])[] = [
    [TEXT.owed, view.owedFen],
    [TEXT.owedToOthers, view.owedToOthersFen],
    [TEXT.deposit, view.depositFen],
    [TEXT.forfeited, view.forfeitedFen],
    [TEXT.offset, view.offsetFen],
    [TEXT.prepayment, view.prepaymentFen],
  ];
  return [
    ...(view.billNos.length === 0 ? [] : [{ label: TEXT.bills, value: view.billNos.join("、") }]),
    ...amounts.flatMap(([label, fen]) => (fen === 0n ? [] : [{ label, value: formatYuan(fen) }])),
    ...view.refunds.map(({ refundNo, state, amountFen }) => ({
      label: TEXT.refund(refundNo),
      value: `${formatYuan(amountFen)} ${TEXT.refundStates[state] ?? ""}`.trim(),
    })),
  ];
}

function buttonsOf({ number, decides, proceeds, paperUrl }: SettlementView): CardButton[] {
  const buttons: CardButton[] = [];
  if (decides !== undefined) {
    buttons.push(
      {
        kind: "action",
        label: TEXT.confirm,
        action: { type: "move-out.confirm", number, version: decides },
        style: "primary",
      },
      {
        kind: "action",
        label: TEXT.object,
        action: { type: "move-out.object", number, version: decides },
        style: "danger",
      },
    );
  }
  if (paperUrl !== undefined) buttons.push({ kind: "link", label: TEXT.paper, url: paperUrl });
  if (proceeds) {
    buttons.push({
      kind: "action",
      label: TEXT.proceed,
      action: { type: "move-out.continue", number },
      style: "primary",
    });
  }
  return buttons;
}
