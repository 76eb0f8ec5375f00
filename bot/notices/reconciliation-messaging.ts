import type { CivilDate } from "../../src/domain/time/civil-date.ts";
import type { ResolutionContext } from "../../src/usecases/exceptions/resolution.ts";
import {
  claimRefusedMessages,
  reversalMessages,
  type TransferMessaging,
  transferMessages,
} from "../../src/usecases/reconciliation/transfer-messages.ts";
import { type ExceptionLink, exceptionCards } from "./exception-notices.ts";
import { claimRefusedNotice, reversalNotice, transferNotice } from "./transfer-notice.ts";

/** Who hears of matched and reversed transfers, and the cards of differences: the same for command line, chat and jobs. */
export function reconciliationMessaging(
  appId: string | undefined,
  today: CivilDate,
  linkOf?: ExceptionLink,
): Pick<ResolutionContext, "cards" | "receiptMessages" | "undoMessages" | "claimRefusedMessages"> {
  const messaging: TransferMessaging = { appId, today, received: transferNotice, reversed: reversalNotice };
  return {
    cards: exceptionCards(linkOf),
    receiptMessages: (receipt, tx) => transferMessages(tx, receipt, messaging),
    claimRefusedMessages: (tx, claim) =>
      claimRefusedMessages(tx, claim, claimRefusedNotice(claim.amountFen), messaging),
    undoMessages: (undone, tx) => reversalMessages(tx, undone, messaging),
  };
}
