import { type Card, textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { formatDate, formatMonth, monthOf } from "../../src/domain/time/civil-date.ts";
import type { Reminder, ReminderWords } from "../../src/usecases/reminders/remind-of-dates.ts";

const TENANT = {
  "lease-end": ({ leaseCode, aboutOn, detail }: Reminder) =>
    `您的合同 ${leaseCode} 将于${formatDate(aboutOn)}到期（还有${detail}天）。续租或退租请回复“转人工”，管家会与您联系。`,
  "rent-step": ({ leaseCode, aboutOn }: Reminder) =>
    `按合同 ${leaseCode} 的约定，租金从${formatDate(aboutOn)}起调整，之后的账单按新标准计算。`,
  "missing-reading": ({ aboutOn, detail }: Reminder) =>
    `表 ${detail} 还没有${formatMonth(monthOf(aboutOn))}末的读数。请回复“报表”发来读数，否则按规定可能暂估。`,
} as const;

const TITLE = {
  "lease-end": "合同到期提醒",
  "rent-step": "租金调整提醒",
  "missing-reading": "请报读数",
} as const;

/** Reminders of dates: to the tenant a sentence with what to do, to the steward the title of a task. */
export const reminderWords: ReminderWords = {
  card(reminder): Card | undefined {
    const { kind } = reminder;
    if (kind === "deposit-return") return undefined;
    return { ...textCard(TENANT[kind](reminder)), title: TITLE[kind] };
  },
  task(reminder) {
    const { kind, leaseCode, aboutOn, detail } = reminder;
    switch (kind) {
      case "lease-end":
        return `合同 ${leaseCode} ${formatDate(aboutOn)}到期，确认续租或退租`;
      case "deposit-return":
        return `合同 ${leaseCode} 已于${formatDate(aboutOn)}结束，押金${formatYuan(BigInt(detail))}待退`;
      case "missing-reading":
        return `缺${formatMonth(monthOf(aboutOn))}末读数：${detail}`;
      case "rent-step":
        return undefined;
      default:
        return kind satisfies never;
    }
  },
};
