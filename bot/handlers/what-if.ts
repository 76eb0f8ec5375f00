import { textCard } from "../../cards/card.ts";
import { whatIfCard } from "../../cards/explanation-card.ts";
import { formatYuan, parseYuan } from "../../src/domain/money/fen.ts";
import type { PaymentPreview } from "../../src/usecases/explain/preview-payment.ts";
import { type Answer, say, type TenantContext, type Wish } from "../context.ts";
import { SAY } from "../text/zh-CN.ts";

/** “我先付5000会怎样”: what a payment of today would settle and leave, by the function that books real money. */
export async function showWhatIf(context: TenantContext, { slots }: Wish): Promise<Answer> {
  const amountFen = parseYuan(slots.amount ?? "0");
  if (amountFen <= 0n) return say(textCard("请告诉我要先付多少，例如“先付5000元会怎样”。"));
  const previews = await context.services.previewPayment(context.member.tenantId, amountFen);
  if (previews.length === 0) return say(textCard(SAY.nothingOwed));
  const cards = previews.map((preview) =>
    whatIfCard({
      amountFen,
      payeeName: preview.entityName,
      paid: paidRows(preview),
      owedAfterFen: preview.owedAfterFen,
      prepaymentFen: preview.prepaymentFen,
    }),
  );
  if (cards.length === 1) return say(...cards);
  return say(textCard(`您的账单分属${cards.length}家收款方，钱不能互通，下面分别试算：`), ...cards);
}

const paidRows = ({ allocations }: PaymentPreview) =>
  allocations.map(({ billNo, kind, amountFen }) => ({
    label: `${billNo} ${kind === "late-fee" ? "违约金" : SAY.charges[kind]}`,
    value: formatYuan(amountFen),
  }));
