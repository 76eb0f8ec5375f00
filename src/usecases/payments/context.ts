import type { Card } from "../../../cards/card.ts";
import type { BusinessClock, WireClock } from "../../ports/clock.ts";
import type { PaymentGateway } from "../../ports/payment-gateway.ts";
import type { PaymentNotice } from "./receipt-messages.ts";

/** A merchant account that we can talk to, and the appid its orders carry. */
export interface MerchantGateway {
  readonly gateway: PaymentGateway;
  readonly appId: string;
}

/** What people must look at; written without names, phone numbers or openids. */
export interface PaymentProblem {
  readonly code: "PAYMENT_MISMATCH" | "PAYMENT_WITHOUT_ORDER" | "ORDER_STUCK" | "ORDER_REFUSED";
  readonly outTradeNo: string;
  readonly detail: string;
}

/** What the payment use cases need besides the database. */
export interface PaymentContext {
  /** By merchant number (world file: `merchantAccounts[].mchId`), which database and configuration share. */
  readonly gateways: ReadonlyMap<string, MerchantGateway>;
  readonly businessClock: BusinessClock;
  readonly wireClock: WireClock;
  /** The account through which receipts are sent; undefined: the official account is off. */
  readonly officialAccountAppId: string | undefined;
  /** `paymentNotice` of bot/notices: use cases know facts, not words. */
  readonly paymentCard: (notice: PaymentNotice) => Card;
  /** Said aloud: log it as an error. */
  readonly onProblem: (problem: PaymentProblem) => void;
}

/** Why there is nothing to pay with now, in words that say what to do. */
export interface PaymentRefusal {
  readonly state: "refused";
  readonly code:
    | "BILL_NOT_FOUND"
    | "NOTHING_OWED"
    | "NO_MERCHANT_ACCOUNT"
    | "NEAR_MIDNIGHT"
    | "CHANNEL_SILENT"
    | "CHANNEL_REFUSED";
  readonly message: string;
  readonly messageEn: string;
}

const SENTENCES: Readonly<Record<PaymentRefusal["code"], readonly [string, string]>> = {
  BILL_NOT_FOUND: [
    "没有找到要付的账单，请回到公众号重新打开缴费链接",
    "The bill was not found; open a new link from the chat",
  ],
  NOTHING_OWED: ["这些账单已经付清，无需再付", "These bills are paid; nothing is owed"],
  NO_MERCHANT_ACCOUNT: [
    "该收款方还没有开通微信支付，请用银行转账，或联系管家",
    "This payee has no WeChat Pay account; pay by bank transfer or ask the steward",
  ],
  NEAR_MIDNIGHT: [
    "零点前后要结算违约金，请过几分钟再付",
    "Late fees are being settled around midnight; try again in a few minutes",
  ],
  CHANNEL_SILENT: [
    "微信支付暂时没有回应，请过一分钟再试；如已付款，请勿重复支付",
    "WeChat Pay does not answer; try again in a minute, and do not pay twice",
  ],
  CHANNEL_REFUSED: ["微信支付没有接受这笔订单，请联系管家处理", "WeChat Pay refused the order; ask the steward"],
};

export function refusePayment(code: PaymentRefusal["code"]): PaymentRefusal {
  const [message, messageEn] = SENTENCES[code];
  return { state: "refused", code, message, messageEn };
}
