import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import type { Card, CardRow } from "./card.ts";

/** Words of this card. */
export const EXPLANATION_TEXT = {
  title: (name: string) => `${name}是这样算的`,
  amount: "金额",
  billNo: "账单编号",
  doubt: "觉得不对？回复“转人工”，管家会帮您核对。",
  dispute: "这笔有异议",
  askTitle: "想看哪一笔？",
  ask: "点一下，或回复“第几笔怎么算的”：",
  comparisonTitle: (name: string) => `${name}的变化`,
  whatIfTitle: (amount: string) => `如果先付${amount}`,
  payee: "收款方",
  owedAfter: "付后还欠",
  prepayment: "转入预存款",
  whatIfHint: "按今天到账试算，没有改动任何账目；实际以到账当天为准。要付款请回复“缴费”。",
} as const;

/** One line of a bill and how it came about. */
export interface ExplanationView {
  readonly billNo: string;
  /** "租金（2026年8月）": as on the bill. */
  readonly name: string;
  /** Of explainLine: at most 12. */
  readonly lines: readonly string[];
  /** Place of the line on its bill, from 0, where it can be disputed by one tap; undefined: nothing is open on it. */
  readonly disputes?: number | undefined;
}

export const explanationCard = ({ billNo, name, lines, disputes }: ExplanationView): Card => ({
  name: "explanation",
  title: EXPLANATION_TEXT.title(name),
  rows: [{ label: EXPLANATION_TEXT.billNo, value: billNo }],
  paragraphs: [...lines, EXPLANATION_TEXT.doubt],
  buttons:
    disputes === undefined
      ? []
      : [
          {
            kind: "action",
            label: EXPLANATION_TEXT.dispute,
            action: { type: "line.dispute", billNo, position: disputes },
            style: "danger",
          },
        ],
});

/** More lines than this are chosen by words. */
const BUTTONS_MAX = 6;

/** Which line is meant: the lines of a bill by their number, the first ones with buttons. */
export function chooseLineCard(
  billNo: string,
  lines: readonly { readonly position: number; readonly name: string; readonly amountFen: Fen }[],
): Card {
  return {
    name: "explanation",
    title: EXPLANATION_TEXT.askTitle,
    rows: [{ label: EXPLANATION_TEXT.billNo, value: billNo }],
    items: lines.map(
      ({ position, name, amountFen }): CardRow => ({
        label: `${position + 1}. ${name}`,
        value: formatYuan(amountFen),
      }),
    ),
    paragraphs: [EXPLANATION_TEXT.ask],
    buttons: lines.slice(0, BUTTONS_MAX).map(({ position, name }) => ({
      kind: "action",
      label: `${position + 1}. ${name}`,
      action: { type: "bill.explain", billNo, position },
    })),
  };
}

/** Why a charge is more or less than before. */
export const comparisonCard = (name: string, lines: readonly string[]): Card => ({
  name: "explanation",
  title: EXPLANATION_TEXT.comparisonTitle(name),
  rows: [],
  paragraphs: [...lines, EXPLANATION_TEXT.doubt],
  buttons: [],
});

/** What a payment would do, for one legal entity. */
export interface WhatIfView {
  readonly amountFen: Fen;
  readonly payeeName: string;
  /** What would be paid, in that order. */
  readonly paid: readonly CardRow[];
  readonly owedAfterFen: Fen;
  readonly prepaymentFen: Fen;
}

export const whatIfCard = ({ amountFen, payeeName, paid, owedAfterFen, prepaymentFen }: WhatIfView): Card => ({
  name: "explanation",
  title: EXPLANATION_TEXT.whatIfTitle(formatYuan(amountFen)),
  emphasis: { value: formatYuan(owedAfterFen), label: EXPLANATION_TEXT.owedAfter },
  rows: [
    { label: EXPLANATION_TEXT.payee, value: payeeName },
    ...(prepaymentFen > 0n ? [{ label: EXPLANATION_TEXT.prepayment, value: formatYuan(prepaymentFen) }] : []),
  ],
  items: paid,
  paragraphs: [EXPLANATION_TEXT.whatIfHint],
  buttons: [],
});
