import { textCard } from "../../../cards/card.ts";
import type { ApprovalCards, ApprovalRequest } from "./approval.ts";

const words = ({ title, number, facts }: ApprovalRequest) =>
  textCard(`${title} ${number}`, ...facts.map(({ label, value }) => `${label}：${value}`));

/** Words without buttons, where nobody has composed cards: a command without the bot, a test of the books. */
export const PLAIN_APPROVAL_CARDS: ApprovalCards = {
  asked: words,
  status: words,
  late: words,
  delegation: ({ delegatorName, delegateName }) => textCard(`${delegatorName} → ${delegateName}`),
};
