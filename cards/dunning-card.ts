import type { DunningAction } from "../src/domain/dunning/ladder.ts";
import { type Fen, formatYuan } from "../src/domain/money/fen.ts";
import { type CivilDate, formatDate } from "../src/domain/time/civil-date.ts";
import type { Card, CardButton } from "./card.ts";
import { DUNNING_TEXT as TEXT } from "./dunning-text.zh-CN.ts";

/** One step of the ladder as its tenant reads it. */
export interface DunningView {
  readonly action: DunningAction;
  readonly tenantName: string;
  readonly dueDate: CivilDate;
  /** Negative before the due date. */
  readonly daysOverdue: number;
  readonly openFen: Fen;
  /** To whom it is owed, with the cashier and the letter, if there is one. */
  readonly entities: readonly {
    readonly entityName: string;
    readonly openFen: Fen;
    readonly billNos: readonly string[];
    readonly payUrl: string;
    readonly letter?: { readonly url: string } | undefined;
  }[];
}

/** What is owed, since when, and how to pay it in one tap; of a formal notice also its letter. */
export function dunningCard(view: DunningView): Card {
  const { action, daysOverdue, entities } = view;
  const amount = formatYuan(view.openFen);
  const isOverdue = daysOverdue > 0;
  const many = entities.length > 1;
  const since = isOverdue ? TEXT.days(daysOverdue) : TEXT.dueIn(-daysOverdue);
  return {
    name: "dunning",
    title: TEXT.titles[action],
    subtitle: view.tenantName,
    emphasis: { value: amount, label: isOverdue ? TEXT.amountOverdue : TEXT.amount },
    rows: [
      { label: TEXT.dueDate, value: formatDate(view.dueDate) },
      { label: TEXT.overdue, value: since },
    ],
    ...(many
      ? { items: entities.map(({ entityName, openFen }) => ({ label: entityName, value: formatYuan(openFen) })) }
      : {}),
    paragraphs: [action === "remind" ? TEXT.remind(formatDate(view.dueDate)) : TEXT[action]],
    buttons: [
      ...entities.map(
        ({ entityName, payUrl }): CardButton => ({
          kind: "link",
          label: many ? TEXT.payTo(entityName) : TEXT.pay,
          url: payUrl,
          style: "primary",
        }),
      ),
      ...entities.flatMap(({ letter }): CardButton[] =>
        letter === undefined ? [] : [{ kind: "link", label: TEXT.letter, url: letter.url }],
      ),
      disputeButton(entities.flatMap(({ billNos }) => billNos)),
    ],
    ...(entities[0] === undefined ? {} : { link: entities[0].payUrl }),
    notice: [
      { label: TEXT.tenant, value: view.tenantName },
      { label: TEXT.amount, value: amount },
      { label: TEXT.dueDate, value: formatDate(view.dueDate) },
      { label: TEXT.overdue, value: since },
    ],
  };
}

/** Which line is asked next: of the one bill, else of all that is open. */
function disputeButton(billNos: readonly string[]): CardButton {
  const [only] = billNos;
  return {
    kind: "action",
    label: TEXT.dispute,
    action:
      only !== undefined && billNos.length === 1
        ? { type: "bill.dispute", billNo: only }
        : { type: "wish", intent: "dispute" },
  };
}
