import { type Fen, formatYuan } from "../money/fen.ts";
import type { DifferenceKind } from "./difference.ts";
import type { ExceptionFacts } from "./proposals.ts";

/** How an order or a refund stands according to the channel. Amounts in fen. */
export type ChannelAnswer =
  | { readonly about: "payment"; readonly state: "paid"; readonly amountFen: Fen }
  | { readonly about: "payment"; readonly state: "unpaid" | "closed" | "missing" }
  | {
      readonly about: "refund";
      readonly state: "succeeded" | "processing" | "closed" | "abnormal" | "missing";
      /** Of our refund, after what the answer has changed: its money has left our books. */
      readonly bookedAsPaid: boolean;
    }
  | { readonly about: "payment" | "refund"; readonly state: "unknown" };

export interface ChannelDecision {
  /** What the channel said, for the card and the trail. */
  readonly says: string;
  /** Undefined: the answer decides nothing, a person does. */
  readonly proposal?: string;
  /** The channel said nothing: it is asked again. */
  readonly again?: true;
}

/** What an answer of the channel settles: the difference is settled as the channel says, where it says enough. */
export function decideByChannel(
  kind: DifferenceKind,
  facts: ExceptionFacts,
  answer: ChannelAnswer,
  offered: readonly string[],
): ChannelDecision {
  const says = saying(answer);
  if (answer.state === "unknown") return { says, again: true };
  const wanted = answer.about === "payment" ? ofPayment(kind, facts, answer) : ofRefund(facts, answer);
  return wanted.flatMap((proposal) => (offered.includes(proposal) ? [{ says, proposal }] : []))[0] ?? { says };
}

type PaymentAnswer = Exclude<Extract<ChannelAnswer, { about: "payment" }>, { state: "unknown" }>;
type RefundAnswer = Extract<ChannelAnswer, { bookedAsPaid: boolean }>;

/** The proposals that fit, the first that is offered is taken. */
function ofPayment(kind: DifferenceKind, facts: ExceptionFacts, answer: PaymentAnswer): string[] {
  const paid = answer.state === "paid";
  switch (kind) {
    case "LOCAL_MISSING":
      return paid && isAmount(answer.amountFen, facts.statementFen) ? ["settle"] : [];
    case "CHANNEL_MISSING":
      if (!paid) return ["undo-receipt"];
      return isAmount(answer.amountFen, facts.booksFen) ? ["keep"] : [];
    case "AMOUNT_MISMATCH":
      if (!paid) return [];
      if (isAmount(answer.amountFen, facts.statementFen)) return ["accept-statement"];
      return isAmount(answer.amountFen, facts.booksFen) ? ["keep"] : [];
    case "STATUS_MISMATCH":
      return paid ? ["restore-receipt", "keep"] : ["undo-receipt", "keep"];
    default:
      return [];
  }
}

const isAmount = (amountFen: Fen, fen: number | undefined): boolean => fen !== undefined && amountFen === BigInt(fen);

function ofRefund(facts: ExceptionFacts, answer: RefundAnswer): string[] {
  const statementPaid = (facts.statementFen ?? 0) !== 0;
  switch (answer.state) {
    case "succeeded":
      // What the books have as well is right; what they have not is looked for on 1901.
      return answer.bookedAsPaid ? ["keep"] : statementPaid ? ["suspend"] : [];
    case "closed":
    case "missing":
      return answer.bookedAsPaid && !statementPaid ? ["suspend"] : [];
    case "processing":
    case "abnormal":
      return [];
    default:
      return answer.state satisfies never;
  }
}

function saying(answer: ChannelAnswer): string {
  switch (answer.state) {
    case "paid":
      return `微信答复：已支付 ${formatYuan(answer.amountFen)}`;
    case "unpaid":
      return "微信答复：未支付";
    case "closed":
      return answer.about === "payment" ? "微信答复：订单已关闭" : "微信答复：退款已关闭，款没有退出";
    case "missing":
      return answer.about === "payment" ? "微信答复：没有这个订单" : "微信答复：没有这笔退款";
    case "succeeded":
      return "微信答复：退款成功";
    case "processing":
      return "微信答复：退款处理中，请稍后再查";
    case "abnormal":
      return "微信答复：退款异常，收款账户有问题，要在商户平台处理";
    case "unknown":
      return "微信暂时没有答复，稍后自动再查";
    default:
      return answer satisfies never;
  }
}
