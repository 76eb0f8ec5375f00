import { textCard } from "../../cards/card.ts";
import { formatYuan } from "../../src/domain/money/fen.ts";
import { formatMonth } from "../../src/domain/time/civil-date.ts";
import type { PostVouchersContext } from "../../src/usecases/vouchers/post-vouchers.ts";
import { factCard } from "../fact-card.ts";
import { VOUCHER_SAY as SAY } from "../text/vouchers.zh-CN.ts";

const MOST_PROBLEMS = 5;

/** What comes with the file of vouchers, or instead of it. */
export const voucherCards: PostVouchersContext["cards"] = {
  done: (figures, month) =>
    factCard(
      SAY.title(formatMonth(month)),
      {
        rows: [
          { label: SAY.count, value: SAY.counted(figures.vouchers, figures.newVouchers) },
          { label: SAY.debit, value: formatYuan(figures.debitFen) },
          { label: SAY.credit, value: formatYuan(figures.creditFen) },
          { label: SAY.file, value: figures.fileName },
        ],
      },
      ...(figures.books > 1 && figures.fileName.includes("yonyou") ? [SAY.severalBooks] : []),
    ),
  none: (month) => textCard(SAY.none(formatMonth(month))),
  unmapped: (month, problems) => textCard(SAY.unmapped(formatMonth(month)), ...problems.slice(0, MOST_PROBLEMS)),
  failed: (month) => textCard(SAY.failed(formatMonth(month))),
};
