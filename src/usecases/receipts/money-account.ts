import { BANK, CASH, type MoneyAccount, POS_CLEARING, WECHAT_PAY_CLEARING } from "../../domain/ledger/accounts.ts";
import type { ReceiptChannel } from "./receipt.ts";

/** Where the money of a channel lies (money-rules 9). */
export function moneyAccountOf(channel: ReceiptChannel): MoneyAccount {
  switch (channel) {
    case "bank":
      return BANK;
    case "cash":
      return CASH;
    case "pos":
      return POS_CLEARING;
    case "wechat":
      return WECHAT_PAY_CLEARING;
    default:
      return unknownChannel(channel);
  }
}

function unknownChannel(channel: never): never {
  throw new RangeError(`unknown channel: ${JSON.stringify(channel)}`);
}
